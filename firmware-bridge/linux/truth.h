/* SPDX-License-Identifier: GPL-3.0-or-later */
/* truth: the log of every register value a simulator served: the oracle of tests. Form in simserver.h.
 *
 * Threads: any; a line is written whole. */
#ifndef BRIDGE_TRUTH_H
#define BRIDGE_TRUTH_H

#include <stdint.h>
#include <stdio.h>

#include "collector/common/err.h"
#include "firmware-bridge/core/nila_pdu.h"

#include "busfault.h"

struct truth; /* opaque */

/* f stays the caller's; NULL: nothing is logged and every write succeeds. Writes the header when f is empty or cannot tell
 * its length. NILA_ERR_IO. On success free *out with truth_free. */
NILA_MUST_CHECK int truth_new(struct truth **out, FILE *f);
void truth_free(struct truth *t); /* NULL is fine */

/* Writes and flushes the line of an answer whose PDU is given; answers that carry no registers are not logged.
 * NILA_ERR_IO: not on file, the answer must not leave. */
NILA_MUST_CHECK int truth_write(struct truth *t, const char *bus, const struct nila_answer *a,
                                const uint8_t *pdu);

/* The same for a fault that befalls an answer: regs_hex is "fault:" and its name. */
NILA_MUST_CHECK int truth_fault(struct truth *t, const char *bus, const struct nila_answer *a,
                                enum busfault_kind kind);

#endif
