/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_node.h"

static const struct {
    uint16_t min, max;
} SETTING[NILA_HOLD_COUNT] = {
    [NILA_HOLD_UNLOCK] = {0, 0xFFFF},
    [NILA_HOLD_UNIT] = {1, 247},
    [NILA_HOLD_RESPONSE_MS] = {0, 1000},
    [NILA_HOLD_PERIOD_S] = {1, 3600},
};

static void clear_channel(struct nila_channel *ch)
{
    *ch = (struct nila_channel){.value_x1000 = NILA_MISSING,
                                .raw_x1000 = NILA_MISSING,
                                .age_s = NILA_AGE_NEVER,
                                .kind = NILA_KIND_NONE};
}

void nila_node_init(struct nila_node *node, uint8_t unit, uint16_t period_s,
                    const struct nila_identity *identity)
{
    *node = (struct nila_node){.identity = *identity,
                               .unit = unit,
                               .period_s = period_s,
                               .board_temp_x10 = NILA_BOARD_TEMP_NONE};
    if (period_s < SETTING[NILA_HOLD_PERIOD_S].min)
        node->period_s = SETTING[NILA_HOLD_PERIOD_S].min;
    if (period_s > SETTING[NILA_HOLD_PERIOD_S].max)
        node->period_s = SETTING[NILA_HOLD_PERIOD_S].max;
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++)
        clear_channel(&node->channel[i]);
}

void nila_node_tick(struct nila_node *node, uint32_t seconds)
{
    node->uptime_s += seconds;
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++) {
        struct nila_channel *ch = &node->channel[i];
        ch->age_s = seconds < (uint32_t)(NILA_AGE_NEVER - ch->age_s)
                        ? (uint16_t)(ch->age_s + seconds)
                        : NILA_AGE_NEVER;
    }
}

void nila_node_round(struct nila_node *node)
{
    node->sample++;
}

bool nila_node_set_channel(struct nila_node *node, unsigned channel, uint16_t kind,
                           int32_t value_x1000, int32_t raw_x1000, uint16_t quality)
{
    struct nila_channel *ch;

    if (channel >= NILA_REG_CHANNELS)
        return false;
    ch = &node->channel[channel];
    if (kind != ch->kind)
        clear_channel(ch);
    if (kind == NILA_KIND_NONE)
        return true;
    ch->kind = kind;
    ch->value_x1000 = value_x1000;
    ch->raw_x1000 = raw_x1000;
    if (value_x1000 == NILA_MISSING) {
        ch->quality = (uint16_t)(quality & ~NILA_Q_VALID);
    } else {
        ch->quality = quality;
        ch->age_s = 0;
        ch->sequence++;
    }
    return true;
}

static uint16_t quality_now(const struct nila_node *node, const struct nila_channel *ch)
{
    if (ch->value_x1000 == NILA_MISSING ||
        ch->age_s <= NILA_STALE_PERIODS * (uint32_t)node->period_s)
        return ch->quality;
    return (uint16_t)((ch->quality & ~NILA_Q_VALID) | NILA_Q_STALE);
}

static uint16_t health_now(const struct nila_node *node)
{
    uint16_t health = (uint16_t)(node->health & ~NILA_HEALTH_SENSOR);

    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++)
        if (node->channel[i].kind != NILA_KIND_NONE &&
            (quality_now(node, &node->channel[i]) & NILA_Q_VALID) == 0)
            health |= NILA_HEALTH_SENSOR;
    return health;
}

static void put32(uint16_t *reg, uint32_t v)
{
    reg[0] = (uint16_t)(v >> 16);
    reg[1] = (uint16_t)v;
}

static void fill_channel(const struct nila_node *node, const struct nila_channel *ch, uint16_t *reg)
{
    put32(reg + NILA_CH_VALUE, (uint32_t)ch->value_x1000);
    put32(reg + NILA_CH_RAW, (uint32_t)ch->raw_x1000);
    put32(reg + NILA_CH_SEQUENCE, ch->sequence);
    reg[NILA_CH_QUALITY] = quality_now(node, ch);
    reg[NILA_CH_AGE_S] = ch->age_s;
    reg[NILA_CH_KIND] = ch->kind;
    reg[NILA_CH_CALIBRATION] = ch->calibration;
}

void nila_node_image(const struct nila_node *node, uint16_t reg[NILA_REG_COUNT])
{
    for (unsigned i = 0; i < NILA_REG_COUNT; i++)
        reg[i] = 0;
    reg[NILA_REG_MAGIC] = NILA_MAGIC;
    reg[NILA_REG_MAP_VERSION] = NILA_MAP_VERSION;
    reg[NILA_REG_PRODUCT] = node->identity.product_id;
    reg[NILA_REG_FIRMWARE] = node->identity.firmware;
    put32(reg + NILA_REG_BUILD, node->identity.build);
    put32(reg + NILA_REG_SERIAL, node->identity.serial);
    put32(reg + NILA_REG_UPTIME_S, node->uptime_s);
    put32(reg + NILA_REG_BOOTS, node->identity.boots);
    reg[NILA_REG_RESET_CAUSE] = node->identity.reset_cause;
    reg[NILA_REG_SUPPLY_MV] = node->supply_mv;
    reg[NILA_REG_BOARD_TEMP] = (uint16_t)node->board_temp_x10;
    reg[NILA_REG_UNIT] = node->unit;
    put32(reg + NILA_REG_SAMPLE, node->sample);
    put32(reg + NILA_REG_REQUEST, node->request);
    reg[NILA_REG_HEALTH] = health_now(node);
    reg[NILA_REG_BUS_MESSAGES] = node->bus.messages;
    reg[NILA_REG_BUS_CRC] = node->bus.crc;
    reg[NILA_REG_BUS_EXCEPTION] = node->bus.exceptions;
    reg[NILA_REG_BUS_FOREIGN] = node->bus.foreign;
    reg[NILA_REG_BUS_OVERRUN] = node->bus.overrun;
    reg[NILA_REG_BUS_RESYNC] = node->bus.resync;
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++)
        fill_channel(node, &node->channel[i], reg + NILA_REG_CHANNEL(i));
}

void nila_node_holding(const struct nila_node *node, uint16_t reg[NILA_HOLD_COUNT])
{
    reg[NILA_HOLD_UNLOCK] = node->unlocked;
    reg[NILA_HOLD_UNIT] = node->unit;
    reg[NILA_HOLD_RESPONSE_MS] = node->response_ms;
    reg[NILA_HOLD_PERIOD_S] = node->period_s;
}

static void apply(struct nila_node *node, uint16_t reg, uint16_t value)
{
    if (reg == NILA_HOLD_UNIT)
        node->unit = (uint8_t)value;
    else if (reg == NILA_HOLD_RESPONSE_MS)
        node->response_ms = value;
    else if (reg == NILA_HOLD_PERIOD_S)
        node->period_s = value;
}

uint8_t nila_node_write(struct nila_node *node, uint16_t first, uint16_t count,
                        const uint16_t *value, bool broadcast)
{
    bool open = node->unlocked;

    node->unlocked = false;
    if (count < 1 || first >= NILA_HOLD_COUNT || count > NILA_HOLD_COUNT - first)
        return NILA_EXCEPTION_ADDRESS;
    /* Check every value before the first is applied: a write is never half done. */
    for (unsigned i = 0; i < count; i++) {
        unsigned reg = first + i;
        if (reg == NILA_HOLD_UNLOCK)
            open = value[i] == NILA_UNLOCK;
        else if (!open || value[i] < SETTING[reg].min || value[i] > SETTING[reg].max ||
                 (reg == NILA_HOLD_UNIT && broadcast))
            return NILA_EXCEPTION_VALUE;
    }
    for (unsigned i = 0; i < count; i++)
        apply(node, (uint16_t)(first + i), value[i]);
    node->unlocked = count == 1 && first == NILA_HOLD_UNLOCK && open;
    return NILA_EXCEPTION_NONE;
}
