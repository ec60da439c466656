/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tiles: where each kecamatan lies, roughly, as a square of a grid: for the sketch of the two regencies, and to tell which
 * kecamatan are neighbours. Drawn from the order of the places along the rivers Mentaya and Seruyan, north up; not borders,
 * not distances. Pure. */
#ifndef ANALYTICS_SUPPLY_TILES_H
#define ANALYTICS_SUPPLY_TILES_H

#include <stddef.h>

#define TILES_COLUMNS 5U
#define TILES_ROWS    9U

struct tile {
    unsigned column, row; /* from the west, from the north */
};

struct tile tile_of(size_t kecamatan); /* index of region_kecamatan */
/* Squared distance of the middles, in tiles; 1 or 2 for neighbours. */
unsigned tile_distance(size_t a, size_t b);

#endif
