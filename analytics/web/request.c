/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "request.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "analytics/web/text.h"

static size_t blanks(const char *p)
{
    return strspn(p, " \t");
}

/* Is the weight after a coding ";q=0" in any of its spellings (0, 0.0, 0.000)? */
static bool refused(const char *p)
{
    p += blanks(p);
    if (*p++ != ';')
        return false;
    p += blanks(p);
    if (strncasecmp(p, "q=", 2) != 0)
        return false;
    p += 2;
    if (*p != '0')
        return false;
    p++;
    if (*p == '.')
        p += 1 + strspn(p + 1, "0");
    return *p == '\0' || *p == ',' || *p == ' ' || *p == '\t';
}

bool request_takes_gzip(const char *accept_encoding)
{
    const char *p = accept_encoding;
    bool any = false;

    while (p != NULL && *p != '\0') {
        size_t n;
        p += strspn(p, " \t,");
        n = strcspn(p, " \t,;");
        if (n == 4 && strncasecmp(p, "gzip", 4) == 0)
            return !refused(p + n);
        if (n == 1 && *p == '*')
            any = !refused(p + n);
        p += n;
        p += strcspn(p, ",");
    }
    return any;
}

bool request_has_tag(const char *if_none_match, const char *tag)
{
    const char *quoted = strchr(tag, '"'), *p = if_none_match;
    size_t n = quoted == NULL ? 0 : strlen(quoted);

    if (p == NULL || n == 0)
        return false;
    if (strcmp(p + blanks(p), "*") == 0)
        return true;
    /* Tags are quoted and hold no quotes: a match from quote to quote is the whole tag. */
    while ((p = strchr(p, '"')) != NULL) {
        const char *end = strchr(p + 1, '"');
        if (end == NULL)
            return false;
        if ((size_t)(end - p) + 1 == n && memcmp(p, quoted, n) == 0)
            return true;
        p = end + 1;
    }
    return false;
}

enum lang request_lang(const char *query_lang, const char *cookie_lang)
{
    const char *const source[] = {query_lang, cookie_lang};

    for (size_t i = 0; i < 2; i++)
        for (int lang = 0; source[i] != NULL && lang < LANG_COUNT; lang++)
            if (strcmp(source[i], text_lang((enum lang)lang)) == 0)
                return (enum lang)lang;
    return LANG_ID;
}
