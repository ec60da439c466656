/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dense: the little linear algebra that reconciliation needs. Matrices are row by row, [i * columns + j]. GSL's own routines
 * end the program at a matrix that is not positive definite; these say at which row, so that the node can be named. Pure. */
#ifndef ANALYTICS_DENSE_H
#define ANALYTICS_DENSE_H

#include <stddef.h>

/* Puts the lower Cholesky factor of a [n][n] (symmetric; only the lower half is read) in its place, the upper half becomes
 * 0. Returns n, or the first row whose pivot is below 1e-12 of its diagonal (or not finite); a is then spoilt. */
size_t dense_cholesky(double *a, size_t n);

/* b [n][m] becomes the X of L X = b, or of L' X = b. */
void dense_solve_lower(const double *l, size_t n, double *b, size_t m);
void dense_solve_upper(const double *l, size_t n, double *b, size_t m);

/* out [rows][columns] = a [rows][inner] b [inner][columns]; out is neither of them. */
void dense_multiply(const double *a, const double *b, size_t rows, size_t inner, size_t columns,
                    double *out);

#endif
