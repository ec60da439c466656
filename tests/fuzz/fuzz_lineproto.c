/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lineproto_parse accepts, lineproto_append can write, and that reads back as the same set. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/lineproto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

static void same_value(const struct reading_value *a, const struct reading_value *b)
{
    must(a->metric == b->metric && a->flag == b->flag && a->bits == b->bits);
    if (a->flag == READING_MISSING)
        must(a->value != a->value && b->value != b->value);
    else
        must(a->value == b->value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reading_set once, again;
    struct buf b = {0};
    char *text = malloc(size + 1); /* exact size: a read too far is seen */

    must(text != NULL);
    memcpy(text, data, size);
    if (lineproto_parse(text, size, &once) == 0) {
        must(lineproto_append(&b, &once) == 1);
        must(b.p[b.n - 1] == '\n' && memchr(b.p, '\n', b.n) == b.p + b.n - 1);
        must(lineproto_parse(b.p, b.n - 1, &again) == 0);
        must(once.n == again.n && once.ts_ms == again.ts_ms &&
             once.clock_trusted == again.clock_trusted && once.tags.regency == again.tags.regency);
        must(strcmp(once.tags.kecamatan, again.tags.kecamatan) == 0 &&
             strcmp(once.tags.site, again.tags.site) == 0 &&
             strcmp(once.tags.pond, again.tags.pond) == 0 &&
             strcmp(once.tags.device, again.tags.device) == 0);
        for (unsigned i = 0; i < once.n; i++)
            same_value(&once.v[i], &again.v[i]);
    }
    buf_free(&b);
    free(text);
    return 0;
}
