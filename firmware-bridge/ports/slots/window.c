/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware-bridge/ports/common/window.h"

#include "firmware-bridge/core/nila_update.h"
#include "firmware-bridge/ports/common/places.h"
#include "firmware-bridge/ports/common/port.h"
#include "firmware-bridge/ports/common/probing.h"
#include "firmware-bridge/ports/cortexm/cortexm.h"
#include "key.h"

#define WELL_S \
    6U /* longer than the watchdog waits: it was fed, which the whole main loop must agree to */

static struct nila_update_self self;
static struct nila_update update;
static uint32_t told_s;

const char *window_application(void)
{
    return nila_update_key_mark(UPDATE_KEY) == 0 ? "nila-app, DEVELOPMENT KEY" : "nila-app";
}

/* The watchdog was fed, and the probes have had a round. That the line works shows who confirms. */
static bool well(void)
{
    return app.node.uptime_s >= WELL_S && app.node.sample > 0;
}

bool window_open(struct nila_app *on)
{
    struct nila_block block;

    self = (struct nila_update_self){
        .layout = {.flash = &FLASH,
                   .slot_at = {PLACE(slot_a_at), PLACE(slot_b_at)},
                   .slot_bytes = PLACE(slot_bytes),
                   .record_at = PLACE(record_at),
                   .record_bytes = PROBING_SLOT},
        .base = {PLACE(flash_begin) + PLACE(slot_a_at), PLACE(flash_begin) + PLACE(slot_b_at)},
        .product = (uint16_t)PLACE(board),
        .firmware = NILA_FIRMWARE,
        .running = (uint8_t)PLACE(running_slot),
        .key = UPDATE_KEY,
        .well = well,
    };
    nila_update_init(&update, &self);
    nila_update_block(&update, &block);
    told_s = on->node.uptime_s;
    return nila_app_add(on, &block);
}

/* While the line is idle: erasing a page stops the processor for 20 ms or more. */
void window_step(struct nila_app *on)
{
    nila_update_tick(&update, on->node.uptime_s - told_s);
    told_s = on->node.uptime_s;
    if (!nila_line_idle(&on->line))
        return;
    nila_update_step(&update);
    if (nila_update_wants_restart(&update))
        reset_for(NILA_RESET_SOFTWARE);
}
