/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The typed members of jsonconf.h and what they say when a value is not allowed. */
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "jsonnode.h"
#include "log.h"
#include "slug.h"
#include "tongue.h"

#define CREDENTIAL  "credential:"
#define PATH_ROOM   4096 /* longer ones are no path on Linux */
#define NEAR_ENOUGH 2    /* edits by which a misspelt key is still recognised */
#define SHOWN       "40" /* characters of a foreign value in a message */

/* What stands there, in words. */
static const char *kind_words(enum jsontext_kind k)
{
    static const char *const KIND[][2] = {{"objek {}", "an object {}"},
                                          {"daftar []", "a list []"},
                                          {"teks", "text"},
                                          {"angka", "a number"},
                                          {"true", "true"},
                                          {"false", "false"},
                                          {"null", "null"}};

    return tongue(KIND[k][0], KIND[k][1]);
}

static size_t index_of(const struct jsonconf *c, const struct jsonconf_node *n)
{
    return (size_t)(n - c->node);
}

/* The public nodes are const; what changes in them (taken, ignored) belongs to c. */
static struct jsonconf_node *own(struct jsonconf *c, const struct jsonconf_node *n)
{
    return &c->node[index_of(c, n)];
}

/* Levenshtein's distance, up to JSONNODE_KEY_SIZE - 1 characters; longer words are far from everything. */
static size_t distance(const char *a, const char *b)
{
    size_t row[JSONNODE_KEY_SIZE];
    const size_t n = strlen(a), m = strlen(b);

    if (n >= JSONNODE_KEY_SIZE || m >= JSONNODE_KEY_SIZE)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            const size_t change = diagonal + (a[i - 1] != b[j - 1]);
            const size_t insert = row[j - 1] + 1, drop = row[j] + 1;
            diagonal = row[j];
            row[j] = change < insert ? change : insert;
            if (drop < row[j])
                row[j] = drop;
        }
    }
    return row[m];
}

/* The key asked for in this object that is most like key; NULL when none is near. */
static const char *meant(const struct jsonconf *c, size_t object, const char *key)
{
    const char *best = NULL;
    size_t least = NEAR_ENOUGH + 1;

    for (size_t i = 0; i < c->asks; i++) {
        const size_t d = c->asked[i].object == object ? distance(key, c->asked[i].key) : SIZE_MAX;
        /* Two edits turn any word of two letters into any other. */
        if (d < least && d < strlen(key)) {
            least = d;
            best = c->asked[i].key;
        }
    }
    return best;
}

/* A reader may ask for a key twice; it is told once. */
static bool asked_before(const struct jsonconf *c, size_t ask)
{
    for (size_t i = 0; i < ask; i++)
        if (c->asked[i].object == c->asked[ask].object &&
            strcmp(c->asked[i].key, c->asked[ask].key) == 0)
            return true;
    return false;
}

static void fail_unknown(struct jsonconf *c, const struct jsonconf_node *n)
{
    const size_t object = n->mark.parent;
    const char *near = meant(c, object, n->key);
    struct buf b = {0};

    if (near != NULL) {
        jsonnode_fail(c, n->mark.key_at, &c->node[object],
                      tongue("kunci \"%." SHOWN "s\" tidak dikenal; maksudnya \"%s\"?",
                             "unknown key \"%." SHOWN "s\"; did you mean \"%s\"?"),
                      n->key, near);
        return;
    }
    for (size_t i = 0; i < c->asks; i++)
        if (c->asked[i].object == object && !asked_before(c, i))
            buf_printf(&b, "%s%s", b.n > 0 ? ", " : "", c->asked[i].key);
    jsonnode_fail(c, n->mark.key_at, &c->node[object],
                  tongue("kunci \"%." SHOWN "s\" tidak dikenal; yang boleh: %s",
                         "unknown key \"%." SHOWN "s\"; allowed: %s"),
                  n->key, b.n > 0 ? b.p : tongue("tidak ada", "none"));
    buf_free(&b);
}

/* A needed key is not there: perhaps it stands there misspelt. */
static void fail_missing(struct jsonconf *c, const struct jsonconf_node *object, const char *key)
{
    const size_t me = index_of(c, object);

    for (size_t i = me + 1; i < object->mark.end; i = c->node[i].mark.end) {
        const struct jsonconf_node *n = &c->node[i];
        const char *near = n->taken ? NULL : meant(c, me, n->key);
        if (near != NULL && strcmp(near, key) == 0) {
            fail_unknown(c, n);
            return;
        }
    }
    jsonnode_fail(c, object->mark.at, object, tongue("\"%s\" belum ada", "\"%s\" is missing"), key);
}

static void remember(struct jsonconf *c, size_t object, const char *key)
{
    for (size_t i = c->asks; i > 0 && c->asked[i - 1].object == object; i--)
        if (strcmp(c->asked[i - 1].key, key) == 0)
            return;
    if (c->asks == c->asked_room) {
        c->asked_room = c->asked_room == 0 ? 64 : c->asked_room * 2;
        c->asked = xrealloc(c->asked, c->asked_room, sizeof *c->asked);
    }
    c->asked[c->asks].object = object;
    (void)snprintf(c->asked[c->asks].key, JSONNODE_KEY_SIZE, "%s", key);
    c->asks++;
}

const struct jsonconf_node *jsonconf_member(struct jsonconf *c, const struct jsonconf_node *object,
                                            const char *key, bool need)
{
    size_t me;

    if (c->failed || object == NULL)
        return NULL;
    if (object->mark.kind != JSONTEXT_OBJECT) {
        jsonnode_fail(c, object->mark.at, object,
                      tongue("%s tidak boleh; seharusnya objek {}",
                             "%s is not allowed; an object {} is expected"),
                      kind_words(object->mark.kind));
        return NULL;
    }
    me = index_of(c, object);
    remember(c, me, key);
    for (size_t i = me + 1; i < object->mark.end; i = c->node[i].mark.end) {
        if (strcmp(c->node[i].key, key) == 0) {
            c->node[i].taken = true;
            return &c->node[i];
        }
    }
    if (need)
        fail_missing(c, object, key);
    return NULL;
}

bool jsonconf_is_null(const struct jsonconf_node *n)
{
    return n != NULL && n->mark.kind == JSONTEXT_NULL;
}

bool jsonconf_is_string(const struct jsonconf_node *n)
{
    return n != NULL && n->mark.kind == JSONTEXT_STRING;
}

bool jsonconf_is_object(const struct jsonconf_node *n)
{
    return n != NULL && n->mark.kind == JSONTEXT_OBJECT;
}

static bool is_kind(struct jsonconf *c, const struct jsonconf_node *n, enum jsontext_kind kind,
                    const char *allowed)
{
    if (n->mark.kind == kind)
        return true;
    jsonnode_fail(c, n->mark.at, n, tongue("%s tidak boleh; %s", "%s is not allowed; %s"),
                  kind_words(n->mark.kind), allowed);
    return false;
}

size_t jsonconf_length(struct jsonconf *c, const struct jsonconf_node *array, size_t max)
{
    size_t n = 0;

    if (c->failed || array == NULL ||
        !is_kind(c, array, JSONTEXT_ARRAY, tongue("seharusnya daftar []", "a list [] is expected")))
        return 0;
    for (size_t i = index_of(c, array) + 1; i < array->mark.end; i = c->node[i].mark.end) {
        if (n == max) {
            jsonnode_fail(
                c, c->node[i].mark.at, array,
                tongue("terlalu banyak isi; paling banyak %zu", "too many entries; at most %zu"),
                max);
            return 0;
        }
        n++;
    }
    return n;
}

const struct jsonconf_node *jsonconf_at(struct jsonconf *c, const struct jsonconf_node *array,
                                        size_t i)
{
    size_t at;

    if (c->failed || array == NULL || array->mark.kind != JSONTEXT_ARRAY)
        return NULL;
    for (at = index_of(c, array) + 1; i > 0 && at < array->mark.end; i--)
        at = c->node[at].mark.end;
    return at < array->mark.end ? &c->node[at] : NULL;
}

/* Text of n into buf; false when refused. */
static bool copy_text(struct jsonconf *c, const struct jsonconf_node *n, char *buf, size_t size)
{
    size_t length;

    if (n->mark.kind != JSONTEXT_STRING) {
        jsonnode_fail(c, n->mark.at, n,
                      tongue("%s tidak boleh; teks paling panjang %zu bita",
                             "%s is not allowed; text of at most %zu bytes"),
                      kind_words(n->mark.kind), size - 1);
        return false;
    }
    length = strlen(n->string);
    if (length >= size) {
        jsonnode_fail(c, n->mark.at, n,
                      tongue("teks %zu bita tidak boleh; paling panjang %zu",
                             "text of %zu bytes is not allowed; at most %zu"),
                      length, size - 1);
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)n->string[i] < 0x20 || n->string[i] == 0x7f) {
            jsonnode_fail(
                c, n->mark.at, n,
                tongue(
                    "karakter kendali 0x%02x tidak boleh; teks satu baris, paling panjang %zu bita",
                    "control character 0x%02x is not allowed; text on one line, at most %zu bytes"),
                (unsigned)(unsigned char)n->string[i], size - 1);
            return false;
        }
    }
    memcpy(buf, n->string, length + 1);
    return true;
}

/* Text of a member into buf; false when absent or refused. */
static bool take_string(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                        bool need, char *buf, size_t size)
{
    const struct jsonconf_node *n = jsonconf_member(c, object, key, need);

    return n != NULL && copy_text(c, n, buf, size);
}

void jsonconf_text(struct jsonconf *c, const struct jsonconf_node *n, char *buf, size_t size)
{
    if (n == NULL || c->failed || !copy_text(c, n, buf, size))
        buf[0] = '\0';
}

void jsonconf_string(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                     char *buf, size_t size)
{
    if (!take_string(c, object, key, true, buf, size))
        buf[0] = '\0';
}

void jsonconf_string_or(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                        char *buf, size_t size, const char *fallback)
{
    if (!take_string(c, object, key, false, buf, size))
        (void)snprintf(buf, size, "%s", fallback);
}

/* Units load the folder as LoadCredential=nila:..., so systemd calls its files nila_NAME. */
static int credential_path(struct jsonconf *c, const struct jsonconf_node *n, const char *name,
                           const char *beside, char *buf, size_t size)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY"), *slash = strrchr(beside, '/');

    if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL) {
        jsonconf_refuse(
            c, n,
            tongue("setelah \"credential:\" diperlukan nama berkas, tanpa folder",
                   "after \"credential:\" the name of a file is wanted, without folders"));
        return 0;
    }
    if (folder != NULL && folder[0] == '/')
        return snprintf(buf, size, "%s/nila_%s", folder, name);
    return slash == NULL
               ? snprintf(buf, size, "secrets/%s", name)
               : snprintf(buf, size, "%.*s/secrets/%s", (int)(slash - beside), beside, name);
}

void jsonconf_path(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                   const char *beside, const char *fallback, char *buf, size_t size)
{
    const struct jsonconf_node *n = jsonconf_member(c, object, key, fallback == NULL);
    const char *slash = strrchr(beside, '/');
    char *path;
    int length;

    (void)snprintf(buf, size, "%s", fallback != NULL ? fallback : "");
    if (n == NULL)
        return;
    path = xcalloc(1, PATH_ROOM);
    jsonconf_string(c, object, key, path, PATH_ROOM);
    if (path[0] == '\0')
        jsonconf_refuse(c, n,
                        tongue("alamat berkas tidak boleh kosong; 1 sampai %zu bita",
                               "an empty path is not allowed; 1 to %zu bytes"),
                        size - 1);
    if (strncmp(path, CREDENTIAL, strlen(CREDENTIAL)) == 0)
        length = credential_path(c, n, path + strlen(CREDENTIAL), beside, buf, size);
    else if (path[0] == '/' || slash == NULL)
        length = snprintf(buf, size, "%s", path);
    else
        length = snprintf(buf, size, "%.*s/%s", (int)(slash - beside), beside, path);
    if (length < 0 || (size_t)length >= size)
        jsonconf_refuse(c, n,
                        tongue("dengan foldernya, alamat %d bita tidak boleh; paling banyak %zu",
                               "with its folder a path of %d bytes is not allowed; at most %zu"),
                        length, size - 1);
    free(path);
}

void jsonconf_slug(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                   char *buf)
{
    const struct jsonconf_node *n = jsonconf_member(c, object, key, true);

    buf[0] = '\0';
    if (n == NULL ||
        !is_kind(c, n, JSONTEXT_STRING,
                 tongue("1 sampai 32 huruf a-z, 0-9 dan -", "1 to 32 of a-z, 0-9 and -")))
        return;
    if (!slug_valid(n->string)) {
        jsonnode_fail(c, n->mark.at, n,
                      tongue("\"%." SHOWN "s\" tidak boleh; 1 sampai 32 huruf a-z, 0-9 dan -",
                             "\"%." SHOWN "s\" is not allowed; 1 to 32 of a-z, 0-9 and -"),
                      n->string);
        return;
    }
    memcpy(buf, n->string, strlen(n->string) + 1);
}

/* fallback for a NULL n and after a mistake. */
static double number_of(struct jsonconf *c, const struct jsonconf_node *n, double min, double max,
                        bool whole, double fallback)
{
    const char *what = whole ? tongue("bilangan bulat dari ", "whole number from ") : "";

    if (n == NULL)
        return fallback;
    if (n->mark.kind != JSONTEXT_NUMBER) {
        jsonnode_fail(
            c, n->mark.at, n,
            tongue("%s tidak boleh; %s%.15g sampai %.15g", "%s is not allowed; %s%.15g to %.15g"),
            kind_words(n->mark.kind), what, min, max);
        return fallback;
    }
    if (n->number < min || n->number > max || (whole && n->number != floor(n->number))) {
        jsonnode_fail(c, n->mark.at, n,
                      tongue("%.15g tidak boleh; %s%.15g sampai %.15g",
                             "%.15g is not allowed; %s%.15g to %.15g"),
                      n->number, n->number != floor(n->number) ? what : "", min, max);
        return fallback;
    }
    return n->number;
}

static double take_number(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                          bool need, double min, double max, bool whole, double fallback)
{
    return number_of(c, jsonconf_member(c, object, key, need), min, max, whole, fallback);
}

double jsonconf_number_at(struct jsonconf *c, const struct jsonconf_node *n, double min, double max)
{
    return number_of(c, c->failed ? NULL : n, min, max, false, min);
}

double jsonconf_number(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                       double min, double max)
{
    return take_number(c, object, key, true, min, max, false, min);
}

double jsonconf_number_or(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                          double min, double max, double fallback)
{
    return take_number(c, object, key, false, min, max, false, fallback);
}

long jsonconf_integer(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                      long min, long max)
{
    return (long)take_number(c, object, key, true, (double)min, (double)max, true, (double)min);
}

long jsonconf_integer_or(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                         long min, long max, long fallback)
{
    return (long)take_number(c, object, key, false, (double)min, (double)max, true,
                             (double)fallback);
}

bool jsonconf_bool_or(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                      bool fallback)
{
    const struct jsonconf_node *n = jsonconf_member(c, object, key, false);

    if (n == NULL)
        return fallback;
    if (n->mark.kind != JSONTEXT_TRUE && n->mark.kind != JSONTEXT_FALSE) {
        jsonnode_fail(c, n->mark.at, n,
                      tongue("%s tidak boleh; true atau false", "%s is not allowed; true or false"),
                      kind_words(n->mark.kind));
        return fallback;
    }
    return n->mark.kind == JSONTEXT_TRUE;
}

int jsonconf_word(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                  const char *const *words, bool need, int fallback)
{
    const struct jsonconf_node *n = jsonconf_member(c, object, key, need);
    struct buf b = {0};

    if (n == NULL)
        return fallback;
    for (int i = 0; words[i] != NULL; i++) {
        if (n->mark.kind == JSONTEXT_STRING && strcmp(n->string, words[i]) == 0) {
            buf_free(&b);
            return i;
        }
        buf_printf(&b, "%s\"%s\"", b.n > 0 ? ", " : "", words[i]);
    }
    if (n->mark.kind == JSONTEXT_STRING)
        jsonnode_fail(
            c, n->mark.at, n,
            tongue("\"%." SHOWN "s\" tidak boleh; %s", "\"%." SHOWN "s\" is not allowed; %s"),
            n->string, b.n > 0 ? b.p : tongue("tidak ada", "nothing"));
    else
        jsonnode_fail(c, n->mark.at, n, tongue("%s tidak boleh; %s", "%s is not allowed; %s"),
                      kind_words(n->mark.kind), b.n > 0 ? b.p : tongue("tidak ada", "nothing"));
    buf_free(&b);
    return fallback;
}

void jsonconf_ignore(struct jsonconf *c, const struct jsonconf_node *object, const char *key)
{
    const struct jsonconf_node *n = jsonconf_member(c, object, key, false);

    if (n != NULL)
        own(c, n)->ignored = true;
}

long jsonconf_line(const struct jsonconf *c, const struct jsonconf_node *n)
{
    long line = 0, column;

    if (n != NULL)
        jsontext_place(c->text, c->size, n->mark.key_at, &line, &column);
    return line;
}

void jsonconf_refuse(struct jsonconf *c, const struct jsonconf_node *n, const char *fmt, ...)
{
    char words[300];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    jsonnode_fail(c, n != NULL ? n->mark.at : 0, n, "%s", words);
}

int jsonconf_done(struct jsonconf *c, char *why, size_t why_size)
{
    size_t i = 0;

    while (!c->failed && i < c->nodes) {
        const struct jsonconf_node *n = &c->node[i];
        if (n->key != NULL && !n->taken)
            fail_unknown(c, n);
        i = n->ignored ? n->mark.end : i + 1;
    }
    if (!c->failed)
        return 0;
    (void)snprintf(why, why_size, "%s", c->why);
    return NILA_ERR_CONFIG;
}
