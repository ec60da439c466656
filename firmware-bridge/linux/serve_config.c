/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/jsonconf.h"
#include "collector/common/log.h"

#include "sysfs.h"

#define DEFAULT_STATE "/var/lib/lumbung-nila/bridge"
#define DEFAULT_PORT  1502 /* 502 is for programs with rights that this one has not */
#define IIO_INPUTS    16

/* In the order of enum nila_source, from DS18B20 on; the channel is that of collector/devices/nila-node.json. */
static const char *const KIND[] = {"ds18b20",   "ezo_do",    "ezo_ph",    "ezo_ec",
                                   "analog_ph", "analog_ec", "analog_do", NULL};
static const unsigned CHANNEL[] = {0, 1, 2, 3, 2, 3, 1};

struct reader {
    struct jsonconf *c;
    struct serve_config *s;
};

/* A port's device file, which must be an absolute path. */
static void read_port(struct reader *r, const struct jsonconf_node *o, const char *key,
                      char out[static SITE_PATH_SIZE])
{
    jsonconf_string(r->c, o, key, out, SITE_PATH_SIZE);
    if (out[0] != '/' && out[0] != '\0')
        jsonconf_refuse(r->c, jsonconf_member(r->c, o, key, true),
                        "\"%s\" is not allowed; a path from / on, such as /dev/ttyAMA1", out);
}

/* --- lines --------------------------------------------------------------------------------------------------------- */

static void read_serial(struct reader *r, const struct jsonconf_node *o, struct site_bus *b)
{
    static const char *const PARITY[] = {"N", "E", "O", NULL};
    static const int RATE[] = {1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200};
    bool known = false;

    b->kind = SITE_BUS_SERIAL;
    read_port(r, o, "port", b->port);
    b->baud = (int)jsonconf_integer_or(r->c, o, "baud", 1200, 115200, 9600);
    for (size_t i = 0; i < sizeof RATE / sizeof RATE[0]; i++)
        known = known || RATE[i] == b->baud;
    if (!known)
        jsonconf_refuse(r->c, jsonconf_member(r->c, o, "baud", true),
                        "%d is not allowed; 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200",
                        b->baud);
    b->parity = PARITY[jsonconf_word(r->c, o, "parity", PARITY, false, 0)][0];
    b->stop_bits = (int)jsonconf_integer_or(r->c, o, "stop_bits", 1, 2, 1);
}

static void read_tcp(struct reader *r, const struct jsonconf_node *o, struct site_bus *b)
{
    b->kind = SITE_BUS_TCP;
    jsonconf_string_or(r->c, o, "host", b->host, sizeof b->host, "127.0.0.1");
    b->tcp_port = (int)jsonconf_integer_or(r->c, o, "port", 0, 65535, DEFAULT_PORT);
}

static void read_line(struct reader *r, const struct jsonconf_node *o, struct serve_line *l)
{
    const struct jsonconf_node *tcp, *serial, *pty;

    jsonconf_slug(r->c, o, "slug", l->bus.slug);
    tcp = jsonconf_member(r->c, o, "tcp", false);
    serial = jsonconf_member(r->c, o, "serial", false);
    pty = jsonconf_member(r->c, o, "pty", false);
    if ((tcp != NULL) + (serial != NULL) + (pty != NULL) != 1) {
        jsonconf_refuse(r->c, o,
                        "exactly one of \"tcp\" {}, \"serial\" {} and \"pty\" {} is needed");
        return;
    }
    if (tcp != NULL)
        read_tcp(r, tcp, &l->bus);
    if (serial != NULL)
        read_serial(r, serial, &l->bus);
    if (pty != NULL) {
        l->pty = true;
        l->bus.kind = SITE_BUS_SERIAL;
        l->bus.baud = 9600;
        l->bus.parity = 'N';
        l->bus.stop_bits = 1;
        read_port(r, pty, "link", l->bus.port);
    }
    for (const struct serve_line *k = r->s->line; k < l; k++) {
        if (strcmp(k->bus.slug, l->bus.slug) == 0)
            jsonconf_refuse(r->c, jsonconf_member(r->c, o, "slug", true),
                            "\"%s\" is another line already", l->bus.slug);
        if (l->bus.port[0] != '\0' && strcmp(k->bus.port, l->bus.port) == 0)
            jsonconf_refuse(r->c, serial != NULL ? serial : pty,
                            "line \"%s\" has this port already", k->bus.slug);
    }
}

/* --- nodes --------------------------------------------------------------------------------------------------------- */

static bool is_ezo(enum nila_source s)
{
    return s == NILA_SOURCE_EZO_DO || s == NILA_SOURCE_EZO_PH || s == NILA_SOURCE_EZO_EC;
}

static void check_ezo_port(struct reader *r, const struct jsonconf_node *at,
                           const struct serve_probe *p)
{
    for (unsigned i = 0; i < r->s->lines; i++)
        if (strcmp(r->s->line[i].bus.port, p->where) == 0)
            jsonconf_refuse(r->c, at, "line \"%s\" has this port", r->s->line[i].bus.slug);
    for (unsigned i = 0; i < r->s->nodes; i++)
        for (unsigned k = 0; k < r->s->node[i].probes; k++) {
            const struct serve_probe *other = &r->s->node[i].probe[k];
            if (other != p && is_ezo(other->source) && strcmp(other->where, p->where) == 0)
                jsonconf_refuse(r->c, at, "node \"%s\" has a circuit at this port already",
                                r->s->node[i].slug);
        }
}

static void read_thermometer(struct reader *r, const struct jsonconf_node *o, struct serve_probe *p)
{
    jsonconf_string_or(r->c, o, "id", p->where, sizeof p->where, "");
    if (p->where[0] != '\0' && !sysfs_is_w1(p->where))
        jsonconf_refuse(r->c, jsonconf_member(r->c, o, "id", true),
                        "\"%s\" is not allowed; \"28-\" and twelve digits 0-9a-f, as in "
                        "/sys/bus/w1/devices, or no id where there is one thermometer alone",
                        p->where);
}

static void read_analog(struct reader *r, const struct jsonconf_node *o, struct serve_probe *p)
{
    jsonconf_string(r->c, o, "device", p->where, sizeof p->where);
    if (p->where[0] == '\0' || strchr(p->where, '/') != NULL || strlen(p->where) > 40)
        jsonconf_refuse(r->c, jsonconf_member(r->c, o, "device", true),
                        "not allowed; \"iio:device0\", or what its file \"name\" says");
    p->input = (unsigned)jsonconf_integer(r->c, o, "input", 0, IIO_INPUTS - 1);
    p->gain = jsonconf_number_or(r->c, o, "gain", 0.01, 100, 1);
}

static void read_probe(struct reader *r, const struct jsonconf_node *o, struct serve_node *n)
{
    struct serve_probe *p = &n->probe[n->probes];
    const int kind = jsonconf_word(r->c, o, "kind", KIND, true, 0);

    p->source = (enum nila_source)(NILA_SOURCE_DS18B20 + kind);
    p->channel =
        (unsigned)jsonconf_integer_or(r->c, o, "channel", 0, NILA_REG_CHANNELS - 1, CHANNEL[kind]);
    for (unsigned i = 0; i < n->probes; i++)
        if (n->probe[i].channel == p->channel)
            jsonconf_refuse(r->c, o, "channel %u has a probe already; \"channel\" 0 to %d",
                            p->channel, NILA_REG_CHANNELS - 1);
    n->probes++;
    if (p->source == NILA_SOURCE_DS18B20) {
        read_thermometer(r, o, p);
    } else if (is_ezo(p->source)) {
        read_port(r, o, "port", p->where);
        check_ezo_port(r, o, p);
    } else {
        read_analog(r, o, p);
    }
}

static void read_node(struct reader *r, const struct jsonconf_node *o, struct serve_node *n)
{
    const struct jsonconf_node *list;
    size_t probes;

    jsonconf_slug(r->c, o, "slug", n->slug);
    n->unit = (uint8_t)jsonconf_integer(r->c, o, "unit", 1, 247);
    n->period_s = (uint16_t)jsonconf_integer_or(r->c, o, "every_s", 1, 3600, 10);
    for (const struct serve_node *k = r->s->node; k < n; k++) {
        if (strcmp(k->slug, n->slug) == 0)
            jsonconf_refuse(r->c, jsonconf_member(r->c, o, "slug", true),
                            "\"%s\" is another node already", n->slug);
        if (k->unit == n->unit)
            jsonconf_refuse(r->c, jsonconf_member(r->c, o, "unit", true),
                            "%d is node \"%s\" already", n->unit, k->slug);
    }
    list = jsonconf_member(r->c, o, "probes", true);
    probes = jsonconf_length(r->c, list, NILA_REG_CHANNELS);
    if (probes == 0)
        jsonconf_refuse(r->c, list, "a node has 1 to %d probes", NILA_REG_CHANNELS);
    for (size_t i = 0; i < probes; i++)
        read_probe(r, jsonconf_at(r->c, list, i), n);
}

static int read_all(struct reader *r, const char *name, char *why, size_t why_size)
{
    const struct jsonconf_node *root = jsonconf_root(r->c), *list;
    size_t n;

    jsonconf_path(r->c, root, "state", name, DEFAULT_STATE, r->s->state, sizeof r->s->state);
    jsonconf_path(r->c, root, "sysfs", name, "/sys", r->s->sysfs, sizeof r->s->sysfs);
    list = jsonconf_member(r->c, root, "lines", true);
    n = jsonconf_length(r->c, list, SERVE_LINES);
    if (n == 0)
        jsonconf_refuse(r->c, list, "1 to %d lines are needed", SERVE_LINES);
    for (size_t i = 0; i < n && i < SERVE_LINES; i++) {
        r->s->lines = (unsigned)i + 1;
        read_line(r, jsonconf_at(r->c, list, i), &r->s->line[i]);
    }
    list = jsonconf_member(r->c, root, "nodes", true);
    n = jsonconf_length(r->c, list, SERVE_NODES);
    if (n == 0)
        jsonconf_refuse(r->c, list, "1 to %d nodes are needed", SERVE_NODES);
    for (size_t i = 0; i < n && i < SERVE_NODES; i++) {
        r->s->nodes = (unsigned)i + 1;
        read_node(r, jsonconf_at(r->c, list, i), &r->s->node[i]);
    }
    return jsonconf_done(r->c, why, why_size);
}

static int load(struct serve_config **out, struct jsonconf *c, const char *name, char *why,
                size_t why_size)
{
    struct reader r = {.c = c, .s = xcalloc(1, sizeof *r.s)};
    int rc = read_all(&r, name, why, why_size);

    jsonconf_close(c);
    if (rc == 0)
        *out = r.s;
    else
        free(r.s);
    return rc;
}

int serve_config_load(struct serve_config **out, const char *path, char *why, size_t why_size)
{
    struct jsonconf *c;
    int rc = jsonconf_open(&c, path, why, why_size);

    return rc != 0 ? rc : load(out, c, path, why, why_size);
}

int serve_config_load_memory(struct serve_config **out, const char *name, const char *text,
                             size_t n, char *why, size_t why_size)
{
    struct jsonconf *c;
    int rc = jsonconf_open_memory(&c, name, text, n, why, why_size);

    return rc != 0 ? rc : load(out, c, name, why, why_size);
}
