/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The node's integers against the formulas in floating point that the collector and the analytics use. */
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>

#include "collector/common/watereq.h"
#include "firmware-bridge/core/nila_water.h"

static void oxygen_at_saturation_as_in_the_printed_table(void **state)
{
    /* USGS, Benson and Krause: mg/L at 760 mm Hg, fresh and at 10 PSU */
    static const struct {
        int32_t temp, sal, expected;
    } T[] = {{0, 0, 14621},    {15000, 0, 10084},    {25000, 0, 8264},    {30000, 0, 7559},
             {35000, 0, 6949}, {25000, 10000, 7807}, {30000, 10000, 7154}};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        int32_t v = nila_do_sat_x1000(T[i].temp, T[i].sal, 101325);
        if (v < T[i].expected - 6 || v > T[i].expected + 6)
            fail_msg("%d C, %d: %d, not %d", T[i].temp, T[i].sal, v, T[i].expected);
    }
}

static void oxygen_agrees_with_the_house_everywhere(void **state)
{
    double worst = 0, worst_warm = 0;

    (void)state;
    for (int t = 0; t <= 40000; t += 137)
        for (int s = 0; s <= 40000; s += 2385)
            for (int p = 50000; p <= 110000; p += 7001) {
                double e = fabs(nila_do_sat_x1000(t, s, p) / 1e3 -
                                watereq_do_sat_mg_l(t / 1e3, s / 1e3, p / 1e2));
                worst = fmax(worst, e);
                worst_warm = t >= 15000 ? fmax(worst_warm, e) : worst_warm;
            }
    print_message("oxygen: off by at most %.4f mg/L, %.4f from 15 C on\n", worst, worst_warm);
    assert_true(worst < 0.003);
    assert_true(worst_warm < 0.0015);
}

static void what_is_outside_is_taken_as_the_end(void **state)
{
    (void)state;
    assert_int_equal(nila_do_sat_x1000(-5000, -1, 1), nila_do_sat_x1000(0, 0, 50000));
    assert_int_equal(nila_do_sat_x1000(INT32_MAX, INT32_MAX, INT32_MAX),
                     nila_do_sat_x1000(40000, 40000, 110000));
    assert_int_equal(nila_do_sat_x1000(INT32_MIN, INT32_MIN, INT32_MIN),
                     nila_do_sat_x1000(0, 0, 50000));
    assert_int_equal(nila_sal_x1000(-100, 25000), 0);
    assert_true(nila_ec_in_situ(INT32_MAX, 50000) > 0);
    assert_true(nila_ec_at_25(INT32_MAX, 0) > 0);
}

static void conductivity_goes_to_25_degrees_and_back(void **state)
{
    (void)state;
    assert_int_equal(nila_ec_in_situ(1413000, 25000), 1413000);
    assert_int_equal(nila_ec_in_situ(1413000, 30000), 1547942);
    for (int t = 5000; t <= 40000; t += 613)
        for (int ec = 1000; ec < 60000000; ec = ec * 3 + 7) {
            double house = watereq_ec25_us_cm(ec / 1e3, t / 1e3) * 1e3;
            assert_true(fabs(nila_ec_at_25(ec, t) - house) < 1 + house * 1e-6);
            assert_true(abs(nila_ec_in_situ(nila_ec_at_25(ec, t), t) - ec) <= 2);
        }
}

static void salinity_agrees_with_the_house(void **state)
{
    double worst = 0;

    (void)state;
    for (int t = 15000; t <= 36000; t += 500)
        for (int ec = 20000; ec <= 50000000; ec += ec / 7) {
            double house = watereq_sal_psu(ec / 1e3, t / 1e3);
            double e = fabs(nila_sal_x1000(ec, t) / 1e3 - house);
            assert_true(e < 0.02 + 0.015 * house);
            worst = fmax(worst, house > 2 ? e / house : 0);
        }
    print_message("salinity: off by at most %.2f %% above 2 PSU\n", 100 * worst);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oxygen_at_saturation_as_in_the_printed_table),
        cmocka_unit_test(oxygen_agrees_with_the_house_everywhere),
        cmocka_unit_test(what_is_outside_is_taken_as_the_end),
        cmocka_unit_test(conductivity_goes_to_25_degrees_and_back),
        cmocka_unit_test(salinity_agrees_with_the_house),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
