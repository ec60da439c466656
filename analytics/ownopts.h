/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ownopts: options and words of a subcommand that reads them itself. --lang, --help, --quiet and --json are everybody's; the language
 * is that of --lang, else of NILA_LANG, else Indonesian. */
#ifndef ANALYTICS_OWNOPTS_H
#define ANALYTICS_OWNOPTS_H

#include <stdbool.h>
#include <stddef.h>

#define OWNOPTS_MAX 24 /* options of a command */

struct ownopts_option {
    const char *name;  /* without the dashes */
    const char **text; /* gets its value; NULL: it stands alone */
    bool *on;          /* becomes true; used when text is NULL */
};

struct ownopts {
    const struct ownopts_option *option;
    size_t n;
    const char *const *help; /* of --help: Indonesian, English */
    const char **word;       /* gets the words after the command */
    size_t least, most;
    /* found */
    size_t words;
    bool english, quiet, json;
};

/* Reads what stands after argv[at], the command's name, and --lang wherever it stands. Returns -1 to go on, else the program's exit
 * code: help was printed, or what is wrong was told. */
int ownopts_read(struct ownopts *o, int argc, char **argv, int at);

#endif
