/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics: subcommands and their options; the work is in commands.c. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/common/log.h"
#include "commands.h"

#define DEFAULT_CONFIG "/etc/lumbung-nila/analytics.json"

static const char HELP_EN[] =
    "usage: nila-analytics serve    [--config FILE] [--port N] [--ready FILE]\n"
    "       nila-analytics import   TABLE FILE.csv [--config FILE | --records DB]\n"
    "                               [--dry-run]\n"
    "       nila-analytics forecast [--config FILE | --records DB] [--as-of DATE]\n"
    "                               [--months N] [--scope tracked] [--draws K]\n"
    "                               [--seed S] [--out FILE.csv]\n"
    "       nila-analytics check    [--config FILE]\n"
    "\n"
    "serve     the pages, until SIGTERM\n"
    "import    takes farms, ponds, cycles, feed, samples, deaths or harvests\n"
    "forecast  monthly supply: node,lead,month,mean,p10,p50,p90,d1..dK in kg\n"
    "check     reads the configuration; opens nothing\n"
    "\n"
    "  --config FILE   default " DEFAULT_CONFIG "\n"
    "  --records DB    the records' SQLite file; then no configuration, no sensors\n"
    "  --as-of DATE    only what had been entered by the end of DATE; default today\n"
    "  --ready FILE    gets {\"port\":N,\"pid\":N} once the pages answer\n"
    "  --lang id|en    language of these words; default $NILA_LANG or id\n"
    "  --json          for programs   --quiet  warnings only   --verbose  more\n"
    "  --help, --version\n"
    "Exit codes as in sysexits.h: 64 usage, 65 mistakes in the data, 66 no such file,\n"
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
    "  --config BERKAS  bawaan " DEFAULT_CONFIG "\n"
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
    const char *word[3]; /* the command and its operands */
    int words;
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

static int usage(const struct arguments *a, const char *indonesian, const char *english,
                 const char *word)
{
    (void)fprintf(stderr, "nila-analytics: %s%s%s\n%s", a->o.english ? english : indonesian,
                  word[0] != '\0' ? ": " : "", word, a->o.english ? HELP_EN : HELP_ID);
    return EX_USAGE;
}

/* Reads one option at argv[*i]; false when it is none or lacks its value. */
static bool take_option(struct arguments *a, int argc, char **argv, int *i)
{
    const struct {
        const char *name;
        const char **text;
        bool *on;
    } OPTION[] = {
        {"--config", &a->o.config, NULL}, {"--records", &a->o.records, NULL},
        {"--port", &a->port, NULL},       {"--ready", &a->o.ready, NULL},
        {"--as-of", &a->o.as_of, NULL},   {"--months", &a->months, NULL},
        {"--scope", &a->o.scope, NULL},   {"--draws", &a->draws, NULL},
        {"--seed", &a->seed, NULL},       {"--out", &a->o.out, NULL},
        {"--lang", &a->lang, NULL},       {"--dry-run", NULL, &a->o.dry_run},
        {"--json", NULL, &a->o.json},     {"--quiet", NULL, &a->o.quiet},
        {"--verbose", NULL, &a->verbose}, {"--help", NULL, &a->help},
        {"-h", NULL, &a->help},           {"--version", NULL, &a->version},
    };

    for (size_t k = 0; k < sizeof OPTION / sizeof OPTION[0]; k++) {
        if (strcmp(argv[*i], OPTION[k].name) != 0)
            continue;
        if (OPTION[k].on != NULL)
            *OPTION[k].on = true;
        else if (*i + 1 < argc)
            *OPTION[k].text = argv[++*i];
        else
            return false;
        return true;
    }
    return false;
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

static const char *bad_number(struct arguments *a)
{
    long long port = -1, months = 0, draws = 0, seed = -1;

    if (!take_number(a->port, 0, 65535, &port))
        return "--port 0..65535";
    if (!take_number(a->months, 1, 12, &months))
        return "--months 1..12";
    if (!take_number(a->draws, 50, 2000, &draws))
        return "--draws 50..2000";
    if (!take_number(a->seed, 0, LLONG_MAX, &seed))
        return "--seed 0..";
    a->o.port = (int)port;
    a->o.months = (long)months;
    a->o.draws = (long)draws;
    a->o.seed = seed;
    return NULL;
}

static int run(struct arguments *a)
{
    const struct command *c = NULL;
    const char *number;

    for (size_t k = 0; a->words > 0 && k < sizeof COMMAND / sizeof COMMAND[0]; k++)
        if (strcmp(a->word[0], COMMAND[k].name) == 0)
            c = &COMMAND[k];
    if (c == NULL)
        return usage(a, "perintah apa", "which command", a->words > 0 ? a->word[0] : "");
    if (a->words - 1 != c->operands)
        return usage(a, "jumlah kata tidak cocok", "wrong number of words", c->name);
    number = bad_number(a);
    if (number != NULL)
        return usage(a, "angka yang diizinkan", "number allowed", number);
    if (c->operands == 2) {
        if (records_table_find(a->word[1], &a->o.table) != 0)
            return usage(a, "tabel tidak dikenal", "no such table", a->word[1]);
        a->o.file = a->word[2];
    }
    return c->run(&a->o);
}

int main(int argc, char **argv)
{
    struct arguments a = {.o = {.config = DEFAULT_CONFIG}};
    const char *wrong = NULL;

    for (int i = 1; i < argc && wrong == NULL; i++) {
        if (argv[i][0] == '-' && argv[i][1] != '\0') {
            if (!take_option(&a, argc, argv, &i))
                wrong = argv[i];
        } else if (a.words < 3) {
            a.word[a.words++] = argv[i];
        } else {
            wrong = argv[i];
        }
    }
    if (a.lang == NULL)
        a.lang = getenv("NILA_LANG");
    a.o.english = a.lang != NULL && strcmp(a.lang, "en") == 0;
    if (wrong != NULL)
        return usage(&a, "tidak dikenal, atau nilainya tidak ada",
                     "not known, or its value is missing", wrong);
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
    return run(&a);
}
