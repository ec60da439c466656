/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

#include "commands.h"

/* The first device of the same profile as device i. */
static unsigned first_of(const struct site *site, unsigned i)
{
    unsigned k = 0;

    while (strcmp(site->device[k].profile, site->device[i].profile) != 0)
        k++;
    return k;
}

int profiles_load(struct profile ***out, const struct site *site, const char *dir, char *why,
                  size_t why_size)
{
    struct profile **profile = xcalloc(site->devices, sizeof(struct profile *));
    const char *env = getenv("NILA_DEVICES");
    const char *from = dir != NULL ? dir : env != NULL ? env : NILA_DATADIR "/devices";

    for (unsigned i = 0; i < site->devices; i++) {
        const struct site_device *d = &site->device[i];
        const unsigned first = first_of(site, i);
        int rc;
        if (built_in(d))
            continue;
        if (first < i) {
            profile[i] = profile[first];
            continue;
        }
        rc = profile_load(&profile[i], from, d->profile, why, why_size);
        if (rc == NILA_ERR_NOT_FOUND)
            (void)snprintf(why, why_size,
                           "device %s: no profile %.40s in %.160s; correct its name, or name the "
                           "folder of the profiles with --devices or NILA_DEVICES",
                           d->slug, d->profile, from);
        if (rc != 0) {
            profiles_free(profile, site);
            return rc;
        }
    }
    *out = profile;
    return 0;
}

void profiles_free(struct profile **profile, const struct site *site)
{
    if (profile == NULL)
        return;
    for (unsigned i = 0; i < site->devices; i++)
        if (profile[i] != NULL && first_of(site, i) == i)
            profile_free(profile[i]);
    free(profile);
}
