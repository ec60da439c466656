/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rehearse: the clock of a rehearsal of the alarm: it begins at a moment that was asked for and runs faster than the machine's, but
 * as fast as it while a step is made or a message is under way: a call rings as long as on a real night, and no message grows old
 * because the machine, the database or the disk is slow.
 *
 * Threads: rehearse_begin before any is started; rehearse_pace by one; the clock itself is read by all. */
#ifndef ANALYTICS_ALERT_REHEARSE_H
#define ANALYTICS_ALERT_REHEARSE_H

#include <stdbool.h>
#include <stdint.h>

/* The copy of the records that a rehearsal works on is named so, behind the records' own name. */
#define REHEARSE_SUFFIX ".rehearsal"

/* clock_wall_ms shows from_ms now, and goes as fast as the machine's until rehearse_pace(false), then speed (1..3600) times. */
void rehearse_begin(int64_t from_ms, int speed);

/* Call it with true before each step and after it with whether a message is under way. Says in the log what the clock shows, every ten minutes of its own. */
void rehearse_pace(bool busy);

#endif
