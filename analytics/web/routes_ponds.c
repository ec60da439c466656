/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages of the ponds and their alarms, help, and what every page loads. */
#include "server_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/assets.h"
#include "collector/common/log.h"

#define TYPE_JSON "application/json"

static void make_home(const struct request *q, struct reply *r)
{
    page_home(&r->body, q->m, q->lang);
}

/* The picture holds the viewer's ponds alone: another's is no different from none. */
static int may_pond(const struct request *q)
{
    return slug_valid(q->rest) && page_find(q->m, q->rest) != NULL ? 0 : 404;
}

static void make_pond(const struct request *q, struct reply *r)
{
    struct page_day day;

    model_day(q->w->model, q->rest, page_span_find(request_query(q, "masa")), WEB_CHART_WAIT_MS,
              &day);
    if (q->m->without_fish) { /* what was stocked and harvested is no business of theirs */
        day.events = day.events_left = 0;
        day.cycle = (struct page_cycle){0};
    }
    if (!viewer_sees_money(q->viewer, page_find(q->m, q->rest)->farm_slug))
        page_cycle_without_money(&day.cycle);
    page_pond(&r->body, q->m, page_find(q->m, q->rest), &day, q->lang);
    model_day_free(&day);
}

static void make_alarm(const struct request *q, struct reply *r)
{
    struct rec_attempt *all = NULL;
    size_t n = 0;

    for (size_t i = 0; i < q->m->board.alarms; i++) {
        struct rec_attempt *some = NULL;
        size_t more = 0;
        if (records_attempts(q->w->c.records, q->m->board.alarm[i].id, 0, &some, &more) != 0)
            continue; /* told by records; the page shows what can be read */
        all = xrealloc(all, n + more + 1, sizeof *all);
        if (more > 0)
            memcpy(all + n, some, more * sizeof *all);
        n += more;
        free(some);
    }
    page_alarm(&r->body, q->m, all, n, q->lang);
    free(all);
}

/* The button's pond, or its alarm, must be one that the viewer is shown. */
static int may_press(const struct request *q)
{
    struct press_form f;
    char id[24];

    if (q->body_n > PRESS_BODY_MAX)
        return 413;
    if (press_read(q->body, q->body_n, &f) != 0)
        return 400;
    if (!press_of_alarm(&f))
        return slug_valid(f.subject) && page_find(q->m, f.subject) == NULL ? 409 : 0;
    if (f.subject[strspn(f.subject, "0123456789")] != '\0')
        return 400;
    for (size_t i = 0; i < q->m->board.alarms; i++) {
        (void)snprintf(id, sizeof id, "%lld", (long long)q->m->board.alarm[i].id);
        if (strcmp(id, f.subject) == 0)
            return 0;
    }
    return 409;
}

/* Notes what was pressed and sends the browser back with a GET. */
static void take_press(const struct request *q, struct reply *r)
{
    struct press_form f;
    int rc = press_read(q->body, q->body_n, &f);

    if (rc == 0)
        rc = press_do(q->w->presses, q->w->c.records, &f, q->by, q->now_ms);
    if (rc == 0)
        reply_see_other(r, f.back);
    else
        reply_error(q, r,
                    rc == NILA_ERR_PARSE                               ? 400
                    : rc == NILA_ERR_NOT_FOUND || rc == NILA_ERR_RANGE ? 409
                    : rc == NILA_ERR_FULL                              ? 422
                                                                       : 503);
}

static void make_help(const struct request *q, struct reply *r)
{
    page_help(&r->body, q->m, q->lang);
}

static void make_health(const struct request *q, struct reply *r)
{
    r->type = TYPE_JSON;
    r->status = api_health(&r->body, q->m);
}

static void make_style(const struct request *q, struct reply *r)
{
    size_t n;
    const char *style = assets_style(&n);

    r->type = "text/css; charset=utf-8";
    r->cache = asset_cache(q, assets_style_version());
    r->everybodys = true;
    buf_add(&r->body, style, n);
}

static void make_icon(const struct request *q, struct reply *r)
{
    (void)q;
    r->type = "image/svg+xml";
    r->cache = "max-age=86400";
    r->everybodys = true;
    buf_str(&r->body, ASSETS_ICON);
}

/* clang-format off */
const struct route ROUTES_PONDS[] = {
    {.path = "/", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_POND, .needs_model = true, .make = make_home},
    {.path = "/kolam/", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_POND, .needs_model = true, .forms = true,
     .may = may_pond, .make = make_pond},
    {.path = "/alarm", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_POND, .needs_model = true, .forms = true,
     .make = make_alarm},
    {.path = "/tombol", .methods = ROUTE_POST, .first = true, .roles = ROUTE_USERS, .open = ROUTE_POND, .needs_model = true,
     .may = may_press, .make = take_press},
    {.path = "/bantuan", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_ANYBODY, .needs_model = true,
     .make = make_help},
    {.path = "/api/v1/health", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_ANYBODY, .make = make_health},
    {.path = "/gaya.css", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_ANYBODY, .keep = true, .make = make_style},
    {.path = "/favicon.svg", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_ANYBODY, .keep = true, .make = make_icon},
    {.path = "/favicon.ico", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_ANYBODY, .keep = true, .make = make_icon},
    {.path = NULL},
};
/* clang-format on */
