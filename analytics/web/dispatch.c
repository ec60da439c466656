/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who asks, may they, and whose answer it is. Everything is refused that is not allowed here. */
#include "server_own.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/assets.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"

#define TYPE_JSON    "application/json"
#define TOKEN_KEEP_S 31536000L
#define VISIT_COOKIE "gaya"
#define VISIT_KEEP_S 2592000L

void reply_see_other(struct reply *r, const char *path)
{
    r->status = 303;
    (void)snprintf(r->location, sizeof r->location, "%s", path);
}

const char *asset_cache(const struct request *q, uint32_t version)
{
    const char *asked = request_query(q, "v");
    char text[16];

    (void)snprintf(text, sizeof text, "%08" PRIx32, version);
    return asked != NULL && strcmp(asked, text) == 0 ? "max-age=31536000, immutable"
                                                     : "max-age=86400";
}

void reply_error(const struct request *q, struct reply *r, int status)
{
    r->status = status;
    buf_clear(&r->body);
    if (strncmp(q->path, "/api/", 5) == 0) {
        r->type = TYPE_JSON;
        buf_printf(&r->body, "{\"error\":%d}\n", status);
    } else {
        page_error(&r->body, status, q->viewer, q->w->c.config->notice, q->lang);
    }
}

void reply_cookie(struct reply *r, const char *name, const char *value, long max_age_s, bool strict)
{
    for (size_t i = 0; i < REPLY_COOKIES; i++) {
        struct reply_cookie *c = &r->cookie[i];

        if (c->name[0] != '\0' && strcmp(c->name, name) != 0)
            continue;
        (void)snprintf(c->name, sizeof c->name, "%s", name);
        (void)snprintf(c->value, sizeof c->value, "%s", value);
        c->max_age_s = max_age_s;
        c->strict = strict;
        return;
    }
    fatal("web: an answer sets more than %d cookies", REPLY_COOKIES);
}

const char *request_field(const struct request *q, const char *name)
{
    const char *value = form_value(q->form, name);

    return value != NULL ? value : "";
}

/* Who has no session proves with the token of a cookie that a form is of our own page; a new one goes with the answer. */
static void take_token(const struct request *q, struct viewer *v, bool wanted, struct reply *r)
{
    const char *had = request_cookie(q, PRESS_COOKIE);

    if (v->session != 0)
        return;
    if (press_token_valid(had)) {
        (void)snprintf(v->csrf, sizeof v->csrf, "%s", had);
    } else if (wanted) {
        if (press_token_new(r->fresh) != 0) {
            log_warnx("web: the system gives no random bytes; pages have no buttons");
            return;
        }
        (void)snprintf(v->csrf, sizeof v->csrf, "%s", r->fresh);
        reply_cookie(r, PRESS_COOKIE, r->fresh, TOKEN_KEEP_S, true);
    }
}

/* May the viewer have the route at all? */
static bool allowed(const struct request *q)
{
    const struct route *t = q->route;
    const struct viewer *v = q->viewer;

    switch (t->open) {
    case ROUTE_ANYBODY:
        return true;
    case ROUTE_POND:
        if (v->unmanaged || (v->open && v->role == ROLE_NONE))
            return true;
        break;
    case ROUTE_READ:
        if (v->unmanaged && !q->post)
            return true;
        break;
    case ROUTE_LOGIN:
        break;
    }
    return v->role != ROLE_NONE && (t->roles & ROLE_BIT(v->role)) != 0;
}

/* Who is not logged in is led to the log-in and back; whose session ended while they filled in a form, to the log-in; everybody else is
 * told that it is not theirs. */
static void refuse(const struct request *q, struct viewer *v, struct reply *r)
{
    if (v->role != ROLE_NONE || v->unmanaged || strncmp(q->path, "/api/", 5) == 0 ||
        !press_path_valid(q->path)) {
        reply_error(q, r, 403);
    } else if (q->post) {
        take_token(q, v, true, r);
        routes_login_again(q, r);
    } else {
        r->status = 303;
        (void)snprintf(r->location, sizeof r->location, "/masuk?kembali=%.128s", q->path);
    }
}

static bool of_file(const char *type)
{
    return strncmp(type, MULTIPART_TYPE ";", sizeof MULTIPART_TYPE) == 0;
}

/* The fields of a post, and of a route that takes one its file. */
static int read_form(struct request *q, struct form *out)
{
    const char *type = request_header(q, "Content-Type");

    if (q->route->file != NULL && type != NULL && of_file(type))
        return multipart_read(type, q->body, q->body_n, q->route->file, out, &q->file);
    return form_read(q->body, q->body_n, out);
}

/* What is wrong with a post before anybody looks at its fields; 0: nothing. */
static int check_post(const struct request *q)
{
    const char *type = request_header(q, "Content-Type");

    if (!press_from_here(request_header(q, "Origin"), request_header(q, "Sec-Fetch-Site"),
                         request_header(q, "Host"), q->w->c.config->web_names))
        return 403;
    if (type == NULL || (strncmp(type, "application/x-www-form-urlencoded", 33) != 0 &&
                         !(q->route->file != NULL && of_file(type))))
        return 400;
    return 0;
}

static void answer_post(struct request *q, struct reply *r)
{
    struct form form = {.n = 0};
    int status = check_post(q), rc;

    if (status == 0) {
        rc = read_form(q, &form);
        status = rc == NILA_ERR_FULL ? 413 : rc != 0 ? 400 : 0;
    }
    q->form = &form;
    if (status == 0 && form.n == 0)
        status = 400;
    if (status == 0 && !press_token_fits(request_field(q, "tanda"), q->viewer->csrf))
        status = form_value(&form, "tanda") == NULL ? 400 : 403;
    if (status == 0 && q->route->may != NULL)
        status = q->route->may(q);
    if (status != 0)
        reply_error(q, r, status);
    else
        q->route->make(q, r);
    q->form = NULL;
    form_free(&form);
}

static void answer(struct request *q, struct viewer *v, struct reply *r)
{
    struct page_model *picture = NULL;
    int status = 0;

    if (q->route->argument != NULL) {
        const char *given = request_query(q, q->route->argument);
        q->rest = given != NULL ? given : "";
    }
    if (!q->route->keep)
        picture = model_picture(q->w->model);
    if (picture == NULL && q->route->needs_model) {
        reply_error(q, r, 503);
        return;
    }
    if (picture != NULL) {
        viewer_filter(v, picture);
        if (q->route->forms)
            picture->token = v->csrf;
    }
    q->m = picture;
    if (q->post && q->route->program) {
        q->route->make(q, r);
    } else if (q->post) {
        answer_post(q, r);
    } else {
        if (q->route->may != NULL)
            status = q->route->may(q);
        if (status != 0)
            reply_error(q, r, status);
        else
            q->route->make(q, r);
    }
    q->m = NULL;
    model_picture_free(picture);
}

static void who(struct request *q, const struct viewer *v)
{
    if (v->role != ROLE_NONE)
        (void)snprintf(q->by, sizeof q->by, "%s", v->user);
    else
        (void)snprintf(q->by, sizeof q->by, "halaman %.48s", q->address);
}

/* 0, or the status of a path that is none, or not by this method. */
static int find(struct request *q, const char *method, struct reply *r)
{
    bool get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;

    q->rest = "";
    q->route = route_find(q->path, &q->rest);
    if (q->route == NULL)
        return get || q->post ? 404 : 405;
    if ((get && (q->route->methods & ROUTE_GET) != 0) ||
        (q->post && (q->route->methods & ROUTE_POST) != 0))
        return 0;
    r->allow = q->route->methods == ROUTE_POST  ? "POST"
               : q->route->methods == ROUTE_GET ? "GET, HEAD"
                                                : "GET, HEAD, POST";
    return 405;
}

/* Large text: as the browser was told ("?besar=1"), else as the user has it. The choice stays in a cookie. */
static void take_size(const struct request *q, struct viewer *v, struct reply *r)
{
    const char *asked = q->post ? NULL : request_query(q, "besar"),
               *had = request_cookie(q, "besar");

    if (asked != NULL && (strcmp(asked, "0") == 0 || strcmp(asked, "1") == 0)) {
        reply_cookie(r, "besar", asked, TOKEN_KEEP_S, false);
        had = asked;
    }
    if (had != NULL && (strcmp(had, "0") == 0 || strcmp(had, "1") == 0))
        v->large = *had == '1';
}

/* A cookie tells that the browser has fetched style and script (assets.h) of this version; pages fetch them once they are shown. */
static void take_visit(const struct request *q, struct viewer *v)
{
    const char *had = request_cookie(q, VISIT_COOKIE);
    char version[ASSETS_VERSION_SIZE];

    assets_version(version);
    v->first_visit = !q->post && (had == NULL || strcmp(had, version) != 0);
}

static void mark_visit(const struct viewer *v, struct reply *r)
{
    char version[ASSETS_VERSION_SIZE];

    if (!v->first_visit || r->status != 200 || strncmp(r->type, "text/html", 9) != 0)
        return;
    assets_version(version);
    reply_cookie(r, VISIT_COOKIE, version, VISIT_KEEP_S, false);
}

/* Before anything else who has not agreed, or has a PIN of somebody else's making, goes to their account. */
static bool first_the_account(const struct request *q)
{
    const struct viewer *v = q->viewer;

    return v->role != ROLE_NONE && (v->renew || v->consent_ms == 0) && !q->route->first &&
           q->route->open != ROUTE_ANYBODY;
}

static void decide(struct request *q, struct viewer *v, struct reply *r)
{
    int rc = viewer_find(q->w->accounts, request_cookie(q, VIEWER_COOKIE), q->w->c.config->web_open,
                         q->now_ms, v);

    if (rc != 0 &&
        q->route->open != ROUTE_ANYBODY) { /* logged by records; nobody gets in unknown */
        reply_error(q, r, 503);
        return;
    }
    if (q->route->open == ROUTE_LOGIN) /* accounts and what is entered stay in no cache */
        r->cache = "no-store";
    take_size(q, v, r);
    take_visit(q, v);
    take_token(q, v, !q->post && q->route->forms, r);
    who(q, v);
    if (!allowed(q))
        refuse(q, v, r);
    else if (first_the_account(q))
        reply_see_other(r, "/akun");
    else
        answer(q, v, r);
    mark_visit(v, r);
}

void dispatch(struct request *q, const char *method, struct reply *r)
{
    struct viewer *v = xcalloc(1, sizeof *v);
    int status;

    q->now_ms = clock_wall_ms();
    q->viewer = v;
    status = find(q, method, r);
    if (status != 0) {
        /* for the menu of the page that says so; whoever cannot be found is nobody */
        if (viewer_find(q->w->accounts, request_cookie(q, VIEWER_COOKIE), q->w->c.config->web_open,
                        q->now_ms, v) != 0)
            v->role = ROLE_NONE;
        take_size(q, v, r);
        reply_error(q, r, status);
    } else {
        decide(q, v, r);
    }
    q->viewer = NULL;
    free(v);
}
