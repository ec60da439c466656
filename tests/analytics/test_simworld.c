/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <string.h>

#include "analytics/fish/ensemble.h"
#include "analytics/supply/simworld.h"
#include "collector/common/civil.h"

#define SEED  2385
#define PONDS 60

static struct simworld *world_of(struct simworld_plan plan)
{
    plan.seed = plan.seed != 0 ? plan.seed : SEED;
    plan.ponds = plan.ponds != 0 ? plan.ponds : PONDS;
    plan.months = plan.months != 0 ? plan.months : 3;
    return simworld_new(&plan);
}

static void the_records_are_such_as_a_snapshot_has_them(void **state)
{
    struct simworld *w = world_of((struct simworld_plan){.seed = 0});
    const struct records_snapshot *s = w->records;
    size_t open = 0, living = 0;

    (void)state;
    assert_int_equal(s->ponds, PONDS);
    assert_int_equal(s->farms, PONDS / 4);
    for (size_t p = 1; p < s->ponds; p++)
        assert_true(strcmp(s->pond[p - 1].slug, s->pond[p].slug) < 0);
    for (size_t c = 0; c < s->cycles; c++) {
        const struct rec_cycle *y = &s->cycle[c];

        assert_true(y->stocked_day <= w->as_of_day && y->count >= 1000 && y->mass_g >= 8);
        assert_true(y->closed_day > y->stocked_day);
        if (c > 0 && s->cycle[c - 1].pond == y->pond)
            assert_true(s->cycle[c - 1].closed_day < y->stocked_day);
        else if (c > 0)
            assert_true(s->cycle[c - 1].pond < y->pond);
        open += y->closed_day == INT32_MAX;
    }
    for (size_t p = 0; p < s->ponds; p++)
        living += isnan(w->mass_g[p]) ? 0 : 1;
    assert_int_equal(open, living);
    for (size_t k = 0; k < s->samples; k++) {
        const struct rec_sample *m = &s->sample[k];

        assert_true(m->day <= w->as_of_day && m->day > s->cycle[m->cycle].stocked_day);
        assert_true(m->mean_g > 1 && m->mean_g < 2000);
        assert_true(k == 0 || s->sample[k - 1].cycle < m->cycle || s->sample[k - 1].day < m->day);
    }
    assert_true(s->samples > 200 && s->deaths > 100 && s->feeds > 50 && s->harvests > 3);
    simworld_free(w);
}

static void joint_is_the_sum_of_the_regencies_and_a_longer_look_changes_nothing(void **state)
{
    struct simworld *w = world_of((struct simworld_plan){.months = 3});
    struct simworld *longer = world_of((struct simworld_plan){.months = 6});
    double sum = 0;

    (void)state;
    for (int m = 0; m < 6; m++) {
        double parts = longer->kg[1][m] + longer->kg[2][m];

        assert_true(fabs(longer->kg[0][m] - parts) <= 1e-9 * (1 + parts));
        assert_true(m >= 3 || w->kg[0][m] == longer->kg[0][m]);
        sum += longer->kg[0][m];
    }
    assert_true(sum > 1000);
    assert_int_equal(w->as_of_day, longer->as_of_day);
    assert_memory_equal(w->mass_g, longer->mass_g, PONDS * sizeof *w->mass_g);
    simworld_free(w);
    simworld_free(longer);
}

static void the_same_seed_gives_the_same_world_and_another_one_another(void **state)
{
    struct simworld *a = world_of((struct simworld_plan){.seed = 7});
    struct simworld *b = world_of((struct simworld_plan){.seed = 7});
    struct simworld *c = world_of((struct simworld_plan){.seed = 8});

    (void)state;
    assert_memory_equal(a->kg, b->kg, sizeof a->kg);
    assert_int_equal(a->records->samples, b->records->samples);
    for (size_t k = 0; k < a->records->samples; k++)
        assert_true(a->records->sample[k].mean_g == b->records->sample[k].mean_g);
    assert_true(memcmp(a->kg, c->kg, sizeof a->kg) != 0);
    simworld_free(a);
    simworld_free(b);
    simworld_free(c);
}

/* Sums over some worlds: rows of a kind and kg harvested. */
struct told {
    double dead, samples, harvests, kg, scatter;
};

static struct told told_of(struct simworld_plan plan)
{
    struct told t = {0};

    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct simworld *w;

        plan.seed = seed;
        w = world_of(plan);
        for (size_t k = 0; k < w->records->deaths; k++)
            t.dead += w->records->death[k].count;
        t.samples += (double)w->records->samples;
        t.harvests += (double)w->records->harvests;
        for (size_t m = 0; m < 3; m++)
            t.kg += w->kg[0][m];
        /* second differences of ln mass along a cycle: mostly the error of weighing */
        for (size_t k = 2; k < w->records->samples; k++) {
            const struct rec_sample *x = &w->records->sample[k];

            if (x[-2].cycle == x->cycle)
                t.scatter += fabs(log(x->mean_g) - 2 * log(x[-1].mean_g) + log(x[-2].mean_g));
        }
        simworld_free(w);
    }
    return t;
}

static void each_misfit_changes_what_it_says(void **state)
{
    const struct told usual = told_of((struct simworld_plan){.seed = 0});
    const struct told cv = told_of((struct simworld_plan){.cv = 0.35});
    const struct told unwritten = told_of((struct simworld_plan){.unwritten = 0.4});
    const struct told events = told_of((struct simworld_plan){.events_twice = true});
    const struct told silent = told_of((struct simworld_plan){.fall_silent = true});
    const struct told alone = told_of((struct simworld_plan){.samples_alone = true});

    (void)state;
    print_message("scatter %.0f, %.0f with more spread; dead written down %.0f, %.0f of less, "
                  "harvested %.0f kg, %.0f with more events; samples %.0f, %.0f of the silent\n",
                  usual.scatter, cv.scatter, usual.dead, unwritten.dead, usual.kg, events.kg,
                  usual.samples, silent.samples);
    assert_true(cv.scatter > 1.05 * usual.scatter && cv.kg == usual.kg);
    assert_true(unwritten.dead > 0.55 * usual.dead && unwritten.dead < 0.65 * usual.dead);
    assert_true(events.kg < 0.99 * usual.kg);
    assert_true(silent.samples < 0.99 * usual.samples && silent.harvests < usual.harvests);
    assert_true(silent.kg == usual.kg); /* what is written changes no fish */
    assert_true(alone.dead == 0 && alone.samples > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_records_are_such_as_a_snapshot_has_them),
        cmocka_unit_test(joint_is_the_sum_of_the_regencies_and_a_longer_look_changes_nothing),
        cmocka_unit_test(the_same_seed_gives_the_same_world_and_another_one_another),
        cmocka_unit_test(each_misfit_changes_what_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
