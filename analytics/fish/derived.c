/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "derived.h"

#include <math.h>

#include "analytics/fish/feed.h"
#include "collector/common/civil.h"

/* A weighing: the stocking, then each sample. */
struct weighing {
    int32_t day;
    double g;
};

static double gain(struct weighing a, struct weighing b)
{
    return (b.g - a.g) / (double)(b.day - a.day);
}

static double sgr(struct weighing a, struct weighing b)
{
    return 100 * (log(b.g) - log(a.g)) / (double)(b.day - a.day);
}

static double dgc(struct weighing a, struct weighing b)
{
    return 100 * (cbrt(b.g) - cbrt(a.g)) / (double)(b.day - a.day);
}

/* The mean weight that counted on day: of the last weighing by then. */
static double mean_on(const struct records_snapshot *s, size_t cycle, int32_t day)
{
    double g = s->cycle[cycle].mass_g;

    for (size_t i = 0; i < s->samples; i++)
        if (s->sample[i].cycle == cycle && s->sample[i].day <= day)
            g = s->sample[i].mean_g;
    return g;
}

static void weigh(const struct records_snapshot *s, size_t cycle, struct derived *d)
{
    const struct rec_cycle *c = &s->cycle[cycle];
    const struct weighing stocked = {c->stocked_day, c->mass_g};
    struct weighing before = stocked, last = stocked;

    for (size_t i = 0; i < s->samples; i++) {
        if (s->sample[i].cycle != cycle)
            continue;
        if (s->sample[i].day > last.day)
            before = last;
        last = (struct weighing){s->sample[i].day, s->sample[i].mean_g};
        d->weighed = true;
    }
    d->weighed_day = last.day;
    d->mean_g = last.g;
    d->gain_g_day = d->sgr_pct_day = d->gain_all_g_day = d->sgr_all_pct_day = d->dgc = NAN;
    if (last.day <= stocked.day)
        return;
    d->gain_g_day = gain(before, last);
    d->sgr_pct_day = sgr(before, last);
    d->dgc = dgc(before, last);
    d->gain_all_g_day = gain(stocked, last);
    d->sgr_all_pct_day = sgr(stocked, last);
}

static void count_fish(const struct records_snapshot *s, size_t cycle, struct derived *d)
{
    d->stocked = s->cycle[cycle].count;
    for (size_t i = 0; i < s->deaths; i++)
        if (s->death[i].cycle == cycle)
            d->dead += s->death[i].count;
    for (size_t i = 0; i < s->harvests; i++) {
        const struct rec_harvest *h = &s->harvest[i];
        if (h->cycle != cycle)
            continue;
        d->harvested_kg += h->kg;
        d->harvested += !isnan(h->fish_per_kg) ? h->kg * h->fish_per_kg
                                               : h->kg * 1000 / mean_on(s, cycle, h->day);
        if (!isnan(h->price_idr_kg))
            d->sold_idr += h->kg * h->price_idr_kg;
        if (!isnan(h->debt_idr))
            d->debt_idr += h->debt_idr;
    }
    d->alive = d->closed ? 0 : fmax(0, d->stocked - d->dead - d->harvested);
    d->survival_pct = 100 * (d->closed ? d->harvested : d->stocked - d->dead) / d->stocked;
    d->survival_pct = fmin(100, fmax(0, d->survival_pct));
    d->biomass_kg = d->alive * d->mean_g / 1000;
}

static void count_feed(const struct records_snapshot *s, size_t cycle, struct derived *d)
{
    const struct feed_kind *k = feed_kind_find("");
    const char *written = NULL;
    double priced_kg = 0, idr = 0;

    for (size_t i = 0; i < s->feeds; i++) {
        const struct rec_feed *f = &s->feed[i];
        if (f->cycle != cycle)
            continue;
        if (f->kind != written) /* of a snapshot the same words are the same pointer */
            k = feed_kind_find(f->kind);
        written = f->kind;
        d->feed_kg += f->feed_kg;
        d->feed_pellets_kg += f->feed_kg * (k != NULL ? k->pellets : 1);
        if (isnan(f->price_idr_kg))
            continue;
        priced_kg += f->feed_kg;
        idr += f->feed_kg * f->price_idr_kg;
    }
    d->feed_priced = d->feed_kg > 0 ? priced_kg / d->feed_kg : 0;
    d->feed_idr = priced_kg > 0 ? idr / priced_kg * d->feed_kg : NAN;
}

static void convert(const struct records_snapshot *s, size_t cycle, struct derived *d)
{
    const struct rec_cycle *c = &s->cycle[cycle];
    double fish_kg = d->biomass_kg + d->harvested_kg;
    double grown_kg = fish_kg - c->count * c->mass_g / 1000;
    bool known = (d->weighed && d->weighed_day > c->stocked_day) || d->harvested_kg > 0;

    d->fcr = d->fcr_pellets = NAN;
    if (known && grown_kg > 0 && d->feed_kg > 0) {
        d->fcr = d->feed_kg / grown_kg;
        d->fcr_pellets = d->feed_pellets_kg / grown_kg;
    }
    d->seed_idr = c->count * c->price_idr_each; /* NaN stays NaN */
    d->cost_idr_kg = known && fish_kg > 0 ? (d->seed_idr + d->feed_idr) / fish_kg : NAN;
}

void derived_of_cycle(const struct records_snapshot *s, size_t cycle, struct derived *out)
{
    const struct rec_cycle *c = &s->cycle[cycle];
    int32_t today = civil_day(s->as_of_ms);

    *out = (struct derived){.closed = c->closed_day <= today};
    out->day = out->closed ? c->closed_day : today;
    out->day_of_culture = out->day - c->stocked_day;
    weigh(s, cycle, out);
    count_fish(s, cycle, out);
    count_feed(s, cycle, out);
    convert(s, cycle, out);
}

/* The day after today on which fish of mean_g on weighed_day have target_g at so many g a day. */
static int32_t day_at(const struct derived *d, double target_g, double g_day)
{
    double days = (target_g - d->mean_g) / g_day;

    return d->weighed_day + (int32_t)fmin(100000, fmax(0, ceil(days)));
}

void derived_to_target(const struct derived *d, double target_g, const struct derived_range *range,
                       struct derived_outlook *out)
{
    double since;

    *out = (struct derived_outlook){
        .days = NAN, .on = INT32_MAX, .kg = NAN, .early = INT32_MAX, .late = INT32_MAX};
    if (d->closed)
        return;
    if (d->mean_g >= target_g) {
        *out = (struct derived_outlook){.days = 0,
                                        .on = d->day,
                                        .kg = d->biomass_kg,
                                        .ranged = true,
                                        .early = d->day,
                                        .late = d->day};
        return;
    }
    if (!(d->dgc > 0))
        return;
    /* from the weighing on: it may lie some days back */
    since = 100 * (cbrt(target_g) - cbrt(d->mean_g)) / d->dgc;
    if (since > 100000)
        return;
    out->on = d->weighed_day + (int32_t)ceil(since);
    if (out->on < d->day)
        out->on = d->day;
    out->days = (double)(out->on - d->day);
    out->kg = d->alive * target_g / 1000;
    if (range == NULL)
        return;
    out->ranged = true;
    out->early = day_at(d, target_g, range->fast_g_day);
    out->late = day_at(d, target_g, range->slow_g_day);
    if (out->early < d->day)
        out->early = d->day;
    if (out->late < out->early)
        out->late = out->early;
}
