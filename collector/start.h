/* SPDX-License-Identifier: GPL-3.0-or-later */
/* start: a device that measures only when it is told to: when to tell it, how long to wait, when it has forgotten. It asks
 * nobody and has no clock of its own; device_round.c puts its steps on the line.
 *
 * A device is told after power-up, or before each reading, as its profile says. It has forgotten when it was silent, when
 * nothing it gives is good or all is 0, or when ten rounds gave the very same registers (a probe that measures is never so
 * steady); as that may also be the water's doing, values alone make it be told again once in ten minutes (nothing good) or an
 * hour (the same) at most. A device that refuses the request or keeps silent about it, but gives values, is read as it is and
 * told again after an hour. Times are monotonic milliseconds. */
#ifndef COLLECTOR_START_H
#define COLLECTOR_START_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode.h"

#define START_POLL_MS    200 /* a register that says "ready" is read this often */
#define START_WAIT_MS    60000 /* and waited for so long; also the longest time a device may ask for */
#define START_SAME       10    /* rounds */
#define START_DEAF_MS    3600000 /* until a device that did not know the request is told again */
#define START_NOTHING_MS 600000
#define START_SAME_MS    3600000

/* What is known of one device; a zeroed struct knows nothing. */
struct start {
    bool told;
    bool waiting;     /* told; its values are not good yet */
    bool ask;         /* the wait register must be read next */
    int64_t next_ms;  /* while waiting: when to go on */
    int64_t last_ms;  /* while waiting for a ready register: no longer than this */
    int64_t deaf_ms;  /* it does not know the request: not told before */
    int64_t doubt_ms; /* values alone do not make it be told again before */
    bool unheard;     /* silent about the request in this round: does it give values? */
    bool alive;       /* it was silent before, and has answered in this round */
    unsigned same;    /* rounds with the very same registers */
    uint32_t sum;     /* of those registers */
};

enum start_step {
    START_READ, /* ask the values */
    START_TELL, /* send the request */
    START_ASK,  /* read the wait register */
    START_WAIT  /* nothing before next_ms */
};

/* The next step of a round; failures: rounds without an answer before this one. A device told at power-up that was silent is
 * read first, to see whether it is there. */
enum start_step start_next(const struct start *s, const struct profile *p, unsigned failures,
                           int64_t mono_ms);

/* It has taken the request. */
void start_told(struct start *s, const struct profile *p, int64_t mono_ms);

/* The wait register held value. False: it was not ready in time, and will be told anew. */
bool start_waited(struct start *s, const struct profile *p, uint16_t value, int64_t mono_ms);

/* It refuses the request (or, after start_unheard, gives values all the same). */
void start_refused(struct start *s, int64_t mono_ms);
void start_unheard(struct start *s); /* it kept silent about it: ask the values in this round */
void start_alive(struct start *s);   /* it answers again, and must be told first */

/* A round ended. good: it was answered; nothing_good: no value of it is usable. The blocks are what it gave. */
void start_round(struct start *s, const struct profile *p, const struct reg_block *block,
                 size_t blocks, bool good, bool nothing_good, int64_t mono_ms);

#endif
