/* SPDX-License-Identifier: GPL-3.0-or-later */
/* routes_report: the monthly report's part of routes_officer.c's table. */
#ifndef ANALYTICS_WEB_ROUTES_REPORT_H
#define ANALYTICS_WEB_ROUTES_REPORT_H

#include "analytics/web/page_office.h"
#include "analytics/web/server_own.h"

void make_report(const struct request *q, struct reply *r);
int may_report_file(const struct request *q);
void make_report_file(const struct request *q, struct reply *r);

#endif
