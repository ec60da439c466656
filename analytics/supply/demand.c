/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "demand.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analytics/records/keys.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "paths.h"

static const double Z_90 = 1.2815515655446004; /* P90 of the standard normal distribution */

enum {
    FAST_DAYS = 30 /* before Idul Fitri, in which more is eaten */
};

int32_t demand_idul_fitri(int year_ah)
{
    /* Arithmetic calendar: 11 leap years in 30; 1 Muharram 1 AH is day -492148 (16 July 622, Julian); the nine months before
     * Syawal have 266 days. */
    return -492148 + (year_ah - 1) * 354 + (3 + 11 * year_ah) / 30 + 266;
}

double demand_idul_fitri_share(int32_t month)
{
    int32_t first = civil_month_first_day(month), next = civil_month_first_day(month + 1);
    int year_ah = (int)(month / 12 - 622) * 33 / 32;
    int days = 0;

    for (int y = year_ah - 1; y <= year_ah + 2; y++) {
        int32_t eid = demand_idul_fitri(y);
        int32_t from = eid - FAST_DAYS > first ? eid - FAST_DAYS : first;
        int32_t to = eid < next ? eid : next;

        days += to > from ? (int)(to - from) : 0;
    }
    return days / (double)FAST_DAYS;
}

double demand_value(const struct rec_assumption *a, double z)
{
    const struct key_info *k = keys_info(a->key);
    double end = z < 0 ? a->low : a->high, side = fabs(z) / Z_90, v;

    if (k->min >= 0 && a->low > 0)
        v = a->value * exp(side * log(end / a->value));
    else
        v = a->value + side * (end - a->value);
    return fmin(fmax(v, k->min), k->max);
}

static bool holds(const struct rec_assumption *a, enum regency r, int32_t month)
{
    return month >= a->first_month && month <= a->last_month &&
           (strcmp(a->node, "joint") == 0 || strcmp(a->node, regency_slug(r)) == 0);
}

/* Does a go before b? */
static bool before(const struct rec_assumption *a, const struct rec_assumption *b)
{
    bool own_months = a->first_month != INT32_MIN, its_months = b->first_month != INT32_MIN;
    bool own = strcmp(a->node, "joint") != 0, its = strcmp(b->node, "joint") != 0;

    if (own_months != its_months)
        return own_months;
    return own != its ? own : a->day > b->day;
}

long demand_entry(const struct records_snapshot *s, enum records_key key, enum regency r,
                  int32_t month)
{
    long found = -1;

    for (size_t i = 0; i < s->assumptions; i++) {
        const struct rec_assumption *a = &s->assumption[i];
        if (a->key == key && holds(a, r, month) && (found < 0 || before(a, &s->assumption[found])))
            found = (long)i;
    }
    return found;
}

/* Draws of every entry, [assumptions][draws]; each has a stream of its own name. */
static double *draw_all(const struct records_snapshot *s, unsigned draws, uint64_t seed)
{
    double *z = xcalloc(s->assumptions * draws, sizeof *z);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    if (rng == NULL)
        fatal("no memory");
    for (size_t i = 0; i < s->assumptions; i++) {
        const struct rec_assumption *a = &s->assumption[i];
        char name[80];

        (void)snprintf(name, sizeof name, "demand/%s/%s/%ld/%ld", keys_info(a->key)->name, a->node,
                       (long)a->first_month, (long)a->last_month);
        gsl_rng_set(rng, paths_stream(seed, name));
        for (unsigned k = 0; k < draws; k++)
            z[i * draws + k] = demand_value(a, gsl_ran_gaussian_ziggurat(rng, 1));
    }
    gsl_rng_free(rng);
    return z;
}

struct making {
    struct demand *d;
    const struct records_snapshot *s;
    const double *drawn; /* [assumptions][draws] */
    enum regency r;
    int32_t month;
};

/* The draws of the entry that counts, NULL when there is none. */
static const double *entry(struct making *m, enum records_key key)
{
    long i = demand_entry(m->s, key, m->r, m->month);

    if (i < 0)
        return NULL;
    m->d->used[i] |= 1U << m->r;
    return m->drawn + (size_t)i * m->d->draws;
}

static void put(struct making *m, enum records_key key, double times, double *out)
{
    const double *v = entry(m, key);

    for (unsigned k = 0; v != NULL && k < m->d->draws; k++)
        out[k] = v[k] * times;
}

/* Idul Fitri, shocks and price, on the demand of one month. */
static void swell(struct making *m, double *kg)
{
    double fast = demand_idul_fitri_share(m->month);
    const double *eid = fast > 0 ? entry(m, KEY_IDUL_FITRI) : NULL, *change, *response;
    unsigned draws = m->d->draws;

    for (unsigned k = 0; eid != NULL && k < draws; k++)
        kg[k] *= 1 + fast * eid[k] / 100;
    for (size_t i = 0; i < m->s->assumptions; i++) {
        if (m->s->assumption[i].key != KEY_DEMAND_SHOCK ||
            !holds(&m->s->assumption[i], m->r, m->month))
            continue;
        m->d->used[i] |= 1U << m->r;
        for (unsigned k = 0; k < draws; k++)
            kg[k] *= 1 + m->drawn[i * draws + k] / 100;
    }
    if (demand_entry(m->s, KEY_PRICE_CHANGE, m->r, m->month) < 0 ||
        demand_entry(m->s, KEY_PRICE_RESPONSE, m->r, m->month) < 0)
        return;
    change = entry(m, KEY_PRICE_CHANGE);
    response = entry(m, KEY_PRICE_RESPONSE);
    for (unsigned k = 0; k < draws; k++)
        kg[k] *= pow(1 + change[k] / 100, -response[k]);
}

static void eat(struct making *m, double *kg)
{
    const double *heads = entry(m, KEY_POPULATION);
    const double *share = entry(m, KEY_TILAPIA_SHARE);
    const double *eaten = entry(m, KEY_CONSUMPTION_AKI);

    if (eaten == NULL)
        eaten = entry(m, KEY_CONSUMPTION_SUSENAS);
    for (unsigned k = 0; k < m->d->draws; k++)
        kg[k] = heads[k] * eaten[k] / 12 * share[k] / 100;
}

static void one_month(struct making *m, unsigned lead)
{
    struct demand *d = m->d;
    size_t at = demand_at(d, m->r, lead);

    put(m, KEY_INFLOW, 1, d->inflow + at);
    put(m, KEY_OUTFLOW, 1, d->outflow + at);
    put(m, KEY_LOSS, 0.01, d->loss + at);
    if (d->known[m->r]) {
        eat(m, d->kg + at);
        swell(m, d->kg + at);
    }
}

/* What none of the months can do without holds always, so one month tells for all. */
static void look_for_the_needed(struct making *m)
{
    struct demand *d = m->d;
    bool eaten = demand_entry(m->s, KEY_CONSUMPTION_AKI, m->r, d->first_month) >= 0 ||
                 demand_entry(m->s, KEY_CONSUMPTION_SUSENAS, m->r, d->first_month) >= 0;
    bool share = demand_entry(m->s, KEY_TILAPIA_SHARE, m->r, d->first_month) >= 0;
    long heads = demand_entry(m->s, KEY_POPULATION, m->r, d->first_month);

    d->population[m->r] = heads >= 0 ? m->s->assumption[heads].value : NAN;
    d->known[m->r] = heads >= 0 && eaten && share;
    d->missing[m->r] = heads < 0 ? KEY_POPULATION : eaten ? KEY_TILAPIA_SHARE : KEY_CONSUMPTION_AKI;
}

void demand_new(struct demand **out, const struct records_snapshot *s, int32_t first_month,
                unsigned months, unsigned draws, uint64_t seed)
{
    struct demand *d = xcalloc(1, sizeof *d);
    size_t n = (size_t)REGENCY_COUNT * months * draws;
    double *drawn = draw_all(s, draws, seed);
    struct making m = {.d = d, .s = s, .drawn = drawn};

    d->first_month = first_month;
    d->months = months;
    d->draws = draws;
    d->kg = xcalloc(n, sizeof *d->kg);
    d->inflow = xcalloc(n, sizeof *d->inflow);
    d->outflow = xcalloc(n, sizeof *d->outflow);
    d->loss = xcalloc(n, sizeof *d->loss);
    d->used = xcalloc(s->assumptions, sizeof *d->used);
    for (int r = 0; r < REGENCY_COUNT; r++) {
        m.r = (enum regency)r;
        look_for_the_needed(&m);
        for (unsigned lead = 1; lead <= months; lead++) {
            m.month = first_month + (int32_t)lead - 1;
            one_month(&m, lead);
        }
    }
    free(drawn);
    *out = d;
}

void demand_free(struct demand *d)
{
    if (d == NULL)
        return;
    free(d->kg);
    free(d->inflow);
    free(d->outflow);
    free(d->loss);
    free(d->used);
    free(d);
}
