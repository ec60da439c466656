/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notice, forecast and judgement of the nights when the readings come badly: of one pond not at all, of all slowly, or the program ends
 * in the middle. */
#include "tests/analytics/watchhouse.h"

#include "analytics/series_source.h"

enum {
    PONDS = 6 /* q-0 and on, in two farms besides the house's own */
};

static int64_t day;

static void more_ponds(void)
{
    struct buf b = {0};

    many = true;
    take(RECORDS_FARMS, "farm,name,regency,kecamatan,entered_on\n"
                        "f-2,Dua,kotim,62.02.06,2026-10-01\nf-3,Tiga,kotim,62.02.06,2026-10-01\n");
    buf_str(&b, "pond,farm,name,system,area_m2,depth_m,entered_on\n");
    for (int i = 0; i < PONDS; i++)
        buf_printf(&b, "q-%d,f-%d,Petak %c,pond,200,1.2,2026-10-01\n", i, i < PONDS / 2 ? 2 : 3,
                   'A' + i);
    take(RECORDS_PONDS, b.p);
    buf_free(&b);
    take(RECORDS_CONTACTS,
         "contact,name,phone,answers_for,order,on,entered_on\n"
         "wati,Wati,0812 555 6666,farm:f-2 farm:f-3,first,2026-10-01,2026-10-01\n");
}

/* How often the night of this pond was told of. */
static int times_told(const char *name, const char *cause)
{
    struct rec_attempt *a = NULL;
    char word[40];
    size_t n = 0;
    int times = 0;

    (void)snprintf(word, sizeof word, strcmp(cause, "do_night") == 0 ? "%s jam " : "%s 7 ", name);
    assert_int_equal(records_attempts(db, 0, day, &a, &n), 0);
    for (size_t i = 0; i < n; i++)
        times += strcmp(a[i].channel, "sms") == 0 && strcmp(a[i].cause, cause) == 0 &&
                 strstr(a[i].text, word) != NULL;
    free(a);
    return times;
}

static int petaks_told(const char *cause, int each)
{
    int told_so = 0;

    for (int i = 0; i < PONDS; i++) {
        char name[16];

        (void)snprintf(name, sizeof name, "Petak %c", 'A' + i);
        told_so += times_told(name, cause) == each;
    }
    return told_so;
}

static struct rec_night night_of(const char *pond)
{
    struct rec_night *g = NULL, found = {.day = 0};
    size_t n = 0;

    assert_int_equal(records_nights(db, civil_day(day), civil_day(day), &g, &n), 0);
    for (size_t i = 0; i < n; i++)
        if (strcmp(g[i].pond, pond) == 0)
            found = g[i];
    free(g);
    return found;
}

static void a_pond_that_cannot_be_read_hinders_no_other(void **state)
{
    int before;

    (void)state;
    more_ponds();
    fake.ill = "\"q-3\"";
    fake.ill_long = true; /* its newest values come, its weeks do not */
    begin();
    until(day + (16 * 60 + 5) * MIN, 5 * MIN);
    assert_int_equal(petaks_told("night_notice", 1), PONDS - 1);
    assert_int_equal(times_told("Petak D", "night_notice"), 0);
    fake.ill = NULL;
    until(day + (16 * 60 + 20) * MIN, MIN);
    assert_int_equal(petaks_told("night_notice", 1), PONDS); /* and no other again */
    fake.ill = "\"q-3\"";
    until(day + (19 * 60 + 35) * MIN, 5 * MIN);
    assert_int_equal(petaks_told("do_night", 1), PONDS - 1);
    assert_string_equal(night_of("q-3").basis, NIGHT_BASIS_UNREAD);
    assert_true(isnan(night_of("q-3").p_below) && night_of("q-3").warned_ms == 0);
    assert_true(night_of("q-4").warned_ms != 0);
    before = fake.weeks;
    until(day + (20 * 60 + 5) * MIN, MIN);
    assert_in_range(fake.weeks - before, 2, 3); /* that pond alone, every ten minutes */
    fake.ill = NULL;
    before = fake.weeks;
    until(day + (20 * 60 + 20) * MIN, MIN);
    assert_in_range(fake.weeks - before, 5, 6); /* of the series, one is of hours */
    assert_int_equal(petaks_told("do_night", 1), PONDS);
    assert_true(night_of("q-3").warned_ms != 0 && night_of("q-3").p_below > 0.5);
    assert_int_equal(times_told("Kolam 1", "do_night"), 1);
}

static void a_night_that_cannot_be_judged_hinders_no_other(void **state)
{
    (void)state;
    more_ponds();
    begin();
    until(day + (19 * 60 + 30) * MIN, 5 * MIN);
    assert_int_equal(petaks_told("do_night", 1), PONDS);
    until(day + (24 + 7) * 60 * MIN, 15 * MIN);
    fake.ill = "\"q-3\"";
    until(day + (24 * 60 + 7 * 60 + 15) * MIN, MIN);
    assert_true(night_of("q-2").judged_ms != 0 && night_of("q-4").judged_ms != 0);
    assert_int_equal(night_of("q-3").judged_ms, 0);
    fake.ill = NULL;
    until(day + (24 * 60 + 7 * 60 + 30) * MIN, MIN);
    assert_true(night_of("q-3").judged_ms != 0 && night_of("q-3").lowest < 3);
}

/* As the program does it: a step, then a fifth of a second. Returns the longest time between two looks. */
static int64_t steps_until(int64_t then)
{
    int64_t last = 0, longest = 0;

    while (wall < then) {
        bool passed = false;
        const int64_t began = wall;

        (void)watch_step(watch, &passed);
        while (watch_busy(watch) > 0)
            (void)sched_yield();
        if (passed && last != 0 && began - last > longest)
            longest = began - last;
        if (passed)
            last = began;
        wall += 200;
        fake.now_ms = wall;
    }
    return longest;
}

static void looks_keep_their_time_while_a_slow_source_is_read(void **state)
{
    int64_t longest;

    (void)state;
    more_ponds();
    wall = day + (18 * 60 + 57) * MIN;
    begin();
    (void)steps_until(day + (18 * 60 + 59) * MIN);
    fake.clock = &wall;
    fake.slow_ms = SERIES_TIMEOUT_MS - 100; /* as slow as a read may be */
    longest = steps_until(day + (19 * 60 + 20) * MIN);
    print_message("longest between two looks: %lld ms\n", (long long)longest);
    assert_in_range(longest, 1, 30 * SEC + SERIES_TIMEOUT_MS + SEC);
    assert_int_equal(petaks_told("do_night", 1), PONDS);
    assert_int_equal(times_told("Kolam 1", "do_night"), 1);
    assert_true(night_of("q-5").warned_ms != 0);
}

static void a_restart_in_the_middle_goes_on_and_tells_nothing_twice(void **state)
{
    int before, told_before;

    (void)state;
    more_ponds();
    wall = day + (19 * 60 + 29) * MIN;
    begin();
    fake.clock = &wall;
    fake.slow_ms = 4 * SEC;
    while (petaks_told("do_night", 1) == 0) /* a farm is done, another is not */
        (void)steps_until(wall + SEC);
    told_before = petaks_told("do_night", 1);
    assert_in_range(told_before, 1, PONDS - 1);
    end();
    begin();
    before = fake.weeks;
    (void)steps_until(day + (19 * 60 + 45) * MIN);
    assert_int_equal(petaks_told("do_night", 1), PONDS);
    assert_int_equal(times_told("Kolam 1", "do_night"), 1);
    print_message("%d told before, %d long reads after the restart\n", told_before,
                  fake.weeks - before);
    assert_in_range(fake.weeks - before, 1,
                    (PONDS - told_before) * 5 + PONDS + 1); /* and each probe's month, once a day */
    end();
    begin();
    (void)steps_until(day + (19 * 60 + 57) * MIN);
    assert_int_equal(petaks_told("do_night", 1), PONDS);
}

static int set_up_evening(void **state)
{
    day = at("2026-11-20T00:00+07:00");
    return set_up(state);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up_evening, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_pond_that_cannot_be_read_hinders_no_other),
        T(a_night_that_cannot_be_judged_hinders_no_other),
        T(looks_keep_their_time_while_a_slow_source_is_read),
        T(a_restart_in_the_middle_goes_on_and_tells_nothing_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
