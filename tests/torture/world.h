/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world: a collector's day with its journal in small: readings come, a server takes them, lines are refused, the clock is wrong
 * and put right, the program starts anew. And the truth about it: what was tried, what was confirmed, when (in operations of
 * the card), and what a journal found later must therefore hold. */
#ifndef TORTURE_WORLD_H
#define TORTURE_WORLD_H

#include "collector/journal.h"
#include "torture.h"

#define WORLD_SETS    60000
#define WORLD_REFUSED 4000

struct world_set {   /* the k-th reading set of the world */
    int64_t true_ms; /* when it was read */
    bool trusted;    /* the clock was */
    size_t
        tried_at; /* the card's operations before it was handed over; SIZE_MAX: it is not part of this world any more */
    size_t stored_at;        /* before its keeping was confirmed; SIZE_MAX: it was not */
    size_t sent_at;          /* before a server saw it; SIZE_MAX: none did */
    struct reading_set sent; /* as that server saw it (tags left out) */
};

struct world {
    char dir[300], path[330];
    struct journal *j; /* NULL: closed */
    uint64_t rng;
    int64_t max_bytes, clock_wait_ms;
    struct world_set *set; /* WORLD_SETS of them */
    int sets;
    int64_t mark,
        mark_tried; /* the newest that was confirmed to be delivered, and that was tried */
    size_t mark_at[WORLD_REFUSED];   /* the last confirmations: operations ... */
    int64_t mark_seq[WORLD_REFUSED]; /* ... and marks */
    int marks;
    uint64_t counted; /* thinned and dropped when this run of the card began */
    int refused;      /* lines handed to the quarantine, by number */
    size_t refused_at[WORLD_REFUSED];
    int refused_from; /* of this world: the older ones may have gone */
    bool may_fail;    /* calls may fail: then they were not confirmed */
    uint64_t failures;
    bool mad;            /* so is the clock */
    bool lied;           /* a card has lied: what was not found once may be found later */
    unsigned begun_anew; /* journals found damaged by world_check */
};

void world_begin(struct world *w, const char *dir, uint64_t seed);
void world_end(struct world *w);

/* The machine is switched on (again); its clock is wrong or right as chance has it. */
void world_boot(struct world *w);
/* Opens the journal of w; its error. */
int world_open(struct world *w);
void world_close(struct world *w);

/* One step of the day. */
void world_step(struct world *w);

/* A second later: tries to store one reading, opening the journal when it is closed. */
bool world_store_one(struct world *w);

/* Opens the journal in folder dir, holds it against the truth as it was before the card's operation at, and closes it. honest:
 * what was confirmed must be there; else only nothing may be invented. */
void world_check(struct world *w, const char *dir, size_t at, bool honest, struct torture_tally *t);

/* The world goes on with what the journal in the folder dir, a copy of its own, holds: what is not there never was. */
void world_rebase(struct world *w, const char *dir);

/* From now on the clock is wrong by years either way until it is put right, is set wrong at any moment between two readings, and
 * may never be put right; it is base_ms now. For a world that has just begun. */
void world_mad_clock(struct world *w, int64_t base_ms);

/* Fills the journal nearly to its bound. */
void world_fill(struct world *w);

#endif
