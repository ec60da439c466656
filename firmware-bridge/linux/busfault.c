/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "busfault.h"

#include <string.h>

#include "firmware-bridge/core/nila_crc.h"
#include "firmware-bridge/core/nila_mbap.h"

#include "number.h"
#include "rng.h"

#define BABBLE_MAX    64
#define MORE_BYTES    4    /* of an overlong read */
#define EXCEPTION_BIT 0x80 /* in a function code */

static const char *const NAME[BUSFAULT_KINDS] = {
    "late",  "duplicate", "wrong-unit", "wrong-function", "wrong-crc",
    "short", "overlong",  "babble",     "exception",      "silent"};

const char *busfault_name(enum busfault_kind kind)
{
    return NAME[kind];
}

static int find_kind(const char *name)
{
    for (int i = 0; i < BUSFAULT_KINDS; i++)
        if (strcmp(name, NAME[i]) == 0)
            return i;
    return -1;
}

/* KIND[:rate]; text is taken apart. */
static int parse_one(struct busfault_plan *plan, char *text)
{
    char *rate = strchr(text, ':');
    double r = BUSFAULT_RATE;
    int kind, rc;

    if (rate != NULL)
        *rate++ = '\0';
    kind = find_kind(text);
    if (kind < 0)
        return NILA_ERR_NOT_FOUND;
    if (rate != NULL && (rc = number_double(rate, 0, 1, &r)) != 0)
        return rc;
    plan->rate[kind] = r;
    return 0;
}

int busfault_parse(struct busfault_plan *plan, const char *text)
{
    char copy[400], *rest = copy;
    struct busfault_plan next = *plan;
    double sum = 0;

    if (strlen(text) >= sizeof copy)
        return NILA_ERR_PARSE;
    memcpy(copy, text, strlen(text) + 1);
    while (rest != NULL) {
        int rc = parse_one(&next, strsep(&rest, ","));
        if (rc != 0)
            return rc;
    }
    for (int i = 0; i < BUSFAULT_KINDS; i++)
        sum += next.rate[i];
    if (sum > 1 + 1e-9)
        return NILA_ERR_RANGE;
    *plan = next;
    return 0;
}

void busfault_init(struct busfault *f, const struct busfault_plan *plan, const char *bus)
{
    *f = (struct busfault){.plan = plan};
    if (plan != NULL)
        f->key = rng_key_text(rng_key_text(plan->seed, "bus-fault"), bus);
}

struct busfault_hit busfault_draw(struct busfault *f)
{
    struct busfault_hit h = {.kind = BUSFAULT_NONE};
    double u;

    h.key = rng_key(f->key, f->drawn++);
    if (f->plan == NULL)
        return h;
    u = rng_unit(h.key);
    for (int i = 0; i < BUSFAULT_KINDS; i++) {
        if (u < f->plan->rate[i]) {
            h.kind = (enum busfault_kind)i;
            return h;
        }
        u -= f->plan->rate[i];
    }
    return h;
}

void busfault_count(struct busfault *f, const struct busfault_hit *h)
{
    f->counts.answers++;
    if (h->kind != BUSFAULT_NONE)
        f->counts.kind[h->kind]++;
}

bool busfault_keeps_values(enum busfault_kind kind)
{
    return kind == BUSFAULT_NONE || kind == BUSFAULT_LATE || kind == BUSFAULT_DUPLICATE;
}

/* The i-th number of a hit's details, 0..n-1. */
static unsigned pick(const struct busfault_hit *h, uint64_t i, unsigned n)
{
    return (unsigned)(rng_unit(rng_key(h->key, 1 + i)) * n);
}

int busfault_late_ms(const struct busfault_hit *h, int timeout_ms)
{
    if (h->kind != BUSFAULT_LATE)
        return 0;
    return (int)(timeout_ms * rng_between(rng_key(h->key, 1), 1.05, 1.5)) + 1;
}

static size_t lengthen(const struct busfault_hit *h, uint8_t *pdu, size_t n)
{
    const bool registers = (pdu[0] == 3 || pdu[0] == 4) && n == 2 + (size_t)pdu[1];
    const size_t more = registers ? MORE_BYTES : 2;

    for (size_t i = 0; i < more; i++)
        pdu[n + i] = (uint8_t)pick(h, i, 256);
    if (registers)
        pdu[1] = (uint8_t)(pdu[1] + more);
    return n + more;
}

/* What goes wrong before the frame is made. pdu has room for MORE_BYTES more. */
static size_t distort(const struct busfault_hit *h, uint8_t *unit, uint8_t *pdu, size_t n)
{
    static const uint8_t EXCEPTION[] = {1, 2, 3, 4, 6, 8, 10, 11};
    const uint8_t function = pdu[0] & (uint8_t)~EXCEPTION_BIT;

    if (h->kind == BUSFAULT_WRONG_UNIT) {
        *unit = (uint8_t)(*unit + 1);
    } else if (h->kind == BUSFAULT_WRONG_FUNCTION) {
        pdu[0] = (uint8_t)((pdu[0] & EXCEPTION_BIT) | (function == 3   ? 4
                                                       : function == 4 ? 3
                                                                       : function ^ 1));
    } else if (h->kind == BUSFAULT_OVERLONG) {
        n = lengthen(h, pdu, n);
    } else if (h->kind == BUSFAULT_EXCEPTION) {
        pdu[0] = function | EXCEPTION_BIT;
        pdu[1] = EXCEPTION[pick(h, 0, sizeof EXCEPTION)];
        n = 2;
    }
    return n;
}

/* What goes wrong with the whole frame of n bytes. */
static size_t mangle(const struct busfault_hit *h, uint8_t *frame, size_t n)
{
    if (h->kind == BUSFAULT_SILENT)
        return 0;
    if (h->kind == BUSFAULT_SHORT)
        return 1 + pick(h, 0, (unsigned)n - 1);
    if (h->kind != BUSFAULT_BABBLE)
        return n;
    n = 1 + pick(h, 0, BABBLE_MAX);
    for (size_t i = 0; i < n; i++)
        frame[i] = (uint8_t)pick(h, 1 + i, 256);
    return n;
}

size_t busfault_rtu(const struct busfault_hit *h, uint8_t unit, const uint8_t *pdu, size_t n,
                    uint8_t out[WIRE_MAX])
{
    uint16_t crc;

    out[0] = unit;
    memcpy(out + 1, pdu, n);
    n = 1 + distort(h, &out[0], out + 1, n);
    crc = nila_crc(out, n);
    if (h->kind == BUSFAULT_WRONG_CRC)
        crc ^= (uint16_t)(1U << pick(h, 0, 16));
    out[n++] = (uint8_t)crc;
    out[n++] = (uint8_t)(crc >> 8);
    return mangle(h, out, n);
}

size_t busfault_tcp(const struct busfault_hit *h, const uint8_t head[4], uint8_t unit,
                    const uint8_t *pdu, size_t n, uint8_t out[WIRE_MAX])
{
    memcpy(out, head, 4);
    out[6] = unit;
    memcpy(out + NILA_MBAP_HEADER, pdu, n);
    n = distort(h, &out[6], out + NILA_MBAP_HEADER, n);
    out[4] = (uint8_t)((n + 1) >> 8);
    out[5] = (uint8_t)(n + 1);
    if (h->kind == BUSFAULT_WRONG_CRC)
        out[1] ^= (uint8_t)(1U << pick(h, 0, 8));
    return mangle(h, out, NILA_MBAP_HEADER + n);
}
