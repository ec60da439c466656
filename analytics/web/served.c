/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "served.h"

#include <string.h>

/* As the channels' own (channel_<kind>.c), which are not opened here: pages need no secrets. */
static enum channel_address address_of(const struct channel_config *c)
{
    static const enum channel_address OF[CHANNEL_KINDS] = {
        [CHANNEL_SIREN] = ADDRESS_NONE,   [CHANNEL_CALL] = ADDRESS_PHONE,
        [CHANNEL_SMS] = ADDRESS_PHONE,    [CHANNEL_TELEGRAM] = ADDRESS_CHAT,
        [CHANNEL_WEBHOOK] = ADDRESS_NONE, [CHANNEL_SMTP] = ADDRESS_MAIL,
        [CHANNEL_NTFY] = ADDRESS_NONE,    [CHANNEL_WHATSAPP] = ADDRESS_PHONE,
    };
    return c->per_contact ? ADDRESS_PHONE : OF[c->kind];
}

void served_init(struct served *s, struct rec_contact *contact, size_t contacts,
                 const struct channels_config *c)
{
    *s = (struct served){.look = {.contact = contact, .contacts = contacts}};
    s->plan.look = &s->look;
    s->plan.channels = c->channels;
    for (size_t i = 0; i < c->channels; i++) {
        struct plan_channel *o = &s->plan.channel[i];

        memcpy(o->slug, c->channel[i].slug, sizeof o->slug);
        o->kind = c->channel[i].kind;
        o->address = address_of(&c->channel[i]);
        o->has_to = c->channel[i].to[0] != '\0';
    }
}

bool served_pond(struct served *s, const struct rec_pond *pond, const struct rec_farm *farm)
{
    struct look_pond one = {.pond = pond, .farm = farm};
    bool reached;

    memcpy(one.slug, pond->slug, sizeof one.slug);
    s->look.pond = &one; /* the only one: the plan finds ponds by looking through all */
    s->look.ponds = 1;
    reached = plan_reaches(&s->plan, &one);
    s->look.pond = NULL;
    s->look.ponds = 0;
    return reached;
}
