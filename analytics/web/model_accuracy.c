/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_accuracy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/supply/issued.h"
#include "analytics/supply/monthly.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"

static void issue_once(struct records *r, const struct forecast *f, uint64_t seed, bool sensors)
{
    int32_t as_of = f->supply->as_of_day;
    int32_t first = civil_month_first_day(civil_month_of_day(as_of));
    unsigned revision;
    bool any = true;
    char why[200];

    if (!sensors && as_of - first + 1 < MODEL_ISSUE_WITHOUT_WATER_DAY)
        return;
    if (records_issued_within(r, "tracked", first, as_of, &any) != 0 || any)
        return; /* an error was logged by records */
    if (issued_store(r, f, seed, sensors, NILA_VERSION, &revision, why, sizeof why) != 0)
        log_warnx("forecast: %s; tried again with the next one", why);
    else
        log_info("forecast: put on record as issued, the first of its month%s",
                 sensors ? "" : ", without the sensors");
}

/* Joint forecasts made 1, 3 and 6 months before, newest month first. */
static void list(const struct accuracy_match *m, struct page_accuracy *out)
{
    static const unsigned LEAD[] = {1, 3, 6};
    int32_t newest = INT32_MIN;

    for (size_t i = 0; i < m->n; i++)
        if (m->pair[i].month > newest)
            newest = m->pair[i].month;
    for (int32_t month = newest; m->n > 0 && month > newest - PAGE_ACCURACY_MONTHS; month--)
        for (size_t l = 0; l < sizeof LEAD / sizeof LEAD[0]; l++)
            for (size_t i = 0; i < m->n; i++) {
                const struct accuracy_pair *p = &m->pair[i];

                if (p->node != SUPPLY_JOINT || p->month != month || p->lead != LEAD[l] ||
                    out->past_n == PAGE_ACCURACY_PAST)
                    continue;
                out->past[out->past_n++] = (struct page_past){.month = month,
                                                              .lead = p->lead,
                                                              .p10 = p->forecast->q[RECORDS_Q10],
                                                              .p50 = p->forecast->q[RECORDS_Q50],
                                                              .p90 = p->forecast->q[RECORDS_Q90],
                                                              .actual = p->actual[ACCURACY_NOW]};
            }
}

/* Which harvests are told: of each node, by month; months are made when they are asked for. */
struct told {
    const struct records_snapshot *s; /* NULL: all */
    size_t n, cap;
    struct told_month {
        int32_t month;
        bool node[DEMAND_NODES];
    } * month;
    struct monthly *work;
};

static bool is_told(struct told *t, int32_t month, size_t node)
{
    size_t i = 0;

    if (t->s == NULL || t->s->farms < MERGE_FARMS_LEAST)
        return true;
    while (i < t->n && t->month[i].month != month)
        i++;
    if (i == t->n) {
        if (t->n == t->cap) {
            t->cap = t->cap == 0 ? 32 : t->cap * 2;
            t->month = xrealloc(t->month, t->cap, sizeof *t->month);
        }
        if (t->work == NULL)
            t->work = xcalloc(1, sizeof *t->work);
        monthly_make(t->work, t->s, month, false);
        t->month[i].month = month;
        for (size_t k = 0; k < DEMAND_NODES; k++)
            (void)monthly_value(t->work, MONTHLY_HARVEST, k, &t->month[i].node[k]);
        t->n++;
    }
    return t->month[i].node[node];
}

/* The pairs whose harvest is told, and of them the naive forecasts made of harvests that are. */
static void keep_told(struct told *t, const struct accuracy_match *m, struct accuracy_match *out,
                      struct page_accuracy *page)
{
    *out = *m;
    out->n = 0;
    out->pair = xcalloc(m->n + 1, sizeof *out->pair);
    for (size_t i = 0; i < m->n; i++) {
        struct accuracy_pair *p = &out->pair[out->n];

        if (!is_told(t, m->pair[i].month, m->pair[i].node)) {
            page->withheld[m->pair[i].node]++;
            continue;
        }
        *p = m->pair[i];
        if (!is_told(t, civil_month_of_day(p->as_of_day) - 1, p->node))
            p->naive[ACCURACY_LAST_MONTH] = NAN;
        if (!is_told(t, p->month - 12, p->node))
            p->naive[ACCURACY_LAST_YEAR] = NAN;
        out->n++;
    }
}

void model_judge(const struct accuracy_match *m, const struct records_snapshot *s,
                 struct page_accuracy *out)
{
    struct told told = {.s = s};
    struct accuracy_match kept;

    keep_told(&told, m, &kept, out);
    for (size_t node = 0; node < DEMAND_NODES; node++) {
        for (unsigned lead = 0; lead <= RECORDS_ISSUED_LEADS; lead++)
            accuracy_score(&kept, node, lead, ACCURACY_NOW, &out->score[node][lead]);
        accuracy_score(&kept, node, 0, ACCURACY_FIRST, &out->first[node]);
    }
    out->open = m->open;
    out->silent = m->silent;
    out->late = m->late;
    list(m, out);
    for (size_t i = 0; i < out->past_n; i++)
        out->past[i].untold = !is_told(&told, out->past[i].month, SUPPLY_JOINT);
    out->ready = true;
    free(kept.pair);
    free(told.month);
    free(told.work);
}

void model_accuracy(struct records *r, const struct forecast *f, uint64_t seed, bool sensors,
                    struct page_forecast *out)
{
    const int64_t now_ms = f->supply->issued_ms;
    struct rec_issue *issue = NULL;
    struct rec_yield *yield = NULL;
    struct accuracy_match match;
    size_t issues = 0, yields = 0;

    out->accuracy.recalibration = f->recalibration;
    issue_once(r, f, seed, sensors);
    if (records_issues(r, now_ms, &issue, &issues) == 0 &&
        records_yields(r, now_ms, &yield, &yields) == 0) {
        accuracy_match(issue, issues, yield, yields, now_ms, &match);
        model_judge(&match, f->snapshot, &out->accuracy);
        accuracy_match_free(&match);
    }
    out->accuracy.issues = accuracy_issues(issue, issues);
    records_issues_free(issue, issues);
    free(yield);
}
