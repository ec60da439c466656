/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics: subcommands and their options; the work is in commands.c. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/common/log.h"
#include "commands.h"

#define DEFAULT_CONFIG "/etc/lumbung-nila/analytics.json"

static const char HELP_EN[] =
    "usage:\n"
    "  nila-analytics serve    [--config FILE] [--port N] [--ready FILE]\n"
    "  nila-analytics import   TABLE FILE.csv [--config FILE | --records DB]\n"
    "                          [--dry-run]\n"
    "  nila-analytics forecast [--config FILE | --records DB] [--as-of DATE]\n"
    "                          [--months N] [--scope tracked] [--draws K] [--seed S]\n"
    "                          [--out FILE.csv]\n"
    "  nila-analytics check    [--config FILE]\n"
    "\n"
    "serve     the pages, until SIGTERM\n"
    "import    takes farms, ponds, cycles, feed, samples, deaths or harvests\n"
    "forecast  monthly supply: node,lead,month,mean,p10,p50,p90,d1..dK in kg\n"
    "check     reads the configuration; opens nothing\n"
    "\n"
    "  --config FILE   configuration; default " DEFAULT_CONFIG "\n"
    "  --records DB    the records' SQLite file; then no configuration, no sensors\n"
    "  --as-of DATE    only what had been entered by the end of DATE; default today\n"
    "  --ready FILE    gets {\"port\":N,\"pid\":N} once the pages answer\n"
    "  --lang id|en    language of these words; default $NILA_LANG or id\n"
    "  --json          for programs   --quiet  warnings only   --verbose  more\n"
    "  --help, --version\n"
    "Exit codes (sysexits.h): 64 usage, 65 mistakes in the data, 66 no such file,\n"
    "69 not available, 74 disk, 75 busy, 77 not permitted, 78 configuration.\n";

static const char HELP_ID[] =
    "cara pakai:\n"
    "  nila-analytics serve    [--config BERKAS] [--port N] [--ready BERKAS]\n"
    "  nila-analytics import   TABEL BERKAS.csv [--config BERKAS | --records DB]\n"
    "                          [--dry-run]\n"
    "  nila-analytics forecast [--config BERKAS | --records DB] [--as-of TANGGAL]\n"
    "                          [--months N] [--scope tracked] [--draws K] [--seed S]\n"
    "                          [--out BERKAS.csv]\n"
    "  nila-analytics check    [--config BERKAS]\n"
    "\n"
    "serve     halaman web, sampai SIGTERM\n"
    "import    memasukkan farms, ponds, cycles, feed, samples, deaths, harvests\n"
    "forecast  pasokan bulanan: node,lead,month,mean,p10,p50,p90,d1..dK dalam kg\n"
    "check     memeriksa konfigurasi; tidak membuka apa pun\n"
    "\n"
    "  --config BERKAS  konfigurasi; bawaan " DEFAULT_CONFIG "\n"
    "  --records DB     berkas SQLite catatan; tanpa konfigurasi dan tanpa sensor\n"
    "  --as-of TANGGAL  hanya yang dimasukkan sampai akhir TANGGAL; bawaan hari ini\n"
    "  --ready BERKAS   diisi {\"port\":N,\"pid\":N} setelah halaman menjawab\n"
    "  --lang id|en     bahasa kata-kata ini; bawaan $NILA_LANG atau id\n"
    "  --json           untuk program   --quiet  peringatan   --verbose  lebih banyak\n"
    "  --help, --version\n"
    "Kode keluar (sysexits.h): 64 cara pakai, 65 data salah, 66 berkas tidak ada,\n"
    "69 tidak tersedia, 74 disk, 75 sedang dipakai, 77 tidak diizinkan,\n"
    "78 konfigurasi.\n";

struct arguments {
    struct command_options o;
    const char *lang, *port, *months, *draws, *seed; /* as written */
    bool help, version, verbose;
};

static const struct command {
    const char *name;
    int (*run)(const struct command_options *o);
    int operands;
} COMMAND[] = {
    {"serve", command_serve, 0},
    {"import", command_import, 2},
    {"forecast", command_forecast, 0},
    {"check", command_check, 0},
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

#define OPTIONS_MAX 64
#define OPT_FIRST   256 /* getopt's value of the first option of the table */

/* Every option, wherever it stands; the first that is not understood, NULL when all are. optind: the first word. */
static const char *take_options(struct arguments *a, int argc, char **argv)
{
    const struct {
        const char *name;
        const char **text; /* takes a value ... */
        bool *on;          /* ... or is a switch */
    } TABLE[] = {
        {"config", &a->o.config, NULL}, {"records", &a->o.records, NULL},
        {"port", &a->port, NULL},       {"ready", &a->o.ready, NULL},
        {"as-of", &a->o.as_of, NULL},   {"months", &a->months, NULL},
        {"scope", &a->o.scope, NULL},   {"draws", &a->draws, NULL},
        {"seed", &a->seed, NULL},       {"out", &a->o.out, NULL},
        {"lang", &a->lang, NULL},       {"dry-run", NULL, &a->o.dry_run},
        {"json", NULL, &a->o.json},     {"quiet", NULL, &a->o.quiet},
        {"verbose", NULL, &a->verbose}, {"version", NULL, &a->version},
        {"help", NULL, &a->help},
    };
    const int n = (int)(sizeof TABLE / sizeof TABLE[0]);
    struct option option[OPTIONS_MAX + 1] = {{0}};
    const char *wrong = NULL;

    _Static_assert(sizeof TABLE / sizeof TABLE[0] <= OPTIONS_MAX, "room for every option");
    for (int k = 0; k < n; k++)
        option[k] =
            (struct option){.name = TABLE[k].name,
                            .has_arg = TABLE[k].text != NULL ? required_argument : no_argument,
                            .val = OPT_FIRST + k};
    opterr = 0;
    for (int id; (id = getopt_long(argc, argv, ":h", option, NULL)) != -1;) {
        const int k = id - OPT_FIRST;

        if (id == 'h')
            a->help = true;
        else if (k < 0 || k >= n)
            wrong = wrong != NULL ? wrong : argv[optind - 1];
        else if (TABLE[k].text != NULL)
            *TABLE[k].text = optarg;
        else
            *TABLE[k].on = true;
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
    long long port = -1, months = 0, draws = 0, seed = -1;

    if (!take_number(a->port, 0, 65535, &port))
        return *name = "--port", "0..65535";
    if (!take_number(a->months, 1, 12, &months))
        return *name = "--months", "1..12";
    if (!take_number(a->draws, 50, 2000, &draws))
        return *name = "--draws", "50..2000";
    if (!take_number(a->seed, 0, LLONG_MAX, &seed))
        return *name = "--seed", "0..9223372036854775807";
    a->o.port = (int)port;
    a->o.months = (long)months;
    a->o.draws = (long)draws;
    a->o.seed = seed;
    return NULL;
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
    if (n - 1 > c->operands)
        return usage(a, "terlalu banyak argumen", "too many arguments", word[n - 1]);
    if (n - 1 < c->operands)
        return usage(a, "tabel dan berkas CSV belum disebut", "no table and CSV file given",
                     c->name);
    range = bad_number(a, &name);
    if (range != NULL) {
        (void)fprintf(stderr, "nila-analytics: %s: %s %s\n", name,
                      a->o.english ? "must be" : "harus", range);
        return EX_USAGE;
    }
    if (c->operands == 2) {
        if (records_table_find(word[1], &a->o.table) != 0)
            return usage(a, "tabel tidak dikenal", "unknown table", word[1]);
        a->o.file = word[2];
    }
    return c->run(&a->o);
}

int main(int argc, char **argv)
{
    struct arguments a = {.o = {.config = DEFAULT_CONFIG}};
    const char *wrong = take_options(&a, argc, argv);
    const char *lang = a.lang != NULL ? a.lang : getenv("NILA_LANG");

    a.o.english = lang != NULL && strcmp(lang, "en") == 0;
    if (a.lang != NULL && !a.o.english && strcmp(a.lang, "id") != 0)
        return usage(&a, "harus id | en", "must be id | en", "--lang");
    if (wrong != NULL)
        return usage(&a, "pilihan tidak dikenal, atau nilainya kurang atau berlebih",
                     "unknown option, or a value is missing or too many", wrong);
    if (a.o.quiet)
        log_set_level(LOG_LEVEL_WARN);
    else if (a.verbose)
        log_set_level(LOG_LEVEL_DEBUG);
    if (a.help || a.version) {
        (void)fputs(a.version     ? "nila-analytics " NILA_VERSION "\n"
                    : a.o.english ? HELP_EN
                                  : HELP_ID,
                    stdout);
        return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
    }
    return run(&a, argv + optind, argc - optind);
}
