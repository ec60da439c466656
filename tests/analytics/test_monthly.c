/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The monthly report against numbers worked out by hand, and what of it is told. */
#include "tests/support/support.h"

#include "analytics/supply/monthly.h"
#include "collector/common/civil.h"
#include "tests/analytics/world.h"

enum {
    BAAMANG = 4,
    KETAPANG = 5,
    HANAU = 20
};
static const size_t BAAMANG_NODE = 3 + BAAMANG, KETAPANG_NODE = 3 + KETAPANG,
                    HANAU_NODE = 3 + HANAU;

static struct world *w;
static int32_t october;

static int32_t day(int month, int of_month)
{
    return civil_day_of(2026, month, of_month);
}

static void priced(size_t cycle, int32_t on, double kg, double fish_per_kg, double price,
                   enum records_harvest_kind kind)
{
    world_harvest(w, cycle, on, kg, fish_per_kg, kind);
    w->s.harvest[w->s.harvests - 1].price_idr_kg = price;
}

/* Three farms in Baamang, three in Ketapang, three in Hanau, one pond each of 200 m2, stocked on 1 June with 1000 fish of 10 g.
 * In October 2026 those of Baamang end: 150, 160 and 170 kg of 5 fish a kg, the second in two harvests; feed 300 kg each. */
static int make_region(void **state)
{
    static const char *const PLACE[] = {"62.02.05", "62.02.06", "62.07.04"};

    (void)state;
    w = world_new();
    october = 2026 * 12 + 9;
    for (size_t k = 0; k < 9; k++) {
        char slug[SLUG_SIZE];

        (void)snprintf(slug, sizeof slug, "kolam-%u", (unsigned)k);
        (void)world_farm(w, PLACE[k / 3]);
        (void)world_pond(w, k, slug, POND_SYSTEM_POND);
        (void)world_cycle(w, k, day(6, 1), 1000, 10);
        world_feed(w, k, day(9, 20), 300);
    }
    priced(0, day(10, 5), 150, 5, 30000, HARVEST_FINAL);
    priced(1, day(9, 30), 60, 5, 31000, HARVEST_PARTIAL);
    priced(1, day(10, 1), 100, 5, 32000, HARVEST_FINAL);
    priced(2, day(10, 31), 170, 5, NAN, HARVEST_FINAL);
    world_death(w, 3, day(10, 7), 11);
    world_death(w, 4, day(10, 7), 13);
    world_death(w, 5, day(10, 7), 17);
    world_death(w, 6, day(11, 1), 100);
    w->s.as_of_ms = civil_day_start(day(11, 10));
    return 0;
}

static int drop_region(void **state)
{
    (void)state;
    world_free(w);
    return 0;
}

static double of(const struct monthly *m, enum monthly_measure what, size_t node)
{
    return monthly_value(m, what, node, NULL);
}

static void a_month_by_hand(void **state)
{
    struct monthly m;

    (void)state;
    monthly_make(&m, &w->s, october, true);
    assert_close(of(&m, MONTHLY_PONDS, SUPPLY_JOINT), 9, 0);
    assert_close(of(&m, MONTHLY_PONDS, BAAMANG_NODE), 3, 0);
    assert_close(of(&m, MONTHLY_AREA, 1), 1200, 0);
    assert_close(of(&m, MONTHLY_FARMS, 1), 6, 0);
    assert_close(of(&m, MONTHLY_STOCKED, SUPPLY_JOINT), 0, 0);
    assert_close(of(&m, MONTHLY_HARVEST, BAAMANG_NODE), 150 + 100 + 170, 1e-9);
    assert_close(of(&m, MONTHLY_HARVEST, KETAPANG_NODE), 0, 0);
    /* (150 x 30 000 + 100 x 32 000) / 250 = 30 800; 170 kg without a price count at it */
    assert_close(of(&m, MONTHLY_PRICE, BAAMANG_NODE), 30800, 1e-6);
    assert_close(of(&m, MONTHLY_VALUE, BAAMANG_NODE), 420 * 30800.0, 1e-3);
    assert_close(of(&m, MONTHLY_VALUE, SUPPLY_JOINT), 420 * 30800.0, 1e-3);
    assert_close(of(&m, MONTHLY_SIZE, BAAMANG_NODE), 200, 1e-9);
    /* 750, 800 (its September harvest included) and 850 of 3000 */
    assert_close(of(&m, MONTHLY_SURVIVAL, BAAMANG_NODE), 100 * 2400 / 3000.0, 1e-9);
    /* 900 kg of feed; 150 + 160 + 170 less 30 kg stocked */
    assert_close(of(&m, MONTHLY_FCR, BAAMANG_NODE), 900 / 450.0, 1e-9);
    assert_close(of(&m, MONTHLY_DEATHS, 1), 41, 0);
    assert_close(of(&m, MONTHLY_DEATHS, 2), 0, 0); /* on 1 November */
    assert_true(isnan(of(&m, MONTHLY_PRICE, HANAU_NODE)));
    assert_true(isnan(of(&m, MONTHLY_FCR, HANAU_NODE)));
    assert_int_equal(m.active[SUPPLY_JOINT], 9);
    assert_int_equal(m.reported[SUPPLY_JOINT], 6); /* Hanau wrote nothing in October */
}

static void one_farms_price_is_not_told_as_the_value_of_others_fish(void **state)
{
    struct monthly m;

    (void)state;
    w->s.harvest[2].price_idr_kg = NAN; /* one farm of the regency wrote a price */
    for (size_t k = 3; k < 6; k++)
        priced(k, day(10, 20), 100, 5, NAN, HARVEST_FINAL);
    monthly_make(&m, &w->s, october, false);
    assert_close(of(&m, MONTHLY_HARVEST, KETAPANG_NODE), 300, 1e-9);
    assert_true(isnan(of(&m, MONTHLY_PRICE, 1)));
    assert_true(isnan(of(&m, MONTHLY_VALUE, KETAPANG_NODE))); /* else 300 kg at that price */
    monthly_make(&m, &w->s, october, true);
    assert_close(of(&m, MONTHLY_VALUE, KETAPANG_NODE), 300 * 30000.0, 1e-3);
}

static void the_days_at_both_ends_belong_to_the_month(void **state)
{
    struct monthly m;

    (void)state;
    monthly_make(&m, &w->s, october - 1, true);
    assert_close(of(&m, MONTHLY_HARVEST, BAAMANG_NODE), 60, 0);
    assert_true(isnan(of(&m, MONTHLY_SURVIVAL, BAAMANG_NODE))); /* nothing has ended */
    monthly_make(&m, &w->s, october + 1, true);
    assert_close(of(&m, MONTHLY_PONDS, BAAMANG_NODE), 0, 0);
    assert_close(of(&m, MONTHLY_DEATHS, HANAU_NODE), 100, 0);
    assert_close(of(&m, MONTHLY_PONDS, HANAU_NODE), 3,
                 0); /* two wrote last on 20 September: 42 days */
    monthly_make(&m, &w->s, october + 2, true);
    assert_close(of(&m, MONTHLY_PONDS, HANAU_NODE), 1, 0); /* 72 days: no longer believed */
}

static void what_two_farms_gave_is_told_nowhere(void **state)
{
    struct monthly m;
    bool told;

    (void)state;
    monthly_make(&m, &w->s, october, false);
    assert_close(of(&m, MONTHLY_HARVEST, BAAMANG_NODE), 420, 1e-9); /* three farms */
    assert_close(of(&m, MONTHLY_HARVEST, KETAPANG_NODE), 0, 0);
    /* two wrote prices */
    for (size_t node = 0; node < SUPPLY_NODES; node++)
        if (m.figure[MONTHLY_PRICE][node].farms > 0) {
            assert_true(isnan(monthly_value(&m, MONTHLY_PRICE, node, &told)));
            assert_false(told);
            assert_true(isnan(of(&m, MONTHLY_VALUE, node)));
        }
    (void)monthly_value(&m, MONTHLY_HARVEST, BAAMANG_NODE, &told);
    assert_true(told);
}

static void a_quarter_is_the_sum_of_its_months(void **state)
{
    struct monthly_report r;

    (void)state;
    monthly_report(&r, &w->s, october + 1, civil_day_start(day(11, 10)));
    assert_true(r.running);
    assert_false(r.all);
    assert_int_equal(r.months, 2);
    assert_int_equal(r.quarter.months, 2);
    assert_int_equal(r.year.months, 11);
    assert_close(r.each[0].value[MONTHLY_HARVEST][SUPPLY_JOINT], 420, 1e-9);
    assert_close(r.each[1].value[MONTHLY_HARVEST][SUPPLY_JOINT], 0, 0);
    assert_close(r.quarter.value[MONTHLY_HARVEST][SUPPLY_JOINT], 420, 1e-9);
    /* in September one farm harvested: the year so far less the quarter would tell it */
    assert_true(isnan(r.year.value[MONTHLY_HARVEST][SUPPLY_JOINT]));
    assert_true(isnan(r.quarter.value[MONTHLY_PRICE][SUPPLY_JOINT])); /* no sum */
    /* 41 deaths of three farms in October, 100 of one in November */
    assert_close(r.each[0].value[MONTHLY_DEATHS][1], 41, 0);
    assert_true(isnan(r.each[1].value[MONTHLY_DEATHS][2]));
    assert_true(isnan(r.quarter.value[MONTHLY_DEATHS][2]));
    assert_true(isnan(r.quarter.value[MONTHLY_DEATHS][SUPPLY_JOINT]));
}

static void targets_of_both_regencies_add_up(void **state)
{
    struct rec_official row[3] = {
        {"kotim", "2026-Q4", 2026 * 12 + 9, 3, 500, true, 0, 0, "Dinas", false},
        {"kotim", "2026-Q4", 2026 * 12 + 9, 3, 800, true, 0, 0, "Renja Kotim", true},
        {"seruyan", "2026-Q4", 2026 * 12 + 9, 3, 450, true, 0, 0, "Renja Seruyan", true}};
    struct monthly_target t;

    (void)state;
    w->s.official = row;
    w->s.officials = 1;
    w->s.target = row + 1;
    w->s.targets = 2;
    monthly_targets(&w->s, 1, 2026 * 12 + 9, 3, &t);
    assert_close(t.target_kg, 800, 0);
    assert_close(t.official_kg, 500, 0);
    assert_string_equal(t.source, "Renja Kotim");
    assert_true(t.final);
    monthly_targets(&w->s, SUPPLY_JOINT, 2026 * 12 + 9, 3, &t);
    assert_close(t.target_kg, 1250, 0);
    assert_true(isnan(t.official_kg)); /* Seruyan's is missing */
    monthly_targets(&w->s, 1, 2026 * 12, 12, &t);
    assert_true(isnan(t.target_kg) && isnan(t.official_kg));
    w->s.official = NULL;
    w->s.officials = w->s.targets = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_month_by_hand, make_region, drop_region),
        cmocka_unit_test_setup_teardown(one_farms_price_is_not_told_as_the_value_of_others_fish,
                                        make_region, drop_region),
        cmocka_unit_test_setup_teardown(the_days_at_both_ends_belong_to_the_month, make_region,
                                        drop_region),
        cmocka_unit_test_setup_teardown(what_two_farms_gave_is_told_nowhere, make_region,
                                        drop_region),
        cmocka_unit_test_setup_teardown(a_quarter_is_the_sum_of_its_months, make_region,
                                        drop_region),
        cmocka_unit_test_setup_teardown(targets_of_both_regencies_add_up, make_region, drop_region),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
