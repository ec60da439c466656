/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "csv_number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LONGEST 63 /* characters; a double needs 24 */

static const char DIGITS[] = "0123456789";

static bool is_not_finite(const char *s)
{
    static const char *const WORD[] = {"nan", "inf", "infinity"};

    if (*s == '-' || *s == '+')
        s++;
    for (size_t i = 0; i < sizeof WORD / sizeof WORD[0]; i++)
        if (strcasecmp(s, WORD[i]) == 0)
            return true;
    return false;
}

/* "12.345" may be twelve thousand where the comma is the decimal sign; "0.345" may not. */
static bool thousands_point(const char *digits, size_t whole, size_t decimals)
{
    return decimals == 3 && whole >= 1 && whole <= 3 && digits[0] != '0';
}

int csv_number_read(const char *text, bool comma, double *out)
{
    char plain[LONGEST + 1];
    const size_t length = strlen(text);
    const char *s = text;
    size_t whole, decimals = 0, point;
    double v;

    if (is_not_finite(text))
        return NILA_ERR_RANGE;
    if (length > LONGEST)
        return NILA_ERR_PARSE;
    if (*s == '-' || *s == '+')
        s++;
    whole = strspn(s, DIGITS);
    point = (size_t)(s - text) + whole;
    if (text[point] == '.' || (comma && text[point] == ',')) {
        decimals = strspn(text + point + 1, DIGITS);
        if (comma && text[point] == '.' && thousands_point(s, whole, decimals))
            return NILA_ERR_PARSE;
        s = text + point + 1 + decimals;
    } else {
        s += whole;
    }
    if (whole + decimals == 0)
        return NILA_ERR_PARSE;
    if (*s == 'e' || *s == 'E') {
        s++;
        if (*s == '-' || *s == '+')
            s++;
        if (strspn(s, DIGITS) == 0)
            return NILA_ERR_PARSE;
        s += strspn(s, DIGITS);
    }
    if (*s != '\0')
        return NILA_ERR_PARSE;
    memcpy(plain, text, length + 1);
    if (plain[point] == ',')
        plain[point] = '.';
    v = strtod(plain, NULL);
    if (!isfinite(v))
        return NILA_ERR_RANGE;
    *out = v;
    return 0;
}
