/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inputs of a site file, and what they share with the reflexes: ponds and devices by name. */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "site_read.h"

int site_read_pond(struct site_reader *r, const struct jsonconf_node *object)
{
    const struct jsonconf_node *n = jsonconf_member(r->c, object, "pond", true);
    char slug[SLUG_SIZE];
    int pond;

    if (n == NULL || jsonconf_is_null(n))
        return -1;
    jsonconf_slug(r->c, object, "pond", slug);
    pond = site_find_pond(r->s, slug);
    if (pond < 0)
        jsonconf_refuse(r->c, n,
                        "there is no pond \"%s\"; a slug of \"ponds\", or null for the whole site",
                        slug);
    return pond;
}

int site_read_device(struct site_reader *r, const struct jsonconf_node *object)
{
    char slug[SLUG_SIZE];

    jsonconf_slug(r->c, object, "device", slug);
    for (unsigned i = 0; i < r->s->devices; i++)
        if (strcmp(r->s->device[i].slug, slug) == 0)
            return (int)i;
    jsonconf_refuse(r->c, jsonconf_member(r->c, object, "device", true),
                    "there is no device \"%s\" on any bus", slug);
    return 0;
}

bool site_find_tag(const struct site *s, const char *slug)
{
    for (unsigned i = 0; i < s->devices; i++)
        if (strcmp(s->device[i].slug, slug) == 0)
            return true;
    for (unsigned i = 0; i < s->inputs; i++)
        if (strcmp(s->input[i].slug, slug) == 0)
            return true;
    return false;
}

static void read_module(struct site_reader *r, const struct jsonconf_node *o, struct site_input *x)
{
    x->kind = SITE_INPUT_MODULE;
    x->device = site_read_device(r, o);
    x->channel = (int)jsonconf_integer(r->c, o, "channel", 0, 64);
}

static void read_gpio(struct site_reader *r, const struct jsonconf_node *o, struct site_input *x)
{
    static const char *const PULL[] = {"none", "up", "down", NULL};
    static const char LETTER[] = "nud";

    x->kind = SITE_INPUT_GPIO;
    site_read_path(r, o, "chip", x->chip, sizeof x->chip, "/dev/gpiochip0");
    x->gpio_line = (int)jsonconf_integer(r->c, o, "line", 0, 511);
    x->pull = LETTER[jsonconf_word(r->c, o, "pull", PULL, false, 0)];
}

static bool same_contact(const struct site_input *a, const struct site_input *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == SITE_INPUT_MODULE)
        return a->device == b->device && a->channel == b->channel;
    return a->gpio_line == b->gpio_line && strcmp(a->chip, b->chip) == 0;
}

static void read_contact(struct site_reader *r, const struct jsonconf_node *o, struct site_input *x)
{
    const struct jsonconf_node *module = jsonconf_member(r->c, o, "module", false);
    const struct jsonconf_node *gpio = jsonconf_member(r->c, o, "gpio", false);

    if ((module == NULL) == (gpio == NULL)) {
        jsonconf_refuse(r->c, gpio != NULL ? gpio : o,
                        "exactly one of \"module\" {} and \"gpio\" {} is needed");
        return;
    }
    if (module != NULL)
        read_module(r, module, x);
    else
        read_gpio(r, gpio, x);
    for (const struct site_input *other = r->s->input; other < x; other++)
        if (same_contact(other, x))
            jsonconf_refuse(r->c, module != NULL ? module : gpio, "\"%s\" is this contact already",
                            other->slug);
}

static void read_input(struct site_reader *r, const struct jsonconf_node *o, unsigned i)
{
    struct site_input *x = &r->s->input[i];

    site_read_slug(r, o, r->s->input[0].slug, sizeof *x, i);
    for (unsigned k = 0; k < r->s->devices; k++)
        if (strcmp(r->s->device[k].slug, x->slug) == 0)
            jsonconf_refuse(r->c, jsonconf_member(r->c, o, "slug", true),
                            "\"%s\" is a device; an input needs a name of its own", x->slug);
    jsonconf_string_or(r->c, o, "name", x->name, sizeof x->name, x->slug);
    x->pond = site_read_pond(r, o);
    x->line = jsonconf_line(r->c, o);
    read_contact(r, o, x);
    x->invert = jsonconf_bool_or(r->c, o, "invert", false);
    x->every_s = (int)jsonconf_integer_or(r->c, o, "every_s", 1, 3600, 5);
}

void site_read_inputs(struct site_reader *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *list = jsonconf_member(r->c, root, "inputs", false);
    const size_t n = jsonconf_length(r->c, list, SITE_MAX_INPUTS);

    r->s->input = xcalloc(n, sizeof *r->s->input);
    for (size_t i = 0; i < n; i++) {
        read_input(r, jsonconf_at(r->c, list, i), (unsigned)i);
        r->s->inputs++;
    }
}
