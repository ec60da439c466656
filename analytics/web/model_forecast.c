/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_forecast.h"

#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

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

void model_summarise(const struct forecast *f, struct page_forecast *out)
{
    const struct supply_forecast *s = f->supply;
    double *sum = xcalloc(s->draws, sizeof *sum);

    *out = (struct page_forecast){.state = PAGE_FORECAST_READY,
                                  .issued_ms = s->issued_ms,
                                  .as_of_day = s->as_of_day,
                                  .first_month = s->first_month,
                                  .months = s->months,
                                  .draws = s->draws,
                                  .forgotten = s->forgotten};
    memcpy(out->tracked, s->tracked, sizeof out->tracked);
    memcpy(out->demand, f->demand, sizeof out->demand);
    model_count_ponds(f->snapshot, out->ponds);
    for (int r = 0; r < REGENCY_COUNT; r++)
        out->demand_people += demand_population((enum regency)r);
    out->demand_head_kg_year = DEMAND_KG_A_HEAD_YEAR;
    for (size_t node = 0; node < SUPPLY_NODES; node++) {
        memset(sum, 0, s->draws * sizeof *sum);
        for (unsigned lead = 1; lead <= s->months; lead++) {
            const double *kg = supply_draws(s, node, lead);
            out->month[node][lead - 1] = supply_summarise(s, node, lead);
            for (unsigned i = 0; i < s->draws; i++)
                sum[i] += kg[i];
        }
        out->total[node] = supply_summarise_draws(sum, s->draws);
    }
    free(sum);
}
