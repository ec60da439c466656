/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A copy of the journal, and one made fit for another machine. */
#include "journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "journal_parts.h"

#define ANY_SIZE (INT64_MAX / 2)
/* Numbers go on at the next multiple of this: 1000 a second for 49 days were given by nobody. */
#define NUMBERS_A_MACHINE (INT64_C(1) << 32)
#define BATCH             512
#define NAP_MS            2 /* between two pieces: whoever waits to append comes first */

int journal_backup(struct journal *j, const char *to, void (*tick)(void *arg), void *arg)
{
    const struct journal_db *of = NULL;
    int rc;

    (void)pthread_mutex_lock(&j->db_lock);
    rc = journal_file_ensure(j);
    if (rc == 0)
        rc = journal_db_copy_begin(j->db, to);
    of = j->db;
    (void)pthread_mutex_unlock(&j->db_lock);
    if (rc != 0)
        return rc;
    do {
        clock_sleep_until(clock_mono_ms() + NAP_MS);
        if (tick != NULL)
            tick(arg);
        (void)pthread_mutex_lock(&j->db_lock);
        rc = j->db != NULL && j->db == of ? journal_db_copy_step(j->db) : NILA_ERR_IO;
        (void)pthread_mutex_unlock(&j->db_lock);
    } while (rc == 1);
    return rc == 0 ? journal_db_copy_check(to) : rc;
}

static int open_closed(struct journal_db **db, const char *path)
{
    if (access(path, F_OK) != 0)
        return errno == ENOENT ? NILA_ERR_NOT_FOUND : NILA_ERR_DENIED;
    return journal_db_open(db, path, ANY_SIZE);
}

int journal_backup_closed(const char *path, const char *to)
{
    struct journal_db *db = NULL;
    int rc = open_closed(&db, path);

    if (rc == 0)
        rc = journal_db_copy_begin(db, to);
    while (rc == 0 && (rc = journal_db_copy_step(db)) == 1)
        rc = 0;
    journal_db_close(db);
    return rc == 0 ? journal_db_copy_check(to) : rc;
}

int journal_last_closed(const char *path, int64_t *last)
{
    struct journal_db *db = NULL;
    int64_t first, newest;
    int rc;

    *last = 0;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return 0;
    rc = open_closed(&db, path);
    if (rc == 0)
        rc = journal_db_span(db, &first, &newest, last);
    journal_db_close(db);
    return rc;
}

/* --- another machine ---------------------------------------------------------------------------------------------- */

struct unsure {
    uint32_t *boot; /* whose readings still wait for the clock */
    size_t boots;
    int64_t seq[BATCH]; /* of them, in the piece that is looked at */
    size_t n;
    int64_t after;
};

static int waiting_boot(void *arg, const struct journal_boot *b, const char *name, uint32_t crc)
{
    struct unsure *u = arg;

    if (!journal_boot_sound(b, name, crc) || b->given_up || b->anchor_ms != 0)
        return 0; /* what they get is settled, and the same everywhere */
    u->boot = xrealloc(u->boot, u->boots + 1, sizeof *u->boot);
    u->boot[u->boots++] = b->id;
    return 0;
}

static int look_at_row(void *arg, int64_t seq, const void *row, size_t n)
{
    struct unsure *u = arg;
    struct journal_row_head head;

    u->after = seq;
    if (journal_row_peek(row, n, &head) != 0 || !head.held)
        return 0;
    for (size_t i = 0; i < u->boots; i++)
        if (u->boot[i] == head.boot)
            u->seq[u->n++] = seq;
    return 0;
}

/* Within a transaction. */
static int drop_unsure(struct journal_db *db, struct journal_adopted *out)
{
    struct unsure u = {.boot = NULL};
    int64_t before = -1;
    int rc = journal_db_boots(db, waiting_boot, &u);

    while (rc == 0 && u.boots > 0 && u.after != before) {
        before = u.after;
        u.n = 0;
        rc = journal_db_rows(db, u.after, BATCH, look_at_row, &u);
        for (size_t i = 0; rc == 0 && i < u.n; i++) {
            rc = journal_db_delete_range(db, u.seq[i] - 1, u.seq[i]);
            out->unsure++;
        }
    }
    free(u.boot);
    return rc;
}

int journal_adopt(const char *path, int64_t least, struct journal_adopted *out)
{
    struct journal_db *db = NULL;
    int64_t first, newest, above;
    int rc = open_closed(&db, path);

    *out = (struct journal_adopted){0};
    if (rc == 0)
        rc = journal_db_span(db, &first, &newest, &out->last_seq);
    if (rc == 0)
        rc = journal_db_count(db, 0, out->last_seq, &out->rows);
    if (rc == 0)
        rc = journal_db_begin(db);
    if (rc == 0) {
        above = out->last_seq > least ? out->last_seq : least;
        above = (above / NUMBERS_A_MACHINE + 1) * NUMBERS_A_MACHINE;
        out->next_seq = above + 1;
        rc = journal_db_continue_after(db, above);
        if (rc == 0)
            rc = drop_unsure(db, out);
        if (rc == 0)
            rc = journal_db_commit(db);
        else
            journal_db_rollback(db);
    }
    journal_db_close(db);
    return rc;
}
