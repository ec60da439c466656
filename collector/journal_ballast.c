/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that does nothing but take room, so that there is some when the disk is full. It is given up in parts: what others
 * take of one part leaves the next. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "journal_parts.h"

#define PARTS         8
#define PART_LEAST    INT64_C(1048576)
#define MAKE_EVERY_MS 60000
#define FULL_BYTES    65536 /* a disk with less is full, whatever the error says */

static void name_of(const struct journal *j, char *name, size_t size)
{
    (void)snprintf(name, size, "%s.ballast", j->path);
}

/* Bytes free on the disk; -1: not known. */
static int64_t disk_free(const struct journal *j)
{
    struct statvfs v;
    return statvfs(j->path, &v) == 0 ? (int64_t)v.f_bavail * (int64_t)v.f_frsize : -1;
}

void journal_ballast_find(struct journal *j)
{
    char name[400];
    struct stat st;

    name_of(j, name, sizeof name);
    j->ballast_has = stat(name, &st) == 0 ? (int64_t)st.st_size : 0;
}

void journal_ballast_make(struct journal *j)
{
    const int64_t now = clock_mono_ms(), missing = j->ballast_want - j->ballast_has;
    char name[400];
    int fd, rc;

    if (missing <= 0 || now < j->ballast_at)
        return;
    j->ballast_at = now + MAKE_EVERY_MS;
    /* not out of the last room: as much again must stay free, or it would be made and given up in turn */
    if (disk_free(j) < missing + j->ballast_want)
        return;
    name_of(j, name, sizeof name);
    fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0) {
        log_warn("journal %s: cannot create its ballast", j->path);
        return;
    }
    rc = posix_fallocate(fd, 0, (off_t)j->ballast_want);
    if (rc == 0) {
        j->ballast_has = j->ballast_want;
        log_info("journal %s: %" PRId64 " bytes are reserved for a full disk", j->path,
                 j->ballast_has);
    } else {
        errno = rc;
        log_warn("journal %s: cannot reserve room for a full disk", j->path);
        if (ftruncate(fd, (off_t)j->ballast_has) != 0)
            log_warn("journal %s: its ballast", j->path);
    }
    (void)close(fd);
}

bool journal_ballast_release(struct journal *j)
{
    int64_t part = j->ballast_want / PARTS > PART_LEAST ? j->ballast_want / PARTS : PART_LEAST;
    int64_t left = j->ballast_has > part ? j->ballast_has - part : 0;
    char name[400];

    if (j->ballast_has <= 0)
        return false;
    name_of(j, name, sizeof name);
    if (left > 0 ? truncate(name, (off_t)left) != 0 : unlink(name) != 0) {
        log_warn("journal %s: cannot give up its ballast", j->path);
        j->ballast_has = 0; /* found again at the next start */
        return false;
    }
    log_warnx("journal %s: the DISK IS FULL: %" PRId64
              " bytes of the reserve are given up, %" PRId64 " are left; free some room",
              j->path, j->ballast_has - left, left);
    j->ballast_has = left;
    j->ballast_at = clock_mono_ms() + MAKE_EVERY_MS;
    return true;
}

bool journal_ballast_relieve(struct journal *j, int rc)
{
    struct journal_db_pages p;
    int64_t bytes;

    if (rc == NILA_ERR_FULL) /* within our own bound it is not the disk */
        return (j->db == NULL || (journal_db_pages(j->db, &p) == 0 && p.file < p.limit)) &&
               journal_ballast_release(j);
    if (rc != NILA_ERR_IO)
        return false;
    bytes = disk_free(j);
    return bytes >= 0 && bytes < FULL_BYTES && journal_ballast_release(j);
}
