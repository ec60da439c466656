/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gzip.h"

#include <limits.h>

#define ZLIB_CONST /* next_in points to const bytes */
#include <zlib.h>

#include "log.h"

enum {
    GZIP_WINDOW = 15 + 16, /* zlib: 15 is the largest window, + 16 asks for the gzip form */
    MEMORY_LEVEL = 8,      /* zlib's default */
    PIECE = 16384
};

int gzip_pack(struct buf *out, const void *bytes, size_t n, int level)
{
    z_stream z = {0};
    unsigned char piece[PIECE];
    int rc;

    if (level < 1 || level > 9 || n > UINT_MAX)
        return NILA_ERR_RANGE;
    if (deflateInit2(&z, level, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        fatal("out of memory: gzip");
    buf_clear(out);
    z.next_in = bytes;
    z.avail_in = (uInt)n;
    do {
        z.next_out = piece;
        z.avail_out = PIECE;
        rc = deflate(&z, Z_FINISH);
        buf_add(out, piece, PIECE - z.avail_out);
    } while (rc == Z_OK || rc == Z_BUF_ERROR);
    (void)deflateEnd(&z);
    return rc == Z_STREAM_END ? 0 : NILA_ERR_CORRUPT;
}

int gzip_unpack(struct buf *out, const void *bytes, size_t n, size_t max)
{
    z_stream z = {0};
    unsigned char piece[PIECE];
    int rc, result = NILA_ERR_CORRUPT;

    if (n > UINT_MAX)
        return NILA_ERR_RANGE;
    if (inflateInit2(&z, GZIP_WINDOW) != Z_OK)
        fatal("out of memory: gzip");
    buf_clear(out);
    z.next_in = bytes;
    z.avail_in = (uInt)n;
    for (;;) {
        size_t got;
        z.next_out = piece;
        z.avail_out = PIECE;
        rc = inflate(&z, Z_NO_FLUSH);
        got = PIECE - z.avail_out;
        if (got > max - out->n) {
            result = NILA_ERR_FULL;
            goto out;
        }
        buf_add(out, piece, got);
        if (rc == Z_STREAM_END)
            break;
        if (rc != Z_OK) /* Z_BUF_ERROR here means that the bytes ended too soon */
            goto out;
    }
    if (z.avail_in == 0) /* something behind the end is not what was packed */
        result = 0;
out:
    (void)inflateEnd(&z);
    if (result != 0)
        buf_clear(out);
    return result;
}
