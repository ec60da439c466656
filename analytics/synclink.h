/* SPDX-License-Identifier: GPL-3.0-or-later */
/* synclink: a farm's computer talks to its office (records/sync.h): it asks, the office never does, so that it works behind any
 * router. A line that breaks costs the message under way alone: messages grow while it holds, and shrink when it does not. */
#ifndef ANALYTICS_SYNCLINK_H
#define ANALYTICS_SYNCLINK_H

#include "analytics/config.h"
#include "analytics/records/sync.h"
#include "collector/common/http.h"

#define SYNCLINK_WHY  400

#define SYNCLINK_PUSH "/api/v1/sync/push"
#define SYNCLINK_PULL "/api/v1/sync/pull"

struct synclink_report {
    size_t sent;      /* changes that the office confirmed */
    size_t taken;     /* new ones of the office's */
    size_t conflicts; /* new ones */
    bool refused;     /* the office understood and said no: a person must look */
};

/* Sends and asks until both sides have all; what was done stays done when the line breaks. *most: bytes of a message, 0 at
 * first; it is carried from round to round. The outcome is kept for sync_standing. NILA_ERR_CONFIG (the key's file),
 * NILA_ERR_DENIED (the key, the certificate, another farm's row), NILA_ERR_REFUSED, NILA_ERR_PARSE, NILA_ERR_CLOSED (cancelled),
 * NILA_ERR_IO and NILA_ERR_TIMEOUT (the line); why has SYNCLINK_WHY bytes. */
NILA_MUST_CHECK int synclink_round(const struct sync_config *c, struct records *r, struct http *h,
                                   size_t *most, struct synclink_report *out, char *why);

/* How long to wait after a round that ended in rc, the failed one in a row (0: it went well): every_s, or longer each time up to
 * a quarter of an hour, half of it by chance, so that farms do not come all at once after a power cut. */
int64_t synclink_wait_ms(const struct sync_config *c, unsigned failed, uint32_t chance);

struct synclink; /* a thread with a connection to the records of its own */
/* NILA_ERR_*: the records; why has SYNCLINK_WHY bytes. c must outlive it. */
NILA_MUST_CHECK int synclink_start(struct synclink **out, const struct sync_config *c,
                                   const char *records_path, char *why);
void synclink_stop(struct synclink *s); /* within a second; NULL is fine */

#endif
