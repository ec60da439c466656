/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records' and sensors' part of oxygen: which cycles are looked at, and their water. */
#include <stdio.h>
#include <stdlib.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "forecast_water.h"
#include "history.h"
#include "paths.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

/* The cycle's samples after its stocking and before anything was taken out. Returns their number. */
static size_t samples_of(const struct records_snapshot *s, size_t cycle, int32_t as_of_day,
                         struct oxygen_sample *out)
{
    const struct history_rows r = history_rows(s, cycle);
    const int32_t stocked = s->cycle[cycle].stocked_day;
    int32_t last = as_of_day;
    size_t n = 0;

    if (r.harvest < r.harvest_end && s->harvest[r.harvest].day <= last)
        last = s->harvest[r.harvest].day - 1; /* a sample of that day may be of what is left */
    for (size_t k = r.sample; k < r.sample_end && n < OXYGEN_SAMPLES_MAX; k++) {
        const struct rec_sample *m = &s->sample[k];

        if (m->day > stocked && m->day <= last && m->fish > 0 && m->mean_g > 0)
            out[n++] = (struct oxygen_sample){m->day - stocked, m->fish, m->mean_g};
    }
    return n;
}

size_t forecast_oxygen_days(const struct records_snapshot *s, size_t cycle, int32_t as_of_day)
{
    struct oxygen_sample sample[OXYGEN_SAMPLES_MAX];
    size_t n = samples_of(s, cycle, as_of_day, sample);

    return n < OXYGEN_SAMPLES_MIN || !(s->cycle[cycle].mass_g > 0) ? 0 : (size_t)sample[n - 1].day;
}

bool forecast_oxygen_cycle(const struct records_snapshot *s, size_t cycle, int32_t as_of_day,
                           const struct forecast_hours *h, const struct growth_oxygen *usual,
                           struct oxygen_evidence *e)
{
    const struct rec_cycle *y = &s->cycle[cycle];
    const size_t days = forecast_oxygen_days(s, cycle, as_of_day);
    const int32_t last_day = y->stocked_day + (int32_t)days;
    struct oxygen_sample sample[OXYGEN_SAMPLES_MAX];
    struct supply_water w;
    double *oxygen, *feed;
    bool taken;

    if (days == 0)
        return false;
    oxygen = xcalloc(days * 24 + days + 1, sizeof *oxygen);
    feed = oxygen + days * 24; /* from the day of stocking on */
    forecast_hours_grid(&h->oxygen, civil_day_start(y->stocked_day + 1), days * 24, oxygen);
    forecast_water(h, y->stocked_day + 1, last_day, usual, &w);
    history_feed(s, cycle, last_day, feed);
    taken = oxygen_add(e, usual,
                       &(struct oxygen_cycle){.system = s->pond[y->pond].system,
                                              .count = y->count,
                                              .stock_g = y->mass_g,
                                              .male = y->sex == SEX_MALE,
                                              .days = days,
                                              .temp_c = w.temp_c,
                                              .nh3_n_mg_l = w.nh3_n_mg_l,
                                              .do_mg_l = oxygen,
                                              .feed_kg = feed + 1,
                                              .samples = samples_of(s, cycle, as_of_day, sample),
                                              .sample = sample});
    forecast_water_free(&w);
    free(oxygen);
    return taken;
}

static int learn_of(struct series_source *source, const struct records_snapshot *s, size_t cycle,
                    int32_t as_of_day, const struct growth_oxygen *usual, struct oxygen_evidence *e,
                    char *why, size_t why_size)
{
    const struct rec_cycle *y = &s->cycle[cycle];
    const size_t days = forecast_oxygen_days(s, cycle, as_of_day);
    struct forecast_hours h = {0};
    int rc = forecast_hours_load(source, s->pond[y->pond].slug, y->stocked_day + 1,
                                 y->stocked_day + (int32_t)days, &h, why, why_size);

    if (rc == 0 && h.oxygen.n > 0)
        (void)forecast_oxygen_cycle(s, cycle, as_of_day, &h, usual, e);
    forecast_hours_free(&h);
    return rc;
}

/* Whether the pond's oxygen was measured at all since from_day: most ponds have no probe, and one question is enough of them. */
static int has_probe(struct series_source *source, const char *pond, int32_t from_day,
                     int32_t as_of_day, bool *out, char *why, size_t why_size)
{
    struct series day = {0};
    int rc = series_load(source, pond, METRIC_DO_MG_L, civil_day_start(from_day),
                         civil_day_start(as_of_day + 1), DAY_MS, &day);

    *out = rc == 0 && day.n > 0;
    series_free(&day);
    if (rc != 0)
        (void)snprintf(why, why_size, "forecast: pond %s: %s cannot be loaded: %s", pond,
                       metric_info(METRIC_DO_MG_L)->name, nila_err_text(rc));
    return rc;
}

static int learn_of_pond(struct series_source *source, const struct records_snapshot *s,
                         size_t pond, int32_t as_of_day, const struct growth_oxygen *usual,
                         struct oxygen_evidence *e, char *why, size_t why_size)
{
    size_t first, end, n = 0, cycle[FORECAST_WATER_OXYGEN_CYCLES];
    bool probe;
    int rc;

    records_cycles_of(s, pond, &first, &end);
    for (size_t c = end; c-- > first && n < FORECAST_WATER_OXYGEN_CYCLES;) {
        if (s->cycle[c].stocked_day < as_of_day &&
            s->cycle[c].stocked_day >= as_of_day - 7 * PATHS_PAST_WEEKS && s->cycle[c].count > 0 &&
            forecast_oxygen_days(s, c, as_of_day) > 0)
            cycle[n++] = c;
    }
    if (n == 0)
        return 0;
    rc = has_probe(source, s->pond[pond].slug, s->cycle[cycle[n - 1]].stocked_day, as_of_day,
                   &probe, why, why_size);
    for (size_t k = 0; rc == 0 && probe && k < n; k++)
        rc = learn_of(source, s, cycle[k], as_of_day, usual, e, why, why_size);
    return rc;
}

int forecast_oxygen_learn(struct series_source *source, const struct records_snapshot *s,
                          int32_t as_of_day, const struct growth_oxygen *usual,
                          struct oxygen_learned *out, char *why, size_t why_size)
{
    struct oxygen_evidence *e = xcalloc(1, sizeof *e);
    struct growth_oxygen felt[POND_SYSTEM_COUNT];
    int rc = 0;

    for (int y = 0; y < POND_SYSTEM_COUNT; y++)
        felt[y] = forecast_oxygen_usual(usual, (enum pond_system)y);
    for (size_t p = 0; rc == 0 && source != NULL && p < s->ponds; p++)
        rc = learn_of_pond(source, s, p, as_of_day, &felt[s->pond[p].system], e, why, why_size);
    if (rc == 0)
        oxygen_learn(e, felt, out);
    free(e);
    return rc;
}
