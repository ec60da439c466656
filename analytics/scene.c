/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/water/drift.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"

#define HOUR_MS ((int64_t)60 * 60 * 1000)
enum {
    PH_DAYS = 15, /* status_ph_days looks back 14 and begins at a full hour */
    USUAL_DAYS = 14
};

int scene_ph(struct series_source *s, const char *pond, int64_t now_ms, struct status_ph *out)
{
    struct series hours = {0};
    int64_t to = now_ms - now_ms % HOUR_MS; /* WIB is whole hours from UTC */
    int rc = series_load(s, pond, METRIC_PH, to - PH_DAYS * CIVIL_DAY_MS, to, HOUR_MS, &hours);

    *out = (struct status_ph){NAN, NAN, NAN};
    if (rc == 0)
        *out = status_ph_days(&hours, now_ms);
    series_free(&hours);
    return rc;
}

void scene_records(const struct records_snapshot *s, size_t pond, struct status_scene *out)
{
    int32_t today = civil_day(out->now_ms), counted = INT32_MIN;
    long open = records_open_cycle(s, pond, today);
    double before = 0.0, all = 0.0;
    struct rec_events rows;

    out->system = s->pond[pond].system;
    if (open < 0)
        return;
    records_events_of(s, (size_t)open, &rows);
    for (size_t i = 0; i < rows.deaths; i++)
        if (rows.death[i].day <= today) {
            all += rows.death[i].count;
            if (rows.death[i].day > counted)
                counted = rows.death[i].day;
        }
    out->stocked_ms = civil_day_start(s->cycle[open].stocked_day);
    out->fish = fmax(0.0, s->cycle[open].count - all);
    if (counted < today - 1)
        return;
    for (size_t i = 0; i < rows.deaths; i++) {
        if (rows.death[i].day == counted)
            out->deaths += rows.death[i].count;
        else if (rows.death[i].day < counted && rows.death[i].day >= counted - USUAL_DAYS)
            before += rows.death[i].count;
    }
    out->deaths_usual = before / USUAL_DAYS;
}

void scene_limits(const struct rec_limit *limit, size_t n, const char *pond,
                  const struct status_limits *usual, struct status_limits *out, const char **fault)
{
    struct status_limits own = *usual;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < STATUS_LIMIT_COUNT; k++)
            if (strcmp(limit[i].pond, pond) == 0 && strcmp(limit[i].key, STATUS_LIMIT[k].name) == 0)
                *status_limit_at(&own, k) = limit[i].value;
    *fault = status_limits_fault(&own);
    *out = *fault == NULL ? own : *usual;
}

void scene_presses(const struct rec_press *press, size_t n, const char *pond,
                   struct status_scene *out)
{
    for (size_t i = 0; i < n; i++)
        if (press[i].kind == PRESS_GASPING && strcmp(press[i].pond, pond) == 0)
            out->gasping_ms = press[i].at_ms;
}

int64_t scene_acid(const struct rec_press *press, size_t n, const char *pond,
                   const struct series_last *ph, const struct status_limits *limits, int64_t now_ms)
{
    int64_t acid_ms = 0;

    for (size_t i = 0; i < n; i++)
        if (press[i].kind == PRESS_RIVER_ACID && strcmp(press[i].pond, pond) == 0)
            acid_ms = press[i].at_ms;
    if (ph != NULL && status_current(ph, now_ms, limits) && ph->value < limits->ph_danger_low &&
        ph->ts_ms > acid_ms)
        acid_ms = ph->ts_ms;
    return acid_ms;
}

int64_t scene_river(const struct rivers *r, const char *cage, int64_t now_ms, int64_t hold_ms,
                    scene_acid_at acid, void *arg)
{
    int64_t acid_ms[RIVER_CAGES];
    struct river_told told[RIVER_CAGES];
    size_t place = 0, n = 1;
    const struct river *river = rivers_find(r, cage, &place);

    acid_ms[0] = acid(arg, river == NULL ? cage : river->cage[0]);
    for (; n <= place; n++)
        acid_ms[n] = acid(arg, river->cage[n]);
    river_tell(acid_ms, n, now_ms, hold_ms, told);
    return told[place].last_ms;
}

bool scene_aerator_on(const struct rec_press *press, size_t n, const char *pond, int64_t now_ms,
                      int64_t *since_ms)
{
    int64_t said_ms = 0;
    bool on = false;

    *since_ms = 0;
    for (size_t i = 0; i < n; i++) {
        bool says = press[i].kind == PRESS_AERATOR_ON;

        if ((!says && press[i].kind != PRESS_AERATOR_OFF) || strcmp(press[i].pond, pond) != 0)
            continue;
        if (says != on || *since_ms == 0)
            *since_ms = press[i].at_ms;
        on = says;
        said_ms = press[i].at_ms;
    }
    if (on && now_ms - said_ms > SCENE_AERATOR_HOLD_MS) {
        *since_ms = 0;
        on = false;
    }
    return on;
}

/* It ran from on_ms to off_ms, or as long as the word holds. */
static int aerated(struct night_model *m, int64_t on_ms, int64_t said_ms, int64_t off_ms)
{
    int64_t most = said_ms + SCENE_AERATOR_HOLD_MS;

    return night_model_aerator(m, on_ms, off_ms < most ? off_ms : most);
}

int scene_aerator(const struct rec_press *press, size_t n, const char *pond, int64_t to_ms,
                  struct night_model *m)
{
    int64_t on_ms = 0, said_ms = 0;
    int rc = 0;

    for (size_t i = 0; i < n && rc == 0; i++) {
        const struct rec_press *q = &press[i];

        if (strcmp(q->pond, pond) != 0 || q->at_ms > to_ms)
            continue;
        if (q->kind == PRESS_AERATOR_ON) {
            if (on_ms != 0 && q->at_ms - said_ms > SCENE_AERATOR_HOLD_MS) {
                rc = aerated(m, on_ms, said_ms, q->at_ms);
                on_ms = 0;
            }
            on_ms = on_ms != 0 ? on_ms : q->at_ms;
            said_ms = q->at_ms;
        }
        if (q->kind == PRESS_AERATOR_OFF && on_ms != 0) {
            rc = aerated(m, on_ms, said_ms, q->at_ms);
            on_ms = 0;
        }
    }
    return rc == 0 && on_ms != 0 ? aerated(m, on_ms, said_ms, to_ms) : rc;
}

int64_t scene_crossing(const struct night_forecast *f, double limit_mg_l)
{
    for (int k = 0; k < f->steps; k++)
        if (f->path[k].p50 < limit_mg_l)
            return f->issue_ms + (k + 1) * NIGHT_STEP_MS;
    return 0;
}

void scene_night(const struct night_forecast *f, double limit_mg_l, struct status_scene *out)
{
    out->night = f != NULL && f->until_ms > out->now_ms;
    if (!out->night)
        return;
    out->night_p_watch = night_p_below(f, limit_mg_l);
    out->night_min_mg_l = f->min.p50;
    out->night_low_ms = scene_crossing(f, limit_mg_l);
}

int scene_fouled(struct series_source *s, const char *pond, int64_t now_ms, int64_t *fouled_ms)
{
    enum {
        DAYS = DRIFT_BACK_DAYS + DRIFT_RECENT_DAYS
    };
    int32_t today = civil_day(now_ms);
    struct drift_day day[DAYS + 1];
    struct drift_swing swing;
    struct series oxygen = {0};
    double *work;
    size_t n;
    int rc = series_load(s, pond, METRIC_DO_MG_L, civil_day_start(today - DAYS),
                         civil_day_start(today), NIGHT_STEP_MS, &oxygen);

    if (rc != 0)
        return rc;
    work = xcalloc(oxygen.n, sizeof *work);
    n = drift_days(oxygen.value, oxygen.ts_ms, oxygen.n, work, day, DAYS + 1);
    drift_swing(day, n < DAYS + 1 ? n : DAYS + 1, today - 1, &swing);
    *fouled_ms = swing.notice ? civil_day_start(today) : 0;
    free(work);
    series_free(&oxygen);
    return 0;
}
