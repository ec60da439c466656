/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "analytics/supply/crew.h"
#include "analytics/supply/pondrun.h"
#include "tests/analytics/truth.h"

#define SEED  2385
#define PONDS 67 /* nine chunks, the last of them short */
#define DRAWS 60

struct told {
    size_t calls, last, of;
};

static void count_calls(void *arg, size_t done, size_t of)
{
    struct told *t = arg;

    assert_true(done > t->last && done <= of);
    t->calls++;
    t->last = done;
    t->of = of;
}

static struct supply_forecast *run(const struct truth *t, unsigned threads, struct told *told,
                                   struct supply_pond *ponds)
{
    struct supply_input in = {.records = &t->w->s,
                              .as_of_day = t->as_of_day,
                              .months = TRUTH_MONTHS,
                              .draws = DRAWS,
                              .seed = 9,
                              .threads = threads,
                              .progress = told == NULL ? NULL : count_calls,
                              .progress_arg = told};
    struct supply_forecast *f = NULL;

    assert_int_equal(supply_run(&in, &f, ponds), 0);
    return f;
}

static void any_number_of_threads_gives_the_same_bytes(void **state)
{
    static const unsigned N[] = {1, 2, 3, 7, 16, 40, 0};
    struct supply_pond first[PONDS], pond[PONDS];
    struct supply_forecast *one = NULL;
    struct truth t;

    (void)state;
    print_message("seed %d\n", SEED);
    truth_new(&t, SEED, PONDS);
    for (size_t k = 0; k < sizeof N / sizeof N[0]; k++) {
        struct supply_forecast *f = run(&t, N[k], NULL, pond);
        size_t bytes = (size_t)SUPPLY_NODES * f->months * f->draws * sizeof *f->kg;

        print_message("%u threads\n", N[k]);
        if (one == NULL) {
            one = f;
            memcpy(first, pond, sizeof first);
            assert_true(supply_summarise(f, SUPPLY_JOINT, 1).mean > 0);
            continue;
        }
        assert_memory_equal(f->kg, one->kg, bytes);
        assert_memory_equal(f->tracked, one->tracked, sizeof f->tracked);
        for (size_t p = 0; p < PONDS; p++) {
            assert_int_equal(pond[p].cycle, first[p].cycle);
            assert_memory_equal(&pond[p].harvest_kg_p10, &first[p].harvest_kg_p10, sizeof(double));
            assert_memory_equal(pond[p].class_kg, first[p].class_kg, sizeof pond[p].class_kg);
        }
        supply_free(f);
    }
    supply_free(one);
    truth_free(&t);
}

static void tells_how_far_it_is_and_comes_to_the_end(void **state)
{
    static const unsigned N[] = {1, 5};
    struct truth t;

    (void)state;
    truth_new(&t, SEED, PONDS);
    for (size_t k = 0; k < sizeof N / sizeof N[0]; k++) {
        struct told told = {0};

        supply_free(run(&t, N[k], &told, NULL));
        assert_int_equal(told.last, PONDS);
        assert_int_equal(told.of, PONDS);
        assert_in_range(told.calls, 1, 9);
    }
    truth_free(&t);
}

struct turns {
    size_t next;
};

static void expect_next(void *arg, size_t pond, const struct supply_pond *told, const double *kg)
{
    struct turns *t = arg;

    assert_int_equal(pond, t->next);
    assert_non_null(told);
    assert_non_null(kg);
    t->next++;
}

static void turns_come_in_the_order_of_the_records(void **state)
{
    struct truth t;
    struct turns turns = {0};
    struct paths *paths;
    struct supply_input in;

    (void)state;
    truth_new(&t, SEED, PONDS);
    in = (struct supply_input){.records = &t.w->s,
                               .as_of_day = t.as_of_day,
                               .months = TRUTH_MONTHS,
                               .draws = 50,
                               .threads = 6};
    paths = paths_new(1, t.as_of_day, t.as_of_day + PONDRUN_AHEAD_DAYS, 50);
    crew_run(&in, paths, pondrun_end_day(&in), expect_next, &turns);
    assert_int_equal(turns.next, PONDS);
    turns.next = 0;
    t.w->s.ponds = 0;
    crew_run(&in, paths, pondrun_end_day(&in), expect_next, &turns);
    assert_int_equal(turns.next, 0);
    paths_free(paths);
    truth_free(&t);
}

static void takes_at_most_sixteen(void **state)
{
    (void)state;
    assert_int_equal(crew_threads(3), 3);
    assert_int_equal(crew_threads(17), SUPPLY_THREADS_MAX);
    assert_in_range(crew_threads(0), 1, SUPPLY_THREADS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_threads_gives_the_same_bytes),
        cmocka_unit_test(tells_how_far_it_is_and_comes_to_the_end),
        cmocka_unit_test(turns_come_in_the_order_of_the_records),
        cmocka_unit_test(takes_at_most_sixteen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
