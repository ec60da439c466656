/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibrate_own: what calibrate's own files share: the talk with the person, the node's state, the taking of a point. */
#ifndef BRIDGE_CALIBRATE_OWN_H
#define BRIDGE_CALIBRATE_OWN_H

#include "calibrate.h"
#include "certificate.h"

#define LINE_SIZE 160
#define NO_TEMP   0x8000 /* a temperature register that holds none */

enum command { /* of NILA_HOLD_CAL_COMMAND */
    BEGIN = 1,
    POINT,
    COMMIT,
    ABORT,
    REVERT
};

struct talk {
    const struct calibrate_job *job;
    struct master *m;
    struct certificate c;
    unsigned channel, source, method;
    bool open; /* a transaction is */
};

/* What registers 50..58 say. */
struct state {
    unsigned state, result, steady_s, left_s, taken, needed;
    int32_t live_x1000, temp_x1000;
};

/* calibrate_talk.c: words out and in. */
void talk_say(const struct talk *t, const char *format, ...) NILA_PRINTF(2, 3);
bool talk_stopped(const struct talk *t);
/* A line without its blanks; false: the input ended, or a signal came. */
bool talk_hear(const struct talk *t, char line[LINE_SIZE]);
/* "6,86" or "6.86" -> x 1000. */
bool talk_number(const char *text, int32_t *x1000);
/* Asks until it is a whole number of low..high. false: ended. */
bool talk_choose(const struct talk *t, const char *question, int low, int high, int *out);
/* y/n, in both languages' first letters; the end of the input is no. */
bool talk_agrees(const struct talk *t, const char *question);
const char *talk_result(unsigned result);
/* Says what broke, when something did. Returns rc. */
int talk_broken(const struct talk *t, int rc);

/* calibrate.c */
int calibrate_look(const struct talk *t, struct state *s);
/* A command with all it needs in one write. An answer may be lost after the node has done it: what it did stands in its
 * state, which is read then. */
int calibrate_tell(struct talk *t, uint16_t cmd, int32_t ref_x1000, struct state *after);

/* calibrate_point.c: point number index (from 0) of needed, from the words what to do until the node has it. */
int calibrate_point(struct talk *t, unsigned index, unsigned needed);

#endif
