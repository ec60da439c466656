/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_settings: what a node remembers over a power cut (with nila_store): what is connected, its calibrations, the last eight that were
 * in force before, and the node's own settings. Written byte by byte in one order, so that another compiler or processor reads the
 * same. Freestanding; one context. */
#ifndef NILA_SETTINGS_H
#define NILA_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "nila_cal.h"
#include "nila_store.h"

#define NILA_HISTORY 8
#define NILA_SETTINGS_OWN \
    16 /* holding registers 0 .. 15 as the port wants them kept; 0 is never kept */
#define NILA_SETTINGS_BYTES 880 /* of a record; with NILA_STORE_OVERHEAD it fits a page of 1 KB */

struct nila_channel_config {
    uint8_t source; /* enum nila_source */
    uint8_t median; /* as nila_filter_config; 0: the source's own */
    uint8_t smooth; /* likewise; 255: the source's own */
};

#define NILA_SMOOTH_OWN 255

struct nila_settings {
    struct nila_channel_config config[NILA_REG_CHANNELS];
    struct nila_cal cal[NILA_REG_CHANNELS]; /* in force */
    uint8_t histories;    /* calibrations that were in force before: they lie in the store alone */
    uint16_t last_number; /* of the last calibration of this node */
    uint16_t own[NILA_SETTINGS_OWN];
    bool own_kept; /* own was ever set */
};

/* Nothing connected, nothing calibrated. */
void nila_settings_init(struct nila_settings *s);

/* From the record in force, of n bytes. false (and s as by nila_settings_init): another form, or a value out of its range. */
bool nila_settings_load(struct nila_settings *s, const struct nila_store *store, uint16_t n);

/* Calibration i (0 the newest) of the history. false: there is none. */
bool nila_settings_history(const struct nila_settings *s, const struct nila_store *store,
                           unsigned i, struct nila_cal *out);

#define NILA_HISTORY_FRONT NILA_HISTORY /* a place before all others; the oldest falls out */

/* Keeps s for good. was (NULL: none) takes place `place` of the history, or goes to its front. *s is changed in its histories and in one
 * other thing: the points' temperatures are rounded to 0.01 C, as they are kept. false: not saved, the record before holds. */
bool nila_settings_save(struct nila_settings *s, struct nila_store *store,
                        const struct nila_cal *was, uint8_t place);

#endif
