/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rtu_line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "collector/common/log.h"
#include "firmware-bridge/core/nila_crc.h"
#include "firmware-bridge/core/nila_rtu.h"

#include "rtu_ear.h"

#define PATH_SIZE 64

struct rtu_line {
    struct simbus *bus;
    int fd;       /* our end */
    int other_fd; /* the master's end, only held */
    char path[PATH_SIZE];
    char *link;          /* NULL: none made */
    struct nila_rtu rtu; /* how the nodes hear the line */
    struct rtu_ear ear;  /* and how the other devices do */
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

int rtu_line_open(struct rtu_line **out, struct simbus *bus, const char *link, char *why,
                  size_t why_size)
{
    struct rtu_line *l = xcalloc(1, sizeof *l);
    int rc;

    l->bus = bus;
    l->fd = l->other_fd = -1;
    nila_rtu_init(&l->rtu, &bus->units);
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
    free(l->link);
    free(l);
}

/* Waits up to ms, true when stop_fd became readable. */
static bool stopped_within(int stop_fd, int ms)
{
    struct pollfd p = {.fd = stop_fd, .events = POLLIN};

    return poll(&p, 1, ms) > 0;
}

/* The line fell silent: the answer of whoever was asked. A node or another device, never both: unit ids differ. */
static void what_was_said(struct rtu_line *l, struct sim_reply *r)
{
    uint8_t framed[NILA_RTU_MAX];
    struct nila_answer a = nila_rtu_end(&l->rtu, framed);

    rtu_ear_end(&l->ear, l->bus, r);
    if (a.n == 0)
        return;
    *r = (struct sim_reply){.a = a, .delay_ms = a.node->response_ms};
    r->a.n = a.n - 3; /* without unit id and CRC */
    memcpy(r->pdu, framed + 1, r->a.n);
}

static size_t frame(const struct sim_reply *r, uint8_t out[NILA_RTU_MAX])
{
    uint16_t crc;

    out[0] = r->a.unit;
    memcpy(out + 1, r->pdu, r->a.n);
    crc = nila_crc(out, 1 + r->a.n);
    out[1 + r->a.n] = (uint8_t)crc;
    out[2 + r->a.n] = (uint8_t)(crc >> 8);
    return r->a.n + 3;
}

/* The line fell silent: answer, if there is something to answer. */
static void answer(struct rtu_line *l, int stop_fd)
{
    uint8_t out[NILA_RTU_MAX];
    struct sim_reply r;
    size_t sent = 0, length;

    what_was_said(l, &r);
    if (r.a.n == 0 || !simbus_release(l->bus, &r))
        return;
    if (r.delay_ms > 0 && stopped_within(stop_fd, r.delay_ms))
        return;
    length = frame(&r, out);
    while (sent < length) {
        ssize_t n = write(l->fd, out + sent, length - sent);
        if (n > 0) {
            sent += (size_t)n;
        } else if (n == 0 || errno != EINTR) {
            /* Nobody reads: on a line the bytes would be gone too. */
            log_debug("bus %s: an answer of unit %u found no reader", l->bus->bus->slug,
                      (unsigned)r.a.unit);
            return;
        }
    }
}

/* Feeds what arrived. False: the line is broken. */
static bool receive(struct rtu_line *l)
{
    uint8_t in[NILA_RTU_MAX];
    ssize_t n = read(l->fd, in, sizeof in);

    if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
        return true;
    for (ssize_t i = 0; i < n; i++) {
        nila_rtu_byte(&l->rtu, in[i]);
        rtu_ear_byte(&l->ear, in[i]);
    }
    return n > 0;
}

void rtu_line_run(struct rtu_line *l, int stop_fd)
{
    /* t3.5 is the least silence that ends a frame: rounded up. */
    const int t35_ms = (int)(nila_rtu_t35_us((uint32_t)l->bus->bus->baud) + 999) / 1000;
    bool idle = true, held = false; /* held: t3.5 has passed, but the request is not all there */

    for (;;) {
        struct pollfd p[2] = {{.fd = stop_fd, .events = POLLIN}, {.fd = l->fd, .events = POLLIN}};
        int n = poll(p, 2, idle ? -1 : held ? NILA_RTU_HOLD_MS - t35_ms : t35_ms);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || (n > 0 && p[0].revents == 0 && !receive(l))) {
            log_warn("bus %s: %s failed, this bus is silent until the next start",
                     l->bus->bus->slug, l->path);
            return;
        }
        if (n > 0 && p[0].revents != 0)
            return;
        if (n > 0) {
            idle = held = false;
        } else if (!held && NILA_RTU_HOLD_MS > t35_ms &&
                   (nila_rtu_unfinished(&l->rtu) || rtu_ear_unfinished(&l->ear, l->bus))) {
            held = true;
        } else {
            idle = true;
            answer(l, stop_fd);
        }
    }
}
