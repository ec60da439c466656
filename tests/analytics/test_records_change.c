/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recordsfile.h"

#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "analytics/records/change.h"
#include "analytics/records/contacts.h"
#include "analytics/records/db.h"
#include "collector/common/buf.h"
#include "collector/common/civil.h"

static int64_t now_ms;
static struct buf said;

static int set_up(void **state)
{
    assert_int_equal(civil_parse_iso("2026-11-24T12:00+07:00", &now_ms, NULL), 0);
    buf_clear(&said);
    return records_set_up(state);
}

static int tear_down(void **state)
{
    buf_free(&said);
    said = (struct buf){0};
    return records_tear_down(state);
}

static void tell(void *arg, const char *column, const char *reason)
{
    (void)arg;
    buf_printf(&said, "%s: %s\n", column, reason);
}

static struct change_who who(int64_t at_ms)
{
    struct change_who w = {.user = "pak-budi", .how = "page", .at_ms = at_ms};

    return w;
}

/* "pond=p-1,on=2026-11-24": cells of a form. */
static size_t cells(char *text, struct change_cell *out)
{
    size_t n = 0;
    char *rest = NULL;

    for (char *w = strtok_r(text, ",", &rest); w != NULL; w = strtok_r(NULL, ",", &rest)) {
        char *equals = strchr(w, '=');
        assert_non_null(equals);
        *equals = '\0';
        out[n++] = (struct change_cell){w, equals + 1};
    }
    return n;
}

static int add(enum records_table t, const char *text, const char *key, char *uid, bool *repeated)
{
    struct change_cell cell[RECORDS_COLUMNS_MAX];
    char own[600];
    const struct change_who w = who(now_ms);

    (void)snprintf(own, sizeof own, "%s", text);
    return records_add(db, t, cell, cells(own, cell), key, &w, tell, NULL, uid, repeated);
}

static void must_add(enum records_table t, const char *text, char *uid)
{
    char any[CHANGE_UID_SIZE];
    bool repeated = true;

    if (add(t, text, "", uid != NULL ? uid : any, &repeated) != 0)
        fail_msg("%s: %s", text, said.p != NULL ? said.p : "no words");
    assert_false(repeated);
}

static int correct(enum records_table t, const char *uid, const char *text, const char *based_on,
                   bool *same)
{
    struct change_cell cell[RECORDS_COLUMNS_MAX];
    char own[600];
    const struct change_who w = who(now_ms);

    (void)snprintf(own, sizeof own, "%s", text);
    return records_correct(db, t, uid, cell, cells(own, cell), based_on, "salah tulis", "", &w,
                           tell, NULL, same);
}

static int withdraw(enum records_table t, const char *uid)
{
    const struct change_who w = who(now_ms);
    bool repeated;

    return records_withdraw(db, t, uid, "", "salah kolam", "", &w, tell, NULL, &repeated);
}

static void pond(void)
{
    must_add(RECORDS_FARMS, "farm=f-1,name=Pak Budi,regency=kotim,kecamatan=62.02.06", NULL);
    must_add(RECORDS_PONDS, "pond=p-1,farm=f-1,name=Kolam 1,system=pond,area_m2=200,depth_m=1.2",
             NULL);
    must_add(RECORDS_CYCLES, "cycle=c-1,pond=p-1,stocked_on=2026-10-01,count=2000,mass_g=8", NULL);
}

static size_t count_sql(const char *sql)
{
    sqlite3 *h;
    sqlite3_stmt *q;
    size_t n;

    assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(h, sql, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    n = (size_t)sqlite3_column_int64(q, 0);
    (void)sqlite3_finalize(q);
    (void)sqlite3_close(h);
    return n;
}

static double fed(int64_t as_of_ms)
{
    struct records_snapshot *s;
    double kg = 0;

    assert_int_equal(records_snapshot(db, as_of_ms, &s), 0);
    for (size_t i = 0; i < s->feeds; i++)
        kg += s->feed[i].feed_kg;
    records_snapshot_free(s);
    return kg;
}

static void a_correction_is_seen_from_its_moment_on(void **state)
{
    char uid[CHANGE_UID_SIZE];
    struct rec_row *row = NULL;
    struct rec_change *list = NULL;
    const struct change_filter all = {.row_uid = uid};
    int64_t first = now_ms;
    size_t n = 0;
    bool same = true;

    (void)state;
    pond();
    must_add(RECORDS_FEED, "pond=p-1,on=2026-11-24,feed_kg=25", uid);
    now_ms += 60000;
    if (correct(RECORDS_FEED, uid, "feed_kg=2,=5", "", &same) == 0)
        fail_msg("an empty cell name was taken");
    buf_clear(&said);
    {
        const struct change_cell cell = {"feed_kg", " 2,5 "};
        const struct change_who w = who(now_ms);
        assert_int_equal(records_correct(db, RECORDS_FEED, uid, &cell, 1, "", "salah koma", "", &w,
                                         tell, NULL, &same),
                         0);
    }
    assert_false(same);
    assert_true(fed(first - 1) == 0);
    assert_true(fed(first) == 25);
    assert_true(fed(now_ms - 1) == 25);
    assert_true(fed(now_ms) == 2.5);
    assert_int_equal(records_row(db, RECORDS_FEED, uid, &row), 0);
    assert_string_equal(row->text[2], "2.5");
    assert_string_equal(row->text[1], "2026-11-24");
    assert_string_equal(row->by, "pak-budi");
    assert_true(row->entered_ms == now_ms);
    assert_int_equal(records_changes(db, &all, &list, &n), 0);
    assert_int_equal(n, 2);
    assert_string_equal(list[0].kind, "correct");
    assert_string_equal(list[0].uid, row->change);
    assert_string_equal(list[0].reason, "salah koma");
    assert_non_null(strstr(list[0].old_json, "\"feed_kg\":\"25\""));
    assert_non_null(strstr(list[0].new_json, "\"feed_kg\":\"2.5\""));
    assert_string_equal(list[1].kind, "add");
    assert_string_equal(list[1].old_json, "");
    assert_true(list[0].origin_seq == list[1].origin_seq + 1);
    records_changes_free(list, n);
    records_rows_free(row, 1);
}

static void a_form_that_comes_twice_counts_once(void **state)
{
    char a[CHANGE_UID_SIZE], b[CHANGE_UID_SIZE];
    bool repeated = true;

    (void)state;
    pond();
    assert_int_equal(add(RECORDS_FEED, "pond=p-1,on=2026-11-24,feed_kg=3", "k1", a, &repeated), 0);
    assert_false(repeated);
    assert_int_equal(add(RECORDS_FEED, "pond=p-1,on=2026-11-24,feed_kg=3", "k1", b, &repeated), 0);
    assert_true(repeated);
    assert_string_equal(a, b);
    assert_true(fed(now_ms) == 3);
    /* the same meal again with a key of its own is a second meal */
    assert_int_equal(add(RECORDS_FEED, "pond=p-1,on=2026-11-24,feed_kg=3", "k2", b, &repeated), 0);
    assert_false(repeated);
    assert_string_not_equal(a, b);
    assert_true(fed(now_ms) == 6);
    assert_int_equal(count_sql("SELECT count(*) FROM changes WHERE \"table\" = 'feed'"), 2);
}

static void what_is_withdrawn_was_there_before(void **state)
{
    char uid[CHANGE_UID_SIZE];
    struct rec_row *row = NULL;
    int64_t first = now_ms;

    (void)state;
    pond();
    must_add(RECORDS_FEED, "pond=p-1,on=2026-11-24,feed_kg=3", uid);
    now_ms += 1000;
    assert_int_equal(withdraw(RECORDS_FEED, uid), 0);
    assert_true(fed(first) == 3);
    assert_true(fed(now_ms) == 0);
    assert_int_equal(records_row(db, RECORDS_FEED, uid, &row), NILA_ERR_NOT_FOUND);
    assert_int_equal(withdraw(RECORDS_FEED, uid), NILA_ERR_NOT_FOUND);
}

static void what_others_depend_on_is_not_withdrawn(void **state)
{
    struct rec_row *farm, *pond_row, *cycle;
    struct rec_press p = {.pond = "p-1", .kind = PRESS_GASPING, .by = "x", .at_ms = 1};
    size_t n;

    (void)state;
    pond();
    must_add(RECORDS_FEED, "pond=p-1,on=2026-11-24,feed_kg=3", NULL);
    must_add(RECORDS_DEATHS, "pond=p-1,on=2026-11-24,count=2", NULL);
    assert_int_equal(records_rows_of_pond(db, RECORDS_FARMS, "", 9, &farm, &n), 0);
    assert_int_equal(records_rows_of_pond(db, RECORDS_PONDS, "p-1", 9, &pond_row, &n), 0);
    assert_int_equal(records_rows_of_pond(db, RECORDS_CYCLES, "p-1", 9, &cycle, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(withdraw(RECORDS_FARMS, farm->uid), NILA_ERR_REFUSED);
    assert_non_null(strstr(said.p, "(ponds: 1)"));
    buf_clear(&said);
    assert_int_equal(withdraw(RECORDS_PONDS, pond_row->uid), NILA_ERR_REFUSED);
    assert_non_null(strstr(said.p, "(cycles: 1, feed: 1, deaths: 1)"));
    buf_clear(&said);
    assert_int_equal(withdraw(RECORDS_CYCLES, cycle->uid), NILA_ERR_REFUSED);
    assert_non_null(strstr(said.p, "(feed: 1, deaths: 1)"));
    buf_clear(&said);
    assert_int_equal(records_press(db, &p), 0);
    {
        struct rec_row *row;
        size_t k;
        assert_int_equal(records_rows_of_pond(db, RECORDS_FEED, "p-1", 9, &row, &k), 0);
        assert_int_equal(withdraw(RECORDS_FEED, row->uid), 0);
        records_rows_free(row, k);
        assert_int_equal(records_rows_of_pond(db, RECORDS_DEATHS, "p-1", 9, &row, &k), 0);
        assert_int_equal(withdraw(RECORDS_DEATHS, row->uid), 0);
        records_rows_free(row, k);
    }
    assert_int_equal(withdraw(RECORDS_CYCLES, cycle->uid), 0);
    assert_int_equal(withdraw(RECORDS_PONDS, pond_row->uid), NILA_ERR_REFUSED); /* the button */
    assert_non_null(strstr(said.p, "buttons"));
    assert_int_equal(count_sql("SELECT count(*) FROM ponds_was"), 0);
    records_rows_free(farm, 1);
    records_rows_free(pond_row, 1);
    records_rows_free(cycle, 1);
}

static void a_second_author_must_look_first(void **state)
{
    char uid[CHANGE_UID_SIZE];
    struct rec_row *row;
    bool same;

    (void)state;
    pond();
    must_add(RECORDS_FEED, "pond=p-1,on=2026-11-24,feed_kg=3", uid);
    assert_int_equal(records_row(db, RECORDS_FEED, uid, &row), 0);
    assert_int_equal(correct(RECORDS_FEED, uid, "feed_kg=4", row->change, &same), 0);
    assert_int_equal(correct(RECORDS_FEED, uid, "feed_kg=5", row->change, &same), NILA_ERR_REFUSED);
    assert_non_null(strstr(said.p, "pak-budi"));
    assert_true(fed(now_ms) == 4);
    /* what is as on record is no correction */
    assert_int_equal(correct(RECORDS_FEED, uid, "feed_kg=4", "", &same), 0);
    assert_true(same);
    assert_int_equal(count_sql("SELECT count(*) FROM feed_was"), 1);
    records_rows_free(row, 1);
}

static void forms_meet_the_checks_of_the_import(void **state)
{
    static const struct {
        enum records_table table;
        const char *text, *words;
    } T[] = {
        {RECORDS_FEED, "pond=p-9,on=2026-11-24,feed_kg=3", "pond: there is no pond \"p-9\""},
        {RECORDS_FEED, "pond=p-1,on=2026-11-25,feed_kg=3", "on: \"2026-11-25\" lies in the future"},
        {RECORDS_FEED, "pond=p-1,on=2026-11-24", "feed_kg: may not be empty"},
        {RECORDS_FEED, "pond=p-1,on=2026-11-24,feed_kg=1.500",
         "feed_kg: \"1.500\" is not a number"},
        {RECORDS_FEED, "pond=p-1,on=2026-11-24,feed_kg=3,colour=red", "colour: this column is not"},
        {RECORDS_SAMPLES, "pond=p-1,on=2026-11-24,fish=3", "total_g: may not be empty"},
        {RECORDS_FARMS, "farm=f-1,name=X,regency=kotim,kecamatan=62.02.06",
         "farm: \"f-1\" is on record already"},
        {RECORDS_CYCLES, "cycle=c-2,pond=p-1,stocked_on=2026-10-01,count=20,mass_g=8",
         "stocked_on: overlaps cycle c-1"},
    };
    char uid[CHANGE_UID_SIZE] = "untouched";
    bool repeated;
    size_t before;

    (void)state;
    pond();
    before = count_sql("SELECT count(*) FROM changes");
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        buf_clear(&said);
        if (add(T[i].table, T[i].text, "k", uid, &repeated) != NILA_ERR_PARSE ||
            strstr(said.p, T[i].words) == NULL)
            fail_msg("%s: %s", T[i].text, said.p);
    }
    assert_string_equal(uid, "untouched");
    assert_int_equal(count_sql("SELECT count(*) FROM changes"), before);
}

static void the_list_of_changes_cannot_be_altered(void **state)
{
    static const char *const SQL[] = {"UPDATE changes SET by = 'x'", "DELETE FROM changes",
                                      "UPDATE feed_was SET feed_kg = 1", "DELETE FROM feed_was",
                                      "INSERT OR REPLACE INTO changes SELECT * FROM changes"};
    char uid[CHANGE_UID_SIZE];
    bool same;

    (void)state;
    pond();
    must_add(RECORDS_FEED, "pond=p-1,on=2026-11-24,feed_kg=3", uid);
    assert_int_equal(correct(RECORDS_FEED, uid, "feed_kg=4", "", &same), 0);
    for (size_t i = 0; i < sizeof SQL / sizeof SQL[0]; i++) {
        assert_int_not_equal(db_exec(db->db, SQL[i]), 0);
        print_message("%s\n", SQL[i]);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_correction_is_seen_from_its_moment_on), TEST(a_form_that_comes_twice_counts_once),
        TEST(what_is_withdrawn_was_there_before),      TEST(what_others_depend_on_is_not_withdrawn),
        TEST(a_second_author_must_look_first),         TEST(forms_meet_the_checks_of_the_import),
        TEST(the_list_of_changes_cannot_be_altered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
