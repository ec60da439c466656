/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_relay.h"

#define REGISTERS 3

static void fall(struct nila_relay *relay)
{
    relay->fell = true;
    if (relay->safe != NILA_RELAY_KEEP)
        relay->on = relay->safe == NILA_RELAY_ON;
}

void nila_relay_init(struct nila_relay *relay, uint16_t safe, uint16_t silence_min)
{
    if (!nila_node_permits(NILA_HOLD_RELAY_SAFE, safe, true))
        safe = NILA_RELAY_ON;
    if (!nila_node_permits(NILA_HOLD_RELAY_SILENCE_MIN, silence_min, true))
        silence_min = NILA_RELAY_SILENCE_DEFAULT;
    *relay = (struct nila_relay){.safe = safe, .silence_min = silence_min};
    fall(relay);
}

void nila_relay_tick(struct nila_relay *relay, uint32_t seconds, bool heard)
{
    if (heard)
        relay->silent_s = 0;
    else if (relay->silent_s + seconds >= relay->silent_s)
        relay->silent_s += seconds;
    else
        relay->silent_s = UINT32_MAX;
    if (relay->silence_min > 0 && relay->silent_s >= 60UL * relay->silence_min)
        fall(relay);
}

static uint16_t *field(struct nila_relay *relay, uint16_t offset)
{
    return offset == NILA_HOLD_RELAY_SAFE - NILA_HOLD_RELAY ? &relay->safe : &relay->silence_min;
}

static void read(const void *arg, uint16_t offset, uint16_t count, uint16_t *value)
{
    const struct nila_relay *relay = arg;
    const uint16_t reg[REGISTERS] = {relay->on, relay->safe, relay->silence_min};

    for (uint16_t i = 0; i < count; i++)
        value[i] = reg[offset + i];
}

static uint8_t check(const void *arg, uint16_t offset, uint16_t count, const uint16_t *value,
                     bool open, bool broadcast)
{
    (void)arg;
    (void)broadcast; /* "all off" for a technician at work is a fair thing to say to all */
    for (uint16_t i = 0; i < count; i++)
        if (!nila_node_permits((uint16_t)(NILA_HOLD_RELAY + offset + i), value[i], open))
            return NILA_EXCEPTION_VALUE;
    return NILA_EXCEPTION_NONE;
}

static void apply(void *arg, uint16_t offset, uint16_t count, const uint16_t *value)
{
    struct nila_relay *relay = arg;

    for (uint16_t i = 0; i < count; i++) {
        if (offset + i == 0) {
            relay->on = value[i] != 0;
            relay->fell = false;
            relay->silent_s = 0;
        } else {
            *field(relay, (uint16_t)(offset + i)) = value[i];
        }
    }
    if (relay->fell)
        fall(relay); /* another safe state holds at once */
}

struct nila_block nila_relay_block(struct nila_relay *relay)
{
    return (struct nila_block){.first = NILA_HOLD_RELAY,
                               .count = REGISTERS,
                               .arg = relay,
                               .read = read,
                               .check = check,
                               .apply = apply};
}
