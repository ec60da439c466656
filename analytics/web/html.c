/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "html.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "collector/common/log.h"
#include "collector/common/utf8.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* The character at s, at most four bytes of which are looked at; s is not at its end. */
static size_t character(const char *s)
{
    return utf8_length(s, strnlen(s, 4));
}

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static bool control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7F;
}

/* How many plain letters of ASCII stand at s: most of any text. */
static size_t plain(const char *s)
{
    size_t n = 0;

    while ((unsigned char)s[n] >= 0x20 && (unsigned char)s[n] < 0x7F && entity(s[n]) == NULL)
        n++;
    return n;
}

void html_text(struct buf *b, const char *s)
{
    const char *p = s == NULL ? "" : s;

    for (;;) {
        size_t n = plain(p);

        buf_add(b, p, n);
        p += n;
        if (*p == '\0')
            return;
        n = character(p);
        const char *e = entity(*p);
        if (e != NULL) {
            buf_str(b, e);
        } else if (n == 0 || (control(*p) && *p != '\t' && *p != '\n')) {
            buf_str(b, REPLACEMENT);
            n = 1;
        } else {
            buf_add(b, p, n);
        }
        p += n;
    }
}

void html_raw(struct buf *b, const char *markup)
{
    buf_str(b, markup);
}

void html_fill(struct buf *b, const char *tmpl, const char *const *args)
{
    const char *p = tmpl, *hole;

    while ((hole = strchr(p, '$')) != NULL) {
        buf_add(b, p, (size_t)(hole - p));
        if (*args == NULL)
            fatal("page template with too few arguments: %s", tmpl);
        html_text(b, *args++);
        p = hole + 1;
    }
    buf_str(b, p);
    if (*args != NULL)
        fatal("page template with too many arguments: %s", tmpl);
}

void html_json_string(struct buf *b, const char *s)
{
    const char *p = s == NULL ? "" : s;

    buf_str(b, "\"");
    while (*p != '\0') {
        size_t n = character(p);
        if (n == 0) {
            buf_str(b, REPLACEMENT);
            n = 1;
        } else if (*p == '"' || *p == '\\') {
            buf_printf(b, "\\%c", *p);
        } else if (control(*p)) {
            buf_printf(b, "\\u%04x", (unsigned)*p);
        } else {
            buf_add(b, p, n);
        }
        p += n;
    }
    buf_str(b, "\"");
}

void html_json_number(struct buf *b, double v, int decimals)
{
    if (!isfinite(v))
        buf_str(b, "null");
    else
        buf_printf(b, "%.*f", decimals < 0 ? 0 : decimals > 9 ? 9 : decimals, v);
}
