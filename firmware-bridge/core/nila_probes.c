/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_probes.h"

#define HURRY_MS 2000
#define MS_US    1000U
#define EZO_BAUD 9600UL
#define MS_MOST  1000U /* of a turn of the loop that came late */

enum nila_store_state nila_probes_init(struct nila_probes *p, struct nila_node *node,
                                       const struct nila_probe_gear *gear,
                                       const struct nila_flash *flash, uint32_t base,
                                       uint32_t slot_bytes, uint32_t now_us)
{
    enum nila_store_state state;

    *p = (struct nila_probes){.gear = gear, .since_us = now_us};
    state = nila_channels_init(&p->channels, node, flash, base, slot_bytes);
    nila_ds18b20_init(&p->thermometer);
    if (gear->ezo != NULL)
        gear->ezo->open(gear->ezo->arg, EZO_BAUD);
    return state;
}

bool nila_probes_any(const struct nila_probes *p)
{
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++)
        if (nila_channels_source(&p->channels, i) != NILA_SOURCE_NONE)
            return true;
    return false;
}

static bool is_ezo(unsigned source)
{
    return source == NILA_SOURCE_EZO_DO || source == NILA_SOURCE_EZO_PH ||
           source == NILA_SOURCE_EZO_EC;
}

/* The first channel whose source a wire serves, or NILA_REG_CHANNELS. */
static unsigned channel_of(const struct nila_probes *p, bool ezo)
{
    unsigned i = 0;

    while (i < NILA_REG_CHANNELS) {
        unsigned source = nila_channels_source(&p->channels, i);
        if (ezo ? is_ezo(source) : source == NILA_SOURCE_DS18B20)
            break;
        i++;
    }
    return i;
}

static void ask_ezo(struct nila_probes *p)
{
    const unsigned channel = channel_of(p, true);
    struct nila_water w;
    struct nila_ezo_water water;
    uint8_t source;

    if (channel == NILA_REG_CHANNELS || p->gear->ezo == NULL)
        return;
    source = (uint8_t)nila_channels_source(&p->channels, channel);
    if (source != p->ezo_source) /* the kinds follow one another as the sources do */
        nila_ezo_init(&p->ezo, (enum nila_ezo_kind)(source - NILA_SOURCE_EZO_DO));
    p->ezo_source = source;
    w = nila_channels_water(&p->channels);
    water = (struct nila_ezo_water){w.temp_x1000, w.sal_x1000, w.baro_pa};
    nila_ezo_ask(&p->ezo, &water);
    p->asking = true;
}

void nila_probes_begin(struct nila_probes *p)
{
    if (p->round)
        return;
    p->round = true;
    p->round_ms = p->hurry_ms = 0;
    if (channel_of(p, false) < NILA_REG_CHANNELS && p->gear->thermometer != NULL)
        nila_ds18b20_ask(&p->thermometer);
    ask_ezo(p);
}

/* ---- bytes ---- */

static void move_ezo(struct nila_probes *p)
{
    const struct nila_wire *w = p->gear->ezo;
    uint8_t byte;

    if (w == NULL || p->ezo_source == NILA_SOURCE_NONE)
        return;
    while (w->get(w->arg, &byte))
        nila_ezo_byte(&p->ezo, byte);
    if (w->ready(w->arg) && nila_ezo_take(&p->ezo, &byte))
        w->put(w->arg, byte);
}

static void move_thermometer(struct nila_probes *p)
{
    const struct nila_wire *w = p->gear->thermometer;
    uint32_t baud;
    uint8_t byte;

    if (w == NULL)
        return;
    while (p->baud != 0 && w->get(w->arg, &byte))
        nila_ds18b20_echo(&p->thermometer, byte);
    if ((p->baud != 0 && !w->ready(w->arg)) || !nila_ds18b20_take(&p->thermometer, &byte, &baud))
        return;
    if (baud != p->baud)
        w->open(w->arg, baud);
    p->baud = baud;
    w->put(w->arg, byte);
}

/* ---- the end of a round ---- */

static void put_value(struct nila_probes *p, unsigned channel)
{
    const unsigned source = nila_channels_source(&p->channels, channel);
    int32_t raw = NILA_MISSING;
    uint16_t quality = NILA_Q_ABSENT;

    if (source == NILA_SOURCE_NONE)
        return;
    if (source == NILA_SOURCE_DS18B20) {
        if (p->gear->thermometer != NULL && channel == channel_of(p, false))
            raw = nila_ds18b20_result(&p->thermometer, &quality);
    } else if (is_ezo(source)) {
        if (p->asking && !p->news)
            return; /* still busy: the value before grows older */
        if (p->gear->ezo != NULL && channel == channel_of(p, true))
            raw = nila_ezo_result(&p->ezo, &quality);
    } else if (p->gear->microvolts != NULL && !p->gear->microvolts(p->gear->arg, source, &raw)) {
        raw = NILA_MISSING;
    }
    nila_channels_put(&p->channels, channel, raw, quality);
}

static void end_round(struct nila_probes *p)
{
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++)
        put_value(p, i);
    nila_channels_round(&p->channels);
    p->round = p->news = false;
}

static void hurry(struct nila_probes *p, uint16_t ms)
{
    if (!nila_caltx_active(&p->channels.tx))
        return;
    p->hurry_ms = (uint16_t)(p->hurry_ms + ms);
    if (p->hurry_ms >= HURRY_MS)
        nila_probes_begin(p);
    if (p->hurry_ms >= HURRY_MS)
        p->hurry_ms = HURRY_MS; /* one is still under way */
}

/* The channels' seconds: a calibration's and the age of what the master told. */
static void count_seconds(struct nila_probes *p, uint32_t ms)
{
    const uint32_t all = p->part_ms + ms;

    if (all >= 1000)
        nila_channels_tick(&p->channels, all / 1000);
    p->part_ms = (uint16_t)(all % 1000);
}

void nila_probes_step(struct nila_probes *p, uint32_t now_us)
{
    uint32_t ms = (now_us - p->since_us) / MS_US;

    p->since_us += ms * MS_US;
    count_seconds(p, ms);
    if (ms > MS_MOST)
        ms = MS_MOST;
    move_ezo(p);
    move_thermometer(p);
    if (ms > 0) {
        nila_ezo_tick(&p->ezo, ms);
        nila_ds18b20_tick(&p->thermometer, ms);
        hurry(p, (uint16_t)ms);
        if (p->round_ms < NILA_PROBES_PATIENCE_MS)
            p->round_ms = (uint16_t)(p->round_ms + ms);
    }
    if (p->asking && !nila_ezo_busy(&p->ezo)) {
        p->asking = false;
        p->news = true;
    }
    if (p->round && !nila_ds18b20_busy(&p->thermometer) &&
        (!p->asking || p->round_ms >= NILA_PROBES_PATIENCE_MS))
        end_round(p);
}
