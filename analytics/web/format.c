/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/common/civil.h"

static const char *const MONTH[LANG_COUNT][12] = {
    {"Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September",
     "Oktober", "November", "Desember"},
    {"January", "February", "March", "April", "May", "June", "July", "August", "September",
     "October", "November", "December"},
};

static const char *const MONTH_SHORT[LANG_COUNT][12] = {
    {"Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"},
    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
};

static size_t written(int n, size_t size)
{
    if (n < 0)
        return 0;
    return (size_t)n < size ? (size_t)n : size - 1;
}

/* Copies the digits of plain ("-1234.50") with separators; out is large enough for 15 digits, 5 groups, 6 decimals. */
static void group(char *out, const char *plain, enum lang lang)
{
    char thousand = lang == LANG_ID ? '.' : ',', decimal = lang == LANG_ID ? ',' : '.';
    size_t whole;

    if (*plain == '-') {
        /* the true minus sign: a hyphen may break a line after it */
        memcpy(out, "\u2212", 3);
        out += 3;
        plain++;
    }
    whole = strcspn(plain, ".");
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0)
            *out++ = thousand;
        *out++ = plain[i];
    }
    plain += whole;
    if (*plain == '.') {
        *out++ = decimal;
        plain++;
    }
    while (*plain != '\0')
        *out++ = *plain++;
    *out = '\0';
}

size_t format_number(char *buf, size_t size, enum lang lang, double v, int decimals)
{
    char plain[FORMAT_SIZE], grouped[FORMAT_SIZE];

    if (!isfinite(v) || fabs(v) >= 1e15)
        return written(snprintf(buf, size, "%s", "\u2013"), size);
    if (decimals < 0 || decimals > 6)
        decimals = decimals < 0 ? 0 : 6;
    (void)snprintf(plain, sizeof plain, "%.*f", decimals, v);
    group(grouped, plain[0] == '-' && strspn(plain, "-0.") == strlen(plain) ? plain + 1 : plain,
          lang);
    return written(snprintf(buf, size, "%s", grouped), size);
}

size_t format_against(char *buf, size_t size, enum lang lang, double v, double limit, int decimals)
{
    char other[FORMAT_SIZE];
    size_t n = format_number(buf, size, lang, v, decimals);

    for (int more = 1; more <= 2 && v != limit; more++) {
        (void)format_number(other, sizeof other, lang, limit, decimals + more - 1);
        if (strcmp(buf, other) != 0)
            break;
        n = format_number(buf, size, lang, v, decimals + more);
    }
    return n;
}

size_t format_limit(char *buf, size_t size, enum lang lang, double limit)
{
    int decimals = 0;

    while (decimals < 2 &&
           fabs(limit - round(limit * pow(10, decimals)) / pow(10, decimals)) > 1e-9)
        decimals++;
    return format_number(buf, size, lang, limit, decimals);
}

size_t format_unit(char *buf, size_t size, enum lang lang, double v, int decimals, const char *unit)
{
    char number[FORMAT_SIZE];

    (void)format_number(number, sizeof number, lang, v, decimals);
    if (*unit == '\0' || !isfinite(v))
        return written(snprintf(buf, size, "%s", number), size);
    /* "82,3%", as glibc and ICU have it for id_ID */
    return written(
        snprintf(buf, size, "%s%s%s", number, strcmp(unit, "%") == 0 ? "" : "\u00a0", unit), size);
}

size_t format_tonnes(char *buf, size_t size, enum lang lang, double kg)
{
    return format_number(buf, size, lang, kg / 1000.0, fabs(kg) < 99950.0 ? 1 : 0);
}

size_t format_month(char *buf, size_t size, enum lang lang, int32_t month)
{
    return written(snprintf(buf, size, "%s %d", MONTH[lang][month % 12], (int)(month / 12)), size);
}

size_t format_month_short(char *buf, size_t size, enum lang lang, int32_t month)
{
    return written(snprintf(buf, size, "%s", MONTH_SHORT[lang][month % 12]), size);
}

size_t format_date(char *buf, size_t size, enum lang lang, int32_t day)
{
    struct civil c = civil_from_day(day);
    return written(snprintf(buf, size, "%d %s %d", c.day, MONTH[lang][c.month - 1], c.year), size);
}

size_t format_day_short(char *buf, size_t size, enum lang lang, int32_t day)
{
    struct civil c = civil_from_day(day);
    return written(snprintf(buf, size, "%d %s", c.day, MONTH_SHORT[lang][c.month - 1]), size);
}

size_t format_hour(char *buf, size_t size, enum lang lang, int64_t ts_ms)
{
    struct civil c = civil_from_ts(ts_ms);
    return written(snprintf(buf, size, "%02d%c%02d", c.hour, lang == LANG_ID ? '.' : ':', c.minute),
                   size);
}

size_t format_clock(char *buf, size_t size, enum lang lang, int64_t ts_ms)
{
    char hour[FORMAT_SIZE];

    (void)format_hour(hour, sizeof hour, lang, ts_ms);
    return written(snprintf(buf, size, "%.5s\u00a0WIB", hour), size);
}

size_t format_moment(char *buf, size_t size, enum lang lang, int64_t ts_ms, int64_t now_ms)
{
    char date[FORMAT_SIZE], clock[FORMAT_SIZE];

    if (civil_day(ts_ms) == civil_day(now_ms))
        return format_clock(buf, size, lang, ts_ms);
    (void)format_date(date, sizeof date, lang, civil_day(ts_ms));
    (void)format_clock(clock, sizeof clock, lang, ts_ms);
    return written(snprintf(buf, size, "%s, %s", date, clock), size);
}
