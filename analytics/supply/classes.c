/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "classes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/csv.h"
#include "collector/common/log.h"

const char *const CLASSES_USUAL[POND_SYSTEM_COUNT] = {
    [POND_SYSTEM_POND] = "Kolam",
    [POND_SYSTEM_BIOFLOC] = "Kolam",
    [POND_SYSTEM_TARPAULIN] = "Kolam",
    [POND_SYSTEM_CAGE] = "Karamba",
};

const char *classes_name(const struct records_snapshot *s, enum pond_system y, bool english,
                         const char **source)
{
    for (size_t i = 0; i < s->classes; i++)
        if (s->class[i].system == y) {
            if (source != NULL)
                *source = s->class[i].source;
            return s->class[i].name;
        }
    if (source != NULL)
        *source = english ? "from memory, to be checked" : "dari ingatan, perlu diperiksa";
    return CLASSES_USUAL[y];
}

struct table {
    const struct neraca *n;
    const struct neraca_rounded *round;
    const struct supply_forecast *f;
    const struct untracked *u;
    size_t classes, of[POND_SYSTEM_COUNT]; /* class of each system */
    const char *name[POND_SYSTEM_COUNT], *source[POND_SYSTEM_COUNT];
    double *draws; /* [regency][class][lead - 1][draw] */
    long long kg[DEMAND_NODES][NERACA_PERIODS][POND_SYSTEM_COUNT];
};

static double *draws_of(const struct table *t, size_t r, size_t class, unsigned lead)
{
    return t->draws + ((r * POND_SYSTEM_COUNT + class) * t->f->months + (lead - 1)) * t->f->draws;
}

static double mean(const double *x, unsigned n)
{
    double sum = 0;

    for (unsigned i = 0; i < n; i++)
        sum += x[i];
    return sum / n;
}

/* Shares of the systems of a kecamatan in a month, [POND_SYSTEM_COUNT]. */
static void shares(const struct table *t, size_t k, unsigned lead, double *share)
{
    double all = 0;

    for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
        share[y] = t->u != NULL
                       ? untracked_share(t->u, k, (enum pond_system)y, lead)
                       : mean(supply_system_draws(t->f, k, (enum pond_system)y, lead), t->f->draws);
        all += share[y];
    }
    for (int y = 0; y < POND_SYSTEM_COUNT; y++)
        share[y] = all > 0 ? share[y] / all : y == POND_SYSTEM_POND;
}

static void make_draws(struct table *t)
{
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        for (unsigned lead = 1; lead <= t->f->months; lead++) {
            const double *total = supply_draws(t->f, supply_node_kecamatan(k), lead);
            double share[POND_SYSTEM_COUNT];

            shares(t, k, lead, share);
            for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
                double *to = draws_of(t, region_kecamatan(k)->regency, t->of[y], lead);

                for (unsigned i = 0; i < t->f->draws; i++)
                    to[i] += share[y] * total[i];
            }
        }
}

/* Regencies by month; periods and joint are their sums. */
static void round_all(struct table *t)
{
    for (size_t p = 0; p < t->n->periods; p++)
        for (size_t r = 0; r < REGENCY_COUNT; r++) {
            if (p < t->n->months) {
                double share[POND_SYSTEM_COUNT];

                for (size_t c = 0; c < t->classes; c++)
                    share[c] = mean(draws_of(t, r, c, (unsigned)p + 1), t->f->draws);
                balance_split(share, t->classes, t->round->supply[1 + r][p], t->kg[1 + r][p]);
            }
            for (unsigned m = 0; p >= t->n->months && m < t->n->period[p].leads; m++)
                for (size_t c = 0; c < t->classes; c++)
                    t->kg[1 + r][p][c] += t->kg[1 + r][t->n->period[p].first_lead - 1 + m][c];
            for (size_t c = 0; c < t->classes; c++)
                t->kg[SUPPLY_JOINT][p][c] += t->kg[1 + r][p][c];
        }
}

static struct supply_summary summary_of(const struct table *t, size_t node, size_t class,
                                        const struct neraca_period *p, double *work)
{
    memset(work, 0, t->f->draws * sizeof *work);
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        for (unsigned lead = p->first_lead; lead < p->first_lead + p->leads; lead++)
            for (unsigned i = 0; i < t->f->draws && (node == SUPPLY_JOINT || node == 1 + r); i++)
                work[i] += draws_of(t, r, class, lead)[i];
    return supply_summarise_draws(work, t->f->draws);
}

static void row(const struct table *t, struct buf *b, size_t node, size_t p, size_t c, double *work)
{
    struct supply_summary sum = summary_of(t, node, c, &t->n->period[p], work);
    bool first = true;

    buf_printf(b, "%s,%s,", supply_node_code(node), t->n->period[p].name);
    csv_put(b, true, t->name[c]);
    buf_str(b, ",");
    for (int y = 0; y < POND_SYSTEM_COUNT; y++)
        if (t->of[y] == c) {
            buf_printf(b, "%s%s", first ? "" : "+", pond_system_name((enum pond_system)y));
            first = false;
        }
    buf_printf(b, ",%lld,%.0f,%.0f,", t->kg[node][p][c], sum.p10, sum.p90);
    csv_put(b, true, t->source[c]);
    buf_str(b, "\n");
}

void classes_csv(struct buf *b, const struct neraca *n, const struct supply_forecast *f,
                 const struct untracked *u, const struct records_snapshot *s, bool english)
{
    struct table *t = xcalloc(1, sizeof *t);
    struct neraca_rounded *rounded = xcalloc(1, sizeof *rounded);
    double *work = xcalloc(f->draws, sizeof *work);

    neraca_round(n, 1, rounded);
    *t = (struct table){.n = n, .round = rounded, .f = f, .u = u};
    for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
        const char *source, *name = classes_name(s, (enum pond_system)y, english, &source);
        size_t c = 0;

        while (c < t->classes && strcmp(t->name[c], name) != 0)
            c++;
        if (c == t->classes) {
            t->name[c] = name;
            t->source[c] = source;
            t->classes++;
        }
        t->of[y] = c;
    }
    t->draws =
        xcalloc((size_t)REGENCY_COUNT * POND_SYSTEM_COUNT * f->months * f->draws, sizeof *t->draws);
    make_draws(t);
    round_all(t);
    buf_str(b, "node,period,class,systems,supply_kg,p10_kg,p90_kg,source\n");
    for (size_t node = 0; node < DEMAND_NODES; node++)
        for (size_t p = 0; p < n->periods; p++)
            for (size_t c = 0; c < t->classes; c++)
                row(t, b, node, p, c, work);
    free(t->draws);
    free(work);
    free(rounded);
    free(t);
}
