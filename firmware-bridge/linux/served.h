/* SPDX-License-Identifier: GPL-3.0-or-later */
/* served: the nodes of nila-bridge serve: probes of this machine -> core/nila_channels -> registers, and what a node remembers.
 *
 * Each node has its rounds: every period all its probes are asked; when all have answered, or SERVED_PATIENCE_MS or a period have
 * passed, the channels get their values. A probe that has not answered keeps the others' values up no longer; what it says belongs to the next round.
 * While a calibration is open a round begins every two seconds. What is kept: STATE/SLUG.store (core/nila_store, two records), with the
 * calibrations, unit id, delay and period as the master wrote them, and the count of starts.
 * The channels' sources are those of the configuration, whatever the master wrote to their registers before the last start; a source that it
 * writes and that is not connected there is "absent". */
#ifndef BRIDGE_SERVED_H
#define BRIDGE_SERVED_H

#include <pthread.h>
#include <stdint.h>

#include "collector/common/err.h"
#include "firmware-bridge/core/nila_node.h"

#include "serve_config.h"

#define SERVED_PATIENCE_MS 3000 /* and one second more for each thermometer of the machine */

struct served; /* opaque */

/* Opens the stores and starts the reader of the thermometers. c outlives it. NILA_ERR_BUSY: another bridge has the state; NILA_ERR_DENIED, NILA_ERR_NOT_FOUND,
 * NILA_ERR_IO; words in why. Free with served_free. */
NILA_MUST_CHECK int served_new(struct served **out, const struct serve_config *c, char *why,
                               size_t why_size);
void served_free(struct served *s); /* NULL is fine */

/* The nodes, in the configuration's order, and the lock under which they are looked at. */
struct nila_node *served_nodes(struct served *s, pthread_mutex_t **lock);

/* Does what is due by clock_mono_ms. Returns the ms until it should be called again, sooner when a descriptor of served_fds is readable. */
int served_step(struct served *s);

/* The open ports of the circuits: at most max into fd; returns how many there are. */
size_t served_fds(const struct served *s, int *fd, size_t max);

#define SERVED_FDS ((size_t)SERVE_NODES * NILA_REG_CHANNELS)

#endif
