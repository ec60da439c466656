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
#include "bus_pdu.h"
#include "collector/common/clock.h"

/* Bytes of one answer follow each other closely; a USB adapter's buffer (16 ms) and a busy Pi may tear holes. */
#define BYTE_MS        100
#define DRAIN_CAP_MS   2000
#define DRAIN_LEAST_MS 20
#define COPY_CAP_MS    200
#define COPY_GAPS      4 /* frame gaps within which a copy begins when the unit answers at once */

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
    if (b->ctx == NULL)
        return;
    modbus_close(b->ctx);
    modbus_free(b->ctx);
    b->ctx = NULL;
}

/* Reads and throws away until nothing has come for silence_ms, or cap_ms have passed. Returns the bytes thrown away, or -1
 * with errno when the port is gone. */
static int drain(const struct bus *b, int silence_ms, int cap_ms)
{
    const int fd = modbus_get_socket(b->ctx);
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
        if (n > 0)
            frames_note(b->frames, false, junk, (size_t)n);
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

/* Turns libmodbus's errno e into ours. */
static int link_error(int e, const struct bus_question *q, struct bus_answer *a)
{
    if (e == EMBBADCRC || e == EMBBADDATA || e == EMBBADEXC || e == EMBUNKEXC || e == EMBMDATA ||
        e == EMBBADSLAVE) {
        (void)snprintf(a->text, sizeof a->text, "%s", e == EMBBADCRC ? "bad CRC" : "no good frame");
        return NILA_ERR_PROTO;
    }
    if (e == ETIMEDOUT || e == EAGAIN || e == EINTR) {
        (void)snprintf(a->text, sizeof a->text, "no answer in %d ms", q->timeout_ms);
        return NILA_ERR_TIMEOUT;
    }
    (void)snprintf(a->text, sizeof a->text, "link lost: %s", strerror(e));
    return NILA_ERR_IO;
}

static void set_timeouts(modbus_t *ctx, int answer_ms)
{
    (void)modbus_set_response_timeout(ctx, (uint32_t)(answer_ms / 1000),
                                      (uint32_t)(answer_ms % 1000) * 1000);
    (void)modbus_set_byte_timeout(ctx, 0, BYTE_MS * 1000);
}

/* Bytes of the frame f before its CRC, as libmodbus has counted when it read it. */
static int body_length(const uint8_t *f)
{
    if (f[1] & 0x80)
        return 3;
    if (bus_is_write(f[1]))
        return 6;
    return f[1] <= 4 ? 3 + f[2] : 3;
}

/* libmodbus does not know how long an answer to BUS_IDENTIFY is: reads it here, after libmodbus's manner. Its length without
 * CRC, or -1 with errno. f holds MODBUS_MAX_ADU_LENGTH bytes. */
static int receive_identity(struct bus *b, const struct bus_question *q, uint8_t *f)
{
    int fd = modbus_get_socket(b->ctx), body = 0, wait_ms = q->timeout_ms;
    size_t n = 0;

    while (body == 0 || n < (size_t)body + 2) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int ready = poll(&p, 1, wait_ms);
        size_t want = body > 0 ? (size_t)body + 2 - n : 1;
        ssize_t k = ready > 0 ? read(fd, f + n, want) : 0;

        if (ready == 0) {
            errno = ETIMEDOUT;
            return -1;
        }
        if (ready > 0 && k == 0)
            errno = ENODEV;
        if (ready > 0 && k <= 0 && errno != EAGAIN && errno != EINTR)
            return -1;
        if (ready < 0 && errno != EINTR)
            return -1;
        n += k > 0 ? (size_t)k : 0;
        wait_ms = BYTE_MS;
        body = n < 2 ? 0 : bus_pdu_identity_length(f + 1, n - 1);
        body += body > 0;
        if (body < 0 || body + 2 > MODBUS_RTU_MAX_ADU_LENGTH) {
            errno = EMBBADDATA;
            return -1;
        }
    }
    return body;
}

/* As libmodbus will send it, with its CRC. */
static void note_request(const struct bus *b, const uint8_t *request, size_t n)
{
    uint8_t f[1 + BUS_PDU_MAX + 2];
    uint16_t crc = crc16(request, (int)n);

    if (b->frames == NULL)
        return;
    memcpy(f, request, n);
    f[n] = (uint8_t)(crc & 255);
    f[n + 1] = (uint8_t)(crc >> 8);
    frames_note(b->frames, true, f, n + 2);
}

/* Asks in a raw frame: libmodbus refuses units 248..255 and does not look at the value a single write repeats. It drops the CRC
 * check for units it was not told: that is done here. f gets the frame, its good length goes to *n. */
static int exchange(struct bus *b, const struct bus_question *q, uint8_t *f, size_t *n,
                    struct bus_answer *a)
{
    uint8_t request[1 + BUS_PDU_MAX];
    size_t length = bus_pdu_make(request + 1, q);
    int body;

    request[0] = (uint8_t)q->unit;
    note_request(b, request, length + 1);
    (void)modbus_set_slave(b->ctx, 0);
    if (modbus_send_raw_request(b->ctx, request, (int)length + 1) < 0)
        return link_error(errno, q, a);
    if (q->function == BUS_IDENTIFY)
        body = receive_identity(b, q, f);
    else
        body = modbus_receive_confirmation(b->ctx, f) < 0 ? -1 : body_length(f);
    if (body < 0) {
        int e = errno;
        frames_note(b->frames, false, NULL, 0); /* how much of it came libmodbus does not tell */
        return link_error(e, q, a);
    }
    if (body + 2 > MODBUS_RTU_MAX_ADU_LENGTH)
        return link_error(EMBBADDATA, q, a);
    frames_note(b->frames, false, f, (size_t)body + 2);
    if ((f[body] | f[body + 1] << 8) != crc16(f, body))
        return link_error(EMBBADCRC, q, a);
    if (f[0] != q->unit) {
        (void)snprintf(a->text, sizeof a->text, "answer of another unit (%u)", f[0]);
        return NILA_ERR_PROTO;
    }
    *n = (size_t)body - 1;
    return bus_pdu_take(f + 1, *n, q, NULL, a);
}

/* The first answer after a failure may be the failed question's. The right one would then still follow, by this question's
 * own deadline at the latest: only silence until then proves the answer. */
static int prove_answer(struct bus *b, const struct bus_question *q, int64_t asked_ms,
                        struct bus_answer *a)
{
    int64_t left = asked_ms + q->timeout_ms - clock_mono_ms();
    int gap = frame_gap_ms(b->c);
    int n = drain(b, left > gap ? (int)left : gap, DRAIN_CAP_MS);

    if (n < 0)
        return link_error(errno, q, a);
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

/* An adapter that was plugged in anew may have got another number while the old one is not yet seen to be gone: then the name the
 * site file gives leads to another device file than the one that is open. */
static bool leads_elsewhere(const struct bus *b)
{
    struct stat open_file, named;

    return fstat(b->lock_fd, &open_file) == 0 && stat(b->c->port, &named) == 0 &&
           open_file.st_rdev != named.st_rdev;
}

static int after_failure(struct bus *b, const struct bus_question *q, int rc, struct bus_answer *a)
{
    int silence = b->slowest_ms[q->unit], gap = frame_gap_ms(b->c), n;

    b->doubt[q->unit] = true;
    if (rc == NILA_ERR_TIMEOUT && leads_elsewhere(b)) {
        (void)snprintf(a->text, sizeof a->text, "the port's name leads to another device now");
        return NILA_ERR_IO;
    }
    if (silence < gap)
        silence = gap;
    if (silence < DRAIN_LEAST_MS)
        silence = DRAIN_LEAST_MS;
    if (silence > DRAIN_CAP_MS)
        silence = DRAIN_CAP_MS;
    n = drain(b, silence, DRAIN_CAP_MS);
    if (n < 0)
        return link_error(errno, q, a);
    a->strays += (unsigned)n;
    return rc;
}

/* Would a second copy of the last answer pass for the answer to q? Frames do not say which registers they carry. */
static bool like_the_last(const struct bus *b, const struct bus_question *q)
{
    return b->last.unit == q->unit && b->last.function == q->function &&
           b->last.count == q->count && b->last.first != q->first;
}

/* Silence before the question, and nothing left unread. Where a copy of the last answer (of a device, repeater or gateway that
 * sends it twice) would be taken for this one's, it is waited for, as long as the unit has ever taken to answer. */
static int make_quiet(struct bus *b, const struct bus_question *q, struct bus_answer *a)
{
    int gap = frame_gap_ms(b->c), wait = 0, n;

    bus_wait_gap(b, q, gap);
    if (like_the_last(b, q)) {
        wait = b->slowest_ms[q->unit] < COPY_CAP_MS ? b->slowest_ms[q->unit] : COPY_CAP_MS;
        wait = wait > COPY_GAPS * gap ? wait : COPY_GAPS * gap;
    }
    n = drain(b, wait, DRAIN_CAP_MS);
    if (n > 0) { /* somebody was still talking: let him finish */
        a->strays += (unsigned)n;
        n = drain(b, gap, DRAIN_CAP_MS);
    }
    return n < 0 ? -1 : 0;
}

static int rtu_ask(struct bus *b, const struct bus_question *q, uint16_t *regs,
                   struct bus_answer *a)
{
    uint8_t f[MODBUS_MAX_ADU_LENGTH] = {0};
    size_t n = 0;
    int64_t asked_ms;
    int rc;

    if (make_quiet(b, q, a) != 0)
        return link_error(errno, q, a);
    b->last = *q;
    set_timeouts(b->ctx, q->timeout_ms);
    asked_ms = clock_mono_ms();
    rc = exchange(b, q, f, &n, a);
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
    return bus_pdu_take(f + 1, n, q, regs, a);
}

static bool rtu_is_open(const struct bus *b)
{
    return b->ctx != NULL;
}

const struct bus_link BUS_RTU = {rtu_open, rtu_ask, rtu_close, rtu_is_open};
