/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/lineproto.h"

static struct reading_set sample(void)
{
    struct reading_set s = {
        .tags = {REGENCY_KOTIM, "62.02.06", "bapinang", "kolam-2", "node-2"},
        .ts_ms = 1795471950000,
        .clock_trusted = true,
        .n = 3,
        .v = {{METRIC_TEMP_C, READING_PASS, 0, 28.35},
              {METRIC_DO_MG_L, READING_SUSPECT, READING_BIT_SPIKE | READING_BIT_RATE, 5.1},
              {METRIC_PH, READING_MISSING, READING_BIT_SENTINEL, NAN}},
    };
    return s;
}

static void writes_tags_sorted_and_every_flag(void **state)
{
    struct reading_set s = sample();
    struct buf b = {0};

    (void)state;
    assert_int_equal(lineproto_append(&b, &s), 1);
    assert_string_equal(b.p, "water,device=node-2,kecamatan=62.02.06,pond=kolam-2,regency=kotim,"
                             "site=bapinang temp_c=28.35,temp_c_q=1,do_mg_l=5.1,do_mg_l_q=3,"
                             "do_mg_l_bits=12,ph_q=9,ph_bits=32 1795471950000\n");
    buf_free(&b);
}

static void a_set_of_several_classes_becomes_a_line_each(void **state)
{
    struct reading_set s = sample();
    struct buf b = {0};

    (void)state;
    s.tags.pond[0] = '\0';
    s.n = 3;
    s.v[0] = (struct reading_value){METRIC_RELAY, READING_PASS, 0, 1};
    s.v[1] = (struct reading_value){METRIC_AIR_TEMP_C, READING_NOT_EVALUATED, 0, 31};
    s.v[2] = (struct reading_value){METRIC_TEMP_C, READING_PASS, 0, 29};
    buf_str(&b, "before\n");
    assert_int_equal(lineproto_append(&b, &s), 3);
    assert_string_equal(b.p,
                        "before\n"
                        "water,device=node-2,kecamatan=62.02.06,regency=kotim,site=bapinang "
                        "temp_c=29,temp_c_q=1 1795471950000\n"
                        "weather,device=node-2,kecamatan=62.02.06,regency=kotim,site=bapinang "
                        "air_temp_c=31,air_temp_c_q=2,air_temp_c_bits=0 1795471950000\n"
                        "equipment,device=node-2,kecamatan=62.02.06,regency=kotim,site=bapinang "
                        "relay=1,relay_q=1 1795471950000\n");
    buf_clear(&b);
    s.clock_trusted = false;
    assert_int_equal(lineproto_append(&b, &s), 1);
    assert_string_equal(b.p, "water_uncertain,device=node-2,kecamatan=62.02.06,regency=kotim,"
                             "site=bapinang relay=1,relay_q=1,air_temp_c=31,air_temp_c_q=2,"
                             "air_temp_c_bits=0,temp_c=29,temp_c_q=1 1795471950000\n");
    buf_free(&b);
}

static void numbers_are_short_and_read_back_the_same(void **state)
{
    static const struct {
        const char *says;
        double value;
        const char *text;
    } T[] = {
        {"a tenth", 0.1, "0.1"},
        {"a whole number is still a float", 7, "7"},
        {"what needs 16 digits", 0.1 + 0.2, "0.30000000000000004"},
        {"a third", 1.0 / 3, "0.3333333333333333"},
        {"large", 1e21, "1e+21"},
        {"smallest", DBL_MIN, "2.2250738585072014e-308"},
        {"minus zero", -0.0, "-0"},
        {"largest", DBL_MAX, "1.7976931348623157e+308"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct buf b = {0};
        char want[64];
        bool first = false;
        lineproto_field(&b, &first, "x", T[i].value);
        (void)snprintf(want, sizeof want, ",x=%s", T[i].text);
        if (strcmp(b.p, want) != 0 || strtod(b.p + 3, NULL) != T[i].value)
            fail_msg("%s: %s", T[i].says, b.p);
        buf_free(&b);
    }
}

static void escapes_what_would_break_a_line(void **state)
{
    struct buf b = {0};
    bool first = true;

    (void)state;
    lineproto_measurement(&b, "a b,c=d");
    lineproto_tag(&b, "k y", "v,1=2 3");
    lineproto_tag(&b, "none", "");
    lineproto_tag(&b, "t", "end\\");
    lineproto_tag(&b, "u", "two\nlines");
    lineproto_field(&b, &first, "f,g", 1.5);
    lineproto_field(&b, &first, "nan", NAN);
    lineproto_field(&b, &first, "inf", INFINITY);
    lineproto_field(&b, &first, "h", 2);
    lineproto_end(&b, 12);
    assert_string_equal(b.p,
                        "a\\ b\\,c=d,k\\ y=v\\,1\\=2\\ 3,t=end_,u=two_lines f\\,g=1.5,h=2 12\n");
    assert_false(first);
    buf_free(&b);
}

/* Each change makes a set that must not be sent. */
static void spoil(struct reading_set *s, int how)
{
    switch (how) {
    case 0:
        s->n = 0;
        break;
    case 1:
        s->n = READING_SET_MAX + 1;
        break;
    case 2:
        s->v[0].value = NAN;
        break;
    case 3:
        s->v[1].value = -INFINITY;
        break;
    case 4:
        memcpy(s->tags.device, "Node 2", 7);
        break;
    case 5:
        s->tags.site[0] = '\0';
        break;
    case 6:
        memcpy(s->tags.kecamatan, "62.02.6", 8);
        break;
    case 7:
        s->v[0].flag = 5;
        break;
    case 8:
        s->v[2].metric = s->v[0].metric;
        break;
    case 9:
        s->ts_ms = -1;
        break;
    case 10:
        s->ts_ms = INT64_MAX / 1000000 + 1;
        break;
    case 11:
        s->tags.regency = REGENCY_COUNT;
        break;
    case 12:
        s->v[0].metric = METRIC_COUNT;
        break;
    case 13:
        memcpy(s->tags.pond, "kolam,2", 8);
        break;
    default:
        break;
    }
}

static void refuses_a_set_that_is_not_sendable_and_leaves_the_buffer(void **state)
{
    static const char *const SAYS[] = {"no value",
                                       "too many",
                                       "NaN not flagged missing",
                                       "infinity",
                                       "device is no slug",
                                       "no site",
                                       "short kecamatan code",
                                       "unknown flag",
                                       "a metric twice",
                                       "before 1970",
                                       "after 2262",
                                       "no such regency",
                                       "no such metric",
                                       "pond is no slug"};
    (void)state;
    for (int i = 0; i < (int)(sizeof SAYS / sizeof SAYS[0]); i++) {
        struct reading_set s = sample();
        struct buf b = {0};
        buf_str(&b, "kept");
        spoil(&s, i);
        if (lineproto_append(&b, &s) != NILA_ERR_RANGE || strcmp(b.p, "kept") != 0)
            fail_msg("%s", SAYS[i]);
        buf_free(&b);
    }
}

static uint64_t next(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static double random_double(uint64_t *x)
{
    double v;

    do {
        uint64_t bits = next(x);
        memcpy(&v, &bits, sizeof v);
    } while (!isfinite(v));
    return next(x) % 2 ? v : (double)(int64_t)(next(x) % 2000000) / 1000;
}

/* A set of one class (lines of one class come back whole). */
static struct reading_set random_set(uint64_t *x)
{
    static const uint8_t FLAG[] = {1, 2, 3, 4, 9};
    struct reading_set s = sample();
    enum metric_class group = (enum metric_class)(next(x) % 3);

    s.tags.regency = next(x) % 2 ? REGENCY_KOTIM : REGENCY_SERUYAN;
    (void)snprintf(s.tags.device, sizeof s.tags.device, "d-%u", (unsigned)(next(x) % 100000));
    if (next(x) % 3 == 0)
        s.tags.pond[0] = '\0';
    s.clock_trusted = next(x) % 4 != 0;
    s.ts_ms = (int64_t)(next(x) % 9223372036855ULL);
    s.n = 0;
    for (int m = 0; m < METRIC_COUNT; m++) {
        struct reading_value *v = &s.v[s.n];
        if ((s.clock_trusted && metric_info((enum metric)m)->group != group) || next(x) % 2 == 0)
            continue;
        *v = (struct reading_value){(enum metric)m, FLAG[next(x) % 5], 0, 0};
        v->bits = v->flag == READING_PASS ? 0 : (uint16_t)next(x);
        v->value = v->flag == READING_MISSING ? NAN : random_double(x);
        s.n++;
    }
    return s;
}

static bool same(const struct reading_set *a, const struct reading_set *b)
{
    if (a->n != b->n || a->ts_ms != b->ts_ms || a->clock_trusted != b->clock_trusted ||
        a->tags.regency != b->tags.regency || strcmp(a->tags.kecamatan, b->tags.kecamatan) != 0 ||
        strcmp(a->tags.site, b->tags.site) != 0 || strcmp(a->tags.pond, b->tags.pond) != 0 ||
        strcmp(a->tags.device, b->tags.device) != 0)
        return false;
    for (unsigned i = 0; i < a->n; i++) {
        if (a->v[i].metric != b->v[i].metric || a->v[i].flag != b->v[i].flag ||
            a->v[i].bits != b->v[i].bits)
            return false;
        if (a->v[i].flag == READING_MISSING ? !isnan(b->v[i].value)
                                            : a->v[i].value != b->v[i].value)
            return false;
    }
    return true;
}

static void twenty_thousand_random_sets_come_back_the_same(void **state)
{
    uint64_t x = 20261124;
    int sets = 0;

    (void)state;
    printf("seed %llu\n", (unsigned long long)x);
    while (sets < 20000) {
        struct reading_set s = random_set(&x), back;
        struct buf b = {0};
        if (s.n == 0)
            continue;
        assert_int_equal(lineproto_append(&b, &s), 1);
        if (lineproto_parse(b.p, b.n - 1, &back) != 0 || !same(&s, &back))
            fail_msg("set %d: %s", sets, b.p);
        buf_free(&b);
        sets++;
    }
}

static void refuses_lines_it_never_wrote(void **state)
{
#define TAGS "device=node-2,kecamatan=62.02.06,pond=kolam-2,regency=kotim,site=bapinang"
    static const struct {
        const char *says, *line;
    } T[] = {
        {"nothing", ""},
        {"measurement alone", "water"},
        {"another measurement", "soil," TAGS " temp_c=28,temp_c_q=1 5"},
        {"no tags", "water temp_c=28,temp_c_q=1 5"},
        {"a tag missing", "water,device=node-2,regency=kotim,site=bapinang temp_c=28,temp_c_q=1 5"},
        {"tags out of order",
         "water,site=b,device=n,kecamatan=62.02.06,regency=kotim temp_c_q=9 5"},
        {"a tag twice", "water,device=n,device=n,kecamatan=62.02.06,regency=kotim,site=b ph_q=9 5"},
        {"an unknown tag", "water," TAGS ",zone=1 temp_c=28,temp_c_q=1 5"},
        {"unknown regency", "water,device=n,kecamatan=62.02.06,regency=x,site=b ph=7,ph_q=1 5"},
        {"no time", "water," TAGS " temp_c=28,temp_c_q=1"},
        {"empty time", "water," TAGS " temp_c=28,temp_c_q=1 "},
        {"negative time", "water," TAGS " temp_c=28,temp_c_q=1 -5"},
        {"time in nanoseconds", "water," TAGS " temp_c=28,temp_c_q=1 1795471950000000000"},
        {"CR at the end", "water," TAGS " temp_c=28,temp_c_q=1 5\r"},
        {"value without flag", "water," TAGS " temp_c=28 5"},
        {"flag without value", "water," TAGS " temp_c_q=1 5"},
        {"missing with a value", "water," TAGS " temp_c=28,temp_c_q=9,temp_c_bits=0 5"},
        {"bad flag", "water," TAGS " temp_c=28,temp_c_q=7,temp_c_bits=0 5"},
        {"suspect without bits", "water," TAGS " temp_c=28,temp_c_q=3 5"},
        {"pass with bits", "water," TAGS " temp_c=28,temp_c_q=1,temp_c_bits=0 5"},
        {"bits too large", "water," TAGS " temp_c=28,temp_c_q=3,temp_c_bits=65536 5"},
        {"bits not whole", "water," TAGS " temp_c=28,temp_c_q=3,temp_c_bits=0.5 5"},
        {"a field twice", "water," TAGS " temp_c=28,temp_c=28,temp_c_q=1 5"},
        {"another class", "water," TAGS " air_temp_c=28,air_temp_c_q=1 5"},
        {"unknown metric", "water," TAGS " soul=28,soul_q=1 5"},
        {"an integer", "water," TAGS " temp_c=28i,temp_c_q=1 5"},
        {"nan", "water," TAGS " temp_c=nan,temp_c_q=1 5"},
        {"hexadecimal", "water," TAGS " temp_c=0x10,temp_c_q=1 5"},
        {"overflow", "water," TAGS " temp_c=1e400,temp_c_q=1 5"},
        {"a string", "water," TAGS " temp_c=\"28\",temp_c_q=1 5"},
        {"a stray backslash", "water," TAGS " temp_c=2\\8,temp_c_q=1 5"},
    };
#undef TAGS
    struct reading_set out;

    (void)state;
    memset(&out, 0x5a, sizeof out);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (lineproto_parse(T[i].line, strlen(T[i].line), &out) != NILA_ERR_PARSE)
            fail_msg("%s: %s", T[i].says, T[i].line);
    assert_int_equal(out.n, 0x5a5a5a5a); /* untouched on failure */
}

static void reads_no_further_than_it_is_told(void **state)
{
    struct reading_set s = sample(), back;
    struct buf b = {0};

    (void)state;
    assert_int_equal(lineproto_append(&b, &s), 1);
    for (size_t n = 0; n < b.n - 1; n++) {
        char *exact = malloc(n + 1); /* no 0 behind it: a sanitizer sees a read too far */
        int rc;
        assert_non_null(exact);
        memcpy(exact, b.p, n);
        rc = lineproto_parse(exact, n, &back);
        /* a shortened time is still a time; any other cut is no line */
        if (rc != 0 ? n > b.n - 13 : n <= b.n - 15)
            fail_msg("cut at %zu gives %d", n, rc);
        free(exact);
    }
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_tags_sorted_and_every_flag),
        cmocka_unit_test(a_set_of_several_classes_becomes_a_line_each),
        cmocka_unit_test(numbers_are_short_and_read_back_the_same),
        cmocka_unit_test(escapes_what_would_break_a_line),
        cmocka_unit_test(refuses_a_set_that_is_not_sendable_and_leaves_the_buffer),
        cmocka_unit_test(twenty_thousand_random_sets_come_back_the_same),
        cmocka_unit_test(refuses_lines_it_never_wrote),
        cmocka_unit_test(reads_no_further_than_it_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
