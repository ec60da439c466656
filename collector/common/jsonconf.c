/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "jsonconf.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "jsonnode.h"
#include "log.h"
#include "tongue.h"
#include "utf8.h"

#define NAME_SHOWN 120 /* characters of the path in a message: the words must still fit */

/* Position of n among the entries of the array it lies in. */
static size_t entry_number(const struct jsonconf *c, const struct jsonconf_node *n)
{
    size_t i = 0;

    for (const struct jsonconf_node *k = &c->node[n->mark.parent] + 1; k < n;
         k = &c->node[k->mark.end])
        i++;
    return i;
}

/* "buses[0].serial.baud" */
static void add_path(const struct jsonconf *c, const struct jsonconf_node *n, struct buf *b)
{
    const struct jsonconf_node *way[JSONTEXT_MAX_DEPTH + 1];
    size_t steps = 0;

    for (; n != &c->node[0]; n = &c->node[n->mark.parent])
        way[steps++] = n;
    while (steps-- > 0) {
        if (way[steps]->key != NULL)
            buf_printf(b, "%s%.40s", b->n > 0 ? "." : "", way[steps]->key);
        else
            buf_printf(b, "[%zu]", entry_number(c, way[steps]));
    }
}

/* Keys and values come from outside: nothing that moves a terminal's cursor gets into a log, nor half a character where
 * a text was cut, which would make the whole line unreadable in the journal. */
static void make_readable(char *s)
{
    size_t left = strlen(s);

    while (left > 0) {
        size_t k = utf8_length(s, left);
        if (k == 0 || (unsigned char)*s < 0x20 || *s == 0x7f) {
            *s = '?';
            k = 1;
        }
        s += k;
        left -= k;
    }
}

void jsonnode_fail(struct jsonconf *c, size_t at, const struct jsonconf_node *of, const char *fmt,
                   ...)
{
    struct buf b = {0};
    char words[400];
    long line, column;
    va_list ap;

    if (c->failed)
        return;
    c->failed = true;
    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    if (of != NULL)
        add_path(c, of, &b);
    jsontext_place(c->text, c->size, at, &line, &column);
    (void)snprintf(c->why, sizeof c->why, "%s:%ld:%ld: %s%s%s", c->name, line, column,
                   b.n > 0 ? b.p : "", b.n > 0 ? ": " : "", words);
    make_readable(c->why);
    buf_free(&b);
}

void jsonconf_where(const struct jsonconf *c, const struct jsonconf_node *n, char *buf, size_t size)
{
    struct buf b = {0};
    long line, column;

    add_path(c, n, &b);
    jsontext_place(c->text, c->size, n->mark.at, &line, &column);
    (void)snprintf(buf, size, "%s:%ld:%ld: %s", c->name, line, column, b.n > 0 ? b.p : "");
    make_readable(buf);
    buf_free(&b);
}

static void fill_node(struct jsonconf *c, struct jsonconf_node *n, const cJSON *item)
{
    n->key = item->string;
    n->string = cJSON_IsString(item) ? item->valuestring : NULL;
    n->number = cJSON_IsNumber(item) ? item->valuedouble : 0;
    if (!isfinite(n->number)) {
        jsonnode_fail(c, n->mark.at, n,
                      tongue("angkanya terlalu besar", "the number is too large"));
        n->number = 0;
    }
}

/* Walks cJSON's tree and the marks together: both are in the order of the text. Returns how many agree. */
static size_t fill(struct jsonconf *c)
{
    static const int TYPE[] = {
        [JSONTEXT_OBJECT] = cJSON_Object, [JSONTEXT_ARRAY] = cJSON_Array,
        [JSONTEXT_STRING] = cJSON_String, [JSONTEXT_NUMBER] = cJSON_Number,
        [JSONTEXT_TRUE] = cJSON_True,     [JSONTEXT_FALSE] = cJSON_False,
        [JSONTEXT_NULL] = cJSON_NULL,
    };
    const cJSON **child = xcalloc(c->nodes, sizeof(const cJSON *)); /* next one of each container */
    const cJSON *item = c->tree;
    size_t i = 0;

    while (item != NULL && (item->type & 0xff) == TYPE[c->node[i].mark.kind]) {
        fill_node(c, &c->node[i], item);
        child[i] = item->child;
        if (++i == c->nodes)
            break;
        item = child[c->node[i].mark.parent];
        if (item != NULL)
            child[c->node[i].mark.parent] = item->next;
    }
    for (size_t k = 0; k < i; k++)
        if (child[k] != NULL) /* cJSON has seen more than we have */
            i = k;
    free(child);
    return i;
}

struct by_key {
    const char *key;
    size_t index;
};

static int compare_keys(const void *a, const void *b)
{
    const struct by_key *x = a, *y = b;
    const int order = strcmp(x->key, y->key);

    return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

/* Refuses the first key that stands twice in one object. keys is scratch for all nodes. */
static void refuse_duplicates(struct jsonconf *c, size_t object, struct by_key *keys)
{
    const size_t end = c->node[object].mark.end;
    size_t n = 0, first = end, twin = 0;

    for (size_t i = object + 1; i < end; i = c->node[i].mark.end)
        keys[n++] = (struct by_key){c->node[i].key, i};
    if (n < 2)
        return;
    qsort(keys, n, sizeof *keys, compare_keys);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(keys[i].key, keys[i - 1].key) == 0 && keys[i].index < first) {
            first = keys[i].index;
            twin = keys[i - 1].index;
        }
    }
    if (first < end) {
        long line, column;
        jsontext_place(c->text, c->size, c->node[twin].mark.key_at, &line, &column);
        jsonnode_fail(c, c->node[first].mark.key_at, &c->node[first],
                      tongue("kunci ini ada dua kali; yang pertama di baris %ld, hapus salah satu",
                             "the key stands twice; first at line %ld, one of them must go"),
                      line);
    }
}

static void check_keys(struct jsonconf *c)
{
    struct by_key *keys = xcalloc(c->nodes, sizeof *keys);

    for (size_t i = 0; i < c->nodes && !c->failed; i++)
        if (c->node[i].mark.kind == JSONTEXT_OBJECT)
            refuse_duplicates(c, i, keys);
    free(keys);
}

/* From bytes to nodes. Errors are kept in c. */
static void parse(struct jsonconf *c)
{
    struct jsontext_error e = {0};
    struct jsontext_mark *marks = NULL;
    char *blanked = xcalloc(c->size + 1, 1);
    const char *stop = NULL;
    size_t agreed;

    memcpy(blanked, c->text, c->size);
    if (jsontext_blank(blanked, c->size, &e) != 0 ||
        jsontext_scan(blanked, c->size, &marks, &c->nodes, &e) != 0) {
        jsonnode_fail(c, e.at, NULL, "%s", e.text);
        goto out;
    }
    c->node = xcalloc(c->nodes, sizeof *c->node);
    for (size_t i = 0; i < c->nodes; i++)
        c->node[i].mark = marks[i];
    c->tree = cJSON_ParseWithLengthOpts(blanked, c->size + 1, &stop, 1);
    if (c->tree == NULL) {
        jsonnode_fail(c, stop == NULL ? 0 : (size_t)(stop - blanked), NULL,
                      tongue("di sini bukan JSON", "not JSON here"));
        goto out;
    }
    agreed = fill(c);
    if (agreed == c->nodes)
        check_keys(c);
    else
        jsonnode_fail(c, c->node[agreed].mark.at, NULL,
                      tongue("di sini bukan JSON", "not JSON here"));
out:
    free(marks);
    free(blanked);
}

int jsonconf_open_memory(struct jsonconf **out, const char *name, const char *text, size_t n,
                         char *why, size_t why_size)
{
    struct jsonconf *c;
    const size_t length = strlen(name);

    if (n > JSONTEXT_MAX_BYTES) {
        (void)snprintf(why, why_size,
                       tongue("%.120s:1:1: berkas lebih dari %d KiB",
                              "%.120s:1:1: the file has more than %d KiB"),
                       name, JSONTEXT_MAX_BYTES / 1024);
        return NILA_ERR_CONFIG;
    }
    c = xcalloc(1, sizeof *c);
    c->name = xstrdup(length > NAME_SHOWN ? name + length - NAME_SHOWN : name);
    c->text = xcalloc(n + 1, 1);
    if (n > 0)
        memcpy(c->text, text, n);
    c->size = n;
    parse(c);
    if (c->failed) {
        (void)snprintf(why, why_size, "%s", c->why);
        jsonconf_close(c);
        return NILA_ERR_CONFIG;
    }
    *out = c;
    return 0;
}

/* Reads up to JSONTEXT_MAX_BYTES + 1 bytes; the caller refuses the one too many. */
static ssize_t slurp(int fd, char *text)
{
    size_t n = 0;

    while (n <= JSONTEXT_MAX_BYTES) {
        const ssize_t got = read(fd, text + n, JSONTEXT_MAX_BYTES + 1 - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return (ssize_t)n;
}

int jsonconf_open(struct jsonconf **out, const char *path, char *why, size_t why_size)
{
    char *text = NULL;
    ssize_t n = -1;
    int rc = NILA_ERR_IO;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd >= 0) {
        text = xcalloc(JSONTEXT_MAX_BYTES + 1, 1);
        n = slurp(fd, text);
    }
    if (n >= 0) {
        rc = jsonconf_open_memory(out, path, text, (size_t)n, why, why_size);
    } else {
        const int err = errno;
        (void)snprintf(why, why_size, "%.160s: %s", path, tongue_errno(err));
        if (err == ENOENT || err == ENOTDIR)
            rc = NILA_ERR_NOT_FOUND;
        else if (err == EACCES || err == EPERM)
            rc = NILA_ERR_DENIED;
    }
    free(text);
    if (fd >= 0)
        (void)close(fd);
    return rc;
}

void jsonconf_close(struct jsonconf *c)
{
    if (c == NULL)
        return;
    cJSON_Delete(c->tree);
    free(c->node);
    free(c->asked);
    free(c->text);
    free(c->name);
    free(c);
}

const struct jsonconf_node *jsonconf_root(struct jsonconf *c)
{
    return &c->node[0];
}
