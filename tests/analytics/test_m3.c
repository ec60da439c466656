/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accuracy of the statistical forecasts against the open half of M3 and the tilapia production of countries, and against R's own
 * forecasts series by series. A seeded third of M3; all of it with NILA_LONG=1. The table is printed. */
#include "m3.h"

#include <gsl/gsl_rng.h>

#include "analytics/supply/theta.h"

/* Of twenty seeds the worst sample was 4 % behind R (yearly), and 4 and 5 points beside the nominal coverage. */
enum {
    SAMPLE_OF = 3
};

static unsigned long seed(void)
{
    const char *s = getenv("NILA_SEED");

    return s != NULL ? strtoul(s, NULL, 10) : 20261124;
}

/* R's sMAPE of the mean of ets and theta, for one series; NaN: not there. */
static double r_smape(const struct csv *c, const char *id)
{
    double v;

    if (strcmp(csv_cell(c, csv_find(c, "id")), id) != 0 ||
        strcmp(csv_cell(c, csv_find(c, "method")), "comb_ets_theta") != 0 ||
        csv_number(c, csv_find(c, "smape"), &v) != 0)
        return NAN;
    return v;
}

/* R's mean sMAPE over the marked series. */
static double r_mean(const struct m3_set *set, const struct seriesfile *f, const bool *taken)
{
    char relative[80], why[300], *path;
    struct csv *c = NULL;
    double sum = 0;
    size_t n = 0;

    (void)snprintf(relative, sizeof relative, "data/m3/r_%s.csv", set->name);
    path = support_shared(relative);
    assert_non_null(path);
    assert_int_equal(csv_open(&c, path, why, sizeof why), 0);
    while (csv_next(c) == 1)
        for (size_t i = 0; i < f->rows; i++)
            if (taken[i] && !isnan(r_smape(c, f->row[i].id))) {
                sum += r_smape(c, f->row[i].id);
                n++;
            }
    csv_close(c);
    free(path);
    assert_true(n > 0);
    return sum / (double)n;
}

static void one_set(const struct m3_set *set, bool whole)
{
    struct seriesfile *f = m3_read(set, true);
    struct seriesfit_work *w;
    struct m3_score s = {0};
    double r, smape, in80, in95;
    bool *taken;
    gsl_rng *g;

    if (f == NULL)
        skip();
    w = seriesfit_work_new(f->longest);
    taken = xcalloc(f->rows, sizeof *taken);
    g = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(g, seed());
    for (size_t i = 0; i < f->rows; i++) {
        struct seriesfit_result result;

        taken[i] = whole || gsl_rng_uniform_int(g, SAMPLE_OF) == 0;
        if (!taken[i])
            continue;
        assert_int_equal(seriesfit_run(w, SERIESFIT_MEAN, f->row[i].value, f->row[i].n, set->period,
                                       f->row[i].h, &result),
                         0);
        m3_add(&s, &f->row[i], set->period, result.at);
    }
    r = r_mean(set, f, taken);
    smape = s.smape / (double)s.series;
    in80 = s.in80 / (double)s.steps;
    in95 = s.in95 / (double)s.steps;
    print_message("%-9s %4zu series: sMAPE %.2f (R %.2f), coverage %.3f %.3f, msis95 %.2f\n",
                  set->name, s.series, smape, r, in80, in95, s.msis95 / (double)s.series);
    assert_true(smape <= r * (whole ? 1.01 : 1.08));
    if (set->period > 1) {
        assert_true(fabs(in80 - 0.80) <= (whole ? 0.03 : 0.08));
        assert_true(fabs(in95 - 0.95) <= (whole ? 0.03 : 0.07));
    }
    gsl_rng_free(g);
    free(taken);
    seriesfit_work_free(w);
    seriesfile_free(f);
}

static void not_worse_than_r_on_m3(void **state)
{
    (void)state;
    print_message("seed %lu\n", seed());
    for (size_t i = 0; i < M3_SETS; i++)
        one_set(&M3[i], getenv("NILA_LONG") != NULL);
}

static void production_of_countries_is_foreseen(void **state)
{
    static const double MOST[FAO_STEPS] = {8.8, 16.5, 23.0};
    static struct fao_score s;

    (void)state;
    if (!fao_run(&s, SERIESFIT_MEAN))
        skip();
    assert_int_equal(s.countries, 24);
    assert_int_equal(s.origins, 233);
    for (size_t k = 0; k < FAO_STEPS; k++) {
        double median = fao_median(&s, k), in80 = s.in80[k] / 233, in95 = s.in95[k] / 233;

        print_message("%zu years ahead: median sMAPE %.2f (at most %.1f), coverage %.3f %.3f\n",
                      k + 1, median, MOST[k], in80, in95);
        assert_true(median <= MOST[k]);
        assert_true(fabs(in80 - 0.80) <= 0.05 && fabs(in95 - 0.95) <= 0.05);
    }
}

/* --- series by series --- */

/* R's point forecasts of one series and method, by step. */
static size_t r_points(const char *path, const char *id, const char *method, double *out)
{
    char why[300];
    struct csv *c = NULL;
    size_t n = 0;

    assert_int_equal(csv_open(&c, path, why, sizeof why), 0);
    while (csv_next(c) == 1)
        if (strcmp(csv_cell(c, csv_find(c, "id")), id) == 0 &&
            strcmp(csv_cell(c, csv_find(c, "method")), method) == 0) {
            assert_true(n < ETS_STEPS_MAX);
            assert_int_equal(csv_number(c, csv_find(c, "point"), &out[n++]), 0);
        }
    csv_close(c);
    return n;
}

static double difference(const double *a, const double *b, size_t n)
{
    double sum = 0;

    for (size_t k = 0; k < n; k++)
        sum += fabs(a[k] - b[k]) / fabs(b[k]) / (double)n;
    return sum;
}

/* Theta is one formula: all 90 series within 0.05 %. ets is a search over forms: R's search stops earlier and its first states are
 * others, so three in four within 5 %, the middle one within 0.5 %. Both without logs, the best form alone. */
static void series_by_series_close_to_r(void **state)
{
    size_t close = 0, very_close = 0, seen = 0;

    (void)state;
    for (size_t i = 0; i < M3_SETS; i++) {
        struct seriesfile *f = m3_read(&M3[i], false);
        char relative[80], *path;
        struct ets_work *w;

        if (f == NULL)
            skip();
        (void)snprintf(relative, sizeof relative, "data/m3/r_forecasts_%s.csv", M3[i].name);
        path = support_shared(relative);
        assert_non_null(path);
        w = ets_work_new(f->longest);
        for (size_t k = 0; k < f->rows; k++) {
            const struct seriesfile_row *row = &f->row[k];
            double r[ETS_STEPS_MAX], mean[ETS_STEPS_MAX], variance[ETS_STEPS_MAX], apart;
            struct theta_model theta;
            struct ets_blend ets;

            if (r_points(path, row->id, "thetaf", r) != row->h)
                continue;
            seen++;
            assert_int_equal(theta_fit(w, row->value, row->n, M3[i].period, true, THETA_DRIFT_SHARE,
                                       NULL, &theta),
                             0);
            theta_forecast(w, &theta, row->value, row->n, row->h, false, mean, variance);
            apart = difference(mean, r, row->h);
            if (apart > 0.0005)
                fail_msg("%s: theta is %.4f %% from R's", row->id, 100 * apart);
            assert_int_equal(r_points(path, row->id, "ets", r), row->h);
            assert_int_equal(ets_fit(w, row->value, row->n, M3[i].period, true, &ets), 0);
            ets_forecast(w, &ets.model[0], row->value, row->n, row->h, false, mean, variance);
            apart = difference(mean, r, row->h);
            close += apart <= 0.05 ? 1 : 0;
            very_close += apart <= 0.005 ? 1 : 0;
        }
        ets_work_free(w);
        free(path);
        seriesfile_free(f);
    }
    print_message("%zu series: theta all within 0.05 %%; ets %zu within 5 %%, %zu within 0.5 %%\n",
                  seen, close, very_close);
    assert_int_equal(seen, 90);
    assert_true(4 * close >= 3 * seen);
    assert_true(2 * very_close >= seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_worse_than_r_on_m3),
        cmocka_unit_test(production_of_countries_is_foreseen),
        cmocka_unit_test(series_by_series_close_to_r),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
