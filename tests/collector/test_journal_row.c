/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/lineproto.h"
#include "collector/journal_row.h"

static struct reading_set a_set(unsigned n)
{
    struct reading_set s = {.tags = {.regency = REGENCY_SERUYAN,
                                     .kecamatan = "62.07.03",
                                     .site = "pokdakan-sembuluh",
                                     .pond = "kolam-2",
                                     .device = "node-7"},
                            .ts_ms = 1795471950123,
                            .clock_trusted = true,
                            .n = n};
    for (unsigned i = 0; i < n; i++)
        s.v[i] = (struct reading_value){
            .metric = (enum metric)(i % METRIC_COUNT), .flag = READING_PASS, .value = i + 0.25};
    return s;
}

static void assert_same_value(const struct reading_value *a, const struct reading_value *b)
{
    assert_int_equal(a->metric, b->metric);
    assert_int_equal(a->flag, b->flag);
    assert_int_equal(a->bits, b->bits);
    if (a->flag == READING_MISSING)
        assert_true(isnan(a->value) && isnan(b->value));
    else
        assert_memory_equal(&a->value, &b->value, sizeof a->value);
}

static const struct journal_row_head HEAD_1 = {.tag_id = 1}, HEAD_300 = {.tag_id = 300};

/* Packs, unpacks, compares; returns the length. */
static size_t round_trip(const struct reading_set *s, uint32_t tag_id)
{
    unsigned char row[JOURNAL_ROW_SIZE_MAX];
    struct reading_set back = {.tags = s->tags};
    struct journal_row_head head = {.tag_id = tag_id, .boot = s->boot_ms > 0 ? 300 : 0};
    size_t n;

    assert_int_equal(journal_row_check(s), 0);
    n = journal_row_pack(row, &head, 77, s);
    memset(&head, 0, sizeof head);
    assert_true(n <= JOURNAL_ROW_SIZE_MAX);
    assert_int_equal(journal_row_peek(row, n, &head), 0);
    assert_int_equal(head.tag_id, tag_id);
    assert_int_equal(head.ts_ms, s->ts_ms);
    assert_int_equal(head.boot_ms, s->boot_ms);
    assert_int_equal(journal_row_unpack(row, n, 77, &back), 0);
    assert_int_equal(back.ts_ms, s->ts_ms);
    assert_int_equal(back.clock_trusted, s->clock_trusted);
    assert_int_equal(back.boot_ms, s->boot_ms);
    assert_int_equal(back.n, s->n);
    for (unsigned i = 0; i < s->n; i++)
        assert_same_value(&s->v[i], &back.v[i]);
    return n;
}

static void gives_every_value_back_bit_for_bit_in_its_shortest_form(void **state)
{
    static const struct {
        const char *says;
        double value;
        unsigned bytes; /* of the value alone */
    } T[] = {
        {"a decimal that no float can hold", 5.13, 2},
        {"zero", 0.0, 2},
        {"minus zero is another double", -0.0, 4},
        {"largest of 16 bits", 32767, 2},
        {"one more", 32768, 3},
        {"smallest of 16 bits", -32768, 2},
        {"smallest of 16 bits, two decimals", -327.68, 2},
        {"three decimals", 32.767, 2},
        {"three decimals, 24 bits", 8388.607, 3},
        {"24 bits, negative", -8388608, 3},
        {"32 bits", 2147483647, 4},
        {"32 bits and three decimals", -2147483.648, 4},
        {"a float that is no short decimal", (double)(1.0F / 3.0F), 4},
        {"largest float", (double)FLT_MAX, 4},
        {"a third", 1.0 / 3.0, 8},
        {"just above the floats", (double)FLT_MAX * 2, 8},
        {"largest double", DBL_MAX, 8},
        {"smallest denormal double", 4.9406564584124654e-324, 8},
        {"four decimals", 2.3857, 8},
    };
    const size_t around = 1 + 1 + 1 + 6 + 2 + 4;

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct reading_set s = a_set(1);
        size_t n;
        s.v[0].value = T[i].value;
        n = round_trip(&s, 1);
        if (n != around + T[i].bytes)
            fail_msg("%s: %zu bytes, expected %zu", T[i].says, n, around + T[i].bytes);
    }
}

static void holds_a_usual_set_of_twelve_values_in_61_bytes(void **state)
{
    struct reading_set s = a_set(12);

    (void)state;
    for (unsigned i = 0; i < 12; i++)
        s.v[i].value = (double)(613 + 17 * i) / 100;
    assert_int_equal(round_trip(&s, 5), 61);
}

static void gives_random_sets_back(void **state)
{
    enum {
        MOST = (int)METRIC_COUNT < READING_SET_MAX ? (int)METRIC_COUNT : READING_SET_MAX
    };
    uint64_t r = 20261124;

    (void)state;
    assert_int_not_equal(METRIC_COUNT % 7, 0); /* so that steps of seven meet every metric */
    for (int round = 0; round < 20000; round++) {
        struct reading_set s = a_set(1 + (unsigned)(round % MOST));
        s.ts_ms = (int64_t)(r >> 17) % READING_TS_MAX_MS;
        s.boot_ms = round % 3 == 0 ? 0 : (int64_t)(r >> (17 + round % 40));
        s.clock_trusted = (r & 1) != 0;
        for (unsigned i = 0; i < s.n; i++) {
            static const int FLAG[] = {1, 2, 3, 4, 9};
            r = r * 6364136223846793005ULL + 1442695040888963407ULL;
            s.v[i].flag = (uint8_t)FLAG[(r >> 40) % 5];
            s.v[i].bits = (uint16_t)((r >> 50) % 3 == 0 ? r >> 33 : 0);
            s.v[i].metric = (enum metric)(((unsigned)round + i * 7) % METRIC_COUNT);
            memcpy(&s.v[i].value, &r, sizeof r);
            if ((r >> 44) % 2 == 0)
                s.v[i].value = (double)(int32_t)(r >> 12) / 1000;
            if (s.v[i].flag == READING_MISSING)
                s.v[i].value = (double)NAN;
            else if (!isfinite(s.v[i].value))
                s.v[i].value = 1.5;
        }
        (void)round_trip(&s, (uint32_t)(r >> 32));
    }
}

static void holds_the_boot_in_8_bytes_more_at_most(void **state)
{
    struct reading_set s = a_set(3);
    size_t bare = round_trip(&s, 1);

    (void)state;
    s.boot_ms = 1;
    assert_int_equal(round_trip(&s, 1), bare + 3);
    s.boot_ms = INT64_C(30) * 86400000; /* a month: five bytes more, and two for boot 300 */
    assert_int_equal(round_trip(&s, 1), bare + 7);
    s.boot_ms = ((int64_t)1 << 47) - 1;
    (void)round_trip(&s, UINT32_MAX);
}

/* The form every version before this one wrote, byte by byte, so that the code that reads it cannot change with the code
 * that writes. */
static void reads_the_first_form_as_it_was_written(void **state)
{
    static const unsigned char OLD[] = {
        0x01,                               /* version */
        0x82,                               /* 2 values, trusted */
        0xac, 0x02,                         /* tag set 300 */
        0xb0, 0x5c, 0x74, 0x0a, 0xa2, 0x01, /* 1795471727792 ms */
        0x00, 0x31, 0x01, 0x02,             /* temp_c, 0x0201 / 100, pass */
        0x81, 0x13, 0x04, 0x00, 0x05, 0x00, /* do_mg_l, suspect, SPIKE, 5 */
        0x1e, 0x48, 0x27, 0x38}; /* CRC-32 over "kotim|62.02.06|uji|kolam-1|node-1", 77, these */
    struct reading_set s = {.tags = {.regency = REGENCY_KOTIM,
                                     .kecamatan = "62.02.06",
                                     .site = "uji",
                                     .pond = "kolam-1",
                                     .device = "node-1"}};
    struct journal_row_head head;

    (void)state;
    assert_int_equal(journal_row_peek(OLD, sizeof OLD, &head), 0);
    assert_int_equal(head.tag_id, 300);
    assert_int_equal(head.boot, 0);
    assert_int_equal(journal_row_unpack(OLD, sizeof OLD, 77, &s), 0);
    assert_int_equal(s.ts_ms, 1795471727792);
    assert_true(s.clock_trusted);
    assert_int_equal(s.boot_ms, 0);
    assert_int_equal(s.n, 2);
    assert_true(s.v[0].value == 5.13 && s.v[0].metric == METRIC_TEMP_C);
    assert_true(s.v[1].value == 5 && s.v[1].flag == READING_SUSPECT &&
                s.v[1].bits == READING_BIT_SPIKE);
}

static void finds_every_flipped_bit(void **state)
{
    unsigned char row[JOURNAL_ROW_SIZE_MAX];
    struct reading_set s = a_set(7);
    size_t n;

    (void)state;
    s.v[2].bits = READING_BIT_SPIKE;
    s.v[3] =
        (struct reading_value){.metric = METRIC_PH, .flag = READING_MISSING, .value = (double)NAN};
    n = journal_row_pack(row, &HEAD_300, 77, &s);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        struct reading_set back = {.tags = s.tags};
        int rc;
        row[bit / 8] ^= (unsigned char)(1U << (bit % 8));
        rc = journal_row_unpack(row, n, 77, &back);
        if (rc != NILA_ERR_CORRUPT && rc != NILA_ERR_UNSUPPORTED)
            fail_msg("bit %zu of %zu flipped: %d", bit, 8 * n, rc);
        row[bit / 8] ^= (unsigned char)(1U << (bit % 8));
    }
}

static void refuses_a_row_that_is_cut_or_too_long(void **state)
{
    unsigned char row[JOURNAL_ROW_SIZE_MAX + 1];
    struct reading_set s = a_set(3);
    size_t n = journal_row_pack(row, &HEAD_1, 77, &s);

    (void)state;
    for (size_t k = 0; k <= n + 1; k++) {
        struct reading_set back = {.tags = s.tags};
        unsigned char *exact = malloc(k > 0 ? k : 1); /* so that a read too far is seen */
        assert_non_null(exact);
        memcpy(exact, row, k <= n ? k : n);
        if (k > n)
            exact[n] = 0;
        assert_int_equal(journal_row_unpack(exact, k, 77, &back), k == n ? 0 : NILA_ERR_CORRUPT);
        free(exact);
    }
}

static void refuses_a_row_under_the_tags_of_another_pond_or_another_number(void **state)
{
    unsigned char row[JOURNAL_ROW_SIZE_MAX];
    struct reading_set s = a_set(3), back = {.tags = s.tags};
    size_t n = journal_row_pack(row, &HEAD_1, 77, &s);

    (void)state;
    (void)snprintf(back.tags.pond, sizeof back.tags.pond, "kolam-3");
    assert_int_equal(journal_row_unpack(row, n, 77, &back), NILA_ERR_CORRUPT);
    back.tags = s.tags;
    assert_int_equal(journal_row_unpack(row, n, 78, &back), NILA_ERR_CORRUPT);
    assert_int_equal(journal_row_unpack(row, n, 77, &back), 0);
}

static void says_when_a_row_is_of_a_newer_form(void **state)
{
    unsigned char row[JOURNAL_ROW_SIZE_MAX];
    struct reading_set s = a_set(3), back = {.tags = s.tags};
    size_t n = journal_row_pack(row, &HEAD_1, 77, &s);
    struct journal_row_head head;

    (void)state;
    row[0] = JOURNAL_ROW_VERSION + 1;
    assert_int_equal(journal_row_unpack(row, n, 77, &back), NILA_ERR_UNSUPPORTED);
    assert_int_equal(journal_row_peek(row, n, &head), NILA_ERR_UNSUPPORTED);
    assert_int_equal(journal_row_peek(row, 0, &head), NILA_ERR_CORRUPT);
}

struct spoil {
    bool lines_too;
    const char *says;
    void (*how)(struct reading_set *s);
    int rc;
};

static void nothing(struct reading_set *s)
{
    (void)s;
}
static void no_values(struct reading_set *s)
{
    s->n = 0;
}
static void too_many(struct reading_set *s)
{
    s->n = READING_SET_MAX + 1;
}
static void silent_nan(struct reading_set *s)
{
    s->v[1].value = (double)NAN;
}
static void missing(struct reading_set *s)
{
    s->v[1].value = (double)NAN;
    s->v[1].flag = READING_MISSING;
}
static void infinite(struct reading_set *s)
{
    s->v[0].value = -(double)INFINITY;
}
static void no_flag(struct reading_set *s)
{
    s->v[0].flag = 0;
}
static void odd_flag(struct reading_set *s)
{
    s->v[0].flag = 5;
}
static void no_metric(struct reading_set *s)
{
    s->v[0].metric = METRIC_COUNT;
}
static void bad_device(struct reading_set *s)
{
    s->tags.device[0] = 'X';
}
static void no_device(struct reading_set *s)
{
    s->tags.device[0] = '\0';
}
static void no_pond(struct reading_set *s)
{
    s->tags.pond[0] = '\0';
}
static void bad_pond(struct reading_set *s)
{
    s->tags.pond[2] = '|';
}
static void bad_code(struct reading_set *s)
{
    s->tags.kecamatan[0] = '7';
}
static void bad_regency(struct reading_set *s)
{
    s->tags.regency = REGENCY_COUNT;
}
static void far_time(struct reading_set *s)
{
    s->ts_ms = READING_TS_MAX_MS + 1;
}
static void last_time(struct reading_set *s)
{
    s->ts_ms = READING_TS_MAX_MS;
}
static void before_1970(struct reading_set *s)
{
    s->ts_ms = -1;
}
static void negative_boot(struct reading_set *s)
{
    s->boot_ms = -1;
}
static void metric_twice(struct reading_set *s)
{
    s->v[1].metric = s->v[0].metric;
}

static void checks_what_may_be_stored(void **state)
{
    static const struct spoil T[] = {
        {true, "a good set", nothing, 0},
        {true, "a site's own device", no_pond, 0},
        {true, "a missing value that says so", missing, 0},
        {true, "no values", no_values, NILA_ERR_RANGE},
        {true, "more values than a set holds", too_many, NILA_ERR_RANGE},
        {true, "a NaN that is not flagged", silent_nan, NILA_ERR_RANGE},
        {true, "an infinity", infinite, NILA_ERR_RANGE},
        {true, "flag 0", no_flag, NILA_ERR_RANGE},
        {true, "flag 5", odd_flag, NILA_ERR_RANGE},
        {true, "an unknown metric", no_metric, NILA_ERR_RANGE},
        {true, "a device that is no slug", bad_device, NILA_ERR_RANGE},
        {true, "no device", no_device, NILA_ERR_RANGE},
        {true, "a separator in a pond", bad_pond, NILA_ERR_RANGE},
        {false, "a kecamatan of elsewhere", bad_code, NILA_ERR_RANGE},
        {true, "no regency", bad_regency, NILA_ERR_RANGE},
        {true, "2262, the last moment there is", last_time, 0},
        {true, "a millisecond after it", far_time, NILA_ERR_RANGE},
        {true, "before 1970", before_1970, NILA_ERR_RANGE},
        {false, "before the machine was switched on", negative_boot, NILA_ERR_RANGE},
        {true, "a metric twice", metric_twice, NILA_ERR_RANGE},
    };

    struct buf lines = {0};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct reading_set s = a_set(2);
        T[i].how(&s);
        if (journal_row_check(&s) != T[i].rc)
            fail_msg("%s", T[i].says);
        /* what is taken in can go out; what is not could not */
        buf_clear(&lines);
        if (T[i].lines_too && (lineproto_append(&lines, &s) < 0) != (T[i].rc != 0))
            fail_msg("%s: lines say something else", T[i].says);
    }
    buf_free(&lines);
}

static void reads_tags_back_and_refuses_others(void **state)
{
    static const struct {
        const char *says, *text;
        int rc;
    } T[] = {
        {"a pond's device", "kotim|62.02.06|site-a|kolam-1|node-1", 0},
        {"a site's device", "seruyan|62.07.03|s||w", 0},
        {"too few parts", "kotim|62.02.06|site-a|kolam-1", NILA_ERR_PARSE},
        {"too many parts", "kotim|62.02.06|site-a|kolam-1|node-1|x", NILA_ERR_PARSE},
        {"no device", "kotim|62.02.06|site-a|kolam-1|", NILA_ERR_PARSE},
        {"an unknown regency", "katingan|62.02.06|site-a|kolam-1|node-1", NILA_ERR_PARSE},
        {"a long code", "kotim|62.02.06.1|site-a|kolam-1|node-1", NILA_ERR_PARSE},
        {"a capital letter", "kotim|62.02.06|site-a|Kolam-1|node-1", NILA_ERR_PARSE},
        {"nothing", "", NILA_ERR_PARSE},
    };
    struct reading_set s = a_set(1);
    char text[JOURNAL_TAGS_SIZE];
    struct reading_tags back;

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (journal_tags_parse(T[i].text, &back) != T[i].rc)
            fail_msg("%s", T[i].says);
    journal_tags_text(text, &s.tags);
    assert_string_equal(text, "seruyan|62.07.03|pokdakan-sembuluh|kolam-2|node-7");
    assert_int_equal(journal_tags_parse(text, &back), 0);
    assert_string_equal(back.device, "node-7");
    s.tags.pond[0] = '\0';
    journal_tags_text(text, &s.tags);
    assert_int_equal(journal_tags_parse(text, &back), 0);
    assert_string_equal(back.pond, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_every_value_back_bit_for_bit_in_its_shortest_form),
        cmocka_unit_test(holds_a_usual_set_of_twelve_values_in_61_bytes),
        cmocka_unit_test(gives_random_sets_back),
        cmocka_unit_test(holds_the_boot_in_8_bytes_more_at_most),
        cmocka_unit_test(reads_the_first_form_as_it_was_written),
        cmocka_unit_test(finds_every_flipped_bit),
        cmocka_unit_test(refuses_a_row_that_is_cut_or_too_long),
        cmocka_unit_test(refuses_a_row_under_the_tags_of_another_pond_or_another_number),
        cmocka_unit_test(says_when_a_row_is_of_a_newer_form),
        cmocka_unit_test(checks_what_may_be_stored),
        cmocka_unit_test(reads_tags_back_and_refuses_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
