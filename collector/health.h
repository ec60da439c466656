/* SPDX-License-Identifier: GPL-3.0-or-later */
/* health: what the collector says about itself, each minute, to InfluxDB (measurement collector, tags regency, site, collector), and whether
 * its pollers are at work. */
#ifndef COLLECTOR_HEALTH_H
#define COLLECTOR_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/common/buf.h"
#include "collector/common/site.h"
#include "journal.h"
#include "poll.h"
#include "uplink.h"

/* Are the pollers at work? False when the thread of a serial line, or that of the TCP lines, has not looked for five minutes
 * what is due, whatever the others do; *stuck is then the slug of its bus, or "tcp". p may be NULL. mono_ms: now. */
bool health_polling(struct poller *p, int64_t mono_ms, const char **stuck);

struct health_sources {
    const struct site *site;
    struct journal *journal;
    struct poller *poller;        /* may be NULL */
    struct uplink *const *uplink; /* site->sinks entries, NULL where none runs */
    uint64_t lost_values;
    int64_t started_mono_ms;
};

/* Appends one line of line protocol. Fields: up_s rss_kb devices devices_good requests good timeouts bad_frames exceptions
 * stale missed_slots values journal_rows journal_bytes appended commits thinned dropped damaged quarantined lost_values commit_ms
 * oldest_unsent_s pending sent refused refused_old clock_trusted (0, 1) disk_free_mb disk_size_mb (of the journal's disk) power_weak (0,
 * 1; absent where the machine does not tell); tags collector (the machine), regency, site, version. pending is the largest of
 * the sinks; sent, refused and refused_old are summed over them. */
void health_line(struct buf *b, const struct health_sources *h, int64_t now_ms, int64_t mono_ms);

#endif
