/* SPDX-License-Identifier: GPL-3.0-or-later */
/* program: nila-bridge simulate, the program itself, started by a test and ended by it. */
#ifndef TESTS_BRIDGE_PROGRAM_H
#define TESTS_BRIDGE_PROGRAM_H

#include "tests/support/support.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

struct program {
    char dir[256], site[300], ready[300], truth[300], said[300], link[300];
    pid_t pid;
    char *text; /* of the ready file */
};

/* The program beside this test: build/tests/bridge/test_x -> build/bin/nila-bridge. */
static inline void program_path(char *out, size_t size)
{
    char self[512];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    assert_true(n > 0);
    self[n] = '\0';
    for (int up = 0; up < 3; up++)
        *strrchr(self, '/') = '\0';
    (void)snprintf(out, size, "%s/bin/nila-bridge", self);
}

static inline void program_wait_ready(struct program *p)
{
    int fd = inotify_init1(IN_CLOEXEC);
    struct pollfd w = {.fd = fd, .events = POLLIN};
    char events[4096];

    assert_true(fd >= 0);
    assert_true(inotify_add_watch(fd, p->dir, IN_MOVED_TO) >= 0);
    while (access(p->ready, R_OK) != 0) {
        if (poll(&w, 1, 30000) <= 0)
            fail_msg("not ready within half a minute: %s", support_read(p->said, NULL));
        assert_true(read(fd, events, sizeof events) > 0);
    }
    (void)close(fd);
    p->text = support_read(p->ready, NULL);
}

/* Ready, truth log and the serial bus's link are in p; what it says goes to p->said. extra: more options, NULL at the end. */
static inline void program_start(struct program *p, const char *site, const char *const *extra)
{
    char path[600];
    const char *argv[40] = {path,      "simulate", p->site,  "--ready",   p->ready,
                            "--truth", p->truth,   "--lang", "en",        "--for",
                            "200",     "--seed",   "3",      "--devices", "collector/devices"};
    size_t n = 15;

    program_path(path, sizeof path);
    (void)snprintf(p->dir, sizeof p->dir, "%s", support_tmpdir());
    (void)snprintf(p->site, sizeof p->site, "%s/site.json", p->dir);
    (void)snprintf(p->ready, sizeof p->ready, "%s/ready.json", p->dir);
    (void)snprintf(p->truth, sizeof p->truth, "%s/truth.csv", p->dir);
    (void)snprintf(p->said, sizeof p->said, "%s/said", p->dir);
    (void)snprintf(p->link, sizeof p->link, "%s/tty", p->dir);
    support_write(p->site, site);
    if (strstr(site, "\"serial\"") != NULL) {
        argv[n++] = "--pty-link";
        argv[n++] = p->link;
    }
    for (; *extra != NULL; extra++)
        argv[n++] = *extra;
    p->pid = fork();
    assert_true(p->pid >= 0);
    if (p->pid == 0) {
        int fd = open(p->said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (fd >= 0 && dup2(fd, STDERR_FILENO) >= 0)
            (void)execv(path, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    program_wait_ready(p);
}

/* Ends it; *said (caller frees) is all it said. */
static inline void program_end(struct program *p, char **said)
{
    int status = -1;

    assert_int_equal(kill(p->pid, SIGTERM), 0);
    assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) != EX_OK)
        fail_msg("exit code %d: %s", WEXITSTATUS(status), support_read(p->said, NULL));
    if (said != NULL)
        *said = support_read(p->said, NULL);
}

static inline void program_forget(struct program *p)
{
    free(p->text);
    support_rmdir(p->dir);
}

static inline int program_port(const struct program *p, const char *bus)
{
    char key[64];
    const char *at;

    (void)snprintf(key, sizeof key, "\"slug\":\"%s\",\"tcp\":", bus);
    at = strstr(p->text, key);
    assert_non_null(at);
    at = strstr(at, "\"port\":");
    assert_non_null(at);
    return atoi(at + 7);
}

#endif
