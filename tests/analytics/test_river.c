/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

#include "analytics/config.h"
#include "analytics/water/river.h"

#define HOUR ((int64_t)3600000)
#define NOW  (100 * HOUR)
#define HOLD (24 * HOUR)

static void acid_water_is_told_to_the_cage_and_all_below_it(void **state)
{
    static const struct {
        const char *says;
        int64_t acid[5], since[5], last[5];
    } T[] = {
        {"nothing", {0}, {0}, {0}},
        {"in the middle",
         {0, 0, 98 * HOUR, 0, 0},
         {0, 0, 98 * HOUR, 98 * HOUR, 98 * HOUR},
         {0, 0, 98 * HOUR, 98 * HOUR, 98 * HOUR}},
        {"two: the oldest gives since, the newest last",
         {90 * HOUR, 0, 0, 99 * HOUR, 0},
         {90 * HOUR, 90 * HOUR, 90 * HOUR, 90 * HOUR, 90 * HOUR},
         {90 * HOUR, 90 * HOUR, 90 * HOUR, 99 * HOUR, 99 * HOUR}},
        {"the last cage alone",
         {0, 0, 0, 0, 99 * HOUR},
         {0, 0, 0, 0, 99 * HOUR},
         {0, 0, 0, 0, 99 * HOUR}},
        {"what is too old is over", {75 * HOUR, 0, 0, 0, 0}, {0}, {0}},
        {"just held",
         {76 * HOUR, 0, 0, 0, 0},
         {76 * HOUR, 76 * HOUR, 76 * HOUR, 76 * HOUR, 76 * HOUR},
         {76 * HOUR, 76 * HOUR, 76 * HOUR, 76 * HOUR, 76 * HOUR}},
        {"a clock that is ahead",
         {0, 101 * HOUR, 0, 0, 0},
         {0, 101 * HOUR, 101 * HOUR, 101 * HOUR, 101 * HOUR},
         {0, 101 * HOUR, 101 * HOUR, 101 * HOUR, 101 * HOUR}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct river_told told[5];

        river_tell(T[i].acid, 5, NOW, HOLD, told);
        for (size_t k = 0; k < 5; k++)
            if (told[k].since_ms != T[i].since[k] || told[k].last_ms != T[i].last[k])
                fail_msg("%s: cage %zu: %lld %lld", T[i].says, k, (long long)told[k].since_ms,
                         (long long)told[k].last_ms);
    }
}

/* --- rivers of analytics.json --- */

static int load(const char *rivers, struct analytics_config *c, char why[256])
{
    char path[300], text[2000];
    const char *dir = support_tmpdir();
    int rc;

    (void)snprintf(path, sizeof path, "%s/analytics.json", dir);
    (void)snprintf(text, sizeof text,
                   "{\"records\": {\"path\": \"r.db\"}, \"source\": {\"collector\": {\"socket\": "
                   "\"s\"}},\n \"rivers\": %s}\n",
                   rivers);
    support_write(path, text);
    rc = analytics_config_load(c, path, why, 256);
    support_rmdir(dir);
    return rc;
}

static void a_river_runs_through_both_regencies(void **state)
{
    static struct analytics_config c;
    char why[256] = "";
    size_t place = 9;

    (void)state;
    assert_int_equal(
        load("[{\"slug\": \"mentaya\", \"name\": \"Sungai Mentaya\", \"cages\": "
             "[\"ktp-1\", \"sry-2\"]}, {\"slug\": \"seruyan\", \"cages\": [\"sry-9\"]}]",
             &c, why),
        0);
    assert_int_equal(c.rivers.n, 2);
    assert_string_equal(c.rivers.river[0].name, "Sungai Mentaya");
    assert_string_equal(c.rivers.river[1].name, "seruyan");
    assert_ptr_equal(rivers_find(&c.rivers, "sry-2", &place), &c.rivers.river[0]);
    assert_int_equal(place, 1);
    assert_null(rivers_find(&c.rivers, "sry-3", &place));
}

static void a_wrong_river_is_named_with_its_place(void **state)
{
    static const struct {
        const char *rivers, *says;
    } T[] = {
        {"[{\"slug\": \"a\", \"cages\": [\"x\"]},\n {\"slug\": \"a\", \"cages\": [\"y\"]}]", ":3:"},
        {"[{\"slug\": \"a\", \"cages\": [\"x\", \"x\"]}]", "x"},
        {"[{\"slug\": \"a\", \"cages\": [\"x\"]}, {\"slug\": \"b\", \"cages\": [\"x\"]}]", "x"},
        {"[{\"slug\": \"a\", \"cages\": []}]", "cages"},
        {"[{\"slug\": \"a\", \"cages\": [\"Kolam Satu\"]}]", ":2:"},
        {"[{\"slug\": \"a\", \"cages\": [5]}]", ":2:"},
        {"[{\"cages\": [\"x\"]}]", "slug"},
        {"{}", ":2:"},
    };
    static struct analytics_config c;

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        char why[256] = "";

        if (load(T[i].rivers, &c, why) != NILA_ERR_CONFIG || strstr(why, T[i].says) == NULL)
            fail_msg("%s: %s", T[i].rivers, why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acid_water_is_told_to_the_cage_and_all_below_it),
        cmocka_unit_test(a_river_runs_through_both_regencies),
        cmocka_unit_test(a_wrong_river_is_named_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
