/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page_audit: who changed what, as text. Pure; a whole document, as page.h. */
#ifndef ANALYTICS_WEB_PAGE_AUDIT_H
#define ANALYTICS_WEB_PAGE_AUDIT_H

#include "analytics/records/change.h"
#include "analytics/web/page_account.h"

struct page_audit {
    const char *farm; /* whose records; "": the list of farms, and one's own account */
    bool money;       /* the viewer may see prices and buyers */
    const struct rec_change *change; /* newest first */
    size_t changes;
    bool more; /* there are older ones */
    const struct rec_user_event *event;
    size_t events;
    const struct rec_farm_name *farm_name; /* that the viewer may read */
    size_t farms;
};
void page_audit(struct buf *b, const struct page_frame *p, const struct page_audit *a,
                enum lang lang);
/* A table of the records in the viewer's words; TEXT_COUNT: it has none. */
enum text audit_table_text(const char *name);
#endif
