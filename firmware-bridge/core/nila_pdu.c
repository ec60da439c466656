/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_pdu.h"

#define READ_MAX           125 /* registers in one answer of functions 3 and 4 */
#define WRITE_MAX          123 /* registers in one request of function 16 */

#define MEI_IDENTIFICATION 0x0E
#define CONFORMITY_BASIC   0x81 /* basic objects, as a stream and one by one */
#define IDENTITY_OBJECTS   3
#define READ_CODE_ONE      4

/* One request being served. in[0] and out[0] are the function code. */
struct call {
    struct nila_node *node;
    struct nila_answer *answer;
    const uint8_t *in;
    size_t n;
    uint8_t *out;
    bool broadcast;
};

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static size_t refuse(struct call *c, uint8_t exception)
{
    c->answer->exception = exception;
    return 0;
}

/* Functions 3 and 4, after check_read: the request's registers out of an image of all. */
static size_t read_block(struct call *c, const uint16_t *image)
{
    uint16_t first = get16(c->in + 1), count = get16(c->in + 3);

    c->out[1] = (uint8_t)(2 * count);
    for (unsigned i = 0; i < count; i++) {
        c->out[2 + 2 * i] = (uint8_t)(image[first + i] >> 8);
        c->out[3 + 2 * i] = (uint8_t)image[first + i];
    }
    c->answer->first = first;
    c->answer->count = count;
    return 2 + 2 * (size_t)count;
}

static uint8_t check_read(const struct call *c, uint16_t registers)
{
    if (c->n != 5 || get16(c->in + 3) < 1 || get16(c->in + 3) > READ_MAX)
        return NILA_EXCEPTION_VALUE;
    if (get16(c->in + 1) + (uint32_t)get16(c->in + 3) > registers)
        return NILA_EXCEPTION_ADDRESS;
    return NILA_EXCEPTION_NONE;
}

static size_t read_holding(struct call *c)
{
    uint16_t image[NILA_HOLD_COUNT];
    uint8_t ex = check_read(c, NILA_HOLD_COUNT);

    if (ex != NILA_EXCEPTION_NONE)
        return refuse(c, ex);
    nila_node_holding(c->node, image);
    return read_block(c, image);
}

static size_t read_input(struct call *c)
{
    uint16_t image[NILA_REG_COUNT];
    uint8_t ex = check_read(c, NILA_REG_COUNT);

    if (ex != NILA_EXCEPTION_NONE)
        return refuse(c, ex);
    c->answer->request = ++c->node->request;
    nila_node_image(c->node, image);
    return read_block(c, image);
}

/* Both writes are answered by their first five bytes. */
static size_t echo_head(struct call *c)
{
    for (unsigned i = 1; i < 5; i++)
        c->out[i] = c->in[i];
    return 5;
}

static size_t write_one(struct call *c)
{
    uint16_t value;
    uint8_t ex;

    if (c->n != 5)
        return refuse(c, NILA_EXCEPTION_VALUE);
    value = get16(c->in + 3);
    ex = nila_node_write(c->node, get16(c->in + 1), 1, &value, c->broadcast);
    return ex != NILA_EXCEPTION_NONE ? refuse(c, ex) : echo_head(c);
}

static size_t write_several(struct call *c)
{
    uint16_t value[NILA_HOLD_COUNT] = {0};
    uint16_t count;
    uint8_t ex;

    if (c->n < 6)
        return refuse(c, NILA_EXCEPTION_VALUE);
    count = get16(c->in + 3);
    if (count < 1 || count > WRITE_MAX || c->in[5] != 2 * count || c->n != 6 + 2 * (size_t)count)
        return refuse(c, NILA_EXCEPTION_VALUE);
    /* More than there are registers are refused by nila_node_write before it looks at their values. */
    for (size_t i = 0; i < count && i < NILA_HOLD_COUNT; i++)
        value[i] = get16(c->in + 6 + 2 * i);
    ex = nila_node_write(c->node, get16(c->in + 1), count, value, c->broadcast);
    return ex != NILA_EXCEPTION_NONE ? refuse(c, ex) : echo_head(c);
}

static size_t diagnose(struct call *c)
{
    if (c->n < 5 || c->n % 2 == 0)
        return refuse(c, NILA_EXCEPTION_VALUE);
    if (get16(c->in + 1) != 0)
        return refuse(c, NILA_EXCEPTION_FUNCTION);
    for (size_t i = 1; i < c->n; i++)
        c->out[i] = c->in[i];
    return c->n;
}

/* Copies at most NILA_IDENTITY_MAX characters, returns how many. */
static uint8_t put_text(uint8_t *out, const char *text)
{
    uint8_t n = 0;

    while (text != NULL && n < NILA_IDENTITY_MAX && text[n] != '\0') {
        out[n] = (uint8_t)text[n];
        n++;
    }
    return n;
}

static size_t report_id(struct call *c)
{
    uint8_t text;

    if (c->n != 1)
        return refuse(c, NILA_EXCEPTION_VALUE);
    c->out[2] = c->answer->unit;
    c->out[3] = 0xFF; /* running */
    text = put_text(c->out + 4, c->node->identity.product);
    c->out[1] = (uint8_t)(2 + text);
    return 4 + (size_t)text;
}

static size_t identify(struct call *c)
{
    const struct nila_identity *id = &c->node->identity;
    const char *const object[IDENTITY_OBJECTS] = {id->vendor, id->product, id->revision};
    size_t n = 7;
    uint8_t from, to = IDENTITY_OBJECTS - 1;

    if (c->n < 2 || c->in[1] != MEI_IDENTIFICATION)
        return refuse(c, NILA_EXCEPTION_FUNCTION);
    if (c->n != 4 || c->in[2] < 1 || c->in[2] > READ_CODE_ONE)
        return refuse(c, NILA_EXCEPTION_VALUE);
    from = c->in[3];
    if (c->in[2] == READ_CODE_ONE) {
        if (from >= IDENTITY_OBJECTS)
            return refuse(c, NILA_EXCEPTION_ADDRESS);
        to = from;
    } else if (from >= IDENTITY_OBJECTS) {
        from = 0; /* V1.1b3, 6.21: an unknown object means from the beginning */
    }
    c->out[1] = MEI_IDENTIFICATION;
    c->out[2] = c->in[2];
    c->out[3] = CONFORMITY_BASIC;
    c->out[4] = 0; /* nothing follows */
    c->out[5] = 0;
    c->out[6] = (uint8_t)(to - from + 1);
    for (uint8_t i = from; i <= to; i++) {
        c->out[n] = i;
        c->out[n + 1] = put_text(c->out + n + 2, object[i]);
        n += 2 + (size_t)c->out[n + 1];
    }
    return n;
}

static const struct {
    uint8_t function;
    bool broadcast;                  /* may be told to all at once */
    size_t (*serve)(struct call *c); /* length of the answer, or 0 after refuse */
} SERVICE[] = {
    {4, false, read_input},    {3, false, read_holding}, {6, true, write_one},
    {16, true, write_several}, {8, false, diagnose},     {17, false, report_id},
    {43, false, identify},
};

static void serve(struct call *c)
{
    struct nila_answer *a = c->answer;
    size_t i = 0, services = sizeof SERVICE / sizeof SERVICE[0];

    a->node = c->node;
    a->function = c->in[0];
    c->out[0] = c->in[0];
    while (i < services && SERVICE[i].function != c->in[0])
        i++;
    if (i == services)
        a->n = refuse(c, NILA_EXCEPTION_FUNCTION);
    else if (!c->broadcast || SERVICE[i].broadcast)
        a->n = SERVICE[i].serve(c);
    if (a->exception != NILA_EXCEPTION_NONE && !c->broadcast) {
        c->out[0] |= 0x80;
        c->out[1] = a->exception;
        a->n = 2;
        c->node->bus.exceptions++;
    }
}

struct nila_node *nila_units_find(const struct nila_units *units, uint8_t unit)
{
    for (size_t i = 0; i < units->nodes; i++)
        if (units->node[i].unit == unit)
            return &units->node[i];
    return NULL;
}

static bool awake(const struct nila_units *units, size_t index)
{
    return units->awake == NULL || units->awake(units->arg, index);
}

struct nila_answer nila_units_serve(struct nila_units *units, uint8_t unit, const uint8_t *pdu,
                                    size_t n, uint8_t out[NILA_PDU_MAX])
{
    const struct nila_node *addressed = nila_units_find(units, unit);
    bool broadcast = addressed == NULL && unit == 0;
    struct nila_answer answer = {0};

    if (n < 1 || n > NILA_PDU_MAX)
        return answer;
    for (size_t i = 0; i < units->nodes; i++) {
        struct nila_node *node = &units->node[i];
        struct nila_answer mine = {.unit = unit};
        struct call c = {.node = node, .answer = &mine, .in = pdu, .n = n, .broadcast = broadcast};
        c.out = out;
        node->bus.messages++;
        if (node != addressed && !broadcast) {
            node->bus.foreign++;
        } else if (awake(units, i)) {
            serve(&c);
            if (!broadcast)
                answer = mine;
        }
    }
    return answer;
}
