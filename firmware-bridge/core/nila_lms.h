/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_lms: verifies a Leighton-Micali signature (LMS, RFC 8554; NIST SP 800-208) over SHA-256 of 32 bytes: trees of height 5 to 25, Winternitz
 * 1 to 8. It rests on SHA-256 alone: no big numbers, no tables, and no quantum computer breaks it.
 *
 * Message and signature are read through a function (they lie in flash), and the work is done in steps, so that a main loop goes on
 * answering meanwhile: with W4 about 70 steps of at most 15 hashes, besides the message at NILA_LMS_CHUNK bytes a step.
 * Freestanding; state in the caller's struct; one context. */
#ifndef NILA_LMS_H
#define NILA_LMS_H

#include <stdbool.h>
#include <stdint.h>

#include "nila_sha256.h"

#define NILA_LMS_PUBLIC_BYTES 56 /* type, one-time type, I, T[1] */
#define NILA_LMS_AT_ID        8  /* I in it */
#define NILA_LMS_ID_BYTES     16
#define NILA_LMS_CHUNK        512

/* The types a key of this project has: SHA256_M32_H10 and SHA256_N32_W4. Its signatures are of one length. */
#define NILA_LMS_TYPE_H10  6
#define NILA_LMS_OTS_W4    3
#define NILA_LMS_SIG_BYTES (4 + 4 + 32 + 67 * 32 + 4 + 10 * 32)

enum nila_lms_result {
    NILA_LMS_RUNNING,
    NILA_LMS_GOOD,
    NILA_LMS_BAD
};

struct nila_lms {
    void (*read)(void *arg, uint32_t at, uint8_t *out, uint32_t n);
    void *arg;
    const uint8_t *key; /* the caller's, NILA_LMS_PUBLIC_BYTES */
    uint32_t message_at, message_n, signature_at;
    uint32_t done; /* bytes of the message, then chains */
    uint32_t q;
    uint8_t w, chains, height, phase;
    struct nila_sha256 sum; /* of the message, then of the chains' ends */
    uint8_t digits[34];     /* Q and its checksum */
};

/* Begins. The signature has n bytes. NILA_LMS_BAD at once when its form is not the key's. */
enum nila_lms_result nila_lms_begin(struct nila_lms *v, const uint8_t key[NILA_LMS_PUBLIC_BYTES],
                                    uint32_t message_at, uint32_t message_n, uint32_t signature_at,
                                    uint32_t n,
                                    void (*read)(void *arg, uint32_t at, uint8_t *out, uint32_t n),
                                    void *arg);

/* A step. After GOOD or BAD there are no more. */
enum nila_lms_result nila_lms_step(struct nila_lms *v);

/* --- parts, shared with the office's signer ----------------------------------------------------------------------- */

/* Digit i of w bits. */
unsigned nila_lms_digit(const uint8_t *digits, unsigned i, unsigned w);

/* Puts the checksum of the 32 bytes before it at digits + 32. */
void nila_lms_checksum(uint8_t digits[34], unsigned w);

/* Goes from step `from` to step `to` of chain i of one-time key q. */
void nila_lms_chain(const uint8_t id[16], uint32_t q, uint16_t i, unsigned from, unsigned to,
                    uint8_t value[32]);

/* Begins a hash with I, q (or a node's number) and a two-byte domain. */
void nila_lms_domain(struct nila_sha256 *s, const uint8_t id[16], uint32_t q, uint16_t domain);

#define NILA_LMS_D_PBLK 0x8080
#define NILA_LMS_D_MESG 0x8181
#define NILA_LMS_D_LEAF 0x8282
#define NILA_LMS_D_INTR 0x8383

#endif
