/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nodecable: the cable between a master and an emulated node whose power comes and goes.
 *
 *   nodecable LINK SOCKET      makes LINK, a terminal that stays; passes bytes to and from the UNIX socket SOCKET while somebody listens
 *                              there, drops them while nobody does, and connects again when somebody is back */
#define _XOPEN_SOURCE 700 /* posix_openpt */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#define AGAIN_MS 20

static int terminal(const char *link)
{
    int front = posix_openpt(O_RDWR | O_NOCTTY);
    struct termios t;

    if (front < 0 || grantpt(front) != 0 || unlockpt(front) != 0)
        return -1;
    /* held open here, so that masters may come and go */
    if (open(ptsname(front), O_RDWR | O_NOCTTY) < 0 || tcgetattr(front, &t) != 0)
        return -1;
    cfmakeraw(&t);
    (void)tcsetattr(front, TCSANOW, &t);
    return symlink(ptsname(front), link) == 0 ? front : -1;
}

static int node(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

int main(int argc, char **argv)
{
    int front, back = -1;
    char part[512];

    if (argc != 3)
        return 64;
    front = terminal(argv[1]);
    if (front < 0) {
        perror("nodecable");
        return 1;
    }
    for (;;) {
        struct pollfd p[2] = {{.fd = front, .events = POLLIN}, {.fd = back, .events = POLLIN}};
        ssize_t n;
        if (poll(p, 2, back < 0 ? AGAIN_MS : -1) < 0 && errno != EINTR)
            return 1;
        if (back < 0)
            back = node(argv[2]);
        if ((p[0].revents & POLLIN) != 0) {
            n = read(front, part, sizeof part);
            if (n > 0 && back >= 0)
                (void)send(back, part, (size_t)n, MSG_NOSIGNAL);
        }
        if (p[1].fd >= 0 && p[1].revents != 0) {
            n = read(back, part, sizeof part);
            if (n > 0 && write(front, part, (size_t)n) != n)
                return 1;
            if (n <= 0) {
                (void)close(back);
                back = -1;
            }
        }
    }
}
