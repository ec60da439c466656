/* SPDX-License-Identifier: GPL-3.0-or-later */
/* night_own: the inside of a night model, for night*.c alone. A row is a day from 07:00 to 07:00 WIB on a grid of 10 minutes:
 * slot 0 is 07:00, slot 78 is 20:00, slot 144 is 07:00 of the next day (and slot 0 of the next row). */
#ifndef ANALYTICS_NIGHT_OWN_H
#define ANALYTICS_NIGHT_OWN_H

#include "night.h"

enum {
    NIGHT_SLOTS = 144,
    NIGHT_GRID = NIGHT_SLOTS + 1,
    NIGHT_FIRST_SLOT = 54, /* 16:00 */
    NIGHT_ROWS = 30,       /* days kept */
    NIGHT_FEATURES = 8,
    NIGHT_NONE = INT16_MIN /* a small value that is missing */
};
#define NIGHT_ROW_START_MS ((int64_t)7 * 3600 * 1000)

enum night_expert {
    EXPERT_CLIMATE,
    EXPERT_PERSIST,
    EXPERT_RATIO,
    EXPERT_ANOMALY,
    EXPERT_CHANGE,
    EXPERT_DECAY,
    EXPERT_RIDGE,
    EXPERT_LIGHT,
    EXPERTS
};

struct night_row {
    int32_t day;                                         /* WIB day on which it begins */
    float do_mg_l[NIGHT_GRID];                           /* NaN: missing */
    int16_t temp_x100[NIGHT_GRID], par_w_m2[NIGHT_GRID]; /* NIGHT_NONE: missing */
    uint8_t aerated[(NIGHT_GRID + 7) / 8]; /* bit of a slot: on within the 10 minutes after it */
};

/* How the experts and their mix did, issued at one time of the day, on the rows kept. */
struct night_track {
    int slot;     /* -1: none yet */
    int end;      /* until */
    int32_t upto; /* rows up to this day are in */
    int n;
    struct night_past {
        int32_t day;
        float depth;                     /* log minimum that came, less that of the mix */
        float loss[EXPERTS];             /* mean squared error of the path; NaN: was not able to */
        float residual[NIGHT_STEPS_MAX]; /* of the mix, on the log scale of night_log */
    } night[NIGHT_ROWS];
};

struct night_model {
    int rows;
    struct night_row row[NIGHT_ROWS]; /* by day, rising; the last is the present one */
    int64_t newest_ms;                /* of anything */
    struct {
        int64_t ts_ms; /* 0: none */
        double v;
    } last, held, temp, par; /* oxygen accepted, oxygen that may be a spike */
    size_t left_out;
    struct night_track track;
};

/* One night as the experts see it: natural oxygen from some hours before the issue, gaps bridged. */
struct night_view {
    const struct night_row *row;
    double level; /* at the time of day of tonight's last reading */
    double log_level;
    float path[NIGHT_STEPS_MAX]; /* step k */
    float log_path[NIGHT_STEPS_MAX];
    double x[NIGHT_FEATURES];
    bool whole; /* natural to the end: not filled after the aerator's start */
};

/* What tonight's forecast is made from. */
struct night_past_set {
    int slot, end, steps;
    double at; /* fractional slot of the level */
    int n;     /* earlier nights, oldest first */
    struct night_view view[NIGHT_ROWS];
    struct night_view now; /* path unused */
};

struct night_paths {
    bool able[EXPERTS];
    double path[EXPERTS][NIGHT_STEPS_MAX];
};

/* log(C + offset): ratios that do not explode near zero. */
double night_log(double c);
double night_unlog(double l);

/* The value of a grid at a fractional slot, NaN where a neighbour is missing. */
double night_grid_at(const float *grid, double at);
bool night_slot_aerated(const struct night_row *r, int slot);
/* First aerated slot from 16:00 to end, or end + 1. */
int night_aerated_from(const struct night_row *r, int end);

/* Earlier nights usable for an issue at slot (rows before index), and tonight's level (NaN: unknown) and features from row
 * index. aerated: nights on which the aerator ran instead of natural ones. */
void night_collect(const struct night_model *m, int index, int slot, int end, double at,
                   double level, bool aerated, struct night_past_set *set);
/* What came of the night of row index: true when it was seen, and natural to the end (aerated: when the aerator ran). */
bool night_truth(const struct night_model *m, int index, const struct night_past_set *set,
                 bool aerated, struct night_view *v);
void night_experts(const struct night_past_set *set, struct night_paths *out);

#endif
