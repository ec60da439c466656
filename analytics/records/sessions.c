/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is logged in, in which browser, until when. */
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "rows.h"
#include "users_own.h"

#define SEEN_EVERY_MS ((int64_t)5 * 60 * 1000) /* not every look is a write */

/* clang-format off */
static const char OPEN[] =
    "INSERT INTO sessions(digest, user, made_ms, seen_ms, until_ms, address, agent) VALUES(?1, ?2, ?3, ?3, ?4, ?5, ?6)";
static const char FORGET[] = "DELETE FROM sessions WHERE until_ms <= ?1";
static const char FIND[] =
    "SELECT s.id, s.user, s.made_ms, s.seen_ms, s.until_ms, s.address, s.agent FROM sessions s JOIN users u ON u.user = s.user "
    "WHERE s.digest = ?1 AND s.until_ms > ?2 AND u.active = 1";
static const char SEEN[] = "UPDATE sessions SET seen_ms = ?2 WHERE id = ?1";
static const char LIST[] =
    "SELECT id, user, made_ms, seen_ms, until_ms, address, agent FROM sessions WHERE user = ?1 AND until_ms > ?2 "
    "ORDER BY id DESC";
static const char END_ONE[] = "DELETE FROM sessions WHERE user = ?1 AND id = ?2";
static const char END_OTHERS[] = "DELETE FROM sessions WHERE user = ?1 AND id <> ?2";
/* clang-format on */

struct opening {
    const char *user, *digest, *address, *agent;
    int64_t now_ms, until_ms;
};

static int open_session(struct db *d, void *arg)
{
    const struct opening *o = arg;
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, FORGET, &s);

    if (rc == 0) {
        db_bind_integer(s, 1, o->now_ms);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    s = NULL;
    if (rc == 0)
        rc = db_prepare(d, OPEN, &s);
    if (rc == 0) {
        db_bind_text(s, 1, o->digest);
        db_bind_text(s, 2, o->user);
        db_bind_integer(s, 3, o->now_ms);
        db_bind_integer(s, 4, o->until_ms);
        db_bind_text(s, 5, o->address);
        db_bind_text(s, 6, o->agent);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    return rc == 0 ? users_note(d, o->now_ms, o->user, o->user, "login", o->address) : rc;
}

int records_session_open(struct records *r, const char *user, const char *digest,
                         const char *address, const char *agent, int64_t now_ms, int64_t until_ms)
{
    struct opening o = {user, digest, address, agent, now_ms, until_ms};

    return users_write(r, open_session, &o);
}

static int take_session(struct db_stmt *s, void *element)
{
    struct rec_session *e = element;

    e->id = db_integer(s, 0);
    db_text(s, 1, e->user, sizeof e->user);
    e->made_ms = db_integer(s, 2);
    e->seen_ms = db_integer(s, 3);
    e->until_ms = db_integer(s, 4);
    db_text(s, 5, e->address, sizeof e->address);
    db_text(s, 6, e->agent, sizeof e->agent);
    return 0;
}

/* That it was seen is a help for whoever looks at the list: a busy or full disk keeps nobody out. */
static void mark_seen(struct db *d, const struct rec_session *e, int64_t now_ms)
{
    struct db_stmt *s = NULL;

    if (now_ms - e->seen_ms < SEEN_EVERY_MS || db_prepare(d, SEEN, &s) != 0)
        return;
    db_bind_integer(s, 1, e->id);
    db_bind_integer(s, 2, now_ms);
    if (rows_run(d, s) != 0)
        log_debug("records: a session's last look was not noted");
    db_finalize(s);
}

int records_session(struct records *r, const char *digest, int64_t now_ms,
                    struct rec_session *session, struct rec_user *user)
{
    struct rec_session e = {.id = 0};
    struct db_stmt *s = NULL;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_take_kept(r->db, FIND, &s);
    if (rc == 0) {
        db_bind_text(s, 1, digest);
        db_bind_integer(s, 2, now_ms);
        rc = db_step(r->db, s);
        rc = rc == 1 ? take_session(s, &e) : rc == 0 ? NILA_ERR_NOT_FOUND : rc;
    }
    db_give_back(s);
    if (rc == 0)
        rc = users_read(r->db, e.user, user, NULL);
    if (rc == 0)
        mark_seen(r->db, &e, now_ms);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc == 0)
        *session = e;
    return rc;
}

int records_sessions(struct records *r, const char *user, int64_t now_ms, struct rec_session **out,
                     size_t *n)
{
    struct rec_session *list = NULL;
    struct db_stmt *s = NULL;
    size_t got = 0, cap = 0;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, LIST, &s);
    if (rc == 0) {
        db_bind_text(s, 1, user);
        db_bind_integer(s, 2, now_ms);
        while ((rc = db_step(r->db, s)) == 1) {
            if (got == cap) {
                cap = cap == 0 ? 8 : cap * 2;
                list = xrealloc(list, cap, sizeof *list);
            }
            (void)take_session(s, &list[got++]);
        }
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc != 0) {
        free(list);
        return rc;
    }
    *out = list;
    *n = got;
    return 0;
}

int users_end_sessions(struct db *d, const char *user, int64_t id, int64_t but)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, id > 0 ? END_ONE : END_OTHERS, &s);

    if (rc == 0) {
        db_bind_text(s, 1, user);
        db_bind_integer(s, 2, id > 0 ? id : but);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    return rc;
}

int records_session_end(struct records *r, const char *user, int64_t id, int64_t but)
{
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = users_end_sessions(r->db, user, id, but);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}
