/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A night model from a collector's readings: which nights were aerated, as current and relay say; its lines for InfluxDB. */
#include "tests/analytics/nighthouse.h"

#include "analytics/water/night_source.h"

static struct night_model *load(const char *pond)
{
    struct night_model *m = NULL;

    assert_int_equal(night_source_load(house.series, pond, NIGHT_NOW, true, &m), 0);
    return m;
}

static void nights_are(const char *says, int natural, int aerated)
{
    struct night_model *m = load("k-1");
    int got[2];

    night_model_nights(m, NIGHT_NOW, &got[0], &got[1]);
    if (got[0] != natural || got[1] != aerated)
        fail_msg("%s: %d natural and %d aerated nights, not %d and %d", says, got[0], got[1],
                 natural, aerated);
    night_model_free(m);
}

static void a_current_or_a_relay_tells_which_nights_were_aerated(void **state)
{
    static const struct {
        const char *says;
        double relay[2], current[2];
        bool apart; /* else the aerator seems to run never or always */
        bool always;
    } T[] = {
        {"neither is there", {NAN, NAN}, {NAN, NAN}, false, false},
        {"the relay alone", {0, 1}, {NAN, NAN}, true, false},
        {"the current alone", {NAN, NAN}, {0.02, 3.4}, true, false},
        {"the relay stands, the motor runs by hand", {0, 0}, {0.02, 3.4}, true, false},
        {"the relay is closed, the motor does not turn", {1, 1}, {0.02, 3.4}, true, false},
        {"closed, and no motor ever turned", {0, 1}, {0.02, 0.05}, false, false},
        {"a small blower", {NAN, NAN}, {0.05, 0.3}, true, false},
        {"it always runs", {NAN, NAN}, {3.4, 3.4}, false, true},
    };
    struct night_model *m = load("k-1");
    int all, none;

    (void)state;
    night_model_nights(m, NIGHT_NOW, &all, &none);
    night_model_free(m);
    assert_true(all == 25 && none == 0);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        memcpy(house.relay, T[i].relay, sizeof house.relay);
        memcpy(house.current, T[i].current, sizeof house.current);
        if (T[i].apart)
            nights_are(T[i].says, all / 2, all - all / 2);
        else
            nights_are(T[i].says, T[i].always ? 0 : all, T[i].always ? all : 0);
    }
}

static void the_current_from_which_it_runs_is_the_configurations(void **state)
{
    struct night_model *m = load("k-1");
    char why[256] = "";
    int all, none;

    (void)state;
    night_model_nights(m, NIGHT_NOW, &all, &none);
    night_model_free(m);
    house.current[0] = 1.1; /* a pump on the same line */
    house.current[1] = 3.4;
    nights_are("0.2 A", 0, all);
    series_source_close(house.series);
    house.config.aerator_a = 2;
    assert_int_equal(series_source_open(&house.series, &house.config, why, sizeof why), 0);
    nights_are("2 A", all / 2, all - all / 2);
}

static void a_meter_that_fell_silent_leaves_it_to_the_relay(void **state)
{
    (void)state;
    house.relay[0] = 0;
    house.relay[1] = 1;
    nights_are("the relay", 12, 13);
    house.current[0] = house.current[1] = 0.01; /* no motor turned, as far as it was measured */
    nights_are("the meter", 25, 0);
    house.current_last_ms = NIGHT_NOW - 10 * CIVIL_DAY_MS;
    nights_are("the meter, then the relay", 20, 5);
}

static void lines_say_what_the_forecast_rests_on(void **state)
{
    static const struct night_place WHERE = {"kotim", "62.02.06", "f-1", "k-1"};
    struct night_model *m = load("k-1");
    struct night_ask ask = {.issue_ms = NIGHT_NOW};
    struct night_forecast f;
    struct buf b = {0};
    char want[200];

    (void)state;
    assert_int_equal(night_model_forecast(m, &ask, &f), 0);
    night_lines(&b, &WHERE, &f);
    assert_non_null(
        strstr(b.p, "oxygen_night,kecamatan=62.02.06,pond=k-1,regency=kotim,site=f-1 "));
    assert_non_null(strstr(b.p, ",aerated=0,basis=0 1795525200000\n"));
    (void)snprintf(want, sizeof want, "issued_ms=1795525200000,basis=0 %lld\n",
                   (long long)(NIGHT_NOW + NIGHT_STEP_MS));
    assert_non_null(strstr(b.p, want));
    buf_clear(&b);
    assert_int_equal(night_handheld(6.2, NIGHT_NOW - 20 * MINUTE, &m, 1, &f), 0);
    night_lines(&b, &WHERE, &f);
    assert_non_null(strstr(b.p, ",aerated=0,basis=1 "));
    assert_non_null(strstr(b.p, "oxygen_path,"));
    assert_null(strstr(b.p, "basis=0"));
    buf_free(&b);
    night_model_free(m);
}

#define T(f) cmocka_unit_test_setup_teardown(f, house_set_up, house_tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_current_or_a_relay_tells_which_nights_were_aerated),
        T(the_current_from_which_it_runs_is_the_configurations),
        T(a_meter_that_fell_silent_leaves_it_to_the_relay),
        T(lines_say_what_the_forecast_rests_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
