/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll_batch: finished reading sets of all lines gather here for half a second and are then handed on together, in their
 * order, by a thread of its own: one commit for many readings, and a slow disk holds no line up until there is no room, one that hangs for some seconds only.
 *
 * Threads: any may add. */
#ifndef COLLECTOR_POLL_BATCH_H
#define COLLECTOR_POLL_BATCH_H

#include "poll.h"

struct batch; /* opaque */

/* devices: as many sets may come at about the same time. NILA_ERR_IO: no thread. */
NILA_MUST_CHECK int batch_start(struct batch **out, unsigned devices,
                                const struct poll_receiver *to);

/* Shows set to the receiver and adds a copy of it. Waits while there is no room because the disk is slow; where it hangs, set is
 * dropped and the receiver told (poll_receiver). */
void batch_add(struct batch *b, const struct reading_set *set);

/* Delivers what is left and ends; nobody may add any more. NULL is fine. */
void batch_stop(struct batch *b);

#endif
