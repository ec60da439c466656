/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll: reads every device in its absolute, staggered time slots and hands the judged readings on.
 *
 * Threads: one a serial line; one for all TCP endpoints; one, when a host has a name, that looks it up; one that hands finished
 * sets on. A slot that was missed is counted, never queued. Slots lie on whole multiples of every_s of the wall
 * clock, shifted evenly for the devices of a bus; a device whose first slot is more than 10 s away is read once at the
 * start. */
#ifndef COLLECTOR_POLL_H
#define COLLECTOR_POLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus.h"
#include "collector/common/profile.h"
#include "collector/common/reading.h"
#include "collector/common/site.h"

/* Where readings go. All that may be NULL need not be there. */
struct poll_receiver {
    /* Takes what has gathered in half a second; 0 when it is safe on disk. It may block (the journal's commit) and may call
     * poller_ask. On an error the readings are counted as lost and logged there. */
    int (*deliver)(void *arg, const struct reading_set *sets, size_t n);
    /* Is shown each set at once, by the thread that has read it: it may neither block nor ask. May be NULL. */
    void (*see)(void *arg, const struct reading_set *sets, size_t n);
    /* Is told of a set that was dropped: there is no room, and deliver has not returned for hung_ms. May be NULL. */
    void (*lost)(void *arg, const struct reading_set *set);
    int hung_ms; /* 0: 5000. A card that hangs stops neither polling nor the switches for longer */
    void *arg;
};

struct poller;

/* profile[i] belongs to site->device[i]; both outlive the poller. NILA_ERR_BUSY: a serial port is locked by another
 * program; NILA_ERR_CONFIG; words in why (size >= 256). A port or host that does not answer is no error: it is retried. */
NILA_MUST_CHECK int poller_start(struct poller **out, const struct site *site,
                                 const struct profile *const *profile,
                                 const struct poll_receiver *to, char *why, size_t why_size);
void poller_stop(struct poller *p); /* ends within a second or one answer time-out; NULL is fine */

struct poll_device_stats {
    int64_t last_good_ms; /* wall time of the last good answer, 0 never */
    int64_t last_try_ms;
    uint64_t requests, good, timeouts, bad_frames, exceptions, stale, values;
    uint64_t served_slots; /* slots in which the device was asked */
    /* not served because the bus was busy or away; slots of a back-off are not counted */
    uint64_t missed_slots;
    int answer_ms;                    /* of the last good request */
    int answer_p50_ms, answer_p95_ms; /* of the last 256 good requests; 0 none yet */
    int round_ms;    /* from the first question of the last round to its end; 0 none yet */
    int last_rc;     /* of the last question, as bus_ask says; NILA_ERR_IO: the line was away */
    bool last_stale; /* NILA_ERR_PROTO: it was an answer to another question */
    int backoff_s;   /* 0 alive; else next try after this */
    char error[96];  /* last error in words, "" when the last answer was good */
};

/* Copies the counters of device i as they are now. Any thread. */
void poller_device_stats(struct poller *p, unsigned device, struct poll_device_stats *out);

enum poll_line_state {
    POLL_LINE_UNUSED, /* nobody has needed it yet */
    POLL_LINE_OPEN,
    POLL_LINE_AWAY /* could not be opened, or was lost */
};

struct poll_line_stats {
    enum poll_line_state state;
    int64_t since_ms; /* wall time of the last change of state, 0 never */
    char why[96];     /* why it is away, else "" */
    /* questions of devices, persons and rules, and how they ended; lost: the link broke */
    uint64_t requests, good, timeouts, bad_frames, exceptions, stale, lost;
    uint64_t asked; /* of them by poller_ask */
    uint64_t served_slots, missed_slots;
    int busy_permille; /* share of the last 60 s with a question on the line; since the start when that is shorter */
    unsigned waiting; /* questions of poller_ask that wait now */
};

/* Copies the counters of bus (index into site->bus) as they are now. Any thread. */
void poller_line_stats(struct poller *p, unsigned bus, struct poll_line_stats *out);

/* While lent, what device reads is marked READING_BIT_CALIBRATION and no pond's value (flag 4, or 9 where there is none); polling
 * goes on. From the next reading on that ends after the call. Any thread. */
void poller_lend(struct poller *p, unsigned device, bool lent);

/* The last frames of bus (index into site->bus), oldest first; their number. Any thread. */
size_t poller_frames(struct poller *p, unsigned bus, struct frame out[static FRAMES_KEPT]);

#define POLL_ASKS_MAX   16
#define POLL_ORDERS_MAX 16 /* writes for which there is room beyond that */

/* Puts one question of a person or a rule on a line at the next request boundary, before the next due device, and waits for
 * its answer. Writes go before reads; after a read a device that is due has its turn. Any thread; a line without devices is
 * opened when it is needed. regs as with bus_ask. What bus_ask returns, and: NILA_ERR_TIMEOUT: the line could not be had
 * within timeout_ms (a->text tells this from a unit that gave no answer; once the question is on the line it is waited for);
 * NILA_ERR_FULL: POLL_ASKS_MAX questions wait already (before a write: POLL_ORDERS_MAX more); NILA_ERR_IO: the line cannot be
 * opened; NILA_ERR_CLOSED: the poller is ending (poller_stop ends those under way; none may begin after it); NILA_ERR_RANGE: no
 * such bus. */
NILA_MUST_CHECK int poller_ask(struct poller *p, unsigned bus, const struct bus_question *q,
                               uint16_t *regs, struct bus_answer *a, int64_t timeout_ms);

/* For the watchdog: when the thread that is furthest behind last looked what is due (monotonic ms; INT64_MAX: there is none), and
 * the slug of its bus, or "tcp" for the one that serves all TCP lines. Each does so at least once a second, and after each
 * question. */
int64_t poller_last_turn_ms(struct poller *p, const char **slug);

#endif
