/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smoother_losses.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_psi.h>

#include "analytics/fish/losses.h"
#include "collector/common/log.h"
#include "history.h"

enum {
    SEEN_NODES = 5,
    MORT_NODES = 6,
    NODES = SEEN_NODES * MORT_NODES
};
static const double COUNT_SHAPE = 16;   /* of the negative binomial: 1 / 0.25^2 */
static const double MISHAP = 0.02;      /* rows that are an event of the pond's own */
static const double SPARED = 0.1;       /* ponds that an event leaves alone */
static const double ODD = 0.1;          /* cycles whose harvest says nothing; sd of ln 1 */
static const double OUT_MASS_SD = 0.1;  /* of ln mean mass at the harvest, from samples */
static const double OUT_SIZE_SD = 0.05; /* ... from fish a kg */
static const double FISH_PER_KG = 4;    /* of a partial harvest whose size is not written down */

/* Dead that were written down as of (from, to]. */
struct counted {
    int32_t from, to;
    double dead, number; /* number: alive in its middle, at mean mortality */
    double own;          /* likelihood as a mishap */
    double same;         /* what its likelihoods have in common, ln */
};

struct smoother_losses {
    const struct supply_input *in;
    double loss[SMOOTHER_LOSSES];
    double seen[POND_SYSTEM_COUNT][SEEN_NODES], mort[POND_SYSTEM_COUNT][MORT_NODES];
    size_t rows, rows_max;
    struct counted *row;
    double *plain; /* [row][node]: likelihood without event */
    double weight[NODES];
};

double smoother_loss(size_t k, double within)
{
    return gsl_cdf_beta_Pinv(((double)k + within) / SMOOTHER_LOSSES, PATHS_LOSS_A, PATHS_LOSS_B);
}

void smoother_season_init(struct smoother_season *s, enum paths_event kind, int year,
                          int32_t paths_first_day)
{
    int days;
    int32_t begin = paths_season(kind, year, &days), back = (begin - paths_first_day) % 7;

    memset(s, 0, sizeof *s);
    s->kind = kind;
    s->year = year;
    s->first_day = begin - (back < 0 ? back + 7 : back);
    s->weeks = (size_t)(begin + days - 1 - s->first_day) / 7 + 1;
    assert(s->weeks <= SMOOTHER_SEASON_WEEKS);
    for (int32_t day = begin; day < begin + days; day++)
        s->prior[(day - s->first_day) / 7] += 1.0 / days;
}

struct smoother_losses *smoother_losses_new(const struct supply_input *in)
{
    struct smoother_losses *l = xcalloc(1, sizeof *l);

    l->in = in;
    for (size_t k = 0; k < SMOOTHER_LOSSES; k++)
        l->loss[k] = smoother_loss(k, 0.5);
    for (int s = 0; s < POND_SYSTEM_COUNT; s++) {
        struct ensemble_prior p;

        ensemble_prior((enum pond_system)s, &p);
        for (int k = 0; k < SEEN_NODES; k++)
            l->seen[s][k] = gsl_cdf_beta_Pinv((k + 0.5) / SEEN_NODES, p.seen_a, p.seen_b);
        for (int k = 0; k < MORT_NODES; k++)
            l->mort[s][k] =
                -log(gsl_cdf_beta_Pinv((k + 0.5) / MORT_NODES, p.survive_a, p.survive_b)) /
                ENSEMBLE_CYCLE_DAYS;
    }
    return l;
}

void smoother_losses_free(struct smoother_losses *l)
{
    if (l == NULL)
        return;
    free(l->row);
    free(l->plain);
    free(l);
}

/* Fish taken out or lost otherwise than by dying, up to day. */
static double gone_by(const struct records_snapshot *s, const struct history_rows *r, int32_t day)
{
    double gone = 0;

    for (size_t k = r->harvest; k < r->harvest_end && s->harvest[k].day <= day; k++)
        if (s->harvest[k].kind != HARVEST_FINAL && s->harvest[k].kg > 0)
            gone += s->harvest[k].kg *
                    (s->harvest[k].fish_per_kg > 0 ? s->harvest[k].fish_per_kg : FISH_PER_KG);
    for (size_t k = r->death; k < r->death_end && s->death[k].day <= day; k++)
        if (loss_find(s->death[k].cause) != LOSS_DIED)
            gone += s->death[k].count;
    return gone;
}

/* --- dead written down --- */

static void add_row(struct smoother_losses *l, const struct rec_cycle *c,
                    const struct history_rows *r, struct counted row, double mort)
{
    double age = (row.from + row.to) / 2.0 - c->stocked_day;

    if (l->rows == l->rows_max) {
        l->rows_max = l->rows_max > 0 ? 2 * l->rows_max : 32;
        l->row = xrealloc(l->row, l->rows_max, sizeof *l->row);
        l->plain = xrealloc(l->plain, l->rows_max * NODES, sizeof *l->plain);
    }
    row.number = (c->count - gone_by(l->in->records, r, row.from)) * exp(-mort * age);
    row.number = row.number > 1 ? row.number : 1;
    row.own = 1 / ((1 + row.dead) * log1p(fmax(row.number, row.dead)));
    row.same = gsl_sf_lngamma(row.dead + COUNT_SHAPE) - gsl_sf_lngamma(row.dead + 1) -
               gsl_sf_lngamma(COUNT_SHAPE) + COUNT_SHAPE * log(COUNT_SHAPE);
    l->row[l->rows++] = row;
}

/* Rows gathered to a week at least. */
static void gather(struct smoother_losses *l, const struct rec_cycle *c,
                   const struct history_rows *r, int32_t last_day, double mort)
{
    const struct records_snapshot *s = l->in->records;
    struct counted row = {.from = c->stocked_day};

    l->rows = 0;
    for (size_t k = r->death; k < r->death_end && s->death[k].day <= last_day; k++) {
        bool last = k + 1 == r->death_end || s->death[k + 1].day > last_day;

        if (loss_find(s->death[k].cause) != LOSS_DIED)
            continue;
        row.dead += s->death[k].count;
        row.to = s->death[k].day;
        if (row.to - row.from < 7 && !(last && row.to > row.from))
            continue;
        add_row(l, c, r, row, mort);
        row = (struct counted){.from = row.to};
    }
}

static double likelihood(const struct counted *row, double expected)
{
    expected += 0.01; /* a dead fish that nobody expects is no wonder */
    return exp(row->same + row->dead * log(expected) -
               (row->dead + COUNT_SHAPE) * log(COUNT_SHAPE + expected));
}

static double background(const struct smoother_losses *l, int system, const struct counted *row,
                         size_t node)
{
    double seen = l->seen[system][node / MORT_NODES], mort = l->mort[system][node % MORT_NODES];

    return seen * mort * row->number * (row->to - row->from);
}

/* Likelihoods without event, and what the rows leave of the nodes' weights. */
static void weigh_nodes(struct smoother_losses *l, int system)
{
    double top = -INFINITY, sum = 0;

    for (size_t n = 0; n < NODES; n++) {
        l->weight[n] = 0;
        for (size_t k = 0; k < l->rows; k++) {
            const struct counted *row = &l->row[k];
            double p =
                (1 - MISHAP) * likelihood(row, background(l, system, row, n)) + MISHAP * row->own;

            l->plain[k * NODES + n] = p;
            l->weight[n] += log(p);
        }
        top = l->weight[n] > top ? l->weight[n] : top;
    }
    for (size_t n = 0; n < NODES; n++) {
        l->weight[n] = exp(l->weight[n] - top);
        sum += l->weight[n];
    }
    for (size_t n = 0; n < NODES; n++)
        l->weight[n] /= sum;
}

/* ln of how much likelier row is with an event in it than without. */
static double ln_with_event(const struct smoother_losses *l, int system, const struct counted *row,
                            const double *plain, double taken)
{
    double ratio = 0;

    for (size_t n = 0; n < NODES; n++) {
        double seen = l->seen[system][n / MORT_NODES];
        double hit = (1 - MISHAP) * likelihood(row, background(l, system, row, n) +
                                                        seen * taken * row->number) +
                     MISHAP * row->own;

        ratio += l->weight[n] * ((1 - SPARED) * hit / plain[n] + SPARED);
    }
    return log(ratio);
}

/* --- what came out --- */

/* ln of the share of the stocked fish that came out or was lost otherwise by as_of_day, and its variance; NaN: not known. */
static double ln_out(const struct records_snapshot *s, const struct rec_cycle *c,
                     const struct history_rows *r, const struct smoother_course *course,
                     int32_t as_of_day, double *var)
{
    double out = 0, sized = 0, all = 0;

    for (size_t k = r->harvest; k < r->harvest_end && s->harvest[k].day <= as_of_day; k++) {
        const struct rec_harvest *h = &s->harvest[k];
        double each = h->fish_per_kg > 0         ? h->fish_per_kg
                      : h->kind == HARVEST_FINAL ? 1000 / exp(course->end_ln_g)
                                                 : FISH_PER_KG;

        out += h->kg * each;
        all += h->kg;
        sized += h->fish_per_kg > 0 ? h->kg : 0;
    }
    if (!(out > 0) || (course->samples == 0 && sized < all))
        return NAN;
    for (size_t k = r->death; k < r->death_end && s->death[k].day <= as_of_day; k++)
        out += s->death[k].count;
    *var = sized < all ? OUT_MASS_SD * OUT_MASS_SD : OUT_SIZE_SD * OUT_SIZE_SD;
    return log(out / c->count);
}

static double normal(double x, double var)
{
    return exp(-0.5 * x * x / var) / sqrt(var);
}

static bool ended_by_harvest(const struct records_snapshot *s, const struct history_rows *r,
                             int32_t as_of_day)
{
    return r->harvest_end > r->harvest && s->harvest[r->harvest_end - 1].kind == HARVEST_FINAL &&
           s->harvest[r->harvest_end - 1].day <= as_of_day;
}

/* --- the seasons --- */

struct told {
    enum pond_system system;
    double exposure;
    bool rows, out;
    double off, var; /* ln of the share that came out less what was expected */
};

static void add_week(const struct smoother_losses *l, const struct told *t, int32_t day,
                     double *ln_ratio)
{
    const struct counted *row = NULL;

    for (size_t k = 0; t->rows && k < l->rows && row == NULL; k++)
        if (day > l->row[k].from && day <= l->row[k].to)
            row = &l->row[k];
    for (size_t k = 0; k < SMOOTHER_LOSSES; k++) {
        double taken = t->exposure * l->loss[k];

        if (row != NULL)
            ln_ratio[k] +=
                ln_with_event(l, t->system, row, l->plain + (size_t)(row - l->row) * NODES, taken);
        if (t->out)
            ln_ratio[k] += log(
                ((1 - ODD) * normal(t->off - log(1 - taken), t->var) + ODD * normal(t->off, 1)) /
                ((1 - ODD) * normal(t->off, t->var) + ODD * normal(t->off, 1)));
    }
}

void smoother_losses_add(struct smoother_losses *l, size_t cycle,
                         const struct smoother_course *course, struct smoother_season *season,
                         size_t n)
{
    const struct records_snapshot *s = l->in->records;
    const struct rec_cycle *c = &s->cycle[cycle];
    struct history_rows r = history_rows(s, cycle);
    int32_t last = c->closed_day < l->in->as_of_day ? c->closed_day : l->in->as_of_day;
    struct told t = {.system = s->pond[c->pond].system};
    struct ensemble_prior p;
    enum regency regency = s->farm[s->pond[c->pond].farm].regency;
    double part = (last - c->stocked_day) / ENSEMBLE_CYCLE_DAYS;

    ensemble_prior(t.system, &p);
    t.exposure = p.exposure;
    gather(l, c, &r, last, l->mort[t.system][MORT_NODES / 2]);
    t.rows = l->rows > 0;
    if (!t.rows && ended_by_harvest(s, &r, l->in->as_of_day)) {
        t.off = ln_out(s, c, &r, course, l->in->as_of_day, &t.var) -
                part * (gsl_sf_psi(p.survive_a) - gsl_sf_psi(p.survive_a + p.survive_b));
        t.var +=
            ENSEMBLE_COUNT_SD * ENSEMBLE_COUNT_SD +
            part * part * (gsl_sf_psi_1(p.survive_a) - gsl_sf_psi_1(p.survive_a + p.survive_b));
        t.out = !isnan(t.off);
    }
    if (!t.rows && !t.out)
        return;
    if (t.rows)
        weigh_nodes(l, (int)t.system);
    for (size_t k = 0; k < n; k++)
        for (size_t w = 0; w < season[k].weeks; w++) {
            int32_t day = season[k].first_day + 7 * (int32_t)w;

            if (day > c->stocked_day && day <= last)
                add_week(l, &t, day, season[k].ln_ratio[regency][w]);
        }
}
