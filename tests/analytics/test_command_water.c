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
#include "analytics/water/waterfn.h"
#include "collector/common/tongue.h"

static char dir[256], out[300], err[300], csv[300];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(out, sizeof out, "%s/out", dir);
    (void)snprintf(err, sizeof err, "%s/err", dir);
    (void)snprintf(csv, sizeof csv, "%s/x.csv", dir);
    return setenv("NILA_LANG", "en", 1);
}

static int tear_down(void **state)
{
    (void)state;
    support_rmdir(dir);
    tongue_set(false);
    return 0;
}

static int onto(const char *path, int fd)
{
    int saved = dup(fd), to = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

    assert_true(saved >= 0 && to >= 0);
    assert_true(dup2(to, fd) >= 0);
    (void)close(to);
    return saved;
}

/* Runs "nila-analytics water" with these words (split at |), stdout and stderr in files. */
static int run(const char *line)
{
    char copy[1000], *argv[40] = {NULL}, *rest, program[] = "nila-analytics", water[] = "water";
    int argc = 2, saved_out, saved_err, rc;

    argv[0] = program;
    argv[1] = water;
    (void)snprintf(copy, sizeof copy, "%s", line);
    for (char *w = strtok_r(copy, "|", &rest); w != NULL; w = strtok_r(NULL, "|", &rest))
        argv[argc++] = w;
    (void)fflush(stdout);
    (void)fflush(stderr);
    saved_out = onto(out, STDOUT_FILENO);
    saved_err = onto(err, STDERR_FILENO);
    rc = command_water(argc, argv, 1);
    (void)fflush(stdout);
    (void)fflush(stderr);
    (void)dup2(saved_out, STDOUT_FILENO);
    (void)dup2(saved_err, STDERR_FILENO);
    (void)close(saved_out);
    (void)close(saved_err);
    return rc;
}

/* The same with --csv and the file written by the test. */
static int run_file(const char *what, const char *more)
{
    char line[800];

    (void)snprintf(line, sizeof line, "%s|--csv|%s%s%s", what, csv, more[0] != '\0' ? "|" : "",
                   more);
    return run(line);
}

static void holds(const char *path, const char *words)
{
    char *text = support_read(path, NULL);

    if (strstr(text, words) == NULL)
        fail_msg("\"%s\" is not in:\n%s", words, text);
    free(text);
}

static double number_out(void)
{
    char *text = support_read(out, NULL);
    double v = strtod(text, NULL);

    free(text);
    return v;
}

static void near(const char *says, double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%s: got %.9g, want %.9g +- %g", says, got, want, tolerance);
}

static void a_value_is_told_with_what_it_rests_on(void **state)
{
    static const struct {
        const char *line;
        double want, tolerance;
    } T[] = {
        {"do_sat|--temp_c|25|--baro_hpa|1013.25", 8.2635, 6e-5},
        {"do_sat|--temp|25|--baro=1013,25", 8.2635, 6e-5},
        {"do_sat_gg|--temp-c=25|--baro-hpa=1013.25", 8.2635, 1e-3},
        {"do_sat_pct|--do|4.13175|--temp|25|--baro|1013.25", 50, 1e-3},
        {"do|--do_sat_pct|50|--temp|25|--baro|1013.25", 4.13175, 1e-4},
        {"nh3_fraction|--temp|25|--ph|8", 0.053842, 1e-6},
        {"nh3_n|--tan|1|--temp|25|--ph|8|--sal|34", 0.0450, 6e-5},
        {"ec25|--ec|500|--temp|28", 472.90, 5e-3},
        {"ec|--ec25|472.902677|--temp|28", 500, 1e-3},
        {"sal|--ec_us_cm|5000|--temp|28", 2.514931, 1e-6},
        {"tds|--ec25|100", 60, 1e-9},
        {"co2|--alk|20|--temp|28|--ph|6.5", 12.08, 6e-3},
        {"baro|--height_m|494", 955.6106, 1e-3},
        {"u10|--wind|1|--wind_z_m|2", 1.27305, 1e-6},
        {"k600_cole|--wind|3", 0.8308, 5e-5},
        {"k600_crusius|--wind|3", 0.6538, 5e-5},
        {"k600_vachon|--wind|3|--area|4000", 0.9947, 5e-5},
        {"schmidt|--temp|28", 364.045, 1e-3},
        {"k_o2|--k600|1|--temp|30", 1.34555, 5e-6},
        {"air_gain|--do|7.75|--temp|28|--k600|1|--depth|1", 0.0026, 2e-3},
    };
    size_t functions;
    char *quiet;

    (void)state;
    (void)waterfn_table(&functions);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        if (run(T[i].line) != EX_OK)
            fail_msg("%s", T[i].line);
        near(T[i].line, number_out(), T[i].want, T[i].tolerance);
    }
    assert_true(sizeof T / sizeof T[0] >= functions);
    assert_int_equal(run("do_sat|--temp|28"), EX_OK);
    holds(err, "Benson & Krause 1984");
    holds(err, "baro_hpa not given: 1009.5 is used");
    assert_int_equal(run("do_sat|--temp|41"), EX_OK);
    holds(err, "temp_c 41 is outside 0 to 40");
    assert_int_equal(run("co2|--alk|20|--temp|28|--ph|6.5"), EX_OK);
    holds(err, "not valid in peat");
    assert_int_equal(run("do_sat|--temp|28|--lang|id"), EX_OK);
    holds(err, "oksigen jenuh");
    assert_int_equal(run("do_sat|--temp|28|--quiet"), EX_OK);
    quiet = support_read(err, NULL);
    assert_string_equal(quiet, "");
    free(quiet);
}

static void json_names_the_inputs(void **state)
{
    (void)state;
    assert_int_equal(run("do_sat|--temp|41|--json"), EX_OK);
    holds(out, "{\"do_sat_mg_l\":6.");
    holds(out, "\"inputs\":{\"temp_c\":41,\"sal_psu\":0,\"baro_hpa\":1009.5}");
    holds(out, "\"assumed\":[\"sal_psu\",\"baro_hpa\"],\"outside_source\":[\"temp_c\"]");
    holds(out, "\"careful\":null}");
}

static void what_cannot_be_is_refused_with_the_cure(void **state)
{
    static const struct {
        const char *line, *words;
    } T[] = {
        {"do_sat", "--temp_c is missing (or --csv FILE); it takes --temp_c, --sal_psu, --baro_hpa"},
        {"do_sat|--temp|warm", "--temp_c warm: must be a number from -2 to 60"},
        {"do_sat|--temp|85", "--temp_c 85: must be a number from -2 to 60"},
        {"do_sat|--temp|nan", "must be a number"},
        {"do_sat|--temp|28|--ph|7", "--ph: unknown option or given twice; do_sat takes --temp_c"},
        {"do_sat|--temp|28|--temp|29", "--temp: unknown option or given twice"},
        {"do_sat|--temp", "its value is missing"},
        {"co2|--alk|20|--temp|28|--ph|5.4", "--ph 5.4: must be a number from 5.5 to 10"},
        {"fish", "fish: unknown"},
        {"", "what to reckon is missing"},
        {"do_sat|twice", "too many arguments"},
        {"qc", "needs --csv FILE"},
        {"do_sat|--temp|28|--lang|fr", "must be id | en"},
        {"do_sat|--csv|/nowhere/x.csv|--temp|28", "/nowhere/x.csv"},
        {"metabolism|--csv|/nowhere/x.csv", "--depth_m must be a number from 0.05 to 100"},
        {"metabolism|--csv|x|--depth|1|--exchange|storm", "cole, crusius, vachon"},
        {"metabolism|--csv|x|--depth|1|--method|guess", "bookkeeping, ols"},
        {"drift|--csv|x|--cleaned|yesterday", "not a time; write"},
        {"drift|--csv|x|--hand|5", "go together"},
        {"qc|--csv|x|--temp|28", "--temp: unknown option"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        int rc = run(T[i].line);

        if (rc != EX_USAGE && rc != EX_NOINPUT)
            fail_msg("%s: exit code %d", T[i].line, rc);
        holds(err, T[i].words);
    }
}

static void help_lists_every_function_and_its_inputs(void **state)
{
    size_t n;
    const struct waterfn *t = waterfn_table(&n);

    (void)state;
    assert_int_equal(run("--help"), EX_OK);
    for (size_t i = 0; i < n; i++)
        holds(out, t[i].name);
    holds(out, "metabolism");
    holds(out, "drift");
    for (size_t i = 0; i < n; i++) {
        char line[60];

        (void)snprintf(line, sizeof line, "%s|--help", t[i].name);
        assert_int_equal(run(line), EX_OK);
        holds(out, t[i].source);
        for (size_t k = 0; k < waterfn_inputs(&t[i]); k++)
            holds(out, t[i].in[k].name);
    }
}

/* Every function at the middle of what its source covers, and just outside of what is allowed. */
static void the_table_is_whole(void **state)
{
    size_t n;
    const struct waterfn *t = waterfn_table(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        double x[WATERFN_INPUTS] = {0}, got = NAN;

        assert_ptr_equal(waterfn_find(t[i].name), &t[i]);
        for (size_t k = 0; k < waterfn_inputs(&t[i]); k++) {
            const struct waterfn_input *in = &t[i].in[k];

            assert_true(in->min <= in->valid_min && in->valid_min < in->valid_max &&
                        in->valid_max <= in->max);
            assert_true(isnan(in->usual) ||
                        (in->usual >= in->valid_min && in->usual <= in->valid_max));
            x[k] = (in->valid_min + in->valid_max) / 2;
        }
        assert_int_equal(waterfn_doubtful(&t[i], x, 0), -1);
        assert_int_equal(waterfn_run(&t[i], x, &got), 0);
        if (!isfinite(got))
            fail_msg("%s", t[i].name);
        x[0] = t[i].in[0].max + 1;
        assert_int_equal(waterfn_run(&t[i], x, &got), NILA_ERR_RANGE);
        x[0] = NAN;
        assert_int_equal(waterfn_refused(&t[i], x), 0);
    }
    assert_null(waterfn_find("fish"));
}

/* Column from (counted from 0) of every row below the header into v; how many. */
static size_t column_of(const char *path, int column, double *v, size_t max)
{
    char *text = support_read(path, NULL), *rest, *line;
    size_t n = 0;

    (void)strtok_r(text, "\n", &rest);
    while ((line = strtok_r(NULL, "\n", &rest)) != NULL) {
        for (int k = 0; k < column; k++) {
            line = strchr(line, ',');
            assert_non_null(line);
            line++;
        }
        assert_true(n < max);
        v[n++] = *line == ',' || *line == '\0' ? NAN : strtod(line, NULL);
    }
    free(text);
    return n;
}

static void a_file_of_the_oracle_gets_its_column(void **state)
{
    char *path = support_shared("oracle/water/do_sat.csv"), line[500];
    double want[200], got[200];
    size_t n;

    (void)state;
    if (path == NULL)
        skip();
    (void)snprintf(line, sizeof line, "do_sat|--csv|%s", path);
    assert_int_equal(run(line), EX_OK);
    holds(out, "temp_c,sal_psu,baro_hpa,rmr_bk84_apha,lakemetabolizer_gg92bk,do_sat_mg_l\n");
    n = column_of(out, 5, got, 200);
    assert_int_equal(n, 160);
    assert_int_equal(column_of(path, 3, want, 200), n);
    for (size_t i = 0; i < n; i++)
        near("saturation", got[i], want[i], 1e-5);
    free(path);
}

static void cells_keep_their_text_and_bad_ones_their_place(void **state)
{
    (void)state;
    support_write(csv, "pond,temp_c,ph\n\"a, b\",25.50,8\nc,,8\nd,-127,8\ne,na,7\n");
    assert_int_equal(run_file("nh3_fraction", ""), EX_OK);
    holds(out, "pond,temp_c,ph,nh3_fraction\n\"a, b\",25.50,8,0.055");
    holds(out, "\nc,,8,\nd,-127,8,\ne,na,7,\n");
    holds(err, ":4:3: temp_c outside -2 to 60: the result is left empty (1 rows)");
    holds(err, "4 rows, 2 without all inputs");
    support_write(csv, "temp_c,ph\n25,8\n26,eight\n");
    assert_int_equal(run_file("nh3_fraction", ""), EX_DATAERR);
    holds(err, "x.csv:3:4: ph: \"eight\": not a number");
    support_write(csv, "temp_c\n25\n");
    assert_int_equal(run_file("nh3_fraction", ""), EX_DATAERR);
    holds(err, "x.csv:1:1: there is no column ph: add it, or give --ph VALUE");
    assert_int_equal(run_file("nh3_fraction", "--ph|8"), EX_OK);
    holds(out, "25,0.0538");
    assert_int_equal(run_file("nh3_fraction", "--ph|8|--temp|25"), EX_USAGE);
    holds(err, "the file has the column temp_c too; use one");
    assert_int_equal(run_file("nh3_fraction", "--ph|eight"), EX_USAGE);
    support_write(csv, "temp_c,ph,nh3_fraction\n25,8,0.1\n");
    assert_int_equal(run_file("nh3_fraction", "--json"), EX_OK);
    holds(out, "{\"temp_c\":25,\"ph\":8,\"nh3_fraction\":0.1,\"nh3_fraction_calc\":0.0538");
    support_write(csv, "temp_c;ph\n25,5;8\n");
    assert_int_equal(run_file("nh3_fraction", ""), EX_OK);
    holds(out, "temp_c;ph;nh3_fraction\n25,5;8;0,05566");
    support_write(csv, "temp_c,ph\n25\n");
    assert_int_equal(run_file("nh3_fraction", ""), EX_DATAERR);
    holds(err, "x.csv:2");
    support_write(csv, "temp_c,ph\n");
    assert_int_equal(run_file("nh3_fraction", ""), EX_OK);
    /* names that other files have */
    support_write(csv, "time,do_mgl,temp_c\n2026-01-01 00:00,4,28\n");
    assert_int_equal(run_file("do_sat_pct", ""), EX_OK);
    holds(out, "2026-01-01 00:00,4,28,51.");
}

static void a_series_gets_its_flags(void **state)
{
    (void)state;
    support_write(csv, "time,do_mgl,temp_c\n"
                       "2026-01-01 00:00:00,6.0,28\n2026-01-01 00:10:00,6.1,28.1\n"
                       "2026-01-01 00:20:00,12.5,28\n2026-01-01 00:30:00,6.2,28.1\n"
                       "2026-01-01 00:30:00,9,28.1\n2026-01-01 00:40:00,,28\n"
                       "2026-01-01 00:50:00,0,0\n2026-01-01 01:00:00,30,28\n");
    assert_int_equal(run_file("qc", ""), EX_OK);
    holds(out, "time,do_mgl,temp_c,do_mgl_q,temp_c_q\n");
    holds(out, "00:10:00,6.1,28.1,1,1\n");
    holds(out, "00:20:00,12.5,28,4,1\n");
    holds(out, "00:30:00,9,28.1,3,3\n"); /* the time again */
    holds(out, "00:40:00,,28,9,");
    holds(out, "00:50:00,0,0,4,4\n"); /* the device restarted */
    holds(out, "01:00:00,30,28,4,");
    holds(err, "x.csv:6:1: the time repeats or goes back; 1 rows get flag 3");
    holds(err, "all columns exactly 0");
    holds(err, "do not see a fouled or drifting probe");
    support_write(csv, "time,name\n2026-01-01 00:00:00,a\n");
    assert_int_equal(run_file("qc", ""), EX_DATAERR);
    support_write(csv, "time,do_mgl\nmorning,5\n");
    assert_int_equal(run_file("qc", ""), EX_DATAERR);
    holds(err, "x.csv:2:1: time: \"morning\": not a time");
    support_write(csv, "do_mgl\n5\n");
    assert_int_equal(run_file("qc", ""), EX_DATAERR);
    holds(err, "x.csv:1:1: no column time");
}

/* Thirty days of January of a swinging pond, every 30 minutes; the swing is small from day 20 on. */
static void swinging(void)
{
    FILE *f = fopen(csv, "w");

    assert_non_null(f);
    (void)fputs("time,do_mg_l\n", f);
    for (int i = 0; i < 30 * 48; i++) {
        double hour = i % 48 / 2.0;

        (void)fprintf(f, "2026-01-%02d %02d:%02d,%.2f\n", i / 48 + 1, i % 48 / 2, i % 2 * 30,
                      7 + (i / 48 < 20 ? 4 : 1.2) * sin(2 * M_PI * (hour - 10) / 24));
    }
    assert_int_equal(fclose(f), 0);
}

static void a_fouled_probe_is_told_by_its_swing(void **state)
{
    (void)state;
    swinging();
    assert_int_equal(run_file("drift", "--cleaned|2026-01-30 10:00|--at|2026-01-30 12:00|--hand|9"),
                     EX_OK);
    holds(out, "day,swing_mg_l,recent_mg_l,before_mg_l,notice\n2026-01-01,");
    holds(out, "\n2026-01-22,");
    holds(err, "2026-01-23: the swing of oxygen over 5 days is 2.4 mg/L, before it was 7.9");
    holds(err, "30 days, 16 could be judged (15 days are needed), 1 notices");
    holds(err, "cleaning: the value stepped by +0.");
    holds(err, "handheld 9.00, probe 7.60 mg/L: calibrate the probe");
    assert_int_equal(run_file("drift", "--json"), EX_OK);
    holds(out, "{\"day\":\"2026-01-01\",\"swing_mg_l\":");
    holds(out, "\"notice\":null}");
    holds(out, "\"notice\":1}");
    support_write(csv, "time,ph\n2026-01-01 00:00,7\n");
    assert_int_equal(run_file("drift", ""), EX_DATAERR);
    holds(err, "no column do_mg_l");
}

static void a_days_metabolism_is_that_of_the_oracle(void **state)
{
    char *path = support_shared("oracle/water/sparkling_20090705.csv"), *text, *header;
    double gpp[10], r[10];
    FILE *f;

    (void)state;
    if (path == NULL)
        skip();
    text = support_read(path, NULL);
    header = strchr(text, '\n');
    assert_non_null(header);
    f = fopen(csv, "w");
    assert_non_null(f);
    (void)fprintf(f, "time,do_mg_l,temp_c,par_w_m2,wind_2m,u10,k600,k_o2_m_d,do_sat_mg_l,is_day%s",
                  header);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(run_file("metabolism", "--depth_m|4.5"), EX_OK);
    assert_int_equal(column_of(out, 2, gpp, 10), 5);
    assert_int_equal(column_of(out, 4, r, 10), 5);
    near("OLS GPP", gpp[1], 0.4243, 1e-3);
    near("OLS R", r[1], -0.4173, 1e-3);
    near("MLE OE GPP", gpp[2], 0.4086, 0.02 * 0.4086);
    near("MLE PE R", r[3], -0.4175, 0.02 * 0.4175);
    assert_int_equal(run_file("metabolism", "--depth_m|4.5|--method|kalman_simplex|--json"), EX_OK);
    holds(out, "{\"day\":\"2009-07-05\",\"method\":\"kalman_simplex\",\"gpp_mg_l_d\":0.42");
    free(text);
    free(path);
}

static void metabolism_of_a_pond_with_wind(void **state)
{
    (void)state;
    swinging();
    assert_int_equal(run_file("metabolism", "--depth|1|--temp|28|--wind|1"), EX_OK);
    holds(out, "2026-01-01,bookkeeping,");
    holds(err, "30 days, 0 left out");
    holds(err, "only bookkeeping");
    holds(err, "fitted on lakes");
    assert_int_equal(run_file("metabolism", "--depth|1|--temp|28"), EX_DATAERR);
    holds(err, "there is no column wind_m_s: add it, or give --wind_m_s VALUE");
    assert_int_equal(run_file("metabolism", "--depth|1|--temp|28|--k600|0.5|--exchange|vachon"),
                     EX_USAGE);
    holds(err, "--area_m2");
    assert_int_equal(run_file("metabolism", "--depth|1|--temp|28|--k600|0.5|--method|ols"), EX_OK);
    holds(err, "30 results could not be told"); /* there is no light */
    support_write(csv, "time,do_mg_l\n2026-01-01 00:00,5\n");
    assert_int_equal(run_file("metabolism", "--depth|1|--temp|28|--k600|0.5"), EX_DATAERR);
    holds(err, "time step 0 s: must be 10 s to 4 hours");
}

/* One night from 19:00 to 06:00 with R = -24 and K = 1.5 a day, and one in pieces. */
static void a_night_tells_respiration_and_exchange(void **state)
{
    const double sat = 7.7977059; /* of 28 C at the usual pressure */
    FILE *f = fopen(csv, "w");
    double c = 9, got[4];

    (void)state;
    assert_non_null(f);
    (void)fputs("time,do_mg_l,temp_c\n", f);
    for (int i = 0; i < 67; i++) {
        (void)fprintf(f, "2026-01-%02d %02d:%02d,%.5f,28\n", i < 30 ? 1 : 2, (19 + i / 6) % 24,
                      i % 6 * 10, c);
        c = sat - 16 + (c - sat + 16) * exp(-1.5 / 144);
    }
    for (int i = 0; i < 60; i++)
        if (i % 20 != 0)
            (void)fprintf(f, "2026-01-%02d %02d:%02d,5,28\n", i < 24 ? 2 : 3, (20 + i / 6) % 24,
                          i % 6 * 10);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(run_file("night", ""), EX_OK);
    holds(out, "evening,r_mg_l_d,k_per_d,k_se,used\n2026-01-01,");
    assert_int_equal(column_of(out, 1, got, 4), 1);
    near("R", got[0], -24, 0.05);
    assert_int_equal(column_of(out, 2, got, 4), 1);
    near("K", got[0], 1.5, 0.01);
    holds(err, "1 nights (20-05");
    assert_int_equal(run_file("night", "--depth|1"), EX_USAGE);
    holds(err, "night takes --temp_c, --sal_psu, --baro_hpa");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_told_with_what_it_rests_on),
        cmocka_unit_test(json_names_the_inputs),
        cmocka_unit_test(what_cannot_be_is_refused_with_the_cure),
        cmocka_unit_test(help_lists_every_function_and_its_inputs),
        cmocka_unit_test(the_table_is_whole),
        cmocka_unit_test(a_file_of_the_oracle_gets_its_column),
        cmocka_unit_test(cells_keep_their_text_and_bad_ones_their_place),
        cmocka_unit_test(a_series_gets_its_flags),
        cmocka_unit_test(a_fouled_probe_is_told_by_its_swing),
        cmocka_unit_test(a_days_metabolism_is_that_of_the_oracle),
        cmocka_unit_test(a_night_tells_respiration_and_exchange),
        cmocka_unit_test(metabolism_of_a_pond_with_wind),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
