/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan: which units answer on a line, and at which speed.
 *
 * Each unit is asked for one register with a short time-out; any well-formed answer, an exception too, shows that it is there.
 * Devices that keep silent about registers they do not have are asked for their identity (or their values) by the profiles that say so, at the unit
 * numbers such devices are shipped with and at 1 to 16. */
#ifndef COLLECTOR_SCAN_H
#define COLLECTOR_SCAN_H

#include "asker.h"
#include "identify.h"

#define SCAN_SPEEDS 32

struct scan_speed {
    int baud; /* 0: the line has no speed */
    char parity;
};

struct scan_found {
    struct scan_speed speed;
    int unit;
    bool
        garbled; /* something answered, but no good frame: two units of one number, or another speed */
    int answer_ms;
    struct identify_name name;
    int guesses;
    struct identify_guess guess[IDENTIFY_GUESSES];
};

struct scan {
    struct asker *asker;
    struct identify *id;
    unsigned speeds; /* at least 1 */
    struct scan_speed speed[SCAN_SPEEDS];
    bool unit[256]; /* to be asked */
    int timeout_ms; /* of each question; 0: by the speed */
    /* true ends it as if all had been asked; looked at before each unit; may be NULL */
    bool (*stop)(void *arg);
    /* how far it has come, in questions; may be NULL */
    void (*progress)(void *arg, size_t done, size_t all);
    void *arg; /* of both */
};

/* Speeds worth trying, the commonest first, into speed; returns how many. baud: "all" or numbers with commas; parity: "all" or one
 * of N E O. -1: not understood. */
int scan_speeds(struct scan_speed speed[static SCAN_SPEEDS], const char *baud, const char *parity);

/* "1-247", "1,5,10-20" into unit. false: not understood, or outside 0..255. */
bool scan_units(bool unit[static 256], const char *text);

/* Hands every unit found to found, which may keep it (the guesses' profiles live as long as s->id). 0, or an error of asker_ask or
 * asker_speed that ended it, words in why (size >= 256). */
NILA_MUST_CHECK int scan_run(const struct scan *s,
                             void (*found)(void *arg, const struct scan_found *f), void *arg,
                             char *why, size_t why_size);

#endif
