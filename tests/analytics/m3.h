/* SPDX-License-Identifier: GPL-3.0-or-later */
/* m3: the open half of the M3 competition and the tilapia production of countries (data/m3, data/region of the shared folder),
 * and how forecasts are scored on them. */
#ifndef TESTS_M3_H
#define TESTS_M3_H

#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/supply/seriesfile.h"
#include "analytics/supply/seriesfit.h"
#include "collector/common/csv.h"
#include "collector/common/log.h"

#define M3_SETS 3

/* smape: the mean of R's ets and thetaf (forecast 8.20), in shared/data/m3/r_*.csv. */
static const struct m3_set {
    const char *name;
    unsigned period;
    double r_ets, r_theta, r_mean;
} M3[M3_SETS] = {{"yearly", 1, 16.57, 16.61, 16.09},
                 {"quarterly", 4, 9.29, 8.76, 8.45},
                 {"monthly", 12, 13.82, 13.61, 13.23}};

/* NULL when the reference data are not here (said); NULL with a line "not ok - " when they can't be read. */
static inline struct seriesfile *m3_read(const struct m3_set *s, bool with_after)
{
    char relative[80], why[300], *path;
    struct seriesfile *f = NULL;

    (void)snprintf(relative, sizeof relative, "data/m3/m3_%s.csv", s->name);
    path = support_shared(relative);
    if (path == NULL)
        return NULL;
    if (seriesfile_read(&f, path, s->period, with_after, why, sizeof why) != 0)
        printf("not ok - %s\n", why);
    free(path);
    return f;
}

/* Sums over series; divide by series, or by steps. */
struct m3_score {
    double smape, msis95, in80, in95;
    size_t series, steps;
};

static inline double m3_smape(double came, double forecast)
{
    return 200 * fabs(came - forecast) / (fabs(came) + fabs(forecast));
}

/* The forecasts of one series against what came. */
static inline void m3_add(struct m3_score *s, const struct seriesfile_row *row, unsigned period,
                          const struct seriesfit_point *at)
{
    double smape = 0, wide = 0, scale = 0;

    for (size_t t = period; t < row->n; t++)
        scale += fabs(row->value[t] - row->value[t - period]) / (double)(row->n - period);
    for (size_t k = 0; k < row->h; k++) {
        const struct seriesfit_point *p = &at[k];
        double came = row->after[k];

        smape += m3_smape(came, p->mean) / (double)row->h;
        wide += (p->hi95 - p->lo95 + 40 * (fmax(0, p->lo95 - came) + fmax(0, came - p->hi95))) /
                (scale * (double)row->h);
        s->in80 += came >= p->lo80 && came <= p->hi80 ? 1 : 0;
        s->in95 += came >= p->lo95 && came <= p->hi95 ? 1 : 0;
        s->steps++;
    }
    s->smape += smape;
    s->msis95 += wide;
    s->series++;
}

/* --- tilapia by country --- */

#define FAO_STEPS   3
#define FAO_ORIGINS 400

struct fao_score {
    double smape[FAO_STEPS][FAO_ORIGINS], in80[FAO_STEPS], in95[FAO_STEPS];
    size_t origins, countries;
};

static inline int fao_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y ? 1 : 0;
}

/* R's rule: the middle one, or the mean of the two. Sorts. */
static inline double fao_median(struct fao_score *s, size_t step)
{
    double *x = s->smape[step];

    qsort(x, s->origins, sizeof *x, fao_compare);
    return s->origins % 2 == 1 ? x[s->origins / 2]
                               : (x[s->origins / 2] + x[s->origins / 2 - 1]) / 2;
}

/* One country: from the first year of 500 t, at least 20 years, all positive; origins from the 15th year in steps of 2. */
static inline void fao_country(struct fao_score *s, struct seriesfit_work *w,
                               enum seriesfit_method m, const double *tonnes, size_t n)
{
    size_t first = 0;

    while (first < n && tonnes[first] < 500)
        first++;
    for (size_t t = first; t < n; t++)
        if (!(tonnes[t] > 0))
            return;
    if (n - first < 20)
        return;
    s->countries++;
    for (size_t at = first + 15; at + FAO_STEPS <= n && s->origins < FAO_ORIGINS; at += 2) {
        struct seriesfit_result r;

        if (seriesfit_run(w, m, tonnes + first, at - first, 1, FAO_STEPS, &r) != 0) {
            printf("not ok - an origin could not be forecast\n");
            continue;
        }
        for (size_t k = 0; k < FAO_STEPS; k++) {
            double came = tonnes[at + k];

            s->smape[k][s->origins] = m3_smape(came, r.at[k].mean);
            s->in80[k] += came >= r.at[k].lo80 && came <= r.at[k].hi80 ? 1 : 0;
            s->in95[k] += came >= r.at[k].lo95 && came <= r.at[k].hi95 ? 1 : 0;
        }
        s->origins++;
    }
}

/* All countries; false when the data are not here (said). */
static inline bool fao_run(struct fao_score *s, enum seriesfit_method m)
{
    char *path = support_shared("data/region/fao_nile_tilapia_by_country.csv"), why[300] = "",
         country[8] = "";
    struct seriesfit_work *w;
    double tonnes[200], year;
    struct csv *c = NULL;
    size_t n = 0;
    int rc = 0;

    *s = (struct fao_score){0};
    if (path == NULL)
        return false;
    w = seriesfit_work_new(200);
    if (csv_open(&c, path, why, sizeof why) != 0)
        printf("not ok - %s\n", why);
    while (c != NULL && (rc = csv_next(c)) == 1) {
        if (strcmp(country, csv_cell(c, csv_find(c, "iso3"))) != 0) {
            fao_country(s, w, m, tonnes, n);
            n = 0;
            (void)snprintf(country, sizeof country, "%s", csv_cell(c, csv_find(c, "iso3")));
        }
        if (n == 200 || csv_number(c, csv_find(c, "year"), &year) != 0 ||
            csv_number(c, csv_find(c, "tonnes"), &tonnes[n++]) != 0)
            printf("not ok - a row of the production could not be taken\n");
    }
    fao_country(s, w, m, tonnes, n);
    csv_close(c);
    seriesfit_work_free(w);
    free(path);
    return rc == 0 && s->origins > 0;
}

#endif
