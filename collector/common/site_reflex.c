/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reflexes of a site file: what the collector switches by itself, and when. */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "site_read.h"

/* A pond by its slug, or null for the whole site. */
static int read_pond(struct site_reader *r, const struct jsonconf_node *o)
{
    const struct jsonconf_node *n = jsonconf_member(r->c, o, "pond", true);
    char slug[SLUG_SIZE];
    int pond;

    if (n == NULL || jsonconf_is_null(n))
        return -1;
    jsonconf_slug(r->c, o, "pond", slug);
    pond = site_find_pond(r->s, slug);
    if (pond < 0)
        jsonconf_refuse(r->c, n,
                        "there is no pond \"%s\"; a slug of \"ponds\", or null for the whole site",
                        slug);
    return pond;
}

static void read_metric(struct site_reader *r, const struct jsonconf_node *o,
                        struct site_condition *c)
{
    char name[SLUG_SIZE];

    jsonconf_string(r->c, o, "metric", name, sizeof name);
    if (metric_find(name, &c->metric) != 0)
        jsonconf_refuse(r->c, jsonconf_member(r->c, o, "metric", true),
                        "\"%s\" is no metric; do_mg_l, temp_c, ph, input, ...", name);
}

static void read_condition(struct site_reader *r, const struct jsonconf_node *o,
                           struct site_condition *c)
{
    const struct jsonconf_node *below = jsonconf_member(r->c, o, "below", false);
    const struct jsonconf_node *above = jsonconf_member(r->c, o, "above", false);
    const struct metric_info *info;

    c->pond = read_pond(r, o);
    read_metric(r, o, c);
    info = metric_info(c->metric);
    if ((below == NULL) == (above == NULL)) {
        jsonconf_refuse(r->c, above != NULL ? above : o,
                        "exactly one of \"below\" and \"above\" is needed");
        return;
    }
    c->above = above != NULL;
    c->at = jsonconf_number(r->c, o, c->above ? "above" : "below", info->fail_min, info->fail_max);
    c->until = jsonconf_number(r->c, o, "until", info->fail_min, info->fail_max);
    if (c->above ? c->until >= c->at : c->until <= c->at)
        jsonconf_refuse(
            r->c, jsonconf_member(r->c, o, "until", true),
            "%.15g is not %s %.15g: a switch that releases where it calls would flutter", c->until,
            c->above ? "below" : "above", c->at);
}

static void read_conditions(struct site_reader *r, const struct jsonconf_node *o,
                            struct site_reflex *x)
{
    const struct jsonconf_node *list = jsonconf_member(r->c, o, "when", true);
    const size_t n = jsonconf_length(r->c, list, SITE_CONDITIONS);

    for (size_t i = 0; i < n; i++)
        read_condition(r, jsonconf_at(r->c, list, i), &x->condition[x->conditions++]);
}

static int find_device(const struct site *s, const char *slug)
{
    for (unsigned i = 0; i < s->devices; i++)
        if (strcmp(s->device[i].slug, slug) == 0)
            return (int)i;
    return -1;
}

/* What is switched. One reflex a switch: two would pull at it in turn. */
static void read_switch(struct site_reader *r, const struct jsonconf_node *o, unsigned i)
{
    const struct jsonconf_node *sw = jsonconf_member(r->c, o, "switch", true);
    struct site_reflex *x = &r->s->reflex[i];
    char slug[SLUG_SIZE];

    jsonconf_slug(r->c, sw, "device", slug);
    x->device = find_device(r->s, slug);
    if (x->device < 0)
        jsonconf_refuse(r->c, jsonconf_member(r->c, sw, "device", true),
                        "there is no device \"%s\" on any bus", slug);
    x->channel = (int)jsonconf_integer(r->c, sw, "channel", 1, 64);
    for (unsigned k = 0; k < i; k++)
        if (r->s->reflex[k].device == x->device && r->s->reflex[k].channel == x->channel)
            jsonconf_refuse(r->c, sw,
                            "channel %d of %s is switched by \"%s\" already; put the conditions "
                            "into one reflex",
                            x->channel, slug, r->s->reflex[k].slug);
}

static void read_reflex(struct site_reader *r, const struct jsonconf_node *o, unsigned i)
{
    static const char *const LOST[] = {"keep", "on", "off", NULL};
    struct site_reflex *x = &r->s->reflex[i];

    site_read_slug(r, o, r->s->reflex[0].slug, sizeof *x, i);
    if (x->slug[0] != '\0' && find_device(r->s, x->slug) >= 0)
        jsonconf_refuse(r->c, jsonconf_member(r->c, o, "slug", true),
                        "\"%s\" is a device; a switch needs a name of its own", x->slug);
    jsonconf_string_or(r->c, o, "name", x->name, sizeof x->name, x->slug);
    x->pond = read_pond(r, o);
    x->line = jsonconf_line(r->c, o);
    read_switch(r, o, i);
    read_conditions(r, o, x);
    /* no default: what happens when the sensor is gone must have been thought about */
    x->when_lost = (enum site_reflex_lost)jsonconf_word(r->c, o, "when_lost", LOST,
                                                        x->conditions > 0, SITE_LOST_KEEP);
    x->max_age_s = (int)jsonconf_integer_or(r->c, o, "max_age_s", 10, 86400, 300);
    x->min_on_s = (int)jsonconf_integer_or(r->c, o, "min_on_s", 0, 86400, 60);
    x->min_off_s = (int)jsonconf_integer_or(r->c, o, "min_off_s", 0, 86400, 60);
    x->repeat_s = (int)jsonconf_integer_or(r->c, o, "repeat_s", 1, 3600, 60);
    x->manual_max_s = (int)jsonconf_integer_or(r->c, o, "manual_max_s", 60, 604800, 43200);
}

void site_read_reflexes(struct site_reader *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *list = jsonconf_member(r->c, root, "reflexes", false);
    const size_t n = jsonconf_length(r->c, list, SITE_MAX_REFLEXES);

    r->s->reflex = xcalloc(n, sizeof *r->s->reflex);
    for (size_t i = 0; i < n; i++) {
        read_reflex(r, jsonconf_at(r->c, list, i), (unsigned)i);
        r->s->reflexes++;
    }
}
