/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <string.h>

#include "collector/common/site_fit.h"

#define DEVICES "collector/devices"

static void says_where_site_file_and_profile_disagree(void **state)
{
    static const struct {
        const char *says, *profile;
        struct site_metric metric[2];
        unsigned metrics;
        const char *words; /* NULL: they agree */
    } T[] = {
        {"the site file says nothing", "rika-do", {{0}}, 0, NULL},
        {"a metric the device has",
         "rika-do",
         {{.metric = METRIC_DO_MG_L, .as = METRIC_DO_MG_L, .line = 8}},
         1,
         NULL},
        {"renamed to a free name",
         "rika-do",
         {{.metric = METRIC_TEMP_C, .as = METRIC_AIR_TEMP_C, .line = 8}},
         1,
         NULL},
        {"a metric the device has not",
         "rika-do",
         {{.metric = METRIC_TEMP_C, .as = METRIC_TEMP_C, .line = 8},
          {.metric = METRIC_PH, .as = METRIC_PH, .line = 9}},
         2,
         "c.json:9: device d-1: profile rika-do does not measure ph; do_mg_l, do_sat_pct, temp_c"},
        {"a device that measures nothing",
         "waveshare-relay-8",
         {{.metric = METRIC_RELAY, .as = METRIC_RELAY, .line = 8}},
         1,
         "c.json:8: device d-1: profile waveshare-relay-8 does not measure relay; nothing"},
        {"renamed onto another of its values",
         "xylem-odo-rtu",
         {{.metric = METRIC_EC_US_CM, .as = METRIC_EC25_US_CM, .line = 8}},
         1,
         "c.json:8: device d-1: ec_us_cm and ec25_us_cm would both be reported as ec25_us_cm"},
        {"two names exchanged",
         "xylem-odo-rtu",
         {{.metric = METRIC_EC_US_CM, .as = METRIC_EC25_US_CM, .line = 8},
          {.metric = METRIC_EC25_US_CM, .as = METRIC_EC_US_CM, .line = 9}},
         2,
         NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct site_metric metric[2];
        struct site_device d = {
            .slug = "d-1", .metrics = T[i].metrics, .metric = metric, .line = 7};
        struct profile *p = NULL;
        char why[256] = "";
        int rc;
        assert_int_equal(profile_load(&p, DEVICES, T[i].profile, why, sizeof why), 0);
        memcpy(metric, T[i].metric, sizeof metric);
        rc = site_fit("c.json", &d, p, why, sizeof why);
        if (T[i].words == NULL
                ? rc != 0 || why[0] != '\0'
                : rc != NILA_ERR_CONFIG || strncmp(why, T[i].words, strlen(T[i].words)) != 0)
            fail_msg("%s: rc %d, %s", T[i].says, rc, why);
        profile_free(p);
    }
}

static void the_example_file_fits_its_profiles(void **state)
{
    struct site *s = NULL;
    char why[256] = "";

    (void)state;
    assert_int_equal(site_load(&s, "deploy/config/collector.example.json", why, sizeof why), 0);
    for (unsigned i = 0; i < s->devices; i++) {
        struct profile *p = NULL;
        assert_true(s->device[i].line > 1);
        assert_int_equal(profile_load(&p, DEVICES, s->device[i].profile, why, sizeof why), 0);
        if (site_fit("collector.example.json", &s->device[i], p, why, sizeof why) != 0)
            fail_msg("%s", why);
        profile_free(p);
    }
    site_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_where_site_file_and_profile_disagree),
        cmocka_unit_test(the_example_file_fits_its_profiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
