/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flood: row C13. Browsers of bad will against a running web server on 127.0.0.1, from addresses 127.0.0.2 and on: a thousand silent
 * sockets, a thousand that send a byte a second, bodies of 1 GB, headers without end, requests sent ahead whose answers nobody reads,
 * noise. A browser of good will asks for a page all the while, and is to be answered within a second (on an idle machine within 200 ms;
 * what it took is told), and the server's memory stays bounded.
 *
 *   flood PORT PID SECONDS SEED, so many seconds of each kind */

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "torture.h"

#define SOCKETS   1000
#define ADDRESSES 24 /* the server gives each address 64 places */
#define LIMIT_MS  1000
#define TIMES_MAX 20000
#ifdef __SANITIZE_ADDRESS__ /* and so is the server */
#define RSS_MAX (1024 << 10)
#else
#define RSS_MAX (96 << 10) /* kB */
#endif

enum kind {
    NOBODY,
    IDLE,
    LORIS,
    BODY,
    HEADERS,
    AHEAD,
    NOISE,
    KINDS
};
static const struct {
    const char *name;
    int sockets;
} KIND[KINDS] = {
    [NOBODY] = {"nobody", 0},
    [IDLE] = {"1000 silent sockets", SOCKETS},
    [LORIS] = {"1000 slow ones", SOCKETS},
    [BODY] = {"bodies of 1 GB", 40},
    [HEADERS] = {"endless headers", 40},
    [AHEAD] = {"requests sent ahead", 40},
    [NOISE] = {"noise", 200},
};

static int port;
static pid_t server;

static int64_t now_ms(void)
{
    return clock_mono_ms();
}

static int dial(unsigned address, bool wait)
{
    struct sockaddr_in from = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(0x7f000000u + address)};
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((in_port_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (wait ? 0 : SOCK_NONBLOCK), 0);

    if (fd < 0)
        return -1;
    if (bind(fd, (struct sockaddr *)&from, sizeof from) != 0 ||
        (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS)) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* --- the browser of good will -------------------------------------------------------------------------------------------- */

static struct {
    atomic_bool stop;
    int64_t took[TIMES_MAX];
    size_t n, failed;
} good;

/* One page; how long it took, -1: no good answer. */
static int64_t ask(void)
{
    static const char ASK[] = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const struct timeval patience = {.tv_sec = 20};
    char answer[4096];
    int64_t began = now_ms();
    ssize_t n, all = 0;
    int fd = dial(1, true);

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (send(fd, ASK, sizeof ASK - 1, MSG_NOSIGNAL) != (ssize_t)sizeof ASK - 1) {
        (void)close(fd);
        return -1;
    }
    while ((n = recv(fd, answer, sizeof answer, 0)) > 0)
        if (all == 0 && n > 12 && strncmp(answer, "HTTP/1.1 200", 12) != 0)
            break;
        else
            all += n;
    (void)close(fd);
    return n == 0 && all > 500 ? now_ms() - began : -1;
}

static void *browse(void *arg)
{
    const struct timespec pause = {.tv_nsec = 100000000};

    (void)arg;
    while (!atomic_load(&good.stop) && good.n < TIMES_MAX) {
        int64_t took = ask();
        if (took < 0)
            good.failed++;
        else
            good.took[good.n++] = took;
        (void)nanosleep(&pause, NULL);
    }
    return NULL;
}

/* --- those of bad will ----------------------------------------------------------------------------------------------------- */

struct bad {
    int fd;
    size_t sent; /* bytes of the request */
    int64_t next_ms;
};

static size_t piece(enum kind kind, const struct bad *b, char *out, size_t size, uint64_t *rng)
{
    static const char LORIS_HEAD[] = "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ";
    static const char BODY_HEAD[] = "POST /masuk HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\n"
                                    "Content-Type: application/x-www-form-urlencoded\r\n"
                                    "Content-Length: 1073741824\r\n\r\n";
    static const char AHEAD_ONE[] = "GET /kolam/x HTTP/1.1\r\nHost: x\r\n\r\n";
    size_t n = 0;

    switch (kind) {
    case LORIS:
        out[0] = b->sent < sizeof LORIS_HEAD - 1 ? LORIS_HEAD[b->sent] : 'a';
        return 1;
    case BODY:
        if (b->sent < sizeof BODY_HEAD - 1) {
            memcpy(out, BODY_HEAD + b->sent, sizeof BODY_HEAD - 1 - b->sent);
            return sizeof BODY_HEAD - 1 - b->sent;
        }
        memset(out, 'a', size);
        return size;
    case HEADERS:
        if (b->sent == 0)
            return (size_t)snprintf(out, size, "GET / HTTP/1.1\r\n");
        while (n + 64 < size)
            n += (size_t)snprintf(out + n, size - n, "X-%08x: %016" PRIx64 "\r\n",
                                  (unsigned)torture_random(rng), torture_random(rng));
        return n;
    case AHEAD:
        while (n + sizeof AHEAD_ONE < size) {
            memcpy(out + n, AHEAD_ONE, sizeof AHEAD_ONE - 1);
            n += sizeof AHEAD_ONE - 1;
        }
        return n;
    case NOISE:
        for (n = 0; n < 200; n++)
            out[n] = (char)torture_random(rng);
        return n;
    case NOBODY:
    case IDLE:
    case KINDS:
        break;
    }
    return 0;
}

/* What one does when its time has come; a socket that the server has closed is opened again. */
static void act(struct bad *b, enum kind kind, unsigned i, uint64_t *rng)
{
    char out[16384];
    ssize_t sent;
    size_t n;

    if (b->fd < 0) {
        b->fd = dial(2 + i % ADDRESSES, false);
        b->sent = 0;
    }
    b->next_ms = now_ms() + (kind == LORIS || kind == IDLE ? 500 + torture_below(rng, 1000) : 5);
    if (b->fd < 0)
        return;
    if (kind == IDLE || kind == LORIS) { /* closed? */
        ssize_t got = recv(b->fd, out, sizeof out, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOTCONN)) {
            (void)close(b->fd);
            b->fd = -1;
            return;
        }
    }
    if ((n = piece(kind, b, out, sizeof out, rng)) == 0)
        return;
    sent = send(b->fd, out, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0)
        b->sent += (size_t)sent;
    else if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOTCONN) {
        (void)close(b->fd);
        b->fd = -1;
        b->next_ms = now_ms() + 50;
    }
}

static long proc_number(const char *file, const char *key)
{
    char path[64], line[256];
    long n = -1;
    FILE *f;

    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)server, file);
    if ((f = fopen(path, "re")) == NULL)
        return -1;
    while (n < 0 && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, key, strlen(key)) == 0)
            n = strtol(line + strlen(key), NULL, 10);
    (void)fclose(f);
    return n;
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* One kind for so long. Returns the slowest answer that the browser of good will got. */
static int64_t attack(enum kind kind, int64_t ms, int64_t limit_ms, uint64_t *rng,
                      struct torture_tally *t)
{
    static struct bad bad[SOCKETS];
    const struct timespec nap = {.tv_nsec = 1000000};
    const int64_t until = now_ms() + ms;
    int64_t most;
    pthread_t browser;

    good.n = good.failed = 0;
    atomic_store(&good.stop, false);
    for (int i = 0; i < KIND[kind].sockets; i++)
        bad[i] = (struct bad){.fd = -1};
    if (pthread_create(&browser, NULL, browse, NULL) != 0)
        fatal("no thread");
    while (now_ms() < until) {
        for (int i = 0; i < KIND[kind].sockets; i++)
            if (bad[i].next_ms <= now_ms())
                act(&bad[i], kind, (unsigned)i, rng);
        (void)nanosleep(&nap, NULL);
    }
    atomic_store(&good.stop, true);
    (void)pthread_join(browser, NULL);
    for (int i = 0; i < KIND[kind].sockets; i++)
        if (bad[i].fd >= 0)
            (void)close(bad[i].fd);
    qsort(good.took, good.n, sizeof *good.took, by_time);
    most = good.n > 0 ? good.took[good.n - 1] : -1;
    printf("# %s: %zu pages, median %" PRId64 " ms, 95 in 100 under %" PRId64
           " ms, slowest %" PRId64 " ms, %zu without an answer; the server holds %ld kB\n",
           KIND[kind].name, good.n, good.n > 0 ? good.took[good.n / 2] : -1,
           good.n > 0 ? good.took[good.n * 95 / 100] : -1, most, good.failed,
           proc_number("status", "VmRSS:"));
    t->runs++;
    t->acknowledged += good.n;
    t->lost += good.failed;
    if (good.failed > 0)
        TORTURE_FAULT(t->wrong, "%s: %zu pages were not answered", KIND[kind].name, good.failed);
    if (good.n == 0 || most > limit_ms)
        TORTURE_FAULT(t->wrong, "%s: a page took %" PRId64 " ms, more than %" PRId64,
                      KIND[kind].name, most, limit_ms);
    if (proc_number("status", "VmRSS:") > RSS_MAX || proc_number("status", "VmRSS:") < 0)
        TORTURE_FAULT(t->wrong, "%s: the server holds %ld kB", KIND[kind].name,
                      proc_number("status", "VmRSS:"));
    return most;
}

int main(int argc, char **argv)
{
    struct torture_tally t = {0};
    struct rlimit files = {4096, 4096};
    uint64_t rng;
    int64_t ms, limit;

    if (argc < 5)
        fatal("usage: flood PORT PID SECONDS SEED");
    port = (int)strtol(argv[1], NULL, 10);
    server = (pid_t)strtol(argv[2], NULL, 10);
    ms = 1000 * strtol(argv[3], NULL, 10);
    rng = strtoull(argv[4], NULL, 10);
    (void)setrlimit(RLIMIT_NOFILE, &files);
    /* a busy machine is slow without anybody's bad will: the bound is then five times what it takes alone */
    limit = 5 * attack(NOBODY, ms, INT64_MAX, &rng, &t);
    limit = limit > LIMIT_MS ? limit : LIMIT_MS;
    for (int k = IDLE; k < KINDS; k++)
        (void)attack((enum kind)k, ms, limit, &rng, &t);
    return torture_end(&t);
}
