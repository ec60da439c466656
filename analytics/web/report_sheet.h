/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_sheet: the monthly report as tables for spreadsheets: what the page shows, unrounded, and no more. Pure. */
#ifndef ANALYTICS_WEB_REPORT_SHEET_H
#define ANALYTICS_WEB_REPORT_SHEET_H

#include "analytics/sheet.h"
#include "analytics/web/page_office.h"

/* Rows of kecamatan, regencies and (node joint) both together. whole: a workbook, with pages of the quarter and of targets too. notice: of
 * the configuration, "" none. What is not told is empty. */
void report_sheet(struct sheet *s, const struct monthly_report *r, size_t node, const char *notice,
                  bool whole, enum lang lang);

#endif
