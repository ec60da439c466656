/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "silence.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "collector/common/log.h"
#include "history.h"

static const double INTERVAL_DAYS = 14;     /* where nobody wrote anything yet */
static const double SHAPE_PRIOR_COUNT = 10; /* intervals of shape 1 (no regularity at all) */
static const double SHAPE_MIN = 0.5, SHAPE_MAX = 10;
static const double LAPSE_DAYS = 30;                      /* mean length of a lapse */
static const double LAPSE_MIN_DAYS = 21, LAPSE_TIMES = 3; /* longer than both is a lapse */
static const double LAPSE_A = 2, LAPSE_B = 38;            /* share of lapses */
static const double FORGETS_A = 1, FORGETS_B = 9;         /* of all farmers */
static const double FORGETS_WEIGHT = 6;                   /* of their mean, cycles */

/* One farmer's past. */
struct farmer {
    double intervals, days;    /* lapses apart */
    double capped_days;        /* all, each at most LAPSE_MIN_DAYS: the first idea of his pace */
    double square;             /* sum of (interval / mean - 1)^2, lapses apart */
    double all, lapses;        /* number of intervals */
    double written, unwritten; /* final harvests of cycles that ended */
};

struct silence {
    size_t farms;
    double mean_days, shape, forgets; /* of all farmers */
    struct farmer *farmer;            /* [farms] */
};

/* The signs of one cycle in the order of days; a day counts once. */
struct signs {
    const struct records_snapshot *s;
    struct history_rows rows;
    int32_t as_of_day, day; /* day: the newest that was given */
};

static struct signs signs_of(const struct records_snapshot *s, size_t cycle, int32_t as_of_day)
{
    return (struct signs){s, history_rows(s, cycle), as_of_day, s->cycle[cycle].stocked_day};
}

static bool sooner(int32_t day, const struct signs *g, int32_t *best)
{
    if (day > g->day && day <= g->as_of_day && day < *best)
        *best = day;
    return day <= g->day;
}

/* Moves on to the next sign after g->day; false when there is none. */
static bool signs_next(struct signs *g)
{
    const struct records_snapshot *s = g->s;
    int32_t best = INT32_MAX;

    while (g->rows.feed < g->rows.feed_end && sooner(s->feed[g->rows.feed].day, g, &best))
        g->rows.feed++;
    while (g->rows.sample < g->rows.sample_end && sooner(s->sample[g->rows.sample].day, g, &best))
        g->rows.sample++;
    while (g->rows.death < g->rows.death_end && sooner(s->death[g->rows.death].day, g, &best))
        g->rows.death++;
    while (g->rows.harvest < g->rows.harvest_end &&
           sooner(s->harvest[g->rows.harvest].day, g, &best))
        g->rows.harvest++;
    if (best == INT32_MAX)
        return false;
    g->day = best;
    return true;
}

int32_t silence_last_sign(const struct records_snapshot *s, size_t cycle, int32_t as_of_day)
{
    struct signs g = signs_of(s, cycle, as_of_day);

    while (signs_next(&g))
        ;
    return g.day;
}

bool silence_too_long(const struct records_snapshot *s, size_t cycle, int32_t as_of_day)
{
    return as_of_day - silence_last_sign(s, cycle, as_of_day) > SILENCE_OUT_DAYS;
}

static struct farmer *farmer_of(const struct silence *w, const struct records_snapshot *s,
                                size_t cycle)
{
    return &w->farmer[s->pond[s->cycle[cycle].pond].farm];
}

/* A cycle whose pond is not in the snapshot's ponds belongs to nobody. */
static bool counts(const struct records_snapshot *s, size_t cycle, int32_t as_of_day)
{
    return s->cycle[cycle].pond < s->ponds && s->cycle[cycle].stocked_day <= as_of_day;
}

static void note_pace(struct silence *w, const struct records_snapshot *s, size_t cycle,
                      int32_t as_of_day)
{
    struct farmer *f = farmer_of(w, s, cycle);
    struct signs g = signs_of(s, cycle, as_of_day);

    for (int32_t from = g.day; signs_next(&g); from = g.day) {
        f->all++;
        f->capped_days += fmin(g.day - from, LAPSE_MIN_DAYS);
    }
}

static bool is_lapse(const struct farmer *f, double days)
{
    return days > LAPSE_MIN_DAYS && days > LAPSE_TIMES * f->capped_days / f->all;
}

static void note_intervals(struct silence *w, const struct records_snapshot *s, size_t cycle,
                           int32_t as_of_day)
{
    struct farmer *f = farmer_of(w, s, cycle);
    struct signs g = signs_of(s, cycle, as_of_day);

    for (int32_t from = g.day; signs_next(&g); from = g.day) {
        if (is_lapse(f, g.day - from)) {
            f->lapses++;
            continue;
        }
        f->intervals++;
        f->days += g.day - from;
    }
}

/* How regular: needs the farmer's mean. */
static void note_spread(struct silence *w, const struct records_snapshot *s, size_t cycle,
                        int32_t as_of_day)
{
    struct farmer *f = farmer_of(w, s, cycle);
    struct signs g = signs_of(s, cycle, as_of_day);

    for (int32_t from = g.day; signs_next(&g); from = g.day) {
        double x = g.day - from;

        if (is_lapse(f, x))
            continue;
        x = x * f->intervals / f->days - 1;
        f->square += x * x;
    }
}

static bool ends_written(const struct records_snapshot *s, size_t cycle, int32_t as_of_day)
{
    struct history_rows r = history_rows(s, cycle);

    for (size_t k = r.harvest; k < r.harvest_end && s->harvest[k].day <= as_of_day; k++)
        if (s->harvest[k].kind == HARVEST_FINAL)
            return true;
    return false;
}

/* Cycles lie by pond and day: the one after it is the next of its pond. */
static void note_ending(struct silence *w, const struct records_snapshot *s, size_t cycle,
                        int32_t as_of_day)
{
    bool next = cycle + 1 < s->cycles && s->cycle[cycle + 1].pond == s->cycle[cycle].pond &&
                s->cycle[cycle + 1].stocked_day <= as_of_day;

    if (ends_written(s, cycle, as_of_day))
        farmer_of(w, s, cycle)->written++;
    else if (next)
        farmer_of(w, s, cycle)->unwritten++;
}

static void pool(struct silence *w)
{
    double intervals = 0, days = 0, square = 0, freedom = 0, written = 0, unwritten = 0;
    double variance;

    for (size_t k = 0; k < w->farms; k++) {
        const struct farmer *f = &w->farmer[k];

        /* Each farmer's mean counts once, so that one who writes daily doesn't speak for all. */
        intervals += f->intervals > 0;
        days += f->intervals > 0 ? f->days / f->intervals : 0;
        square += f->square;
        freedom += f->intervals > 1 ? f->intervals - 1 : 0;
        written += f->written;
        unwritten += f->unwritten;
    }
    w->mean_days = (days + INTERVAL_DAYS) / (intervals + 1);
    variance = (SHAPE_PRIOR_COUNT + square) / (SHAPE_PRIOR_COUNT + freedom);
    w->shape = fmin(SHAPE_MAX, fmax(SHAPE_MIN, 1 / variance));
    w->forgets = (FORGETS_A + unwritten) / (FORGETS_A + FORGETS_B + written + unwritten);
}

struct silence *silence_new(const struct records_snapshot *s, int32_t as_of_day)
{
    static void (*const NOTE[])(struct silence *, const struct records_snapshot *, size_t,
                                int32_t) = {note_pace, note_intervals, note_spread, note_ending};
    struct silence *w = xcalloc(1, sizeof *w);

    w->farms = s->farms;
    w->farmer = xcalloc(s->farms + 1, sizeof *w->farmer);
    for (size_t n = 0; n < sizeof NOTE / sizeof NOTE[0]; n++)
        for (size_t c = 0; c < s->cycles; c++)
            if (counts(s, c, as_of_day))
                NOTE[n](w, s, c, as_of_day);
    pool(w);
    return w;
}

void silence_free(struct silence *w)
{
    if (w == NULL)
        return;
    free(w->farmer);
    free(w);
}

struct silence_habit silence_habit(const struct silence *w, size_t farm)
{
    const struct farmer *f = &w->farmer[farm];
    double ended = f->written + f->unwritten;

    return (struct silence_habit){.shape = w->shape,
                                  /* mean of an interval: shape b / (a - 1) */
                                  .a = w->shape * (1 + f->intervals) + 1,
                                  .b = w->mean_days + f->days,
                                  .lapse = (LAPSE_A + f->lapses) / (LAPSE_A + LAPSE_B + f->all),
                                  .forgets = (FORGETS_WEIGHT * w->forgets + f->unwritten) /
                                             (FORGETS_WEIGHT + ended)};
}

double silence_nothing_due(const struct silence_habit *h, double days)
{
    /* x given the rate is gamma, the rate is gamma: x / (x + b) is Beta(shape, a) */
    double regular = gsl_cdf_beta_Q(days / (days + h->b), h->shape, h->a);

    return (1 - h->lapse) * regular + h->lapse * exp(-days / LAPSE_DAYS);
}

double silence_interval(const struct silence_habit *h)
{
    return h->shape * h->b / (h->a - 1);
}
