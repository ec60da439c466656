/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields nobody has verified yet. */
#include <stdio.h>
#include <string.h>

#include "profile_parts.h"

static void remember(struct jsonconf *c, const struct jsonconf_node *n, const char *name,
                     struct profile *p)
{
    struct profile_mark *m;

    if (p->marks == PROFILE_MARKS) {
        jsonconf_refuse(c, n, "too many fields that are not verified; at most %d", PROFILE_MARKS);
        return;
    }
    m = &p->mark[p->marks++];
    jsonconf_where(c, n, m->where, sizeof m->where);
    (void)snprintf(m->name, sizeof m->name, "%s", name);
    jsonconf_string(c, n, "note", m->note, sizeof m->note);
}

struct profile_field profile_field(struct jsonconf *c, const struct jsonconf_node *o,
                                   const char *key, const char *name, struct profile *p)
{
    const struct jsonconf_node *n = jsonconf_member(c, o, key, false);

    if (!jsonconf_is_object(n) || jsonconf_member(c, n, "verified", false) == NULL)
        return (struct profile_field){o, key};
    if (jsonconf_bool_or(c, n, "verified", false))
        jsonconf_refuse(c, jsonconf_member(c, n, "verified", true),
                        "true is not allowed; false, or the value alone when it is verified");
    (void)jsonconf_member(c, n, "value", true);
    remember(c, n, name, p);
    return (struct profile_field){n, "value"};
}
