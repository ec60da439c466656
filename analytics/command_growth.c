/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics growth: the curve of one fish, the feed conversion the prior expects, and the laws against weighed fish. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "analytics/commands.h"
#include "analytics/fish/ensemble.h"
#include "analytics/fish/laws.h"
#include "collector/common/csv.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

#define COLUMNS 7

/* A column of numbers under its name for programs, and its names for people. */
struct column {
    const char *name, *indonesian, *english;
    int decimals;
    const char *const *words; /* the value is an index of these; NULL: a number */
};

/* Numbers going out as CSV, JSON or a table. */
struct sheet {
    const struct command_options *o;
    const struct column *column;
    int columns;
    size_t rows;
};

static bool for_people(const struct command_options *o)
{
    return !o->json && (o->growth.table || isatty(STDOUT_FILENO));
}

static void sheet_begin(struct sheet *s)
{
    if (s->o->json) {
        (void)fputs("[", stdout);
        return;
    }
    for (int c = 0; c < s->columns; c++) {
        const struct column *k = &s->column[c];

        if (for_people(s->o))
            (void)printf("%14s", s->o->english ? k->english : k->indonesian);
        else
            (void)printf("%s%s", c > 0 ? "," : "", k->name);
    }
    (void)putchar('\n');
}

static void cell(const struct column *c, double value, char *text, size_t size)
{
    if (c->words != NULL)
        (void)snprintf(text, size, "%s", c->words[(int)value]);
    else if (isfinite(value))
        (void)snprintf(text, size, "%.*f", c->decimals, value);
}

/* NaN and infinity are no value: an empty cell, null, a dash. */
static void sheet_row(struct sheet *s, const double *value)
{
    bool people = for_people(s->o);

    if (s->o->json)
        (void)fputs(s->rows > 0 ? ",\n{" : "\n{", stdout);
    s->rows++;
    for (int c = 0; c < s->columns; c++) {
        const char *quote = s->column[c].words != NULL ? "\"" : "";
        char text[40] = "";

        cell(&s->column[c], value[c], text, sizeof text);
        if (people && !s->o->english && strchr(text, '.') != NULL)
            *strchr(text, '.') = ',';
        if (s->o->json)
            (void)printf("%s\"%s\":%s%s%s", c > 0 ? "," : "", s->column[c].name, quote,
                         text[0] != '\0' ? text : "null", quote);
        else if (people)
            (void)printf("%14s", text[0] != '\0' ? text : "-");
        else
            (void)printf("%s%s", c > 0 ? "," : "", text);
    }
    (void)fputs(s->o->json ? "}" : "\n", stdout);
}

static void sheet_end(const struct sheet *s)
{
    if (s->o->json)
        (void)fputs("\n]\n", stdout);
}

/* Words for people, in their language; silent with --quiet. */
static void say(const struct command_options *o, const char *indonesian, const char *english, ...)
    NILA_PRINTF(2, 4) NILA_PRINTF(3, 4);
static void say(const struct command_options *o, const char *indonesian, const char *english, ...)
{
    va_list ap;

    if (o->quiet)
        return;
    (void)fflush(stdout);
    va_start(ap, english);
    (void)vfprintf(stderr, o->english ? english : indonesian, ap);
    va_end(ap);
}

/* --- the curve --- */

/* Which law is meant, and what it is run with. EX_USAGE with words when the options do not go together. */
static int fish_of(const struct command_options *o, struct law_fish *f)
{
    const struct growth_options *g = &o->growth;

    *f = (struct law_fish){.law = isnan(g->ration_pct) ? LAW_LEVEL : LAW_RATION,
                           .water = {g->temp_c, growth_do_effect(g->do_mg_l), g->nh3_n_mg_l},
                           .ration = g->ration_pct / 100};
    if (g->law != NULL && law_find(g->law, &f->law) != 0) {
        log_warnx("--law %.40s: ration, conversion, level, sgr, tgc, power", g->law);
        return EX_USAGE;
    }
    if (f->law == LAW_RATION && isnan(g->ration_pct)) {
        log_warnx(o->english ? "--law ration needs --ration" : "--law ration memerlukan --ration");
        return EX_USAGE;
    }
    if ((f->law != LAW_RATION && !isnan(g->ration_pct)) ||
        (f->law != LAW_LEVEL && !isnan(g->level))) {
        log_warnx(o->english ? "--law %s does not use %s: leave it out"
                             : "--law %s tidak memakai %s: hilangkan",
                  law_name(f->law),
                  f->law != LAW_RATION && !isnan(g->ration_pct) ? "--ration" : "--feeding-level");
        return EX_USAGE;
    }
    f->rate = !isnan(g->rate) ? g->rate : law_usual_rate(f->law);
    if (f->law == LAW_LEVEL && !isnan(g->level))
        f->rate = g->level;
    return EX_OK;
}

/* A number as people write it: 1,5 or 1.5. */
static const char *written(const struct command_options *o, double v, int decimals, char *text,
                           size_t size)
{
    (void)snprintf(text, size, "%.*f", decimals, v);
    if (!o->english && strchr(text, '.') != NULL)
        *strchr(text, '.') = ',';
    return text;
}

static void curve_words(const struct command_options *o, double mass_g, bool unseen)
{
    const struct growth_options *g = &o->growth;
    double days = (double)g->days;
    char sgr[24], tgc[24];

    say(o, "%.0f g menjadi %.0f g dalam %.0f hari; sama dengan SGR %s %%/hari dan TGC %s\n",
        "%.0f g become %.0f g in %.0f days; the same as SGR %s %%/day and TGC %s\n", g->from_g,
        mass_g, days, written(o, law_sgr(g->from_g, mass_g, days), 2, sgr, sizeof sgr),
        written(o, law_tgc(g->from_g, mass_g, days, g->temp_c), 2, tgc, sizeof tgc));
    if (unseen)
        say(o,
            "peringatan: hukum ransum dicocokkan pada ikan 33-175 g dengan 1-3 %% per hari; di "
            "luar "
            "itu angkanya perkiraan saja\n",
            "warning: the ration law was fitted on fish of 33-175 g at 1-3 %% a day; outside of "
            "that "
            "it is an extrapolation\n");
    if (g->temp_c < 18 || g->temp_c > 38)
        say(o, "peringatan: model berlaku untuk 18-38 C\n",
            "warning: the model is valid for 18-38 C\n");
    if (mass_g > 800)
        say(o, "peringatan: model berlaku sampai 800 g\n",
            "warning: the model is valid up to 800 g\n");
}

static int curve(const struct command_options *o)
{
    static const struct column COLUMN[] = {
        {"day", "hari", "day", 0, NULL},
        {"mass_g", "berat (g)", "mass (g)", 3, NULL},
        {"gain_g_day", "naik (g/hari)", "gain (g/day)", 4, NULL},
        {"sgr_pct", "SGR (%/hari)", "SGR (%/day)", 3, NULL},
        {"feed_g_day", "pakan (g/hari)", "feed (g/day)", 4, NULL},
        {"fcr", "FCR", "FCR", 3, NULL}};
    struct sheet s = {o, COLUMN, 6, 0};
    struct law_fish f;
    double mass = o->growth.from_g, fed_g = 0;
    bool unseen = false;
    int rc = fish_of(o, &f);

    if (rc != EX_OK)
        return rc;
    sheet_begin(&s);
    for (long day = 0; day <= o->growth.days; day++) {
        double next = law_grow(&f, mass, 1);
        bool fed = law_feeds(f.law);
        double feed = fed ? f.ration * mass : NAN;
        /* of all the days so far */
        double ratio =
            fed && day > 0 && mass > o->growth.from_g ? fed_g / (mass - o->growth.from_g) : NAN;
        const double value[] = {(double)day, mass, next - mass, law_sgr(mass, next, 1),
                                feed,        ratio};

        sheet_row(&s, value);
        if (day == o->growth.days)
            break;
        unseen |= fed && !growth_ration_seen(mass, f.ration);
        fed_g += fed ? feed : 0;
        mass = next;
    }
    sheet_end(&s);
    curve_words(o, mass, unseen);
    return EX_OK;
}

/* --- the prior's feed conversion --- */

static const double FCR_MASS_G[] = {5, 10, 20, 50, 100, 200, 300};
enum {
    FCR_MASSES = sizeof FCR_MASS_G / sizeof FCR_MASS_G[0],
    FCR_RATIONS = 8,
    FCR_DRAWS = 2000,
    FCR_SEED = 2385
};
static const char *const YES_NO[] = {"0", "1"};
static const double FCR_LOCAL_LOW = 1.0,
                    FCR_LOCAL_HIGH = 1.7; /* biofloc and ponds, local reports */

/* Sorted feed conversions of n draws of c0; a fish that does not grow counts as infinite and into negative. */
static void fcr_draws(const struct growth_day *water, double mass_g, double ration, gsl_rng *rng,
                      double *out, size_t *negative)
{
    struct ensemble_prior prior;

    ensemble_prior(POND_SYSTEM_POND, &prior);
    for (int i = 0; i < FCR_DRAWS; i++) {
        const struct law_fish f = {
            LAW_RATION, *water, ration,
            prior.conversion * exp(gsl_ran_gaussian_ziggurat(rng, prior.conversion_sd)), 0};

        out[i] = law_fcr(&f, mass_g);
        if (!(out[i] > 0)) {
            out[i] = INFINITY;
            (*negative)++;
        }
    }
    gsl_sort(out, 1, FCR_DRAWS);
}

static void fcr_words(const struct command_options *o, const double *median, size_t negative)
{
    int low = 0, high = 0, least_high = FCR_RATIONS + 1;
    char from[24], to[24];

    for (int k = 0; k < FCR_MASSES * FCR_RATIONS; k++) {
        int ration_pct = k % FCR_RATIONS + 1;

        low += median[k] < FCR_LOCAL_LOW;
        high += median[k] > FCR_LOCAL_HIGH;
        if (median[k] > FCR_LOCAL_HIGH && ration_pct < least_high)
            least_high = ration_pct;
    }
    say(o, "%zu dari %d undian negatif\n", "%zu of %d draws are negative\n", negative,
        FCR_MASSES * FCR_RATIONS * FCR_DRAWS);
    if (high > 0)
        say(o,
            "di %d dari %d sel nilai tengah di atas kisaran setempat %s-%s (mulai %d %%/hari): "
            "ikan sebesar itu diberi lebih dari yang dapat dimakannya\n",
            "in %d of %d cells the median is above the local %s-%s (from %d %%/day on): such "
            "fish get more than they turn into flesh\n",
            high, FCR_MASSES * FCR_RATIONS, written(o, FCR_LOCAL_LOW, 1, from, sizeof from),
            written(o, FCR_LOCAL_HIGH, 1, to, sizeof to), least_high);
    if (low > 0)
        say(o, "di %d dari %d sel nilai tengah di bawah %s: lebih baik daripada laporan setempat\n",
            "in %d of %d cells the median is below %s: better than local reports\n", low,
            FCR_MASSES * FCR_RATIONS, written(o, FCR_LOCAL_LOW, 1, from, sizeof from));
}

static int fcr(const struct command_options *o)
{
    static const struct column COLUMN[] = {{"mass_g", "berat (g)", "mass (g)", 0, NULL},
                                           {"ration_pct", "ransum (%)", "ration (%)", 0, NULL},
                                           {"fcr_p10", "FCR p10", "FCR p10", 3, NULL},
                                           {"fcr_p50", "FCR p50", "FCR p50", 3, NULL},
                                           {"fcr_p90", "FCR p90", "FCR p90", 3, NULL},
                                           {"local", "wajar", "as seen here", 0, YES_NO}};
    const struct growth_day water = {o->growth.temp_c, growth_do_effect(o->growth.do_mg_l),
                                     o->growth.nh3_n_mg_l};
    struct sheet s = {o, COLUMN, 6, 0};
    double *draw = xcalloc(FCR_DRAWS, sizeof *draw), median[FCR_MASSES * FCR_RATIONS];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    size_t negative = 0;

    if (rng == NULL)
        fatal(tongue("memori habis", "no memory"));
    gsl_rng_set(rng, FCR_SEED);
    sheet_begin(&s);
    for (int m = 0; m < FCR_MASSES; m++) {
        for (int r = 1; r <= FCR_RATIONS; r++) {
            double p50;

            fcr_draws(&water, FCR_MASS_G[m], r / 100.0, rng, draw, &negative);
            p50 = median[m * FCR_RATIONS + r - 1] =
                gsl_stats_median_from_sorted_data(draw, 1, FCR_DRAWS);
            const double value[] = {FCR_MASS_G[m],
                                    r,
                                    gsl_stats_quantile_from_sorted_data(draw, 1, FCR_DRAWS, 0.1),
                                    p50,
                                    gsl_stats_quantile_from_sorted_data(draw, 1, FCR_DRAWS, 0.9),
                                    p50 >= FCR_LOCAL_LOW && p50 <= FCR_LOCAL_HIGH};
            sheet_row(&s, value);
        }
    }
    sheet_end(&s);
    fcr_words(o, median, negative);
    gsl_rng_free(rng);
    free(draw);
    return EX_OK;
}

/* --- against weighed fish --- */

#define AMP_POINTS 2000
#define AMP_GROUPS 20
static const double AMP_FIT_DAYS =
    56; /* the fit sees so many days, then what follows is foretold */

struct amp {
    size_t n;
    double ration_pct[AMP_POINTS], temp_c[AMP_POINTS];
    struct law_point point[AMP_POINTS];
};

static int amp_cell(struct csv *c, const char *name, double min, double max, double *out)
{
    int at = csv_find(c, name), rc = csv_number(c, at, out);
    struct csv_place place = csv_where(c, at);

    if (rc == 0 && *out >= min && *out <= max)
        return 0;
    log_warnx(tongue("%s:%ld:%ld: %s: \"%.40s\" tidak boleh; %g sampai %g",
                     "%s:%ld:%ld: %s: \"%.40s\" is not allowed; %g to %g"),
              place.file, place.line, place.column, name, csv_cell(c, at), min, max);
    return NILA_ERR_PARSE;
}

static int amp_rows(struct csv *c, const char *path, struct amp *a)
{
    int rc;

    while ((rc = csv_next(c)) == 1) {
        if (a->n == AMP_POINTS) {
            log_warnx(tongue("%s: lebih dari %d baris", "%s: more than %d rows"), path, AMP_POINTS);
            return NILA_ERR_RANGE;
        }
        if (amp_cell(c, "feeding_pct_bw_day", 0.01, 30, &a->ration_pct[a->n]) != 0 ||
            amp_cell(c, "temp_c", 5, 45, &a->temp_c[a->n]) != 0 ||
            amp_cell(c, "day", 0, 3650, &a->point[a->n].day) != 0 ||
            amp_cell(c, "wet_weight_g", 0.01, 5000, &a->point[a->n].mass_g) != 0)
            return NILA_ERR_PARSE;
        a->n++;
    }
    if (rc < 0)
        log_warnx("%s", csv_why(c));
    return rc;
}

static int amp_load(const char *path, struct amp *a)
{
    static const char *const NEED[] = {"feeding_pct_bw_day", "temp_c", "day", "wet_weight_g"};
    struct csv *c = NULL;
    char why[400];
    int rc = csv_open(&c, path, why, sizeof why);

    if (rc != 0) {
        log_warnx("%s", why);
        return rc;
    }
    for (size_t k = 0; rc == 0 && k < sizeof NEED / sizeof NEED[0]; k++) {
        if (csv_find(c, NEED[k]) < 0) {
            log_warnx(tongue("%s: kolom %s belum ada", "%s: column %s is missing"), path, NEED[k]);
            rc = NILA_ERR_PARSE;
        }
    }
    if (rc == 0)
        rc = amp_rows(c, path, a);
    csv_close(c);
    return rc;
}

/* One group of a law: errors of the fit over all days, and of the days after the 56th by a fit on those before. */
static int amp_compare(struct law_fish *f, const struct law_point *p, size_t n, double *fit,
                       double *ahead, double *rate)
{
    size_t seen = 0;
    double start;
    int rc = law_fit(f, p, n, &start);

    if (rc != 0)
        return rc;
    *fit = law_mape(f, start, p, n);
    *rate = f->rate;
    *ahead = NAN;
    while (seen < n && p[seen].day <= AMP_FIT_DAYS)
        seen++;
    if (seen < n && law_fit(f, p, seen, &start) == 0)
        *ahead = law_mape(f, start, p + seen, n - seen);
    return 0;
}

static int amp(const struct command_options *o)
{
    const struct column COLUMN[] = {{"ration_pct", "ransum (%)", "ration (%)", 1, NULL},
                                    {"temp_c", "suhu (C)", "temp (C)", 1, NULL},
                                    {"law", "hukum", "law", 0, law_names()},
                                    {"points", "titik", "points", 0, NULL},
                                    {"rate", "laju", "rate", 4, NULL},
                                    {"fit_mape_pct", "galat cocok %", "fit error %", 2, NULL},
                                    {"ahead_mape_pct", "galat depan %", "ahead err. %", 2, NULL}};
    struct sheet s = {o, COLUMN, COLUMNS, 0};
    struct amp *a = xcalloc(1, sizeof *a);
    int rc = amp_load(o->growth.amp, a);

    if (rc == 0)
        sheet_begin(&s);
    for (size_t from = 0, to; rc == 0 && from < a->n; from = to) {
        for (to = from; to < a->n && a->ration_pct[to] == a->ration_pct[from] &&
                        a->temp_c[to] == a->temp_c[from];)
            to++;
        for (int l = 0; rc == 0 && l < LAW_COUNT; l++) {
            struct law_fish f = {
                (enum law)l, {a->temp_c[from], 1, 0}, a->ration_pct[from] / 100, 0, 0};
            double fit, ahead, rate;

            rc = amp_compare(&f, a->point + from, to - from, &fit, &ahead, &rate);
            if (rc != 0) {
                log_warnx(tongue("%s: ransum %g %%: kurang dari dua hari yang berurutan",
                                 "%s: ration %g %%: fewer than two days in order"),
                          o->growth.amp, a->ration_pct[from]);
                break;
            }
            const double value[] = {
                a->ration_pct[from], a->temp_c[from], l, (double)(to - from), rate, fit, ahead};
            sheet_row(&s, value);
        }
    }
    if (rc == 0) {
        sheet_end(&s);
        say(o, "galat depan: hari 57 ke atas, dicocokkan pada hari 0-56\n",
            "error ahead: of days 57 on, fitted on days 0-56\n");
    }
    free(a);
    return command_exit_code(rc);
}

int command_growth(const struct command_options *o)
{
    int rc = o->growth.amp != NULL ? amp(o) : o->growth.fcr ? fcr(o) : curve(o);

    return fflush(stdout) == 0 ? rc : EX_IOERR;
}
