/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_relay: the relay of an aerator, and where it goes when nobody looks after it.
 *
 * The master switches it through NILA_HOLD_RELAY. When no request to this node came for NILA_HOLD_RELAY_SILENCE_MIN minutes
 * (cut cable, dead computer), and at start, it takes its safe state NILA_HOLD_RELAY_SAFE and stays there until it is switched
 * again. Default: on after ten minutes, since ponds without a master need air more than anything else. Between reset and the
 * first line of the program a relay is off, whatever is set here.
 * Freestanding; one context. */
#ifndef NILA_RELAY_H
#define NILA_RELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "nila_node.h"

#define NILA_RELAY_OFF             0
#define NILA_RELAY_ON              1
#define NILA_RELAY_KEEP            2
#define NILA_RELAY_SILENCE_DEFAULT 10 /* min */

struct nila_relay {
    uint16_t safe;        /* NILA_RELAY_* */
    uint16_t silence_min; /* 1..1440; 0 never */
    uint32_t silent_s;
    bool on;   /* what the terminal shall do */
    bool fell; /* it does so because the master is silent, or was never heard */
};

/* A relay at start, in its safe state (NILA_RELAY_KEEP: off). Values out of range become the defaults. */
void nila_relay_init(struct nila_relay *relay, uint16_t safe, uint16_t silence_min);

/* seconds have passed; heard: in them, a request to this node came. */
void nila_relay_tick(struct nila_relay *relay, uint32_t seconds, bool heard);

/* Its holding registers, for the node. relay outlives the block. */
struct nila_block nila_relay_block(struct nila_relay *relay);

#endif
