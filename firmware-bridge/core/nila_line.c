/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_line.h"

#define RX_DAMAGED 0x100U
#define RX_GAP     0x200U /* a silence that ends a frame came before this byte */
#define RX_LONG    0x400U /* one that ends even an unfinished request */
#define RING_MASK  (NILA_LINE_RING - 1)

#define ECHO_BYTES 2U /* of our own, on their way through a UART when the last stop bit is out */
#define STUCK_US   50000U /* far longer than any interrupt is held up */
#define HOLD_US    (1000UL * NILA_RTU_HOLD_MS)

_Static_assert((NILA_LINE_RING & RING_MASK) == 0 && NILA_LINE_RING <= 256,
               "the ring's size is a power of two and its indices are bytes");

bool nila_line_open(struct nila_line *line, const struct nila_port *port, struct nila_units *units,
                    uint32_t baud, uint16_t parity)
{
    if (!port->open(port->arg, baud, parity))
        return false;
    *line = (struct nila_line){.port = port};
    nila_rtu_init(&line->rtu, units);
    line->char_us = (parity == 0 ? 10000000U : 11000000U) / baud;
    line->end_us = nila_rtu_t35_us(baud) + line->char_us;
    line->heard_us = port->tick_us(port->arg);
    return true;
}

/* ---- interrupts ---- */

/* Our own voice: dropped, and counted as far as it is what we said. */
static bool is_echo(struct nila_line *line, uint8_t byte, uint32_t now)
{
    if (line->state == NILA_LINE_SEND) {
        if (line->echo_at < line->tx_n && line->rtu.rx[line->echo_at] == byte)
            line->echo_at++;
        return true;
    }
    if (line->echo_left == 0)
        return false;
    if (now - line->sent_us > 2 * line->char_us || line->rtu.rx[line->echo_at] != byte) {
        line->echo_left = 0;
        return false;
    }
    line->echo_at++;
    line->echo_left--;
    return true;
}

void nila_line_heard(struct nila_line *line, uint8_t byte, bool damaged)
{
    const uint32_t now = line->port->tick_us(line->port->arg), silence = now - line->heard_us;
    const uint8_t next = (uint8_t)((line->head + 1U) & RING_MASK);
    unsigned flags = damaged ? RX_DAMAGED : 0U;

    if (is_echo(line, byte, now))
        return;
    if (silence >= line->end_us)
        flags |= RX_GAP;
    if (silence >= HOLD_US)
        flags |= RX_LONG;
    line->heard_us = now;
    if (next == line->tail) {
        line->lost = true;
        return;
    }
    line->ring[line->head] = (uint16_t)(flags | byte);
    line->head = next;
}

int nila_line_next(struct nila_line *line)
{
    if (line->state != NILA_LINE_SEND || line->tx_at >= line->tx_n)
        return -1;
    return line->rtu.rx[line->tx_at++];
}

void nila_line_sent(struct nila_line *line)
{
    uint16_t left;

    if (line->state != NILA_LINE_SEND)
        return;
    line->port->drive(line->port->arg, false);
    line->sent_us = line->port->tick_us(line->port->arg);
    /* A line that gave back nothing so far has no echo; what comes next is somebody else. */
    left = (uint16_t)(line->tx_n - line->echo_at);
    line->echo_left = line->echo_at > 0 && left <= ECHO_BYTES ? (uint8_t)left : 0;
    line->state = NILA_LINE_LISTEN;
}

/* ---- main loop ---- */

/* The time of the last byte, which on an 8-bit processor an interrupt may change while it is read. */
static uint32_t last_heard(const struct nila_line *line)
{
    uint32_t a, b;

    do {
        a = line->heard_us;
        b = line->heard_us;
    } while (a != b);
    return a;
}

/* The answer takes the request's place. Until it is out nothing is moved from the ring to there, or it is given up first (take). Of what
 * comes afterwards the echo's last bytes are compared with its end, of which the first new byte overwrites nothing. */
static void end_of_frame(struct nila_line *line, uint32_t at_us)
{
    struct nila_answer a = nila_rtu_end(&line->rtu, line->rtu.rx);

    if (a.n == 0)
        return;
    line->tx_n = (uint16_t)a.n;
    line->node = a.node;
    line->asked_us = at_us;
    line->delay_us = 1000UL * a.node->response_ms;
    line->state = NILA_LINE_WAIT;
}

/* One byte out of the ring. */
static void take(struct nila_line *line, uint16_t got)
{
    if (line->state == NILA_LINE_WAIT) {
        line->state = NILA_LINE_LISTEN;
        line->node->bus.silent++;
    }
    if ((got & RX_GAP) != 0 && (line->rtu.n > 0 || line->rtu.damaged) &&
        ((got & RX_LONG) != 0 || !nila_rtu_unfinished(&line->rtu))) {
        end_of_frame(line, line->heard_us);
        if (line->state == NILA_LINE_WAIT) { /* somebody speaks already */
            line->state = NILA_LINE_LISTEN;
            line->node->bus.silent++;
        }
    }
    nila_rtu_byte(&line->rtu, (uint8_t)got);
    if ((got & RX_DAMAGED) != 0)
        nila_rtu_damaged(&line->rtu);
}

static void listen(struct nila_line *line)
{
    uint32_t heard, silence;

    while (line->tail != line->head) {
        uint16_t got = line->ring[line->tail];
        line->tail = (uint8_t)((line->tail + 1U) & RING_MASK);
        take(line, got);
    }
    if (line->lost) {
        line->lost = false;
        line->rtu.overrun = true;
    }
    if (line->rtu.n == 0 && !line->rtu.damaged && !line->rtu.overrun)
        return;
    heard = last_heard(
        line); /* before the clock: a byte in between must not look like a long silence */
    silence = line->port->tick_us(line->port->arg) - heard;
    if (line->tail != line->head || silence < line->end_us)
        return;
    if (silence >= HOLD_US || !nila_rtu_unfinished(&line->rtu))
        end_of_frame(line, heard);
}

static void begin_to_send(struct nila_line *line)
{
    const uint32_t now = line->port->tick_us(line->port->arg);

    if (now - line->asked_us < line->delay_us || line->tail != line->head)
        return;
    line->tx_at = line->echo_at = 0;
    line->echo_left = 0;
    line->begun_us = now;
    line->state = NILA_LINE_SEND;
    line->port->drive(line->port->arg, true);
    line->port->transmit(line->port->arg);
}

void nila_line_step(struct nila_line *line)
{
    if (line->state == NILA_LINE_SEND)
        return;
    listen(line);
    if (line->state == NILA_LINE_WAIT)
        begin_to_send(line);
}

bool nila_line_idle(const struct nila_line *line)
{
    return line->state == NILA_LINE_LISTEN && line->rtu.n == 0 && line->tail == line->head;
}

bool nila_line_alive(struct nila_line *line)
{
    const uint32_t now = line->port->tick_us(line->port->arg);

    if (!line->port->rx_waiting(line->port->arg)) {
        line->stuck = false;
    } else if (!line->stuck) {
        line->stuck = true;
        line->stuck_us = now;
    } else if (now - line->stuck_us > STUCK_US) {
        return false;
    }
    return line->state != NILA_LINE_SEND ||
           now - line->begun_us <= STUCK_US + 2 * line->tx_n * line->char_us;
}
