/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of every form there has been come to the present one with their rows, each with a uid and in the list of changes. */
#include "recordsfile.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "analytics/records/change.h"
#include "analytics/records/db.h"
#include "collector/common/civil.h"

enum {
    FORMS_WITHOUT_VERSIONS = 8
};

static int64_t now_ms;

static int set_up(void **state)
{
    assert_int_equal(civil_parse_iso("2026-11-24T12:00+07:00", &now_ms, NULL), 0);
    return records_set_up(state);
}

static void run_sql(const char *file, const char *sql)
{
    sqlite3 *h;
    char *error = NULL;

    assert_int_equal(sqlite3_open(file, &h), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(h, 5000), SQLITE_OK);
    if (sqlite3_exec(h, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s: %s", sql, error);
    assert_int_equal(sqlite3_close(h), SQLITE_OK);
}

static int64_t number(const char *file, const char *sql)
{
    sqlite3 *h;
    sqlite3_stmt *q;
    int64_t n;

    assert_int_equal(sqlite3_open(file, &h), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(h, 5000), SQLITE_OK);
    if (sqlite3_prepare_v2(h, sql, -1, &q, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(h));
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    n = sqlite3_column_int64(q, 0);
    (void)sqlite3_finalize(q);
    (void)sqlite3_close(h);
    return n;
}

static void text_of(const char *file, const char *sql, char *out, size_t size)
{
    sqlite3 *h;
    sqlite3_stmt *q;

    assert_int_equal(sqlite3_open(file, &h), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(h, 5000), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(h, sql, -1, &q, NULL), SQLITE_OK);
    out[0] = '\0';
    if (sqlite3_step(q) == SQLITE_ROW)
        (void)snprintf(out, size, "%s", (const char *)sqlite3_column_text(q, 0));
    (void)sqlite3_finalize(q);
    (void)sqlite3_close(h);
}

/* What a program of that form wrote. Two equal meals, and a number that is not exact. */
static void old_file(char *file, size_t size, int form)
{
    char sql[128];

    (void)snprintf(file, size, "%s/form-%d.db", dir, form);
    for (int k = 0; k < form; k++)
        run_sql(file, RECORDS_MIGRATION[k]);
    (void)snprintf(sql, sizeof sql, "PRAGMA user_version = %d; PRAGMA application_id = 0x4e696c52",
                   form);
    run_sql(file, sql);
    run_sql(file,
            "INSERT INTO farms(farm, name, regency, kecamatan, entered_on) VALUES('f-1', 'Satu', "
            "'kotim', '62.02.06', 1000);"
            "INSERT INTO ponds(pond, farm, name, system, area_m2, depth_m, entered_on) "
            "VALUES('p-1', 'f-1', 'Kolam', 'pond', 200, 1.2, 1000);"
            "INSERT INTO feed(pond, \"on\", feed_kg, kind, entered_on) VALUES('p-1', 20000, 2.1, "
            "'pelet', 2000), ('p-1', 20000, 2.1, 'pelet', 2000), ('p-1', 20001, 3, NULL, 3000)");
}

static void a_file_of_each_earlier_form_is_taken_over(void **state)
{
    (void)state;
    for (int form = 1; form <= FORMS_WITHOUT_VERSIONS; form++) {
        struct records *r;
        struct rec_change *list;
        struct change_filter all = {.table = "feed"};
        char file[300], why[256] = "";
        size_t n;

        old_file(file, sizeof file, form);
        print_message("form %d\n", form);
        if (records_open(&r, file, why, sizeof why) != 0)
            fail_msg("form %d: %s", form, why);
        assert_int_equal(records_changes(r, &all, &list, &n), 0);
        assert_int_equal(n, 3);
        assert_true(list[2].at_ms == 2000);
        assert_string_equal(list[2].how, "migration");
        assert_non_null(strstr(list[2].new_json, "\"feed_kg\":\"2.1\""));
        assert_non_null(strstr(list[2].new_json, "\"on\":\"2024-10-04\""));
        records_changes_free(list, n);
        records_close(r);
        assert_int_equal(
            number(file, "SELECT count(DISTINCT uid) FROM feed WHERE length(uid) = 32"), 3);
        assert_int_equal(number(file, "SELECT count(*) FROM changes"), 5);
        assert_int_equal(number(file, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    }
}

/* The old file on one machine, its CSV imported on another: the same rows. */
static void rows_have_the_same_name_on_two_machines(void **state)
{
    char file[300], csv[300], why[256] = "", a[2000], b[2000];
    static const char NAMES[] = "SELECT group_concat(uid) FROM (SELECT uid FROM farms UNION ALL "
                                "SELECT uid FROM ponds UNION "
                                "ALL SELECT uid FROM feed ORDER BY uid)";
    static const struct {
        enum records_table t;
        const char *text;
    } CSV[] = {
        {RECORDS_FARMS, "farm,name,regency,kecamatan\nf-1,Satu,kotim,62.02.06\n"},
        {RECORDS_PONDS, "pond,farm,name,system,area_m2,depth_m\np-1,f-1,Kolam,pond,200,1.2\n"},
        {RECORDS_FEED, "pond,on,feed_kg,kind\np-1,2024-10-05,3,\np-1,2024-10-04,2.1,pelet\n"
                       "p-1,2024-10-04,2.1,pelet\n"}};
    struct records *r;

    (void)state;
    old_file(file, sizeof file, FORMS_WITHOUT_VERSIONS);
    assert_int_equal(records_open(&r, file, why, sizeof why), 0);
    records_close(r);
    for (size_t i = 0; i < sizeof CSV / sizeof CSV[0]; i++) {
        struct records_report report;
        (void)snprintf(csv, sizeof csv, "%s/t.csv", dir);
        support_write(csv, CSV[i].text);
        assert_int_equal(records_import(db, CSV[i].t, csv, now_ms, 0, NULL, NULL, &report), 0);
    }
    text_of(file, NAMES, a, sizeof a);
    text_of(path, NAMES, b, sizeof b);
    assert_int_equal(strlen(a), 5 * 33 - 1);
    assert_string_equal(a, b);
}

/* A child writes rows as fast as it can and is killed: every row stands in the list of changes, and every change has its row. */
static void killed_in_the_middle_row_and_change_are_both_there_or_not(void **state)
{
    (void)state;
    records_close(db);
    db = NULL;
    for (int round = 0; round < 3; round++) {
        pid_t child = fork();
        int status, tries = 0;
        int64_t before = number(path, "SELECT count(*) FROM changes");

        assert_true(child >= 0);
        if (child == 0) {
            const struct change_who who = {.user = "u", .how = "page", .at_ms = now_ms};
            struct records *r;
            char why[256], uid[CHANGE_UID_SIZE], slug[SLUG_SIZE];
            bool repeated;
            if (records_open(&r, path, why, sizeof why) != 0)
                _exit(1);
            for (int i = 0; i < 100000; i++) {
                const struct change_cell cell[] = {{"farm", slug},
                                                   {"name", "N"},
                                                   {"regency", "kotim"},
                                                   {"kecamatan", "62.02.06"}},
                                         other = {"name", "M"};
                (void)snprintf(slug, sizeof slug, "f-%d-%d", round, i);
                if (records_add(r, RECORDS_FARMS, cell, 4, "", &who, NULL, NULL, uid, &repeated) !=
                        0 ||
                    records_correct(r, RECORDS_FARMS, uid, &other, 1, "", "", "", &who, NULL, NULL,
                                    &repeated) != 0)
                    _exit(2);
            }
            _exit(3);
        }
        /* once it writes, it is in the middle of something */
        while (number(path, "SELECT count(*) FROM changes") < before + 5 && tries++ < 20000)
            assert_int_equal(waitpid(child, &status, WNOHANG), 0);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(number(path, "SELECT count(*) FROM farms"),
                         number(path, "SELECT count(*) FROM changes WHERE kind = 'add'"));
        assert_int_equal(number(path, "SELECT count(*) FROM farms_was"),
                         number(path, "SELECT count(*) FROM changes WHERE kind = 'correct'"));
        assert_int_equal(number(path, "SELECT count(*) FROM farms WHERE name = 'M'"),
                         number(path, "SELECT count(*) FROM farms_was"));
        assert_int_equal(number(path, "SELECT max(origin_seq) FROM changes"),
                         number(path, "SELECT count(*) FROM changes"));
    }
}

static void the_old_file_does_not_undo_a_correction(void **state)
{
    static const char FEED[] = "pond,on,feed_kg\np-1,2026-11-20,25\np-1,2026-11-21,3\n";
    const struct change_who who = {.user = "u", .how = "page", .at_ms = now_ms};
    const struct change_cell cell = {"feed_kg", "2.5"};
    struct records_report report;
    struct rec_row *row;
    char csv[300];
    size_t n;
    bool repeated;

    (void)state;
    (void)snprintf(csv, sizeof csv, "%s/t.csv", dir);
    support_write(csv, "farm,name,regency,kecamatan\nf-1,Satu,kotim,62.02.06\n");
    assert_int_equal(records_import(db, RECORDS_FARMS, csv, now_ms, 0, NULL, NULL, &report), 0);
    support_write(csv, "pond,farm,name,system,area_m2,depth_m\np-1,f-1,Kolam,pond,200,1.2\n");
    assert_int_equal(records_import(db, RECORDS_PONDS, csv, now_ms, 0, NULL, NULL, &report), 0);
    support_write(csv, FEED);
    assert_int_equal(records_import(db, RECORDS_FEED, csv, now_ms, 0, NULL, NULL, &report), 0);
    assert_int_equal(records_rows_of_pond(db, RECORDS_FEED, "p-1", 9, &row, &n), 0);
    assert_int_equal(n, 2);
    assert_string_equal(row[1].text[2], "25");
    assert_int_equal(records_correct(db, RECORDS_FEED, row[1].uid, &cell, 1, "", "", "", &who, NULL,
                                     NULL, &repeated),
                     0);
    assert_int_equal(
        records_withdraw(db, RECORDS_FEED, row[0].uid, "", "", "", &who, NULL, NULL, &repeated), 0);
    records_rows_free(row, n);
    assert_int_equal(records_import(db, RECORDS_FEED, csv, now_ms, 0, NULL, NULL, &report), 0);
    assert_int_equal(report.rows, 0);
    assert_int_equal(report.repeated, 2);
    /* a third row like the one withdrawn is a row */
    support_write(csv, "pond,on,feed_kg\np-1,2026-11-21,3\np-1,2026-11-21,3\n");
    assert_int_equal(records_import(db, RECORDS_FEED, csv, now_ms, 0, NULL, NULL, &report), 0);
    assert_int_equal(report.rows, 1);
    assert_int_equal(report.repeated, 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, records_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_file_of_each_earlier_form_is_taken_over),
        TEST(rows_have_the_same_name_on_two_machines),
        TEST(killed_in_the_middle_row_and_change_are_both_there_or_not),
        TEST(the_old_file_does_not_undo_a_correction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
