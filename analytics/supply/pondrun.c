/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pondrun.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "order.h"
#include "pondrun_own.h"
#include "scenario.h"

#define DRAW_STEP 0x9e3779b97f4a7c15ULL /* odd: keeps the draws' seeds apart from other seeds' */

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
    w->rng = stream_new();
    w->filter = filter_new(in->draws, in->members);
    w->fish = ensemble_new(in->draws, 1);
    w->ln_wait = xcalloc((size_t)in->draws * HARVEST_CLASSES, sizeof *w->ln_wait);
    w->main_kg = xcalloc(in->draws, sizeof *w->main_kg);
    w->main_day = xcalloc(in->draws, sizeof *w->main_day);
    w->work = xcalloc(in->draws, sizeof *w->work);
    w->mass_g = xcalloc(in->draws, sizeof *w->mass_g);
    w->ln_gone = xcalloc((size_t)in->draws * PONDRUN_SILENT_WEEKS, sizeof *w->ln_gone);
    w->ln_there = xcalloc(in->draws, sizeof *w->ln_there);
    w->ended = xcalloc(in->draws, sizeof *w->ended);
    w->aside = xcalloc(((size_t)in->months + 1) * in->draws, sizeof *w->aside);
    w->silence = silence_new(in->records, in->as_of_day);
    w->seed = seed_new(in->records, in->as_of_day, in->seed, in->draws);
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
    free(w->work);
    free(w->mass_g);
    free(w->ln_gone);
    free(w->ln_there);
    free(w->ended);
    free(w->aside);
    silence_free(w->silence);
    seed_free(w->seed);
    free(w->feed_kg);
    free(w);
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
    if (lead < 0 && day > t->w->in->as_of_day) /* in what is left of this month */
        lead = (int32_t)t->w->in->months;
    else if (lead >= (int32_t)t->w->in->months)
        lead = -1;
    if (lead >= 0)
        t->kg[(size_t)lead * t->w->in->draws + t->draw] += kg;
}

/* The week in which draw i takes the fish to have been harvested, or PONDRUN_SILENT_WEEKS: they are there. */
static size_t gone_week(struct pondrun *w, const struct replay *p, size_t i)
{
    const double *gone = w->ln_gone + i * PONDRUN_SILENT_WEEKS;
    double pick = gsl_rng_uniform(w->rng), all = 1;

    for (size_t k = 0; k < p->silent_weeks; k++)
        all += exp(gone[k] - w->ln_there[i]);
    pick *= all;
    for (size_t k = 0; k < p->silent_weeks; k++) {
        pick -= exp(gone[k] - w->ln_there[i]);
        if (pick < 0)
            return k;
    }
    return PONDRUN_SILENT_WEEKS;
}

/* When a pond that lost its fish on ended_day, written or not, is stocked again, given that nothing was written since. */
static int32_t still_empty(struct pondrun *w, const struct replay *p, int32_t ended_day)
{
    return harvest_restock(&p->gaps, ended_day, w->in->as_of_day + 1, p->habit.forgets, w->rng);
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
    size_t gone = stocked && p->silent_weeks > 0 ? gone_week(w, p, i) : PONDRUN_SILENT_WEEKS;

    m.do_usual = e->do_usual[i];
    m.ln_gain = ensemble_ln_gain(e, i);
    w->ended[i] = gone < PONDRUN_SILENT_WEEKS;
    if (w->ended[i]) {
        m.stocked = false;
        m.restock_day = still_empty(w, p, p->gone_day[gone]);
    } else if (stocked) {
        m.u = e->u[i];
        m.count = e->count[i];
        m.mort = exp(e->ln_mort[i]);
        m.target_g = harvest_target(&p->buyers, w->ln_wait + i * HARVEST_CLASSES, w->rng);
    } else {
        m.restock_day = still_empty(w, p, ended_day);
    }
    return m;
}

/* Where a ledger of fingerlings says something, or a scenario, each draw has its own factor; the ledger's does not promise more
 * than was seen in the pond before. */
static void fill_stock_factor(struct pondrun *w, const struct replay *p, size_t draw)
{
    const int32_t as_of = w->in->as_of_day;
    const unsigned ahead = (unsigned)(civil_month_of_day(as_of + 1) - civil_month_of_day(as_of));

    for (unsigned k = 0; k < PONDRUN_STOCK_MONTHS; k++)
        w->stock_factor[k] =
            w->supposed[k] * seed_factor(w->seed, p->regency, draw, k + ahead, w->stock_most);
    for (unsigned k = 0; scenario_transfers(w->in->scenario) && k < PONDRUN_STOCK_MONTHS; k++) {
        const double have[REGENCY_COUNT] = {
            [REGENCY_KOTIM] = seed_fish(w->seed, REGENCY_KOTIM, draw, k + ahead),
            [REGENCY_SERUYAN] = seed_fish(w->seed, REGENCY_SERUYAN, draw, k + ahead)};

        w->stock_factor[k] *= scenario_transfer(w->in->scenario, p->regency,
                                                civil_month_of_day(as_of + 1) + (int32_t)k, have);
    }
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
        if (o->stock_factor != NULL) /* else nobody asks */
            fill_stock_factor(w, p, i);
        w->main_kg[i] = 0;
        w->main_day[i] = INFINITY;
        harvest_follow(o, &m, w->rng, count_harvest, &t);
    }
}

/* --- summary for the pond's page --- */

const double SUPPLY_CLASS_G[SUPPLY_CLASSES + 1] = {0, 125, 200, 250, 1000.0 / 3, INFINITY};

/* Before follow_all: the fish as they are. */
static void summarise_fish(struct pondrun *w, struct supply_pond *out)
{
    size_t n = w->in->draws;

    ensemble_masses_g(w->fish, w->fish->u, w->mass_g);
    memcpy(w->work, w->mass_g, n * sizeof *w->work);
    out->mass_g_p50 = order_quantile(w->work, n, 0.5);
    out->mass_g_p10 = order_quantile(w->work, n, 0.1);
    out->mass_g_p90 = order_quantile(w->work, n, 0.9);
    for (size_t i = 0; i < n; i++)
        w->work[i] = w->fish->count[i];
    out->count_p50 = order_quantile(w->work, n, 0.5);
    for (size_t i = 0; i < n; i++)
        w->work[i] = w->fish->count[i] * w->mass_g[i] / 1000;
    out->biomass_kg_p50 = order_quantile(w->work, n, 0.5);
    for (size_t i = 0; i < n; i++)
        ensemble_add_classes(w->fish, i, SUPPLY_CLASS_G, SUPPLY_CLASSES, out->class_kg);
    for (int c = 0; c < SUPPLY_CLASSES; c++)
        out->class_kg[c] /= (double)n;
    out->doubts = w->filter->doubts;
    memcpy(out->doubt, w->filter->doubt, sizeof out->doubt);
}

static int32_t whole_day(double day)
{
    return isfinite(day) ? (int32_t)day : INT32_MAX;
}

/* Draws that are not harvested within PONDRUN_AHEAD_DAYS count as later than all; kg is of those that are. Draws whose fish
 * are gone already say nothing, unless all are. */
static void summarise_harvest(struct pondrun *w, struct supply_pond *out)
{
    size_t n = 0, harvested = 0;

    for (size_t i = 0; i < w->in->draws; i++)
        if (!w->ended[i])
            w->work[n++] = w->main_day[i];
    if (n == 0)
        return;
    out->harvest_day_p10 = whole_day(order_select(w->work, n, n / 10));
    out->harvest_day_p50 = whole_day(order_select(w->work, n, n / 2));
    out->harvest_day_p90 = whole_day(order_select(w->work, n, n * 9 / 10));
    for (size_t i = 0; i < w->in->draws; i++)
        if (isfinite(w->main_day[i]))
            w->work[harvested++] = w->main_kg[i];
    if (harvested == 0)
        return;
    out->harvest_kg_p50 = order_quantile(w->work, harvested, 0.5);
    out->harvest_kg_p10 = order_quantile(w->work, harvested, 0.1);
    out->harvest_kg_p90 = order_quantile(w->work, harvested, 0.9);
}

static double ended_share(const struct pondrun *w, const struct replay *p)
{
    double sum = 0;

    for (size_t i = 0; i < w->in->draws; i++) {
        double gone = 0;

        for (size_t k = 0; k < p->silent_weeks; k++)
            gone += exp(w->ln_gone[i * PONDRUN_SILENT_WEEKS + k] - w->ln_there[i]);
        sum += isinf(gone) ? 1 : gone / (1 + gone);
    }
    return sum / w->in->draws;
}

/* What the pond would have given, were its fish still there. */
static void summarise_forgotten(struct pondrun *w, struct supply_pond *out)
{
    for (size_t i = 0; i < w->in->draws; i++) {
        out->forgotten_kg += w->main_kg[i] / w->in->draws;
        for (unsigned m = 0; m < w->in->months; m++)
            out->forgotten_month_kg[m] += w->aside[(size_t)m * w->in->draws + i] / w->in->draws;
    }
}

/* An open cycle, alive or not. One that is silent too long is followed aside, and left out. */
static void run_cycle(struct pondrun *w, size_t cycle, struct replay *p, struct harvest_outlook *o,
                      double *kg, struct supply_pond *out)
{
    const struct records_snapshot *s = w->in->records;
    const char *slug = s->pond[s->cycle[cycle].pond].slug;
    int32_t sign = silence_last_sign(s, cycle, w->in->as_of_day);
    bool left_out;

    out->silent_days = w->in->as_of_day - sign;
    left_out = !w->in->ignore_silence && out->silent_days > SILENCE_OUT_DAYS;
    p->sign_day = left_out || w->in->ignore_silence ? INT32_MAX : sign;
    o->retail_kg_week = history_retail_kg_week(s, cycle, w->in->as_of_day);
    pondpast_replay(w, cycle, p);
    if (left_out) {
        out->forgotten_cycle = (long)cycle;
        memset(w->aside, 0, ((size_t)w->in->months + 1) * w->in->draws * sizeof *w->aside);
        follow_all(w, p, o, slug, true, 0, w->aside);
        summarise_forgotten(w, out);
        return;
    }
    out->cycle = (long)cycle;
    out->ended_share = ended_share(w, p);
    summarise_fish(w, out);
    follow_all(w, p, o, slug, true, 0, kg);
    summarise_harvest(w, out);
}

static void expect_fingerlings(struct pondrun *w, size_t pond, enum regency regency,
                               struct harvest_outlook *o)
{
    double most = history_most_stocked(w->in->records, pond, w->in->as_of_day);

    for (unsigned k = 0; k < PONDRUN_STOCK_MONTHS; k++)
        w->supposed[k] = 1;
    w->stock_most = o->stock_count > 0 ? fmax(1, most / o->stock_count) : 1;
    if (!seed_known(w->seed, regency))
        return;
    o->stock_factor = w->stock_factor;
    o->stock_months = PONDRUN_STOCK_MONTHS;
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
    for (int32_t k = 0; k < PONDRUN_STOCK_MONTHS; k++)
        w->supposed[k] = scenario_fingerlings(w->in->scenario, regency, month + k);
    o->stock_factor = w->stock_factor;
    o->stock_months = PONDRUN_STOCK_MONTHS;
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

    *out = (struct supply_pond){.cycle = -1,
                                .forgotten_cycle = -1,
                                .harvest_day_p10 = INT32_MAX,
                                .harvest_day_p50 = INT32_MAX,
                                .harvest_day_p90 = INT32_MAX};
    if (cycle < 0 || (!open && w->in->as_of_day - s->cycle[cycle].closed_day > HISTORY_IDLE_DAYS))
        return;
    gsl_rng_set(w->rng, paths_stream(w->in->seed, s->pond[pond].slug));
    pondpast_init(w, pond, (size_t)cycle, &p);
    o = (struct harvest_outlook){.prior = &p.prior,
                                 .buyers = &p.buyers,
                                 .gaps = &p.gaps,
                                 .temp_c = p.usual.temp_c,
                                 .nh3_effect = growth_nh3_effect(p.usual.nh3_n_mg_l),
                                 .first_day = w->in->as_of_day + 1,
                                 .end_day = w->end_day,
                                 .main_end_day = w->in->as_of_day + PONDRUN_AHEAD_DAYS,
                                 .path_day = w->paths->first_day,
                                 .path_weeks = w->paths->weeks,
                                 .path_stride = w->paths->draws};
    history_usual_stocking(s, pond, w->in->as_of_day, &o.stock_count, &o.stock_mass_g);
    expect_fingerlings(w, pond, p.regency, &o);
    suppose(w, pond, &o);
    if (open) {
        run_cycle(w, (size_t)cycle, &p, &o, kg, out);
        return;
    }
    /* only what a farmer keeps from cycle to cycle is drawn */
    ensemble_stock(w->fish, &p.prior, 1, 1, w->in->as_of_day, w->rng);
    pondpast_lean_on_water(w->fish, &p.usual);
    follow_all(w, &p, &o, s->pond[pond].slug, false, s->cycle[cycle].closed_day, kg);
}
