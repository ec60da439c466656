/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keys: the assumptions that may be entered: name, unit, bounds, what node and months they take. Pure. */
#ifndef ANALYTICS_RECORDS_KEYS_H
#define ANALYTICS_RECORDS_KEYS_H

#include "records.h"

enum keys_months {
    KEYS_NO_MONTHS,  /* holds always */
    KEYS_MAY_MONTHS, /* always, or in its months, which go before what holds always */
    KEYS_MUST_MONTHS
};

struct key_info {
    const char *name; /* in the CSV */
    const char *unit; /* the only one taken */
    double min, max;  /* of value, low and high; both included */
    bool joint;       /* may hold for both regencies at once */
    enum keys_months months;
};

const struct key_info *keys_info(enum records_key key);
extern const char *const KEYS_NAMES[]; /* NULL-ended, in the order of enum records_key */
NILA_MUST_CHECK int keys_find(const char *name, enum records_key *out); /* NILA_ERR_NOT_FOUND */

#endif
