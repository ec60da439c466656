/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lnexp.h"

/* As in growth.c: a chunk's length is known to the compiler, which then makes vector code of it at -O2 too. */
enum {
    CHUNK = 32
};

static void exp_chunk(const double *x, double *restrict y)
{
    double in[CHUNK];

    memcpy(in, x, sizeof in);
    for (size_t i = 0; i < CHUNK; i++)
        y[i] = lnexp_exp(in[i]);
}

static void ln_chunk(const double *x, double *restrict y)
{
    double in[CHUNK];

    memcpy(in, x, sizeof in);
    for (size_t i = 0; i < CHUNK; i++)
        y[i] = lnexp_ln(in[i]);
}

void lnexp_exp_all(size_t n, const double *x, double *y)
{
    size_t i = 0;

    for (; i + CHUNK <= n; i += CHUNK)
        exp_chunk(x + i, y + i);
    for (; i < n; i++)
        y[i] = lnexp_exp(x[i]);
}

void lnexp_ln_all(size_t n, const double *x, double *y)
{
    size_t i = 0;

    for (; i + CHUNK <= n; i += CHUNK)
        ln_chunk(x + i, y + i);
    for (; i < n; i++)
        y[i] = lnexp_ln(x[i]);
}
