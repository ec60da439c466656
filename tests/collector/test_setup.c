/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a collector reads before it starts, and what check shows of it. */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/check.h"
#include "collector/common/log.h"
#include "collector/run.h"
#include "collector/setup.h"

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

/* A site with two nodes and a serial probe; token: the sink's token file, "" none. */
static void write_site(const char *profile, const char *token)
{
    struct buf b = {0};

    buf_printf(
        &b,
        "{\"site\":{\"slug\":\"uji\",\"name\":\"Uji\",\"regency\":\"kotim\",\"kecamatan\":\"62.02."
        "06\"},"
        "\"ponds\":[{\"slug\":\"kolam-1\",\"name\":\"Kolam "
        "1\",\"area_m2\":400,\"depth_m\":1.2,\"system\":\"pond\"}],"
        "\"buses\":[{\"slug\":\"tcp\",\"tcp\":{\"host\":\"127.0.0.1\",\"port\":0},\"devices\":["
        "{\"slug\":\"n1\",\"profile\":\"%s\",\"unit\":1,\"every_s\":60,\"pond\":\"kolam-1\"}]},"
        "{\"slug\":\"rtu\",\"serial\":{\"port\":\"%s/tty\",\"baud\":9600},\"devices\":["
        "{\"slug\":\"n2\",\"profile\":\"nila-node\",\"unit\":1,\"every_s\":1,\"pond\":\"kolam-1\"}]"
        "}],"
        "\"sinks\":[{\"slug\":\"pusat\",\"url\":\"http://"
        "127.0.0.1:8086\",\"api\":\"v1\",\"database\":\"nila\""
        "%s%s%s}],"
        "\"journal\":{\"path\":\"%s/j.db\",\"max_bytes\":16777216,\"keep_days\":35},"
        "\"control\":{\"socket\":\"%s/c.sock\"}}",
        profile, dir, token[0] != '\0' ? ",\"token_file\":\"" : "", token,
        token[0] != '\0' ? "\"" : "", dir, dir);
    support_write(path, b.p);
    buf_free(&b);
}

static void reads_user_and_password_from_the_first_line_of_a_file(void **state)
{
    static const struct {
        const char *says, *text, *token; /* NULL: refused */
    } T[] = {
        {"plain", "kolektor:rahasia", "kolektor:rahasia"},
        {"a line end", "kolektor:rahasia\n", "kolektor:rahasia"},
        {"a line end of Windows, and more lines", "kolektor:ra:ha sia\r\nx\n",
         "kolektor:ra:ha sia"},
        {"no password", "kolektor:", "kolektor:"},
        {"empty", "", NULL},
        {"an empty first line", "\nkolektor:rahasia\n", NULL},
        {"a token without a colon", "abcdef\n", NULL},
        {"no user", ":rahasia\n", NULL},
    };
    char token_path[120], long_one[600];

    (void)state;
    (void)snprintf(token_path, sizeof token_path, "%s/token", dir);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        char token[SETUP_TOKEN_SIZE] = "untouched", why[256] = "";
        int rc;
        support_write(token_path, T[i].text);
        rc = setup_token(token_path, INFLUX_V1, token, why, sizeof why);
        if (rc != (T[i].token != NULL ? 0 : NILA_ERR_CONFIG) ||
            strcmp(token, T[i].token != NULL ? T[i].token : "untouched") != 0)
            fail_msg("%s: %d \"%s\"", T[i].says, rc, token);
        if (rc != 0 && strstr(why, token_path) == NULL)
            fail_msg("%s: %s", T[i].says, why);
        assert_null(strstr(why, "rahasia")); /* the words go to a log */
    }
    memset(long_one, 'x', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    long_one[3] = ':';
    support_write(token_path, long_one);
    {
        char token[SETUP_TOKEN_SIZE], why[256];
        assert_int_equal(setup_token(token_path, INFLUX_V1, token, why, sizeof why),
                         NILA_ERR_CONFIG);
        assert_non_null(strstr(why, "longer"));
        assert_int_equal(setup_token(dir, INFLUX_V1, token, why, sizeof why), NILA_ERR_CONFIG);
        assert_int_equal(setup_token("/no/such/token", INFLUX_V1, token, why, sizeof why),
                         NILA_ERR_CONFIG);
    }
}

static void reads_a_bare_token_for_newer_servers(void **state)
{
    static const struct {
        const char *says, *text, *token; /* NULL: refused */
    } T[] = {
        {"2.x", "kX9_ra-ha.sia~1+/x==\n", "kX9_ra-ha.sia~1+/x=="},
        {"3.x", "apiv3_rahasia", "apiv3_rahasia"},
        {"a login of 1.x", "kolektor:rahasia\n", NULL},
        {"with its scheme", "Bearer rahasia\n", NULL},
        {"a header of its own", "rahasia\tX: y\n", NULL},
        {"empty", "", NULL},
    };
    char token_path[120];

    (void)state;
    (void)snprintf(token_path, sizeof token_path, "%s/token", dir);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        for (int api = INFLUX_V2; api <= INFLUX_V3; api++) {
            char token[SETUP_TOKEN_SIZE] = "untouched", why[256] = "";
            int rc;
            support_write(token_path, T[i].text);
            rc = setup_token(token_path, (enum influx_api)api, token, why, sizeof why);
            if (rc != (T[i].token != NULL ? 0 : NILA_ERR_CONFIG) ||
                strcmp(token, T[i].token != NULL ? T[i].token : "untouched") != 0 ||
                strstr(why, "rahasia") != NULL ||
                (rc != 0 && strstr(why, "the token alone") == NULL))
                fail_msg("%s: %d \"%s\" %s", T[i].says, rc, token, why);
        }
    }
}

static void reads_site_profiles_and_tokens(void **state)
{
    struct setup s = {0};
    char why[400], token_path[120];

    (void)state;
    (void)snprintf(token_path, sizeof token_path, "%s/token", dir);
    support_write(token_path, "kolektor:rahasia\n");
    write_site("nila-node", token_path);
    if (setup_load(&s, path, "collector/devices", why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_int_equal(s.site->devices, 2);
    assert_ptr_equal(s.profile[0], s.profile[1]); /* read once */
    assert_string_equal(s.token[0], "kolektor:rahasia");
    setup_free(&s);
    setup_free(&s);

    assert_int_equal(setenv("NILA_DEVICES", "collector/devices", 1), 0);
    write_site("nila-node", "");
    assert_int_equal(setup_load(&s, path, NULL, why, sizeof why), 0);
    assert_string_equal(s.token[0], "");
    setup_free(&s);
    assert_int_equal(unsetenv("NILA_DEVICES"), 0);
}

static void says_that_a_certificate_cannot_be_read(void **state)
{
    struct setup s = {0};
    struct buf b = {0};
    char why[400] = "", *text, *at;

    (void)state;
    write_site("nila-node", "");
    text = support_read(path, NULL);
    at = strstr(text, "http://127.0.0.1:8086");
    assert_non_null(at);
    buf_add(&b, text, (size_t)(at - text));
    buf_str(&b, "https://127.0.0.1:8086\",\"ca_file\":\"kantor.pem");
    buf_str(&b, at + strlen("http://127.0.0.1:8086"));
    support_write(path, b.p);
    assert_int_equal(setup_load(&s, path, "collector/devices", why, sizeof why), NILA_ERR_CONFIG);
    if (strstr(why, "sink pusat: ca_file ") == NULL || strstr(why, "/kantor.pem: No such") == NULL)
        fail_msg("%s", why);
    free(text);
    buf_free(&b);
}

static void says_what_is_missing(void **state)
{
    static const struct {
        const char *says, *profile, *token, *config, *words;
        int rc;
    } T[] = {
        {"no site file", "nila-node", "", "/no/such.json", "/no/such.json", NILA_ERR_NOT_FOUND},
        {"a profile that is not there", "no-such-probe", "", NULL, "no-such-probe",
         NILA_ERR_NOT_FOUND},
        {"a token that is not there", "nila-node", "/no/such/token", NULL, "/no/such/token",
         NILA_ERR_CONFIG},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct setup s = {0};
        struct buf out = {0};
        char why[400] = "";
        int rc;
        write_site(T[i].profile, T[i].token);
        rc = setup_load(&s, T[i].config != NULL ? T[i].config : path, "collector/devices", why,
                        sizeof why);
        if (rc != T[i].rc || strstr(why, T[i].words) == NULL)
            fail_msg("%s: %d %s", T[i].says, rc, why);
        assert_null(s.site);
        rc = check_site(T[i].config != NULL ? T[i].config : path, "collector/devices", TEXT_EN,
                        false, &out, why, sizeof why);
        assert_int_equal(rc, T[i].rc);
        assert_int_equal(out.n, 0);
    }
}

static void shows_the_requests_and_how_busy_a_line_is(void **state)
{
    struct buf out = {0};
    char why[400];

    (void)state;
    write_site("nila-node", "");
    if (check_site(path, "collector/devices", TEXT_EN, false, &out, why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_non_null(strstr(
        out.p, "n1: nila-node, tcp unit 1, every 60 s: function 4, address 0-119 (30001-30120)\n"));
    /* (8 + 5 + 240 + 7) characters of 11 bits at 9600 baud are 298 ms, and 50 ms to turn round, each second */
    assert_non_null(strstr(out.p, "rtu: in use about 35 % of the time"));
    assert_null(strstr(out.p, "tcp: in use"));
    assert_non_null(strstr(out.p, "1 ponds, 2 buses, 2 devices, 1 sinks"));
    buf_clear(&out);
    assert_int_equal(check_site(path, "collector/devices", TEXT_ID, true, &out, why, sizeof why),
                     0);
    assert_non_null(strstr(out.p, "\"requests\":[{\"function\":4,\"first\":0,\"count\":120}]"));
    assert_non_null(
        strstr(out.p, "{\"slug\":\"tcp\",\"busy_pct\":-1},{\"slug\":\"rtu\",\"busy_pct\":35}"));
    buf_free(&out);
    (void)snprintf(path, sizeof path, "%s/j.db", dir);
    assert_int_equal(access(path, F_OK), -1); /* it opened nothing */
}

static void ends_with_the_exit_code_of_its_trouble(void **state)
{
    static const struct {
        int rc, code;
    } T[] = {{0, 0},
             {NILA_ERR_CONFIG, 78},
             {NILA_ERR_BUSY, 75},
             {NILA_ERR_NOT_FOUND, 66},
             {NILA_ERR_DENIED, 77},
             {NILA_ERR_PARSE, 65},
             {NILA_ERR_IO, 74},
             {NILA_ERR_TIMEOUT, 69},
             {NILA_ERR_EXCEPTION, 70}};
    const struct run_options o = {.config = path, .devices = "collector/devices"};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        assert_int_equal(run_exit_code(T[i].rc), T[i].code);
    write_site("nila-node", ""); /* port 0 is for the simulator only */
    assert_int_equal(run_collector(&o), 78);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(reads_user_and_password_from_the_first_line_of_a_file),
        TEST(reads_a_bare_token_for_newer_servers),
        TEST(says_that_a_certificate_cannot_be_read),
        TEST(reads_site_profiles_and_tokens),
        TEST(says_what_is_missing),
        TEST(shows_the_requests_and_how_busy_a_line_is),
        TEST(ends_with_the_exit_code_of_its_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
