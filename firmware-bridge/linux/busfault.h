/* SPDX-License-Identifier: GPL-3.0-or-later */
/* busfault: answers that go wrong on their way, each drawn from a seed: the same seed and the same order of answers on a bus
 * give the same faults.
 *
 * late            complete, 1.05 to 1.5 times the time-out after it was due
 * duplicate       complete, and once more after it
 * wrong-unit      under the next unit id, CRC right
 * wrong-function  under function 4 for 3, 3 for 4, CRC right
 * wrong-crc       CRC wrong; on TCP, which has none, the transaction number
 * short           cut after any byte but the last
 * overlong        two registers (or two bytes) too many, well formed, CRC right
 * babble          1 to 64 random bytes instead
 * exception       one of 1, 2, 3, 4, 6, 8, 10, 11 instead
 * silent          nothing
 * Late and duplicate answers carry good values and stand on the truth log as such; the values of the others do not.
 * One struct busfault a bus, used by its thread; the rest are pure functions. */
#ifndef BRIDGE_BUSFAULT_H
#define BRIDGE_BUSFAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"
#include "firmware-bridge/core/nila_pdu.h"

enum busfault_kind {
    BUSFAULT_LATE,
    BUSFAULT_DUPLICATE,
    BUSFAULT_WRONG_UNIT,
    BUSFAULT_WRONG_FUNCTION,
    BUSFAULT_WRONG_CRC,
    BUSFAULT_SHORT,
    BUSFAULT_OVERLONG,
    BUSFAULT_BABBLE,
    BUSFAULT_EXCEPTION,
    BUSFAULT_SILENT,
    BUSFAULT_KINDS,
    BUSFAULT_NONE = BUSFAULT_KINDS
};

#define BUSFAULT_RATE 0.05 /* of a kind named without a rate */

#define WIRE_MAX      300 /* the longest frame, an overlong one on TCP included */

struct busfault_plan {
    uint64_t seed;
    double rate[BUSFAULT_KINDS]; /* share of the answers, 0..1; together at most 1 */
};

struct busfault_counts {
    uint64_t answers; /* good ones included */
    uint64_t kind[BUSFAULT_KINDS];
};

struct busfault {
    const struct busfault_plan *plan; /* NULL: nothing goes wrong */
    uint64_t key;
    uint64_t drawn;
    struct busfault_counts counts;
};

/* What happens to one answer. */
struct busfault_hit {
    enum busfault_kind kind; /* BUSFAULT_NONE: it is good */
    uint64_t key;            /* of the details */
};

/* "late" ... "silent". */
const char *busfault_name(enum busfault_kind kind);

/* Adds KIND[:rate][,KIND[:rate]]... to the plan; a kind named again has the last rate. NILA_ERR_PARSE: not of this form;
 * NILA_ERR_NOT_FOUND: no such kind; NILA_ERR_RANGE: a rate outside 0..1, or all together above 1. *plan is untouched then. */
NILA_MUST_CHECK int busfault_parse(struct busfault_plan *plan, const char *text);

/* plan may be NULL; otherwise it must outlive f. bus: its slug. */
void busfault_init(struct busfault *f, const struct busfault_plan *plan, const char *bus);

/* The next answer's fate. */
struct busfault_hit busfault_draw(struct busfault *f);

/* It came to pass. */
void busfault_count(struct busfault *f, const struct busfault_hit *h);

/* Does the master get the values of such an answer, unharmed? */
bool busfault_keeps_values(enum busfault_kind kind);

/* How much later than due; 0 for kinds other than late. */
int busfault_late_ms(const struct busfault_hit *h, int timeout_ms);

/* The frame of an answer (unit id and n <= NILA_PDU_MAX bytes of PDU) as it leaves, fault included: its length, 0 for silence.
 * head: transaction and protocol id of the request. A duplicate is one frame here: sending it twice is the line's. */
size_t busfault_rtu(const struct busfault_hit *h, uint8_t unit, const uint8_t *pdu, size_t n,
                    uint8_t out[WIRE_MAX]);
size_t busfault_tcp(const struct busfault_hit *h, const uint8_t head[4], uint8_t unit,
                    const uint8_t *pdu, size_t n, uint8_t out[WIRE_MAX]);

#endif
