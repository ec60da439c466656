/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorded water played again: by itself, and through the program and real Modbus. */
#include "program.h"

#include <math.h>
#include <time.h>

#include <modbus/modbus.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/csv.h"
#include "farm.h"
#include "firmware-bridge/core/nila_regmap.h"
#include "firmware-bridge/linux/replay.h"

static char dir[256];

static int setup(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    support_rmdir(dir);
    return 0;
}

static int open_text(struct replay **out, const char *text, struct replay_config c, char *why,
                     size_t size)
{
    static char path[300];

    (void)snprintf(path, sizeof path, "%s/r.csv", dir);
    support_write(path, text);
    c.path = path;
    return replay_open(out, &c, why, size);
}

static const char SERIES[] =
    "time,do_mgl,ph,tide_m,temp_c\n"
    "2012-01-01 00:00:00,5.0,7.1,0.3,14.9\n"
    "2012-01-01 00:15:00,5.5,,0.4,14.8\n"
    "2012-01-01 00:30:00,,7.3,0.5,NA\n"
    "2012-01-01 01:00:00,4.5,7.2,0.6,14.7\n" /* a row is missing before it */
    "2012-01-01 00:45:00,4.0,7.4,0.6,14.7\n" /* which stands here */
    "2012-01-01 04:00:00,3.0,7.0,0.6,14.6\n" /* and a real gap */
    "2012-01-01 04:15:00,2.5,7.0,0.6,14.6\n";

static void a_gap_is_no_value_and_no_held_one(void **state)
{
    static const struct {
        const char *says;
        double min; /* since the start */
        enum metric metric;
        double value; /* NaN: missing */
    } ROW[] = {
        {"Should give the first row at once", 0, METRIC_DO_MG_L, 5.0},
        {"Should hold it until the next", 14.9, METRIC_DO_MG_L, 5.0},
        {"Should give the next in its minute", 15, METRIC_DO_MG_L, 5.5},
        {"Should have no value for an empty cell", 20, METRIC_PH, NAN},
        {"Should have no value for NA", 35, METRIC_TEMP_C, NAN},
        {"Should not hold a value over an empty cell", 35, METRIC_DO_MG_L, NAN},
        {"Should sort the rows", 50, METRIC_DO_MG_L, 4.0},
        {"Should hold a value for one and a half steps", 82, METRIC_DO_MG_L, 4.5},
        {"Should not hold it into a gap", 83, METRIC_DO_MG_L, NAN},
        {"Should have nothing in the gap", 200, METRIC_TEMP_C, NAN},
        {"Should go on behind it", 240, METRIC_DO_MG_L, 3.0},
        {"Should hold the last row for a while", 277, METRIC_DO_MG_L, 2.5},
        {"Should have nothing after the end", 278, METRIC_DO_MG_L, NAN},
        {"Should never have what the file has not", 0, METRIC_EC_US_CM, NAN},
    };
    struct replay *r = NULL;
    char why[512] = "", metrics[64];

    (void)state;
    assert_int_equal(open_text(&r, SERIES, (struct replay_config){.speed = 60}, why, sizeof why),
                     0);
    assert_int_equal(replay_rows(r), 7);
    assert_true(replay_length_s(r) == 255 * 60);
    replay_metrics(r, metrics, sizeof metrics);
    assert_string_equal(metrics, "do_mg_l ph temp_c");
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        const double v =
            replay_value(r, ROW[i].metric, ROW[i].min); /* 60 recorded seconds a second */
        print_message("%s\n", ROW[i].says);
        if (isnan(ROW[i].value) ? !isnan(v) : !(v == ROW[i].value))
            fail_msg("%g, not %g", v, ROW[i].value);
    }
    replay_free(r);
}

static void begins_anew_only_when_told_and_where_it_is_told(void **state)
{
    struct replay *r = NULL;
    char why[512] = "";
    int64_t from_ms;

    (void)state;
    assert_int_equal(civil_parse_iso("2012-01-01T00:45", &from_ms, NULL), 0);
    assert_int_equal(open_text(&r, SERIES,
                               (struct replay_config){
                                   .speed = 1, .loop = true, .has_from = true, .from_ms = from_ms},
                               why, sizeof why),
                     0);
    assert_true(replay_value(r, METRIC_DO_MG_L, 0) == 4.0);
    assert_true(replay_value(r, METRIC_DO_MG_L, 210 * 60) == 2.5);
    assert_true(replay_value(r, METRIC_DO_MG_L, 225 * 60) == 4.0);  /* a step after the last row */
    assert_true(replay_value(r, METRIC_DO_MG_L, 4500 * 60) == 4.0); /* twenty rounds later */
    replay_free(r);
    assert_int_equal(civil_parse_iso("2012-01-01T05:00", &from_ms, NULL), 0);
    assert_int_equal(
        open_text(&r, SERIES,
                  (struct replay_config){.speed = 1, .has_from = true, .from_ms = from_ms}, why,
                  sizeof why),
        NILA_ERR_RANGE);
}

static void says_where_a_file_is_wrong(void **state)
{
    static const struct {
        const char *says, *text, *where;
    } ROW[] = {
        {"Should need a time", "do_mgl\n5\n", "r.csv:1:1: no column time"},
        {"Should need a metric", "time,tide_m\n2012-01-01 00:00:00,1\n", "of a metric"},
        {"Should refuse two names of one metric", "time,do_mgl,do_mg_l\n",
         "two columns of do_mg_l"},
        {"Should refuse a time that is none", "time,ph\n2012-01-01 00:00:00,7\nyesterday,7\n",
         "r.csv:3:1: not a time"},
        {"Should refuse a number that is none", "time,ph\n2012-01-01 00:00:00,seven\n",
         "r.csv:2:21: not a number"},
        {"Should refuse half a row", "time,ph,temp_c\n2012-01-01 00:00:00,7\n", "r.csv:2"},
        {"Should refuse a file without rows", "time,ph\n", "no row"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        struct replay *r = NULL;
        char why[512] = "";
        print_message("%s\n", ROW[i].says);
        assert_int_equal(
            open_text(&r, ROW[i].text, (struct replay_config){.speed = 1}, why, sizeof why),
            NILA_ERR_PARSE);
        assert_null(r);
        if (strstr(why, ROW[i].where) == NULL)
            fail_msg("%s says: %s", ROW[i].where, why);
    }
}

/* A year of a real station, row by row. */
static void plays_a_real_series_to_the_digit(void **state)
{
    char *path = support_shared("data/water/sapelo_dean_creek_2012.csv"), why[512] = "";
    struct replay_config k = {.path = path, .speed = 1800};
    struct replay *r = NULL;
    struct csv *c = NULL;
    size_t row = 0;

    (void)state;
    if (path == NULL)
        skip();
    assert_int_equal(replay_open(&r, &k, why, sizeof why), 0);
    assert_int_equal(csv_open(&c, path, why, sizeof why), 0);
    for (; csv_next(c) == 1; row++) {
        double v, got = replay_value(r, METRIC_DO_MG_L, (double)row + 0.5);
        if (csv_number(c, csv_find(c, "do_mgl"), &v) != 0)
            assert_true(isnan(got));
        else
            assert_true(got == v);
    }
    assert_int_equal(row, replay_rows(r));
    csv_close(c);
    replay_free(r);
    free(path);
}

/* --- through the program ------------------------------------------------------------------------------------------- */

static void goes_over_modbus_with_its_gaps(void **state)
{
    const char *extra[] = {"--replay", NULL, "--speed", "3600", "--noise", "on", NULL};
    struct program p;
    char file[300], argument[340];
    modbus_t *ctx;
    unsigned values = 0, missing = 0;
    struct timespec t = {.tv_nsec = 150000000};
    char *said = NULL;

    (void)state;
    (void)snprintf(file, sizeof file, "%s/kolam.csv", dir);
    support_write(file, SERIES);
    (void)snprintf(argument, sizeof argument, "kolam-1=%s", file);
    extra[1] = argument;
    program_start(&p, FARM, extra);
    ctx = modbus_new_tcp("127.0.0.1", program_port(&p, "a"));
    assert_int_equal(modbus_connect(ctx), 0);
    assert_int_equal(modbus_set_slave(ctx, 1), 0);
    for (int i = 0; i < 45; i++) { /* 6.75 hours of the recording, which has 4.4 */
        uint16_t reg[NILA_REG_COUNT];
        const uint16_t *ch = reg + NILA_REG_CHANNEL(1);
        int32_t v;
        assert_int_equal(modbus_read_input_registers(ctx, 0, NILA_REG_COUNT, reg), NILA_REG_COUNT);
        v = (int32_t)((uint32_t)ch[0] << 16 | ch[1]);
        if (v == NILA_MISSING) {
            missing++;
            assert_int_equal(ch[NILA_CH_QUALITY] & NILA_Q_VALID, 0);
        } else {
            values++;
            if (v != 5000 && v != 5500 && v != 4000 && v != 4500 && v != 3000 && v != 2500)
                fail_msg("%d is in no row", (int)v);
        }
        assert_true((ch[10 * 2 + NILA_CH_QUALITY] & NILA_Q_VALID) ==
                    0); /* no conductivity in the file */
        (void)nanosleep(&t, NULL);
    }
    assert_true(values >= 5);
    assert_true(missing >= 15);
    modbus_close(ctx);
    modbus_free(ctx);
    program_end(&p, &said);
    assert_non_null(
        strstr(said, "pond kolam-1: replayed from a recording of 7 rows: do_mg_l ph temp_c"));
    free(said);
    program_forget(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_gap_is_no_value_and_no_held_one, setup, teardown),
        cmocka_unit_test_setup_teardown(begins_anew_only_when_told_and_where_it_is_told, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(says_where_a_file_is_wrong, setup, teardown),
        cmocka_unit_test(plays_a_real_series_to_the_digit),
        cmocka_unit_test_setup_teardown(goes_over_modbus_with_its_gaps, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
