/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parts: what the pages have in common: head and foot, badge, advice, values. Everything is appended to b. */
#ifndef ANALYTICS_WEB_PARTS_H
#define ANALYTICS_WEB_PARTS_H

#include "analytics/web/page.h"
#include "analytics/web/text.h"

struct parts_head {
    const char *title;  /* of the window; the app's name is added */
    const char *path;   /* of this page: the language link keeps it */
    enum text here;     /* the menu entry that is marked, TEXT_COUNT none */
    bool refresh;       /* load again each minute */
    int again_s;        /* load again after so many seconds, 0: as refresh says */
    const char *script; /* path of a script; again_s then is for browsers without; NULL: none */
    bool alone;         /* that script is the only one: nothing is written down on this page */
    const char *query;  /* "a=1&": the language link keeps it too; NULL: none */
    const char *notice; /* "" or NULL: none */
    const struct viewer *viewer; /* the menu is theirs; NULL: as m says */
    const struct page_model *m;  /* says when the alarm has stopped; NULL: nothing is known */
};
void parts_begin(struct buf *b, const struct parts_head *h, enum lang lang);
void parts_end(struct buf *b, enum lang lang);
/* May who looks at m write down what is of the pond, or could, were there users? */
bool parts_may_note(const struct page_model *m, const struct page_pond *p);

/* A sentence of the table, filled and escaped. args NULL: no placeholders. */
void parts_say(struct buf *b, enum lang lang, enum text key, const struct text_arg *args);
/* The same within an element: <tag class="class">...</tag>; class "" for none. */
void parts_element(struct buf *b, const char *tag, const char *class_name, enum lang lang,
                   enum text key, const struct text_arg *args);

/* CSS class of a level: "ok" "watch" "danger" "nodata". */
const char *parts_level_class(enum status_level level);
/* Shape and word: tick AMAN, triangle WASPADA, octagon BAHAYA, question TIDAK ADA DATA. */
void parts_badge(struct buf *b, enum lang lang, enum status_level level);

/* Title, sentence and steps of a pond's status, the first step large. */
void parts_advice(struct buf *b, const struct page_model *m, const struct page_pond *p,
                  enum lang lang);
/* On the card: why, in a few words; without data also since when. */
void parts_why(struct buf *b, const struct page_model *m, const struct page_pond *p,
               enum lang lang);
/* Only the steps: on the card. */
void parts_steps(struct buf *b, const struct page_model *m, const struct page_pond *p,
                 enum lang lang);
/* Oxygen, temperature, pH, ammonia: present values only, others as a dash. */
void parts_values(struct buf *b, const struct page_model *m, const struct page_pond *p,
                  enum lang lang);
/* "Dibaca 05.12 WIB" or "Data terakhir ..." */
void parts_when(struct buf *b, const struct page_model *m, const struct page_pond *p,
                enum lang lang);
/* The sentence that the database is away, when it is; else when values were read. */
void parts_database(struct buf *b, const struct page_model *m, enum lang lang);
/* That the alarm does not run, when it does not: where ponds are shown also when it never did. */
void parts_watch(struct buf *b, const struct page_model *m, enum lang lang);
/* The telephone button, when there is a number. */
void parts_call(struct buf *b, const struct page_model *m, enum lang lang);

#endif
