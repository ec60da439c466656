/* SPDX-License-Identifier: GPL-3.0-or-later */
/* progress: how far a command has come, on stderr when that is a terminal, once it has taken more than two seconds. */
#ifndef COLLECTOR_PROGRESS_H
#define COLLECTOR_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

struct progress {
    enum text_language l;
    bool wanted;
    bool shown;
    int64_t started_ms, shown_ms; /* monotonic */
};

void progress_begin(struct progress *p, enum text_language l, bool quiet);
/* done of all; says how long the rest will take at the pace so far. */
void progress_at(struct progress *p, size_t done, size_t all);
void progress_end(struct progress *p); /* takes the line away again */

#endif
