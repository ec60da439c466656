/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "uart.h"

#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

#define NS_PER_S 1000000000LL

struct uart_frame {
    struct uart_frame *next;
    int64_t due_ns;
    bool begun;
    int64_t begun_ns;
    size_t n, sent;
    uint8_t bytes[WIRE_MAX];
};

int64_t uart_char_ns(int baud, char parity, int stop_bits)
{
    const int bits = 1 + 8 + (parity != 'N' ? 1 : 0) + stop_bits;

    return (NS_PER_S * bits + baud - 1) / baud; /* never faster than the line */
}

void uart_init(struct uart *u, int64_t char_ns)
{
    *u = (struct uart){.char_ns = char_ns};
}

void uart_clear(struct uart *u)
{
    while (u->queue != NULL) {
        struct uart_frame *f = u->queue;
        u->queue = f->next;
        free(f);
    }
}

void uart_hear(struct uart *u, size_t n, int64_t now_ns)
{
    if (u->heard_ns < now_ns)
        u->heard_ns = now_ns;
    u->heard_ns += (int64_t)n * u->char_ns;
}

void uart_send(struct uart *u, const uint8_t *bytes, size_t n, int64_t due_ns)
{
    struct uart_frame **at = &u->queue, *f;

    if (n == 0)
        return;
    f = xcalloc(1, sizeof *f);
    f->due_ns = due_ns;
    f->n = n;
    memcpy(f->bytes, bytes, n);
    while (*at != NULL && ((*at)->begun || (*at)->due_ns <= due_ns))
        at = &(*at)->next;
    f->next = *at;
    *at = f;
}

bool uart_driving(const struct uart *u)
{
    return u->queue != NULL && u->queue->begun;
}

/* When the first frame begins, or began. */
static int64_t begin_ns(const struct uart *u)
{
    const struct uart_frame *f = u->queue;

    if (f->begun)
        return f->begun_ns;
    return f->due_ns > u->free_ns ? f->due_ns : u->free_ns;
}

/* How many more bytes leave together. */
static size_t burst(const struct uart *u)
{
    const struct uart_frame *f = u->queue;
    const size_t rest = f->n - f->sent;
    size_t step;

    if (u->char_ns == 0)
        return rest;
    step = u->char_ns < UART_BURST_NS ? (size_t)(UART_BURST_NS / u->char_ns) : 1;
    return step < rest ? step : rest;
}

int64_t uart_next_ns(const struct uart *u)
{
    if (u->queue == NULL)
        return INT64_MAX;
    if (!u->queue->begun)
        return begin_ns(u);
    return u->queue->begun_ns + (int64_t)(u->queue->sent + burst(u)) * u->char_ns;
}

size_t uart_take(struct uart *u, int64_t now_ns, uint8_t out[WIRE_MAX])
{
    struct uart_frame *f = u->queue;
    size_t n;

    if (f == NULL || now_ns < begin_ns(u))
        return 0;
    f->begun_ns = begin_ns(u);
    f->begun = true;
    if (now_ns < uart_next_ns(u))
        return 0;
    n = f->n - f->sent;
    if (u->char_ns > 0) {
        const size_t due = (size_t)((now_ns - f->begun_ns) / u->char_ns);
        n = due < f->n ? due - f->sent : n;
    }
    memcpy(out, f->bytes + f->sent, n);
    f->sent += n;
    if (f->sent == f->n) {
        u->free_ns = f->begun_ns + (int64_t)f->n * u->char_ns;
        u->queue = f->next;
        free(f);
    }
    return n;
}
