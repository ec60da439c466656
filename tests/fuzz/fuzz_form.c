/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the body of a posted form: what is taken is whole UTF-8 without control characters, with names of ours; what is not leaves
 * nothing behind. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/form.h"
#include "collector/common/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

static void check_value(const char *s)
{
    size_t n = strlen(s);

    must(n == 0 || (s[0] != ' ' && s[n - 1] != ' '));
    for (size_t i = 0; i < n;) {
        size_t k = utf8_length(s + i, n - i);

        must(k > 0 && ((unsigned char)s[i] >= 0x20 || s[i] == '\n') && s[i] != 0x7f);
        i += k;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct form f = {.n = 77};
    char *body = malloc(size > 0 ? size : 1); /* exact size */

    must(body != NULL);
    if (size > 0)
        memcpy(body, data, size);
    if (form_read(body, size, &f) == 0) {
        must(f.n <= FORM_FIELDS_MAX && size <= FORM_BODY_MAX);
        for (size_t i = 0; i < f.n; i++) {
            must(f.field[i].name[0] != '\0');
            check_value(f.field[i].value);
            must(form_value(&f, f.field[i].name) != NULL);
        }
        form_free(&f);
    } else {
        must(f.n == 77);
    }
    free(body);
    return 0;
}
