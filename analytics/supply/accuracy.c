/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accuracy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"

#define SCOPE "tracked"

/* Twice the loss of quantile q at level tau. */
static double loss(double tau, double q, double y)
{
    return 2 * (y >= q ? tau * (y - q) : (1 - tau) * (q - y));
}

/* Integral of the loss over levels a..b, the quantile going straight from p to q, y not strictly between: a polynomial of
 * second degree, which Simpson's rule has exactly. The side y is on is that of the middle. */
static double piece(double a, double b, double p, double q, double y)
{
    double middle = (p + q) / 2;
    bool above = y >= middle;
    double la = 2 * (above ? a * (y - p) : (1 - a) * (p - y));
    double lb = 2 * (above ? b * (y - q) : (1 - b) * (q - y));

    return (b - a) / 6 * (la + 4 * loss((a + b) / 2, middle, y) + lb);
}

double accuracy_crps(const double q[RECORDS_QUANTILES], double y)
{
    const double *level = RECORDS_QUANTILE;
    double sum = piece(0, level[0], q[0], q[0], y) + piece(level[RECORDS_QUANTILES - 1], 1,
                                                           q[RECORDS_QUANTILES - 1],
                                                           q[RECORDS_QUANTILES - 1], y);

    for (int k = 1; k < RECORDS_QUANTILES; k++) {
        double a = level[k - 1], b = level[k], p = q[k - 1], r = q[k];

        if (y > p && y < r) {
            double at = a + (b - a) * (y - p) / (r - p);

            sum += piece(a, at, p, y, y) + piece(at, b, y, r, y);
        } else {
            sum += piece(a, b, p, r, y);
        }
    }
    return sum;
}

/* --- matching --- */

struct months {
    double kg[SUPPLY_NODES];
};

static void add_yield(struct months *m, const struct rec_yield *y)
{
    m->kg[supply_node_kecamatan(y->kecamatan)] += y->kg;
    m->kg[supply_node_regency(region_kecamatan(y->kecamatan)->regency)] += y->kg;
    m->kg[SUPPLY_JOINT] += y->kg;
}

struct matching {
    const struct rec_yield *yield;
    size_t yields;
    int64_t now_ms;
    struct accuracy_match *out;
    size_t cap;
};

/* Index of the first yield of month or later: yields lie by day. */
static size_t first_of(const struct matching *w, int32_t month)
{
    int32_t day = civil_month_first_day(month);
    size_t low = 0, high = w->yields;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (w->yield[mid].day < day)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Harvest of a month as known at known_ms, of ponds that were known at pond_ms. */
static void harvest_of(const struct matching *w, int32_t month, int64_t known_ms, int64_t pond_ms,
                       struct months *out)
{
    size_t end = first_of(w, month + 1);

    memset(out, 0, sizeof *out);
    for (size_t i = first_of(w, month); i < end; i++)
        if (w->yield[i].entered_ms <= known_ms && w->yield[i].pond_known_ms <= pond_ms)
            add_yield(out, &w->yield[i]);
}

/* Do the records known at known_ms reach back to the month? */
static bool reach_back(const struct matching *w, int32_t month, int64_t known_ms)
{
    size_t end = first_of(w, month + 1);

    for (size_t i = 0; i < end; i++)
        if (w->yield[i].entered_ms <= known_ms)
            return true;
    return false;
}

static void naive_of(const struct matching *w, int32_t as_of_day, int32_t month,
                     struct months out[ACCURACY_NAIVES], bool have[ACCURACY_NAIVES])
{
    int64_t known_ms = civil_day_start(as_of_day + 1) - 1;
    int32_t last = civil_month_of_day(as_of_day + 1) - 1; /* the last whole month */
    const int32_t from[ACCURACY_NAIVES] = {
        [ACCURACY_LAST_MONTH] = last, [ACCURACY_LAST_YEAR] = month - 12};

    for (int k = 0; k < ACCURACY_NAIVES; k++) {
        have[k] = from[k] <= last && reach_back(w, from[k], known_ms);
        if (have[k])
            harvest_of(w, from[k], known_ms, known_ms, &out[k]);
    }
}

static size_t node_of(const char *code)
{
    size_t n = 0;

    while (n < SUPPLY_NODES && strcmp(supply_node_code(n), code) != 0)
        n++;
    return n;
}

static struct accuracy_pair *new_pair(struct matching *w)
{
    struct accuracy_match *m = w->out;

    if (m->n == w->cap) {
        w->cap = w->cap == 0 ? 256 : w->cap * 2;
        m->pair = xrealloc(m->pair, w->cap, sizeof *m->pair);
    }
    return &m->pair[m->n++];
}

/* What a month of an issue is judged by. */
struct truth {
    bool judged;
    struct months actual[ACCURACY_TRUTHS], naive[ACCURACY_NAIVES];
    bool have[ACCURACY_NAIVES];
};

static void truth_of(struct matching *w, const struct rec_issue *issue, int32_t month,
                     struct truth *t)
{
    int64_t wait_ms = civil_month_start(month + 1) + ACCURACY_WAIT_DAYS * CIVIL_DAY_MS;
    int64_t known_ms = civil_day_start(issue->as_of_day + 1) - 1;
    struct months all;

    t->judged = false;
    if (issue->issued_ms >= civil_month_start(month) + ACCURACY_LATE_DAYS * CIVIL_DAY_MS) {
        w->out->late++;
        return;
    }
    if (w->now_ms < wait_ms) {
        w->out->open++;
        return;
    }
    harvest_of(w, month, w->now_ms, w->now_ms, &all);
    if (!(all.kg[SUPPLY_JOINT] > 0)) {
        w->out->silent++;
        return;
    }
    harvest_of(w, month, wait_ms, known_ms, &t->actual[ACCURACY_FIRST]);
    harvest_of(w, month, w->now_ms, known_ms, &t->actual[ACCURACY_NOW]);
    w->out->later_kg += all.kg[SUPPLY_JOINT] - t->actual[ACCURACY_NOW].kg[SUPPLY_JOINT];
    naive_of(w, issue->as_of_day, month, t->naive, t->have);
    t->judged = true;
}

static void match_issue(struct matching *w, const struct rec_issue *issue, size_t index)
{
    struct truth *t = xcalloc(RECORDS_ISSUED_LEADS, sizeof *t);
    int32_t from = civil_month_of_day(issue->as_of_day) + 1;
    size_t before = w->out->n;

    for (unsigned l = 0; l < RECORDS_ISSUED_LEADS && l < issue->months; l++)
        truth_of(w, issue, from + (int32_t)l, &t[l]);
    for (size_t i = 0; i < issue->values; i++) {
        const struct rec_issued_value *v = &issue->value[i];
        size_t node = node_of(v->node);
        struct accuracy_pair *p;

        /* a node this program does not know, or a month that is not the lead's: not ours to judge */
        if (node == SUPPLY_NODES || v->lead < 1 || v->lead > RECORDS_ISSUED_LEADS ||
            v->month != from + (int32_t)v->lead - 1 || !t[v->lead - 1].judged)
            continue;
        p = new_pair(w);
        *p = (struct accuracy_pair){.issue = index,
                                    .as_of_day = issue->as_of_day,
                                    .month = v->month,
                                    .node = node,
                                    .lead = v->lead,
                                    .forecast = v};
        for (int k = 0; k < ACCURACY_TRUTHS; k++)
            p->actual[k] = t[v->lead - 1].actual[k].kg[node];
        for (int k = 0; k < ACCURACY_NAIVES; k++)
            p->naive[k] = t[v->lead - 1].have[k] ? t[v->lead - 1].naive[k].kg[node] : NAN;
    }
    w->out->issues += w->out->n > before;
    free(t);
}

size_t accuracy_issues(const struct rec_issue *issue, size_t issues)
{
    size_t n = 0;

    for (size_t i = 0; i < issues; i++)
        n += strcmp(issue[i].scope, SCOPE) == 0;
    return n;
}

void accuracy_match(const struct rec_issue *issue, size_t issues, const struct rec_yield *yield,
                    size_t yields, int64_t now_ms, struct accuracy_match *out)
{
    struct matching w = {.yield = yield, .yields = yields, .now_ms = now_ms, .out = out};
    int32_t last = INT32_MIN;

    *out = (struct accuracy_match){0};
    for (size_t i = 0; i < issues; i++) {
        int32_t month = civil_month_of_day(issue[i].as_of_day);

        if (strcmp(issue[i].scope, SCOPE) != 0)
            continue;
        if (month == last) {
            out->repeats++;
            continue;
        }
        last = month;
        match_issue(&w, &issue[i], i);
    }
}

void accuracy_match_free(struct accuracy_match *m)
{
    free(m->pair);
    *m = (struct accuracy_match){0};
}

/* --- scores --- */

struct sums {
    double actual, forecast, absolute, crps, width;
    double own_abs[ACCURACY_NAIVES], own_crps[ACCURACY_NAIVES], naive[ACCURACY_NAIVES];
    double *ape;
};

static void add_pair(struct sums *s, const struct accuracy_pair *p, enum accuracy_truth truth,
                     struct accuracy_score *o)
{
    const struct rec_issued_value *v = p->forecast;
    double y = p->actual[truth], off = fabs(v->q[RECORDS_Q50] - y), crps = accuracy_crps(v->q, y);

    o->n++;
    o->covered80 += y >= v->q[RECORDS_Q10] && y <= v->q[RECORDS_Q90];
    o->covered95 += y >= v->q[RECORDS_Q025] && y <= v->q[RECORDS_Q975];
    if (y > 0)
        s->ape[o->positive++] = 100 * off / y;
    s->actual += y;
    s->forecast += v->mean;
    s->absolute += off;
    s->crps += crps;
    s->width += v->q[RECORDS_Q90] - v->q[RECORDS_Q10];
    for (int k = 0; k < ACCURACY_NAIVES; k++) {
        if (isnan(p->naive[k]))
            continue;
        o->compared[k]++;
        s->own_abs[k] += off;
        s->own_crps[k] += crps;
        s->naive[k] += fabs(p->naive[k] - y);
    }
}

/* The naive forecast may be exact: then nothing can be better, and only what is exact too is as good. */
static double skill(double own, double naive, size_t n)
{
    if (n == 0)
        return NAN;
    if (naive > 0)
        return 1 - own / naive;
    return own > 0 ? -INFINITY : 0;
}

void accuracy_score(const struct accuracy_match *m, size_t node, unsigned lead,
                    enum accuracy_truth truth, struct accuracy_score *out)
{
    struct sums s = {.ape = xcalloc(m->n, sizeof *s.ape)};
    struct accuracy_score o = {0};
    double n;

    for (size_t i = 0; i < m->n; i++)
        if (m->pair[i].node == node && (lead == 0 || m->pair[i].lead == lead))
            add_pair(&s, &m->pair[i], truth, &o);
    n = o.n > 0 ? (double)o.n : NAN;
    gsl_sort(s.ape, 1, o.positive);
    o.mape_pct = o.positive > 0 ? gsl_stats_mean(s.ape, 1, o.positive) : NAN;
    o.median_ape_pct =
        o.positive > 0 ? gsl_stats_median_from_sorted_data(s.ape, 1, o.positive) : NAN;
    o.mean_actual_kg = s.actual / n;
    o.mean_error_kg = (s.forecast - s.actual) / n;
    o.bias_pct = s.actual > 0 ? 100 * (s.forecast - s.actual) / s.actual : NAN;
    o.mae_kg = s.absolute / n;
    o.crps_kg = s.crps / n;
    o.width80_kg = s.width / n;
    for (int k = 0; k < ACCURACY_NAIVES; k++) {
        o.skill_abs[k] = skill(s.own_abs[k], s.naive[k], o.compared[k]);
        o.skill_crps[k] = skill(s.own_crps[k], s.naive[k], o.compared[k]);
    }
    free(s.ape);
    *out = o;
}
