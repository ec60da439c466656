/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page_note: the pages on which a farmer writes things down (note.h). Pure; whole documents, as page.h.
 *
 * Everything works without a script; with it (script.js) drafts and what could not be sent are kept. */
#ifndef ANALYTICS_WEB_PAGE_NOTE_H
#define ANALYTICS_WEB_PAGE_NOTE_H

#include "analytics/records/change.h"
#include "analytics/records/sync.h"
#include "analytics/web/note.h"
#include "analytics/web/page.h"

#define NOTE_KEY_SIZE PAGE_TOKEN_SIZE

/* A row that is on record, and of which kind it is. */
struct note_row {
    enum note_kind kind;
    const struct rec_row *row;
};

/* How a farm's records stand to the office's. */
struct note_standing {
    bool used;        /* this is a farm's own computer, with an office */
    int64_t unsent;   /* changes that the office has not confirmed */
    int64_t ok_ms;    /* of the last round that went well; 0 never */
    size_t conflicts; /* of the viewer's farms, of the last month, that nobody has settled */
};
/* "Semua catatan terkirim ke Dinas 05.12", or how many are not; NULL: nothing. page_conflict.c */
void note_standing(struct buf *b, const struct page_model *m, const struct note_standing *s,
                   enum lang lang);

/* "/catat": a big button a kind, the last rows of the pond with "Koreksi". row: newest first. */
void page_notes(struct buf *b, const struct page_model *m, const struct page_pond *p,
                const struct note_row *row, size_t rows, const struct note_standing *s, bool money,
                enum lang lang);

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
                     const struct note_standing *s, bool money, enum lang lang);

/* Asks before a row is taken back, on a page of its own. */
void page_note_withdraw(struct buf *b, const struct page_model *m, const struct page_pond *p,
                        const struct note_row *row, const char *key, const char *why,
                        enum lang lang);
/* It was. */
void page_note_withdrawn(struct buf *b, const struct page_model *m, const struct page_pond *p,
                         enum lang lang);

#define PAGE_PHOTOS_MAX 4 /* of a harvest */
struct page_photos {
    const struct page_pond *pond;
    const struct rec_row *row; /* of the harvest */
    char uid[PAGE_PHOTOS_MAX][CHANGE_UID_SIZE];
    size_t photos;
    enum text problem; /* of the last one sent; TEXT_COUNT none */
};
/* "/catat/foto": for whoever may see money. page_photo.c */
void page_photos(struct buf *b, const struct page_model *m, const struct page_photos *ph,
                 enum lang lang);

struct page_conflicts {
    const struct sync_conflict *conflict; /* newest first */
    size_t conflicts;
    const bool *money; /* of each: the viewer may see prices and buyers */
};
/* "/catat/bentrok". page_conflict.c */
void page_conflicts(struct buf *b, const struct page_model *m, const struct page_conflicts *p,
                    enum lang lang);

/* A number of the records as people write it. */
void note_number_text(const char *text, enum lang lang, char out[FORMAT_SIZE]);
/* The cell of a row by its column; "" when it has none. */
const char *note_cell(enum note_kind k, const struct rec_row *row, const char *column);

#endif
