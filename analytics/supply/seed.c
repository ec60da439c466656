/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "seed.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "paths.h"

static const double RATIO_SD = 0.3;                  /* of ln ratio, before the ledger is seen */
static const double MONTH_SD = 0.4, MONTH_COUNT = 4; /* of ln of a month's fish; and its weight */
static const double KEPT = 0.8;                      /* from month to month */
static const double LEAST = 0.05; /* a month of fewer (or none) counts as this share of the usual */
enum {
    RECENT_MONTHS = 3
};

struct seed {
    struct seed_ledger ledger[REGENCY_COUNT];
    double *ln_ratio[REGENCY_COUNT]; /* [draw] */
};

/* What a row adds to the fish of r; 0 and *says false: nothing. */
static double moved(const struct rec_fingerlings *f, enum regency r, bool *says)
{
    bool across = f->kind != FINGERLINGS_PRODUCED && f->from != f->to;

    *says = true;
    if (f->kind == FINGERLINGS_PRODUCED && f->from == r)
        return f->count;
    if (across && f->to == r)
        return f->count;
    if (across && f->from == r)
        return -f->count;
    *says = false;
    return 0;
}

static void add_up(const struct records_snapshot *s, enum regency r, int32_t as_of_day,
                   struct seed_ledger *l)
{
    for (size_t k = 0; k < s->fingerling_rows && s->fingerlings[k].day <= as_of_day; k++) {
        const struct rec_fingerlings *f = &s->fingerlings[k];
        bool says;
        double n = moved(f, r, &says);

        if (n > 0)
            l->came_in += n;
        else if (n < 0 || (f->kind == FINGERLINGS_SOLD && f->from == r))
            l->went_out += f->count;
    }
    l->asks = l->went_out > l->came_in;
}

/* Fish by known month, oldest first, below 0 where more was sent away than came; returns how many. *newest: months since the
 * newest of them. */
static unsigned known_months(const struct records_snapshot *s, enum regency r, int32_t as_of_day,
                             double fish[SEED_PAST_MONTHS], int32_t *newest)
{
    double sum[SEED_PAST_MONTHS] = {0};
    bool known[SEED_PAST_MONTHS] = {false};
    int32_t now = civil_month_of_day(as_of_day);
    unsigned n = 0;

    for (size_t k = 0; k < s->fingerling_rows; k++) {
        int32_t ago = now - civil_month_of_day(s->fingerlings[k].day);
        bool says;
        double moves = moved(&s->fingerlings[k], r, &says);

        if (!says || ago < 1 || ago > SEED_PAST_MONTHS)
            continue;
        sum[SEED_PAST_MONTHS - ago] += moves;
        known[SEED_PAST_MONTHS - ago] = true;
    }
    for (int32_t m = 0; m < SEED_PAST_MONTHS; m++) {
        if (!known[m])
            continue;
        fish[n++] = sum[m];
        *newest = SEED_PAST_MONTHS - m;
    }
    return n;
}

static double mean(const double *x, unsigned n)
{
    double sum = 0;

    for (unsigned k = 0; k < n; k++)
        sum += x[k] / n;
    return sum;
}

/* Variance of ln of a month's fish around the mean of the part it belongs to, leaning on MONTH_SD. */
static double month_variance(const double *fish, unsigned n, unsigned usual_months,
                             const struct seed_ledger *l)
{
    double sum = MONTH_COUNT * MONTH_SD * MONTH_SD;

    for (unsigned k = 0; k < n; k++) {
        double around = k < usual_months ? l->usual : fmax(l->recent, LEAST * l->usual);
        double x = log(fmax(fish[k], LEAST * l->usual) / around);

        sum += x * x;
    }
    return sum / (MONTH_COUNT + n - 2);
}

struct seed_ledger seed_look(const struct records_snapshot *s, enum regency r, int32_t as_of_day)
{
    struct seed_ledger l = {.recent = NAN, .usual = NAN};
    double fish[SEED_PAST_MONTHS], noise, kept;
    unsigned recent;
    int32_t newest = INT32_MAX;

    add_up(s, r, as_of_day, &l);
    l.months = known_months(s, r, as_of_day, fish, &newest);
    if (l.months < SEED_MONTHS_MIN || newest > RECENT_MONTHS)
        return l;
    recent = l.months / 3 < RECENT_MONTHS ? l.months / 3 : RECENT_MONTHS;
    if (!(mean(fish, l.months - recent) > 0))
        return l;
    l.usual = mean(fish, l.months - recent);
    l.recent = fmax(0, mean(fish + l.months - recent, recent));
    noise = month_variance(fish, l.months, l.months - recent, &l) *
            (1.0 / recent + 1.0 / (l.months - recent));
    kept = RATIO_SD * RATIO_SD / (RATIO_SD * RATIO_SD + noise);
    l.ln_ratio = kept * log(fmax(l.recent / l.usual, LEAST));
    l.ln_sd = RATIO_SD * sqrt(1 - kept);
    return l;
}

struct seed *seed_new(const struct records_snapshot *s, int32_t as_of_day, uint64_t seed,
                      size_t draws)
{
    static const char *const NAME[REGENCY_COUNT] = {
        [REGENCY_KOTIM] = "seed/kotim", [REGENCY_SERUYAN] = "seed/seruyan"};
    struct seed *out = xcalloc(1, sizeof *out);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    if (rng == NULL)
        fatal("no memory");
    for (int r = 0; r < REGENCY_COUNT; r++) {
        out->ledger[r] = seed_look(s, (enum regency)r, as_of_day);
        out->ln_ratio[r] = xcalloc(draws, sizeof *out->ln_ratio[r]);
        gsl_rng_set(rng, paths_stream(seed, NAME[r]));
        for (size_t i = 0; i < draws; i++)
            out->ln_ratio[r][i] =
                out->ledger[r].ln_ratio + gsl_ran_gaussian_ziggurat(rng, out->ledger[r].ln_sd);
    }
    gsl_rng_free(rng);
    return out;
}

void seed_free(struct seed *s)
{
    if (s == NULL)
        return;
    for (int r = 0; r < REGENCY_COUNT; r++)
        free(s->ln_ratio[r]);
    free(s);
}

bool seed_known(const struct seed *s, enum regency r)
{
    return !isnan(s->ledger[r].recent);
}

double seed_fish(const struct seed *s, enum regency r, size_t draw, unsigned months_ahead)
{
    return s->ledger[r].usual * seed_factor(s, r, draw, months_ahead, INFINITY);
}

double seed_factor(const struct seed *s, enum regency r, size_t draw, unsigned months_ahead,
                   double most)
{
    double kept = pow(KEPT, months_ahead), level = s->ledger[r].ln_ratio * kept;
    double spread = (s->ln_ratio[r][draw] - s->ledger[r].ln_ratio) * kept;

    return exp(fmin(level, log(most)) + spread);
}
