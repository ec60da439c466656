/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sheet_own: the workbook behind SHEET_XLSX, for sheet.c alone; sheet_xlsx.c is the only file with <xlsxwriter.h>. Rows are written in
 * order; at counts from 0. */
#ifndef ANALYTICS_SHEET_OWN_H
#define ANALYTICS_SHEET_OWN_H

#include "analytics/sheet.h"

#define XLSX_ROWS_MAX 1048576U /* of a page, by the format */

struct xlsx; /* opaque */

enum xlsx_style {
    XLSX_PLAIN,
    XLSX_REMARK, /* what it is, and the units */
    XLSX_HEAD,
    XLSX_DAY,
    XLSX_MOMENT,
    XLSX_STYLES
};

NILA_MUST_CHECK int xlsx_new(struct xlsx **out, char *why, size_t why_size);
/* A new page; rows above freeze stay in sight. */
void xlsx_page(struct xlsx *x, const char *name, unsigned freeze, size_t columns);
void xlsx_text(struct xlsx *x, unsigned row, unsigned at, const char *text, enum xlsx_style style);
void xlsx_number(struct xlsx *x, unsigned row, unsigned at, double v, enum xlsx_style style);
NILA_MUST_CHECK int xlsx_done(struct xlsx *x, struct buf *out, char *why, size_t why_size);

#endif
