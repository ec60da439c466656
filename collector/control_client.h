/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control_client: the collector's answers (control.h) as structs, for the commands of nila-collector. The socket itself is
 * collector/common/control.h. */
#ifndef COLLECTOR_CONTROL_CLIENT_H
#define COLLECTOR_CONTROL_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "bus.h"
#include "collector/common/buf.h"
#include "collector/common/reading.h"

/* op ask. As asker_ask. */
NILA_MUST_CHECK int control_client_ask(const char *socket, const char *bus,
                                       const struct bus_question *q, uint16_t *regs,
                                       struct bus_answer *a);

/* A value of op rows. A non-zero return ends it and is returned. */
struct control_row {
    int64_t ts_ms;
    char pond[SLUG_SIZE], device[SLUG_SIZE];
    enum metric metric;
    double value; /* NaN: missing */
    int flag;
    bool sure; /* the clock was trusted */
};
typedef int (*control_client_row)(void *arg, const struct control_row *row);

/* pond and metric may be NULL. Errors as control_call, NILA_ERR_PROTO: a line that is no row; words in why (size >= 256). */
NILA_MUST_CHECK int control_client_rows(const char *socket, int64_t from_ms, int64_t to_ms,
                                        const char *pond, const char *metric,
                                        control_client_row each, void *arg, char *why,
                                        size_t why_size);

/* op spool, in numbers. */
struct control_spool {
    int64_t pending;          /* rows of the sink that has most waiting */
    int64_t oldest_unsent_ms; /* 0: nothing waits */
    int64_t dropped, quarantined;
};
NILA_MUST_CHECK int control_client_spool(const char *socket, struct control_spool *out, char *why,
                                         size_t why_size);

/* op metrics: appends the text. */
NILA_MUST_CHECK int control_client_metrics(const char *socket, struct buf *out, char *why,
                                           size_t why_size);

#endif
