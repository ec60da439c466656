/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_server: one Modbus TCP listener and its clients, served by one thread through poll(2).
 *
 * A client has one request in work at a time; what it sends meanwhile waits in its socket. Nobody waits for a slow client,
 * and one that sends what is not Modbus is closed. */
#ifndef BRIDGE_TCP_SERVER_H
#define BRIDGE_TCP_SERVER_H

#include "simbus.h"

struct tcp_server; /* opaque */

/* Listens on host:port (port 0: any free one). bus must outlive the server. NILA_ERR_BUSY, NILA_ERR_DENIED,
 * NILA_ERR_NOT_FOUND, NILA_ERR_IO with words in why. On success free *out with tcp_server_close. */
NILA_MUST_CHECK int tcp_server_open(struct tcp_server **out, struct simbus *bus, const char *host,
                                    int port, char *why, size_t why_size);

/* The bound port. */
int tcp_server_port(const struct tcp_server *s);

/* Serves until stop_fd becomes readable (it is not read). */
void tcp_server_run(struct tcp_server *s, int stop_fd);

void tcp_server_close(struct tcp_server *s); /* NULL is fine */

#endif
