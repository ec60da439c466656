/* SPDX-License-Identifier: GPL-3.0-or-later */
/* uplink: carries the journal's rows to one InfluxDB (or VictoriaMetrics), in order, in one thread of its own.
 *
 * When more than a batch waits, the newest rows go ahead once a second, so that pages are up to date within seconds after an
 * outage; they are sent again, and acknowledged, in their turn. What goes ahead is at most 1000 lines and a quarter of what
 * the backlog gets, so that neither starves.
 * Batches of at most 5000 lines and 1 MB of text. Rows are acknowledged to the journal only after the server stored them;
 * a batch that was stored but whose answer was lost is sent again, and the same point twice is one point.
 * A line the server refuses is found by halving and goes to the journal's quarantine with the server's words; points
 * older than the server keeps are counted as refused_old; the rest goes on. While the server is away, or refuses us
 * altogether, the rows wait: tries are 1 s to 300 s apart (drawn at random in the upper half, so that many farms do not
 * come back in one second), and 60 s to 10 min when only a person can help. Retry-After is honoured, up to an hour.
 * What VictoriaMetrics says it has stored is asked back before it is acknowledged (uplink_verify.c).
 * After a time-out the batch is halved, and grows again with every success: a slow line still gets through.
 * Threads: uplink_stats and uplink_gauges from any; start and stop from one. */
#ifndef COLLECTOR_UPLINK_H
#define COLLECTOR_UPLINK_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/site.h"
#include "journal.h"

struct uplink; /* opaque */

struct uplink_config {
    struct journal *journal;      /* outlives the uplink */
    unsigned index;               /* of the sink in the journal */
    const struct site_sink *sink; /* outlives the uplink */
    const char *token;            /* content of the token file or NULL; copied, never logged */
    /* each 0: the default */
    int64_t timeout_ms; /* of one request; default 30000 */
    /* wait after a new row for others to share its request; default 200, -1 none */
    int64_t gather_ms;
    int64_t retry_min_ms;  /* default 1000 */
    int64_t retry_max_ms;  /* default 300000 */
    int64_t person_min_ms; /* when a person must act; default 60000 */
    int64_t person_max_ms; /* default 600000 */
    /* between two batches of newest rows that go ahead of a backlog; default 1000, -1 none */
    int64_t ahead_every_ms;
    /* VictoriaMetrics: how long a stored point may take until it can be asked back, and how often it is asked */
    int64_t verify_ms;       /* default 60000 */
    int64_t verify_every_ms; /* default 2500 */
};

/* NILA_ERR_CONFIG: the sink's url is not understood; NILA_ERR_IO: no thread. */
NILA_MUST_CHECK int uplink_start(struct uplink **out, const struct uplink_config *c);

/* Ends within about a second, also in the midst of a request; NULL is fine. */
void uplink_stop(struct uplink *u);

/* Lines about the collector itself, sent after the next batch that is stored or when nothing waits; what could not be sent before the next call
 * is forgotten: only the newest state is of use. */
void uplink_gauges(struct uplink *u, const char *lines, size_t len);

enum uplink_state {
    UPLINK_IDLE, /* nothing waits */
    UPLINK_SENDING,
    UPLINK_WAITING,      /* the server is away or busy; next_try_ms says when */
    UPLINK_MISCONFIGURED /* a person must act; text has the server's words */
};

struct uplink_stats {
    enum uplink_state state;
    uint64_t sent;        /* lines stored; those that went ahead count in their turn */
    uint64_t refused;     /* lines quarantined */
    uint64_t refused_old; /* points older than the server keeps */
    int64_t last_ok_ms;   /* wall clock, 0 never */
    int64_t next_try_ms;  /* wall clock; 0 unless waiting or misconfigured */
    long http;            /* status of the last answer, 0 when none came */
    char text[256];       /* the last refusal's or failure's words, "" after a success */
};
void uplink_stats(struct uplink *u, struct uplink_stats *out);

const char *uplink_state_name(enum uplink_state s); /* "idle" "sending" "waiting" "misconfigured" */

#endif
