/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pond.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "collector/common/watereq.h"

#include "carbonate.h"
#include "pond_traits.h"
#include "rng.h"
#include "weather.h"

/* Equations, units and sources of these constants: pond.h. */
static const int64_t STEP_MS = 60000;
static const double STEP_H = 1.0 / 60;
static const int RUNUP_DAYS = 40;

static const double HEAT_CAPACITY_J_M3_C = 4.16e6;
static const double RAIN_TEMP_C = 23;
static const double LIGHT_HALF_W_M2 = 55;
static const double GPP_MG_MG_H = 22;
static const double ALGAE_RESP_MG_MG_H = 1.6;
static const double FISH_MG_KG_H = 200;
static const double RATION_PER_DAY = 0.02;
static const double GUT_H = 5;
static const double EXCRETED_G_PER_G_FEED = 0.30 * 0.16 * 0.60;
static const double N_PER_O2_ALGAE = 0.066;
static const double N_PER_O2_MUD = 0.03;
static const double O2_PER_N_NITRIFIED = 4.57;
static const double O2_MG_PER_MMOL = 32;
static const double CO2_AIR_ATM = 425e-6;
static const double NH3_LOSS_M_D = 0.05;
static const double MUD_TAKES_TAN_M_D = 0.1;
static const double RUNOFF_H = 8;
static const double OUTLET_CM = 8;
static const double CRASH_H = 1;
static const double ROT_H = 12;
static const double ROT_TIMES = 5;
static const double REGROWTH_H = 96;
static const double FLUSH_H = 1;
static const double LIME_H = 48;
static const double TURN_H = 0.5;
static const double TURN_C = 2;
static const double TURNED_MUD_H = 6;
static const double TURNED_MUD_TIMES = 2; /* more */

struct state {
    double temp_c;
    double do_mg_l;
    double dic_mmol_l;
    double ph;                    /* follows from the others; kept as the next guess */
    struct carbonate_constants k; /* at temp_c */
    double tan_n_mg_l;
    double gut_g_m2; /* feed eaten and not yet burnt */
    double runoff_ntu;
    double level_cm;
};

struct pond {
    struct pond_traits traits;
    uint64_t seed, key;
    enum pond_system system;
    double depth_m;
    int64_t now_ms;
    int64_t next_ms; /* on the grid; now_ms is in (next_ms - STEP_MS, next_ms] */
    struct state last, next;
    struct pond_oxygen account, account_last; /* at next and at last */
    double aerator_per_h;                     /* switched on from outside */
    struct pond_event *event;
    size_t events;
};

static double theta(double base, double temp_c)
{
    return pow(base, temp_c - 28);
}

/* Water of the lower river beside a cage. One river a seed, whatever the cage. */
struct river {
    double temp_c, do_mg_l, dic_mmol_l, tan_n_mg_l;
};

static struct river river_at(const struct pond *p, int64_t ts_ms)
{
    uint64_t key = rng_key_text(p->seed, "river");
    double x = (double)ts_ms / (double)CIVIL_DAY_MS;
    double hour = 24 * (x + 7.0 / 24 - floor(x + 7.0 / 24));
    double day_wave = cos(6.283185307179586 * (hour - 15.5) / 24);
    struct river r = {
        .temp_c = 28.7 + 0.35 * rng_smooth(rng_key(key, 1), x) + 0.35 * day_wave,
        .do_mg_l = 5.2 + 0.2 * rng_smooth(rng_key(key, 2), x) + 0.2 * day_wave,
        .dic_mmol_l = 0.28,
        .tan_n_mg_l = 0.12,
    };
    return r;
}

/* The share of the algae that is dead at ts_ms. */
static double dead_share(const struct pond_event *e, int64_t ts_ms)
{
    double h = (double)(ts_ms - e->from_ms) / 3.6e6, after = (double)(ts_ms - e->to_ms) / 3.6e6;

    if (e->kind != POND_EVENT_CRASH || h < 0)
        return 0;
    return e->size * (1 - exp(-h / CRASH_H)) * (after > 0 ? exp(-after / REGROWTH_H) : 1);
}

/* The share of an acid flush that is in force. */
static double flushed_share(const struct pond_event *e, int64_t ts_ms)
{
    double h = (double)(ts_ms - e->from_ms) / 3.6e6, after = (double)(ts_ms - e->to_ms) / 3.6e6;

    if (e->kind != POND_EVENT_ACID || h < 0)
        return 0;
    return (1 - exp(-h / FLUSH_H)) * (after > 0 ? exp(-after / LIME_H) : 1);
}

static double alk_meq_l_at(const struct pond *p, int64_t ts_ms)
{
    double alk = p->traits.alk_meq_l;

    for (size_t i = 0; i < p->events; i++)
        alk -= flushed_share(&p->event[i], ts_ms) * (p->traits.alk_meq_l + p->event[i].size);
    return fmax(-0.9, alk);
}

/* Hours since a turnover began; negative: not yet, or another event. */
static double turned_h(const struct pond_event *e, int64_t ts_ms)
{
    return e->kind == POND_EVENT_TURNOVER ? (double)(ts_ms - e->from_ms) / 3.6e6 : -1;
}

/* How fast a turnover takes oxygen, 1/h. */
static double turning_per_h(const struct pond *p, int64_t ts_ms)
{
    double sum = 0;

    for (size_t i = 0; i < p->events; i++) {
        double h = turned_h(&p->event[i], ts_ms);
        if (h >= 0 && h < TURN_H)
            sum += -log(fmax(1e-3, 1 - p->event[i].size)) / TURN_H;
    }
    return sum;
}

/* Degrees an hour of it. */
static double turning_c_h(const struct pond *p, int64_t ts_ms)
{
    double sum = 0;

    for (size_t i = 0; i < p->events; i++) {
        double h = turned_h(&p->event[i], ts_ms);
        if (h >= 0 && h < TURN_H)
            sum -= TURN_C / TURN_H;
    }
    return sum;
}

/* The mud's appetite, times its usual. */
static double stirred(const struct pond *p, int64_t ts_ms)
{
    double times = 1;

    for (size_t i = 0; i < p->events; i++) {
        double h = turned_h(&p->event[i], ts_ms);
        if (h >= 0)
            times += TURNED_MUD_TIMES * exp(-h / TURNED_MUD_H);
    }
    return times;
}

/* Smits et al. 2024 (lakes of California): shortwave 20 % less on dense smoke days; British Columbia: to 50 %, once 90 %. No
 * measurement of Kalimantan was found. */
double pond_event_light(const struct pond_event *event, size_t n, int64_t ts_ms)
{
    double left = 1;

    for (size_t i = 0; i < n; i++)
        if (event[i].kind == POND_EVENT_SMOKE && ts_ms >= event[i].from_ms &&
            ts_ms < event[i].to_ms)
            left *= 1 - event[i].size;
    return left;
}

static struct weather sky_at(const struct pond *p, int64_t ts_ms)
{
    struct weather w = weather_at(p->seed, ts_ms);
    double light = pond_event_light(p->event, p->events, ts_ms);

    w.global_w_m2 *= light;
    w.par_w_m2 *= light;
    return w;
}

static double living_chl_at(const struct pond *p, int64_t ts_ms)
{
    double x = (double)ts_ms / (double)CIVIL_DAY_MS;

    return p->traits.chl_ug_l * exp(0.35 * rng_smooth(rng_key_text(p->key, "bloom"), x / 1.5) +
                                    0.4 * rng_smooth(rng_key_text(p->key, "slow bloom"), x / 9));
}

static double chl_at(const struct pond *p, int64_t ts_ms)
{
    double chl = living_chl_at(p, ts_ms);

    for (size_t i = 0; i < p->events; i++)
        chl *= 1 - dead_share(&p->event[i], ts_ms);
    return chl;
}

/* What dead algae take, mg/(L h) at 28 C, before the limit by oxygen. */
static double rotting_mg_l_h(const struct pond *p, int64_t ts_ms)
{
    double sum = 0;

    for (size_t i = 0; i < p->events; i++) {
        double h = (double)(ts_ms - p->event[i].from_ms) / 3.6e6;
        if (p->event[i].kind == POND_EVENT_CRASH && h > 0)
            sum += p->event[i].size * (1 - exp(-h / CRASH_H)) * exp(-h / ROT_H);
    }
    return sum * ROT_TIMES * ALGAE_RESP_MG_MG_H * living_chl_at(p, ts_ms) / 1000;
}

/* The transfer of blower and aerators, 1/h. */
static double aeration_per_h(const struct pond *p, int64_t ts_ms)
{
    double sum = p->traits.blower_per_h + p->aerator_per_h;

    for (size_t i = 0; i < p->events; i++) {
        const struct pond_event *e = &p->event[i];
        if (ts_ms < e->from_ms || ts_ms >= e->to_ms)
            continue;
        if (e->kind == POND_EVENT_POWER)
            return 0;
        if (e->kind == POND_EVENT_AERATOR)
            sum += e->size;
    }
    return sum;
}

static double depth_m(const struct pond *p, const struct state *s)
{
    return p->system == POND_SYSTEM_CAGE ? p->depth_m : fmax(0.2, s->level_cm / 100);
}

/* Wind suspends mud; run-off brings silt. */
static double inorganic_ntu(const struct pond *p, const struct state *s, const struct weather *w)
{
    return p->traits.turb_ntu + 0.3 * w->wind_m_s * w->wind_m_s / depth_m(p, s) + s->runoff_ntu;
}

/* Degrees an hour. */
static double heating(const struct state *s, const struct weather *w, double z)
{
    double wind = 9.2 + 0.46 * w->wind_m_s * w->wind_m_s;
    double tm = (s->temp_c + w->dew_c) / 2;
    double beta = 0.35 + 0.015 * tm + 0.0012 * tm * tm;
    double k = 4.5 + 0.05 * s->temp_c + beta * wind + 0.47 * wind;
    double equilibrium_c = w->dew_c + 0.94 * w->global_w_m2 / k;
    double rain_m_h = w->rain_mm_h / 1000;

    return 3600 * k * (equilibrium_c - s->temp_c) / (HEAT_CAPACITY_J_M3_C * z) +
           rain_m_h / z * (RAIN_TEMP_C - s->temp_c);
}

/* Gas transfer through the surface, 1/h, for a gas of that Schmidt number. */
static double surface_per_h(const struct weather *w, double schmidt, double z)
{
    double k600_m_d = 0.24 * (2.07 + 0.215 * pow(w->wind_m_s, 1.7));

    return k600_m_d / sqrt(schmidt / 600) / z / 24;
}

static double schmidt_o2(double t)
{
    return 1568 - 86.04 * t + 2.142 * t * t - 0.0216 * t * t * t;
}

static double schmidt_co2(double t)
{
    return 1911.1 - 118.11 * t + 3.4527 * t * t - 0.04132 * t * t * t;
}

/* Share of the full rate of photosynthesis, mean over the depth, 0..1. */
static double light_share(double par_w_m2, double k_per_m, double z)
{
    double kz = k_per_m * z;

    return log((par_w_m2 + LIGHT_HALF_W_M2) / (par_w_m2 * exp(-kz) + LIGHT_HALF_W_M2)) / kz;
}

static double meal_g_m2_h(const struct pond *p, int64_t ts_ms)
{
    static const double MEAL_START_H[] = {7.5, 16};
    static const double MEAL_H = 0.5;
    double hour = (double)(ts_ms - civil_day_start(civil_day(ts_ms))) / 3.6e6;
    double ration_g_m2 = p->traits.fish_kg_m2 * 1000 * RATION_PER_DAY / 2;

    for (size_t i = 0; i < sizeof MEAL_START_H / sizeof MEAL_START_H[0]; i++)
        if (hour >= MEAL_START_H[i] && hour < MEAL_START_H[i] + MEAL_H)
            return ration_g_m2 / MEAL_H;
    return 0;
}

/* All oxygen terms of one step, mg/(L h), losses negative. */
struct rates {
    double gpp, algae, mud, water, fish, nitrification, air, flow;
};

static struct rates oxygen_rates(const struct pond *p, const struct state *s,
                                 const struct weather *w, const struct river *r, double dissolved,
                                 int64_t ts_ms)
{
    const struct pond_traits *t = &p->traits;
    double z = depth_m(p, s), c = s->do_mg_l, temp = s->temp_c;
    double chl_ug_l = chl_at(p, ts_ms), chl_mg_l = chl_ug_l / 1000;
    double k_per_m = 0.4 + 0.014 * chl_ug_l + t->humic_per_m + 0.02 * inorganic_ntu(p, s, w);
    double aerobic = c / (c + 0.3);
    double gut_mean_g_m2 = t->fish_kg_m2 * 1000 * RATION_PER_DAY * GUT_H / 24;
    double gut = gut_mean_g_m2 > 0 ? s->gut_g_m2 / gut_mean_g_m2 : 0;
    double saturation = watereq_do_sat_mg_l(temp, 0, WATEREQ_BARO_LOWLAND_HPA);
    double air_per_h = surface_per_h(w, schmidt_o2(temp), z) + aeration_per_h(p, ts_ms);
    struct rates o = {
        .gpp = GPP_MG_MG_H * chl_mg_l * theta(1.04, temp) * light_share(w->par_w_m2, k_per_m, z) *
               dissolved / (dissolved + 0.1),
        .algae = -ALGAE_RESP_MG_MG_H * chl_mg_l * theta(1.07, temp) * aerobic,
        .mud = -t->mud_mg_m2_h / 1000 / z * stirred(p, ts_ms) * theta(1.065, temp) * aerobic,
        .water = -(t->water_mg_l_h + rotting_mg_l_h(p, ts_ms)) * theta(1.047, temp) * aerobic -
                 turning_per_h(p, ts_ms) * c,
        .fish = -t->fish_kg_m2 / z * FISH_MG_KG_H / 1000 * theta(1.07, temp) * (0.8 + 0.2 * gut) *
                c / (c + 0.8),
        .nitrification = -O2_PER_N_NITRIFIED * t->nitrify_per_h * theta(1.08, temp) * c / (c + 1) *
                         s->tan_n_mg_l,
        .air = air_per_h * (saturation - c),
        .flow = t->flow_per_h * (r->do_mg_l - c),
    };
    return o;
}

/* TAN, mg N/(L h). */
static double tan_rate(const struct pond *p, const struct state *s, const struct rates *o,
                       const struct river *r, double z)
{
    double excretion = EXCRETED_G_PER_G_FEED * s->gut_g_m2 / GUT_H / z;
    double mineralised = -N_PER_O2_MUD * o->mud;
    double grown = N_PER_O2_ALGAE * (o->gpp + o->algae);
    double nitrified = -o->nitrification / O2_PER_N_NITRIFIED;
    double to_air = NH3_LOSS_M_D / 24 / z * watereq_nh3_n_mg_l(s->tan_n_mg_l, s->temp_c, s->ph);
    double to_mud = MUD_TAKES_TAN_M_D / 24 / z * s->tan_n_mg_l;

    if (grown > 0) /* at night algae give some back */
        grown *= s->tan_n_mg_l / (s->tan_n_mg_l + 0.05);
    return excretion + mineralised - grown - nitrified - to_air - to_mud +
           p->traits.flow_per_h * (r->tan_n_mg_l - s->tan_n_mg_l);
}

static double level_rate_cm_h(const struct pond *p, const struct state *s, const struct weather *w)
{
    double set_cm = 100 * p->depth_m;
    double evaporation_mm_h = 4.3 / 24 * w->global_w_m2 / 200;
    double over_cm = s->level_cm - set_cm - OUTLET_CM;

    return (w->rain_mm_h - evaporation_mm_h) / 10 - (s->level_cm - set_cm) / 24 -
           (over_cm > 0 ? over_cm : 0);
}

static double tide_cm(int64_t ts_ms)
{
    static const double LUNAR_H = 12.4206, SPRING_H = 354.37, HALF_RANGE_CM = 35;
    double h = (double)ts_ms / 3.6e6;

    return HALF_RANGE_CM * (0.75 + 0.25 * cos(6.283185307179586 * h / SPRING_H)) *
           cos(6.283185307179586 * h / LUNAR_H);
}

static void account(struct pond_oxygen *a, const struct rates *o)
{
    a->gpp += o->gpp * STEP_H;
    a->algae += o->algae * STEP_H;
    a->mud += o->mud * STEP_H;
    a->water += o->water * STEP_H;
    a->fish += o->fish * STEP_H;
    a->nitrification += o->nitrification * STEP_H;
    a->air += o->air * STEP_H;
    a->flow += o->flow * STEP_H;
}

/* One minute on from next_ms. Every loss of oxygen falls to 0 with the oxygen, and faster than 1 / STEP_H never, so
 * that oxygen cannot become negative. */
static void step(struct pond *p)
{
    const struct pond_traits *t = &p->traits;
    struct state s = p->next, n = s;
    struct weather w = sky_at(p, p->next_ms);
    struct river river = river_at(p, p->next_ms);
    double z = depth_m(p, &s);
    struct carbonate_parts parts = carbonate_parts_at(&s.k, s.dic_mmol_l, s.ph);
    struct rates o = oxygen_rates(p, &s, &w, &river, parts.co2 + parts.hco3, p->next_ms);
    double breathed = -(o.algae + o.mud + o.water + o.fish);
    double co2_per_h =
        surface_per_h(&w, schmidt_co2(s.temp_c), z) + 0.8 * aeration_per_h(p, p->next_ms);

    n.temp_c += STEP_H * (heating(&s, &w, z) + turning_c_h(p, p->next_ms) +
                          t->flow_per_h * (river.temp_c - s.temp_c));
    n.do_mg_l +=
        STEP_H * (o.gpp + o.algae + o.mud + o.water + o.fish + o.nitrification + o.air + o.flow);
    n.dic_mmol_l += STEP_H * ((breathed - o.gpp) / O2_MG_PER_MMOL +
                              co2_per_h * (1e3 * s.k.kh * CO2_AIR_ATM - parts.co2) +
                              t->flow_per_h * (river.dic_mmol_l - s.dic_mmol_l));
    n.tan_n_mg_l += STEP_H * tan_rate(p, &s, &o, &river, z);
    n.gut_g_m2 += STEP_H * (meal_g_m2_h(p, p->next_ms) - s.gut_g_m2 / GUT_H);
    n.runoff_ntu += STEP_H * (0.8 * w.rain_mm_h - s.runoff_ntu / RUNOFF_H);
    n.level_cm += STEP_H * level_rate_cm_h(p, &s, &w);
    n.k = carbonate_constants_at(n.temp_c);
    n.ph = carbonate_ph(&n.k, n.dic_mmol_l, alk_meq_l_at(p, p->next_ms), t->doc_mg_l, s.ph);

    p->account_last = p->account;
    account(&p->account, &o);
    p->last = s;
    p->next = n;
    p->next_ms += STEP_MS;
}

/* Where the run-up begins; 40 days later little of it is left. */
static struct state first_guess(const struct pond *p)
{
    struct state s = {.temp_c = 29,
                      .do_mg_l = 5,
                      .dic_mmol_l = p->traits.alk_meq_l,
                      .tan_n_mg_l = 0.5,
                      .level_cm = 100 * p->depth_m};

    s.k = carbonate_constants_at(s.temp_c);
    s.ph = carbonate_ph(&s.k, s.dic_mmol_l, p->traits.alk_meq_l, p->traits.doc_mg_l, 7);
    return s;
}

struct pond *pond_new(const struct pond_config *c, int64_t start_ms)
{
    struct pond *p = xcalloc(1, sizeof *p);
    int32_t block = civil_day(start_ms) / RUNUP_DAYS;

    p->traits = pond_traits_draw(c->seed, c->slug, c->system, c->depth_m, c->fish_kg_m2);
    p->seed = c->seed;
    p->key = rng_key_text(rng_key_text(c->seed, "pond"), c->slug);
    p->system = c->system;
    p->depth_m = c->depth_m;
    p->events = c->events;
    p->event = xcalloc(c->events, sizeof *p->event);
    if (c->events > 0)
        memcpy(p->event, c->event, c->events * sizeof *p->event);
    p->next_ms = civil_day_start((block - 1) * RUNUP_DAYS);
    p->now_ms = p->next_ms;
    p->next = p->last = first_guess(p);
    pond_advance(p, start_ms);
    p->account = p->account_last = (struct pond_oxygen){0};
    return p;
}

void pond_free(struct pond *p)
{
    if (p != NULL)
        free(p->event);
    free(p);
}

void pond_aerate(struct pond *p, double per_h)
{
    /* more than rounding */
    if (fabs(per_h - p->aerator_per_h) < 1e-9)
        return;
    p->aerator_per_h = per_h;
    p->next = p->last;
    p->next_ms -= STEP_MS;
    p->account = p->account_last;
    step(p);
}

void pond_advance(struct pond *p, int64_t ts_ms)
{
    if (ts_ms <= p->now_ms)
        return;
    while (p->next_ms < ts_ms)
        step(p);
    p->now_ms = ts_ms;
}

static double between(double a, double b, double f)
{
    return a + f * (b - a);
}

struct pond_sample pond_now(const struct pond *p)
{
    const struct state *a = &p->last, *b = &p->next;
    double f = 1 - (double)(p->next_ms - p->now_ms) / (double)STEP_MS;
    struct weather w = weather_at(p->seed, p->now_ms);
    struct pond_sample s = {
        .temp_c = between(a->temp_c, b->temp_c, f),
        .do_mg_l = between(a->do_mg_l, b->do_mg_l, f),
        .ph = between(a->ph, b->ph, f),
        .level_cm = between(a->level_cm, b->level_cm, f),
        .tan_n_mg_l = between(a->tan_n_mg_l, b->tan_n_mg_l, f),
        .chl_ug_l = chl_at(p, p->now_ms),
    };
    double set_cm = 100 * p->depth_m;

    s.ec_us_cm = p->traits.ec25_us_cm * set_cm / s.level_cm * (1 + 0.0191 * (s.temp_c - 25));
    s.turb_ntu = inorganic_ntu(p, b, &w) + 0.12 * s.chl_ug_l;
    if (p->system == POND_SYSTEM_CAGE)
        s.level_cm = set_cm + tide_cm(p->now_ms);
    return s;
}

struct pond_oxygen pond_oxygen(const struct pond *p)
{
    struct pond_oxygen a = p->account;

    a.ts_ms = p->next_ms;
    a.do_mg_l = p->next.do_mg_l;
    return a;
}

double pond_fish_kg_m2(const struct pond *p)
{
    return p->traits.fish_kg_m2;
}
