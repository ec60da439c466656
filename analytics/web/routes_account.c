/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logging in and out, one's own account. */
#include "server_own.h"

#include <stdio.h>
#include <string.h>

#include "analytics/web/page_account.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"

static const char *back_of(const char *asked)
{
    return asked != NULL && press_path_valid(asked) ? asked : "/";
}

static void show_login(const struct request *q, struct reply *r, const char *back,
                       enum text problem, long wait_s)
{
    const struct page_login p = {.viewer = q->viewer,
                                 .notice = q->w->c.config->notice,
                                 .back = back_of(back),
                                 .who = request_field(q, "siapa"),
                                 .problem = problem,
                                 .wait_s = wait_s};

    page_login(&r->body, &p, q->lang);
}

static void open_session(const struct request *q, struct reply *r, const struct rec_user *u)
{
    char secret[VIEWER_SECRET_SIZE], digest[SHA256_HEX_SIZE], agent[SESSION_TEXT_SIZE];
    const char *browser = request_header(q, "User-Agent");
    int64_t lasts = u->role == ROLE_FARMER ? SESSION_FARMER_MS : SESSION_MS;

    (void)snprintf(agent, sizeof agent, "%s", browser != NULL ? browser : "");
    if (viewer_secret(secret, digest) != 0 ||
        records_session_open(q->w->accounts, u->slug, digest, q->address, agent, q->now_ms,
                             q->now_ms + lasts) != 0) {
        reply_error(q, r, 503);
        return;
    }
    reply_cookie(r, VIEWER_COOKIE, secret, (long)(lasts / 1000), false);
    reply_see_other(r, back_of(request_field(q, "kembali")));
    log_info("web: %s logged in from %s", u->slug, q->address);
}

static void take_login(const struct request *q, struct reply *r)
{
    const char *back = request_field(q, "kembali");
    struct rec_user user;
    long wait_s = 0;

    switch (login_try(q->w->logins, q->w->accounts, request_field(q, "siapa"),
                      request_field(q, "pin"), q->address, clock_mono_ms(), &user, &wait_s)) {
    case LOGIN_OK:
        open_session(q, r, &user);
        return;
    case LOGIN_WRONG:
        r->status = 403;
        show_login(q, r, back, TEXT_LOGIN_WRONG, 0);
        return;
    case LOGIN_WAIT:
        r->status = 429;
        show_login(q, r, back, TEXT_LOGIN_WAIT, wait_s);
        return;
    case LOGIN_BUSY:
        r->status = 503;
        show_login(q, r, back, TEXT_LOGIN_BUSY, 0);
        return;
    case LOGIN_FAILED:
        reply_error(q, r, 503);
        return;
    }
}

static void make_login(const struct request *q, struct reply *r)
{
    if (q->post)
        take_login(q, r);
    else
        show_login(q, r, request_query(q, "kembali"), TEXT_COUNT, 0);
}

static void take_logout(const struct request *q, struct reply *r)
{
    if (records_session_end(q->w->accounts, q->viewer->user, q->viewer->session, 0) != 0) {
        reply_error(q, r, 503);
        return;
    }
    reply_cookie(r, VIEWER_COOKIE, "", 0, false);
    reply_see_other(r, "/masuk");
}

static void make_account(const struct request *q, struct reply *r)
{
    page_account(&r->body, q->viewer, q->w->c.config->notice, q->lang);
}

/* clang-format off */
const struct route ROUTES_ACCOUNT[] = {
    {.path = "/masuk", .methods = ROUTE_GET | ROUTE_POST, .roles = ROUTE_USERS, .open = ROUTE_ANYBODY, .keep = true, .forms = true,
     .make = make_login},
    {.path = "/keluar", .methods = ROUTE_POST, .roles = ROUTE_USERS, .open = ROUTE_LOGIN, .keep = true, .make = take_logout},
    {.path = "/akun", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_LOGIN, .keep = true, .forms = true,
     .make = make_account},
    {.path = NULL},
};
/* clang-format on */
