/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joint forecasts against what came, on the Australian trips: 10 origins, 8 quarters ahead, 85 series. A method may use only
 * what was known at each origin. Base forecasts are made here, by a small theta method; R's figures (ets base) are printed
 * beside ours. Scores are divided by the series' mean seasonal difference up to the origin, as R's are. */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_rng.h>

#include "analytics/supply/choose.h"
#include "analytics/supply/joint.h"
#include "analytics/supply/score.h"
#include "tourism.h"

enum {
    N = TOURISM_NODES,
    QUARTERS = 80,
    LEADS = 8,
    FIRST_ORIGIN = 36,
    LAST_ORIGIN = 72,
    BETWEEN = 4,
    ORIGINS = (LAST_ORIGIN - FIRST_ORIGIN) / BETWEEN + 1,
    BACKTEST_FROM = 20, /* five years are the least the theta method is asked to learn from */
    DRAWS = 300,
    LEVELS = 3
};

static double y[QUARTERS][N]; /* every node */

static bool read_trips(const struct hierarchy *h)
{
    char *path = support_shared("data/hier/tourism_state_region.csv"), why[320];
    struct csv *c = NULL;

    if (path == NULL)
        return false;
    assert_int_equal(csv_open(&c, path, why, sizeof why), 0);
    for (size_t t = 0; t < QUARTERS; t++) {
        double bottom[TOURISM_BOTTOMS];

        assert_int_equal(csv_next(c), 1);
        for (size_t j = 0; j < h->bottoms; j++)
            assert_int_equal(csv_number(c, csv_find(c, h->id[h->bottom[j]]), bottom + j), 0);
        hierarchy_sum(h, bottom, 1, y[t]);
    }
    csv_close(c);
    free(path);
    return true;
}

/* --- base forecasts: theta with additive seasons --- */

struct base {
    double mean[LEADS], sd[LEADS], residual[QUARTERS];
};

static void seasons(size_t node, size_t n, double season[4])
{
    double count[4] = {0}, mean = 0;

    memset(season, 0, 4 * sizeof *season);
    for (size_t t = 2; t + 2 < n; t++) {
        double year = (y[t - 2][node] / 2 + y[t - 1][node] + y[t][node] + y[t + 1][node] +
                       y[t + 2][node] / 2) /
                      4;
        season[t % 4] += y[t][node] - year;
        count[t % 4]++;
    }
    for (size_t q = 0; q < 4; q++) {
        season[q] /= count[q];
        mean += season[q] / 4;
    }
    for (size_t q = 0; q < 4; q++)
        season[q] -= mean;
}

/* Simple exponential smoothing: sum of squares, the last level, the residuals. */
static double smooth(const double *x, size_t n, double alpha, double *residual, double *level)
{
    double sum = 0, l = x[0];

    for (size_t t = 0; t < n; t++) {
        residual[t] = x[t] - l;
        sum += residual[t] * residual[t];
        l += alpha * residual[t];
    }
    *level = l;
    return sum;
}

static void theta(size_t node, size_t n, struct base *out)
{
    double season[4], x[QUARTERS], st = 0, stt = 0, sx = 0, sxt = 0, drift, level, best = INFINITY;
    double alpha = 0, count = (double)n;

    seasons(node, n, season);
    for (size_t t = 0; t < n; t++) {
        double at = (double)t;
        x[t] = y[t][node] - season[t % 4];
        st += at;
        stt += at * at;
        sx += x[t];
        sxt += at * x[t];
    }
    drift = (count * sxt - st * sx) / (count * stt - st * st) / 2; /* half the trend */
    for (size_t t = 0; t < n; t++)
        x[t] -= drift * (double)t;
    for (double a = 0.02; a < 1; a += 0.02) {
        double sum = smooth(x, n, a, out->residual, &level);
        if (sum < best) {
            best = sum;
            alpha = a;
        }
    }
    (void)smooth(x, n, alpha, out->residual, &level);
    for (size_t h = 0; h < LEADS; h++) {
        out->mean[h] = level + drift * (double)(n + h) + season[(n + h) % 4];
        out->sd[h] = sqrt(best / (count - 3) * (1 + (double)h * alpha * alpha));
    }
}

/* By how much the model's spread of the total was too small in its own past, as known at the origin. */
static double past_spread_factor(size_t origin)
{
    double z[QUARTERS * LEADS];
    size_t n = 0;

    for (size_t at = BACKTEST_FROM; at < origin; at++) {
        struct base b;

        theta(0, at, &b);
        for (size_t h = 0; h < LEADS && at + h < origin; h++)
            z[n++] = (y[at + h][0] - b.mean[h]) / b.sd[h];
    }
    return score_spread_factor(z, n);
}

/* --- the methods, and what is counted --- */

enum method {
    BASE,
    BU,
    OLS,
    MINT,
    OURS, /* mint_shrink, the total anchored at its own forecast with the spread of its backtest */
    METHODS
};
static const char *const NAME[METHODS] = {"base, joint", "bu", "ols", "mint_shrink",
                                          "mint_shrink, total anchored"};

struct tally {
    double energy, cover80[LEVELS], cover95[LEVELS], crps[LEVELS];
};

static size_t level_of(size_t node)
{
    return node == 0 ? 0 : node < 9 ? 1 : 2;
}

static void count(struct tally *t, const double *draws, const double *truth, const double *scale)
{
    static const double NODES[LEVELS] = {1, 8, TOURISM_BOTTOMS};

    t->energy += score_energy(draws, N, DRAWS, scale, truth) / (ORIGINS * LEADS);
    for (size_t i = 0; i < N; i++) {
        size_t l = level_of(i);
        const double *x = draws + i * DRAWS;
        double share = 1 / (ORIGINS * LEADS * NODES[l]);

        t->cover80[l] += share * score_covers(x, DRAWS, 0.8, truth[i]);
        t->cover95[l] += share * score_covers(x, DRAWS, 0.95, truth[i]);
        t->crps[l] += share * score_crps(x, DRAWS, truth[i]) / scale[i];
    }
}

struct origin {
    const struct hierarchy *h;
    size_t at;
    struct base base[N];
    double scale[N], residual[QUARTERS * N], cov[N * N], factor;
    struct reconciler *p[METHODS];
};

static void look_back(struct origin *o)
{
    static const enum reconcile_method USE[METHODS] = {
        RECONCILE_BU, RECONCILE_BU, RECONCILE_OLS, RECONCILE_MINT_SHRINK, RECONCILE_MINT_SHRINK};
    const struct reconcile_residuals r = {o->at, N, o->residual};
    char why[320] = "";
    double lambda;
    size_t node;

    for (size_t i = 0; i < N; i++) {
        theta(i, o->at, &o->base[i]);
        o->scale[i] = 0;
        for (size_t t = 0; t < o->at; t++) {
            o->residual[t * N + i] = o->base[i].residual[t];
            o->scale[i] += t < 4 ? 0 : fabs(y[t][i] - y[t - 4][i]) / (double)(o->at - 4);
        }
    }
    assert_int_equal(reconcile_shrink(&r, o->cov, &lambda, &node), 0);
    for (size_t m = 0; m < METHODS; m++)
        assert_int_equal(reconciler_new(&o->p[m], o->h, USE[m], &r, why, sizeof why), 0);
    o->factor = past_spread_factor(o->at);
}

static void one_lead(const struct origin *o, size_t lead, gsl_rng *rng, struct tally *tally)
{
    double mean[N], sd[N];
    double *base = calloc((size_t)N * DRAWS, sizeof *base);
    double *all = calloc((size_t)N * DRAWS, sizeof *all);
    size_t node;

    for (size_t i = 0; i < N; i++) {
        mean[i] = o->base[i].mean[lead];
        sd[i] = o->base[i].sd[lead];
    }
    assert_int_equal(joint_base_draws(mean, sd, o->cov, N, DRAWS, rng, base, &node), 0);
    count(&tally[BASE], base, y[o->at + lead], o->scale);
    for (size_t m = BU; m < METHODS; m++) {
        struct joint *j = NULL;

        joint_new(&j, o->p[m], mean, sd, o->cov);
        if (m == OURS)
            assert_int_equal(joint_anchor(j, 0, mean[0], sd[0] * o->factor), 0);
        (void)joint_draws(j, o->p[m], base, DRAWS, RECONCILE_CLIP, all);
        count(&tally[m], all, y[o->at + lead], o->scale);
        joint_free(j);
    }
    free(base);
    free(all);
}

static void print_table(const struct tally *t)
{
    printf("%-40s energy | cover 80 total state region | cover 95 | CRPS total state region\n", "");
    printf("%-40s  8.26  |  .55  .68  .73 | .84  .84  .89 | 1.077 .861 .677\n",
           "R, ets: base joint");
    printf("%-40s  8.40  |  .24  .52  .73 | .44  .73  .89 | 1.448 .970 .677\n", "R, ets: bu joint");
    printf("%-40s  8.17  |  .28  .53  .74 | .51  .73  .90 | 1.309 .914 .661\n",
           "R, ets: mint_shrink joint");
    for (size_t m = 0; m < METHODS; m++)
        printf("theta: %-33s %.3f | %.3f %.3f %.3f | %.3f %.3f %.3f | %.3f %.3f %.3f\n", NAME[m],
               t[m].energy, t[m].cover80[0], t[m].cover80[1], t[m].cover80[2], t[m].cover95[0],
               t[m].cover95[1], t[m].cover95[2], t[m].crps[0], t[m].crps[1], t[m].crps[2]);
}

/* R's mint_shrink on ets: energy score 8.17, the total's 80 % interval covers .28. */
static void an_anchored_total_covers_and_scores_better(void **state)
{
    struct hierarchy *h = tourism_hierarchy();
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct tally t[METHODS] = {0};

    (void)state;
    if (h == NULL || !read_trips(h)) {
        gsl_rng_free(rng);
        hierarchy_free(h);
        skip();
    }
    for (size_t at = FIRST_ORIGIN; at <= LAST_ORIGIN; at += BETWEEN) {
        struct origin *o = calloc(1, sizeof *o);

        o->h = h;
        o->at = at;
        look_back(o);
        for (size_t lead = 0; lead < LEADS; lead++)
            one_lead(o, lead, rng, t);
        for (size_t m = 0; m < METHODS; m++)
            reconciler_free(o->p[m]);
        free(o);
    }
    print_table(t);
    assert_true(t[OURS].cover80[0] > 0.70);
    assert_true(t[OURS].energy <= 8.17);
    assert_true(t[OURS].energy <= t[MINT].energy);
    for (size_t l = 0; l < LEVELS; l++) {
        assert_true(t[OURS].crps[l] < t[MINT].crps[l]);
        assert_true(t[OURS].cover80[l] > 0.70 && t[OURS].cover80[l] < 0.90);
    }
    /* and what the anchor is for: every projection alone is too sure of the total */
    for (size_t m = BU; m <= MINT; m++)
        assert_true(t[m].cover80[0] < 0.65);
    gsl_rng_free(rng);
    hierarchy_free(h);
}

/* The backtest as a person would hand it in: what was forecast at each origin, and what came. */
static struct grid *backtest(void)
{
    struct grid *g = calloc(1, sizeof *g);
    size_t cells = (size_t)ORIGINS * LEADS * N;

    *g = (struct grid){.nodes = N, .leads = LEADS, .origins = ORIGINS, .has_sd = true};
    g->lead = calloc(LEADS, sizeof *g->lead);
    g->origin = calloc(ORIGINS, sizeof *g->origin);
    g->mean = calloc(cells, sizeof *g->mean);
    g->sd = calloc(cells, sizeof *g->sd);
    g->actual = calloc(cells, sizeof *g->actual);
    for (size_t o = 0; o < ORIGINS; o++)
        for (size_t i = 0; i < N; i++) {
            size_t at = FIRST_ORIGIN + o * BETWEEN;
            struct base b;

            g->origin[o] = (long)at;
            theta(i, at, &b);
            for (size_t l = 0; l < LEADS; l++) {
                size_t cell = grid_at(g, o, l) + i;

                g->lead[l] = (long)l + 1;
                g->mean[cell] = b.mean[l];
                g->sd[cell] = b.sd[l];
                g->actual[cell] = y[at + l][i];
            }
        }
    return g;
}

static void the_choice_by_crps_is_not_bottom_up(void **state)
{
    struct hierarchy *h = tourism_hierarchy();
    struct reconcile_residuals r = {LAST_ORIGIN, N, NULL};
    struct choice c;
    struct grid *g;
    double *e;
    char why[320] = "";

    (void)state;
    if (h == NULL || !read_trips(h)) {
        hierarchy_free(h);
        skip();
    }
    g = backtest();
    e = calloc((size_t)LAST_ORIGIN * N, sizeof *e);
    for (size_t i = 0; i < N; i++) {
        struct base b;

        theta(i, LAST_ORIGIN, &b);
        for (size_t t = 0; t < LAST_ORIGIN; t++)
            e[t * N + i] = b.residual[t];
    }
    r.e = e;
    for (int anchored = 0; anchored < 2; anchored++) {
        size_t anchor = anchored ? 0 : HIERARCHY_NONE;

        assert_int_equal(choose_projection(&c, h, &r, g, anchor, why, sizeof why), 0);
        printf("%s: mean scaled CRPS", anchored ? "total anchored" : "plain");
        for (size_t m = 0; m < RECONCILE_METHODS; m++)
            printf(" %s %.4f", reconcile_method_name((enum reconcile_method)m), c.crps[m]);
        printf("; chosen %s from %zu origins, %zu left out\n", reconcile_method_name(c.best),
               c.taken, c.left_out);
        assert_int_equal(c.taken, ORIGINS / 2); /* eight quarters ahead, a year between */
        assert_int_equal(c.left_out, ORIGINS / 2);
        assert_int_not_equal(c.best, RECONCILE_BU);
        for (size_t m = 0; m < RECONCILE_METHODS; m++)
            assert_true(c.crps[m] >= c.crps[c.best]);
    }
    free(e);
    grid_free(g);
    hierarchy_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_anchored_total_covers_and_scores_better),
        cmocka_unit_test(the_choice_by_crps_is_not_bottom_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
