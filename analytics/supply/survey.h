/* SPDX-License-Identifier: GPL-3.0-or-later */
/* survey: which units of the register (ponds, or farms where it counts those) are to be visited in a quarter, drawn at random so that
 * what they yielded speaks for all that are not on record. Strata are kecamatan and system; each gets its share of the visits by
 * the ponds outside (largest remainder), and within it serial numbers in the register's order, each at most once. A number that
 * turns out to be on record here is passed over for the next one that is not. Same register, quarter and seed: same list. */
#ifndef ANALYTICS_SURVEY_H
#define ANALYTICS_SURVEY_H

#include "collector/common/buf.h"
#include "untracked.h"

struct survey_unit {
    size_t kecamatan;
    enum pond_system system;
    unsigned serial, of; /* 1..of */
    bool by_pond;        /* of counts ponds, else farms */
};

/* Draws up to n units into unit [n]; returns how many there were: fewer when the register has no more. quarter: "2027-Q1". */
size_t survey_draw(const struct untracked *u, size_t n, const char *quarter, uint64_t seed,
                   struct survey_unit *unit);

/* The file to be filled in and imported as survey: quarter,kecamatan,system,serial,on,found,kg_quarter. */
void survey_csv(struct buf *b, const char *quarter, const struct survey_unit *unit, size_t n);
/* The same in words, a line a unit. */
void survey_words(struct buf *b, const struct survey_unit *unit, size_t n, bool english);

#endif
