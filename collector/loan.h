/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loan: one device lent to a technician's tool for the length of a calibration, while the collector goes on polling it and all others.
 *
 * One device at a time. A loan ends when the tool gives the device back, when its connection closes (the tool was killed, the login
 * was lost), after LOAN_IDLE_MS without a question, and after LOAN_MOST_MS in any case. Unless it was given back, the profile's
 * abort is then written, so that the device keeps the calibration it had. Only the registers of the profile's calibration_access are
 * read or written. From the beginning until settle_s after the end the device's readings carry READING_BIT_CALIBRATION.
 *
 * The journal is told as of a reading of the device: calibrating 1 with cal_user at the beginning, 0 when its values are the pond's
 * again, and what was put into force (cal_of, cal_slope_pct, cal_offset, cal_due_day).
 * Threads: all calls from any thread. */
#ifndef COLLECTOR_LOAN_H
#define COLLECTOR_LOAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bus.h"
#include "collector/common/profile.h"
#include "collector/common/reading.h"
#include "collector/common/site.h"

#define LOAN_ID_SIZE 17                        /* 16 hexadecimal digits */
#define LOAN_IDLE_MS ((int64_t)15 * 60 * 1000) /* as long as a node waits for a command */
#define LOAN_MOST_MS ((int64_t)2 * 60 * 60 * 1000)

struct loan; /* opaque */

struct loan_config {
    const struct site *site;              /* outlives the loan, as all below */
    const struct profile *const *profile; /* of site->device[i] */
    /* As poller_ask, poller_lend and poll_receiver.deliver. */
    int (*ask)(void *arg, unsigned bus, const struct bus_question *q, uint16_t *regs,
               struct bus_answer *a);
    void (*lend)(void *arg, unsigned device, bool lent);
    int (*deliver)(void *arg, const struct reading_set *sets, size_t n);
    void *arg;
    int64_t idle_ms, most_ms; /* 0: as above */
};

/* NILA_ERR_IO: no thread. Free with loan_stop. */
NILA_MUST_CHECK int loan_start(struct loan **out, const struct loan_config *c);
/* Ends what is lent. NULL is fine. */
void loan_stop(struct loan *l);

/* changed is called, from the loan's own thread, each second while a device is lent and when that ends; NULL: nobody listens any
 * more, and it will not be called again. */
void loan_watch(struct loan *l, void (*changed)(void *arg), void *arg);

/* Who has what. */
struct loan_terms {
    char id[LOAN_ID_SIZE];
    unsigned device; /* index into site->device */
    uid_t user;
    int64_t since_ms; /* wall clock */
    int64_t left_ms;  /* until it ends if nothing is asked */
};

/* Lends a device to user. NILA_ERR_BUSY: one is lent, out says which to whom (its id is empty), or
 * what was left open on this one is being aborted; NILA_ERR_UNSUPPORTED: its profile
 * names no calibration registers. */
NILA_MUST_CHECK int loan_take(struct loan *l, unsigned device, uid_t user, struct loan_terms *out);

/* The device of id. NILA_ERR_NOT_FOUND: no such loan, it has ended, or it is another user's. */
NILA_MUST_CHECK int loan_device(struct loan *l, const char *id, uid_t user, unsigned *device);

/* May q be put to the lent device? It counts as use. NILA_ERR_NOT_FOUND as above; NILA_ERR_DENIED: not these registers, or not this
 * value. q->write belongs to it. */
NILA_MUST_CHECK int loan_use(struct loan *l, const char *id, uid_t user,
                             const struct bus_question *q);

/* What is in force now. */
struct loan_result {
    enum metric metric;
    double slope_pct, offset; /* of the maker's; in the metric's unit */
    int due_day;              /* days since 2000-01-01, 0 none */
};
/* Tells the journal. Errors as loan_device. */
NILA_MUST_CHECK int loan_result(struct loan *l, const char *id, uid_t user,
                                const struct loan_result *r);

/* The tool gives it back, having closed its calibration; settle false: it has only looked, and what is read from now on is the pond's.
 * Errors as loan_device. */
NILA_MUST_CHECK int loan_return(struct loan *l, const char *id, uid_t user, bool settle);
/* Its connection is gone. Nothing when the loan has ended. */
void loan_drop(struct loan *l, const char *id);

/* Is it still lent, and for how long? */
bool loan_lasts(struct loan *l, const char *id, int64_t *left_ms);

/* Of device: since when it is being calibrated (wall clock), settling included; 0: it is not. l may be NULL. */
int64_t loan_since_ms(struct loan *l, unsigned device);

#endif
