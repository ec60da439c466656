/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum kind {
    FLAG,
    WORD,
    WHOLE /* also hexadecimal: 0x2600 */
};

/* Which commands an option belongs to; "" all. */
static const struct {
    const char *name;
    enum kind kind;
    size_t at;
    int least, most;
    const char *commands;
} OPTION[] = {
    {"config", WORD, offsetof(struct options, config), 0, 0, ""},
    {"lang", WORD, offsetof(struct options, lang), 0, 0, ""},
    {"json", FLAG, offsetof(struct options, json), 0, 0, ""},
    {"quiet", FLAG, offsetof(struct options, quiet), 0, 0, ""},
    {"verbose", FLAG, offsetof(struct options, verbose), 0, 0, ""},
    {"help", FLAG, offsetof(struct options, help), 0, 0, ""},
    {"version", FLAG, offsetof(struct options, version), 0, 0, ""},
    {"devices", WORD, offsetof(struct options, devices), 0, 0,
     "run check scan probe read doctor setup backup restore fleet"},
    {"trust-clock", FLAG, offsetof(struct options, trust_clock), 0, 0, "run"},
    {"bus", WORD, offsetof(struct options, bus), 0, 0, "scan probe"},
    {"port", WORD, offsetof(struct options, port), 0, 0, "scan probe"},
    {"host", WORD, offsetof(struct options, host), 0, 0, "scan probe"},
    {"baud", WORD, offsetof(struct options, baud), 0, 0, "scan probe"},
    {"parity", WORD, offsetof(struct options, parity), 0, 0, "scan probe"},
    {"units", WORD, offsetof(struct options, units), 0, 0, "scan"},
    {"unit", WHOLE, offsetof(struct options, unit), 0, 255, "probe"},
    {"function", WHOLE, offsetof(struct options, function), 1, 16, "probe"},
    {"first", WHOLE, offsetof(struct options, first), 0, 65535, "probe"},
    {"register", WHOLE, offsetof(struct options, reg), 1, 465536, "probe"},
    {"count", WHOLE, offsetof(struct options, count), 1, 125, "probe"},
    {"write", WORD, offsetof(struct options, write), 0, 0, "probe"},
    {"allow-write", FLAG, offsetof(struct options, allow_write), 0, 0, "probe"},
    {"timeout", WHOLE, offsetof(struct options, timeout_ms), 50, 10000, "scan probe"},
    {"from", WORD, offsetof(struct options, from), 0, 0, "export"},
    {"to", WORD, offsetof(struct options, to), 0, 0, "export"},
    {"pond", WORD, offsetof(struct options, pond), 0, 0, "export"},
    {"metric", WORD, offsetof(struct options, metric), 0, 0, "export"},
    {"out", WORD, offsetof(struct options, out), 0, 0, "export"},
    {"for", WHOLE, offsetof(struct options, for_s), 1, 604800, "relay"},
    {"answers", WORD, offsetof(struct options, answers), 0, 0, "setup"},
    {"with-secrets", FLAG, offsetof(struct options, with_secrets), 0, 0, "backup"},
    {"dry-run", FLAG, offsetof(struct options, dry_run), 0, 0, "restore"},
    {"url", WORD, offsetof(struct options, url), 0, 0, "fleet"},
    {"key", WORD, offsetof(struct options, key), 0, 0, "fleet"},
    {"ca", WORD, offsetof(struct options, ca), 0, 0, "fleet"},
    {"trial", WHOLE, offsetof(struct options, trial), 3, 3600, "fleet"},
    {"newest", WHOLE, offsetof(struct options, newest), 0, 1000, "spool"},
};
#define OPTIONS (sizeof OPTION / sizeof OPTION[0])

int options_usage(const struct options *o, enum text what, const char *a, const char *b,
                  const char *c)
{
    struct buf out = {0};

    text_add(&out, o->l, what, a, b, c, NULL);
    text_add(&out, o->l, TEXT_TRY_HELP, NULL);
    (void)fputs(out.p, stderr);
    buf_free(&out);
    return EX_USAGE;
}

static bool belongs(const char *commands, const char *command)
{
    size_t n = strlen(command);

    for (const char *p = commands; *p != '\0'; p += strcspn(p, " "), p += *p == ' ')
        if (strncmp(p, command, n) == 0 && (p[n] == ' ' || p[n] == '\0'))
            return true;
    return commands[0] == '\0';
}

long options_whole(const char *text, char **end)
{
    return strtol(text, end, strncmp(text, "0x", 2) == 0 || strncmp(text, "0X", 2) == 0 ? 16 : 10);
}

/* Takes option i; 0 or EX_USAGE. */
static int take(struct options *o, size_t i, const char *value)
{
    char *at = (char *)o + OPTION[i].at, *end;
    char allowed[40];
    long n;

    switch (OPTION[i].kind) {
    case FLAG:
        *(bool *)at = true;
        return 0;
    case WORD:
        *(const char **)(void *)at = value;
        return 0;
    case WHOLE:
        break;
    }
    n = options_whole(value, &end);
    if (end != value && *end == '\0' && n >= OPTION[i].least && n <= OPTION[i].most) {
        *(int *)(void *)at = (int)n;
        return 0;
    }
    (void)snprintf(allowed, sizeof allowed, "%d..%d", OPTION[i].least, OPTION[i].most);
    return options_usage(o, TEXT_USAGE_VALUE, OPTION[i].name, value, allowed);
}

/* The language of the complaints, before anything can be complained of. */
static void find_language(struct options *o, int argc, char **argv)
{
    const char *lang = NULL;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            lang = argv[i + 1];
        else if (strncmp(argv[i], "--lang=", 7) == 0)
            lang = argv[i] + 7;
    }
    if (lang != NULL && strcmp(lang, "id") != 0 && strcmp(lang, "en") != 0)
        lang = NULL; /* the complaint about it in the language of $NILA_LANG */
    o->l = text_language(lang);
}

static int take_all(struct options *o, int argc, char **argv, bool said[OPTIONS])
{
    struct option known[OPTIONS + 2] = {{0}};

    for (size_t i = 0; i < OPTIONS; i++)
        known[i] = (struct option){OPTION[i].name,
                                   OPTION[i].kind == FLAG ? no_argument : required_argument, NULL,
                                   256 + (int)i};
    opterr = 0;
    for (int id; (id = getopt_long(argc, argv, ":h", known, NULL)) != -1;) {
        int rc = 0;
        if (id == 'h')
            o->help = true;
        else if (id < 256)
            return options_usage(o, TEXT_USAGE_OPTION, argv[optind - 1], NULL, NULL);
        else
            rc = take(o, (size_t)id - 256, optarg);
        if (rc != 0)
            return rc;
        if (id >= 256)
            said[id - 256] = true;
    }
    return 0;
}

int options_read(struct options *o, int argc, char **argv)
{
    bool said[OPTIONS] = {false};
    int rc;

    o->unit = o->function = o->first = o->reg = o->count = OPTIONS_NOT_SAID;
    o->timeout_ms = o->for_s = o->newest = o->trial = OPTIONS_NOT_SAID;
    find_language(o, argc, argv);
    rc = take_all(o, argc, argv, said);
    if (rc != 0)
        return rc;
    if (o->lang != NULL && strcmp(o->lang, "id") != 0 && strcmp(o->lang, "en") != 0)
        return options_usage(o, TEXT_USAGE_LANG, o->lang, NULL, NULL);
    for (int i = optind; i < argc; i++) {
        if (o->words == (int)(sizeof o->word / sizeof o->word[0]))
            return options_usage(o, TEXT_USAGE_MANY, argv[i], NULL, NULL);
        o->word[o->words++] = argv[i];
    }
    for (size_t i = 0; o->words > 0 && i < OPTIONS; i++)
        if (said[i] && !belongs(OPTION[i].commands, o->word[0]))
            return options_usage(o, TEXT_USAGE_NOT_HERE, OPTION[i].name, o->word[0], NULL);
    return 0;
}
