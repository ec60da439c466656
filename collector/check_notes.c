/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check_notes.h"

#include <stdio.h>
#include <string.h>

#include "collector/common/jsonconf.h"
#include "json_out.h"

#define WHERE_SIZE 240

/* Where the notes go, and how many there are. */
struct notes {
    struct buf *out;
    const struct setup *s;
    struct jsonconf *site; /* the site file once more, for places; NULL when it cannot be read */
    enum text_language l;
    bool json;
    unsigned n;
};

static void add_note(struct notes *n, const char *device, const char *kind, const char *where,
                     const char *words)
{
    if (!n->json) {
        buf_printf(n->out, "  %s%s%s\n", where, where[0] != '\0' ? ": " : "", words);
    } else {
        buf_printf(n->out, "%s{\"device\":\"%s\",\"kind\":\"%s\"", n->n > 0 ? "," : "", device,
                   kind);
        json_member(n->out, "where", where);
        json_member(n->out, "text", words);
        buf_str(n->out, "}");
    }
    n->n++;
}

/* Place of device i in the site file, or of its line's "serial". */
static void place(const struct notes *n, unsigned i, bool line, char where[static WHERE_SIZE])
{
    const struct site *s = n->s->site;
    const int bus = s->device[i].bus;
    const struct jsonconf_node *o;
    size_t k = 0;

    where[0] = '\0';
    if (n->site == NULL || bus < 0)
        return;
    for (unsigned j = 0; j < i; j++)
        k += s->device[j].bus == bus;
    o = jsonconf_at(n->site, jsonconf_member(n->site, jsonconf_root(n->site), "buses", true),
                    (size_t)bus);
    o = line ? jsonconf_member(n->site, o, "serial", true)
             : jsonconf_at(n->site, jsonconf_member(n->site, o, "devices", true), k);
    if (o != NULL)
        jsonconf_where(n->site, o, where, WHERE_SIZE);
}

static void note_serial(struct notes *n, unsigned i)
{
    const struct site_device *d = &n->s->site->device[i];
    const struct site_bus *bus = &n->s->site->bus[d->bus];
    const struct profile *p = n->s->profile[i];
    char where[WHERE_SIZE], factory[24], line[24];
    struct buf words = {0};

    if (bus->kind != SITE_BUS_SERIAL || p->serial.baud == 0 ||
        (p->serial.baud == bus->baud && p->serial.parity == bus->parity &&
         p->serial.stop_bits == bus->stop_bits))
        return;
    (void)snprintf(factory, sizeof factory, "%d 8%c%d", p->serial.baud, p->serial.parity,
                   p->serial.stop_bits);
    (void)snprintf(line, sizeof line, "%d 8%c%d", bus->baud, bus->parity, bus->stop_bits);
    text_add(&words, n->l, TEXT_CHECK_SERIAL, d->slug, p->id, factory, bus->slug, line, NULL);
    place(n, i, true, where);
    add_note(n, d->slug, "serial", where, words.p);
    buf_free(&words);
}

static void note_start(struct notes *n, unsigned i)
{
    const struct site_device *d = &n->s->site->device[i];
    const struct profile *p = n->s->profile[i];
    char where[WHERE_SIZE], seconds[TEXT_NUMBER_SIZE];
    struct buf words = {0};

    if (p->start.function == 0)
        return;
    if (p->start_each)
        text_add(&words, n->l, TEXT_CHECK_START_EACH, d->slug, p->id, NULL);
    else
        text_add(&words, n->l, TEXT_CHECK_START, d->slug, p->id,
                 text_number(seconds, n->l, p->settle_ms / 1000.0, p->settle_ms % 1000 ? 1 : 0),
                 NULL);
    place(n, i, false, where);
    add_note(n, d->slug, "start", where, words.p);
    buf_free(&words);
}

/* The marks of a profile once, with all devices that use it. */
static void note_unverified(struct notes *n, unsigned i)
{
    const struct site *s = n->s->site;
    const struct profile *p = n->s->profile[i];
    struct buf users = {0};

    for (unsigned k = 0; k < i; k++)
        if (n->s->profile[k] == p)
            return;
    for (unsigned k = i; k < s->devices; k++)
        if (n->s->profile[k] == p)
            buf_printf(&users, "%s%s", users.n > 0 ? ", " : "", s->device[k].slug);
    for (unsigned k = 0; k < p->marks; k++) {
        struct buf words = {0};
        text_add(&words, n->l, TEXT_CHECK_UNVERIFIED, users.p,
                 p->mark[k].name[0] != '\0' ? p->mark[k].name : p->id, p->mark[k].note, NULL);
        add_note(n, s->device[i].slug, "unverified", p->mark[k].where, words.p);
        buf_free(&words);
    }
    buf_free(&users);
}

unsigned check_notes(struct buf *out, const char *config, const struct setup *s,
                     enum text_language l, bool json)
{
    struct notes n = {.out = out, .s = s, .l = l, .json = json};
    char why[256];

    if (jsonconf_open(&n.site, config, why, sizeof why) != 0)
        n.site = NULL; /* it was read a moment ago; only the places are lost */
    for (unsigned i = 0; i < s->site->devices; i++) {
        note_serial(&n, i);
        note_start(&n, i);
        note_unverified(&n, i);
    }
    jsonconf_close(n.site);
    return n.n;
}
