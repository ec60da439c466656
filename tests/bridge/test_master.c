/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The technician's master on a serial line (a pty) with the node's own RTU server at its other end, and a line that misbehaves. */
#define _GNU_SOURCE 1 /* ptsname_r */
#include "tests/support/support.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "collector/common/tongue.h"
#include "firmware-bridge/core/nila_rtu.h"
#include "firmware-bridge/linux/master.h"

static const struct nila_identity IDENTITY = {.product = "P", .product_id = 1};

enum mischief {
    NONE,
    JUNK_BEFORE, /* bytes in front of the answer */
    BAD_CRC,
    CUT,        /* half the answer */
    OTHER_UNIT, /* well formed, of another unit */
    SILENCE,
    LATE /* the answer stays in the line and meets the next question */
};

struct line {
    int fd; /* the node's side */
    char port[64];
    struct nila_node node;
    atomic_int mischief, times; /* how often it happens */
    atomic_bool done;
    pthread_t thread;
};

static void spoil(struct line *l, uint8_t *out, size_t n)
{
    static const uint8_t JUNK[] = {0x00, 0xFF, 0x55};
    int what = atomic_load(&l->times) > 0 ? atomic_load(&l->mischief) : NONE;

    if (what != NONE)
        atomic_fetch_sub(&l->times, 1);
    if (what == SILENCE)
        return;
    if (what == JUNK_BEFORE)
        (void)!write(l->fd, JUNK, sizeof JUNK);
    if (what == BAD_CRC)
        out[n - 1] ^= 1;
    if (what == OTHER_UNIT) { /* with a CRC of its own, so that only the id tells */
        uint16_t crc = 0xFFFF;
        out[0]++;
        for (size_t i = 0; i + 2 < n; i++) {
            crc ^= out[i];
            for (int bit = 0; bit < 8; bit++)
                crc = (uint16_t)((crc & 1) != 0 ? crc >> 1 ^ 0xA001 : crc >> 1);
        }
        out[n - 2] = (uint8_t)crc;
        out[n - 1] = (uint8_t)(crc >> 8);
    }
    (void)!write(l->fd, out, what == CUT ? n / 2 : n);
    if (what == LATE)
        (void)!write(l->fd, out, n); /* once more: it is there before the next answer */
}

static void *serve(void *arg)
{
    struct line *l = arg;
    struct nila_units units = {.node = &l->node, .nodes = 1};
    struct nila_rtu rtu;
    bool begun = false;

    nila_rtu_init(&rtu, &units);
    while (!atomic_load(&l->done)) {
        struct pollfd p = {.fd = l->fd, .events = POLLIN};
        uint8_t in[64], out[NILA_RTU_MAX];
        ssize_t n;
        if (poll(&p, 1, begun ? 5 : 50) > 0 && (p.revents & POLLIN) != 0) {
            n = read(l->fd, in, sizeof in);
            for (ssize_t i = 0; i < n; i++)
                nila_rtu_byte(&rtu, in[i]);
            begun = n > 0;
        } else if (begun) {
            struct nila_answer a = nila_rtu_end(&rtu, out);
            begun = false;
            if (a.n > 0)
                spoil(l, out, a.n);
        } else if ((p.revents & POLLHUP) != 0) {
            (void)usleep(1000); /* nobody has the other side open */
        }
    }
    return NULL;
}

static int start(void **state)
{
    struct line *l = calloc(1, sizeof *l);

    assert_non_null(l);
    tongue_set(false);
    l->fd = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(l->fd >= 0 && grantpt(l->fd) == 0 && unlockpt(l->fd) == 0);
    assert_int_equal(ptsname_r(l->fd, l->port, sizeof l->port), 0);
    nila_node_init(&l->node, 7, 10, &IDENTITY);
    assert_int_equal(pthread_create(&l->thread, NULL, serve, l), 0);
    *state = l;
    return 0;
}

static int finish(void **state)
{
    struct line *l = *state;

    atomic_store(&l->done, true);
    (void)pthread_join(l->thread, NULL);
    (void)close(l->fd);
    free(l);
    return 0;
}

static struct master_place place(const struct line *l)
{
    return (struct master_place){.serial = l->port, .baud = 115200, .parity = 'E', .unit = 7};
}

static void reads_and_writes_over_a_serial_line(void **state)
{
    struct line *l = *state;
    struct master_place at = place(l);
    struct master m;
    uint16_t reg[120], period = 30;

    assert_int_equal(master_open(&m, &at), 0);
    assert_int_equal(master_read(&m, 4, 0, 120, reg), 0);
    assert_int_equal(reg[0], NILA_MAGIC);
    assert_int_equal(master_write(&m, 3, 1, &period), NILA_ERR_REFUSED); /* locked */
    assert_int_equal(m.exception, 3);
    assert_int_equal(master_write_open(&m, 3, 1, &period), 0);
    assert_int_equal(master_read(&m, 3, 3, 1, reg), 0);
    assert_int_equal(reg[0], 30);
    master_close(&m);
}

static void no_mischief_of_the_line_becomes_a_value(void **state)
{
    static const struct {
        const char *says;
        int mischief, times, rc;
    } T[] = {
        {"bad CRC once", BAD_CRC, 1, 0},
        {"bad CRC always", BAD_CRC, 99, NILA_ERR_PROTO},
        {"cut once", CUT, 1, 0},
        {"silent once", SILENCE, 1, 0},
        {"another unit", OTHER_UNIT, 1, 0},
        {"another unit always", OTHER_UNIT, 99, NILA_ERR_PROTO},
        {"junk in front once", JUNK_BEFORE, 1, 0},
    };
    struct line *l = *state;
    struct master_place at = place(l);
    struct master m;
    uint16_t reg[3];

    assert_int_equal(master_open(&m, &at), 0);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        int rc;
        memset(reg, 0x77, sizeof reg);
        atomic_store(&l->mischief, T[i].mischief);
        atomic_store(&l->times, T[i].times);
        rc = master_read(&m, 4, 0, 3, reg);
        atomic_store(&l->times, 0);
        if (rc != T[i].rc || (rc == 0 && reg[0] != NILA_MAGIC) || (rc != 0 && reg[0] != 0x7777))
            fail_msg("%s: %d, %04x", T[i].says, rc, reg[0]);
    }
    master_close(&m);
}

static void an_answer_that_comes_twice_is_not_taken_for_the_next(void **state)
{
    struct line *l = *state;
    struct master_place at = place(l);
    struct master m;
    uint16_t reg[2];

    assert_int_equal(master_open(&m, &at), 0);
    atomic_store(&l->mischief, LATE);
    atomic_store(&l->times, 1);
    assert_int_equal(master_read(&m, 4, 0, 1, reg), 0);
    assert_int_equal(reg[0], NILA_MAGIC);
    assert_int_equal(master_read(&m, 4, 15, 1, reg), 0); /* same length: only draining tells */
    assert_int_equal(reg[0], 7);
    master_close(&m);
}

static void a_write_is_asked_once_only(void **state)
{
    struct line *l = *state;
    struct master_place at = place(l);
    struct master m;
    uint16_t unlock = NILA_UNLOCK;

    assert_int_equal(master_open(&m, &at), 0);
    atomic_store(&l->mischief, SILENCE);
    atomic_store(&l->times, 1);
    assert_int_equal(master_write(&m, 0, 1, &unlock), NILA_ERR_TIMEOUT);
    assert_int_equal(atomic_load(&l->times), 0);
    assert_string_equal(m.why, "unit 7 does not answer");
    master_close(&m);
}

static void a_port_that_another_program_holds_is_left_alone(void **state)
{
    struct line *l = *state;
    struct master_place at = place(l);
    struct master m;
    int fd = open(l->port, O_RDWR | O_NOCTTY);

    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0); /* as the collector does */
    assert_int_equal(master_open(&m, &at), NILA_ERR_BUSY);
    assert_non_null(strstr(m.why, "systemctl stop nila-collector"));
    (void)close(fd);
    assert_int_equal(master_open(&m, &at), 0);
    master_close(&m);
    at.baud = 12345;
    assert_int_equal(master_open(&m, &at), NILA_ERR_CONFIG);
    at.serial = "/dev/null";
    assert_int_equal(master_open(&m, &at), NILA_ERR_CONFIG);
}

static void addresses_as_people_write_them(void **state)
{
    static const char *const BAD[] = {"",          ":502", "[::1", "[]:502", "host.invalid:502",
                                      "127.0.0.1:"};
    struct master m;

    (void)state;
    tongue_set(false);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        struct master_place at = {.tcp = BAD[i], .unit = 1};
        if (master_open(&m, &at) != NILA_ERR_CONFIG)
            fail_msg("\"%s\" is taken for an address", BAD[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_and_writes_over_a_serial_line, start, finish),
        cmocka_unit_test_setup_teardown(no_mischief_of_the_line_becomes_a_value, start, finish),
        cmocka_unit_test_setup_teardown(an_answer_that_comes_twice_is_not_taken_for_the_next, start,
                                        finish),
        cmocka_unit_test_setup_teardown(a_write_is_asked_once_only, start, finish),
        cmocka_unit_test_setup_teardown(a_port_that_another_program_holds_is_left_alone, start,
                                        finish),
        cmocka_unit_test(addresses_as_people_write_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
