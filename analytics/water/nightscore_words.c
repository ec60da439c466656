/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "nightscore.h"

static const char *const METHOD[2][NIGHTSCORE_METHODS] = {
    {"ramalan", "seperti kemarin", "rata-rata kolam"}, {"forecast", "persistence", "climatology"}};
static const char *const METHOD_KEY[NIGHTSCORE_METHODS] = {"forecast", "persistence",
                                                           "climatology"};

static void rows_of(struct buf *out, const char *pond, const struct nightscore_sum *s, bool english)
{
    if (s->nights == 0) {
        buf_printf(out,
                   english ? "%-20s   no night was forecast\n"
                           : "%-20s   tidak ada malam yang diramal\n",
                   pond);
        return;
    }
    for (int m = 0; m < NIGHTSCORE_METHODS; m++) {
        if (m == 0)
            buf_printf(out, "%-20.20s %5zu  ", pond, s->nights);
        else
            buf_printf(out, "%-26s  ", "");
        buf_printf(out, "%-16s %9.3f %9.3f", METHOD[english][m],
                   nightscore_rmse(s, (enum nightscore_method)m),
                   nightscore_crps(s, (enum nightscore_method)m));
        for (int l = 0; l < NIGHT_LIMITS; l++)
            buf_printf(out, " %8.3f", nightscore_brier(s, (enum nightscore_method)m, l));
        buf_str(out, "\n");
    }
}

/* 1 - score / climatology's: above 0 is better than the pond's own climatology. */
static void skill(struct buf *out, const struct nightscore_sum *s, bool english)
{
    buf_printf(out,
               english ? "skill against the pond's climatology (1 is perfect, 0 none): CRPS %.2f"
                       : "unggul atas rata-rata kolam (1 sempurna, 0 tidak): CRPS %.2f",
               1 - s->crps[NIGHTSCORE_MIX] / s->crps[NIGHTSCORE_CLIMATE]);
    for (int l = 0; l < NIGHT_LIMITS; l++)
        buf_printf(out, ", Brier %g: %.2f", NIGHT_LIMIT_MG_L[l],
                   1 - s->brier[NIGHTSCORE_MIX][l] / s->brier[NIGHTSCORE_CLIMATE][l]);
    buf_str(out, "\n");
}

static void reliability(struct buf *out, const struct nightscore_sum *s, bool english)
{
    buf_str(out, english
                     ? "reliability, nights: chance said / share that fell (* beyond max(0.10, 2 "
                       "sqrt(p(1-p)/n)))\n"
                     : "keandalan, malam: peluang disebut / bagian yang turun (* di luar "
                       "max(0,10; 2 sqrt(p(1-p)/n)))\n");
    for (int l = 0; l < NIGHT_LIMITS; l++) {
        buf_printf(out, "  < %-4g", NIGHT_LIMIT_MG_L[l]);
        for (int b = 0; b < NIGHTSCORE_BINS; b++) {
            size_t n = s->bin[l][b].n;
            double p = s->bin[l][b].p / (double)n, share = (double)s->bin[l][b].fell / (double)n;

            if (n == 0)
                buf_printf(out, "  %4d: %-10s", 0, "-");
            else
                buf_printf(out, "  %4zu: %.2f/%.2f%s", n, p, share,
                           fabs(p - share) > nightscore_tolerance(p, n) ? "*" : " ");
        }
        buf_str(out, "\n");
    }
}

static void counts(struct buf *out, const struct nightback *b, bool english)
{
    size_t lost = 0, early = 0, unable = 0;

    for (size_t p = 0; p < b->n; p++) {
        lost += b->pond[p].lost;
        early += b->pond[p].early;
        unable += b->pond[p].unable;
    }
    buf_printf(out,
               english
                   ? "nights lost to gaps: %zu; too few nights before: %zu; nothing to go by: %zu\n"
                   : "malam hilang karena data bolong: %zu; malam sebelumnya kurang: %zu; tanpa "
                     "pegangan: %zu\n",
               lost, early, unable);
}

static void sirens(struct buf *out, const struct nightscore *s, bool english)
{
    buf_str(
        out,
        english
            ? "nights with two readings in a row (one) below a limit, where a siren would sound:\n "
            : "malam dengan dua pembacaan berturut (satu) di bawah batas, saat sirene akan "
              "bunyi:\n ");
    for (size_t l = 0; l < s->sirens; l++)
        buf_printf(out, " %g: %.0f%% (%.0f%%)", s->siren[l].limit,
                   100.0 * (double)s->siren[l].twice / (double)s->siren[l].nights,
                   100.0 * (double)s->siren[l].fell / (double)s->siren[l].nights);
    buf_printf(out, english ? " of %zu\n" : " dari %zu\n", s->sirens > 0 ? s->siren[0].nights : 0);
}

void nightscore_words(struct buf *out, const struct nightback *b, const struct nightscore *s,
                      bool english)
{
    buf_printf(out, "%-20s %5s  %-16s %9s %9s", english ? "pond" : "kolam",
               english ? "night" : "malam", "", "RMSE path", "CRPS min");
    for (int l = 0; l < NIGHT_LIMITS; l++)
        buf_printf(out, "  Brier<%g", NIGHT_LIMIT_MG_L[l]);
    buf_str(out, "\n");
    for (size_t p = 0; p < s->n; p++)
        rows_of(out, b->pond[p].name, &s->pond[p], english);
    if (s->n > 1)
        rows_of(out, english ? "all" : "semua", &s->all, english);
    counts(out, b, english);
    if (s->all.nights == 0)
        return;
    skill(out, &s->all, english);
    reliability(out, &s->all, english);
    buf_printf(
        out,
        english ? "minimum within the 80%% band: %.3f (95%% interval of pond-weeks %.3f to %.3f)\n"
                : "minimum dalam rentang 80%%: %.3f (selang 95%% pekan kolam %.3f sampai %.3f)\n",
        (double)s->all.in_band / (double)s->all.nights, s->band_low, s->band_high);
    sirens(out, s, english);
    buf_str(out, english ? "Not yet tried on ponds of Kalimantan's peat.\n"
                         : "Belum dicoba di kolam gambut Kalimantan.\n");
}

/* --- JSON --- */

static void json_number(struct buf *out, const char *key, double v)
{
    if (isfinite(v))
        buf_printf(out, "\"%s\":%.6g", key, v);
    else
        buf_printf(out, "\"%s\":null", key);
}

/* A file's name may hold anything. */
static void json_text(struct buf *out, const char *text)
{
    buf_str(out, "\"");
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ')
            buf_printf(out, "\\u%04x", (unsigned)*text);
        else
            buf_printf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    buf_str(out, "\"");
}

static void json_sum(struct buf *out, const struct nightscore_sum *s)
{
    buf_printf(out, "\"nights\":%zu", s->nights);
    for (int m = 0; m < NIGHTSCORE_METHODS; m++) {
        buf_printf(out, ",\"%s\":{", METHOD_KEY[m]);
        json_number(out, "rmse", nightscore_rmse(s, (enum nightscore_method)m));
        buf_str(out, ",");
        json_number(out, "crps", nightscore_crps(s, (enum nightscore_method)m));
        for (int l = 0; l < NIGHT_LIMITS; l++) {
            char key[24];

            (void)snprintf(key, sizeof key, "brier_%g", NIGHT_LIMIT_MG_L[l]);
            buf_str(out, ",");
            json_number(out, key, nightscore_brier(s, (enum nightscore_method)m, l));
        }
        buf_str(out, "}");
    }
    buf_str(out, ",");
    json_number(out, "in_band", (double)s->in_band / (double)s->nights);
}

static void json_bins(struct buf *out, const struct nightscore_sum *s)
{
    buf_str(out, ",\"reliability\":[");
    for (int l = 0; l < NIGHT_LIMITS; l++)
        for (int b = 0; b < NIGHTSCORE_BINS; b++) {
            size_t n = s->bin[l][b].n;
            double p = s->bin[l][b].p / (double)n, share = (double)s->bin[l][b].fell / (double)n;

            buf_printf(out, "%s{\"below\":%g,\"bin\":%d,\"nights\":%zu,", l + b > 0 ? "," : "",
                       NIGHT_LIMIT_MG_L[l], b, n);
            json_number(out, "said", p);
            buf_str(out, ",");
            json_number(out, "fell", share);
            buf_printf(out, ",\"within\":%s}",
                       n == 0 || fabs(p - share) <= nightscore_tolerance(p, n) ? "true" : "false");
        }
    buf_str(out, "]");
}

void nightscore_json(struct buf *out, const struct nightback *b, const struct nightscore *s)
{
    buf_str(out, "{\"ponds\":[");
    for (size_t p = 0; p < s->n; p++) {
        buf_str(out, p > 0 ? ",{\"pond\":" : "{\"pond\":");
        json_text(out, b->pond[p].name);
        buf_printf(out, ",\"lost_to_gaps\":%zu,\"too_few_before\":%zu,\"unable\":%zu,",
                   b->pond[p].lost, b->pond[p].early, b->pond[p].unable);
        json_sum(out, &s->pond[p]);
        buf_str(out, "}");
    }
    buf_str(out, "],\"all\":{");
    json_sum(out, &s->all);
    buf_str(out, ",");
    json_number(out, "in_band_low", s->band_low);
    buf_str(out, ",");
    json_number(out, "in_band_high", s->band_high);
    buf_str(out, "}");
    json_bins(out, &s->all);
    buf_str(out, ",\"siren_nights\":[");
    for (size_t l = 0; l < s->sirens; l++)
        buf_printf(out, "%s{\"below\":%g,\"nights\":%zu,\"two_readings\":%zu,\"one_reading\":%zu}",
                   l > 0 ? "," : "", s->siren[l].limit, s->siren[l].nights, s->siren[l].twice,
                   s->siren[l].fell);
    buf_str(out, "],\"tried_on_peat\":false}\n");
}
