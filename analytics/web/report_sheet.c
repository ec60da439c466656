/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_sheet.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analytics/web/page_region.h"
#include "collector/common/civil.h"

struct report {
    struct sheet *s;
    const struct monthly_report *r;
    size_t node;
    char about[400];
    enum lang lang;
};

/* In the order of the page. */
static const struct {
    enum monthly_measure what;
    struct sheet_column column;
} MEASURE[] = {
    {MONTHLY_PONDS, {"active_ponds", ""}},
    {MONTHLY_AREA, {"area_m2", "m2"}},
    {MONTHLY_FARMS, {"farms", ""}},
    {MONTHLY_STOCKED, {"stocked", "ekor"}},
    {MONTHLY_HARVEST, {"harvest_kg", "kg"}},
    {MONTHLY_VALUE, {"value_idr", "IDR"}},
    {MONTHLY_PRICE, {"price_idr_kg", "IDR/kg"}},
    {MONTHLY_SIZE, {"size_g", "g"}},
    {MONTHLY_SURVIVAL, {"survival_pct", "%"}},
    {MONTHLY_FCR, {"fcr", "kg/kg"}},
    {MONTHLY_DEATHS, {"deaths", "ekor"}},
};
enum {
    MEASURES = sizeof MEASURE / sizeof MEASURE[0]
};

static const char *unit_word(const struct report *p)
{
    return p->lang == LANG_EN ? "unit" : "satuan";
}

static void month_cell(struct sheet *s, int32_t month)
{
    char text[16];

    (void)snprintf(text, sizeof text, "%04d-%02d", (int)(month / 12), (int)(month % 12) + 1);
    sheet_text(s, text);
}

static bool of_node(const struct report *p, size_t node)
{
    return p->node == SUPPLY_JOINT || p->node == node;
}

/* Codes of a cell's members. */
static void cell_code(struct buf *b, const struct merge *m, size_t k)
{
    for (size_t i = 0; i < REGION_KECAMATAN_COUNT; i++)
        if (m->cell[i] == k)
            buf_printf(b, "%s%s", b->n > 0 ? "+" : "", region_kecamatan(i)->code);
}

static void row(const struct report *p, const char *level, const char *code, const char *name,
                size_t node)
{
    month_cell(p->s, p->r->month.month);
    sheet_text(p->s, level);
    sheet_text(p->s, code);
    sheet_text(p->s, name);
    for (size_t i = 0; i < MEASURES; i++)
        sheet_number(p->s, monthly_value(&p->r->month, MEASURE[i].what, node, NULL));
    sheet_end_row(p->s);
}

static void regency_rows(const struct report *p, enum regency r)
{
    const struct merge *rows = &p->r->month.rows[MONTHLY_PONDS];

    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
        struct buf name = {0}, code = {0};

        if (region_kecamatan(k)->regency != r || rows->cell[k] != k)
            continue;
        region_cell_name(&name, rows, k);
        cell_code(&code, rows, k);
        row(p, "kecamatan", code.p, name.p, supply_node_kecamatan(k));
        buf_free(&name);
        buf_free(&code);
    }
    row(p, "regency", supply_node_code(supply_node_regency(r)),
        region_node_name(supply_node_regency(r), p->lang), supply_node_regency(r));
}

static void main_table(struct report *p)
{
    struct sheet_column column[4 + MEASURES] = {
        {"month", "YYYY-MM"}, {"level", ""}, {"code", ""}, {"name", ""}};

    for (size_t i = 0; i < MEASURES; i++)
        column[4 + i] = MEASURE[i].column;
    sheet_table(p->s, p->lang == LANG_EN ? "report" : "laporan", p->about, unit_word(p), column,
                4 + MEASURES);
    for (int r = 0; r < REGENCY_COUNT; r++)
        if (of_node(p, supply_node_regency((enum regency)r)))
            regency_rows(p, (enum regency)r);
    if (p->node == SUPPLY_JOINT)
        row(p, "joint", "joint", region_node_name(SUPPLY_JOINT, p->lang), SUPPLY_JOINT);
}

static void sum_row(const struct report *p, const char *period, const struct monthly_sum *sum,
                    size_t node)
{
    static const enum monthly_measure SUM[] = {MONTHLY_HARVEST, MONTHLY_VALUE, MONTHLY_STOCKED,
                                               MONTHLY_DEATHS};

    sheet_text(p->s, period);
    sheet_text(p->s, supply_node_code(node));
    for (size_t i = 0; i < sizeof SUM / sizeof SUM[0]; i++)
        sheet_number(p->s, sum->value[SUM[i]][node]);
    sheet_end_row(p->s);
}

/* "2026-11", "2026-Q4", "2026": of k 0, 1, 2. */
static void period_name(const struct report *p, int k, char *buf, size_t size)
{
    const int year = (int)(p->r->month.month / 12), month = (int)(p->r->month.month % 12);

    if (k == 0)
        (void)snprintf(buf, size, "%04d-%02d", year, month + 1);
    else if (k == 1)
        (void)snprintf(buf, size, "%04d-Q%d", year, month / 3 + 1);
    else
        (void)snprintf(buf, size, "%04d", year);
}

static void quarter_table(const struct report *p)
{
    static const struct sheet_column COLUMN[] = {{"period", ""},       {"node", ""},
                                                 {"harvest_kg", "kg"}, {"value_idr", "IDR"},
                                                 {"stocked", "ekor"},  {"deaths", "ekor"}};

    sheet_table(p->s, p->lang == LANG_EN ? "quarter" : "triwulan", p->about, unit_word(p), COLUMN,
                sizeof COLUMN / sizeof COLUMN[0]);
    for (size_t node = 0; node < DEMAND_NODES; node++) {
        char period[16];

        if (!of_node(p, node))
            continue;
        for (unsigned i = 0; i < p->r->months; i++) {
            const int32_t month = p->r->each[i].first_month;
            (void)snprintf(period, sizeof period, "%04d-%02d", (int)(month / 12),
                           (int)(month % 12) + 1);
            sum_row(p, period, &p->r->each[i], node);
        }
        period_name(p, 1, period, sizeof period);
        sum_row(p, period, &p->r->quarter, node);
        period_name(p, 2, period, sizeof period);
        sum_row(p, period, &p->r->year, node);
    }
}

static void target_table(const struct report *p)
{
    static const struct sheet_column COLUMN[] = {{"period", ""},        {"node", ""},
                                                 {"target_kg", "kg"},   {"recorded_kg", "kg"},
                                                 {"official_kg", "kg"}, {"source", ""}};

    sheet_table(p->s, p->lang == LANG_EN ? "targets" : "sasaran", p->about, unit_word(p), COLUMN,
                sizeof COLUMN / sizeof COLUMN[0]);
    for (int k = 0; k < 3; k++)
        for (size_t node = 0; node < DEMAND_NODES; node++) {
            const struct monthly_target *t = &p->r->target[node][k];
            const struct monthly_sum *sum = k == 0   ? &p->r->each[p->r->months - 1]
                                            : k == 1 ? &p->r->quarter
                                                     : &p->r->year;
            char period[16];

            if (!of_node(p, node) || (isnan(t->target_kg) && isnan(t->official_kg)))
                continue;
            period_name(p, k, period, sizeof period);
            sheet_text(p->s, period);
            sheet_text(p->s, supply_node_code(node));
            sheet_number(p->s, t->target_kg);
            sheet_number(p->s, sum->value[MONTHLY_HARVEST][node]);
            sheet_number(p->s, t->official_kg);
            sheet_text(p->s, t->source);
            sheet_end_row(p->s);
        }
}

void report_sheet(struct sheet *s, const struct monthly_report *r, size_t node, const char *notice,
                  bool whole, enum lang lang)
{
    struct report p = {.s = s, .r = r, .node = node, .lang = lang};
    char month[FORMAT_SIZE], date[FORMAT_SIZE], clock[FORMAT_SIZE];

    (void)format_month(month, sizeof month, lang, r->month.month);
    (void)format_date(date, sizeof date, lang, civil_day(r->as_of_ms));
    (void)format_clock(clock, sizeof clock, lang, r->as_of_ms);
    (void)snprintf(p.about, sizeof p.about, "%s, %s, %s; %s %s%s%s",
                   text_get(lang, TEXT_REPORT_TITLE), region_node_name(node, lang), month, date,
                   clock, *notice != '\0' ? "; " : "", notice);
    main_table(&p);
    if (!whole)
        return;
    quarter_table(&p);
    target_table(&p);
}
