/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logging in and what it may never hold up; sessions; a PIN by two people; numbers; what is stored of a person and what never. */
#include "tests/analytics/webhouse.h"

#include <sqlite3.h>

#include "analytics/records/alarms.h"
#include "analytics/records/contacts.h"
#include "analytics/web/login.h"
#include "collector/common/civil.h"

#define PIN       "480913"
#define WORD      "karamba-biru-7"
#define ANONYMOUS "0123456789abcdef0123456789abcdef"
#define NO_LOGIN  "Cookie: nila=" ANONYMOUS "\r\n"

/* The cookie line of a session, and the token of its forms. */
struct browser {
    char cookie[200], csrf[PAGE_TOKEN_SIZE];
};

static void log_in_as(struct webhouse *h, const char *user, struct browser *b)
{
    char secret[VIEWER_SECRET_SIZE];

    webhouse_login(h, user, secret, b->csrf);
    (void)snprintf(b->cookie, sizeof b->cookie, "Cookie: " VIEWER_COOKIE "=%s\r\n", secret);
}

/* Posts the form with the browser's token and gives the status; a may be NULL. */
static int post(struct webhouse *h, const struct browser *b, const char *path, const char *form,
                struct webanswer *a)
{
    struct webanswer own;
    char all[600];
    int status;

    (void)snprintf(all, sizeof all, "%s&tanda=%s", form, b->csrf);
    webhouse_ask(h, "POST", path, b->cookie, all, a != NULL ? a : &own);
    status = a != NULL ? a->status : own.status;
    if (a == NULL)
        webanswer_free(&own);
    return status;
}

static int get(struct webhouse *h, const struct browser *b, const char *path)
{
    struct webanswer a;
    int status;

    webhouse_ask(h, "GET", path, b->cookie, NULL, &a);
    status = a.status;
    webanswer_free(&a);
    return status;
}

static const struct browser STRANGER = {NO_LOGIN, ANONYMOUS};

static void house_of_users(struct webhouse *h)
{
    char hash[PASSWORD_HASH_SIZE];

    webhouse_open(h);
    assert_int_equal(password_hash(PIN, hash), 0);
    webhouse_user(h, "admin", ROLE_ADMIN, NULL, true, true, "x");
    webhouse_user(h, "budi", ROLE_FARMER, "mentaya", false, false, hash);
    webhouse_user(h, "siti", ROLE_FARMER, "mentaya", false, false, "x");
    webhouse_user(h, "rina", ROLE_OFFICER, NULL, true, false, "x");
    webhouse_user(h, "joko", ROLE_OFFICER, NULL, false, true, "x");
}

static void house_with_users(struct webhouse *h)
{
    house_of_users(h);
    webhouse_start(h);
}

/* --- the secret --- */

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

static void guessing_is_held_up_and_an_acknowledgement_never(void **state)
{
    struct webhouse h;
    struct browser budi;
    struct webanswer a;
    int waits = 0;

    (void)state;
    house_with_users(&h);
    log_in_as(&h, "budi", &budi);
    for (int i = 0; i < 8; i++) {
        int status = post(&h, &STRANGER, "/masuk", "siapa=budi&pin=111222", &a);
        assert_true(status == 403 || status == 429);
        if (status == 429)
            assert_true(webhouse_has(&a.head, "Retry-After: "));
        waits += status == 429;
        webanswer_free(&a);
    }
    assert_int_equal(waits, 5); /* the name waits from its third wrong try on */
    assert_int_equal(post(&h, &STRANGER, "/masuk", "siapa=budi&pin=" PIN, NULL), 429);
    /* who is logged in, from the same address, under the same name, presses as before */
    assert_int_equal(post(&h, &budi, "/tombol", "apa=gasping&di=kotim-1&kembali=%2F&kunci=1", NULL),
                     303);
    assert_int_equal(post(&h, &budi, "/tombol", "apa=ack&di=77&kembali=%2F&kunci=1", NULL), 409);
    webhouse_close(&h);
}

static void an_address_has_five_tries_a_minute_and_a_name_waits_ever_longer(void **state)
{
    struct webhouse h;
    struct logins *l = logins_new();
    struct rec_user u;
    int64_t now = 1000000;
    long wait = 0, before = 0;
    char who[16];

    (void)state;
    house_with_users(&h);
    for (int i = 0; i < 5; i++) {
        (void)snprintf(who, sizeof who, "nobody-%d", i);
        assert_int_equal(login_try(l, h.records, who, "x", "10.0.0.1", now + i, &u, &wait),
                         LOGIN_WRONG);
    }
    assert_int_equal(login_try(l, h.records, "budi", PIN, "10.0.0.1", now + 10, &u, &wait),
                     LOGIN_WAIT);
    assert_int_equal(wait, 60);
    assert_int_equal(login_try(l, h.records, "budi", PIN, "10.0.0.2", now + 10, &u, &wait),
                     LOGIN_OK);
    assert_string_equal(u.slug, "budi");
    assert_int_equal(login_try(l, h.records, "budi", PIN, "10.0.0.1", now + 60001, &u, &wait),
                     LOGIN_OK);
    /* one network of IPv6 is one address */
    for (int i = 0; i < 5; i++) {
        char address[40];
        (void)snprintf(address, sizeof address, "2001:db8::%d", i + 1);
        (void)snprintf(who, sizeof who, "nobody6-%d", i);
        assert_int_equal(login_try(l, h.records, who, "x", address, now, &u, &wait), LOGIN_WRONG);
    }
    assert_int_equal(login_try(l, h.records, "budi", PIN, "2001:db8::99", now, &u, &wait),
                     LOGIN_WAIT);
    /* a name that nobody has waits like one that somebody has */
    for (int i = 0; i < 12; i++) {
        char address[40];
        (void)snprintf(address, sizeof address, "10.1.0.%d", i);
        assert_int_equal(login_try(l, h.records, "hantu", "x", address, now, &u, &wait),
                         LOGIN_WRONG);
        assert_true(wait >= before && wait <= LOGIN_WAIT_MOST_S);
        before = wait;
        now += wait * 1000;
    }
    assert_int_equal(before, LOGIN_WAIT_MOST_S);
    logins_free(l);
    webhouse_close(&h);
}

static void behind_a_proxy_nobody_makes_up_where_they_come_from(void **state)
{
    struct webhouse h;
    struct webanswer a;
    char head[300], form[120];

    (void)state;
    webhouse_open(&h);
    h.config.web_proxy = true;
    webhouse_user(&h, "admin", ROLE_ADMIN, NULL, true, true, "x");
    webhouse_start(&h);
    for (int i = 0; i < 7; i++) {
        (void)snprintf(form, sizeof form, "siapa=siapa-%d&pin=x&tanda=" ANONYMOUS, i);
        /* the browser's line first, as HAProxy sends them on; or in one line, as nginx does */
        (void)snprintf(head, sizeof head,
                       i % 2 == 0 ? NO_LOGIN
                           "X-Forwarded-For: 198.51.100.%d\r\nX-Forwarded-For: 203.0.113.9\r\n"
                                  : NO_LOGIN "X-Forwarded-For: 198.51.100.%d, 203.0.113.9\r\n",
                       i);
        webhouse_ask(&h, "POST", "/masuk", head, form, &a);
        assert_int_equal(a.status, i < LOGIN_TRIES_A_MINUTE ? 403 : 429);
        webanswer_free(&a);
    }
    webhouse_close(&h);
}

static void a_flood_of_names_does_not_end_the_wait_of_one(void **state)
{
    struct webhouse h;
    struct logins *l = logins_new();
    struct rec_user u;
    int64_t now = 1000000;
    char who[24], address[40];
    long wait = 0;

    (void)state;
    house_with_users(&h);
    for (int i = 0; i < 3; i++) {
        (void)snprintf(address, sizeof address, "10.2.0.%d", i);
        assert_int_equal(login_try(l, h.records, "budi", "x", address, now, &u, &wait),
                         LOGIN_WRONG);
    }
    assert_int_equal(wait, 5);
    /* five of them are tried, a thousand are only sent */
    for (int i = 0; i < 1005; i++) {
        (void)snprintf(who, sizeof who, "siapa-%d", i);
        assert_int_equal(login_try(l, h.records, who, "x", "10.3.0.1", now + 1, &u, &wait),
                         i < 5 ? LOGIN_WRONG : LOGIN_WAIT);
    }
    assert_int_equal(login_try(l, h.records, "budi", "x", "10.4.0.1", now + 2, &u, &wait),
                     LOGIN_WAIT);
    logins_free(l);
    webhouse_close(&h);
}

/* --- sessions --- */

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

/* --- a PIN by two people --- */

static void read_code(const struct webanswer *a, char code[static RESET_CODE_SIZE])
{
    const char *at = strstr(a->body.p, "Kode untuk ");

    assert_non_null(at);
    at = strstr(at, ": ");
    assert_non_null(at);
    (void)snprintf(code, RESET_CODE_SIZE, "%.8s", at + 2);
    assert_int_equal(strspn(code, "0123456789"), 8);
}

static int64_t waiting(struct webhouse *h)
{
    struct rec_reset *reset = NULL;
    size_t n = 0;
    int64_t id;

    assert_int_equal(records_resets(h->records, clock_wall_ms(), &reset, &n), 0);
    assert_int_equal(n, 1);
    id = reset[0].id;
    free(reset);
    return id;
}

static void a_forgotten_pin_takes_two_people(void **state)
{
    struct webhouse h;
    struct browser rina, joko, siti, budi;
    struct webanswer a;
    char confirm[64], code[RESET_CODE_SIZE], form[160];

    (void)state;
    house_with_users(&h);
    log_in_as(&h, "rina", &rina);
    log_in_as(&h, "joko", &joko);
    log_in_as(&h, "siti", &siti);
    log_in_as(&h, "budi", &budi);
    assert_int_equal(post(&h, &joko, "/pengguna/budi", "apa=pin-mulai", NULL), 404);
    assert_int_equal(post(&h, &rina, "/pengguna/budi", "apa=pin-mulai", NULL), 200);
    (void)snprintf(confirm, sizeof confirm, "apa=pin-setuju&nomor=%lld", (long long)waiting(&h));
    assert_int_equal(post(&h, &rina, "/pengguna", confirm, NULL), 409); /* the same person */
    assert_int_equal(post(&h, &budi, "/pengguna", confirm, NULL), 409); /* the user */
    assert_int_equal(post(&h, &joko, "/pengguna", confirm, NULL), 409); /* another regency */
    assert_int_equal(post(&h, &siti, "/pengguna", confirm, &a), 200);   /* of the same farm */
    read_code(&a, code);
    assert_true(webhouse_has(&a.head, "Cache-Control: no-store"));
    webanswer_free(&a);
    assert_int_equal(post(&h, &siti, "/pengguna", confirm, NULL), 409); /* once */
    assert_int_equal(
        post(&h, &STRANGER, "/pin", "siapa=budi&kode=00000000&baru=275816&ulang=275816", NULL),
        403);
    (void)snprintf(form, sizeof form, "siapa=budi&kode=%s&baru=275816&ulang=275816", code);
    assert_int_equal(post(&h, &STRANGER, "/pin", form, NULL), 200);
    assert_int_equal(get(&h, &budi, "/akun"), 303); /* every session ended */
    assert_int_equal(post(&h, &STRANGER, "/masuk", "siapa=budi&pin=275816", NULL), 303);
    assert_int_equal(post(&h, &STRANGER, "/pin", form, NULL), 403); /* a code is used once */
    webhouse_close(&h);
}

static void a_code_dies_of_five_wrong_tries_or_half_an_hour(void **state)
{
    char digest[SHA256_HEX_SIZE], wrong[SHA256_HEX_SIZE];
    int64_t now = clock_wall_ms();
    struct webhouse h;

    (void)state;
    house_with_users(&h);
    login_code_digest("1234 5678", digest);
    login_code_digest("87654321", wrong);
    assert_int_equal(records_reset_start(h.records, "budi", "rina", now), 0);
    assert_int_equal(records_reset_confirm(h.records, waiting(&h), "siti", digest, now + RESET_MS),
                     NILA_ERR_NOT_FOUND);
    assert_int_equal(records_reset_confirm(h.records, waiting(&h), "siti", digest, now), 0);
    assert_int_equal(records_reset_use(h.records, "budi", digest, "y", now + RESET_MS),
                     NILA_ERR_DENIED);
    for (int i = 0; i < RESET_TRIES; i++)
        assert_int_equal(records_reset_use(h.records, "budi", wrong, "y", now), NILA_ERR_DENIED);
    assert_int_equal(records_reset_use(h.records, "budi", digest, "y", now), NILA_ERR_DENIED);
    assert_int_equal(records_reset_use(h.records, "nobody", digest, "y", now), NILA_ERR_DENIED);
    webhouse_close(&h);
}

static void an_admin_adds_a_user_who_chooses_their_own_pin(void **state)
{
    char code[RESET_CODE_SIZE], form[160];
    struct webhouse h;
    struct browser admin;
    struct webanswer a;

    (void)state;
    house_with_users(&h);
    log_in_as(&h, "admin", &admin);
    assert_int_equal(post(&h, &admin, "/pengguna",
                          "apa=tambah&pengguna=tono&nama=Tono&nomor=0812-3456-7890&peran=petani&"
                          "tambak=mentaya%20nowhere",
                          NULL),
                     400);
    assert_int_equal(post(&h, &admin, "/pengguna",
                          "apa=tambah&pengguna=tono&nama=6202011505900001&peran=petani", NULL),
                     400);
    assert_int_equal(post(&h, &admin, "/pengguna",
                          "apa=tambah&pengguna=tono&nama=Tono&nomor=6202011505900001&peran=petani",
                          &a),
                     400);
    assert_true(webhouse_has(&a.body, "NIK tidak disimpan"));
    webanswer_free(&a);
    assert_int_equal(post(&h, &admin, "/pengguna",
                          "apa=tambah&pengguna=tono&nama=Tono&nomor=0812-3456-7890&peran=petani&"
                          "tambak=mentaya",
                          &a),
                     200);
    read_code(&a, code);
    webanswer_free(&a);
    assert_int_equal(post(&h, &STRANGER, "/masuk", "siapa=tono&pin=000000", NULL), 403);
    (void)snprintf(form, sizeof form, "siapa=%%2B62 812 3456 7890&kode=%s&baru=275816&ulang=275816",
                   code);
    assert_int_equal(post(&h, &STRANGER, "/pin", form, NULL), 200);
    assert_int_equal(post(&h, &STRANGER, "/masuk", "siapa=081234567890&pin=275816", NULL), 303);
    webhouse_close(&h);
}

/* A farmer that nobody verified for so many days. */
static void old_farmer(struct webhouse *h, const char *slug, const char *farm, int days)
{
    struct rec_user u = {.role = ROLE_FARMER, .consent_ms = 1, .farms = 1};

    (void)snprintf(u.slug, sizeof u.slug, "%s", slug);
    (void)snprintf(u.name, sizeof u.name, "Nama %s", slug);
    (void)snprintf(u.farm[0], SLUG_SIZE, "%s", farm);
    assert_int_equal(
        records_user_add(h->records, &u, "x", "konsol", clock_wall_ms() - days * (int64_t)86400000),
        0);
}

static void who_is_due_is_verified_by_one_button(void **state)
{
    struct webhouse h;
    struct browser rina;
    struct webanswer a;
    struct rec_user u;

    (void)state;
    house_with_users(&h);
    old_farmer(&h, "lama-a", "mentaya", 400);
    old_farmer(&h, "lama-b", "sampit", 366);
    old_farmer(&h, "baru", "sampit", 300);
    old_farmer(&h, "jauh", "pembuang", 400); /* Seruyan's */
    log_in_as(&h, "rina", &rina);
    webhouse_ask(&h, "GET", "/pengguna", rina.cookie, NULL, &a);
    assert_true(webhouse_has(&a.body, "Perlu diperiksa tahun ini (2)"));
    assert_true(webhouse_has(&a.body, "name=\"siapa\" value=\"lama-a\""));
    assert_false(webhouse_has(&a.body, "value=\"baru\""));
    assert_false(webhouse_has(&a.body, "Nama jauh"));
    webanswer_free(&a);
    /* one that is not hers: nothing is done */
    assert_int_equal(post(&h, &rina, "/pengguna", "apa=masih&siapa=lama-a&siapa=jauh", NULL), 404);
    assert_int_equal(records_user(h.records, "lama-a", &u, NULL), 0);
    assert_true(clock_wall_ms() - u.verified_ms > ACCOUNT_VERIFY_MS);
    assert_int_equal(post(&h, &rina, "/pengguna", "apa=masih&siapa=lama-a", &a), 200);
    assert_true(webhouse_has(&a.body, "Perlu diperiksa tahun ini (1)"));
    webanswer_free(&a);
    assert_int_equal(records_user(h.records, "lama-a", &u, NULL), 0);
    assert_true(clock_wall_ms() - u.verified_ms < 60000);
    assert_int_equal(post(&h, &rina, "/pengguna", "apa=masih&siapa=lama-b", &a), 200);
    assert_false(webhouse_has(&a.body, "Perlu diperiksa"));
    webanswer_free(&a);
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

/* --- numbers --- */

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
        cmocka_unit_test(a_secret_is_kept_as_yescrypt_alone),
        cmocka_unit_test(what_is_easily_guessed_is_not_taken),
        cmocka_unit_test(a_log_in_gives_a_session_that_log_out_ends),
        cmocka_unit_test(a_form_after_the_session_ended_leads_to_the_log_in),
        cmocka_unit_test(a_form_of_another_session_is_refused),
        cmocka_unit_test(guessing_is_held_up_and_an_acknowledgement_never),
        cmocka_unit_test(an_address_has_five_tries_a_minute_and_a_name_waits_ever_longer),
        cmocka_unit_test(behind_a_proxy_nobody_makes_up_where_they_come_from),
        cmocka_unit_test(a_flood_of_names_does_not_end_the_wait_of_one),
        cmocka_unit_test(a_new_pin_ends_the_other_sessions_and_disabling_all),
        cmocka_unit_test(a_session_is_ended_from_the_list_by_its_owner_alone),
        cmocka_unit_test(who_has_not_agreed_or_has_a_given_pin_goes_to_the_account_first),
        cmocka_unit_test(a_forgotten_pin_takes_two_people),
        cmocka_unit_test(a_code_dies_of_five_wrong_tries_or_half_an_hour),
        cmocka_unit_test(an_admin_adds_a_user_who_chooses_their_own_pin),
        cmocka_unit_test(who_is_due_is_verified_by_one_button),
        cmocka_unit_test(a_farmers_pages_have_a_farmers_menu_and_words),
        cmocka_unit_test(alarms_follow_a_new_number),
        cmocka_unit_test(a_nik_gets_into_no_record),
        cmocka_unit_test(pages_and_the_api_name_no_pond_of_others),
        cmocka_unit_test(who_changed_what_is_shown_without_money_to_officers),
        cmocka_unit_test(others_rows_cost_a_farmer_no_download),
        cmocka_unit_test(an_erased_account_leaves_its_slug_and_what_was_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
