/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_sha256: SHA-256 (FIPS 180-4), for the signature of an update. Freestanding; state in the caller's struct; below 2^29 bytes. */
#ifndef NILA_SHA256_H
#define NILA_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define NILA_SHA256_BYTES 32

struct nila_sha256 {
    uint32_t h[8];
    uint32_t bytes; /* taken so far */
    uint8_t block[64];
};

void nila_sha256_init(struct nila_sha256 *s);
void nila_sha256_add(struct nila_sha256 *s, const uint8_t *bytes, size_t n);
/* The digest; s needs nila_sha256_init before it is used again. */
void nila_sha256_done(struct nila_sha256 *s, uint8_t out[NILA_SHA256_BYTES]);

#endif
