/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support.h"

#include "loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int loopback_closed_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    (void)close(fd);
    return ntohs(a.sin_port);
}

void loopback_certificate(const char *path)
{
    pid_t pid = fork();
    int status;

    assert_true(pid >= 0);
    if (pid == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(126);
        (void)execlp("openssl", "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                     "-keyout", path, "-out", path, "-days", "2", "-subj", "/CN=nila-test",
                     "-addext", "subjectAltName=IP:127.0.0.1", (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("openssl made no certificate: status %d", status);
}

/* Until somebody listens at the port. */
static bool listens(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((in_port_t)port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char table[64], line[256];
    bool found = false;
    FILE *f = fopen("/proc/net/tcp", "re");

    /* a trial connection would be the one that openssl serves */
    (void)snprintf(table, sizeof table, "0100007F:%04X 00000000:0000 0A", ntohs(a.sin_port));
    assert_non_null(f);
    while (!found && fgets(line, sizeof line, f) != NULL)
        found = strstr(line, table) != NULL;
    (void)fclose(f);
    return found;
}

void loopback_tls_start(struct loopback_tls *t)
{
    const struct timespec wait = {.tv_nsec = 10000000};
    char address[40];
    int in[2], out[2];

    *t = (struct loopback_tls){.port = loopback_closed_port()};
    (void)snprintf(t->dir, sizeof t->dir, "%s", support_tmpdir());
    (void)snprintf(t->pem, sizeof t->pem, "%s/server.pem", t->dir);
    loopback_certificate(t->pem);
    (void)snprintf(address, sizeof address, "127.0.0.1:%d", t->port);
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    for (int i = 0; i < 2; i++) {
        (void)fcntl(in[i], F_SETFD, FD_CLOEXEC);
        (void)fcntl(out[i], F_SETFD, FD_CLOEXEC);
    }
    t->pid = fork();
    assert_true(t->pid >= 0);
    if (t->pid == 0) {
        if (dup2(in[0], 0) < 0 || dup2(out[1], 1) < 0 || freopen("/dev/null", "w", stderr) == NULL)
            _exit(126);
        (void)execlp("openssl", "openssl", "s_server", "-quiet", "-accept", address, "-cert",
                     t->pem, "-key", t->pem, (char *)NULL);
        _exit(127);
    }
    (void)close(in[0]);
    (void)close(out[1]);
    t->in = in[1];
    t->out = out[0];
    for (int i = 0; i < 1000 && !listens(t->port); i++)
        (void)nanosleep(&wait, NULL);
    assert_true(listens(t->port));
}

void loopback_tls_stop(struct loopback_tls *t)
{
    (void)kill(t->pid, SIGKILL);
    (void)waitpid(t->pid, NULL, 0);
    (void)close(t->in);
    (void)close(t->out);
    support_rmdir(t->dir);
}
