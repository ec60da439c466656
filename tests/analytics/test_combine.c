/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "analytics/supply/combine.h"

#define near(a, b, tolerance)                                           \
    do {                                                                \
        double got_ = (a), wanted_ = (b);                               \
        if (!(fabs(got_ - wanted_) <= (tolerance)))                     \
            fail_msg("%s is %.12g, expected %.12g", #a, got_, wanted_); \
    } while (0)

enum {
    K = 2000,
    BOTTOMS = 4, /* k1, k2 of regency k; s1, s2 of regency s */
    FIGURES = 3
};
enum node {
    JOINT,
    KOTIM,
    SERUYAN,
    K1,
    K2,
    S1,
    S2,
    NODES
};

static struct hierarchy *h;
static gsl_rng *rng;
static double kg[BOTTOMS * K];
static size_t from[K];
static struct combine_seen seen[FIGURES];
static struct combine_report report = {.from = from, .seen = seen};
static char why[200];

static int set_up(void **state)
{
    static const struct hierarchy_link LINK[] = {{"joint", ""}, {"k", "joint"}, {"s", "joint"},
                                                 {"k1", "k"},   {"k2", "k"},    {"s1", "s"},
                                                 {"s2", "s"}};
    struct hierarchy_fault at;

    (void)state;
    h = NULL;
    assert_int_equal(hierarchy_new(&h, LINK, NODES, &at, why, sizeof why), 0);
    rng = gsl_rng_alloc(gsl_rng_mt19937);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hierarchy_free(h);
    gsl_rng_free(rng);
    return 0;
}

/* Lognormal bottoms of median 100, 200, 300, 400 kg and log-sd 0.3, half of the variance common to all. */
static void draw(double *to, size_t k)
{
    for (size_t i = 0; i < k; i++) {
        double common = gsl_ran_gaussian_ziggurat(rng, 1);
        for (size_t b = 0; b < BOTTOMS; b++)
            to[b * k + i] = 100 * (double)(b + 1) *
                            exp(0.3 * M_SQRT1_2 * (common + gsl_ran_gaussian_ziggurat(rng, 1)));
    }
}

struct moments {
    double mean, variance;
};

/* Of the logarithm of a node's sum. */
static struct moments log_moments(const double *x, size_t k, enum node node)
{
    struct moments m = {0, 0};
    double *sum = calloc(k, sizeof *sum);

    for (size_t i = 0; i < k; i++) {
        for (size_t b = 0; b < BOTTOMS; b++)
            sum[i] += hierarchy_has(h, node, b) ? x[b * k + i] : 0;
        m.mean += log(sum[i]) / (double)k;
    }
    for (size_t i = 0; i < k; i++)
        m.variance += pow(log(sum[i]) - m.mean, 2) / (double)k;
    free(sum);
    return m;
}

static double covariance(const double *x, size_t k, size_t a, size_t b)
{
    double ma = 0, mb = 0, cov = 0;

    for (size_t i = 0; i < k; i++) {
        ma += log(x[a * k + i]) / (double)k;
        mb += log(x[b * k + i]) / (double)k;
    }
    for (size_t i = 0; i < k; i++)
        cov += (log(x[a * k + i]) - ma) * (log(x[b * k + i]) - mb) / (double)k;
    return cov;
}

static const double *const *known; /* of the figures; NULL: nothing */

static int run(const double *record, const struct combine_figure *figure, size_t figures)
{
    return combine(h, kg, K, record, known, figure, figures, rng, &report, why, sizeof why);
}

/* A figure of one bottom: u and its observation are Gaussian, the step must give the posterior of the sample's moments. */
static void moves_gaussian_draws_to_the_closed_form(void **state)
{
    static const struct combine_figure Y = {K1, 143, 0.05};
    struct moments k1, k2, now;
    double cov, gain;

    (void)state;
    draw(kg, K);
    k1 = log_moments(kg, K, K1);
    k2 = log_moments(kg, K, K2);
    cov = covariance(kg, K, 0, 1);
    gain = 1 / (k1.variance + 0.05 * 0.05);
    assert_int_equal(run(NULL, &Y, 1), 0);
    assert_int_equal(report.way, COMBINE_KALMAN);
    now = log_moments(kg, K, K1);
    near(now.mean, k1.mean + k1.variance * gain * (log(143) - k1.mean), 1e-9);
    near(now.variance, k1.variance - k1.variance * gain * k1.variance, 1e-9);
    now = log_moments(kg, K, K2);
    near(now.mean, k2.mean + cov * gain * (log(143) - k1.mean), 1e-9);
    near(now.variance, k2.variance - cov * gain * cov, 1e-9);
    near(covariance(kg, K, 0, 1), cov - k1.variance * gain * cov, 1e-9);
    for (size_t i = 0; i < K; i++)
        assert_int_equal(from[i], i);
}

/* A blunt figure: by weights, to the posterior of the distribution the draws came from. */
static void weighs_draws_to_the_closed_form(void **state)
{
    static const struct combine_figure Y = {K1, 115, 0.3};
    const double prior = 0.09, cov = 0.045, gain = 1 / (prior + 0.09), off = log(115) - log(100);
    struct moments now;

    (void)state;
    draw(kg, K);
    assert_int_equal(run(NULL, &Y, 1), 0);
    assert_int_equal(report.way, COMBINE_WEIGHTS);
    assert_true(report.ess > 0.3 * K && report.ess < K);
    now = log_moments(kg, K,
                      K1); /* errors of 2000 draws, about 1300 of them counting: four of theirs */
    near(now.mean, log(100) + prior * gain * off, 4 * 0.21 / sqrt(1300));
    near(now.variance, prior - prior * gain * prior, 4 * 0.045 * sqrt(2.0 / 1300));
    now = log_moments(kg, K, K2);
    near(now.mean, log(200) + cov * gain * off, 4 * 0.28 / sqrt(1300));
    near(now.variance, prior - cov * gain * cov, 4 * 0.079 * sqrt(2.0 / 1300));
}

/* A sharp figure of the total, whose logarithm is not linear: against weights over very many draws. */
static void moves_a_total_to_what_many_draws_would_say(void **state)
{
    enum {
        MANY = 400000
    };
    static const struct combine_figure Y[] = {{JOINT, 1400, 0.04}, {SERUYAN, 900, 0.06}};
    double *many = calloc((size_t)BOTTOMS * MANY, sizeof *many), sum = 0, mean[NODES] = {0};
    double square[NODES] = {0};

    (void)state;
    draw(many, MANY);
    for (size_t i = 0; i < MANY; i++) {
        double node[NODES] = {0}, w, zj, zs;
        for (size_t n = 0; n < NODES; n++)
            for (size_t b = 0; b < BOTTOMS; b++)
                node[n] += hierarchy_has(h, n, b) ? many[b * MANY + i] : 0;
        zj = (log(1400) - log(node[JOINT])) / 0.04;
        zs = (log(900) - log(node[SERUYAN])) / 0.06;
        w = exp(-(zj * zj + zs * zs) / 2);
        sum += w;
        for (size_t n = 0; n < NODES; n++) {
            mean[n] += w * log(node[n]);
            square[n] += w * log(node[n]) * log(node[n]);
        }
    }
    draw(kg, K);
    assert_int_equal(run(NULL, Y, 2), 0);
    assert_int_equal(report.way, COMBINE_KALMAN);
    for (size_t n = 0; n < NODES; n++) {
        struct moments now = log_moments(kg, K, (enum node)n);
        double m = mean[n] / sum, sd = sqrt(square[n] / sum - m * m);

        printf("%-6s ln kg: moved %.4f +- %.4f, many draws %.4f +- %.4f\n", h->id[n], now.mean,
               sqrt(now.variance), m, sd);
        near(now.mean, m, 0.02);
        near(sqrt(now.variance), sd, 0.1 * sd);
    }
    free(many);
}

static void what_is_on_record_stays(void **state)
{
    static const double RECORD[BOTTOMS] = {90, 150, 250, 310}; /* 800 in all */
    static const struct {
        const char *says;
        struct combine_figure y;
        enum combine_verdict verdict;
    } T[] = {
        {"far below", {JOINT, 600, 0.05}, COMBINE_BELOW_RECORD},
        {"a little below", {JOINT, 780, 0.3}, COMBINE_NEAR_RECORD},
        {"a little below, and sharp", {JOINT, 760, 0.05}, COMBINE_CONTRADICTS},
        {"above", {JOINT, 1250, 0.05}, COMBINE_FITS},
    };

    (void)state;
    for (size_t t = 0; t < sizeof T / sizeof T[0]; t++) {
        double before[BOTTOMS * K];
        struct moments was, now;

        draw(kg, K);
        for (size_t b = 0; b < BOTTOMS; b++)
            for (size_t i = 0; i < K; i++)
                kg[b * K + i] += RECORD[b];
        memcpy(before, kg, sizeof before);
        was = log_moments(kg, K, JOINT);
        assert_int_equal(run(RECORD, &T[t].y, 1), 0);
        if (seen[0].verdict != T[t].verdict)
            fail_msg("%s: %d", T[t].says, (int)seen[0].verdict);
        now = log_moments(kg, K, JOINT);
        printf("%s: %s; total %.0f -> %.0f kg\n", T[t].says, combine_words(seen[0].verdict, true),
               exp(was.mean), exp(now.mean));
        for (size_t b = 0; b < BOTTOMS; b++)
            for (size_t i = 0; i < K; i++)
                assert_true(kg[b * K + i] >= RECORD[b]);
        if (T[t].verdict == COMBINE_BELOW_RECORD) {
            assert_int_equal(report.way, COMBINE_NOTHING);
            assert_memory_equal(before, kg, sizeof before);
        } else {
            assert_true(now.mean < was.mean && exp(now.mean) > 800);
        }
    }
}

static void figures_that_contradict_each_other_are_said(void **state)
{
    static const struct combine_figure Y[] = {
        {KOTIM, 600, 0.05}, {SERUYAN, 700, 0.05}, {JOINT, 800, 0.05}};
    size_t said = 0;

    (void)state;
    draw(kg, K);
    assert_int_equal(run(NULL, Y, 3), 0);
    assert_int_equal(report.way, COMBINE_KALMAN);
    assert_true(report.ess < 0.3 * K && report.ess >= 1);
    printf("effective sample size %.1f of %d\n", report.ess, K);
    for (size_t f = 0; f < 3; f++) {
        printf("%s: %s (z %.1f -> %.1f)\n", h->id[Y[f].node], combine_words(seen[f].verdict, false),
               seen[f].z_before, seen[f].z_after);
        said += seen[f].verdict == COMBINE_CONTRADICTS;
    }
    assert_true(said >= 1);
    for (size_t x = 0; x < (size_t)BOTTOMS * K; x++)
        assert_true(isfinite(kg[x]) && kg[x] > 0);
}

static void a_figure_far_from_the_draws_is_said(void **state)
{
    static const struct combine_figure Y = {JOINT, 4000, 0.1};

    (void)state;
    draw(kg, K);
    assert_int_equal(run(NULL, &Y, 1), 0);
    assert_int_equal(seen[0].verdict, COMBINE_SURPRISES);
    assert_true(seen[0].z_before > COMBINE_FAR && fabs(seen[0].z_after) < COMBINE_FAR);
    assert_true(report.ess < 20);
}

static void zero_and_missing_change_nothing(void **state)
{
    static const struct combine_figure Y[] = {{JOINT, NAN, 0.2}, {KOTIM, 0, 0.2}};
    double before[BOTTOMS * K];

    (void)state;
    draw(kg, K);
    memcpy(before, kg, sizeof before);
    assert_int_equal(run(NULL, Y, 2), 0);
    assert_int_equal(report.way, COMBINE_NOTHING);
    near(report.ess, K, 1e-9);
    assert_int_equal(seen[0].verdict, COMBINE_MISSING);
    assert_int_equal(seen[1].verdict, COMBINE_ZERO);
    assert_true(isnan(seen[0].z_before) && isnan(seen[1].z_after));
    assert_memory_equal(before, kg, sizeof before);
    assert_int_equal(run(NULL, NULL, 0), 0);
    assert_int_equal(report.way, COMBINE_NOTHING);
    assert_memory_equal(before, kg, sizeof before);
}

/* k1 is 0 everywhere, k2 in the even draws, s1 in every third. */
static void zeros_stay_zero_and_nothing_becomes_infinite(void **state)
{
    static const struct combine_figure ALL[] = {
        {K1, 50, 0.2}, {KOTIM, 260, 0.02}, {JOINT, 900, 0.03}};
    /* no draw has both */
    static const struct combine_figure NEVER[] = {{K2, 260, 0.02}, {S1, 330, 0.02}};

    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        draw(kg, K);
        for (size_t i = 0; i < K; i++) {
            kg[i] = 0;
            if (i % 2 == 0)
                kg[K + i] = 0;
            if (turn == 0 ? i % 3 == 0 : i % 2 == 1)
                kg[2 * K + i] = 0;
        }
        assert_int_equal(turn == 0 ? run(NULL, ALL, 3) : run(NULL, NEVER, 2), 0);
        assert_int_equal(report.way, COMBINE_KALMAN);
        for (size_t x = 0; x < (size_t)BOTTOMS * K; x++)
            assert_true(isfinite(kg[x]) && kg[x] >= 0);
        for (size_t i = 0; i < K; i++) {
            assert_true(kg[i] == 0);
            if (turn == 0) {
                assert_true(kg[K + i] > 0); /* draws without fish in kotim gave way */
                assert_true(from[i] % 2 == 1);
                assert_int_equal(kg[2 * K + i] == 0, from[i] % 3 == 0);
            }
        }
        assert_int_equal(seen[0].verdict == COMBINE_NO_DRAW, turn == 0);
    }
}

static void the_same_seed_gives_the_same_draws(void **state)
{
    static const struct combine_figure Y[] = {{JOINT, 1100, 0.3}, {JOINT, 1700, 0.04}};
    double first[BOTTOMS * K];

    (void)state;
    for (size_t f = 0; f < 2; f++) {
        for (int turn = 0; turn < 2; turn++) {
            gsl_rng_set(rng, 11);
            draw(kg, K);
            assert_int_equal(run(NULL, &Y[f], 1), 0);
            if (turn == 0)
                memcpy(first, kg, sizeof first);
        }
        assert_memory_equal(first, kg, sizeof first);
    }
}

/* With weights each draw is one of the old ones, whole; what else belongs to it follows by from. */
static void a_weighed_draw_is_an_old_one(void **state)
{
    static const struct combine_figure Y = {SERUYAN, 760, 0.25};
    double before[BOTTOMS * K];

    (void)state;
    draw(kg, K);
    memcpy(before, kg, sizeof before);
    assert_int_equal(run(NULL, &Y, 1), 0);
    assert_int_equal(report.way, COMBINE_WEIGHTS);
    for (size_t i = 0; i < K; i++) {
        assert_true(i == 0 || from[i] >= from[i - 1]);
        for (size_t b = 0; b < BOTTOMS; b++)
            assert_true(kg[b * K + i] == before[b * K + from[i]]);
    }
}

static void refuses_what_cannot_be(void **state)
{
    static const double RECORD[BOTTOMS] = {0, 0, 1e6, 0};
    static const struct {
        const char *why;
        struct combine_figure y;
    } T[] = {
        {"figure 1 (node k): -3 kg with log-sd 0.2 is not allowed", {KOTIM, -3, 0.2}},
        {"figure 1 (node k): inf kg with log-sd 0.2 is not allowed", {KOTIM, HUGE_VAL, 0.2}},
        {"figure 1 (node k): 3 kg with log-sd 0 is not allowed", {KOTIM, 3, 0}},
        {"figure 1 (node k): 3 kg with log-sd nan is not allowed", {KOTIM, 3, NAN}},
        {"figure 1 (node unknown): 3 kg with log-sd 0.2 is not allowed", {NODES, 3, 0.2}},
    };
    double before[BOTTOMS * K];

    (void)state;
    draw(kg, K);
    memcpy(before, kg, sizeof before);
    for (size_t t = 0; t < sizeof T / sizeof T[0]; t++) {
        assert_int_equal(run(NULL, &T[t].y, 1), NILA_ERR_RANGE);
        assert_string_equal(why, T[t].why);
    }
    assert_int_equal(run(RECORD, NULL, 0), NILA_ERR_RANGE);
    assert_non_null(strstr(why, "node s1: draw 1 is "));
    assert_memory_equal(before, kg, sizeof before);
    kg[3 * K + 6] = NAN;
    assert_int_equal(run(NULL, NULL, 0), NILA_ERR_RANGE);
    assert_non_null(strstr(why, "node s2: draw 7 is nan kg"));
    assert_int_equal(combine(h, kg, 1, NULL, NULL, NULL, 0, rng, &report, why, sizeof why),
                     NILA_ERR_RANGE);
}

static void every_verdict_has_words_in_both_languages(void **state)
{
    (void)state;
    for (int v = COMBINE_FITS + 1; v < COMBINE_VERDICTS; v++) {
        const char *id = combine_words((enum combine_verdict)v, false);
        const char *en = combine_words((enum combine_verdict)v, true);

        assert_true(id[0] != '\0' && en[0] != '\0');
        assert_string_not_equal(id, en);
    }
}

/* What is past already goes with its draw, and only the rest is left to be moved: as if the figure were of another bottom more. */
static void a_part_that_is_past_counts_in_its_draw(void **state)
{
    static const struct combine_figure WIDE = {K1, 315, 0.3}, SHARP = {K1, 330, 0.02};
    static double past[K], sum[K];
    const double *const part[] = {past};
    double mean = 0, off = 0;

    (void)state;
    known = part;
    draw(kg, K);
    for (size_t i = 0; i < K; i++) /* much where the bottom is little */
        past[i] = 200 + 0.5 * (100 - kg[i]);
    for (size_t i = 0; i < K; i++)
        sum[i] = past[i] + kg[i];
    assert_int_equal(run(NULL, &WIDE, 1), 0);
    assert_int_equal(report.way, COMBINE_WEIGHTS);
    for (size_t i = 0; i < K; i++) /* whole draws: their past came along */
        near(past[from[i]] + kg[i], sum[from[i]], 1e-9);
    draw(kg, K);
    assert_int_equal(run(NULL, &SHARP, 1), 0);
    assert_int_equal(report.way, COMBINE_KALMAN);
    for (size_t i = 0; i < K; i++) {
        mean += (past[from[i]] + kg[i]) / K;
        off += fabs(past[from[i]] + kg[i] - 330) / K;
    }
    printf("mean %.1f, %.1f off\n", mean, off);
    near(mean, 330, 7);
    past[7] = NAN;
    assert_int_equal(run(NULL, &SHARP, 1), NILA_ERR_RANGE);
    assert_non_null(strstr(why, "draw 8 are past already"));
    known = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(moves_gaussian_draws_to_the_closed_form, set_up, tear_down),
        cmocka_unit_test_setup_teardown(weighs_draws_to_the_closed_form, set_up, tear_down),
        cmocka_unit_test_setup_teardown(moves_a_total_to_what_many_draws_would_say, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_on_record_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(figures_that_contradict_each_other_are_said, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_figure_far_from_the_draws_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(zero_and_missing_change_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(zeros_stay_zero_and_nothing_becomes_infinite, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_same_seed_gives_the_same_draws, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_weighed_draw_is_an_old_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_cannot_be, set_up, tear_down),
        cmocka_unit_test(every_verdict_has_words_in_both_languages),
        cmocka_unit_test_setup_teardown(a_part_that_is_past_counts_in_its_draw, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
