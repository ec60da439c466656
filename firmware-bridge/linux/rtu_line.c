/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* NOLINT: ppoll */
#include "rtu_line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/log.h"
#include "firmware-bridge/core/nila_rtu.h"

#include "rtu_ear.h"
#include "tty.h"
#include "uart.h"

#define PATH_SIZE SITE_PATH_SIZE

#define NS_PER_MS 1000000LL

struct rtu_line {
    struct simbus *bus;
    int fd;       /* our end */
    int other_fd; /* the master's end, only held */
    char path[PATH_SIZE];
    char *link;          /* NULL: none made */
    bool port;           /* path is a serial port, not a pty of ours */
    int why;             /* errno of the last try to open it */
    bool lost;           /* it failed: a rest before the next try */
    struct nila_rtu rtu; /* how the nodes hear the line */
    struct rtu_ear ear;  /* and how the other devices do */
    struct uart uart;
    int64_t t35_ns;
    bool hearing; /* bytes came and the silence after them did not yet */
    bool held;    /* t3.5 has passed, but the request is not all there */
};

static int error_of(int e)
{
    switch (e) {
    case EEXIST:
    case EISDIR:
        return NILA_ERR_BUSY;
    case EACCES:
    case EPERM:
    case EROFS:
        return NILA_ERR_DENIED;
    case ENOENT:
    case ENOTDIR:
        return NILA_ERR_NOT_FOUND;
    default:
        return NILA_ERR_IO;
    }
}

/* Makes link -> target in one step, replacing a link of that name but nothing else. 0 or -1 with errno. */
static int make_link(const char *target, const char *link)
{
    size_t size = strlen(link) + 24;
    char *fresh = xcalloc(size, 1);
    struct stat st;
    int e, rc = -1;

    (void)snprintf(fresh, size, "%s.new-%ld", link, (long)getpid());
    if (lstat(link, &st) == 0 && !S_ISLNK(st.st_mode)) {
        errno = EEXIST;
    } else {
        (void)unlink(fresh); /* left by a process of this number that died here */
        rc = symlink(target, fresh);
        if (rc == 0 && (rc = rename(fresh, link)) != 0) {
            e = errno;
            (void)unlink(fresh);
            errno = e;
        }
    }
    free(fresh);
    return rc;
}

static void remove_link(const struct rtu_line *l)
{
    char target[PATH_SIZE];
    ssize_t n = readlink(l->link, target, sizeof target - 1);

    if (n < 0)
        return; /* somebody else removed it */
    target[n] = '\0';
    if (strcmp(target, l->path) == 0 && unlink(l->link) != 0)
        log_warn("bus %s: cannot remove %s", l->bus->bus->slug, l->link);
}

/* 0 or -1 with errno. */
static int open_pty(struct rtu_line *l)
{
    struct termios t;
    int flags;

    if (openpty(&l->fd, &l->other_fd, NULL, NULL, NULL) != 0)
        return -1;
    if (ttyname_r(l->other_fd, l->path, sizeof l->path) != 0 || tcgetattr(l->other_fd, &t) != 0)
        return -1;
    cfmakeraw(&t); /* no echo, no translation, whatever bytes come */
    flags = fcntl(l->fd, F_GETFL);
    if (tcsetattr(l->other_fd, TCSANOW, &t) != 0 || flags < 0 ||
        fcntl(l->fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(l->fd, F_SETFD, FD_CLOEXEC) != 0 ||
        fcntl(l->other_fd, F_SETFD, FD_CLOEXEC) != 0)
        return -1;
    return 0;
}

int rtu_line_open(struct rtu_line **out, struct simbus *bus, const char *link, int baud, char *why,
                  size_t why_size)
{
    struct rtu_line *l = xcalloc(1, sizeof *l);
    const struct site_bus *b = bus->bus;
    int rc;

    l->bus = bus;
    l->fd = l->other_fd = -1;
    nila_rtu_init(&l->rtu, &bus->units);
    uart_init(&l->uart, baud > 0 ? uart_char_ns(baud, b->parity, b->stop_bits) : 0);
    l->t35_ns = 1000LL * nila_rtu_t35_us((uint32_t)(baud > 0 ? baud : b->baud));
    if (open_pty(l) != 0) {
        (void)snprintf(why, why_size, "bus %s: no pseudo terminal: %s", bus->bus->slug,
                       strerror(errno));
        rtu_line_close(l);
        return NILA_ERR_IO;
    }
    if (link != NULL && make_link(l->path, link) != 0) {
        rc = error_of(errno);
        (void)snprintf(why, why_size, "bus %s: cannot make the link %.80s: %s", bus->bus->slug,
                       link, strerror(errno));
        rtu_line_close(l);
        return rc;
    }
    if (link != NULL)
        l->link = xstrdup(link);
    *out = l;
    return 0;
}

struct rtu_line *rtu_line_on_port(struct simbus *bus)
{
    struct rtu_line *l = xcalloc(1, sizeof *l);

    l->bus = bus;
    l->fd = l->other_fd = -1;
    l->port = true;
    nila_rtu_init(&l->rtu, &bus->units);
    uart_init(&l->uart, 0); /* the port's own clock sends the bytes */
    l->t35_ns = 1000LL * nila_rtu_t35_us((uint32_t)bus->bus->baud);
    (void)snprintf(l->path, sizeof l->path, "%s", bus->bus->port);
    return l;
}

const char *rtu_line_path(const struct rtu_line *l)
{
    return l->path;
}

void rtu_line_close(struct rtu_line *l)
{
    if (l == NULL)
        return;
    if (l->link != NULL)
        remove_link(l);
    if (l->fd >= 0)
        (void)close(l->fd);
    if (l->other_fd >= 0)
        (void)close(l->other_fd);
    uart_clear(&l->uart);
    free(l->link);
    free(l);
}

/* The line's own clock: ms are too coarse for characters, and a clock that a test put in the place of the machine's cannot
 * move the bytes of a pty. */
static int64_t now_ns(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        fatal("no monotonic clock: %s", strerror(errno));
    return (int64_t)t.tv_sec * 1000 * NS_PER_MS + t.tv_nsec;
}

/* The line fell silent: the answer of whoever was asked. A node or another device, never both: unit ids differ. */
static void what_was_said(struct rtu_line *l, struct sim_reply *r)
{
    uint8_t framed[NILA_RTU_MAX];
    struct nila_answer a;

    simbus_lock(l->bus);
    a = nila_rtu_end(&l->rtu, framed);
    simbus_unlock(l->bus);
    rtu_ear_end(&l->ear, l->bus, r);
    if (a.n == 0)
        return;
    *r = (struct sim_reply){.a = a, .delay_ms = a.node->response_ms};
    r->a.n = a.n - 3; /* without unit id and CRC */
    memcpy(r->pdu, framed + 1, r->a.n);
}

/* When the silence is long enough. */
static int64_t silent_ns(const struct rtu_line *l)
{
    return l->uart.heard_ns + (l->held ? NILA_RTU_HOLD_MS * NS_PER_MS : l->t35_ns);
}

/* The line fell silent: answer, if there is something to answer. */
static void answer(struct rtu_line *l)
{
    uint8_t out[WIRE_MAX];
    const int64_t asked_ns = silent_ns(l);
    struct busfault_hit hit;
    struct sim_reply r;
    int64_t due_ns;
    size_t n;

    what_was_said(l, &r);
    if (r.a.n == 0 || !simbus_release(l->bus, &r, &hit))
        return;
    n = busfault_rtu(&hit, r.a.unit, r.pdu, r.a.n, out);
    due_ns = asked_ns + r.delay_ms * NS_PER_MS;
    uart_send(&l->uart, out, n, due_ns);
    if (hit.kind == BUSFAULT_DUPLICATE)
        uart_send(&l->uart, out, n, due_ns + (int64_t)n * l->uart.char_ns + 2 * l->t35_ns);
}

static void listen_on(struct rtu_line *l, int64_t now)
{
    if (!l->hearing || now < silent_ns(l))
        return;
    if (!l->held && (nila_rtu_unfinished(&l->rtu) || rtu_ear_unfinished(&l->ear, l->bus))) {
        l->held = true;
        return;
    }
    answer(l);
    l->hearing = l->held = false;
}

/* Feeds what arrived; while our own driver is on nothing is heard. False: the line is broken. */
static bool receive(struct rtu_line *l)
{
    uint8_t in[NILA_RTU_MAX];
    ssize_t n = read(l->fd, in, sizeof in);

    if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
        return true;
    if (n > 0 && !uart_driving(&l->uart)) {
        for (ssize_t i = 0; i < n; i++) {
            nila_rtu_byte(&l->rtu, in[i]);
            rtu_ear_byte(&l->ear, in[i]);
        }
        uart_hear(&l->uart, (size_t)n, now_ns());
        l->hearing = true;
        l->held = false;
    }
    return n > 0;
}

/* Sends what is due. A master can't have answered a byte that it does not have yet: what it said before is read, and lost,
 * first. */
static bool transmit(struct rtu_line *l, int64_t now)
{
    uint8_t out[WIRE_MAX];
    size_t n;

    if (uart_driving(&l->uart) && uart_next_ns(&l->uart) <= now && !receive(l))
        return false;
    while ((n = uart_take(&l->uart, now, out)) > 0) {
        ssize_t sent;
        do
            sent = write(l->fd, out, n);
        while (sent < 0 && errno == EINTR);
        /* Nobody reads: on a line the bytes would be gone too. */
        if (sent < (ssize_t)n)
            log_debug("bus %s: %zu bytes of an answer found no reader", l->bus->bus->slug,
                      sent > 0 ? n - (size_t)sent : n);
    }
    return true;
}

/* Until something comes or is due. As poll. */
static int wait_for(const struct rtu_line *l, struct pollfd p[2])
{
    int64_t at_ns = uart_next_ns(&l->uart), left_ns;
    struct timespec t;

    if (l->hearing && silent_ns(l) < at_ns)
        at_ns = silent_ns(l);
    if (at_ns == INT64_MAX)
        return ppoll(p, 2, NULL, NULL);
    left_ns = at_ns - now_ns();
    if (left_ns < 0)
        left_ns = 0;
    t = (struct timespec){.tv_sec = left_ns / (1000 * NS_PER_MS),
                          .tv_nsec = left_ns % (1000 * NS_PER_MS)};
    return ppoll(p, 2, &t, NULL);
}

/* Tries to open the port, after a rest when it failed before. False: it is time to stop. */
static bool find_port(struct rtu_line *l, int stop_fd)
{
    const struct site_bus *b = l->bus->bus;
    struct pollfd p = {.fd = stop_fd, .events = POLLIN};

    if (l->lost && poll(&p, 1, RTU_LINE_RETRY_MS) > 0)
        return false;
    l->fd = tty_open(l->path, b->baud, b->parity, b->stop_bits);
    l->lost = l->fd < 0;
    if (!l->lost)
        log_info("bus %s: %s is open", b->slug, l->path);
    else if (l->why != errno)
        log_warn("bus %s: %s, next try every %d s", b->slug, l->path, RTU_LINE_RETRY_MS / 1000);
    l->why = l->lost ? errno : 0;
    return true;
}

/* A port that went away may come back; a pty of our own does not. */
static bool lose_port(struct rtu_line *l)
{
    log_warn("bus %s: %s failed, %s", l->bus->bus->slug, l->path,
             l->port ? "it is looked for again" : "this bus is silent until the next start");
    if (!l->port)
        return false;
    (void)close(l->fd);
    l->fd = -1;
    l->lost = true;
    l->hearing = l->held = false;
    uart_clear(&l->uart);
    nila_rtu_init(&l->rtu, &l->bus->units);
    return true;
}

void rtu_line_run(struct rtu_line *l, int stop_fd)
{
    for (;;) {
        struct pollfd p[2] = {{.fd = stop_fd, .events = POLLIN}, {.fd = l->fd, .events = POLLIN}};
        bool good;
        int n;

        if (l->fd < 0) {
            if (!find_port(l, stop_fd))
                return;
            continue;
        }
        n = wait_for(l, p);
        good = n >= 0 || errno == EINTR;
        if (n > 0 && p[0].revents != 0)
            return;
        if (n > 0)
            good = receive(l);
        if (good) {
            listen_on(l, now_ns());
            good = transmit(l, now_ns());
        }
        if (!good && !lose_port(l))
            return;
    }
}
