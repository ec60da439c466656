/* SPDX-License-Identifier: GPL-3.0-or-later */
/* press: what a form of buttons.h sends, read, checked and written down. Foreign bytes of any kind; only press_do writes.
 *
 * Against posts from other sites: the browser's Origin and Sec-Fetch-Site, when it sends them, must be of this very host; the host
 * must be an address, localhost or a configured name (a foreign name that was pointed at us is refused); and the form must
 * carry the token of the cookie, which no other site can read or send (SameSite=Strict), or, of
 * somebody who is logged in, of their session (viewer.h). */
#ifndef ANALYTICS_WEB_PRESS_H
#define ANALYTICS_WEB_PRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "analytics/records/alarms.h"
#include "analytics/web/page.h"

#define PRESS_BODY_MAX 2048 /* bytes of a form */
#define PRESS_ACK      "ack"
#define PRESS_SNOOZE   "snooze"
#define PRESS_COOKIE   "nila"
#define PRESS_KEY_MS   ((int64_t)10 * 1000) /* forms drawn within so long have the same key */

struct press_form {
    char what[16];    /* a press_kind_name, PRESS_ACK or PRESS_SNOOZE */
    char subject[33]; /* a pond's slug, or an alarm's number */
    char back[64];    /* path of this site to come back to */
    char key[24];     /* of the form: the same one twice is noted once */
    char token[PAGE_TOKEN_SIZE];
};

/* Reads "name=value&..." (application/x-www-form-urlencoded). NILA_ERR_PARSE: a member is missing, twice there, unknown, too long or
 * badly coded, or back is no page of ours. out is untouched then. */
NILA_MUST_CHECK int press_read(const char *body, size_t n, struct press_form *out);

/* A path of this site: "/..." of small letters, digits, "-" and "/"; nothing a browser takes for another host. */
bool press_path_valid(const char *path);

/* May the request be of our own page? Headers, NULL when absent; names: hosts that are ours too, blanks between. */
bool press_from_here(const char *origin, const char *fetch_site, const char *host,
                     const char *names);
/* Is it a token of ours, and the cookie's? */
bool press_token_fits(const char *form, const char *cookie);
/* A new token of random bytes; NILA_ERR_IO: the system gives none. */
NILA_MUST_CHECK int press_token_new(char out[PAGE_TOKEN_SIZE]);
bool press_token_valid(const char *token); /* NULL: no */

/* Is it of an alarm, by its number; else of a pond. */
bool press_of_alarm(const struct press_form *f);

struct presses; /* opaque: the keys of the last forms. Threads: any. */
struct presses *presses_new(void);
void presses_free(struct presses *p); /* NULL is fine */

/* Writes it down, but for a form that was already. by: who, as records keep it. NILA_ERR_NOT_FOUND: no such pond, or no such open
 * alarm; NILA_ERR_RANGE: may not be snoozed so long, NILA_ERR_FULL: nor again; NILA_ERR_PARSE: no such button; else as records. */
NILA_MUST_CHECK int press_do(struct presses *p, struct records *r, const struct press_form *f,
                             const char *by, int64_t now_ms);

#endif
