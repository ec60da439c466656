/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waterfn: the one table of what can be reckoned from values of a moment: name, inputs with their ranges, source, words. The command
 * line prints from it, and its help is made of it. The mathematics is in collector/common/watereq and gas. */
#ifndef ANALYTICS_WATERFN_H
#define ANALYTICS_WATERFN_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/common/err.h"

#define WATERFN_INPUTS 6

struct waterfn_input {
    const char *name;            /* a metric's, or its own with its unit; NULL ends the list */
    double usual;                /* NaN: must be given */
    double min, max;             /* outside: refused, no water is so */
    double valid_min, valid_max; /* outside: told, the source does not cover it */
};

struct waterfn {
    const char *name;   /* as typed */
    const char *column; /* what comes out: a metric's name, or its own */
    const char *unit;
    struct waterfn_input in[WATERFN_INPUTS + 1];
    int (*f)(const double *x, double *out); /* x in the order of in; 0 or NILA_ERR_RANGE */
    const char *indonesian, *english;       /* what it is */
    const char *source;
    const char *careful_id, *careful_en; /* always told with it; NULL nothing */
};

const struct waterfn *waterfn_table(size_t *n);
const struct waterfn *waterfn_find(const char *name); /* NULL: no such */
size_t waterfn_inputs(const struct waterfn *f);

/* The first input out of min..max (NaN too), -1 when all are in it. */
int waterfn_refused(const struct waterfn *f, const double *x);

/* The first input that the source does not cover, from index from on; -1 when there is none. */
int waterfn_doubtful(const struct waterfn *f, const double *x, int from);

/* f(x). NILA_ERR_RANGE: an input is refused, or the function itself says no (CO2 below pH 5.5); *out untouched. */
NILA_MUST_CHECK int waterfn_run(const struct waterfn *f, const double *x, double *out);

#endif
