/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <string.h>

#include "analytics/supply/survey.h"
#include "tests/analytics/world.h"

#define VISITS 20

static struct untracked u;

static void cell(const char *kecamatan, enum pond_system y, double units, double on_record,
                 bool by_pond)
{
    size_t k;

    assert_int_equal(region_find_kecamatan(kecamatan, &k), 0);
    u.cell[k][y] = (struct untracked_cell){.registered = true,
                                           .by_pond = by_pond,
                                           .units = units,
                                           .ponds = units,
                                           .on_record = on_record,
                                           .outside = units - on_record};
}

static int set_up(void **state)
{
    (void)state;
    memset(&u, 0, sizeof u);
    cell("62.02.06", POND_SYSTEM_CAGE, 43, 3, false);
    cell("62.02.06", POND_SYSTEM_POND, 30, 0, true);
    cell("62.07.01", POND_SYSTEM_POND, 34, 4, true);
    cell("62.07.04", POND_SYSTEM_POND, 5, 5, true); /* all on record */
    return 0;
}

static void strata_get_their_share_and_numbers_come_once(void **state)
{
    struct survey_unit unit[VISITS];
    size_t of[3] = {0};

    (void)state;
    assert_int_equal(survey_draw(&u, VISITS, "2027-Q1", 5, unit), VISITS);
    for (size_t i = 0; i < VISITS; i++) {
        assert_in_range(unit[i].serial, 1, unit[i].of);
        of[unit[i].of == 43 ? 0 : unit[i].of == 30 ? 1 : 2]++;
        assert_int_equal(unit[i].by_pond, unit[i].of != 43);
        for (size_t j = 0; j < i; j++)
            assert_false(unit[i].of == unit[j].of && unit[i].serial == unit[j].serial);
    }
    assert_int_equal(of[0], 8); /* of 40, 30 and 30 outside */
    assert_int_equal(of[1], 6);
    assert_int_equal(of[2], 6);
}

static void the_same_quarter_and_seed_give_the_same_list(void **state)
{
    struct survey_unit a[VISITS] = {0}, b[VISITS] = {0}, other[VISITS] = {0};

    (void)state;
    (void)survey_draw(&u, VISITS, "2027-Q1", 5, a);
    (void)survey_draw(&u, VISITS, "2027-Q1", 5, b);
    assert_memory_equal(a, b, sizeof a);
    (void)survey_draw(&u, VISITS, "2027-Q2", 5, other);
    assert_memory_not_equal(a, other, sizeof a);
    (void)survey_draw(&u, VISITS, "2027-Q1", 6, other);
    assert_memory_not_equal(a, other, sizeof a);
}

/* Every number of a cell of 30 is drawn about as often: 400 quarters of 6 give 80 each, sd 8. */
static void every_unit_has_the_same_chance(void **state)
{
    unsigned often[31] = {0};
    double chi2 = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 400; seed++) {
        struct survey_unit unit[VISITS];

        (void)survey_draw(&u, VISITS, "2027-Q1", seed, unit);
        for (size_t i = 0; i < VISITS; i++)
            if (unit[i].of == 30)
                often[unit[i].serial]++;
    }
    for (int k = 1; k <= 30; k++)
        chi2 += (often[k] - 80.0) * (often[k] - 80.0) / 80.0;
    print_message("chi-square %.1f of 29 degrees, seeds 0 to 399\n", chi2);
    assert_true(chi2 < 52.3); /* 0.5 % */
}

static void a_small_register_gives_what_it_has(void **state)
{
    struct survey_unit unit[200];
    struct buf b = {0};

    (void)state;
    assert_int_equal(survey_draw(&u, 200, "2027-Q1", 5, unit), 43 + 30 + 34);
    memset(&u, 0, sizeof u);
    assert_int_equal(survey_draw(&u, 200, "2027-Q1", 5, unit), 0);
    cell("62.02.06", POND_SYSTEM_CAGE, 1, 0, false);
    assert_int_equal(survey_draw(&u, 20, "2027-Q1", 5, unit), 1);
    survey_csv(&b, "2027-Q1", unit, 1);
    assert_string_equal(b.p, "quarter,kecamatan,system,serial,on,found,kg_quarter\n"
                             "2027-Q1,62.02.06,cage,1,,,\n");
    buf_free(&b);
    b = (struct buf){0};
    survey_words(&b, unit, 1, false);
    assert_non_null(strstr(b.p, "1. 62.02.06 Mentawa Baru Ketapang, keramba: pembudidaya nomor 1 "
                                "dari 1 menurut urutan register\n"));
    buf_free(&b);
    b = (struct buf){0};
    survey_words(&b, unit, 1, true);
    assert_non_null(strstr(b.p, "cage: farm no. 1 of 1 in the register's order\n"));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(strata_get_their_share_and_numbers_come_once, set_up),
        cmocka_unit_test_setup(the_same_quarter_and_seed_give_the_same_list, set_up),
        cmocka_unit_test_setup(every_unit_has_the_same_chance, set_up),
        cmocka_unit_test_setup(a_small_register_gives_what_it_has, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
