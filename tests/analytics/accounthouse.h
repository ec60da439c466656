/* SPDX-License-Identifier: GPL-3.0-or-later */
/* accounthouse: a served instance (webhouse.h) with an admin, farmers and officers, and browsers that are logged in as one of them, for the
 * tests of accounts. */
#ifndef TESTS_ANALYTICS_ACCOUNTHOUSE_H
#define TESTS_ANALYTICS_ACCOUNTHOUSE_H

#include "tests/analytics/webhouse.h"

#include "analytics/web/assets.h"

#define PIN       "480913"
#define WORD      "karamba-biru-7"
#define ANONYMOUS "0123456789abcdef0123456789abcdef"
#define NO_LOGIN  "Cookie: nila=" ANONYMOUS "\r\n"

/* The cookie line of a session, and the token of its forms. */
struct browser {
    char cookie[200], csrf[PAGE_TOKEN_SIZE];
};

static inline void log_in_as(struct webhouse *h, const char *user, struct browser *b)
{
    char secret[VIEWER_SECRET_SIZE], visited[ASSETS_VERSION_SIZE];

    webhouse_login(h, user, secret, b->csrf);
    assets_version(visited); /* not the first visit: a page is its own text alone */
    (void)snprintf(b->cookie, sizeof b->cookie, "Cookie: gaya=%s; " VIEWER_COOKIE "=%s\r\n",
                   visited, secret);
}

/* Posts the form with the browser's token and gives the status; a may be NULL. */
static inline int post(struct webhouse *h, const struct browser *b, const char *path,
                       const char *form, struct webanswer *a)
{
    struct webanswer own;
    char all[600];
    int status;

    (void)snprintf(all, sizeof all, "%s&tanda=%s", form, b->csrf);
    webhouse_ask(h, "POST", path, b->cookie, all, a != NULL ? a : &own);
    status = a != NULL ? a->status : own.status;
    if (a == NULL)
        webanswer_free(&own);
    return status;
}

static inline int get(struct webhouse *h, const struct browser *b, const char *path)
{
    struct webanswer a;
    int status;

    webhouse_ask(h, "GET", path, b->cookie, NULL, &a);
    status = a.status;
    webanswer_free(&a);
    return status;
}

static const struct browser STRANGER = {NO_LOGIN, ANONYMOUS};

static inline void house_of_users(struct webhouse *h)
{
    char hash[PASSWORD_HASH_SIZE];

    webhouse_open(h);
    assert_int_equal(password_hash(PIN, hash), 0);
    webhouse_user(h, "admin", ROLE_ADMIN, NULL, true, true, "x");
    webhouse_user(h, "budi", ROLE_FARMER, "mentaya", false, false, hash);
    webhouse_user(h, "siti", ROLE_FARMER, "mentaya", false, false, "x");
    webhouse_user(h, "rina", ROLE_OFFICER, NULL, true, false, "x");
    webhouse_user(h, "joko", ROLE_OFFICER, NULL, false, true, "x");
}

static inline void house_with_users(struct webhouse *h)
{
    house_of_users(h);
    webhouse_start(h);
}

#endif
