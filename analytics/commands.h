/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commands: what nila-analytics' subcommands do. Data go to stdout, words to stderr; the value returned is the program's
 * exit code (sysexits.h). */
#ifndef ANALYTICS_COMMANDS_H
#define ANALYTICS_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "analytics/records/records.h"

#define COMMAND_CONFIG "/etc/lumbung-nila/analytics.json" /* where no --config is given */

/* What --help prints: how each command is called; what each does, the options and the exit codes. */
const char *command_usage(bool english);
const char *command_help(bool english);
const char *command_options_help(bool english);

/* Of "growth"; NaN: not given. */
struct growth_options {
    double from_g, temp_c, do_mg_l, nh3_n_mg_l;
    double ration_pct; /* feed, % of body weight a day */
    double level;      /* relative feeding level 0..1 */
    double rate;       /* of the law: c0, f, SGR, TGC, H; NaN: a usual one */
    long days;
    const char *law; /* NULL: by ration when one is given, else by feeding level */
    const char *amp; /* CSV of weighed fish to fit the laws to; NULL none */
    bool fcr;        /* the prior's feed conversion instead of a curve */
    bool table;      /* for people, also when stdout is no terminal */
};

/* Files of CSV (analytics/supply/hierarchy.h, grid.h), NULL: none. */
struct reconcile_options {
    const char *hierarchy, *periods, *base, *residuals, *backtest;
    const char *method; /* a projection's name or "choose"; NULL: mint_shrink */
    const char *keep;   /* a node that keeps its own forecast; NULL: none */
};

#define SCENARIO_OPTIONS_MAX 16
struct scenario_options {
    const char *act[SCENARIO_OPTIONS_MAX]; /* as in analytics/supply/scenario.h */
    size_t acts;                           /* given; may be more than fit, then it is refused */
    const char *file;                      /* JSON (scenario_load), NULL: none */
    const char *from;                      /* YYYY-MM, NULL: at once */
    bool table;                            /* for people, also when stdout is no terminal */
};

#define SERIES_THREADS_MAX 64
struct series_options {
    const char *input;  /* CSV (analytics/supply/seriesfile.h), "-": stdin */
    const char *method; /* ets, theta, mean; NULL: mean */
    long frequency;     /* values a year: 1, 4, 12; 0: not given */
    long threads;       /* 0: as many as the machine has cores */
};

struct calibrate_options {
    long worlds, ponds; /* 0: usual ones */
    const char *misfit; /* names between commas, or "all"; NULL: none */
};

struct survey_options {
    const char *quarter; /* "2027-Q1"; NULL: not given */
    long n;              /* units to be drawn, 1..1000 */
};

/* Of "oxygen"; NULL: the usual. */
struct oxygen_options {
    const char *issue, *until; /* clock times "20:00", "07:00" */
    const char *below;         /* mg/L, "3" */
    bool apart;                /* files are ponds of different sites */
    bool tonight;              /* the coming night instead of recorded ones; then */
    const char *pond;          /* slug, NULL: all on record */
    double reading_mg_l;       /* one handheld reading of now instead of a probe's; 0: none */
    bool write;                /* puts it into InfluxDB */
    const char *at;            /* of reading: when, "18:40" or ISO 8601; NULL: now */
    char *const *file;         /* readings of a pond each (analytics/water/nightfile.h) */
    size_t files;
};

/* Of "alert"; NULL: not given. */
struct alert_options {
    const char
        *word[3];      /* list, ack ID, snooze ID MINUTES, test CHANNEL, press POND KIND, report */
    const char *month; /* YYYY-MM; NULL: this one */
    const char *by;    /* who says so */
};

struct command_options {
    const char *config;  /* path of analytics.json; never NULL */
    const char *records; /* SQLite file named directly; NULL: the configuration's */
    bool english, json, quiet;
    /* serve */
    int port;          /* -1: the configuration's */
    const char *ready; /* file that gets {"port":N,"pid":N} once the pages answer; NULL none */
    /* import */
    enum records_table table;
    const char *file; /* "-": stdin */
    bool dry_run;
    /* forecast; 0, NULL or negative: the configuration's, or its default */
    const char *as_of; /* YYYY-MM-DD; NULL: today */
    long months, draws, threads;
    bool progress;       /* tell how far it is also where stderr is no terminal */
    int64_t seed;        /* -1: the configuration's */
    const char *scope;   /* "tracked", "all", "auto"; NULL: auto (forecast.h) */
    const char *parts;   /* file of the forecast's parts; NULL: none */
    const char *classes; /* file of the supply by official classes; NULL: none */
    const char *out;     /* NULL or "-": stdout */
    const char *balance; /* file of the balance, "-": stdout, then out must be a file; NULL: none */
    bool without_official; /* leaves official figures aside */
    bool issue;            /* puts the forecast on record (supply/issued.h) */
    bool as_table;         /* for people, also when stdout is no terminal */
    const char *from, *to; /* of backtest: months YYYY-MM; NULL: not given */
    const char *channel;   /* of alert test: the slug of a channel; to: whom */
    bool once;             /* of watch: one look, then the end */
    const char *rehearse;  /* of watch: a rehearsal's clock begins here (ISO 8601); NULL: none */
    int speed;             /* 1..3600: how much faster that clock is */
    struct alert_options alert;
    struct survey_options survey;
    struct growth_options growth;
    struct reconcile_options reconcile;
    struct series_options series;
    struct scenario_options scenario;
    struct calibrate_options calibrate;
    struct oxygen_options oxygen;
};

/* Serves the pages until SIGTERM, SIGINT or SIGHUP. Call it before any thread is started. */
int command_serve(const struct command_options *o);
int command_check(const struct command_options *o);
int command_import(const struct command_options *o);
int command_forecast(const struct command_options *o);
/* Growth of one fish: a curve (from_g over days), the prior's feed conversion (fcr), or the laws' fit to a file (amp). CSV to
 * stdout; a table with table or on a terminal; JSON with json. */
int command_growth(const struct command_options *o);

/* Forecasts of a hierarchy's nodes made to add up: the files of reconcile, out, seed, draws (0: none). */
int command_reconcile(const struct command_options *o);

/* Statistical forecasts of every series of a file: series, out. CSV, or with json one object a line. The same output whatever
 * the number of threads. */
int command_series(const struct command_options *o);

/* The forecast beside itself under a scenario: scenario, and what forecast takes. CSV, a table with table or on a terminal,
 * JSON with json. */
int command_scenario(const struct command_options *o);

/* How often the truth of simulated worlds lies in the forecast's ranges: calibrate, months, draws, seed. A table, or with json
 * one object a misfit and line. */
int command_calibrate(const struct command_options *o);

/* How good issued forecasts were: a row a place and months ahead. CSV, a table on a terminal or with table, JSON with json. */
int command_accuracy(const struct command_options *o);

/* The same of forecasts made again for the ends of past months with what was known then: from, to, months, draws, seed. */
int command_backtest(const struct command_options *o);

/* The random list of a quarter (analytics/supply/survey.h): survey, as_of, seed, out. */
int command_survey(const struct command_options *o);

/* The coming night's oxygen, or the nights of recorded ponds forecast again (analytics/water/nightback.h): oxygen, out. Words
 * and scores as a table, or with json one object. */
int command_oxygen(const struct command_options *o);

/* A pond's oxygen measured by hand, put on record; word: the pond and the value. oxygen.at, alert.by. */
int command_reading(const struct command_options *o, char *const *word, int n);

/* The alarm, until SIGTERM, SIGINT or SIGHUP: once, ready. Call it before any thread is started. */
int command_watch(const struct command_options *o);

/* What is open and what was told, a person's word on it, a button pressed for a farmer, a month's report: alert, json; test is
 * command_alert_test. */
int command_alert(const struct command_options *o);

/* A test message by channel to to (NULL: the channel's own), and what became of it. A modem is listened to for a while: what it
 * hears is printed too. 0 sent, 75 (EX_TEMPFAIL) may succeed later or may have been sent, 69 refused, 78 no such channel. */
int command_alert_test(const struct command_options *o);

/* Equilibria, gas exchange and metabolism of water, quality and drift of its series, for values or a CSV. Its options are the inputs'
 * names, so that it reads them itself: argv[at] is the word "water", all others are its own. */
int command_water(int argc, char **argv, int at);

/* A table of the records, the forecast, the balance, or all of them, as CSV or workbook. */
int command_export(int argc, char **argv, int at);

/* The records file to a checked copy, and back. They read their own options. */
int command_backup(int argc, char **argv, int at);
int command_restore(int argc, char **argv, int at);
/* Accounts: who may see and enter what. */
int command_user(int argc, char **argv, int at);

/* A farm's records and the office's: keys, standing, conflicts, a round at once. */
int command_sync(int argc, char **argv, int at);
/* The office's server set up: InfluxDB, logins, first admin, configuration. */
int command_setup(int argc, char **argv, int at);

/* The exit code for an error of ours. */
int command_exit_code(int rc);

/* What the offices of the two regencies give each other (supply/exchange.h). Reads its own options. */
int command_exchange(int argc, char **argv, int at);

#endif
