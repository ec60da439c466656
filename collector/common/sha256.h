/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sha256: SHA-256 (FIPS 180-4) and HMAC-SHA256 (RFC 2104, FIPS 198-1). No heap, no system calls, any length of input below
 * 2^61 bytes. Not hardened against somebody who measures power or cache; time does not depend on the key's bytes. */
#ifndef NILA_COMMON_SHA256_H
#define NILA_COMMON_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES    32
#define SHA256_BLOCK    64
#define SHA256_HEX_SIZE 65 /* 64 digits and the closing 0 */

struct sha256 {
    uint32_t h[8];
    uint64_t bytes;              /* taken so far */
    uint8_t block[SHA256_BLOCK]; /* bytes % 64 of them wait */
};

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *bytes, size_t n);
/* The digest; s is wiped and needs sha256_init before it is used again. */
void sha256_done(struct sha256 *s, uint8_t out[static SHA256_BYTES]);

struct hmac_sha256 {
    struct sha256 inner;
    uint8_t outer[SHA256_BLOCK]; /* the key xored with 0x5c */
};

/* key: any length; longer than a block is hashed first. */
void hmac_sha256_init(struct hmac_sha256 *m, const void *key, size_t n);
void hmac_sha256_add(struct hmac_sha256 *m, const void *bytes, size_t n);
/* The code; m is wiped. */
void hmac_sha256_done(struct hmac_sha256 *m, uint8_t out[static SHA256_BYTES]);

/* Small hexadecimal digits. */
void sha256_hex(char out[static SHA256_HEX_SIZE], const uint8_t digest[static SHA256_BYTES]);

/* Are two digests equal? In the same time wherever they differ: for codes that came from outside. */
bool sha256_equal(const uint8_t a[static SHA256_BYTES], const uint8_t b[static SHA256_BYTES]);

#endif
