/* SPDX-License-Identifier: GPL-3.0-or-later */
/* contacts: whom to tell of what, at which pond other limits hold, and the buttons that farmers press on the page.
 *
 * Contacts and limits come from CSV and are never changed: of a contact, and of a pond and key, the newest row (by "on", then entry)
 * counts. The number of a user whose contact it is (users.h) counts when it is newer than the row. Threads: as struct records. Errors: as records_snapshot, unless said otherwise. */
#ifndef ANALYTICS_RECORDS_CONTACTS_H
#define ANALYTICS_RECORDS_CONTACTS_H

#include "records.h"

#define CONTACT_ADDRESS_SIZE SITE_NAME_SIZE

struct rec_contact {
    char slug[SLUG_SIZE], name[SITE_NAME_SIZE];
    char phone[CONTACT_ADDRESS_SIZE];    /* as entered; "" none, as of the next two */
    char telegram[CONTACT_ADDRESS_SIZE]; /* chat id */
    char mail[CONTACT_ADDRESS_SIZE];
    bool english; /* else Indonesian */
    /* ponds by slug, "farm:SLUG", "regency:kotim", or "all"; blanks between */
    char answers_for[SITE_NAME_SIZE];
    bool second; /* told when the first does not answer; else told at once */
    /* minutes of the WIB day in which only danger and missing data are told; both 0: none. from > to: over midnight */
    int quiet_from_min, quiet_to_min;
    char channels[SITE_NAME_SIZE]; /* kinds, blanks between; "": every one that has an address */
};

/* Reads "21-05", "21.30-05.00" into minutes of the day. False: it is no such text. */
bool contacts_quiet(const char *text, int *from_min, int *to_min);
/* Does the list of words (blanks between) hold the word? */
bool contacts_word(const char *list, const char *word);
/* Does the contact answer for the pond; its farm and regency by slug. An empty pond (the whole site, a collector): whoever
 * answers for anything. */
bool contacts_answers(const struct rec_contact *c, const char *pond, const char *farm,
                      const char *regency);

/* The active ones, by slug. *out is the caller's, free(). */
NILA_MUST_CHECK int records_contacts(struct records *r, struct rec_contact **out, size_t *n);

extern const char *const CONTACTS_LIMITS
    []; /* keys of limits in the CSV, NULL-ended; as members of struct status_limits */
extern const char *const CONTACTS_KINDS[]; /* kinds of channels, NULL-ended */
#define CONTACTS_DANGER_LEAST \
    1.0 /* mg/L: no oxygen limit is set under it; 100 % of tilapia die at about 0.1-0.5 (Abdel-Tawwab 2015 and others) */

struct rec_limit {
    char pond[SLUG_SIZE], key[SITE_NAME_SIZE];
    double value;
    char reason[SITE_NAME_SIZE], by[SITE_NAME_SIZE];
    int32_t day;
};
/* The ones in force, by (pond, key); a newest row without a value took the usual limit back. *out: free(). */
NILA_MUST_CHECK int records_limits(struct records *r, struct rec_limit **out, size_t *n);

enum press_kind {
    PRESS_GASPING, /* "ikan megap-megap" */
    PRESS_AERATOR_ON,
    PRESS_AERATOR_OFF,
    PRESS_RIVER_ACID, /* "air bangai" is coming */
    PRESS_OXYGEN,     /* measured by hand; has a value */
    PRESS_KINDS
};
const char *press_kind_name(enum press_kind k); /* "gasping" "aerator_on" ... */
NILA_MUST_CHECK int press_kind_find(const char *name,
                                    enum press_kind *out); /* NILA_ERR_NOT_FOUND */

#define PRESS_OXYGEN_MOST 25.0 /* mg/L; more is no oxygen of a pond */

struct rec_press {
    char pond[SLUG_SIZE];
    enum press_kind kind;
    char by[SITE_NAME_SIZE];
    int64_t at_ms;
    double value; /* of PRESS_OXYGEN: mg/L, 0..PRESS_OXYGEN_MOST; nothing of the others */
};
/* Writes one down. While another program writes to the records for more than a second it is kept beside them (pressqueue.h), counts as if it were
 * on record, and is brought in later. NILA_ERR_NOT_FOUND: there is no such pond; NILA_ERR_RANGE: the value. */
NILA_MUST_CHECK int records_press(struct records *r, const struct rec_press *p);
/* Those of all ponds in [from_ms, to_ms), by time. *out: free(). */
NILA_MUST_CHECK int records_presses(struct records *r, int64_t from_ms, int64_t to_ms,
                                    struct rec_press **out, size_t *n);

#endif
