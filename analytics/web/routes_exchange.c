/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The route for the other regency's office: anybody may ask, and only who proves to have the key is told. */
#include "server_own.h"

#include "analytics/neighbour.h"
#include "analytics/web/give.h"

static void make_exchange(const struct request *q, struct reply *r)
{
    r->status = give(&q->w->c.config->exchange, request_header(q, "Authorization"), &r->body);
    r->type = r->status == 200 ? "text/csv; charset=utf-8" : "application/json";
    if (r->status != 200)
        buf_printf(&r->body, "{\"error\":%d}\n", r->status);
}

const struct route ROUTES_EXCHANGE[] = {
    {.path = NEIGHBOUR_PATH,
     .methods = ROUTE_GET,
     .roles = ROUTE_USERS,
     .open = ROUTE_ANYBODY,
     .keep = true,
     .make = make_exchange},
    {.path = NULL},
};
