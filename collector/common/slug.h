/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slug: the names of sites, ponds, devices, buses: [a-z0-9-]{1,32}. */
#ifndef NILA_COMMON_SLUG_H
#define NILA_COMMON_SLUG_H

#include <stdbool.h>

#define SLUG_SIZE 33 /* 32 characters and the closing 0 */

static inline bool slug_valid(const char *s)
{
    int n = 0;
    for (; s[n] != '\0'; n++)
        if (n >= SLUG_SIZE - 1 ||
            !((s[n] >= 'a' && s[n] <= 'z') || (s[n] >= '0' && s[n] <= '9') || s[n] == '-'))
            return false;
    return n > 0;
}

#endif
