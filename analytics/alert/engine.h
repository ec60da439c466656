/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine: when an alarm is raised, told again, told to the second contact, silenced for a while and ended. A pure state machine: no
 * clock, no disk, no network; its whole state is an array of struct rec_alarm, which the caller stores before it acts.
 *
 * Rules:
 * - Causes of one group at one place are one alarm ("falls fast" and "is low" are one event). It is told when something is
 *   seen for its confirmation time (cause.h), and told anew only when something worse is confirmed.
 * - A danger is told again every repeat_ms until somebody acknowledges it, until it is over, or while it is snoozed (records
 *   take ALARM_SNOOZES_DANGER snoozes of one danger and no more). What becomes worse ends acknowledgement and snooze. Anything else is told once.
 * - What a person says again after an OK or within a snooze (said_ms) ends both, and is told at once.
 * - The second contact is told when a danger was not acknowledged for second_ms, when nobody of the first could be reached, or at
 *   once where the cause says so; from then on with the first.
 * - A danger is over when it is eased (inside its limit plus hysteresis) for clear_ms without a break; then the siren is
 *   given back, and a new danger is told at once. The all-clear comes once, when all of the group has been well for clear_ms and the
 *   place is in no other danger.
 * - Nothing known (a silent probe) is neither well nor eased: the alarm stays and is repeated, unless it was acknowledged.
 * - Times that lie after now (a clock that was set back) count as now. */
#ifndef ANALYTICS_ALERT_ENGINE_H
#define ANALYTICS_ALERT_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analytics/records/alarms.h"
#include "cause.h"

struct engine_rules {
    int64_t repeat_ms; /* default 15 min */
    int64_t second_ms; /* default 30 min */
    int64_t clear_ms;  /* default 30 min */
};
extern const struct engine_rules ENGINE_DEFAULTS;

/* A cause that is there now. */
struct engine_seen {
    char subject[ALARM_SUBJECT_SIZE];
    enum cause cause;
    enum alarm_severity severity; /* WATCH, NO_DATA or DANGER */
    double value, threshold;      /* NaN none */
    int64_t said_ms;              /* a person said so then; 0: it was not a person */
};

/* What is known of the groups of a place that show no cause; a place that is not there, or a bit that is not set: unknown. */
struct engine_ground {
    char subject[ALARM_SUBJECT_SIZE];
    uint32_t well;  /* bits 1 << enum cause_group: inside every limit, hysteresis included */
    uint32_t eased; /* no danger, hysteresis included */
};

struct engine_input {
    int64_t now_ms;
    const struct engine_seen *seen;
    size_t n_seen;
    const struct engine_ground *ground;
    size_t n_ground;
    const struct rec_ask *ask;
    size_t n_asks;
    const int64_t *unreached; /* ids of alarms of which no first contact could be reached */
    size_t n_unreached;
};

enum engine_kind {
    ENGINE_RAISE,  /* to the first; with second also to the second */
    ENGINE_REPEAT, /* the same */
    ENGINE_SECOND, /* to the second alone: for the first time */
    ENGINE_ACKED,  /* the siren falls silent */
    ENGINE_EASED,  /* the siren is given back; nobody else is told */
    ENGINE_CLEAR   /* all-clear, to all who were told */
};
struct engine_action {
    enum engine_kind kind;
    size_t alarm; /* index of engine.alarm */
    bool second;
};

struct engine {
    struct engine_rules rules;
    struct rec_alarm *alarm;
    bool *changed, *gone; /* since the last engine_settle; gone: never told, and over */
    size_t n, cap;
    struct engine_action *action; /* of the last step */
    size_t actions, actions_cap;
};

/* Takes over open alarms as they were stored (alarm is copied). */
void engine_init(struct engine *e, const struct engine_rules *rules, const struct rec_alarm *alarm,
                 size_t n);
void engine_free(struct engine *e); /* a zeroed struct is fine */

/* One step; actions lie in e->action, in the order of the alarms. */
void engine_step(struct engine *e, const struct engine_input *in);

/* What was decided could not be stored, and e was taken over again from what is: since when things are seen, and are over, is kept
 * from was, so that a danger is confirmed, and one that comes back is told, although nothing can be stored. */
void engine_keep_times(struct engine *e, const struct engine *was);

/* What was decided is stored: forgets what is over, and the marks. Indices of actions are void afterwards. */
void engine_settle(struct engine *e);

#endif
