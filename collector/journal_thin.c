/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What gives way when the journal is full of undelivered rows: every second of the older ones, and again, until those of a
 * device lie half an hour apart. Which rows never give way: journal.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/log.h"
#include "journal_parts.h"

#define SPARSE_MS INT64_C(1800000) /* rows of a device that are further apart stay */
#define NEW_SHARE 4                /* the newest of so many parts is left alone */
#define LOOK_BATCHES \
    100 /* looked at without finding anything; then the oldest go, so that appending does not wait for seconds */
#define META_AT      "thin_at"
#define META_BASE    "thin_base"
#define META_THINNED "thinned"

struct chunk {
    struct journal *j;
    int64_t upto; /* newest row looked at */
    int looked, taken;
    int64_t taken_of[JOURNAL_SINKS_MAX]; /* of them, not delivered to that sink */
    struct buf bytes;                    /* of those that stay */
    struct kept {
        int64_t seq;
        size_t n;
    } kept[JOURNAL_BATCH];
    int keep;
};

/* A row with a judgement or of a switch tells more than its neighbours do. */
static bool telling(const struct reading_set *set)
{
    for (unsigned i = 0; i < set->n; i++)
        if (set->v[i].flag != READING_PASS || set->v[i].metric == METRIC_RELAY ||
            set->v[i].metric == METRIC_INPUT || set->v[i].metric == METRIC_CAUSE)
            return true;
    return false;
}

/* Every second of a device, unless it would leave a gap of an hour. */
static bool gives_way(struct journal *j, int64_t seq, const void *row, size_t n)
{
    struct journal_row_head head;
    struct reading_set set;
    struct journal_tag *tag;
    int64_t ts_ms, gap;

    if (journal_row_peek(row, n, &head) != 0 ||
        (tag = journal_tags_entry(&j->tags, head.tag_id)) == NULL)
        return false; /* damaged: whoever reads it counts it */
    set.tags = tag->tags;
    if (journal_row_unpack(row, n, seq, &set) != 0)
        return false;
    ts_ms = journal_boot_time(j, &head);
    gap = ts_ms > tag->kept_ms ? ts_ms - tag->kept_ms : tag->kept_ms - ts_ms;
    if (!tag->took && gap < SPARSE_MS && !telling(&set)) {
        tag->took = true;
        return true;
    }
    tag->took = false;
    tag->kept_ms = ts_ms;
    return false;
}

static int look(void *arg, int64_t seq, const void *row, size_t n)
{
    struct chunk *c = arg;

    if (seq > c->j->thin_end)
        return 1;
    c->upto = seq;
    c->looked++;
    if (gives_way(c->j, seq, row, n)) {
        if (c->j->thin_first == 0)
            c->j->thin_first = seq;
        c->taken++;
        for (unsigned i = 0; i < c->j->sinks; i++)
            c->taken_of[i] += seq > c->j->mark[i] ? 1 : 0;
    } else {
        c->kept[c->keep++] = (struct kept){seq, n};
        buf_add(&c->bytes, row, n);
    }
    return 0;
}

/* Takes the chunk's rows out and puts those that stay back: rows taken out one by one would leave half-empty pages, and no
 * room. */
static int rewrite(struct journal *j, const struct chunk *c)
{
    const char *p = c->bytes.p;
    int rc = journal_db_delete_range(j->db, j->thin_at, c->upto);

    for (int i = 0; rc == 0 && i < c->keep; i++) {
        rc = journal_db_insert(j->db, p, c->kept[i].n, c->kept[i].seq);
        p += c->kept[i].n;
    }
    if (rc == 0)
        rc = journal_db_set_meta(j->db, META_AT, c->upto);
    if (rc == 0)
        rc = journal_db_set_meta(j->db, META_BASE, j->thin_base);
    if (rc == 0)
        rc = journal_db_set_meta(j->db, META_THINNED, (int64_t)j->thinned + c->taken);
    if (rc == 0)
        rc = journal_room_note_holes(j, c->upto);
    return rc;
}

static int take(struct journal *j, const struct chunk *c)
{
    int rc = journal_db_begin(j->db);

    if (rc != 0)
        return rc;
    if ((rc = rewrite(j, c)) != 0) {
        journal_db_rollback(j->db);
        return rc;
    }
    if ((rc = journal_db_commit(j->db)) != 0)
        return rc;
    if (j->holes_upto < c->upto)
        j->holes_upto = c->upto;
    j->thinned += (uint64_t)c->taken;
    j->rows -= c->taken;
    for (unsigned i = 0; i < j->sinks; i++)
        j->waiting[i] -= c->taken_of[i];
    return journal_room_find_first(j);
}

/* Looks at the next rows of the pass. 1: some gave way; 0: none did. */
static int next_chunk(struct journal *j)
{
    struct chunk *c = xcalloc(1, sizeof *c);
    int rc;

    c->j = j;
    c->upto = j->thin_at;
    rc = journal_db_rows(j->db, j->thin_at, JOURNAL_BATCH, look, c);
    if (rc >= 0)
        rc = c->taken > 0 ? take(j, c) : 0;
    if (rc == 0) {
        j->thin_looked += c->looked;
        j->thin_took += c->taken;
        j->thin_at = c->looked > 0 ? c->upto : j->thin_end;
        rc = c->taken > 0 ? 1 : 0;
    }
    buf_free(&c->bytes);
    free(c);
    return rc;
}

/* The row behind which the newest ones are left alone. No number is missing among them. */
static int64_t newest_left_alone(const struct journal *j)
{
    int64_t most = 0;

    for (unsigned i = 0; i < j->sinks; i++)
        if (j->waiting[i] > most)
            most = j->waiting[i];
    return j->last - most / NEW_SHARE;
}

/* Begins the next pass; false when there is nothing (more) to thin. */
static bool begin_pass(struct journal *j)
{
    const int64_t had = journal_delivered(j);
    int64_t from = had >= j->first ? had : j->first - 1;

    if (j->thin_looked > 0) /* up to there they are as sparse as they get */
        j->thin_base = j->thin_first > 0 ? j->thin_first - 1 : j->thin_end;
    if (from < j->thin_base)
        from = j->thin_base;
    j->thin_end = newest_left_alone(j);
    j->thin_looked = j->thin_took = j->thin_first = 0;
    if (j->first == 0 || j->thin_end - from < JOURNAL_BATCH) {
        j->thin_end = j->thin_at = from;
        return false;
    }
    j->thin_at = from;
    journal_tags_forget_kept(&j->tags);
    log_warnx("journal %s: full (%" PRId64
              " bytes): the older undelivered reading sets are thinned "
              "to every second of a device, %" PRIu64 " so far; is the server reachable?",
              j->path, j->max_bytes, j->thinned);
    return true;
}

int journal_thin(struct journal *j)
{
    const int64_t had = journal_delivered(j);
    int rc = 0;

    for (int i = 0; rc == 0 && i < LOOK_BATCHES; i++) {
        if (j->thin_at < had)
            j->thin_at = had;
        if (j->thin_at >= j->thin_end && !begin_pass(j))
            return 0;
        rc = next_chunk(j);
    }
    return rc;
}

int64_t journal_thin_left(const struct journal *j)
{
    /* before the first pass it is not known what judgements the rows bear; none is promised */
    return j->thin_looked > 0 && j->thin_end > j->thin_at
               ? (int64_t)((double)(j->thin_end - j->thin_at) * (double)j->thin_took /
                           (double)j->thin_looked)
               : 0;
}

int journal_thin_load(struct journal *j)
{
    int64_t thinned = 0, at = 0;
    int rc;

    if ((rc = journal_db_meta(j->db, META_THINNED, &thinned)) != 0 ||
        (rc = journal_db_meta(j->db, META_AT, &at)) != 0 ||
        (rc = journal_db_meta(j->db, META_BASE, &j->thin_base)) != 0)
        return rc;
    if (thinned > 0 && j->thinned < (uint64_t)thinned)
        j->thinned = (uint64_t)thinned;
    /* the pass that was under way goes on: what it has been over is not thinned twice as much */
    if (at > 0 && at < j->last) {
        j->thin_at = at;
        j->thin_end = newest_left_alone(j);
    }
    return 0;
}
