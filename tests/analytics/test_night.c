/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/water/night.h"
#include "tests/analytics/nightpond.h"

#define DAY_ONE 20000 /* 2024-10-04 */

static void feed(struct night_model *m, int64_t ts_ms, double v)
{
    const struct night_sample s = {ts_ms, v, NAN, NAN};

    assert_int_equal(night_model_feed(m, &s), 0);
}

/* Steps the pond from after from_ms up to to_ms, into m (NULL: not recorded). Returns the lowest it was. */
static double live(struct nightpond *p, struct night_model *m, int64_t from_ms, int64_t to_ms)
{
    double low = INFINITY;

    for (int64_t ts = from_ms + NIGHT_STEP_MS; ts <= to_ms; ts += NIGHT_STEP_MS) {
        struct civil c = civil_from_ts(ts);
        double v;

        if (c.hour == 7 && c.minute == 0)
            nightpond_day(p);
        v = nightpond_step(p, c.hour * 60 + c.minute);
        low = fmin(low, v);
        if (m != NULL)
            feed(m, ts, v);
    }
    return low;
}

static int64_t at(int32_t day, int hour, int minute)
{
    return civil_day_start(day) + ((int64_t)hour * 60 + minute) * 60000;
}

/* A model with nights behind it, at hour of the evening after. */
static struct night_model *grown(uint64_t seed, int nights, int hour, struct nightpond *pond)
{
    struct night_model *m = night_model_new();

    *pond = nightpond_new(seed);
    (void)live(pond, m, at(DAY_ONE, 6, 50), at(DAY_ONE + nights, hour, 0));
    return m;
}

static void check_sound(const struct night_forecast *f)
{
    assert_true(f->steps >= 1 && f->steps <= NIGHT_STEPS_MAX);
    for (int k = 0; k < f->steps; k++) {
        assert_true(isfinite(f->mean[k]) && f->mean[k] >= 0);
        assert_true(f->path[k].p10 >= 0 && f->path[k].p10 <= f->path[k].p50 &&
                    f->path[k].p50 <= f->path[k].p90);
    }
    for (int i = 1; i < NIGHT_MEMBERS; i++)
        assert_true(f->member[i - 1] >= 0 && f->member[i - 1] <= f->member[i]);
    for (int l = 0; l < NIGHT_LIMITS; l++) {
        assert_true(f->p_below[l] > 0 && f->p_below[l] < 1);
        assert_true(l == 0 || f->p_below[l] <= f->p_below[l - 1]);
    }
    assert_true(f->min_from_ms <= f->min_at_ms && f->min_at_ms <= f->min_to_ms);
    assert_true(f->min_from_ms > f->issue_ms && f->min_to_ms <= f->until_ms);
}

static void is_usable_from_the_third_night_and_at_any_hour_from_16_00(void **state)
{
    (void)state;
    for (int hour = 16; hour <= 30; hour++) {
        for (int nights = 2; nights <= 3; nights++) {
            struct nightpond pond;
            struct night_model *m = grown(5, nights, hour, &pond);
            const struct night_ask ask = {.issue_ms = at(DAY_ONE + nights, hour, 0)};
            struct night_forecast f;
            int rc = night_model_forecast(m, &ask, &f);

            assert_int_equal(rc, nights < NIGHT_NIGHTS_MIN ? NILA_ERR_NOT_FOUND : 0);
            if (rc == 0) {
                check_sound(&f);
                assert_int_equal(f.steps, (31 - hour) * 6);
                assert_int_equal(f.nights, nights);
                assert_true(f.basis == NIGHT_PROBE && !f.aerated);
            }
            night_model_free(m);
        }
    }
}

static void refuses_the_day_and_readings_after_the_issue(void **state)
{
    struct nightpond pond;
    struct night_model *m = grown(6, 5, 20, &pond);
    struct night_ask ask = {.issue_ms = at(DAY_ONE + 5, 19, 50)};
    const struct night_sample old = {at(DAY_ONE + 5, 19, 0), 4, NAN, NAN};
    struct night_forecast f;

    (void)state;
    assert_int_equal(night_model_forecast(m, &ask, &f), NILA_ERR_RANGE); /* fed up to 20:00 */
    ask.issue_ms = at(DAY_ONE + 6, 15, 50);
    assert_int_equal(night_model_forecast(m, &ask, &f), NILA_ERR_RANGE);
    ask.issue_ms = at(DAY_ONE + 5, 23, 30); /* the last reading is 3.5 hours old */
    assert_int_equal(night_model_forecast(m, &ask, &f), NILA_ERR_NOT_FOUND);
    ask.young = true;
    assert_int_equal(night_model_forecast(m, &ask, &f), 0);
    assert_true(f.level_ms == 0);
    assert_int_equal(night_model_feed(m, &old), NILA_ERR_RANGE);
    assert_int_equal(night_model_aerator(m, at(DAY_ONE, 2, 0), at(DAY_ONE, 1, 0)), NILA_ERR_RANGE);
    night_model_free(m);
}

/* Mean over nights of the chance, and how often it came true, of a pond nobody aerates. */
static void its_chances_come_true(void **state)
{
    struct nightpond pond;
    struct night_model *m = grown(7, 10, 20, &pond);
    double said = 0, came = 0, off = 0;
    const int nights = 200;

    (void)state;
    for (int n = 0; n < nights; n++) {
        const struct night_ask ask = {.issue_ms = at(DAY_ONE + 10 + n, 20, 0)};
        struct night_forecast f;
        double low;

        assert_int_equal(night_model_forecast(m, &ask, &f), 0);
        low = live(&pond, m, ask.issue_ms, f.until_ms);
        (void)live(&pond, m, f.until_ms, at(DAY_ONE + 11 + n, 20, 0));
        said += f.p_below[0];
        came += low < 3 ? 1 : 0;
        off += fabs(f.min.p50 - low);
    }
    print_message("said %.2f came %.2f, median off by %.2f mg/L\n", said / nights, came / nights,
                  off / nights);
    assert_true(came / nights > 0.2 && came / nights < 0.8);
    assert_true(fabs(said - came) / nights <
                0.10);               /* binomial: 2 x 0.035, and the prior's caution */
    assert_true(off / nights < 0.6); /* the spread of respiration alone makes about 0.5 */
    night_model_free(m);
}

enum {
    LEARN = 10,
    NIGHTS = 80,
    HALVES = 2,
    PONDS = 6
};

struct told {
    double obeying[HALVES], wild[HALVES];
    int switched;
};

/* Two ponds with the same days; on one the farmer switches on whenever the chance is high. */
static void obey(uint64_t seed, struct told *out)
{
    struct nightpond wild, obeying;
    struct night_model *free_running = grown(seed, LEARN, 20, &wild),
                       *m = grown(seed, LEARN, 20, &obeying);

    for (int n = 0; n < NIGHTS; n++) {
        const int32_t day = DAY_ONE + LEARN + n;
        const struct night_ask ask = {.issue_ms = at(day, 20, 0)};
        struct night_forecast f, g;
        int half = n * HALVES / NIGHTS;

        assert_int_equal(night_model_forecast(m, &ask, &f), 0);
        assert_int_equal(night_model_forecast(free_running, &ask, &g), 0);
        out->obeying[half] += f.p_below[0] * HALVES / NIGHTS / PONDS;
        out->wild[half] += g.p_below[0] * HALVES / NIGHTS / PONDS;
        (void)live(&obeying, m, at(day, 20, 0), at(day, 22, 0));
        obeying.on = f.p_below[0] > 0.4;
        if (obeying.on) {
            out->switched++;
            assert_int_equal(night_model_aerator(m, at(day, 22, 0), at(day + 1, 6, 0)), 0);
        }
        (void)live(&obeying, m, at(day, 22, 0), at(day + 1, 6, 0));
        obeying.on = false;
        (void)live(&obeying, m, at(day + 1, 6, 0), at(day + 1, 20, 0));
        (void)live(&wild, free_running, at(day, 20, 0), at(day + 1, 20, 0));
    }
    night_model_free(m);
    night_model_free(free_running);
}

static void an_obedient_farmer_does_not_make_the_forecast_forget(void **state)
{
    struct told told = {.switched = 0};

    (void)state;
    for (uint64_t seed = 21; seed < 21 + PONDS; seed++)
        obey(seed, &told);
    print_message(
        "switched on in %d of %d nights; P(below 3) in each half, obeying %.3f, %.3f; never "
        "aerated %.3f, %.3f\n",
        told.switched, PONDS * NIGHTS, told.obeying[0], told.obeying[1], told.wild[0],
        told.wild[1]);
    assert_true(told.switched > PONDS * NIGHTS / 4 && told.switched < PONDS * NIGHTS);
    for (int half = 0; half < HALVES; half++)
        assert_true(fabs(told.obeying[half] - told.wild[half]) < 0.06);
}

static void says_both_once_five_nights_of_each_are_there(void **state)
{
    struct nightpond pond = nightpond_new(9);
    struct night_model *m = night_model_new();
    struct night_forecast without, with;
    int natural, aerated;

    (void)state;
    (void)live(&pond, m, at(DAY_ONE, 6, 50), at(DAY_ONE, 20, 0));
    for (int n = 0; n < 14; n++) {
        struct night_ask ask = {.issue_ms = at(DAY_ONE + n, 20, 0), .aerated = true};
        int rc = night_model_forecast(m, &ask, &with);

        /* every second night is aerated: five of each after ten */
        assert_int_equal(rc, n < 10 ? NILA_ERR_NOT_FOUND : 0);
        pond.on = n % 2 == 1;
        if (pond.on)
            assert_int_equal(
                night_model_aerator(m, at(DAY_ONE + n, 20, 0), at(DAY_ONE + n + 1, 7, 0)), 0);
        (void)live(&pond, m, at(DAY_ONE + n, 20, 0), at(DAY_ONE + n + 1, 7, 0));
        pond.on = false;
        (void)live(&pond, m, at(DAY_ONE + n + 1, 7, 0), at(DAY_ONE + n + 1, 20, 0));
    }
    night_model_nights(m, at(DAY_ONE + 14, 20, 0), &natural, &aerated);
    assert_int_equal(natural, 7);
    assert_int_equal(aerated, 7);
    assert_int_equal(
        night_model_forecast(m, &(struct night_ask){.issue_ms = at(DAY_ONE + 14, 20, 0)}, &without),
        0);
    assert_int_equal(
        night_model_forecast(
            m, &(struct night_ask){.issue_ms = at(DAY_ONE + 14, 20, 0), .aerated = true}, &with),
        0);
    check_sound(&with);
    assert_true(with.aerated && !without.aerated);
    print_message("minimum without %.2f, with %.2f\n", without.min.p50, with.min.p50);
    assert_true(with.min.p50 > without.min.p50 + 1); /* aeration holds it near 4.5 */
    assert_true(with.p_below[0] < without.p_below[0]);
    night_model_free(m);
}

static void one_handheld_reading_has_a_wider_band_and_says_so(void **state)
{
    struct nightpond pond;
    struct night_model *m = grown(11, 15, 20, &pond);
    struct night_forecast known, hand, alone, high;
    struct night_model *peers[1] = {m};
    char words[80];

    (void)state;
    assert_int_equal(
        night_model_forecast(m, &(struct night_ask){.issue_ms = at(DAY_ONE + 15, 20, 0)}, &known),
        0);
    assert_int_equal(night_handheld(known.level_mg_l, at(DAY_ONE + 15, 20, 0), peers, 1, &hand), 0);
    assert_int_equal(night_handheld(known.level_mg_l, at(DAY_ONE + 15, 20, 0), NULL, 0, &alone), 0);
    check_sound(&hand);
    check_sound(&alone);
    assert_true(hand.min.p90 - hand.min.p10 > known.min.p90 - known.min.p10);
    assert_true(alone.min.p90 - alone.min.p10 > known.min.p90 - known.min.p10);
    assert_int_equal(night_handheld(2 * known.level_mg_l, at(DAY_ONE + 15, 20, 0), NULL, 0, &high),
                     0);
    assert_true(high.min.p50 > alone.min.p50 && high.p_below[0] < alone.p_below[0]);
    (void)night_basis_words(&hand, false, words, sizeof words);
    assert_string_equal(words, "satu pengukuran");
    (void)night_basis_words(&known, false, words, sizeof words);
    assert_string_equal(words, "dari 15 malam");
    assert_int_equal(night_handheld(5, at(DAY_ONE, 17, 50), NULL, 0, &hand), NILA_ERR_RANGE);
    assert_int_equal(night_handheld(5, at(DAY_ONE, 21, 10), NULL, 0, &hand), NILA_ERR_RANGE);
    assert_int_equal(night_handheld(0, at(DAY_ONE, 20, 0), NULL, 0, &hand), NILA_ERR_RANGE);
    night_model_free(m);
}

/* Zeros, spikes, twins and holes put into one of two equal records. */
static void bad_readings_hardly_move_it(void **state)
{
    struct nightpond pond = nightpond_new(12), dice = nightpond_new(13);
    struct night_model *clean = night_model_new(), *dirty = night_model_new();
    const int64_t end = at(DAY_ONE + 12, 20, 0);
    struct night_forecast f, g;

    (void)state;
    for (int64_t ts = at(DAY_ONE, 7, 0); ts <= end; ts += NIGHT_STEP_MS) {
        struct civil c = civil_from_ts(ts);
        double v, u = nightpond_uniform(&dice);

        if (c.hour == 7 && c.minute == 0)
            nightpond_day(&pond);
        v = nightpond_step(&pond, c.hour * 60 + c.minute);
        feed(clean, ts, v);
        if (u < 0.03)
            feed(dirty, ts, 0);
        else if (u < 0.06 && ts < end - 3600000)
            feed(dirty, ts, v + 12);
        else if (u < 0.09)
            continue;
        else
            feed(dirty, ts, v);
        if (u > 0.95)
            feed(dirty, ts, v * 0.5);
    }
    assert_true(night_model_left_out(dirty) > 50);
    assert_int_equal(night_model_left_out(clean), 0);
    assert_int_equal(night_model_forecast(clean, &(struct night_ask){.issue_ms = end}, &f), 0);
    assert_int_equal(night_model_forecast(dirty, &(struct night_ask){.issue_ms = end}, &g), 0);
    check_sound(&g);
    print_message("minimum clean %.2f, dirty %.2f\n", f.min.p50, g.min.p50);
    assert_true(fabs(f.min.p50 - g.min.p50) < 0.5);
    night_model_free(clean);
    night_model_free(dirty);
}

static void any_instants_and_values_do_no_harm(void **state)
{
    static const double ODD[] = {NAN, INFINITY, -INFINITY, -1, 0, 1e300, 25, 0.01, 7};
    struct nightpond dice = nightpond_new(14);

    (void)state;
    for (int trial = 0; trial < 200; trial++) {
        struct night_model *m = night_model_new();
        int64_t ts = at(DAY_ONE, 0, 0);

        for (int n = 0; n < 400; n++) {
            double v = ODD[(int)(nightpond_uniform(&dice) * 9)];
            const struct night_sample s = {ts, v, v, v};
            struct night_forecast f;

            assert_int_equal(night_model_feed(m, &s), 0);
            if (n % 7 == 0)
                assert_int_equal(
                    night_model_aerator(m, ts, ts + (int64_t)(nightpond_uniform(&dice) * 1e8)), 0);
            if (night_model_forecast(m, &(struct night_ask){.issue_ms = ts, .young = true}, &f) ==
                0)
                check_sound(&f);
            ts += (int64_t)(pow(nightpond_uniform(&dice), 4) * 2e8) + 1;
        }
        night_model_free(m);
    }
}

static void a_model_is_small(void **state)
{
    (void)state;
    print_message("%zu bytes\n", night_model_bytes());
    assert_true(night_model_bytes() < 65536);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_usable_from_the_third_night_and_at_any_hour_from_16_00),
        cmocka_unit_test(refuses_the_day_and_readings_after_the_issue),
        cmocka_unit_test(its_chances_come_true),
        cmocka_unit_test(an_obedient_farmer_does_not_make_the_forecast_forget),
        cmocka_unit_test(says_both_once_five_nights_of_each_are_there),
        cmocka_unit_test(one_handheld_reading_has_a_wider_band_and_says_so),
        cmocka_unit_test(bad_readings_hardly_move_it),
        cmocka_unit_test(any_instants_and_values_do_no_harm),
        cmocka_unit_test(a_model_is_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
