/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "settings.h"

static void read_input(struct jsonconf *c, const struct jsonconf_node *o, char *slug)
{
    slug[0] = '\0';
    if (o != NULL)
        jsonconf_slug(c, o, "input", slug);
}

void alert_settings_read(struct jsonconf *c, const struct jsonconf_node *o, bool socket,
                         struct alert_settings *out)
{
    const struct jsonconf_node *mains = jsonconf_member(c, o, "mains", false);
    const struct jsonconf_node *ack = jsonconf_member(c, o, "acknowledge", false);

    out->every_s = (int)jsonconf_integer_or(c, o, "every_s", 1, 300, 30);
    out->repeat_min = (int)jsonconf_integer_or(c, o, "repeat_min", 5, 60, 15);
    out->second_min = (int)jsonconf_integer_or(c, o, "second_min", 5, 240, 30);
    out->clear_min = (int)jsonconf_integer_or(c, o, "clear_min", 10, 240, 30);
    out->silent_min = (int)jsonconf_integer_or(c, o, "silent_min", 1, 120, 5);
    out->night_p = jsonconf_number_or(c, o, "night_p", 0.05, 0.95, 0.5);
    out->heartbeat = jsonconf_bool_or(c, o, "heartbeat", false);
    jsonconf_string_or(c, o, "technician", out->technician, sizeof out->technician, "");
    read_input(c, mains, out->mains_input);
    jsonconf_string_or(c, mains, "name", out->mains_name, sizeof out->mains_name, "");
    out->mains_lost = (int)jsonconf_integer_or(c, mains, "lost", 0, 1, 0);
    out->mains_after_s = (int)jsonconf_integer_or(c, mains, "after_s", 0, 55, 45);
    read_input(c, ack, out->ack_input);
    if ((mains != NULL || ack != NULL) && !socket)
        jsonconf_refuse(c, mains != NULL ? mains : ack,
                        "an input is read from a collector's socket: it needs the source "
                        "\"collector\" (run watch on the Pi beside the ponds)");
}
