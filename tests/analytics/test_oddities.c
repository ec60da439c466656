/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "analytics/supply/oddities.h"
#include "collector/common/civil.h"
#include "tests/analytics/world.h"

static struct world *w;
static struct oddity *odd;
static size_t n;

static int make_region(void **state)
{
    (void)state;
    w = world_new();
    for (size_t k = 0; k < 4; k++) {
        char slug[SLUG_SIZE];

        (void)snprintf(slug, sizeof slug, "kolam-%u", (unsigned)k);
        (void)world_farm(w, "62.02.06");
        (void)world_pond(w, k, slug, k == 3 ? POND_SYSTEM_CAGE : POND_SYSTEM_POND);
    }
    return 0;
}

static int drop_region(void **state)
{
    (void)state;
    free(odd);
    odd = NULL;
    world_free(w);
    return 0;
}

static void look(int32_t since)
{
    free(odd);
    n = oddities_find(&w->s, since, &odd);
}

static void usual_figures_are_not_listed(void **state)
{
    size_t c = world_cycle(w, 0, 100, 2000, 10); /* 10 fish a m2 */

    (void)state;
    world_feed(w, c, 150, 500);
    world_harvest(w, c, 260, 360, 5, HARVEST_FINAL); /* 1800 fish, FCR 500/340 */
    look(0);
    assert_int_equal(n, 0);
    assert_null(odd);
}

static void a_stocking_that_cannot_fit(void **state)
{
    (void)state;
    (void)world_cycle(w, 0, 100, 10000, 10); /* 50 a m2 is the bound, and believed */
    (void)world_cycle(w, 1, 100, 10020, 10);
    (void)world_cycle(w, 3, 101, 61000, 10); /* 200 m2 of 1 m: 305 a m3 */
    look(0);
    assert_int_equal(n, 2);
    assert_int_equal(odd[0].kind, ODDITY_STOCKED_DENSE); /* the newest first */
    assert_int_equal(odd[0].pond, 3);
    assert_close(odd[0].value, 305, 1e-9);
    assert_close(odd[0].bound, 300, 0);
    assert_int_equal(odd[1].pond, 1);
    assert_close(odd[1].value, 50.1, 1e-9);
    look(101);
    assert_int_equal(n, 1);
    look(102);
    assert_int_equal(n, 0);
}

static void what_a_cycle_gave(void **state)
{
    size_t a = world_cycle(w, 0, 100, 2000, 10), b = world_cycle(w, 1, 100, 2000, 10),
           c = world_cycle(w, 2, 100, 2000, 10);

    (void)state;
    world_harvest(w, a, 200, 1700, 1, HARVEST_FINAL);  /* 8.5 kg a m2 */
    world_harvest(w, b, 210, 450, 5, HARVEST_PARTIAL); /* 2250 of 2000 fish: above a tenth more */
    world_feed(w, c, 150, 100);
    world_harvest(w, c, 220, 270, 5, HARVEST_FINAL); /* 100 / (270 - 20) = 0.4 */
    look(0);
    assert_int_equal(n, 3);
    assert_int_equal(odd[0].kind, ODDITY_FCR_LOW);
    assert_close(odd[0].value, 0.4, 1e-9);
    assert_int_equal(odd[1].kind, ODDITY_MORE_FISH);
    assert_close(odd[1].value, 2250, 1e-9);
    assert_close(odd[1].bound, 2000, 0);
    assert_int_equal(odd[2].kind, ODDITY_HARVEST_DENSE);
    assert_close(odd[2].value, 8.5, 1e-9);
    world_feed(w, c, 160, 950);
    look(215);
    assert_int_equal(n, 1);
    assert_int_equal(odd[0].kind, ODDITY_FCR_HIGH); /* 4.2 */
}

static void feed_of_a_running_cycle_says_nothing_yet(void **state)
{
    size_t a = world_cycle(w, 0, 100, 2000, 10);

    (void)state;
    world_feed(w, a, 150, 400);
    world_harvest(w, a, 160, 50, 8, HARVEST_PARTIAL);
    look(0);
    assert_int_equal(n, 0);
}

static void the_same_kilograms_in_three_ponds(void **state)
{
    (void)state;
    for (size_t k = 0; k < 3; k++)
        world_harvest(w, world_cycle(w, k, 100, 2000, 10), 200, 123.5, NAN, HARVEST_PARTIAL);
    look(0);
    assert_int_equal(n, 1);
    assert_int_equal(odd[0].kind, ODDITY_SAME_HARVEST);
    assert_close(odd[0].value, 123.5, 0);
    assert_close(odd[0].bound, 3, 0);
    w->s.harvest[1].day = 201;
    look(0);
    assert_int_equal(n, 0);
    for (size_t k = 0; k < 3; k++) { /* ten kilograms are sold everywhere */
        w->s.harvest[k].day = 200;
        w->s.harvest[k].kg = 10;
    }
    look(0);
    assert_int_equal(n, 0);
}

static void a_target_that_was_reached_to_the_kilogram(void **state)
{
    struct rec_official row[3] = {
        {"kotim", "2026-Q1", 2026 * 12, 3, 20000, false, 300, 0, "Dinas", false},
        {"seruyan", "2026-Q1", 2026 * 12, 3, 19000, true, 300, 0, "Dinas", false},
        {"kotim", "2026-Q1", 2026 * 12, 3, 20000, true, 100, 0, "Renja", true}};

    (void)state;
    w->s.official = row;
    w->s.officials = 2;
    w->s.target = row + 2;
    w->s.targets = 1;
    look(0);
    assert_int_equal(n, 1);
    assert_int_equal(odd[0].kind, ODDITY_TARGET_REACHED);
    assert_int_equal(odd[0].pond, -1);
    assert_string_equal(odd[0].node, "kotim");
    assert_string_equal(odd[0].period, "2026-Q1");
    row[0].kg = 20001;
    look(0);
    assert_int_equal(n, 0);
    w->s.official = NULL;
    w->s.officials = w->s.targets = 0;
}

#define of_region(test) cmocka_unit_test_setup_teardown(test, make_region, drop_region)

int main(void)
{
    const struct CMUnitTest tests[] = {
        of_region(usual_figures_are_not_listed),
        of_region(a_stocking_that_cannot_fit),
        of_region(what_a_cycle_gave),
        of_region(feed_of_a_running_cycle_says_nothing_yet),
        of_region(the_same_kilograms_in_three_ponds),
        of_region(a_target_that_was_reached_to_the_kilogram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
