/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages of the offices' daily work: report, ponds, ledger, sketch, odd figures. The figures are worked out while the model
 * holds its records still. */
#include "routes_report.h"

#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"

/* Odd figures older than this have been asked about, or never will be. */
#define ODD_DAYS 400
/* Who changed what is looked at this far back, the newest first. */
#define HANDS_DAYS 30
#define HANDS_MOST 20000

/* Which farms the viewer may read, the caller's to free. */
static bool *farms_seen(const struct viewer *v, const struct records_snapshot *s)
{
    bool *may = xcalloc(s->farms, sizeof *may);

    for (size_t i = 0; i < s->farms; i++)
        may[i] = viewer_sees_farm(v, s->farm[i].slug, s->farm[i].regency);
    return may;
}

struct ponds_work {
    const struct request *q;
    struct page_ponds_filter filter;
    struct page_ponds list;
};

static void work_ponds(void *arg, const struct records_snapshot *s)
{
    struct ponds_work *w = arg;
    bool *may = farms_seen(w->q->viewer, s);

    page_ponds_list(&w->list, s, may, &w->filter, w->q->now_ms);
    free(may);
}

static void make_ponds_list(const struct request *q, struct reply *r)
{
    const char *regency = request_query(q, "wilayah"), *system = request_query(q, "sistem"),
               *late = request_query(q, "terlambat");
    struct ponds_work w = {.q = q, .filter = {-1, -1, late != NULL && strcmp(late, "1") == 0}};
    enum regency of;
    enum pond_system kind;

    if (regency != NULL && regency_find(regency, &of) == 0)
        w.filter.regency = (int)of;
    if (system != NULL && pond_system_find(system, &kind) == 0)
        w.filter.system = (int)kind;
    model_records(q->w->model, work_ponds, &w);
    page_ponds(&r->body, q->m, &w.list, &w.filter, q->lang);
    free(w.list.row);
}

struct page_work {
    const struct request *q;
    struct buf *body;
};

static void work_seed(void *arg, const struct records_snapshot *s)
{
    const struct page_work *w = arg;

    page_seed(w->body, w->q->m, s, w->q->lang);
}

static void make_seed(const struct request *q, struct reply *r)
{
    struct page_work w = {q, &r->body};

    model_records(q->w->model, work_seed, &w);
}

struct sketch_work {
    struct monthly of;
    int32_t month;
};

static void work_sketch(void *arg, const struct records_snapshot *s)
{
    struct sketch_work *w = arg;

    monthly_make(&w->of, s, w->month, s->farms < MERGE_FARMS_LEAST);
}

static void make_sketch(const struct request *q, struct reply *r)
{
    struct sketch_work *w = xcalloc(1, sizeof *w);
    const char *asked = request_query(q, "bulan");
    enum monthly_measure shown = MONTHLY_PONDS;
    bool good;

    if (page_sketch_find(q->rest, &shown) != 0)
        shown = MONTHLY_PONDS;
    w->month = page_report_month(asked != NULL ? asked : "", q->now_ms, &good);
    model_records(q->w->model, work_sketch, w);
    page_sketch(&r->body, q->m, &w->of, shown, q->lang);
    free(w);
}

struct odd_work {
    const struct request *q;
    struct buf *body;
    struct rec_change *change; /* of the last HANDS_DAYS */
    size_t changes;
};

static void work_oddities(void *arg, const struct records_snapshot *s)
{
    const struct odd_work *w = arg;
    bool *may = farms_seen(w->q->viewer, s);
    struct oddity *odd = NULL, *hand = NULL;
    size_t n = oddities_find(s, civil_day(w->q->now_ms) - ODD_DAYS, &odd), kept = 0,
           hands = oddities_hands(w->change, w->changes, s, may, &hand);

    for (size_t i = 0; i < n; i++)
        if (odd[i].pond < 0 || may[s->pond[odd[i].pond].farm])
            odd[kept++] = odd[i];
    hand = xrealloc(hand, hands + kept, sizeof *hand);
    if (kept > 0)
        memcpy(hand + hands, odd, kept * sizeof *odd);
    page_oddities(w->body, w->q->m, s, hand, hands + kept, w->q->lang);
    free(hand);
    free(odd);
    free(may);
}

static void make_oddities(const struct request *q, struct reply *r)
{
    struct odd_work w = {.q = q, .body = &r->body};
    const struct change_filter of = {.since_ms = q->now_ms - HANDS_DAYS * CIVIL_DAY_MS,
                                     .most = HANDS_MOST};

    if (records_changes(q->w->c.records, &of, &w.change, &w.changes) != 0) {
        reply_error(q, r, 503); /* told by records */
        return;
    }
    model_records(q->w->model, work_oddities, &w);
    records_changes_free(w.change, w.changes);
}

#define STAFF_READ \
    .methods = ROUTE_GET, .roles = ROUTE_STAFF, .open = ROUTE_READ, .needs_model = true
const struct route ROUTES_OFFICER[] = {
    {.path = "/laporan", STAFF_READ, .argument = "bulan", .make = make_report},
    {.path = "/laporan/", STAFF_READ, .may = may_report_file, .make = make_report_file},
    {.path = "/kolam-wilayah", STAFF_READ, .make = make_ponds_list},
    {.path = "/wilayah/benih", STAFF_READ, .make = make_seed},
    {.path = "/wilayah/peta", STAFF_READ, .argument = "angka", .make = make_sketch},
    {.path = "/wilayah/telaah", STAFF_READ, .make = make_oddities},
    {.path = NULL},
};
