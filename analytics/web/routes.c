/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which page a path is. */
#include "server_own.h"

#include <stdlib.h>
#include <string.h>

#include "analytics/web/assets.h"
#include "analytics/web/page_scenario.h"
#include "collector/common/log.h"
#include "collector/common/slug.h"

#define TYPE_CSV  "text/csv; charset=utf-8"
#define TYPE_JSON "application/json"

static void make_home(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                      struct reply *r)
{
    (void)w;
    (void)rest;
    page_home(&r->body, m, lang);
}

static void make_pond(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                      struct reply *r)
{
    const struct page_pond *p = slug_valid(rest) ? page_find(m, rest) : NULL;
    struct page_day day;

    if (p == NULL) {
        r->status = 404;
        page_error(&r->body, r->status, m->notice, lang);
        return;
    }
    model_day(w->model, rest, WEB_CHART_WAIT_MS, &day);
    page_pond(&r->body, m, p, &day, lang);
    model_day_free(&day);
}

static void make_region(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                        struct reply *r)
{
    (void)w;
    (void)rest;
    page_region(&r->body, m, lang);
}

static void make_print(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                       struct reply *r)
{
    (void)w;
    page_print(&r->body, m, rest, lang);
}

static void make_export(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                        struct reply *r)
{
    (void)rest;
    if (m->forecast.state !=
        PAGE_FORECAST_READY) { /* an empty file would be taken for no harvest */
        r->status = 503;
        page_error(&r->body, r->status, w->c.config->notice, lang);
        return;
    }
    r->type = TYPE_CSV;
    page_export(&r->body, m, lang);
}

static void make_accuracy(struct web *w, const struct page_model *m, const char *rest,
                          enum lang lang, struct reply *r)
{
    (void)w;
    (void)rest;
    page_accuracy(&r->body, m, lang);
}

static void make_records(struct web *w, const struct page_model *m, const char *rest,
                         enum lang lang, struct reply *r)
{
    (void)w;
    (void)rest;
    page_records(&r->body, m, lang);
}

static void make_scenario(struct web *w, const struct page_model *m, const char *rest,
                          enum lang lang, struct reply *r)
{
    enum whatif_state state = WHATIF_WAIT;
    struct compare *compared = NULL;
    struct suppose s = {0};

    (void)rest;
    for (int f = 0; f < SUPPOSE_FIELDS; f++)
        suppose_take(&s, (enum suppose_field)f,
                     reply_argument(r, suppose_name((enum suppose_field)f)));
    suppose_read(&s, m->forecast.first_month, m->forecast.months,
                 page_scenario_ledgers(&m->forecast));
    if (m->forecast.state == PAGE_FORECAST_READY && s.faults == 0 && s.scenario.acts > 0)
        state = whatif_ask(w->whatif, &s.scenario, &compared);
    page_scenario(&r->body, m, &s, state, compared, lang);
    compare_free(compared);
}

static void make_alarm(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                       struct reply *r)
{
    struct rec_attempt *all = NULL;
    size_t n = 0;

    (void)rest;
    for (size_t i = 0; i < m->board.alarms; i++) {
        struct rec_attempt *some = NULL;
        size_t more = 0;
        if (records_attempts(w->c.records, m->board.alarm[i].id, 0, &some, &more) != 0)
            continue; /* told by records; the page shows what can be read */
        all = xrealloc(all, n + more + 1, sizeof *all);
        if (more > 0)
            memcpy(all + n, some, more * sizeof *all);
        n += more;
        free(some);
    }
    page_alarm(&r->body, m, all, n, lang);
    free(all);
}

static void make_help(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                      struct reply *r)
{
    (void)w;
    (void)rest;
    page_help(&r->body, m, lang);
}

static void make_health(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                        struct reply *r)
{
    (void)w;
    (void)rest;
    (void)lang;
    r->type = TYPE_JSON;
    r->status = api_health(&r->body, m);
}

static void make_ponds(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                       struct reply *r)
{
    (void)w;
    (void)rest;
    (void)lang;
    r->type = TYPE_JSON;
    api_ponds(&r->body, m);
}

static void make_forecast(struct web *w, const struct page_model *m, const char *rest,
                          enum lang lang, struct reply *r)
{
    (void)w;
    (void)rest;
    (void)lang;
    r->type = TYPE_JSON;
    api_forecast(&r->body, m);
}

static void make_style(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                       struct reply *r)
{
    size_t n;
    const char *style = assets_style(&n);

    (void)w;
    (void)m;
    (void)rest;
    (void)lang;
    r->type = "text/css; charset=utf-8";
    r->cache = "max-age=86400";
    buf_add(&r->body, style, n);
}

static void make_icon(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                      struct reply *r)
{
    (void)w;
    (void)m;
    (void)rest;
    (void)lang;
    r->type = "image/svg+xml";
    r->cache = "max-age=86400";
    buf_str(&r->body, ASSETS_ICON);
}

static const struct route ROUTE[] = {
    {"/", true, NULL, false, false, make_home},
    {"/kolam/", true, NULL, false, true, make_pond},
    {"/alarm", true, NULL, false, true, make_alarm},
    {"/wilayah", true, NULL, false, false, make_region},
    {"/wilayah/cetak", true, "bulan", false, false, make_print},
    {"/wilayah/prakiraan.csv", true, NULL, false, false, make_export},
    {"/wilayah/catatan", true, NULL, false, false, make_records},
    {"/wilayah/skenario", true, NULL, false, false, make_scenario},
    {"/wilayah/ketepatan", true, NULL, false, false, make_accuracy},
    {"/bantuan", true, NULL, false, false, make_help},
    {"/api/v1/health", false, NULL, false, false, make_health},
    {"/api/v1/ponds", true, NULL, false, false, make_ponds},
    {"/api/v1/forecast", true, NULL, false, false, make_forecast},
    {"/gaya.css", false, NULL, true, false, make_style},
    {"/favicon.svg", false, NULL, true, false, make_icon},
    {"/favicon.ico", false, NULL, true, false, make_icon},
};

const struct route *route_find(const char *path, const char **rest)
{
    for (size_t i = 0; i < sizeof ROUTE / sizeof ROUTE[0]; i++) {
        size_t n = strlen(ROUTE[i].path);
        bool prefix = n > 1 && ROUTE[i].path[n - 1] == '/';
        if (prefix ? strncmp(path, ROUTE[i].path, n) == 0 : strcmp(path, ROUTE[i].path) == 0) {
            *rest = path + n;
            return &ROUTE[i];
        }
    }
    return NULL;
}
