/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account: what is done to a user: PIN, telephone, farms, consent, the yearly look, the end. Each is one transaction and one line of
 * user_events. by: the slug of who does it, or "konsol". Threads and errors: as users.h; NILA_ERR_NOT_FOUND: no such user. */
#ifndef ANALYTICS_RECORDS_ACCOUNT_H
#define ANALYTICS_RECORDS_ACCOUNT_H

#include "users.h"

/* A new PIN. renew: somebody else chose it, it must be changed at the next log-in. Every session ends but one (0: none stays). */
NILA_MUST_CHECK int records_account_secret(struct records *r, const char *user, const char *hash,
                                           bool renew, int64_t but, const char *by, int64_t now_ms);
/* Shuts out, ending every session, or lets in again. */
NILA_MUST_CHECK int records_account_active(struct records *r, const char *user, bool active,
                                           const char *by, int64_t now_ms);
/* Role, farms, regencies and contact become those of u. NILA_ERR_NOT_FOUND: a farm too. */
NILA_MUST_CHECK int records_account_scope(struct records *r, const struct rec_user *u,
                                          const char *by, int64_t now_ms);
/* Another number ("+62..."; "" none). Alarms for the user's contact go to it from this moment (contacts.h), and the person is
 * verified with it. NILA_ERR_REFUSED: somebody else's; NILA_ERR_RANGE: user_fault. */
NILA_MUST_CHECK int records_account_phone(struct records *r, const char *user, const char *phone,
                                          const char *by, int64_t now_ms);
NILA_MUST_CHECK int records_account_settings(struct records *r, const char *user, bool english,
                                             bool large);
NILA_MUST_CHECK int records_account_consent(struct records *r, const char *user, int64_t now_ms);
/* Still the person, and the number. */
NILA_MUST_CHECK int records_account_verified(struct records *r, const char *user, const char *by,
                                             int64_t now_ms);
/* Forgets name, number, PIN and sessions; the slug stays in what was entered. For good. */
NILA_MUST_CHECK int records_account_erase(struct records *r, const char *user, const char *by,
                                          int64_t now_ms);

/* A person is looked at again after so long. */
#define ACCOUNT_VERIFY_MS ((int64_t)365 * 24 * 3600 * 1000)

/* --- a new PIN by two people --- */

#define RESET_MS        ((int64_t)30 * 60 * 1000)
#define RESET_TRIES     5
#define RESET_CODE_SIZE 9 /* eight digits and the closing 0 */

struct rec_reset {
    int64_t id;
    char user[SLUG_SIZE], started_by[SLUG_SIZE], confirmed_by[SLUG_SIZE]; /* "" not yet */
    int64_t started_ms, until_ms;
};
/* One person asks for it; earlier ones of the user end. It waits RESET_MS for the second person. */
NILA_MUST_CHECK int records_reset_start(struct records *r, const char *user, const char *by,
                                        int64_t now_ms);
/* Another one confirms; digest: of the code that is told to the user. The code holds RESET_MS. NILA_ERR_NOT_FOUND: none waits;
 * NILA_ERR_DENIED: the same person, or the user, again. */
NILA_MUST_CHECK int records_reset_confirm(struct records *r, int64_t id, const char *by,
                                          const char *digest, int64_t now_ms);
/* The first code of a user who was just added: one person is enough. Holds until until_ms. */
#define RESET_FIRST_MS ((int64_t)7 * 24 * 3600 * 1000)
NILA_MUST_CHECK int records_reset_issue(struct records *r, const char *user, const char *by,
                                        const char *digest, int64_t now_ms, int64_t until_ms);
/* With the code the user chooses a PIN; every session ends. NILA_ERR_DENIED: no such user, code, or it is over; five wrong tries
 * end it. */
NILA_MUST_CHECK int records_reset_use(struct records *r, const char *user, const char *digest,
                                      const char *hash, int64_t now_ms);
/* Those that wait for their second person, oldest first. *out: free(). */
NILA_MUST_CHECK int records_resets(struct records *r, int64_t now_ms, struct rec_reset **out,
                                   size_t *n);

/* --- what was done --- */

struct rec_user_event {
    int64_t id, at_ms;
    char user[SLUG_SIZE], by[SLUG_SIZE], what[SLUG_SIZE], detail[SITE_NAME_SIZE];
};
/* Newest first, at most most; before_id 0: from the newest. user NULL: of all. *out: free(). */
NILA_MUST_CHECK int records_user_events(struct records *r, const char *user, int64_t before_id,
                                        size_t most, struct rec_user_event **out, size_t *n);

#endif
