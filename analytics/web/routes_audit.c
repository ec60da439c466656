/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who changed what: of accounts an admin sees those of their regencies, everybody their own. */
#include "routes_account.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN 100

void make_audit(const struct request *q, struct reply *r)
{
    struct page_frame p = frame_of(q, TEXT_COUNT, false);
    struct rec_user_event *event = NULL;
    size_t n = 0;

    if (records_user_events(q->w->accounts, q->viewer->user, 0, SHOWN, &event, &n) != 0) {
        reply_error(q, r, 503);
        return;
    }
    page_audit(&r->body, &p, event, n, q->lang);
    free(event);
}
