/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/region.h"

static void every_kecamatan_is_found_by_its_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < REGION_KECAMATAN_COUNT; i++) {
        size_t back = 99;
        assert_int_equal(region_find_kecamatan(region_kecamatan(i)->code, &back), 0);
        assert_int_equal(back, i);
    }
}

static void codes_are_in_order_and_begin_with_their_regency(void **state)
{
    /* Kepmendagri 300.2.2-2138/2025: 62.02 Kotawaringin Timur has 17 kecamatan, 62.07 Seruyan 10. */
    int count[REGENCY_COUNT] = {0};

    (void)state;
    for (size_t i = 0; i < REGION_KECAMATAN_COUNT; i++) {
        const struct kecamatan *k = region_kecamatan(i);
        char want[32];
        count[k->regency]++;
        (void)snprintf(want, sizeof want, "62.%02d.%02d", k->regency == REGENCY_KOTIM ? 2 : 7,
                       count[k->regency]);
        assert_string_equal(k->code, want);
        assert_true(strlen(k->name) > 3);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(k->name, region_kecamatan(j)->name);
    }
    assert_int_equal(count[REGENCY_KOTIM], 17);
    assert_int_equal(count[REGENCY_SERUYAN], 10);
}

static void regencies_are_found_by_their_slug(void **state)
{
    enum regency r = REGENCY_COUNT;

    (void)state;
    for (int i = 0; i < REGENCY_COUNT; i++) {
        assert_int_equal(regency_find(regency_slug((enum regency)i), &r), 0);
        assert_int_equal(r, i);
    }
    assert_string_equal(regency_name(REGENCY_KOTIM), "Kotawaringin Timur");
    assert_string_equal(regency_name(REGENCY_SERUYAN), "Seruyan");
}

static void what_is_not_there_is_not_found(void **state)
{
    static const char *const CODE[] = {"",         "62.02.00", "62.02.18", "62.07.11",
                                       "62.01.01", "62.02.1",  "Baamang"};
    enum regency r = REGENCY_COUNT;
    size_t k = 99;

    (void)state;
    for (size_t i = 0; i < sizeof CODE / sizeof CODE[0]; i++)
        assert_int_equal(region_find_kecamatan(CODE[i], &k), NILA_ERR_NOT_FOUND);
    assert_int_equal(regency_find("joint", &r), NILA_ERR_NOT_FOUND);
    assert_int_equal(regency_find("Kotim", &r), NILA_ERR_NOT_FOUND);
    assert_int_equal(k, 99);
    assert_int_equal(r, REGENCY_COUNT);
}

static void the_list_agrees_with_the_public_table(void **state)
{
    char *path = support_shared("data/region/kode_wilayah_kotim_seruyan.csv"), *text;

    (void)state;
    if (path == NULL)
        skip();
    text = support_read(path, NULL);
    for (size_t i = 0; i < REGION_KECAMATAN_COUNT; i++) {
        char row[80];
        (void)snprintf(row, sizeof row, "\n%s,%s,kecamatan", region_kecamatan(i)->code,
                       region_kecamatan(i)->name);
        if (strstr(text, row) == NULL)
            fail_msg("%s is not in %s", row + 1, path);
    }
    free(text);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kecamatan_is_found_by_its_code),
        cmocka_unit_test(codes_are_in_order_and_begin_with_their_regency),
        cmocka_unit_test(regencies_are_found_by_their_slug),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(the_list_agrees_with_the_public_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
