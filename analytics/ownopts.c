/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ownopts.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"

enum {
    LANG = 1000,
    HELP,
    QUIET,
    JSON
};

static int usage(const char *command, const char *indonesian, const char *english, const char *word)
{
    (void)fprintf(stderr, "nila-analytics: %s%s%s\nnila-analytics: %s: nila-analytics %s --help\n",
                  word, word[0] != '\0' ? ": " : "", tongue(indonesian, english),
                  tongue("lihat", "see"), command);
    return EX_USAGE;
}

static void list(const struct ownopts *o, struct option *out)
{
    static const struct option COMMON[] = {{"lang", required_argument, NULL, LANG},
                                           {"help", no_argument, NULL, HELP},
                                           {"quiet", no_argument, NULL, QUIET},
                                           {"json", no_argument, NULL, JSON}};

    for (size_t i = 0; i < o->n; i++)
        out[i] =
            (struct option){.name = o->option[i].name,
                            .has_arg = o->option[i].text != NULL ? required_argument : no_argument,
                            .val = (int)i + 1};
    memcpy(out + o->n, COMMON, sizeof COMMON);
    memset(out + o->n + 4, 0, sizeof *out);
}

/* Takes one option; false: it is --help. */
static bool take(struct ownopts *o, int id, const char **lang)
{
    if (id >= 1 && id <= (int)o->n) {
        const struct ownopts_option *k = &o->option[id - 1];
        if (k->text != NULL)
            *k->text = optarg;
        else
            *k->on = true;
    }
    if (id == LANG)
        *lang = optarg;
    o->quiet = o->quiet || id == QUIET;
    o->json = o->json || id == JSON;
    return id != HELP;
}

/* The name of the command is moved to the end of the options by getopt: it is the first of the words. */
static int take_words(struct ownopts *o, const char *command, int argc, char **argv)
{
    const size_t n = (size_t)(argc - optind) - 1;

    if (n < o->least)
        return usage(command, "berkas atau tabel belum disebut", "no file or table given", command);
    if (n > o->most)
        return usage(command, "terlalu banyak argumen", "too many arguments",
                     argv[optind + 1 + (int)o->most]);
    for (size_t i = 0; i < n; i++)
        o->word[i] = argv[optind + 1 + (int)i];
    o->words = n;
    return -1;
}

int ownopts_read(struct ownopts *o, int argc, char **argv, int at)
{
    const char *const command = argv[at], *lang = getenv("NILA_LANG"), *wrong = NULL;
    struct option option[OWNOPTS_MAX + 5];
    bool help = false;

    if (o->n > OWNOPTS_MAX)
        fatal("%s: more options than ownopts takes", command);
    list(o, option);
    opterr = 0;
    for (int id; (id = getopt_long(argc, argv, ":h", option, NULL)) != -1;) {
        if (id == '?' || id == ':')
            wrong = wrong != NULL ? wrong : argv[optind - 1];
        else if (id == 'h' || !take(o, id, &lang))
            help = true;
    }
    o->english = lang != NULL && strcmp(lang, "en") == 0;
    tongue_set(!o->english);
    if (lang != NULL && lang != getenv("NILA_LANG") && !o->english && strcmp(lang, "id") != 0)
        return usage(command, "harus id | en", "must be id | en", "--lang");
    if (help) {
        (void)fputs(o->help[o->english], stdout);
        return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
    }
    if (wrong != NULL)
        return usage(command, "pilihan tidak dikenal, atau nilainya kurang atau berlebih",
                     "unknown option, or a value is missing or too many", wrong);
    if (o->quiet)
        log_set_level(LOG_LEVEL_WARN);
    return take_words(o, command, argc, argv);
}
