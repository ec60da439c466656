/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import: readings from a CSV file (time,pond,device,metric,value,flag) into the journal.
 *
 * Everything is checked before the first row is stored. Rows are put in the order of time and gathered to sets; the column
 * flag may be empty or absent (2, not evaluated); an empty value needs flag 9; pond may be empty (the site's own devices).
 * A row that says exactly what another says is left out and counted; one that contradicts another is a mistake.
 * While a collector runs, rows go through its socket; else straight into the journal. The same file twice is harmless: the
 * points are the same. */
#ifndef COLLECTOR_IMPORT_H
#define COLLECTOR_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/common/site.h"

#define IMPORT_ROWS_MAX 5000000 /* in one file: 160 MB of memory */

struct import_report {
    size_t rows;        /* of the file */
    size_t repeated;    /* left out */
    size_t assumed_wib; /* times without an offset */
    size_t mistakes;
    size_t sets, values; /* journalled */
};

struct import_options {
    /* Gets each mistake as "file:line:column: reason"; may be NULL. */
    void (*mistake)(void *arg, const char *text);
    /* Called now and then with values stored and values in all; may be NULL. */
    void (*progress)(void *arg, size_t done, size_t all);
    void *arg;
};

/* NILA_ERR_PARSE: the file has mistakes, nothing was stored; NILA_ERR_NOT_FOUND, NILA_ERR_DENIED (the file);
 * NILA_ERR_FULL: more than IMPORT_ROWS_MAX rows; NILA_ERR_BUSY: no collector answers, but one holds the journal; other
 * errors of control_call and journal_append. why (size >= 256) has the words. out is filled in any case. */
NILA_MUST_CHECK int import_file(const struct site *site, const char *path,
                                const struct import_options *o, struct import_report *out,
                                char *why, size_t why_size);

#endif
