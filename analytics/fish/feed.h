/* SPDX-License-Identifier: GPL-3.0-or-later */
/* feed: kinds of feed and what a kilogram of each is worth in pellets. Pure, thread-safe.
 *
 * The growth law knows dry commercial pellets. Everything else is turned into them by its digestible dry matter against a
 * pellet's (about 0.90 dry, 0.75 digested). The table's dry matter and digestibility are usual handbook figures FROM MEMORY,
 * not measured here: right to a third or so, which is much better than taking a kilogram of wet azolla for a kilogram of
 * pellets. Only the maggots were looked up: as fresh or dried housefly larvae for two thirds of the fish meal they gave 96 %
 * and 100 % of the growth of the control (Alofa et al. 2023), so that a gram of their dry matter counts as a gram of pellet's. */
#ifndef ANALYTICS_FEED_H
#define ANALYTICS_FEED_H

#include <stdbool.h>
#include <stddef.h>

struct feed_kind {
    const char *name;         /* as exported: "pellet" */
    const char *const *words; /* other words for it, NULL-ended */
    double pellets;           /* kg of pellets that a kg as fed is worth, > 0 */
    bool from_memory;         /* no source was read for the figure */
};

/* All kinds; the first is the pellet. */
const struct feed_kind *feed_kinds(size_t *n);
/* The kind meant by what was written in the records ("Azolla segar", "pelet apung 781-2"): the longest of all names and words
 * that stands in it as whole words, letters' case aside. "", blanks or NULL: pellet. Gives NULL when it is not known, to be taken as pellets and
 * asked about. */
const struct feed_kind *feed_kind_find(const char *text);

#endif
