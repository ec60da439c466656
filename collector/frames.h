/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frames: the last frames of a line as they went over it, for whoever looks for a fault there. A fixed ring, nothing is allocated.
 *
 * Threads: any; noting and copying are serialised by its own mutex, which is held for a copy of a few bytes. */
#ifndef COLLECTOR_FRAMES_H
#define COLLECTOR_FRAMES_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAMES_KEPT     20
#define FRAME_BYTES_MAX 260 /* of a Modbus TCP frame; RTU has 256. What is longer is cut */

struct frame {
    int64_t at_ms; /* wall clock */
    bool sent;     /* by us; else it came */
    uint16_t n;    /* 0: nothing came in time */
    uint8_t byte[FRAME_BYTES_MAX];
};

struct frames {
    pthread_mutex_t lock;
    unsigned next, n;
    struct frame ring[FRAMES_KEPT];
};

void frames_init(struct frames *f);
void frames_free(struct frames *f);
/* f NULL: nothing is kept. */
void frames_note(struct frames *f, bool sent, const void *bytes, size_t n);
/* Oldest first; their number. */
size_t frames_copy(struct frames *f, struct frame out[static FRAMES_KEPT]);

#endif
