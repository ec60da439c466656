/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_caltx: a calibration as a transaction: begin, points, commit; or abort. Until the commit nothing changes; a commit that cannot be
 * saved changes nothing either. A point is taken only when the reading has been steady (NILA_CALTX_READINGS readings in
 * NILA_CALTX_STEADY_S, within the source's band). After NILA_CALTX_MINUTES without a command it ends by itself.
 * Freestanding; state in the caller's struct; one context. */
#ifndef NILA_CALTX_H
#define NILA_CALTX_H

#include <stdbool.h>
#include <stdint.h>

#include "nila_settings.h"

#define NILA_CALTX_READINGS 10
#define NILA_CALTX_STEADY_S 60
#define NILA_CALTX_MINUTES  15
#define NILA_CALTX_SETTLE_S 120 /* after the end the probe is still on its way back to the water */

enum nila_caltx_state { /* in registers */
    NILA_CALTX_IDLE = 0,
    NILA_CALTX_OPEN = 1,     /* wants points */
    NILA_CALTX_COMPLETE = 2, /* has them and is plausible: commit or abort */
    NILA_CALTX_DONE = 3,     /* committed */
    NILA_CALTX_ABORTED = 4
};

struct nila_caltx {
    struct nila_settings *settings;
    struct nila_store *store; /* where they are kept, and the history lies */
    enum nila_caltx_state state;
    enum nila_cal_result result; /* of the last command */
    struct nila_cal cal;         /* candidate */
    int32_t live_x1000, low, high;
    uint16_t readings;
    uint32_t steady_s, idle_s;
    uint16_t settle_s;
};

/* settings and store: the caller's, outlive tx. */
void nila_caltx_init(struct nila_caltx *tx, struct nila_settings *settings,
                     struct nila_store *store);

/* Who and when, for the record. date and due: days since 2000-01-01, 0 not known. */
struct nila_caltx_who {
    uint16_t operator_id, date, due;
};

enum nila_cal_result nila_caltx_begin(struct nila_caltx *tx, uint16_t channel, uint16_t method,
                                      const struct nila_caltx_who *who);

/* The present reading becomes the next point. w: temperature of the reference, salinity and pressure. */
enum nila_cal_result nila_caltx_point(struct nila_caltx *tx, int32_t ref_x1000,
                                      const struct nila_water *w);

enum nila_cal_result nila_caltx_commit(struct nila_caltx *tx);
enum nila_cal_result nila_caltx_abort(struct nila_caltx *tx);

/* The calibration that was in force before the present one of this channel becomes so again, and the present one takes
 * its place in the history: doing it twice undoes it. Only while no transaction is open. */
enum nila_cal_result nila_caltx_revert(struct nila_caltx *tx, uint16_t channel);

/* A filtered raw reading of a channel, NILA_MISSING too; others than the transaction's are ignored. */
void nila_caltx_reading(struct nila_caltx *tx, unsigned channel, int32_t raw_x1000);

void nila_caltx_tick(struct nila_caltx *tx, uint32_t seconds);

/* The reading has been steady for long enough. */
bool nila_caltx_steady(const struct nila_caltx *tx);

/* Is this channel's probe in a reference, or on its way back: its value is not the water's. */
bool nila_caltx_holds(const struct nila_caltx *tx, unsigned channel);

/* A transaction is open: sample every 2 s, whatever the period is, so that steadiness is seen soon. */
bool nila_caltx_active(const struct nila_caltx *tx);

#endif
