/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jsontext: the text under jsonconf: blanks comments, checks the grammar of JSON strictly (RFC 8259) and notes where
 * every key and value begins, which cJSON does not keep. Pure functions over bytes in memory; used by jsonconf alone.
 *
 * Stricter than cJSON 1.7.15, which takes 007, "1.", control characters in text, any byte as a blank below 32, bytes
 * that are not UTF-8, and \u0000 (which would end a C string early). */
#ifndef NILA_COMMON_JSONTEXT_H
#define NILA_COMMON_JSONTEXT_H

#include <stddef.h>

#include "collector/common/err.h"

#define JSONTEXT_MAX_BYTES  262144 /* 256 KiB */
#define JSONTEXT_MAX_DEPTH  32     /* objects and arrays inside each other */
#define JSONTEXT_MAX_NUMBER 40     /* characters of one number; cJSON reads at most 63 */

enum jsontext_kind {
    JSONTEXT_OBJECT,
    JSONTEXT_ARRAY,
    JSONTEXT_STRING,
    JSONTEXT_NUMBER,
    JSONTEXT_TRUE,
    JSONTEXT_FALSE,
    JSONTEXT_NULL
};

/* One value, in the order of the text: a container stands before what it holds. */
struct jsontext_mark {
    enum jsontext_kind kind;
    size_t at; /* offset of its first byte */
    /* offset of its key's opening quote; the same as at in an array and for the root */
    size_t key_at;
    size_t parent; /* index of the object or array it lies in; its own index for the root */
    size_t end;    /* index behind its last descendant: the next sibling, if there is one */
};

struct jsontext_error {
    size_t at;      /* offset of the trouble */
    char text[120]; /* what is wrong and what was expected */
};

/* Overwrites comments and a byte order mark by blanks, keeping newlines, so that offsets stay. NILA_ERR_PARSE for a NUL
 * byte or a comment that is never closed. */
NILA_MUST_CHECK int jsontext_blank(char *text, size_t n, struct jsontext_error *e);

/* Checks n bytes of blanked text. On success *marks (count entries, at least one) is the caller's, free with free().
 * NILA_ERR_PARSE with *e filled otherwise. */
NILA_MUST_CHECK int jsontext_scan(const char *text, size_t n, struct jsontext_mark **marks,
                                  size_t *count, struct jsontext_error *e);

/* Line and column, both from 1, of an offset; columns count characters (a UTF-8 sequence is one). */
void jsontext_place(const char *text, size_t n, size_t at, long *line, long *column);

#endif
