/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Foreign bytes into the node's Modbus server, both framings. First byte of the input: odd: a TCP stream; even: an RTU line,
 * where 0xFE 0x00 in the input is a silence, 0xFE 0x01 a damaged byte, 0xFE followed by anything else that byte, and
 * 0xFE 0x02 closes the frame with its right CRC, so that the fuzzer needn't guess it.
 * Whatever comes: an answer has its form, one of our ids, and a right CRC; registers stay consistent. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-bridge/core/nila_crc.h"
#include "firmware-bridge/core/nila_mbap.h"
#include "firmware-bridge/core/nila_rtu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ESCAPE 0xFE

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void check_node(const struct nila_node *node)
{
    uint16_t reg[NILA_REG_COUNT];

    nila_node_image(node, reg);
    require(reg[NILA_REG_MAGIC] == NILA_MAGIC && reg[NILA_REG_UNIT] == node->unit);
    require(node->unit >= 1 && node->unit <= 247 && node->response_ms <= 1000);
    require(node->period_s >= 1 && node->period_s <= 3600);
}

static void check_pdu(const struct nila_answer *a, const uint8_t *pdu, size_t n)
{
    require(n >= 2 && n <= NILA_PDU_MAX);
    require((pdu[0] & 0x7F) == (a->function & 0x7F));
    if (a->exception != NILA_EXCEPTION_NONE)
        require(n == 2 && pdu[1] == a->exception && a->exception <= 3 && a->count == 0);
    if (a->count > 0)
        require(n == 2U + 2U * a->count && pdu[1] == 2 * a->count &&
                a->first + a->count <= NILA_REG_COUNT);
}

static void silence(struct nila_rtu *rtu)
{
    uint8_t out[NILA_RTU_MAX];
    struct nila_answer a;

    (void)nila_rtu_unfinished(rtu);
    a = nila_rtu_end(rtu, out);
    if (a.n == 0)
        return;
    require(a.n >= 5 && a.n <= NILA_RTU_MAX && nila_crc(out, a.n) == 0 && out[0] == a.unit);
    check_pdu(&a, out + 1, a.n - 3);
}

static void close_frame(struct nila_rtu *rtu)
{
    uint16_t crc = nila_crc(rtu->rx, rtu->n);

    nila_rtu_byte(rtu, (uint8_t)crc);
    nila_rtu_byte(rtu, (uint8_t)(crc >> 8));
}

static void line(struct nila_units *units, const uint8_t *p, size_t n)
{
    struct nila_rtu rtu;

    nila_rtu_init(&rtu, units);
    for (size_t i = 0; i < n; i++) {
        if (p[i] != ESCAPE || i + 1 == n) {
            nila_rtu_byte(&rtu, p[i]);
            continue;
        }
        i++;
        if (p[i] == 0)
            silence(&rtu);
        else if (p[i] == 1)
            nila_rtu_damaged(&rtu);
        else if (p[i] == 2)
            close_frame(&rtu);
        else
            nila_rtu_byte(&rtu, p[i]);
    }
    silence(&rtu);
}

static void stream(struct nila_units *units, const uint8_t *p, size_t n)
{
    uint8_t out[NILA_MBAP_MAX];

    while (n > 0) {
        size_t length = nila_mbap_length(p, n);
        struct nila_answer a;
        if (length == 0 || length == NILA_MBAP_FOREIGN || length > n)
            return;
        a = nila_mbap_serve(units, p, length, out);
        if (a.n > 0) {
            require(a.n <= NILA_MBAP_MAX && memcmp(out, p, 4) == 0 && out[6] == p[6]);
            require(out[4] == 0 && out[5] + (size_t)6 == a.n);
            check_pdu(&a, out + NILA_MBAP_HEADER, a.n - NILA_MBAP_HEADER);
        }
        p += length;
        n -= length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct nila_identity IDENTITY = {.vendor = "V", .product = "node"};
    struct nila_node node[2];
    struct nila_units units = {.node = node, .nodes = 2};

    if (size < 1)
        return 0;
    nila_node_init(&node[0], 1, 10, &IDENTITY);
    nila_node_init(&node[1], 2, 10, &IDENTITY);
    if (data[0] % 2 == 1)
        stream(&units, data + 1, size - 1);
    else
        line(&units, data + 1, size - 1);
    check_node(&node[0]);
    check_node(&node[1]);
    return 0;
}
