/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new PIN for somebody who forgot theirs: one person starts it, a second one confirms it, the user has the code. */
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "rows.h"
#include "users_own.h"

/* clang-format off */
static const char END[] = "UPDATE user_resets SET ended_ms = ?2 WHERE user = ?1 AND ended_ms = 0";
static const char START[] =
    "INSERT INTO user_resets(user, started_by, started_ms, confirmed_by, confirmed_ms, digest, until_ms, tries, ended_ms) "
    "VALUES(?1, ?2, ?3, '', 0, '', ?4, 0, 0)";
static const char ISSUE[] =
    "INSERT INTO user_resets(user, started_by, started_ms, confirmed_by, confirmed_ms, digest, until_ms, tries, ended_ms) "
    "VALUES(?1, ?2, ?3, ?2, ?3, ?4, ?5, 0, 0)";
static const char WAITING[] =
    "SELECT id, user, started_by, confirmed_by, started_ms, until_ms FROM user_resets "
    "WHERE ended_ms = 0 AND confirmed_ms = 0 AND until_ms > ?1 ORDER BY id";
static const char FIND[] =
    "SELECT user, started_by FROM user_resets WHERE id = ?1 AND ended_ms = 0 AND confirmed_ms = 0 AND until_ms > ?2";
static const char CONFIRM[] =
    "UPDATE user_resets SET confirmed_by = ?2, confirmed_ms = ?3, digest = ?4, until_ms = ?5 WHERE id = ?1";
static const char CODE[] =
    "SELECT id, digest, tries FROM user_resets WHERE user = ?1 AND ended_ms = 0 AND confirmed_ms > 0 AND until_ms > ?2";
static const char WRONG[] =
    "UPDATE user_resets SET tries = tries + 1, ended_ms = CASE WHEN tries + 1 >= ?3 THEN ?2 ELSE 0 END WHERE id = ?1";
static const char SECRET[] = "UPDATE users SET hash = ?2, renew = 0 WHERE user = ?1";
/* clang-format on */

struct reset {
    const char *user, *by, *digest, *hash;
    int64_t id, now_ms, until_ms;
    bool wrong; /* the code was not the one */
};

static int end_all(struct db *d, const char *user, int64_t now_ms)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, END, &s);

    if (rc == 0) {
        db_bind_text(s, 1, user);
        db_bind_integer(s, 2, now_ms);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    return rc;
}

static int start(struct db *d, void *arg)
{
    const struct reset *x = arg;
    struct rec_user u;
    struct db_stmt *s = NULL;
    int rc = users_read(d, x->user, &u, NULL);

    if (rc == 0)
        rc = end_all(d, u.slug, x->now_ms);
    if (rc == 0)
        rc = db_prepare(d, START, &s);
    if (rc == 0) {
        db_bind_text(s, 1, u.slug);
        db_bind_text(s, 2, x->by);
        db_bind_integer(s, 3, x->now_ms);
        db_bind_integer(s, 4, x->now_ms + RESET_MS);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    return rc == 0 ? users_note(d, x->now_ms, u.slug, x->by, "reset-start", "") : rc;
}

int records_reset_start(struct records *r, const char *user, const char *by, int64_t now_ms)
{
    struct reset x = {.user = user, .by = by, .now_ms = now_ms};

    return users_write(r, start, &x);
}

/* Whose reset it is; NILA_ERR_DENIED when by is no second person. */
static int second_person(struct db *d, const struct reset *x, char user[static SLUG_SIZE])
{
    char first[SLUG_SIZE] = "";
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, FIND, &s);

    if (rc == 0) {
        db_bind_integer(s, 1, x->id);
        db_bind_integer(s, 2, x->now_ms);
        rc = db_step(d, s);
    }
    if (rc == 1) {
        db_text(s, 0, user, SLUG_SIZE);
        db_text(s, 1, first, sizeof first);
        rc = strcmp(first, x->by) == 0 || strcmp(user, x->by) == 0 ? NILA_ERR_DENIED : 0;
    } else if (rc == 0) {
        rc = NILA_ERR_NOT_FOUND;
    }
    db_finalize(s);
    return rc;
}

static int confirm(struct db *d, void *arg)
{
    const struct reset *x = arg;
    char user[SLUG_SIZE] = "";
    struct db_stmt *s = NULL;
    int rc = second_person(d, x, user);

    if (rc == 0)
        rc = db_prepare(d, CONFIRM, &s);
    if (rc == 0) {
        db_bind_integer(s, 1, x->id);
        db_bind_text(s, 2, x->by);
        db_bind_integer(s, 3, x->now_ms);
        db_bind_text(s, 4, x->digest);
        db_bind_integer(s, 5, x->now_ms + RESET_MS);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    return rc == 0 ? users_note(d, x->now_ms, user, x->by, "reset-confirm", "") : rc;
}

int records_reset_confirm(struct records *r, int64_t id, const char *by, const char *digest,
                          int64_t now_ms)
{
    struct reset x = {.id = id, .by = by, .digest = digest, .now_ms = now_ms};

    return users_write(r, confirm, &x);
}

/* Only for somebody who never had a PIN: who forgot theirs needs two people. */
static int issue(struct db *d, void *arg)
{
    const struct reset *x = arg;
    char hash[PASSWORD_HASH_SIZE];
    struct rec_user u;
    struct db_stmt *s = NULL;
    int rc = users_read(d, x->user, &u, hash);

    if (rc == 0 && hash[0] != '\0')
        rc = NILA_ERR_DENIED;
    if (rc == 0)
        rc = end_all(d, u.slug, x->now_ms);
    if (rc == 0)
        rc = db_prepare(d, ISSUE, &s);
    if (rc == 0) {
        db_bind_text(s, 1, u.slug);
        db_bind_text(s, 2, x->by);
        db_bind_integer(s, 3, x->now_ms);
        db_bind_text(s, 4, x->digest);
        db_bind_integer(s, 5, x->until_ms);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    return rc == 0 ? users_note(d, x->now_ms, u.slug, x->by, "code", "") : rc;
}

int records_reset_issue(struct records *r, const char *user, const char *by, const char *digest,
                        int64_t now_ms, int64_t until_ms)
{
    struct reset x = {
        .user = user, .by = by, .digest = digest, .now_ms = now_ms, .until_ms = until_ms};

    return users_write(r, issue, &x);
}

/* Compares in the same time wherever they differ. */
static bool same(const char *a, const char *b)
{
    size_t n = strlen(a);
    unsigned differ = 0;

    if (n == 0 || n != strlen(b))
        return false;
    for (size_t i = 0; i < n; i++)
        differ |= (unsigned)(unsigned char)(a[i] ^ b[i]);
    return differ == 0;
}

static int count_wrong(struct db *d, int64_t id, int64_t now_ms)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, WRONG, &s);

    if (rc == 0) {
        db_bind_integer(s, 1, id);
        db_bind_integer(s, 2, now_ms);
        db_bind_integer(s, 3, RESET_TRIES);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    return rc;
}

static int set_secret(struct db *d, const char *user, const struct reset *x)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, SECRET, &s);

    if (rc == 0) {
        db_bind_text(s, 1, user);
        db_bind_text(s, 2, x->hash);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    if (rc == 0)
        rc = end_all(d, user, x->now_ms);
    if (rc == 0)
        rc = users_end_sessions(d, user, 0, 0);
    return rc == 0 ? users_note(d, x->now_ms, user, user, "reset-use", "") : rc;
}

/* A wrong code is counted, so the transaction is kept: the caller learns of it by x->wrong. */
static int use(struct db *d, void *arg)
{
    struct reset *x = arg;
    struct rec_user u;
    char digest[SHA256_HEX_SIZE] = "";
    struct db_stmt *s = NULL;
    int64_t id = 0;
    int rc = users_read(d, x->user, &u, NULL);

    if (rc == NILA_ERR_NOT_FOUND)
        return NILA_ERR_DENIED;
    if (rc == 0)
        rc = db_prepare(d, CODE, &s);
    if (rc == 0) {
        db_bind_text(s, 1, u.slug);
        db_bind_integer(s, 2, x->now_ms);
        rc = db_step(d, s);
    }
    if (rc == 1) {
        id = db_integer(s, 0);
        db_text(s, 1, digest, sizeof digest);
        rc = 0;
    } else if (rc == 0) {
        rc = NILA_ERR_DENIED;
    }
    db_finalize(s);
    if (rc != 0)
        return rc;
    x->wrong = !u.active || !same(digest, x->digest);
    return x->wrong ? count_wrong(d, id, x->now_ms) : set_secret(d, u.slug, x);
}

int records_reset_use(struct records *r, const char *user, const char *digest, const char *hash,
                      int64_t now_ms)
{
    struct reset x = {.user = user, .digest = digest, .hash = hash, .now_ms = now_ms};
    int rc = users_write(r, use, &x);

    return rc == 0 && x.wrong ? NILA_ERR_DENIED : rc;
}

static int take_reset(struct db_stmt *s, void *element)
{
    struct rec_reset *e = element;

    e->id = db_integer(s, 0);
    db_text(s, 1, e->user, sizeof e->user);
    db_text(s, 2, e->started_by, sizeof e->started_by);
    db_text(s, 3, e->confirmed_by, sizeof e->confirmed_by);
    e->started_ms = db_integer(s, 4);
    e->until_ms = db_integer(s, 5);
    return 0;
}

int records_resets(struct records *r, int64_t now_ms, struct rec_reset **out, size_t *n)
{
    void *list = NULL;
    int rc = rows_load(r, WAITING, &now_ms, 1, sizeof(struct rec_reset), take_reset, &list, n);

    if (rc == 0)
        *out = list;
    return rc;
}
