/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "journal_db.h"
#include "journal_row.h"
#include "journal_tags.h"

#define TRIM_ROWS 1000 /* rows deleted in one transaction */
#define TRIM_EVERY_MS \
    60000 /* old delivered rows are looked for this often, or every TRIM_ROWS rows */
#define REOPEN_EVERY_MS 1000 /* a file that could not be opened again is tried this often */
#define PIECE_ROWS      512  /* looked at in one piece of a history, while appending waits */
#define QUARANTINE_KEEP 10000
#define QUARANTINE_LINE 4096

/* One caller of journal_append, on its stack, waiting. */
struct request {
    const struct reading_set *sets;
    size_t n;
    int rc;
    bool done;
    struct request *next;
};

struct journal {
    char *path;
    int64_t max_bytes, keep_ms;
    unsigned sinks;
    char sink[JOURNAL_SINKS_MAX][SLUG_SIZE];

    /* the file; held while one transaction or one read runs */
    pthread_mutex_t db_lock;
    struct journal_db *db; /* NULL after an error, until it could be opened again */
    int64_t reopen_at;     /* mono ms */
    struct journal_tags tags;
    int64_t first, last; /* first: 0 when empty */
    int64_t mark[JOURNAL_SINKS_MAX];
    int64_t damaged_upto; /* rows up to here have been counted */
    int64_t trim_at;      /* mono ms */
    uint64_t trim_appended;
    uint64_t appended, commits, dropped, damaged;
    int64_t last_commit_us;

    /* the queue in front of it; never held while the file works */
    pthread_mutex_t lock;
    pthread_cond_t done, news; /* news: on the monotonic clock */
    struct request *head, **tail;
    bool leading; /* a caller is committing for the others */
    int64_t published;
    unsigned wakes;
};

/* --- opening, and opening again ----------------------------------------------------------------------------------- */

/* Rows up to here are with every sink. */
static int64_t delivered(const struct journal *j)
{
    int64_t seq = j->last;

    for (unsigned i = 0; i < j->sinks; i++)
        if (j->mark[i] < seq)
            seq = j->mark[i];
    return seq;
}

static int load_tag(void *arg, uint32_t id, const char *text)
{
    struct journal *j = arg;
    struct reading_tags tags;

    if (journal_tags_parse(text, &tags) != 0)
        log_warnx("journal %s: tag set %u is damaged, its rows will be passed over", j->path, id);
    else
        journal_tags_add(&j->tags, id, &tags);
    if (id > j->tags.last_id) /* a damaged one keeps its number */
        j->tags.last_id = id;
    return 0;
}

/* Takes over what an open file holds. Marks only move forward, also over a file that was begun anew. */
static int load(struct journal *j)
{
    int64_t highest = j->last, first, last;
    int rc;

    journal_tags_free(&j->tags);
    if ((rc = journal_db_tags(j->db, load_tag, j)) != 0)
        return rc;
    for (unsigned i = 0; i < j->sinks; i++) {
        int64_t mark;
        if ((rc = journal_db_mark(j->db, j->sink[i], &mark)) != 0)
            return rc;
        if (j->mark[i] < mark)
            j->mark[i] = mark;
        else if (j->mark[i] > mark &&
                 (rc = journal_db_set_mark(j->db, j->sink[i], j->mark[i])) != 0)
            return rc;
        if (highest < j->mark[i])
            highest = j->mark[i];
    }
    /* a new row must never get a number that a sink believes to have */
    if ((rc = journal_db_continue_after(j->db, highest)) != 0 ||
        (rc = journal_db_span(j->db, &first, &last)) != 0)
        return rc;
    j->first = first;
    j->last = last;
    return 0;
}

struct salvage {
    struct journal *j;
    int64_t saved, lost, in_batch;
};

static int salvage_tag(void *arg, uint32_t id, const char *text)
{
    struct salvage *s = arg;
    struct reading_tags tags;
    int rc = 0;

    if (id > s->j->tags.last_id && journal_tags_parse(text, &tags) == 0 &&
        (rc = journal_db_add_tag(s->j->db, id, text)) == 0)
        journal_tags_add(&s->j->tags, id, &tags);
    return rc;
}

static int salvage_mark(void *arg, const char *sink, int64_t seq)
{
    struct salvage *s = arg;

    for (unsigned i = 0; i < s->j->sinks; i++)
        if (strcmp(s->j->sink[i], sink) == 0 && s->j->mark[i] < seq)
            s->j->mark[i] = seq;
    return slug_valid(sink) && seq > 0 ? journal_db_set_mark(s->j->db, sink, seq) : 0;
}

/* Takes over a row that is whole and that some sink has not had. */
static int salvage_row(void *arg, int64_t seq, const void *row, size_t n)
{
    struct salvage *s = arg;
    struct journal *j = s->j;
    const struct reading_tags *tags;
    struct reading_set set;
    uint32_t id;
    int64_t ts_ms, wanted = 0;
    int rc;

    for (unsigned i = 0; i < j->sinks; i++)
        if (i == 0 || j->mark[i] < wanted)
            wanted = j->mark[i];
    if (seq <= wanted)
        return 0;
    if (journal_row_peek(row, n, &id, &ts_ms) != 0 ||
        (tags = journal_tags_by_id(&j->tags, id)) == NULL ||
        (set.tags = *tags, journal_row_unpack(row, n, seq, &set)) != 0) {
        s->lost++;
        return 0;
    }
    if ((rc = journal_db_insert(j->db, row, n, seq)) != 0)
        return rc;
    s->saved++;
    if (++s->in_batch < TRIM_ROWS)
        return 0;
    s->in_batch = 0;
    return (rc = journal_db_commit(j->db)) != 0 ? rc : journal_db_begin(j->db);
}

/* The file at path is damaged and closed: puts it aside, begins a new one and brings over what can be read. */
static int begin_anew(struct journal *j)
{
    struct salvage s = {.j = j};
    const struct journal_db_salvage to = {salvage_tag, salvage_row, salvage_mark, &s};
    char aside[400];
    int rc;

    if ((rc = journal_db_set_aside(j->path, aside, sizeof aside)) != 0)
        return rc;
    log_warnx("journal %s: DAMAGED; the file is kept as %s and a new one is begun", j->path, aside);
    if ((rc = journal_db_open(&j->db, j->path, j->max_bytes)) != 0)
        return rc;
    journal_tags_free(&j->tags);
    if ((rc = journal_db_begin(j->db)) == 0) {
        int got = journal_db_salvage(aside, &to);
        rc = journal_db_commit(j->db);
        if (got != 0)
            log_warnx("journal %s: no reading could be brought over", aside);
        else
            log_warnx("journal %s: %lld reading sets brought over, %lld found damaged", aside,
                      (long long)s.saved, (long long)s.lost);
        j->damaged += (uint64_t)s.lost;
    }
    return rc;
}

/* Opens the file; j->db stays NULL on an error. */
static int open_file(struct journal *j)
{
    int rc = journal_db_open(&j->db, j->path, j->max_bytes);

    if (rc == NILA_ERR_CORRUPT)
        rc = begin_anew(j);
    if (rc == 0)
        rc = load(j);
    if (rc != 0) {
        journal_db_close(j->db);
        j->db = NULL;
        j->reopen_at = clock_mono_ms() + REOPEN_EVERY_MS;
    }
    return rc;
}

/* After an error of the file: nothing in the cache of the old handle is trusted. Rows the failed commit may have left are
 * taken out again, because its callers are told that nothing was stored. */
static int reopen(struct journal *j, bool damaged)
{
    int64_t last = j->last;
    int rc;

    journal_db_close(j->db);
    j->db = NULL;
    if (damaged) {
        if ((rc = begin_anew(j)) == 0)
            rc = load(j);
    } else if ((rc = open_file(j)) == 0 && j->last > last) {
        if ((rc = journal_db_delete_after(j->db, last)) == 0)
            rc = load(j);
    }
    if (rc != 0) {
        journal_db_close(j->db);
        j->db = NULL;
        j->reopen_at = clock_mono_ms() + REOPEN_EVERY_MS;
    } else {
        log_info("journal %s: open again at row %lld", j->path, (long long)j->last);
    }
    return rc;
}

static int ensure_open(struct journal *j)
{
    if (j->db != NULL)
        return 0;
    if (clock_mono_ms() < j->reopen_at)
        return NILA_ERR_IO;
    return reopen(j, false);
}

/* What a failed call on the file means for the file. Returns true when it is open again and worth another try. */
static bool mend(struct journal *j, int rc)
{
    return (rc == NILA_ERR_IO || rc == NILA_ERR_CORRUPT) && reopen(j, rc == NILA_ERR_CORRUPT) == 0;
}

int journal_open(struct journal **out, const struct journal_config *c)
{
    struct journal *j;
    pthread_condattr_t attr;
    int rc;

    if (c->sinks > JOURNAL_SINKS_MAX) {
        log_warnx("journal %s: %u sinks, at most %d are possible", c->path, c->sinks,
                  JOURNAL_SINKS_MAX);
        return NILA_ERR_RANGE;
    }
    j = xcalloc(1, sizeof *j);
    j->path = xstrdup(c->path);
    j->max_bytes = c->max_bytes;
    j->keep_ms = (int64_t)c->keep_days * CIVIL_DAY_MS;
    j->sinks = c->sinks;
    for (unsigned i = 0; i < c->sinks; i++)
        (void)snprintf(j->sink[i], sizeof j->sink[i], "%s", c->sink[i]);
    (void)pthread_mutex_init(&j->db_lock, NULL);
    (void)pthread_mutex_init(&j->lock, NULL);
    (void)pthread_cond_init(&j->done, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&j->news, &attr);
    (void)pthread_condattr_destroy(&attr);
    j->tail = &j->head;
    if ((rc = open_file(j)) != 0) {
        journal_close(j);
        return rc;
    }
    j->published = j->last;
    *out = j;
    return 0;
}

void journal_close(struct journal *j)
{
    if (j == NULL)
        return;
    journal_db_close(j->db);
    journal_tags_free(&j->tags);
    (void)pthread_cond_destroy(&j->news);
    (void)pthread_cond_destroy(&j->done);
    (void)pthread_mutex_destroy(&j->lock);
    (void)pthread_mutex_destroy(&j->db_lock);
    free(j->path);
    free(j);
}

/* --- making room -------------------------------------------------------------------------------------------------- */

/* Deletes rows from the oldest up to seq, and counts those some sink has not had. */
static int delete_upto(struct journal *j, int64_t seq)
{
    int64_t had = delivered(j), unsent;
    int rc;

    if ((rc = journal_db_begin(j->db)) != 0)
        return rc;
    if ((rc = journal_db_delete_upto(j->db, seq)) != 0) {
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

/* Deletes up to TRIM_ROWS of the oldest rows: delivered ones, or when there are none and unsent_too, the others.
 * Returns 1 when it deleted some, 0 when there was nothing to delete. */
static int trim(struct journal *j, bool unsent_too)
{
    int64_t upto, had = delivered(j);
    int rc;

    if (j->first == 0)
        return 0;
    upto = j->first + TRIM_ROWS - 1;
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

static int make_room(struct journal *j)
{
    struct journal_db_pages p;
    int rc;

    while ((rc = journal_db_pages(j->db, &p)) == 0 && p.used > soft_limit(&p))
        if ((rc = trim(j, true)) <= 0)
            break;
    return rc < 0 ? rc : 0;
}

/* The file says it is full. Within our own bound it is the disk: then nothing undelivered is given up for it. */
static int make_room_when_full(struct journal *j)
{
    struct journal_db_pages p;
    int rc = journal_db_pages(j->db, &p);

    return rc != 0 ? rc : trim(j, p.file >= p.limit);
}

struct aged {
    int64_t before_ms, upto_seq, delivered;
};

static int find_aged(void *arg, int64_t seq, const void *row, size_t n)
{
    struct aged *a = arg;
    uint32_t id;
    int64_t ts_ms;

    if (seq > a->delivered || (journal_row_peek(row, n, &id, &ts_ms) == 0 && ts_ms >= a->before_ms))
        return 1;
    a->upto_seq = seq;
    return 0;
}

/* Deletes delivered rows that are older than they need to be kept, a batch at a time. */
static void trim_aged(struct journal *j)
{
    struct aged a = {.delivered = delivered(j)};

    if (clock_mono_ms() < j->trim_at && j->appended < j->trim_appended + TRIM_ROWS)
        return;
    j->trim_at = clock_mono_ms() + TRIM_EVERY_MS;
    j->trim_appended = j->appended;
    if (!clock_trusted() || j->first == 0)
        return;
    a.before_ms = clock_wall_ms() - j->keep_ms;
    if (journal_db_rows(j->db, j->first - 1, TRIM_ROWS, find_aged, &a) >= 0 && a.upto_seq > 0)
        (void)delete_upto(j, a.upto_seq); /* logged there; the next round tries again */
}

/* --- appending ---------------------------------------------------------------------------------------------------- */

static int tag_id(struct journal *j, const struct reading_tags *tags, uint32_t *id)
{
    char text[JOURNAL_TAGS_SIZE];
    int rc;

    if ((*id = journal_tags_find(&j->tags, tags)) != 0)
        return 0;
    journal_tags_text(text, tags);
    if ((rc = journal_db_add_tag(j->db, j->tags.last_id + 1, text)) != 0)
        return rc;
    *id = j->tags.last_id + 1;
    journal_tags_add(&j->tags, *id, tags);
    return 0;
}

/* *seq: the last number given, before and after. */
static int insert_all(struct journal *j, const struct request *list, int64_t *seq)
{
    unsigned char packed[JOURNAL_ROW_SIZE_MAX];

    for (const struct request *r = list; r != NULL; r = r->next) {
        for (size_t i = 0; i < r->n; i++) {
            uint32_t id;
            int rc = tag_id(j, &r->sets[i].tags, &id);
            size_t n;

            if (rc != 0)
                return rc;
            ++*seq;
            n = journal_row_pack(packed, id, *seq, &r->sets[i]);
            if ((rc = journal_db_insert(j->db, packed, n, *seq)) != 0)
                return rc;
        }
    }
    return 0;
}

static int64_t now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* One transaction for the whole list. */
static int store(struct journal *j, const struct request *list)
{
    const size_t tags = j->tags.n;
    const uint32_t last_id = j->tags.last_id;
    int64_t seq = j->last, began = now_us();
    int rc = journal_db_begin(j->db);

    if (rc != 0)
        return rc;
    if ((rc = insert_all(j, list, &seq)) != 0)
        journal_db_rollback(j->db);
    else
        rc = journal_db_commit(j->db);
    if (rc != 0) {
        journal_tags_cut(&j->tags, tags);
        j->tags.last_id = last_id;
        return rc;
    }
    if (j->first == 0)
        j->first = j->last + 1;
    j->appended += (uint64_t)(seq - j->last);
    j->last = seq;
    j->commits++;
    j->last_commit_us = now_us() - began;
    return 0;
}

/* Stores the list, mending what can be mended: a full file is trimmed, a failing or damaged one opened again, once. */
static int store_or_mend(struct journal *j, const struct request *list)
{
    bool mended = false;
    int rc;

    if ((rc = ensure_open(j)) != 0)
        return rc;
    if ((rc = make_room(j)) != 0 && rc != NILA_ERR_FULL) {
        if (!mend(j, rc))
            return rc;
        mended = true;
    }
    while ((rc = store(j, list)) != 0) {
        if (rc == NILA_ERR_FULL) {
            if (make_room_when_full(j) != 1)
                return rc;
        } else if (mended || !mend(j, rc)) {
            return rc;
        } else {
            mended = true;
        }
    }
    trim_aged(j);
    return 0;
}

/* Commits for everybody who waits; called and left with j->lock held. */
static void lead(struct journal *j)
{
    struct request *list = j->head;
    int64_t last;
    int rc;

    j->head = NULL;
    j->tail = &j->head;
    j->leading = true;
    (void)pthread_mutex_unlock(&j->lock);

    (void)pthread_mutex_lock(&j->db_lock);
    rc = store_or_mend(j, list);
    last = j->last;
    (void)pthread_mutex_unlock(&j->db_lock);

    (void)pthread_mutex_lock(&j->lock);
    while (list != NULL) {
        struct request *next = list->next; /* the caller's stack is gone once done is seen */
        list->rc = rc;
        list->done = true;
        list = next;
    }
    j->leading = false;
    j->published = last;
    (void)pthread_cond_broadcast(&j->done);
    (void)pthread_cond_broadcast(&j->news);
}

int journal_append(struct journal *j, const struct reading_set *sets, size_t n)
{
    struct request r = {.sets = sets, .n = n};

    for (size_t i = 0; i < n; i++) {
        if (journal_row_check(&sets[i]) != 0) {
            log_warnx("journal %s: a reading set of device %.32s cannot be stored: %u values, time "
                      "%lld",
                      j->path, sets[i].tags.device, sets[i].n, (long long)sets[i].ts_ms);
            return NILA_ERR_RANGE;
        }
    }
    if (n == 0)
        return 0;
    (void)pthread_mutex_lock(&j->lock);
    *j->tail = &r;
    j->tail = &r.next;
    while (!r.done) {
        if (j->leading)
            (void)pthread_cond_wait(&j->done, &j->lock);
        else
            lead(j);
    }
    (void)pthread_mutex_unlock(&j->lock);
    return r.rc;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* Unpacks a row with its tags; a damaged one is counted the first time it is seen. */
static int unpack(struct journal *j, int64_t seq, const void *row, size_t n,
                  struct reading_set *set)
{
    const struct reading_tags *tags = NULL;
    uint32_t id;
    int64_t ts_ms;
    int rc = journal_row_peek(row, n, &id, &ts_ms);

    if (rc == 0 && (tags = journal_tags_by_id(&j->tags, id)) == NULL)
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

struct peek {
    struct journal *j;
    struct journal_row *rows;
    int n, seen;
    int64_t at;
};

static int peek_row(void *arg, int64_t seq, const void *row, size_t n)
{
    struct peek *p = arg;

    p->at = seq;
    p->seen++;
    if (unpack(p->j, seq, row, n, &p->rows[p->n].set) == 0)
        p->rows[p->n++].seq = seq;
    return 0;
}

/* Reads with one repair of the file when it is needed. */
static int read_rows(struct journal *j, int64_t after, int max, journal_db_row each, void *arg)
{
    int rc = ensure_open(j);

    if (rc == 0)
        rc = journal_db_rows(j->db, after, max, each, arg);
    if (rc == NILA_ERR_CORRUPT || rc == NILA_ERR_IO)
        (void)mend(j, rc); /* this read failed all the same; the next one finds a sound file */
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
        rc = read_rows(j, p.at, asked, peek_row, &p);
    } while (rc == 0 && p.n < max && p.seen == asked);
    (void)pthread_mutex_unlock(&j->db_lock);
    return rc != 0 ? rc : p.n;
}

int64_t journal_last_seq(struct journal *j)
{
    int64_t seq;

    (void)pthread_mutex_lock(&j->lock);
    seq = j->published;
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
    struct reading_set set;
    uint32_t id;
    int64_t ts_ms;

    h->at = seq;
    h->seen++;
    if (journal_row_peek(row, n, &id, &ts_ms) == 0 && (ts_ms < h->from_ms || ts_ms >= h->to_ms))
        return 0;
    tags = journal_tags_by_id(&h->j->tags, id);
    if (tags != NULL && strcmp(tags->pond, h->pond) != 0)
        return 0;
    if (unpack(h->j, seq, row, n, &set) != 0 || set.ts_ms < h->from_ms || set.ts_ms >= h->to_ms)
        return 0;
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
    int rc;

    h.found = xcalloc(PIECE_ROWS, sizeof *h.found);
    (void)pthread_mutex_lock(&j->db_lock);
    rc = read_rows(j, *after_seq, PIECE_ROWS, history_row, &h);
    (void)pthread_mutex_unlock(&j->db_lock);
    for (int i = 0; rc == 0 && i < h.n; i++)
        rc = each(arg, h.found[i].ts_ms, h.found[i].device, &h.found[i].v);
    if (rc == 0) {
        *after_seq = h.at;
        rc = h.seen == PIECE_ROWS ? 1 : 0;
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

/* --- marks, quarantine, waiting, numbers -------------------------------------------------------------------------- */

int journal_ack(struct journal *j, unsigned sink, int64_t seq)
{
    int rc = 0;

    if (sink >= j->sinks)
        return NILA_ERR_RANGE;
    (void)pthread_mutex_lock(&j->db_lock);
    if (seq > j->last)
        rc = NILA_ERR_RANGE;
    else if (seq > j->mark[sink] && (rc = ensure_open(j)) == 0 &&
             ((rc = journal_db_set_mark(j->db, j->sink[sink], seq)) == 0 ||
              (mend(j, rc) && (rc = journal_db_set_mark(j->db, j->sink[sink], seq)) == 0)))
        j->mark[sink] = seq;
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
    int rc;

    if (sink >= j->sinks)
        return NILA_ERR_RANGE;
    if (len > QUARANTINE_LINE)
        len = QUARANTINE_LINE;
    (void)pthread_mutex_lock(&j->db_lock);
    if ((rc = ensure_open(j)) == 0) {
        if ((rc = journal_db_begin(j->db)) == 0) {
            rc = journal_db_quarantine(j->db, j->sink[sink], seq, clock_wall_ms(), line, len,
                                       reason, QUARANTINE_KEEP);
            if (rc == 0)
                rc = journal_db_commit(j->db);
            else
                journal_db_rollback(j->db);
        }
        (void)(rc != 0 && mend(j, rc));
    }
    (void)pthread_mutex_unlock(&j->db_lock);
    return rc;
}

void journal_wait(struct journal *j, int64_t after_seq, int64_t timeout_ms)
{
    struct timespec until;
    unsigned wakes;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(timeout_ms / 1000);
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    (void)pthread_mutex_lock(&j->lock);
    wakes = j->wakes;
    while (j->published <= after_seq && j->wakes == wakes)
        if (pthread_cond_timedwait(&j->news, &j->lock, &until) != 0)
            break;
    (void)pthread_mutex_unlock(&j->lock);
}

void journal_wake(struct journal *j)
{
    (void)pthread_mutex_lock(&j->lock);
    j->wakes++;
    (void)pthread_cond_broadcast(&j->news);
    (void)pthread_mutex_unlock(&j->lock);
}

static int first_ts(void *arg, int64_t seq, const void *row, size_t n)
{
    uint32_t id;

    (void)seq;
    return journal_row_peek(row, n, &id, arg) == 0 ? 1 : 0;
}

int journal_stats(struct journal *j, struct journal_stats *out)
{
    struct journal_stats s = {0};
    struct journal_db_pages p;
    int64_t had;
    int rc;

    (void)pthread_mutex_lock(&j->db_lock);
    had = delivered(j);
    s.first_seq = j->first;
    s.last_seq = j->last;
    s.rows = j->first > 0 ? j->last - j->first + 1 : 0;
    for (unsigned i = 0; i < j->sinks; i++)
        s.pending[i] = j->first == 0 ? 0 : j->mark[i] >= j->first ? j->last - j->mark[i] : s.rows;
    s.appended = j->appended;
    s.commits = j->commits;
    s.dropped = j->dropped;
    s.damaged = j->damaged;
    s.last_commit_us = j->last_commit_us;
    if ((rc = ensure_open(j)) == 0 && (rc = journal_db_pages(j->db, &p)) == 0) {
        int64_t quarantined = 0;
        s.bytes = p.file * p.size;
        rc = journal_db_quarantined(j->db, &quarantined);
        s.quarantined = (uint64_t)quarantined;
        if (rc == 0 && had < j->last &&
            (rc = journal_db_rows(j->db, had, 16, first_ts, &s.oldest_unsent_ms)) > 0)
            rc = 0;
    }
    (void)pthread_mutex_unlock(&j->db_lock);
    if (rc == 0)
        *out = s;
    return rc;
}
