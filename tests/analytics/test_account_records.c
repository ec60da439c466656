/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is stored of a person and what never; what others are shown of it. */
#include "tests/analytics/accounthouse.h"

#include <sqlite3.h>

#include "analytics/records/contacts.h"
#include "collector/common/civil.h"

static void alarms_follow_a_new_number(void **state)
{
    struct rec_contact *c = NULL;
    struct webhouse h;
    struct browser budi;
    struct rec_user u;
    size_t n = 0;

    (void)state;
    house_with_users(&h);
    webhouse_import(&h, RECORDS_CONTACTS,
                    "contact,name,phone,answers_for,order,on\nbudi-hp,Budi,081211112222,"
                    "farm:mentaya,first,2026-01-01\n");
    assert_int_equal(records_user(h.records, "budi", &u, NULL), 0);
    (void)snprintf(u.contact, sizeof u.contact, "budi-hp");
    assert_int_equal(records_account_scope(h.records, &u, "admin", clock_wall_ms()), 0);
    assert_int_equal(records_contacts(h.records, &c, &n), 0);
    assert_string_equal(c[0].phone, "081211112222");
    free(c);
    log_in_as(&h, "budi", &budi);
    assert_int_equal(post(&h, &budi, "/akun", "apa=nomor&nomor=0813+3333+4444&pin=000000", NULL),
                     403);
    assert_int_equal(post(&h, &budi, "/akun", "apa=nomor&nomor=6202011505900001&pin=" PIN, NULL),
                     400);
    assert_int_equal(post(&h, &budi, "/akun", "apa=nomor&nomor=0813+3333+4444&pin=" PIN, NULL),
                     200);
    assert_int_equal(records_contacts(h.records, &c, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(c[0].phone, "+6281333334444");
    free(c);
    webhouse_close(&h);
}

static void keep_complaint(void *arg, const char *text)
{
    (void)snprintf(arg, 256, "%s", text);
}

static void a_nik_gets_into_no_record(void **state)
{
    static const struct {
        const char *name, *phone;
        bool taken;
    } T[] = {{"Pak 6202011505900001", "", false},
             {"Pak 6202.0115.0590.0001 Budi", "", false},
             {"Pak Budi", "6202 0115 0590 0001", false},
             {"Pak Budi", "0812-3456-7890", true}};
    struct records_report report;
    struct webhouse h;
    char path[300], why[256] = "";

    (void)state;
    house_with_users(&h);
    (void)snprintf(path, sizeof path, "%.200s/c.csv", h.dir);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct buf csv = {0};

        buf_printf(&csv,
                   "contact,name,phone,answers_for,order,on\nk-%zu,%s,%s,farm:mentaya,first,"
                   "2026-01-01\n",
                   i, T[i].name, T[i].phone);
        support_write(path, csv.p);
        buf_free(&csv);
        if ((records_import(h.records, RECORDS_CONTACTS, path, clock_wall_ms(), 0, keep_complaint,
                            why, &report) == 0) != T[i].taken)
            fail_msg("%s %s: %s", T[i].name, T[i].phone, why);
        assert_true(T[i].taken || strstr(why, "NIK") != NULL);
    }
    (void)unlink(path);
    webhouse_close(&h);
}

static void pages_and_the_api_name_no_pond_of_others(void **state)
{
    static const char *const PAGE[] = {"/", "/api/v1/ponds", "/alarm"};
    struct webhouse h;
    struct browser budi, joko;
    struct webanswer a;

    (void)state;
    house_with_users(&h);
    log_in_as(&h, "budi", &budi);
    log_in_as(&h, "joko", &joko);
    for (size_t i = 0; i < sizeof PAGE / sizeof PAGE[0]; i++) {
        webhouse_ask(&h, "GET", PAGE[i], budi.cookie, NULL, &a);
        assert_false(webhouse_has(&a.body, "kotim-2") || webhouse_has(&a.body, "seruyan-1"));
        assert_true(i == 2 || webhouse_has(&a.body, "kotim-1"));
        webanswer_free(&a);
        webhouse_ask(&h, "GET", PAGE[i], joko.cookie, NULL, &a);
        assert_false(webhouse_has(&a.body, "kotim-1") || webhouse_has(&a.body, "kotim-2"));
        webanswer_free(&a);
    }
    webhouse_close(&h);
}

static void who_changed_what_is_shown_without_money_to_officers(void **state)
{
    struct webhouse h;
    struct browser budi, rina;
    struct webanswer a;

    (void)state;
    house_with_users(&h);
    webhouse_import(&h, RECORDS_CYCLES,
                    "cycle,pond,stocked_on,count,mass_g,price_idr_each\n"
                    "s1,kotim-1,2026-01-01,3000,8,375\n");
    log_in_as(&h, "budi", &budi);
    log_in_as(&h, "rina", &rina);
    webhouse_ask(&h, "GET", "/audit", budi.cookie, NULL, &a);
    assert_true(webhouse_has(&a.head, "Cache-Control: no-store"));
    assert_true(webhouse_has(&a.body, "/audit/mentaya"));
    assert_false(webhouse_has(&a.body, "/audit/sampit"));
    webanswer_free(&a);
    webhouse_ask(&h, "GET", "/audit/mentaya", budi.cookie, NULL, &a);
    assert_int_equal(a.status, 200);
    assert_true(webhouse_has(&a.body, "<code>count</code> 3000"));
    assert_true(webhouse_has(&a.body, "<code>price_idr_each</code> 375"));
    webanswer_free(&a);
    webhouse_ask(&h, "GET", "/audit/mentaya", rina.cookie, NULL, &a);
    assert_true(webhouse_has(&a.body, "<code>count</code> 3000"));
    assert_false(webhouse_has(&a.body, "price_idr_each"));
    webanswer_free(&a);
    /* the same columns as in what an officer downloads */
    webhouse_import(&h, RECORDS_FARMS,
                    "farm,name,regency,kecamatan,kusuka\n"
                    "seranau,Tambak Seranau,kotim,62.02.06,1234.5678.9012\n");
    webhouse_ask(&h, "GET", "/audit/seranau", rina.cookie, NULL, &a);
    assert_true(webhouse_has(&a.body, "Tambak Seranau"));
    assert_false(webhouse_has(&a.body, "kusuka"));
    webanswer_free(&a);
    webhouse_close(&h);
}

/* More rows than one answer may have, all of them of other farms. */
static void others_rows_cost_a_farmer_no_download(void **state)
{
    struct webhouse h;
    struct browser budi, rina;
    struct webanswer a;
    sqlite3 *db = NULL;
    char sql[400];
    size_t lines = 0;

    (void)state;
    house_of_users(&h);
    assert_int_equal(sqlite3_open(h.config.records_path, &db), SQLITE_OK);
    (void)snprintf(
        sql, sizeof sql,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300003) "
        "INSERT INTO feed(pond, \"on\", feed_kg, entered_on, uid) SELECT CASE WHEN i < 3 THEN "
        "'kotim-1' ELSE 'kotim-2' END, %d, 5, 1, printf('%%032x', i) FROM n",
        (int)civil_day(clock_wall_ms()) - 3);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
    webhouse_start(&h);
    log_in_as(&h, "budi", &budi);
    log_in_as(&h, "rina", &rina);
    webhouse_ask(&h, "GET", "/unduh/feed.csv", budi.cookie, NULL, &a);
    assert_int_equal(a.status, 200);
    for (const char *p = a.body.p; (p = strchr(p, '\n')) != NULL; p++)
        lines++;
    assert_int_equal(lines, 3 + 2);
    assert_false(webhouse_has(&a.body, "kotim-2"));
    webanswer_free(&a);
    webhouse_ask(&h, "GET", "/unduh/feed.csv", rina.cookie, NULL, &a);
    assert_int_equal(a.status, 413);
    webanswer_free(&a);
    webhouse_close(&h);
}

static void an_erased_account_leaves_its_slug_and_what_was_done(void **state)
{
    struct rec_user_event *e = NULL;
    struct webhouse h;
    struct browser budi;
    struct rec_user u;
    size_t n = 0;

    (void)state;
    house_with_users(&h);
    log_in_as(&h, "budi", &budi);
    assert_int_equal(records_account_erase(h.records, "budi", "konsol", clock_wall_ms()), 0);
    assert_int_equal(records_user(h.records, "budi", &u, NULL), NILA_ERR_NOT_FOUND);
    assert_int_equal(get(&h, &budi, "/akun"), 303);
    assert_int_equal(records_user_events(h.records, "budi", 0, 10, &e, &n), 0);
    assert_string_equal(e[0].what, "erase");
    assert_string_equal(e[0].by, "konsol");
    free(e);
    webhouse_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alarms_follow_a_new_number),
        cmocka_unit_test(a_nik_gets_into_no_record),
        cmocka_unit_test(pages_and_the_api_name_no_pond_of_others),
        cmocka_unit_test(who_changed_what_is_shown_without_money_to_officers),
        cmocka_unit_test(others_rows_cost_a_farmer_no_download),
        cmocka_unit_test(an_erased_account_leaves_its_slug_and_what_was_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
