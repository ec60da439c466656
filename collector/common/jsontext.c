/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "jsontext.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "tongue.h"
#include "utf8.h"

#define NONE SIZE_MAX /* no parent, no key */

struct scan {
    const char *text;
    size_t n, at;
    struct jsontext_mark *mark;
    size_t marks, room;
    struct jsontext_error *e;
};

static int wrong(struct scan *s, size_t at, const char *fmt, ...) NILA_PRINTF(3, 4);
static int scan_value(struct scan *s, size_t parent, size_t key_at, int depth);

static int wrong(struct scan *s, size_t at, const char *fmt, ...)
{
    va_list ap;

    s->e->at = at;
    va_start(ap, fmt);
    (void)vsnprintf(s->e->text, sizeof s->e->text, fmt, ap);
    va_end(ap);
    return NILA_ERR_PARSE;
}

/* Says what stands at the cursor instead of what was expected. */
static int wrong_here(struct scan *s, const char *expected)
{
    char word[24];
    size_t k = 0;

    if (s->at >= s->n)
        return wrong(
            s, s->n,
            tongue("berkas berakhir di sini; seharusnya %s", "the file ends here; expected %s"),
            expected);
    while (k < sizeof word - 1 && s->at + k < s->n &&
           strchr(" \t\r\n,:{}[]\"'", s->text[s->at + k]) == NULL && s->text[s->at + k] > ' ' &&
           s->text[s->at + k] < 0x7f) {
        word[k] = s->text[s->at + k];
        k++;
    }
    if (k == 0 && s->text[s->at] > ' ' && s->text[s->at] < 0x7f)
        word[k++] = s->text[s->at];
    word[k] = '\0';
    if (k == 0)
        return wrong(
            s, s->at,
            tongue("seharusnya %s, ditemukan bita 0x%02x", "expected %s, found byte 0x%02x"),
            expected, (unsigned)(unsigned char)s->text[s->at]);
    return wrong(s, s->at, tongue("seharusnya %s, ditemukan %s", "expected %s, found %s"), expected,
                 word);
}

static void skip_blanks(struct scan *s)
{
    while (s->at < s->n && (s->text[s->at] == ' ' || s->text[s->at] == '\t' ||
                            s->text[s->at] == '\n' || s->text[s->at] == '\r'))
        s->at++;
}

static char byte_at(const struct scan *s, size_t at)
{
    if (at >= s->n)
        return '\0';
    return s->text[at];
}

static char look(const struct scan *s)
{
    return byte_at(s, s->at);
}

/* Four hexadecimal digits at offset at; -1 when they are not. */
static long hex4(const struct scan *s, size_t at)
{
    long v = 0;

    if (at + 4 > s->n)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        const char ch = s->text[i];
        if (ch >= '0' && ch <= '9')
            v = v * 16 + (ch - '0');
        else if ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'f')
            v = v * 16 + ((ch | 0x20) - 'a' + 10);
        else
            return -1;
    }
    return v;
}

static int scan_escape(struct scan *s)
{
    const size_t start = s->at; /* of the backslash */
    const char ch = byte_at(s, start + 1);
    long unit;

    s->at += 2;
    if (ch != '\0' && strchr("\"\\/bfnrt", ch) != NULL)
        return 0;
    if (ch != 'u')
        return wrong(
            s, start,
            tongue("urutan lolos tidak dikenal; seharusnya \\\" \\\\ \\/ \\b \\f \\n \\r \\t atau "
                   "\\uXXXX",
                   "unknown escape; expected \\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\uXXXX"));
    unit = hex4(s, s->at);
    s->at += 4;
    if (unit < 0)
        return wrong(s, start,
                     tongue("seharusnya empat angka heksadesimal setelah \\u",
                            "expected four hexadecimal digits after \\u"));
    if (unit == 0)
        return wrong(s, start,
                     tongue("\\u0000 tidak boleh dalam teks", "\\u0000 is not allowed in text"));
    if (unit < 0xd800 || unit > 0xdfff)
        return 0;
    if (unit <= 0xdbff && s->at + 6 <= s->n && s->text[s->at] == '\\' &&
        s->text[s->at + 1] == 'u') {
        const long low = hex4(s, s->at + 2);
        s->at += 6;
        if (low >= 0xdc00 && low <= 0xdfff)
            return 0;
    }
    return wrong(s, start,
                 tongue("pasangan surrogate tidak lengkap; seharusnya \\ud8XX\\udcXX bersama",
                        "half of a surrogate pair; expected \\ud8XX\\udcXX together"));
}

static int scan_string(struct scan *s)
{
    const size_t start = s->at;
    int rc = 0;

    s->at++;
    while (rc == 0) {
        const char ch = look(s);
        size_t k;
        if (s->at >= s->n || ch == '\n' || ch == '\r')
            return wrong(s, start,
                         tongue("teks tidak ditutup di barisnya; seharusnya ada \" penutup",
                                "text is not closed on its line; expected a closing \""));
        if (ch == '"')
            break;
        if ((unsigned char)ch < 0x20 || ch == 0x7f)
            return wrong(s, s->at,
                         tongue("karakter kendali 0x%02x dalam teks; tulis \\u%04x",
                                "control character 0x%02x in text; write \\u%04x"),
                         (unsigned)ch, (unsigned)ch);
        if (ch == '\\') {
            rc = scan_escape(s);
            continue;
        }
        k = utf8_length(s->text + s->at, s->n - s->at);
        if (k == 0)
            return wrong(s, s->at,
                         tongue("bita 0x%02x bukan UTF-8; simpan berkas sebagai UTF-8",
                                "byte 0x%02x is not UTF-8; save the file as UTF-8"),
                         (unsigned)(unsigned char)ch);
        s->at += k;
    }
    s->at++;
    return rc;
}

static size_t digits(struct scan *s)
{
    const size_t start = s->at;
    while (look(s) >= '0' && look(s) <= '9')
        s->at++;
    return s->at - start;
}

static int scan_number(struct scan *s)
{
    const size_t start = s->at;
    size_t whole;
    bool good;

    if (look(s) == '-')
        s->at++;
    whole = s->at;
    good = digits(s) > 0;
    if (good && s->text[whole] == '0' && s->at - whole > 1)
        return wrong(s, start,
                     tongue("angka tidak boleh diawali 0; tulis tanpa nol di depan",
                            "a number must not begin with 0; expected it without leading zeros"));
    if (good && look(s) == '.') {
        s->at++;
        good = digits(s) > 0;
    }
    if (good && (look(s) | 0x20) == 'e') {
        s->at++;
        if (look(s) == '+' || look(s) == '-')
            s->at++;
        good = digits(s) > 0;
    }
    /* 0x10, 1e, 5mg, 1.2.3: whatever hangs on the number makes it none. */
    if (!good || (s->at < s->n && strchr(" \t\r\n,]}:", s->text[s->at]) == NULL))
        return wrong(s, start,
                     tongue("bukan angka; seharusnya seperti -12.5 atau 3e6",
                            "not a number; expected digits such as -12.5 or 3e6"));
    if (s->at - start > JSONTEXT_MAX_NUMBER)
        return wrong(s, start,
                     tongue("angka lebih dari %d karakter", "a number of more than %d characters"),
                     JSONTEXT_MAX_NUMBER);
    return 0;
}

static int scan_literal(struct scan *s, const char *word)
{
    const size_t k = strlen(word);

    if (s->n - s->at < k || memcmp(s->text + s->at, word, k) != 0 ||
        (s->at + k < s->n && strchr(" \t\r\n,]}:", s->text[s->at + k]) == NULL))
        return wrong_here(s, tongue("sebuah nilai: \"teks\", angka, true, false, null, { atau [",
                                    "a value: \"text\", a number, true, false, null, { or ["));
    s->at += k;
    return 0;
}

static size_t add_mark(struct scan *s, enum jsontext_kind kind, size_t parent, size_t key_at)
{
    if (s->marks == s->room) {
        s->room = s->room == 0 ? 64 : s->room * 2;
        s->mark = xrealloc(s->mark, s->room, sizeof *s->mark);
    }
    s->mark[s->marks] = (struct jsontext_mark){
        .kind = kind,
        .at = s->at,
        .key_at = key_at == NONE ? s->at : key_at,
        .parent = parent == NONE ? s->marks : parent,
    };
    return s->marks++;
}

static int scan_key(struct scan *s)
{
    int rc;

    if (look(s) != '"')
        return wrong_here(s, tongue("kunci dalam tanda kutip ganda", "a key in double quotes"));
    rc = scan_string(s);
    if (rc != 0)
        return rc;
    skip_blanks(s);
    if (look(s) != ':')
        return wrong_here(s, tongue("\":\" setelah kunci", "\":\" after the key"));
    s->at++;
    return 0;
}

/* An object or an array, from its opening bracket on; me is its mark. Recursion ends at JSONTEXT_MAX_DEPTH. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static int scan_container(struct scan *s, size_t me, int depth)
{
    const bool object = s->mark[me].kind == JSONTEXT_OBJECT;
    const char close = object ? '}' : ']';
    int rc = 0;

    if (depth >= JSONTEXT_MAX_DEPTH)
        return wrong(s, s->at,
                     tongue("lebih dari %d tingkat { dan [", "more than %d levels of { and ["),
                     JSONTEXT_MAX_DEPTH);
    s->at++;
    skip_blanks(s);
    if (look(s) == close) {
        s->at++;
        return 0;
    }
    for (;;) {
        const size_t key_at = object ? s->at : NONE;
        size_t comma;
        if (object)
            rc = scan_key(s);
        if (rc == 0)
            rc = scan_value(s, me, key_at, depth + 1);
        if (rc != 0)
            return rc;
        skip_blanks(s);
        if (look(s) == close)
            break;
        if (look(s) != ',')
            return wrong_here(s, object ? tongue("\",\" atau \"}\"", "\",\" or \"}\"")
                                        : tongue("\",\" atau \"]\"", "\",\" or \"]\""));
        comma = s->at++;
        skip_blanks(s);
        if (look(s) == close)
            return wrong(s, comma,
                         tongue("ada koma sebelum \"%c\"; yang terakhir tanpa koma",
                                "a comma before \"%c\"; expected none behind the last one"),
                         close);
    }
    s->at++;
    return 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): as above */
static int scan_value(struct scan *s, size_t parent, size_t key_at, int depth)
{
    size_t me;
    int rc;

    skip_blanks(s);
    switch (look(s)) {
    case '{':
        me = add_mark(s, JSONTEXT_OBJECT, parent, key_at);
        rc = scan_container(s, me, depth);
        break;
    case '[':
        me = add_mark(s, JSONTEXT_ARRAY, parent, key_at);
        rc = scan_container(s, me, depth);
        break;
    case '"':
        me = add_mark(s, JSONTEXT_STRING, parent, key_at);
        rc = scan_string(s);
        break;
    case 't':
        me = add_mark(s, JSONTEXT_TRUE, parent, key_at);
        rc = scan_literal(s, "true");
        break;
    case 'f':
        me = add_mark(s, JSONTEXT_FALSE, parent, key_at);
        rc = scan_literal(s, "false");
        break;
    case 'n':
        me = add_mark(s, JSONTEXT_NULL, parent, key_at);
        rc = scan_literal(s, "null");
        break;
    case '\'':
        return wrong(s, s->at,
                     tongue("kutip tunggal; teks harus dalam kutip ganda",
                            "single quotes; expected text in double quotes"));
    default:
        if (look(s) != '-' && (look(s) < '0' || look(s) > '9'))
            return wrong_here(s,
                              tongue("sebuah nilai: \"teks\", angka, true, false, null, { atau [",
                                     "a value: \"text\", a number, true, false, null, { or ["));
        me = add_mark(s, JSONTEXT_NUMBER, parent, key_at);
        rc = scan_number(s);
        break;
    }
    s->mark[me].end = s->marks;
    return rc;
}

int jsontext_scan(const char *text, size_t n, struct jsontext_mark **marks, size_t *count,
                  struct jsontext_error *e)
{
    struct scan s = {.text = text, .n = n, .e = e};
    int rc;

    if (n > JSONTEXT_MAX_BYTES)
        rc = wrong(&s, JSONTEXT_MAX_BYTES,
                   tongue("berkas lebih dari %d KiB", "a file of more than %d KiB"),
                   JSONTEXT_MAX_BYTES / 1024);
    else
        rc = scan_value(&s, NONE, NONE, 0);
    if (rc == 0) {
        skip_blanks(&s);
        if (s.at < n)
            rc = wrong_here(&s, tongue("akhir berkas", "the end of the file"));
    }
    if (rc != 0) {
        free(s.mark);
        return rc;
    }
    *marks = s.mark;
    *count = s.marks;
    return 0;
}

/* Offset behind the comment that begins at at; 0 when it is never closed. */
static size_t comment_end(const char *text, size_t n, size_t at)
{
    if (text[at + 1] == '/') {
        while (at < n && text[at] != '\n')
            at++;
        return at;
    }
    for (at += 2; at + 1 < n; at++)
        if (text[at] == '*' && text[at + 1] == '/')
            return at + 2;
    return 0;
}

int jsontext_blank(char *text, size_t n, struct jsontext_error *e)
{
    struct scan s = {.text = text, .n = n, .e = e};
    const char *nul = n > 0 ? memchr(text, '\0', n) : NULL;
    bool in_text = false;

    if (nul != NULL)
        return wrong(
            &s, (size_t)(nul - text),
            tongue("ada bita NUL; seharusnya teks biasa", "a NUL byte; expected plain text"));
    if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        memset(text, ' ', 3);
    for (size_t i = 0; i < n; i++) {
        if (in_text && text[i] == '\\') {
            i++;
        } else if (text[i] == '"') {
            in_text = !in_text;
        } else if (text[i] == '\n') {
            in_text = false; /* text never crosses a line; the scan will say so */
        } else if (!in_text && text[i] == '/' && i + 1 < n &&
                   (text[i + 1] == '/' || text[i + 1] == '*')) {
            const size_t end = comment_end(text, n, i);
            if (end == 0)
                return wrong(&s, i,
                             tongue("komentar tidak ditutup; seharusnya ada */",
                                    "a comment that is never closed; expected */"));
            for (; i < end; i++)
                if (text[i] != '\n' && text[i] != '\r')
                    text[i] = ' ';
            i--;
        }
    }
    return 0;
}

void jsontext_place(const char *text, size_t n, size_t at, long *line, long *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < at && i < n; i++) {
        if (text[i] == '\n') {
            (*line)++;
            *column = 1;
        } else if (((unsigned char)text[i] & 0xc0) != 0x80) {
            (*column)++;
        }
    }
}
