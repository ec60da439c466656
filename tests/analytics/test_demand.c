/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort.h>

#include "analytics/supply/demand.h"
#include "collector/common/civil.h"

enum {
    DRAWS = 2000,
    FIRST = 2026 * 12 + 11 /* December 2026 */
};

static struct rec_assumption entry[20];
static struct records_snapshot s;

static int set_up(void **state)
{
    (void)state;
    memset(entry, 0, sizeof entry);
    s = (struct records_snapshot){.assumption = entry};
    return 0;
}

static struct rec_assumption *put(enum records_key key, const char *node, double value, double low,
                                  double high)
{
    struct rec_assumption *a = &entry[s.assumptions++];

    *a = (struct rec_assumption){.key = key,
                                 .value = value,
                                 .low = low,
                                 .high = high,
                                 .first_month = INT32_MIN,
                                 .last_month = INT32_MAX,
                                 .day = 20000};
    (void)snprintf(a->node, sizeof a->node, "%s", node);
    return a;
}

static void in_months(struct rec_assumption *a, int32_t first, int32_t last)
{
    a->first_month = first;
    a->last_month = last;
}

/* Certain ones, so that every draw is the same. */
static void needed(void)
{
    put(KEY_POPULATION, "kotim", 400000, 400000, 400000);
    put(KEY_POPULATION, "seruyan", 150000, 150000, 150000);
    put(KEY_CONSUMPTION_AKI, "joint", 48, 48, 48);
    put(KEY_TILAPIA_SHARE, "joint", 25, 25, 25);
}

static struct demand *make(unsigned months)
{
    struct demand *d;

    demand_new(&d, &s, FIRST, months, DRAWS, 7);
    return d;
}

static void close_to(double got, double want)
{
    if (!(fabs(got - want) <= 1e-9 * (1 + fabs(want))))
        fail_msg("%.12g is not %.12g", got, want);
}

static void it_is_known_only_when_all_three_are_entered(void **state)
{
    static const enum records_key WANT[] = {KEY_POPULATION, KEY_CONSUMPTION_AKI, KEY_TILAPIA_SHARE};
    struct demand *d;

    (void)state;
    for (int k = 0; k < 4; k++) {
        d = make(2);
        assert_int_equal(d->known[REGENCY_KOTIM], k == 3);
        assert_false(d->known[REGENCY_SERUYAN]);
        if (k < 3) {
            assert_int_equal(d->missing[REGENCY_KOTIM], WANT[k]);
            for (size_t i = 0; i < (size_t)2 * 2 * DRAWS; i++)
                assert_true(d->kg[i] == 0);
        } else {
            close_to(d->kg[demand_at(d, REGENCY_KOTIM, 2)], 400000 * 48.0 / 12 * 0.25);
            assert_int_equal(d->missing[REGENCY_SERUYAN], KEY_POPULATION);
            assert_true(isnan(d->population[REGENCY_SERUYAN]));
        }
        demand_free(d);
        if (k == 0)
            put(KEY_POPULATION, "kotim", 400000, 400000, 400000);
        else if (k == 1)
            put(KEY_CONSUMPTION_SUSENAS, "kotim", 48, 48, 48);
        else if (k == 2)
            put(KEY_TILAPIA_SHARE, "joint", 25, 25, 25);
    }
}

static void the_nearer_entry_counts(void **state)
{
    struct demand *d;
    const double base = 400000 * 48.0 / 12 * 0.25;

    (void)state;
    needed();
    put(KEY_CONSUMPTION_SUSENAS, "kotim", 30, 30, 30); /* AKI is there: not used */
    put(KEY_TILAPIA_SHARE, "seruyan", 50, 50, 50);     /* its own before joint's */
    put(KEY_INFLOW, "kotim", 1000, 1000, 1000);
    in_months(put(KEY_INFLOW, "kotim", 500, 500, 500), FIRST + 1, FIRST + 1);
    put(KEY_LOSS, "joint", 5, 5, 5);
    d = make(3);
    close_to(d->kg[demand_at(d, REGENCY_KOTIM, 1)], base);
    close_to(d->kg[demand_at(d, REGENCY_SERUYAN, 1)], 150000 * 48.0 / 12 * 0.5);
    close_to(d->inflow[demand_at(d, REGENCY_KOTIM, 1)], 1000);
    close_to(d->inflow[demand_at(d, REGENCY_KOTIM, 2)], 500);
    close_to(d->inflow[demand_at(d, REGENCY_KOTIM, 3)], 1000);
    close_to(d->inflow[demand_at(d, REGENCY_SERUYAN, 1)], 0);
    close_to(d->loss[demand_at(d, REGENCY_SERUYAN, 3)], 0.05);
    close_to(d->outflow[demand_at(d, REGENCY_KOTIM, 1)], 0);
    assert_int_equal(d->used[4], 0); /* Susenas */
    assert_int_equal(d->used[2], 3); /* AKI, both */
    assert_int_equal(d->used[3], 1); /* the joint share, in kotim */
    assert_int_equal(d->used[5], 2);
    demand_free(d);
}

static void shocks_and_prices_hold_in_their_months(void **state)
{
    struct demand *d;
    const double base = 400000 * 48.0 / 12 * 0.25;

    (void)state;
    needed();
    in_months(put(KEY_DEMAND_SHOCK, "joint", -20, -20, -20), FIRST, FIRST + 1);
    in_months(put(KEY_DEMAND_SHOCK, "kotim", 10, 10, 10), FIRST + 1, FIRST + 1);
    in_months(put(KEY_PRICE_CHANGE, "joint", 25, 25, 25), FIRST + 2, FIRST + 2);
    d = make(3);
    close_to(d->kg[demand_at(d, REGENCY_KOTIM, 1)], base * 0.8);
    close_to(d->kg[demand_at(d, REGENCY_KOTIM, 2)], base * 0.8 * 1.1);
    close_to(d->kg[demand_at(d, REGENCY_KOTIM, 3)], base); /* nobody said how people respond */
    assert_int_equal(d->used[6], 0);
    demand_free(d);
    put(KEY_PRICE_RESPONSE, "joint", 0.5, 0.5, 0.5);
    d = make(3);
    close_to(d->kg[demand_at(d, REGENCY_KOTIM, 3)], base / sqrt(1.25));
    assert_int_equal(d->used[6], 3);
    demand_free(d);
}

static void idul_fitri_swells_the_thirty_days_before_it(void **state)
{
    static const struct {
        int ah;
        const char *announced;
    } T[] = {{1441, "2020-05-24"}, {1442, "2021-05-13"}, {1443, "2022-05-02"}, {1444, "2023-04-22"},
             {1445, "2024-04-10"}, {1446, "2025-03-31"}, {1447, "2026-03-21"}};
    struct demand *d;
    double share = 0, base;

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        int32_t day;
        assert_int_equal(civil_parse_day(T[i].announced, &day), 0);
        assert_true(abs(demand_idul_fitri(T[i].ah) - day) <= 1);
    }
    for (int32_t m = 2000 * 12; m < 2100 * 12; m++)
        share += demand_idul_fitri_share(m);
    /* 36525 days hold 103.07 lunar years */
    assert_true(share > 102.5 && share < 103.5);
    needed();
    put(KEY_IDUL_FITRI, "joint", 30, 30, 30);
    d = make(6); /* December to May; 1 Syawal 1448 is about 9 or 10 March 2027 */
    base = 400000 * 48.0 / 12 * 0.25;
    close_to(d->kg[demand_at(d, REGENCY_KOTIM, 1)], base);
    close_to(d->kg[demand_at(d, REGENCY_KOTIM, 6)], base);
    close_to(d->kg[demand_at(d, REGENCY_KOTIM, 3)] + d->kg[demand_at(d, REGENCY_KOTIM, 4)],
             base * 2.3);
    assert_true(d->kg[demand_at(d, REGENCY_KOTIM, 3)] > 1.18 * base);
    demand_free(d);
}

static void a_range_is_p10_and_p90_about_the_median(void **state)
{
    struct demand *d;
    double kg[DRAWS], loss[DRAWS];

    (void)state;
    needed();
    entry[3].low = 15;
    entry[3].high = 40;
    put(KEY_LOSS, "joint", 5, 0, 8); /* from nothing: not in logarithms, and never below it */
    in_months(put(KEY_DEMAND_SHOCK, "seruyan", -80, -120, -40), FIRST, FIRST); /* to -90 at most */
    d = make(1);
    for (size_t i = 0; i < DRAWS; i++) {
        kg[i] = d->kg[demand_at(d, REGENCY_KOTIM, 1) + i] / (400000 * 48.0 / 12);
        loss[i] = d->loss[demand_at(d, REGENCY_KOTIM, 1) + i];
        assert_true(loss[i] >= 0 && d->kg[demand_at(d, REGENCY_SERUYAN, 1) + i] > 0);
        /* one habit: both regencies move together */
        close_to(d->loss[demand_at(d, REGENCY_SERUYAN, 1) + i], loss[i]);
    }
    gsl_sort(kg, 1, DRAWS);
    gsl_sort(loss, 1, DRAWS);
    print_message("share P10 %.4f P50 %.4f P90 %.4f; loss P50 %.4f P90 %.4f\n", kg[200], kg[1000],
                  kg[1800], loss[1000], loss[1800]);
    assert_true(fabs(kg[200] - 0.15) < 0.007 && fabs(kg[1000] - 0.25) < 0.008 &&
                fabs(kg[1800] - 0.40) < 0.015);
    assert_true(fabs(loss[1000] - 0.05) < 0.002 && fabs(loss[1800] - 0.08) < 0.003);
    assert_true(kg[DRAWS - 1] <= 1);
    demand_free(d);
}

static void one_entry_more_leaves_the_others_as_they_were(void **state)
{
    struct demand *d, *e;

    (void)state;
    needed();
    entry[2].low = 40;
    entry[2].high = 60;
    d = make(2);
    in_months(put(KEY_DEMAND_SHOCK, "seruyan", 5, 0, 10), FIRST + 1, FIRST + 1);
    e = make(2);
    assert_memory_equal(d->kg, e->kg, (size_t)2 * DRAWS * sizeof *d->kg); /* kotim */
    assert_memory_equal(d->kg + demand_at(d, REGENCY_SERUYAN, 1),
                        e->kg + demand_at(e, REGENCY_SERUYAN, 1), DRAWS * sizeof *d->kg);
    assert_true(memcmp(d->kg + demand_at(d, REGENCY_SERUYAN, 2),
                       e->kg + demand_at(e, REGENCY_SERUYAN, 2), DRAWS * sizeof *d->kg) != 0);
    demand_free(d);
    demand_free(e);
    demand_free(NULL);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, set_up)
    const struct CMUnitTest tests[] = {
        TEST(it_is_known_only_when_all_three_are_entered),
        TEST(the_nearer_entry_counts),
        TEST(shocks_and_prices_hold_in_their_months),
        TEST(idul_fitri_swells_the_thirty_days_before_it),
        TEST(a_range_is_p10_and_p90_about_the_median),
        TEST(one_entry_more_leaves_the_others_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
