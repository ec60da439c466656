/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sync_wire: what a farm and the office send each other: lines of text, each of fields with tabs between. Pure.
 *
 *   nila-sync 1 ORIGIN                                    who speaks: the name of the records file (change.h)
 *   change PLACE UID ORIGIN SEQ AT_MS KIND TABLE ROW SEEN LOST BY HOW REASON column=text ...
 *   mine PLACE UID LOST                                   a change that the asker made and the office has
 *   held SEQ                                              the newest number of the asker's that the office has
 *   next PLACE MORE                                       where the asker goes on; MORE 1: at once
 *   end
 *
 * \t, \n and \\ stand for a tab, a line feed and a backslash in a text. A message without its last line was cut. */
#ifndef ANALYTICS_RECORDS_SYNC_WIRE_H
#define ANALYTICS_RECORDS_SYNC_WIRE_H

#include "change.h"

struct buf;

#define SYNC_LATEST_MS 4102444800000 /* the year 2100: what lies behind is nobody's clock */
#define SYNC_CELLS_MAX (RECORDS_COLUMNS_MAX + 1) /* and entered_on */

enum sync_kind {
    SYNC_ADD,
    SYNC_CORRECT,
    SYNC_WITHDRAW,
    SYNC_KINDS
};
const char *sync_kind_name(enum sync_kind k); /* as in changes */

enum sync_what {
    SYNC_CHANGE,
    SYNC_MINE,
    SYNC_HELD,
    SYNC_NEXT
};

/* One line. Texts point into the message. */
struct sync_line {
    enum sync_what what;
    int64_t place; /* the number of the change in the office; 0 in a farm's message */
    bool more;
    const char *uid, *origin, *row_uid; /* 32 hexadecimal digits */
    const char *seen, *lost;            /* the same, or "" */
    int64_t seq, at_ms;                 /* seq >= 1 of a change, >= 0 held */
    enum sync_kind kind;
    enum records_table table;
    const char *by, *how, *reason; /* as long as change.h allows */
    struct change_cell cell[SYNC_CELLS_MAX];
    size_t cells;
};

struct sync_wire {
    char *at;
    long line;
    const char *origin;
    char why[160]; /* what is wrong: the line's number and words, in the tongue of the process */
};

/* Begins to read text, of n bytes and a closing 0, which is cut up; it must outlive what is read. NILA_ERR_PARSE with why: no
 * message, cut, not UTF-8, a control character. */
NILA_MUST_CHECK int sync_wire_open(struct sync_wire *w, char *text, size_t n);
/* 1: a line; 0: the end; NILA_ERR_PARSE with why. */
NILA_MUST_CHECK int sync_wire_next(struct sync_wire *w, struct sync_line *out);

void sync_wire_begin(struct buf *b, const char *origin);
/* Writes what a line of its kind has. */
void sync_wire_line(struct buf *b, const struct sync_line *l);
void sync_wire_end(struct buf *b);

#endif
