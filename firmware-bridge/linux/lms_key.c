/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lms_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"

#define W      4
#define LAST   15 /* steps of a chain */
#define CHAINS 67
#define HEIGHT 10
#define LEAVES (1U << HEIGHT)

static void put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* --- the scheme --------------------------------------------------------------------------------------------------- */

/* Beginning of chain i: RFC 8554 appendix A. */
static void secret(const struct lms_key *k, uint32_t q, uint16_t i, uint8_t out[32])
{
    static const uint8_t FF = 0xFF;
    struct nila_sha256 s;

    nila_lms_domain(&s, k->id, q, i);
    nila_sha256_add(&s, &FF, 1);
    nila_sha256_add(&s, k->seed, sizeof k->seed);
    nila_sha256_done(&s, out);
}

static void leaf(const struct lms_key *k, uint32_t q, uint8_t out[32])
{
    struct nila_sha256 all, s;
    uint8_t value[32];

    nila_lms_domain(&all, k->id, q, NILA_LMS_D_PBLK);
    for (uint16_t i = 0; i < CHAINS; i++) {
        secret(k, q, i, value);
        nila_lms_chain(k->id, q, i, 0, LAST, value);
        nila_sha256_add(&all, value, 32);
    }
    nila_sha256_done(&all, value);
    nila_lms_domain(&s, k->id, LEAVES + q, NILA_LMS_D_LEAF);
    nila_sha256_add(&s, value, 32);
    nila_sha256_done(&s, out);
}

/* The leaves are from LEAVES on. */
uint8_t (*lms_key_tree(const struct lms_key *k))[32]
{
    uint8_t(*node)[32] = xcalloc((size_t)2 * LEAVES, sizeof *node);

    for (uint32_t q = 0; q < LEAVES; q++)
        leaf(k, q, node[LEAVES + q]);
    for (uint32_t r = LEAVES - 1; r > 0; r--) {
        struct nila_sha256 s;
        nila_lms_domain(&s, k->id, r, NILA_LMS_D_INTR);
        nila_sha256_add(&s, node[(size_t)2 * r], 32);
        nila_sha256_add(&s, node[(size_t)2 * r + 1], 32);
        nila_sha256_done(&s, node[r]);
    }
    return node;
}

void lms_key_public(const struct lms_key *k, uint8_t (*node)[32],
                    uint8_t out[static NILA_LMS_PUBLIC_BYTES])
{
    put32(out, NILA_LMS_TYPE_H10);
    put32(out + 4, NILA_LMS_OTS_W4);
    memcpy(out + 8, k->id, 16);
    memcpy(out + 24, node[1], 32);
}

void lms_key_sign(const struct lms_key *k, uint8_t (*node)[32], uint32_t q,
                  const uint8_t c[static 32], const uint8_t *message, size_t n,
                  uint8_t out[static NILA_LMS_SIG_BYTES])
{
    uint8_t digits[34], *p = out;
    struct nila_sha256 s;

    put32(p, q);
    put32(p + 4, NILA_LMS_OTS_W4);
    memcpy(p + 8, c, 32);
    p += 40;
    nila_lms_domain(&s, k->id, q, NILA_LMS_D_MESG);
    nila_sha256_add(&s, c, 32);
    nila_sha256_add(&s, message, n);
    nila_sha256_done(&s, digits);
    nila_lms_checksum(digits, W);
    for (uint16_t i = 0; i < CHAINS; i++, p += 32) {
        secret(k, q, i, p);
        nila_lms_chain(k->id, q, i, 0, nila_lms_digit(digits, i, W), p);
    }
    put32(p, NILA_LMS_TYPE_H10);
    p += 4;
    for (uint32_t r = LEAVES + q; r > 1; r /= 2, p += 32)
        memcpy(p, node[r ^ 1], 32);
}

/* --- the file ----------------------------------------------------------------------------------------------------- */

#define HEAD    "lumbung-nila update key, form 1; never copy, never restore from a backup\n"
#define AT_ID   (sizeof HEAD - 1 + 3)  /* "id " */
#define AT_SEED (AT_ID + 32 + 1 + 5)   /* "seed " */
#define AT_NEXT (AT_SEED + 64 + 1 + 5) /* "next " */
#define SIZE    (AT_NEXT + 10 + 1)

static int io_error(char *why, size_t why_size, const char *path, int e)
{
    (void)snprintf(why, why_size, "%s: %s", path, tongue_errno(e));
    return NILA_ERR_IO;
}

static void hex(char *out, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static bool unhex(uint8_t *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char two[3] = {text[2 * i], text[2 * i + 1], '\0'};
        if (strspn(two, "0123456789abcdef") != 2)
            return false;
        out[i] = (uint8_t)strtoul(two, NULL, 16);
    }
    return true;
}

static int write_whole(int fd, const char *text, size_t n, off_t at)
{
    while (n > 0) {
        ssize_t done = pwrite(fd, text, n, at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -1;
        text += done;
        n -= (size_t)done;
        at += done;
    }
    return fsync(fd);
}

int lms_key_file_new(const char *path, uint8_t public_out[static NILA_LMS_PUBLIC_BYTES], char *why,
                     size_t why_size)
{
    char id[33], seed[65], text[SIZE + 1];
    struct lms_key k = {0};
    uint8_t(*node)[32];
    int fd, rc = 0;

    if (getrandom(k.id, sizeof k.id, 0) != (ssize_t)sizeof k.id ||
        getrandom(k.seed, sizeof k.seed, 0) != (ssize_t)sizeof k.seed)
        return io_error(why, why_size, "getrandom", errno);
    hex(id, k.id, sizeof k.id);
    hex(seed, k.seed, sizeof k.seed);
    (void)snprintf(text, sizeof text, HEAD "id %s\nseed %s\nnext %010u\n", id, seed, 0U);
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return io_error(why, why_size, path, errno);
    if (write_whole(fd, text, SIZE, 0) != 0)
        rc = io_error(why, why_size, path, errno);
    if (close(fd) != 0 && rc == 0)
        rc = io_error(why, why_size, path, errno);
    if (rc != 0) {
        (void)unlink(path);
        return rc;
    }
    node = lms_key_tree(&k);
    lms_key_public(&k, node, public_out);
    free(node);
    return 0;
}

static bool parse(const char *text, struct lms_key *k)
{
    char *end;
    unsigned long next;

    if (strncmp(text, HEAD "id ", sizeof HEAD - 1 + 3) != 0 ||
        strncmp(text + AT_SEED - 6, "\nseed ", 6) != 0 ||
        strncmp(text + AT_NEXT - 6, "\nnext ", 6) != 0 || text[SIZE - 1] != '\n')
        return false;
    next = strtoul(text + AT_NEXT, &end, 10);
    k->next = (uint32_t)next;
    return end == text + SIZE - 1 && next <= LMS_KEY_SIGNATURES && unhex(k->id, text + AT_ID, 16) &&
           unhex(k->seed, text + AT_SEED, 32);
}

/* Reads the key and writes its counter one further, for good. */
static int use(int fd, const char *path, struct lms_key *k, char *why, size_t why_size)
{
    char text[SIZE + 1] = "", next[16];

    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        (void)snprintf(why, why_size,
                       tongue("%s sedang dipakai program lain", "%s is in use by another program"),
                       path);
        return NILA_ERR_BUSY;
    }
    if (pread(fd, text, SIZE, 0) != (ssize_t)SIZE || !parse(text, k)) {
        (void)snprintf(why, why_size, tongue("%s bukan berkas kunci", "%s is no key file"), path);
        return NILA_ERR_PARSE;
    }
    if (k->next >= LMS_KEY_SIGNATURES) {
        (void)snprintf(why, why_size,
                       tongue("%s sudah habis: %u tanda tangan", "%s is used up: %u signatures"),
                       path, (unsigned)LMS_KEY_SIGNATURES);
        return NILA_ERR_RANGE;
    }
    (void)snprintf(next, sizeof next, "%010u", k->next + 1);
    if (write_whole(fd, next, 10, (off_t)AT_NEXT) != 0)
        return io_error(why, why_size, path, errno);
    return 0;
}

int lms_key_file_sign(const char *path, const uint8_t *message, size_t n,
                      uint8_t out[static NILA_LMS_SIG_BYTES], uint32_t *left, char *why,
                      size_t why_size)
{
    struct lms_key k = {0};
    uint8_t c[32], (*node)[32];
    int fd = open(path, O_RDWR | O_CLOEXEC), rc;

    if (fd < 0)
        return io_error(why, why_size, path, errno);
    rc = getrandom(c, sizeof c, 0) == (ssize_t)sizeof c
             ? use(fd, path, &k, why, why_size)
             : io_error(why, why_size, "getrandom", errno);
    if (close(fd) != 0 && rc == 0)
        rc = io_error(why, why_size, path, errno); /* nobody knows whether the counter holds */
    if (rc != 0)
        return rc;
    node = lms_key_tree(&k);
    lms_key_sign(&k, node, k.next, c, message, n, out);
    free(node);
    *left = LMS_KEY_SIGNATURES - k.next - 1;
    return 0;
}
