/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may be read and written while a device is calibrated through the collector, and what its master tells it: the parts
 * "calibration_access" and "tell" of a profile. */
#include "profile_parts.h"

#define SETTLE_S     120
#define SETTLE_MAX_S 3600

static void read_range(struct jsonconf *c, const struct jsonconf_node *o, struct profile *p)
{
    struct profile_range *r = &p->range[p->ranges++];
    const long function = jsonconf_integer(c, o, "function", 3, 16);
    const bool writes = function == 6 || function == 16;
    const struct jsonconf_node *value = jsonconf_member(c, o, "value", false);

    if (function != 3 && function != 4 && !writes)
        jsonconf_refuse(c, jsonconf_member(c, o, "function", true),
                        "%ld is not allowed; 3, 4, 6, 16", function);
    r->function = (int)function;
    r->first = (uint16_t)jsonconf_integer(c, o, "first", 0, PROFILE_MAX_ADDRESS);
    r->count = (uint16_t)jsonconf_integer(c, o, "count", 1,
                                          writes ? PROFILE_MAX_REGISTERS - 2 : p->max_registers);
    if (r->first + r->count > PROFILE_MAX_ADDRESS + 1)
        jsonconf_refuse(c, o, "%d registers from %d end behind register %d", r->count, r->first,
                        PROFILE_MAX_ADDRESS);
    r->has_value = value != NULL;
    r->value = (uint16_t)jsonconf_integer_or(c, o, "value", 0, 65535, 0);
    if (value != NULL && (!writes || r->count != 1))
        jsonconf_refuse(c, value, "only where one register is written");
    jsonconf_ignore(c, o, "note");
}

static void read_calibration(struct jsonconf *c, const struct jsonconf_node *root,
                             struct profile *p)
{
    const struct jsonconf_node *o = jsonconf_member(c, root, "calibration_access", false), *list,
                               *abort_it;
    size_t n;

    p->settle_s = SETTLE_S;
    if (o == NULL)
        return;
    list = jsonconf_member(c, o, "ranges", true);
    n = jsonconf_length(c, list, PROFILE_RANGES);
    for (size_t i = 0; i < n; i++)
        read_range(c, jsonconf_at(c, list, i), p);
    abort_it = jsonconf_member(c, o, "abort", false);
    if (abort_it != NULL) {
        p->has_abort = true;
        p->abort_address =
            (uint16_t)jsonconf_integer(c, abort_it, "address", 0, PROFILE_MAX_ADDRESS);
        p->abort_value = (uint16_t)jsonconf_integer(c, abort_it, "value", 0, 65535);
        jsonconf_ignore(c, abort_it, "note");
    }
    p->settle_s = (int)jsonconf_integer_or(c, o, "settle_s", 0, SETTLE_MAX_S, SETTLE_S);
}

static void read_tell(struct jsonconf *c, const struct jsonconf_node *o, struct profile *p)
{
    static const char *const QUANTITY[] = {"temp_c", "sal_psu", "baro_hpa", "today", NULL};
    static const char *const TYPE[] = {"u16", "s16", NULL};
    struct profile_tell t = {0};

    t.quantity = (enum profile_quantity)jsonconf_word(c, o, "quantity", QUANTITY, true, 0);
    t.address = (uint16_t)jsonconf_integer(c, o, "address", 0, PROFILE_MAX_ADDRESS);
    t.is_signed = jsonconf_word(c, o, "type", TYPE, true, 0) == 1;
    t.scale = jsonconf_number_or(c, o, "scale", 1e-6, 1e6, 1);
    jsonconf_ignore(c, o, "note");
    for (unsigned i = 0; i < p->tells; i++)
        if (p->tell[i].quantity == t.quantity)
            jsonconf_refuse(c, o, "%s stands here already; each quantity once",
                            QUANTITY[t.quantity]);
    if (p->tells < PROFILE_TELLS)
        p->tell[p->tells++] = t;
}

void profile_read_access(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p)
{
    const struct jsonconf_node *list = jsonconf_member(c, root, "tell", false);
    const size_t n = jsonconf_length(c, list, PROFILE_TELLS);

    read_calibration(c, root, p);
    for (size_t i = 0; i < n; i++)
        read_tell(c, jsonconf_at(c, list, i), p);
}
