/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands behind the joint forecast, for programs: the balance, how right forecasts were, assumptions, coverage, the ledger. What would
 * tell of one or two farms is null, as on the pages. */
#include "analytics/web/api_own.h"

#include <math.h>
#include <stdio.h>

#include "analytics/records/keys.h"
#include "analytics/web/html.h"
#include "analytics/web/page_region.h"
#include "collector/common/civil.h"

/* The head of an answer; false: there is no forecast, and the answer is whole. */
static bool begin(struct buf *b, const struct page_model *m)
{
    static const char *const STATE[] = {"waiting", "failed", "ready"};

    buf_str(b, "{");
    api_text(b, "notice", m->notice);
    buf_printf(b, ",\"state\":\"%s\"", STATE[m->forecast.state]);
    if (m->forecast.state != PAGE_FORECAST_READY) {
        buf_str(b, "}\n");
        return false;
    }
    buf_str(b, ",");
    api_day(b, "as_of", m->forecast.as_of_day);
    return true;
}

static void summary(struct buf *b, const char *name, const struct supply_summary *s, bool known)
{
    buf_printf(b, "\"%s\":{", name);
    api_number(b, "mean_kg", known ? s->mean : NAN, 1);
    buf_str(b, ",");
    api_number(b, "p10_kg", known ? s->p10 : NAN, 1);
    buf_str(b, ",");
    api_number(b, "p50_kg", known ? s->p50 : NAN, 1);
    buf_str(b, ",");
    api_number(b, "p90_kg", known ? s->p90 : NAN, 1);
    buf_str(b, "}");
}

static void period(struct buf *b, const struct neraca *n, size_t node, size_t p)
{
    const struct neraca_cell *c = &n->cell[node][p];
    const bool told = n->gap[node] == NERACA_TOLD;

    buf_printf(b, "{\"period\":\"%s\",", n->period[p].name);
    summary(b, "supply", &n->supply[node][p], true);
    buf_str(b, ",");
    api_number(b, "inflow_mean_kg", c->part[NERACA_INFLOW].mean, 1);
    buf_str(b, ",");
    api_number(b, "outflow_mean_kg", c->part[NERACA_OUTFLOW].mean, 1);
    buf_str(b, ",");
    api_number(b, "loss_mean_kg", c->part[NERACA_LOSS].mean, 1);
    buf_str(b, ",");
    summary(b, "demand", &c->part[NERACA_DEMAND], n->known[node]);
    buf_str(b, ",");
    summary(b, "balance", &c->balance, n->known[node]);
    buf_str(b, ",");
    api_number(b, "p_deficit", told ? c->risk.p_deficit : NAN, 3);
    buf_str(b, ",");
    api_number(b, "shortfall_mean_kg", told ? c->risk.shortfall_kg : NAN, 1);
    buf_str(b, "}");
}

void api_balance_all(struct buf *b, const struct page_model *m)
{
    const struct neraca *n = &m->forecast.neraca;

    if (!begin(b, m))
        return;
    buf_str(b, ",\"nodes\":[");
    for (size_t node = 0; node < DEMAND_NODES; node++) {
        buf_printf(b, "%s{\"node\":\"%s\",\"gap\":", node == 0 ? "" : ",\n",
                   supply_node_code(node));
        if (n->gap[node] == NERACA_TOLD)
            buf_str(b, "null");
        else
            html_json_string(b, neraca_words(n->gap[node], true));
        buf_str(b, ",\"periods\":[");
        for (size_t p = 0; p < n->periods; p++) {
            buf_str(b, p == 0 ? "" : ",");
            period(b, n, node, p);
        }
        buf_str(b, "]}");
    }
    buf_str(b, "]}\n");
}

/* --- how right it was --- */

static void score(struct buf *b, unsigned lead, const struct accuracy_score *s)
{
    buf_printf(b, "{\"lead\":");
    if (lead == 0)
        buf_str(b, "null");
    else
        buf_printf(b, "%u", lead);
    buf_printf(b, ",\"forecasts\":%zu,\"within_80\":%zu,\"within_95\":%zu,", s->n, s->covered80,
               s->covered95);
    api_number(b, "median_ape_pct", s->n > 0 ? s->median_ape_pct : NAN, 2);
    buf_str(b, ",");
    api_number(b, "bias_pct", s->n > 0 ? s->bias_pct : NAN, 2);
    buf_str(b, ",");
    api_number(b, "mae_kg", s->n > 0 ? s->mae_kg : NAN, 1);
    buf_str(b, ",");
    api_number(b, "crps_kg", s->n > 0 ? s->crps_kg : NAN, 1);
    buf_str(b, "}");
}

void api_accuracy(struct buf *b, const struct page_model *m)
{
    const struct page_accuracy *a = &m->forecast.accuracy;

    if (!begin(b, m))
        return;
    buf_printf(b,
               ",\"ready\":%s,\"issues\":%zu,\"open\":%zu,\"months_without_harvest\":%zu,"
               "\"nodes\":[",
               a->ready ? "true" : "false", a->issues, a->open, a->silent);
    for (size_t node = 0; node < DEMAND_NODES && a->ready; node++) {
        buf_printf(b, "%s{\"node\":\"%s\",\"leads\":[", node == 0 ? "" : ",\n",
                   supply_node_code(node));
        for (unsigned lead = 0; lead <= RECORDS_ISSUED_LEADS; lead++) {
            buf_str(b, lead == 0 ? "" : ",");
            score(b, lead, &a->score[node][lead]);
        }
        buf_str(b, "]}");
    }
    buf_str(b, "]}\n");
}

/* --- what it is made of --- */

static void assumption(struct buf *b, const struct rec_assumption *a)
{
    const struct key_info *k = keys_info(a->key);
    const bool always = a->first_month == INT32_MIN;

    buf_printf(b, "{\"key\":\"%s\",\"node\":\"%s\",", k->name, a->node);
    api_number(b, "value", a->value, 6);
    buf_str(b, ",");
    api_number(b, "p10", a->low < a->high ? a->low : NAN, 6);
    buf_str(b, ",");
    api_number(b, "p90", a->low < a->high ? a->high : NAN, 6);
    buf_str(b, ",");
    api_text(b, "unit", k->unit);
    if (always)
        buf_str(b, ",\"first_month\":null,\"last_month\":null,");
    else
        buf_printf(b, ",\"first_month\":\"%04d-%02d\",\"last_month\":\"%04d-%02d\",",
                   (int)(a->first_month / 12), (int)(a->first_month % 12) + 1,
                   (int)(a->last_month / 12), (int)(a->last_month % 12) + 1);
    api_text(b, "source", a->source);
    buf_str(b, ",");
    api_day(b, "on", a->day);
    buf_str(b, "}");
}

void api_assumptions(struct buf *b, const struct page_model *m)
{
    const struct page_forecast *f = &m->forecast;

    if (!begin(b, m))
        return;
    buf_printf(b, ",\"total\":%zu,\"not_listed\":%zu,\"assumptions\":[", f->bases + f->bases_left,
               f->bases_left);
    for (size_t i = 0; i < f->bases; i++) {
        buf_str(b, i == 0 ? "" : ",\n");
        assumption(b, &f->basis[i]);
    }
    buf_str(b, "]}\n");
}

void api_coverage(struct buf *b, const struct page_model *m)
{
    const struct page_forecast *f = &m->forecast;

    if (!begin(b, m))
        return;
    buf_printf(b, ",\"scope\":\"%s\",\"without_water\":%s,\"nodes\":[",
               region_has_parts(f) ? "all" : "tracked", f->without_water ? "true" : "false");
    for (size_t node = 0; node < DEMAND_NODES; node++) {
        buf_printf(b, "%s{\"node\":\"%s\",", node == 0 ? "" : ",", supply_node_code(node));
        api_number(b, "ponds", region_count(f, node, f->ponds), 0);
        buf_str(b, ",");
        api_number(b, "ponds_with_cycle", region_count(f, node, f->tracked), 0);
        buf_str(b, ",");
        api_number(b, "farms_registered", f->neraca.registered[node], 0);
        buf_str(b, "}");
    }
    buf_printf(b, "],\"silent_cycles_left_out\":%u,\"register_questions\":%zu}\n", f->forgotten,
               f->register_questions);
}

void api_ledger(struct buf *b, const struct page_model *m)
{
    if (!begin(b, m))
        return;
    buf_str(b, ",\"regencies\":[");
    for (int r = 0; r < REGENCY_COUNT; r++) {
        const struct seed_ledger *s = &m->forecast.seed[r];
        buf_printf(b, "%s{\"regency\":\"%s\",\"months\":%u,", r == 0 ? "" : ",",
                   regency_slug((enum regency)r), s->months);
        api_number(b, "fish_month_recent", s->recent, 0);
        buf_str(b, ",");
        api_number(b, "fish_month_usual", s->usual, 0);
        buf_str(b, ",");
        api_number(b, "came_in_fish", s->came_in, 0);
        buf_str(b, ",");
        api_number(b, "went_out_fish", s->went_out, 0);
        buf_printf(b, ",\"more_out_than_in\":%s}", s->asks ? "true" : "false");
    }
    buf_str(b, "]}\n");
}
