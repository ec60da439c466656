/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal_row: one reading set as packed bytes, as they lie in the journal. Pure functions.
 *
 * Versions 1 and 2, little endian:
 *   u8 version · u8 n | 0x80 when the clock was trusted | 0x40 held (2 only) · varint tag-set id · s48 ts_ms ·
 *   2 only: varint number of the boot · varint boot_ms ·
 *   n times: u8 metric | 0x80 when bits follow · u8 form << 4 | flag · [u16 bits] · value in its form ·
 *   u32 CRC-32 (IEEE 802.3) over the text of the tags, the row's number as s64, and all bytes before it.
 * The form is the shortest one that gives the very same double back: nothing (missing), a 16, 24 or 32 bit integer with
 * 0 to 3 decimals, float, double. The CRC covers the tags, which stand in a table of their own, and the number, so that
 * damage there cannot give a value to another pond or change the order.
 * Version 1 is for what this machine has not read itself (imported rows), and what was written before there was a version 2.
 * Held: the time comes from the boot's anchor once there is one (journal.h). */
#ifndef COLLECTOR_JOURNAL_ROW_H
#define COLLECTOR_JOURNAL_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/reading.h"

#define JOURNAL_ROW_VERSION  2
#define JOURNAL_ROW_SIZE_MAX (1 + 1 + 5 + 6 + 5 + 7 + READING_SET_MAX * (1 + 1 + 2 + 8) + 4)
#define JOURNAL_TAGS_SIZE    128 /* holds any tags as text */

/* The tags as text, "kotim|62.02.01|site|pond|device": the form in the journal's table. */
void journal_tags_text(char buf[static JOURNAL_TAGS_SIZE], const struct reading_tags *tags);

/* The way back; checks every part. NILA_ERR_PARSE. */
NILA_MUST_CHECK int journal_tags_parse(const char *text, struct reading_tags *out);

/* Can the set be stored, and later be written as lines? NILA_ERR_RANGE: n, a metric (or one twice), a flag, a time or the
 * tags are not what reading.h allows, or a value is NaN or infinite without being flagged missing. */
NILA_MUST_CHECK int journal_row_check(const struct reading_set *set);

/* What stands before the values. */
struct journal_row_head {
    uint32_t tag_id;
    uint32_t boot;   /* its number in the table, 0 none */
    int64_t boot_ms; /* 0 without a boot */
    int64_t ts_ms;   /* as it was journalled */
    bool trusted;
    bool held; /* never together with trusted; only with a boot */
};

/* Packs a checked set for row seq and returns the length. Of head only tag_id, boot and held are read; with boot 0 the row
 * is of version 1. */
size_t journal_row_pack(unsigned char out[static JOURNAL_ROW_SIZE_MAX],
                        const struct journal_row_head *head, int64_t seq,
                        const struct reading_set *set);

/* The head of a row without checking its CRC: enough to pass over it. NILA_ERR_CORRUPT, NILA_ERR_UNSUPPORTED (a version
 * this program does not know). */
NILA_MUST_CHECK int journal_row_peek(const void *row, size_t n, struct journal_row_head *head);

/* Unpacks and checks everything; set->tags must already be those of the row's tag_id. ts_ms and clock_trusted are as they
 * were journalled. NILA_ERR_CORRUPT (then the other members of set are undefined), NILA_ERR_UNSUPPORTED. */
NILA_MUST_CHECK int journal_row_unpack(const void *row, size_t n, int64_t seq,
                                       struct reading_set *set);

/* CRC-32 of IEEE 802.3. */
uint32_t journal_row_crc32(const void *bytes, size_t n);

#endif
