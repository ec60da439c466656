/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll_resolve: host names to addresses in a thread of its own, because the C library's look-up may take half a minute and
 * cannot be interrupted. What was found last is kept. Hosts given as addresses need no thread. */
#ifndef COLLECTOR_POLL_RESOLVE_H
#define COLLECTOR_POLL_RESOLVE_H

#include "bus_tcp.h"

struct resolver; /* opaque */

/* Room for n hosts. wake(arg) is called in the thread after each look-up. */
struct resolver *resolver_new(unsigned n, void (*wake)(void *arg), void *arg);

/* Ends without waiting for a look-up under way: its thread ends by itself, wake is not called any more. NULL is fine. */
void resolver_free(struct resolver *r);

/* Names host i; once for each, before the first look-up. False: it is an address, which needs no look-up: the functions below are
 * not for it. */
NILA_MUST_CHECK bool resolver_set(struct resolver *r, unsigned i, const char *name, int port);

/* Begins to look host i up anew. True: no thread can be had, resolver_get has all there will be. */
bool resolver_begin(struct resolver *r, unsigned i);

/* True when the look-up begun last has ended. */
bool resolver_ended(struct resolver *r, unsigned i);

/* What was found last: 0, or NILA_ERR_NOT_FOUND with words in why (size >= 96). */
NILA_MUST_CHECK int resolver_get(struct resolver *r, unsigned i, struct bus_tcp_addresses *out,
                                 char *why, size_t why_size);

/* Puts another look-up in the place of bus_tcp_resolve, for tests; NULL puts it back. Before threads start. */
typedef int (*resolver_lookup)(struct bus_tcp_addresses *out, const char *host, int port,
                               bool numeric, char *why, size_t why_size);
void resolver_set_lookup(resolver_lookup other);

#endif
