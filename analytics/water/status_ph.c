/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a pond's pH of the last days says about the present one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "status.h"

enum {
    USUAL_DAYS = 14,
    USUAL_LEAST_DAYS = 5,
    DAY_LEAST_HOURS = 12,
    YESTERDAY_LEAST_HOURS = 2
};
#define HOUR_MS  ((int64_t)60 * 60 * 1000)
#define HOUR_MAX (USUAL_DAYS * 24)

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct status_ph status_ph_days(const struct series *hours, int64_t now_ms)
{
    struct status_ph out = {NAN, NAN, NAN};
    double value[HOUR_MAX], yesterday = 0.0;
    unsigned seen[USUAL_DAYS] = {0}, days = 0, near = 0;
    size_t n = 0;

    for (size_t i = hours->n; i-- > 0;) {
        int64_t age = now_ms - hours->ts_ms[i]; /* of the bucket's begin */
        if (age < HOUR_MS || age >= USUAL_DAYS * CIVIL_DAY_MS ||
            n == sizeof value / sizeof value[0])
            continue;
        if (age < 2 * HOUR_MS)
            out.hour = hours->value[i];
        if (age >= 22 * HOUR_MS && age < 26 * HOUR_MS) {
            yesterday += hours->value[i];
            near++;
        }
        seen[age / CIVIL_DAY_MS]++;
        value[n++] = hours->value[i];
    }
    for (size_t d = 0; d < USUAL_DAYS; d++)
        days += seen[d] >= DAY_LEAST_HOURS ? 1 : 0;
    if (near >= YESTERDAY_LEAST_HOURS)
        out.yesterday = yesterday / near;
    if (days >= USUAL_LEAST_DAYS) {
        qsort(value, n, sizeof value[0], by_value);
        out.usual = n % 2 == 1 ? value[n / 2] : (value[n / 2 - 1] + value[n / 2]) / 2.0;
    }
    return out;
}
