/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizard_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tongue.h"

#define END_SIZE 8 /* ".new", ".bak", ".old" */

static int failed(const char *path, char *why, size_t why_size)
{
    int e = errno;

    (void)snprintf(why, why_size, "%.180s: %s", path, tongue_errno(e));
    if (e == EACCES || e == EPERM || e == EROFS)
        return NILA_ERR_DENIED;
    return e == ENOSPC || e == EDQUOT ? NILA_ERR_FULL : NILA_ERR_IO;
}

void wizard_file_folder(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        (void)snprintf(out, size, ".");
    else
        (void)snprintf(out, size, "%.*s", slash == path ? 1 : (int)(slash - path), path);
}

bool wizard_file_make_folder(const char *folder, mode_t mode)
{
    char above[PATH_MAX];
    size_t n = strlen(folder);

    if (n == 0 || n >= sizeof above) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(above, folder, n + 1);
    for (char *p = strchr(above + 1, '/'); p != NULL; p = strchr(p + 1, '/')) {
        *p = '\0';
        if (mkdir(above, 0755) != 0 && errno != EEXIST)
            return false;
        *p = '/';
    }
    return mkdir(folder, mode) == 0 || errno == EEXIST;
}

static bool sync_folder(const char *path)
{
    char folder[PATH_MAX];
    bool good;
    int fd;

    wizard_file_folder(path, folder, sizeof folder);
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0 && close(fd) != 0)
        good = false;
    return good;
}

/* The whole of text on disk under the name; whose owner and mode are those of old (NULL: mode). */
static bool write_new(const char *name, const char *text, size_t n, mode_t mode,
                      const struct stat *old)
{
    int fd, e;
    bool good;

    (void)unlink(name); /* of a run that was cut off; never followed when it is a link */
    fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    good = fchmod(fd, old != NULL ? old->st_mode & 07777 : mode) == 0;
    if (good && old != NULL && (old->st_uid != geteuid() || old->st_gid != getegid()))
        good = fchown(fd, old->st_uid, old->st_gid) == 0;
    while (good && n > 0) {
        ssize_t k = write(fd, text, n);
        if (k < 0 && errno == EINTR)
            continue;
        good = k > 0;
        text += k > 0 ? k : 0;
        n -= k > 0 ? (size_t)k : 0;
    }
    good = good && fsync(fd) == 0;
    e = errno;
    if (close(fd) != 0 && good) {
        good = false;
        e = errno;
    }
    errno = e;
    return good;
}

/* What was there stays as path.bak, without a moment in which path is away. */
static bool keep_old(const char *path, const char *bak, const char *old)
{
    (void)unlink(old);
    return link(path, old) == 0 && rename(old, bak) == 0;
}

int wizard_file_replace(const char *path, const char *text, size_t n, mode_t mode, bool keep,
                        wizard_file_check check, void *arg, char *why, size_t why_size)
{
    char real[PATH_MAX], name[PATH_MAX + END_SIZE], bak[PATH_MAX + END_SIZE],
        old[PATH_MAX + END_SIZE];
    struct stat st;
    bool there = realpath(path, real) != NULL && stat(real, &st) == 0;
    int rc = 0;

    if (!there)
        (void)snprintf(real, sizeof real, "%s", path);
    (void)snprintf(name, sizeof name, "%s.new", real);
    (void)snprintf(bak, sizeof bak, "%s.bak", real);
    (void)snprintf(old, sizeof old, "%s.old", real);
    if (!write_new(name, text, n, mode, there ? &st : NULL))
        rc = failed(name, why, why_size);
    if (rc == 0 && check != NULL)
        rc = check(arg, name, why, why_size);
    if (rc == 0 && there && keep && !keep_old(real, bak, old))
        rc = failed(bak, why, why_size);
    if (rc == 0 && rename(name, real) != 0)
        rc = failed(real, why, why_size);
    if (rc != 0) {
        (void)unlink(name);
        return rc;
    }
    return sync_folder(real) ? 0 : failed(real, why, why_size);
}
