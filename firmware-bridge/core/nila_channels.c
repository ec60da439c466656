/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_channels.h"

#include "nila_fix.h"

#define TEMP_NONE     ((int16_t)-32768)
#define SAL_NONE      0xFFFF
#define DAY_S         86400
#define NEVER_S       UINT32_MAX
#define DO_STILL_MG_L 500 /* below it a probe that never moves may be in water without oxygen */

/* --- store -------------------------------------------------------------------------------------------------------- */

/* A store that has taken something is sound again. */
static void mended(struct nila_channels *c)
{
    c->node->health &= (uint16_t)~NILA_HEALTH_STORE;
}

static bool save(struct nila_channels *c)
{
    if (!nila_settings_save(&c->settings, &c->store, NULL, 0))
        return false;
    mended(c);
    return true;
}

static void fit(struct nila_channels *c, unsigned channel)
{
    const struct nila_channel_config *k = &c->settings.config[channel];
    const struct nila_source_info *info = nila_source_info(k->source);
    static const struct nila_filter_config NONE = {0};
    const struct nila_filter_config *f = info != NULL ? &info->filter : &NONE;

    c->fresh[channel] = false;
    nila_filter_init(&c->filter[channel], f);
    nila_filter_tune(&c->filter[channel], k->median != 0 ? k->median : f->median,
                     k->smooth != NILA_SMOOTH_OWN ? k->smooth : f->smooth);
    (void)nila_node_set_channel(c->node, channel, info != NULL ? info->kind : NILA_KIND_NONE,
                                NILA_MISSING, NILA_MISSING, NILA_Q_ABSENT);
}

enum nila_store_state nila_channels_init(struct nila_channels *c, struct nila_node *node,
                                         const struct nila_flash *flash, uint32_t base,
                                         uint32_t slot_bytes)
{
    enum nila_store_state state;
    uint16_t n;

    *c = (struct nila_channels){.node = node,
                                .master_temp_x100 = TEMP_NONE,
                                .master_sal_x100 = SAL_NONE,
                                .master_age_s = {NEVER_S, NEVER_S, NEVER_S}};
    c->cal_reg[NILA_HOLD_CAL_TEMP - NILA_HOLD_CAL_COMMAND] = (uint16_t)TEMP_NONE;
    state = nila_store_find(&c->store, flash, base, slot_bytes, NILA_SETTINGS_BYTES, &n);
    if (state != NILA_STORE_GOOD)
        nila_settings_init(&c->settings);
    else if (!nila_settings_load(&c->settings, &c->store, n))
        state = NILA_STORE_DAMAGED; /* whole, but of other firmware */
    if (state == NILA_STORE_DAMAGED)
        node->health |= NILA_HEALTH_STORE;
    nila_caltx_init(&c->tx, &c->settings, &c->store);
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++)
        fit(c, i);
    return state;
}

bool nila_channels_keep(struct nila_channels *c, const uint16_t own[NILA_SETTINGS_OWN])
{
    for (unsigned i = 1; i < NILA_SETTINGS_OWN; i++)
        c->settings.own[i] = own[i];
    c->settings.own_kept = true;
    return save(c);
}

unsigned nila_channels_source(const struct nila_channels *c, unsigned channel)
{
    return channel < NILA_REG_CHANNELS ? c->settings.config[channel].source : NILA_SOURCE_NONE;
}

static void connect(struct nila_channels *c, unsigned channel, uint8_t source)
{
    c->settings.config[channel].source = source;
    c->settings.cal[channel] = nila_cal_factory((uint8_t)channel, source);
}

bool nila_channels_connect(struct nila_channels *c, unsigned channel, enum nila_source source)
{
    if (channel >= NILA_REG_CHANNELS || (unsigned)source >= NILA_SOURCES)
        return false;
    if (c->settings.config[channel].source == (uint8_t)source)
        return true;
    connect(c, channel, (uint8_t)source);
    fit(c, channel);
    return save(c);
}

/* --- water -------------------------------------------------------------------------------------------------------- */

/* The first valid channel of a kind, or NULL. */
static const struct nila_channel *own(const struct nila_channels *c, uint16_t kind)
{
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++) {
        const struct nila_channel *ch = &c->node->channel[i];
        if (ch->kind == kind && (ch->quality & NILA_Q_VALID) != 0 &&
            ch->age_s <= NILA_STALE_PERIODS * (uint32_t)c->node->period_s)
            return ch;
    }
    return NULL;
}

/* Did the master write it (0 temperature, 1 salinity, 2 pressure) lately? */
static bool told(const struct nila_channels *c, unsigned which)
{
    return c->master_age_s[which] <= NILA_WATER_FRESH_S;
}

struct nila_water nila_channels_water(const struct nila_channels *c)
{
    const struct nila_channel *t = own(c, NILA_KIND_TEMP_C), *ec = own(c, NILA_KIND_EC_US_CM);
    struct nila_water w = {.temp_x1000 = NILA_DEFAULT_TEMP_X1000,
                           .sal_x1000 = NILA_DEFAULT_SAL_X1000,
                           .baro_pa = NILA_DEFAULT_BARO_PA,
                           .default_temp = true,
                           .default_sal = true,
                           .default_baro = true};

    if (t != NULL) {
        w.temp_x1000 = t->value_x1000;
        w.default_temp = false;
    } else if (told(c, 0) && c->master_temp_x100 != TEMP_NONE) {
        w.temp_x1000 = c->master_temp_x100 * 10;
        w.default_temp = false;
    }
    if (ec != NULL && !w.default_temp) {
        w.sal_x1000 = nila_sal_x1000(ec->value_x1000, w.temp_x1000);
        w.default_sal = false;
    } else if (told(c, 1) && c->master_sal_x100 != SAL_NONE) {
        w.sal_x1000 = c->master_sal_x100 * 10;
        w.default_sal = false;
    }
    if (told(c, 2) && c->master_baro_x10 != 0) {
        w.baro_pa = c->master_baro_x10 * 10;
        w.default_baro = false;
    }
    return w;
}

/* --- values ------------------------------------------------------------------------------------------------------- */

void nila_channels_put(struct nila_channels *c, unsigned channel, int32_t raw_x1000,
                       uint16_t quality)
{
    if (channel >= NILA_REG_CHANNELS)
        return;
    c->raw_x1000[channel] = raw_x1000;
    c->raw_quality[channel] = quality;
    c->fresh[channel] = true;
}

static bool due(const struct nila_channels *c, const struct nila_cal *cal)
{
    return c->today != 0 && cal->due != 0 && c->today > cal->due;
}

/* What the calibration says of the value. */
static uint16_t standing(const struct nila_channels *c, const struct nila_cal *cal)
{
    uint16_t q = due(c, cal) ? NILA_Q_DUE : 0;

    if (cal->number == 0 && cal->source != NILA_SOURCE_DS18B20)
        q |= NILA_Q_UNCALIBRATED; /* a thermometer keeps the maker's half a degree by itself */
    return q;
}

static void evaluate(struct nila_channels *c, unsigned channel, const struct nila_water *w)
{
    const struct nila_cal *cal = &c->settings.cal[channel];
    const struct nila_source_info *info = nila_source_info(cal->source);
    int32_t raw = c->raw_x1000[channel], value;
    uint16_t quality, used;
    bool impossible = raw == NILA_MISSING && (c->raw_quality[channel] & NILA_Q_RANGE) != 0;

    if (raw != NILA_MISSING && (raw < info->raw_low || raw > info->raw_high)) {
        impossible = true; /* a torn or shorted probe: no sample for the filter either */
        raw = NILA_MISSING;
    }
    raw = nila_filter_step(&c->filter[channel], raw, &quality);
    if (impossible)
        quality = NILA_Q_RANGE;
    nila_caltx_reading(&c->tx, channel, raw);
    value = nila_cal_value(cal, raw, w, &used);
    quality |= (uint16_t)(used | standing(c, cal));
    if (value != NILA_MISSING && (value < info->low || value > info->high)) {
        quality = (uint16_t)((quality & ~NILA_Q_VALID) | NILA_Q_RANGE);
        value = NILA_MISSING;
    }
    if (value != NILA_MISSING && info->kind == NILA_KIND_DO_MG_L && value < DO_STILL_MG_L &&
        (quality & (NILA_Q_STUCK | NILA_Q_WARMUP)) == NILA_Q_STUCK)
        quality = (uint16_t)((quality & ~NILA_Q_STUCK) | NILA_Q_VALID);
    if (nila_caltx_holds(&c->tx, channel))
        quality = (uint16_t)((quality & ~NILA_Q_VALID) | NILA_Q_WARMUP);
    (void)nila_node_set_channel(c->node, channel, info->kind, value, raw, quality);
    c->node->channel[channel].calibration = cal->number;
}

/* 0 thermometers, 1 conductivity, 2 what is compensated with both. */
static unsigned order_of(uint16_t kind)
{
    return kind == NILA_KIND_TEMP_C ? 0 : kind == NILA_KIND_EC_US_CM ? 1 : 2;
}

void nila_channels_round(struct nila_channels *c)
{
    for (unsigned order = 0; order < 3; order++) {
        struct nila_water w = nila_channels_water(c);
        for (unsigned i = 0; i < NILA_REG_CHANNELS; i++) {
            const struct nila_source_info *info = nila_source_info(c->settings.config[i].source);
            if (info == NULL || !c->fresh[i] || order_of(info->kind) != order)
                continue;
            evaluate(c, i, &w);
            c->fresh[i] = false;
        }
    }
    nila_node_round(c->node);
}

void nila_channels_tick(struct nila_channels *c, uint32_t seconds)
{
    nila_caltx_tick(&c->tx, seconds);
    for (unsigned i = 0; i < 3; i++)
        c->master_age_s[i] =
            c->master_age_s[i] > NEVER_S - seconds ? NEVER_S : c->master_age_s[i] + seconds;
    if (c->today == 0)
        return;
    c->today_s += seconds;
    while (c->today_s >= DAY_S && c->today < UINT16_MAX) {
        c->today_s -= DAY_S;
        c->today++;
    }
}

/* --- registers: what is connected --------------------------------------------------------------------------------- */

static void read_config(const void *arg, uint16_t offset, uint16_t count, uint16_t *value)
{
    const struct nila_channels *c = arg;

    for (unsigned i = 0; i < count; i++) {
        const struct nila_channel_config *k = &c->settings.config[(offset + i) / 2];
        value[i] = (uint16_t)((offset + i) % 2 == 0 ? k->source : k->median | k->smooth << 8);
    }
}

static bool filter_possible(uint16_t v)
{
    uint8_t median = (uint8_t)v, smooth = (uint8_t)(v >> 8);

    return (median == 0 || (median % 2 == 1 && median <= NILA_FILTER_MEDIAN_MAX)) &&
           (smooth <= NILA_FILTER_SMOOTH_MAX || smooth == NILA_SMOOTH_OWN);
}

static uint8_t check_config(const void *arg, uint16_t offset, uint16_t count, const uint16_t *value,
                            bool open, bool broadcast)
{
    const struct nila_channels *c = arg;

    if (!open || broadcast || nila_caltx_active(&c->tx))
        return NILA_EXCEPTION_VALUE;
    for (unsigned i = 0; i < count; i++)
        if ((offset + i) % 2 == 0 ? value[i] >= NILA_SOURCES : !filter_possible(value[i]))
            return NILA_EXCEPTION_VALUE;
    return NILA_EXCEPTION_NONE;
}

static void apply_config(void *arg, uint16_t offset, uint16_t count, const uint16_t *value)
{
    struct nila_channels *c = arg;

    for (unsigned i = 0; i < count; i++) {
        unsigned channel = (offset + i) / 2;
        struct nila_channel_config *k = &c->settings.config[channel];
        if ((offset + i) % 2 == 0 && k->source == value[i])
            continue; /* the same again is no new probe: its calibration stays */
        if ((offset + i) % 2 == 0) {
            connect(c, channel, (uint8_t)value[i]);
        } else {
            k->median = (uint8_t)value[i];
            k->smooth = (uint8_t)(value[i] >> 8);
        }
        fit(c, channel);
    }
    if (!save(c))
        c->node->health |= NILA_HEALTH_STORE;
}

/* --- registers: calibration --------------------------------------------------------------------------------------- */

enum command {
    BEGIN = 1,
    POINT,
    COMMIT,
    ABORT,
    REVERT
};

#define CAL(name) (NILA_HOLD_CAL_##name - NILA_HOLD_CAL_COMMAND)

static int16_t x100(int32_t x1000)
{
    int64_t v = nila_div(x1000, 10);

    if (x1000 == NILA_MISSING || v > INT16_MAX || v < -INT16_MAX)
        return TEMP_NONE;
    return (int16_t)v;
}

static void put32(uint16_t *reg, int32_t v)
{
    reg[0] = (uint16_t)((uint32_t)v >> 16);
    reg[1] = (uint16_t)v;
}

/* What a point is measured in: the thermometer's temperature, unless the master says that of the reference. */
static struct nila_water reference_water(const struct nila_channels *c)
{
    struct nila_water w = nila_channels_water(c);
    int16_t written = (int16_t)c->cal_reg[CAL(TEMP)];

    if (written != TEMP_NONE) {
        w.temp_x1000 = written * 10;
        w.default_temp = false;
    } else if (own(c, NILA_KIND_TEMP_C) == NULL && nila_caltx_active(&c->tx) &&
               c->tx.cal.source == NILA_SOURCE_DS18B20) {
        /* a thermometer against another one: it says itself how warm its bath is */
        w.temp_x1000 = c->tx.live_x1000;
        w.default_temp = c->tx.live_x1000 == NILA_MISSING;
    }
    return w;
}

static void read_cal(const void *arg, uint16_t offset, uint16_t count, uint16_t *value)
{
    const struct nila_channels *c = arg;
    const struct nila_caltx *tx = &c->tx;
    struct nila_water w = reference_water(c);
    bool active = nila_caltx_active(tx);
    uint16_t reg[20] = {0};

    for (unsigned i = 0; i < 10; i++)
        reg[i] = c->cal_reg[i];
    reg[CAL(STATE)] = (uint16_t)tx->state;
    reg[CAL(RESULT)] = (uint16_t)tx->result;
    reg[CAL(STEADY_S)] = tx->steady_s > UINT16_MAX ? UINT16_MAX : (uint16_t)tx->steady_s;
    reg[CAL(LEFT_S)] = active ? (uint16_t)(NILA_CALTX_MINUTES * 60 - tx->idle_s) : 0;
    put32(reg + CAL(LIVE), active ? tx->live_x1000 : NILA_MISSING);
    reg[CAL(LIVE_TEMP)] = (uint16_t)(w.default_temp ? TEMP_NONE : x100(w.temp_x1000));
    reg[CAL(TAKEN)] = active ? tx->cal.points : 0;
    reg[CAL(NEEDED)] = active ? nila_cal_points(tx->cal.method) : 0;
    for (unsigned i = 0; i < count; i++)
        value[i] = reg[offset + i];
}

static uint8_t check_cal(const void *arg, uint16_t offset, uint16_t count, const uint16_t *value,
                         bool open, bool broadcast)
{
    (void)arg;
    if (offset + count > CAL(STATE))
        return NILA_EXCEPTION_ADDRESS;
    if (broadcast)
        return NILA_EXCEPTION_VALUE;
    if (offset == CAL(COMMAND) && (value[0] < BEGIN || value[0] > REVERT ||
                                   (!open && value[0] != POINT && value[0] != ABORT)))
        return NILA_EXCEPTION_VALUE;
    return NILA_EXCEPTION_NONE;
}

static void apply_cal(void *arg, uint16_t offset, uint16_t count, const uint16_t *value)
{
    struct nila_channels *c = arg;
    struct nila_caltx_who who;
    struct nila_water w;

    for (unsigned i = 0; i < count; i++)
        c->cal_reg[offset + i] = value[i];
    if (offset != CAL(COMMAND))
        return;
    who = (struct nila_caltx_who){.operator_id = c->cal_reg[CAL(OPERATOR)],
                                  .date = c->cal_reg[CAL(DATE)],
                                  .due = c->cal_reg[CAL(DUE)]};
    w = reference_water(c);
    switch ((enum command)value[0]) {
    case BEGIN:
        (void)nila_caltx_begin(&c->tx, c->cal_reg[CAL(CHANNEL)], c->cal_reg[CAL(METHOD)], &who);
        break;
    case POINT:
        (void)nila_caltx_point(
            &c->tx,
            (int32_t)((uint32_t)c->cal_reg[CAL(REFERENCE)] << 16 | c->cal_reg[CAL(REFERENCE) + 1]),
            &w);
        break;
    case COMMIT:
        if (nila_caltx_commit(&c->tx) == NILA_CAL_FINE)
            mended(c);
        break;
    case ABORT:
        (void)nila_caltx_abort(&c->tx);
        break;
    case REVERT:
        if (nila_caltx_revert(&c->tx, c->cal_reg[CAL(CHANNEL)]) == NILA_CAL_FINE)
            mended(c);
        break;
    }
}

/* --- registers: water from the master ------------------------------------------------------------------------------ */

#define WATER(name) (NILA_HOLD_##name - NILA_HOLD_WATER_TEMP)

static void read_water(const void *arg, uint16_t offset, uint16_t count, uint16_t *value)
{
    const struct nila_channels *c = arg;
    uint32_t age_min = NEVER_S;
    uint16_t reg[5];

    for (unsigned i = 0; i < 3; i++)
        if (c->master_age_s[i] / 60 < age_min)
            age_min = c->master_age_s[i] / 60;
    reg[WATER(WATER_TEMP)] = (uint16_t)c->master_temp_x100;
    reg[WATER(WATER_SAL)] = c->master_sal_x100;
    reg[WATER(WATER_BARO)] = c->master_baro_x10;
    reg[WATER(TODAY)] = c->today;
    reg[WATER(WATER_AGE_MIN)] = age_min > UINT16_MAX ? UINT16_MAX : (uint16_t)age_min;
    for (unsigned i = 0; i < count; i++)
        value[i] = reg[offset + i];
}

static bool water_possible(unsigned at, uint16_t v)
{
    switch (at) {
    case WATER(WATER_TEMP):
        return (int16_t)v == TEMP_NONE || ((int16_t)v >= 0 && (int16_t)v <= 5000);
    case WATER(WATER_SAL):
        return v == SAL_NONE || v <= 4500;
    case WATER(WATER_BARO):
        return v == 0 || (v >= 5000 && v <= 11000);
    default:
        return true;
    }
}

static uint8_t check_water(const void *arg, uint16_t offset, uint16_t count, const uint16_t *value,
                           bool open, bool broadcast)
{
    (void)arg;
    (void)open;
    (void)broadcast;
    if (offset + count > WATER(WATER_AGE_MIN))
        return NILA_EXCEPTION_ADDRESS;
    for (unsigned i = 0; i < count; i++)
        if (!water_possible(offset + i, value[i]))
            return NILA_EXCEPTION_VALUE;
    return NILA_EXCEPTION_NONE;
}

static void apply_water(void *arg, uint16_t offset, uint16_t count, const uint16_t *value)
{
    struct nila_channels *c = arg;

    for (unsigned i = 0; i < count; i++) {
        unsigned at = offset + i;
        if (at == WATER(TODAY)) {
            c->today_s = value[i] == c->today ? c->today_s : 0;
            c->today = value[i];
            continue;
        }
        c->master_age_s[at] = 0;
        if (at == WATER(WATER_TEMP))
            c->master_temp_x100 = (int16_t)value[i];
        else if (at == WATER(WATER_SAL))
            c->master_sal_x100 = value[i];
        else
            c->master_baro_x10 = value[i];
    }
}

/* --- registers: records -------------------------------------------------------------------------------------------- */

#define VIEW_CANDIDATE 15
#define RECORD(name)   (NILA_HOLD_RECORD_##name - NILA_HOLD_RECORD_NUMBER)

static const struct nila_cal *viewed(const struct nila_channels *c, struct nila_cal *was)
{
    uint16_t view = c->cal_reg[CAL(VIEW)], channel = c->cal_reg[CAL(CHANNEL)];

    if (view == 0 && channel < NILA_REG_CHANNELS)
        return &c->settings.cal[channel];
    if (view >= 1 && nila_settings_history(&c->settings, &c->store, view - 1U, was))
        return was;
    return view == VIEW_CANDIDATE && nila_caltx_active(&c->tx) ? &c->tx.cal : NULL;
}

static void read_record(const void *arg, uint16_t offset, uint16_t count, uint16_t *value)
{
    struct nila_cal was;
    const struct nila_cal *cal = viewed(arg, &was);
    uint16_t reg[NILA_HOLD_RECORD_END - NILA_HOLD_RECORD_NUMBER] = {0};

    if (cal != NULL) {
        reg[RECORD(NUMBER)] = cal->number;
        reg[RECORD(CHANNEL)] = cal->channel;
        reg[RECORD(SOURCE)] = cal->source;
        reg[RECORD(METHOD)] = cal->method;
        reg[RECORD(POINTS)] = cal->points;
        reg[RECORD(DATE)] = cal->date;
        reg[RECORD(DUE)] = cal->due;
        reg[RECORD(OPERATOR)] = cal->operator_id;
        put32(reg + RECORD(SLOPE), cal->slope_ppm);
        put32(reg + RECORD(OFFSET), cal->offset_x1000);
        for (unsigned i = 0; i < cal->points && i < NILA_CAL_POINTS; i++) {
            uint16_t *p = reg + RECORD(POINT_0) + (size_t)5 * i;
            put32(p, cal->point[i].ref_x1000);
            put32(p + 2, cal->point[i].raw_x1000);
            p[4] = (uint16_t)x100(cal->point[i].temp_x1000);
        }
    }
    for (unsigned i = 0; i < count; i++)
        value[i] = reg[offset + i];
}

static uint8_t check_record(const void *arg, uint16_t offset, uint16_t count, const uint16_t *value,
                            bool open, bool broadcast)
{
    (void)arg;
    (void)offset;
    (void)count;
    (void)value;
    (void)open;
    (void)broadcast;
    return NILA_EXCEPTION_ADDRESS;
}

static void apply_record(void *arg, uint16_t offset, uint16_t count, const uint16_t *value)
{
    (void)arg;
    (void)offset;
    (void)count;
    (void)value;
}

void nila_channels_blocks(struct nila_channels *c, struct nila_block block[NILA_CHANNEL_BLOCKS])
{
    block[0] = (struct nila_block){NILA_HOLD_SOURCE_0, 2 * NILA_REG_CHANNELS, c,
                                   read_config,        check_config,          apply_config};
    block[1] = (struct nila_block){NILA_HOLD_CAL_COMMAND,
                                   NILA_HOLD_CAL_NEEDED + 1 - NILA_HOLD_CAL_COMMAND,
                                   c,
                                   read_cal,
                                   check_cal,
                                   apply_cal};
    block[2] = (struct nila_block){NILA_HOLD_WATER_TEMP,
                                   NILA_HOLD_WATER_AGE_MIN + 1 - NILA_HOLD_WATER_TEMP,
                                   c,
                                   read_water,
                                   check_water,
                                   apply_water};
    block[3] = (struct nila_block){NILA_HOLD_RECORD_NUMBER,
                                   NILA_HOLD_RECORD_END - NILA_HOLD_RECORD_NUMBER,
                                   c,
                                   read_record,
                                   check_record,
                                   apply_record};
}
