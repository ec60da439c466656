/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics calibrate: how often the truth of simulated worlds lies in the forecast's ranges. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "analytics/commands.h"
#include "analytics/progress.h"
#include "analytics/supply/calibrate.h"
#include "collector/common/buf.h"
#include "collector/common/log.h"

enum {
    DEFAULT_WORLDS = 1000,
    DEFAULT_PONDS = 120,
    DEFAULT_DRAWS = 400,
    DEFAULT_MONTHS = 3,
    DEFAULT_SEED = 1
};
static const double UNEVEN_P = 0.05; /* below, corrected: the ranks are not even */

static const char *pick(const struct command_options *o, const char *indonesian,
                        const char *english)
{
    return o->english ? english : indonesian;
}

/* Text in the language asked for. */
static void words(const struct command_options *o, struct buf *b, const char *indonesian,
                  const char *english, ...) NILA_PRINTF(3, 5) NILA_PRINTF(4, 5);
static void words(const struct command_options *o, struct buf *b, const char *indonesian,
                  const char *english, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, english);
    (void)vsnprintf(text, sizeof text, o->english ? english : indonesian, ap);
    va_end(ap);
    buf_str(b, text);
}

/* --- table --- */

static const char *misfit_words(const struct command_options *o, enum calibrate_misfit m)
{
    static const char *const WORDS[CALIBRATE_MISFITS][2] = {
        [CALIBRATE_NONE] = {"dunia seperti anggapan model", "worlds as the model believes"},
        [CALIBRATE_CV] = {"sebaran bobot ikan 0,35 (model: 0,25)",
                          "spread of fish weights 0.35 (model: 0.25)"},
        [CALIBRATE_DEATHS] = {"40 % ikan mati yang terlihat tidak dicatat",
                              "40 % of the dead that are seen are not written down"},
        [CALIBRATE_EVENTS] = {"kejadian bersama dua kali lebih sering",
                              "common events twice as often"},
        [CALIBRATE_SILENCE] = {"petani berhenti mencatat setelah banyak ikan mati",
                               "farmers stop writing once many fish have died"},
        [CALIBRATE_TOGETHER] = {"semua penyimpangan sekaligus", "all misfits at once"}};

    return WORDS[m][o->english];
}

static const char *verdict_words(const struct command_options *o, enum calibrate_verdict v)
{
    static const char *const WORDS[][2] = {
        [CALIBRATE_FEW] = {"dunia terlalu sedikit", "too few worlds"},
        [CALIBRATE_HOLDS] = {"tepat", "holds"},
        [CALIBRATE_TOO_NARROW] = {"terlalu sempit", "too narrow"},
        [CALIBRATE_TOO_WIDE] = {"terlalu lebar", "too wide"}};

    return WORDS[v][o->english];
}

static const char *verdict_slug(enum calibrate_verdict v)
{
    static const char *const SLUG[] = {[CALIBRATE_FEW] = "too_few",
                                       [CALIBRATE_HOLDS] = "holds",
                                       [CALIBRATE_TOO_NARROW] = "too_narrow",
                                       [CALIBRATE_TOO_WIDE] = "too_wide"};

    return SLUG[v];
}

/* A number in the width of a column; "-" when it is not known. */
static void put(struct buf *b, int width, int digits, double x)
{
    if (isnan(x))
        buf_printf(b, " %*s", width, "-");
    else
        buf_printf(b, " %*.*f", width, digits, x);
}

static void table_row(const struct command_options *o, struct buf *b, size_t node, unsigned month,
                      const struct calibrate_cell *c)
{
    buf_printf(b, "%-8s %5u", supply_node_code(node), month);
    put(b, 6, 1, 100 * c->cover80);
    put(b, 6, 1, 100 * c->cover95);
    put(b, 7, 1, 100 * c->ape_median);
    put(b, 7, 1, 100 * c->ape_mean);
    put(b, 8, 0, c->mean_kg);
    put(b, 8, 0, c->crps_kg);
    put(b, 6, 3, c->p);
    put(b, 6, 3, c->p_holm);
    buf_str(b, "  ");
    for (int k = 0; k < CALIBRATE_BINS; k++)
        buf_printf(b, "%s%u", k > 0 ? " " : "", c->bin[k]);
    buf_printf(b, "  %s\n", verdict_words(o, c->verdict));
}

static void table(const struct command_options *o, const struct calibrate_request *q,
                  const struct calibrate_result *r, struct buf *b)
{
    words(o, b, "%s: %s\n%u dunia x %u kolam, %u simulasi, benih %" PRIu64 "\n",
          "%s: %s\n%u worlds x %u ponds, %u draws, seed %" PRIu64 "\n",
          calibrate_misfit_name(q->misfit), misfit_words(o, q->misfit), q->worlds, q->ponds,
          q->draws, q->seed);
    buf_printf(b, "%-8s %5s %6s %6s %7s %7s %8s %8s %6s %6s  %s\n", pick(o, "wilayah", "node"),
               pick(o, "bulan", "month"), pick(o, "di 80%", "in 80%"), pick(o, "di 95%", "in 95%"),
               pick(o, "galat%", "error%"), pick(o, "rata2%", "mean%"), "kg", "CRPS kg", "p",
               "Holm", pick(o, "peringkat, putusan", "ranks, verdict"));
    for (size_t node = 0; node < SIMWORLD_NODES; node++)
        for (unsigned m = 0; m < r->months; m++)
            table_row(o, b, node, m + 1, &r->cell[node][m]);
    words(o, b,
          "kolam satu per satu: bobot hari ini di dalam P10-P90 pada %.1f %% dari %zu "
          "kolam\n",
          "single ponds: today's mass within P10-P90 in %.1f %% of %zu ponds\n", 100 * r->pond_mass,
          r->ponds);
    if (r->worlds < CALIBRATE_WORLDS_FEW) {
        words(o, b, "kurang dari %d dunia: tidak ada putusan\n\n",
              "fewer than %d worlds: no verdict\n\n", CALIBRATE_WORLDS_FEW);
        return;
    }
    words(o, b,
          "galat baku cakupan %.1f %%; tepat = dalam tiga galat baku dari 80 %%; "
          "peringkat %s (p Holm terkecil %.3f)\n\n",
          "standard error of a coverage %.1f %%; holds = within three of them of 80 %%; "
          "ranks are %s (least Holm p %.3f)\n\n",
          100 * r->standard_error,
          r->p_least < UNEVEN_P ? pick(o, "tidak merata", "not even") : pick(o, "merata", "even"),
          r->p_least);
}

/* --- JSON: one object a misfit and line --- */

static void json_number(struct buf *b, const char *name, double x)
{
    if (isnan(x))
        buf_printf(b, ",\"%s\":null", name);
    else
        buf_printf(b, ",\"%s\":%.10g", name, x);
}

static void json_cell(struct buf *b, size_t node, unsigned month, const struct calibrate_cell *c)
{
    buf_printf(b, "{\"node\":\"%s\",\"lead\":%u,\"verdict\":\"%s\"", supply_node_code(node), month,
               verdict_slug(c->verdict));
    json_number(b, "cover80", c->cover80);
    json_number(b, "cover95", c->cover95);
    json_number(b, "ape_median", c->ape_median);
    json_number(b, "ape_mean", c->ape_mean);
    json_number(b, "mean_kg", c->mean_kg);
    json_number(b, "crps_kg", c->crps_kg);
    json_number(b, "p", c->p);
    json_number(b, "p_holm", c->p_holm);
    buf_str(b, ",\"ranks\":[");
    for (int k = 0; k < CALIBRATE_BINS; k++)
        buf_printf(b, "%s%u", k > 0 ? "," : "", c->bin[k]);
    buf_str(b, "]}");
}

static void json(const struct calibrate_request *q, const struct calibrate_result *r, struct buf *b)
{
    buf_printf(b,
               "{\"misfit\":\"%s\",\"worlds\":%u,\"ponds\":%u,\"draws\":%u,\"seed\":%" PRIu64
               ",\"single_ponds\":%zu",
               calibrate_misfit_name(q->misfit), q->worlds, q->ponds, q->draws, q->seed, r->ponds);
    json_number(b, "single_pond_mass80", r->pond_mass);
    json_number(b, "standard_error", r->standard_error);
    json_number(b, "p_holm_least", r->p_least);
    buf_str(b, ",\"cells\":[");
    for (size_t node = 0; node < SIMWORLD_NODES; node++)
        for (unsigned m = 0; m < r->months; m++) {
            buf_str(b, node + m > 0 ? "," : "");
            json_cell(b, node, m + 1, &r->cell[node][m]);
        }
    buf_str(b, "]}\n");
}

/* --- the command --- */

/* Names between commas, or "all". Returns the first that is not known, NULL when all are. */
static const char *take_misfits(const char *names, bool wanted[CALIBRATE_MISFITS], char *word,
                                size_t word_size)
{
    if (names == NULL)
        names = calibrate_misfit_name(CALIBRATE_NONE);
    for (const char *at = names;; at++) {
        enum calibrate_misfit m;
        size_t n = strcspn(at, ",");

        (void)snprintf(word, word_size, "%.*s", (int)(n < word_size ? n : word_size - 1), at);
        if (strcmp(word, "all") == 0)
            memset(wanted, true, CALIBRATE_MISFITS * sizeof *wanted);
        else if (calibrate_misfit_find(word, &m) == 0)
            wanted[m] = true;
        else
            return word;
        at += n;
        if (*at == '\0')
            return NULL;
    }
}

static int run_one(const struct command_options *o, struct calibrate_request q)
{
    struct progress p;
    struct calibrate_result *r = NULL;
    struct buf b = {0};
    int rc;

    progress_init(&p, pick(o, "dunia", "worlds"), o->english, o->quiet, o->progress);
    q.progress = progress_tell;
    q.arg = &p;
    rc = calibrate_run(&q, &r);
    progress_end(&p);
    if (rc != 0) {
        log_warnx("calibrate: %s", nila_err_text(rc));
        return rc;
    }
    if (o->json)
        json(&q, r, &b);
    else
        table(o, &q, r, &b);
    /* at once: the next misfit may take long */
    if (fwrite(b.p, 1, b.n, stdout) != b.n || fflush(stdout) != 0) {
        log_warn("%s", pick(o, "keluaran standar", "standard output"));
        rc = NILA_ERR_IO;
    }
    buf_free(&b);
    free(r);
    return rc;
}

int command_calibrate(const struct command_options *o)
{
    const struct calibrate_options *c = &o->calibrate;
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct calibrate_request q = {.worlds = c->worlds > 0 ? (unsigned)c->worlds : DEFAULT_WORLDS,
                                  .ponds = c->ponds > 0 ? (unsigned)c->ponds : DEFAULT_PONDS,
                                  .months = o->months > 0 ? (unsigned)o->months : DEFAULT_MONTHS,
                                  .draws = o->draws > 0 ? (unsigned)o->draws : DEFAULT_DRAWS,
                                  .threads = o->threads > 0 ? (unsigned)o->threads
                                             : cores > 1    ? (unsigned)cores
                                                            : 1,
                                  .seed = o->seed >= 0 ? (uint64_t)o->seed : DEFAULT_SEED};
    bool wanted[CALIBRATE_MISFITS] = {false};
    char word[40];
    const char *wrong = take_misfits(c->misfit, wanted, word, sizeof word);
    int rc = 0;

    if (wrong != NULL) {
        log_warnx(
            "--misfit %s: %s", wrong,
            pick(o,
                 "tidak dikenal; none, cv, deaths, events, silence, together, dipisah koma, atau "
                 "all",
                 "not known; none, cv, deaths, events, silence, together, between commas, or all"));
        return EX_USAGE;
    }
    q.threads = q.threads < CALIBRATE_THREADS_MAX ? q.threads : CALIBRATE_THREADS_MAX;
    for (int m = 0; m < CALIBRATE_MISFITS && rc == 0; m++) {
        q.misfit = (enum calibrate_misfit)m;
        if (wanted[m])
            rc = run_one(o, q);
    }
    return command_exit_code(rc);
}
