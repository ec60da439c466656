/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizard_terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "buf.h"
#include "utf8.h"

static volatile sig_atomic_t interrupted;

static void interrupt(int sig)
{
    (void)sig;
    interrupted = 1;
}

void wizard_terminal_say(const char *text)
{
    struct buf b = {0};

    buf_str(&b, text);
    utf8_plain(b.p, b.n);
    (void)fputs(b.p, stdout);
    (void)fflush(stdout);
    buf_free(&b);
}

static void say(void *arg, const char *text)
{
    (void)arg;
    wizard_terminal_say(text);
}

static void echo(bool on)
{
    struct termios t;

    if (tcgetattr(STDIN_FILENO, &t) != 0)
        return;
    t.c_lflag = on ? t.c_lflag | ECHO : t.c_lflag & ~(tcflag_t)ECHO;
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

/* A byte at a time: what was typed ahead stays for the next question. */
static enum wizard_end read_line(char *buf, size_t size)
{
    size_t n = 0;

    for (;;) {
        char c;
        ssize_t k = interrupted ? -1 : read(STDIN_FILENO, &c, 1);
        if (interrupted)
            return WIZARD_STOP;
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return WIZARD_OVER;
        if (c == '\n')
            break;
        if (n < size - 1)
            buf[n++] = c;
    }
    buf[n] = '\0';
    return WIZARD_ON;
}

static enum wizard_end line(void *arg, char *buf, size_t size, bool hidden)
{
    enum wizard_end end;

    (void)arg;
    if (hidden)
        echo(false);
    end = read_line(buf, size);
    if (hidden) {
        echo(true);
        say(NULL, "\n");
    }
    return end;
}

void wizard_terminal(struct wizard_io *io)
{
    struct sigaction sa = {.sa_handler = interrupt}; /* without SA_RESTART: read ends */

    (void)sigemptyset(&sa.sa_mask);
    (void)sigaction(SIGINT, &sa, NULL);
    *io = (struct wizard_io){.line = line, .say = say};
}

bool wizard_terminal_ended(void)
{
    return interrupted != 0;
}
