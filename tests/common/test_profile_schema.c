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

static const cJSON *entry_named(const cJSON *list, const char *name)
{
    const cJSON *e;

    cJSON_ArrayForEach(e, list)
    {
        const cJSON *n = cJSON_GetObjectItem(e, "name");
        if (n != NULL && strcmp(n->valuestring, name) == 0)
            return e;
    }
    return NULL;
}

/* The value of a field, also of a marked one. */
static const cJSON *field(const cJSON *o, const char *key)
{
    const cJSON *v = cJSON_GetObjectItem(o, key), *marked = cJSON_GetObjectItem(v, "value");

    return cJSON_IsObject(v) && marked != NULL ? marked : v;
}

/* One list of a surveyed device: every entry stands in our file, at the same registers. */
static void compare_list(const char *id, const cJSON *survey, const cJSON *ours, const char *list)
{
    static const char *const KEY[] = {"function", "address", "type", "order", "count", "value"};
    const cJSON *theirs;

    cJSON_ArrayForEach(theirs, cJSON_GetObjectItem(survey, list))
    {
        const char *name = cJSON_GetObjectItem(theirs, "name")->valuestring;
        const cJSON *e = entry_named(cJSON_GetObjectItem(ours, list), name);
        if (e == NULL)
            fail_msg("%s: %s of %s is missing", id, name, list);
        for (size_t k = 0; k < sizeof KEY / sizeof KEY[0]; k++) {
            const cJSON *want = cJSON_GetObjectItem(theirs, KEY[k]), *have = field(e, KEY[k]);
            /* what the survey did not know may have been learnt, such as an order by a register */
            if (want == NULL || cJSON_IsNull(want))
                continue;
            if (have == NULL || !cJSON_Compare(want, have, true))
                fail_msg("%s: %s of %s.%s is another", id, KEY[k], list, name);
        }
    }
}

static void every_device_of_the_survey_is_here_at_the_same_registers(void **state)
{
    static const char *const LIST[] = {"measurements", "status", "config", "calibration",
                                       "outputs"};
    char *index = support_shared("devices/index.json");
    cJSON *all;
    const cJSON *device;
    int n = 0;

    (void)state;
    if (index == NULL)
        skip();
    all = schema_read(index);
    cJSON_ArrayForEach(device, cJSON_GetObjectItem(all, "devices"))
    {
        const char *id = cJSON_GetObjectItem(device, "id")->valuestring;
        char path[200], name[80];
        cJSON *survey, *ours;
        char *surveyed;
        (void)snprintf(name, sizeof name, "devices/%s.json", id);
        surveyed = support_shared(name);
        assert_non_null(surveyed);
        (void)snprintf(path, sizeof path, "collector/devices/%s.json", id);
        survey = schema_read(surveyed);
        ours = schema_read(path);
        for (size_t i = 0; i < sizeof LIST / sizeof LIST[0]; i++)
            compare_list(id, survey, ours, LIST[i]);
        assert_true(
            cJSON_Compare(cJSON_GetObjectItem(survey, "serial"), field(ours, "serial"), true));
        assert_true(cJSON_Compare(cJSON_GetObjectItem(survey, "default_unit"),
                                  field(ours, "default_unit"), true));
        cJSON_Delete(survey);
        cJSON_Delete(ours);
        free(surveyed);
        n++;
    }
    print_message("%d devices\n", n);
    assert_true(n >= 31);
    cJSON_Delete(all);
    free(index);
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
        cmocka_unit_test(every_device_of_the_survey_is_here_at_the_same_registers),
        cmocka_unit_test(has_the_metrics_of_metric_c),
        cmocka_unit_test(has_the_ranges_of_the_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
