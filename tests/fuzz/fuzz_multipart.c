/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes a posted form with a file: what is taken lies within the body, its fields are as form_read leaves them; what is not leaves
 * nothing behind. The first line is the header. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *eol = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t type_n = eol != NULL ? (size_t)(eol - data) : 0, n = eol != NULL ? size - type_n - 1 : 0;
    char *type = malloc(type_n + 1), *body = malloc(n > 0 ? n : 1); /* exact sizes */
    struct form f = {.n = 77};
    struct multipart_file file = {.n = 77};

    must(type != NULL && body != NULL);
    memcpy(type, data, type_n);
    type[type_n] = '\0';
    if (n > 0)
        memcpy(body, eol + 1, n);
    if (multipart_read(type, body, n, "foto", &f, &file) == 0) {
        const char *at = file.bytes;

        must(f.n <= MULTIPART_PARTS_MAX);
        must(at == NULL ? file.n == 0 : at >= body && file.n <= n && at + file.n <= body + n);
        for (size_t i = 0; i < f.n; i++)
            must(f.field[i].name[0] != '\0' && form_value(&f, f.field[i].name) != NULL);
        form_free(&f);
    } else {
        must(f.n == 77 && file.n == 77);
    }
    free(body);
    free(type);
    return 0;
}
