/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "users.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"
#include "users_own.h"

/* clang-format off */
#define USER_COLUMNS \
    "user, name, phone, role, regencies, contact, active, english, large, renew, consent_ms, verified_ms, made_ms, hash"
static const char ALL[] = "SELECT " USER_COLUMNS " FROM users WHERE erased_ms = 0 ORDER BY user";
static const char ONE[] =
    "SELECT " USER_COLUMNS " FROM users WHERE erased_ms = 0 AND (user = ?1 OR (phone = ?1 AND phone <> ''))";
static const char ANY[] = "SELECT EXISTS(SELECT 1 FROM users)";
static const char FARMS[] = "SELECT farm FROM user_farms WHERE user = ?1 ORDER BY farm";
static const char ADD[] =
    "INSERT INTO users(user, name, phone, role, regencies, contact, hash, renew, active, english, large, consent_ms, verified_ms, "
    "made_ms, phone_ms) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9, ?10, ?11, ?12, ?12, ?12 "
    "WHERE NOT EXISTS(SELECT 1 FROM users WHERE user = ?1 OR (phone = ?3 AND phone <> '')) RETURNING id";
static const char ADD_FARM[] =
    "INSERT INTO user_farms(user, farm) SELECT ?1, farm FROM farms WHERE farm = ?2 RETURNING farm";
static const char EVENT[] = "INSERT INTO user_events(at_ms, user, by, what, detail) VALUES(?1, ?2, ?3, ?4, ?5)";
/* clang-format on */

static const char *const ROLE[ROLE_COUNT] = {"", "petani", "petugas", "teknisi", "admin"};

const char *role_name(enum role r)
{
    return ROLE[r];
}

int role_find(const char *name, enum role *out)
{
    for (int r = ROLE_FARMER; r < ROLE_COUNT; r++) {
        if (strcmp(ROLE[r], name) == 0) {
            *out = (enum role)r;
            return 0;
        }
    }
    return NILA_ERR_NOT_FOUND;
}

bool user_looks_like_nik(const char *text)
{
    int digits = 0;

    for (const char *p = text; *p != '\0'; p++) {
        if (*p >= '0' && *p <= '9') {
            if (++digits >= 16)
                return true;
        } else if (strchr(" .-", *p) == NULL) {
            digits = 0;
        }
    }
    return false;
}

const char *user_fault(const struct rec_user *u)
{
    if (!slug_valid(u->slug) || user_looks_like_nik(u->slug))
        return "user";
    if (u->name[0] == '\0' || user_looks_like_nik(u->name))
        return "name";
    if (u->phone[0] != '\0' &&
        (u->phone[0] != '+' || strlen(u->phone) < 9 ||
         u->phone[1 + strspn(u->phone + 1, "0123456789")] != '\0' || user_looks_like_nik(u->phone)))
        return "phone";
    return NULL;
}

/* --- reading --- */

void users_regencies_text(const struct rec_user *u, char out[static REGENCIES_SIZE])
{
    size_t n = 0;

    out[0] = '\0';
    for (int r = 0; r < REGENCY_COUNT; r++)
        if (u->regency[r])
            n += (size_t)snprintf(out + n, REGENCIES_SIZE - n, "%s%s", n > 0 ? " " : "",
                                  regency_slug((enum regency)r));
}

static void regencies_read(const char *text, struct rec_user *u)
{
    for (int r = 0; r < REGENCY_COUNT; r++) {
        const char *slug = regency_slug((enum regency)r), *at = strstr(text, slug);
        size_t n = strlen(slug);
        u->regency[r] = at != NULL && (at[n] == ' ' || at[n] == '\0');
    }
}

static int take_user(struct db_stmt *s, void *element)
{
    struct rec_user *u = element;
    char word[REGENCIES_SIZE];

    db_text(s, 0, u->slug, sizeof u->slug);
    db_text(s, 1, u->name, sizeof u->name);
    db_text(s, 2, u->phone, sizeof u->phone);
    db_text(s, 3, word, sizeof word);
    if (role_find(word, &u->role) != 0)
        return NILA_ERR_CORRUPT;
    db_text(s, 4, word, sizeof word);
    regencies_read(word, u);
    db_text(s, 5, u->contact, sizeof u->contact);
    u->active = db_integer(s, 6) != 0;
    u->english = db_integer(s, 7) != 0;
    u->large = db_integer(s, 8) != 0;
    u->renew = db_integer(s, 9) != 0;
    u->consent_ms = db_integer(s, 10);
    u->verified_ms = db_integer(s, 11);
    u->made_ms = db_integer(s, 12);
    return 0;
}

static int load_farms(struct db *d, struct rec_user *u)
{
    struct db_stmt *s = NULL;
    int rc = db_take_kept(d, FARMS, &s);

    if (rc == 0) {
        db_bind_text(s, 1, u->slug);
        while ((rc = db_step(d, s)) == 1) {
            if (u->farms == USER_FARMS_MOST) { /* never stored: records_user_farms refuses more */
                rc = NILA_ERR_CORRUPT;
                break;
            }
            db_text(s, 0, u->farm[u->farms++], SLUG_SIZE);
        }
    }
    db_give_back(s);
    return rc;
}

int users_read(struct db *d, const char *who, struct rec_user *out, char *hash)
{
    struct rec_user u = {.slug = ""};
    struct db_stmt *s = NULL;
    char got[PASSWORD_HASH_SIZE];
    int rc = db_take_kept(d, ONE, &s);

    if (rc == 0) {
        db_bind_text(s, 1, who);
        rc = db_step(d, s);
    }
    if (rc == 1) {
        rc = take_user(s, &u);
        db_text(s, 13, got, sizeof got);
    } else if (rc == 0) {
        rc = NILA_ERR_NOT_FOUND;
    }
    db_give_back(s);
    if (rc == 0)
        rc = load_farms(d, &u);
    if (rc != 0)
        return rc;
    *out = u;
    if (hash != NULL)
        memcpy(hash, got, sizeof got);
    return 0;
}

int records_user(struct records *r, const char *slug_or_phone, struct rec_user *out,
                 char hash[PASSWORD_HASH_SIZE])
{
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = users_read(r->db, slug_or_phone, out, hash);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

int records_users(struct records *r, struct rec_user **out, size_t *n)
{
    void *list = NULL;
    size_t got = 0;
    int rc = rows_load(r, ALL, NULL, 0, sizeof(struct rec_user), take_user, &list, &got);
    struct rec_user *user = list;

    (void)pthread_mutex_lock(&r->lock);
    for (size_t i = 0; rc == 0 && i < got; i++)
        rc = load_farms(r->db, &user[i]);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc != 0) {
        free(list);
        return rc;
    }
    *out = user;
    *n = got;
    return 0;
}

int records_users_any(struct records *r, bool *any)
{
    struct db_stmt *s = NULL;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_take_kept(r->db, ANY, &s);
    if (rc == 0)
        rc = db_step(r->db, s);
    if (rc == 1) {
        *any = db_integer(s, 0) != 0;
        rc = 0;
    }
    db_give_back(s);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

int records_farm_regency(struct records *r, const char *farm, enum regency *out)
{
    struct db_stmt *s = NULL;
    char slug[REGENCIES_SIZE] = "";
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, "SELECT regency FROM farms WHERE farm = ?1", &s);
    if (rc == 0) {
        db_bind_text(s, 1, farm);
        rc = db_step(r->db, s);
    }
    if (rc == 1)
        db_text(s, 0, slug, sizeof slug);
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    return rc < 0 ? rc : regency_find(slug, out);
}

static int take_farm_name(struct db_stmt *s, void *element)
{
    struct rec_farm_name *f = element;
    char slug[REGENCIES_SIZE];

    db_text(s, 0, f->slug, sizeof f->slug);
    db_text(s, 1, f->name, sizeof f->name);
    db_text(s, 2, slug, sizeof slug);
    return regency_find(slug, &f->regency) == 0 ? 0 : NILA_ERR_CORRUPT;
}

int records_farm_names(struct records *r, struct rec_farm_name **out, size_t *n)
{
    void *list = NULL;
    int rc = rows_load(r, "SELECT farm, name, regency FROM farms ORDER BY name, farm", NULL, 0,
                       sizeof(struct rec_farm_name), take_farm_name, &list, n);

    if (rc == 0)
        *out = list;
    return rc;
}

/* --- writing --- */

int users_note(struct db *d, int64_t at_ms, const char *user, const char *by, const char *what,
               const char *detail)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, EVENT, &s);

    if (rc == 0) {
        db_bind_integer(s, 1, at_ms);
        db_bind_text(s, 2, user);
        db_bind_text(s, 3, by);
        db_bind_text(s, 4, what);
        db_bind_text(s, 5, detail);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    return rc;
}

int users_write(struct records *r, users_act *act, void *arg)
{
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_exec(r->db, "BEGIN IMMEDIATE");
    if (rc == 0) {
        rc = act(r->db, arg);
        if (rc == 0)
            rc = db_exec(r->db, "COMMIT");
        if (rc != 0)
            db_rollback(r->db);
    }
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

int users_add_farms(struct db *d, const struct rec_user *u)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, ADD_FARM, &s);

    for (size_t i = 0; rc == 0 && i < u->farms; i++) {
        db_bind_text(s, 1, u->slug);
        db_bind_text(s, 2, u->farm[i]);
        rc = db_step(d, s);
        if (rc == 1) {
            db_reset(s);
            rc = 0;
        } else if (rc == 0) {
            rc = NILA_ERR_NOT_FOUND;
        }
    }
    db_finalize(s);
    return rc;
}

struct adding {
    const struct rec_user *u;
    const char *hash, *by;
    int64_t now_ms;
};

static int add_row(struct db *d, const struct adding *a)
{
    const struct rec_user *u = a->u;
    char regencies[REGENCIES_SIZE];
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, ADD, &s);

    if (rc == 0) {
        users_regencies_text(u, regencies);
        db_bind_text(s, 1, u->slug);
        db_bind_text(s, 2, u->name);
        db_bind_text(s, 3, u->phone);
        db_bind_text(s, 4, role_name(u->role));
        db_bind_text(s, 5, regencies);
        db_bind_text(s, 6, u->contact);
        db_bind_text(s, 7, a->hash);
        db_bind_integer(s, 8, u->renew);
        db_bind_integer(s, 9, u->english);
        db_bind_integer(s, 10, u->large);
        db_bind_integer(s, 11, u->consent_ms);
        db_bind_integer(s, 12, a->now_ms);
        rc = db_step(d, s);
        if (rc == 1)
            db_reset(s);
        rc = rc == 1 ? 0 : rc == 0 ? NILA_ERR_REFUSED : rc;
    }
    db_finalize(s);
    return rc;
}

static int add_user(struct db *d, void *arg)
{
    const struct adding *a = arg;
    int rc = add_row(d, a);

    if (rc == 0)
        rc = users_add_farms(d, a->u);
    return rc == 0 ? users_note(d, a->now_ms, a->u->slug, a->by, "add", role_name(a->u->role)) : rc;
}

int records_user_add(struct records *r, const struct rec_user *u, const char *hash, const char *by,
                     int64_t now_ms)
{
    struct adding a = {u, hash, by, now_ms};

    if (user_fault(u) != NULL || u->role == ROLE_NONE || u->farms > USER_FARMS_MOST)
        return NILA_ERR_RANGE;
    return users_write(r, add_user, &a);
}
