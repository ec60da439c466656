/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/csv.h"
#include "farm.h"
#include "firmware-bridge/linux/history.h"

static const int64_t DAY_MS = 86400000;

static struct site *farm(void)
{
    struct site *s;
    char why[300];

    if (site_load_memory(&s, "farm", FARM, strlen(FARM), why, sizeof why) != 0)
        fail_msg("%s", why);
    return s;
}

static int64_t end_ms(void)
{
    return civil_day_start(civil_day_of(2026, 11, 24)) + 5 * 3600000 + 123;
}

static bool only_cage(const struct site_device *d)
{
    return d->pond == 1;
}

struct asked {
    bool noise;
    int64_t every_s;
    bool (*include)(const struct site_device *d);
    uint64_t seed;
};

/* The history of a day as text; the caller frees it. */
static char *day_of(const struct site *site, const struct asked *a, int64_t *rows, size_t *n)
{
    struct sensors_config sc = {.site = site, .seed = a->seed, .noise = a->noise};
    struct history_config c = {.site = site,
                               .from_ms = end_ms() - DAY_MS,
                               .to_ms = end_ms(),
                               .every_s = a->every_s,
                               .include = a->include};
    char *text = NULL;
    FILE *f = open_memstream(&text, n);

    assert_non_null(f);
    c.sensors = sensors_new(&sc, c.from_ms);
    assert_int_equal(history_write(f, &c, rows), 0);
    assert_int_equal(fclose(f), 0);
    sensors_free(c.sensors);
    return text;
}

static struct csv *open_text(const char *text, size_t n)
{
    struct csv *c;
    char why[200];

    if (csv_open_memory(&c, "history", text, n, why, sizeof why) != 0)
        fail_msg("%s", why);
    return c;
}

static void rows_parse_in_order_and_none_lies_outside_the_span(void **state)
{
    struct site *site = farm();
    struct asked a = {true, 600, NULL, 3};
    int64_t rows = 0, last = 0, count = 0;
    size_t n;
    char *text = day_of(site, &a, &rows, &n);
    struct csv *c = open_text(text, n);
    int rc;

    (void)state;
    while ((rc = csv_next(c)) == 1) {
        enum metric m;
        const struct metric_info *info;
        double v, flag;
        int64_t ts;
        bool assumed = false;
        const char *pond = csv_cell(c, csv_find(c, "pond"));
        const char *device = csv_cell(c, csv_find(c, "device"));
        assert_int_equal(civil_parse_iso(csv_cell(c, csv_find(c, "time")), &ts, &assumed), 0);
        assert_false(assumed);
        assert_true(ts > end_ms() - DAY_MS && ts <= end_ms() && ts >= last && ts % 600000 == 0);
        last = ts;
        assert_int_equal(metric_find(csv_cell(c, csv_find(c, "metric")), &m), 0);
        assert_int_equal(csv_number(c, csv_find(c, "value"), &v), 0);
        assert_int_equal(csv_number(c, csv_find(c, "flag"), &flag), 0);
        assert_true(flag == 2);
        info = metric_info(m);
        if (!(v >= info->fail_min && v <= info->fail_max))
            fail_msg("%s %g is impossible", info->name, v);
        assert_int_equal(info->group == METRIC_WEATHER, strcmp(device, "langit") == 0);
        assert_string_equal(pond, strcmp(device, "langit") == 0   ? ""
                                  : strcmp(device, "node-1") == 0 ? "kolam-1"
                                                                  : "keramba-1");
        count++;
    }
    assert_int_equal(rc, 0);
    assert_int_equal(count, rows);
    assert_int_equal(count, 144 * (3 * 7 + 3));
    csv_close(c);
    free(text);
    site_free(site);
}

/* Differences of a noisy and a quiet history of the same devices, in standard deviations. */
static void values_are_the_truth_and_the_stated_noise(void **state)
{
    struct site *site = farm();
    struct asked noisy = {true, 300, NULL, 3}, quiet = {false, 300, NULL, 3};
    int64_t rows;
    size_t n, m;
    char *text = day_of(site, &noisy, &rows, &n), *truth = day_of(site, &quiet, &rows, &m);
    struct csv *c = open_text(text, n), *t = open_text(truth, m);
    double sum[METRIC_COUNT] = {0}, square[METRIC_COUNT] = {0}, count[METRIC_COUNT] = {0};

    (void)state;
    while (csv_next(c) == 1) {
        enum metric metric;
        double a, b, sd = 0;
        assert_int_equal(csv_next(t), 1);
        assert_string_equal(csv_cell(c, 0), csv_cell(t, 0));
        assert_string_equal(csv_cell(c, 3), csv_cell(t, 3));
        assert_int_equal(metric_find(csv_cell(c, 3), &metric), 0);
        assert_int_equal(csv_number(c, 4, &a), 0);
        assert_int_equal(csv_number(t, 4, &b), 0);
        for (int pond = 0; pond < 2; pond++) {
            size_t kinds;
            const struct sensor_kind *k = sensor_kinds(pond != 0, &kinds);
            for (size_t i = 0; i < kinds; i++)
                if (k[i].metric == metric)
                    sd = k[i].noise + k[i].noise_rel * fabs(b);
        }
        if (fabs(a - b) > 6 * sd + 0.0011)
            fail_msg("%s: %g where the water has %g", csv_cell(c, 3), a, b);
        if (sd > 0.02) { /* where rounding does not count */
            sum[metric] += (a - b) / sd;
            square[metric] += (a - b) * (a - b) / sd / sd;
            count[metric]++;
        }
    }
    for (int i = 0; i < METRIC_COUNT; i++) {
        double k = count[i];
        if (k < 200)
            continue;
        if (fabs(sum[i] / k) > 0.25 || fabs(square[i] / k - 1) > 0.35)
            fail_msg("%s: mean %g, variance %g", metric_info((enum metric)i)->name, sum[i] / k,
                     square[i] / k);
    }
    assert_true(count[METRIC_TEMP_C] > 800 && count[METRIC_DO_MG_L] > 800);
    csv_close(c);
    csv_close(t);
    free(text);
    free(truth);
    site_free(site);
}

static void a_seed_gives_one_history_and_another_seed_another(void **state)
{
    struct site *site = farm();
    struct asked a = {true, 3600, only_cage, 3}, b = {true, 3600, only_cage, 4};
    int64_t rows;
    size_t n;
    char *one = day_of(site, &a, &rows, &n), *again = day_of(site, &a, &rows, &n);
    char *other = day_of(site, &b, &rows, &n);

    (void)state;
    assert_int_equal(rows, 24 * 14); /* two devices of the cage alone */
    assert_null(strstr(one, "node-1"));
    assert_string_equal(one, again);
    assert_string_not_equal(one, other);
    free(one);
    free(again);
    free(other);
    site_free(site);
}

static void a_metric_goes_by_the_name_the_site_gives_it(void **state)
{
    struct site *site = farm();
    struct asked a = {true, 3600, NULL, 3};
    int64_t rows;
    size_t n;
    char *text;

    (void)state;
    site->device[0].metrics = 1;
    site->device[0].metric = calloc(1, sizeof *site->device[0].metric);
    assert_non_null(site->device[0].metric);
    site->device[0].metric[0].metric = METRIC_EC_US_CM;
    site->device[0].metric[0].as = METRIC_EC25_US_CM;
    text = day_of(site, &a, &rows, &n);
    assert_non_null(strstr(text, "kolam-1,node-1,ec25_us_cm,"));
    assert_null(strstr(text, "kolam-1,node-1,ec_us_cm,"));
    assert_non_null(strstr(text, "keramba-1,node-2,ec_us_cm,"));
    free(text);
    site_free(site);
}

static void a_full_disk_is_an_error(void **state)
{
    struct site *site = farm();
    struct sensors_config sc = {.site = site, .seed = 1, .noise = true};
    struct history_config c = {
        .site = site, .from_ms = end_ms() - DAY_MS, .to_ms = end_ms(), .every_s = 600};
    int64_t rows = -1;
    FILE *f = fopen("/dev/full", "w");

    (void)state;
    if (f == NULL)
        skip();
    c.sensors = sensors_new(&sc, c.from_ms);
    assert_int_equal(history_write(f, &c, &rows), NILA_ERR_IO);
    assert_int_equal(rows, -1);
    (void)fclose(f);
    sensors_free(c.sensors);
    sensors_free(NULL);
    site_free(site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_parse_in_order_and_none_lies_outside_the_span),
        cmocka_unit_test(values_are_the_truth_and_the_stated_noise),
        cmocka_unit_test(a_seed_gives_one_history_and_another_seed_another),
        cmocka_unit_test(a_metric_goes_by_the_name_the_site_gives_it),
        cmocka_unit_test(a_full_disk_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
