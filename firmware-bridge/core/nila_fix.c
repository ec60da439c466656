/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_fix.h"

#include <stdbool.h>

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

int64_t nila_quotient(int64_t a, int64_t b)
{
    uint64_t left = magnitude(a), by = magnitude(b), rest = 0, q = 0;

    for (int i = 0; i < 64; i++) {
        bool over = rest >> 63 != 0;
        rest = rest << 1 | left >> 63;
        left <<= 1;
        q <<= 1;
        if (over || rest >= by) {
            rest -= by;
            q |= 1;
        }
    }
    return (a < 0) != (b < 0) ? (int64_t)(0 - q) : (int64_t)q;
}

int64_t nila_div(int64_t a, int64_t b)
{
    int64_t half = (int64_t)(magnitude(b) / 2);

    return nila_quotient(a < 0 ? a - half : a + half, b);
}

int32_t nila_fit(int64_t v)
{
    return v > INT32_MAX ? INT32_MAX : v < -INT32_MAX ? -INT32_MAX : (int32_t)v;
}

int32_t nila_table(const int32_t *y, size_t n, int32_t first, int32_t step, int32_t x)
{
    int32_t i, into;

    if (x <= first)
        return y[0];
    if (x >= first + (int64_t)(n - 1) * step)
        return y[n - 1];
    i = (x - first) / step;
    into = x - first - i * step;
    return y[i] + (int32_t)nila_div((int64_t)(y[i + 1] - y[i]) * into, step);
}
