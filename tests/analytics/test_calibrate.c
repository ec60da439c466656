/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analytics/supply/calibrate.h"

#define SEED 20261124

static struct calibrate_result *run(struct calibrate_request q)
{
    struct calibrate_result *r = NULL;

    q.ponds = q.ponds != 0 ? q.ponds : 12;
    q.months = q.months != 0 ? q.months : 2;
    q.draws = q.draws != 0 ? q.draws : 50;
    q.threads = q.threads != 0 ? q.threads : 2;
    q.seed = q.seed != 0 ? q.seed : SEED;
    assert_int_equal(calibrate_run(&q, &r), 0);
    return r;
}

static void refuses_numbers_out_of_bounds(void **state)
{
    const struct calibrate_request good = {
        .worlds = 1, .ponds = 1, .months = 1, .draws = 50, .threads = 1};
    struct calibrate_request bad[9];
    struct calibrate_result *r = NULL;

    (void)state;
    for (int k = 0; k < 9; k++)
        bad[k] = good;
    bad[0].worlds = 0;
    bad[1].worlds = CALIBRATE_WORLDS_MAX + 1;
    bad[2].ponds = 0;
    bad[3].ponds = SIMWORLD_PONDS_MAX + 1;
    bad[4].months = 13;
    bad[5].draws = 49;
    bad[6].threads = 0;
    bad[7].threads = CALIBRATE_THREADS_MAX + 1;
    bad[8].misfit = CALIBRATE_MISFITS;
    for (int k = 0; k < 9; k++) {
        assert_int_equal(calibrate_run(&bad[k], &r), NILA_ERR_RANGE);
        assert_null(r);
    }
    assert_int_equal(calibrate_run(&good, &r), 0);
    free(r);
}

static void knows_its_misfits_by_name(void **state)
{
    enum calibrate_misfit m;

    (void)state;
    for (int k = 0; k < CALIBRATE_MISFITS; k++) {
        assert_int_equal(calibrate_misfit_find(calibrate_misfit_name((enum calibrate_misfit)k), &m),
                         0);
        assert_int_equal(m, k);
    }
    assert_int_equal(calibrate_misfit_find("all", &m), NILA_ERR_NOT_FOUND);
}

/* Holm 1979: 4 x 0.01, 3 x 0.013 (not below the one before), 2 x 0.03, 1 x 0.04 (not below). */
static void holm_steps_down_as_by_hand(void **state)
{
    double p[] = {0.03, 0.01, NAN, 0.04, 0.013};
    const double want[] = {0.06, 0.04, NAN, 0.06, 0.04};
    double one[] = {0.7, 0.9};

    (void)state;
    calibrate_holm(p, 5);
    for (int k = 0; k < 5; k++)
        assert_true(isnan(want[k]) ? isnan(p[k]) : fabs(p[k] - want[k]) < 1e-12);
    calibrate_holm(one, 2);
    assert_true(one[0] == 1 && one[1] == 1);
}

static void same_bytes_for_any_number_of_threads(void **state)
{
    static const unsigned THREADS[] = {2, 3, 7};
    struct calibrate_result *one = run((struct calibrate_request){.worlds = 9, .threads = 1});

    (void)state;
    for (int k = 0; k < 3; k++) {
        struct calibrate_result *r =
            run((struct calibrate_request){.worlds = 9, .threads = THREADS[k]});

        assert_memory_equal(one, r, sizeof *one);
        free(r);
    }
    free(one);
}

struct seen {
    size_t calls, last, of;
};

static void look(void *arg, size_t done, size_t of)
{
    struct seen *s = arg;

    assert_true(done > s->last && done <= of);
    s->calls++;
    s->last = done;
    s->of = of;
}

static void counts_its_worlds_and_judges_nothing_from_few(void **state)
{
    struct seen s = {0};
    struct calibrate_result *r =
        run((struct calibrate_request){.worlds = 5, .progress = look, .arg = &s});

    (void)state;
    assert_true(s.calls >= 1 && s.last == 5 && s.of == 5);
    for (size_t node = 0; node < SIMWORLD_NODES; node++)
        for (unsigned m = 0; m < r->months; m++) {
            const struct calibrate_cell *c = &r->cell[node][m];
            unsigned n = 0;

            for (int b = 0; b < CALIBRATE_BINS; b++)
                n += c->bin[b];
            assert_int_equal(n, 5);
            assert_int_equal(c->verdict, CALIBRATE_FEW);
            assert_true(isnan(c->p) && isnan(c->p_holm));
            assert_true(c->cover95 >= c->cover80);
        }
    assert_true(isnan(r->p_least) && r->ponds > 0);
    free(r);
}

static void print_result(const struct calibrate_result *r)
{
    for (size_t node = 0; node < SIMWORLD_NODES; node++)
        for (unsigned m = 0; m < r->months; m++) {
            const struct calibrate_cell *c = &r->cell[node][m];

            print_message(
                "%-7s month %u: in 80 %% %.3f, in 95 %% %.3f, error %.1f %%, CRPS %.0f of "
                "%.0f kg, p %.3f\n",
                supply_node_code(node), m + 1, c->cover80, c->cover95, 100 * c->ape_median,
                c->crps_kg, c->mean_kg, c->p_holm);
        }
    print_message("mass of %zu ponds in 80 %%: %.3f\n", r->ponds, r->pond_mass);
}

/* A harness that always said yes would say it here too: with far more events than the model believes it must not. */
static void the_misfits_are_seen(void **state)
{
    struct calibrate_result *usual =
        run((struct calibrate_request){.worlds = 40, .ponds = 16, .samples_alone = true});
    struct calibrate_result *cv = run((struct calibrate_request){
        .worlds = 40, .ponds = 16, .samples_alone = true, .misfit = CALIBRATE_CV});

    (void)state;
    print_result(usual);
    print_result(cv);
    assert_true(usual->pond_mass - cv->pond_mass > 0.02);
    assert_true(usual->cell[0][0].mean_kg == cv->cell[0][0].mean_kg);
    assert_true(cv->cell[0][0].crps_kg != usual->cell[0][0].crps_kg);
    free(usual);
    free(cv);
}

/* The model is true in these worlds: 80 % of the truths must lie in its 80 % ranges. 200 worlds, with fewer members than a
 * forecast has, tell a coverage to 2.8 %; a thousand with all of them to 1.3 %. */
static void ranges_hold_in_worlds_as_the_model_believes(void **state)
{
    const bool many = getenv("NILA_LONG") != NULL;
    clock_t begin = clock();
    struct calibrate_result *r = run((struct calibrate_request){.worlds = many ? 1000 : 200,
                                                                .ponds = 120,
                                                                .months = 3,
                                                                .draws = many ? 400 : 100,
                                                                .members = many ? 0 : 400});

    (void)state;
    print_message("%u worlds, seed %d, %.0f s of processor time\n", r->worlds, SEED,
                  (double)(clock() - begin) / CLOCKS_PER_SEC);
    print_result(r);
    for (size_t node = 0; node < SIMWORLD_NODES; node++)
        for (unsigned m = 0; m < r->months; m++) {
            const struct calibrate_cell *c = &r->cell[node][m];

            assert_int_equal(c->verdict, CALIBRATE_HOLDS);
            if (many)
                assert_true(c->cover80 >= 0.77 && c->cover80 <= 0.83);
        }
    assert_true(r->p_least > 0.01);
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_numbers_out_of_bounds),
        cmocka_unit_test(knows_its_misfits_by_name),
        cmocka_unit_test(holm_steps_down_as_by_hand),
        cmocka_unit_test(same_bytes_for_any_number_of_threads),
        cmocka_unit_test(counts_its_worlds_and_judges_nothing_from_few),
        cmocka_unit_test(the_misfits_are_seen),
        cmocka_unit_test(ranges_hold_in_worlds_as_the_model_believes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
