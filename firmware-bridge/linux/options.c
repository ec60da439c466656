/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"

#include "number.h"
#include "text.h"

enum option_id {
    OPT_HELP = 256,
    OPT_VERSION,
    OPT_QUIET,
    OPT_VERBOSE,
    OPT_LANG,
    OPT_SEED,
    OPT_NOISE,
    OPT_SET,
    OPT_FAULT,
    OPT_EVENT,
    OPT_TRUTH,
    OPT_READY,
    OPT_LISTEN,
    OPT_PTY_LINK,
    OPT_BUS_FAULT,
    OPT_BAUD,
    OPT_DEVICES,
    OPT_CONTACT,
    OPT_AERATOR,
    OPT_REPLAY,
    OPT_SPEED,
    OPT_LOOP,
    OPT_REPLAY_FROM,
    OPT_FOR,
    OPT_DAYS,
    OPT_EVERY,
    OPT_UNTIL,
    OPT_OUT,
    OPT_END
};

#define OPT_COUNT (OPT_END - OPT_HELP)

/* In the order of enum option_id. */
static const struct option OPTION[] = {
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {"quiet", no_argument, NULL, OPT_QUIET},
    {"verbose", no_argument, NULL, OPT_VERBOSE},
    {"lang", required_argument, NULL, OPT_LANG},
    {"seed", required_argument, NULL, OPT_SEED},
    {"noise", required_argument, NULL, OPT_NOISE},
    {"set", required_argument, NULL, OPT_SET},
    {"fault", required_argument, NULL, OPT_FAULT},
    {"event", required_argument, NULL, OPT_EVENT},
    {"truth", required_argument, NULL, OPT_TRUTH},
    {"ready", required_argument, NULL, OPT_READY},
    {"listen", required_argument, NULL, OPT_LISTEN},
    {"pty-link", required_argument, NULL, OPT_PTY_LINK},
    {"bus-fault", required_argument, NULL, OPT_BUS_FAULT},
    {"baud", required_argument, NULL, OPT_BAUD},
    {"devices", required_argument, NULL, OPT_DEVICES},
    {"contact", required_argument, NULL, OPT_CONTACT},
    {"aerator", required_argument, NULL, OPT_AERATOR},
    {"replay", required_argument, NULL, OPT_REPLAY},
    {"speed", required_argument, NULL, OPT_SPEED},
    {"loop", no_argument, NULL, OPT_LOOP},
    {"replay-from", required_argument, NULL, OPT_REPLAY_FROM},
    {"for", required_argument, NULL, OPT_FOR},
    {"days", required_argument, NULL, OPT_DAYS},
    {"every", required_argument, NULL, OPT_EVERY},
    {"until", required_argument, NULL, OPT_UNTIL},
    {"out", required_argument, NULL, OPT_OUT},
    {NULL, 0, NULL, 0},
};

static bool belongs(int id, enum command c)
{
    if (id < OPT_TRUTH)
        return true;
    return c == (id < OPT_DAYS ? COMMAND_SIMULATE : COMMAND_HISTORY);
}

static void add(struct option_list *l, const char *text, int argc)
{
    if (l->text == NULL)
        l->text = xcalloc((size_t)argc, sizeof *l->text);
    l->text[l->n++] = text;
}

static int bad(int id, const char *value, const char *must)
{
    text_say(TEXT_BAD_VALUE, OPTION[id - OPT_HELP].name, value, must);
    return EX_USAGE;
}

static int whole(int id, const char *value, int64_t min, int64_t max, const char *must,
                 int64_t *out)
{
    return number_i64(value, min, max, out) == 0 ? 0 : bad(id, value, must);
}

static int on_off(const char *value, bool *out)
{
    if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
        return bad(OPT_NOISE, value, "on | off");
    *out = strcmp(value, "on") == 0;
    return 0;
}

static int take_number(struct options *o, int id, const char *v)
{
    int64_t seed;

    switch (id) {
    case OPT_SEED:
        if (whole(id, v, 0, INT64_MAX, "0..9223372036854775807", &seed) != 0)
            return EX_USAGE;
        o->seed = (uint64_t)seed;
        return 0;
    case OPT_FOR:
        return whole(id, v, 0, 1000000000, "0..1000000000", &o->for_s);
    case OPT_DAYS:
        return whole(id, v, 1, 3660, "1..3660", &o->days);
    case OPT_EVERY:
        return whole(id, v, 1, 86400, "1..86400", &o->every_s);
    default:
        return EX_SOFTWARE;
    }
}

/* One option and its value into o. */
static int take(struct options *o, int id, const char *v, int argc)
{
    const struct {
        int id;
        const char **to;
    } PLAIN[] = {{OPT_TRUTH, &o->truth},
                 {OPT_READY, &o->ready},
                 {OPT_LISTEN, &o->listen},
                 {OPT_DEVICES, &o->devices},
                 {OPT_OUT, &o->out}};
    const struct {
        int id;
        struct option_list *to;
    } LIST[] = {{OPT_SET, &o->set},
                {OPT_PTY_LINK, &o->pty_link},
                {OPT_FAULT, &o->fault},
                {OPT_EVENT, &o->event},
                {OPT_CONTACT, &o->contact},
                {OPT_AERATOR, &o->aerator},
                {OPT_BUS_FAULT, &o->bus_fault},
                {OPT_BAUD, &o->baud},
                {OPT_REPLAY, &o->replay}};

    for (size_t i = 0; i < sizeof PLAIN / sizeof PLAIN[0]; i++) {
        if (PLAIN[i].id == id) {
            *PLAIN[i].to = v;
            return 0;
        }
    }
    for (size_t i = 0; i < sizeof LIST / sizeof LIST[0]; i++) {
        if (LIST[i].id == id) {
            add(LIST[i].to, v, argc);
            return 0;
        }
    }
    switch (id) {
    case OPT_QUIET:
        o->quiet = true;
        return 0;
    case OPT_VERBOSE:
        o->verbose = true;
        return 0;
    case OPT_LANG:
        return text_choose(v) ? 0 : bad(id, v, "id | en");
    case OPT_NOISE:
        return on_off(v, &o->noise);
    case OPT_LOOP:
        o->loop = true;
        return 0;
    case OPT_SPEED:
        return number_double(v, 0.001, 1e6, &o->speed) == 0 ? 0 : bad(id, v, "0.001..1000000");
    case OPT_REPLAY_FROM:
        o->has_replay_from = true;
        return civil_parse_iso(v, &o->replay_from_ms, NULL) == 0 ? 0
                                                                 : bad(id, v, "2026-11-24T05:00");
    case OPT_UNTIL:
        o->has_until = true;
        o->until_text = v;
        return civil_parse_iso(v, &o->until_ms, NULL) == 0 ? 0
                                                           : bad(id, v, "2026-11-24T05:00+07:00");
    default:
        return take_number(o, id, v);
    }
}

/* The language must be known before the first complaint, wherever it stands. */
static void choose_language(int argc, char **argv)
{
    const char *env = getenv("NILA_LANG");

    if (env != NULL)
        (void)text_choose(env); /* anything else: the default stays */
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--lang=", 7) == 0)
            (void)text_choose(argv[i] + 7); /* a wrong one is refused when its turn comes */
        else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            (void)text_choose(argv[i + 1]);
    }
}

static int find_command(const char *name, enum command *out)
{
    static const struct {
        const char *name;
        enum command command;
    } COMMAND[] = {
        {"simulate", COMMAND_SIMULATE},
        {"history", COMMAND_HISTORY},
        {"help", COMMAND_HELP},
        {"version", COMMAND_VERSION},
    };

    for (size_t i = 0; i < sizeof COMMAND / sizeof COMMAND[0]; i++) {
        if (strcmp(COMMAND[i].name, name) == 0) {
            *out = COMMAND[i].command;
            return 0;
        }
    }
    text_say(TEXT_BAD_SUBCOMMAND, name, NULL, NULL);
    return EX_USAGE;
}

/* What stands without dashes: subcommand and site file. */
static int take_words(struct options *o, int n, char **word, bool help, bool version)
{
    bool served;
    int rc = 0;

    if (n > 0)
        rc = find_command(word[0], &o->command);
    else
        o->command = version ? COMMAND_VERSION : COMMAND_HELP;
    if (rc != 0)
        return rc;
    if (help || version) {
        o->help_about = o->command;
        o->command = help ? COMMAND_HELP : COMMAND_VERSION;
        return 0;
    }
    if (n == 0) {
        text_say(TEXT_NO_SUBCOMMAND, NULL, NULL, NULL);
        return EX_USAGE;
    }
    served = o->command == COMMAND_SIMULATE || o->command == COMMAND_HISTORY;
    if (served && n < 2) {
        text_say(TEXT_NO_SITE, NULL, NULL, NULL);
        return EX_USAGE;
    }
    if (n > (served ? 2 : 1)) {
        text_say(TEXT_TOO_MANY, word[served ? 2 : 1], NULL, NULL);
        return EX_USAGE;
    }
    o->site_path = served ? word[1] : NULL;
    return 0;
}

static const char *command_name(enum command c)
{
    return c == COMMAND_SIMULATE ? "simulate" : c == COMMAND_HISTORY ? "history" : "";
}

static const char *spaced_name(enum command c)
{
    return c == COMMAND_SIMULATE ? " simulate" : c == COMMAND_HISTORY ? " history" : "";
}

static int check_owner(const struct options *o, const bool seen[static OPT_COUNT])
{
    if (o->command != COMMAND_SIMULATE && o->command != COMMAND_HISTORY)
        return 0;
    for (int i = 0; i < OPT_COUNT; i++) {
        if (seen[i] && !belongs(OPT_HELP + i, o->command)) {
            text_say(TEXT_OPTION_ELSEWHERE, OPTION[i].name, command_name(o->command), NULL);
            return EX_USAGE;
        }
    }
    for (int id = OPT_SPEED; id <= OPT_REPLAY_FROM && o->replay.n == 0; id++) {
        if (seen[id - OPT_HELP]) {
            text_say(TEXT_OPTION_WITHOUT, OPTION[id - OPT_HELP].name, "replay", NULL);
            return EX_USAGE;
        }
    }
    if (o->command == COMMAND_HISTORY && !seen[OPT_DAYS - OPT_HELP]) {
        text_say(TEXT_OPTION_NO_VALUE, "days", "history", NULL);
        return EX_USAGE;
    }
    return 0;
}

static int parse_all(struct options *o, int argc, char **argv)
{
    bool seen[OPT_COUNT] = {false}, help = false, version = false;
    int id, rc;

    opterr = 0;
    optind = 0; /* glibc: begin anew, for tests that parse several times */
    while ((id = getopt_long(argc, argv, ":h", OPTION, NULL)) != -1) {
        if (id == ':' || id == '?') {
            text_say(id == ':' ? TEXT_OPTION_NEEDS_VALUE : TEXT_BAD_OPTION, argv[optind - 1], NULL,
                     NULL);
            return EX_USAGE;
        }
        if (id == 'h')
            id = OPT_HELP;
        seen[id - OPT_HELP] = true;
        help = help || id == OPT_HELP;
        version = version || id == OPT_VERSION;
        if (id == OPT_HELP || id == OPT_VERSION)
            continue;
        rc = take(o, id, optarg, argc);
        if (rc != 0)
            return rc;
    }
    rc = take_words(o, argc - optind, argv + optind, help, version);
    return rc != 0 ? rc : check_owner(o, seen);
}

int options_parse(struct options *o, int argc, char **argv)
{
    int rc;

    *o = (struct options){.command = COMMAND_HELP,
                          .help_about = COMMAND_HELP,
                          .seed = 1,
                          .noise = true,
                          .for_s = -1,
                          .speed = 1,
                          .every_s = 600};
    choose_language(argc, argv);
    rc = parse_all(o, argc, argv);
    if (rc != 0)
        text_say(TEXT_TRY_HELP, spaced_name(o->command), NULL, NULL);
    return rc;
}

void options_free(struct options *o)
{
    free(o->set.text);
    free(o->pty_link.text);
    free(o->fault.text);
    free(o->event.text);
    free(o->contact.text);
    free(o->aerator.text);
    free(o->bus_fault.text);
    free(o->baud.text);
    free(o->replay.text);
}
