/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

static void room(struct buf *b, size_t more)
{
    size_t want;

    if (more > SIZE_MAX / 4 - b->n)
        fatal("out of memory: a text of %zu bytes", more);
    want = b->n + more + 1;
    if (want <= b->cap)
        return;
    if (want < b->cap * 2)
        want = b->cap * 2;
    if (want < 128)
        want = 128;
    b->p = xrealloc(b->p, want, 1);
    b->cap = want;
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
    room(b, n);
    if (n > 0)
        memcpy(b->p + b->n, bytes, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    int k;

    room(b, 64);
    va_start(ap, fmt);
    k = vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
    va_end(ap);
    if (k < 0) {
        b->p[b->n] = '\0';
        return;
    }
    if ((size_t)k >= b->cap - b->n) {
        room(b, (size_t)k);
        va_start(ap, fmt);
        (void)vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
        va_end(ap);
    }
    b->n += (size_t)k;
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    if (b->p != NULL)
        b->p[0] = '\0';
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){0};
}
