/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom an alarm goes to, by what, when; and how good it was. */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/alert/plan.h"
#include "analytics/alert/report.h"
#include "collector/common/civil.h"

#define MIN  ((int64_t)60 * 1000)
#define HOUR (60 * MIN)

static struct rec_farm farm[2] = {{.slug = "f-1", .name = "Satu", .regency = REGENCY_KOTIM},
                                  {.slug = "f-2", .name = "Dua", .regency = REGENCY_SERUYAN}};
static struct rec_pond pond[3] = {
    {.slug = "p-1", .name = "Kolam 1", .farm = 0, .system = POND_SYSTEM_POND},
    {.slug = "r-1", .name = "Keramba 1", .farm = 0, .system = POND_SYSTEM_CAGE},
    {.slug = "r-2", .name = "Keramba 2", .farm = 1, .system = POND_SYSTEM_CAGE}};
static struct records_snapshot snap = {.farms = 2, .ponds = 3, .farm = farm, .pond = pond};
static struct look_pond ponds[3];
static struct rec_contact contact[4];
static struct look look = {.snap = &snap, .pond = ponds, .ponds = 3, .contact = contact};
static struct alert_settings settings = {.repeat_min = 15};
static struct plan p;
static int64_t night, noon;

static void add_contact(const char *slug, const char *phone, const char *mail, const char *for_whom,
                        bool second)
{
    struct rec_contact *c = &contact[look.contacts++];

    *c = (struct rec_contact){.second = second, .quiet_from_min = 21 * 60, .quiet_to_min = 5 * 60};
    (void)snprintf(c->slug, sizeof c->slug, "%s", slug);
    (void)snprintf(c->phone, sizeof c->phone, "%s", phone);
    (void)snprintf(c->mail, sizeof c->mail, "%s", mail);
    (void)snprintf(c->answers_for, sizeof c->answers_for, "%s", for_whom);
}

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(civil_parse_iso("2026-11-24T02:00+07:00", &night, NULL), 0);
    assert_int_equal(civil_parse_iso("2026-11-24T12:00+07:00", &noon, NULL), 0);
    for (int i = 0; i < 3; i++) {
        ponds[i] = (struct look_pond){.pond = &pond[i],
                                      .farm = &farm[pond[i].farm],
                                      .limits = STATUS_DEFAULTS,
                                      .known = true};
        memcpy(ponds[i].slug, pond[i].slug, sizeof ponds[i].slug);
    }
    look.contacts = 0;
    p = (struct plan){.look = &look,
                      .settings = &settings,
                      .phone = "0812",
                      .channel = {{"siren", CHANNEL_SIREN, ADDRESS_NONE, false},
                                  {"sms", CHANNEL_SMS, ADDRESS_PHONE, false},
                                  {"mail", CHANNEL_SMTP, ADDRESS_MAIL, false},
                                  {"hook", CHANNEL_WEBHOOK, ADDRESS_NONE, false}},
                      .channels = 4};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    plan_free(&p);
    return 0;
}

static struct rec_alarm alarm_of(const char *subject, enum cause c, enum alarm_severity s)
{
    struct rec_alarm a = {.id = 7, .severity = s, .worst = s, .value = 1.2, .threshold = 1.5};

    (void)snprintf(a.subject, sizeof a.subject, "%s", subject);
    (void)snprintf(a.cause, sizeof a.cause, "%s", cause_info(c)->key);
    return a;
}

static void act(enum engine_kind kind, bool second, const struct rec_alarm *a, int64_t now)
{
    struct engine_action x = {.kind = kind, .alarm = 0, .second = second};

    plan_clear(&p);
    plan_action(&p, &x, a, NULL, 0, now);
}

/* "channel:contact ..." of what was planned. */
static const char *who(void)
{
    static char out[512];
    size_t n = 0;

    out[0] = '\0';
    for (size_t i = 0; i < p.n; i++)
        n += (size_t)snprintf(out + n, sizeof out - n, "%s%s%s%s", i > 0 ? " " : "",
                              p.attempt[i].channel, p.attempt[i].contact[0] != '\0' ? ":" : "",
                              p.attempt[i].contact);
    return out;
}

static void several_ponds_of_one_contact_are_one_message(void **state)
{
    struct rec_alarm a[4] = {alarm_of("r-1", CAUSE_DO_CRITICAL, ALARM_DANGER),
                             alarm_of("r-2", CAUSE_DO_CRITICAL, ALARM_DANGER),
                             alarm_of("r-2", CAUSE_PH_LOW, ALARM_DANGER),
                             alarm_of("p-1", CAUSE_DO_CRITICAL, ALARM_DANGER)};
    struct rec_attempt *message = NULL;
    long *told_with = NULL;
    size_t sms = 0, hook = 0;

    (void)state;
    add_contact("budi", "0812 1", "", "all", false);
    plan_clear(&p);
    for (size_t i = 0; i < 4; i++) {
        struct engine_action x = {.kind = ENGINE_RAISE, .alarm = i};
        plan_action(&p, &x, &a[i], NULL, 0, night);
    }
    plan_join(&p, &message, &told_with);
    for (size_t i = 0; i < p.n; i++) {
        const struct rec_attempt *t = &message[i];

        hook += strcmp(t->channel, "hook") == 0;
        if (strcmp(t->channel, "hook") == 0)
            assert_true(told_with[i] == -1 && t->told_with == 0); /* a machine is told of each */
        if (strcmp(t->channel, "sms") != 0)
            continue;
        if (p.index[i] == 0) {
            assert_int_equal(t->told_with, -1);
            assert_int_equal(told_with[i], -1);
            assert_string_equal(t->sms, "[NILA] BAHAYA 2 keramba, Oksigen sangat rendah: Keramba 1 "
                                        "1,2, Keramba 2 1,2. Hentikan pakan.");
            assert_string_equal(t->title, "2 keramba: Oksigen sangat rendah");
            /* its own words are still there, for when nothing can be stored */
            assert_non_null(strstr(p.attempt[i].sms, "Keramba 1"));
            assert_null(strstr(p.attempt[i].sms, "Keramba 2"));
        } else if (p.index[i] == 1) {
            assert_true(told_with[i] >= 0 && told_with[i] < (long)i);
            assert_int_equal(p.index[told_with[i]], 0);
        } else {
            assert_int_equal(told_with[i], -1); /* of another cause, or a pond */
            assert_int_equal(t->told_with, 0);
        }
        sms++;
    }
    assert_int_equal(sms, 4);
    assert_int_equal(hook, 4);
    free(message);
    free(told_with);
}

/* One ring says "look": it is one call, and each alarm has it on record as its own. */
static void one_call_is_for_all_that_a_contact_is_called_for(void **state)
{
    const struct rec_alarm a[3] = {alarm_of("p-1", CAUSE_DO_CRITICAL, ALARM_DANGER),
                                   alarm_of("p-1", CAUSE_GASPING, ALARM_DANGER),
                                   alarm_of("r-2", CAUSE_PH_LOW, ALARM_DANGER)};
    struct rec_attempt *message = NULL;
    long *told_with = NULL, lead[2] = {-1, -1};
    size_t of[2] = {0, 0};

    (void)state;
    add_contact("budi", "0812 1", "", "all", false);
    add_contact("ani", "0812 2", "", "p-1", false);
    for (size_t k = 0; k < 2; k++)
        (void)snprintf(contact[k].channels, sizeof contact[k].channels, "call");
    p.channel[p.channels++] = (struct plan_channel){"call", CHANNEL_CALL, ADDRESS_PHONE, false};
    plan_clear(&p);
    for (size_t i = 0; i < 3; i++) {
        const struct engine_action x = {.kind = i == 0 ? ENGINE_REPEAT : ENGINE_RAISE, .alarm = i};

        plan_action(&p, &x, &a[i], NULL, 0, night);
    }
    plan_join(&p, &message, &told_with);
    for (size_t i = 0; i < p.n; i++) {
        const size_t k = strcmp(message[i].contact, "budi") == 0 ? 0 : 1;

        if (strcmp(message[i].channel, "call") != 0)
            continue;
        of[k]++;
        if (lead[k] < 0) {
            lead[k] = (long)i;
            assert_int_equal(message[i].told_with, -1);
            assert_int_equal(told_with[i], -1);
        } else {
            assert_int_equal(told_with[i], lead[k]);
        }
    }
    assert_int_equal(of[0], 3); /* budi, of all three */
    assert_int_equal(of[1], 2); /* ani, of the two of hers */
    free(message);
    free(told_with);
}

/* A fouled probe is a technician's work: by day, by SMS, once; the farmer hears of it by what costs nothing. */
static void a_fouled_probe_goes_to_the_technician_by_day_and_once(void **state)
{
    struct rec_alarm a[2] = {alarm_of("r-1", CAUSE_FOULING, ALARM_WATCH),
                             alarm_of("r-2", CAUSE_FOULING, ALARM_WATCH)};
    const struct rec_attempt told = {.channel = "sms", .kind = "raise", .fate = "sent"};
    const struct engine_action clear = {.kind = ENGINE_CLEAR, .second = true};
    struct rec_attempt *message = NULL;
    long *told_with = NULL;

    (void)state;
    add_contact("budi", "0812 1", "", "all", false);
    act(ENGINE_RAISE, false, &a[0], night);
    assert_string_equal(who(), "hook"); /* no telephone is known */
    (void)snprintf(settings.technician, sizeof settings.technician, "0812 3456 7890");
    act(ENGINE_RAISE, false, &a[0], noon);
    assert_string_equal(who(), "hook sms");
    assert_string_equal(p.attempt[1].address, "+6281234567890");
    assert_int_equal(p.attempt[1].due_ms, noon);
    act(ENGINE_RAISE, false, &a[0], noon + 9 * HOUR); /* 21:00 */
    assert_int_equal(p.attempt[1].due_ms, noon + 19 * HOUR);
    act(ENGINE_RAISE, false, &a[0], night);       /* 02:00 */
    assert_int_equal(p.attempt[0].due_ms, night); /* a machine is told at once */
    assert_int_equal(p.attempt[1].due_ms, night + 5 * HOUR);
    plan_clear(&p);
    for (size_t i = 0; i < 2; i++) {
        struct engine_action x = {.kind = ENGINE_RAISE, .alarm = i};
        plan_action(&p, &x, &a[i], NULL, 0, noon);
    }
    plan_join(&p, &message, &told_with);
    assert_string_equal(who(), "hook sms hook sms");
    assert_true(told_with[1] == -1 && told_with[3] == 1);
    assert_string_equal(message[1].sms,
                        "[NILA] 2 keramba, Sensor mungkin kotor: Keramba 1, Keramba "
                        "2. Bersihkan ujung sensor dengan air tawar dan kain "
                        "lembut.");
    free(message);
    free(told_with);
    plan_clear(&p);
    plan_action(&p, &clear, &a[0], &told, 1, noon);
    assert_string_equal(who(), "");
    settings.technician[0] = '\0';
}

static void of_a_broken_channel_whoever_has_only_a_telephone_is_called_by_day(void **state)
{
    struct rec_alarm a = alarm_of("channel:sms", CAUSE_CHANNEL_FAULT, ALARM_WATCH);

    (void)state;
    p.channel[p.channels++] = (struct plan_channel){"call", CHANNEL_CALL, ADDRESS_PHONE, false};
    add_contact("budi", "0812 1", "", "all", false);              /* SMS and telephone */
    add_contact("sri", "0812 2", "sri@example.id", "all", false); /* a mail tells her */
    add_contact("tono", "", "", "all", false);                    /* cannot be reached at all */
    act(ENGINE_RAISE, false, &a, noon);
    assert_string_equal(who(), "sms:budi sms:sri mail:sri hook call:budi");
    assert_int_equal(p.attempt[4].due_ms, noon);
    act(ENGINE_RAISE, false, &a, night);
    assert_string_equal(p.attempt[4].channel, "call");
    assert_int_equal(p.attempt[4].due_ms, night + 5 * HOUR);        /* 07:00 */
    a = alarm_of("channel:call", CAUSE_CHANNEL_FAULT, ALARM_WATCH); /* the SMS tells of it */
    act(ENGINE_RAISE, false, &a, noon);
    assert_string_equal(who(), "sms:budi sms:sri mail:sri hook");
}

static void the_first_are_told_and_the_second_when_it_is_their_turn(void **state)
{
    struct rec_alarm a = alarm_of("p-1", CAUSE_DO_CRITICAL, ALARM_DANGER);

    (void)state;
    add_contact("budi", "0812 1", "", "p-1", false);
    add_contact("sri", "0812 2", "sri@x.org", "farm:f-1", true);
    add_contact("adi", "0812 3", "", "farm:f-2", false);
    act(ENGINE_RAISE, false, &a, night);
    assert_string_equal(who(), "siren sms:budi hook");
    act(ENGINE_SECOND, true, &a, night);
    assert_string_equal(who(), "sms:sri mail:sri");
    act(ENGINE_REPEAT, true, &a, night);
    assert_string_equal(who(), "siren sms:budi sms:sri mail:sri hook");
    act(ENGINE_ACKED, false, &a, night);
    assert_string_equal(who(), "siren hook");
}

static void without_a_first_the_second_is_told_at_once(void **state)
{
    struct rec_alarm a = alarm_of("r-2", CAUSE_DO_CRITICAL, ALARM_DANGER);

    (void)state;
    add_contact("budi", "0812 1", "", "p-1", false);
    add_contact("sri", "0812 2", "", "regency:seruyan", true);
    act(ENGINE_RAISE, false, &a, night);
    assert_string_equal(who(), "siren sms:sri hook");
    assert_int_equal(p.nobody, 0);
    assert_true(plan_reaches(&p, look_find(&look, "r-2")));
    look.contacts = 1; /* budi answers for p-1 alone */
    assert_false(plan_reaches(&p, look_find(&look, "r-2")));
    look.contacts = 2;
    p.channels = 2;
    p.channel[0] = p.channel[1];
    p.channels = 1;
    look.contacts = 0;
    act(ENGINE_RAISE, false, &a, night);
    assert_int_equal(p.nobody, 1);
}

static void quiet_hours_hold_back_a_warning_and_never_a_danger(void **state)
{
    struct rec_alarm a = alarm_of("p-1", CAUSE_DO_FAST_DROP, ALARM_WATCH);

    (void)state;
    add_contact("budi", "0812 1", "", "all", false);
    act(ENGINE_RAISE, false, &a, night);
    assert_string_equal(who(), "sms:budi hook");
    assert_int_equal(p.attempt[0].due_ms, night + 3 * HOUR);
    assert_true(p.attempt[0].until_ms > p.attempt[0].due_ms);
    act(ENGINE_RAISE, false, &a, noon);
    assert_int_equal(p.attempt[0].due_ms, noon);
    a = alarm_of("p-1", CAUSE_DO_CRITICAL, ALARM_DANGER);
    act(ENGINE_RAISE, false, &a, night);
    for (size_t i = 0; i < p.n; i++)
        assert_int_equal(p.attempt[i].due_ms, night);
    a = alarm_of("p-1", CAUSE_NO_DATA, ALARM_NO_DATA);
    act(ENGINE_RAISE, false, &a, night);
    assert_int_equal(p.attempt[0].due_ms, night);
}

static void quiet_ends_at_its_minute_whichever_side_of_midnight(void **state)
{
    struct rec_contact c = {.quiet_from_min = 21 * 60, .quiet_to_min = 5 * 60 + 30};

    (void)state;
    assert_int_equal(plan_quiet_end(&c, night), night + 3 * HOUR + 30 * MIN);
    assert_int_equal(plan_quiet_end(&c, noon), noon);
    assert_int_equal(plan_quiet_end(&c, noon + 11 * HOUR), noon + 17 * HOUR + 30 * MIN);
    assert_int_equal(plan_quiet_end(&c, noon + 17 * HOUR + 30 * MIN), noon + 17 * HOUR + 30 * MIN);
    c = (struct rec_contact){.quiet_from_min = 12 * 60, .quiet_to_min = 13 * 60};
    assert_int_equal(plan_quiet_end(&c, noon), noon + HOUR);
    assert_int_equal(plan_quiet_end(&c, night), night);
    c = (struct rec_contact){0};
    assert_int_equal(plan_quiet_end(&c, night), night);
}

static void acid_river_water_goes_to_every_cage_in_both_regencies(void **state)
{
    struct rec_alarm a = alarm_of("", CAUSE_RIVER_BANGAI, ALARM_DANGER);

    (void)state;
    add_contact("budi", "0812 1", "", "p-1", false);
    add_contact("kar", "0812 2", "", "r-1", false);
    add_contact("hilir", "0812 3", "", "farm:f-2", false);
    act(ENGINE_RAISE, false, &a, night);
    assert_string_equal(who(), "siren sms:kar sms:hilir hook");
}

static void the_all_clear_goes_to_whom_the_alarm_went_once(void **state)
{
    struct rec_alarm a = alarm_of("p-1", CAUSE_DO_CRITICAL, ALARM_WATCH);
    struct engine_action x = {.kind = ENGINE_CLEAR, .second = true};
    struct rec_attempt told[] = {
        {.channel = "sms", .contact = "budi", .kind = "raise", .fate = "sent"},
        {.channel = "sms", .contact = "budi", .kind = "repeat", .fate = "sent"},
        {.channel = "siren", .kind = "raise", .fate = "sent"},
        {.channel = "sms", .contact = "sri", .kind = "raise", .fate = "dropped"},
        {.channel = "gone", .contact = "budi", .kind = "raise", .fate = "sent"},
    };

    (void)state;
    a.worst = ALARM_DANGER;
    add_contact("budi", "0812 1", "", "p-1", false);
    add_contact("sri", "0812 2", "", "all", true);
    plan_action(&p, &x, &a, told, 5, night);
    assert_string_equal(who(), "sms:budi");
    assert_int_equal(p.attempt[0].due_ms, night); /* whoever was woken is told at once */
    assert_string_equal(p.attempt[0].cause, "recovered");
    assert_non_null(strstr(p.attempt[0].sms, "KEMBALI AMAN"));
}

static void one_message_names_all_of_a_contacts_ponds(void **state)
{
    struct plan_line line[3] = {
        {.pond = &ponds[0], .text = {"Kolam 1 jam 03.10", "x"}, .threshold = 3, .start_ms = 0},
        {.pond = &ponds[1], .text = {"Keramba 1 jam 04.00", "y"}, .threshold = 3},
        {.pond = &ponds[2], .text = {"Keramba 2 jam 02.00", "z"}, .threshold = 3}};
    struct words_facts f = words_nothing();

    (void)state;
    add_contact("budi", "0812 1", "", "farm:f-1", false);
    add_contact("adi", "0812 3", "", "farm:f-2", false);
    line[0].start_ms = noon + 14 * HOUR;
    plan_digest(&p, CAUSE_DO_NIGHT, line, 3, &f, noon, noon + 12 * HOUR);
    assert_string_equal(who(), "sms:budi sms:adi hook");
    assert_non_null(strstr(p.attempt[0].text, "Kolam 1 jam 03.10; Keramba 1 jam 04.00"));
    assert_non_null(
        strstr(p.attempt[0].sms, " < 3,0: Kolam 1 jam 03.10; Keramba 1 jam 04.00. Kincir 02.00-"));
    assert_null(strstr(p.attempt[0].sms, "Keramba 2"));
    assert_non_null(strstr(p.attempt[1].sms, "Keramba 2 jam 02.00"));
    plan_clear(&p);
    plan_digest(&p, CAUSE_DO_NIGHT, line, 3, &f, noon + 10 * HOUR, noon + 12 * HOUR);
    assert_string_equal(who(),
                        "hook"); /* at 22:00 they sleep, and at 05:00 it is no forecast any more */
}

static void a_months_report_counts_sirens_deaths_and_nights(void **state)
{
    static struct rec_cycle cycle = {.pond = 0};
    struct rec_alarm a[3] = {alarm_of("p-1", CAUSE_DO_CRITICAL, ALARM_DANGER),
                             alarm_of("p-1", CAUSE_DO_CRITICAL, ALARM_DANGER),
                             alarm_of("p-1", CAUSE_DO_LOW, ALARM_WATCH)};
    int32_t day = civil_day(night);
    struct rec_death death = {.cycle = 0, .day = day + 2, .count = 40};
    /* limit 3: warned and low; warned and not; not warned and low; unseen; warned and unseen but low */
    struct rec_night g[5] = {{.lowest = 2.0, .seen_share = 1, .judged_ms = 1, .warned_ms = 1},
                             {.lowest = 3.4, .seen_share = 1, .judged_ms = 1, .warned_ms = 1},
                             {.lowest = 1.0, .seen_share = 1, .judged_ms = 1},
                             {.lowest = NAN, .seen_share = 0, .judged_ms = 1},
                             {.lowest = 2.5, .seen_share = 0.1, .judged_ms = 1, .warned_ms = 1}};
    struct report_pond *out = NULL;
    char words[200];

    (void)state;
    snap.cycles = snap.deaths = 1;
    snap.cycle = &cycle;
    snap.death = &death;
    for (int i = 0; i < 5; i++) {
        (void)snprintf(g[i].pond, sizeof g[i].pond, "p-1");
        g[i].day = day - i;
        g[i].threshold = 3;
    }
    a[0].raised_ms = night;
    (void)snprintf(a[0].acked_how, sizeof a[0].acked_how, "sms");
    a[1].raised_ms = night - 5 * CIVIL_DAY_MS;
    a[2].raised_ms = night;
    report_month(&snap, civil_month(night), a, 3, g, 5, &out);
    assert_int_equal(out[0].sirens, 2);
    assert_int_equal(out[0].acknowledged, 1);
    assert_int_equal(out[0].deaths, 1);
    report_sentence(words, sizeof words, &out[0], false);
    assert_string_equal(words,
                        "Bulan ini: 3 peringatan malam, 2 benar turun di bawah batas, 1 terlewat "
                        "(1 malam kurang terukur)");
    report_sentence(words, sizeof words, &out[1], true);
    assert_string_equal(words,
                        "This month: 0 night warnings, 0 truly fell below the limit, 0 missed");
    free(out);
    snap.cycles = snap.deaths = 0;
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(several_ponds_of_one_contact_are_one_message),
        T(one_call_is_for_all_that_a_contact_is_called_for),
        T(a_fouled_probe_goes_to_the_technician_by_day_and_once),
        T(of_a_broken_channel_whoever_has_only_a_telephone_is_called_by_day),
        T(the_first_are_told_and_the_second_when_it_is_their_turn),
        T(without_a_first_the_second_is_told_at_once),
        T(quiet_hours_hold_back_a_warning_and_never_a_danger),
        T(quiet_ends_at_its_minute_whichever_side_of_midnight),
        T(acid_river_water_goes_to_every_cage_in_both_regencies),
        T(the_all_clear_goes_to_whom_the_alarm_went_once),
        T(one_message_names_all_of_a_contacts_ponds),
        T(a_months_report_counts_sirens_deaths_and_nights),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
