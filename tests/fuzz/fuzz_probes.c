/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node with probes, calibration and update under whatever a master, a probe and the power do. The input is a list of deeds: a byte that
 * says which, then its arguments.
 * Whatever comes: no crash, no valid channel without a value, nothing but sound settings after a restart, no slot started that was not
 * checked, flash programmed only where it is erased. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-bridge/core/nila_channels.h"
#include "firmware-bridge/core/nila_ds18b20.h"
#include "firmware-bridge/core/nila_ezo.h"
#include "firmware-bridge/core/nila_update.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PAGE   1024
#define SLOT   (4 * PAGE)
#define BYTES  (2 * PAGE + 2 * PAGE + 2 * SLOT)
#define IMAGES (4 * PAGE)

static uint8_t memory[BYTES];
static int operations; /* until the power fails */

struct input {
    const uint8_t *p, *end;
};

struct board {
    struct nila_node node;
    struct nila_channels channels;
    struct nila_update update;
    struct nila_update_self self;
    struct nila_block block[NILA_CHANNEL_BLOCKS + 1];
    struct nila_ezo ezo;
    struct nila_ds18b20 thermometer;
};

static void require(bool ok)
{
    if (!ok)
        abort();
}

static bool erase(void *arg, uint32_t address)
{
    (void)arg;
    require(address % PAGE == 0 && address < BYTES);
    if (operations-- <= 0)
        return false;
    memset(memory + address, 0xFF, PAGE);
    return true;
}

static bool program(void *arg, uint32_t address, uint16_t value)
{
    (void)arg;
    require(address % 2 == 0 && address < BYTES);
    if (operations-- <= 0)
        return false;
    require(memory[address] == 0xFF && memory[address + 1] == 0xFF);
    memory[address] = (uint8_t)value;
    memory[address + 1] = (uint8_t)(value >> 8);
    return true;
}

static void read(void *arg, uint32_t address, uint8_t *out, uint32_t n)
{
    (void)arg;
    require(address <= BYTES && n <= BYTES - address);
    memcpy(out, memory + address, n);
}

static const struct nila_flash FLASH = {
    .page_bytes = PAGE, .erase = erase, .program = program, .read = read};

static uint8_t byte(struct input *in)
{
    return in->p < in->end ? *in->p++ : 0;
}

static uint16_t word(struct input *in)
{
    uint8_t high = byte(in);

    return (uint16_t)(high << 8 | byte(in));
}

static void boot(struct board *b)
{
    static const struct nila_identity IDENTITY = {.product = "P", .product_id = 1};
    static const uint8_t KEY[NILA_LMS_PUBLIC_BYTES] = {0, 0, 0, 6, 0, 0, 0, 3};
    struct nila_boot_layout layout = {&FLASH, {IMAGES, IMAGES + SLOT}, SLOT, 2 * PAGE, PAGE};
    uint8_t slot = nila_boot_choose(&layout);

    require(slot == 0); /* nothing here is signed, so nothing is ever activated */
    nila_node_init(&b->node, 7, 10, &IDENTITY);
    (void)nila_channels_init(&b->channels, &b->node, &FLASH, 0, PAGE);
    nila_channels_blocks(&b->channels, b->block);
    b->self = (struct nila_update_self){
        .layout = layout, .base = {1, 2}, .product = 1, .running = slot, .key = KEY};
    nila_update_init(&b->update, &b->self);
    nila_update_block(&b->update, &b->block[NILA_CHANNEL_BLOCKS]);
    b->node.block = b->block;
    b->node.blocks = NILA_CHANNEL_BLOCKS + 1;
}

static void write_registers(struct board *b, struct input *in)
{
    uint16_t first = word(in), count = byte(in) % 124, value[124];
    uint8_t how = byte(in);
    static const uint16_t UNLOCK = NILA_UNLOCK;

    for (unsigned i = 0; i < count; i++)
        value[i] = word(in);
    if ((how & 1) != 0)
        (void)nila_node_write(&b->node, 0, 1, &UNLOCK, false);
    require(nila_node_write(&b->node, (uint16_t)(first % 256), count, value, (how & 2) != 0) <= 3);
}

static void check(struct board *b)
{
    uint16_t image[NILA_REG_COUNT], value[125];

    nila_node_image(&b->node, image);
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++) {
        const uint16_t *ch = image + NILA_REG_CHANNEL(i);
        require((ch[NILA_CH_QUALITY] & NILA_Q_VALID) == 0 || ch[NILA_CH_VALUE] != 0x8000 ||
                ch[NILA_CH_VALUE + 1] != 0);
        require(b->channels.settings.cal[i].points <= NILA_CAL_POINTS);
    }
    require(b->channels.tx.cal.points <= NILA_CAL_POINTS &&
            b->channels.settings.histories <= NILA_HISTORY);
    require(nila_node_holding(&b->node, NILA_HOLD_CAL_COMMAND, 19, value) == 0);
    require(nila_node_holding(&b->node, NILA_HOLD_RECORD_NUMBER, 27, value) == 0);
    require(nila_node_holding(&b->node, NILA_HOLD_UPDATE_COMMAND, 120, value) == 0);
    require(b->update.next <= b->self.layout.slot_bytes);
    require(b->update.state != NILA_UPDATE_READY && !nila_update_wants_restart(&b->update));
}

static void probes(struct board *b, struct input *in)
{
    struct nila_ezo_water w = {(int32_t)(word(in) * UINT32_C(70000)), (int32_t)word(in) - 9,
                               NILA_MISSING};
    uint8_t out;
    uint32_t baud;
    uint16_t quality;

    nila_ezo_ask(&b->ezo, &w);
    nila_ds18b20_ask(&b->thermometer);
    for (unsigned n = byte(in); n > 0; n--) {
        while (nila_ezo_take(&b->ezo, &out))
            ;
        nila_ezo_byte(&b->ezo, byte(in));
        nila_ezo_tick(&b->ezo, byte(in));
        if (nila_ds18b20_take(&b->thermometer, &out, &baud))
            nila_ds18b20_echo(&b->thermometer, byte(in));
        nila_ds18b20_tick(&b->thermometer, 9);
    }
    require((nila_ezo_result(&b->ezo, &quality) == NILA_MISSING) ==
            ((quality & NILA_Q_VALID) == 0));
    require((nila_ds18b20_result(&b->thermometer, &quality) == NILA_MISSING) ==
            ((quality & NILA_Q_VALID) == 0));
}

static void deed(struct board *b, struct input *in)
{
    unsigned channel;
    int32_t raw;

    switch (byte(in) % 7) {
    case 0:
    case 1:
        write_registers(b, in);
        break;
    case 2: /* readings, steady ones too */
        channel = byte(in) % 9;
        raw = (int32_t)((uint32_t)word(in) << 16 | word(in));
        for (unsigned n = byte(in) % 64; n > 0; n--) {
            nila_channels_put(&b->channels, channel, raw, byte(in));
            nila_channels_round(&b->channels);
            nila_channels_tick(&b->channels, 2);
        }
        break;
    case 3:
        nila_channels_tick(&b->channels, (uint32_t)word(in) * 977);
        nila_node_tick(&b->node, word(in));
        nila_update_tick(&b->update, word(in));
        break;
    case 4:
        for (unsigned n = byte(in); n > 0; n--)
            nila_update_step(&b->update);
        break;
    case 5:
        probes(b, in);
        break;
    default: /* power fails after some writing, now or later */
        operations = word(in);
        if (operations % 2 != 0)
            boot(b);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct board b;
    struct input in = {data, data + size};

    memset(memory, 0xFF, sizeof memory);
    operations = 1 << 30;
    memset(&b, 0, sizeof b);
    nila_ezo_init(&b.ezo, NILA_EZO_DO);
    nila_ds18b20_init(&b.thermometer);
    boot(&b);
    for (int deeds = 0; in.p < in.end && deeds < 200; deeds++) {
        deed(&b, &in);
        check(&b);
    }
    operations = 1 << 30;
    boot(&b);
    check(&b);
    return 0;
}
