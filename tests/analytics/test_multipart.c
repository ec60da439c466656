/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <string.h>

#include "analytics/web/multipart.h"
#include "collector/common/buf.h"

#define TYPE "multipart/form-data; boundary=----xyz"
#define PART(disposition, content) \
    "------xyz\r\nContent-Disposition: form-data; " disposition "\r\n\r\n" content "\r\n"
#define END "------xyz--\r\n"

static int reads(const char *type, const char *body, size_t n, struct form *f,
                 struct multipart_file *file)
{
    *f = (struct form){.n = 0};
    *file = (struct multipart_file){.bytes = NULL};
    return multipart_read(type, body, n, "foto", f, file);
}

static void fields_and_the_bytes_of_a_file_are_read(void **state)
{
    /* as Chromium sends it; the bytes hold what looks like a boundary, line ends and a zero */
    static const char BODY[] = PART("name=\"tanda\"", "abc") PART(
        "name=\"catatan\"",
        " dua & tiga=\xc3\xa9 ") "------xyz\r\nContent-Disposition: form-data; name=\"foto\"; "
                                 "filename=\"nota.jpg\"\r\n"
                                 "Content-Type: "
                                 "image/"
                                 "jpeg\r\n\r\n\xff\xd8\xff\0\r\n\r\n------xy\r\n--\xd9\r\n" END;
    static const char PICTURE[] = "\xff\xd8\xff\0\r\n\r\n------xy\r\n--\xd9";
    struct multipart_file file;
    struct form f;

    (void)state;
    assert_int_equal(reads(TYPE, BODY, sizeof BODY - 1, &f, &file), 0);
    assert_string_equal(form_value(&f, "tanda"), "abc");
    assert_string_equal(form_value(&f, "catatan"), "dua & tiga=\xc3\xa9");
    assert_null(form_value(&f, "foto"));
    assert_int_equal(file.n, sizeof PICTURE - 1);
    assert_memory_equal(file.bytes, PICTURE, sizeof PICTURE - 1);
    form_free(&f);
    assert_int_equal(reads("multipart/form-data; charset=utf-8; Boundary=\"----xyz\"", BODY,
                           sizeof BODY - 1, &f, &file),
                     0);
    form_free(&f);
}

static void no_file_chosen_is_an_empty_one_and_other_files_are_not_taken(void **state)
{
    static const char EMPTY[] = PART("name=\"foto\"; filename=\"\"", "") END;
    static const char OTHER[] =
        PART("name=\"id\"", "1") PART("name=\"lain\"; filename=\"x\"", "abc") END;
    static const char TWO[] = PART("name=\"foto\"; filename=\"a\"", "first")
        PART("name=\"foto\"; filename=\"b\"", "second") END;
    struct multipart_file file;
    struct form f;

    (void)state;
    assert_int_equal(reads(TYPE, EMPTY, sizeof EMPTY - 1, &f, &file), 0);
    assert_non_null(file.bytes);
    assert_int_equal(file.n, 0);
    assert_int_equal(f.n, 0);
    form_free(&f);
    assert_int_equal(reads(TYPE, OTHER, sizeof OTHER - 1, &f, &file), 0);
    assert_null(file.bytes);
    assert_int_equal(f.n, 1);
    form_free(&f);
    assert_int_equal(reads(TYPE, TWO, sizeof TWO - 1, &f, &file), 0);
    assert_int_equal(file.n, 5);
    form_free(&f);
}

static void what_is_badly_built_is_refused_and_leaves_nothing(void **state)
{
    static const struct {
        const char *says, *type, *body;
        int rc;
    } T[] = {
        {"no boundary", "multipart/form-data", PART("name=\"a\"", "1") END, NILA_ERR_PARSE},
        {"an empty boundary", "multipart/form-data; boundary=", END, NILA_ERR_PARSE},
        {"a boundary of 71",
         "multipart/form-data; "
         "boundary=01234567890123456789012345678901234567890123456789012345678901234567890",
         END, NILA_ERR_PARSE},
        {"nothing", TYPE, "", NILA_ERR_PARSE},
        {"words before it", TYPE, "x\r\n" PART("name=\"a\"", "1") END, NILA_ERR_PARSE},
        {"no end", TYPE, PART("name=\"a\"", "1"), NILA_ERR_PARSE},
        {"cut in the content", TYPE,
         "------xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nabc", NILA_ERR_PARSE},
        {"no name", TYPE, PART("filename=\"x\"", "1") END, NILA_ERR_PARSE},
        {"an empty name", TYPE, PART("name=\"\"", "1") END, NILA_ERR_PARSE},
        {"a name of another kind", TYPE, PART("name=\"a b\"", "1") END, NILA_ERR_PARSE},
        {"a control character in a field", TYPE, PART("name=\"a\"", "\x01") END, NILA_ERR_PARSE},
        {"a field that is no UTF-8", TYPE, PART("name=\"a\"", "\xff") END, NILA_ERR_PARSE},
        {"no disposition", TYPE, "------xyz\r\nX: y\r\n\r\n1\r\n" END, NILA_ERR_PARSE},
        {"no headers", TYPE, "------xyz\r\n\r\n1\r\n" END, NILA_ERR_PARSE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct form f = {.n = 77};
        struct multipart_file file = {.n = 77};
        int rc = multipart_read(T[i].type, T[i].body, strlen(T[i].body), "foto", &f, &file);

        if (rc != T[i].rc || f.n != 77 || file.n != 77)
            fail_msg("%s: %d", T[i].says, rc);
    }
}

static void too_much_is_refused(void **state)
{
    struct multipart_file file;
    struct buf b = {0};
    struct form f;

    (void)state;
    for (int i = 0; i <= MULTIPART_PARTS_MAX; i++)
        buf_str(&b, PART("name=\"a\"", "1"));
    buf_str(&b, END);
    assert_int_equal(reads(TYPE, b.p, b.n, &f, &file), NILA_ERR_FULL);
    while (b.n <= FORM_BODY_MAX)
        buf_str(&b, "x");
    assert_int_equal(reads(TYPE, b.p, b.n, &f, &file), NILA_ERR_FULL);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_and_the_bytes_of_a_file_are_read),
        cmocka_unit_test(no_file_chosen_is_an_empty_one_and_other_files_are_not_taken),
        cmocka_unit_test(what_is_badly_built_is_refused_and_leaves_nothing),
        cmocka_unit_test(too_much_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
