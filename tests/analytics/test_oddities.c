/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "analytics/supply/oddities.h"
#include "collector/common/civil.h"
#include "tests/analytics/world.h"

static struct world *w;
static struct oddity *odd;
static size_t n;

static int by_slug(const void *a, const void *b)
{
    return strcmp(((const struct rec_pond *)a)->slug, ((const struct rec_pond *)b)->slug);
}

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

/* A correction of a pond's feed by a user. */
static struct rec_change correction(const char *by, const char *how, const char *json, int32_t day)
{
    struct rec_change c = {.at_ms = civil_day_start(day) + 1000, .kind = "correct"};

    (void)snprintf(c.by, sizeof c.by, "%s", by);
    (void)snprintf(c.how, sizeof c.how, "%s", how);
    c.new_json = c.old_json = strdup(json);
    return c;
}

static void one_hand_in_many_farms(void **state)
{
    struct rec_change c[14];
    size_t changes = 0;
    bool may[10];

    (void)state;
    for (size_t k = 0; k < 6; k++) {
        char slug[SLUG_SIZE], json[80];

        (void)snprintf(slug, sizeof slug, "jauh-%u", (unsigned)k);
        (void)world_farm(w, "62.02.05");
        (void)world_pond(w, 4 + k, slug, POND_SYSTEM_POND);
        (void)snprintf(json, sizeof json, "{\"pond\":\"%s\",\"feed_kg\":\"3\"}", slug);
        c[changes++] = correction("pak-budi", "page", json, 300);
        c[changes++] = correction("kota", "import", json, 300);
    }
    c[changes++] = correction("pak-budi", "page", "{\"pond\":\"jauh-1\"}", 300); /* again */
    c[changes++] = correction("pak-budi", "page", "not JSON", 300);
    /* ponds lie by slug in a snapshot */
    qsort(w->s.pond, w->s.ponds, sizeof *w->s.pond, by_slug);
    free(odd);
    n = oddities_hands(c, changes, &w->s, NULL, &odd);
    assert_int_equal(n, 1);
    assert_int_equal(odd[0].kind, ODDITY_ONE_HAND);
    assert_string_equal(odd[0].by, "pak-budi");
    assert_close(odd[0].value, 6, 0);
    assert_int_equal(odd[0].day, 300);
    for (size_t k = 0; k < 10; k++)
        may[k] = k != 5; /* one of them is another officer's */
    free(odd);
    n = oddities_hands(c, changes, &w->s, may, &odd);
    assert_int_equal(n, 0);
    c[0].at_ms += CIVIL_DAY_MS; /* five on one day, one on the next */
    free(odd);
    n = oddities_hands(c, changes, &w->s, NULL, &odd);
    assert_int_equal(n, 0);
    for (size_t k = 0; k < changes; k++)
        free(c[k].new_json);
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
        of_region(one_hand_in_many_farms),
        of_region(a_target_that_was_reached_to_the_kilogram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
