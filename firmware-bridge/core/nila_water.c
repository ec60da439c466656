/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_water.h"

#include "nila_fix.h"

#define STANDARD_PA 101325
#define ONE         (INT64_C(1) << 30) /* 1 in the exponential */

/* Fresh water at 101325 Pa, each degree from 0 to 40: mg/L x 10000. */
static const int32_t SATURATION[] = {
    146208, 142164, 138302, 134611, 131084, 127710, 124482, 121392, 118433, 115598, 112879,
    110272, 107770, 105367, 103058, 100839, 98704,  96649,  94670,  92763,  90924,  89150,
    87437,  85782,  84182,  82635,  81136,  79685,  78278,  76913,  75588,  74301,  73050,
    71832,  70648,  69493,  68368,  67270,  66198,  65151,  64127};

/* Salinity's coefficient in the exponent, each 5 degrees: x 10^8. */
static const int32_t SALTING[] = {699520, 668068, 639483, 613528, 589984,
                                  568655, 549363, 531944, 516249};

/* Vapour pressure of water, each 2 degrees: millionths of an atmosphere. */
static const int32_t VAPOUR[] = {6027,  6962,  8024,  9226,  10585, 12116, 13839,
                                 15774, 17942, 20367, 23074, 26091, 29447, 33173,
                                 37304, 41876, 46927, 52499, 58636, 65385, 72796};

/* Salinity at 25 C, each 2000 uS/cm from 0 to 60000: PSU x 1000. */
static const int32_t SALINITY[] = {0,     1017,  2114,  3255,  4427,  5627,  6848,  8090,
                                   9349,  10624, 11915, 13220, 14539, 15870, 17214, 18570,
                                   19938, 21316, 22706, 24107, 25519, 26941, 28374, 29817,
                                   31270, 32733, 34207, 35690, 37184, 38688, 40202};

#define COUNT(t) (sizeof(t) / sizeof(t)[0])

static int32_t within(int32_t v, int32_t low, int32_t high)
{
    return v < low ? low : v > high ? high : v;
}

/* e^-x for x = x30 / 2^30 in 0..0.4: five terms, the rest is below 10^-5. */
static int64_t exp_minus(int64_t x30)
{
    int64_t sum = ONE, term = ONE;

    for (int i = 1; i <= 5; i++) {
        term = -nila_div(term * x30, ONE * i);
        sum += term;
    }
    return sum;
}

int32_t nila_do_sat_x1000(int32_t temp_x1000, int32_t sal_x1000, int32_t baro_pa)
{
    int32_t t = within(temp_x1000, 0, 40000), s = within(sal_x1000, 0, 40000);
    int64_t p = within(baro_pa, 50000, 110000);
    int64_t fresh_x1e6 = (int64_t)nila_table(SATURATION, COUNT(SATURATION), 0, 1000, t) * 100;
    int64_t salting = nila_table(SALTING, COUNT(SALTING), 0, 5000, t);
    int64_t vapour_pa =
        nila_div((int64_t)nila_table(VAPOUR, COUNT(VAPOUR), 0, 2000, t) * STANDARD_PA, NILA_PPM);
    /* oxygen is no ideal gas: theta of APHA 4500-O, x 10^9, only its part linear in temperature */
    int64_t theta = 975000 - nila_div((int64_t)14260 * t, 1000);
    int64_t do_x1e6 = nila_div(
        fresh_x1e6 * exp_minus(nila_div(salting * s * (ONE >> 10), INT64_C(100000000000) >> 10)),
        ONE);

    do_x1e6 = nila_div(do_x1e6 * (p - vapour_pa), STANDARD_PA - vapour_pa);
    do_x1e6 += nila_div(nila_div(do_x1e6 * theta, 1000000) * (STANDARD_PA - p),
                        (int64_t)STANDARD_PA * 1000);
    return nila_fit(nila_div(do_x1e6, 1000));
}

/* 1 + 0.0191 (t - 25), in millionths. */
static int64_t ec_factor(int32_t temp_x1000)
{
    return NILA_PPM + nila_div((int64_t)19100 * (within(temp_x1000, 0, 50000) - 25000), 1000);
}

int32_t nila_ec_in_situ(int32_t ec25_x1000, int32_t temp_x1000)
{
    return nila_fit(nila_div(ec25_x1000 * ec_factor(temp_x1000), NILA_PPM));
}

int32_t nila_ec_at_25(int32_t ec_x1000, int32_t temp_x1000)
{
    return nila_fit(nila_div((int64_t)ec_x1000 * NILA_PPM, ec_factor(temp_x1000)));
}

int32_t nila_sal_x1000(int32_t ec_x1000, int32_t temp_x1000)
{
    return nila_table(SALINITY, COUNT(SALINITY), 0, 2000000, nila_ec_at_25(ec_x1000, temp_x1000));
}
