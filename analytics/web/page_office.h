/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page_office: the pages of the offices' daily work: the monthly report, ponds and who wrote, the hatcheries' ledger, the sketch of
 * the regencies, odd figures, assumptions. As page.h: pure, one whole document each. */
#ifndef ANALYTICS_WEB_PAGE_OFFICE_H
#define ANALYTICS_WEB_PAGE_OFFICE_H

#include "analytics/supply/monthly.h"
#include "analytics/supply/oddities.h"
#include "analytics/web/page.h"
#include "analytics/web/text.h"

/* "/laporan": asked is what the query said of the month, node 0 joint, else 1 + regency; number: of the letter, "" not given. */
void page_report(struct buf *b, const struct page_model *m, const struct monthly_report *r,
                 size_t node, const char *asked, const char *number, enum lang lang);
const char *report_node_word(size_t node); /* "gabungan", "kotim", "seruyan" */
/* The month of "2026-11"; "" or anything else: the one before that of now_ms. *good: it was one, and not after now. */
int32_t page_report_month(const char *asked, int64_t now_ms, bool *good);

/* "/kolam-wilayah": what the list shows. */
struct page_ponds_filter {
    int regency; /* -1: all */
    int system;  /* -1: all */
    bool late;   /* only those that are late */
};
/* A pond of the list. */
struct page_ponds_row {
    char pond[SLUG_SIZE], name[SITE_NAME_SIZE], farm[SITE_NAME_SIZE];
    size_t kecamatan;
    enum pond_system system;
    double area_m2;
    bool active;         /* a cycle is open */
    int32_t stocked_day; /* of it */
    double count;
    int32_t last_day;    /* of the newest row; INT32_MIN: there is none */
    int32_t silent_days; /* since then; -1: without a cycle nothing is expected */
};
struct page_ponds {
    int32_t today;
    size_t n;
    struct page_ponds_row *row; /* the caller's to free */
    unsigned active, written;   /* ponds with a cycle; of them with a row within PAGE_LATE_DAYS */
};
/* A pond with a cycle of which nothing was written for longer is late; farmers write every 14 days in the mean. */
#define PAGE_LATE_DAYS 14
/* may: farms the viewer sees, [s->farms]; NULL: all. Late ones first, the longest silence first. */
void page_ponds_list(struct page_ponds *out, const struct records_snapshot *s, const bool *may,
                     const struct page_ponds_filter *f, int64_t now_ms);
void page_ponds(struct buf *b, const struct page_model *m, const struct page_ponds *list,
                const struct page_ponds_filter *f, enum lang lang);

/* "/wilayah/benih": the hatcheries' rows, newest first, and what is left by month. */
void page_seed(struct buf *b, const struct page_model *m, const struct records_snapshot *s,
               enum lang lang);

/* "/wilayah/peta": one measure of the month as shades, with a legend and a table. */
void page_sketch(struct buf *b, const struct page_model *m, const struct monthly *of,
                 enum monthly_measure shown, enum lang lang);
NILA_MUST_CHECK int page_sketch_find(const char *name,
                                     enum monthly_measure *out); /* NILA_ERR_NOT_FOUND */

/* "/wilayah/telaah": odd[n]; names of farms and ponds come from s. */
void page_oddities(struct buf *b, const struct page_model *m, const struct records_snapshot *s,
                   const struct oddity *odd, size_t n, enum lang lang);

#endif
