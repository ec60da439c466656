/* SPDX-License-Identifier: GPL-3.0-or-later */
/* listen: the socket on which the pages are served. */
#ifndef ANALYTICS_WEB_LISTEN_H
#define ANALYTICS_WEB_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "analytics/config.h"

/* A listening socket on c's bind and port; its number in *fd, the caller's to close; *v6: of IPv6. NILA_ERR_BUSY (port taken),
 * NILA_ERR_DENIED, NILA_ERR_CONFIG (address not understood or not here), NILA_ERR_IO, with words in why. */
NILA_MUST_CHECK int listen_on(const struct analytics_config *c, int *fd, bool *v6, char *why,
                              size_t why_size);
/* The port bound; -1: none. */
int listen_port(int fd);

#endif
