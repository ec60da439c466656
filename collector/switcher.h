/* SPDX-License-Identifier: GPL-3.0-or-later */
/* switcher: carries the reflexes' orders (reflex.h) to the relay boards, in one thread, and tells the journal.
 *
 * At the start each board is asked for the state of its channels where its profile says how; what it says is taken over. A
 * channel is then written when its state changes, and again every repeat_s, through the same bus worker as the polling,
 * before the next due device. Each change, and every 15 minutes the state as it is, goes to the journal as a reading of the
 * switch: tags of its pond, device = the reflex's slug, metrics relay (0, 1; missing while the board has not answered for
 * three repeats) and cause (enum reflex_cause).
 * Threads: all calls from any thread. */
#ifndef COLLECTOR_SWITCHER_H
#define COLLECTOR_SWITCHER_H

#include <stddef.h>
#include <stdint.h>

#include "bus.h"
#include "collector/common/profile.h"
#include "collector/common/reading.h"
#include "collector/common/site.h"
#include "reflex.h"

struct switcher; /* opaque */

/* Asks a question on a line and waits for the answer (poller_ask). */
typedef int (*switcher_ask)(void *arg, unsigned bus, const struct bus_question *q, uint16_t *regs,
                            struct bus_answer *a);
/* Takes finished sets (the journal). */
typedef int (*switcher_deliver)(void *arg, const struct reading_set *sets, size_t n);

struct switcher_config {
    const struct site *site;              /* outlives the switcher, as all below */
    const struct profile *const *profile; /* of site->device[i] */
    switcher_ask ask;
    switcher_deliver deliver;
    void *arg; /* for both */
};

/* Can every reflex be carried out? NILA_ERR_CONFIG: one names a device without switches or a channel it does not have, or a
 * condition that nothing measures, or more rarely than max_age_s; words in why (size >= 256). */
NILA_MUST_CHECK int switcher_check(const struct site *site, const struct profile *const *profile,
                                   char *why, size_t why_size);

/* After switcher_check. Readings may be shown to it at once; nothing is asked or written before switcher_start. */
struct switcher *switcher_new(const struct switcher_config *c);
/* NILA_ERR_IO: no thread. A site without reflexes needs none. */
NILA_MUST_CHECK int switcher_start(struct switcher *s);
/* Leaves every switch as it is; waits for a question that is out. Readings may still be shown to it. NULL is fine. */
void switcher_stop(struct switcher *s);
void switcher_free(struct switcher *s); /* stopped; NULL is fine */

/* Readings as they were delivered. s NULL is fine. */
void switcher_see(struct switcher *s, const struct reading_set *sets, size_t n);

/* As reflex_manual and reflex_get, now. */
NILA_MUST_CHECK int switcher_manual(struct switcher *s, unsigned index, int state, int64_t for_ms);
void switcher_get(struct switcher *s, unsigned index, struct reflex_state *out);

#endif
