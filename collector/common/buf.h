/* SPDX-License-Identifier: GPL-3.0-or-later */
/* buf: a growing text buffer. A zeroed struct is an empty buffer; buf_free gives the memory back.
 * Running out of memory ends the program (xrealloc). p is NULL only while nothing was ever added; otherwise p[n] is 0. */
#ifndef NILA_COMMON_BUF_H
#define NILA_COMMON_BUF_H

#include <stddef.h>

#include "collector/common/err.h"

struct buf {
    char *p;
    size_t n;   /* bytes in use */
    size_t cap; /* bytes allocated */
};

void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) NILA_PRINTF(2, 3);
void buf_clear(struct buf *b); /* empties, keeps the memory */
void buf_free(struct buf *b);

#endif
