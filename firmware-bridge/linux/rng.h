/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rng: randomness as a pure function of what it is for. A key is made from a seed and words that name the draw (a slug,
 * a day, a channel); the same key gives the same number whoever asks and in whatever order. Thread-safe, no state. */
#ifndef BRIDGE_RNG_H
#define BRIDGE_RNG_H

#include <stdint.h>

/* A new key from key and a number, or the bytes of a text (FNV-1a), mixed by splitmix64 (Steele et al. 2014). */
uint64_t rng_key(uint64_t key, uint64_t word);
uint64_t rng_key_text(uint64_t key, const char *text);

/* Uniform in [0, 1), and in [low, high). */
double rng_unit(uint64_t key);
double rng_between(uint64_t key, double low, double high);

/* Standard normal (Box and Muller). |value| is below 9. */
double rng_normal(uint64_t key);

/* A smooth random walk round 0 without memory: normal values at whole x, straight lines between. Standard deviation 1 at
 * the knots, 0.71 halfway. */
double rng_smooth(uint64_t key, double x);

#endif
