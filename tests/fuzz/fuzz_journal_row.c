/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of a row, with and without a right CRC: what journal_row_unpack accepts can be sent exactly when it may be stored, and it packs
 * to a row that reads back as the same set. The first byte of the input chooses: odd, the last four bytes are replaced by the
 * CRC of the others (a row can be wrong behind a right CRC only by a bug, but the decoder must not rely on it). */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/lineproto.h"
#include "collector/journal_row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct reading_tags TAGS = {.regency = REGENCY_KOTIM,
                                         .kecamatan = "62.02.06",
                                         .site = "uji",
                                         .pond = "kolam-1",
                                         .device = "node-1"};
#define SEQ 77

static void must(int ok)
{
    if (!ok)
        abort();
}

/* CRC-32 of IEEE 802.3, bit by bit: written anew, so that it also checks the table in the code. */
static uint32_t crc_add(uint32_t crc, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xedb88320U & (0U - (crc & 1U)));
    }
    return crc;
}

static void seal(uint8_t *row, size_t n)
{
    static const uint8_t NUMBER[8] = {SEQ, 0, 0, 0, 0, 0, 0, 0};
    char text[JOURNAL_TAGS_SIZE];
    uint32_t crc = 0xffffffffU;

    journal_tags_text(text, &TAGS);
    crc = crc_add(crc, (const uint8_t *)text, strlen(text));
    crc = crc_add(crc, NUMBER, sizeof NUMBER);
    crc = ~crc_add(crc, row, n - 4);
    for (int i = 0; i < 4; i++)
        row[n - 4 + (size_t)i] = (uint8_t)(crc >> (8 * i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reading_set once = {.tags = TAGS}, again = {.tags = TAGS};
    unsigned char packed[JOURNAL_ROW_SIZE_MAX];
    uint8_t *row;
    struct journal_row_head head;
    struct buf lines = {0};

    if (size < 1)
        return 0;
    row = malloc(size); /* exact size: a read too far is seen */
    must(row != NULL);
    memcpy(row, data + 1, size - 1);
    size--;
    if ((data[0] & 1) != 0 && size >= 4)
        seal(row, size);
    if (journal_row_unpack(row, size, SEQ, &once) == 0) {
        size_t n;
        must(journal_row_peek(row, size, &head) == 0);
        must(head.ts_ms == once.ts_ms && head.boot_ms == once.boot_ms &&
             head.trusted == once.clock_trusted);
        /* what may be stored can be sent, and nothing else */
        must((journal_row_check(&once) == 0) == (lineproto_append(&lines, &once) >= 0));
        buf_free(&lines);
        n = journal_row_pack(packed, &head, SEQ, &once);
        must(n <= size); /* ours is the shortest form */
        must(journal_row_unpack(packed, n, SEQ, &again) == 0);
        must(again.n == once.n && again.ts_ms == once.ts_ms && again.boot_ms == once.boot_ms &&
             again.clock_trusted == once.clock_trusted);
        for (unsigned i = 0; i < once.n; i++) {
            must(again.v[i].metric == once.v[i].metric && again.v[i].flag == once.v[i].flag &&
                 again.v[i].bits == once.v[i].bits);
            must(once.v[i].flag == READING_MISSING ||
                 (again.v[i].value == once.v[i].value &&
                  signbit(again.v[i].value) == signbit(once.v[i].value)));
        }
    }
    free(row);
    return 0;
}
