/* SPDX-License-Identifier: GPL-3.0-or-later */
/* crew: the ponds of a snapshot, worked on by several threads.
 *
 * Ponds go out in fixed chunks. What a pond gives is kept apart until its turn, and the turns come in the snapshot's order,
 * one at a time: sums have the same bytes whatever the number of threads. Memory: a pondrun and four chunks a thread,
 * however many ponds there are.
 *
 * Threads: the caller's is one of them; when the system starts fewer than asked for, those that run do the work. */
#ifndef ANALYTICS_CREW_H
#define ANALYTICS_CREW_H

#include "paths.h"
#include "supply.h"

/* One pond's turn: index in the snapshot, what is told of it, its harvests kg[lead - 1][draw]. Calls come from any of the
 * threads, never two at once. */
typedef void (*crew_turn)(void *arg, size_t pond, const struct supply_pond *told, const double *kg);

/* Threads that `asked` (0: as many as the machine has processors) comes to, 1..SUPPLY_THREADS_MAX. */
unsigned crew_threads(unsigned asked);

/* Works on all ponds of in->records and calls in->progress; returns when the last turn is over. */
void crew_run(const struct supply_input *in, const struct paths *paths, int32_t end_day,
              crew_turn turn, void *arg);

#endif
