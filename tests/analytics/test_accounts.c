/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The secret, logging in, sessions. */
#include "tests/analytics/accounthouse.h"

#include <sqlite3.h>

#include "analytics/records/contacts.h"

static void a_secret_is_kept_as_yescrypt_alone(void **state)
{
    char a[PASSWORD_HASH_SIZE], b[PASSWORD_HASH_SIZE];

    (void)state;
    assert_int_equal(password_hash(PIN, a), 0);
    assert_int_equal(password_hash(PIN, b), 0);
    assert_memory_equal(a, "$y$", 3);
    assert_string_not_equal(a, b); /* salted */
    assert_true(password_fits(PIN, a));
    assert_false(password_fits("480914", a));
    assert_false(password_fits(PIN, NULL));
    assert_false(password_fits(PIN, ""));
    assert_false(password_fits(PIN, "$1$not-yescrypt"));
    assert_int_equal(password_hash("", a), NILA_ERR_RANGE);
}

static void what_is_easily_guessed_is_not_taken(void **state)
{
    static const struct {
        const char *secret;
        bool pin;
        enum password_fault fault;
    } T[] = {{PIN, true, PASSWORD_GOOD},
             {"12345", true, PASSWORD_SHORT},
             {"123456", true, PASSWORD_SIMPLE},
             {"987654", true, PASSWORD_SIMPLE},
             {"000000", true, PASSWORD_SIMPLE},
             {"456789", true, PASSWORD_SIMPLE},
             {"678123", true, PASSWORD_SIMPLE}, /* the end of the number */
             {"4809134809", false, PASSWORD_NO_PIN},
             {"karamba", false, PASSWORD_SHORT},
             {WORD, false, PASSWORD_GOOD},
             {"aaaaaaaaaaaa", false, PASSWORD_SIMPLE}};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (password_judge(T[i].secret, T[i].pin, "+6281234678123") != T[i].fault)
            fail_msg("%s", T[i].secret);
}

/* --- logging in --- */

static void a_log_in_gives_a_session_that_log_out_ends(void **state)
{
    struct webhouse h;
    struct webanswer a;
    struct browser b = {.csrf = ""};
    const char *at;

    (void)state;
    house_with_users(&h);
    assert_int_equal(
        post(&h, &STRANGER, "/masuk", "siapa=budi&pin=" PIN "&kembali=%2Fkolam%2Fkotim-1", &a),
        303);
    assert_true(webhouse_has(&a.head, "Location: /kolam/kotim-1\r\n"));
    assert_true(webhouse_has(&a.head, "Max-Age=2592000; SameSite=Lax; HttpOnly"));
    at = strstr(a.head.p, VIEWER_COOKIE "=");
    assert_non_null(at);
    (void)snprintf(b.cookie, sizeof b.cookie, "Cookie: %.74s\r\n", at);
    webanswer_free(&a);
    webhouse_ask(&h, "GET", "/akun", b.cookie, NULL, &a);
    assert_int_equal(a.status, 200);
    at = strstr(a.body.p, "name=\"tanda\" value=\"");
    assert_non_null(at);
    (void)snprintf(b.csrf, sizeof b.csrf, "%.32s", at + 20);
    webanswer_free(&a);
    assert_int_equal(post(&h, &b, "/keluar", "x=1", &a), 303);
    assert_true(webhouse_has(&a.head, VIEWER_COOKIE "=; Path=/; Max-Age=0"));
    webanswer_free(&a);
    assert_int_equal(get(&h, &b, "/akun"), 303); /* the cookie is worth nothing any more */
    assert_int_equal(
        post(&h, &STRANGER, "/masuk", "siapa=budi&pin=" PIN "&kembali=%2F%2Fjahat.example", &a),
        303);
    assert_true(webhouse_has(&a.head, "Location: /\r\n"));
    webanswer_free(&a);
    webhouse_close(&h);
}

static void a_form_after_the_session_ended_leads_to_the_log_in(void **state)
{
    struct webhouse h;
    struct browser budi;
    struct webanswer a;

    (void)state;
    house_with_users(&h);
    log_in_as(&h, "budi", &budi);
    assert_int_equal(records_account_active(h.records, "budi", false, "admin", 1), 0);
    assert_int_equal(post(&h, &budi, "/tombol", "apa=gasping&di=kotim-1&kembali=%2F&kunci=1", &a),
                     403);
    assert_true(webhouse_has(&a.body, "sesi Anda sudah berakhir"));
    assert_true(webhouse_has(&a.head, "Set-Cookie: nila="));
    assert_true(webhouse_has(&a.body, "action=\"/masuk\""));
    assert_false(webhouse_has(&a.body, "name=\"tanda\" value=\"\""));
    webanswer_free(&a);
    webhouse_close(&h);
}

/* An import holds the records for longer than anybody waits. */
static void a_press_during_an_import_is_taken(void **state)
{
    struct rec_press *list = NULL;
    struct webhouse h;
    struct browser budi;
    struct webanswer a;
    sqlite3 *import = NULL;
    size_t n = 0;

    (void)state;
    house_with_users(&h);
    log_in_as(&h, "budi", &budi);
    assert_int_equal(sqlite3_open(h.config.records_path, &import), SQLITE_OK);
    assert_int_equal(sqlite3_exec(import, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(
        post(&h, &budi, "/tombol", "apa=gasping&di=kotim-1&kembali=%2Fkolam%2Fkotim-1&kunci=1", &a),
        303);
    webanswer_free(&a);
    assert_int_equal(sqlite3_exec(import, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(import), SQLITE_OK);
    assert_int_equal(records_presses(h.records, 0, INT64_MAX, &list, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(list[0].pond, "kotim-1");
    free(list);
    webhouse_close(&h);
}

static void a_form_of_another_session_is_refused(void **state)
{
    struct webhouse h;
    struct browser budi, siti;
    struct webanswer a;

    (void)state;
    house_with_users(&h);
    log_in_as(&h, "budi", &budi);
    log_in_as(&h, "siti", &siti);
    memcpy(budi.csrf, siti.csrf, sizeof budi.csrf);
    assert_int_equal(post(&h, &budi, "/akun", "apa=akhiri&sesi=0", NULL), 403);
    memcpy(budi.csrf, ANONYMOUS, sizeof ANONYMOUS);
    assert_int_equal(post(&h, &budi, "/akun", "apa=akhiri&sesi=0", NULL), 403);
    log_in_as(&h, "budi", &budi);
    webhouse_ask(&h, "POST", "/akun", "Origin: http://jahat.example\r\n", "apa=akhiri&sesi=0", &a);
    assert_int_equal(a.status, 403);
    webanswer_free(&a);
    assert_int_equal(post(&h, &budi, "/akun", "apa=akhiri&sesi=0", NULL), 200);
    webhouse_close(&h);
}

static void a_new_pin_ends_the_other_sessions_and_disabling_all(void **state)
{
    struct webhouse h;
    struct browser here, there;

    (void)state;
    house_with_users(&h);
    log_in_as(&h, "budi", &here);
    log_in_as(&h, "budi", &there);
    assert_int_equal(post(&h, &here, "/akun", "apa=pin&pin=" PIN "&baru=275816&ulang=275817", NULL),
                     400);
    assert_int_equal(post(&h, &here, "/akun", "apa=pin&pin=" PIN "&baru=123456&ulang=123456", NULL),
                     400);
    assert_int_equal(post(&h, &here, "/akun", "apa=pin&pin=999999&baru=275816&ulang=275816", NULL),
                     403);
    assert_int_equal(get(&h, &there, "/akun"), 200);
    assert_int_equal(post(&h, &here, "/akun", "apa=pin&pin=" PIN "&baru=275816&ulang=275816", NULL),
                     200);
    assert_int_equal(get(&h, &there, "/akun"), 303);
    assert_int_equal(get(&h, &here, "/akun"), 200);
    assert_int_equal(records_account_active(h.records, "budi", false, "admin", clock_wall_ms()), 0);
    assert_int_equal(get(&h, &here, "/akun"), 303);
    webhouse_close(&h);
}

static void a_session_is_ended_from_the_list_by_its_owner_alone(void **state)
{
    struct webhouse h;
    struct browser budi, siti;
    struct rec_session *s = NULL;
    char form[64];
    size_t n = 0;

    (void)state;
    house_with_users(&h);
    log_in_as(&h, "budi", &budi);
    log_in_as(&h, "siti", &siti);
    assert_int_equal(records_sessions(h.records, "siti", clock_wall_ms(), &s, &n), 0);
    assert_int_equal(n, 1);
    (void)snprintf(form, sizeof form, "apa=akhiri&sesi=%lld", (long long)s[0].id);
    free(s);
    assert_int_equal(post(&h, &budi, "/akun", form, NULL), 200);
    assert_int_equal(get(&h, &siti, "/akun"), 200); /* not budi's: nothing ended */
    assert_int_equal(post(&h, &siti, "/akun", form, NULL), 200);
    assert_int_equal(get(&h, &siti, "/akun"), 303);
    webhouse_close(&h);
}

static void who_has_not_agreed_or_has_a_given_pin_goes_to_the_account_first(void **state)
{
    struct rec_user u = {.role = ROLE_FARMER, .renew = true, .farms = 1};
    struct webhouse h;
    struct browser b;

    (void)state;
    house_with_users(&h);
    (void)snprintf(u.slug, sizeof u.slug, "baru");
    (void)snprintf(u.name, sizeof u.name, "Baru");
    (void)snprintf(u.farm[0], sizeof u.farm[0], "mentaya");
    assert_int_equal(records_user_add(h.records, &u, "x", "konsol", 1), 0);
    log_in_as(&h, "baru", &b);
    assert_int_equal(get(&h, &b, "/"), 303);
    assert_int_equal(get(&h, &b, "/akun"), 200);
    /* fish that gasp do not wait for forms */
    assert_int_equal(post(&h, &b, "/tombol", "apa=gasping&di=kotim-1&kembali=%2F&kunci=1", NULL),
                     303);
    assert_int_equal(post(&h, &b, "/akun", "apa=setuju", NULL), 303);
    assert_int_equal(get(&h, &b, "/"), 303);
    assert_int_equal(records_account_secret(h.records, "baru", "x", false, INT64_MAX, "baru", 1),
                     0);
    log_in_as(&h, "baru", &b);
    assert_int_equal(get(&h, &b, "/"), 200);
    webhouse_close(&h);
}

/* A page that says no has the menu of who looks, and an account the name of the farm as people know it. */
static void a_farmers_pages_have_a_farmers_menu_and_words(void **state)
{
    static const char *const PATH[] = {"/tidak-ada", "/wilayah", "/pengguna/x"};
    struct webhouse h;
    struct browser budi;
    struct webanswer a;

    (void)state;
    house_with_users(&h);
    log_in_as(&h, "budi", &budi);
    for (size_t i = 0; i < sizeof PATH / sizeof PATH[0]; i++) {
        webhouse_ask(&h, "GET", PATH[i], budi.cookie, NULL, &a);
        assert_true(a.status == 404 || a.status == 403);
        assert_true(webhouse_has(&a.body, "href=\"/akun\""));
        assert_true(webhouse_has(&a.body, "href=\"/catat\""));
        assert_false(webhouse_has(&a.body, "href=\"/wilayah\""));
        assert_false(webhouse_has(&a.body, "href=\"/alat\""));
        webanswer_free(&a);
        webhouse_ask(&h, "GET", PATH[0], "", NULL, &a);
        assert_true(webhouse_has(&a.body, "href=\"/masuk\""));
        assert_false(webhouse_has(&a.body, "href=\"/alat\""));
        webanswer_free(&a);
    }
    webhouse_ask(&h, "GET", "/akun", budi.cookie, NULL, &a);
    assert_true(webhouse_has(&a.body, "Tambak Mentaya</p>"));
    assert_false(webhouse_has(&a.body, ">mentaya<"));
    webanswer_free(&a);
    webhouse_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_is_kept_as_yescrypt_alone),
        cmocka_unit_test(what_is_easily_guessed_is_not_taken),
        cmocka_unit_test(a_log_in_gives_a_session_that_log_out_ends),
        cmocka_unit_test(a_form_after_the_session_ended_leads_to_the_log_in),
        cmocka_unit_test(a_press_during_an_import_is_taken),
        cmocka_unit_test(a_form_of_another_session_is_refused),
        cmocka_unit_test(a_new_pin_ends_the_other_sessions_and_disabling_all),
        cmocka_unit_test(a_session_is_ended_from_the_list_by_its_owner_alone),
        cmocka_unit_test(a_farmers_pages_have_a_farmers_menu_and_words),
        cmocka_unit_test(who_has_not_agreed_or_has_a_given_pin_goes_to_the_account_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
