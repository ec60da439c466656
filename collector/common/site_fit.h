/* SPDX-License-Identifier: GPL-3.0-or-later */
/* site_fit: does what the site file says of a device agree with the device's profile? */
#ifndef NILA_COMMON_SITE_FIT_H
#define NILA_COMMON_SITE_FIT_H

#include <stddef.h>

#include "collector/common/profile.h"
#include "collector/common/site.h"

/* NILA_ERR_CONFIG with the words in why (size >= 256) when the site file speaks of a metric that p does not measure (a
 * limit or a primary that would silently do nothing), or when two values of the device would be reported under one name.
 * name: the site file, for the message ("collector.json:13: device node-1: ..."). */
NILA_MUST_CHECK int site_fit(const char *name, const struct site_device *d, const struct profile *p,
                             char *why, size_t why_size);

#endif
