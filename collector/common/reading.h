/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reading: what one device measured at one moment, with its judgement. The value itself is never changed after decode;
 * a judgement is a flag (QARTOD aggregate) and the set of tests that said so. */
#ifndef NILA_COMMON_READING_H
#define NILA_COMMON_READING_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/common/metric.h"
#include "collector/common/region.h"
#include "collector/common/slug.h"

/* QARTOD aggregate flags (IOOS QARTOD manuals). */
enum reading_flag {
    READING_PASS = 1,
    READING_NOT_EVALUATED = 2,
    READING_SUSPECT = 3,
    READING_FAIL = 4,
    READING_MISSING = 9 /* there is no value: .value is NaN and is never sent */
};

/* Which test gave the flag; field metric_bits. Stored: append only. */
enum reading_bit {
    READING_BIT_RANGE = 1 << 0, /* outside the fail or suspect span */
    READING_BIT_LIMIT = 1 << 1, /* outside the device's own range (profile or site file) */
    READING_BIT_SPIKE = 1 << 2,
    READING_BIT_RATE = 1 << 3,     /* rose or fell too fast */
    READING_BIT_FLAT = 1 << 4,     /* has not moved for too long */
    READING_BIT_SENTINEL = 1 << 5, /* the probe's own "no value" code, NaN or infinity */
    READING_BIT_PROBE =
        1 << 6, /* the probe says it is not well (missing, out of range, noisy, stuck) */
    READING_BIT_STALE = 1 << 7, /* the probe has no fresh sample */
    READING_BIT_UNCAL = 1 << 8, /* uncalibrated or calibration due */
    READING_BIT_WARMUP = 1 << 9,
    READING_BIT_ALL_ZERO =
        1 << 10,                /* every channel of the device exactly 0 at once: it was reset */
    READING_BIT_KIND = 1 << 11, /* the node says this channel measures something else */
    READING_BIT_EXCEPTION = 1 << 12, /* the device answered this register with a Modbus exception */
    READING_BIT_IMPORTED = 1 << 13,  /* came by file, judged there or not at all */
    READING_BIT_CALIBRATION =
        1 << 14 /* the device was being calibrated: its probes are in a solution, not in the pond */
};

/* May models and alarms use a value with this flag? */
static inline bool reading_usable(int flag)
{
    return flag == READING_PASS || flag == READING_NOT_EVALUATED;
}

/* The worse of two flags by QARTOD precedence 4 > 3 > 1 > 2, except that 9 (no value) always stays 9. */
static inline int reading_worse(int a, int b)
{
    static const int RANK[10] = {0, 2, 1, 3, 4, 0, 0, 0, 0, 5};
    return RANK[a % 10] >= RANK[b % 10] ? a : b;
}

struct reading_value {
    enum metric metric;
    uint8_t flag;  /* enum reading_flag */
    uint16_t bits; /* enum reading_bit, or-ed */
    double value;  /* in the metric's unit; NaN exactly when flag is READING_MISSING */
};

/* Who and where: becomes InfluxDB tags; frozen when the reading is journalled. */
struct reading_tags {
    enum regency regency;
    char kecamatan[9]; /* Kemendagri code */
    char site[SLUG_SIZE];
    char pond[SLUG_SIZE]; /* "" for a device of the site (weather, mains) */
    char device[SLUG_SIZE];
};

#define READING_SET_MAX 40

/* Until the year 2262: InfluxDB counts nanoseconds in 64 bits. */
#define READING_TS_MAX_MS INT64_C(9223372036854)

/* All values one device gave at one moment: one journal row, one line of line protocol a class. */
struct reading_set {
    struct reading_tags tags;
    int64_t ts_ms;      /* UTC; slot time when the clock was trusted, else read time */
    bool clock_trusted; /* false: goes to water_uncertain */
    /* when this machine read it, ms since it was switched on (clock_mono_ms), so that a clock that is put right later can
     * still tell the time of it; 0: read elsewhere (imported), ts_ms is all that is known */
    int64_t boot_ms;
    unsigned n; /* 1..READING_SET_MAX */
    struct reading_value v[READING_SET_MAX];
};

#endif
