/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text: the words the collector's commands say to people, in Indonesian and English. A new language is a new column in
 * text.c. Log lines are English always: they are for technicians and search engines. */
#ifndef COLLECTOR_TEXT_H
#define COLLECTOR_TEXT_H

#include "collector/common/buf.h"

enum text_language {
    TEXT_ID,
    TEXT_EN,
    TEXT_LANGUAGES
};

enum text {
    TEXT_STATUS_TITLE, /* site name, slug, time */
    TEXT_CLOCK_TRUSTED,
    TEXT_CLOCK_UNSURE,
    TEXT_DEVICES_HEAD, /* column heads */
    TEXT_SITE_POND,    /* instead of a pond, for a device of the whole site */
    TEXT_NEVER,
    TEXT_SECONDS_AGO,
    TEXT_MINUTES_AGO,
    TEXT_HOURS_AGO,
    TEXT_DAYS_AGO,
    TEXT_DEVICE_GOOD,
    TEXT_DEVICE_NEW,      /* not asked yet */
    TEXT_DEVICE_BAD,      /* the error's words */
    TEXT_DEVICE_SILENT,   /* the error's words, seconds until the next try */
    TEXT_JOURNAL,         /* rows, MB, bound in MB */
    TEXT_JOURNAL_OLDEST,  /* age of the oldest row that waits */
    TEXT_JOURNAL_DROPPED, /* rows */
    TEXT_JOURNAL_DAMAGED, /* rows */
    TEXT_LOST_VALUES,     /* values */
    TEXT_SINK_IDLE,       /* slug, lines */
    TEXT_SINK_SENDING,    /* slug, rows that wait, lines */
    TEXT_SINK_WAITING,    /* slug, rows that wait, words, seconds until the next try */
    TEXT_SINK_PERSON,     /* slug, rows that wait, words, advice, seconds */
    TEXT_SINK_REFUSED,    /* lines quarantined, points too old */
    TEXT_SINK_NONE,
    TEXT_ADVICE_LOGIN,
    TEXT_ADVICE_RIGHTS,
    TEXT_ADVICE_DATABASE,
    TEXT_ADVICE_URL,
    TEXT_ADVICE_SIZE,
    TEXT_ADVICE_CERTIFICATE,
    TEXT_ADVICE_LINES,
    TEXT_ADVICE_KEPT,
    TEXT_NOT_RUNNING,     /* words */
    TEXT_IMPORT_STORED,   /* sets, values, file */
    TEXT_IMPORT_REPEATED, /* rows */
    TEXT_IMPORT_WIB,      /* rows without an offset */
    TEXT_IMPORT_REFUSED,  /* mistakes, file */
    TEXT_IMPORT_MORE,     /* further mistakes */
    TEXT_CHECK_GOOD,      /* file, ponds, buses, devices, sinks */
    TEXT_CHECK_DEVICE,    /* device, profile, bus, unit, seconds */
    TEXT_CHECK_BLOCK,     /* function, addresses, numbers of most manuals */
    TEXT_CHECK_SWITCHED,  /* device, profile, bus, unit, channels */
    TEXT_CHECK_BUSY,      /* bus, per cent */
    TEXT_CHECK_TOO_BUSY,  /* bus, per cent */
    TEXT_CHECK_INPUT,     /* slug, name, device, channel */
    TEXT_CHECK_GPIO,      /* slug, name, chip, line */
    TEXT_CHECK_SWITCH,    /* slug, name, device, channel */
    TEXT_CHECK_BELOW,     /* metric, place, limit, limit */
    TEXT_CHECK_ABOVE,     /* metric, place, limit, limit */
    TEXT_CHECK_BY_HAND,
    TEXT_CHECK_LOST_KEEP,  /* seconds */
    TEXT_CHECK_LOST_ON,    /* seconds */
    TEXT_CHECK_LOST_OFF,   /* seconds */
    TEXT_CHECK_NOTES,      /* how many */
    TEXT_CHECK_SERIAL,     /* device, profile, its setting, bus, the bus's setting */
    TEXT_CHECK_START,      /* device, profile, seconds */
    TEXT_CHECK_START_EACH, /* device, profile */
    TEXT_CHECK_UNVERIFIED, /* devices, field's entry, note */
    TEXT_USAGE_OPTION,     /* word */
    TEXT_USAGE_LANG,       /* word */
    TEXT_USAGE_COMMAND,    /* word */
    TEXT_USAGE_MANY,       /* word */
    TEXT_USAGE_WHICH,
    TEXT_USAGE_FILE, /* command */
    TEXT_TRY_HELP,
    TEXT_NO_CONFIG, /* path */
    TEXT_HELP,      /* default site file, default folder of profiles */
    TEXT_COUNT
};

/* The language of --lang (NULL: not given), else of NILA_LANG, else Indonesian. An unknown one is Indonesian. */
enum text_language text_language(const char *option);

/* Appends a text; each {} in it is replaced by the next of the strings that follow, in the order the list above names.
 * The strings end with NULL. */
void text_add(struct buf *b, enum text_language l, enum text t, ...) __attribute__((sentinel));

#define TEXT_NUMBER_SIZE 32
/* A number as text, with the language's decimal sign; returns buf. */
const char *text_number(char buf[static TEXT_NUMBER_SIZE], enum text_language l, double value,
                        int decimals);

#endif
