/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "node_header.h"

#include <stdio.h>

#define NEW_BEGINNING 3

static uint32_t u32(const uint16_t *r)
{
    return (uint32_t)r[0] << 16 | r[1];
}

/* a was made after b; the counter may wrap. */
static bool newer(uint32_t a, uint32_t b)
{
    return a != b && a - b < UINT32_C(0x80000000);
}

static bool is_fresh(const struct node_seen *s, uint32_t serial, uint32_t boots, uint32_t request)
{
    if (!s->known || serial != s->serial)
        return true;
    return boots == s->boots ? newer(request, s->request) : newer(boots, s->boots);
}

static bool begins_anew(struct node_seen *s, uint32_t serial, uint32_t boots, uint32_t request)
{
    bool follows = s->refused_rising > 0 && serial == s->refused_serial &&
                   boots == s->refused_boots && newer(request, s->refused_request);

    s->refused_rising = follows ? s->refused_rising + 1 : 1;
    s->refused_serial = serial;
    s->refused_boots = boots;
    s->refused_request = request;
    return s->refused_rising >= NEW_BEGINNING;
}

enum node_verdict node_header_judge(struct node_seen *seen, const uint16_t *regs, size_t count,
                                    int unit, char *why, size_t why_size)
{
    uint32_t serial, boots, request;

    if (count < NODE_HEADER_REGISTERS || regs[NODE_REG_MAGIC] != NODE_MAGIC) {
        (void)snprintf(why, why_size, "not a node's block (first register 0x%04X)",
                       count > 0 ? regs[0] : 0U);
        return NODE_FOREIGN;
    }
    if (regs[NODE_REG_MAP_VERSION] != NODE_MAP_VERSION) {
        (void)snprintf(why, why_size, "node has register map %u, known is %d",
                       regs[NODE_REG_MAP_VERSION], NODE_MAP_VERSION);
        return NODE_FOREIGN;
    }
    if (regs[NODE_REG_UNIT] != unit) {
        (void)snprintf(why, why_size, "block of node %u, asked was %d", regs[NODE_REG_UNIT], unit);
        return NODE_FOREIGN;
    }
    serial = u32(regs + NODE_REG_SERIAL);
    boots = u32(regs + NODE_REG_BOOTS);
    request = u32(regs + NODE_REG_REQUEST);
    if (!is_fresh(seen, serial, boots, request) && !begins_anew(seen, serial, boots, request)) {
        (void)snprintf(why, why_size, "old answer: boot %u request %u after boot %u request %u",
                       boots, request, seen->boots, seen->request);
        return NODE_STALE;
    }
    *seen = (struct node_seen){.known = true, .serial = serial, .boots = boots, .request = request};
    return NODE_FRESH;
}
