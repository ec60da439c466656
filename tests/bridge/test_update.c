/* SPDX-License-Identifier: GPL-3.0-or-later */
/* New firmware over the registers, from the office's key to the bootloader's choice, with power failing anywhere. */
#include "tests/support/support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "firmware-bridge/core/nila_crc32.h"
#include "firmware-bridge/core/nila_update.h"
#include "firmware-bridge/linux/lms_key.h"
#include "tests/support/flash_model.h"

#define PAGE    256
#define SLOT    4096
#define RECORD  PAGE
#define SLOT_AT (2 * RECORD)
#define BODY    700
#define IMAGE   (BODY + NILA_IMAGE_INFO + NILA_LMS_SIG_BYTES)
#define PRODUCT 7

enum command {
    START = 1,
    FINISH,
    ACTIVATE,
    CONFIRM,
    ABORT,
    RESUME
};

static const uint32_t BASE[2] = {0x08002000, 0x08010000};
static const struct nila_identity IDENTITY = {.product = "P", .product_id = 1};

static struct lms_key key;
static uint8_t (*tree)[32];
static uint8_t public_key[NILA_LMS_PUBLIC_BYTES];
static uint8_t image[2][3][IMAGE]; /* slot, version 1.0 to 1.2 */
static uint8_t memory[SLOT_AT + 2 * SLOT];

struct board {
    struct flash_model flash;
    struct nila_update_self self;
    struct nila_update update;
    struct nila_node node;
    struct nila_block block;
};

static void put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v & 0xFFFF);
}

static void make_image(uint8_t *out, unsigned slot, unsigned version, unsigned product, uint32_t q)
{
    static const uint8_t C[32] = {1, 2, 3};
    uint8_t *info = out + BODY;

    for (unsigned i = 0; i < BODY; i++)
        out[i] = (uint8_t)(i * 3 + slot * 50 + version);
    out[9] = out[8] = 0xFF; /* a half word that needs no programming */
    memset(info, 0, NILA_IMAGE_INFO);
    put32(info + NILA_IMAGE_AT_MAGIC, NILA_IMAGE_MAGIC);
    put16(info + NILA_IMAGE_AT_FORM, 1);
    put16(info + NILA_IMAGE_AT_PRODUCT, product);
    put16(info + NILA_IMAGE_AT_FIRMWARE, 0x0100 + version);
    put32(info + NILA_IMAGE_AT_BASE, BASE[slot]);
    put32(info + NILA_IMAGE_AT_BYTES, BODY);
    lms_key_sign(&key, tree, q, C, out, BODY + NILA_IMAGE_INFO, info + NILA_IMAGE_INFO);
}

static int make_all(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 32; i++)
        key.seed[i] = (uint8_t)(i * 11);
    tree = lms_key_tree(&key);
    lms_key_public(&key, tree, public_key);
    for (unsigned slot = 0; slot < 2; slot++)
        for (unsigned v = 0; v < 3; v++)
            make_image(image[slot][v], slot, v, PRODUCT, 3 * slot + v);
    return 0;
}

static int free_all(void **state)
{
    (void)state;
    free(tree);
    return 0;
}

/* Version that a slot holds whole, or -1. */
static int version_in(unsigned slot)
{
    for (int v = 0; v < 3; v++)
        if (memcmp(memory + SLOT_AT + slot * SLOT, image[slot][v], IMAGE) == 0)
            return v;
    return -1;
}

/* The processor starts: the bootloader chooses, and what it chose must be a whole image. */
static void boot(struct board *b)
{
    struct nila_boot_layout layout = {&b->flash.flash, {SLOT_AT, SLOT_AT + SLOT}, SLOT, 0, RECORD};
    uint8_t slot = nila_boot_choose(&layout);
    int version = version_in(slot);

    if (version < 0)
        fail_msg("the bootloader starts slot %u, which holds no image", slot);
    b->self = (struct nila_update_self){.layout = layout,
                                        .base = {BASE[0], BASE[1]},
                                        .product = PRODUCT,
                                        .firmware = (uint16_t)(0x0100 + version),
                                        .running = slot,
                                        .key = public_key};
    nila_node_init(&b->node, 1, 10, &IDENTITY);
    nila_update_init(&b->update, &b->self);
    nila_update_block(&b->update, &b->block);
    b->node.block = &b->block;
    b->node.blocks = 1;
}

/* A board as it leaves the workshop: version 1.0 in slot 0, put there by a programmer. */
static void fresh(struct board *b)
{
    flash_model_init(&b->flash, memory, sizeof memory, PAGE);
    memcpy(memory + SLOT_AT, image[0][0], IMAGE);
    boot(b);
    assert_int_equal(b->self.running, 0);
}

static uint16_t get(struct board *b, uint16_t reg)
{
    uint16_t v;

    assert_int_equal(nila_node_holding(&b->node, reg, 1, &v), 0);
    return v;
}

static uint32_t get32(struct board *b, uint16_t reg)
{
    return (uint32_t)get(b, reg) << 16 | get(b, (uint16_t)(reg + 1));
}

static unsigned command(struct board *b, unsigned cmd, const uint8_t *bytes, uint32_t size)
{
    uint32_t crc = nila_crc32(0, bytes, bytes == NULL ? 0 : size);
    uint16_t unlock = NILA_UNLOCK, v[5] = {(uint16_t)cmd, (uint16_t)(size >> 16), (uint16_t)size,
                                           (uint16_t)(crc >> 16), (uint16_t)crc};

    assert_int_equal(nila_node_write(&b->node, 0, 1, &unlock, false), 0);
    assert_int_equal(nila_node_write(&b->node, 100, bytes != NULL ? 5 : 1, v, false), 0);
    return get(b, 106);
}

static uint8_t block(struct board *b, const uint8_t *bytes, uint32_t at, uint32_t n)
{
    uint16_t v[2 + NILA_UPDATE_WORDS] = {(uint16_t)(at >> 16), (uint16_t)at};

    for (uint32_t i = 0; i < n / 2; i++)
        v[2 + i] = (uint16_t)(bytes[at + 2 * i] << 8 | bytes[at + 2 * i + 1]);
    return nila_node_write(&b->node, 118, (uint16_t)(2 + n / 2), v, false);
}

static void work(struct board *b)
{
    for (int i = 0; i < 2000; i++)
        nila_update_step(&b->update);
}

/* All blocks from where the node is; false: the node no longer takes them. */
static bool send(struct board *b, const uint8_t *bytes, uint32_t size)
{
    for (uint32_t at = get32(b, 108); at < size; at += 200)
        if (block(b, bytes, at, size - at < 200 ? size - at : 200) != 0)
            return false;
    return true;
}

/* The whole way up to "ready"; the state at its end. */
static unsigned offer(struct board *b, const uint8_t *bytes, uint32_t size)
{
    if (command(b, START, bytes, size) != 0)
        return get(b, 105);
    work(b);
    if (!send(b, bytes, size))
        return get(b, 105);
    (void)command(b, FINISH, NULL, 0);
    work(b);
    return get(b, 105);
}

static void the_key_of_rfc_8554_test_case_2(void **state)
{
    static const char ROOT[] = "32a58885cd9ba0431235466bff9651c6c92124404d45fa53cf161c28f1ad5a8e";
    static const struct lms_key K = {.id = {0xd0, 0x8f, 0xab, 0xd4, 0xa2, 0x09, 0x1f, 0xf0, 0xa8,
                                            0xcb, 0x4e, 0xd8, 0x34, 0xe7, 0x45, 0x34},
                                     .seed = {0x55, 0x8b, 0x89, 0x66, 0xc4, 0x8a, 0xe9, 0xcb,
                                              0x89, 0x8b, 0x42, 0x3c, 0x83, 0x44, 0x3a, 0xae,
                                              0x01, 0x4a, 0x72, 0xf1, 0xb1, 0xab, 0x5c, 0xc8,
                                              0x5c, 0xf1, 0xd8, 0x92, 0x90, 0x3b, 0x54, 0x39}};
    uint8_t out[NILA_LMS_PUBLIC_BYTES], (*node)[32] = lms_key_tree(&K);
    char root[65];

    (void)state;
    lms_key_public(&K, node, out);
    for (int i = 0; i < 32; i++)
        (void)snprintf(root + 2 * i, 3, "%02x", out[24 + i]);
    assert_string_equal(root, ROOT);
    free(node);
}

static void an_update_goes_its_whole_way(void **state)
{
    struct board b;

    (void)state;
    fresh(&b);
    assert_int_equal(get32(&b, 112), BASE[1]);
    assert_int_equal(offer(&b, image[1][1], IMAGE), NILA_UPDATE_READY);
    assert_false(nila_update_wants_restart(&b.update));
    assert_int_equal(command(&b, ACTIVATE, NULL, 0), NILA_UPDATE_FINE);
    assert_true(nila_update_wants_restart(&b.update));
    boot(&b);
    assert_int_equal(b.self.running, 1);
    assert_int_equal(get(&b, 105), NILA_UPDATE_TRIAL);
    assert_int_equal(get(&b, 115), 0x0101);
    assert_int_equal(command(&b, START, image[0][2], IMAGE),
                     NILA_UPDATE_NOT_NOW); /* it is the way back */
    assert_int_equal(command(&b, CONFIRM, NULL, 0), NILA_UPDATE_FINE);
    for (int i = 0; i < 5; i++)
        boot(&b);
    assert_int_equal(b.self.running, 1);
    assert_int_equal(get(&b, 105), NILA_UPDATE_IDLE);
    assert_int_equal(offer(&b, image[0][2], IMAGE),
                     NILA_UPDATE_READY); /* and the next one into slot 0 */
}

static void what_is_not_confirmed_goes_back(void **state)
{
    struct board b;

    (void)state;
    fresh(&b);
    assert_int_equal(offer(&b, image[1][1], IMAGE), NILA_UPDATE_READY);
    assert_int_equal(command(&b, ACTIVATE, NULL, 0), NILA_UPDATE_FINE);
    for (int i = 0; i < NILA_BOOT_TRIES; i++) {
        boot(&b);
        assert_int_equal(b.self.running, 1);
        nila_update_tick(&b.update, NILA_UPDATE_TRIAL_S - 1);
        assert_false(nila_update_wants_restart(&b.update));
        nila_update_tick(&b.update, 1);
        assert_true(nila_update_wants_restart(&b.update));
    }
    boot(&b);
    assert_int_equal(b.self.running, 0);
    assert_int_equal(get(&b, 116), 1);
    assert_int_equal(get(&b, 105), NILA_UPDATE_IDLE);
}

static bool is_well;

static bool well(void)
{
    return is_well;
}

static void what_has_not_shown_that_it_works_is_not_confirmed(void **state)
{
    struct board b;

    (void)state;
    fresh(&b);
    assert_int_equal(offer(&b, image[1][1], IMAGE), NILA_UPDATE_READY);
    assert_int_equal(command(&b, ACTIVATE, NULL, 0), NILA_UPDATE_FINE);
    boot(&b);
    b.self.well = well;
    is_well = false;
    assert_int_equal(command(&b, CONFIRM, NULL, 0), NILA_UPDATE_NOT_WELL);
    assert_int_equal(get(&b, 105), NILA_UPDATE_TRIAL);
    is_well = true;
    assert_int_equal(command(&b, CONFIRM, NULL, 0), NILA_UPDATE_FINE);
    assert_int_equal(get(&b, 105), NILA_UPDATE_IDLE);
}

static void a_node_says_whose_key_it_has(void **state)
{
    uint8_t development[NILA_LMS_PUBLIC_BYTES];
    struct board b;

    (void)state;
    fresh(&b);
    assert_int_not_equal(get(&b, 117), 0);
    memcpy(development, public_key, sizeof development);
    memcpy(development + NILA_LMS_AT_ID, NILA_UPDATE_DEVELOPMENT_ID, NILA_LMS_ID_BYTES);
    b.self.key = development;
    assert_int_equal(get(&b, 117), 0);
    development[NILA_LMS_AT_ID] ^= 1;
    assert_int_not_equal(get(&b, 117), 0);
}

static void an_image_that_rots_before_its_trial_is_not_started(void **state)
{
    struct board b;

    (void)state;
    fresh(&b);
    assert_int_equal(offer(&b, image[1][1], IMAGE), NILA_UPDATE_READY);
    assert_int_equal(command(&b, ACTIVATE, NULL, 0), NILA_UPDATE_FINE);
    memory[SLOT_AT + SLOT + 5] ^= 4;
    boot(&b);
    assert_int_equal(b.self.running, 0);
}

/* Long after it was confirmed a bit of the running image falls over: the workshop's is still there, until it is written over. */
static void an_image_that_rots_later_falls_back_to_a_whole_one(void **state)
{
    struct board b;
    struct nila_boot_layout layout;

    (void)state;
    fresh(&b);
    assert_int_equal(offer(&b, image[1][1], IMAGE), NILA_UPDATE_READY);
    assert_int_equal(command(&b, ACTIVATE, NULL, 0), NILA_UPDATE_FINE);
    boot(&b);
    assert_int_equal(command(&b, CONFIRM, NULL, 0), NILA_UPDATE_FINE);
    memory[SLOT_AT + SLOT + 5] ^= 4;
    boot(&b);
    assert_int_equal(b.self.running, 0);
    memory[SLOT_AT + SLOT + 5] ^= 4;
    boot(&b);
    assert_int_equal(b.self.running, 1);
    assert_int_equal(command(&b, START, image[0][2], IMAGE), 0);
    work(&b);
    assert_int_equal(block(&b, image[0][2], 0, 200), 0);
    layout = b.self.layout;
    memory[SLOT_AT + SLOT + 5] ^= 4;
    assert_int_equal(nila_boot_choose(&layout), 1); /* a rotten image, but not half of another */
}

static void what_is_wrong_is_refused_with_its_reason(void **state)
{
    static uint8_t other[IMAGE];
    struct board b;

    (void)state;
    fresh(&b);
    assert_int_equal(command(&b, FINISH, NULL, 0), NILA_UPDATE_NOT_NOW);
    assert_int_equal(command(&b, ACTIVATE, NULL, 0), NILA_UPDATE_NOT_NOW);
    assert_int_equal(command(&b, CONFIRM, NULL, 0), NILA_UPDATE_NOT_NOW);
    assert_int_equal(command(&b, START, image[1][1], SLOT + 2), NILA_UPDATE_BAD_SIZE);
    assert_int_equal(command(&b, START, image[1][1], NILA_LMS_SIG_BYTES), NILA_UPDATE_BAD_SIZE);
    /* linked for the slot that runs */
    assert_int_equal(offer(&b, image[0][1], IMAGE), NILA_UPDATE_FAILED);
    assert_int_equal(get(&b, 106), NILA_UPDATE_OTHER_ADDRESS);
    make_image(other, 1, 1, PRODUCT + 1, 20);
    assert_int_equal(offer(&b, other, IMAGE), NILA_UPDATE_FAILED);
    assert_int_equal(get(&b, 106), NILA_UPDATE_OTHER_PRODUCT);
    /* one bit of the body, with a CRC that is right */
    memcpy(other, image[1][1], IMAGE);
    other[100] ^= 1;
    assert_int_equal(offer(&b, other, IMAGE), NILA_UPDATE_FAILED);
    assert_int_equal(get(&b, 106), NILA_UPDATE_BAD_SIGNATURE);
    assert_int_equal(command(&b, ACTIVATE, NULL, 0), NILA_UPDATE_NOT_NOW);
    /* another office's key */
    memcpy(other, image[1][1], IMAGE);
    other[BODY + NILA_IMAGE_INFO + 300] ^= 1;
    assert_int_equal(offer(&b, other, IMAGE), NILA_UPDATE_FAILED);
    assert_int_equal(get(&b, 106), NILA_UPDATE_BAD_SIGNATURE);
    boot(&b);
    assert_int_equal(b.self.running, 0);
    /* back to an older version */
    assert_int_equal(offer(&b, image[1][2], IMAGE), NILA_UPDATE_READY);
    assert_int_equal(command(&b, ACTIVATE, NULL, 0), NILA_UPDATE_FINE);
    boot(&b);
    assert_int_equal(command(&b, CONFIRM, NULL, 0), NILA_UPDATE_FINE);
    assert_int_equal(offer(&b, image[0][1], IMAGE), NILA_UPDATE_FAILED);
    assert_int_equal(get(&b, 106), NILA_UPDATE_OLDER);
}

static void blocks_come_in_order_and_may_come_twice(void **state)
{
    static const uint16_t ONE = 1;
    static uint8_t other[IMAGE];
    struct board b;

    (void)state;
    fresh(&b);
    assert_int_equal(block(&b, image[1][1], 0, 200), NILA_EXCEPTION_VALUE); /* nothing begun */
    assert_int_equal(command(&b, START, image[1][1], IMAGE), 0);
    work(&b);
    assert_int_equal(get(&b, 105), NILA_UPDATE_RECEIVING);
    assert_int_equal(block(&b, image[1][1], 200, 200), NILA_EXCEPTION_VALUE); /* a hole */
    assert_int_equal(block(&b, image[1][1], 0, 200), 0);
    assert_int_equal(block(&b, image[1][1], 0, 200), 0); /* its answer was lost */
    memcpy(other, image[1][1], IMAGE);
    other[10] ^= 1;
    assert_int_equal(block(&b, other, 0, 200), NILA_EXCEPTION_VALUE);
    assert_int_equal(block(&b, image[1][1], 100, 200),
                     NILA_EXCEPTION_VALUE); /* half old, half new */
    assert_int_equal(nila_node_write(&b.node, 105, 1, &ONE, false), NILA_EXCEPTION_ADDRESS);
    assert_int_equal(nila_node_write(&b.node, 100, 1, &ONE, false),
                     NILA_EXCEPTION_VALUE); /* locked */
    assert_int_equal(nila_node_write(&b.node, 120, 1, &ONE, false), NILA_EXCEPTION_ADDRESS);
    assert_int_equal(command(&b, FINISH, NULL, 0), NILA_UPDATE_INCOMPLETE);
    assert_true(send(&b, image[1][1], IMAGE));
    assert_int_equal(command(&b, FINISH, NULL, 0), 0);
    work(&b);
    assert_int_equal(get(&b, 105), NILA_UPDATE_READY);
}

static void a_cut_transfer_goes_on_where_it_was(void **state)
{
    struct board b;
    uint32_t next;

    (void)state;
    fresh(&b);
    assert_int_equal(command(&b, START, image[1][1], IMAGE), 0);
    work(&b);
    for (uint32_t at = 0; at < 1600; at += 200)
        assert_int_equal(block(&b, image[1][1], at, 200), 0);
    boot(&b); /* power cut */
    assert_int_equal(command(&b, RESUME, image[1][1], IMAGE), 0);
    next = get32(&b, 108);
    assert_int_equal(next, 1600 / PAGE * PAGE);
    assert_int_equal(get32(&b, 110), nila_crc32(0, image[1][1], next));
    assert_true(send(&b, image[1][1], IMAGE));
    assert_int_equal(command(&b, FINISH, NULL, 0), 0);
    work(&b);
    assert_int_equal(get(&b, 105), NILA_UPDATE_READY);
}

/* As a master does: goes on where it can, begins anew where it must. True: confirmed. */
static bool master(struct board *b, unsigned version)
{
    const uint8_t *bytes = image[1 - b->self.running][version];

    if (get(b, 105) == NILA_UPDATE_TRIAL)
        return command(b, CONFIRM, NULL, 0) == 0;
    if (command(b, RESUME, bytes, IMAGE) != 0 || get(b, 105) != NILA_UPDATE_RECEIVING)
        return false;
    if (get32(b, 110) != nila_crc32(0, bytes, get32(b, 108))) {
        (void)command(b, START, bytes, IMAGE);
        work(b);
    }
    if (!send(b, bytes, IMAGE) || command(b, FINISH, NULL, 0) != 0)
        return false;
    work(b);
    if (get(b, 105) != NILA_UPDATE_READY || command(b, ACTIVATE, NULL, 0) != 0)
        return false;
    boot(b);
    return get(b, 105) == NILA_UPDATE_TRIAL && command(b, CONFIRM, NULL, 0) == 0;
}

/* Power fails in any erase or half word, also those of the bootloader, and again while that is mended. Each start must find a whole
 * image, and each series of cuts end in an update. */
static void two_hundred_power_cuts_never_brick_it(void **state)
{
    const char *given = getenv("NILA_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 20261124;
    int kills = getenv("NILA_LONG") != NULL ? 5000 : 200, dead = 0, done = 0;
    struct board b;

    (void)state;
    print_message("seed %llu, %d kills\n", (unsigned long long)seed, kills);
    fresh(&b);
    while (dead < kills) {
        long reach = flash_model_draw(&seed) % 3 == 0 ? 60 : 2200;
        flash_model_power_on(&b.flash, (long)(flash_model_draw(&seed) % (uint64_t)reach),
                             flash_model_draw(&seed));
        boot(&b);
        done += master(&b, 1 + (unsigned)flash_model_draw(&seed) % 2) && !b.flash.dead;
        dead += b.flash.dead;
        flash_model_power_on(&b.flash, -1, 0);
    }
    boot(&b);
    for (int i = 0; i < 3 && !master(&b, 2); i++)
        boot(&b);
    print_message("%d updates were confirmed between %d cuts\n", done, dead);
    assert_int_equal(b.self.firmware, 0x0102);
}

static void the_keys_counter_is_on_disk_before_a_signature_leaves(void **state)
{
    static uint8_t signature[NILA_LMS_SIG_BYTES], second[NILA_LMS_SIG_BYTES];
    uint8_t pub[NILA_LMS_PUBLIC_BYTES];
    char path[300], dir[256], why[200], *text;
    uint32_t left;
    size_t n;
    int fd;

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/key", dir);
    assert_int_equal(lms_key_file_new(path, pub, why, sizeof why), 0);
    assert_int_equal(lms_key_file_new(path, pub, why, sizeof why),
                     NILA_ERR_IO); /* never over another */
    assert_int_equal(
        lms_key_file_sign(path, (const uint8_t *)"abc", 3, signature, &left, why, sizeof why), 0);
    assert_int_equal(left, LMS_KEY_SIGNATURES - 1);
    assert_int_equal(
        lms_key_file_sign(path, (const uint8_t *)"abc", 3, second, &left, why, sizeof why), 0);
    assert_int_equal(second[3], 1); /* another one-time key, though the message is the same */
    text = support_read(path, &n);
    assert_non_null(strstr(text, "next 0000000002\n"));
    /* while another program signs, and when it is used up: none */
    fd = open(path, O_RDWR);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(
        lms_key_file_sign(path, (const uint8_t *)"abc", 3, second, &left, why, sizeof why),
        NILA_ERR_BUSY);
    (void)close(fd);
    memcpy(strstr(text, "next "), "next 0000001024", 15);
    support_write(path, text);
    assert_int_equal(
        lms_key_file_sign(path, (const uint8_t *)"abc", 3, second, &left, why, sizeof why),
        NILA_ERR_RANGE);
    text[20] = 'x';
    support_write(path, text);
    assert_int_equal(
        lms_key_file_sign(path, (const uint8_t *)"abc", 3, second, &left, why, sizeof why),
        NILA_ERR_PARSE);
    free(text);
    support_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_key_of_rfc_8554_test_case_2),
        cmocka_unit_test(an_update_goes_its_whole_way),
        cmocka_unit_test(what_is_not_confirmed_goes_back),
        cmocka_unit_test(what_has_not_shown_that_it_works_is_not_confirmed),
        cmocka_unit_test(a_node_says_whose_key_it_has),
        cmocka_unit_test(an_image_that_rots_before_its_trial_is_not_started),
        cmocka_unit_test(an_image_that_rots_later_falls_back_to_a_whole_one),
        cmocka_unit_test(what_is_wrong_is_refused_with_its_reason),
        cmocka_unit_test(blocks_come_in_order_and_may_come_twice),
        cmocka_unit_test(a_cut_transfer_goes_on_where_it_was),
        cmocka_unit_test(two_hundred_power_cuts_never_brick_it),
        cmocka_unit_test(the_keys_counter_is_on_disk_before_a_signature_leaves),
    };

    return cmocka_run_group_tests(tests, make_all, free_all);
}
