/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stubhttp: a scripted HTTP server on loopback, for faults that no real server shows on demand. */
#ifndef TESTS_STUBHTTP_H
#define TESTS_STUBHTTP_H

#include <stddef.h>

struct stub_reply {
    const char *bytes; /* sent as they are; NULL: nothing is sent */
    size_t len;        /* 0: strlen(bytes) */
    int hang;  /* keep the connection and say no more, until the client leaves or stubhttp_stop */
    int close; /* close the connection after the bytes; else wait for the next request on it */
};

struct stubhttp;

/* Replies to the requests in order; the last reply is repeated. Fails the test when it cannot start. */
struct stubhttp *stubhttp_start(const struct stub_reply *reply, size_t replies);
int stubhttp_port(const struct stubhttp *s);
/* Request i (head and body as they came, 0-ended), NULL when there were fewer. Valid until stubhttp_stop; call it after
 * the client has its answer. */
const char *stubhttp_request(struct stubhttp *s, size_t i, size_t *len);
size_t stubhttp_requests(struct stubhttp *s);
size_t stubhttp_connections(struct stubhttp *s);
/* Waits until n requests have come whole. */
void stubhttp_wait(struct stubhttp *s, size_t n);
void stubhttp_stop(struct stubhttp *s);

#endif
