/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recalibrate.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_statistics_double.h>

#define Z90       1.2815515655446004 /* P90 of the standard normal */
#define RATIO_CUT 5.0
#define LEAST     0.5
#define MOST      3.0

static const unsigned BOUND[RECALIBRATE_GROUPS + 1] = {1, 2, 4, 7, 13};

void recalibrate_none(struct recalibration *out)
{
    for (size_t node = 0; node < RECALIBRATE_NODES; node++)
        for (int g = 0; g < RECALIBRATE_GROUPS; g++)
            out->group[node][g] = (struct recalibrate_group){.first_lead = BOUND[g],
                                                             .last_lead = BOUND[g + 1] - 1,
                                                             .sd_ratio = NAN,
                                                             .factor = 1};
}

/* |z| of the model's own spread; NaN where it has none on that side. */
static double ratio(const struct rec_issued_value *v, double y)
{
    double away = fabs(y - v->mean);
    double half = y > v->mean ? v->q[RECORDS_Q90] - v->mean : v->mean - v->q[RECORDS_Q10];

    return half > 0 ? Z90 * away / half * v->factor : NAN;
}

/* Whether the model's own interval covered too little or too much. */
static bool is_off(const struct recalibrate_group *g)
{
    return g->n >= RECALIBRATE_LEAST && ((double)g->covered < RECALIBRATE_LOW * (double)g->n ||
                                         (double)g->covered > RECALIBRATE_HIGH * (double)g->n);
}

/* Takes the months of whole issues that are later than all before. around: the factor it leans on. */
static void learn_group(const struct accuracy_match *m, size_t node, double around,
                        struct recalibrate_group *g)
{
    int32_t taken = INT32_MIN, newest = INT32_MIN;
    size_t issue = SIZE_MAX;
    double squares = 0, cut = 0;

    for (size_t i = 0; i < m->n; i++) {
        const struct accuracy_pair *p = &m->pair[i];
        double r;

        if (p->node != node || p->lead < g->first_lead || p->lead > g->last_lead)
            continue;
        if (p->issue != issue) {
            taken = newest;
            issue = p->issue;
        }
        /* its first month of the group, judged or not, decides: as_of fixes it */
        if (p->month - (int32_t)(p->lead - g->first_lead) <= taken)
            continue;
        r = ratio(p->forecast, p->actual[ACCURACY_NOW]);
        if (isnan(r))
            continue;
        newest = p->month > newest ? p->month : newest;
        g->n++;
        g->covered += r <= Z90;
        squares += r * r;
        cut += fmin(r, RATIO_CUT) * fmin(r, RATIO_CUT);
    }
    if (g->n > 0)
        g->sd_ratio = sqrt(squares / (double)g->n);
    if (is_off(g) || around != 1)
        g->factor = fmin(MOST, fmax(LEAST, sqrt((cut + RECALIBRATE_PRIOR * around * around) /
                                                ((double)g->n + RECALIBRATE_PRIOR))));
}

void recalibrate_learn(const struct accuracy_match *m, struct recalibration *out)
{
    recalibrate_none(out);
    for (int g = 0; g < RECALIBRATE_GROUPS; g++) {
        learn_group(m, SUPPLY_JOINT, 1, &out->group[SUPPLY_JOINT][g]);
        for (size_t node = 1; node < RECALIBRATE_NODES; node++)
            learn_group(m, node, out->group[SUPPLY_JOINT][g].factor, &out->group[node][g]);
    }
}

double recalibrate_factor(const struct recalibration *r, size_t node, unsigned lead)
{
    const size_t k = supply_node_kecamatan(0);
    const size_t of = node < k ? node : supply_node_regency(region_kecamatan(node - k)->regency);

    for (int g = 0; g < RECALIBRATE_GROUPS; g++)
        if (lead >= r->group[of][g].first_lead && lead <= r->group[of][g].last_lead)
            return r->group[of][g].factor;
    return 1;
}

bool recalibrate_active(const struct recalibration *r)
{
    for (size_t node = 0; node < RECALIBRATE_NODES; node++)
        for (int g = 0; g < RECALIBRATE_GROUPS; g++)
            if (r->group[node][g].factor != 1)
                return true;
    return false;
}

static void spread(double *x, unsigned draws, double factor)
{
    double mean = 0, after = 0;

    if (factor == 1)
        return;
    for (unsigned i = 0; i < draws; i++)
        mean += x[i] / draws;
    for (unsigned i = 0; i < draws; i++) {
        x[i] = fmax(0, mean + factor * (x[i] - mean));
        after += x[i] / draws;
    }
    for (unsigned i = 0; i < draws && after > 0; i++)
        x[i] *= mean / after;
}

/* Regencies and joint from the kecamatan, and the totals of both parts. */
static void sum_up(struct supply_forecast *f, unsigned lead)
{
    for (size_t n = 0; n < supply_node_kecamatan(0); n++)
        memset(supply_tracked(f, n, lead), 0, f->draws * sizeof *f->kg);
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
        const double *x = supply_tracked(f, supply_node_kecamatan(k), lead);
        double *up = supply_tracked(f, supply_node_regency(region_kecamatan(k)->regency), lead);

        for (unsigned i = 0; i < f->draws; i++)
            up[i] += x[i];
    }
    for (size_t n = 1; n < supply_node_kecamatan(0); n++)
        for (unsigned i = 0; i < f->draws; i++)
            supply_tracked(f, SUPPLY_JOINT, lead)[i] += supply_tracked(f, n, lead)[i];
    for (size_t n = 0; n < SUPPLY_NODES && f->untracked_kg != NULL; n++)
        for (unsigned i = 0; i < f->draws; i++)
            supply_draws(f, n, lead)[i] =
                supply_tracked(f, n, lead)[i] + supply_untracked(f, n, lead)[i];
}

void recalibrate_apply(const struct recalibration *r, struct supply_forecast *f)
{
    for (unsigned lead = 1; lead <= f->months; lead++) {
        double *joint = supply_tracked(f, SUPPLY_JOINT, lead);
        const double before = gsl_stats_sd(joint, 1, f->draws);
        bool any = false;

        for (size_t n = 1; n < RECALIBRATE_NODES; n++) {
            f->spread[n][lead - 1] = recalibrate_factor(r, n, lead);
            any = any || f->spread[n][lead - 1] != 1;
        }
        f->spread[SUPPLY_JOINT][lead - 1] = 1;
        if (!any)
            continue;
        for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
            spread(supply_tracked(f, supply_node_kecamatan(k), lead), f->draws,
                   recalibrate_factor(r, supply_node_kecamatan(k), lead));
        sum_up(f, lead);
        if (before > 0)
            f->spread[SUPPLY_JOINT][lead - 1] = gsl_stats_sd(joint, 1, f->draws) / before;
    }
}
