/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sync that fails: the kernel forgets that it has not written what stands in its cache, and the next sync says that all is well.
 * SQLite's own file layer under the journal, that knows which sectors of the write-ahead log are really on the disk. */
#include "tests/support/support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/journal.h"
#include "journal_help.h"

#define SECTOR  512
#define SECTORS 16384

enum {
    ON_DISK,
    IN_CACHE,
    FORGOTTEN /* in the cache, and the kernel believes it to be on the disk */
};

static char dir[256], path[300];
static unsigned char sector[SECTORS]; /* of the write-ahead log */
static int failures;                  /* syncs of it that will fail */
static unsigned trusted_lies; /* pages that went into the file while the log was not all there */

static sqlite3_vfs *under, layer;
static sqlite3_io_methods wal_methods, db_methods;
static const sqlite3_io_methods *own_wal, *own_db; /* they differ in their locks */

static unsigned count(int what)
{
    unsigned n = 0;
    for (int i = 0; i < SECTORS; i++)
        n += sector[i] == what ? 1 : 0;
    return n;
}

static int write_wal(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    for (sqlite3_int64 s = at / SECTOR; s <= (at + n - 1) / SECTOR && s < SECTORS; s++)
        sector[s] = IN_CACHE;
    return own_wal->xWrite(f, from, n, at);
}

static int write_db(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    trusted_lies += count(FORGOTTEN) > 0 ? 1 : 0;
    return own_db->xWrite(f, from, n, at);
}

static int sync_wal(sqlite3_file *f, int flags)
{
    const bool fails = failures > 0;

    (void)f;
    (void)flags;
    for (int i = 0; i < SECTORS; i++)
        if (sector[i] == IN_CACHE)
            sector[i] = fails ? FORGOTTEN : ON_DISK;
    failures -= fails ? 1 : 0;
    return fails ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int open_file(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
    int rc = under->xOpen(under, name, f, flags, out);
    const bool wal = (flags & SQLITE_OPEN_WAL) != 0;

    (void)v;
    if (rc == SQLITE_OK && wal) {
        own_wal = f->pMethods;
        wal_methods = *own_wal;
        wal_methods.xWrite = write_wal;
        wal_methods.xSync = sync_wal;
        f->pMethods = &wal_methods;
    } else if (rc == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) != 0) {
        own_db = f->pMethods;
        db_methods = *own_db;
        db_methods.xWrite = write_db;
        f->pMethods = &db_methods;
    }
    return rc;
}

static int64_t mono_ms = 1000;

static int64_t wall(void *arg)
{
    (void)arg;
    return help_set(0).ts_ms;
}
static int64_t mono(void *arg)
{
    (void)arg;
    return mono_ms += 2000; /* a file that would not open is tried each second */
}

static int set_up(void **state)
{
    static const struct clock_source clock = {wall, mono, NULL, NULL};

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    log_set_level(LOG_LEVEL_ERROR);
    clock_set(&clock);
    under = sqlite3_vfs_find(NULL);
    layer = *under;
    layer.zName = "forgetful";
    layer.xOpen = open_file;
    assert_int_equal(sqlite3_vfs_register(&layer, 1), SQLITE_OK);
    memset(sector, ON_DISK, sizeof sector);
    failures = 0;
    trusted_lies = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(sqlite3_vfs_unregister(&layer), SQLITE_OK);
    clock_set(NULL);
    log_set_level(LOG_LEVEL_INFO);
    support_rmdir(dir);
    return 0;
}

static void what_a_failed_sync_has_left_is_written_anew_before_anything_is_confirmed(void **state)
{
    (void)state;
    for (int fail = 1; fail <= 4; fail++) {
        struct journal *j = help_open(path);
        struct reading_set s = help_set(200);
        int tries = 0;

        help_append(j, 0, 200);
        failures = fail;
        while (journal_append(j, &s, 1) != 0)
            assert_true(++tries < 10);
        assert_int_equal(failures, 0);
        assert_int_equal(count(FORGOTTEN), 0);
        assert_int_equal(trusted_lies, 0);
        assert_int_equal(help_stats(j).rows, 201); /* what was refused did not stay */
        journal_close(j);
        assert_int_equal(remove(path), 0);
    }
}

static void the_next_program_writes_it_anew_as_well(void **state)
{
    struct journal *j = help_open(path);
    struct reading_set s = help_set(200);

    (void)state;
    help_append(j, 0, 200);
    failures = 1000; /* until it is closed */
    assert_true(journal_append(j, &s, 1) < 0);
    journal_close(j);
    assert_true(count(FORGOTTEN) > 0);
    failures = 0;
    j = help_open(path);
    assert_int_equal(journal_append(j, &s, 1), 0);
    assert_int_equal(count(FORGOTTEN), 0);
    assert_int_equal(trusted_lies, 0);
    journal_close(j);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_a_failed_sync_has_left_is_written_anew_before_anything_is_confirmed),
        TEST(the_next_program_writes_it_anew_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
