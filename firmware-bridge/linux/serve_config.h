/* SPDX-License-Identifier: GPL-3.0-or-later */
/* serve_config: bridge.json, what nila-bridge serve has: probes, the nodes they make, and the lines these answer on. Every error
 * names file:line:column, the key, and what is allowed. */
#ifndef BRIDGE_SERVE_CONFIG_H
#define BRIDGE_SERVE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/common/site.h"
#include "firmware-bridge/core/nila_cal.h"

#define SERVE_LINES 8
#define SERVE_NODES 32

/* A probe, and the channel of its node. */
struct serve_probe {
    enum nila_source source;
    unsigned channel; /* 0..7; unless told, where nila-node.json has its kind */
    /* EZO: the serial port; DS18B20: "28-..." or "" for the only one; analog: "iio:device0" or the converter's name */
    char where[SITE_PATH_SIZE];
    unsigned input; /* analog: 0..15, in_voltageN */
    double gain;    /* analog: of a divider before the input, 0.01..100, default 1 */
};

struct serve_node {
    char slug[SLUG_SIZE]; /* names its file of settings and calibrations too */
    uint8_t unit;      /* 1..247; one that the master writes later holds until this one changes */
    uint16_t period_s; /* sampling, 1..3600, default 10; likewise */
    unsigned probes;
    struct serve_probe probe[NILA_REG_CHANNELS];
};

struct serve_line {
    struct site_bus bus;
    bool pty; /* bus.port is the name of a pty to be made, not a serial port */
};

struct serve_config {
    char state[SITE_PATH_SIZE]; /* folder, default /var/lib/lumbung-nila/bridge */
    char sysfs[SITE_PATH_SIZE]; /* default /sys */
    unsigned lines, nodes;
    struct serve_line line[SERVE_LINES];
    struct serve_node node[SERVE_NODES];
};

/* On success *out is the caller's, free with free(). Errors as jsonconf_open, words in why (size >= 512). Cross checks: slugs and units
 * unique, one probe a channel, one circuit a port, and no port is probe and line. */
NILA_MUST_CHECK int serve_config_load(struct serve_config **out, const char *path, char *why,
                                      size_t why_size);
NILA_MUST_CHECK int serve_config_load_memory(struct serve_config **out, const char *name,
                                             const char *text, size_t n, char *why,
                                             size_t why_size);

#endif
