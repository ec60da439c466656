/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options: the command line of nila-bridge. Says what is wrong itself, in the language chosen. */
#ifndef BRIDGE_OPTIONS_H
#define BRIDGE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum command {
    COMMAND_HELP,
    COMMAND_VERSION,
    COMMAND_SIMULATE,
    COMMAND_HISTORY
};

/* Texts that may be given several times, in their order; pointers into argv. */
struct option_list {
    const char **text;
    size_t n;
};

struct options {
    enum command command;
    enum command help_about; /* COMMAND_HELP: the program, or a subcommand */
    bool quiet, verbose;
    const char *site_path;
    uint64_t seed;
    bool noise;
    struct option_list set, fault, event;
    /* simulate; a text is NULL when not given */
    const char *truth, *ready, *listen, *devices;
    struct option_list pty_link, bus_fault, baud, contact, aerator, replay;
    double speed; /* of --replay: recorded seconds a second */
    bool loop;
    bool has_replay_from;
    int64_t replay_from_ms;
    int64_t for_s; /* -1: until a signal */
    /* history */
    int64_t days, every_s;
    bool has_until;
    int64_t until_ms;
    const char *until_text, *out;
};

/* Reads argv (which getopt may reorder) and the variable NILA_LANG, and chooses the language. 0, or EX_USAGE after
 * saying why. Free with options_free either way. */
int options_parse(struct options *o, int argc, char **argv);
void options_free(struct options *o);

#endif
