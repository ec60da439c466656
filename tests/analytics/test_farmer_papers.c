/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What belongs to a harvest besides its figures, by real HTTP: the photo of its note, and what becomes of it when farm and office changed it
 * both. Prices are the farmer's alone throughout. */
#include "tests/analytics/webhouse.h"

#include <sqlite3.h>

#include "analytics/records/photos.h"
#include "analytics/records/sync.h"
#include "collector/common/civil.h"

struct party {
    struct webhouse h;
    char uid[CHANGE_UID_SIZE]; /* of a harvest of 120 kg at kotim-1 */
    char today[16], cycles[120], harvests[200];
};

static void open_party(struct party *p)
{
    char before[16];
    struct rec_row *row;
    size_t n = 0;

    webhouse_open(&p->h);
    (void)civil_format_day(p->today, sizeof p->today, civil_day(clock_wall_ms()));
    (void)civil_format_day(before, sizeof before, civil_day(clock_wall_ms()) - 60);
    (void)snprintf(p->cycles, sizeof p->cycles,
                   "cycle,pond,stocked_on,count,mass_g,price_idr_each\nc1,kotim-1,%s,3000,8,400\n",
                   before);
    (void)snprintf(p->harvests, sizeof p->harvests,
                   "pond,on,kg,kind,buyer,price_idr_kg\nkotim-1,%s,120,partial,Haji Sani,28500\n",
                   p->today);
    webhouse_import(&p->h, RECORDS_CYCLES, p->cycles);
    webhouse_import(&p->h, RECORDS_HARVESTS, p->harvests);
    webhouse_user(&p->h, "pak-own", ROLE_FARMER, "mentaya", false, false, "x");
    webhouse_user(&p->h, "pak-other", ROLE_FARMER, "pembuang", false, false, "x");
    webhouse_user(&p->h, "ibu-kotim", ROLE_OFFICER, NULL, true, false, "x");
    assert_int_equal(records_rows_of_pond(p->h.records, RECORDS_HARVESTS, "kotim-1", 2, &row, &n),
                     0);
    assert_int_equal(n, 1);
    (void)snprintf(p->uid, sizeof p->uid, "%s", row[0].uid);
    records_rows_free(row, n);
}

static int get(struct party *p, const char *user, const char *path, struct webanswer *a)
{
    char secret[VIEWER_SECRET_SIZE], csrf[PAGE_TOKEN_SIZE], headers[160];

    webhouse_login(&p->h, user, secret, csrf);
    (void)snprintf(headers, sizeof headers, "Cookie: " VIEWER_COOKIE "=%s\r\n", secret);
    webhouse_ask(&p->h, "GET", path, headers, NULL, a);
    return a->status;
}

/* Sends bytes as the photo, as a browser does; the status. csrf NULL: the session's own. */
static int send_photo(struct party *p, const char *user, const char *token, const char *bytes,
                      size_t n, const char *more)
{
    char secret[VIEWER_SECRET_SIZE], csrf[PAGE_TOKEN_SIZE], answer[4096];
    struct buf body = {0}, all = {0};
    ssize_t k = 0, got;
    int fd, status;

    webhouse_login(&p->h, user, secret, csrf);
    buf_printf(&body,
               "--xyz\r\nContent-Disposition: form-data; name=\"tanda\"\r\n\r\n%s\r\n--xyz\r\n"
               "Content-Disposition: form-data; name=\"id\"\r\n\r\n%s\r\n--xyz\r\n"
               "Content-Disposition: form-data; name=\"foto\"; filename=\"../../nota.jpg\"\r\n"
               "Content-Type: text/html\r\n\r\n",
               token != NULL ? token : csrf, p->uid);
    buf_add(&body, bytes, n);
    buf_str(&body, "\r\n--xyz--\r\n");
    buf_printf(&all,
               "POST /catat/foto HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: "
               "close\r\nCookie: " VIEWER_COOKIE
               "=%s\r\n%sContent-Type: multipart/form-data; boundary=xyz\r\n"
               "Content-Length: %zu\r\n\r\n",
               web_port(p->h.web), secret, more, body.n);
    buf_add(&all, body.p, body.n);
    fd = webhouse_dial(&p->h);
    for (size_t sent = 0; sent < all.n; sent += (size_t)k) {
        k = send(fd, all.p + sent, all.n - sent, MSG_NOSIGNAL);
        assert_true(k > 0);
    }
    for (got = 0; got < (ssize_t)sizeof answer - 1 &&
                  (k = recv(fd, answer + got, sizeof answer - 1 - (size_t)got, 0)) > 0;)
        got += k;
    answer[got] = '\0';
    status = got > 12 ? (int)strtol(answer + 9, NULL, 10) : 0;
    (void)close(fd);
    buf_free(&all);
    buf_free(&body);
    return status;
}

static size_t photos_of(struct party *p, char (*uid)[CHANGE_UID_SIZE])
{
    size_t n = 0;

    assert_int_equal(records_photos_of(p->h.records, p->uid, uid, 8, &n), 0);
    return n;
}

#define JPEG "\xff\xd8\xff\xe0-the bytes of a picture \0 with a zero-\xff\xd9"

static void a_photo_of_the_note_is_kept_and_is_the_farmers_alone(void **state)
{
    char uid[8][CHANGE_UID_SIZE], path[96];
    struct webanswer a;
    struct party p;

    (void)state;
    open_party(&p);
    webhouse_start(&p.h);
    assert_int_equal(send_photo(&p, "pak-own", NULL, JPEG, sizeof JPEG - 1, ""), 303);
    assert_int_equal(photos_of(&p, uid), 1);
    (void)snprintf(path, sizeof path, "/catat/foto/%s", uid[0]);
    assert_int_equal(get(&p, "pak-own", path, &a), 200);
    assert_true(webhouse_has(&a.head, "Content-Type: image/jpeg\r\n")); /* not what was told */
    assert_true(webhouse_has(&a.head, "X-Content-Type-Options: nosniff"));
    assert_true(webhouse_has(&a.head, "Cache-Control: no-store"));
    assert_int_equal(a.body.n, sizeof JPEG - 1);
    assert_memory_equal(a.body.p, JPEG, sizeof JPEG - 1);
    webanswer_free(&a);
    for (int who = 0; who < 2; who++) {
        assert_int_equal(get(&p, who == 0 ? "pak-other" : "ibu-kotim", path, &a), 404);
        webanswer_free(&a);
    }
    (void)snprintf(path, sizeof path, "/catat/foto?id=%s", p.uid);
    assert_int_equal(get(&p, "pak-own", path, &a), 200);
    assert_true(webhouse_has(&a.body, uid[0]));
    assert_true(webhouse_has(&a.body, "enctype=\"multipart/form-data\""));
    webanswer_free(&a);
    assert_int_equal(get(&p, "ibu-kotim", path, &a), 404);
    webanswer_free(&a);
    /* the way there stands beside the harvest, for the farmer alone */
    assert_int_equal(get(&p, "pak-own", "/catat?kolam=kotim-1", &a), 200);
    assert_true(webhouse_has(&a.body, path));
    webanswer_free(&a);
    assert_int_equal(get(&p, "ibu-kotim", "/catat?kolam=kotim-1", &a), 200);
    assert_false(webhouse_has(&a.body, "/catat/foto"));
    webanswer_free(&a);
    webhouse_close(&p.h);
}

/* Fingerlings and feed with prices: the cost is on the farmer's page and in their API, and nowhere else. */
static void what_fish_cost_is_the_farmers_alone(void **state)
{
    static const char *const USER[] = {"pak-own", "ibu-kotim"};
    char rows[200];
    struct webanswer a;
    struct party p;

    (void)state;
    open_party(&p);
    (void)snprintf(rows, sizeof rows, "pond,on,feed_kg,price_idr_kg\nkotim-1,%s,50,12000\n",
                   p.today);
    webhouse_import(&p.h, RECORDS_FEED, rows);
    (void)snprintf(rows, sizeof rows, "pond,on,fish,total_g\nkotim-1,%s,10,1000\n", p.today);
    webhouse_import(&p.h, RECORDS_SAMPLES, rows);
    webhouse_start(&p.h);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(get(&p, USER[i], "/kolam/kotim-1", &a), 200);
        assert_true(webhouse_has(&a.body, "Hitungan dari catatan"));
        assert_int_equal(webhouse_has(&a.body, "Rp 3.420.000 dari 120"), i == 0);
        assert_int_equal(webhouse_has(&a.body, "Biaya benih dan pakan: Rp "), i == 0);
        if (i == 1)
            assert_false(webhouse_has(&a.body, "Rp "));
        webanswer_free(&a);
        assert_int_equal(get(&p, USER[i], "/api/v1/ponds/kotim-1", &a), 200);
        assert_true(webhouse_has(&a.body, "\"figures\":{\"day\":60,"));
        assert_int_equal(webhouse_has(&a.body, "\"cost_idr_kg\":null"), i == 1);
        webanswer_free(&a);
    }
    webhouse_close(&p.h);
}

static void what_is_no_small_picture_or_not_of_our_page_is_refused(void **state)
{
    static char large[PHOTO_BYTES_MOST + 1];
    static char huge[80000];
    char uid[8][CHANGE_UID_SIZE];
    struct party p;

    (void)state;
    open_party(&p);
    webhouse_start(&p.h);
    memcpy(large, JPEG, 12);
    memcpy(huge, JPEG, 12);
    assert_int_equal(send_photo(&p, "pak-own", NULL, "<script>alert(1)</script>", 25, ""), 422);
    assert_int_equal(send_photo(&p, "pak-own", NULL, "", 0, ""), 422);
    assert_int_equal(send_photo(&p, "pak-own", NULL, large, sizeof large, ""), 422);
    assert_int_equal(send_photo(&p, "pak-own", NULL, huge, sizeof huge, ""), 413);
    assert_int_equal(
        send_photo(&p, "pak-own", "0123456789abcdef0123456789abcdef", JPEG, sizeof JPEG - 1, ""),
        403);
    assert_int_equal(
        send_photo(&p, "pak-own", NULL, JPEG, sizeof JPEG - 1, "Origin: http://evil.example\r\n"),
        403);
    assert_int_equal(send_photo(&p, "pak-other", NULL, JPEG, sizeof JPEG - 1, ""), 404);
    assert_int_equal(send_photo(&p, "ibu-kotim", NULL, JPEG, sizeof JPEG - 1, ""), 404);
    assert_int_equal(photos_of(&p, uid), 0);
    /* sent twice it is one; a fifth is one too many */
    large[20] = 'x';
    for (int i = 0; i < 6; i++) {
        large[13] = (char)('a' + (i > 0 ? i - 1 : 0));
        assert_int_equal(send_photo(&p, "pak-own", NULL, large, 40000, ""), i < 5 ? 303 : 422);
    }
    assert_int_equal(photos_of(&p, uid), 4);
    webhouse_close(&p.h);
}

/* Changes one cell of the harvest in a records file. */
static void change(struct records *r, const char *uid, const char *column, const char *text,
                   const char *user)
{
    const struct change_cell cell = {column, text};
    struct change_who who = {.how = "page", .at_ms = clock_wall_ms()};
    bool repeated;

    (void)snprintf(who.user, sizeof who.user, "%s", user);
    assert_int_equal(records_correct(r, RECORDS_HARVESTS, uid, &cell, 1, "", "", "", &who, NULL,
                                     NULL, &repeated),
                     0);
}

/* The farm's computer sends what the office has not got; the conflicts that came of it. */
static size_t push(struct party *p, struct webhouse *pi)
{
    struct sync_report report = {.taken = 0}, own;
    struct buf text = {0}, answer = {0};
    char why[SYNC_WHY] = "";
    int64_t upto = 0;
    size_t n = 0;

    assert_int_equal(sync_farm_push(pi->records, SYNC_BODY_USUAL, &text, &upto, &n), 0);
    assert_true(n > 0);
    if (sync_office_push(p->h.records, "pi", text.p, text.n, clock_wall_ms(), &answer, &report,
                         why) != 0 ||
        sync_farm_sent(pi->records, answer.p, answer.n, upto, &own, why) != 0)
        fail_msg("%s", why);
    buf_free(&text);
    buf_free(&answer);
    return report.conflicts;
}

/* Office and farm's computer have the same rows from the same CSV files; then both change the harvest. */
static void change_on_both_sides(struct party *p)
{
    static const char *const FARMS[] = {"mentaya", "sampit", "pembuang"};
    char key[SYNC_KEY_SIZE], why[SYNC_WHY] = "";
    struct sync_report report;
    struct sync_standing at;
    struct buf answer = {0};
    struct webhouse pi;

    webhouse_open(&pi);
    webhouse_import(&pi, RECORDS_CYCLES, p->cycles);
    webhouse_import(&pi, RECORDS_HARVESTS, p->harvests);
    assert_int_equal(sync_key_make(p->h.records, "pi", FARMS, 3, clock_wall_ms(), key), 0);
    assert_int_equal(sync_farm_begin(pi.records), 0);
    assert_int_equal(push(p, &pi), 0);
    assert_int_equal(sync_standing(pi.records, &at), 0);
    assert_int_equal(sync_office_pull(p->h.records, "pi", at.origin, at.pulled, SYNC_BODY_USUAL,
                                      clock_wall_ms(), &answer, why),
                     0);
    assert_int_equal(
        sync_farm_pulled(pi.records, answer.p, answer.n, at.pulled, clock_wall_ms(), &report, why),
        0);
    change(p->h.records, p->uid, "kg", "125", "ibu-kotim");
    change(pi.records, p->uid, "price_idr_kg", "31250", "pak-own");
    assert_true(push(p, &pi) > 0);
    buf_free(&answer);
    records_close(pi.records);
    support_rmdir(pi.dir);
}

static void what_two_sides_changed_is_shown_without_the_price_to_the_office(void **state)
{
    struct webanswer a;
    struct party p;

    (void)state;
    open_party(&p);
    change_on_both_sides(&p);
    webhouse_start(&p.h);
    assert_int_equal(get(&p, "pak-own", "/catat?kolam=kotim-1", &a), 200);
    if (!webhouse_has(&a.body, "1 catatan diubah dua pihak"))
        fail_msg("%s", a.body.p);
    webanswer_free(&a);
    assert_int_equal(get(&p, "pak-own", "/catat/bentrok", &a), 200);
    if (!webhouse_has(&a.body, "31250") || !webhouse_has(&a.body, "125"))
        fail_msg("%s", a.body.p);
    assert_true(webhouse_has(&a.body, "Berlaku: dari pak-own"));
    assert_true(webhouse_has(&a.body, "Tidak berlaku: dari ibu-kotim"));
    assert_true(webhouse_has(&a.body, "/catat/koreksi?jenis=panen&id="));
    webanswer_free(&a);
    assert_int_equal(get(&p, "ibu-kotim", "/catat/bentrok", &a), 200);
    assert_true(webhouse_has(&a.body, "125"));
    assert_false(webhouse_has(&a.body, "31250"));
    assert_false(webhouse_has(&a.body, "28500"));
    assert_false(webhouse_has(&a.body, "Sani"));
    webanswer_free(&a);
    assert_int_equal(get(&p, "pak-other", "/catat/bentrok", &a), 200);
    assert_true(webhouse_has(&a.body, "Tidak ada catatan yang bertabrakan."));
    webanswer_free(&a);
    /* a correction settles it */
    change(p.h.records, p.uid, "kg", "126", "pak-own");
    assert_int_equal(get(&p, "pak-own", "/catat?kolam=kotim-1", &a), 200);
    assert_false(webhouse_has(&a.body, "diubah dua pihak"));
    webanswer_free(&a);
    assert_int_equal(get(&p, "pak-own", "/catat/bentrok", &a), 200);
    assert_true(webhouse_has(&a.body, "Sudah diubah lagi sesudahnya."));
    webanswer_free(&a);
    webhouse_close(&p.h);
}

/* Another farm's 250 newer ones: on the page, only the newest 200 are looked at. */
static void others_conflict(struct party *p)
{
    sqlite3 *db = NULL;

    webhouse_import(&p->h, RECORDS_CYCLES,
                    "cycle,pond,stocked_on,count,mass_g\nc9,seruyan-1,2026-01-02,900,8\n");
    assert_int_equal(sqlite3_open(p->h.config.records_path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(
            db,
            "WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < 250)"
            " INSERT INTO changes(uid, at_ms, by, how, \"table\", row_uid, kind, based_on,"
            " old, new, reason, key, origin, origin_seq) SELECT 'many-' || i, c.at_ms, c.by,"
            " c.how, c.\"table\", c.row_uid, c.kind, '', c.old, c.new, '', '', 'elsewhere', i"
            " FROM changes c, k WHERE c.row_uid ="
            " (SELECT uid FROM cycles WHERE pond = 'seruyan-1');"
            "INSERT INTO sync_conflicts SELECT uid, uid, 'cycles', row_uid, (SELECT max(at_ms)"
            " FROM sync_conflicts) FROM changes WHERE uid LIKE 'many-%'",
            NULL, NULL, NULL),
        SQLITE_OK);
    (void)sqlite3_close(db);
}

static void a_farms_conflicts_are_not_crowded_out_by_others(void **state)
{
    struct webanswer a;
    struct party p;

    (void)state;
    open_party(&p);
    change_on_both_sides(&p);
    others_conflict(&p);
    webhouse_start(&p.h);
    assert_int_equal(get(&p, "pak-other", "/catat/bentrok", &a), 200);
    assert_false(webhouse_has(&a.body, "Tidak ada catatan yang bertabrakan."));
    assert_false(webhouse_has(&a.body, "pak-own"));
    webanswer_free(&a);
    assert_int_equal(get(&p, "pak-own", "/catat/bentrok", &a), 200);
    assert_true(webhouse_has(&a.body, "Berlaku: dari pak-own"));
    webanswer_free(&a);
    assert_int_equal(get(&p, "pak-own", "/catat?kolam=kotim-1", &a), 200);
    assert_true(webhouse_has(&a.body, "1 catatan diubah dua pihak"));
    webanswer_free(&a);
    webhouse_close(&p.h);
}

static void a_farms_own_computer_says_what_is_not_at_the_office(void **state)
{
    struct webanswer a;
    struct party p;

    (void)state;
    open_party(&p);
    p.h.config.sync.on = true;
    assert_int_equal(sync_farm_begin(p.h.records), 0);
    change(p.h.records, p.uid, "kg", "125", "pak-own");
    webhouse_start(&p.h);
    assert_int_equal(get(&p, "pak-own", "/catat?kolam=kotim-1", &a), 200);
    assert_true(webhouse_has(&a.body, "Belum terkirim ke Dinas: "));
    assert_true(webhouse_has(&a.body, "belum pernah terhubung ke Dinas"));
    webanswer_free(&a);
    webhouse_close(&p.h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_photo_of_the_note_is_kept_and_is_the_farmers_alone),
        cmocka_unit_test(what_fish_cost_is_the_farmers_alone),
        cmocka_unit_test(what_is_no_small_picture_or_not_of_our_page_is_refused),
        cmocka_unit_test(what_two_sides_changed_is_shown_without_the_price_to_the_office),
        cmocka_unit_test(a_farms_conflicts_are_not_crowded_out_by_others),
        cmocka_unit_test(a_farms_own_computer_says_what_is_not_at_the_office),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
