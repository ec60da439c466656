/* SPDX-License-Identifier: GPL-3.0-or-later */
/* api_fleet: buses and devices of this machine's collectors for programs. Pure. */
#ifndef ANALYTICS_WEB_API_FLEET_H
#define ANALYTICS_WEB_API_FLEET_H

#include "analytics/web/api_own.h"
#include "analytics/web/fleet.h"

/* buses: else devices. */
void api_fleet(struct buf *b, const struct fleet_view *v, bool buses, const char *notice,
               const struct api_part *part);
/* Where a part begins, as api_ponds_from; keys are COLLECTOR.BUS or COLLECTOR.DEVICE. */
NILA_MUST_CHECK int api_fleet_from(const struct fleet_view *v, bool buses, const char *after,
                                   size_t *at);

#endif
