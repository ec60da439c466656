/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tool_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/common/err.h"
#include "collector/common/tongue.h"

#include "commands.h"

static int bad(const char *what, const char *why)
{
    (void)fprintf(stderr, "%s: %s. %s\n", what, why, tongue("Lihat --help", "See --help"));
    return EX_USAGE;
}

int tool_bad_value(const char *name, const char *value)
{
    (void)fprintf(
        stderr,
        tongue("--%s: \"%s\" bukan nilai yang benar.\n", "--%s: \"%s\" is no proper value.\n"),
        name, value);
    return EX_USAGE;
}

/* Chosen before anything is said, wherever it stands. */
static void choose_language(int argc, char **argv)
{
    const char *lang = getenv("NILA_LANG");

    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            lang = argv[i + 1];
        else if (strncmp(argv[i], "--lang=", 7) == 0)
            lang = argv[i] + 7;
    tongue_set(lang == NULL || strcmp(lang, "en") != 0);
}

static int set(const struct tool_option *o, const char *value)
{
    char *end;
    long v;

    if (o->text != NULL) {
        *o->text = value;
        return 0;
    }
    v = strtol(value, &end, 10);
    if (end == value || *end != '\0' || v < o->low || v > o->high)
        return tool_bad_value(o->name, value);
    *o->number = (int)v;
    return 0;
}

/* The option of that name, of length n; NULL: none. */
static const struct tool_option *find(const struct tool_option *option, size_t n, const char *name,
                                      size_t length)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(option[i].name) == length && strncmp(option[i].name, name, length) == 0)
            return &option[i];
    return NULL;
}

int tool_options(const struct tool_option *option, size_t n, int argc, char **argv, bool *help)
{
    static const char *lang;
    const struct tool_option language = {.name = "lang", .text = &lang};

    choose_language(argc, argv);
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i] + 2, *value;
        const struct tool_option *o;
        int rc;
        if (strcmp(argv[i], "--help") == 0) {
            *help = true;
            return 0;
        }
        if (strncmp(argv[i], "--", 2) != 0)
            return bad(argv[i], tongue("tidak diharapkan di sini", "not expected here"));
        value = strchr(name, '=');
        o = find(option, n, name, value == NULL ? strlen(name) : (size_t)(value - name));
        if (o == NULL)
            o = find(&language, 1, name, value == NULL ? strlen(name) : (size_t)(value - name));
        if (o == NULL)
            return bad(argv[i], tongue("pilihan tidak dikenal", "no such option"));
        if (o->flag != NULL && value == NULL) {
            *o->flag = true;
            continue;
        }
        if (o->flag != NULL)
            return bad(argv[i], tongue("tidak menerima nilai", "takes no value"));
        if (value == NULL && i + 1 == argc)
            return bad(argv[i], tongue("memerlukan nilai", "needs a value"));
        rc = set(o, value != NULL ? value + 1 : argv[++i]);
        if (rc != 0)
            return rc;
    }
    if (lang != NULL && strcmp(lang, "id") != 0 && strcmp(lang, "en") != 0)
        return tool_bad_value("lang", lang);
    return 0;
}

int tool_exit(int rc)
{
    switch (rc) {
    case NILA_ERR_CLOSED:
        return EX_TEMPFAIL;
    case NILA_ERR_REFUSED:
        return EX_UNAVAILABLE;
    case NILA_ERR_TIMEOUT:
    case NILA_ERR_PROTO:
        return EX_IOERR;
    default:
        return exit_code(rc);
    }
}

void tool_place_bind(struct tool_option *option, struct tool_place *where)
{
    option[0].text = &where->serial;
    option[1].text = &where->tcp;
    option[2].text = &where->parity;
    option[3].number = &where->baud;
    option[4].number = &where->unit;
}

int tool_place(const struct tool_place *where, struct master_place *out)
{
    const char *parity = where->parity == NULL ? "N" : where->parity;

    if ((where->serial == NULL) == (where->tcp == NULL))
        return bad("--serial, --tcp", tongue("salah satunya", "one of them"));
    if (where->unit < 0)
        return bad("--unit", tongue("wajib", "required"));
    if (strlen(parity) != 1 || strchr("NEO", parity[0]) == NULL)
        return tool_bad_value("parity", parity);
    *out = (struct master_place){.serial = where->serial,
                                 .baud = where->baud,
                                 .parity = parity[0],
                                 .tcp = where->tcp,
                                 .unit = (uint8_t)where->unit};
    return 0;
}
