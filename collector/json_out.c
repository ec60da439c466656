/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json_out.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "collector/common/utf8.h"

void json_text(struct buf *b, const char *s)
{
    size_t left = strlen(s);

    buf_str(b, "\"");
    while (left > 0) {
        size_t n = utf8_length(s, left);
        unsigned c = (unsigned char)s[0];
        if (n == 2 && c == 0xC2 &&
            (unsigned char)s[1] < 0xA0) /* control characters, as below 0x20 */
            buf_printf(b, "\\u%04x", (unsigned)(unsigned char)s[1]);
        else if (c == '"' || c == '\\')
            buf_printf(b, "\\%c", (int)c);
        else if (c < 0x20 || c == 0x7F)
            buf_printf(b, "\\u%04x", c);
        else if (n > 0)
            buf_add(b, s, n);
        else
            buf_str(b, "?");
        n = n > 0 ? n : 1;
        s += n;
        left -= n;
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
