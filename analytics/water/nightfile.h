/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nightfile: one pond's readings from a CSV file with a header row: time, do_mgl or do_mg_l, and where present temp_c and
 * par_wm2 or par_w_m2; other columns are not looked at. The pond is the file's name without ".csv".
 *
 * Times are local wall time "YYYY-MM-DD HH:MM[:SS]" (also with T); an offset after it is not looked at. An empty cell, NA, NaN, null or - is a
 * missing value. Rows may be in any order; they are sorted by time (rows of one instant stay in the file's order). */
#ifndef ANALYTICS_NIGHTFILE_H
#define ANALYTICS_NIGHTFILE_H

#include "night.h"

struct nightfile {
    char pond[64];
    size_t n;
    struct night_sample *sample; /* by time; ts_ms as if local were WIB; NaN: missing */
    size_t unordered;            /* rows that stood before an earlier one */
    bool has_par;
};

/* NILA_ERR_NOT_FOUND, _DENIED, _IO, _PARSE (file:line:column in why, size >= 256). On failure *out is untouched. */
NILA_MUST_CHECK int nightfile_read(struct nightfile *out, const char *path, char *why,
                                   size_t why_size);
/* The same over bytes in memory, which need not be kept; name is used in messages and names the pond. NILA_ERR_PARSE. */
NILA_MUST_CHECK int nightfile_read_memory(struct nightfile *out, const char *name,
                                          const void *bytes, size_t n, char *why, size_t why_size);
void nightfile_free(struct nightfile *f);

#endif
