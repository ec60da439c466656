/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Probes as physics makes them, calibrated and read back. */
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>

#include "firmware-bridge/core/nila_cal.h"
#include "firmware-bridge/core/nila_fix.h"

static const struct nila_water FRESH = {.temp_x1000 = 28000, .baro_pa = 100950};

/* An electrode: slope in per cent of Nernst, mV at pH 7, behind the threefold amplifier around 1500 mV; microvolts. */
static int32_t electrode(double ph, double temp_c, double slope_pct, double e7_mv)
{
    double nernst = 2.302585093 * 8.31446262 * (temp_c + 273.15) / 96485.332 * 1e3; /* mV a pH */

    return (int32_t)lround(1e3 * (1500 + 3 * (e7_mv - (ph - 7) * nernst * slope_pct / 100)));
}

static struct nila_cal ph_cal(unsigned source, unsigned method)
{
    struct nila_cal c = nila_cal_factory(2, (uint8_t)source);

    c.method = (uint8_t)method;
    c.points = nila_cal_points(method);
    return c;
}

static int32_t value(const struct nila_cal *c, int32_t raw, double temp_c)
{
    struct nila_water w = FRESH;
    uint16_t used;

    w.temp_x1000 = (int32_t)lround(temp_c * 1e3);
    return nila_cal_value(c, raw, &w, &used);
}

static void a_perfect_electrode_needs_no_calibration(void **state)
{
    struct nila_cal c = nila_cal_factory(2, NILA_SOURCE_PH_MV);

    (void)state;
    for (double t = 5; t <= 45; t += 2.5)
        for (double ph = 2; ph <= 12; ph += 0.37)
            assert_true(abs(value(&c, electrode(ph, t, 100, 0), t) - (int)lround(ph * 1e3)) <= 2);
    /* without Nernst 5 pH from 7 at 35 C would be off by 0.17 */
    assert_true(abs(value(&c, electrode(2, 35, 100, 0), 25) - 2000) > 150);
}

static void two_buffers_find_slope_and_offset_at_any_temperature(void **state)
{
    (void)state;
    for (double slope = 86; slope < 105; slope += 1.3)
        for (double e7 = -29; e7 <= 29; e7 += 14.5)
            for (double t = 10; t <= 40; t += 15) {
                struct nila_cal before = nila_cal_factory(2, NILA_SOURCE_PH_MV);
                struct nila_cal c = ph_cal(NILA_SOURCE_PH_MV, NILA_CAL_TWO);
                c.point[0] = (struct nila_cal_point){6860, electrode(6.86, t, slope, e7),
                                                     (int32_t)(t * 1e3)};
                c.point[1] = (struct nila_cal_point){4010, electrode(4.01, t + 2, slope, e7),
                                                     (int32_t)(t * 1e3) + 2000};
                assert_int_equal(nila_cal_solve(&c, &before, &FRESH), NILA_CAL_FINE);
                assert_true(abs(c.slope_ppm - (int)lround(slope * 1e4)) < 300);
                assert_true(abs(c.offset_x1000 - (int)lround(3e3 * e7)) < 60);
                assert_true(abs(value(&c, electrode(8.5, 31, slope, e7), 31) - 8500) <= 3);
            }
}

static void a_bad_electrode_or_buffer_is_refused(void **state)
{
    static const struct {
        const char *says;
        double slope, e7, first, second; /* what the buffers really are */
        enum nila_cal_result result;
    } T[] = {
        {"fine", 95, 5, 6.86, 4.01, NILA_CAL_FINE},
        {"old: 84 % of Nernst", 84, 5, 6.86, 4.01, NILA_CAL_BAD_SLOPE},
        {"more than Nernst allows", 106, 5, 6.86, 4.01, NILA_CAL_BAD_SLOPE},
        {"poisoned: 70 mV at pH 7", 95, 70, 6.86, 4.01, NILA_CAL_BAD_OFFSET},
        {"the same buffer twice", 95, 5, 6.86, 6.86, NILA_CAL_BAD_SLOPE},
        {"the buffers swapped", 95, 5, 4.01, 6.86, NILA_CAL_BAD_SLOPE},
        {"9.18 taken for 4.01", 95, 5, 6.86, 9.18, NILA_CAL_BAD_SLOPE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct nila_cal before = nila_cal_factory(2, NILA_SOURCE_PH_MV), was;
        struct nila_cal c = ph_cal(NILA_SOURCE_PH_MV, NILA_CAL_TWO);
        c.point[0] =
            (struct nila_cal_point){6860, electrode(T[i].first, 28, T[i].slope, T[i].e7), 28000};
        c.point[1] =
            (struct nila_cal_point){4010, electrode(T[i].second, 28, T[i].slope, T[i].e7), 28000};
        was = c;
        if (nila_cal_solve(&c, &before, &FRESH) != T[i].result)
            fail_msg("%s: accepted or refused for another reason", T[i].says);
        if (T[i].result != NILA_CAL_FINE)
            assert_int_equal(c.slope_ppm, was.slope_ppm);
    }
}

static void three_buffers_must_lie_on_a_line(void **state)
{
    static const int32_t REF[] = {4000, 6860, 9180}; /* the three that Yosemitech asks for */

    (void)state;
    for (int bent = 0; bent < 2; bent++) {
        struct nila_cal before = nila_cal_factory(2, NILA_SOURCE_PH_MV);
        struct nila_cal c = ph_cal(NILA_SOURCE_PH_MV, NILA_CAL_THREE);
        for (unsigned i = 0; i < 3; i++)
            c.point[i] = (struct nila_cal_point){
                REF[i], electrode(REF[i] / 1e3 + (bent && i == 2 ? -0.3 : 0), 28, 97, -8), 28000};
        assert_int_equal(nila_cal_solve(&c, &before, &FRESH),
                         bent ? NILA_CAL_NOT_STRAIGHT : NILA_CAL_FINE);
        if (!bent)
            assert_true(abs(value(&c, electrode(6.2, 26, 97, -8), 26) - 6200) <= 3);
    }
}

static void one_buffer_moves_the_offset_alone(void **state)
{
    struct nila_cal before = nila_cal_factory(2, NILA_SOURCE_PH_MV);
    struct nila_cal c = ph_cal(NILA_SOURCE_PH_MV, NILA_CAL_OFFSET);

    (void)state;
    before.slope_ppm = 930000;
    c.point[0] = (struct nila_cal_point){6860, electrode(6.86, 30, 93, 12), 30000};
    assert_int_equal(nila_cal_solve(&c, &before, &FRESH), NILA_CAL_FINE);
    assert_int_equal(c.slope_ppm, 930000);
    assert_true(abs(value(&c, electrode(4, 20, 93, 12), 20) - 4000) <= 3);
}

static void an_ezo_circuit_has_done_the_temperature_already(void **state)
{
    struct nila_cal before = nila_cal_factory(2, NILA_SOURCE_EZO_PH);
    struct nila_cal c = ph_cal(NILA_SOURCE_EZO_PH, NILA_CAL_TWO);

    (void)state;
    /* raw = 7 + 0.1 + 0.95 (pH - 7) */
    c.point[0] = (struct nila_cal_point){6860, 6967, 35000};
    c.point[1] = (struct nila_cal_point){4010, 4260, 20000};
    assert_int_equal(nila_cal_solve(&c, &before, &FRESH), NILA_CAL_FINE);
    assert_true(abs(c.slope_ppm - 950000) < 500);
    assert_true(abs(c.offset_x1000 - 100) <= 1);
    assert_true(abs(value(&c, 8050, 10) - 8000) <= 2);
    assert_int_equal(value(&c, 8050, 10), value(&c, 8050, 40));
}

/* A conductivity cell of constant k (relative), in a standard of 1413 uS/cm at 25 C that is at temp_c. */
static void a_cell_constant_is_found_at_any_temperature(void **state)
{
    static const unsigned SOURCE[] = {NILA_SOURCE_EZO_EC, NILA_SOURCE_EC_MV};

    (void)state;
    for (unsigned s = 0; s < 2; s++)
        for (double k = 0.45; k < 1.6; k += 0.05)
            for (double t = 15; t <= 35; t += 5) {
                struct nila_cal before = nila_cal_factory(3, (uint8_t)SOURCE[s]);
                struct nila_cal c = ph_cal(SOURCE[s], NILA_CAL_SPAN);
                double shown = 1413 * (1 + 0.0191 * (t - 25)) / k; /* uS/cm */
                bool fine = k > 0.501 && k < 1.499, bad = k < 0.499 || k > 1.501;
                enum nila_cal_result rc;
                c.point[0] = (struct nila_cal_point){
                    1413000, (int32_t)lround(shown * (s == 0 ? 1e3 : 164)), (int32_t)(t * 1e3)};
                rc = nila_cal_solve(&c, &before, &FRESH);
                if (fine)
                    assert_int_equal(rc, NILA_CAL_FINE);
                if (bad)
                    assert_int_equal(rc, NILA_CAL_BAD_SLOPE);
                if (rc == NILA_CAL_FINE)
                    assert_true(
                        fabs(value(&c, (int32_t)lround(2000 / k * (s == 0 ? 1e3 : 164)), 28) -
                             2e6) < 4e3);
            }
}

static void a_dry_cell_is_the_zero_and_two_standards_the_line(void **state)
{
    struct nila_cal before = nila_cal_factory(3, NILA_SOURCE_EZO_EC);
    struct nila_cal c = ph_cal(NILA_SOURCE_EZO_EC, NILA_CAL_ZERO);

    (void)state;
    c.point[0] = (struct nila_cal_point){0, 12000, 28000};
    assert_int_equal(nila_cal_solve(&c, &before, &FRESH), NILA_CAL_FINE);
    assert_int_equal(value(&c, 112000, 28), 100000);
    c = ph_cal(NILA_SOURCE_EZO_EC, NILA_CAL_TWO);
    c.point[0] = (struct nila_cal_point){84000, 80000, 25000};
    c.point[1] = (struct nila_cal_point){1413000, 1187500, 25000}; /* 1.2 * (raw - 10) */
    assert_int_equal(nila_cal_solve(&c, &before, &FRESH), NILA_CAL_FINE);
    assert_true(abs(c.offset_x1000 - 10000) <= 2);
    assert_true(abs(c.slope_ppm - 1200000) <= 5);
}

/* A galvanic probe of a given voltage in air at 25 C, 35 mV a kelvin, and what it shows without oxygen. */
static int32_t galvanic(double share, double temp_c, double mv25, double zero_mv)
{
    return (int32_t)lround(1e3 * (zero_mv + share * (mv25 + 35 * mv25 / 1600 * (temp_c - 25))));
}

static void air_calibrates_oxygen_with_the_pressure_of_the_place(void **state)
{
    struct nila_water mountain = {.temp_x1000 = 22000, .baro_pa = 90000}, pond = FRESH;
    struct nila_cal before = nila_cal_factory(1, NILA_SOURCE_DO_MV);
    struct nila_cal c = ph_cal(NILA_SOURCE_DO_MV, NILA_CAL_SPAN);
    uint16_t used;
    int32_t half, sat = nila_do_sat_x1000(28000, 0, 100950);

    (void)state;
    c.point[0] = (struct nila_cal_point){NILA_MISSING, galvanic(1, 30, 1400, 0), 30000};
    assert_int_equal(nila_cal_solve(&c, &before, &FRESH), NILA_CAL_FINE);
    assert_true(abs(c.slope_ppm - 875000) < 1000);
    half = nila_cal_value(&c, galvanic(0.5, 28, 1400, 0), &pond, &used);
    assert_true(abs(half - sat / 2) <= 5);
    assert_int_equal(used, 0);
    pond.default_sal = true;
    nila_cal_value(&c, galvanic(0.5, 28, 1400, 0), &pond, &used);
    assert_int_equal(used, NILA_Q_DEFAULT_COMP);
    /* an EZO circuit shows mg/L: in air it must show saturation there */
    before = nila_cal_factory(1, NILA_SOURCE_EZO_DO);
    c = ph_cal(NILA_SOURCE_EZO_DO, NILA_CAL_SPAN);
    c.point[0] = (struct nila_cal_point){NILA_MISSING, 7000, 22000};
    assert_int_equal(nila_cal_solve(&c, &before, &mountain), NILA_CAL_FINE);
    assert_true(abs(value(&c, 7000, 22) - nila_do_sat_x1000(22000, 0, 90000)) <= 1);
}

static void a_probe_that_shows_oxygen_in_sulfite_is_refused(void **state)
{
    static const struct {
        double zero_mv;
        enum nila_cal_result result;
    } T[] = {{20, NILA_CAL_FINE},
             {50, NILA_CAL_FINE},
             {90, NILA_CAL_BAD_OFFSET},
             {300, NILA_CAL_BAD_OFFSET}};
    struct nila_cal before = nila_cal_factory(1, NILA_SOURCE_DO_MV);

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct nila_cal c = ph_cal(NILA_SOURCE_DO_MV, NILA_CAL_TWO);
        c.point[0] = (struct nila_cal_point){0, galvanic(0, 28, 1600, T[i].zero_mv), 28000};
        c.point[1] =
            (struct nila_cal_point){NILA_MISSING, galvanic(1, 28, 1600, T[i].zero_mv), 28000};
        if (nila_cal_solve(&c, &before, &FRESH) != T[i].result)
            fail_msg("%.0f mV without oxygen", T[i].zero_mv);
        if (T[i].result == NILA_CAL_FINE)
            assert_true(abs(value(&c, galvanic(0, 31, 1600, T[i].zero_mv), 31)) <= 1);
    }
}

static void references_are_checked_before_they_are_waited_for(void **state)
{
    static const struct {
        const char *says;
        unsigned source, method, index;
        int32_t first, ref, temp;
        enum nila_cal_result result;
    } T[] = {
        {"a buffer", NILA_SOURCE_PH_MV, NILA_CAL_TWO, 0, 0, 6860, 28000, NILA_CAL_FINE},
        {"no such pH", NILA_SOURCE_PH_MV, NILA_CAL_TWO, 0, 0, 14500, 28000, NILA_CAL_BAD_REFERENCE},
        {"no reference", NILA_SOURCE_PH_MV, NILA_CAL_TWO, 0, 0, NILA_MISSING, 28000,
         NILA_CAL_BAD_REFERENCE},
        {"the same buffer again", NILA_SOURCE_PH_MV, NILA_CAL_TWO, 1, 6860, 7000, 28000,
         NILA_CAL_TOO_CLOSE},
        {"another buffer", NILA_SOURCE_PH_MV, NILA_CAL_TWO, 1, 6860, 4010, 28000, NILA_CAL_FINE},
        {"temperature not known", NILA_SOURCE_PH_MV, NILA_CAL_TWO, 0, 0, 6860, NILA_MISSING,
         NILA_CAL_BAD_TEMP},
        {"ice", NILA_SOURCE_PH_MV, NILA_CAL_TWO, 0, 0, 6860, 4999, NILA_CAL_BAD_TEMP},
        {"air", NILA_SOURCE_EZO_DO, NILA_CAL_SPAN, 0, 0, NILA_MISSING, 28000, NILA_CAL_FINE},
        {"zero is zero", NILA_SOURCE_EZO_DO, NILA_CAL_ZERO, 0, 0, 100, 28000,
         NILA_CAL_BAD_REFERENCE},
        {"zero", NILA_SOURCE_EZO_DO, NILA_CAL_TWO, 0, 0, 0, 28000, NILA_CAL_FINE},
        {"a standard", NILA_SOURCE_EZO_EC, NILA_CAL_SPAN, 0, 0, 1413000, 28000, NILA_CAL_FINE},
        {"pure water", NILA_SOURCE_EZO_EC, NILA_CAL_SPAN, 0, 0, 1000, 28000,
         NILA_CAL_BAD_REFERENCE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct nila_cal c = ph_cal(T[i].source, T[i].method);
        c.point[0].ref_x1000 = T[i].first;
        if (nila_cal_check_point(&c, T[i].index, T[i].ref, T[i].temp) != T[i].result)
            fail_msg("%s", T[i].says);
    }
}

static void nothing_wild_makes_a_plausible_number_or_an_overflow(void **state)
{
    static const int32_t WILD[] = {NILA_MISSING, -INT32_MAX, -1, 0, 1, 1500000, INT32_MAX};
    uint16_t used;

    (void)state;
    for (unsigned source = 0; source < NILA_SOURCES + 3; source++)
        for (size_t r = 0; r < 7; r++)
            for (size_t t = 1; t < 7; t++) {
                struct nila_cal c = nila_cal_factory(0, (uint8_t)source), before = c;
                struct nila_water w = {.temp_x1000 = nila_fit((int64_t)WILD[t] / 20000),
                                       .sal_x1000 = WILD[t],
                                       .baro_pa = WILD[t]};
                int32_t v = nila_cal_value(&c, WILD[r], &w, &used);
                if (WILD[r] == NILA_MISSING || source == 0 || source >= NILA_SOURCES)
                    assert_int_equal(v, NILA_MISSING);
                else
                    assert_int_not_equal(v, NILA_MISSING);
                for (unsigned m = 0; m <= NILA_CAL_METHODS; m++) {
                    c.method = (uint8_t)m;
                    c.points = nila_cal_points(m);
                    for (unsigned i = 0; i < 3; i++)
                        c.point[i] = (struct nila_cal_point){
                            4000 + 2000 * (int32_t)i, r == 0 ? 0 : nila_fit((int64_t)WILD[r] / 600),
                            25000};
                    (void)nila_cal_solve(&c, &before, &w);
                }
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_perfect_electrode_needs_no_calibration),
        cmocka_unit_test(two_buffers_find_slope_and_offset_at_any_temperature),
        cmocka_unit_test(a_bad_electrode_or_buffer_is_refused),
        cmocka_unit_test(three_buffers_must_lie_on_a_line),
        cmocka_unit_test(one_buffer_moves_the_offset_alone),
        cmocka_unit_test(an_ezo_circuit_has_done_the_temperature_already),
        cmocka_unit_test(a_cell_constant_is_found_at_any_temperature),
        cmocka_unit_test(a_dry_cell_is_the_zero_and_two_standards_the_line),
        cmocka_unit_test(air_calibrates_oxygen_with_the_pressure_of_the_place),
        cmocka_unit_test(a_probe_that_shows_oxygen_in_sulfite_is_refused),
        cmocka_unit_test(references_are_checked_before_they_are_waited_for),
        cmocka_unit_test(nothing_wild_makes_a_plausible_number_or_an_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
