/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tonight's oxygen as the pages know it: real records, a collector's socket, the thread itself. */
#include "tests/analytics/nighthouse.h"

#include <stdatomic.h>

#include "analytics/records/contacts.h"
#include "analytics/scene.h"
#include "analytics/water/night_source.h"
#include "analytics/web/model_night.h"
#include "analytics/web/text.h"

static struct nights *nights;

static void begin(void)
{
    assert_int_equal(nights_start(&nights, house.db, house.config.records_path, house.series), 0);
}

static int tear_down(void **state)
{
    nights_stop(nights);
    nights = NULL;
    return house_tear_down(state);
}

static bool is_asked(void *pond)
{
    struct page_night g;

    return nights_of(nights, pond, &g) && g.asked_ms != 0;
}

static bool is_ready(void *pond)
{
    struct page_night g;

    return nights_of(nights, pond, &g) && g.ready;
}

static void get(const char *pond, struct page_night *g)
{
    char slug[SLUG_SIZE];

    (void)snprintf(slug, sizeof slug, "%s", pond);
    if (!house_until(is_asked, slug))
        fail_msg("%s is never asked about", pond);
    assert_true(nights_of(nights, pond, g));
}

static void press(const char *pond, enum press_kind kind, int64_t at_ms, double value)
{
    struct rec_press q = {.kind = kind, .by = "Budi", .at_ms = at_ms, .value = value};

    (void)snprintf(q.pond, sizeof q.pond, "%s", pond);
    assert_int_equal(records_press(house.db, &q), 0);
}

/* The forecast that the model of k-1 or k-2 makes with its neighbour as peer. */
static void expected(const char *pond, const char *neighbour, bool aerated,
                     struct night_forecast *f)
{
    struct night_model *m = NULL, *peer = NULL;
    struct night_ask ask = {.issue_ms = NIGHT_NOW, .aerated = aerated, .peers = &peer};
    const char *const slug[] = {pond, neighbour};
    struct night_model **to[] = {&m, &peer};

    for (int i = 0; i < 2; i++)
        assert_int_equal(night_source_load(house.series, slug[i], NIGHT_NOW, true, to[i]), 0);
    ask.n_peers = 1;
    assert_int_equal(night_model_forecast(m, &ask, f), 0);
    night_model_free(m);
    night_model_free(peer);
}

static void pages_know_what_the_model_foretells(void **state)
{
    struct night_forecast f;
    struct page_night g;

    (void)state;
    house.current[0] = 0.01;
    house.current[1] = 2.9;
    house_wall = NIGHT_NOW + 4 * MINUTE; /* taken down to ten minutes */
    begin();
    get("k-1", &g);
    assert_true(g.ready && g.both);
    assert_int_equal(g.asked_ms, NIGHT_NOW + 4 * MINUTE);
    assert_int_equal(g.without.issue_ms, NIGHT_NOW);
    assert_int_equal(g.nights, 12);
    expected("k-1", "k-2", false, &f);
    assert_true(g.without.min.p10 == f.min.p10 && g.without.min.p90 == f.min.p90);
    expected("k-1", "k-2", true, &f);
    assert_true(g.with.aerated && g.with.min.p50 == f.min.p50);
    assert_true(g.with.min.p50 > g.without.min.p50);
    get("k-2", &g);
    assert_true(g.ready && !g.both);
    assert_int_equal(g.nights, 25);
    expected("k-2", "k-1", false, &f);
    assert_true(g.without.min.p50 == f.min.p50 && g.without.p_below[0] == f.p_below[0]);
    get("k-3", &g); /* without a probe */
    assert_false(g.ready);
    assert_int_equal(g.nights, 0);
    assert_false(nights_of(nights, "k-9", &g));
    assert_false(nights_of(NULL, "k-1", &g));
}

static void says_one_reading(const struct page_night *g, const char *value)
{
    struct page_pond pond = {.pond = {.slug = "k-3", .name = "Kolam 3"}};
    struct page_model m = {.now_ms = house_wall, .limits = &STATUS_DEFAULTS, .notice = ""};
    struct page_night copy = *g;
    struct page_day day = {.night = &copy};
    struct buf b = {0};
    char want[80];

    page_tonight(&b, &m, &pond, &day, LANG_ID);
    (void)snprintf(want, sizeof want, "Satu pengukuran: %s mg/L pukul 19.40", value);
    assert_non_null(strstr(b.p, want));
    assert_non_null(strstr(b.p, "Oksigen terendah sekitar "));
    assert_non_null(strstr(b.p, "gambut Kalimantan"));
    buf_clear(&b);
    page_tonight(&b, &m, &pond, &day, LANG_EN);
    assert_non_null(strstr(b.p, "One measurement: "));
    assert_non_null(strstr(b.p, "peat"));
    buf_free(&b);
}

static void a_reading_by_hand_of_before_the_start_is_in_it(void **state)
{
    struct page_night g;

    (void)state;
    press("k-3", PRESS_OXYGEN, NIGHT_NOW - 20 * MINUTE, 6.2);
    press("k-1", PRESS_OXYGEN, NIGHT_NOW - 20 * MINUTE, 9.9); /* has nights of its own */
    begin();
    get("k-3", &g);
    assert_true(g.ready && !g.both);
    assert_int_equal(g.without.basis, NIGHT_HANDHELD);
    assert_true(g.without.level_mg_l == 6.2);
    assert_int_equal(g.without.level_ms, NIGHT_NOW - 20 * MINUTE);
    says_one_reading(&g, "6,2");
    get("k-1", &g);
    assert_int_equal(g.without.basis, NIGHT_PROBE);
}

/* The message at dusk went out at 19:00; somebody measures after it. */
static void a_reading_by_hand_is_on_the_page_at_once(void **state)
{
    struct page_night g, was;
    char k3[] = "k-3", k4[] = "k-4";

    (void)state;
    begin();
    get("k-4", &was); /* the last farm: all are done */
    get("k-1", &g);
    get("k-3", &g);
    assert_false(g.ready);
    house_wall = NIGHT_NOW + 2 * MINUTE;
    press("k-3", PRESS_OXYGEN, NIGHT_NOW - 20 * MINUTE, 5.4);
    assert_true(house_until(is_ready, k3)); /* the quarter of an hour is not over: mono stands */
    get("k-3", &g);
    assert_int_equal(g.without.basis, NIGHT_HANDHELD);
    assert_int_equal(g.asked_ms, NIGHT_NOW + 2 * MINUTE);
    says_one_reading(&g, "5,4");
    get("k-4", &g); /* the other farm was left alone */
    assert_int_equal(g.asked_ms, was.asked_ms);
    /* a second one, of the other farm, and later: an older reading that is corrected by a newer */
    press("k-4", PRESS_OXYGEN, NIGHT_NOW - 30 * MINUTE, 4.0);
    assert_true(house_until(is_ready, k4));
    get("k-4", &g);
    assert_true(g.without.level_mg_l == 4.0);
}

static bool is_of_now(void *pond)
{
    struct page_night g;

    return nights_of(nights, pond, &g) && g.asked_ms == house_wall;
}

static void an_aerator_that_is_switched_is_looked_at_anew_and_gasping_is_not(void **state)
{
    struct page_night g;
    char k1[] = "k-1", k4[] = "k-4";

    (void)state;
    begin();
    get("k-4", &g);
    house_wall = NIGHT_NOW + MINUTE;
    press("k-4", PRESS_GASPING, house_wall, NAN); /* no forecast changes by it */
    press("k-2", PRESS_AERATOR_ON, house_wall, NAN);
    assert_true(house_until(is_of_now, k1)); /* of the same farm */
    assert_false(is_of_now(k4));
}

static bool was_called(void *arg)
{
    (void)arg;
    return house.fake.calls > 0;
}

static void a_source_that_was_away_is_asked_again_after_a_minute(void **state)
{
    struct page_night g;
    char k1[] = "k-1";

    (void)state;
    house.fake.deaf = true;
    begin();
    press("k-1", PRESS_OXYGEN, NIGHT_NOW - 20 * MINUTE, 5.4); /* what a look finds is no forecast */
    assert_true(house_until(was_called, NULL));
    assert_false(nights_of(nights, "k-1", &g) && g.asked_ms != 0);
    house.fake.deaf = false;
    house_mono += 61 * 1000;
    assert_true(house_until(is_ready, k1));
}

/* A pass that is still under way counts its minute from its own end. */
static bool is_ready_a_minute_on(void *pond)
{
    house_mono += 61 * 1000;
    return is_ready(pond);
}

static void a_pond_that_cannot_be_read_hinders_no_other(void **state)
{
    struct page_night g = {0};
    char k1[] = "k-1", k2[] = "k-2";

    (void)state;
    house.fake.ill = "\"k-1\"";
    begin();
    assert_true(house_until(is_ready, k2));
    assert_true(nights_of(nights, "k-1", &g) && g.unread && !g.ready);
    house.fake.ill = NULL;
    assert_true(house_until(is_ready_a_minute_on, k1));
    assert_true(nights_of(nights, "k-1", &g) && !g.unread);
}

static bool fouled(void *pond)
{
    struct page_night g;

    return nights_of(nights, pond, &g) && g.fouled_ms != 0;
}

static void by_day_there_is_no_tonight_but_probes_are_looked_at(void **state)
{
    struct page_night g;
    char k2[] = "k-2";

    (void)state;
    /* the daily swing of k-2 fell away ten days ago, as of a probe that is overgrown */
    for (int k = 0; k < STEPS; k++)
        if (NIGHT_FIRST + k * NIGHT_STEP_MS > NIGHT_NOW - 10 * CIVIL_DAY_MS)
            house.oxygen[1][k] = 4.0F + 0.15F * (house.oxygen[1][k] - 4.0F);
    house_wall = NIGHT_NOW - 8 * HOUR; /* noon */
    begin();
    assert_true(house_until(fouled, k2));
    assert_true(nights_of(nights, "k-2", &g));
    assert_int_equal(g.fouled_ms, civil_day_start(civil_day(NIGHT_NOW)));
    assert_int_equal(g.asked_ms, 0);
    assert_true(nights_of(nights, "k-1", &g));
    assert_int_equal(g.fouled_ms, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, house_set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(pages_know_what_the_model_foretells),
        T(a_reading_by_hand_of_before_the_start_is_in_it),
        T(a_reading_by_hand_is_on_the_page_at_once),
        T(an_aerator_that_is_switched_is_looked_at_anew_and_gasping_is_not),
        T(a_source_that_was_away_is_asked_again_after_a_minute),
        T(a_pond_that_cannot_be_read_hinders_no_other),
        T(by_day_there_is_no_tonight_but_probes_are_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
