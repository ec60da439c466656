/* SPDX-License-Identifier: GPL-3.0-or-later */
/* note: what a farmer writes down at a pond: stocking, feed, a sample, dead fish, a harvest, oxygen measured by hand. One form
 * each; its fields, checked in farmers' words, and as cells of the records. Pure. */
#ifndef ANALYTICS_WEB_NOTE_H
#define ANALYTICS_WEB_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analytics/records/records.h"
#include "analytics/web/text.h"

enum note_kind {
    NOTE_STOCK,
    NOTE_FEED,
    NOTE_SAMPLE,
    NOTE_DEATH,
    NOTE_HARVEST,
    NOTE_PRESTOCK, /* what was measured before fingerlings were let out */
    NOTE_WORDS,    /* of the water, a treatment, the river: in words */
    NOTE_WATER,    /* oxygen by hand: no table of the records, but a press (contacts.h) */
    NOTE_KINDS
};
const char *
note_name(enum note_kind
              k); /* of paths: "tebar" "pakan" "sampling" "mati" "panen" "cek" "catatan" "air" */
/* NILA_ERR_NOT_FOUND. */
NILA_MUST_CHECK int note_find(const char *name, enum note_kind *out);
enum text note_title(enum note_kind k);
/* The table its rows lie in; RECORDS_TABLES: none. */
enum records_table note_table(enum note_kind k);

struct note_field {
    const char *name;   /* of the form */
    const char *column; /* of the table's CSV; NULL: none */
    enum text label;    /* with its unit */
    enum text hint;     /* below the field; TEXT_COUNT none */
    bool number;        /* else words */
    bool needed, whole;
    bool money;               /* is asked of the pond's own farmer alone */
    double low, high;         /* what a farm can have, not what is usual */
    double step;              /* of the buttons beside it; 0 none */
    const char *usual;        /* filled in when nothing was written before; "" empty */
    const char *const *words; /* of a choice, NULL-ended; NULL: free */
    const enum text *word_text;
    const enum text
        *offered; /* words to pick from beside free ones, ended by TEXT_COUNT; NULL none */
};
#define NOTE_FIELDS_MAX 8
/* The kind's fields, *n of them, beside pond and day. */
const struct note_field *note_fields(enum note_kind k, size_t *n);

/* Reads a number as people write it: "1.234,5", "12,5", "12.5"; a single point or comma before three digits groups them in the
 * tongue that groups so. NILA_ERR_PARSE. */
NILA_MUST_CHECK int note_number(const char *text, enum lang lang, double *out);
enum note_fault {
    NOTE_FINE,
    NOTE_EMPTY,
    NOTE_NO_NUMBER,
    NOTE_NOT_WHOLE,
    NOTE_OUT_OF_RANGE,
    NOTE_NO_DAY,
    NOTE_FUTURE,
    NOTE_LONG_AGO, /* more than NOTE_DAYS_BACK before today */
    NOTE_NO_WORD,
    NOTE_TOO_LONG,
    NOTE_REFUSED /* by the records, in their words */
};
#define NOTE_DAYS_BACK 400
#define NOTE_TEXT_SIZE SITE_NAME_SIZE

/* A form on its way: what was typed, and what is wrong with it. */
struct note {
    enum note_kind kind;
    char pond[SLUG_SIZE];
    char day[NOTE_TEXT_SIZE]; /* as typed */
    enum note_fault day_fault;
    char text[NOTE_FIELDS_MAX][NOTE_TEXT_SIZE]; /* as typed */
    enum note_fault fault[NOTE_FIELDS_MAX];
    char words[256];                            /* of NOTE_REFUSED; "" none */
    char cell[NOTE_FIELDS_MAX][NOTE_TEXT_SIZE]; /* as the records take it, after note_check */
};
/* Checks every field and makes the cells. Returns how many faults there are. money: those fields count too. */
size_t note_check(struct note *n, int32_t today, bool money, enum lang lang);

#endif
