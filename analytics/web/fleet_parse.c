/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of a collector's socket. A collector may be newer or older than we: unknown members are passed over, absent ones keep a
 * value that says "not told". */
#include "fleet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/jsonconf.h"
#include "collector/common/log.h"

#define MOST 9e15 /* whole numbers beyond are no counts and no times */

/* A line under way. */
struct line {
    struct jsonconf *c;
    const struct jsonconf_node *o;
};

static int64_t whole(struct line *l, const char *key, int64_t fallback)
{
    const struct jsonconf_node *n = jsonconf_member(l->c, l->o, key, false);

    if (n == NULL || jsonconf_is_null(n))
        return fallback;
    return (int64_t)jsonconf_number(l->c, l->o, key, -MOST, MOST);
}

static int number(struct line *l, const char *key)
{
    const int64_t v = whole(l, key, 0);

    return v < INT32_MIN ? INT32_MIN : v > INT32_MAX ? INT32_MAX : (int)v;
}

static double real(struct line *l, const char *key)
{
    const struct jsonconf_node *n = jsonconf_member(l->c, l->o, key, false);

    if (n == NULL || jsonconf_is_null(n))
        return NAN;
    return jsonconf_number(l->c, l->o, key, -1e300, 1e300);
}

/* -1: not told. */
static int truth(struct line *l, const char *key)
{
    const struct jsonconf_node *n = jsonconf_member(l->c, l->o, key, false);

    if (n == NULL || jsonconf_is_null(n))
        return -1;
    return jsonconf_bool_or(l->c, l->o, key, false);
}

/* Words, cut where they are too long: only by whole characters. */
static void words(struct line *l, const char *key, char *out, size_t size)
{
    const struct jsonconf_node *n = jsonconf_member(l->c, l->o, key, false);
    char text[1024] = "";
    size_t len;

    out[0] = '\0';
    if (n == NULL || jsonconf_is_null(n))
        return;
    jsonconf_string(l->c, l->o, key, text, sizeof text);
    len = strlen(text);
    if (len >= size)
        for (len = size - 1; len > 0 && ((unsigned char)text[len] & 0xC0U) == 0x80U; len--)
            ;
    memcpy(out, text, len);
    out[len] = '\0';
}

static void counts(struct line *l, struct fleet_counts *n)
{
    *n = (struct fleet_counts){.requests = whole(l, "requests", 0),
                               .good = whole(l, "good", 0),
                               .timeouts = whole(l, "timeouts", 0),
                               .bad_frames = whole(l, "bad_frames", 0),
                               .exceptions = whole(l, "exceptions", 0),
                               .stale = whole(l, "stale", 0),
                               .lost = whole(l, "lost", 0)};
}

static void take_collector(struct line *l, struct fleet_box *x)
{
    words(l, "version", x->version, sizeof x->version);
    words(l, "site", x->site, sizeof x->site);
    words(l, "name", x->name, sizeof x->name);
    x->now_ms = whole(l, "now_ms", 0);
    x->started_ms = whole(l, "started_ms", 0);
    x->clock_trusted = truth(l, "clock_trusted") == 1;
    x->lost_values = whole(l, "lost_values", 0);
    x->disk_free = whole(l, "disk_free", -1);
    x->disk_size = whole(l, "disk_size", -1);
    x->read_only = truth(l, "disk_read_only") == 1;
    x->power_weak = truth(l, "power_weak");
}

static void take_bus(struct line *l, struct fleet_box *x)
{
    struct fleet_bus *b;

    x->bus = xrealloc(x->bus, x->buses + 1, sizeof *x->bus);
    b = &x->bus[x->buses++];
    *b = (struct fleet_bus){.baud = number(l, "baud")};
    words(l, "slug", b->slug, sizeof b->slug);
    words(l, "where", b->where, sizeof b->where);
    words(l, "port", b->port, sizeof b->port);
    words(l, "parity", b->parity, sizeof b->parity);
    words(l, "host", b->host, sizeof b->host);
    words(l, "state", b->state, sizeof b->state);
    words(l, "why", b->why, sizeof b->why);
    b->serial = b->port[0] != '\0';
    b->stop_bits = number(l, "stop_bits");
    b->tcp_port = number(l, "tcp_port");
    b->since_ms = whole(l, "since_ms", 0);
    counts(l, &b->n);
    b->served_slots = whole(l, "served_slots", 0);
    b->missed_slots = whole(l, "missed_slots", 0);
    b->busy_permille = number(l, "busy_permille");
}

static void take_device(struct line *l, struct fleet_box *x)
{
    struct fleet_device *d;

    x->device = xrealloc(x->device, x->devices + 1, sizeof *x->device);
    d = &x->device[x->devices++];
    *d = (struct fleet_device){.unit = number(l, "unit")};
    words(l, "slug", d->slug, sizeof d->slug);
    words(l, "bus", d->bus, sizeof d->bus);
    words(l, "pond", d->pond, sizeof d->pond);
    words(l, "profile", d->profile, sizeof d->profile);
    words(l, "last", d->last, sizeof d->last);
    words(l, "error", d->error, sizeof d->error);
    d->read = truth(l, "read") != 0;
    d->every_s = number(l, "every_s");
    d->last_good_ms = whole(l, "last_good_ms", 0);
    d->last_try_ms = whole(l, "last_try_ms", 0);
    d->calibrating_ms = whole(l, "calibrating_ms", 0);
    counts(l, &d->n);
    d->served_slots = whole(l, "served_slots", 0);
    d->missed_slots = whole(l, "missed_slots", 0);
    d->p50_ms = number(l, "answer_p50_ms");
    d->p95_ms = number(l, "answer_p95_ms");
    d->round_ms = number(l, "round_ms");
    d->backoff_s = number(l, "backoff_s");
}

static void take_journal(struct line *l, struct fleet_box *x)
{
    x->journal = (struct fleet_journal){.rows = whole(l, "rows", 0),
                                        .bytes = whole(l, "bytes", 0),
                                        .max_bytes = whole(l, "max_bytes", 0),
                                        .oldest_unsent_ms = whole(l, "oldest_unsent_ms", 0),
                                        .held = whole(l, "held", 0),
                                        .thinned = whole(l, "thinned", 0),
                                        .dropped = whole(l, "dropped", 0),
                                        .damaged = whole(l, "damaged", 0),
                                        .quarantined = whole(l, "quarantined", 0),
                                        .hours_left = real(l, "hours_left")};
}

static void take_sink(struct line *l, struct fleet_box *x)
{
    struct fleet_sink *k;

    x->sink = xrealloc(x->sink, x->sinks + 1, sizeof *x->sink);
    k = &x->sink[x->sinks++];
    *k = (struct fleet_sink){.http = number(l, "http")};
    words(l, "slug", k->slug, sizeof k->slug);
    words(l, "state", k->state, sizeof k->state);
    words(l, "text", k->text, sizeof k->text);
    k->pending = whole(l, "pending", 0);
    k->sent = whole(l, "sent", 0);
    k->refused = whole(l, "refused", 0);
    k->refused_old = whole(l, "refused_old", 0);
    k->last_ok_ms = whole(l, "last_ok_ms", 0);
    k->next_try_ms = whole(l, "next_try_ms", 0);
}

/* Opens a line; its kind into kind. */
static int open_line(struct line *l, const char *json, char *kind, size_t size)
{
    char why[256];
    int rc = jsonconf_open_memory(&l->c, "collector", json, strlen(json), why, sizeof why);

    if (rc != 0)
        return NILA_ERR_PROTO;
    l->o = jsonconf_root(l->c);
    words(l, "kind", kind, size);
    return 0;
}

/* 0 when no member was of another type than it should be: jsonconf answers nothing any more after a mistake. */
static int close_line(struct line *l)
{
    const bool well = jsonconf_member(l->c, l->o, "kind", true) != NULL;

    jsonconf_close(l->c);
    return well ? 0 : NILA_ERR_PROTO;
}

int fleet_take_status(struct fleet_box *box, const char *json)
{
    static const struct {
        const char *kind;
        void (*take)(struct line *l, struct fleet_box *x);
    } KIND[] = {{"collector", take_collector},
                {"bus", take_bus},
                {"device", take_device},
                {"journal", take_journal},
                {"sink", take_sink}};
    struct line l;
    char kind[16];
    int rc = open_line(&l, json, kind, sizeof kind);

    for (size_t i = 0; rc == 0 && i < sizeof KIND / sizeof KIND[0]; i++)
        if (strcmp(kind, KIND[i].kind) == 0)
            KIND[i].take(&l, box);
    return rc != 0 ? rc : close_line(&l);
}

/* --- registers ---------------------------------------------------------------------------------------------------- */

static void take_map(struct line *l, struct fleet_registers **maps, size_t *n)
{
    struct fleet_registers *r;

    *maps = xrealloc(*maps, *n + 1, sizeof **maps);
    r = &(*maps)[(*n)++];
    *r = (struct fleet_registers){.asked_ms = whole(l, "asked_ms", 0)};
    words(l, "device", r->device, sizeof r->device);
    words(l, "bus", r->bus, sizeof r->bus);
    words(l, "maker", r->maker, sizeof r->maker);
    words(l, "model", r->model, sizeof r->model);
    words(l, "note", r->note, sizeof r->note);
}

static void take_question(struct line *l, struct fleet_registers *r)
{
    struct fleet_question *q;

    r->question = xrealloc(r->question, r->questions + 1, sizeof *r->question);
    q = &r->question[r->questions++];
    *q = (struct fleet_question){.function = number(l, "function"),
                                 .first = number(l, "first"),
                                 .count = number(l, "count"),
                                 .exception = number(l, "exception"),
                                 .answer_ms = number(l, "answer_ms")};
    words(l, "outcome", q->outcome, sizeof q->outcome);
    words(l, "text", q->text, sizeof q->text);
}

static void take_words(struct line *l, struct fleet_register *g)
{
    const struct jsonconf_node *list = jsonconf_member(l->c, l->o, "regs", false);
    size_t n = list != NULL ? jsonconf_length(l->c, list, sizeof g->word / sizeof g->word[0]) : 0;

    for (size_t i = 0; i < n; i++) {
        double v = jsonconf_number_at(l->c, jsonconf_at(l->c, list, i), 0, 65535);
        g->word[i] = (uint16_t)v;
    }
    g->words = (int)n;
}

static void take_register(struct line *l, struct fleet_registers *r)
{
    struct fleet_register *g;

    r->reg = xrealloc(r->reg, r->n + 1, sizeof *r->reg);
    g = &r->reg[r->n++];
    *g = (struct fleet_register){.function = number(l, "function"),
                                 .first = number(l, "first"),
                                 .count = number(l, "count"),
                                 .scale = real(l, "scale"),
                                 .offset = real(l, "offset"),
                                 .min = real(l, "min"),
                                 .max = real(l, "max"),
                                 .site_min = real(l, "site_min"),
                                 .site_max = real(l, "site_max"),
                                 .value = real(l, "value"),
                                 .flag = number(l, "flag"),
                                 .bits = number(l, "bits")};
    words(l, "name", g->name, sizeof g->name);
    words(l, "metric", g->metric, sizeof g->metric);
    words(l, "unit", g->unit, sizeof g->unit);
    words(l, "type", g->type, sizeof g->type);
    words(l, "order", g->order, sizeof g->order);
    take_words(l, g);
}

int fleet_take_registers(struct fleet_registers **maps, size_t *n, const char *json)
{
    struct line l;
    char kind[16];
    int rc = open_line(&l, json, kind, sizeof kind);

    if (rc != 0)
        return rc;
    if (strcmp(kind, "device") == 0)
        take_map(&l, maps, n);
    else if (strcmp(kind, "question") == 0 && *n > 0)
        take_question(&l, &(*maps)[*n - 1]);
    else if (strcmp(kind, "register") == 0 && *n > 0)
        take_register(&l, &(*maps)[*n - 1]);
    return close_line(&l);
}

/* --- frames ------------------------------------------------------------------------------------------------------- */

int fleet_take_frame(struct fleet_frames *f, const char *json)
{
    struct fleet_frame *x;
    struct line l;
    char kind[16], way[4];
    int rc = open_line(&l, json, kind, sizeof kind);

    if (rc != 0)
        return rc;
    if (strcmp(kind, "frame") != 0)
        return close_line(&l);
    if (f->n == FLEET_FRAMES) {
        (void)close_line(&l);
        return NILA_ERR_FULL;
    }
    x = &f->frame[f->n];
    *x = (struct fleet_frame){.at_ms = whole(&l, "at_ms", 0)};
    words(&l, "way", way, sizeof way);
    words(&l, "bytes", x->bytes, sizeof x->bytes);
    x->sent = strcmp(way, "tx") == 0;
    rc = close_line(&l);
    /* shown as it came: nothing but hexadecimal figures */
    if (rc == 0 && x->bytes[strspn(x->bytes, "0123456789ABCDEF ")] != '\0')
        rc = NILA_ERR_PROTO;
    f->n += rc == 0;
    return rc;
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

void fleet_registers_clear(struct fleet_registers *r)
{
    free(r->reg);
    free(r->question);
    *r = (struct fleet_registers){0};
}

void fleet_box_clear(struct fleet_box *box)
{
    for (size_t i = 0; i < box->maps; i++)
        fleet_registers_clear(&box->map[i]);
    for (size_t i = 0; i < box->readings; i++)
        fleet_registers_clear(&box->reading[i].got);
    free(box->bus);
    free(box->device);
    free(box->sink);
    free(box->map);
    free(box->traffic);
    free(box->reading);
    *box = (struct fleet_box){0};
}
