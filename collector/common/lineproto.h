/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lineproto: readings as InfluxDB line protocol, and back (the way back serves the tests and fuzzers).
 *
 * One line per class present in the set (water, weather, equipment; water_uncertain when the clock was not trusted).
 * Tags sorted by key: device, kecamatan, pond (when not ""), regency, site. Fields are always floats: the value (left
 * out when missing), metric_q, and metric_bits when q is not 1. Timestamps in ms; LF ends a line. */
#ifndef NILA_COMMON_LINEPROTO_H
#define NILA_COMMON_LINEPROTO_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/common/buf.h"
#include "collector/common/reading.h"

/* Appends the set's lines to b and returns how many (1..3), or NILA_ERR_RANGE when the set is not sendable (n out of
 * bounds, a NaN or infinity that is not flagged missing, a slug or code that is not one); b is then as before. */
NILA_MUST_CHECK int lineproto_append(struct buf *b, const struct reading_set *set);

/* Generic pieces, for measurements that are not readings (collector, supply_forecast ...). */
void lineproto_measurement(struct buf *b, const char *name);              /* escapes comma and space */
void lineproto_tag(struct buf *b, const char *key, const char *value);    /* ",key=value"; nothing when value is "" */
/* Adds " key=value" for the first field of a line and ",key=value" after; leaves out NaN and infinities. *first must be
 * true before the first field and becomes false. */
void lineproto_field(struct buf *b, bool *first, const char *key, double value);
void lineproto_end(struct buf *b, int64_t ts_ms);                         /* " ts\n" */

/* Parses one line (without its LF) that lineproto_append wrote. NILA_ERR_PARSE. Text after text_len is not read. */
NILA_MUST_CHECK int lineproto_parse(const char *text, size_t text_len, struct reading_set *out);

#endif
