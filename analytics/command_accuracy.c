/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics accuracy and backtest: how good forecasts were, those that were issued, or those that would have been. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analytics/commands_own.h"
#include "analytics/progress.h"
#include "analytics/records/issues.h"
#include "analytics/savefile.h"
#include "analytics/series.h"
#include "analytics/supply/accuracy_out.h"
#include "analytics/supply/backtest.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

enum {
    WHY = COMMAND_WHY,
    BACKTEST_MONTHS = 3 /* ahead, unless said */
};

/* Data to out or stdout, words to stderr. */
static int tell(const struct command_options *o, const struct accuracy_report *r, char *why)
{
    struct buf b = {0};
    const bool to_stdout = o->out == NULL || strcmp(o->out, "-") == 0;
    int rc;

    buf_str(&b, "");
    if (o->json)
        accuracy_json(&b, r);
    else if (o->as_table || (to_stdout && isatty(STDOUT_FILENO)))
        accuracy_table(&b, r, o->english);
    else
        accuracy_csv(&b, r);
    rc = savefile(&b, o->out, why, WHY);
    buf_clear(&b);
    if (rc == 0 && !o->quiet) {
        accuracy_words(&b, r, o->english);
        (void)fputs(b.p, stderr);
    }
    buf_free(&b);
    return rc;
}

static int judge(const struct command_options *o, struct records *records,
                 const struct rec_issue *issue, size_t issues, bool with_factors, char *why)
{
    const int64_t now_ms = clock_wall_ms();
    struct rec_yield *yield = NULL;
    struct accuracy_match match;
    struct recalibration factors;
    size_t yields = 0;
    int rc = records_yields(records, now_ms, &yield, &yields);

    if (rc != 0) {
        (void)snprintf(why, WHY,
                       tongue("panen yang tercatat tidak terbaca: %s",
                              "the harvests on record cannot be read: %s"),
                       nila_err_text(rc));
        return rc;
    }
    accuracy_match(issue, issues, yield, yields, now_ms, &match);
    recalibrate_learn(&match, &factors);
    rc = tell(o,
              &(struct accuracy_report){.issue = issue,
                                        .issues = issues,
                                        .match = &match,
                                        .recalibration = with_factors ? &factors : NULL},
              why);
    accuracy_match_free(&match);
    free(yield);
    return rc;
}

int command_accuracy(const struct command_options *o)
{
    struct analytics_config c;
    struct records *records = NULL;
    struct rec_issue *issue = NULL;
    size_t issues = 0;
    char why[WHY] = "";
    int rc = command_load_config(o, &c, why);

    if (rc == 0)
        rc = command_open_records(o, &c, &records, why);
    if (rc == 0) {
        rc = records_issues(records, clock_wall_ms(), &issue, &issues);
        if (rc != 0)
            (void)snprintf(why, sizeof why,
                           tongue("ramalan yang pernah terbit tidak terbaca: %s",
                                  "the issued forecasts cannot be read: %s"),
                           nila_err_text(rc));
    }
    if (rc == 0)
        rc = judge(o, records, issue, issues, true, why);
    if (rc != 0)
        log_warnx("%s", why);
    else if (issues == 0 && !o->quiet)
        (void)fputs(o->english ? "no forecast has been issued: nila-analytics forecast --issue, or "
                                 "let serve do it each month\n"
                               : "belum ada ramalan yang terbit: nila-analytics forecast --issue, "
                                 "atau biarkan serve menerbitkannya tiap bulan\n",
                    stderr);
    records_issues_free(issue, issues);
    records_close(records);
    return command_exit_code(rc);
}

/* "2026-03"; false for anything else. */
static bool take_month(const char *text, int32_t *out)
{
    char day[16];
    int32_t first;

    if (text == NULL || strlen(text) != strlen("2026-03"))
        return false;
    (void)snprintf(day, sizeof day, "%s-01", text);
    if (civil_parse_day(day, &first) != 0)
        return false;
    *out = civil_month_of_day(first);
    return true;
}

static int months_of(const struct command_options *o, struct backtest_request *q, char *why)
{
    if (!take_month(o->from, &q->first_month) || !take_month(o->to, &q->last_month)) {
        (void)snprintf(why, WHY,
                       o->english ? "--from and --to must be months, as in 2026-03: forecasts are "
                                    "made again for the end of each"
                                  : "--from dan --to harus bulan, seperti 2026-03: ramalan dibuat "
                                    "ulang untuk akhir tiap bulan itu");
        return NILA_ERR_RANGE;
    }
    return 0;
}

static int run_backtest(const struct command_options *o, const struct analytics_config *c,
                        const struct backtest_request *asked, struct rec_issue **issue,
                        size_t *issues, char *why)
{
    struct backtest_request q = *asked;
    struct series_source *source = NULL;
    struct progress progress;
    bool sensors = false;
    int rc = 0;

    if (o->records == NULL)
        rc = series_source_open(&source, c, why, WHY);
    if (rc != 0)
        return rc;
    q.forecast.source = source;
    progress_init(&progress, o->english ? "months" : "bulan", o->english, o->quiet, o->progress);
    q.progress = progress_tell;
    q.progress_arg = &progress;
    rc = backtest_run(&q, clock_wall_ms(), issue, issues, &sensors, why, WHY);
    progress_end(&progress);
    series_source_close(source);
    if (rc == 0 && !sensors && !o->quiet)
        (void)fputs(o->english ? "computed without sensor data\n" : "dihitung tanpa data sensor\n",
                    stderr);
    return rc;
}

int command_backtest(const struct command_options *o)
{
    struct analytics_config c;
    struct records *records = NULL;
    struct backtest_request q = {.program = NILA_VERSION};
    struct rec_issue *issue = NULL;
    size_t issues = 0;
    enum forecast_scope scope = FORECAST_TRACKED;
    char why[WHY] = "";
    int rc = command_load_config(o, &c, why);

    if (rc == 0)
        rc = months_of(o, &q, why);
    if (rc == 0)
        rc = command_scope(o, "tracked", &scope, why);
    if (rc == 0)
        rc = command_open_records(o, &c, &records, why);
    if (rc == 0) {
        q.forecast = (struct forecast_request){
            .records = records,
            .months = o->months > 0 ? (unsigned)o->months : BACKTEST_MONTHS,
            .draws = o->draws > 0 ? (unsigned)o->draws : c.draws,
            .seed = o->seed >= 0 ? (uint64_t)o->seed : c.seed,
            .oxygen = c.oxygen,
            .scope = scope,
            .without_official = o->without_official,
            .threads = o->threads > 0 ? (unsigned)o->threads : 0};
        http_global_init();
        rc = run_backtest(o, &c, &q, &issue, &issues, why);
        if (rc == 0)
            rc = judge(o, records, issue, issues, false, why);
        http_global_cleanup();
    }
    if (rc != 0)
        log_warnx("%s", why);
    records_issues_free(issue, issues);
    records_close(records);
    return command_exit_code(rc);
}
