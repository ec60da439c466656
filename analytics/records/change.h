/* SPDX-License-Identifier: GPL-3.0-or-later */
/* change: rows written one at a time, corrected and withdrawn, and the list of all changes.
 *
 * Nothing is lost: a correction keeps the version before it, a withdrawal the row, and both are seen by a snapshot of a
 * moment before. Every row that is written, by the import too, stands in the list of changes, which the file itself
 * refuses to alter; row and change are one transaction. Changes are numbered by the file where they were made (origin,
 * from 1), so that files can be brought together.
 *
 * Threads: as struct records. Errors: as records_snapshot, and what each function says. */
#ifndef ANALYTICS_RECORDS_CHANGE_H
#define ANALYTICS_RECORDS_CHANGE_H

#include "records.h"

#define CHANGE_UID_SIZE    33  /* 32 hexadecimal digits and the closing 0 */
#define CHANGE_WORD_SIZE   24  /* of how and kind */
#define CHANGE_REASON_SIZE 201 /* bytes of a reason, with its closing 0; longer is refused */
#define CHANGE_KEY_SIZE    65  /* of a form's key; longer is refused */

struct change_who {
    char user[SLUG_SIZE];       /* "" unknown */
    char how[CHANGE_WORD_SIZE]; /* "page" "cli" "import" "sync" */
    int64_t at_ms;              /* now; nothing that is entered may be later */
};

/* A cell as it stands in the CSV file, "" empty. A number may have a decimal point or comma; "1.500", which may be fifteen
 * hundred, is refused. */
struct change_cell {
    const char *column, *text;
};

/* Called for each thing that is wrong, in the tongue of the process (tongue.h). column "": the row. */
typedef void (*change_complaint)(void *arg, const char *column, const char *reason);

/* The three below: key is the form's own ("" none). The same key of the same user again changes nothing and answers as the
 * first time, *repeated true. complain may be NULL. Errors beside those of records_snapshot, with nothing stored:
 * NILA_ERR_PARSE (what complain was told), NILA_ERR_NOT_FOUND (no such row, or it was withdrawn), NILA_ERR_FULL. */

/* Adds a row with the checks of the import; columns left out are empty. uid_out: the row's. */
NILA_MUST_CHECK int records_add(struct records *r, enum records_table t,
                                const struct change_cell *cell, size_t n, const char *key,
                                const struct change_who *who, change_complaint complain, void *arg,
                                char uid_out[static CHANGE_UID_SIZE], bool *repeated);

/* Changes the cells given and leaves the others. based_on: the change the author saw (struct rec_row), "" not told: when
 * another has come since, NILA_ERR_REFUSED with words, and the author must look again. A key (the name of a farm, pond,
 * cycle) cannot be corrected. Cells that are all as on record: nothing is stored, *repeated true. */
NILA_MUST_CHECK int records_correct(struct records *r, enum records_table t, const char *uid,
                                    const struct change_cell *cell, size_t n, const char *based_on,
                                    const char *reason, const char *key,
                                    const struct change_who *who, change_complaint complain,
                                    void *arg, bool *repeated);

/* Takes the row back. NILA_ERR_REFUSED with words: others depend on it (a pond's feedings, the events of a cycle). */
NILA_MUST_CHECK int records_withdraw(struct records *r, enum records_table t, const char *uid,
                                     const char *based_on, const char *reason, const char *key,
                                     const struct change_who *who, change_complaint complain,
                                     void *arg, bool *repeated);

/* --- reading --- */

#define RECORDS_COLUMNS_MAX 20

/* Columns of a table's CSV without entered_on; name NULL behind the last. */
const char *records_column(enum records_table t, size_t i);
bool records_column_needed(enum records_table t, size_t i);
/* Words that the column takes, NULL-ended; NULL when it takes others. */
const char *const *records_column_words(enum records_table t, size_t i);

struct rec_row {
    char uid[CHANGE_UID_SIZE];
    char change[CHANGE_UID_SIZE]; /* the newest of this row: based_on of a correction */
    char by[SLUG_SIZE];           /* who made that */
    int64_t entered_ms;           /* when this version became known */
    size_t cells;
    /* as in the CSV, in the order of records_column; "" empty. A number never has exactly three decimals, so that it can be
     * given back as it is */
    char *text[RECORDS_COLUMNS_MAX];
};
/* NILA_ERR_NOT_FOUND. *out is the caller's, records_rows_free(out, 1). */
NILA_MUST_CHECK int records_row(struct records *r, enum records_table t, const char *uid,
                                struct rec_row **out);
/* A table's rows of one pond, newest day first, at most most; of farms, groups and the region's tables pond is "": all rows,
 * newest entry first. NILA_ERR_UNSUPPORTED: the table knows no ponds and pond is not "". */
NILA_MUST_CHECK int records_rows_of_pond(struct records *r, enum records_table t, const char *pond,
                                         size_t most, struct rec_row **out, size_t *n);
void records_rows_free(struct rec_row *row, size_t n); /* NULL is fine */

struct rec_change {
    int64_t id; /* rises; of this file */
    char uid[CHANGE_UID_SIZE];
    int64_t at_ms;
    char by[SLUG_SIZE], how[CHANGE_WORD_SIZE];
    char table[CHANGE_WORD_SIZE], row_uid[CHANGE_UID_SIZE];
    char kind[CHANGE_WORD_SIZE]; /* "add" "correct" "withdraw" "erase" */
    char based_on[CHANGE_UID_SIZE];
    char *old_json, *new_json; /* {"column":"text as in the CSV"}; "" none */
    char reason[CHANGE_REASON_SIZE];
    char origin[CHANGE_UID_SIZE];
    int64_t origin_seq;
};
struct change_filter {
    const char *table;   /* NULL all; names of records_table_name */
    const char *row_uid; /* NULL all */
    const char *by;      /* NULL all */
    const char *farm;    /* NULL all; slug: the farm's row, its ponds and what lies in them */
    int64_t since_ms, until_ms; /* [since, until); until 0: no end */
    int64_t before_id;          /* only ids under it, for paging; 0: no bound */
    size_t most;                /* 0: 1000 */
};
/* Newest first. *out is the caller's, records_changes_free. */
NILA_MUST_CHECK int records_changes(struct records *r, const struct change_filter *f,
                                    struct rec_change **out, size_t *n);
void records_changes_free(struct rec_change *change, size_t n); /* NULL is fine */

#endif
