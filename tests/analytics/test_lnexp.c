/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>

#include <gsl/gsl_rng.h>

#include "analytics/fish/lnexp.h"

#define SEED 2385

static const double CLOSE = 1e-15; /* relative */

static double off(double got, double wanted)
{
    return fabs(got - wanted) / fabs(wanted);
}

/* Half of the numbers small, where logarithms lose most. */
static double any(gsl_rng *rng, double most)
{
    double x = 2 * gsl_rng_uniform(rng) - 1;

    return gsl_rng_uniform(rng) < 0.5 ? x : most * x;
}

static void agrees_with_the_c_library(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double worst_exp = 0, worst_ln = 0;

    (void)state;
    print_message("seed %d\n", SEED);
    gsl_rng_set(rng, SEED);
    for (int k = 0; k < 1000000; k++) {
        double x = any(rng, 707), y = exp(any(rng, 700)), ln = log(y);

        worst_exp = fmax(worst_exp, off(lnexp_exp(x), exp(x)));
        if (fabs(ln) > 0)
            worst_ln = fmax(worst_ln, off(lnexp_ln(y), ln));
    }
    print_message("worst: exp %.2g, ln %.2g\n", worst_exp, worst_ln);
    assert_true(worst_exp < CLOSE);
    assert_true(worst_ln < CLOSE);
    gsl_rng_free(rng);
}

static void is_exact_where_it_should_be(void **state)
{
    (void)state;
    assert_true(lnexp_exp(0) == 1);
    assert_true(lnexp_ln(1) == 0);
    /* just beside 1, where the logarithm is the difference */
    assert_true(off(lnexp_ln(1 + 0x1p-40), 0x1p-40) < 1e-12);
    assert_true(off(lnexp_ln(1 - 0x1p-40), -0x1p-40) < 1e-12);
    assert_true(off(lnexp_ln(2.3e-308), log(2.3e-308)) < CLOSE);
    assert_true(off(lnexp_ln(1.7e308), log(1.7e308)) < CLOSE);
}

static void stays_finite_and_keeps_what_is_no_number(void **state)
{
    (void)state;
    assert_true(lnexp_exp(-INFINITY) > 0 && lnexp_exp(-INFINITY) < 1e-307);
    assert_true(lnexp_exp(-1e6) == lnexp_exp(LNEXP_LEAST));
    assert_true(lnexp_exp(1e6) == lnexp_exp(LNEXP_MOST));
    assert_true(isfinite(lnexp_exp(INFINITY)) && lnexp_exp(INFINITY) > 1e307);
    assert_true(isnan(lnexp_exp(NAN)));
    assert_true(isnan(lnexp_ln(NAN)));
    assert_true(isnan(lnexp_ln(INFINITY)));
}

/* Whatever the length, vector code or the rest: the bytes of one by one; and in place. */
static void arrays_are_the_same_as_one_by_one(void **state)
{
    double x[101] = {0}, e[101], l[101];

    (void)state;
    for (size_t n = 0; n <= 101; n++) {
        for (size_t i = 0; i < n; i++)
            x[i] = e[i] = 0.37 * (double)i + 0.01;
        lnexp_ln_all(n, x, l);
        lnexp_exp_all(n, e, e);
        for (size_t i = 0; i < n; i++)
            assert_true(e[i] == lnexp_exp(x[i]) && l[i] == lnexp_ln(x[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_c_library),
        cmocka_unit_test(is_exact_where_it_should_be),
        cmocka_unit_test(stays_finite_and_keeps_what_is_no_number),
        cmocka_unit_test(arrays_are_the_same_as_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
