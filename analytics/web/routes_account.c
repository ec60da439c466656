/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logging in and out, a PIN by a code, one's own account. */
#include "server_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/alert/phone.h"
#include "analytics/web/routes_account.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"

static const char *back_of(const char *asked)
{
    return asked != NULL && press_path_valid(asked) ? asked : "/";
}

struct page_frame frame_of(const struct request *q, enum text said, bool bad)
{
    return (struct page_frame){.viewer = q->viewer,
                               .notice = q->w->c.config->notice,
                               .now_ms = q->now_ms,
                               .said = said,
                               .bad = bad};
}

/* --- logging in and out --- */

static void show_login(const struct request *q, struct reply *r, const char *back, enum text said,
                       long wait_s)
{
    struct page_frame p = frame_of(q, said, said != TEXT_PIN_SET);

    p.wait_s = wait_s;
    page_login(&r->body, &p, back_of(back), request_field(q, "siapa"), q->lang);
}

void routes_login_again(const struct request *q, struct reply *r)
{
    struct page_frame p = frame_of(q, TEXT_LOGIN_AGAIN, true);

    r->status = 403;
    page_login(&r->body, &p, "/", "", q->lang);
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
    explicit_bzero(secret, sizeof secret);
    reply_see_other(r, back_of(request_field(q, "kembali")));
    log_info("web: %s logged in from %s", u->slug, q->address);
}

/* What a try that was no success is told; also of codes. 0: it can't be told on the page. */
static int status_of(enum login_result result, enum text wrong, enum text *said)
{
    switch (result) {
    case LOGIN_WRONG:
        *said = wrong;
        return 403;
    case LOGIN_WAIT:
        *said = TEXT_LOGIN_WAIT;
        return 429;
    case LOGIN_BUSY:
        *said = TEXT_LOGIN_BUSY;
        return 503;
    case LOGIN_POOR:
        *said = TEXT_PIN_BAD;
        return 400;
    case LOGIN_OK:
    case LOGIN_FAILED:
        break;
    }
    return 0;
}

static void make_login(const struct request *q, struct reply *r)
{
    enum login_result result;
    struct rec_user user;
    enum text said = TEXT_COUNT;
    long wait_s = 0;

    if (!q->post) {
        show_login(q, r, request_query(q, "kembali"), TEXT_COUNT, 0);
        return;
    }
    result = login_try(q->w->logins, q->w->accounts, request_field(q, "siapa"),
                       request_field(q, "pin"), q->address, clock_mono_ms(), &user, &wait_s);
    r->status = status_of(result, TEXT_LOGIN_WRONG, &said);
    if (result == LOGIN_OK) {
        open_session(q, r, &user);
        return;
    }
    if (result == LOGIN_FAILED) {
        reply_error(q, r, 503);
        return;
    }
    r->wait_s = wait_s;
    show_login(q, r, request_field(q, "kembali"), said, wait_s);
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

/* --- a PIN by a code --- */

static void show_code(const struct request *q, struct reply *r, enum text said, long wait_s)
{
    struct page_frame p = frame_of(q, said, true);

    p.wait_s = wait_s;
    page_code(&r->body, &p, request_field(q, "siapa"), q->lang);
}

static void make_code(const struct request *q, struct reply *r)
{
    const char *pin = request_field(q, "baru");
    enum login_result result;
    enum text said = TEXT_COUNT;
    long wait_s = 0;

    if (!q->post) {
        show_code(q, r, TEXT_COUNT, 0);
        return;
    }
    if (strcmp(pin, request_field(q, "ulang")) != 0) {
        r->status = 400;
        show_code(q, r, TEXT_PIN_DIFFER, 0);
        return;
    }
    result =
        login_code(q->w->logins, q->w->accounts, request_field(q, "siapa"),
                   request_field(q, "kode"), pin, q->address, clock_mono_ms(), q->now_ms, &wait_s);
    if (result == LOGIN_OK) {
        struct page_frame p = frame_of(q, TEXT_PIN_SET, false);
        page_login(&r->body, &p, "/", request_field(q, "siapa"), q->lang);
        return;
    }
    r->status = status_of(result, TEXT_CODE_WRONG, &said);
    r->wait_s = wait_s;
    if (result == LOGIN_FAILED)
        reply_error(q, r, 503);
    else
        show_code(q, r, said, wait_s);
}

/* --- one's own account --- */

static void show_account(const struct request *q, struct reply *r, enum text said, int status)
{
    struct page_frame p = frame_of(q, said, status != 200);
    struct rec_session *session = NULL;
    struct rec_farm_name *farm = NULL;
    struct rec_user u;
    size_t n = 0;

    r->status = status;
    if (records_user(q->w->accounts, q->viewer->user, &u, NULL) != 0 ||
        records_farm_names(q->w->accounts, &farm, &p.farms) != 0 ||
        records_sessions(q->w->accounts, q->viewer->user, q->now_ms, &session, &n) != 0) {
        free(farm);
        reply_error(q, r, 503);
        return;
    }
    p.farm = farm;
    page_account(&r->body, &p, &u, session, n, q->lang);
    free(farm);
    free(session);
}

/* Is the field the user's PIN? Tried like a log-in: a session that was left open guesses no faster. */
static enum login_result own_pin(const struct request *q, long *wait_s)
{
    struct rec_user u;

    return login_try(q->w->logins, q->w->accounts, q->viewer->user, request_field(q, "pin"),
                     q->address, clock_mono_ms(), &u, wait_s);
}

static bool pin_refused(const struct request *q, struct reply *r)
{
    enum text said = TEXT_COUNT;
    long wait_s = 0;
    enum login_result result = own_pin(q, &wait_s);
    int status = status_of(result, TEXT_LOGIN_WRONG, &said);

    if (result == LOGIN_OK)
        return false;
    if (result == LOGIN_FAILED)
        reply_error(q, r, 503);
    else
        show_account(q, r, said, status);
    r->wait_s = wait_s;
    return true;
}

static void done(const struct request *q, struct reply *r, int rc, enum text said)
{
    if (rc == 0)
        show_account(q, r, said, 200);
    else if (rc == NILA_ERR_RANGE)
        show_account(q, r, TEXT_PHONE_BAD, 400);
    else if (rc == NILA_ERR_REFUSED)
        show_account(q, r, TEXT_PHONE_TAKEN, 409);
    else
        reply_error(q, r, 503);
}

static void take_pin(const struct request *q, struct reply *r)
{
    const char *pin = request_field(q, "baru");
    char hash[PASSWORD_HASH_SIZE];
    int rc;

    if (strcmp(pin, request_field(q, "ulang")) != 0) {
        show_account(q, r, TEXT_PIN_DIFFER, 400);
        return;
    }
    if (password_judge(pin, q->viewer->role == ROLE_FARMER, q->viewer->phone) != PASSWORD_GOOD) {
        show_account(q, r, TEXT_PIN_BAD, 400);
        return;
    }
    if (pin_refused(q, r))
        return;
    rc = password_hash(pin, hash);
    if (rc == 0)
        rc = records_account_secret(q->w->accounts, q->viewer->user, hash, false,
                                    q->viewer->session, q->viewer->user, q->now_ms);
    done(q, r, rc, TEXT_PIN_CHANGED);
}

static void take_phone(const struct request *q, struct reply *r)
{
    char phone[PHONE_SIZE];

    if (user_looks_like_nik(request_field(q, "nomor")) ||
        phone_normalise(request_field(q, "nomor"), phone) != 0) {
        show_account(q, r, TEXT_PHONE_BAD, 400);
        return;
    }
    if (pin_refused(q, r))
        return;
    done(q, r,
         records_account_phone(q->w->accounts, q->viewer->user, phone, q->viewer->user, q->now_ms),
         TEXT_PHONE_CHANGED);
}

static void take_settings(const struct request *q, struct reply *r)
{
    bool english = strcmp(request_field(q, "bahasa"), "en") == 0;
    int rc = records_account_settings(q->w->accounts, q->viewer->user, english,
                                      form_value(q->form, "besar") != NULL);

    if (rc != 0) {
        reply_error(q, r, 503);
        return;
    }
    reply_cookie(r, "lang", english ? "en" : "id", 31536000L, false);
    reply_cookie(r, "besar", form_value(q->form, "besar") != NULL ? "1" : "0", 31536000L, false);
    reply_see_other(r, "/akun");
}

static void take_end(const struct request *q, struct reply *r)
{
    const char *id = request_field(q, "sesi");
    char *end = NULL;
    int64_t session = strtoll(id, &end, 10);

    if (id[0] == '\0' || *end != '\0' || session < 0) {
        reply_error(q, r, 400);
        return;
    }
    /* only among the viewer's own: another's number ends nothing */
    done(q, r, records_session_end(q->w->accounts, q->viewer->user, session, q->viewer->session),
         TEXT_SESSION_ENDED);
}

static void make_account(const struct request *q, struct reply *r)
{
    const char *what = request_field(q, "apa");
    struct records *a = q->w->accounts;

    if (!q->post)
        show_account(q, r, TEXT_COUNT, 200);
    else if (strcmp(what, "pin") == 0)
        take_pin(q, r);
    else if (strcmp(what, "nomor") == 0)
        take_phone(q, r);
    else if (strcmp(what, "pengaturan") == 0)
        take_settings(q, r);
    else if (strcmp(what, "akhiri") == 0)
        take_end(q, r);
    else if (strcmp(what, "setuju") == 0) {
        if (records_account_consent(a, q->viewer->user, q->now_ms) != 0)
            reply_error(q, r, 503);
        else
            reply_see_other(r, q->viewer->renew ? "/akun" : "/");
    } else if (strcmp(what, "masih") == 0)
        done(q, r, records_account_verified(a, q->viewer->user, q->viewer->user, q->now_ms),
             TEXT_VERIFIED);
    else
        reply_error(q, r, 400);
}

/* clang-format off */
const struct route ROUTES_ACCOUNT[] = {
    {.path = "/masuk", .methods = ROUTE_GET | ROUTE_POST, .roles = ROUTE_USERS, .open = ROUTE_ANYBODY, .keep = true, .forms = true,
     .make = make_login},
    {.path = "/pin", .methods = ROUTE_GET | ROUTE_POST, .roles = ROUTE_USERS, .open = ROUTE_ANYBODY, .keep = true, .forms = true,
     .make = make_code},
    {.path = "/keluar", .methods = ROUTE_POST, .roles = ROUTE_USERS, .open = ROUTE_LOGIN, .keep = true, .first = true,
     .make = take_logout},
    {.path = "/akun", .methods = ROUTE_GET | ROUTE_POST, .roles = ROUTE_USERS, .open = ROUTE_LOGIN, .keep = true, .forms = true,
     .first = true, .make = make_account},
    {.path = "/pengguna", .methods = ROUTE_GET | ROUTE_POST, .roles = ROUTE_USERS, .open = ROUTE_LOGIN, .keep = true, .forms = true,
     .make = make_users},
    {.path = "/pengguna/", .methods = ROUTE_GET | ROUTE_POST, .roles = ROUTE_STAFF, .open = ROUTE_LOGIN, .keep = true, .forms = true,
     .may = may_user, .make = make_user},
    {.path = "/audit", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_LOGIN, .keep = true, .make = make_audit},
    {.path = "/audit/", .methods = ROUTE_GET, .roles = ROUTE_FARMER | ROUTE_STAFF, .open = ROUTE_LOGIN, .keep = true,
     .may = may_audit, .make = make_audit_farm},
    {.path = NULL},
};
/* clang-format on */
