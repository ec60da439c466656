/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bus_tcp: one Modbus TCP connection as a machine that never waits: who owns it waits for its handle, with poll or epoll, or
 * for its deadline. One question at a time. An answer with another transaction number is thrown away and the wait goes on.
 *
 * Threads: one at a time. */
#ifndef COLLECTOR_BUS_TCP_H
#define COLLECTOR_BUS_TCP_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "bus.h"
#include "bus_pdu.h"

#define BUS_TCP_ADDRESSES 4
#define BUS_TCP_FRAME     (7 + BUS_PDU_MAX) /* transaction number, protocol, length, unit; PDU */

/* Not done yet: wait for the handle or the deadline. */
#define BUS_TCP_WAIT 1

/* Where a host may be reached, in the order to be tried. */
struct bus_tcp_addresses {
    unsigned n; /* 0..BUS_TCP_ADDRESSES */
    struct {
        socklen_t size;
        union {
            struct sockaddr any;
            struct sockaddr_in v4;
            struct sockaddr_in6 v6;
        } at;
    } a[BUS_TCP_ADDRESSES];
};

enum bus_tcp_state {
    BUS_TCP_CLOSED,
    BUS_TCP_CONNECTING,
    BUS_TCP_IDLE,
    BUS_TCP_ASKED
};

struct bus_tcp {
    enum bus_tcp_state state;
    int fd;              /* -1 while closed */
    unsigned opened;     /* counts the handles it has had: numbers of handles come again */
    int64_t deadline_ms; /* monotonic: of the connection or the answer */
    int64_t asked_ms;
    struct bus_tcp_addresses to;
    unsigned trying; /* index into to */
    int connect_ms;
    int failed; /* errno of the last address that failed */
    struct bus_question q;
    uint16_t number;   /* transaction number of the last question */
    unsigned strays;   /* thrown away since the question was asked */
    unsigned silent;   /* questions without an answer in a row that should have had one */
    uint32_t heard[8]; /* bit u: unit u has answered on this connection */
    bool heard_any;
    int64_t alive_ms; /* when it was made, or last gave an answer */
    bool
        doubtful; /* the last question got no answer on a connection that was good, and idle for long */
    struct frames *frames;        /* NULL: none are kept */
    size_t in_n, out_n, out_done; /* bytes: read, of the request, and sent of it */
    uint8_t in[BUS_TCP_FRAME];
};

void bus_tcp_init(struct bus_tcp *t);
void bus_tcp_close(struct bus_tcp *t);

/* Looks host and port up; may block for long unless numeric is true (then only an address is understood). NILA_ERR_NOT_FOUND
 * with words in why (size >= 96). */
NILA_MUST_CHECK int bus_tcp_resolve(struct bus_tcp_addresses *out, const char *host, int port,
                                    bool numeric, char *why, size_t why_size);

/* Begins to connect to the addresses, each for timeout_ms at most. 0: done; BUS_TCP_WAIT; NILA_ERR_IO, NILA_ERR_TIMEOUT with words in
 * why (size >= 96). The machine is closed again after a failure. */
NILA_MUST_CHECK int bus_tcp_connect(struct bus_tcp *t, const struct bus_tcp_addresses *to,
                                    int timeout_ms, char *why, size_t why_size);
/* Goes on with it, when the handle is ready or the deadline has come. The same answers. */
NILA_MUST_CHECK int bus_tcp_connecting(struct bus_tcp *t, char *why, size_t why_size);

/* Sends q (idle only; q->write must live until the answer). BUS_TCP_WAIT, or an error of bus_ask. */
NILA_MUST_CHECK int bus_tcp_send(struct bus_tcp *t, const struct bus_question *q,
                                 struct bus_answer *a);
/* Goes on with it: BUS_TCP_WAIT, or what bus_ask returns. After NILA_ERR_PROTO, NILA_ERR_IO and too many silences the machine is closed. */
NILA_MUST_CHECK int bus_tcp_receive(struct bus_tcp *t, uint16_t *regs, struct bus_answer *a);

/* Idle, and the handle is ready: throws late answers away. False: the other side has closed, or talks nonsense; closed. */
bool bus_tcp_idle(struct bus_tcp *t);

/* True when it waits to write (connecting, or a request not wholly sent). */
bool bus_tcp_wants_write(const struct bus_tcp *t);

#endif
