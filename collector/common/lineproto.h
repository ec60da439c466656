/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lineproto: readings as InfluxDB line protocol, and back (the way back serves the tests and fuzzers).
 *
 * One line per class present in the set (water, weather, equipment). When the clock was not trusted all values go to
 * one line of water_uncertain, whatever their class: metric names are unique, so nothing is lost or mixed.
 * Tags sorted by key: device, kecamatan, pond (when not ""), regency, site. Fields are always floats: the value (left
 * out when missing), metric_q, and metric_bits when q is not 1. Numbers have the fewest digits that read back as the
 * same double. Timestamps in ms, 0 .. 9223372036854 (InfluxDB counts nanoseconds in 64 bits); LF ends a line. */
#ifndef NILA_COMMON_LINEPROTO_H
#define NILA_COMMON_LINEPROTO_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/common/buf.h"
#include "collector/common/reading.h"

/* Appends the set's lines to b and returns how many (1..3), or NILA_ERR_RANGE when the set is not sendable (n out of
 * bounds, a NaN or infinity that is not flagged missing, an unknown flag or metric, a metric twice, a slug or code that
 * is not one, a time out of bounds); b is then as before. */
NILA_MUST_CHECK int lineproto_append(struct buf *b, const struct reading_set *set);

/* Generic pieces, for measurements that are not readings (collector, supply_forecast ...). A backslash or control
 * character in a name, key or value has no safe form and becomes "_". */
void lineproto_measurement(struct buf *b, const char *name); /* escapes comma and space */
void lineproto_tag(struct buf *b, const char *key,
                   const char *value); /* ",key=value"; nothing when value is "" */
/* Adds " key=value" for the first field of a line and ",key=value" after; leaves out NaN and infinities. *first must be
 * true before the first field and becomes false. */
void lineproto_field(struct buf *b, bool *first, const char *key, double value);
void lineproto_end(struct buf *b, int64_t ts_ms); /* " ts\n" */

/* Parses one line (without its LF) that lineproto_append wrote, and no other: tags in their order, every value with
 * its flag. NILA_ERR_PARSE. Text after text_len is not read; text need not end in 0. */
NILA_MUST_CHECK int lineproto_parse(const char *text, size_t text_len, struct reading_set *out);

#endif
