/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setup: everything a collector reads before it starts: site file, device profiles, tokens. */
#ifndef COLLECTOR_SETUP_H
#define COLLECTOR_SETUP_H

#include <stddef.h>

#include "collector/common/profile.h"
#include "collector/common/site.h"

#define SETUP_DEVICES_DIR NILA_DATADIR "/devices" /* the Makefile gives PREFIX/share/lumbung-nila */
#define SETUP_TOKEN_SIZE  256

struct setup {
    struct site *site;
    struct profile **profile;        /* one a device; devices of one kind share theirs */
    char (*token)[SETUP_TOKEN_SIZE]; /* one a sink, "" none; never logged */
};

/* Reads the site file, the profile of every device from devices_dir (NULL: $NILA_DEVICES, else SETUP_DEVICES_DIR) and the
 * tokens. Errors of site_load, profile_load, site_fit and setup_token; NILA_ERR_CONFIG for a ca_file that cannot be read.
 * The words in why (size >= 256). */
NILA_MUST_CHECK int setup_load(struct setup *out, const char *config, const char *devices_dir,
                               char *why, size_t why_size);
void setup_free(struct setup *s); /* a zeroed struct is fine */

/* Reads what the api wants from the first line of a file: "user:password" (v1, vm) or a bare token of letters, digits and
 * - . _ ~ + / = (v2, v3; RFC 6750). NILA_ERR_CONFIG: not there, not readable, or not of that form; words in why. A file
 * everybody may read is warned of. */
NILA_MUST_CHECK int setup_token(const char *path, enum influx_api api,
                                char out[static SETUP_TOKEN_SIZE], char *why, size_t why_size);

#endif
