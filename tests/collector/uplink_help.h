/* SPDX-License-Identifier: GPL-3.0-or-later */
/* uplink_help: what the tests of the uplink share: a folder, an uplink with short waits, waiting for it, and what a server
 * must hold in the end. */
#ifndef TESTS_UPLINK_HELP_H
#define TESTS_UPLINK_HELP_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/common/clock.h"
#include "collector/common/lineproto.h"
#include "collector/common/log.h"
#include "collector/uplink.h"
#include "journal_help.h"
#include "tests/support/storehttp.h"
#include "tests/support/support.h"

static char dir[256], path[300];
static struct site_sink sinks[JOURNAL_SINKS_MAX]; /* the uplinks point to them */

static inline int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    log_set_level(LOG_LEVEL_ERROR);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_INFO);
    support_rmdir(dir);
    return 0;
}

/* An uplink of sink index to a storehttp of a kind, or to a real server of that kind; waits of milliseconds. */
static inline struct uplink *uplink_kind(struct journal *j, unsigned index, enum influx_api kind,
                                         const char *url, const char *token)
{
    struct site_sink *k = &sinks[index];
    const struct uplink_config c = {.journal = j,
                                    .index = index,
                                    .sink = k,
                                    .token = token,
                                    .timeout_ms = 3000,
                                    .gather_ms = -1,
                                    .retry_min_ms = 5,
                                    .retry_max_ms = 50,
                                    .person_min_ms = 20,
                                    .person_max_ms = 50,
                                    .ahead_every_ms = 1};
    struct uplink *u = NULL;

    *k = (struct site_sink){.slug = "pusat", .api = kind, .database = "nila"};
    if (kind == INFLUX_V2)
        *k = (struct site_sink){.slug = "pusat", .api = kind, .org = "dinas", .bucket = "nila"};
    (void)snprintf(k->url, sizeof k->url, "%s", url);
    assert_int_equal(uplink_start(&u, &c), 0);
    return u;
}

static inline struct uplink *uplink_to_store(struct journal *j, unsigned index, struct storehttp *s)
{
    char url[64];

    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", s->port);
    return uplink_kind(j, index, s->kind, url, s->kind == INFLUX_V1 ? "kolektor:rahasia" : "t0k");
}

static inline struct uplink *uplink_to(struct journal *j, int port)
{
    char url[64];

    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
    return uplink_kind(j, 0, INFLUX_V1, url, "kolektor:rahasia");
}

static inline struct uplink_stats stats_of(struct uplink *u)
{
    struct uplink_stats s;
    uplink_stats(u, &s);
    return s;
}

/* Waits until done(arg) or 60 s; there is no event to wait for on the other side of the network. */
static inline void await(bool (*done)(void *arg), void *arg, const char *what)
{
    static const struct timespec NAP = {.tv_nsec = 2000000};
    int64_t until = clock_mono_ms() + 60000;

    while (!done(arg)) {
        if (clock_mono_ms() > until)
            fail_msg("gave up waiting for %s", what);
        (void)nanosleep(&NAP, NULL);
    }
}

static inline bool drained(void *arg)
{
    const struct journal_stats s = help_stats(arg);
    int64_t pending = 0;

    for (size_t i = 0; i < JOURNAL_SINKS_MAX; i++)
        pending += s.pending[i];
    return pending == 0;
}

static inline bool is_misconfigured(void *arg)
{
    return stats_of(arg).state == UPLINK_MISCONFIGURED;
}

static inline bool is_waiting(void *arg)
{
    return stats_of(arg).state == UPLINK_WAITING;
}

static inline int compare_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The server holds just the lines of sets 0..n-1 of node-1: each at least once, and nothing else. */
static inline void assert_holds(struct storehttp *s, int n)
{
    struct buf want = {0};
    size_t found = 0;

    (void)pthread_mutex_lock(&s->lock);
    qsort(s->line, s->lines, sizeof *s->line, compare_text);
    for (int k = 0; k < n; k++) {
        struct reading_set set = help_set(k);
        char *key;
        buf_clear(&want);
        assert_int_equal(lineproto_append(&want, &set), 1);
        want.p[want.n - 1] = '\0';
        key = want.p;
        if (bsearch(&key, s->line, s->lines, sizeof *s->line, compare_text) == NULL)
            fail_msg("set %d did not arrive", k);
    }
    for (size_t i = 0; i < s->lines; i++)
        found += i == 0 || strcmp(s->line[i - 1], s->line[i]) != 0 ? 1 : 0;
    assert_int_equal(found, n); /* nothing invented */
    (void)pthread_mutex_unlock(&s->lock);
    buf_free(&want);
}

/* Set k of another device: "racun" is refused for ever, "kuno" is too old. */
static inline void append_of(struct journal *j, const char *device, int k)
{
    struct reading_set s = help_set(k);
    (void)snprintf(s.tags.device, sizeof s.tags.device, "%s", device);
    assert_int_equal(journal_append(j, &s, 1), 0);
}

static inline void append_poison(struct journal *j, int k)
{
    append_of(j, "racun", k);
}

#endif
