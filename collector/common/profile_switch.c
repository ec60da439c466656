/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile_switch.h"

void profile_read_switches(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    static const char *const WRITE[] = {"coil", "register", NULL};
    static const char *const READ[] = {"none", "coil", "input", "register", NULL};
    static const int READ_FUNCTION[] = {0, 1, 2, 3};
    const struct jsonconf_node *o = jsonconf_member(c, root, "switches", false);
    struct profile_switch *s = &p->relay;
    bool coil;

    if (o == NULL)
        return;
    coil = jsonconf_word(c, o, "write", WRITE, true, 0) == 0;
    s->function = coil ? 5 : 6;
    s->read_function = READ_FUNCTION[jsonconf_word(c, o, "read", READ, true, 0)];
    s->count = (int)jsonconf_integer(c, o, "count", 1, 64);
    s->address = (uint16_t)jsonconf_integer(c, o, "address", 0, 65536 - s->count);
    s->on = coil ? 1 : (uint16_t)jsonconf_integer(c, o, "on", 0, 65535);
    s->off = coil ? 0 : (uint16_t)jsonconf_integer(c, o, "off", 0, 65535);
    if (s->on == s->off)
        jsonconf_refuse(c, jsonconf_member(c, o, "off", true), "%d is the value of \"on\"; another",
                        s->off);
    if (s->read_function != 0 && coil == (s->read_function == 3))
        jsonconf_refuse(c, jsonconf_member(c, o, "read", true),
                        coil ? "coils are not read as registers; \"none\", \"coil\", \"input\""
                             : "registers are not read as bits; \"none\", \"register\"");
}
