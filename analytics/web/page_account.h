/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page_account: the pages of accounts as text: logging in, one's own account, users, a new PIN, what was done. Pure; whole documents,
 * as page.h. Every form names the field "apa" (what is to be done), where a page has more than one. */
#ifndef ANALYTICS_WEB_PAGE_ACCOUNT_H
#define ANALYTICS_WEB_PAGE_ACCOUNT_H

#include "analytics/records/account.h"
#include "analytics/web/parts.h"
#include "analytics/web/viewer.h"

/* What every one of them needs. */
struct page_frame {
    const struct viewer *viewer;
    const char *notice; /* "" none */
    int64_t now_ms;
    enum text said; /* what came of the last form; TEXT_COUNT nothing */
    bool bad;       /* it was refused */
    long wait_s;    /* {detik} of said */
    const struct rec_farm_name
        *farm; /* names of farms, where a user's are told; NULL: by their short names */
    size_t farms;
};

/* back: where to go on. who: as typed, "" nothing. */
void page_login(struct buf *b, const struct page_frame *p, const char *back, const char *who,
                enum lang lang);
/* A PIN by a code. */
void page_code(struct buf *b, const struct page_frame *p, const char *who, enum lang lang);
void page_account(struct buf *b, const struct page_frame *p, const struct rec_user *u,
                  const struct rec_session *session, size_t n, enum lang lang);

struct page_users {
    const struct rec_user *user;
    size_t users;
    const struct rec_reset *reset; /* that the viewer may confirm */
    size_t resets;
    bool adds;        /* the viewer may add users */
    const char *code; /* just made, shown this once; "" none */
    const char *of;   /* whose */
};
void page_users(struct buf *b, const struct page_frame *p, const struct page_users *list,
                enum lang lang);
/* One of them; manages: the viewer may change more than start a new PIN. */
void page_user(struct buf *b, const struct page_frame *p, const struct rec_user *u, bool manages,
               const struct rec_user_event *event, size_t events, enum lang lang);

#endif
