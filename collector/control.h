/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control: what the collector answers on its Unix socket (the socket itself is lineserver.h; the client is
 * collector/common/control.h).
 *
 * One JSON object a line each way: a request {"v":1,"op":...}, then data lines, then {"end":true} or
 * {"error":{"code":...,"text":...,"where":...}}. A request has at most 64 KiB. Operations:
 *
 * {"v":1,"op":"status"}
 *   lines told apart by "kind":
 *   {"kind":"collector","version","site","name","now_ms","started_ms","loaded_ms" (when it read the site file it runs),"clock_trusted","disk_free","disk_size" (bytes, of the
 *     journal's disk),"disk_read_only","power_weak" (these null where the machine does not tell),"lost_values": values that
 *     could not be journalled since the start}
 *   {"kind":"bus","slug","where","port","baud","parity","stop_bits" or "host","tcp_port","state": "unused" "open" "away","since_ms","requests","good","timeouts","bad_frames",
 *     "exceptions","stale","lost","asked" (by persons and switches),"served_slots","missed_slots","busy_permille" (of the last
 *     minute),"waiting","why"}, one a bus
 *   {"kind":"device","slug","pond" (null: of the site),"bus","unit","profile","read" (false: it has no values),"every_s",
 *     "last_good_ms","last_try_ms" (0: never),"requests","good","timeouts","bad_frames","exceptions","stale","served_slots","missed_slots","values",
 *     "calibrating_ms" (since when it is being calibrated, 0: it
 *     is not),"round_ms" (how long its last round took),"last": how the last question ended: "" (none yet) "good" "silent" "bad" "stale"
 *     "exception" "away" (the line was),"answer_ms","answer_p50_ms","answer_p95_ms","backoff_s","error"}, one a device
 *   {"kind":"switch","slug","name","pond","device","channel","known","on","wanted","lost","cause" (of wanted),"taken" (cause
 *     of on),"since_ms","manual_until_ms" (0: by itself),"switched","failed","error"}, one a reflex
 *   {"kind":"journal","rows","first_seq","last_seq","bytes","max_bytes","oldest_unsent_ms","held" (rows that wait for the clock),"appended","commits","thinned","dropped",
 *     "damaged","quarantined","last_commit_us","hours_left" (until the oldest undelivered row would be dropped if no server took
 *     any from now on; null without sinks)}
 *   {"kind":"sink","slug","state","pending","sent","refused","refused_old","last_ok_ms","next_try_ms","http","text"}, one a
 *     sink; state: "idle" "sending" "waiting" (server away or busy) "misconfigured" (a person must act). pending counts
 *     reading sets; sent, refused and refused_old (older than the server keeps) count lines.
 * {"v":1,"op":"history","pond":P,"metric":M,"from_ms":A,"to_ms":B}
 *   one line a value with A <= ts_ms < B: {"ts_ms","device","value" (null: missing),"flag","bits"}, in the order they
 *   were journalled: imported values may be older than the ones before them, and two devices may share a time.
 * {"v":1,"op":"rows","from_ms":A,"to_ms":B[,"pond":P][,"metric":M]}
 *   the same of all ponds and metrics (or those named) in one pass: {"ts_ms","pond" ("": of the site),"device","metric",
 *   "value","flag","bits","sure" (false: the clock was not trusted)}.
 * {"v":1,"op":"import","rows":[[time_ms,"pond" ("": of the site),"device","metric",value|null,flag],...]}
 *   1..500 rows, all or none; one line {"sets":n,"values":n} after the journal has them on disk. Needs the
 *   right to.
 *
 * {"v":1,"op":"ask","bus":B,"unit":U,"function":F,"first":A,"count":N[,"timeout_ms":T][,"write":[words]]}
 *   one question on a line, after the one that is on it and before the next due device (bus.h says what can be asked; 43 with
 *   count 127: the device's own identification, see bus.h). One line {"outcome","exception","answer_ms","text","regs":[...]};
 *   outcome: "good", "silent" (no answer), "bad" (not a good answer), "stale" (an answer to another question), "exception",
 *   "busy" (the line could not be had in time), "away" (the port or host is not there). A write needs the right to (below),
 *   a profile that names the register, a value its profile allows, and no switch of a reflex behind it.
 * {"v":1,"op":"registers"[,"device":D][,"ask":true]}
 *   what is read of each device, or of D; with "ask" (D must be there then) after one round of it, put between the questions of
 *   the poller; nothing is journalled.
 *   {"kind":"device","device","bus","unit","profile","maker","model","asked_ms" (0: it was not),"note": what was wrong}
 *   {"kind":"question","device","function","first","count","outcome","exception","answer_ms","text"}, one a question that was
 *     put, as "ask" tells them
 *   {"kind":"register","device","name","metric","unit","function","first" (on the wire, from 0),"count","type","order" ("": the
 *     device tells it),"scale","offset","min","max" (the device's),"site_min","site_max" (null: none),"regs": as they came,
 *     "value","flag" (0: not read),"bits"}, one a value
 * {"v":1,"op":"frames","bus":B}
 *   {"kind":"frame","bus","at_ms","way": "tx" (sent) "rx" (came),"bytes": "01 03 ..." as they went over the line, "" when nothing
 *     came in time}, the last 20 (FRAMES_KEPT), oldest first.
 * {"v":1,"op":"relay","slug":S,"state":"on"|"off"|"auto"[,"for_s":N]}
 *   a person's word for a switch (reflex.h), for for_s seconds (default and most: its manual_max_s). Needs the right to.
 *   One line, the "switch" of the status; its board is told at once, but the answer does not wait for it.
 * {"v":1,"op":"spool"[,"newest":N]}
 *   {"kind":"sink","slug","pending","refused"...} as in the status, one a sink, then the newest N (0..1000, default 20) of
 *   the lines servers have refused, newest first: {"kind":"refused","id","sink","seq","at_ms","line","reason"}.
 * {"v":1,"op":"backup"}, and {"v":1,"op":"backup","done":true} when the copy was taken away
 *   {"kind":"copying"} now and then, then {"kind":"copy","path"}: a copy of the journal of one instant beside it, which goes with "done", or the next one. Needs the right to.
 * {"v":1,"op":"metrics"}
 *   {"text":L}: the lines of Prometheus's text format, the figures of the measurement "collector" (health.h).
 *
 * {"v":1,"op":"lend","device":D}
 *   lends D for a calibration (loan.h). Needs the right to write; "busy": one is lent already, the words say which to whom. One line
 *   {"lease","device","pond" (null: of the site),"bus","unit","profile","idle_s","settle_s"}, and the answer stays open: {"left_s":N}
 *   each ten seconds, {"end":true} when the loan is over. Whoever closes this connection ends the loan.
 * {"v":1,"op":"lent","lease":L,"function":F,"first":A,"count":N[,"timeout_ms":T][,"write":[words]]}
 *   one question to the lent device, as "ask"; only what its profile's calibration_access holds. "not_found": the loan has ended.
 * {"v":1,"op":"return","lease":L[,"metric":M,"slope_pct":S,"offset":O,"due_day":D]}
 *   gives it back. With a metric: this is in force now, for the journal; with "keep":true the loan goes on. "settle":false: nothing was calibrated, its values are the pond's at once.
 *
 * The right to switch, write and import has who is root, the collector's own user, or in the group nila-admin.
 * Error codes: "request" (not understood), "not_found", "range", "denied", "journal", "busy", "unsupported". */
#ifndef COLLECTOR_CONTROL_H
#define COLLECTOR_CONTROL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/profile.h"
#include "collector/common/site.h"
#include "journal.h"
#include "loan.h"
#include "poll.h"
#include "switcher.h"
#include "uplink.h"

struct control; /* opaque */

/* What the answers are made of; all of it outlives the control. poller may be NULL (then devices have no counters and nothing
 * can be asked), uplink has site->sinks entries (entries may be NULL). */
struct control_sources {
    const struct site *site;
    struct journal *journal;
    struct poller *poller;
    struct uplink *const *uplink;
    const atomic_uint_fast64_t *lost_values; /* may be NULL */
    int64_t started_ms;                      /* wall clock */
    int64_t loaded_ms; /* wall clock: the site file was read and could be run */
    int64_t started_mono_ms;
    const struct profile *const *profile; /* of each device; NULL: nothing is written */
    struct switcher *switcher;            /* NULL: there are no switches */
    struct loan *loan;                    /* NULL: nothing is lent */
};

/* Listens on path. NILA_ERR_BUSY: another collector answers there; NILA_ERR_DENIED, NILA_ERR_IO, NILA_ERR_RANGE (path too
 * long); the words are logged. */
NILA_MUST_CHECK int control_start(struct control **out, const char *path,
                                  const struct control_sources *src);

/* Closes the socket and removes its file; NULL is fine. */
void control_stop(struct control *c);

#endif
