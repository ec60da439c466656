/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_ds18b20.h"

#include <stddef.h>

#define RESET_BAUD    9600
#define BIT_BAUD      115200
#define RESET_BYTE    0xF0
#define SKIP_ROM      0xCC /* whoever is there: one thermometer a line */
#define CONVERT       0x44
#define READ_PAD      0xBE
#define PAD_BYTES     9
#define POWER_ON_X16  (85 * 16)
#define NEAR_85_X1000 5000

enum phase {
    RESET_TO_CONVERT,
    TELL_CONVERT,
    CONVERTING,
    RESET_TO_READ,
    TELL_READ,
    READING
};

static const uint8_t TELL[2][2] = {{SKIP_ROM, CONVERT}, {SKIP_ROM, READ_PAD}};

uint8_t nila_ds18b20_crc(const uint8_t *bytes, uint8_t n)
{
    uint8_t crc = 0;

    for (uint8_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (uint8_t bit = 0; bit < 8; bit++)
            crc = (uint8_t)((crc & 1) != 0 ? crc >> 1 ^ 0x8C : crc >> 1);
    }
    return crc;
}

void nila_ds18b20_init(struct nila_ds18b20 *d)
{
    *d = (struct nila_ds18b20){.result_x1000 = NILA_MISSING, .fault = NILA_DS18B20_NEVER};
}

static void enter(struct nila_ds18b20 *d, enum phase phase)
{
    d->phase = (uint8_t)phase;
    d->at = d->bit = 0;
    d->sent = false;
    d->passed_ms = 0;
}

void nila_ds18b20_ask(struct nila_ds18b20 *d)
{
    if (d->busy)
        return;
    d->busy = true;
    d->tries = 0;
    enter(d, RESET_TO_CONVERT);
}

static bool resetting(const struct nila_ds18b20 *d)
{
    return d->phase == RESET_TO_CONVERT || d->phase == RESET_TO_READ;
}

bool nila_ds18b20_take(struct nila_ds18b20 *d, uint8_t *byte, uint32_t *baud)
{
    if (!d->busy || d->sent || d->phase == CONVERTING)
        return false;
    if (resetting(d)) {
        *byte = RESET_BYTE;
        *baud = RESET_BAUD;
    } else {
        uint8_t told = d->phase == READING ? 0xFF : TELL[d->phase == TELL_READ][d->at];
        *byte = (told >> d->bit & 1) != 0 ? 0xFF : 0x00;
        *baud = BIT_BAUD;
    }
    d->sent = true;
    d->passed_ms = 0;
    return true;
}

static void finish(struct nila_ds18b20 *d, int32_t x1000, enum nila_ds18b20_fault fault)
{
    d->busy = d->sent = false;
    d->result_x1000 = x1000;
    d->fault = fault;
}

/* The nine bytes are there: is it a temperature? */
static void judge(struct nila_ds18b20 *d)
{
    int16_t x16 = (int16_t)(d->pad[0] | d->pad[1] << 8);
    int32_t before = d->result_x1000, x1000;

    if (nila_ds18b20_crc(d->pad, PAD_BYTES) != 0) {
        d->crc_errors++;
        if (++d->tries < NILA_DS18B20_TRIES)
            enter(d, RESET_TO_READ);
        else
            finish(d, NILA_MISSING, NILA_DS18B20_CRC);
        return;
    }
    /* The configuration byte is 0RR11111 in every thermometer of this kind; below 12 bits the lowest are undefined. */
    if ((d->pad[4] & 0x9F) != 0x1F) {
        finish(d, NILA_MISSING, NILA_DS18B20_STRANGE);
        return;
    }
    x16 = (int16_t)(x16 & ~((1 << (3 - (d->pad[4] >> 5))) - 1));
    x1000 = (int32_t)x16 * 125 / 2; /* exact: 62.5 thousandths a step */
    if (x16 < -55 * 16 || x16 > 125 * 16)
        finish(d, NILA_MISSING, NILA_DS18B20_STRANGE);
    else if (x16 == POWER_ON_X16 && (before == NILA_MISSING || before < 85000 - NEAR_85_X1000 ||
                                     before > 85000 + NEAR_85_X1000))
        finish(d, NILA_MISSING, NILA_DS18B20_POWER_ON);
    else
        finish(d, x1000, NILA_DS18B20_FINE);
}

void nila_ds18b20_scratchpad(struct nila_ds18b20 *d, const uint8_t *pad)
{
    if (pad == NULL) {
        finish(d, NILA_MISSING, NILA_DS18B20_NOBODY);
        return;
    }
    for (unsigned i = 0; i < PAD_BYTES; i++)
        d->pad[i] = pad[i];
    d->tries = NILA_DS18B20_TRIES - 1; /* there is nobody here to read it again */
    judge(d);
}

static void echo_of_reset(struct nila_ds18b20 *d, uint8_t byte)
{
    if (byte == RESET_BYTE)
        finish(d, NILA_MISSING, NILA_DS18B20_NOBODY);
    else if (byte == 0x00)
        finish(d, NILA_MISSING, NILA_DS18B20_SHORT);
    else
        enter(d, d->phase == RESET_TO_CONVERT ? TELL_CONVERT : TELL_READ);
}

void nila_ds18b20_echo(struct nila_ds18b20 *d, uint8_t byte)
{
    if (!d->busy || !d->sent)
        return; /* noise between */
    d->sent = false;
    if (resetting(d)) {
        echo_of_reset(d, byte);
        return;
    }
    if (d->phase == READING) {
        if (d->bit == 0)
            d->pad[d->at] = 0;
        if (byte == 0xFF)
            d->pad[d->at] |= (uint8_t)(1 << d->bit);
    }
    if (++d->bit < 8)
        return;
    d->bit = 0;
    d->at++;
    if (d->phase == READING && d->at == PAD_BYTES)
        judge(d);
    else if (d->phase != READING && d->at == sizeof TELL[0])
        enter(d, d->phase == TELL_CONVERT ? CONVERTING : READING);
}

void nila_ds18b20_tick(struct nila_ds18b20 *d, uint32_t ms)
{
    if (!d->busy)
        return;
    d->passed_ms =
        ms < (uint32_t)(UINT16_MAX - d->passed_ms) ? (uint16_t)(d->passed_ms + ms) : UINT16_MAX;
    if (d->phase == CONVERTING) {
        if (d->passed_ms >= NILA_DS18B20_CONVERT_MS)
            enter(d, RESET_TO_READ);
    } else if (d->sent && d->passed_ms >= NILA_DS18B20_ECHO_MS) {
        finish(d, NILA_MISSING, NILA_DS18B20_SILENT);
    }
}

bool nila_ds18b20_busy(const struct nila_ds18b20 *d)
{
    return d->busy;
}

int32_t nila_ds18b20_result(const struct nila_ds18b20 *d, uint16_t *quality)
{
    *quality = d->fault == NILA_DS18B20_FINE ? NILA_Q_VALID
               : d->fault == NILA_DS18B20_STRANGE || d->fault == NILA_DS18B20_POWER_ON
                   ? NILA_Q_RANGE
                   : NILA_Q_ABSENT;
    return d->result_x1000;
}
