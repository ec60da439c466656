/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alarms: what is wrong where, what was told to whom and what became of it, and what people did about it. `watch` writes
 * alarms and attempts (alert/engine.h decides); pages and the command line read them and ask for an acknowledgement.
 *
 * Write-ahead: an attempt is stored before it is made, and what became of it after; one without done_ms is made (again) after
 * a crash. Times are ms UTC, 0: not (yet). Threads: as struct records. Errors: as records_snapshot, unless said otherwise. */
#ifndef ANALYTICS_RECORDS_ALARMS_H
#define ANALYTICS_RECORDS_ALARMS_H

#include "contacts.h"

enum alarm_severity {
    ALARM_INFO,
    ALARM_WATCH,
    ALARM_NO_DATA,
    ALARM_DANGER
};
const char *alarm_severity_name(enum alarm_severity s); /* "info" "watch" "nodata" "danger" */

#define ALARM_SUBJECT_SIZE (SLUG_SIZE + 8)
#define ALARM_OF_CHANNEL   "channel:"
#define ALARM_WORD_SIZE    24
#define ALARM_WHO_SIZE     SITE_NAME_SIZE

/* One event at one place: a group of causes that are one to the farmer (oxygen falls fast, is low, very low). */
struct rec_alarm {
    int64_t id; /* 0: not stored yet */
    /* a pond's slug, "farm:SLUG", "channel:SLUG" (a way to tell people), or "" for the whole site */
    char subject[ALARM_SUBJECT_SIZE];
    char group[ALARM_WORD_SIZE]; /* "oxygen" ... (alert/cause.h) */
    char cause[ALARM_WORD_SIZE]; /* the worst told, or seen while nothing was told: "do_critical" */
    enum alarm_severity severity; /* of what was told and still holds */
    enum alarm_severity worst;    /* ever told of this alarm */
    int rank;                     /* within the group, of what was told; 0: nothing yet */
    int64_t first_ms;             /* first seen */
    int64_t seen_ms;              /* last seen */
    int64_t watch_ms, danger_ms;  /* since when something worse than told is seen, and a danger */
    int64_t raised_ms;            /* first told; 0: waits for its confirmation */
    int64_t told_ms;              /* last told */
    int64_t danger_told_ms;       /* first told as a danger */
    int64_t well_ms, eased_ms;    /* since when all is well; no danger any more */
    int64_t acked_ms, snooze_ms;  /* snooze: silent until */
    int64_t second_ms;            /* when the second contact was told */
    int64_t cleared_ms;           /* all-clear; 0: open */
    int64_t
        said_ms; /* what people said up to then has been told, or was answered by an OK or a snooze */
    char acked_by[ALARM_WHO_SIZE], acked_how[ALARM_WORD_SIZE]; /* how: page cli sms call button */
    double value, threshold;                                   /* when it was last told, NaN none */
};

/* Something to be told to one address. Texts are stored so that a repeat after a crash says the same. */
#define ATTEMPT_TITLE_SIZE 96
#define ATTEMPT_TEXT_SIZE  1200
#define ATTEMPT_SMS_SIZE   320
struct rec_attempt {
    int64_t id;
    int64_t alarm;              /* 0: of none (a routine message) */
    char kind[ALARM_WORD_SIZE]; /* raise repeat clear acked notice heartbeat */
    enum alarm_severity severity;
    char cause[ALARM_WORD_SIZE], subject[ALARM_SUBJECT_SIZE];
    char place[SITE_NAME_SIZE]; /* the subject's name for people */
    char regency[ALARM_WORD_SIZE];
    char contact[SLUG_SIZE]; /* "" for a siren and the like */
    char channel[SLUG_SIZE]; /* slug of the configuration */
    char address[CONTACT_ADDRESS_SIZE];
    bool english;
    char title[ATTEMPT_TITLE_SIZE], text[ATTEMPT_TEXT_SIZE], sms[ATTEMPT_SMS_SIZE];
    int64_t made_ms;  /* decided */
    int64_t due_ms;   /* not before */
    int64_t until_ms; /* given up then */
    int tries;
    int64_t begun_ms; /* of the last try */
    int64_t done_ms;  /* 0: still to be made */
    /* "" not tried; sent delivered refused unknown retry; expired: given up; dropped: no longer true when its turn came */
    char fate[ALARM_WORD_SIZE];
    char code[ALARM_WORD_SIZE]; /* of channel.h, "" none */
    char reference[64], why[256];
    /* id of the attempt whose message tells of this alarm too: tries, times and fate are then those of that one, and nothing is sent
     * for this. -1: this message tells of other alarms as well. 0: of this alone */
    int64_t told_with;
};

enum ask_kind {
    ASK_ACK,
    ASK_SNOOZE
};
struct rec_ask {
    int64_t id, alarm;
    enum ask_kind kind;
    int minutes; /* of a snooze */
    char by[ALARM_WHO_SIZE], how[ALARM_WORD_SIZE];
    int64_t at_ms, taken_ms;
};

/* A moment to be remembered over a restart: "dusk" was told at. 0: it is forgotten. */
#define ALARM_MARK_SIZE 40
struct rec_mark {
    char key[ALARM_MARK_SIZE];
    int64_t at_ms;
};
NILA_MUST_CHECK int records_mark(struct records *r, const char *key, int64_t *at_ms); /* 0: never */

/* One pond's night: what was foretold and what it became. */
#define NIGHT_BASIS_SIZE   48
#define NIGHT_BASIS_UNREAD "unread" /* basis of a night whose readings could not be read (yet) */
struct rec_night {
    char pond[SLUG_SIZE];
    int32_t day;      /* WIB day the evening is of */
    double threshold; /* limit the chance is of, mg/L */
    int64_t issued_ms;
    double p_below, min_p10, min_p50, min_p90; /* NaN: no forecast could be made */
    int64_t low_ms;                            /* when the middle path crosses; 0: never */
    char basis[NIGHT_BASIS_SIZE];
    int64_t warned_ms; /* people were told; 0: not */
    double lowest;     /* what was measured from 18:00 to 07:00, NaN nothing */
    double seen_share; /* of that time that was measured, 0..1 */
    int64_t judged_ms; /* 0: lowest is not known yet */
};

/* What one step decided: stored in one transaction, or not at all. New alarms get their id, and attempts with alarm_index >= 0
 * belong to alarm[alarm_index]. An alarm with gone is deleted (it was never told). */
struct alarm_commit {
    struct rec_alarm *alarm;
    const bool *changed, *gone; /* one an alarm */
    size_t alarms;
    struct rec_attempt *attempt;
    const long *alarm_index; /* one an attempt; -1: its own member alarm counts */
    size_t attempts;
    const int64_t *ask; /* ids that were taken */
    size_t asks;
    const struct rec_mark *mark;
    size_t marks;
    int64_t now_ms;
    const long *
        told_with; /* one an attempt: the earlier one that tells of it too; -1: none. NULL: of none */
    /* as records_night_store; of a pond that is gone: left out */
    const struct rec_night *night;
    size_t nights;
};
NILA_MUST_CHECK int records_alarms_commit(struct records *r, struct alarm_commit *c);

/* *out of all: the caller's, free(). Open ones, told or not, by (subject, group). */
NILA_MUST_CHECK int records_alarms_open(struct records *r, struct rec_alarm **out, size_t *n);
/* Told ones that were raised in [from_ms, to_ms) or are open, newest first. */
NILA_MUST_CHECK int records_alarms(struct records *r, int64_t from_ms, int64_t to_ms,
                                   struct rec_alarm **out, size_t *n);
/* Attempts to be made, by id. */
NILA_MUST_CHECK int records_attempts_waiting(struct records *r, struct rec_attempt **out,
                                             size_t *n);
/* Attempts of an alarm (0: of none, since from_ms), oldest first. */
NILA_MUST_CHECK int records_attempts(struct records *r, int64_t alarm, int64_t from_ms,
                                     struct rec_attempt **out, size_t *n);
/* The newest of a channel that were tried at least once, newest first: at most that many, for which out has room. */
NILA_MUST_CHECK int records_attempts_tried(struct records *r, const char *channel, size_t most,
                                           struct rec_attempt *out, size_t *n);
/* Ids of the alarms that the message of this attempt tells of. */
NILA_MUST_CHECK int records_attempt_alarms(struct records *r, int64_t attempt, int64_t **out,
                                           size_t *n);
/* Stores tries, begun_ms, done_ms, due_ms, fate, code, reference, why of the attempt with a's id, which is told by itself. */
NILA_MUST_CHECK int records_attempt_store(struct records *r, const struct rec_attempt *a);
/* A delivery report: the newest attempt on that channel ("": any) with the reference gets the fate. NILA_ERR_NOT_FOUND: there is none. */
NILA_MUST_CHECK int records_attempt_report(struct records *r, const char *channel,
                                           const char *reference, const char *fate);

/* A person's word on an open alarm that was told; watch takes it with its next step. NILA_ERR_NOT_FOUND: no such alarm is
 * open; NILA_ERR_RANGE: a snooze that is not 1 to ALARM_SNOOZE_MAX_MIN minutes, or of a danger more than
 * ALARM_SNOOZE_DANGER_MIN; NILA_ERR_FULL: a danger that was snoozed ALARM_SNOOZES_DANGER times since it was first told as one:
 * now it is told again until somebody acknowledges it or it is over. */
#define ALARM_SNOOZE_MAX_MIN    720
#define ALARM_SNOOZE_DANGER_MIN 30
#define ALARM_SNOOZES_DANGER    2
NILA_MUST_CHECK int records_alarm_ask(struct records *r, const struct rec_ask *ask);
/* Not taken yet, by id. */
NILA_MUST_CHECK int records_alarm_asks(struct records *r, struct rec_ask **out, size_t *n);

/* Adds or replaces (pond, day). NILA_ERR_NOT_FOUND: no such pond. */
NILA_MUST_CHECK int records_night_store(struct records *r, const struct rec_night *night);
/* Days first..last, by (pond, day). */
NILA_MUST_CHECK int records_nights(struct records *r, int32_t first, int32_t last,
                                   struct rec_night **out, size_t *n);

/* A copy for a rehearsal at to: what people entered, without alarms, messages, buttons, marks and nights, so that a
 * rehearsal tells nothing of a real one and leaves nothing in it. One that is there is left as it is (a rehearsal that goes
 * on). Errors of records_open, with words in why (size >= 256). */
NILA_MUST_CHECK int records_rehearsal_copy(struct records *r, const char *to, char *why,
                                           size_t why_size);

#endif
