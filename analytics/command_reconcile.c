/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics reconcile: files of base forecasts in, one file of forecasts that add up out. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "analytics/savefile.h"
#include "analytics/supply/choose.h"
#include "analytics/supply/grid.h"
#include "analytics/supply/joint.h"
#include "analytics/supply/paths.h"
#include "analytics/supply/supply.h"
#include "collector/common/buf.h"
#include "collector/common/csv.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "commands.h"

enum {
    WHY = 400
};

struct work {
    const struct command_options *o;
    struct hierarchy *places, *periods, *cross; /* cross: places in periods, else NULL */
    const struct hierarchy *h;                  /* the one that is reconciled */
    struct grid *base, *back;
    double *e;                    /* residuals */
    struct reconcile_residuals r; /* the same; rows 0: none */
    double *cov, lambda;          /* shrunk covariance, NULL without residuals */
    struct reconciler *p;
    enum reconcile_method method;
    size_t keep; /* HIERARCHY_NONE: no node */
    double factor;
    struct choice choice;
    size_t changed, below; /* draws the rule changed; means below zero */
    struct buf out;
    char why[WHY];
};

static const char *word(const struct work *w, const char *indonesian, const char *english)
{
    return w->o->english ? english : indonesian;
}

static bool choosing(const struct work *w)
{
    return w->o->reconcile.method != NULL && strcmp(w->o->reconcile.method, "choose") == 0;
}

/* What the options ask for together; NULL when it can be done. */
static const char *usage_fault(struct work *w, const char **option)
{
    const struct command_options *o = w->o;

    w->method = RECONCILE_MINT_SHRINK;
    if (o->reconcile.hierarchy == NULL)
        return *option = "--hierarchy", word(w, "belum disebut", "is missing");
    if (o->reconcile.base == NULL)
        return *option = "--base", word(w, "belum disebut", "is missing");
    if (o->reconcile.method != NULL && !choosing(w) &&
        reconcile_method_find(o->reconcile.method, &w->method) != 0)
        return *option = "--method",
               word(w, "harus bu | ols | wls_struct | wls_var | mint_shrink | choose",
                    "must be bu | ols | wls_struct | wls_var | mint_shrink | choose");
    if (o->reconcile.residuals == NULL && (choosing(w) || reconcile_needs_residuals(w->method) ||
                                           o->reconcile.keep != NULL || o->draws > 0))
        return *option = "--residuals",
               word(w, "perlu untuk cara ini, untuk --keep dan untuk --draws",
                    "is needed for this method, for --keep and for --draws");
    if (choosing(w) && o->reconcile.backtest == NULL)
        return *option = "--backtest",
               word(w, "perlu untuk --method choose", "is needed for --method choose");
    if (o->reconcile.backtest != NULL && o->reconcile.periods != NULL)
        return *option = "--backtest",
               word(w, "tidak dapat bersama --periods", "does not go with --periods");
    if (o->reconcile.backtest != NULL && !choosing(w) && o->reconcile.keep == NULL)
        return *option = "--backtest", word(w, "hanya untuk --method choose atau --keep",
                                            "is for --method choose or --keep only");
    return NULL;
}

static int load_hierarchies(struct work *w)
{
    int rc = hierarchy_load(&w->places, w->o->reconcile.hierarchy, w->why, WHY);

    w->h = w->places;
    if (rc != 0 || w->o->reconcile.periods == NULL)
        return rc;
    rc = hierarchy_load(&w->periods, w->o->reconcile.periods, w->why, WHY);
    if (rc == 0)
        rc = hierarchy_cross(&w->cross, w->places, w->periods, w->why, WHY);
    w->h = w->cross;
    return rc == NILA_ERR_RANGE ? NILA_ERR_PARSE : rc;
}

static int load_residuals(struct work *w)
{
    size_t node = 0, n = w->h->nodes;
    int rc = grid_load_residuals(&w->e, &w->r.rows, w->h, w->o->reconcile.residuals, w->why, WHY);

    if (rc != 0)
        return rc;
    w->r.nodes = n;
    w->r.e = w->e;
    w->cov = xcalloc(n * n, sizeof *w->cov);
    if (reconcile_shrink(&w->r, w->cov, &w->lambda, &node) == 0)
        return 0;
    if (w->r.rows < RECONCILE_ROWS_MIN)
        (void)snprintf(w->why, WHY,
                       tongue("%.200s: %zu baris; paling sedikit %d",
                              "%.200s: %zu rows; at least %d are needed"),
                       w->o->reconcile.residuals, w->r.rows, RECONCILE_ROWS_MIN);
    else
        (void)snprintf(w->why, WHY,
                       tongue("%.200s: kovarian residu singular pada simpul %.96s: semua 0",
                              "%.200s: the residual covariance is singular at node %.96s: all 0"),
                       w->o->reconcile.residuals, w->h->id[node]);
    return NILA_ERR_PARSE;
}

static int load(struct work *w)
{
    const struct command_options *o = w->o;
    int rc = load_hierarchies(w);

    if (rc == 0)
        rc = grid_load(&w->base, w->h, o->reconcile.periods != NULL ? GRID_PERIODS : GRID_BASE,
                       o->reconcile.base, w->why, WHY);
    if (rc == 0 && !w->base->has_sd && (o->reconcile.keep != NULL || o->draws > 0)) {
        (void)snprintf(w->why, WHY,
                       tongue("%.200s:1:1: kolom sd belum ada; --keep dan --draws memerlukannya",
                              "%.200s:1:1: column sd is missing; --keep and --draws need it"),
                       o->reconcile.base);
        rc = NILA_ERR_PARSE;
    }
    if (rc == 0 && o->reconcile.residuals != NULL)
        rc = load_residuals(w);
    if (rc == 0 && o->reconcile.backtest != NULL)
        rc = grid_load(&w->back, w->h, GRID_BACKTEST, o->reconcile.backtest, w->why, WHY);
    w->keep = rc == 0 && o->reconcile.keep != NULL ? hierarchy_find(w->h, o->reconcile.keep)
                                                   : HIERARCHY_NONE;
    if (rc == 0 && o->reconcile.keep != NULL && w->keep == HIERARCHY_NONE) {
        (void)snprintf(w->why, WHY,
                       tongue("--keep %.96s: hierarki tidak punya simpul itu",
                              "--keep %.96s: the hierarchy has no such node"),
                       o->reconcile.keep);
        rc = NILA_ERR_RANGE;
    }
    return rc;
}

static int make_reconciler(struct work *w)
{
    int rc = 0;

    w->factor = 1;
    if (choosing(w)) {
        rc = choose_projection(&w->choice, w->h, &w->r, w->back, w->keep, w->why, WHY);
        w->method = w->choice.best;
    }
    if (w->back != NULL && w->keep != HIERARCHY_NONE)
        w->factor = choose_spread_factor(w->back, w->keep, (long)GRID_ROWS_MAX + GRID_LEAD_MAX);
    if (rc == 0)
        rc = reconciler_new(&w->p, w->h, w->method, w->r.rows > 0 ? &w->r : NULL, w->why, WHY);
    return rc == NILA_ERR_RANGE ? NILA_ERR_PARSE : rc;
}

/* --- the file that comes out --- */

static void put_head(struct work *w)
{
    buf_printf(&w->out, "node,%s,method,mean,sd", w->cross != NULL ? "period" : "lead");
    if (w->o->draws > 0)
        buf_str(&w->out, ",p10,p50,p90");
    for (long i = 1; i <= w->o->draws; i++)
        buf_printf(&w->out, ",d%ld", i);
    buf_str(&w->out, "\n");
}

static void put_row(struct work *w, size_t node, long lead, double mean, double sd,
                    const double *draws)
{
    struct buf *b = &w->out;

    if (w->cross != NULL) {
        csv_put(b, true, w->places->id[node / w->periods->nodes]);
        csv_put(b, false, w->periods->id[node % w->periods->nodes]);
    } else {
        csv_put(b, true, w->h->id[node]);
        buf_printf(b, ",%ld", lead);
    }
    if (w->keep == HIERARCHY_NONE) {
        buf_printf(b, ",%s", reconcile_method_name(w->method));
    } else {
        struct buf both = {0};

        buf_printf(&both, "%s+%s", reconcile_method_name(w->method), w->h->id[w->keep]);
        csv_put(b, false, both.p);
        buf_free(&both);
    }
    buf_printf(b, ",%.12g,", mean);
    if (isfinite(sd))
        buf_printf(b, "%.12g", sd);
    if (w->o->draws > 0) {
        struct supply_summary s = supply_summarise_draws(draws, (size_t)w->o->draws);

        buf_printf(b, ",%.12g,%.12g,%.12g", s.p10, s.p50, s.p90);
        for (long i = 0; i < w->o->draws; i++)
            buf_printf(b, ",%.12g", draws[i]);
    }
    buf_str(b, "\n");
}

struct lead {
    double *mean, *sd, *draws; /* of every node */
};

static int draw_lead(struct work *w, struct joint *j, size_t at, struct lead *lead)
{
    size_t k = (size_t)w->o->draws, node;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    char name[48];
    int rc;

    if (rng == NULL)
        fatal(tongue("memori habis", "no memory"));
    (void)snprintf(name, sizeof name, "reconcile/%zu", at / w->h->nodes);
    gsl_rng_set(rng, paths_stream(w->o->seed >= 0 ? (uint64_t)w->o->seed : 1, name));
    rc = joint_base_draws(w->base->mean + at, w->base->sd + at, w->cov, w->h->nodes, k, rng,
                          lead->draws, &node);
    gsl_rng_free(rng);
    if (rc != 0) {
        (void)snprintf(w->why, WHY,
                       tongue("%.200s: kovarian residu singular pada simpul %.96s",
                              "%.200s: the residual covariance is singular at node %.96s"),
                       w->o->reconcile.residuals, w->h->id[node]);
        return NILA_ERR_PARSE;
    }
    w->changed += joint_draws(j, w->p, lead->draws, k, RECONCILE_CLIP, lead->draws);
    return 0;
}

static int spread_lead(struct work *w, size_t at, struct lead *lead)
{
    const double *mean = w->base->mean + at, *sd = w->base->sd + at;
    struct joint *j = NULL;
    int rc = 0;

    joint_new(&j, w->p, mean, sd, w->cov);
    if (w->keep != HIERARCHY_NONE &&
        joint_anchor(j, w->keep, mean[w->keep], w->factor * sd[w->keep]) != 0) {
        (void)snprintf(w->why, WHY,
                       tongue("--keep %.96s: sd-nya 0, atau tak satu pun di bawahnya punya sebaran",
                              "--keep %.96s: its sd is 0, or nothing under it has any spread"),
                       w->o->reconcile.keep);
        rc = NILA_ERR_PARSE;
    }
    if (rc == 0)
        joint_moments(j, lead->mean, lead->sd);
    if (rc == 0 && w->o->draws > 0)
        rc = draw_lead(w, j, at, lead);
    joint_free(j);
    return rc;
}

static int one_lead(struct work *w, size_t l, struct lead *lead)
{
    size_t at = grid_at(w->base, 0, l), n = w->h->nodes;
    int rc = 0;

    if (w->cov != NULL && w->base->has_sd) {
        rc = spread_lead(w, at, lead);
    } else {
        reconciler_project(w->p, w->base->mean + at, 1, lead->mean);
        for (size_t i = 0; i < n; i++)
            lead->sd[i] = NAN;
    }
    for (size_t i = 0; i < n && rc == 0; i++) {
        if (!isfinite(lead->mean[i])) {
            (void)snprintf(w->why, WHY,
                           tongue("simpul %.96s: ramalannya terlalu besar untuk dijumlahkan",
                                  "node %.96s: the forecasts are too large to be added"),
                           w->h->id[i]);
            rc = NILA_ERR_PARSE;
        }
        w->below += lead->mean[i] < 0;
        put_row(w, i, w->base->lead[l], lead->mean[i], lead->sd[i],
                lead->draws + i * (size_t)w->o->draws);
    }
    return rc;
}

static int reconcile_all(struct work *w)
{
    size_t n = w->h->nodes;
    struct lead lead = {xcalloc(n, sizeof(double)), xcalloc(n, sizeof(double)),
                        xcalloc(n * (size_t)w->o->draws, sizeof(double))};
    int rc = 0;

    put_head(w);
    for (size_t l = 0; l < w->base->leads && rc == 0; l++)
        rc = one_lead(w, l, &lead);
    free(lead.mean);
    free(lead.sd);
    free(lead.draws);
    return rc;
}

static void say(const struct work *w, const char *indonesian, const char *english, ...)
    NILA_PRINTF(2, 4) NILA_PRINTF(3, 4);
static void say(const struct work *w, const char *indonesian, const char *english, ...)
{
    va_list ap;

    va_start(ap, english);
    (void)vfprintf(stderr, w->o->english ? english : indonesian, ap);
    va_end(ap);
}

static void words(const struct work *w)
{
    if (choosing(w)) {
        say(w, "CRPS berskala, rata-rata:", "mean scaled CRPS:");
        for (size_t m = 0; m < RECONCILE_METHODS; m++)
            say(w, " %s %.4f", " %s %.4f", reconcile_method_name((enum reconcile_method)m),
                w->choice.crps[m]);
        say(w, "; dipilih %s dari %zu titik awal yang tidak tumpang tindih, %zu dilewati\n",
            "; chosen %s from %zu origins that do not overlap, %zu left out\n",
            reconcile_method_name(w->method), w->choice.taken, w->choice.left_out);
    }
    if (w->method == RECONCILE_MINT_SHRINK)
        say(w, "lambda %.6f\n", "lambda %.6f\n", w->lambda);
    if (w->keep != HIERARCHY_NONE)
        say(w, "%s tetap pada ramalannya sendiri, simpangan bakunya dikali %.3f\n",
            "%s keeps its own forecast, its sd times %.3f\n", w->h->id[w->keep], w->factor);
    if (w->below > 0)
        say(w, "%zu rata-rata di bawah nol dibiarkan\n",
            "%zu means are below zero and were left so\n", w->below);
    if (w->changed > 0)
        say(w, "%zu simulasi punya nilai di bawah nol: dijadikan nol, saudaranya dikecilkan\n",
            "%zu draws had values below zero: set to zero, their siblings made smaller\n",
            w->changed);
}

int command_reconcile(const struct command_options *o)
{
    struct work w = {.o = o, .keep = HIERARCHY_NONE, .lambda = NAN};
    const char *option = "", *fault = usage_fault(&w, &option);
    int rc;

    if (fault != NULL) {
        (void)fprintf(stderr, "nila-analytics: %s %s\n", option, fault);
        return EX_USAGE;
    }
    rc = load(&w);
    if (rc == 0)
        rc = make_reconciler(&w);
    if (rc == 0)
        rc = reconcile_all(&w);
    if (rc == 0)
        rc = savefile(&w.out, o->out, w.why, sizeof w.why);
    if (rc != 0)
        log_warnx("%s", w.why);
    else if (!o->quiet)
        words(&w);
    free(w.cov);
    free(w.e);
    reconciler_free(w.p);
    grid_free(w.base);
    grid_free(w.back);
    hierarchy_free(w.cross);
    hierarchy_free(w.places);
    hierarchy_free(w.periods);
    buf_free(&w.out);
    return command_exit_code(rc);
}
