/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dense.h"

#include <math.h>
#include <string.h>

static const double PIVOT = 1e-12; /* of the row's own diagonal: smaller is rounding */

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0;

    for (size_t k = 0; k < n; k++)
        sum += a[k] * b[k];
    return sum;
}

size_t dense_cholesky(double *a, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double *row = a + i * n, diagonal = row[i], pivot;

        for (size_t j = 0; j < i; j++)
            row[j] = (row[j] - dot(row, a + j * n, j)) / a[j * n + j];
        pivot = diagonal - dot(row, row, i);
        if (!(diagonal > 0) || !(pivot > PIVOT * diagonal) || !isfinite(pivot))
            return i;
        row[i] = sqrt(pivot);
        for (size_t j = i + 1; j < n; j++)
            row[j] = 0;
    }
    return n;
}

/* Whole rows of b at a time: they lie together in memory. */
static void take_off(double *row, const double *other, double times, size_t m)
{
    for (size_t k = 0; k < m; k++)
        row[k] -= times * other[k];
}

static void divide(double *row, double by, size_t m)
{
    for (size_t k = 0; k < m; k++)
        row[k] /= by;
}

void dense_solve_lower(const double *l, size_t n, double *b, size_t m)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++)
            take_off(b + i * m, b + j * m, l[i * n + j], m);
        divide(b + i * m, l[i * n + i], m);
    }
}

void dense_solve_upper(const double *l, size_t n, double *b, size_t m)
{
    for (size_t i = n; i-- > 0;) {
        for (size_t j = i + 1; j < n; j++)
            take_off(b + i * m, b + j * m, l[j * n + i], m);
        divide(b + i * m, l[i * n + i], m);
    }
}

void dense_multiply(const double *a, const double *b, size_t rows, size_t inner, size_t columns,
                    double *out)
{
    memset(out, 0, rows * columns * sizeof *out);
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < inner; k++)
            take_off(out + i * columns, b + k * columns, -a[i * inner + k], columns);
}
