/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forecast.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "accuracy_out.h"
#include "analytics/savefile.h"
#include "cells.h"
#include "classes.h"
#include "collector/common/civil.h"
#include "collector/common/lineproto.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

/* 12 digits: sums of the file's draws agree with the file's sums to 1e-11. */
#define KG_FORMAT ",%.12g"

/* part: "" or the part's name with a comma before it. */
static void csv_row(const struct supply_forecast *s, size_t node, unsigned lead, const char *part,
                    const double *kg, struct buf *b)
{
    struct supply_summary sum = supply_summarise_draws(kg, s->draws);
    int32_t month = s->first_month + (int32_t)lead - 1;

    buf_printf(b, "%s,%u,%04d-%02d%s", supply_node_code(node), lead, (int)(month / 12),
               (int)(month % 12) + 1, part);
    buf_printf(b, KG_FORMAT KG_FORMAT KG_FORMAT KG_FORMAT, sum.mean, sum.p10, sum.p50, sum.p90);
    for (unsigned i = 0; i < s->draws; i++)
        buf_printf(b, KG_FORMAT, kg[i]);
    buf_str(b, "\n");
}

static int save(const struct buf *b, const char *path, const char *what)
{
    char why[256];
    int rc = savefile(b, path, why, sizeof why);

    if (rc != 0)
        log_warnx(tongue("%s: %s tidak dapat ditulis", "%s: the %s could not be written"), why,
                  what);
    return rc;
}

static void csv_header(const struct supply_forecast *s, const char *names, struct buf *b)
{
    buf_str(b, names);
    for (unsigned i = 1; i <= s->draws; i++)
        buf_printf(b, ",d%u", i);
    buf_str(b, "\n");
}

void forecast_parts_csv(const struct forecast *f, struct buf *b)
{
    const struct supply_forecast *s = f->supply;
    double *nothing = xcalloc(s->draws, sizeof *nothing);

    csv_header(s, "node,lead,month,part,mean,p10,p50,p90", b);
    for (size_t node = 0; node < SUPPLY_NODES; node++)
        for (unsigned lead = 1; lead <= s->months && supply_node_told(s, node); lead++) {
            const double *out = supply_untracked(s, node, lead);

            csv_row(s, node, lead, ",tracked", supply_tracked(s, node, lead), b);
            csv_row(s, node, lead, ",untracked", out != NULL ? out : nothing, b);
        }
    free(nothing);
}

int forecast_save_parts(const struct forecast *f, const char *path)
{
    struct buf b = {0};
    int rc;

    forecast_parts_csv(f, &b);
    rc = save(&b, path, tongue("berkas bagian", "file of parts"));
    buf_free(&b);
    return rc;
}

void forecast_csv(const struct forecast *f, struct buf *b)
{
    csv_header(f->supply, "node,lead,month,mean,p10,p50,p90", b);
    for (size_t node = 0; node < SUPPLY_NODES; node++)
        for (unsigned lead = 1; lead <= f->supply->months && supply_node_told(f->supply, node);
             lead++)
            csv_row(f->supply, node, lead, "", supply_draws(f->supply, node, lead), b);
}

static void json_month(const struct supply_forecast *s, size_t node, unsigned lead, struct buf *b)
{
    const struct supply_summary sum = supply_summarise(s, node, lead);
    const int32_t month = s->first_month + (int32_t)lead - 1;

    buf_printf(b,
               "%s{\"lead\":%u,\"month\":\"%04d-%02d\",\"mean\":%.10g,\"p10\":%.10g,\"p50\":%.10g,"
               "\"p90\":%.10g,\"spread_factor\":%.6g}",
               lead > 1 ? "," : "", lead, (int)(month / 12), (int)(month % 12) + 1, sum.mean,
               sum.p10, sum.p50, sum.p90, supply_spread(s, node, lead));
}

void forecast_json(const struct forecast *f, struct buf *b)
{
    const struct supply_forecast *s = f->supply;
    char day[16];

    (void)civil_format_day(day, sizeof day, s->as_of_day);
    buf_printf(b,
               "{\"as_of\":\"%s\",\"issued_ms\":%lld,\"scope\":\"%s\",\"months\":%u,\"draws\":%u,"
               "\"unit\":\"kg\",\n",
               day, (long long)s->issued_ms, f->scope_all ? "all" : "tracked", s->months, s->draws);
    accuracy_json_factors(b, &f->recalibration);
    buf_str(b, ",\n\"nodes\":[");
    for (size_t node = 0; node < SUPPLY_NODES; node++) {
        if (!supply_node_told(s, node))
            continue;
        buf_printf(b, "%s\n{\"node\":\"%s\",\"level\":\"%s\",\"ponds\":%u,\"months\":[",
                   node > 0 ? "," : "", supply_node_code(node), supply_node_level(node),
                   s->tracked[node]);
        for (unsigned lead = 1; lead <= s->months; lead++)
            json_month(s, node, lead, b);
        buf_str(b, "]}");
    }
    buf_str(b, "\n]}\n");
}

int forecast_save(const struct forecast *f, const char *path)
{
    struct buf b = {0};
    int rc;

    forecast_csv(f, &b);
    rc = save(&b, path, tongue("ramalan", "forecast"));
    buf_free(&b);
    return rc;
}

int forecast_save_classes(const struct forecast *f, const char *path, bool english)
{
    struct buf b = {0};
    int rc;

    classes_csv(&b, f->neraca, f->supply, f->untracked, f->snapshot, english);
    rc = save(&b, path, tongue("tabel kelas", "table of classes"));
    buf_free(&b);
    return rc;
}

int forecast_save_balance(const struct forecast *f, const char *path, bool english)
{
    struct buf b = {0};
    int rc;

    neraca_csv(&b, f->neraca, f->supply, f->demand, f->figures, f->snapshot, english);
    rc = save(&b, path, tongue("neraca", "balance"));
    buf_free(&b);
    return rc;
}

/* The kecamatan of a cell, "62.02.05+62.02.06"; other nodes' own code. */
static void node_code(const struct merge *m, size_t node, struct buf *code)
{
    buf_clear(code);
    if (node < DEMAND_NODES)
        buf_str(code, supply_node_code(node));
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT && node >= DEMAND_NODES; k++)
        if (supply_node_kecamatan(m->cell[k]) == node)
            buf_printf(code, "%s%s", code->n > 0 ? "+" : "",
                       supply_node_code(supply_node_kecamatan(k)));
}

static unsigned node_ponds(const struct forecast *f, const struct merge *m, size_t node)
{
    unsigned n = 0;

    if (node < DEMAND_NODES)
        return f->supply->tracked[node];
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        if (supply_node_kecamatan(m->cell[k]) == node)
            n += f->supply->tracked[supply_node_kecamatan(k)];
    return n;
}

static void one_point(const struct forecast *f, const struct merge *m, size_t node, unsigned lead,
                      const char *code, double *work, struct buf *b)
{
    const struct supply_forecast *s = f->supply;
    struct supply_summary sum = node < DEMAND_NODES
                                    ? supply_summarise(s, node, lead)
                                    : cells_sum(f, m, node - DEMAND_NODES, lead, 1, s->kg, work);
    char lead_text[16];
    bool first = true;

    (void)snprintf(lead_text, sizeof lead_text, "%u", lead);
    lineproto_measurement(b, "supply_forecast");
    lineproto_tag(b, "lead", lead_text);
    lineproto_tag(b, "level", supply_node_level(node));
    lineproto_tag(b, "node", code);
    lineproto_tag(b, "scenario", "base");
    lineproto_field(b, &first, "supply_mean_kg", sum.mean);
    lineproto_field(b, &first, "supply_p10_kg", sum.p10);
    lineproto_field(b, &first, "supply_p50_kg", sum.p50);
    lineproto_field(b, &first, "supply_p90_kg", sum.p90);
    if (node < DEMAND_NODES && f->neraca->known[node])
        lineproto_field(b, &first, "demand_mean_kg",
                        f->neraca->cell[node][lead - 1].part[NERACA_DEMAND].mean);
    if (node < DEMAND_NODES && f->neraca->gap[node] == NERACA_TOLD)
        lineproto_field(b, &first, "p_deficit", f->neraca->cell[node][lead - 1].risk.p_deficit);
    lineproto_field(b, &first, "ponds", node_ponds(f, m, node));
    lineproto_field(b, &first, "issued_ms", (double)s->issued_ms);
    lineproto_end(b, civil_month_start(s->first_month + (int32_t)lead - 1));
}

void forecast_lines(const struct forecast *f, struct buf *b)
{
    double *work = xcalloc(f->supply->draws, sizeof *work);
    struct buf code = {0};
    struct merge m;

    cells_of_forecast(f, &m);
    for (size_t node = 0; node < SUPPLY_NODES; node++) {
        if (!supply_node_told(f->supply, node) || !cells_told(&m, node))
            continue;
        node_code(&m, node, &code);
        for (unsigned lead = 1; lead <= f->supply->months; lead++)
            one_point(f, &m, node, lead, code.p, work, b);
    }
    buf_free(&code);
    free(work);
}

int forecast_write_back(const struct forecast *f, struct series_source *source, char *why,
                        size_t why_size)
{
    struct buf b = {0};
    int rc;

    forecast_lines(f, &b);
    rc = series_write(source, b.p, b.n, why, why_size);
    buf_free(&b);
    return rc;
}
