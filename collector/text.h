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
    TEXT_DEVICE_LENT,     /* since when */
    TEXT_DEVICE_NEW,      /* not asked yet */
    TEXT_DEVICE_SWITCHES, /* it has no values */
    TEXT_DEVICE_BAD,      /* the error's words */
    TEXT_DEVICE_SILENT,   /* the error's words, seconds until the next try */
    TEXT_JOURNAL,         /* rows, MB, bound in MB */
    TEXT_JOURNAL_OLDEST,  /* age of the oldest row that waits */
    TEXT_JOURNAL_HELD,    /* rows */
    TEXT_JOURNAL_THINNED, /* rows */
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
    TEXT_TRY_HELP,
    TEXT_NO_CONFIG, /* path */
    TEXT_PROGRESS,  /* done, all, seconds left */
    TEXT_IN_SECONDS,
    TEXT_IN_MINUTES,
    TEXT_IN_HOURS,
    TEXT_IN_DAYS,
    TEXT_BUSES_HEAD, /* column heads */
    TEXT_BUS_OPEN,
    TEXT_BUS_UNUSED,
    TEXT_BUS_AWAY,      /* words */
    TEXT_ERRORS_SILENT, /* how many, as all below */
    TEXT_ERRORS_BAD,
    TEXT_ERRORS_REFUSED,
    TEXT_ERRORS_STALE,
    TEXT_ERRORS_LOST,
    TEXT_CAUSE_START, /* why a switch is as it is */
    TEXT_CAUSE_CALLED,
    TEXT_CAUSE_RELEASED,
    TEXT_CAUSE_LOST,
    TEXT_CAUSE_MANUAL,
    TEXT_SWITCH_ON,      /* slug, name, why */
    TEXT_SWITCH_OFF,     /* slug, name, why */
    TEXT_SWITCH_UNKNOWN, /* slug, name, why */
    TEXT_SWITCH_MANUAL,  /* when it ends */
    TEXT_SWITCH_WILL_ON,
    TEXT_SWITCH_WILL_OFF,
    TEXT_SWITCH_LOST,
    TEXT_SWITCH_ERROR,  /* board, words */
    TEXT_JOURNAL_HOURS, /* hours */
    TEXT_JOURNAL_DAYS,  /* days */
    TEXT_SPOOL_NONE,
    TEXT_SPOOL_REFUSED, /* how many are shown */
    TEXT_SPOOL_LINE,    /* time, sink, reason, line */
    TEXT_FLAG_PASS,     /* judgements of a value */
    TEXT_FLAG_UNJUDGED,
    TEXT_FLAG_SUSPECT,
    TEXT_FLAG_FAIL,
    TEXT_FLAG_MISSING,
    TEXT_BIT_0, /* enum reading_bit, in its order */
    TEXT_BIT_1,
    TEXT_BIT_2,
    TEXT_BIT_3,
    TEXT_BIT_4,
    TEXT_BIT_5,
    TEXT_BIT_6,
    TEXT_BIT_7,
    TEXT_BIT_8,
    TEXT_BIT_9,
    TEXT_BIT_10,
    TEXT_BIT_11,
    TEXT_BIT_12,
    TEXT_BIT_13,
    TEXT_BIT_14,
    TEXT_SOCKET_DENIED,     /* words */
    TEXT_PORT_HELD,         /* port, program, its number */
    TEXT_PORT_BUSY,         /* port */
    TEXT_PORT_DENIED,       /* words */
    TEXT_PORT_AWAY,         /* words */
    TEXT_HOST_AWAY,         /* words */
    TEXT_LINE_BUSY,         /* words */
    TEXT_ASK_FAILED,        /* words */
    TEXT_SCAN_BY_COLLECTOR, /* bus */
    TEXT_SCAN_ONE_SPEED,    /* bus */
    TEXT_SCAN_FOUND,        /* how many */
    TEXT_SCAN_HEAD,         /* column heads */
    TEXT_SCAN_GARBLED,
    TEXT_SCAN_UNKNOWN,
    TEXT_SCAN_CERTAIN,
    TEXT_SCAN_STRANGER,
    TEXT_SCAN_ELSEWHERE, /* device, unit, where it may be: unit, speed */
    TEXT_SCAN_SILENT,    /* device, unit */
    TEXT_SCAN_OTHER,     /* device, profile, likely profile */
    TEXT_SCAN_EVERYBODY,
    TEXT_SCAN_NOBODY,
    TEXT_PROBE_TITLE,     /* unit, function, addresses, first and last number, ms */
    TEXT_PROBE_HEAD,      /* column heads */
    TEXT_PROBE_BITS_HEAD, /* column heads */
    TEXT_PROBE_UNKNOWN,
    TEXT_PROBE_LIKELY, /* profile, maker, model */
    TEXT_PROBE_WRITTEN,
    TEXT_PROBE_WRITE_ALONE, /* site file */
    TEXT_READ_TITLE,        /* device, profile, bus, unit */
    TEXT_READ_NOTHING,
    TEXT_READ_NOTE,         /* words */
    TEXT_READ_STARTED,      /* device, seconds */
    TEXT_READ_SWITCHES,     /* device */
    TEXT_EXPORT_DONE,       /* values, file */
    TEXT_EXPORT_UNSURE,     /* values */
    TEXT_EXPORT_NO_JOURNAL, /* path */
    TEXT_DOCTOR_OK,         /* what */
    TEXT_DOCTOR_WARN,       /* what */
    TEXT_DOCTOR_FAIL,       /* what */
    TEXT_DOCTOR_CURE,       /* cure */
    TEXT_DOCTOR_SUM,        /* failures, warnings */
    TEXT_DOCTOR_RUNS,       /* socket */
    TEXT_DOCTOR_NOT_RUNNING,
    TEXT_DOCTOR_NOT_RUNNING_CURE,
    TEXT_DOCTOR_SOCKET, /* words */
    TEXT_DOCTOR_SOCKET_CURE,
    TEXT_DOCTOR_SPOOL, /* rows, hours */
    TEXT_DOCTOR_SPOOL_CURE,
    TEXT_DOCTOR_DROPPED, /* rows */
    TEXT_DOCTOR_DROPPED_CURE,
    TEXT_DOCTOR_QUARANTINE, /* lines */
    TEXT_DOCTOR_QUARANTINE_CURE,
    TEXT_DOCTOR_PORT,        /* bus, port */
    TEXT_DOCTOR_PORT_ABSENT, /* port, words */
    TEXT_DOCTOR_PORT_ABSENT_CURE,
    TEXT_DOCTOR_PORT_DENIED,      /* port, group */
    TEXT_DOCTOR_PORT_DENIED_CURE, /* port, group */
    TEXT_DOCTOR_PORT_HELD,        /* port, process, program */
    TEXT_DOCTOR_PORT_HELD_CURE,   /* port, process */
    TEXT_DOCTOR_ADAPTER,          /* bus, driver */
    TEXT_DOCTOR_LATENCY,          /* ms, file */
    TEXT_DOCTOR_LATENCY_CURE,     /* ms, file */
    TEXT_DOCTOR_NAME,             /* port */
    TEXT_DOCTOR_NAME_CURE,        /* port */
    TEXT_DOCTOR_LINE,             /* bus, words */
    TEXT_DOCTOR_LINE_CURE,        /* bus */
    TEXT_DOCTOR_ANSWERS,          /* bus, device, ms */
    TEXT_DOCTOR_SILENT,           /* bus, words */
    TEXT_DOCTOR_SILENT_CURE,      /* bus */
    TEXT_DOCTOR_CLOCK,
    TEXT_DOCTOR_CLOCK_UNSURE,
    TEXT_DOCTOR_CLOCK_CURE,
    TEXT_DOCTOR_NO_RTC,
    TEXT_DOCTOR_RTC_CURE,
    TEXT_DOCTOR_DISK,                /* folder, MB */
    TEXT_DOCTOR_DISK_CURE,           /* folder */
    TEXT_DOCTOR_NO_FOLDER,           /* folder, words */
    TEXT_DOCTOR_NO_FOLDER_CURE,      /* folder */
    TEXT_DOCTOR_READ_ONLY,           /* folder */
    TEXT_DOCTOR_READ_ONLY_CURE,      /* folder */
    TEXT_DOCTOR_JOURNAL,             /* path */
    TEXT_DOCTOR_JOURNAL_DENIED,      /* path */
    TEXT_DOCTOR_JOURNAL_DENIED_CURE, /* path */
    TEXT_DOCTOR_POWER,
    TEXT_DOCTOR_POWER_CURE,
    TEXT_DOCTOR_POWER_GOOD,
    TEXT_DOCTOR_DNS,            /* sink, host, words */
    TEXT_DOCTOR_DNS_CURE,       /* sink, host */
    TEXT_DOCTOR_SINK,           /* sink, url */
    TEXT_DOCTOR_SINK_REFUSED,   /* sink, words */
    TEXT_DOCTOR_SINK_AWAY,      /* sink, words */
    TEXT_DOCTOR_SINK_AWAY_CURE, /* sink */
    TEXT_DOCTOR_NO_SINK,
    TEXT_DOCTOR_NO_SINK_CURE,
    TEXT_DOCTOR_PROFILES,
    TEXT_DOCTOR_NOTES,      /* site file, how many */
    TEXT_DOCTOR_NOTES_CURE, /* site file */
    TEXT_USAGE_VALUE,       /* option, value, what is allowed */
    TEXT_USAGE_NOT_HERE,    /* option, command */
    TEXT_USAGE_LINE,        /* command */
    TEXT_USAGE_NO_BUS,      /* bus, file */
    TEXT_USAGE_NO_DEVICE,   /* device, file */
    TEXT_USAGE_NO_SWITCH,   /* switch, file */
    TEXT_USAGE_NO_POND,     /* pond, file */
    TEXT_USAGE_NOT_TCP,
    TEXT_USAGE_SPEED, /* baud, parity */
    TEXT_USAGE_PROBE,
    TEXT_USAGE_REGISTER, /* number */
    TEXT_USAGE_WRITE,
    TEXT_USAGE_OUT,
    TEXT_USAGE_SPAN,    /* from, to */
    TEXT_USAGE_OPERAND, /* command, what */
    TEXT_NAME_FILE,
    TEXT_NAME_BACKUP,
    TEXT_NAME_FLEET, /* what a command wants, as all below */
    TEXT_NAME_DEVICE,
    TEXT_NAME_SWITCH,
    TEXT_HELP_SETUP,
    TEXT_HELP_RUN,
    TEXT_HELP_CHECK,
    TEXT_HELP_SCAN,
    TEXT_HELP_PROBE,
    TEXT_HELP_READ,
    TEXT_HELP_STATUS,
    TEXT_HELP_DOCTOR,
    TEXT_HELP_EXPORT,
    TEXT_HELP_IMPORT,
    TEXT_HELP_SPOOL,
    TEXT_HELP_RELAY,
    TEXT_HELP_METRICS,
    TEXT_HELP_BACKUP,
    TEXT_HELP_RESTORE,
    TEXT_HELP_FLEET,
    TEXT_HELP, /* default site file, default folder of profiles */
    TEXT_COUNT
};

#define TEXT_BITS 14 /* TEXT_BIT_0 and so on */

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
