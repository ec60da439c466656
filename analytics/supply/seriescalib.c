/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "seriescalib.h"

/* clang-format off */
static const struct seriescalib TABLE[][3][2] = { /* method, period, logs: c80, growth80, c95, growth95, usual80, usual95 */
    {{{1.353, 0.089, 1.309, 0.312, 1.345, 2.007}, {0.995, 0.268, 1.146, 0.228, 1.053, 1.450}}, /* ets yearly: 103 and 220 series */
     {{0.806, 0.080, 0.846, 0.052, 1.282, 2.098}, {0.879, 0.192, 0.791, 0.352, 1.065, 1.534}}, /* ets quarterly: 104 and 213 series */
     {{1.000, 0.010, 1.075, 0.002, 1.217, 2.008}, {1.104, 0.037, 1.185, -0.032, 1.099, 1.735}}}, /* ets monthly: 304 and 251 series */
    {{{1.330, 0.069, 1.485, 0.080, 1.306, 1.922}, {0.667, 0.264, 0.690, 0.247, 0.836, 1.053}}, /* theta yearly: 103 and 220 series */
     {{0.934, 0.099, 0.978, 0.113, 1.349, 2.282}, {0.887, 0.095, 0.776, 0.201, 1.026, 1.566}}, /* theta quarterly: 104 and 213 series */
     {{0.984, -0.025, 1.081, 0.004, 1.236, 1.984}, {1.146, -0.017, 1.125, 0.029, 1.187, 1.883}}}, /* theta monthly: 304 and 251 series */
    {{{1.336, 0.083, 1.410, 0.157, 1.309, 1.896}, {0.705, 0.249, 0.758, 0.178, 0.866, 1.083}}, /* mean yearly: 103 and 220 series */
     {{0.845, 0.073, 0.915, 0.052, 1.330, 2.155}, {0.848, 0.077, 0.806, 0.140, 1.032, 1.587}}, /* mean quarterly: 104 and 213 series */
     {{0.930, -0.011, 1.035, -0.016, 1.177, 1.933}, {1.114, -0.020, 1.142, -0.029, 1.136, 1.802}}}, /* mean monthly: 304 and 251 series */
};
/* clang-format on */

const struct seriescalib *seriescalib_of(enum seriesfit_method method, unsigned period,
                                         bool on_logs)
{
    return &TABLE[method][period == 1 ? 0 : period <= 6 ? 1 : 2][on_logs ? 1 : 0];
}
