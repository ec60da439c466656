/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "neraca.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

const char *neraca_words(enum neraca_gap gap, bool english)
{
    static const char *const WORDS[][2] = {
        [NERACA_TOLD] = {"", ""},
        [NERACA_NO_DEMAND] = {"kebutuhan belum diisi", "demand not entered yet"},
        [NERACA_FEW_FARMS] = {"kurang dari 5 % pembudidaya terdaftar tercatat di sini, jadi "
                              "peluang defisit tidak dihitung",
                              "fewer than 5 % of the registered farms are on record here, so no "
                              "chance of a deficit is told"},
    };

    return WORDS[gap][english ? 1 : 0];
}

static void add_period(struct neraca *n, unsigned first_lead, unsigned leads, int32_t month)
{
    struct neraca_period *p = &n->period[n->periods++];
    int year = (int)(month / 12), of_year = (int)(month % 12);

    p->first_lead = first_lead;
    p->leads = leads;
    if (leads == 1)
        (void)snprintf(p->name, sizeof p->name, "%04d-%02d", year, of_year + 1);
    else
        (void)snprintf(p->name, sizeof p->name, "%04d-Q%d", year, of_year / 3 + 1);
}

static void name_periods(struct neraca *n, const struct supply_forecast *f)
{
    n->months = f->months;
    for (unsigned lead = 1; lead <= f->months; lead++) {
        int32_t m = f->first_month + (int32_t)lead - 1;
        add_period(n, lead, 1, m);
    }
    for (unsigned lead = 1; lead + 2 <= f->months; lead++) {
        int32_t m = f->first_month + (int32_t)lead - 1;
        if (m % 3 == 0)
            add_period(n, lead, 3, m);
    }
    n->period[n->periods] = (struct neraca_period){"all", 1, f->months};
    n->periods++;
}

/* Draws of one period, [k] each. */
struct drawn {
    double *part[NERACA_PARTS], *balance[DEMAND_NODES], *work;
};

/* One regency in one period: parts are sums over its months, the loss worked out month by month. */
static void draw_regency(const struct neraca_period *p, const struct supply_forecast *f,
                         const struct demand *d, enum regency r, struct drawn *out)
{
    size_t k = f->draws, node = supply_node_regency(r);

    for (int part = 0; part < NERACA_PARTS; part++)
        memset(out->part[part], 0, k * sizeof *out->part[part]);
    for (unsigned lead = p->first_lead; lead < p->first_lead + p->leads; lead++) {
        size_t at = demand_at(d, r, lead);
        const struct balance_parts b = {supply_draws(f, node, lead), d->inflow + at,
                                        d->outflow + at, d->loss + at, d->kg + at};

        for (size_t i = 0; i < k; i++) {
            out->part[NERACA_SUPPLY][i] += b.supply[i];
            out->part[NERACA_INFLOW][i] += b.inflow[i];
            out->part[NERACA_OUTFLOW][i] += b.outflow[i];
            out->part[NERACA_LOSS][i] += balance_loss(&b, i);
            out->part[NERACA_DEMAND][i] += b.demand[i];
        }
    }
    for (size_t i = 0; i < k; i++)
        out->balance[node][i] = out->part[NERACA_SUPPLY][i] + out->part[NERACA_INFLOW][i] -
                                out->part[NERACA_OUTFLOW][i] - out->part[NERACA_LOSS][i] -
                                out->part[NERACA_DEMAND][i];
}

static void summarise(struct neraca *n, size_t node, size_t period, double *const *part,
                      const double *balance, size_t k)
{
    struct neraca_cell *c = &n->cell[node][period];

    for (int i = 0; i < NERACA_PARTS; i++)
        c->part[i] = supply_summarise_draws(part[i], k);
    if (!n->known[node])
        return;
    c->balance = supply_summarise_draws(balance, k);
    if (n->gap[node] == NERACA_TOLD)
        c->risk = balance_risk(balance, k);
}

/* Of the sum of leads, whose draws lie one after the other. work [k]. */
static struct supply_summary summarise_supply(const double *kg, unsigned leads, size_t k,
                                              double *work)
{
    memset(work, 0, k * sizeof *work);
    for (unsigned lead = 0; lead < leads; lead++)
        for (size_t i = 0; i < k; i++)
            work[i] += kg[lead * k + i];
    return supply_summarise_draws(work, k);
}

static void one_period(struct neraca *n, size_t period, const struct supply_forecast *f,
                       const struct demand *d, struct drawn *w, struct drawn *sum)
{
    const struct neraca_period *p = &n->period[period];
    size_t k = f->draws;
    const size_t a = supply_node_regency(REGENCY_KOTIM), b = supply_node_regency(REGENCY_SERUYAN);

    for (int part = 0; part < NERACA_PARTS; part++)
        memset(sum->part[part], 0, k * sizeof *sum->part[part]);
    for (int r = 0; r < REGENCY_COUNT; r++) {
        size_t node = supply_node_regency((enum regency)r);

        draw_regency(p, f, d, (enum regency)r, w);
        summarise(n, node, period, w->part, w->balance[node], k);
        for (int part = 0; part < NERACA_PARTS; part++)
            for (size_t i = 0; i < k; i++)
                sum->part[part][i] += w->part[part][i];
    }
    for (size_t i = 0; i < k; i++)
        w->balance[SUPPLY_JOINT][i] = w->balance[a][i] + w->balance[b][i];
    summarise(n, SUPPLY_JOINT, period, sum->part, w->balance[SUPPLY_JOINT], k);
    if (n->gap[a] == NERACA_TOLD && n->gap[b] == NERACA_TOLD) {
        n->pair[period] = balance_pair(w->balance[a], w->balance[b], k);
        n->transfer_kg[period] = balance_transfer(w->balance[a], w->balance[b], k, 0, w->work);
        n->short_after_kg[period] =
            balance_short_after(w->balance[a], w->balance[b], k, n->transfer_kg[period]);
    }
    for (size_t node = 0; node < SUPPLY_NODES; node++) {
        const double *untracked = supply_untracked(f, node, p->first_lead);

        n->supply[node][period] =
            summarise_supply(supply_draws(f, node, p->first_lead), p->leads, k, w->work);
        n->tracked[node][period] =
            summarise_supply(supply_tracked(f, node, p->first_lead), p->leads, k, w->work);
        if (untracked != NULL)
            n->untracked[node][period] = summarise_supply(untracked, p->leads, k, w->work);
    }
}

static void find_gaps(struct neraca *n, const struct demand *d, const struct figures *y,
                      const struct records_snapshot *s, const double farms[DEMAND_NODES])
{
    const size_t joint = SUPPLY_JOINT;

    for (size_t node = 0; node < DEMAND_NODES; node++) {
        n->farms[node] = farms[node];
        n->registered[node] = NAN;
        n->official[node] = figures_cover(y, supply_node_code(node));
    }
    for (size_t i = 0; i < s->registers; i++) {
        size_t node = supply_node_regency(region_kecamatan(s->registry[i].kecamatan)->regency);

        n->registered[node] =
            s->registry[i].farms + (n->registered[node] > 0 ? n->registered[node] : 0);
    }
    n->official[joint] = n->official[joint] || (n->official[1] && n->official[2]);
    n->known[joint] = true;
    n->registered[joint] = n->registered[1] + n->registered[2]; /* NaN when one is */
    for (int r = REGENCY_COUNT - 1; r >= 0; r--) {
        size_t node = supply_node_regency((enum regency)r);

        n->known[node] = d->known[r];
        n->missing[node] = d->missing[r];
        if (!d->known[r]) {
            n->known[joint] = false;
            n->missing[joint] = d->missing[r];
        }
    }
    for (size_t node = 0; node < DEMAND_NODES; node++) {
        bool few =
            n->registered[node] > 0 && n->farms[node] < NERACA_FARMS_LEAST * n->registered[node];

        n->gap[node] = !n->known[node]             ? NERACA_NO_DEMAND
                       : few && !n->official[node] ? NERACA_FEW_FARMS
                                                   : NERACA_TOLD;
    }
}

void neraca_make(struct neraca *n, const struct supply_forecast *f, const struct demand *d,
                 const struct figures *y, const struct records_snapshot *s,
                 const double farms[DEMAND_NODES])
{
    struct drawn w, sum;

    memset(n, 0, sizeof *n);
    name_periods(n, f);
    find_gaps(n, d, y, s, farms);
    for (int i = 0; i < NERACA_PARTS; i++) {
        w.part[i] = xcalloc(f->draws, sizeof(double));
        sum.part[i] = xcalloc(f->draws, sizeof(double));
    }
    for (size_t i = 0; i < DEMAND_NODES; i++)
        w.balance[i] = xcalloc(f->draws, sizeof(double));
    w.work = xcalloc((size_t)2 * f->draws, sizeof(double));
    for (size_t p = 0; p < n->periods; p++)
        one_period(n, p, f, d, &w, &sum);
    for (int i = 0; i < NERACA_PARTS; i++) {
        free(w.part[i]);
        free(sum.part[i]);
    }
    for (size_t i = 0; i < DEMAND_NODES; i++)
        free(w.balance[i]);
    free(w.work);
}

/* --- figures that add up --- */

static double mean_of(const struct neraca *n, size_t node, size_t period, int part)
{
    return part == NERACA_SUPPLY ? n->supply[node][period].mean
                                 : n->cell[node][period].part[part].mean;
}

/* Months of one node from its total. */
static void split_months(const struct neraca *n, size_t node, int part, double unit_kg,
                         long long *month)
{
    double share[SUPPLY_MONTHS_MAX], sum = 0;

    for (unsigned m = 0; m < n->months; m++) {
        share[m] = mean_of(n, node, m, part);
        sum += share[m];
    }
    balance_split(share, n->months, llround(sum / unit_kg), month);
}

static void round_part(const struct neraca *n, int part, double unit_kg, struct neraca_rounded *out)
{
    long long month[SUPPLY_MONTHS_MAX], two[REGENCY_COUNT];

    split_months(n, SUPPLY_JOINT, part, unit_kg, month);
    for (unsigned m = 0; m < n->months; m++) {
        const double share[REGENCY_COUNT] = {mean_of(n, 1, m, part), mean_of(n, 2, m, part)};

        balance_split(share, REGENCY_COUNT, month[m], two);
        out->part[SUPPLY_JOINT][m][part] = month[m];
        for (size_t r = 0; r < REGENCY_COUNT; r++)
            out->part[1 + r][m][part] = two[r];
    }
}

/* Kecamatan of a regency lie side by side in the order of the nodes. */
static void round_kecamatan(const struct neraca *n, struct neraca_rounded *out)
{
    for (unsigned m = 0; m < n->months; m++) {
        size_t k = 0;

        for (size_t node = 0; node < DEMAND_NODES; node++)
            out->supply[node][m] = out->part[node][m][NERACA_SUPPLY];
        while (k < REGION_KECAMATAN_COUNT) {
            double share[REGION_KECAMATAN_COUNT];
            long long cut[REGION_KECAMATAN_COUNT];
            enum regency r = region_kecamatan(k)->regency;
            size_t many = 0;

            while (k + many < REGION_KECAMATAN_COUNT && region_kecamatan(k + many)->regency == r) {
                share[many] = n->supply[supply_node_kecamatan(k + many)][m].mean;
                many++;
            }
            balance_split(share, many, out->supply[supply_node_regency(r)][m], cut);
            for (size_t i = 0; i < many; i++)
                out->supply[supply_node_kecamatan(k + i)][m] = cut[i];
            k += many;
        }
    }
}

/* Splits total by the shares, none above its cap; the caps hold total. */
static void split_within(const double *share, const long long *cap, size_t n, long long total,
                         long long *out)
{
    long long left = total;

    balance_split(share, n, total, out);
    for (size_t i = 0; i < n; i++) {
        out[i] = out[i] > cap[i] ? cap[i] : out[i];
        left -= out[i];
    }
    for (size_t i = 0; i < n && left > 0; i++) {
        long long more = cap[i] - out[i] < left ? cap[i] - out[i] : left;

        out[i] += more;
        left -= more;
    }
}

/* What is tracked of each figure of the supply: joint, its regencies, their kecamatan. */
static void round_tracked(const struct neraca *n, double unit_kg, struct neraca_rounded *out)
{
    for (unsigned m = 0; m < n->months; m++) {
        const double share[REGENCY_COUNT] = {n->tracked[1][m].mean, n->tracked[2][m].mean};
        const long long cap[REGENCY_COUNT] = {out->supply[1][m], out->supply[2][m]};
        double outside = n->supply[SUPPLY_JOINT][m].mean - n->tracked[SUPPLY_JOINT][m].mean;
        long long joint = out->supply[SUPPLY_JOINT][m] - llround(outside / unit_kg);
        long long two[REGENCY_COUNT];
        size_t k = 0;

        joint = joint > 0 ? joint : 0;
        out->tracked[SUPPLY_JOINT][m] = joint;
        split_within(share, cap, REGENCY_COUNT, joint, two);
        for (size_t r = 0; r < REGENCY_COUNT; r++) {
            double part[REGION_KECAMATAN_COUNT];
            long long most[REGION_KECAMATAN_COUNT], cut[REGION_KECAMATAN_COUNT];
            size_t first = k;

            out->tracked[1 + r][m] = two[r];
            for (; k < REGION_KECAMATAN_COUNT && region_kecamatan(k)->regency == (enum regency)r;
                 k++) {
                part[k - first] = n->tracked[supply_node_kecamatan(k)][m].mean;
                most[k - first] = out->supply[supply_node_kecamatan(k)][m];
            }
            split_within(part, most, k - first, two[r], cut);
            for (size_t i = first; i < k; i++)
                out->tracked[supply_node_kecamatan(i)][m] = cut[i - first];
        }
    }
}

void neraca_round(const struct neraca *n, double unit_kg, struct neraca_rounded *out)
{
    memset(out, 0, sizeof *out);
    for (int part = 0; part < NERACA_PARTS; part++)
        round_part(n, part, unit_kg, out);
    round_kecamatan(n, out);
    round_tracked(n, unit_kg, out);
    for (size_t p = n->months; p < n->periods; p++)
        for (unsigned lead = 0; lead < n->period[p].leads; lead++) {
            size_t m = n->period[p].first_lead - 1 + lead;

            for (size_t node = 0; node < DEMAND_NODES; node++)
                for (int part = 0; part < NERACA_PARTS; part++)
                    out->part[node][p][part] += out->part[node][m][part];
            for (size_t node = 0; node < SUPPLY_NODES; node++) {
                out->supply[node][p] += out->supply[node][m];
                out->tracked[node][p] += out->tracked[node][m];
            }
        }
    for (size_t node = 0; node < DEMAND_NODES; node++)
        for (size_t p = 0; p < n->periods; p++) {
            const long long *v = out->part[node][p];

            out->balance[node][p] = v[NERACA_SUPPLY] + v[NERACA_INFLOW] - v[NERACA_OUTFLOW] -
                                    v[NERACA_LOSS] - v[NERACA_DEMAND];
        }
}
