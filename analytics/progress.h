/* SPDX-License-Identifier: GPL-3.0-or-later */
/* progress: how far a long work is, in one line on stderr that is written over and over, then wiped out.
 *
 * Only on a terminal, and only when the work lasts longer than two seconds; asked for (--progress) also elsewhere and from the
 * beginning, a line of its own each time. After two seconds it says how long it still takes at the pace so far, in minutes and
 * seconds. Threads: calls one at a time. */
#ifndef ANALYTICS_PROGRESS_H
#define ANALYTICS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    const char *what; /* "kolam", "ponds"; kept, not copied */
    bool english, show, asked;
    int64_t start_ms, told_ms; /* monotonic; told_ms 0: nothing told yet */
};

/* quiet: nothing is ever told. */
void progress_init(struct progress *p, const char *what, bool english, bool quiet, bool asked);
/* arg is a struct progress. Told at most four times a second, and at the end when asked for. */
void progress_tell(void *arg, size_t done, size_t of);
/* Wipes the line out, if there is one. */
void progress_end(struct progress *p);

#endif
