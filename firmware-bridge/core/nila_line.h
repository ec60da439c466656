/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_line: a node's end of an RS-485 line: what is heard becomes frames, and answers leave, through a nila_port.
 *
 * Two contexts: the UART's interrupts (heard, next, sent; they never interrupt one another) and the main loop (all the rest).
 * Received bytes wait in a ring with the silence before them, so that frames stay apart however late the main loop comes.
 * Frame end: a byte that begins within 3.5 characters belongs to the frame, so the silence is counted to 4.5 characters after
 * the byte before; or NILA_RTU_HOLD_MS while a request to us is unfinished.
 * Driver: on before the first byte; off from the interrupt that says the last stop bit is out, so that a busy main loop
 * cannot keep the line occupied. What is heard while it is on is our own voice and dropped; of an echo the last two bytes
 * may still come through the UART afterwards, they are known by their content and their time.
 * Manners: who hears somebody speak before it has begun to answer stays silent. */
#ifndef NILA_LINE_H
#define NILA_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "nila_port.h"
#include "nila_rtu.h"

#ifndef NILA_LINE_RING
#define NILA_LINE_RING 256 /* bytes that wait for the main loop; a power of two, at most 256 */
#endif

enum nila_line_state {
    NILA_LINE_LISTEN,
    NILA_LINE_WAIT, /* an answer waits for its delay to pass */
    NILA_LINE_SEND  /* the driver is on */
};

struct nila_line {
    const struct nila_port *port;
    struct nila_rtu rtu; /* its buffer holds the request, then the answer */
    uint32_t char_us;    /* one character */
    uint32_t end_us;     /* silence since the last byte that ends a frame */
    volatile uint8_t state;
    volatile uint8_t head, tail; /* of the ring: written by the interrupt, by the main loop */
    volatile bool lost;          /* the ring was full */
    volatile uint32_t heard_us;  /* when the last byte was there */
    volatile uint32_t sent_us;   /* when our last byte was out */
    volatile uint16_t tx_at;     /* bytes of the answer handed over */
    volatile uint16_t echo_at;   /* bytes of the answer heard back */
    volatile uint8_t echo_left;  /* bytes of our own that may still come */
    bool stuck;                  /* a byte waits in the UART since stuck_us */
    uint32_t stuck_us, asked_us, begun_us;
    uint32_t delay_us;      /* of the answer that waits */
    struct nila_node *node; /* whose answer it is */
    uint16_t tx_n;
    uint16_t ring[NILA_LINE_RING]; /* byte, and flags in the high half */
};

/* Opens the port. baud 1200..115200; parity 0 none, 1 even, 2 odd. units and port outlive the line. false: the port refused,
 * and the line is as before (or unusable, if it never was opened). */
bool nila_line_open(struct nila_line *line, const struct nila_port *port, struct nila_units *units,
                    uint32_t baud, uint16_t parity);

/* Main loop: does what is due and returns. */
void nila_line_step(struct nila_line *line);

/* Nothing is being heard, answered or sent: a moment for what stops the processor. */
bool nila_line_idle(const struct nila_line *line);

/* False: the UART holds a byte nobody fetches, or a transmission does not end. The watchdog then must not be fed. */
bool nila_line_alive(struct nila_line *line);

/* Interrupts: a byte came; damaged: with a parity, framing or overrun error. */
void nila_line_heard(struct nila_line *line, uint8_t byte, bool damaged);

/* Interrupts: the next byte to send, or -1 when all are handed over. */
int nila_line_next(struct nila_line *line);

/* Interrupts: the last stop bit is out. */
void nila_line_sent(struct nila_line *line);

#endif
