/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The buses of a site file, their devices and what the site says of single metrics. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "log.h"
#include "site_read.h"

static void read_serial(struct site_reader *r, const struct jsonconf_node *o, struct site_bus *b)
{
    static const int RATE[] = {1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200};
    static const char *const PARITY[] = {"N", "E", "O", NULL};
    bool known = false;

    b->kind = SITE_BUS_SERIAL;
    site_read_path(r, o, "port", b->port, sizeof b->port, NULL);
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

/* A host name or address as getaddrinfo takes it, without port or brackets. */
static bool host_like(const char *s)
{
    return s[0] != '\0' &&
           s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:_-")] ==
               '\0';
}

static void read_tcp(struct site_reader *r, const struct jsonconf_node *o, struct site_bus *b)
{
    b->kind = SITE_BUS_TCP;
    jsonconf_string(r->c, o, "host", b->host, sizeof b->host);
    if (!host_like(b->host))
        jsonconf_refuse(r->c, jsonconf_member(r->c, o, "host", true),
                        "\"%s\" is not allowed; a host name or an address without its port",
                        b->host);
    b->tcp_port = (int)jsonconf_integer_or(r->c, o, "port", 0, 65535, 502);
}

static bool same_line(const struct site_bus *a, const struct site_bus *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == SITE_BUS_SERIAL)
        return strcmp(a->port, b->port) == 0;
    return a->tcp_port != 0 && a->tcp_port == b->tcp_port && strcasecmp(a->host, b->host) == 0;
}

static void read_line(struct site_reader *r, const struct jsonconf_node *o, unsigned i)
{
    struct site_bus *b = &r->s->bus[i];
    const struct jsonconf_node *serial = jsonconf_member(r->c, o, "serial", false);
    const struct jsonconf_node *tcp = jsonconf_member(r->c, o, "tcp", false);

    if ((serial == NULL) == (tcp == NULL)) {
        jsonconf_refuse(r->c, tcp != NULL ? tcp : o,
                        "%s; exactly one of \"serial\" {} and \"tcp\" {} is needed",
                        tcp != NULL ? "both kinds of line" : "no line");
        return;
    }
    if (serial != NULL)
        read_serial(r, serial, b);
    else
        read_tcp(r, tcp, b);
    b->timeout_ms = (int)jsonconf_integer_or(r->c, o, "timeout_ms", 50, 10000, 1000);
    b->gap_ms = (int)jsonconf_integer_or(r->c, o, "gap_ms", 0, 5000, 0);
    for (unsigned k = 0; k < i; k++)
        if (same_line(b, &r->s->bus[k]))
            jsonconf_refuse(r->c, serial != NULL ? serial : tcp,
                            "bus \"%s\" is the same line; one bus a line, with all its devices",
                            r->s->bus[k].slug);
}

/* "temp_c, air_temp_c": the metrics that share a unit. */
static void refuse_rename(struct site_reader *r, const struct jsonconf_node *o, enum metric from)
{
    struct buf b = {0};

    for (int m = 0; m < METRIC_COUNT; m++)
        if (strcmp(metric_info((enum metric)m)->unit, metric_info(from)->unit) == 0)
            buf_printf(&b, "%s%s", b.n > 0 ? ", " : "", metric_info((enum metric)m)->name);
    jsonconf_refuse(r->c, jsonconf_member(r->c, o, "as", true),
                    "not a metric of the unit of %s; %s", metric_info(from)->name, b.p);
    buf_free(&b);
}

static void read_rename(struct site_reader *r, const struct jsonconf_node *o, struct site_metric *m)
{
    char as[SLUG_SIZE];
    enum metric other;

    m->as = m->metric;
    jsonconf_string_or(r->c, o, "as", as, sizeof as, metric_info(m->metric)->name);
    if (metric_find(as, &other) != 0 ||
        strcmp(metric_info(other)->unit, metric_info(m->metric)->unit) != 0)
        refuse_rename(r, o, m->metric);
    else
        m->as = other;
}

static void read_limits(struct site_reader *r, const struct jsonconf_node *o, struct site_metric *m)
{
    const struct metric_info *info = metric_info(m->as);

    m->min = jsonconf_number_or(r->c, o, "min", info->fail_min, info->fail_max, info->fail_min);
    m->max = jsonconf_number_or(r->c, o, "max", info->fail_min, info->fail_max, info->fail_max);
    m->has_limits = jsonconf_member(r->c, o, "min", false) != NULL ||
                    jsonconf_member(r->c, o, "max", false) != NULL;
    if (m->min >= m->max)
        jsonconf_refuse(r->c, o, "min %.15g is not below max %.15g; %.15g to %.15g", m->min, m->max,
                        info->fail_min, info->fail_max);
}

/* One primary a pond and metric, one name a device and metric. */
static void check_metric(struct site_reader *r, const struct jsonconf_node *o,
                         const struct site_device *d, const struct site_metric *m)
{
    for (unsigned k = 0; k < d->metrics; k++)
        if (d->metric[k].as == m->as)
            jsonconf_refuse(r->c, o, "%s is reported twice by this device; each metric once",
                            metric_info(m->as)->name);
    for (const struct site_device *e = r->s->device; m->primary && e < d; e++)
        for (unsigned k = 0; k < e->metrics; k++)
            if (e->pond == d->pond && e->metric[k].primary && e->metric[k].as == m->as)
                jsonconf_refuse(
                    r->c, jsonconf_member(r->c, o, "primary", true),
                    "\"%s\" is primary for %s here already; one device a pond and metric", e->slug,
                    metric_info(m->as)->name);
}

static void read_metrics(struct site_reader *r, const struct jsonconf_node *list,
                         struct site_device *d)
{
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct jsonconf_node *o =
            jsonconf_member(r->c, list, metric_info((enum metric)i)->name, false);
        struct site_metric m = {.metric = (enum metric)i, .line = jsonconf_line(r->c, o)};
        if (o == NULL)
            continue;
        if (d->metrics == SITE_DEVICE_METRICS) {
            jsonconf_refuse(r->c, o, "too many metrics; at most %d a device", SITE_DEVICE_METRICS);
            return;
        }
        read_rename(r, o, &m);
        read_limits(r, o, &m);
        m.primary = jsonconf_bool_or(r->c, o, "primary", false);
        check_metric(r, o, d, &m);
        d->metric = xrealloc(d->metric, d->metrics + 1, sizeof *d->metric);
        d->metric[d->metrics++] = m;
    }
}

static void read_pond(struct site_reader *r, const struct jsonconf_node *o, struct site_device *d)
{
    const struct jsonconf_node *n = jsonconf_member(r->c, o, "pond", true);
    char slug[SLUG_SIZE];

    d->pond = -1;
    if (n == NULL || jsonconf_is_null(n))
        return;
    jsonconf_slug(r->c, o, "pond", slug);
    d->pond = site_find_pond(r->s, slug);
    if (d->pond < 0)
        jsonconf_refuse(r->c, n,
                        "there is no pond \"%s\"; a slug of \"ponds\", or null for the whole site",
                        slug);
}

static void read_device(struct site_reader *r, const struct jsonconf_node *o, unsigned bus)
{
    struct site *s = r->s;
    struct site_device *d = &s->device[s->devices];
    const bool serial = s->bus[bus].kind == SITE_BUS_SERIAL;

    site_read_slug(r, o, s->device[0].slug, sizeof *d, s->devices);
    jsonconf_slug(r->c, o, "profile", d->profile);
    d->bus = (int)bus;
    d->line = jsonconf_line(r->c, o);
    /* Unit 0 is the broadcast of a serial line; over TCP it often means the gateway itself. */
    d->unit = (int)jsonconf_integer(r->c, o, "unit", serial ? 1 : 0, 255);
    for (unsigned k = 0; k < s->devices; k++)
        if (s->device[k].bus == d->bus && s->device[k].unit == d->unit)
            jsonconf_refuse(r->c, jsonconf_member(r->c, o, "unit", true),
                            "%d is the unit of \"%s\" on this bus; another of %d to 255", d->unit,
                            s->device[k].slug, serial ? 1 : 0);
    d->every_s = (int)jsonconf_integer_or(r->c, o, "every_s", 1, 86400, 60);
    read_pond(r, o, d);
    read_metrics(r, jsonconf_member(r->c, o, "metrics", false), d);
    s->devices++;
}

/* Entries of all "devices" lists together, so that the array is allocated once. */
static size_t count_devices(struct site_reader *r, const struct jsonconf_node *list, size_t buses)
{
    size_t n = 0;

    for (size_t i = 0; i < buses; i++)
        n += jsonconf_length(r->c,
                             jsonconf_member(r->c, jsonconf_at(r->c, list, i), "devices", false),
                             SITE_MAX_BUS_DEVICES);
    return n;
}

void site_read_buses(struct site_reader *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *list = jsonconf_member(r->c, root, "buses", true);
    const size_t n = jsonconf_length(r->c, list, SITE_MAX_BUSES);
    struct site *s = r->s;

    s->bus = xcalloc(n, sizeof *s->bus);
    s->device = xcalloc(count_devices(r, list, n), sizeof *s->device);
    for (size_t i = 0; i < n; i++) {
        const struct jsonconf_node *o = jsonconf_at(r->c, list, i), *devices;
        size_t k;
        site_read_slug(r, o, s->bus[0].slug, sizeof *s->bus, i);
        read_line(r, o, (unsigned)i);
        s->buses++;
        devices = jsonconf_member(r->c, o, "devices", false);
        k = jsonconf_length(r->c, devices, SITE_MAX_BUS_DEVICES);
        for (size_t j = 0; j < k; j++)
            read_device(r, jsonconf_at(r->c, devices, j), (unsigned)i);
    }
}
