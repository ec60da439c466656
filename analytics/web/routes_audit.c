/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who changed what: of a farm's records whoever may read them, of accounts everybody their own (an admin sees others' on their pages). */
#include "routes_account.h"

#include <stdlib.h>
#include <string.h>

#include "analytics/web/page_audit.h"

#define SHOWN 100

int may_audit(const struct request *q)
{
    enum regency g;
    int rc = slug_valid(q->rest) ? records_farm_regency(q->w->accounts, q->rest, &g)
                                 : NILA_ERR_NOT_FOUND;

    if (rc == NILA_ERR_NOT_FOUND || (rc == 0 && !viewer_sees_farm(q->viewer, q->rest, g)))
        return 404;
    return rc == 0 ? 0 : 503;
}

void make_audit_farm(const struct request *q, struct reply *r)
{
    const char *before = request_query(q, "sebelum");
    struct page_frame p = frame_of(q, TEXT_COUNT, false);
    struct page_audit a = {.farm = q->rest, .money = viewer_sees_money(q->viewer, q->rest)};
    struct change_filter f = {.farm = q->rest, .most = SHOWN + 1};
    struct rec_change *change = NULL;
    size_t n = 0;

    if (before != NULL && before[0] != '\0' && before[strspn(before, "0123456789")] == '\0' &&
        strlen(before) < 18)
        f.before_id = strtoll(before, NULL, 10);
    if (records_changes(q->w->accounts, &f, &change, &n) != 0) {
        reply_error(q, r, 503);
        return;
    }
    a.change = change;
    a.more = n > SHOWN;
    a.changes = a.more ? SHOWN : n;
    page_audit(&r->body, &p, &a, q->lang);
    records_changes_free(change, n);
}

void make_audit(const struct request *q, struct reply *r)
{
    struct page_frame p = frame_of(q, TEXT_COUNT, false);
    struct page_audit a = {.farm = ""};
    struct rec_user_event *event = NULL;
    struct rec_farm_name *farm = NULL;
    size_t n = 0;

    if (records_user_events(q->w->accounts, q->viewer->user, 0, SHOWN, &event, &a.events) != 0 ||
        records_farm_names(q->w->accounts, &farm, &n) != 0) {
        free(event);
        reply_error(q, r, 503);
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (viewer_sees_farm(q->viewer, farm[i].slug, farm[i].regency))
            farm[a.farms++] = farm[i];
    a.event = event;
    a.farm_name = farm;
    page_audit(&r->body, &p, &a, q->lang);
    free(farm);
    free(event);
}
