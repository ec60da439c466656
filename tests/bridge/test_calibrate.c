/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A technician at the keyboard, calibrate between, and a node whose electrode stands in what the technician put it into: the node's own core
 * behind a socket, whose seconds pass a hundred times faster. */
#include "tests/support/support.h"

#include <arpa/inet.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/common/tongue.h"
#include "firmware-bridge/core/nila_channels.h"
#include "firmware-bridge/core/nila_mbap.h"
#include "firmware-bridge/linux/calibrate.h"
#include "tests/support/flash_model.h"

#define PAGE 1024

static const struct nila_identity IDENTITY = {
    .product = "P", .product_id = 1, .firmware = 0x0104, .serial = 0xC0FFEE01};

struct bench {
    struct nila_node node;
    struct nila_channels channels;
    struct nila_block block[NILA_CHANNEL_BLOCKS];
    struct flash_model flash;
    uint8_t memory[2 * PAGE];
    atomic_int ph_x1000; /* of what the electrode stands in */
    double slope,
        offset;      /* of the electrode behind its circuit: raw = 7 + offset + slope (pH - 7) */
    atomic_int drop; /* answers to commands that are lost on their way */
    atomic_bool done;
    int listener;
    char address[40];
    pthread_t thread;
    char dir[256];
};

/* Two seconds of the node's life with a reading. */
static void live(struct bench *b)
{
    int raw = (int)lround(7000 + b->offset * 1e3 + b->slope * (atomic_load(&b->ph_x1000) - 7000));

    nila_node_tick(&b->node, 2);
    nila_channels_tick(&b->channels, 2);
    nila_channels_put(&b->channels, 2, raw, NILA_Q_VALID);
    nila_channels_round(&b->channels);
}

static void serve(struct bench *b, int fd)
{
    struct nila_units units = {.node = &b->node, .nodes = 1};
    uint8_t in[NILA_MBAP_MAX], out[NILA_MBAP_MAX];
    size_t n = 0;

    for (;;) {
        ssize_t got = recv(fd, in + n, sizeof in - n, 0);
        size_t length;
        struct nila_answer a;
        bool command;
        if (got <= 0)
            return;
        n += (size_t)got;
        length = nila_mbap_length(in, n);
        if (length == 0 || length > n)
            continue;
        for (int i = 0; i < 3; i++)
            live(b); /* each question takes six seconds of its life */
        command = in[7] == 16 && in[9] == 40;
        a = nila_mbap_serve(&units, in, length, out);
        n = 0;
        /* what the technician does next, seen from the bench: the second buffer */
        if (command && in[14] == 2)
            atomic_store(&b->ph_x1000, 4011);
        if (command && atomic_load(&b->drop) > 0)
            atomic_fetch_sub(&b->drop, 1);
        else
            (void)send(fd, out, a.n, MSG_NOSIGNAL);
    }
}

static void *run(void *arg)
{
    struct bench *b = arg;

    for (;;) {
        int fd = accept(b->listener, NULL, NULL);
        if (fd < 0 || atomic_load(&b->done))
            return NULL;
        serve(b, fd);
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
    nila_node_init(&b->node, 7, 10, &IDENTITY);
    (void)nila_channels_init(&b->channels, &b->node, &b->flash.flash, 0, PAGE);
    nila_channels_blocks(&b->channels, b->block);
    b->node.block = b->block;
    b->node.blocks = NILA_CHANNEL_BLOCKS;
    assert_true(nila_channels_connect(&b->channels, 2, NILA_SOURCE_EZO_PH));
    b->slope = 0.95;
    b->offset = 0.1;
    b->ph_x1000 = 6853; /* 6.86 at 29 C */
    b->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(b->listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(b->listener, 4), 0);
    assert_int_equal(getsockname(b->listener, (struct sockaddr *)&at, &size), 0);
    (void)snprintf(b->address, sizeof b->address, "127.0.0.1:%d", ntohs(at.sin_port));
    (void)snprintf(b->dir, sizeof b->dir, "%s", support_tmpdir());
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
    support_rmdir(b->dir);
    free(b);
    return 0;
}

/* The talk, with these lines typed; what was said is the caller's to free. */
static int talk(struct bench *b, enum calibrate_action action, const char *typed, char **said)
{
    char base[300], typing[400];
    size_t size;
    struct master m;
    struct calibrate_job job = {.action = action,
                                .channel = 2,
                                .method = -1,
                                .operator_id = 17,
                                .due_days = 45,
                                .baro_pa = NILA_MISSING,
                                .certificate = base,
                                .poll_ms = 1};
    struct master_place place = {.tcp = b->address, .unit = 7};
    int rc;

    (void)snprintf(base, sizeof base, "%s/cert", b->dir);
    (void)snprintf(typing, sizeof typing, "%s", typed);
    job.in = fmemopen(typing, strlen(typing), "r");
    job.out = open_memstream(said, &size);
    assert_non_null(job.in);
    assert_non_null(job.out);
    assert_int_equal(master_open(&m, &place), 0);
    rc = calibrate_node(&job, &m);
    master_close(&m);
    assert_int_equal(fclose(job.in), 0);
    assert_int_equal(fclose(job.out), 0);
    return rc;
}

static void expect(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

#define TWO_BUFFERS "4\nSiti \"Teknisi\"\n29\n6.86\n29\n4,01\n"

static void two_buffers_end_in_a_calibration_and_a_certificate(void **state)
{
    struct bench *b = *state;
    char path[300], *said, *text, *json;
    size_t n;

    assert_int_equal(talk(b, CALIBRATE_RUN, TWO_BUFFERS "y\n", &said), 0);
    expect(said, "serial number C0FFEE01, firmware 1.4");
    expect(said, "In force now: factory");
    expect(said, "At that temperature: pH 6.853");
    expect(said, "Point 2 is taken");
    expect(said, "slope 95.0 %");
    assert_true(abs(b->channels.settings.cal[2].slope_ppm - 950000) < 1500);
    assert_int_equal(b->channels.settings.cal[2].operator_id, 17);
    assert_int_equal(b->channels.settings.cal[2].due - b->channels.settings.cal[2].date, 45);
    (void)snprintf(path, sizeof path, "%s/cert.txt", b->dir);
    text = support_read(path, &n);
    expect(text, "CALIBRATION CERTIFICATE");
    expect(text, "Siti \"Teknisi\" (17)");
    expect(text, "29.00");
    expect(text, "Before\n  factory");
    (void)snprintf(path, sizeof path, "%s/cert.json", b->dir);
    json = support_read(path, &n);
    expect(json, "\"serial\": \"C0FFEE01\"");
    expect(json, "\"name\": \"Siti \\\"Teknisi\\\"\"");
    expect(json, "{\"reference\": 6.853, \"temp_c\": 29.000, \"raw\": 6.96");
    expect(json, "\"as_left\": 6.85");
    free(said);
    free(text);
    free(json);
}

static void no_leaves_the_old_one_and_frees_the_node(void **state)
{
    struct bench *b = *state;
    char *said;

    assert_int_equal(talk(b, CALIBRATE_RUN, TWO_BUFFERS "n\n", &said), NILA_ERR_CLOSED);
    expect(said, "Aborted; the old calibration stays in force");
    assert_int_equal(b->channels.settings.cal[2].number, 0);
    assert_int_equal(b->channels.tx.state, NILA_CALTX_ABORTED);
    free(said);
    /* the keyboard torn off in the middle ends the same way */
    atomic_store(&b->ph_x1000, 6853);
    assert_int_equal(talk(b, CALIBRATE_RUN, "4\nSiti\n29\n6.86\n", &said), NILA_ERR_CLOSED);
    expect(said, "Point 1 is taken");
    expect(said, "Aborted");
    assert_int_equal(b->channels.tx.state, NILA_CALTX_ABORTED);
    free(said);
}

static void a_wrong_buffer_is_said_and_can_be_put_right(void **state)
{
    struct bench *b = *state;
    char *said;

    /* the second is typed as 9.18 first, though it is 4.01 */
    assert_int_equal(talk(b, CALIBRATE_RUN, "4\nSiti\n29\n6.86\n29\n9.18\ny\n29\n4.01\ny\n", &said),
                     0);
    expect(said, "the slope is implausible");
    assert_true(abs(b->channels.settings.cal[2].slope_ppm - 950000) < 1500);
    free(said);
}

static void what_is_typed_wrong_is_asked_again(void **state)
{
    struct bench *b = *state;
    char *said;

    assert_int_equal(
        talk(b, CALIBRATE_RUN, "9\n2\n1\n\nSiti\n\n99\n29\nabc\n77\n=6,86\ny\n", &said), 0);
    expect(said, "no sound thermometer");
    expect(said, "outside what the probe measures");
    expect(said, "A number from 0 to 5");
    assert_int_equal(b->channels.settings.cal[2].method, NILA_CAL_OFFSET);
    assert_int_equal(b->channels.settings.cal[2].point[0].ref_x1000, 6860);
    free(said);
}

/* The answers to begin, both points and commit never arrive; the state tells what happened. */
static void lost_answers_do_not_mislead(void **state)
{
    struct bench *b = *state;
    char *said;

    atomic_store(&b->drop, 4);
    assert_int_equal(talk(b, CALIBRATE_RUN, TWO_BUFFERS "y\n", &said), 0);
    assert_int_equal(atomic_load(&b->drop), 0);
    assert_int_equal(b->channels.settings.cal[2].number, 1);
    assert_int_equal(b->channels.settings.cal[2].points, 2);
    free(said);
}

static void show_and_revert(void **state)
{
    struct bench *b = *state;
    char *said;

    assert_int_equal(talk(b, CALIBRATE_REVERT, "y\n", &said), NILA_ERR_REFUSED);
    expect(said, "no calibration before");
    free(said);
    assert_int_equal(talk(b, CALIBRATE_RUN, TWO_BUFFERS "y\n", &said), 0);
    free(said);
    assert_int_equal(talk(b, CALIBRATE_REVERT, "y\n", &said), 0);
    expect(said, "In force: factory");
    free(said);
    assert_int_equal(talk(b, CALIBRATE_SHOW, "", &said), 0);
    expect(said, "In force now: factory");
    expect(said, "History 1: number 1");
    free(said);
}

static void a_signal_ends_it_and_frees_the_node(void **state)
{
    struct bench *b = *state;
    static volatile sig_atomic_t stop = 1;
    struct calibrate_job job = {.channel = 2,
                                .method = 4,
                                .operator_name = "x",
                                .due_days = -1,
                                .baro_pa = NILA_MISSING,
                                .poll_ms = 1,
                                .stop = &stop};
    struct master_place place = {.tcp = b->address, .unit = 7};
    struct master m;
    char *said;
    size_t size;

    job.in = stdin;
    job.out = open_memstream(&said, &size);
    assert_int_equal(master_open(&m, &place), 0);
    assert_int_equal(calibrate_node(&job, &m), NILA_ERR_CLOSED);
    master_close(&m);
    assert_int_equal(fclose(job.out), 0);
    expect(said, "Aborted");
    free(said);
}

static void nobody_there_and_nobody_to_calibrate_are_said(void **state)
{
    struct bench *b = *state;
    struct master_place place = {.tcp = b->address, .unit = 7},
                        nobody = {.tcp = "127.0.0.1:1", .unit = 7},
                        no_port = {
                            .serial = "/nonexistent", .baud = 9600, .parity = 'N', .unit = 7};
    struct master m;
    uint16_t reg[2];

    assert_int_equal(master_open(&m, &nobody), NILA_ERR_IO);
    expect(m.why, "127.0.0.1:1");
    assert_int_equal(master_open(&m, &no_port), NILA_ERR_IO);
    assert_int_equal(master_open(&m, &place), 0);
    assert_int_equal(master_read(&m, 3, 300, 2, reg), NILA_ERR_REFUSED);
    assert_int_equal(m.exception, 2);
    assert_int_equal(master_read(&m, 4, 0, 2, reg), 0);
    assert_int_equal(reg[0], NILA_MAGIC);
    master_close(&m);
}

static void buffers_are_worth_what_their_temperature_says(void **state)
{
    (void)state;
    assert_int_equal(calibrate_buffer(4010, 25000), 4005);
    assert_int_equal(calibrate_buffer(6860, 25000), 6863);
    assert_int_equal(calibrate_buffer(9180, 30000), 9139);
    assert_int_equal(calibrate_buffer(10010, 22500), 10035);
    assert_int_equal(calibrate_buffer(5500, 22500), 5500);
    assert_int_equal(calibrate_buffer(7000, -10000), 7090);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(two_buffers_end_in_a_calibration_and_a_certificate, start,
                                        finish),
        cmocka_unit_test_setup_teardown(no_leaves_the_old_one_and_frees_the_node, start, finish),
        cmocka_unit_test_setup_teardown(a_wrong_buffer_is_said_and_can_be_put_right, start, finish),
        cmocka_unit_test_setup_teardown(what_is_typed_wrong_is_asked_again, start, finish),
        cmocka_unit_test_setup_teardown(lost_answers_do_not_mislead, start, finish),
        cmocka_unit_test_setup_teardown(show_and_revert, start, finish),
        cmocka_unit_test_setup_teardown(a_signal_ends_it_and_frees_the_node, start, finish),
        cmocka_unit_test_setup_teardown(nobody_there_and_nobody_to_calibrate_are_said, start,
                                        finish),
        cmocka_unit_test(buffers_are_worth_what_their_temperature_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
