/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The copy of the records that a rehearsal of the alarm works on. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alarms.h"
#include "collector/common/tongue.h"
#include "db.h"

/* One transaction: a copy with real alarms in it must never be taken for one without. */
static const char FORGET[] = "BEGIN IMMEDIATE; DELETE FROM alarm_acks; DELETE FROM alarm_attempts;"
                             "DELETE FROM alarms; DELETE FROM alarm_marks; DELETE FROM presses;"
                             "DELETE FROM nights; UPDATE records_meta SET value = "
                             "lower(hex(randomblob(16))) WHERE key = 'origin'; COMMIT";

static int copy_into(struct records *r, const char *path)
{
    struct db_stmt *s = NULL;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, "VACUUM INTO ?1", &s);
    if (rc == 0) {
        db_bind_text(s, 1, path);
        rc = db_step(r->db, s);
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

int records_rehearsal_copy(struct records *r, const char *to, char *why, size_t why_size)
{
    char unfinished[512];
    struct db *d = NULL;
    int rc;

    why[0] = '\0';
    if (access(to, F_OK) == 0)
        return 0;
    if ((size_t)snprintf(unfinished, sizeof unfinished, "%s-new", to) >= sizeof unfinished)
        return NILA_ERR_CONFIG;
    (void)unlink(unfinished); /* of a copy that was broken off */
    rc = copy_into(r, unfinished);
    if (rc == 0)
        rc = db_open(&d, unfinished, why, why_size);
    if (rc == 0)
        rc = db_exec(d, FORGET);
    db_close(d); /* the last connection: its WAL is written back and removed */
    if (rc == 0 && (chmod(unfinished, 0640) != 0 || rename(unfinished, to) != 0)) {
        (void)snprintf(why, why_size, "%s: %s", to, tongue_errno(errno));
        rc = errno == EACCES ? NILA_ERR_DENIED : NILA_ERR_IO;
    }
    if (rc != 0)
        (void)unlink(unfinished);
    if (rc != 0 && why[0] == '\0')
        (void)snprintf(why, why_size, "%s: %s", to, nila_err_text(rc));
    return rc;
}
