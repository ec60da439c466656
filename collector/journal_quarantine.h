/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal_quarantine: what the journal keeps of lines a server refused for ever (journal_quarantine of journal.h puts them
 * there). */
#ifndef COLLECTOR_JOURNAL_QUARANTINE_H
#define COLLECTOR_JOURNAL_QUARANTINE_H

#include "journal.h"

struct journal_refused {
    int64_t id; /* rises */
    const char *sink;
    int64_t seq;   /* of its row */
    int64_t at_ms; /* when it was refused */
    const char *line, *reason;
};

/* A non-zero return ends it and is returned; the texts live until then. It may not call the journal. */
typedef int (*journal_refused_line)(void *arg, const struct journal_refused *r);

/* Up to max lines with an id below before_id, newest first. Errors as journal_peek. */
NILA_MUST_CHECK int journal_refused_lines(struct journal *j, int64_t before_id, int max,
                                          journal_refused_line each, void *arg);

#endif
