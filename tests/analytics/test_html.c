/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <string.h>

#include "analytics/web/html.h"

static void escapes_whatever_a_name_holds(void **state)
{
    static const struct {
        const char *says, *in, *out;
    } T[] = {
        {"markup", "<script>alert('x')</script>",
         "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"},
        {"an attribute's end", "\" onload=\"x", "&quot; onload=&quot;x"},
        {"entities stay text", "a & b &lt;", "a &amp; b &amp;lt;"},
        {"Indonesian and symbols", "25\u00a0\u00b0C \u2265 \u00bd",
         "25\u00a0\u00b0C \u2265 \u00bd"},
        {"four bytes", "\U0001F41F", "\U0001F41F"},
        {"a lone continuation byte", "a\x80z", "a\xEF\xBF\xBDz"},
        {"a cut character", "a\xC3", "a\xEF\xBF\xBD"},
        {"a cut character before markup", "\xE2\x82<b>", "\xEF\xBF\xBD\xEF\xBF\xBD&lt;b&gt;"},
        {"an overlong <", "\xC0\xBC", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"a surrogate", "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"control characters", "a\x01\x7F\tb\n", "a\xEF\xBF\xBD\xEF\xBF\xBD\tb\n"},
        {"nothing", "", ""},
        {"no text", NULL, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct buf b = {0};
        buf_str(&b, "");
        html_text(&b, T[i].in);
        if (strcmp(b.p, T[i].out) != 0)
            fail_msg("%s: got %s", T[i].says, b.p);
        buf_free(&b);
    }
}

static void every_byte_alone_gives_a_safe_text(void **state)
{
    (void)state;
    for (int c = 1; c < 256; c++) {
        char in[2] = {(char)c, 0};
        struct buf b = {0};
        html_text(&b, in);
        assert_non_null(b.p);
        assert_null(strpbrk(b.p, "<>\"'"));
        buf_free(&b);
    }
}

static void a_template_takes_its_arguments_in_order_and_escapes_them(void **state)
{
    struct buf b = {0};

    (void)state;
    html_put(&b, "<a href=\"$\">$</a>", "/kolam/kotim-1", "<Kolam 1>");
    assert_string_equal(b.p, "<a href=\"/kolam/kotim-1\">&lt;Kolam 1&gt;</a>");
    buf_clear(&b);
    html_put(&b, "$", "a $ of the user's");
    assert_string_equal(b.p, "a $ of the user&#39;s");
    buf_free(&b);
}

static void json_strings_and_numbers_are_json(void **state)
{
    struct buf b = {0};

    (void)state;
    html_json_string(&b, "a\"b\\c\n\x01\xFF\u00b0");
    assert_string_equal(b.p, "\"a\\\"b\\\\c\\u000a\\u0001\xEF\xBF\xBD\u00b0\"");
    buf_clear(&b);
    html_json_number(&b, 1234.567, 2);
    buf_str(&b, " ");
    html_json_number(&b, NAN, 2);
    buf_str(&b, " ");
    html_json_number(&b, -INFINITY, 2);
    assert_string_equal(b.p, "1234.57 null null");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_whatever_a_name_holds),
        cmocka_unit_test(every_byte_alone_gives_a_safe_text),
        cmocka_unit_test(a_template_takes_its_arguments_in_order_and_escapes_them),
        cmocka_unit_test(json_strings_and_numbers_are_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
