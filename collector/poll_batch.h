/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll_batch: finished reading sets of all lines gather here for half a second and are then handed on together, in their
 * order, by a thread of its own: one commit for many readings, and a slow disk never holds a line up until there is no room.
 *
 * Threads: any may add. */
#ifndef COLLECTOR_POLL_BATCH_H
#define COLLECTOR_POLL_BATCH_H

#include "poll.h"

struct batch; /* opaque */

/* devices: as many sets may come at about the same time. NILA_ERR_IO: no thread. */
NILA_MUST_CHECK int batch_start(struct batch **out, unsigned devices, poll_deliver deliver,
                                void *arg);

/* Adds a copy of set; waits when the disk is so slow that there is no room. */
void batch_add(struct batch *b, const struct reading_set *set);

/* Delivers what is left and ends; nobody may add any more. NULL is fine. */
void batch_stop(struct batch *b);

#endif
