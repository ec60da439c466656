/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options: the command line of nila-collector as one struct. */
#ifndef COLLECTOR_OPTIONS_H
#define COLLECTOR_OPTIONS_H

#include <stdbool.h>

#include "text.h"

#define OPTIONS_NOT_SAID (-1)

struct options {
    const char *config, *devices, *lang;
    enum text_language l;
    bool json, trust_clock, quiet, verbose, help, version, allow_write, with_secrets, dry_run;
    const char *word[3]; /* what stands beside the options: the command and its operands */
    int words;
    const char *bus, *port, *host, *units, *baud, *parity;
    const char *pond, *metric, *from, *to, *out, *write, *answers, *url, *key, *ca;
    /* OPTIONS_NOT_SAID, or within the range their table in options.c names */
    int unit, function, first, reg, count, timeout_ms, for_s, newest, trial;
};

/* Reads the command line. 0, or EX_USAGE after the complaint has been said on stderr. An option of another command than word[0]
 * is a mistake. */
NILA_MUST_CHECK int options_read(struct options *o, int argc, char **argv);

/* strtol of a decimal number or of one with 0x before it: a leading 0 is what people write to align numbers, not octal. */
long options_whole(const char *text, char **end);

/* Says text what, about the words that follow it (NULL at the end, at most 3), and where help is; returns EX_USAGE. */
int options_usage(const struct options *o, enum text what, const char *a, const char *b,
                  const char *c);

#endif
