/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "bus_link.h"
#include "collector/common/clock.h"

/* Bytes of one answer follow each other closely; a USB adapter's buffer (16 ms) and a busy Pi may tear holes. */
#define BYTE_MS        100
#define DRAIN_CAP_MS   2000
#define DRAIN_LEAST_MS 20

/* Silence that ends a frame, in whole ms: 3.5 characters of 11 bits, fixed 1.75 ms above 19200 baud (Modbus over serial
 * line 1.02, 2.5.1.1); one more because the clock counts whole ms. */
static int frame_gap_ms(const struct site_bus *c)
{
    return c->baud > 19200 || c->baud < 1 ? 3 : 38500 / c->baud + 2;
}

/* A pty keeps its exclusive mark after it is closed, and nobody could open it again: the lock must do there. */
static bool is_pty(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && major(st.st_rdev) >= 136 && major(st.st_rdev) <= 143;
}

static int open_failed(const char *port, int e, char *why, size_t why_size)
{
    if (e == EBUSY || e == EWOULDBLOCK) {
        (void)snprintf(why, why_size, "port %s is in use by another program", port);
        return NILA_ERR_BUSY;
    }
    (void)snprintf(why, why_size, "port %s: %s", port, strerror(e));
    return NILA_ERR_IO;
}

static int rtu_open(struct bus *b, char *why, size_t why_size)
{
    const struct site_bus *c = b->c;

    /* The lock comes first: setting speed and parity would disturb the program that holds the port. */
    b->lock_fd = open(c->port, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (b->lock_fd < 0)
        return open_failed(c->port, errno, why, why_size);
    if (flock(b->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return open_failed(c->port, errno, why, why_size);
    if (!isatty(b->lock_fd)) {
        (void)snprintf(why, why_size, "%s is not a serial port", c->port);
        return NILA_ERR_CONFIG;
    }
    b->ctx = modbus_new_rtu(c->port, c->baud, c->parity, 8, c->stop_bits);
    if (b->ctx == NULL) {
        (void)snprintf(why, why_size, "port %s: %d baud, parity %c: %s", c->port, c->baud,
                       c->parity, modbus_strerror(errno));
        return NILA_ERR_CONFIG;
    }
    if (modbus_connect(b->ctx) != 0)
        return open_failed(c->port, errno, why, why_size);
    if (modbus_get_socket(b->ctx) >= FD_SETSIZE) /* libmodbus waits with select */
        return open_failed(c->port, EMFILE, why, why_size);
    if (!is_pty(b->lock_fd))
        (void)ioctl(modbus_get_socket(b->ctx), TIOCEXCL);
    return 0;
}

static void rtu_close(struct bus *b)
{
    if (b->lock_fd >= 0)
        (void)close(b->lock_fd); /* gives the lock back */
    b->lock_fd = -1;
}

/* Reads and throws away until nothing has come for silence_ms, or cap_ms have passed. Returns the bytes thrown away, or -1
 * with errno when the port is gone. */
static int drain(int fd, int silence_ms, int cap_ms)
{
    int64_t end = clock_mono_ms() + cap_ms;
    uint8_t junk[256];
    int thrown = 0;

    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        ssize_t n;
        int ready = poll(&p, 1, silence_ms);

        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return -1;
        if (ready == 0)
            return thrown;
        n = read(fd, junk, sizeof junk);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            errno = n == 0 ? ENODEV : errno; /* an unplugged adapter reads as end of file */
            return -1;
        }
        thrown += n > 0 ? (int)n : 0;
        if (clock_mono_ms() >= end)
            return thrown;
    }
}

static uint16_t crc16(const uint8_t *p, int n)
{
    uint16_t crc = 0xFFFF;

    for (int i = 0; i < n; i++) {
        crc ^= p[i];
        for (int k = 0; k < 8; k++)
            crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1);
    }
    return crc;
}

/* libmodbus refuses units 248..255, and drops the CRC check for units it was not told: both are done here. */
static int ask_raw(struct bus *b, const struct bus_question *q, uint16_t *regs,
                   struct bus_answer *a)
{
    const uint8_t request[] = {(uint8_t)q->unit,         (uint8_t)q->function,
                               (uint8_t)(q->first >> 8), (uint8_t)(q->first & 255),
                               (uint8_t)(q->count >> 8), (uint8_t)(q->count & 255)};
    uint8_t f[MODBUS_MAX_ADU_LENGTH] = {0};
    int body;

    (void)modbus_set_slave(b->ctx, 0);
    if (modbus_send_raw_request(b->ctx, request, sizeof request) < 0 ||
        modbus_receive_confirmation(b->ctx, f) < 0)
        return bus_error(errno, q, a);
    body = f[1] & 0x80 ? 3 : 3 + f[2];
    if (body + 2 > MODBUS_RTU_MAX_ADU_LENGTH || f[0] != q->unit)
        return bus_error(f[0] != q->unit ? EMBBADSLAVE : EMBBADDATA, q, a);
    if ((f[body] | f[body + 1] << 8) != crc16(f, body))
        return bus_error(EMBBADCRC, q, a);
    return bus_take_pdu(f + 1, body - 1, q, regs, a);
}

static int ask_libmodbus(struct bus *b, const struct bus_question *q, uint16_t *regs,
                         struct bus_answer *a)
{
    if (q->unit > 247)
        return ask_raw(b, q, regs, a);
    if (modbus_set_slave(b->ctx, q->unit) != 0)
        return bus_error(errno, q, a);
    if (bus_modbus_read(b->ctx, q, regs) != q->count)
        return bus_error(errno, q, a);
    return 0;
}

/* The first answer after a failure may be the failed question's. The right one would then still follow, by this question's
 * own deadline at the latest: only silence until then proves the answer. */
static int prove_answer(struct bus *b, const struct bus_question *q, int64_t asked_ms,
                        struct bus_answer *a)
{
    int64_t left = asked_ms + q->timeout_ms - clock_mono_ms();
    int gap = frame_gap_ms(b->c);
    int n = drain(modbus_get_socket(b->ctx), left > gap ? (int)left : gap, DRAIN_CAP_MS);

    if (n < 0)
        return bus_error(errno, q, a);
    if (n == 0) {
        b->doubt[q->unit] = false;
        return 0;
    }
    a->strays += (unsigned)n;
    a->stale = true;
    (void)snprintf(a->text, sizeof a->text,
                   "two answers to one question: the first was late and for another");
    return NILA_ERR_PROTO;
}

static int after_failure(struct bus *b, const struct bus_question *q, int rc, struct bus_answer *a)
{
    int silence = b->slowest_ms[q->unit], gap = frame_gap_ms(b->c), n;

    b->doubt[q->unit] = true;
    if (silence < gap)
        silence = gap;
    if (silence < DRAIN_LEAST_MS)
        silence = DRAIN_LEAST_MS;
    if (silence > DRAIN_CAP_MS)
        silence = DRAIN_CAP_MS;
    n = drain(modbus_get_socket(b->ctx), silence, DRAIN_CAP_MS);
    if (n < 0)
        return bus_error(errno, q, a);
    a->strays += (unsigned)n;
    return rc;
}

/* Silence before the question, and nothing left unread. */
static int make_quiet(struct bus *b, struct bus_answer *a)
{
    int gap = frame_gap_ms(b->c), n;

    bus_wait_gap(b, b->c->gap_ms > gap ? b->c->gap_ms : gap);
    n = drain(modbus_get_socket(b->ctx), 0, DRAIN_CAP_MS);
    if (n > 0) { /* somebody was still talking: let him finish */
        a->strays += (unsigned)n;
        n = drain(modbus_get_socket(b->ctx), gap, DRAIN_CAP_MS);
    }
    return n < 0 ? -1 : 0;
}

static int rtu_ask(struct bus *b, const struct bus_question *q, uint16_t *regs,
                   struct bus_answer *a)
{
    uint16_t got[MODBUS_MAX_READ_REGISTERS];
    int64_t asked_ms;
    int rc;

    if (make_quiet(b, a) != 0)
        return bus_error(errno, q, a);
    bus_set_timeouts(b->ctx, q->timeout_ms, BYTE_MS);
    asked_ms = clock_mono_ms();
    rc = ask_libmodbus(b, q, got, a);
    a->answer_ms = (int)(clock_mono_ms() - asked_ms);
    if (rc == NILA_ERR_TIMEOUT && a->answer_ms < q->timeout_ms - 5) {
        (void)snprintf(a->text, sizeof a->text, "answer cut short");
        rc = NILA_ERR_PROTO;
    }
    if ((rc == 0 || rc == NILA_ERR_EXCEPTION) && b->doubt[q->unit]) {
        int proof = prove_answer(b, q, asked_ms, a);
        if (proof != 0)
            rc = proof;
    }
    if (rc == NILA_ERR_TIMEOUT || rc == NILA_ERR_PROTO)
        return after_failure(b, q, rc, a);
    if (rc != 0)
        return rc;
    if (a->answer_ms > b->slowest_ms[q->unit])
        b->slowest_ms[q->unit] =
            (uint16_t)(a->answer_ms < DRAIN_CAP_MS ? a->answer_ms : DRAIN_CAP_MS);
    memcpy(regs, got, q->count * sizeof regs[0]);
    return 0;
}

const struct bus_link BUS_RTU = {rtu_open, rtu_ask, rtu_close};
