/* SPDX-License-Identifier: GPL-3.0-or-later */
/* modbus_peer: the other end of a Modbus line or connection, that answers as badly as a test wants. It knows no library: its
 * frames are put together here, byte by byte. One thread a peer; on TCP it serves one connection at a time. */
#ifndef TESTS_MODBUS_PEER_H
#define TESTS_MODBUS_PEER_H

#include <stdbool.h>
#include <stdint.h>

struct peer_request {
    unsigned number; /* 1 is the first this peer ever got */
    int unit, function;
    uint16_t first, count;
    uint16_t written[128]; /* by functions 5, 6, 15 and 16 (5: 0xFF00 or 0); the first 128 */
};

enum peer_act {
    PEER_GOOD,
    PEER_SILENT,
    PEER_BAD_CRC,    /* serial */
    PEER_WRONG_UNIT, /* another unit answers */
    PEER_WRONG_FUNCTION,
    PEER_WRONG_COUNT, /* one register too few, well formed; a write is repeated with another value */
    PEER_WRONG_ADDRESS, /* a write is repeated with another address */
    PEER_DRIBBLE,       /* tcp: a good answer, byte by byte */
    PEER_NO_FRAME,      /* tcp: bytes that cannot be a frame */
    PEER_CUT,           /* only half of the answer */
    PEER_EXCEPTION,
    PEER_WRONG_NUMBER, /* tcp: the transaction number of the question before */
    PEER_LATE_THEN_GOOD, /* tcp: first the answer with the number before and registers full of 0xDEAD, then the good one */
    PEER_GOOD_HANG_UP, /* answers well, then closes the connection or the line */
    PEER_HANG_UP       /* closes the connection or the line */
};

struct peer_reply {
    enum peer_act act;
    int delay_ms;  /* before answering */
    int exception; /* with PEER_EXCEPTION */
};

/* Called in the peer's thread for each request: fills regs[0..count-1] (room for 2000; functions 1 and 2: 0 or 1; function 43,
 * the device's identification: "maker|product|version", a character a word) and says how to answer. */
typedef struct peer_reply (*peer_decide)(void *arg, const struct peer_request *rq, uint16_t *regs);

struct peer;

/* On a pty. path (size >= 64) gets the name of the other end. */
struct peer *peer_start_pty(peer_decide decide, void *arg, char *path, size_t size);

/* On 127.0.0.1, any free port, which goes to *port. */
struct peer *peer_start_tcp(peer_decide decide, void *arg, int *port);

/* Writes bytes to the line out of turn (pty only). */
void peer_noise(struct peer *p, const void *bytes, size_t n);

unsigned peer_requests(struct peer *p);
unsigned peer_connections(struct peer *p); /* tcp: accepted so far */
void peer_stop(struct peer *p);            /* NULL is fine */

#endif
