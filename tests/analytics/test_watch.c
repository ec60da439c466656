/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The alarm from the collector's socket to what people are told: a whole night in compressed time, people who answer, mains and
 * a collector that fall silent; and the real process killed in the middle of an alarm. */
#include "tests/analytics/watchhouse.h"

/* --- tests --- */

static void a_whole_night_from_the_notice_to_the_all_clear(void **state)
{
    int64_t day = at("2026-11-20T00:00+07:00");
    const struct told *t;
    struct rec_attempt *sent = NULL;
    struct rec_night *g = NULL;
    size_t n = 0;

    (void)state;
    crash_ms = at("2026-11-21T03:00+07:00");
    begin();
    until(day + 15 * 60 * MIN + 29 * MIN, MIN);
    assert_int_equal(n_told, 0);
    until(day + 15 * 60 * MIN + 41 * MIN, MIN);
    t = first("sms", "notice", "night_notice");
    assert_true(t->at_ms >= day + (15 * 60 + 30) * MIN);
    assert_non_null(strstr(t->sms, "Kolam 1 7 dari 7 malam"));
    assert_non_null(strstr(t->sms, "pakan setengah saja"));
    assert_string_equal(t->to, "0812 111 2222");
    until(day + (18 * 60 + 20) * MIN, MIN);
    {
        const struct rec_press hand = {
            .pond = "p-2", .kind = PRESS_OXYGEN, .by = "Budi", .at_ms = wall, .value = 3.1};
        assert_int_equal(records_press(db, &hand), 0);
    }
    until(day + 20 * 60 * MIN, MIN);
    t = first("sms", "notice", "do_night");
    assert_non_null(strstr(t->sms, "Kolam 2 jam "));
    assert_int_equal(records_attempts(db, 0, day, &sent, &n), 0); /* where there is room */
    assert_non_null(strstr(sent[n - 1].text, ", satu pengukuran)"));
    free(sent);
    assert_true(t->at_ms >= day + 18 * 60 * MIN && t->at_ms <= day + 20 * 60 * MIN);
    assert_non_null(strstr(t->sms, "Prakiraan (belum teruji di gambut) oksigen malam ini < 3,0: "
                                   "Kolam 1 jam 0"));
    assert_int_equal(count("sms", NULL, "do_night"), 1);
    assert_int_equal(count("siren", NULL, NULL), 0);
    until(crash_ms + 45 * MIN, MIN / 2);
    t = first("siren", "raise", "do_critical");
    /* two readings ten minutes apart, and a step */
    assert_true(t->at_ms >= crash_ms && t->at_ms <= crash_ms + 11 * MIN);
    t = first("sms", "raise", "do_critical");
    assert_non_null(strstr(t->sms, "[NILA] BAHAYA Kolam 1: oksigen 0,8 (batas 1,5) jam 03."));
    assert_int_equal(count("call", "raise", "do_critical"), 1);
    assert_true(count("siren", "repeat", NULL) >= 1);
    say(ASK_ACK, 0);
    until(wall + MIN, MIN / 2);
    assert_int_equal(count("siren", "acked", NULL), 1);
    n = n_told;
    until(day + 35 * 60 * MIN, MIN); /* 11:00 the next day */
    for (size_t i = n; i < n_told; i++)
        if (strcmp(told[i].kind, "repeat") == 0)
            assert_string_equal(told[i].cause,
                                "do_not_recovering"); /* worse: told although acknowledged */
    t = first("sms", "clear", "recovered");
    assert_true(t->at_ms >= crash_ms + 150 * MIN && t->at_ms <= crash_ms + 170 * MIN);
    assert_int_equal(count("sms", "clear", NULL), 2); /* first and second, who had been told */
    assert_true(count("siren", "clear", NULL) >= 1);
    assert_int_equal(records_nights(db, civil_day(day), civil_day(day), &g, &n), 0);
    assert_int_equal(n, 2);
    assert_string_equal(g[1].basis, "one reading");
    assert_true(g[1].warned_ms != 0 && g[1].judged_ms != 0 && isnan(g[1].lowest));
    assert_true(g[0].warned_ms != 0 && g[0].p_below > 0.5);
    assert_true(g[0].judged_ms != 0 && g[0].lowest < 1.5);
    free(g);
}

/* Oxygen measured by hand at a pond without a probe, after the message at dusk. */
static void a_reading_after_the_message_at_dusk_is_told_once(void **state)
{
    static const double VALUE[] = {7.5, 1.6, 1.5}; /* the night is well, bad, and still bad */
    const int64_t day = at("2026-11-20T00:00+07:00");
    struct rec_night *g = NULL;
    size_t n = 0;

    (void)state;
    calm = true;
    begin();
    until(day + (19 * 60 + 5) * MIN, MIN);
    assert_int_equal(count("sms", NULL, "do_night"), 0);
    for (size_t k = 0; k < 3; k++) {
        const struct rec_press hand = {
            .pond = "p-2", .kind = PRESS_OXYGEN, .by = "Budi", .at_ms = wall, .value = VALUE[k]};

        assert_int_equal(records_press(db, &hand), 0);
        until(wall + 15 * MIN, MIN);
        assert_int_equal(count("sms", "notice", "do_night"), k == 0 ? 0 : 1);
        if (k == 1) { /* on record, so that a restart tells nothing again */
            end();
            begin();
            until(wall + 12 * MIN, MIN);
        }
    }
    assert_non_null(strstr(first("sms", "notice", "do_night")->sms, ": Kolam 2 jam "));
    assert_int_equal(records_nights(db, civil_day(day), civil_day(day), &g, &n), 0);
    assert_int_equal(n, 2);
    assert_true(g[1].warned_ms != 0 && g[0].warned_ms == 0);
    assert_string_equal(g[1].basis, "one reading");
    free(g);
}

/* Nights with the aerator, as its relay or the farmer's buttons say: the message at dusk has both forecasts. */
static void both_nights_are_told_by(bool relay)
{
    const struct told *t;

    aerated_nights = true;
    by_relay = relay;
    for (int64_t ts = wall - 20 * CIVIL_DAY_MS; ts < wall && !relay; ts += 10 * MIN) {
        struct rec_press p = {.pond = "p-1", .by = "Budi", .at_ms = ts};

        p.kind = aerated_at(ts) ? PRESS_AERATOR_ON : PRESS_AERATOR_OFF;
        if (aerated_at(ts) != aerated_at(ts - 10 * MIN))
            assert_int_equal(records_press(db, &p), 0);
    }
    begin();
    until(at("2026-11-20T20:00+07:00"), MIN);
    t = first("sms", "notice", "do_night");
    assert_non_null(strstr(t->sms, "(terendah 2,"));
    if (strstr(t->sms, ", dengan kincir 4,") == NULL &&
        strstr(t->sms, ", dengan kincir 5,") == NULL)
        fail_msg("%s", t->sms); /* 5.0 was measured */
}

static void both_nights_are_told_when_the_relay_says_which_were_aerated(void **state)
{
    (void)state;
    both_nights_are_told_by(true);
}

static void both_nights_are_told_when_buttons_say_which_were_aerated(void **state)
{
    (void)state;
    both_nights_are_told_by(false);
}

static void the_second_contact_is_told_when_the_first_does_not_answer(void **state)
{
    int to_second = 0;

    (void)state;
    begin();
    until(wall + 5 * MIN, MIN);
    crash_ms = wall;
    until(crash_ms + 29 * MIN, MIN / 2);
    assert_true(count("sms", NULL, NULL) > 0);
    for (size_t i = 0; i < n_told; i++)
        assert_string_not_equal(told[i].to, "0812 333 4444");
    until(crash_ms + 60 * MIN, MIN / 2);
    for (size_t i = 0; i < n_told; i++)
        to_second +=
            strcmp(told[i].to, "0812 333 4444") == 0 && strcmp(told[i].channel, "sms") == 0;
    assert_true(to_second >= 1);
    assert_int_equal(
        count("sms", "raise", "do_critical") + count("sms", "repeat", "do_critical") > 1, 1);
}

static void mains_that_are_lost_are_told_within_a_minute(void **state)
{
    const struct told *t;

    (void)state;
    calm = true;
    fake.step_ms = 5 * SEC; /* a contact is read each five seconds */
    begin();
    until(wall + MIN, SEC);
    mains_ms = wall + SEC;
    until(mains_ms + 60 * SEC, SEC);
    t = first("siren", "raise", "power_lost");
    assert_true(t->at_ms - mains_ms >= 40 * SEC && t->at_ms - mains_ms <= 60 * SEC);
    t = first("sms", "raise", "power_lost");
    assert_non_null(strstr(t->sms, "BAHAYA Tambak Satu: LISTRIK PADAM sejak 14."));
}

static void mains_lost_while_the_program_was_down_are_told_with_their_true_beginning(void **state)
{
    (void)state;
    calm = true;
    mains_ms = wall - 4 * 60 * MIN; /* at 10:00 */
    begin();
    until(wall + MIN, MIN / 2);
    assert_non_null(strstr(first("sms", "raise", "power_lost")->sms, "LISTRIK PADAM sejak 10.00."));
}

static void a_collector_that_falls_silent_is_told_once_and_not_pond_by_pond(void **state)
{
    (void)state;
    calm = true;
    begin();
    until(wall + 2 * MIN, MIN / 2);
    fake.deaf = true;
    until(wall + 4 * MIN, MIN / 2);
    assert_int_equal(n_told, 0);
    until(wall + 180 * MIN, MIN);
    assert_int_equal(count("sms", "raise", "collector_silent"), 1);
    assert_int_equal(count("sms", NULL, "no_data"), 0);
    assert_int_equal(count("siren", NULL, NULL), 0);
    fake.deaf = false;
    until(wall + 40 * MIN, MIN);
    assert_int_equal(count("sms", "clear", "recovered"), 1);
}

static void a_pond_that_cannot_be_read_is_told_of_with_the_reason(void **state)
{
    (void)state;
    calm = true;
    begin();
    until(wall + 2 * MIN, MIN / 2);
    fake.ill = "\"p-1\"";
    until(wall + 50 * MIN, MIN);
    assert_non_null(strstr(first("sms", "raise", "no_data")->sms,
                           "Kolam 1: TIDAK ADA DATA sejak 14.00: basis data"));
    assert_int_equal(count("sms", NULL, "collector_silent"), 0);
    fake.ill = NULL;
    until(wall + 40 * MIN, MIN);
    assert_int_equal(count("sms", "clear", "recovered"), 1);
}

static void a_restart_in_the_middle_goes_on_where_it_was(void **state)
{
    size_t raised;

    (void)state;
    begin();
    until(wall + 5 * MIN, MIN);
    crash_ms = wall;
    until(crash_ms + 17 * MIN, MIN / 2);
    raised = count(NULL, "raise", NULL);
    assert_true(raised >= 3);
    for (int k = 0; k < 5; k++) {
        end();
        begin();
        until(wall + MIN, MIN / 2);
    }
    assert_int_equal(count(NULL, "raise", NULL), raised);
    until(crash_ms + 34 * MIN, MIN / 2);
    assert_true(count("siren", "repeat", NULL) >= 1);
}

static void a_message_that_cannot_be_sent_is_tried_again_and_its_fate_is_kept(void **state)
{
    struct rec_alarm *a = NULL;
    struct rec_attempt *t = NULL;
    size_t n = 0, tries = 0;

    (void)state;
    sms_fate = FATE_RETRY;
    begin();
    until(wall + 5 * MIN, MIN);
    crash_ms = wall;
    until(crash_ms + 18 * MIN, MIN / 6);
    assert_true(count("sms", "raise", NULL) >= 3);
    sms_fate = FATE_SENT;
    until(wall + 6 * MIN, MIN / 6);
    assert_int_equal(records_alarms(db, 0, INT64_MAX, &a, &n), 0);
    assert_true(n >= 1);
    assert_int_equal(records_attempts(db, a[0].id, 0, &t, &n), 0);
    for (size_t i = 0; i < n; i++)
        if (strcmp(t[i].channel, "sms") == 0 && strcmp(t[i].kind, "raise") == 0) {
            assert_string_equal(t[i].fate, "sent");
            tries += (size_t)t[i].tries;
        }
    assert_true(tries >= 4);
    free(a);
    free(t);
}

static void nobody_reached_means_the_second_without_waiting(void **state)
{
    int to_second = 0;

    (void)state;
    sms_fate = call_fate = FATE_REFUSED;
    begin();
    until(wall + 5 * MIN, MIN);
    crash_ms = wall;
    until(crash_ms + 17 * MIN, MIN / 2);
    for (size_t i = 0; i < n_told; i++)
        to_second += strcmp(told[i].to, "0812 333 4444") == 0;
    assert_int_equal(to_second, 2);
}

static void a_channel_in_trouble_is_told_by_the_others(void **state)
{
    (void)state;
    calm = true;
    begin();
    until(wall + MIN, MIN / 2);
    hear_next(HEARD_STATE, "-");
    wait_until_heard();
    until(wall + 5 * MIN, MIN / 2);
    assert_int_equal(n_told, 0);
    until(wall + 20 * MIN, MIN / 2);
    assert_non_null(
        strstr(first("sms", "raise", "channel_fault")->sms, "Saluran alarm sms bermasalah"));
    hear_well();
    wait_until_heard();
    until(wall + 40 * MIN, MIN / 2);
    assert_int_equal(count("sms", "clear", "recovered"), 1);
}

static void a_channel_whose_messages_fail_is_told_of_and_cleared_when_they_arrive(void **state)
{
    static const struct {
        const char *says;
        enum channel_fate fate;
        enum channel_code code;
        bool told;
    } WAY[] = {
        {"no such switch", FATE_REFUSED, CODE_NO_SWITCH, true},
        {"the collector is away", FATE_RETRY, CODE_NO_COLLECTOR, true},
        {"the relay may have closed", FATE_UNKNOWN, CODE_TIMEOUT, true},
        {"not for this message", FATE_REFUSED, CODE_KIND, false},
    };

    for (size_t k = 0; k < sizeof WAY / sizeof WAY[0]; k++) {
        if (k > 0) {
            (void)tear_down(state);
            (void)set_up(state);
        }
        print_message("%s\n", WAY[k].says);
        begin();
        until(wall + 2 * MIN, MIN);
        siren_fate = WAY[k].fate;
        siren_code = WAY[k].code;
        crash_ms = wall;
        until(crash_ms + 21 * MIN, MIN / 2);
        assert_true(count("siren", "raise", NULL) >= 1);
        assert_int_equal(count("sms", NULL, "channel_fault"), 0); /* it may mend itself */
        end(); /* what is on record is known after a restart */
        begin();
        until(crash_ms + 50 * MIN, MIN);
        assert_int_equal(count("sms", "raise", "channel_fault"), WAY[k].told ? 1 : 0);
        if (!WAY[k].told)
            continue;
        assert_non_null(
            strstr(first("sms", "raise", "channel_fault")->sms, "Saluran alarm siren bermasalah"));
        assert_int_equal(count("sms", "clear", "recovered"), 0);
        if (k > 0)
            continue;
        siren_fate = FATE_SENT; /* from now on the repeats arrive */
        until(crash_ms + 105 * MIN, MIN);
        assert_non_null(strstr(first("sms", "clear", "recovered")->sms,
                               "[NILA] Saluran alarm siren dapat dipakai lagi sejak"));
    }
}

/* Whichever breaks, the others tell of it. */
static void any_channel_that_breaks_is_told_of_by_all_others(void **state)
{
    static const char *const SLUG[] = {"siren", "call", "mail", "hook", "push"};
    static char list[900];

    for (size_t k = 0; k < sizeof SLUG / sizeof SLUG[0]; k++) {
        struct rec_press gasps = {.pond = "p-1", .kind = PRESS_GASPING, .by = "Budi"};
        char secret[320], says[64];

        if (k > 0) {
            (void)tear_down(state);
            (void)set_up(state);
        }
        print_message("%s\n", SLUG[k]);
        (void)snprintf(secret, sizeof secret, "%s/secret", dir);
        support_write(secret, "a secret of 24 characters\n");
        assert_int_equal(chmod(secret, 0640), 0);
        (void)snprintf(list, sizeof list,
                       ",{\"slug\":\"mail\",\"kind\":\"smtp\",\"url\":\"smtp://127.0.0.1:1\","
                       "\"from\":\"nila@x.org\",\"to\":\"budi@x.org\"},"
                       "{\"slug\":\"hook\",\"kind\":\"webhook\",\"url\":\"http://127.0.0.1:1/\","
                       "\"secret_file\":\"%s\"},"
                       "{\"slug\":\"push\",\"kind\":\"ntfy\",\"url\":\"http://127.0.0.1:1\","
                       "\"topic\":\"nila-uji-4711\"}",
                       secret);
        more_channels = list;
        broken = SLUG[k];
        calm = true;
        begin();
        until(wall + MIN, MIN);
        gasps.at_ms = wall;
        assert_int_equal(records_press(db, &gasps), 0);
        until(wall + 14 * MIN, MIN);
        (void)snprintf(says, sizeof says, "Saluran alarm %s bermasalah", SLUG[k]);
        assert_int_equal(count("sms", "raise", "channel_fault"), 1);
        assert_non_null(strstr(first("sms", "raise", "channel_fault")->sms, says));
        for (size_t i = 2; i < sizeof SLUG / sizeof SLUG[0]; i++)
            assert_int_equal(count(SLUG[i], "raise", "channel_fault"), 1);
    }
}

/* Each is an alarm of its own: the second is told of although the first is known; and a test by hand that works ends it. */
static void two_channels_that_break_one_after_the_other_are_told_of_each(void **state)
{
    struct rec_mark works = {.at_ms = 0};
    struct alarm_commit c = {.mark = &works, .marks = 1};
    struct rec_ask ask = {.kind = ASK_ACK, .by = "Budi", .how = "page"};
    struct rec_alarm *a = NULL;
    size_t n = 0, open = 0;

    (void)state;
    begin();
    until(wall + 5 * MIN, MIN);
    siren_fate = FATE_REFUSED;
    siren_code = CODE_NOT_ALLOWED;
    crash_ms = wall;
    until(crash_ms + 30 * MIN, MIN / 2);
    assert_int_equal(count("sms", "raise", "channel_fault"), 1);
    hear_next(HEARD_STATE, "-"); /* the modem: no signal */
    wait_until_heard();
    until(wall + 15 * MIN, MIN / 2);
    assert_int_equal(count("sms", "raise", "channel_fault"), 2);
    assert_int_equal(records_alarms_open(db, &a, &n), 0);
    for (size_t i = 0; i < n; i++)
        open +=
            strcmp(a[i].subject, "channel:siren") == 0 || strcmp(a[i].subject, "channel:sms") == 0;
    assert_int_equal(open, 2);
    free(a);
    assert_int_equal(records_alarms_open(db, &a, &n), 0);
    for (size_t i = 0; i < n; i++)
        if (strcmp(a[i].group, "oxygen") == 0) {
            ask.alarm = a[i].id;
            ask.at_ms = wall;
        }
    free(a);
    assert_int_equal(records_alarm_ask(db, &ask), 0); /* no more repeats */
    until(wall + MIN, MIN / 2);
    watch_works_key("siren", works.key);
    works.at_ms = wall;
    assert_int_equal(records_alarms_commit(db, &c), 0);
    until(wall + 33 * MIN, MIN / 2);
    assert_non_null(strstr(first("sms", "clear", "recovered")->sms, "alarm siren dapat dipakai"));
}

/* One modem and a hundred ponds: few messages, and none of them is lost. */
static void a_hundred_ponds_that_go_bad_at_once_are_few_messages(void **state)
{
    struct rec_alarm *a = NULL;
    struct rec_attempt *t = NULL;
    struct buf rows = {0};
    size_t n = 0, n_t = 0, told_of = 0;

    (void)state;
    many = true;
    buf_str(&rows, "pond,farm,name,system,area_m2,depth_m,entered_on\n");
    for (int k = 0; k < 100; k++)
        buf_printf(&rows, "q-%d,f-1,Petak %d,pond,200,1.2,2026-10-01\n", k, k);
    take(RECORDS_PONDS, rows.p);
    buf_free(&rows);
    take(RECORDS_CONTACTS, "contact,name,phone,answers_for,order,on,entered_on\n"
                           "budi,Budi,0812 111 2222,farm:f-1,first,2026-10-02,2026-10-02\n");
    crash_ms = wall;
    begin();
    for (int k = 0; k < 20 && count("sms", NULL, NULL) == 0; k++)
        until(wall + MIN, MIN);
    assert_int_equal(count("sms", NULL, NULL), 1);
    assert_int_equal(count("call", NULL, NULL), 1);
    assert_int_equal(count("siren", NULL, NULL), 1);
    assert_non_null(strstr(first("sms", "raise", "do_critical")->sms,
                           "[NILA] BAHAYA 101 kolam, Oksigen sangat rendah: Kolam 1 0,8, Petak 0 "
                           "0,8"));
    assert_non_null(strstr(first("sms", "raise", "do_critical")->sms, " lain. Nyalakan semua"));
    assert_int_equal(records_alarms_open(db, &a, &n), 0);
    assert_int_equal(n, 101);
    for (size_t i = 0; i < n; i++) { /* each has the fate of the message that told of it */
        assert_int_equal(records_attempts(db, a[i].id, 0, &t, &n_t), 0);
        for (size_t k = 0; k < n_t; k++)
            told_of += strcmp(t[k].channel, "sms") == 0 && strcmp(t[k].fate, "sent") == 0;
        free(t);
    }
    assert_int_equal(told_of, 101);
    free(a);
    until(wall + 32 * MIN, 2 * MIN); /* every 15 minutes, to two people from the half hour on */
    print_message("%zu SMS in 32 minutes\n", count("sms", NULL, NULL));
    assert_in_range(count("sms", NULL, NULL), 3, 6);
}

/* A message that could not be sent yet, and of which nothing is true any more, is not sent when the signal is back. */
static void a_message_of_several_is_dropped_when_none_of_them_holds(void **state)
{
    struct rec_alarm *a = NULL;
    size_t n = 0;

    (void)state;
    many = true;
    take(RECORDS_PONDS, "pond,farm,name,system,area_m2,depth_m,entered_on\n"
                        "q-1,f-1,Petak 1,pond,200,1.2,2026-10-01\n");
    take(RECORDS_CONTACTS, "contact,name,phone,answers_for,order,on,entered_on\n"
                           "budi,Budi,0812 111 2222,farm:f-1,first,2026-10-02,2026-10-02\n");
    begin();
    until(wall + 5 * MIN, MIN);
    sms_fate = FATE_RETRY;
    sms_code = CODE_NO_SIGNAL;
    crash_ms = wall;
    until(crash_ms + 17 * MIN, MIN / 2);
    assert_true(count("sms", "raise", "do_critical") >= 1);
    assert_int_equal(records_alarms_open(db, &a, &n), 0);
    for (size_t i = 0; i < n; i++) {
        const struct rec_ask ask = {
            .alarm = a[i].id, .kind = ASK_ACK, .by = "Budi", .how = "page", .at_ms = wall};
        size_t tried;

        if (strcmp(a[i].group, "oxygen") != 0)
            continue;
        assert_int_equal(records_alarm_ask(db, &ask), 0);
        tried = count("sms", "raise", "do_critical");
        if (strcmp(a[i].subject, "q-1") == 0)
            sms_fate = FATE_SENT;
        until(wall + 3 * MIN, MIN / 6);
        if (strcmp(a[i].subject, "q-1") != 0) /* the other still holds */
            assert_true(count("sms", "raise", "do_critical") > tried);
        else
            assert_int_equal(count("sms", "raise", "do_critical"), tried);
    }
    free(a);
}

static void a_report_that_overtakes_its_message_is_taken_up(void **state)
{
    struct rec_alarm *a = NULL;
    struct rec_attempt *t = NULL;
    size_t n = 0, delivered = 0;

    (void)state;
    sms_reference = "sms-77";
    calm = true;
    fake.step_ms = 5 * SEC; /* a contact is read each five seconds */
    begin();
    until(wall + MIN, MIN / 2);
    (void)pthread_mutex_lock(&told_lock);
    heard = (struct channel_event){.kind = HEARD_REPORT, .fate = FATE_DELIVERED, .from = "-"};
    (void)snprintf(heard.reference, sizeof heard.reference, "sms-77");
    (void)pthread_mutex_unlock(&told_lock);
    wait_until_heard();
    (void)watch_step(watch, NULL); /* it is of no message yet */
    mains_ms = wall;               /* which is told within two minutes */
    until(mains_ms + 2 * MIN - MIN / 2, MIN / 4);
    assert_int_equal(records_alarms(db, 0, INT64_MAX, &a, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(records_attempts(db, a[0].id, 0, &t, &n), 0);
    for (size_t i = 0; i < n; i++)
        delivered += strcmp(t[i].channel, "sms") == 0 && strcmp(t[i].fate, "delivered") == 0;
    assert_int_equal(delivered, 1);
    free(a);
    free(t);
}

static void the_routine_message_comes_twice_a_day_where_it_is_wanted(void **state)
{
    const struct told *t;

    (void)state;
    routine = calm = true;
    begin();
    until(at("2026-11-20T17:59+07:00"), MIN);
    assert_int_equal(n_told, 0);
    until(at("2026-11-20T20:50+07:00"), MIN);
    assert_int_equal(count("sms", "heartbeat", "heartbeat"), 1);
    t = first("sms", "heartbeat", "heartbeat");
    assert_non_null(strstr(t->sms, "1 kolam, 1 aman. Oksigen terendah 6,5 di Kolam 1 jam"));
    assert_string_equal(t->to, "0812 111 2222");
    until(at("2026-11-21T07:30+07:00"), MIN);
    assert_int_equal(count("sms", "heartbeat", "heartbeat"), 2);
    assert_int_equal(count("siren", NULL, NULL), 0);
}

/* The file takes no more alarms: as on a full disk. */
static void a_danger_is_told_although_the_records_cannot_be_written(void **state)
{
    sqlite3 *h = NULL;
    size_t n;

    (void)state;
    begin();
    until(wall + 5 * MIN, MIN);
    assert_int_equal(sqlite3_open(db_path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_exec(h,
                                  "CREATE TRIGGER full BEFORE INSERT ON alarms BEGIN SELECT "
                                  "RAISE(ABORT, 'no room'); END",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    crash_ms = wall;
    until(crash_ms + 17 * MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", "do_critical"), 1);
    assert_int_equal(count("sms", "raise", "do_critical"), 1);
    until(wall + 10 * MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", "do_critical"), 1); /* not with each look */
    until(crash_ms + 35 * MIN, MIN / 2);
    n = count("siren", "raise", NULL);
    assert_true(n == 2);
    assert_int_equal(sqlite3_exec(h, "DROP TRIGGER full", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(h), SQLITE_OK);
    until(wall + MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", NULL), n + 1); /* now on record */
}

static void run_sql(const char *sql)
{
    sqlite3 *h = NULL;

    assert_int_equal(sqlite3_open(db_path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_exec(h, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(h), SQLITE_OK);
}

static void a_danger_is_confirmed_although_the_records_cannot_be_written(void **state)
{
    (void)state;
    calm = true;
    begin();
    until(wall + 5 * MIN, MIN);
    run_sql(
        "CREATE TRIGGER full BEFORE INSERT ON alarms BEGIN SELECT RAISE(ABORT, 'no room'); END");
    hot = true;
    until(wall + 30 * MIN, MIN / 2);
    assert_in_range(count("sms", "raise", "temp_high"), 1, 2);
    run_sql("DROP TRIGGER full");
}

static void what_was_sent_is_not_sent_again_while_its_fate_cannot_be_stored(void **state)
{
    struct rec_attempt *t = NULL;
    size_t n = 0, stored = 0;

    (void)state;
    begin();
    until(wall + 5 * MIN, MIN);
    run_sql("CREATE TRIGGER full BEFORE UPDATE ON alarm_attempts BEGIN SELECT RAISE(ABORT, 'no "
            "room'); END");
    crash_ms = wall;
    until(crash_ms + 17 * MIN, MIN / 6);
    assert_int_equal(count("sms", "raise", "do_critical"), 1);
    until(wall + 5 * MIN, MIN / 6);
    assert_int_equal(count("sms", "raise", "do_critical"), 1);
    run_sql("DROP TRIGGER full");
    until(wall + MIN, MIN / 6);
    assert_int_equal(count("sms", "raise", "do_critical"), 1);
    assert_int_equal(records_attempts_waiting(db, &t, &n), 0);
    for (size_t i = 0; i < n; i++)
        stored += strcmp(t[i].channel, "sms") == 0;
    assert_int_equal(stored, 0);
    free(t);
}

static void a_clock_that_was_years_ahead_silences_nothing(void **state)
{
    (void)state;
    routine = true;
    calm = true;
    wall = at("2026-11-20T17:50+07:00");
    run_sql("INSERT INTO alarm_marks(key, at_ms) VALUES('heartbeat', 2000000000000);"
            "INSERT INTO alarm_attempts(kind, severity, cause, subject, contact, channel, address, "
            "english, "
            "title, text, sms, made_ms, due_ms, until_ms, tries, begun_ms, done_ms, fate, code, "
            "reference, why, place, "
            "regency) VALUES('raise', 3, 'do_critical', 'p-1', 'budi', 'sms', '08121112222', 0, "
            "'t', 't', 't', "
            "2000000000000, 2000000000000, 2000000900000, 0, 0, 0, '', '', '', '', 'Kolam 1', "
            "'kotim')");
    begin();
    until(wall + 5 * MIN, MIN);
    assert_int_equal(count("sms", "raise", "do_critical"), 1);
    until(wall + 10 * MIN, MIN);
    assert_true(count("sms", "heartbeat", NULL) >= 1);
}

static void an_acknowledgement_leaves_the_siren_to_another_danger(void **state)
{
    struct rec_press now = {.pond = "p-1", .kind = PRESS_GASPING, .by = "Budi"};

    (void)state;
    begin();
    until(wall + 5 * MIN, MIN);
    crash_ms = wall;
    until(crash_ms + 17 * MIN, MIN / 2);
    assert_true(count("siren", "raise", "do_critical") >= 1);
    now.at_ms = wall;
    assert_int_equal(records_press(db, &now), 0);
    until(wall + 2 * MIN, MIN / 2);
    assert_int_equal(count("siren", "raise", "gasping"), 1);
    say(ASK_ACK, 0); /* of the newest */
    until(wall + MIN, MIN / 2);
    assert_int_equal(count("siren", "acked", NULL), 0);
}

static void a_first_contact_without_an_address_leaves_it_to_the_second(void **state)
{
    (void)state;
    take(RECORDS_CONTACTS, "contact,name,mail,answers_for,order,on,entered_on\n"
                           "budi,Budi,budi@example.org,p-1,first,2026-10-02,2026-10-02\n");
    begin();
    until(wall + 5 * MIN, MIN);
    crash_ms = wall;
    until(crash_ms + 17 * MIN, MIN / 2);
    assert_int_equal(count("sms", "raise", "do_critical"), 1);
    assert_non_null(strstr(first("sms", "raise", "do_critical")->to, "333"));
}

static void a_crash_left_on_record(const char *key, const char *how)
{
    struct rec_alarm *a = NULL;
    size_t n = 0;
    int64_t mark = -1;
    char sql[200];

    begin();
    until(wall + 5 * MIN, MIN);
    crash_ms = wall;
    until(crash_ms + 17 * MIN, MIN / 2);
    assert_int_equal(count("sms", "raise", "do_critical"), 1);
    (void)snprintf(sql, sizeof sql, "INSERT INTO alarm_marks(key, at_ms) VALUES('%s', %lld)", key,
                   (long long)wall);
    run_sql(sql);
    end();
    begin();
    until(wall + 2 * MIN, MIN / 2);
    assert_int_equal(records_alarms_open(db, &a, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(a[0].acked_by, "Budi");
    assert_string_equal(a[0].acked_how, how);
    assert_int_equal(records_mark(db, key, &mark), 0);
    assert_int_equal(mark, 0);
    free(a);
}

static void an_ok_that_a_crash_left_on_record_acknowledges_after_the_restart(void **state)
{
    (void)state;
    a_crash_left_on_record("ok:+628121112222", "sms");
}

static void a_call_that_a_crash_left_on_record_acknowledges_after_the_restart(void **state)
{
    (void)state;
    a_crash_left_on_record("call:+628121112222", "call");
}

/* The call is on the disk before anybody takes it up, and forgotten after. */
static void a_call_is_on_record_until_it_was_taken_up(void **state)
{
    int64_t mark = 0;

    (void)state;
    begin();
    until(wall + MIN, MIN / 2);
    hear_next(HEARD_CALL, "+628121112222");
    wait_until_heard();
    for (int k = 0; k < 10000000 && mark == 0; k++) { /* the channel's thread stores it */
        (void)sched_yield();
        assert_int_equal(records_mark(db, "call:+628121112222", &mark), 0);
    }
    assert_int_equal(mark, wall);
    for (int k = 0; k < 1000 && mark != 0; k++) {
        (void)watch_step(watch, NULL);
        assert_int_equal(records_mark(db, "call:+628121112222", &mark), 0);
    }
    assert_int_equal(mark, 0);
}

static void a_danger_passes_a_queue_that_is_full(void **state)
{
    size_t at_place = 0;

    (void)state;
    run_sql("WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 151) "
            "INSERT INTO alarm_attempts(kind, severity, cause, subject, contact, channel, address, "
            "english, title, "
            "text, sms, made_ms, due_ms, until_ms, tries, begun_ms, done_ms, fate, code, "
            "reference, why, place, regency) "
            "SELECT 'raise', iif(n = 151, 3, 1), iif(n = 151, 'do_critical', 'do_low'), 'p-1', "
            "'budi', 'sms', "
            "'08121112222', 0, 't', 't', 't', 1, 1, 0, 0, 0, 0, '', '', '', '', 'Kolam 1', 'kotim' "
            "FROM k");
    begin();
    wall += SEC;
    (void)watch_step(watch, NULL);
    while (watch_busy(watch) > 0)
        (void)sched_yield();
    assert_int_equal(count("sms", "raise", "do_critical"), 1); /* among the first, not after 150 */
    while (at_place < n_told && strcmp(told[at_place].cause, "do_critical") != 0)
        at_place++;
    assert_true(at_place < 60);
}

static void quiet_hours_that_cannot_be_read_silence_nobody(void **state)
{
    (void)state;
    run_sql("UPDATE contacts SET quiet = 'malam'");
    begin();
    until(wall + 5 * MIN, MIN);
    crash_ms = wall;
    until(crash_ms + 17 * MIN, MIN / 2);
    assert_int_equal(count("sms", "raise", "do_critical"), 1);
}

static void fish_that_gasp_and_acid_water_are_told_at_any_value(void **state)
{
    struct rec_press press = {.pond = "p-1", .kind = PRESS_GASPING, .by = "Budi"};

    (void)state;
    calm = true;
    begin();
    until(wall + 2 * MIN, MIN / 2);
    assert_int_equal(n_told, 0);
    press.at_ms = wall;
    assert_int_equal(records_press(db, &press), 0);
    until(wall + MIN, MIN / 2);
    assert_non_null(strstr(first("sms", "raise", "gasping")->sms, "IKAN MEGAP-MEGAP"));
    assert_int_equal(count("siren", "raise", "gasping"), 1);
    until(wall + 4 * 60 * MIN, MIN);
    assert_true(count("sms", "clear", "recovered") >= 1);
}

static void an_sms_or_a_call_of_a_contact_acknowledges_and_of_nobody_else(void **state)
{
    struct rec_alarm *a = NULL;
    size_t n = 0;

    (void)state;
    begin();
    until(wall + 5 * MIN, MIN);
    crash_ms = wall;
    until(crash_ms + 17 * MIN, MIN / 2);
    hear_next(HEARD_OK, "+62899");
    until(wall + MIN, MIN / 2);
    assert_int_equal(records_alarms(db, 0, INT64_MAX, &a, &n), 0);
    assert_true(n == 1 && a[0].acked_ms == 0);
    free(a);
    hear_next(HEARD_CALL, "+628121112222");
    for (int k = 0; k < 100 && count("siren", "acked", NULL) == 0; k++)
        until(wall + MIN / 2, MIN / 2);
    assert_int_equal(records_alarms(db, 0, INT64_MAX, &a, &n), 0);
    assert_true(n >= 1 && a[0].acked_ms != 0);
    assert_string_equal(a[0].acked_how, "call");
    assert_string_equal(a[0].acked_by, "Budi");
    free(a);
}

static bool acked(void)
{
    struct rec_alarm *a = NULL;
    size_t n = 0;
    bool yes;

    assert_int_equal(records_alarms_open(db, &a, &n), 0);
    assert_int_equal(n, 1);
    yes = a[0].acked_ms != 0;
    free(a);
    return yes;
}

static void an_ok_acknowledges_nothing_that_was_told_after_it_was_read(void **state)
{
    int64_t told_ms;

    (void)state;
    begin();
    until(wall + 5 * MIN, MIN);
    crash_ms = wall;
    while (count("sms", "raise", "do_critical") == 0)
        until(wall + MIN / 2, MIN / 2);
    told_ms = first("sms", "raise", "do_critical")->at_ms;
    /* read a minute before the danger was told: of something else, whatever the operator's clock says */
    hear_ok("+628121112222", told_ms - MIN, told_ms - MIN);
    wait_until_heard();
    until(wall + 2 * MIN, MIN / 2);
    assert_false(acked());
    hear_ok("+628121112222", told_ms - 1, told_ms + 60 * MIN);
    wait_until_heard();
    until(wall + 2 * MIN, MIN / 2);
    assert_false(acked());
    /* sent an hour before, as the operator says, and read only now */
    hear_ok("+628121112222", wall, told_ms - 60 * MIN);
    wait_until_heard();
    until(wall + 2 * MIN, MIN / 2);
    assert_false(acked());
    /* of the second contact, to whom nothing went yet */
    hear_ok("+628123334444", wall, 0);
    wait_until_heard();
    until(wall + 2 * MIN, MIN / 2);
    assert_false(acked());
    /* the operator's clock is a minute behind */
    hear_ok("+628121112222", wall, told_ms - MIN);
    wait_until_heard();
    until(wall + 2 * MIN, MIN / 2);
    assert_true(acked());
}

static void a_danger_is_snoozed_twice_and_then_insists(void **state)
{
    struct rec_ask again = {.kind = ASK_SNOOZE, .minutes = 30, .by = "Budi", .how = "page"};
    struct rec_alarm *a = NULL;
    size_t n = 0, before;

    (void)state;
    begin();
    until(wall + 5 * MIN, MIN);
    crash_ms = wall;
    while (count("sms", "raise", "do_critical") == 0)
        until(wall + MIN / 2, MIN / 2);
    say(ASK_SNOOZE, 30);
    before = count("siren", "repeat", NULL);
    until(wall + 20 * MIN, MIN / 2);
    assert_int_equal(count("siren", "repeat", NULL), before);
    say(ASK_SNOOZE, 30);
    assert_int_equal(records_alarms_open(db, &a, &n), 0);
    again.alarm = a[0].id;
    again.at_ms = wall;
    assert_int_equal(records_alarm_ask(db, &again), NILA_ERR_FULL);
    until(wall + 45 * MIN, MIN / 2);
    assert_true(count("siren", "repeat", NULL) > before);
    again.at_ms = wall;
    assert_int_equal(records_alarm_ask(db, &again), NILA_ERR_FULL);
    say(ASK_ACK, 0); /* which is always taken */
    until(wall + MIN, MIN / 2);
    assert_true(acked());
    free(a);
}

/* --- the process itself --- */

static pid_t spawn(const char *ready)
{
    pid_t pid = fork();

    if (pid == 0) {
        struct command_options o = {.config = config_path, .ready = ready, .quiet = true};
        clock_set(NULL);
        _exit(command_watch(&o));
    }
    assert_true(pid > 0);
    return pid;
}

static void wait_for_file(const char *path)
{
    const struct timespec slice = {.tv_nsec = 20000000};

    for (int k = 0; k < 1500 && access(path, F_OK) != 0; k++)
        (void)nanosleep(&slice, NULL);
    assert_int_equal(access(path, F_OK), 0);
}

/* Until the child has stored what became of all its messages. */
static void wait_for_fates(void)
{
    const int64_t until_ms = clock_mono_ms() + 20 * SEC;
    sqlite3_stmt *st = NULL;
    sqlite3 *h = NULL;
    int waiting = 1;

    assert_int_equal(sqlite3_open(db_path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(h, 5000), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(h, "SELECT count(*) FROM alarm_attempts WHERE done_ms = 0",
                                        -1, &st, NULL),
                     SQLITE_OK);
    while (waiting != 0) {
        assert_int_equal(sqlite3_step(st), SQLITE_ROW);
        waiting = sqlite3_column_int(st, 0);
        assert_int_equal(sqlite3_reset(st), SQLITE_OK);
        if (clock_mono_ms() > until_ms)
            fail_msg("%d messages still wait", waiting);
        (void)sched_yield();
    }
    assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
    assert_int_equal(sqlite3_close(h), SQLITE_OK);
}

static void killed_in_the_middle_of_telling_it_tells_again_after_the_restart(void **state)
{
    static const struct stub_reply HANG[] = {{.bytes = NULL, .hang = 1}};
    static const struct stub_reply OK[] = {
        {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .close = 1}};
    struct stubhttp *stub = stubhttp_start(HANG, 1);
    char secret[400], ready[400], list[800];
    struct rec_alarm *a = NULL;
    struct rec_attempt *t = NULL;
    size_t n = 0;
    int status = 0, port = stubhttp_port(stub);
    pid_t pid;

    (void)state;
    fake_stop(&fake); /* the child is another process: real time from here */
    clock_set(NULL);
    (void)unlink(socket_path);
    wall = clock_wall_ms();
    fake = (struct fake_collector){.value = pond_value, .step_ms = MIN, .now_ms = wall};
    crash_ms = wall - 30 * MIN;
    fake_start(&fake, socket_path);
    (void)snprintf(secret, sizeof secret, "%s/secret", dir);
    (void)snprintf(ready, sizeof ready, "%s/ready", dir);
    support_write(secret, "0123456789abcdef0123456789abcdef\n");
    assert_int_equal(chmod(secret, 0600), 0);
    (void)snprintf(list, sizeof list,
                   "\"channels\":[{\"slug\":\"hook\",\"kind\":\"webhook\",\"url\":"
                   "\"http://127.0.0.1:%d/x\",\"secret_file\":\"%s\"}]",
                   port, secret);
    write_config(list);
    records_close(db); /* SQLite is not carried over a fork */
    db = NULL;
    pid = spawn(ready);
    stubhttp_wait(stub, 1); /* it is being told, and nobody has said that it arrived */
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_non_null(strstr(stubhttp_request(stub, 0, NULL), "do_"));
    stubhttp_stop(stub);
    stub = stubhttp_start(OK, 1);
    (void)snprintf(list, sizeof list,
                   "\"channels\":[{\"slug\":\"hook\",\"kind\":\"webhook\",\"url\":"
                   "\"http://127.0.0.1:%d/x\",\"secret_file\":\"%s\"}]",
                   stubhttp_port(stub), secret);
    write_config(list);
    (void)unlink(ready);
    pid = spawn(ready);
    stubhttp_wait(stub, 1);
    wait_for_file(ready);
    wait_for_fates();
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(stubhttp_requests(stub), 1); /* once more, and only once */
    stubhttp_stop(stub);
    {
        char why[400] = "";
        assert_int_equal(records_open(&db, db_path, why, sizeof why), 0);
    }
    assert_int_equal(records_alarms(db, 0, INT64_MAX, &a, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(records_attempts(db, a[0].id, 0, &t, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(t[0].tries, 2);
    assert_string_equal(t[0].fate, "sent");
    free(a);
    free(t);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_whole_night_from_the_notice_to_the_all_clear),
        T(a_reading_after_the_message_at_dusk_is_told_once),
        T(both_nights_are_told_when_the_relay_says_which_were_aerated),
        T(both_nights_are_told_when_buttons_say_which_were_aerated),
        T(the_second_contact_is_told_when_the_first_does_not_answer),
        T(mains_that_are_lost_are_told_within_a_minute),
        T(mains_lost_while_the_program_was_down_are_told_with_their_true_beginning),
        T(a_collector_that_falls_silent_is_told_once_and_not_pond_by_pond),
        T(a_pond_that_cannot_be_read_is_told_of_with_the_reason),
        T(a_restart_in_the_middle_goes_on_where_it_was),
        T(a_message_that_cannot_be_sent_is_tried_again_and_its_fate_is_kept),
        T(the_routine_message_comes_twice_a_day_where_it_is_wanted),
        T(nobody_reached_means_the_second_without_waiting),
        T(a_channel_in_trouble_is_told_by_the_others),
        T(a_channel_whose_messages_fail_is_told_of_and_cleared_when_they_arrive),
        T(any_channel_that_breaks_is_told_of_by_all_others),
        T(two_channels_that_break_one_after_the_other_are_told_of_each),
        T(a_hundred_ponds_that_go_bad_at_once_are_few_messages),
        T(a_message_of_several_is_dropped_when_none_of_them_holds),
        T(a_report_that_overtakes_its_message_is_taken_up),
        T(a_danger_is_told_although_the_records_cannot_be_written),
        T(a_danger_is_confirmed_although_the_records_cannot_be_written),
        T(what_was_sent_is_not_sent_again_while_its_fate_cannot_be_stored),
        T(a_clock_that_was_years_ahead_silences_nothing),
        T(an_acknowledgement_leaves_the_siren_to_another_danger),
        T(a_first_contact_without_an_address_leaves_it_to_the_second),
        T(an_ok_that_a_crash_left_on_record_acknowledges_after_the_restart),
        T(a_call_that_a_crash_left_on_record_acknowledges_after_the_restart),
        T(a_call_is_on_record_until_it_was_taken_up),
        T(a_danger_passes_a_queue_that_is_full),
        T(quiet_hours_that_cannot_be_read_silence_nobody),
        T(fish_that_gasp_and_acid_water_are_told_at_any_value),
        T(an_sms_or_a_call_of_a_contact_acknowledges_and_of_nobody_else),
        T(an_ok_acknowledges_nothing_that_was_told_after_it_was_read),
        T(a_danger_is_snoozed_twice_and_then_insists),
        T(killed_in_the_middle_of_telling_it_tells_again_after_the_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
