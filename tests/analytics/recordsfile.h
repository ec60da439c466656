/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recordsfile: a records file of a test's own, open from set-up to tear-down. For programs that need no more than one. */
#ifndef TESTS_RECORDSFILE_H
#define TESTS_RECORDSFILE_H

#include "tests/support/support.h"

#include <stdio.h>

#include "analytics/records/records.h"

static char dir[256], path[300];
static struct records *db;

static int records_set_up(void **state)
{
    char why[256] = "";

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/r.db", dir);
    if (records_open(&db, path, why, sizeof why) != 0)
        fail_msg("%s", why);
    return 0;
}

static int records_tear_down(void **state)
{
    (void)state;
    records_close(db);
    db = NULL;
    support_rmdir(dir);
    return 0;
}

#endif
