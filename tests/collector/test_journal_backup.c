/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A copy of the journal while it is written to, and what another machine makes of it. */
#include "tests/support/support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "journal_clock.h"

static char copy[320];

static struct journal *open_here(const char *where)
{
    static const char *const SINK[] = {"pusat"};
    const struct journal_config c = {.path = where,
                                     .max_bytes = 16 << 20,
                                     .keep_days = 35,
                                     .clock_wait_ms = 15 * MINUTE,
                                     .sink = SINK,
                                     .sinks = 1};
    struct journal *j = NULL;

    assert_int_equal(journal_open(&j, &c), 0);
    return j;
}

static int begin(void **state)
{
    int rc = set_up(state);

    (void)snprintf(copy, sizeof copy, "%s/copy.db", dir);
    (void)unlink(path);
    (void)unlink(copy);
    synchronise();
    clock_set(NULL); /* threads here want the real one, but where a test sets its own */
    return rc;
}

struct writer {
    struct journal *j;
    atomic_bool stop;
    int next;
};

static void *write_on(void *arg)
{
    struct writer *w = arg;

    while (!atomic_load(&w->stop)) {
        struct reading_set s = help_set(w->next++);
        if (journal_append(w->j, &s, 1) != 0)
            break;
    }
    return NULL;
}

static void copies_one_instant_while_others_append(void **state)
{
    struct writer w = {.j = help_open(path)};
    struct journal_row *row = xcalloc(512, sizeof *row);
    struct journal *of;
    pthread_t thread;
    int64_t before, after;
    int n, at = 0;

    (void)state;
    help_append(w.j, 0, 20000);
    w.next = 20000;
    assert_int_equal(pthread_create(&thread, NULL, write_on, &w), 0);
    before = journal_last_seq(w.j);
    assert_int_equal(journal_backup(w.j, copy, NULL, NULL), 0);
    after = journal_last_seq(w.j);
    atomic_store(&w.stop, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    of = help_open(copy);
    assert_true(journal_last_seq(of) >= before && journal_last_seq(of) <= after);
    print_message("%lld to %lld rows while it was copied: %lld\n", (long long)before,
                  (long long)after, (long long)journal_last_seq(of));
    for (int64_t seq = 0; (n = journal_peek(of, seq, row, 512)) > 0; seq = row[n - 1].seq)
        for (int i = 0; i < n; i++)
            assert_int_equal(help_number(&row[i].set),
                             at++); /* none is missing, none is there twice */
    assert_int_equal(at, journal_last_seq(of));
    journal_close(of);
    journal_close(w.j);
    free(row);
}

static void refuses_what_somebody_has_open_and_what_is_not_there(void **state)
{
    struct journal *j = help_open(path);
    struct journal_adopted a;
    int64_t last;

    (void)state;
    help_append(j, 0, 5);
    assert_int_equal(journal_backup_closed(path, copy), NILA_ERR_BUSY);
    assert_int_equal(journal_adopt(path, 0, &a), NILA_ERR_BUSY);
    assert_int_equal(journal_last_closed(path, &last), NILA_ERR_BUSY);
    journal_close(j);
    assert_int_equal(journal_backup_closed(path, copy), 0);
    assert_int_equal(journal_last_closed(copy, &last), 0);
    assert_int_equal(last, 5);
    assert_int_equal(unlink(copy), 0);
    assert_int_equal(journal_backup_closed(copy, path), NILA_ERR_NOT_FOUND);
    assert_int_equal(journal_last_closed(copy, &last), 0);
    assert_int_equal(last, 0);
    j = help_open(path);
    assert_int_equal(journal_backup(j, "/nowhere/copy.db", NULL, NULL), NILA_ERR_IO);
    assert_int_equal(journal_backup(j, copy, NULL, NULL), 0); /* the first is forgotten */
    journal_close(j);
}

static void gives_no_number_twice_whatever_either_machine_gave(void **state)
{
    struct journal_adopted a, again;
    struct journal *j = help_open(path);

    (void)state;
    help_append(j, 0, 40);
    assert_int_equal(journal_ack(j, 0, 30), 0);
    assert_int_equal(journal_backup(j, copy, NULL, NULL), 0);
    journal_close(j);
    assert_int_equal(journal_adopt(copy, 0, &a), 0);
    assert_int_equal(a.rows, 40);
    assert_int_equal(a.last_seq, 40);
    assert_true(a.next_seq > 1000000);
    j = help_open(copy);
    assert_int_equal(help_stats(j).pending[0], 10); /* what was not acknowledged goes once more */
    help_append(j, 40, 1);
    assert_true(journal_last_seq(j) == a.next_seq);
    assert_int_equal(help_stats(j).rows, 41);
    assert_int_equal(help_stats(j).pending[0], 11);
    journal_close(j);
    /* brought back a second time over a journal that went on */
    assert_int_equal(journal_adopt(copy, a.next_seq + 5, &again), 0);
    assert_true(again.next_seq > a.next_seq + 5);
}

static void leaves_out_what_the_first_machine_may_have_sent_with_another_time(void **state)
{
    static const struct clock_source clock = {wall, mono, trusted, NULL};
    struct journal_row row[8];
    struct journal_adopted a;
    struct journal *j;

    (void)state;
    clock_set(&clock);
    switch_on(TRUE_MS, 0);
    synchronise();
    j = open_here(path);
    read_now(j, 0); /* sure */
    journal_close(j);
    switch_on(TRUE_MS + HOUR, -3 * HOUR);
    j = open_here(path);
    read_now(j, 1);
    read_now(j, 2); /* these wait for the clock */
    assert_int_equal(help_stats(j).held, 2);
    assert_int_equal(journal_backup(j, copy, NULL, NULL), 0);
    synchronise();
    assert_int_equal(journal_sendable_seq(j),
                     3); /* the first machine sends them, with their time */
    journal_close(j);
    switch_on(TRUE_MS + 2 * HOUR, 0); /* another machine */
    synchronise();
    assert_int_equal(journal_adopt(copy, 0, &a), 0);
    assert_int_equal(a.unsure, 2);
    j = open_here(copy);
    assert_int_equal(journal_peek(j, 0, row, 8), 1);
    assert_true(row[0].set.clock_trusted);
    journal_close(j);
    /* a copy made after they had their time has them with the very same */
    assert_int_equal(journal_backup_closed(path, copy), 0);
    assert_int_equal(journal_adopt(copy, 0, &a), 0);
    assert_int_equal(a.unsure, 0);
    j = open_here(copy);
    assert_int_equal(journal_peek(j, 0, row, 8), 3);
    assert_true(row[2].set.clock_trusted);
    assert_int_equal(row[2].set.ts_ms, TRUE_MS + HOUR + 20000);
    journal_close(j);
    clock_set(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(copies_one_instant_while_others_append, begin, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_somebody_has_open_and_what_is_not_there, begin,
                                        tear_down),
        cmocka_unit_test_setup_teardown(gives_no_number_twice_whatever_either_machine_gave, begin,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            leaves_out_what_the_first_machine_may_have_sent_with_another_time, begin, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
