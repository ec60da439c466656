/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issued.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "analytics/records/keys.h"
#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

static void quantiles(const double *kg, unsigned draws, double *work, struct rec_issued_value *v)
{
    memcpy(work, kg, draws * sizeof *work);
    v->mean = gsl_stats_mean(work, 1, draws);
    gsl_sort(work, 1, draws);
    for (int k = 0; k < RECORDS_QUANTILES; k++)
        v->q[k] = gsl_stats_quantile_from_sorted_data(work, 1, draws, RECORDS_QUANTILE[k]);
}

static void one_assumption(struct buf *b, const struct rec_assumption *a)
{
    char day[16];

    (void)civil_format_day(day, sizeof day, a->day);
    buf_printf(b, "%s %s", keys_info(a->key)->name, a->node);
    if (a->first_month != INT32_MIN)
        buf_printf(b, " %04d-%02d..%04d-%02d", (int)(a->first_month / 12),
                   (int)(a->first_month % 12) + 1, (int)(a->last_month / 12),
                   (int)(a->last_month % 12) + 1);
    buf_printf(b, " %.10g (%.10g-%.10g) %s: %s, %s\n", a->value, a->low, a->high,
               keys_info(a->key)->unit, a->source, day);
}

/* Assumptions and official figures that count, in the snapshot's order. */
static void basis(const struct forecast *f, struct buf *b)
{
    buf_str(b, "");
    for (size_t i = 0; i < f->snapshot->assumptions; i++)
        if (f->demand->used[i] != 0)
            one_assumption(b, &f->snapshot->assumption[i]);
    for (size_t i = 0; i < f->figures->n; i++) {
        const struct rec_official *o = &f->figures->figure[i].record;
        char day[16];

        if (!figure_used(&f->figures->figure[i]))
            continue;
        (void)civil_format_day(day, sizeof day, o->cut_off_day);
        buf_printf(b, "official %s %s %.10g kg %s rev. %u: %s, %s\n", o->node, o->period, o->kg,
                   o->final ? "final" : "provisional", o->revision, o->source, day);
    }
}

static void digest(char out[RECORDS_DIGEST_SIZE], const struct buf *b)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

    for (size_t i = 0; i < b->n; i++)
        h = (h ^ (unsigned char)b->p[i]) * UINT64_C(1099511628211);
    (void)snprintf(out, RECORDS_DIGEST_SIZE, "%016" PRIx64, h);
}

/* An office that keeps one regency's records can judge that one alone. */
static bool issued_here(const struct forecast *f, size_t node)
{
    const size_t k = supply_node_kecamatan(0);
    size_t own;

    if (f->own == NULL)
        return true;
    own = supply_node_regency(f->own->office);
    return node < k ? node == own : region_kecamatan(node - k)->regency == f->own->office;
}

void issued_make(const struct forecast *f, bool all, uint64_t seed, bool sensors,
                 const char *program, struct rec_issue *out)
{
    const struct supply_forecast *s = f->supply;
    double *work = xcalloc(s->draws, sizeof *work);
    struct buf b = {0};

    *out = (struct rec_issue){.issued_ms = s->issued_ms,
                              .as_of_day = s->as_of_day,
                              .seed = seed,
                              .draws = s->draws,
                              .months = s->months,
                              .ponds = s->tracked[SUPPLY_JOINT],
                              .sensors = sensors,
                              .values = SUPPLY_NODES * (size_t)s->months};
    (void)snprintf(out->scope, sizeof out->scope, "%s", all ? "all" : "tracked");
    (void)snprintf(out->program, sizeof out->program, "%s", program);
    out->value = xcalloc(out->values, sizeof *out->value);
    out->values = 0;
    for (size_t n = 0; n < SUPPLY_NODES; n++)
        for (unsigned lead = 1; lead <= s->months && issued_here(f, n); lead++) {
            struct rec_issued_value *v = &out->value[out->values++];

            (void)snprintf(v->node, sizeof v->node, "%s", supply_node_code(n));
            v->lead = lead;
            v->month = s->first_month + (int32_t)lead - 1;
            v->ponds = s->tracked[n];
            v->factor = supply_spread(s, n, lead);
            quantiles(all ? supply_draws(s, n, lead) : supply_tracked(s, n, lead), s->draws, work,
                      v);
        }
    basis(f, &b);
    digest(out->digest, &b);
    out->basis = xstrdup(b.p);
    buf_free(&b);
    free(work);
}

void issued_free(struct rec_issue *issue)
{
    free(issue->value);
    free(issue->basis);
    *issue = (struct rec_issue){0};
}

int issued_store(struct records *r, const struct forecast *f, uint64_t seed, bool sensors,
                 const char *program, unsigned *revision, char *why, size_t why_size)
{
    int32_t made = civil_day(f->supply->issued_ms), as_of = f->supply->as_of_day;
    struct rec_issue issue;
    int rc = 0;

    if (made < as_of || made - as_of > ISSUED_AFTER_DAYS) {
        char day[16];

        (void)civil_format_day(day, sizeof day, as_of);
        (void)snprintf(
            why, why_size,
            tongue("ramalan keadaan %s tidak dapat diterbitkan hari ini: paling lambat %d hari "
                   "setelahnya; masa lalu dinilai dengan backtest",
                   "a forecast as of %s cannot be issued today: at most %d days after that day; "
                   "what is past is judged by backtest"),
            day, ISSUED_AFTER_DAYS);
        return NILA_ERR_RANGE;
    }
    /* the part that is judged comes last: with it on record the whole is too */
    for (int all = f->scope_all ? 1 : 0; all >= 0 && rc == 0; all--) {
        issued_make(f, all != 0, seed, sensors, program, &issue);
        rc = records_issue_add(r, &issue, revision);
        issued_free(&issue);
    }
    if (rc != 0)
        (void)snprintf(why, why_size,
                       tongue("ramalan tidak dapat dicatat: %s",
                              "the forecast could not be put on record: %s"),
                       nila_err_text(rc));
    return rc;
}

int issued_recalibration(struct records *r, int64_t until_ms, struct recalibration *out)
{
    struct rec_issue *issue = NULL;
    struct rec_yield *yield = NULL;
    struct accuracy_match m;
    size_t issues = 0, yields = 0;
    int rc = records_issues(r, until_ms, &issue, &issues);

    if (rc == 0 && issues > 0)
        rc = records_yields(r, until_ms, &yield, &yields);
    if (rc == 0) {
        accuracy_match(issue, issues, yield, yields, until_ms, &m);
        recalibrate_learn(&m, out);
        accuracy_match_free(&m);
    }
    records_issues_free(issue, issues);
    free(yield);
    return rc;
}
