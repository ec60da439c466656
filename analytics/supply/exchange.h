/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exchange: what the offices of two regencies give each other so that each can show the joint forecast, and nothing else: the
 * evidence of the common past (evidence.h), and draws of the regency's monthly harvest on the paths that it leads to. No farm,
 * pond, kecamatan, name or price is in it, and of fewer than EVIDENCE_FARMS farms nothing at all.
 *
 * One CSV file an office, columns what,name,row,column,value, closed by an HMAC-SHA256 of all that stands before its own row,
 * with a key that both offices keep in a file. In turns: each office publishes its evidence; each takes the other's, draws its
 * harvest with both, and publishes again, saying with which evidence of the other it drew. When both drew with the same pair, the
 * regencies' draws belong together and are added one by one (EXCHANGE_SETTLED).
 *
 * Threads: none shared. What is read is foreign: every row is checked, and whatever is wrong is refused with file:line:column. */
#ifndef ANALYTICS_SUPPLY_EXCHANGE_H
#define ANALYTICS_SUPPLY_EXCHANGE_H

#include "collector/common/buf.h"
#include "evidence.h"

#define EXCHANGE_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define EXCHANGE_KEY_MIN   32 /* bytes of a key */
#define EXCHANGE_KEY_MAX   256

struct exchange {
    enum regency office; /* of whose farms it speaks */
    int32_t as_of_day;
    uint64_t seed;
    unsigned draws, months;
    int64_t issued_ms;
    unsigned farms, ponds; /* with an open cycle */
    struct evidence *evidence;
    char with[SHA256_HEX_SIZE]; /* the other's evidence that was used; "": none */
    double *tracked;            /* [lead - 1][draw], kg; NULL: evidence only */
    double *untracked;          /* the same of ponds not on record; NULL: not counted in */
};
void exchange_free(struct exchange *x); /* NULL is fine; its members too */

/* Appends the file. key: EXCHANGE_KEY_MIN..MAX bytes. */
void exchange_write(const struct exchange *x, const void *key, size_t key_size, struct buf *b);

/* Reads it; name stands in the messages. *out is the caller's, exchange_free. Words in why (size >= 256).
 * NILA_ERR_DENIED: the seal is not made with this key, or something was changed; NILA_ERR_PARSE: a row is wrong;
 * NILA_ERR_UNSUPPORTED: of a newer program; NILA_ERR_FULL: longer than EXCHANGE_BYTES_MAX. */
NILA_MUST_CHECK int exchange_read(const char *name, const char *bytes, size_t n, const void *key,
                                  size_t key_size, struct exchange **out, char *why,
                                  size_t why_size);

/* How what the other office gave fits to a forecast. */
enum exchange_state {
    EXCHANGE_NONE,    /* one office has all records; nothing is exchanged */
    EXCHANGE_MISSING, /* the other gave nothing: its side is not in the joint figures */
    EXCHANGE_STALE,   /* of another day, seed or number of draws: not in the joint figures */
    EXCHANGE_APART,   /* added, but each side has not yet seen the other's newest records */
    EXCHANGE_SETTLED
};
/* other may be NULL. own_digest: of the own evidence. */
enum exchange_state exchange_state_of(const struct exchange *other, int32_t as_of_day,
                                      uint64_t seed, unsigned draws, unsigned months,
                                      const char *own_digest);

/* What is said of it, in the reader's language; "" for EXCHANGE_NONE. */
const char *exchange_words(enum exchange_state s, bool english);

/* Offices forecast as of the last Sunday (WIB) before the day, or the day itself if it is one, so that both speak of the same weeks. */
int32_t exchange_as_of(int32_t day);

#endif
