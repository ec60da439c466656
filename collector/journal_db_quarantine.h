/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal_db_quarantine: reading the quarantine out of the SQLite file. */
#ifndef COLLECTOR_JOURNAL_DB_QUARANTINE_H
#define COLLECTOR_JOURNAL_DB_QUARANTINE_H

#include "journal_db.h"
#include "journal_quarantine.h"

/* As journal_refused_lines. Errors are logged here. */
NILA_MUST_CHECK int journal_db_refused(struct journal_db *db, int64_t before_id, int max,
                                       journal_refused_line each, void *arg);

#endif
