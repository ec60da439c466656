/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "paths.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analytics/fish/ensemble.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"

static const double TEMP_KEPT = 0.8, TEMP_SD = 0.8, TEMP_CORR = 0.8;
static const double SMOKE_TOGETHER = 0.8; /* both regencies; also: with the year's low flow */

static const struct season {
    int month, days; /* begins on the first of month, lasts so long */
} SEASON[PATHS_EVENT_KINDS] = {
    [PATHS_ACID] = {12, 90},     /* December to February */
    [PATHS_LOW_FLOW] = {8, 122}, /* August to November */
};

unsigned long paths_stream(uint64_t seed, const char *name)
{
    uint64_t h = 14695981039346656037ULL; /* FNV-1a */

    for (const char *c = name; *c != '\0'; c++)
        h = (h ^ (unsigned char)*c) * 1099511628211ULL;
    h ^= seed + 0x9e3779b97f4a7c15ULL; /* splitmix64's finaliser spreads neighbouring seeds */
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ULL;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebULL;
    return (unsigned long)((h ^ (h >> 31)) & 0xffffffffU); /* the Mersenne twister takes 32 bits */
}

static gsl_rng *stream(uint64_t seed, const char *name)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    if (rng == NULL)
        fatal("no memory");
    gsl_rng_set(rng, paths_stream(seed, name));
    return rng;
}

/* --- what moves from week to week --- */

/* Two AR(1) that are correlated; second NULL: one alone. */
static void draw_walk(struct paths *p, double *first, double *second, double kept, double sd,
                      double corr, gsl_rng *rng)
{
    double step = sd * sqrt(1 - kept * kept), own = sqrt(1 - corr * corr);

    for (size_t w = 0; w < p->weeks; w++) {
        for (size_t i = 0; i < p->draws; i++) {
            size_t at = w * p->draws + i;
            double a = gsl_ran_gaussian_ziggurat(rng, 1), b;

            first[at] = w == 0 ? sd * a : kept * first[at - p->draws] + step * a;
            if (second == NULL)
                continue;
            b = corr * a + own * gsl_ran_gaussian_ziggurat(rng, 1);
            second[at] = w == 0 ? sd * b : kept * second[at - p->draws] + step * b;
        }
    }
}

static void draw_walks(struct paths *p, uint64_t seed)
{
    gsl_rng *rest = stream(seed, "paths/rest"), *price = stream(seed, "paths/price");
    gsl_rng *temp = stream(seed, "paths/temperature");

    draw_walk(p, p->rest[0], p->rest[1], PATHS_REST_KEPT, PATHS_REST_SD, PATHS_REST_CORR, rest);
    draw_walk(p, p->ln_price, NULL, PATHS_PRICE_KEPT, PATHS_PRICE_SD, 0, price);
    draw_walk(p, p->temp_dev[0], p->temp_dev[1], TEMP_KEPT, TEMP_SD, TEMP_CORR, temp);
    gsl_rng_free(rest);
    gsl_rng_free(price);
    gsl_rng_free(temp);
}

/* --- what comes by seasons --- */

/* Week of day, or p->weeks when it is outside. */
static size_t week_inside(const struct paths *p, int32_t day)
{
    if (day < p->first_day || (size_t)(day - p->first_day) / 7 >= p->weeks)
        return p->weeks;
    return (size_t)(day - p->first_day) / 7;
}

int32_t paths_season(enum paths_event kind, int year, int *days)
{
    *days = SEASON[kind].days;
    return civil_day_of(year, SEASON[kind].month, 1);
}

/* Two losses in one week leave the product of what each leaves. */
void paths_strike(struct paths *p, enum paths_event kind, size_t regency, int32_t day, size_t draw,
                  double loss)
{
    size_t week = week_inside(p, day);

    if (week < p->weeks) {
        double *l = p->event[kind][regency] + week * p->draws + draw;
        *l = 1 - (1 - *l) * (1 - loss);
    }
    for (int k = 0; kind == PATHS_LOW_FLOW && k < PATHS_APPETITE_WEEKS; k++) {
        week = week_inside(p, day + 7 * k);
        if (week < p->weeks)
            p->appetite[regency][week * p->draws + draw] = PATHS_APPETITE;
    }
}

/* Haze from day on, as the share of each week's days. */
void paths_smoke(struct paths *p, size_t regency, int32_t day, int days, size_t draw)
{
    for (int k = 0; k < days; k++) {
        size_t week = week_inside(p, day + k);
        double *share;

        if (week == p->weeks)
            continue;
        share = p->smoke[regency] + week * p->draws + draw;
        *share = *share + 1.0 / 7 < 1 ? *share + 1.0 / 7 : 1;
    }
}

void paths_clear(struct paths *p, enum paths_event kind, int year)
{
    int days;
    int32_t from = paths_season(kind, year, &days);

    for (size_t r = 0; r < REGENCY_COUNT; r++) {
        double *const brought[] = {p->event[kind][r], p->appetite[r], p->smoke[r]};
        const int lasts[] = {days, days + 7 * PATHS_APPETITE_WEEKS, days};

        for (size_t k = 0; k < (kind == PATHS_LOW_FLOW ? 3 : 1); k++)
            for (size_t w = 0; w < p->weeks; w++) {
                int32_t first = p->first_day + 7 * (int32_t)w;

                if (first + 6 >= from && first < from + lasts[k])
                    memset(brought[k] + w * p->draws, 0, p->draws * sizeof *p->block);
            }
    }
}

/* What decides, draw by draw, whether a season has its event. */
struct chances {
    double *rate;                /* a season */
    double *luck[REGENCY_COUNT]; /* of the season at hand: below the chance, it comes */
};

static void draw_season(struct paths *p, enum paths_event kind, int year, struct chances *c,
                        gsl_rng *rng)
{
    int days;
    int32_t begin = paths_season(kind, year, &days);

    for (size_t i = 0; i < p->draws; i++) {
        double chance = 1 - exp(-c->rate[i]), shared = gsl_rng_uniform(rng);
        int32_t day = begin + (int32_t)gsl_rng_uniform_int(rng, (unsigned long)days);
        double loss = gsl_ran_beta(rng, PATHS_LOSS_A, PATHS_LOSS_B);
        int together = gsl_rng_uniform(rng) < PATHS_TOGETHER;

        for (size_t r = 0; r < REGENCY_COUNT; r++) {
            double own = gsl_rng_uniform(rng);

            c->luck[r][i] = together ? shared : own;
            if (c->luck[r][i] < chance)
                paths_strike(p, kind, r, day, i, loss);
        }
    }
}

/* Smoke comes in the years of low flow, mostly: then its luck is that of the low flow. */
static void draw_smoke(struct paths *p, int year, const struct chances *c, gsl_rng *rng)
{
    int32_t begin = civil_day_of(year, PATHS_SMOKE_MONTH, 1);
    const unsigned long spread = PATHS_SMOKE_DAYS_MAX - PATHS_SMOKE_DAYS_MIN + 1;

    for (size_t i = 0; i < p->draws; i++) {
        double chance = 1 - exp(-c->rate[i]), own = gsl_rng_uniform(rng), luck[REGENCY_COUNT];
        int32_t day = begin + (int32_t)gsl_rng_uniform_int(rng, PATHS_SMOKE_BEGIN_DAYS);
        int days = PATHS_SMOKE_DAYS_MIN + (int)gsl_rng_uniform_int(rng, spread);
        int dry = gsl_rng_uniform(rng) < SMOKE_TOGETHER;
        int together = gsl_rng_uniform(rng) < SMOKE_TOGETHER;

        for (size_t r = 0; r < REGENCY_COUNT; r++) {
            double apart = gsl_rng_uniform(rng);

            luck[r] = dry ? c->luck[r][i] : apart;
            if (together)
                luck[r] = dry ? c->luck[0][i] : own;
            if (luck[r] < chance)
                paths_smoke(p, r, day, days, i);
        }
    }
}

void paths_chances(double chance[4][4])
{
    enum {
        NODES = 64
    };

    memset(chance, 0, 16 * sizeof chance[0][0]);
    for (int k = 0; k < NODES; k++) {
        double rate =
            gsl_cdf_gamma_Pinv((k + 0.5) / NODES, PATHS_EVENT_COUNT, 1 / PATHS_EVENT_YEARS);
        double p = 1 - exp(-rate), apart = (1 - PATHS_TOGETHER) * p * (1 - p);
        double flow[4] = {0, apart, apart, PATHS_TOGETHER * p + (1 - PATHS_TOGETHER) * p * p};

        flow[0] = 1 - flow[1] - flow[2] - flow[3];
        for (int f = 0; f < 4; f++) {
            const double s = SMOKE_TOGETHER, own = (1 - s) * (1 - s);

            /* with the year's flow: both as the first regency, or each as its own; else one luck for both, or one each */
            chance[f][f & 1 ? 3 : 0] += flow[f] * s * s / NODES;
            chance[f][f] += flow[f] * s * (1 - s) / NODES;
            chance[f][3] += flow[f] * (s * (1 - s) * p + own * p * p) / NODES;
            chance[f][0] += flow[f] * (s * (1 - s) * (1 - p) + own * (1 - p) * (1 - p)) / NODES;
            chance[f][1] += flow[f] * own * p * (1 - p) / NODES;
            chance[f][2] += flow[f] * own * p * (1 - p) / NODES;
        }
    }
}

/* One generator a kind, years in order: a longer horizon only adds draws at the end. */
static void draw_events(struct paths *p, uint64_t seed)
{
    static const char *const NAME[PATHS_EVENT_KINDS] = {"paths/acid", "paths/low-flow"};
    int first = civil_from_day(p->first_day).year - 1;
    int last = civil_from_day(p->first_day + (int32_t)p->weeks * 7).year;
    double *work = xcalloc(3 * p->draws, sizeof *work);
    struct chances c = {work, {work + p->draws, work + 2 * p->draws}};
    gsl_rng *smoke = stream(seed, "paths/smoke");

    for (int k = 0; k < PATHS_EVENT_KINDS; k++) {
        gsl_rng *rng = stream(seed, NAME[k]);

        for (size_t i = 0; i < p->draws; i++)
            c.rate[i] = gsl_ran_gamma(rng, PATHS_EVENT_COUNT, 1 / PATHS_EVENT_YEARS);
        for (int year = first; year <= last; year++) {
            draw_season(p, (enum paths_event)k, year, &c, rng);
            if (k == PATHS_LOW_FLOW)
                draw_smoke(p, year, &c, smoke);
        }
        gsl_rng_free(rng);
    }
    gsl_rng_free(smoke);
    free(work);
}

/* --- the whole --- */

void paths_sum(struct paths *p)
{
    size_t n = p->weeks * p->draws;

    for (size_t r = 0; r < REGENCY_COUNT; r++) {
        for (size_t x = 0; x < n; x++) {
            p->z[r][x] = p->rest[r][x] + PATHS_PRICE_ELASTICITY * p->ln_price[x] +
                         PATHS_SMOKE_EFFECT * p->smoke[r][x];
            p->loss[r][x] =
                1 - (1 - p->event[PATHS_ACID][r][x]) * (1 - p->event[PATHS_LOW_FLOW][r][x]);
        }
        for (int s = 0; s < POND_SYSTEM_COUNT; s++) {
            struct ensemble_prior prior;

            ensemble_prior((enum pond_system)s, &prior);
            for (size_t x = 0; x < n; x++)
                p->growth[r][s][x] = p->z[r][x] + prior.exposure * p->appetite[r][x];
        }
    }
}

static void lay_out(struct paths *p)
{
    size_t n = p->weeks * p->draws;
    const size_t each = 6 + POND_SYSTEM_COUNT + PATHS_EVENT_KINDS; /* a regency */
    double *at = p->block = xcalloc((1 + REGENCY_COUNT * each) * n, sizeof *at);

    p->ln_price = at;
    at += n;
    for (size_t r = 0; r < REGENCY_COUNT; r++, at += each * n) {
        p->rest[r] = at;
        p->smoke[r] = at + n;
        p->appetite[r] = at + 2 * n;
        p->temp_dev[r] = at + 3 * n;
        p->z[r] = at + 4 * n;
        p->loss[r] = at + 5 * n;
        for (size_t k = 0; k < PATHS_EVENT_KINDS; k++)
            p->event[k][r] = at + (6 + k) * n;
        for (size_t s = 0; s < POND_SYSTEM_COUNT; s++)
            p->growth[r][s] = at + (6 + PATHS_EVENT_KINDS + s) * n;
    }
}

struct paths *paths_new(uint64_t seed, int32_t as_of_day, int32_t last_day, size_t draws)
{
    struct paths *p = xcalloc(1, sizeof *p);

    p->draws = draws;
    p->first_day = as_of_day + 1 - 7 * PATHS_PAST_WEEKS;
    p->weeks = (size_t)(last_day - p->first_day) / 7 + 2;
    lay_out(p);
    draw_walks(p, seed);
    draw_events(p, seed);
    paths_sum(p);
    return p;
}

void paths_free(struct paths *p)
{
    if (p == NULL)
        return;
    free(p->block);
    free(p);
}

size_t paths_week(const struct paths *p, int32_t day)
{
    size_t week;

    if (day < p->first_day)
        return 0;
    week = (size_t)(day - p->first_day) / 7;
    return week < p->weeks ? week : p->weeks - 1;
}

/* --- scenarios --- */

struct paths_shock paths_shock_none(void)
{
    return (struct paths_shock){.acid_month = PATHS_NO_MONTH,
                                .smoke_from_month = PATHS_NO_MONTH,
                                .smoke_to_month = PATHS_NO_MONTH,
                                .price_from_month = PATHS_NO_MONTH,
                                .price_factor = 1};
}

/* No acid flush of its own in what is left of the season that month lies in; weeks that begin before the month stay as they are. */
static void clear_acid(struct paths *p, int32_t month, const bool spared[REGENCY_COUNT])
{
    int of_year = month % 12 + 1, days;
    int32_t season =
        paths_season(PATHS_ACID, month / 12 - (of_year < SEASON[PATHS_ACID].month), &days);
    int32_t from = civil_month_first_day(month);

    if (from >= season + days)
        return; /* of no season */
    for (size_t w = PATHS_PAST_WEEKS; w < p->weeks; w++) {
        int32_t first = p->first_day + (int32_t)w * 7;

        for (size_t r = 0; first >= from && first < season + days && r < REGENCY_COUNT; r++)
            for (size_t x = w * p->draws; !spared[r] && x < (w + 1) * p->draws; x++)
                p->event[PATHS_ACID][r][x] = 0;
    }
}

static void force_acid(struct paths *p, int32_t month, const bool spared[REGENCY_COUNT],
                       uint64_t seed)
{
    gsl_rng *rng = stream(seed, "paths/shock-acid");
    int32_t from = civil_month_first_day(month), days = civil_month_first_day(month + 1) - from;

    clear_acid(p, month, spared);
    for (size_t i = 0; i < p->draws; i++) {
        int32_t day = from + (int32_t)gsl_rng_uniform_int(rng, (unsigned long)days);
        double loss = gsl_ran_beta(rng, PATHS_LOSS_A, PATHS_LOSS_B);

        if (day < p->first_day + 7 * PATHS_PAST_WEEKS)
            continue;
        if (day - (day - p->first_day) % 7 < from)
            day += 7; /* a week is struck as a whole: not one that begins in the month before */
        for (size_t r = 0; r < REGENCY_COUNT; r++)
            if (!spared[r])
                paths_strike(p, PATHS_ACID, r, day, i, loss);
    }
    gsl_rng_free(rng);
}

void paths_apply(struct paths *p, const struct paths_shock *s, uint64_t seed)
{
    if (s->acid_month != PATHS_NO_MONTH)
        force_acid(p, s->acid_month, s->spared, seed);
    for (size_t w = PATHS_PAST_WEEKS; w < p->weeks; w++) {
        /* a week belongs to the month that has its middle */
        int32_t month = civil_month_of_day(p->first_day + (int32_t)w * 7 + 3);
        int smoke = s->smoke_from_month != PATHS_NO_MONTH && month >= s->smoke_from_month &&
                    month <= s->smoke_to_month;
        int priced = s->price_from_month != PATHS_NO_MONTH && month >= s->price_from_month;

        for (size_t x = w * p->draws; x < (w + 1) * p->draws; x++) {
            if (priced)
                p->ln_price[x] += log(s->price_factor);
            for (size_t r = 0; smoke && r < REGENCY_COUNT; r++)
                if (!s->spared[r])
                    p->smoke[r][x] = 1;
        }
    }
    paths_sum(p);
}
