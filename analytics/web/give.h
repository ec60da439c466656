/* SPDX-License-Identifier: GPL-3.0-or-later */
/* give: the route by which the other regency's office fetches this office's file (analytics/neighbour.h). It asks with a proof of the
 * key that both keep; without one nothing is told, not even whether there is a file. */
#ifndef ANALYTICS_WEB_GIVE_H
#define ANALYTICS_WEB_GIVE_H

#include "analytics/config.h"
#include "collector/common/buf.h"

/* authorization: the header, NULL when absent. Appends the file and returns 200; 401: no proof, or another key's; 404: nothing is
 * exchanged here, or nothing was published yet; 503: key or file cannot be read, logged. */
int give(const struct neighbour_config *c, const char *authorization, struct buf *b);

#endif
