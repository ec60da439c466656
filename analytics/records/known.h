/* SPDX-License-Identifier: GPL-3.0-or-later */
/* known: which rows of old are on record, found by their contents, and which of them a file has told again. An import asks it for each of
 * its rows: a few steps however many rows are alike, or of one pond and day. In memory: some 100 bytes a row of old; what is loaded is
 * forgotten when it is more than was allowed, and loaded again when it is asked for. Who is claimed is remembered to the end. Pure. */
#ifndef ANALYTICS_RECORDS_KNOWN_H
#define ANALYTICS_RECORDS_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "change.h"

struct known; /* opaque */

/* most: rows held at a time, at least; 0: 500,000. Never NULL. */
struct known *known_new(size_t most);
void known_free(struct known *k); /* NULL is fine */

/* Is the group (rows of one pond and day, say) loaded? When not, the caller now gives each of its rows by known_row. The name is of 32
 * hexadecimal digits, as every contents below (uid.h). */
bool known_group(struct known *k, const char name[static CHANGE_UID_SIZE]);
/* A row of old. Earlier ones are found first; the same id may come with other contents, as versions of it. */
void known_row(struct known *k, const char contents[static CHANGE_UID_SIZE], int64_t entered_on,
               int64_t id);

/* Claims a row of these contents that nobody has claimed yet, entered at that time; its id, 0: there is none. entered_on NULL: at any. */
int64_t known_claim(struct known *k, const char contents[static CHANGE_UID_SIZE],
                    const int64_t *entered_on);

/* Which of equal rows the next one of these contents is, as far as it was told; 1 at first. */
int64_t known_next(struct known *k, const char contents[static CHANGE_UID_SIZE]);
void known_set_next(struct known *k, const char contents[static CHANGE_UID_SIZE], int64_t next);

/* For tests: places looked at so far. */
uint64_t known_steps(const struct known *k);

#endif
