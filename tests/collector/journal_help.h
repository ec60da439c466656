/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal_help: sets and journals for the tests of the journal and of what stands on it. */
#ifndef TESTS_JOURNAL_HELP_H
#define TESTS_JOURNAL_HELP_H

#include <stdio.h>
#include <string.h>

#include "collector/journal.h"
#include "tests/support/support.h"

/* Set k of a device: two values that tell k, a time that rises with k. */
static inline struct reading_set help_set(int k)
{
    struct reading_set s = {
        .tags = {.regency = REGENCY_KOTIM,
                 .kecamatan = "62.02.06",
                 .site = "uji",
                 .pond = "kolam-1",
                 .device = "node-1"},
        .ts_ms = 1795471950000 + (int64_t)k * 1000,
        .clock_trusted = true,
        .n = 2,
        .v = {{.metric = METRIC_TEMP_C, .flag = READING_PASS, .value = k / 100.0},
              {.metric = METRIC_DO_MG_L,
               .flag = READING_SUSPECT,
               .bits = READING_BIT_SPIKE,
               .value = k}}};
    return s;
}

/* The k of a set made by help_set, or -1 when it is not one. */
static inline int help_number(const struct reading_set *s)
{
    int k = (int)s->v[1].value;
    struct reading_set want = help_set(k);
    bool same = s->n == 2 && s->ts_ms == want.ts_ms && s->clock_trusted &&
                s->v[0].value == want.v[0].value && s->v[1].bits == READING_BIT_SPIKE &&
                strcmp(s->tags.pond, "kolam-1") == 0;
    return same ? k : -1;
}

static inline void help_append(struct journal *j, int from, int n)
{
    struct reading_set sets[64];
    while (n > 0) {
        int k = n < 64 ? n : 64;
        for (int i = 0; i < k; i++)
            sets[i] = help_set(from + i);
        assert_int_equal(journal_append(j, sets, (size_t)k), 0);
        from += k;
        n -= k;
    }
}

/* A journal with one sink "pusat", 16 MiB, 35 days. */
static inline struct journal *help_open(const char *path)
{
    static const char *const SINK[] = {"pusat"};
    const struct journal_config c = {
        .path = path, .max_bytes = 16 << 20, .keep_days = 35, .sink = SINK, .sinks = 1};
    struct journal *j = NULL;
    assert_int_equal(journal_open(&j, &c), 0);
    return j;
}

static inline struct journal_stats help_stats(struct journal *j)
{
    struct journal_stats s;
    assert_int_equal(journal_stats(j, &s), 0);
    return s;
}

#endif
