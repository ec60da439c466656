/* SPDX-License-Identifier: GPL-3.0-or-later */
/* uid: names of rows and of changes that are the same in every records file: 32 hexadecimal digits.
 *
 * A row that came from a CSV file, or that has a key (a farm, pond, cycle), is named after its contents: the same file
 * imported on the farm's Pi and in the office gives the same rows. What is typed into a form is named at random. */
#ifndef ANALYTICS_RECORDS_UID_H
#define ANALYTICS_RECORDS_UID_H

#include "collector/common/sha256.h"
#include "columns.h"

/* Random, from the kernel. */
void uid_random(char out[static CHANGE_UID_SIZE]);

/* Of a row: what row_uid below gives for it in SQL. again: 1, or which of equal rows it is; a row with a key is named by that
 * alone. */
void uid_of_row(enum records_table t, const struct cell *cell, int64_t again,
                char out[static CHANGE_UID_SIZE]);

/* The same in two steps, for several names of one row: what its contents come to, and a name of it. With again 0 the name tells contents
 * apart, and is no row's. */
struct uid_contents {
    struct sha256 sum;
    bool key;
};
void uid_contents(enum records_table t, const struct cell *cell, struct uid_contents *out);
void uid_name(const struct uid_contents *c, int64_t again, char out[static CHANGE_UID_SIZE]);
/* Of any text. */
void uid_of_text(const char *text, char out[static CHANGE_UID_SIZE]);

struct sqlite3;
/* Teaches a connection row_uid(table, name, value, ...): the first half of the SHA-256 over the table, the names and the
 * values. A NULL value is left out with its name, so that columns that come later change no name. SQLITE_OK or its code. */
int uid_teach(struct sqlite3 *handle);

#endif
