/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_rtu.h"

#include "nila_crc.h"

#define FRAME_MIN      4 /* unit id, function, CRC */
#define LENGTH_OPEN    0 /* more bytes are needed to know */
#define LENGTH_UNKNOWN SIZE_MAX

void nila_rtu_init(struct nila_rtu *rtu, struct nila_units *units)
{
    *rtu = (struct nila_rtu){.units = units};
}

void nila_rtu_byte(struct nila_rtu *rtu, uint8_t byte)
{
    if (rtu->n < NILA_RTU_MAX)
        rtu->rx[rtu->n++] = byte;
    else
        rtu->overrun = true;
}

void nila_rtu_damaged(struct nila_rtu *rtu)
{
    rtu->damaged = true;
}

/* Length of the request frame that begins at p, as far as its n bytes tell. */
static size_t request_length(const uint8_t *p, size_t n)
{
    static const struct {
        uint8_t function, length;
    } FIXED[] = {{3, 8}, {4, 8}, {6, 8}, {8, 8}, {17, 4}, {43, 7}};

    if (n < 2)
        return LENGTH_OPEN;
    if (p[1] == 16)
        return n < 7 ? LENGTH_OPEN : 9 + (size_t)p[6];
    for (size_t i = 0; i < sizeof FIXED / sizeof FIXED[0]; i++)
        if (FIXED[i].function == p[1])
            return FIXED[i].length;
    return LENGTH_UNKNOWN;
}

/* True when a whole frame has the form of an answer to one of our functions: that to 3 and 4 has whole registers, that to 17 at
 * least id and state; the answer to 16 is shorter than any request to it. (6 and 8 answer with the request itself: there the
 * port must not listen to its own voice.) */
static bool is_answer(const uint8_t *p, size_t n)
{
    switch (p[1]) {
    case 3:
    case 4:
        return n > FRAME_MIN && p[2] >= 2 && p[2] % 2 == 0 && n == 5 + (size_t)p[2];
    case 17:
        return n > FRAME_MIN && p[2] >= 2 && n == 5 + (size_t)p[2];
    case 16:
        return n == 8;
    case 43:
        return n > 10 && p[2] == 0x0E;
    default:
        return p[1] >= 0x80;
    }
}

bool nila_rtu_unfinished(const struct nila_rtu *rtu)
{
    size_t length = request_length(rtu->rx, rtu->n);

    if (rtu->n == 0 || rtu->overrun || rtu->damaged || length == LENGTH_UNKNOWN)
        return false;
    if (rtu->rx[0] != 0 && nila_units_find(rtu->units, rtu->rx[0]) == NULL)
        return false;
    return length == LENGTH_OPEN || (length <= NILA_RTU_MAX && length > rtu->n);
}

/* Offset of a request to one of us that ends where the frame ends, or n when there is none. Broadcasts are not looked
 * for: an id of 0 is the commonest of all bytes, and nobody would notice a wrong write. */
static size_t find_request(const struct nila_rtu *rtu, size_t n)
{
    for (size_t at = 1; at + FRAME_MIN <= n; at++) {
        const uint8_t *p = rtu->rx + at;
        if (nila_units_find(rtu->units, p[0]) != NULL && request_length(p, n - at) == n - at &&
            nila_crc(p, n - at) == 0)
            return at;
    }
    return n;
}

enum fault {
    FAULT_CRC,
    FAULT_OVERRUN,
    FAULT_ANSWER
};

/* Every node of the line has seen it. */
static void count(const struct nila_units *units, enum fault fault)
{
    for (size_t i = 0; i < units->nodes; i++) {
        struct nila_counters *bus = &units->node[i].bus;
        if (fault == FAULT_CRC) {
            bus->crc++;
        } else if (fault == FAULT_OVERRUN) {
            bus->overrun++;
        } else {
            bus->messages++;
            bus->foreign++;
        }
    }
}

struct nila_answer nila_rtu_end(struct nila_rtu *rtu, uint8_t out[NILA_RTU_MAX])
{
    static const struct nila_answer SILENCE = {0};
    size_t n = rtu->n, at = 0;
    bool overrun = rtu->overrun, damaged = rtu->damaged;
    struct nila_answer a;
    uint16_t crc;

    rtu->n = 0;
    rtu->overrun = rtu->damaged = false;
    if (n == 0 && !damaged)
        return SILENCE;
    if (overrun) {
        count(rtu->units, FAULT_OVERRUN);
        return SILENCE;
    }
    if (!damaged && (n < FRAME_MIN || nila_crc(rtu->rx, n) != 0))
        at = find_request(rtu, n);
    if (damaged || at == n) {
        count(rtu->units, FAULT_CRC);
        return SILENCE;
    }
    if (is_answer(rtu->rx + at, n - at)) {
        count(rtu->units, FAULT_ANSWER);
        return SILENCE;
    }
    if (at > 0)
        nila_units_find(rtu->units, rtu->rx[at])->bus.resync++;
    a = nila_units_serve(rtu->units, rtu->rx[at], rtu->rx + at + 1, n - at - 3, out + 1);
    if (a.n == 0)
        return SILENCE;
    out[0] = a.unit;
    crc = nila_crc(out, 1 + a.n);
    out[1 + a.n] = (uint8_t)crc;
    out[2 + a.n] = (uint8_t)(crc >> 8);
    a.n += 3;
    return a;
}

uint32_t nila_rtu_t35_us(uint32_t baud)
{
    if (baud == 0)
        baud = 9600;
    return baud > 19200 ? 1750 : 38500000U / baud; /* 3.5 x 11 bits */
}
