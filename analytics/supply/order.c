/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order.h"

double order_select(double *x, size_t n, size_t k)
{
    ptrdiff_t low = 0, high = (ptrdiff_t)n - 1, at = (ptrdiff_t)k;

    while (low < high) {
        double middle = x[at];
        ptrdiff_t i = low, j = high;

        while (i <= j) {
            while (x[i] < middle)
                i++;
            while (middle < x[j])
                j--;
            if (i <= j) {
                double swapped = x[i];

                x[i++] = x[j];
                x[j--] = swapped;
            }
        }
        low = j < at ? i : low;
        high = at < i ? j : high;
    }
    return x[at];
}

double order_quantile(double *x, size_t n, double q)
{
    double at = q * (double)(n - 1);
    size_t k = (size_t)at;
    double between = at - (double)k, low = order_select(x, n, k), next;

    if (k + 1 == n)
        return low;
    next = x[k + 1];
    for (size_t i = k + 2; i < n; i++)
        next = x[i] < next ? x[i] : next;
    return (1 - between) * low + between * next;
}
