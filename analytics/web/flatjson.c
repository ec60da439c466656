/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flatjson.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/log.h"

void flatjson_begin(struct flatjson *w, const char *text)
{
    *w = (struct flatjson){.at = text};
}

void flatjson_end(struct flatjson *w)
{
    free(w->name);
    free(w->value);
    *w = (struct flatjson){.at = ""};
}

static void blanks(struct flatjson *w)
{
    w->at += strspn(w->at, " \t\r\n");
}

/* Four hexadecimal digits of the basic plane, as UTF-8; surrogates are not written by us. */
static bool take_unicode(const char *at, struct buf *b)
{
    unsigned long u;
    char digits[5], *end;

    if (strlen(at) < 4)
        return false;
    memcpy(digits, at, 4);
    digits[4] = '\0';
    u = strtoul(digits, &end, 16);
    if (*end != '\0' || u == 0 || (u >= 0xd800 && u <= 0xdfff))
        return false;
    if (u < 0x80) {
        buf_printf(b, "%c", (int)u);
    } else if (u < 0x800) {
        buf_printf(b, "%c%c", (int)(0xc0 | u >> 6), (int)(0x80 | (u & 0x3f)));
    } else {
        buf_printf(b, "%c%c%c", (int)(0xe0 | u >> 12), (int)(0x80 | (u >> 6 & 0x3f)),
                   (int)(0x80 | (u & 0x3f)));
    }
    return true;
}

/* One character of a text; how many bytes it takes, 0: badly coded. */
static size_t take_character(const char *at, struct buf *b)
{
    static const char ESCAPE[] = "\"\\/bfnrt", MEANT[] = "\"\\/\b\f\n\r\t";
    const char *which;

    if (*at != '\\') {
        buf_add(b, at, 1);
        return 1;
    }
    if (at[1] == 'u')
        return take_unicode(at + 2, b) ? 6 : 0;
    which = at[1] != '\0' ? strchr(ESCAPE, at[1]) : NULL;
    if (which == NULL)
        return 0;
    buf_add(b, &MEANT[which - ESCAPE], 1);
    return 2;
}

/* A quoted text or, of a value, a bare number or word; NULL: neither. */
static char *take_text(struct flatjson *w, bool bare)
{
    struct buf b = {0};

    buf_str(&b, "");
    if (*w->at != '"') {
        size_t n = bare ? strcspn(w->at, ",}{[]\" \t\r\n") : 0;

        buf_add(&b, w->at, n);
        w->at += n;
        if (n > 0)
            return b.p;
        buf_free(&b);
        return NULL;
    }
    for (w->at++; *w->at != '"';) {
        size_t n = *w->at != '\0' ? take_character(w->at, &b) : 0;

        if (n == 0) {
            buf_free(&b);
            return NULL;
        }
        w->at += n;
    }
    w->at++;
    return b.p;
}

int flatjson_next(struct flatjson *w)
{
    bool first = w->name == NULL;

    blanks(w);
    if (first && *w->at == '\0')
        return 0;
    if (*w->at == '}')
        return 0;
    if (*w->at != (first ? '{' : ','))
        return NILA_ERR_PARSE;
    w->at++;
    blanks(w);
    if (first && *w->at == '}')
        return 0;
    free(w->name);
    free(w->value);
    w->value = NULL;
    w->name = take_text(w, false);
    blanks(w);
    if (w->name == NULL || *w->at != ':')
        return NILA_ERR_PARSE;
    w->at++;
    blanks(w);
    w->value = take_text(w, true);
    return w->value != NULL ? 1 : NILA_ERR_PARSE;
}

char *flatjson_value(const char *text, const char *name)
{
    struct flatjson w;
    char *found = NULL;

    flatjson_begin(&w, text);
    while (found == NULL && flatjson_next(&w) == 1)
        if (strcmp(w.name, name) == 0)
            found = xstrdup(w.value);
    flatjson_end(&w);
    return found;
}
