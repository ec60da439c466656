/* SPDX-License-Identifier: GPL-3.0-or-later */
/* routes_account: what the files of account routes share. */
#ifndef ANALYTICS_WEB_ROUTES_ACCOUNT_H
#define ANALYTICS_WEB_ROUTES_ACCOUNT_H

#include "analytics/web/page_account.h"
#include "analytics/web/server_own.h"

struct page_frame frame_of(const struct request *q, enum text said, bool bad);

void make_users(const struct request *q, struct reply *r); /* routes_users.c */
int may_user(const struct request *q);
void make_user(const struct request *q, struct reply *r);
int may_audit(const struct request *q);
void make_audit_farm(const struct request *q, struct reply *r);
void make_audit(const struct request *q, struct reply *r); /* routes_audit.c */

#endif
