/* SPDX-License-Identifier: GPL-3.0-or-later */
/* look: what is seen at every pond now: its state (water/status.h), what people and switches say, and what of it is a cause of an
 * alarm. Reads records and series; decides nothing.
 *
 * One judgement gives one reason, the worst. So that a danger never hides another, the metric of a danger is taken away and
 * the rest judged again; gasping fish, acid river water and lost mains are looked at by themselves.
 * A group is well when its newest value is inside the limits by a margin (0.3 mg/L, 0.2 pH, 0.5 C: users.md section 4), or when
 * everything is by such limits. */
#ifndef ANALYTICS_ALERT_LOOK_H
#define ANALYTICS_ALERT_LOOK_H

#include "analytics/records/contacts.h"
#include "analytics/series.h"
#include "analytics/water/status.h"
#include "channels_config.h"
#include "engine.h"
#include "settings.h"

struct look_pond {
    char slug[SLUG_SIZE];
    const struct rec_pond *pond; /* of the snapshot */
    const struct rec_farm *farm;
    struct status_limits limits; /* its own where it has some */
    bool empty;                  /* its cycles are all closed: only dangers are told */
    bool known;                  /* it had usable oxygen within the look back: it has a probe */
    bool answered;               /* the source answered this time */
    int failed; /* why it did not, an error of series; 0: it did, or was not asked */
    struct series_latest latest; /* of the last time it answered */
    struct status_ph ph;
    int64_t ph_ms; /* when ph was read; 0: not */
    struct status_scene
        scene; /* without gasping, mains, river and night, which are looked at by themselves */
    struct pond_status status;
    int64_t heard_ms; /* newest reading of any metric */
    struct {
        int64_t fouled_ms; /* since when it seems fouled, as of the last round; 0: it does not */
        int64_t found_ms;  /* the same as of the round under way */
        int32_t day;       /* looked at on this day, 0: not yet */
        int tries;         /* of that day that failed */
    } probe;               /* of oxygen (look_probe) */
};

/* A channel that said it is not well, or whose messages fail; told by watch. */
struct look_fault {
    char slug[SLUG_SIZE];
    char words[2][200]; /* Indonesian, English */
    int64_t since_ms;   /* 0: this place is free */
    bool sending;       /* its messages fail; else: it said so itself */
};
#define LOOK_FAULTS ((size_t)2 * CHANNELS_MAX) /* one of each kind a channel */
/* The fault of that channel that began first, of either kind; NULL: none. */
struct look;
const struct look_fault *look_fault_of(const struct look *l, const char *slug);

struct look {
    struct records *records;
    const struct status_limits *usual; /* the configuration's */
    const struct rivers *rivers;       /* the configuration's; NULL: none */
    struct records_snapshot *snap;
    struct rec_contact *contact;
    struct rec_limit *limit;
    struct rec_press *press;
    struct look_pond *pond;
    size_t ponds, contacts, limits, presses;
    struct engine_seen *seen;
    size_t n_seen, seen_cap;
    struct engine_ground *ground; /* one a pond, then farms and the site */
    size_t n_ground, ground_cap;
    size_t
        start; /* pond the next pass begins with: those whose question hangs may not hide the others */
    int64_t read_ms; /* when the records were read */
    int64_t away_ms; /* since when the source does not answer; 0: it does */
    struct look_fault fault[LOOK_FAULTS];
    const struct rec_alarm
        *open; /* the engine's, borrowed for the pass: what may be over is looked at */
    size_t opens;
    int64_t mains_lost_ms; /* 0: they are there, or nobody knows */
    int32_t probes_day;    /* of the last round over all probes; 0: none yet */
};

/* Reads ponds, contacts, limits and buttons anew. Errors of records_snapshot; then what was known stays. */
NILA_MUST_CHECK int look_read(struct look *l, int64_t now_ms);
/* The buttons alone. */
NILA_MUST_CHECK int look_presses(struct look *l, int64_t now_ms);
void look_free(struct look *l); /* a zeroed struct is fine */

/* Looks at every pond and at the mains; fills seen and ground. A source that does not answer is no error: it becomes a cause. A
 * pond of which alone it does not tell is one without data, and the others are looked at all the same. */
void look_pass(struct look *l, struct series_source *s, const struct alert_settings *a,
               int64_t now_ms);

/* Looks at the oxygen probe of one pond (scene_fouled, from whole days: once a day each), after look_pass: a month of readings is not
 * read of every pond at once. What was found counts when the round is over, so that the probes of one day are one message. */
void look_probe(struct look *l, struct series_source *s, int64_t now_ms);

/* Why a pond could not be looked at, for people; "" for 0. */
const char *look_failure(int failed, bool english);

/* The pond of that slug; NULL: none. */
const struct look_pond *look_find(const struct look *l, const char *slug);

#endif
