/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import_sets: single imported values become reading sets. Used by the command (import.h) and by the collector that
 * takes the rows over its socket (control.h), so that both refuse the same things in the same words. */
#ifndef COLLECTOR_IMPORT_SETS_H
#define COLLECTOR_IMPORT_SETS_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/reading.h"
#include "collector/common/site.h"

#define IMPORT_FUTURE_MS \
    ((int64_t)24 * 3600 * 1000) /* a time further ahead than this is a mistake */
#define IMPORT_OLDEST_MS \
    INT64_C(946684800000) /* 2000-01-01: before this it is a logger without a clock */

struct import_value {
    int64_t ts_ms;
    int pond; /* index in the site, -1: of the whole site */
    const char *device;
    enum metric metric;
    int flag;     /* enum reading_flag */
    double value; /* NaN: none */
};

/* Why v cannot be taken, in words; NULL when it can. field is then the column at fault: "time" "device" "value" "flag". */
const char *import_fault(const struct import_value *v, int64_t now_ms, const char **field);

struct import_sets {
    const struct site *site;
    struct reading_set *set; /* free it with import_sets_free */
    size_t n, cap;
    size_t values;
};

/* Adds a value without fault: to the last set when it is of the same time, pond and device, else to a new one. */
void import_sets_add(struct import_sets *s, const struct import_value *v);
void import_sets_free(struct import_sets *s);

#endif
