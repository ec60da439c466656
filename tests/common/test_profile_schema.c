/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schema for editors lets pass what the reader takes, and refuses what it refuses, as far as a schema can see. */
#include "tests/support/support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/metric.h"
#include "collector/common/profile.h"
#include "tests/common/profile_faults.h"
#include "tests/support/schema.h"

#define SCHEMA "collector/common/profile.schema.json"

static void every_profile_of_the_folder_passes(void **state)
{
    cJSON *schema = schema_read(SCHEMA);
    DIR *dir = opendir("collector/devices");
    const struct dirent *e;
    int files = 0;

    (void)state;
    assert_non_null(dir);
    while ((e = readdir(dir)) != NULL) {
        char path[320], why[200];
        cJSON *v;
        if (strstr(e->d_name, ".json") == NULL)
            continue;
        (void)snprintf(path, sizeof path, "collector/devices/%s", e->d_name);
        v = schema_read(path);
        if (!schema_valid(schema, v, why, sizeof why))
            fail_msg("%s: %s", e->d_name, why);
        cJSON_Delete(v);
        files++;
    }
    (void)closedir(dir);
    assert_true(files >= 33);
    cJSON_Delete(schema);
}

static void what_the_reader_refuses_fails_the_schema_too(void **state)
{
    static const char *const GOOD[] = {WHOLE, PARTS};
    cJSON *schema = schema_read(SCHEMA);
    unsigned seen = 0, beyond = 0;
    char why[200];

    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        cJSON *v = schema_parse(GOOD[i], strlen(GOOD[i]));
        assert_non_null(v);
        if (!schema_valid(schema, v, why, sizeof why))
            fail_msg("a good one: %s", why);
        cJSON_Delete(v);
    }
    for (size_t i = 0; i < sizeof FAULT / sizeof FAULT[0]; i++) {
        struct buf b = {0};
        long line, column;
        cJSON *v;
        assert_true(make_fault(&FAULT[i], &b, &line, &column));
        v = schema_parse(b.p, b.n);
        if (v == NULL)
            fail_msg("%s: no JSON", FAULT[i].says);
        if (schema_valid(schema, v, why, sizeof why) != (FAULT[i].how == BEYOND))
            fail_msg("%s: %s", FAULT[i].says,
                     FAULT[i].how == BEYOND ? why : "the schema lets it pass");
        beyond += FAULT[i].how == BEYOND;
        seen += FAULT[i].how != BEYOND;
        cJSON_Delete(v);
        buf_free(&b);
    }
    print_message("%u faults, %u of them beyond a schema\n", seen + beyond, beyond);
    assert_true(seen >= 50);
    cJSON_Delete(schema);
}

static void has_the_metrics_of_metric_c(void **state)
{
    cJSON *schema = schema_read(SCHEMA);
    const cJSON *list = cJSON_GetObjectItem(
        cJSON_GetObjectItem(cJSON_GetObjectItem(schema, "definitions"), "metric"), "enum");
    const cJSON *name;

    (void)state;
    assert_int_equal(cJSON_GetArraySize(list), METRIC_COUNT);
    cJSON_ArrayForEach(name, list)
    {
        enum metric m;
        if (metric_find(name->valuestring, &m) != 0)
            fail_msg("%s is no metric", name->valuestring);
    }
    cJSON_Delete(schema);
}

/* Ranges of the schema, at both ends, against the reader. */
static void has_the_ranges_of_the_reader(void **state)
{
    static const struct {
        const char *base, *find; /* key, value, and what must follow it */
        size_t tail;
        double low, high;
    } T[] = {
        {WHOLE, "\"baud\": 4800", 0, 1200, 115200},
        {WHOLE, "\"stop_bits\": 2", 0, 1, 2},
        {WHOLE, "\"default_unit\": 10", 0, 0, 255},
        {WHOLE, "\"max_gap\": 4", 0, 0, 124},
        {WHOLE, "\"timeout_ms\": 700", 0, 50, 10000},
        {WHOLE, "\"stabilise_ms\": 8000", 0, 0, 600000},
        {WHOLE, "\"sentinel\": 32768", 0, 0, 65535},
        {WHOLE, "\"value\": 3}", 1, 0, 65535},
        {PARTS, "\"gap_ms\": 40", 0, 0, 1000},
        {PARTS, "\"ready\": 1", 0, 0, 65535},
        {PARTS, "\"code\": 1,", 1, 0, 6},
        {PARTS, "\"address\": 164", 0, 0, 65535},
        {PARTS, "\"decimals\": 30", 0, 0, 65535},
        {PARTS, "\"count\": 8", 0, 1, 64},
        {PARTS, "\"first_number\": 0", 0, 0, 999},
        {PARTS, "\"count\": 3", 0, 1, 32},
    };
    cJSON *schema = schema_read(SCHEMA);

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        const double value[] = {T[i].low, T[i].high, T[i].low - 1, T[i].high + 1};
        const char *at = strstr(T[i].base, T[i].find);
        assert_non_null(at);
        for (size_t k = 0; k < 4; k++) {
            struct profile *p = NULL;
            struct buf b = {0};
            char why[512], words[200], number[32];
            cJSON *v;
            int rc;
            /* the code's upper end is the other code: a schema cannot see that */
            if (k == 3 && strstr(T[i].find, "code") != NULL)
                continue;
            (void)snprintf(number, sizeof number, "%.0f", value[k]);
            buf_add(&b, T[i].base, (size_t)(strchr(at, ':') + 1 - T[i].base));
            buf_str(&b, number);
            buf_str(&b, at + strlen(T[i].find) - T[i].tail);
            rc = profile_load_memory(&p, "p.json", b.p, b.n, why, sizeof why);
            v = schema_parse(b.p, b.n);
            if (rc != (k < 2 ? 0 : NILA_ERR_CONFIG) ||
                schema_valid(schema, v, words, sizeof words) != (k < 2))
                fail_msg("%s to %s: reader %d (%s), schema %s", T[i].find, number, rc,
                         rc != 0 ? why : "", words);
            cJSON_Delete(v);
            profile_free(p);
            buf_free(&b);
        }
    }
    cJSON_Delete(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_profile_of_the_folder_passes),
        cmocka_unit_test(what_the_reader_refuses_fails_the_schema_too),
        cmocka_unit_test(has_the_metrics_of_metric_c),
        cmocka_unit_test(has_the_ranges_of_the_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
