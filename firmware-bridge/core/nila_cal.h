/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_cal: from what a probe gives (raw) to a value, and what a calibration must be to be believed.
 *
 * Every calibration is two numbers: slope, relative to what the maker promises (1000000 = exactly that), and offset, in raw
 * units. Raw x 1000: a probe's own unit for DS18B20 and EZO circuits, microvolts for analog ones.
 *
 * | source   | value                                                                                     | nominal |
 * | DS18B20  | raw - offset                                                                              | |
 * | EZO_DO   | (raw - offset) * slope                                                                    | the circuit's mg/L |
 * | EZO_PH   | 7 + (raw - 7 - offset) / slope                                                            | the circuit's pH, temperature done there |
 * | EZO_EC   | (raw - offset) * slope                                                                    | the circuit's uS/cm, not referred to 25 C |
 * | PH_MV    | 7 + (raw - 1500 mV - offset) / (-177.5 mV * slope * T/298.15 K): Nernst, amplified thrice | DFRobot SEN0161-V2 |
 * | EC_MV    | (raw / 164 mV per mS/cm - offset) * slope                                                 | DFRobot DFR0300, K = 1 |
 * | DO_MV    | (raw - offset) / (slope * (1600 mV + 35 mV/K * (T - 25))) * saturation                    | DFRobot SEN0237, galvanic |
 *
 * Sources: the vendors' published formulas; 59.16 mV a pH at 25 C (Nernst). EC's offset is in uS/cm.
 * Freestanding, no state. */
#ifndef NILA_CAL_H
#define NILA_CAL_H

#include <stdbool.h>
#include <stdint.h>

#include "nila_filter.h"
#include "nila_water.h"

#define NILA_CAL_POINTS 3

enum nila_source { /* what is connected to a channel; the numbers are in registers and records */
    NILA_SOURCE_NONE = 0,
    NILA_SOURCE_DS18B20 = 1,
    NILA_SOURCE_EZO_DO = 2,
    NILA_SOURCE_EZO_PH = 3,
    NILA_SOURCE_EZO_EC = 4,
    NILA_SOURCE_PH_MV = 5,
    NILA_SOURCE_EC_MV = 6,
    NILA_SOURCE_DO_MV = 7,
    NILA_SOURCES
};

enum nila_cal_method {    /* in registers and records */
    NILA_CAL_FACTORY = 0, /* no points: back to what the maker promises */
    NILA_CAL_OFFSET = 1,  /* one point; the slope stays. temperature, pH */
    NILA_CAL_SPAN = 2,    /* one point; the offset stays. DO (in air: no reference), EC */
    NILA_CAL_ZERO =
        3,            /* one point without the substance; the slope stays. DO (sulfite), EC (dry) */
    NILA_CAL_TWO = 4, /* two points. pH, EC, DO (the first of them zero) */
    NILA_CAL_THREE = 5, /* three points, the straight line nearest to them. pH */
    NILA_CAL_METHODS
};

enum nila_cal_result { /* why not; in registers */
    NILA_CAL_FINE = 0,
    NILA_CAL_BUSY = 1,            /* a transaction is open */
    NILA_CAL_NONE_OPEN = 2,       /* none is */
    NILA_CAL_NO_CHANNEL = 3,      /* nothing is connected there */
    NILA_CAL_NO_METHOD = 4,       /* not for this source */
    NILA_CAL_UNSTABLE = 5,        /* the reading still moves */
    NILA_CAL_NO_VALUE = 6,        /* the probe gives none */
    NILA_CAL_TOO_MANY = 7,        /* all points are taken */
    NILA_CAL_TOO_FEW = 8,         /* points are missing */
    NILA_CAL_BAD_SLOPE = 9,       /* outside nila_source_info: probe old, dirty or buffer wrong */
    NILA_CAL_BAD_OFFSET = 10,     /* likewise */
    NILA_CAL_TOO_CLOSE = 11,      /* references too near each other */
    NILA_CAL_NOT_STRAIGHT = 12,   /* three points not on a line */
    NILA_CAL_BAD_REFERENCE = 13,  /* outside what the source measures, or missing */
    NILA_CAL_BAD_TEMP = 14,       /* outside 5..45 C, or not known */
    NILA_CAL_NOT_SAVED = 15,      /* the store refused; the calibration before is in force */
    NILA_CAL_NOTHING_BEFORE = 16, /* nothing to go back to */
    NILA_CAL_TIMED_OUT = 17
};

struct nila_cal_point {
    int32_t
        ref_x1000; /* value of the reference; EC: at 25 C. NILA_MISSING: air, saturated with oxygen */
    int32_t raw_x1000;
    int32_t temp_x1000; /* of the reference */
};

struct nila_cal {
    uint16_t number; /* 0: factory */
    uint8_t channel, source, method, points;
    uint16_t date, due; /* days since 2000-01-01, 0 not known */
    uint16_t operator_id;
    int32_t slope_ppm;
    int32_t offset_x1000;
    struct nila_cal_point point[NILA_CAL_POINTS];
};

struct nila_source_info {
    uint16_t kind;                 /* NILA_KIND_*, what it measures */
    uint8_t methods;               /* bit 1 << NILA_CAL_*: allowed */
    int32_t raw_low, raw_high;     /* a probe that is there gives this; outside is NILA_Q_RANGE */
    int32_t low, high;             /* value x 1000, likewise */
    int32_t slope_low, slope_high; /* ppm */
    int32_t offset_most;           /* |offset| */
    int32_t ref_low, ref_high, ref_apart;
    int32_t still,
        still_ppm; /* stable: raw moves less than still, or that share of itself, whatever is more */
    struct nila_filter_config filter;
};

/* NULL for NILA_SOURCE_NONE and numbers that are no source. */
const struct nila_source_info *nila_source_info(unsigned source);

/* The maker's promise for a source. */
struct nila_cal nila_cal_factory(uint8_t channel, uint8_t source);

/* Value x 1000 of a raw reading; NILA_MISSING when raw is. *used gets which of w's entries the value rests on that are
 * defaults: NILA_Q_DEFAULT_COMP or 0. w->... of source EZO_DO and EZO_PH were told to the circuit. */
int32_t nila_cal_value(const struct nila_cal *cal, int32_t raw_x1000, const struct nila_water *w,
                       uint16_t *used);

/* How many points a method takes. */
uint8_t nila_cal_points(unsigned method);

/* May ref be the reference of point number index (from 0) of cal, at that temperature? */
enum nila_cal_result nila_cal_check_point(const struct nila_cal *cal, unsigned index,
                                          int32_t ref_x1000, int32_t temp_x1000);

/* Slope and offset from cal's points; before: the calibration in force, whose slope or offset may stay. w: salinity and pressure
 * of the air or water of the points. cal is changed only when NILA_CAL_FINE. */
enum nila_cal_result nila_cal_solve(struct nila_cal *cal, const struct nila_cal *before,
                                    const struct nila_water *w);

#endif
