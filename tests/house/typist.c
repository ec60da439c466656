/* SPDX-License-Identifier: GPL-3.0-or-later */
/* typist: runs a program on a terminal of its own and types for it, as a script says.
 *
 *   typist SCRIPT TRANSCRIPT PROGRAM ARGUMENT...
 *
 * A line of SCRIPT is "TEXT" TAB "ANSWER": when TEXT has come from the program (behind what was matched before), ANSWER and Enter are
 * typed; ^C and ^D as answers are those keys. Exit code: the program's; 99 when a TEXT did not come within 30 s. */
#define _XOPEN_SOURCE 700 /* posix_openpt */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "collector/common/buf.h"

#define WAIT_MS 30000
#define MISSED  99

static int master;
static struct buf heard;

/* More from the program; false at its end or after WAIT_MS. */
static bool listen_on(void)
{
    struct pollfd p = {.fd = master, .events = POLLIN};
    char part[1024];
    ssize_t n;

    if (poll(&p, 1, WAIT_MS) != 1)
        return false;
    n = read(master, part, sizeof part);
    if (n <= 0)
        return false;
    buf_add(&heard, part, (size_t)n);
    return true;
}

static void type(const char *answer)
{
    const char *keys = strcmp(answer, "^C") == 0   ? "\x03"
                       : strcmp(answer, "^D") == 0 ? "\x04"
                                                   : NULL;
    struct buf out = {0};

    buf_str(&out, keys != NULL ? keys : answer);
    if (keys == NULL)
        buf_str(&out, "\n");
    if (write(master, out.p, out.n) != (ssize_t)out.n)
        perror("typist: write");
    buf_free(&out);
}

static bool follow(FILE *script)
{
    char line[1024];
    size_t from = 0;

    while (fgets(line, sizeof line, script) != NULL) {
        char *answer = strchr(line, '\t'), *at = NULL;
        line[strcspn(line, "\n")] = '\0';
        if (answer == NULL)
            continue;
        *answer++ = '\0';
        while ((at = heard.p != NULL ? strstr(heard.p + from, line) : NULL) == NULL)
            if (!listen_on()) {
                (void)fprintf(stderr, "typist: \"%s\" did not come\n", line);
                return false;
            }
        from = (size_t)(at - heard.p) + strlen(line);
        type(answer);
    }
    return true;
}

static pid_t start(char **argv)
{
    pid_t pid;
    int slave;

    master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        return -1;
    pid = fork();
    if (pid != 0)
        return pid;
    (void)setsid();
    slave = open(ptsname(master), O_RDWR); /* becomes the controlling terminal */
    (void)dup2(slave, 0);
    (void)dup2(slave, 1);
    (void)dup2(slave, 2);
    (void)execv(argv[0], argv);
    _exit(127);
}

int main(int argc, char **argv)
{
    FILE *script = argc > 3 ? fopen(argv[1], "re") : NULL, *out;
    pid_t pid;
    bool good;
    int status = 0;

    if (script == NULL || (pid = start(argv + 3)) < 0) {
        (void)fprintf(stderr, "usage: typist SCRIPT TRANSCRIPT PROGRAM ARGUMENT...\n");
        return 64;
    }
    good = follow(script);
    if (!good)
        (void)kill(pid, SIGKILL);
    while (listen_on())
        ;
    (void)waitpid(pid, &status, 0);
    out = fopen(argv[2], "we");
    if (out != NULL && heard.p != NULL)
        (void)fputs(heard.p, out);
    if (out != NULL)
        (void)fclose(out);
    (void)fclose(script);
    buf_free(&heard);
    return !good ? MISSED : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
