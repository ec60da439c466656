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
#include "collector/common/buf.h"
#include "tourism.h"

static char dir[256], hierarchy[300], base[300], residuals[300], backtest[300], periods[300],
    out[300], words[300];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(hierarchy, sizeof hierarchy, "%s/h.csv", dir);
    (void)snprintf(base, sizeof base, "%s/b.csv", dir);
    (void)snprintf(residuals, sizeof residuals, "%s/r.csv", dir);
    (void)snprintf(backtest, sizeof backtest, "%s/t.csv", dir);
    (void)snprintf(periods, sizeof periods, "%s/p.csv", dir);
    (void)snprintf(out, sizeof out, "%s/o.csv", dir);
    (void)snprintf(words, sizeof words, "%s/words", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    support_rmdir(dir);
    return 0;
}

/* Runs it with stderr kept; *said is the caller's. */
static int run(const struct command_options *o, char **said)
{
    int before = dup(STDERR_FILENO), to = open(words, O_WRONLY | O_CREAT | O_TRUNC, 0600), rc;

    assert_true(before >= 0 && to >= 0);
    (void)fflush(stderr);
    assert_true(dup2(to, STDERR_FILENO) >= 0);
    rc = command_reconcile(o);
    (void)fflush(stderr);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    (void)close(before);
    (void)close(to);
    *said = support_read(words, NULL);
    return rc;
}

static struct command_options options(void)
{
    return (struct command_options){.config = "none",
                                    .english = true,
                                    .seed = -1,
                                    .reconcile.hierarchy = hierarchy,
                                    .reconcile.base = base,
                                    .reconcile.residuals = residuals,
                                    .out = out};
}

#define THREE  "node,parent\njoint,\nk,joint\ns,joint\n"
#define BASE3  "node,lead,mean,sd\njoint,1,10,2\nk,1,3,1\ns,1,4,1\n"
#define RESID3 "joint,k,s\n3,1,2\n-3,1,-2\n3,-1,-2\n3,-1,2\n"

static void write_three(void)
{
    support_write(hierarchy, THREE);
    support_write(base, BASE3);
    support_write(residuals, RESID3);
}

/* --- against R, through the files --- */

static void write_tourism(const double *mean, const double *sd, size_t leads,
                          const struct hierarchy *h)
{
    struct buf b = {0};
    char *links = tourism_links();

    support_write(hierarchy, links);
    free(links);
    buf_str(&b, "node,lead,mean,sd\n");
    for (size_t l = 0; l < leads; l++)
        for (size_t i = 0; i < h->nodes; i++) {
            csv_put(&b, true, h->id[i]);
            buf_printf(&b, ",%zu,%.17g,%.17g\n", l + 1, mean[l * h->nodes + i],
                       sd[l * h->nodes + i]);
        }
    support_write(base, b.p);
    buf_free(&b);
}

static void read_back(const struct hierarchy *h, size_t leads, double *mean, double *sd)
{
    struct csv *c = NULL;
    char why[320];

    assert_int_equal(csv_open(&c, out, why, sizeof why), 0);
    for (size_t x = 0; x < leads * h->nodes; x++) {
        double lead;

        assert_int_equal(csv_next(c), 1);
        assert_string_equal(csv_cell(c, csv_find(c, "node")), h->id[x % h->nodes]);
        assert_int_equal(csv_number(c, csv_find(c, "lead"), &lead), 0);
        assert_int_equal((size_t)lead, x / h->nodes + 1);
        assert_int_equal(csv_number(c, csv_find(c, "mean"), mean + x), 0);
        assert_int_equal(csv_number(c, csv_find(c, "sd"), sd + x), 0);
    }
    assert_int_equal(csv_next(c), 0);
    csv_close(c);
}

static double worst(const double *got, const double *expected, size_t n)
{
    double most = 0;

    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(got[i] / expected[i] - 1));
    return most;
}

static void files_of_the_tourism_hierarchy_give_what_r_gave(void **state)
{
    static const char *const METHOD[] = {"bu", "ols", "wls_struct", "wls_var", "mint_shrink"};
    struct hierarchy *h = tourism_hierarchy();
    struct command_options o = options();
    double *mean, *sd, *mint_sd, *got, *got_sd;
    size_t leads, columns, cells;

    (void)state;
    if (h == NULL)
        skip();
    mean = tourism_table("region_oracle_base_mean", &leads, &columns);
    sd = tourism_table("region_oracle_base_sd", &leads, &columns);
    mint_sd = tourism_table("region_oracle_mint_sd", &leads, &columns);
    write_tourism(mean, sd, leads, h);
    o.reconcile.residuals = support_shared("data/hier/tourism_region_oracle_residuals.csv");
    cells = leads * h->nodes;
    got = calloc(cells, sizeof *got);
    got_sd = calloc(cells, sizeof *got_sd);
    for (size_t m = 0; m < 5; m++) {
        char name[64], *said;
        double *expected;

        (void)snprintf(name, sizeof name, "region_oracle_rec_%s", METHOD[m]);
        expected = tourism_table(name, &leads, &columns);
        o.reconcile.method = METHOD[m];
        assert_int_equal(run(&o, &said), EX_OK);
        read_back(h, leads, got, got_sd);
        assert_true(worst(got, expected, cells) < 1e-6);
        assert_int_equal(strstr(said, "lambda 0.509622\n") != NULL, m == 4);
        free(expected);
        free(said);
    }
    assert_true(worst(got_sd, mint_sd, cells) < 1e-6); /* mint_shrink came last */
    free((char *)(uintptr_t)o.reconcile.residuals);
    free(mean);
    free(sd);
    free(mint_sd);
    free(got);
    free(got_sd);
    hierarchy_free(h);
}

/* --- what comes out --- */

static void writes_means_without_residuals(void **state)
{
    struct command_options o = options();
    char *said, *text;

    (void)state;
    write_three();
    o.reconcile.residuals = NULL;
    o.reconcile.method = "ols";
    support_write(base, "lead,mean,node\n2,20,joint\n2,6,k\n2,8,s\n1,3,k\n1,4,s\n1,10,joint\n");
    assert_int_equal(run(&o, &said), EX_OK);
    text = support_read(out, NULL);
    assert_string_equal(text, "node,lead,method,mean,sd\njoint,1,ols,9,\nk,1,ols,4,\ns,1,ols,5,\n"
                              "joint,2,ols,18,\nk,2,ols,8,\ns,2,ols,10,\n");
    free(text);
    free(said);
}

static void a_kept_node_keeps_its_mean_and_sd(void **state)
{
    struct command_options o = options();
    char *said, *text;

    (void)state;
    write_three();
    o.reconcile.method = "bu";
    o.reconcile.keep = "joint";
    assert_int_equal(run(&o, &said), EX_OK);
    text = support_read(out, NULL);
    assert_non_null(strstr(text, "joint,1,bu+joint,10,2\n"));
    assert_non_null(strstr(said, "joint keeps its own forecast, its sd times 1.000"));
    free(text);
    free(said);
}

static void draws_add_up_and_repeat_with_the_seed(void **state)
{
    struct command_options o = options();
    char *said, *first, *second, *other;
    struct csv *c = NULL;
    double v[3][60];

    (void)state;
    write_three();
    o.draws = 60;
    o.seed = 4;
    assert_int_equal(run(&o, &said), EX_OK);
    free(said);
    first = support_read(out, NULL);
    assert_int_equal(csv_open_memory(&c, "o.csv", first, strlen(first), words, sizeof words), 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(csv_next(c), 1);
        for (size_t d = 0; d < 60; d++)
            assert_int_equal(csv_number(c, csv_find(c, "d1") + (int)d, &v[i][d]), 0);
    }
    csv_close(c);
    for (size_t d = 0; d < 60; d++) {
        assert_true(fabs(v[0][d] - v[1][d] - v[2][d]) < 1e-9);
        assert_true(v[1][d] >= 0 && v[2][d] >= 0);
    }
    (void)snprintf(words, sizeof words, "%s/words", dir);
    assert_int_equal(run(&o, &said), EX_OK);
    free(said);
    second = support_read(out, NULL);
    assert_string_equal(first, second);
    o.seed = 5;
    assert_int_equal(run(&o, &said), EX_OK);
    other = support_read(out, NULL);
    assert_string_not_equal(first, other);
    free(first);
    free(second);
    free(other);
    free(said);
}

static void places_and_periods_add_up_both_ways(void **state)
{
    struct command_options o = options();
    char *said, *text;

    (void)state;
    write_three();
    o.reconcile.residuals = NULL;
    o.reconcile.method = "bu";
    o.reconcile.periods = periods;
    support_write(periods, "node,parent\nH1,\nQ1,H1\nQ2,H1\n");
    support_write(base, "node,period,mean\njoint,H1,0\njoint,Q1,0\njoint,Q2,0\nk,H1,0\nk,Q1,1\n"
                        "k,Q2,2\ns,H1,0\ns,Q1,4\ns,Q2,8\n");
    assert_int_equal(run(&o, &said), EX_OK);
    text = support_read(out, NULL);
    assert_string_equal(text, "node,period,method,mean,sd\njoint,H1,bu,15,\njoint,Q1,bu,5,\n"
                              "joint,Q2,bu,10,\nk,H1,bu,3,\nk,Q1,bu,1,\nk,Q2,bu,2,\n"
                              "s,H1,bu,12,\ns,Q1,bu,4,\ns,Q2,bu,8,\n");
    free(text);
    free(said);
}

/* The total's own forecasts were right and the parts' were not: bottom-up must lose. Origins 4, 5, 6, 8 with two leads: 5
 * overlaps. */
static void chooses_by_the_backtest_and_names_it(void **state)
{
    struct command_options o = options();
    struct buf b = {0};
    char *said, *text;

    (void)state;
    write_three();
    support_write(residuals, "joint,k,s\n1,1,2\n-1,1,-2\n1,-1,-2\n1,-1,2\n-1,2,1\n1,1,-2\n-1,-2,1\n"
                             "1,1,1\n");
    support_write(base, "node,lead,mean,sd\njoint,1,10,1\nk,1,3,2\ns,1,4,2\n");
    buf_str(&b, "origin,node,lead,mean,sd,actual\n");
    for (int origin = 4; origin <= 8; origin++)
        for (int lead = 1; lead <= 2 && origin != 7; lead++)
            buf_printf(&b, "%d,joint,%d,10,1,10.2\n%d,k,%d,3,2,4.1\n%d,s,%d,4,2,6.1\n", origin,
                       lead, origin, lead, origin, lead);
    support_write(backtest, b.p);
    buf_free(&b);
    o.reconcile.method = "choose";
    o.reconcile.backtest = backtest;
    assert_int_equal(run(&o, &said), EX_OK);
    text = support_read(out, NULL);
    if (strstr(said, "from 3 origins that do not overlap, 1 left out") == NULL ||
        strstr(said, "chosen bu") != NULL || strstr(said, "mean scaled CRPS: bu ") == NULL)
        fail_msg("%s", said);
    assert_null(strstr(text, ",bu,"));
    assert_non_null(strstr(text, "joint,1,"));
    free(said);
    free(text);
    o.english = false;
    o.reconcile.keep = "joint";
    assert_int_equal(run(&o, &said), EX_OK);
    assert_non_null(strstr(said, "; dipilih "));
    free(said);
}

/* Errors of the total twice its sd: its kept sd is doubled. */
static void a_backtest_widens_the_kept_node(void **state)
{
    struct command_options o = options();
    char *said, *text;

    (void)state;
    write_three();
    support_write(backtest, "origin,node,lead,mean,sd,actual\n"
                            "3,joint,1,10,1,12\n3,k,1,3,1,5\n3,s,1,7,1,7\n"
                            "4,joint,1,10,2,6\n4,k,1,3,1,3\n4,s,1,7,1,3\n");
    o.reconcile.keep = "joint";
    o.reconcile.backtest = backtest;
    assert_int_equal(run(&o, &said), EX_OK);
    text = support_read(out, NULL);
    assert_non_null(strstr(said, "its sd times 2.000"));
    assert_non_null(strstr(text, "joint,1,mint_shrink+joint,10,4\n"));
    free(said);
    free(text);
}

/* --- what is refused --- */

static void names_what_is_wrong_in_a_file(void **state)
{
    static const struct {
        const char *says, *hierarchy, *base, *residuals, *why;
    } T[] = {
        {"a ragged base", THREE, "node,lead,mean,sd\njoint,1,10\n", RESID3,
         "b.csv:2:1: 3 cells; the header has 4"},
        {"an unknown node", THREE, "node,lead,mean,sd\nkk,1,10,1\n", RESID3,
         "b.csv:2:1: the hierarchy has no node \"kk\""},
        {"infinite", THREE, "node,lead,mean,sd\njoint,1,inf,1\n", RESID3,
         "b.csv:2:9: mean: inf is not finite"},
        {"no number", THREE, "node,lead,mean,sd\njoint,1,ten,1\n", RESID3,
         "b.csv:2:9: mean: \"ten\" is not a number"},
        {"no mean", THREE, "node,lead,mean,sd\njoint,1,,1\n", RESID3,
         "b.csv:2:9: mean: \"\" is not a number"},
        {"sd below 0", THREE, "node,lead,mean,sd\njoint,1,10,-1\n", RESID3,
         "b.csv:2:12: sd: -1 is below 0"},
        {"half a lead", THREE, "node,lead,mean,sd\njoint,1.5,10,1\n", RESID3,
         "b.csv:2:7: lead: 1.5 is not a whole number in 1..240"},
        {"a lead without a node", THREE, BASE3 "joint,2,10,1\nk,2,3,1\n", RESID3,
         "b.csv:6:1: the file ends without node s at lead 2"},
        {"a node twice", THREE, BASE3 "k,1,3,1\n", RESID3, "b.csv:5:1: node k stands twice"},
        {"a column missing", THREE, "node,mean\njoint,1\n", RESID3,
         "b.csv:1:1: column lead is missing"},
        {"a column too many", THREE, "node,lead,mean,note\njoint,1,1,x\n", RESID3,
         "b.csv:1:1: column 4: \"note\" is not a column of this file"},
        {"no row", THREE, "node,lead,mean,sd\n", RESID3, "b.csv:1:1: there is no row"},
        {"residuals of another hierarchy", THREE, BASE3, "joint,k,x\n1,1,1\n",
         "r.csv:1:1: column 3: the hierarchy has no node \"x\""},
        {"residuals without a node", THREE, BASE3, "joint,k\n1,1\n",
         "r.csv:1:1: no column for node s"},
        {"ragged residuals", THREE, BASE3, "joint,k,s\n1,1\n",
         "r.csv:2:1: 2 cells; the header has 3"},
        {"residuals that are not finite", THREE, BASE3, "t,joint,k,s\n1,1,nan,1\n",
         "r.csv:2:5: node k: \"nan\" is not finite"},
        {"residuals missing", THREE, BASE3, "joint,k,s\n1,,2\n",
         "r.csv:2:3: node k: \"\" is not a number"},
        {"too few residuals", THREE, BASE3, "joint,k,s\n1,1,2\n2,1,1\n",
         "r.csv: 2 rows; at least 3 are needed"},
        {"residuals of 0", THREE, BASE3, "joint,k,s\n1,0,2\n2,0,1\n-1,0,3\n",
         "r.csv: the residual covariance is singular at node k: all 0"},
        {"a loop", "node,parent\njoint,\nx,joint\nk,s\ns,k\n", BASE3, RESID3,
         "h.csv:4:3: node k is in a loop"},
        {"an orphan", "node,parent\njoint,\nk,joint\ns,region\n", BASE3, RESID3,
         "h.csv:4:3: node s is an orphan"},
        {"too large", THREE, "node,lead,mean,sd\njoint,1,1e308,1\nk,1,1e308,1\ns,1,1e308,1\n",
         RESID3, "node joint: the forecasts are too large to be added"},
    };
    struct command_options o = options();

    (void)state;
    o.reconcile.method = "bu";
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        char *said;
        int rc;

        support_write(hierarchy, T[i].hierarchy);
        support_write(base, T[i].base);
        support_write(residuals, T[i].residuals);
        (void)unlink(out);
        rc = run(&o, &said);
        if (rc != EX_DATAERR || strstr(said, T[i].why) == NULL || access(out, F_OK) == 0)
            fail_msg("%s: %d, \"%s\"; expected \"%s\"", T[i].says, rc, said, T[i].why);
        free(said);
    }
}

static void names_what_is_wrong_in_a_backtest(void **state)
{
    static const char HEAD[] = "origin,node,lead,mean,sd,actual\n";
    static const struct {
        const char *says, *rows, *why;
    } T[] = {
        {"ragged by origin", "3,joint,1,1,1,1\n3,k,1,1,1,1\n3,s,1,1,1,1\n4,joint,1,1,1,1\n",
         "t.csv:5:1: the file ends without node k at origin 4, lead 1"},
        {"origin 0", "0,joint,1,1,1,1\n", "t.csv:2:1: origin: 0 is not a whole number"},
        {"beyond the residuals", "9,joint,1,1,1,1\n9,k,1,1,1,1\n9,s,1,1,1,1\n",
         "origin 9 of the backtest: there are residuals 1..4, and 3 are the least"},
        {"too few", "3,joint,1,1,1,1\n3,k,1,1,1,1\n3,s,1,1,1,1\n",
         "the backtest has 1 origins that do not overlap; a choice needs 3"},
    };
    struct command_options o = options();
    char text[400];

    (void)state;
    write_three();
    o.reconcile.method = "choose";
    o.reconcile.backtest = backtest;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        char *said;
        int rc;

        (void)snprintf(text, sizeof text, "%s%s", HEAD, T[i].rows);
        support_write(backtest, text);
        rc = run(&o, &said);
        if (rc != EX_DATAERR || strstr(said, T[i].why) == NULL)
            fail_msg("%s: %d, \"%s\"; expected \"%s\"", T[i].says, rc, said, T[i].why);
        free(said);
    }
}

static void says_which_option_is_missing_in_both_languages(void **state)
{
    static const struct {
        const char *method, *hierarchy, *residuals, *keep, *backtest, *periods, *english,
            *indonesian;
        long draws;
    } T[] = {
        {NULL, NULL, "r", NULL, NULL, NULL, "--hierarchy is missing", "--hierarchy belum", 0},
        {NULL, "h", NULL, NULL, NULL, NULL, "--residuals is needed", "--residuals perlu", 0},
        {"bu", "h", NULL, "joint", NULL, NULL, "--residuals is needed", "--residuals perlu", 0},
        {"bu", "h", NULL, NULL, NULL, NULL, "--residuals is needed", "--residuals perlu", 60},
        {"mint", "h", "r", NULL, NULL, NULL, "--method must be", "--method harus", 0},
        {"choose", "h", "r", NULL, NULL, NULL, "--backtest is needed", "--backtest perlu", 0},
        {"choose", "h", "r", NULL, "t", "p", "--backtest does not go", "--backtest tidak", 0},
        {"bu", "h", "r", NULL, "t", NULL, "--backtest is for", "--backtest hanya", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        for (int english = 0; english < 2; english++) {
            struct command_options o = options();
            char *said;

            o.english = english != 0;
            o.reconcile.method = T[i].method;
            o.reconcile.hierarchy = T[i].hierarchy;
            o.reconcile.residuals = T[i].residuals;
            o.reconcile.keep = T[i].keep;
            o.reconcile.backtest = T[i].backtest;
            o.reconcile.periods = T[i].periods;
            o.draws = T[i].draws;
            assert_int_equal(run(&o, &said), EX_USAGE);
            if (strstr(said, english ? T[i].english : T[i].indonesian) == NULL)
                fail_msg("row %zu: %s", i, said);
            free(said);
        }
}

static void says_what_else_cannot_be(void **state)
{
    struct command_options o = options();
    char *said;

    (void)state;
    write_three();
    o.reconcile.keep = "nobody";
    assert_int_equal(run(&o, &said), EX_USAGE);
    assert_non_null(strstr(said, "--keep nobody: the hierarchy has no such node"));
    free(said);
    o = options();
    o.reconcile.keep = "joint";
    support_write(base, "node,lead,mean\njoint,1,10\nk,1,3\ns,1,4\n");
    assert_int_equal(run(&o, &said), EX_DATAERR);
    assert_non_null(strstr(said, "b.csv:1:1: column sd is missing"));
    free(said);
    support_write(base, "node,lead,mean,sd\njoint,1,10,0\nk,1,3,1\ns,1,4,1\n");
    assert_int_equal(run(&o, &said), EX_DATAERR);
    assert_non_null(strstr(said, "--keep joint: its sd is 0"));
    free(said);
    o = options();
    o.reconcile.base = "/nowhere/b.csv";
    assert_int_equal(run(&o, &said), EX_NOINPUT);
    free(said);
    o = options();
    support_write(base, BASE3);
    o.out = "/nowhere/o.csv";
    assert_int_equal(run(&o, &said), EX_IOERR);
    assert_non_null(strstr(said, "/nowhere/o.csv: No such file"));
    free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_of_the_tourism_hierarchy_give_what_r_gave, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(writes_means_without_residuals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_kept_node_keeps_its_mean_and_sd, set_up, tear_down),
        cmocka_unit_test_setup_teardown(draws_add_up_and_repeat_with_the_seed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(places_and_periods_add_up_both_ways, set_up, tear_down),
        cmocka_unit_test_setup_teardown(chooses_by_the_backtest_and_names_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_backtest_widens_the_kept_node, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_what_is_wrong_in_a_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_what_is_wrong_in_a_backtest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_which_option_is_missing_in_both_languages, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(says_what_else_cannot_be, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
