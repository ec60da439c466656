/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rtu_ear.h"

#include "firmware-bridge/core/nila_crc.h"

#define FRAME_MIN 4 /* unit id, function, CRC */

void rtu_ear_byte(struct rtu_ear *e, uint8_t byte)
{
    if (e->n < NILA_RTU_MAX)
        e->rx[e->n++] = byte;
    else
        e->overrun = true;
}

/* Length of the request that begins at p: 0 while more bytes are needed to know it, SIZE_MAX when it cannot be known. */
static size_t request_length(const uint8_t *p, size_t n)
{
    if (n < 2)
        return 0;
    if (p[1] >= 1 && p[1] <= 6)
        return 8;
    if (p[1] == 15 || p[1] == 16)
        return n < 7 ? 0 : 9 + (size_t)p[6];
    return SIZE_MAX;
}

bool rtu_ear_unfinished(const struct rtu_ear *e, const struct simbus *b)
{
    const size_t length = request_length(e->rx, e->n);

    if (e->n == 0 || e->overrun || length == SIZE_MAX || !simbus_has_persona(b, e->rx[0]))
        return false;
    return length == 0 || (length <= NILA_RTU_MAX && length > e->n);
}

/* Where a request to one of b's devices begins that ends where the frame does; n when there is none. */
static size_t find_request(const struct rtu_ear *e, const struct simbus *b, size_t n)
{
    for (size_t at = 0; at + FRAME_MIN <= n; at++) {
        const uint8_t *p = e->rx + at;
        if (!simbus_has_persona(b, p[0]) || nila_crc(p, n - at) != 0)
            continue;
        if (at == 0 || request_length(p, n - at) == n - at)
            return at;
    }
    return n;
}

void rtu_ear_end(struct rtu_ear *e, struct simbus *b, struct sim_reply *out)
{
    const size_t n = e->overrun ? 0 : e->n, at = find_request(e, b, n);

    e->n = 0;
    e->overrun = false;
    *out = (struct sim_reply){0};
    if (at < n)
        simbus_serve_persona(b, e->rx[at], e->rx + at + 1, n - at - 3, out);
}
