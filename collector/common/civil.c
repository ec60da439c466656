/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "civil.h"

#include <stdio.h>
#include <string.h>

/* Day count and back by the era method (Howard Hinnant, "chrono-compatible low-level date algorithms"): years begin in
 * March so that the leap day is last; 719468 is the distance from 0000-03-01 to 1970-01-01. */
int32_t civil_day_of(int year, int month, int day_of_month)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int yoe = y - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day_of_month - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

struct civil civil_from_day(int32_t day)
{
    int z = day + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    struct civil c = {0};

    c.day = doy - (153 * mp + 2) / 5 + 1;
    c.month = mp < 10 ? mp + 3 : mp - 9;
    c.year = yoe + era * 400 + (c.month <= 2 ? 1 : 0);
    c.weekday = (int)((((int64_t)day + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
    return c;
}

int32_t civil_day(int64_t ts_ms)
{
    int64_t local = ts_ms + CIVIL_WIB_MS;
    int64_t day = local / CIVIL_DAY_MS;
    return (int32_t)(local % CIVIL_DAY_MS < 0 ? day - 1 : day);
}

int64_t civil_day_start(int32_t day)
{
    return (int64_t)day * CIVIL_DAY_MS - CIVIL_WIB_MS;
}

struct civil civil_from_ts(int64_t ts_ms)
{
    int32_t day = civil_day(ts_ms);
    int64_t rest = ts_ms - civil_day_start(day);
    struct civil c = civil_from_day(day);

    c.ms = (int)(rest % 1000);
    c.second = (int)(rest / 1000 % 60);
    c.minute = (int)(rest / 60000 % 60);
    c.hour = (int)(rest / 3600000);
    return c;
}

int32_t civil_month_of_day(int32_t day)
{
    struct civil c = civil_from_day(day);
    return c.year * 12 + c.month - 1;
}

int32_t civil_month(int64_t ts_ms)
{
    return civil_month_of_day(civil_day(ts_ms));
}

int32_t civil_month_first_day(int32_t month)
{
    return civil_day_of(month / 12, month % 12 + 1, 1);
}

int64_t civil_month_start(int32_t month)
{
    return civil_day_start(civil_month_first_day(month));
}

int civil_days_in_month(int year, int month)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    if (month < 1 || month > 12)
        return 0;
    return month == 2 && leap ? 29 : DAYS[month - 1];
}

size_t civil_format_iso(char *buf, size_t size, int64_t ts_ms)
{
    struct civil c = civil_from_ts(ts_ms);
    char frac[8] = "";
    int n;

    if (c.ms != 0)
        (void)snprintf(frac, sizeof frac, ".%03u", (unsigned)c.ms % 1000U);
    n = snprintf(buf, size, "%04d-%02d-%02dT%02d:%02d:%02d%s+07:00", c.year, c.month, c.day, c.hour,
                 c.minute, c.second, frac);
    return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

size_t civil_format_day(char *buf, size_t size, int32_t day)
{
    struct civil c = civil_from_day(day);
    int n = snprintf(buf, size, "%04d-%02d-%02d", c.year, c.month, c.day);
    return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

/* Reads exactly n digits at *p and moves it on; -1 when there are fewer. */
static int digits(const char **p, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++) {
        char ch = (*p)[i];
        if (ch < '0' || ch > '9')
            return -1;
        v = v * 10 + (ch - '0');
    }
    *p += n;
    return v;
}

static int parse_date(const char **p, int32_t *day)
{
    int y, m, d;

    if ((y = digits(p, 4)) < 0 || *(*p)++ != '-' || (m = digits(p, 2)) < 0 || *(*p)++ != '-' ||
        (d = digits(p, 2)) < 0)
        return NILA_ERR_PARSE;
    if (y < 1970 || m < 1 || m > 12 || d < 1 || d > civil_days_in_month(y, m))
        return NILA_ERR_RANGE;
    *day = civil_day_of(y, m, d);
    return 0;
}

int civil_parse_day(const char *text, int32_t *day)
{
    const char *p = text;
    int32_t got;
    int rc = parse_date(&p, &got);

    if (rc != 0)
        return rc;
    if (*p != '\0')
        return NILA_ERR_PARSE;
    *day = got;
    return 0;
}

static int parse_offset(const char **p, int64_t *offset_ms, bool *assumed)
{
    int sign, h, m;

    *assumed = false;
    *offset_ms = 0;
    if (**p == '\0') {
        *assumed = true;
        *offset_ms = CIVIL_WIB_MS;
        return 0;
    }
    if (**p == 'Z' || **p == 'z') {
        (*p)++;
        return 0;
    }
    if (**p != '+' && **p != '-')
        return NILA_ERR_PARSE;
    sign = *(*p)++ == '-' ? -1 : 1;
    if ((h = digits(p, 2)) < 0)
        return NILA_ERR_PARSE;
    if (**p == ':')
        (*p)++;
    if ((m = digits(p, 2)) < 0)
        return NILA_ERR_PARSE;
    if (h > 14 || m > 59)
        return NILA_ERR_RANGE;
    *offset_ms = sign * ((int64_t)h * 3600000 + (int64_t)m * 60000);
    return 0;
}

int civil_parse_iso(const char *text, int64_t *ts_ms, bool *assumed_wib)
{
    const char *p = text;
    int h, m, s = 0, frac = 0;
    int32_t day;
    int64_t offset;
    bool assumed;
    int rc = parse_date(&p, &day);

    if (rc != 0)
        return rc;
    if (*p != 'T' && *p != ' ')
        return NILA_ERR_PARSE;
    p++;
    if ((h = digits(&p, 2)) < 0 || *p++ != ':' || (m = digits(&p, 2)) < 0)
        return NILA_ERR_PARSE;
    if (*p == ':') {
        p++;
        if ((s = digits(&p, 2)) < 0)
            return NILA_ERR_PARSE;
        if (*p == '.') {
            int scale = 100;
            p++;
            if (*p < '0' || *p > '9')
                return NILA_ERR_PARSE;
            for (; *p >= '0' && *p <= '9'; p++, scale /= 10)
                frac += (*p - '0') * scale;
        }
    }
    if (h > 23 || m > 59 || s > 59)
        return NILA_ERR_RANGE;
    rc = parse_offset(&p, &offset, &assumed);
    if (rc != 0)
        return rc;
    if (*p != '\0')
        return NILA_ERR_PARSE;
    *ts_ms = (int64_t)day * CIVIL_DAY_MS + (int64_t)h * 3600000 + (int64_t)m * 60000 +
             (int64_t)s * 1000 + frac - offset;
    if (assumed_wib != NULL && assumed)
        *assumed_wib = true;
    return 0;
}
