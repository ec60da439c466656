/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "poll_stats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"

void answer_ring_add(struct answer_ring *r, int ms)
{
    r->ms[r->next] = (uint16_t)(ms < 0 ? 0 : ms > UINT16_MAX ? UINT16_MAX : ms);
    r->next = (r->next + 1) % ANSWER_RING;
    if (r->n < ANSWER_RING)
        r->n++;
}

static int by_size(const void *a, const void *b)
{
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

int answer_ring_quantile(const struct answer_ring *r, double p)
{
    uint16_t sorted[ANSWER_RING];
    unsigned rank;

    if (r->n == 0)
        return 0;
    memcpy(sorted, r->ms, r->n * sizeof sorted[0]);
    qsort(sorted, r->n, sizeof sorted[0], by_size);
    rank = (unsigned)ceil(p * r->n); /* nearest rank */
    return sorted[rank < 1 ? 0 : rank > r->n ? r->n - 1 : rank - 1];
}

void line_stats_init(struct line_stats *l, int64_t mono_ms)
{
    memset(l, 0, sizeof *l);
    l->started_ms = mono_ms;
    if (pthread_mutex_init(&l->lock, NULL) != 0)
        fatal("poll: no mutex");
}

void line_stats_free(struct line_stats *l)
{
    (void)pthread_mutex_destroy(&l->lock);
}

/* Makes second the newest that is remembered. */
static void forget(struct line_stats *l, int64_t second)
{
    for (int i = 0; i < BUSY_SECONDS && l->newest < second; i++)
        l->busy_ms[++l->newest % BUSY_SECONDS] = 0;
    if (l->newest < second)
        l->newest = second;
}

/* Puts a span of busy time into the seconds it covers, newest first, as far as they are remembered. */
static void add_busy(struct line_stats *l, int64_t from_ms, int64_t to_ms)
{
    forget(l, to_ms / 1000);
    while (to_ms > from_ms) {
        int64_t second = (to_ms - 1) / 1000, begin = second * 1000;
        uint16_t *busy = &l->busy_ms[second % BUSY_SECONDS];

        if (second <= l->newest - BUSY_SECONDS)
            return;
        if (begin < from_ms)
            begin = from_ms;
        *busy = (uint16_t)(*busy + (to_ms - begin));
        to_ms = begin;
    }
}

void line_stats_question(struct line_stats *l, int rc, const struct bus_answer *a, bool asked,
                         int64_t from_ms, int64_t to_ms)
{
    struct poll_line_stats *s = &l->s;

    (void)pthread_mutex_lock(&l->lock);
    s->requests++;
    s->asked += asked;
    s->good += rc == 0;
    s->timeouts += rc == NILA_ERR_TIMEOUT;
    s->exceptions += rc == NILA_ERR_EXCEPTION;
    s->stale += rc == NILA_ERR_PROTO && a->stale;
    s->bad_frames += rc == NILA_ERR_PROTO && !a->stale;
    s->lost += rc == NILA_ERR_IO || rc == NILA_ERR_CLOSED;
    add_busy(l, from_ms, to_ms);
    (void)pthread_mutex_unlock(&l->lock);
}

void line_stats_state(struct line_stats *l, bool open, const char *why)
{
    enum poll_line_state state = open ? POLL_LINE_OPEN : POLL_LINE_AWAY;

    (void)pthread_mutex_lock(&l->lock);
    if (l->s.state != state) {
        l->s.state = state;
        l->s.since_ms = clock_wall_ms();
    }
    (void)snprintf(l->s.why, sizeof l->s.why, "%s", open ? "" : why);
    (void)pthread_mutex_unlock(&l->lock);
}

void line_stats_copy(struct line_stats *l, int64_t mono_ms, struct poll_line_stats *out)
{
    int64_t span = mono_ms - l->started_ms, busy = 0;

    (void)pthread_mutex_lock(&l->lock);
    *out = l->s;
    forget(l, mono_ms / 1000);
    for (int i = 0; i < BUSY_SECONDS; i++)
        busy += l->busy_ms[i];
    (void)pthread_mutex_unlock(&l->lock);
    /* the newest second is not over yet */
    if (span > (BUSY_SECONDS - 1) * INT64_C(1000) + mono_ms % 1000)
        span = (BUSY_SECONDS - 1) * INT64_C(1000) + mono_ms % 1000;
    out->busy_permille = span > 0 ? (int)(busy * 1000 / span) : 0;
    if (out->busy_permille > 1000)
        out->busy_permille = 1000;
}
