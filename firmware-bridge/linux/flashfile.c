/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flashfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "collector/common/log.h"

static bool write_all(int fd, const uint8_t *bytes, size_t n, off_t at)
{
    while (n > 0) {
        ssize_t done = pwrite(fd, bytes, n, at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        at += done;
        n -= (size_t)done;
    }
    return true;
}

static bool settle(void *arg)
{
    struct flashfile *f = arg;

    for (size_t page = 0; page < 2; page++) {
        if (f->dirty[page] && !write_all(f->fd, f->memory + page * FLASHFILE_PAGE, FLASHFILE_PAGE,
                                         (off_t)(page * FLASHFILE_PAGE))) {
            log_warn("%s: not written, what was before stays in force", f->path);
            return false;
        }
        f->dirty[page] = false;
    }
    if (fdatasync(f->fd) != 0) {
        log_warn("%s: not on disk, what was before stays in force", f->path);
        return false;
    }
    return true;
}

static bool erase(void *arg, uint32_t address)
{
    struct flashfile *f = arg;

    if (address % FLASHFILE_PAGE != 0 || address >= sizeof f->memory)
        return false;
    memset(f->memory + address, 0xFF, FLASHFILE_PAGE);
    f->dirty[address / FLASHFILE_PAGE] = true;
    return true;
}

static bool program(void *arg, uint32_t address, uint16_t value)
{
    struct flashfile *f = arg;

    if (address % 2 != 0 || address > sizeof f->memory - 2)
        return false;
    f->memory[address] &= (uint8_t)value; /* bits only fall, as there */
    f->memory[address + 1] &= (uint8_t)(value >> 8);
    f->dirty[address / FLASHFILE_PAGE] = true;
    return f->memory[address] == (uint8_t)value && f->memory[address + 1] == value >> 8;
}

static void fetch(void *arg, uint32_t address, uint8_t *out, uint32_t n)
{
    const struct flashfile *f = arg;

    memset(out, 0, n);
    if (address <= sizeof f->memory && n <= sizeof f->memory - address)
        memcpy(out, f->memory + address, n);
}

static int error_of(int e)
{
    return e == EWOULDBLOCK                          ? NILA_ERR_BUSY
           : e == EACCES || e == EPERM || e == EROFS ? NILA_ERR_DENIED
           : e == ENOENT || e == ENOTDIR             ? NILA_ERR_NOT_FOUND
                                                     : NILA_ERR_IO;
}

/* What the file has; what it has not yet is erased memory. */
static bool load(struct flashfile *f)
{
    size_t n = 0;

    memset(f->memory, 0xFF, sizeof f->memory);
    while (n < sizeof f->memory) {
        ssize_t got = pread(f->fd, f->memory + n, sizeof f->memory - n, (off_t)n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return true;
}

int flashfile_open(struct flashfile *f, const char *path)
{
    int rc;

    memset(f, 0, sizeof *f);
    f->flash = (struct nila_flash){.page_bytes = FLASHFILE_PAGE,
                                   .erase = erase,
                                   .program = program,
                                   .read = fetch,
                                   .settle = settle,
                                   .arg = f};
    f->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (f->fd >= 0 && flock(f->fd, LOCK_EX | LOCK_NB) == 0 && load(f)) {
        f->path = xstrdup(path);
        return 0;
    }
    rc = error_of(errno);
    if (f->fd >= 0) {
        int e = errno;
        (void)close(f->fd);
        errno = e;
    }
    f->fd = -1;
    return rc;
}

void flashfile_set_aside(const struct flashfile *f)
{
    size_t size = strlen(f->path) + sizeof ".damaged";
    char *path = xcalloc(size, 1);
    int fd;

    (void)snprintf(path, size, "%s.damaged", f->path);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0 || !write_all(fd, f->memory, sizeof f->memory, 0))
        log_warn("%s: not written", path);
    else
        log_warnx("%s: both records are damaged, the defaults are in force; a copy is %s", f->path,
                  path);
    if (fd >= 0)
        (void)close(fd);
    free(path);
}

void flashfile_close(struct flashfile *f)
{
    if (f->path == NULL)
        return;
    (void)close(f->fd);
    free(f->path);
    f->path = NULL;
    f->fd = -1;
}
