/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-collector: which command is meant; the work is in run.c, check.c, control_view.c, import.c and command_*.c. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "check.h"
#include "collector/common/log.h"
#include "collector/common/nocore.h"
#include "command.h"
#include "control_view.h"
#include "import.h"
#include "keep.h"
#include "progress.h"
#include "run.h"
#include "setup.h"

#define DEFAULT_CONFIG "/etc/lumbung-nila/collector.json"
#define MISTAKES_SHOWN 50

static int run(const struct options *o)
{
    const struct run_options ro = {
        .config = o->config, .devices = o->devices, .json = o->json, .trust_clock = o->trust_clock};
    return run_collector(&ro);
}

static int check(const struct options *o)
{
    struct buf out = {0};
    char why[400];
    int rc = check_site(o->config, o->devices, o->l, o->json, &out, why, sizeof why);

    if (rc == 0)
        return command_finish(&out);
    log_warnx("%s", why);
    return run_exit_code(rc);
}

static int status(const struct options *o)
{
    struct site *site = NULL;
    struct buf out = {0};
    char why[400] = "";
    int rc = command_site(o, &site);

    if (rc != EX_OK)
        return rc;
    rc = control_view_status(site->control_socket, o->l, o->json, &out, why, sizeof why);
    site_free(site);
    return rc == 0 ? command_finish(&out) : command_no_collector(o, rc, why);
}

/* --- import ------------------------------------------------------------------------------------------------------- */

struct import_view {
    size_t mistakes;
    struct progress progress;
};

static void show_mistake(void *arg, const char *text)
{
    struct import_view *v = arg;
    struct buf line = {0};

    if (v->mistakes++ >= MISTAKES_SHOWN)
        return;
    buf_printf(&line, "%s\n", text);
    command_plain(&line);
    (void)fputs(line.p, stderr);
    buf_free(&line);
}

static void show_progress(void *arg, size_t done, size_t all)
{
    struct import_view *v = arg;

    progress_at(&v->progress, done, all);
}

static void add_count(struct buf *b, enum text_language l, enum text t, size_t n, const char *more)
{
    char s[TEXT_NUMBER_SIZE];
    text_add(b, l, t, text_number(s, l, (double)n, 0), more, NULL);
}

static void import_words(struct buf *out, const struct options *o, const struct import_report *r)
{
    char sets[TEXT_NUMBER_SIZE], values[TEXT_NUMBER_SIZE];

    if (o->json) {
        buf_printf(out,
                   "{\"rows\":%zu,\"sets\":%zu,\"values\":%zu,\"repeated\":%zu,"
                   "\"assumed_wib\":%zu,\"mistakes\":%zu}\n",
                   r->rows, r->sets, r->values, r->repeated, r->assumed_wib, r->mistakes);
        return;
    }
    text_add(out, o->l, TEXT_IMPORT_STORED, text_number(sets, o->l, (double)r->sets, 0),
             text_number(values, o->l, (double)r->values, 0), o->word[1], NULL);
    if (r->repeated > 0)
        add_count(out, o->l, TEXT_IMPORT_REPEATED, r->repeated, NULL);
    if (r->assumed_wib > 0)
        add_count(out, o->l, TEXT_IMPORT_WIB, r->assumed_wib, NULL);
}

static int import(const struct options *o)
{
    struct import_view v = {0};
    const struct import_options io = {
        .mistake = show_mistake, .progress = show_progress, .arg = &v};
    struct import_report report;
    struct site *site = NULL;
    struct buf words = {0};
    char why[400];
    int rc = command_site(o, &site);

    if (rc != EX_OK)
        return rc;
    progress_begin(&v.progress, o->l, o->quiet);
    rc = import_file(site, o->word[1], &io, &report, why, sizeof why);
    progress_end(&v.progress);
    site_free(site);
    if (rc == NILA_ERR_PARSE) {
        if (v.mistakes > MISTAKES_SHOWN)
            add_count(&words, o->l, TEXT_IMPORT_MORE, v.mistakes - MISTAKES_SHOWN, NULL);
        add_count(&words, o->l, TEXT_IMPORT_REFUSED, report.mistakes, o->word[1]);
        (void)fputs(words.p, stderr);
        buf_clear(&words);
    } else if (rc != 0) {
        log_warnx("%s", why);
    }
    if (report.values > 0 || rc == 0 || o->json)
        import_words(&words, o, &report);
    return command_finish(&words) == EX_OK ? run_exit_code(rc) : EX_IOERR;
}

/* --- which command ------------------------------------------------------------------------------------------------ */

static const struct command {
    const char *name;
    int (*run)(const struct options *o);
    enum text help;
    int operands;
    enum text operand; /* what it wants, when that is missing */
    bool no_config;    /* may do without a site file */
} COMMAND[] = {
    {"setup", command_setup, TEXT_HELP_SETUP, 0, TEXT_COUNT, true},
    {"run", run, TEXT_HELP_RUN, 0, TEXT_COUNT, false},
    {"check", check, TEXT_HELP_CHECK, 0, TEXT_COUNT, false},
    {"scan", command_scan, TEXT_HELP_SCAN, 0, TEXT_COUNT, true},
    {"probe", command_probe, TEXT_HELP_PROBE, 0, TEXT_COUNT, true},
    {"read", command_read, TEXT_HELP_READ, 1, TEXT_NAME_DEVICE, false},
    {"status", status, TEXT_HELP_STATUS, 0, TEXT_COUNT, false},
    {"doctor", command_doctor, TEXT_HELP_DOCTOR, 0, TEXT_COUNT, false},
    {"export", command_export, TEXT_HELP_EXPORT, 0, TEXT_COUNT, false},
    {"import", import, TEXT_HELP_IMPORT, 1, TEXT_NAME_FILE, false},
    {"spool", command_spool, TEXT_HELP_SPOOL, 0, TEXT_COUNT, false},
    {"relay", command_relay, TEXT_HELP_RELAY, 2, TEXT_NAME_SWITCH, false},
    {"backup", command_backup, TEXT_HELP_BACKUP, 1, TEXT_NAME_BACKUP, false},
    {"restore", command_restore, TEXT_HELP_RESTORE, 1, TEXT_NAME_BACKUP, true},
    {"fleet", command_fleet, TEXT_HELP_FLEET, 1, TEXT_NAME_FLEET, true},
    {"metrics", command_metrics, TEXT_HELP_METRICS, 0, TEXT_COUNT, false},
};

static const struct command *find_command(const char *name)
{
    for (size_t k = 0; k < sizeof COMMAND / sizeof COMMAND[0]; k++)
        if (strcmp(name, COMMAND[k].name) == 0)
            return &COMMAND[k];
    return NULL;
}

static int say_help(const struct options *o)
{
    const struct command *command = o->words > 0 ? find_command(o->word[0]) : NULL;
    struct buf out = {0};

    if (!o->help)
        buf_str(&out, "nila-collector " NILA_VERSION "\n");
    else if (command != NULL)
        text_add(&out, o->l, command->help, NULL);
    else
        text_add(&out, o->l, TEXT_HELP, DEFAULT_CONFIG, SETUP_DEVICES_DIR, NULL);
    return command_finish(&out);
}

/* Every other command begins with the site file: a missing one is the commonest mistake, and told with its cure. */
static int start(const struct command *command, const struct options *o)
{
    if (!command->no_config && access(o->config, F_OK) != 0 && errno == ENOENT) {
        command_say(o, TEXT_NO_CONFIG, o->config, NULL, NULL, NULL);
        return EX_NOINPUT;
    }
    return command->run(o);
}

static int choose(const struct options *o)
{
    const struct command *command;
    struct buf want = {0};
    int rc;

    if (o->words == 0)
        return options_usage(o, TEXT_USAGE_WHICH, NULL, NULL, NULL);
    command = find_command(o->word[0]);
    if (command == NULL)
        return options_usage(o, TEXT_USAGE_COMMAND, o->word[0], NULL, NULL);
    if (o->words > command->operands + 1)
        return options_usage(o, TEXT_USAGE_MANY, o->word[command->operands + 1], NULL, NULL);
    if (o->words == command->operands + 1)
        return start(command, o);
    text_add(&want, o->l, command->operand, NULL);
    rc = options_usage(o, TEXT_USAGE_OPERAND, o->word[0], want.p, NULL);
    buf_free(&want);
    return rc;
}

int main(int argc, char **argv)
{
    struct options o = {.config = DEFAULT_CONFIG};
    int rc;

    nocore();
    rc = options_read(&o, argc, argv);
    if (rc != 0)
        return rc;
    if (o.help || o.version)
        return say_help(&o);
    if (o.quiet)
        log_set_level(LOG_LEVEL_WARN);
    else if (o.verbose)
        log_set_level(LOG_LEVEL_DEBUG);
    return choose(&o);
}
