/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll_serial: one thread a serial line, over the waiting calls of bus.h. */
#ifndef COLLECTOR_POLL_SERIAL_H
#define COLLECTOR_POLL_SERIAL_H

#include "poll_line.h"

struct serial; /* opaque */

/* Opens the port when the line has devices: NILA_ERR_BUSY, NILA_ERR_CONFIG with words in why (size >= 96); one that is not there
 * yet may come. */
NILA_MUST_CHECK int serial_new(struct serial **out, struct line *l, struct poll_common *common,
                               char *why, size_t why_size);
NILA_MUST_CHECK int serial_start(struct serial *s); /* NILA_ERR_IO: no thread */

/* Waits for its thread, which has been woken after common->stop was set; NULL is fine. */
void serial_free(struct serial *s);

#endif
