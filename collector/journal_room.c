/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps the journal within its bound and its age. */
#include "journal_parts.h"

#include "collector/common/clock.h"
#include "collector/common/log.h"

#define TRIM_EVERY_MS \
    60000 /* old delivered rows are looked for this often, or every JOURNAL_BATCH rows */

int64_t journal_delivered(const struct journal *j)
{
    int64_t seq = j->last;

    for (unsigned i = 0; i < j->sinks; i++)
        if (j->mark[i] < seq)
            seq = j->mark[i];
    return seq;
}

/* Deletes rows from the oldest up to seq, and counts those some sink has not had. */
static int delete_upto(struct journal *j, int64_t seq)
{
    int64_t had = journal_delivered(j), unsent;
    int rc;

    if ((rc = journal_db_begin(j->db)) != 0)
        return rc;
    if ((rc = journal_db_delete_upto(j->db, seq)) != 0 || (rc = journal_boot_note_newest(j)) != 0) {
        journal_db_rollback(j->db);
        return rc;
    }
    if ((rc = journal_db_commit(j->db)) != 0)
        return rc;
    unsent = seq - (had >= j->first ? had : j->first - 1);
    if (unsent > 0) {
        j->dropped += (uint64_t)unsent;
        log_warnx("journal %s: full (%lld bytes): the oldest %lld undelivered reading sets are "
                  "dropped, %llu so far; is the server reachable?",
                  j->path, (long long)j->max_bytes, (long long)unsent,
                  (unsigned long long)j->dropped);
    }
    j->first = seq < j->last ? seq + 1 : 0;
    return 0;
}

/* Deletes up to JOURNAL_BATCH of the oldest rows: delivered ones, or when there are none and unsent_too, the others.
 * Returns 1 when it deleted some, 0 when there was nothing to delete. */
static int trim(struct journal *j, bool unsent_too)
{
    int64_t upto, had = journal_delivered(j);
    int rc;

    if (j->first == 0)
        return 0;
    upto = j->first + JOURNAL_BATCH - 1;
    if (upto > j->last)
        upto = j->last;
    if (had >= j->first && upto > had)
        upto = had;
    if (had < j->first && !unsent_too)
        return 0;
    rc = delete_upto(j, upto);
    return rc != 0 ? rc : 1;
}

/* The bound at which rows are deleted lies a little under the file's own, so that there are always pages to work with. */
static int64_t soft_limit(const struct journal_db_pages *p)
{
    int64_t headroom = p->limit / 32;
    return p->limit - (headroom > 16 ? headroom : 16);
}

int journal_room_make(struct journal *j)
{
    struct journal_db_pages p;
    int rc;

    while ((rc = journal_db_pages(j->db, &p)) == 0 && p.used > soft_limit(&p))
        if ((rc = trim(j, true)) <= 0)
            break;
    return rc < 0 ? rc : 0;
}

int journal_room_when_full(struct journal *j)
{
    struct journal_db_pages p;
    int rc = journal_db_pages(j->db, &p);

    return rc != 0 ? rc : trim(j, p.file >= p.limit);
}

struct aged {
    const struct journal *j;
    int64_t before_ms, upto_seq, delivered;
};

static int find_aged(void *arg, int64_t seq, const void *row, size_t n)
{
    struct aged *a = arg;
    struct journal_row_head head;

    if (seq > a->delivered ||
        (journal_row_peek(row, n, &head) == 0 && journal_boot_time(a->j, &head) >= a->before_ms))
        return 1;
    a->upto_seq = seq;
    return 0;
}

void journal_room_trim_aged(struct journal *j)
{
    struct aged a = {.j = j, .delivered = journal_delivered(j)};

    if (clock_mono_ms() < j->trim_at && j->appended < j->trim_appended + JOURNAL_BATCH)
        return;
    j->trim_at = clock_mono_ms() + TRIM_EVERY_MS;
    j->trim_appended = j->appended;
    if (!clock_trusted() || j->first == 0)
        return;
    a.before_ms = clock_wall_ms() - j->keep_ms;
    if (journal_db_rows(j->db, j->first - 1, JOURNAL_BATCH, find_aged, &a) >= 0 && a.upto_seq > 0)
        (void)delete_upto(j, a.upto_seq); /* logged there; the next round tries again */
}
