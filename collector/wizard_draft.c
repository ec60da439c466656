/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizard_draft.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/jsontext.h"
#include "collector/common/log.h"

#define LINE_CHARS 100 /* what fits on such a line stands on one */

struct wizard_draft {
    cJSON *root;
    bool comments;
};

/* --- small change ------------------------------------------------------------------------------------------------- */

static cJSON *must(cJSON *item)
{
    if (item == NULL)
        fatal("out of memory");
    return item;
}

static cJSON *get(const cJSON *o, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(o, key);
}

static void put(cJSON *o, const char *key, cJSON *value)
{
    if (get(o, key) != NULL)
        (void)cJSON_ReplaceItemInObjectCaseSensitive(o, key, must(value));
    else
        (void)cJSON_AddItemToObject(o, key, must(value));
}

static void put_text(cJSON *o, const char *key, const char *text)
{
    put(o, key, cJSON_CreateString(text));
}

static void put_number(cJSON *o, const char *key, double number)
{
    put(o, key, cJSON_CreateNumber(number));
}

/* Text that may be left out. */
static void put_or_drop(cJSON *o, const char *key, const char *text)
{
    if (text[0] != '\0')
        put_text(o, key, text);
    else
        cJSON_DeleteItemFromObjectCaseSensitive(o, key);
}

static const char *text_of(const cJSON *o, const char *key)
{
    const char *s = cJSON_GetStringValue(get(o, key));

    return s != NULL ? s : "";
}

static double number_of(const cJSON *o, const char *key, double fallback)
{
    const cJSON *n = get(o, key);

    return cJSON_IsNumber(n) ? n->valuedouble : fallback;
}

#define COPY(to, text) ((void)snprintf(to, sizeof(to), "%s", text))

/* The list or object of that name, made when it is not there. */
static cJSON *own(cJSON *o, const char *key, bool list)
{
    if (get(o, key) == NULL)
        put(o, key, list ? cJSON_CreateArray() : cJSON_CreateObject());
    return get(o, key);
}

static size_t count(const cJSON *list)
{
    return cJSON_IsArray(list) ? (size_t)cJSON_GetArraySize(list) : 0;
}

static cJSON *entry(const cJSON *list, size_t i)
{
    return cJSON_GetArrayItem(list, (int)i);
}

/* Entry i, a new one at the end when it is not there. */
static cJSON *entry_or_new(cJSON *list, size_t i)
{
    if (i >= count(list))
        (void)cJSON_AddItemToArray(list, must(cJSON_CreateObject()));
    return entry(list, i < count(list) ? i : count(list) - 1);
}

static bool has_slug(const cJSON *list, const char *slug)
{
    const cJSON *o;

    cJSON_ArrayForEach(o, list) if (strcmp(text_of(o, "slug"), slug) == 0) return true;
    return false;
}

/* --- from and to text --------------------------------------------------------------------------------------------- */

struct wizard_draft *wizard_draft_new(void)
{
    struct wizard_draft *d = xcalloc(1, sizeof *d);

    d->root = must(cJSON_CreateObject());
    (void)own(d->root, "site", false);
    (void)own(d->root, "ponds", true);
    (void)own(d->root, "buses", true);
    (void)own(d->root, "sinks", true);
    return d;
}

int wizard_draft_read(struct wizard_draft **out, const char *text, size_t n)
{
    struct wizard_draft *d = xcalloc(1, sizeof *d);
    char *plain = xcalloc(n + 1, 1);
    struct jsontext_error e;

    memcpy(plain, text, n);
    if (jsontext_blank(plain, n, &e) == 0)
        d->root = cJSON_ParseWithLength(plain, n);
    for (size_t i = 0; i < n; i++)
        d->comments = d->comments || (plain[i] != text[i] && text[i] == '/');
    free(plain);
    if (!cJSON_IsObject(d->root)) {
        wizard_draft_free(d);
        return NILA_ERR_PARSE;
    }
    *out = d;
    return 0;
}

void wizard_draft_free(struct wizard_draft *d)
{
    if (d == NULL)
        return;
    cJSON_Delete(d->root);
    free(d);
}

bool wizard_draft_comments(const struct wizard_draft *d)
{
    return d->comments;
}

static void add_leaf(struct buf *b, const cJSON *v)
{
    char *s, number[40];

    if (cJSON_IsNumber(
            v)) { /* the fewest digits that give the very same number back; cJSON rounds */
        for (int digits = 15; digits <= 17; digits++) {
            (void)snprintf(number, sizeof number, "%.*g", digits, v->valuedouble);
            if (strtod(number, NULL) == v->valuedouble)
                break;
        }
        buf_str(b, number);
        return;
    }
    s = cJSON_PrintUnformatted(v);
    if (s == NULL)
        fatal("out of memory");
    buf_str(b, s);
    cJSON_free(s);
}

static void add_key(struct buf *b, const cJSON *v)
{
    cJSON *key;

    if (v->string == NULL)
        return;
    key = must(cJSON_CreateStringReference(v->string));
    add_leaf(b, key);
    cJSON_Delete(key);
    buf_str(b, ": ");
}

/* indent < 0: all on one line. The reader allows 32 levels.
 * NOLINTNEXTLINE(misc-no-recursion) */
static void add_value(struct buf *b, const cJSON *v, int indent)
{
    bool list = cJSON_IsArray(v), flat = indent < 0;
    struct buf one = {0};
    const cJSON *k;

    if (!list && !cJSON_IsObject(v)) {
        add_leaf(b, v);
        return;
    }
    if (!flat && (indent > 0 || v->child == NULL)) {
        add_value(&one, v, -1);
        flat = one.n + (size_t)indent <= LINE_CHARS;
        if (flat)
            buf_add(b, one.p, one.n);
        buf_free(&one);
        if (flat)
            return;
    }
    buf_str(b, list ? "[" : "{");
    cJSON_ArrayForEach(k, v)
    {
        if (flat)
            buf_str(b, list ? "" : " ");
        else
            buf_printf(b, "\n%*s", indent + 2, "");
        if (!list)
            add_key(b, k);
        add_value(b, k, flat ? -1 : indent + 2);
        if (k->next != NULL)
            buf_str(b, flat && list ? ", " : ",");
    }
    if (!flat)
        buf_printf(b, "\n%*s", indent, "");
    else if (!list && v->child != NULL)
        buf_str(b, " ");
    buf_str(b, list ? "]" : "}");
}

void wizard_draft_text(const struct wizard_draft *d, struct buf *out)
{
    add_value(out, d->root, 0);
    buf_str(out, "\n");
}

/* --- the site, its ponds ------------------------------------------------------------------------------------------ */

const char *wizard_draft_head(const struct wizard_draft *d, const char *key)
{
    return text_of(get(d->root, "site"), key);
}

void wizard_draft_set_head(struct wizard_draft *d, const char *key, const char *value)
{
    put_text(own(d->root, "site", false), key, value);
}

size_t wizard_draft_ponds(const struct wizard_draft *d)
{
    return count(get(d->root, "ponds"));
}

void wizard_draft_pond(const struct wizard_draft *d, size_t i, struct site_pond *out)
{
    const cJSON *o = entry(get(d->root, "ponds"), i);

    *out = (struct site_pond){.area_m2 = number_of(o, "area_m2", 0),
                              .depth_m = number_of(o, "depth_m", 0),
                              .system = POND_SYSTEM_POND};
    COPY(out->slug, text_of(o, "slug"));
    COPY(out->name, get(o, "name") != NULL ? text_of(o, "name") : out->slug);
    if (pond_system_find(text_of(o, "system"), &out->system) != 0)
        out->system = POND_SYSTEM_POND;
}

void wizard_draft_set_pond(struct wizard_draft *d, size_t i, const struct site_pond *pond)
{
    cJSON *o = entry_or_new(own(d->root, "ponds", true), i);

    if (get(o, "slug") == NULL)
        put_text(o, "slug", pond->slug);
    put_text(o, "name", pond->name);
    put_number(o, "area_m2", pond->area_m2);
    put_number(o, "depth_m", pond->depth_m);
    put_text(o, "system", pond_system_name(pond->system));
}

void wizard_draft_remove_pond(struct wizard_draft *d, size_t i)
{
    cJSON_DeleteItemFromArray(get(d->root, "ponds"), (int)i);
}

/* --- lines -------------------------------------------------------------------------------------------------------- */

size_t wizard_draft_buses(const struct wizard_draft *d)
{
    return count(get(d->root, "buses"));
}

void wizard_draft_bus(const struct wizard_draft *d, size_t i, struct site_bus *out)
{
    const cJSON *o = entry(get(d->root, "buses"), i), *serial = get(o, "serial"),
                *tcp = get(o, "tcp");
    const char *parity = text_of(serial, "parity");

    *out = (struct site_bus){.kind = tcp != NULL ? SITE_BUS_TCP : SITE_BUS_SERIAL,
                             .baud = (int)number_of(serial, "baud", 9600),
                             .parity = (char)(parity[0] != '\0' ? parity[0] : 'N'),
                             .stop_bits = (int)number_of(serial, "stop_bits", 1),
                             .tcp_port = (int)number_of(tcp, "port", 502),
                             .timeout_ms = (int)number_of(o, "timeout_ms", 1000),
                             .gap_ms = (int)number_of(o, "gap_ms", 0)};
    COPY(out->slug, text_of(o, "slug"));
    COPY(out->port, text_of(serial, "port"));
    COPY(out->host, text_of(tcp, "host"));
}

void wizard_draft_set_bus(struct wizard_draft *d, size_t i, const struct site_bus *bus)
{
    cJSON *o = entry_or_new(own(d->root, "buses", true), i), *line;

    if (get(o, "slug") == NULL)
        put_text(o, "slug", bus->slug);
    cJSON_DeleteItemFromObjectCaseSensitive(o, bus->kind == SITE_BUS_SERIAL ? "tcp" : "serial");
    line = own(o, bus->kind == SITE_BUS_SERIAL ? "serial" : "tcp", false);
    if (bus->kind == SITE_BUS_SERIAL) {
        char parity[2] = {bus->parity, '\0'};
        put_text(line, "port", bus->port);
        put_number(line, "baud", bus->baud);
        put_text(line, "parity", parity);
        put_number(line, "stop_bits", bus->stop_bits);
    } else {
        put_text(line, "host", bus->host);
        put_number(line, "port", bus->tcp_port);
    }
    (void)own(o, "devices", true);
}

void wizard_draft_remove_bus(struct wizard_draft *d, size_t i)
{
    cJSON_DeleteItemFromArray(get(d->root, "buses"), (int)i);
}

/* --- devices ------------------------------------------------------------------------------------------------------ */

static cJSON *devices_of(const struct wizard_draft *d, size_t bus)
{
    return get(entry(get(d->root, "buses"), bus), "devices");
}

size_t wizard_draft_devices(const struct wizard_draft *d, size_t bus)
{
    return count(devices_of(d, bus));
}

void wizard_draft_device(const struct wizard_draft *d, size_t bus, size_t i,
                         struct wizard_device *out)
{
    const cJSON *o = entry(devices_of(d, bus), i);

    *out = (struct wizard_device){.unit = (int)number_of(o, "unit", 0)};
    COPY(out->slug, text_of(o, "slug"));
    COPY(out->profile, text_of(o, "profile"));
    COPY(out->pond, text_of(o, "pond"));
}

void wizard_draft_set_device(struct wizard_draft *d, size_t bus, size_t i,
                             const struct wizard_device *dev)
{
    cJSON *list = own(entry(get(d->root, "buses"), bus), "devices", true);
    cJSON *o = entry_or_new(list, i);
    bool other = strcmp(text_of(o, "profile"), dev->profile) != 0;

    if (get(o, "slug") == NULL)
        put_text(o, "slug", dev->slug);
    put_text(o, "profile", dev->profile);
    put_number(o, "unit", dev->unit);
    if (strcmp(text_of(o, "pond"), dev->pond) != 0 || other)
        cJSON_DeleteItemFromObjectCaseSensitive(o, "metrics"); /* they were another's */
    put(o, "pond", dev->pond[0] != '\0' ? cJSON_CreateString(dev->pond) : cJSON_CreateNull());
}

void wizard_draft_remove_device(struct wizard_draft *d, size_t bus, size_t i)
{
    cJSON_DeleteItemFromArray(devices_of(d, bus), (int)i);
}

void wizard_draft_primary(struct wizard_draft *d, size_t bus, size_t i, const char *metric)
{
    cJSON *me = entry(devices_of(d, bus), i), *line, *o;
    const char *pond = text_of(me, "pond");

    cJSON_ArrayForEach(line, get(d->root, "buses"))
    {
        cJSON_ArrayForEach(o, get(line, "devices"))
        {
            cJSON *m = get(get(o, "metrics"), metric);
            if (o != me && m != NULL && strcmp(text_of(o, "pond"), pond) == 0)
                cJSON_DeleteItemFromObjectCaseSensitive(m, "primary");
        }
    }
    put(own(own(me, "metrics", false), metric, false), "primary", cJSON_CreateTrue());
}

bool wizard_draft_is_primary(const struct wizard_draft *d, size_t bus, size_t i, const char *metric)
{
    const cJSON *o = entry(devices_of(d, bus), i);

    return cJSON_IsTrue(get(get(get(o, "metrics"), metric), "primary"));
}

/* --- sinks -------------------------------------------------------------------------------------------------------- */

size_t wizard_draft_sinks(const struct wizard_draft *d)
{
    return count(get(d->root, "sinks"));
}

void wizard_draft_sink(const struct wizard_draft *d, size_t i, struct wizard_sink *out)
{
    const cJSON *o = entry(get(d->root, "sinks"), i);

    *out = (struct wizard_sink){.api = INFLUX_V1,
                                .insecure_http = cJSON_IsTrue(get(o, "insecure_http"))};
    for (int k = 0; k < INFLUX_APIS; k++)
        if (strcmp(influx_api_name((enum influx_api)k), text_of(o, "api")) == 0)
            out->api = (enum influx_api)k;
    COPY(out->slug, text_of(o, "slug"));
    COPY(out->url, text_of(o, "url"));
    COPY(out->database, text_of(o, "database"));
    COPY(out->org, text_of(o, "org"));
    COPY(out->bucket, text_of(o, "bucket"));
    COPY(out->token, text_of(o, "token_file"));
}

void wizard_draft_set_sink(struct wizard_draft *d, size_t i, const struct wizard_sink *sink)
{
    cJSON *o = entry_or_new(own(d->root, "sinks", true), i);
    bool v2 = sink->api == INFLUX_V2;

    if (get(o, "slug") == NULL)
        put_text(o, "slug", sink->slug);
    put_text(o, "url", sink->url);
    put_text(o, "api", influx_api_name(sink->api));
    if (sink->api != INFLUX_V1)
        cJSON_DeleteItemFromObjectCaseSensitive(o, "retention_policy");
    if (strncmp(sink->url, "https://", 8) != 0)
        cJSON_DeleteItemFromObjectCaseSensitive(o, "ca_file");
    put_or_drop(o, "database", v2 ? "" : sink->database);
    put_or_drop(o, "org", v2 ? sink->org : "");
    put_or_drop(o, "bucket", v2 ? sink->bucket : "");
    put_or_drop(o, "token_file", sink->token);
    if (sink->insecure_http)
        put(o, "insecure_http", cJSON_CreateTrue());
    else
        cJSON_DeleteItemFromObjectCaseSensitive(o, "insecure_http");
}

void wizard_draft_remove_sink(struct wizard_draft *d, size_t i)
{
    cJSON_DeleteItemFromArray(get(d->root, "sinks"), (int)i);
}

/* --- who is who --------------------------------------------------------------------------------------------------- */

/* NOLINTNEXTLINE(misc-no-recursion): the reader allows 32 levels */
static bool speaks_of(const cJSON *v, const char *key, const char *slug)
{
    const cJSON *k;

    if (v->string != NULL && strcmp(v->string, key) == 0 && cJSON_IsString(v) &&
        strcmp(v->valuestring, slug) == 0)
        return true;
    cJSON_ArrayForEach(k, v) if (speaks_of(k, key, slug)) return true;
    return false;
}

static const char *user_in(const cJSON *list, const char *key, const char *slug)
{
    const cJSON *o;

    cJSON_ArrayForEach(o, list) if (speaks_of(o, key, slug)) return text_of(o, "slug");
    return NULL;
}

const char *wizard_draft_user(const struct wizard_draft *d, const char *key, const char *slug)
{
    const char *who = user_in(get(d->root, "inputs"), key, slug);
    const cJSON *line;

    if (who == NULL)
        who = user_in(get(d->root, "reflexes"), key, slug);
    cJSON_ArrayForEach(line, get(d->root, "buses")) if (who == NULL) who =
        user_in(get(line, "devices"), key, slug);
    return who;
}

bool wizard_draft_pond_taken(const void *draft, const char *slug)
{
    return has_slug(get(((const struct wizard_draft *)draft)->root, "ponds"), slug);
}

bool wizard_draft_device_taken(const void *draft, const char *slug)
{
    const cJSON *root = ((const struct wizard_draft *)draft)->root, *line;

    cJSON_ArrayForEach(line,
                       get(root, "buses")) if (has_slug(get(line, "devices"), slug)) return true;
    return has_slug(get(root, "inputs"), slug) || has_slug(get(root, "reflexes"), slug);
}

bool wizard_draft_bus_taken(const void *draft, const char *slug)
{
    return has_slug(get(((const struct wizard_draft *)draft)->root, "buses"), slug);
}
