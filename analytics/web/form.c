/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "form.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "collector/common/utf8.h"

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool utf8_all(const char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t k = utf8_length(s + i, n - i);
        if (k == 0)
            return false;
        i += k;
    }
    return true;
}

/* Decodes n bytes to where *at points and closes them with 0; NULL: badly coded. Carriage returns go: browsers end lines with
 * both. What is decoded is never longer than what came. */
static char *decode(const char *p, size_t n, char **at)
{
    char *begin = *at, *to = begin;

    for (size_t i = 0; i < n; i++) {
        int c = (unsigned char)p[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            int high = i + 2 < n ? hex(p[i + 1]) : -1, low = i + 2 < n ? hex(p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return NULL;
            c = high * 16 + low;
            i += 2;
        }
        if (c == '\r')
            continue;
        if (c == '\t')
            c = ' ';
        if ((c < 0x20 && c != '\n') || c == 0x7f)
            return NULL;
        *to++ = (char)c;
    }
    *to = '\0';
    *at = to + 1;
    return utf8_all(begin, (size_t)(to - begin)) ? begin : NULL;
}

static bool name_valid(const char *name)
{
    return name[0] != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
                                                "XYZ0123456789-_.")] == '\0';
}

static char *trimmed(char *value)
{
    size_t n;

    value += strspn(value, " \n");
    n = strlen(value);
    while (n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\n'))
        value[--n] = '\0';
    return value;
}

/* One "name=value"; a name without '=' has an empty value. */
static int take_field(struct form *f, const char *p, size_t n, char **at)
{
    const char *eq = memchr(p, '=', n);
    size_t name_n = eq != NULL ? (size_t)(eq - p) : n;
    char *name, *value;

    if (f->n == FORM_FIELDS_MAX)
        return NILA_ERR_FULL;
    name = decode(p, name_n, at);
    value = decode(eq != NULL ? eq + 1 : p, eq != NULL ? n - name_n - 1 : 0, at);
    if (name == NULL || value == NULL || !name_valid(name))
        return NILA_ERR_PARSE;
    f->field[f->n++] = (struct form_field){name, trimmed(value)};
    return 0;
}

int form_read(const char *body, size_t n, struct form *out)
{
    struct form f = {.n = 0};
    char *at;
    int rc = 0;

    if (n > FORM_BODY_MAX)
        return NILA_ERR_FULL;
    f.text_n = 2 * n + 2;
    f.text = xcalloc(1, f.text_n); /* each field needs two closing 0 for one '&' and one '=' */
    f.field = xcalloc(FORM_FIELDS_MAX, sizeof *f.field);
    at = f.text;
    for (size_t i = 0; rc == 0 && i < n;) {
        const char *p = body + i, *end = memchr(p, '&', n - i);
        size_t len = end != NULL ? (size_t)(end - p) : n - i;

        if (len > 0)
            rc = take_field(&f, p, len, &at);
        i += len + 1;
    }
    if (rc != 0) {
        form_free(&f);
        return rc;
    }
    *out = f;
    return 0;
}

void form_free(struct form *f)
{
    if (f->text != NULL) /* PINs go through here */
        explicit_bzero(f->text, f->text_n);
    free(f->text);
    free(f->field);
    *f = (struct form){.n = 0};
}

const char *form_value(const struct form *f, const char *name)
{
    for (size_t i = 0; f != NULL && i < f->n; i++)
        if (strcmp(f->field[i].name, name) == 0)
            return f->field[i].value;
    return NULL;
}
