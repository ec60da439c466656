/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/laporan": the monthly report as a page to print, and "/laporan/2026-11.xlsx", ".csv", ".excel.csv" as files. The figures are worked
 * out while the model holds its records still. */
#include "routes_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/report_sheet.h"
#include "collector/common/log.h"

struct work {
    struct monthly_report report;
    int32_t month;
    int64_t now_ms;
};

static void work_out(void *arg, const struct records_snapshot *s)
{
    struct work *w = arg;

    monthly_report(&w->report, s, w->month, w->now_ms);
}

/* joint, or a regency's node; what is none is joint. */
static size_t node_asked(const struct request *q)
{
    const char *asked = request_query(q, "wilayah");
    enum regency r;

    return asked != NULL && regency_find(asked, &r) == 0 ? supply_node_regency(r) : SUPPLY_JOINT;
}

void make_report(const struct request *q, struct reply *r)
{
    struct work *w = xcalloc(1, sizeof *w);
    const char *number = request_query(q, "nomor");
    bool good;

    w->now_ms = q->now_ms;
    w->month = page_report_month(q->rest, q->now_ms, &good);
    model_records(q->w->model, work_out, w);
    page_report(&r->body, q->m, &w->report, node_asked(q), q->rest,
                letter_given_valid(number) ? number : "", q->lang);
    free(w);
}

/* "2026-11.xlsx" and so on: the month and the form; false: there is no such file. */
static bool read_name(const struct request *q, int32_t *month, enum sheet_form *form)
{
    static const struct {
        const char *ending;
        enum sheet_form form;
    } FORM[] = {{".xlsx", SHEET_XLSX}, {".excel.csv", SHEET_EXCEL}, {".csv", SHEET_DATA}};
    const char *dot = strchr(q->rest, '.');
    char text[16];
    bool good;

    if (dot == NULL || (size_t)(dot - q->rest) >= sizeof text)
        return false;
    (void)snprintf(text, sizeof text, "%.*s", (int)(dot - q->rest), q->rest);
    *month = page_report_month(text, q->now_ms, &good);
    for (size_t i = 0; good && i < sizeof FORM / sizeof FORM[0]; i++)
        if (strcmp(dot, FORM[i].ending) == 0) {
            *form = FORM[i].form;
            return true;
        }
    return false;
}

int may_report_file(const struct request *q)
{
    enum sheet_form form;
    int32_t month;

    return read_name(q, &month, &form) ? 0 : 404;
}

void make_report_file(const struct request *q, struct reply *r)
{
    struct work *w = xcalloc(1, sizeof *w);
    const size_t node = node_asked(q);
    enum sheet_form form = SHEET_DATA;
    struct sheet *s = NULL;
    char why[256] = "";
    int rc;

    w->now_ms = q->now_ms;
    if (!read_name(q, &w->month, &form)) {
        free(w);
        reply_error(q, r, 404);
        return;
    }
    model_records(q->w->model, work_out, w);
    rc = sheet_new(&s, form, why, sizeof why);
    if (rc == 0) {
        report_sheet(s, &w->report, node, q->w->c.config->notice, form == SHEET_XLSX, q->lang);
        rc = sheet_done(s, &r->body, why, sizeof why);
    }
    if (rc != 0) {
        log_warnx("web: %s", why);
        reply_error(q, r, 503);
    } else {
        r->type = sheet_form_type(form);
        (void)snprintf(r->file, sizeof r->file, "laporan-%s-%04d-%02d.%s", report_node_word(node),
                       (int)(w->month / 12), (int)(w->month % 12) + 1, sheet_form_ending(form));
    }
    free(w);
}
