/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the modem hears, alone and shared; the weekly test and the end of its SIM. */
#include "tests/analytics/modembench.h"

/* --- hearing ------------------------------------------------------------------------------------------------------ */

static void an_ok_is_told_with_the_number_in_one_form(void **state)
{
    static const struct {
        const char *says, *from, *text;
        bool ucs2;
        enum heard_kind kind;
        const char *number, *shown;
    } ROW[] = {
        {"OK: also the modem's own last word", "+6281234567890", "OK", false, HEARD_OK, FARMER,
         "OK"},
        {"small letters, a mark and more", "081234567890", "ok. sudah", false, HEARD_OK, FARMER,
         "ok. sudah"},
        {"Oke!", "6281234567890", "Oke!", false, HEARD_OK, FARMER, "Oke!"},
        {"two lines, the second one OK", FARMER, "Terima kasih\r\nOK", false, HEARD_SMS, FARMER,
         "Terima kasih\nOK"},
        {"an order is only read", FARMER, "MATIKAN KINCIR", false, HEARD_SMS, FARMER,
         "MATIKAN KINCIR"},
        {"in UCS2", FARMER, "004F004B0020D83DDC4D", true, HEARD_OK, FARMER, "OK \xF0\x9F\x91\x8D"},
        {"an operator's advertisement", "TELKOMSEL", "Paket OK", false, HEARD_SMS, "TELKOMSEL",
         "Paket OK"},
        {"an empty message is no OK", FARMER, "", false, HEARD_SMS, FARMER, ""},
    };
    struct bench b;

    (void)state;
    start(&b);
    assert_int_equal(sms(&b, "uji").fate, FATE_SENT);
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        const struct channel_event *e;
        print_message("%s\n", ROW[i].says);
        b.n = 0;
        modem_sim_sms(b.sim, ROW[i].from, ROW[i].text, ROW[i].ucs2);
        e = hear(&b, ROW[i].kind, CODE_NONE, 3000);
        assert_string_equal(e->from, ROW[i].number);
        assert_string_equal(e->text, ROW[i].shown);
        modem_sim_wait(b.sim, "> AT+CMGD=", i + 1);
    }
    assert_int_equal(b.sim->sents, 1); /* nothing was answered, nothing dialled */
    assert_int_equal(b.sim->dials, 0);
    stop(&b);
}

static void an_ok_is_heard_from_a_modem_that_tells_no_lengths(void **state)
{
    struct bench b;

    (void)state;
    start(&b);
    b.sim->no_details = true;
    assert_int_equal(sms(&b, "uji").fate, FATE_SENT);
    modem_sim_sms(b.sim, FARMER, "OK", false);
    assert_string_equal(hear(&b, HEARD_OK, CODE_NONE, 3000)->text, "OK");
    b.n = 0;
    modem_sim_sms(b.sim, FARMER, "", false);
    assert_string_equal(hear(&b, HEARD_SMS, CODE_NONE, 3000)->text, "");
    stop(&b);
}

static void messages_that_came_while_nobody_looked_are_read(void **state)
{
    struct bench b;

    (void)state;
    start(&b);
    modem_sim_sms(b.sim, "081234567890", "OK", false);
    modem_sim_sms(b.sim, "+62855000111", "halo", false);
    assert_string_equal(hear(&b, HEARD_OK, CODE_NONE, 4000)->from, FARMER);
    assert_string_equal(hear(&b, HEARD_SMS, CODE_NONE, 4000)->from, "+62855000111");
    modem_sim_wait(b.sim, "> AT+CMGD=2", 1);
    assert_false(b.sim->slot[0].used);
    stop(&b);
}

static void an_sms_is_not_deleted_before_it_was_stored(void **state)
{
    struct bench b;

    (void)state;
    start(&b);
    b.full = true;
    assert_int_equal(sms(&b, "uji").fate, FATE_SENT);
    modem_sim_sms(b.sim, FARMER, "OK", false);
    (void)hear(&b, HEARD_OK, CODE_NONE, 3000);
    assert_int_equal(modem_sim_count(b.sim, "> AT+CMGD="), 0);
    b.full = false;
    b.n = 0;
    (void)hear(&b, HEARD_OK, CODE_NONE, 20000); /* once more */
    modem_sim_wait(b.sim, "> AT+CMGD=", 1);
    stop(&b);
}

static void a_returned_call_is_told_and_hung_up(void **state)
{
    struct bench b;

    (void)state;
    start(&b);
    assert_int_equal(sms(&b, "uji").fate, FATE_SENT);
    modem_sim_ring(b.sim, "081234567890");
    assert_string_equal(hear(&b, HEARD_CALL, CODE_NONE, 3000)->from, FARMER);
    modem_sim_wait(b.sim, "> AT+CHUP", 1);
    b.n = 0;
    modem_sim_ring(b.sim, NULL); /* withheld: known only by waiting */
    assert_string_equal(hear(&b, HEARD_CALL, CODE_NONE, 9000)->from, "");
    stop(&b);
}

static void it_tells_when_it_is_unplugged_and_well_again(void **state)
{
    struct bench b;

    (void)state;
    start(&b);
    assert_int_equal(modem_listen(b.m, 200, &b.woken, keep, &b), 0);
    assert_int_equal(b.n, 0); /* well from the start: nothing to tell */
    modem_sim_unplug(b.sim);
    (void)hear(&b, HEARD_STATE, CODE_MODEM_AWAY, 3000);
    modem_sim_plug(b.sim);
    (void)hear(&b, HEARD_STATE, CODE_NONE, 5000);
    modem_sim_lock(b.sim);
    b.sim->signal = 0;
    b.sim->creg = 2;
    modem_sim_unlock(b.sim);
    (void)hear(&b, HEARD_STATE, CODE_NO_SIGNAL, 3000);
    assert_int_equal(sms(&b, "uji").code, CODE_NO_SIGNAL);
    stop(&b);
}

static void listening_ends_when_it_is_woken_and_makes_room_for_sending(void **state)
{
    struct bench b;

    (void)state;
    start(&b);
    atomic_store(&b.woken, true);
    modem_wake(b.m);
    assert_int_equal(modem_listen(b.m, 60000, &b.woken, keep, &b), NILA_ERR_CLOSED);
    assert_false(atomic_load(&b.woken));
    modem_stop(b.m);
    assert_int_equal(modem_listen(b.m, 60000, &b.woken, keep, &b), NILA_ERR_CLOSED);
    assert_int_equal(sms(&b, "uji").code, CODE_CLOSED);
    stop(&b);
}

/* A worker of another channel that shares the modem: listens until it is woken. */
struct worker {
    struct modem *m;
    pthread_mutex_t *lock;
    size_t *reports;
    atomic_bool woken;
    pthread_t thread;
};

static void count_reports(void *arg, const struct channel_event *e)
{
    struct worker *w = arg;

    (void)pthread_mutex_lock(w->lock);
    *w->reports += e->kind == HEARD_REPORT;
    (void)pthread_mutex_unlock(w->lock);
}

static void *listens(void *arg)
{
    struct worker *w = arg;

    while (modem_listen(w->m, 5000, &w->woken, count_reports, w) == 0)
        ;
    return NULL;
}

static void channels_that_share_a_modem_take_turns(void **state)
{
    enum {
        TEXTS = 8
    };
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    size_t reports = 0;
    struct worker w[2];
    struct bench b;

    (void)state;
    start(&b);
    for (size_t i = 0; i < 2; i++) {
        w[i] = (struct worker){.m = b.m, .lock = &lock, .reports = &reports};
        assert_int_equal(pthread_create(&w[i].thread, NULL, listens, &w[i]), 0);
    }
    for (int i = 0; i < TEXTS; i++) {
        const int64_t began = clock_mono_ms();
        assert_int_equal(sms(&b, "uji").fate, FATE_SENT);
        assert_true(clock_mono_ms() - began < 3000); /* nobody who listens keeps it waiting */
    }
    assert_int_equal(call(&b, 1).fate, FATE_DELIVERED);
    modem_sim_wait(b.sim, "< +CDS:", TEXTS);
    /* each report is told once, to one of them */
    for (int64_t end = clock_mono_ms() + 3000; clock_mono_ms() < end;) {
        (void)pthread_mutex_lock(&lock);
        size_t n = reports;
        (void)pthread_mutex_unlock(&lock);
        if (n == TEXTS)
            break;
        clock_sleep_until(clock_mono_ms() + 10);
    }
    for (size_t i = 0; i < 2; i++) {
        atomic_store(&w[i].woken, true);
        modem_wake(b.m);
        assert_int_equal(pthread_join(w[i].thread, NULL), 0);
    }
    assert_int_equal(reports, TEXTS);
    assert_int_equal(b.sim->sents, TEXTS);
    stop(&b);
}

/* While one calls, another's message waits no longer than it may. */
static void *calls(void *arg)
{
    struct bench *b = arg;

    assert_int_equal(call(b, 3).fate, FATE_DELIVERED);
    return NULL;
}

static void a_message_does_not_wait_for_a_call_longer_than_it_may(void **state)
{
    struct channel_result r = {.fate = FATE_SENT};
    struct smstext text;
    pthread_t thread;
    struct bench b;

    (void)state;
    start(&b);
    assert_int_equal(smstext_fit(&text, "uji"), 0);
    assert_int_equal(pthread_create(&thread, NULL, calls, &b), 0);
    modem_sim_wait(b.sim, "> ATD", 1);
    modem_sms(b.m, FARMER, &text, 300, &r);
    assert_int_equal(r.fate, FATE_RETRY);
    assert_int_equal(r.code, CODE_MODEM_BUSY);
    assert_true(r.retry_after_ms > 0);
    r = (struct channel_result){.fate = FATE_SENT};
    modem_sms(b.m, FARMER, &text, 6000, &r);
    assert_int_equal(r.fate, FATE_SENT);
    assert_int_equal(pthread_join(thread, NULL), 0);
    stop(&b);
}

/* --- the weekly test, and the SIM's end --------------------------------------------------------------------------- */

static int64_t wall;
static int64_t fixed_wall(void *arg)
{
    (void)arg;
    return wall;
}
static int64_t real_mono(void *arg)
{
    struct timespec t;

    (void)arg;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
static bool trusted(void *arg)
{
    (void)arg;
    return true;
}

static void at_hour(int32_t day, int hour)
{
    static const struct clock_source SOURCE = {fixed_wall, real_mono, trusted, NULL};

    wall = civil_day_start(day) + (int64_t)hour * 3600000;
    clock_set(&SOURCE);
}

static void an_sms_has_the_time_it_was_sent(void **state)
{
    static const struct {
        const char *says, *scts;
        int64_t sent_ms; /* before 2026-11-24 09:00 WIB; -1: unknown */
    } ROW[] = {
        {"in WIB", "26/11/24,03:10:00+28", (int64_t)350 * 60000},
        {"the same in UTC", "26/11/23,20:10:00+00", (int64_t)350 * 60000},
        {"the same in Newfoundland", "26/11/23,16:40:00-14", (int64_t)350 * 60000},
        {"a little ahead of our clock", "26/11/24,09:01:00+28", (int64_t)-60000},
        {"far ahead: a wrong clock", "26/11/24,10:00:00+28", -1},
        {"no date", "26/13/24,03:10:00+28", -1},
        {"no time", "hari ini", -1},
    };
    struct bench b;

    (void)state;
    start(&b);
    at_hour(civil_day_of(2026, 11, 24), 9);
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        const struct channel_event *e;
        print_message("%s\n", ROW[i].says);
        b.n = 0;
        (void)snprintf(b.sim->sent_at, sizeof b.sim->sent_at, "%s", ROW[i].scts);
        modem_sim_sms(b.sim, FARMER, "OK", false);
        e = hear(&b, HEARD_OK, CODE_NONE, 3000);
        assert_int_equal(e->sent_ms, ROW[i].sent_ms == -1 ? 0 : wall - ROW[i].sent_ms);
    }
    clock_set(NULL);
    stop(&b);
}

static void sends_itself_an_sms_every_week(void **state)
{
    const int32_t day = civil_day_of(2026, 11, 24);
    struct bench b;

    (void)state;
    start(&b);
    (void)snprintf(b.c.number, sizeof b.c.number, "+6285511112222");
    b.c.self_test = true;
    (void)snprintf(b.sim->own, sizeof b.sim->own, "+6285511112222");
    at_hour(day, 3); /* not at night */
    assert_int_equal(modem_listen(b.m, 300, &b.woken, keep, &b), 0);
    assert_int_equal(b.sim->sents, 0);
    at_hour(day, 9);
    (void)hear(&b, HEARD_STATE, CODE_NONE, 3000);
    assert_int_equal(b.sim->sents, 1);
    restart(&b); /* it is remembered */
    at_hour(day + 6, 9);
    assert_int_equal(modem_listen(b.m, 500, &b.woken, keep, &b), 0);
    assert_int_equal(b.sim->sents, 1);
    at_hour(day + 7, 10);
    modem_sim_lock(b.sim);
    b.sim->own[0] = '\0'; /* it goes out and never comes */
    modem_sim_unlock(b.sim);
    (void)hear(&b, HEARD_STATE, CODE_SELF_TEST, 5000);
    assert_int_equal(b.sim->sents, 2);
    clock_set(NULL);
    stop(&b);
}

static void warns_two_weeks_before_the_sim_ends(void **state)
{
    const int32_t end = civil_day_of(2027, 3, 31);
    struct bench b;

    (void)state;
    start(&b);
    b.c.valid_until_day = end;
    at_hour(end - 15, 9);
    assert_int_equal(modem_listen(b.m, 300, &b.woken, keep, &b), 0);
    assert_int_equal(b.n, 0);
    at_hour(end - 14, 9);
    assert_string_equal(hear(&b, HEARD_STATE, CODE_SIM_ENDS, 3000)->detail, "2027-03-31");
    restart(&b);
    b.n = 0;
    assert_int_equal(modem_listen(b.m, 300, &b.woken, keep, &b), 0);
    assert_int_equal(b.n, 0); /* once a day, also over a restart */
    at_hour(end - 13, 9);
    (void)hear(&b, HEARD_STATE, CODE_SIM_ENDS, 3000);
    clock_set(NULL);
    stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ok_is_told_with_the_number_in_one_form),
        cmocka_unit_test(an_ok_is_heard_from_a_modem_that_tells_no_lengths),
        cmocka_unit_test(messages_that_came_while_nobody_looked_are_read),
        cmocka_unit_test(an_sms_is_not_deleted_before_it_was_stored),
        cmocka_unit_test(a_returned_call_is_told_and_hung_up),
        cmocka_unit_test(it_tells_when_it_is_unplugged_and_well_again),
        cmocka_unit_test(listening_ends_when_it_is_woken_and_makes_room_for_sending),
        cmocka_unit_test(channels_that_share_a_modem_take_turns),
        cmocka_unit_test(a_message_does_not_wait_for_a_call_longer_than_it_may),
        cmocka_unit_test(an_sms_has_the_time_it_was_sent),
        cmocka_unit_test(sends_itself_an_sms_every_week),
        cmocka_unit_test(warns_two_weeks_before_the_sim_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
