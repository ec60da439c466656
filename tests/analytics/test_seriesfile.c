/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analytics/supply/seriesfile.h"

#define HEAD "id,type,start_year,start_sub,n,h,v1\n"

static int read_text(const char *text, size_t size, struct seriesfile **f, char *why)
{
    *f = NULL;
    why[0] = '\0';
    return seriesfile_read_memory(f, "f.csv", text, size, 4, true, why, 256);
}

static void reads_rows_as_long_as_they_are(void **state)
{
    static const char TEXT[] = "\xEF\xBB\xBF" HEAD "\r\n"
                               "a,MICRO,1990,2,3,2,1.5,,3,4,5\r\n"
                               " \n"
                               "b\\c, ,2000,4,2,1, -7 ,1e3";
    struct seriesfile *f;
    char why[256];

    (void)state;
    assert_int_equal(read_text(TEXT, sizeof TEXT - 1, &f, why), 0);
    assert_int_equal(f->rows, 2);
    assert_int_equal(f->longest, 3);
    assert_string_equal(f->row[1].id, "b\\c");
    assert_int_equal(f->row[1].line, 5);
    assert_true(f->row[0].value[0] == 1.5 && isnan(f->row[0].value[1]) && f->row[0].value[2] == 3);
    assert_true(f->row[0].after[0] == 4 && f->row[0].after[1] == 5);
    assert_true(f->row[1].value[0] == -7 && f->row[1].value[1] == 1000 &&
                isnan(f->row[1].after[0]));
    seriesfile_free(f);
}

static void reads_the_dialect_of_excel(void **state)
{
    static const char TEXT[] = "id;type;start_year;start_sub;n;h;v1\na;x;1990;1;3;1;1,5;NA;2,25\n";
    struct seriesfile *f;
    char why[256];

    (void)state;
    assert_int_equal(read_text(TEXT, sizeof TEXT - 1, &f, why), 0);
    assert_true(f->row[0].value[0] == 1.5 && f->row[0].value[2] == 2.25);
    seriesfile_free(f);
}

static void names_the_place_of_every_mistake(void **state)
{
    static const struct {
        const char *text, *place, *reason;
    } T[] = {
        {"", "f.csv:1:1:", "empty"},
        {HEAD, "f.csv:2:1:", "no series"},
        {"id,type,start_year,n,h\n", "f.csv:1:20:", "start_sub is missing"},
        {HEAD ",x,1990,1,2,1,1,2\n", "f.csv:2:1:", "id"},
        {HEAD "a,x,19x,1,2,1,1,2\n", "f.csv:2:5:", "start_year"},
        {HEAD "a,x,1990,5,2,1,1,2\n", "f.csv:2:10:", "start_sub"},
        {HEAD "a,x,1990,1,1,1,1,2\n", "f.csv:2:12:", "n: \"1\""},
        {HEAD "a,x,1990,1,2,61,1,2\n", "f.csv:2:14:", "h: \"61\""},
        {HEAD "a,x,1990,1,3,1,1,2\n", "f.csv:2:19:", "only 2 values"},
        {HEAD "a,x,1990\n", "f.csv:2:9:", "3 cells"},
        {HEAD "a,x,1990,1,2,1,1,two\n", "f.csv:2:18:", "\"two\" is no number"},
        {HEAD "a,x,1990,1,2,1,1,nan\n", "f.csv:2:18:", "finite or too large"},
        {HEAD "a,x,1990,1,2,1,1,1e101\n", "f.csv:2:18:", "finite or too large"},
        {HEAD "a,x,1990,1,3,1,1,,NA\n", "f.csv:2:1:", "fewer than two"},
        {HEAD "a,x,1990,1,2,1,1,2\n\na,x,1990,1,2,1,1,2\n", "f.csv:4:1:", "line 2 too"},
        {HEAD "\"a\",x,1990,1,2,1,1,2\n", "f.csv:2:1:", "quotes"},
        {HEAD "a,x\x01,1990,1,2,1,1,2\n", "f.csv:2:4:", "control"},
        {HEAD "a\xC3,x,1990,1,2,1,1,2\n", "f.csv:2:2:", "UTF-8"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct seriesfile *f;
        char why[256];

        assert_int_equal(read_text(T[i].text, strlen(T[i].text), &f, why), NILA_ERR_PARSE);
        print_message("%s\n", why);
        assert_null(f);
        assert_int_equal(strncmp(why, T[i].place, strlen(T[i].place)), 0);
        assert_non_null(strstr(why, T[i].reason));
    }
}

static void a_file_that_is_not_there_is_named(void **state)
{
    struct seriesfile *f = NULL;
    char why[256];

    (void)state;
    assert_int_equal(seriesfile_read(&f, "/nonexistent/x.csv", 1, false, why, sizeof why),
                     NILA_ERR_NOT_FOUND);
    assert_non_null(strstr(why, "/nonexistent/x.csv"));
    assert_int_equal(seriesfile_read(&f, "/", 1, false, why, sizeof why), NILA_ERR_IO);
    assert_null(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_rows_as_long_as_they_are),
        cmocka_unit_test(reads_the_dialect_of_excel),
        cmocka_unit_test(names_the_place_of_every_mistake),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
