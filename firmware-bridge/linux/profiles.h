/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profiles: what each device of a site is served as. nila-node and nila-weather are built in and need no file. */
#ifndef BRIDGE_PROFILES_H
#define BRIDGE_PROFILES_H

#include <stddef.h>

#include "collector/common/profile.h"
#include "collector/common/site.h"

/* Reads the profile of every device from dir (NULL: $NILA_DEVICES, else the installed folder): *out has one entry a device,
 * NULL for the two built-in ones. Two devices of one profile share it. Errors of profile_load, the words in why (size >= 512)
 * name the device. On success free with profiles_free. */
NILA_MUST_CHECK int profiles_load(struct profile ***out, const struct site *site, const char *dir,
                                  char *why, size_t why_size);
void profiles_free(struct profile **profile, const struct site *site); /* NULL is fine */

#endif
