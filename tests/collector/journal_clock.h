/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal_clock: a machine without a battery for its clock, for the tests of what the journal makes of it. */
#ifndef TESTS_JOURNAL_CLOCK_H
#define TESTS_JOURNAL_CLOCK_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/journal.h"
#include "journal_help.h"
#include "tests/support/support.h"

#define TRUE_MS   INT64_C(1795471950000) /* November 2026 */
#define MINUTE    INT64_C(60000)
#define HOUR      (60 * MINUTE)
#define YEAR      (365 * CIVIL_DAY_MS)
#define YEAR_2025 INT64_C(1735689600000)

static char dir[256], path[300];

/* The machine: when it was switched on (true time), what its wall clock is off by, whether that is known. */
static struct machine {
    int64_t now_ms, on_ms, off_ms;
    bool trusted;
    int boot;
} m;

static inline int64_t wall(void *arg)
{
    (void)arg;
    return m.now_ms + m.off_ms;
}
static inline int64_t mono(void *arg)
{
    (void)arg;
    return m.now_ms - m.on_ms;
}
static inline bool trusted(void *arg)
{
    (void)arg;
    return m.trusted;
}
static inline void switch_on(int64_t now_ms, int64_t off_ms)
{
    char name[CLOCK_BOOT_ID_SIZE];

    m = (struct machine){
        .now_ms = now_ms + 20000, .on_ms = now_ms, .off_ms = off_ms, .boot = m.boot + 1};
    (void)snprintf(name, sizeof name, "boot-%d", m.boot);
    clock_set_boot_id(name);
}

static inline void synchronise(void)
{
    m.off_ms = 0;
    m.trusted = true;
}

static inline int set_up(void **state)
{
    static const struct clock_source clock = {wall, mono, trusted, NULL};

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    m.boot = 0;
    switch_on(TRUE_MS, -3 * HOUR);
    clock_set(&clock);
    log_set_level(LOG_LEVEL_ERROR);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    clock_set(NULL);
    clock_set_boot_id(NULL);
    log_set_level(LOG_LEVEL_INFO);
    support_rmdir(dir);
    return 0;
}

static inline struct journal *open_waiting(int64_t wait_ms)
{
    static const char *const SINK[] = {"pusat"};
    const struct journal_config c = {.path = path,
                                     .max_bytes = 16 << 20,
                                     .keep_days = 35,
                                     .sink = SINK,
                                     .sinks = 1,
                                     .clock_wait_ms = wait_ms};
    struct journal *j = NULL;
    assert_int_equal(journal_open(&j, &c), 0);
    return j;
}

/* A reading of now, its value is k. */
static inline void read_now(struct journal *j, int k)
{
    struct reading_set s = help_set(k);

    s.ts_ms = wall(NULL);
    s.boot_ms = mono(NULL);
    s.clock_trusted = m.trusted;
    assert_int_equal(journal_append(j, &s, 1), 0);
}

static inline struct reading_set peek_one(struct journal *j, int64_t after)
{
    struct journal_row row;
    assert_int_equal(journal_peek(j, after, &row, 1), 1);
    assert_int_equal(row.seq, after + 1);
    return row.set;
}

#define NOTHING_LEAVES(j, after)                               \
    do {                                                       \
        struct journal_row row_;                               \
        assert_int_equal(journal_sendable_seq(j), after);      \
        assert_int_equal(journal_peek(j, after, &row_, 1), 0); \
    } while (0)

#endif
