/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "quality.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS   (60 * MINUTE_MS)

/* A comparison with something older says nothing. */
#define GAP_MS  (2 * HOUR_MS)
#define STEP_MS (30 * MINUTE_MS)
#define BASE_MS (10 * MINUTE_MS)

struct rule {
    double step;       /* unit of the metric: a single step beyond this is a spike; 0 not tested */
    double rate_per_h; /* 0 not tested */
    double coarse;     /* from this resolution on the coarse windows hold */
    int flat_h, flat_fail_h;               /* windows of a fine probe; 0 not tested */
    int coarse_flat_h, coarse_flat_fail_h; /* of a coarse one */
    bool night_only;                       /* the rate is tested 18:00-06:00 WIB only */
    bool zero_impossible;                  /* 0 exactly is not a state of a pond */
};

/* Steps, rates and windows: pond data at 10 and 15 minutes (oxygen steps faster than 6 mg/L/h: 1.8 % at night, 6.6 % by day)
 * and the Apalachicola 2012 record, where a 6 h window flagged 13 % of good pH values logged to 0.1 and a 24 h window 1.1 %. */
/* clang-format off */
static const struct rule RULE[METRIC_COUNT] = {
    [METRIC_TEMP_C]     = {.step = 1.5, .flat_h = 12, .flat_fail_h = 24, .coarse = 0.5, .coarse_flat_h = 24,
                           .coarse_flat_fail_h = 48, .zero_impossible = true},
    [METRIC_DO_MG_L]    = {.step = 2, .rate_per_h = 6, .night_only = true, .flat_h = 3, .flat_fail_h = 6, .coarse = 0.1,
                           .coarse_flat_h = 6, .coarse_flat_fail_h = 12, .zero_impossible = true},
    [METRIC_DO_SAT_PCT] = {.step = 26, .rate_per_h = 78, .night_only = true, .flat_h = 3, .flat_fail_h = 6, .coarse = 1,
                           .coarse_flat_h = 6, .coarse_flat_fail_h = 12, .zero_impossible = true},
    [METRIC_PH]         = {.step = 1, .rate_per_h = 1, .flat_h = 6, .flat_fail_h = 12, .coarse = 0.1,
                           .coarse_flat_h = 24, .coarse_flat_fail_h = 48, .zero_impossible = true},
    [METRIC_EC_US_CM]   = {.flat_h = 24, .flat_fail_h = 48, .coarse = 10, .coarse_flat_h = 48, .coarse_flat_fail_h = 96,
                           .zero_impossible = true},
    [METRIC_EC25_US_CM] = {.flat_h = 24, .flat_fail_h = 48, .coarse = 10, .coarse_flat_h = 48, .coarse_flat_fail_h = 96,
                           .zero_impossible = true},
    [METRIC_TDS_MG_L]   = {.zero_impossible = true},
    [METRIC_AIR_TEMP_C] = {.flat_h = 12, .flat_fail_h = 24, .coarse = 0.5, .coarse_flat_h = 24, .coarse_flat_fail_h = 48,
                           .zero_impossible = true},
    [METRIC_AIR_RH_PCT] = {.zero_impossible = true},
    [METRIC_BARO_HPA]   = {.zero_impossible = true},
};
/* clang-format on */

/* One value with its time. */
struct point {
    double value;
    int64_t at; /* monotonic ms + 1; 0: there is none yet */
};

static struct point point_at(double value, int64_t ms)
{
    return (struct point){value, ms + 1};
}

static bool known(const struct point *p)
{
    return p->at != 0;
}

static int64_t ms_of(const struct point *p)
{
    return p->at - 1;
}

struct channel {
    double probe_min, probe_max; /* the profile's */
    double site_min, site_max;   /* the site file's */
    double scale;                /* register resolution, 0 for floats */
    double smallest_step;        /* seen so far, 0 none */
    struct point last;           /* newest value that was not a failure */
    bool last_spiked;
    struct point good;            /* newest value without SPIKE */
    struct point base, next_base; /* for the rate: base is 10 to 20 min old */
    struct point run;             /* first value of the unmoved run */
    double run_min, run_max;
};

/* Channels are made for the metrics a device has: a farm has hundreds of devices, and a device few of the metrics. */
struct quality {
    unsigned n, room;
    struct channel *channel;
    uint8_t place[METRIC_COUNT]; /* of a reported metric in channel, counted from 1; 0 none yet */
};

static struct channel *channel_of(struct quality *q, enum metric metric)
{
    if (q->place[metric] == 0) {
        if (q->n == q->room)
            q->channel = xrealloc(q->channel, ++q->room, sizeof *q->channel);
        q->channel[q->n] = (struct channel){.probe_min = -INFINITY,
                                            .probe_max = INFINITY,
                                            .site_min = -INFINITY,
                                            .site_max = INFINITY};
        q->place[metric] = (uint8_t)++q->n;
    }
    return &q->channel[q->place[metric] - 1];
}

static enum metric reported_as(const struct site_device *d, enum metric metric,
                               const struct site_metric **word)
{
    *word = NULL;
    for (unsigned i = 0; d != NULL && i < d->metrics && i < SITE_DEVICE_METRICS; i++) {
        if (d->metric[i].metric == metric) {
            *word = &d->metric[i];
            return d->metric[i].as;
        }
    }
    return metric;
}

struct quality *quality_new(const struct profile *p, const struct site_device *d)
{
    struct quality *q = xcalloc(1, sizeof *q);

    q->channel = xcalloc(p->n, sizeof *q->channel); /* as many as are needed, mostly */
    q->room = p->n;
    for (unsigned i = 0; i < p->n && i < PROFILE_MEASUREMENTS; i++) {
        const struct profile_measurement *m = &p->m[i];
        const struct site_metric *word;
        struct channel *c = channel_of(q, reported_as(d, m->metric, &word));

        c->probe_min = m->min;
        c->probe_max = m->max;
        c->scale = m->type == PROFILE_F32 ? 0 : fabs(m->scale);
        if (word != NULL && word->has_limits) {
            c->site_min = word->min;
            c->site_max = word->max;
        }
    }
    return q;
}

void quality_free(struct quality *q)
{
    if (q != NULL)
        free(q->channel);
    free(q);
}

static void mark(struct reading_value *v, int flag, unsigned bit)
{
    v->flag = (uint8_t)reading_worse(v->flag, flag);
    v->bits = (uint16_t)(v->bits | bit);
}

static void judge_range(const struct channel *c, struct reading_value *v)
{
    const struct metric_info *info = metric_info(v->metric);

    if (v->value < info->fail_min || v->value > info->fail_max)
        mark(v, READING_FAIL, READING_BIT_RANGE);
    else if (v->value < info->suspect_min || v->value > info->suspect_max)
        mark(v, READING_SUSPECT, READING_BIT_RANGE);
    if (v->value < c->probe_min || v->value > c->probe_max)
        mark(v, READING_FAIL, READING_BIT_LIMIT);
    if (v->value < c->site_min || v->value > c->site_max)
        mark(v, READING_SUSPECT, READING_BIT_LIMIT);
    /* A DS18B20 without power reads 85, one without a wire -127 (driver convention). Both are exact in 1/16 degrees. */
    if ((v->metric == METRIC_TEMP_C || v->metric == METRIC_AIR_TEMP_C) &&
        (fabs(v->value - 85) < 1e-6 || fabs(v->value + 127) < 1e-6))
        mark(v, READING_FAIL, READING_BIT_SENTINEL);
}

static void judge_step(struct channel *c, const struct rule *r, struct reading_value *v, int64_t ms)
{
    bool spiked = false;

    if (r->step > 0 && known(&c->good) && ms - ms_of(&c->good) <= STEP_MS &&
        fabs(v->value - c->good.value) > r->step)
        spiked = !(c->last_spiked && fabs(v->value - c->last.value) <= r->step);
    if (spiked)
        mark(v, READING_SUSPECT, READING_BIT_SPIKE);
    else
        c->good = point_at(v->value, ms);
    c->last_spiked = spiked;
}

static bool is_night(const struct reading_set *set)
{
    int hour = civil_from_ts(set->ts_ms).hour;

    return set->clock_trusted && (hour >= 18 || hour < 6);
}

/* The base of comparison is a value 10 to 20 minutes old, so that the last digit's noise over one minute is not a rate. */
static void judge_rate(struct channel *c, const struct rule *r, bool night, struct reading_value *v,
                       int64_t ms)
{
    int64_t age = ms - ms_of(&c->base);

    if (r->rate_per_h > 0 && (night || !r->night_only) && known(&c->base) && age >= BASE_MS &&
        age <= GAP_MS &&
        fabs(v->value - c->base.value) > r->rate_per_h * ((double)age / (double)HOUR_MS)) {
        mark(v, READING_SUSPECT, READING_BIT_RATE);
    }
    if ((v->bits & READING_BIT_SPIKE) != 0)
        return;
    if (!known(&c->next_base) || ms - ms_of(&c->next_base) >= BASE_MS) {
        c->base = c->next_base;
        c->next_base = point_at(v->value, ms);
    }
}

static void judge_flat(struct channel *c, const struct rule *r, struct reading_value *v, int64_t ms)
{
    double step = known(&c->last) ? fabs(v->value - c->last.value) : 0;
    double resolution;
    bool coarse;
    int64_t unmoved;

    if (step > 0 && (c->smallest_step == 0 || step < c->smallest_step))
        c->smallest_step = step;
    resolution = fmax(c->scale, c->smallest_step);
    /* A float register says nothing about the probe's resolution until it has moved once. */
    coarse = resolution >= r->coarse * 0.999 || resolution == 0;
    if (known(&c->run)) {
        c->run_min = fmin(c->run_min, v->value);
        c->run_max = fmax(c->run_max, v->value);
    }
    if (!known(&c->run) || c->run_max - c->run_min > resolution / 2) {
        c->run = point_at(v->value, ms);
        c->run_min = c->run_max = v->value;
    }
    unmoved = ms - ms_of(&c->run);
    if (r->flat_h == 0)
        return;
    if (unmoved >= (coarse ? r->coarse_flat_fail_h : r->flat_fail_h) * HOUR_MS)
        mark(v, READING_FAIL, READING_BIT_FLAT);
    else if (unmoved >= (coarse ? r->coarse_flat_h : r->flat_h) * HOUR_MS)
        mark(v, READING_SUSPECT, READING_BIT_FLAT);
}

/* After a long silence, or after time went backwards, nothing known is a base for comparison. */
static void forget_old(struct channel *c, int64_t ms)
{
    static const struct point NONE = {0, 0};

    if (!known(&c->last) || (ms >= ms_of(&c->last) && ms - ms_of(&c->last) <= GAP_MS))
        return;
    c->last = c->good = c->base = c->next_base = c->run = NONE;
    c->last_spiked = false;
}

/* A node or probe that was reset answers 0 everywhere for a while. */
static bool all_zero(const struct reading_set *set)
{
    unsigned values = 0;
    bool impossible = false;

    for (unsigned i = 0; i < set->n; i++) {
        const struct reading_value *v = &set->v[i];

        if (v->flag == READING_MISSING)
            continue;
        if (v->value < 0 || v->value > 0)
            return false;
        values++;
        impossible = impossible || RULE[v->metric].zero_impossible;
    }
    return values >= 2 && impossible;
}

void quality_judge(struct quality *q, struct reading_set *set, int64_t mono_ms)
{
    bool zero = all_zero(set), night = is_night(set);

    for (unsigned i = 0; i < set->n; i++) {
        struct reading_value *v = &set->v[i];
        struct channel *c = channel_of(q, v->metric);
        const struct rule *r = &RULE[v->metric];

        if (v->flag == READING_MISSING)
            continue;
        if (!isfinite(
                v->value)) { /* decode never lets it through; a value that is none must not be stored as one */
            v->value = NAN;
            v->flag = READING_MISSING;
            v->bits |= READING_BIT_SENTINEL;
            continue;
        }
        judge_range(c, v);
        if (zero)
            mark(v, READING_FAIL, READING_BIT_ALL_ZERO);
        if (v->flag == READING_FAIL)
            continue;
        forget_old(c, mono_ms);
        judge_step(c, r, v, mono_ms);
        judge_rate(c, r, night, v, mono_ms);
        judge_flat(c, r, v, mono_ms);
        c->last = point_at(v->value, mono_ms);
    }
}
