/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "phone.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    DIGITS_MIN = 8, /* with the country's; E.164 has at most 15 */
    DIGITS_MAX = 15,
    MOBILE_MIN = 9 /* of an Indonesian mobile number without 0 and 62: 8xx and at least 6 more */
};

/* The digits of text; false when it has anything else than digits, blanks and - . ( ), or too many digits. plus: it begins
 * with +. */
static bool digits_of(const char *text, char digits[static DIGITS_MAX + 4], bool *plus)
{
    size_t n = 0;

    text += strspn(text, " \t");
    *plus = text[0] == '+';
    for (text += *plus ? 1 : 0; *text != '\0'; text++) {
        if (strchr(" \t-.()", *text) != NULL)
            continue;
        if (*text < '0' || *text > '9' || n >= DIGITS_MAX + 3)
            return false;
        digits[n++] = *text;
    }
    digits[n] = '\0';
    return n > 0;
}

int phone_normalise(const char *text, char out[static PHONE_SIZE])
{
    char digits[DIGITS_MAX + 4], full[DIGITS_MAX + 8];
    const char *d = digits;
    bool plus, home = false;
    size_t n;

    if (!digits_of(text, digits, &plus))
        return NILA_ERR_PARSE;
    if (!plus && strncmp(d, "00", 2) == 0) {
        d += 2;
    } else if (!plus && d[0] == '0') {
        d += 1;
        home = true;
    } else if (!plus && strncmp(d, "62", 2) != 0) {
        if (d[0] != '8' || strlen(d) < MOBILE_MIN)
            return NILA_ERR_PARSE;
        home = true;
    }
    (void)snprintf(full, sizeof full, "%s%s", home ? "62" : "", d);
    n = strlen(full);
    if (n < DIGITS_MIN || n > DIGITS_MAX || full[0] == '0')
        return NILA_ERR_PARSE;
    /* "+62 0812...": the 0 of the long-distance call is left out behind the country */
    if (strncmp(full, "620", 3) == 0)
        memmove(full + 2, full + 3, n - 2);
    (void)snprintf(out, PHONE_SIZE, "+%.15s", full);
    return 0;
}
