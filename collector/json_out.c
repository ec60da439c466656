/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json_out.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>

/* Bytes of the UTF-8 sequence s begins with, 0 when it is none. */
static size_t sequence(const unsigned char *s)
{
    size_t n = s[0] < 0x80                   ? 1
               : s[0] >= 0xC2 && s[0] < 0xE0 ? 2
               : s[0] >= 0xE0 && s[0] < 0xF0 ? 3
                                             : 4;

    if (s[0] >= 0x80 && (s[0] < 0xC2 || s[0] > 0xF4))
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

void json_text(struct buf *b, const char *s)
{
    const unsigned char *p = (const unsigned char *)s;

    buf_str(b, "\"");
    while (*p != '\0') {
        size_t n = sequence(p);
        if (*p == '"' || *p == '\\')
            buf_printf(b, "\\%c", *p);
        else if (*p < 0x20)
            buf_printf(b, "\\u%04x", (unsigned)*p);
        else if (n > 0)
            buf_add(b, p, n);
        else
            buf_str(b, "?");
        p += n > 0 ? n : 1;
    }
    buf_str(b, "\"");
}

void json_member(struct buf *b, const char *key, const char *value)
{
    buf_printf(b, ",\"%s\":", key);
    json_text(b, value);
}

void json_number(struct buf *b, const char *key, double value)
{
    if (isfinite(value))
        buf_printf(b, ",\"%s\":%.15g", key, value);
    else
        buf_printf(b, ",\"%s\":null", key);
}

void json_whole(struct buf *b, const char *key, int64_t value)
{
    buf_printf(b, ",\"%s\":%" PRId64, key, value);
}

void json_count(struct buf *b, const char *key, uint64_t value)
{
    buf_printf(b, ",\"%s\":%" PRIu64, key, value);
}
