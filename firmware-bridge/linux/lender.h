/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lender: a device borrowed from the running collector for a calibration (collector/control.h: lend, lent, return). The collector
 * puts the questions between its own, marks what it reads of the device meanwhile, and takes it back when this process ends.
 *
 * Errors are said in the process's tongue. One thread. */
#ifndef BRIDGE_LENDER_H
#define BRIDGE_LENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/metric.h"
#include "collector/common/site.h"
#include "collector/common/slug.h"

#define LENDER_SOCKET "/run/lumbung-nila/collector.sock"

/* A device of the collector, as its status tells it. */
struct lender_device {
    char slug[SLUG_SIZE], bus[SLUG_SIZE];
    char where[SITE_PATH_SIZE + 32]; /* of the bus, as shown */
    int unit;
};

/* Where it may be. serial and tcp as master_place's; slug NULL: known by one of these and unit. */
struct lender_wish {
    const char *slug, *serial, *tcp;
    int unit;
};

/* The collector's device that was meant. NILA_ERR_NOT_FOUND: no collector there, or it has no such device; others of control_call;
 * words in why. */
NILA_MUST_CHECK int lender_find(const char *socket, const struct lender_wish *wish,
                                struct lender_device *out, char *why, size_t why_size);

struct lender {
    char socket[SITE_PATH_SIZE];
    char device[SLUG_SIZE];
    char pond[SITE_NAME_SIZE]; /* its name; "": of the site */
    char lease[17];
    int settle_s, unit;
    int fd; /* kept open: it is the loan's life; -1: nothing is lent */
    bool
        touched; /* something was begun: until its probe is back in the water its values are not the pond's */
    int patience_ms; /* a collector that was restarted is waited for so long */
};

/* NILA_ERR_BUSY: somebody calibrates already; NILA_ERR_DENIED: not for this user; NILA_ERR_REFUSED: the device's profile has no
 * calibration; others of control_call. l may be uninitialised; it holds something only after 0. */
NILA_MUST_CHECK int lender_take(struct lender *l, const char *socket, const char *device, char *why,
                                size_t why_size);

/* One question: function 3 or 4 into out, 16 from value. 0; NILA_ERR_EXCEPTION with its number in *exception; NILA_ERR_TIMEOUT,
 * NILA_ERR_PROTO: no good answer; NILA_ERR_IO: the line is away; NILA_ERR_DENIED: not a register of a calibration;
 * NILA_ERR_CLOSED: the collector or the loan is gone and does not come back. When it comes back within patience_ms the device is
 * borrowed anew; a read is then put again, a write is not (NILA_ERR_TIMEOUT). */
NILA_MUST_CHECK int lender_ask(struct lender *l, uint8_t function, uint16_t first, uint16_t count,
                               const uint16_t *value, uint16_t *out, uint8_t *exception, char *why,
                               size_t why_size);

/* Tells what is in force now; the loan goes on. */
NILA_MUST_CHECK int lender_result(struct lender *l, enum metric metric, double slope_pct,
                                  double offset, int due_day, char *why, size_t why_size);

/* Gives it back. Harmless when nothing is lent. */
void lender_return(struct lender *l);

#endif
