/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forecast_water.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analytics/fish/growth.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "collector/common/watereq.h"
#include "history.h"
#include "paths.h"

#define HOUR_MS       ((int64_t)3600 * 1000)
#define HOURS_A_DAY   24
#define HOURS_TO_KNOW 12 /* a day with fewer hours of something does not know it */

/* Puts a series on the grid of hours; what lies outside is left. */
void forecast_hours_grid(const struct series *s, int64_t from_ms, size_t hours, double *out)
{
    for (size_t h = 0; h < hours; h++)
        out[h] = NAN;
    for (size_t k = 0; k < s->n; k++) {
        int64_t at = s->ts_ms[k] - from_ms;

        if (at >= 0 && (size_t)(at / HOUR_MS) < hours)
            out[at / HOUR_MS] = s->value[k];
    }
}

static double day_mean(const double *hour)
{
    double sum = 0;
    int n = 0;

    for (int h = 0; h < HOURS_A_DAY; h++) {
        if (isnan(hour[h]))
            continue;
        sum += hour[h];
        n++;
    }
    return n >= HOURS_TO_KNOW ? sum / n : NAN;
}

void forecast_water(const struct forecast_hours *h, int32_t first_day, int32_t last_day,
                    const struct growth_oxygen *oxygen_felt, struct supply_water *out)
{
    size_t days = last_day >= first_day ? (size_t)(last_day - first_day) + 1 : 0;
    size_t hours = days * HOURS_A_DAY;
    int64_t from_ms = civil_day_start(first_day);
    double *work = xcalloc(hours * 5, sizeof *work);
    double *temp = work, *oxygen = temp + hours, *ph = oxygen + hours, *tan = ph + hours,
           *nh3 = tan + hours;

    forecast_hours_grid(&h->temp, from_ms, hours, temp);
    forecast_hours_grid(&h->oxygen, from_ms, hours, oxygen);
    forecast_hours_grid(&h->ph, from_ms, hours, ph);
    forecast_hours_grid(&h->tan, from_ms, hours, tan);
    forecast_hours_grid(&h->nh3, from_ms, hours, nh3);
    for (size_t k = 0; k < hours; k++) {
        if (isnan(nh3[k])) /* NaN in any of the three gives NaN */
            nh3[k] = watereq_nh3_n_mg_l(tan[k], temp[k], ph[k]);
    }
    *out = (struct supply_water){.first_day = first_day, .days = days};
    out->temp_c = xcalloc(days, sizeof *out->temp_c);
    out->do_effect = xcalloc(days, sizeof *out->do_effect);
    out->nh3_n_mg_l = xcalloc(days, sizeof *out->nh3_n_mg_l);
    for (size_t d = 0; d < days; d++) {
        out->temp_c[d] = day_mean(temp + d * HOURS_A_DAY);
        out->do_effect[d] = growth_do_day(oxygen_felt, oxygen + d * HOURS_A_DAY);
        out->nh3_n_mg_l[d] = day_mean(nh3 + d * HOURS_A_DAY);
    }
    free(work);
}

void forecast_water_free(struct supply_water *w)
{
    free(w->temp_c);
    free(w->do_effect);
    free(w->nh3_n_mg_l);
    *w = (struct supply_water){0};
}

void forecast_hours_free(struct forecast_hours *h)
{
    series_free(&h->temp);
    series_free(&h->oxygen);
    series_free(&h->ph);
    series_free(&h->tan);
    series_free(&h->nh3);
}

int forecast_hours_load(struct series_source *source, const char *pond, int32_t first_day,
                        int32_t last_day, struct forecast_hours *h, char *why, size_t why_size)
{
    const struct {
        enum metric metric;
        struct series *to;
    } want[] = {{METRIC_TEMP_C, &h->temp},
                {METRIC_DO_MG_L, &h->oxygen},
                {METRIC_PH, &h->ph},
                {METRIC_TAN_N_MG_L, &h->tan},
                {METRIC_NH3_N_MG_L, &h->nh3}};

    for (size_t k = 0; k < sizeof want / sizeof want[0]; k++) {
        int rc = series_load(source, pond, want[k].metric, civil_day_start(first_day),
                             civil_day_start(last_day + 1), HOUR_MS, want[k].to);
        if (rc != 0) {
            (void)snprintf(why, why_size,
                           tongue("ramalan: kolam %s: %s tidak dapat dimuat: %s",
                                  "forecast: pond %s: %s cannot be loaded: %s"),
                           pond, metric_info(want[k].metric)->name, nila_err_text(rc));
            return rc;
        }
    }
    return 0;
}

struct growth_oxygen forecast_oxygen_usual(const struct growth_oxygen *given,
                                           enum pond_system system)
{
    return given != NULL && given[system].full_mg_l > 0 ? given[system] : growth_oxygen_default();
}

/* First day of water worth loading for the pond, or INT32_MAX when it is not in use. */
static int32_t wanted_from(const struct records_snapshot *s, size_t pond, int32_t as_of_day)
{
    int32_t from = INT32_MAX, oldest = as_of_day - 7 * PATHS_PAST_WEEKS;
    size_t first, end;

    records_cycles_of(s, pond, &first, &end);
    for (size_t c = first; c < end; c++) {
        const struct rec_cycle *y = &s->cycle[c];

        if (y->stocked_day > as_of_day ||
            (y->closed_day <= as_of_day && as_of_day - y->closed_day > HISTORY_IDLE_DAYS))
            continue;
        from = y->closed_day > as_of_day ? y->stocked_day
                                         : as_of_day; /* the last cycle's word holds */
    }
    if (from == INT32_MAX)
        return from;
    from = from < as_of_day - HISTORY_WATER_DAYS ? from : as_of_day - HISTORY_WATER_DAYS;
    return from > oldest ? from : oldest;
}

static bool knows_any(const struct supply_water *w)
{
    for (size_t d = 0; d < w->days; d++)
        if (!isnan(w->temp_c[d]) || !isnan(w->do_effect[d]))
            return true;
    return false;
}

int forecast_water_load(struct series_source *source, const struct records_snapshot *s,
                        int32_t as_of_day, const struct growth_oxygen *oxygen,
                        struct supply_water *water, size_t *with, char *why, size_t why_size)
{
    *with = 0;
    for (size_t p = 0; source != NULL && p < s->ponds; p++) {
        int32_t from = wanted_from(s, p, as_of_day);
        struct growth_oxygen felt = forecast_oxygen_usual(oxygen, s->pond[p].system);
        struct forecast_hours h = {0};
        int rc;

        if (from == INT32_MAX)
            continue;
        rc = forecast_hours_load(source, s->pond[p].slug, from, as_of_day, &h, why, why_size);
        if (rc == 0)
            forecast_water(&h, from, as_of_day, &felt, &water[p]);
        forecast_hours_free(&h);
        if (rc != 0)
            return rc;
        *with += knows_any(&water[p]);
    }
    return 0;
}
