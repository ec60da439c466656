/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ammonia and lime, pH and peat, and what people, switches, forecast and records say. */
#include "tests/analytics/statusscene.h"

static void a_measured_ammonia_goes_before_a_derived_one(void **state)
{
    struct scene s;
    struct pond_status st;

    (void)state;
    scene_make(&s, 5.3, 5.5, 28.0, 8.0, 1.0);
    assert_true(fabs(judge(&s).nh3_n_mg_l - 0.065596) < 1e-5);
    put(&s, METRIC_NH3_N_MG_L, 0.011, READING_PASS, MINUTE);
    st = judge(&s);
    assert_true(fabs(st.nh3_n_mg_l - 0.011) < 1e-12);
    assert_int_equal(st.level, STATUS_OK);
}

static void lime_is_refused_when_ammonia_is_or_would_be_poisonous(void **state)
{
    struct scene s;

    (void)state;
    scene_make(&s, 5.3, 5.5, 28.0, 5.4, 3.0); /* acid: ammonia sleeps until lime wakes it */
    assert_int_equal(judge(&s).reason, REASON_PH_LOW);
    assert_true(judge(&s).no_lime);
    scene_make(&s, 5.3, 5.5, 28.0, 5.4, 0.2);
    assert_false(judge(&s).no_lime);
    scene_make(&s, 5.3, 5.5, 28.0, 8.4, 0.9);
    assert_true(judge(&s).no_lime);
}

static void ammonia_taken_by_hand_hours_ago_still_forbids_lime(void **state)
{
    struct scene s;

    (void)state;
    scene_make(&s, 5.3, 5.5, 28.0, 5.4, NONE);
    put(&s, METRIC_TAN_N_MG_L, 4.0, READING_PASS, 180 * MINUTE);
    assert_int_equal(judge(&s).reason, REASON_PH_LOW);
    assert_true(judge(&s).no_lime);
    put(&s, METRIC_TAN_N_MG_L, 4.0, READING_FAIL, 180 * MINUTE); /* not usable: says nothing */
    assert_true(judge(&s).no_lime); /* unknown: nobody is told to lime */
    assert_false(judge(&s).ammonia_high);
    scene_make(&s, 5.3, 5.5, 28.0, 5.4, NONE);
    put(&s, METRIC_NH3_N_MG_L, 0.05, READING_PASS, 180 * MINUTE);
    assert_true(judge(&s).no_lime);
}

static void ammonia_taken_by_hand_holds_for_a_day(void **state)
{
    struct scene s;
    struct pond_status st;

    (void)state;
    scene_make(&s, 5.3, 5.5, 28.0, 9.0, NONE);
    put(&s, METRIC_TAN_N_MG_L, 1.3, READING_PASS, 240 * MINUTE);
    st = judge(&s);
    assert_int_equal(st.level, STATUS_DANGER);
    assert_int_equal(st.reason, REASON_AMMONIA_HIGH);
    assert_true(fabs(st.nh3_n_mg_l - 1.3 * 0.41246) < 1e-4); /* at the pH and temperature of now */
    assert_int_equal(st.ts_ms, NOW - 240 * MINUTE);
    assert_int_equal(st.nh3_ts_ms, NOW - 240 * MINUTE);
    put(&s, METRIC_NH3_N_MG_L, 0.001, READING_PASS, 1440 * MINUTE); /* older than the TAN */
    assert_int_equal(judge(&s).ts_ms, NOW - 240 * MINUTE);
    scene_make(&s, 5.3, 5.5, 28.0, 7.0, NONE);
    put(&s, METRIC_NH3_N_MG_L, 0.6, READING_PASS, 240 * MINUTE);
    assert_int_equal(judge(&s).level, STATUS_DANGER);
    assert_int_equal(judge(&s).nh3_ts_ms, NOW - 240 * MINUTE);
    put(&s, METRIC_NH3_N_MG_L, 0.6, READING_PASS, 1440 * MINUTE + 1);
    assert_int_equal(judge(&s).level, STATUS_OK);
    assert_true(isnan(judge(&s).nh3_n_mg_l));
    assert_int_equal(judge(&s).nh3_ts_ms, 0);
}

static void turbid_water_is_watch(void **state)
{
    struct scene s;

    (void)state;
    scene_make(&s, 5.3, 5.5, 28.0, 7.0, NONE);
    put(&s, METRIC_TURB_NTU, 201, READING_PASS, MINUTE);
    assert_int_equal(judge(&s).reason, REASON_WATER_TURBID);
    assert_int_equal(judge(&s).level, STATUS_WATCH);
}

static void gasping_fish_are_danger_at_any_value(void **state)
{
    struct scene s;

    (void)state;
    scene_make(&s, 7.5, 7.5, 28.0, 7.0, 0.1);
    s.more.gasping_ms = NOW - 30 * MINUTE;
    assert_int_equal(judge(&s).level, STATUS_DANGER);
    assert_int_equal(judge(&s).reason, REASON_GASPING);
    assert_int_equal(judge(&s).ts_ms, NOW - 30 * MINUTE);
    s.more.gasping_ms = NOW - 120 * MINUTE;
    assert_int_equal(judge(&s).level, STATUS_OK);
    memset(&s.latest, 0, sizeof s.latest); /* nor is a probe needed */
    s.hour.n = 0;
    s.more.gasping_ms = NOW;
    assert_int_equal(judge(&s).reason, REASON_GASPING);
}

static void mains_lost_is_danger_and_of_biofloc_at_once(void **state)
{
    struct scene s;

    (void)state;
    scene_make(&s, 6.0, 6.0, 28.0, 7.0, 0.1);
    s.more.mains_lost_ms = NOW - MINUTE + 1;
    assert_int_equal(judge(&s).level, STATUS_OK);
    s.more.system = POND_SYSTEM_BIOFLOC;
    assert_int_equal(judge(&s).reason, REASON_POWER_LOST);
    s.more.system = POND_SYSTEM_TARPAULIN;
    s.more.mains_lost_ms = NOW - MINUTE;
    assert_int_equal(judge(&s).reason, REASON_POWER_LOST);
    assert_int_equal(judge(&s).level, STATUS_DANGER);
    s.more.system = POND_SYSTEM_CAGE; /* has no aerator to lose */
    assert_int_equal(judge(&s).level, STATUS_OK);
}

static void peat_water_moves_the_watch_and_never_the_danger(void **state)
{
    struct status_ph ph = {.usual = 5.9, .yesterday = 5.9, .hour = 5.9};
    struct scene s;

    (void)state;
    scene_make(&s, 5.3, 5.5, 28.0, 5.9, 0.1);
    assert_int_equal(judge(&s).reason, REASON_PH_LOW); /* its water is not known yet */
    s.more.ph = &ph;
    assert_int_equal(judge(&s).level, STATUS_OK);
    put(&s, METRIC_PH, 5.3, READING_PASS, MINUTE);
    assert_int_equal(judge(&s).level, STATUS_WATCH);
    assert_true(fabs(judge(&s).limit - 5.4) < 1e-9);
    ph.usual = 5.2; /* however acid: not under 5.0 */
    put(&s, METRIC_PH, 4.95, READING_PASS, MINUTE);
    assert_true(fabs(judge(&s).limit - 5.0) < 1e-9);
    ph.usual = ph.yesterday = ph.hour = 4.4;
    put(&s, METRIC_PH, 4.4, READING_PASS, MINUTE);
    assert_int_equal(judge(&s).level, STATUS_DANGER);
    assert_true(fabs(judge(&s).limit - 4.5) < 1e-9);
    ph.usual = 7.5; /* nor does good water raise the standard's limit */
    ph.yesterday = ph.hour = NAN;
    put(&s, METRIC_PH, 6.6, READING_PASS, MINUTE);
    assert_int_equal(judge(&s).level, STATUS_OK);
}

static void acid_water_is_danger_to_newly_stocked_fish(void **state)
{
    struct scene s;

    (void)state;
    scene_make(&s, 5.3, 5.5, 28.0, 5.4, 0.1);
    assert_int_equal(judge(&s).level, STATUS_WATCH);
    s.more.stocked_ms = NOW - 13 * 24 * 60 * MINUTE;
    assert_int_equal(judge(&s).level, STATUS_DANGER);
    assert_true(fabs(judge(&s).limit - 5.5) < 1e-9);
    s.more.stocked_ms = NOW - 14 * 24 * 60 * MINUTE;
    assert_int_equal(judge(&s).level, STATUS_WATCH);
}

static void a_fall_of_ph_since_yesterday_is_danger(void **state)
{
    struct status_ph ph = {.usual = 7.2, .yesterday = 7.2, .hour = 6.45};
    struct scene s;

    (void)state;
    scene_make(&s, 5.3, 5.5, 28.0, 6.45, 0.1);
    s.more.ph = &ph;
    assert_int_equal(judge(&s).reason, REASON_PH_FALL);
    assert_int_equal(judge(&s).level, STATUS_DANGER);
    assert_true(fabs(judge(&s).limit - 7.2) < 1e-9);
    ph.hour = 6.9; /* one odd reading makes no fall */
    assert_int_equal(judge(&s).reason, REASON_PH_LOW);
    ph.hour = 6.45;
    s.more.system = POND_SYSTEM_CAGE;
    assert_int_equal(judge(&s).reason, REASON_RIVER_ACID);
}

static void a_rise_of_ph_over_much_ammonia_warns(void **state)
{
    struct status_ph ph = {.usual = 6.8, .yesterday = 6.8, .hour = 7.4};
    struct scene s;

    (void)state;
    scene_make(&s, 5.3, 5.5, 28.0, 7.4, 1.1); /* 0.019 mg/L as NH3: still under the watch */
    s.more.ph = &ph;
    assert_int_equal(judge(&s).reason, REASON_PH_RISE);
    scene_make(&s, 5.3, 5.5, 28.0, 7.4, 0.9);
    s.more.ph = &ph;
    assert_int_equal(judge(&s).level, STATUS_OK);
}

static void acid_river_water_is_told_to_cages(void **state)
{
    struct scene s;

    (void)state;
    scene_make(&s, 5.3, 5.5, 28.0, 7.0, 0.1);
    s.more.river_acid_ms = NOW - 600 * MINUTE;
    assert_int_equal(judge(&s).level, STATUS_OK); /* a pond does not lie in the river */
    s.more.system = POND_SYSTEM_CAGE;
    assert_int_equal(judge(&s).reason, REASON_RIVER_ACID);
    assert_int_equal(judge(&s).ts_ms, NOW - 600 * MINUTE);
    s.more.river_acid_ms = NOW - 48 * 60 * MINUTE;
    assert_int_equal(judge(&s).level, STATUS_OK);
}

static void tonights_forecast_is_watch(void **state)
{
    struct scene s;

    (void)state;
    scene_make(&s, 6.0, 6.0, 28.0, 7.0, 0.1);
    s.more.night = true;
    s.more.night_p_watch = 0.5;
    s.more.night_min_mg_l = 2.1;
    s.more.night_low_ms = NOW + 400 * MINUTE;
    assert_int_equal(judge(&s).reason, REASON_DO_NIGHT);
    assert_int_equal(judge(&s).level, STATUS_WATCH);
    assert_true(fabs(judge(&s).value - 2.1) < 1e-9);
    s.more.night_p_watch = 0.49;
    assert_int_equal(judge(&s).level, STATUS_OK);
}

static void many_deaths_are_danger(void **state)
{
    struct scene s;

    (void)state;
    scene_make(&s, 6.0, 6.0, 28.0, 7.0, 0.1);
    s.more.deaths = 5;
    s.more.deaths_usual = 0.5;
    s.more.fish = 3000;
    assert_int_equal(judge(&s).level, STATUS_OK); /* five are few, however usual */
    s.more.deaths = 6;
    assert_int_equal(judge(&s).reason, REASON_MORTALITY);
    s.more.deaths = 31;
    s.more.deaths_usual = 20;
    assert_int_equal(judge(&s).reason, REASON_MORTALITY); /* over 1 % */
    s.more.deaths = 30;
    assert_int_equal(judge(&s).level, STATUS_OK);
}

static void a_fouled_probe_is_never_green(void **state)
{
    struct scene s;

    (void)state;
    scene_make(&s, 6.0, 6.0, 28.0, 7.0, 0.1);
    s.more.fouled_ms = NOW - 60 * MINUTE;
    assert_int_equal(judge(&s).level, STATUS_WATCH);
    assert_int_equal(judge(&s).reason, REASON_FOULING);
}

static void usual_ph_needs_days(void **state)
{
    enum {
        HOURS = 16 * 24
    };
    int64_t ts[HOURS];
    double value[HOURS];
    struct series hours = {METRIC_PH, HOURS, ts, value};
    struct status_ph ph;

    (void)state;
    for (int i = 0; i < HOURS; i++) {
        ts[i] = NOW - (HOURS - i) * 60 * MINUTE;
        value[i] = i < HOURS - 26 ? 5.8 : i < HOURS - 21 ? 6.0 : 5.0;
    }
    ph = status_ph_days(&hours, NOW);
    assert_true(fabs(ph.usual - 5.8) < 1e-9);
    assert_true(fabs(ph.yesterday - 6.0) < 1e-9);
    assert_true(fabs(ph.hour - 5.0) < 1e-9);
    hours.ts_ms += HOURS - 4 * 24 - 10; /* four days and a part of one */
    hours.value += HOURS - 4 * 24 - 10;
    hours.n = 4 * 24 + 10;
    assert_true(isnan(status_ph_days(&hours, NOW).usual));
    hours.n = 0;
    ph = status_ph_days(&hours, NOW);
    assert_true(isnan(ph.usual) && isnan(ph.yesterday) && isnan(ph.hour));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_measured_ammonia_goes_before_a_derived_one),
        cmocka_unit_test(lime_is_refused_when_ammonia_is_or_would_be_poisonous),
        cmocka_unit_test(ammonia_taken_by_hand_hours_ago_still_forbids_lime),
        cmocka_unit_test(ammonia_taken_by_hand_holds_for_a_day),
        cmocka_unit_test(turbid_water_is_watch),
        cmocka_unit_test(gasping_fish_are_danger_at_any_value),
        cmocka_unit_test(mains_lost_is_danger_and_of_biofloc_at_once),
        cmocka_unit_test(peat_water_moves_the_watch_and_never_the_danger),
        cmocka_unit_test(acid_water_is_danger_to_newly_stocked_fish),
        cmocka_unit_test(a_fall_of_ph_since_yesterday_is_danger),
        cmocka_unit_test(a_rise_of_ph_over_much_ammonia_warns),
        cmocka_unit_test(acid_river_water_is_told_to_cages),
        cmocka_unit_test(tonights_forecast_is_watch),
        cmocka_unit_test(many_deaths_are_danger),
        cmocka_unit_test(a_fouled_probe_is_never_green),
        cmocka_unit_test(usual_ph_needs_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
