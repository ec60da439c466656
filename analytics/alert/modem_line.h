/* SPDX-License-Identifier: GPL-3.0-or-later */
/* modem_line: a serial line read by lines, never longer than asked. For modem*.c alone.
 *
 * wake is a descriptor that becomes readable when somebody wants the caller back: only line_wait looks at it. */
#ifndef ANALYTICS_ALERT_MODEM_LINE_H
#define ANALYTICS_ALERT_MODEM_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"

#define MODEM_LINE_SIZE 512 /* a longer line is no answer of a modem and is thrown away */

struct modem_line {
    int fd; /* -1: closed */
    char bytes[2 * MODEM_LINE_SIZE];
    size_t n;
    size_t thrown; /* bytes of garbage so far */
};

/* Opens and locks the port: raw, 8N1, no flow control. NILA_ERR_NOT_FOUND: no such device; NILA_ERR_BUSY: another program
 * holds it; NILA_ERR_CONFIG: no serial port; NILA_ERR_DENIED, NILA_ERR_IO; why (size >= 160) has the words. */
NILA_MUST_CHECK int line_open(struct modem_line *l, const char *port, int baud, char *why,
                              size_t why_size);
void line_close(struct modem_line *l);

/* Writes n bytes until deadline (mono ms). NILA_ERR_TIMEOUT, NILA_ERR_CLOSED: unplugged. */
NILA_MUST_CHECK int line_write(struct modem_line *l, const void *bytes, size_t n, int64_t deadline);

/* The next line without its end, perhaps ""; bytes that are no ASCII are shown as '?'. prompt: a ">" that begins a line and
 * has no end yet is a line too. NILA_ERR_TIMEOUT, NILA_ERR_CLOSED. */
NILA_MUST_CHECK int line_read(struct modem_line *l, char *out, size_t size, bool prompt,
                              int64_t deadline);

/* Until something has come or can be read at once (0), deadline (NILA_ERR_TIMEOUT), wake (NILA_ERR_BUSY), NILA_ERR_CLOSED. A
 * closed line only waits. */
NILA_MUST_CHECK int line_wait(struct modem_line *l, int wake, int64_t deadline);

/* Takes over what has come, without waiting. NILA_ERR_CLOSED. */
NILA_MUST_CHECK int line_gather(struct modem_line *l);

/* Throws away what has come. */
void line_flush(struct modem_line *l);

#endif
