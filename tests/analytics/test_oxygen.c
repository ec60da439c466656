/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "analytics/fish/ensemble.h"
#include "analytics/supply/forecast_water.h"
#include "analytics/supply/oxygen.h"
#include "collector/common/civil.h"
#include "tests/analytics/world.h"

#define DAYS    98
#define EVERY   14
#define SAMPLES (DAYS / EVERY)
#define SEED    2385

/* A made-up cycle: what is written of it, and the days of its water. */
struct made {
    double temp[DAYS], nh3[DAYS], oxygen[DAYS * 24], feed[DAYS];
    struct oxygen_sample sample[SAMPLES];
    struct oxygen_cycle c;
};

struct ponds {
    gsl_rng *rng;
    struct growth_oxygen usual[POND_SYSTEM_COUNT];
    struct oxygen_evidence e;
};

static int set_up(void **state)
{
    struct ponds *w = calloc(1, sizeof *w);

    w->rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(w->rng, SEED);
    for (int y = 0; y < POND_SYSTEM_COUNT; y++)
        w->usual[y] = growth_oxygen_default();
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct ponds *w = *state;

    gsl_rng_free(w->rng);
    free(w);
    return 0;
}

/* Oxygen of a pond with its own mean: up by day, down by night, with spells of bad days. */
static void make_water(struct ponds *w, struct made *m, double mean)
{
    double spell = 0;

    for (int d = 0; d < DAYS; d++) {
        spell = 0.85 * spell + gsl_ran_gaussian(w->rng, 0.4);
        m->temp[d] = 28.5 + gsl_ran_gaussian(w->rng, 0.5);
        m->nh3[d] = NAN;
        for (int h = 0; h < 24; h++) {
            double mg_l = mean + spell + 2 * cos((h - 15) * 2 * M_PI / 24);
            m->oxygen[d * 24 + h] = mg_l < 0.2 ? 0.2 : mg_l;
        }
    }
}

/* Fish that feel oxygen by the limits felt, day by day; growth differs from cycle to cycle and drifts, scales err. */
static void make_cycle(struct ponds *w, struct made *m, enum pond_system system,
                       const struct growth_oxygen *felt, double level, bool fed)
{
    double count = 2000, mass = 12 * exp(gsl_ran_gaussian(w->rng, ENSEMBLE_STOCK_MASS_SD));
    double drift = log(level) + gsl_ran_gaussian(w->rng, 0.25), z = 0;
    double conversion = GROWTH_C0 * exp(gsl_ran_gaussian(w->rng, 0.25));
    double bias = gsl_ran_gaussian(w->rng, ENSEMBLE_BIAS_SD);

    m->c = (struct oxygen_cycle){.system = system,
                                 .count = 2000,
                                 .stock_g = 12,
                                 .male = true,
                                 .days = DAYS,
                                 .temp_c = m->temp,
                                 .nh3_n_mg_l = m->nh3,
                                 .do_mg_l = m->oxygen,
                                 .feed_kg = fed ? m->feed : NULL,
                                 .samples = SAMPLES,
                                 .sample = m->sample};
    for (int d = 0; d < DAYS; d++) {
        struct growth_day day = {m->temp[d], growth_do_day(felt, m->oxygen + d * 24), 0};
        struct growth_params p = {exp(drift + z), NAN, conversion * exp(z), 0};

        if (d % 7 == 0) {
            drift += gsl_ran_gaussian(w->rng, ENSEMBLE_FEEDING_STEP);
            z = 0.7 * z + gsl_ran_gaussian(w->rng, 0.05);
        }
        m->feed[d] = NAN;
        if (fed) {
            p.ration = 0.5 * growth_ration_max(mass);
            m->feed[d] = p.ration * count * mass / 1000;
        }
        mass = growth_step(mass, &day, &p, 1);
        count *= exp(0.27 / -120); /* 76 % of 120 days */
        if ((d + 1) % EVERY == 0)
            m->sample[d / EVERY] = (struct oxygen_sample){
                d + 1, 30,
                mass * exp(bias + gsl_ran_gaussian(w->rng, hypot(0.25 / sqrt(30), 0.03)))};
    }
}

/* n cycles of a system whose fish have their full limit at full_mg_l, in ponds with a mean oxygen from low to high. */
static void add(struct ponds *w, enum pond_system system, int n, double full_mg_l, double low,
                double high, double level, bool fed)
{
    struct made *m = malloc(sizeof *m);
    struct growth_oxygen felt = growth_oxygen_default();

    felt.full_mg_l = full_mg_l;
    for (int k = 0; k < n; k++) {
        make_water(w, m, low + (high - low) * gsl_rng_uniform(w->rng));
        make_cycle(w, m, system, &felt, level, fed);
        assert_true(oxygen_add(&w->e, &w->usual[system], &m->c) || w->e.strange[system] > 0);
    }
    free(m);
}

static void tell(const struct oxygen_learned *out)
{
    for (int y = 0; y < POND_SYSTEM_COUNT; y++)
        print_message("%-9s %2zu cycles (%zu strange): full at %.2f mg/L (%.2f to %.2f), shift "
                      "%+.3f sd %.3f of %.3f, %s\n",
                      pond_system_name((enum pond_system)y), out[y].cycles, out[y].strange,
                      out[y].felt.full_mg_l, out[y].full_p10, out[y].full_p90, out[y].shift_mean,
                      out[y].shift_sd, out[y].shift_prior_sd,
                      out[y].learned ? "learned" : "not learned");
}

/* The truth is a shift of +0.417, 0 and -0.477; 60 cycles leave an sd of 0.15, and shrink a shift by a third. */
static void many_cycles_find_what_the_fish_feel(void **state)
{
    static const struct {
        const char *says;
        bool fed;
        double level;
    } row[] = {{"feed not written down, less than the prior expects", false, 0.42},
               {"feed written down", true, 0.5}};
    static const double FULL[] = {5.4, 3.9, 2.8};
    static const double LOW[] = {0.22, -0.13, -0.50}, HIGH[] = {0.50, 0.13, -0.17};
    enum {
        SEEDS = 4
    };
    struct ponds *w = *state;

    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        double shift[3] = {0};

        for (int seed = SEED; seed < SEED + SEEDS; seed++) {
            struct oxygen_learned out[POND_SYSTEM_COUNT];

            print_message("%s, seed %d\n", row[k].says, seed);
            gsl_rng_set(w->rng, (unsigned long)seed);
            memset(&w->e, 0, sizeof w->e);
            for (int y = 0; y < 3; y++)
                add(w, (enum pond_system)y, 60, FULL[y], 2.5, 6.5, row[k].level, row[k].fed);
            oxygen_learn(&w->e, w->usual, out);
            tell(out);
            for (int y = 0; y < 3; y++) {
                assert_true(out[y].learned);
                assert_true(out[y].full_p10 < out[y].felt.full_mg_l &&
                            out[y].felt.full_mg_l < out[y].full_p90);
                shift[y] += out[y].shift_mean / SEEDS;
            }
            assert_false(out[POND_SYSTEM_CAGE].learned);
            assert_close(out[POND_SYSTEM_CAGE].felt.full_mg_l, 3.9, 0);
        }
        print_message("mean shift %+.3f %+.3f %+.3f\n", shift[0], shift[1], shift[2]);
        for (int y = 0; y < 3; y++)
            assert_true(shift[y] > LOW[y] && shift[y] < HIGH[y]);
    }
}

static void few_cycles_leave_the_usual_limits(void **state)
{
    static const int CYCLES[] = {1, 3, OXYGEN_CYCLES - 1, 20};
    struct ponds *w = *state;
    double one = NAN;

    print_message("seed %d\n", SEED);
    for (size_t k = 0; k < sizeof CYCLES / sizeof CYCLES[0]; k++) {
        struct oxygen_learned out[POND_SYSTEM_COUNT];

        memset(&w->e, 0, sizeof w->e);
        add(w, POND_SYSTEM_POND, CYCLES[k], 5.4, 2.5, 6.5, 0.5, false);
        oxygen_learn(&w->e, w->usual, out);
        print_message("%2d cycles: sd %.3f of %.3f\n", CYCLES[k], out[0].shift_sd,
                      out[0].shift_prior_sd);
        if (CYCLES[k] >= OXYGEN_CYCLES) {
            assert_true(out[0].shift_sd < 0.9 * one);
            continue;
        }
        assert_false(out[0].learned);
        assert_close(out[0].felt.full_mg_l, 3.9, 0);
        if (CYCLES[k] > 1)
            continue;
        one = out[0].shift_sd; /* one cycle hardly tells: why there is a least number */
        assert_true(one > 0.85 * out[0].shift_prior_sd);
    }
}

/* Whatever the fish would feel, it is not seen: the posterior is the prior, however many cycles there are. */
static void oxygen_that_never_lacks_teaches_nothing(void **state)
{
    struct ponds *w = *state;
    struct oxygen_learned out[POND_SYSTEM_COUNT], none[POND_SYSTEM_COUNT];

    oxygen_learn(&w->e, w->usual, none);
    add(w, POND_SYSTEM_CAGE, 40, 5.4, 11.5, 12, 0.5, false);
    oxygen_learn(&w->e, w->usual, out);
    tell(out);
    assert_int_equal(out[POND_SYSTEM_CAGE].cycles, 40);
    assert_false(out[POND_SYSTEM_CAGE].learned);
    assert_close(out[POND_SYSTEM_CAGE].felt.full_mg_l, 3.9, 0);
    assert_close(out[POND_SYSTEM_CAGE].shift_sd / none[POND_SYSTEM_CAGE].shift_sd, 1, 0.02);
    assert_close(none[POND_SYSTEM_CAGE].shift_mean, 0, 1e-9);
}

/* Learned limits keep the width's meaning where a site has its own. */
static void leans_on_the_limits_it_is_given(void **state)
{
    struct ponds *w = *state;
    struct oxygen_learned out[POND_SYSTEM_COUNT];

    w->usual[POND_SYSTEM_POND] = (struct growth_oxygen){2.5, 2.2, 6, 18};
    add(w, POND_SYSTEM_POND, 20, 5.4, 2.5, 6.5, 0.5, false);
    oxygen_learn(&w->e, w->usual, out);
    tell(out);
    assert_true(out[0].felt.full_mg_l > 2.2 && out[0].full_p10 > 2.2);
    assert_close(out[0].felt.none_mg_l, 2.2, 0);
}

static void cycles_that_tell_nothing_are_left_out(void **state)
{
    struct ponds *w = *state;
    struct made *m = malloc(sizeof *m);
    struct growth_oxygen felt = growth_oxygen_default();

    make_water(w, m, 5);
    make_cycle(w, m, POND_SYSTEM_POND, &felt, 0.5, false);
    m->c.samples = 1;
    assert_false(oxygen_add(&w->e, &felt, &m->c));
    m->c.samples = SAMPLES;
    m->c.male = false; /* young may be in the net above 50 g: fewer samples than are needed */
    m->sample[1].mean_g = OXYGEN_YOUNG_G + 1;
    assert_false(oxygen_add(&w->e, &felt, &m->c));
    m->c.male = true;
    m->sample[3].mean_g /= 6; /* another pond's fish */
    assert_false(oxygen_add(&w->e, &felt, &m->c));
    assert_int_equal(w->e.strange[POND_SYSTEM_POND], 1);
    make_cycle(w, m, POND_SYSTEM_POND, &felt, 0.5, false);
    for (size_t h = 0; h < DAYS * 24 / 2; h++)
        m->oxygen[h] = NAN;
    assert_false(oxygen_add(&w->e, &felt, &m->c));
    assert_int_equal(w->e.cycles[POND_SYSTEM_POND], 0);
    for (size_t h = 0; h < (size_t)DAYS * 24; h++)
        m->oxygen[h] = h % 5 == 0 ? NAN : 5; /* gaps are no harm */
    assert_true(oxygen_add(&w->e, &felt, &m->c));
    free(m);
}

/* The same from records and hourly series: the cycle's rows and hours find each other, and harvests end it. */
static void records_and_hours_become_cycles(void **state)
{
    enum {
        STOCKED = 20000
    };
    struct ponds *w = *state;
    struct made *m = malloc(sizeof *m);
    struct growth_oxygen felt = growth_oxygen_default();
    struct world *r = world_new();
    struct forecast_hours h = {.oxygen = {.metric = METRIC_DO_MG_L}, .temp = {0}};
    struct oxygen_evidence by_records = {.cycles = {0}};
    size_t pond = world_pond(r, world_farm(r, "62.02.06"), "p", POND_SYSTEM_CAGE), cycle;

    make_water(w, m, 4);
    make_cycle(w, m, POND_SYSTEM_CAGE, &felt, 0.5, false);
    for (int d = 0; d < DAYS; d++)
        m->temp[d] = NAN; /* no thermometer */
    h.oxygen.ts_ms = calloc(DAYS * 24, sizeof *h.oxygen.ts_ms);
    h.oxygen.value = calloc(DAYS * 24, sizeof *h.oxygen.value);
    for (size_t k = 0; k < (size_t)DAYS * 24; k++) {
        h.oxygen.ts_ms[k] = civil_day_start(STOCKED + 1) + (int64_t)k * 3600 * 1000;
        h.oxygen.value[k] = m->oxygen[k];
    }
    h.oxygen.n = (size_t)DAYS * 24;
    cycle = world_cycle(r, pond, STOCKED, m->c.count, m->c.stock_g);
    r->s.cycle[cycle].sex = SEX_MALE;
    world_sample(r, cycle, STOCKED, 30, 12); /* of the fingerlings: not growth */
    for (int k = 0; k < SAMPLES; k++)
        world_sample(r, cycle, STOCKED + m->sample[k].day, m->sample[k].fish, m->sample[k].mean_g);
    assert_int_equal(forecast_oxygen_days(&r->s, cycle, STOCKED + 400), DAYS);
    assert_int_equal(forecast_oxygen_days(&r->s, cycle, STOCKED + 60), 56);
    assert_int_equal(forecast_oxygen_days(&r->s, cycle, STOCKED + EVERY), 0); /* one is too few */
    assert_true(forecast_oxygen_cycle(&r->s, cycle, STOCKED + 400, &h, &felt, &by_records));
    assert_true(oxygen_add(&w->e, &felt, &m->c));
    assert_memory_equal(&by_records, &w->e, sizeof w->e);
    world_harvest(r, cycle, STOCKED + 56, 20, NAN, HARVEST_PARTIAL);
    assert_int_equal(forecast_oxygen_days(&r->s, cycle, STOCKED + 400), 42);
    assert_int_equal(forecast_oxygen_days(&r->s, cycle, STOCKED + 50), 42);
    r->s.cycle[cycle].mass_g = 0;
    assert_int_equal(forecast_oxygen_days(&r->s, cycle, STOCKED + 400), 0);
    assert_false(forecast_oxygen_cycle(&r->s, cycle, STOCKED + 400, &h, &felt, &by_records));
    forecast_hours_free(&h);
    world_free(r);
    free(m);
}

static void without_sensors_the_usual_limits_stay(void **state)
{
    struct ponds *w = *state;
    struct growth_oxygen given[POND_SYSTEM_COUNT] = {{0}};
    struct oxygen_learned out[POND_SYSTEM_COUNT];
    struct world *r = world_new();
    char why[256];

    (void)w;
    given[POND_SYSTEM_CAGE] = (struct growth_oxygen){3, 0.5, 6, 18};
    assert_int_equal(forecast_oxygen_learn(NULL, &r->s, 20000, given, out, why, sizeof why), 0);
    assert_close(out[POND_SYSTEM_CAGE].felt.full_mg_l, 3, 0);
    assert_close(out[POND_SYSTEM_POND].felt.full_mg_l, 3.9, 0);
    for (int y = 0; y < POND_SYSTEM_COUNT; y++)
        assert_false(out[y].learned);
    world_free(r);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(many_cycles_find_what_the_fish_feel),     TEST(few_cycles_leave_the_usual_limits),
        TEST(oxygen_that_never_lacks_teaches_nothing), TEST(leans_on_the_limits_it_is_given),
        TEST(cycles_that_tell_nothing_are_left_out),   TEST(records_and_hours_become_cycles),
        TEST(without_sensors_the_usual_limits_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
