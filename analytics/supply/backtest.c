/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backtest.h"

#include <stdio.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "issued.h"

static int check(const struct backtest_request *q, int64_t now_ms, char *why, size_t why_size)
{
    if (q->last_month < q->first_month) {
        (void)snprintf(why, why_size,
                       tongue("backtest: bulan terakhir sebelum bulan pertama",
                              "backtest: the last month lies before the first"));
        return NILA_ERR_RANGE;
    }
    if (q->last_month - q->first_month >= BACKTEST_MONTHS_MAX) {
        (void)snprintf(why, why_size,
                       tongue("backtest: lebih dari %d bulan", "backtest: more than %d months"),
                       BACKTEST_MONTHS_MAX);
        return NILA_ERR_RANGE;
    }
    if (now_ms < civil_month_start(q->last_month + 1)) {
        (void)snprintf(
            why, why_size,
            tongue("backtest: %04d-%02d belum berakhir", "backtest: %04d-%02d is not over yet"),
            (int)(q->last_month / 12), (int)(q->last_month % 12) + 1);
        return NILA_ERR_RANGE;
    }
    return 0;
}

static int one_month(const struct backtest_request *q, int32_t month, struct series_source **source,
                     struct rec_issue *out, char *why, size_t why_size)
{
    struct forecast_request f = q->forecast;
    struct forecast *made = NULL;
    int rc;

    f.source = *source;
    f.as_of_day = civil_month_first_day(month + 1) - 1;
    f.issued_ms = civil_month_start(month + 1) - 1;
    f.without_recalibration = true;
    rc = forecast_run(&f, &made, why, why_size);
    if (rc != 0 && rc != NILA_ERR_UNSUPPORTED && rc != NILA_ERR_RANGE && *source != NULL) {
        log_warnx(tongue("%s; dihitung tanpa sensor", "%s; computed without the sensors"), why);
        f.source = *source = NULL;
        rc = forecast_run(&f, &made, why, why_size);
    }
    if (rc != 0)
        return rc;
    issued_make(made, false, f.seed, f.source != NULL, q->program, out);
    out->revision = 1;
    forecast_free(made);
    return 0;
}

int backtest_run(const struct backtest_request *q, int64_t now_ms, struct rec_issue **out,
                 size_t *n, bool *sensors, char *why, size_t why_size)
{
    struct series_source *source = q->forecast.source;
    struct rec_issue *list;
    size_t months, done = 0;
    int rc = check(q, now_ms, why, why_size);

    if (rc != 0)
        return rc;
    months = (size_t)(q->last_month - q->first_month) + 1;
    list = xcalloc(months, sizeof *list);
    while (done < months && rc == 0) {
        rc = one_month(q, q->first_month + (int32_t)done, &source, &list[done], why, why_size);
        done += rc == 0;
        if (rc == 0 && q->progress != NULL)
            q->progress(q->progress_arg, done, months);
    }
    if (rc != 0) {
        records_issues_free(list, done);
        return rc;
    }
    *out = list;
    *n = months;
    *sensors = source != NULL;
    return 0;
}
