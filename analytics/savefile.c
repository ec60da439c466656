/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "savefile.h"

#include "collector/common/tongue.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(const char *path, int e, char *why, size_t why_size)
{
    (void)snprintf(why, why_size, "%.200s: %s", path, tongue_errno(e));
    switch (e) {
    case EACCES:
    case EPERM:
    case EROFS:
        return NILA_ERR_DENIED;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return NILA_ERR_FULL;
    default:
        return NILA_ERR_IO;
    }
}

/* Into f, and with to_disk on the disk; 0 or errno. f is closed unless it is standard output. */
static int write_out(FILE *f, const struct buf *b, bool to_disk)
{
    int e = 0;

    errno = EIO; /* a short write that sets nothing */
    if ((b->n > 0 && fwrite(b->p, 1, b->n, f) != b->n) || fflush(f) != 0 ||
        (to_disk && fsync(fileno(f)) != 0))
        e = errno;
    if (f != stdout && fclose(f) != 0 && e == 0)
        e = errno;
    return e;
}

/* The rename itself must reach the disk too. A file system that cannot sync a folder has still taken the name. */
static void sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct buf folder = {0};
    int fd;

    if (slash == NULL)
        buf_str(&folder, ".");
    else
        buf_add(&folder, path, (size_t)(slash - path) + 1);
    fd = open(folder.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    buf_free(&folder);
}

static int replace(const struct buf *b, const char *path, char *why, size_t why_size)
{
    struct buf part = {0};
    FILE *f;
    int e;

    buf_printf(&part, "%s.%ld.part", path, (long)getpid()); /* two programs may write one path */
    f = fopen(part.p, "we");
    e = f == NULL ? errno : write_out(f, b, true);
    if (e == 0 && rename(part.p, path) != 0)
        e = errno;
    if (e == 0)
        sync_folder(path);
    else if (f != NULL)
        (void)unlink(part.p);
    buf_free(&part);
    return e == 0 ? 0 : failed(path, e, why, why_size);
}

/* The file a symbolic link means is replaced, not the link. */
static int replace_meant(const struct buf *b, const char *path, char *why, size_t why_size)
{
    char *meant = realpath(path, NULL); /* NULL: not there yet */
    int rc = replace(b, meant != NULL ? meant : path, why, why_size);

    free(meant);
    return rc;
}

int savefile(const struct buf *b, const char *path, char *why, size_t why_size)
{
    struct stat there;
    FILE *f;
    int e;

    if (path == NULL || strcmp(path, "-") == 0) {
        e = write_out(stdout, b, false);
        return e == 0 ? 0 : failed(tongue("keluaran standar", "standard output"), e, why, why_size);
    }
    if (stat(path, &there) != 0 || S_ISREG(there.st_mode) || S_ISDIR(there.st_mode))
        return replace_meant(b, path, why, why_size);
    f = fopen(path, "we");
    e = f == NULL ? errno : write_out(f, b, false);
    return e == 0 ? 0 : failed(path, e, why, why_size);
}
