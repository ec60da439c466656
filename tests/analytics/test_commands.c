/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "analytics/commands.h"
#include "analytics/commands_own.h"
#include "collector/common/clock.h"
#include "collector/common/http.h"

static char dir[256], config[300], db[300], csv[300], out[300], ready[300];

static int set_up(void **state)
{
    char text[600];

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(config, sizeof config, "%s/a.json", dir);
    (void)snprintf(db, sizeof db, "%s/r.db", dir);
    (void)snprintf(csv, sizeof csv, "%s/x.csv", dir);
    (void)snprintf(out, sizeof out, "%s/f.csv", dir);
    (void)snprintf(ready, sizeof ready, "%s/ready", dir);
    (void)snprintf(
        text, sizeof text,
        "{\"records\":{\"path\":\"r.db\"},\"source\":{\"collector\":{\"socket\":\"none\"}},"
        "\"web\":{\"port\":0,\"notice\":\"Data contoh\"}}");
    support_write(config, text);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    support_rmdir(dir);
    return 0;
}

static struct command_options options(void)
{
    return (struct command_options){
        .config = config, .english = true, .quiet = true, .port = -1, .seed = -1};
}

static int import(enum records_table t, const char *text)
{
    struct command_options o = options();

    support_write(csv, text);
    o.table = t;
    o.file = csv;
    return command_import(&o);
}

static void stock_a_pond(void)
{
    assert_int_equal(import(RECORDS_FARMS, "farm,name,regency,kecamatan,entered_on\n"
                                           "f-1,Satu,kotim,62.02.06,2026-01-01\n"),
                     EX_OK);
    assert_int_equal(import(RECORDS_PONDS, "pond,farm,name,system,area_m2,depth_m,entered_on\n"
                                           "p-1,f-1,Kolam 1,pond,200,1.2,2026-01-01\n"),
                     EX_OK);
    assert_int_equal(import(RECORDS_CYCLES, "cycle,pond,stocked_on,count,mass_g,entered_on\n"
                                            "c-1,p-1,2026-04-01,2000,8,2026-04-02\n"),
                     EX_OK);
    assert_int_equal(
        import(RECORDS_DEATHS, "pond,on,count,entered_on\np-1,2026-06-10,2,2026-06-10\n"),
        EX_OK); /* somebody still writes about it at the end of June */
}

static void every_error_has_its_exit_code(void **state)
{
    static const struct {
        int rc, code;
    } T[] = {
        {0, EX_OK},
        {NILA_ERR_CONFIG, EX_CONFIG},
        {NILA_ERR_NOT_FOUND, EX_NOINPUT},
        {NILA_ERR_DENIED, EX_NOPERM},
        {NILA_ERR_PARSE, EX_DATAERR},
        {NILA_ERR_BUSY, EX_TEMPFAIL},
        {NILA_ERR_RANGE, EX_USAGE},
        {NILA_ERR_UNSUPPORTED, EX_UNAVAILABLE},
        {NILA_ERR_IO, EX_IOERR},
        {NILA_ERR_FULL, EX_IOERR},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        assert_int_equal(command_exit_code(T[i].rc), T[i].code);
}

static void check_opens_nothing(void **state)
{
    struct command_options o = options();

    (void)state;
    assert_int_equal(command_check(&o), EX_OK);
    assert_int_equal(access(db, F_OK), -1);
    support_write(config, "{\"records\":{}}");
    assert_int_equal(command_check(&o), EX_CONFIG);
    o.config = "/nonexistent/a.json";
    assert_int_equal(command_check(&o), EX_NOINPUT);
}

static void bad_data_end_with_65_and_store_nothing(void **state)
{
    struct command_options o = options();

    (void)state;
    stock_a_pond();
    assert_int_equal(import(RECORDS_DEATHS, "pond,on,count\np-1,2026-05-01,3\np-1,2026-05-02,0\n"),
                     EX_DATAERR);
    assert_int_equal(import(RECORDS_DEATHS, "pond,on,count\np-9,2026-05-01,3\n"), EX_DATAERR);
    o.table = RECORDS_DEATHS;
    o.file = "/nonexistent/x.csv";
    assert_int_equal(command_import(&o), EX_NOINPUT);
    support_write(config, "nonsense");
    assert_int_equal(import(RECORDS_DEATHS, "pond,on,count\np-1,2026-05-01,3\n"), EX_CONFIG);
}

static struct command_options forecast_options(void)
{
    struct command_options o = options();

    o.records = db;
    o.as_of = "2026-06-30";
    o.months = 4;
    o.draws = 50;
    o.seed = 7;
    o.out = out;
    return o;
}

static void a_forecast_is_written_and_repeats_itself(void **state)
{
    struct command_options o = forecast_options();
    char *first, *second, *line;
    size_t lines = 0;

    (void)state;
    stock_a_pond();
    assert_int_equal(command_forecast(&o), EX_OK);
    first = support_read(out, NULL);
    assert_int_equal(strncmp(first, "node,lead,month,mean,p10,p50,p90,d1,d2,", 39), 0);
    for (line = first; (line = strchr(line, '\n')) != NULL; line++)
        lines++;
    assert_int_equal(lines, 1 + 30 * 4); /* joint, 2 regencies, 27 kecamatan; four months */
    assert_non_null(strstr(first, "\njoint,1,2026-07,"));
    assert_int_equal(command_forecast(&o), EX_OK);
    second = support_read(out, NULL);
    assert_string_equal(first, second);
    free(second);
    /* another seed is another draw; the sensors' source being away is no obstacle */
    o.seed = 8;
    assert_int_equal(command_forecast(&o), EX_OK);
    second = support_read(out, NULL);
    assert_true(strcmp(first, second) != 0);
    free(second);
    o.records = NULL;
    o.seed = 7;
    assert_int_equal(command_forecast(&o), EX_OK);
    second = support_read(out, NULL);
    assert_string_equal(first, second);
    free(first);
    free(second);
}

/* For programs what was learned stands beside the number of cycles behind it. */
static void what_was_learned_is_told_with_its_cycles(void **state)
{
    struct supply_forecast supply = {.months = 1};
    struct forecast f = {.supply = &supply};
    struct command_options o = forecast_options();
    FILE *to = fopen(out, "w");
    char *text;

    (void)state;
    assert_non_null(to);
    f.oxygen[POND_SYSTEM_BIOFLOC] =
        (struct oxygen_learned){{4.6, 1, 6, 18}, true, 23, 1, 4.1, 5.2, 0.2, 0.1, 0.3};
    supply.hazard[POND_SYSTEM_CAGE] = (struct hazard_learned){0.1, false, 9, 0.06, 0.2, 0.4, 0.5};
    command_learned_json(&f, to);
    assert_int_equal(fclose(to), 0);
    text = support_read(out, NULL);
    assert_non_null(strstr(text, "{\"system\":\"biofloc\",\"do_full_mg_l\":4.600,\"do_none_mg_l\""
                                 ":1.000,\"do_learned\":true,\"do_cycles\":23,"));
    assert_non_null(strstr(text, "\"harvest_width\":0.1000,\"harvest_learned\":false,"
                                 "\"harvest_cycles\":9,"));
    free(text);
    stock_a_pond();
    o.json = true;
    assert_int_equal(command_forecast(&o), EX_OK);
    text = support_read(out, NULL);
    assert_int_equal(strncmp(text, "node,lead,", 10), 0); /* the file stays what it is */
    free(text);
}

static void a_balance_is_written_once_the_demand_is_known(void **state)
{
    struct command_options o = forecast_options();
    char path[320], *text;

    (void)state;
    stock_a_pond();
    (void)snprintf(path, sizeof path, "%s.balance", out);
    o.balance = path;
    o.english = false;
    assert_int_equal(command_forecast(&o), EX_OK);
    text = support_read(path, NULL);
    assert_int_equal(strncmp(text, "node,name,period,ponds,supply_kg,", 33), 0);
    assert_non_null(strstr(text, "\njoint,Gabungan,2026-Q3,"));
    assert_non_null(strstr(text, "kebutuhan belum diisi (population)"));
    assert_null(strstr(text, "mungkin"));
    free(text);
    assert_int_equal(
        import(RECORDS_ASSUMPTIONS,
               "key,node,value,low,high,unit,source,on,entered_on\n"
               "population,kotim,454515,,,people,Dukcapil,2025-12-31,2026-01-05\n"
               "population,seruyan,159849,,,people,Dukcapil,2025-12-31,2026-01-05\n"
               "consumption_aki,joint,45,40,50,kg/head/year,AKI,2025-12-31,2026-01-05\n"
               "tilapia_share,joint,21,14,30,%,Survei,2026-01-05,2026-01-05\n"),
        EX_OK);
    o.english = true;
    assert_int_equal(command_forecast(&o), EX_OK);
    text = support_read(path, NULL);
    assert_non_null(strstr(text, ",1.000,"));
    assert_non_null(strstr(text, ",very likely short,"));
    assert_non_null(strstr(text, "supply of ponds on record only"));
    free(text);
    o.balance = "-";
    o.out = NULL;
    assert_int_equal(command_forecast(&o), EX_USAGE);
    o.out = out;
    o.balance = "/nonexistent/b.csv";
    assert_true(command_forecast(&o) != EX_OK);
}

static void an_official_figure_changes_the_forecast_unless_left_aside(void **state)
{
    struct command_options o = forecast_options();
    char *without, *with, *aside;

    (void)state;
    stock_a_pond();
    assert_int_equal(command_forecast(&o), EX_OK);
    without = support_read(out, NULL);
    assert_int_equal(
        import(RECORDS_OFFICIAL,
               "code_system,code,name,period,kg,status,cut_off,revision,source,entered_on\n"
               "bps,6202,Kotawaringin Timur,2026-Q3,400,provisional,2026-06-20,0,BPS,"
               "2026-06-21\n"),
        EX_OK);
    assert_int_equal(command_forecast(&o), EX_OK);
    with = support_read(out, NULL);
    o.without_official = true;
    assert_int_equal(command_forecast(&o), EX_OK);
    aside = support_read(out, NULL);
    assert_string_equal(without, aside);
    assert_true(strcmp(without, with) != 0);
    free(without);
    free(with);
    free(aside);
}

static char *both(const char *path, const char *mode)
{
    char *text = support_read(path, NULL);

    print_message("%s: %.60s...\n", mode, text);
    return text;
}

/* Register, forecast with both parts, the quarter's list, and what it found. */
static void the_register_is_counted_in_drawn_from_and_corrected(void **state)
{
    struct command_options o = forecast_options();
    char parts[320], list[320], *tracked, *whole, *visited, *text;

    (void)state;
    stock_a_pond();
    (void)snprintf(parts, sizeof parts, "%s.parts", out);
    (void)snprintf(list, sizeof list, "%s.list", out);
    o.scope = "tracked";
    assert_int_equal(command_forecast(&o), EX_OK);
    tracked = both(out, "tracked");
    o.scope = NULL;
    o.survey.quarter = "2026-Q2";
    o.survey.n = 3;
    assert_int_equal(command_survey(&o), EX_UNAVAILABLE); /* no register */
    assert_int_equal(import(RECORDS_REGISTRY,
                            "kecamatan,system,farms,ponds,source,as_of,entered_on\n"
                            "62.02.06,pond,4,9,Dinas,2026-03-01,2026-03-02\n"
                            "62.02.01,cage,6,12,Dinas,2026-03-01,2026-03-02\n"),
                     EX_OK);
    o.parts = parts;
    assert_int_equal(command_forecast(&o), EX_OK);
    whole = both(out, "whole");
    assert_true(strcmp(tracked, whole) != 0);
    text = both(parts, "parts");
    assert_int_equal(strncmp(text, "node,lead,month,part,mean,p10,p50,p90,d1,", 41), 0);
    assert_non_null(strstr(text, "\njoint,4,2026-10,untracked,"));
    free(text);
    o.out = list;
    o.survey.quarter = "2026";
    assert_int_equal(command_survey(&o), EX_USAGE);
    o.survey.quarter = "2026-Q2";
    assert_int_equal(command_survey(&o), EX_OK);
    text = both(list, "list");
    assert_int_equal(strncmp(text, "quarter,kecamatan,system,serial,on,found,kg_quarter\n", 52), 0);
    assert_non_null(strstr(text, "\n2026-Q2,62.02.01,cage,"));
    free(text);
    assert_int_equal(import(RECORDS_SURVEY,
                            "quarter,kecamatan,system,serial,on,found,kg_quarter,entered_on\n"
                            "2026-Q2,62.02.01,cage,3,2026-06-29,yes,900,2026-06-29\n"
                            "2026-Q2,62.02.01,cage,7,2026-06-29,no,,2026-06-29\n"),
                     EX_OK);
    o.out = out;
    assert_int_equal(command_forecast(&o), EX_OK);
    visited = both(out, "visited");
    assert_true(strcmp(whole, visited) != 0);
    free(tracked);
    free(whole);
    free(visited);
}

static void a_forecast_refuses_what_it_cannot_do(void **state)
{
    struct command_options o = forecast_options();

    (void)state;
    assert_int_equal(command_forecast(&o),
                     EX_NOINPUT); /* no such records: no empty file is begun */
    assert_int_equal(access(db, F_OK), -1);
    stock_a_pond();
    o.scope = "all";
    assert_int_equal(command_forecast(&o), EX_UNAVAILABLE);
    o.scope = "some";
    assert_int_equal(command_forecast(&o), EX_USAGE);
    o = forecast_options();
    o.as_of = "30-06-2026";
    assert_int_equal(command_forecast(&o), EX_USAGE);
    o = forecast_options();
    o.parts = o.balance = out; /* two results, one file */
    assert_int_equal(command_forecast(&o), EX_USAGE);
    o.out = NULL;
    assert_int_equal(command_forecast(&o), EX_USAGE);
    o.balance = NULL;
    o.out = out;
    assert_int_equal(command_forecast(&o), EX_USAGE);
    o = forecast_options();
    o.out = "/nonexistent/f.csv";
    assert_true(command_forecast(&o) != EX_OK);
}

/* The port in the ready file of this child, waiting at most 20 s. */
static int wait_ready(pid_t child)
{
    for (int64_t end = clock_mono_ms() + 20000; clock_mono_ms() < end;
         clock_sleep_until(clock_mono_ms() + 10)) {
        const char *port, *pid;
        char *text;
        int n = 0;

        assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
        if (access(ready, F_OK) != 0)
            continue;
        text = support_read(ready, NULL);
        port = strstr(text, "\"port\":");
        pid = strstr(text, "\"pid\":");
        assert_non_null(port); /* whole from its first moment */
        assert_non_null(pid);
        if (strtol(pid + 6, NULL, 10) == child)
            n = (int)strtol(port + 7, NULL, 10);
        free(text);
        if (n > 0)
            return n;
    }
    fail_msg("no ready file");
    return -1;
}

static void serves_until_a_signal_and_ends_cleanly(void **state)
{
    static const int SIGNAL[] = {SIGTERM, SIGINT};

    (void)state;
    for (size_t i = 0; i < sizeof SIGNAL / sizeof SIGNAL[0]; i++) {
        struct http_request rq = {.method = "GET", .timeout_ms = 10000};
        struct http_answer a;
        struct http *h;
        char url[64];
        int status;
        pid_t child = fork();

        assert_true(child >= 0);
        if (child == 0) {
            struct command_options o = options();
            o.ready = ready;
            exit(command_serve(&o));
        }
        (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/", wait_ready(child));
        rq.url = url;
        assert_int_equal(http_open(&h), 0);
        assert_int_equal(http_do(h, &rq, &a, NULL, 0), 0);
        assert_int_equal(a.status, 200);
        assert_non_null(strstr(a.body.p, "Data contoh"));
        buf_free(&a.body);
        http_close(h);
        assert_int_equal(kill(child, SIGNAL[i]), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), EX_OK);
        assert_int_equal(unlink(ready), 0);
    }
}

static void does_not_serve_with_a_wrong_configuration(void **state)
{
    struct command_options o = options();

    (void)state;
    support_write(config,
                  "{\"records\":{\"path\":\"r.db\"},\"source\":{\"collector\":{\"socket\":\"s\"}},"
                  "\"web\":{\"bind\":\"not-an-address\",\"port\":0}}");
    assert_int_equal(command_serve(&o), EX_CONFIG);
    support_write(config, "{");
    assert_int_equal(command_serve(&o), EX_CONFIG);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_error_has_its_exit_code),
        TEST(check_opens_nothing),
        TEST(bad_data_end_with_65_and_store_nothing),
        TEST(a_forecast_is_written_and_repeats_itself),
        TEST(what_was_learned_is_told_with_its_cycles),
        TEST(a_balance_is_written_once_the_demand_is_known),
        TEST(an_official_figure_changes_the_forecast_unless_left_aside),
        TEST(the_register_is_counted_in_drawn_from_and_corrected),
        TEST(a_forecast_refuses_what_it_cannot_do),
        TEST(serves_until_a_signal_and_ends_cleanly),
        TEST(does_not_serve_with_a_wrong_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
