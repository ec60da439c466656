/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A card with a sector that cannot be read: SQLite's own file layer under the journal, with one page that answers EIO. */
#include "tests/support/support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/journal.h"
#include "journal_help.h"

#define PAGE 4096

static char dir[256], path[300];
static sqlite3_int64 bad_from = -1, bad_to; /* bytes of the database file */
static unsigned refused;

/* --- the layer ------------------------------------------------------------------------------------------------------ */

static sqlite3_vfs *under, layer;
static sqlite3_io_methods methods;
static const sqlite3_io_methods *own;
static sqlite3_file *database; /* the others, its -wal for one, are read as ever */

static int bad_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
    if (f == database && bad_from >= 0 && at < bad_to && at + n > bad_from) {
        refused++;
        return SQLITE_IOERR_READ;
    }
    return own->xRead(f, to, n, at);
}

static int open_file(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
    int rc = under->xOpen(under, name, f, flags, out);

    (void)v;
    if (rc == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) != 0) {
        own = f->pMethods;
        methods = *own;
        methods.xRead = bad_read;
        methods.xFetch = NULL;
        methods.iVersion = 2;
        f->pMethods = &methods;
        database = f;
    }
    return rc;
}

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    log_set_level(LOG_LEVEL_ERROR);
    under = sqlite3_vfs_find(NULL);
    layer = *under;
    layer.zName = "bad-sector";
    layer.xOpen = open_file;
    assert_int_equal(sqlite3_vfs_register(&layer, 1), SQLITE_OK);
    bad_from = -1;
    refused = 0;
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

/* --- tests ---------------------------------------------------------------------------------------------------------- */

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

static int count(void *arg, int64_t ts_ms, const char *device, const struct reading_value *v)
{
    (void)ts_ms;
    (void)device;
    (void)v;
    ++*(int *)arg;
    return 0;
}

static void passes_over_a_sector_that_cannot_be_read(void **state)
{
    static const struct clock_source clock = {wall, mono, NULL, NULL};
    static struct journal_row rows[512];
    static unsigned char got[5001];
    struct journal *j = help_open(path);
    int64_t at = 0, hat = 0;
    int n, failures = 0, taken = 0, values = 0, missing = 0;

    (void)state;
    clock_set(&clock);
    help_append(j, 1, 5000);
    journal_close(j);
    bad_from = 20 * PAGE; /* a page of rows */
    bad_to = 21 * PAGE;
    j = help_open(path);
    while ((n = journal_peek(j, at, rows, 512)) != 0) { /* as an uplink does */
        if (n < 0) {
            assert_true(++failures < 10);
            continue;
        }
        for (int i = 0; i < n; i++) {
            int k = help_number(&rows[i].set);
            assert_true(k >= 1 && k <= 5000);
            assert_int_equal(got[k]++, 0);
        }
        at = rows[n - 1].seq;
        taken += n;
    }
    assert_true(refused > 0);
    assert_int_equal(at, 5000); /* the newest are there */
    for (int k = 1; k <= 5000; k++)
        missing += got[k] == 0 ? 1 : 0;
    printf("%d rows passed over after %d tries\n", missing, failures);
    assert_true(missing > 20 && missing < 200);
    assert_int_equal(taken + missing, 5000);
    assert_int_equal(help_stats(j).damaged, (uint64_t)missing);
    assert_int_equal(journal_ack(j, 0, at), 0);
    help_append(j, 5001, 64); /* and writing goes on */
    assert_int_equal(journal_peek(j, at, rows, 512), 64);
    while ((n = journal_history_piece(j, &hat, "kolam-1", METRIC_DO_MG_L, 0, INT64_MAX, count,
                                      &values)) == 1)
        ;
    assert_int_equal(n, 0);
    assert_int_equal(values, 5064 - missing);
    assert_int_equal(help_stats(j).damaged, (uint64_t)missing); /* counted once */
    journal_close(j);
}

static void a_read_that_fails_once_loses_nothing(void **state)
{
    static const struct clock_source clock = {wall, mono, NULL, NULL};
    static struct journal_row rows[5000];
    struct journal *j = help_open(path);

    (void)state;
    clock_set(&clock);
    help_append(j, 1, 5000);
    journal_close(j);
    bad_from = 20 * PAGE;
    bad_to = 21 * PAGE;
    j = help_open(path);
    assert_int_equal(journal_peek(j, 0, rows, 5000), NILA_ERR_IO);
    assert_int_equal(journal_peek(j, 0, rows, 5000), NILA_ERR_IO);
    bad_from = -1;
    assert_int_equal(journal_peek(j, 0, rows, 5000), 5000);
    assert_int_equal(help_stats(j).damaged, 0);
    journal_close(j);
}

/* --- one row of the year 2099 ----------------------------------------------------------------------------------------- */

static int64_t late_wall(void *arg)
{
    (void)arg;
    return help_set(0).ts_ms + 40 * CIVIL_DAY_MS;
}
static bool trusted(void *arg)
{
    (void)arg;
    return true;
}

static void a_row_of_the_future_stops_no_trimming_by_age(void **state)
{
    static const struct clock_source clock = {late_wall, mono, trusted, NULL};
    struct journal *j = help_open(path);
    struct reading_set far = help_set(1);

    (void)state;
    clock_set(&clock);
    far.ts_ms = INT64_C(4070908800000); /* 2099 */
    assert_int_equal(journal_append(j, &far, 1), 0);
    help_append(j, 2, 200);
    assert_int_equal(journal_ack(j, 0, 201), 0);
    far.ts_ms = late_wall(NULL);
    mono_ms += 61000;
    assert_int_equal(journal_append(j, &far, 1), 0);
    assert_int_equal(help_stats(j).first_seq, 202);
    assert_int_equal(help_stats(j).rows, 1);
    journal_close(j);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(passes_over_a_sector_that_cannot_be_read),
        TEST(a_read_that_fails_once_loses_nothing),
        TEST(a_row_of_the_future_stops_no_trimming_by_age),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
