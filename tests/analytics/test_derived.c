/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figures are worked by hand beside the records they come from. */
#include "tests/support/support.h"

#include <math.h>

#include "analytics/fish/derived.h"
#include "collector/common/civil.h"

#define NEAR(a, b) assert_true(fabs((a) - (b)) <= 1e-6 * fabs(b))

static struct rec_pond pond = {.slug = "p-1", .area_m2 = 200, .depth_m = 1.2};
static struct rec_cycle cycle;
static struct rec_sample sample[2];
static struct rec_death death[1];
static struct rec_feed feed[3];
static struct rec_harvest harvest[2];
static struct records_snapshot s;

static int32_t day(const char *text)
{
    int32_t d;

    assert_int_equal(civil_parse_day(text, &d), 0);
    return d;
}

/* 2000 fingerlings of 8 g at Rp 400; 30 g after 20 days, 72 g after 40; 100 dead; 20 kg of 12.5 a kg sold. */
static int set_up(void **state)
{
    (void)state;
    cycle = (struct rec_cycle){.slug = "c-1",
                               .stocked_day = day("2026-06-01"),
                               .count = 2000,
                               .mass_g = 8,
                               .price_idr_each = 400,
                               .closed_day = INT32_MAX};
    sample[0] = (struct rec_sample){.day = day("2026-06-21"), .fish = 20, .mean_g = 30, .cv = NAN};
    sample[1] = (struct rec_sample){.day = day("2026-07-11"), .fish = 25, .mean_g = 72, .cv = NAN};
    death[0] = (struct rec_death){.day = day("2026-06-02"), .count = 100};
    feed[0] = (struct rec_feed){
        .day = day("2026-06-20"), .feed_kg = 60, .price_idr_kg = 10000, .kind = "pelet"};
    feed[1] = (struct rec_feed){.day = day("2026-07-20"), .feed_kg = 40, .price_idr_kg = NAN};
    harvest[0] = (struct rec_harvest){.day = day("2026-07-12"),
                                      .kg = 20,
                                      .fish_per_kg = 12.5,
                                      .price_idr_kg = 30000,
                                      .debt_idr = 100000};
    s = (struct records_snapshot){.as_of_ms = civil_day_start(day("2026-07-21")) + 3600000,
                                  .ponds = 1,
                                  .cycles = 1,
                                  .samples = 2,
                                  .deaths = 1,
                                  .feeds = 2,
                                  .harvests = 1,
                                  .pond = &pond,
                                  .cycle = &cycle,
                                  .sample = sample,
                                  .death = death,
                                  .feed = feed,
                                  .harvest = harvest};
    return 0;
}

static void an_open_cycle(void **state)
{
    struct derived d;

    (void)state;
    derived_of_cycle(&s, 0, &d);
    assert_int_equal(d.day_of_culture, 50);
    assert_true(d.weighed);
    assert_int_equal(d.weighed_day, day("2026-07-11"));
    NEAR(d.mean_g, 72.0);
    NEAR(d.gain_g_day, 2.1);              /* 42 g in 20 days */
    NEAR(d.sgr_pct_day, 4.377343687);     /* 100 ln 2.4 / 20 */
    NEAR(d.gain_all_g_day, 1.6);          /* 64 g in 40 days */
    NEAR(d.sgr_all_pct_day, 5.493061443); /* 100 ln 9 / 40 */
    NEAR(d.alive, 1650.0);                /* 2000 - 100 - 250 */
    NEAR(d.survival_pct, 95.0);
    NEAR(d.biomass_kg, 118.8);
    NEAR(d.fcr, 100 / 122.8); /* 118.8 + 20 - 16 */
    NEAR(d.feed_priced, 0.6);
    NEAR(d.feed_idr, 1000000.0);
    NEAR(d.cost_idr_kg, 1800000 / 138.8);
    NEAR(d.sold_idr, 600000.0);
    NEAR(d.debt_idr, 100000.0);
}

static void what_is_not_on_record_is_not_known(void **state)
{
    struct derived d;
    struct derived_outlook o;

    (void)state;
    s.samples = s.harvests = 0;
    cycle.price_idr_each = NAN;
    derived_of_cycle(&s, 0, &d);
    assert_false(d.weighed);
    NEAR(d.mean_g, 8.0);
    assert_true(isnan(d.gain_g_day) && isnan(d.sgr_pct_day) && isnan(d.fcr));
    assert_true(isnan(d.cost_idr_kg) && isnan(d.seed_idr));
    derived_to_target(&d, 250, NULL, &o);
    assert_true(isnan(o.days) && isnan(o.kg) && !o.ranged);
    assert_int_equal(o.on, INT32_MAX);
    s.feeds = 0;
    derived_of_cycle(&s, 0, &d);
    assert_true(isnan(d.feed_idr));
}

static void when_a_size_is_reached(void **state)
{
    const struct derived_range range = {1.8, 4.8};
    struct derived d;
    struct derived_outlook o;

    (void)state;
    derived_of_cycle(&s, 0, &d);
    /* DGC 100 (72^(1/3) - 30^(1/3)) / 20 = 5.264676; to 216 g, the cube of 6, 34.95 days from the weighing */
    derived_to_target(&d, 216, NULL, &o);
    assert_int_equal(o.on, day("2026-08-15"));
    NEAR(o.days, 25.0);
    NEAR(o.kg, 356.4);
    assert_false(o.ranged);
    assert_int_equal(o.early, INT32_MAX);
    derived_to_target(&d, 216, &range, &o);
    assert_true(o.ranged);
    assert_int_equal(o.early, day("2026-08-10")); /* 144 g at 4.8 */
    assert_int_equal(o.late, day("2026-09-29"));  /* at 1.8 */
    derived_to_target(&d, 60, NULL, &o);
    NEAR(o.kg, d.biomass_kg);
    assert_true(o.days == 0);
    /* fish that lost weight have no day */
    sample[1].mean_g = 28;
    derived_of_cycle(&s, 0, &d);
    derived_to_target(&d, 216, NULL, &o);
    assert_true(isnan(o.days));
}

static void a_closed_cycle(void **state)
{
    struct derived d;
    struct derived_outlook o;

    (void)state;
    harvest[1] = (struct rec_harvest){.day = day("2026-10-01"),
                                      .kg = 300,
                                      .fish_per_kg = 5,
                                      .kind = HARVEST_FINAL,
                                      .price_idr_kg = NAN,
                                      .debt_idr = NAN};
    s.harvests = 2;
    cycle.closed_day = day("2026-10-01");
    s.as_of_ms = civil_day_start(day("2026-11-24"));
    derived_of_cycle(&s, 0, &d);
    assert_true(d.closed);
    assert_int_equal(d.day_of_culture, 122);
    NEAR(d.survival_pct, 87.5); /* 250 + 1500 of 2000 */
    assert_true(d.alive == 0 && d.biomass_kg == 0);
    NEAR(d.fcr, 100.0 / 304);
    derived_to_target(&d, 250, NULL, &o);
    assert_true(isnan(o.days));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, set_up)
    const struct CMUnitTest tests[] = {
        TEST(an_open_cycle),
        TEST(what_is_not_on_record_is_not_known),
        TEST(when_a_size_is_reached),
        TEST(a_closed_cycle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
