/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/pen.h"

static void writes_as_few_characters_as_svg_takes(void **state)
{
    struct buf b = {0};
    struct pen p = pen_at(&b);

    (void)state;
    pen_move(&p, 38, 12.34);
    pen_line(&p, 39.2, 12.04); /* 1.2 -.3 */
    pen_line(&p, 40.4, 12.54); /* 1.2 .5: the second point parts them */
    pen_line(&p, 43.4, 12.84); /* 3 .3 */
    pen_line(&p, 43.4, 11.84); /* 0 -1 */
    pen_dot(&p);
    pen_move(&p, 0.5, 0);
    pen_line(&p, 0.7, 0.3);
    pen_close(&p);
    assert_string_equal(b.p, "M38 12.3l1.2-.3 1.2.5 3 .3 0-1h.1M.5 0l.2.3z");
    buf_free(&b);
}

/* Reads the path as a browser does. */
static void walk(const char *d, double *x, double *y)
{
    char command = 0;

    for (const char *s = d; *s != '\0';) {
        char *end, number[32];
        double v[2];

        if (*s == 'M' || *s == 'l')
            command = *s++;
        for (int k = 0; k < 2; k++) {
            size_t n;
            s += *s == ' ';
            n = *s == '-';
            n += strspn(s + n, "0123456789");
            if (s[n] == '.')
                n += 1 + strspn(s + n + 1, "0123456789");
            assert_true(n > 0 && n < sizeof number);
            (void)snprintf(number, sizeof number, "%.*s", (int)n, s);
            v[k] = strtod(number, &end);
            assert_int_equal(*end, '\0');
            s += n;
        }
        *x = command == 'M' ? v[0] : *x + v[0];
        *y = command == 'M' ? v[1] : *y + v[1];
    }
}

static void a_long_line_ends_where_it_should(void **state)
{
    double x = 0, y = 0, at_x = 0, at_y = 0;

    (void)state;
    for (int seed = 0; seed < 200; seed++) {
        struct buf b = {0};
        struct pen p = pen_at(&b);

        pen_move(&p, 38, seed);
        for (int i = 1; i <= 500; i++) {
            x = 38 + i * 0.7331 * (seed % 3 - 1);
            y = 100 + 90 * sin(i * 0.37 + seed);
            pen_line(&p, x, y);
        }
        walk(b.p, &at_x, &at_y);
        assert_true(fabs(at_x - x) < 0.051 && fabs(at_y - y) < 0.051);
        buf_free(&b);
    }
}

static void what_is_no_place_is_drawn_at_the_edge(void **state)
{
    struct buf b = {0};
    struct pen p = pen_at(&b);

    (void)state;
    pen_move(&p, NAN, -INFINITY);
    pen_line(&p, 1e300, 0);
    assert_string_equal(b.p, "M0-1000000l1000000 1000000");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_as_few_characters_as_svg_takes),
        cmocka_unit_test(a_long_line_ends_where_it_should),
        cmocka_unit_test(what_is_no_place_is_drawn_at_the_edge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
