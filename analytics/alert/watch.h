/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watch: the alarm: looks at every pond, lets the engine decide, stores, and has the channels tell. A process of its own: a fault of
 * the pages must not silence it. Pages and command line meet it in the records' file alone.
 *
 * Order: what was decided is stored in one transaction before anything is sent (alarms, attempts, acknowledgements taken), so
 * that a crash loses nothing and tells at most once more. When it cannot be stored (a full disk) it is decided again with
 * the next step, and a danger is told all the same by what does not need the records (watch_step).
 * Time comes from collector/common/clock alone. Threads: one calls; the channels have theirs. */
#ifndef ANALYTICS_ALERT_WATCH_H
#define ANALYTICS_ALERT_WATCH_H

#include "analytics/config.h"
#include "analytics/records/records.h"
#include "analytics/series.h"
#include "channel.h"
#include "deliver.h"

struct watch; /* opaque */

/* Takes over the open alarms and the attempts that are still to be made. All arguments are borrowed. ops: NULL for the
 * channels themselves. Errors of records_snapshot, with words in why (size >= 256). */
NILA_MUST_CHECK int watch_open(struct watch **out, const struct analytics_config *c,
                               struct records *r, struct series_source *s,
                               struct channels *channels, const struct deliver_ops *ops, char *why,
                               size_t why_size);
/* Before the first step: this is a rehearsal (rehearse.h). Every message says so, nothing is written to the database, and what
 * is due follows the wall clock, which is the rehearsal's. */
void watch_rehearse(struct watch *w);
/* Does what is due; returns for how many ms (of clock_mono_ms) nothing more is, 0: there is more to do at once. *passed, which may be
 * NULL: the ponds were looked at. What is done once a day reads weeks of every pond: in pieces, so that the looks keep their time. */
int64_t watch_step(struct watch *w, bool *passed);
/* Attempts that a channel has in hand. */
size_t watch_busy(struct watch *w);
/* The mark that keeps when somebody last tried a channel by hand and it worked (`alert test`). */
void watch_works_key(const char *slug, char key[static ALARM_MARK_SIZE]);
/* Stops the channels; what was not told yet stays on record. NULL is fine. */
void watch_close(struct watch *w);

#endif
