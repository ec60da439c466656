/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll_heap: which of n things is due first. A binary heap over the numbers 0..n-1, each with a time. */
#ifndef COLLECTOR_POLL_HEAP_H
#define COLLECTOR_POLL_HEAP_H

#include <stdint.h>

struct heap {
    unsigned n;
    unsigned *thing; /* the heap: thing[0] is due first */
    unsigned *place; /* of each thing in it */
    int64_t *due_ms; /* of each thing */
};

/* All n things are due at INT64_MAX, never. */
void heap_init(struct heap *h, unsigned n);
void heap_free(struct heap *h);

void heap_set(struct heap *h, unsigned thing, int64_t due_ms);

/* The thing that is due first, n >= 1. */
unsigned heap_first(const struct heap *h);

#endif
