/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "master.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/tongue.h"
#include "firmware-bridge/core/nila_crc.h"
#include "firmware-bridge/core/nila_regmap.h"

#define FRAME_MAX  260
#define MBAP       7
#define CONNECT_MS 5000
#define QUIET_MS   30 /* a line is quiet after that; adapters hand bytes over in lumps of 16 ms */

static int io_error(struct master *m, const char *what)
{
    (void)snprintf(m->why, sizeof m->why, "%s: %s", what, tongue_errno(errno));
    return NILA_ERR_IO;
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static const struct {
    int baud;
    speed_t speed;
} SPEED[] = {{1200, B1200},   {2400, B2400},   {4800, B4800},   {9600, B9600},
             {19200, B19200}, {38400, B38400}, {57600, B57600}, {115200, B115200}};

static int set_line(struct master *m)
{
    struct termios t;
    size_t i = 0;

    while (i < sizeof SPEED / sizeof SPEED[0] && SPEED[i].baud != m->place.baud)
        i++;
    if (i == sizeof SPEED / sizeof SPEED[0]) {
        (void)snprintf(m->why, sizeof m->why, tongue("%d baud tidak ada", "there is no %d baud"),
                       m->place.baud);
        return NILA_ERR_CONFIG;
    }
    if (tcgetattr(m->fd, &t) != 0) {
        (void)snprintf(m->why, sizeof m->why,
                       tongue("%s bukan porta serial", "%s is not a serial port"), m->place.serial);
        return NILA_ERR_CONFIG;
    }
    cfmakeraw(&t);
    t.c_cflag |= CLOCAL | CREAD;
    t.c_cflag &= (tcflag_t) ~(CSTOPB | PARENB | PARODD | CRTSCTS);
    if (m->place.parity != 'N')
        t.c_cflag |= PARENB;
    if (m->place.parity == 'O')
        t.c_cflag |= PARODD;
    t.c_cc[VMIN] = 0;
    t.c_cc[VTIME] = 0;
    (void)cfsetispeed(&t, SPEED[i].speed);
    (void)cfsetospeed(&t, SPEED[i].speed);
    return tcsetattr(m->fd, TCSANOW, &t) == 0 ? 0 : io_error(m, m->place.serial);
}

static int open_serial(struct master *m)
{
    const char *port = m->place.serial;

    m->fd = open(port, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (m->fd < 0 && errno != EBUSY)
        return io_error(m, port);
    if (m->fd < 0 || flock(m->fd, LOCK_EX | LOCK_NB) != 0) {
        (void)snprintf(
            m->why, sizeof m->why,
            tongue(
                "%s sedang dipakai program lain; bila itu nila-collector: \"calibrate --device "
                "ALAT\" "
                "lewat dia (grup nila-admin atau root), selain itu hentikan dulu: sudo systemctl "
                "stop nila-collector",
                "%s is in use by another program; if that is nila-collector: \"calibrate --device "
                "DEVICE\" through it (group nila-admin or root), else stop it first: sudo "
                "systemctl "
                "stop nila-collector"),
            port);
        return NILA_ERR_BUSY;
    }
    return set_line(m);
}

/* HOST, HOST:PORT, [ADDRESS]:PORT. */
static bool split(const char *text, char *host, size_t size, const char **port)
{
    const char *end = text[0] == '[' ? strchr(text, ']') : strrchr(text, ':');
    size_t n = end == NULL ? strlen(text) : (size_t)(end - text);

    *port = "502";
    if (text[0] == '[') {
        if (end == NULL)
            return false;
        text++;
        n--;
        end = end[1] == ':' ? end + 1 : NULL;
    }
    if (end != NULL)
        *port = end + 1;
    if (n < 1 || n >= size || **port == '\0')
        return false;
    memcpy(host, text, n);
    host[n] = '\0';
    return true;
}

static int connect_to(int fd, const struct addrinfo *a)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    int e = 0;
    socklen_t n = sizeof e;

    if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return -1;
    if (poll(&p, 1, CONNECT_MS) <= 0) {
        errno = ETIMEDOUT;
        return -1;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &n) != 0 || e != 0) {
        errno = e;
        return -1;
    }
    return 0;
}

static int open_tcp(struct master *m)
{
    struct addrinfo hint = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    char host[200];
    const char *port;
    int one = 1;

    if (!split(m->place.tcp, host, sizeof host, &port) ||
        getaddrinfo(host, port, &hint, &list) != 0) {
        (void)snprintf(m->why, sizeof m->why,
                       tongue("alamat %s tidak ditemukan", "address %s is not found"),
                       m->place.tcp);
        return NILA_ERR_CONFIG;
    }
    for (const struct addrinfo *a = list; a != NULL && m->fd < 0; a = a->ai_next) {
        m->fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
        if (m->fd >= 0 && connect_to(m->fd, a) != 0) {
            (void)io_error(m, m->place.tcp);
            (void)close(m->fd);
            m->fd = -1;
        }
    }
    freeaddrinfo(list);
    if (m->fd < 0)
        return NILA_ERR_IO;
    (void)setsockopt(m->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return 0;
}

int master_open(struct master *m, const struct master_place *place)
{
    int rc;

    *m = (struct master){.place = *place, .fd = -1, .lender = {.fd = -1}};
    if (place->socket != NULL) {
        rc = lender_take(&m->lender, place->socket, place->device, m->why, sizeof m->why);
        m->place.unit = (uint8_t)m->lender.unit;
        return rc;
    }
    rc = place->serial != NULL ? open_serial(m) : open_tcp(m);
    if (rc != 0)
        master_close(m);
    return rc;
}

void master_close(struct master *m)
{
    if (m->fd >= 0)
        (void)close(m->fd);
    m->fd = -1;
    if (m->place.socket != NULL)
        lender_return(&m->lender);
}

/* --- one question ------------------------------------------------------------------------------------------------- */

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static void put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

/* What still comes belongs to an earlier question. */
static void drain(const struct master *m)
{
    struct pollfd p = {.fd = m->fd, .events = POLLIN};
    uint8_t junk[FRAME_MAX];
    int quiet = m->place.serial != NULL ? QUIET_MS : 0;

    for (int i = 0; i < 100 && poll(&p, 1, quiet) > 0; i++)
        if (read(m->fd, junk, sizeof junk) <= 0)
            return;
}

static int send_all(struct master *m, const uint8_t *bytes, size_t n)
{
    int64_t end = clock_mono_ms() + MASTER_ANSWER_MS;

    while (n > 0) {
        struct pollfd p = {.fd = m->fd, .events = POLLOUT};
        ssize_t sent =
            m->place.serial != NULL ? write(m->fd, bytes, n) : send(m->fd, bytes, n, MSG_NOSIGNAL);
        if (sent > 0) {
            bytes += sent;
            n -= (size_t)sent;
        } else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            return io_error(m, tongue("tidak dapat mengirim", "cannot send"));
        } else if (clock_mono_ms() > end || poll(&p, 1, 100) < 0) {
            return NILA_ERR_TIMEOUT;
        }
    }
    return 0;
}

/* Length of the answer PDU that begins at p with n bytes known; 0: not known yet. */
static size_t answer_length(const uint8_t *p, size_t n)
{
    if (n < 2)
        return 0;
    if ((p[0] & 0x80) != 0)
        return 2;
    return p[0] == 16 ? 5 : 2 + (size_t)p[1];
}

/* The answer in in[0..n), if it is whole: its PDU, or NULL. */
static const uint8_t *whole(const struct master *m, const uint8_t *in, size_t n)
{
    size_t length;

    if (m->place.tcp != NULL)
        return n >= MBAP + 2 && n >= 6 + (size_t)get16(in + 4) ? in + MBAP : NULL;
    length = n < 2 ? 0 : answer_length(in + 1, n - 1);
    return length > 0 && n >= length + 3 ? in + 1 : NULL;
}

/* Is it the answer to our question? */
static bool fits(const struct master *m, const uint8_t *in, const uint8_t *pdu, uint8_t function)
{
    size_t length = answer_length(pdu, 2);

    if ((pdu[0] & 0x7F) != function)
        return false;
    if (m->place.tcp != NULL)
        return get16(in) == m->transaction && get16(in + 2) == 0 && in[6] == m->place.unit &&
               get16(in + 4) == length + 1;
    return in[0] == m->place.unit && nila_crc(in, length + 3) == 0;
}

static int receive(struct master *m, uint8_t *in, const uint8_t **pdu, uint8_t function)
{
    int64_t end = clock_mono_ms() + MASTER_ANSWER_MS;
    size_t n = 0;

    while ((*pdu = whole(m, in, n)) == NULL) {
        struct pollfd p = {.fd = m->fd, .events = POLLIN};
        int64_t left = end - clock_mono_ms();
        ssize_t got;
        if (left <= 0 || n == FRAME_MAX)
            break;
        if (poll(&p, 1, (int)left) <= 0)
            continue;
        got = read(m->fd, in + n, FRAME_MAX - n);
        if (got == 0 && m->place.tcp != NULL) {
            (void)snprintf(m->why, sizeof m->why, "%s",
                           tongue("sambungan ditutup", "the connection was closed"));
            return NILA_ERR_IO;
        }
        if (got < 0 && errno != EAGAIN && errno != EINTR)
            return io_error(m, tongue("tidak dapat membaca", "cannot read"));
        n += got > 0 ? (size_t)got : 0;
    }
    if (*pdu == NULL && n == 0) {
        (void)snprintf(m->why, sizeof m->why,
                       tongue("unit %u tidak menjawab", "unit %u does not answer"), m->place.unit);
        return NILA_ERR_TIMEOUT;
    }
    if (*pdu == NULL || !fits(m, in, *pdu, function)) {
        (void)snprintf(m->why, sizeof m->why,
                       tongue("jawaban unit %u rusak", "the answer of unit %u is damaged"),
                       m->place.unit);
        return NILA_ERR_PROTO;
    }
    return 0;
}

/* Sends a PDU of n bytes (at frame + MBAP) and waits for its answer; *answer lies in in. */
static int ask(struct master *m, uint8_t *frame, size_t n, uint8_t in[FRAME_MAX],
               const uint8_t **answer)
{
    uint8_t function = frame[MBAP];
    int rc;

    drain(m);
    m->exception = 0;
    if (m->place.tcp != NULL) {
        put16(frame, ++m->transaction);
        put16(frame + 2, 0);
        put16(frame + 4, (uint16_t)(n + 1));
        frame[6] = m->place.unit;
        rc = send_all(m, frame, MBAP + n);
    } else {
        uint16_t crc;
        frame[MBAP - 1] = m->place.unit;
        crc = nila_crc(frame + MBAP - 1, n + 1);
        frame[MBAP + n] = (uint8_t)crc;
        frame[MBAP + n + 1] = (uint8_t)(crc >> 8);
        rc = send_all(m, frame + MBAP - 1, n + 3);
    }
    if (rc == 0)
        rc = receive(m, in, answer, function);
    if (rc != 0)
        return rc;
    if (((*answer)[0] & 0x80) != 0) {
        m->exception = (*answer)[1];
        (void)snprintf(m->why, sizeof m->why,
                       tongue("unit %u menolak (exception %u)", "unit %u refuses (exception %u)"),
                       m->place.unit, m->exception);
        return NILA_ERR_REFUSED;
    }
    return 0;
}

/* The same through the collector. */
static int ask_lender(struct master *m, uint8_t function, uint16_t first, uint16_t count,
                      const uint16_t *value, uint16_t *out)
{
    int rc = lender_ask(&m->lender, function, first, count, value, out, &m->exception, m->why,
                        sizeof m->why);

    if (rc != NILA_ERR_EXCEPTION)
        return rc;
    (void)snprintf(m->why, sizeof m->why,
                   tongue("unit %u menolak (exception %u)", "unit %u refuses (exception %u)"),
                   m->place.unit, m->exception);
    return NILA_ERR_REFUSED;
}

static int read_once(struct master *m, uint8_t function, uint16_t first, uint16_t count,
                     uint16_t *out)
{
    uint8_t frame[FRAME_MAX], in[FRAME_MAX] = {0};
    const uint8_t *answer = in;
    int rc;

    if (m->place.socket != NULL)
        return ask_lender(m, function, first, count, NULL, out);
    frame[MBAP] = function;
    put16(frame + MBAP + 1, first);
    put16(frame + MBAP + 3, count);
    rc = ask(m, frame, 5, in, &answer);
    if (rc == 0 && answer[1] != 2 * count) {
        (void)snprintf(m->why, sizeof m->why,
                       tongue("jawaban unit %u rusak", "the answer of unit %u is damaged"),
                       m->place.unit);
        rc = NILA_ERR_PROTO;
    }
    for (unsigned i = 0; rc == 0 && i < count; i++)
        out[i] = get16(answer + 2 + (size_t)2 * i);
    return rc;
}

int master_read(struct master *m, uint8_t function, uint16_t first, uint16_t count, uint16_t *out)
{
    int rc = NILA_ERR_TIMEOUT;

    for (int attempt = 0; attempt < MASTER_TRIES; attempt++) {
        rc = read_once(m, function, first, count, out);
        if (rc != NILA_ERR_TIMEOUT && rc != NILA_ERR_PROTO)
            break;
    }
    return rc;
}

int master_write(struct master *m, uint16_t first, uint16_t count, const uint16_t *value)
{
    uint8_t frame[FRAME_MAX + 2], in[FRAME_MAX] = {0};
    const uint8_t *answer = in;

    if (m->place.socket != NULL)
        return ask_lender(m, 16, first, count, value, NULL);
    frame[MBAP] = 16;
    put16(frame + MBAP + 1, first);
    put16(frame + MBAP + 3, count);
    frame[MBAP + 5] = (uint8_t)(2 * count);
    for (unsigned i = 0; i < count; i++)
        put16(frame + MBAP + 6 + (size_t)2 * i, value[i]);
    return ask(m, frame, 6 + 2 * (size_t)count, in, &answer);
}

int master_set(struct master *m, uint16_t first, uint16_t count, const uint16_t *value)
{
    int rc = NILA_ERR_TIMEOUT;

    for (int attempt = 0;
         attempt < MASTER_TRIES && (rc == NILA_ERR_TIMEOUT || rc == NILA_ERR_PROTO); attempt++)
        rc = master_write(m, first, count, value);
    return rc;
}

static int write_open(struct master *m, uint16_t first, uint16_t count, const uint16_t *value)
{
    static const uint16_t UNLOCK = NILA_UNLOCK;
    int rc = master_write(m, NILA_HOLD_UNLOCK, 1, &UNLOCK);

    if (rc == NILA_ERR_TIMEOUT || rc == NILA_ERR_PROTO)
        rc = master_write(m, NILA_HOLD_UNLOCK, 1, &UNLOCK); /* opening twice does no harm */
    return rc != 0 ? rc : master_write(m, first, count, value);
}

int master_write_open(struct master *m, uint16_t first, uint16_t count, const uint16_t *value)
{
    int rc;

    m->lender.touched = true;
    rc = write_open(m, first, count, value);

    /* The collector's own word, to a relay say, may have come between and used up the open lock. Nothing was done then. */
    if (rc == NILA_ERR_REFUSED && m->exception == 3 && m->place.socket != NULL)
        rc = write_open(m, first, count, value);
    return rc;
}
