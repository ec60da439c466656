/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support.h"

#include "victoria.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/clock.h"

static bool find(char *path, size_t size)
{
    const char *candidate[] = {getenv("NILA_VICTORIA_METRICS"),
                               "build/deps/usr/bin/victoria-metrics", "/usr/bin/victoria-metrics",
                               "/usr/local/bin/victoria-metrics"};

    for (size_t i = 0; i < sizeof candidate / sizeof candidate[0]; i++) {
        if (candidate[i] != NULL && access(candidate[i], X_OK) == 0) {
            (void)snprintf(path, size, "%s", candidate[i]);
            return true;
        }
    }
    printf("skip - victoria-metrics is not here (deploy/install-deps test unpacks one)\n");
    return false;
}

/* A port that was free a moment ago: this server cannot say which one it got for port 0. */
static int free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    (void)close(fd);
    return ntohs(a.sin_port);
}

static void become(const char *program, const char *dir, int port)
{
    char data[300], address[60];
    int null = open("/dev/null", O_WRONLY);

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a crashed test leaves nothing behind */
    (void)dup2(null, STDERR_FILENO);
    (void)dup2(null, STDOUT_FILENO);
    (void)snprintf(data, sizeof data, "-storageDataPath=%s/data", dir);
    (void)snprintf(address, sizeof address, "-httpListenAddr=127.0.0.1:%d", port);
    (void)execl(program, program, data, address, "-retentionPeriod=31d",
                "-dedup.minScrapeInterval=1ms", "-memory.allowedBytes=67108864", (char *)NULL);
    _exit(127);
}

static bool answers(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool yes = fd >= 0 && connect(fd, (const struct sockaddr *)&a, sizeof a) == 0;

    if (fd >= 0)
        (void)close(fd);
    return yes;
}

/* Until it listens; false when it has ended (somebody else has taken the port). */
static bool comes_up(struct victoria *v, int port)
{
    static const struct timespec NAP = {.tv_nsec = 20000000};
    const int64_t until = clock_mono_ms() + 30000;

    while (clock_mono_ms() < until) {
        if (waitpid(v->pid, NULL, WNOHANG) != 0)
            return false;
        if (answers(port))
            return true;
        (void)nanosleep(&NAP, NULL);
    }
    fail_msg("victoria-metrics did not start in 30 s");
    return false;
}

int victoria_start(struct victoria *v)
{
    char program[512];

    *v = (struct victoria){0};
    if (!find(program, sizeof program))
        return -1;
    (void)snprintf(v->dir, sizeof v->dir, "%s", support_tmpdir());
    for (int tries = 0; tries < 5; tries++) {
        int port = free_port();
        v->pid = fork();
        assert_true(v->pid >= 0);
        if (v->pid == 0)
            become(program, v->dir, port);
        (void)snprintf(v->url, sizeof v->url, "http://127.0.0.1:%d", port);
        if (comes_up(v, port))
            return 0;
    }
    fail_msg("victoria-metrics ends at once");
    return -1;
}

void victoria_stop(struct victoria *v)
{
    if (v->pid <= 0)
        return;
    (void)kill(v->pid, SIGKILL);
    (void)waitpid(v->pid, NULL, 0);
    support_rmdir(v->dir);
    *v = (struct victoria){0};
}
