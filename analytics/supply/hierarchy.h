/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hierarchy: which nodes are the sum of which, as a 0/1 aggregation matrix. Nodes are places (kecamatan, regencies, both) or
 * periods (months, quarters, years), or each place in each period (hierarchy_cross).
 *
 * A node with nothing under it is a bottom; every node is the sum of the bottoms under it. A node may have several parents
 * (a month in a quarter and in a season): then it is not a tree, and a bottom still counts once in every node above it.
 *
 * File form: CSV with the columns node,parent; one row for each parent of a node, an empty parent for a top. Rows in any
 * order; the order of the nodes is that of the rows. */
#ifndef ANALYTICS_HIERARCHY_H
#define ANALYTICS_HIERARCHY_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/common/err.h"

#define HIERARCHY_NODES_MAX 2000
#define HIERARCHY_ID_MAX    96 /* bytes of a node's name */

struct hierarchy {
    size_t nodes, bottoms;
    char **id;          /* [nodes] */
    size_t *bottom;     /* [bottoms]: their nodes, in the order of the nodes */
    unsigned char *sum; /* [nodes][bottoms]: 1 where the bottom is part of the node */
    bool tree;          /* nobody has two parents */
    size_t *parent;     /* [nodes], of a tree; HIERARCHY_NONE for a top */
    size_t *order;      /* [nodes], of a tree: parents before their children */
};
#define HIERARCHY_NONE ((size_t)-1)

struct hierarchy_link {
    const char *node, *parent; /* parent "": a top */
};

/* Where in the links a hierarchy is wrong. */
struct hierarchy_fault {
    size_t link;
    bool in_parent; /* the parent is at fault, else the node */
};

/* Makes one from links (1 or more). The strings are copied. NILA_ERR_PARSE with words in why (size >= 200) that name the
 * node, and the place in fault: a name that is empty, too long or has a control character; the same row twice; a top that
 * has a parent elsewhere; a parent that is no node (orphan); a node that hangs on nothing while there are others (orphan); a
 * loop; more than HIERARCHY_NODES_MAX nodes. *out is the caller's, hierarchy_free. */
NILA_MUST_CHECK int hierarchy_new(struct hierarchy **out, const struct hierarchy_link *link,
                                  size_t links, struct hierarchy_fault *fault, char *why,
                                  size_t why_size);

/* Reads the file ("-": stdin). why (size >= 320) begins with file:line:column. Errors of csv_open, NILA_ERR_PARSE. */
NILA_MUST_CHECK int hierarchy_load(struct hierarchy **out, const char *path, char *why,
                                   size_t why_size);

/* Each node of a in each node of b, named "A@B"; a's order outside, b's inside. NILA_ERR_RANGE when that makes more than
 * HIERARCHY_NODES_MAX nodes or a name too long. */
NILA_MUST_CHECK int hierarchy_cross(struct hierarchy **out, const struct hierarchy *a,
                                    const struct hierarchy *b, char *why, size_t why_size);

void hierarchy_free(struct hierarchy *h); /* NULL is fine */

/* The node of that name, HIERARCHY_NONE. */
size_t hierarchy_find(const struct hierarchy *h, const char *id);

static inline bool hierarchy_has(const struct hierarchy *h, size_t node, size_t bottom)
{
    return h->sum[node * h->bottoms + bottom] != 0;
}

/* all [nodes][k] from bottom [bottoms][k], k columns (draws) at a time. */
void hierarchy_sum(const struct hierarchy *h, const double *bottom, size_t k, double *all);

#endif
