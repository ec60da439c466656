/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inputs: reads the site's contacts (mains present, door, acknowledge button), of Modbus modules through the bus worker and of
 * this computer's GPIO, in one thread.
 *
 * A reading of an input has the tags of its pond, device = the input's slug, and the metric input: 0, 1, or missing. see gets each
 * of them as it is read, for the reflexes; deliver, for the journal, gets changes at once and the state as it is every 15 minutes.
 * All contacts of a module are read in one question of all that its profile names. A module that does not answer is asked ever
 * more rarely, up to a minute apart. Threads: start and stop from one; inputs_get from any. */
#ifndef COLLECTOR_INPUTS_H
#define COLLECTOR_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus.h"
#include "collector/common/profile.h"
#include "collector/common/reading.h"
#include "collector/common/site.h"

struct inputs; /* opaque */

struct inputs_config {
    const struct site *site;              /* outlives it, as all below */
    const struct profile *const *profile; /* of site->device[i] */
    /* asks a question on a line and waits for the answer (poller_ask) */
    int (*ask)(void *arg, unsigned bus, const struct bus_question *q, uint16_t *regs,
               struct bus_answer *a);
    void (*see)(void *arg, const struct reading_set *sets, size_t n);
    int (*deliver)(void *arg, const struct reading_set *sets, size_t n);
    void *arg;
};

/* Can every input be read? NILA_ERR_CONFIG: its device has no such contact; words in why (size >= 256). */
NILA_MUST_CHECK int inputs_check(const struct site *site, const struct profile *const *profile,
                                 char *why, size_t why_size);

/* After inputs_check. NILA_ERR_IO: no thread. */
NILA_MUST_CHECK int inputs_start(struct inputs **out, const struct inputs_config *c);
void inputs_stop(struct inputs *in); /* waits for a question that is out; NULL is fine */

struct input_state {
    int value;            /* 0, 1; -1 not known */
    int64_t since_ms;     /* wall time of the last change, 0 none seen */
    int64_t last_good_ms; /* wall time, 0 never */
    char error[96];       /* of the last try, "" when it was good */
};
void inputs_get(struct inputs *in, unsigned index, struct input_state *out);

#endif
