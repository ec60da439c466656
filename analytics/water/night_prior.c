/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "night_prior.h"

#include <math.h>

void night_prior_beta(int slot, int k, double beta[NIGHT_FEATURES])
{
    (void)slot;
    for (int f = 0; f < NIGHT_FEATURES; f++)
        beta[f] = 0;
    beta[0] = -0.1 * (k + 1) / 6.0;
}

double night_prior_sd(int slot, int k)
{
    (void)slot;
    return 0.45 * sqrt(fmin(1, (k + 1) / 24.0));
}
