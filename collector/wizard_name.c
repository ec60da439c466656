/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizard_name.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* The plain letter of U+00C0 to U+00FF (bytes C3 80 to C3 BF), '-' none. */
static char plain_letter(unsigned char second)
{
    static const char LETTER[] = "aaaaaaaceeeeiiiidnooooo-ouuuuy-saaaaaaaceeeeiiiidnooooo-ouuuuy-y";

    if (second < 0x80 || second > 0xBF)
        return '-';
    return LETTER[second - 0x80];
}

/* The next character of *p as one of a slug; '-' for all that is none. */
static char next_letter(const char **p)
{
    unsigned char c = (unsigned char)*(*p)++;

    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
        return (char)c;
    if (c == 0xC3 && **p != '\0')
        return plain_letter((unsigned char)*(*p)++);
    return '-';
}

void wizard_slug(char out[static SLUG_SIZE], const char *name)
{
    size_t n = 0, word = 0; /* word: where the last one ended */
    bool cut = false;

    for (const char *p = name; *p != '\0';) {
        char c;
        if (*p == '\'') { /* Ma'arif is one word */
            p++;
            continue;
        }
        c = next_letter(&p);
        if (c == '-' && (n == 0 || out[n - 1] == '-'))
            continue;
        if (n == SLUG_SIZE - 1) {
            cut = c != '-';
            break;
        }
        if (c == '-')
            word = n;
        out[n++] = c;
    }
    if (cut && word >= (SLUG_SIZE - 1) / 2)
        n = word;
    while (n > 0 && out[n - 1] == '-')
        n--;
    out[n] = '\0';
}

void wizard_slug_free(char out[static SLUG_SIZE], const char *wish, const char *fallback,
                      bool (*taken)(const void *arg, const char *slug), const void *arg)
{
    char base[SLUG_SIZE];

    wizard_slug(base, wish);
    if (base[0] == '\0')
        wizard_slug(base, fallback);
    (void)snprintf(out, SLUG_SIZE, "%s", base);
    for (int i = 2; taken(arg, out); i++) {
        char end[12];
        int n = snprintf(end, sizeof end, "-%d", i);
        (void)snprintf(out, SLUG_SIZE, "%.*s%s", SLUG_SIZE - 1 - n, base, end);
    }
}
