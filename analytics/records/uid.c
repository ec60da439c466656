/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "uid.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <sqlite3.h>

#include "collector/common/log.h"
#include "collector/common/sha256.h"

enum {
    HALF = (CHANGE_UID_SIZE - 1) / 2 /* bytes of a name */
};

static void hex(const uint8_t *bytes, char out[static CHANGE_UID_SIZE])
{
    static const char DIGIT[] = "0123456789abcdef";

    for (size_t i = 0; i < HALF; i++) {
        out[2 * i] = DIGIT[bytes[i] >> 4];
        out[2 * i + 1] = DIGIT[bytes[i] & 15];
    }
    out[CHANGE_UID_SIZE - 1] = '\0';
}

void uid_random(char out[static CHANGE_UID_SIZE])
{
    uint8_t bytes[HALF];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        fatal("the kernel gives no random bytes"); /* so few are never given in part */
    hex(bytes, out);
}

/* The closing 0 parts one value from the next; no text holds one. */
static void add(struct sha256 *s, const char *text)
{
    sha256_add(s, text, strlen(text) + 1);
}

static void add_integer(struct sha256 *s, int64_t v)
{
    char number[24];

    (void)snprintf(number, sizeof number, "%lld", (long long)v);
    add(s, number);
}

static void add_double(struct sha256 *s, double v)
{
    char number[40];

    (void)snprintf(number, sizeof number, "%.17g",
                   v + 0.0); /* enough to tell any two apart; no -0 */
    add(s, number);
}

static void add_value(struct sha256 *s, sqlite3_value *v)
{
    switch (sqlite3_value_type(v)) {
    case SQLITE_INTEGER:
        add_integer(s, sqlite3_value_int64(v));
        return;
    case SQLITE_FLOAT:
        add_double(s, sqlite3_value_double(v));
        return;
    default:
        add(s, (const char *)sqlite3_value_text(v));
    }
}

static void add_cell(struct sha256 *s, const struct column *c, const struct cell *cell)
{
    add(s, c->name);
    switch (cell_store(c->kind)) {
    case CELL_WHOLE:
        add_integer(s, cell->whole);
        return;
    case CELL_NUMBER:
        add_double(s, cell->number);
        return;
    case CELL_TEXT:
        add(s, cell->text);
        return;
    }
}

void uid_contents(enum records_table t, const struct cell *cell, struct uid_contents *out)
{
    const struct columns *c = columns_of(t);

    out->key = c->column[0].kind == COLUMN_KEY;
    sha256_init(&out->sum);
    add(&out->sum, records_table_name(t));
    for (size_t i = 0; i < (out->key ? 1 : c->n); i++)
        if (!cell[i].empty)
            add_cell(&out->sum, &c->column[i], &cell[i]);
}

void uid_name(const struct uid_contents *c, int64_t again, char out[static CHANGE_UID_SIZE])
{
    struct sha256 s = c->sum;
    uint8_t digest[SHA256_BYTES];

    if (!c->key) {
        add(&s, "again");
        add_integer(&s, again);
    }
    sha256_done(&s, digest);
    hex(digest, out);
}

void uid_of_row(enum records_table t, const struct cell *cell, int64_t again,
                char out[static CHANGE_UID_SIZE])
{
    struct uid_contents c;

    uid_contents(t, cell, &c);
    uid_name(&c, again, out);
}

void uid_of_text(const char *text, char out[static CHANGE_UID_SIZE])
{
    struct sha256 s;
    uint8_t digest[SHA256_BYTES];

    sha256_init(&s);
    add(&s, text);
    sha256_done(&s, digest);
    hex(digest, out);
}

static void row_uid(sqlite3_context *context, int n, sqlite3_value **value)
{
    struct sha256 s;
    uint8_t digest[SHA256_BYTES];
    char out[CHANGE_UID_SIZE];

    sha256_init(&s);
    add_value(&s, value[0]);
    for (int i = 1; i + 1 < n; i += 2) {
        if (sqlite3_value_type(value[i + 1]) == SQLITE_NULL)
            continue;
        add_value(&s, value[i]);
        add_value(&s, value[i + 1]);
    }
    sha256_done(&s, digest);
    hex(digest, out);
    sqlite3_result_text(context, out, -1, SQLITE_TRANSIENT);
}

int uid_teach(struct sqlite3 *handle)
{
    return sqlite3_create_function_v2(handle, "row_uid", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                      NULL, row_uid, NULL, NULL, NULL);
}
