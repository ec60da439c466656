/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus_pdu.h"

#include <stdio.h>

#define EXCEPTION_BIT 0x80
#define COIL_ON       0xFF00
#define MEI_IDENTITY  14 /* Modbus application protocol 1.1b3, 6.21 */
#define MEI_BASIC     1
#define MEI_HEAD \
    7 /* bytes before the first object: function, MEI, kind, conformity, more, next, count */

/* What the functions carry: bits or registers, read or written, one or several. */
struct form {
    bool write, bits, single;
    uint16_t most; /* of one request: Modbus application protocol 1.1b3, 6.1 to 6.12 */
};

static const struct form *form_of(int function)
{
    static const struct form FORM[] = {
        [1] = {false, true, false, 2000}, [2] = {false, true, false, 2000},
        [3] = {false, false, false, 125}, [4] = {false, false, false, 125},
        [5] = {true, true, true, 1},      [6] = {true, false, true, 1},
        [15] = {true, true, false, 1968}, [16] = {true, false, false, 123},
    };

    if (function < 1 || function >= (int)(sizeof FORM / sizeof FORM[0]) || FORM[function].most == 0)
        return NULL;
    return &FORM[function];
}

bool bus_is_write(int function)
{
    const struct form *form = form_of(function);

    return form != NULL && form->write;
}

static int check_command(const struct bus_question *q, struct bus_answer *a)
{
    bool ok = (q->function == 6 && q->count == 0) || q->function == 3 || q->function == 4 ||
              q->function == 16;

    if (ok && q->count <= form_of(q->function)->most && q->write == NULL)
        return 0;
    (void)snprintf(a->text, sizeof a->text, "function %d, %u registers: no command", q->function,
                   q->count);
    return NILA_ERR_RANGE;
}

static int check_identify(const struct bus_question *q, struct bus_answer *a)
{
    if (q->first == 0 && q->count == BUS_IDENTITY_WORDS && !q->command && q->write == NULL)
        return 0;
    (void)snprintf(a->text, sizeof a->text, "function %d: first is 0, count %d", q->function,
                   BUS_IDENTITY_WORDS);
    return NILA_ERR_RANGE;
}

int bus_pdu_check(const struct bus_question *q, struct bus_answer *a)
{
    const struct form *form = form_of(q->function);

    if (form == NULL && q->function != BUS_IDENTIFY) {
        (void)snprintf(a->text, sizeof a->text,
                       "function %d cannot be asked, allowed 1 to 6, 15, 16, 43", q->function);
        return NILA_ERR_RANGE;
    }
    if (q->timeout_ms < 1) {
        (void)snprintf(a->text, sizeof a->text, "time-out of %d ms, at least 1", q->timeout_ms);
        return NILA_ERR_RANGE;
    }
    if (form == NULL)
        return check_identify(q, a);
    if (q->command)
        return check_command(q, a);
    if (q->count < 1 || q->count > form->most || q->first + q->count > 65536) {
        (void)snprintf(a->text, sizeof a->text, "%u from address %u: function %d takes 1..%u",
                       q->count, q->first, q->function, form->most);
        return NILA_ERR_RANGE;
    }
    if (form->write != (q->write != NULL)) {
        (void)snprintf(a->text, sizeof a->text, "function %d: %s", q->function,
                       form->write ? "nothing to write" : "a read with values to write");
        return NILA_ERR_RANGE;
    }
    for (unsigned i = 0; form->write && form->bits && i < q->count; i++) {
        if (q->write[i] > 1) {
            (void)snprintf(a->text, sizeof a->text, "coil %u: %u cannot be written, 0 or 1",
                           q->first + i, q->write[i]);
            return NILA_ERR_RANGE;
        }
    }
    return 0;
}

static void put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)(v & 255);
}

static unsigned get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint16_t bit_of(const uint8_t *bits, unsigned i)
{
    return (bits[i / 8] >> i % 8 & 1) != 0 ? 1 : 0;
}

/* Bytes of count values in a body. */
static size_t bytes_of(const struct form *form, unsigned count)
{
    return form->bits ? (count + 7) / 8 : (size_t)2 * count;
}

/* The four bytes after the function code of every request; single writes carry their value where others say how many. */
static void put_head(uint8_t *p, const struct form *form, const struct bus_question *q)
{
    put16(p, q->first);
    if (!form->single)
        put16(p + 2, q->count);
    else if (form->bits)
        put16(p + 2, q->write[0] != 0 ? COIL_ON : 0);
    else
        put16(p + 2, q->command ? q->value : q->write[0]);
}

size_t bus_pdu_make(uint8_t pdu[static BUS_PDU_MAX], const struct bus_question *q)
{
    const struct form *form = form_of(q->function);
    size_t n;

    pdu[0] = (uint8_t)q->function;
    if (form == NULL) {
        pdu[1] = MEI_IDENTITY;
        pdu[2] = MEI_BASIC;
        pdu[3] = 0; /* from the first object on */
        return 4;
    }
    put_head(pdu + 1, form, q);
    if (!form->write || form->single)
        return 5;
    n = bytes_of(form, q->count);
    pdu[5] = (uint8_t)n;
    for (size_t i = 0; i < n; i++)
        pdu[6 + i] = 0;
    for (unsigned i = 0; q->write != NULL && i < q->count; i++) {
        if (form->bits)
            pdu[6 + i / 8] |= (uint8_t)(q->write[i] << i % 8);
        else
            put16(pdu + 6 + 2 * (size_t)i, q->write[i]);
    }
    return 6 + n;
}

static int take_exception(unsigned code, struct bus_answer *a)
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

    if (code < 1 || code >= sizeof NAME / sizeof NAME[0]) {
        (void)snprintf(a->text, sizeof a->text, "unknown exception %u", code);
        return NILA_ERR_PROTO;
    }
    a->exception = (int)code;
    (void)snprintf(a->text, sizeof a->text, "exception %u (%s)", code, NAME[code]);
    return NILA_ERR_EXCEPTION;
}

static int misfit(struct bus_answer *a, const char *what)
{
    (void)snprintf(a->text, sizeof a->text, "answer does not fit the question: %s", what);
    return NILA_ERR_PROTO;
}

/* The device repeats what it wrote, or where and how much. */
static int take_echo(const uint8_t *pdu, size_t n, const struct form *form,
                     const struct bus_question *q, struct bus_answer *a)
{
    uint8_t expected[4];

    if (n != 1 + sizeof expected)
        return misfit(a, "length");
    put_head(expected, form, q);
    for (size_t i = 0; i < sizeof expected; i++)
        if (pdu[1 + i] != expected[i])
            return misfit(a, i < 2 ? "another address was written" : "another value was written");
    return 0;
}

int bus_pdu_identity_length(const uint8_t *pdu, size_t n)
{
    size_t at = MEI_HEAD;

    if (n >= 1 && (pdu[0] & EXCEPTION_BIT) != 0)
        return 2;
    if ((n >= 1 && pdu[0] != BUS_IDENTIFY) || (n >= 2 && pdu[1] != MEI_IDENTITY))
        return -1;
    if (n < MEI_HEAD)
        return 0;
    for (unsigned i = 0; i < pdu[MEI_HEAD - 1]; i++) {
        if (n < at + 2)
            return 0;
        at += 2 + (size_t)pdu[at + 1];
        if (at > BUS_PDU_MAX)
            return -1;
    }
    return (int)at;
}

static int take_identity(const uint8_t *pdu, size_t n, uint16_t *regs, struct bus_answer *a)
{
    size_t bytes = n - (MEI_HEAD - 1);

    if (bus_pdu_identity_length(pdu, n) != (int)n)
        return misfit(a, "length");
    if (regs == NULL)
        return 0;
    for (unsigned i = 0; i < BUS_IDENTITY_WORDS; i++)
        regs[i] = 0;
    regs[0] = (uint16_t)bytes;
    for (size_t i = 0; i < bytes; i++)
        regs[1 + i / 2] |= (uint16_t)(pdu[MEI_HEAD - 1 + i] << (i % 2 == 0 ? 8 : 0));
    return 0;
}

int bus_pdu_take(const uint8_t *pdu, size_t n, const struct bus_question *q, uint16_t *regs,
                 struct bus_answer *a)
{
    const struct form *form = form_of(q->function);

    if (n == 2 && pdu[0] == (q->function | EXCEPTION_BIT))
        return take_exception(pdu[1], a);
    if (n < 2 || pdu[0] != q->function)
        return misfit(a, n < 2 ? "length" : "another function");
    if (form == NULL)
        return take_identity(pdu, n, regs, a);
    if (q->command)
        return 0;
    if (form->write)
        return take_echo(pdu, n, form, q, a);
    if (pdu[1] != bytes_of(form, q->count) || n != 2 + (size_t)pdu[1])
        return misfit(a, "length");
    for (unsigned i = 0; regs != NULL && i < q->count; i++)
        regs[i] = form->bits ? bit_of(pdu + 2, i) : (uint16_t)get16(pdu + 2 + 2 * (size_t)i);
    return 0;
}
