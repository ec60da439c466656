/* SPDX-License-Identifier: GPL-3.0-or-later */
/* form: the fields of a form that a browser posts (application/x-www-form-urlencoded). Foreign bytes of any kind; pure. */
#ifndef ANALYTICS_WEB_FORM_H
#define ANALYTICS_WEB_FORM_H

#include <stddef.h>

#include "collector/common/err.h"

#define FORM_BODY_MAX   ((size_t)64 * 1024) /* bytes of a body */
#define FORM_FIELDS_MAX 512

struct form_field {
    const char *name; /* letters, digits, '-', '_' and '.'; never empty */
    const char *
        value; /* UTF-8 without control characters but line feeds; no blanks at its ends; may be "" */
};

struct form {
    size_t n;
    struct form_field *field; /* as they came; a name may come more than once */
    char *text;               /* theirs */
    size_t text_n;
};

/* Reads a body. NILA_ERR_PARSE: badly coded, not UTF-8, a control character, a field without a name; NILA_ERR_FULL: more than
 * FORM_FIELDS_MAX fields or FORM_BODY_MAX bytes. An empty body has no fields. *out is the caller's, form_free; untouched on
 * failure. */
NILA_MUST_CHECK int form_read(const char *body, size_t n, struct form *out);
void form_free(struct form *f); /* a zeroed struct is fine */

/* The first field of that name; NULL: it did not come. form NULL: nothing came. */
const char *form_value(const struct form *f, const char *name);

#endif
