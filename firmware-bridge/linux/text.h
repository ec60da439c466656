/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text: what nila-bridge says to a person, in Indonesian and English, one table. "{0}" to "{2}" stand for arguments.
 *
 * The language is chosen once, before threads start; Indonesian until then. */
#ifndef BRIDGE_TEXT_H
#define BRIDGE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "collector/common/buf.h"

enum language {
    LANGUAGE_ID,
    LANGUAGE_EN,
    LANGUAGE_COUNT
};

enum text {
    TEXT_HELP,
    TEXT_HELP_SIMULATE,
    TEXT_HELP_HISTORY,
    TEXT_TRY_HELP,
    TEXT_NO_SUBCOMMAND,
    TEXT_BAD_SUBCOMMAND,
    TEXT_BAD_OPTION,
    TEXT_OPTION_ELSEWHERE,
    TEXT_OPTION_WITHOUT,
    TEXT_OPTION_NEEDS_VALUE,
    TEXT_OPTION_NO_VALUE,
    TEXT_BAD_VALUE,
    TEXT_NO_SITE,
    TEXT_TOO_MANY,
    TEXT_BAD_FAULT,
    TEXT_BAD_EVENT,
    TEXT_BAD_CONTACT,
    TEXT_BAD_AERATOR,
    TEXT_BAD_BUS_FAULT,
    TEXT_BAD_BAUD,
    TEXT_BAD_SET,
    TEXT_BAD_REPLAY,
    TEXT_WHY_FORM,
    TEXT_WHY_UNKNOWN,
    TEXT_WHY_RANGE,
    TEXT_BAD_LINK,
    TEXT_LINK_WHICH_BUS,
    TEXT_CANNOT_WRITE,
    TEXT_CANNOT_START,
    TEXT_RUNUP,
    TEXT_ON_TCP,
    TEXT_ON_PTY,
    TEXT_PACED,
    TEXT_AS_PROFILE,
    TEXT_WAITS_FOR_START,
    TEXT_REPLAYED,
    TEXT_BUS_FAULTS,
    TEXT_BUS_FAULTS_DONE,
    TEXT_STOPPED,
    TEXT_LEFT_OUT,
    TEXT_FUTURE_CUT,
    TEXT_WRITTEN,
    TEXT_PROGRESS,
    TEXT_COUNT
};

/* "id", "en"; false for anything else, and then nothing changes. */
bool text_choose(const char *code);

/* Why an argument was refused: words for NILA_ERR_PARSE, NILA_ERR_NOT_FOUND, NILA_ERR_RANGE. Static storage. */
const char *text_why(int rc);

/* The text with its arguments put in (missing ones as ""), appended to b. */
void text_append(struct buf *b, enum text id, const char *a0, const char *a1, const char *a2);

/* The same as one line to stderr, "nila-bridge: " before it. */
void text_say(enum text id, const char *a0, const char *a1, const char *a2);

/* The bare text of one language, for tests. Never NULL. */
const char *text_raw(enum text id, enum language language);

#endif
