/* SPDX-License-Identifier: GPL-3.0-or-later */
/* archive: files of ours in one tar file (POSIX ustar, so that any tar shows them), with manifest.json as its first member: what it is
 * for, and name, size and SHA-256 of every other member.
 *
 * Reading trusts nothing: only ordinary files with plain relative names of letters, digits, . _ - and /, no "..", no name twice, as
 * many and as large as the manifest says and the caller allows, each with the digest it should have. Single-threaded. */
#ifndef NILA_COMMON_ARCHIVE_H
#define NILA_COMMON_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "buf.h"
#include "sha256.h"

#define ARCHIVE_NAME_SIZE 100
#define ARCHIVE_FILES     200
#define ARCHIVE_MANIFEST  "manifest.json"
#define ARCHIVE_SIGNATURE \
    "manifest.sig" /* of the bytes of manifest.json; the one member beside it that it does not list */

/* What goes in: from a file, or (path NULL) from memory. */
struct archive_source {
    char name[ARCHIVE_NAME_SIZE];
    const char *path;
    const void *bytes;
    size_t n;
    mode_t mode;
};

/* The manifest of these: head (members of an object, such as "\"kind\":\"x\"", without braces and comma at its end) and the list.
 * NILA_ERR_IO, NILA_ERR_RANGE (a name, or too many) with words in why (size >= 256). */
NILA_MUST_CHECK int archive_manifest(struct buf *out, const char *head,
                                     const struct archive_source *file, size_t n, char *why,
                                     size_t why_size);

/* Writes path (mode 0600 & mode): manifest, signature (size 0: none), files; synced, and read again before it takes its name. Errors as
 * above, NILA_ERR_FULL, NILA_ERR_DENIED, NILA_ERR_CORRUPT (what was read again is not what was written). */
NILA_MUST_CHECK int archive_write(const char *path, const struct buf *manifest,
                                  const void *signature, size_t signature_n,
                                  const struct archive_source *file, size_t n, char *why,
                                  size_t why_size);

struct archive; /* opaque: one that is open */

/* Opens and checks the whole of it. most: bytes of all members together. NILA_ERR_NOT_FOUND, NILA_ERR_DENIED, NILA_ERR_IO,
 * NILA_ERR_CORRUPT (cut, changed, not of ours), NILA_ERR_FULL (larger than most). */
NILA_MUST_CHECK int archive_open(struct archive **out, const char *path, int64_t most, char *why,
                                 size_t why_size);
void archive_close(struct archive *a); /* NULL is fine */

/* The text of the manifest, and the signature (NULL, 0: none). */
const char *archive_manifest_text(const struct archive *a, size_t *n);
const void *archive_signature(const struct archive *a, size_t *n);

/* The files beside both. Names lie as long as a. */
size_t archive_files(const struct archive *a);
const char *archive_name(const struct archive *a, size_t i);
int64_t archive_bytes(const struct archive *a, size_t i);
/* Index of a name, -1 none. */
int archive_find(const struct archive *a, const char *name);

/* A file's bytes, at most most. NILA_ERR_FULL, NILA_ERR_IO. */
NILA_MUST_CHECK int archive_text(struct archive *a, size_t i, size_t most, struct buf *out);
/* Into a new file of that mode, synced; an old one of the name is refused. NILA_ERR_IO, NILA_ERR_DENIED, NILA_ERR_FULL; words in why. */
NILA_MUST_CHECK int archive_extract(struct archive *a, size_t i, const char *path, mode_t mode,
                                    char *why, size_t why_size);

#endif
