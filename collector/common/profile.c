/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jsonconf.h"
#include "log.h"
#include "profile_parts.h"
#include "profile_words.h"

#define MAX_ENTRIES PROFILE_SPARES     /* measurements in a file, with and without a metric */
#define MAX_FACTOR  1e9                /* scale, offset and device range */
#define MAX_EXACT   9007199254740992.0 /* 2^53: the largest sentinel a JSON number can hold exactly */

/* Keys for people and for other tools; they are not read here. */
static const char *const NOTES[] = {"measures", "quirks", "sources", "not_verified"};

static const char *const TYPE[] = {"u16", "s16", "u32", "s32", "f32", "u64", "s64", "f64", NULL};

int profile_registers(enum profile_type t)
{
    if (t == PROFILE_U16 || t == PROFILE_S16)
        return 1;
    return t == PROFILE_U64 || t == PROFILE_S64 || t == PROFILE_F64 ? 4 : 2;
}

/* Byte order as on the wire; it must be known before a value may become a reading. */
static void read_order(struct jsonconf *c, const struct jsonconf_node *o, bool used,
                       struct profile *p, struct profile_measurement *m)
{
    static const char *const LONG[] = {"ABCDEFGH", "GHEFCDAB", "BADCFEHG", "HGFEDCBA", NULL};
    static const char *const WIDE[] = {"ABCD", "CDAB", "BADC", "DCBA", "register", NULL};
    static const char *const NARROW[] = {"AB", "BA", NULL};
    const int registers = profile_registers(m->type);
    const char *const *words = registers == 1 ? NARROW : registers == 2 ? WIDE : LONG;
    const struct profile_field f = profile_field(c, o, "order", m->name, p);
    const struct jsonconf_node *n = jsonconf_member(c, f.object, f.key, false);
    const char *word;

    if (n == NULL && registers == 1) {
        (void)snprintf(m->order, sizeof m->order, "AB");
    } else if (n == NULL || jsonconf_is_null(n)) {
        if (used)
            jsonconf_refuse(c, n != NULL ? n : o, "the byte order is not known, so no metric; %s",
                            registers == 1   ? "\"AB\", \"BA\""
                            : registers == 2 ? "\"ABCD\", \"CDAB\", \"BADC\", \"DCBA\""
                                             : "\"ABCDEFGH\", \"GHEFCDAB\", \"BADCFEHG\", "
                                               "\"HGFEDCBA\"");
    } else {
        word = words[jsonconf_word(c, f.object, f.key, words, true, 0)];
        m->order_set = strcmp(word, "register") == 0;
        if (!m->order_set)
            (void)snprintf(m->order, sizeof m->order, "%s", word);
        else if (p->order_register.function == 0)
            jsonconf_refuse(c, n, "the file has no \"order_register\"");
    }
}

/* The words beside a value: how good it is, what it measures, where its decimal point stands. */
static void read_beside(struct jsonconf *c, const struct jsonconf_node *o, const struct profile *p,
                        struct profile_measurement *m)
{
    const struct jsonconf_node *kind = jsonconf_member(c, o, "kind", false);

    m->quality = (int)jsonconf_integer_or(c, o, "quality", 0, PROFILE_MAX_ADDRESS, -1);
    if (m->quality >= 0)
        profile_check_place(c, o, "quality", p, m->function, m->quality, 1);
    m->has_decimals = jsonconf_member(c, o, "decimals", false) != NULL;
    m->decimals = (uint16_t)jsonconf_integer_or(c, o, "decimals", 0, PROFILE_MAX_ADDRESS, 0);
    if (m->has_decimals)
        profile_check_place(c, o, "decimals", p, m->function, m->decimals, 1);
    m->kind = -1;
    if (kind == NULL)
        return;
    m->kind = (int)jsonconf_integer(c, kind, "address", 0, PROFILE_MAX_ADDRESS);
    m->kind_value = (uint16_t)jsonconf_integer(c, kind, "value", 0, 65535);
    profile_check_place(c, kind, "address", p, m->function, m->kind, 1);
}

static void read_range(struct jsonconf *c, const struct jsonconf_node *o, struct profile *p,
                       struct profile_measurement *m)
{
    static const double WIDEST[] = {0, 65535, 4294967295.0, 0, MAX_EXACT};
    const struct jsonconf_node *n = jsonconf_member(c, o, "sentinel", false);
    struct profile_field f = profile_field(c, o, "scale", m->name, p);

    m->scale = jsonconf_number_or(c, f.object, f.key, -MAX_FACTOR, MAX_FACTOR, 1);
    if (m->scale == 0)
        jsonconf_refuse(c, jsonconf_member(c, f.object, f.key, true),
                        "0 would make every value 0; any other number from %.0g to %.0g",
                        -MAX_FACTOR, MAX_FACTOR);
    m->offset = jsonconf_number_or(c, o, "offset", -MAX_FACTOR, MAX_FACTOR, 0);
    m->min = jsonconf_number_or(c, o, "min", -MAX_FACTOR, MAX_FACTOR, -INFINITY);
    m->max = jsonconf_number_or(c, o, "max", -MAX_FACTOR, MAX_FACTOR, INFINITY);
    if (m->min >= m->max)
        jsonconf_refuse(c, o, "min %.15g is not below max %.15g", m->min, m->max);
    m->has_sentinel = n != NULL;
    m->sentinel =
        (uint64_t)jsonconf_number_or(c, o, "sentinel", 0, WIDEST[profile_registers(m->type)], 0);
    f = profile_field(c, o, "fraction", m->name, p);
    if (jsonconf_bool_or(c, f.object, f.key, false))
        m->scale *= 100;
}

/* The metric's name, and that the file's unit is the metric's: a value in mS/cm must not pass as uS/cm. */
static void read_metric(struct jsonconf *c, const struct jsonconf_node *o, struct profile *p,
                        struct profile_measurement *m)
{
    const struct profile_field f = profile_field(c, o, "unit", m->name, p);
    const struct jsonconf_node *name = jsonconf_member(c, o, "metric", true);
    char metric[SLUG_SIZE], unit[17];
    const char *want;

    jsonconf_string(c, o, "metric", metric, sizeof metric);
    jsonconf_string(c, f.object, f.key, unit, sizeof unit);
    if (metric_find(metric, &m->metric) != 0) {
        jsonconf_refuse(c, name,
                        "\"%s\" is not a metric; a name of the list in README.md, such as do_mg_l",
                        metric);
        return;
    }
    for (unsigned i = 0; i < p->n; i++)
        if (p->m[i].metric == m->metric)
            jsonconf_refuse(c, name, "\"%s\" has the metric %s already; each metric once",
                            p->m[i].name, metric);
    want = m->metric == METRIC_PH ? "pH" : metric_info(m->metric)->unit;
    if (strcmp(unit, want) != 0)
        jsonconf_refuse(c, jsonconf_member(c, f.object, f.key, true),
                        "\"%s\" is not the unit of %s; \"%s\" (adjust scale)", unit, metric, want);
    if (jsonconf_member(c, o, "fraction", false) != NULL && strcmp(unit, "%") != 0)
        jsonconf_refuse(c, jsonconf_member(c, o, "fraction", true),
                        "a fraction of what is told in %s; only where the unit is \"%%\"", unit);
    if (p->whole_block && m->function != p->block_function)
        jsonconf_refuse(c, jsonconf_member(c, o, "function", true),
                        "%d is not the block's function; %d", m->function, p->block_function);
}

/* A spare's metric may be null, with a note why none fits. */
static bool has_metric(struct jsonconf *c, const struct jsonconf_node *o, const char *name,
                       struct profile *p)
{
    const struct profile_field f = profile_field(c, o, "metric", name, p);
    const struct jsonconf_node *n = jsonconf_member(c, f.object, f.key, false);

    if (f.object != o && !jsonconf_is_null(n))
        jsonconf_refuse(c, n, "a metric that is not verified is null, and the value is not read");
    return n != NULL && !jsonconf_is_null(n);
}

static void keep_spare(struct jsonconf *c, const struct jsonconf_node *o, struct profile *p,
                       const struct profile_measurement *m)
{
    const struct profile_field f = profile_field(c, o, "unit", m->name, p);
    struct profile_spare *s = &p->spare[p->spares++]; /* as many as a file may have entries */

    s->m = *m;
    jsonconf_string_or(c, f.object, f.key, s->unit, sizeof s->unit, "");
}

static void read_measurement(struct jsonconf *c, const struct jsonconf_node *o, struct profile *p)
{
    struct profile_measurement m = {0};
    struct profile_field f;
    bool used;

    jsonconf_string(c, o, "name", m.name, sizeof m.name);
    used = has_metric(c, o, m.name, p);
    f = profile_field(c, o, "function", m.name, p);
    m.function = (int)jsonconf_integer(c, f.object, f.key, 3, 4);
    f = profile_field(c, o, "type", m.name, p);
    m.type = (enum profile_type)jsonconf_word(c, f.object, f.key, TYPE, true, 0);
    if (profile_registers(m.type) > p->max_registers)
        jsonconf_refuse(c, jsonconf_member(c, f.object, f.key, true),
                        "%s needs %d registers; limits.max_registers is %d", TYPE[m.type],
                        profile_registers(m.type), p->max_registers);
    f = profile_field(c, o, "address", m.name, p);
    m.address = (uint16_t)jsonconf_integer(c, f.object, f.key, 0, PROFILE_MAX_ADDRESS);
    profile_check_place(c, f.object, f.key, p, m.function, m.address, profile_registers(m.type));
    read_order(c, o, used, p, &m);
    read_range(c, o, p, &m);
    read_beside(c, o, p, &m);
    jsonconf_ignore(c, o, "note");
    if (!used) {
        keep_spare(c, o, p, &m);
        return;
    }
    read_metric(c, o, p, &m);
    if (p->n == PROFILE_MEASUREMENTS)
        jsonconf_refuse(c, o, "too many measurements with a metric; at most %d",
                        PROFILE_MEASUREMENTS);
    else
        p->m[p->n++] = m;
}

static void read_all(struct jsonconf *c, struct profile *p)
{
    static const char *const SCHEMA[] = {"device/1", NULL};
    static const char *const ADDRESSES[] = {"zero-based PDU addresses", NULL};
    const struct jsonconf_node *root = jsonconf_root(c), *list;
    struct profile_field f;
    size_t n;

    (void)jsonconf_word(c, root, "schema", SCHEMA, true, 0);
    jsonconf_slug(c, root, "id", p->id);
    jsonconf_string(c, root, "maker", p->maker, sizeof p->maker);
    f = profile_field(c, root, "model", "", p);
    jsonconf_string(c, f.object, f.key, p->model, sizeof p->model);
    f = profile_field(c, root, "addresses", "", p);
    (void)jsonconf_word(c, f.object, f.key, ADDRESSES, true, 0);
    profile_read_asking(c, root, p);
    for (size_t i = 0; i < sizeof NOTES / sizeof NOTES[0]; i++)
        jsonconf_ignore(c, root, NOTES[i]);
    profile_read_words(c, root, p);
    list = jsonconf_member(c, root, "measurements", true);
    n = jsonconf_length(c, list, MAX_ENTRIES);
    for (size_t i = 0; i < n; i++)
        read_measurement(c, jsonconf_at(c, list, i), p);
    profile_read_states(c, root, p);
    profile_read_outputs(c, root, p);
    profile_read_identity(c, root, p);
    profile_read_access(c, root, p);
    jsonconf_ignore(c, root, "$schema"); /* where an editor finds profile.schema.json */
}

/* id NULL: whatever the file says. */
static int finish(struct profile **out, struct jsonconf *c, const char *id, char *why,
                  size_t why_size)
{
    struct profile *p = xcalloc(1, sizeof *p);
    int rc;

    read_all(c, p);
    if (id != NULL && strcmp(p->id, id) != 0)
        jsonconf_refuse(c, jsonconf_member(c, jsonconf_root(c), "id", true),
                        "\"%s\" is not the file's name; \"%s\"", p->id, id);
    rc = jsonconf_done(c, why, why_size);
    if (rc == 0)
        *out = p;
    else
        profile_free(p);
    return rc;
}

int profile_load(struct profile **out, const char *dir, const char *id, char *why, size_t why_size)
{
    struct jsonconf *c = NULL;
    char path[512];
    int rc;

    if (!slug_valid(id)) {
        (void)snprintf(why, why_size, "profile \"%.40s\": 1 to 32 of a-z, 0-9 and -", id);
        return NILA_ERR_CONFIG;
    }
    if ((size_t)snprintf(path, sizeof path, "%s/%s.json", dir, id) >= sizeof path) {
        (void)snprintf(why, why_size,
                       "profile %s: the folder's path is too long; at most %zu bytes", id,
                       sizeof path - SLUG_SIZE - 6);
        return NILA_ERR_CONFIG;
    }
    rc = jsonconf_open(&c, path, why, why_size);
    if (rc == 0)
        rc = finish(out, c, id, why, why_size);
    jsonconf_close(c);
    return rc;
}

int profile_load_memory(struct profile **out, const char *name, const char *text, size_t n,
                        char *why, size_t why_size)
{
    struct jsonconf *c = NULL;
    int rc = jsonconf_open_memory(&c, name, text, n, why, why_size);

    if (rc == 0)
        rc = finish(out, c, NULL, why, why_size);
    jsonconf_close(c);
    return rc;
}

void profile_free(struct profile *p)
{
    free(p);
}
