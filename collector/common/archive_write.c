/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive_own.h"
#include "tongue.h"

#define PIECE 65536

unsigned archive_sum(const struct archive_header *h)
{
    const unsigned char *p = (const unsigned char *)h;
    const size_t at = offsetof(struct archive_header, sum);
    unsigned sum = 0;

    for (size_t i = 0; i < sizeof *h; i++)
        sum += i >= at && i < at + sizeof h->sum ? ' ' : p[i];
    return sum;
}

bool archive_name_good(const char *name)
{
    size_t n = strlen(name);

    if (n == 0 || n >= ARCHIVE_NAME_SIZE || name[0] == '/' || name[n - 1] == '/' ||
        strstr(name, "//") != NULL)
        return false;
    for (const char *p = name; *p != '\0'; p++) {
        bool first = p == name || p[-1] == '/';
        if (first && *p == '.') /* neither ".." nor what ls hides */
            return false;
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
              strchr("._-/", *p) != NULL))
            return false;
    }
    return true;
}

int archive_failed(const char *path, char *why, size_t why_size)
{
    int e = errno;

    (void)snprintf(why, why_size, "%.200s: %s", path, tongue_errno(e));
    switch (e) {
    case ENOENT:
    case ENOTDIR:
        return NILA_ERR_NOT_FOUND;
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

/* --- the manifest ------------------------------------------------------------------------------------------------- */

/* Size and digest of what a source holds. */
static int digest(const struct archive_source *s, int64_t *bytes, char hex[static SHA256_HEX_SIZE],
                  char *why, size_t why_size)
{
    unsigned char piece[4096];
    uint8_t sum[SHA256_BYTES];
    struct sha256 h;
    size_t n;
    FILE *f;
    bool good;

    sha256_init(&h);
    *bytes = 0;
    if (s->path == NULL) {
        sha256_add(&h, s->bytes, s->n);
        *bytes = (int64_t)s->n;
    } else {
        f = fopen(s->path, "re");
        if (f == NULL)
            return archive_failed(s->path, why, why_size);
        while ((n = fread(piece, 1, sizeof piece, f)) > 0) {
            sha256_add(&h, piece, n);
            *bytes += (int64_t)n;
        }
        good = ferror(f) == 0;
        if (!good)
            (void)archive_failed(s->path, why, why_size);
        (void)fclose(f);
        if (!good)
            return NILA_ERR_IO;
    }
    sha256_done(&h, sum);
    sha256_hex(hex, sum);
    return 0;
}

int archive_manifest(struct buf *out, const char *head, const struct archive_source *file, size_t n,
                     char *why, size_t why_size)
{
    int rc = 0;

    if (n > ARCHIVE_FILES) {
        (void)snprintf(why, why_size, tongue("lebih dari %d berkas", "more than %d files"),
                       ARCHIVE_FILES);
        return NILA_ERR_RANGE;
    }
    buf_printf(out, "{\"manifest\":1,%s,\n\"files\":[", head);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        char hex[SHA256_HEX_SIZE];
        int64_t bytes;
        if (!archive_name_good(file[i].name)) {
            (void)snprintf(why, why_size,
                           tongue("nama berkas %.100s tidak dapat dipakai",
                                  "the file name %.100s cannot be used"),
                           file[i].name);
            return NILA_ERR_RANGE;
        }
        rc = digest(&file[i], &bytes, hex, why, why_size);
        buf_printf(out, "%s\n {\"name\":\"%s\",\"bytes\":%lld,\"sha256\":\"%s\"}", i > 0 ? "," : "",
                   file[i].name, (long long)bytes, hex);
    }
    buf_str(out, "]}\n");
    return rc;
}

/* --- the file ----------------------------------------------------------------------------------------------------- */

static bool put_header(FILE *f, const char *name, int64_t bytes, mode_t mode)
{
    struct archive_header h = {.type = '0', .magic = "ustar", .version = {'0', '0'}};

    (void)snprintf(h.name, sizeof h.name, "%s", name);
    (void)snprintf(h.mode, sizeof h.mode, "%07o", (unsigned)(mode & 0777));
    (void)snprintf(h.uid, sizeof h.uid, "%07o", 0U);
    (void)snprintf(h.gid, sizeof h.gid, "%07o", 0U);
    (void)snprintf(h.size, sizeof h.size, "%011llo", (unsigned long long)bytes);
    (void)snprintf(h.mtime, sizeof h.mtime, "%011o", 0U); /* the same content is the same file */
    (void)snprintf(h.sum, sizeof h.sum, "%06o", archive_sum(&h));
    h.sum[7] = ' ';
    return fwrite(&h, sizeof h, 1, f) == 1;
}

static bool put_padding(FILE *f, int64_t bytes)
{
    static const char ZERO[ARCHIVE_BLOCK];
    size_t rest = (size_t)(bytes % ARCHIVE_BLOCK);

    return rest == 0 || fwrite(ZERO, ARCHIVE_BLOCK - rest, 1, f) == 1;
}

static bool put_bytes(FILE *f, const char *name, const void *bytes, size_t n, mode_t mode)
{
    return put_header(f, name, (int64_t)n, mode) && (n == 0 || fwrite(bytes, n, 1, f) == 1) &&
           put_padding(f, (int64_t)n);
}

static bool put_file(FILE *f, const struct archive_source *s)
{
    unsigned char piece[4096];
    FILE *in = fopen(s->path, "re");
    struct stat st;
    int64_t left;
    size_t n;
    bool good;

    if (in == NULL)
        return false;
    good = fstat(fileno(in), &st) == 0 && put_header(f, s->name, st.st_size, s->mode);
    left = good ? st.st_size : 0;
    while (good && left > 0) {
        n = fread(piece, 1, left < (int64_t)sizeof piece ? (size_t)left : sizeof piece, in);
        good = n > 0 && fwrite(piece, n, 1, f) == 1;
        left -= (int64_t)n;
    }
    (void)fclose(in);
    return good && put_padding(f, st.st_size);
}

static bool put_all(FILE *f, const struct buf *manifest, const void *signature, size_t signature_n,
                    const struct archive_source *file, size_t n)
{
    static const char END[2 * ARCHIVE_BLOCK];
    bool good = put_bytes(f, ARCHIVE_MANIFEST, manifest->p, manifest->n, 0644);

    if (good && signature_n > 0)
        good = put_bytes(f, ARCHIVE_SIGNATURE, signature, signature_n, 0644);
    for (size_t i = 0; good && i < n; i++)
        good = file[i].path != NULL
                   ? put_file(f, &file[i])
                   : put_bytes(f, file[i].name, file[i].bytes, file[i].n, file[i].mode);
    return good && fwrite(END, sizeof END, 1, f) == 1 && fflush(f) == 0 && fsync(fileno(f)) == 0;
}

/* A new name is on the disk when its folder is. */
static bool sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[512];
    bool good;
    int fd;

    (void)snprintf(folder, sizeof folder, "%.*s",
                   slash == NULL   ? 1
                   : slash == path ? 1
                                   : (int)(slash - path),
                   slash == NULL ? "." : path);
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0 && close(fd) != 0)
        good = false;
    return good;
}

int archive_write(const char *path, const struct buf *manifest, const void *signature,
                  size_t signature_n, const struct archive_source *file, size_t n, char *why,
                  size_t why_size)
{
    char part[512];
    struct archive *a = NULL;
    FILE *f = NULL;
    int fd, rc = 0;

    (void)snprintf(part, sizeof part, "%.480s.%ld.part", path, (long)getpid());
    (void)unlink(part);
    fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        f = fdopen(fd, "we");
    if (f == NULL) {
        rc = archive_failed(part, why, why_size);
        if (fd >= 0)
            (void)close(fd);
        return rc;
    }
    errno = EIO; /* a source that grew shorter sets nothing */
    if (!put_all(f, manifest, signature, signature_n, file, n))
        rc = archive_failed(part, why, why_size);
    if (fclose(f) != 0 && rc == 0)
        rc = archive_failed(part, why, why_size);
    if (rc == 0)
        rc = archive_open(&a, part, INT64_MAX, why, why_size);
    archive_close(a);
    if (rc == 0 && (rename(part, path) != 0 || !sync_folder(path)))
        rc = archive_failed(path, why, why_size);
    if (rc != 0)
        (void)unlink(part);
    return rc;
}
