/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probing: what boards with probes have in common: nila_probes as a nila_board wants it. */
#ifndef PORTS_COMMON_PROBING_H
#define PORTS_COMMON_PROBING_H

#include "firmware-bridge/core/nila_flash.h"
#include "firmware-bridge/core/nila_port.h"
#include "firmware-bridge/core/nila_probes.h"

#define PROBING_SLOT 1024U /* bytes of each of the two slots of settings and calibrations */
#define PROBING_RING 64U   /* bytes from a probe that wait; a power of two */

/* By the board. */
extern const struct nila_probe_gear GEAR;
extern const struct nila_flash FLASH; /* addresses from flash_begin on (places.h) */

extern struct nila_probes probes;

/* As in nila_board. */
bool probing_recall(void *arg, struct nila_node *node, uint16_t own[NILA_BOARD_OWN]);
bool probing_keep(void *arg, const uint16_t own[NILA_BOARD_OWN]);
void probing_sample(void *arg, struct nila_node *node);
void probing_step(void *arg, struct nila_node *node);

/* Bytes that an interrupt received; what finds no room is lost, which a probe's driver sees as a damaged answer. */
struct probing_ring {
    volatile uint8_t head, tail;
    uint8_t byte[PROBING_RING];
};
void ring_put(struct probing_ring *r, uint8_t byte); /* interrupt */
bool ring_get(struct probing_ring *r, uint8_t *byte);
void ring_clear(struct probing_ring *r);

#endif
