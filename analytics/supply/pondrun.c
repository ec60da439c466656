/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pondrun.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "analytics/fish/harvest.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"

static const int32_t FORGOTTEN_AGE_DAYS = 365, FORGOTTEN_SILENCE_DAYS = 120;
static const int32_t IDLE_DAYS = 90; /* an empty pond is in use so long after its last harvest */
static const int32_t USUAL_WATER_DAYS = 60; /* of the newest water make the usual water */
static const double USUAL_PRIOR_DAYS = 7;   /* weight of the prior among them */
static const int32_t FEED_SPREAD_DAYS = 10; /* longest time one feed row may stand for */
static const int32_t RETAIL_DAYS = 56;      /* the recent pace of sales by and by */
static const double UNKNOWN_STOCK_MASS_G = 10;
#define USUAL_CYCLES 5
#define DRAW_STEP    0x9e3779b97f4a7c15ULL /* odd: keeps the draws' seeds apart from other seeds' */

struct usual_water {
    double temp_c, nh3_n_mg_l, do_effect;
    double do_days; /* days behind do_effect */
};

struct pondrun {
    const struct supply_input *in;
    const struct paths *paths;
    int32_t end_day, first_month;
    gsl_rng *rng;
    struct ensemble *fish;
    double *ln_wait;            /* [draw][HARVEST_CLASSES] */
    double *main_kg, *main_day; /* [draw]; main_day infinite: not within PONDRUN_AHEAD_DAYS */
    double *sorted;             /* [draw] */
    double *feed_kg;            /* [day since stocking]: NaN not known */
    size_t feed_days;
};

/* Where one draw's harvests go. */
struct tally {
    struct pondrun *w;
    size_t draw;
    double *kg;
};

int32_t pondrun_end_day(const struct supply_input *in)
{
    return civil_month_first_day(civil_month_of_day(in->as_of_day) + 1 + (int32_t)in->months) - 1;
}

struct pondrun *pondrun_new(const struct supply_input *in, const struct paths *paths,
                            int32_t end_day)
{
    struct pondrun *w = xcalloc(1, sizeof *w);

    w->in = in;
    w->paths = paths;
    w->end_day = end_day;
    w->first_month = civil_month_of_day(in->as_of_day) + 1;
    w->rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (w->rng == NULL)
        fatal("no memory");
    w->fish = ensemble_new(in->draws);
    w->ln_wait = xcalloc((size_t)in->draws * HARVEST_CLASSES, sizeof *w->ln_wait);
    w->main_kg = xcalloc(in->draws, sizeof *w->main_kg);
    w->main_day = xcalloc(in->draws, sizeof *w->main_day);
    w->sorted = xcalloc(in->draws, sizeof *w->sorted);
    return w;
}

void pondrun_free(struct pondrun *w)
{
    if (w == NULL)
        return;
    gsl_rng_free(w->rng);
    ensemble_free(w->fish);
    free(w->ln_wait);
    free(w->main_kg);
    free(w->main_day);
    free(w->sorted);
    free(w->feed_kg);
    free(w);
}

/* --- finding rows --- */

/* First of n rows whose cycle is not before cycle. Rows are structs that begin with their size_t cycle, sorted by it. */
static size_t first_row(const void *rows, size_t n, size_t size, size_t cycle)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2, at;

        memcpy(&at, (const char *)rows + mid * size, sizeof at);
        if (at < cycle)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

_Static_assert(offsetof(struct rec_feed, cycle) == 0 && offsetof(struct rec_sample, cycle) == 0 &&
                   offsetof(struct rec_death, cycle) == 0 &&
                   offsetof(struct rec_harvest, cycle) == 0,
               "first_row reads the cycle at the front of a row");

/* The rows of one cycle: half-open ranges. Rows after as_of_day are not looked at. */
struct rows {
    size_t feed, feed_end, sample, sample_end, death, death_end, harvest, harvest_end;
};

static struct rows rows_of(const struct records_snapshot *s, size_t cycle)
{
    return (struct rows){first_row(s->feed, s->feeds, sizeof *s->feed, cycle),
                         first_row(s->feed, s->feeds, sizeof *s->feed, cycle + 1),
                         first_row(s->sample, s->samples, sizeof *s->sample, cycle),
                         first_row(s->sample, s->samples, sizeof *s->sample, cycle + 1),
                         first_row(s->death, s->deaths, sizeof *s->death, cycle),
                         first_row(s->death, s->deaths, sizeof *s->death, cycle + 1),
                         first_row(s->harvest, s->harvests, sizeof *s->harvest, cycle),
                         first_row(s->harvest, s->harvests, sizeof *s->harvest, cycle + 1)};
}

/* The newest cycle of the pond stocked by as_of_day, -1. */
static long latest_cycle(const struct records_snapshot *s, size_t pond, int32_t as_of_day)
{
    long found = -1;

    for (size_t c = 0; c < s->cycles; c++)
        if (s->cycle[c].pond == pond && s->cycle[c].stocked_day <= as_of_day &&
            s->cycle[c].count > 0)
            found = (long)c;
    return found;
}

static bool forgotten(const struct records_snapshot *s, size_t cycle, int32_t as_of_day)
{
    struct rows r = rows_of(s, cycle);
    int32_t last = s->cycle[cycle].stocked_day;

    if (as_of_day - last <= FORGOTTEN_AGE_DAYS)
        return false;
    for (size_t k = r.feed; k < r.feed_end && s->feed[k].day <= as_of_day; k++)
        last = s->feed[k].day > last ? s->feed[k].day : last;
    for (size_t k = r.sample; k < r.sample_end && s->sample[k].day <= as_of_day; k++)
        last = s->sample[k].day > last ? s->sample[k].day : last;
    for (size_t k = r.death; k < r.death_end && s->death[k].day <= as_of_day; k++)
        last = s->death[k].day > last ? s->death[k].day : last;
    for (size_t k = r.harvest; k < r.harvest_end && s->harvest[k].day <= as_of_day; k++)
        last = s->harvest[k].day > last ? s->harvest[k].day : last;
    return as_of_day - last > FORGOTTEN_SILENCE_DAYS;
}

/* --- what is usual here --- */

static void usual_stocking(const struct records_snapshot *s, size_t pond, int32_t as_of_day,
                           double *count, double *mass_g)
{
    double counts[USUAL_CYCLES], masses[USUAL_CYCLES];
    size_t n = 0;

    for (size_t c = s->cycles; c-- > 0 && n < USUAL_CYCLES;) {
        const struct rec_cycle *y = &s->cycle[c];

        if (y->pond != pond || y->stocked_day > as_of_day || !(y->count > 0))
            continue;
        counts[n] = y->count;
        masses[n++] = y->mass_g > 0 ? y->mass_g : UNKNOWN_STOCK_MASS_G;
    }
    *count = *mass_g = 0;
    if (n == 0)
        return;
    gsl_sort(counts, 1, n);
    gsl_sort(masses, 1, n);
    *count = gsl_stats_median_from_sorted_data(counts, 1, n);
    *mass_g = gsl_stats_median_from_sorted_data(masses, 1, n);
}

/* The size at which this pond's fish were sold so far. */
static void learn_buyers(const struct records_snapshot *s, size_t pond, int32_t as_of_day,
                         struct harvest_buyers *out)
{
    double ln_sum = 0;
    size_t n = 0;

    for (size_t c = 0; c < s->cycles; c++) {
        struct rows r;

        if (s->cycle[c].pond != pond)
            continue;
        r = rows_of(s, c);
        for (size_t k = r.harvest; k < r.harvest_end; k++) {
            const struct rec_harvest *h = &s->harvest[k];

            if (h->day > as_of_day || h->kind != HARVEST_FINAL || !(h->fish_per_kg > 0))
                continue;
            ln_sum += log(1000 / h->fish_per_kg);
            n++;
        }
    }
    harvest_buyers(out, n > 0 ? exp(ln_sum / (double)n) : 0, n);
}

static double known_mean(const double *x, size_t from, size_t to, size_t *n)
{
    double sum = 0;

    *n = 0;
    for (size_t k = from; k < to; k++) {
        if (isnan(x[k]))
            continue;
        sum += x[k];
        (*n)++;
    }
    return *n > 0 ? sum / (double)*n : 0;
}

static struct usual_water usual_water(const struct supply_water *water, int32_t as_of_day)
{
    struct usual_water u = {ENSEMBLE_USUAL_TEMP_C, 0, 0, 0};
    double mean;
    size_t n, from, to;

    if (water == NULL || water->days == 0 || water->first_day > as_of_day)
        return u;
    to = (size_t)(as_of_day - water->first_day) + 1;
    to = to < water->days ? to : water->days;
    from = to > (size_t)USUAL_WATER_DAYS ? to - (size_t)USUAL_WATER_DAYS : 0;
    mean = known_mean(water->temp_c, from, to, &n);
    u.temp_c = ((double)n * mean + USUAL_PRIOR_DAYS * u.temp_c) / ((double)n + USUAL_PRIOR_DAYS);
    mean = known_mean(water->nh3_n_mg_l, from, to, &n);
    u.nh3_n_mg_l = (double)n * mean / ((double)n + USUAL_PRIOR_DAYS);
    u.do_effect = known_mean(water->do_effect, from, to, &n);
    u.do_days = (double)n;
    return u;
}

/* --- the past, day by day --- */

/* Spreads the cycle's feed rows over w->feed_kg, from stocking to as_of_day. */
static void feed_by_day(struct pondrun *w, size_t cycle)
{
    const struct records_snapshot *s = w->in->records;
    int32_t stocked = s->cycle[cycle].stocked_day, prev = stocked;
    size_t days = (size_t)(w->in->as_of_day - stocked) + 1, dates = 0;
    struct rows r = rows_of(s, cycle);
    size_t end = r.feed;
    bool daily;

    if (days > w->feed_days) {
        w->feed_kg = xrealloc(w->feed_kg, days, sizeof *w->feed_kg);
        w->feed_days = days;
    }
    for (size_t d = 0; d < days; d++)
        w->feed_kg[d] = NAN;
    for (; end < r.feed_end && s->feed[end].day <= w->in->as_of_day; end++)
        dates += end == r.feed || s->feed[end].day != s->feed[end - 1].day;
    if (dates == 0)
        return;
    daily = s->feed[end - 1].day - s->feed[r.feed].day < 2 * ((int32_t)dates - 1) || dates == 1;
    for (size_t k = r.feed; k < end;) {
        int32_t day = s->feed[k].day, from = prev + 1;
        double kg = 0;

        for (; k < end && s->feed[k].day == day; k++)
            kg += s->feed[k].feed_kg;
        prev = day;
        if (day < stocked)
            continue;
        if (daily || day - from >= FEED_SPREAD_DAYS || from > day)
            from = day;
        for (int32_t d = from; d <= day; d++)
            w->feed_kg[d - stocked] = kg / (double)(day - from + 1);
    }
}

struct replay {
    struct rows rows;
    struct ensemble_prior prior;
    struct harvest_buyers buyers;
    struct usual_water usual;
    bool deaths_kept;    /* dead fish are written down in this cycle */
    double dead;         /* written down since counted_day */
    int32_t counted_day; /* the last time they were taken into account, or the stocking */
    enum regency regency;
};

static void wait_a_week(struct pondrun *w, const struct harvest_buyers *buyers)
{
    for (size_t i = 0; i < w->in->draws; i++)
        harvest_waited(buyers, ensemble_mass_g(w->fish, i), w->ln_wait + i * HARVEST_CLASSES);
}

static void count_dead(struct pondrun *w, struct replay *p, int32_t day)
{
    ensemble_deaths(w->fish, p->dead, w->rng);
    p->dead = 0;
    p->counted_day = day;
}

/* What was written down on day (and, for rows dated before the stocking, not at all). */
static void observe(struct pondrun *w, struct replay *p, int32_t day, int32_t stocked)
{
    const struct records_snapshot *s = w->in->records;

    for (; p->rows.death < p->rows.death_end && s->death[p->rows.death].day <= day; p->rows.death++)
        p->dead += s->death[p->rows.death].count;
    /* A row stands for the days since the one before; daily rows are gathered into weeks. */
    if (p->dead > 0 && day - p->counted_day >= 7)
        count_dead(w, p, day);
    if (day > stocked && (day - stocked) % 7 == 0)
        wait_a_week(w, &p->buyers);
    for (; p->rows.sample < p->rows.sample_end && s->sample[p->rows.sample].day <= day;
         p->rows.sample++) {
        const struct rec_sample *m = &s->sample[p->rows.sample];
        if (m->mean_g > 0 && m->fish > 0)
            ensemble_sample(w->fish, m->fish, m->mean_g, m->cv, w->rng);
    }
    for (; p->rows.harvest < p->rows.harvest_end && s->harvest[p->rows.harvest].day <= day;
         p->rows.harvest++) {
        const struct rec_harvest *h = &s->harvest[p->rows.harvest];
        if (h->kg > 0)
            ensemble_remove(w->fish, h->kg, h->fish_per_kg > 0 ? h->fish_per_kg : NAN);
    }
}

/* The water of a day, filled up with what is usual where it isn't known. */
static struct growth_day water_of(const struct supply_water *water, const struct usual_water *usual,
                                  int32_t day)
{
    struct growth_day d = {usual->temp_c, NAN, usual->nh3_n_mg_l};

    if (water != NULL && day >= water->first_day &&
        (size_t)(day - water->first_day) < water->days) {
        size_t at = (size_t)(day - water->first_day);

        d.do_effect = water->do_effect[at];
        if (!isnan(water->temp_c[at]))
            d.temp_c = water->temp_c[at];
        if (!isnan(water->nh3_n_mg_l[at]))
            d.nh3_n_mg_l = water->nh3_n_mg_l[at];
    }
    return d;
}

static void lean_on_own_water(struct ensemble *e, const struct usual_water *usual)
{
    for (size_t i = 0; i < e->n; i++)
        e->do_usual[i] = (usual->do_days * usual->do_effect + USUAL_PRIOR_DAYS * e->do_usual[i]) /
                         (usual->do_days + USUAL_PRIOR_DAYS);
}

static void replay(struct pondrun *w, size_t cycle, struct replay *p)
{
    const struct rec_cycle *y = &w->in->records->cycle[cycle];
    const struct supply_water *water = w->in->water == NULL ? NULL : &w->in->water[y->pond];
    const struct paths *paths = w->paths;

    memset(w->ln_wait, 0, (size_t)w->in->draws * HARVEST_CLASSES * sizeof *w->ln_wait);
    feed_by_day(w, cycle);
    ensemble_stock(w->fish, &p->prior, y->count, y->mass_g > 0 ? y->mass_g : UNKNOWN_STOCK_MASS_G,
                   y->stocked_day, w->rng);
    lean_on_own_water(w->fish, &p->usual);
    observe(w, p, y->stocked_day, y->stocked_day);
    for (int32_t day = y->stocked_day + 1; day <= w->in->as_of_day; day++) {
        size_t at = paths_week(paths, day) * paths->draws;
        bool event_day = (day - paths->first_day) % 7 == 0 && day >= paths->first_day;
        struct ensemble_day d = {.water = water_of(water, &p->usual, day),
                                 .feed_kg = w->feed_kg[day - y->stocked_day],
                                 .z = paths->z[p->regency] + at,
                                 .exposure = p->prior.exposure};

        if (event_day && !p->deaths_kept)
            d.loss = paths->loss[p->regency] + at;
        ensemble_step(w->fish, &d, w->rng);
        observe(w, p, day, y->stocked_day);
    }
    if (p->dead > 0)
        count_dead(w, p, w->in->as_of_day);
}

/* kg a week sold by and by of late in this cycle; one sale is no pace. */
static double retail_pace(const struct pondrun *w, size_t cycle)
{
    const struct records_snapshot *s = w->in->records;
    struct rows r = rows_of(s, cycle);
    int32_t days = w->in->as_of_day - s->cycle[cycle].stocked_day;
    double kg = 0;
    unsigned sales = 0;

    days = days < RETAIL_DAYS ? days : RETAIL_DAYS;
    for (size_t k = r.harvest; k < r.harvest_end; k++) {
        int32_t day = s->harvest[k].day;

        if (day > w->in->as_of_day || day <= w->in->as_of_day - days || !(s->harvest[k].kg > 0))
            continue;
        kg += s->harvest[k].kg;
        sales++;
    }
    return sales > 1 ? kg * 7 / days : 0;
}

/* --- the future, draw by draw --- */

static void count_harvest(void *arg, int32_t day, double kg, bool main, double mass_g)
{
    struct tally *t = arg;
    int32_t lead = civil_month_of_day(day) - t->w->first_month;

    (void)mass_g;
    if (main) {
        t->w->main_kg[t->draw] = kg;
        t->w->main_day[t->draw] = day;
    }
    if (lead >= 0 && lead < (int32_t)t->w->in->months)
        t->kg[(size_t)lead * t->w->in->draws + t->draw] += kg;
}

static struct harvest_member member_of(struct pondrun *w, const struct replay *p, size_t i,
                                       bool stocked, int32_t ended_day)
{
    struct harvest_member m = {.stocked = stocked,
                               .restock_day = INT32_MAX,
                               .z = w->paths->z[p->regency] + i,
                               .loss = w->paths->loss[p->regency] + i};
    const struct ensemble *e = w->fish;

    m.do_usual = e->do_usual[i];
    m.ln_gain = ensemble_ln_gain(e, i);
    if (stocked) {
        m.u = e->u[i];
        m.count = e->count[i];
        m.mort = exp(e->ln_mort[i]);
        m.target_g = harvest_target(&p->buyers, w->ln_wait + i * HARVEST_CLASSES, w->rng);
    } else {
        m.restock_day = harvest_restock_day(ended_day, w->in->as_of_day + 1, w->rng);
    }
    return m;
}

static void follow_all(struct pondrun *w, const struct replay *p, const struct harvest_outlook *o,
                       const char *slug, bool stocked, int32_t ended_day, double *kg)
{
    for (size_t i = 0; i < w->in->draws; i++) {
        struct harvest_member m;
        struct tally t = {.w = w, .draw = i};

        t.kg = kg;
        /* A generator a draw: how far one draw is followed changes no other's numbers. */
        gsl_rng_set(w->rng, paths_stream(w->in->seed ^ ((i + 1) * DRAW_STEP), slug));
        m = member_of(w, p, i, stocked, ended_day);

        w->main_kg[i] = 0;
        w->main_day[i] = INFINITY;
        harvest_follow(o, &m, w->rng, count_harvest, &t);
    }
}

/* --- summary for the pond's page --- */

static double quantile(struct pondrun *w, size_t n, double q)
{
    return gsl_stats_quantile_from_sorted_data(w->sorted, 1, n, q);
}

/* Before follow_all: the fish as they are. */
static void summarise_fish(struct pondrun *w, struct supply_pond *out)
{
    size_t n = w->in->draws;

    for (size_t i = 0; i < n; i++)
        w->sorted[i] = ensemble_mass_g(w->fish, i);
    gsl_sort(w->sorted, 1, n);
    out->mass_g_p10 = quantile(w, n, 0.1);
    out->mass_g_p50 = quantile(w, n, 0.5);
    out->mass_g_p90 = quantile(w, n, 0.9);
    for (size_t i = 0; i < n; i++)
        w->sorted[i] = w->fish->count[i];
    gsl_sort(w->sorted, 1, n);
    out->count_p50 = quantile(w, n, 0.5);
    for (size_t i = 0; i < n; i++)
        w->sorted[i] = ensemble_biomass_kg(w->fish, i);
    gsl_sort(w->sorted, 1, n);
    out->biomass_kg_p50 = quantile(w, n, 0.5);
}

/* Draws that are not harvested within PONDRUN_AHEAD_DAYS count as later than all; kg is of those that are. */
static void summarise_harvest(struct pondrun *w, struct supply_pond *out)
{
    size_t n = w->in->draws, harvested = 0;

    memcpy(w->sorted, w->main_day, n * sizeof *w->sorted);
    gsl_sort(w->sorted, 1, n);
    out->harvest_day_p50 = isfinite(w->sorted[n / 2]) ? (int32_t)w->sorted[n / 2] : INT32_MAX;
    for (size_t i = 0; i < n; i++)
        if (isfinite(w->main_day[i]))
            w->sorted[harvested++] = w->main_kg[i];
    if (harvested == 0)
        return;
    gsl_sort(w->sorted, 1, harvested);
    out->harvest_kg_p10 = quantile(w, harvested, 0.1);
    out->harvest_kg_p50 = quantile(w, harvested, 0.5);
    out->harvest_kg_p90 = quantile(w, harvested, 0.9);
}

static void replay_init(const struct pondrun *w, size_t pond, long cycle, struct replay *p)
{
    const struct records_snapshot *s = w->in->records;

    ensemble_prior(s->pond[pond].system, &p->prior);
    p->rows = rows_of(s, (size_t)cycle);
    learn_buyers(s, pond, w->in->as_of_day, &p->buyers);
    p->usual = usual_water(w->in->water == NULL ? NULL : &w->in->water[pond], w->in->as_of_day);
    p->deaths_kept =
        p->rows.death < p->rows.death_end && s->death[p->rows.death].day <= w->in->as_of_day;
    p->counted_day = s->cycle[cycle].stocked_day;
    p->dead = 0;
    p->regency = s->farm[s->pond[pond].farm].regency;
}

void pondrun_pond(struct pondrun *w, size_t pond, double *kg, struct supply_pond *out)
{
    const struct records_snapshot *s = w->in->records;
    long cycle = latest_cycle(s, pond, w->in->as_of_day);
    bool open = cycle >= 0 && s->cycle[cycle].closed_day > w->in->as_of_day;
    struct replay p;
    struct harvest_outlook o;

    *out = (struct supply_pond){.cycle = -1, .forgotten_cycle = -1, .harvest_day_p50 = INT32_MAX};
    if (cycle < 0 || (!open && w->in->as_of_day - s->cycle[cycle].closed_day > IDLE_DAYS))
        return;
    if (open && forgotten(s, (size_t)cycle, w->in->as_of_day)) {
        out->forgotten_cycle = cycle;
        return;
    }
    gsl_rng_set(w->rng, paths_stream(w->in->seed, s->pond[pond].slug));
    replay_init(w, pond, cycle, &p);
    o = (struct harvest_outlook){.prior = &p.prior,
                                 .buyers = &p.buyers,
                                 .temp_c = p.usual.temp_c,
                                 .nh3_effect = growth_nh3_effect(p.usual.nh3_n_mg_l),
                                 .first_day = w->in->as_of_day + 1,
                                 .end_day = w->end_day,
                                 .main_end_day = w->in->as_of_day + PONDRUN_AHEAD_DAYS,
                                 .path_day = w->paths->first_day,
                                 .path_weeks = w->paths->weeks,
                                 .path_stride = w->paths->draws};
    usual_stocking(s, pond, w->in->as_of_day, &o.stock_count, &o.stock_mass_g);
    if (open) {
        out->cycle = cycle;
        o.retail_kg_week = retail_pace(w, (size_t)cycle);
        replay(w, (size_t)cycle, &p);
        summarise_fish(w, out);
    } else { /* only what a farmer keeps from cycle to cycle is drawn */
        ensemble_stock(w->fish, &p.prior, 1, 1, w->in->as_of_day, w->rng);
        lean_on_own_water(w->fish, &p.usual);
    }
    follow_all(w, &p, &o, s->pond[pond].slug, open, open ? 0 : s->cycle[cycle].closed_day, kg);
    if (open)
        summarise_harvest(w, out);
}
