/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random and mutated frames against an oracle: 200,000, or ten million with NILA_LONG=1, always with address and
 * undefined-behaviour sanitizers (Makefile).
 *
 * The oracle is written from Modbus Application Protocol V1.1b3 and Modbus over Serial Line V1.02 and the rules of
 * firmware-bridge/README.md, without a line of the code under test: it says whether a frame is answered, with which exception,
 * and with how many bytes of what. It keeps its own registers, so that it knows locks, ids and who only listens. */
#include "tests/support/support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-bridge/core/nila_rtu.h"

#define LINE_MAX 300 /* longer than a frame */

static const struct nila_identity IDENTITY = {
    .vendor = "maker", .product = "node", .revision = "1.2", .model = "m"};

/* ---- chance ---- */

static uint64_t seed;

/* xorshift64* (Vigna 2016) */
static uint32_t rng(void)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (uint32_t)((seed * 2685821657736338717U) >> 32);
}

static uint32_t below(uint32_t n)
{
    return rng() % n;
}

/* ---- the oracle ---- */

struct oracle {
    unsigned unit, response_ms, period_s;
    bool open, listens;
};

enum verdict {
    SILENCE,
    EXCEPTION,
    NORMAL
};

struct expected {
    enum verdict verdict;
    unsigned unit, function, exception;
    size_t n;          /* bytes of the whole answer */
    uint8_t data[256]; /* of the answer after the function; only those of known */
    size_t known;      /* how many of them the oracle foretells */
};

static unsigned word(const uint8_t *p)
{
    return (unsigned)p[0] * 256U + p[1];
}

static bool crc_is_right(const uint8_t *p, size_t n)
{
    unsigned crc = 0xFFFF;

    if (n < 4)
        return false;
    for (size_t i = 0; i < n - 2; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 1U) != 0 ? crc / 2 ^ 0xA001U : crc / 2;
    }
    return p[n - 2] == crc % 256U && p[n - 1] == crc / 256U;
}

/* Has the frame the form of an answer (V1.1b3 section 6)? */
static bool has_form_of_answer(const uint8_t *p, size_t n)
{
    const size_t pdu = n - 3;

    if (p[1] >= 128)
        return true;
    if (p[1] == 3 || p[1] == 4)
        return pdu >= 4 && p[2] % 2 == 0 && pdu == 2U + p[2];
    if (p[1] == 17)
        return pdu >= 4 && pdu == 2U + p[2];
    if (p[1] == 16)
        return pdu == 5;
    return p[1] == 43 && pdu > 7 && p[2] == 14;
}

static struct expected refused(unsigned unit, unsigned function, unsigned exception)
{
    return (struct expected){
        .verdict = EXCEPTION, .unit = unit, .function = function, .exception = exception, .n = 5};
}

static struct expected answered(unsigned unit, unsigned function, size_t data)
{
    return (struct expected){.verdict = NORMAL, .unit = unit, .function = function, .n = 4 + data};
}

static unsigned holding(const struct oracle *o, unsigned reg)
{
    const unsigned value[] = {o->open, o->unit, o->response_ms, o->period_s};

    return value[reg];
}

static struct expected foretell_read(const struct oracle *o, const uint8_t *p, size_t n)
{
    const unsigned registers = p[1] == 3 ? 4 : 120;
    struct expected e;

    if (n != 8 || word(p + 4) < 1 || word(p + 4) > 125)
        return refused(p[0], p[1], 3);
    if (word(p + 2) + word(p + 4) > registers)
        return refused(p[0], p[1], 2);
    e = answered(p[0], p[1], 1 + 2 * (size_t)word(p + 4));
    e.data[e.known++] = (uint8_t)(2 * word(p + 4));
    for (unsigned i = 0; p[1] == 3 && i < word(p + 4); i++) {
        e.data[e.known++] = (uint8_t)(holding(o, word(p + 2) + i) / 256);
        e.data[e.known++] = (uint8_t)holding(o, word(p + 2) + i);
    }
    return e;
}

/* The exception of a write, or 0 and it is done. */
static unsigned write_registers(struct oracle *o, unsigned first, unsigned count, const uint8_t *p,
                                bool broadcast)
{
    struct oracle after = *o;
    bool open = o->open, keyed = false;

    o->open = after.open = false;
    if (first + count > 4)
        return 2;
    for (unsigned i = 0; i < count; i++) {
        const unsigned v = word(p + 2 * i);
        switch (first + i) {
        case 0:
            open = keyed = v == 0x5A17;
            break;
        case 1:
            if (!open || broadcast || v < 1 || v > 247)
                return 3;
            after.unit = v;
            break;
        case 2:
            if (!open || v > 1000)
                return 3;
            after.response_ms = v;
            break;
        default:
            if (!open || v < 1 || v > 3600)
                return 3;
            after.period_s = v;
        }
    }
    after.open = first == 0 && count == 1 && keyed;
    *o = after;
    return 0;
}

static struct expected foretell_write(struct oracle *o, const uint8_t *p, size_t n, bool broadcast)
{
    struct expected e;
    unsigned exception, count = 1;

    if (p[1] == 6 && n != 8)
        return refused(p[0], 6, 3);
    if (p[1] == 16) {
        if (n < 9)
            return refused(p[0], 16, 3);
        count = word(p + 4);
        if (count < 1 || count > 123 || p[6] != 2 * count || n != 9 + 2 * (size_t)count)
            return refused(p[0], 16, 3);
    }
    exception = write_registers(o, word(p + 2), count, p + (p[1] == 6 ? 4 : 7), broadcast);
    if (exception != 0)
        return refused(p[0], p[1], exception);
    e = answered(p[0], p[1], 4);
    memcpy(e.data, p + 2, 4);
    e.known = 4;
    return e;
}

static struct expected foretell_diagnosis(struct oracle *o, const uint8_t *p, size_t n)
{
    struct expected e = {0};
    unsigned sub;

    if (n < 8 || n % 2 != 0)
        return refused(p[0], 8, 3);
    sub = word(p + 2);
    if (sub != 0 && sub != 1 && sub != 4 && (sub < 10 || sub > 18))
        return refused(p[0], 8, 1);
    if (sub != 0 && (n != 8 || (word(p + 4) != 0 && !(sub == 1 && word(p + 4) == 0xFF00))))
        return refused(p[0], 8, 3);
    if (sub == 4) {
        o->listens = true;
        return e;
    }
    e = answered(p[0], 8, n - 4);
    memcpy(e.data, p + 2, n - 4);
    e.known = sub < 11 ? n - 4 : 2;
    return e;
}

static struct expected foretell_identity(const uint8_t *p, size_t n)
{
    /* objects 0, 1, 2 and 5 exist, with 5, 4, 3 and 1 characters */
    static const int LENGTH[] = {5, 4, 3, -1, -1, 1};
    unsigned from, to;
    size_t data = 6;

    if (n < 5 || p[2] != 14)
        return refused(p[0], 43, 1);
    if (n != 7 || p[3] < 1 || p[3] > 4)
        return refused(p[0], 43, 3);
    from = p[4];
    if (p[3] == 4) {
        if (from > 5 || LENGTH[from] < 0)
            return refused(p[0], 43, 2);
        return answered(p[0], 43, data + 2 + (size_t)LENGTH[from]);
    }
    to = p[3] == 1 ? 2 : 5;
    if (from > to)
        from = 0;
    for (; from <= to; from++)
        if (LENGTH[from] >= 0)
            data += 2 + (size_t)LENGTH[from];
    return answered(p[0], 43, data);
}

/* A frame with a right CRC that is for the node, or for all. */
static struct expected foretell_request(struct oracle *o, const uint8_t *p, size_t n)
{
    const bool broadcast = p[0] == 0;
    const struct expected silence = {0};

    if (o->listens) {
        if (p[1] == 8 && n == 8 && word(p + 2) == 1 && (word(p + 4) == 0 || word(p + 4) == 0xFF00))
            o->listens = false;
        return silence;
    }
    if (broadcast) {
        if (p[1] == 6 || p[1] == 16)
            (void)foretell_write(o, p, n, true);
        return silence;
    }
    switch (p[1]) {
    case 3:
    case 4:
        return foretell_read(o, p, n);
    case 6:
    case 16:
        return foretell_write(o, p, n, false);
    case 8:
        return foretell_diagnosis(o, p, n);
    case 17:
        return n == 4 ? answered(p[0], 17, 3 + strlen("node")) : refused(p[0], 17, 3);
    case 43:
        return foretell_identity(p, n);
    default:
        return refused(p[0], p[1], 1);
    }
}

/* Behind junk a request must be whole, of just its length, and for this node. */
static bool is_whole_request(const struct oracle *o, const uint8_t *p, size_t n)
{
    if (n < 4 || p[0] != o->unit)
        return false;
    switch (p[1]) {
    case 3:
    case 4:
    case 6:
    case 8:
        return n == 8;
    case 16:
        return n >= 9 && n == 9U + p[6];
    case 17:
        return n == 4;
    case 43:
        return n == 7;
    default:
        return false;
    }
}

static struct expected foretell(struct oracle *o, const uint8_t *p, size_t n, bool damaged)
{
    const struct expected silence = {0};

    if (n == 0 || damaged || n > 256)
        return silence;
    if (!crc_is_right(p, n)) {
        const uint8_t *const end = p + n;
        do
            p++;
        while (p < end &&
               !(is_whole_request(o, p, (size_t)(end - p)) && crc_is_right(p, (size_t)(end - p))));
        if (p == end)
            return silence;
        n = (size_t)(end - p);
    }
    if (has_form_of_answer(p, n) || (p[0] != o->unit && p[0] != 0))
        return silence;
    return foretell_request(o, p, n);
}

/* ---- frames ---- */

static size_t close_frame(uint8_t *p, size_t n)
{
    unsigned crc = 0xFFFF;

    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 1U) != 0 ? crc / 2 ^ 0xA001U : crc / 2;
    }
    p[n] = (uint8_t)crc;
    p[n + 1] = (uint8_t)(crc / 256U);
    return n + 2;
}

static unsigned some_word(void)
{
    static const unsigned KEEN[] = {
        0,    1,    2,    3,    4,      5,     119,    120,    121,    125,    126,    247, 248,
        1000, 1001, 3600, 3601, 0x5A17, 0x300, 0x7FFF, 0x8000, 0xFF00, 0xFFFF, 0x0103, 10};

    return below(3) == 0 ? below(65536) : KEEN[below(sizeof KEEN / sizeof KEEN[0])];
}

static size_t put_word(uint8_t *p, size_t n, unsigned value)
{
    p[n] = (uint8_t)(value / 256U);
    p[n + 1] = (uint8_t)value;
    return n + 2;
}

/* A request as a master might make it, without its CRC: at most 245 bytes. */
static size_t request(uint8_t *p, unsigned unit)
{
    static const uint8_t FUNCTION[] = {3, 4, 4, 6, 6, 8, 16, 16, 17, 43, 1, 2, 5, 15, 23, 99};
    size_t n = 2;

    p[0] = (uint8_t)(below(8) == 0 ? below(256) : below(6) == 0 ? 0 : unit);
    p[1] = below(20) == 0 ? (uint8_t)below(256) : FUNCTION[below(sizeof FUNCTION)];
    if (p[1] == 16) {
        const unsigned count = below(8) == 0 ? below(130) : 1 + below(4);
        n = put_word(p, n, below(4) == 0 ? some_word() : below(4));
        n = put_word(p, n, below(10) == 0 ? some_word() : count);
        p[n++] = (uint8_t)(below(10) == 0 ? below(256) : 2 * count);
        for (unsigned i = 0; i < count && n < 240; i++)
            n = put_word(p, n, i == 0 && below(2) == 0 ? 0x5A17 : some_word());
    } else if (p[1] == 43) {
        p[n++] = below(10) == 0 ? (uint8_t)below(256) : 14;
        p[n++] = (uint8_t)below(6);
        p[n++] = (uint8_t)(below(4) == 0 ? below(256) : below(8));
    } else if (p[1] == 8) {
        n = put_word(p, n, below(3) == 0 ? some_word() : below(20));
        n = put_word(p, n, below(3) == 0 ? some_word() : 0);
    } else if (p[1] != 17) {
        n = put_word(p, n, below(3) == 0 ? some_word() : below(6));
        n = put_word(p, n, below(2) == 0 ? some_word() : 1 + below(4));
    }
    return n;
}

static size_t noise(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)rng();
    return n;
}

/* One frame of a bad line. */
static size_t frame(uint8_t *p, unsigned unit)
{
    size_t n = 0;

    switch (below(10)) {
    case 0:
        return noise(p, below(LINE_MAX));
    case 1: /* noise with a right CRC, often to the node */
        n = 1 + noise(p, below(40));
        if (below(2) == 0)
            p[0] = (uint8_t)unit;
        return close_frame(p, n);
    case 2: /* turned bits */
        n = close_frame(p, request(p, unit));
        for (uint32_t i = 0; i <= below(3); i++)
            p[below((uint32_t)n)] ^= (uint8_t)(1U << below(8));
        return n;
    case 3: /* cut, or with a tail */
        n = close_frame(p, request(p, unit));
        return below(2) == 0 ? below((uint32_t)n + 1) : n + noise(p + n, 1 + below(4));
    case 4: /* wrong length, right CRC */
        n = request(p, unit);
        n = below(2) == 0 && n > 2 ? 2 + below((uint32_t)n - 2) : n + noise(p + n, 1 + below(6));
        return close_frame(p, n);
    case 5: /* junk in front */
        n = noise(p, below(30));
        return n + close_frame(p + n, request(p + n, unit));
    case 6: /* somebody's frame in front */
        n = close_frame(p, 2 + noise(p, below(20)));
        return n + close_frame(p + n, request(p + n, unit));
    default:
        return close_frame(p, request(p, unit));
    }
}

/* ---- the test ---- */

static void fail_frame(const char *why, const uint8_t *p, size_t n, const uint8_t *out, size_t m)
{
    printf("%s\nheard   ", why);
    for (size_t i = 0; i < n; i++)
        printf(" %02x", p[i]);
    printf("\nanswered");
    for (size_t i = 0; i < m; i++)
        printf(" %02x", out[i]);
    printf("\n");
    fail_msg("%s", why);
}

static const char *difference(const struct expected *e, const uint8_t *out, size_t n)
{
    if (e->verdict == SILENCE)
        return n == 0 ? NULL : "answered where silence was due";
    if (n == 0)
        return "silent where an answer was due";
    if (!crc_is_right(out, n) || n > NILA_RTU_MAX)
        return "an answer that is no frame";
    if (out[0] != e->unit)
        return "under another id";
    if (e->verdict == EXCEPTION)
        return n == 5 && out[1] == e->function + 128U && out[2] == e->exception
                   ? NULL
                   : "no such exception";
    if (out[1] != e->function || n != e->n)
        return "another function or length";
    return memcmp(out + 2, e->data, e->known) == 0 ? NULL : "other data";
}

static void answers_exactly_what_the_oracle_says(void **state)
{
    const uint32_t frames = getenv("NILA_LONG") != NULL ? 10000000 : 200000;
    const char *text = getenv("NILA_SEED");
    uint32_t count[3] = {0};
    struct nila_node node;
    struct nila_units units = {.node = &node, .nodes = 1};
    struct oracle o = {.unit = 1, .period_s = 10};
    struct nila_rtu rtu;

    (void)state;
    seed = text != NULL ? strtoull(text, NULL, 10) | 1U : 20261125;
    printf("seed %" PRIu64 "\n", seed);
    nila_node_init(&node, 1, 10, &IDENTITY);
    nila_rtu_init(&rtu, &units);
    for (uint32_t i = 0; i < frames; i++) {
        uint8_t heard[2 * LINE_MAX], out[NILA_RTU_MAX];
        const size_t n = frame(heard, o.unit);
        const bool damaged = below(50) == 0;
        const struct expected e = foretell(&o, heard, n, damaged);
        struct nila_answer a;
        const char *why;
        for (size_t k = 0; k < n; k++) {
            nila_rtu_byte(&rtu, heard[k]);
            (void)nila_rtu_unfinished(&rtu);
        }
        if (damaged)
            nila_rtu_damaged(&rtu);
        a = nila_rtu_end(&rtu, out);
        why = difference(&e, out, a.n);
        if (why != NULL)
            fail_frame(why, heard, n, out, a.n);
        if (o.unit != node.unit || o.period_s != node.period_s ||
            o.response_ms != node.response_ms || o.open != node.unlocked ||
            o.listens != node.listen_only)
            fail_frame("the registers are not what the oracle wrote", heard, n, out, a.n);
        count[e.verdict]++;
        if (o.listens && below(20) == 0) { /* not for ever */
            o.listens = node.listen_only = false;
        }
    }
    printf("%" PRIu32 " frames: %" PRIu32 " silence, %" PRIu32 " exceptions, %" PRIu32 " answers\n",
           frames, count[SILENCE], count[EXCEPTION], count[NORMAL]);
    for (int k = 0; k < 3; k++)
        assert_true(count[k] > frames / 20); /* all of it was tried, and often */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_exactly_what_the_oracle_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
