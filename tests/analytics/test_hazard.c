/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/analytics/world.h"

#include <gsl/gsl_randist.h>

#include "analytics/fish/harvest.h"
#include "analytics/supply/hazard.h"
#include "analytics/supply/supply.h"

#define SEED   2385
#define AS_OF  20000
#define CYCLES 5

static int set_up(void **state)
{
    *state = world_new();
    return 0;
}

static int tear_down(void **state)
{
    world_free(*state);
    return 0;
}

/* Lives through a cycle by weeks. Returns the day of harvest. */
static int32_t live(struct world *w, gsl_rng *rng, size_t pond, int32_t day, double target_g,
                    double width)
{
    size_t cycle = world_cycle(w, pond, day, 2000, 12);
    double u = growth_u(12), gain = 0.055 * exp(gsl_ran_gaussian(rng, 0.2)), mass;

    for (;;) {
        day += 7;
        u += 7 * GROWTH_U_EXPONENT * gain * exp(gsl_ran_gaussian(rng, 0.1));
        mass = growth_mass(u);
        if (gsl_rng_uniform(rng) < harvest_hazard(mass, target_g, width))
            break;
    }
    mass *= exp(gsl_ran_gaussian(rng, 0.04)); /* fish a kilogram, as people count them */
    world_harvest(w, cycle, day, 1.5 * mass, 1000 / mass, HARVEST_FINAL);
    return day;
}

/* Ponds of a system whose farmers harvest with that width: each at a buyer's size of its own, or of another buyer each time. */
static void add(struct world *w, gsl_rng *rng, enum pond_system system, int ponds, double width,
                bool own_buyer)
{
    struct harvest_buyers any;
    size_t farm = world_farm(w, "62.02.06");

    harvest_buyers(&any, 0, 0);
    for (int p = 0; p < ponds; p++) {
        size_t pond = world_pond(w, farm, "p", system);
        double buyer_g = 250 * exp(gsl_ran_gaussian(rng, 0.2));
        int32_t day = AS_OF - 1500;

        (void)snprintf(w->s.pond[pond].slug, sizeof w->s.pond[pond].slug, "p%zu", pond);
        for (int c = 0; c < CYCLES; c++) {
            double target_g = own_buyer ? buyer_g * exp(gsl_ran_gaussian(rng, HARVEST_TARGET_SD))
                                        : harvest_target(&any, NULL, rng);

            day = 14 + live(w, rng, pond, day, target_g, width);
        }
        assert_true(day < AS_OF);
    }
}

static void tell(const struct hazard_learned *out)
{
    for (int y = 0; y < POND_SYSTEM_COUNT; y++)
        print_message("%-9s %3zu cycles: width %.3f (%.3f to %.3f), sd of ln %.3f of %.3f, %s\n",
                      pond_system_name((enum pond_system)y), out[y].cycles, out[y].width,
                      out[y].p10, out[y].p90, out[y].ln_sd, out[y].ln_prior_sd,
                      out[y].learned ? "learned" : "not learned");
}

static void closed_cycles_tell_how_sharply_they_keep_to_the_size(void **state)
{
    struct world *w = *state;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct hazard_learned out[POND_SYSTEM_COUNT];

    print_message("seed %d\n", SEED);
    gsl_rng_set(rng, SEED);
    add(w, rng, POND_SYSTEM_POND, 60, 0.2, true);
    add(w, rng, POND_SYSTEM_BIOFLOC, 60, 0.05, true);
    add(w, rng, POND_SYSTEM_TARPAULIN, 60, 0.1, false); /* the forecast's own belief */
    add(w, rng, POND_SYSTEM_CAGE, 2, 0.2, true);
    hazard_learn(&w->s, AS_OF, out);
    tell(out);
    assert_in_range(out[POND_SYSTEM_POND].cycles, 220,
                    60 * (CYCLES - 1)); /* some harvest fingerlings */
    assert_true(out[POND_SYSTEM_POND].learned && out[POND_SYSTEM_BIOFLOC].learned);
    assert_close(log(out[POND_SYSTEM_POND].width / 0.2), 0, 0.35);
    assert_close(log(out[POND_SYSTEM_BIOFLOC].width / 0.05), 0, 0.45);
    assert_true(out[POND_SYSTEM_POND].p10 > out[POND_SYSTEM_BIOFLOC].p90);
    assert_close(log(out[POND_SYSTEM_TARPAULIN].width / 0.1), 0, 0.2);
    assert_false(out[POND_SYSTEM_CAGE].learned);
    assert_close(out[POND_SYSTEM_CAGE].width, HARVEST_WIDTH, 0);
    hazard_learn(&w->s, AS_OF - 1500, out); /* what comes later is not looked at */
    for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
        assert_int_equal(out[y].cycles, 0);
        assert_close(out[y].width, HARVEST_WIDTH, 0);
    }
    gsl_rng_free(rng);
}

static void cycles_that_do_not_tell_are_left_out(void **state)
{
    static const struct {
        const char *says;
        double stock_g, fish_per_kg;
        bool partial;
        size_t want;
    } row[] = {{"all known", 12, 4, false, 1},
               {"size not written down", 12, NAN, false, 0},
               {"mass stocked not known", 0, 4, false, 0},
               {"taken by and by before", 12, 4, true, 0},
               {"smaller than stocked", 300, 4, false, 0}};

    (void)state;
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        struct world *w = world_new();
        struct hazard_learned out[POND_SYSTEM_COUNT];
        size_t pond = world_pond(w, world_farm(w, "62.02.06"), "p", POND_SYSTEM_POND), c;

        print_message("%s\n", row[k].says);
        c = world_cycle(w, pond, AS_OF - 400, 2000, 12);
        world_harvest(w, c, AS_OF - 280, 400, 4, HARVEST_FINAL);
        c = world_cycle(w, pond, AS_OF - 270, 2000, row[k].stock_g);
        if (row[k].partial)
            world_harvest(w, c, AS_OF - 160, 30, 4, HARVEST_PARTIAL);
        world_harvest(w, c, AS_OF - 150, 400, row[k].fish_per_kg, HARVEST_FINAL);
        hazard_learn(&w->s, AS_OF, out);
        assert_int_equal(out[POND_SYSTEM_POND].cycles, row[k].want);
        world_free(w);
    }
}

/* What is learned reaches the forecast: a wider hazard spreads the harvest's day. */
static void the_forecast_harvests_with_the_width(void **state)
{
    struct world *w = *state;
    size_t pond = world_pond(w, world_farm(w, "62.02.06"), "p", POND_SYSTEM_POND);
    struct hazard_learned width[POND_SYSTEM_COUNT];
    struct supply_input in = {.records = &w->s,
                              .as_of_day = AS_OF,
                              .months = 6,
                              .draws = 400,
                              .seed = SEED,
                              .threads = 1,
                              .hazard = width};
    double early[2];

    world_sample(w, world_cycle(w, pond, AS_OF - 50, 2000, 12), AS_OF, 60, 45);
    for (int k = 0; k < 2; k++) {
        struct supply_forecast *f = NULL;

        hazard_learn(&w->s, AS_OF, width);
        assert_close(width[POND_SYSTEM_POND].width, HARVEST_WIDTH, 0);
        width[POND_SYSTEM_POND].width = k == 0 ? 0.03 : 0.3;
        assert_int_equal(supply_run(&in, &f, NULL), 0);
        early[k] = supply_summarise(f, SUPPLY_JOINT, 1).mean;
        assert_close(f->hazard[POND_SYSTEM_POND].width, width[POND_SYSTEM_POND].width, 0);
        supply_free(f);
    }
    print_message("first month %.1f kg with a narrow, %.1f kg with a wide hazard\n", early[0],
                  early[1]);
    assert_true(early[1] > 3 * early[0] + 5);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(closed_cycles_tell_how_sharply_they_keep_to_the_size),
        TEST(cycles_that_do_not_tell_are_left_out),
        TEST(the_forecast_harvests_with_the_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
