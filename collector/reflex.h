/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reflex: decides from fresh readings which switches (aerator, siren) should be on. It asks nobody and writes nothing: orders
 * come out of reflex_due, and reflex_done tells it what came of them. switcher.h carries them to the boards.
 *
 * A switch calls for "on" while any of its conditions does. A condition calls from its first limit until its second, on the
 * worst of the values that are fresh and usable (flag 1 or 2): two probes in one pond count both. A suspect value (3) counts
 * while it has not reached the second limit: it may call and hold, and never releases. Without a fresh value a condition is
 * lost: it calls (when_lost on), does not (off), or goes on as it was (keep). Nothing is switched before every condition has
 * had a value that speaks for a state, or max_age_s has passed: a first value between the two limits leaves the switch as
 * the board has it. A state is kept for min_on_s or min_off_s from the moment the board took it. A person's
 * word (reflex_manual) counts at once, until its time is over; a switch without conditions is off after that.
 *
 * Times are monotonic milliseconds. Threads: any; calls are serialised inside. */
#ifndef COLLECTOR_REFLEX_H
#define COLLECTOR_REFLEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/reading.h"
#include "collector/common/site.h"

struct reflex; /* opaque: all switches of a site */

/* Why a switch is as it is. Sent as the field "cause" of the measurement equipment: append only. */
enum reflex_cause {
    REFLEX_START = 0,    /* not switched by us yet */
    REFLEX_CALLED = 1,   /* a condition calls for on */
    REFLEX_RELEASED = 2, /* none does any more */
    REFLEX_LOST = 3,     /* no fresh value: the state that was chosen for this */
    REFLEX_MANUAL = 4,   /* a person's word */
    REFLEX_CAUSES = 5
};
const char *
reflex_cause_name(enum reflex_cause c); /* "start" "called" "released" "lost" "manual" */

/* site outlives it. Free with reflex_free (NULL is fine). */
struct reflex *reflex_new(const struct site *site, int64_t mono_ms);
void reflex_free(struct reflex *r);

/* Readings as they were delivered. */
void reflex_see(struct reflex *r, const struct reading_set *sets, size_t n, int64_t mono_ms);

struct reflex_order {
    unsigned index; /* of site->reflex */
    bool on;
    enum reflex_cause cause;
    bool repeat; /* the board has this state already, as far as we know */
};

/* The next order that is due, false when none is: a state to change, one to write again (repeat_s), or one whose last try
 * failed (after 1 s, doubling to 60 s). Each order must be answered with reflex_done before the switch is due again. */
bool reflex_due(struct reflex *r, int64_t mono_ms, struct reflex_order *out);

/* error NULL: the board took it. Else why it did not, in words. */
void reflex_done(struct reflex *r, const struct reflex_order *o, const char *error,
                 int64_t mono_ms);

/* What the board says its state is, read after the start: counts until the first order is done. */
void reflex_assume(struct reflex *r, unsigned index, bool on, int64_t mono_ms);

/* When something may become due if no reading comes and nobody speaks; at most mono_ms + 3600 s. */
int64_t reflex_next_ms(struct reflex *r, int64_t mono_ms);

/* A person's word: state 1 on, 0 off, for_ms > 0 and at most manual_max_s (NILA_ERR_RANGE); state -1: by itself again. */
NILA_MUST_CHECK int reflex_manual(struct reflex *r, unsigned index, int state, int64_t for_ms,
                                  int64_t mono_ms);

struct reflex_state {
    bool known;  /* a board has acknowledged a state since the start */
    bool on;     /* the acknowledged state */
    bool wanted; /* what it should be; differs while a minimum time runs or the board is silent */
    enum reflex_cause cause; /* of wanted */
    bool lost;               /* a condition has no fresh value */
    int64_t
        since_ms; /* of the acknowledged state; 0 when it was switched before the start or is not known */
    enum reflex_cause taken;   /* why the acknowledged state is as it is */
    int64_t written_ms;        /* when the board last said so */
    int64_t manual_until_ms;   /* 0: by itself */
    uint64_t switched, failed; /* changes the board took; tries that failed */
    char error[96];            /* of the last try, "" when it was good */
};
void reflex_get(struct reflex *r, unsigned index, int64_t mono_ms, struct reflex_state *out);

#endif
