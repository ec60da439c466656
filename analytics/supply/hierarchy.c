/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hierarchy.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/csv.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

/* The links as numbers: up [links] is the parent of the node at [links], HIERARCHY_NONE for a top. */
struct building {
    struct hierarchy *h;
    const struct hierarchy_link *link;
    size_t links;
    size_t *node, *up;
    struct hierarchy_fault *fault;
    char *why;
    size_t why_size;
};

static int wrong(struct building *b, size_t link, bool in_parent, const char *fmt, ...)
    NILA_PRINTF(4, 5);
static int wrong(struct building *b, size_t link, bool in_parent, const char *fmt, ...)
{
    va_list ap;

    *b->fault = (struct hierarchy_fault){.link = link, .in_parent = in_parent};
    va_start(ap, fmt);
    (void)vsnprintf(b->why, b->why_size, fmt, ap);
    va_end(ap);
    return NILA_ERR_PARSE;
}

size_t hierarchy_find(const struct hierarchy *h, const char *id)
{
    for (size_t i = 0; i < h->nodes; i++)
        if (strcmp(h->id[i], id) == 0)
            return i;
    return HIERARCHY_NONE;
}

static bool plain(const char *id)
{
    for (; *id != '\0'; id++)
        if ((unsigned char)*id < 0x20 || *id == 0x7f)
            return false;
    return true;
}

static int take_nodes(struct building *b)
{
    for (size_t i = 0; i < b->links; i++) {
        const char *id = b->link[i].node;

        if (id[0] == '\0')
            return wrong(b, i, false, tongue("simpul tanpa nama", "the node has no name"));
        if (strlen(id) > HIERARCHY_ID_MAX || !plain(id))
            return wrong(b, i, false,
                         tongue("simpul %.40s: paling panjang %d bita, tanpa karakter kendali",
                                "node %.40s: up to %d bytes, no control characters"),
                         id, HIERARCHY_ID_MAX);
        b->node[i] = hierarchy_find(b->h, id);
        if (b->node[i] != HIERARCHY_NONE)
            continue;
        if (b->h->nodes == HIERARCHY_NODES_MAX)
            return wrong(b, i, false, tongue("lebih dari %d simpul", "more than %d nodes"),
                         HIERARCHY_NODES_MAX);
        b->node[i] = b->h->nodes;
        b->h->id[b->h->nodes++] = xstrdup(id);
    }
    return 0;
}

/* Two rows of one node: two different parents, or a mistake. */
static int check_pair(struct building *b, size_t i, size_t k)
{
    if (b->up[i] == b->up[k])
        return wrong(
            b, i, false,
            tongue("simpul %.80s: baris ini ada dua kali", "node %.80s: this row stands twice"),
            b->link[i].node);
    if (b->up[i] == HIERARCHY_NONE || b->up[k] == HIERARCHY_NONE)
        return wrong(b, i, true,
                     tongue("simpul %.80s: puncak di satu baris, di bawah induk di baris lain",
                            "node %.80s: a top in one row, under a parent in another"),
                     b->link[i].node);
    b->h->tree = false;
    return 0;
}

static int take_parents(struct building *b)
{
    for (size_t i = 0; i < b->links; i++) {
        const char *parent = b->link[i].parent;
        int rc = 0;

        b->up[i] = parent[0] == '\0' ? HIERARCHY_NONE : hierarchy_find(b->h, parent);
        if (parent[0] != '\0' && b->up[i] == HIERARCHY_NONE)
            return wrong(b, i, true,
                         tongue("simpul %.60s yatim: induknya %.60s tidak ada di sini",
                                "node %.60s is an orphan: its parent %.60s is no node here"),
                         b->link[i].node, parent);
        for (size_t k = 0; k < i && rc == 0; k++)
            if (b->node[k] == b->node[i])
                rc = check_pair(b, i, k);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* The link from the stuck node of link i to a parent that is stuck as well. */
static size_t go_up(const struct building *b, const unsigned *waits, size_t i)
{
    for (size_t k = 0; k < b->links; k++)
        if (b->node[k] == b->up[i] && b->up[k] != HIERARCHY_NONE && waits[b->up[k]] > 0)
            return k;
    return i;
}

/* What waits hangs in a loop or under one: who goes up for long enough is in the loop. Its first row is named. */
static int name_loop(struct building *b, const unsigned *waits)
{
    size_t at = 0, first;

    while (b->up[at] == HIERARCHY_NONE || waits[b->node[at]] == 0 || waits[b->up[at]] == 0)
        at++;
    for (size_t step = 0; step < b->h->nodes; step++)
        at = go_up(b, waits, at);
    first = at;
    for (size_t step = 0; step < b->h->nodes; step++) {
        at = go_up(b, waits, at);
        first = at < first ? at : first;
    }
    return wrong(b, first, true,
                 tongue("simpul %.60s melingkar: ia di atas induknya sendiri %.60s",
                        "node %.60s is in a loop: it is above its own parent %.60s"),
                 b->link[first].node, b->link[first].parent);
}

/* Parents before children; what never becomes free is in a loop or under one. */
static int put_in_order(struct building *b, size_t *order)
{
    size_t n = b->h->nodes, done = 0;
    unsigned *waits = xcalloc(n, sizeof *waits); /* for so many parents */
    int rc;

    for (size_t i = 0; i < b->links; i++)
        waits[b->node[i]] += b->up[i] != HIERARCHY_NONE;
    for (size_t i = 0; i < n; i++)
        if (waits[i] == 0)
            order[done++] = i;
    for (size_t at = 0; at < done; at++)
        for (size_t i = 0; i < b->links; i++)
            if (b->up[i] == order[at] && --waits[b->node[i]] == 0)
                order[done++] = b->node[i];
    rc = done < n ? name_loop(b, waits) : 0;
    free(waits);
    return rc;
}

/* Who has children, and that nobody hangs on nothing. */
static int find_bottoms(struct building *b)
{
    struct hierarchy *h = b->h;
    bool *above = xcalloc(h->nodes, sizeof *above);
    int rc = 0;

    for (size_t i = 0; i < b->links; i++)
        if (b->up[i] != HIERARCHY_NONE)
            above[b->up[i]] = true;
    for (size_t i = 0; i < b->links && rc == 0; i++)
        if (h->nodes > 1 && b->up[i] == HIERARCHY_NONE && !above[b->node[i]])
            rc = wrong(b, i, false,
                       tongue("simpul %.80s yatim: tanpa induk dan tanpa anak",
                              "node %.80s is an orphan: no parent, and nothing under it"),
                       b->link[i].node);
    for (size_t i = 0; i < h->nodes; i++)
        if (!above[i])
            h->bottom[h->bottoms++] = i;
    free(above);
    return rc;
}

/* From the bottoms up: against the order, a node gives its bottoms to its parents. */
static void fill_sum(struct building *b, const size_t *order)
{
    struct hierarchy *h = b->h;

    h->sum = xcalloc(h->nodes * h->bottoms, sizeof *h->sum);
    for (size_t j = 0; j < h->bottoms; j++)
        h->sum[h->bottom[j] * h->bottoms + j] = 1;
    for (size_t at = h->nodes; at-- > 0;)
        for (size_t i = 0; i < b->links; i++)
            if (b->node[i] == order[at] && b->up[i] != HIERARCHY_NONE)
                for (size_t j = 0; j < h->bottoms; j++)
                    h->sum[b->up[i] * h->bottoms + j] |= h->sum[order[at] * h->bottoms + j];
}

static struct hierarchy *new_hierarchy(size_t room)
{
    struct hierarchy *h = xcalloc(1, sizeof *h);

    h->id = xcalloc(room, sizeof *h->id);
    h->bottom = xcalloc(room, sizeof *h->bottom);
    h->parent = xcalloc(room, sizeof *h->parent);
    h->order = xcalloc(room, sizeof *h->order);
    return h;
}

int hierarchy_new(struct hierarchy **out, const struct hierarchy_link *link, size_t links,
                  struct hierarchy_fault *fault, char *why, size_t why_size)
{
    struct building b = {.link = link, .links = links, .fault = fault};
    int rc;

    b.why = why;
    b.why_size = why_size;
    b.h = new_hierarchy(links);
    b.h->tree = true;
    b.node = xcalloc(links, sizeof *b.node);
    b.up = xcalloc(links, sizeof *b.up);
    rc = links > 0 ? take_nodes(&b)
                   : wrong(&b, 0, false, tongue("tidak ada simpul", "there is no node"));
    if (rc == 0)
        rc = take_parents(&b);
    if (rc == 0)
        rc = put_in_order(&b, b.h->order);
    if (rc == 0)
        rc = find_bottoms(&b);
    if (rc == 0) {
        fill_sum(&b, b.h->order);
        for (size_t i = 0; i < links; i++)
            b.h->parent[b.node[i]] = b.up[i];
        *out = b.h;
    } else {
        hierarchy_free(b.h);
    }
    free(b.node);
    free(b.up);
    return rc;
}

/* What node n of a in node m of b sums. */
static void cross_node(struct hierarchy *h, const struct hierarchy *a, size_t n,
                       const struct hierarchy *b, size_t m)
{
    unsigned char *sum = h->sum + (n * b->nodes + m) * h->bottoms;

    for (size_t i = 0; i < a->bottoms; i++)
        for (size_t k = 0; k < b->bottoms; k++)
            sum[i * b->bottoms + k] = hierarchy_has(a, n, i) && hierarchy_has(b, m, k);
}

int hierarchy_cross(struct hierarchy **out, const struct hierarchy *a, const struct hierarchy *b,
                    char *why, size_t why_size)
{
    struct hierarchy *h;

    if (a->nodes * b->nodes > HIERARCHY_NODES_MAX) {
        (void)snprintf(why, why_size,
                       tongue("%zu simpul kali %zu periode lebih dari %d",
                              "%zu nodes by %zu periods are more than %d"),
                       a->nodes, b->nodes, HIERARCHY_NODES_MAX);
        return NILA_ERR_RANGE;
    }
    h = new_hierarchy(a->nodes * b->nodes);
    for (size_t i = 0; i < a->nodes; i++)
        for (size_t k = 0; k < b->nodes; k++) {
            size_t size = strlen(a->id[i]) + strlen(b->id[k]) + 2;
            char *id = xcalloc(size, 1);

            (void)snprintf(id, size, "%s@%s", a->id[i], b->id[k]);
            h->id[h->nodes++] = id;
        }
    for (size_t i = 0; i < a->bottoms; i++)
        for (size_t k = 0; k < b->bottoms; k++)
            h->bottom[h->bottoms++] = a->bottom[i] * b->nodes + b->bottom[k];
    h->sum = xcalloc(h->nodes * h->bottoms, sizeof *h->sum);
    for (size_t n = 0; n < a->nodes; n++)
        for (size_t m = 0; m < b->nodes; m++)
            cross_node(h, a, n, b, m);
    *out = h;
    return 0;
}

void hierarchy_free(struct hierarchy *h)
{
    if (h == NULL)
        return;
    for (size_t i = 0; i < h->nodes; i++)
        free(h->id[i]);
    free(h->id);
    free(h->bottom);
    free(h->sum);
    free(h->parent);
    free(h->order);
    free(h);
}

void hierarchy_sum(const struct hierarchy *h, const double *bottom, size_t k, double *all)
{
    for (size_t n = 0; n < h->nodes; n++) {
        double *to = all + n * k;

        memset(to, 0, k * sizeof *to);
        for (size_t j = 0; j < h->bottoms; j++)
            if (hierarchy_has(h, n, j))
                for (size_t i = 0; i < k; i++)
                    to[i] += bottom[j * k + i];
    }
}

/* --- the file --- */

struct rows {
    char **text; /* node and parent of each row */
    struct hierarchy_link *link;
    struct csv_place *node, *parent;
    size_t n, room;
};

static void keep_row(struct rows *r, const struct csv *c, int node, int parent)
{
    if (r->n == r->room) {
        r->room = r->room == 0 ? 64 : 2 * r->room;
        r->text = xrealloc(r->text, 2 * r->room, sizeof *r->text);
        r->link = xrealloc(r->link, r->room, sizeof *r->link);
        r->node = xrealloc(r->node, r->room, sizeof *r->node);
        r->parent = xrealloc(r->parent, r->room, sizeof *r->parent);
    }
    r->text[2 * r->n] = xstrdup(csv_cell(c, node));
    r->text[2 * r->n + 1] = xstrdup(csv_cell(c, parent));
    r->link[r->n] = (struct hierarchy_link){r->text[2 * r->n], r->text[2 * r->n + 1]};
    r->node[r->n] = csv_where(c, node);
    r->parent[r->n++] = csv_where(c, parent);
}

static void free_rows(struct rows *r)
{
    for (size_t i = 0; i < 2 * r->n; i++)
        free(r->text[i]);
    free(r->text);
    free(r->link);
    free(r->node);
    free(r->parent);
}

/* More rows than nodes and parents can make are refused before they fill the memory. */
static int read_rows(struct csv *c, struct rows *r, char *why, size_t why_size)
{
    int node = csv_find(c, "node"), parent = csv_find(c, "parent"), rc;

    if (node < 0 || parent < 0 || csv_columns(c) != 2) {
        (void)snprintf(why, why_size,
                       tongue("%.120s:1:1: kolomnya harus node,parent",
                              "%.120s:1:1: the columns must be node,parent"),
                       csv_where(c, -1).file);
        return NILA_ERR_PARSE;
    }
    while ((rc = csv_next(c)) == 1) {
        if (r->n == (size_t)HIERARCHY_NODES_MAX * 4) {
            (void)snprintf(
                why, why_size,
                tongue("%.120s:%ld:1: lebih dari %d baris", "%.120s:%ld:1: more than %d rows"),
                csv_where(c, 0).file, csv_where(c, 0).line, HIERARCHY_NODES_MAX * 4);
            return NILA_ERR_PARSE;
        }
        keep_row(r, c, node, parent);
    }
    if (rc < 0)
        (void)snprintf(why, why_size, "%s", csv_why(c));
    return rc;
}

int hierarchy_load(struct hierarchy **out, const char *path, char *why, size_t why_size)
{
    struct csv *c = NULL;
    struct rows r = {0};
    struct hierarchy_fault fault = {0};
    char words[200] = "";
    int rc = csv_open(&c, path, why, why_size);

    if (rc != 0)
        return rc;
    rc = read_rows(c, &r, why, why_size);
    if (rc == 0) {
        rc = hierarchy_new(out, r.link, r.n, &fault, words, sizeof words);
        if (rc != 0) {
            struct csv_place at = r.n == 0          ? (struct csv_place){path, 1, 1}
                                  : fault.in_parent ? r.parent[fault.link]
                                                    : r.node[fault.link];

            (void)snprintf(why, why_size, "%.100s:%ld:%ld: %s", at.file, at.line, at.column, words);
        }
    }
    free_rows(&r);
    csv_close(c);
    return rc;
}
