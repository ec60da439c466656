/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support.h"

#include "influxd.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char CONFIG[] = "reporting-disabled = true\n"
                             "bind-address = \"127.0.0.1:0\"\n"
                             "[meta]\ndir = \"%s/meta\"\n"
                             "[data]\ndir = \"%s/data\"\nwal-dir = \"%s/wal\"\n"
                             "[monitor]\nstore-enabled = false\n"
                             "[http]\nbind-address = \"127.0.0.1:%d\"\nlog-enabled = false\n%s\n";

static bool find(char *path, size_t size)
{
    const char *named = getenv("NILA_INFLUXD");
    const char *candidate[] = {named, "build/deps/usr/bin/influxd", "/usr/bin/influxd",
                               "/usr/local/bin/influxd"};

    for (size_t i = 0; i < sizeof candidate / sizeof candidate[0]; i++) {
        if (candidate[i] != NULL && access(candidate[i], X_OK) == 0) {
            (void)snprintf(path, size, "%s", candidate[i]);
            return true;
        }
    }
    printf("skip - influxd is not here (deploy/install-deps demo unpacks one)\n");
    return false;
}

static void become(const char *program, const char *config, int log)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a crashed test leaves nothing behind */
    (void)dup2(log, STDERR_FILENO);
    (void)dup2(log, STDOUT_FILENO);
    (void)execl(program, program, "-config", config, (char *)NULL);
    _exit(127);
}

/* A full pipe would stop influxd: what it says later is read and forgotten. */
static void *drain(void *arg)
{
    int log = *(int *)arg;
    char piece[4096];

    free(arg);
    while (read(log, piece, sizeof piece) > 0)
        ;
    (void)close(log);
    return NULL;
}

/* Reads the log until it names the HTTP port. */
static int wait_for_port(int log)
{
    char text[65536];
    size_t n = 0;

    for (;;) {
        const char *at;
        ssize_t k = read(log, text + n, sizeof text - 1 - n);
        if (k <= 0)
            return -1;
        n += (size_t)k;
        text[n] = '\0';
        at = strstr(text, "Listening on HTTP");
        at = at != NULL && strchr(at, '\n') != NULL ? strstr(at, "addr=127.0.0.1:") : NULL;
        if (at != NULL)
            return (int)strtol(at + strlen("addr=127.0.0.1:"), NULL, 10);
    }
}

/* Starts program on d->dir; port 0: any. Returns the port. */
static int launch(struct influxd *d, const char *program, int port)
{
    char config[300], text[2048];
    int log[2], *drained;
    pthread_t thread;

    (void)snprintf(config, sizeof config, "%s/influxdb.conf", d->dir);
    (void)snprintf(text, sizeof text, CONFIG, d->dir, d->dir, d->dir, port, d->settings);
    support_write(config, text);
    assert_int_equal(pipe(log), 0);
    /* other children of this test must not hold the log open */
    assert_int_equal(fcntl(log[0], F_SETFD, FD_CLOEXEC), 0);
    assert_int_equal(fcntl(log[1], F_SETFD, FD_CLOEXEC), 0);
    d->pid = fork();
    assert_true(d->pid >= 0);
    if (d->pid == 0)
        become(program, config, log[1]);
    (void)close(log[1]);
    port = wait_for_port(log[0]);
    if (port <= 0)
        fail_msg("influxd did not start");
    drained = malloc(sizeof *drained);
    assert_non_null(drained);
    *drained = log[0];
    assert_int_equal(pthread_create(&thread, NULL, drain, drained), 0);
    (void)pthread_detach(thread);
    return port;
}

int influxd_start(struct influxd *d, const char *http_settings)
{
    char program[512];

    *d = (struct influxd){0};
    if (!find(program, sizeof program))
        return -1;
    (void)snprintf(d->dir, sizeof d->dir, "%s", support_tmpdir());
    (void)snprintf(d->settings, sizeof d->settings, "%s", http_settings);
    (void)snprintf(d->url, sizeof d->url, "http://127.0.0.1:%d", launch(d, program, 0));
    return 0;
}

void influxd_kill(struct influxd *d)
{
    (void)kill(d->pid, SIGKILL);
    (void)waitpid(d->pid, NULL, 0);
    d->pid = 0;
}

void influxd_again(struct influxd *d)
{
    char program[512];

    assert_true(d->pid == 0 && find(program, sizeof program));
    (void)launch(d, program, (int)strtol(strrchr(d->url, ':') + 1, NULL, 10));
}

void influxd_stop(struct influxd *d)
{
    if (d->dir[0] == '\0')
        return;
    if (d->pid > 0)
        influxd_kill(d);
    support_rmdir(d->dir);
    *d = (struct influxd){0};
}
