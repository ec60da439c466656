/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words: what an alarm says: a title, a text for channels with room, and an SMS. Pond first, what is the matter, what to do now,
 * whom to call; values with one decimal; no percentages and no dose. Pure. */
#ifndef ANALYTICS_ALERT_WORDS_H
#define ANALYTICS_ALERT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cause.h"
#include "collector/common/site.h"

/* [0] Indonesian, [1] English; NULL: as usual. */
struct words_row {
    const char *title[2], *what[2], *steps[2], *sms[2];
};
extern const struct words_row WORDS[CAUSE_COUNT];
extern const struct words_row WORDS_CAGE_DANGER, WORDS_CAGE_WATCH, WORDS_NO_LIME, WORDS_UNREAD,
    WORDS_DEVICE_WELL, WORDS_CHANNEL_WELL;

#define WORDS_BETWEEN "; "
#define WORDS_SHORTER 2
/* NaN, 0 and NULL: not known; what a sentence needs and nobody knows is a dash. */
struct words_facts {
    const char *place;      /* name of the pond, farm or site */
    const char *phone;      /* of the extension worker; "" : the word "penyuluh" alone */
    const char *technician; /* the same of the technician */
    /* of what names several ponds: those, WORDS_BETWEEN between, of which the last give way to what is to be done; of no data: why
     * they cannot be read */
    const char *list;
    const char *shorter[WORDS_SHORTER]; /* the same list with less of each; "" there is none */
    const char *sensor;                 /* "oksigen" */
    enum cause ended;                   /* of the all-clear: what is over */
    bool cage, no_lime, mixed;
    double value, threshold;    /* of the cause */
    double do_mg_l, temp_c, ph; /* newest usable */
    double drop_mg_l, minutes, do_min_mg_l;
    double deaths, deaths_usual;
    int64_t ts_ms;    /* of the value, or since when */
    int64_t start_ms; /* when aeration should begin */
    int64_t dusk_ms;  /* when the forecast comes */
    int ponds, well;
};
/* All unknown. */
struct words_facts words_nothing(void);

struct words_said {
    char title[ATTEMPT_TITLE_SIZE], text[ATTEMPT_TEXT_SIZE], sms[ATTEMPT_SMS_SIZE];
};
void words_say(struct words_said *out, enum cause c, enum alarm_severity s,
               const struct words_facts *f, bool english);

/* The same for n places of one cause, at least two: their names, with the value where there is one, as many as there is room for and
 * how many more. clear: they are well again, and c and f's ended are what is over. f: phone, technician, threshold, cage (all of them are cages)
 * and mixed (not all of them are ponds or cages). */
struct words_place {
    const char *name;
    double value; /* NaN none */
};
void words_several(struct words_said *out, enum cause c, enum alarm_severity s, bool clear,
                   const struct words_place *place, size_t n, const struct words_facts *f,
                   bool english);

/* "3,0" or "3.0"; "03.10" or "03:10" (WIB); size >= 16. */
void words_number(char *buf, size_t size, double v, int decimals, bool english);
void words_clock(char *buf, size_t size, int64_t ts_ms, bool english);
/* "oksigen" ...; the metric's name for what has no word. */
const char *words_metric(enum metric m, bool english);

#endif
