/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A clock that does what it likes, drawn at random: steps, years, power cuts, servers that answer or do not. */
#include "tests/support/support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/slots.h"
#include "journal_clock.h"

/* --- chance --------------------------------------------------------------------------------------------------------- */

#define DEVICES 3
#define PERIOD  (10 * 1000)
#define READS   3000

static uint64_t chance;

static int64_t draw(int64_t below)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (int64_t)(chance % (uint64_t)below);
}

/* What the poller knows of a device. */
static struct poller {
    struct slots_stamps stamps[DEVICES];
    int64_t anchor_ms, looked_ms;
    bool trusted;
} poller;

static void poller_anew(void)
{
    memset(&poller, 0, sizeof poller);
    poller.anchor_ms = mono(NULL) - wall(NULL);
    poller.trusted = m.trusted;
}

static int64_t true_ms[READS];

/* One round, as device_round.c does it: the value is the number of the reading. */
static void poll_all(struct journal *j, int *k)
{
    struct reading_set s[DEVICES];

    if (slots_follow(&poller.anchor_ms, wall(NULL), mono(NULL)) || draw(3) != 0)
        poller.trusted = m.trusted; /* else it has looked less than a second ago */
    for (int d = 0; d < DEVICES; d++) {
        int64_t offset = slots_offset((unsigned)d, DEVICES, 0, 1, PERIOD);
        int64_t slot = slots_mono(slots_number(mono(NULL), poller.anchor_ms, offset, PERIOD),
                                  poller.anchor_ms, offset, PERIOD);
        s[d] = help_set(*k);
        (void)snprintf(s[d].tags.device, sizeof s[d].tags.device, "node-%d", d);
        s[d].clock_trusted = poller.trusted && slots_wall_plausible(wall(NULL));
        s[d].boot_ms = mono(NULL);
        s[d].ts_ms = slots_stamp(&poller.stamps[d], slot, mono(NULL), wall(NULL), poller.anchor_ms,
                                 PERIOD, s[d].clock_trusted);
        s[d].v[1].value = *k;
        true_ms[(*k)++] = m.now_ms;
        m.now_ms += draw(200);
    }
    assert_int_equal(journal_append(j, s, DEVICES), 0);
}

/* Something happens to the machine; true when it was switched off. */
static bool something(int64_t *synchronised_off)
{
    static const int64_t STEP[] = {300, -300, HOUR, -HOUR, 9 * CIVIL_DAY_MS, -YEAR, 12 * YEAR};

    switch (draw(12)) {
    case 0:
        switch_on(m.now_ms + draw(10 * CIVIL_DAY_MS),
                  draw(3) == 0 ? -m.now_ms : -draw(20 * CIVIL_DAY_MS));
        return true;
    case 1:
    case 2:
        synchronise();
        break;
    case 3:
        m.trusted = false;
        break;
    case 4: /* somebody sets the clock, and nobody puts it right */
        m.off_ms += STEP[draw(7)];
        if (draw(2) == 0)
            m.trusted = false;
        break;
    default:
        break;
    }
    *synchronised_off = m.off_ms;
    return false;
}

static int by_device_and_time(const void *a, const void *b)
{
    const struct reading_set *x = &((const struct journal_row *)a)->set;
    const struct reading_set *y = &((const struct journal_row *)b)->set;
    int device = strcmp(x->tags.device, y->tags.device);

    if (device != 0)
        return device;
    if (x->clock_trusted != y->clock_trusted)
        return x->clock_trusted ? 1 : -1;
    return (x->ts_ms > y->ts_ms) - (x->ts_ms < y->ts_ms);
}

/* Takes what may leave now into sent, and sometimes takes it again: it must be the same. */
static int64_t send(struct journal *j, struct journal_row *sent, int64_t at)
{
    static struct journal_row again[READS];
    int64_t upto = journal_sendable_seq(j);
    int n = journal_peek(j, at, sent + at, READS - (int)at);

    assert_true(n >= 0);
    assert_int_equal(at + n, upto);
    assert_int_equal(journal_peek(j, 0, again, READS), upto);
    for (int64_t i = 0; i < upto; i++)
        if (again[i].set.ts_ms != sent[i].set.ts_ms ||
            again[i].set.clock_trusted != sent[i].set.clock_trusted)
            fail_msg("row %" PRId64 " was %" PRId64 " %d and is %" PRId64 " %d", again[i].seq,
                     sent[i].set.ts_ms, sent[i].set.clock_trusted, again[i].set.ts_ms,
                     again[i].set.clock_trusted);
    return upto;
}

static void whatever_the_clock_does_no_reading_is_lost_doubled_or_of_1970(void **state)
{
    const char *given = getenv("NILA_SEED");
    static struct journal_row sent[READS];
    struct journal *j;
    int64_t at = 0, off = 0;
    int k = 0;

    (void)state;
    chance = given != NULL ? strtoull(given, NULL, 10) | 1 : 20261124;
    printf("seed %" PRIu64 " (NILA_SEED)\n", chance);
    switch_on(TRUE_MS, -3 * HOUR);
    j = open_waiting(5 * MINUTE);
    poller_anew();
    while (k + DEVICES <= READS) {
        poll_all(j, &k);
        m.now_ms += PERIOD - draw(500);
        if (draw(4) == 0)
            at = send(j, sent, at);
        if (draw(20) != 0)
            continue;
        if (something(&off) || (m.off_ms == 0 && draw(2) == 0)) { /* off, or only begun anew */
            journal_close(j);
            j = open_waiting(5 * MINUTE);
            poller_anew();
        }
    }
    m.now_ms += HOUR;
    at = send(j, sent, at);
    assert_int_equal(at, k);
    for (int i = 0; i < k; i++) {
        assert_int_equal((int)sent[i].set.v[1].value, i);
        assert_true(sent[i].set.ts_ms >= YEAR_2025);
    }
    qsort(sent, (size_t)k, sizeof sent[0], by_device_and_time);
    for (int i = 1; i < k; i++)
        if (by_device_and_time(&sent[i - 1], &sent[i]) == 0)
            fail_msg("readings %d and %d of %s are one point", (int)sent[i - 1].set.v[1].value,
                     (int)sent[i].set.v[1].value, sent[i].set.tags.device);
    journal_close(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            whatever_the_clock_does_no_reading_is_lost_doubled_or_of_1970, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
