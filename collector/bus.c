/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus_link.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"

struct bus *bus_new(const struct site_bus *c)
{
    struct bus *b = xcalloc(1, sizeof *b);

    b->c = c;
    b->link = c->kind == SITE_BUS_SERIAL ? &BUS_RTU : &BUS_TCP;
    b->lock_fd = -1;
    return b;
}

void bus_free(struct bus *b)
{
    if (b == NULL)
        return;
    bus_close(b);
    free(b);
}

bool bus_unit_ok(const struct site_bus *c, int unit)
{
    /* libmodbus 3.1.6 refuses 248..255; on a serial line raw frames get round that, on TCP only 255 is let through. */
    if (c->kind == SITE_BUS_SERIAL)
        return unit >= 1 && unit <= 255;
    return (unit >= 0 && unit <= 247) || unit == MODBUS_TCP_SLAVE;
}

bool bus_is_open(const struct bus *b)
{
    return b->ctx != NULL;
}

int bus_open(struct bus *b, char *why, size_t why_size)
{
    int rc;

    if (b->ctx != NULL)
        return 0;
    rc = b->link->open(b, why, why_size);
    if (rc != 0) {
        bus_close(b);
        return rc;
    }
    b->quiet_ms = clock_mono_ms();
    return 0;
}

void bus_close(struct bus *b)
{
    b->link->close(b);
    if (b->ctx == NULL)
        return;
    modbus_close(b->ctx);
    modbus_free(b->ctx);
    b->ctx = NULL;
}

int bus_ask(struct bus *b, const struct bus_question *q, uint16_t *regs, struct bus_answer *a)
{
    int64_t before;
    int rc;

    *a = (struct bus_answer){0};
    if (b->ctx == NULL) {
        (void)snprintf(a->text, sizeof a->text, "not open");
        return NILA_ERR_CLOSED;
    }
    if (!bus_unit_ok(b->c, q->unit) || (q->function != 3 && q->function != 4) || q->count < 1 ||
        q->count > MODBUS_MAX_READ_REGISTERS || q->timeout_ms < 1) {
        (void)snprintf(a->text, sizeof a->text,
                       "unit %d, function %d, %u registers: cannot be asked", q->unit, q->function,
                       q->count);
        return NILA_ERR_RANGE;
    }
    before = clock_mono_ms();
    rc = b->link->ask(b, q, regs, a);
    if (a->answer_ms == 0)
        a->answer_ms = (int)(clock_mono_ms() - before);
    b->quiet_ms = clock_mono_ms();
    if (rc == NILA_ERR_IO)
        bus_close(b);
    return rc;
}

static int exception_error(int code, struct bus_answer *a)
{
    static const char *const NAME[] = {
        "",
        "illegal function",
        "illegal data address",
        "illegal data value",
        "device failure",
        "acknowledge, still working",
        "device busy",
        "negative acknowledge",
        "memory parity error",
        "not defined",
        "gateway path unavailable",
        "gateway target gives no answer",
    };

    a->exception = code;
    (void)snprintf(a->text, sizeof a->text, "exception %d (%s)", code,
                   code >= 1 && code < (int)(sizeof NAME / sizeof NAME[0]) ? NAME[code]
                                                                           : "not defined");
    return NILA_ERR_EXCEPTION;
}

int bus_error(int e, const struct bus_question *q, struct bus_answer *a)
{
    static const struct {
        int e;
        const char *text;
    } BAD[] = {
        {EMBBADCRC, "bad CRC"},
        {EMBBADDATA, "answer does not fit the question"},
        {EMBBADEXC, "exception answer to another function"},
        {EMBUNKEXC, "unknown exception"},
        {EMBMDATA, "too much data"},
        {EMBBADSLAVE, "answer of another unit"},
    };

    if (e > MODBUS_ENOBASE && e <= EMBXGTAR)
        return exception_error(e - MODBUS_ENOBASE, a);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        if (BAD[i].e == e) {
            (void)snprintf(a->text, sizeof a->text, "%s", BAD[i].text);
            return NILA_ERR_PROTO;
        }
    }
    if (e == ETIMEDOUT || e == EAGAIN || e == EINTR) {
        (void)snprintf(a->text, sizeof a->text, "no answer in %d ms", q->timeout_ms);
        return NILA_ERR_TIMEOUT;
    }
    (void)snprintf(a->text, sizeof a->text, "link lost: %s", strerror(e));
    return NILA_ERR_IO;
}

void bus_set_timeouts(modbus_t *ctx, int64_t answer_ms, int byte_ms)
{
    if (answer_ms < 1)
        answer_ms = 1; /* 0 is refused by libmodbus */
    (void)modbus_set_response_timeout(ctx, (uint32_t)(answer_ms / 1000),
                                      (uint32_t)(answer_ms % 1000) * 1000);
    (void)modbus_set_byte_timeout(ctx, 0, (uint32_t)byte_ms * 1000);
}

int bus_modbus_read(modbus_t *ctx, const struct bus_question *q, uint16_t *regs)
{
    return q->function == MODBUS_FC_READ_HOLDING_REGISTERS
               ? modbus_read_registers(ctx, q->first, q->count, regs)
               : modbus_read_input_registers(ctx, q->first, q->count, regs);
}

int bus_take_pdu(const uint8_t *pdu, int n, const struct bus_question *q, uint16_t *regs,
                 struct bus_answer *a)
{
    if (n >= 2 && pdu[0] == (q->function | 0x80))
        return exception_error(pdu[1], a);
    if (n < 2 + 2 * q->count || pdu[0] != q->function || pdu[1] != 2 * q->count) {
        (void)snprintf(a->text, sizeof a->text, "answer does not fit the question");
        return NILA_ERR_PROTO;
    }
    for (int i = 0; i < q->count; i++)
        regs[i] = (uint16_t)(pdu[2 + 2 * i] << 8 | pdu[3 + 2 * i]);
    return 0;
}

void bus_wait_gap(const struct bus *b, int64_t ms)
{
    if (clock_mono_ms() < b->quiet_ms + ms)
        clock_sleep_until(b->quiet_ms + ms);
}
