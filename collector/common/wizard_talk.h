/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wizard_talk: questions and answers in plain lines of at most 79 characters, for any terminal.
 *
 * Everywhere: Enter keeps what stands in brackets, "<" goes back to the question before, "?" explains. Where lines come from and
 * go to is the caller's, so that a conversation can be tested. The words are in the language of tongue(). */
#ifndef NILA_COMMON_WIZARD_TALK_H
#define NILA_COMMON_WIZARD_TALK_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

enum wizard_end {
    WIZARD_ON,   /* answered */
    WIZARD_BACK, /* to the question before */
    WIZARD_OVER, /* no more input */
    WIZARD_STOP  /* Ctrl-C */
};

struct wizard_io {
    /* A line without its end into buf (cut when longer); hidden: it is not to be shown. */
    enum wizard_end (*line)(void *arg, char *buf, size_t size, bool hidden);
    void (*say)(void *arg, const char *text);
    void *arg;
};

/* Says a paragraph: broken between words, "\n" begins a new line, lines of more than one word under the indent of the first. */
void wizard_say(const struct wizard_io *io, const char *fmt, ...) NILA_PRINTF(2, 3);

/* One that is shown as it is: tables. */
void wizard_show(const struct wizard_io *io, const char *text);

/* A text: what was typed without blanks round it, else buf as it is. Asked again while longer than size - 1, or empty with need. */
NILA_MUST_CHECK enum wizard_end wizard_ask(const struct wizard_io *io, const char *question,
                                           const char *help, bool need, char *buf, size_t size);

/* The same, unseen, for passwords; "" is what Enter gives. */
NILA_MUST_CHECK enum wizard_end wizard_ask_hidden(const struct wizard_io *io, const char *question,
                                                  const char *help, char *buf, size_t size);

/* A number from min to max, with a point or a comma; *value is the default when it lies in them. whole: no fraction. */
NILA_MUST_CHECK enum wizard_end wizard_ask_number(const struct wizard_io *io, const char *question,
                                                  const char *help, double min, double max,
                                                  bool whole, double *value);

/* One of n things by its number from 1, or its name; *at the default (n or more: none). */
NILA_MUST_CHECK enum wizard_end wizard_choose(const struct wizard_io *io, const char *question,
                                              const char *help, size_t n,
                                              const char *(*name)(const void *arg, size_t i),
                                              const void *arg, size_t *at);

/* y/n, ya/tidak; *yes the default. */
NILA_MUST_CHECK enum wizard_end wizard_yes(const struct wizard_io *io, const char *question,
                                           const char *help, bool *yes);

/* Questions in a row: each is asked with arg; "<" goes back one, before the first it ends the row. A question that does not apply
 * now returns WIZARD_ON without asking only while *silent is set, which tells the row to pass it in the other direction, too. */
struct wizard_row {
    enum wizard_end (*const *step)(void *arg);
    size_t steps;
    bool *silent;
};
NILA_MUST_CHECK enum wizard_end wizard_row(const struct wizard_row *row, void *arg);

#endif
