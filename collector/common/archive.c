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
#include "jsonconf.h"
#include "log.h"
#include "tongue.h"

#define MANIFEST_MOST  65536
#define SIGNATURE_MOST 16384

struct member {
    char name[ARCHIVE_NAME_SIZE], sha256[SHA256_HEX_SIZE];
    int64_t at, bytes;
};

struct archive {
    FILE *f;
    char *path;
    struct buf manifest, signature;
    size_t n;
    struct member member[ARCHIVE_FILES];
};

static int broken(const struct archive *a, const char *indonesian, const char *english, char *why,
                  size_t why_size)
{
    (void)snprintf(why, why_size, "%.160s: %s", a->path, tongue(indonesian, english));
    return NILA_ERR_CORRUPT;
}

/* An octal field of the header, ended by NUL or a blank. */
static bool octal(const char *field, size_t n, int64_t *out)
{
    int64_t v = 0;
    size_t i = 0;

    for (; i < n && field[i] >= '0' && field[i] <= '7'; i++)
        v = v * 8 + (field[i] - '0');
    *out = v;
    return i > 0 && (i == n || field[i] == '\0' || field[i] == ' ');
}

/* 1: a member whose bytes come next; 0: the end. */
static int next(struct archive *a, char name[static ARCHIVE_NAME_SIZE], int64_t *bytes, char *why,
                size_t why_size)
{
    struct archive_header h;
    int64_t sum;
    bool zero = true;

    if (fread(&h, sizeof h, 1, a->f) != 1)
        return broken(a, "terpotong", "cut short", why, why_size);
    for (size_t i = 0; i < sizeof h; i++)
        zero = zero && ((const char *)&h)[i] == '\0';
    if (zero)
        return 0;
    if (memcmp(h.magic, "ustar", 6) != 0 || !octal(h.sum, sizeof h.sum, &sum) ||
        sum != (int64_t)archive_sum(&h) || !octal(h.size, sizeof h.size, bytes) || h.type != '0' ||
        h.prefix[0] != '\0' || memchr(h.name, '\0', sizeof h.name) == NULL ||
        !archive_name_good(h.name))
        return broken(a, "rusak, atau bukan arsip program ini",
                      "damaged, or no archive of this program", why, why_size);
    memcpy(name, h.name, ARCHIVE_NAME_SIZE);
    return 1;
}

/* The bytes that follow into text (may be NULL) and their digest. */
static bool take(struct archive *a, int64_t bytes, struct buf *text,
                 char hex[static SHA256_HEX_SIZE])
{
    unsigned char piece[4096];
    uint8_t digest[SHA256_BYTES];
    struct sha256 sum;
    int64_t padding = (ARCHIVE_BLOCK - bytes % ARCHIVE_BLOCK) % ARCHIVE_BLOCK;

    sha256_init(&sum);
    while (bytes > 0) {
        size_t n = bytes < (int64_t)sizeof piece ? (size_t)bytes : sizeof piece;
        if (fread(piece, n, 1, a->f) != 1)
            return false;
        sha256_add(&sum, piece, n);
        if (text != NULL)
            buf_add(text, piece, n);
        bytes -= (int64_t)n;
    }
    sha256_done(&sum, digest);
    sha256_hex(hex, digest);
    return padding == 0 || fread(piece, (size_t)padding, 1, a->f) == 1;
}

/* Every file it lists is there as it says, and no other. */
static int hold_against_manifest(struct archive *a, char *why, size_t why_size)
{
    struct jsonconf *c = NULL;
    const struct jsonconf_node *list;
    bool good;
    size_t n;
    int rc =
        jsonconf_open_memory(&c, ARCHIVE_MANIFEST, a->manifest.p, a->manifest.n, why, why_size);

    if (rc != 0)
        return NILA_ERR_CORRUPT;
    list = jsonconf_member(c, jsonconf_root(c), "files", true);
    n = list != NULL ? jsonconf_length(c, list, ARCHIVE_FILES) : 0;
    good = list != NULL && n == a->n;
    for (size_t i = 0; good && i < n; i++) {
        const struct jsonconf_node *e = jsonconf_at(c, list, i);
        char name[ARCHIVE_NAME_SIZE] = "", hex[SHA256_HEX_SIZE] = "";
        double bytes;
        int at;
        jsonconf_string(c, e, "name", name, sizeof name);
        jsonconf_string(c, e, "sha256", hex, sizeof hex);
        bytes = jsonconf_number(c, e, "bytes", 0, 1e15);
        at = archive_find(a, name);
        good = at >= 0 && strcmp(a->member[at].sha256, hex) == 0 &&
               (double)a->member[at].bytes == bytes;
    }
    jsonconf_close(c);
    return good ? 0
                : broken(a, "isinya bukan seperti kata manifestnya",
                         "its content is not what its manifest says", why, why_size);
}

static int read_member(struct archive *a, const char *name, int64_t bytes, char *why,
                       size_t why_size)
{
    char hex[SHA256_HEX_SIZE];
    bool manifest = strcmp(name, ARCHIVE_MANIFEST) == 0,
         signature = strcmp(name, ARCHIVE_SIGNATURE) == 0;
    struct buf *text = manifest ? &a->manifest : signature ? &a->signature : NULL;
    struct member *m = &a->member[a->n];

    if ((manifest && (a->manifest.n > 0 || bytes > MANIFEST_MOST || bytes == 0)) ||
        (!manifest && a->manifest.n == 0) ||
        (signature && (a->signature.n > 0 || bytes > SIGNATURE_MOST)) ||
        (text == NULL && (a->n == ARCHIVE_FILES || archive_find(a, name) >= 0)))
        return broken(a, "bukan arsip program ini", "no archive of this program", why, why_size);
    if (text == NULL)
        *m = (struct member){.at = ftello(a->f), .bytes = bytes};
    if (!take(a, bytes, text, hex))
        return broken(a, "terpotong", "cut short", why, why_size);
    if (text == NULL) {
        (void)snprintf(m->name, sizeof m->name, "%s", name);
        memcpy(m->sha256, hex, sizeof m->sha256);
        a->n++;
    }
    return 0;
}

int archive_open(struct archive **out, const char *path, int64_t most, char *why, size_t why_size)
{
    struct archive *a = xcalloc(1, sizeof *a);
    char name[ARCHIVE_NAME_SIZE];
    int64_t bytes, all = 0;
    int rc, got = 1;

    a->path = xstrdup(path);
    a->f = fopen(path, "re");
    rc = a->f == NULL ? archive_failed(path, why, why_size) : 0;
    while (rc == 0 && (got = next(a, name, &bytes, why, why_size)) == 1) {
        all = bytes > most - all ? most + 1 : all + bytes;
        if (bytes > most || all > most) {
            (void)snprintf(why, why_size,
                           tongue("%.160s: lebih dari %lld bita", "%.160s: more than %lld bytes"),
                           path, (long long)most);
            rc = NILA_ERR_FULL;
        } else {
            rc = read_member(a, name, bytes, why, why_size);
        }
    }
    if (rc == 0 && got < 0)
        rc = got;
    if (rc == 0 && a->manifest.n == 0)
        rc = broken(a, "bukan arsip program ini", "no archive of this program", why, why_size);
    if (rc == 0)
        rc = hold_against_manifest(a, why, why_size);
    if (rc != 0) {
        archive_close(a);
        return rc;
    }
    *out = a;
    return 0;
}

void archive_close(struct archive *a)
{
    if (a == NULL)
        return;
    if (a->f != NULL)
        (void)fclose(a->f);
    buf_free(&a->manifest);
    buf_free(&a->signature);
    free(a->path);
    free(a);
}

const char *archive_manifest_text(const struct archive *a, size_t *n)
{
    *n = a->manifest.n;
    return a->manifest.p;
}

const void *archive_signature(const struct archive *a, size_t *n)
{
    *n = a->signature.n;
    return a->signature.p;
}

size_t archive_files(const struct archive *a)
{
    return a->n;
}

const char *archive_name(const struct archive *a, size_t i)
{
    return a->member[i].name;
}

int64_t archive_bytes(const struct archive *a, size_t i)
{
    return a->member[i].bytes;
}

int archive_find(const struct archive *a, const char *name)
{
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->member[i].name, name) == 0)
            return (int)i;
    return -1;
}

/* Goes there, and reads it anew: it is held against its digest once more, as the file may have changed meanwhile. */
static bool again(struct archive *a, size_t i, struct buf *text)
{
    char hex[SHA256_HEX_SIZE];

    return fseeko(a->f, a->member[i].at, SEEK_SET) == 0 && take(a, a->member[i].bytes, text, hex) &&
           strcmp(hex, a->member[i].sha256) == 0;
}

int archive_text(struct archive *a, size_t i, size_t most, struct buf *out)
{
    if (a->member[i].bytes > (int64_t)most)
        return NILA_ERR_FULL;
    buf_str(out, "");
    return again(a, i, out) ? 0 : NILA_ERR_IO;
}

int archive_extract(struct archive *a, size_t i, const char *path, mode_t mode, char *why,
                    size_t why_size)
{
    unsigned char piece[4096];
    int64_t left = a->member[i].bytes;
    FILE *f = NULL;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode), rc = 0;

    if (fd >= 0)
        f = fdopen(fd, "we");
    if (f == NULL) {
        rc = archive_failed(path, why, why_size);
        if (fd >= 0)
            (void)close(fd);
        return rc;
    }
    errno = EIO;
    if (!again(a, i, NULL) || fseeko(a->f, a->member[i].at, SEEK_SET) != 0)
        rc = broken(a, "berubah selagi dibaca", "changed while it was read", why, why_size);
    while (rc == 0 && left > 0) {
        size_t n = left < (int64_t)sizeof piece ? (size_t)left : sizeof piece;
        if (fread(piece, n, 1, a->f) != 1 || fwrite(piece, n, 1, f) != 1)
            rc = archive_failed(path, why, why_size);
        left -= (int64_t)n;
    }
    if (rc == 0 && (fflush(f) != 0 || fsync(fd) != 0))
        rc = archive_failed(path, why, why_size);
    if (fclose(f) != 0 && rc == 0)
        rc = archive_failed(path, why, why_size);
    if (rc != 0)
        (void)unlink(path);
    return rc;
}
