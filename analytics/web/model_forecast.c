/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_forecast.h"

#include <string.h>

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

static void list_basis(const struct forecast *f, struct page_forecast *out)
{
    for (size_t i = 0; i < f->snapshot->assumptions; i++) {
        if (f->demand->used[i] == 0)
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
                                  .forgotten = s->forgotten};
    memcpy(out->tracked, s->tracked, sizeof out->tracked);
    model_count_ponds(f->snapshot, out->ponds);
    out->neraca = *f->neraca;
    neraca_round(&out->neraca, PAGE_UNIT_KG, &out->rounded);
    memcpy(out->population, f->demand->population, sizeof out->population);
    list_basis(f, out);
    list_final(f, out);
}
