/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The routes for farms' own computers: anybody may ask, and only who has a key of the office's is heard. */
#include "server_own.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/records/sync.h"
#include "analytics/synclink.h"
#include "collector/common/log.h"

#define BEARER "Bearer "

/* Whose key came along: 0, or 401, 503. */
static int find_node(const struct request *q, char node[static SLUG_SIZE])
{
    const char *given = request_header(q, "Authorization");
    int rc;

    if (given == NULL || strncmp(given, BEARER, strlen(BEARER)) != 0)
        return 401;
    rc = sync_key_find(q->w->accounts, given + strlen(BEARER), node);
    return rc == 0 ? 0 : rc == NILA_ERR_DENIED ? 401 : 503;
}

static int status_of(int rc)
{
    switch (rc) {
    case 0:
        return 200;
    case NILA_ERR_DENIED:
        return 403;
    case NILA_ERR_REFUSED:
        return 409;
    case NILA_ERR_FULL:
        return 413;
    case NILA_ERR_PARSE:
        return 422;
    default:
        return 503;
    }
}

/* What is wrong, a line of text for the farm's status. */
static void answer(struct reply *r, int status, const char *why)
{
    r->status = status;
    r->type = "text/plain; charset=utf-8";
    r->cache = "no-store";
    if (status == 200)
        return;
    buf_clear(&r->body);
    buf_printf(&r->body, "%s\n", why);
}

static void make_push(const struct request *q, struct reply *r)
{
    char node[SLUG_SIZE], why[SYNC_WHY] = "";
    struct sync_report report = {.taken = 0};
    int status = find_node(q, node), rc;
    char *text;

    if (status != 0) {
        answer(r, status, "key");
        return;
    }
    text = xcalloc(q->body_n + 1, 1); /* it is cut up */
    if (q->body_n > 0)
        memcpy(text, q->body, q->body_n);
    rc = sync_office_push(q->w->accounts, node, text, q->body_n, q->now_ms, &r->body, &report, why);
    free(text);
    answer(r, status_of(rc), why);
    if (rc == 0 && report.taken > 0)
        log_info("sync: %s: %zu changes taken, %zu were here, %zu conflicts", node, report.taken,
                 report.repeated, report.conflicts);
    else if (rc != 0)
        log_warnx("sync: %s: refused, nothing is stored: %s", node,
                  why[0] != '\0' ? why : nila_err_text(rc));
}

/* A whole number of the query; -1: none. */
static long long number(const struct request *q, const char *name)
{
    const char *text = request_query(q, name);
    char *end;
    long long v;

    if (text == NULL || text[0] < '0' || text[0] > '9')
        return -1;
    errno = 0;
    v = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' ? v : -1;
}

static void make_pull(const struct request *q, struct reply *r)
{
    const char *origin = request_query(q, "origin");
    const long long after = number(q, "after"), most = number(q, "most");
    char node[SLUG_SIZE], why[SYNC_WHY] = "";
    int status = find_node(q, node), rc;

    if (status != 0) {
        answer(r, status, "key");
        return;
    }
    rc = sync_office_pull(q->w->accounts, node, origin != NULL ? origin : "", after,
                          most > 0 ? (size_t)most : SYNC_BODY_USUAL, q->now_ms, &r->body, why);
    answer(r, status_of(rc), why);
}

const struct route ROUTES_SYNC[] = {
    {.path = SYNCLINK_PUSH,
     .methods = ROUTE_POST,
     .roles = ROUTE_USERS,
     .open = ROUTE_ANYBODY,
     .keep = true,
     .program = true,
     .make = make_push},
    {.path = SYNCLINK_PULL,
     .methods = ROUTE_GET,
     .roles = ROUTE_USERS,
     .open = ROUTE_ANYBODY,
     .keep = true,
     .make = make_pull},
    {.path = NULL},
};
