/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_water: the properties of water that a node compensates with, in integers (nila_fix.h says why). Tables of the formulas that the rest
 * of the house computes in floating point (collector/common/watereq.h); tests/core/test_nila_water.c holds them against those.
 * Arguments outside the stated range are taken as its end. Freestanding, no state. */
#ifndef NILA_WATER_H
#define NILA_WATER_H

#include <stdbool.h>
#include <stdint.h>

/* Where neither a probe nor the master knows better: warm fresh water of the lowland. */
#define NILA_DEFAULT_TEMP_X1000 28000
#define NILA_DEFAULT_SAL_X1000  0
#define NILA_DEFAULT_BARO_PA    100950

/* What a reading is compensated with, and which of it is only a default. */
struct nila_water {
    int32_t temp_x1000; /* C */
    int32_t sal_x1000;  /* PSU */
    int32_t baro_pa;
    bool default_temp, default_sal, default_baro;
};

/* Oxygen at saturation, mg/L x 1000. 0..40 C, 0..40 PSU, 50000..110000 Pa. Within 0.003 mg/L of Benson and Krause 1984 (APHA
 * 4500-O), 0.001 from 15 C on. */
int32_t nila_do_sat_x1000(int32_t temp_x1000, int32_t sal_x1000, int32_t baro_pa);

/* Conductivity in the water from that at 25 C, and back: 1.91 % a degree, linear; uS/cm x 1000. 0..50 C. */
int32_t nila_ec_in_situ(int32_t ec25_x1000, int32_t temp_x1000);
int32_t nila_ec_at_25(int32_t ec_x1000, int32_t temp_x1000);

/* Practical salinity, PSU x 1000, from conductivity in the water (uS/cm x 1000): within 0.02 PSU + 1.5 % of PSS-78, 15..36 C;
 * of oxygen's saturation that is less than 0.3 %. */
int32_t nila_sal_x1000(int32_t ec_x1000, int32_t temp_x1000);

#endif
