/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is over and was counted by others: official figures and the survey, as observations for coverage.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "typical.h"
#include "untracked_own.h"

struct learning {
    struct untracked *u;
    const struct records_snapshot *s;
    const struct supply_forecast *f;
    struct coverage_seen *seen;
    size_t n;
    size_t *used; /* official figures of the regency in hand */
    size_t uses;
};

/* Ponds of each cell stocked for the first time by the end of a period; cycles lie by pond, then day. */
static void on_record_then(const struct records_snapshot *s, int32_t last_day,
                           double n[REGION_KECAMATAN_COUNT][POND_SYSTEM_COUNT])
{
    memset(n, 0, sizeof(double) * REGION_KECAMATAN_COUNT * POND_SYSTEM_COUNT);
    for (size_t c = 0; c < s->cycles; c++) {
        const struct rec_pond *p = &s->pond[s->cycle[c].pond];

        if ((c == 0 || s->cycle[c - 1].pond != s->cycle[c].pond) &&
            s->cycle[c].stocked_day <= last_day)
            n[s->farm[p->farm].kecamatan][p->system]++;
    }
}

/* A period in a regency or one kecamatan of it at theta 0. */
struct then {
    double outside, expected,
        level; /* kg: of those outside, of those on record, and of UNTRACKED_LEAN ponds */
};

/* Ponds by the newest count of the register that was taken by the end of a period; where there was none yet, by its oldest. */
static void registered_then(const struct untracked *u, const struct records_snapshot *s,
                            int32_t last_day, double n[REGION_KECAMATAN_COUNT][POND_SYSTEM_COUNT])
{
    bool set[REGION_KECAMATAN_COUNT][POND_SYSTEM_COUNT] = {{false}};

    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        for (int y = 0; y < POND_SYSTEM_COUNT; y++)
            n[k][y] = u->cell[k][y].ponds;
    for (size_t i = 0; i < s->registers_past; i++) {
        const struct rec_registry *r = &s->registry_past[i];

        if (set[r->kecamatan][r->system] && r->as_of_day > last_day)
            continue;
        n[r->kecamatan][r->system] =
            isnan(r->ponds) ? r->farms * u->ponds_a_farm[r->system] : r->ponds;
        set[r->kecamatan][r->system] = true;
    }
}

/* What was outside in a period at theta 0: ponds of the register as it was then less those on record then, at what a pond brings on average. only:
 * a kecamatan, or REGION_KECAMATAN_COUNT. */
static struct then look_then(const struct untracked *u, const struct records_snapshot *s,
                             enum regency r, size_t only, int32_t last_day, unsigned months)
{
    double then[REGION_KECAMATAN_COUNT][POND_SYSTEM_COUNT];
    double ponds[REGION_KECAMATAN_COUNT][POND_SYSTEM_COUNT], kg = 0, expected = 0, level = 0, n = 0;

    on_record_then(s, last_day, then);
    registered_then(u, s, last_day, ponds);
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
            const struct untracked_cell *c = &u->cell[k][y];
            double pond_kg = c->pond_kg_month * months;

            if (region_kecamatan(k)->regency != r || (only < REGION_KECAMATAN_COUNT && k != only))
                continue;
            expected += then[k][y] * pond_kg;
            kg += ponds[k][y] > then[k][y] ? (ponds[k][y] - then[k][y]) * pond_kg : 0;
            level += ponds[k][y] * pond_kg;
            n += ponds[k][y];
        }
    return (struct then){kg, expected, n > 0 ? UNTRACKED_LEAN * level / n : 0};
}

/* In the proportion in which the ponds on record did better or worse then (leaning on 1 by UNTRACKED_LEAN ponds). */
static double outside_of(const struct then *t, double harvested_kg)
{
    return t->expected + t->level > 0
               ? t->outside * (harvested_kg + t->level) / (t->expected + t->level)
               : 0;
}

static double outside_then(const struct learning *l, enum regency r, int32_t last_day,
                           unsigned months, double harvested_kg)
{
    const struct then t = look_then(l->u, l->s, r, REGION_KECAMATAN_COUNT, last_day, months);

    return outside_of(&t, harvested_kg);
}

/* A year and its quarters tell the same twice: of figures that overlap the shorter ones count. */
static bool overlaps(const struct learning *l, const struct rec_official *o)
{
    for (size_t i = 0; i < l->uses; i++) {
        const struct rec_official *used = &l->s->official[l->used[i]];

        if (o->first_month < used->first_month + (int32_t)used->months &&
            used->first_month < o->first_month + (int32_t)o->months)
            return true;
    }
    return false;
}

static void take_figure(struct learning *l, enum regency r, const struct rec_official *o)
{
    int32_t last_day = civil_month_first_day(o->first_month + (int32_t)o->months) - 1;
    double sd = o->final ? COVERAGE_FINAL : COVERAGE_PROVISIONAL, outside, harvested;

    if (!(o->kg > 0) || last_day > l->f->as_of_day || overlaps(l, o) ||
        o->first_month < l->f->first_month - UNTRACKED_BACK_MONTHS || figure_below(l->s, o))
        return;
    harvested = figure_harvested(l->s, o);
    outside = l->u->regency[r].registered ? outside_then(l, r, last_day, o->months, harvested)
                                          : harvested;
    if (!(outside > 0)) /* nothing was outside, so it says nothing of it */
        return;
    l->used[l->uses++] = (size_t)(o - l->s->official);
    l->seen[l->n++] =
        (struct coverage_seen){.regency = r,
                               .tracked_kg = harvested,
                               .outside_kg = outside,
                               .official_kg = o->kg,
                               .log_sd = sqrt(sd * sd - COVERAGE_BIAS * COVERAGE_BIAS),
                               .bias = 1};
    l->u->regency[r].figures++;
}

static void take_figures(struct learning *l, enum regency r)
{
    static const unsigned MONTHS[] = {1, 3, 12};

    l->uses = 0;
    for (size_t k = 0; k < sizeof MONTHS / sizeof MONTHS[0]; k++)
        for (size_t i = 0; i < l->s->officials; i++)
            if (l->s->official[i].months == MONTHS[k] &&
                strcmp(l->s->official[i].node, regency_slug(r)) == 0)
                take_figure(l, r, &l->s->official[i]);
}

/* All visits of a regency together: what they found against what such units bring at theta 0, half a unit as expected added
 * to both, so that visits that found nothing have a logarithm too. The quarter of one pond is spread by a month's
 * cv / sqrt 3. */
static void take_visits(struct learning *l, enum regency r)
{
    double found = 0, expected = 0, variance = 0, n = 0;

    for (size_t i = 0; i < l->s->surveys; i++) {
        const struct rec_survey *v = &l->s->survey[i];
        const struct untracked_cell *c = &l->u->cell[v->kecamatan][v->system];
        double kg = 3 * c->pond_kg_month, cv = l->f->typical->cv[r][v->system];

        if (region_kecamatan(v->kecamatan)->regency != r ||
            v->first_month < l->f->first_month - UNTRACKED_BACK_MONTHS)
            continue;
        if (!c->registered || v->serial > c->units || !(kg > 0) ||
            civil_month_first_day(v->first_month + 3) - 1 > l->f->as_of_day) {
            l->u->regency[r].visits_odd++;
            continue;
        }
        found += v->kg;
        expected += c->by_pond ? kg : kg * l->u->ponds_a_farm[v->system];
        variance += cv * cv / 3;
        n++;
    }
    if (!(n > 0) || !(variance > 0))
        return;
    l->seen[l->n++] = (struct coverage_seen){.regency = r,
                                             .outside_kg = expected * (1 + 0.5 / n),
                                             .official_kg = found + 0.5 * expected / n,
                                             .log_sd = sqrt(variance) / n};
    l->u->regency[r].visits = (size_t)n;
}

void untracked_learn(struct untracked *u, const struct records_snapshot *s,
                     const struct supply_forecast *f, bool without_official)
{
    struct learning l = {.u = u, .s = s, .f = f};
    bool registered[REGENCY_COUNT];

    l.seen = xcalloc(s->officials + REGENCY_COUNT, sizeof *l.seen);
    l.used = xcalloc(s->officials + 1, sizeof *l.used);
    for (int r = 0; r < REGENCY_COUNT; r++) {
        registered[r] = u->regency[r].registered;
        if (!without_official)
            take_figures(&l, (enum regency)r);
        take_visits(&l, (enum regency)r);
    }
    coverage_learn(&u->coverage, registered, NULL, 0);
    for (int r = 0; r < REGENCY_COUNT; r++)
        u->regency[r].prior_ratio = exp(u->coverage.mean[r]);
    coverage_learn(&u->coverage, registered, l.seen, l.n);
    for (int r = 0; r < REGENCY_COUNT; r++)
        u->regency[r].ratio = exp(u->coverage.mean[r]);
    free(l.seen);
    free(l.used);
}

/* The part of one regency, or of one kecamatan of it. */
static void add_past(const struct untracked *u, const struct records_snapshot *s,
                     const struct supply_forecast *f, const struct rec_official *o, enum regency r,
                     size_t only, const double *theta, double *kg)
{
    const int32_t last_day = civil_month_first_day(f->first_month) - 1;
    const struct then t =
        look_then(u, s, r, only, last_day, (unsigned)(f->first_month - o->first_month));
    struct rec_official there = *o;
    double harvested;

    there.months = (unsigned)(f->first_month - o->first_month);
    (void)snprintf(there.node, sizeof there.node, "%s",
                   only < REGION_KECAMATAN_COUNT ? region_kecamatan(only)->code : regency_slug(r));
    harvested = figure_harvested(s, &there);
    for (unsigned i = 0; i < f->draws; i++) {
        double on_record = harvested;

        for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
            if (only < REGION_KECAMATAN_COUNT ? k == only : region_kecamatan(k)->regency == r)
                on_record += f->rest_kg[k * f->draws + i];
        kg[i] += on_record + (u->regency[r].registered ? outside_of(&t, on_record) : on_record) *
                                 exp(theta[(size_t)r * f->draws + i]);
    }
}

bool untracked_past(const struct untracked *u, const struct records_snapshot *s,
                    const struct supply_forecast *f, const struct rec_official *o, uint64_t seed,
                    double *kg)
{
    double *theta = xcalloc((size_t)REGENCY_COUNT * f->draws, sizeof *theta);
    size_t only = REGION_KECAMATAN_COUNT;
    bool told = true;

    if (region_find_kecamatan(o->node, &only) != 0)
        only = REGION_KECAMATAN_COUNT;
    untracked_theta(u, seed, f->draws, theta);
    memset(kg, 0, f->draws * sizeof *kg);
    for (int r = 0; r < REGENCY_COUNT; r++) {
        if (only < REGION_KECAMATAN_COUNT ? region_kecamatan(only)->regency != (enum regency)r
                                          : strcmp(o->node, "joint") != 0 &&
                                                strcmp(o->node, regency_slug((enum regency)r)) != 0)
            continue;
        told = told && u->regency[r].gap == UNTRACKED_TOLD;
        add_past(u, s, f, o, (enum regency)r, only, theta, kg);
    }
    free(theta);
    return told;
}
