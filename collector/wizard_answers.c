/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jsonconf keeps the first error only. To name each, the file is read once in whole, and after a failure once for every answer
 * with all others passed over. */
#include "wizard_answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/jsonconf.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "wizard_name.h"

#define MAX_PONDS   64
#define MAX_LINES   32
#define MAX_DEVICES 256
#define ALL         (-1)

struct line {
    struct site_bus bus;
    size_t devices;
};

struct answers {
    const struct wizard *w;
    struct jsonconf *c;
    int only, turn; /* the answer that is taken; how many there were */
    char head[4][SITE_NAME_SIZE];
    bool has_head, has_sink, has_server;
    size_t ponds, lines, devices;
    struct site_pond pond[MAX_PONDS];
    struct line line[MAX_LINES];
    struct wizard_device device[MAX_DEVICES];
    struct wizard_sink sink;
    char login[WIZARD_LOGIN_SIZE];
};

/* Is this answer to be taken? Else the key is passed over. */
static bool mine(struct answers *a, const struct jsonconf_node *o, const char *key)
{
    bool yes = a->turn++ == a->only || a->only == ALL;

    if (!yes)
        jsonconf_ignore(a->c, o, key);
    return yes;
}

static void take_text(struct answers *a, const struct jsonconf_node *o, const char *key, bool need,
                      char *buf, size_t size)
{
    if (!mine(a, o, key))
        return;
    if (need)
        jsonconf_string(a->c, o, key, buf, size);
    else
        jsonconf_string_or(a->c, o, key, buf, size, "");
    if (need && buf[0] == '\0')
        jsonconf_refuse(a->c, jsonconf_member(a->c, o, key, true), "%s",
                        tongue("jawaban kosong tidak boleh", "an empty answer is not allowed"));
}

/* A slug that may be left out: made from name then. */
static void take_slug(struct answers *a, const struct jsonconf_node *o, const char *name,
                      char slug[static SLUG_SIZE])
{
    if (!mine(a, o, "slug"))
        return;
    if (jsonconf_member(a->c, o, "slug", false) != NULL)
        jsonconf_slug(a->c, o, "slug", slug);
    else
        wizard_slug(slug, name);
}

/* --- the farm ----------------------------------------------------------------------------------------------------- */

enum {
    NAME,
    SLUG,
    REGENCY,
    KECAMATAN
};

/* By its code or its name. */
static void take_kecamatan(struct answers *a, const struct jsonconf_node *o)
{
    const struct jsonconf_node *n;
    enum regency r;
    char said[SITE_NAME_SIZE] = "";

    take_text(a, o, "kecamatan", true, said, sizeof said);
    if (said[0] == '\0' || regency_find(a->head[REGENCY], &r) != 0)
        return;
    for (size_t i = 0; i < REGION_KECAMATAN_COUNT; i++) {
        const struct kecamatan *k = region_kecamatan(i);
        if (k->regency == r && (strcmp(k->code, said) == 0 || strcmp(k->name, said) == 0)) {
            (void)snprintf(a->head[KECAMATAN], sizeof a->head[KECAMATAN], "%s", k->code);
            return;
        }
    }
    n = jsonconf_member(a->c, o, "kecamatan", true);
    jsonconf_refuse(a->c, n, tongue("\"%s\" bukan kecamatan di %s", "\"%s\" is no kecamatan of %s"),
                    said, regency_name(r));
}

static void take_head(struct answers *a, const struct jsonconf_node *root)
{
    static const char *const WORDS[] = {"kotim", "seruyan", NULL};
    const struct jsonconf_node *o = jsonconf_member(a->c, root, "site", !a->w->existed);

    a->has_head = o != NULL;
    if (o == NULL)
        return;
    take_text(a, o, "name", true, a->head[NAME], sizeof a->head[NAME]);
    take_slug(a, o, a->head[NAME], a->head[SLUG]);
    if (mine(a, o, "regency"))
        (void)snprintf(a->head[REGENCY], sizeof a->head[REGENCY], "%s",
                       WORDS[jsonconf_word(a->c, o, "regency", WORDS, true, 0)]);
    take_kecamatan(a, o);
}

static void take_ponds(struct answers *a, const struct jsonconf_node *root)
{
    static const char *const SYSTEM[] = {"pond", "biofloc", "tarpaulin", "cage", NULL};
    const struct jsonconf_node *list = jsonconf_member(a->c, root, "ponds", !a->w->existed);

    if (list == NULL)
        return;
    a->ponds = jsonconf_length(a->c, list, MAX_PONDS);
    for (size_t i = 0; i < a->ponds; i++) {
        const struct jsonconf_node *o = jsonconf_at(a->c, list, i);
        struct site_pond *p = &a->pond[i];
        char wish[2 * SITE_NAME_SIZE];
        take_text(a, o, "name", true, p->name, sizeof p->name);
        (void)snprintf(wish, sizeof wish, "%s %s", a->head[SLUG], p->name);
        take_slug(a, o, wish, p->slug);
        if (mine(a, o, "area_m2"))
            p->area_m2 = jsonconf_number(a->c, o, "area_m2", 1, 100000);
        if (mine(a, o, "depth_m"))
            p->depth_m = jsonconf_number(a->c, o, "depth_m", 0.3, 10);
        if (mine(a, o, "system"))
            p->system =
                (enum pond_system)jsonconf_word(a->c, o, "system", SYSTEM, false, POND_SYSTEM_POND);
    }
}

/* --- lines -------------------------------------------------------------------------------------------------------- */

static bool pond_known(const struct answers *a, const char *slug)
{
    for (size_t i = 0; i < a->ponds; i++)
        if (strcmp(a->pond[i].slug, slug) == 0)
            return true;
    return wizard_draft_pond_taken(a->w->draft, slug);
}

static void take_pond_of(struct answers *a, const struct jsonconf_node *o, char *slug)
{
    const struct jsonconf_node *n;

    if (!mine(a, o, "pond"))
        return;
    n = jsonconf_member(a->c, o, "pond", true);
    if (n == NULL || jsonconf_is_null(n))
        return;
    jsonconf_slug(a->c, o, "pond", slug);
    if (slug[0] != '\0' && !pond_known(a, slug))
        jsonconf_refuse(a->c, n,
                        tongue("tidak ada kolam \"%s\"; atau null: seluruh lokasi",
                               "there is no pond \"%s\"; or null: the whole site"),
                        slug);
}

static void take_device(struct answers *a, const struct jsonconf_node *o, struct wizard_device *d,
                        bool serial)
{
    char wish[SLUG_SIZE + 16];

    if (mine(a, o, "profile")) {
        jsonconf_slug(a->c, o, "profile", d->profile);
        if (d->profile[0] != '\0' && wizard_profile(a->w->world->id, d->profile) == NULL)
            jsonconf_refuse(a->c, jsonconf_member(a->c, o, "profile", true),
                            tongue("tidak ada profil \"%s\"", "there is no profile \"%s\""),
                            d->profile);
    }
    if (mine(a, o, "unit"))
        d->unit = (int)jsonconf_integer(a->c, o, "unit", serial ? 1 : 0, 255);
    (void)snprintf(wish, sizeof wish, "%.25s-%d", d->profile, d->unit);
    take_slug(a, o, wish, d->slug);
    take_pond_of(a, o, d->pond);
}

static void take_place(struct answers *a, const struct jsonconf_node *o, struct site_bus *b)
{
    static const char *const PARITY[] = {"N", "E", "O", NULL};
    bool tcp = jsonconf_member(a->c, o, "host", false) != NULL;

    *b = (struct site_bus){.kind = tcp ? SITE_BUS_TCP : SITE_BUS_SERIAL,
                           .baud = 9600,
                           .parity = 'N',
                           .stop_bits = 1,
                           .tcp_port = 502};
    take_slug(a, o, tcp ? "gateway" : "rs485", b->slug);
    if (tcp) {
        take_text(a, o, "host", true, b->host, sizeof b->host);
        if (mine(a, o, "tcp_port"))
            b->tcp_port = (int)jsonconf_integer_or(a->c, o, "tcp_port", 1, 65535, 502);
        return;
    }
    take_text(a, o, "port", true, b->port, sizeof b->port);
    if (mine(a, o, "baud"))
        b->baud = (int)jsonconf_integer_or(a->c, o, "baud", 1200, 115200, 9600);
    if (mine(a, o, "parity"))
        b->parity = PARITY[jsonconf_word(a->c, o, "parity", PARITY, false, 0)][0];
}

static void take_lines(struct answers *a, const struct jsonconf_node *root)
{
    const struct jsonconf_node *list = jsonconf_member(a->c, root, "lines", !a->w->existed);

    if (list == NULL)
        return;
    a->lines = jsonconf_length(a->c, list, MAX_LINES);
    a->devices = 0;
    for (size_t i = 0; i < a->lines; i++) {
        const struct jsonconf_node *o = jsonconf_at(a->c, list, i), *devices;
        struct line *l = &a->line[i];
        take_place(a, o, &l->bus);
        devices = jsonconf_member(a->c, o, "devices", true);
        l->devices = devices != NULL ? jsonconf_length(a->c, devices, MAX_DEVICES - a->devices) : 0;
        for (size_t k = 0; k < l->devices; k++)
            take_device(a, jsonconf_at(a->c, devices, k), &a->device[a->devices++],
                        l->bus.kind == SITE_BUS_SERIAL);
    }
}

/* --- the server --------------------------------------------------------------------------------------------------- */

static void take_server(struct answers *a, const struct jsonconf_node *root)
{
    static const char *const API[] = {"v1", "v2", "v3", "vm", NULL};
    const struct jsonconf_node *o = jsonconf_member(a->c, root, "server", !a->w->existed);
    struct wizard_sink *k = &a->sink;

    a->has_server = o != NULL;
    a->has_sink = o != NULL && !jsonconf_is_null(o);
    if (!a->has_sink)
        return;
    take_text(a, o, "url", true, k->url, sizeof k->url);
    if (mine(a, o, "api"))
        k->api = (enum influx_api)jsonconf_word(a->c, o, "api", API, false, INFLUX_V1);
    take_text(a, o, "database", k->api == INFLUX_V1 || k->api == INFLUX_V3, k->database,
              sizeof k->database);
    take_text(a, o, "org", k->api == INFLUX_V2, k->org, sizeof k->org);
    take_text(a, o, "bucket", k->api == INFLUX_V2, k->bucket, sizeof k->bucket);
    take_text(a, o, "login", k->api == INFLUX_V2, a->login, sizeof a->login);
    if (mine(a, o, "insecure_http"))
        k->insecure_http = jsonconf_bool_or(a->c, o, "insecure_http", false);
    if (mine(a, o, "url") && wizard_plain_http(k->url) && !k->insecure_http)
        jsonconf_refuse(a->c, jsonconf_member(a->c, o, "url", true), "%s",
                        tongue("http tanpa s hanya dengan \"insecure_http\": true",
                               "http without s only with \"insecure_http\": true"));
}

/* --- reading, and naming all mistakes ----------------------------------------------------------------------------- */

static int read_once(struct answers *a, const char *name, const char *text, size_t n, int only,
                     char *why, size_t why_size)
{
    int rc = jsonconf_open_memory(&a->c, name, text, n, why, why_size);

    if (rc != 0)
        return rc;
    a->only = only;
    a->turn = 0;
    take_head(a, jsonconf_root(a->c));
    take_ponds(a, jsonconf_root(a->c));
    take_lines(a, jsonconf_root(a->c));
    take_server(a, jsonconf_root(a->c));
    rc = jsonconf_done(a->c, why, why_size);
    jsonconf_close(a->c);
    a->c = NULL;
    return rc;
}

static void add_mistake(struct buf *mistakes, const char *why)
{
    if (mistakes->p != NULL && strstr(mistakes->p, why) != NULL)
        return;
    buf_printf(mistakes, "%s\n", why);
}

static void name_all(struct answers *a, const char *name, const char *text, size_t n,
                     struct buf *mistakes)
{
    char why[400];
    int turns = 1;

    /* an answer can bring others: the number is that of the run before */
    for (int k = 0; k < turns; k++) {
        if (read_once(a, name, text, n, k, why, sizeof why) != 0)
            add_mistake(mistakes, why);
        turns = a->turn > turns ? a->turn : turns;
    }
}

/* --- into the draft ----------------------------------------------------------------------------------------------- */

static size_t pond_at(const struct wizard_draft *d, const char *slug)
{
    struct site_pond p;
    size_t n = wizard_draft_ponds(d), i;

    for (i = 0; i < n; i++) {
        wizard_draft_pond(d, i, &p);
        if (strcmp(p.slug, slug) == 0)
            break;
    }
    return i;
}

static size_t bus_at(const struct wizard_draft *d, const char *slug)
{
    struct site_bus b;
    size_t n = wizard_draft_buses(d), i;

    for (i = 0; i < n; i++) {
        wizard_draft_bus(d, i, &b);
        if (strcmp(b.slug, slug) == 0)
            break;
    }
    return i;
}

static size_t device_at(const struct wizard_draft *d, size_t bus, const char *slug)
{
    struct wizard_device dev;
    size_t n = wizard_draft_devices(d, bus), i;

    for (i = 0; i < n; i++) {
        wizard_draft_device(d, bus, i, &dev);
        if (strcmp(dev.slug, slug) == 0)
            break;
    }
    return i;
}

static void apply(const struct answers *a, struct wizard *w)
{
    static const char *const KEY[] = {"name", "slug", "regency", "kecamatan"};
    size_t next = 0;

    for (int k = 0; a->has_head && k < 4; k++)
        wizard_draft_set_head(w->draft, KEY[k], a->head[k]);
    for (size_t i = 0; i < a->ponds; i++)
        wizard_draft_set_pond(w->draft, pond_at(w->draft, a->pond[i].slug), &a->pond[i]);
    for (size_t i = 0; i < a->lines; i++) {
        size_t at = bus_at(w->draft, a->line[i].bus.slug);
        wizard_draft_set_bus(w->draft, at, &a->line[i].bus);
        for (size_t k = 0; k < a->line[i].devices; k++, next++)
            wizard_draft_set_device(w->draft, at, device_at(w->draft, at, a->device[next].slug),
                                    &a->device[next]);
    }
    w->sink = (struct wizard_sink){.slug = "office", .api = INFLUX_V1};
    if (wizard_draft_sinks(w->draft) > 0)
        wizard_draft_sink(w->draft, 0, &w->sink);
    if (!a->has_sink) {
        if (a->has_server && wizard_draft_sinks(w->draft) > 0)
            wizard_draft_remove_sink(w->draft, 0);
        return;
    }
    {
        struct wizard_sink k = a->sink;
        (void)snprintf(k.slug, sizeof k.slug, "%s", w->sink.slug);
        (void)snprintf(k.token, sizeof k.token, "%s", w->sink.token);
        if (a->login[0] != '\0')
            (void)snprintf(k.token, sizeof k.token, "credential:%s.token", k.slug);
        w->sink = k;
    }
    (void)snprintf(w->login, sizeof w->login, "%s", a->login);
    wizard_draft_set_sink(w->draft, 0, &w->sink);
}

int wizard_answers_read(struct wizard *w, const char *name, const char *text, size_t n,
                        struct buf *mistakes, bool *has_sink)
{
    struct answers *a = xcalloc(1, sizeof *a);
    char why[400];
    int rc;

    a->w = w;
    rc = read_once(a, name, text, n, ALL, why, sizeof why);
    if (rc == 0) {
        apply(a, w);
        *has_sink = wizard_draft_sinks(w->draft) > 0;
    } else {
        name_all(a, name, text, n, mistakes);
        add_mistake(mistakes, why);
    }
    memset(a->login, 0, sizeof a->login);
    free(a);
    return rc;
}
