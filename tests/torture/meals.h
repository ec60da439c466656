/* SPDX-License-Identifier: GPL-3.0-or-later */
/* meals: a records file with one pond, and meals that can be told apart and are entered with the key of their form. */
#ifndef TORTURE_MEALS_H
#define TORTURE_MEALS_H

#include "analytics/records/change.h"

#define MEALS_MOST 100000

/* Opens the file at path; ends the program when it cannot. */
struct records *meals_open(const char *path);
/* Makes the file at path, with its pond; folder: for files of the moment. */
void meals_begin(const char *path, const char *folder);
/* Enters meal k, 0..MEALS_MOST, as from a form; the error of records_add. Once more for the same k changes nothing. */
int meals_enter(struct records *r, int k);
/* Which meals the file holds: times[k] counts them. The number of rows that are no meal of ours, -1: it cannot be read, or SQLite
 * finds it damaged. */
int meals_count(const char *path, unsigned char times[static MEALS_MOST]);

#endif
