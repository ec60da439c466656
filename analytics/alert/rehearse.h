/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rehearse: the clock of a rehearsal of the alarm: it begins at a moment that was asked for and runs faster than the machine's, but
 * as fast as it while a message is under way: a call rings as long as on a real night, and no message grows old by it.
 *
 * Threads: rehearse_begin before any is started; rehearse_pace by one; the clock itself is read by all. */
#ifndef ANALYTICS_ALERT_REHEARSE_H
#define ANALYTICS_ALERT_REHEARSE_H

#include <stdbool.h>
#include <stdint.h>

/* The copy of the records that a rehearsal works on is named so, behind the records' own name. */
#define REHEARSE_SUFFIX ".rehearsal"

/* clock_wall_ms shows from_ms now, and goes speed (1..3600) times as fast. */
void rehearse_begin(int64_t from_ms, int speed);

/* Call it after each step: busy: a message is under way. Says in the log what the clock shows, every ten minutes of its own. */
void rehearse_pace(bool busy);

#endif
