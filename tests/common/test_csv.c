/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/common/clock.h"
#include "collector/common/csv.h"
#include "collector/common/csv_number.h"
#include "tests/support/nobody.h"

static struct csv *open_text(const char *text)
{
    struct csv *c = NULL;
    char why[256] = "";

    if (csv_open_memory(&c, "t.csv", text, strlen(text), why, sizeof why) != 0)
        fail_msg("%s", why);
    return c;
}

static void reads_cells_as_rfc_4180_writes_them(void **state)
{
    static const struct {
        const char *says, *text, *first, *second;
        bool semicolon;
    } T[] = {
        {"plain", "a,b\n1,2\n", "1", "2", false},
        {"no line feed at the end", "a,b\n1,2", "1", "2", false},
        {"CRLF", "a,b\r\n1,2\r\n", "1", "2", false},
        {"carriage return at the very end", "a,b\r\n1,2\r", "1", "2", false},
        {"byte order mark",
         "\xef\xbb\xbf"
         "a,b\n1,2\n",
         "1", "2", false},
        {"semicolons", "a;b\n1,5;2\n", "1,5", "2", true},
        {"comma inside quotes", "a,b\n\"1,5\",2\n", "1,5", "2", false},
        {"a quoted separator does not choose the dialect", "\"a\";b\nx;y\n", "x", "y", true},
        {"quotes inside quotes", "a,b\n\"say \"\"hi\"\"\",2\n", "say \"hi\"", "2", false},
        {"line feed inside quotes", "a,b\n\"x\ny\",2\n", "x\ny", "2", false},
        {"blanks are trimmed", " a , b \n  1\t,\t2  \n", "1", "2", false},
        {"blanks around quotes", "a,b\n \" 1 \" ,2\n", "1", "2", false},
        {"empty cells", "a,b\n,\n", "", "", false},
        {"empty first and last", "a,b\n,2\n", "", "2", false},
        {"blank lines are skipped", "\n\na,b\n\n  \n\r\n1,2\n\n", "1", "2", false},
        {"remarks above the header", "# of 2026; by hand\n# kg;m\na,b\n1,2\n", "1", "2", false},
        {"remarks as a spreadsheet saves them", "#x;\n\"#y, z\";\na;b\n1,5;2\n", "1,5", "2", true},
        {"# behind the header is text", "a,b\n#1,2\n", "#1", "2", false},
        {"the separator told", "sep=;\r\na;b\r\n1,5;2\r\n", "1,5", "2", true},
        {"the separator told, a mark and a remark",
         "\xef\xbb\xbf"
         "sep=;\n#x,y\n\na;b\n1;2\n",
         "1", "2", true},
        {"UTF-8", "a,b\nKolam \xc3\xa9,\xe2\x82\xac\n", "Kolam \xc3\xa9", "\xe2\x82\xac", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct csv *c = open_text(T[i].text);
        if (csv_next(c) != 1)
            fail_msg("%s: %s", T[i].says, csv_why(c));
        if (strcmp(csv_cell(c, csv_find(c, "a")), T[i].first) != 0 ||
            strcmp(csv_cell(c, csv_find(c, "b")), T[i].second) != 0 ||
            csv_semicolon(c) != T[i].semicolon)
            fail_msg("%s: \"%s\" and \"%s\"", T[i].says, csv_cell(c, 0), csv_cell(c, 1));
        assert_int_equal(csv_next(c), 0);
        assert_int_equal(csv_next(c), 0);
        assert_string_equal(csv_cell(c, 0), "");
        csv_close(c);
    }
}

static void refuses_a_bad_header_with_its_place(void **state)
{
    static const struct {
        const char *says, *text, *place, *words;
    } T[] = {
        {"nothing", "", "t.csv:1:1: ", "empty"},
        {"only blank lines", "\n \r\n", "t.csv:1:1: ", "empty"},
        {"only a byte order mark", "\xef\xbb\xbf", "t.csv:1:1: ", "empty"},
        {"only remarks", "# nothing\n", "t.csv:1:1: ", "empty"},
        {"only a separator", "sep=;\n", "t.csv:1:1: ", "empty"},
        {"a separator told too late", "#x\nsep=;\na;b\n", "t.csv:2:6: ", "column 2 has no name"},
        {"a name twice", "a,b, a\n", "t.csv:1:6: ", "\"a\" stands twice"},
        {"no name", "a,,b\n", "t.csv:1:3: ", "column 2 has no name"},
        {"separator at the end", "a,b,\n", "t.csv:1:5: ", "column 3 has no name"},
        {"quote not closed", "a,\"b\nc", "t.csv:1:3: ", "never closed"},
        {"text behind a quote", "\"a\"x,b\n", "t.csv:1:4: ", "after a closing quote"},
        {"byte order mark behind a blank",
         " \xef\xbb\xbf"
         "a,b\n",
         "t.csv:1:2: ", "byte order mark"},
        {"not UTF-8", "a,caf\xe9\n", "t.csv:1:3: ", "0xe9"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct csv *c = NULL;
        char why[256] = "";
        const int rc = csv_open_memory(&c, "t.csv", T[i].text, strlen(T[i].text), why, sizeof why);
        if (rc != NILA_ERR_PARSE || c != NULL ||
            strncmp(why, T[i].place, strlen(T[i].place)) != 0 || strstr(why, T[i].words) == NULL)
            fail_msg("%s: rc %d, %s", T[i].says, rc, why);
    }
}

static void refuses_a_bad_row_with_its_place(void **state)
{
    static const struct {
        const char *says, *text, *place, *words;
    } T[] = {
        {"a cell short", "a,b\n1,2\n3\n", "t.csv:3:1: ", "1 cells; the header has 2"},
        {"a cell too many", "a,b\n1,2,3\n", "t.csv:2:1: ", "3 cells; the header has 2"},
        {"the other separator", "a,b\n1;2\n", "t.csv:2:1: ", "1 cells"},
        {"quote not closed", "a,b\n1,\"2\n3,4\n", "t.csv:2:3: ", "never closed"},
        {"quote inside a cell", "a,b\n1,2\"3\n", "t.csv:2:4: ", "quote inside a cell"},
        {"text behind a quote", "a,b\n\"1\" 2,3\n", "t.csv:2:5: ", "after a closing quote"},
        {"lone carriage return", "a,b\n1,2\r3,4\n", "t.csv:2:4: ", "carriage return"},
        {"control character", "a,b\n1,\x07\n", "t.csv:2:3: ", "0x07"},
        {"control character in quotes", "a,b\n1,\"\x1b[2J\"\n", "t.csv:2:4: ", "0x1b"},
        {"delete", "a,b\n1,\x7f\n", "t.csv:2:3: ", "0x7f"},
        {"Latin 1", "a,b\n1,\xe9\n", "t.csv:2:3: ", "UTF-8"},
        {"overlong form", "a,b\n1,\xc0\x80\n", "t.csv:2:3: ", "0xc0"},
        {"surrogate", "a,b\n1,\xed\xa0\x80\n", "t.csv:2:3: ", "0xed"},
        {"half a character at the end", "a,b\n1,\xe2\x82", "t.csv:2:3: ", "0xe2"},
        {"two files joined",
         "a,b\n1,2\n\xef\xbb\xbf"
         "a,b\n3,4\n",
         "t.csv:3:1: ", "byte order mark"},
        {"line counted through quotes", "a,b\n\"x\n\ny\",1\n1\n", "t.csv:5:1: ", "1 cells"},
        {"a quoted empty cell is a row", "a,b\n\"\"\n", "t.csv:2:1: ", "1 cells"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct csv *c = open_text(T[i].text);
        int rc;
        do
            rc = csv_next(c);
        while (rc == 1);
        if (rc != NILA_ERR_PARSE || strncmp(csv_why(c), T[i].place, strlen(T[i].place)) != 0 ||
            strstr(csv_why(c), T[i].words) == NULL)
            fail_msg("%s: rc %d, %s", T[i].says, rc, csv_why(c));
        assert_int_equal(csv_next(c), NILA_ERR_PARSE);
        assert_string_equal(csv_cell(c, 0), "");
        csv_close(c);
    }
}

static void refuses_a_nul_byte(void **state)
{
    static const char TEXT[] = "a,b\n1,2\0003\n", UTF16[] = "\xff\xfe"
                                                            "a\0,\0b\0\n\0";
    struct csv *c = NULL;
    char why[256] = "";

    (void)state;
    assert_int_equal(csv_open_memory(&c, "t.csv", TEXT, sizeof TEXT - 1, why, sizeof why), 0);
    assert_int_equal(csv_next(c), NILA_ERR_PARSE);
    assert_string_equal(csv_why(c), "t.csv:2:4: a NUL byte; save the file as CSV UTF-8");
    csv_close(c);
    c = NULL;
    assert_int_equal(csv_open_memory(&c, "t.csv", UTF16, sizeof UTF16 - 1, why, sizeof why),
                     NILA_ERR_PARSE);
    assert_null(c);
    assert_non_null(strstr(why, "CSV UTF-8"));
}

static void keeps_its_bounds(void **state)
{
    struct buf b = {0};
    struct csv *c = NULL;
    char why[256] = "";

    (void)state;
    for (int i = 0; i < 256; i++)
        buf_printf(&b, "%sc%d", i > 0 ? "," : "", i);
    assert_int_equal(csv_open_memory(&c, "t.csv", b.p, b.n, why, sizeof why), 0);
    assert_int_equal(csv_columns(c), 256);
    assert_string_equal(csv_name(c, 255), "c255");
    assert_string_equal(csv_name(c, 256), "");
    csv_close(c);
    c = NULL;
    buf_str(&b, ",x");
    assert_int_equal(csv_open_memory(&c, "t.csv", b.p, b.n, why, sizeof why), NILA_ERR_PARSE);
    assert_non_null(strstr(why, "256 columns"));

    /* A row of exactly 64 KiB without its line feed passes, one byte more does not. */
    for (int more = 0; more < 2; more++) {
        buf_clear(&b);
        buf_str(&b, "a,b\n1,");
        for (int i = 0; i < 65536 - 2 + more; i++)
            buf_str(&b, "x");
        buf_str(&b, "\n");
        assert_int_equal(csv_open_memory(&c, "t.csv", b.p, b.n, why, sizeof why), 0);
        assert_int_equal(csv_next(c), more == 0 ? 1 : NILA_ERR_PARSE);
        if (more == 0)
            assert_int_equal(strlen(csv_cell(c, 1)), 65536 - 2);
        else
            assert_non_null(strstr(csv_why(c), "65536 bytes"));
        csv_close(c);
    }
    buf_free(&b);
}

static void a_row_of_blanks_without_end_is_refused(void **state)
{
    struct buf b = {0};
    struct csv *c;

    (void)state;
    buf_str(&b, "a,b\n1,");
    for (int i = 0; i < 300000; i++)
        buf_str(&b, " ");
    c = open_text(b.p);
    assert_int_equal(csv_next(c), NILA_ERR_PARSE);
    assert_non_null(strstr(csv_why(c), "65536 bytes"));
    csv_close(c);
    buf_free(&b);
}

static void tells_the_place_of_a_cell(void **state)
{
    struct csv *c = open_text("pond,mass\nk1, 12\n\n\"k\n2\",  x\n");
    struct csv_place at;

    (void)state;
    assert_int_equal(csv_next(c), 1);
    at = csv_where(c, 1);
    assert_string_equal(at.file, "t.csv");
    assert_int_equal(at.line, 2);
    assert_int_equal(at.column, 5);
    assert_int_equal(csv_next(c), 1);
    at = csv_where(c, -1);
    assert_int_equal(at.line, 4);
    assert_int_equal(at.column, 1);
    at = csv_where(c, 1);
    assert_int_equal(at.line, 5);
    assert_int_equal(at.column, 6);
    assert_int_equal(csv_find(c, "nope"), -1);
    assert_string_equal(csv_cell(c, -1), "");
    assert_string_equal(csv_cell(c, 2), "");
    csv_close(c);
}

static void reads_numbers_of_both_dialects(void **state)
{
    static const struct {
        const char *says, *text;
        bool comma;
        int rc;
        double value;
    } T[] = {
        {"whole", "42", false, 0, 42},
        {"decimals", "-2.385", false, 0, -2.385},
        {"plus and exponent", "+1.5e-3", false, 0, 0.0015},
        {"no digit before the point", ".5", false, 0, 0.5},
        {"no digit behind the point", "5.", false, 0, 5},
        {"comma, but not the dialect", "1,5", false, NILA_ERR_PARSE, 0},
        {"comma", "1,5", true, 0, 1.5},
        {"three decimals behind a comma", "1,500", true, 0, 1.5},
        {"point in the comma dialect", "1.5", true, 0, 1.5},
        {"what may be fifteen hundred", "1.500", true, NILA_ERR_PARSE, 0},
        {"the same, negative", "-1.500", true, NILA_ERR_PARSE, 0},
        {"four digits before the point are no thousands", "1234.500", true, 0, 1234.5},
        {"a nought before the point is no thousand", "0.125", true, 0, 0.125},
        {"point and three decimals in the point dialect", "1.500", false, 0, 1.5},
        {"thousands and decimals", "1.234,5", true, NILA_ERR_PARSE, 0},
        {"thousands", "1,234.5", false, NILA_ERR_PARSE, 0},
        {"nothing", "", false, NILA_ERR_PARSE, 0},
        {"a sign alone", "-", false, NILA_ERR_PARSE, 0},
        {"a point alone", ".", false, NILA_ERR_PARSE, 0},
        {"an exponent alone", "1e", false, NILA_ERR_PARSE, 0},
        {"hexadecimal", "0x10", false, NILA_ERR_PARSE, 0},
        {"unit behind", "5 mg", false, NILA_ERR_PARSE, 0},
        {"blank inside", "1 000", false, NILA_ERR_PARSE, 0},
        {"64 digits", "1000000000000000000000000000000000000000000000000000000000000000", false,
         NILA_ERR_PARSE, 0},
        {"NaN", "NaN", false, NILA_ERR_RANGE, 0},
        {"infinity", "-Infinity", false, NILA_ERR_RANGE, 0},
        {"overflow", "1e999", false, NILA_ERR_RANGE, 0},
        {"underflow is nought", "1e-999", false, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        double v = -99;
        const int rc = csv_number_read(T[i].text, T[i].comma, &v);
        if (rc != T[i].rc || (rc == 0 && fabs(v - T[i].value) > 1e-12))
            fail_msg("%s: rc %d, %.17g", T[i].says, rc, v);
        if (rc != 0)
            assert_true(v == -99);
    }
}

static void the_dialect_decides_how_a_cell_is_read(void **state)
{
    struct csv *c = open_text("a;b\n1,5;x\n");
    double v = 0;

    (void)state;
    assert_int_equal(csv_next(c), 1);
    assert_int_equal(csv_number(c, 0, &v), 0);
    assert_true(v == 1.5);
    assert_int_equal(csv_number(c, 1, &v), NILA_ERR_PARSE);
    assert_int_equal(csv_number(c, -1, &v), NILA_ERR_PARSE);
    csv_close(c);
    c = open_text("a,b\n\"1,5\",inf\n");
    assert_int_equal(csv_next(c), 1);
    assert_int_equal(csv_number(c, 0, &v), NILA_ERR_PARSE);
    assert_int_equal(csv_number(c, 1, &v), NILA_ERR_RANGE);
    csv_close(c);
}

static void reads_back_whatever_it_writes(void **state)
{
    static const char *const CELL[] = {"",      "plain",  "a,b", "a;b",  "say \"hi\"", "x\r\ny",
                                       " lead", "trail ", "\"",  "\"\"", "\xc3\xa9"};
    enum {
        N = sizeof CELL / sizeof CELL[0]
    };
    struct buf b = {0};
    struct csv *c;

    (void)state;
    for (size_t i = 0; i < N; i++) {
        char name[8];
        (void)snprintf(name, sizeof name, "c%zu", i);
        csv_put(&b, i == 0, name);
    }
    buf_str(&b, "\n");
    for (size_t i = 0; i < N; i++)
        csv_put(&b, i == 0, CELL[i]);
    buf_str(&b, "\n");
    c = open_text(b.p);
    assert_int_equal(csv_next(c), 1);
    for (size_t i = 0; i < N; i++) {
        const char *want = CELL[i];
        size_t n;
        want += strspn(want, " "); /* the reader trims */
        n = strlen(want);
        while (n > 0 && want[n - 1] == ' ')
            n--;
        if (strlen(csv_cell(c, (int)i)) != n || strncmp(csv_cell(c, (int)i), want, n) != 0)
            fail_msg("cell %zu: \"%s\"", i, csv_cell(c, (int)i));
    }
    csv_close(c);
    buf_free(&b);
}

static void nothing_it_writes_for_a_spreadsheet_is_a_formula(void **state)
{
    static const struct {
        const char *text, *written, *bare; /* bare: as read again, NULL: as written */
    } T[] = {
        {"plain", "plain", NULL},
        {"", "\"\"", ""},
        {"=1+1", "'=1+1", NULL},
        {"+62 812", "'+62 812", NULL},
        {"-5", "'-5", NULL},
        {"@sum", "'@sum", NULL},
        {"\tx", "\"'\tx\"", "'\tx"},
        {"\rx", "\"'\rx\"", "'\rx"},
        {"'=x", "''=x", NULL},
        {"''=x", "'''=x", NULL},
        {"'plain", "'plain", NULL},
        {"'", "'", NULL},
        {"=a;\"b\"", "\"'=a;\"\"b\"\"\"", "'=a;\"b\""},
        {"a=b", "a=b", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        const char *bare = T[i].bare != NULL ? T[i].bare : T[i].written;
        struct buf b = {0};
        csv_put_guarded(&b, ';', true, T[i].text);
        if (strcmp(b.p, T[i].written) != 0 || strcmp(csv_unguarded(bare), T[i].text) != 0)
            fail_msg("%s: written as %s, read as %s", T[i].text, b.p, csv_unguarded(bare));
        csv_put_guarded(&b, ';', false, "2");
        assert_string_equal(b.p + strlen(T[i].written), ";2");
        buf_free(&b);
    }
}

static void an_empty_cell_alone_on_its_row_is_not_lost(void **state)
{
    struct buf b = {0};
    struct csv *c;

    (void)state;
    buf_str(&b, "note\n");
    csv_put(&b, true, "");
    buf_str(&b, "\n");
    c = open_text(b.p);
    assert_int_equal(csv_next(c), 1);
    assert_string_equal(csv_cell(c, 0), "");
    assert_int_equal(csv_next(c), 0);
    csv_close(c);
    buf_free(&b);
}

static void reads_a_file_across_its_chunks(void **state)
{
    const char *dir = support_tmpdir();
    char path[300], copy[256];
    struct csv *c = NULL;
    char why[256];
    FILE *f;
    long rows = 0;
    double sum = 0, v;
    int64_t before;

    (void)state;
    (void)snprintf(copy, sizeof copy, "%s", dir);
    (void)snprintf(path, sizeof path, "%s/big.csv", copy);
    f = fopen(path, "w");
    assert_non_null(f);
    (void)fputs("time,pond,metric,value\r\n", f);
    for (int i = 0; i < 100000; i++)
        (void)fprintf(f, "2026-11-24T05:12:30+07:00,bina-karya-%d,\"do_mg_l\",%d.5\r\n", i % 7,
                      i % 10);
    assert_int_equal(fclose(f), 0);

    before = clock_mono_ms();
    assert_int_equal(csv_open(&c, path, why, sizeof why), 0);
    while (csv_next(c) == 1) {
        assert_int_equal(csv_number(c, 3, &v), 0);
        sum += v;
        rows++;
    }
    print_message("100000 rows in %lld ms\n", (long long)(clock_mono_ms() - before));
    assert_string_equal(csv_why(c), "");
    assert_int_equal(rows, 100000);
    assert_true(fabs(sum - 500000) < 1e-6);
    csv_close(c);
    support_rmdir(copy);
}

static int open_it(void *path)
{
    struct csv *c = NULL;
    char why[256];

    return csv_open(&c, path, why, sizeof why);
}

static void says_why_a_file_cannot_be_read(void **state)
{
    char dir[256], path[300], why[256] = "";
    struct csv *c = NULL;

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/none.csv", dir);
    assert_int_equal(csv_open(&c, path, why, sizeof why), NILA_ERR_NOT_FOUND);
    assert_non_null(strstr(why, "none.csv: No such file"));
    assert_int_equal(csv_open(&c, dir, why, sizeof why), NILA_ERR_IO); /* a folder cannot be read */
    assert_non_null(strstr(why, "Is a directory"));
    support_write(path, "a,b\n1,2\n");
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(support_as_nobody(open_it, path), NILA_ERR_DENIED);
    assert_null(c);
    csv_close(NULL);
    support_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_cells_as_rfc_4180_writes_them),
        cmocka_unit_test(refuses_a_bad_header_with_its_place),
        cmocka_unit_test(refuses_a_bad_row_with_its_place),
        cmocka_unit_test(refuses_a_nul_byte),
        cmocka_unit_test(keeps_its_bounds),
        cmocka_unit_test(a_row_of_blanks_without_end_is_refused),
        cmocka_unit_test(tells_the_place_of_a_cell),
        cmocka_unit_test(reads_numbers_of_both_dialects),
        cmocka_unit_test(the_dialect_decides_how_a_cell_is_read),
        cmocka_unit_test(reads_back_whatever_it_writes),
        cmocka_unit_test(nothing_it_writes_for_a_spreadsheet_is_a_formula),
        cmocka_unit_test(an_empty_cell_alone_on_its_row_is_not_lost),
        cmocka_unit_test(reads_a_file_across_its_chunks),
        cmocka_unit_test(says_why_a_file_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
