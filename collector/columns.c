/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "columns.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS 16 /* further ones are not aligned */

/* Characters (not bytes) of the first n bytes. */
static size_t width_of(const char *s, size_t n)
{
    size_t w = 0;

    for (size_t i = 0; i < n; i++)
        w += ((unsigned char)s[i] & 0xC0) != 0x80;
    return w;
}

void columns(struct buf *out, const struct buf *rows)
{
    size_t width[COLUMNS] = {0};

    for (int pass = 0; pass < 2; pass++) {
        size_t column = 0;
        for (const char *p = rows->p; p != NULL && *p != '\0';) {
            size_t n = strcspn(p, "\t\n"), w = width_of(p, n);
            if (pass == 0 && p[n] == '\t' && column < COLUMNS && w > width[column])
                width[column] = w;
            if (pass == 1) {
                buf_add(out, p, n);
                if (p[n] == '\t' && column < COLUMNS)
                    buf_printf(out, "%*s", (int)(width[column] - w + 2), "");
                else if (p[n] == '\n')
                    buf_str(out, "\n");
            }
            column = p[n] == '\n' ? 0 : column + 1;
            p += n + (p[n] != '\0' ? 1 : 0);
        }
    }
}
