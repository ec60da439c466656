/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pond without a probe: one handheld reading at dusk, carried on by the shapes that other ponds' nights had from that hour
 * on, or by the general prior. Its spread is that of nights whose pond is not known, so it is wide. */
#include <math.h>
#include <stdio.h>

#include "collector/common/civil.h"
#include "night_mix.h"
#include "night_own.h"
#include "night_prior.h"

enum {
    EARLIEST_SLOT = 66, /* 18:00 */
    LATEST_SLOT = 84,   /* 21:00 */
    CURVES = 40,
    OF_EACH = 8 /* newest nights of a peer */
};
static const double HIGHEST_MG_L = 30;
static const double GENERAL_NIGHTS = 6; /* what the general shape counts as beside peers' nights */
/* One reading of a pond nobody knows: wider than a known pond's night. An assumption. */
static const double WIDER = 1.5;

struct shapes {
    int n;
    float curve[CURVES][NIGHT_STEPS_MAX]; /* log ratio to the level */
};

static void take_shapes(const struct night_model *m, int32_t day, const struct night_past_set *like,
                        struct shapes *s)
{
    struct night_past_set set;
    int index = 0;

    while (index < m->rows && m->row[index].day < day)
        index++;
    if (index == 0)
        return;
    night_collect(m, index < m->rows ? index : m->rows - 1, like->slot, like->end, like->at, NAN,
                  false, &set);
    for (int j = set.n > OF_EACH ? set.n - OF_EACH : 0; j < set.n && s->n < CURVES; j++) {
        for (int k = 0; k < set.steps; k++)
            s->curve[s->n][k] = (float)(set.view[j].log_path[k] - set.view[j].log_level);
        s->n++;
    }
}

/* The mean shape into mean; curves become their differences from it. */
static void centre(struct shapes *s, const struct night_past_set *set, double *mean)
{
    for (int k = 0; k < set->steps; k++) {
        double beta[NIGHT_FEATURES];

        night_prior_beta(set->slot, k, beta);
        mean[k] = GENERAL_NIGHTS * beta[0];
        for (int i = 0; i < s->n; i++)
            mean[k] += s->curve[i][k];
        mean[k] /= GENERAL_NIGHTS + s->n;
        for (int i = 0; i < s->n; i++)
            s->curve[i][k] = (float)(WIDER * (s->curve[i][k] - mean[k]));
    }
}

int night_handheld(double do_mg_l, int64_t ts_ms, struct night_model *const *peers, size_t n_peers,
                   struct night_forecast *out)
{
    double at = (double)(ts_ms + CIVIL_WIB_MS - NIGHT_ROW_START_MS) / NIGHT_STEP_MS;
    int32_t day = (int32_t)floor(at / NIGHT_SLOTS);
    struct night_past_set set = {.end = NIGHT_SLOTS, .at = at - (double)day * NIGHT_SLOTS};
    struct night_ensemble e;
    struct shapes s = {.n = 0};
    double mean[NIGHT_STEPS_MAX];

    if (!(do_mg_l > 0 && do_mg_l <= HIGHEST_MG_L) || set.at < EARLIEST_SLOT || set.at > LATEST_SLOT)
        return NILA_ERR_RANGE;
    set.slot = (int)set.at;
    set.steps = set.end - set.slot;
    for (size_t p = 0; p < n_peers; p++)
        take_shapes(peers[p], day, &set, &s);
    centre(&s, &set, mean);
    for (int k = 0; k < set.steps; k++)
        mean[k] = night_unlog(night_log(do_mg_l) + mean[k]);
    e.n = 0;
    for (int i = 0; i < s.n; i++)
        night_ensemble_add(&e, s.curve[i], 1);
    night_ensemble_general(&e, &set, GENERAL_NIGHTS, 0, WIDER * night_prior_sd(set.steps - 1));
    *out = (struct night_forecast){.issue_ms =
                                       ((int64_t)day * NIGHT_SLOTS + set.slot) * NIGHT_STEP_MS -
                                       CIVIL_WIB_MS + NIGHT_ROW_START_MS,
                                   .basis = NIGHT_HANDHELD,
                                   .steps = set.steps,
                                   .level_ms = ts_ms,
                                   .level_mg_l = do_mg_l};
    out->until_ms = out->issue_ms + out->steps * NIGHT_STEP_MS;
    night_ensemble_run(&e, mean, false, out);
    return 0;
}

size_t night_basis_words(const struct night_forecast *f, bool english, char *out, size_t size)
{
    int n;

    if (f->basis == NIGHT_HANDHELD)
        n = snprintf(out, size, "%s", english ? "one reading" : "satu pengukuran");
    else if (f->nights < NIGHT_NIGHTS_MIN)
        n = snprintf(out, size,
                     english ? "only %d nights known, very rough" : "baru %d malam, sangat kasar",
                     f->nights);
    else if (f->nights < NIGHT_YOUNG)
        n = snprintf(out, size, english ? "%d nights known, rough" : "baru %d malam, masih kasar",
                     f->nights);
    else
        n = snprintf(out, size, english ? "from %d nights" : "dari %d malam", f->nights);
    return n > 0 ? (size_t)n : 0;
}
