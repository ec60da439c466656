/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The experts: each makes tonight's path from earlier nights and tonight's level, or says that it can't. */
#include <math.h>
#include <string.h>

#include "night_own.h"
#include "night_prior.h"

/* Tuning, chosen on the five ponds with one pond left out at a time; half-lives in nights. */
static const double CLIMATE_HALF_LIFE = 4;
static const double RATIO_HALF_LIFE = 2;
static const double ANOMALY_PRIOR = 3; /* (mg/L)^2 of anomalies that the prior share counts as */
static const double CHANGE_HALF_LIFE = 8;
static const double CHANGE_PRIOR = 3; /* (mg/L)^2 of changes that the prior share counts as */
static const double FADE_STEPS = 72;  /* in which that share falls to 1 / e */
static const double RIDGE_HALF_LIFE = 5;
static const double RATIO_PRIOR = 1; /* nights that the general shape counts as */

/* Weights of the nights, 1 for the newest. */
struct weights {
    double of[NIGHT_ROWS];
};

static struct weights age_weights(const struct night_past_set *set, double half_life)
{
    struct weights w = {{0}};
    double fade = exp2(-1 / half_life), weight = 1;

    for (int j = set->n - 1; j >= 0; j--) {
        w.of[j] = weight;
        weight *= fade;
    }
    return w;
}

static bool climate(const struct night_past_set *set, double *path)
{
    const struct weights w = age_weights(set, CLIMATE_HALF_LIFE);
    double sum = 0;

    for (int k = 0; k < set->steps; k++)
        path[k] = 0;
    for (int j = 0; j < set->n; j++) {
        double here = w.of[j];

        sum += here;
        for (int k = 0; k < set->steps; k++)
            path[k] += here * set->view[j].path[k];
    }
    for (int k = 0; k < set->steps && sum > 0; k++)
        path[k] /= sum;
    return sum > 0;
}

static bool persist(const struct night_past_set *set, double *path)
{
    if (set->n == 0)
        return false;
    for (int k = 0; k < set->steps; k++)
        path[k] = set->view[set->n - 1].path[k];
    return true;
}

/* Tonight's level times the weighted mean of past shapes, on the log scale. */
static bool ratio(const struct night_past_set *set, double *path)
{
    const struct weights w = age_weights(set, RATIO_HALF_LIFE);
    double beta[NIGHT_FEATURES], sum = RATIO_PRIOR;

    for (int k = 0; k < set->steps; k++) {
        night_prior_beta(set->slot, k, beta);
        path[k] = RATIO_PRIOR * beta[0];
    }
    for (int j = 0; j < set->n; j++) {
        double here = w.of[j];

        sum += here;
        for (int k = 0; k < set->steps; k++)
            path[k] += here * (set->view[j].log_path[k] - set->view[j].log_level);
    }
    for (int k = 0; k < set->steps; k++)
        path[k] = night_unlog(set->now.log_level + path[k] / sum);
    return true;
}

/* The mean night, moved by how far tonight's level is from the usual, of which a share is left at each step: the share is the
 * regression of past anomalies on the anomaly of the level, drawn towards exp(-k / 12 h). */
static bool anomaly(const struct night_past_set *set, double *path)
{
    const struct weights w = age_weights(set, CLIMATE_HALF_LIFE);
    double level = 0, sum = 0, squares = 0, cross[NIGHT_STEPS_MAX] = {0};

    if (set->n < 2 || !climate(set, path))
        return false;
    for (int j = 0; j < set->n; j++) {
        double here = w.of[j];

        level += here * set->view[j].level;
        sum += here;
    }
    level /= sum;
    for (int j = 0; j < set->n; j++) {
        double d = set->view[j].level - level;

        squares += w.of[j] * d * d;
    }
    for (int j = 0; j < set->n; j++) { /* night by night: the steps lie side by side */
        double pull = w.of[j] * (set->view[j].level - level);

        for (int k = 0; k < set->steps; k++)
            cross[k] += pull * (set->view[j].path[k] - path[k]);
    }
    for (int k = 0; k < set->steps; k++) {
        double share =
            (cross[k] + ANOMALY_PRIOR * exp(-(k + 1) / FADE_STEPS)) / (squares + ANOMALY_PRIOR);

        path[k] = fmax(0, path[k] + share * (set->now.level - level));
    }
    return true;
}

/* Yesterday's night, moved by how far tonight's level is from yesterday's, of which a share is left at each step: the share is
 * the regression of past changes from night to night, drawn as above. */
static bool change(const struct night_past_set *set, double *path)
{
    const struct weights w = age_weights(set, CHANGE_HALF_LIFE);
    const struct night_view *last;
    double squares = 0, cross[NIGHT_STEPS_MAX] = {0};

    if (set->n < 2)
        return false;
    last = &set->view[set->n - 1];
    for (int j = 1; j < set->n; j++) {
        double d = set->view[j].level - set->view[j - 1].level;

        squares += w.of[j] * d * d;
    }
    for (int j = 1; j < set->n; j++) {
        const struct night_view *v = &set->view[j], *u = &set->view[j - 1];
        double pull = w.of[j] * (v->level - u->level);

        for (int k = 0; k < set->steps; k++)
            cross[k] += pull * (v->path[k] - u->path[k]);
    }
    for (int k = 0; k < set->steps; k++) {
        double share =
            (cross[k] + CHANGE_PRIOR * exp(-(k + 1) / FADE_STEPS)) / (squares + CHANGE_PRIOR);

        path[k] = fmax(0, last->path[k] + share * (set->now.level - last->level));
    }
    return true;
}

/* Solves a x = b for symmetric positive a of n <= 8 in place (Cholesky); a's lower triangle is used. false: not positive. */
static bool cholesky(double a[NIGHT_FEATURES][NIGHT_FEATURES], int n)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double s = a[i][j];

            for (int k = 0; k < j; k++)
                s -= a[i][k] * a[j][k];
            if (i != j)
                a[i][j] = s / a[j][j];
            else if (s > 0)
                a[i][i] = sqrt(s);
            else
                return false;
        }
    return true;
}

static void solve(double a[NIGHT_FEATURES][NIGHT_FEATURES], int n, double *b)
{
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < i; k++)
            b[i] -= a[i][k] * b[k];
        b[i] /= a[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++)
            b[i] -= a[k][i] * b[k];
        b[i] /= a[i][i];
    }
}

/* Hourly steps of past nights on regressors; the flow dC/dt = sum of coefficient x regressor. */
enum {
    HOUR = 6,
    FLOW_MOST = 4
};

struct flow {
    int n; /* regressors */
    double a[NIGHT_FEATURES][NIGHT_FEATURES], b[NIGHT_FEATURES];
};

static void flow_add(struct flow *f, const double *x, double y, double w)
{
    for (int i = 0; i < f->n; i++) {
        for (int j = 0; j <= i; j++)
            f->a[i][j] += w * x[i] * x[j];
        f->b[i] += w * x[i] * y;
    }
}

/* dC/dt = a - bC, with a weak prior of a -0.2 mg/L/h and b 0.08 /h. */
static bool decay(const struct night_past_set *set, double *path)
{
    const struct weights w = age_weights(set, RATIO_HALF_LIFE);
    static const double A = -0.2, B = 0.08, PRIOR_A = 1, PRIOR_B = 40;
    struct flow f = {.n = 2};
    double a, b, c = set->now.level;

    f.a[0][0] = PRIOR_A;
    f.a[1][1] = PRIOR_B;
    f.b[0] = PRIOR_A * A;
    f.b[1] = PRIOR_B * -B;
    for (int j = 0; j < set->n; j++)
        for (int k = 0; k + HOUR < set->steps; k += HOUR) {
            double from = set->view[j].path[k], to = set->view[j].path[k + HOUR];
            const double x[2] = {1, (from + to) / 2};

            flow_add(&f, x, to - from, w.of[j]);
        }
    if (!cholesky(f.a, 2))
        return false;
    solve(f.a, 2, f.b);
    a = f.b[0] / HOUR;
    b = -f.b[1] / HOUR;
    for (int k = 0; k < set->steps; k++) {
        c = fmax(0, c + (a - b * c) / (1 + b / 2));
        path[k] = c;
    }
    return true;
}

/* --- ridge --- */

/* Precision of the prior of each coefficient, in nights of unit feature. */
static const double RIDGE_PRIOR[NIGHT_FEATURES] = {4, 10, 10, 10, 10, 10, 10, 10};

/* With the posterior mean beta = beta0 + (X'WX + P)^-1 X'W (y - X beta0), tonight's x . beta is a weighted sum of past nights'
 * log ratios: the weights pull are the same at every step, so that one system is solved, not one a step. */
static bool ridge(const struct night_past_set *set, double *path)
{
    const struct weights w = age_weights(set, RIDGE_HALF_LIFE);
    double a[NIGHT_FEATURES][NIGHT_FEATURES] = {{0}}, c[NIGHT_FEATURES], rest[NIGHT_FEATURES],
           pull[NIGHT_ROWS];

    for (int j = 0; j < set->n; j++)
        for (int f = 0; f < NIGHT_FEATURES; f++)
            for (int g = 0; g <= f; g++)
                a[f][g] += w.of[j] * set->view[j].x[f] * set->view[j].x[g];
    for (int f = 0; f < NIGHT_FEATURES; f++) {
        a[f][f] += RIDGE_PRIOR[f];
        c[f] = rest[f] = set->now.x[f];
    }
    if (!cholesky(a, NIGHT_FEATURES))
        return false;
    solve(a, NIGHT_FEATURES, c);
    for (int j = 0; j < set->n; j++) {
        pull[j] = 0;
        for (int f = 0; f < NIGHT_FEATURES; f++)
            pull[j] += w.of[j] * set->view[j].x[f] * c[f];
        for (int f = 0; f < NIGHT_FEATURES; f++)
            rest[f] -= pull[j] * set->view[j].x[f];
    }
    for (int k = 0; k < set->steps; k++) {
        double beta[NIGHT_FEATURES];

        night_prior_beta(set->slot, k, beta);
        path[k] = set->now.log_level;
        for (int f = 0; f < NIGHT_FEATURES; f++)
            path[k] += beta[f] * rest[f];
    }
    for (int j = 0; j < set->n; j++)
        for (int k = 0; k < set->steps; k++)
            path[k] += pull[j] * (set->view[j].log_path[k] - set->view[j].log_level);
    for (int k = 0; k < set->steps; k++)
        path[k] = night_unlog(path[k]);
    return true;
}

/* --- light --- */

/* The day's light, W/m2 mean from 07:00 to the issue; NaN when less than half was seen. */
static double day_light(const struct night_row *r, int slot)
{
    double sum = 0;
    int n = 0;

    for (int k = 0; k <= slot; k++)
        if (r->par_w_m2[k] != NIGHT_NONE) {
            sum += r->par_w_m2[k];
            n++;
        }
    return 2 * n >= slot ? sum / n : NAN;
}

/* Of the same clock time on an earlier day: the light that dawn brings. */
static double light_at(const struct night_row *r, int slot)
{
    return r->par_w_m2[slot] == NIGHT_NONE ? 0 : r->par_w_m2[slot];
}

/* Bookkeeping of the water's oxygen (Odum 1956): respiration, more of it after a bright day; production by the light of
 * dawn; exchange drawing to a level. dC/dt = r0 + r1 x (day's light - usual) + p x light - K C, per hour. */
static bool light(const struct night_past_set *set, double *path)
{
    const struct weights w = age_weights(set, RIDGE_HALF_LIFE);
    static const double PRIOR[FLOW_MOST] = {1, 5, 5, 40}, MEAN[FLOW_MOST] = {-0.2, 0, 0.5, -0.08};
    static const double W_M2 = 100; /* light in hundreds of W/m2: coefficients of like size */
    struct flow f = {.n = FLOW_MOST};
    double usual = 0, today = day_light(set->now.row, set->slot), c = set->now.level;
    int lit = 0;

    for (int j = 0; j < set->n; j++) {
        double l = day_light(set->view[j].row, set->slot);

        usual += isnan(l) ? 0 : l;
        lit += isnan(l) ? 0 : 1;
    }
    if (lit < NIGHT_NIGHTS_MIN || isnan(today))
        return false;
    usual /= lit;
    for (int i = 0; i < FLOW_MOST; i++) {
        f.a[i][i] = PRIOR[i];
        f.b[i] = PRIOR[i] * MEAN[i];
    }
    for (int j = 0; j < set->n; j++) {
        const struct night_view *v = &set->view[j];
        double l = day_light(v->row, set->slot);

        for (int k = 0; !isnan(l) && k + HOUR < set->steps; k += HOUR) {
            const double x[FLOW_MOST] = {1, (l - usual) / W_M2,
                                         light_at(v->row, set->slot + 1 + k + HOUR / 2) / W_M2,
                                         (v->path[k] + v->path[k + HOUR]) / 2};

            flow_add(&f, x, v->path[k + HOUR] - v->path[k], w.of[j]);
        }
    }
    if (!cholesky(f.a, FLOW_MOST))
        return false;
    solve(f.a, FLOW_MOST, f.b);
    for (int k = 0; k < set->steps; k++) {
        double rise = f.b[0] + f.b[1] * (today - usual) / W_M2 +
                      f.b[2] * light_at(set->view[set->n - 1].row, set->slot + 1 + k) / W_M2;

        c = fmax(0, c + (rise + f.b[3] * c) / HOUR / (1 - f.b[3] / HOUR / 2));
        path[k] = c;
    }
    return true;
}

void night_experts(const struct night_past_set *set, struct night_paths *out)
{
    static bool (*const EXPERT[EXPERTS])(const struct night_past_set *set, double *path) = {
        [EXPERT_CLIMATE] = climate, [EXPERT_PERSIST] = persist, [EXPERT_RATIO] = ratio,
        [EXPERT_ANOMALY] = anomaly, [EXPERT_CHANGE] = change,   [EXPERT_DECAY] = decay,
        [EXPERT_RIDGE] = ridge,     [EXPERT_LIGHT] = light};

    for (int e = 0; e < EXPERTS; e++)
        out->able[e] =
            (e <= EXPERT_PERSIST || !isnan(set->now.level)) && EXPERT[e](set, out->path[e]);
}
