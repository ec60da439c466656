/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_forecast.h"

#include <math.h>
#include <string.h>

#include "analytics/web/model_cells.h"
#include "collector/common/clock.h"

void model_count_ponds(const struct records_snapshot *s, unsigned out[SUPPLY_NODES])
{
    memset(out, 0, SUPPLY_NODES * sizeof out[0]);
    for (size_t i = 0; i < s->ponds; i++) {
        const struct rec_farm *farm = &s->farm[s->pond[i].farm];
        out[SUPPLY_JOINT]++;
        out[supply_node_regency(farm->regency)]++;
        out[supply_node_kecamatan(farm->kecamatan)]++;
    }
}

static const enum records_key OTHER_KEY[PAGE_OTHERS] = {KEY_OTHER_SUPPLY, KEY_OTHER_DEMAND};

/* Whether an assumption on other fish counts in any month of the forecast. */
static bool other_used(const struct forecast *f, size_t i)
{
    const struct records_snapshot *s = f->snapshot;

    if (s->assumption[i].key != KEY_OTHER_SUPPLY && s->assumption[i].key != KEY_OTHER_DEMAND)
        return false;
    for (unsigned lead = 1; lead <= f->supply->months; lead++)
        for (int r = 0; r < REGENCY_COUNT; r++)
            if (demand_entry(s, s->assumption[i].key, (enum regency)r,
                             f->supply->first_month + (int32_t)lead - 1) == (long)i)
                return true;
    return false;
}

/* One regency's months, rounded one by one, added up over a period. */
static void sum_other(const struct forecast *f, struct page_forecast *out, enum page_other what,
                      enum regency r, size_t period)
{
    const struct neraca_period *p = &out->neraca.period[period];
    const size_t node = supply_node_regency(r);
    bool known = true;
    long long units = 0;

    for (unsigned lead = p->first_lead; known && lead < p->first_lead + p->leads; lead++) {
        long i =
            demand_entry(f->snapshot, OTHER_KEY[what], r, out->first_month + (int32_t)lead - 1);
        known = i >= 0;
        if (known)
            units += llround(f->snapshot->assumption[i].value / PAGE_UNIT_KG);
    }
    out->other[what][node][period] = known ? units : 0;
    out->other_known[what][node][period] = known;
}

static void list_other(const struct forecast *f, struct page_forecast *out)
{
    for (int what = 0; what < PAGE_OTHERS; what++)
        for (size_t p = 0; p < out->neraca.periods; p++) {
            long long sum = 0;
            bool known = true;

            for (int r = 0; r < REGENCY_COUNT; r++) {
                sum_other(f, out, (enum page_other)what, (enum regency)r, p);
                sum += out->other[what][supply_node_regency((enum regency)r)][p];
                known = known && out->other_known[what][supply_node_regency((enum regency)r)][p];
            }
            out->other[what][SUPPLY_JOINT][p] = known ? sum : 0;
            out->other_known[what][SUPPLY_JOINT][p] = known;
        }
}

static void list_basis(const struct forecast *f, struct page_forecast *out)
{
    for (size_t i = 0; i < f->snapshot->assumptions; i++) {
        if (f->demand->used[i] == 0 && !other_used(f, i))
            continue;
        if (out->bases < PAGE_BASIS_MAX)
            out->basis[out->bases++] = f->snapshot->assumption[i];
        else
            out->bases_left++;
    }
    for (size_t i = 0; i < f->figures->n; i++) {
        out->with_official = out->with_official || figure_used(&f->figures->figure[i]);
        if (out->officials < PAGE_OFFICIAL_MAX)
            out->official[out->officials++] = f->figures->figure[i];
        else
            out->officials_left++;
    }
    for (size_t i = 0; i < f->snapshot->targets;
         i++) { /* shown beside them; no part of the figures */
        const struct rec_official *o = &f->snapshot->target[i];

        if (o->first_month + (int32_t)o->months <= f->supply->first_month ||
            o->first_month >= f->supply->first_month + (int32_t)f->supply->months)
            continue;
        if (out->officials < PAGE_OFFICIAL_MAX)
            out->official[out->officials++] = (struct figure){.record = *o};
        else
            out->officials_left++;
    }
    out->officials_elsewhen = f->figures->over + f->figures->beyond;
}

static bool final_of(const struct figures *y, const char *node, int32_t first_month, unsigned leads)
{
    for (size_t i = 0; i < y->n; i++) {
        const struct rec_official *o = &y->figure[i].record;

        if (o->final && figure_used(&y->figure[i]) && o->first_month == first_month &&
            o->months == leads && strcmp(o->node, node) == 0)
            return true;
    }
    return false;
}

static void list_final(const struct forecast *f, struct page_forecast *out)
{
    for (size_t p = 0; p < out->neraca.periods; p++) {
        const struct neraca_period *of = &out->neraca.period[p];
        int32_t first = out->first_month + (int32_t)of->first_lead - 1;

        out->final[p] = final_of(f->figures, "joint", first, of->leads) ||
                        (final_of(f->figures, "kotim", first, of->leads) &&
                         final_of(f->figures, "seruyan", first, of->leads));
    }
}

void model_summarise(const struct forecast *f, struct page_forecast *out)
{
    const struct supply_forecast *s = f->supply;

    *out = (struct page_forecast){.state = PAGE_FORECAST_READY,
                                  .issued_ms = s->issued_ms,
                                  .as_of_day = s->as_of_day,
                                  .first_month = s->first_month,
                                  .months = s->months,
                                  .draws = s->draws,
                                  .given = f->given,
                                  .forgotten = s->forgotten,
                                  .learned = s->learned};
    memcpy(out->seed, s->seed, sizeof out->seed);
    memcpy(out->forgotten_kg, s->forgotten_kg, sizeof out->forgotten_kg);
    memcpy(out->tracked, s->tracked, sizeof out->tracked);
    model_count_ponds(f->snapshot, out->ponds);
    for (size_t node = 0; node < SUPPLY_NODES; node++)
        for (unsigned lead = 1; lead <= s->months; lead++)
            out->spread[node][lead - 1] = supply_spread(s, node, lead);
    out->neraca = *f->neraca;
    model_cells_join(f, out);
    neraca_round(&out->neraca, PAGE_UNIT_KG, &out->rounded);
    model_cells_hide(out);
    if (f->untracked != NULL) {
        out->register_questions = f->untracked->questions;
        memcpy(out->register_question, f->untracked->question, sizeof out->register_question);
    }
    memcpy(out->population, f->demand->population, sizeof out->population);
    list_basis(f, out);
    list_final(f, out);
    list_other(f, out);
}

static bool same_numbers(const struct rec_issue *issue, const struct page_forecast *f)
{
    const size_t node =
        f->given.state == EXCHANGE_NONE ? SUPPLY_JOINT : supply_node_regency(f->given.office);
    unsigned months = 0;

    for (size_t i = 0; i < issue->values; i++) {
        const struct rec_issued_value *v = &issue->value[i];
        double mean;

        if (strcmp(v->node, supply_node_code(node)) != 0)
            continue;
        if (v->lead < 1 || v->lead > f->months)
            return false;
        mean = f->neraca.supply[node][v->lead - 1].mean;
        if (fabs(v->mean - mean) > 1e-9 * fmax(fabs(mean), 1))
            return false;
        months++;
    }
    return months == f->months;
}

unsigned model_revision(const struct rec_issue *issue, size_t n, const struct page_forecast *f)
{
    unsigned revision = 0;

    for (size_t i = 0; i < n; i++)
        if (issue[i].as_of_day == f->as_of_day && issue[i].revision > revision &&
            same_numbers(&issue[i], f))
            revision = issue[i].revision;
    return revision;
}

unsigned model_revision_on_record(struct records *r, const struct page_forecast *f)
{
    struct rec_issue *issue = NULL;
    unsigned revision;
    size_t n = 0;

    if (records_issues(r, clock_wall_ms(), &issue, &n) != 0)
        return 0; /* logged there; the print says "not issued" */
    revision = model_revision(issue, n, f);
    records_issues_free(issue, n);
    return revision;
}
