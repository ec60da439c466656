/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "oxygen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/fish/ensemble.h"
#include "collector/common/log.h"
#include "dense.h"
#include "pooled.h"

#define MAX    OXYGEN_SAMPLES_MAX
#define SPELLS 2 /* columns before the deviations between samples: level, mass stocked */

static const struct pooled GRID = {OXYGEN_SHIFTS, 0.9, OXYGEN_COMMON_SD, OXYGEN_SYSTEM_SD};
static const double LEVEL_END = 0.6; /* the grid of levels goes from minus to plus this */
static const double FED_SHARE =
    0.8; /* of the days with feed written down: the ration is known, else the level is taken */
static const double USUAL_RATION = 0.5; /* relative, before the first day with feed */
enum {
    ROUNDS = 4 /* of Gauss-Newton */
};

static double level_at(int k)
{
    return LEVEL_END * (2.0 * k / (OXYGEN_LEVELS - 1) - 1);
}

static struct growth_oxygen shifted(const struct growth_oxygen *usual, double shift)
{
    struct growth_oxygen o = *usual;

    o.full_mg_l = o.none_mg_l + (usual->full_mg_l - usual->none_mg_l) * exp(shift);
    return o;
}

/* A cycle at hand. */
struct work {
    const struct oxygen_cycle *c;
    size_t n, columns; /* samples in use; SPELLS + n */
    bool fed;
    double mort, sd[SPELLS + MAX];
    double *effect; /* [days]: of temperature and ammonia */
    double *felt;   /* [days]: of oxygen */
    double x[SPELLS + MAX];
    double h[MAX], j[MAX][SPELLS + MAX]; /* ln mass at the samples, and by the parameters */
};

/* The samples that count. */
static size_t usable(const struct oxygen_cycle *c)
{
    size_t n = 0;

    while (n < c->samples && n < MAX && (size_t)c->sample[n].day <= c->days &&
           (c->male || c->sample[n].mean_g <= OXYGEN_YOUNG_G))
        n++;
    return n;
}

/* Oxygen's effect by day; a day that is not known is as the others were. False: too few are known. */
static bool feel(struct work *w, const struct growth_oxygen *o)
{
    size_t days = (size_t)w->c->sample[w->n - 1].day, known = 0;
    double sum = 0;

    for (size_t d = 0; d < days; d++) {
        w->felt[d] = growth_do_day(o, w->c->do_mg_l + d * 24);
        if (isnan(w->felt[d]))
            continue;
        sum += w->felt[d];
        known++;
    }
    if ((double)known < OXYGEN_DAYS_KNOWN * (double)days)
        return false;
    for (size_t d = 0; d < days; d++)
        if (isnan(w->felt[d]))
            w->felt[d] = sum / (double)known;
    return true;
}

static double relative_ration(const struct work *w, size_t day, double u, double last)
{
    double feed = w->c->feed_kg[day], x;

    if (isnan(feed))
        return last;
    x = feed * 1000 / (w->c->count * exp(-w->mort * (double)day) * growth_mass(u)) * u /
        GROWTH_RMAX_U;
    return x < 1 ? x : 1;
}

/* Lives through the cycle at x: fills h and j. */
static void live(struct work *w)
{
    double u = growth_u(w->c->stock_g * exp(w->x[1])), t[SPELLS + MAX] = {0};
    double ration = USUAL_RATION;
    size_t next = 0;

    t[1] = GROWTH_U_EXPONENT * u;
    for (size_t d = 0; next < w->n; d++) {
        double temp = isnan(w->c->temp_c[d]) ? ENSEMBLE_USUAL_TEMP_C : w->c->temp_c[d];
        double loss = growth_loss(temp), slope = 0, gain, keeps, base;

        if (w->fed) {
            ration = relative_ration(w, d, u, ration);
            base = growth_gain_ration(ration, GROWTH_C0);
            if (!isnan(w->c->feed_kg[d]) && ration < 1)
                slope = (1 - 2 * GROWTH_C0_FALL * ration) / (1 - GROWTH_C0_FALL * ration);
        } else {
            base = growth_gain_feeding(0.5);
        }
        gain = base * w->effect[d] * w->felt[d] * exp(w->x[0] + w->x[SPELLS + next]);
        keeps = exp(GROWTH_U_EXPONENT * (slope * (1 - 1 / GROWTH_U_EXPONENT) / u * gain -
                                         loss * GROWTH_LOSS_POWER * pow(u, GROWTH_LOSS_POWER - 1)));
        u = growth_step_u(u, gain, loss, 1);
        for (size_t p = 0; p < w->columns; p++)
            t[p] *= keeps;
        t[0] += GROWTH_U_EXPONENT * gain;
        t[SPELLS + next] += GROWTH_U_EXPONENT * gain;
        for (; next < w->n && (size_t)w->c->sample[next].day == d + 1; next++) {
            w->h[next] = log(u) / GROWTH_U_EXPONENT;
            for (size_t p = 0; p < w->columns; p++)
                w->j[next][p] = t[p] / (GROWTH_U_EXPONENT * u);
        }
    }
}

/* Covariance of the samples about the line, and its factor into s; v: what the line leaves at the prior's mean. False: no
 * number came out. */
static bool lean(const struct work *w, double *s, double *v)
{
    size_t n = w->n;

    for (size_t a = 0; a < n; a++) {
        const struct oxygen_sample *m = &w->c->sample[a];

        v[a] = log(m->mean_g) - w->h[a];
        for (size_t p = 0; p < w->columns; p++)
            v[a] += w->j[a][p] * w->x[p];
        for (size_t b = 0; b <= a; b++) {
            double sum = ENSEMBLE_BIAS_SD * ENSEMBLE_BIAS_SD;

            for (size_t p = 0; p < w->columns; p++)
                sum += w->j[a][p] * w->sd[p] * w->sd[p] * w->j[b][p];
            if (a == b)
                sum += ENSEMBLE_SAMPLE_CV * ENSEMBLE_SAMPLE_CV / m->fish +
                       ENSEMBLE_SAMPLE_SD * ENSEMBLE_SAMPLE_SD;
            s[a * n + b] = s[b * n + a] = sum;
        }
    }
    return dense_cholesky(s, n) == n;
}

/* To the cycle's most likely course; ends with the line there. */
static bool settle(struct work *w, double *s, double *v)
{
    memset(w->x, 0, sizeof w->x);
    for (int round = 0;; round++) {
        double r[MAX];

        live(w);
        if (!lean(w, s, v))
            return false;
        if (round == ROUNDS)
            return true;
        memcpy(r, v, w->n * sizeof *r);
        dense_solve_lower(s, w->n, r, 1);
        dense_solve_upper(s, w->n, r, 1);
        for (size_t p = 0; p < w->columns; p++) {
            double sum = 0;

            for (size_t a = 0; a < w->n; a++)
                sum += w->j[a][p] * r[a];
            sum *= w->sd[p] * w->sd[p];
            w->x[p] = sum > 4 * w->sd[p] ? 4 * w->sd[p] : sum < -4 * w->sd[p] ? -4 * w->sd[p] : sum;
        }
    }
}

/* ln likelihood by the level of the system, from the line. */
static void by_level(const struct work *w, const double *s, const double *v, double *ln_like)
{
    double left[MAX], level[MAX], ln_det = 0, vv = 0, vl = 0, ll = 0;

    for (size_t a = 0; a < w->n; a++) {
        left[a] = v[a];
        level[a] = w->j[a][0];
        ln_det += log(s[a * w->n + a]);
    }
    dense_solve_lower(s, w->n, left, 1);
    dense_solve_lower(s, w->n, level, 1);
    for (size_t a = 0; a < w->n; a++) {
        vv += left[a] * left[a];
        vl += left[a] * level[a];
        ll += level[a] * level[a];
    }
    for (int k = 0; k < OXYGEN_LEVELS; k++) {
        double a = level_at(k);

        ln_like[k] = -0.5 * (vv - 2 * a * vl + a * a * ll) - ln_det;
    }
}

/* Whether a sample is too far off from what those before it lead to, with the usual limits. */
static bool strange(const struct work *w, const double *factor, const double *v)
{
    double left[MAX];
    bool odd = false;

    memcpy(left, v, w->n * sizeof *left);
    dense_solve_lower(factor, w->n, left, 1);
    for (size_t a = 0; a < w->n; a++)
        odd |= fabs(left[a]) > OXYGEN_STRANGE;
    return odd;
}

static bool begin(struct work *w, const struct oxygen_cycle *c)
{
    size_t with_feed = 0;
    struct ensemble_prior prior;

    *w = (struct work){.c = c, .n = usable(c)};
    if (w->n < OXYGEN_SAMPLES_MIN || !(c->stock_g > 0) || !(c->count > 0))
        return false;
    w->columns = SPELLS + w->n;
    ensemble_prior(c->system, &prior);
    w->mort = -log(prior.survive_a / (prior.survive_a + prior.survive_b)) / ENSEMBLE_CYCLE_DAYS;
    for (size_t d = 0; c->feed_kg != NULL && d < (size_t)c->sample[w->n - 1].day; d++)
        with_feed += isnan(c->feed_kg[d]) ? 0 : 1;
    w->fed = (double)with_feed >= FED_SHARE * c->sample[w->n - 1].day;
    w->sd[0] = w->fed ? hypot(prior.conversion_sd, ENSEMBLE_COUNT_SD) : prior.feeding_sd;
    w->sd[1] = ENSEMBLE_STOCK_MASS_SD;
    for (size_t p = SPELLS; p < w->columns; p++)
        w->sd[p] = OXYGEN_SPELL_SD;
    w->effect = xcalloc(2 * c->days, sizeof *w->effect);
    w->felt = w->effect + c->days;
    for (size_t d = 0; d < c->days; d++)
        w->effect[d] =
            growth_temp_effect(isnan(c->temp_c[d]) ? ENSEMBLE_USUAL_TEMP_C : c->temp_c[d]) *
            (isnan(c->nh3_n_mg_l[d]) ? 1 : growth_nh3_effect(c->nh3_n_mg_l[d]));
    return true;
}

bool oxygen_add(struct oxygen_evidence *e, const struct growth_oxygen *usual,
                const struct oxygen_cycle *c)
{
    double like[OXYGEN_SHIFTS][OXYGEN_LEVELS], s[MAX * MAX], v[MAX];
    bool fine, odd = false;
    struct work w;

    if (!begin(&w, c))
        return false;
    fine = feel(&w, usual) && settle(&w, s, v);
    if (fine)
        odd = strange(&w, s, v);
    e->strange[c->system] += odd ? 1 : 0;
    for (int k = 0; k < OXYGEN_SHIFTS && fine && !odd; k++) {
        struct growth_oxygen o = shifted(usual, pooled_at(&GRID, (size_t)k));

        fine = feel(&w, &o) && settle(&w, s, v);
        if (fine)
            by_level(&w, s, v, like[k]);
    }
    free(w.effect);
    if (!fine || odd)
        return false;
    for (int k = 0; k < OXYGEN_SHIFTS; k++)
        for (int l = 0; l < OXYGEN_LEVELS; l++)
            e->ln_like[c->system][k][l] += like[k][l];
    e->cycles[c->system]++;
    return true;
}

/* --- the systems together --- */

/* ln likelihood of a system by shift, the level integrated out. */
static void by_shift(const struct oxygen_evidence *e, int system, double *out)
{
    double top = -INFINITY;

    for (int k = 0; k < OXYGEN_SHIFTS; k++)
        for (int l = 0; l < OXYGEN_LEVELS; l++)
            top = fmax(top, e->ln_like[system][k][l]);
    for (int k = 0; k < OXYGEN_SHIFTS; k++) {
        double sum = 0;

        for (int l = 0; l < OXYGEN_LEVELS; l++) {
            double z = level_at(l) / OXYGEN_LEVEL_SD;

            sum += exp(e->ln_like[system][k][l] - top - z * z / 2);
        }
        out[k] = log(sum + 1e-300);
    }
}

void oxygen_learn(const struct oxygen_evidence *e, const struct growth_oxygen *usual,
                  struct oxygen_learned *out)
{
    double like[POND_SYSTEM_COUNT][POOLED_MAX], none[POND_SYSTEM_COUNT][POOLED_MAX] = {{0}};
    double after[POND_SYSTEM_COUNT][POOLED_MAX], before[POND_SYSTEM_COUNT][POOLED_MAX];

    for (int y = 0; y < POND_SYSTEM_COUNT; y++)
        by_shift(e, y, like[y]);
    pooled_posterior(&GRID, like, after);
    pooled_posterior(&GRID, none, before);
    for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
        struct oxygen_learned *o = &out[y];
        double mean;

        *o = (struct oxygen_learned){
            .felt = usual[y], .cycles = e->cycles[y], .strange = e->strange[y]};
        pooled_mean_sd(&GRID, before[y], &mean, &o->shift_prior_sd);
        pooled_mean_sd(&GRID, after[y], &o->shift_mean, &o->shift_sd);
        o->full_p10 = shifted(&usual[y], pooled_quantile(&GRID, after[y], 0.1)).full_mg_l;
        o->full_p90 = shifted(&usual[y], pooled_quantile(&GRID, after[y], 0.9)).full_mg_l;
        o->learned =
            o->cycles >= OXYGEN_CYCLES && o->shift_sd < OXYGEN_NARROWER * o->shift_prior_sd;
        if (o->learned)
            o->felt = shifted(&usual[y], o->shift_mean);
    }
}
