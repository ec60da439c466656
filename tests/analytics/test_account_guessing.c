/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guessing a PIN is held up, and nobody else by it. */
#include "tests/analytics/accounthouse.h"

#include "analytics/records/contacts.h"
#include "analytics/web/login.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guessing_is_held_up_and_an_acknowledgement_never),
        cmocka_unit_test(an_address_has_five_tries_a_minute_and_a_name_waits_ever_longer),
        cmocka_unit_test(behind_a_proxy_nobody_makes_up_where_they_come_from),
        cmocka_unit_test(a_flood_of_names_does_not_end_the_wait_of_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
