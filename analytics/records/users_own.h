/* SPDX-License-Identifier: GPL-3.0-or-later */
/* users_own: what the files of accounts share (users.c, sessions.c, resets.c). */
#ifndef ANALYTICS_RECORDS_USERS_OWN_H
#define ANALYTICS_RECORDS_USERS_OWN_H

#include "db.h"
#include "users.h"

#define REGENCIES_SIZE 32 /* every regency's slug, blanks between */

/* One transaction under the lock; an error takes it back. */
typedef int users_act(struct db *d, void *arg);
NILA_MUST_CHECK int users_write(struct records *r, users_act *act, void *arg);
/* One user by slug or phone; inside the lock. */
NILA_MUST_CHECK int users_read(struct db *d, const char *who, struct rec_user *out, char *hash);
NILA_MUST_CHECK int users_add_farms(struct db *d, const struct rec_user *u);
/* What was done, into user_events. */
NILA_MUST_CHECK int users_note(struct db *d, int64_t at_ms, const char *user, const char *by,
                               const char *what, const char *detail);
/* As records_session_end, inside the lock. */
NILA_MUST_CHECK int users_end_sessions(struct db *d, const char *user, int64_t id, int64_t but);
void users_regencies_text(const struct rec_user *u, char out[static REGENCIES_SIZE]);

#endif
