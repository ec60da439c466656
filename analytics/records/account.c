/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "account.h"

#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "rows.h"
#include "users_own.h"

/* clang-format off */
static const char SECRET[] = "UPDATE users SET hash = ?2, renew = ?3 WHERE user = ?1";
static const char ACTIVE[] = "UPDATE users SET active = ?2 WHERE user = ?1";
static const char SCOPE[] = "UPDATE users SET role = ?2, regencies = ?3, contact = ?4 WHERE user = ?1";
static const char NO_FARMS[] = "DELETE FROM user_farms WHERE user = ?1";
static const char PHONE[] =
    "UPDATE users SET phone = ?2, phone_ms = ?3, verified_ms = ?3 WHERE user = ?1 AND "
    "NOT EXISTS(SELECT 1 FROM users WHERE phone = ?2 AND phone <> '' AND user <> ?1) RETURNING id";
static const char SETTINGS[] = "UPDATE users SET english = ?2, large = ?3 WHERE user = ?1";
static const char CONSENT[] = "UPDATE users SET consent_ms = ?2 WHERE user = ?1";
static const char VERIFIED[] = "UPDATE users SET verified_ms = ?2 WHERE user = ?1";
static const char ERASE[] =
    "UPDATE users SET name = '-', phone = '', contact = '', hash = '', active = 0, consent_ms = 0, erased_ms = ?2 WHERE user = ?1";
static const char RESETS_END[] = "UPDATE user_resets SET ended_ms = ?2 WHERE user = ?1 AND ended_ms = 0";
static const char EVENTS[] =
    "SELECT id, at_ms, user, by, what, detail FROM user_events WHERE (?1 = '' OR user = ?1) AND (?2 = 0 OR id < ?2) "
    "ORDER BY id DESC LIMIT ?3";
/* clang-format on */

/* What is done, to whom, by whom; the members that an act does not need are not looked at. */
struct change {
    const char *user, *by, *text;
    bool flag, other;
    int64_t but, now_ms;
    const struct rec_user *scope;
};

static int there(struct db *d, const char *user)
{
    struct rec_user u;
    int rc = users_read(d, user, &u, NULL);

    return rc == 0 && strcmp(u.slug, user) != 0 ? NILA_ERR_NOT_FOUND : rc; /* a phone is no slug */
}

/* An UPDATE of one user: parameter 1 the slug, 2 and 3 numbers. */
static int update(struct db *d, const char *sql, const char *user, int64_t two, int64_t three)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, sql, &s);

    if (rc == 0) {
        db_bind_text(s, 1, user);
        db_bind_integer(s, 2, two);
        if (three >= 0)
            db_bind_integer(s, 3, three);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    return rc;
}

static int set_secret(struct db *d, void *arg)
{
    const struct change *c = arg;
    struct db_stmt *s = NULL;
    int rc = there(d, c->user);

    if (rc == 0)
        rc = db_prepare(d, SECRET, &s);
    if (rc == 0) {
        db_bind_text(s, 1, c->user);
        db_bind_text(s, 2, c->text);
        db_bind_integer(s, 3, c->flag);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    if (rc == 0)
        rc = update(d, RESETS_END, c->user, c->now_ms, -1);
    if (rc == 0)
        rc = users_end_sessions(d, c->user, 0, c->but);
    return rc == 0 ? users_note(d, c->now_ms, c->user, c->by, "pin", c->flag ? "renew" : "") : rc;
}

int records_account_secret(struct records *r, const char *user, const char *hash, bool renew,
                           int64_t but, const char *by, int64_t now_ms)
{
    struct change c = {
        .user = user, .by = by, .text = hash, .flag = renew, .but = but, .now_ms = now_ms};

    return users_write(r, set_secret, &c);
}

static int set_active(struct db *d, void *arg)
{
    const struct change *c = arg;
    int rc = there(d, c->user);

    if (rc == 0)
        rc = update(d, ACTIVE, c->user, c->flag, -1);
    if (rc == 0 && !c->flag)
        rc = users_end_sessions(d, c->user, 0, 0);
    return rc == 0 ? users_note(d, c->now_ms, c->user, c->by, c->flag ? "enable" : "disable", "")
                   : rc;
}

int records_account_active(struct records *r, const char *user, bool active, const char *by,
                           int64_t now_ms)
{
    struct change c = {.user = user, .by = by, .flag = active, .now_ms = now_ms};

    return users_write(r, set_active, &c);
}

static int set_scope(struct db *d, void *arg)
{
    const struct change *c = arg;
    char regencies[REGENCIES_SIZE];
    struct db_stmt *s = NULL;
    int rc = there(d, c->user);

    if (rc == 0)
        rc = db_prepare(d, SCOPE, &s);
    if (rc == 0) {
        users_regencies_text(c->scope, regencies);
        db_bind_text(s, 1, c->user);
        db_bind_text(s, 2, role_name(c->scope->role));
        db_bind_text(s, 3, regencies);
        db_bind_text(s, 4, c->scope->contact);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    s = NULL;
    if (rc == 0)
        rc = db_prepare(d, NO_FARMS, &s);
    if (rc == 0) {
        db_bind_text(s, 1, c->user);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    if (rc == 0)
        rc = users_add_farms(d, c->scope);
    return rc == 0 ? users_note(d, c->now_ms, c->user, c->by, "scope", role_name(c->scope->role))
                   : rc;
}

int records_account_scope(struct records *r, const struct rec_user *u, const char *by,
                          int64_t now_ms)
{
    struct change c = {.user = u->slug, .by = by, .scope = u, .now_ms = now_ms};

    if (u->role == ROLE_NONE || u->farms > USER_FARMS_MOST)
        return NILA_ERR_RANGE;
    return users_write(r, set_scope, &c);
}

static int set_phone(struct db *d, void *arg)
{
    const struct change *c = arg;
    struct db_stmt *s = NULL;
    int rc = there(d, c->user);

    if (rc == 0)
        rc = db_prepare(d, PHONE, &s);
    if (rc == 0) {
        db_bind_text(s, 1, c->user);
        db_bind_text(s, 2, c->text);
        db_bind_integer(s, 3, c->now_ms);
        rc = db_step(d, s);
        if (rc == 1)
            db_reset(s);
        rc = rc == 1 ? 0 : rc == 0 ? NILA_ERR_REFUSED : rc;
    }
    db_finalize(s);
    /* the number itself is not noted: what is only added to could never forget it */
    return rc == 0 ? users_note(d, c->now_ms, c->user, c->by, "phone", "") : rc;
}

int records_account_phone(struct records *r, const char *user, const char *phone, const char *by,
                          int64_t now_ms)
{
    struct change c = {.user = user, .by = by, .text = phone, .now_ms = now_ms};
    struct rec_user u;
    int rc = records_user(r, user, &u, NULL);

    if (rc != 0)
        return rc;
    if (strlen(phone) >= sizeof u.phone)
        return NILA_ERR_RANGE;
    memcpy(u.phone, phone, strlen(phone) + 1);
    return user_fault(&u) != NULL ? NILA_ERR_RANGE : users_write(r, set_phone, &c);
}

static int set_settings(struct db *d, void *arg)
{
    const struct change *c = arg;
    int rc = there(d, c->user);

    return rc == 0 ? update(d, SETTINGS, c->user, c->flag, c->other) : rc;
}

int records_account_settings(struct records *r, const char *user, bool english, bool large)
{
    struct change c = {.user = user, .flag = english, .other = large};

    return users_write(r, set_settings, &c);
}

static int set_consent(struct db *d, void *arg)
{
    const struct change *c = arg;
    int rc = there(d, c->user);

    if (rc == 0)
        rc = update(d, CONSENT, c->user, c->now_ms, -1);
    return rc == 0 ? users_note(d, c->now_ms, c->user, c->user, "consent", "") : rc;
}

int records_account_consent(struct records *r, const char *user, int64_t now_ms)
{
    struct change c = {.user = user, .now_ms = now_ms};

    return users_write(r, set_consent, &c);
}

static int set_verified(struct db *d, void *arg)
{
    const struct change *c = arg;
    int rc = there(d, c->user);

    if (rc == 0)
        rc = update(d, VERIFIED, c->user, c->now_ms, -1);
    return rc == 0 ? users_note(d, c->now_ms, c->user, c->by, "verified", "") : rc;
}

int records_account_verified(struct records *r, const char *user, const char *by, int64_t now_ms)
{
    struct change c = {.user = user, .by = by, .now_ms = now_ms};

    return users_write(r, set_verified, &c);
}

static int erase(struct db *d, void *arg)
{
    const struct change *c = arg;
    struct db_stmt *s = NULL;
    int rc = there(d, c->user);

    if (rc == 0)
        rc = update(d, ERASE, c->user, c->now_ms, -1);
    if (rc == 0)
        rc = update(d, RESETS_END, c->user, c->now_ms, -1);
    if (rc == 0)
        rc = users_end_sessions(d, c->user, 0, 0);
    if (rc == 0)
        rc = db_prepare(d, NO_FARMS, &s);
    if (rc == 0) {
        db_bind_text(s, 1, c->user);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    return rc == 0 ? users_note(d, c->now_ms, c->user, c->by, "erase", "") : rc;
}

int records_account_erase(struct records *r, const char *user, const char *by, int64_t now_ms)
{
    struct change c = {.user = user, .by = by, .now_ms = now_ms};

    return users_write(r, erase, &c);
}

int records_user_events(struct records *r, const char *user, int64_t before_id, size_t most,
                        struct rec_user_event **out, size_t *n)
{
    struct rec_user_event *list = xcalloc(most > 0 ? most : 1, sizeof *list);
    struct db_stmt *s = NULL;
    size_t got = 0;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, EVENTS, &s);
    if (rc == 0) {
        db_bind_text(s, 1, user != NULL ? user : "");
        db_bind_integer(s, 2, before_id);
        db_bind_integer(s, 3, (int64_t)most);
        while ((rc = db_step(r->db, s)) == 1) {
            struct rec_user_event *e = &list[got++];
            e->id = db_integer(s, 0);
            e->at_ms = db_integer(s, 1);
            db_text(s, 2, e->user, sizeof e->user);
            db_text(s, 3, e->by, sizeof e->by);
            db_text(s, 4, e->what, sizeof e->what);
            db_text(s, 5, e->detail, sizeof e->detail);
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
