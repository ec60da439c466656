/* SPDX-License-Identifier: GPL-3.0-or-later */
/* accuracy, backtest and forecast --issue on a small records file. */
#include "tests/support/support.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "analytics/commands.h"
#include "analytics/records/issues.h"
#include "analytics/supply/backtest.h"
#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"

#define PONDS 6
#define FIRST (2025 * 12 + 0) /* records begin in January 2025 */

static char dir[256], db_path[300], out[300], words[300];
static struct records *db;

static void take(enum records_table t, const char *text)
{
    char file[320];
    struct records_report r = {0};

    (void)snprintf(file, sizeof file, "%s/x.csv", dir);
    support_write(file, text);
    assert_int_equal(records_import(db, t, file, clock_wall_ms(), 0, NULL, NULL, &r), 0);
    assert_int_equal(r.bad, 0);
}

static void day_text(char out_text[16], int32_t day)
{
    (void)civil_format_day(out_text, 16, day);
}

/* Six ponds, each with a cycle of five months and its harvest, over and over up to May 2026, entered the day after. */
static void fill(void)
{
    struct buf farms = {0}, ponds = {0}, cycles = {0}, harvests = {0}, samples = {0};

    buf_str(&farms, "farm,name,regency,kecamatan,entered_on\n"
                    "f-0,A,kotim,62.02.06,2025-01-01\nf-1,B,seruyan,62.07.03,2025-01-01\n");
    buf_str(&ponds, "pond,farm,name,system,area_m2,depth_m,entered_on\n");
    buf_str(&cycles, "cycle,pond,stocked_on,count,mass_g,entered_on\n");
    buf_str(&harvests, "pond,on,kg,kind,entered_on\n");
    buf_str(&samples, "pond,on,fish,total_g,entered_on\n");
    for (int p = 0; p < PONDS; p++) {
        buf_printf(&ponds, "p-%d,f-%d,Kolam,pond,300,1,2025-01-01\n", p, p % 2);
        for (int c = 0;; c++) {
            int32_t on = civil_month_first_day(FIRST + p % 6 + 6 * c) + 4;
            int32_t end = on + 150;
            char a[4][16];

            if (civil_month_of_day(end) > FIRST + 16)
                break;
            day_text(a[0], on);
            day_text(a[1], on + 1);
            day_text(a[2], end);
            day_text(a[3], end + 1);
            buf_printf(&cycles, "c-%d-%d,p-%d,%s,2000,10,%s\n", p, c, p, a[0], a[1]);
            buf_printf(&harvests, "p-%d,%s,%d,final,%s\n", p, a[2], 380 + 7 * (p + c), a[3]);
            day_text(a[2], on + 90);
            day_text(a[3], on + 91);
            buf_printf(&samples, "p-%d,%s,30,3300,%s\n", p, a[2], a[3]);
        }
    }
    take(RECORDS_FARMS, farms.p);
    take(RECORDS_PONDS, ponds.p);
    take(RECORDS_CYCLES, cycles.p);
    take(RECORDS_HARVESTS, harvests.p);
    take(RECORDS_SAMPLES, samples.p);
    buf_free(&farms);
    buf_free(&ponds);
    buf_free(&cycles);
    buf_free(&harvests);
    buf_free(&samples);
}

static int set_up(void **state)
{
    char why[256] = "";

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(db_path, sizeof db_path, "%s/r.db", dir);
    (void)snprintf(out, sizeof out, "%s/out", dir);
    (void)snprintf(words, sizeof words, "%s/words", dir);
    if (records_open(&db, db_path, why, sizeof why) != 0)
        fail_msg("%s", why);
    fill();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    records_close(db);
    support_rmdir(dir);
    return 0;
}

static struct command_options options(void)
{
    return (struct command_options){.config = "none",
                                    .records = db_path,
                                    .english = true,
                                    .out = out,
                                    .draws = 60,
                                    .seed = 3,
                                    .port = -1,
                                    .from = "2025-08",
                                    .to = "2026-04"};
}

/* Runs it with stderr kept in *said, what it wrote in *wrote (NULL: not asked for); both are the caller's. */
static int run(int (*command)(const struct command_options *), const struct command_options *o,
               char **said, char **wrote)
{
    int before = dup(STDERR_FILENO), to = open(words, O_WRONLY | O_CREAT | O_TRUNC, 0600), rc;

    assert_true(before >= 0 && to >= 0);
    (void)unlink(out);
    (void)fflush(stderr);
    assert_true(dup2(to, STDERR_FILENO) >= 0);
    rc = command(o);
    (void)fflush(stderr);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    (void)close(before);
    (void)close(to);
    *said = support_read(words, NULL);
    if (wrote != NULL)
        *wrote = support_read(out, NULL);
    return rc;
}

static void a_backtest_judges_the_ends_of_past_months(void **state)
{
    struct command_options o = options();
    char *said, *wrote, *again;

    (void)state;
    assert_int_equal(run(command_backtest, &o, &said, &wrote), EX_OK);
    assert_non_null(strstr(wrote, "node,lead,truth,n,covered80"));
    assert_non_null(strstr(wrote, "\njoint,1,now,9,")); /* nine months, one month ahead */
    assert_non_null(strstr(wrote, "\nkotim,all,first,"));
    assert_non_null(strstr(wrote, "\n62.07.03,3,now,"));
    assert_null(strstr(wrote, "62.02.01")); /* nobody there */
    assert_non_null(strstr(said, "without sensor data"));
    assert_non_null(strstr(said, "joint forecasts hit"));
    assert_non_null(strstr(said, "not on record are not judged"));
    free(said);
    assert_int_equal(run(command_backtest, &o, &said, &again), EX_OK);
    assert_string_equal(wrote, again); /* same seed, same bytes */
    free(wrote);
    free(again);
    free(said);
    o.json = true;
    o.english = false;
    assert_int_equal(run(command_backtest, &o, &said, &wrote), EX_OK);
    assert_non_null(strstr(wrote, "\"scores\":["));
    assert_non_null(strstr(wrote, "\"as_of\":\"2025-08-31\""));
    assert_non_null(strstr(said, "dihitung tanpa data sensor"));
    assert_non_null(strstr(said, "ramalan gabungan mengenai"));
    free(wrote);
    free(said);
    o.english = true;
    o.scope = "everything";
    assert_int_equal(run(command_backtest, &o, &said, NULL), EX_USAGE);
    assert_non_null(strstr(said, "--scope everything is not allowed; tracked, all or auto"));
    free(said);
    o.scope = "all"; /* nothing is known of those outside */
    assert_true(run(command_backtest, &o, &said, NULL) != EX_OK);
    assert_non_null(strstr(said, "scope all"));
    free(said);
    o.scope = "auto";
    o.english = false;
    assert_int_equal(run(command_backtest, &o, &said, &again), EX_OK);
    free(said);
    free(again);
    o.json = false;
    o.as_table = true;
    assert_int_equal(run(command_backtest, &o, &said, &wrote), EX_OK);
    assert_non_null(strstr(wrote, "Gabungan\nbulan"));
    free(wrote);
    free(said);
}

/* Forecasts of the ends of the months up to April, as records know them today. */
static struct rec_issue *forecasts(size_t *n)
{
    struct backtest_request q = {.forecast = {.records = db, .months = 3, .draws = 60, .seed = 9},
                                 .first_month = FIRST + 8,
                                 .last_month = FIRST + 12,
                                 .program = "test"};
    struct rec_issue *issue = NULL;
    bool sensors;
    char why[200] = "";

    if (backtest_run(&q, clock_wall_ms(), &issue, n, &sensors, why, sizeof why) != 0)
        fail_msg("%s", why);
    return issue;
}

/* Rows entered later, of later days and of earlier ones, and a forecast that was issued: none may change what was known. */
static void nothing_of_the_future_is_used(void **state)
{
    struct rec_issue *before, *after, real;
    size_t n = 0, m = 0, changed = 0;
    unsigned revision;

    (void)state;
    before = forecasts(&n);
    take(RECORDS_HARVESTS, "pond,on,kg,kind,entered_on\np-0,2025-11-20,999,partial,2026-02-01\n"
                           "p-1,2026-03-20,2999,partial,2026-03-21\n");
    take(RECORDS_SAMPLES, "pond,on,fish,total_g,entered_on\np-2,2025-09-10,50,9000,2026-02-01\n");
    take(RECORDS_DEATHS, "pond,on,count,entered_on\np-3,2025-09-11,900,2026-02-01\n");
    take(RECORDS_OFFICIAL, "code_system,code,name,period,kg,status,cut_off,revision,source,"
                           "entered_on\nkemendagri,62.02,Kotawaringin Timur,2025-Q4,9000,final,"
                           "2025-10-01,1,Dinas,2026-02-01\n");
    real = before[0];
    real.issued_ms = civil_day_start(civil_day_of(2026, 2, 1));
    assert_int_equal(records_issue_add(db, &real, &revision), 0);
    after = forecasts(&m);
    assert_int_equal(n, 5);
    assert_int_equal(m, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(before[i].values, after[i].values);
        assert_memory_equal(before[i].value, after[i].value,
                            before[i].values * sizeof *before[i].value);
        assert_string_equal(before[i].digest, after[i].digest);
    }
    records_issues_free(after, m);
    /* and the same rows, had they been known, would have changed it */
    take(RECORDS_SAMPLES, "pond,on,fish,total_g,entered_on\np-2,2025-09-12,50,9000,2025-09-13\n");
    after = forecasts(&m);
    for (size_t i = 0; i < n; i++)
        changed += memcmp(before[i].value, after[i].value,
                          before[i].values * sizeof *before[i].value) != 0;
    assert_true(changed > 0);
    records_issues_free(before, n);
    records_issues_free(after, m);
}

static void an_issued_forecast_is_on_record_and_waits_to_be_judged(void **state)
{
    struct command_options o = options();
    struct rec_issue *issue = NULL;
    size_t n = 0;
    char *said, *wrote;

    (void)state;
    assert_int_equal(run(command_accuracy, &o, &said, &wrote), EX_OK);
    assert_non_null(strstr(said, "no forecast has been issued"));
    free(said);
    free(wrote);
    o.issue = true;
    o.months = 2;
    assert_int_equal(run(command_forecast, &o, &said, NULL), EX_OK);
    assert_non_null(strstr(said, "revision 1"));
    free(said);
    o.english = false;
    assert_int_equal(run(command_forecast, &o, &said, NULL), EX_OK);
    assert_non_null(strstr(said, "revisi 2"));
    free(said);
    assert_int_equal(records_issues(db, INT64_MAX, &issue, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(issue[0].values, 2 * SUPPLY_NODES);
    assert_int_equal(issue[0].seed, 3);
    assert_int_equal(issue[0].draws, 60);
    assert_false(issue[0].sensors);
    assert_string_equal(issue[0].program, NILA_VERSION);
    assert_int_equal(issue[0].as_of_day, civil_day(clock_wall_ms()));
    assert_int_equal(strlen(issue[0].digest), 16);
    for (size_t i = 0; i < issue[0].values; i++) /* the same records and seed */
        assert_true(issue[0].value[i].mean == issue[1].value[i].mean);
    records_issues_free(issue, n);
    assert_int_equal(run(command_accuracy, &o, &said, &wrote), EX_OK);
    assert_non_null(strstr(said, "belum ada ramalan yang dapat dinilai"));
    assert_non_null(strstr(said, "2 ramalan bulan yang belum 30 hari berakhir"));
    assert_non_null(strstr(said, "1 revisi"));
    free(said);
    free(wrote);
}

/* What is published of all ponds is on record as it was printed; what is judged is the ponds on record, once. */
static void a_forecast_of_all_ponds_is_on_record_as_a_whole_and_in_its_judged_part(void **state)
{
    struct command_options o = options();
    struct rec_issue *issue = NULL;
    size_t n = 0;
    double whole = 0, part = 0;
    char rows[512], day[16];
    char *said, *wrote;

    (void)state;
    day_text(day, civil_day(clock_wall_ms()) - 100);
    (void)snprintf(rows, sizeof rows,
                   "cycle,pond,stocked_on,count,mass_g,entered_on\nopen-0,p-0,%s,2000,10,%s\n"
                   "open-1,p-1,%s,2000,10,%s\n",
                   day, day, day, day);
    take(RECORDS_CYCLES, rows);
    day_text(day, civil_day(clock_wall_ms()) - 5); /* they are not forgotten */
    (void)snprintf(rows, sizeof rows,
                   "pond,on,fish,total_g,entered_on\np-0,%s,30,6000,%s\np-1,%s,30,6000,%s\n", day,
                   day, day, day);
    take(RECORDS_SAMPLES, rows);
    take(RECORDS_REGISTRY, "kecamatan,system,farms,source,as_of,ponds,entered_on\n"
                           "62.02.06,pond,9,Dinas,2025-12-01,30,2026-01-01\n"
                           "62.07.03,pond,9,Dinas,2025-12-01,30,2026-01-01\n");
    o.issue = true;
    o.scope = "all";
    o.months = 2;
    assert_int_equal(run(command_forecast, &o, &said, NULL), EX_OK);
    assert_non_null(strstr(said, "revision 1"));
    free(said);
    assert_int_equal(records_issues(db, INT64_MAX, &issue, &n), 0);
    assert_int_equal(n, 2);
    assert_string_equal(issue[0].scope, "all");
    assert_string_equal(issue[1].scope, "tracked");
    assert_int_equal(issue[0].revision, 1);
    assert_int_equal(accuracy_issues(issue, n), 1);
    for (size_t i = 0; i < issue[0].values; i++) {
        whole += issue[0].value[i].mean;
        part += issue[1].value[i].mean;
        if (issue[0].value[i].mean < issue[1].value[i].mean - 0.01)
            fail_msg("%s, %u ahead: %g kg of all, %g of those on record", issue[0].value[i].node,
                     issue[0].value[i].lead, issue[0].value[i].mean, issue[1].value[i].mean);
    }
    print_message("all ponds %.0f kg, those on record %.0f\n", whole, part);
    assert_true(whole > part + 1);
    records_issues_free(issue, n);
    o.json = true;
    o.issue = false;
    assert_int_equal(run(command_accuracy, &o, &said, &wrote), EX_OK);
    assert_non_null(
        strstr(wrote, "\"scope\":\"tracked\",\"issues\":1,\"judged\":0,\"repeats\":0,"));
    free(said);
    free(wrote);
}

static void mistakes_are_named(void **state)
{
    static const struct {
        const char *says, *from, *to, *want;
    } CASE[] = {
        {"no months", NULL, NULL, "--from and --to must be months, as in 2026-03"},
        {"a day", "2026-03-01", "2026-04", "--from and --to must be months"},
        {"a 13th month", "2026-13", "2026-14", "--from and --to must be months"},
        {"the wrong way round", "2026-04", "2026-03", "the last month lies before the first"},
        {"the future", "2026-01", "2199-12", "more than 240 months"},
        {"not over", "2190-01", "2190-02", "2190-02 is not over yet"},
    };
    struct command_options o = options();
    char *said;

    (void)state;
    for (size_t c = 0; c < sizeof CASE / sizeof CASE[0]; c++) {
        print_message("%s\n", CASE[c].says);
        o.from = CASE[c].from;
        o.to = CASE[c].to;
        assert_int_equal(run(command_backtest, &o, &said, NULL), EX_USAGE);
        assert_non_null(strstr(said, CASE[c].want));
        free(said);
        assert_int_equal(access(out, F_OK), -1);
    }
    o = options();
    o.records = "/nowhere/r.db";
    assert_int_equal(run(command_accuracy, &o, &said, NULL), EX_NOINPUT);
    assert_non_null(strstr(said, "/nowhere/r.db"));
    free(said);
    o = options();
    o.issue = true;
    o.as_of = "2026-01-05";
    assert_int_equal(run(command_forecast, &o, &said, NULL), EX_USAGE);
    assert_non_null(strstr(said, "as of 2026-01-05 cannot be issued today"));
    free(said);
    assert_int_equal(access(out, F_OK), -1); /* nothing half done */
    o.as_of = NULL;
    o.without_official = true;
    assert_int_equal(run(command_forecast, &o, &said, NULL), EX_USAGE);
    assert_non_null(strstr(said, "not together with --without-official"));
    free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_backtest_judges_the_ends_of_past_months, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nothing_of_the_future_is_used, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_forecast_of_all_ponds_is_on_record_as_a_whole_and_in_its_judged_part, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(an_issued_forecast_is_on_record_and_waits_to_be_judged,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(mistakes_are_named, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
