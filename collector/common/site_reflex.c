/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reflexes of a site file: what the collector switches by itself, and when. */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "site_read.h"

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

    c->pond = site_read_pond(r, o);
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

/* What is switched. One reflex a switch: two would pull at it in turn. */
static void read_switch(struct site_reader *r, const struct jsonconf_node *o, unsigned i)
{
    const struct jsonconf_node *sw = jsonconf_member(r->c, o, "switch", true);
    struct site_reflex *x = &r->s->reflex[i];

    x->device = site_read_device(r, sw);
    x->channel = (int)jsonconf_integer(r->c, sw, "channel", 0, 64);
    for (unsigned k = 0; k < i; k++)
        if (r->s->reflex[k].device == x->device && r->s->reflex[k].channel == x->channel)
            jsonconf_refuse(r->c, sw,
                            "channel %d of %s is switched by \"%s\" already; put the conditions "
                            "into one reflex",
                            x->channel, r->s->device[x->device].slug, r->s->reflex[k].slug);
}

static void read_reflex(struct site_reader *r, const struct jsonconf_node *o, unsigned i)
{
    static const char *const LOST[] = {"keep", "on", "off", NULL};
    struct site_reflex *x = &r->s->reflex[i];

    site_read_slug(r, o, r->s->reflex[0].slug, sizeof *x, i);
    if (x->slug[0] != '\0' && site_find_tag(r->s, x->slug))
        jsonconf_refuse(r->c, jsonconf_member(r->c, o, "slug", true),
                        "\"%s\" is a device or an input; a switch needs a name of its own",
                        x->slug);
    jsonconf_string_or(r->c, o, "name", x->name, sizeof x->name, x->slug);
    x->pond = site_read_pond(r, o);
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
