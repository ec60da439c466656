/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The API for programs but for what routes_ponds.c and routes_region.c have: read only, JSON, described by openapi.json. Lists are given in
 * parts: ?limit=1..1000&after=KEY, KEY being the "next" of the part before. */
#include "server_own.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/records/dump.h"
#include "analytics/web/api_own.h"
#include "analytics/web/assets.h"
#include "collector/common/log.h"

#define TYPE_JSON "application/json"

static bool read_whole(const char *text, size_t most, size_t *out)
{
    char *end;
    unsigned long v;

    if (text == NULL)
        return true;
    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    v = strtoul(text, &end, 10);
    if (*end != '\0' || errno != 0 || v > most)
        return false;
    *out = (size_t)v;
    return true;
}

bool api_read_part(const struct request *q, struct api_part *part)
{
    const char *after = request_query(q, "after");

    *part = (struct api_part){.limit = API_LIMIT_USUAL};
    if (after != NULL && strlen(after) >= sizeof part->after)
        return false;
    (void)snprintf(part->after, sizeof part->after, "%s", after != NULL ? after : "");
    return read_whole(request_query(q, "limit"), API_LIMIT_MOST, &part->limit) && part->limit > 0;
}

static int may_alarms(const struct request *q)
{
    struct api_part part;
    size_t at;

    return api_read_part(q, &part) && api_alarms_from(q->m, part.after, &at) == 0 ? 0 : 400;
}

static int may_ponds(const struct request *q)
{
    struct api_part part;
    size_t at;

    return api_read_part(q, &part) && api_ponds_from(q->m, part.after, &at) == 0 ? 0 : 400;
}

static int may_rows(const struct request *q)
{
    struct api_part part;
    int32_t day;
    int64_t id;

    return api_read_part(q, &part) && api_records_after(part.after, &day, &id) ? 0 : 400;
}

/* The picture holds the viewer's ponds alone: another's is no different from none. */
static int may_pond(const struct request *q)
{
    return slug_valid(q->rest) && page_find(q->m, q->rest) != NULL ? 0 : 404;
}

/* ?span=24h (the usual), 7d or cycle. */
static bool read_span(const struct request *q, enum page_span *out)
{
    const char *text = request_query(q, "span");

    *out = PAGE_SPAN_DAY;
    for (int s = 0; s < PAGE_SPANS && text != NULL; s++)
        if (strcmp(text, api_span((enum page_span)s)) == 0) {
            *out = (enum page_span)s;
            return true;
        }
    return text == NULL;
}

static int may_pond_span(const struct request *q)
{
    enum page_span span;
    const int status = may_pond(q);

    return status == 0 && !read_span(q, &span) ? 400 : status;
}

static void make_pond(const struct request *q, struct reply *r)
{
    struct page_day day;
    enum page_span span;

    r->type = TYPE_JSON;
    (void)read_span(q, &span); /* may_pond_span has */
    model_day(q->w->model, q->rest, span, WEB_CHART_WAIT_MS, &day);
    if (!viewer_sees_money(q->viewer, page_find(q->m, q->rest)->farm_slug))
        page_cycle_without_money(&day.cycle);
    api_pond(&r->body, q->m, page_find(q->m, q->rest), &day);
    model_day_free(&day);
}

static void make_ponds(const struct request *q, struct reply *r)
{
    struct api_part part;

    r->type = TYPE_JSON;
    if (api_read_part(q, &part))
        api_ponds_part(&r->body, q->m, &part);
}

static void make_alarms(const struct request *q, struct reply *r)
{
    struct api_part part;

    r->type = TYPE_JSON;
    if (api_read_part(q, &part))
        api_alarms(&r->body, q->m, &part);
}

#define MAKE(name, what)                                              \
    static void make_##name(const struct request *q, struct reply *r) \
    {                                                                 \
        r->type = TYPE_JSON;                                          \
        what(&r->body, q->m);                                         \
    }
MAKE(balance, api_balance_all)
MAKE(accuracy, api_accuracy)
MAKE(assumptions, api_assumptions)
MAKE(coverage, api_coverage)
MAKE(ledger, api_ledger)

/* A table with ponds, and a pond whose records the viewer may read. */
static int may_records(const struct request *q)
{
    const char *slug = request_query(q, "pond");
    const struct page_pond *p;
    enum records_table t;

    if (records_table_find(q->rest, &t) != 0 || dump_pond(t) == NULL)
        return 404;
    if (slug == NULL || !slug_valid(slug))
        return 400;
    p = page_find(q->m, slug);
    if (p == NULL ||
        !viewer_sees_farm(q->viewer, p->farm_slug, region_kecamatan(p->kecamatan)->regency))
        return 404;
    return may_rows(q);
}

static void make_records(const struct request *q, struct reply *r)
{
    const char *slug = request_query(q, "pond");
    const struct page_pond *p = page_find(q->m, slug);
    struct records *own = NULL; /* waits for no forecast, and none waits for it */
    struct api_part part;
    enum records_table t;
    char why[256];
    int rc = records_table_find(q->rest, &t);

    r->type = TYPE_JSON;
    if (rc == 0 && !api_read_part(q, &part))
        rc = NILA_ERR_RANGE;
    if (rc == 0)
        rc = records_open(&own, q->w->c.config->records_path, why, sizeof why);
    if (rc == 0)
        rc = api_records(&r->body, own, t, slug, viewer_sees_money(q->viewer, p->farm_slug), &part);
    records_close(own);
    if (rc != 0) /* told by records */
        reply_error(q, r, 503);
}

static void make_openapi(const struct request *q, struct reply *r)
{
    size_t n;
    const char *text = assets_openapi(&n);

    (void)q;
    r->type = TYPE_JSON;
    r->cache = "max-age=3600";
    r->everybodys = true;
    buf_add(&r->body, text, n);
}

#define STAFF_READ \
    .methods = ROUTE_GET, .roles = ROUTE_STAFF, .open = ROUTE_READ, .needs_model = true
/* clang-format off */
const struct route ROUTES_API[] = {
    {.path = "/api/v1/ponds", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_POND, .needs_model = true,
     .may = may_ponds, .make = make_ponds},
    {.path = "/api/v1/ponds/", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_POND, .needs_model = true,
     .may = may_pond_span, .make = make_pond},
    {.path = "/api/v1/alarms", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_POND, .needs_model = true,
     .may = may_alarms, .make = make_alarms},
    {.path = "/api/v1/records/", .methods = ROUTE_GET, .roles = ROUTE_FARMER | ROUTE_STAFF, .open = ROUTE_READ,
     .needs_model = true, .may = may_records, .make = make_records},
    {.path = "/api/v1/balance", STAFF_READ, .make = make_balance},
    {.path = "/api/v1/accuracy", STAFF_READ, .make = make_accuracy},
    {.path = "/api/v1/assumptions", STAFF_READ, .make = make_assumptions},
    {.path = "/api/v1/coverage", STAFF_READ, .make = make_coverage},
    {.path = "/api/v1/ledger", STAFF_READ, .make = make_ledger},
    {.path = "/api/v1/openapi.json", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_ANYBODY, .keep = true,
     .make = make_openapi},
    {.path = NULL},
};
/* clang-format on */
