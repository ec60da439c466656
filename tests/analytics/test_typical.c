/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "analytics/supply/pondrun.h"
#include "analytics/supply/typical.h"
#include "collector/common/civil.h"
#include "tests/analytics/world.h"

#define DRAWS  200
#define MONTHS 6

static const bool ALL[POND_SYSTEM_COUNT] = {true, true, true, true};

struct case_ {
    struct world *w;
    struct supply_input in;
    struct paths *paths;
    struct supply_forecast shape; /* months and draws alone */
    struct typical *t;
};

static void begin(struct case_ *c, uint64_t seed, const bool wanted[POND_SYSTEM_COUNT])
{
    int32_t day = civil_day_of(2026, 5, 31);

    print_message("seed %llu\n", (unsigned long long)seed);
    c->w = world_new();
    c->in = (struct supply_input){
        .records = &c->w->s, .as_of_day = day, .months = MONTHS, .draws = DRAWS, .seed = seed};
    c->paths = paths_new(seed, day, pondrun_end_day(&c->in), DRAWS);
    c->shape = (struct supply_forecast){.months = MONTHS, .draws = DRAWS};
    c->t = typical_new(&c->in, c->paths, wanted);
}

static void end(struct case_ *c)
{
    typical_free(c->t);
    paths_free(c->paths);
    world_free(c->w);
}

static double mean_of(const struct case_ *c, enum regency r, enum pond_system y, unsigned lead)
{
    return supply_summarise_draws(typical_draws(c->t, &c->shape, r, y, lead), DRAWS).mean;
}

/* A pond of N fish with survival s, sold at about 250 g every L days and 14 in between brings N s 0.25 / (L + 14) a day; a tenth
 * stops after each cycle. L of 90 to 200 days bounds it. */
static void a_pond_brings_in_what_its_cycles_allow(void **state)
{
    struct case_ c;

    (void)state;
    begin(&c, 4, ALL);
    for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
        double sum = 0, crop = TYPICAL_STOCK[y] * 0.25;

        for (unsigned m = 1; m <= MONTHS; m++)
            sum += mean_of(&c, REGENCY_KOTIM, (enum pond_system)y, m);
        print_message("%s: %.1f kg a month of %.0f kg a full crop, cv %.2f\n",
                      pond_system_name((enum pond_system)y), sum / MONTHS, crop,
                      c.t->cv[REGENCY_KOTIM][y]);
        assert_true(sum / MONTHS > crop * 0.3 * 30.4 / 214 * 0.7);
        assert_true(sum / MONTHS < crop * 30.4 / 104);
        /* one month in four to six has the harvest */
        assert_true(c.t->cv[REGENCY_KOTIM][y] > 0.8 && c.t->cv[REGENCY_KOTIM][y] < 3.5);
    }
    end(&c);
}

static void only_what_was_asked_for_is_made_and_it_is_the_same_again(void **state)
{
    static const bool CAGES[POND_SYSTEM_COUNT] = {[POND_SYSTEM_CAGE] = true};
    struct case_ all, cages;

    (void)state;
    begin(&all, 5, ALL);
    begin(&cages, 5, CAGES);
    for (int r = 0; r < REGENCY_COUNT; r++) {
        const double *a = typical_draws(all.t, &all.shape, (enum regency)r, POND_SYSTEM_CAGE, 1);
        const double *b = typical_draws(cages.t, &all.shape, (enum regency)r, POND_SYSTEM_CAGE, 1);

        assert_memory_equal(a, b, sizeof *a * MONTHS * DRAWS);
        assert_true(mean_of(&cages, (enum regency)r, POND_SYSTEM_POND, 2) == 0);
    }
    end(&all);
    end(&cages);
}

/* Draws under a path that takes the fish bring less: the shock is the path's, not chance. */
static void a_loss_on_the_path_is_in_its_draws(void **state)
{
    struct case_ c;
    struct typical *hit;
    double before = 0, after = 0, elsewhere = 0, was = 0;

    (void)state;
    begin(&c, 6, ALL);
    for (size_t i = 0; i < DRAWS; i += 2)
        paths_strike(c.paths, PATHS_ACID, REGENCY_SERUYAN, c.in.as_of_day + 3, i, 0.9);
    paths_sum(c.paths);
    hit = typical_new(&c.in, c.paths, ALL);
    for (size_t i = 0; i < DRAWS; i++) {
        double a = typical_draws(c.t, &c.shape, REGENCY_SERUYAN, POND_SYSTEM_CAGE, 1)[i];
        double b = typical_draws(hit, &c.shape, REGENCY_SERUYAN, POND_SYSTEM_CAGE, 1)[i];

        if (i % 2 == 0) {
            before += a;
            after += b;
        } else {
            assert_true(a == b);
        }
        elsewhere += typical_draws(hit, &c.shape, REGENCY_KOTIM, POND_SYSTEM_CAGE, 1)[i];
        was += typical_draws(c.t, &c.shape, REGENCY_KOTIM, POND_SYSTEM_CAGE, 1)[i];
    }
    assert_true(after < 0.35 * before);
    assert_true(elsewhere == was);
    typical_free(hit);
    end(&c);
}

static void a_usual_stocking_leans_on_the_ponds_on_record(void **state)
{
    struct case_ c;
    struct typical *t;

    (void)state;
    begin(&c, 7, ALL);
    assert_close(c.t->stocked[POND_SYSTEM_CAGE], TYPICAL_STOCK[POND_SYSTEM_CAGE], 1e-6);
    (void)world_farm(c.w, "62.07.01");
    for (size_t k = 0; k < 5; k++) {
        char slug[SLUG_SIZE];

        (void)snprintf(slug, sizeof slug, "k-%zu", k);
        (void)world_pond(c.w, 0, slug, POND_SYSTEM_CAGE);
        (void)world_cycle(c.w, k, c.in.as_of_day - 40, 12000, 10);
    }
    t = typical_new(&c.in, c.paths, ALL);
    /* five ponds of 12000 against the weight of five of 3000 */
    assert_close(t->stocked[POND_SYSTEM_CAGE], sqrt(12000.0 * 3000.0), 1);
    assert_close(t->stocked[POND_SYSTEM_POND], TYPICAL_STOCK[POND_SYSTEM_POND], 1e-6);
    typical_free(t);
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pond_brings_in_what_its_cycles_allow),
        cmocka_unit_test(only_what_was_asked_for_is_made_and_it_is_the_same_again),
        cmocka_unit_test(a_loss_on_the_path_is_in_its_draws),
        cmocka_unit_test(a_usual_stocking_leans_on_the_ponds_on_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
