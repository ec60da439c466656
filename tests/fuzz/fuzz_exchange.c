/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the other regency's office sends, sealed as by somebody who has the key: refused with words, or a whole file whose figures
 * are numbers and which is the same when it is written and read again. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/supply/exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char KEY[] = "a key of the fuzzer's own, long enough";

static void must(int ok)
{
    if (!ok)
        abort();
}

static void seal(struct buf *b)
{
    struct hmac_sha256 m;
    uint8_t code[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];

    hmac_sha256_init(&m, KEY, sizeof KEY - 1);
    hmac_sha256_add(&m, b->p, b->n);
    hmac_sha256_done(&m, code);
    sha256_hex(hex, code);
    buf_printf(b, "seal,,,,%s\n", hex);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct exchange *x = NULL, *again = NULL;
    struct buf b = {0}, c = {0};
    char why[256] = "", one[SHA256_HEX_SIZE], two[SHA256_HEX_SIZE];

    buf_str(&b, "");
    buf_add(&b, data, size);
    if (size > 0 && data[size - 1] != '\n')
        buf_str(&b, "\n");
    seal(&b);
    if (exchange_read("fuzz", b.p, b.n, KEY, sizeof KEY - 1, &x, why, sizeof why) != 0) {
        must(why[0] != '\0' && x == NULL);
        buf_free(&b);
        return 0;
    }
    for (size_t k = 0; x->tracked != NULL && k < (size_t)x->months * x->draws; k++)
        must(isfinite(x->tracked[k]) && x->tracked[k] >= 0);
    exchange_write(x, KEY, sizeof KEY - 1, &c);
    must(exchange_read("again", c.p, c.n, KEY, sizeof KEY - 1, &again, why, sizeof why) == 0);
    evidence_digest(x->evidence, one);
    evidence_digest(again->evidence, two);
    must(strcmp(one, two) == 0);
    exchange_free(x);
    exchange_free(again);
    buf_free(&b);
    buf_free(&c);
    return 0;
}
