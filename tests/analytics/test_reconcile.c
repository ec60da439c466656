/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "analytics/supply/joint.h"
#include "analytics/supply/reconcile.h"
#include "tourism.h"

#define near(a, b, tolerance)                                           \
    do {                                                                \
        double got_ = (a), wanted_ = (b);                               \
        if (!(fabs(got_ - wanted_) <= (tolerance)))                     \
            fail_msg("%s is %.12g, expected %.12g", #a, got_, wanted_); \
    } while (0)

enum {
    ROWS = 12
};

static struct hierarchy *make(const struct hierarchy_link *link, size_t n)
{
    struct hierarchy *h = NULL;
    struct hierarchy_fault at;
    char why[320] = "";

    if (hierarchy_new(&h, link, n, &at, why, sizeof why) != 0)
        fail_msg("%s", why);
    return h;
}

static const struct hierarchy_link THREE[] = {{"joint", ""}, {"k", "joint"}, {"s", "joint"}};
static const struct hierarchy_link FIVE[] = {
    {"joint", ""}, {"k", "joint"}, {"s", "joint"}, {"k1", "k"}, {"k2", "k"}};

/* Residuals with a common part. */
static void residuals_of(double *e, size_t rows, size_t nodes)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    for (size_t t = 0; t < rows; t++) {
        double common = gsl_ran_gaussian_ziggurat(rng, 1);
        for (size_t i = 0; i < nodes; i++)
            e[t * nodes + i] = (1 + (double)i) * (common + gsl_ran_gaussian_ziggurat(rng, 0.7));
    }
    gsl_rng_free(rng);
}

/* Total 10, parts 3 and 4: OLS moves all three by a third of the gap of 3. */
static void projects_by_hand_worked_numbers(void **state)
{
    static const double BASE[] = {10, 3, 4};
    static const struct {
        enum reconcile_method m;
        double k, s;
    } T[] = {
        {RECONCILE_BU, 3, 4},
        {RECONCILE_OLS, 4, 5},
        /* weights 1/2, 1, 1: the gap goes by variance 2 : 1 : 1 */
        {RECONCILE_WLS_STRUCT, 3.75, 4.75},
        /* mean squares 9, 1, 4: by 9 : 1 : 4 */
        {RECONCILE_WLS_VAR, 3 + 3.0 / 14, 4 + 12.0 / 14},
    };
    static const double E[] = {3, 1, 2, -3, 1, -2, 3, -1, -2, 3, -1, 2};
    const struct reconcile_residuals r = {4, 3, E};
    struct hierarchy *h = make(THREE, 3);

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct reconciler *p = NULL;
        char why[200] = "";
        double all[3];

        assert_int_equal(reconciler_new(&p, h, T[i].m, &r, why, sizeof why), 0);
        reconciler_project(p, BASE, 1, all);
        near(all[1], T[i].k, 1e-12);
        near(all[2], T[i].s, 1e-12);
        near(all[0], all[1] + all[2], 1e-12);
        reconciler_free(p);
    }
    hierarchy_free(h);
}

static void names_and_methods_belong_together(void **state)
{
    enum reconcile_method m;

    (void)state;
    for (int i = 0; i < RECONCILE_METHODS; i++) {
        assert_int_equal(reconcile_method_find(reconcile_method_name((enum reconcile_method)i), &m),
                         0);
        assert_int_equal(m, i);
    }
    assert_int_equal(reconcile_method_find("mint", &m), NILA_ERR_NOT_FOUND);
}

/* What adds up already is left as it is, by every method. */
static void leaves_coherent_forecasts_alone(void **state)
{
    static const double BASE[] = {17.5, 10, 7.5, 4, 6};
    double e[ROWS * 5];
    const struct reconcile_residuals r = {ROWS, 5, e};
    struct hierarchy *h = make(FIVE, 5);

    (void)state;
    residuals_of(e, ROWS, 5);
    for (int m = 0; m < RECONCILE_METHODS; m++) {
        struct reconciler *p = NULL;
        char why[200] = "";
        double all[5];

        assert_int_equal(reconciler_new(&p, h, (enum reconcile_method)m, &r, why, sizeof why), 0);
        reconciler_project(p, BASE, 1, all);
        for (size_t i = 0; i < 5; i++)
            near(all[i], BASE[i], 1e-10);
        reconciler_free(p);
    }
    hierarchy_free(h);
}

struct oracle {
    struct hierarchy *h;
    struct reconcile_residuals r;
    double *e, *base, *sd, *mint_sd, *cov;
    size_t leads;
};

static double oracle_lambda(void)
{
    char *path = support_shared("data/hier/tourism_region_oracle_meta.csv"), *text;
    double lambda;

    assert_non_null(path);
    text = support_read(path, NULL); /* names and numbers, no table */
    assert_non_null(strstr(text, "lambda,"));
    lambda = strtod(strstr(text, "lambda,") + 7, NULL);
    free(path);
    free(text);
    return lambda;
}

static double worse(double worst, const double *got, const double *expected)
{
    for (size_t i = 0; i < TOURISM_NODES; i++)
        worst = fmax(worst, fabs(got[i] / expected[i] - 1));
    return worst;
}

static void compare_with_r(const struct oracle *o, enum reconcile_method m)
{
    struct reconciler *p = NULL;
    char why[320] = "", name[64];
    double *expected, worst = 0, worst_sd = 0, all[TOURISM_NODES], sd[TOURISM_NODES];
    size_t rows, columns;

    (void)snprintf(name, sizeof name, "region_oracle_rec_%s", reconcile_method_name(m));
    expected = tourism_table(name, &rows, &columns);
    assert_int_equal(rows, o->leads);
    assert_int_equal(reconciler_new(&p, o->h, m, &o->r, why, sizeof why), 0);
    for (size_t at = 0; at < o->leads * TOURISM_NODES; at += TOURISM_NODES) {
        struct joint *j = NULL;

        reconciler_project(p, o->base + at, 1, all);
        worst = worse(worst, all, expected + at);
        joint_new(&j, p, o->base + at, o->sd + at, o->cov);
        joint_moments(j, all, sd);
        worst = worse(worst, all, expected + at);
        if (m == RECONCILE_MINT_SHRINK)
            worst_sd = worse(worst_sd, sd, o->mint_sd + at);
        joint_free(j);
    }
    printf("%-11s largest relative difference to R: mean %.1e, sd %.1e\n", reconcile_method_name(m),
           worst, worst_sd);
    assert_true(worst < 1e-6 && worst_sd < 1e-6);
    reconciler_free(p);
    free(expected);
}

static void agrees_with_r_on_the_tourism_hierarchy(void **state)
{
    struct oracle o = {.h = tourism_hierarchy()};
    double lambda = 0;
    size_t columns, node;

    (void)state;
    if (o.h == NULL)
        skip();
    o.e = tourism_table("region_oracle_residuals", &o.r.rows, &columns);
    o.base = tourism_table("region_oracle_base_mean", &o.leads, &columns);
    o.sd = tourism_table("region_oracle_base_sd", &o.leads, &columns);
    o.mint_sd = tourism_table("region_oracle_mint_sd", &o.leads, &columns);
    assert_int_equal(o.leads, 8);
    o.r.e = o.e;
    o.r.nodes = columns;
    o.cov = calloc(TOURISM_NODES * TOURISM_NODES, sizeof *o.cov);
    assert_int_equal(reconcile_shrink(&o.r, o.cov, &lambda, &node), 0);
    near(lambda, oracle_lambda(), 1e-6 * lambda);
    for (int m = 0; m < RECONCILE_METHODS; m++)
        compare_with_r(&o, (enum reconcile_method)m);
    free(o.e);
    free(o.base);
    free(o.sd);
    free(o.mint_sd);
    free(o.cov);
    hierarchy_free(o.h);
}

static void lambda_is_a_share(void **state)
{
    static const double ALIKE[] = {1, 1, -2, -2, 3, 3, 1, 1};   /* one is the other */
    static const double APART[] = {1, 1, 1, -1, -1, 1, -1, -1}; /* nothing in common */
    double cov[4], lambda;
    size_t node;
    struct reconcile_residuals r = {4, 2, ALIKE};

    (void)state;
    assert_int_equal(reconcile_shrink(&r, cov, &lambda, &node), 0);
    assert_true(lambda > 0 && lambda < 1);
    near(cov[1], (1 - lambda) * 15.0 / 4, 1e-12);
    near(cov[0], 15.0 / 4, 1e-12);
    r.e = APART;
    assert_int_equal(reconcile_shrink(&r, cov, &lambda, &node), 0);
    near(lambda, 1, 1e-12);
    near(cov[1], 0, 1e-12);
}

static void names_the_node_of_a_singular_covariance(void **state)
{
    double e[ROWS * 5];
    struct reconcile_residuals r = {ROWS, 5, e};
    struct hierarchy *h = make(FIVE, 5);
    struct reconciler *p = NULL;
    char why[200] = "";

    (void)state;
    residuals_of(e, ROWS, 5);
    for (size_t t = 0; t < ROWS; t++)
        e[t * 5 + 3] = 0;
    assert_int_equal(reconciler_new(&p, h, RECONCILE_MINT_SHRINK, &r, why, sizeof why),
                     NILA_ERR_RANGE);
    assert_non_null(strstr(why, "mint_shrink: the residual covariance is singular at node k1"));
    assert_int_equal(reconciler_new(&p, h, RECONCILE_WLS_VAR, &r, why, sizeof why), NILA_ERR_RANGE);
    assert_non_null(strstr(why, "wls_var: the residual covariance is singular at node k1"));
    assert_int_equal(reconciler_new(&p, h, RECONCILE_WLS_VAR, NULL, why, sizeof why),
                     NILA_ERR_RANGE);
    assert_string_equal(why, "wls_var needs residuals, at least 3 of each node");
    r.rows = 2;
    assert_int_equal(reconciler_new(&p, h, RECONCILE_MINT_SHRINK, &r, why, sizeof why),
                     NILA_ERR_RANGE);
    assert_null(p);
    hierarchy_free(h);
}

static void clips_so_that_the_parents_keep_their_value(void **state)
{
    /* k1 is below 0: k2 gives way, k stays 8; s below 0 in the second draw: joint stays 5; all below 0 in the third */
    double b[3 * 3] = {6, -3, -1, -2, 5, -1, 10, 3, -2};
    static const double EXPECTED[3 * 3] = {6, 0, 0, 0, 5.0 * 5 / 8, 0, 8, 3.0 * 5 / 8, 0};
    struct hierarchy *h = make(FIVE, 5);

    (void)state;
    assert_int_equal(reconcile_clip(h, b, 3), 3);
    for (size_t i = 0; i < 9; i++)
        near(b[i], EXPECTED[i], 1e-12);
    assert_int_equal(reconcile_clip(h, b, 3), 0);
    h->tree = false; /* by the other rule: the sum over all bottoms stays */
    b[0] = 6, b[3] = -2, b[6] = 10;
    assert_int_equal(reconcile_clip(h, b, 3), 1);
    near(b[0], 6 * 14.0 / 16, 1e-12);
    near(b[3], 0, 1e-12);
    hierarchy_free(h);
}

static void sums(const struct hierarchy *h, const double *all, size_t k)
{
    for (size_t n = 0; n < h->nodes; n++)
        for (size_t i = 0; i < k; i++) {
            double sum = 0;
            for (size_t j = 0; j < h->bottoms; j++)
                sum += hierarchy_has(h, n, j) ? all[h->bottom[j] * k + i] : 0;
            near(sum, all[n * k + i], 1e-9);
        }
}

/* The anchored node has exactly its own mean and sd; draws agree with the moments; nothing is below 0. */
static void an_anchored_node_keeps_its_own_forecast(void **state)
{
    enum {
        K = 20000
    };
    static const double MEAN[] = {120, 60, 50, 25, 38}, SD[] = {9, 6, 5, 3, 4};
    double e[ROWS * 5], cov[25], lambda, mean[5], sd[5], *draw = calloc(5 * K, sizeof *draw);
    struct reconcile_residuals r = {ROWS, 5, e};
    struct hierarchy *h = make(FIVE, 5);
    struct reconciler *p = NULL;
    struct joint *j = NULL;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    char why[200] = "";
    size_t node;

    (void)state;
    residuals_of(e, ROWS, 5);
    assert_int_equal(reconcile_shrink(&r, cov, &lambda, &node), 0);
    assert_int_equal(reconciler_new(&p, h, RECONCILE_MINT_SHRINK, &r, why, sizeof why), 0);
    joint_new(&j, p, MEAN, SD, cov);
    assert_int_equal(joint_anchor(j, 0, 120, 13.5), 0);
    joint_moments(j, mean, sd);
    near(mean[0], 120, 1e-9);
    near(sd[0], 13.5, 1e-9);
    near(mean[1] + mean[2], 120, 1e-9);
    assert_int_equal(joint_base_draws(MEAN, SD, cov, 5, K, rng, draw, &node), 0);
    (void)joint_draws(j, p, draw, K, RECONCILE_KEEP, draw);
    sums(h, draw, K);
    for (size_t n = 0; n < 5; n++) {
        double m = 0, v = 0;
        for (size_t i = 0; i < K; i++)
            m += draw[n * K + i] / K;
        for (size_t i = 0; i < K; i++)
            v += (draw[n * K + i] - m) * (draw[n * K + i] - m) / K;
        near(m, mean[n], 4 * sd[n] / sqrt(K));
        near(sqrt(v), sd[n], 0.03 * sd[n]);
    }
    joint_free(j);
    reconciler_free(p);
    gsl_rng_free(rng);
    hierarchy_free(h);
    free(draw);
}

static void draws_below_zero_are_minded_and_still_add_up(void **state)
{
    enum {
        K = 500
    };
    static const double MEAN[] = {12, 6, 5, 1, 4}, SD[] = {4, 3, 3, 2, 2};
    double e[ROWS * 5], cov[25], lambda, *a = calloc(5 * K, sizeof *a);
    double *b = calloc(5 * K, sizeof *b);
    struct reconcile_residuals r = {ROWS, 5, e};
    struct hierarchy *h = make(FIVE, 5);
    struct reconciler *p = NULL;
    struct joint *j = NULL;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    char why[200] = "";
    size_t node, changed;

    (void)state;
    residuals_of(e, ROWS, 5);
    assert_int_equal(reconcile_shrink(&r, cov, &lambda, &node), 0);
    assert_int_equal(reconciler_new(&p, h, RECONCILE_OLS, &r, why, sizeof why), 0);
    joint_new(&j, p, MEAN, SD, cov);
    for (int turn = 0; turn < 2; turn++) {
        double *to = turn == 0 ? a : b;
        gsl_rng_set(rng, 7);
        assert_int_equal(joint_base_draws(MEAN, SD, cov, 5, K, rng, to, &node), 0);
        changed = joint_draws(j, p, to, K, RECONCILE_CLIP, to);
        assert_true(changed > 20 && changed < K);
        sums(h, to, K);
        for (size_t x = 0; x < (size_t)5 * K; x++)
            assert_true(to[x] >= 0);
    }
    assert_memory_equal(a, b, 5 * K * sizeof *a); /* same seed, same draws */
    joint_free(j);
    reconciler_free(p);
    gsl_rng_free(rng);
    hierarchy_free(h);
    free(a);
    free(b);
}

static void refuses_an_anchor_without_spread(void **state)
{
    static const double MEAN[] = {7, 3, 4}, SD[] = {0, 0, 0};
    double e[ROWS * 3], cov[9], lambda;
    struct reconcile_residuals r = {ROWS, 3, e};
    struct hierarchy *h = make(THREE, 3);
    struct reconciler *p = NULL;
    struct joint *j = NULL;
    char why[200] = "";
    size_t node;

    (void)state;
    residuals_of(e, ROWS, 3);
    assert_int_equal(reconcile_shrink(&r, cov, &lambda, &node), 0);
    assert_int_equal(reconciler_new(&p, h, RECONCILE_OLS, &r, why, sizeof why), 0);
    joint_new(&j, p, MEAN, SD, cov);
    assert_int_equal(joint_anchor(j, 0, 7, 1), NILA_ERR_RANGE);
    joint_free(j);
    reconciler_free(p);
    hierarchy_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(projects_by_hand_worked_numbers),
        cmocka_unit_test(names_and_methods_belong_together),
        cmocka_unit_test(leaves_coherent_forecasts_alone),
        cmocka_unit_test(agrees_with_r_on_the_tourism_hierarchy),
        cmocka_unit_test(lambda_is_a_share),
        cmocka_unit_test(names_the_node_of_a_singular_covariance),
        cmocka_unit_test(clips_so_that_the_parents_keep_their_value),
        cmocka_unit_test(an_anchored_node_keeps_its_own_forecast),
        cmocka_unit_test(draws_below_zero_are_minded_and_still_add_up),
        cmocka_unit_test(refuses_an_anchor_without_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
