/* SPDX-License-Identifier: GPL-3.0-or-later */
/* night: tonight's oxygen of one pond: the path to 07:00 WIB, the distribution of the night's minimum and its time, the
 * chance of falling below a limit; issued at any time from 16:00 on.
 *
 * A model is fed readings in order of time and keeps the last nights on a 10-minute grid. Experts (climatology, persistence of
 * yesterday's curve, ratio of past nights' shapes, anomaly of the level, decay dC/dt = a - bC, ridge on log ratios, and a
 * light-driven metabolism where light is known) are mixed by their own past error on this pond; the ensemble is the mix plus its own past
 * residual curves, with those of other ponds of the site and a general spread (night_prior.h) while they are few. Nothing
 * after the issue time is used, whatever was fed.
 *
 * Aerator: nights are taken as natural until the aerator starts; what follows is not learned from, and is filled by the
 * shape of natural nights where yesterday's curve is needed. So the forecast is that of a night WITHOUT aeration; a second
 * one, WITH aeration, is given once NIGHT_BOTH_MIN nights of each kind are there.
 *
 * NOT YET TRIED on ponds of Kalimantan's peat: constants come from ponds in Andhra Pradesh (bloom ponds).
 * Days and hours are WIB. Threads: a model belongs to one thread at a time. Deterministic; no randomness. */
#ifndef ANALYTICS_NIGHT_H
#define ANALYTICS_NIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"

#define NIGHT_TRIED_ON_PEAT false /* what machines are told; people are told in words */
#define NIGHT_STEP_MS       ((int64_t)600000)
#define NIGHT_STEPS_MAX     90 /* 16:00 to 07:00 */
#define NIGHT_MEMBERS       39 /* equally likely minima of a forecast */
#define NIGHT_LIMITS        3
#define NIGHT_WINDOW        21 /* days looked back over for usable nights */
#define NIGHT_NIGHTS_MIN    3  /* usable nights before a forecast rests on the pond's own */
#define NIGHT_BOTH_MIN      5  /* nights of each kind before both forecasts are shown */

extern const double NIGHT_LIMIT_MG_L[NIGHT_LIMITS]; /* 3, 2, 1.5 */

enum night_basis {
    NIGHT_PROBE,   /* readings of a probe */
    NIGHT_HANDHELD /* one handheld reading of tonight: "satu pengukuran" */
};

struct night_quantiles {
    double p10, p50, p90;
};

struct night_forecast {
    int64_t issue_ms, until_ms;
    enum night_basis basis;
    bool aerated; /* of a night with the aerator on */
    int nights;   /* usable nights of this pond behind it */
    int steps;    /* 1..NIGHT_STEPS_MAX; step k is at issue_ms + (k + 1) * NIGHT_STEP_MS */
    double mean[NIGHT_STEPS_MAX];                 /* mg/L */
    struct night_quantiles path[NIGHT_STEPS_MAX]; /* mg/L */
    struct night_quantiles min;                   /* mg/L, lowest of the steps */
    int64_t min_at_ms, min_from_ms, min_to_ms;    /* its time: median, P10, P90 */
    double p_below[NIGHT_LIMITS];                 /* of NIGHT_LIMIT_MG_L, 0..1 exclusive */
    double member[NIGHT_MEMBERS];                 /* minima, rising, mg/L */
    double smooth;                                /* kernel of night_p_below, mg/L */
    int64_t level_ms;                             /* time of the last reading it starts from */
    double level_mg_l;
};

/* One set of readings at an instant; NaN: not measured. */
struct night_sample {
    int64_t ts_ms;
    double do_mg_l, temp_c, par_w_m2;
};

struct night_model; /* opaque */

/* Never NULL (aborts without memory). */
struct night_model *night_model_new(void);
void night_model_free(struct night_model *m); /* NULL is fine */
/* Bytes that one model takes on the heap. */
size_t night_model_bytes(void);

/* Readings in order of time. Unusable oxygen (not above 0, over 30 mg/L, NaN, a lone spike, a second reading of the same
 * instant) is left out and counted. NILA_ERR_RANGE: older than the newest fed; nothing is changed. */
NILA_MUST_CHECK int night_model_feed(struct night_model *m, const struct night_sample *s);

/* The aerator ran in [from_ms, to_ms). In any order, also before the readings of that time, but not more than a day ahead
 * of the newest reading; what is older than the nights kept is ignored. NILA_ERR_RANGE: to before from. */
NILA_MUST_CHECK int night_model_aerator(struct night_model *m, int64_t from_ms, int64_t to_ms);

/* The newest instant fed; 0 none. */
int64_t night_model_newest(const struct night_model *m);
/* Readings left out so far. */
size_t night_model_left_out(const struct night_model *m);

/* Usable natural and aerated nights kept for an issue at that time of day. */
void night_model_nights(const struct night_model *m, int64_t issue_ms, int *natural, int *aerated);

/* The forecast for the night of issue_ms (taken down to the whole 10 minutes, local 16:00 up to ten minutes before
 * until). until_ms: 0 for 07:00 of that night. Only readings up to issue_ms count; the model must not have been fed
 * later ones (NILA_ERR_RANGE). peers: other models of the site, fed up to the same instant, may be NULL with n 0.
 * aerated: the night with aerator on; NILA_ERR_NOT_FOUND with fewer than NIGHT_BOTH_MIN nights of each kind.
 * NILA_ERR_NOT_FOUND: fewer than NIGHT_NIGHTS_MIN usable nights, or no usable reading in the three hours before.
 * NILA_ERR_RANGE: the hour. out is untouched on failure. */
struct night_ask {
    int64_t issue_ms, until_ms;
    bool aerated;
    bool
        young; /* also with fewer than NIGHT_NIGHTS_MIN nights, or without a reading in the three hours before, as far
                 * as there is anything to go by */
    struct night_model *const *peers;
    size_t n_peers;
};
NILA_MUST_CHECK int night_model_forecast(struct night_model *m, const struct night_ask *ask,
                                         struct night_forecast *out);

/* A pond without a probe: from one handheld reading at ts_ms, local 18:00 to 21:00, 0 < do_mg_l <= 30; the path begins at
 * the next whole 10 minutes. peers as above (their shapes are used when they have nights), else the general prior; the band is wider. NILA_ERR_RANGE. */
NILA_MUST_CHECK int night_handheld(double do_mg_l, int64_t ts_ms, struct night_model *const *peers,
                                   size_t n_peers, struct night_forecast *out);

/* Chance that the night's minimum is below limit, from the members. */
double night_p_below(const struct night_forecast *f, double limit_mg_l);

/* What the forecast rests on, in words: "21 malam", "satu pengukuran", ...; returns the length. */
size_t night_basis_words(const struct night_forecast *f, bool english, char *out, size_t size);

#endif
