/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream: a GSL generator that costs little to begin, for one draw of one pond: a forecast of 10,000 ponds begins ten million.
 * GSL's default, the Mersenne twister, makes 624 words at each beginning, which took a quarter of the forecast's time
 * (tests/bench/bench_growth prints both).
 *
 * xoshiro256** 1.0 (Blackman and Vigna 2021, ACM Trans. Math. Softw. 47:36), the upper 32 of its 64 bits; its state is
 * filled by splitmix64 from all 64 bits of the seed, as its authors advise, so that neighbouring seeds give unrelated draws.
 * Works with every gsl_rng_ and gsl_ran_ function. */
#ifndef ANALYTICS_STREAM_H
#define ANALYTICS_STREAM_H

#include <gsl/gsl_rng.h>

extern const gsl_rng_type *const stream_type;

/* A generator of this type, begun with seed 0; free with gsl_rng_free. Never NULL. */
gsl_rng *stream_new(void);

/* A draw from a normal distribution around 0, what gsl_ran_gaussian_ziggurat gives to within 1e-10 from the same state, in half the
 * time. Any generator: other types are left to GSL. */
double stream_gauss(gsl_rng *rng, double sd);
/* The next n. */
void stream_gauss_all(gsl_rng *rng, double sd, size_t n, double *out);
/* Likewise from Beta(a, b), a and b above 0, as gsl_ran_beta; quicker where both are at least 1. */
double stream_beta(gsl_rng *rng, double a, double b);

#endif
