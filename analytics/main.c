/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics: subcommands and their options; the work is in commands.c. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "analytics/fish/ensemble.h"
#include "analytics/supply/calibrate.h"
#include "collector/common/log.h"
#include "collector/common/nocore.h"
#include "collector/common/tongue.h"
#include "commands.h"

struct arguments {
    struct command_options o;
    const char *lang, *port, *months, *draws, *seed; /* as written */
    const char *frequency, *threads, *worlds, *ponds, *visits, *speed;
    const char *from_g, *days, *temp, *oxygen, *nh3, *ration, *level, *rate;
    bool help, version, verbose;
};

static const struct command {
    const char *name;
    int (*run)(const struct command_options *o);
    int least, most; /* words after it */
} COMMAND[] = {
    {"serve", command_serve, 0, 0},         {"import", command_import, 2, 2},
    {"forecast", command_forecast, 0, 0},   {"growth", command_growth, 0, 1},
    {"check", command_check, 0, 0},         {"reconcile", command_reconcile, 0, 0},
    {"series", command_series, 1, 1},       {"scenario", command_scenario, 0, 0},
    {"calibrate", command_calibrate, 0, 0}, {"accuracy", command_accuracy, 0, 0},
    {"backtest", command_backtest, 0, 0},   {"survey", command_survey, 0, 0},
    {"watch", command_watch, 0, 0},         {"oxygen", command_oxygen, 0, 10000},
    {"alert", command_alert, 0, 3},
};

/* What is wrong with word, in both languages, and where help is. */
static int usage(const struct arguments *a, const char *indonesian, const char *english,
                 const char *word)
{
    (void)fprintf(stderr, "nila-analytics: %s%s%s\nnila-analytics: %s: nila-analytics --help\n",
                  word, word[0] != '\0' ? ": " : "", a->o.english ? english : indonesian,
                  a->o.english ? "see" : "lihat");
    return EX_USAGE;
}

#define OPTION_FIRST 256 /* getopt's value of the first option of the table */

static void add_act(struct scenario_options *s, const char *act)
{
    if (s->acts < SCENARIO_OPTIONS_MAX)
        s->act[s->acts] = act;
    s->acts++;
}

/* --issue stands alone for forecast; of oxygen it has a clock time, after = or as the next word. */
static void take_issue(struct arguments *a, char **argv)
{
    if (optarg != NULL)
        a->o.oxygen.issue = optarg;
    else if (argv[optind] != NULL && argv[optind][0] >= '0' && argv[optind][0] <= '9')
        a->o.oxygen.issue = argv[optind++];
}

/* Every option and the member of struct arguments it fills. */
enum option_kind {
    OPTION_TEXT,   /* takes a value */
    OPTION_SWITCH, /* stands alone */
    OPTION_ACT,    /* takes a value, and may be given more than once */
    OPTION_ISSUE   /* a switch that oxygen gives a clock time */
};
static const struct {
    const char *name;
    enum option_kind kind;
    size_t at;
} OPTION[] = {
    {"config", OPTION_TEXT, offsetof(struct arguments, o.config)},
    {"records", OPTION_TEXT, offsetof(struct arguments, o.records)},
    {"port", OPTION_TEXT, offsetof(struct arguments, port)},
    {"ready", OPTION_TEXT, offsetof(struct arguments, o.ready)},
    {"as-of", OPTION_TEXT, offsetof(struct arguments, o.as_of)},
    {"months", OPTION_TEXT, offsetof(struct arguments, months)},
    {"scope", OPTION_TEXT, offsetof(struct arguments, o.scope)},
    {"parts", OPTION_TEXT, offsetof(struct arguments, o.parts)},
    {"classes", OPTION_TEXT, offsetof(struct arguments, o.classes)},
    {"quarter", OPTION_TEXT, offsetof(struct arguments, o.survey.quarter)},
    {"n", OPTION_TEXT, offsetof(struct arguments, visits)},
    {"draws", OPTION_TEXT, offsetof(struct arguments, draws)},
    {"seed", OPTION_TEXT, offsetof(struct arguments, seed)},
    {"out", OPTION_TEXT, offsetof(struct arguments, o.out)},
    {"balance", OPTION_TEXT, offsetof(struct arguments, o.balance)},
    {"without-official", OPTION_SWITCH, offsetof(struct arguments, o.without_official)},
    {"issue", OPTION_ISSUE, offsetof(struct arguments, o.issue)},
    {"once", OPTION_SWITCH, offsetof(struct arguments, o.once)},
    {"rehearse", OPTION_TEXT, offsetof(struct arguments, o.rehearse)},
    {"speed", OPTION_TEXT, offsetof(struct arguments, speed)},
    {"month", OPTION_TEXT, offsetof(struct arguments, o.alert.month)},
    {"by", OPTION_TEXT, offsetof(struct arguments, o.alert.by)},
    {"to", OPTION_TEXT, offsetof(struct arguments, o.to)},
    {"lang", OPTION_TEXT, offsetof(struct arguments, lang)},
    {"dry-run", OPTION_SWITCH, offsetof(struct arguments, o.dry_run)},
    {"json", OPTION_SWITCH, offsetof(struct arguments, o.json)},
    {"quiet", OPTION_SWITCH, offsetof(struct arguments, o.quiet)},
    {"verbose", OPTION_SWITCH, offsetof(struct arguments, verbose)},
    {"version", OPTION_SWITCH, offsetof(struct arguments, version)},
    {"help", OPTION_SWITCH, offsetof(struct arguments, help)},
    {"table", OPTION_SWITCH, offsetof(struct arguments, o.growth.table)},
    {"from-g", OPTION_TEXT, offsetof(struct arguments, from_g)},
    {"days", OPTION_TEXT, offsetof(struct arguments, days)},
    {"temp", OPTION_TEXT, offsetof(struct arguments, temp)},
    {"do", OPTION_TEXT, offsetof(struct arguments, oxygen)},
    {"nh3", OPTION_TEXT, offsetof(struct arguments, nh3)},
    {"ration", OPTION_TEXT, offsetof(struct arguments, ration)},
    {"feeding-level", OPTION_TEXT, offsetof(struct arguments, level)},
    {"rate", OPTION_TEXT, offsetof(struct arguments, rate)},
    {"law", OPTION_TEXT, offsetof(struct arguments, o.growth.law)},
    {"amp", OPTION_TEXT, offsetof(struct arguments, o.growth.amp)},
    {"hierarchy", OPTION_TEXT, offsetof(struct arguments, o.reconcile.hierarchy)},
    {"periods", OPTION_TEXT, offsetof(struct arguments, o.reconcile.periods)},
    {"base", OPTION_TEXT, offsetof(struct arguments, o.reconcile.base)},
    {"residuals", OPTION_TEXT, offsetof(struct arguments, o.reconcile.residuals)},
    {"backtest", OPTION_TEXT, offsetof(struct arguments, o.reconcile.backtest)},
    {"method", OPTION_TEXT, offsetof(struct arguments, o.reconcile.method)},
    {"keep", OPTION_TEXT, offsetof(struct arguments, o.reconcile.keep)},
    {"input", OPTION_TEXT, offsetof(struct arguments, o.series.input)},
    {"frequency", OPTION_TEXT, offsetof(struct arguments, frequency)},
    {"threads", OPTION_TEXT, offsetof(struct arguments, threads)},
    {"scenario", OPTION_ACT, 0},
    {"scenario-file", OPTION_TEXT, offsetof(struct arguments, o.scenario.file)},
    {"from", OPTION_TEXT, offsetof(struct arguments, o.scenario.from)},
    {"progress", OPTION_SWITCH, offsetof(struct arguments, o.progress)},
    {"worlds", OPTION_TEXT, offsetof(struct arguments, worlds)},
    {"ponds", OPTION_TEXT, offsetof(struct arguments, ponds)},
    {"misfit", OPTION_TEXT, offsetof(struct arguments, o.calibrate.misfit)},
    {"until", OPTION_TEXT, offsetof(struct arguments, o.oxygen.until)},
    {"below", OPTION_TEXT, offsetof(struct arguments, o.oxygen.below)},
    {"apart", OPTION_SWITCH, offsetof(struct arguments, o.oxygen.apart)},
    {"pond", OPTION_TEXT, offsetof(struct arguments, o.oxygen.pond)},
    {"write", OPTION_SWITCH, offsetof(struct arguments, o.oxygen.write)},
    {"at", OPTION_TEXT, offsetof(struct arguments, o.oxygen.at)},
};
#define OPTIONS ((int)(sizeof OPTION / sizeof OPTION[0]))

static void take_option(struct arguments *a, int k, char **argv)
{
    char *member = (char *)a + OPTION[k].at;

    switch (OPTION[k].kind) {
    case OPTION_TEXT:
        *(const char **)(void *)member = optarg;
        break;
    case OPTION_ISSUE:
        take_issue(a, argv);
        *(bool *)(void *)member = true;
        break;
    case OPTION_SWITCH:
        *(bool *)(void *)member = true;
        break;
    case OPTION_ACT:
        add_act(&a->o.scenario, optarg);
        break;
    }
}

/* Every option, wherever it stands; the first that is not understood, NULL when all are. optind: the first word. */
static const char *take_options(struct arguments *a, int argc, char **argv)
{
    static const int HAS_ARG[] = {[OPTION_TEXT] = required_argument,
                                  [OPTION_SWITCH] = no_argument,
                                  [OPTION_ACT] = required_argument,
                                  [OPTION_ISSUE] = optional_argument};
    struct option option[OPTIONS + 1];
    const char *wrong = NULL;

    memset(option, 0, sizeof option);
    for (int k = 0; k < OPTIONS; k++)
        option[k] = (struct option){
            .name = OPTION[k].name, .has_arg = HAS_ARG[OPTION[k].kind], .val = OPTION_FIRST + k};
    opterr = 0;
    for (int id; (id = getopt_long(argc, argv, ":h", option, NULL)) != -1;) {
        const int k = id - OPTION_FIRST;

        if (id == 'h')
            a->help = true;
        else if (k < 0 || k >= OPTIONS)
            wrong = wrong != NULL ? wrong : argv[optind - 1];
        else
            take_option(a, k, argv);
    }
    return wrong;
}

/* A whole number in min..max; NULL leaves *out alone. */
static bool take_number(const char *text, long long min, long long max, long long *out)
{
    char *end;
    long long v;

    if (text == NULL)
        return true;
    errno = 0;
    v = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || v < min || v > max)
        return false;
    *out = v;
    return true;
}

/* The range the first bad number had to be in, NULL when all are good. */
static const char *bad_number(struct arguments *a, const char **name)
{
    long long visits = 20, port = -1, months = 0, draws = 0, seed = -1, frequency = 0, threads = 0,
              worlds = 0, ponds = 0, speed = 60;
    const struct {
        const char *text, *name, *range;
        long long min, max, *out;
    } N[] = {
        {a->port, "--port", "0..65535", 0, 65535, &port},
        {a->visits, "--n", "1..1000", 1, 1000, &visits},
        {a->months, "--months", "1..12", 1, 12, &months},
        {a->draws, "--draws", "50..2000", 50, 2000, &draws},
        {a->seed, "--seed", "0..9223372036854775807", 0, LLONG_MAX, &seed},
        {a->frequency, "--frequency", "1, 4, 12", 1, 12, &frequency},
        {a->threads, "--threads", "1..64", 1, SERIES_THREADS_MAX, &threads},
        {a->worlds, "--worlds", "1..100000", 1, CALIBRATE_WORLDS_MAX, &worlds},
        {a->ponds, "--ponds", "1..9999", 1, SIMWORLD_PONDS_MAX, &ponds},
        {a->speed, "--speed", "1..3600", 1, 3600, &speed},
    };

    for (size_t i = 0; i < sizeof N / sizeof N[0]; i++)
        if (!take_number(N[i].text, N[i].min, N[i].max, N[i].out))
            return *name = N[i].name, N[i].range;
    a->o.speed = (int)speed;
    a->o.calibrate.worlds = (long)worlds;
    a->o.calibrate.ponds = (long)ponds;
    a->o.series.frequency = (long)frequency;
    a->o.series.threads = (long)threads;
    a->o.scenario.table = a->o.as_table = a->o.growth.table; /* one option, --table */
    a->o.from = a->o.scenario.from;                          /* and one --from */
    a->o.threads = (long)threads;
    a->o.series.method = a->o.reconcile.method; /* one option, --method */
    a->o.survey.n = (long)visits;
    a->o.port = (int)port;
    a->o.months = (long)months;
    a->o.draws = (long)draws;
    a->o.seed = seed;
    return NULL;
}

/* A number in min..max; NULL gives what is usual. */
static bool take_decimal(const char *text, double usual, double min, double max, double *out)
{
    char *end;
    double v = usual;

    if (text != NULL) {
        v = strtod(text, &end);
        if (end == text || *end != '\0' || !(v >= min && v <= max)) /* NaN is in no range */
            return false;
    }
    *out = v;
    return true;
}

/* As bad_number, for what growth takes. */
static const char *bad_growth(struct arguments *a, const char **name)
{
    const struct {
        const char *name, *text, *range;
        double usual, min, max, *out;
    } D[] = {
        {"--from-g", a->from_g, "0.5..800", 10, 0.5, 800, &a->o.growth.from_g},
        {"--temp", a->temp, "5..45", ENSEMBLE_USUAL_TEMP_C, 5, 45, &a->o.growth.temp_c},
        {"--do", a->oxygen, "0..30", 7, 0, 30, &a->o.growth.do_mg_l},
        {"--nh3", a->nh3, "0..10", 0, 0, 10, &a->o.growth.nh3_n_mg_l},
        {"--ration", a->ration, "0.01..30", NAN, 0.01, 30, &a->o.growth.ration_pct},
        {"--feeding-level", a->level, "0..1", NAN, 0, 1, &a->o.growth.level},
        {"--rate", a->rate, "0.001..100", NAN, 0.001, 100, &a->o.growth.rate},
    };
    long long days = 120;

    for (size_t k = 0; k < sizeof D / sizeof D[0]; k++)
        if (!take_decimal(D[k].text, D[k].usual, D[k].min, D[k].max, D[k].out))
            return *name = D[k].name, D[k].range;
    if (!take_number(a->days, 1, 1000, &days))
        return *name = "--days", "1..1000";
    a->o.growth.days = (long)days;
    return NULL;
}

static int run_oxygen(struct arguments *a, char **word, int n)
{
    static const char *const KNOWN[2] = {"yang dikenal: oxygen tonight | reading | backtest",
                                         "what there is: oxygen tonight | reading | backtest"};
    if (n > 1 && strcmp(word[1], "tonight") == 0) {
        if (n > 2)
            return usage(a, "terlalu banyak argumen", "too many arguments", word[2]);
        a->o.oxygen.tonight = true;
        if (!take_decimal(a->oxygen, 0, 0.01, 30, &a->o.oxygen.reading_mg_l))
            return usage(a, "harus 0.01..30", "must be 0.01..30", "--do");
        return command_oxygen(&a->o);
    }
    if (n > 1 && strcmp(word[1], "reading") == 0)
        return command_reading(&a->o, word + 2, n - 2);
    if (n < 2 || strcmp(word[1], "backtest") != 0)
        return usage(a, KNOWN[0], KNOWN[1], word[n > 1]);
    if (n < 3)
        return usage(a, "berkas CSV belum disebut", "no CSV file given", "oxygen backtest");
    if (a->o.issue && a->o.oxygen.issue == NULL)
        return usage(a, "jam belum disebut, seperti --issue 20:00",
                     "no clock time given, as in --issue 20:00", "--issue");
    a->o.oxygen.file = word + 2;
    a->o.oxygen.files = (size_t)(n - 2);
    return command_oxygen(&a->o);
}

static int run_alert(struct arguments *a, char **word, int n)
{
    for (int k = 1; k < n; k++)
        a->o.alert.word[k - 1] = word[k];
    if (n < 2 || strcmp(word[1], "test") != 0)
        return command_alert(&a->o);
    if (n < 3)
        return usage(a, "saluran belum disebut", "no channel given", "alert test");
    a->o.channel = word[2];
    return command_alert_test(&a->o);
}

static int run(struct arguments *a, char **word, int n)
{
    const struct command *c = NULL;
    const char *range, *name = "";

    for (size_t k = 0; n > 0 && k < sizeof COMMAND / sizeof COMMAND[0]; k++)
        if (strcmp(word[0], COMMAND[k].name) == 0)
            c = &COMMAND[k];
    if (n == 0)
        return usage(a, "perintah belum disebut", "no command given", "");
    if (c == NULL)
        return usage(a, "perintah tidak dikenal", "unknown command", word[0]);
    if (c->run == command_serve) /* its log stays English (tongue.h) */
        tongue_set(false);
    if (n - 1 > c->most)
        return usage(a, "terlalu banyak argumen", "too many arguments", word[n - 1]);
    if (n - 1 < c->least && c->run == command_series)
        return usage(a, "yang dikenal: series forecast", "what there is: series forecast", c->name);
    if (n - 1 < c->least)
        return usage(a, "tabel dan berkas CSV belum disebut", "no table and CSV file given",
                     c->name);
    range = bad_number(a, &name);
    if (range == NULL)
        range = bad_growth(a, &name);
    if (range != NULL) {
        (void)fprintf(stderr, "nila-analytics: %s: %s %s\n", name,
                      a->o.english ? "must be" : "harus", range);
        return EX_USAGE;
    }
    if (c->run == command_oxygen)
        return run_oxygen(a, word, n);
    if (c->run == command_alert)
        return run_alert(a, word, n);
    if (a->o.oxygen.issue != NULL)
        return usage(a, "--issue tidak bernilai di sini", "--issue takes no value here",
                     a->o.oxygen.issue);
    if (c->run == command_growth && n == 2) {
        if (strcmp(word[1], "fcr") != 0)
            return usage(a, "hanya fcr yang dikenal", "only fcr is known", word[1]);
        a->o.growth.fcr = true;
    }
    if (c->run == command_series && strcmp(word[1], "forecast") != 0)
        return usage(a, "yang dikenal: series forecast", "what there is: series forecast", word[1]);
    if (c->least == 2) {
        if (records_table_find(word[1], &a->o.table) != 0)
            return usage(a, "tabel tidak dikenal", "unknown table", word[1]);
        a->o.file = word[2];
    }
    return c->run(&a->o);
}

/* Commands that read their own options. */
static const struct {
    const char *name;
    int (*run)(int argc, char **argv, int at); /* at: where its name stands */
} OWN[] = {{"water", command_water},   {"backup", command_backup}, {"restore", command_restore},
           {"export", command_export}, {"user", command_user},     {"exchange", command_exchange},
           {"sync", command_sync},     {"setup", command_setup}};

/* Which of them is called and where its name stands: before it only long options may; -1: another command. */
static int own_command(int argc, char **argv, int *at)
{
    int i = 1;

    while (i < argc && strncmp(argv[i], "--", 2) == 0)
        i += strcmp(argv[i], "--lang") == 0 ? 2 : 1;
    *at = i;
    for (size_t k = 0; i < argc && k < sizeof OWN / sizeof OWN[0]; k++)
        if (strcmp(argv[i], OWN[k].name) == 0)
            return (int)k;
    return -1;
}

static int command_line(int argc, char **argv)
{
    int at;
    const int own = own_command(argc, argv, &at);
    struct arguments a = {.o = {.config = COMMAND_CONFIG}};
    const char *wrong = own >= 0 ? NULL : take_options(&a, argc, argv);
    const char *lang = a.lang != NULL ? a.lang : getenv("NILA_LANG");

    if (own >= 0)
        return OWN[own].run(argc, argv, at);
    a.o.english = lang != NULL && strcmp(lang, "en") == 0;
    if (a.lang != NULL && !a.o.english && strcmp(a.lang, "id") != 0)
        return usage(&a, "harus id | en", "must be id | en", "--lang");
    tongue_set(!a.o.english);
    if (wrong != NULL)
        return usage(&a, "pilihan tidak dikenal, atau nilainya kurang atau berlebih",
                     "unknown option, or a value is missing or too many", wrong);
    if (a.o.quiet)
        log_set_level(LOG_LEVEL_WARN);
    else if (a.verbose)
        log_set_level(LOG_LEVEL_DEBUG);
    if (a.help || a.version) {
        if (a.version)
            (void)fputs("nila-analytics " NILA_VERSION "\n", stdout);
        else
            (void)printf("%s%s%s", command_usage(a.o.english), command_help(a.o.english),
                         command_options_help(a.o.english));
        return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
    }
    return run(&a, argv + optind, argc - optind);
}

int main(int argc, char **argv)
{
    nocore();
    return command_line(argc, argv);
}
