/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control: what the collector answers on its Unix socket (the socket itself is lineserver.h; the client is
 * collector/common/control.h).
 *
 * One JSON object a line each way: a request {"v":1,"op":...}, then data lines, then {"end":true} or
 * {"error":{"code":...,"text":...,"where":...}}. A request has at most 64 KiB. Operations:
 *
 * {"v":1,"op":"status"}
 *   lines told apart by "kind":
 *   {"kind":"collector","version","site","name","now_ms","started_ms","clock_trusted","lost_values": values that could not
 *     be journalled since the start}
 *   {"kind":"device","slug","pond" (null: of the site),"bus","unit","every_s","last_good_ms","last_try_ms" (0: never),
 *     "requests","good","timeouts","bad_frames","exceptions","stale","missed_slots","values","answer_ms","backoff_s",
 *     "error"}, one a device
 *   {"kind":"journal","rows","first_seq","last_seq","bytes","max_bytes","oldest_unsent_ms","appended","commits","dropped",
 *     "damaged","quarantined","last_commit_us"}
 *   {"kind":"sink","slug","state","pending","sent","refused","refused_old","last_ok_ms","next_try_ms","http","text"}, one a
 *     sink; state: "idle" "sending" "waiting" (server away or busy) "misconfigured" (a person must act). pending counts
 *     reading sets; sent, refused and refused_old (older than the server keeps) count lines.
 * {"v":1,"op":"history","pond":P,"metric":M,"from_ms":A,"to_ms":B}
 *   one line a value with A <= ts_ms < B: {"ts_ms","device","value" (null: missing),"flag","bits"}, in the order they
 *   were journalled: imported values may be older than the ones before them, and two devices may share a time.
 * {"v":1,"op":"import","rows":[[time_ms,"pond" ("": of the site),"device","metric",value|null,flag],...]}
 *   1..500 rows, all or none; one line {"sets":n,"values":n} after the journal has them on disk.
 *
 * Error codes: "request" (not understood), "not_found", "range", "journal", "busy", "unsupported". */
#ifndef COLLECTOR_CONTROL_H
#define COLLECTOR_CONTROL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/site.h"
#include "journal.h"
#include "poll.h"
#include "uplink.h"

struct control; /* opaque */

/* What the answers are made of; all of it outlives the control. poller may be NULL (then devices have no counters),
 * uplink has site->sinks entries (entries may be NULL). */
struct control_sources {
    const struct site *site;
    struct journal *journal;
    struct poller *poller;
    struct uplink *const *uplink;
    const atomic_uint_fast64_t *lost_values; /* may be NULL */
    int64_t started_ms;                      /* wall clock */
};

/* Listens on path. NILA_ERR_BUSY: another collector answers there; NILA_ERR_DENIED, NILA_ERR_IO, NILA_ERR_RANGE (path too
 * long); the words are logged. */
NILA_MUST_CHECK int control_start(struct control **out, const char *path,
                                  const struct control_sources *src);

/* Closes the socket and removes its file; NULL is fine. */
void control_stop(struct control *c);

#endif
