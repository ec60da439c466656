/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What test_backup.sh of the house cannot provoke from outside. */
#include "tests/analytics/recordsfile.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "analytics/records/backup.h"

static char copy[320], why[256];

static void sql(const char *file, const char *text)
{
    sqlite3 *h = NULL;

    assert_int_equal(sqlite3_open(file, &h), SQLITE_OK);
    if (sqlite3_exec(h, text, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(h));
    assert_int_equal(sqlite3_close(h), SQLITE_OK);
}

static void one_text(const char *file, const char *text, char *out, size_t size)
{
    sqlite3 *h = NULL;
    sqlite3_stmt *q = NULL;

    assert_int_equal(sqlite3_open(file, &h), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(h, text, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    (void)snprintf(out, size, "%s", (const char *)sqlite3_column_text(q, 0));
    (void)sqlite3_finalize(q);
    assert_int_equal(sqlite3_close(h), SQLITE_OK);
}

static void copies_what_was_committed_and_nothing_else(void **state)
{
    static const char FARM[] = "INSERT INTO farms(farm, name, regency, kecamatan, entered_on, "
                               "uid) VALUES('%s', 'N', 'kotim', '62.02.06', 1, '%s')";
    struct backup_facts f = {.bytes = 0};
    sqlite3 *writer = NULL;
    char text[200];
    int64_t farms = -1;

    (void)state;
    (void)snprintf(copy, sizeof copy, "%s/copy", dir);
    (void)snprintf(text, sizeof text, FARM, "f-1", "1");
    sql(path, text);
    assert_int_equal(sqlite3_open(path, &writer), SQLITE_OK);
    assert_int_equal(sqlite3_exec(writer, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    (void)snprintf(text, sizeof text, FARM, "f-2", "2");
    assert_int_equal(sqlite3_exec(writer, text, NULL, NULL, NULL), SQLITE_OK);
    if (backup_copy(path, copy, why, sizeof why) != 0 ||
        backup_look(copy, &f, why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_int_equal(sqlite3_exec(writer, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(writer), SQLITE_OK);
    for (size_t i = 0; i < f.tables; i++)
        if (strcmp(f.table[i].name, "farms") == 0)
            farms = f.table[i].rows;
    assert_int_equal(farms, 1);
    assert_int_equal(f.form, backup_newest_form());
    assert_true(f.bytes > 0 && strlen(f.sha256) == 64);
    backup_facts_free(&f);
}

/* What a restored file adds is not numbered as what it lost. */
static void a_copy_that_goes_on_counts_its_changes_anew(void **state)
{
    static const char ORIGIN[] = "SELECT value FROM records_meta WHERE key = 'origin'";
    char before[40], after[40], untouched[40];

    (void)state;
    (void)snprintf(copy, sizeof copy, "%s/copy", dir);
    assert_int_equal(backup_copy(path, copy, why, sizeof why), 0);
    one_text(copy, ORIGIN, before, sizeof before);
    assert_int_equal(backup_new_origin(copy, why, sizeof why), 0);
    one_text(copy, ORIGIN, after, sizeof after);
    one_text(path, ORIGIN, untouched, sizeof untouched);
    assert_int_equal(strlen(after), 32);
    assert_string_not_equal(before, after);
    assert_string_equal(before, untouched);
}

/* Who was logged out since the copy was made stays so. */
static void a_copy_that_goes_on_has_no_sessions(void **state)
{
    static const char LEFT[] = "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM "
                               "user_resets WHERE ended_ms = 0)";
    char left[8];

    (void)state;
    (void)snprintf(copy, sizeof copy, "%s/copy", dir);
    assert_int_equal(backup_copy(path, copy, why, sizeof why), 0);
    sql(copy, "INSERT INTO users(user, name, phone, role, regencies, contact, hash, renew, active, "
              "english, large, consent_ms, verified_ms, made_ms) VALUES('budi', 'Budi', '', "
              "'petani', '', '', 'x', 0, 1, 0, 0, 1, 1, 1); INSERT INTO sessions(digest, user, "
              "made_ms, seen_ms, until_ms, address, agent) VALUES('d', 'budi', 1, 1, 9, '', ''); "
              "INSERT INTO user_resets(user, started_by, started_ms, confirmed_by, confirmed_ms, "
              "digest, until_ms, tries, ended_ms) VALUES('budi', 'a', 1, 'b', 1, 'd', 9, 0, 0)");
    one_text(copy, LEFT, left, sizeof left);
    assert_string_equal(left, "2");
    assert_int_equal(backup_new_origin(copy, why, sizeof why), 0);
    one_text(copy, LEFT, left, sizeof left);
    assert_string_equal(left, "0");
}

static void a_row_that_refers_to_nothing_is_damage(void **state)
{
    struct backup_facts f = {.bytes = 0};

    (void)state;
    (void)snprintf(copy, sizeof copy, "%s/copy", dir);
    assert_int_equal(backup_copy(path, copy, why, sizeof why), 0);
    sql(copy, "PRAGMA foreign_keys = OFF; INSERT INTO feed(pond, \"on\", feed_kg, entered_on) "
              "VALUES('nowhere', 1, 1, 1)");
    assert_int_equal(backup_look(copy, &f, why, sizeof why), NILA_ERR_CORRUPT);
    assert_non_null(strstr(why, "table feed refers to a row that is not there"));
    assert_null(f.table);
}

static void a_backup_without_a_folder_leaves_nothing(void **state)
{
    (void)state;
    (void)snprintf(copy, sizeof copy, "%s/none/copy", dir);
    assert_int_equal(backup_copy(path, copy, why, sizeof why), NILA_ERR_NOT_FOUND);
    assert_non_null(strstr(why, "none/copy"));
    assert_int_equal(access(copy, F_OK), -1);
}

static void what_is_aside_already_is_not_overwritten(void **state)
{
    char aside[320], with[320], *kept;

    (void)state;
    records_close(db);
    db = NULL;
    (void)snprintf(aside, sizeof aside, "%s/aside", dir);
    (void)snprintf(with, sizeof with, "%s/with", dir);
    support_write(aside, "older");
    assert_int_equal(backup_copy_bytes(path, with, why, sizeof why), 0);
    assert_int_equal(backup_swap(path, with, aside, why, sizeof why), NILA_ERR_IO);
    assert_non_null(strstr(why, "aside"));
    kept = support_read(aside, NULL);
    assert_string_equal(kept, "older");
    free(kept);
    assert_int_equal(access(path, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(copies_what_was_committed_and_nothing_else, records_set_up,
                                        records_tear_down),
        cmocka_unit_test_setup_teardown(a_copy_that_goes_on_counts_its_changes_anew, records_set_up,
                                        records_tear_down),
        cmocka_unit_test_setup_teardown(a_copy_that_goes_on_has_no_sessions, records_set_up,
                                        records_tear_down),
        cmocka_unit_test_setup_teardown(a_row_that_refers_to_nothing_is_damage, records_set_up,
                                        records_tear_down),
        cmocka_unit_test_setup_teardown(a_backup_without_a_folder_leaves_nothing, records_set_up,
                                        records_tear_down),
        cmocka_unit_test_setup_teardown(what_is_aside_already_is_not_overwritten, records_set_up,
                                        records_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
