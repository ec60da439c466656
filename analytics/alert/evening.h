/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evening: what is told of the coming night, and how right it was: the notice at 15:30 (before the evening feed) from how the last
 * nights went; at dusk the forecast (water/night.h), one message for all of a farmer's ponds; in the morning what the night
 * became. Forecasts and outcomes are stored (records, struct rec_night). Times are WIB.
 *
 * Weeks of readings of every pond take long from a slow source, and the looks at the ponds may not wait for them: it is done a read at
 * a time (struct evening_work), by the alarm's one thread, between the looks. Each pond is its own: one that cannot be read is left
 * out, tried again alone, and hinders no other. */
#ifndef ANALYTICS_ALERT_EVENING_H
#define ANALYTICS_ALERT_EVENING_H

#include "analytics/water/night.h"
#include "analytics/water/night_source.h"
#include "collector/common/buf.h"
#include "plan.h"

enum {
    EVENING_NOTICE_MIN = 15 * 60 + 30,
    EVENING_NOTICE_LAST_MIN = 17 * 60,
    EVENING_DUSK_FIRST_MIN = 18 * 60,     /* already, when a pond is low within 90 minutes */
    EVENING_DUSK_MIN = 19 * 60,           /* the forecast is told */
    EVENING_DUSK_WAIT_MIN = 19 * 60 + 30, /* from then on no pond waits for others that are slow */
    EVENING_DUSK_LAST_MIN =
        22 *
        60, /* for a program that was away; what is low within an hour is then the alarm's affair */
    EVENING_JUDGE_MIN = 7 * 60 + 10
};

enum evening_kind {
    EVENING_NOTICE, /* how the last nights went */
    EVENING_DUSK,   /* the coming night */
    EVENING_LATE,   /* the same of ponds measured by hand after the message at dusk */
    EVENING_JUDGE,  /* what the last nights became */
    EVENING_BEAT    /* the lowest of the last twelve hours, for the routine message */
};

enum evening_state {
    EVENING_WAITS,
    EVENING_MADE,
    EVENING_NOTHING, /* there is nothing to say of it: no probe, and no reading by hand */
    EVENING_UNREAD   /* it could not be read; failed says why */
};

struct evening_item {
    char pond[SLUG_SIZE], farm[SLUG_SIZE];
    enum evening_state state;
    bool peer;  /* it is read only for what the farm's other ponds learn from it */
    bool told;  /* what was made of it is on record, and told where there was something to tell */
    bool said;  /* the log knows that it cannot be read */
    int failed; /* an error of series */
    int low, seen; /* nights, of the notice */
    double lowest; /* of EVENING_BEAT, mg/L; NaN: none */
    int64_t lowest_ms;
    struct rec_night night;
    struct night_reading *reading; /* under way */
    struct night_model *model;     /* NULL: it has no probe, or was not read */
    struct night_forecast
        *forecast; /* two: without and with the aerator (steps 0: not known); NULL */
};

/* One round over the ponds, farm by farm. */
struct evening_work {
    enum evening_kind kind;
    int64_t now_ms, issue_ms; /* when the round began; the forecasts are of then */
    struct evening_item *item;
    size_t items, next, first; /* first: of the farm under way */
    bool foretelling;          /* the farm is read */
    bool ended;                /* the caller's: what the round gave was looked at */
    struct rec_press *press;   /* aerators switched, oxygen measured by hand */
    size_t presses;
};

/* A new round. known: the nights on record of this evening: of EVENING_DUSK the ponds that are done are left out, of EVENING_LATE those
 * that were warned of; of EVENING_JUDGE the nights of the last three days are read from the records. *out: evening_free.
 * Errors of records_presses and records_nights. */
NILA_MUST_CHECK int evening_begin(struct evening_work **out, enum evening_kind kind,
                                  const struct look *l, int64_t now_ms,
                                  const struct rec_night *known, size_t n_known);
/* The ponds that could not be read wait again; the others stay as they are. Errors of records_presses. */
NILA_MUST_CHECK int evening_again(struct evening_work *k, const struct look *l, int64_t now_ms);
void evening_free(struct evening_work *k); /* NULL is fine */

/* At most one read, or one pond's forecast. False: the round is over. A pond is read only while the source answers for it (look). */
bool evening_step(struct evening_work *k, const struct look *l, struct series_source *s,
                  int64_t now_ms);
size_t evening_unread(const struct evening_work *k);

/* What is to be told of what was made and is not told yet. */
struct evening_told {
    struct plan_line *line;
    size_t lines;
    struct rec_night *night;    /* to be stored: what was foretold, and that a pond was not read */
    struct evening_item **item; /* the same */
    size_t nights;
    size_t made; /* of them: foretold */
    bool soon;   /* a pond is low within 90 minutes */
};
/* Notice: ponds whose oxygen fell below do_watch in at least half of the last seven nights, of three or more that were measured. Dusk: a
 * line for those of which the chance of a night below do_watch is at least night_p. out: evening_told_free. */
void evening_tell(const struct evening_work *k, const struct look *l, double night_p,
                  int64_t now_ms, struct evening_told *out);
void evening_told_free(struct evening_told *t); /* a zeroed struct is fine */

/* The lines of oxygen_night and oxygen_path for InfluxDB. Returns the number of lines. */
size_t evening_lines(const struct look *l, const struct evening_told *t, struct buf *out);

/* evening_dusk.c: a step of EVENING_DUSK and EVENING_LATE. */
void evening_dusk_step(struct evening_work *k, const struct look *l, struct series_source *s);

#endif
