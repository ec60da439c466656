/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every route of every family; each family lies in a file of its own. */
#include "server_own.h"

#include <string.h>

/* clang-format off */
static const struct route *const FAMILY[] = {
    ROUTES_PONDS,
    ROUTES_REGION,
    ROUTES_OFFICER,
    ROUTES_ASSUME,
    ROUTES_ACCOUNT,
    ROUTES_EXCHANGE,
    ROUTES_API,
    ROUTES_EXPORT,
    ROUTES_TECHNICIAN,
    ROUTES_FARMER,
    ROUTES_SYNC,
};
/* clang-format on */
#define FAMILIES (sizeof FAMILY / sizeof FAMILY[0])

const struct route *route_at(size_t at)
{
    for (size_t f = 0; f < FAMILIES; f++)
        for (const struct route *t = FAMILY[f]; t->path != NULL; t++)
            if (at-- == 0)
                return t;
    return NULL;
}

const struct route *route_find(const char *path, const char **rest)
{
    const struct route *found = NULL, *t;
    size_t longest = 0;

    for (size_t i = 0; (t = route_at(i)) != NULL; i++) {
        size_t n = strlen(t->path);
        bool prefix = n > 1 && t->path[n - 1] == '/';
        if (n > longest && (prefix ? strncmp(path, t->path, n) == 0 : strcmp(path, t->path) == 0)) {
            found = t;
            longest = n;
        }
    }
    if (found != NULL)
        *rest = path + longest;
    return found;
}
