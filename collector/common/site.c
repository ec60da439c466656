/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jsonconf.h"
#include "log.h"
#include "site_read.h"

#define DEFAULT_JOURNAL        "/var/lib/lumbung-nila/collector/journal.db"
#define DEFAULT_SOCKET         "/run/lumbung-nila/collector.sock"
#define DEFAULT_MAX_BYTES      (256L << 20)
#define DEFAULT_CLOCK_WAIT_MIN 15
#define DEFAULT_BALLAST_BYTES  (8L << 20)
#define DEFAULT_KEEP_DAYS      35

static const char *const SYSTEM[] = {"pond", "biofloc", "tarpaulin", "cage", NULL};

const char *pond_system_name(enum pond_system s)
{
    return SYSTEM[s];
}

int pond_system_find(const char *name, enum pond_system *out)
{
    for (int i = 0; i < POND_SYSTEM_COUNT; i++) {
        if (strcmp(name, SYSTEM[i]) == 0) {
            *out = (enum pond_system)i;
            return 0;
        }
    }
    return NILA_ERR_NOT_FOUND;
}

void site_read_text(struct site_reader *r, const struct jsonconf_node *object, const char *key,
                    char *buf, size_t size)
{
    jsonconf_string(r->c, object, key, buf, size);
    if (buf[0] == '\0')
        jsonconf_refuse(r->c, jsonconf_member(r->c, object, key, true),
                        "empty text is not allowed; 1 to %zu bytes", size - 1);
}

void site_read_path(struct site_reader *r, const struct jsonconf_node *object, const char *key,
                    char *buf, size_t size, const char *fallback)
{
    jsonconf_path(r->c, object, key, r->name, fallback, buf, size);
}

void site_read_slug(struct site_reader *r, const struct jsonconf_node *object, char *first,
                    size_t stride, size_t i)
{
    const char *mine = first + i * stride;

    jsonconf_slug(r->c, object, "slug", first + i * stride);
    for (size_t k = 0; k < i && mine[0] != '\0'; k++)
        if (strcmp(first + k * stride, mine) == 0)
            jsonconf_refuse(r->c, jsonconf_member(r->c, object, "slug", true),
                            "\"%s\" is used twice; each must be its own", mine);
}

static void read_head(struct site_reader *r, const struct jsonconf_node *root)
{
    static const char *const REGENCY[] = {"kotim", "seruyan", NULL};
    const struct jsonconf_node *o = jsonconf_member(r->c, root, "site", true);
    size_t k;

    jsonconf_slug(r->c, o, "slug", r->s->slug);
    site_read_text(r, o, "name", r->s->name, sizeof r->s->name);
    r->s->regency = (enum regency)jsonconf_word(r->c, o, "regency", REGENCY, true, 0);
    r->s->baro_hpa = jsonconf_number_or(r->c, o, "baro_hpa", 500, 1100, NAN);
    jsonconf_string(r->c, o, "kecamatan", r->s->kecamatan, sizeof r->s->kecamatan);
    if (region_find_kecamatan(r->s->kecamatan, &k) == 0 &&
        region_kecamatan(k)->regency == r->s->regency)
        return;
    jsonconf_refuse(
        r->c, jsonconf_member(r->c, o, "kecamatan", true), "\"%s\" is not a kecamatan of %s; %s",
        r->s->kecamatan, regency_name(r->s->regency),
        r->s->regency == REGENCY_KOTIM ? "62.02.01 to 62.02.17" : "62.07.01 to 62.07.10");
}

static void read_ponds(struct site_reader *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *list = jsonconf_member(r->c, root, "ponds", true);
    const size_t n = jsonconf_length(r->c, list, SITE_MAX_PONDS);

    r->s->pond = xcalloc(n, sizeof *r->s->pond);
    r->s->ponds = (unsigned)n;
    for (size_t i = 0; i < n; i++) {
        const struct jsonconf_node *o = jsonconf_at(r->c, list, i);
        struct site_pond *p = &r->s->pond[i];
        site_read_slug(r, o, r->s->pond[0].slug, sizeof *p, i);
        jsonconf_string_or(r->c, o, "name", p->name, sizeof p->name, p->slug);
        p->area_m2 = jsonconf_number(r->c, o, "area_m2", 1, 100000);
        p->depth_m = jsonconf_number(r->c, o, "depth_m", 0.3, 10);
        p->sal_psu = jsonconf_number_or(r->c, o, "sal_psu", 0, 42, NAN);
        p->system =
            (enum pond_system)jsonconf_word(r->c, o, "system", SYSTEM, false, POND_SYSTEM_POND);
    }
}

static void read_stores(struct site_reader *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *journal = jsonconf_member(r->c, root, "journal", false);
    const struct jsonconf_node *control = jsonconf_member(r->c, root, "control", false);
    struct site *s = r->s;

    site_read_path(r, journal, "path", s->journal_path, sizeof s->journal_path, DEFAULT_JOURNAL);
    s->journal_max_bytes =
        jsonconf_integer_or(r->c, journal, "max_bytes", 1L << 20, 64L << 30, DEFAULT_MAX_BYTES);
    s->journal_keep_days =
        (int)jsonconf_integer_or(r->c, journal, "keep_days", 0, 3650, DEFAULT_KEEP_DAYS);
    s->journal_ballast_bytes =
        jsonconf_integer_or(r->c, journal, "ballast_bytes", 0, 1L << 30, DEFAULT_BALLAST_BYTES);
    s->journal_clock_wait_min =
        (int)jsonconf_integer_or(r->c, journal, "clock_wait_min", 0, 1440, DEFAULT_CLOCK_WAIT_MIN);
    site_read_path(r, control, "socket", s->control_socket, sizeof s->control_socket,
                   DEFAULT_SOCKET);
}

static int read_site(struct site **out, struct jsonconf *c, const char *name, char *why,
                     size_t why_size)
{
    struct site_reader r = {.c = c, .s = xcalloc(1, sizeof *r.s), .name = name};
    const struct jsonconf_node *root = jsonconf_root(c);
    int rc;

    read_head(&r, root);
    read_ponds(&r, root);
    site_read_buses(&r, root);
    site_read_inputs(&r, root);
    site_read_reflexes(&r, root);
    site_read_sinks(&r, root);
    read_stores(&r, root);
    jsonconf_ignore(c, root, "$schema"); /* tells an editor where site.schema.json is */
    rc = jsonconf_done(c, why, why_size);
    if (rc == 0)
        *out = r.s;
    else
        site_free(r.s);
    return rc;
}

int site_load(struct site **out, const char *path, char *why, size_t why_size)
{
    struct jsonconf *c = NULL;
    int rc = jsonconf_open(&c, path, why, why_size);

    if (rc == 0)
        rc = read_site(out, c, path, why, why_size);
    jsonconf_close(c);
    return rc;
}

int site_load_memory(struct site **out, const char *name, const char *text, size_t n, char *why,
                     size_t why_size)
{
    struct jsonconf *c = NULL;
    int rc = jsonconf_open_memory(&c, name, text, n, why, why_size);

    if (rc == 0)
        rc = read_site(out, c, name, why, why_size);
    jsonconf_close(c);
    return rc;
}

void site_free(struct site *s)
{
    if (s == NULL)
        return;
    free(s->pond);
    free(s->bus);
    for (unsigned i = 0; i < s->devices; i++)
        free(s->device[i].metric);
    free(s->device);
    free(s->input);
    free(s->reflex);
    free(s->sink);
    free(s);
}

int site_find_pond(const struct site *s, const char *slug)
{
    for (unsigned i = 0; i < s->ponds; i++)
        if (strcmp(s->pond[i].slug, slug) == 0)
            return (int)i;
    return -1;
}
