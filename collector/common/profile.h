/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profile: what a kind of device measures and how to read it (collector/devices/NAME.json). Data, not code. The form of the
 * file is profile.schema.json; README.md beside the devices tells it in words. */
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
    PROFILE_F32,
    PROFILE_U64,
    PROFILE_S64,
    PROFILE_F64
};

#define PROFILE_MEASUREMENTS 24
#define PROFILE_SPARES       64
#define PROFILE_WORDS        64
#define PROFILE_STATES       8
#define PROFILE_BLOCKS       8
#define PROFILE_ORDERS       8
#define PROFILE_OUTPUTS      16
#define PROFILE_IDENTITIES   4
#define PROFILE_MARKS        32
#define PROFILE_RANGES       16
#define PROFILE_TELLS        4

struct profile_measurement {
    char name[SLUG_SIZE]; /* the file's own name ("dissolved_oxygen") */
    enum metric metric;   /* what it becomes */
    int function;         /* 3 or 4 */
    uint16_t address;     /* zero-based PDU address */
    enum profile_type type;
    /* the value's bytes as on the wire: ABCD CDAB BADC DCBA; 16 bits: AB BA; 64 bits: ABCDEFGH GHEFCDAB BADCFEHG HGFEDCBA */
    char order[9];
    bool order_set; /* the order is a setting of the device: see order_register; .order is "" */
    /* value = raw * scale + offset; defaults 1 and 0. "fraction" (1.0 is 100 %) is in scale already */
    double scale, offset;
    double min, max; /* the device's own range; outside is fail. -inf, inf when not given */
    bool has_sentinel;
    uint64_t sentinel; /* raw words that mean "no value" */
    bool
        has_decimals; /* the register at .decimals holds how many of the value's digits are decimals, 0..9 */
    uint16_t decimals;
    int quality; /* address of a node-style quality word for this value, -1 none */
    int kind;    /* address of the node's kind word, -1 none; kind_value must stand there */
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

/* How far a value is believed while a state register says that not all is well. */
enum profile_bad {
    PROFILE_BAD_SUSPECT,
    PROFILE_BAD_FAIL,
    PROFILE_BAD_MISSING
};

/* A status entry with "ok": a register beside the values that says whether they are good. */
struct profile_state {
    char name[SLUG_SIZE];
    int function; /* 3 or 4 */
    uint16_t address;
    enum profile_word_type type; /* U16, U32, U8_HIGH, U8_LOW */
    char order[5];
    uint32_t mask, ok; /* all is well when (word & mask) == ok; default mask all ones */
    enum profile_bad bad;
    uint32_t of; /* bit i: it speaks of m[i]; 0: of nothing that is read, so it isn't read */
};

/* Registers that must be asked together and alone. */
struct profile_block {
    int function; /* 3 or 4 */
    uint16_t first, count;
};

/* What can be switched or written by name, and inputs of one bit. */
enum profile_output_kind {
    PROFILE_OUTPUT_CHANNELS, /* "coil": relays, one a number printed on the board */
    PROFILE_OUTPUT_INPUTS,   /* "discrete": contacts, read only */
    PROFILE_OUTPUT_SPECIAL   /* all at once, pulses and the like: for people */
};

struct profile_output {
    char name[SLUG_SIZE];
    enum profile_output_kind kind;
    int function;      /* that writes: 5, 15, 6, 16; inputs: that reads: 1, 2, 3, 4 */
    int read_function; /* that reads the state back: 1..4; 0: it cannot be read */
    uint16_t address;  /* of the first; the others follow */
    uint16_t count;
    int first_number; /* printed at the first; default 1 */
    uint16_t on,
        off; /* what is written by 6 and 16, and read by 3 and 4; coils and bits: 1 and 0 */
};

/* Registers by which a scan knows the device. */
struct profile_identity {
    char name[SLUG_SIZE];
    int function; /* 3 or 4 */
    uint16_t address, count;
    enum profile_word_type type;
    char order[5];
    bool has_value;
    double value;
    char pattern[33]; /* ascii: * any, ? one character; "" any text of printable characters */
};

/* A field that nobody has verified: "order": {"value": null, "verified": false, "note": "..."}. */
struct profile_mark {
    char where[200];      /* "boqu.json:14:30: measurements[0].order" */
    char name[SLUG_SIZE]; /* of the measurement or entry it belongs to, "" none */
    char note[121];
};

/* A request that makes the device measure (or rest); function 0: there is none. */
struct profile_request {
    int function;     /* 3, 4: a read, its answer ignored; 6: value is written; 16: count zeros */
    uint16_t address; /* zero-based PDU address */
    uint16_t count;   /* functions 3, 4, 16: 0..123; some devices want a request for 0 registers */
    uint16_t value;   /* function 6 */
};

/* Registers that a calibration may read or write, whole or in part. */
struct profile_range {
    int function; /* 3, 4: they are read; 6, 16: written */
    uint16_t first, count;
    bool has_value;
    uint16_t value; /* written: nothing but this */
};

/* What the master tells a device because it cannot measure it itself. */
enum profile_quantity {
    PROFILE_TELL_TEMP_C,   /* of the water */
    PROFILE_TELL_SAL_PSU,  /* of the water */
    PROFILE_TELL_BARO_HPA, /* of the air, at the place */
    PROFILE_TELL_TODAY     /* days since 2000-01-01, by WIB */
};

/* Written by function 16, one register. */
struct profile_tell {
    enum profile_quantity quantity;
    uint16_t address;
    bool is_signed;
    double scale; /* quantity = register * scale; > 0 */
};

/* The channels of a relay board that are written one by one: the first "coil" of its outputs by function 5 or 6. */
struct profile_switch {
    int function;      /* 5: a coil is written, 6: a register */
    int read_function; /* 1 to 4: its state is read there; 0 it cannot be read */
    uint16_t address;  /* of the first, zero-based PDU address */
    int first;         /* the number printed at it */
    int count;         /* channels; 0: the device has no switches */
    uint16_t on, off;  /* what is written; coils: 1 and 0 */
};

/* Measurements without a metric (no metric fits, or their byte order is not verified) are checked and left out of m: n counts
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
    unsigned blocks; /* without whole_block: registers inside one of these are read by it alone */
    struct profile_block block[PROFILE_BLOCKS];
    int timeout_ms; /* 0: the bus's */
    int gap_ms; /* silence before a request to this device, 0..1000; the longer of this and the bus's */
    /* sent once after power-up, and again when the device has lost it; with start_each before each
     * reading */
    struct profile_request start;
    bool start_each;
    /* read after start; function 0: there is none. Without ready it holds the ms to wait (instead of settle_ms); with
     * ready it is read again until it holds ready_value */
    struct {
        int function; /* 3 or 4 */
        uint16_t address;
        bool ready;
        uint16_t ready_value;
    } wait;
    int settle_ms;  /* wait between the start request and the first good read; 0 none or unknown */
    int measure_ms; /* between two measurements; 0 unknown */
    int turnaround_ms; /* between a request and the first byte of its answer; 0 unknown */
    /* a nila-node: the block begins with the node's header (magic, map version, request
     * counter), which is checked before any value is taken */
    bool node_header;
    struct profile_switch relay;
    /* the register that says in which order 32-bit values come; function 0: there is none */
    struct {
        int function; /* 3 or 4 */
        uint16_t address;
        unsigned n;
        struct {
            uint16_t code;
            char order[5];
        } of[PROFILE_ORDERS];
    } order_register;
    /* calibration through the running collector; ranges 0: there is none */
    unsigned ranges;
    struct profile_range range[PROFILE_RANGES];
    bool has_abort; /* what ends a calibration that was left alone: written by function 16 */
    uint16_t abort_address, abort_value;
    int settle_s; /* until values are the pond's again; 0..3600, default 120 */
    unsigned tells;
    struct profile_tell tell[PROFILE_TELLS];
    unsigned states, outputs, identities, marks;
    struct profile_state state[PROFILE_STATES];
    struct profile_output output[PROFILE_OUTPUTS];
    struct profile_identity identity[PROFILE_IDENTITIES];
    struct profile_mark mark[PROFILE_MARKS];
};

/* Reads dir/id.json. Errors as site_load; an id that is no slug is NILA_ERR_CONFIG. On success *out is the caller's, free with profile_free. */
NILA_MUST_CHECK int profile_load(struct profile **out, const char *dir, const char *id, char *why,
                                 size_t why_size);
NILA_MUST_CHECK int profile_load_memory(struct profile **out, const char *name, const char *text,
                                        size_t n, char *why, size_t why_size);
void profile_free(struct profile *p); /* NULL is fine */

/* Number of 16-bit registers of a type: 1, 2 or 4. */
int profile_registers(enum profile_type t);

/* Number of registers a state is read by: 1 or 2. */
int profile_state_registers(const struct profile_state *s);

/* Could the registers (i->count of them, wire order) be those of this device? */
bool profile_identity_fits(const struct profile_identity *i, const uint16_t *regs);

#endif
