/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Assumptions entered by an officer through the server: stored once, with history, in the own regency only. */
#include "tests/analytics/webhouse.h"

#include "analytics/records/change.h"

static struct webhouse house;
static char cookie[200], token[PAGE_TOKEN_SIZE];

static int open_house(void **state)
{
    char secret[VIEWER_SECRET_SIZE];

    (void)state;
    webhouse_open(&house);
    webhouse_import(&house, RECORDS_ASSUMPTIONS,
                    "key,node,value,low,high,unit,months,source,on\n"
                    "loss,kotim,5,3,8,%,,Survei 2025,2025-06-30\n");
    webhouse_user(&house, "ibu-kotim", ROLE_OFFICER, NULL, true, false, "x");
    webhouse_start(&house);
    webhouse_login(&house, "ibu-kotim", secret, token);
    (void)snprintf(cookie, sizeof cookie, "Cookie: " VIEWER_COOKIE "=%s\r\n", secret);
    return 0;
}

static int close_house(void **state)
{
    (void)state;
    webhouse_close(&house);
    return 0;
}

static int post(const char *fields, struct webanswer *a)
{
    char form[600];

    (void)snprintf(form, sizeof form, "%s&tanda=%s", fields, token);
    webhouse_ask(&house, "POST", "/asumsi", cookie, form, a);
    return a->status;
}

static size_t rows(void)
{
    struct rec_row *row = NULL;
    size_t n = 0;

    assert_int_equal(records_rows_of_pond(house.records, RECORDS_ASSUMPTIONS, "", 100, &row, &n),
                     0);
    records_rows_free(row, n);
    return n;
}

static void a_newer_value_counts_and_the_old_one_is_history(void **state)
{
    struct webanswer a;
    const char *newer, *older;

    (void)state;
    assert_int_equal(post("key=loss&node=kotim&value=6%2C5&low=4&high=9&months=&source=Survei+2026&"
                          "on=2026-06-30&sekali=k1",
                          &a),
                     303);
    assert_true(webhouse_has(&a.head, "Location: /asumsi?tersimpan=1"));
    webanswer_free(&a);
    /* pressed twice */
    assert_int_equal(post("key=loss&node=kotim&value=6%2C5&low=4&high=9&months=&source=Survei+2026&"
                          "on=2026-06-30&sekali=k1",
                          &a),
                     303);
    webanswer_free(&a);
    assert_int_equal(rows(), 2);
    webhouse_ask(&house, "GET", "/asumsi?tersimpan=1", cookie, NULL, &a);
    assert_int_equal(a.status, 200);
    assert_true(webhouse_has(&a.body, "Tersimpan."));
    assert_true(webhouse_has(&a.body, "ibu-kotim"));
    newer = strstr(a.body.p, "<b>6,5</b>");
    older = strstr(a.body.p, "<b>5</b>");
    assert_non_null(newer);
    assert_non_null(older);
    assert_true(newer < strstr(a.body.p, "Riwayat") && older > strstr(a.body.p, "Riwayat"));
    webanswer_free(&a);
}

static void what_is_wrong_is_named_and_nothing_is_stored(void **state)
{
    static const struct {
        const char *says, *form, *names;
        int status;
    } row[] = {
        {"no number", "key=loss&node=kotim&value=lima&source=a&on=2026-06-30", "Nilai", 400},
        {"out of range", "key=loss&node=kotim&value=95&source=a&on=2026-06-30", "Nilai", 400},
        {"no source", "key=loss&node=kotim&value=5&source=&on=2026-06-30", "Sumber", 400},
        {"a day to come", "key=loss&node=kotim&value=5&source=a&on=2099-01-01", "Tanggal", 400},
        {"an unknown key", "key=x&node=kotim&value=5&source=a&on=2026-06-30", "", 400},
        {"nothing", "x=1", NULL, 403},
        {"the other regency", "key=loss&node=seruyan&value=5&source=a&on=2026-06-30", NULL, 403},
        {"both regencies", "key=loss&node=joint&value=5&source=a&on=2026-06-30", NULL, 403},
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct webanswer a;

        print_message("%s\n", row[i].says);
        assert_int_equal(post(row[i].form, &a), row[i].status);
        if (row[i].names != NULL) {
            char fault[80];

            (void)snprintf(fault, sizeof fault, "<li class=\"no\">%s", row[i].names);
            if (!webhouse_has(&a.body, fault))
                fail_msg("%s", a.body.p);
        }
        webanswer_free(&a);
        assert_int_equal(rows(), 1);
    }
}

static void one_is_taken_back_with_a_reason_that_stays(void **state)
{
    const struct change_filter f = {.table = "assumptions", .most = 10};
    struct rec_change *change = NULL;
    struct rec_row *row = NULL;
    struct webanswer a;
    char form[300], uid[CHANGE_UID_SIZE];
    size_t n = 0;

    (void)state;
    assert_int_equal(
        post("key=loss&node=kotim&value=6%2C5&source=Salah&on=2026-06-30&sekali=k1", &a), 303);
    webanswer_free(&a);
    assert_int_equal(records_rows_of_pond(house.records, RECORDS_ASSUMPTIONS, "", 2, &row, &n), 0);
    (void)snprintf(uid, sizeof uid, "%s", row[0].uid); /* newest entry first */
    records_rows_free(row, n);
    (void)snprintf(form, sizeof form, "apa=tarik&id=%s&dasar=&alasan=", uid);
    assert_int_equal(post(form, &a), 400);
    assert_true(webhouse_has(&a.body, "tulis alasannya"));
    assert_true(webhouse_has(&a.body, "<details open>"));
    webanswer_free(&a);
    assert_int_equal(rows(), 2);
    (void)snprintf(form, sizeof form, "apa=tarik&id=%s&dasar=&alasan=salah+ketik+%%3Cb%%3E", uid);
    assert_int_equal(post(form, &a), 303);
    webanswer_free(&a);
    assert_int_equal(rows(), 1);
    webhouse_ask(&house, "GET", "/asumsi?ditarik=1", cookie, NULL, &a);
    assert_true(webhouse_has(&a.body, "Asumsi ditarik."));
    assert_true(webhouse_has(&a.body, "<i>salah ketik &lt;b&gt;</i>"));
    assert_true(webhouse_has(&a.body, "<b>5</b>")); /* the one before it counts again */
    webanswer_free(&a);
    assert_int_equal(records_changes(house.records, &f, &change, &n), 0);
    assert_string_equal(change[0].kind, "withdraw");
    assert_string_equal(change[0].by, "ibu-kotim");
    assert_non_null(strstr(change[0].old_json, "6.5"));
    records_changes_free(change, n);
    assert_int_equal(post(form, &a), 404); /* once more */
    webanswer_free(&a);
    assert_int_equal(post("apa=tarik&id=x&alasan=y", &a), 404);
    webanswer_free(&a);
}

static void the_other_regencys_value_is_not_hers_to_take_back(void **state)
{
    struct rec_row *row = NULL;
    struct webanswer a;
    char form[200];
    size_t n = 0;

    (void)state;
    webhouse_import(&house, RECORDS_ASSUMPTIONS,
                    "key,node,value,low,high,unit,months,source,on\n"
                    "loss,seruyan,5,3,8,%,,Survei 2025,2025-06-30\n");
    assert_int_equal(records_rows_of_pond(house.records, RECORDS_ASSUMPTIONS, "", 1, &row, &n), 0);
    (void)snprintf(form, sizeof form, "apa=tarik&id=%s&alasan=y", row[0].uid);
    records_rows_free(row, n);
    assert_int_equal(post(form, &a), 403);
    webanswer_free(&a);
    assert_int_equal(rows(), 2);
    webhouse_ask(&house, "GET", "/asumsi", cookie, NULL, &a);
    assert_true(webhouse_has(&a.body, "value=\"tarik\"")); /* of her own */
    webanswer_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_newer_value_counts_and_the_old_one_is_history, open_house,
                                        close_house),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_named_and_nothing_is_stored, open_house,
                                        close_house),
        cmocka_unit_test_setup_teardown(one_is_taken_back_with_a_reason_that_stays, open_house,
                                        close_house),
        cmocka_unit_test_setup_teardown(the_other_regencys_value_is_not_hers_to_take_back,
                                        open_house, close_house),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
