/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages of the regencies: what will be harvested, eaten and missing. */
#include "server_own.h"

#include "analytics/web/page_scenario.h"

#define TYPE_CSV  "text/csv; charset=utf-8"
#define TYPE_JSON "application/json"

static void make_region(const struct request *q, struct reply *r)
{
    page_region(&r->body, q->m, q->lang);
}

static void make_print(const struct request *q, struct reply *r)
{
    page_print(&r->body, q->m, q->rest, q->lang);
}

static void make_export(const struct request *q, struct reply *r)
{
    if (q->m->forecast.state !=
        PAGE_FORECAST_READY) { /* an empty file would be taken for no harvest */
        reply_error(q, r, 503);
        return;
    }
    r->type = TYPE_CSV;
    page_export(&r->body, q->m, q->lang);
}

static void make_accuracy(const struct request *q, struct reply *r)
{
    page_accuracy(&r->body, q->m, q->lang);
}

static void make_records(const struct request *q, struct reply *r)
{
    page_records(&r->body, q->m, q->lang);
}

static void make_scenario(const struct request *q, struct reply *r)
{
    enum whatif_state state = WHATIF_WAIT;
    struct compare *compared = NULL;
    struct suppose s = {0};

    for (int f = 0; f < SUPPOSE_FIELDS; f++)
        suppose_take(&s, (enum suppose_field)f,
                     request_query(q, suppose_name((enum suppose_field)f)));
    suppose_read(&s, q->m->forecast.first_month, q->m->forecast.months,
                 page_scenario_ledgers(&q->m->forecast));
    if (q->m->forecast.state == PAGE_FORECAST_READY && s.faults == 0 && s.scenario.acts > 0)
        state = whatif_ask(q->w->whatif, &s.scenario, &compared);
    page_scenario(&r->body, q->m, &s, state, compared, q->lang);
    compare_free(compared);
}

static void make_forecast(const struct request *q, struct reply *r)
{
    r->type = TYPE_JSON;
    api_forecast(&r->body, q->m);
}

#define STAFF_READ \
    .methods = ROUTE_GET, .roles = ROUTE_STAFF, .open = ROUTE_READ, .needs_model = true
const struct route ROUTES_REGION[] = {
    {.path = "/wilayah", STAFF_READ, .make = make_region},
    {.path = "/wilayah/cetak", STAFF_READ, .argument = "bulan", .make = make_print},
    {.path = "/wilayah/prakiraan.csv", STAFF_READ, .make = make_export},
    {.path = "/wilayah/catatan", STAFF_READ, .make = make_records},
    {.path = "/wilayah/skenario", STAFF_READ, .make = make_scenario},
    {.path = "/wilayah/ketepatan", STAFF_READ, .make = make_accuracy},
    {.path = "/api/v1/forecast", STAFF_READ, .make = make_forecast},
    {.path = NULL},
};
