/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/common/buf.h"
#include "collector/common/jsonconf.h"
#include "collector/common/jsontext.h"
#include "collector/common/utf8.h"
#include "tests/support/nobody.h"

/* Opens text in which '@' (taken out) marks where the trouble stands; place becomes "t.json:line:column: ". */
static int open_marked(struct jsonconf **out, const char *text, char *place, size_t place_size,
                       char *why, size_t why_size)
{
    const char *mark = strchr(text, '@');
    struct buf b = {0};
    long line = 1, column = 1;
    int rc;

    for (const char *p = text; mark != NULL && p < mark; p++) {
        column = *p == '\n' ? 1 : column + (((unsigned char)*p & 0xc0) != 0x80);
        line += *p == '\n';
    }
    (void)snprintf(place, place_size, "t.json:%ld:%ld: ", line, column);
    buf_add(&b, text, mark != NULL ? (size_t)(mark - text) : strlen(text));
    if (mark != NULL)
        buf_str(&b, mark + 1);
    rc = jsonconf_open_memory(out, "t.json", b.p, b.n, why, why_size);
    buf_free(&b);
    return rc;
}

static void refuses_what_is_not_json_with_its_place(void **state)
{
    static const struct {
        const char *says, *text, *words;
    } T[] = {
        {"nothing", "@", "the file ends here; expected a value"},
        {"only a comment", "// x\n@", "the file ends here"},
        {"missing comma", "{\n \"a\": 1\n @\"b\": 2\n}", "expected \",\" or \"}\", found \""},
        {"missing comma in a list", "[1 @2]", "expected \",\" or \"]\", found 2"},
        {"comma behind the last one", "{\"a\": 1@,\n}", "a comma before \"}\""},
        {"comma behind the last one of a list", "[1@, ]", "a comma before \"]\""},
        {"two commas", "[1,@,2]", "expected a value"},
        {"missing colon", "{\"a\" @1}", "expected \":\" after the key, found 1"},
        {"bare key", "{@a: 1}", "expected a key in double quotes, found a"},
        {"single quotes", "{\"a\": @'x'}", "single quotes"},
        {"unclosed object", "{\"a\": 1@", "the file ends here; expected \",\" or \"}\""},
        {"unclosed text", "{\"a\": @\"x}\n", "not closed on its line"},
        {"unclosed comment", "{\"a\": 1 @/* x }", "never closed"},
        {"closed with the wrong bracket", "[1@}", "expected \",\" or \"]\", found }"},
        {"something behind the end", "{} @{}", "expected the end of the file, found {"},
        {"True of Python", "[@True]", "found True"},
        {"a literal gone on", "[@nullx]", "found nullx"},
        {"NaN", "[@NaN]", "found NaN"},
        {"Infinity", "[-1, @Infinity]", "found Infinity"},
        {"minus infinity", "[@-Infinity]", "not a number"},
        {"leading nought", "[@007]", "must not begin with 0"},
        {"leading nought behind a minus", "[@-01]", "must not begin with 0"},
        {"plus sign", "[@+1]", "expected a value"},
        {"no digit before the point", "[@.5]", "expected a value"},
        {"no digit behind the point", "[@1.]", "not a number"},
        {"no exponent", "[@1e]", "not a number"},
        {"hexadecimal", "[@0x10]", "not a number"},
        {"comma as the decimal sign", "{\"a\": 1,@5}", "expected a key in double quotes, found 5"},
        {"unit behind a number", "[@5mg]", "not a number"},
        {"41 digits", "[@12345678901234567890123456789012345678901]", "more than 40 characters"},
        {"too large for a double", "[@1e400]", "too large"},
        {"control character in text", "[\"a@\x01\"]", "control character 0x01"},
        {"tab in text", "[\"a@\tb\"]", "write \\u0009"},
        {"control character between", "[@\x01]", "found byte 0x01"},
        {"form feed is no blank", "[@\f1]", "found byte 0x0c"},
        {"unknown escape", "[\"a@\\x41\"]", "unknown escape"},
        {"short escape", "[\"a@\\u12\"]", "four hexadecimal digits"},
        {"NUL by escape", "[\"a@\\u0000\"]", "\\u0000 is not allowed"},
        {"half a surrogate pair", "[\"@\\ud83d\"]", "surrogate"},
        {"low surrogate alone", "[\"@\\udc00\"]", "surrogate"},
        {"two high surrogates", "[\"@\\ud83d\\ud83d\"]", "surrogate"},
        {"Latin 1", "[\"caf@\xe9\"]", "0xe9 is not UTF-8"},
        {"overlong form", "[\"@\xc0\xaf\"]", "not UTF-8"},
        {"surrogate in UTF-8", "[\"@\xed\xa0\x80\"]", "not UTF-8"},
        {"columns count characters", "[\"\xc3\xa9\xe2\x82\xac\", @x]", "found x"},
        {"comments keep places", "/* \xc3\xa9\n */ [ // x\n 1, /* y */ @x]", "found x"},
        {"a comment is not a comment in text", "[\"// /* \", @x]", "found x"},
        {"a slash alone", "[@/ 1]", "found /"},
        {"a key twice", "{\"a\": 1,\n \"b\": 2,\n @\"a\": 3}",
         "a: the key stands twice; first at line 1"},
        {"a key twice, once by escape", "{\"a\": 1, @\"\\u0061\": 3}", "the key stands twice"},
        {"a key twice below", "{\"o\": [{\"a\": 1, @\"a\": 3}]}", "o[0].a: the key stands twice"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct jsonconf *c = NULL;
        char place[64], why[512] = "";
        const int rc = open_marked(&c, T[i].text, place, sizeof place, why, sizeof why);
        if (rc != NILA_ERR_CONFIG || c != NULL || strncmp(why, place, strlen(place)) != 0 ||
            strstr(why, T[i].words) == NULL)
            fail_msg("%s: rc %d, \"%s\", expected %s...%s", T[i].says, rc, why, place, T[i].words);
    }
}

static void takes_what_json_allows(void **state)
{
    static const char TEXT[] =
        "\xef\xbb\xbf/* head */ { // note\r\n"
        "\t\"text\": \"\\u00e9\\ud83d\\ude00 \\\"q\\\" \\/ // no comment\",\n"
        "\"list\": [0, -0, 1.5e+3, -2E-2, []], /**/ \"o\": {}, \"\": null,\n"
        "\"yes\": true, \"no\": false }\n// end";
    struct jsonconf *c = NULL;
    char why[256] = "", text[64];
    const struct jsonconf_node *root, *list;

    (void)state;
    assert_int_equal(jsonconf_open_memory(&c, "t.json", TEXT, strlen(TEXT), why, sizeof why), 0);
    root = jsonconf_root(c);
    jsonconf_string(c, root, "text", text, sizeof text);
    assert_string_equal(text, "\xc3\xa9\xf0\x9f\x98\x80 \"q\" / // no comment");
    list = jsonconf_member(c, root, "list", true);
    assert_int_equal(jsonconf_length(c, list, 5), 5);
    assert_int_equal(jsonconf_length(c, jsonconf_at(c, list, 4), 0), 0);
    assert_null(jsonconf_at(c, list, 5));
    assert_true(jsonconf_is_object(jsonconf_member(c, root, "o", true)));
    assert_true(jsonconf_is_null(jsonconf_member(c, root, "", true)));
    assert_true(jsonconf_is_string(jsonconf_member(c, root, "text", true)));
    assert_true(jsonconf_bool_or(c, root, "yes", false));
    assert_false(jsonconf_bool_or(c, root, "no", true));
    assert_true(jsonconf_bool_or(c, root, "absent", true));
    assert_false(jsonconf_is_null(NULL) || jsonconf_is_string(NULL) || jsonconf_is_object(NULL));
    assert_int_equal(jsonconf_done(c, why, sizeof why), 0);
    jsonconf_close(c);
}

/* What a reader of {"port":..} files might ask for; each row one file. */
static void ask(struct jsonconf *c)
{
    static const char *const WORDS[] = {"N", "E", "O", NULL};
    const struct jsonconf_node *root = jsonconf_root(c);
    const struct jsonconf_node *list = jsonconf_member(c, root, "list", false);
    const struct jsonconf_node *below = jsonconf_member(c, root, "below", false);
    char text[8], slug[33];

    jsonconf_string_or(c, root, "text", text, sizeof text, "dflt");
    (void)jsonconf_integer_or(c, root, "baud", 1200, 115200, 9600);
    (void)jsonconf_number_or(c, root, "depth_m", 0.3, 10, 1);
    (void)jsonconf_bool_or(c, root, "on", false);
    (void)jsonconf_word(c, root, "parity", WORDS, false, 0);
    (void)jsonconf_length(c, list, 2);
    jsonconf_ignore(c, root, "note");
    if (jsonconf_member(c, root, "slug", false) != NULL)
        jsonconf_slug(c, root, "slug", slug);
    if (below != NULL)
        (void)jsonconf_integer(c, below, "port", 1, 9);
}

static void every_error_names_place_key_and_what_is_allowed(void **state)
{
    static const struct {
        const char *says, *text, *words; /* words NULL: nothing is wrong */
    } T[] = {
        {"all defaults", "{}", NULL},
        {"all given",
         "{\"text\": \"1234567\", \"baud\": 1200, \"depth_m\": 10, \"on\": true, \"parity\": \"O\","
         " \"list\": [1, 2], \"note\": {\"x\": [{\"y\": 1}]}, \"slug\": \"a-1\", \"below\": "
         "{\"port\": 9}}",
         NULL},
        {"below the range", "{\"baud\": @960}", "baud: 960 is not allowed; 1200 to 115200"},
        {"above the range", "{\"baud\": @1e300}", "baud: 1e+300 is not allowed; 1200 to 115200"},
        {"not whole", "{\"baud\": @9600.5}",
         "baud: 9600.5 is not allowed; whole number from 1200 to 115200"},
        {"text for a number", "{\"baud\": @\"9600\"}",
         "baud: text is not allowed; whole number from 1200 to 115200"},
        {"null for a number", "{\"depth_m\": @null}", "depth_m: null is not allowed; 0.3 to 10"},
        {"number out of range", "{\"depth_m\": @0.29}", "depth_m: 0.29 is not allowed; 0.3 to 10"},
        {"number for text", "{\"text\": @5}",
         "text: a number is not allowed; text of at most 7 bytes"},
        {"text too long", "{\"text\": @\"12345678\"}",
         "text: text of 8 bytes is not allowed; at most 7"},
        {"line feed by escape", "{\"text\": @\"a\\n\"}",
         "text: control character 0x0a is not allowed"},
        {"number for a switch", "{\"on\": @1}", "on: a number is not allowed; true or false"},
        {"no such word", "{\"parity\": @\"odd\"}",
         "parity: \"odd\" is not allowed; \"N\", \"E\", \"O\""},
        {"list for a word", "{\"parity\": @[]}",
         "parity: a list [] is not allowed; \"N\", \"E\", \"O\""},
        {"list too long", "{\"list\": [1,2,@3]}", "list: too many entries; at most 2"},
        {"object for a list", "{\"list\": @{}}",
         "list: an object {} is not allowed; a list [] is expected"},
        {"slug with capitals", "{\"slug\": @\"Kolam 1\"}",
         "slug: \"Kolam 1\" is not allowed; 1 to 32 of a-z, 0-9 and -"},
        {"slug of 33", "{\"slug\": @\"123456789012345678901234567890123\"}",
         "1 to 32 of a-z, 0-9 and -"},
        {"slug that is null", "{\"slug\": @null}", "slug: null is not allowed; 1 to 32"},
        {"value for an object", "{\"below\": @true}",
         "below: true is not allowed; an object {} is expected"},
        {"needed key", "{\"below\": @{}}", "below: \"port\" is missing"},
        {"needed key, misspelt", "{\"below\": {@\"prot\": 1}}",
         "below: unknown key \"prot\"; did you mean \"port\"?"},
        {"letter too many", "{@\"baudd\": 9600}", "unknown key \"baudd\"; did you mean \"baud\"?"},
        {"letter too few", "{@\"bau\": 9600}", "did you mean \"baud\"?"},
        {"letters swapped", "{@\"buad\": 9600}", "did you mean \"baud\"?"},
        {"capital", "{@\"Baud\": 9600}", "did you mean \"baud\"?"},
        {"far from everything", "{@\"speed\": 9600}",
         "unknown key \"speed\"; allowed: list, below, text, baud, depth_m, on, parity, note, "
         "slug"},
        {"short key is not taken for another", "{@\"xy\": 1}", "unknown key \"xy\"; allowed: "},
        {"unknown key below", "{\"below\": {\"port\": 1, @\"x-speed\": 1}}",
         "below: unknown key \"x-speed\"; allowed: port"},
        {"unknown key in a list nobody opened", "{\"list\": [{@\"z\": 1}]}",
         "list[0]: unknown key \"z\"; allowed: none"},
        {"a key cut in the middle of a character",
         "{@\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\u00e9\": 1}",
         "unknown key \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx?\""},
        {"terminal codes in a key", "{@\"\\u001b[2J\": 1}", "unknown key \"?[2J\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct jsonconf *c = NULL;
        char place[64], why[512] = "";
        int rc = open_marked(&c, T[i].text, place, sizeof place, why, sizeof why);
        if (rc != 0)
            fail_msg("%s: %s", T[i].says, why);
        ask(c);
        rc = jsonconf_done(c, why, sizeof why);
        if (T[i].words == NULL ? rc != 0
                               : rc != NILA_ERR_CONFIG || strncmp(why, place, strlen(place)) != 0 ||
                                     strstr(why, T[i].words) == NULL)
            fail_msg("%s: rc %d, \"%s\", expected %s...%s", T[i].says, rc, why, place, T[i].words);
        jsonconf_close(c);
    }
}

static void keeps_the_first_error_and_gives_defaults_after_it(void **state)
{
    static const char TEXT[] = "{\"a\": 1, \"b\": 2, \"o\": {\"x\": 5}}";
    struct jsonconf *c = NULL;
    char why[256] = "", text[8] = "old", slug[33] = "old";
    const struct jsonconf_node *root;

    (void)state;
    assert_int_equal(jsonconf_open_memory(&c, "t.json", TEXT, strlen(TEXT), why, sizeof why), 0);
    root = jsonconf_root(c);
    assert_int_equal(jsonconf_integer(c, root, "a", 5, 9), 5);
    assert_int_equal(jsonconf_integer(c, root, "b", 0, 1), 0);
    assert_true(jsonconf_number(c, root, "b", 0.5, 3) == 0.5);
    assert_int_equal(jsonconf_integer_or(c, root, "b", 0, 9, 7), 7);
    assert_null(jsonconf_member(c, root, "o", true));
    assert_int_equal(jsonconf_length(c, root, 9), 0);
    jsonconf_string(c, root, "a", text, sizeof text);
    assert_string_equal(text, "");
    jsonconf_slug(c, root, "a", slug);
    assert_string_equal(slug, "");
    jsonconf_string_or(c, NULL, "a", text, sizeof text, "dflt");
    assert_string_equal(text, "dflt");
    jsonconf_refuse(c, root, "a later complaint");
    assert_int_equal(jsonconf_done(c, why, sizeof why), NILA_ERR_CONFIG);
    assert_string_equal(why, "t.json:1:7: a: 1 is not allowed; 5 to 9");
    jsonconf_close(c);
}

static void refuses_in_the_callers_words(void **state)
{
    static const char TEXT[] = "{\n\"a\": [[1, {\"b\": 2}]]}";
    struct jsonconf *c = NULL;
    char why[256] = "";
    const struct jsonconf_node *n;

    (void)state;
    assert_int_equal(jsonconf_open_memory(&c, "t.json", TEXT, strlen(TEXT), why, sizeof why), 0);
    n = jsonconf_at(c, jsonconf_at(c, jsonconf_member(c, jsonconf_root(c), "a", true), 0), 1);
    jsonconf_refuse(c, jsonconf_member(c, n, "b", true), "%d is odd", 2);
    assert_int_equal(jsonconf_done(c, why, sizeof why), NILA_ERR_CONFIG);
    assert_string_equal(why, "t.json:2:17: a[0][1].b: 2 is odd");
    jsonconf_close(c);
}

static void keeps_its_bounds(void **state)
{
    struct buf b = {0};
    struct jsonconf *c = NULL;
    char why[256] = "";

    (void)state;
    for (int depth = 32; depth <= 33; depth++) {
        buf_clear(&b);
        for (int i = 0; i < depth; i++)
            buf_str(&b, "[");
        for (int i = 0; i < depth; i++)
            buf_str(&b, "]");
        assert_int_equal(jsonconf_open_memory(&c, "t.json", b.p, b.n, why, sizeof why),
                         depth == 32 ? 0 : NILA_ERR_CONFIG);
        if (depth == 32)
            jsonconf_close(c);
    }
    assert_string_equal(why, "t.json:1:33: more than 32 levels of { and [");

    buf_clear(&b);
    while (b.n < 200000)
        buf_str(&b, "[[{\"a\":");
    assert_int_equal(jsonconf_open_memory(&c, "t.json", b.p, b.n, why, sizeof why),
                     NILA_ERR_CONFIG);

    buf_clear(&b);
    buf_str(&b, "[]");
    while (b.n < JSONTEXT_MAX_BYTES)
        buf_str(&b, " ");
    assert_int_equal(jsonconf_open_memory(&c, "t.json", b.p, b.n, why, sizeof why), 0);
    jsonconf_close(c);
    buf_str(&b, " ");
    assert_int_equal(jsonconf_open_memory(&c, "t.json", b.p, b.n, why, sizeof why),
                     NILA_ERR_CONFIG);
    assert_non_null(strstr(why, "more than 256 KiB"));

    assert_int_equal(jsonconf_open_memory(&c, "t.json", "{\"a\"\0: 1}", 9, why, sizeof why),
                     NILA_ERR_CONFIG);
    assert_string_equal(why, "t.json:1:5: a NUL byte; expected plain text");
    buf_free(&b);
}

static void finds_duplicates_among_many_keys(void **state)
{
    struct buf b = {0};
    struct jsonconf *c = NULL;
    char why[256] = "";

    (void)state;
    buf_str(&b, "{\"k0\":1");
    for (int i = 1; i < 20000; i++)
        buf_printf(&b, ",\"k%d\":1", i);
    buf_str(&b, ",\n\"k77\":1,\"k5\":1}");
    assert_int_equal(jsonconf_open_memory(&c, "t.json", b.p, b.n, why, sizeof why),
                     NILA_ERR_CONFIG);
    assert_string_equal(
        why, "t.json:2:1: k77: the key stands twice; first at line 1, one of them must go");
    buf_free(&b);
}

static void a_long_path_leaves_room_for_the_words(void **state)
{
    struct buf b = {0};
    struct jsonconf *c = NULL;
    char why[256] = "";

    (void)state;
    for (int i = 0; i < 40; i++)
        buf_str(&b, "/folder");
    buf_str(&b, "/t.json");
    assert_int_equal(jsonconf_open_memory(&c, b.p, "[1,,]", 5, why, sizeof why), NILA_ERR_CONFIG);
    assert_non_null(strstr(why, "folder/t.json:1:4: expected a value"));
    buf_free(&b);
}

static void secret_path(const char *text, const char *want, const char *want_why)
{
    struct jsonconf *c = NULL;
    char why[256] = "", path[128];

    assert_int_equal(jsonconf_open_memory(&c, "/etc/x/t.json", text, strlen(text), why, sizeof why),
                     0);
    jsonconf_path(c, jsonconf_root(c), "f", "/etc/x/t.json", "", path, sizeof path);
    assert_int_equal(jsonconf_done(c, why, sizeof why), want != NULL ? 0 : NILA_ERR_CONFIG);
    jsonconf_close(c);
    if (want != NULL)
        assert_string_equal(path, want);
    else
        assert_non_null(strstr(why, want_why));
}

static void a_credential_is_found_in_a_service_and_outside(void **state)
{
    (void)state;
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    secret_path("{\"f\": \"credential:office.token\"}", "/etc/x/secrets/office.token", NULL);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "/run/credentials/a.service", 1), 0);
    secret_path("{\"f\": \"credential:office.token\"}",
                "/run/credentials/a.service/nila_office.token", NULL);
    secret_path("{\"f\": \"office.token\"}", "/etc/x/office.token", NULL);
    secret_path("{\"f\": \"credential:../shadow\"}", NULL, "t.json:1:7: f: after");
    secret_path("{\"f\": \"credential:a/b\"}", NULL, "without folders");
    secret_path("{\"f\": \"credential:\"}", NULL, "name of a file");
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

static int open_it(void *path)
{
    struct jsonconf *c = NULL;
    char why[256];

    return jsonconf_open(&c, path, why, sizeof why);
}

static void says_why_a_file_cannot_be_read(void **state)
{
    char dir[256], path[300], why[256] = "";
    struct jsonconf *c = NULL;

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/t.json", dir);
    assert_int_equal(jsonconf_open(&c, path, why, sizeof why), NILA_ERR_NOT_FOUND);
    assert_non_null(strstr(why, "t.json: No such file"));
    assert_int_equal(jsonconf_open(&c, dir, why, sizeof why), NILA_ERR_IO);
    assert_non_null(strstr(why, "Is a directory"));
    support_write(path, "{\"a\": x}");
    assert_int_equal(jsonconf_open(&c, path, why, sizeof why), NILA_ERR_CONFIG);
    assert_non_null(strstr(why, "t.json:1:7: expected a value"));
    support_write(path, "{}");
    assert_int_equal(jsonconf_open(&c, path, why, sizeof why), 0);
    jsonconf_close(c);
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(support_as_nobody(open_it, path), NILA_ERR_DENIED);
    jsonconf_close(NULL);
    support_rmdir(dir);
}

static void knows_utf8_from_everything_else(void **state)
{
    static const struct {
        const char *says, *bytes;
        size_t length;
    } T[] = {
        {"ASCII", "a", 1},
        {"U+0080, first of two bytes", "\xc2\x80", 2},
        {"U+07FF, last of two bytes", "\xdf\xbf", 2},
        {"U+0800, first of three", "\xe0\xa0\x80", 3},
        {"U+D7FF, before the surrogates", "\xed\x9f\xbf", 3},
        {"U+D800, a surrogate", "\xed\xa0\x80", 0},
        {"U+E000, behind the surrogates", "\xee\x80\x80", 3},
        {"U+FFFF", "\xef\xbf\xbf", 3},
        {"U+10000, first of four", "\xf0\x90\x80\x80", 4},
        {"U+10FFFF, the last", "\xf4\x8f\xbf\xbf", 4},
        {"U+110000, behind the last", "\xf4\x90\x80\x80", 0},
        {"overlong of two", "\xc1\xbf", 0},
        {"overlong of three", "\xe0\x9f\xbf", 0},
        {"overlong of four", "\xf0\x8f\xbf\xbf", 0},
        {"continuation alone", "\x80", 0},
        {"cut off", "\xe2\x82", 0},
        {"wrong third byte", "\xe2\x82\x41", 0},
        {"never used", "\xff", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (utf8_length(T[i].bytes, strlen(T[i].bytes)) != T[i].length)
            fail_msg("%s", T[i].says);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_not_json_with_its_place),
        cmocka_unit_test(takes_what_json_allows),
        cmocka_unit_test(every_error_names_place_key_and_what_is_allowed),
        cmocka_unit_test(keeps_the_first_error_and_gives_defaults_after_it),
        cmocka_unit_test(refuses_in_the_callers_words),
        cmocka_unit_test(keeps_its_bounds),
        cmocka_unit_test(finds_duplicates_among_many_keys),
        cmocka_unit_test(a_credential_is_found_in_a_service_and_outside),
        cmocka_unit_test(a_long_path_leaves_room_for_the_words),
        cmocka_unit_test(says_why_a_file_cannot_be_read),
        cmocka_unit_test(knows_utf8_from_everything_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
