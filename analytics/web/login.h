/* SPDX-License-Identifier: GPL-3.0-or-later */
/* login: a name or telephone number and a PIN, tried as seldom as a guesser deserves. Five tries a minute from an address (an
 * IPv6 network of 64 bits counts as one); from the third wrong try on a name waits 5 s, 10 s, 20 s ... at most 15 minutes, also a
 * name that nobody has, so that the answers tell nothing of who is on record. At most two are tried at the same time: while they
 * are hashed the other threads answer pages.
 *
 * It holds up new log-ins alone: who is logged in, presses and acknowledges as before. Threads: any. */
#ifndef ANALYTICS_WEB_LOGIN_H
#define ANALYTICS_WEB_LOGIN_H

#include "analytics/records/users.h"

#define LOGIN_TRIES_A_MINUTE 5
#define LOGIN_WAIT_MOST_S    900

struct logins; /* opaque */
struct logins *logins_new(void);
void logins_free(struct logins *l); /* NULL is fine */

enum login_result {
    LOGIN_OK,
    LOGIN_WRONG, /* no such name, not active, or not its PIN */
    LOGIN_WAIT,  /* not tried: too many from the address, or the name waits */
    LOGIN_BUSY,  /* not tried: others are being tried */
    LOGIN_POOR,  /* of login_code: not a PIN that may be chosen; the code is not used up */
    LOGIN_FAILED /* the records could not be read; logged */
};
/* who: as typed. now_ms: of a clock that does not jump (clock_mono_ms). *out: the user, of LOGIN_OK. *wait_s: of LOGIN_WAIT and
 * LOGIN_WRONG: so long the next try is not made. */
enum login_result login_try(struct logins *l, struct records *r, const char *who,
                            const char *secret, const char *address, int64_t now_ms,
                            struct rec_user *out, long *wait_s);

/* A new PIN by a code (account.h), held up as a log-in. now_ms: of the wall's clock. */
enum login_result login_code(struct logins *l, struct records *r, const char *who, const char *code,
                             const char *secret, const char *address, int64_t mono_ms,
                             int64_t now_ms, long *wait_s);
/* How records keep a code: sha256_hex of it; blanks and dashes are left out. */
void login_code_digest(const char *code, char out[static SHA256_HEX_SIZE]);

/* What is looked for: a telephone number in one form, else the text in small letters. */
void login_name(const char *who, char out[static SLUG_SIZE]);

#endif
