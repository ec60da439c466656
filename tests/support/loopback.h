/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loopback: small servers on 127.0.0.1 for tests of clients: a port where nobody listens, and TLS by the machine's openssl. */
#ifndef TESTS_LOOPBACK_H
#define TESTS_LOOPBACK_H

#include <sys/types.h>

/* A port that was free a moment ago. */
int loopback_closed_port(void);

/* A key and a certificate of our own for the address 127.0.0.1, in one PEM file. Fails the test when openssl cannot. */
void loopback_certificate(const char *path);

/* openssl s_server: what a client sends comes out of out, what is written to in goes to the client. */
struct loopback_tls {
    char dir[256], pem[300]; /* pem: its certificate, to be trusted or not */
    int port, in, out;
    pid_t pid;
};
void loopback_tls_start(struct loopback_tls *t);
void loopback_tls_stop(struct loopback_tls *t);

#endif
