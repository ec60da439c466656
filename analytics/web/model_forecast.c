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
}
