/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pressqueue: buttons pressed while another program writes to the records for long (an import). A press is a matter of life and death: it
 * goes into a file beside the records (PATH.presses, a line each), counts from there at once, and is brought into the records as
 * soon as they can be written, by whichever program reads or writes presses next.
 *
 * A line is on the disk before the press is taken; half a line (a power cut) is left out. Between programs the file is locked. What was
 * brought in when the power went is not brought in twice: the same press of the same person and moment is one. Not found ponds are
 * dropped, and said. Only contacts.c uses this. */
#ifndef ANALYTICS_RECORDS_PRESSQUEUE_H
#define ANALYTICS_RECORDS_PRESSQUEUE_H

#include "contacts.h"
#include "db.h"

#define PRESSQUEUE_MOST 10000 /* presses; more is no farm's */

/* Inside the records' lock. NILA_ERR_FULL: the disk, or PRESSQUEUE_MOST are waiting; NILA_ERR_IO, NILA_ERR_DENIED, logged. */
NILA_MUST_CHECK int pressqueue_add(const struct db *d, const struct rec_press *p);
/* Those that wait, in [from_ms, to_ms), behind the n of *list. Errors are logged: what is on record is told all the same. */
void pressqueue_read(const struct db *d, int64_t from_ms, int64_t to_ms, struct rec_press **list,
                     size_t *n);
/* Brings them into the records unless these are busy; inside their lock. Nothing to do costs one look at the file's size. */
void pressqueue_bring(struct db *d);

#endif
