/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/asumsi": shows assumptions and takes newer ones from officers. */
#include "server_own.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/records/change.h"
#include "analytics/records/keys.h"
#include "analytics/records/places.h"
#include "analytics/web/page_assume.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"

#define ROWS_MOST    2000
#define CHANGES_MOST 1000 /* looked through for what was taken back */

static double number_of(const char *text, double otherwise)
{
    char *end;
    double v = strtod(text, &end);

    return *text != '\0' && *end == '\0' ? v : otherwise;
}

/* Text of a column of the row; "" when there is none of that name. */
static const char *cell_of(const struct rec_row *row, const char *column)
{
    for (size_t i = 0; i < row->cells; i++)
        if (strcmp(records_column(RECORDS_ASSUMPTIONS, i), column) == 0)
            return row->text[i];
    return "";
}

static bool take_row(const struct rec_row *row, struct page_assume_row *out)
{
    const char *months = cell_of(row, "months");
    struct rec_assumption *a = &out->a;

    *out = (struct page_assume_row){.entered_ms = row->entered_ms};
    if (keys_find(cell_of(row, "key"), &a->key) != 0 ||
        civil_parse_day(cell_of(row, "on"), &a->day) != 0)
        return false;
    a->value = number_of(cell_of(row, "value"), NAN);
    a->low = number_of(cell_of(row, "low"), a->value);
    a->high = number_of(cell_of(row, "high"), a->value);
    a->first_month = INT32_MIN;
    a->last_month = INT32_MAX;
    if (*months != '\0' && places_months(months, &a->first_month, &a->last_month) != 0)
        return false;
    (void)snprintf(a->node, sizeof a->node, "%s", cell_of(row, "node"));
    (void)snprintf(a->source, sizeof a->source, "%s", cell_of(row, "source"));
    memcpy(out->by, row->by, sizeof out->by);
    memcpy(out->uid, row->uid, sizeof out->uid);
    memcpy(out->change, row->change, sizeof out->change);
    return true;
}

/* The rows on record; they are p's. */
static int load(struct records *records, struct page_assume *p)
{
    struct rec_row *row = NULL;
    size_t n = 0;
    int rc = records_rows_of_pond(records, RECORDS_ASSUMPTIONS, "", ROWS_MOST, &row, &n);

    if (rc != 0)
        return rc;
    p->row = xcalloc(n, sizeof *p->row);
    for (size_t i = 0; i < n; i++)
        if (take_row(&row[i], &p->row[p->n]))
            p->n++;
    records_rows_free(row, n);
    page_assume_settle(p);
    return 0;
}

/* What was taken back; p's. */
static int load_withdrawn(struct records *records, struct page_assume *p, struct rec_change **all,
                          size_t *n)
{
    const struct change_filter f = {.table = records_table_name(RECORDS_ASSUMPTIONS),
                                    .most = CHANGES_MOST};
    int rc = records_changes(records, &f, all, n);

    if (rc != 0)
        return rc;
    for (size_t i = 0; i < *n; i++)
        if (strcmp((*all)[i].kind, "withdraw") == 0) {
            struct rec_change swap = (*all)[p->withdrawns];
            (*all)[p->withdrawns++] = (*all)[i];
            (*all)[i] = swap;
        }
    p->withdrawn = *all;
    return 0;
}

/* May the viewer enter, or take back, values of the place? Joint ones hold for both, and need both. */
static bool may_enter(const struct viewer *v, const char *node)
{
    enum regency of;

    if (regency_find(node, &of) == 0)
        return viewer_edits_regency(v, of);
    return viewer_edits_regency(v, REGENCY_KOTIM) && viewer_edits_regency(v, REGENCY_SERUYAN);
}

static void show(const struct request *q, struct reply *r, struct page_assume *p)
{
    struct rec_change *change = NULL;
    size_t changes = 0;

    for (int k = 0; k < REGENCY_COUNT; k++)
        p->may[k] = viewer_edits_regency(q->viewer, (enum regency)k);
    p->csrf = q->viewer->csrf;
    if (p->once == NULL && press_token_new(p->fresh) == 0)
        p->once = p->fresh;
    (void)civil_format_day(p->today, sizeof p->today, civil_day(q->now_ms));
    if (p->text[ASSUME_ON] == NULL)
        p->text[ASSUME_ON] = p->today;
    if (load(q->w->c.records, p) != 0 ||
        load_withdrawn(q->w->c.records, p, &change, &changes) != 0) {
        free(p->row);
        reply_error(q, r, 503);
        return;
    }
    for (size_t i = 0; i < p->n; i++)
        p->row[i].may = may_enter(q->viewer, p->row[i].a.node);
    page_assume(&r->body, q->m, p, q->lang);
    records_changes_free(change, changes);
    free(p->row);
}

static void make_assume(const struct request *q, struct reply *r)
{
    struct page_assume p = {.saved = request_query(q, "tersimpan") != NULL,
                            .taken_back = request_query(q, "ditarik") != NULL};

    show(q, r, &p);
}

static void complain(void *arg, const char *column, const char *reason)
{
    struct page_assume *p = arg;
    struct page_assume_fault *f;

    if (p->faults == PAGE_ASSUME_FAULTS)
        return;
    f = &p->fault[p->faults++];
    (void)snprintf(f->column, sizeof f->column, "%s", column);
    (void)snprintf(f->reason, sizeof f->reason, "%s", reason);
}

static void take_assume(const struct request *q, struct reply *r)
{
    struct page_assume p = {.n = 0};
    struct change_cell cell[ASSUME_FIELDS + 1];
    struct change_who who = {.how = "page", .at_ms = q->now_ms};
    char uid[CHANGE_UID_SIZE];
    enum records_key key;
    bool repeated;
    int rc;

    for (int f = 0; f < ASSUME_FIELDS; f++) {
        p.text[f] = request_field(q, page_assume_column((enum page_assume_field)f));
        cell[f] = (struct change_cell){page_assume_column((enum page_assume_field)f), p.text[f]};
    }
    p.once = request_field(q, "sekali");
    if (!may_enter(q->viewer, p.text[ASSUME_NODE])) {
        reply_error(q, r, 403);
        return;
    }
    /* the unit goes with the key: nobody has to know it */
    cell[ASSUME_FIELDS] = (struct change_cell){
        "unit", keys_find(p.text[ASSUME_KEY], &key) == 0 ? keys_info(key)->unit : ""};
    (void)snprintf(who.user, sizeof who.user, "%s", q->viewer->user);
    rc = records_add(q->w->c.records, RECORDS_ASSUMPTIONS, cell, ASSUME_FIELDS + 1, p.once, &who,
                     complain, &p, uid, &repeated);
    if (rc == 0) {
        model_look(q->w->model);
        reply_see_other(r, "/asumsi?tersimpan=1");
        return;
    }
    if (rc != NILA_ERR_PARSE) {
        reply_error(q, r, 503);
        return;
    }
    r->status = 400; /* the form again, with what is wrong and what was typed */
    show(q, r, &p);
}

/* With a reason, which stays in the list of changes beside the value. */
static void take_back(const struct request *q, struct reply *r)
{
    struct page_assume p = {.n = 0};
    struct change_who who = {.how = "page", .at_ms = q->now_ms};
    const char *uid = request_field(q, "id"), *reason = request_field(q, "alasan");
    struct rec_row *row;
    bool may, repeated;
    int rc = strlen(uid) == CHANGE_UID_SIZE - 1
                 ? records_row(q->w->c.records, RECORDS_ASSUMPTIONS, uid, &row)
                 : NILA_ERR_NOT_FOUND;

    if (rc != 0) {
        reply_error(q, r, rc == NILA_ERR_NOT_FOUND ? 404 : 503);
        return;
    }
    may = may_enter(q->viewer, cell_of(row, "node"));
    records_rows_free(row, 1);
    if (!may) {
        reply_error(q, r, 403);
        return;
    }
    if (reason[0] == '\0' || strlen(reason) >= CHANGE_REASON_SIZE) {
        p.reason_of = uid;
        r->status = 400;
        show(q, r, &p);
        return;
    }
    (void)snprintf(who.user, sizeof who.user, "%s", q->viewer->user);
    rc = records_withdraw(q->w->c.records, RECORDS_ASSUMPTIONS, uid, request_field(q, "dasar"),
                          reason, "", &who, complain, &p, &repeated);
    if (rc == 0) {
        model_look(q->w->model);
        reply_see_other(r, "/asumsi?ditarik=1");
    } else if (rc == NILA_ERR_REFUSED || rc == NILA_ERR_PARSE) {
        r->status = 409;
        show(q, r, &p);
    } else {
        reply_error(q, r, rc == NILA_ERR_NOT_FOUND ? 409 : 503);
    }
}

static void answer_assume(const struct request *q, struct reply *r)
{
    if (q->post && strcmp(request_field(q, "apa"), "tarik") == 0)
        take_back(q, r);
    else if (q->post)
        take_assume(q, r);
    else
        make_assume(q, r);
}

const struct route ROUTES_ASSUME[] = {
    {.path = "/asumsi",
     .methods = ROUTE_GET | ROUTE_POST,
     .roles = ROUTE_STAFF,
     .open = ROUTE_READ,
     .needs_model = true,
     .forms = true,
     .make = answer_assume},
    {.path = NULL},
};
