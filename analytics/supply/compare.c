/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

static void sum_period(const struct supply_forecast *f, size_t node, const struct neraca_period *p,
                       double *out)
{
    memset(out, 0, f->draws * sizeof *out);
    for (unsigned lead = p->first_lead; lead < p->first_lead + p->leads; lead++)
        for (size_t i = 0; i < f->draws; i++)
            out[i] += supply_draws(f, node, lead)[i];
}

static void fill_cells(struct compare *c, const struct supply_forecast *base,
                       const struct supply_forecast *supposed)
{
    const size_t k = base->draws;
    double *a = xcalloc(3 * k, sizeof *a), *b = a + k, *change = b + k;

    for (size_t node = 0; node < SUPPLY_NODES; node++)
        for (size_t p = 0; p < c->periods; p++) {
            struct compare_cell *cell = &c->cell[node][p];
            size_t lower = 0;

            sum_period(base, node, &c->period[p], a);
            sum_period(supposed, node, &c->period[p], b);
            for (size_t i = 0; i < k; i++) {
                change[i] = b[i] - a[i];
                lower += change[i] < 0;
            }
            cell->base = supply_summarise_draws(a, k);
            cell->supposed = supply_summarise_draws(b, k);
            cell->change = supply_summarise_draws(change, k);
            cell->p_lower = (double)lower / (double)k;
        }
    free(a);
}

/* Demand has the same draws in both. Then the means that add up. */
static void fill_risks(struct compare *c, const struct forecast *f,
                       const struct supply_forecast *supposed)
{
    struct neraca *n = xcalloc(1, sizeof *n);
    struct neraca_rounded *rounded = xcalloc(1, sizeof *rounded);

    neraca_make(n, supposed, f->demand, f->figures, f->snapshot, f->neraca->farms);
    for (size_t node = 0; node < DEMAND_NODES; node++) {
        c->gap[node] = f->neraca->gap[node];
        for (size_t p = 0; p < c->periods; p++) {
            c->base[node][p] = f->neraca->cell[node][p].risk;
            c->supposed[node][p] = n->cell[node][p].risk;
        }
    }
    neraca_round(f->neraca, COMPARE_UNIT_KG, rounded);
    memcpy(c->base_units, rounded->supply, sizeof c->base_units);
    neraca_round(n, COMPARE_UNIT_KG, rounded);
    memcpy(c->supposed_units, rounded->supply, sizeof c->supposed_units);
    free(rounded);
    free(n);
}

int compare_run(const struct forecast *f, const struct forecast_request *q,
                const struct scenario *s, bool english, struct compare **out, char *why,
                size_t why_size)
{
    struct supply_forecast *supposed = NULL;
    struct compare *c;
    bool known[REGENCY_COUNT];
    int rc = scenario_check(s, q->as_of_day, q->months, english, why, why_size);

    for (int r = 0; r < REGENCY_COUNT; r++)
        known[r] = !isnan(f->supply->seed[r].recent);
    if (rc == 0)
        rc = scenario_check_ledgers(s, known, english, why, why_size);
    if (rc == 0)
        rc = forecast_suppose(f, q, s, &supposed, why, why_size);
    if (rc != 0)
        return rc;
    c = xcalloc(1, sizeof *c);
    c->as_of_day = f->supply->as_of_day;
    c->first_month = f->supply->first_month;
    c->months = f->supply->months;
    c->draws = f->supply->draws;
    c->seed = q->seed;
    c->tracked = f->supply->tracked[SUPPLY_JOINT];
    c->scenario = *s;
    c->periods = f->neraca->periods;
    memcpy(c->period, f->neraca->period, sizeof c->period);
    fill_cells(c, f->supply, supposed);
    fill_risks(c, f, supposed);
    supply_free(supposed);
    *out = c;
    return 0;
}

void compare_free(struct compare *c)
{
    free(c);
}
