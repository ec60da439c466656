/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "balance.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_sort.h>

#include "collector/common/log.h"

double balance_loss(const struct balance_parts *p, size_t i)
{
    double market = p->supply[i] + p->inflow[i] - p->outflow[i];

    return market > 0 ? market * p->loss[i] : 0;
}

void balance_draws(const struct balance_parts *p, size_t k, double *b)
{
    for (size_t i = 0; i < k; i++)
        b[i] = p->supply[i] + p->inflow[i] - p->outflow[i] - balance_loss(p, i) - p->demand[i];
}

struct balance_risk balance_risk(const double *b, size_t k)
{
    struct balance_risk r = {0, 0, 0};
    size_t n = 0;
    double sum = 0;

    for (size_t i = 0; i < k; i++)
        if (b[i] < 0) {
            n++;
            sum -= b[i];
        }
    r.p_deficit = (double)n / (double)k;
    r.mean_kg = sum / (double)k;
    r.shortfall_kg = n > 0 ? sum / (double)n : 0;
    return r;
}

struct balance_pair balance_pair(const double *a, const double *b, size_t k)
{
    size_t none = 0, covered = 0, uncovered = 0, both = 0;

    for (size_t i = 0; i < k; i++) {
        if (a[i] >= 0 && b[i] >= 0)
            none++;
        else if (a[i] < 0 && b[i] < 0)
            both++;
        else if (a[i] + b[i] >= 0)
            covered++;
        else
            uncovered++;
    }
    return (struct balance_pair){(double)none / (double)k, (double)covered / (double)k,
                                 (double)uncovered / (double)k, (double)both / (double)k};
}

double balance_short_after(const double *a, const double *b, size_t k, double x)
{
    double sum = 0;

    for (size_t i = 0; i < k; i++)
        sum += fmax(x - a[i], 0) + fmax(-b[i] - x, 0);
    return sum / (double)k;
}

/* The slope of the mean right of the jth sorted point (j from 0: left of the first) is j / k - 1. With what a kg costs in its
 * direction the slope becomes 0 or more at the first point whose j >= k (1 - signed cost). */
static size_t first_at(size_t k, double signed_cost)
{
    double j = ceil((double)k * (1 - signed_cost) - 1e-9);

    return j < 1 ? 0 : (size_t)j - 1;
}

double balance_transfer(const double *a, const double *b, size_t k, double cost, double *work)
{
    double last = floor((double)k * (1 + cost) + 1e-9), least, most;

    for (size_t i = 0; i < k; i++) {
        work[i] = a[i];
        work[k + i] = -b[i];
    }
    gsl_sort(work, 1, 2 * k);
    least = work[first_at(k, cost)];
    if (least > 0) /* the lowest of the best ones is nearest 0 */
        return least;
    /* Left of 0 the cost falls as x grows: the best ones end where the slope turns positive. */
    most = last < (double)(2 * k) ? work[(size_t)last] : HUGE_VAL;
    return most < 0 ? most : 0;
}

enum balance_class balance_class(double p_deficit)
{
    return p_deficit < 0.1   ? BALANCE_ENOUGH
           : p_deficit < 0.5 ? BALANCE_LIKELY_ENOUGH
           : p_deficit < 0.9 ? BALANCE_LIKELY_SHORT
                             : BALANCE_SHORT;
}

const char *balance_words(enum balance_class c, bool english)
{
    static const char *const WORDS[BALANCE_CLASSES][2] = {
        [BALANCE_ENOUGH] = {"sangat mungkin cukup", "very likely enough"},
        [BALANCE_LIKELY_ENOUGH] = {"mungkin cukup", "probably enough"},
        [BALANCE_LIKELY_SHORT] = {"mungkin kurang", "probably short"},
        [BALANCE_SHORT] = {"sangat mungkin kurang", "very likely short"},
    };

    return WORDS[c][english ? 1 : 0];
}

void balance_split(const double *share, size_t n, long long total, long long *out)
{
    double sum = 0, *rest = xcalloc(n, sizeof *rest);
    long long left = total;

    for (size_t i = 0; i < n; i++)
        sum += share[i];
    for (size_t i = 0; i < n; i++) {
        double exact = (double)total * (sum > 0 ? share[i] / sum : 1 / (double)n);

        out[i] = (long long)floor(exact);
        rest[i] = exact - (double)out[i];
        left -= out[i];
    }
    for (; left > 0; left--) { /* fewer than n, but for the last bits of exact */
        size_t most = 0;

        for (size_t i = 1; i < n; i++)
            if (rest[i] > rest[most])
                most = i;
        out[most]++;
        rest[most] -= 1;
    }
    free(rest);
}
