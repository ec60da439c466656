/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of the journal beside appending: rows, marks, the quarantine, numbers. */
#include "journal_parts.h"

#include <stdlib.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"

#define PIECE_ROWS      512 /* looked at in one piece of a history, while appending waits */
#define EMPTY_PAGES     10  /* of a file without rows */
#define QUARANTINE_KEEP 10000
#define READ_TRIES      3 /* of a place that gives an I/O error, each with the file opened anew */
#define QUARANTINE_LINE 4096
#define QUARANTINE_COST \
    5120 /* bytes of file a longest line takes, its words and SQLite's own included */

/* Unpacks a row with its tags, as it was journalled; a damaged one is counted the first time it is seen. */
static int unpack(struct journal *j, int64_t seq, const void *row, size_t n,
                  struct journal_row_head *head, struct reading_set *set)
{
    const struct reading_tags *tags = NULL;
    int rc = journal_row_peek(row, n, head);

    if (rc == 0 && (tags = journal_tags_by_id(&j->tags, head->tag_id)) == NULL)
        rc = NILA_ERR_CORRUPT;
    if (rc == 0) {
        set->tags = *tags;
        rc = journal_row_unpack(row, n, seq, set);
    }
    if (rc != 0 && seq > j->damaged_upto) {
        j->damaged_upto = seq;
        j->damaged++;
        log_warnx("journal %s: row %lld: %s; it is passed over", j->path, (long long)seq,
                  nila_err_text(rc));
    }
    return rc;
}

#define HELD 1 /* the row, and what is behind it, may not leave yet */

struct peek {
    struct journal *j;
    struct journal_row *rows;
    int n, seen;
    int64_t at;
};

static int peek_row(void *arg, int64_t seq, const void *row, size_t n)
{
    struct peek *p = arg;
    struct journal_row_head head;

    if (unpack(p->j, seq, row, n, &head, &p->rows[p->n].set) == 0) {
        if (!journal_boot_resolve(p->j, &head, &p->rows[p->n].set))
            return HELD;
        p->rows[p->n++].seq = seq;
    }
    p->at = seq;
    p->seen++;
    return 0;
}

/* The rows right behind *at cannot be read. A place that was tried READ_TRIES times is passed over: *at is moved behind it,
 * and its rows are counted as damaged, once. False: it is to be tried again. */
static bool pass_over(struct journal *j, int64_t *at)
{
    int64_t next;

    for (unsigned i = 0; i < j->gaps && i < JOURNAL_GAPS; i++) {
        if (j->gap[i].from == *at) {
            *at = j->gap[i].to;
            return true;
        }
    }
    if (j->bad_at != *at) {
        j->bad_at = *at;
        j->bad_tries = 0;
    }
    if (++j->bad_tries < READ_TRIES || journal_db_next_readable(j->db, *at, &next) != 0)
        return false;
    if (next < 0 || next > j->last)
        next = j->last;
    if (next <= *at)
        return false;
    j->damaged += (uint64_t)(next - *at);
    log_warnx("journal %s: the disk does not read what stands behind row %lld; up to %lld rows are "
              "passed over",
              j->path, (long long)*at, (long long)(next - *at));
    j->gap[j->gaps++ % JOURNAL_GAPS] = (struct journal_gap){*at, next};
    *at = next;
    return true;
}

#define AGAIN 2 /* a place that cannot be read was passed over: go on from *at */

/* Reads with one repair of the file when it is needed. each moves *at on. */
static int read_rows(struct journal *j, int64_t *at, int max, journal_db_row each, void *arg)
{
    int rc = journal_file_ensure(j);

    if (rc == 0)
        rc = journal_db_rows(j->db, *at, max, each, arg);
    if (rc == NILA_ERR_IO && j->db != NULL && pass_over(j, at))
        return AGAIN;
    if (rc == NILA_ERR_CORRUPT || rc == NILA_ERR_IO)
        (void)journal_file_mend(
            j, rc); /* this read failed all the same; the next one finds a sound file */
    return rc;
}

int journal_peek(struct journal *j, int64_t after_seq, struct journal_row *rows, int max)
{
    struct peek p = {.j = j, .rows = rows, .at = after_seq};
    int rc = 0, asked;

    (void)pthread_mutex_lock(&j->db_lock);
    do {
        asked = max - p.n;
        p.seen = 0;
        rc = read_rows(j, &p.at, asked, peek_row, &p);
    } while (p.n < max && (rc == AGAIN || (rc == 0 && p.seen == asked)));
    (void)pthread_mutex_unlock(&j->db_lock);
    return rc < 0 ? rc : p.n;
}

int64_t journal_last_seq(struct journal *j)
{
    int64_t seq;

    (void)pthread_mutex_lock(&j->lock);
    seq = j->stored;
    (void)pthread_mutex_unlock(&j->lock);
    return seq;
}

struct found {
    int64_t ts_ms;
    char device[SLUG_SIZE];
    struct reading_value v;
};

struct history {
    struct journal *j;
    const char *pond;
    enum metric metric;
    int64_t from_ms, to_ms, at;
    int seen, n;
    struct found *found;
};

static int history_row(void *arg, int64_t seq, const void *row, size_t n)
{
    struct history *h = arg;
    const struct reading_tags *tags;
    struct journal_row_head head;
    struct reading_set set;
    int64_t ts_ms;

    h->at = seq;
    h->seen++;
    if (journal_row_peek(row, n, &head) == 0) {
        ts_ms = journal_boot_time(h->j, &head);
        if (ts_ms < h->from_ms || ts_ms >= h->to_ms)
            return 0;
        tags = journal_tags_by_id(&h->j->tags, head.tag_id);
        if (tags != NULL && strcmp(tags->pond, h->pond) != 0)
            return 0;
    }
    if (unpack(h->j, seq, row, n, &head, &set) != 0)
        return 0;
    set.ts_ms = journal_boot_time(h->j, &head);
    for (unsigned i = 0; i < set.n; i++) {
        if (set.v[i].metric == h->metric) {
            struct found *f = &h->found[h->n++];
            f->ts_ms = set.ts_ms;
            f->v = set.v[i];
            memcpy(f->device, set.tags.device, sizeof f->device);
            break; /* a set holds a metric once */
        }
    }
    return 0;
}

int journal_history_piece(struct journal *j, int64_t *after_seq, const char *pond,
                          enum metric metric, int64_t from_ms, int64_t to_ms, journal_value each,
                          void *arg)
{
    struct history h = {.j = j,
                        .pond = pond,
                        .metric = metric,
                        .from_ms = from_ms,
                        .to_ms = to_ms,
                        .at = *after_seq};
    bool more;
    int rc;

    h.found = xcalloc(PIECE_ROWS, sizeof *h.found);
    (void)pthread_mutex_lock(&j->db_lock);
    rc = read_rows(j, &h.at, PIECE_ROWS, history_row, &h);
    (void)pthread_mutex_unlock(&j->db_lock);
    more = rc == AGAIN || h.seen == PIECE_ROWS;
    if (rc == AGAIN)
        rc = 0;
    for (int i = 0; rc == 0 && i < h.n; i++)
        rc = each(arg, h.found[i].ts_ms, h.found[i].device, &h.found[i].v);
    if (rc == 0) {
        *after_seq = h.at;
        rc = more ? 1 : 0;
    }
    free(h.found);
    return rc;
}

int journal_history(struct journal *j, const char *pond, enum metric metric, int64_t from_ms,
                    int64_t to_ms, journal_value each, void *arg)
{
    int64_t at = 0;
    int rc;

    do
        rc = journal_history_piece(j, &at, pond, metric, from_ms, to_ms, each, arg);
    while (rc == 1);
    return rc;
}

/* Writes the mark down, with db_lock held. */
static int set_mark(struct journal *j, unsigned sink, int64_t seq)
{
    int64_t rows;
    int rc = journal_file_ensure(j);

    if (rc == 0)
        rc = journal_room_count(j, j->mark[sink], seq, &rows);
    if (rc == 0)
        rc = journal_db_set_mark(j->db, j->sink[sink], seq);
    if (rc != 0)
        return rc;
    j->mark[sink] = seq;
    j->waiting[sink] -= rows;
    return 0;
}

int journal_ack(struct journal *j, unsigned sink, int64_t seq)
{
    int rc = 0;

    if (sink >= j->sinks)
        return NILA_ERR_RANGE;
    (void)pthread_mutex_lock(&j->db_lock);
    if (seq > j->last)
        rc = NILA_ERR_RANGE;
    else if (seq > j->mark[sink] && (rc = set_mark(j, sink, seq)) != 0 && journal_file_mend(j, rc))
        rc = set_mark(j, sink, seq);
    (void)pthread_mutex_unlock(&j->db_lock);
    return rc;
}

int journal_acked(struct journal *j, unsigned sink, int64_t *seq)
{
    if (sink >= j->sinks)
        return NILA_ERR_RANGE;
    (void)pthread_mutex_lock(&j->db_lock);
    *seq = j->mark[sink];
    (void)pthread_mutex_unlock(&j->db_lock);
    return 0;
}

int journal_quarantine(struct journal *j, unsigned sink, int64_t seq, const char *line, size_t len,
                       const char *reason)
{
    /* lines nobody will take must not push out readings */
    int64_t share = j->max_bytes / 4 / QUARANTINE_COST;
    int keep = share < QUARANTINE_KEEP ? (int)share : QUARANTINE_KEEP, rc;

    if (sink >= j->sinks)
        return NILA_ERR_RANGE;
    if (len > QUARANTINE_LINE)
        len = QUARANTINE_LINE;
    (void)pthread_mutex_lock(&j->db_lock);
    if ((rc = journal_file_ensure(j)) == 0 && (rc = journal_room_make(j)) == 0) {
        if ((rc = journal_db_begin(j->db)) == 0) {
            rc = journal_db_quarantine(j->db, j->sink[sink], seq, clock_wall_ms(), line, len,
                                       reason, keep);
            if (rc == 0)
                rc = journal_db_commit(j->db);
            else
                journal_db_rollback(j->db);
        }
        (void)(rc != 0 && journal_file_mend(j, rc)); /* the uplink tries again */
    }
    (void)pthread_mutex_unlock(&j->db_lock);
    return rc;
}

struct first_ts {
    const struct journal *j;
    int64_t ts_ms;
};

static int first_ts(void *arg, int64_t seq, const void *row, size_t n)
{
    struct first_ts *f = arg;
    struct journal_row_head head;

    (void)seq;
    if (journal_row_peek(row, n, &head) != 0)
        return 0;
    f->ts_ms = journal_boot_time(f->j, &head);
    return 1;
}

int journal_stats(struct journal *j, struct journal_stats *out)
{
    struct journal_stats s = {0};
    struct first_ts oldest = {.j = j};
    struct journal_db_pages p;
    int64_t had;
    int rc;

    (void)pthread_mutex_lock(&j->db_lock);
    had = journal_delivered(j);
    s.first_seq = j->first;
    s.last_seq = j->last;
    s.rows = j->rows;
    for (unsigned i = 0; i < j->sinks; i++) {
        s.pending[i] = j->waiting[i];
        if (s.pending[i] > s.waiting)
            s.waiting = s.pending[i];
    }
    s.thinned = j->thinned;
    s.thinnable = journal_thin_left(j);
    s.rows_per_h = journal_room_rows_per_h(j);
    s.appended = j->appended;
    s.commits = j->commits;
    s.dropped = j->dropped;
    s.damaged = j->damaged;
    s.last_commit_us = j->last_commit_us;
    s.held = j->held_seq != 0 ? j->last - j->held_seq + 1 : 0;
    if ((rc = journal_file_ensure(j)) == 0 && (rc = journal_db_pages(j->db, &p)) == 0) {
        int64_t quarantined = 0;
        s.bytes = p.file * p.size;
        s.used_bytes = (p.used - EMPTY_PAGES) * p.size;
        s.limit_bytes = journal_room_limit(&p) - (int64_t)EMPTY_PAGES * p.size;
        rc = journal_db_quarantined(j->db, &quarantined);
        s.quarantined = (uint64_t)quarantined;
        if (rc == 0 && had < j->last &&
            (rc = journal_db_rows(j->db, had, 16, first_ts, &oldest)) > 0)
            rc = 0;
        s.oldest_unsent_ms = oldest.ts_ms;
    }
    (void)pthread_mutex_unlock(&j->db_lock);
    if (rc == 0)
        *out = s;
    return rc;
}
