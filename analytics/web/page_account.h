/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page_account: the pages of accounts as text: logging in, one's own account, users. Pure; whole documents, as page.h. */
#ifndef ANALYTICS_WEB_PAGE_ACCOUNT_H
#define ANALYTICS_WEB_PAGE_ACCOUNT_H

#include "analytics/web/parts.h"
#include "analytics/web/viewer.h"

struct page_login {
    const struct viewer *viewer;
    const char *notice; /* "" none */
    const char *back;   /* where to go on; "" home */
    const char *who;    /* as typed; "" nothing */
    enum text problem;  /* TEXT_COUNT: none */
    long wait_s;        /* of TEXT_LOGIN_WAIT */
};
void page_login(struct buf *b, const struct page_login *p, enum lang lang);

void page_account(struct buf *b, const struct viewer *v, const char *notice, enum lang lang);

#endif
