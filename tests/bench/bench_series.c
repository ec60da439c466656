/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The statistical forecasts on the open half of the M3 competition (1415 series) and on the tilapia production of countries: accuracy
 * beside R's, and the CPU time it takes. NILA_CALIBRATE=1 prints the constants of analytics/supply/seriescalib.c instead. */
#include "tests/analytics/m3.h"

#include <time.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "analytics/supply/seriescalib.h"

static double cpu_s(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* --- accuracy and time --- */

static double one_set(const struct m3_set *set, enum seriesfit_method m)
{
    const double r[] = {set->r_ets, set->r_theta, set->r_mean};
    struct seriesfile *f = m3_read(set, true);
    struct m3_score s = {0};
    struct seriesfit_work *w;
    double *ms, total = 0;

    if (f == NULL)
        return NAN;
    w = seriesfit_work_new(f->longest);
    ms = xcalloc(f->rows, sizeof *ms);
    for (size_t i = 0; i < f->rows; i++) {
        const struct seriesfile_row *row = &f->row[i];
        struct seriesfit_result result;
        double start = cpu_s();

        if (seriesfit_run(w, m, row->value, row->n, set->period, row->h, &result) != 0) {
            printf("not ok - %s\n", row->id);
            exit(1);
        }
        ms[i] = 1000 * (cpu_s() - start);
        total += ms[i] / 1000;
        m3_add(&s, row, set->period, result.at);
    }
    gsl_sort(ms, 1, f->rows);
    printf("series: %-9s %-6s %4zu %7.2f %6.2f %6.3f %6.3f %7.2f %7.2f %7.2f %7.2f\n", set->name,
           seriesfit_method_name(m), s.series, s.smape / (double)s.series, r[m],
           s.in80 / (double)s.steps, s.in95 / (double)s.steps, s.msis95 / (double)s.series, total,
           ms[f->rows / 2], ms[f->rows - 1]);
    free(ms);
    seriesfit_work_free(w);
    seriesfile_free(f);
    return total;
}

static void production(enum seriesfit_method m)
{
    static struct fao_score s;

    if (!fao_run(&s, m))
        return;
    printf("series: tilapia, %zu countries, %zu origins, %s, sMAPE median and coverage:",
           s.countries, s.origins, seriesfit_method_name(m));
    for (size_t k = 0; k < FAO_STEPS; k++)
        printf("  %zu y %.2f %.3f %.3f", k + 1, fao_median(&s, k), s.in80[k] / (double)s.origins,
               s.in95[k] / (double)s.origins);
    printf("\n");
}

/* --- the pooled constants --- */

#define SERIES_MAX 1000
/* What is cut must leave so many years, quarters, months: as long as the histories forecast later, but for years, where that
 * would leave 96 of 323 series. */
static const size_t SHORTEST[] = {8, 28, 48};

/* |error| over its standard deviation, own factor counted, by step; and the quantiles of own backtests. */
struct cut {
    double score80[ETS_STEPS_MAX][SERIES_MAX], score95[ETS_STEPS_MAX][SERIES_MAX];
    double usual80[SERIES_MAX], usual95[SERIES_MAX];
    size_t n[ETS_STEPS_MAX], usual;
};

static void cut_one(struct cut *c, struct seriesfit_work *w, enum seriesfit_method m,
                    const struct seriesfile_row *row, unsigned period, bool on_logs)
{
    const struct seriesfit_scale *s = seriesfit_scale(w);
    struct seriesfit_result r;
    size_t n = row->n - row->h;

    if (row->n < row->h + SHORTEST[period == 1   ? 0
                                   : period == 4 ? 1
                                                 : 2] ||
        seriesfit_run(w, m, row->value, n, period, row->h, &r) != 0 ||
        r.fallback != SERIESFIT_AS_ASKED || r.on_logs != on_logs)
        return;
    if (r.origins > 0) {
        c->usual80[c->usual] = s->usual80;
        c->usual95[c->usual++] = s->usual95;
    }
    for (size_t k = 0; k < row->h; k++) {
        double came = row->value[n + k], z;

        z = fabs((on_logs ? log(came) : came) - s->mean[k]) / s->sd[k];
        c->score80[k][c->n[k]] = z / r.factor80;
        c->score95[k][c->n[k]++] = z / r.factor95;
    }
}

/* Least squares of the steps' quantiles on 1 and ln step: c and growth. */
static void line(double score[][SERIES_MAX], const size_t *n, double p, double z, double *c,
                 double *growth)
{
    double sx = 0, sy = 0, sxx = 0, sxy = 0, steps = 0, slope;

    for (size_t k = 0; k < ETS_STEPS_MAX && n[k] > 0; k++, steps++) {
        double x = log((double)k + 1), y;

        gsl_sort(score[k], 1, n[k]);
        y = gsl_stats_quantile_from_sorted_data(score[k], 1, n[k], p) / z;
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    slope = (steps * sxy - sx * sy) / (steps * sxx - sx * sx);
    *c = (sy - slope * sx) / steps;
    *growth = slope / *c;
}

static void calibrate(enum seriesfit_method m, const struct m3_set *set, bool on_logs)
{
    static struct cut c;
    struct seriesfile *f = m3_read(set, false);
    struct seriesfit_work *w;
    double c80, g80, c95, g95;

    if (f == NULL)
        return;
    w = seriesfit_work_new(f->longest);
    c = (struct cut){0};
    for (size_t i = 0; i < f->rows && i < SERIES_MAX; i++)
        cut_one(&c, w, m, &f->row[i], set->period, on_logs);
    line(c.score80, c.n, 0.8, 1.2815515655446004, &c80, &g80);
    line(c.score95, c.n, 0.95, 1.959963984540054, &c95, &g95);
    gsl_sort(c.usual80, 1, c.usual);
    gsl_sort(c.usual95, 1, c.usual);
    printf("{%.3f, %.3f, %.3f, %.3f, %.3f, %.3f}, /* %s %s%s, %zu series */\n", c80, g80, c95, g95,
           gsl_stats_median_from_sorted_data(c.usual80, 1, c.usual),
           gsl_stats_median_from_sorted_data(c.usual95, 1, c.usual), seriesfit_method_name(m),
           set->name, on_logs ? " on logs" : "", c.n[0]);
    seriesfit_work_free(w);
    seriesfile_free(f);
}

int main(void)
{
    double total = 0;

    if (getenv("NILA_CALIBRATE") != NULL) {
        for (int m = SERIESFIT_ETS; m <= SERIESFIT_MEAN; m++)
            for (size_t i = 0; i < M3_SETS; i++)
                for (int logs = 0; logs < 2; logs++)
                    calibrate((enum seriesfit_method)m, &M3[i], logs == 1);
        return 0;
    }
    printf("series: set, method, series, sMAPE, R's, coverage 80, 95, msis95, CPU s, ms a series: "
           "median, most\n");
    for (int m = SERIESFIT_ETS; m <= SERIESFIT_MEAN; m++) {
        double sum = 0;

        for (size_t i = 0; i < M3_SETS; i++)
            sum += one_set(&M3[i], (enum seriesfit_method)m);
        total = sum; /* of the last, the default */
    }
    if (isnan(total))
        return 0; /* the data are not here */
    for (int m = SERIESFIT_ETS; m <= SERIESFIT_MEAN; m++)
        production((enum seriesfit_method)m);
    printf("series: the whole open half by the default method: %.2f CPU s (R: about 400), target "
           "20\n",
           total);
    return total < 20 ? 0 : 1;
}
