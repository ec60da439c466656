/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_pdu.h"

#define READ_MAX           125 /* registers in one answer of functions 3 and 4 */
#define WRITE_MAX          123 /* registers in one request of function 16 */

#define MEI_IDENTIFICATION 0x0E
#define CONFORMITY_BASIC   0x81 /* basic objects, as a stream and one by one */
#define CONFORMITY_REGULAR 0x82
#define BASIC_OBJECTS      3
#define IDENTITY_OBJECTS   7
#define READ_CODE_BASIC    1
#define READ_CODE_ONE      4

/* Sub-functions of function 8 */
#define DIAG_ECHO        0
#define DIAG_RESTART     1
#define DIAG_LISTEN_ONLY 4
#define DIAG_CLEAR       10
#define DIAG_COUNT_FIRST 11
#define DIAG_COUNT_LAST  18

/* One request being served. in[0] and out[0] are the function code. out may be in itself, or lie before it in the same buffer: what is
 * asked is read before an answer is written over it. */
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

static void put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static size_t refuse(struct call *c, uint8_t exception)
{
    c->answer->exception = exception;
    return 0;
}

/* Functions 3 and 4: the registers asked for. */
static size_t put_registers(struct call *c, const uint16_t *value)
{
    uint16_t count = get16(c->in + 3);

    c->answer->first = get16(c->in + 1);
    c->answer->count = count;
    c->out[1] = (uint8_t)(2 * count);
    for (size_t i = 0; i < count; i++)
        put16(c->out + 2 + 2 * i, value[i]);
    return 2 + 2 * (size_t)count;
}

static bool asks_well(const struct call *c)
{
    return c->n == 5 && get16(c->in + 3) >= 1 && get16(c->in + 3) <= READ_MAX;
}

static size_t read_holding(struct call *c)
{
    uint16_t value[READ_MAX];
    uint8_t ex;

    if (!asks_well(c))
        return refuse(c, NILA_EXCEPTION_VALUE);
    ex = nila_node_holding(c->node, get16(c->in + 1), get16(c->in + 3), value);
    return ex != NILA_EXCEPTION_NONE ? refuse(c, ex) : put_registers(c, value);
}

static size_t read_input(struct call *c)
{
    uint16_t image[NILA_REG_COUNT];

    if (!asks_well(c))
        return refuse(c, NILA_EXCEPTION_VALUE);
    if (get16(c->in + 1) + (uint32_t)get16(c->in + 3) > NILA_REG_COUNT)
        return refuse(c, NILA_EXCEPTION_ADDRESS);
    c->answer->request = ++c->node->request;
    nila_node_image(c->node, image);
    return put_registers(c, image + get16(c->in + 1));
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
    uint16_t value[WRITE_MAX];
    uint16_t count;
    uint8_t ex;

    if (c->n < 6)
        return refuse(c, NILA_EXCEPTION_VALUE);
    count = get16(c->in + 3);
    if (count < 1 || count > WRITE_MAX || c->in[5] != 2 * count || c->n != 6 + 2 * (size_t)count)
        return refuse(c, NILA_EXCEPTION_VALUE);
    for (size_t i = 0; i < count; i++)
        value[i] = get16(c->in + 6 + 2 * i);
    ex = nila_node_write(c->node, get16(c->in + 1), count, value, c->broadcast);
    return ex != NILA_EXCEPTION_NONE ? refuse(c, ex) : echo_head(c);
}

/* Sub-functions 11 to 18, V1.1b3 6.8.1. Ours are never busy and never say NAK. */
static uint16_t diagnostic_counter(const struct nila_counters *bus, uint16_t sub)
{
    const uint16_t ours = (uint16_t)(bus->messages - bus->foreign);
    const uint16_t counter[] = {bus->messages, bus->crc, bus->exceptions, ours, bus->silent, 0, 0,
                                bus->overrun};

    return counter[sub - DIAG_COUNT_FIRST];
}

static size_t diagnose(struct call *c)
{
    struct nila_node *node = c->node;
    uint16_t sub, data;

    if (c->n < 5 || c->n % 2 == 0)
        return refuse(c, NILA_EXCEPTION_VALUE);
    sub = get16(c->in + 1);
    data = get16(c->in + 3);
    for (size_t i = 1; i < c->n; i++)
        c->out[i] = c->in[i];
    if (sub == DIAG_ECHO)
        return c->n;
    if (sub != DIAG_RESTART && sub != DIAG_LISTEN_ONLY &&
        (sub < DIAG_CLEAR || sub > DIAG_COUNT_LAST))
        return refuse(c, NILA_EXCEPTION_FUNCTION);
    /* a restart may ask to forget an event log, which we don't keep */
    if (c->n != 5 || (data != 0 && !(sub == DIAG_RESTART && data == 0xFF00)))
        return refuse(c, NILA_EXCEPTION_VALUE);
    if (sub == DIAG_LISTEN_ONLY) {
        node->listen_only = true;
        node->bus.silent++;
        return 0; /* this is not answered either */
    }
    if (sub >= DIAG_COUNT_FIRST) {
        put16(c->out + 3, diagnostic_counter(&node->bus, sub));
        return c->n;
    }
    node->bus = (struct nila_counters){0};
    if (sub == DIAG_RESTART)
        node->restart = true;
    return c->n;
}

/* Whoever only listens wakes by one request alone, and does not answer it. */
static void serve_listening(struct call *c)
{
    c->node->bus.silent++;
    if (c->in[0] != 8 || c->n != 5 || get16(c->in + 1) != DIAG_RESTART)
        return;
    if (get16(c->in + 3) != 0 && get16(c->in + 3) != 0xFF00)
        return;
    c->node->bus = (struct nila_counters){0};
    c->node->listen_only = false;
    c->node->restart = true;
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

/* The objects from..to into out, after the seven bytes of the head; those of them that exist. Returns the length. */
static size_t put_objects(struct call *c, const char *const *object, uint8_t from, uint8_t to)
{
    size_t n = 7;

    c->out[6] = 0;
    for (uint8_t i = from; i <= to; i++) {
        if (i >= BASIC_OBJECTS && object[i] == NULL)
            continue;
        c->out[n] = i;
        c->out[n + 1] = put_text(c->out + n + 2, object[i]);
        n += 2 + (size_t)c->out[n + 1];
        c->out[6]++;
    }
    return n;
}

static size_t identify(struct call *c)
{
    const struct nila_identity *id = &c->node->identity;
    const char *const object[IDENTITY_OBJECTS] = {id->vendor,     id->product,      id->revision,
                                                  id->url,        id->product_name, id->model,
                                                  id->application};
    uint8_t from, to = BASIC_OBJECTS - 1, last = BASIC_OBJECTS - 1;

    if (c->n < 2 || c->in[1] != MEI_IDENTIFICATION)
        return refuse(c, NILA_EXCEPTION_FUNCTION);
    if (c->n != 4 || c->in[2] < READ_CODE_BASIC || c->in[2] > READ_CODE_ONE)
        return refuse(c, NILA_EXCEPTION_VALUE);
    for (uint8_t i = BASIC_OBJECTS; i < IDENTITY_OBJECTS; i++)
        if (object[i] != NULL)
            last = i;
    from = c->in[3];
    if (c->in[2] == READ_CODE_ONE) {
        if (from > last || (from >= BASIC_OBJECTS && object[from] == NULL))
            return refuse(c, NILA_EXCEPTION_ADDRESS);
        to = from;
    } else {
        if (c->in[2] > READ_CODE_BASIC)
            to = last; /* regular; extended is answered at the level we have */
        if (from > to)
            from = 0; /* V1.1b3, 6.21: an unknown object means from the beginning */
    }
    c->out[1] = MEI_IDENTIFICATION;
    c->out[2] = c->in[2];
    c->out[3] = last >= BASIC_OBJECTS ? CONFORMITY_REGULAR : CONFORMITY_BASIC;
    c->out[4] = 0; /* nothing follows: seven texts of NILA_IDENTITY_MAX fit one answer */
    c->out[5] = 0;
    return put_objects(c, object, from, to);
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
    if (c->node->listen_only) {
        serve_listening(c);
        return;
    }
    if (c->broadcast)
        c->node->bus.silent++;
    else
        c->node->heard = true;
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
            if (!broadcast && mine.n > 0)
                answer = mine;
        }
    }
    return answer;
}
