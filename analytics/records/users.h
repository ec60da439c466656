/* SPDX-License-Identifier: GPL-3.0-or-later */
/* users: who may see and enter what: people with a role, the farms and regencies they may see, their sessions in browsers.
 *
 * Of a person there is a name, a telephone number and a role: no NIK, no address, no date of birth (user_fault refuses what
 * looks like a NIK). A session's secret is kept as its SHA-256 alone. Everything that is done to an account stands in
 * user_events, which is only added to.
 * Threads: as struct records. Errors: as records_snapshot, unless said otherwise. */
#ifndef ANALYTICS_RECORDS_USERS_H
#define ANALYTICS_RECORDS_USERS_H

#include "collector/common/sha256.h"
#include "password.h"
#include "records.h"

enum role {
    ROLE_NONE,
    ROLE_FARMER,
    ROLE_OFFICER,
    ROLE_TECHNICIAN,
    ROLE_ADMIN,
    ROLE_COUNT
};
const char *role_name(enum role r); /* "" "petani" "petugas" "teknisi" "admin" */
/* By name; NILA_ERR_NOT_FOUND: no such role, also for "". */
NILA_MUST_CHECK int role_find(const char *name, enum role *out);

#define USER_FARMS_MOST 32
#define USER_PHONE_SIZE 17 /* "+6281234567890" (alert/phone.h) */

struct rec_user {
    char slug[SLUG_SIZE];
    char name[SITE_NAME_SIZE];
    char phone[USER_PHONE_SIZE]; /* "" none: logs in by slug */
    enum role role;
    bool regency[REGENCY_COUNT]; /* of officers, technicians, admins */
    size_t farms;                /* of farmers */
    char farm[USER_FARMS_MOST][SLUG_SIZE];
    char contact[SLUG_SIZE]; /* whom alarms are told (contacts.h): follows a new number; "" none */
    bool active, english, large;
    bool renew;          /* the PIN was given by somebody else: must be changed first */
    int64_t consent_ms;  /* the text of consent was agreed to; 0: not yet */
    int64_t verified_ms; /* somebody last said that this is still the person and the number */
    int64_t made_ms;
};

/* What of a name or phone can't be stored: NULL nothing; else "name", "phone", "user". A number of 16 digits is a NIK. */
const char *user_fault(const struct rec_user *u);
/* Does the text hold 16 digits in a row, blanks, dots and dashes left out? */
bool user_looks_like_nik(const char *text);

/* Is any user on record, active or not? */
NILA_MUST_CHECK int records_users_any(struct records *r, bool *any);
/* All, by slug. *out: free(). */
NILA_MUST_CHECK int records_users(struct records *r, struct rec_user **out, size_t *n);
/* One by slug, or by telephone number; hash (may be NULL) gets the password's. NILA_ERR_NOT_FOUND. */
NILA_MUST_CHECK int records_user(struct records *r, const char *slug_or_phone, struct rec_user *out,
                                 char hash[PASSWORD_HASH_SIZE]);
/* Adds one. by: the slug of who does it, or "konsol". NILA_ERR_RANGE: user_fault; NILA_ERR_REFUSED: slug or phone is
 * taken; NILA_ERR_NOT_FOUND: one of the farms is not on record. */
NILA_MUST_CHECK int records_user_add(struct records *r, const struct rec_user *u, const char *hash,
                                     const char *by, int64_t now_ms);

/* Where the farm lies; NILA_ERR_NOT_FOUND: it is not on record. */
NILA_MUST_CHECK int records_farm_regency(struct records *r, const char *farm, enum regency *out);

/* Farms with what says who may read them, by name. *out: free(). */
struct rec_farm_name {
    char slug[SLUG_SIZE], name[SITE_NAME_SIZE];
    enum regency regency;
};
NILA_MUST_CHECK int records_farm_names(struct records *r, struct rec_farm_name **out, size_t *n);

/* --- sessions --- */

#define SESSION_FARMER_MS ((int64_t)30 * 24 * 3600 * 1000)
#define SESSION_MS        ((int64_t)12 * 3600 * 1000)
#define SESSION_TEXT_SIZE 65

struct rec_session {
    int64_t id;
    char user[SLUG_SIZE];
    int64_t made_ms, seen_ms, until_ms;
    char address[SESSION_TEXT_SIZE], agent[SESSION_TEXT_SIZE]; /* as told; agent cut short */
};

/* Notes a log-in. digest: sha256_hex of the cookie. */
NILA_MUST_CHECK int records_session_open(struct records *r, const char *user, const char *digest,
                                         const char *address, const char *agent, int64_t now_ms,
                                         int64_t until_ms);
/* Whose it is, while it lasts and its user is active. NILA_ERR_NOT_FOUND. */
NILA_MUST_CHECK int records_session(struct records *r, const char *digest, int64_t now_ms,
                                    struct rec_session *session, struct rec_user *user);
/* The user's that last, newest first. *out: free(). */
NILA_MUST_CHECK int records_sessions(struct records *r, const char *user, int64_t now_ms,
                                     struct rec_session **out, size_t *n);
/* Ends one of the user's (id > 0), or all but one (id 0, but: 0 none). Ending what has ended is fine. */
NILA_MUST_CHECK int records_session_end(struct records *r, const char *user, int64_t id,
                                        int64_t but);

#endif
