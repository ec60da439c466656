/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal_quarantine.h"

#include "journal_db_quarantine.h"
#include "journal_parts.h"

int journal_refused_lines(struct journal *j, int64_t before_id, int max, journal_refused_line each,
                          void *arg)
{
    int rc;

    (void)pthread_mutex_lock(&j->db_lock);
    rc = journal_file_ensure(j);
    if (rc == 0)
        rc = journal_db_refused(j->db, before_id, max, each, arg);
    if (rc == NILA_ERR_CORRUPT || rc == NILA_ERR_IO)
        (void)journal_file_mend(
            j, rc); /* this reading failed all the same; the next finds a sound file */
    (void)pthread_mutex_unlock(&j->db_lock);
    return rc;
}
