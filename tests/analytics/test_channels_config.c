/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

#include "analytics/alert/channels_config.h"
#include "collector/common/civil.h"

static int read_text(const char *text, struct channels_config *out, char *why, size_t size)
{
    static const struct channels_defaults D = {
        .config_path = "/etc/nila/analytics.json", .state_dir = "/var/lib/nila", .socket = ""};
    struct jsonconf *c = NULL;
    int rc = jsonconf_open_memory(&c, "analytics.json", text, strlen(text), why, size);

    if (rc != 0)
        return rc;
    channels_config_read(c, jsonconf_member(c, jsonconf_root(c), "alert", false), &D, out);
    rc = jsonconf_done(c, why, size);
    jsonconf_close(c);
    return rc;
}

static void nothing_is_configured_without_the_section(void **state)
{
    struct channels_config c;
    char why[256];

    (void)state;
    assert_int_equal(read_text("{}", &c, why, sizeof why), 0);
    assert_int_equal(c.channels, 0);
    assert_int_equal(c.modems, 0);
}

static void every_kind_is_read(void **state)
{
    static const char TEXT[] =
        "{\"alert\":{\"modems\":[{\"slug\":\"gsm\",\"port\":\"/dev/ttyUSB2\",\"number\":\"0855 "
        "1111 "
        "2222\",\"pin_file\":\"pin\",\"valid_until\":\"2027-03-31\",\"baud\":9600}],"
        "\"channels\":["
        "{\"slug\":\"a\",\"kind\":\"siren\",\"socket\":\"/run/c.sock\",\"switch\":\"sirene\"},"
        "{\"slug\":\"b\",\"kind\":\"call\",\"modem\":\"gsm\",\"ring_s\":30},"
        "{\"slug\":\"c\",\"kind\":\"sms\",\"modem\":\"gsm\",\"to\":\"0812 3456 7890\"},"
        "{\"slug\":\"d\",\"kind\":\"telegram\",\"token_file\":\"tg.token\",\"timeout_s\":5},"
        "{\"slug\":\"e\",\"kind\":\"webhook\",\"url\":\"https://dinas.test/h?x=1\",\"secret_file\":"
        "\"/k\",\"per_contact\":true},"
        "{\"slug\":\"f\",\"kind\":\"smtp\",\"url\":\"smtp://mail.test:587\",\"from\":\"n@d.test\","
        "\"login_file\":\"login\"},"
        "{\"slug\":\"g\",\"kind\":\"ntfy\",\"topic\":\"nila\",\"url\":\"http://127.0.0.1:80/\"},"
        "{\"slug\":\"h\",\"kind\":\"whatsapp\",\"token_file\":\"t\",\"phone_id\":\"123\","
        "\"template\":"
        "\"nila\",\"parameters\":[\"severity\",\"text\"]},"
        "{\"slug\":\"i\",\"kind\":\"smtp\",\"url\":\"smtps://mail.test\",\"from\":\"n@d.test\"}]}}";
    struct channels_config c;
    char why[256] = "";

    (void)state;
    assert_int_equal(read_text(TEXT, &c, why, sizeof why), 0);
    assert_int_equal(c.modems, 1);
    assert_string_equal(c.modem[0].number, "+6285511112222");
    assert_string_equal(c.modem[0].pin_file, "/etc/nila/pin");
    assert_string_equal(c.modem[0].state_file, "/var/lib/nila/modem-gsm.state");
    assert_int_equal(c.modem[0].valid_until_day, civil_day_of(2027, 3, 31));
    assert_true(c.modem[0].self_test);
    assert_int_equal(c.channels, 9);
    assert_int_equal(c.channel[0].for_s, 600);
    assert_int_equal(c.channel[0].timeout_ms, 20000);
    assert_int_equal(c.channel[1].ring_s, 30);
    assert_int_equal(c.channel[2].modem, 0);
    assert_string_equal(c.channel[2].to, "+6281234567890");
    assert_string_equal(c.channel[3].url, "https://api.telegram.org");
    assert_string_equal(c.channel[3].secret_file, "/etc/nila/tg.token");
    assert_int_equal(c.channel[3].timeout_ms, 5000);
    assert_true(c.channel[4].per_contact);
    assert_false(c.channel[5].insecure); /* STARTTLS */
    assert_string_equal(c.channel[6].url, "http://127.0.0.1:80");
    assert_int_equal(c.channel[7].parameters, 2);
    assert_int_equal(c.channel[7].parameter[0], PARAMETER_SEVERITY);
    assert_true(c.channel[8].insecure); /* TLS from the start */
}

static void what_is_wrong_is_said_with_its_place(void **state)
{
#define ONE(members)   "{\"alert\":{\"channels\":[{\"slug\":\"a\"," members "}]}}"
#define MODEM(members) "{\"alert\":{\"modems\":[{\"slug\":\"m\",\"port\":\"/dev/x\"" members "}]}}"
    static const struct {
        const char *says, *text, *words;
    } ROW[] = {
        {"an unknown kind", ONE("\"kind\":\"fax\""), "siren"},
        {"a misspelt key", ONE("\"kind\":\"ntfy\",\"topic\":\"x\",\"topik\":\"y\""), "topik"},
        {"no token", ONE("\"kind\":\"telegram\""), "token_file"},
        {"a token in the configuration", ONE("\"kind\":\"telegram\",\"token\":\"1:A\""), "token"},
        {"a modem that is not there", ONE("\"kind\":\"sms\",\"modem\":\"gsm\""),
         "no modem \"gsm\""},
        {"plain http",
         ONE("\"kind\":\"webhook\",\"url\":\"http://dinas.test/\",\"secret_file\":\"k\""),
         "insecure_http"},
        {"another scheme",
         ONE("\"kind\":\"webhook\",\"url\":\"ftp://dinas.test/\",\"secret_file\":\"k\""),
         "https://"},
        {"a password in the address",
         ONE("\"kind\":\"webhook\",\"url\":\"https://u:p@dinas.test/\",\"secret_file\":\"k\""),
         "file of its own"},
        {"http for mail", ONE("\"kind\":\"smtp\",\"url\":\"https://x.test\",\"from\":\"a@b\""),
         "smtps://"},
        {"no sender", ONE("\"kind\":\"smtp\",\"url\":\"smtp://x.test\",\"from\":\"Nila <a@b>\""),
         "address alone"},
        {"a siren without a socket", ONE("\"kind\":\"siren\",\"switch\":\"s\""), "\"socket\""},
        {"a siren for a year",
         ONE("\"kind\":\"siren\",\"switch\":\"s\",\"socket\":\"/x\",\"for_s\":31536000"), "86400"},
        {"a telephone number as its id",
         ONE("\"kind\":\"whatsapp\",\"token_file\":\"t\",\"template\":\"n\",\"phone_id\":\"+"
             "62812\""),
         "digits alone"},
        {"a parameter that is none",
         ONE("\"kind\":\"whatsapp\",\"token_file\":\"t\",\"template\":\"n\",\"phone_id\":\"1\","
             "\"parameters\":[\"pond\",\"feed\"]"),
         "parameters[1]"},
        {"a date", MODEM(",\"valid_until\":\"31/3/2027\""), "2027-03-31"},
        {"a speed", MODEM(",\"baud\":110000"), "115200"},
        {"a number", MODEM(",\"number\":\"TELKOMSEL\""), "telephone number"},
        {"a self-test without a number", MODEM(",\"self_test\":true"), "\"number\""},
        {"two channels of one name",
         "{\"alert\":{\"channels\":[{\"slug\":\"a\",\"kind\":\"ntfy\",\"topic\":\"x\"},\n{\"slug\":"
         "\"a\","
         "\"kind\":\"ntfy\",\"topic\":\"y\"}]}}",
         "analytics.json:2:"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        struct channels_config c;
        char why[400] = "";
        assert_int_equal(read_text(ROW[i].text, &c, why, sizeof why), NILA_ERR_CONFIG);
        print_message("%s: %s\n", ROW[i].says, why);
        assert_non_null(strstr(why, ROW[i].words));
        assert_memory_equal(why, "analytics.json:", 15);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_configured_without_the_section),
        cmocka_unit_test(every_kind_is_read),
        cmocka_unit_test(what_is_wrong_is_said_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
