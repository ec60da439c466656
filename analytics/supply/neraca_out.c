/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The balance as a CSV file: a row a node and period, whole kilograms that add up, ranges, risk; on the row of all months what
 * they were made of, with source and date. */
#include "neraca.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analytics/records/keys.h"
#include "collector/common/civil.h"
#include "collector/common/csv.h"

struct writing {
    struct buf *b;
    const struct neraca *n;
    const struct neraca_rounded *round;
    const struct supply_forecast *f;
    const struct demand *d;
    const struct figures *y;
    const struct records_snapshot *s;
    bool english;
};

static const char HEADER[] =
    "node,name,period,ponds,supply_kg,supply_p10_kg,supply_p90_kg,tracked_kg,untracked_kg,inflow_"
    "kg,outflow_kg,loss_kg,"
    "demand_kg,demand_p10_kg,demand_p90_kg,balance_kg,balance_p10_kg,balance_p90_kg,p_deficit,"
    "shortfall_kg,outlook,p_both_short,p_one_covers,transfer_kg,transfer_from,note,based_on,"
    "spread_factor\n";

static void number(struct writing *w, double v)
{
    buf_printf(w->b, ",%.0f", v + 0.0); /* never "-0" of a zero */
}

static void empty(struct writing *w, int cells)
{
    for (; cells > 0; cells--)
        buf_str(w->b, ",");
}

static const char *name_of(const struct writing *w, size_t node)
{
    if (node == SUPPLY_JOINT)
        return w->english ? "Joint" : "Gabungan";
    return node < supply_node_kecamatan(0)
               ? regency_name((enum regency)(node - 1))
               : region_kecamatan(node - supply_node_kecamatan(0))->name;
}

static void risk(struct writing *w, size_t node, size_t period)
{
    const struct neraca_cell *c = &w->n->cell[node][period];

    if (w->n->gap[node] != NERACA_TOLD) {
        empty(w, 3);
        return;
    }
    buf_printf(w->b, ",%.3f", c->risk.p_deficit);
    number(w, round(c->risk.shortfall_kg));
    buf_str(w->b, ",");
    csv_put(w->b, true, balance_words(balance_class(c->risk.p_deficit), w->english));
}

static void both(struct writing *w, size_t node, size_t period)
{
    const struct neraca *n = w->n;
    double moved = round(n->transfer_kg[period]);

    if (node != SUPPLY_JOINT || n->gap[1] != NERACA_TOLD || n->gap[2] != NERACA_TOLD) {
        empty(w, 4);
        return;
    }
    buf_printf(w->b, ",%.3f,%.3f", n->pair[period].p_both, n->pair[period].p_covered);
    number(w, fabs(moved));
    buf_printf(w->b, ",%s",
               moved == 0  ? ""
               : moved > 0 ? regency_slug(REGENCY_KOTIM)
                           : regency_slug(REGENCY_SERUYAN));
}

static void add_note(struct buf *b, const char *text)
{
    if (text[0] != '\0')
        buf_printf(b, "%s%s", b->n > 0 ? "; " : "", text);
}

static void note(struct writing *w, size_t node)
{
    struct buf b = {0};

    buf_str(&b, "");
    add_note(&b, w->english ? "ranges are not summed" : "rentang tidak dijumlahkan");
    if (node < DEMAND_NODES) {
        add_note(&b, neraca_words(w->n->gap[node], w->english));
        if (w->n->gap[node] == NERACA_NO_DEMAND)
            buf_printf(&b, " (%s)", keys_info(w->n->missing[node])->name);
        if (!w->n->official[node] && !w->n->whole[node])
            add_note(&b,
                     w->english ? "supply of ponds on record only" : "pasokan kolam tercatat saja");
    }
    buf_str(w->b, ",");
    csv_put(w->b, true, b.p);
    buf_free(&b);
}

static void add_assumption(struct buf *b, const struct rec_assumption *a)
{
    const struct key_info *k = keys_info(a->key);
    char day[16];

    (void)civil_format_day(day, sizeof day, a->day);
    buf_printf(b, "%s%s %s %.10g", b->n > 0 ? "; " : "", k->name, a->node, a->value);
    if (a->low < a->high)
        buf_printf(b, " (%.10g-%.10g)", a->low, a->high);
    buf_printf(b, " %s: %s, %s", k->unit, a->source, day);
}

static void add_figure(const struct writing *w, struct buf *b, const struct figure *y)
{
    const char *words = figure_words(y, w->english);
    char day[16];

    (void)civil_format_day(day, sizeof day, y->record.cut_off_day);
    buf_printf(b, "%sofficial %s %s %.10g kg, %s, rev. %u: %s, %s", b->n > 0 ? "; " : "",
               y->record.node, y->record.period, y->record.kg,
               y->record.final ? "final" : "provisional", y->record.revision, y->record.source,
               day);
    if (words[0] != '\0')
        buf_printf(b, " (%s)", words);
}

/* What the figures of a node were made of. A figure of any node moves all draws, so all that were used stand with joint. */
static void based_on(struct writing *w, size_t node)
{
    unsigned who = node == SUPPLY_JOINT ? ~0U : node < DEMAND_NODES ? 1U << (node - 1) : 0;
    struct buf b = {0};

    buf_str(&b, "");
    for (size_t i = 0; i < w->s->assumptions; i++)
        if ((w->d->used[i] & who) != 0)
            add_assumption(&b, &w->s->assumption[i]);
    for (size_t i = 0; i < w->y->n; i++)
        if (node == SUPPLY_JOINT ||
            strcmp(w->y->figure[i].record.node, supply_node_code(node)) == 0)
            add_figure(w, &b, &w->y->figure[i]);
    buf_str(w->b, ",");
    csv_put(w->b, true, b.p);
    buf_free(&b);
}

/* Of a longer period the mean of its months'. */
static void spread_factor(struct writing *w, size_t node, size_t period)
{
    const struct neraca_period *p = &w->n->period[period];
    double sum = 0;

    for (unsigned lead = p->first_lead; lead < p->first_lead + p->leads; lead++)
        sum += supply_spread(w->f, node, lead) / p->leads;
    buf_printf(w->b, ",%.3f", sum);
}

static void row(struct writing *w, size_t node, size_t period)
{
    const struct neraca *n = w->n;
    const struct supply_summary *supply = &n->supply[node][period];

    csv_put(w->b, true, supply_node_code(node));
    buf_str(w->b, ",");
    csv_put(w->b, true, name_of(w, node));
    buf_printf(w->b, ",%s,%u,%lld", n->period[period].name, w->f->tracked[node],
               w->round->supply[node][period]);
    number(w, round(supply->p10));
    number(w, round(supply->p90));
    buf_printf(w->b, ",%lld,%lld", w->round->tracked[node][period],
               w->round->supply[node][period] - w->round->tracked[node][period]);
    if (node < DEMAND_NODES) {
        const struct neraca_cell *c = &n->cell[node][period];
        const long long *v = w->round->part[node][period];

        buf_printf(w->b, ",%lld,%lld,%lld", v[NERACA_INFLOW], v[NERACA_OUTFLOW], v[NERACA_LOSS]);
        if (n->known[node]) {
            buf_printf(w->b, ",%lld", v[NERACA_DEMAND]);
            number(w, round(c->part[NERACA_DEMAND].p10));
            number(w, round(c->part[NERACA_DEMAND].p90));
            buf_printf(w->b, ",%lld", w->round->balance[node][period]);
            number(w, round(c->balance.p10));
            number(w, round(c->balance.p90));
        } else {
            empty(w, 6);
        }
        risk(w, node, period);
    } else {
        empty(w, 12);
    }
    both(w, node, period);
    note(w, node);
    if (period + 1 == n->periods)
        based_on(w, node);
    else
        empty(w, 1);
    spread_factor(w, node, period);
    buf_str(w->b, "\n");
}

void neraca_csv(struct buf *b, const struct neraca *n, const struct supply_forecast *f,
                const struct demand *d, const struct figures *y, const struct records_snapshot *s,
                bool english)
{
    struct neraca_rounded round_to_kg;
    struct writing w = {b, n, &round_to_kg, f, d, y, s, english};

    neraca_round(n, 1, &round_to_kg);
    buf_str(b, HEADER);
    for (size_t node = 0; node < SUPPLY_NODES; node++)
        for (size_t period = 0; period < n->periods && supply_node_told(f, node); period++)
            row(&w, node, period);
}
