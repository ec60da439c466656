/* SPDX-License-Identifier: GPL-3.0-or-later */
/* identify: which of the known profiles a device that answers is likely to be of.
 *
 * A profile fits when its identity registers hold what it says, or when its registers answer and hold values that the probe
 * and the water can have. Many probes keep their values in the same registers: the guess is a guess, and several may fit.
 * Threads: one at a time. */
#ifndef COLLECTOR_IDENTIFY_H
#define COLLECTOR_IDENTIFY_H

#include "asker.h"
#include "collector/common/profile.h"
#include "collector/common/reading.h"
#include "decode.h"

#define IDENTIFY_GUESSES 3

struct identify; /* opaque: the profiles of a folder */

struct identify_guess {
    const struct profile *p; /* of the struct identify */
    bool certain;            /* an identity register holds this profile's own value */
    bool named;              /* an identity register holds a text, as it should */
    double score;            /* the larger the likelier */
    unsigned plausible;      /* of set.n values */
    struct reading_set set;  /* its values, decoded; tags mean nothing */
};

/* What function 43/14 said; all "" when it said nothing. */
struct identify_name {
    char maker[64], product[64], version[64];
};

/* Reads every profile of folder dir. A file with mistakes is passed over with a warning. NILA_ERR_NOT_FOUND: no folder, or no
 * profile in it; words in why (size >= 256). */
NILA_MUST_CHECK int identify_open(struct identify **out, const char *dir, char *why,
                                  size_t why_size);
void identify_close(struct identify *id); /* NULL is fine */

/* Asks the unit all that can tell, and puts the likeliest first; returns how many (0..IDENTIFY_GUESSES). baud: of the line, 0
 * none. An error of asker_ask but silence, bad answers and exceptions ends it and is returned. */
NILA_MUST_CHECK int identify_unit(struct identify *id, struct asker *a, int unit, int baud,
                                  int timeout_ms, struct identify_name *name,
                                  struct identify_guess guess[static IDENTIFY_GUESSES]);

/* The same from registers that were read already, without asking. Only profiles that read nothing else are looked at. */
int identify_block(struct identify *id, int unit, int baud, const struct reg_block *block,
                   struct identify_guess guess[static IDENTIFY_GUESSES]);

/* The profiles, for who looks for first registers of devices that keep silent about others. */
unsigned identify_count(const struct identify *id);
const struct profile *identify_profile(const struct identify *id, unsigned i);

#endif
