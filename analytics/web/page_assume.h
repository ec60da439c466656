/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page_assume: "/asumsi": what demand and balance are made of, with source and date; the history of each value; and, for officers, a
 * form that adds a newer one, and a button that takes one back, with a reason that stays on record. Nothing is overwritten: the newest by
 * its date counts. Pure. */
#ifndef ANALYTICS_WEB_PAGE_ASSUME_H
#define ANALYTICS_WEB_PAGE_ASSUME_H

#include "analytics/records/change.h"
#include "analytics/web/page.h"
#include "analytics/web/text.h"

/* A row on record, as it was entered. */
struct page_assume_row {
    struct rec_assumption a;
    char by[SLUG_SIZE]; /* "" not known */
    int64_t entered_ms; /* 0 not known */
    bool counts;        /* the newest of its key, place and months */
    bool may;           /* the viewer may take it back */
    char uid[CHANGE_UID_SIZE], change[CHANGE_UID_SIZE];
};

enum page_assume_field {
    ASSUME_KEY,
    ASSUME_NODE,
    ASSUME_VALUE,
    ASSUME_LOW,
    ASSUME_HIGH,
    ASSUME_MONTHS,
    ASSUME_SOURCE,
    ASSUME_ON,
    ASSUME_FIELDS
};
/* Its column in the records; also its name in the form. */
const char *page_assume_column(enum page_assume_field f);

#define PAGE_ASSUME_FAULTS 8
struct page_assume {
    size_t n;
    struct page_assume_row *row; /* newest entry first */
    bool may[REGENCY_COUNT];     /* the viewer may enter values of it; of both: also joint ones */
    bool saved, taken_back;      /* one was just entered; taken back */
    const struct rec_change *withdrawn; /* newest first */
    size_t withdrawns;
    const char *reason_of;   /* the row whose reason is missing or was refused; NULL: none */
    const char *csrf, *once; /* of the form: its token, and what makes it count once */
    const char *text[ASSUME_FIELDS]; /* as typed; NULL counts as "" */
    char fresh[PAGE_TOKEN_SIZE],
        today[16]; /* where once and the day lie when they were not typed */
    size_t faults;
    struct page_assume_fault {
        char column[24], reason[200];
    } fault[PAGE_ASSUME_FAULTS];
};

/* Marks the rows that count. */
void page_assume_settle(struct page_assume *p);
void page_assume(struct buf *b, const struct page_model *m, const struct page_assume *p,
                 enum lang lang);

#endif
