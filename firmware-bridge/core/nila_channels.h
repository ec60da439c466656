/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_channels: from raw samples to the channels of a node: filtered, calibrated, compensated, judged; with the registers that say what is
 * connected, calibrate it and tell the node of the water (nila_regmap.h, NILA_PROBE_MAP).
 *
 * A port's loop: put what each probe gave (NILA_MISSING when it gave nothing), then nila_channels_round; nila_channels_tick each second. A
 * probe that has no news this round is not put: its value ages.
 * Compensation: the node's own thermometer and conductivity when they are valid, else what the master wrote in the last two hours,
 * else a default, which the quality says.
 * A probe under calibration, and for two minutes after it, shows its value without "valid": it is not in the water.
 * Changing a source, committing and reverting write the store (a page erased, some hundred half words) before the answer is given: about
 * 60 ms on an STM32F1, within any master's patience.
 * Freestanding; state in the caller's struct; the history of calibrations lies in the store alone; one context. */
#ifndef NILA_CHANNELS_H
#define NILA_CHANNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "nila_caltx.h"
#include "nila_node.h"
#include "nila_store.h"

#define NILA_WATER_FRESH_S  7200
#define NILA_CHANNEL_BLOCKS 4

struct nila_channels {
    struct nila_node *node;
    struct nila_settings settings;
    struct nila_store store;
    struct nila_caltx tx;
    struct nila_filter filter[NILA_REG_CHANNELS];
    int32_t raw_x1000[NILA_REG_CHANNELS];
    uint16_t raw_quality[NILA_REG_CHANNELS];
    bool fresh[NILA_REG_CHANNELS]; /* put since the last round */
    int16_t master_temp_x100;      /* 0x8000: not known */
    uint16_t master_sal_x100;      /* 0xFFFF */
    uint16_t master_baro_x10;      /* hPa; 0 */
    uint32_t master_age_s[3];      /* of these three; UINT32_MAX never */
    uint16_t today;                /* 0 not known */
    uint32_t today_s;
    uint16_t cal_reg[10]; /* NILA_HOLD_CAL_COMMAND .. NILA_HOLD_CAL_TEMP as last written */
};

/* Reads the store (two slots of slot_bytes each from base on) into c->settings and fits the node's channels. Nothing stored: nothing
 * is connected. Damaged: likewise, and NILA_HEALTH_STORE. node, flash: the caller's, outlive c. */
enum nila_store_state nila_channels_init(struct nila_channels *c, struct nila_node *node,
                                         const struct nila_flash *flash, uint32_t base,
                                         uint32_t slot_bytes);

/* The registers, for node->block. */
void nila_channels_blocks(struct nila_channels *c, struct nila_block block[NILA_CHANNEL_BLOCKS]);

/* What is connected, enum nila_source. */
unsigned nila_channels_source(const struct nila_channels *c, unsigned channel);

/* Connects a source from the program, for boards with one fixed equipment; as a write of its register does. false: no such
 * channel or source, or it could not be saved (it holds until the restart then). */
bool nila_channels_connect(struct nila_channels *c, unsigned channel, enum nila_source source);

/* A sample. quality: of the probe's driver; only its NILA_Q_RANGE and NILA_Q_ABSENT count, with NILA_MISSING. */
void nila_channels_put(struct nila_channels *c, unsigned channel, int32_t raw_x1000,
                       uint16_t quality);

/* Values from what was put; nila_node_round is done. */
void nila_channels_round(struct nila_channels *c);

void nila_channels_tick(struct nila_channels *c, uint32_t seconds);

/* What readings are compensated with now; for EZO circuits too. */
struct nila_water nila_channels_water(const struct nila_channels *c);

/* Keeps holding registers 1..15 of the port's (unit, baud, ...) with the rest. own[0] is ignored. false: not saved. */
bool nila_channels_keep(struct nila_channels *c, const uint16_t own[NILA_SETTINGS_OWN]);

#endif
