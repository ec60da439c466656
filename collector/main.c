/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-collector: subcommands and their options; the work is in run.c, check.c, control_view.c and import.c. */
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
    bool json, trust_clock, quiet, help, version;
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
    text_add(&out, l, TEXT_NOT_RUNNING, why, NULL);
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

/* Reads one option at argv[*i]; false when it is none or lacks its value. */
static bool option(struct options *o, int argc, char **argv, int *i)
{
    const struct {
        const char *name;
        const char **text;
        bool *on;
    } OPTION[] = {
        {"--config", &o->config, NULL}, {"--devices", &o->devices, NULL},
        {"--lang", &o->lang, NULL},     {"--json", NULL, &o->json},
        {"--quiet", NULL, &o->quiet},   {"--trust-clock", NULL, &o->trust_clock},
        {"--help", NULL, &o->help},     {"--version", NULL, &o->version},
    };

    if (strcmp(argv[*i], "--verbose") == 0) {
        log_set_level(LOG_LEVEL_DEBUG);
        return true;
    }
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
    help(&out, l);
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

int main(int argc, char **argv)
{
    struct options o = {.config = DEFAULT_CONFIG};
    const struct command *command = NULL;

    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1] != '\0') {
            if (!option(&o, argc, argv, &i))
                return usage(&o, TEXT_USAGE_OPTION, argv[i]);
        } else if (command == NULL) {
            for (size_t k = 0; k < sizeof COMMAND / sizeof COMMAND[0]; k++)
                if (strcmp(argv[i], COMMAND[k].name) == 0)
                    command = &COMMAND[k];
            if (command == NULL)
                return usage(&o, TEXT_USAGE_COMMAND, argv[i]);
        } else if (command->operand && o.operand == NULL) {
            o.operand = argv[i];
        } else {
            return usage(&o, TEXT_USAGE_MANY, argv[i]);
        }
    }
    if (o.quiet)
        log_set_level(LOG_LEVEL_WARN);
    if (o.help || o.version)
        return say_help(&o);
    if (command == NULL)
        return usage(&o, TEXT_USAGE_WHICH, NULL);
    if (command->operand && o.operand == NULL)
        return usage(&o, TEXT_USAGE_FILE, command->name);
    return command->run(&o);
}
