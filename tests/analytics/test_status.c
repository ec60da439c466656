/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Levels and reasons by oxygen and by probes that fall silent; the limits themselves. */
#include "tests/analytics/statusscene.h"

static void every_limit_has_its_level_and_reason(void **state)
{
    static const struct {
        const char *says;
        double now, before, temp, ph, tan;
        enum status_level level;
        enum status_reason reason;
        double limit;
    } T[] = {
        {"all well", 5.3, 5.5, 28.4, 7.1, NONE, STATUS_OK, REASON_ALL_WELL, NONE},
        {"exactly 3 mg/L is well", 3.0, 3.1, 28.4, 7.1, NONE, STATUS_OK, REASON_ALL_WELL, NONE},
        {"2.9 is watch", 2.9, 3.1, 28.4, 7.1, NONE, STATUS_WATCH, REASON_DO_LOW, 3.0},
        {"1.4 twice and 1.4 an hour before is danger", 1.4, 1.4, 28.4, 7.1, NONE, STATUS_DANGER,
         REASON_DO_NOT_RECOVERING, 1.5},
        {"1.4 once is watch", 1.4, 1.6, 28.4, 7.1, NONE, STATUS_WATCH, REASON_DO_LOW, 3.0},
        {"zero once after 6 is watch", 0.4, 6.0, 28.4, 7.1, NONE, STATUS_WATCH, REASON_DO_LOW, 3.0},
        {"exactly 1.5 twice is watch", 1.5, 1.5, 28.4, 7.1, NONE, STATUS_WATCH, REASON_DO_LOW, 3.0},
        {"32.0 C is well", 5.3, 5.5, 32.0, 7.1, NONE, STATUS_OK, REASON_ALL_WELL, NONE},
        {"32.1 C", 5.3, 5.5, 32.1, 7.1, NONE, STATUS_WATCH, REASON_TEMP_HIGH, 32.0},
        {"35.1 C", 5.3, 5.5, 35.1, 7.1, NONE, STATUS_DANGER, REASON_TEMP_HIGH, 35.0},
        {"24.9 C", 5.3, 5.5, 24.9, 7.1, NONE, STATUS_WATCH, REASON_TEMP_LOW, 25.0},
        {"19.9 C", 5.3, 5.5, 19.9, 7.1, NONE, STATUS_DANGER, REASON_TEMP_LOW, 20.0},
        {"pH 6.4", 5.3, 5.5, 28.4, 6.4, NONE, STATUS_WATCH, REASON_PH_LOW, 6.5},
        {"pH 4.5 is watch", 5.3, 5.5, 28.4, 4.5, NONE, STATUS_WATCH, REASON_PH_LOW, 6.5},
        {"pH 4.4", 5.3, 5.5, 28.4, 4.4, NONE, STATUS_DANGER, REASON_PH_LOW, 4.5},
        {"pH 8.6", 5.3, 5.5, 28.4, 8.6, NONE, STATUS_WATCH, REASON_PH_HIGH, 8.5},
        {"pH 9.6", 5.3, 5.5, 28.4, 9.6, NONE, STATUS_DANGER, REASON_PH_HIGH, 9.5},
        /* 28 C, pH 8: 6.5596 % (Emerson et al. 1975); pH 9: 41.246 % */
        {"TAN 0.31 at pH 8 is watch", 5.3, 5.5, 28.0, 8.0, 0.31, STATUS_WATCH, REASON_AMMONIA_HIGH,
         0.02},
        {"TAN 0.30 at pH 8 is well", 5.3, 5.5, 28.0, 8.0, 0.30, STATUS_OK, REASON_ALL_WELL, NONE},
        {"TAN 1.3 at pH 9 is danger, before pH", 5.3, 5.5, 28.0, 9.0, 1.3, STATUS_DANGER,
         REASON_AMMONIA_HIGH, 0.5},
        {"TAN 3 in acid water is no ammonia", 5.3, 5.5, 28.0, 6.0, 3.0, STATUS_WATCH, REASON_PH_LOW,
         6.5},
        {"TAN without pH gives no ammonia", 5.3, 5.5, 28.0, NONE, 9.0, STATUS_OK, REASON_ALL_WELL,
         NONE},
        {"oxygen first among dangers", 1.2, 1.2, 36.0, 4.0, NONE, STATUS_DANGER,
         REASON_DO_NOT_RECOVERING, 1.5},
        {"danger by pH beats watch by oxygen", 2.5, 2.5, 28.0, 4.2, NONE, STATUS_DANGER,
         REASON_PH_LOW, 4.5},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct scene s;
        struct pond_status st;
        bool same_limit;
        scene_make(&s, T[i].now, T[i].before, T[i].temp, T[i].ph, T[i].tan);
        st = judge(&s);
        same_limit = isnan(T[i].limit) ? isnan(st.limit) : fabs(st.limit - T[i].limit) < 1e-12;
        if (st.level != T[i].level || st.reason != T[i].reason || !same_limit)
            fail_msg("%s: level %d reason %d limit %g", T[i].says, (int)st.level, (int)st.reason,
                     st.limit);
    }
}

static void oxygen_that_is_too_old_is_no_data_and_never_shown(void **state)
{
    struct scene s;
    struct pond_status st;

    (void)state;
    scene_make(&s, 5.3, 5.5, 28.4, 7.1, NONE);
    s.hour.n = 0;
    put(&s, METRIC_DO_MG_L, 5.3, READING_PASS, 20 * MINUTE);
    assert_int_equal(judge(&s).level, STATUS_OK); /* just young enough */
    put(&s, METRIC_DO_MG_L, 5.3, READING_PASS, 20 * MINUTE + 1);
    st = judge(&s);
    assert_int_equal(st.level, STATUS_NO_DATA);
    assert_int_equal(st.reason, REASON_NO_DATA);
    assert_true(isnan(st.value));
    assert_int_equal(st.ts_ms, NOW - 20 * MINUTE - 1);
    assert_false(status_current(&s.latest.metric[METRIC_DO_MG_L], NOW, &STATUS_DEFAULTS));
}

static void a_pond_that_never_spoke_has_no_data(void **state)
{
    struct scene s;
    struct pond_status st;

    (void)state;
    memset(&s, 0, sizeof s);
    st = judge(&s);
    assert_int_equal(st.level, STATUS_NO_DATA);
    assert_int_equal(st.reason, REASON_NO_DATA);
    assert_int_equal(st.ts_ms, 0);
    assert_int_equal(st.doubtful, 0);
    assert_true(isnan(st.nh3_n_mg_l));
    status_judge(&(struct status_scene){.latest = &s.latest, .now_ms = NOW}, &STATUS_DEFAULTS,
                 &st); /* no series at all */
    assert_int_equal(st.level, STATUS_NO_DATA);
}

static void danger_by_another_probe_is_told_even_without_oxygen(void **state)
{
    struct scene s;

    (void)state;
    scene_make(&s, NONE, 5.5, 28.4, 4.2, NONE);
    s.hour.n = 0;
    assert_int_equal(judge(&s).level, STATUS_DANGER);
    assert_int_equal(judge(&s).reason, REASON_PH_LOW);
}

static void a_doubtful_newest_value_is_watch_and_judges_nothing(void **state)
{
    struct scene s;
    struct pond_status st;

    (void)state;
    scene_make(&s, NONE, 5.5, 28.4, 7.1, NONE);
    put(&s, METRIC_DO_MG_L, 0.0, READING_SUSPECT, MINUTE);
    st = judge(&s);
    assert_int_equal(st.level, STATUS_WATCH);
    assert_int_equal(st.reason, REASON_SENSOR_SUSPECT);
    assert_int_equal(st.metric, METRIC_DO_MG_L);
    assert_int_equal(st.doubtful, 1);
    assert_true(fabs(st.value) < 1e-12);
    put(&s, METRIC_DO_MG_L, NAN, READING_MISSING, MINUTE); /* the probe says: no value */
    st = judge(&s);
    assert_int_equal(st.level, STATUS_WATCH);
    assert_int_equal(st.reason, REASON_SENSOR_SUSPECT);
    assert_true(isnan(st.value));
}

static void oxygen_doubtful_for_too_long_is_no_data_by_the_sensor(void **state)
{
    struct scene s;
    struct pond_status st;

    (void)state;
    scene_make(&s, NONE, 5.5, 28.4, 7.1, NONE);
    s.hour.n = 6; /* the last usable one is 31 minutes old */
    put(&s, METRIC_DO_MG_L, 24.0, READING_FAIL, MINUTE);
    st = judge(&s);
    assert_int_equal(st.level, STATUS_NO_DATA);
    assert_int_equal(st.reason, REASON_SENSOR_SUSPECT);
    assert_true(fabs(st.value - 24.0) < 1e-12);
}

/* A probe in a buffer is no pond: neither its value nor its silence is told as such, as long as the collector lends it. */
static void a_probe_that_is_calibrated_is_said_to_be_so(void **state)
{
    struct scene s;
    struct pond_status st;

    (void)state;
    scene_make(&s, NONE, 5.5, 28.4, 7.1, NONE);
    s.hour.n = 0; /* nothing usable is known any more */
    put(&s, METRIC_DO_MG_L, 0.02, READING_FAIL, MINUTE);
    s.latest.metric[METRIC_DO_MG_L].bits = READING_BIT_CALIBRATION;
    put(&s, METRIC_CALIBRATING, 1, READING_PASS, 25 * MINUTE);
    st = judge(&s);
    assert_int_equal(st.level, STATUS_WATCH);
    assert_int_equal(st.reason, REASON_CALIBRATION);
    assert_int_equal(st.ts_ms, NOW - 25 * MINUTE);
    assert_true(isnan(st.value));
    assert_int_equal(st.doubtful, 1); /* the beginning is no reading */
    /* the mark ends with the loan: then it is what it is */
    put(&s, METRIC_DO_MG_L, 0.02, READING_FAIL, 21 * MINUTE);
    s.latest.metric[METRIC_DO_MG_L].bits = READING_BIT_CALIBRATION;
    assert_int_equal(judge(&s).level, STATUS_NO_DATA);
    put(&s, METRIC_DO_MG_L, 0.02, READING_FAIL, MINUTE);
    s.latest.metric[METRIC_DO_MG_L].bits = 0;
    assert_int_equal(judge(&s).reason, REASON_SENSOR_SUSPECT);
    /* what the others know of danger is told all the same */
    s.latest.metric[METRIC_DO_MG_L].bits = READING_BIT_CALIBRATION;
    put(&s, METRIC_PH, 4.2, READING_PASS, MINUTE);
    assert_int_equal(judge(&s).reason, REASON_PH_LOW);
}

static void a_silent_probe_is_never_green(void **state)
{
    struct scene s;
    struct pond_status st;

    (void)state;
    scene_make(&s, 5.3, 5.5, 28.4, 7.1, NONE);
    put(&s, METRIC_PH, 7.0, READING_PASS, 180 * MINUTE);
    st = judge(&s);
    assert_int_equal(st.level, STATUS_WATCH);
    assert_int_equal(st.reason, REASON_SENSOR_SUSPECT);
    assert_int_equal(st.metric, METRIC_PH);
    assert_true(isnan(st.value)); /* three hours old: not shown */
    assert_int_equal(st.ts_ms, NOW - 180 * MINUTE);
    scene_make(&s, 5.3, 5.5, 28.4, 7.1, NONE);
    put(&s, METRIC_TAN_N_MG_L, 0.1, READING_PASS, 300 * MINUTE); /* taken by hand this night */
    assert_int_equal(judge(&s).level, STATUS_OK);
}

static void a_fast_fall_is_watch_and_one_odd_reading_is_not(void **state)
{
    struct scene s;
    struct pond_status st;

    (void)state;
    scene_make(&s, 5.0, 7.6, 28.4, 7.1, NONE);
    s.value[10] = 5.4;
    st = judge(&s);
    assert_int_equal(st.level, STATUS_WATCH);
    assert_int_equal(st.reason, REASON_DO_FAST_DROP);
    assert_true(fabs(st.drop_mg_l - 2.2) < 1e-9); /* 7.6 to the higher of 5.0 and 5.4 */
    s.value[10] = 7.6;                            /* only the newest fell */
    assert_int_equal(judge(&s).level, STATUS_OK);
    s.value[10] = 5.6; /* exactly 2.0 is no alarm */
    assert_int_equal(judge(&s).level, STATUS_OK);
}

static void a_probe_that_speaks_seldom_still_confirms_a_danger(void **state)
{
    struct scene s;

    (void)state;
    scene_make(&s, NONE, 5.5, 28.4, 7.1, NONE);
    s.ts[0] = NOW - 27 * MINUTE; /* every quarter of an hour */
    s.ts[1] = NOW - 12 * MINUTE;
    s.value[0] = 1.2;
    s.value[1] = 0.9;
    s.hour.n = 2;
    put(&s, METRIC_DO_MG_L, 0.9, READING_PASS, 12 * MINUTE);
    assert_int_equal(judge(&s).level, STATUS_DANGER);
    assert_int_equal(judge(&s).reason, REASON_DO_CRITICAL);
    s.ts[0] = NOW - 73 * MINUTE; /* over an hour before the newest: confirms nothing */
    assert_int_equal(judge(&s).level, STATUS_WATCH);
    put(&s, METRIC_DO_MG_L, 0.9, READING_PASS, 21 * MINUTE); /* the newest must be fresh */
    s.ts[1] = NOW - 21 * MINUTE;
    assert_int_equal(judge(&s).level, STATUS_NO_DATA);
}

static void of_two_probes_that_disagree_the_lower_is_told(void **state)
{
    struct scene s;
    struct pond_status st;

    (void)state;
    scene_make(&s, 7.0, 7.0, 28.4, 7.1, NONE);
    for (int i = 10; i >= 0; i -= 2)
        s.value[i] = 0.5; /* the other probe, in turn */
    st = judge(&s);
    assert_int_equal(st.level, STATUS_WATCH);
    assert_int_equal(st.reason, REASON_DO_LOW);
    assert_true(fabs(st.value - 0.5) < 1e-12);
    assert_int_equal(st.ts_ms, s.ts[10]);
    s.value[10] = 4.0; /* well again after two readings in a row */
    assert_int_equal(judge(&s).level, STATUS_OK);
}

static void a_reading_from_the_future_is_not_trusted(void **state)
{
    struct scene s;

    (void)state;
    scene_make(&s, 5.3, 5.5, 28.0, 7.0, NONE);
    s.hour.n = 0;
    put(&s, METRIC_DO_MG_L, 5.3, READING_PASS, -2 * MINUTE); /* a clock two minutes ahead */
    assert_int_equal(judge(&s).level, STATUS_OK);
    put(&s, METRIC_DO_MG_L, 5.3, READING_PASS, -21 * MINUTE);
    assert_int_equal(judge(&s).level, STATUS_NO_DATA);
}

static void low_oxygen_that_does_not_rise_is_told_so(void **state)
{
    struct scene s;
    struct pond_status st;

    (void)state;
    scene_make(&s, 1.2, 1.2, 28.0, 7.0, NONE);
    st = judge(&s);
    assert_int_equal(st.reason, REASON_DO_NOT_RECOVERING);
    assert_true(fabs(st.minutes - 56.0) < 1e-9);
    for (int i = 6; i < 12; i++)
        s.value[i] = 1.4; /* risen by 0.2 within the half hour */
    put(&s, METRIC_DO_MG_L, 1.4, READING_PASS, MINUTE);
    assert_int_equal(judge(&s).reason, REASON_DO_CRITICAL);
    scene_make(&s, 1.2, 3.5, 28.0, 7.0, NONE);
    for (int i = 7; i < 12; i++)
        s.value[i] = 1.2; /* low for 21 minutes only */
    assert_int_equal(judge(&s).reason, REASON_DO_CRITICAL);
    assert_true(isnan(judge(&s).minutes));
}

static void a_pond_that_runs_out_of_oxygen_is_no_broken_probe(void **state)
{
    struct scene s;

    (void)state;
    scene_make(&s, NONE, 1.2, 28.0, 7.0, NONE);
    s.hour.n = 11; /* usable until 6 minutes ago */
    put(&s, METRIC_DO_MG_L, 0.0, READING_SUSPECT, MINUTE);
    assert_int_equal(judge(&s).level, STATUS_DANGER); /* below danger before, nothing now */
    assert_true(judge(&s).value < 0.01);
    for (int i = 0; i < 11; i++)
        s.value[i] = 2.5;
    assert_int_equal(judge(&s).level, STATUS_WATCH); /* low, and one odd zero */
    assert_int_equal(judge(&s).reason, REASON_DO_LOW);
    s.hour.n = 9; /* for a quarter of an hour */
    assert_int_equal(judge(&s).level, STATUS_DANGER);
    for (int i = 0; i < 9; i++)
        s.value[i] = 6.0; /* from good water to nothing: the probe */
    assert_int_equal(judge(&s).level, STATUS_WATCH);
    assert_int_equal(judge(&s).reason, REASON_SENSOR_SUSPECT);
    for (int i = 0; i < 12; i++) {
        s.ts[i] -= 150 * MINUTE; /* hours of nothing after low oxygen are still that */
        s.value[i] = 1.0;
    }
    s.hour.n = 12;
    assert_int_equal(judge(&s).level, STATUS_DANGER);
    put(&s, METRIC_DO_MG_L, 0.0, READING_FAIL, MINUTE); /* the node says it failed */
    assert_int_equal(judge(&s).level, STATUS_NO_DATA);
}

static void every_limit_that_may_be_set_is_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < STATUS_LIMIT_COUNT; i++) {
        const struct status_limit *l = &STATUS_LIMIT[i];
        struct status_limits set = STATUS_DEFAULTS;
        double value = *status_limit_at(&set, i);
        if (!(value >= l->least && value <= l->most) || l->source[0] == '\0')
            fail_msg("%s: %g is not within %g and %g, or has no source", l->name, value, l->least,
                     l->most);
    }
    assert_null(status_limits_fault(&STATUS_DEFAULTS));
    struct status_limits low = STATUS_DEFAULTS;
    low.do_danger_mg_l = 0.9;
    assert_non_null(strstr(status_limits_fault(&low), "do_danger_mg_l"));
    low.do_danger_mg_l = 3.5;
    assert_non_null(status_limits_fault(&low));
}

static void every_reason_has_a_key_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        assert_non_null(status_reason_key((enum status_reason)i));
        for (int k = 0; k < i; k++)
            assert_string_not_equal(status_reason_key((enum status_reason)i),
                                    status_reason_key((enum status_reason)k));
    }
}

static void worst_comes_first(void **state)
{
    (void)state;
    assert_int_equal(status_rank(STATUS_DANGER), 0);
    assert_true(status_rank(STATUS_DANGER) < status_rank(STATUS_NO_DATA));
    assert_true(status_rank(STATUS_NO_DATA) < status_rank(STATUS_WATCH));
    assert_true(status_rank(STATUS_WATCH) < status_rank(STATUS_OK));
}

static void limits_rise_in_order(void **state)
{
    const struct status_limits *l = &STATUS_DEFAULTS;

    (void)state;
    assert_true(l->do_danger_mg_l < l->do_watch_mg_l);
    assert_true(l->ph_danger_low < l->ph_watch_low && l->ph_watch_low < l->ph_watch_high &&
                l->ph_watch_high < l->ph_danger_high);
    assert_true(l->temp_danger_low < l->temp_watch_low && l->temp_watch_low < l->temp_watch_high &&
                l->temp_watch_high < l->temp_danger_high);
    assert_true(l->nh3_watch < l->nh3_danger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_limit_has_its_level_and_reason),
        cmocka_unit_test(oxygen_that_is_too_old_is_no_data_and_never_shown),
        cmocka_unit_test(a_pond_that_never_spoke_has_no_data),
        cmocka_unit_test(danger_by_another_probe_is_told_even_without_oxygen),
        cmocka_unit_test(a_doubtful_newest_value_is_watch_and_judges_nothing),
        cmocka_unit_test(oxygen_doubtful_for_too_long_is_no_data_by_the_sensor),
        cmocka_unit_test(a_probe_that_is_calibrated_is_said_to_be_so),
        cmocka_unit_test(a_silent_probe_is_never_green),
        cmocka_unit_test(a_fast_fall_is_watch_and_one_odd_reading_is_not),
        cmocka_unit_test(a_probe_that_speaks_seldom_still_confirms_a_danger),
        cmocka_unit_test(of_two_probes_that_disagree_the_lower_is_told),
        cmocka_unit_test(a_reading_from_the_future_is_not_trusted),
        cmocka_unit_test(low_oxygen_that_does_not_rise_is_told_so),
        cmocka_unit_test(a_pond_that_runs_out_of_oxygen_is_no_broken_probe),
        cmocka_unit_test(every_limit_that_may_be_set_is_one),
        cmocka_unit_test(every_reason_has_a_key_of_its_own),
        cmocka_unit_test(worst_comes_first),
        cmocka_unit_test(limits_rise_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
