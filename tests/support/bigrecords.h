/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bigrecords: a records file as two regencies would have after years, made up from a seed: for benches of what grows with it. Farms of five
 * ponds, a third of them cages; cycles of about five months one after the other; feed written down every day, fish weighed every two
 * weeks, deaths every week, one or two harvests a cycle; each row with its change, as an import writes it. A night
 * forecast a pond and day, an alarm a pond and month, a button a pond and week. */
#ifndef TESTS_BIGRECORDS_H
#define TESTS_BIGRECORDS_H

#include <stddef.h>
#include <stdint.h>

struct bigrecords_size {
    size_t farms, ponds, cycles, feed, samples, deaths, harvests;
};

/* Fills the records file at path, which must not be there, with ponds over the years days before today (WIB day number). Fails the test
 * where anything goes wrong. */
struct bigrecords_size bigrecords_make(const char *path, size_t ponds, int years, int32_t today,
                                       uint64_t seed);

#endif
