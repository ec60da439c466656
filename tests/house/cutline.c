/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cutline: a line that breaks. Hands bytes on between whoever connects and a port of this machine, and cuts each connection after a
 * number of bytes that chance gives it, in the middle of whatever is under way, in either direction.
 *
 *   cutline PORT SEED PORT_FILE CALM_FILE
 *
 * Its own port is written to PORT_FILE. While CALM_FILE exists nothing is cut. SIGTERM: "connections N cut M" to stdout, and the end. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PAIRS = 16,
    BUDGET_LEAST = 100,
    BUDGET_MOST =
        24000 /* less than a usual message: it gets through only when it is made smaller */
};

static volatile sig_atomic_t ended;
static uint64_t state;

struct pair {
    int fd[2]; /* the client, the office; -1 none */
    long budget;
};

static void end(int signal)
{
    (void)signal;
    ended = 1;
}

static uint64_t rnd(void) /* splitmix64 */
{
    uint64_t z = state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

static int dial(int port)
{
    struct sockaddr_in a = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

/* At once, so that what is under way is lost. */
static void cut(struct pair *p)
{
    const struct linger now = {1, 0};

    for (int i = 0; i < 2; i++) {
        if (p->fd[i] < 0)
            continue;
        (void)setsockopt(p->fd[i], SOL_SOCKET, SO_LINGER, &now, sizeof now);
        (void)close(p->fd[i]);
        p->fd[i] = -1;
    }
}

static bool hand_on(int to, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t k = send(to, bytes, n, MSG_NOSIGNAL);
        if (k <= 0)
            return false;
        bytes += k;
        n -= (size_t)k;
    }
    return true;
}

/* Hands on what came; true: the connection has ended, *broken when chance ended it. */
static bool carry(struct pair *p, int from, bool calm, bool *broken)
{
    char bytes[4096];
    ssize_t n = recv(p->fd[from], bytes, sizeof bytes, 0);

    if (n <= 0)
        return true;
    if (!calm && n > p->budget) {
        (void)hand_on(p->fd[1 - from], bytes, (size_t)p->budget);
        *broken = true;
        return true;
    }
    p->budget -= calm ? 0 : n;
    return !hand_on(p->fd[1 - from], bytes, (size_t)n);
}

static int open_port(const char *file)
{
    struct sockaddr_in a = loopback(0);
    socklen_t size = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    FILE *out;

    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, PAIRS) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &size) != 0)
        return -1;
    out = fopen(file, "we");
    if (out == NULL || fprintf(out, "%d\n", ntohs(a.sin_port)) < 0 || fclose(out) != 0)
        return -1;
    return fd;
}

static void welcome(struct pair *pair, int client, int port)
{
    for (int i = 0; i < PAIRS; i++) {
        if (pair[i].fd[0] >= 0)
            continue;
        pair[i].fd[0] = client;
        pair[i].fd[1] = dial(port);
        pair[i].budget = BUDGET_LEAST + (long)(rnd() % BUDGET_MOST);
        if (pair[i].fd[1] < 0)
            cut(&pair[i]);
        return;
    }
    (void)close(client);
}

int main(int argc, char **argv)
{
    struct pair pair[PAIRS];
    const struct sigaction on_end = {.sa_handler = end};
    long connections = 0, cuts = 0;
    int port, fd;

    if (argc != 5)
        return 64;
    port = (int)strtol(argv[1], NULL, 10);
    state = strtoull(argv[2], NULL, 10);
    memset(pair, 0xff, sizeof pair); /* no descriptors */
    (void)sigaction(SIGTERM, &on_end, NULL);
    fd = open_port(argv[3]);
    if (fd < 0)
        return 1;
    while (!ended) {
        struct pollfd all[2 * PAIRS + 1];
        bool calm;

        for (int i = 0; i < 2 * PAIRS; i++)
            all[i] = (struct pollfd){.fd = pair[i / 2].fd[i % 2], .events = POLLIN};
        all[2 * PAIRS] = (struct pollfd){.fd = fd, .events = POLLIN};
        if (poll(all, 2 * PAIRS + 1, 1000) <= 0)
            continue;
        calm = access(argv[4], F_OK) == 0;
        for (int i = 0; i < 2 * PAIRS; i++) {
            struct pair *p = &pair[i / 2];
            bool broken = false;
            if (all[i].revents == 0 || p->fd[i % 2] != all[i].fd)
                continue;
            if (carry(p, i % 2, calm, &broken))
                cut(p);
            cuts += broken;
        }
        if (all[2 * PAIRS].revents != 0) {
            int client = accept(fd, NULL, NULL);
            if (client >= 0) {
                connections++;
                welcome(pair, client, port);
            }
        }
    }
    printf("connections %ld cut %ld\n", connections, cuts);
    return 0;
}
