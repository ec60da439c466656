/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_accuracy.h"

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

void model_judge(const struct accuracy_match *m, struct page_accuracy *out)
{
    for (size_t node = 0; node < DEMAND_NODES; node++) {
        for (unsigned lead = 0; lead <= RECORDS_ISSUED_LEADS; lead++)
            accuracy_score(m, node, lead, ACCURACY_NOW, &out->score[node][lead]);
        accuracy_score(m, node, 0, ACCURACY_FIRST, &out->first[node]);
    }
    out->open = m->open;
    out->silent = m->silent;
    out->late = m->late;
    list(m, out);
    out->ready = true;
}

void model_hide_past(const struct records_snapshot *s, struct page_accuracy *out)
{
    struct monthly *m = xcalloc(1, sizeof *m);
    int32_t known = INT32_MIN;
    bool told = true;

    for (size_t i = 0; i < out->past_n && s->farms >= MERGE_FARMS_LEAST; i++) {
        if (out->past[i].month != known) {
            known = out->past[i].month;
            monthly_make(m, s, known, false);
            (void)monthly_value(m, MONTHLY_HARVEST, SUPPLY_JOINT, &told);
        }
        out->past[i].untold = !told;
    }
    free(m);
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
        model_judge(&match, &out->accuracy);
        model_hide_past(f->snapshot, &out->accuracy);
        accuracy_match_free(&match);
    }
    out->accuracy.issues = accuracy_issues(issue, issues);
    records_issues_free(issue, issues);
    free(yield);
}
