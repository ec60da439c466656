/* SPDX-License-Identifier: GPL-3.0-or-later */
/* format: numbers, dates and times as people write them, in Indonesian (1.234,5; 24 November 2026; 05.12 WIB) and English
 * (1,234.5; 24 November 2026; 05:12 WIB). Times are WIB. Pure; the locale of the process is never asked or changed.
 *
 * Every function writes a 0-ended text into buf and returns its length; size FORMAT_SIZE is always enough, a smaller buf
 * gets the beginning. */
#ifndef ANALYTICS_WEB_FORMAT_H
#define ANALYTICS_WEB_FORMAT_H

#include <stddef.h>
#include <stdint.h>

enum lang {
    LANG_ID,
    LANG_EN,
    LANG_COUNT
};

#define FORMAT_SIZE 64

/* Grouped by thousands, 0..6 decimals, never "-0". NaN, infinity and magnitudes from 1e15 give an en dash. */
size_t format_number(char *buf, size_t size, enum lang lang, double v, int decimals);

/* The same, with as many decimals more (two at most) as v needs not to look equal to a limit it is not equal to:
   "6,48" beside a limit of 6,5. */
size_t format_against(char *buf, size_t size, enum lang lang, double v, double limit, int decimals);

/* A limit as it was set: no decimals when it is whole, two at most. */
size_t format_limit(char *buf, size_t size, enum lang lang, double limit);

/* A number, a space and its unit: "5,3 mg/L", but "82,3%". A unit of "" gives the number alone; no value gives the dash alone. */
size_t format_unit(char *buf, size_t size, enum lang lang, double v, int decimals,
                   const char *unit);

/* Tonnes from kilograms: one decimal below 100 tonnes, none above. The unit is not written. */
size_t format_tonnes(char *buf, size_t size, enum lang lang, double kg);

size_t format_date(char *buf, size_t size, enum lang lang, int32_t day);    /* "24 November 2026" */
size_t format_month(char *buf, size_t size, enum lang lang, int32_t month); /* "November 2026" */
size_t format_month_short(char *buf, size_t size, enum lang lang, int32_t month); /* "Nov", "Mei" */
size_t format_day_short(char *buf, size_t size, enum lang lang, int32_t day);     /* "24 Nov" */
size_t format_clock(char *buf, size_t size, enum lang lang, int64_t ts_ms);       /* "05.12 WIB" */
size_t format_hour(char *buf, size_t size, enum lang lang, int64_t ts_ms);        /* "05.12" */

/* "05.12 WIB" when ts_ms lies on the day of now_ms, else "23 November 2026, 05.12 WIB". */
size_t format_moment(char *buf, size_t size, enum lang lang, int64_t ts_ms, int64_t now_ms);

#endif
