/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mix of the experts by their past error, its past residuals, and the ensemble of tonight made from them. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "collector/common/civil.h"
#include "night_mix.h"
#include "night_own.h"
#include "night_prior.h"

/* Tuning, chosen on five ponds with the prior's coefficients fitted without the pond that was scored; half-lives in nights.
 * Their neighbourhood is flat: none moves a score by more than 2 %. */
static const double LOSS_HALF_LIFE = 5;
static const double LOSS_PRIOR = 3; /* nights that the usual order of the experts counts as */
static const double LOSS_POWER = 3; /* of a weight, (Lmin / L) */
static const double RESIDUAL_HALF_LIFE = 15;
static const double WIDTH_PRIOR = 2; /* nights that the general spread counts as in its own scale */
static const double CENTRE_PRIOR = 12; /* the same of its centre */
/* The minimum lies deeper than that of the mix, which is smoother than a night: in general spreads. */
static const double GENERAL_DEEPER = 0.4;
/* Normal scores beside own curves are a little too wide without it (80 % band held 84 % of nights). */
static const double SPREAD_SCALE = 0.87;
static const double NOBODY_WIDER = 1.4; /* before the third night; an assumption */
static const double SMOOTH_MG_L = 0.25; /* kernel of the chance */
static const int64_t STALE_MS = (int64_t)3 * 3600000;

/* Mean squared error of each expert against the best's, where nothing is known yet. */
static const double USUAL_LOSS[EXPERTS] = {
    [EXPERT_CLIMATE] = 4,  [EXPERT_PERSIST] = 1.6, [EXPERT_RATIO] = 1.6, [EXPERT_ANOMALY] = 1.5,
    [EXPERT_CHANGE] = 1.2, [EXPERT_DECAY] = 1.2,   [EXPERT_RIDGE] = 1,   [EXPERT_LIGHT] = 1.5};

/* Weights (Lmin / L)^LOSS_POWER of the experts that are able tonight; they sum to 1. */
static void expert_weights(const struct night_track *t, const struct night_paths *p, double *w)
{
    double loss[EXPERTS], sum[EXPERTS], scale = 0, scale_w = 0, least = INFINITY, total = 0;

    for (int e = 0; e < EXPERTS; e++) {
        loss[e] = sum[e] = 0;
        for (int j = 0; j < t->n; j++) {
            double here = exp2(-(t->n - 1 - j) / LOSS_HALF_LIFE);

            if (isnan(t->night[j].loss[e]))
                continue;
            loss[e] += here * t->night[j].loss[e];
            sum[e] += here;
        }
        scale += loss[e] / USUAL_LOSS[e];
        scale_w += sum[e];
    }
    scale = scale_w > 0 ? scale / scale_w : 1;
    for (int e = 0; e < EXPERTS; e++) {
        loss[e] = (loss[e] + LOSS_PRIOR * scale * USUAL_LOSS[e]) / (sum[e] + LOSS_PRIOR);
        if (p->able[e])
            least = fmin(least, loss[e]);
    }
    for (int e = 0; e < EXPERTS; e++) {
        w[e] = p->able[e] ? pow((least + 1e-9) / (loss[e] + 1e-9), LOSS_POWER) : 0;
        total += w[e];
    }
    for (int e = 0; e < EXPERTS; e++)
        w[e] /= total;
}

static void mix(const struct night_track *t, const struct night_past_set *set,
                struct night_paths *p, double *mean)
{
    double w[EXPERTS];

    night_experts(set, p);
    expert_weights(t, p, w);
    for (int k = 0; k < set->steps; k++) {
        mean[k] = 0;
        for (int e = 0; e < EXPERTS; e++)
            mean[k] += p->able[e] ? w[e] * p->path[e][k] : 0;
    }
}

/* --- track --- */

/* What the experts and the mix would have said of the night of a row, against what came. */
static void score_night(const struct night_model *m, struct night_track *t, int index, double at,
                        bool aerated)
{
    struct night_past_set set = {
        .slot = t->slot, .end = t->end, .steps = t->end - t->slot, .at = at};
    struct night_view came;
    struct night_paths p;
    struct night_past *out = &t->night[t->n];
    double mean[NIGHT_STEPS_MAX], least = INFINITY, came_least = INFINITY;
    double level = night_grid_at(m->row[index].do_mg_l, at);

    if (!night_truth(m, index, &set, aerated, &came))
        return;
    night_collect(m, index, t->slot, t->end, at, level, aerated, &set);
    mix(t, &set, &p, mean);
    out->day = m->row[index].day;
    for (int e = 0; e < EXPERTS; e++) {
        double loss = 0;

        for (int k = 0; k < set.steps; k++) {
            double miss = p.able[e] ? p.path[e][k] - came.path[k] : 0;

            loss += miss * miss / set.steps;
        }
        out->loss[e] = p.able[e] ? (float)loss : NAN;
    }
    for (int k = 0; k < set.steps; k++) {
        double l = night_log(mean[k]);

        out->residual[k] = (float)(came.log_path[k] - l);
        least = fmin(least, l);
        came_least = fmin(came_least, came.log_path[k]);
    }
    out->depth = (float)(came_least - least);
    t->n++;
}

void night_track_to(const struct night_model *m, struct night_track *t, const struct night_start *s,
                    bool aerated)
{
    if (t->slot != s->slot || t->end != s->end || t->upto >= s->day) {
        t->slot = s->slot;
        t->end = s->end;
        t->upto = INT32_MIN;
        t->n = 0;
    }
    for (int k = 0; k < m->rows && m->row[k].day < s->day; k++) {
        if (m->row[k].day <= t->upto)
            continue;
        if (t->n == NIGHT_ROWS) {
            memmove(&t->night[0], &t->night[1], (NIGHT_ROWS - 1) * sizeof t->night[0]);
            t->n--;
        }
        t->upto = m->row[k].day;
        score_night(m, t, k, s->at, aerated);
    }
}

/* --- ensemble --- */

void night_ensemble_add(struct night_ensemble *e, const float *residual, double weight)
{
    if (e->n == NIGHT_ENSEMBLE_MAX)
        return;
    e->residual[e->n] = residual;
    e->weight[e->n++] = weight;
}

/* Normal scores of equal chance: the general spread, as whole curves. */
static const double SCORE[NIGHT_GENERAL] = {-1.75, -1.15, -0.76, -0.47, -0.16,
                                            0.16,  0.47,  0.76,  1.15,  1.75};

void night_ensemble_general(struct night_ensemble *e, const struct night_past_set *set,
                            double weight, double centre, double spread)
{
    double sd = night_prior_sd(set->steps - 1);

    for (int i = 0; i < NIGHT_GENERAL; i++) {
        for (int k = 0; k < set->steps; k++)
            e->general[i][k] = (float)((SCORE[i] * spread + centre) * night_prior_sd(k) / sd);
        night_ensemble_add(e, e->general[i], weight / NIGHT_GENERAL);
    }
}

/* Centre and spread of this pond's errors of the minimum on the log scale, drawn towards the general ones. */
static void own_errors(const struct night_track *t, const struct night_past_set *set,
                       double *centre, double *spread)
{
    double sd = night_prior_sd(set->steps - 1), sum = 0, mean = -CENTRE_PRIOR * GENERAL_DEEPER * sd,
           square = WIDTH_PRIOR * sd * sd;

    for (int j = 0; j < t->n; j++) {
        double w = exp2(-(t->n - 1 - j) / RESIDUAL_HALF_LIFE);

        sum += w;
        mean += w * t->night[j].depth;
    }
    mean /= sum + CENTRE_PRIOR;
    for (int j = 0; j < t->n; j++) {
        double d = t->night[j].depth - mean;

        square += exp2(-(t->n - 1 - j) / RESIDUAL_HALF_LIFE) * d * d;
    }
    *centre = mean;
    *spread = SPREAD_SCALE * sqrt(square / (sum + WIDTH_PRIOR));
}

/* Own residuals, fading with age; other ponds' while there are fewer than ENOUGH; the general spread. */
static void gather(const struct night_model *m, const struct night_track *t,
                   const struct night_ask *ask, const struct night_past_set *set,
                   struct night_ensemble *e)
{
    double centre, spread;

    e->n = 0;
    for (int j = 0; j < t->n; j++)
        night_ensemble_add(e, t->night[j].residual, exp2(-(t->n - 1 - j) / RESIDUAL_HALF_LIFE));
    for (size_t p = 0; p < ask->n_peers && t->n < NIGHT_ENOUGH && !ask->aerated; p++) {
        const struct night_track *other = &ask->peers[p]->track;
        int from = other->n > NIGHT_BORROWED ? other->n - NIGHT_BORROWED : 0;

        if (ask->peers[p] == m || other->slot != t->slot || other->end != t->end)
            continue;
        for (int j = from; j < other->n && e->n < NIGHT_ROWS + NIGHT_BORROWED_MOST; j++)
            night_ensemble_add(e, other->night[j].residual, 0.5);
    }
    own_errors(t, set, &centre, &spread);
    night_ensemble_general(e, set, NIGHT_GENERAL_WEIGHT, centre,
                           spread * (set->n < NIGHT_NIGHTS_MIN ? NOBODY_WIDER : 1));
}

/* Sorts order by value (insertion: nearly sorted from the step before). */
static void sort_order(int *order, int n, const double *value)
{
    for (int i = 1; i < n; i++) {
        int o = order[i], j = i;

        for (; j > 0 && value[order[j - 1]] > value[o]; j--)
            order[j] = order[j - 1];
        order[j] = o;
    }
}

/* The value below which share of the weight lies, between the members' middles. */
static double quantile(const int *order, int n, const double *value, const double *weight,
                       double total, double share)
{
    double below = 0, at_before = 0, v_before = value[order[0]];

    for (int i = 0; i < n; i++) {
        double w = weight[order[i]] / total, at = below + w / 2, v = value[order[i]];

        if (at >= share)
            return i == 0 || at <= at_before
                       ? v
                       : v_before + (v - v_before) * (share - at_before) / (at - at_before);
        below += w;
        at_before = at;
        v_before = v;
    }
    return v_before;
}

static double total_weight(const struct night_ensemble *e)
{
    double sum = 0;

    for (int i = 0; i < e->n; i++)
        sum += e->weight[i];
    return sum;
}

void night_ensemble_run(const struct night_ensemble *e, const double *mean, bool aerated,
                        struct night_forecast *f)
{
    double least[NIGHT_ENSEMBLE_MAX] = {0}, when[NIGHT_ENSEMBLE_MAX] = {0},
           value[NIGHT_ENSEMBLE_MAX] = {0};
    double total = total_weight(e);
    int order[NIGHT_ENSEMBLE_MAX] = {0};

    assert(e->n > 0); /* the general spread is always there */
    f->aerated = aerated;
    for (int i = 0; i < e->n; i++) {
        order[i] = i;
        least[i] = INFINITY;
    }
    for (int k = 0; k < f->steps; k++) { /* on the log scale */
        double l = night_log(mean[k]);

        for (int i = 0; i < e->n; i++) {
            value[i] = l + e->residual[i][k];
            if (value[i] < least[i]) {
                least[i] = value[i];
                when[i] = k;
            }
        }
        sort_order(order, e->n, value);
        f->mean[k] = mean[k];
        f->path[k] = (struct night_quantiles){
            night_unlog(quantile(order, e->n, value, e->weight, total, 0.1)),
            night_unlog(quantile(order, e->n, value, e->weight, total, 0.5)),
            night_unlog(quantile(order, e->n, value, e->weight, total, 0.9))};
    }
    for (int i = 0; i < e->n; i++)
        least[i] = night_unlog(least[i]);
    sort_order(order, e->n, least);
    for (int i = 0; i < NIGHT_MEMBERS; i++)
        f->member[i] = quantile(order, e->n, least, e->weight, total, (i + 0.5) / NIGHT_MEMBERS);
    f->min = (struct night_quantiles){quantile(order, e->n, least, e->weight, total, 0.1),
                                      quantile(order, e->n, least, e->weight, total, 0.5),
                                      quantile(order, e->n, least, e->weight, total, 0.9)};
    sort_order(order, e->n, when);
    f->min_from_ms =
        f->issue_ms +
        NIGHT_STEP_MS * (1 + lround(quantile(order, e->n, when, e->weight, total, 0.1)));
    f->min_at_ms = f->issue_ms +
                   NIGHT_STEP_MS * (1 + lround(quantile(order, e->n, when, e->weight, total, 0.5)));
    f->min_to_ms = f->issue_ms +
                   NIGHT_STEP_MS * (1 + lround(quantile(order, e->n, when, e->weight, total, 0.9)));
    f->smooth = SMOOTH_MG_L;
    for (int i = 0; i < NIGHT_LIMITS; i++)
        f->p_below[i] = night_p_below(f, NIGHT_LIMIT_MG_L[i]);
}

double night_p_below(const struct night_forecast *f, double limit_mg_l)
{
    double sum = 0.5;

    for (int i = 0; i < NIGHT_MEMBERS; i++)
        sum += 0.5 * erfc((f->member[i] - limit_mg_l) / (f->smooth * M_SQRT2));
    return sum / (NIGHT_MEMBERS + 1);
}

/* --- forecast --- */

static int64_t local_slot(int64_t ts_ms)
{
    return (ts_ms + CIVIL_WIB_MS - NIGHT_ROW_START_MS) / NIGHT_STEP_MS;
}

static int row_index(const struct night_model *m, int32_t day)
{
    for (int k = m->rows - 1; k >= 0; k--)
        if (m->row[k].day == day)
            return k;
    return -1;
}

/* The last reading, also one that waits as a possible spike: more of them are true than not. */
static void take_level(const struct night_model *m, const struct night_ask *ask,
                       struct night_start *s)
{
    bool held = m->held.ts_ms > m->last.ts_ms;

    s->level_ms = held ? m->held.ts_ms : m->last.ts_ms;
    s->level = held ? m->held.v : m->last.v;
    s->at = (double)(s->level_ms + CIVIL_WIB_MS - NIGHT_ROW_START_MS) / NIGHT_STEP_MS -
            (double)s->day * NIGHT_SLOTS;
    if (s->level_ms == 0 || ask->issue_ms - s->level_ms > STALE_MS || s->at < 0) {
        s->level_ms = 0;
        s->level = NAN;
        s->at = s->slot;
    }
}

static int take_start(const struct night_model *m, const struct night_ask *ask,
                      struct night_start *s)
{
    int64_t slot = local_slot(ask->issue_ms);

    s->day = (int32_t)(slot / NIGHT_SLOTS);
    s->slot = (int)(slot % NIGHT_SLOTS);
    s->issue_ms = slot * NIGHT_STEP_MS - CIVIL_WIB_MS + NIGHT_ROW_START_MS;
    s->end = ask->until_ms == 0 ? NIGHT_SLOTS
                                : (int)(local_slot(ask->until_ms) - (int64_t)s->day * NIGHT_SLOTS);
    if (s->slot < NIGHT_FIRST_SLOT || s->end <= s->slot || s->end > NIGHT_SLOTS ||
        m->newest_ms > ask->issue_ms)
        return NILA_ERR_RANGE;
    s->index = row_index(m, s->day);
    take_level(m, ask, s);
    return s->index < 0 || (s->level_ms == 0 && !ask->young) ? NILA_ERR_NOT_FOUND : 0;
}

int night_model_forecast(struct night_model *m, const struct night_ask *ask,
                         struct night_forecast *out)
{
    struct night_past_set set;
    struct night_paths paths;
    struct night_ensemble ensemble;
    struct night_track aside = {.slot = -1}, *t = ask->aerated ? &aside : &m->track;
    struct night_start s;
    double mean[NIGHT_STEPS_MAX] = {0};
    int natural, aerated, rc = take_start(m, ask, &s);

    if (rc != 0)
        return rc;
    if (ask->aerated) {
        night_model_nights(m, ask->issue_ms, &natural, &aerated);
        if (natural < NIGHT_BOTH_MIN || aerated < NIGHT_BOTH_MIN)
            return NILA_ERR_NOT_FOUND;
    }
    night_collect(m, s.index, s.slot, s.end, s.at, s.level, ask->aerated, &set);
    if ((set.n < NIGHT_NIGHTS_MIN && !ask->young) || (set.n == 0 && s.level_ms == 0))
        return NILA_ERR_NOT_FOUND;
    *out = (struct night_forecast){.issue_ms = s.issue_ms,
                                   .until_ms = s.issue_ms + set.steps * NIGHT_STEP_MS,
                                   .basis = NIGHT_PROBE,
                                   .nights = set.n,
                                   .steps = set.steps,
                                   .level_ms = s.level_ms,
                                   .level_mg_l = s.level};
    night_track_to(m, t, &s, ask->aerated);
    mix(t, &set, &paths, mean);
    gather(m, t, ask, &set, &ensemble);
    night_ensemble_run(&ensemble, mean, ask->aerated, out);
    return 0;
}
