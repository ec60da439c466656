/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profile: what a kind of device measures and how to read it (collector/devices/NAME.json). Data, not code. */
#ifndef NILA_COMMON_PROFILE_H
#define NILA_COMMON_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/metric.h"
#include "collector/common/slug.h"

enum profile_type {
    PROFILE_U16,
    PROFILE_S16,
    PROFILE_U32,
    PROFILE_S32,
    PROFILE_F32
};

#define PROFILE_MEASUREMENTS 24
#define PROFILE_SPARES       64
#define PROFILE_WORDS        64

struct profile_measurement {
    char name[SLUG_SIZE]; /* the file's own name ("dissolved_oxygen") */
    enum metric metric;   /* what it becomes */
    int function;         /* 3 or 4 */
    uint16_t address;     /* zero-based PDU address */
    enum profile_type type;
    char order[5]; /* the value's bytes as on the wire: ABCD CDAB BADC DCBA; 16 bits: AB BA */
    double scale, offset; /* value = raw * scale + offset; defaults 1 and 0 */
    double min, max;      /* the device's own range; outside is fail. -inf, inf when not given */
    bool has_sentinel;
    uint32_t sentinel; /* raw words that mean "no value" */
    int quality;       /* address of a node-style quality word for this value, -1 none */
    int kind;          /* address of the node's kind word, -1 none; kind_value must stand there */
    uint16_t kind_value;
};

/* A measurement that no metric fits, or whose byte order is not verified (m.order is "" then). m.metric means nothing. */
struct profile_spare {
    struct profile_measurement m;
    char unit[17]; /* "" not said */
};

enum profile_word_type {
    PROFILE_WORD_U16,
    PROFILE_WORD_S16,
    PROFILE_WORD_U32,
    PROFILE_WORD_S32,
    PROFILE_WORD_F32,
    PROFILE_WORD_U8_HIGH, /* the register's first byte on the wire */
    PROFILE_WORD_U8_LOW,
    PROFILE_WORD_ASCII /* two characters a register */
};

/* What else the device holds: a state, an identity, a setting, a calibration. The collector does not read them; a device
 * that is imitated has them. */
struct profile_word {
    char name[SLUG_SIZE];
    int function; /* 3, 4: it is read; 6, 16: it is written by this, and read by 3 */
    uint16_t address;
    uint16_t count; /* registers; 0: nothing is held, a write of 0 registers does something */
    enum profile_word_type type;
    char order[5];   /* as of a measurement; "" ABCD or AB */
    bool state;      /* tells whether all is well */
    double ok;       /* what it holds, of a state: while all is well; default 0 */
    double absent;   /* of a state: what it holds while a sensor is absent; default ok + 1 */
    double min, max; /* of what may be written; -inf, inf when not given */
};

/* A request that makes the device measure (or rest); function 0: there is none. */
struct profile_request {
    int function;     /* 3, 4: a read, its answer ignored; 6: value is written; 16: count zeros */
    uint16_t address; /* zero-based PDU address */
    uint16_t count;   /* functions 3, 4, 16: 0..123; some devices want a request for 0 registers */
    uint16_t value;   /* function 6 */
};

/* The channels of a relay board, numbered from 1 as printed on it: channel k is at address + k - 1. */
struct profile_switch {
    int function;      /* 5: a coil is written, 6: a register */
    int read_function; /* 1, 2 or 3: its state is read there (2: a discrete input); 0 it cannot be read */
    uint16_t address;  /* of channel 1, zero-based PDU address */
    int count;         /* channels, at most 64; 0: the device has no switches */
    uint16_t on, off;  /* what is written; coils: 1 and 0 */
};

/* Measurements without a metric (no metric fits, or their byte order is not verified) are checked and left out: n counts
 * the others, may be 0, and no metric stands twice. */
struct profile {
    char id[SLUG_SIZE];
    char maker[65], model[65];
    unsigned n;
    struct profile_measurement m[PROFILE_MEASUREMENTS];
    unsigned spares, words;
    struct profile_spare spare[PROFILE_SPARES];
    struct profile_word word[PROFILE_WORDS];
    struct {
        int baud; /* factory setting; 0 unknown */
        char parity;
        int stop_bits;
    } serial;
    int default_unit;    /* -1 unknown */
    int max_registers;   /* at most this many in one request; 1..125, default 125 */
    int max_gap;         /* registers that may be read for nothing to join two blocks; default 0 */
    bool even;           /* a request must begin at an even address and ask an even number */
    bool outside_silent; /* registers it does not have get no answer; otherwise exception 2 */
    bool whole_block;    /* read first_block exactly as given, in one request */
    uint16_t block_first, block_count; /* whole_block: e.g. 0 and 120 */
    int block_function;                /* whole_block: 3 or 4 */
    int timeout_ms;                    /* 0: the bus's */
    /* sent once after power-up, and again when the device has lost it */
    struct profile_request start;
    int settle_ms;  /* wait between the start request and the first good read; 0 none or unknown */
    int measure_ms; /* between two measurements; 0 unknown */
    int turnaround_ms; /* between a request and the first byte of its answer; 0 unknown */
    /* a nila-node: the block begins with the node's header (magic, map version, request
     * counter), which is checked before any value is taken */
    bool node_header;
    struct profile_switch relay;
};

/* Reads dir/id.json. Errors as site_load; an id that is no slug is NILA_ERR_CONFIG. On success *out is the caller's, free with profile_free. */
NILA_MUST_CHECK int profile_load(struct profile **out, const char *dir, const char *id, char *why,
                                 size_t why_size);
NILA_MUST_CHECK int profile_load_memory(struct profile **out, const char *name, const char *text,
                                        size_t n, char *why, size_t why_size);
void profile_free(struct profile *p); /* NULL is fine */

/* Number of 16-bit registers of a type: 1 or 2. */
int profile_registers(enum profile_type t);

#endif
