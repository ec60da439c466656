/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "analytics/web/flatjson.h"

static void walks_what_records_write(void **state)
{
    static const char TEXT[] =
        "{\"a\":\"1\", \"b\" : \"x\\\"\\\\\\n\\u00e9\\u2013\",\"c\":12.5,\"d\":null,\"e\":\"\"}";
    static const char *const WANT[][2] = {
        {"a", "1"}, {"b", "x\"\\\n\u00e9\u2013"}, {"c", "12.5"}, {"d", "null"}, {"e", ""}};
    struct flatjson w;
    char *value;

    (void)state;
    flatjson_begin(&w, TEXT);
    for (size_t i = 0; i < sizeof WANT / sizeof WANT[0]; i++) {
        assert_int_equal(flatjson_next(&w), 1);
        assert_string_equal(w.name, WANT[i][0]);
        assert_string_equal(w.value, WANT[i][1]);
    }
    assert_int_equal(flatjson_next(&w), 0);
    flatjson_end(&w);
    value = flatjson_value(TEXT, "c");
    assert_string_equal(value, "12.5");
    free(value);
    assert_null(flatjson_value(TEXT, "z"));
    assert_null(flatjson_value("", "z"));
    assert_null(flatjson_value("{}", "z"));
}

static void anything_else_ends_the_walk(void **state)
{
    static const char *const BAD[] = {"[",
                                      "x",
                                      "{\"a\"",
                                      "{\"a\":",
                                      "{\"a\":\"",
                                      "{\"a\":\"\\u12",
                                      "{\"a\":\"\\q\"}",
                                      "{\"a\":{}}",
                                      "{a:\"1\"}",
                                      "{\"a\":\"\\ud800\"}",
                                      "{\"a\":\"\\u0000\"}",
                                      "{,"};

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        struct flatjson w;
        int rc;

        flatjson_begin(&w, BAD[i]);
        do
            rc = flatjson_next(&w);
        while (rc == 1);
        if (rc != NILA_ERR_PARSE)
            fail_msg("%s: %d", BAD[i], rc);
        flatjson_end(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_what_records_write),
        cmocka_unit_test(anything_else_ends_the_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
