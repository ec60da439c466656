/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "bus_link.h"
#include "collector/common/clock.h"

/* Some gateways lose the thread of a connection for good: after so many questions without an answer it is made anew. */
#define SILENT_MAX 3

#define MBAP_BYTES 7 /* transaction number, protocol, length, unit */

static int tcp_open(struct bus *b, char *why, size_t why_size)
{
    char port[8];

    (void)snprintf(port, sizeof port, "%d", b->c->tcp_port);
    b->ctx = modbus_new_tcp_pi(b->c->host, port);
    if (b->ctx == NULL) {
        (void)snprintf(why, why_size, "%s:%s: %s", b->c->host, port, modbus_strerror(errno));
        return NILA_ERR_CONFIG;
    }
    b->tid = 0; /* libmodbus counts from here, per context */
    b->silent = 0;
    bus_set_timeouts(b->ctx, b->c->timeout_ms, 0);
    if (modbus_connect(b->ctx) != 0) {
        int e = errno;
        bool slow = e == ETIMEDOUT || e == EINPROGRESS;
        (void)snprintf(why, why_size, "%s:%s: %s", b->c->host, port,
                       slow ? "no connection in time" : strerror(e));
        return slow ? NILA_ERR_TIMEOUT : NILA_ERR_IO;
    }
    if (modbus_get_socket(b->ctx) >= FD_SETSIZE) { /* libmodbus waits with select */
        (void)snprintf(why, why_size, "%s:%s: too many open connections", b->c->host, port);
        return NILA_ERR_IO;
    }
    return 0;
}

static void tcp_close(struct bus *b)
{
    (void)b;
}

/* Many gateways close an idle connection. Found out before the question, that costs a new connection, not a reading. */
static bool closed_by_peer(int fd)
{
    uint8_t byte;
    ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

/* After an answer that was not ours: takes frames until the one with our number comes or the time is over. */
static int wait_for_own(struct bus *b, const struct bus_question *q, int64_t deadline_ms,
                        uint16_t *regs, struct bus_answer *a)
{
    uint8_t f[MODBUS_MAX_ADU_LENGTH];

    a->strays = 1;
    for (;;) {
        int64_t left = deadline_ms - clock_mono_ms();
        int n;

        if (left <= 0)
            return bus_error(EMBBADDATA, q, a);
        bus_set_timeouts(b->ctx, left, 0);
        n = modbus_receive_confirmation(b->ctx, f);
        if (n < 0)
            return bus_error(errno == ETIMEDOUT ? EMBBADDATA : errno, q, a);
        if (n > MBAP_BYTES && (f[0] << 8 | f[1]) == b->tid)
            return bus_take_pdu(f + MBAP_BYTES, n - MBAP_BYTES, q, regs, a);
        a->strays++;
    }
}

static int tcp_ask(struct bus *b, const struct bus_question *q, uint16_t *regs,
                   struct bus_answer *a)
{
    uint16_t got[MODBUS_MAX_READ_REGISTERS];
    int64_t asked_ms;
    int rc = 0;

    bus_wait_gap(b, b->c->gap_ms);
    if (closed_by_peer(modbus_get_socket(b->ctx))) {
        bus_close(b);
        if (bus_open(b, a->text, sizeof a->text) != 0)
            return NILA_ERR_IO;
    }
    if (modbus_set_slave(b->ctx, q->unit) != 0)
        return bus_error(errno, q, a);
    bus_set_timeouts(b->ctx, q->timeout_ms, 0);
    b->tid = b->tid < UINT16_MAX ? (uint16_t)(b->tid + 1) : 0; /* as libmodbus does */
    asked_ms = clock_mono_ms();
    if (bus_modbus_read(b->ctx, q, got) != q->count)
        rc = errno == EMBBADDATA ? wait_for_own(b, q, asked_ms + q->timeout_ms, got, a)
                                 : bus_error(errno, q, a);
    a->answer_ms = (int)(clock_mono_ms() - asked_ms);
    b->silent = rc == NILA_ERR_TIMEOUT ? b->silent + 1 : 0;
    /* Late answers are told by their number, so the connection may live on; after a malformed one nobody knows where the
     * next frame begins. */
    if (rc == NILA_ERR_PROTO || b->silent >= SILENT_MAX)
        bus_close(b);
    if (rc == 0)
        memcpy(regs, got, q->count * sizeof regs[0]);
    return rc;
}

const struct bus_link BUS_TCP = {tcp_open, tcp_ask, tcp_close};
