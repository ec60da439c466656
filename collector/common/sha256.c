/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names as in FIPS 180-4, section 6.2. */
#include "sha256.h"

#include <string.h>

/* First 32 bits of the fractions of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* Square roots of the first 8 primes (5.3.3). */
static const uint32_t START[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static uint32_t rotr(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static uint32_t big_endian(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void wipe(void *p, size_t n)
{
    volatile uint8_t *b = p;

    while (n-- > 0)
        *b++ = 0;
}

static void compress(uint32_t h[8], const uint8_t *block)
{
    uint32_t w[64], v[8]; /* v: a b c d e f g h */

    for (unsigned t = 0; t < 16; t++)
        w[t] = big_endian(block + 4 * (size_t)t);
    for (unsigned t = 16; t < 64; t++) {
        uint32_t s0 = rotr(w[t - 15], 7) ^ rotr(w[t - 15], 18) ^ w[t - 15] >> 3;
        uint32_t s1 = rotr(w[t - 2], 17) ^ rotr(w[t - 2], 19) ^ w[t - 2] >> 10;
        w[t] = s1 + w[t - 7] + s0 + w[t - 16];
    }
    memcpy(v, h, sizeof v);
    for (unsigned t = 0; t < 64; t++) {
        uint32_t e1 = rotr(v[4], 6) ^ rotr(v[4], 11) ^ rotr(v[4], 25);
        uint32_t ch = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t t1 = v[7] + e1 + ch + K[t] + w[t];
        uint32_t e0 = rotr(v[0], 2) ^ rotr(v[0], 13) ^ rotr(v[0], 22);
        uint32_t maj = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += t1;
        v[0] = t1 + e0 + maj;
    }
    for (unsigned i = 0; i < 8; i++)
        h[i] += v[i];
    wipe(w, sizeof w);
}

void sha256_init(struct sha256 *s)
{
    memcpy(s->h, START, sizeof s->h);
    s->bytes = 0;
}

void sha256_add(struct sha256 *s, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;

    while (n > 0) {
        size_t at = (size_t)(s->bytes % SHA256_BLOCK);
        size_t k = SHA256_BLOCK - at < n ? SHA256_BLOCK - at : n;
        memcpy(s->block + at, p, k);
        s->bytes += k;
        p += k;
        n -= k;
        if (at + k == SHA256_BLOCK)
            compress(s->h, s->block);
    }
}

void sha256_done(struct sha256 *s, uint8_t out[static SHA256_BYTES])
{
    static const uint8_t PAD[SHA256_BLOCK] = {0x80};
    uint64_t bits = s->bytes * 8;
    size_t at = (size_t)(s->bytes % SHA256_BLOCK);
    uint8_t length[8];

    for (unsigned i = 0; i < 8; i++)
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    sha256_add(s, PAD, at < 56 ? 56 - at : 120 - at);
    sha256_add(s, length, sizeof length);
    for (size_t i = 0; i < SHA256_BYTES; i++)
        out[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
    wipe(s, sizeof *s);
}

void hmac_sha256_init(struct hmac_sha256 *m, const void *key, size_t n)
{
    uint8_t block[SHA256_BLOCK] = {0}, inner[SHA256_BLOCK];

    sha256_init(&m->inner);
    if (n > SHA256_BLOCK) {
        sha256_add(&m->inner, key, n);
        sha256_done(&m->inner, block);
        sha256_init(&m->inner);
    } else if (n > 0) {
        memcpy(block, key, n);
    }
    for (size_t i = 0; i < SHA256_BLOCK; i++) {
        inner[i] = block[i] ^ 0x36;
        m->outer[i] = block[i] ^ 0x5c;
    }
    sha256_add(&m->inner, inner, sizeof inner);
    wipe(block, sizeof block);
    wipe(inner, sizeof inner);
}

void hmac_sha256_add(struct hmac_sha256 *m, const void *bytes, size_t n)
{
    sha256_add(&m->inner, bytes, n);
}

void hmac_sha256_done(struct hmac_sha256 *m, uint8_t out[static SHA256_BYTES])
{
    uint8_t digest[SHA256_BYTES];

    sha256_done(&m->inner, digest);
    sha256_init(&m->inner);
    sha256_add(&m->inner, m->outer, sizeof m->outer);
    sha256_add(&m->inner, digest, sizeof digest);
    sha256_done(&m->inner, out);
    wipe(m->outer, sizeof m->outer);
}

void sha256_hex(char out[static SHA256_HEX_SIZE], const uint8_t digest[static SHA256_BYTES])
{
    static const char HEX[] = "0123456789abcdef";

    for (size_t i = 0; i < SHA256_BYTES; i++) {
        out[2 * i] = HEX[digest[i] >> 4];
        out[2 * i + 1] = HEX[digest[i] & 15];
    }
    out[SHA256_HEX_SIZE - 1] = '\0';
}

bool sha256_equal(const uint8_t a[static SHA256_BYTES], const uint8_t b[static SHA256_BYTES])
{
    unsigned differ = 0;

    for (size_t i = 0; i < SHA256_BYTES; i++)
        differ |= (unsigned)(a[i] ^ b[i]);
    return differ == 0;
}
