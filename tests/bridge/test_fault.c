/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "farm.h"
#include "firmware-bridge/core/nila_regmap.h"
#include "firmware-bridge/linux/fault.h"
#include "firmware-bridge/linux/number.h"
#include "firmware-bridge/linux/sensors.h"

static struct site *farm(void)
{
    struct site *s;
    char why[300];

    if (site_load_memory(&s, "farm", FARM, strlen(FARM), why, sizeof why) != 0)
        fail_msg("%s", why);
    return s;
}

static void reads_its_form_and_refuses_others(void **state)
{
    static const struct {
        const char *says, *text;
        int rc, device;
        enum fault_kind kind;
        double from_s, to_s;
    } T[] = {
        {"kind alone", "node-1:silent", 0, 0, FAULT_SILENT, 0, INFINITY},
        {"from", "langit:absent:12.5", 0, 1, FAULT_ABSENT, 12.5, INFINITY},
        {"from and to", "node-2:nonsense:1:2e3", 0, 2, FAULT_NONSENSE, 1, 2000},
        {"fouled", "node-3:fouled:86400", 0, 3, FAULT_FOULED, 86400, INFINITY},
        {"stuck", "node-3:stuck", 0, 3, FAULT_STUCK, 0, INFINITY},
        {"no kind", "node-1", NILA_ERR_PARSE, 0, FAULT_SILENT, 0, 0},
        {"nothing", "", NILA_ERR_PARSE, 0, FAULT_SILENT, 0, 0},
        {"too many parts", "node-1:silent:1:2:3", NILA_ERR_PARSE, 0, FAULT_SILENT, 0, 0},
        {"no number", "node-1:silent:soon", NILA_ERR_PARSE, 0, FAULT_SILENT, 0, 0},
        {"empty number", "node-1:silent:", NILA_ERR_PARSE, 0, FAULT_SILENT, 0, 0},
        {"unknown device", "node-9:silent", NILA_ERR_NOT_FOUND, 0, FAULT_SILENT, 0, 0},
        {"unknown kind", "node-1:tired", NILA_ERR_NOT_FOUND, 0, FAULT_SILENT, 0, 0},
        {"before the start", "node-1:silent:-1", NILA_ERR_RANGE, 0, FAULT_SILENT, 0, 0},
        {"ends before it begins", "node-1:silent:5:5", NILA_ERR_RANGE, 0, FAULT_SILENT, 0, 0},
    };
    struct site *site = farm();

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct fault f = {.device = -7};
        int rc = fault_parse(&f, T[i].text, site);
        if (rc != T[i].rc)
            fail_msg("%s: %d", T[i].says, rc);
        if (rc != 0)
            assert_int_equal(f.device, -7);
        else if (f.device != T[i].device || f.kind != T[i].kind || f.from_s != T[i].from_s ||
                 f.to_s != T[i].to_s)
            fail_msg("%s: device %d from %g to %g", T[i].says, f.device, f.from_s, f.to_s);
    }
    site_free(site);
}

static int water(struct sim_channel ch[SIM_CHANNELS_MAX], bool with_pond, double value)
{
    size_t n;
    const struct sensor_kind *k = sensor_kinds(with_pond, &n);

    for (size_t i = 0; i < n; i++)
        ch[i] = (struct sim_channel){.kind = k[i].kind, .value = value + (double)i};
    return (int)n;
}

static void acts_on_its_device_and_in_its_time_alone(void **state)
{
    struct fault f = {.device = 1, .kind = FAULT_SILENT, .from_s = 10, .to_s = 20};
    struct sim_channel ch[SIM_CHANNELS_MAX];
    int n = water(ch, true, 7);

    (void)state;
    assert_int_equal(fault_apply(&f, 1, 9.999, 0, ch, n), 7);
    assert_int_equal(fault_apply(&f, 1, 10, 0, ch, n), -1);
    assert_int_equal(fault_apply(&f, 0, 15, 0, ch, n), 7);
    assert_int_equal(fault_apply(&f, 1, 20, 0, ch, n), 7);
    assert_true(ch[0].value == 7 && ch[6].value == 13);
}

static void absent_sensors_give_no_values(void **state)
{
    struct fault f = {.device = 0, .kind = FAULT_ABSENT, .to_s = INFINITY};
    struct sim_channel ch[SIM_CHANNELS_MAX];
    int n = water(ch, true, 7);

    (void)state;
    assert_int_equal(fault_apply(&f, 0, 0, 0, ch, n), 7);
    for (int i = 0; i < n; i++)
        assert_true(isnan(ch[i].value) && ch[i].quality == NILA_Q_ABSENT && ch[i].kind != 0);
}

/* Every value lies outside what the metric can be, or all channels are exactly 0 at once; and all four forms come up
 * within ten minutes for a master that asks each minute. */
static void nonsense_is_never_plausible(void **state)
{
    (void)state;
    for (int pond = 0; pond < 2; pond++) {
        bool met[4] = {false};
        size_t kinds;
        const struct sensor_kind *k = sensor_kinds(pond != 0, &kinds);
        for (int minute = 0; minute < 60; minute++) {
            struct fault f = {.device = 0, .kind = FAULT_NONSENSE, .to_s = INFINITY};
            struct sim_channel ch[SIM_CHANNELS_MAX];
            int n = water(ch, pond != 0, 7), zeros = 0;
            n = fault_apply(&f, 0, 0, 1795471950000 + minute * 60000, ch, n);
            assert_int_equal(n, kinds);
            for (int i = 0; i < n; i++) {
                const struct metric_info *info = metric_info(k[i].metric);
                assert_int_equal(ch[i].quality, 0);
                zeros += ch[i].value == 0;
                if (ch[i].value != 0 && ch[i].value >= info->fail_min &&
                    ch[i].value <= info->fail_max)
                    fail_msg("%s %g could be true", info->name, ch[i].value);
            }
            assert_true(zeros == 0 || zeros == n);
            met[ch[0].value == 0 ? 0 : ch[0].value == 85 ? 1 : ch[0].value < 0 ? 2 : 3] = true;
        }
        assert_true(met[0] && met[1] && met[2] && met[3]);
    }
}

static void a_stuck_sensor_repeats_what_it_had(void **state)
{
    struct fault f = {.device = 0, .kind = FAULT_STUCK, .from_s = 5, .to_s = 50};
    struct sim_channel ch[SIM_CHANNELS_MAX];
    int n = water(ch, true, 1);

    (void)state;
    assert_int_equal(fault_apply(&f, 0, 4, 0, ch, n), 7);
    for (int t = 5; t < 50; t++) {
        n = water(ch, true, t);
        assert_int_equal(fault_apply(&f, 0, t, 0, ch, n), 7);
        assert_true(ch[0].value == 5 && ch[6].value == 11 && ch[3].quality == 0);
    }
    n = water(ch, true, 50);
    assert_int_equal(fault_apply(&f, 0, 50, 0, ch, n), 7);
    assert_true(ch[0].value == 50);
}

static void numbers_are_whole_texts(void **state)
{
    static const struct {
        const char *text;
        int rc;
    } T[] = {{"1.5", 0},
             {"-3", 0},
             {"1e2", 0},
             {"1e400", NILA_ERR_RANGE},
             {"101", NILA_ERR_RANGE},
             {"", NILA_ERR_PARSE},
             {"nan", NILA_ERR_PARSE},
             {"inf", NILA_ERR_PARSE},
             {"0x10", NILA_ERR_PARSE},
             {"1 ", NILA_ERR_PARSE},
             {" 1", NILA_ERR_PARSE},
             {"1,5", NILA_ERR_PARSE},
             {"1.5.", NILA_ERR_PARSE}};
    double d = -9;
    int64_t n = -9;

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (number_double(T[i].text, -10, 100, &d) != T[i].rc)
            fail_msg("%s", T[i].text);
    assert_int_equal(number_i64("1.5", 0, 9, &n), NILA_ERR_PARSE);
    assert_int_equal(number_i64("99999999999999999999", 0, INT64_MAX, &n), NILA_ERR_RANGE);
    assert_int_equal(number_i64("10", 0, 9, &n), NILA_ERR_RANGE);
    assert_int_equal(n, -9);
    assert_int_equal(number_i64("-7", -8, 9, &n), 0);
    assert_int_equal(n, -7);
}

static void a_fouled_probe_loses_its_swing_and_keeps_its_mean(void **state)
{
    struct fault f = {.device = 0, .kind = FAULT_FOULED, .from_s = 0, .to_s = INFINITY};
    double low[15], high[15], sum[15] = {0};

    (void)state;
    for (int d = 0; d < 15; d++) {
        low[d] = INFINITY;
        high[d] = -INFINITY;
        for (int i = 0; i < 144; i++) {
            double t_s = d * 86400.0 + i * 600.0;
            struct sim_channel ch[SIM_CHANNELS_MAX] = {
                {.kind = NILA_KIND_TEMP_C, .value = 28},
                {.kind = NILA_KIND_DO_MG_L, .value = 6 + 3 * sin(6.283185307 * i / 144)}};
            assert_int_equal(fault_apply(&f, 0, t_s, 0, ch, 2), 2);
            assert_true(fabs(ch[0].value - 28) < 1e-12);
            low[d] = fmin(low[d], ch[1].value);
            high[d] = fmax(high[d], ch[1].value);
            sum[d] += ch[1].value / 144;
        }
    }
    assert_true(high[0] - low[0] > 5.5);
    assert_true(high[14] - low[14] < 0.45 * 6 && high[14] - low[14] > 0.25 * 6);
    for (int d = 3; d < 15; d++)
        assert_true(fabs(sum[d] - 6) < 0.2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_its_form_and_refuses_others),
        cmocka_unit_test(acts_on_its_device_and_in_its_time_alone),
        cmocka_unit_test(absent_sensors_give_no_values),
        cmocka_unit_test(nonsense_is_never_plausible),
        cmocka_unit_test(a_stuck_sensor_repeats_what_it_had),
        cmocka_unit_test(numbers_are_whole_texts),
        cmocka_unit_test(a_fouled_probe_loses_its_swing_and_keeps_its_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
