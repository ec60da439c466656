/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_lms.h"

#define AT_ROOT  24
#define OTS_HEAD 36 /* type, C */

enum phase {
    MESSAGE,
    CHAINS,
    TREE
};

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

unsigned nila_lms_digit(const uint8_t *digits, unsigned i, unsigned w)
{
    unsigned bit = i * w;

    return (unsigned)digits[bit / 8] >> (8 - w - bit % 8) & ((1U << w) - 1);
}

/* How far the sum is shifted to fill whole digits of 16 bits: RFC 8554 table 1, ls. */
static unsigned shift_of(unsigned w)
{
    return w == 1 ? 7 : w == 2 ? 6 : w == 4 ? 4 : 0;
}

void nila_lms_checksum(uint8_t digits[34], unsigned w)
{
    uint16_t sum = 0;

    for (unsigned i = 0; i < 256 / w; i++)
        sum = (uint16_t)(sum + (1U << w) - 1 - nila_lms_digit(digits, i, w));
    sum = (uint16_t)(sum << shift_of(w));
    digits[32] = (uint8_t)(sum >> 8);
    digits[33] = (uint8_t)sum;
}

void nila_lms_domain(struct nila_sha256 *s, const uint8_t id[16], uint32_t q, uint16_t domain)
{
    uint8_t head[6] = {(uint8_t)(q >> 24), (uint8_t)(q >> 16),     (uint8_t)(q >> 8),
                       (uint8_t)q,         (uint8_t)(domain >> 8), (uint8_t)domain};

    nila_sha256_init(s);
    nila_sha256_add(s, id, 16);
    nila_sha256_add(s, head, sizeof head);
}

void nila_lms_chain(const uint8_t id[16], uint32_t q, uint16_t i, unsigned from, unsigned to,
                    uint8_t value[32])
{
    for (unsigned j = from; j < to; j++) {
        struct nila_sha256 s;
        uint8_t step = (uint8_t)j;
        nila_lms_domain(&s, id, q, i);
        nila_sha256_add(&s, &step, 1);
        nila_sha256_add(&s, value, 32);
        nila_sha256_done(&s, value);
    }
}

/* Width and number of chains of a one-time type; false: none that is known. */
static bool ots_of(uint32_t type, struct nila_lms *v)
{
    static const struct {
        uint8_t w, chains;
    } OTS[] = {{0, 0}, {1, 0}, {2, 133}, {4, 67}, {8, 34}}; /* W1 has 265, which no key here has */

    if (type >= sizeof OTS / sizeof OTS[0] || OTS[type].chains == 0)
        return false;
    v->w = OTS[type].w;
    v->chains = OTS[type].chains;
    return true;
}

enum nila_lms_result nila_lms_begin(struct nila_lms *v, const uint8_t key[NILA_LMS_PUBLIC_BYTES],
                                    uint32_t message_at, uint32_t message_n, uint32_t signature_at,
                                    uint32_t n,
                                    void (*read)(void *arg, uint32_t at, uint8_t *out, uint32_t n),
                                    void *arg)
{
    uint32_t type = get32(key), ots = get32(key + 4);
    uint8_t word[4], c[32];

    *v = (struct nila_lms){.read = read,
                           .arg = arg,
                           .key = key,
                           .message_at = message_at,
                           .message_n = message_n,
                           .signature_at = signature_at};
    if (type < 5 || type > 9 || !ots_of(ots, v))
        return NILA_LMS_BAD;
    v->height = (uint8_t)(5 * (type - 4));
    if (n != 8 + 32 + 32U * v->chains + 4 + 32U * v->height)
        return NILA_LMS_BAD;
    read(arg, signature_at, word, 4);
    v->q = get32(word);
    read(arg, signature_at + 4, word, 4);
    if (v->q >> v->height != 0 || get32(word) != ots)
        return NILA_LMS_BAD;
    read(arg, signature_at + 4 + OTS_HEAD + 32U * v->chains, word, 4);
    if (get32(word) != type)
        return NILA_LMS_BAD;
    read(arg, signature_at + 8, c, 32);
    nila_lms_domain(&v->sum, key + NILA_LMS_AT_ID, v->q, NILA_LMS_D_MESG);
    nila_sha256_add(&v->sum, c, 32);
    return NILA_LMS_RUNNING;
}

static void step_message(struct nila_lms *v)
{
    uint8_t part[64];
    uint32_t end =
        v->message_n - v->done < NILA_LMS_CHUNK ? v->message_n : v->done + NILA_LMS_CHUNK;

    while (v->done < end) {
        uint32_t n = end - v->done < sizeof part ? end - v->done : sizeof part;
        v->read(v->arg, v->message_at + v->done, part, n);
        nila_sha256_add(&v->sum, part, n);
        v->done += n;
    }
    if (v->done < v->message_n)
        return;
    nila_sha256_done(&v->sum, v->digits);
    nila_lms_checksum(v->digits, v->w);
    nila_lms_domain(&v->sum, v->key + NILA_LMS_AT_ID, v->q, NILA_LMS_D_PBLK);
    v->phase = CHAINS;
    v->done = 0;
}

static void step_chain(struct nila_lms *v)
{
    uint8_t value[32];

    v->read(v->arg, v->signature_at + 4 + OTS_HEAD + 32 * v->done, value, 32);
    nila_lms_chain(v->key + NILA_LMS_AT_ID, v->q, (uint16_t)v->done,
                   nila_lms_digit(v->digits, v->done, v->w), (1U << v->w) - 1, value);
    nila_sha256_add(&v->sum, value, 32);
    v->done++;
    if (v->done == v->chains)
        v->phase = TREE;
}

/* From the leaf to the root. */
static enum nila_lms_result tree(struct nila_lms *v)
{
    uint32_t node = (UINT32_C(1) << v->height) + v->q;
    uint32_t at = v->signature_at + 4 + OTS_HEAD + 32U * v->chains + 4;
    const uint8_t *id = v->key + NILA_LMS_AT_ID;
    uint8_t value[32], beside[32], different = 0;
    struct nila_sha256 s;

    nila_sha256_done(&v->sum, value);
    nila_lms_domain(&s, id, node, NILA_LMS_D_LEAF);
    nila_sha256_add(&s, value, 32);
    nila_sha256_done(&s, value);
    for (; node > 1; node /= 2, at += 32) {
        v->read(v->arg, at, beside, 32);
        nila_lms_domain(&s, id, node / 2, NILA_LMS_D_INTR);
        nila_sha256_add(&s, node % 2 != 0 ? beside : value, 32);
        nila_sha256_add(&s, node % 2 != 0 ? value : beside, 32);
        nila_sha256_done(&s, value);
    }
    for (int i = 0; i < 32; i++)
        different |= (uint8_t)(value[i] ^ v->key[AT_ROOT + i]);
    return different == 0 ? NILA_LMS_GOOD : NILA_LMS_BAD;
}

enum nila_lms_result nila_lms_step(struct nila_lms *v)
{
    if (v->phase == TREE)
        return tree(v);
    if (v->phase == MESSAGE)
        step_message(v);
    else
        step_chain(v);
    return NILA_LMS_RUNNING;
}
