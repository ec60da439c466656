/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sinks of a site file. */
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/site.h"
#include "site_text.h"

#define URL  "\"url\": \"http://127.0.0.1:8086/\""
#define SINK URL ", \"api\": \"v1\", \"database\": \"lumbung\""

static void names_every_fault_of_a_sink(void **state)
{
    static const struct site_fault T[] = {
        {"api unknown", "\"api\": \"v1\"", "\"api\": @\"v4\"",
         "sinks[0].api: \"v4\" is not allowed; \"v1\", \"v2\", \"v3\", \"vm\""},
        {"a bucket for v1", SINK, SINK ", \"bucket\": @\"b\"",
         "sinks[0].bucket: belongs to \"api\": \"v2\"; this sink is \"v1\""},
        {"an organisation for v3", SINK,
         URL ", \"api\": \"v3\", \"database\": \"d\", \"org\": @\"o\"",
         "sinks[0].org: belongs to \"api\": \"v2\"; this sink is \"v3\""},
        {"a database for v2", SINK,
         URL ", \"api\": \"v2\", \"database\": @\"d\", \"org\": \"o\", \"bucket\": \"b\"",
         "sinks[0].database: belongs to \"api\": \"v1\", \"v3\" or \"vm\"; this sink is \"v2\""},
        {"a retention policy for v3", SINK,
         URL ", \"api\": \"v3\", \"database\": \"d\", \"retention_policy\": @\"r\"",
         "sinks[0].retention_policy: belongs to \"api\": \"v1\"; this sink is \"v3\""},
        {"a retention policy for vm", SINK, URL ", \"api\": \"vm\", \"retention_policy\": @\"r\"",
         "sinks[0].retention_policy: belongs to \"api\": \"v1\"; this sink is \"vm\""},
        {"v2 without a bucket", "{\"slug\": \"office\", " SINK,
         "@{\"slug\": \"office\", " URL ", \"api\": \"v2\", \"org\": \"o\"",
         "sinks[0]: \"bucket\" is missing"},
        {"v2 without an organisation", "{\"slug\": \"office\", " SINK,
         "@{\"slug\": \"office\", " URL ", \"api\": \"v2\", \"bucket\": \"b\"",
         "sinks[0]: \"org\" is missing"},
        {"v2 without a token",
         "{\"slug\": \"office\", " SINK ",\n  \"token_file\": \"office.token\"",
         "@{\"slug\": \"office\", " URL ", \"api\": \"v2\", \"org\": \"o\", \"bucket\": \"b\"",
         "sinks[0]: \"token_file\" is missing"},
        {"v3 without a database", "{\"slug\": \"office\", " SINK,
         "@{\"slug\": \"office\", " URL ", \"api\": \"v3\"", "sinks[0]: \"database\" is missing"},
        {"a name 3.x does not take", SINK, URL ", \"api\": \"v3\", \"database\": @\"_x\"",
         "sinks[0].database: \"_x\" is not allowed; 1 to 64 letters, digits, _ -, a letter or "
         "digit "
         "first"},
        {"a bucket with a line end", SINK,
         URL ", \"api\": \"v2\", \"org\": \"o\", \"bucket\": @\"a\\nb\"",
         "sinks[0].bucket: control character 0x0a is not allowed"},
        {"an empty organisation", SINK, URL ", \"api\": \"v2\", \"org\": @\"\", \"bucket\": \"b\"",
         "sinks[0].org: "},
        {"a certificate for plain http", SINK, SINK ", \"ca_file\": @\"ca.pem\"",
         "sinks[0].ca_file: belongs to an https:// url"},
        {"url without scheme", "\"http://127.0.0.1:8086/\"", "@\"127.0.0.1:8086\"",
         "sinks[0].url: not an address for InfluxDB; http:// or https://"},
        {"url with a path", "\"http://127.0.0.1:8086/\"", "@\"http://127.0.0.1:8086/write\"",
         "sinks[0].url: a wrong port, a path or a query; http:// or https://"},
        {"url with a query", "\"http://127.0.0.1:8086/\"", "@\"http://127.0.0.1:8086?db=x\"",
         "a wrong port, a path or a query"},
        {"url with port 0", "\"http://127.0.0.1:8086/\"", "@\"http://127.0.0.1:0\"",
         "a wrong port"},
        {"url without a host", "\"http://127.0.0.1:8086/\"", "@\"http://:8086\"",
         "the host is missing or misspelt"},
        {"url with a password", "\"http://127.0.0.1:8086/\"", "@\"http://u:p@127.0.0.1:8086\"",
         "use token_file"},
        {"plain http to another machine", "\"http://127.0.0.1:8086/\"", "@\"http://10.0.0.1:8086\"",
         "sinks[0].url: plain http leaves this machine unprotected; https://, or "
         "\"insecure_http\": true"},
        {"a host that only looks like this machine", "\"http://127.0.0.1:8086/\"",
         "@\"http://127.0.0.1.example.org\"", "plain http leaves this machine unprotected"},
        {"localhost as a sub-domain", "\"http://127.0.0.1:8086/\"",
         "@\"http://localhost.example.org\"", "plain http leaves this machine unprotected"},
        {"another IPv6 address", "\"http://127.0.0.1:8086/\"", "@\"http://[fe80::1]:8086\"",
         "plain http leaves this machine unprotected"},
        {"a bracket left open", "\"http://127.0.0.1:8086/\"", "@\"http://[::1:8086\"",
         "the host is missing or misspelt"},
        {"a bracket too long", "\"http://127.0.0.1:8086/\"",
         "@\"http://[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa]\"",
         "plain http leaves this machine unprotected"},
        {"database with a quote", "\"lumbung\"", "@\"a\\\"b\"",
         "sinks[0].database: \"a\"b\" is not allowed; 1 to 64 letters"},
        {"database missing", ", \"database\": \"lumbung\"", "",
         "c.json:22:11: sinks[0]: \"database\" is missing"},
        {"token file empty", "\"office.token\"", "@\"\"",
         "sinks[0].token_file: an empty path is not allowed; 1 to 255"},
        {"password in the file", "\"token_file\": \"office.token\"", "@\"password\": \"x\"",
         "sinks[0]: unknown key \"password\"; allowed: slug, api, url, insecure_http, database, "
         "retention_policy, org, bucket, ca_file, token_file"},
    };

    (void)state;
    assert_faults(T, sizeof T / sizeof T[0]);
}

static void accepts_what_is_only_unusual(void **state)
{
    static const struct site_change T[] = {
        {"https anywhere", "\"http://127.0.0.1:8086/\"", "\"https://influx.example.org\""},
        {"localhost in capitals", "\"http://127.0.0.1:8086/\"", "\"http://LOCALHOST\""},
        {"IPv6 loopback", "\"http://127.0.0.1:8086/\"", "\"http://[::1]:8086\""},
        {"IPv6 loopback in full", "\"http://127.0.0.1:8086/\"", "\"http://[0:0:0:0:0:0:0:1]\""},
        {"the whole of 127/8", "\"http://127.0.0.1:8086/\"", "\"http://127.9.9.9:8086\""},
        {"plain http when told so", "\"http://127.0.0.1:8086/\"",
         "\"http://10.0.0.1:8086\", \"insecure_http\": true"},
        {"no token", ",\n  \"token_file\": \"office.token\"", ""},
    };

    (void)state;
    assert_accepted(T, sizeof T / sizeof T[0]);
}

static void reads_the_keys_of_each_kind_of_server(void **state)
{
    static const char SINKS[] =
        "\"sinks\": [{\"slug\": \"a\", \"url\": \"https://satu.example:8086\", \"api\": \"v1\", "
        "\"database\": \"d\", \"retention_policy\": \"two_years\", \"token_file\": \"a.token\", "
        "\"ca_file\": \"ca.pem\"},"
        "{\"slug\": \"b\", \"url\": \"https://dua.example\", \"api\": \"v2\", \"org\": \"Dinas "
        "Perikanan\", \"bucket\": \"air/kolam\", \"token_file\": \"/etc/b.token\"},"
        "{\"slug\": \"c\", \"url\": \"http://10.0.0.3:8181\", \"api\": \"v3\", \"database\": "
        "\"d3\", "
        "\"insecure_http\": true},"
        "{\"slug\": \"d\", \"url\": \"http://[::1]:8428\", \"api\": \"vm\"},"
        "{\"slug\": \"e\", \"url\": \"http://127.0.0.1:8428\", \"api\": \"vm\", \"database\": "
        "\"x\"}],";
    const char *from = strstr(SITE, "\"sinks\": "), *to = strstr(SITE, "\"journal\": ");
    struct buf b = {0};
    struct site *s = NULL;
    char why[512] = "";

    (void)state;
    buf_add(&b, SITE, (size_t)(from - SITE));
    buf_str(&b, SINKS);
    buf_str(&b, to);
    if (site_load_memory(&s, "/etc/nila/c.json", b.p, b.n, why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_int_equal(s->sinks, 5);
    assert_int_equal(s->sink[0].api, INFLUX_V1);
    assert_string_equal(s->sink[0].retention_policy, "two_years");
    assert_string_equal(s->sink[0].ca_file, "/etc/nila/ca.pem");
    assert_int_equal(s->sink[1].api, INFLUX_V2);
    assert_string_equal(s->sink[1].org, "Dinas Perikanan");
    assert_string_equal(s->sink[1].bucket, "air/kolam");
    assert_string_equal(s->sink[1].token_file, "/etc/b.token");
    assert_string_equal(s->sink[1].database, "");
    assert_int_equal(s->sink[2].api, INFLUX_V3);
    assert_string_equal(s->sink[2].database, "d3");
    assert_string_equal(s->sink[2].token_file, "");
    assert_true(s->sink[2].insecure_http);
    assert_int_equal(s->sink[3].api, INFLUX_VM);
    assert_string_equal(s->sink[3].database, "");
    assert_string_equal(s->sink[4].database, "x");
    site_free(s);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_every_fault_of_a_sink),
        cmocka_unit_test(accepts_what_is_only_unusual),
        cmocka_unit_test(reads_the_keys_of_each_kind_of_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
