/* SPDX-License-Identifier: GPL-3.0-or-later */
/* photos: small pictures that belong to a row: a harvest's note, dead fish, the river. They lie in the records file, so that a
 * backup has them; a phone makes them small before it sends them.
 *
 * Threads, errors: as struct records. */
#ifndef ANALYTICS_RECORDS_PHOTOS_H
#define ANALYTICS_RECORDS_PHOTOS_H

#include "change.h"

#define PHOTO_BYTES_MOST 49152 /* 48 KiB */
#define PHOTO_TYPE_SIZE  16

struct rec_photo {
    char uid[CHANGE_UID_SIZE], row_uid[CHANGE_UID_SIZE];
    char type[PHOTO_TYPE_SIZE]; /* "image/jpeg" "image/png" "image/webp" */
    char by[SLUG_SIZE];
    int64_t at_ms;
    size_t n;
    unsigned char *bytes; /* NULL when it was erased */
};

/* The type that the first bytes say; NULL: none of the three. Whoever sends the picture is not asked. */
const char *photo_type(const void *bytes, size_t n);

/* Keeps one for a row (uid of a row on record). The same bytes for the same row again: the first one's uid, *repeated true.
 * NILA_ERR_RANGE: empty or more than PHOTO_BYTES_MOST; NILA_ERR_PARSE: no picture of the three types. */
NILA_MUST_CHECK int records_photo_add(struct records *r, const char *row_uid, const void *bytes,
                                      size_t n, const struct change_who *who,
                                      char uid_out[static CHANGE_UID_SIZE], bool *repeated);
/* NILA_ERR_NOT_FOUND. *out is the caller's, records_photo_free. */
NILA_MUST_CHECK int records_photo(struct records *r, const char *uid, struct rec_photo **out);
void records_photo_free(struct rec_photo *p); /* NULL is fine */
/* uids of a row's photos, oldest first; the number, at most most. */
NILA_MUST_CHECK int records_photos_of(struct records *r, const char *row_uid,
                                      char (*uid)[CHANGE_UID_SIZE], size_t most, size_t *n);

#endif
