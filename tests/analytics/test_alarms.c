/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contacts, limits, buttons, alarms, attempts and nights on record. */
#include "recordsfile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "analytics/records/alarms.h"
#include "analytics/records/contacts.h"
#include "analytics/records/db.h"
#include "collector/common/buf.h"
#include "collector/common/civil.h"

static int64_t now_ms;

static int set_up(void **state)
{
    assert_int_equal(civil_parse_iso("2026-11-24T12:00+07:00", &now_ms, NULL), 0);
    return records_set_up(state);
}

static void keep(void *arg, const char *text)
{
    size_t n = strlen(dir);

    buf_printf(arg, "%s\n", strncmp(text, dir, n) == 0 ? text + n + 1 : text);
}

static int take(enum records_table t, const char *text, struct buf *said)
{
    struct records_report report;
    char file[400];

    (void)snprintf(file, sizeof file, "%s/%s.csv", dir, records_table_name(t));
    support_write(file, text);
    return records_import(db, t, file, now_ms, 0, keep, said, &report);
}

static void must_take(enum records_table t, const char *text)
{
    struct buf said = {0};

    if (take(t, text, &said) != 0)
        fail_msg("%s", said.p != NULL ? said.p : "not stored");
    buf_free(&said);
}

static void ponds(void)
{
    must_take(RECORDS_FARMS, "farm,name,regency,kecamatan\nf-1,Satu,kotim,62.02.06\n");
    must_take(RECORDS_PONDS, "pond,farm,name,system,area_m2,depth_m\n"
                             "p-1,f-1,Kolam 1,pond,200,1.2\np-2,f-1,Kolam 2,biofloc,20,1\n");
}

#define CONTACT \
    "contact,name,phone,telegram,mail,language,answers_for,order,quiet,channels,active,on\n"

static void the_newest_row_of_a_contact_counts(void **state)
{
    struct rec_contact *c = NULL;
    size_t n = 0;

    (void)state;
    must_take(RECORDS_CONTACTS,
              CONTACT "pak-budi,Budi,0812 3456 7890,,,id,p-1 p-2,first,21-05,sms call,,2026-11-01\n"
                      "bu-sri,Sri,,123456,sri@example.org,en,regency:kotim,second,,,,2026-11-01\n");
    must_take(RECORDS_CONTACTS,
              CONTACT "pak-budi,Budi,0812 0000 0000,,,id,farm:f-1,first,21.30-05,,,2026-11-20\n"
                      "bu-sri,Sri,,123456,,en,all,second,,,no,2026-11-21\n");
    assert_int_equal(records_contacts(db, &c, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(c[0].phone, "0812 0000 0000");
    assert_int_equal(c[0].quiet_from_min, 21 * 60 + 30);
    assert_int_equal(c[0].quiet_to_min, 5 * 60);
    assert_true(contacts_answers(&c[0], "p-7", "f-1", "kotim"));
    assert_false(contacts_answers(&c[0], "p-7", "f-2", "kotim"));
    assert_false(c[0].second);
    free(c);
}

static void bad_contacts_and_limits_are_named_with_place_and_cure(void **state)
{
    static const struct {
        const char *says;
        enum records_table table;
        const char *text, *want;
    } T[] = {
        {"a phone with letters", RECORDS_CONTACTS, CONTACT "a,A,08x,,,id,all,first,,,,2026-11-01\n",
         "contacts.csv:2:5: phone: \"08x\" is not allowed; as in +62 812"},
        {"nobody could be told", RECORDS_CONTACTS, CONTACT "a,A,,,,id,all,first,,,,2026-11-01\n",
         "contacts.csv:2:5: phone: may not be empty where telegram and mail are"},
        {"a place of nowhere", RECORDS_CONTACTS,
         CONTACT "a,A,0812,,,id,regency:bali,first,,,,2026-11-01\n",
         "contacts.csv:2:15: answers_for: \"regency:bali\" is not allowed; ponds, farm:NAME"},
        {"quiet hours of 25", RECORDS_CONTACTS,
         CONTACT "a,A,0812,,,id,all,first,25-05,,,2026-11-01\n",
         "contacts.csv:2:25: quiet: \"25-05\" is not allowed; as in 21-05"},
        {"a pigeon", RECORDS_CONTACTS, CONTACT "a,A,0812,,,id,all,first,,sms pigeon,,2026-11-01\n",
         "contacts.csv:2:26: channels: \"pigeon\" is not allowed; siren call sms"},
        {"a third turn", RECORDS_CONTACTS, CONTACT "a,A,0812,,,id,all,third,,,,2026-11-01\n",
         "contacts.csv:2:19: order: \"third\" is not allowed; first or second"},
        {"a danger under 1.0", RECORDS_LIMITS,
         "pond,key,value,reason,by,on\np-1,do_danger_mg_l,0.9,ikan kuat,Sri,2026-11-01\n",
         "limits.csv:2:20: value: 0.9 is not allowed for do_danger_mg_l; 1 to 5 mg/L"},
        {"a limit without a reason", RECORDS_LIMITS,
         "pond,key,value,reason,by,on\np-1,do_danger_mg_l,1.2,,Sri,2026-11-01\n",
         "limits.csv:2:24: reason: may not be empty"},
        {"a limit of no pond", RECORDS_LIMITS,
         "pond,key,value,reason,by,on\np-9,do_danger_mg_l,1.2,x,Sri,2026-11-01\n",
         "limits.csv:2:1: pond: there is no pond \"p-9\" on record"},
        {"a danger of pH is nobody's to move", RECORDS_LIMITS,
         "pond,key,value,reason,by,on\np-1,ph_danger_low,4,x,Sri,2026-11-01\n",
         "limits.csv:2:5: key: \"ph_danger_low\" is not allowed"},
    };

    (void)state;
    ponds();
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct buf said = {0};

        print_message("  %s\n", T[i].says);
        assert_int_equal(take(T[i].table, T[i].text, &said), NILA_ERR_PARSE);
        if (strstr(said.p, T[i].want) == NULL)
            fail_msg("want %s\ngot  %s", T[i].want, said.p);
        buf_free(&said);
    }
}

static void a_limit_is_taken_back_by_an_empty_value(void **state)
{
    struct rec_limit *l = NULL;
    size_t n = 0;

    (void)state;
    ponds();
    must_take(RECORDS_LIMITS, "pond,key,value,reason,by,on\n"
                              "p-1,do_danger_mg_l,1.2,bioflok kuat,Sri,2026-11-01\n"
                              "p-2,do_watch_mg_l,2.5,air gambut,Sri,2026-11-01\n");
    must_take(RECORDS_LIMITS, "pond,key,value,reason,by,on\n"
                              "p-1,do_danger_mg_l,,musim hujan,Sri,2026-11-10\n");
    assert_int_equal(records_limits(db, &l, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(l[0].pond, "p-2");
    assert_true(l[0].value == 2.5);
    assert_string_equal(l[0].by, "Sri");
    free(l);
}

static void a_farmers_button_is_kept(void **state)
{
    struct rec_press p = {.pond = "p-1", .kind = PRESS_GASPING, .by = "Budi", .at_ms = 1000};
    struct rec_press *list = NULL;
    size_t n = 0;

    (void)state;
    ponds();
    assert_int_equal(records_press(db, &p), 0);
    (void)snprintf(p.pond, sizeof p.pond, "p-9");
    assert_int_equal(records_press(db, &p), NILA_ERR_NOT_FOUND);
    assert_int_equal(records_presses(db, 1000, 1001, &list, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].kind, PRESS_GASPING);
    assert_string_equal(list[0].by, "Budi");
    free(list);
    assert_int_equal(records_presses(db, 0, 1000, &list, &n), 0);
    assert_int_equal(n, 0);
}

static struct rec_alarm an_alarm(const char *subject, enum alarm_severity severity)
{
    struct rec_alarm a = {.severity = severity,
                          .worst = severity,
                          .rank = 3,
                          .first_ms = 10,
                          .seen_ms = 20,
                          .raised_ms = 20,
                          .told_ms = 20,
                          .value = 1.2,
                          .threshold = NAN};

    (void)snprintf(a.subject, sizeof a.subject, "%s", subject);
    (void)snprintf(a.group, sizeof a.group, "oxygen");
    (void)snprintf(a.cause, sizeof a.cause, "do_critical");
    return a;
}

static void alarms_and_attempts_are_stored_together_or_not_at_all(void **state)
{
    struct rec_alarm a[2] = {an_alarm("p-1", ALARM_DANGER), an_alarm("p-2", ALARM_DANGER)};
    struct rec_attempt t[2] = {{.kind = "raise", .channel = "sms", .sms = "x", .due_ms = 20},
                               {.kind = "raise", .channel = "siren", .text = "y", .due_ms = 20}};
    const bool changed[2] = {true, true}, gone[2] = {false, false};
    const long index[2] = {0, 1};
    const struct rec_mark mark = {"dusk", 77};
    struct alarm_commit c = {.alarm = a,
                             .changed = changed,
                             .gone = gone,
                             .alarms = 2,
                             .attempt = t,
                             .alarm_index = index,
                             .attempts = 2,
                             .mark = &mark,
                             .marks = 1,
                             .now_ms = 20};
    struct rec_alarm *open = NULL;
    struct rec_attempt *waiting = NULL;
    int64_t at = -1;
    size_t n = 0;

    (void)state;
    assert_int_equal(records_mark(db, "dusk", &at), 0);
    assert_int_equal(at, 0);
    assert_int_equal(records_alarms_commit(db, &c), 0);
    assert_true(a[0].id > 0 && a[1].id > a[0].id);
    assert_int_equal(t[1].alarm, a[1].id);
    assert_int_equal(records_mark(db, "dusk", &at), 0);
    assert_int_equal(at, 77);
    assert_int_equal(records_alarms_open(db, &open, &n), 0);
    assert_int_equal(n, 2);
    assert_true(open[0].value == 1.2 && isnan(open[0].threshold));
    assert_int_equal(open[0].severity, ALARM_DANGER);
    free(open);
    /* a second open alarm of one place and group is refused, and with it all else */
    a[0] = an_alarm("p-1", ALARM_DANGER);
    c.alarms = c.attempts = 1;
    assert_int_not_equal(records_alarms_commit(db, &c), 0);
    assert_int_equal(a[0].id, 0);
    assert_int_equal(records_attempts_waiting(db, &waiting, &n), 0);
    assert_int_equal(n, 2);
    waiting[0].done_ms = 25;
    waiting[0].tries = 1;
    (void)snprintf(waiting[0].fate, sizeof waiting[0].fate, "sent");
    (void)snprintf(waiting[0].reference, sizeof waiting[0].reference, "17");
    assert_int_equal(records_attempt_store(db, &waiting[0]), 0);
    assert_int_equal(records_attempt_report(db, "sms", "17", "delivered"), 0);
    assert_int_equal(records_attempt_report(db, "sms", "18", "delivered"), NILA_ERR_NOT_FOUND);
    free(waiting);
    assert_int_equal(records_attempts_waiting(db, &waiting, &n), 0);
    assert_int_equal(n, 1);
    free(waiting);
    assert_int_equal(records_attempts(db, t[0].alarm, 0, &waiting, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(waiting[0].fate, "delivered");
    free(waiting);
}

static void what_became_of_one_message_counts_for_every_alarm_it_tells_of(void **state)
{
    struct rec_alarm a[2] = {an_alarm("p-1", ALARM_DANGER), an_alarm("p-2", ALARM_DANGER)};
    struct rec_attempt t[2] = {
        {.kind = "raise", .channel = "sms", .contact = "b", .due_ms = 20, .told_with = -1},
        {.kind = "raise", .channel = "sms", .contact = "b", .due_ms = 20}};
    const bool changed[2] = {true, true}, gone[2] = {false, false};
    const long index[2] = {0, 1}, told_with[2] = {-1, 0};
    struct alarm_commit c = {.alarm = a,
                             .changed = changed,
                             .gone = gone,
                             .alarms = 2,
                             .attempt = t,
                             .alarm_index = index,
                             .attempts = 2,
                             .now_ms = 20,
                             .told_with = told_with};
    static struct rec_attempt tried[2];
    struct rec_attempt *list = NULL;
    int64_t *of = NULL;
    size_t n = 0;

    (void)state;
    assert_int_equal(records_alarms_commit(db, &c), 0);
    assert_int_equal(t[1].told_with, t[0].id);
    assert_int_equal(records_attempts_waiting(db, &list, &n), 0);
    assert_int_equal(n, 1); /* nothing is sent for the second */
    assert_int_equal(list[0].id, t[0].id);
    assert_int_equal(list[0].told_with, -1);
    list[0].done_ms = 25;
    list[0].begun_ms = 22;
    list[0].tries = 1;
    (void)snprintf(list[0].fate, sizeof list[0].fate, "sent");
    (void)snprintf(list[0].reference, sizeof list[0].reference, "17");
    assert_int_equal(records_attempt_store(db, &list[0]), 0);
    assert_int_equal(records_attempt_report(db, "sms", "17", "delivered"), 0);
    free(list);
    assert_int_equal(records_attempts(db, a[1].id, 0, &list, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].told_with, t[0].id);
    assert_true(list[0].tries == 1 && list[0].begun_ms == 22 && list[0].done_ms == 25);
    assert_string_equal(list[0].fate, "delivered");
    free(list);
    assert_int_equal(records_attempts_tried(db, "sms", 2, tried, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(tried[0].id, t[0].id);
    assert_int_equal(records_attempts_tried(db, "mail", 2, tried, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(records_attempt_alarms(db, t[0].id, &of, &n), 0);
    assert_true(n == 2 && of[0] == a[0].id && of[1] == a[1].id);
    free(of);
}

static void a_rehearsals_copy_has_the_people_and_none_of_the_alarms(void **state)
{
    struct rec_alarm a = an_alarm("p-1", ALARM_DANGER);
    struct rec_attempt t = {.kind = "raise", .channel = "sms", .sms = "x", .due_ms = 20};
    const bool changed = true, gone = false;
    const long index = 0;
    const struct rec_mark mark = {"dusk", 77};
    struct alarm_commit c = {&a, &changed, &gone, 1,  &t,   &index, 1, NULL,
                             0,  &mark,    1,     20, NULL, NULL,   0};
    struct rec_contact *contact = NULL;
    struct rec_alarm *open = NULL;
    struct rec_attempt *waiting = NULL;
    struct records *copy = NULL;
    char to[320], why[256] = "";
    int64_t at = -1;
    size_t n = 0;

    (void)state;
    ponds();
    must_take(RECORDS_CONTACTS, CONTACT "budi,Budi,0812 3456 7890,,,id,all,first,,,,2026-11-01\n");
    assert_int_equal(records_alarms_commit(db, &c), 0);
    (void)snprintf(to, sizeof to, "%s.rehearsal", path);
    assert_int_equal(records_rehearsal_copy(db, to, why, sizeof why), 0);
    assert_int_equal(records_open(&copy, to, why, sizeof why), 0);
    assert_int_equal(records_contacts(copy, &contact, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(records_alarms_open(copy, &open, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(records_attempts_waiting(copy, &waiting, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(records_mark(copy, "dusk", &at), 0);
    assert_int_equal(at, 0);
    /* a rehearsal that goes on finds its own alarms again */
    a = an_alarm("p-2", ALARM_DANGER);
    assert_int_equal(records_alarms_commit(copy, &c), 0);
    records_close(copy);
    assert_int_equal(records_rehearsal_copy(db, to, why, sizeof why), 0);
    assert_int_equal(records_open(&copy, to, why, sizeof why), 0);
    free(open);
    assert_int_equal(records_alarms_open(copy, &open, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(open[0].subject, "p-2");
    records_close(copy);
    assert_int_equal(records_rehearsal_copy(db, "/nowhere/r.db", why, sizeof why), NILA_ERR_IO);
    assert_non_null(strstr(why, "/nowhere/r.db"));
    free(open);
    free(waiting);
    free(contact);
}

static void a_danger_is_never_snoozed_longer_than_half_an_hour(void **state)
{
    struct rec_alarm a = an_alarm("p-1", ALARM_DANGER);
    const bool yes = true, no = false;
    struct alarm_commit c = {.alarm = &a, .changed = &yes, .gone = &no, .alarms = 1, .now_ms = 20};
    struct rec_ask ask = {.kind = ASK_SNOOZE, .minutes = 31, .by = "Budi", .how = "cli"};
    struct rec_ask *asks = NULL;
    size_t n = 0;

    (void)state;
    assert_int_equal(records_alarms_commit(db, &c), 0);
    ask.alarm = a.id;
    assert_int_equal(records_alarm_ask(db, &ask), NILA_ERR_RANGE);
    ask.minutes = 0;
    assert_int_equal(records_alarm_ask(db, &ask), NILA_ERR_RANGE);
    ask.minutes = 30;
    assert_int_equal(records_alarm_ask(db, &ask), 0);
    ask.alarm = a.id + 1;
    assert_int_equal(records_alarm_ask(db, &ask), NILA_ERR_NOT_FOUND);
    assert_int_equal(records_alarm_asks(db, &asks, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(asks[0].minutes, 30);
    c.alarms = 0;
    c.ask = &asks[0].id;
    c.asks = 1;
    assert_int_equal(records_alarms_commit(db, &c), 0);
    free(asks);
    assert_int_equal(records_alarm_asks(db, &asks, &n), 0);
    assert_int_equal(n, 0);
}

static void a_night_is_foretold_and_then_judged(void **state)
{
    struct rec_night g = {.pond = "p-1",
                          .day = 20000,
                          .threshold = 3,
                          .issued_ms = 5,
                          .p_below = 0.8,
                          .min_p10 = 1,
                          .min_p50 = 2,
                          .min_p90 = 3,
                          .lowest = NAN,
                          .seen_share = NAN};
    struct rec_night *list = NULL;
    size_t n = 0;

    (void)state;
    ponds();
    assert_int_equal(records_night_store(db, &g), 0);
    g.lowest = 2.25;
    g.seen_share = 1;
    g.judged_ms = 9;
    assert_int_equal(records_night_store(db, &g), 0);
    (void)snprintf(g.pond, sizeof g.pond, "p-9");
    assert_int_equal(records_night_store(db, &g), NILA_ERR_NOT_FOUND);
    assert_int_equal(records_nights(db, 20000, 20000, &list, &n), 0);
    assert_int_equal(n, 1);
    assert_true(list[0].lowest == 2.25 && list[0].p_below == 0.8);
    free(list);
}

static void run_sql(const char *file, const char *sql)
{
    sqlite3 *h;
    char *error = NULL;

    assert_int_equal(sqlite3_open(file, &h), SQLITE_OK);
    if (sqlite3_exec(h, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s", error);
    assert_int_equal(sqlite3_close(h), SQLITE_OK);
}

/* What the program before this one wrote. */
static void a_file_of_form_4_keeps_its_rows_and_gains_the_alarms(void **state)
{
    struct records *r = NULL;
    struct records_snapshot *s = NULL;
    struct rec_contact *c = NULL;
    struct rec_press p = {.pond = "p-1", .kind = PRESS_GASPING, .by = "x", .at_ms = 1};
    char file[400], why[256] = "";
    size_t n = 1;

    (void)state;
    (void)snprintf(file, sizeof file, "%s/old.db", dir);
    for (int k = 0; k < 4; k++)
        run_sql(file, RECORDS_MIGRATION[k]);
    run_sql(file, "PRAGMA user_version = 4; PRAGMA application_id = 1315531858;"
                  "INSERT INTO farms VALUES(1, 'f-1', 'Satu', 'kotim', '62.02.06', '', '', '', 0);"
                  "INSERT INTO ponds VALUES(1, 'p-1', 'f-1', 'Kolam 1', 'pond', 200, 1.2, 0)");
    if (records_open(&r, file, why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_int_equal(records_snapshot(r, now_ms, &s), 0);
    assert_int_equal(s->ponds, 1);
    records_snapshot_free(s);
    assert_int_equal(records_contacts(r, &c, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(records_press(r, &p), 0);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_newest_row_of_a_contact_counts, set_up,
                                        records_tear_down),
        cmocka_unit_test_setup_teardown(bad_contacts_and_limits_are_named_with_place_and_cure,
                                        set_up, records_tear_down),
        cmocka_unit_test_setup_teardown(a_limit_is_taken_back_by_an_empty_value, set_up,
                                        records_tear_down),
        cmocka_unit_test_setup_teardown(a_farmers_button_is_kept, set_up, records_tear_down),
        cmocka_unit_test_setup_teardown(
            what_became_of_one_message_counts_for_every_alarm_it_tells_of, set_up,
            records_tear_down),
        cmocka_unit_test_setup_teardown(alarms_and_attempts_are_stored_together_or_not_at_all,
                                        set_up, records_tear_down),
        cmocka_unit_test_setup_teardown(a_rehearsals_copy_has_the_people_and_none_of_the_alarms,
                                        set_up, records_tear_down),
        cmocka_unit_test_setup_teardown(a_danger_is_never_snoozed_longer_than_half_an_hour, set_up,
                                        records_tear_down),
        cmocka_unit_test_setup_teardown(a_night_is_foretold_and_then_judged, set_up,
                                        records_tear_down),
        cmocka_unit_test_setup_teardown(a_file_of_form_4_keeps_its_rows_and_gains_the_alarms,
                                        set_up, records_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
