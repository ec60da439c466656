/* SPDX-License-Identifier: GPL-3.0-or-later */
/* speedgate: a serial line between a program and a simulator's, on which only one speed is understood, as on real wires.
 *
 *   speedgate LINK PTY BAUD      makes LINK, a terminal; passes bytes to and from PTY while LINK's speed is BAUD, else drops them */
#define _XOPEN_SOURCE 700 /* posix_openpt */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static speed_t speed_of(const char *baud)
{
    return strcmp(baud, "4800") == 0 ? B4800 : strcmp(baud, "19200") == 0 ? B19200 : B9600;
}

int main(int argc, char **argv)
{
    int front, back;
    struct termios t;
    char part[512];

    if (argc != 4)
        return 64;
    front = posix_openpt(O_RDWR | O_NOCTTY);
    back = open(argv[2], O_RDWR | O_NOCTTY);
    if (front < 0 || back < 0 || grantpt(front) != 0 || unlockpt(front) != 0) {
        perror("speedgate");
        return 1;
    }
    /* held open here, so that the other end may come and go */
    if (open(ptsname(front), O_RDWR | O_NOCTTY) < 0 || tcgetattr(front, &t) != 0) {
        perror("speedgate: terminal");
        return 1;
    }
    cfmakeraw(&t);
    (void)tcsetattr(front, TCSANOW, &t);
    if (tcgetattr(back, &t) == 0) {
        cfmakeraw(&t);
        (void)tcsetattr(back, TCSANOW, &t);
    }
    if (symlink(ptsname(front), argv[1]) != 0) {
        perror("speedgate: link");
        return 1;
    }
    for (;;) {
        struct pollfd p[2] = {{.fd = front, .events = POLLIN}, {.fd = back, .events = POLLIN}};
        if (poll(p, 2, -1) < 0)
            return 1;
        for (int i = 0; i < 2; i++) {
            ssize_t n = (p[i].revents & POLLIN) != 0 ? read(p[i].fd, part, sizeof part) : 0;
            if ((p[i].revents & (POLLHUP | POLLERR)) != 0 || n < 0)
                return 0;
            if (n > 0 && tcgetattr(front, &t) == 0 && cfgetospeed(&t) == speed_of(argv[3]) &&
                write(p[1 - i].fd, part, (size_t)n) != n)
                return 1;
        }
    }
}
