/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "analytics/fish/harvest.h"
#include "tests/analytics/world.h"

#define SEED     2385
#define MEMBERS  2000
#define LAST_DAY 365

struct seen {
    int mains, others, finals_later;
    double main_kg, other_kg, main_mass_g;
    int32_t main_day, last_day;
};

static const double CALM[60];

static void note(void *arg, int32_t day, double kg, bool main, double mass_g)
{
    struct seen *s = arg;

    assert_true(kg >= 0 && isfinite(kg));
    assert_true(day >= s->last_day);
    s->last_day = day;
    if (main) {
        s->mains++;
        s->main_kg += kg;
        s->main_day = day;
        s->main_mass_g = mass_g;
    } else if (s->mains > 0) {
        s->finals_later++;
    } else {
        s->others++;
        s->other_kg += kg;
    }
}

static void outlook(struct harvest_outlook *o, struct ensemble_prior *prior,
                    struct harvest_buyers *b)
{
    ensemble_prior(POND_SYSTEM_POND, prior);
    harvest_buyers(b, 0, 0);
    *o = (struct harvest_outlook){.prior = prior,
                                  .buyers = b,
                                  .temp_c = 28.5,
                                  .nh3_effect = 1,
                                  .stock_count = 2000,
                                  .stock_mass_g = 10,
                                  .first_day = 1,
                                  .end_day = LAST_DAY,
                                  .main_end_day = LAST_DAY,
                                  .path_day = 1,
                                  .path_weeks = 60,
                                  .path_stride = 1};
}

static struct harvest_member member(double mass_g, double target_g)
{
    return (struct harvest_member){.stocked = true,
                                   .restock_day = INT32_MAX,
                                   .u = growth_u(mass_g),
                                   .count = 1500,
                                   .ln_gain = log(growth_gain_feeding(0.5)),
                                   .mort = 0.002,
                                   .do_usual = 0.8,
                                   .target_g = target_g,
                                   .z = CALM,
                                   .loss = CALM};
}

static void hazard_is_a_logistic_around_the_buyers_size(void **state)
{
    static const struct {
        const char *says;
        double mass_g, target_g, want;
    } row[] = {{"at the size", 250, 250, 0.5},
               {"a tenth above", 275, 250, 0.731058578630},
               {"a tenth below", 225, 250, 0.268941421370},
               {"half of it", 125, 250, 0.006692850924},
               {"fingerling", 0.01, 333, 4.5411e-5},
               {"far above", 2000, 200, 1}};
    (void)state;
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        print_message("%s\n", row[k].says);
        assert_close(harvest_hazard(row[k].mass_g, row[k].target_g, 0.1), row[k].want, 1e-7);
    }
}

static void buyers_known_from_history_outweigh_the_prior(void **state)
{
    struct harvest_buyers b;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    int near = 0;

    (void)state;
    gsl_rng_set(rng, SEED);
    harvest_buyers(&b, 0, 0);
    assert_int_equal(b.n, 3);
    assert_close(b.share[0] + b.share[1] + b.share[2], 1, 1e-12);
    harvest_buyers(&b, 500, 4);
    assert_int_equal(b.n, 4);
    assert_close(b.share[3], 0.8, 1e-12);
    for (int k = 0; k < MEMBERS; k++)
        near += harvest_target(&b, NULL, rng) > 410;
    assert_close((double)near / MEMBERS, 0.8, 0.03);
    gsl_rng_free(rng);
}

static void fish_still_in_the_pond_at_300_g_point_to_a_buyer_of_333(void **state)
{
    struct harvest_buyers b;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double ln_wait[HARVEST_CLASSES] = {0};
    int big = 0;

    (void)state;
    gsl_rng_set(rng, SEED);
    harvest_buyers(&b, 0, 0);
    for (int week = 0; week < 4; week++)
        harvest_waited(&b, 1, (double[]){280 + 7 * week}, ln_wait);
    harvest_waited(&b, 1, (double[]){1e5}, ln_wait); /* stays finite */
    for (size_t c = 0; c < b.n; c++)
        assert_true(isfinite(ln_wait[c]));
    memset(ln_wait, 0, sizeof ln_wait);
    for (int week = 0; week < 4; week++)
        harvest_waited(&b, 1, (double[]){280 + 7 * week}, ln_wait);
    for (int k = 0; k < MEMBERS; k++)
        big += harvest_target(&b, ln_wait, rng) > 290;
    print_message("%.3f of the draws sell at 333 g\n", (double)big / MEMBERS);
    assert_true(big > 0.95 * MEMBERS);
    gsl_rng_free(rng);
}

static void waiting_takes_the_chance_of_none_from_each(void **state)
{
    struct harvest_buyers b;
    double mass_g[101], ln_wait[101][HARVEST_CLASSES] = {{0}};

    (void)state;
    harvest_buyers(&b, 0, 0);
    for (size_t k = 0; k < 101; k++)
        mass_g[k] = 1 + 6 * (double)k;
    for (int week = 0; week < 2; week++)
        harvest_waited(&b, 101, mass_g, &ln_wait[0][0]);
    for (size_t k = 0; k < 101; k++)
        for (size_t c = 0; c < b.n; c++) /* 1 - hazard(m) is the hazard as far on the other side */
            assert_close(ln_wait[k][c],
                         2 * log(harvest_hazard(2 * b.mass_g[c] - mass_g[k], b.mass_g[c], b.width)),
                         1e-12);
}

static void stocks_again_after_7_to_21_days_nine_times_of_ten(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    int never = 0, least = INT32_MAX, most = 0;

    (void)state;
    gsl_rng_set(rng, SEED);
    for (int k = 0; k < MEMBERS; k++) {
        int32_t day = harvest_restock_day(100, rng);

        if (day == INT32_MAX) {
            never++;
            continue;
        }
        least = day < least ? day : least;
        most = day > most ? day : most;
    }
    assert_close((double)never / MEMBERS, 0.1, 0.025);
    assert_int_equal(least, 107);
    assert_int_equal(most, 121);
    gsl_rng_free(rng);
}

/* By Bayes: given up 0.1; stocked from day 114 on 0.9 x 8/15; before, and nothing said, 0.9 x 7/15 x unsaid. */
static void a_pond_that_is_still_empty_was_rather_given_up(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    int never = 0, unsaid = 0, late = 0;

    (void)state;
    gsl_rng_set(rng, SEED);
    for (int k = 0; k < MEMBERS; k++) {
        int32_t day = harvest_restock(NULL, 100, 114, 0.25, rng);

        never += day == INT32_MAX;
        unsaid += day < 114;
        late += harvest_restock(NULL, 100, 160, 0, rng) != INT32_MAX;
    }
    assert_close((double)never / MEMBERS, 0.1 / (0.1 + 0.48 + 0.105), 0.035);
    assert_close((double)unsaid / MEMBERS, 0.105 / (0.1 + 0.48 + 0.105), 0.035);
    assert_int_equal(late, 0);
    gsl_rng_free(rng);
}

static void a_pond_is_stocked_again_as_it_was_before(void **state)
{
    static const struct harvest_gaps SLOW = {6, {40, 40, 40, 40, 40, 40}, 6, 0};
    static const struct harvest_gaps IDLE = {0, {0}, 0, 4};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    int slow = 0, never[2] = {0};

    (void)state;
    gsl_rng_set(rng, SEED);
    for (int k = 0; k < MEMBERS; k++) {
        int32_t day = harvest_restock(&SLOW, 100, 0, 0, rng);

        never[0] += day == INT32_MAX;
        assert_true(day == INT32_MAX || (day >= 107 && day <= 121) || (day >= 137 && day <= 143));
        slow += day != INT32_MAX && day >= 137;
        never[1] += harvest_restock(&IDLE, 100, 0, 0, rng) == INT32_MAX;
    }
    assert_close((double)never[0] / MEMBERS, 1 - 15.0 / 16, 0.02);
    assert_close((double)never[1] / MEMBERS, 1 - 9.0 / 14, 0.035);
    assert_close((double)slow / (MEMBERS - never[0]), 6.0 / 8, 0.035);
    gsl_rng_free(rng);
}

static void a_final_harvest_takes_all_near_the_buyers_size_and_later_cycles_follow(void **state)
{
    struct harvest_outlook o;
    struct ensemble_prior prior;
    struct harvest_buyers b;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double mass = 0, kg = 0;
    int later = 0;

    (void)state;
    gsl_rng_set(rng, SEED);
    outlook(&o, &prior, &b);
    for (int k = 0; k < MEMBERS; k++) {
        struct harvest_member m = member(150, 250);
        struct seen s = {0};

        harvest_follow(&o, &m, rng, note, &s);
        assert_int_equal(s.mains, 1);
        assert_int_equal(s.others, 0);
        assert_true(s.main_kg <= 1500 * s.main_mass_g / 1000);
        mass += s.main_mass_g / MEMBERS;
        kg += s.main_kg / MEMBERS;
        later += s.finals_later;
    }
    print_message("mean harvest %.0f kg at %.0f g; %.2f later harvests a year\n", kg, mass,
                  (double)later / MEMBERS);
    assert_true(mass > 210 && mass < 290);
    assert_true(kg > 250 && kg < 400);
    assert_true(later > MEMBERS / 2);
    gsl_rng_free(rng);
}

static void selling_by_and_by_goes_on_at_its_pace_and_leaves_less(void **state)
{
    struct harvest_outlook o;
    struct ensemble_prior prior;
    struct harvest_buyers b;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct harvest_member m = member(100, 400);
    struct seen s = {0};

    (void)state;
    gsl_rng_set(rng, SEED);
    outlook(&o, &prior, &b);
    o.stock_count = 0;
    o.retail_kg_week = 5;
    harvest_follow(&o, &m, rng, note, &s);
    assert_true(s.others > 4);
    assert_close(s.other_kg, 5.0 * s.others, 1e-9);
    m = member(100, 400);
    s = (struct seen){0};
    o.retail_kg_week = 1e6; /* half of the stock a week at most: never negative */
    harvest_follow(&o, &m, rng, note, &s);
    assert_true(m.count >= 0);
    gsl_rng_free(rng);
}

static void an_empty_pond_that_is_not_stocked_again_gives_nothing(void **state)
{
    struct harvest_outlook o;
    struct ensemble_prior prior;
    struct harvest_buyers b;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct harvest_member m = member(100, 250);
    struct seen s = {0};

    (void)state;
    outlook(&o, &prior, &b);
    m.stocked = false;
    harvest_follow(&o, &m, rng, note, &s);
    assert_int_equal(s.mains + s.others + s.finals_later, 0);
    gsl_rng_free(rng);
}

static void a_common_event_takes_its_share(void **state)
{
    struct harvest_outlook o;
    struct ensemble_prior prior;
    struct harvest_buyers b;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double loss[60] = {0}, kg[2];

    (void)state;
    outlook(&o, &prior, &b);
    prior.exposure = 0.2;
    for (int k = 0; k < 2; k++) {
        struct harvest_member m = member(150, 250);
        struct seen s = {0};

        gsl_rng_set(rng, SEED);
        loss[0] = k == 0 ? 0 : 0.5;
        m.loss = loss;
        harvest_follow(&o, &m, rng, note, &s);
        kg[k] = s.main_kg;
    }
    assert_close(kg[1] / kg[0], 0.9, 1e-12);
    gsl_rng_free(rng);
}

struct finals {
    int n;
    int32_t day[16];
    double kg[16];
};

static void keep_final(void *arg, int32_t day, double kg, bool main, double mass_g)
{
    struct finals *f = arg;

    (void)main;
    (void)mass_g;
    assert_true(f->n < 16);
    f->day[f->n] = day;
    f->kg[f->n++] = kg;
}

/* What a scenario does to one cycle must not be luck in the next: under a calm path the second cycle is the first world's,
 * days later. */
static void a_cycle_that_takes_longer_leaves_the_luck_of_the_next_as_it_was(void **state)
{
    struct harvest_outlook o;
    struct ensemble_prior prior;
    struct harvest_buyers b;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double slow[60] = {0};
    int later = 0, both = 0, same = 0;

    (void)state;
    outlook(&o, &prior, &b);
    o.path_weeks = 60;
    slow[0] = slow[1] = -1.5; /* they hardly grow for two weeks */
    for (unsigned k = 0; k < 200; k++) {
        struct finals f[2] = {{0}, {0}};

        for (int x = 0; x < 2; x++) {
            struct harvest_member m = member(180, 250);

            gsl_rng_set(rng, SEED + k);
            m.z = x == 0 ? CALM : slow;
            harvest_follow(&o, &m, rng, keep_final, &f[x]);
        }
        /* harvested in the slow weeks themselves: nothing to compare, or given up */
        if (f[0].n < 2 || f[1].n < 2 || f[0].day[0] <= 14)
            continue;
        both++;
        later += f[1].day[0] > f[0].day[0];
        same += f[1].day[1] - f[1].day[0] == f[0].day[1] - f[0].day[0];
    }
    print_message("%d members, the first harvest later in %d, the second as long after it in %d\n",
                  both, later, same);
    assert_true(both > 100 && later > both / 2);
    /* half of what a longer first cycle has wandered stays with the farmer: a few are a week off */
    assert_true(same > 0.85 * both);
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hazard_is_a_logistic_around_the_buyers_size),
        cmocka_unit_test(buyers_known_from_history_outweigh_the_prior),
        cmocka_unit_test(waiting_takes_the_chance_of_none_from_each),
        cmocka_unit_test(fish_still_in_the_pond_at_300_g_point_to_a_buyer_of_333),
        cmocka_unit_test(stocks_again_after_7_to_21_days_nine_times_of_ten),
        cmocka_unit_test(a_pond_that_is_still_empty_was_rather_given_up),
        cmocka_unit_test(a_pond_is_stocked_again_as_it_was_before),
        cmocka_unit_test(a_final_harvest_takes_all_near_the_buyers_size_and_later_cycles_follow),
        cmocka_unit_test(selling_by_and_by_goes_on_at_its_pace_and_leaves_less),
        cmocka_unit_test(an_empty_pond_that_is_not_stocked_again_gives_nothing),
        cmocka_unit_test(a_common_event_takes_its_share),
        cmocka_unit_test(a_cycle_that_takes_longer_leaves_the_luck_of_the_next_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
