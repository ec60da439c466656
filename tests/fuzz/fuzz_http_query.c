/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes what reads a browser's headers and what escapes foreign text. Input: a header line, then text for a page. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/html.h"
#include "analytics/web/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char *text = malloc(n + 1), *rest;
    struct buf b = {0};

    if (text == NULL)
        return 0;
    if (n > 0)
        memcpy(text, data, n);
    text[n] = '\0';
    rest = strchr(text, '\n');
    if (rest != NULL)
        *rest++ = '\0';
    (void)request_takes_gzip(text);
    (void)request_has_tag(text, "W/\"0123456789abcdef\"");
    (void)request_lang(text, rest);
    html_text(&b, rest == NULL ? text : rest);
    /* whatever came in, no markup and no attribute's end comes out */
    if (b.p != NULL && strpbrk(b.p, "<>\"'") != NULL)
        abort();
    buf_clear(&b);
    html_json_string(&b, text);
    if (b.n < 2 || b.p[0] != '"' || b.p[b.n - 1] != '"')
        abort();
    buf_free(&b);
    free(text);
    return 0;
}
