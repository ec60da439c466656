/* SPDX-License-Identifier: GPL-3.0-or-later */
/* event: what happens to the simulated water and machines, so that a bad night can be had on demand (pond.h says what each
 * does): the texts of --event, --contact and --aerator. */
#ifndef BRIDGE_EVENT_H
#define BRIDGE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/common/err.h"
#include "collector/common/site.h"

#include "pond.h"

/* Of one pond. */
struct event {
    int pond; /* index into the site's ponds */
    struct pond_event what;
};

/* Reads POND:crash|aerator|power|acid|turnover|smoke:from_s[:to_s[:size]], seconds from begin_ms on; without to_s for ever. size: crash
 * the share of the algae that die, 0..1 (0.9); aerator its transfer, 1/h, 0..20 (0.8); acid what strong acid is left, meq/L, 0..0.8 (0.05);
 * turnover the share of the oxygen that is gone, 0..1 (0.7); smoke the share of the light, 0..1 (0.5). NILA_ERR_PARSE: not of this form;
 * NILA_ERR_NOT_FOUND: no such pond or kind; NILA_ERR_RANGE: times negative or not rising, size out of range. */
NILA_MUST_CHECK int event_parse(struct event *out, const char *text, const struct site *site,
                                int64_t begin_ms);

/* An input of a simulated module: closed (1) in [from_s, to_s) and open (0) else, or the other way round. */
struct contact {
    int device;
    unsigned channel;
    bool closed;
    double from_s, to_s;
};

/* Reads DEVICE:CHANNEL:closed|open[:from_s[:to_s]]. Errors as event_parse; NILA_ERR_RANGE for a channel above 63. */
NILA_MUST_CHECK int contact_parse(struct contact *out, const char *text, const struct site *site);
bool contact_closed(const struct contact *c, double t_s);

/* A relay of a simulated module that drives a pond's aerator. */
struct aerator {
    int pond, device;
    unsigned channel;
    double per_h; /* its transfer while on */
};

/* Reads POND:DEVICE:CHANNEL[:per_h]. Errors as contact_parse. */
NILA_MUST_CHECK int aerator_parse(struct aerator *out, const char *text, const struct site *site);

#endif
