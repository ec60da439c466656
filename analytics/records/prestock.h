/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prestock: what is measured before fingerlings are let out, and what is said when a value is dangerous. Pure.
 *
 * Fry died overnight in Sampit after they were let into acid peat water; the office advises to measure pH before stocking
 * (Liputan6 2016). Limits and sources:
 *   pH of the pond      under 5.5 or over 9.0 danger: beyond the range without loss of growth (Reboucas et al. 2016; of fingerlings
 *                       96, 70 and 42 % died within 14 days at pH 4, 5 and 6, J. Basic Appl. Zool. 2018); under 6.5 or over
 *                       8.5 watch (SNI 7550:2009 as quoted)
 *   pH bag to pond      apart by more than 1 watch, more than 2 danger: a change of 1 in a day is a stress. From memory
 *   temperature         pond outside 20-35 C danger, 25-32 C watch (SNI 7550:2009 as quoted); bag and pond apart by
 *                       more than 3 C danger, more than 1 C and under 15 minutes in the pond watch. From memory
 *   oxygen              under 2 mg/L danger, under 3 watch (SNI 7550:2009 as quoted)
 *   dead on arrival     more than 2 % of those counted watch, more than 10 % danger. From memory */
#ifndef ANALYTICS_RECORDS_PRESTOCK_H
#define ANALYTICS_RECORDS_PRESTOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "change.h"

struct prestock {
    double ph_pond, ph_bag, temp_pond_c, temp_bag_c,
        do_pond_mg_l; /* NaN: not measured, of all members */
    double acclimatised_min, sample_count, dead_on_arrival;
};
/* From the cells of a form or of a row on record; what is no number counts as not measured. */
void prestock_read(const struct change_cell *cell, size_t n, struct prestock *out);
void prestock_read_row(const struct rec_row *row, struct prestock *out);

#define PRESTOCK_WORDS_MAX  8
#define PRESTOCK_WORDS_SIZE 256
struct prestock_warning {
    bool danger; /* else watch */
    const char *column;
    char words[PRESTOCK_WORDS_SIZE]; /* what and what to do now */
};
/* Dangers first; the number of them. english: else Indonesian. */
size_t prestock_warnings(const struct prestock *p, bool english,
                         struct prestock_warning out[static PRESTOCK_WORDS_MAX]);

#endif
