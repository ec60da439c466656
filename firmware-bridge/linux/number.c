/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int number_double(const char *text, double min, double max, double *out)
{
    char *end;
    double v;

    if (text[0] == '\0' || strspn(text, "0123456789+-.eE") != strlen(text))
        return NILA_ERR_PARSE;
    v = strtod(text, &end);
    if (*end != '\0')
        return NILA_ERR_PARSE;
    if (!(v >= min && v <= max))
        return NILA_ERR_RANGE;
    *out = v;
    return 0;
}

int number_i64(const char *text, int64_t min, int64_t max, int64_t *out)
{
    char *end;
    long long v;

    if (text[0] == '\0' || strspn(text, "0123456789+-") != strlen(text))
        return NILA_ERR_PARSE;
    errno = 0;
    v = strtoll(text, &end, 10);
    if (*end != '\0')
        return NILA_ERR_PARSE;
    if (errno == ERANGE || v < min || v > max)
        return NILA_ERR_RANGE;
    *out = v;
    return 0;
}
