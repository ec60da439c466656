/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/metric.h"
#include "collector/common/reading.h"

static void every_metric_is_found_by_its_name(void **state)
{
    (void)state;
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric_info *info = metric_info((enum metric)i);
        enum metric back = METRIC_COUNT;
        assert_non_null(info->name); /* a metric without its line in metric.c */
        assert_non_null(info->unit);
        assert_int_equal(metric_find(info->name, &back), 0);
        assert_int_equal(back, i);
        assert_int_equal(metric_find_alias(info->name, &back), 0);
        assert_int_equal(back, i);
        if (info->name[strspn(info->name, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
            fail_msg("%s is no field name", info->name);
    }
}

static void spans_lie_inside_each_other(void **state)
{
    (void)state;
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric_info *info = metric_info((enum metric)i);
        if (!(info->fail_min <= info->suspect_min && info->suspect_min < info->suspect_max &&
              info->suspect_max <= info->fail_max))
            fail_msg("%s: %g %g %g %g", info->name, info->fail_min, info->suspect_min,
                     info->suspect_max, info->fail_max);
        if (info->decimals < 0 || info->decimals > 3)
            fail_msg("%s: %d decimals", info->name, info->decimals);
    }
}

static void numbers_in_journals_never_move(void **state)
{
    static const struct {
        int number;
        const char *name;
    } STORED[] = {
        {0, "temp_c"},      {1, "do_mg_l"},   {3, "ph"},           {5, "ec_us_cm"},
        {6, "ec25_us_cm"},  {9, "turb_ntu"},  {10, "tan_n_mg_l"},  {15, "level_cm"},
        {17, "air_temp_c"}, {22, "baro_hpa"}, {23, "relay"},       {25, "volt_v"},
        {28, "energy_kwh"}, {29, "cause"},    {30, "calibrating"}, {35, "cal_due_day"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof STORED / sizeof STORED[0]; i++)
        assert_string_equal(metric_info((enum metric)STORED[i].number)->name, STORED[i].name);
    assert_true(METRIC_COUNT >= 30);
    assert_true(METRIC_COUNT <= READING_SET_MAX); /* a device may give them all */
}

static void aliases_are_for_csv_input_only(void **state)
{
    enum metric m = METRIC_COUNT;

    (void)state;
    assert_int_equal(metric_find("do_mgl", &m), NILA_ERR_NOT_FOUND);
    assert_int_equal(metric_find("", &m), NILA_ERR_NOT_FOUND);
    assert_int_equal(metric_find("DO_MG_L", &m), NILA_ERR_NOT_FOUND);
    assert_int_equal(metric_find_alias("oxygen", &m), NILA_ERR_NOT_FOUND);
    assert_int_equal(m, METRIC_COUNT);
    assert_int_equal(metric_find_alias("do_mgl", &m), 0);
    assert_int_equal(m, METRIC_DO_MG_L);
    assert_int_equal(metric_find_alias("par_wm2", &m), 0);
    assert_int_equal(m, METRIC_PAR_W_M2);
    assert_int_equal(metric_find_alias("wind_ms", &m), 0);
    assert_int_equal(m, METRIC_WIND_M_S);
}

static void every_metric_belongs_to_one_measurement(void **state)
{
    (void)state;
    assert_string_equal(metric_class_name(metric_info(METRIC_DO_MG_L)->group), "water");
    assert_string_equal(metric_class_name(metric_info(METRIC_SECCHI_CM)->group), "water");
    assert_string_equal(metric_class_name(metric_info(METRIC_AIR_TEMP_C)->group), "weather");
    assert_string_equal(metric_class_name(metric_info(METRIC_BARO_HPA)->group), "weather");
    assert_string_equal(metric_class_name(metric_info(METRIC_RELAY)->group), "equipment");
    assert_string_equal(metric_class_name(metric_info(METRIC_ENERGY_KWH)->group), "equipment");
}

static void the_worse_flag_wins_and_missing_stays(void **state)
{
    /* QARTOD precedence: fail, suspect, pass, not evaluated; no value stays no value. */
    static const struct {
        int a, b, worse;
    } T[] = {{1, 2, 1}, {1, 3, 3}, {3, 4, 4}, {2, 4, 4}, {2, 2, 2}, {4, 9, 9}, {9, 1, 9}};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        assert_int_equal(reading_worse(T[i].a, T[i].b), T[i].worse);
        assert_int_equal(reading_worse(T[i].b, T[i].a), T[i].worse);
    }
    assert_true(reading_usable(READING_PASS) && reading_usable(READING_NOT_EVALUATED));
    assert_false(reading_usable(READING_SUSPECT) || reading_usable(READING_FAIL) ||
                 reading_usable(READING_MISSING));
}

static void the_page_lists_every_metric_with_its_unit(void **state)
{
    char *page = support_read("collector/common/README.md", NULL);

    (void)state;
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric_info *info = metric_info((enum metric)i);
        static const char *const DASH = "\xe2\x80\x93";
        char row[120];
        (void)snprintf(row, sizeof row, "| `%s` | %s | %s | %.15g to %.15g | %.15g to %.15g |",
                       info->name, info->unit[0] != '\0' ? info->unit : DASH,
                       metric_class_name(info->group), info->fail_min, info->fail_max,
                       info->suspect_min, info->suspect_max);
        if (strstr(page, row) == NULL)
            fail_msg("collector/common/README.md lacks: %s", row);
    }
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_metric_is_found_by_its_name),
        cmocka_unit_test(spans_lie_inside_each_other),
        cmocka_unit_test(numbers_in_journals_never_move),
        cmocka_unit_test(aliases_are_for_csv_input_only),
        cmocka_unit_test(every_metric_belongs_to_one_measurement),
        cmocka_unit_test(the_page_lists_every_metric_with_its_unit),
        cmocka_unit_test(the_worse_flag_wins_and_missing_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
