/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal_row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum kind {
    KIND_NONE,
    KIND_INTEGER,
    KIND_FLOAT,
    KIND_DOUBLE
};

/* The forms a value can take, shortest first, so that the first one that fits is the best. The index is stored: append
 * only, 16 at most. Sensors give decimals: 5.13 is no float, but 513 / 100 is exactly the same double. */
static const struct form {
    enum kind kind;
    unsigned bytes;
    double divisor;
} FORM[] = {
    {KIND_NONE, 0, 1},       {KIND_INTEGER, 2, 1}, {KIND_INTEGER, 2, 10}, {KIND_INTEGER, 2, 100},
    {KIND_INTEGER, 2, 1000}, {KIND_INTEGER, 3, 1}, {KIND_INTEGER, 3, 10}, {KIND_INTEGER, 3, 100},
    {KIND_INTEGER, 3, 1000}, {KIND_INTEGER, 4, 1}, {KIND_INTEGER, 4, 10}, {KIND_INTEGER, 4, 100},
    {KIND_INTEGER, 4, 1000}, {KIND_FLOAT, 4, 1},   {KIND_DOUBLE, 8, 1},
};
#define FORMS     (sizeof FORM / sizeof FORM[0])

#define TRUSTED   0x80U
#define HELD      0x40U
#define COUNT     0x3fU
#define HAS_BITS  0x80U
#define TS_BYTES  6
#define CRC_BYTES 4
#define TS_LIMIT  ((int64_t)1 << 47)

/* CRC-32 of IEEE 802.3, reflected, four bits at a time: 16 entries instead of 256. */
static uint32_t crc32_add(uint32_t crc, const void *bytes, size_t n)
{
    static const uint32_t NIBBLE[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    const unsigned char *p = bytes;

    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        crc = (crc >> 4) ^ NIBBLE[crc & 15];
        crc = (crc >> 4) ^ NIBBLE[crc & 15];
    }
    return crc;
}

uint32_t journal_row_crc32(const void *bytes, size_t n)
{
    return ~crc32_add(0xffffffffU, bytes, n);
}

static size_t put_le(unsigned char *out, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        out[i] = (unsigned char)(v >> (8 * i));
    return bytes;
}

static size_t put_varint(unsigned char *out, uint64_t v)
{
    size_t n = 0;

    for (; v >= 0x80; v >>= 7)
        out[n++] = (unsigned char)(v | 0x80);
    out[n++] = (unsigned char)v;
    return n;
}

static uint32_t row_crc(const struct reading_tags *tags, int64_t seq, const unsigned char *row,
                        size_t n)
{
    char text[JOURNAL_TAGS_SIZE];
    unsigned char number[8];
    uint32_t crc = 0xffffffffU;

    journal_tags_text(text, tags);
    crc = crc32_add(crc, text, strlen(text));
    crc = crc32_add(crc, number, put_le(number, (uint64_t)seq, sizeof number));
    return ~crc32_add(crc, row, n);
}

static uint64_t get_le(const unsigned char *in, unsigned bytes)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < bytes; i++)
        v |= (uint64_t)in[i] << (8 * i);
    return v;
}

/* Reads at row[*at] what is at most max; false when it is more or cut off. */
static bool get_varint(const unsigned char *row, size_t n, size_t *at, uint64_t max, uint64_t *out)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 63 && *at < n; shift += 7) {
        unsigned char c = row[(*at)++];
        v |= (uint64_t)(c & 0x7fU) << shift;
        if ((c & 0x80U) != 0)
            continue;
        *out = v;
        return v <= max;
    }
    return false;
}

/* bytes < 8 */
static int64_t get_signed(const unsigned char *in, unsigned bytes)
{
    uint64_t v = get_le(in, bytes), sign = (uint64_t)1 << (8 * bytes - 1);
    return (v & sign) != 0 ? (int64_t)(v | ~(sign * 2 - 1)) : (int64_t)v;
}

void journal_tags_text(char buf[static JOURNAL_TAGS_SIZE], const struct reading_tags *tags)
{
    (void)snprintf(buf, JOURNAL_TAGS_SIZE, "%s|%s|%s|%s|%s", regency_slug(tags->regency),
                   tags->kecamatan, tags->site, tags->pond, tags->device);
}

int journal_tags_parse(const char *text, struct reading_tags *out)
{
    struct reading_tags t = {0};
    char regency[SLUG_SIZE];
    const struct {
        char *to;
        size_t size;
    } PART[] = {{regency, sizeof regency},
                {t.kecamatan, sizeof t.kecamatan},
                {t.site, sizeof t.site},
                {t.pond, sizeof t.pond},
                {t.device, sizeof t.device}};
    const size_t parts = sizeof PART / sizeof PART[0];
    size_t at;

    for (size_t i = 0; i < parts; i++) {
        size_t n = strcspn(text, "|");
        if (n >= PART[i].size || (text[n] == '|') != (i + 1 < parts))
            return NILA_ERR_PARSE;
        memcpy(PART[i].to, text, n);
        PART[i].to[n] = '\0';
        text += n + 1;
    }
    if (regency_find(regency, &t.regency) != 0 || region_find_kecamatan(t.kecamatan, &at) != 0 ||
        !slug_valid(t.site) || !slug_valid(t.device) || (t.pond[0] != '\0' && !slug_valid(t.pond)))
        return NILA_ERR_PARSE;
    *out = t;
    return 0;
}

static bool flag_valid(int flag)
{
    return (flag >= READING_PASS && flag <= READING_FAIL) || flag == READING_MISSING;
}

int journal_row_check(const struct reading_set *set)
{
    const struct reading_tags *t = &set->tags;
    bool seen[METRIC_COUNT] = {false};
    size_t at;

    if (set->n < 1 || set->n > READING_SET_MAX || set->ts_ms < 0 ||
        set->ts_ms > READING_TS_MAX_MS || set->boot_ms < 0 || set->boot_ms >= TS_LIMIT)
        return NILA_ERR_RANGE;
    if ((unsigned)t->regency >= REGENCY_COUNT || region_find_kecamatan(t->kecamatan, &at) != 0 ||
        !slug_valid(t->site) || !slug_valid(t->device) ||
        (t->pond[0] != '\0' && !slug_valid(t->pond)))
        return NILA_ERR_RANGE;
    for (unsigned i = 0; i < set->n; i++) {
        const struct reading_value *v = &set->v[i];
        if ((unsigned)v->metric >= METRIC_COUNT || seen[v->metric] || !flag_valid(v->flag) ||
            (v->flag != READING_MISSING && !isfinite(v->value)))
            return NILA_ERR_RANGE;
        seen[v->metric] = true;
    }
    return 0;
}

static bool same(double a, double b)
{
    return a == b && signbit(a) == signbit(b); /* -0.0 is not 0.0 here */
}

/* True when the integer form f gives v back bit for bit; then *k is the integer. */
static bool fits_integer(const struct form *f, double v, int64_t *k)
{
    const double limit = (double)((int64_t)1 << (8 * f->bytes - 1));
    double scaled = round(v * f->divisor);

    if (!(scaled >= -limit && scaled < limit))
        return false;
    *k = (int64_t)scaled;
    return same((double)*k / f->divisor, v);
}

static bool fits_float(double v)
{
    return fabs(v) <= 3.4028234663852886e38 && same((double)(float)v, v); /* FLT_MAX */
}

static size_t pack_value(unsigned char *out, const struct reading_value *v)
{
    size_t form = 0, at = 0;
    int64_t k = 0;

    if (v->flag != READING_MISSING)
        for (form = 1; form + 1 < FORMS; form++)
            if (FORM[form].kind == KIND_FLOAT ? fits_float(v->value)
                                              : fits_integer(&FORM[form], v->value, &k))
                break;
    out[at++] = (unsigned char)((unsigned)v->metric | (v->bits != 0 ? HAS_BITS : 0U));
    out[at++] = (unsigned char)(form << 4 | v->flag);
    if (v->bits != 0)
        at += put_le(out + at, v->bits, 2);
    if (FORM[form].kind == KIND_INTEGER) {
        at += put_le(out + at, (uint64_t)k, FORM[form].bytes);
    } else if (FORM[form].kind == KIND_FLOAT) {
        float f = (float)v->value;
        uint32_t u;
        memcpy(&u, &f, sizeof u);
        at += put_le(out + at, u, 4);
    } else if (FORM[form].kind == KIND_DOUBLE) {
        uint64_t u;
        memcpy(&u, &v->value, sizeof u);
        at += put_le(out + at, u, 8);
    }
    return at;
}

size_t journal_row_pack(unsigned char out[static JOURNAL_ROW_SIZE_MAX],
                        const struct journal_row_head *head, int64_t seq,
                        const struct reading_set *set)
{
    const bool booted = head->boot != 0;
    size_t at = 0;

    out[at++] = booted ? 2 : 1;
    out[at++] = (unsigned char)(set->n | (set->clock_trusted ? TRUSTED : 0U) |
                                (booted && head->held && !set->clock_trusted ? HELD : 0U));
    at += put_varint(out + at, head->tag_id);
    at += put_le(out + at, (uint64_t)set->ts_ms, TS_BYTES);
    if (booted) {
        at += put_varint(out + at, head->boot);
        at += put_varint(out + at, (uint64_t)set->boot_ms);
    }
    for (unsigned i = 0; i < set->n; i++)
        at += pack_value(out + at, &set->v[i]);
    at += put_le(out + at, row_crc(&set->tags, seq, out, at), CRC_BYTES);
    return at;
}

/* Reads up to the first value; *at is its place. */
static int read_head(const unsigned char *row, size_t n, struct journal_row_head *head, size_t *at)
{
    struct journal_row_head h = {0};
    uint64_t id = 0, boot = 0, boot_ms = 0;
    size_t i = 2;

    if (n < 1)
        return NILA_ERR_CORRUPT;
    if (row[0] != 1 && row[0] != 2)
        return NILA_ERR_UNSUPPORTED;
    if (!get_varint(row, n, &i, UINT32_MAX, &id) || n - i < TS_BYTES)
        return NILA_ERR_CORRUPT;
    h.ts_ms = get_signed(row + i, TS_BYTES);
    i += TS_BYTES;
    if (row[0] == 2 && (!get_varint(row, n, &i, UINT32_MAX, &boot) || boot == 0 ||
                        !get_varint(row, n, &i, TS_LIMIT - 1, &boot_ms) || boot_ms == 0))
        return NILA_ERR_CORRUPT;
    if (n - i < CRC_BYTES)
        return NILA_ERR_CORRUPT;
    h.tag_id = (uint32_t)id;
    h.boot = (uint32_t)boot;
    h.boot_ms = (int64_t)boot_ms;
    h.trusted = (row[1] & TRUSTED) != 0;
    h.held = (row[1] & HELD) != 0;
    if (h.held && (h.trusted || h.boot == 0))
        return NILA_ERR_CORRUPT;
    *head = h;
    *at = i;
    return 0;
}

int journal_row_peek(const void *row, size_t n, struct journal_row_head *head)
{
    size_t at;
    return read_head(row, n, head, &at);
}

/* Reads one value at row[*at]; end is where the CRC begins. */
static int unpack_value(const unsigned char *row, size_t end, size_t *at, struct reading_value *v)
{
    size_t i = *at, form;
    unsigned metric, flag, bits = 0;

    if (end - i < 2)
        return NILA_ERR_CORRUPT;
    metric = row[i] & 0x7fU;
    form = row[i + 1] >> 4;
    flag = row[i + 1] & 0x0fU;
    if (metric >= METRIC_COUNT || form >= FORMS || !flag_valid((int)flag) ||
        (form == 0) != (flag == READING_MISSING))
        return NILA_ERR_CORRUPT;
    if (end - i < 2 + ((row[i] & HAS_BITS) != 0 ? 2U : 0U) + FORM[form].bytes)
        return NILA_ERR_CORRUPT;
    if ((row[i] & HAS_BITS) != 0) {
        bits = (unsigned)get_le(row + i + 2, 2);
        i += 2;
    }
    i += 2;
    *v = (struct reading_value){
        .metric = (enum metric)metric, .flag = (uint8_t)flag, .bits = (uint16_t)bits, .value = NAN};
    if (FORM[form].kind == KIND_INTEGER) {
        v->value = (double)get_signed(row + i, FORM[form].bytes) / FORM[form].divisor;
    } else if (FORM[form].kind == KIND_FLOAT) {
        uint32_t u = (uint32_t)get_le(row + i, 4);
        float f;
        memcpy(&f, &u, sizeof f);
        v->value = (double)f;
    } else if (FORM[form].kind == KIND_DOUBLE) {
        uint64_t u = get_le(row + i, 8);
        memcpy(&v->value, &u, sizeof u);
    }
    if (form != 0 && !isfinite(v->value))
        return NILA_ERR_CORRUPT;
    *at = i + FORM[form].bytes;
    return 0;
}

int journal_row_unpack(const void *bytes, size_t n, int64_t seq, struct reading_set *set)
{
    const unsigned char *row = bytes;
    struct journal_row_head head;
    size_t at, end;
    int rc = read_head(row, n, &head, &at);

    if (rc != 0)
        return rc;
    end = n - CRC_BYTES;
    if (row_crc(&set->tags, seq, row, end) != (uint32_t)get_le(row + end, CRC_BYTES))
        return NILA_ERR_CORRUPT;
    set->clock_trusted = head.trusted;
    set->ts_ms = head.ts_ms;
    set->boot_ms = head.boot_ms;
    set->n = row[1] & COUNT;
    if (set->n < 1 || set->n > READING_SET_MAX)
        return NILA_ERR_CORRUPT;
    for (unsigned i = 0; i < set->n; i++)
        if (unpack_value(row, end, &at, &set->v[i]) != 0)
            return NILA_ERR_CORRUPT;
    return at == end ? 0 : NILA_ERR_CORRUPT;
}
