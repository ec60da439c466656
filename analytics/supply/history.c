/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "analytics/fish/feed.h"

static const int32_t FEED_SPREAD_DAYS = 10; /* longest time one feed row may stand for */
static const int32_t RETAIL_DAYS = 56;      /* the recent pace of sales by and by */
#define USUAL_CYCLES 5

/* First of n rows whose cycle is not before cycle. Rows are structs that begin with their size_t cycle, sorted by it. */
static size_t first_row(const void *rows, size_t n, size_t size, size_t cycle)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2, at;

        memcpy(&at, (const char *)rows + mid * size, sizeof at);
        if (at < cycle)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

_Static_assert(offsetof(struct rec_feed, cycle) == 0 && offsetof(struct rec_sample, cycle) == 0 &&
                   offsetof(struct rec_death, cycle) == 0 &&
                   offsetof(struct rec_harvest, cycle) == 0,
               "first_row reads the cycle at the front of a row");

struct history_rows history_rows(const struct records_snapshot *s, size_t cycle)
{
    return (struct history_rows){first_row(s->feed, s->feeds, sizeof *s->feed, cycle),
                                 first_row(s->feed, s->feeds, sizeof *s->feed, cycle + 1),
                                 first_row(s->sample, s->samples, sizeof *s->sample, cycle),
                                 first_row(s->sample, s->samples, sizeof *s->sample, cycle + 1),
                                 first_row(s->death, s->deaths, sizeof *s->death, cycle),
                                 first_row(s->death, s->deaths, sizeof *s->death, cycle + 1),
                                 first_row(s->harvest, s->harvests, sizeof *s->harvest, cycle),
                                 first_row(s->harvest, s->harvests, sizeof *s->harvest, cycle + 1)};
}

long history_latest_cycle(const struct records_snapshot *s, size_t pond, int32_t as_of_day)
{
    long found = -1;
    size_t from, to;

    records_cycles_of(s, pond, &from, &to);
    for (size_t c = from; c < to; c++)
        if (s->cycle[c].stocked_day <= as_of_day && s->cycle[c].count > 0)
            found = (long)c;
    return found;
}

void history_usual_stocking(const struct records_snapshot *s, size_t pond, int32_t as_of_day,
                            double *count, double *mass_g)
{
    double counts[USUAL_CYCLES], masses[USUAL_CYCLES];
    size_t n = 0, from, to;

    records_cycles_of(s, pond, &from, &to);
    for (size_t c = to; c-- > from && n < USUAL_CYCLES;) {
        const struct rec_cycle *y = &s->cycle[c];

        if (y->stocked_day > as_of_day || !(y->count > 0))
            continue;
        counts[n] = y->count;
        masses[n++] = y->mass_g > 0 ? y->mass_g : HISTORY_UNKNOWN_MASS_G;
    }
    *count = *mass_g = 0;
    if (n == 0)
        return;
    gsl_sort(counts, 1, n);
    gsl_sort(masses, 1, n);
    *count = gsl_stats_median_from_sorted_data(counts, 1, n);
    *mass_g = gsl_stats_median_from_sorted_data(masses, 1, n);
}

double history_most_stocked(const struct records_snapshot *s, size_t pond, int32_t as_of_day)
{
    double most = 0;
    size_t n = 0, from, to;

    records_cycles_of(s, pond, &from, &to);
    for (size_t c = to; c-- > from && n < USUAL_CYCLES;) {
        const struct rec_cycle *y = &s->cycle[c];

        if (y->stocked_day > as_of_day || !(y->count > 0))
            continue;
        most = y->count > most ? y->count : most;
        n++;
    }
    return most;
}

void history_buyers(const struct records_snapshot *s, size_t pond, int32_t as_of_day,
                    struct harvest_buyers *out)
{
    double ln_sum = 0;
    size_t n = 0, from, to;

    records_cycles_of(s, pond, &from, &to);
    for (size_t c = from; c < to; c++) {
        struct history_rows r = history_rows(s, c);

        for (size_t k = r.harvest; k < r.harvest_end; k++) {
            const struct rec_harvest *h = &s->harvest[k];

            if (h->day > as_of_day || h->kind != HARVEST_FINAL || !(h->fish_per_kg > 0))
                continue;
            ln_sum += log(1000 / h->fish_per_kg);
            n++;
        }
    }
    harvest_buyers(out, n > 0 ? exp(ln_sum / (double)n) : 0, n);
}

static bool final_written(const struct records_snapshot *s, size_t cycle, int32_t as_of_day)
{
    struct history_rows r = history_rows(s, cycle);

    for (size_t k = r.harvest; k < r.harvest_end; k++)
        if (s->harvest[k].kind == HARVEST_FINAL && s->harvest[k].day <= as_of_day)
            return true;
    return false;
}

/* Cycles of a pond lie by the day of stocking: from the newest one back, next is the stocking after the one looked at. */
void history_gaps(const struct records_snapshot *s, size_t pond, int32_t as_of_day,
                  struct harvest_gaps *out)
{
    int32_t next = INT32_MAX;
    size_t from, to;

    *out = (struct harvest_gaps){0};
    records_cycles_of(s, pond, &from, &to);
    for (size_t c = to; c-- > from && out->again + out->given_up < HARVEST_GAPS;) {
        const struct rec_cycle *y = &s->cycle[c];
        int32_t until = next < as_of_day ? next : as_of_day, gap;

        if (y->stocked_day > as_of_day)
            continue;
        gap = until - y->closed_day;
        if (y->closed_day <= until && final_written(s, c, as_of_day)) {
            if (gap > HISTORY_IDLE_DAYS)
                out->given_up++;
            else if (next != INT32_MAX) {
                out->again++;
                out->gap[out->n++] = gap;
            }
        }
        next = y->stocked_day;
    }
}

/* Share of the fish stocked that came out of a cycle; NaN when that is not known. */
static double came_out(const struct records_snapshot *s, size_t cycle, int32_t as_of_day)
{
    struct history_rows r = history_rows(s, cycle);
    double fish = 0;
    bool ended = false;

    for (size_t k = r.harvest; k < r.harvest_end; k++) {
        const struct rec_harvest *h = &s->harvest[k];

        if (h->day > as_of_day || !(h->fish_per_kg > 0))
            return NAN;
        fish += h->kg * h->fish_per_kg;
        ended |= h->kind == HARVEST_FINAL;
    }
    return ended && s->cycle[cycle].count > 0 ? fish / s->cycle[cycle].count : NAN;
}

void history_survival(const struct records_snapshot *s, size_t pond, int32_t as_of_day,
                      struct ensemble_prior *prior)
{
    size_t from, to;

    records_cycles_of(s, pond, &from, &to);
    for (size_t c = from; c < to; c++) {
        double share;

        if (s->cycle[c].closed_day > as_of_day)
            continue;
        share = came_out(s, c, as_of_day);
        if (isnan(share))
            continue;
        share = share < 1 ? share : 1;
        prior->survive_a += HISTORY_SURVIVAL_WEIGHT * share;
        prior->survive_b += HISTORY_SURVIVAL_WEIGHT * (1 - share);
    }
}

static double known_mean(const double *x, size_t from, size_t to, size_t *n)
{
    double sum = 0;

    *n = 0;
    for (size_t k = from; k < to; k++) {
        if (isnan(x[k]))
            continue;
        sum += x[k];
        (*n)++;
    }
    return *n > 0 ? sum / (double)*n : 0;
}

struct history_water history_usual_water(const struct supply_water *water, int32_t as_of_day)
{
    struct history_water u = {ENSEMBLE_USUAL_TEMP_C, 0, 0, 0};
    double mean;
    size_t n, from, to;

    if (water == NULL || water->days == 0 || water->first_day > as_of_day)
        return u;
    to = (size_t)(as_of_day - water->first_day) + 1;
    to = to < water->days ? to : water->days;
    from = to > (size_t)HISTORY_WATER_DAYS ? to - (size_t)HISTORY_WATER_DAYS : 0;
    mean = known_mean(water->temp_c, from, to, &n);
    u.temp_c = ((double)n * mean + HISTORY_WATER_PRIOR_DAYS * u.temp_c) /
               ((double)n + HISTORY_WATER_PRIOR_DAYS);
    mean = known_mean(water->nh3_n_mg_l, from, to, &n);
    u.nh3_n_mg_l = (double)n * mean / ((double)n + HISTORY_WATER_PRIOR_DAYS);
    u.do_effect = known_mean(water->do_effect, from, to, &n);
    u.do_days = (double)n;
    return u;
}

struct growth_day history_day_water(const struct supply_water *water,
                                    const struct history_water *usual, int32_t day)
{
    struct growth_day d = {usual->temp_c, NAN, usual->nh3_n_mg_l};

    if (water != NULL && day >= water->first_day &&
        (size_t)(day - water->first_day) < water->days) {
        size_t at = (size_t)(day - water->first_day);

        d.do_effect = water->do_effect[at];
        if (!isnan(water->temp_c[at]))
            d.temp_c = water->temp_c[at];
        if (!isnan(water->nh3_n_mg_l[at]))
            d.nh3_n_mg_l = water->nh3_n_mg_l[at];
    }
    return d;
}

/* A kind nobody knows counts as pellets. */
static double pellets_in(const char *kind)
{
    const struct feed_kind *k = feed_kind_find(kind);
    return k != NULL ? k->pellets : 1;
}

void history_feed(const struct records_snapshot *s, size_t cycle, int32_t as_of_day,
                  double *feed_kg)
{
    int32_t stocked = s->cycle[cycle].stocked_day, prev = stocked;
    size_t days = (size_t)(as_of_day - stocked) + 1, dates = 0;
    struct history_rows r = history_rows(s, cycle);
    size_t end = r.feed;
    bool daily;

    for (size_t d = 0; d < days; d++)
        feed_kg[d] = NAN;
    for (; end < r.feed_end && s->feed[end].day <= as_of_day; end++)
        dates += end == r.feed || s->feed[end].day != s->feed[end - 1].day;
    if (dates == 0)
        return;
    daily = s->feed[end - 1].day - s->feed[r.feed].day < 2 * ((int32_t)dates - 1) || dates == 1;
    for (size_t k = r.feed; k < end;) {
        int32_t day = s->feed[k].day, from = prev + 1;
        double kg = 0;

        for (; k < end && s->feed[k].day == day; k++)
            kg += s->feed[k].feed_kg * pellets_in(s->feed[k].kind);
        if (day <
            stocked) /* of fish that were there before: nothing of it reaches into the array */
            continue;
        prev = day;
        if (daily || day - from >= FEED_SPREAD_DAYS || from > day)
            from = day;
        for (int32_t d = from; d <= day; d++)
            feed_kg[d - stocked] = kg / (double)(day - from + 1);
    }
    /* what the next row will stand for is not written yet: it goes on so */
    for (int32_t d = prev + 1; !daily && d <= as_of_day && d < prev + FEED_SPREAD_DAYS; d++)
        if (d > stocked)
            feed_kg[d - stocked] = feed_kg[prev - stocked];
}

double history_retail_kg_week(const struct records_snapshot *s, size_t cycle, int32_t as_of_day)
{
    struct history_rows r = history_rows(s, cycle);
    int32_t days = as_of_day - s->cycle[cycle].stocked_day;
    double kg = 0;
    unsigned sales = 0;

    days = days < RETAIL_DAYS ? days : RETAIL_DAYS;
    for (size_t k = r.harvest; k < r.harvest_end; k++) {
        int32_t day = s->harvest[k].day;

        if (day > as_of_day || day <= as_of_day - days || !(s->harvest[k].kg > 0))
            continue;
        kg += s->harvest[k].kg;
        sales++;
    }
    return sales > 1 ? kg * 7 / days : 0;
}
