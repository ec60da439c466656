/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>

#include "analytics/supply/minimise.h"

/* cmocka compares floats only. */
static void near(double found, double expected, double within)
{
    if (!(fabs(found - expected) <= within))
        fail_msg("%.12g is not within %g of %.12g", found, within, expected);
}

static const struct minimise_limits FINE = {.steps = 500, .gain = 1e-14, .gradient = 1e-9};

/* Rosenbrock's valley; least value 0 at (1, 1). */
static double valley(const double *x, double *g, void *arg)
{
    double a = 1 - x[0], b = x[1] - x[0] * x[0];

    (void)arg;
    if (g != NULL) {
        g[0] = -2 * a - 400 * x[0] * b;
        g[1] = 200 * b;
    }
    return a * a + 100 * b * b;
}

/* x - ln x, where x > 0 only; least value 1 at 1. */
static double half_line(const double *x, double *g, void *arg)
{
    (void)arg;
    if (!(x[0] > 0))
        return INFINITY;
    if (g != NULL)
        g[0] = 1 - 1 / x[0];
    return x[0] - log(x[0]);
}

static void follows_a_bent_valley(void **state)
{
    double x[2] = {-1.2, 1};

    (void)state;
    assert_true(minimise(x, 2, valley, NULL, &FINE) < 1e-12);
    near(x[0], 1, 1e-5);
    near(x[1], 1, 1e-5);
}

static void stays_where_the_function_is_finite(void **state)
{
    double x = 37.5, bad = -1;

    (void)state;
    near(minimise(&x, 1, half_line, NULL, &FINE), 1, 1e-9);
    near(x, 1, 1e-4);
    assert_true(isinf(minimise(&bad, 1, half_line, NULL, &FINE)));
    near(bad, -1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_a_bent_valley),
        cmocka_unit_test(stays_where_the_function_is_finite),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
