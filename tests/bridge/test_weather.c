/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/common/civil.h"
#include "firmware-bridge/linux/carbonate.h"
#include "firmware-bridge/linux/rng.h"
#include "firmware-bridge/linux/weather.h"

static const int64_t MINUTE = 60000;

static void the_sun_rises_and_sets_when_it_does_in_sampit(void **state)
{
    int32_t first = civil_day_of(2026, 1, 1);

    (void)state;
    for (int32_t d = first; d < first + 365; d++) {
        int rise = -1, set = -1;
        for (int m = 0; m < 1440; m++) {
            double now = weather_clear_sky_w_m2(civil_day_start(d) + m * MINUTE);
            assert_true(now >= 0 && now < 1100);
            if (now > 0 && rise < 0)
                rise = m;
            if (now > 0)
                set = m;
        }
        /* 05:10 to 05:45, 17:10 to 17:50 WIB */
        if (rise < 310 || rise > 345 || set < 1030 || set > 1070)
            fail_msg("day %d: %02d:%02d to %02d:%02d", d - first, rise / 60, rise % 60, set / 60,
                     set % 60);
    }
}

static void weather_is_bounded_and_plausible_over_a_year(void **state)
{
    double rain_mm = 0, sun = 0;
    int64_t t0 = civil_day_start(civil_day_of(2026, 1, 1));

    (void)state;
    for (int i = 0; i < 365 * 144; i++) {
        int64_t ts = t0 + i * 10 * MINUTE;
        struct weather w = weather_at(11, ts);
        if (!(w.cloud >= 0 && w.cloud <= 1 && w.global_w_m2 >= 0 &&
              w.global_w_m2 <= weather_clear_sky_w_m2(ts) && w.air_temp_c > 20 &&
              w.air_temp_c < 35 && w.dew_c <= w.air_temp_c + 1.001 && w.wind_m_s >= 0.1 &&
              w.wind_m_s < 12 && w.rain_mm_h >= 0 && w.rain_mm_h < 500))
            fail_msg("row %d: cloud %g G %g air %g dew %g wind %g rain %g", i, w.cloud,
                     w.global_w_m2, w.air_temp_c, w.dew_c, w.wind_m_s, w.rain_mm_h);
        assert_true(fabs(w.par_w_m2 - 0.45 * w.global_w_m2) < 1e-9);
        rain_mm += w.rain_mm_h / 6;
        sun += w.global_w_m2 / (365 * 144);
    }
    if (rain_mm < 1500 || rain_mm > 3300 || sun < 180 || sun > 240)
        fail_msg("%g mm, %g W/m2", rain_mm, sun);
}

static void an_instant_has_one_weather_whatever_was_asked_before(void **state)
{
    int64_t ts = civil_day_start(civil_day_of(2026, 11, 24)) + 14 * 60 * MINUTE;
    struct weather a = weather_at(5, ts), b, c;

    (void)state;
    (void)weather_at(5, ts + 1000 * CIVIL_DAY_MS);
    b = weather_at(5, ts);
    c = weather_at(6, ts);
    assert_true(a.cloud == b.cloud && a.air_temp_c == b.air_temp_c && a.wind_m_s == b.wind_m_s);
    assert_true(a.cloud != c.cloud && a.wind_m_s != c.wind_m_s);
}

static void random_numbers_have_their_moments(void **state)
{
    double mean = 0, square = 0, unit = 0;
    const int N = 100000;

    (void)state;
    for (int i = 0; i < N; i++) {
        uint64_t key = rng_key(42, (uint64_t)i);
        double z = rng_normal(key), u = rng_unit(key);
        assert_true(u >= 0 && u < 1 && fabs(z) < 9);
        mean += z / N;
        square += z * z / N;
        unit += u / N;
    }
    if (fabs(mean) > 0.015 || fabs(square - 1) > 0.03 || fabs(unit - 0.5) > 0.005)
        fail_msg("mean %g square %g unit %g", mean, square, unit);
    assert_true(rng_key_text(1, "a") != rng_key_text(1, "b"));
    assert_true(rng_key_text(1, "a") != rng_key_text(2, "a"));
    assert_true(rng_smooth(9, 3) == rng_normal(rng_key(9, 3)));
    assert_true(fabs(rng_smooth(9, 3.5) - (rng_smooth(9, 3) + rng_smooth(9, 4)) / 2) < 1e-12);
    assert_true(fabs(rng_smooth(9, -2.999999) - rng_smooth(9, -3)) < 1e-4);
}

/* Plummer and Busenberg 1982 at 25 C, and CO2 (mg/L) from pH and alkalinity worked by hand at 28 C. */
static void carbonate_equilibria_are_the_published_ones(void **state)
{
    static const struct {
        const char *says;
        double alk_meq_l, ph, co2_mg_l;
    } T[] = {
        {"pH 6.5, 20 mg/L CaCO3", 20 / 50.044, 6.5, 12.08},
        {"pH 7.0, 50 mg/L CaCO3", 50 / 50.044, 7.0, 9.54},
        {"pH 8.0, 80 mg/L CaCO3", 80 / 50.044, 8.0, 1.51},
    };
    struct carbonate_constants k = carbonate_constants_at(25);

    (void)state;
    assert_true(fabs(-log10(k.k1) - 6.352) < 5e-4 && fabs(-log10(k.k2) - 10.329) < 5e-4);
    assert_true(fabs(-log10(k.kh) - 1.468) < 5e-4 && fabs(-log10(k.kw) - 14.0) < 0.01);
    k = carbonate_constants_at(28);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        /* the DIC whose alkalinity at that pH is the one asked for */
        double per =
            carbonate_alk_meq_l(&k, 1, 0, T[i].ph) - carbonate_alk_meq_l(&k, 0, 0, T[i].ph);
        double dic = (T[i].alk_meq_l - carbonate_alk_meq_l(&k, 0, 0, T[i].ph)) / per;
        double co2 = carbonate_parts_at(&k, dic, T[i].ph).co2 * 44.01;
        if (fabs(co2 - T[i].co2_mg_l) > 0.012)
            fail_msg("%s: %g mg/L", T[i].says, co2);
    }
}

static void ph_solves_the_balance_from_any_guess(void **state)
{
    struct carbonate_constants k = carbonate_constants_at(30);

    (void)state;
    for (double dic = 0.02; dic < 4; dic *= 1.7) {
        for (double alk = -0.05; alk < 3; alk += 0.21) {
            for (double doc = 0; doc < 40; doc += 13) {
                double ph = carbonate_ph(&k, dic, alk, doc, 7);
                struct carbonate_parts c = carbonate_parts_at(&k, dic, ph);
                assert_true(ph >= 3 && ph <= 11.5);
                if (ph > 3.001 && ph < 11.499)
                    assert_true(fabs(carbonate_alk_meq_l(&k, dic, doc, ph) - alk) < 1e-7);
                assert_true(fabs(c.co2 + c.hco3 + c.co3 - dic) < 1e-12);
                for (double guess = 2; guess < 13; guess += 1.3)
                    if (fabs(carbonate_ph(&k, dic, alk, doc, guess) - ph) > 1e-9)
                        fail_msg("dic %g alk %g doc %g guess %g", dic, alk, doc, guess);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sun_rises_and_sets_when_it_does_in_sampit),
        cmocka_unit_test(weather_is_bounded_and_plausible_over_a_year),
        cmocka_unit_test(an_instant_has_one_weather_whatever_was_asked_before),
        cmocka_unit_test(random_numbers_have_their_moments),
        cmocka_unit_test(carbonate_equilibria_are_the_published_ones),
        cmocka_unit_test(ph_solves_the_balance_from_any_guess),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
