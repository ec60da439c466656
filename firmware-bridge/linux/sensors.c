/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sensors.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "collector/common/log.h"
#include "firmware-bridge/core/nila_regmap.h"

#include "pond.h"
#include "quantities.h"
#include "rng.h"
#include "weather.h"

/* Noise of good, freshly calibrated probes; turbidity, EC, TAN and PAR probes err in proportion. */
/* clang-format off */
static const struct sensor_kind WATER[] = {
    {NILA_KIND_TEMP_C,     METRIC_TEMP_C,     0.05, 0,     false},
    {NILA_KIND_DO_MG_L,    METRIC_DO_MG_L,    0.05, 0,     true},
    {NILA_KIND_PH,         METRIC_PH,         0.02, 0,     true},
    {NILA_KIND_EC_US_CM,   METRIC_EC_US_CM,   0.5,  0.005, true},
    {NILA_KIND_TURB_NTU,   METRIC_TURB_NTU,   0.3,  0.02,  true},
    {NILA_KIND_LEVEL_CM,   METRIC_LEVEL_CM,   0.3,  0,     false},
    {NILA_KIND_TAN_N_MG_L, METRIC_TAN_N_MG_L, 0.01, 0.03,  true},
};
static const struct sensor_kind WEATHER[] = {
    {NILA_KIND_AIR_TEMP_C, METRIC_AIR_TEMP_C, 0.1,  0,     false},
    {NILA_KIND_PAR_W_M2,   METRIC_PAR_W_M2,   0,    0.01,  true},
    {NILA_KIND_WIND_M_S,   METRIC_WIND_M_S,   0.05, 0.02,  true},
};
/* What only devices of other profiles measure. */
static const struct sensor_kind OTHER[] = {
    {SIM_KIND_OTHER, METRIC_DO_SAT_PCT, 0.5,   0,     true},
    {SIM_KIND_OTHER, METRIC_ORP_MV,     2,     0,     false},
    {SIM_KIND_OTHER, METRIC_EC25_US_CM, 0.5,   0.005, true},
    {SIM_KIND_OTHER, METRIC_SAL_PSU,    0.001, 0.005, true},
    {SIM_KIND_OTHER, METRIC_TDS_MG_L,   0.5,   0.005, true},
    {SIM_KIND_OTHER, METRIC_NH3_N_MG_L, 0.001, 0.05,  true},
    {SIM_KIND_OTHER, METRIC_NO2_N_MG_L, 0.005, 0.05,  true},
    {SIM_KIND_OTHER, METRIC_CHL_UG_L,   1,     0.05,  true},
    {SIM_KIND_OTHER, METRIC_PRESS_KPA,  0.03,  0,     true},
    {SIM_KIND_OTHER, METRIC_SECCHI_CM,  1,     0,     true},
    {SIM_KIND_OTHER, METRIC_AIR_RH_PCT, 1,     0,     true},
    {SIM_KIND_OTHER, METRIC_BARO_HPA,   0.1,   0,     true},
    {SIM_KIND_OTHER, METRIC_VOLT_V,     0,     0.005, true},
    {SIM_KIND_OTHER, METRIC_CURRENT_A,  0,     0.01,  true},
    {SIM_KIND_OTHER, METRIC_POWER_W,    0,     0.01,  true},
};
/* clang-format on */

struct water {
    struct pond *pond; /* NULL: no device measures it */
    pthread_mutex_t lock;
};

struct sensors {
    const struct site *site;
    uint64_t seed;
    bool noise;
    struct water *water;      /* one a pond of the site */
    struct pond_event *smoke; /* of all ponds: over the whole site's sky */
    size_t smokes;
};

const struct sensor_kind *sensor_kinds(bool with_pond, size_t *n)
{
    *n = with_pond ? sizeof WATER / sizeof WATER[0] : sizeof WEATHER / sizeof WEATHER[0];
    return with_pond ? WATER : WEATHER;
}

static bool measured(const struct site *site, unsigned pond)
{
    for (unsigned i = 0; i < site->devices; i++)
        if (site->device[i].pond == (int)pond)
            return true;
    return false;
}

static struct pond *new_pond(const struct sensors_config *c, struct pond_config *pc, int index,
                             int64_t start_ms)
{
    struct pond_event *event = xcalloc(c->events, sizeof *event);
    struct pond *p;

    for (size_t i = 0; i < c->events; i++)
        if (c->event[i].pond == index)
            event[pc->events++] = c->event[i].what;
    pc->event = event;
    p = pond_new(pc, start_ms);
    free(event);
    return p;
}

void sensors_aerate(struct sensors *s, int pond, int64_t ts_ms, double per_h)
{
    struct water *w = &s->water[pond];

    if (w->pond == NULL)
        return;
    (void)pthread_mutex_lock(&w->lock);
    pond_advance(w->pond, ts_ms);
    pond_aerate(w->pond, per_h);
    (void)pthread_mutex_unlock(&w->lock);
}

struct sensors *sensors_new(const struct sensors_config *c, int64_t start_ms)
{
    struct sensors *s = xcalloc(1, sizeof *s);

    s->site = c->site;
    s->seed = c->seed;
    s->noise = c->noise;
    s->water = xcalloc(c->site->ponds, sizeof *s->water);
    s->smoke = xcalloc(c->events, sizeof *s->smoke);
    for (size_t i = 0; i < c->events; i++)
        if (c->event[i].what.kind == POND_EVENT_SMOKE)
            s->smoke[s->smokes++] = c->event[i].what;
    for (unsigned i = 0; i < c->site->ponds; i++) {
        const struct site_pond *p = &c->site->pond[i];
        struct pond_config pc = {
            .slug = p->slug, .system = p->system, .depth_m = p->depth_m, .seed = c->seed};
        int rc = pthread_mutex_init(&s->water[i].lock, NULL);

        if (rc != 0)
            fatal("pond %s: no lock (error %d)", p->slug, rc);
        for (size_t k = 0; k < c->stocks; k++)
            if (c->stock[k].pond == (int)i)
                pc.fish_kg_m2 = c->stock[k].fish_kg_m2;
        if (measured(c->site, i))
            s->water[i].pond = new_pond(c, &pc, (int)i, start_ms);
    }
    return s;
}

void sensors_free(struct sensors *s)
{
    if (s == NULL)
        return;
    for (unsigned i = 0; i < s->site->ponds; i++) {
        pond_free(s->water[i].pond);
        (void)pthread_mutex_destroy(&s->water[i].lock);
    }
    free(s->smoke);
    free(s->water);
    free(s);
}

static struct pond_sample water_now(struct water *w, int64_t ts_ms)
{
    struct pond_sample p;

    (void)pthread_mutex_lock(&w->lock);
    pond_advance(w->pond, ts_ms);
    p = pond_now(w->pond);
    (void)pthread_mutex_unlock(&w->lock);
    return p;
}

static size_t water_values(struct water *w, int64_t ts_ms, double value[SENSOR_CHANNELS_MAX])
{
    struct pond_sample p = water_now(w, ts_ms);

    value[0] = p.temp_c;
    value[1] = p.do_mg_l;
    value[2] = p.ph;
    value[3] = p.ec_us_cm;
    value[4] = p.turb_ntu;
    value[5] = p.level_cm;
    value[6] = p.tan_n_mg_l;
    return sizeof WATER / sizeof WATER[0];
}

/* What a weather station sees. */
static struct weather sky_now(const struct sensors *s, int64_t ts_ms)
{
    struct weather w = weather_at(s->seed, ts_ms);
    const double light = pond_event_light(s->smoke, s->smokes, ts_ms);

    w.global_w_m2 *= light;
    w.par_w_m2 *= light;
    return w;
}

static size_t weather_values(const struct sensors *s, int64_t ts_ms,
                             double value[SENSOR_CHANNELS_MAX])
{
    struct weather w = sky_now(s, ts_ms);

    value[0] = w.air_temp_c;
    value[1] = w.par_w_m2;
    value[2] = w.wind_m_s;
    return sizeof WEATHER / sizeof WEATHER[0];
}

int sensors_read(struct sensors *s, int device, int64_t ts_ms,
                 struct sim_channel ch[SIM_CHANNELS_MAX])
{
    const struct site_device *d = &s->site->device[device];
    uint64_t key =
        rng_key(rng_key_text(rng_key_text(s->seed, "noise"), d->slug), (uint64_t)(ts_ms / 1000));
    double value[SENSOR_CHANNELS_MAX];
    size_t kinds;
    const struct sensor_kind *k = sensor_kinds(d->pond >= 0, &kinds);
    size_t n = d->pond >= 0 ? water_values(&s->water[d->pond], ts_ms, value)
                            : weather_values(s, ts_ms, value);

    for (size_t i = 0; i < n; i++) {
        double v = value[i];
        if (s->noise)
            v += (k[i].noise + k[i].noise_rel * fabs(v)) * rng_normal(rng_key(key, i));
        if (k[i].positive)
            v = fabs(v);
        ch[i] = (struct sim_channel){.kind = k[i].kind, .value = round(v * 1000) / 1000};
    }
    return (int)n;
}

/* The sensor of a metric; one without noise when the tables have none. */
static struct sensor_kind kind_of(enum metric metric)
{
    static const struct {
        const struct sensor_kind *kind;
        size_t n;
    } TABLE[] = {{WATER, sizeof WATER / sizeof WATER[0]},
                 {WEATHER, sizeof WEATHER / sizeof WEATHER[0]},
                 {OTHER, sizeof OTHER / sizeof OTHER[0]}};

    for (size_t t = 0; t < sizeof TABLE / sizeof TABLE[0]; t++)
        for (size_t i = 0; i < TABLE[t].n; i++)
            if (TABLE[t].kind[i].metric == metric)
                return TABLE[t].kind[i];
    return (struct sensor_kind){.kind = SIM_KIND_OTHER, .metric = metric};
}

/* One device at one moment. */
struct look {
    const struct pond_sample *water; /* NULL: in no pond */
    struct weather sky;
    int64_t ts_ms;
    uint64_t key;
    bool noise;
};

static struct sim_channel measure(const struct look *l, enum metric metric)
{
    const struct sensor_kind k = kind_of(metric);
    double v = quantity_now(metric, l->water, &l->sky, l->ts_ms);

    if (l->noise)
        v += (k.noise + k.noise_rel * fabs(v)) * rng_normal(rng_key(l->key, (uint64_t)metric));
    return (struct sim_channel){.kind = k.kind, .value = k.positive ? fabs(v) : v};
}

int sensors_read_profile(struct sensors *s, int device, const struct profile *p, int64_t ts_ms,
                         struct sim_channel ch[SIM_CHANNELS_MAX])
{
    const struct site_device *d = &s->site->device[device];
    struct look l = {.sky = sky_now(s, ts_ms), .ts_ms = ts_ms, .noise = s->noise};
    struct pond_sample water;
    int n = 0;

    l.key =
        rng_key(rng_key_text(rng_key_text(s->seed, "noise"), d->slug), (uint64_t)(ts_ms / 1000));
    if (d->pond >= 0) {
        water = water_now(&s->water[d->pond], ts_ms);
        l.water = &water;
    }
    for (unsigned i = 0; i < p->n; i++)
        ch[n++] = measure(&l, p->m[i].metric);
    for (unsigned i = 0; i < p->spares; i++) {
        enum metric metric = METRIC_COUNT;
        double factor;
        if (quantity_of_spare(&p->spare[i], &metric, &factor)) {
            ch[n] = measure(&l, metric);
            ch[n].value *= factor;
        } else {
            ch[n] = (struct sim_channel){.kind = SIM_KIND_OTHER, .value = factor};
        }
        n++;
    }
    return n;
}
