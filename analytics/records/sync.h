/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sync: the records of a farm's own computer and those of the office, kept in step.
 *
 * The office is the one that puts changes in order: by the moment they reach it. A row is what the last change in that order
 * made it, on both sides; a change that was made without knowing of the one before it wins as well, and the two are a
 * conflict: both stay in the list of changes, and sync_conflicts names them. What refers to a pond or farm brings it back
 * when it was withdrawn meanwhile; of two cycles stocked in one pond on one day the earlier is withdrawn. What is entered as
 * new and was in the office in those words before (one list imported on both sides) leaves the office's correction alone.
 *
 * Every message may be lost, cut, or come twice, in any order: a change is known by its uid and taken once, and a message is
 * taken wholly or not at all. The farm's computer is always the one that asks (analytics/synclink.h).
 *
 * farms, ponds, cycles, feed, samples, deaths, harvests, sensors, notes and prestock are kept in step; users, contacts,
 * limits, official figures, assumptions, alarms, buttons and photos' bytes are not. The erasure of a person has to be done on
 * both sides.
 *
 * Threads: as struct records. Errors: as records_snapshot, and what each function says; why has SYNC_WHY bytes, in the tongue of
 * the process. */
#ifndef ANALYTICS_RECORDS_SYNC_H
#define ANALYTICS_RECORDS_SYNC_H

#include "change.h"

struct buf;

#define SYNC_WHY        256
#define SYNC_BODY_MAX   ((size_t)64 * 1024) /* of a message; longer ones are refused */
#define SYNC_BODY_USUAL ((size_t)48 * 1024) /* the longest line fits behind it */
#define SYNC_KEY_SIZE   65                  /* 64 hexadecimal digits and the closing 0 */
#define SYNC_FARMS_MAX  64                  /* of one farm's computer */

struct sync_report {
    size_t taken;     /* changes that were new */
    size_t repeated;  /* known already */
    size_t conflicts; /* new ones */
    bool more;        /* of a farm's: there is more to ask for at once */
    bool
        other; /* of a farm's: the office is another file than before (restored); all is compared anew */
};

/* --- in the office --- */

/* A key for the computer node, which may speak of these farms and no others; a key it had no longer counts. The key is shown
 * this once, its digest kept. NILA_ERR_RANGE: no farm, too many, no slug. */
NILA_MUST_CHECK int sync_key_make(struct records *r, const char *node, const char *const *farm,
                                  size_t farms, int64_t now_ms, char key[static SYNC_KEY_SIZE]);
/* Whose key is it? NILA_ERR_DENIED: nobody's. Takes the same time wherever it differs. */
NILA_MUST_CHECK int sync_key_find(struct records *r, const char *key, char node[static SLUG_SIZE]);

/* Takes what node sent (text, n bytes and a closing 0; it is cut up) and writes the answer. All or nothing: NILA_ERR_PARSE,
 * NILA_ERR_DENIED (a row of another farm, named in why), NILA_ERR_REFUSED (another computer speaks with this name),
 * NILA_ERR_FULL (over SYNC_BODY_MAX). */
NILA_MUST_CHECK int sync_office_push(struct records *r, const char *node, char *text, size_t n,
                                     int64_t now_ms, struct buf *answer, struct sync_report *out,
                                     char *why);
/* What node does not know yet, of its farms, behind place after, in about most bytes; origin: the name of its file.
 * NILA_ERR_PARSE: no name. */
NILA_MUST_CHECK int sync_office_pull(struct records *r, const char *node, const char *origin,
                                     int64_t after, size_t most, int64_t now_ms, struct buf *answer,
                                     char *why);

struct sync_node {
    char node[SLUG_SIZE];
    char farms[512];          /* with blanks between; what fits */
    int64_t made_ms, seen_ms; /* 0: never seen */
};
NILA_MUST_CHECK int sync_nodes(struct records *r, struct sync_node **out, size_t *n); /* free() */

/* --- on the farm --- */

/* Where the farm stands; all 0 before the first answer. */
struct sync_standing {
    bool ever;                    /* there was contact */
    char origin[CHANGE_UID_SIZE]; /* of this file */
    int64_t pulled;               /* the place to ask behind */
    int64_t unsent;               /* changes made here that the office has not confirmed */
    int64_t ok_ms,
        fail_ms; /* of the last round that went well, and of the last that did not; 0 never */
    char fail[SYNC_WHY];
};
NILA_MUST_CHECK int sync_standing(struct records *r, struct sync_standing *out);
/* Changes made here that the office has not confirmed; 0 where no office was ever set up. For pages. */
NILA_MUST_CHECK int records_unsent(struct records *r, int64_t *n);
/* Marks the file as a farm's: from here on records_unsent counts. */
NILA_MUST_CHECK int sync_farm_begin(struct records *r);
/* How a round ended: fail "" well. */
NILA_MUST_CHECK int sync_farm_ended(struct records *r, int64_t now_ms, const char *fail);

/* The next message to push, of about most bytes (one change at least), and up to which change it goes (*upto, for
 * sync_farm_sent). *n: changes in it; 0: none to send. */
NILA_MUST_CHECK int sync_farm_push(struct records *r, size_t most, struct buf *out, int64_t *upto,
                                   size_t *n);
/* The office's answer to it. NILA_ERR_PARSE. */
NILA_MUST_CHECK int sync_farm_sent(struct records *r, char *answer, size_t n, int64_t upto,
                                   struct sync_report *out, char *why);
/* The office's answer to a pull behind place after. NILA_ERR_PARSE; NILA_ERR_CORRUPT: the office has changes of this file that
 * the file lost (it was copied back by hand). An answer to an older question changes nothing. */
NILA_MUST_CHECK int sync_farm_pulled(struct records *r, char *answer, size_t n, int64_t after,
                                     int64_t now_ms, struct sync_report *out, char *why);

/* --- conflicts, on both sides --- */
struct sync_conflict {
    char table[CHANGE_WORD_SIZE], row_uid[CHANGE_UID_SIZE];
    char farm[SLUG_SIZE]; /* the row's; "" not known any more */
    bool settled;         /* the row was changed again since */
    int64_t at_ms;        /* seen here */
    struct sync_side {
        char uid[CHANGE_UID_SIZE], by[SLUG_SIZE], kind[CHANGE_WORD_SIZE];
        int64_t at_ms; /* as its author's clock told */
        char *json;    /* what it made of the row; "" withdrawn, or not known here */
    } won, lost;
    /* cells that differ, and the one the row is known by (farm, pond or its name) first; the texts are as in the CSV */
    struct sync_difference {
        char column[CHANGE_WORD_SIZE];
        char *won, *lost;
    } cell[RECORDS_COLUMNS_MAX];
    size_t cells;
};
/* Those seen here since since_ms, newest first, at most most. Of these farms; farms 0: of all. */
NILA_MUST_CHECK int sync_conflicts(struct records *r, const char (*farm)[SLUG_SIZE], size_t farms,
                                   int64_t since_ms, size_t most, struct sync_conflict **out,
                                   size_t *n);
void sync_conflicts_free(struct sync_conflict *c, size_t n); /* NULL is fine */

#endif
