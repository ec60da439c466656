/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_fix: the arithmetic of scaled integers. The node computes in integers, values x 1000 as in the registers: a Cortex-M3 has no
 * floating point (each soft exp or log costs some kilobytes and hundreds of microseconds), and integers give the same last digit on
 * every board and on the host that tests them. Freestanding, no state. */
#ifndef NILA_FIX_H
#define NILA_FIX_H

#include <stddef.h>
#include <stdint.h>

#define NILA_PPM 1000000 /* 1 in a factor that is kept in millionths */

/* a / b, toward 0, as C's, but bit by bit: a processor that divides 32 bits needs a kilobyte of library for 64, and the few
 * divisions of a sampling round have time (30 us each). b is not 0. */
int64_t nila_quotient(int64_t a, int64_t b);

/* a / b, to the nearest, halves away from 0. b is not 0; |a| + |b| / 2 fits. */
int64_t nila_div(int64_t a, int64_t b);

/* v within what an s32 register can hold and that is not NILA_MISSING. */
int32_t nila_fit(int64_t v);

/* A straight line between the points of a table with n >= 2 entries at x = first, first + step, ... ; outside the table its end. */
int32_t nila_table(const int32_t *y, size_t n, int32_t first, int32_t step, int32_t x);

#endif
