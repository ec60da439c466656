/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/water/qc.h"
#include "collector/common/civil.h"
#include "collector/common/csv.h"
#include "collector/common/reading.h"

#define MINUTE_MS INT64_C(60000)
#define SHORT     10

/* The oracle's series, so that the tests stand without the file; 10 minutes apart. */
static const double SERIES[SHORT] = {6.0, 6.1, 9.5, 6.2, 6.2, 6.2, 6.2, NAN, -1.0, 6.0};
static const struct qc_span OPEN = {-INFINITY, INFINITY};

static void times(int64_t *ts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ts[i] = civil_day_start(20000) + (int64_t)i * 10 * MINUTE_MS;
}

/* What ioos_qc was asked when the oracle was made: fail span 0..25; spikes 1 and 3; 6 mg/L/h; unmoved within 0.05 for 20 and 30
 * minutes. */
enum {
    GROSS,
    AVERAGE,
    DIFFERENTIAL,
    RATE,
    FLAT,
    TESTS
};
static void all_tests(const double *v, size_t n, uint8_t flag[TESTS][SHORT])
{
    static const struct qc_span FAIL = {0, 25};
    int64_t ts[SHORT];
    double work[SHORT];

    times(ts, n);
    qc_gross_range(v, n, &FAIL, &OPEN, flag[GROSS]);
    qc_spike(v, n, QC_SPIKE_AVERAGE, 1, 3, flag[AVERAGE]);
    qc_spike(v, n, QC_SPIKE_DIFFERENTIAL, 1, 3, flag[DIFFERENTIAL]);
    qc_rate(v, ts, n, 6, flag[RATE]);
    qc_flat(v, n, qc_step_ms(ts, n, work), 1200, 1800, 0.05, flag[FLAT]);
}

static void flags_are_those_of_ioos_qc(void **state)
{
    static const char *const WANT[TESTS] = {"1111111941", "2343112922", "2141112922", "1133111913",
                                            "1111134911"};
    uint8_t flag[TESTS][SHORT];

    (void)state;
    all_tests(SERIES, SHORT, flag);
    for (int t = 0; t < TESTS; t++)
        for (int i = 0; i < SHORT; i++)
            if (flag[t][i] != WANT[t][i] - '0')
                fail_msg("test %d row %d: %d, want %c", t, i, flag[t][i], WANT[t][i]);
}

static void flags_equal_the_oracle_in_every_column_and_row(void **state)
{
    char *path = support_shared("oracle/water/qartod.csv"), why[400];
    static const char *const COLUMN[TESTS] = {"gross", "spike_average", "spike_differential", "roc",
                                              "flat"};
    double v[SHORT], want[TESTS][SHORT];
    uint8_t flag[TESTS][SHORT];
    struct csv *c = NULL;
    size_t n = 0;

    (void)state;
    if (path == NULL)
        skip();
    assert_int_equal(csv_open(&c, path, why, sizeof why), 0);
    for (; csv_next(c) == 1; n++) {
        assert_true(n < SHORT);
        if (csv_cell(c, csv_find(c, "value"))[0] == '\0')
            v[n] = NAN;
        else
            assert_int_equal(csv_number(c, csv_find(c, "value"), &v[n]), 0);
        for (int t = 0; t < TESTS; t++)
            assert_int_equal(csv_number(c, csv_find(c, COLUMN[t]), &want[t][n]), 0);
    }
    assert_int_equal(n, SHORT);
    all_tests(v, n, flag);
    for (int t = 0; t < TESTS; t++)
        for (size_t i = 0; i < n; i++)
            if (flag[t][i] != (int)want[t][i])
                fail_msg("%s row %zu: %d, oracle %.0f", COLUMN[t], i, flag[t][i], want[t][i]);
    csv_close(c);
    free(path);
}

static void spans_gaps_and_the_order_of_flags(void **state)
{
    static const struct qc_span FAIL = {0, 25}, SUSPECT = {0.01, 20};
    const double v[] = {0, 0.01, 20, 20.5, 25, 25.5, -0.1, INFINITY, NAN};
    const uint8_t want[] = {3, 1, 1, 3, 3, 4, 4, 9, 9};
    const int64_t ts[] = {0, 10 * MINUTE_MS, 31 * MINUTE_MS, 41 * MINUTE_MS};
    uint8_t flag[9];

    (void)state;
    qc_gross_range(v, 9, &FAIL, &SUSPECT, flag);
    assert_memory_equal(flag, want, sizeof want);
    qc_gap(ts, 4, 20 * MINUTE_MS, flag);
    assert_memory_equal(flag, "\2\1\4\1", 4);
    assert_int_equal(qc_worse(READING_PASS, READING_FAIL), READING_FAIL);
    assert_int_equal(qc_worse(READING_SUSPECT, READING_PASS), READING_SUSPECT);
    assert_int_equal(qc_worse(READING_NOT_EVALUATED, READING_PASS), READING_PASS);
    assert_int_equal(qc_worse(READING_MISSING, READING_NOT_EVALUATED), READING_NOT_EVALUATED);
    assert_int_equal(qc_worse(READING_MISSING, READING_MISSING), READING_MISSING);
}

static void short_series_say_nothing_and_break_nothing(void **state)
{
    uint8_t flag[TESTS][SHORT];

    (void)state;
    for (size_t n = 0; n <= 2; n++) {
        all_tests(SERIES, n, flag);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(flag[DIFFERENTIAL][i], READING_NOT_EVALUATED);
            assert_int_equal(flag[RATE][i], READING_PASS);
            assert_int_equal(flag[FLAT][i], READING_PASS);
        }
    }
}

/* A naive flat-line test, window by window. */
static int naive_flat(const double *v, size_t i, size_t steps, double tolerance)
{
    double low = INFINITY, high = -INFINITY;

    if (i < steps)
        return 0;
    for (size_t k = i - steps; k <= i; k++) {
        if (!isfinite(v[k]))
            return 0;
        low = fmin(low, v[k]);
        high = fmax(high, v[k]);
    }
    return high - low < tolerance;
}

static void the_flat_test_is_that_of_every_window(void **state)
{
    enum {
        N = 3000,
        SEED = 2385
    };
    static double v[N];
    static uint8_t flag[N];
    unsigned x = SEED;
    size_t of_flag[10] = {0};

    (void)state;
    for (size_t i = 0; i < N; i++) {
        x = x * 1664525u + 1013904223u;
        v[i] = i > 0 && isfinite(v[i - 1]) ? v[i - 1] : 5;
        if (x >> 29 == 0)
            v[i] += ((double)(x >> 16 & 255) - 127) / 2000;
        if (x >> 23 == 7)
            v[i] = NAN;
    }
    qc_flat(v, N, 600000, 3600, 7200, 0.05, flag);
    for (size_t i = 0; i < N; i++) {
        int want = !isfinite(v[i])              ? READING_MISSING
                   : naive_flat(v, i, 12, 0.05) ? READING_FAIL
                   : naive_flat(v, i, 6, 0.05)  ? READING_SUSPECT
                                                : READING_PASS;

        if (flag[i] != want)
            fail_msg("seed %d row %zu: %d, want %d", SEED, i, flag[i], want);
        of_flag[want]++;
    }
    assert_true(of_flag[1] > 100 && of_flag[3] > 100 && of_flag[4] > 100 && of_flag[9] > 1);
}

/* A quiet day and night of oxygen with a jump of 5 mg/L that stays, at the step given. */
#define DAY 144
static size_t doubted(size_t jump, size_t *at)
{
    static double v[DAY];
    static int64_t ts[DAY];
    static uint8_t flag[DAY], scratch[DAY];
    double work[DAY];
    struct qc_rules r;
    size_t n = 0;

    for (size_t i = 0; i < DAY; i++)
        v[i] = 6 + 2 * sin((double)i / 20) + (i >= jump ? 5 : 0);
    times(ts, DAY);
    qc_pond_rules(METRIC_DO_MG_L, 0.01, &r);
    assert_int_equal(qc_series(&r, v, ts, DAY, qc_step_ms(ts, DAY, work), scratch, work, flag), 0);
    for (size_t i = 0; i < DAY; i++)
        if (flag[i] > READING_NOT_EVALUATED) {
            *at = i;
            n++;
        }
    return n;
}

static void a_jump_is_doubted_at_night_and_taken_by_day(void **state)
{
    size_t at = 0;

    (void)state;
    assert_int_equal(doubted(72, &at), 0); /* noon */
    assert_int_equal(doubted(6 * 3, &at), 1);
    assert_int_equal(at, 18); /* 03:00, and the step alone */
    assert_int_equal(doubted(6 * 20, &at), 1);
    assert_int_equal(at, 120);
}

static void rules_fit_the_probe(void **state)
{
    struct qc_rules fine, coarse, none;
    const double tenth[] = {7.1, 7.2, 7.2, 7.4, NAN, 7.3};
    int64_t ts[] = {0, 600000, 600000};
    uint8_t flag[3] = {7, 7, 7}, scratch[3];
    double work[3];

    (void)state;
    assert_true(fabs(qc_resolution(tenth, 6) - 0.1) < 1e-9);
    assert_true(qc_resolution(tenth, 1) <= 0);
    qc_pond_rules(METRIC_PH, 0.01, &fine);
    qc_pond_rules(METRIC_PH, qc_resolution(tenth, 6), &coarse);
    assert_true(fine.flat_suspect_s < coarse.flat_suspect_s);
    assert_true(fabs(coarse.flat_tolerance - 0.05) < 1e-9);
    qc_pond_rules(METRIC_TURB_NTU, 0, &none);
    assert_true(none.spike_suspect <= 0 && none.rate_per_h <= 0 && none.flat_suspect_s <= 0);
    assert_int_equal(qc_series(&fine, tenth, ts, 3, 600000, scratch, work, flag), NILA_ERR_RANGE);
    assert_int_equal(flag[0], 7); /* untouched */
}

/* A fault is doubted and its neighbours are not: 0 and -5 in good pH. */
static void a_fault_leaves_its_neighbours_alone(void **state)
{
    const double ph[] = {7.1, 7.12, 0, 7.11, 7.13, -5, 7.12, 9.9, 7.1, 7.12};
    uint8_t flag[SHORT], scratch[SHORT];
    int64_t ts[SHORT];
    double work[SHORT];
    struct qc_rules r;

    (void)state;
    times(ts, SHORT);
    qc_pond_rules(METRIC_PH, 0.01, &r);
    assert_int_equal(qc_series(&r, ph, ts, SHORT, 600000, scratch, work, flag), 0);
    /* 9.9 is a spike between 7.1 and 7.1; its rate, and the way back, are what they are */
    assert_memory_equal(flag, "\1\1\4\1\1\4\1\4\3\1", SHORT);
}

static void a_reset_node_fails_everywhere(void **state)
{
    const double temp[] = {28, 0, 0, 28}, ph[] = {7, 0, NAN, 0}, oxygen[] = {5, 0, 0, 4};
    const double *const v[] = {temp, ph, oxygen};
    uint8_t f[3][4] = {{1, 1, 1, 1}, {1, 1, 9, 1}, {1, 1, 1, 1}};
    uint8_t *const flag[] = {f[0], f[1], f[2]};

    (void)state;
    assert_int_equal(qc_all_zero(v, flag, 3, 4), 2);
    assert_memory_equal(f[0], "\1\4\4\1", 4);
    assert_memory_equal(f[1], "\1\4\11\1", 4);
    assert_memory_equal(f[2], "\1\4\4\1", 4);
}

/* --- against people: a year of an estuary, with the verdicts of those who serviced it --- */

#define YEAR 40000
struct verdicts {
    double value[YEAR];
    int64_t ts[YEAR];
    int human[YEAR];
    uint8_t flag[YEAR], scratch[YEAR];
    double work[YEAR];
    size_t n;
};

static void read_year(const char *path, const char *value, const char *human, struct verdicts *y)
{
    struct csv *c = NULL;
    char why[400];

    y->n = 0;
    assert_int_equal(csv_open(&c, path, why, sizeof why), 0);
    for (; csv_next(c) == 1; y->n++) {
        double f = -2;

        assert_true(y->n < YEAR);
        y->ts[y->n] =
            (int64_t)y->n * 15 * MINUTE_MS; /* from midnight, local standard time, no gaps */
        if (csv_number(c, csv_find(c, value), &y->value[y->n]) != 0)
            y->value[y->n] = NAN;
        if (csv_number(c, csv_find(c, human), &f) != 0)
            f = -2;
        y->human[y->n] = (int)f;
    }
    csv_close(c);
}

static void point_tests_find_what_people_rejected_of_temperature_alone(void **state)
{
    static const struct {
        const char *value, *human;
        enum metric metric;
        double found_least, found_most, false_most; /* per cent; the header claims them */
    } T[] = {{"temp_c", "flag_temp", METRIC_TEMP_C, 99, 100, 1},
             {"do_mgl", "flag_do", METRIC_DO_MG_L, 0, 5, 5},
             {"ph", "flag_ph", METRIC_PH, 0, 5, 5}};
    char *path = support_shared("data/water/apalachicola_cat_point_2012_flags.csv");
    struct verdicts *y;

    (void)state;
    if (path == NULL)
        skip();
    y = calloc(1, sizeof *y);
    assert_non_null(y);
    for (size_t t = 0; t < sizeof T / sizeof T[0]; t++) {
        size_t rejected = 0, found = 0, good = 0, wrong = 0;
        struct qc_rules r;

        read_year(path, T[t].value, T[t].human, y);
        assert_int_equal(y->n, 35136);
        qc_pond_rules(T[t].metric, qc_resolution(y->value, y->n), &r);
        /* the site is cooler and pH steadier than a pond: what is compared is the tests, not the spans */
        r.suspect = OPEN;
        r.fail = (struct qc_span){T[t].metric == METRIC_TEMP_C ? 2 : 0, 45};
        assert_int_equal(qc_series(&r, y->value, y->ts, y->n, qc_step_ms(y->ts, y->n, y->work),
                                   y->scratch, y->work, y->flag),
                         0);
        for (size_t i = 0; i < y->n; i++) {
            int bad = y->flag[i] == READING_SUSPECT || y->flag[i] == READING_FAIL;

            rejected += y->human[i] == -3;
            found += y->human[i] == -3 && (bad || y->flag[i] == READING_MISSING);
            good += y->human[i] == 0;
            wrong += y->human[i] == 0 && bad;
        }
        print_message(
            "%s: %zu of %zu rejected found (%.1f %%), %zu of %zu good doubted (%.1f %%)\n",
            T[t].value, found, rejected, 100 * (double)found / (double)rejected, wrong, good,
            100 * (double)wrong / (double)good);
        assert_true(100 * (double)found / (double)rejected >= T[t].found_least);
        assert_true(100 * (double)found / (double)rejected <= T[t].found_most);
        assert_true(100 * (double)wrong / (double)good <= T[t].false_most);
    }
    free(y);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_are_those_of_ioos_qc),
        cmocka_unit_test(flags_equal_the_oracle_in_every_column_and_row),
        cmocka_unit_test(spans_gaps_and_the_order_of_flags),
        cmocka_unit_test(short_series_say_nothing_and_break_nothing),
        cmocka_unit_test(the_flat_test_is_that_of_every_window),
        cmocka_unit_test(a_jump_is_doubted_at_night_and_taken_by_day),
        cmocka_unit_test(rules_fit_the_probe),
        cmocka_unit_test(a_fault_leaves_its_neighbours_alone),
        cmocka_unit_test(a_reset_node_fails_everywhere),
        cmocka_unit_test(point_tests_find_what_people_rejected_of_temperature_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
