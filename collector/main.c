/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-collector: subcommands and their options; the work is in run.c, check.c, control_view.c and import.c. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "check.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "control_view.h"
#include "import.h"
#include "run.h"
#include "setup.h"
#include "text.h"

#define DEFAULT_CONFIG "/etc/lumbung-nila/collector.json"
#define MISTAKES_SHOWN 50
#define PROGRESS_MS    200

struct options {
    const char *config, *devices, *lang, *operand;
    bool json, trust_clock, quiet, verbose, help, version;
};

static int run(const struct options *o)
{
    const struct run_options ro = {
        .config = o->config, .devices = o->devices, .json = o->json, .trust_clock = o->trust_clock};
    return run_collector(&ro);
}

static int finish(struct buf *out)
{
    int rc = EX_OK;

    if (out->n > 0 && fwrite(out->p, 1, out->n, stdout) != out->n)
        rc = EX_IOERR;
    buf_free(out);
    return fflush(stdout) == 0 ? rc : EX_IOERR;
}

static int check(const struct options *o)
{
    struct buf out = {0};
    char why[400];
    int rc =
        check_site(o->config, o->devices, text_language(o->lang), o->json, &out, why, sizeof why);

    if (rc == 0)
        return finish(&out);
    log_warnx("%s", why);
    return run_exit_code(rc);
}

static int status(const struct options *o)
{
    const enum text_language l = text_language(o->lang);
    struct site *site = NULL;
    struct buf out = {0};
    char why[400];
    int rc = site_load(&site, o->config, why, sizeof why);

    if (rc != 0) {
        log_warnx("%s", why);
        return run_exit_code(rc);
    }
    rc = control_view_status(site->control_socket, l, o->json, &out, why, sizeof why);
    site_free(site);
    if (rc == 0)
        return finish(&out);
    text_add(&out, l, TEXT_NOT_RUNNING, why, o->config, NULL);
    (void)fputs(out.p, stderr);
    buf_free(&out);
    return rc == NILA_ERR_DENIED ? EX_NOPERM : EX_UNAVAILABLE;
}

struct import_view {
    size_t mistakes;
    int64_t shown_ms; /* mono; when progress was last shown, 0 never */
};

static void show_mistake(void *arg, const char *text)
{
    struct import_view *v = arg;

    if (v->mistakes++ < MISTAKES_SHOWN)
        (void)fprintf(stderr, "%s\n", text);
}

static void show_progress(void *arg, size_t done, size_t all)
{
    struct import_view *v = arg;
    int64_t now = clock_mono_ms();

    if (done < all && now - v->shown_ms < PROGRESS_MS)
        return;
    v->shown_ms = now;
    (void)fprintf(stderr, "\r%zu / %zu%s", done, all, done == all ? "\n" : "");
}

static void add_count(struct buf *b, enum text_language l, enum text t, size_t n, const char *more)
{
    char s[TEXT_NUMBER_SIZE];
    text_add(b, l, t, text_number(s, l, (double)n, 0), more, NULL);
}

static void import_words(struct buf *out, enum text_language l, const struct import_report *r,
                         const char *file, bool json)
{
    char sets[TEXT_NUMBER_SIZE], values[TEXT_NUMBER_SIZE];

    if (json) {
        buf_printf(out,
                   "{\"rows\":%zu,\"sets\":%zu,\"values\":%zu,\"repeated\":%zu,"
                   "\"assumed_wib\":%zu,\"mistakes\":%zu}\n",
                   r->rows, r->sets, r->values, r->repeated, r->assumed_wib, r->mistakes);
        return;
    }
    text_add(out, l, TEXT_IMPORT_STORED, text_number(sets, l, (double)r->sets, 0),
             text_number(values, l, (double)r->values, 0), file, NULL);
    if (r->repeated > 0)
        add_count(out, l, TEXT_IMPORT_REPEATED, r->repeated, NULL);
    if (r->assumed_wib > 0)
        add_count(out, l, TEXT_IMPORT_WIB, r->assumed_wib, NULL);
}

static int import(const struct options *o)
{
    const enum text_language l = text_language(o->lang);
    struct import_view v = {0};
    const struct import_options io = {.mistake = show_mistake,
                                      .progress =
                                          isatty(STDERR_FILENO) && !o->quiet ? show_progress : NULL,
                                      .arg = &v};
    struct import_report report;
    struct site *site = NULL;
    struct buf words = {0};
    char why[400];
    int rc = site_load(&site, o->config, why, sizeof why);

    if (rc != 0) {
        log_warnx("%s", why);
        return run_exit_code(rc);
    }
    rc = import_file(site, o->operand, &io, &report, why, sizeof why);
    site_free(site);
    if (rc == NILA_ERR_PARSE) {
        if (v.mistakes > MISTAKES_SHOWN)
            add_count(&words, l, TEXT_IMPORT_MORE, v.mistakes - MISTAKES_SHOWN, NULL);
        add_count(&words, l, TEXT_IMPORT_REFUSED, report.mistakes, o->operand);
        (void)fputs(words.p, stderr);
        buf_clear(&words);
    } else if (rc != 0) {
        log_warnx("%s", why);
    }
    if (report.values > 0 || rc == 0 || o->json)
        import_words(&words, l, &report, o->operand, o->json);
    return finish(&words) == EX_OK ? run_exit_code(rc) : EX_IOERR;
}

static const struct command {
    const char *name;
    int (*run)(const struct options *o);
    bool operand;
} COMMAND[] = {
    {"run", run, false},
    {"check", check, false},
    {"status", status, false},
    {"import", import, true},
};

enum {
    OPT_CONFIG = 256,
    OPT_DEVICES,
    OPT_LANG,
    OPT_JSON,
    OPT_QUIET,
    OPT_VERBOSE,
    OPT_TRUST_CLOCK,
    OPT_VERSION
};

/* Every option, wherever it stands; the first that is not understood, NULL when all are. optind: the first word. */
static const char *take_options(struct options *o, int argc, char **argv)
{
    static const struct option OPTION[] = {
        {"config", required_argument, NULL, OPT_CONFIG},
        {"devices", required_argument, NULL, OPT_DEVICES},
        {"lang", required_argument, NULL, OPT_LANG},
        {"json", no_argument, NULL, OPT_JSON},
        {"quiet", no_argument, NULL, OPT_QUIET},
        {"verbose", no_argument, NULL, OPT_VERBOSE},
        {"trust-clock", no_argument, NULL, OPT_TRUST_CLOCK},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, OPT_VERSION},
        {NULL, 0, NULL, 0},
    };
    const char *wrong = NULL;

    opterr = 0;
    for (int id; (id = getopt_long(argc, argv, ":h", OPTION, NULL)) != -1;) {
        switch (id) {
        case OPT_CONFIG:
            o->config = optarg;
            break;
        case OPT_DEVICES:
            o->devices = optarg;
            break;
        case OPT_LANG:
            o->lang = optarg;
            break;
        case OPT_JSON:
            o->json = true;
            break;
        case OPT_QUIET:
            o->quiet = true;
            break;
        case OPT_VERBOSE:
            o->verbose = true;
            break;
        case OPT_TRUST_CLOCK:
            o->trust_clock = true;
            break;
        case OPT_VERSION:
            o->version = true;
            break;
        case 'h':
            o->help = true;
            break;
        default:
            wrong = wrong != NULL ? wrong : argv[optind - 1];
            break;
        }
    }
    return wrong;
}

static void help(struct buf *out, enum text_language l)
{
    text_add(out, l, TEXT_HELP, DEFAULT_CONFIG, SETUP_DEVICES_DIR, NULL);
}

/* what: one of the TEXT_USAGE_* texts, about word. */
static int usage(const struct options *o, enum text what, const char *word)
{
    enum text_language l = text_language(o->lang);
    struct buf out = {0};

    text_add(&out, l, what, word, NULL);
    text_add(&out, l, TEXT_TRY_HELP, NULL);
    (void)fputs(out.p, stderr);
    buf_free(&out);
    return EX_USAGE;
}

static int say_help(const struct options *o)
{
    struct buf out = {0};

    if (o->help)
        help(&out, text_language(o->lang));
    else
        buf_str(&out, "nila-collector " NILA_VERSION "\n");
    return finish(&out);
}

/* Every command begins with the site file: a missing one is the commonest mistake, and told with its cure. */
static int start(const struct command *command, const struct options *o)
{
    struct buf out = {0};

    if (access(o->config, F_OK) == 0 || errno != ENOENT)
        return command->run(o);
    text_add(&out, text_language(o->lang), TEXT_NO_CONFIG, o->config, NULL);
    (void)fputs(out.p, stderr);
    buf_free(&out);
    return EX_NOINPUT;
}

/* The command and its operand among n words; otherwise says what is wrong. */
static int find_command(struct options *o, char **word, int n, const struct command **command)
{
    if (n == 0)
        return usage(o, TEXT_USAGE_WHICH, NULL);
    for (size_t k = 0; k < sizeof COMMAND / sizeof COMMAND[0]; k++)
        if (strcmp(word[0], COMMAND[k].name) == 0)
            *command = &COMMAND[k];
    if (*command == NULL)
        return usage(o, TEXT_USAGE_COMMAND, word[0]);
    if ((*command)->operand && n == 1)
        return usage(o, TEXT_USAGE_FILE, word[0]);
    if (n > ((*command)->operand ? 2 : 1))
        return usage(o, TEXT_USAGE_MANY, word[n - 1]);
    o->operand = (*command)->operand ? word[1] : NULL;
    return EX_OK;
}

int main(int argc, char **argv)
{
    struct options o = {.config = DEFAULT_CONFIG};
    const struct command *command = NULL;
    const char *wrong = take_options(&o, argc, argv);
    int rc;

    if (o.lang != NULL && strcmp(o.lang, "id") != 0 && strcmp(o.lang, "en") != 0) {
        const char *lang = o.lang;
        o.lang = NULL; /* the complaint itself in the language of $NILA_LANG */
        return usage(&o, TEXT_USAGE_LANG, lang);
    }
    if (wrong != NULL)
        return usage(&o, TEXT_USAGE_OPTION, wrong);
    if (o.help || o.version)
        return say_help(&o);
    if (o.quiet)
        log_set_level(LOG_LEVEL_WARN);
    else if (o.verbose)
        log_set_level(LOG_LEVEL_DEBUG);
    rc = find_command(&o, argv + optind, argc - optind, &command);
    return rc != EX_OK ? rc : start(command, &o);
}
