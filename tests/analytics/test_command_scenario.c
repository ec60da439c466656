/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "analytics/commands.h"

static char dir[256], db[300], csv[300], out[300], file[300], err[300];

static int import(enum records_table t, const char *text)
{
    struct command_options o = {
        .config = "", .records = db, .english = true, .quiet = true, .seed = -1};

    support_write(csv, text);
    o.table = t;
    o.file = csv;
    return command_import(&o);
}

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(db, sizeof db, "%s/r.db", dir);
    (void)snprintf(csv, sizeof csv, "%s/x.csv", dir);
    (void)snprintf(out, sizeof out, "%s/s.csv", dir);
    (void)snprintf(file, sizeof file, "%s/s.json", dir);
    (void)snprintf(err, sizeof err, "%s/err", dir);
    assert_int_equal(import(RECORDS_FARMS, "farm,name,regency,kecamatan,entered_on\n"
                                           "f-1,Satu,kotim,62.02.06,2026-01-01\n"
                                           "f-2,Dua,seruyan,62.07.01,2026-01-01\n"),
                     EX_OK);
    assert_int_equal(import(RECORDS_PONDS, "pond,farm,name,system,area_m2,depth_m,entered_on\n"
                                           "p-1,f-1,Kolam 1,pond,200,1.2,2026-01-01\n"
                                           "p-2,f-2,Kolam 2,cage,40,2,2026-01-01\n"),
                     EX_OK);
    assert_int_equal(import(RECORDS_CYCLES, "cycle,pond,stocked_on,count,mass_g,entered_on\n"
                                            "c-1,p-1,2026-04-01,2000,8,2026-04-02\n"
                                            "c-2,p-2,2026-04-10,1500,8,2026-04-10\n"),
                     EX_OK);
    assert_int_equal(import(RECORDS_DEATHS, "pond,on,count,entered_on\n"
                                            "p-1,2026-05-20,2,2026-05-20\n"
                                            "p-2,2026-05-20,2,2026-05-20\n"),
                     EX_OK);
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
    return (struct command_options){.config = "",
                                    .records = db,
                                    .english = true,
                                    .quiet = true,
                                    .seed = 3,
                                    .as_of = "2026-05-31",
                                    .months = 6,
                                    .draws = 100,
                                    .out = out};
}

static int scenario(struct command_options *o, const char *a, const char *b)
{
    o->scenario.acts = 0;
    if (a != NULL)
        o->scenario.act[o->scenario.acts++] = a;
    if (b != NULL)
        o->scenario.act[o->scenario.acts++] = b;
    return command_scenario(o);
}

/* Runs it with stderr in a file; what it said. */
static const char *said(struct command_options *o, const char *act, int *code)
{
    static char text[2000];
    int keep = dup(STDERR_FILENO);
    FILE *f;

    (void)fflush(stderr);
    assert_non_null(freopen(err, "w", stderr));
    *code = scenario(o, act, NULL);
    (void)fflush(stderr);
    assert_true(dup2(keep, STDERR_FILENO) >= 0);
    (void)close(keep);
    f = fopen(err, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    (void)fclose(f);
    return text;
}

static void mistakes_end_with_usage_and_name_the_act(void **state)
{
    static const struct {
        const char *act, *from;
        int code;
        const char *word;
    } row[] = {
        {NULL, NULL, EX_USAGE, "nothing is supposed"},
        {"acid=soon", NULL, EX_USAGE, "--scenario acid=soon: must be a month"},
        {"transfer=5000,to=seruyan", NULL, EX_USAGE, "ledger of kotim is too thin"},
        {"acid=2027-01", NULL, EX_USAGE, "covers 2026-06 to 2026-11"},
        {"feed_price=+20%", "2026-13", EX_USAGE, "--from 2026-13 is not a month"},
        {"feed_price=+20%", "2027-03", EX_USAGE, "from=2027-03: lies outside"},
        {"feed_price=+20%,until=2026-07", "2026-08", EX_USAGE, "ends before it begins"},
    };

    (void)state;
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        struct command_options o = options();
        const char *text;
        int code;

        o.scenario.from = row[k].from;
        text = said(&o, row[k].act, &code);
        print_message("%s", text);
        assert_int_equal(code, row[k].code);
        assert_non_null(strstr(text, row[k].word));
        assert_int_equal(access(out, F_OK), -1);
    }
}

static void files_and_databases_that_are_not_there(void **state)
{
    struct command_options o = options();

    (void)state;
    o.scenario.file = file;
    assert_int_equal(scenario(&o, NULL, NULL), EX_NOINPUT);
    support_write(file, "{\"scenario\": [\"acid=1\"]}");
    assert_int_equal(scenario(&o, NULL, NULL), EX_CONFIG);
    o = options();
    o.records = "/nonexistent/r.db";
    assert_int_equal(scenario(&o, "feed_price=+20%", NULL), EX_NOINPUT);
    o = options();
    o.out = "/nonexistent/s.csv";
    assert_int_equal(scenario(&o, "feed_price=+20%", NULL), EX_IOERR);
    o = options();
    o.threads = 17;
    assert_int_equal(scenario(&o, "feed_price=+20%", NULL), EX_USAGE);
}

static char *read_out(void)
{
    static char text[200000];
    FILE *f = fopen(out, "r");

    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    (void)fclose(f);
    (void)unlink(out);
    return text;
}

static void acts_of_file_and_options_go_together_whatever_the_threads(void **state)
{
    struct command_options o = options();
    char *first;

    (void)state;
    support_write(file, "{\"scenario\": [\"acid=2026-07,in=kotim\"]}");
    o.scenario.file = file;
    o.json = true;
    o.threads = 1;
    assert_int_equal(scenario(&o, "feed_price=+20%", "aerators=50%"), EX_OK);
    first = strdup(read_out());
    assert_non_null(strstr(
        first, "\"scenario\":[\"acid=2026-07,in=kotim\",\"feed_price=+20%\",\"aerators=50%\"]"));
    assert_non_null(strstr(first, "\"seed\":3"));
    o.threads = 3;
    assert_int_equal(scenario(&o, "feed_price=+20%", "aerators=50%"), EX_OK);
    assert_string_equal(read_out(), first);
    free(first);
    o = options();
    assert_int_equal(scenario(&o, "acid=2026-07,in=kotim", NULL), EX_OK);
    first = read_out();
    assert_non_null(strstr(first, "node,period,base_mean,"));
    {
        const char *row = strstr(first, "\nseruyan,all,");
        double base[3], with[3], change[3], lower;

        assert_non_null(row);
        assert_int_equal(sscanf(row, "\nseruyan,all,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf",
                                &base[0], &base[1], &base[2], &with[0], &with[1], &with[2],
                                &change[0], &change[1], &change[2], &lower),
                         10);
        assert_true(base[0] > 0 && base[0] == with[0] && base[2] == with[2]);
        assert_true(change[0] == 0 && change[1] == 0 && change[2] == 0 && lower == 0);
    }
}

static void too_many_acts_are_refused_not_dropped(void **state)
{
    struct command_options o = options();

    (void)state;
    for (size_t k = 0; k < SCENARIO_OPTIONS_MAX; k++)
        o.scenario.act[k] = "feed_price=+20%";
    o.scenario.acts = SCENARIO_OPTIONS_MAX + 1;
    assert_int_equal(command_scenario(&o), EX_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_end_with_usage_and_name_the_act),
        cmocka_unit_test(files_and_databases_that_are_not_there),
        cmocka_unit_test(acts_of_file_and_options_go_together_whatever_the_threads),
        cmocka_unit_test(too_many_acts_are_refused_not_dropped),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
