/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quantities: every metric a probe may measure, out of the simulated water, sky and mains. Pure functions.
 *
 * What the models of pond.h and weather.h do not compute is derived from what they do:
 * - saturation, ammonia: watereq.h, at 1009.5 hPa.
 * - conductivity at 25 C: EC / (1 + 0.0191 (T - 25)) (Standard Methods 2510 B); dissolved solids 0.65 mg/L per uS/cm of
 *   it (usual 0.55 to 0.7, 2510 A).
 * - salinity: PSS-78 (Unesco 1981) of the conductivity at 25 C, 53.087 mS/cm being 35 (valid from 2 to 42; below that an
 *   extrapolation, 0.01 to 0.3 too high).
 * - pressure of the water over a probe on the bottom: 996.2 kg/m3 (28 C), 9.81 m/s2.
 * - Secchi depth 1.7 / k (Poole and Atkins 1929), k = 0.4 + 0.014 chl + 0.02 turbidity, 1/m.
 * - humidity from air and dew point (Magnus; Alduchov and Eskridge 1996).
 * Plausible and nothing more (chosen here): redox 400 mV - 59 mV per pH above 7, nitrite 0.1 of the ammonia, pressure of
 * the air 1009.5 hPa with a tide of 1.5 hPa, an aerator that runs all the time at 220 V, 1.8 A, 380 W since 2026. Rain is
 * not measured. */
#ifndef BRIDGE_QUANTITIES_H
#define BRIDGE_QUANTITIES_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/common/metric.h"
#include "collector/common/profile.h"

#include "pond.h"
#include "weather.h"

/* The value in the metric's unit; NaN: nothing here to measure. water NULL: the probe is in no pond. */
double quantity_now(enum metric metric, const struct pond_sample *water, const struct weather *sky,
                    int64_t ts_ms);

/* What a measurement without a metric shows: *metric times *factor; or false, and *factor is all of it. By the name and
 * unit it has in the profiles of collector/devices. */
bool quantity_of_spare(const struct profile_spare *s, enum metric *metric, double *factor);

#endif
