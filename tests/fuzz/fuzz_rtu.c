/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Foreign bytes into the node's Modbus server, both framings. First byte of the input: odd: a TCP stream; even: an RTU line,
 * where 0xFE 0x00 in the input is a silence, 0xFE 0x01 a damaged byte, 0xFE followed by anything else that byte, and
 * 0xFE 0x02 closes the frame with its right CRC, so that the fuzzer needn't guess it.
 * Node 1 has all that a board has beside the settings: a relay, channels and their calibration, with a store in memory.
 * Whatever comes: an answer has its form, one of our ids, and a right CRC; registers stay consistent. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-bridge/core/nila_channels.h"
#include "firmware-bridge/core/nila_crc.h"
#include "firmware-bridge/core/nila_mbap.h"
#include "firmware-bridge/core/nila_relay.h"
#include "firmware-bridge/core/nila_rtu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ESCAPE 0xFE
#define PAGE   1024

/* What a board has. */
struct board {
    uint8_t flash[2 * PAGE];
    struct nila_flash access;
    struct nila_channels channels;
    struct nila_relay relay;
    struct nila_block block[NILA_CHANNEL_BLOCKS + 1];
};

static bool erase(void *arg, uint32_t address)
{
    memset(((struct board *)arg)->flash + address, 0xFF, PAGE);
    return true;
}

static bool program(void *arg, uint32_t address, uint16_t value)
{
    uint8_t *p = ((struct board *)arg)->flash + address;

    p[0] &= (uint8_t)value;
    p[1] &= (uint8_t)(value >> 8);
    return true;
}

static void read_flash(void *arg, uint32_t address, uint8_t *out, uint32_t n)
{
    memcpy(out, ((struct board *)arg)->flash + address, n);
}

static void furnish(struct board *b, struct nila_node *node)
{
    memset(b->flash, 0xFF, sizeof b->flash);
    b->access = (struct nila_flash){
        .page_bytes = PAGE, .erase = erase, .program = program, .read = read_flash, .arg = b};
    (void)nila_channels_init(&b->channels, node, &b->access, 0, PAGE);
    nila_channels_blocks(&b->channels, b->block);
    nila_relay_init(&b->relay, NILA_RELAY_ON, NILA_RELAY_SILENCE_DEFAULT);
    b->block[NILA_CHANNEL_BLOCKS] = nila_relay_block(&b->relay);
    node->block = b->block;
    node->blocks = NILA_CHANNEL_BLOCKS + 1;
}

/* A silence is time too: readings come, a calibration goes on, the relay waits. */
static void live(struct board *b, struct nila_node *node)
{
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++)
        if (nila_channels_source(&b->channels, i) != NILA_SOURCE_NONE)
            nila_channels_put(&b->channels, i, 7000, NILA_Q_VALID);
    nila_channels_round(&b->channels);
    nila_channels_tick(&b->channels, 61);
    nila_node_tick(node, 61);
    nila_relay_tick(&b->relay, 61, node->heard);
}

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

static void check_board(const struct board *b)
{
    require(b->relay.safe <= NILA_RELAY_KEEP && b->relay.silence_min <= 1440);
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++)
        require(nila_channels_source(&b->channels, i) < NILA_SOURCES);
}

static void check_pdu(const struct nila_answer *a, const uint8_t *pdu, size_t n)
{
    require(n >= 2 && n <= NILA_PDU_MAX);
    require((pdu[0] & 0x7F) == (a->function & 0x7F));
    if (a->exception != NILA_EXCEPTION_NONE)
        require(n == 2 && pdu[1] == a->exception && a->exception <= 3 && a->count == 0);
    if (a->count > 0)
        require(n == 2U + 2U * a->count && pdu[1] == 2 * a->count &&
                a->first + a->count <= NILA_HOLD_END);
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

static void line(struct nila_units *units, struct board *b, const uint8_t *p, size_t n)
{
    struct nila_rtu rtu;

    nila_rtu_init(&rtu, units);
    for (size_t i = 0; i < n; i++) {
        if (p[i] != ESCAPE || i + 1 == n) {
            nila_rtu_byte(&rtu, p[i]);
            continue;
        }
        i++;
        if (p[i] == 0) {
            silence(&rtu);
            live(b, units->node);
        }
        if (p[i] == 1)
            nila_rtu_damaged(&rtu);
        else if (p[i] == 2)
            close_frame(&rtu);
        else if (p[i] != 0)
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
    static struct board board;
    struct nila_node node[2];
    struct nila_units units = {.node = node, .nodes = 2};

    if (size < 1)
        return 0;
    nila_node_init(&node[0], 1, 10, &IDENTITY);
    nila_node_init(&node[1], 2, 10, &IDENTITY);
    furnish(&board, &node[0]);
    if (data[0] % 2 == 1)
        stream(&units, data + 1, size - 1);
    else
        line(&units, &board, data + 1, size - 1);
    check_node(&node[0]);
    check_node(&node[1]);
    check_board(&board);
    return 0;
}
