/* SPDX-License-Identifier: GPL-3.0-or-later */
/* civil: days, months and clock times of WIB (UTC+7, no summer time), and ISO 8601 text. Pure functions.
 *
 * A "day" is a count of civil days since 1970-01-01 in WIB; a "month" is year * 12 + (month of the year - 1). */
#ifndef NILA_COMMON_CIVIL_H
#define NILA_COMMON_CIVIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"

#define CIVIL_WIB_MS ((int64_t)7 * 3600 * 1000) /* WIB is ahead of UTC by this */
#define CIVIL_DAY_MS ((int64_t)24 * 3600 * 1000)

struct civil {
    int year;  /* 1970..9999 */
    int month; /* 1..12 */
    int day;   /* 1..31 */
    int hour, minute, second, ms;
    int weekday; /* 0 Sunday .. 6 Saturday */
};

struct civil civil_from_ts(int64_t ts_ms); /* in WIB */
int32_t civil_day(int64_t ts_ms);          /* WIB day number */
int64_t civil_day_start(int32_t day);      /* ts_ms of 00:00 WIB */
int32_t civil_day_of(int year, int month, int day_of_month);
struct civil civil_from_day(int32_t day); /* at 00:00 */
int32_t civil_month(int64_t ts_ms);       /* WIB month number */
int32_t civil_month_of_day(int32_t day);
int32_t civil_month_first_day(int32_t month); /* day number of its first day */
int64_t civil_month_start(int32_t month);     /* ts_ms of its first instant, WIB */
int civil_days_in_month(int year, int month);

/* "2026-11-24T05:12:30+07:00" (with milliseconds when not whole seconds); returns the length, buf always ends in 0.
 * size >= 32. */
size_t civil_format_iso(char *buf, size_t size, int64_t ts_ms);

/* "2026-11-24"; size >= 11. */
size_t civil_format_day(char *buf, size_t size, int32_t day);

/* Reads ISO 8601: date, 'T' or space, hh:mm[:ss[.fff]], then Z, +hh:mm, +hhmm or nothing. Without an offset the time
 * is taken as WIB and *assumed_wib (may be NULL) becomes true. NILA_ERR_PARSE for anything else, NILA_ERR_RANGE for a
 * 31 June. The whole string must be used. */
NILA_MUST_CHECK int civil_parse_iso(const char *text, int64_t *ts_ms, bool *assumed_wib);

/* Reads "YYYY-MM-DD". Errors as above. */
NILA_MUST_CHECK int civil_parse_day(const char *text, int32_t *day);

#endif
