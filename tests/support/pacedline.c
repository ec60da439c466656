/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* NOLINT: ppoll */
#include "tests/support/pacedline.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define NS   1000000000LL
#define ROOM 8192

/* Bytes on their way to one end. */
struct way {
    uint8_t queue[ROOM];
    size_t head, n;
    int64_t due_ns; /* when the next one is there */
};

/* What arrives at one end in one moment, and so in one piece. */
struct piece {
    uint8_t byte[2 * ROOM];
    size_t n;
};

struct pacedline {
    int fd[2]; /* pty, far */
    int held;  /* the pty's other end: without a holder its closing would end the line */
    int wake;
    pthread_t thread;
    pthread_mutex_t mutex; /* for what follows, but the ways */
    bool stop;
    int64_t char_ns;
    unsigned per_10000;
    uint64_t random;
    struct pacedline_count count;
    struct way way[2];  /* to fd[0], to fd[1] */
    struct piece piece; /* the line's thread's own */
};

static int64_t now_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * NS + t.tv_nsec;
}

/* splitmix64 (Vigna 2015) */
static uint64_t rnd(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15U;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

/* The next byte of a way arrives, as it is or disturbed. With the mutex. */
static void arrive(struct pacedline *l, struct way *w, struct piece *out)
{
    uint8_t byte = w->queue[w->head];
    const uint64_t chance = rnd(&l->random);
    bool lost = false;

    w->head = (w->head + 1) % ROOM;
    w->n--;
    w->due_ns += l->char_ns;
    l->count.bytes++;
    if (chance % 10000 < l->per_10000) {
        const unsigned kind = (unsigned)(chance / 10000 % 3);
        l->count.disturbed++;
        if (kind == 0) {
            byte ^= (uint8_t)(1U << (chance >> 40) % 8);
        } else if (kind == 1) {
            out->byte[out->n++] = (uint8_t)(chance >> 48);
            w->due_ns += l->char_ns;
        } else {
            lost = true;
        }
    }
    if (!lost)
        out->byte[out->n++] = byte;
}

/* All that is due by now. With the mutex. */
static void deliver(struct pacedline *l, unsigned to, int64_t now)
{
    struct way *w = &l->way[to];
    struct piece *out = &l->piece;
    ssize_t n;

    out->n = 0;
    if (l->char_ns > 0 && w->n > 0 && now - w->due_ns > PACEDLINE_LATE_MS * (NS / 1000))
        l->count.late++;
    while (w->n > 0 && w->due_ns <= now)
        arrive(l, w, out);
    if (out->n == 0)
        return;
    do
        n = write(l->fd[to], out->byte, out->n);
    while (n < 0 && errno == EINTR); /* bytes nobody takes are lost, as on a wire */
}

/* False: that end is gone. */
static bool take(struct pacedline *l, unsigned from)
{
    struct way *w = &l->way[!from];
    uint8_t in[256];
    ssize_t n = read(l->fd[from], in, sizeof in);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (w->n == 0 && n > 0)
        w->due_ns = now_ns() + l->char_ns;
    for (ssize_t i = 0; i < n && w->n < ROOM; i++) {
        w->queue[(w->head + w->n) % ROOM] = in[i];
        w->n++;
    }
    return n > 0;
}

static void *run(void *arg)
{
    struct pacedline *l = arg;
    bool open = true;

    while (open) {
        struct pollfd p[3] = {{l->fd[0], POLLIN, 0}, {l->fd[1], POLLIN, 0}, {l->wake, POLLIN, 0}};
        int64_t wait_ns = NS, now = now_ns();
        struct timespec t;
        for (unsigned i = 0; i < 2; i++)
            if (l->way[i].n > 0 && l->way[i].due_ns - now < wait_ns)
                wait_ns = l->way[i].due_ns > now ? l->way[i].due_ns - now : 0;
        t = (struct timespec){wait_ns / NS, wait_ns % NS};
        (void)ppoll(p, 3, &t, NULL);
        (void)pthread_mutex_lock(&l->mutex);
        for (unsigned i = 0; i < 2; i++)
            if ((p[i].revents & (POLLIN | POLLHUP)) != 0 && !take(l, i))
                open = false;
        now = now_ns();
        for (unsigned i = 0; i < 2; i++)
            deliver(l, i, now);
        open = open && !l->stop;
        (void)pthread_mutex_unlock(&l->mutex);
    }
    return NULL;
}

static bool make_raw(int fd)
{
    struct termios t;

    if (tcgetattr(fd, &t) != 0)
        return false;
    cfmakeraw(&t);
    return tcsetattr(fd, TCSANOW, &t) == 0;
}

static int open_far(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct stat st;
    int fd;

    if (stat(path, &st) != 0)
        return -1;
    if (!S_ISSOCK(st.st_mode)) {
        fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        return fd >= 0 && make_raw(fd) ? fd : -1;
    }
    if (strlen(path) >= sizeof a.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(a.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static void free_line(struct pacedline *l)
{
    const int fd[] = {l->fd[0], l->fd[1], l->held, l->wake};

    for (size_t i = 0; i < sizeof fd / sizeof fd[0]; i++)
        if (fd[i] >= 0)
            (void)close(fd[i]);
    (void)pthread_mutex_destroy(&l->mutex);
    free(l);
}

struct pacedline *pacedline_start(const char *far, char *near, size_t size)
{
    struct pacedline *l = calloc(1, sizeof *l);
    int e;

    if (l == NULL)
        return NULL;
    (void)pthread_mutex_init(&l->mutex, NULL);
    l->fd[0] = l->held = l->wake = -1;
    l->fd[1] = open_far(far);
    if (l->fd[1] >= 0 && (l->wake = eventfd(0, EFD_CLOEXEC)) >= 0 &&
        openpty(&l->fd[0], &l->held, NULL, NULL, NULL) == 0 && make_raw(l->held) &&
        ttyname_r(l->held, near, size) == 0 && fcntl(l->fd[0], F_SETFL, O_NONBLOCK) == 0 &&
        fcntl(l->fd[1], F_SETFL, O_NONBLOCK) == 0 && pthread_create(&l->thread, NULL, run, l) == 0)
        return l;
    e = errno;
    free_line(l);
    errno = e;
    return NULL;
}

void pacedline_set(struct pacedline *l, unsigned baud, unsigned bits, unsigned per_10000,
                   uint64_t seed)
{
    (void)pthread_mutex_lock(&l->mutex);
    l->char_ns = baud == 0 ? 0 : NS * bits / baud;
    l->per_10000 = per_10000;
    l->random = seed;
    (void)pthread_mutex_unlock(&l->mutex);
}

struct pacedline_count pacedline_count(struct pacedline *l)
{
    struct pacedline_count c;

    (void)pthread_mutex_lock(&l->mutex);
    c = l->count;
    (void)pthread_mutex_unlock(&l->mutex);
    return c;
}

void pacedline_stop(struct pacedline *l)
{
    const uint64_t one = 1;

    if (l == NULL)
        return;
    (void)pthread_mutex_lock(&l->mutex);
    l->stop = true;
    (void)pthread_mutex_unlock(&l->mutex);
    if (write(l->wake, &one, sizeof one) == sizeof one)
        (void)pthread_join(l->thread, NULL);
    free_line(l);
}
