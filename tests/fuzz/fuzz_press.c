/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes what a browser posts to the buttons: the form, and after the first newline a token, an origin and a host, each on its line. What
 * is accepted is whole, printable and comes back to a page of ours. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/press.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

/* Ended within its room, not empty, printable ASCII. */
static void check_text(const char *text, size_t size)
{
    const char *end = memchr(text, '\0', size);

    must(end != NULL && end > text);
    for (; *text != '\0'; text++)
        must(*text >= 0x20 && *text <= 0x7e);
}

static void check_form(const struct press_form *f)
{
    check_text(f->what, sizeof f->what);
    check_text(f->subject, sizeof f->subject);
    check_text(f->back, sizeof f->back);
    check_text(f->key, sizeof f->key);
    check_text(f->token, sizeof f->token);
    /* it goes into a Location header: no other host, no other header */
    must(f->back[0] == '/' && f->back[1] != '/' && strpbrk(f->back, "\\:?#%.@ ") == NULL);
    must(f->key[strspn(f->key, "0123456789")] == '\0');
    if (press_token_fits(f->token, f->token))
        must(press_token_valid(f->token) && strlen(f->token) == 32);
}

/* The next line of at, which moves on; NULL: there is none. */
static char *line(char **at)
{
    char *p = *at;

    if (p == NULL)
        return NULL;
    *at = strchr(p, '\n');
    if (*at != NULL)
        *(*at)++ = '\0';
    return p;
}

static void headers(char *at)
{
    const char *token = line(&at), *origin = line(&at), *host = line(&at);

    must(!press_token_fits(token, NULL) && !press_token_fits(NULL, token));
    if (press_token_fits(token, token))
        must(press_token_valid(token));
    if (press_from_here(origin, NULL, host, "kolam.lan")) {
        must(host != NULL && host[0] != '\0');
        must(origin == NULL || strstr(origin, "://") != NULL);
        must(!press_from_here(origin, "cross-site", host, "kolam.lan"));
        must(!press_from_here("http://lain.example", NULL, host, "kolam.lan"));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct press_form f, before;
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t n = end != NULL ? (size_t)(end - data) : size, rest = end != NULL ? size - n - 1 : 0;
    char *body = malloc(n > 0 ? n : 1), *text = malloc(rest + 1); /* exact sizes */

    must(body != NULL && text != NULL);
    if (n > 0)
        memcpy(body, data, n);
    if (rest > 0)
        memcpy(text, end + 1, rest);
    text[rest] = '\0';
    memset(&f, 0x5a, sizeof f);
    before = f;
    if (press_read(body, n, &f) == 0)
        check_form(&f);
    else
        must(memcmp(&f, &before, sizeof f) == 0);
    headers(text);
    free(text);
    free(body);
    return 0;
}
