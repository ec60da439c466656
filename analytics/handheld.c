/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "handheld.h"

#include <math.h>
#include <string.h>

#include "collector/common/civil.h"

#define HOUR_MS  ((int64_t)3600000)
#define OVER_MS  (7 * HOUR_MS)  /* the night is over */
#define FIRST_MS (18 * HOUR_MS) /* as night_handheld */
#define LAST_MS  (21 * HOUR_MS)
/* A meter that shows tenths reads 0 up to here; the forecast goes on from a logarithm. */
static const double LEAST_MG_L = 0.05;

struct found {
    int64_t ts_ms; /* 0: none */
    double do_mg_l;
};

static void on_record(const struct handheld_ask *ask, int64_t from_ms, int64_t to_ms,
                      struct found *f)
{
    for (size_t i = 0; i < ask->presses; i++) {
        const struct rec_press *p = &ask->press[i];

        if (p->kind == PRESS_OXYGEN && p->at_ms >= from_ms && p->at_ms <= to_ms &&
            p->at_ms >= f->ts_ms && strcmp(p->pond, ask->pond) == 0)
            *f = (struct found){p->at_ms, fmax(p->value, LEAST_MG_L)};
    }
}

/* Zeros of a series are more often a fault than water without oxygen. */
static int of_series(const struct handheld_ask *ask, int64_t from_ms, int64_t to_ms,
                     struct found *f)
{
    struct series evening = {0};
    int rc = series_load(ask->series, ask->pond, METRIC_DO_MG_L, from_ms, to_ms + 1, 0, &evening);

    for (size_t i = 0; i < evening.n; i++)
        if (evening.value[i] > 0 && evening.ts_ms[i] > f->ts_ms)
            *f = (struct found){evening.ts_ms[i], evening.value[i]};
    series_free(&evening);
    return rc;
}

int handheld_night(const struct handheld_ask *ask, struct night_forecast *out, bool *made)
{
    int64_t day = civil_day_start(civil_day(ask->now_ms - OVER_MS));
    int64_t from = day + FIRST_MS, to = day + LAST_MS;
    struct found f = {0};
    int rc = 0;

    *made = false;
    if (to > ask->now_ms)
        to = ask->now_ms;
    if (to < from)
        return 0;
    on_record(ask, from, to, &f);
    if (ask->series != NULL)
        rc = of_series(ask, from, to, &f);
    if (f.ts_ms == 0)
        return rc;
    *made = night_handheld(f.do_mg_l, f.ts_ms, ask->peers, ask->n_peers, out) == 0;
    return 0;
}
