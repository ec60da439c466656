/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probing.h"

#include "places.h"
#include "port.h"

_Static_assert(NILA_BOARD_OWN == NILA_SETTINGS_OWN, "the same registers are kept");

_Static_assert(NILA_APP_BLOCKS >= NILA_CHANNEL_BLOCKS + 4,
               "there is room for them, the line, the relay, the window and a board's own");

struct nila_probes probes;

bool probing_recall(void *arg, struct nila_node *node, uint16_t own[NILA_BOARD_OWN])
{
    struct nila_block block[NILA_CHANNEL_BLOCKS];

    (void)arg;
    (void)nila_probes_init(&probes, node, &GEAR, &FLASH, PLACE(settings_at), PROBING_SLOT,
                           PORT.tick_us(PORT.arg));
    nila_channels_blocks(&probes.channels, block);
    for (unsigned i = 0; i < NILA_CHANNEL_BLOCKS; i++)
        (void)nila_app_add(&app, &block[i]);
    for (unsigned i = 0; i < NILA_BOARD_OWN; i++)
        own[i] = probes.channels.settings.own[i];
    return probes.channels.settings.own_kept;
}

bool probing_keep(void *arg, const uint16_t own[NILA_BOARD_OWN])
{
    (void)arg;
    return nila_channels_keep(&probes.channels, own);
}

void probing_sample(void *arg, struct nila_node *node)
{
    (void)arg;
    (void)node;
    nila_probes_begin(&probes);
}

void probing_step(void *arg, struct nila_node *node)
{
    (void)arg;
    (void)node;
    nila_probes_step(&probes, PORT.tick_us(PORT.arg));
}

void ring_put(struct probing_ring *r, uint8_t byte)
{
    uint8_t next = (uint8_t)((r->head + 1U) % PROBING_RING);

    if (next == r->tail)
        return;
    r->byte[r->head] = byte;
    r->head = next;
}

bool ring_get(struct probing_ring *r, uint8_t *byte)
{
    if (r->tail == r->head)
        return false;
    *byte = r->byte[r->tail];
    r->tail = (uint8_t)((r->tail + 1U) % PROBING_RING);
    return true;
}

void ring_clear(struct probing_ring *r)
{
    r->tail = r->head;
}
