/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <inttypes.h>
#include <stdio.h>

#include "firmware-bridge/core/nila_fix.h"

static void divides_as_the_language_does(void **state)
{
    static const int64_t V[] = {0,
                                1,
                                -1,
                                2,
                                -2,
                                3,
                                7,
                                -7,
                                9,
                                10,
                                -10,
                                11,
                                99,
                                100,
                                1000,
                                -1000,
                                1000000,
                                INT32_MAX,
                                INT32_MIN,
                                UINT32_MAX,
                                (int64_t)1 << 40,
                                -((int64_t)1 << 40),
                                INT64_MAX,
                                -INT64_MAX,
                                INT64_MIN};
    uint64_t seed = 20261124;

    (void)state;
    for (size_t i = 0; i < sizeof V / sizeof V[0]; i++)
        for (size_t k = 1; k < sizeof V / sizeof V[0]; k++)
            if (!(V[i] == INT64_MIN && V[k] == -1))
                assert_true(nila_quotient(V[i], V[k]) == V[i] / V[k]);
    printf("seed %" PRIu64 "\n", seed);
    for (int i = 0; i < 200000; i++) {
        int64_t a, b;
        seed = seed * 6364136223846793005U + 1442695040888963407U; /* Knuth */
        a = (int64_t)seed >> (seed >> 58);
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        b = (int64_t)seed >> (seed >> 58);
        if (b != 0 && a != INT64_MIN)
            assert_true(nila_quotient(a, b) == a / b);
    }
}

static void rounds_to_the_nearest_and_halves_away_from_zero(void **state)
{
    static const struct {
        int64_t a, b, q;
    } T[] = {{5, 10, 1},  {4, 10, 0},    {-5, 10, -1},
             {-4, 10, 0}, {15, -10, -2}, {14, 3, 5},
             {13, 3, 4},  {-14, 3, -5},  {0, 7, 0},
             {1, 2, 1},   {-1, 2, -1},   {7, 7, 1},
             {3, -2, -2}, {-3, -2, 2},   {(int64_t)1 << 61, 4, (int64_t)1 << 59}};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        assert_true(nila_div(T[i].a, T[i].b) == T[i].q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divides_as_the_language_does),
        cmocka_unit_test(rounds_to_the_nearest_and_halves_away_from_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
