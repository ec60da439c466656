/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "analytics/supply/seed.h"
#include "analytics/supply/supply.h"
#include "collector/common/civil.h"
#include "tests/analytics/world.h"

#define ROWS  64
#define DRAWS 400

static struct rec_fingerlings row[ROWS];
static int32_t as_of;

static int begin(void **state)
{
    (void)state;
    as_of = civil_day_of(2026, 5, 20);
    return 0;
}

static void add(struct records_snapshot *s, int32_t day, enum records_fingerlings_kind kind,
                double count, enum regency from, enum regency to)
{
    assert_true(s->fingerling_rows < ROWS);
    s->fingerlings = row; /* one ledger at a time: an empty snapshot begins it anew */
    row[s->fingerling_rows++] = (struct rec_fingerlings){
        .day = day, .kind = kind, .count = count, .size_cm = NAN, .from = from, .to = to};
}

/* Twelve months of 40000 produced in Kotim, the newest `recent` of them times factor. */
static void twelve_months(struct records_snapshot *s, int recent, double factor)
{
    for (int m = 12; m >= 1; m--)
        add(s, civil_month_first_day(civil_month_of_day(as_of) - m) + 9, FINGERLINGS_PRODUCED,
            40000 * (m <= recent ? factor : 1), REGENCY_KOTIM, REGENCY_KOTIM);
}

static void available_is_produced_plus_what_comes_less_what_goes_to_the_other(void **state)
{
    struct records_snapshot s = {0};
    struct seed_ledger k, y;
    int32_t month = civil_month_of_day(as_of);

    (void)state;
    for (int m = 3; m >= 1; m--) {
        int32_t day = civil_month_first_day(month - m);

        add(&s, day, FINGERLINGS_PRODUCED, 30000, REGENCY_KOTIM, REGENCY_KOTIM);
        add(&s, day + 1, FINGERLINGS_SOLD, 9000, REGENCY_KOTIM, REGENCY_KOTIM);
        add(&s, day + 2, FINGERLINGS_TRANSFERRED, m == 1 ? 8000 : 2000, REGENCY_KOTIM,
            REGENCY_SERUYAN);
        add(&s, day + 3, FINGERLINGS_SOLD, 1000, REGENCY_KOTIM, REGENCY_SERUYAN);
    }
    add(&s, as_of - 1, FINGERLINGS_PRODUCED, 1e6, REGENCY_KOTIM, REGENCY_KOTIM); /* not over */
    add(&s, as_of + 1, FINGERLINGS_SOLD, 1e8, REGENCY_KOTIM, REGENCY_KOTIM);     /* not known */
    k = seed_look(&s, REGENCY_KOTIM, as_of);
    y = seed_look(&s, REGENCY_SERUYAN, as_of);
    assert_int_equal(k.months, 3);
    assert_close(k.usual, 27000, 1e-9);
    assert_close(k.recent, 21000, 1e-9);
    assert_close(y.usual, 3000, 1e-9);
    assert_close(y.recent, 9000, 1e-9);
    assert_true(k.ln_ratio < 0 && k.ln_ratio > log(21.0 / 27));
    assert_true(y.ln_ratio > 0 && y.ln_ratio < log(3));
    assert_close(k.came_in, 90000 + 1e6, 1e-6);
    assert_close(k.went_out, 27000 + 12000 + 3000, 1e-6);
    assert_close(y.came_in, 15000, 1e-6);
    assert_false(k.asks || y.asks);
}

static void too_little_or_too_old_a_ledger_says_nothing(void **state)
{
    static const struct {
        const char *says;
        int oldest, newest; /* months ago */
        bool known;
    } T[] = {{"no row", 0, 1, false},
             {"two months", 2, 1, false},
             {"three months", 3, 1, true},
             {"stopped three months ago", 9, 3, true},
             {"stopped four months ago", 9, 4, false}};

    (void)state;
    for (size_t k = 0; k < sizeof T / sizeof T[0]; k++) {
        struct records_snapshot s = {0};
        struct seed_ledger l;
        struct seed *seed;

        for (int m = T[k].oldest; m >= T[k].newest; m--)
            add(&s, civil_month_first_day(civil_month_of_day(as_of) - m), FINGERLINGS_PRODUCED,
                m == T[k].newest ? 5000 : 20000, REGENCY_KOTIM, REGENCY_KOTIM);
        print_message("%s\n", T[k].says);
        l = seed_look(&s, REGENCY_KOTIM, as_of);
        seed = seed_new(&s, as_of, 3, DRAWS);
        assert_int_equal(!isnan(l.recent), T[k].known);
        assert_int_equal(seed_known(seed, REGENCY_KOTIM), T[k].known);
        assert_false(seed_known(seed, REGENCY_SERUYAN));
        for (size_t i = 0; i < DRAWS; i++) {
            assert_int_equal(seed_factor(seed, REGENCY_KOTIM, i, 0, 9) != 1, T[k].known);
            assert_close(seed_factor(seed, REGENCY_SERUYAN, i, 0, 9), 1, 0);
        }
        seed_free(seed);
    }
}

/* Noise of four months' weight at 0.4, then less: by hand for a year of equal months, the newest three halved. */
static void the_ratio_is_shrunk_to_one_and_keeps_a_spread(void **state)
{
    struct records_snapshot s = {0};
    struct seed_ledger l;
    struct seed *seed;
    double noise = 4 * 0.16 / 14 * (1.0 / 3 + 1.0 / 9), kept = 0.09 / (0.09 + noise), sum = 0,
           square = 0;

    (void)state;
    twelve_months(&s, 3, 0.5);
    l = seed_look(&s, REGENCY_KOTIM, as_of);
    assert_close(l.ln_ratio, kept * log(0.5), 1e-12);
    assert_close(l.ln_sd, 0.3 * sqrt(1 - kept), 1e-12);
    seed = seed_new(&s, as_of, 3, 2000);
    for (size_t i = 0; i < 2000; i++) {
        double x = log(seed_factor(seed, REGENCY_KOTIM, i, 0, 9));

        sum += x / 2000;
        square += x * x / 2000;
        assert_close(log(seed_factor(seed, REGENCY_KOTIM, i, 2, 9)), 0.64 * x, 1e-9);
    }
    assert_close(sum, l.ln_ratio, 0.015);
    assert_close(sqrt(square - sum * sum), l.ln_sd, 0.015);
    seed_free(seed);
}

static void more_sold_than_there_ever_was_is_asked_about(void **state)
{
    struct records_snapshot s = {0};

    (void)state;
    add(&s, as_of - 90, FINGERLINGS_PRODUCED, 10000, REGENCY_KOTIM, REGENCY_KOTIM);
    add(&s, as_of - 80, FINGERLINGS_TRANSFERRED, 4000, REGENCY_KOTIM, REGENCY_SERUYAN);
    add(&s, as_of - 70, FINGERLINGS_SOLD, 6000, REGENCY_KOTIM, REGENCY_KOTIM);
    add(&s, as_of - 60, FINGERLINGS_SOLD, 4001, REGENCY_SERUYAN, REGENCY_SERUYAN);
    assert_false(seed_look(&s, REGENCY_KOTIM, as_of).asks);
    assert_true(seed_look(&s, REGENCY_SERUYAN, as_of).asks);
    assert_false(seed_look(&s, REGENCY_SERUYAN, as_of - 61).asks);
    add(&s, as_of - 50, FINGERLINGS_SOLD, 1, REGENCY_KOTIM, REGENCY_KOTIM);
    assert_true(seed_look(&s, REGENCY_KOTIM, as_of).asks);
}

/* Produced in one month and sent away in the next: what went out is missing, whichever month it is written in. */
static void a_month_of_nothing_but_transfers_takes_from_the_others(void **state)
{
    struct records_snapshot same = {0}, apart = {0};
    struct seed_ledger a, b;
    int32_t month = civil_month_of_day(as_of);

    (void)state;
    for (int m = 6; m >= 1; m--)
        add(&same, civil_month_first_day(month - m), FINGERLINGS_PRODUCED, 20000, REGENCY_KOTIM,
            REGENCY_KOTIM);
    add(&same, civil_month_first_day(month - 6), FINGERLINGS_TRANSFERRED, 12000, REGENCY_KOTIM,
        REGENCY_SERUYAN);
    a = seed_look(&same, REGENCY_KOTIM, as_of);
    for (int m = 6; m >= 1; m--)
        if (m != 5)
            add(&apart, civil_month_first_day(month - m), FINGERLINGS_PRODUCED,
                m == 6 ? 40000 : 20000, REGENCY_KOTIM, REGENCY_KOTIM);
        else
            add(&apart, civil_month_first_day(month - m), FINGERLINGS_TRANSFERRED, 12000,
                REGENCY_KOTIM, REGENCY_SERUYAN);
    b = seed_look(&apart, REGENCY_KOTIM, as_of);
    assert_close(a.usual, (4 * 20000 - 12000) / 4.0, 1e-9);
    assert_close(b.usual, a.usual, 1e-9);
    assert_close(b.recent, 20000, 1e-9);
}

/* More sent away of late than there was: nothing is available, and nothing less than that. */
static void recent_months_that_only_send_away_are_no_fish_and_no_debt(void **state)
{
    struct records_snapshot s = {0};
    struct seed_ledger l;
    int32_t month = civil_month_of_day(as_of);

    (void)state;
    for (int m = 6; m >= 3; m--)
        add(&s, civil_month_first_day(month - m), FINGERLINGS_PRODUCED, 20000, REGENCY_KOTIM,
            REGENCY_KOTIM);
    for (int m = 2; m >= 1; m--)
        add(&s, civil_month_first_day(month - m), FINGERLINGS_TRANSFERRED, 5000, REGENCY_KOTIM,
            REGENCY_SERUYAN);
    l = seed_look(&s, REGENCY_KOTIM, as_of);
    assert_close(l.usual, 20000, 1e-9);
    assert_close(l.recent, 0, 0);
    assert_true(isfinite(l.ln_ratio) && l.ln_ratio < 0 && l.ln_sd > 0);
}

/* The fewer there were of late, the fewer are stocked: all gone is no reason to doubt that there are fewer. */
static void fewer_fish_of_late_never_raise_the_ratio(void **state)
{
    static const double LATELY[] = {1, 0.5, 0.2, 0.05, 0};
    double before = INFINITY;

    (void)state;
    for (size_t k = 0; k < sizeof LATELY / sizeof LATELY[0]; k++) {
        struct records_snapshot s = {0};
        struct seed_ledger l;

        twelve_months(&s, 3, LATELY[k]);
        l = seed_look(&s, REGENCY_KOTIM, as_of);
        print_message("%.2f of the usual: ratio %.3f\n", LATELY[k], exp(l.ln_ratio));
        assert_true(l.ln_ratio <= before);
        before = l.ln_ratio;
    }
}

/* Mean kg of months 5 and 6 of a pond in Kotim that was emptied five days ago. */
static double later_kg(const struct records_snapshot *ledger, double stocked_before,
                       struct supply_forecast **keep)
{
    struct world *w = world_new();
    struct supply_input in = {
        .records = &w->s, .as_of_day = as_of, .months = 6, .draws = DRAWS, .seed = 3};
    struct supply_forecast *f;
    size_t c;
    double kg;

    (void)world_pond(w, world_farm(w, "62.02.06"), "kolam-1", POND_SYSTEM_POND);
    for (int k = 3; k > 0; k--) {
        c = world_cycle(w, 0, as_of - 140 * k, k == 3 ? stocked_before : 2000, 10);
        world_harvest(w, c, as_of - 140 * k + 135, 300, 4, HARVEST_FINAL);
    }
    w->s.fingerlings = ledger->fingerlings;
    w->s.fingerling_rows = ledger->fingerling_rows;
    assert_int_equal(supply_run(&in, &f, NULL), 0);
    kg = supply_summarise(f, SUPPLY_JOINT, 5).mean + supply_summarise(f, SUPPLY_JOINT, 6).mean;
    if (keep != NULL)
        *keep = f;
    else
        supply_free(f);
    world_free(w);
    return kg;
}

static void stockings_to_come_follow_the_ledger_and_never_beyond_what_was_seen(void **state)
{
    struct records_snapshot none = {0}, usual = {0}, half = {0}, twice = {0};
    double without, kg[4];
    struct supply_forecast *f;

    (void)state;
    without = later_kg(&none, 2000, NULL);
    twelve_months(&usual, 0, 1);
    kg[0] = later_kg(&usual, 2000, &f);
    assert_int_equal(f->seed[REGENCY_KOTIM].months, 12);
    assert_close(f->seed[REGENCY_KOTIM].came_in, 480000, 1e-6);
    supply_free(f);
    twelve_months(&half, 3, 0.5);
    kg[1] = later_kg(&half, 2000, NULL);
    twelve_months(&twice, 3, 2);
    kg[2] = later_kg(&twice, 2000, NULL);
    kg[3] = later_kg(&twice, 3000, NULL); /* the median stays 2000, but 3000 were seen */
    print_message("no ledger %.1f kg, usual %.1f, halved %.1f, doubled %.1f, and with room %.1f\n",
                  without, kg[0], kg[1], kg[2], kg[3]);
    assert_close(kg[0] / without, 1, 0.1);
    assert_true(kg[1] < 0.8 * kg[0] && kg[1] > 0.4 * kg[0]);
    assert_close(kg[2] / without, 1, 0.05);
    assert_true(kg[3] > 1.2 * without && kg[3] <= 1.5 * without);
}

/* On the last day of a month every stocking to come lies in a month after it, and the ledger's word has faded by a step. With one
 * stocking before the end, what is harvested is the stocking's factor times what it would be without a ledger, draw by draw. */
static void at_the_end_of_a_month_the_next_one_is_a_month_ahead(void **state)
{
    struct records_snapshot none = {0}, half = {0};
    struct supply_forecast *without, *with;
    struct seed *seed;
    const int32_t mid_month = as_of;
    size_t seen = 0;

    (void)state;
    as_of = civil_day_of(2026, 5, 31);
    twelve_months(&half, 3, 0.5);
    (void)later_kg(&none, 2000, &without);
    (void)later_kg(&half, 2000, &with);
    seed = seed_new(&half, as_of, 3, DRAWS);
    for (unsigned lead = 3; lead <= 4; lead++)
        for (size_t i = 0; i < DRAWS; i++) {
            double kg = supply_draws(without, SUPPLY_JOINT, lead)[i], ratio;

            if (kg < 1)
                continue;
            ratio = supply_draws(with, SUPPLY_JOINT, lead)[i] / kg;
            if (fabs(ratio - 1) < 1e-6)
                continue; /* stocked before the as-of day, and nobody said so: no ledger moves it */
            assert_close(ratio, seed_factor(seed, REGENCY_KOTIM, i, 1, 1), 1e-6);
            seen++;
        }
    print_message("%zu harvests of one stocking\n", seen);
    assert_true(seen > 10);
    seed_free(seed);
    supply_free(without);
    supply_free(with);
    as_of = mid_month;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(available_is_produced_plus_what_comes_less_what_goes_to_the_other),
        cmocka_unit_test(too_little_or_too_old_a_ledger_says_nothing),
        cmocka_unit_test(the_ratio_is_shrunk_to_one_and_keeps_a_spread),
        cmocka_unit_test(a_month_of_nothing_but_transfers_takes_from_the_others),
        cmocka_unit_test(recent_months_that_only_send_away_are_no_fish_and_no_debt),
        cmocka_unit_test(fewer_fish_of_late_never_raise_the_ratio),
        cmocka_unit_test(more_sold_than_there_ever_was_is_asked_about),
        cmocka_unit_test(stockings_to_come_follow_the_ledger_and_never_beyond_what_was_seen),
        cmocka_unit_test(at_the_end_of_a_month_the_next_one_is_a_month_ahead),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
