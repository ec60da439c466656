/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pondrun.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "analytics/fish/feed.h"
#include "analytics/fish/filter.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "history.h"
#include "scenario.h"

#define DRAW_STEP    0x9e3779b97f4a7c15ULL /* odd: keeps the draws' seeds apart from other seeds' */

#define STOCK_MONTHS (SUPPLY_MONTHS_MAX + 1) /* from the day after the as-of day to the last lead */

struct pondrun {
    const struct supply_input *in;
    const struct paths *paths;
    int32_t end_day, first_month;
    gsl_rng *rng;
    struct filter *filter;      /* of the past */
    struct ensemble *fish;      /* one member a draw, as the past has left it */
    double *ln_wait;            /* [draw][HARVEST_CLASSES] */
    double *main_kg, *main_day; /* [draw]; main_day infinite: not within PONDRUN_AHEAD_DAYS */
    double *sorted;             /* [draw] */
    double *feed_kg;            /* [day since stocking]: NaN not known */
    size_t feed_days;
    double stock_factor[STOCK_MONTHS]; /* of the pond at hand (harvest.h) */
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
    w->filter = filter_new(in->draws, in->members);
    w->fish = ensemble_new(in->draws, 1);
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
    filter_free(w->filter);
    ensemble_free(w->fish);
    free(w->ln_wait);
    free(w->main_kg);
    free(w->main_day);
    free(w->sorted);
    free(w->feed_kg);
    free(w);
}

/* --- the past, day by day --- */

struct replay {
    struct history_rows rows;
    struct ensemble_prior prior;
    struct harvest_buyers buyers;
    struct history_water usual;
    bool deaths_kept;    /* dead fish are written down in this cycle */
    double dead;         /* written down since counted_day */
    int32_t counted_day; /* the last time they were taken into account, or the stocking */
    double fed_kg;       /* since fed_from_day */
    int fed_days;
    int32_t fed_from_day;
    enum regency regency;
    enum pond_system system;
};

/* Feed counts as evidence once in so many days, when it was written down on so many of them. */
enum {
    FED_EVERY_DAYS = 28,
    FED_DAYS = 20
};

static void wait_a_week(struct pondrun *w, const struct harvest_buyers *buyers)
{
    for (size_t i = 0; i < w->in->draws; i++)
        harvest_waited(buyers, filter_mass_g(w->filter, i), w->ln_wait + i * HARVEST_CLASSES);
}

static void count_dead(struct pondrun *w, struct replay *p, int32_t day)
{
    filter_deaths(w->filter, p->dead, w->rng);
    p->dead = 0;
    p->counted_day = day;
}

static void observe_losses(struct pondrun *w, struct replay *p, int32_t day)
{
    const struct records_snapshot *s = w->in->records;

    for (; p->rows.death < p->rows.death_end && s->death[p->rows.death].day <= day;
         p->rows.death++) {
        const struct rec_death *d = &s->death[p->rows.death];
        enum loss kind = loss_find(d->cause);

        if (kind == LOSS_DIED)
            p->dead += d->count;
        else
            filter_lost(w->filter, kind, d->count, w->rng);
    }
    /* A row stands for the days since the one before; daily rows are gathered into weeks. */
    if (p->dead > 0 && day - p->counted_day >= 7)
        count_dead(w, p, day);
}

static void observe_feed(struct pondrun *w, struct replay *p, int32_t day)
{
    if (day - p->fed_from_day < FED_EVERY_DAYS)
        return;
    if (p->fed_days >= FED_DAYS && p->fed_kg > 0)
        filter_fed(w->filter, p->fed_kg / p->fed_days, w->rng);
    p->fed_from_day = day;
    p->fed_days = 0;
    p->fed_kg = 0;
}

/* What was written down by day (and, for rows dated before the stocking, not at all). */
static void observe(struct pondrun *w, struct replay *p, int32_t day)
{
    const struct records_snapshot *s = w->in->records;

    observe_losses(w, p, day);
    for (; p->rows.sample < p->rows.sample_end && s->sample[p->rows.sample].day <= day;
         p->rows.sample++) {
        const struct rec_sample *m = &s->sample[p->rows.sample];
        if (m->mean_g > 0 && m->fish > 0)
            filter_sample(w->filter, m->fish, m->mean_g, m->cv, w->rng);
    }
    observe_feed(w, p, day);
    for (; p->rows.harvest < p->rows.harvest_end && s->harvest[p->rows.harvest].day <= day;
         p->rows.harvest++) {
        const struct rec_harvest *h = &s->harvest[p->rows.harvest];
        if (h->kg > 0)
            filter_harvest(w->filter, h->kg, h->fish_per_kg > 0 ? h->fish_per_kg : NAN, w->rng);
    }
}

static bool written_by(const struct records_snapshot *s, const struct replay *p, int32_t day)
{
    return (p->rows.death < p->rows.death_end && s->death[p->rows.death].day <= day) ||
           (p->rows.sample < p->rows.sample_end && s->sample[p->rows.sample].day <= day) ||
           (p->rows.harvest < p->rows.harvest_end && s->harvest[p->rows.harvest].day <= day);
}

static void lean_on_own_water(struct ensemble *e, const struct history_water *usual)
{
    for (size_t i = 0; i < e->n; i++)
        e->do_usual[i] =
            (usual->do_days * usual->do_effect + HISTORY_WATER_PRIOR_DAYS * e->do_usual[i]) /
            (usual->do_days + HISTORY_WATER_PRIOR_DAYS);
}

/* Days from from_day on that are alike: one week of the common path, the same kind of knowledge, nothing written down before
 * the last of them. */
static struct ensemble_span span_of(const struct pondrun *w, const struct replay *p, size_t cycle,
                                    int32_t from_day)
{
    const struct rec_cycle *y = &w->in->records->cycle[cycle];
    const struct supply_water *water = w->in->water == NULL ? NULL : &w->in->water[y->pond];
    const double *feed = w->feed_kg - y->stocked_day;
    size_t week = paths_week(w->paths, from_day), at = week * w->paths->draws;
    struct growth_day d = history_day_water(water, &p->usual, from_day);
    struct ensemble_span s = {.do_known = !isnan(d.do_effect),
                              .z = w->paths->growth[p->regency][p->system] + at,
                              .exposure = p->prior.exposure};
    bool fed = !isnan(feed[from_day]);
    int32_t day = from_day;

    if ((from_day - w->paths->first_day) % 7 == 0 && from_day >= w->paths->first_day &&
        !p->deaths_kept)
        s.loss = w->paths->loss[p->regency] + at;
    for (;; day++) {
        d = history_day_water(water, &p->usual, day);
        if (day > from_day && (!isnan(d.do_effect) != s.do_known || !isnan(feed[day]) != fed ||
                               paths_week(w->paths, day) != week || day - from_day == 7))
            break;
        s.effect += growth_temp_effect(d.temp_c) * growth_nh3_effect(d.nh3_n_mg_l) *
                    (s.do_known ? d.do_effect : 1);
        s.loss_rate += growth_loss(d.temp_c);
        s.feed_kg += feed[day];
        if (day == w->in->as_of_day || written_by(w->in->records, p, day)) {
            day++;
            break;
        }
    }
    s.days = (int)(day - from_day);
    s.effect /= s.days;
    s.loss_rate /= s.days;
    s.feed_kg /= s.days;
    return s;
}

/* Kinds of feed nobody knows; once for the newest row. */
static void ask_about_feed(struct pondrun *w, const struct replay *p)
{
    const struct records_snapshot *s = w->in->records;

    for (size_t k = p->rows.feed_end; k-- > p->rows.feed;) {
        if (s->feed[k].day > w->in->as_of_day || feed_kind_find(s->feed[k].kind) != NULL)
            continue;
        filter_ask(w->filter, FILTER_ASK_FEED_KIND, s->feed[k].day, s->feed[k].feed_kg, NAN);
        return;
    }
}

static void replay(struct pondrun *w, size_t cycle, struct replay *p)
{
    const struct rec_cycle *y = &w->in->records->cycle[cycle];
    size_t days = (size_t)(w->in->as_of_day - y->stocked_day) + 1;

    memset(w->ln_wait, 0, (size_t)w->in->draws * HARVEST_CLASSES * sizeof *w->ln_wait);
    if (days > w->feed_days) {
        w->feed_kg = xrealloc(w->feed_kg, days, sizeof *w->feed_kg);
        w->feed_days = days;
    }
    history_feed(w->in->records, cycle, w->in->as_of_day, w->feed_kg);
    p->prior.mixed = y->sex == SEX_MALE ? 0 : y->sex == SEX_MIXED ? 1 : 0.5;
    p->fed_from_day = y->stocked_day;
    filter_stock(w->filter, &p->prior, y->count, y->mass_g > 0 ? y->mass_g : HISTORY_UNKNOWN_MASS_G,
                 y->stocked_day, w->rng);
    ask_about_feed(w, p);
    lean_on_own_water(w->filter->fish, &p->usual);
    observe(w, p, y->stocked_day);
    for (int32_t day = y->stocked_day; day < w->in->as_of_day;) {
        struct ensemble_span s = span_of(w, p, cycle, day + 1);
        int32_t weeks = (day - y->stocked_day) / 7;

        filter_go(w->filter, &s, w->rng);
        day += s.days;
        p->fed_kg += isnan(s.feed_kg) ? 0 : s.feed_kg * s.days;
        p->fed_days += isnan(s.feed_kg) ? 0 : s.days;
        if ((day - y->stocked_day) / 7 > weeks)
            wait_a_week(w, &p->buyers);
        observe(w, p, day);
    }
    if (p->dead > 0)
        count_dead(w, p, w->in->as_of_day);
    filter_pick(w->filter, w->fish, w->rng);
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
                               .z = w->paths->growth[p->regency][p->system] + i,
                               .temp_dev = w->paths->temp_dev[p->regency] + i,
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

const double SUPPLY_CLASS_G[SUPPLY_CLASSES + 1] = {0, 125, 200, 250, 1000.0 / 3, INFINITY};

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
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < SUPPLY_CLASSES; c++)
            out->class_kg[c] +=
                ensemble_class_kg(w->fish, i, SUPPLY_CLASS_G[c], SUPPLY_CLASS_G[c + 1]) / (double)n;
    out->doubts = w->filter->doubts;
    memcpy(out->doubt, w->filter->doubt, sizeof out->doubt);
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
    history_survival(s, pond, w->in->as_of_day, &p->prior);
    p->rows = history_rows(s, (size_t)cycle);
    history_buyers(s, pond, w->in->as_of_day, &p->buyers);
    p->usual =
        history_usual_water(w->in->water == NULL ? NULL : &w->in->water[pond], w->in->as_of_day);
    p->deaths_kept = false;
    for (size_t k = p->rows.death; k < p->rows.death_end && s->death[k].day <= w->in->as_of_day;
         k++)
        p->deaths_kept |= loss_find(s->death[k].cause) == LOSS_DIED;
    p->fed_kg = 0;
    p->fed_days = 0;
    p->counted_day = s->cycle[cycle].stocked_day;
    p->dead = 0;
    p->regency = s->farm[s->pond[pond].farm].regency;
    p->system = s->pond[pond].system;
}

/* What a scenario does to one pond: fish to stock, and an aerator where it puts one. */
static void suppose(struct pondrun *w, size_t pond, struct harvest_outlook *o)
{
    const struct rec_pond *p = &w->in->records->pond[pond];
    const enum regency regency = w->in->records->farm[p->farm].regency;
    const struct scenario_act *a = scenario_aerates(w->in->scenario, p->slug, regency, p->system);
    const int32_t month = civil_month_of_day(o->first_day);

    if (w->in->scenario == NULL)
        return;
    for (int32_t k = 0; k < STOCK_MONTHS; k++)
        w->stock_factor[k] = scenario_fingerlings(w->in->scenario, regency, month + k);
    o->stock_factor = w->stock_factor;
    o->stock_months = STOCK_MONTHS;
    if (a == NULL)
        return;
    o->aerated = SCENARIO_AERATED;
    o->aerated_from =
        a->from_month == SCENARIO_AT_ONCE ? o->first_day : civil_month_first_day(a->from_month);
    o->aerated_until = a->until_month == SCENARIO_FOR_EVER
                           ? INT32_MAX
                           : civil_month_first_day(a->until_month + 1) - 1;
}

void pondrun_pond(struct pondrun *w, size_t pond, double *kg, struct supply_pond *out)
{
    const struct records_snapshot *s = w->in->records;
    long cycle = history_latest_cycle(s, pond, w->in->as_of_day);
    bool open = cycle >= 0 && s->cycle[cycle].closed_day > w->in->as_of_day;
    struct replay p;
    struct harvest_outlook o;

    *out = (struct supply_pond){.cycle = -1, .forgotten_cycle = -1, .harvest_day_p50 = INT32_MAX};
    if (cycle < 0 || (!open && w->in->as_of_day - s->cycle[cycle].closed_day > HISTORY_IDLE_DAYS))
        return;
    if (open && history_forgotten(s, (size_t)cycle, w->in->as_of_day)) {
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
    suppose(w, pond, &o);
    history_usual_stocking(s, pond, w->in->as_of_day, &o.stock_count, &o.stock_mass_g);
    if (open) {
        out->cycle = cycle;
        o.retail_kg_week = history_retail_kg_week(s, (size_t)cycle, w->in->as_of_day);
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
