/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The read-only API: what the pages show, as JSON. Quantities carry their unit in the name; unknown is null. */
#include "page.h"

#include <math.h>
#include <string.h>

#include "analytics/supply/smoother.h"
#include "analytics/web/api_own.h"
#include "analytics/web/html.h"
#include "analytics/web/page_region.h"
#include "collector/common/civil.h"
#include "collector/common/reading.h"

void api_text(struct buf *b, const char *name, const char *value)
{
    buf_printf(b, "\"%s\":", name);
    html_json_string(b, value);
}

void api_time(struct buf *b, const char *name, int64_t ts_ms)
{
    char iso[40];

    buf_printf(b, "\"%s\":", name);
    if (ts_ms == 0) {
        buf_str(b, "null");
        return;
    }
    (void)civil_format_iso(iso, sizeof iso, ts_ms);
    html_json_string(b, iso);
}

void api_number(struct buf *b, const char *name, double v, int decimals)
{
    buf_printf(b, "\"%s\":", name);
    html_json_number(b, v, decimals);
}

void api_day(struct buf *b, const char *name, int32_t day)
{
    char text[16];

    (void)civil_format_day(text, sizeof text, day);
    buf_printf(b, "\"%s\":\"%s\"", name, text);
}

int api_health(struct buf *b, const struct page_model *m)
{
    static const char *const STATE[] = {"waiting", "failed", "ready"};
    bool well = m != NULL && m->read_ms != 0 && m->away_since_ms == 0;

    buf_printf(b, "{\"status\":\"%s\",\"records\":%s", well ? "ok" : "unavailable",
               m != NULL ? "true" : "false");
    if (m != NULL) {
        buf_printf(b, ",\"database\":%s,\"ponds\":%zu,",
                   m->away_since_ms == 0 && m->read_ms != 0 ? "true" : "false", m->ponds);
        api_time(b, "read_at", m->read_ms);
        buf_str(b, ",");
        api_time(b, "away_since", m->away_since_ms);
        buf_printf(b, ",\"forecast\":\"%s\",", STATE[m->forecast.state]);
        api_time(b, "forecast_issued_at", m->forecast.issued_ms);
    }
    buf_str(b, "}\n");
    return well ? 200 : 503;
}

/* Every metric that was heard of, usable or not: "current" tells whether it may be taken as the present value. */
static void api_values(struct buf *b, const struct page_model *m, const struct page_pond *p)
{
    bool first = true;

    buf_str(b, "\"values\":{");
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct series_last *last = &p->latest.metric[i];
        if (last->ts_ms == 0)
            continue;
        buf_printf(b, "%s\"%s\":{\"value\":", first ? "" : ",", metric_info((enum metric)i)->name);
        html_json_number(b, last->value, 4);
        buf_printf(b, ",\"flag\":%d,\"bits\":%d,\"current\":%s,", last->flag, last->bits,
                   status_current(last, m->now_ms, m->limits) ? "true" : "false");
        api_text(b, "device", last->device);
        buf_str(b, ",");
        api_time(b, "time", last->ts_ms);
        buf_str(b, "}");
        first = false;
    }
    buf_str(b, "}");
}

static void api_status(struct buf *b, const struct pond_status *s)
{
    static const char *const LEVEL[] = {
        [STATUS_OK] = "ok",
        [STATUS_WATCH] = "watch",
        [STATUS_NO_DATA] = "no_data",
        [STATUS_DANGER] = "danger",
    };

    buf_printf(b,
               "\"level\":\"%s\",\"reason\":\"%s\",\"metric\":\"%s\",\"value\":", LEVEL[s->level],
               status_reason_key(s->reason), metric_info(s->metric)->name);
    html_json_number(b, s->value, 4);
    buf_str(b, ",\"limit\":");
    html_json_number(b, s->limit, 4);
    buf_str(b, ",\"nh3_n_mg_l\":");
    html_json_number(b, s->nh3_n_mg_l, 5);
    buf_str(b, ",");
    api_time(b, "nh3_time", s->nh3_ts_ms);
    buf_printf(b, ",\"no_lime\":%s,\"doubtful\":%d,", s->no_lime ? "true" : "false", s->doubtful);
    api_time(b, "time", s->ts_ms);
}

/* Members of a pond: who it is, its state, what was measured. */
void api_pond_members(struct buf *b, const struct page_model *m, const struct page_pond *p)
{
    api_text(b, "pond", p->pond.slug);
    buf_str(b, ",");
    api_text(b, "name", p->pond.name);
    buf_str(b, ",");
    api_text(b, "farm", p->farm);
    buf_str(b, ",");
    api_text(b, "kecamatan", region_kecamatan(p->kecamatan)->code);
    buf_str(b, ",");
    api_text(b, "regency", regency_slug(region_kecamatan(p->kecamatan)->regency));
    buf_str(b, ",");
    api_status(b, &p->status);
    buf_str(b, ",");
    api_values(b, m, p);
}

int api_ponds_from(const struct page_model *m, const char *after, size_t *at)
{
    *at = 0;
    for (size_t i = 0; *after != '\0' && i < m->ponds; i++)
        if (strcmp(m->pond[i].pond.slug, after) == 0) {
            *at = i + 1;
            return 0;
        }
    return *after == '\0' ? 0 : NILA_ERR_NOT_FOUND;
}

void api_ponds_part(struct buf *b, const struct page_model *m, const struct api_part *part)
{
    size_t from, end;

    if (api_ponds_from(m, part->after, &from) != 0)
        from = m->ponds; /* the route has refused it */
    end = m->ponds - from > part->limit ? from + part->limit : m->ponds;
    buf_str(b, "{");
    api_text(b, "notice", m->notice);
    buf_str(b, ",");
    api_time(b, "now", m->now_ms);
    buf_str(b, ",");
    api_time(b, "read_at", m->read_ms);
    buf_str(b, ",");
    api_time(b, "away_since", m->away_since_ms);
    buf_printf(b, ",\"night_tried_on_peat\":%s,", NIGHT_TRIED_ON_PEAT ? "true" : "false");
    api_part_members(b, part, m->ponds, end < m->ponds ? m->pond[end - 1].pond.slug : NULL);
    buf_str(b, ",\"ponds\":[");
    for (size_t i = from; i < end; i++) {
        buf_str(b, i == from ? "{" : ",\n{");
        api_pond_members(b, m, &m->pond[i]);
        buf_str(b, "}");
    }
    buf_str(b, "]}\n");
}

void api_ponds(struct buf *b, const struct page_model *m)
{
    const struct api_part part = {.limit = API_LIMIT_MOST};

    api_ponds_part(b, m, &part);
}

static void api_summary(struct buf *b, const struct supply_summary *s)
{
    buf_str(b, "\"mean_kg\":");
    html_json_number(b, s->mean, 1);
    buf_str(b, ",\"p10_kg\":");
    html_json_number(b, s->p10, 1);
    buf_str(b, ",\"p50_kg\":");
    html_json_number(b, s->p50, 1);
    buf_str(b, ",\"p90_kg\":");
    html_json_number(b, s->p90, 1);
}

/* null while the demand was not entered, p_deficit also while too few farms are on record. */
static void api_balance(struct buf *b, const struct neraca *n, size_t node, size_t period)
{
    const struct neraca_cell *c = &n->cell[node][period];

    if (!n->known[node]) {
        buf_str(b, ",\"demand\":null,\"balance\":null,\"p_deficit\":null");
        return;
    }
    buf_str(b, ",\"demand\":{");
    api_summary(b, &c->part[NERACA_DEMAND]);
    buf_str(b, "},\"balance\":{");
    api_summary(b, &c->balance);
    buf_str(b, "},\"p_deficit\":");
    html_json_number(b, n->gap[node] == NERACA_TOLD ? c->risk.p_deficit : NAN, 3);
}

/* What the ponds' records told of the weather and events they share; growth as a share of the usual. */
static void api_learned(struct buf *b, const struct smoother_found *l)
{
    static const char *const GROWTH[] = {"p10", "p50", "p90"};

    buf_printf(b, "\"learned\":{\"weeks\":%zu,\"samples\":%zu,\"cycles\":%zu,\"regencies\":[",
               l->weeks, l->samples, l->cycles);
    for (int r = 0; r < REGENCY_COUNT && l->weeks > 0; r++) {
        double q[3];

        smoother_growth(l, (enum regency)r, q);
        buf_printf(b, "%s{\"regency\":\"%s\"", r == 0 ? "" : ",", regency_slug((enum regency)r));
        for (int k = 0; k < 3; k++) {
            buf_printf(b, ",\"growth_%s\":", GROWTH[k]);
            html_json_number(b, q[k], 3);
        }
        buf_str(b, ",\"p_acid\":");
        html_json_number(b, l->season[PATHS_ACID] ? l->event_p[PATHS_ACID][r] : NAN, 3);
        buf_str(b, ",\"p_low_flow\":");
        html_json_number(b, l->season[PATHS_LOW_FLOW] ? l->event_p[PATHS_LOW_FLOW][r] : NAN, 3);
        buf_str(b, "}");
    }
    buf_str(b, "]},");
}

/* A cell's codes, "62.02.01+62.02.05": kecamatan with fewer than three farms are told together. */
static void api_code(struct buf *b, const struct page_forecast *f, size_t node)
{
    struct buf code = {0};

    region_row_code(&code, f, node);
    html_json_string(b, code.p);
    buf_free(&code);
}

void api_forecast(struct buf *b, const struct page_model *m)
{
    static const char *const STATE[] = {"waiting", "failed", "ready"};
    const struct page_forecast *f = &m->forecast;
    char day[16];

    buf_str(b, "{");
    api_text(b, "notice", m->notice);
    buf_printf(b, ",\"state\":\"%s\"", STATE[f->state]);
    if (f->state != PAGE_FORECAST_READY) {
        buf_str(b, "}\n");
        return;
    }
    (void)civil_format_day(day, sizeof day, f->as_of_day);
    buf_printf(b, ",\"as_of\":\"%s\",\"draws\":%u,\"scope\":\"%s\",", day, f->draws,
               f->neraca.whole[1] || f->neraca.whole[2] ? "all" : "tracked");
    api_learned(b, &f->learned);
    api_time(b, "issued_at", f->issued_ms);
    buf_printf(b,
               ",\"official_used\":%s,\"scenario\":{\"what\":\"provincial production a head, not "
               "demand\",\"kg_head_year\":%.1f},\"nodes\":[",
               f->with_official ? "true" : "false", DEMAND_SCENARIO_KG_A_HEAD_YEAR);
    for (size_t n = 0; n < SUPPLY_NODES; n++) {
        if (!region_stands(f, n))
            continue;
        buf_printf(b, "%s{\"node\":", n == 0 ? "" : ",\n");
        api_code(b, f, n);
        buf_printf(b, ",\"level\":\"%s\",\"tracked\":", supply_node_level(n));
        html_json_number(b, region_count(f, n, f->tracked), 0);
        buf_str(b, ",\"ponds\":");
        html_json_number(b, region_count(f, n, f->ponds), 0);
        buf_str(b, ",\"months\":[");
        for (unsigned i = 0; i < f->months; i++) {
            int32_t month = f->first_month + (int32_t)i;
            buf_printf(b, "%s{\"lead\":%u,\"month\":\"%04d-%02d\",", i == 0 ? "" : ",", i + 1,
                       (int)(month / 12), (int)(month % 12) + 1);
            api_summary(b, &f->neraca.supply[n][i]);
            buf_str(b, ",\"spread_factor\":");
            html_json_number(b, f->spread[n][i], 3);
            if (n < DEMAND_NODES)
                api_balance(b, &f->neraca, n, i);
            buf_str(b, "}");
        }
        buf_str(b, "]}");
    }
    buf_str(b, "]}\n");
}
