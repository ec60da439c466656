/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps the journal within its bound and its age. */
#include "journal_parts.h"

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"

#define META_HOLES      "holes_upto"
#define META_DROPPED    "dropped"
#define GROWTH_MS       INT64_C(21600000) /* growth is measured over the last 6 to 12 hours */
#define GROWTH_LEAST_MS INT64_C(600000)
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

int journal_room_count(struct journal *j, int64_t after_seq, int64_t upto_seq, int64_t *rows)
{
    if (after_seq < j->first - 1)
        after_seq = j->first - 1;
    if (j->first == 0 || upto_seq <= after_seq) {
        *rows = 0;
        return 0;
    }
    if (after_seq >= j->holes_upto) {
        *rows = upto_seq - after_seq;
        return 0;
    }
    return journal_db_count(j->db, after_seq, upto_seq, rows);
}

int journal_room_note_holes(struct journal *j, int64_t upto_seq)
{
    return upto_seq > j->holes_upto ? journal_db_set_meta(j->db, META_HOLES, upto_seq) : 0;
}

int journal_room_find_first(struct journal *j)
{
    int64_t first, newest, last;
    int rc = journal_db_span(j->db, &first, &newest, &last);

    if (rc == 0)
        j->first = first;
    return rc;
}

int journal_room_load(struct journal *j, int64_t newest)
{
    int64_t holes = 0, dropped = 0;
    int rc;

    if ((rc = journal_db_meta(j->db, META_HOLES, &holes)) != 0 ||
        (rc = journal_db_meta(j->db, META_DROPPED, &dropped)) != 0)
        return rc;
    if (holes > j->holes_upto)
        j->holes_upto = holes;
    if (dropped > 0 && j->dropped < (uint64_t)dropped)
        j->dropped = (uint64_t)dropped;
    if (newest != j->last && j->first != 0) { /* numbers went on over a gap */
        if ((rc = journal_room_note_holes(j, j->last)) != 0)
            return rc;
        j->holes_upto = j->last;
    }
    rc = journal_room_count(j, 0, j->last, &j->rows);
    for (unsigned i = 0; rc == 0 && i < j->sinks; i++)
        rc = journal_room_count(j, j->mark[i], j->last, &j->waiting[i]);
    return rc != 0 ? rc : journal_thin_load(j);
}

void journal_room_grow(struct journal *j, int64_t n, int64_t own)
{
    const int64_t now = clock_mono_ms();

    if (j->first == 0)
        j->first = j->last + 1;
    j->appended += (uint64_t)n;
    j->rows += n;
    for (unsigned i = 0; i < j->sinks; i++)
        j->waiting[i] += n;
    if (j->grown_from_ms == 0) {
        j->grown_from_ms = j->grown_mid_ms = now;
    } else if (now - j->grown_mid_ms >= GROWTH_MS) {
        j->grown_from_ms = j->grown_mid_ms;
        j->grown_from = j->grown_mid;
        j->grown_mid_ms = now;
        j->grown_mid = j->grown;
    }
    j->grown += (uint64_t)own;
}

double journal_room_rows_per_h(const struct journal *j)
{
    const int64_t over = clock_mono_ms() - j->grown_from_ms;

    return j->grown_from_ms != 0 && over >= GROWTH_LEAST_MS
               ? (double)(j->grown - j->grown_from) * 3600000 / (double)over
               : 0;
}

double journal_hours_left(const struct journal_stats *s)
{
    double row, room;

    if (s->rows_per_h <= 0 || s->rows <= 0)
        return -1;
    row = (double)s->used_bytes / (double)s->rows;
    room = (double)s->limit_bytes / row - (double)s->waiting + (double)s->thinnable;
    return room > 0 ? room / s->rows_per_h : 0;
}

/* Deletes rows from the oldest up to seq, and counts those some sink has not had. */
static int delete_upto(struct journal *j, int64_t seq)
{
    const int64_t had = journal_delivered(j);
    int64_t rows, unsent, waiting[JOURNAL_SINKS_MAX] = {0};
    int rc;

    if ((rc = journal_room_count(j, 0, seq, &rows)) != 0 ||
        (rc = journal_room_count(j, had, seq, &unsent)) != 0)
        return rc;
    for (unsigned i = 0; i < j->sinks; i++)
        if ((rc = journal_room_count(j, j->mark[i], seq, &waiting[i])) != 0)
            return rc;
    if ((rc = journal_db_begin(j->db)) != 0)
        return rc;
    if ((rc = journal_db_delete_range(j->db, 0, seq)) != 0 ||
        (rc = journal_boot_note_newest(j)) != 0 ||
        (unsent > 0 &&
         (rc = journal_db_set_meta(j->db, META_DROPPED, (int64_t)j->dropped + unsent)) != 0)) {
        journal_db_rollback(j->db);
        return rc;
    }
    if ((rc = journal_db_commit(j->db)) != 0)
        return rc;
    j->rows -= rows;
    for (unsigned i = 0; i < j->sinks; i++)
        j->waiting[i] -= waiting[i];
    if (unsent > 0) {
        j->dropped += (uint64_t)unsent;
        log_warnx("journal %s: full (%lld bytes): the oldest %lld undelivered reading sets are "
                  "dropped, %llu so far; is the server reachable?",
                  j->path, (long long)j->max_bytes, (long long)unsent,
                  (unsigned long long)j->dropped);
    }
    return journal_room_find_first(j);
}

/* Deletes up to JOURNAL_BATCH of the oldest rows: delivered ones, or when there are none and unsent_too, others: thinned as
 * long as there is something to thin, then the oldest. Returns 1 when it deleted some, 0 when there was nothing to delete. */
static int trim(struct journal *j, bool unsent_too)
{
    int64_t upto, had = journal_delivered(j);
    int rc;

    if (j->first == 0)
        return 0;
    if (had < j->first) {
        if (!unsent_too)
            return 0;
        if ((rc = journal_thin(j)) != 0)
            return rc;
    }
    upto = j->first + JOURNAL_BATCH - 1;
    if (upto > j->last)
        upto = j->last;
    if (had >= j->first && upto > had)
        upto = had;
    rc = delete_upto(j, upto);
    return rc != 0 ? rc : 1;
}

/* The bound at which rows are deleted lies a little under the file's own, so that there are always pages to work with. */
static int64_t soft_limit(const struct journal_db_pages *p)
{
    int64_t headroom = p->limit / 32;
    return p->limit - (headroom > 16 ? headroom : 16);
}

int64_t journal_room_limit(const struct journal_db_pages *p)
{
    return soft_limit(p) * p->size;
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

    if (rc == 0 && p.file < p.limit && journal_ballast_release(j))
        return 1;
    return rc != 0 ? rc : trim(j, p.file >= p.limit);
}

struct aged {
    const struct journal *j;
    int64_t now_ms, before_ms, upto_seq, delivered;
};

static int find_aged(void *arg, int64_t seq, const void *row, size_t n)
{
    struct aged *a = arg;
    struct journal_row_head head;

    if (seq > a->delivered)
        return 1;
    if (journal_row_peek(row, n, &head) == 0) {
        int64_t ts_ms = journal_boot_time(a->j, &head);
        if (ts_ms > a->now_ms + CIVIL_DAY_MS) /* of the future: as old as what comes behind it */
            return 0;
        if (ts_ms >= a->before_ms)
            return 1;
    }
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
    journal_ballast_make(j);
    if (!clock_trusted() || j->first == 0)
        return;
    a.now_ms = clock_wall_ms();
    a.before_ms = a.now_ms - j->keep_ms;
    if (journal_db_rows(j->db, j->first - 1, JOURNAL_BATCH, find_aged, &a) >= 0 && a.upto_seq > 0)
        (void)delete_upto(j, a.upto_seq); /* logged there; the next round tries again */
}
