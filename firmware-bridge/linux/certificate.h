/* SPDX-License-Identifier: GPL-3.0-or-later */
/* certificate: what is kept of a calibration: a text for the folder (in the process's tongue) and the same as JSON for programs. */
#ifndef BRIDGE_CERTIFICATE_H
#define BRIDGE_CERTIFICATE_H

#include <stdint.h>

#include "collector/common/err.h"
#include "firmware-bridge/core/nila_cal.h"

struct certificate {
    char place[160]; /* port or address */
    uint8_t unit;
    uint16_t product, firmware;
    uint32_t build, serial;
    char operator_name[80];
    int64_t made_ms;
    struct nila_cal before, after;
    struct nila_water
        water; /* salinity and pressure of the points; the temperature is each point's */
};

/* Writes base.txt and base.json, wholly or not at all: each under another name first. NILA_ERR_IO, and why says which file. */
NILA_MUST_CHECK int certificate_write(const struct certificate *c, const char *base, char *why,
                                      unsigned why_size);

/* "7,00" or "7.00": x 1000 with that many decimals (0..3), in the tongue's way. buf of 24; returns it. NILA_MISSING is "-". */
const char *certificate_number(char buf[static 24], int32_t x1000, int decimals);

/* Names for a person: what a source measures with its unit, the source, the method. */
const char *certificate_quantity(unsigned source);
const char *certificate_unit(unsigned source);
const char *certificate_source(unsigned source);
const char *certificate_method(unsigned method);
int certificate_decimals(unsigned source);

/* Day number of the node (days since 2000-01-01) as YYYY-MM-DD, "-" for 0. buf of 16; returns it. */
const char *certificate_day(char buf[static 16], uint16_t day);

#define CERTIFICATE_DAY_0 10957 /* 2000-01-01 as a civil day */

#endif
