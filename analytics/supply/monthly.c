/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monthly.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "silence.h"

/* What the rows say of one cycle. */
struct cycle_sum {
    int32_t last_sign; /* by the end of the month */
    bool written;      /* something in the month, stocking included */
    double kg, fish;   /* by the end of the month; fish NaN when a number is missing */
    double feed_kg;    /* likewise, of one that ended */
    bool ended;        /* its last harvest fell into the month */
};

struct tally {
    const struct records_snapshot *s;
    int32_t first, last; /* days of the month */
    struct cycle_sum *cycle;
    bool *gave[MONTHLY_MEASURES];                        /* [farm] */
    double *of[MONTHLY_MEASURES], *by[MONTHLY_MEASURES]; /* [farm] */
};

static void sign(struct tally *t, size_t cycle, int32_t day)
{
    struct cycle_sum *c = &t->cycle[cycle];

    if (day > t->last)
        return;
    c->last_sign = day > c->last_sign ? day : c->last_sign;
    c->written = c->written || day >= t->first;
}

static void give(struct tally *t, size_t cycle, enum monthly_measure what, double of, double by)
{
    size_t farm = t->s->pond[t->s->cycle[cycle].pond].farm;

    t->gave[what][farm] = true;
    t->of[what][farm] += of;
    t->by[what][farm] += by;
}

static bool within(const struct tally *t, int32_t day)
{
    return day >= t->first && day <= t->last;
}

static void look_at_harvests(struct tally *t, size_t cycle, const struct rec_events *rows)
{
    struct cycle_sum *c = &t->cycle[cycle];

    for (size_t i = 0; i < rows->harvests; i++) {
        const struct rec_harvest *h = &rows->harvest[i];

        sign(t, cycle, h->day);
        if (h->day > t->last)
            continue;
        c->kg += h->kg;
        c->fish += h->kg * h->fish_per_kg; /* NaN from the first number that is missing */
        c->ended = c->ended || (h->kind == HARVEST_FINAL && within(t, h->day) &&
                                t->s->cycle[cycle].closed_day == h->day);
        if (!within(t, h->day))
            continue;
        give(t, cycle, MONTHLY_HARVEST, h->kg, 0);
        if (h->price_idr_kg > 0)
            give(t, cycle, MONTHLY_PRICE, h->kg * h->price_idr_kg, h->kg);
        if (h->fish_per_kg > 0)
            give(t, cycle, MONTHLY_SIZE, 1000 * h->kg, h->kg * h->fish_per_kg);
    }
}

/* The last feeding by the end of the month is a sign of life; rows lie by day. What was fed counts where the cycle ended. */
static void look_at_feed(struct tally *t, size_t cycle, const struct rec_events *rows)
{
    size_t low = 0, high = rows->feeds;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (rows->feed[mid].day <= t->last)
            low = mid + 1;
        else
            high = mid;
    }
    if (low > 0)
        sign(t, cycle, rows->feed[low - 1].day);
    for (size_t i = 0; i < low && t->cycle[cycle].ended; i++)
        t->cycle[cycle].feed_kg += rows->feed[i].feed_kg;
}

static void look_at_rows(struct tally *t, size_t cycle)
{
    struct rec_events rows;

    records_events_of(t->s, cycle, &rows);
    for (size_t i = 0; i < rows.samples; i++)
        sign(t, cycle, rows.sample[i].day);
    for (size_t i = 0; i < rows.deaths; i++) {
        sign(t, cycle, rows.death[i].day);
        if (within(t, rows.death[i].day))
            give(t, cycle, MONTHLY_DEATHS, rows.death[i].count, 0);
    }
    look_at_harvests(t, cycle, &rows);
    look_at_feed(t, cycle, &rows);
}

/* The rows of cycles that lived in the month; others have none in it, and are neither active nor end in it. */
static void look_at_all_rows(struct tally *t)
{
    const struct records_snapshot *s = t->s;

    for (size_t i = 0; i < s->cycles; i++) {
        t->cycle[i].last_sign = INT32_MIN;
        if (s->cycle[i].stocked_day > t->last || s->cycle[i].closed_day < t->first)
            continue;
        sign(t, i, s->cycle[i].stocked_day);
        if (within(t, s->cycle[i].stocked_day))
            give(t, i, MONTHLY_STOCKED, s->cycle[i].count, 0);
        look_at_rows(t, i);
    }
}

/* Cycles that ended; of each pond whether it is active and written about. */
static void look_at_cycles(struct tally *t, bool *active, bool *written)
{
    const struct records_snapshot *s = t->s;

    for (size_t i = 0; i < s->cycles; i++) {
        const struct rec_cycle *c = &s->cycle[i];
        const struct cycle_sum *y = &t->cycle[i];
        double gain = y->kg - c->count * c->mass_g / 1000;

        if (y->ended && y->fish > 0)
            give(t, i, MONTHLY_SURVIVAL, 100 * y->fish, c->count);
        if (y->ended && y->feed_kg > 0 && gain > 0)
            give(t, i, MONTHLY_FCR, y->feed_kg, gain);
        if (c->stocked_day > t->last || c->closed_day < t->first ||
            y->last_sign < t->first - SILENCE_OUT_DAYS)
            continue;
        if (!active[c->pond]) {
            give(t, i, MONTHLY_PONDS, 1, 0);
            give(t, i, MONTHLY_AREA, s->pond[c->pond].area_m2, 0);
            give(t, i, MONTHLY_FARMS, 0, 0);
        }
        active[c->pond] = true;
        written[c->pond] = written[c->pond] || y->written;
    }
}

static void look_at_ponds(struct tally *t, struct monthly *out)
{
    const struct records_snapshot *s = t->s;
    bool *active = xcalloc(s->ponds, sizeof *active), *written = xcalloc(s->ponds, sizeof *written);

    look_at_cycles(t, active, written);
    for (size_t i = 0; i < s->ponds; i++) {
        const struct rec_farm *farm = &s->farm[s->pond[i].farm];
        const size_t node[3] = {SUPPLY_JOINT, supply_node_regency(farm->regency),
                                supply_node_kecamatan(farm->kecamatan)};

        for (int k = 0; k < 3; k++) {
            out->active[node[k]] += active[i];
            out->reported[node[k]] += written[i];
        }
    }
    free(active);
    free(written);
}

static bool is_sum(enum monthly_measure what)
{
    return what != MONTHLY_PRICE && what != MONTHLY_SIZE && what != MONTHLY_SURVIVAL &&
           what != MONTHLY_FCR;
}

static void add_farm(struct monthly_figure *f, double of, double by)
{
    f->farms++;
    f->of += of;
    f->by += by;
}

/* Sums farms to cells, regencies and joint, and counts who contributed. */
static void sum_measure(struct tally *t, struct monthly *out, enum monthly_measure what,
                        struct merge_farms *farms)
{
    struct monthly_figure *f = out->figure[what];

    *farms = (struct merge_farms){.n = {0}};
    for (size_t i = 0; i < t->s->farms; i++) {
        const struct rec_farm *farm = &t->s->farm[i];
        double of = t->of[what][i], by = t->by[what][i];

        if (!t->gave[what][i])
            continue;
        if (what == MONTHLY_FARMS)
            of = 1;
        farms->n[farm->kecamatan]++;
        add_farm(&f[SUPPLY_JOINT], of, by);
        add_farm(&f[supply_node_regency(farm->regency)], of, by);
        add_farm(&f[supply_node_kecamatan(out->rows[what].cell[farm->kecamatan])], of, by);
    }
    for (size_t node = 0; node < SUPPLY_NODES; node++)
        if (is_sum(what))
            f[node].by = 1;
}

/* Harvests without a price count at the regency's mean. */
static void value(struct monthly *out)
{
    const struct monthly_figure *price = out->figure[MONTHLY_PRICE],
                                *kg = out->figure[MONTHLY_HARVEST];
    struct monthly_figure *value = out->figure[MONTHLY_VALUE];

    for (size_t node = 1; node < SUPPLY_NODES; node++) {
        size_t regency =
            node < 1 + REGENCY_COUNT
                ? node
                : supply_node_regency(region_kecamatan(node - 1 - REGENCY_COUNT)->regency);
        double mean = price[regency].by > 0 ? price[regency].of / price[regency].by : NAN;
        double left = kg[node].of - price[node].by;

        value[node] = (struct monthly_figure){price[node].of + (left > 0 ? left * mean : 0), 1,
                                              price[node].farms};
    }
    value[SUPPLY_JOINT] = (struct monthly_figure){0, 1, price[SUPPLY_JOINT].farms};
    for (int r = 0; r < REGENCY_COUNT; r++)
        value[SUPPLY_JOINT].of += value[supply_node_regency((enum regency)r)].of;
}

static void tell(struct monthly *out, const struct merge_farms farms[MONTHLY_MEASURES], bool all)
{
    const struct merge_farms nobody = {.n = {0}};

    for (int k = 0; k < MONTHLY_MEASURES; k++)
        merge_tell(&out->rows[k], all ? &nobody : &farms[k]);
    /* the value is told where both the kilograms and the prices are; and the regency's price, which may be one farm's, is in it */
    out->rows[MONTHLY_VALUE] = out->rows[MONTHLY_PRICE];
    merge_tell_sum(&out->rows[MONTHLY_VALUE], &out->rows[MONTHLY_HARVEST]);
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        if (!out->rows[MONTHLY_PRICE].told_regency[region_kecamatan(k)->regency])
            out->rows[MONTHLY_VALUE].told[k] = false;
}

void monthly_make(struct monthly *out, const struct records_snapshot *s, int32_t month, bool all)
{
    struct tally t = {.s = s,
                      .first = civil_month_first_day(month),
                      .last = civil_month_first_day(month + 1) - 1,
                      .cycle = xcalloc(s->cycles, sizeof *t.cycle)};
    struct merge_farms farms[MONTHLY_MEASURES];
    struct merge rows;

    *out = (struct monthly){.month = month};
    if (all)
        merge_begin(&rows);
    else
        merge_rows(s, &rows);
    for (int k = 0; k < MONTHLY_MEASURES; k++) {
        out->rows[k] = rows;
        t.gave[k] = xcalloc(s->farms, sizeof *t.gave[k]);
        t.of[k] = xcalloc(s->farms, sizeof *t.of[k]);
        t.by[k] = xcalloc(s->farms, sizeof *t.by[k]);
    }
    look_at_all_rows(&t);
    look_at_ponds(&t, out);
    for (int k = 0; k < MONTHLY_MEASURES; k++)
        sum_measure(&t, out, (enum monthly_measure)k, &farms[k]);
    value(out);
    tell(out, farms, all);
    for (int k = 0; k < MONTHLY_MEASURES; k++) {
        free(t.gave[k]);
        free(t.of[k]);
        free(t.by[k]);
    }
    free(t.cycle);
}

double monthly_value(const struct monthly *m, enum monthly_measure what, size_t node, bool *told)
{
    const struct merge *rows = &m->rows[what];
    const struct monthly_figure *f = &m->figure[what][node];
    bool may = node == SUPPLY_JOINT       ? rows->told_joint
               : node < 1 + REGENCY_COUNT ? rows->told_regency[node - 1]
                                          : rows->told[node - 1 - REGENCY_COUNT];

    if (told != NULL)
        *told = may;
    return may && f->by > 0 ? f->of / f->by : NAN;
}

void monthly_add(struct monthly_sum *sum, const struct monthly *m)
{
    for (int k = 0; k < MONTHLY_MEASURES; k++)
        for (size_t node = 0; node < 1 + REGENCY_COUNT; node++)
            sum->value[k][node] += is_sum((enum monthly_measure)k)
                                       ? monthly_value(m, (enum monthly_measure)k, node, NULL)
                                       : NAN;
    sum->months++;
}

static const struct rec_official *find(const struct rec_official *o, size_t n, size_t node,
                                       int32_t first_month, unsigned months)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(o[i].node, supply_node_code(node)) == 0 && o[i].first_month == first_month &&
            o[i].months == months)
            return &o[i];
    return NULL;
}

/* What is on record of the node itself. */
static void own_targets(const struct records_snapshot *s, size_t node, int32_t first_month,
                        unsigned months, struct monthly_target *out)
{
    const struct rec_official *target = find(s->target, s->targets, node, first_month, months),
                              *official =
                                  find(s->official, s->officials, node, first_month, months);

    *out = (struct monthly_target){.target_kg = NAN, .official_kg = NAN};
    if (target != NULL) {
        out->target_kg = target->kg;
        memcpy(out->source, target->source, sizeof out->source);
    }
    if (official != NULL) {
        out->official_kg = official->kg;
        out->final = official->final;
    }
}

void monthly_targets(const struct records_snapshot *s, size_t node, int32_t first_month,
                     unsigned months, struct monthly_target *out)
{
    struct monthly_target a, b;

    own_targets(s, node, first_month, months, out);
    if (node != SUPPLY_JOINT)
        return;
    own_targets(s, supply_node_regency(REGENCY_KOTIM), first_month, months, &a);
    own_targets(s, supply_node_regency(REGENCY_SERUYAN), first_month, months, &b);
    if (isnan(out->target_kg)) {
        out->target_kg = a.target_kg + b.target_kg;
        memcpy(out->source, a.source, sizeof out->source);
    }
    if (isnan(out->official_kg)) {
        out->official_kg = a.official_kg + b.official_kg;
        out->final = a.final && b.final;
    }
}

void monthly_report(struct monthly_report *out, const struct records_snapshot *s, int32_t month,
                    int64_t now_ms)
{
    const bool all = s->farms < MERGE_FARMS_LEAST;
    const int32_t quarter = month - month % 3, year = month - month % 12;

    *out = (struct monthly_report){
        .as_of_ms = now_ms, .running = month >= civil_month(now_ms), .all = all};
    out->quarter.first_month = quarter;
    out->year.first_month = year;
    for (int32_t m = year; m <= month; m++) {
        monthly_make(&out->month, s, m, all); /* the last one stays */
        monthly_add(&out->year, &out->month);
        if (m < quarter)
            continue;
        monthly_add(&out->quarter, &out->month);
        out->each[out->months].first_month = m;
        monthly_add(&out->each[out->months++], &out->month);
    }
    for (size_t node = 0; node < 1 + REGENCY_COUNT; node++) {
        monthly_targets(s, node, month, 1, &out->target[node][0]);
        monthly_targets(s, node, quarter, 3, &out->target[node][1]);
        monthly_targets(s, node, year, 12, &out->target[node][2]);
    }
}
