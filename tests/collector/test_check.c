/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What check tells a person to look at, with its place, in both languages and for programs. */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "collector/check.h"
#include "collector/common/log.h"

#define DEVICES "collector/devices"

static char dir[80], path[120];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/site.json", dir);
    log_set_level(LOG_LEVEL_ERROR);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_INFO);
    support_rmdir(dir);
    return 0;
}

/* A serial line of 9600 8N1 from line 5, its devices one a line from line 7. */
static void write_site(const char *const *devices, size_t n)
{
    struct buf b = {0};

    buf_str(&b, "{ // a site\n"
                "\"site\": {\"slug\": \"uji\", \"name\": \"Uji\", \"regency\": \"kotim\", "
                "\"kecamatan\": \"62.02.06\"},\n"
                "\"ponds\": [{\"slug\": \"kolam-1\", \"name\": \"Kolam 1\", \"area_m2\": 400, "
                "\"depth_m\": 1.2, \"system\": \"pond\"}],\n"
                "\"buses\": [{\"slug\": \"tepi\", /* the bank */\n"
                "  \"serial\": {\"port\": \"/dev/ttyUSB0\", \"baud\": 9600},\n"
                "  \"devices\": [\n");
    for (size_t i = 0; i < n; i++)
        buf_printf(&b,
                   "    {\"slug\": \"d%zu\", \"profile\": \"%s\", \"unit\": %zu, \"pond\": "
                   "\"kolam-1\"%s}%s\n",
                   i + 1, devices[i], i + 1, i == 0 ? "" : ", \"metrics\": {}",
                   i + 1 < n ? "," : "");
    buf_str(&b, "  ]}]\n}\n");
    support_write(path, b.p);
    buf_free(&b);
}

static char *checked(enum text_language l, bool json)
{
    struct buf out = {0};
    char why[400] = "";

    if (check_site(path, DEVICES, l, json, &out, why, sizeof why) != 0)
        fail_msg("%s", why);
    return out.p;
}

static void expect(const char *text, const char *words)
{
    if (strstr(text, words) == NULL)
        fail_msg("\"%s\" is not in:\n%s", words, text);
}

static void tells_of_settings_starts_and_what_nobody_verified(void **state)
{
    static const char *const D[] = {"renke-rs-ldo-n01", "yosemitech-y504", "supmea-do7016"};
    char *text;

    (void)state;
    write_site(D, 3);
    text = checked(TEXT_EN, false);
    expect(text, "please look at these (");
    expect(text, "site.json:5:13: buses[0].serial: device d1: renke-rs-ldo-n01 leaves the factory "
                 "with 4800 8N1, but line tepi has 9600 8N1: make one like the other\n");
    expect(text, "buses[0].serial: device d3: supmea-do7016 leaves the factory with 9600 8N2");
    expect(text, "site.json:8:5: buses[0].devices[1]: device d2: yosemitech-y504 must be told to "
                 "measure; the collector does so, the first value comes after 8 s\n");
    expect(text, "site.json:9:5: buses[0].devices[2]: device d3: supmea-do7016 is told to measure "
                 "by the collector before each reading\n");
    expect(text, "renke-rs-ldo-n01.json:");
    expect(text, ": measurements[0].fraction: verify on the device (d1): oxygen_saturation: "
                 "whether saturation is a fraction or per cent");
    free(text);
    text = checked(TEXT_ID, false);
    expect(text, "perlu dilihat (");
    expect(text, "alat d1: renke-rs-ldo-n01 keluar pabrik dengan 4800 8N1, sedangkan jalur tepi "
                 "memakai 9600 8N1");
    expect(text, "alat d2: yosemitech-y504 harus disuruh mengukur; kolektor melakukannya, nilai "
                 "pertama datang setelah 8 detik\n");
    expect(text, "alat d3: supmea-do7016 disuruh mengukur oleh kolektor sebelum setiap pembacaan");
    expect(text, "periksa pada alat (d1): oxygen_saturation: ");
    free(text);
}

static void tells_of_a_profile_once_and_names_all_its_devices(void **state)
{
    static const char *const D[] = {"rika-do", "rika-do"};
    char *text, *first;

    (void)state;
    write_site(D, 2);
    text = checked(TEXT_EN, false);
    first = strstr(text, "exact model number");
    assert_non_null(first);
    assert_null(strstr(first + 1, "exact model number"));
    expect(text, "model: verify on the device (d1, d2): rika-do: exact model number\n");
    expect(text, "default_unit: verify on the device (d1, d2): rika-do: factory unit id");
    free(text);
}

static void has_nothing_to_tell_of_a_good_site(void **state)
{
    static const char *const D[] = {"nila-node"};
    char *text;

    (void)state;
    write_site(D, 1);
    text = checked(TEXT_EN, false);
    assert_null(strstr(text, "please look"));
    expect(text, " is good: ");
    free(text);
    text = checked(TEXT_EN, true);
    expect(text, "\"notes\":[]}");
    free(text);
}

static void tells_programs_the_same(void **state)
{
    static const char *const D[] = {"renke-rs-ldo-n01", "yosemitech-y504"};
    static const char *const KIND[] = {"serial", "unverified", "start"};
    char *text;
    cJSON *root;
    const cJSON *notes;

    (void)state;
    write_site(D, 2);
    text = checked(TEXT_ID, true);
    root = cJSON_Parse(text);
    assert_non_null(root);
    notes = cJSON_GetObjectItem(root, "notes");
    assert_int_equal(cJSON_GetArraySize(notes), 3);
    for (int i = 0; i < 3; i++) {
        const cJSON *n = cJSON_GetArrayItem(notes, i);
        assert_string_equal(cJSON_GetObjectItem(n, "kind")->valuestring, KIND[i]);
        assert_string_equal(cJSON_GetObjectItem(n, "device")->valuestring, i < 2 ? "d1" : "d2");
        assert_non_null(strstr(cJSON_GetObjectItem(n, "where")->valuestring, ".json:"));
        assert_true(strlen(cJSON_GetObjectItem(n, "text")->valuestring) > 20);
    }
    cJSON_Delete(root);
    free(text);
}

static void a_device_with_nothing_verified_is_refused_with_the_reason(void **state)
{
    static const char *const D[] = {"boqu-bh-485-nh"};
    struct buf out = {0};
    char why[400] = "";

    (void)state;
    write_site(D, 1);
    assert_int_equal(check_site(path, DEVICES, TEXT_EN, false, &out, why, sizeof why),
                     NILA_ERR_CONFIG);
    expect(why, "profile boqu-bh-485-nh: 0 measurements with a metric, allowed 1..24; a value "
                "whose fields are not verified has none");
    assert_int_equal(out.n, 0);
}

/* What stands in the site file or a profile is refused with file:line:column, path, key and range; comments are allowed. */
static void mistakes_are_named_with_place_and_range(void **state)
{
    static const struct {
        const char *says, *find, *put, *words;
    } T[] = {
        {"an unknown key", "\"unit\": 1", "\"unti\": 1",
         "site.json:7:44: buses[0].devices[0]: unknown key \"unti\"; did you mean \"unit\"?"},
        {"a key twice", "\"unit\": 1", "\"unit\": 1, \"unit\": 1", "the key stands twice"},
        {"out of range", "\"unit\": 1", "\"unit\": 256",
         "site.json:7:52: buses[0].devices[0].unit: 256 is not allowed; 1 to 255"},
        {"a comment without an end", "/* the bank */", "/* the bank",
         "site.json:4:28: a comment that is never closed"},
    };
    static const char *const D[] = {"nila-node"};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct buf b = {0}, out = {0};
        char why[400] = "";
        char *text, *at;
        write_site(D, 1);
        text = support_read(path, NULL);
        at = strstr(text, T[i].find);
        assert_non_null(at);
        buf_add(&b, text, (size_t)(at - text));
        buf_str(&b, T[i].put);
        buf_str(&b, at + strlen(T[i].find));
        support_write(path, b.p);
        if (check_site(path, DEVICES, TEXT_EN, false, &out, why, sizeof why) != NILA_ERR_CONFIG ||
            strstr(why, T[i].words) == NULL)
            fail_msg("%s: %s", T[i].says, why);
        buf_free(&b);
        free(text);
    }
}

/* Comments are allowed in a profile too. */
static void a_profile_may_have_comments(void **state)
{
    static const char *const D[] = {"own-probe"};
    struct buf out = {0}, b = {0};
    char own[160], why[400] = "", *text;

    (void)state;
    (void)snprintf(own, sizeof own, "%s/own-probe.json", dir);
    text = support_read(DEVICES "/yosemitech-y504.json", NULL);
    buf_str(&b, "// our own copy\n/* of the\n maker's */ ");
    buf_add(&b, text, (size_t)(strstr(text, "yosemitech-y504") - text));
    buf_str(&b, "own-probe");
    buf_str(&b, strstr(text, "yosemitech-y504") + strlen("yosemitech-y504"));
    support_write(own, b.p);
    write_site(D, 1);
    if (check_site(path, dir, TEXT_EN, false, &out, why, sizeof why) != 0)
        fail_msg("%s", why);
    expect(out.p, "d1: own-probe");
    buf_free(&out);
    buf_free(&b);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tells_of_settings_starts_and_what_nobody_verified, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(tells_of_a_profile_once_and_names_all_its_devices, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(has_nothing_to_tell_of_a_good_site, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_programs_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_device_with_nothing_verified_is_refused_with_the_reason,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(mistakes_are_named_with_place_and_range, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_profile_may_have_comments, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
