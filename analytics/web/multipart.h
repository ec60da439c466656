/* SPDX-License-Identifier: GPL-3.0-or-later */
/* multipart: a posted form with a file in it (multipart/form-data, RFC 7578). Foreign bytes of any kind; pure. */
#ifndef ANALYTICS_WEB_MULTIPART_H
#define ANALYTICS_WEB_MULTIPART_H

#include "analytics/web/form.h"

#define MULTIPART_TYPE      "multipart/form-data"
#define MULTIPART_PARTS_MAX 16

/* A file of the form: where its bytes lie in the body that was read. */
struct multipart_file {
    const void *bytes; /* NULL: none came */
    size_t n;          /* 0: nothing was chosen */
};

/* Reads a body. content_type: the request's header, with its boundary. The fields become *out as form_read gives them (form_free);
 * *file: of the field of that name, the first; it points into body. NILA_ERR_PARSE: no boundary, a part without an end or a
 * name, a field that form_read refuses; NILA_ERR_FULL: more than MULTIPART_PARTS_MAX parts or FORM_BODY_MAX bytes. Both are untouched on
 * failure. */
NILA_MUST_CHECK int multipart_read(const char *content_type, const char *body, size_t n,
                                   const char *file_field, struct form *out,
                                   struct multipart_file *file);

#endif
