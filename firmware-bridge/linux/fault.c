/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fault.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/watereq.h"
#include "firmware-bridge/core/nila_regmap.h"

#include "number.h"
#include "rng.h"

static int find_device(const struct site *site, const char *slug)
{
    for (unsigned i = 0; i < site->devices; i++)
        if (strcmp(site->device[i].slug, slug) == 0)
            return (int)i;
    return -1;
}

static int find_kind(const char *name)
{
    static const char *const NAME[] = {"silent", "absent", "nonsense", "stuck",
                                       "fouled", "drift",  "air"};

    for (int i = 0; i < (int)(sizeof NAME / sizeof NAME[0]); i++)
        if (strcmp(name, NAME[i]) == 0)
            return i;
    return -1;
}

int fault_parse(struct fault *out, const char *text, const struct site *site)
{
    char copy[160], *part[4] = {NULL}, *rest = copy;
    struct fault f = {.from_s = 0, .to_s = INFINITY};
    size_t n = 0;
    int kind;

    if (strlen(text) >= sizeof copy)
        return NILA_ERR_PARSE;
    memcpy(copy, text, strlen(text) + 1);
    while (rest != NULL) {
        if (n == sizeof part / sizeof part[0])
            return NILA_ERR_PARSE;
        part[n++] = strsep(&rest, ":");
    }
    if (n < 2)
        return NILA_ERR_PARSE;
    f.device = find_device(site, part[0]);
    kind = find_kind(part[1]);
    if (f.device < 0 || kind < 0)
        return NILA_ERR_NOT_FOUND;
    f.kind = (enum fault_kind)kind;
    if ((n > 2 && number_double(part[2], -1e9, 1e9, &f.from_s) != 0) ||
        (n > 3 && number_double(part[3], -1e9, 1e9, &f.to_s) != 0))
        return NILA_ERR_PARSE;
    if (f.from_s < 0 || f.to_s <= f.from_s)
        return NILA_ERR_RANGE;
    *out = f;
    return 0;
}

static void nonsense(int64_t ts_ms, struct sim_channel ch[SIM_CHANNELS_MAX], int n)
{
    /* Drawn from the second, not counted: a master that asks every minute must meet all four. */
    unsigned which = (unsigned)(rng_key(1, (uint64_t)(ts_ms / 1000)) % 4);

    for (int i = 0; i < n; i++) {
        bool temperature = ch[i].kind == NILA_KIND_TEMP_C || ch[i].kind == NILA_KIND_AIR_TEMP_C;
        const double VALUE[4] = {3.0e5, -127.0, temperature ? 85.0 : 3.0e5, 0.0};
        ch[i].value = VALUE[which];
        ch[i].quality = 0;
    }
}

static int stuck(struct fault *f, struct sim_channel ch[SIM_CHANNELS_MAX], int n)
{
    if (!f->holding) {
        memcpy(f->held, ch, (size_t)n * sizeof *ch);
        f->held_n = n;
        f->holding = true;
    }
    memcpy(ch, f->held, (size_t)f->held_n * sizeof *ch);
    return f->held_n;
}

/* A film over the membrane: slower, and blind to the swing. */
static void fouled(struct fault *f, double t_s, struct sim_channel ch[SIM_CHANNELS_MAX], int n)
{
    static const double DAY_S = 86400, GROWN_S = 10 * 86400.0, BLIND = 0.7;

    for (int i = 0; i < n; i++) {
        if (ch[i].kind != NILA_KIND_DO_MG_L || !isfinite(ch[i].value))
            continue;
        if (!f->holding)
            f->mean = ch[i].value;
        else
            f->mean += (ch[i].value - f->mean) * (1 - exp(-(t_s - f->mean_s) / DAY_S));
        f->holding = true;
        f->mean_s = t_s;
        ch[i].value += (f->mean - ch[i].value) * BLIND * fmin(1, (t_s - f->from_s) / GROWN_S);
    }
}

static void drift(const struct fault *f, double t_s, struct sim_channel ch[SIM_CHANNELS_MAX], int n)
{
    const double days = (t_s - f->from_s) / 86400;

    for (int i = 0; i < n; i++) {
        if (ch[i].kind == NILA_KIND_DO_MG_L)
            ch[i].value *= fmax(0.6, 1 - 0.04 * days);
        else if (ch[i].kind == NILA_KIND_PH)
            ch[i].value += fmin(0.5, 0.05 * days);
    }
}

/* What hangs with the probe; a level or turbidity meter is another device's. */
static void in_air(int64_t ts_ms, struct sim_channel ch[SIM_CHANNELS_MAX], int n)
{
    const double hour = (double)(ts_ms - civil_day_start(civil_day(ts_ms))) / 3.6e6;
    const double air_c = 28.5 + 4.5 * cos(6.283185307179586 * (hour - 14) / 24);
    const double wander = rng_smooth(rng_key_text(2, "dry glass"), (double)ts_ms / 1.8e6);

    for (int i = 0; i < n; i++) {
        if (ch[i].kind == NILA_KIND_TEMP_C)
            ch[i].value = air_c + 0.05 * wander;
        else if (ch[i].kind == NILA_KIND_DO_MG_L)
            ch[i].value =
                watereq_do_sat_mg_l(air_c, 0, WATEREQ_BARO_LOWLAND_HPA) * (1 + 0.004 * wander);
        else if (ch[i].kind == NILA_KIND_PH)
            ch[i].value = 7 + 0.6 * wander;
        else if (ch[i].kind == NILA_KIND_EC_US_CM)
            ch[i].value = 0;
    }
}

int fault_apply(struct fault *f, int device, double t_s, int64_t ts_ms,
                struct sim_channel ch[SIM_CHANNELS_MAX], int n)
{
    if (device != f->device || n < 0 || t_s < f->from_s || t_s >= f->to_s)
        return n;
    switch (f->kind) {
    case FAULT_SILENT:
        return -1;
    case FAULT_ABSENT:
        for (int i = 0; i < n; i++) {
            ch[i].value = NAN;
            ch[i].quality = NILA_Q_ABSENT;
        }
        return n;
    case FAULT_NONSENSE:
        nonsense(ts_ms, ch, n);
        return n;
    case FAULT_STUCK:
        return stuck(f, ch, n);
    case FAULT_FOULED:
        fouled(f, t_s, ch, n);
        return n;
    case FAULT_DRIFT:
        drift(f, t_s, ch, n);
        return n;
    case FAULT_AIR:
        in_air(ts_ms, ch, n);
        return n;
    }
    return n;
}
