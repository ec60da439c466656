/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command_water_own: what the files of "nila-analytics water" share; for command_water*.c alone. */
#ifndef ANALYTICS_COMMAND_WATER_OWN_H
#define ANALYTICS_COMMAND_WATER_OWN_H

#include <stdbool.h>
#include <stddef.h>

#include "analytics/water/watertable.h"
#include "collector/common/buf.h"
#include "collector/common/err.h"

enum {
    WATER_WHY = 400,
    WATER_GIVEN_MAX = 16,
    WATER_DIGITS = 8
};

/* --name value, as written. */
struct water_given {
    const char *name; /* without the dashes; not 0-ended when value follows after "=" */
    size_t name_length;
    const char *value;
    bool used;
};

struct water_args {
    const char *what; /* the function or "metabolism", "qc", "drift"; NULL: none */
    const char *csv, *out;
    bool json, quiet, help;
    struct water_given given[WATER_GIVEN_MAX];
    size_t n;
};

/* The text given for an input, by its name, with or without its unit ("--temp" for temp_c); "-" counts as "_". NULL: not given. Each
 * is handed out once. */
const char *water_given(struct water_args *a, const char *name);

/* A number as people write it, 28,5 or 28.5; false for anything else. */
bool water_number(const char *text, double *out);

/* What was given and not used: named, with what there is. True when there was such a thing. */
bool water_left_over(const struct water_args *a, const char *there_is);

/* To people, in their language; silent with --quiet. */
void water_say(const struct water_args *a, const char *fmt, ...) NILA_PRINTF(2, 3);

/* Writes b where it belongs and returns the exit code. */
int water_write(const struct water_args *a, struct buf *b);

/* Subcommands over whole series; exit codes. */
int water_metabolism(struct water_args *a);
int water_night(struct water_args *a);
int water_qc(struct water_args *a);
int water_drift(struct water_args *a);

/* An input of a series: a column of the table, or a number given, or what is usual. value[rows] is filled. NILA_ERR_NOT_FOUND: it is
 * none of them, and usual is NaN; NILA_ERR_CONFIG: it is both, or no number or not within least..most: told in why. Cells out of
 * least..most become NaN. */
NILA_MUST_CHECK int water_column(struct water_args *a, const struct watertable *t, const char *name,
                                 double usual, double least, double most, double *value, char *why);

/* Rows of text and numbers going out as CSV, or with json one object a line. */
struct water_sheet {
    struct buf *b;
    bool json;
    const char *const *name;
    int columns, at;
};
void water_sheet_begin(struct water_sheet *s);
void water_sheet_text(struct water_sheet *s, const char *text);
void water_sheet_number(struct water_sheet *s, double v); /* NaN: empty, null */

#endif
