/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages' picture from real records and a collector's socket: mains that are away, ponds whose dangers reach nobody, oxygen that was
 * measured by hand, and what a page waits for. */
#include "tests/analytics/nighthouse.h"

#include <poll.h>

#include "analytics/records/alarms.h"
#include "analytics/records/contacts.h"
#include "analytics/web/model.h"
#include "analytics/web/model_board.h"

static struct model *model;

static void begin(void)
{
    const struct model_config c = {.config = &house.config,
                                   .records = house.db,
                                   .series = house.series,
                                   .limits = &house.config.limits,
                                   .refresh_ms = 1000,
                                   .forecast_ms = CIVIL_DAY_MS};

    house.config.draws = 50;
    house.config.months = 1;
    house.config.threads = 1;
    assert_int_equal(model_start(&model, &c), 0);
}

static int tear_down(void **state)
{
    model_stop(model);
    model = NULL;
    return house_tear_down(state);
}

static struct page_model *picture(void)
{
    struct page_model *m = model_picture(model);

    assert_non_null(m);
    return m;
}

static bool is_dark(void *pond)
{
    struct page_model *m = picture();
    bool dark = page_find(m, pond)->status.reason == REASON_POWER_LOST;

    model_picture_free(m);
    return dark;
}

static bool is_read(void *arg)
{
    struct page_model *m = picture();
    bool read = m->read_ms != 0;

    (void)arg;
    model_picture_free(m);
    return read;
}

static void page_says(const char *pond, enum lang lang, const char *what, bool says)
{
    struct page_model *m = picture();
    struct page_day day = {0};
    struct buf b = {0};

    page_pond(&b, m, page_find(m, pond), &day, lang);
    if ((strstr(b.p, what) != NULL) != says)
        fail_msg("the page of %s %s \"%s\"", pond, says ? "never says" : "says", what);
    buf_free(&b);
    model_picture_free(m);
}

static void mains(int lost)
{
    (void)snprintf(house.config.alert.mains_input, sizeof house.config.alert.mains_input, "mains");
    house.config.alert.mains_lost = lost;
}

static void mains_that_are_away_are_a_danger_on_every_page(void **state)
{
    char k1[] = "k-1";

    (void)state;
    house.mains = 0;
    mains(0);
    begin();
    assert_true(house_until(is_dark, k1));
    page_says("k-1", LANG_ID, "Listrik padam", true);
    page_says("k-1", LANG_ID, "padam sejak 19.00", true);
    page_says("k-3", LANG_EN, "has been out since 19:00", true);
}

static void mains_that_are_there_or_are_not_watched_are_no_danger(void **state)
{
    char k1[] = "k-1";

    (void)state;
    house.mains = 0;
    mains(1); /* a contact that opens: it reads 1 when they are away */
    begin();
    assert_true(house_until(is_read, NULL));
    assert_false(is_dark(k1));
    page_says("k-1", LANG_ID, "Listrik padam", false);
}

static void a_contact_that_says_nothing_is_no_danger(void **state)
{
    char k1[] = "k-1";

    (void)state;
    mains(0); /* and mains is NaN: it never answered */
    begin();
    assert_true(house_until(is_read, NULL));
    assert_false(is_dark(k1));
}

/* --- whom a danger reaches --- */

static void channel(const char *slug, enum channel_kind kind)
{
    struct channel_config *c = &house.config.channels.channel[house.config.channels.channels++];

    (void)snprintf(c->slug, sizeof c->slug, "%s", slug);
    c->kind = kind;
}

static void home_and_alarm_say(const char *home, const char *alarm, enum lang lang)
{
    struct page_model *m = picture();
    struct buf b = {0};

    page_home(&b, m, lang);
    assert_true(home != NULL || strstr(b.p, "tanpa-nomor") == NULL);
    if (home != NULL && strstr(b.p, home) == NULL)
        fail_msg("home never says %s", home);
    buf_clear(&b);
    page_alarm(&b, m, NULL, 0, lang);
    assert_true(alarm != NULL || strstr(b.p, "tanpa-nomor") == NULL);
    if (alarm != NULL && strstr(b.p, alarm) == NULL)
        fail_msg("alarm never says %s", alarm);
    buf_free(&b);
    model_picture_free(m);
}

static void contact(const char *row)
{
    char text[400];

    (void)snprintf(text, sizeof text,
                   "contact,name,phone,telegram,answers_for,order,channels,active,on\n%s\n", row);
    house_take(RECORDS_CONTACTS, text);
}

static void ponds_whose_dangers_reach_nobody_are_named(void **state)
{
    (void)state;
    channel("sms", CHANNEL_SMS);
    channel("call", CHANNEL_CALL);
    channel("siren", CHANNEL_SIREN); /* reaches who is there, and is no number */
    begin();
    home_and_alarm_say("4 kolam belum punya nomor yang dibangunkan.", "/kolam/k-4", LANG_ID);
    contact("budi,Budi,0812 111 2222,,k-1 k-2,first,,,2026-10-01");
    home_and_alarm_say("2 kolam belum punya nomor yang dibangunkan.", "/kolam/k-3", LANG_ID);
    home_and_alarm_say("href=\"/alarm#tanpa-nomor\">2 ponds have no number to wake anybody",
                       "<h2 id=\"tanpa-nomor\">2 ponds have no number", LANG_EN);
    contact("sri,Sri,,-100123,farm:f-1,second,,,2026-10-01"); /* Telegram is not configured */
    contact("edi,Edi,0812 333 4444,,farm:f-1,second,telegram,,2026-10-01"); /* takes no SMS */
    home_and_alarm_say("2 kolam belum", "Kolam 3", LANG_ID);
    contact("ani,Ani,0812 555 6666,,farm:f-1,second,call,,2026-10-01");
    home_and_alarm_say("1 kolam belum", "Kolam 4", LANG_ID);
    home_and_alarm_say("1 pond has no number", "for the list of contacts.", LANG_EN);
    contact("dinas,Dinas,0812 777 8888,,regency:seruyan,first,,,2026-10-01");
    home_and_alarm_say(NULL, NULL, LANG_ID);
    contact("ani,Ani,0812 555 6666,,farm:f-1,second,call,no,2026-10-02");
    home_and_alarm_say("1 kolam belum", "Kolam 3", LANG_ID);
}

static void where_no_alarm_was_ever_set_up_nobody_is_missing(void **state)
{
    struct alarm_commit c = {.now_ms = NIGHT_NOW};
    const struct rec_mark mark = {BOARD_WATCH_MARK, NIGHT_NOW};

    (void)state;
    begin();
    home_and_alarm_say(NULL, NULL, LANG_ID);
    c.mark = &mark;
    c.marks = 1;
    assert_int_equal(records_alarms_commit(house.db, &c), 0);
    home_and_alarm_say("4 kolam belum", "Kolam 4", LANG_ID); /* it runs, and tells nobody */
}

/* --- oxygen by hand --- */

static bool has_reading(void *pond)
{
    struct page_day day;
    bool has;

    model_day(model, pond, PAGE_SPAN_DAY, 0, &day);
    has = day.night != NULL && day.night->ready && day.night->without.basis == NIGHT_HANDHELD;
    model_day_free(&day);
    return has;
}

static void a_reading_by_hand_is_the_ponds_night_and_its_warning(void **state)
{
    struct rec_press q = {
        .pond = "k-4", .kind = PRESS_OXYGEN, .at_ms = NIGHT_NOW - 10 * MINUTE, .value = 3.4};
    char k4[] = "k-4";
    struct page_model *m;
    struct page_day day;
    struct buf b = {0};

    (void)state;
    assert_int_equal(records_press(house.db, &q), 0);
    begin();
    assert_true(house_until(has_reading, k4));
    model_day(model, k4, PAGE_SPAN_DAY, 0, &day);
    m = picture();
    page_pond(&b, m, page_find(m, k4), &day, LANG_ID);
    assert_non_null(strstr(b.p, "Satu pengukuran: 3,4 mg/L pukul 19.50"));
    assert_non_null(strstr(b.p, "Nyalakan kincir mulai pukul "));
    buf_free(&b);
    model_picture_free(m);
    model_day_free(&day);
}

/* --- the day of the charts --- */

static atomic_bool silent; /* the collector does not answer until it is false again */

static double value_when_heard(const char *pond, const char *metric, int64_t ts)
{
    while (atomic_load(&silent))
        (void)poll(NULL, 0, 5);
    return house_value(pond, metric, ts);
}

static bool has_day(void *pond)
{
    struct page_day day;
    bool ready;

    model_day(model, pond, PAGE_SPAN_DAY, 0, &day);
    ready = day.ready;
    model_day_free(&day);
    return ready;
}

static void a_page_waits_for_no_more_than_the_last_points_of_a_chart(void **state)
{
    char k1[] = "k-1";
    struct page_model *m;
    struct page_day day;

    (void)state;
    house.fake.value = value_when_heard;
    begin();
    assert_true(house_until(has_day, k1));
    atomic_store(&silent, true);
    house_mono += 2 * MINUTE;
    house_wall += 2 * MINUTE;
    model_day(model, k1, PAGE_SPAN_DAY, 60000,
              &day); /* old, but not by much: read behind the page */
    assert_true(day.ready && day.oxygen.n > 0);
    model_day_free(&day);
    m = picture();
    assert_int_equal(m->away_since_ms, 0); /* nobody waited until the source was given up */
    model_picture_free(m);
    atomic_store(&silent, false);
    house_mono += 10 * MINUTE;
    house_wall += 10 * MINUTE;
    model_day(model, k1, PAGE_SPAN_DAY, 60000, &day); /* too old: waited for */
    assert_true(day.ready);
    assert_int_equal(day.to_ms, house_wall);
    model_day_free(&day);
}

#define T(f) cmocka_unit_test_setup_teardown(f, house_set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(mains_that_are_away_are_a_danger_on_every_page),
        T(mains_that_are_there_or_are_not_watched_are_no_danger),
        T(a_contact_that_says_nothing_is_no_danger),
        T(ponds_whose_dangers_reach_nobody_are_named),
        T(where_no_alarm_was_ever_set_up_nobody_is_missing),
        T(a_reading_by_hand_is_the_ponds_night_and_its_warning),
        T(a_page_waits_for_no_more_than_the_last_points_of_a_chart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
