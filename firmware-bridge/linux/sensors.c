/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sensors.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "collector/common/log.h"
#include "firmware-bridge/core/nila_regmap.h"

#include "pond.h"
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
/* clang-format on */

struct water {
    struct pond *pond; /* NULL: no device measures it */
    pthread_mutex_t lock;
};

struct sensors {
    const struct site *site;
    uint64_t seed;
    bool noise;
    struct water *water; /* one a pond of the site */
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

struct sensors *sensors_new(const struct sensors_config *c, int64_t start_ms)
{
    struct sensors *s = xcalloc(1, sizeof *s);

    s->site = c->site;
    s->seed = c->seed;
    s->noise = c->noise;
    s->water = xcalloc(c->site->ponds, sizeof *s->water);
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
            s->water[i].pond = pond_new(&pc, start_ms);
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
    free(s->water);
    free(s);
}

static size_t water_values(struct water *w, int64_t ts_ms, double value[SENSOR_CHANNELS_MAX])
{
    struct pond_sample p;

    (void)pthread_mutex_lock(&w->lock);
    pond_advance(w->pond, ts_ms);
    p = pond_now(w->pond);
    (void)pthread_mutex_unlock(&w->lock);
    value[0] = p.temp_c;
    value[1] = p.do_mg_l;
    value[2] = p.ph;
    value[3] = p.ec_us_cm;
    value[4] = p.turb_ntu;
    value[5] = p.level_cm;
    value[6] = p.tan_n_mg_l;
    return sizeof WATER / sizeof WATER[0];
}

static size_t weather_values(uint64_t seed, int64_t ts_ms, double value[SENSOR_CHANNELS_MAX])
{
    struct weather w = weather_at(seed, ts_ms);

    value[0] = w.air_temp_c;
    value[1] = w.par_w_m2;
    value[2] = w.wind_m_s;
    return sizeof WEATHER / sizeof WEATHER[0];
}

int sensors_read(struct sensors *s, int device, int64_t ts_ms,
                 struct sim_channel ch[SENSOR_CHANNELS_MAX])
{
    const struct site_device *d = &s->site->device[device];
    uint64_t key =
        rng_key(rng_key_text(rng_key_text(s->seed, "noise"), d->slug), (uint64_t)(ts_ms / 1000));
    double value[SENSOR_CHANNELS_MAX];
    size_t kinds;
    const struct sensor_kind *k = sensor_kinds(d->pond >= 0, &kinds);
    size_t n = d->pond >= 0 ? water_values(&s->water[d->pond], ts_ms, value)
                            : weather_values(s->seed, ts_ms, value);

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
