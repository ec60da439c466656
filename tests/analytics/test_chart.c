/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/chart.h"
#include "collector/common/civil.h"

#define NOON   ((int64_t)1795496400000) /* 2026-11-24 12:00 WIB */
#define MINUTE ((int64_t)60000)
#define MANY   10080 /* a week of minutes */

static int64_t ts[MANY];
static double value[MANY];

static struct series line(size_t n, int64_t from_ms, int64_t step_ms)
{
    for (size_t i = 0; i < n; i++) {
        ts[i] = from_ms + (int64_t)i * step_ms;
        value[i] = 5 + sin((double)i / 300.0);
    }
    return (struct series){METRIC_DO_MG_L, n, ts, value};
}

static struct chart_line chart_of(const struct series *s)
{
    return (struct chart_line){.series = s,
                               .from_ms = NOON - CIVIL_DAY_MS,
                               .to_ms = NOON,
                               .gap_ms = 20 * MINUTE,
                               .y_min = 0,
                               .y_max = 8,
                               .limit = {{2, true}, {4, false}},
                               .limits = 2,
                               .decimals = 1,
                               .unit = "mg/L",
                               .id = "do",
                               .title = "Oksigen <24> jam",
                               .desc = "Terendah & tertinggi",
                               .lang = LANG_ID};
}

static int count(const char *text, const char *what)
{
    int n = 0;
    for (const char *p = text; (p = strstr(p, what)) != NULL; p += strlen(what))
        n++;
    return n;
}

/* Is every tag closed, in order? Enough of XML for what we write: no comments, no '>' in attributes. */
static void assert_well_formed(const char *p)
{
    char stack[32][24];
    int depth = 0;

    while ((p = strchr(p, '<')) != NULL) {
        const char *end = strchr(p, '>');
        char name[24];
        size_t n;
        assert_non_null(end);
        n = strcspn(p + 1 + (p[1] == '/'), " >/");
        assert_true(n > 0 && n < sizeof name);
        memcpy(name, p + 1 + (p[1] == '/'), n);
        name[n] = '\0';
        if (p[1] == '/') {
            assert_true(depth > 0);
            assert_string_equal(stack[--depth], name);
        } else if (end[-1] != '/') {
            assert_true(depth < 32);
            memcpy(stack[depth++], name, sizeof name);
        }
        p = end;
    }
    assert_int_equal(depth, 0);
}

static void a_week_of_minutes_becomes_480_points_and_keeps_its_peaks(void **state)
{
    struct series s = line(MANY, NOON - 7 * CIVIL_DAY_MS, MINUTE);
    struct chart_point p[CHART_MAX_POINTS];
    double low = INFINITY, high = -INFINITY;
    size_t n;

    (void)state;
    value[4321] = 19.5; /* one minute's spike */
    value[7000] = 0.1;
    n = chart_reduce(&s, NOON - 7 * CIVIL_DAY_MS, NOON, 20 * MINUTE, p);
    assert_true(n <= CHART_MAX_POINTS && n > CHART_MAX_POINTS / 2);
    for (size_t i = 0; i < n; i++) {
        low = fmin(low, p[i].value);
        high = fmax(high, p[i].value);
        if (i > 0)
            assert_true(p[i].ts_ms > p[i - 1].ts_ms);
    }
    assert_true(fabs(high - 19.5) < 1e-12 && fabs(low - 0.1) < 1e-12);
}

static void a_short_series_is_drawn_as_it_is(void **state)
{
    struct series s = line(480, NOON - 480 * MINUTE, MINUTE);
    struct chart_point p[CHART_MAX_POINTS];

    (void)state;
    assert_int_equal(chart_reduce(&s, NOON - CIVIL_DAY_MS, NOON, 20 * MINUTE, p), 480);
    assert_int_equal(p[0].ts_ms, ts[0]);
    assert_int_equal(chart_reduce(&s, NOON - 10 * MINUTE, NOON, 20 * MINUTE, p),
                     10); /* only what is inside */
    assert_int_equal(chart_reduce(&s, NOON + MINUTE, NOON + CIVIL_DAY_MS, 20 * MINUTE, p), 0);
}

static void constant_values_need_one_point_a_slice(void **state)
{
    struct series s = line(MANY, NOON - 7 * CIVIL_DAY_MS, MINUTE);
    struct chart_point p[CHART_MAX_POINTS];

    (void)state;
    for (size_t i = 0; i < MANY; i++)
        value[i] = 5;
    assert_int_equal(chart_reduce(&s, NOON - 7 * CIVIL_DAY_MS, NOON, 20 * MINUTE, p),
                     CHART_MAX_POINTS / 2);
}

static void gaps_stay_gaps(void **state)
{
    struct series s = line(288, NOON - CIVIL_DAY_MS, 5 * MINUTE);
    struct chart_line c = chart_of(&s);
    struct buf b = {0};

    (void)state;
    chart_line(&b, &c);
    assert_int_equal(count(strstr(b.p, "class=\"line\""), "M"), 1);
    buf_clear(&b);
    memmove(ts + 100, ts + 120, 168 * sizeof ts[0]); /* 100 minutes are missing */
    s.n = 268;
    chart_line(&b, &c);
    assert_int_equal(count(strstr(b.p, "class=\"line\""), "M"), 2);
    buf_free(&b);
}

static void a_gap_between_two_peaks_of_a_slice_is_not_bridged(void **state)
{
    struct series s = line(MANY, NOON - 7 * CIVIL_DAY_MS, MINUTE);
    struct chart_point p[CHART_MAX_POINTS];
    size_t n, breaks = 0;

    (void)state;
    /* half an hour misses in the middle of a slice of 42 minutes: the slices before and after have all their points */
    memmove(ts + 4210, ts + 4240, (MANY - 4240) * sizeof ts[0]);
    s.n = MANY - 30;
    n = chart_reduce(&s, NOON - 7 * CIVIL_DAY_MS, NOON, 20 * MINUTE, p);
    for (size_t i = 0; i < n; i++)
        breaks += p[i].begins;
    assert_int_equal(breaks, 2); /* the first point, and the one behind the gap */
    n = chart_reduce(&s, NOON - 7 * CIVIL_DAY_MS, NOON, 40 * MINUTE, p);
    for (size_t i = breaks = 0; i < n; i++)
        breaks += p[i].begins;
    assert_int_equal(breaks, 1);
}

static void marks_stand_at_their_time_and_letters_keep_apart(void **state)
{
    struct series s = line(288, NOON - CIVIL_DAY_MS, 5 * MINUTE);
    struct chart_line c = chart_of(&s);
    const struct chart_mark mark[] = {{NOON - 25 * 60 * MINUTE, "X"}, /* before the axis */
                                      {NOON - 12 * 60 * MINUTE, "<S>"},
                                      {NOON - 12 * 60 * MINUTE + MINUTE, "M"},
                                      {NOON - 60 * MINUTE, "P"}};
    struct buf b = {0};

    (void)state;
    c.mark = mark;
    c.marks = 4;
    chart_line(&b, &c);
    assert_well_formed(b.p);
    assert_int_equal(count(b.p, "class=\"mark\""), 3);
    assert_non_null(strstr(b.p, "class=\"m\">&lt;S&gt;</text>"));
    assert_non_null(strstr(b.p, "class=\"m\">P</text>"));
    assert_null(strstr(b.p, ">M</text>")); /* no room beside the one before */
    assert_null(strstr(b.p, ">X</text>"));
    buf_free(&b);
}

static void wide_axes_have_dates_and_no_stripes(void **state)
{
    struct series s = line(288, NOON - CIVIL_DAY_MS, 5 * MINUTE);
    struct chart_line c = chart_of(&s);
    struct buf b = {0};

    (void)state;
    for (int days = 2; days < 400; days += 3) {
        c.from_ms = NOON - days * CIVIL_DAY_MS;
        buf_clear(&b);
        chart_line(&b, &c);
        assert_well_formed(b.p);
        assert_int_equal(count(b.p, "class=\"night\""), days > 10 ? 0 : days);
        assert_true(count(b.p, "class=\"m\"") >= (days > 60 ? 3 : 2));
        assert_true(count(b.p, "class=\"m\"") <= 8);
        assert_null(strstr(b.p, ">00.00<"));
    }
    buf_free(&b);
}

static void what_lies_beyond_a_danger_is_shaded(void **state)
{
    struct series s = line(288, NOON - CIVIL_DAY_MS, 5 * MINUTE);
    struct chart_line c = chart_of(&s);
    struct buf b = {0};

    (void)state;
    c.limit[0] = (struct chart_limit){2, true, -1};
    chart_line(&b, &c);
    assert_int_equal(count(b.p, "class=\"zone\""), 1);
    c.limit[0].beyond = 0;
    buf_clear(&b);
    chart_line(&b, &c);
    assert_int_equal(count(b.p, "class=\"zone\""), 0);
    c.limit[0] = (struct chart_limit){-40, true, -1}; /* below the axis */
    buf_clear(&b);
    chart_line(&b, &c);
    assert_int_equal(count(b.p, "class=\"zone\""), 0);
    buf_free(&b);
}

static void limits_nights_and_the_last_value_are_drawn(void **state)
{
    struct series s = line(288, NOON - CIVIL_DAY_MS, 5 * MINUTE);
    struct chart_line c = chart_of(&s);
    struct buf b = {0};

    (void)state;
    value[287] = 1234.56;
    chart_line(&b, &c);
    assert_well_formed(b.p);
    assert_int_equal(count(b.p, "class=\"night\""), 1); /* noon to noon holds one night */
    assert_non_null(strstr(b.p, "class=\"value e\">1.234,6\u00a0mg/L</text>"));
    assert_non_null(strstr(b.p, "class=\"last\""));
    assert_non_null(strstr(b.p, ">18.00</text>"));
    value[287] = 3;
    buf_clear(&b);
    chart_line(&b, &c);
    assert_int_equal(count(b.p, "class=\"limit danger\""), 1);
    assert_int_equal(count(b.p, "class=\"limit watch\""), 1);
    c.limit[0].value = -40; /* outside the axis: not drawn */
    buf_clear(&b);
    chart_line(&b, &c);
    assert_int_equal(count(b.p, "class=\"limit"), 1);
    buf_free(&b);
}

static void midnight_to_midnight_shows_both_halves_of_the_night(void **state)
{
    struct series s = line(0, 0, 1);
    struct chart_line c = chart_of(&s);
    struct buf b = {0};

    (void)state;
    c.from_ms = NOON - CIVIL_DAY_MS / 2;
    c.to_ms = NOON + CIVIL_DAY_MS / 2;
    chart_line(&b, &c);
    assert_int_equal(count(b.p, "class=\"night\""), 2);
    assert_null(strstr(b.p, "class=\"line\"")); /* no data: axes only */
    assert_well_formed(b.p);
    buf_free(&b);
}

static void title_and_description_are_there_and_escaped(void **state)
{
    struct series s = line(10, NOON - CIVIL_DAY_MS, MINUTE);
    struct chart_line c = chart_of(&s);
    struct buf b = {0};

    (void)state;
    chart_line(&b, &c);
    assert_non_null(strstr(b.p, "aria-labelledby=\"do-t do-d\""));
    assert_non_null(strstr(b.p, "<title id=\"do-t\">Oksigen &lt;24&gt; jam</title>"));
    assert_non_null(strstr(b.p, "<desc id=\"do-d\">Terendah &amp; tertinggi</desc>"));
    buf_free(&b);
}

static void odd_series_draw_finite_numbers(void **state)
{
    static const struct {
        const char *says;
        size_t n;
        double value;
    } T[] = {{"one point", 1, 5},
             {"all the same", 50, 4},
             {"very large", 3, 1e9},
             {"negative", 9, -7.3},
             {"zero", 2, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct series s = line(T[i].n, NOON - CIVIL_DAY_MS, 60 * MINUTE);
        struct chart_line c = chart_of(&s);
        struct buf b = {0};
        for (size_t k = 0; k < T[i].n; k++)
            value[k] = T[i].value;
        chart_line(&b, &c);
        if (strstr(b.p, "nan") != NULL || strstr(b.p, "inf") != NULL)
            fail_msg("%s: %s", T[i].says, b.p);
        assert_well_formed(b.p);
        buf_free(&b);
    }
}

static struct chart_fan fan_of(size_t n, double scale)
{
    struct chart_fan c = {.n = n, .id = "panen", .title = "Panen", .desc = "x", .lang = LANG_ID};
    for (size_t i = 0; i < n; i++) {
        (void)format_month_short(c.month[i].label, sizeof c.month[i].label, LANG_ID,
                                 2026 * 12 + (int32_t)i);
        c.month[i].p10 = 8 * scale;
        c.month[i].p50 = 12 * scale;
        c.month[i].p90 = 17 * scale;
        c.month[i].part[0] = 7 * scale;
        c.month[i].part[1] = 5 * scale;
    }
    return c;
}

static void the_fan_stacks_the_regencies_under_the_joint_band(void **state)
{
    struct chart_fan c = fan_of(6, 1);
    struct buf b = {0};

    (void)state;
    chart_fan(&b, &c);
    assert_well_formed(b.p);
    assert_int_equal(count(b.p, "class=\"part0\""), 6);
    assert_int_equal(count(b.p, "class=\"part1\""), 6);
    assert_int_equal(count(b.p, "class=\"band\""), 1);
    assert_int_equal(count(b.p, "class=\"median\""), 1);
    assert_non_null(strstr(b.p, ">Mei</text>"));
    buf_free(&b);
}

static void a_fan_of_one_month_or_of_nothing_is_drawn(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct chart_fan c = fan_of(k == 0 ? 1 : 12, k == 0 ? 1 : 0);
        struct buf b = {0};
        chart_fan(&b, &c);
        assert_well_formed(b.p);
        assert_null(strstr(b.p, "nan"));
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_week_of_minutes_becomes_480_points_and_keeps_its_peaks),
        cmocka_unit_test(a_short_series_is_drawn_as_it_is),
        cmocka_unit_test(constant_values_need_one_point_a_slice),
        cmocka_unit_test(gaps_stay_gaps),
        cmocka_unit_test(a_gap_between_two_peaks_of_a_slice_is_not_bridged),
        cmocka_unit_test(marks_stand_at_their_time_and_letters_keep_apart),
        cmocka_unit_test(wide_axes_have_dates_and_no_stripes),
        cmocka_unit_test(what_lies_beyond_a_danger_is_shaded),
        cmocka_unit_test(limits_nights_and_the_last_value_are_drawn),
        cmocka_unit_test(midnight_to_midnight_shows_both_halves_of_the_night),
        cmocka_unit_test(title_and_description_are_there_and_escaped),
        cmocka_unit_test(odd_series_draw_finite_numbers),
        cmocka_unit_test(the_fan_stacks_the_regencies_under_the_joint_band),
        cmocka_unit_test(a_fan_of_one_month_or_of_nothing_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
