/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "combine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"

enum {
    FEW = 20 /* draws in which a bottom is more than its record: fewer tell no correlation */
};

static const char *const WORDS[COMBINE_VERDICTS][2] = {
    [COMBINE_FITS] = {"", ""},
    [COMBINE_SURPRISES] = {"jauh dari perkiraan kolam; dipakai, tetapi periksalah",
                           "far from what the ponds say; used, but do check it"},
    [COMBINE_CONTRADICTS] = {"bertentangan dengan angka lain atau dengan catatan; periksalah",
                             "contradicts another figure or the records; do check it"},
    [COMBINE_NEAR_RECORD] = {"sedikit di bawah panen yang sudah tercatat; dipakai",
                             "a little below the harvest on record; used"},
    [COMBINE_BELOW_RECORD] = {"di bawah panen yang sudah tercatat; tidak dipakai",
                              "below the harvest on record; not used"},
    [COMBINE_MISSING] = {"tidak ada angkanya; tidak dipakai", "no figure; not used"},
    [COMBINE_ZERO] = {"nol, mungkin belum diisi; tidak dipakai",
                      "zero, perhaps not filled in; not used"},
    [COMBINE_NO_DRAW] = {"tidak ada kolam yang dapat menghasilkannya; tidak dipakai",
                         "no pond that could yield it; not used"},
};

const char *combine_words(enum combine_verdict v, bool english)
{
    return WORDS[v][english ? 1 : 0];
}

struct combining {
    const struct hierarchy *h;
    double *bottom; /* [bottoms][k] */
    size_t k;
    const double *record; /* NULL: 0 */
    const double *const *known;
    const struct combine_figure *figure;
    size_t figures;
    gsl_rng *rng;
    struct combine_report *report;
    double *log_sum; /* [k]: ln of one node's sum, -inf where that is 0 */
    double *weight;  /* [k] */
    double *old;     /* [k] */
};

static double record_of(const struct combining *c, size_t b)
{
    return c->record != NULL ? c->record[b] : 0;
}

/* Fills log_sum with what figure f speaks of; what is known beside the bottoms goes with the draw it was known of. */
static void take_logs(struct combining *c, size_t f)
{
    const double *known = c->known != NULL ? c->known[f] : NULL;
    const size_t node = c->figure[f].node;

    memset(c->log_sum, 0, c->k * sizeof *c->log_sum);
    for (size_t b = 0; b < c->h->bottoms; b++)
        for (size_t i = 0; i < c->k && hierarchy_has(c->h, node, b); i++)
            c->log_sum[i] += c->bottom[b * c->k + i];
    for (size_t i = 0; known != NULL && i < c->k; i++)
        c->log_sum[i] += known[c->report->from[i]];
    for (size_t i = 0; i < c->k; i++)
        c->log_sum[i] = c->log_sum[i] > 0 ? log(c->log_sum[i]) : -HUGE_VAL;
}

/* Mean and variance of log_sum over the draws in which it is finite; returns how many. */
static size_t log_moments(const struct combining *c, double *mean, double *variance)
{
    size_t n = 0;
    double sum = 0;

    *mean = *variance = 0;
    for (size_t i = 0; i < c->k; i++)
        if (isfinite(c->log_sum[i])) {
            sum += c->log_sum[i];
            n++;
        }
    if (n == 0)
        return 0;
    *mean = sum / (double)n;
    for (size_t i = 0; i < c->k; i++)
        if (isfinite(c->log_sum[i]))
            *variance += (c->log_sum[i] - *mean) * (c->log_sum[i] - *mean) / (double)n;
    return n;
}

static bool used(const struct combining *c, size_t f)
{
    return c->report->seen[f].verdict < COMBINE_BELOW_RECORD;
}

/* --- what was handed in --- */

static int check(const struct combining *c, char *why, size_t why_size)
{
    if (c->k < 2) {
        (void)snprintf(why, why_size,
                       tongue("%zu simulasi; paling sedikit 2", "%zu draws; at least 2 are needed"),
                       c->k);
        return NILA_ERR_RANGE;
    }
    for (size_t b = 0; b < c->h->bottoms; b++)
        for (size_t i = 0; i < c->k; i++) {
            double kg = c->bottom[b * c->k + i], least = record_of(c, b);

            if (isfinite(kg) && kg >= 0 && least >= 0 && kg >= least * (1 - 1e-9))
                continue;
            (void)snprintf(why, why_size,
                           tongue("simpul %.60s: simulasi %zu %g kg, yang tercatat %g",
                                  "node %.60s: draw %zu is %g kg, on record are %g"),
                           c->h->id[c->h->bottom[b]], i + 1, kg, least);
            return NILA_ERR_RANGE;
        }
    for (size_t f = 0; f < c->figures; f++) {
        const struct combine_figure *y = &c->figure[f];

        if (y->node < c->h->nodes && !(y->kg < 0) && !isinf(y->kg) &&
            y->log_sd >= COMBINE_LOG_SD_MIN && y->log_sd <= COMBINE_LOG_SD_MAX)
            continue;
        (void)snprintf(
            why, why_size,
            tongue("angka %zu (simpul %.60s): %g kg dengan simpangan log %g tidak boleh",
                   "figure %zu (node %.60s): %g kg with log-sd %g is not allowed"),
            f + 1, y->node < c->h->nodes ? c->h->id[y->node] : tongue("tidak dikenal", "unknown"),
            y->kg, y->log_sd);
        return NILA_ERR_RANGE;
    }
    for (size_t f = 0; c->known != NULL && f < c->figures; f++)
        for (size_t i = 0; c->known[f] != NULL && i < c->k; i++)
            if (!isfinite(c->known[f][i]) || c->known[f][i] < 0) {
                (void)snprintf(why, why_size, "figure %zu: %g kg of draw %zu are past already",
                               f + 1, c->known[f][i], i + 1);
                return NILA_ERR_RANGE;
            }
    return 0;
}

static double record_at(const struct combining *c, size_t node)
{
    double sum = 0;

    for (size_t b = 0; b < c->h->bottoms; b++)
        sum += hierarchy_has(c->h, node, b) ? record_of(c, b) : 0;
    return sum;
}

/* Which figures can be used, and how far they are from the draws. */
static void look_at(struct combining *c, size_t f)
{
    const struct combine_figure *y = &c->figure[f];
    struct combine_seen *seen = &c->report->seen[f];
    double record = record_at(c, y->node), mean, variance;

    *seen = (struct combine_seen){COMBINE_FITS, NAN, NAN};
    if (isnan(y->kg)) {
        seen->verdict = COMBINE_MISSING;
    } else if (!(y->kg > 0)) {
        seen->verdict = COMBINE_ZERO;
    } else if (record > 0 && log(record / y->kg) > COMBINE_BELOW_SHARE * y->log_sd) {
        seen->verdict = COMBINE_BELOW_RECORD;
    } else {
        take_logs(c, f);
        if (log_moments(c, &mean, &variance) == 0) {
            seen->verdict = COMBINE_NO_DRAW;
            return;
        }
        seen->z_before = (log(y->kg) - mean) / sqrt(variance + y->log_sd * y->log_sd);
        if (y->kg < record)
            seen->verdict = COMBINE_NEAR_RECORD;
    }
}

/* --- weights --- */

/* Makes weight sum to 1 from its logarithms; 0 when every draw is impossible, else the effective sample size. */
static double normalise(struct combining *c)
{
    double most = -HUGE_VAL, sum = 0, squares = 0;

    for (size_t i = 0; i < c->k; i++)
        most = fmax(most, c->weight[i]);
    if (!isfinite(most))
        return 0;
    for (size_t i = 0; i < c->k; i++) {
        c->weight[i] = exp(c->weight[i] - most);
        sum += c->weight[i];
    }
    for (size_t i = 0; i < c->k; i++) {
        c->weight[i] /= sum;
        squares += c->weight[i] * c->weight[i];
    }
    return 1 / squares;
}

/* possible_only: 0 and 1 instead of how well a draw fits. */
static double weigh(struct combining *c, bool possible_only)
{
    memset(c->weight, 0, c->k * sizeof *c->weight);
    for (size_t f = 0; f < c->figures; f++) {
        if (!used(c, f))
            continue;
        take_logs(c, f);
        for (size_t i = 0; i < c->k; i++) {
            double z = (log(c->figure[f].kg) - c->log_sum[i]) / c->figure[f].log_sd;

            c->weight[i] -= possible_only ? (isfinite(c->log_sum[i]) ? 0 : HUGE_VAL) : z * z / 2;
        }
    }
    return normalise(c);
}

static void resample(struct combining *c)
{
    double first = gsl_rng_uniform(c->rng), sum = c->weight[0];
    size_t j = 0;

    for (size_t i = 0; i < c->k; i++) {
        while (((double)i + first) / (double)c->k > sum && j + 1 < c->k)
            sum += c->weight[++j];
        c->report->from[i] = j;
    }
    for (size_t b = 0; b < c->h->bottoms; b++) {
        double *kg = c->bottom + b * c->k;

        memcpy(c->old, kg, c->k * sizeof *kg);
        for (size_t i = 0; i < c->k; i++)
            kg[i] = c->old[c->report->from[i]];
    }
}

/* --- the ensemble Kalman step --- */

/* Is there something to move in this draw, and something to move it by? */
static bool movable(const struct combining *c, size_t b, size_t i)
{
    return c->bottom[b * c->k + i] > record_of(c, b) && isfinite(c->log_sum[i]);
}

/* Regression of u of one bottom on log_sum, over the draws in which it is more than its record. */
static double slope(const struct combining *c, size_t b, size_t node)
{
    const double *kg = c->bottom + b * c->k;
    double mean_u = 0, mean_g = 0, cov = 0, var_u = 0, var_g = 0, n = 0;

    for (size_t i = 0; i < c->k; i++)
        if (movable(c, b, i)) {
            mean_u += log(kg[i] - record_of(c, b));
            mean_g += c->log_sum[i];
            n++;
        }
    if (n < FEW)
        return hierarchy_has(c->h, node, b) ? 1 : 0;
    mean_u /= n;
    mean_g /= n;
    for (size_t i = 0; i < c->k; i++)
        if (movable(c, b, i)) {
            double u = log(kg[i] - record_of(c, b)) - mean_u, g = c->log_sum[i] - mean_g;

            cov += u * g;
            var_u += u * u;
            var_g += g * g;
        }
    if (!(var_g > 0) || !(var_u > 0))
        return 0;
    if (!hierarchy_has(c->h, node, b) && cov * cov < 4 / n * var_u * var_g)
        return 0;
    return cov / var_g;
}

static void one_step(struct combining *c, size_t f)
{
    const struct combine_figure *y = &c->figure[f];
    double mean, variance, noise = y->log_sd * y->log_sd * COMBINE_STEPS, gain, narrow;

    take_logs(c, f);
    (void)log_moments(c, &mean, &variance);
    gain = variance / (variance + noise);
    narrow = 1 / (1 + sqrt(noise / (variance + noise)));
    for (size_t b = 0; b < c->h->bottoms; b++) {
        double times = gain > 0 ? slope(c, b, y->node) * gain : 0, least = record_of(c, b);
        double *kg = c->bottom + b * c->k;

        for (size_t i = 0; i < c->k && times != 0; i++)
            if (movable(c, b, i))
                kg[i] =
                    least + (kg[i] - least) *
                                exp(times * (log(y->kg) - mean - narrow * (c->log_sum[i] - mean)));
    }
}

/* Step by step through all figures, so that none is the first. */
static void move(struct combining *c)
{
    if (weigh(c, true) > 0)
        resample(c);
    for (int step = 0; step < COMBINE_STEPS; step++)
        for (size_t f = 0; f < c->figures; f++)
            if (used(c, f))
                one_step(c, f);
}

/* How far each figure is from the outcome. */
static void look_again(struct combining *c)
{
    for (size_t f = 0; f < c->figures; f++) {
        struct combine_seen *seen = &c->report->seen[f];
        double mean, variance;

        if (!used(c, f))
            continue;
        take_logs(c, f);
        (void)log_moments(c, &mean, &variance);
        seen->z_after = (log(c->figure[f].kg) - mean) / c->figure[f].log_sd;
        if (fabs(seen->z_after) > COMBINE_FAR)
            seen->verdict = COMBINE_CONTRADICTS;
        else if (fabs(seen->z_before) > COMBINE_FAR && seen->verdict == COMBINE_FITS)
            seen->verdict = COMBINE_SURPRISES;
    }
}

int combine(const struct hierarchy *h, double *bottom, size_t k, const double *record,
            const double *const *known, const struct combine_figure *figure, size_t figures,
            gsl_rng *rng, struct combine_report *report, char *why, size_t why_size)
{
    struct combining c = {.h = h,
                          .k = k,
                          .record = record,
                          .known = known,
                          .figure = figure,
                          .figures = figures,
                          .rng = rng,
                          .report = report};
    bool any = false;
    int rc;

    c.bottom = bottom;
    rc = check(&c, why, why_size);
    if (rc != 0)
        return rc;
    c.log_sum = xcalloc(k, sizeof *c.log_sum);
    c.weight = xcalloc(k, sizeof *c.weight);
    c.old = xcalloc(k, sizeof *c.old);
    for (size_t i = 0; i < k; i++)
        report->from[i] = i;
    for (size_t f = 0; f < figures; f++) {
        look_at(&c, f);
        any = any || used(&c, f);
    }
    report->way = COMBINE_NOTHING;
    report->ess = (double)k;
    if (any) {
        report->ess = weigh(&c, false);
        report->way = report->in_place || report->ess < COMBINE_ESS_SHARE * (double)k
                          ? COMBINE_KALMAN
                          : COMBINE_WEIGHTS;
        if (report->way == COMBINE_WEIGHTS)
            resample(&c);
        else
            move(&c);
        look_again(&c);
    }
    free(c.log_sum);
    free(c.weight);
    free(c.old);
    return 0;
}
