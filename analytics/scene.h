/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scene: what a pond's status is judged from, gathered: the water's series and the production records become a struct
 * status_scene (analytics/water/status.h). Pages and the alarm judge by the same scene. */
#ifndef ANALYTICS_SCENE_H
#define ANALYTICS_SCENE_H

#include <stddef.h>
#include <stdint.h>

#include "analytics/records/contacts.h"
#include "analytics/records/records.h"
#include "analytics/series.h"
#include "analytics/water/night.h"
#include "analytics/water/river.h"
#include "analytics/water/status.h"

/* pH changes slowly: its days are read again after this. */
#define SCENE_PH_FRESH_MS ((int64_t)10 * 60 * 1000)

/* pH of the last days. Errors as series_load; then *out is all NaN. */
NILA_MUST_CHECK int scene_ph(struct series_source *s, const char *pond, int64_t now_ms,
                             struct status_ph *out);

/* What the records say of pond (index): its system, when its fish were stocked, how many there are by stocking less
 * recorded deaths, the dead of the newest day they were counted (today or yesterday) and of a usual day (mean of the 14
 * days before it, days without a note as 0). Other members are left alone. Pure. */
void scene_records(const struct records_snapshot *s, size_t pond, struct status_scene *out);

/* The limits that hold at a pond: the usual ones, but where records say otherwise. Should they not fit together, the usual ones
 * hold: *fault says why, else it is NULL. Pure. */
void scene_limits(const struct rec_limit *limit, size_t n, const char *pond,
                  const struct status_limits *usual, struct status_limits *out, const char **fault);

/* Buttons of so long ago are still looked at. */
#define SCENE_PRESS_BACK_MS ((int64_t)24 * 60 * 60 * 1000)
/* What people said of the pond: gasping_ms. Other members are left alone. press: by time. Pure. */
void scene_presses(const struct rec_press *press, size_t n, const char *pond,
                   struct status_scene *out);
/* "On" without an "off" holds so long, through a night: assumption. */
#define SCENE_AERATOR_HOLD_MS ((int64_t)14 * 60 * 60 * 1000)
/* When acid water was last told of at the pond, or measured there: the newest pH, usable, below ph_danger_low; 0: never. Pure. */
int64_t scene_acid(const struct rec_press *press, size_t n, const char *pond,
                   const struct series_last *ph, const struct status_limits *limits,
                   int64_t now_ms);
/* When acid water was last seen at the cage or above it, within river_hold_ms: acid gives the time of each cage (scene_acid; 0 also for
 * one that is not known). A cage in no river: its own. 0: it was not. */
typedef int64_t (*scene_acid_at)(void *arg, const char *cage);
int64_t scene_river(const struct rivers *r, const char *cage, int64_t now_ms, int64_t hold_ms,
                    scene_acid_at acid, void *arg);
/* Is the pond's aerator on at now_ms as people said, and since when (0: nobody said)? Pure. */
bool scene_aerator_on(const struct rec_press *press, size_t n, const char *pond, int64_t now_ms,
                      int64_t *since_ms);
/* Tells the night model when people said that the aerator ran, up to to_ms. Errors of night_model_aerator. */
NILA_MUST_CHECK int scene_aerator(const struct rec_press *press, size_t n, const char *pond,
                                  int64_t to_ms, struct night_model *m);

/* Tonight's forecast of the night without aeration, for limit (do_watch): night and its members; f NULL, or over at now_ms: not
 * known. Pure. */
void scene_night(const struct night_forecast *f, double limit_mg_l, struct status_scene *out);
/* When the middle path falls below the limit; 0: it does not. Pure. */
int64_t scene_crossing(const struct night_forecast *f, double limit_mg_l);

/* Since when the pond's oxygen probe seems fouled (the start of the day that showed it), 0: it does not. Errors as
 * series_load; then *fouled_ms is untouched. */
NILA_MUST_CHECK int scene_fouled(struct series_source *s, const char *pond, int64_t now_ms,
                                 int64_t *fouled_ms);

#endif
