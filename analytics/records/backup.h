/* SPDX-License-Identifier: GPL-3.0-or-later */
/* backup: copies of the records file that are whole: made while other programs write, looked through before anybody believes
 * them, and put in the present file's place in one step.
 *
 * Every function works on closed files: no struct records of this process may be open on them. Errors are not logged; why (size >=
 * 256) has the words. */
#ifndef ANALYTICS_RECORDS_BACKUP_H
#define ANALYTICS_RECORDS_BACKUP_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/buf.h"
#include "collector/common/err.h"
#include "collector/common/sha256.h"

#define BACKUP_PATH_SIZE 1024 /* of a path, with its closing 0; longer ones are refused */

struct backup_table {
    char name[64];
    int64_t rows;
};
/* What a file was found to be. */
struct backup_facts {
    char sha256[SHA256_HEX_SIZE]; /* of the whole file */
    int64_t bytes;
    int form;                   /* of its tables (schema.c) */
    struct backup_table *table; /* by name; freed by backup_facts_free */
    size_t tables;
};

/* The forms of tables this program knows: 1 to this. */
int backup_newest_form(void);

/* Copies the records file db to the new file to (mode 0640), as it was at one instant, while others read and write; what is at to is
 * overwritten. One file remains, on the disk, without a journal beside it. NILA_ERR_NOT_FOUND, NILA_ERR_DENIED, NILA_ERR_BUSY,
 * NILA_ERR_FULL, NILA_ERR_CORRUPT (db), NILA_ERR_IO; then to is gone. */
NILA_MUST_CHECK int backup_copy(const char *db, const char *to, char *why, size_t why_size);

/* Copies bytes, to the disk; mode 0640. Errors as above; then to is gone. */
NILA_MUST_CHECK int backup_copy_bytes(const char *from, const char *to, char *why, size_t why_size);

/* SHA-256 and length of a file. NILA_ERR_NOT_FOUND, NILA_ERR_DENIED, NILA_ERR_IO. */
NILA_MUST_CHECK int backup_digest(const char *path, char sha256[static SHA256_HEX_SIZE],
                                  int64_t *bytes, char *why, size_t why_size);

/* Gives the file part the name path, in the same folder, on the disk. */
NILA_MUST_CHECK int backup_take_name(const char *part, const char *path, char *why,
                                     size_t why_size);

/* Removes path and the journals beside it; there may be none. */
void backup_remove(const char *path);

/* Digest, identity, form, integrity, foreign keys and rows of a file that nobody writes; it is not changed. NILA_ERR_CORRUPT (damaged, or no
 * database), NILA_ERR_CONFIG (another program's), NILA_ERR_UNSUPPORTED (a newer form), NILA_ERR_NOT_FOUND, NILA_ERR_DENIED,
 * NILA_ERR_IO. */
NILA_MUST_CHECK int backup_look(const char *path, struct backup_facts *out, char *why,
                                size_t why_size);
void backup_facts_free(struct backup_facts *f);

/* Gives a copy that goes on as the records a name of its own in the list of changes (change.h): the numbers that the file lost
 * since the copy was made may have been seen by others, and are not used for something else. Sessions and codes
 * (users.h) end: one that ended since must not come back. A form without such a list is left as it is. NILA_ERR_CORRUPT, NILA_ERR_DENIED, NILA_ERR_FULL, NILA_ERR_IO. */
NILA_MUST_CHECK int backup_new_origin(const char *path, char *why, size_t why_size);

/* Puts with, a file beside db, in the place of db, and what was at db (also a damaged file) at aside. At every instant db is the old
 * file or the new one. Nothing is kept aside when there was no file. NILA_ERR_BUSY: a program has db open; NILA_ERR_CONFIG: db is
 * another program's; NILA_ERR_DENIED, NILA_ERR_FULL, NILA_ERR_IO: then db is what it was. */
NILA_MUST_CHECK int backup_swap(const char *db, const char *with, const char *aside, char *why,
                                size_t why_size);

/* Writes to names what the records file now, a restored copy, has valid again that in old, the file it replaced, was not: "user budi, key pi-tani",
 * "" nothing. NILA_ERR_CORRUPT: old can't be read; NILA_ERR_IO. */
NILA_MUST_CHECK int backup_revived(const char *now, const char *old, struct buf *names);

#endif
