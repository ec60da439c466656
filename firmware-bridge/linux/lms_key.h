/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lms_key: the office's key that signs firmware (LMS, RFC 8554: SHA256_M32_H10 over SHA256_N32_W4), 1024 signatures in its life.
 *
 * Each of its one-time keys may sign once: two signatures with the same one give the key away. So the file's counter is written and flushed to
 * the disk BEFORE a signature is made, and the file is locked meanwhile; a signature that is then lost is a one-time key lost, no more. A
 * key file must never be restored from a backup, nor be used on two machines. Private keys by RFC 8554 appendix A from one seed. */
#ifndef BRIDGE_LMS_KEY_H
#define BRIDGE_LMS_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"
#include "firmware-bridge/core/nila_lms.h"

#define LMS_KEY_SIGNATURES 1024

struct lms_key {
    uint8_t id[16], seed[32];
    uint32_t next; /* first one-time key that never signed */
};

/* All nodes of its tree, the root at 1; about a million hashes, a second. The caller frees. */
uint8_t (*lms_key_tree(const struct lms_key *k))[32];

/* The public key of it, from its tree. */
void lms_key_public(const struct lms_key *k, uint8_t (*node)[32],
                    uint8_t out[static NILA_LMS_PUBLIC_BYTES]);

/* Signs with one-time key q, randomizer c. Does not look at k->next: for lms_key_file_sign and tests. */
void lms_key_sign(const struct lms_key *k, uint8_t (*node)[32], uint32_t q,
                  const uint8_t c[static 32], const uint8_t *message, size_t n,
                  uint8_t out[static NILA_LMS_SIG_BYTES]);

/* Makes a new key in a file that must not exist yet (mode 0600). Errors NILA_ERR_IO; why says which. */
NILA_MUST_CHECK int lms_key_file_new(const char *path,
                                     uint8_t public_out[static NILA_LMS_PUBLIC_BYTES], char *why,
                                     size_t why_size);

/* Signs with the file's next one-time key, whose use is on disk first. NILA_ERR_IO; NILA_ERR_PARSE: no key file; NILA_ERR_RANGE: all are
 * used; NILA_ERR_BUSY: another program signs with it. *left: signatures left after this one. */
NILA_MUST_CHECK int lms_key_file_sign(const char *path, const uint8_t *message, size_t n,
                                      uint8_t out[static NILA_LMS_SIG_BYTES], uint32_t *left,
                                      char *why, size_t why_size);

#endif
