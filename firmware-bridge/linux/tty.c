/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

/* speed_t of a baud rate, or B0. */
static speed_t speed_of(int baud)
{
    static const struct {
        int baud;
        speed_t speed;
    } SPEED[] = {{1200, B1200},   {2400, B2400},   {4800, B4800},   {9600, B9600},
                 {19200, B19200}, {38400, B38400}, {57600, B57600}, {115200, B115200}};

    for (size_t i = 0; i < sizeof SPEED / sizeof SPEED[0]; i++)
        if (SPEED[i].baud == baud)
            return SPEED[i].speed;
    return B0;
}

/* A pty keeps its exclusive mark after it is closed, and nobody could open it again: the lock must do there. */
static bool is_pty(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && major(st.st_rdev) >= 136 && major(st.st_rdev) <= 143;
}

static int set_up(int fd, int baud, char parity, int stop_bits)
{
    const speed_t speed = speed_of(baud);
    struct termios t;

    if (speed == B0) {
        errno = EINVAL;
        return -1;
    }
    /* The lock comes first: speed and parity would disturb the program that holds the port. */
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        errno = errno == EWOULDBLOCK ? EBUSY : errno;
        return -1;
    }
    if (tcgetattr(fd, &t) != 0)
        return -1;
    cfmakeraw(&t);
    t.c_cflag &= ~(tcflag_t)(PARENB | PARODD | CSTOPB | CRTSCTS);
    t.c_cflag |= CLOCAL | CREAD;
    if (parity != 'N')
        t.c_cflag |= parity == 'O' ? PARENB | PARODD : PARENB;
    if (stop_bits == 2)
        t.c_cflag |= CSTOPB;
    t.c_cc[VMIN] = 1; /* with O_NONBLOCK: EAGAIN means nothing came, 0 that the line is gone */
    t.c_cc[VTIME] = 0;
    if (cfsetispeed(&t, speed) != 0 || cfsetospeed(&t, speed) != 0 ||
        tcsetattr(fd, TCSANOW, &t) != 0)
        return -1;
    if (!is_pty(fd))
        (void)ioctl(fd, TIOCEXCL);
    return tcflush(fd, TCIFLUSH);
}

int tty_open(const char *path, int baud, char parity, int stop_bits)
{
    int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC), e;

    if (fd < 0 || set_up(fd, baud, parity, stop_bits) == 0)
        return fd;
    e = errno;
    (void)close(fd);
    errno = e;
    return -1;
}
