/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A PIN by two people; who is added, and who is verified again. */
#include "tests/analytics/accounthouse.h"

#include "analytics/web/login.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_forgotten_pin_takes_two_people),
        cmocka_unit_test(a_code_dies_of_five_wrong_tries_or_half_an_hour),
        cmocka_unit_test(an_admin_adds_a_user_who_chooses_their_own_pin),
        cmocka_unit_test(who_is_due_is_verified_by_one_button),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
