/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "analytics/water/drift.h"
#include "collector/common/civil.h"
#include "collector/common/csv.h"

#define HOUR_MS INT64_C(3600000)
#define DAY0    20000
#define MOST    12000
#define DAYS    120
#define SPAN    (DRIFT_RECENT_DAYS + DRIFT_BEFORE_DAYS)

struct record {
    double value[MOST], work[MOST];
    int64_t ts[MOST];
    size_t n;
};
static struct record clean, fouled;

/* Seeded pond: a swing of about 8 mg/L whose size wanders from day to day as that of the real ponds below does (standard deviation
 * of its logarithm 0.25, correlation with the day before 0.6), noise, some values lost, every 15 minutes. */
static void simulate(const gsl_rng *rng, int days)
{
    double wander = 0;

    clean.n = 0;
    for (int i = 0; i < days * 96; i++) {
        double hour = i % 96 / 4.0;

        if (i % 96 == 0)
            wander = 0.6 * wander + gsl_ran_gaussian(rng, 0.25 * 0.8);
        if (gsl_rng_uniform(rng) < 0.05)
            continue;
        clean.ts[clean.n] = civil_day_start(DAY0) + i * (HOUR_MS / 4);
        clean.value[clean.n++] = fmax(7 + 4 * exp(wander) * sin(2 * M_PI * (hour - 10) / 24) +
                                          gsl_ran_gaussian(rng, 0.3),
                                      0.05);
    }
}

/* From civil day onset the deviation from the day's mean shrinks evenly by 70 % over 10 days, and stays so. */
static void foul(int32_t onset)
{
    fouled = clean;
    for (size_t from = 0, to; from < clean.n; from = to) {
        const int32_t day = civil_day(clean.ts[from]);
        double mean = 0, n = 0;

        for (to = from; to < clean.n && civil_day(clean.ts[to]) == day; to++)
            if (clean.value[to] > 0) {
                mean += clean.value[to];
                n++;
            }
        for (size_t i = from; i < to && n > 0; i++) {
            double days = (double)(clean.ts[i] - civil_day_start(onset)) / (double)CIVIL_DAY_MS;
            double factor = days <= 0 ? 1 : 1 - 0.7 * fmin(days / 10, 1);

            if (clean.value[i] > 0)
                fouled.value[i] = mean / n + factor * (clean.value[i] - mean / n);
        }
    }
}

/* Judges every day of a record; returns how many could be, *starts: how often a notice began, *first its first day. */
static size_t judge(struct record *r, size_t *starts, int32_t *first)
{
    struct drift_day day[DAYS];
    size_t n = drift_days(r->value, r->ts, r->n, r->work, day, DAYS), known = 0;
    bool on = false;

    *starts = 0;
    *first = 0;
    assert_true(n <= DAYS);
    for (int32_t today = n > 0 ? day[0].day : 0; n > 0 && today <= day[n - 1].day; today++) {
        struct drift_swing s;

        drift_swing(day, n, today, &s);
        known += s.known;
        if (s.notice && !on) {
            *first = *starts == 0 ? today : *first;
            (*starts)++;
        }
        on = s.known ? s.notice : on;
    }
    return known;
}

static void a_fouling_probe_is_noticed_and_a_clean_one_not(void **state)
{
    enum {
        PONDS = 100,
        SEED = 2385
    };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    size_t pond_days = 0, falsely = 0, caught = 0, starts;
    double after[PONDS];
    int32_t first;

    (void)state;
    gsl_rng_set(rng, SEED);
    for (int p = 0; p < PONDS; p++) {
        simulate(rng, 60);
        pond_days += judge(&clean, &starts, &first);
        falsely += starts;
        foul(DAY0 + 30);
        (void)judge(&fouled, &starts, &first);
        if (starts > 0 && first >= DAY0 + 30)
            after[caught++] = first - (DAY0 + 30);
    }
    gsl_sort(after, 1, caught);
    print_message("seed %d: %zu false starts in %zu simulated pond-days; fouling caught in %zu of "
                  "%d, median %.0f days after onset\n",
                  SEED, falsely, pond_days, caught, PONDS,
                  gsl_stats_median_from_sorted_data(after, 1, caught));
    assert_int_equal(pond_days, PONDS * (60 - 14)); /* from the 15th day on */
    assert_true(falsely * 1000 <= pond_days);
    assert_true(caught >= 90);
    gsl_rng_free(rng);
}

/* One of the real ponds; duplicate and backward times are left out, as the reading would be. */
static void load(const char *path)
{
    struct csv *c = NULL;
    char why[400];

    clean.n = 0;
    assert_int_equal(csv_open(&c, path, why, sizeof why), 0);
    while (csv_next(c) == 1) {
        size_t i = clean.n;

        assert_true(i < MOST);
        assert_int_equal(civil_parse_iso(csv_cell(c, csv_find(c, "time")), &clean.ts[i], NULL), 0);
        if (csv_number(c, csv_find(c, "do_mgl"), &clean.value[i]) != 0)
            clean.value[i] = NAN;
        if (i == 0 || clean.ts[i] > clean.ts[i - 1])
            clean.n++;
    }
    csv_close(c);
}

static void real_ponds_start_no_notice_and_fouling_on_them_is_caught(void **state)
{
    static const char *const POND[] = {"44865e41", "522cd38a", "5f07dc7a", "74ea5a99", "9252e874"};
    size_t pond_days = 0, falsely = 0, tried = 0, caught = 0;
    double after[DAYS];

    (void)state;
    for (size_t p = 0; p < 5; p++) {
        char name[80], *path;
        struct drift_day day[DAYS];
        size_t starts, known, n;
        int32_t first;

        (void)snprintf(name, sizeof name, "data/water/ponds/fwi_%s.csv", POND[p]);
        path = support_shared(name);
        if (path == NULL)
            skip();
        load(path);
        free(path);
        known = judge(&clean, &starts, &first);
        print_message("fwi_%s: %zu days judged, %zu false starts\n", POND[p], known, starts);
        pond_days += known;
        falsely += starts;
        n = drift_days(clean.value, clean.ts, clean.n, clean.work, day, DAYS);
        /* onsets a week apart, with 15 days before and 16 after */
        for (int32_t onset = day[0].day + 15; onset + 16 <= day[n - 1].day; onset += 7) {
            foul(onset);
            (void)judge(&fouled, &starts, &first);
            tried++;
            if (starts > 0 && first >= onset)
                after[caught++] = first - onset;
        }
    }
    gsl_sort(after, 1, caught);
    print_message("%zu false starts in %zu pond-days; simulated fouling (swing -70 %% over 10 "
                  "days) caught in %zu of %zu, median %.0f days after onset\n",
                  falsely, pond_days, caught, tried,
                  gsl_stats_median_from_sorted_data(after, 1, caught));
    assert_true(pond_days > 80);
    assert_int_equal(falsely, 0);
    assert_true(tried >= 8 && caught * 10 >= tried * 8);
}

static void days_are_cut_at_midnight_and_thin_days_left_out(void **state)
{
    struct drift_day day[3], newest;
    double work[400], v[400];
    int64_t ts[400];
    size_t n = 0;

    (void)state;
    for (int i = 0; i < 3 * 96; i++) {
        if (i >= 96 && i < 140)
            continue; /* the second day has 52 of 96 */
        ts[n] = civil_day_start(DAY0) + i * (HOUR_MS / 4);
        v[n++] = i % 7 == 0 ? 0 : i % 96 / 9.5; /* faults at 0 */
    }
    assert_int_equal(drift_days(v, ts, n, work, day, 3), 2);
    assert_int_equal(day[0].day, DAY0);
    assert_int_equal(day[1].day, DAY0 + 2);
    assert_true(fabs(day[0].swing - 9) < 0.3);
    assert_int_equal(drift_days(v, ts, n, work, &newest, 1), 2);
    assert_int_equal(newest.day, DAY0 + 2);
    assert_int_equal(drift_days(v, ts, n, work, NULL, 0), 2);
    assert_int_equal(drift_days(v, ts, 0, work, day, 3), 0);
    assert_int_equal(drift_days(v, ts, 1, work, day, 3), 0);
}

static void too_little_is_no_notice(void **state)
{
    struct drift_day day[SPAN];
    struct drift_swing s;

    (void)state;
    for (int i = 0; i < SPAN; i++)
        day[i] = (struct drift_day){DAY0 + i, i < DRIFT_BEFORE_DAYS ? 8 : 3.9};
    drift_swing(day, SPAN, DAY0 + SPAN - 1, &s);
    assert_true(s.known && s.notice);
    assert_true(fabs(s.recent - 3.9) < 1e-12 && fabs(s.before - 8) < 1e-12);
    for (int i = DRIFT_BEFORE_DAYS; i < SPAN; i++)
        day[i].swing = 4; /* half is not below half */
    drift_swing(day, SPAN, DAY0 + SPAN - 1, &s);
    assert_true(s.known && !s.notice);
    for (int i = 0; i < SPAN; i++)
        day[i].swing = i < DRIFT_BEFORE_DAYS ? 0.4 : 0.1; /* dark water: no swing to lose */
    drift_swing(day, SPAN, DAY0 + SPAN - 1, &s);
    assert_true(s.known && !s.notice);
    for (int i = 0; i < SPAN; i++)
        day[i].swing = i < DRIFT_BEFORE_DAYS ? 8 : 1;
    drift_swing(day + 5, SPAN - 5, DAY0 + SPAN - 1, &s); /* 9 days before */
    assert_true(!s.known && !s.notice);
    drift_swing(day, SPAN, DAY0 + SPAN + 1, &s); /* of the last 5 only 3 seen */
    assert_true(!s.known && !s.notice);
    for (int i = 0; i < DRIFT_BEFORE_DAYS; i++)
        day[i].day -= 10; /* a gap: the 14 before it count */
    drift_swing(day, SPAN, DAY0 + SPAN - 1, &s);
    assert_true(s.known && s.notice && fabs(s.before - 8) < 1e-12);
    for (int i = 0; i < DRIFT_BEFORE_DAYS; i++)
        day[i].day -= 10; /* too long a gap */
    drift_swing(day, SPAN, DAY0 + SPAN - 1, &s);
    assert_true(!s.known && !s.notice);
    drift_swing(day, 0, DAY0, &s);
    assert_true(!s.known && isnan(s.recent) && isnan(s.before));
}

static void a_cleaning_shows_what_was_fouling(void **state)
{
    double v[48], fixed[48];
    int64_t ts[48], t0 = civil_day_start(DAY0);
    struct drift_step s = {.step = 2.385};

    (void)state;
    /* fouling grew by 1.2 mg/L from 00:00 to the cleaning at 06:00; 30 minutes out of the water */
    for (int i = 0; i < 48; i++) {
        ts[i] = t0 + i * (HOUR_MS / 6);
        v[i] = 6 - (i < 36 ? 1.2 * i / 36.0 : 0);
    }
    v[36] = v[37] = 9; /* air */
    assert_int_equal(drift_step(METRIC_DO_MG_L, v, ts, 48, ts[36], ts[39], &s), 0);
    assert_true(s.notice && fabs(s.step - 1.2 * 34 / 36) < 1e-9);
    assert_int_equal(drift_correct(v, ts, 48, ts[0], ts[36], 1.2, fixed), 0);
    for (int i = 0; i < 36; i++)
        assert_true(fabs(fixed[i] - 6) < 1e-9);
    assert_true(fabs(fixed[40] - v[40]) < 1e-12);
    assert_int_equal(drift_step(METRIC_PH, v, ts, 48, ts[40], ts[40], &s), 0);
    assert_true(!s.notice && fabs(s.step) < 1e-9);
    assert_int_equal(drift_step(METRIC_DO_MG_L, v, ts, 48, ts[46], ts[46], &s), NILA_ERR_NOT_FOUND);
    assert_int_equal(drift_step(METRIC_DO_MG_L, v, ts, 48, ts[2], ts[2], &s), NILA_ERR_NOT_FOUND);
    assert_int_equal(drift_step(METRIC_DO_MG_L, v, ts, 48, ts[9], ts[8], &s), NILA_ERR_RANGE);
    assert_int_equal(drift_step(METRIC_TEMP_C, v, ts, 48, ts[9], ts[9], &s), NILA_ERR_RANGE);
    assert_int_equal(drift_correct(v, ts, 48, ts[9], ts[9], 1, fixed), NILA_ERR_RANGE);
    assert_int_equal(drift_correct(v, ts, 48, ts[0], ts[9], NAN, fixed), NILA_ERR_RANGE);
}

static void a_handheld_meter_and_the_calendar(void **state)
{
    bool overdue = true;
    const int64_t now = civil_day_start(DAY0);

    (void)state;
    assert_true(drift_hand_differs(METRIC_DO_MG_L, 5.2, 4.1));
    assert_false(drift_hand_differs(METRIC_DO_MG_L, 5.2, 4.3));
    assert_true(drift_hand_differs(METRIC_PH, 7.0, 7.35));
    assert_false(drift_hand_differs(METRIC_DO_MG_L, NAN, 4.3));
    assert_false(drift_hand_differs(METRIC_TEMP_C, 20, 30)); /* no limit known */
    assert_int_equal(drift_days_since(now - 7 * CIVIL_DAY_MS - HOUR_MS, now, &overdue), 7);
    assert_false(overdue);
    assert_int_equal(drift_days_since(now - 8 * CIVIL_DAY_MS, now, &overdue), 8);
    assert_true(overdue);
    assert_int_equal(drift_days_since(0, now, &overdue), -1);
    assert_false(overdue);
    assert_int_equal(drift_days_since(now + 1, now, NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fouling_probe_is_noticed_and_a_clean_one_not),
        cmocka_unit_test(real_ponds_start_no_notice_and_fouling_on_them_is_caught),
        cmocka_unit_test(days_are_cut_at_midnight_and_thin_days_left_out),
        cmocka_unit_test(too_little_is_no_notice),
        cmocka_unit_test(a_cleaning_shows_what_was_fouling),
        cmocka_unit_test(a_handheld_meter_and_the_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
