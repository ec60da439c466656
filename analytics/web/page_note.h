/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page_note: the pages on which a farmer writes things down (note.h). Pure; whole documents, as page.h.
 *
 * Everything works without a script; with it (script.js) drafts and what could not be sent are kept. */
#ifndef ANALYTICS_WEB_PAGE_NOTE_H
#define ANALYTICS_WEB_PAGE_NOTE_H

#include "analytics/records/change.h"
#include "analytics/web/note.h"
#include "analytics/web/page.h"

#define NOTE_KEY_SIZE PAGE_TOKEN_SIZE

/* A row that is on record, and of which kind it is. */
struct note_row {
    enum note_kind kind;
    const struct rec_row *row;
};

/* "/catat": a big button a kind, the last rows of the pond with "Koreksi". row: newest first. */
void page_notes(struct buf *b, const struct page_model *m, const struct page_pond *p,
                const struct note_row *row, size_t rows, enum lang lang);

/* A stocking looks so many days back for what was measured before it. */
#define NOTE_CHECK_DAYS 3
struct note_check_row {
    const struct rec_row *row; /* the newest of NOTE_PRESTOCK; NULL none */
};

struct note_form {
    const struct note *note;
    const struct page_pond *pond;
    const struct rec_row *last; /* of the kind and pond; NULL none */
    const struct note_check_row
        *check;      /* of a stocking: what was measured before it; NULL: not asked for */
    const char *key; /* of this form: the same one twice is noted once */
    const char *uid, *based_on; /* of the row that is corrected; "" a new one */
    bool typed;                 /* it was sent and comes back */
    bool money;
    enum text problem; /* above the form; TEXT_COUNT: none, or only those of fields */
};
void page_note_form(struct buf *b, const struct page_model *m, const struct note_form *f,
                    enum lang lang);

/* "Tersimpan di alat 05.14", with what was stored. row NULL: water, of value mg/L. */
void page_note_saved(struct buf *b, const struct page_model *m, const struct page_pond *p,
                     enum note_kind kind, const struct rec_row *row, double water, bool corrected,
                     enum lang lang);

/* Asks before a row is taken back, on a page of its own. */
void page_note_withdraw(struct buf *b, const struct page_model *m, const struct page_pond *p,
                        const struct note_row *row, const char *key, const char *why,
                        enum lang lang);
/* It was. */
void page_note_withdrawn(struct buf *b, const struct page_model *m, const struct page_pond *p,
                         enum lang lang);

/* The cell of a row by its column; "" when it has none. */
const char *note_cell(enum note_kind k, const struct rec_row *row, const char *column);

#endif
