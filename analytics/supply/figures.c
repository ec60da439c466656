/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"

bool figure_used(const struct figure *f)
{
    return !f->record.target && !f->of_all && (!f->partly || f->begun) && !f->against &&
           f->verdict < COMBINE_BELOW_RECORD;
}

const char *figure_words(const struct figure *f, bool english)
{
    if (f->record.target)
        return english ? "shown only, never an input of the forecast"
                       : "hanya ditampilkan, tidak pernah menjadi masukan prakiraan";
    if (f->verdict == COMBINE_BELOW_RECORD)
        return combine_words(f->verdict, english);
    if (f->of_all)
        return english ? "it is of all ponds, and only those on record are counted here; not used"
                       : "mengenai semua kolam, padahal di sini hanya kolam tercatat yang "
                         "dihitung; tidak dipakai";
    if (f->endless)
        return english ? "its period goes on after the forecast's last month; not used"
                       : "periodenya berlanjut sesudah bulan terakhir prakiraan; tidak dipakai";
    if (f->partly && !f->begun)
        return english
                   ? "part of its period is past, and what untracked ponds brought in then is "
                     "not known; not used"
                   : "sebagian periodenya sudah lewat dan panen kolam luar pantauan di masa itu "
                     "tidak diketahui; tidak dipakai";
    if (f->above)
        return english ? "far above what the ponds that are counted can bring; not used"
                       : "jauh di atas yang dapat dipanen kolam yang dihitung; tidak dipakai";
    if (f->against)
        return english ? "contradicts the ponds on record or another figure; not used"
                       : "bertentangan dengan kolam tercatat atau angka lain; tidak dipakai";
    if (f->begun && f->verdict == COMBINE_FITS)
        return english ? "part of its period is past: that part is taken from the records"
                       : "sebagian periodenya sudah lewat: bagian itu diambil dari catatan";
    return combine_words(f->verdict, english);
}

static double log_sd(const struct rec_official *o)
{
    return o->final ? FIGURES_FINAL : FIGURES_PROVISIONAL;
}

static bool lies_in(const struct rec_farm *farm, const char *node)
{
    return strcmp(node, "joint") == 0 || strcmp(node, regency_slug(farm->regency)) == 0 ||
           strcmp(node, region_kecamatan(farm->kecamatan)->code) == 0;
}

double figure_harvested(const struct records_snapshot *s, const struct rec_official *o)
{
    int32_t first = civil_month_first_day(o->first_month);
    int32_t next = civil_month_first_day(o->first_month + (int32_t)o->months);
    double kg = 0;

    for (size_t i = 0; i < s->harvests; i++) {
        const struct rec_harvest *h = &s->harvest[i];
        const struct rec_pond *pond = &s->pond[s->cycle[h->cycle].pond];

        if (h->day >= first && h->day < next && lies_in(&s->farm[pond->farm], o->node))
            kg += h->kg;
    }
    return kg;
}

bool figure_below(const struct records_snapshot *s, const struct rec_official *o)
{
    double kg = figure_harvested(s, o);

    return kg > 0 && (o->kg <= 0 || log(kg / o->kg) > COMBINE_BELOW_SHARE * log_sd(o));
}

/* The part before lead 1 of a figure that has begun, into *known, which is the caller's then. */
static void look_back(struct figure *y, const struct supply_forecast *f,
                      const struct figures_past *past, double **known)
{
    double *kg = xcalloc(f->draws, sizeof *kg);

    y->begun = past != NULL && past->fill(past->arg, &y->record, kg);
    for (size_t i = 0; y->begun && i < f->draws; i++)
        y->past_kg += kg[i] / f->draws;
    if (y->begun)
        *known = kg;
    else
        free(kg);
}

/* Lists it, unless its period is not ours and nothing is wrong with it. */
static void look_at(struct figures *out, const struct records_snapshot *s,
                    const struct rec_official *o, const struct supply_forecast *f,
                    const struct figures_past *past, bool tracked_only, double **known)
{
    struct figure *y = &out->figure[out->n];
    int32_t end = f->first_month + (int32_t)f->months, last = o->first_month + (int32_t)o->months;
    bool over = last <= f->first_month, beyond = o->first_month >= end;

    *y = (struct figure){.record = *o, .harvested_kg = figure_harvested(s, o)};
    y->of_all = tracked_only;
    y->partly = o->first_month < f->first_month || last > end;
    y->endless = last > end;
    if (figure_below(s, o))
        y->verdict = COMBINE_BELOW_RECORD;
    else if (over || beyond) {
        out->over += over;
        out->beyond += beyond;
        return;
    }
    if (o->first_month < f->first_month && !over && !y->endless && !tracked_only)
        look_back(y, f, past, &known[out->n]);
    out->n++;
}

/* Above 1: not to be used. */
static double contradiction(const struct combine_seen *seen)
{
    return fmax(fabs(seen->z_after) / COMBINE_FAR, fabs(seen->z_before) / FIGURES_ABSURD);
}

/* Combines what is not refused yet; -1 or the figure that the outcome contradicts most in *worst. */
static int try_all(struct figures *all, double *const *known, struct supply_forecast *f,
                   uint64_t seed, long *worst, char *why, size_t why_size)
{
    struct official_figure *y = xcalloc(all->n, sizeof *y);
    const double **before = xcalloc(all->n, sizeof *before);
    struct combine_report report = {.in_place = f->in_place,
                                    .from = xcalloc(f->draws, sizeof *report.from),
                                    .seen = xcalloc(all->n, sizeof *report.seen)};
    double most = 1;
    size_t n = 0, k = 0;
    int rc = 0;

    *worst = -1;
    for (size_t i = 0; i < all->n; i++) {
        const struct rec_official *o = &all->figure[i].record;
        if (!figure_used(&all->figure[i]))
            continue;
        before[n] = known[i];
        y[n++] = (struct official_figure){o->node, o->period, o->kg, log_sd(o)};
    }
    if (n > 0) /* leads begin after the as-of day: nothing of them is on record */
        rc = official_combine(f, NULL, before, y, n, seed, &report, why, why_size);
    for (size_t i = 0; i < all->n && rc == 0; i++) {
        if (!figure_used(&all->figure[i]))
            continue;
        if (contradiction(&report.seen[k]) > most) {
            most = contradiction(&report.seen[k]);
            all->figure[i].above = report.seen[k].z_before > 0;
            *worst = (long)i;
        }
        k++;
    }
    k = 0;
    for (size_t i = 0; i < all->n && rc == 0 && *worst < 0; i++)
        if (figure_used(&all->figure[i]))
            all->figure[i].verdict = report.seen[k++].verdict;
    all->way = report.way;
    all->ess = n > 0 ? report.ess : f->draws;
    if (rc == 0 && *worst < 0 && all->way != COMBINE_NOTHING) {
        all->from = report.from;
        report.from = NULL;
    }
    free(report.from);
    free(report.seen);
    free(before);
    free(y);
    return rc;
}

/* NULL of NULL. */
static double *copy_of(const double *kg, size_t cells)
{
    double *copy = NULL;

    if (kg != NULL) {
        copy = xcalloc(cells, sizeof *copy);
        memcpy(copy, kg, cells * sizeof *copy);
    }
    return copy;
}

static void put_back(double *kg, const double *copy, size_t cells)
{
    if (kg != NULL)
        memcpy(kg, copy, cells * sizeof *kg);
}

int figures_apply(struct figures **out, const struct records_snapshot *s, struct supply_forecast *f,
                  const struct figures_past *past, bool tracked_only, uint64_t seed, char *why,
                  size_t why_size)
{
    size_t cells = (size_t)SUPPLY_NODES * f->months * f->draws;
    struct supply_forecast before = *f;
    struct figures *all = xcalloc(1, sizeof *all);
    double **known = xcalloc(s->officials, sizeof *known);
    long worst;
    int rc;

    before.kg = copy_of(f->kg, cells);
    before.tracked_kg = copy_of(f->tracked_kg, cells);
    before.untracked_kg = copy_of(f->untracked_kg, cells);
    all->figure = xcalloc(s->officials, sizeof *all->figure);
    for (size_t i = 0; i < s->officials; i++)
        look_at(all, s, &s->official[i], f, past, tracked_only, known);
    while ((rc = try_all(all, known, f, seed, &worst, why, why_size)) == 0 && worst >= 0) {
        all->figure[worst].against = true;
        put_back(f->kg, before.kg, cells);
        put_back(f->tracked_kg, before.tracked_kg, cells);
        put_back(f->untracked_kg, before.untracked_kg, cells);
    }
    free(before.kg);
    free(before.tracked_kg);
    free(before.untracked_kg);
    for (size_t i = 0; i < s->officials; i++)
        free(known[i]);
    free(known);
    for (size_t i = 0; i < all->n; i++) /* another was worse, and it fits since */
        all->figure[i].above = all->figure[i].above && all->figure[i].against;
    if (rc != 0) {
        figures_free(all);
        return rc;
    }
    *out = all;
    return 0;
}

void figures_free(struct figures *f)
{
    if (f == NULL)
        return;
    free(f->figure);
    free(f->from);
    free(f);
}

bool figures_cover(const struct figures *f, const char *node)
{
    for (size_t i = 0; i < f->n; i++)
        if (figure_used(&f->figure[i]) && (strcmp(f->figure[i].record.node, node) == 0 ||
                                           strcmp(f->figure[i].record.node, "joint") == 0))
            return true;
    for (int r = 0; r < REGENCY_COUNT; r++)
        if (f->learned[r] && strcmp(node, regency_slug((enum regency)r)) == 0)
            return true;
    return false;
}
