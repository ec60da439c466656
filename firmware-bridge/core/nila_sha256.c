/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_sha256.h"

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

void nila_sha256_init(struct nila_sha256 *s)
{
    static const uint32_t H[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

    for (int i = 0; i < 8; i++)
        s->h[i] = H[i];
    s->bytes = 0;
}

static uint32_t ror(uint32_t v, int n)
{
    return v >> n | v << (32 - n);
}

static uint32_t big32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The schedule is kept in 16 words that are renewed as they are used, not in 64: 192 bytes of stack less. */
static void compress(struct nila_sha256 *s)
{
    uint32_t w[16], v[8];

    for (int i = 0; i < 16; i++)
        w[i] = big32(s->block + (size_t)4 * (unsigned)i);
    for (int i = 0; i < 8; i++)
        v[i] = s->h[i];
    for (int i = 0; i < 64; i++) {
        uint32_t t1, t2;
        if (i >= 16) {
            uint32_t a = w[(i + 1) & 15], b = w[(i + 14) & 15];
            w[i & 15] += w[(i + 9) & 15] + (ror(a, 7) ^ ror(a, 18) ^ a >> 3) +
                         (ror(b, 17) ^ ror(b, 19) ^ b >> 10);
        }
        t1 = v[7] + (ror(v[4], 6) ^ ror(v[4], 11) ^ ror(v[4], 25)) +
             ((v[4] & v[5]) ^ (~v[4] & v[6])) + K[i] + w[i & 15];
        t2 = (ror(v[0], 2) ^ ror(v[0], 13) ^ ror(v[0], 22)) +
             ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        for (int k = 7; k > 0; k--)
            v[k] = v[k - 1];
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        s->h[i] += v[i];
}

void nila_sha256_add(struct nila_sha256 *s, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        s->block[s->bytes++ % 64] = bytes[i];
        if (s->bytes % 64 == 0)
            compress(s);
    }
}

void nila_sha256_done(struct nila_sha256 *s, uint8_t out[NILA_SHA256_BYTES])
{
    uint32_t bytes = s->bytes;
    uint8_t pad = 0x80, length[8] = {0,
                                     0,
                                     0,
                                     (uint8_t)(bytes >> 29),
                                     (uint8_t)(bytes >> 21),
                                     (uint8_t)(bytes >> 13),
                                     (uint8_t)(bytes >> 5),
                                     (uint8_t)(bytes << 3)};

    do {
        nila_sha256_add(s, &pad, 1);
        pad = 0;
    } while (s->bytes % 64 != 56);
    nila_sha256_add(s, length, sizeof length);
    for (int i = 0; i < 32; i++)
        out[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}
