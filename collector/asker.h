/* SPDX-License-Identifier: GPL-3.0-or-later */
/* asker: one question at a time on a line, for a person at a command: through the running collector when it has the line, else
 * over the line itself, which is then locked.
 *
 * Threads: one at a time. */
#ifndef COLLECTOR_ASKER_H
#define COLLECTOR_ASKER_H

#include <stdbool.h>
#include <stddef.h>

#include "bus.h"

struct asker; /* opaque */

/* Makes an asker for line c. socket: of the collector that may run, NULL: do not ask one. Nothing is opened when one answers.
 * NILA_ERR_BUSY: another program holds the port; NILA_ERR_DENIED: the socket or the port is not for this user; NILA_ERR_IO and
 * others of bus_open; words in why (size >= 256). c and socket outlive it. */
NILA_MUST_CHECK int asker_open(struct asker **out, const struct site_bus *c, const char *socket,
                               char *why, size_t why_size);
void asker_close(struct asker *a); /* NULL is fine */

/* Does the collector put the questions? */
bool asker_by_collector(const struct asker *a);

/* As bus_ask, and: NILA_ERR_BUSY: the collector could not put the question in time; NILA_ERR_REFUSED: it will not, the reason is
 * in a->text; NILA_ERR_CLOSED: it does not answer any more. A line that was lost is opened again once. */
NILA_MUST_CHECK int asker_ask(struct asker *a, const struct bus_question *q, uint16_t *regs,
                              struct bus_answer *answer);

/* The same line at another speed and parity from now on. NILA_ERR_UNSUPPORTED: not through the collector, or no serial line. */
NILA_MUST_CHECK int asker_speed(struct asker *a, int baud, char parity, char *why, size_t why_size);

#endif
