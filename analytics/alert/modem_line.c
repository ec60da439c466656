/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modem_line.h"

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

#include "collector/common/clock.h"

static speed_t speed_of(int baud)
{
    static const struct {
        int baud;
        speed_t speed;
    } ROW[] = {{9600, B9600},   {19200, B19200},   {38400, B38400},
               {57600, B57600}, {115200, B115200}, {230400, B230400}};

    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++)
        if (ROW[i].baud == baud)
            return ROW[i].speed;
    return B115200;
}

static int from_errno(int e)
{
    switch (e) {
    case ENOENT:
    case ENXIO:
    case ENODEV:
        return NILA_ERR_NOT_FOUND;
    case EBUSY:
    case EWOULDBLOCK:
        return NILA_ERR_BUSY;
    case EACCES:
    case EPERM:
        return NILA_ERR_DENIED;
    default:
        return NILA_ERR_IO;
    }
}

/* A pty keeps its exclusive mark after it is closed, and nobody could open it again. */
static bool is_pty(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && major(st.st_rdev) >= 136 && major(st.st_rdev) <= 143;
}

static int set_raw(int fd, int baud)
{
    struct termios t;

    if (tcgetattr(fd, &t) != 0)
        return NILA_ERR_CONFIG;
    cfmakeraw(&t);
    t.c_cflag |= CLOCAL | CREAD;
    t.c_cflag &= ~(tcflag_t)(CRTSCTS | CSTOPB | PARENB);
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    (void)cfsetispeed(&t, speed_of(baud));
    (void)cfsetospeed(&t, speed_of(baud));
    return tcsetattr(fd, TCSANOW, &t) == 0 ? 0 : NILA_ERR_IO;
}

int line_open(struct modem_line *l, const char *port, int baud, char *why, size_t why_size)
{
    int fd = open(port, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC), rc = 0;

    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
        rc = from_errno(errno);
        (void)snprintf(why, why_size, "%.120s: %s", port, strerror(errno));
    } else if (!isatty(fd)) {
        rc = NILA_ERR_CONFIG;
        (void)snprintf(why, why_size, "%.120s is not a serial port", port);
    } else {
        rc = set_raw(fd, baud);
        if (rc != 0)
            (void)snprintf(why, why_size, "%.120s: %s", port, strerror(errno));
    }
    if (rc != 0) {
        if (fd >= 0)
            (void)close(fd);
        return rc;
    }
    if (!is_pty(fd))
        (void)ioctl(fd, TIOCEXCL);
    *l = (struct modem_line){.fd = fd};
    return 0;
}

void line_close(struct modem_line *l)
{
    if (l->fd >= 0) {
        (void)tcflush(l->fd, TCIOFLUSH); /* close waits for what a stuck line does not take */
        (void)close(l->fd);
    }
    l->fd = -1;
    l->n = 0;
}

/* 0 once fd can do events. A poll that has waited the whole rest is the end of it, whatever a test's clock says. */
static int wait_fd(int fd, short events, int wake, int64_t deadline)
{
    for (;;) {
        struct pollfd p[2] = {{.fd = fd, .events = events}, {.fd = wake, .events = POLLIN}};
        int64_t left = deadline - clock_mono_ms();
        int n = poll(p, 2, left < 0 ? 0 : left > 60000 ? 60000 : (int)left);

        if (n < 0 && errno != EINTR)
            return NILA_ERR_CLOSED;
        if (n > 0 && fd >= 0 && (p[0].revents & events) != 0)
            return 0;
        if (n > 0 && fd >= 0 && (p[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
            return NILA_ERR_CLOSED;
        if (n > 0 && wake >= 0 && p[1].revents != 0)
            return NILA_ERR_BUSY;
        if (n == 0 && left <= 60000)
            return NILA_ERR_TIMEOUT;
    }
}

int line_write(struct modem_line *l, const void *bytes, size_t n, int64_t deadline)
{
    const char *p = bytes;

    while (n > 0) {
        ssize_t k = l->fd < 0 ? -1 : write(l->fd, p, n);
        int rc;
        if (k > 0) {
            p += k;
            n -= (size_t)k;
            continue;
        }
        if (l->fd < 0 || (k < 0 && errno != EAGAIN && errno != EINTR))
            return NILA_ERR_CLOSED;
        rc = wait_fd(l->fd, POLLOUT, -1, deadline);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* Takes what the line has; NILA_ERR_CLOSED when it has ended. */
static int fill(struct modem_line *l)
{
    ssize_t k;

    if (l->n == sizeof l->bytes) { /* no line end in all this */
        l->thrown += l->n;
        l->n = 0;
    }
    k = read(l->fd, l->bytes + l->n, sizeof l->bytes - l->n);
    if (k > 0) {
        for (ssize_t i = 0; i < k; i++) {
            unsigned char c = (unsigned char)l->bytes[l->n + (size_t)i];
            if (c != '\r' && c != '\n' && (c < ' ' || c > '~'))
                l->bytes[l->n + (size_t)i] = '?';
        }
        l->n += (size_t)k;
        return 0;
    }
    if (k < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    return NILA_ERR_CLOSED; /* an unplugged adapter reads as end of file or EIO */
}

static void consume(struct modem_line *l, size_t n)
{
    memmove(l->bytes, l->bytes + n, l->n - n);
    l->n -= n;
}

/* Is there a whole line, or a prompt? */
static bool take(struct modem_line *l, char *out, size_t size, bool prompt)
{
    const char *end = memchr(l->bytes, '\n', l->n);
    size_t n = end != NULL ? (size_t)(end - l->bytes) : 0, from = 0;

    if (end == NULL) {
        while (from < l->n && l->bytes[from] == '\r')
            from++;
        if (!prompt || from == l->n || l->bytes[from] != '>')
            return false;
        (void)snprintf(out, size, ">");
        consume(l, l->n);
        return true;
    }
    while (from < n && l->bytes[from] == '\r')
        from++;
    while (n > from && l->bytes[n - 1] == '\r')
        n--;
    if (n - from >= size)
        l->thrown += n - from - (size - 1);
    (void)snprintf(out, size, "%.*s", (int)(n - from), l->bytes + from);
    consume(l, (size_t)(end - l->bytes) + 1);
    return true;
}

int line_read(struct modem_line *l, char *out, size_t size, bool prompt, int64_t deadline)
{
    while (!take(l, out, size, prompt)) {
        int rc = l->fd < 0 ? NILA_ERR_CLOSED : wait_fd(l->fd, POLLIN, -1, deadline);
        if (rc == 0)
            rc = fill(l);
        if (rc != 0)
            return rc;
    }
    return 0;
}

int line_gather(struct modem_line *l)
{
    return fill(l);
}

int line_wait(struct modem_line *l, int wake, int64_t deadline)
{
    if (memchr(l->bytes, '\n', l->n) != NULL)
        return 0;
    return wait_fd(l->fd, POLLIN, wake, deadline);
}

void line_flush(struct modem_line *l)
{
    char junk[256];

    while (l->fd >= 0 && read(l->fd, junk, sizeof junk) > 0)
        l->thrown++;
    l->n = 0;
}
