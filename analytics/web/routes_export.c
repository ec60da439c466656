/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/unduh/NAME.FORM": a table of the records, the forecast or the balance as a file: feed.csv for programs, feed.excel.csv and feed.xlsx for
 * spreadsheets, semua.xlsx all that the viewer may have. Rows are the viewer's own: a farmer's farms, an officer's regencies; contacts are
 * the admin's. Prices and buyers go to their farmer alone. ?sejak=DAY or semua; usually the last year. */
#include "server_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/export.h"
#include "analytics/records/dump.h"
#include "analytics/web/page_region.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"

enum {
    PARTS = RECORDS_TABLES + EXPORT_VIEWS,
    PART_ALL = PARTS,
    ROWS_MOST = 300000, /* in one answer: it is made in memory */
    USUAL_DAYS = 366
};

struct asked {
    int part; /* a table, then the views, then all */
    enum sheet_form form;
    int32_t least_day;
};

static const char *part_name(int part)
{
    return part == PART_ALL        ? "semua"
           : part < RECORDS_TABLES ? records_table_name((enum records_table)part)
                                   : export_view_name((enum export_view)(part - RECORDS_TABLES));
}

/* NAME.csv, NAME.excel.csv, NAME.xlsx; all parts only as a workbook. */
static bool read_asked(const struct request *q, struct asked *a)
{
    static const struct {
        const char *ending;
        enum sheet_form form;
    } FORM[] = {{".xlsx", SHEET_XLSX}, {".excel.csv", SHEET_EXCEL}, {".csv", SHEET_DATA}};
    const char *since = request_query(q, "sejak");
    bool known = false;

    for (a->part = 0; a->part <= PART_ALL; a->part++) {
        const size_t n = strlen(part_name(a->part));
        if (strncmp(q->rest, part_name(a->part), n) != 0)
            continue;
        for (size_t f = 0; f < sizeof FORM / sizeof FORM[0] && !known; f++)
            if (strcmp(q->rest + n, FORM[f].ending) == 0) {
                a->form = FORM[f].form;
                known = true;
            }
        if (known)
            break;
    }
    if (!known || (a->part == PART_ALL && a->form != SHEET_XLSX))
        return false;
    a->least_day = civil_day(q->now_ms) - USUAL_DAYS;
    if (since != NULL && strcmp(since, "semua") == 0)
        a->least_day = INT32_MIN;
    else if (since != NULL && civil_parse_day(since, &a->least_day) != 0)
        return false;
    return true;
}

static bool is_staff(const struct viewer *v)
{
    return v->unmanaged || v->role == ROLE_OFFICER || v->role == ROLE_ADMIN;
}

static bool may_have(const struct viewer *v, int part)
{
    if (part == RECORDS_CONTACTS) /* telephone numbers of everybody */
        return v->role == ROLE_ADMIN;
    if (part < RECORDS_TABLES && (part == RECORDS_FARMS || dump_pond((enum records_table)part)))
        return true; /* row by row */
    return is_staff(v);
}

static int may_export(const struct request *q)
{
    struct asked a;

    if (!read_asked(q, &a))
        return 404;
    return a.part == PART_ALL || may_have(q->viewer, a.part) ? 0 : 403;
}

/* --- whose rows --- */

struct own {
    const struct request *q;
    const char **slug; /* the picture's ponds, sorted */
    size_t n;
};

static int by_slug(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void own_begin(struct own *o, const struct request *q)
{
    *o = (struct own){.q = q, .n = q->m->ponds};
    o->slug = xcalloc(o->n + 1, sizeof *o->slug);
    for (size_t i = 0; i < o->n; i++)
        o->slug[i] = q->m->pond[i].pond.slug;
    qsort(o->slug, o->n, sizeof *o->slug, by_slug);
}

static const struct cell *cell_of(enum records_table t, const struct cell *cell, const char *name)
{
    const struct columns *c = columns_of(t);

    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->column[i].name, name) == 0)
            return &cell[i];
    return NULL;
}

static bool sees_regency_word(const struct viewer *v, const struct cell *c)
{
    enum regency r;

    return c != NULL && regency_find(c->text, &r) == 0 && viewer_sees_regency(v, r);
}

static bool keep(void *arg, enum records_table t, const struct cell *cell)
{
    struct own *o = arg;
    const struct viewer *v = o->q->viewer;
    const struct column *pond = dump_pond(t);
    const struct cell *district = cell_of(t, cell, "kecamatan");
    enum regency r;
    size_t k;

    if (pond != NULL) {
        const char *slug = cell_of(t, cell, pond->name)->text;
        if (bsearch(&slug, o->slug, o->n, sizeof *o->slug, by_slug) == NULL)
            return false;
    } else if (t == RECORDS_FARMS) {
        if (regency_find(cell_of(t, cell, "regency")->text, &r) != 0 ||
            !viewer_sees_farm(v, cell[0].text, r))
            return false;
    } else if (t == RECORDS_FINGERLINGS) {
        if (!sees_regency_word(v, cell_of(t, cell, "from")) &&
            !sees_regency_word(v, cell_of(t, cell, "to")))
            return false;
    } else if (district != NULL && (region_find_kecamatan(district->text, &k) != 0 ||
                                    !viewer_sees_regency(v, region_kecamatan(k)->regency))) {
        return false;
    }
    return true;
}

/* --- the file --- */

/* Small places share a row, as on the pages. */
struct placing {
    const struct request *q;
};

static bool place(void *arg, size_t node, struct buf *code, struct buf *name)
{
    const struct placing *by = arg;
    const struct request *q = by->q;

    if (!region_stands(&q->m->forecast, node))
        return false;
    region_row_code(code, &q->m->forecast, node);
    region_row_name(name, &q->m->forecast, node, q->lang);
    return true;
}

static void put_view(const struct request *q, struct sheet *s, enum export_view v,
                     const struct export_about *a)
{
    const struct page_forecast *p = &q->m->forecast;
    struct placing by = {.q = q};
    double tracked[SUPPLY_NODES];
    const struct export_forecast f = {.neraca = &p->neraca,
                                      .tracked = tracked,
                                      .as_of_day = p->as_of_day,
                                      .draws = p->draws,
                                      .place = place,
                                      .place_arg = &by};

    for (size_t n = 0; n < SUPPLY_NODES; n++)
        tracked[n] = region_count(p, n, p->tracked);
    export_view(s, v, &f, a);
}

static int put_part(const struct request *q, struct records *r, struct sheet *s, int part,
                    const struct export_about *a)
{
    if (part >= RECORDS_TABLES) {
        put_view(q, s, (enum export_view)(part - RECORDS_TABLES), a);
        return 0;
    }
    return export_table(s, r, (enum records_table)part, a);
}

static int make_file(const struct request *q, const struct asked *a, struct records *r,
                     struct buf *out)
{
    const char *slash = strrchr(q->w->c.config->records_path, '/');
    const bool farmer = q->viewer->role == ROLE_FARMER;
    struct sheet *s = NULL;
    struct own own;
    size_t left = ROWS_MOST;
    char why[256] = "";
    int end, rc = sheet_new(&s, a->form, why, sizeof why);

    if (rc == 0) {
        own_begin(&own, q);
        const struct export_about about = {.source = slash != NULL ? slash + 1
                                                                   : q->w->c.config->records_path,
                                           .notice = q->w->c.config->notice,
                                           .at_ms = q->now_ms,
                                           .english = q->lang == LANG_EN,
                                           .least_day = a->least_day,
                                           .keep = keep,
                                           .keep_arg = &own,
                                           .pond = farmer ? (const char *const *)own.slug : NULL,
                                           .ponds = own.n,
                                           .left = &left,
                                           .no_money = !farmer};
        for (int k = 0; k < PARTS && rc == 0; k++)
            if ((a->part == k || a->part == PART_ALL) && may_have(q->viewer, k) &&
                (k < RECORDS_TABLES || q->m->forecast.state == PAGE_FORECAST_READY))
                rc = put_part(q, r, s, k, &about);
        end = sheet_done(s, rc == 0 ? out : NULL, why, sizeof why);
        rc = rc == 0 ? end : rc;
        free(own.slug);
    }
    if (why[0] != '\0')
        log_warnx("web: %s", why);
    return rc;
}

static void make_export(const struct request *q, struct reply *r)
{
    const struct civil t = civil_from_ts(q->now_ms);
    struct records *own = NULL; /* waits for no forecast, and none waits for it */
    struct asked a;
    char why[256];
    int rc = 0;

    if (!read_asked(q, &a)) {
        reply_error(q, r, 404);
        return;
    }
    if (a.part >= RECORDS_TABLES && a.part != PART_ALL &&
        q->m->forecast.state != PAGE_FORECAST_READY)
        rc = NILA_ERR_BUSY; /* an empty file would be taken for no harvest */
    if (rc == 0)
        rc = records_open(&own, q->w->c.config->records_path, why, sizeof why);
    if (rc == 0)
        rc = make_file(q, &a, own, &r->body);
    records_close(own);
    if (rc != 0) {
        reply_error(q, r, rc == NILA_ERR_FULL ? 413 : 503);
        return;
    }
    r->type = sheet_form_type(a.form);
    (void)snprintf(r->file, sizeof r->file, "nila-%s-%04d%02d%02d.%s", part_name(a.part), t.year,
                   t.month, t.day, sheet_form_ending(a.form));
}

/* clang-format off */
const struct route ROUTES_EXPORT[] = {
    {.path = "/unduh/", .methods = ROUTE_GET, .roles = ROUTE_FARMER | ROUTE_STAFF, .open = ROUTE_READ, .needs_model = true,
     .may = may_export, .make = make_export},
    {.path = NULL},
};
/* clang-format on */
