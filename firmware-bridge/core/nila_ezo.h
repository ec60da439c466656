/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_ezo: an Atlas Scientific EZO circuit (DO, pH, EC) on a UART, 9600 8N1. Commands and answers are lines ended by CR; an answer is a
 * number (several when more outputs are on: the first counts) and then *OK, or *ER; *RS, *RE, *OV, *UV, *SL, *WA come unasked.
 *
 * The port moves bytes and time: nila_ezo_take gives the next byte to send, nila_ezo_byte takes one that came, nila_ezo_tick the
 * milliseconds. nila_ezo_ask begins a reading; when nila_ezo_busy is false again, nila_ezo_result has it.
 * A round: where the circuit is new or restarted, the answers are switched on, continuous mode and extra outputs off; then the
 * compensation (DO: temperature, salinity, pressure; pH: temperature) when it changed; then R. EC is read at 25 C "compensation",
 * which is none: the node reports conductivity as it is in the water.
 * Tolerated: junk, empty lines, LF, overlong lines, numbers nobody asked for, a circuit that was restarted in between. A number is taken
 * only as the answer to R; the answer to an earlier question is never taken for one to the present.
 * Source: the vendor's data sheets, in excerpts. Freestanding; state in the caller's struct; one context. */
#ifndef NILA_EZO_H
#define NILA_EZO_H

#include <stdbool.h>
#include <stdint.h>

#include "nila_regmap.h"

#define NILA_EZO_LINE    40   /* longest answer that is read, the circuit's own limit */
#define NILA_EZO_WAIT_MS 1500 /* for each answer: the slowest circuit needs 900 for R */
#define NILA_EZO_TAIL_MS 300  /* for the *OK behind a number */
#define NILA_EZO_TRIES   2    /* of R, before the circuit counts as absent */
#define NILA_EZO_QUIET_MS \
    50 /* before the first command of a round: what still comes belongs to the past */

enum nila_ezo_kind {
    NILA_EZO_DO,
    NILA_EZO_PH,
    NILA_EZO_EC
};

/* What the circuit is told for its own compensation. */
struct nila_ezo_water {
    int32_t temp_x1000;    /* C */
    int32_t sal_x1000;     /* PSU; DO only */
    int32_t baro_pa_x1000; /* kPa x 1000, that is Pa; DO only */
};

struct nila_ezo {
    enum nila_ezo_kind kind;
    struct nila_ezo_water want, told;
    uint8_t step;   /* of the round */
    uint8_t tries;  /* of R so far */
    uint8_t starts; /* of the circuit in this round */
    bool busy, ready, asked, overlong, got;
    uint8_t line_n, out_n, out_at;
    uint16_t wait_ms, passed_ms;
    int32_t value_x1000, result_x1000;
    uint16_t quality;
    uint16_t junk, errors, restarts; /* lines not understood, *ER, *RS and *RE; wrapping */
    char line[NILA_EZO_LINE];
    char out[20];
};

void nila_ezo_init(struct nila_ezo *e, enum nila_ezo_kind kind);

/* Begins a reading. While busy: nothing happens. */
void nila_ezo_ask(struct nila_ezo *e, const struct nila_ezo_water *water);

/* The next byte to send; false: none. */
bool nila_ezo_take(struct nila_ezo *e, uint8_t *byte);

void nila_ezo_byte(struct nila_ezo *e, uint8_t byte);

/* ms milliseconds have passed. */
void nila_ezo_tick(struct nila_ezo *e, uint32_t ms);

bool nila_ezo_busy(const struct nila_ezo *e);

/* The last finished reading x 1000 (mg/L, pH, uS/cm), or NILA_MISSING with *quality NILA_Q_ABSENT (no answer) or
 * NILA_Q_RANGE (an answer no water gives). */
int32_t nila_ezo_result(const struct nila_ezo *e, uint16_t *quality);

#endif
