/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "utf8.h"

#include <stdbool.h>

#include <stdint.h>

/* Unicode 15, table 3-7: the second byte's span depends on the first; all later bytes are 80..BF. */
static const struct {
    uint8_t first_min, first_max, second_min, second_max, bytes;
} FORM[] = {
    {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

size_t utf8_length(const char *s, size_t n)
{
    const uint8_t first = (uint8_t)s[0];

    for (size_t i = 0; i < sizeof FORM / sizeof FORM[0]; i++) {
        if (first < FORM[i].first_min || first > FORM[i].first_max)
            continue;
        if (FORM[i].bytes > n)
            return 0;
        for (size_t k = 1; k < FORM[i].bytes; k++) {
            const uint8_t b = (uint8_t)s[k];
            if (b < (k == 1 ? FORM[i].second_min : 0x80) ||
                b > (k == 1 ? FORM[i].second_max : 0xbf))
                return 0;
        }
        return FORM[i].bytes;
    }
    return 0;
}

void utf8_plain(char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        /* U+0080 to U+009F are control characters as well: C2 80 to C2 9F */
        bool c1 = c == 0xC2 && i + 1 < n && ((unsigned char)s[i + 1] & 0xE0) == 0x80;
        if (c1)
            s[i + 1] = '?';
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F || c1)
            s[i] = '?';
    }
}
