/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "analytics/config.h"
#include "tests/support/nobody.h"

#define RECORDS "\"records\":{\"path\":\"r.db\"}"
#define SOURCE  "\"source\":{\"influx\":{\"url\":\"http://127.0.0.1:8086\"}}"

static int load(struct analytics_config *c, const char *text, char *why, size_t why_size)
{
    char dir[256], path[300];
    int rc;

    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/a.json", dir);
    support_write(path, text);
    rc = analytics_config_load(c, path, why, why_size);
    support_rmdir(dir);
    return rc;
}

static void the_least_file_has_every_default(void **state)
{
    struct analytics_config c;
    char why[256];

    (void)state;
    assert_int_equal(load(&c, "{" RECORDS "," SOURCE "}", why, sizeof why), 0);
    assert_non_null(strstr(c.records_path, "/r.db")); /* beside the file */
    assert_int_equal(c.records_path[0], '/');
    assert_int_equal(c.source, SOURCE_INFLUX);
    assert_string_equal(c.influx_url, "http://127.0.0.1:8086");
    assert_string_equal(c.influx_database, "nila");
    assert_string_equal(c.influx_token_file, "");
    assert_true(c.write_back);
    assert_string_equal(c.bind, "127.0.0.1");
    assert_int_equal(c.port, 8080);
    assert_string_equal(c.notice, "");
    assert_string_equal(c.phone, "");
    assert_string_equal(c.office[REGENCY_SERUYAN], "");
    assert_int_equal(c.seed, 1);
    assert_int_equal(c.draws, 400);
    assert_int_equal(c.months, 6);
    assert_int_equal(c.threads, 0);
    assert_float_equal(c.oxygen[POND_SYSTEM_CAGE].full_mg_l, 3.9, 1e-12);
    assert_int_equal(c.oxygen[POND_SYSTEM_CAGE].feed_to_h, 18);
    assert_float_equal(c.aerator_a, 0.2, 1e-12);
}

static void letters_are_read_and_their_mistakes_named(void **state)
{
    static const struct {
        const char *letters, *says;
    } BAD[] = {
        {"{\"kotim\":{\"head\":{\"nip\":\"1970\"}}}", "18"},
        {"{\"kotim\":{\"number\":\"5/{nomr}\"}}", "{nomr}"},
        {"{\"kotim\":{\"number\":\"<b>\"}}", "<b>"},
        {"{\"kotim\":{\"heads\":{}}}", "heads"},
        {"{\"lamandau\":{}}", "lamandau"},
    };
    struct analytics_config c;
    char why[256], number[LETTER_NUMBER_SIZE];

    (void)state;
    assert_int_equal(
        load(&c,
             "{" RECORDS "," SOURCE ",\"letters\":{\"seruyan\":{\"office_en\":\"Office\",\"place\":"
             "\"Kuala Pembuang\",\"address\":\"Jl. A\",\"number\":\"5/{nomor}/{bulan}-{tahun}\","
             "\"head\":{\"title\":\"Kepala\",\"title_en\":\"Head\",\"name\":\"Bu Ani\",\"rank\":"
             "\"Pembina\",\"nip\":\"19700101 199503 1 001\"},\"author\":{\"name\":\"Pak Budi\"}}}}",
             why, sizeof why),
        0);
    assert_string_equal(c.letters.of[REGENCY_SERUYAN].head.title[1], "Head");
    assert_string_equal(c.letters.of[REGENCY_SERUYAN].author.name, "Pak Budi");
    assert_string_equal(c.letters.of[REGENCY_KOTIM].place, "");
    letter_number(number, sizeof number, c.letters.of[REGENCY_SERUYAN].number, "12/A",
                  2026 * 12 + 10);
    assert_string_equal(number, "5/12/A/XI-2026");
    letter_number(number, 8, c.letters.of[REGENCY_SERUYAN].number, "<b>", 2026 * 12);
    assert_true(strlen(number) < 8); /* cut, and nothing that was not valid */
    assert_null(strchr(number, '<'));
    assert_true(letter_given_valid("017"));
    assert_false(letter_given_valid("") || letter_given_valid(NULL) || letter_given_valid("a b"));
    assert_false(letter_given_valid("012345678901234567890123"));
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        char text[400];

        (void)snprintf(text, sizeof text, "{" RECORDS "," SOURCE ",\"letters\":%s}",
                       BAD[i].letters);
        assert_int_equal(load(&c, text, why, sizeof why), NILA_ERR_CONFIG);
        if (strstr(why, BAD[i].says) == NULL)
            fail_msg("%s: %s", BAD[i].letters, why);
    }
}

static void every_key_is_taken(void **state)
{
    struct analytics_config c;
    char why[256];

    (void)state;
    assert_int_equal(
        load(&c,
             "{\"records\":{\"path\":\"/var/r.db\"},\n"
             "\"source\":{\"influx\":{\"url\":\"http://db:8086\",\"insecure_http\":true,"
             "\"database\":\"lumbung\",\"token_file\":\"t\"}}, // comment\n"
             "\"web\":{\"bind\":\"0.0.0.0\",\"port\":0,\"notice\":\"Data contoh\","
             "\"phone\":\"+62 811-52\",\"office_kotim\":\"Dinas A\",\"office_seruyan\":\"Dinas "
             "B\"},\n"
             "\"forecast\":{\"seed\":77,\"draws\":50,\"months\":12,\"threads\":3,\"write_back\":"
             "false},\n"
             "\"aerator\":{\"on_from_a\":1.5},"
             "\"growth\":{\"biofloc\":{\"do_full_mg_l\":3,\"do_none_mg_l\":0.5,"
             "\"feeding_from_h\":7,\"feeding_to_h\":21}}}",
             why, sizeof why),
        0);
    assert_string_equal(c.records_path, "/var/r.db");
    assert_string_equal(c.influx_url, "http://db:8086");
    assert_string_equal(c.influx_database, "lumbung");
    assert_non_null(strstr(c.influx_token_file, "/t"));
    assert_false(c.write_back);
    assert_string_equal(c.bind, "0.0.0.0");
    assert_int_equal(c.port, 0);
    assert_string_equal(c.notice, "Data contoh");
    assert_string_equal(c.phone, "+62 811-52");
    assert_string_equal(c.office[REGENCY_KOTIM], "Dinas A");
    assert_string_equal(c.office[REGENCY_SERUYAN], "Dinas B");
    assert_int_equal(c.seed, 77);
    assert_int_equal(c.draws, 50);
    assert_int_equal(c.months, 12);
    assert_int_equal(c.threads, 3);
    assert_float_equal(c.oxygen[POND_SYSTEM_BIOFLOC].full_mg_l, 3, 1e-12);
    assert_float_equal(c.oxygen[POND_SYSTEM_BIOFLOC].none_mg_l, 0.5, 1e-12);
    assert_int_equal(c.oxygen[POND_SYSTEM_BIOFLOC].feed_from_h, 7);
    assert_int_equal(c.oxygen[POND_SYSTEM_BIOFLOC].feed_to_h, 21);
    assert_float_equal(c.oxygen[POND_SYSTEM_POND].none_mg_l, 1, 1e-12);
    assert_float_equal(c.aerator_a, 1.5, 1e-12);
    assert_int_equal(load(&c,
                          "{" RECORDS ",\"source\":{\"collector\":{\"socket\":\"/run/c.sock\"}}}",
                          why, sizeof why),
                     0);
    assert_int_equal(c.source, SOURCE_SOCKET);
    assert_string_equal(c.collector_socket, "/run/c.sock");
    assert_false(c.write_back);
    /* the technicians' pages ask that one, unless others are named */
    assert_int_equal(c.collectors, 1);
    assert_string_equal(c.collector[0].socket, "/run/c.sock");
    assert_int_equal(load(&c,
                          "{" RECORDS ",\"source\":{\"collector\":{\"socket\":\"/run/c.sock\"}},"
                          "\"web\":{\"collectors\":[{\"slug\":\"a\",\"socket\":\"/run/a.sock\"},"
                          "{\"slug\":\"b\",\"socket\":\"/run/b.sock\"}]}}",
                          why, sizeof why),
                     0);
    assert_int_equal(c.collectors, 2);
    assert_string_equal(c.collector[1].slug, "b");
    assert_string_equal(c.collector[1].socket, "/run/b.sock");
    assert_int_equal(load(&c,
                          "{" RECORDS ",\"source\":{\"collector\":{\"socket\":\"/run/c.sock\"}},"
                          "\"web\":{\"collectors\":[{\"slug\":\"a\",\"socket\":\"/run/a.sock\"},"
                          "{\"slug\":\"a\",\"socket\":\"/run/b.sock\"}]}}",
                          why, sizeof why),
                     NILA_ERR_CONFIG);
    assert_non_null(strstr(why, "web.collectors[1].slug"));
}

static void names_place_key_and_what_is_allowed(void **state)
{
    static const struct {
        const char *says, *text, *words;
    } T[] = {
        /* clang-format off */
        {"not JSON", "{", "a.json:1:2: "},
        {"no records", "{" SOURCE "}", "records"},
        {"an empty path", "{\"records\":{\"path\":\"\"}," SOURCE "}", "a.json:1:20: records.path: an empty path"},
        {"no source", "{" RECORDS "}", "source"},
        {"a source of no kind", "{" RECORDS ",\"source\":{}}", "exactly one of"},
        {"both sources", "{" RECORDS ",\"source\":{\"influx\":{\"url\":\"http://127.0.0.1\"},\"collector\":{\"socket\":\"s\"}}}", "exactly one of"},
        {"a misspelt key", "{" RECORDS "," SOURCE ",\"web\":{\"prot\":80}}", "did you mean"},
        {"a port out of range", "{" RECORDS "," SOURCE ",\n\"web\":{\"port\":65536}}", "a.json:2:15: web.port: 65536 is not allowed; 0 to 65535"},
        {"draws too few", "{" RECORDS "," SOURCE ",\"forecast\":{\"draws\":49}}", "forecast.draws: 49 is not allowed; 50 to 2000"},
        {"half a month", "{" RECORDS "," SOURCE ",\"forecast\":{\"months\":1.5}}", "whole number"},
        {"17 threads", "{" RECORDS "," SOURCE ",\"forecast\":{\"threads\":17}}", "0 to 16"},
        {"no month", "{" RECORDS "," SOURCE ",\"forecast\":{\"months\":0}}", "1 to 12"},
        {"a seed below 0", "{" RECORDS "," SOURCE ",\"forecast\":{\"seed\":-1}}", "forecast.seed"},
        {"letters in the telephone", "{" RECORDS "," SOURCE ",\"web\":{\"phone\":\"<b>\"}}", "web.phone"},
        {"ftp", "{" RECORDS ",\"source\":{\"influx\":{\"url\":\"ftp://h\"}}}", "http:// or https://"},
        {"a password in the address", "{" RECORDS ",\"source\":{\"influx\":{\"url\":\"https://u:p@h\"}}}", "token_file"},
        {"a path behind the host", "{" RECORDS ",\"source\":{\"influx\":{\"url\":\"https://h/influx\"}}}", "no path"},
        {"plain http to elsewhere", "{" RECORDS ",\"source\":{\"influx\":{\"url\":\"http://h:8086\"}}}", "insecure_http"},
        {"a host that only looks like this machine", "{" RECORDS ",\"source\":{\"influx\":{\"url\":\"http://localhost.example\"}}}", "insecure_http"},
        {"a name that begins like this machine's address", "{" RECORDS ",\"source\":{\"influx\":{\"url\":\"http://127.example.org:8086\"}}}", "insecure_http"},
        {"no database", "{" RECORDS ",\"source\":{\"influx\":{\"url\":\"http://127.0.0.1\",\"database\":\"\"}}}", "source.influx.database"},
        {"writing back to a socket", "{" RECORDS ",\"source\":{\"collector\":{\"socket\":\"s\"}},\"forecast\":{\"write_back\":true}}", "forecast.write_back"},
        {"a limit out of bounds", "{" RECORDS "," SOURCE ",\"limits\":{\"do_danger_mg_l\":0.8}}", "limits.do_danger_mg_l"},
        {"limits out of order", "{" RECORDS "," SOURCE ",\"limits\":{\"do_danger_mg_l\":4}}", "limits: do_danger_mg_l is above do_watch_mg_l"},
        {"a limit without source", "{" RECORDS "," SOURCE ",\"limits\":{\"ph_watch_low\":{\"value\":6}}}", "limits.ph_watch_low"},
        {"a limit that is none", "{" RECORDS "," SOURCE ",\"limits\":{\"salt\":1}}", "salt"},
        {"oxygen limits the wrong way round", "{" RECORDS "," SOURCE ",\"growth\":{\"cage\":{\"do_none_mg_l\":4}}}", "growth.cage: do_none_mg_l must be below"},
        {"feeding that ends before it begins", "{" RECORDS "," SOURCE ",\"growth\":{\"pond\":{\"feeding_from_h\":18}}}", "feeding_from_h must be before"},
        {"an aerator that always runs", "{" RECORDS "," SOURCE ",\"aerator\":{\"on_from_a\":0}}", "aerator.on_from_a: 0 is not allowed; 0.05 to 200"},
        {"an alarm each millisecond", "{" RECORDS "," SOURCE ",\"alert\":{\"every_s\":0}}", "alert.every_s"},
        {"a repeat that floods", "{" RECORDS "," SOURCE ",\"alert\":{\"repeat_min\":1}}", "5 to 60"},
        {"mains told after a minute", "{" RECORDS ",\"source\":{\"collector\":{\"socket\":\"s\"}},\"alert\":{\"mains\":{\"input\":\"m\",\"after_s\":60}}}", "0 to 55"},
        {"mains without a collector", "{" RECORDS "," SOURCE ",\"alert\":{\"mains\":{\"input\":\"m\"}}}", "run watch on the Pi"},
        {"mains without an input", "{" RECORDS ",\"source\":{\"collector\":{\"socket\":\"s\"}},\"alert\":{\"mains\":{}}}", "alert.mains"},
        {"a system of no kind", "{" RECORDS "," SOURCE ",\"growth\":{\"sea\":{}}}", "sea"},
        /* clang-format on */
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct analytics_config c = {.port = 4711};
        char why[256] = "";
        int rc = load(&c, T[i].text, why, sizeof why);
        if (rc != NILA_ERR_CONFIG || strstr(why, T[i].words) == NULL || c.port != 4711)
            fail_msg("%s: rc %d, '%s'", T[i].says, rc, why);
    }
}

static int load_it(void *arg)
{
    struct analytics_config c;
    char why[256];

    return analytics_config_load(&c, arg, why, sizeof why);
}

static void says_when_the_file_cannot_be_read(void **state)
{
    struct analytics_config c;
    char why[256], dir[256], path[300];

    (void)state;
    assert_int_equal(analytics_config_load(&c, "/nonexistent/a.json", why, sizeof why),
                     NILA_ERR_NOT_FOUND);
    assert_int_equal(analytics_config_load(&c, "/", why, sizeof why), NILA_ERR_IO);
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/a.json", dir);
    support_write(path, "{}");
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(support_as_nobody(load_it, path), NILA_ERR_DENIED);
    support_rmdir(dir);
}

static void the_shipped_example_is_accepted(void **state)
{
    struct analytics_config c;
    char why[256] = "";

    (void)state;
    if (analytics_config_load(&c, "deploy/config/analytics.example.json", why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_int_equal(c.port, 8080);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_file_has_every_default),
        cmocka_unit_test(every_key_is_taken),
        cmocka_unit_test(letters_are_read_and_their_mistakes_named),
        cmocka_unit_test(names_place_key_and_what_is_allowed),
        cmocka_unit_test(says_when_the_file_cannot_be_read),
        cmocka_unit_test(the_shipped_example_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
