/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lineproto.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char UNCERTAIN[] = "water_uncertain";

/* ---- writing ---- */

/* Characters in special get a backslash. A backslash or a control character has no safe form in a key or tag (a value
 * ending in a backslash is refused, LF ends the line), so it becomes an underscore. */
static void escaped(struct buf *b, const char *text, const char *special)
{
    for (const char *p = text; *p != '\0'; p++) {
        char c = *p;
        if (strchr(special, c) != NULL)
            buf_add(b, "\\", 1);
        else if (c == '\\' || (unsigned char)c < 0x20 || c == 0x7f)
            c = '_';
        buf_add(b, &c, 1);
    }
}

void lineproto_measurement(struct buf *b, const char *name)
{
    escaped(b, name, ", ");
}

void lineproto_tag(struct buf *b, const char *key, const char *value)
{
    if (value[0] == '\0')
        return;
    buf_add(b, ",", 1);
    escaped(b, key, ", =");
    buf_add(b, "=", 1);
    escaped(b, value, ", =");
}

/* The shortest of the texts that read back as the same double. */
static void number(struct buf *b, double value)
{
    char text[40];

    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, value);
        if (digits == 17 || strtod(text, NULL) == value)
            break;
    }
    buf_str(b, text);
}

void lineproto_field(struct buf *b, bool *first, const char *key, double value)
{
    if (!isfinite(value))
        return;
    buf_add(b, *first ? " " : ",", 1);
    *first = false;
    escaped(b, key, ", =");
    buf_add(b, "=", 1);
    number(b, value);
}

void lineproto_end(struct buf *b, int64_t ts_ms)
{
    buf_printf(b, " %lld\n", (long long)ts_ms);
}

static bool flag_valid(int flag)
{
    return (flag >= READING_PASS && flag <= READING_FAIL) || flag == READING_MISSING;
}

/* A Kemendagri code by its form only: tags are frozen, so a journalled row may carry a code that is no longer listed. */
static bool code_valid(const char *s)
{
    static const char FORM[] = "00.00.00";

    for (size_t i = 0; i < sizeof FORM - 1; i++)
        if (FORM[i] == '.' ? s[i] != '.' : s[i] < '0' || s[i] > '9')
            return false;
    return s[sizeof FORM - 1] == '\0';
}

static bool tags_valid(const struct reading_tags *t)
{
    return (unsigned)t->regency < REGENCY_COUNT && code_valid(t->kecamatan) &&
           slug_valid(t->site) && slug_valid(t->device) &&
           (t->pond[0] == '\0' || slug_valid(t->pond));
}

static bool sendable(const struct reading_set *set)
{
    bool seen[METRIC_COUNT] = {false};

    if (set->n < 1 || set->n > READING_SET_MAX || set->ts_ms < 0 || set->ts_ms > READING_TS_MAX_MS)
        return false;
    if (!tags_valid(&set->tags))
        return false;
    for (unsigned i = 0; i < set->n; i++) {
        const struct reading_value *v = &set->v[i];
        if ((unsigned)v->metric >= METRIC_COUNT || seen[v->metric] || !flag_valid(v->flag))
            return false;
        if (v->flag != READING_MISSING && !isfinite(v->value))
            return false;
        seen[v->metric] = true;
    }
    return true;
}

static void append_value(struct buf *b, bool *first, const struct reading_value *v)
{
    const char *name = metric_info(v->metric)->name;
    char key[64];

    if (v->flag != READING_MISSING)
        lineproto_field(b, first, name, v->value);
    (void)snprintf(key, sizeof key, "%s_q", name);
    lineproto_field(b, first, key, v->flag);
    if (v->flag == READING_PASS)
        return;
    (void)snprintf(key, sizeof key, "%s_bits", name);
    lineproto_field(b, first, key, v->bits);
}

/* One line of the values of one class (any class when all is true); false when there are none. */
static bool append_line(struct buf *b, const struct reading_set *set, const char *measurement,
                        bool all, enum metric_class group)
{
    bool first = true;

    for (unsigned i = 0; i < set->n; i++) {
        if (!all && metric_info(set->v[i].metric)->group != group)
            continue;
        if (first) {
            lineproto_measurement(b, measurement);
            lineproto_tag(b, "device", set->tags.device);
            lineproto_tag(b, "kecamatan", set->tags.kecamatan);
            lineproto_tag(b, "pond", set->tags.pond);
            lineproto_tag(b, "regency", regency_slug(set->tags.regency));
            lineproto_tag(b, "site", set->tags.site);
        }
        append_value(b, &first, &set->v[i]);
    }
    if (!first)
        lineproto_end(b, set->ts_ms);
    return !first;
}

int lineproto_append(struct buf *b, const struct reading_set *set)
{
    int lines = 0;

    if (!sendable(set))
        return NILA_ERR_RANGE;
    if (!set->clock_trusted)
        return append_line(b, set, UNCERTAIN, true, METRIC_WATER) ? 1 : 0;
    for (int g = METRIC_WATER; g <= METRIC_EQUIPMENT; g++) {
        enum metric_class group = (enum metric_class)g;
        if (append_line(b, set, metric_class_name(group), false, group))
            lines++;
    }
    return lines;
}

/* ---- reading ---- */

struct cursor {
    const char *p, *end;
};

/* Copies up to an unescaped character of stops (or the end) into out, without the escapes; the stop is not consumed.
 * NILA_ERR_PARSE when it does not fit, is empty, or holds what lineproto_append never writes. */
static int token(struct cursor *c, const char *stops, char *out, size_t size)
{
    size_t n = 0;

    for (; c->p < c->end; c->p++) {
        char ch = *c->p;
        if (ch == '\0' || ch == '\n' || ch == '\r')
            return NILA_ERR_PARSE;
        if (ch == '\\') {
            if (++c->p == c->end || strchr(", =", *c->p) == NULL || *c->p == '\0')
                return NILA_ERR_PARSE;
            ch = *c->p;
        } else if (strchr(stops, ch) != NULL) {
            break;
        }
        if (n + 1 >= size)
            return NILA_ERR_PARSE;
        out[n++] = ch;
    }
    out[n] = '\0';
    return n > 0 ? 0 : NILA_ERR_PARSE;
}

static bool take(struct cursor *c, char wanted)
{
    if (c->p == c->end || *c->p != wanted)
        return false;
    c->p++;
    return true;
}

static int parse_measurement(struct cursor *c, struct reading_set *set, bool *uncertain,
                             enum metric_class *group)
{
    char name[32];

    if (token(c, ", ", name, sizeof name) != 0)
        return NILA_ERR_PARSE;
    *uncertain = strcmp(name, UNCERTAIN) == 0;
    set->clock_trusted = !*uncertain;
    if (*uncertain)
        return 0;
    for (int g = METRIC_WATER; g <= METRIC_EQUIPMENT; g++) {
        if (strcmp(name, metric_class_name((enum metric_class)g)) == 0) {
            *group = (enum metric_class)g;
            return 0;
        }
    }
    return NILA_ERR_PARSE;
}

static int parse_tags(struct cursor *c, struct reading_tags *tags)
{
    char regency[SLUG_SIZE] = "";
    const struct {
        const char *key;
        char *to;
        size_t size;
    } TAG[] = {
        {"device", tags->device, sizeof tags->device},
        {"kecamatan", tags->kecamatan, sizeof tags->kecamatan},
        {"pond", tags->pond, sizeof tags->pond},
        {"regency", regency, sizeof regency},
        {"site", tags->site, sizeof tags->site},
    };
    size_t next = 0; /* sorted by key: what came before cannot come again */

    while (take(c, ',')) {
        char key[SLUG_SIZE];
        if (token(c, "=, ", key, sizeof key) != 0 || !take(c, '='))
            return NILA_ERR_PARSE;
        while (next < sizeof TAG / sizeof TAG[0] && strcmp(TAG[next].key, key) != 0)
            next++;
        if (next == sizeof TAG / sizeof TAG[0])
            return NILA_ERR_PARSE;
        if (token(c, ", =", TAG[next].to, TAG[next].size) != 0)
            return NILA_ERR_PARSE;
        next++;
    }
    if (regency_find(regency, &tags->regency) != 0 || !tags_valid(tags))
        return NILA_ERR_PARSE;
    return 0;
}

/* A finite number that uses the whole token. strtod alone would take "nan", "inf" and hexadecimal. */
static int parse_number(struct cursor *c, double *out)
{
    char text[40], *rest;

    if (token(c, ", =", text, sizeof text) != 0 || strspn(text, "0123456789+-.eE") != strlen(text))
        return NILA_ERR_PARSE;
    *out = strtod(text, &rest);
    return *rest == '\0' && isfinite(*out) ? 0 : NILA_ERR_PARSE;
}

enum part {
    PART_VALUE,
    PART_Q,
    PART_BITS,
    PART_COUNT
};

static int field_key(const char *key, enum metric *metric, enum part *part)
{
    static const char *const SUFFIX[PART_COUNT] = {"", "_q", "_bits"};
    size_t n = strlen(key);

    for (int i = 0; i < PART_COUNT; i++) {
        char name[48];
        size_t k = strlen(SUFFIX[i]);
        if (n <= k || n - k >= sizeof name || strcmp(key + n - k, SUFFIX[i]) != 0)
            continue;
        memcpy(name, key, n - k);
        name[n - k] = '\0';
        if (metric_find(name, metric) == 0) {
            *part = (enum part)i;
            return 0;
        }
    }
    return NILA_ERR_PARSE;
}

/* The set's entry for a metric, made when it is new; NULL when the set is full. */
static struct reading_value *entry(struct reading_set *set, enum metric metric)
{
    for (unsigned i = 0; i < set->n; i++)
        if (set->v[i].metric == metric)
            return &set->v[i];
    if (set->n == READING_SET_MAX)
        return NULL;
    set->v[set->n] = (struct reading_value){.metric = metric, .value = NAN};
    return &set->v[set->n++];
}

static int parse_field(struct cursor *c, struct reading_set *set,
                       unsigned char seen[static METRIC_COUNT])
{
    char key[48];
    enum metric metric;
    enum part part;
    struct reading_value *v;
    double x;

    if (token(c, ", =", key, sizeof key) != 0 || !take(c, '=') || parse_number(c, &x) != 0 ||
        field_key(key, &metric, &part) != 0)
        return NILA_ERR_PARSE;
    v = entry(set, metric);
    if (v == NULL || (seen[metric] & (1U << part)) != 0)
        return NILA_ERR_PARSE;
    seen[metric] = (unsigned char)(seen[metric] | (1U << part));
    if (part == PART_VALUE) {
        v->value = x;
        return 0;
    }
    if (x < 0 || x > UINT16_MAX || x != floor(x))
        return NILA_ERR_PARSE;
    if (part == PART_BITS)
        v->bits = (uint16_t)x;
    else if (flag_valid((int)x))
        v->flag = (uint8_t)x;
    else
        return NILA_ERR_PARSE;
    return 0;
}

/* Is every value there with its flag, without one when missing, and with bits exactly when they are due? */
static bool complete(const struct reading_set *set, const unsigned char seen[static METRIC_COUNT],
                     bool uncertain, enum metric_class group)
{
    for (unsigned i = 0; i < set->n; i++) {
        const struct reading_value *v = &set->v[i];
        bool has_value = (seen[v->metric] & (1U << PART_VALUE)) != 0;
        bool has_bits = (seen[v->metric] & (1U << PART_BITS)) != 0;
        if ((seen[v->metric] & (1U << PART_Q)) == 0 || has_value != (v->flag != READING_MISSING) ||
            has_bits != (v->flag != READING_PASS))
            return false;
        if (!uncertain && metric_info(v->metric)->group != group)
            return false;
    }
    return set->n > 0;
}

static int parse_ts(struct cursor *c, int64_t *ts_ms)
{
    int64_t t = 0;

    if (c->p == c->end)
        return NILA_ERR_PARSE;
    for (; c->p < c->end; c->p++) {
        if (*c->p < '0' || *c->p > '9')
            return NILA_ERR_PARSE;
        t = t * 10 + (*c->p - '0');
        if (t > READING_TS_MAX_MS)
            return NILA_ERR_PARSE;
    }
    *ts_ms = t;
    return 0;
}

int lineproto_parse(const char *text, size_t text_len, struct reading_set *out)
{
    struct cursor c = {text, text + text_len};
    struct reading_set set = {0};
    unsigned char seen[METRIC_COUNT] = {0}; /* bit enum part: that field was there */
    bool uncertain;
    enum metric_class group = METRIC_WATER;

    if (parse_measurement(&c, &set, &uncertain, &group) != 0 || parse_tags(&c, &set.tags) != 0 ||
        !take(&c, ' '))
        return NILA_ERR_PARSE;
    do {
        if (parse_field(&c, &set, seen) != 0)
            return NILA_ERR_PARSE;
    } while (take(&c, ','));
    if (!take(&c, ' ') || parse_ts(&c, &set.ts_ms) != 0 || !complete(&set, seen, uncertain, group))
        return NILA_ERR_PARSE;
    *out = set;
    return 0;
}
