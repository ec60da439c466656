/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "multipart.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "collector/common/buf.h"

#define BOUNDARY_MAX 70 /* characters, RFC 2046 5.1.1 */
#define FIELD_MAX    32 /* characters of a field's name */

/* Where what lies in [p, end); NULL: nowhere. */
static const char *find(const char *p, const char *end, const char *what, size_t n)
{
    for (; n > 0 && p < end && (size_t)(end - p) >= n; p++) {
        p = memchr(p, what[0], (size_t)(end - p) - n + 1);
        if (p == NULL)
            return NULL;
        if (memcmp(p, what, n) == 0)
            return p;
    }
    return NULL;
}

/* "\r\n--" and the boundary of the header; 0: it has none that is allowed. */
static size_t read_boundary(const char *type, char out[static BOUNDARY_MAX + 5])
{
    const char *p = strchr(type, ';');
    size_t n;

    while (p != NULL && strncasecmp(p + 1 + strspn(p + 1, " "), "boundary=", 9) != 0)
        p = strchr(p + 1, ';');
    if (p == NULL)
        return 0;
    p = strchr(p, '=') + 1;
    n = *p == '"' ? strcspn(++p, "\"") : strcspn(p, "; ");
    if (n == 0 || n > BOUNDARY_MAX)
        return 0;
    (void)snprintf(out, BOUNDARY_MAX + 5, "\r\n--%.*s", (int)n, p);
    return n + 4;
}

/* A parameter of Content-Disposition, name="...": copied when it fits. */
static bool parameter(const char *line, size_t n, const char *name, char *out, size_t size)
{
    char key[16];
    const char *p, *end = line + n, *close;

    (void)snprintf(key, sizeof key, " %s=\"", name);
    p = find(line, end, key, strlen(key));
    if (p == NULL)
        return false;
    p += strlen(key);
    close = memchr(p, '"', (size_t)(end - p));
    if (close == NULL || (size_t)(close - p) >= size)
        return false;
    memcpy(out, p, (size_t)(close - p));
    out[close - p] = '\0';
    return true;
}

/* A part's headers: the name of its field; is it a file? */
static int read_headers(const char *p, const char *end, char name[static FIELD_MAX + 1], bool *file)
{
    static const char DISPOSITION[] = "Content-Disposition:";

    for (const char *line = p, *next; line < end; line = next) {
        const char *eol = find(line, end, "\r\n", 2);
        size_t n = (size_t)((eol != NULL ? eol : end) - line);

        next = eol != NULL ? eol + 2 : end;
        if (n < sizeof DISPOSITION - 1 ||
            strncasecmp(line, DISPOSITION, sizeof DISPOSITION - 1) != 0)
            continue;
        *file = find(line, line + n, " filename=\"", 11) != NULL ||
                find(line, line + n, " filename*=", 11) != NULL;
        return parameter(line, n, "name", name, FIELD_MAX + 1) && name[0] != '\0' ? 0
                                                                                  : NILA_ERR_PARSE;
    }
    return NILA_ERR_PARSE;
}

/* The field as a browser would have posted it without a file: form_read then holds it to its rules. */
static void put_field(struct buf *b, const char *name, const char *bytes, size_t n)
{
    const char *text[] = {name, bytes};
    const size_t length[] = {strlen(name), n};

    for (size_t t = 0; t < 2; t++) {
        buf_str(b, t == 0 ? "&" : "=");
        for (size_t i = 0; i < length[t]; i++)
            buf_printf(b, "%%%02X", (unsigned)(unsigned char)text[t][i]);
    }
}

/* The parts between the boundaries; fields go into b. */
static int read_parts(const char *body, size_t n, const char *mark, size_t mark_n, struct buf *b,
                      const char *file_field, struct multipart_file *file)
{
    const char *end = body + n, *p = body;

    /* the first boundary needs no line before it */
    if (n < mark_n - 2 || memcmp(body, mark + 2, mark_n - 2) != 0)
        return NILA_ERR_PARSE;
    p += mark_n - 2;
    for (unsigned parts = 0; end - p < 2 || memcmp(p, "--", 2) != 0; parts++) {
        char name[FIELD_MAX + 1];
        const char *headers, *content, *close;
        bool is_file = false;

        if (parts == MULTIPART_PARTS_MAX)
            return NILA_ERR_FULL;
        if (end - p < 2 || memcmp(p, "\r\n", 2) != 0)
            return NILA_ERR_PARSE;
        headers = p + 2;
        content = find(p, end, "\r\n\r\n", 4);
        close = content != NULL ? find(content + 4, end, mark, mark_n) : NULL;
        if (close == NULL || read_headers(headers, content, name, &is_file) != 0)
            return NILA_ERR_PARSE;
        content += 4;
        if (!is_file) {
            put_field(b, name, content, (size_t)(close - content));
        } else if (file->bytes == NULL && strcmp(name, file_field) == 0) {
            *file = (struct multipart_file){content, (size_t)(close - content)};
        }
        p = close + mark_n;
    }
    return 0;
}

int multipart_read(const char *content_type, const char *body, size_t n, const char *file_field,
                   struct form *out, struct multipart_file *file)
{
    char mark[BOUNDARY_MAX + 5];
    size_t mark_n = read_boundary(content_type, mark);
    struct multipart_file found = {.bytes = NULL};
    struct buf b = {0};
    int rc;

    if (n > FORM_BODY_MAX)
        return NILA_ERR_FULL;
    if (mark_n == 0)
        return NILA_ERR_PARSE;
    buf_str(&b, "");
    rc = read_parts(body, n, mark, mark_n, &b, file_field, &found);
    if (rc == 0 && b.n > FORM_BODY_MAX)
        rc = NILA_ERR_FULL;
    if (rc == 0)
        rc = form_read(b.p, b.n, out);
    if (b.p != NULL)
        explicit_bzero(b.p, b.n);
    buf_free(&b);
    if (rc != 0)
        return rc;
    *file = found;
    return 0;
}
