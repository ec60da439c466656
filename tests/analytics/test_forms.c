/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What farmers write down, by real HTTP: forms, the records behind them, corrections, taking back. */
#include "tests/analytics/webhouse.h"

#include "analytics/records/change.h"
#include "analytics/records/contacts.h"
#include "collector/common/civil.h"

struct party {
    struct webhouse h;
    char secret[VIEWER_SECRET_SIZE], csrf[PAGE_TOKEN_SIZE], cookie[120];
    char today[16], before[16];
};

static void party_open(struct party *p)
{
    char row[200];

    webhouse_open(&p->h);
    (void)civil_format_day(p->today, sizeof p->today, civil_day(clock_wall_ms()));
    (void)civil_format_day(p->before, sizeof p->before, civil_day(clock_wall_ms()) - 60);
    (void)snprintf(row, sizeof row, "cycle,pond,stocked_on,count,mass_g\nc1,kotim-1,%s,3000,8\n",
                   p->before);
    webhouse_import(&p->h, RECORDS_CYCLES, row);
    webhouse_user(&p->h, "pak-own", ROLE_FARMER, "mentaya", false, false, "x");
    webhouse_user(&p->h, "pak-other", ROLE_FARMER, "pembuang", false, false, "x");
    webhouse_start(&p->h);
    webhouse_login(&p->h, "pak-own", p->secret, p->csrf);
    (void)snprintf(p->cookie, sizeof p->cookie, "Cookie: " VIEWER_COOKIE "=%s\r\n", p->secret);
}

static void get(struct party *p, const char *path, struct webanswer *a)
{
    webhouse_ask(&p->h, "GET", path, p->cookie, NULL, a);
}

/* Posts "fields" with the token and the key; gives the status. */
static int post(struct party *p, const char *path, const char *fields, const char *key,
                struct webanswer *a)
{
    char form[600];

    (void)snprintf(form, sizeof form, "%s&kunci=%s&tanda=%s", fields, key, p->csrf);
    webhouse_ask(&p->h, "POST", path, p->cookie, form, a);
    return a->status;
}

static size_t rows_of(struct party *p, enum records_table t, const char *pond, struct rec_row **row)
{
    size_t n = 0;

    assert_int_equal(records_rows_of_pond(p->h.records, t, pond, 10, row, &n), 0);
    return n;
}

/* The page that a 303 leads to. */
static void follow(struct party *p, struct webanswer *a)
{
    char path[256];
    const char *at = strstr(a->head.p, "Location: ");

    assert_non_null(at);
    at += strlen("Location: ");
    (void)snprintf(path, sizeof path, "%.*s", (int)strcspn(at, "\r\n"), at);
    webanswer_free(a);
    get(p, path, a);
}

static void each_kind_is_stored_and_the_answer_says_so(void **state)
{
    static const struct {
        const char *kind, *fields, *says;
        enum records_table table;
    } T[] = {
        {"pakan", "jumlah=12%2C5&jenis=apung", "Jumlah pakan (kg) <b>12,5</b>", RECORDS_FEED},
        {"sampling", "jumlah=30&berat=4.500", "Berat semuanya (gram) <b>4.500</b>",
         RECORDS_SAMPLES},
        {"mati", "jumlah=7&sebab=", "Ikan mati (ekor) <b>7</b>", RECORDS_DEATHS},
        {"panen", "jumlah=120&jenis=partial&ukuran=5%2C2&harga=28500",
         "Macam panen <b>Panen sebagian</b>", RECORDS_HARVESTS},
        {"catatan", "jenis=treatment&isi=kapur+%3Cb%3E+5+kg", "Catatan <b>kapur &lt;b&gt; 5 kg</b>",
         RECORDS_NOTES},
    };
    struct party p;

    (void)state;
    party_open(&p);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        char path[64], fields[300];
        struct rec_row *row;
        struct webanswer a;

        (void)snprintf(path, sizeof path, "/catat/%s?kolam=kotim-1", T[i].kind);
        get(&p, path, &a);
        assert_int_equal(a.status, 200);
        assert_true(webhouse_has(&a.body, p.today)); /* today stands in the form */
        assert_true(webhouse_has(&a.body, "<option value=\"kotim-1\" selected>"));
        webanswer_free(&a);
        (void)snprintf(path, sizeof path, "/catat/%s", T[i].kind);
        (void)snprintf(fields, sizeof fields, "kolam=kotim-1&tanggal=%s&%s", p.today, T[i].fields);
        if (post(&p, path, fields, T[i].kind, &a) != 303)
            fail_msg("%s: %d %s", T[i].kind, a.status, a.body.p);
        follow(&p, &a);
        assert_int_equal(a.status, 200);
        if (!webhouse_has(&a.body, T[i].says) || !webhouse_has(&a.body, "Tersimpan di alat "))
            fail_msg("%s: %s", T[i].kind, a.body.p);
        webanswer_free(&a);
        assert_int_equal(rows_of(&p, T[i].table, "kotim-1", &row), 1);
        assert_string_equal(row[0].by, "pak-own");
        records_rows_free(row, 1);
    }
    webhouse_close(&p.h);
}

static void a_double_tap_is_noted_once_and_another_content_is_not_lost(void **state)
{
    struct party p;
    struct webanswer a;
    struct rec_row *row;
    char fields[200];
    size_t n;

    (void)state;
    party_open(&p);
    (void)snprintf(fields, sizeof fields, "kolam=kotim-1&tanggal=%s&jumlah=12&jenis=", p.today);
    for (int tap = 0; tap < 3; tap++) {
        assert_int_equal(post(&p, "/catat/pakan", fields, "k1", &a), 303);
        webanswer_free(&a);
    }
    n = rows_of(&p, RECORDS_FEED, "kotim-1", &row);
    records_rows_free(row, n);
    assert_int_equal(n, 1);
    /* the page is gone back to and filled in anew */
    (void)snprintf(fields, sizeof fields, "kolam=kotim-1&tanggal=%s&jumlah=9&jenis=", p.today);
    assert_int_equal(post(&p, "/catat/pakan", fields, "k1", &a), 409);
    assert_true(webhouse_has(&a.body, "sudah tersimpan dengan isi lain"));
    assert_true(webhouse_has(&a.body, "value=\"9\""));
    assert_false(webhouse_has(&a.body, "name=\"kunci\" value=\"k1\""));
    webanswer_free(&a);
    assert_int_equal(post(&p, "/catat/pakan", fields, "k2", &a), 303);
    webanswer_free(&a);
    n = rows_of(&p, RECORDS_FEED, "kotim-1", &row);
    records_rows_free(row, n);
    assert_int_equal(n, 2);
    webhouse_close(&p.h);
}

static void what_is_wrong_stores_nothing_and_comes_back(void **state)
{
    static const struct {
        const char *path, *fields, *says;
    } T[] = {
        {"/catat/pakan", "kolam=kotim-1&tanggal=TODAY&jumlah=banyak&jenis=", "Ini bukan angka."},
        {"/catat/pakan", "kolam=kotim-1&tanggal=TODAY&jumlah=&jenis=", "Belum diisi."},
        {"/catat/pakan", "kolam=kotim-1&tanggal=2999-01-01&jumlah=3&jenis=", "belum tiba"},
        {"/catat/mati", "kolam=kotim-1&tanggal=TODAY&jumlah=3%2C5&sebab=", "angka bulat"},
        {"/catat/air", "kolam=kotim-1&jumlah=99", "Harus antara 0 dan 25."},
        {"/catat/pakan",
         "kolam=kotim-1&tanggal=TODAY&jumlah=%3Cb%3E&jenis=", "value=\"&lt;b&gt;\""},
        {"/catat/pakan",
         "kolam=kotim-1&tanggal=TODAY&jumlah=3&jenis="
         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxx"
         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxx",
         "Terlalu panjang."},
    };
    struct party p;

    (void)state;
    party_open(&p);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        char fields[500];
        const char *at = strstr(T[i].fields, "TODAY");
        struct webanswer a;

        if (at != NULL)
            (void)snprintf(fields, sizeof fields, "%.*s%s%s", (int)(at - T[i].fields), T[i].fields,
                           p.today, at + 5);
        else
            (void)snprintf(fields, sizeof fields, "%s", T[i].fields);
        if (post(&p, T[i].path, fields, "k", &a) != 422 || !webhouse_has(&a.body, T[i].says) ||
            !webhouse_has(&a.body, "data-terisi") || !webhouse_has(&a.body, "aria-invalid"))
            fail_msg("%s: %d %s", T[i].says, a.status, a.body.p);
        webanswer_free(&a);
    }
    for (int t = RECORDS_FEED; t <= RECORDS_HARVESTS; t++) {
        struct rec_row *row;
        assert_int_equal(rows_of(&p, (enum records_table)t, "kotim-1", &row), 0);
        records_rows_free(row, 0);
    }
    webhouse_close(&p.h);
}

static void a_correction_keeps_the_old_value_and_a_withdrawal_the_row(void **state)
{
    const struct change_filter feed = {.table = "feed"};
    struct party p;
    struct webanswer a;
    struct rec_row *row, *now;
    struct rec_change *change;
    char fields[300], path[300];
    size_t n;

    (void)state;
    party_open(&p);
    (void)snprintf(fields, sizeof fields, "kolam=kotim-1&tanggal=%s&jumlah=120&jenis=", p.today);
    assert_int_equal(post(&p, "/catat/pakan", fields, "a", &a), 303);
    webanswer_free(&a);
    assert_int_equal(rows_of(&p, RECORDS_FEED, "kotim-1", &row), 1);
    (void)snprintf(path, sizeof path, "/catat/koreksi?jenis=pakan&id=%s", row[0].uid);
    get(&p, path, &a);
    assert_int_equal(a.status, 200);
    assert_true(webhouse_has(&a.body, "name=\"jumlah\" inputmode=\"decimal\" autocomplete=\"off\" "
                                      "maxlength=\"20\" value=\"120\""));
    webanswer_free(&a);
    (void)snprintf(fields, sizeof fields,
                   "kolam=kotim-1&tanggal=%s&jumlah=12&jenis=&id=%s&dasar=%s", p.today, row[0].uid,
                   row[0].change);
    assert_int_equal(post(&p, "/catat/pakan", fields, "b", &a), 303);
    follow(&p, &a);
    assert_true(webhouse_has(&a.body, "Angka lama tetap tersimpan"));
    assert_true(webhouse_has(&a.body, "<b>12</b>"));
    webanswer_free(&a);
    /* "back", another number, the same form once more: nothing is lost silently */
    (void)snprintf(fields, sizeof fields,
                   "kolam=kotim-1&tanggal=%s&jumlah=13&jenis=&id=%s&dasar=%s", p.today, row[0].uid,
                   row[0].change);
    assert_int_equal(post(&p, "/catat/pakan", fields, "b", &a), 409);
    assert_true(webhouse_has(&a.body, "sudah tersimpan dengan isi lain"));
    assert_true(webhouse_has(&a.body, "value=\"13\""));
    webanswer_free(&a);
    assert_int_equal(rows_of(&p, RECORDS_FEED, "kotim-1", &now), 1);
    assert_string_equal(now[0].text[2], "12");
    (void)snprintf(fields, sizeof fields, "name=\"dasar\" value=\"%s\"", now[0].change);
    records_rows_free(now, 1);
    (void)snprintf(path, sizeof path, "kolam=kotim-1&tanggal=%s&jumlah=12&jenis=&id=%s&dasar=%s",
                   p.today, row[0].uid, row[0].change);
    assert_int_equal(post(&p, "/catat/pakan", path, "b", &a), 303); /* a double tap is none */
    webanswer_free(&a);
    (void)snprintf(path, sizeof path, "kolam=kotim-1&tanggal=%s&jumlah=13&jenis=&id=%s&dasar=%s",
                   p.today, row[0].uid, row[0].change);
    assert_int_equal(post(&p, "/catat/pakan", path, "b", &a), 409);
    assert_true(webhouse_has(&a.body, fields)); /* Simpan once more stores it */
    webanswer_free(&a);
    /* somebody else who still saw the old value must look again */
    (void)snprintf(fields, sizeof fields,
                   "kolam=kotim-1&tanggal=%s&jumlah=15&jenis=&id=%s&dasar=%s", p.today, row[0].uid,
                   row[0].change);
    assert_int_equal(post(&p, "/catat/pakan", fields, "c", &a), 422);
    webanswer_free(&a);
    records_rows_free(row, 1);
    assert_int_equal(rows_of(&p, RECORDS_FEED, "kotim-1", &row), 1);
    (void)snprintf(path, sizeof path, "/catat/tarik?jenis=pakan&id=%s", row[0].uid);
    get(&p, path, &a); /* only asks */
    assert_int_equal(a.status, 200);
    webanswer_free(&a);
    (void)snprintf(fields, sizeof fields, "jenis=pakan&id=%s&dasar=%s", row[0].uid, row[0].change);
    records_rows_free(row, 1);
    assert_int_equal(post(&p, "/catat/tarik", fields, "d", &a), 200);
    assert_true(webhouse_has(&a.body, "Catatan sudah dihapus."));
    webanswer_free(&a);
    assert_int_equal(rows_of(&p, RECORDS_FEED, "kotim-1", &row), 0);
    records_rows_free(row, 0);
    assert_int_equal(records_changes(p.h.records, &feed, &change, &n), 0);
    assert_int_equal(n, 3);
    assert_string_equal(change[0].kind, "withdraw");
    assert_string_equal(change[1].kind, "correct");
    assert_non_null(strstr(change[1].old_json, "120"));
    assert_string_equal(change[1].by, "pak-own");
    records_changes_free(change, n);
    webhouse_close(&p.h);
}

static void nobody_touches_another_farms_rows(void **state)
{
    struct party p;
    struct webanswer a;
    struct rec_row *row;
    char fields[300], path[160], secret[VIEWER_SECRET_SIZE], csrf[PAGE_TOKEN_SIZE], cookie[120];

    (void)state;
    party_open(&p);
    (void)snprintf(fields, sizeof fields, "kolam=kotim-1&tanggal=%s&jumlah=120&jenis=", p.today);
    assert_int_equal(post(&p, "/catat/pakan", fields, "a", &a), 303);
    webanswer_free(&a);
    assert_int_equal(rows_of(&p, RECORDS_FEED, "kotim-1", &row), 1);
    webhouse_login(&p.h, "pak-other", secret, csrf);
    (void)snprintf(cookie, sizeof cookie, "Cookie: " VIEWER_COOKIE "=%s\r\n", secret);
    (void)snprintf(path, sizeof path, "/catat/koreksi?jenis=pakan&id=%s", row[0].uid);
    webhouse_ask(&p.h, "GET", path, cookie, NULL, &a);
    assert_int_equal(a.status, 404);
    webanswer_free(&a);
    /* a row of another's pond under the name of one's own pond */
    (void)snprintf(fields, sizeof fields,
                   "kolam=seruyan-1&tanggal=%s&jumlah=1&jenis=&id=%s&dasar=&kunci=x&tanda=%s",
                   p.today, row[0].uid, csrf);
    webhouse_ask(&p.h, "POST", "/catat/pakan", cookie, fields, &a);
    assert_int_equal(a.status, 404);
    webanswer_free(&a);
    (void)snprintf(fields, sizeof fields, "jenis=pakan&id=%s&dasar=&kunci=x&tanda=%s", row[0].uid,
                   csrf);
    webhouse_ask(&p.h, "POST", "/catat/tarik", cookie, fields, &a);
    assert_int_equal(a.status, 404);
    webanswer_free(&a);
    records_rows_free(row, 1);
    assert_int_equal(rows_of(&p, RECORDS_FEED, "kotim-1", &row), 1);
    records_rows_free(row, 1);
    webhouse_close(&p.h);
}

static void oxygen_by_hand_is_on_the_page_and_a_double_tap_is_one(void **state)
{
    struct party p;
    struct webanswer a;
    struct rec_press *press;
    size_t n;

    (void)state;
    party_open(&p);
    for (int tap = 0; tap < 2; tap++) {
        assert_int_equal(post(&p, "/catat/air", "kolam=kotim-1&jumlah=2%2C4", "w", &a), 303);
        follow(&p, &a);
        assert_true(webhouse_has(&a.body, "oksigen diukur dengan tangan: 2,4 mg/L"));
        webanswer_free(&a);
    }
    assert_int_equal(
        records_presses(p.h.records, clock_wall_ms() - 60000, clock_wall_ms() + 1, &press, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(press[0].by, "pak-own");
    free(press);
    webhouse_close(&p.h);
}

static void a_new_stocking_makes_a_cycle(void **state)
{
    struct party p;
    struct webanswer a;
    struct rec_row *row;
    char fields[200];

    (void)state;
    party_open(&p);
    (void)snprintf(fields, sizeof fields, "kolam=kotim-1&tanggal=%s&jumlah=2.500&berat=8%%2C4",
                   p.today);
    assert_int_equal(post(&p, "/catat/tebar", fields, "t", &a), 303);
    follow(&p, &a);
    assert_true(webhouse_has(&a.body, "Jumlah benih (ekor) <b>2.500</b>"));
    webanswer_free(&a);
    assert_int_equal(rows_of(&p, RECORDS_CYCLES, "kotim-1", &row), 2);
    records_rows_free(row, 2);
    webhouse_close(&p.h);
}

static void large_text_is_kept_in_a_cookie(void **state)
{
    struct party p;
    struct webanswer a;
    char headers[200];

    (void)state;
    party_open(&p);
    get(&p, "/?besar=1", &a);
    assert_true(webhouse_has(&a.head, "Set-Cookie: besar=1;"));
    assert_true(webhouse_has(&a.body, "class=\"besar\""));
    webanswer_free(&a);
    (void)snprintf(headers, sizeof headers, "Cookie: " VIEWER_COOKIE "=%s; besar=1\r\n", p.secret);
    webhouse_ask(&p.h, "GET", "/", headers, NULL, &a);
    assert_true(webhouse_has(&a.body, "class=\"besar\""));
    webanswer_free(&a);
    get(&p, "/?besar=%3Cscript%3E", &a);
    assert_false(webhouse_has(&a.head, "Set-Cookie: besar"));
    assert_false(webhouse_has(&a.body, "class=\"besar\""));
    webanswer_free(&a);
    webhouse_close(&p.h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_stored_and_the_answer_says_so),
        cmocka_unit_test(a_double_tap_is_noted_once_and_another_content_is_not_lost),
        cmocka_unit_test(what_is_wrong_stores_nothing_and_comes_back),
        cmocka_unit_test(a_correction_keeps_the_old_value_and_a_withdrawal_the_row),
        cmocka_unit_test(nobody_touches_another_farms_rows),
        cmocka_unit_test(oxygen_by_hand_is_on_the_page_and_a_double_tap_is_one),
        cmocka_unit_test(a_new_stocking_makes_a_cycle),
        cmocka_unit_test(large_text_is_kept_in_a_cookie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
