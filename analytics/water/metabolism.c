/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metabolism.h"

#include <math.h>

#include "simplex.h"

#define LEAST_STEPS 4
#define UNKNOWNS    3

/* Weighted least squares of y on up to three columns: the sums are kept, not the rows. */
struct sums {
    int unknowns;
    size_t n;
    double xx[UNKNOWNS][UNKNOWNS], xy[UNKNOWNS], yy;
    double coef[UNKNOWNS];
    double inverse[UNKNOWNS][UNKNOWNS]; /* of xx */
    double rss;
};

static void sums_add(struct sums *s, const double *x, double y, double weight)
{
    for (int i = 0; i < s->unknowns; i++) {
        for (int j = 0; j < s->unknowns; j++)
            s->xx[i][j] += weight * x[i] * x[j];
        s->xy[i] += weight * x[i] * y;
    }
    s->yy += weight * y * y;
    s->n++;
}

/* Inverts xx by Gauss-Jordan on columns scaled to length 1; false when they are not independent to about 10 digits. */
static bool sums_invert(struct sums *s)
{
    double a[UNKNOWNS][UNKNOWNS], scale[UNKNOWNS];
    const int m = s->unknowns;

    for (int i = 0; i < m; i++) {
        if (!(s->xx[i][i] > 0))
            return false;
        scale[i] = 1 / sqrt(s->xx[i][i]);
    }
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            a[i][j] = s->xx[i][j] * scale[i] * scale[j];
            s->inverse[i][j] = i == j;
        }
    for (int c = 0; c < m; c++) {
        /* positive definite: the diagonal is a good pivot */
        if (!(a[c][c] > 1e-10))
            return false;
        for (int j = 0; j < m; j++)
            s->inverse[c][j] /= a[c][c];
        for (int j = m; j-- > c;)
            a[c][j] /= a[c][c];
        for (int i = 0; i < m; i++) {
            double f = a[i][c];

            if (i == c)
                continue;
            for (int j = 0; j < m; j++) {
                a[i][j] -= f * a[c][j];
                s->inverse[i][j] -= f * s->inverse[c][j];
            }
        }
    }
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            s->inverse[i][j] *= scale[i] * scale[j];
    return true;
}

static int sums_solve(struct sums *s)
{
    if (s->n < LEAST_STEPS || !sums_invert(s))
        return NILA_ERR_NOT_FOUND;
    s->rss = s->yy;
    for (int i = 0; i < s->unknowns; i++) {
        s->coef[i] = 0;
        for (int j = 0; j < s->unknowns; j++)
            s->coef[i] += s->inverse[i][j] * s->xy[j];
        s->rss -= s->coef[i] * s->xy[i];
    }
    s->rss = fmax(s->rss, 0);
    return 0;
}

/* --- a day --- */

static bool at_least(double x, double least)
{
    return x >= least && isfinite(x);
}

/* Everything but oxygen must be known: it is interpolated by the caller, or the day is not taken. */
static int check(const struct metabolism_day *d, bool rates)
{
    if (d->n < LEAST_STEPS || !(d->steps_per_day > 1) || !isfinite(d->steps_per_day) ||
        !(d->depth_m > 0) || !isfinite(d->depth_m))
        return NILA_ERR_RANGE;
    for (size_t i = 0; i < d->n; i++) {
        if (isinf(d->do_mg_l[i]) || !at_least(d->sat_mg_l[i], 0) || !at_least(d->k_m_d[i], 0))
            return NILA_ERR_RANGE;
        if (rates && (!at_least(d->light[i], 0) || !(d->temp_c[i] > 1) || isinf(d->temp_c[i])))
            return NILA_ERR_RANGE;
    }
    return 0;
}

/* Share of the deficit that a step's gas exchange closes at its beginning's speed: K x step. */
static double exchange(const struct metabolism_day *d, size_t i)
{
    return d->k_m_d[i] / d->steps_per_day / d->depth_m;
}

/* The change from i to i + 1 without gas exchange (at the speed of i); NaN when one end was not measured. */
static double change(const struct metabolism_day *d, size_t i)
{
    return d->do_mg_l[i + 1] - d->do_mg_l[i] - exchange(d, i) * (d->sat_mg_l[i] - d->do_mg_l[i]);
}

/* Rates of the day from iota and rho, by the mean light and heat of the first steps. variance: of y. */
static void rates(const struct metabolism_day *d, size_t steps, const struct sums *s,
                  double variance, struct metabolism *out)
{
    double light = 0, heat = 0;
    const double per_day = d->steps_per_day / (double)steps;

    for (size_t i = 0; i < steps; i++) {
        light += d->light[i];
        heat += log(d->temp_c[i]);
    }
    *out = (struct metabolism){.iota = s->coef[0],
                               .rho = s->coef[1],
                               .gpp = s->coef[0] * light * per_day,
                               .r = s->coef[1] * heat * per_day,
                               .gpp_se = sqrt(s->inverse[0][0] * variance) * light * per_day,
                               .r_se = sqrt(s->inverse[1][1] * variance) * heat * per_day,
                               .q = NAN,
                               .h = NAN,
                               .used = s->n};
    out->net = out->gpp + out->r;
}

int metabolism_bookkeeping(const struct metabolism_day *d, struct metabolism *out)
{
    double sum[2] = {0, 0};
    size_t n[2] = {0, 0}, day_steps = 0;
    int rc = check(d, false);

    if (rc != 0)
        return rc;
    for (size_t i = 0; i < d->n; i++) {
        double c = i + 1 < d->n ? change(d, i) : NAN;

        day_steps += d->is_day[i];
        if (isnan(c))
            continue;
        sum[d->is_day[i]] += c;
        n[d->is_day[i]]++;
    }
    if (n[0] == 0 || n[1] == 0 || n[0] + n[1] < LEAST_STEPS)
        return NILA_ERR_NOT_FOUND;
    *out = (struct metabolism){.gpp = (sum[1] / (double)n[1] - sum[0] / (double)n[0]) *
                                      ((double)day_steps * d->steps_per_day / (double)d->n),
                               .r = sum[0] / (double)n[0] * d->steps_per_day,
                               .net = (sum[0] + sum[1]) / (double)(n[0] + n[1]) * d->steps_per_day,
                               .gpp_se = NAN,
                               .r_se = NAN,
                               .iota = NAN,
                               .rho = NAN,
                               .q = NAN,
                               .h = NAN,
                               .used = n[0] + n[1]};
    return 0;
}

int metabolism_ols(const struct metabolism_day *d, struct metabolism *out)
{
    struct sums s = {.unknowns = 2};
    int rc = check(d, true);

    for (size_t i = 0; rc == 0 && i + 1 < d->n; i++) {
        const double x[] = {d->light[i], log(d->temp_c[i])};
        double y = change(d, i);

        if (!isnan(y))
            sums_add(&s, x, y, 1);
    }
    if (rc == 0)
        rc = sums_solve(&s);
    if (rc == 0)
        rates(d, d->n - 1, &s, s.rss / (double)(s.n - 2), out);
    return rc;
}

/* C(i+1) = keep C(i) + gain (iota light + rho ln T + K Csat): the equation integrated over a step with the drivers of its
 * beginning. */
struct step {
    double keep, light, heat, air;
};

static struct step step_of(const struct metabolism_day *d, size_t i)
{
    double kz = exchange(d, i);
    double gain = kz > 1e-12 ? -expm1(-kz) / kz : 1;

    return (struct step){exp(-kz), gain * d->light[i], gain * log(d->temp_c[i]),
                         gain * kz * d->sat_mg_l[i]};
}

int metabolism_mle_process(const struct metabolism_day *d, struct metabolism *out)
{
    struct sums s = {.unknowns = 2};
    int rc = check(d, true);

    for (size_t i = 0; rc == 0 && i + 1 < d->n; i++) {
        const struct step t = step_of(d, i);
        const double x[] = {t.light, t.heat};
        double y = d->do_mg_l[i + 1] - t.keep * d->do_mg_l[i] - t.air;

        if (!isnan(y))
            sums_add(&s, x, y, 1);
    }
    if (rc == 0)
        rc = sums_solve(&s);
    if (rc != 0)
        return rc;
    rates(d, d->n, &s, s.rss / (double)(s.n - 2), out);
    out->q = s.rss / (double)s.n;
    return 0;
}

int metabolism_mle_observation(const struct metabolism_day *d, struct metabolism *out)
{
    struct sums s = {.unknowns = 3};
    double by_light = 0, by_heat = 0, by_start = 1, air = 0; /* the curve is linear in the three */
    int rc = check(d, true);

    for (size_t i = 0; rc == 0 && i < d->n; i++) {
        const double x[] = {by_light, by_heat, by_start};
        const struct step t = step_of(d, i);

        if (!isnan(d->do_mg_l[i]))
            sums_add(&s, x, d->do_mg_l[i] - air, 1);
        by_light = t.keep * by_light + t.light;
        by_heat = t.keep * by_heat + t.heat;
        by_start *= t.keep;
        air = t.keep * air + t.air;
    }
    if (rc == 0)
        rc = sums_solve(&s);
    if (rc != 0)
        return rc;
    rates(d, d->n, &s, s.rss / (double)(s.n - 3), out);
    out->h = s.rss / (double)s.n;
    return 0;
}

/* One pass of the filter with observation variance ratio x process variance; the process variance is taken out of the
 * likelihood. Innovations are linear in iota and rho, so these are solved for. Returns half of -2 ln L, up to a constant. */
static double filter(const struct metabolism_day *d, double ratio, struct sums *s)
{
    double oxygen = NAN, by_light = 0, by_heat = 0, p = 1, logs = 0;

    *s = (struct sums){.unknowns = 2};
    for (size_t i = 0; i < d->n; i++) {
        if (isnan(oxygen)) { /* not begun */
            oxygen = d->do_mg_l[i];
        } else {
            const struct step t = step_of(d, i - 1);

            oxygen = t.keep * oxygen + t.air;
            by_light = t.keep * by_light + t.light;
            by_heat = t.keep * by_heat + t.heat;
            p = t.keep * p * t.keep + 1;
            if (!isnan(d->do_mg_l[i])) {
                const double x[] = {by_light, by_heat};
                const double f = p + ratio, gain = p / f, y = d->do_mg_l[i] - oxygen;

                sums_add(s, x, y, 1 / f);
                logs += log(f);
                oxygen += gain * y;
                by_light -= gain * by_light;
                by_heat -= gain * by_heat;
                p -= gain * p;
            }
        }
    }
    if (sums_solve(s) != 0)
        return INFINITY;
    return 0.5 * ((double)s->n * log(fmax(s->rss / (double)s->n, 1e-300)) + logs);
}

/* The ratio's logarithm with the least likelihood: a grid, since there may be two valleys, then golden sections. */
static double best_log_ratio(const struct metabolism_day *d)
{
    enum {
        FROM = -12,
        TO = 12,
        PER_UNIT = 2,
        SECTIONS = 40
    };
    const double golden = 0.5 * (sqrt(5) - 1);
    double best = FROM, least = INFINITY, low, high;
    struct sums s;

    for (int k = FROM * PER_UNIT; k <= TO * PER_UNIT; k++) {
        double at = (double)k / PER_UNIT, value = filter(d, exp(at), &s);

        if (value < least) {
            least = value;
            best = at;
        }
    }
    low = best - 1.0 / PER_UNIT;
    high = best + 1.0 / PER_UNIT;
    for (int k = 0; k < SECTIONS; k++) {
        double left = high - golden * (high - low), right = low + golden * (high - low);

        if (filter(d, exp(left), &s) < filter(d, exp(right), &s))
            high = right;
        else
            low = left;
    }
    return 0.5 * (low + high);
}

int metabolism_kalman(const struct metabolism_day *d, struct metabolism *out)
{
    struct sums s;
    double ratio;
    int rc = check(d, true);

    if (rc != 0)
        return rc;
    if (!isfinite(filter(d, 1, &s)))
        return NILA_ERR_NOT_FOUND;
    ratio = exp(best_log_ratio(d));
    if (!isfinite(filter(d, ratio, &s)))
        return NILA_ERR_NOT_FOUND;
    rates(d, d->n, &s, s.rss / (double)(s.n - 2), out);
    out->q = s.rss / (double)s.n;
    out->h = ratio * out->q;
    return 0;
}

double metabolism_kalman_nll(const struct metabolism_day *d, double iota, double rho, double q,
                             double h)
{
    static const double LN_2_PI = 1.8378770664093453;
    double oxygen = NAN, p = q, nll = 0;

    for (size_t i = 0; i < d->n; i++) {
        if (isnan(oxygen)) {
            oxygen = d->do_mg_l[i];
            continue;
        }
        const struct step t = step_of(d, i - 1);

        oxygen = t.keep * oxygen + t.air + iota * t.light + rho * t.heat;
        p = t.keep * p * t.keep + q;
        if (!isnan(d->do_mg_l[i])) {
            const double f = p + h, y = d->do_mg_l[i] - oxygen;

            if (!(f > 0) || isinf(f))
                return INFINITY;
            nll += 0.5 * (LN_2_PI + log(f) + y * y / f);
            oxygen += p / f * y;
            p -= p * p / f;
        }
    }
    return nll;
}

/* x: iota, rho, ln q, ln h. */
static double kalman_at(const double *x, void *day)
{
    return metabolism_kalman_nll(day, x[0], x[1], exp(x[2]), exp(x[3]));
}

/* LakeMetabolizer's first guess of both variances. */
static double first_variance(const struct metabolism_day *d)
{
    double least = INFINITY, most = -INFINITY, sum = 0, n = 0;

    for (size_t i = 0; i < d->n; i++) {
        if (isnan(d->do_mg_l[i]))
            continue;
        least = fmin(least, d->do_mg_l[i]);
        most = fmax(most, d->do_mg_l[i]);
        sum += d->do_mg_l[i];
        n++;
    }
    return (most - least - sum / n) * (most - least - sum / n) / (double)d->n;
}

int metabolism_kalman_simplex(const struct metabolism_day *d, struct metabolism *out)
{
    static const double TOLERANCE = 1.490116119384766e-08; /* of R's optim, and its evaluations: */
    static const size_t EVALUATIONS = 500;
    struct metabolism_day day = *d; /* a copy: the search's argument is not const */
    double x[] = {1e-4, 1e-4, 0, 0};
    struct sums s;
    int rc = check(d, true);

    if (rc != 0)
        return rc;
    if (!isfinite(filter(d, 1, &s)))
        return NILA_ERR_NOT_FOUND;
    x[2] = x[3] = log(first_variance(d));
    if (!isfinite(x[2]) || !isfinite(simplex_least(x, 4, kalman_at, &day, TOLERANCE, EVALUATIONS)))
        return NILA_ERR_NOT_FOUND;
    s.coef[0] = x[0];
    s.coef[1] = x[1];
    rates(d, d->n, &s, NAN, out);
    out->q = exp(x[2]);
    out->h = exp(x[3]);
    return 0;
}

int metabolism_night(const struct metabolism_day *d, struct metabolism_night *out)
{
    static const double LEAST_RANGE_MG_L = 0.5;
    struct sums s = {.unknowns = 2};
    double least = INFINITY, most = -INFINITY;
    int rc;

    if (d->n < LEAST_STEPS || !(d->steps_per_day > 1) || !isfinite(d->steps_per_day))
        return NILA_ERR_RANGE;
    for (size_t i = 0; i < d->n; i++)
        if (isinf(d->do_mg_l[i]) || isinf(d->sat_mg_l[i]) || d->sat_mg_l[i] < 0)
            return NILA_ERR_RANGE;
    for (size_t i = 0; i + 1 < d->n; i++) {
        /* the deficit of the step's middle */
        const double x[] = {
            1, 0.5 * (d->sat_mg_l[i] - d->do_mg_l[i] + d->sat_mg_l[i + 1] - d->do_mg_l[i + 1])};
        double y = (d->do_mg_l[i + 1] - d->do_mg_l[i]) * d->steps_per_day;

        if (isnan(y) || isnan(x[1]))
            continue;
        sums_add(&s, x, y, 1);
        least = fmin(least, x[1]);
        most = fmax(most, x[1]);
    }
    rc = most - least >= LEAST_RANGE_MG_L ? sums_solve(&s) : NILA_ERR_NOT_FOUND;
    if (rc != 0)
        return rc;
    *out = (struct metabolism_night){s.coef[0], s.coef[1],
                                     sqrt(s.inverse[1][1] * s.rss / (double)(s.n - 2)), s.n};
    return 0;
}
