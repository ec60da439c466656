/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows as the experts see them: one curve a night from the issue on, and the features known at the issue. */
#include <math.h>
#include <string.h>

#include "collector/common/civil.h"
#include "night_own.h"

static const double LOG_OFFSET_MG_L = 1; /* below it a ratio says nothing */
static const double SHAPE_HALF_LIFE = 5; /* nights */

enum {
    SHARE_X100 = 85,   /* of the steps that must have been seen */
    NATURAL_LEAST = 6, /* steps before the aerator's start for a night to be used */
    AERATED_LEAST = 12 /* aerated steps that make a night an aerated one */
};

double night_log(double c)
{
    return log(fmax(c, 0) + LOG_OFFSET_MG_L);
}

double night_unlog(double l)
{
    return fmax(0, exp(l) - LOG_OFFSET_MG_L);
}

/* Fills v->path[0..steps) from the grid, bridging gaps; false when too little was seen. */
static bool take_path(const struct night_row *r, int slot, int steps, float *path)
{
    int seen = 0, before = -1;

    for (int k = 0; k < steps; k++) {
        float c = r->do_mg_l[slot + 1 + k];

        path[k] = c;
        if (isnan(c))
            continue;
        seen++;
        for (int g = before + 1; g < k; g++)
            path[g] = before < 0 ? c
                                 : path[before] + (c - path[before]) * (float)(g - before) /
                                                      (float)(k - before);
        before = k;
    }
    for (int g = before + 1; before >= 0 && g < steps; g++)
        path[g] = path[before];
    return seen * 100 >= SHARE_X100 * steps;
}

static int aerated_steps(const struct night_row *r, int slot, int end)
{
    int on = 0;

    for (int k = slot; k < end; k++)
        on += night_slot_aerated(r, k) ? 1 : 0;
    return on;
}

/* In single precision, as the readings are: this is most of what a forecast computes. */
static void take_logs(struct night_view *v, int from, int steps)
{
    for (int k = from; k < steps; k++)
        v->log_path[k] = logf(fmaxf(v->path[k], 0) + (float)LOG_OFFSET_MG_L);
}

/* A past night; *seen: natural steps of it. */
static bool take_view(const struct night_row *r, const struct night_past_set *set, bool aerated,
                      struct night_view *v, int *seen)
{
    int from = night_aerated_from(r, set->end);

    *seen = set->steps;
    v->row = r;
    v->level = night_grid_at(r->do_mg_l, set->at);
    if (isnan(v->level))
        return false;
    v->log_level = night_log(v->level);
    if (aerated) {
        if (aerated_steps(r, set->slot, set->end) < AERATED_LEAST)
            return false;
    } else if (from <= set->end) {
        *seen = from - set->slot;
        if (*seen < NATURAL_LEAST)
            return false;
        if (*seen > set->steps)
            *seen = set->steps;
    }
    if (!take_path(r, set->slot, *seen, v->path))
        return false;
    v->whole = *seen == set->steps;
    take_logs(v, 0, *seen);
    return true;
}

/* The part after the aerator's start, as natural nights went on from that level. At least one night is whole. */
static void complete(const struct night_past_set *set, struct night_view *v, int seen)
{
    for (int k = seen; k < set->steps; k++) {
        double rise = 0, w = 0;

        for (int j = 0; j < set->n; j++) {
            const struct night_view *u = &set->view[j];
            double here = exp2(-(set->n - j) / SHAPE_HALF_LIFE);

            if (!u->whole)
                continue;
            rise += here * (u->log_path[k] - u->log_path[seen - 1]);
            w += here;
        }
        v->log_path[k] = (float)(v->log_path[seen - 1] + rise / w);
        v->path[k] = (float)night_unlog(v->log_path[k]);
    }
}

/* --- features --- */

static double log_known(const struct night_row *r, double at)
{
    double c = at >= 0 ? night_grid_at(r->do_mg_l, at) : NAN;

    return isnan(c) ? NAN : night_log(c);
}

static double log_day_max(const struct night_row *r, double at)
{
    float most = NAN;

    for (int k = 0; k <= (int)at; k++)
        if (isnan(most) || r->do_mg_l[k] > most)
            most = r->do_mg_l[k];
    return isnan(most) ? NAN : night_log(most);
}

static double temp_at(const struct night_row *r, double at)
{
    for (int k = (int)at; k >= 0 && k > (int)at - 18; k--)
        if (r->temp_x100[k] != NIGHT_NONE)
            return r->temp_x100[k] / 100.0;
    return NAN;
}

/* What is known at the issue, not yet against the pond's mean. before: the night before, NULL unknown. */
static void raw_features(const struct night_past_set *set, struct night_view *v,
                         const struct night_view *before)
{
    double at = set->at, least = NAN;

    if (before != NULL && before->row->day == v->row->day - 1) {
        least = before->log_path[0];
        for (int k = 1; k < set->steps; k++)
            least = fmin(least, before->log_path[k]);
        least -= before->log_level;
    }
    v->x[0] = 1;
    v->x[1] = v->log_level;
    v->x[2] = v->log_level - log_known(v->row, at - 6);
    v->x[3] = log_known(v->row, at - 6) - log_known(v->row, at - 18);
    v->x[4] = least;
    v->x[5] = log_day_max(v->row, at) - v->log_level;
    v->x[6] = 0.1 * temp_at(v->row, at);
    v->x[7] = log_known(v->row, 0);
}

/* Against the mean of the nights; what is missing becomes the mean. */
static void centre_features(struct night_past_set *set)
{
    for (int f = 1; f < NIGHT_FEATURES; f++) {
        double sum = 0, mean;
        int n = 0;

        for (int j = 0; j < set->n; j++)
            if (!isnan(set->view[j].x[f])) {
                sum += set->view[j].x[f];
                n++;
            }
        mean = n > 0 ? sum / n : NAN;
        for (int j = 0; j <= set->n; j++) {
            double *x = j < set->n ? &set->view[j].x[f] : &set->now.x[f];

            *x = isnan(*x) || isnan(mean) ? 0 : *x - mean;
        }
    }
}

void night_collect(const struct night_model *m, int index, int slot, int end, double at,
                   double level, bool aerated, struct night_past_set *set)
{
    int seen[NIGHT_ROWS], whole = 0;

    set->slot = slot;
    set->end = end;
    set->steps = end - slot;
    set->at = at;
    set->n = 0;
    for (int j = 0; j < index; j++)
        if (take_view(&m->row[j], set, aerated, &set->view[set->n], &seen[set->n]))
            set->n++;
    for (int j = 0; j < set->n; j++)
        whole += set->view[j].whole ? 1 : 0;
    if (whole == 0)
        set->n = 0;
    for (int j = 0; j < set->n; j++)
        if (!set->view[j].whole)
            complete(set, &set->view[j], seen[j]);
    set->now.row = &m->row[index];
    set->now.level = level;
    set->now.log_level = isnan(level) ? NAN : night_log(level);
    for (int j = 0; j < set->n; j++)
        raw_features(set, &set->view[j], j > 0 ? &set->view[j - 1] : NULL);
    raw_features(set, &set->now, set->n > 0 ? &set->view[set->n - 1] : NULL);
    centre_features(set);
}

bool night_truth(const struct night_model *m, int index, const struct night_past_set *set,
                 bool aerated, struct night_view *v)
{
    int seen;

    return take_view(&m->row[index], set, aerated, v, &seen) && v->whole;
}

void night_model_nights(const struct night_model *m, int64_t issue_ms, int *natural, int *aerated)
{
    int64_t slot_abs = (issue_ms + CIVIL_WIB_MS - NIGHT_ROW_START_MS) / NIGHT_STEP_MS;
    int32_t day = (int32_t)(slot_abs / NIGHT_SLOTS);
    struct night_past_set set = {.slot = (int)(slot_abs % NIGHT_SLOTS), .end = NIGHT_SLOTS};
    struct night_view v;
    int seen;

    set.steps = set.end - set.slot;
    set.at = set.slot;
    *natural = *aerated = 0;
    for (int k = 0; k < m->rows && m->row[k].day < day && set.steps <= NIGHT_STEPS_MAX; k++) {
        if (take_view(&m->row[k], &set, true, &v, &seen))
            (*aerated)++;
        else if (take_view(&m->row[k], &set, false, &v, &seen) && v.whole)
            (*natural)++;
    }
}
