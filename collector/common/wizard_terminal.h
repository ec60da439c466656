/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wizard_terminal: stdin and stdout as the two ends of a conversation (wizard_talk). One a process. */
#ifndef NILA_COMMON_WIZARD_TERMINAL_H
#define NILA_COMMON_WIZARD_TERMINAL_H

#include "wizard_talk.h"

/* stdin and stdout; from here on Ctrl-C is an end of the conversation and no more of the program. */
void wizard_terminal(struct wizard_io *io);

/* Text to stdout, made plain (utf8_plain). */
void wizard_terminal_say(const char *text);

/* Ctrl-C has come since. */
bool wizard_terminal_ended(void);

#endif
