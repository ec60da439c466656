/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A batch: from rows to lines, and back to the row up to which all is settled. */
#include <stdio.h>
#include <string.h>

#include "collector/common/lineproto.h"
#include "collector/common/log.h"
#include "uplink_parts.h"

#define ROW_BYTES 16384 /* no row's lines are longer */

/* Adds a row's lines. A row that cannot be written as lines can never be sent: it is quarantined. */
static int add_row(struct uplink *u, const struct journal_row *row)
{
    size_t from = u->text.n;
    int n = lineproto_append(&u->text, &row->set);

    if (n < 0 && u->ahead)
        return 0; /* in its turn */
    if (n < 0) {
        char what[96];
        (void)snprintf(what, sizeof what, "row of device %s at %lld ms", row->set.tags.device,
                       (long long)row->set.ts_ms);
        log_warnx("sink %s: %s cannot be written as lines; it is quarantined", u->c.sink->slug,
                  what);
        return journal_quarantine(u->c.journal, u->c.index, row->seq, what, strlen(what),
                                  "not sendable");
    }
    for (int i = 0; i < n; i++) {
        const char *end = memchr(u->text.p + from, '\n', u->text.n - from);
        u->line[u->lines++] = (struct uplink_line){.from = from, .seq = row->seq};
        from = end != NULL ? (size_t)(end - u->text.p) + 1 : u->text.n;
    }
    return 0;
}

static bool has_room(const struct uplink *u, size_t max)
{
    return u->lines < max && u->text.n < UPLINK_BYTES_MAX - ROW_BYTES;
}

int uplink_batch_fill(struct uplink *u, int64_t after, size_t max, int64_t *upto)
{
    int64_t newest = journal_sendable_seq(u->c.journal), at = after;
    int n = 0;

    buf_clear(&u->text);
    u->lines = 0;
    while (has_room(u, max)) {
        n = journal_peek(u->c.journal, at, u->rows, UPLINK_PEEK_ROWS);
        if (n <= 0)
            break;
        for (int i = 0; i < n && has_room(u, max); i++) {
            int rc = add_row(u, &u->rows[i]);
            if (rc != 0)
                return rc;
            at = u->rows[i].seq;
        }
    }
    /* nothing readable up to the newest row: the damaged ones there are passed over for good */
    if (n == 0 && at < newest)
        at = newest;
    u->line[u->lines] = (struct uplink_line){.from = u->text.n, .seq = at};
    *upto = at;
    return n < 0 ? n : 0;
}

int64_t uplink_batch_done(const struct uplink *u, int64_t upto)
{
    for (size_t i = 0; i < u->lines; i++)
        if (!u->line[i].settled)
            return u->line[i].seq - 1;
    return upto;
}
