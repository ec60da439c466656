/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file under the journal: opened, mended after an error, begun anew when it is damaged. */
#include "journal_parts.h"

#include <string.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"

#define META_KEY_MAX    32   /* our keys are shorter */
#define REOPEN_EVERY_MS 1000 /* a file that could not be opened again is tried this often */

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
    int64_t highest = j->last, first, newest, last;
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
        (rc = journal_db_span(j->db, &first, &newest, &last)) != 0)
        return rc;
    j->first = first;
    j->last = last;
    return (rc = journal_room_load(j, newest)) != 0 ? rc : journal_boot_load(j);
}

struct salvage {
    struct journal *j;
    int64_t saved, lost, looked, in_batch;
};

static int salvage_tag(void *arg, uint32_t id, const char *text)
{
    struct salvage *s = arg;
    struct reading_tags tags;
    int rc = 0;

    if (id > s->j->tags.last_id && journal_tags_parse(text, &tags) == 0 &&
        journal_tags_find(&s->j->tags, &tags) == 0 &&
        (rc = journal_db_add_tag(s->j->db, id, text)) == 0)
        journal_tags_add(&s->j->tags, id, &tags);
    return rc;
}

static int salvage_boot(void *arg, const struct journal_boot *b, const char *name, uint32_t crc)
{
    struct salvage *s = arg;
    return journal_boot_salvage(s->j, b, name, crc);
}

/* Numbers that rise: the higher one is the newer. */
static int salvage_meta(void *arg, const char *key, int64_t value)
{
    struct salvage *s = arg;
    int64_t has = 0;
    int rc = strlen(key) < META_KEY_MAX ? journal_db_meta(s->j->db, key, &has) : 0;

    return rc == 0 && strlen(key) < META_KEY_MAX && value > has
               ? journal_db_set_meta(s->j->db, key, value)
               : rc;
}

static int salvage_mark(void *arg, const char *sink, int64_t seq)
{
    struct salvage *s = arg;

    for (unsigned i = 0; i < s->j->sinks; i++)
        if (strcmp(s->j->sink[i], sink) == 0 && s->j->mark[i] < seq)
            s->j->mark[i] = seq;
    return slug_valid(sink) && seq > 0 ? journal_db_set_mark(s->j->db, sink, seq) : 0;
}

/* Takes over a row that is whole and that some sink has not had. Returns 1 when it is whole, 0 when not. */
static int salvage_row(void *arg, int64_t seq, const void *row, size_t n)
{
    struct salvage *s = arg;
    struct journal *j = s->j;
    const struct reading_tags *tags;
    struct reading_set set;
    struct journal_row_head head;
    int64_t wanted = 0; /* some sink has not had the rows behind it */
    int rc;

    for (unsigned i = 0; i < j->sinks; i++)
        if (i == 0 || j->mark[i] < wanted)
            wanted = j->mark[i];
    if (seq <= wanted)
        return 1;
    if (journal_row_peek(row, n, &head) != 0 ||
        (tags = journal_tags_by_id(&j->tags, head.tag_id)) == NULL ||
        (set.tags = *tags, journal_row_unpack(row, n, seq, &set)) != 0) {
        s->lost += seq > s->looked ? 1 : 0; /* it may come again */
        s->looked = seq > s->looked ? seq : s->looked;
        return 0;
    }
    if ((rc = journal_boot_reserve(j, head.boot, seq)) != 0 ||
        (rc = journal_db_insert_new(j->db, row, n, seq)) != 0)
        return rc;
    s->saved++;
    if (++s->in_batch < JOURNAL_BATCH)
        return 1;
    s->in_batch = 0;
    if ((rc = journal_db_commit(j->db)) != 0 || (rc = journal_db_begin(j->db)) != 0)
        return rc;
    return 1;
}

/* Brings the rows over into the open file, in batches. */
static int salvage_into(struct salvage *s, const char *from)
{
    const struct journal_db_salvage to = {salvage_tag,  salvage_boot, salvage_row,
                                          salvage_meta, salvage_mark, s};
    struct journal_db_pages p;
    struct journal *j = s->j;
    int rc, got;

    journal_tags_free(&j->tags);
    if ((rc = journal_db_tags(j->db, load_tag, j)) != 0 || (rc = journal_db_begin(j->db)) != 0)
        return rc;
    got = journal_boot_keep(j);
    if (got == 0)
        got = journal_db_salvage(from, &to);
    if (got == 0 || got == NILA_ERR_CORRUPT)
        return (rc = journal_db_commit(j->db)) != 0 ? rc : got;
    journal_db_rollback(j->db);
    /* within our own bound a full file does not pass by waiting; a full disk does */
    if (got == NILA_ERR_FULL && journal_db_pages(j->db, &p) == 0 && p.file >= p.limit)
        return 0;
    return got;
}

/* The damaged file waits under the name for that: brings over what can be read, and only then gives it its last name. Begun
 * again after a crash. */
static int salvage(struct journal *j, const char *from)
{
    struct salvage s = {.j = j};
    char aside[400];
    int rc = salvage_into(&s, from), named;

    if (rc != 0 && rc != NILA_ERR_CORRUPT)
        return rc;
    if ((named = journal_db_set_aside(from, j->path, aside, sizeof aside)) != 0)
        return named;
    if (rc != 0)
        log_warnx("journal %s: no reading could be brought over", aside);
    else
        log_warnx("journal %s: %lld reading sets brought over, %lld found damaged", aside,
                  (long long)s.saved, (long long)s.lost);
    j->damaged += (uint64_t)s.lost;
    return 0;
}

/* The file at path is damaged and closed: puts it apart and begins a new one. */
static int begin_anew(struct journal *j)
{
    char from[400], aside[400];
    int rc;

    journal_db_salvage_name(j->path, from, sizeof from);
    if (access(from, F_OK) != 0)
        rc = journal_db_rename(j->path, from);
    else /* a crash in the midst of it, and damage again: the older file still has the rows */
        rc = journal_db_set_aside(j->path, j->path, aside, sizeof aside);
    if (rc != 0)
        return rc;
    log_warnx("journal %s: DAMAGED; the file is kept and a new one is begun", j->path);
    return journal_db_open(&j->db, j->path, j->max_bytes);
}

/* Opens the file, or when damaged begun it anew, and finishes what a crash may have interrupted. */
static int open_whole(struct journal *j, bool damaged)
{
    char from[400];
    int rc = damaged ? NILA_ERR_CORRUPT : journal_db_open(&j->db, j->path, j->max_bytes);

    if (rc == NILA_ERR_CORRUPT)
        rc = begin_anew(j);
    journal_db_salvage_name(j->path, from, sizeof from);
    if (rc == 0 && access(from, F_OK) == 0)
        rc = salvage(j, from);
    if (rc == 0)
        rc = load(j);
    if (rc != 0) {
        journal_db_close(j->db);
        j->db = NULL;
        j->reopen_at = clock_mono_ms() + REOPEN_EVERY_MS;
    }
    return rc;
}

int journal_file_open(struct journal *j)
{
    int rc;

    journal_ballast_find(j);
    while ((rc = open_whole(j, false)) != 0 && journal_ballast_relieve(j, rc))
        ;
    if (rc == 0)
        journal_ballast_make(j);
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
    rc = open_whole(j, damaged);
    if (rc == 0 && !damaged && j->last > last && (rc = journal_db_delete_after(j->db, last)) == 0)
        rc = load(j);
    if (rc != 0) {
        journal_db_close(j->db);
        j->db = NULL;
        j->reopen_at = clock_mono_ms() + REOPEN_EVERY_MS;
    } else {
        log_info("journal %s: open again at row %lld", j->path, (long long)j->last);
    }
    return rc;
}

int journal_file_ensure(struct journal *j)
{
    if (j->db != NULL)
        return 0;
    if (clock_mono_ms() < j->reopen_at)
        return NILA_ERR_IO;
    return reopen(j, false);
}

bool journal_file_mend(struct journal *j, int rc)
{
    bool relieved = journal_ballast_relieve(j, rc);

    if (rc == NILA_ERR_FULL)
        return relieved;
    return (rc == NILA_ERR_IO || rc == NILA_ERR_CORRUPT) && reopen(j, rc == NILA_ERR_CORRUPT) == 0;
}
