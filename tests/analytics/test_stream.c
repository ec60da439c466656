/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "analytics/fish/stream.h"

#define SEEDS 20000

/* The authors' C programs give these: splitmix64 from 1234567 is published with its first five words; xoshiro256** starts
 * from the first four of them here. */
static void gives_the_words_of_its_authors_program(void **state)
{
    static const unsigned long long FILL[4] = {6457827717110365317ULL, 3203168211198807973ULL,
                                               9817491932198370423ULL, 4593380528125082431ULL};
    unsigned long long s[4], out, moved;
    gsl_rng *rng = stream_new();

    (void)state;
    gsl_rng_set(rng, 1234567);
    memcpy(s, FILL, sizeof s);
    for (int k = 0; k < 1000; k++) { /* the algorithm as printed in the paper, on its own state */
        out = s[1] * 5;
        out = ((out << 7) | (out >> 57)) * 9;
        moved = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= moved;
        s[3] = (s[3] << 45) | (s[3] >> 19);
        assert_true(gsl_rng_get(rng) == (unsigned long)(out >> 32));
    }
    gsl_rng_free(rng);
}

/* Chi-square over 100 equal cells of the values that neighbouring seeds give at the same place. */
static void neighbouring_seeds_are_unrelated(void **state)
{
    gsl_rng *rng = stream_new();

    (void)state;
    for (int place = 0; place < 4; place++) {
        double cell[100] = {0}, chi = 0, p, before = 0.5, product = 0;

        for (unsigned long seed = 0; seed < SEEDS; seed++) {
            double x = 0;

            gsl_rng_set(rng, seed);
            for (int k = 0; k <= place; k++)
                x = gsl_rng_uniform(rng);
            assert_true(x >= 0 && x < 1);
            cell[(int)(100 * x)]++;
            product += (x - 0.5) * (before - 0.5);
            before = x;
        }
        for (int c = 0; c < 100; c++)
            chi += (cell[c] - SEEDS / 100.0) * (cell[c] - SEEDS / 100.0) / (SEEDS / 100.0);
        p = gsl_cdf_chisq_Q(chi, 99);
        /* of n products of variance 1/144: four standard deviations */
        print_message("place %d: p %.3f, correlation %.4f\n", place, p, 12 * product / SEEDS);
        assert_true(p > 0.001 && p < 0.999);
        assert_true(fabs(12 * product / SEEDS) < 4 / sqrt(SEEDS));
    }
    gsl_rng_free(rng);
}

static void feeds_gsls_distributions(void **state)
{
    gsl_rng *rng = stream_new();
    double sum = 0, squares = 0, fourth = 0, beta = 0;
    const int n = 200000;

    (void)state;
    gsl_rng_set(rng, 2385);
    print_message("seed 2385\n");
    for (int k = 0; k < n; k++) {
        double x = gsl_ran_gaussian_ziggurat(rng, 1);

        sum += x;
        squares += x * x;
        fourth += x * x * x * x;
        beta += gsl_ran_beta(rng, 4, 4);
    }
    /* four standard errors: sd of x 1, x^2 sqrt 2, x^4 sqrt 96, Beta(4, 4) 1/6 */
    assert_true(fabs(sum / n) < 4 / sqrt(n));
    assert_true(fabs(squares / n - 1) < 4 * sqrt(2.0 / n));
    assert_true(fabs(fourth / n - 3) < 4 * sqrt(96.0 / n));
    assert_true(fabs(beta / n - 0.5) < 4 / sqrt(n) / 6);
    gsl_rng_free(rng);
}

/* GSL's own tables have twelve digits, and its layers' bounds could fall on another lot: never in so many draws. */
static void draws_what_gsl_draws(void **state)
{
    gsl_rng *ours = stream_new(), *gsls = stream_new();
    double worst = 0, worst_beta = 0;

    (void)state;
    gsl_rng_set(ours, 2385);
    gsl_rng_set(gsls, 2385);
    print_message("seed 2385\n");
    for (int k = 0; k < 1000000; k++) {
        worst = fmax(worst, fabs(stream_gauss(ours, 1.7) - gsl_ran_gaussian_ziggurat(gsls, 1.7)));
        if (k % 10 == 0) /* 0.6: where GSL is asked */
            worst_beta = fmax(worst_beta, fabs(stream_beta(ours, k % 20 ? 4 : 0.6, 16) -
                                               gsl_ran_beta(gsls, k % 20 ? 4 : 0.6, 16)));
    }
    assert_true(worst < 1e-9);
    assert_true(worst_beta < 1e-9);
    gsl_rng_free(ours);
    gsl_rng_free(gsls);
}

static void many_at_once_are_one_by_one(void **state)
{
    gsl_rng *one = stream_new(), *all = stream_new(), *other = gsl_rng_alloc(gsl_rng_mt19937),
            *same = gsl_rng_alloc(gsl_rng_mt19937);
    double x[1000];

    (void)state;
    for (int round = 0; round < 100; round++) {
        stream_gauss_all(all, 0.3, 1000, x);
        for (size_t k = 0; k < 1000; k++)
            assert_true(x[k] == stream_gauss(one, 0.3));
        stream_gauss_all(other, 0.3, 1000, x); /* other generators are taken too */
        for (size_t k = 0; k < 1000; k++)
            assert_true(x[k] == gsl_ran_gaussian_ziggurat(same, 0.3));
    }
    assert_true(gsl_rng_get(one) == gsl_rng_get(all));
    gsl_rng_free(one);
    gsl_rng_free(all);
    gsl_rng_free(other);
    gsl_rng_free(same);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_words_of_its_authors_program),
        cmocka_unit_test(neighbouring_seeds_are_unrelated),
        cmocka_unit_test(feeds_gsls_distributions),
        cmocka_unit_test(draws_what_gsl_draws),
        cmocka_unit_test(many_at_once_are_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
