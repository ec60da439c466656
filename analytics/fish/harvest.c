/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harvest.h"

#include "collector/common/civil.h"
#include "lnexp.h"

#define BUYER_PRIOR_CLASSES 3

static const double BUYER_MASS_G[BUYER_PRIOR_CLASSES] = {200, 250, 333};
static const double BUYER_SHARE[BUYER_PRIOR_CLASSES] = {0.3, 0.4, 0.3};
/* So many widths below W* the hazard is 1 / (1 + exp(4.6)), 0.00995. */
static const double FAR_WIDTHS = 4.6, FAR_HAZARD = 0.01, FAR_LEAST = 0.02;

void harvest_buyers(struct harvest_buyers *out, double learned_mass_g, size_t cycles)
{
    double prior_share = 1.0 / (1.0 + (double)cycles);

    out->n = BUYER_PRIOR_CLASSES;
    out->width = HARVEST_WIDTH;
    for (size_t c = 0; c < BUYER_PRIOR_CLASSES; c++) {
        out->mass_g[c] = BUYER_MASS_G[c];
        out->share[c] = BUYER_SHARE[c] * prior_share;
    }
    if (cycles == 0)
        return;
    out->mass_g[out->n] = learned_mass_g;
    out->share[out->n++] = 1 - prior_share;
}

double harvest_hazard(double mass_g, double target_g, double width)
{
    return 1 / (1 + exp(-(mass_g - target_g) / (width * target_g)));
}

enum {
    CHUNK = 32
};

/* Of class c, and at most CHUNK members. */
static void wait_some(const struct harvest_buyers *b, size_t c, size_t n, const double *mass_g,
                      double *ln_wait)
{
    const double at = 1 / b->width, per_g = at / b->mass_g[c];
    double x[CHUNK] = {0}, ln[CHUNK];

    for (size_t k = 0; k < n; k++)
        x[k] = mass_g[k] * per_g - at;
    lnexp_exp_all(n, x, ln);
    for (size_t k = 0; k < n; k++)
        ln[k] += 1;
    lnexp_ln_all(n, ln, ln);
    /* ln(1 - hazard) is -ln(1 + e^x), and stays finite far above the target, where the exponential does not */
    for (size_t k = 0; k < n; k++)
        ln_wait[k * HARVEST_CLASSES + c] -= x[k] > ln[k] ? x[k] : ln[k];
}

void harvest_waited(const struct harvest_buyers *b, size_t n, const double *mass_g, double *ln_wait)
{
    for (size_t c = 0; c < b->n; c++)
        for (size_t k = 0; k < n; k += CHUNK)
            wait_some(b, c, n - k < CHUNK ? n - k : CHUNK, mass_g + k,
                      ln_wait + k * HARVEST_CLASSES);
}

double harvest_target(const struct harvest_buyers *b, const double *ln_wait, gsl_rng *rng)
{
    double weight[HARVEST_CLASSES] = {0}, sum = 0, top = -INFINITY, pick;
    size_t c = 0;

    for (size_t k = 0; ln_wait != NULL && k < b->n; k++)
        top = ln_wait[k] > top ? ln_wait[k] : top;
    for (size_t k = 0; k < b->n; k++) {
        weight[k] = b->share[k] * (ln_wait == NULL ? 1 : exp(ln_wait[k] - top));
        sum += weight[k];
    }
    pick = gsl_rng_uniform(rng) * sum;
    while (c + 1 < b->n && pick >= weight[c])
        pick -= weight[c++];
    return b->mass_g[c] * exp(stream_gauss(rng, HARVEST_TARGET_SD));
}

/* Given up is drawn at least once in so many but for a chance of (29/30)^400, for no pond's chance of stocking again is above
 * what HARVEST_GAP_WEIGHT_P and its own times leave. */
enum {
    RESTOCK_TRIES = 400
};

/* Days from harvest to stocking. */
static int32_t draw_gap(const struct harvest_gaps *g, gsl_rng *rng)
{
    int32_t low = HARVEST_GAP_MIN_DAYS, high = HARVEST_GAP_MAX_DAYS;

    if (g != NULL && g->n > 0 &&
        gsl_rng_uniform(rng) * ((double)g->n + HARVEST_GAP_WEIGHT) < (double)g->n) {
        int32_t own = g->gap[gsl_rng_uniform_int(rng, g->n)];

        low = own > HARVEST_GAP_BLUR ? own - HARVEST_GAP_BLUR : 0;
        high = own + HARVEST_GAP_BLUR;
    }
    return low + (int32_t)gsl_rng_uniform_int(rng, (unsigned long)(high - low) + 1);
}

int32_t harvest_restock(const struct harvest_gaps *gaps, int32_t day, int32_t earliest,
                        double unsaid, gsl_rng *rng)
{
    double again = HARVEST_RESTOCK_P;

    if (gaps != NULL)
        again = (HARVEST_GAP_WEIGHT_P * HARVEST_RESTOCK_P + (double)gaps->again) /
                (HARVEST_GAP_WEIGHT_P + (double)(gaps->again + gaps->given_up));
    /* A pond that is still empty speaks for having been given up: what would have been stocked, and written down, before
     * earliest is drawn again. */
    for (int tries = 0; tries < RESTOCK_TRIES; tries++) {
        int32_t next;

        if (gsl_rng_uniform(rng) >= again)
            return INT32_MAX;
        next = day + draw_gap(gaps, rng);
        if (next >= earliest || gsl_rng_uniform(rng) < unsaid)
            return next;
    }
    return INT32_MAX;
}

int32_t harvest_restock_day(int32_t day, gsl_rng *rng)
{
    return harvest_restock(NULL, day, INT32_MIN, 0, rng);
}

static double stock_factor(const struct harvest_outlook *o, int32_t day)
{
    size_t month;

    if (o->stock_factor == NULL || day < o->first_day)
        return 1;
    month = (size_t)(civil_month_of_day(day) - civil_month_of_day(o->first_day));
    return o->stock_factor[month < o->stock_months ? month : o->stock_months - 1];
}

/* Waits for a month with fish to stock; past the end when there is none. */
static int32_t stock_day(const struct harvest_outlook *o, int32_t day)
{
    while (day <= o->end_day && !(stock_factor(o, day) > 0))
        day = civil_month_first_day(civil_month_of_day(day) + 1);
    return day;
}

static void stock_again(const struct harvest_outlook *o, struct harvest_member *m, int32_t day,
                        gsl_rng *rng)
{
    double usual = log(growth_gain_feeding(o->prior->feeding));
    double survive = stream_beta(rng, o->prior->survive_a, o->prior->survive_b);

    survive = survive < 0.02 ? 0.02 : survive > 0.999 ? 0.999 : survive;
    m->stocked = true;
    m->u = growth_u(o->stock_mass_g * exp(stream_gauss(rng, ENSEMBLE_STOCK_MASS_SD)));
    m->count = o->stock_count * stock_factor(o, day) * exp(stream_gauss(rng, ENSEMBLE_COUNT_SD));
    m->mort = -log(survive) / ENSEMBLE_CYCLE_DAYS;
    m->ln_gain = usual + HARVEST_KEPT * (m->ln_gain - usual) +
                 stream_gauss(rng, o->prior->feeding_sd * sqrt(1 - HARVEST_KEPT * HARVEST_KEPT));
    m->target_g = harvest_target(o->buyers, NULL, rng);
}

/* Index of day's week in the common path. */
static size_t path_at(const struct harvest_outlook *o, int32_t day)
{
    int32_t week = (day - o->path_day) / 7;

    if (week < 0)
        week = 0;
    if ((size_t)week >= o->path_weeks)
        week = (int32_t)o->path_weeks - 1;
    return (size_t)week * o->path_stride;
}

/* What stays the same for a member's cycle, so that weeks cost one exponential. */
struct course {
    double width;        /* of the hazard */
    double far_u;        /* below it a final harvest is less likely than FAR_HAZARD */
    double per_target_u; /* 1 / u of W* */
    double live_week;    /* share that lives through a week */
    double loss_rate;    /* growth_loss of the usual temperature */
};

static struct course course_of(const struct harvest_outlook *o, const struct harvest_member *m)
{
    double far = 1 - FAR_WIDTHS * o->buyers->width;

    far = far > FAR_LEAST ? far : FAR_LEAST;
    return (struct course){o->buyers->width, growth_u(far * m->target_g), 1 / growth_u(m->target_g),
                           exp(-7 * m->mort), growth_loss(o->temp_c)};
}

/* Whether the final harvest is this week: luck < hazard. Most fish are far from their target and most luck is above what they
 * would need. Nearer, W / W* = q^(1 / 0.33) with q = u / u* lies beyond q^3 as seen from 1, so that the hazard of q^3 is a
 * bound, above for smaller fish and below for bigger ones; the mass is only worked out where that leaves it open. */
static bool is_final(const struct harvest_member *m, const struct course *c, gsl_rng *rng)
{
    double luck = gsl_rng_uniform(rng), q, bound;

    if (luck >= FAR_HAZARD && m->u < c->far_u)
        return false;
    q = m->u * c->per_target_u;
    bound = harvest_hazard(q * q * q, 1, c->width);
    if (q < 1 && luck >= bound)
        return false;
    if (q >= 1 && luck < bound)
        return true;
    return luck < harvest_hazard(growth_mass(m->u), m->target_g, c->width);
}

/* The week from day on. Returns the day of the final harvest, or INT32_MAX; *kg and *mass_g are the harvest's, final or by
 * and by; *kg is 0 and *mass_g left alone when there is none. */
static int32_t one_week(const struct harvest_outlook *o, struct harvest_member *m,
                        const struct course *c, int32_t day, double effect, double retail_kg,
                        gsl_rng *rng, double *kg, double *mass_g)
{
    size_t at = path_at(o, day);
    double dev_c = m->temp_dev != NULL ? m->temp_dev[at] : 0;
    double gain = effect * exp(growth_ln_temp_effect(o->temp_c + dev_c) + m->ln_gain + m->z[at]);
    bool final = is_final(m, c, rng);
    double days = final ? (double)gsl_rng_uniform_int(rng, 7) : 7;

    m->u = growth_step_u(m->u, gain, growth_loss_moved(c->loss_rate, dev_c), days);
    m->count *=
        (final ? exp(-m->mort * days) : c->live_week) * (1 - o->prior->exposure * m->loss[at]);
    m->ln_gain += stream_gauss(rng, ENSEMBLE_FEEDING_STEP);
    *kg = 0;
    if (!final && !(retail_kg > 0))
        return INT32_MAX;
    *mass_g = growth_mass(m->u);
    *kg = m->count * *mass_g / 1000;
    if (final)
        return day + (int32_t)days;
    *kg = retail_kg < 0.5 * *kg ? retail_kg : 0.5 * *kg;
    m->count -= *kg * 1000 / *mass_g;
    return INT32_MAX;
}

/* A cycle's luck is its own: how long the cycle before it took, which another feed price or an acid flush changes, moves none
 * of it. splitmix64's finaliser; 32 bits, for generators that take no more. */
static void begin_luck(gsl_rng *rng, uint64_t root, uint64_t cycle)
{
    uint64_t z = root + cycle * 0x9e3779b97f4a7c15ULL;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    gsl_rng_set(rng, (unsigned long)((z ^ (z >> 31)) & 0xffffffffU));
}

static bool is_aerated(const struct harvest_outlook *o, int32_t day)
{
    return o->aerated > 0 && day >= o->aerated_from && day <= o->aerated_until;
}

void harvest_follow(const struct harvest_outlook *o, struct harvest_member *m, gsl_rng *rng,
                    harvest_sink sink, void *arg)
{
    double effect = o->nh3_effect * m->do_usual; /* without temperature, which moves by the week */
    const double aerated = o->nh3_effect * (m->do_usual + (1 - m->do_usual) * o->aerated);
    struct course c = m->stocked ? course_of(o, m) : (struct course){0};
    const uint64_t root = gsl_rng_get(rng);
    uint64_t cycle = 0; /* from the one at hand, or the first stocking */
    bool current = m->stocked;
    int32_t day = o->first_day;

    if (!m->stocked && m->restock_day < day)
        day = m->restock_day; /* stocked already, and nobody told */
    while (day <= (current ? o->main_end_day : o->end_day)) {
        double kg, mass_g = NAN;
        int32_t harvested;

        if (!m->stocked) {
            if (m->restock_day > o->end_day || !(o->stock_count > 0))
                return;
            day = stock_day(o, m->restock_day > day ? m->restock_day : day);
            if (day > o->end_day)
                return;
            stock_again(o, m, day, rng);
            c = course_of(o, m);
        }
        harvested = one_week(o, m, &c, day, is_aerated(o, day) ? aerated : effect,
                             current ? o->retail_kg_week : 0, rng, &kg, &mass_g);
        if (harvested == INT32_MAX) {
            if (kg > 0)
                sink(arg, day + 3, kg, false, mass_g);
            day += 7;
            continue;
        }
        sink(arg, harvested, kg, current, mass_g);
        m->stocked = current = false;
        begin_luck(rng, root, ++cycle);
        m->restock_day = harvest_restock(o->gaps, harvested, INT32_MIN, 0, rng);
        day = harvested + 1;
    }
}
