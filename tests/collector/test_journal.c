/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/journal.h"
#include "journal_help.h"

static char dir[256], path[300];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    clock_set(NULL);
    support_rmdir(dir);
    return 0;
}

/* --- storing and reading ------------------------------------------------------------------------------------------ */

static void gives_rows_back_in_order_also_after_closing(void **state)
{
    struct journal *j = help_open(path);
    struct journal_row rows[100];
    int next = 0, n;
    int64_t after = 0;

    (void)state;
    help_append(j, 0, 150);
    journal_close(j);
    j = help_open(path);
    help_append(j, 150, 100);
    while ((n = journal_peek(j, after, rows, 100)) > 0) {
        for (int i = 0; i < n; i++) {
            assert_true(rows[i].seq > after);
            after = rows[i].seq;
            assert_int_equal(help_number(&rows[i].set), next++);
        }
    }
    assert_int_equal(n, 0);
    assert_int_equal(next, 250);
    assert_int_equal(journal_last_seq(j), after);
    journal_close(j);
}

static void keeps_order_when_the_clock_steps_back(void **state)
{
    struct journal *j = help_open(path);
    struct journal_row rows[4];

    (void)state;
    help_append(j, 500, 1);
    help_append(j, 2, 1);
    help_append(j, 300, 1);
    assert_int_equal(journal_peek(j, 0, rows, 4), 3);
    assert_int_equal(help_number(&rows[0].set), 500);
    assert_int_equal(help_number(&rows[1].set), 2);
    assert_int_equal(help_number(&rows[2].set), 300);
    journal_close(j);
}

static void keeps_a_missing_value_missing_and_an_unsure_time_unsure(void **state)
{
    struct journal *j = help_open(path);
    struct reading_set s = help_set(1);
    struct journal_row row;

    (void)state;
    s.clock_trusted = false;
    s.tags.pond[0] = '\0';
    s.v[0].flag = READING_MISSING;
    s.v[0].value = (double)NAN;
    s.v[0].bits = READING_BIT_SENTINEL;
    assert_int_equal(journal_append(j, &s, 1), 0);
    assert_int_equal(journal_peek(j, 0, &row, 1), 1);
    assert_false(row.set.clock_trusted);
    assert_string_equal(row.set.tags.pond, "");
    assert_int_equal(row.set.v[0].flag, READING_MISSING);
    assert_int_equal(row.set.v[0].bits, READING_BIT_SENTINEL);
    assert_true(isnan(row.set.v[0].value));
    journal_close(j);
}

static void stores_all_sets_of_a_call_or_none(void **state)
{
    struct journal *j = help_open(path);
    struct reading_set s[3] = {help_set(1), help_set(2), help_set(3)};

    (void)state;
    s[2].v[0].value = (double)NAN;
    assert_int_equal(journal_append(j, s, 3), NILA_ERR_RANGE);
    assert_int_equal(journal_last_seq(j), 0);
    assert_int_equal(journal_append(j, s, 0), 0);
    assert_int_equal(journal_append(j, s, 2), 0);
    assert_int_equal(journal_last_seq(j), 2);
    journal_close(j);
}

struct appender {
    struct journal *j;
    int from, n;
    pthread_t thread;
};

static void *append_one_by_one(void *arg)
{
    struct appender *a = arg;
    for (int i = 0; i < a->n; i++) {
        struct reading_set s = help_set(a->from + i);
        if (journal_append(a->j, &s, 1) != 0)
            return a;
    }
    return NULL;
}

static void lets_threads_share_commits_and_loses_none(void **state)
{
    struct journal *j = help_open(path);
    struct appender a[8];
    static struct journal_row rows[2000];
    static bool seen[2000];
    struct journal_stats s;
    int n;

    (void)state;
    for (int i = 0; i < 8; i++) {
        a[i] = (struct appender){.j = j, .from = 250 * i, .n = 250};
        assert_int_equal(pthread_create(&a[i].thread, NULL, append_one_by_one, &a[i]), 0);
    }
    for (int i = 0; i < 8; i++) {
        void *bad;
        assert_int_equal(pthread_join(a[i].thread, &bad), 0);
        assert_null(bad);
    }
    n = journal_peek(j, 0, rows, 2000);
    assert_int_equal(n, 2000);
    for (int i = 0; i < n; i++) {
        int k = help_number(&rows[i].set);
        assert_true(k >= 0 && k < 2000 && !seen[k]);
        seen[k] = true;
    }
    s = help_stats(j);
    assert_int_equal(s.appended, 2000);
    printf("2000 appends of 8 threads in %llu commits\n", (unsigned long long)s.commits);
    assert_true(s.commits < 2000);
    journal_close(j);
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static void is_busy_for_a_second_opener(void **state)
{
    struct journal *j = help_open(path), *second = NULL;
    const struct journal_config c = {.path = path, .max_bytes = 16 << 20};
    int status = 0;
    pid_t pid;

    (void)state;
    help_append(j, 0, 1);
    assert_int_equal(journal_open(&second, &c), NILA_ERR_BUSY);
    assert_null(second);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) { /* another process */
        log_set_level(LOG_LEVEL_ERROR);
        _exit(journal_open(&second, &c) == NILA_ERR_BUSY ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    help_append(j, 1, 1); /* the first is not harmed */
    journal_close(j);
    j = help_open(path);
    assert_int_equal(help_stats(j).rows, 2);
    journal_close(j);
}

static void makes_its_file_for_owner_and_group_only(void **state)
{
    struct journal *j = help_open(path);
    char wal[310];
    struct stat st;

    (void)state;
    help_append(j, 0, 1);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777 & ~0640U, 0);
    (void)snprintf(wal, sizeof wal, "%s-wal", path);
    assert_int_equal(stat(wal, &st), 0);
    assert_int_equal(st.st_mode & 0777 & ~0640U, 0);
    (void)snprintf(wal, sizeof wal, "%s-shm", path);
    assert_int_equal(stat(wal, &st), -1); /* its hole could end in SIGBUS on a full disk */
    journal_close(j);
}

static void says_why_it_cannot_open(void **state)
{
    static const char *const SINK[JOURNAL_SINKS_MAX + 1] = {"a", "b", "c", "d", "e",
                                                            "f", "g", "h", "i"};
    struct journal *j = NULL;
    struct journal_config c = {
        .path = path, .max_bytes = 1 << 20, .sink = SINK, .sinks = JOURNAL_SINKS_MAX + 1};

    (void)state;
    assert_int_equal(journal_open(&j, &c), NILA_ERR_RANGE);
    c.sinks = 1;
    c.path = "/no/such/folder/journal.db";
    assert_int_equal(journal_open(&j, &c), NILA_ERR_NOT_FOUND);
    c.path = dir; /* a folder is no journal */
    assert_true(journal_open(&j, &c) < 0);
    assert_null(j);
    if (geteuid() != 0) {
        assert_int_equal(chmod(dir, 0500), 0);
        c.path = path;
        assert_int_equal(journal_open(&j, &c), NILA_ERR_DENIED);
        assert_int_equal(chmod(dir, 0700), 0);
    }
    journal_close(NULL);
}

/* --- marks -------------------------------------------------------------------------------------------------------- */

static void remembers_what_each_sink_has(void **state)
{
    static const char *const TWO[] = {"pusat", "cadangan"}, *const OTHER[] = {"cadangan", "baru"};
    struct journal_config c = {
        .path = path, .max_bytes = 16 << 20, .keep_days = 35, .sink = TWO, .sinks = 2};
    struct journal *j = NULL;
    int64_t seq = -1;
    struct journal_stats s;

    (void)state;
    assert_int_equal(journal_open(&j, &c), 0);
    help_append(j, 0, 20);
    assert_int_equal(journal_ack(j, 0, 15), 0);
    assert_int_equal(journal_ack(j, 1, 5), 0);
    assert_int_equal(journal_ack(j, 0, 3), 0); /* never moves back */
    assert_int_equal(journal_acked(j, 0, &seq), 0);
    assert_int_equal(seq, 15);
    s = help_stats(j);
    assert_int_equal(s.pending[0], 5);
    assert_int_equal(s.pending[1], 15);
    assert_int_equal(s.oldest_unsent_ms, help_set(5).ts_ms);
    assert_int_equal(journal_ack(j, 0, 21), NILA_ERR_RANGE);
    assert_int_equal(journal_ack(j, 2, 1), NILA_ERR_RANGE);
    assert_int_equal(journal_acked(j, 2, &seq), NILA_ERR_RANGE);
    assert_int_equal(journal_quarantine(j, 2, 1, "x", 1, "y"), NILA_ERR_RANGE);
    journal_close(j);

    c.sink = OTHER; /* marks go by the sink's name; a new one begins at the oldest row */
    assert_int_equal(journal_open(&j, &c), 0);
    assert_int_equal(journal_acked(j, 0, &seq), 0);
    assert_int_equal(seq, 5);
    assert_int_equal(journal_acked(j, 1, &seq), 0);
    assert_int_equal(seq, 0);
    assert_int_equal(help_stats(j).pending[1], 20);
    journal_close(j);
}

static void keeps_refused_lines_with_the_words(void **state)
{
    struct journal *j = help_open(path);
    char *text, *found = NULL;
    size_t n;

    (void)state;
    assert_int_equal(
        journal_quarantine(j, 0, 7, "water bad_line 1", 16, "unable to parse: so it was"), 0);
    assert_int_equal(help_stats(j).quarantined, 1);
    journal_close(j);
    j = help_open(path);
    assert_int_equal(help_stats(j).quarantined, 1);
    journal_close(j);
    text = support_read(path, &n); /* closing has moved the log into the file */
    for (size_t i = 0; i + 26 <= n && found == NULL; i++)
        if (memcmp(text + i, "unable to parse: so it was", 26) == 0)
            found = text + i;
    assert_non_null(found);
    free(text);
}

/* --- bounds ------------------------------------------------------------------------------------------------------- */

static off_t file_bytes(void)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static void stays_in_its_bound_and_counts_what_it_drops(void **state)
{
    static const char *const SINK[] = {"pusat"};
    const struct journal_config c = {
        .path = path, .max_bytes = 512 << 10, .keep_days = 35, .sink = SINK, .sinks = 1};
    struct journal *j = NULL;
    struct journal_stats s;
    struct journal_row row;

    (void)state;
    log_set_level(LOG_LEVEL_ERROR); /* each thousand that is dropped is said */
    assert_int_equal(journal_open(&j, &c), 0);
    help_append(j, 0, 30000);
    s = help_stats(j);
    assert_true(s.bytes <= 512 << 10);
    assert_true(s.dropped > 10000);
    assert_int_equal(s.rows + (int64_t)s.dropped, 30000);
    assert_int_equal(s.pending[0], s.rows);
    assert_int_equal(s.last_seq, 30000);
    assert_int_equal(s.first_seq, (int64_t)s.dropped + 1);
    assert_int_equal(journal_peek(j, 0, &row, 1), 1);
    assert_int_equal(help_number(&row.set),
                     (int)s.dropped); /* the oldest went, the newest stayed */
    journal_close(j);
    assert_true(file_bytes() <= 512 << 10);
    log_set_level(LOG_LEVEL_INFO);
}

static void refused_lines_do_not_push_out_readings(void **state)
{
    static const char *const SINK[] = {"pusat"};
    const struct journal_config c = {
        .path = path, .max_bytes = 256 << 10, .keep_days = 35, .sink = SINK, .sinks = 1};
    struct journal *j = NULL;
    struct journal_stats s;
    static char line[4096];

    (void)state;
    memset(line, 'x', sizeof line);
    assert_int_equal(journal_open(&j, &c), 0);
    help_append(j, 0, 500);
    for (int i = 0; i < 300; i++)
        assert_int_equal(journal_quarantine(j, 0, 1, line, sizeof line, "refused"), 0);
    help_append(j, 500, 500);
    s = help_stats(j);
    assert_int_equal(s.dropped, 0);
    assert_int_equal(s.rows, 1000);
    assert_int_equal(s.quarantined, 12); /* of 5 KiB each: a quarter */
    journal_close(j);
}

static void gives_up_delivered_rows_before_undelivered_ones(void **state)
{
    static const char *const SINK[] = {"pusat"};
    const struct journal_config c = {
        .path = path, .max_bytes = 512 << 10, .keep_days = 35, .sink = SINK, .sinks = 1};
    struct journal *j = NULL;
    struct journal_stats s;

    (void)state;
    assert_int_equal(journal_open(&j, &c), 0);
    for (int k = 0; k < 30000; k += 1000) {
        help_append(j, k, 1000);
        assert_int_equal(journal_ack(j, 0, k + 500), 0);
    }
    s = help_stats(j);
    assert_int_equal(s.dropped, 0);
    assert_true(s.rows < 30000);
    assert_int_equal(s.pending[0], 500);
    journal_close(j);
}

static int64_t fake_wall, fake_mono;
static int64_t wall(void *arg)
{
    (void)arg;
    return fake_wall;
}
static int64_t mono(void *arg)
{
    (void)arg;
    return fake_mono;
}
static bool trusted(void *arg)
{
    return *(bool *)arg;
}

static void deletes_delivered_rows_after_keep_days_once_the_clock_is_trusted(void **state)
{
    bool sure = false;
    const struct clock_source clock = {
        .wall_ms = wall, .mono_ms = mono, .trusted = trusted, .arg = &sure};
    struct journal *j;
    struct journal_stats s;

    (void)state;
    fake_wall = help_set(0).ts_ms + 40 * CIVIL_DAY_MS; /* sets 0..499 are older than 35 days */
    fake_mono = 1000;
    clock_set(&clock);
    j = help_open(path);
    help_append(j, 0, 500);
    assert_int_equal(journal_ack(j, 0, 400), 0);
    help_append(j, 40 * 86400, 1);             /* one of now */
    assert_int_equal(help_stats(j).rows, 501); /* the clock may be wrong */
    sure = true;
    fake_mono += 61000;
    help_append(j, 40 * 86400 + 1, 1);
    s = help_stats(j);
    assert_int_equal(s.first_seq, 401); /* delivered and old: gone; undelivered and old: kept */
    assert_int_equal(s.dropped, 0);
    assert_int_equal(journal_ack(j, 0, 502), 0);
    fake_mono += 61000;
    help_append(j, 40 * 86400 + 2, 1);
    s = help_stats(j);
    assert_int_equal(s.first_seq, 501); /* what is of now stays */
    journal_close(j);
}

/* --- history ------------------------------------------------------------------------------------------------------ */

struct seen {
    int n, stop_at;
    int64_t last_ms;
    double sum;
};

static int see(void *arg, int64_t ts_ms, const char *device, const struct reading_value *v)
{
    struct seen *s = arg;
    assert_string_equal(device, "node-1");
    assert_int_equal(v->metric, METRIC_DO_MG_L);
    s->last_ms = ts_ms;
    s->sum += v->value;
    return ++s->n == s->stop_at ? 42 : 0;
}

static void tells_the_history_of_a_pond_and_metric(void **state)
{
    struct journal *j = help_open(path);
    struct reading_set other = help_set(55);
    struct seen s = {0};
    int64_t at = 0, pieces = 0;
    int rc;

    (void)state;
    help_append(j, 0, 2000);
    (void)snprintf(other.tags.pond, sizeof other.tags.pond, "kolam-2");
    assert_int_equal(journal_append(j, &other, 1), 0);
    assert_int_equal(journal_history(j, "kolam-1", METRIC_DO_MG_L, help_set(10).ts_ms,
                                     help_set(1990).ts_ms, see, &s),
                     0);
    assert_int_equal(s.n, 1980);
    assert_true(s.sum == (10 + 1989) * 1980 / 2.0);
    assert_int_equal(s.last_ms, help_set(1989).ts_ms); /* the end is not in it */

    s = (struct seen){.stop_at = 5};
    assert_int_equal(journal_history(j, "kolam-1", METRIC_DO_MG_L, 0, INT64_MAX, see, &s), 42);
    assert_int_equal(s.n, 5);

    s = (struct seen){0};
    assert_int_equal(journal_history(j, "kolam-1", METRIC_PH, 0, INT64_MAX, see, &s), 0);
    assert_int_equal(s.n, 0);

    while ((rc = journal_history_piece(j, &at, "kolam-2", METRIC_DO_MG_L, 0, INT64_MAX, see, &s)) ==
           1)
        pieces++;
    assert_int_equal(rc, 0);
    assert_int_equal(s.n, 1);
    assert_true(pieces >= 3);
    journal_close(j);
}

/* --- waiting ------------------------------------------------------------------------------------------------------ */

static void *append_set_9(void *arg)
{
    struct reading_set s = help_set(9);
    return journal_append(arg, &s, 1) == 0 ? NULL : arg;
}

static void *wake(void *arg)
{
    journal_wake(arg);
    return NULL;
}

static void wakes_who_waits_for_a_row(void **state)
{
    struct journal *j = help_open(path);
    pthread_t thread;
    void *bad = j;
    int64_t from = clock_mono_ms();

    (void)state;
    journal_wait(j, 0, 30); /* nothing comes */
    assert_true(clock_mono_ms() - from >= 29);
    assert_int_equal(pthread_create(&thread, NULL, append_set_9, j), 0);
    journal_wait(j, 0, 20000);
    assert_int_equal(journal_last_seq(j), 1);
    assert_int_equal(pthread_join(thread, &bad), 0);
    assert_null(bad);
    journal_wait(j, 0, 20000); /* a row that is there already */
    assert_int_equal(pthread_create(&thread, NULL, wake, j), 0);
    journal_wait(j, 1, 300); /* the wake may have come before the wait */
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(clock_mono_ms() - from < 15000);
    journal_close(j);
}

/* --- trouble with the disk ---------------------------------------------------------------------------------------- */

/* Appends rounds of 64 from *stored on; returns how many rounds were refused. */
static int append_rounds(struct journal *j, int rounds, int *stored)
{
    struct reading_set s[64];
    int failed = 0;

    for (int round = 0; round < rounds; round++) {
        int rc;
        for (int i = 0; i < 64; i++)
            s[i] = help_set(*stored + i);
        rc = journal_append(j, s, 64);
        assert_true(rc == 0 || rc == NILA_ERR_IO || rc == NILA_ERR_FULL);
        if (rc == 0)
            *stored += 64;
        else
            failed++;
    }
    return failed;
}

static void opens_again_after_an_io_error_and_loses_nothing(void **state)
{
    struct rlimit old, small;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, was;
    struct journal *j = help_open(path);
    static struct journal_row rows[5000];
    int stored = 1000, n = -1;
    char wal[310];
    struct stat st;

    (void)state;
    help_append(j, 0, 1000);
    (void)snprintf(wal, sizeof wal, "%s-wal", path);
    assert_int_equal(stat(wal, &st), 0);
    assert_int_equal(sigaction(SIGXFSZ, &ignore, &was), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    /* a write beyond the limit fails with EFBIG; opening again begins a new log, and there is room */
    small.rlim_cur = (rlim_t)st.st_size + 6000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(append_rounds(j, 6, &stored), 0);
    /* now nothing can be written whatever is done */
    small.rlim_cur = 4096;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(append_rounds(j, 3, &stored), 3);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(sigaction(SIGXFSZ, &was, NULL), 0);
    for (int tries = 0; tries < 100 && n < 0;
         tries++) { /* a file that would not open is tried each second */
        struct reading_set one = help_set(stored);
        if (journal_append(j, &one, 1) == 0)
            n = stored++;
        else
            journal_wait(j, INT64_MAX - 1, 100);
    }
    assert_true(n >= 0);
    n = journal_peek(j, 0, rows, 5000);
    assert_int_equal(n, stored); /* what was told to be stored is; what was refused is not */
    for (int i = 0; i < n; i++)
        assert_int_equal(help_number(&rows[i].set), i);
    journal_close(j);
}

static void goes_on_when_a_full_disk_has_room_again(void **state)
{
    struct journal *j;
    struct reading_set s[64];
    static struct journal_row rows[20000];
    char small[280], ballast[320];
    int stored = 0, rc = 0, n;
    FILE *f;

    (void)state;
    (void)snprintf(small, sizeof small, "%s/small", dir);
    assert_int_equal(mkdir(small, 0700), 0);
    if (mount("tmpfs", small, "tmpfs", 0, "size=1m") != 0) {
        printf("skip - a small file system cannot be mounted here: %s\n", strerror(errno));
        skip();
    }
    (void)snprintf(path, sizeof path, "%s/journal.db", small);
    (void)snprintf(ballast, sizeof ballast, "%s/ballast", small);
    f = fopen(ballast, "w");
    assert_non_null(f);
    for (int i = 0; i < 500 * 1024; i++)
        assert_int_equal(fputc('x', f), 'x');
    assert_int_equal(fclose(f), 0);
    log_set_level(LOG_LEVEL_ERROR);
    j = help_open(path);
    for (int k = 0; k < 400 && rc == 0; k++) {
        for (int i = 0; i < 64; i++)
            s[i] = help_set(stored + i);
        if ((rc = journal_append(j, s, 64)) == 0)
            stored += 64;
    }
    assert_true(rc == NILA_ERR_FULL || rc == NILA_ERR_IO);
    assert_int_equal(journal_append(j, s, 64) < 0, 1);
    assert_int_equal(unlink(ballast), 0);
    for (int tries = 0; tries < 100 && rc != 0; tries++)
        if ((rc = journal_append(j, s, 64)) != 0)
            journal_wait(j, INT64_MAX - 1, 100);
    assert_int_equal(rc, 0);
    stored += 64;
    n = journal_peek(j, 0, rows, 20000);
    assert_int_equal(
        n, stored); /* undelivered rows are not given up for a disk that others have filled */
    for (int i = 0; i < n; i++)
        assert_int_equal(help_number(&rows[i].set), i);
    journal_close(j);
    log_set_level(LOG_LEVEL_INFO);
    assert_int_equal(umount(small), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(gives_rows_back_in_order_also_after_closing),
        TEST(keeps_order_when_the_clock_steps_back),
        TEST(keeps_a_missing_value_missing_and_an_unsure_time_unsure),
        TEST(stores_all_sets_of_a_call_or_none),
        TEST(lets_threads_share_commits_and_loses_none),
        TEST(is_busy_for_a_second_opener),
        TEST(makes_its_file_for_owner_and_group_only),
        TEST(says_why_it_cannot_open),
        TEST(remembers_what_each_sink_has),
        TEST(keeps_refused_lines_with_the_words),
        TEST(stays_in_its_bound_and_counts_what_it_drops),
        TEST(refused_lines_do_not_push_out_readings),
        TEST(gives_up_delivered_rows_before_undelivered_ones),
        TEST(deletes_delivered_rows_after_keep_days_once_the_clock_is_trusted),
        TEST(tells_the_history_of_a_pond_and_metric),
        TEST(wakes_who_waits_for_a_row),
        TEST(opens_again_after_an_io_error_and_loses_nothing),
        TEST(goes_on_when_a_full_disk_has_room_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
