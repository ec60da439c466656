/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smstext.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "collector/common/buf.h"
#include "collector/common/utf8.h"

#define EXTENDED "[]{}^\\~|" /* TS 23.038, 6.2.1.1, without the euro */
#define CUT_MARK "..."

/* What stands for a character outside ASCII, or for one the alphabet lacks. Sorted by nothing: it is short. */
static const struct {
    uint32_t first, last; /* code points */
    const char *ascii;
} WRITTEN[] = {
    {'`', '`', "'"},           {0x00a0, 0x00a0, " "},    {0x00a1, 0x00a1, "!"},
    {0x00a3, 0x00a3, "GBP"},   {0x00a7, 0x00a7, "par."}, {0x00ab, 0x00ab, "\""},
    {0x00b0, 0x00b0, " der."}, {0x00b1, 0x00b1, "+-"},   {0x00b2, 0x00b2, "2"},
    {0x00b3, 0x00b3, "3"},     {0x00b5, 0x00b5, "u"},    {0x00b7, 0x00b7, "."},
    {0x00b9, 0x00b9, "1"},     {0x00bb, 0x00bb, "\""},   {0x00bc, 0x00bc, "1/4"},
    {0x00bd, 0x00bd, "1/2"},   {0x00be, 0x00be, "3/4"},  {0x00bf, 0x00bf, "?"},
    {0x00c0, 0x00c5, "A"},     {0x00c6, 0x00c6, "Ae"},   {0x00c7, 0x00c7, "C"},
    {0x00c8, 0x00cb, "E"},     {0x00cc, 0x00cf, "I"},    {0x00d1, 0x00d1, "N"},
    {0x00d2, 0x00d6, "O"},     {0x00d7, 0x00d7, "x"},    {0x00d8, 0x00d8, "O"},
    {0x00d9, 0x00dc, "U"},     {0x00dd, 0x00dd, "Y"},    {0x00df, 0x00df, "ss"},
    {0x00e0, 0x00e5, "a"},     {0x00e6, 0x00e6, "ae"},   {0x00e7, 0x00e7, "c"},
    {0x00e8, 0x00eb, "e"},     {0x00ec, 0x00ef, "i"},    {0x00f1, 0x00f1, "n"},
    {0x00f2, 0x00f6, "o"},     {0x00f7, 0x00f7, ":"},    {0x00f8, 0x00f8, "o"},
    {0x00f9, 0x00fc, "u"},     {0x00fd, 0x00fd, "y"},    {0x00ff, 0x00ff, "y"},
    {0x0113, 0x0113, "e"},     {0x011b, 0x011b, "e"},    {0x02bc, 0x02bc, "'"},
    {0x03bc, 0x03bc, "u"},     {0x2000, 0x200a, " "},    {0x200b, 0x200f, ""},
    {0x2010, 0x2015, "-"},     {0x2018, 0x201b, "'"},    {0x201c, 0x201f, "\""},
    {0x2022, 0x2022, "-"},     {0x2026, 0x2026, "..."},  {0x202f, 0x202f, " "},
    {0x2032, 0x2032, "'"},     {0x2070, 0x2070, "0"},    {0x2074, 0x2074, "4"},
    {0x2080, 0x2080, "0"},     {0x2081, 0x2081, "1"},    {0x2082, 0x2082, "2"},
    {0x2083, 0x2083, "3"},     {0x2084, 0x2084, "4"},    {0x20ac, 0x20ac, "EUR"},
    {0x2190, 0x2190, "<-"},    {0x2192, 0x2192, "->"},   {0x2212, 0x2212, "-"},
    {0x2248, 0x2248, "~"},     {0x2264, 0x2264, "<="},   {0x2265, 0x2265, ">="},
    {0xfe0e, 0xfe0f, ""},      {0xfeff, 0xfeff, ""},
};

/* Code point of the n bytes that utf8_length found. */
static uint32_t code_point(const char *s, size_t n)
{
    uint32_t c = (uint8_t)s[0];

    if (n == 1)
        return c;
    c &= 0xffU >> (n + 1);
    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((uint8_t)s[i] & 0x3f);
    return c;
}

/* The ASCII for c; NULL: c itself. */
static const char *written(uint32_t c)
{
    for (size_t i = 0; i < sizeof WRITTEN / sizeof WRITTEN[0]; i++)
        if (c >= WRITTEN[i].first && c <= WRITTEN[i].last)
            return WRITTEN[i].ascii;
    if (c == '\n' || (c >= ' ' && c < 0x7f))
        return NULL;
    if (c < ' ')
        return " ";
    return "?";
}

size_t smstext_septets(const char *ascii)
{
    size_t n = 0;

    for (; *ascii != '\0'; ascii++)
        n += strchr(EXTENDED, *ascii) != NULL ? 2 : 1;
    return n;
}

/* The whole text in ASCII; returns the characters that had to be written otherwise. */
static size_t to_ascii(struct buf *b, const char *utf8)
{
    size_t replaced = 0;

    buf_str(b, "");
    while (*utf8 != '\0') {
        size_t n = utf8_length(utf8, strnlen(utf8, 4));
        const char *ascii = n > 0 ? written(code_point(utf8, n)) : "?";
        replaced += ascii != NULL;
        if (ascii != NULL)
            buf_str(b, ascii);
        else
            buf_add(b, utf8, 1);
        utf8 += n > 0 ? n : 1;
    }
    while (b->n > 0 && (b->p[b->n - 1] == ' ' || b->p[b->n - 1] == '\n'))
        b->p[--b->n] = '\0';
    return replaced;
}

/* Where a text of more than 160 septets ends: behind the last word from which CUT_MARK fits; 0: nowhere. */
static size_t cut_at(const char *ascii)
{
    size_t septets = 0, end = 0;

    for (size_t i = 0; ascii[i] != '\0'; i++) {
        if ((ascii[i] == ' ' || ascii[i] == '\n') && i > 0 && ascii[i - 1] != ' ' &&
            septets + sizeof CUT_MARK - 1 <= SMSTEXT_SEPTETS)
            end = i;
        septets += strchr(EXTENDED, ascii[i]) != NULL ? 2 : 1;
        if (septets > SMSTEXT_SEPTETS)
            break;
    }
    return end;
}

int smstext_fit(struct smstext *out, const char *utf8)
{
    struct smstext s = {0};
    struct buf b = {0};
    size_t from, end;
    int rc = 0;

    s.replaced = to_ascii(&b, utf8);
    from = strspn(b.p, " \n");
    s.before = smstext_septets(b.p + from);
    if (s.before == 0) {
        rc = NILA_ERR_NOT_FOUND;
    } else if (s.before <= SMSTEXT_SEPTETS) {
        (void)snprintf(s.text, sizeof s.text, "%s", b.p + from);
    } else {
        end = cut_at(b.p + from);
        if (end == 0)
            rc = NILA_ERR_FULL;
        else
            (void)snprintf(s.text, sizeof s.text, "%.*s" CUT_MARK, (int)end, b.p + from);
    }
    s.septets = smstext_septets(s.text);
    *out = s;
    buf_free(&b);
    return rc;
}

size_t smstext_gsm(const struct smstext *s, unsigned char out[static SMSTEXT_SEPTETS])
{
    static const char FROM[] = "[]{}^\\~|_", TO[] = "()()'/-/-";
    size_t n = 0;

    for (const char *p = s->text; *p != '\0' && n < SMSTEXT_SEPTETS; p++) {
        const char *at = strchr(FROM, *p);
        const unsigned char c = (unsigned char)(at != NULL ? TO[at - FROM] : *p);
        if (c == '@')
            out[n++] = 0x00;
        else
            out[n++] = c == '$' ? 0x02 : c;
    }
    return n;
}

/* Four hexadecimal digits; -1: they are not. */
static long unit_of(const char *hex)
{
    long v = 0;

    for (int i = 0; i < 4; i++) {
        static const char DIGITS[] = "0123456789abcdef";
        const char *at =
            hex[i] != '\0' ? strchr(DIGITS, hex[i] | ((hex[i] & 0x40) != 0 ? 0x20 : 0)) : NULL;
        if (at == NULL)
            return -1;
        v = v << 4 | (long)(at - DIGITS);
    }
    return v;
}

/* Appends c; false: no room. */
static bool put_utf8(char *out, size_t size, size_t *n, uint32_t c)
{
    char b[5] = "";
    size_t k = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    if (*n + k + 1 > size)
        return false;
    for (size_t i = k; i-- > 1; c >>= 6)
        b[i] = (char)(0x80 | (c & 0x3f));
    b[0] = (char)(k == 1 ? c : (0xf00U >> k & 0xff) | c);
    memcpy(out + *n, b, k + 1);
    *n += k;
    return true;
}

bool smstext_from_ucs2(const char *hex, char *out, size_t size)
{
    size_t length = strlen(hex), n = 0;

    if (length == 0 || length % 4 != 0 || size == 0)
        return false;
    for (size_t i = 0; i < length; i += 4)
        if (unit_of(hex + i) < 0)
            return false;
    out[0] = '\0';
    for (size_t i = 0; i < length; i += 4) {
        uint32_t c = (uint32_t)unit_of(hex + i);
        if (c >= 0xd800 && c < 0xdc00 && i + 4 < length) {
            uint32_t low = (uint32_t)unit_of(hex + i + 4);
            if (low >= 0xdc00 && low < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                i += 4;
            }
        }
        if (c == 0 || (c >= 0xd800 && c < 0xe000))
            c = '?';
        if (!put_utf8(out, size, &n, c))
            break; /* an event's text has room for two messages; the rest of a longer one is of no use to anybody */
    }
    return true;
}

bool smstext_is_ok(const char *text)
{
    static const char *const WORD[] = {"OK", "OKE", "OKAY", "OKEY"};
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t n;

    text += strcspn(text, LETTERS);
    n = strspn(text, LETTERS);
    for (size_t i = 0; i < sizeof WORD / sizeof WORD[0]; i++)
        if (n == strlen(WORD[i]) && strncasecmp(text, WORD[i], n) == 0)
            return true;
    return false;
}
