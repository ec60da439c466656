/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The technicians' pages: devices of this machine, their registers and test readings, the fleet. */
#include "server_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/api_fleet.h"
#include "analytics/web/assets.h"
#include "analytics/web/page_technician.h"
#include "collector/common/region.h"

#define ROLES (ROUTE_TECHNICIAN | ROUTE_ADMIN)

/* While the records cannot be read there is no picture; the devices are shown all the same. */
static const struct page_model *model_of(const struct request *q, struct page_model *spare)
{
    if (q->m != NULL)
        return q->m;
    *spare = (struct page_model){
        .now_ms = q->now_ms, .notice = q->w->c.config->notice, .viewer = q->viewer};
    return spare;
}

/* Takes out collectors of regencies that are not the viewer's. */
static void filter(const struct viewer *v, struct fleet_view *view)
{
    size_t kept = 0;

    for (size_t i = 0; i < view->beats; i++) {
        bool theirs = v->unmanaged;
        for (int r = 0; r < REGENCY_COUNT; r++)
            theirs = theirs || (v->regency[r] &&
                                strcmp(regency_slug((enum regency)r), view->beat[i].regency) == 0);
        if (theirs)
            view->beat[kept++] = view->beat[i];
    }
    view->beats = kept;
}

static void make_devices(const struct request *q, struct reply *r)
{
    struct fleet_view *view = fleet_view(q->w->fleet);
    struct page_model spare;

    page_devices(&r->body, view, model_of(q, &spare), q->lang);
    fleet_view_free(view);
}

static void make_fleet(const struct request *q, struct reply *r)
{
    struct fleet_view *view = fleet_view(q->w->fleet);
    struct page_model spare;

    filter(q->viewer, view);
    page_fleet(&r->body, view, model_of(q, &spare), q->lang);
    fleet_view_free(view);
}

/* "BUS/DEVICE" into its parts; false: it is none. */
static bool split(const char *rest, char bus[static SLUG_SIZE], char device[static SLUG_SIZE])
{
    size_t n = strcspn(rest, "/");

    if (rest[n] == '\0' || n >= SLUG_SIZE || strlen(rest + n + 1) >= SLUG_SIZE)
        return false;
    memcpy(bus, rest, n);
    bus[n] = '\0';
    (void)snprintf(device, SLUG_SIZE, "%s", rest + n + 1);
    return slug_valid(bus) && slug_valid(device);
}

/* The collector of the query; "": the first that has the device. */
static const char *key_of(const struct request *q)
{
    const char *key = request_query(q, "di");

    return key != NULL && slug_valid(key) ? key : "";
}

static void make_device(const struct request *q, struct reply *r)
{
    const char *wait = request_query(q, "tunggu");
    const bool may = q->viewer->role == ROLE_TECHNICIAN || q->viewer->role == ROLE_ADMIN;
    const long wait_s = wait != NULL ? strtol(wait, NULL, 10) : 0;
    const struct page_device_form form = {.token = may ? q->viewer->csrf : NULL,
                                          .wait_s = wait_s > 0 && wait_s <= 60 ? (int)wait_s : 0};
    struct fleet_view *view = fleet_view(q->w->fleet);
    char bus[SLUG_SIZE], device[SLUG_SIZE];
    const struct fleet_box *box = NULL;
    struct page_model spare;
    size_t at = 0;

    if (slug_valid(q->rest)) {
        box = fleet_find_bus(view, key_of(q), q->rest, &at);
        if (box != NULL) {
            page_bus(&r->body, view, box, at, model_of(q, &spare), q->lang);
            fleet_view_free(view);
            return;
        }
    } else if (split(q->rest, bus, device)) {
        box = fleet_find(view, key_of(q), bus, device, &at);
    }
    if (box == NULL)
        reply_error(q, r, 404);
    else
        page_device(&r->body, view, box, at, model_of(q, &spare), &form, q->lang);
    fleet_view_free(view);
}

/* The reading is asked for here and comes later: the page that follows shows it. */
static void take_reading(const struct request *q, struct reply *r)
{
    const char *box = request_field(q, "di"), *bus = request_field(q, "jalur"),
               *device = request_field(q, "alat");
    char path[192];
    int wait_s = 0, rc, n;

    if (!slug_valid(box) || !slug_valid(bus) || !slug_valid(device)) {
        reply_error(q, r, 400);
        return;
    }
    rc = fleet_read(q->w->fleet, box, bus, device, &wait_s);
    if (rc == NILA_ERR_NOT_FOUND) {
        reply_error(q, r, 404);
        return;
    }
    n = snprintf(path, sizeof path, "/alat/%s/%s?di=%s", bus, device, box);
    if (rc == NILA_ERR_BUSY)
        (void)snprintf(path + n, sizeof path - (size_t)n, "&tunggu=%d", wait_s);
    reply_see_other(r, path);
}

static void make_stream(const struct request *q, struct reply *r)
{
    if (q->w->c.config->collectors == 0)
        r->status = 204; /* nothing will ever change: the browser asks no more */
    else
        r->stream = true;
}

static void make_script(const struct request *q, struct reply *r)
{
    size_t n;
    const char *script = assets_technician(&n);

    (void)q;
    r->type = "text/javascript; charset=utf-8";
    r->cache = "max-age=86400";
    r->everybodys = true;
    buf_add(&r->body, script, n);
}

/* Buses and devices for programs: read, checked and made of one picture of the collectors. */
static void make_api(const struct request *q, struct reply *r, bool buses)
{
    struct fleet_view *view = fleet_view(q->w->fleet);
    struct api_part part;
    size_t at;

    if (api_read_part(q, &part) && api_fleet_from(view, buses, part.after, &at) == 0) {
        r->type = "application/json";
        api_fleet(&r->body, view, buses, q->w->c.config->notice, &part);
    } else {
        reply_error(q, r, 400);
    }
    fleet_view_free(view);
}

static void make_api_buses(const struct request *q, struct reply *r)
{
    make_api(q, r, true);
}

static void make_api_devices(const struct request *q, struct reply *r)
{
    make_api(q, r, false);
}

/* clang-format off */
const struct route ROUTES_TECHNICIAN[] = {
    {.path = "/alat", .methods = ROUTE_GET, .roles = ROLES, .open = ROUTE_READ, .make = make_devices},
    {.path = "/alat/armada", .methods = ROUTE_GET, .roles = ROLES, .open = ROUTE_READ, .make = make_fleet},
    {.path = "/alat/arus", .methods = ROUTE_GET, .roles = ROLES, .open = ROUTE_READ, .keep = true, .make = make_stream},
    {.path = "/alat/uji", .methods = ROUTE_POST, .roles = ROLES, .open = ROUTE_LOGIN, .keep = true, .make = take_reading},
    {.path = "/alat/", .methods = ROUTE_GET, .roles = ROLES, .open = ROUTE_READ, .forms = true, .make = make_device},
    {.path = "/alat.js", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_ANYBODY, .keep = true, .make = make_script},
    {.path = "/api/v1/buses", .methods = ROUTE_GET, .roles = ROLES, .open = ROUTE_READ, .keep = true, .make = make_api_buses},
    {.path = "/api/v1/devices", .methods = ROUTE_GET, .roles = ROLES, .open = ROUTE_READ, .keep = true, .make = make_api_devices},
    {.path = NULL},
};
/* clang-format on */
