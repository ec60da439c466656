/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_ds18b20: one DS18B20 thermometer, 1-wire over a UART (TX open drain or through a diode, RX on the same wire): a reset is the byte
 * 0xF0 at 9600 baud, each bit one byte at 115200: 0x00 writes 0, 0xFF writes 1 or reads, and what comes back tells. So the UART
 * keeps the microseconds and no interrupt is ever late.
 *
 * The port sends what nila_ds18b20_take gives, at the baud it says, one byte at a time, and hands what was received meanwhile to
 * nila_ds18b20_echo; time through nila_ds18b20_tick. nila_ds18b20_ask begins; when busy is false again, the result is there.
 * Never taken for a temperature: a scratchpad with a bad CRC; one whose fixed bits are wrong (a line held low gives nine zeros,
 * whose CRC is right and which would read 0.0 C); 85.0 C, the value after power-on, unless the reading before was within 5 K of
 * it; anything outside -55..125 C. -127, by which well-known libraries mean "no sensor", does not exist here: a missing
 * value is NILA_MISSING.
 * Freestanding; state in the caller's struct; one context. */
#ifndef NILA_DS18B20_H
#define NILA_DS18B20_H

#include <stdbool.h>
#include <stdint.h>

#include "nila_regmap.h"

#define NILA_DS18B20_CONVERT_MS 750 /* 12 bits */
#define NILA_DS18B20_ECHO_MS \
    200 /* an echo that has not come by then does not come; generous for emulated boards */
#define NILA_DS18B20_TRIES 2 /* of reading the scratchpad */

enum nila_ds18b20_fault { /* why there is no value */
    NILA_DS18B20_FINE,
    NILA_DS18B20_NEVER,   /* nothing was read yet */
    NILA_DS18B20_SILENT,  /* the UART does not hear itself: wiring */
    NILA_DS18B20_NOBODY,  /* no presence pulse */
    NILA_DS18B20_SHORT,   /* the line is held low */
    NILA_DS18B20_CRC,     /* damaged on its way, twice */
    NILA_DS18B20_STRANGE, /* not the scratchpad of a DS18B20, or no possible temperature */
    NILA_DS18B20_POWER_ON /* 85.0 C: it restarted during the conversion */
};

struct nila_ds18b20 {
    uint8_t phase, bit, tries;
    uint8_t at; /* byte of the present sequence */
    bool busy, sent;
    uint16_t passed_ms;
    uint8_t pad[9]; /* scratchpad */
    int32_t result_x1000;
    enum nila_ds18b20_fault fault;
    uint16_t crc_errors; /* wrapping */
};

void nila_ds18b20_init(struct nila_ds18b20 *d);

/* Begins a conversion and its reading. While busy: nothing happens. */
void nila_ds18b20_ask(struct nila_ds18b20 *d);

/* The next byte to send and its baud; false: none now. Not before the echo of the one before was handed over. */
bool nila_ds18b20_take(struct nila_ds18b20 *d, uint8_t *byte, uint32_t *baud);

/* What was received while that byte was sent. */
void nila_ds18b20_echo(struct nila_ds18b20 *d, uint8_t byte);

void nila_ds18b20_tick(struct nila_ds18b20 *d, uint32_t ms);

bool nila_ds18b20_busy(const struct nila_ds18b20 *d);

/* C x 1000, or NILA_MISSING with *quality NILA_Q_ABSENT or (85.0, strange) NILA_Q_RANGE; d->fault says why. */
int32_t nila_ds18b20_result(const struct nila_ds18b20 *d, uint16_t *quality);

/* Instead of ask, take and echo, where somebody else reads the thermometer (an operating system): pad is the scratchpad of a conversion
 * just made, 9 bytes with their CRC, and is judged in the same way; NULL: nobody answered. */
void nila_ds18b20_scratchpad(struct nila_ds18b20 *d, const uint8_t *pad);

/* The 1-wire CRC-8 (polynomial 0x8C reflected, start 0; Maxim application note 27); over bytes with their own CRC it is 0. */
uint8_t nila_ds18b20_crc(const uint8_t *bytes, uint8_t n);

#endif
