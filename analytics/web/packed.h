/* SPDX-License-Identifier: GPL-3.0-or-later */
/* packed: bodies of answers as gzip, the newest ones kept: a page that has not changed, whoever asks for it, is packed once. A page is still
 * made, and may be had, for each request; only its packing is remembered, and found again by every byte of it: nobody gets another's page.
 *
 * Memory: at most PACKED_BYTES, bodies before and after packing and their places; a body of more than PACKED_MOST is packed each time.
 * Threads: any. */
#ifndef ANALYTICS_WEB_PACKED_H
#define ANALYTICS_WEB_PACKED_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/common/buf.h"

#define PACKED_BYTES ((size_t)24 * 1024 * 1024) /* some 800 pond pages */
#define PACKED_MOST  ((size_t)64 * 1024)

struct packed; /* opaque */

/* Never NULL. most: bytes kept, 0: PACKED_BYTES. */
struct packed *packed_new(size_t most);
void packed_free(struct packed *p); /* NULL is fine */

/* The body as gzip, appended to out; false, and nothing, when it does not get smaller. hash: assets_hash of the body. */
bool packed_body(struct packed *p, const struct buf *body, uint64_t hash, struct buf *out);

/* For tests: how often a body was packed, and how many bytes are kept. */
struct packed_counts {
    uint64_t packings;
    size_t bytes;
};
struct packed_counts packed_counts(struct packed *p);

#endif
