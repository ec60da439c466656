/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The technician's update and the office's keygen and sign, against a node's own core behind a socket that really restarts. */
#include "tests/support/support.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/common/tongue.h"
#include "firmware-bridge/core/nila_mbap.h"
#include "firmware-bridge/core/nila_update.h"
#include "firmware-bridge/linux/lms_key.h"
#include "firmware-bridge/linux/update.h"
#include "tests/support/flash_model.h"

#define PAGE    256
#define SLOT    8192
#define RECORD  PAGE
#define SLOT_AT (2 * RECORD)
#define PRODUCT 7

static const uint32_t BASE[2] = {0x08002000, 0x08010000};
static const struct nila_identity IDENTITY = {.product = "P", .product_id = 1};

static char dir[256], key_path[300], other_key[300];
static uint8_t public_key[NILA_LMS_PUBLIC_BYTES];

struct bench {
    struct flash_model flash;
    uint8_t memory[SLOT_AT + 2 * SLOT];
    struct nila_update_self self;
    struct nila_update update;
    struct nila_node node;
    struct nila_block block;
    atomic_int blocks_until_cut; /* data blocks until the power fails; -1 never */
    atomic_int lose_every;       /* of answers; 0 none */
    atomic_bool crashes, done;   /* new firmware never gets to answering */
    int listener, answers;
    char address[40];
    pthread_t thread;
};

static void boot(struct bench *b)
{
    struct nila_boot_layout layout = {&b->flash.flash, {SLOT_AT, SLOT_AT + SLOT}, SLOT, 0, RECORD};
    uint8_t slot = nila_boot_choose(&layout);

    /* the workshop's firmware is 1.0; what was sent is what its record says */
    b->self = (struct nila_update_self){.layout = layout,
                                        .base = {BASE[0], BASE[1]},
                                        .product = PRODUCT,
                                        .firmware = 0x0100,
                                        .running = slot,
                                        .key = public_key};
    nila_update_init(&b->update, &b->self);
    if (b->update.boot.slot[slot].bytes > 0)
        b->self.firmware = b->update.boot.slot[slot].firmware;
    nila_node_init(&b->node, 7, 10, &IDENTITY);
    nila_update_block(&b->update, &b->block);
    b->node.block = &b->block;
    b->node.blocks = 1;
}

static bool answer(struct bench *b, int fd, const uint8_t *in, size_t length)
{
    struct nila_units units = {.node = &b->node, .nodes = 1};
    uint8_t out[NILA_MBAP_MAX];
    struct nila_answer a = nila_mbap_serve(&units, in, length, out);
    bool data = in[7] == 16 && in[9] == 118;

    for (int i = 0; i < 40; i++)
        nila_update_step(&b->update);
    if (data && atomic_load(&b->blocks_until_cut) > 0 &&
        atomic_fetch_sub(&b->blocks_until_cut, 1) == 1) {
        atomic_store(&b->blocks_until_cut, -1);
        boot(b);
        return false;
    }
    b->answers++;
    if (atomic_load(&b->lose_every) == 0 || b->answers % atomic_load(&b->lose_every) != 0)
        (void)send(fd, out, a.n, MSG_NOSIGNAL);
    if (nila_update_wants_restart(&b->update)) {
        boot(b);
        for (int i = 0; atomic_load(&b->crashes) && i < NILA_BOOT_TRIES; i++)
            boot(b);
    }
    return true;
}

static void *run(void *arg)
{
    struct bench *b = arg;

    for (;;) {
        int fd = accept(b->listener, NULL, NULL);
        uint8_t in[NILA_MBAP_MAX];
        size_t n = 0;
        bool on = true;
        if (fd < 0 || atomic_load(&b->done))
            return NULL;
        while (on) {
            ssize_t got = recv(fd, in + n, sizeof in - n, 0);
            size_t length;
            if (got <= 0)
                break;
            n += (size_t)got;
            length = nila_mbap_length(in, n);
            if (length == 0 || length > n)
                continue;
            on = answer(b, fd, in, length);
            n = 0;
        }
        (void)close(fd);
    }
}

static int start(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;

    assert_non_null(b);
    tongue_set(false);
    flash_model_init(&b->flash, b->memory, sizeof b->memory, PAGE);
    memset(b->memory + SLOT_AT, 0x11, SLOT);
    atomic_store(&b->blocks_until_cut, -1);
    boot(b);
    b->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(b->listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(b->listener, 4), 0);
    assert_int_equal(getsockname(b->listener, (struct sockaddr *)&at, &size), 0);
    (void)snprintf(b->address, sizeof b->address, "127.0.0.1:%d", ntohs(at.sin_port));
    assert_int_equal(pthread_create(&b->thread, NULL, run, b), 0);
    *state = b;
    return 0;
}

static int finish(void **state)
{
    struct bench *b = *state;

    atomic_store(&b->done, true);
    (void)shutdown(b->listener, SHUT_RDWR);
    (void)pthread_join(b->thread, NULL);
    (void)close(b->listener);
    free(b);
    return 0;
}

/* A signed image in the private folder. */
static void make(struct firmware_image *out, const char *name, const char *key, unsigned slot,
                 uint16_t firmware)
{
    struct firmware_image about = {.product = PRODUCT, .firmware = firmware, .base = BASE[slot]};
    char body[300], path[300], why[4300] = "";
    uint32_t left;

    (void)snprintf(body, sizeof body, "%s/%s.bin", dir, name);
    (void)snprintf(path, sizeof path, "%s/%s.img", dir, name);
    if (access(path, F_OK) != 0) {
        char text[3002];
        for (size_t i = 0; i < sizeof text - 1; i++)
            text[i] = (char)('a' + (i * 7 + slot + firmware) % 26);
        text[sizeof text - 1] = '\0';
        support_write(body, text);
        if (firmware_image_sign(body, key, path, &about, &left, why, sizeof why) != 0)
            fail_msg("%s", why);
    }
    assert_int_equal(firmware_image_load(out, path, why, sizeof why), 0);
    assert_int_equal(out->firmware, firmware);
    assert_int_equal(out->base, BASE[slot]);
}

static int make_keys(void **state)
{
    char why[300];
    uint8_t other[NILA_LMS_PUBLIC_BYTES];

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(key_path, sizeof key_path, "%s/key", dir);
    (void)snprintf(other_key, sizeof other_key, "%s/other", dir);
    return lms_key_file_new(key_path, public_key, why, sizeof why) != 0 ||
           lms_key_file_new(other_key, other, why, sizeof why) != 0;
}

static int drop_keys(void **state)
{
    (void)state;
    support_rmdir(dir);
    return 0;
}

static int update(struct bench *b, const struct firmware_image *image, size_t images, char **said)
{
    struct master_place place = {.tcp = b->address, .unit = 7};
    struct update_job job = {
        .image = image, .images = images, .poll_ms = 1, .restart_s = 5, .block_bytes = 200};
    struct master m;
    size_t size;
    int rc;

    job.out = open_memstream(said, &size);
    assert_non_null(job.out);
    assert_int_equal(master_open(&m, &place), 0);
    rc = update_run(&job, &m);
    master_close(&m);
    assert_int_equal(fclose(job.out), 0);
    return rc;
}

static void expect(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void the_node_chooses_the_image_of_its_free_slot(void **state)
{
    struct bench *b = *state;
    struct firmware_image image[2];
    char *said;

    make(&image[0], "a1", key_path, 0, 0x0101);
    make(&image[1], "b1", key_path, 1, 0x0101);
    assert_int_equal(update(b, image, 1, &said),
                     NILA_ERR_NOT_FOUND); /* linked for the slot that runs */
    expect(said, "address 0x08010000");
    free(said);
    assert_int_equal(update(b, image, 2, &said), 0);
    expect(said, "Firmware 1.0 runs; 1.1 goes to slot 1");
    expect(said, "its signature is right");
    expect(said, "Done: firmware 1.1 is in force");
    free(said);
    assert_int_equal(b->self.running, 1);
    assert_false(b->update.boot.trial);
    assert_int_equal(update(b, image, 2, &said),
                     0); /* the same version once more, into the other slot */
    assert_int_equal(b->self.running, 0);
    free(said);
    free(image[0].bytes);
    free(image[1].bytes);
}

static void a_cut_update_goes_on(void **state)
{
    struct bench *b = *state;
    struct firmware_image image;
    char *said;

    make(&image, "b1", key_path, 1, 0x0101);
    atomic_store(&b->blocks_until_cut, 20);
    assert_int_equal(update(b, &image, 1, &said), NILA_ERR_IO);
    free(said);
    assert_int_equal(b->self.running, 0);
    assert_int_equal(update(b, &image, 1, &said), 0);
    expect(said, "Going on from 3840 bytes");
    free(said);
    assert_int_equal(b->self.firmware, 0x0101);
    free(image.bytes);
}

static void lost_answers_do_no_harm(void **state)
{
    struct bench *b = *state;
    struct firmware_image image;
    char *said;

    make(&image, "b1", key_path, 1, 0x0101);
    atomic_store(&b->lose_every, 17);
    assert_int_equal(update(b, &image, 1, &said), 0);
    free(said);
    assert_int_equal(b->self.running, 1);
    free(image.bytes);
}

static void another_offices_firmware_is_refused(void **state)
{
    struct bench *b = *state;
    struct firmware_image image;
    char *said;

    make(&image, "foreign", other_key, 1, 0x0102);
    assert_int_equal(update(b, &image, 1, &said), NILA_ERR_REFUSED);
    expect(said, "its signature is not of this node's office");
    free(said);
    assert_int_equal(b->self.running, 0);
    free(image.bytes);
}

static void firmware_that_never_answers_is_told_and_gone(void **state)
{
    struct bench *b = *state;
    struct firmware_image image;
    char *said;

    make(&image, "b1", key_path, 1, 0x0101);
    atomic_store(&b->crashes, true);
    assert_int_equal(update(b, &image, 1, &said), NILA_ERR_REFUSED);
    expect(said, "went back to its old firmware");
    free(said);
    assert_int_equal(b->self.running, 0);
    assert_int_equal(b->self.firmware, 0x0100);
    atomic_store(&b->crashes, false);
    assert_int_equal(update(b, &image, 1, &said), 0);
    expect(said, "The last trial was not confirmed");
    free(said);
    free(image.bytes);
}

static void files_that_are_no_firmware_are_refused(void **state)
{
    struct firmware_image image, about = {0};
    char path[300], why[4300];
    uint32_t left;

    (void)state;
    (void)snprintf(path, sizeof path, "%s/nothing", dir);
    assert_int_equal(firmware_image_load(&image, path, why, sizeof why), NILA_ERR_IO);
    support_write(path, "");
    assert_int_equal(firmware_image_load(&image, path, why, sizeof why), NILA_ERR_PARSE);
    support_write(path, "not a firmware");
    assert_int_equal(firmware_image_load(&image, path, why, sizeof why), NILA_ERR_PARSE);
    assert_int_equal(firmware_image_sign(path, path, path, &about, &left, why, sizeof why),
                     NILA_ERR_IO); /* over itself */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_node_chooses_the_image_of_its_free_slot, start, finish),
        cmocka_unit_test_setup_teardown(a_cut_update_goes_on, start, finish),
        cmocka_unit_test_setup_teardown(lost_answers_do_no_harm, start, finish),
        cmocka_unit_test_setup_teardown(another_offices_firmware_is_refused, start, finish),
        cmocka_unit_test_setup_teardown(firmware_that_never_answers_is_told_and_gone, start,
                                        finish),
        cmocka_unit_test(files_that_are_no_firmware_are_refused),
    };

    return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
