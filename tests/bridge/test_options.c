/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "firmware-bridge/linux/options.h"
#include "firmware-bridge/linux/text.h"

/* Splits line at blanks and parses it. The words live in words. */
static int parse(struct options *o, const char *line, char words[300])
{
    char *argv[48], *rest = NULL;
    int argc = 0;

    (void)snprintf(words, 300, "nila-bridge %s", line);
    for (char *w = strtok_r(words, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest))
        argv[argc++] = w;
    argv[argc] = NULL;
    (void)text_choose("id");
    return options_parse(o, argc, argv);
}

static void refuses_what_it_does_not_know(void **state)
{
    static const struct {
        const char *says, *line;
    } T[] = {
        {"nothing at all", ""},
        {"an unknown subcommand", "dream site.json"},
        {"no site", "simulate"},
        {"two sites", "simulate a b"},
        {"an unknown option", "simulate a --colour red"},
        {"a value missing", "simulate a --seed"},
        {"seed not a number", "simulate a --seed x"},
        {"seed negative", "simulate a --seed -1"},
        {"noise maybe", "simulate a --noise maybe"},
        {"an unknown language", "simulate a --lang fr"},
        {"an option of the other subcommand", "simulate a --days 3"},
        {"and the other way", "history a --days 3 --truth x"},
        {"days missing", "history a"},
        {"no days", "history a --days 0"},
        {"too many days", "history a --days 3661"},
        {"every 0", "history a --days 1 --every 0"},
        {"a date that is none", "history a --days 1 --until 2026-02-30T00:00"},
        {"no flag takes a value", "simulate a --quiet=yes"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct options o;
        char words[300];
        int rc = parse(&o, T[i].line, words);
        options_free(&o);
        if (rc != EX_USAGE)
            fail_msg("%s: %d", T[i].says, rc);
    }
}

static void reads_every_option(void **state)
{
    struct options o;
    char words[300];

    (void)state;
    assert_int_equal(parse(&o,
                           "simulate --seed 7 --noise off --truth t --ready r --listen ::1 --for 3 "
                           "--devices v --pty-link p --pty-link b=q --fault n:silent --bus-fault "
                           "late --baud 9600 --set k:fish_kg_m2=1 "
                           "--verbose site.json",
                           words),
                     0);
    assert_int_equal(o.command, COMMAND_SIMULATE);
    assert_true(o.seed == 7 && !o.noise && o.for_s == 3 && o.verbose && !o.quiet);
    assert_string_equal(o.site_path, "site.json");
    assert_string_equal(o.truth, "t");
    assert_string_equal(o.ready, "r");
    assert_string_equal(o.listen, "::1");
    assert_string_equal(o.devices, "v");
    assert_int_equal(o.pty_link.n, 2);
    assert_string_equal(o.pty_link.text[1], "b=q");
    assert_int_equal(o.fault.n, 1);
    assert_int_equal(o.bus_fault.n, 1);
    assert_int_equal(o.baud.n, 1);
    assert_int_equal(o.set.n, 1);
    options_free(&o);
    assert_int_equal(
        parse(&o, "history s.json --days=9 --until 2026-11-24T05:00 --out x --quiet", words), 0);
    assert_true(o.command == COMMAND_HISTORY && o.days == 9 && o.every_s == 600 && o.seed == 1);
    assert_true(o.has_until && o.until_ms == 1795471200000 && o.quiet && o.noise);
    options_free(&o);
}

static void help_and_version_need_nothing_else(void **state)
{
    static const struct {
        const char *line;
        enum command command, about;
    } T[] = {
        {"--help", COMMAND_HELP, COMMAND_HELP},
        {"--version", COMMAND_VERSION, COMMAND_HELP},
        {"simulate --help", COMMAND_HELP, COMMAND_SIMULATE},
        {"history --help", COMMAND_HELP, COMMAND_HISTORY},
        {"-h", COMMAND_HELP, COMMAND_HELP},
        {"simulate -h", COMMAND_HELP, COMMAND_SIMULATE},
        {"help", COMMAND_HELP, COMMAND_HELP},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct options o;
        char words[300];
        assert_int_equal(parse(&o, T[i].line, words), 0);
        if (o.command != T[i].command || (o.command == COMMAND_HELP && o.help_about != T[i].about))
            fail_msg("%s", T[i].line);
        options_free(&o);
    }
}

static void every_text_is_there_in_both_languages_with_the_same_places(void **state)
{
    (void)state;
    for (int t = 0; t < TEXT_COUNT; t++) {
        const char *id = text_raw((enum text)t, LANGUAGE_ID);
        const char *en = text_raw((enum text)t, LANGUAGE_EN);
        if (id == NULL || en == NULL || strcmp(id, en) == 0)
            if (t != TEXT_ON_TCP && t != TEXT_ON_PTY)
                fail_msg("text %d", t);
        for (char k = '0'; k <= '2'; k++) {
            char place[4] = {'{', k, '}', '\0'};
            assert_int_equal(strstr(id, place) != NULL, strstr(en, place) != NULL);
        }
    }
}

static void the_language_comes_from_the_option_before_the_variable(void **state)
{
    struct options o;
    char words[300];
    struct buf b = {0};

    (void)state;
    assert_int_equal(setenv("NILA_LANG", "en", 1), 0);
    assert_int_equal(parse(&o, "--help", words), 0);
    text_append(&b, TEXT_STOPPED, NULL, NULL, NULL);
    options_free(&o);
    assert_int_equal(parse(&o, "--help --lang id", words), 0);
    text_append(&b, TEXT_CANNOT_WRITE, "a", "{0}", NULL);
    options_free(&o);
    assert_int_equal(unsetenv("NILA_LANG"), 0);
    assert_string_equal(b.p, "stoppeda: tidak dapat ditulis: {0}");
    buf_free(&b);
    assert_false(text_choose("ID"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_it_does_not_know),
        cmocka_unit_test(reads_every_option),
        cmocka_unit_test(help_and_version_need_nothing_else),
        cmocka_unit_test(every_text_is_there_in_both_languages_with_the_same_places),
        cmocka_unit_test(the_language_comes_from_the_option_before_the_variable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
