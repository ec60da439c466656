/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_node.h"

static const struct {
    uint16_t reg, min, max;
    bool lock;
} SETTING[] = {
#define AS_SETTING(name, address, least, most, lock, text) {address, least, most, (lock) != 0},
    NILA_HOLDING_MAP(AS_SETTING)
#undef AS_SETTING
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
    if (!nila_node_permits(NILA_HOLD_PERIOD_S, period_s, true))
        node->period_s = period_s < 1 ? 1 : 3600;
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
    reg[NILA_REG_RELAY] = node->relay;
    reg[NILA_REG_BUS_MESSAGES] = node->bus.messages;
    reg[NILA_REG_BUS_CRC] = node->bus.crc;
    reg[NILA_REG_BUS_EXCEPTION] = node->bus.exceptions;
    reg[NILA_REG_BUS_FOREIGN] = node->bus.foreign;
    reg[NILA_REG_BUS_OVERRUN] = node->bus.overrun;
    reg[NILA_REG_BUS_RESYNC] = node->bus.resync;
    reg[NILA_REG_BUS_SILENT] = node->bus.silent;
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++)
        fill_channel(node, &node->channel[i], reg + NILA_REG_CHANNEL(i));
}

/* The registers from first on that one keeper has in one piece. */
struct piece {
    const struct nila_block *block; /* NULL: the node itself */
    uint16_t offset, count;         /* count 0: the register does not exist */
};

static struct piece piece_at(const struct nila_node *node, uint16_t first, uint16_t count)
{
    struct piece p = {.offset = first};
    uint16_t end = NILA_HOLD_BASIC;

    if (first >= NILA_HOLD_BASIC) {
        for (uint8_t i = 0; i < node->blocks && p.block == NULL; i++)
            if (first >= node->block[i].first &&
                first - node->block[i].first < node->block[i].count)
                p.block = &node->block[i];
        if (p.block == NULL)
            return p;
        p.offset = (uint16_t)(first - p.block->first);
        end = p.block->count;
    }
    p.count = (uint16_t)(end - p.offset) < count ? (uint16_t)(end - p.offset) : count;
    return p;
}

/* Do they all exist? Addresses do not wrap. */
static bool exist(const struct nila_node *node, uint16_t first, uint16_t count)
{
    if (count < 1 || first >= NILA_HOLD_END || count > NILA_HOLD_END - first)
        return false;
    while (count > 0) {
        uint16_t n = piece_at(node, first, count).count;
        if (n == 0)
            return false;
        first = (uint16_t)(first + n);
        count = (uint16_t)(count - n);
    }
    return true;
}

static uint16_t setting(const struct nila_node *node, uint16_t reg)
{
    switch (reg) {
    case NILA_HOLD_UNIT:
        return node->unit;
    case NILA_HOLD_RESPONSE_MS:
        return node->response_ms;
    case NILA_HOLD_PERIOD_S:
        return node->period_s;
    default:
        return node->unlocked;
    }
}

uint8_t nila_node_holding(const struct nila_node *node, uint16_t first, uint16_t count,
                          uint16_t *value)
{
    if (!exist(node, first, count))
        return NILA_EXCEPTION_ADDRESS;
    for (uint16_t at = 0; at < count;) {
        struct piece p = piece_at(node, (uint16_t)(first + at), (uint16_t)(count - at));
        if (p.block != NULL)
            p.block->read(p.block->arg, p.offset, p.count, value + at);
        for (uint16_t i = 0; p.block == NULL && i < p.count; i++)
            value[at + i] = setting(node, (uint16_t)(p.offset + i));
        at = (uint16_t)(at + p.count);
    }
    return NILA_EXCEPTION_NONE;
}

bool nila_node_permits(uint16_t reg, uint16_t value, bool open)
{
    for (unsigned i = 0; i < sizeof SETTING / sizeof SETTING[0]; i++)
        if (SETTING[i].reg == reg)
            return value >= SETTING[i].min && value <= SETTING[i].max && (open || !SETTING[i].lock);
    return false;
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

static uint8_t check_own(uint16_t first, uint16_t count, const uint16_t *value, bool *open,
                         bool broadcast)
{
    for (uint16_t i = 0; i < count; i++) {
        uint16_t reg = (uint16_t)(first + i);
        if (reg == NILA_HOLD_UNLOCK)
            *open = value[i] == NILA_UNLOCK;
        else if (!nila_node_permits(reg, value[i], *open) || (reg == NILA_HOLD_UNIT && broadcast))
            return NILA_EXCEPTION_VALUE;
    }
    return NILA_EXCEPTION_NONE;
}

/* Checks every value before the first is applied: a write is never half done. */
static uint8_t check_all(const struct nila_node *node, uint16_t first, uint16_t count,
                         const uint16_t *value, bool *open, bool broadcast)
{
    uint8_t ex = NILA_EXCEPTION_NONE;

    for (uint16_t at = 0; at < count && ex == NILA_EXCEPTION_NONE;) {
        struct piece p = piece_at(node, (uint16_t)(first + at), (uint16_t)(count - at));
        if (p.block == NULL)
            ex = check_own(p.offset, p.count, value + at, open, broadcast);
        else
            ex = p.block->check(p.block->arg, p.offset, p.count, value + at, *open, broadcast);
        at = (uint16_t)(at + p.count);
    }
    return ex;
}

uint8_t nila_node_write(struct nila_node *node, uint16_t first, uint16_t count,
                        const uint16_t *value, bool broadcast)
{
    bool open = node->unlocked;
    uint8_t ex;

    node->unlocked = false;
    if (!exist(node, first, count))
        return NILA_EXCEPTION_ADDRESS;
    ex = check_all(node, first, count, value, &open, broadcast);
    if (ex != NILA_EXCEPTION_NONE)
        return ex;
    for (uint16_t at = 0; at < count;) {
        struct piece p = piece_at(node, (uint16_t)(first + at), (uint16_t)(count - at));
        if (p.block != NULL)
            p.block->apply(p.block->arg, p.offset, p.count, value + at);
        for (uint16_t i = 0; p.block == NULL && i < p.count; i++)
            apply(node, (uint16_t)(p.offset + i), value[at + i]);
        at = (uint16_t)(at + p.count);
    }
    node->unlocked = count == 1 && first == NILA_HOLD_UNLOCK && open;
    return NILA_EXCEPTION_NONE;
}
