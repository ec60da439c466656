/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jsonnode: what jsonconf.c (the adapter to cJSON) hands to jsontake.c (the typed members and their errors). Nobody
 * else includes this. */
#ifndef NILA_COMMON_JSONNODE_H
#define NILA_COMMON_JSONNODE_H

#include <stdbool.h>
#include <stddef.h>

#include "jsonconf.h"
#include "jsontext.h"

#define JSONNODE_KEY_SIZE 40

struct jsonconf_node {
    struct jsontext_mark mark;
    const char *key;    /* NULL in an array and for the root */
    const char *string; /* JSONTEXT_STRING; owned by the cJSON tree */
    double number;      /* JSONTEXT_NUMBER, finite */
    bool taken;         /* somebody asked for this key */
    bool ignored;       /* nobody looks below */
};

/* A key somebody asked for: what is allowed in that object. */
struct jsonnode_asked {
    size_t object;
    char key[JSONNODE_KEY_SIZE];
};

struct jsonconf {
    char *name;  /* for messages: the path, its head cut off when it is long */
    char *text;  /* as it came, for places */
    size_t size; /* bytes of text */
    void *tree;  /* cJSON; keeps keys and strings */
    struct jsonconf_node *node;
    size_t nodes;
    struct jsonnode_asked *asked;
    size_t asks, asked_room;
    bool failed;
    char why[512]; /* the first error */
};

/* Keeps "name:line:column: path: words" as the first error; later ones are dropped. at: offset in the text; of: the
 * node whose path is named, NULL for none. */
void jsonnode_fail(struct jsonconf *c, size_t at, const struct jsonconf_node *of, const char *fmt,
                   ...) NILA_PRINTF(4, 5);

#endif
