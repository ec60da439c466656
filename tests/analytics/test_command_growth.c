/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "analytics/commands.h"

static char dir[256], out[300], err[300], csv[300];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(out, sizeof out, "%s/out", dir);
    (void)snprintf(err, sizeof err, "%s/err", dir);
    (void)snprintf(csv, sizeof csv, "%s/x.csv", dir);
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
    return (struct command_options){.config = "none",
                                    .english = true,
                                    .growth = {.from_g = 10,
                                               .temp_c = 28,
                                               .do_mg_l = 7,
                                               .ration_pct = NAN,
                                               .level = NAN,
                                               .rate = NAN,
                                               .days = 56}};
}

static int onto(const char *path, int fd)
{
    int saved = dup(fd), to = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

    assert_true(saved >= 0 && to >= 0);
    assert_true(dup2(to, fd) >= 0);
    (void)close(to);
    return saved;
}

/* Runs it with stdout and stderr in files. */
static int run(const struct command_options *o)
{
    int saved_out, saved_err, rc;

    (void)fflush(stdout);
    (void)fflush(stderr);
    saved_out = onto(out, STDOUT_FILENO);
    saved_err = onto(err, STDERR_FILENO);
    rc = command_growth(o);
    (void)fflush(stdout);
    (void)fflush(stderr);
    (void)dup2(saved_out, STDOUT_FILENO);
    (void)dup2(saved_err, STDERR_FILENO);
    (void)close(saved_out);
    (void)close(saved_err);
    return rc;
}

static void holds(const char *path, const char *words)
{
    char *text = support_read(path, NULL);

    if (strstr(text, words) == NULL)
        fail_msg("\"%s\" is not in:\n%s", words, text);
    free(text);
}

static size_t lines(const char *path)
{
    char *text = support_read(path, NULL);
    size_t n = 0;

    for (const char *c = text; *c != '\0'; c++)
        n += *c == '\n';
    free(text);
    return n;
}

static void a_curve_is_csv_with_a_row_a_day(void **state)
{
    struct command_options o = options();
    char *text;

    (void)state;
    o.growth.level = 1;
    assert_int_equal(run(&o), EX_OK);
    assert_int_equal(lines(out), 58);
    holds(out, "day,mass_g,gain_g_day,sgr_pct,feed_g_day,fcr\n0,10.000,");
    text = support_read(out, NULL); /* 10 to 250 g take 56 days at full feeding and 28 C */
    assert_in_range(strtol(strstr(text, "\n56,") + 4, NULL, 10), 245, 262);
    free(text);
    holds(err, "the same as SGR");
}

static void the_same_for_programs_and_for_people(void **state)
{
    struct command_options o = options();

    (void)state;
    o.growth.days = 2;
    o.growth.ration_pct = 3;
    o.json = true;
    assert_int_equal(run(&o), EX_OK);
    holds(out, "[\n{\"day\":0,\"mass_g\":10.000,");
    holds(out, "\"feed_g_day\":0.3000,\"fcr\":null},\n{\"day\":1,");
    holds(err, "33-175 g at 1-3 % a day");
    o.json = false;
    o.english = false;
    o.growth.table = true;
    assert_int_equal(run(&o), EX_OK);
    holds(out, "berat (g)");
    holds(out, "10,000");
    holds(err, "peringatan");
    o.quiet = true;
    assert_int_equal(run(&o), EX_OK);
    assert_int_equal(lines(err), 0);
}

static void poor_water_and_less_feed_make_smaller_fish(void **state)
{
    static const struct {
        const char *says;
        double temp_c, do_mg_l, nh3, level;
    } row[] = {{"good", 28, 7, 0, 0.5},
               {"cold", 22, 7, 0, 0.5},
               {"poor oxygen", 28, 2, 0, 0.5},
               {"ammonia", 28, 7, 0.6, 0.5},
               {"little feed", 28, 7, 0, 0.3}};
    double good = 0;

    (void)state;
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        struct command_options o = options();
        char *text;
        double mass;

        o.growth.temp_c = row[k].temp_c;
        o.growth.do_mg_l = row[k].do_mg_l;
        o.growth.nh3_n_mg_l = row[k].nh3;
        o.growth.level = row[k].level;
        assert_int_equal(run(&o), EX_OK);
        text = support_read(out, NULL);
        mass = strtod(strstr(text, "\n56,") + 4, NULL);
        free(text);
        print_message("%s: %.1f g\n", row[k].says, mass);
        good = k == 0 ? mass : good;
        assert_true(k == 0 ? mass > 50 : mass < 0.95 * good);
    }
}

static void options_that_do_not_go_together_are_refused(void **state)
{
    struct command_options o = options();

    (void)state;
    o.growth.law = "ration";
    assert_int_equal(run(&o), EX_USAGE);
    holds(err, "--law ration needs --ration");
    o.growth.law = "gompertz";
    assert_int_equal(run(&o), EX_USAGE);
    holds(err, "--law gompertz: ration, conversion, level");
    o.growth.law = "sgr";
    o.growth.ration_pct = 3;
    assert_int_equal(run(&o), EX_USAGE);
    o = options();
    o.growth.law = "tgc";
    o.growth.level = 0.5;
    assert_int_equal(run(&o), EX_USAGE);
    assert_int_equal(lines(out), 0);
}

static void expected_feed_conversion_is_never_negative_and_misses_are_told(void **state)
{
    struct command_options o = options();

    (void)state;
    o.growth.fcr = true;
    assert_int_equal(run(&o), EX_OK);
    assert_int_equal(lines(out), 1 + 7 * 8);
    holds(err, "0 of 112000 draws are negative");
    holds(err, "above the local 1.0-1.7");
    o.growth.do_mg_l = 1.2; /* hardly any oxygen: some don't grow, and that is said too */
    assert_int_equal(run(&o), EX_OK);
    holds(err, " of 112000 draws are negative");
    holds(out, ",,"); /* an infinite quantile is an empty cell */
}

static void laws_are_fitted_to_a_file_and_bad_files_are_named(void **state)
{
    static const struct {
        const char *says, *text, *words;
        int code;
    } row[] = {
        {"no column", "temp_c,day,wet_weight_g\n25,0,30\n", "feeding_pct_bw_day", EX_DATAERR},
        {"a word", "feeding_pct_bw_day,temp_c,day,wet_weight_g\n1,25,x,30\n",
         "x.csv:2:6: day: \"x\"", EX_DATAERR},
        {"no mass", "feeding_pct_bw_day,temp_c,day,wet_weight_g\n1,25,0,0\n",
         "wet_weight_g: \"0\" is not allowed; 0.01 to 5000", EX_DATAERR},
        {"one day", "feeding_pct_bw_day,temp_c,day,wet_weight_g\n1,25,0,30\n1,25,0,31\n",
         "fewer than two days", EX_USAGE},
    };
    struct command_options o = options();

    (void)state;
    o.growth.amp = csv;
    assert_int_equal(run(&o), EX_NOINPUT);
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        print_message("%s\n", row[k].says);
        support_write(csv, row[k].text);
        assert_int_equal(run(&o), row[k].code);
        holds(err, row[k].words);
    }
    support_write(csv, "feeding_pct_bw_day,temp_c,day,wet_weight_g\n"
                       "2,25,0,30\n2,25,20,36\n2,25,40,43.2\n2,25,60,51.84\n2,25,80,62.208\n");
    assert_int_equal(run(&o), EX_OK);
    holds(out, "2.0,25.0,sgr,5,0.9116,0.00,0.00\n"); /* ln 1.2 in 20 days */
    assert_int_equal(lines(out), 1 + 6);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_curve_is_csv_with_a_row_a_day),
        TEST(the_same_for_programs_and_for_people),
        TEST(poor_water_and_less_feed_make_smaller_fish),
        TEST(options_that_do_not_go_together_are_refused),
        TEST(expected_feed_conversion_is_never_negative_and_misses_are_told),
        TEST(laws_are_fitted_to_a_file_and_bad_files_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
