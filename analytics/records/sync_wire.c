/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync_wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/tongue.h"
#include "collector/common/utf8.h"

#define GREETING "nila-sync 1\t"
#define LAST     "end\n"

enum {
    FIELDS_MAX = 14 + SYNC_CELLS_MAX,
    FIELDS_OF_CHANGE = 14 /* before its cells */
};

static const char *const KIND[SYNC_KINDS] = {"add", "correct", "withdraw"};

const char *sync_kind_name(enum sync_kind k)
{
    return KIND[k];
}

/* field may be foreign: what is no printable ASCII is told as '?'. */
static int refuse(struct sync_wire *w, const char *field, const char *words)
{
    char name[25];

    (void)snprintf(name, sizeof name, "%s", field);
    for (char *p = name; *p != '\0'; p++)
        if (*p < 0x20 || *p > 0x7e)
            *p = '?';
    (void)snprintf(w->why, sizeof w->why, tongue("baris %ld: %s: %s", "line %ld: %s: %s"), w->line,
                   name, words);
    return NILA_ERR_PARSE;
}

static bool is_uid(const char *text)
{
    return strlen(text) == CHANGE_UID_SIZE - 1 && text[strspn(text, "0123456789abcdef")] == '\0';
}

/* Every byte of the message: UTF-8, and no control characters but tab and line feed. */
static bool clean(const char *text, size_t n)
{
    for (size_t i = 0, k; i < n; i += k) {
        unsigned char c = (unsigned char)text[i];

        k = utf8_length(text + i, n - i);
        if (k == 0 || (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f)
            return false;
    }
    return true;
}

int sync_wire_open(struct sync_wire *w, char *text, size_t n)
{
    const size_t greeting = strlen(GREETING), last = strlen(LAST);
    char *end;

    *w = (struct sync_wire){.line = 1};
    if (n < greeting || memcmp(text, GREETING, greeting) != 0)
        return refuse(w, "nila-sync",
                      tongue("bukan pesan penyelarasan", "this is no message of a sync"));
    if (memcmp(text + n - last, LAST, last) != 0 || text[n - last - 1] != '\n')
        return refuse(w, "end", tongue("pesan terpotong", "the message was cut"));
    if (!clean(text, n))
        return refuse(w, "nila-sync",
                      tongue("bukan UTF-8, atau berisi karakter kendali",
                             "not UTF-8, or a control character in it"));
    end = strchr(text, '\n');
    *end = '\0';
    w->origin = text + greeting;
    w->at = end + 1;
    return is_uid(w->origin) ? 0 : refuse(w, "origin", tongue("tidak terbaca", "is not readable"));
}

/* Takes the escapes out of a text in place; false: a backslash before something else. */
static bool unescape(char *text)
{
    char *to = text;

    for (const char *p = text; *p != '\0'; p++) {
        if (*p != '\\') {
            *to++ = *p;
            continue;
        }
        p++;
        if (*p != 't' && *p != 'n' && *p != '\\')
            return false;
        *to++ = (char)(*p == 't' ? '\t' : *p == 'n' ? '\n' : '\\');
    }
    *to = '\0';
    return true;
}

/* Cuts the line at w->at into fields; 0: too many, or a wrong escape. */
static size_t cut(struct sync_wire *w, char *field[static FIELDS_MAX])
{
    char *end = strchr(w->at, '\n'), *p = w->at, *tab;
    size_t n = 0;

    *end = '\0'; /* there is one: the message ends with it */
    w->at = end + 1;
    w->line++;
    do {
        tab = strchr(p, '\t');
        if (tab != NULL)
            *tab = '\0';
        if (n == FIELDS_MAX || !unescape(p))
            return 0;
        field[n++] = p;
        p = tab != NULL ? tab + 1 : NULL;
    } while (p != NULL);
    return n;
}

static bool take_number(const char *text, int64_t most, int64_t *out)
{
    char *end;
    long long v;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    v = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0' || v > most)
        return false;
    *out = v;
    return true;
}

static bool take_kind(const char *text, enum sync_kind *out)
{
    for (int k = 0; k < SYNC_KINDS; k++)
        if (strcmp(text, KIND[k]) == 0) {
            *out = (enum sync_kind)k;
            return true;
        }
    return false;
}

static bool one_line(const char *text, size_t size)
{
    return strlen(text) < size && strpbrk(text, "\t\n") == NULL;
}

static bool uid_or_none(const char *text)
{
    return text[0] == '\0' || is_uid(text);
}

/* The first field of a change that is wrong, by name; NULL: all are well. */
static const char *take_change(struct sync_line *l, char *const f[static FIELDS_OF_CHANGE])
{
    l->uid = f[2];
    l->origin = f[3];
    l->row_uid = f[8];
    l->seen = f[9];
    l->lost = f[10];
    l->by = f[11];
    l->how = f[12];
    l->reason = f[13];
    if (!take_number(f[1], INT64_MAX, &l->place))
        return "place";
    if (!is_uid(l->uid) || !is_uid(l->origin))
        return "uid";
    if (!take_number(f[4], INT64_MAX, &l->seq) || l->seq == 0)
        return "seq";
    if (!take_number(f[5], SYNC_LATEST_MS, &l->at_ms))
        return "at_ms";
    if (!take_kind(f[6], &l->kind))
        return "kind";
    if (records_table_find(f[7], &l->table) != 0)
        return "table";
    if (!is_uid(l->row_uid) || !uid_or_none(l->seen) || !uid_or_none(l->lost))
        return "row";
    if (!one_line(l->by, SLUG_SIZE))
        return "by";
    if (!one_line(l->how, CHANGE_WORD_SIZE) || l->how[0] == '\0')
        return "how";
    return one_line(l->reason, CHANGE_REASON_SIZE) ? NULL : "reason";
}

/* column=text; the first that is none, or comes twice. */
static const char *take_cells(struct sync_line *l, char *const *f, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char *equals = strchr(f[i], '=');

        if (equals == NULL || equals == f[i])
            return f[i];
        *equals = '\0';
        if (f[i][strspn(f[i], "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
            return f[i];
        for (size_t k = 0; k < l->cells; k++)
            if (strcmp(l->cell[k].column, f[i]) == 0)
                return f[i];
        l->cell[l->cells++] = (struct change_cell){f[i], equals + 1};
    }
    return NULL;
}

static const char *take_fields(struct sync_line *l, char *const f[static FIELDS_MAX], size_t n)
{
    const char *wrong;

    if (strcmp(f[0], "change") == 0 && n >= FIELDS_OF_CHANGE) {
        l->what = SYNC_CHANGE;
        wrong = take_change(l, f);
        return wrong != NULL ? wrong : take_cells(l, f + FIELDS_OF_CHANGE, n - FIELDS_OF_CHANGE);
    }
    if (strcmp(f[0], "mine") == 0 && n == 4) {
        l->what = SYNC_MINE;
        l->uid = f[2];
        l->lost = f[3];
        if (!take_number(f[1], INT64_MAX, &l->place))
            return "place";
        return is_uid(l->uid) && uid_or_none(l->lost) ? NULL : "uid";
    }
    if (strcmp(f[0], "held") == 0 && n == 2) {
        l->what = SYNC_HELD;
        return take_number(f[1], INT64_MAX, &l->seq) ? NULL : "seq";
    }
    if (strcmp(f[0], "next") == 0 && n == 3) {
        int64_t more = 0;
        l->what = SYNC_NEXT;
        if (!take_number(f[1], INT64_MAX, &l->place) || !take_number(f[2], 1, &more))
            return "place";
        l->more = more == 1;
        return NULL;
    }
    return f[0];
}

int sync_wire_next(struct sync_wire *w, struct sync_line *out)
{
    char *field[FIELDS_MAX];
    const char *wrong;
    size_t n;

    if (strcmp(w->at, LAST) == 0)
        return 0;
    n = cut(w, field);
    *out = (struct sync_line){.uid = "",
                              .origin = "",
                              .row_uid = "",
                              .seen = "",
                              .lost = "",
                              .by = "",
                              .how = "",
                              .reason = ""};
    if (n == 0)
        return refuse(w, "", tongue("tidak terbaca", "is not readable"));
    wrong = take_fields(out, field, n);
    return wrong == NULL ? 1 : refuse(w, wrong, tongue("tidak terbaca", "is not readable"));
}

/* --- writing --- */

static void put_text(struct buf *b, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\t' || *p == '\n' || *p == '\\') {
            buf_add(b, "\\", 1);
            buf_add(b, *p == '\t' ? "t" : *p == '\n' ? "n" : "\\", 1);
        } else {
            buf_add(b, p, 1);
        }
    }
}

void sync_wire_begin(struct buf *b, const char *origin)
{
    buf_printf(b, GREETING "%s\n", origin);
}

static void put_change(struct buf *b, const struct sync_line *l)
{
    const char *const TEXT[] = {l->by, l->how, l->reason};

    buf_printf(b, "change\t%lld\t%s\t%s\t%lld\t%lld\t%s\t%s\t%s\t%s\t%s", (long long)l->place,
               l->uid, l->origin, (long long)l->seq, (long long)l->at_ms, KIND[l->kind],
               records_table_name(l->table), l->row_uid, l->seen, l->lost);
    for (size_t i = 0; i < sizeof TEXT / sizeof TEXT[0]; i++) {
        buf_str(b, "\t");
        put_text(b, TEXT[i]);
    }
    for (size_t i = 0; i < l->cells; i++) {
        buf_printf(b, "\t%s=", l->cell[i].column);
        put_text(b, l->cell[i].text);
    }
    buf_str(b, "\n");
}

void sync_wire_line(struct buf *b, const struct sync_line *l)
{
    switch (l->what) {
    case SYNC_CHANGE:
        put_change(b, l);
        return;
    case SYNC_MINE:
        buf_printf(b, "mine\t%lld\t%s\t%s\n", (long long)l->place, l->uid, l->lost);
        return;
    case SYNC_HELD:
        buf_printf(b, "held\t%lld\n", (long long)l->seq);
        return;
    case SYNC_NEXT:
        buf_printf(b, "next\t%lld\t%d\n", (long long)l->place, l->more);
        return;
    }
}

void sync_wire_end(struct buf *b)
{
    buf_str(b, LAST);
}
