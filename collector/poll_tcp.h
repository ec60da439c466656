/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll_tcp: all TCP endpoints in one thread, which waits for all of them at once: one that is silent, half open or not there costs
 * the others nothing. An endpoint has one question at a time. */
#ifndef COLLECTOR_POLL_TCP_H
#define COLLECTOR_POLL_TCP_H

#include "poll_line.h"

struct tcp_loop; /* opaque */

/* Serves lines[0..n-1]. NILA_ERR_IO with words in why (size >= 96): no event handle. */
NILA_MUST_CHECK int tcp_loop_new(struct tcp_loop **out, struct line *const *lines, unsigned n,
                                 struct poll_common *common, char *why, size_t why_size);
NILA_MUST_CHECK int tcp_loop_start(struct tcp_loop *o); /* NILA_ERR_IO: no thread */

/* Waits for its thread, which has been woken after common->stop was set; NULL is fine. */
void tcp_loop_free(struct tcp_loop *o);

#endif
