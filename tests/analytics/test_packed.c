/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

#include "analytics/web/assets.h"
#include "analytics/web/packed.h"
#include "collector/common/gzip.h"

static void text_of(struct buf *b, const char *who, size_t lines)
{
    buf_clear(b);
    for (size_t i = 0; i < lines; i++)
        buf_printf(b, "<p>%s: kolam %zu, oksigen 5,4 mg/L</p>\n", who, i);
}

/* What is given for the body is the body. */
static void check(struct packed *p, const struct buf *body, uint64_t hash)
{
    struct buf out = {0}, back = {0};

    assert_true(packed_body(p, body, hash, &out));
    assert_int_equal(gzip_unpack(&back, out.p, out.n, 1 << 20), 0);
    assert_int_equal(back.n, body->n);
    assert_memory_equal(back.p, body->p, back.n);
    buf_free(&out);
    buf_free(&back);
}

static void the_same_body_is_packed_once(void **state)
{
    struct packed *p = packed_new(0);
    struct buf a = {0}, b = {0};

    (void)state;
    text_of(&a, "Budi", 40);
    text_of(&b, "Siti", 40);
    for (int i = 0; i < 5; i++) {
        check(p, &a, assets_hash(a.p, a.n));
        check(p, &b, assets_hash(b.p, b.n));
    }
    assert_int_equal(packed_counts(p).packings, 2);
    packed_free(p);
    packed_free(NULL);
    buf_free(&a);
    buf_free(&b);
}

/* A hash of 64 bits can be met by somebody who tries: what decides is every byte. */
static void two_bodies_of_one_hash_are_not_mistaken(void **state)
{
    struct packed *p = packed_new(0);
    struct buf a = {0}, b = {0};

    (void)state;
    text_of(&a, "Budi", 40);
    text_of(&b, "Siti", 40); /* as long */
    for (int i = 0; i < 3; i++) {
        check(p, &a, 2385);
        check(p, &b, 2385);
    }
    assert_int_equal(packed_counts(p).packings, 2);
    packed_free(p);
    buf_free(&a);
    buf_free(&b);
}

static void what_is_kept_has_a_bound(void **state)
{
    struct packed *p = packed_new(100000);
    struct buf a = {0}, first = {0};
    char who[32];

    (void)state;
    text_of(&first, "pertama", 100);
    for (int i = 0; i < 300; i++) {
        (void)snprintf(who, sizeof who, "orang %d", i);
        text_of(&a, who, 100);
        check(p, &a, assets_hash(a.p, a.n));
        check(p, &first, assets_hash(first.p, first.n)); /* what is asked for stays */
        assert_true(packed_counts(p).bytes <= 100000);
    }
    assert_int_equal(packed_counts(p).packings, 301);
    text_of(&a, "orang 0", 100); /* long gone */
    check(p, &a, assets_hash(a.p, a.n));
    assert_int_equal(packed_counts(p).packings, 302);
    text_of(&a, "panjang", 4000); /* too large to be kept */
    assert_true(a.n > PACKED_MOST);
    check(p, &a, assets_hash(a.p, a.n));
    check(p, &a, assets_hash(a.p, a.n));
    assert_int_equal(packed_counts(p).packings, 304);
    packed_free(p);
    buf_free(&a);
    buf_free(&first);
}

static void what_does_not_get_smaller_is_left_as_it_is(void **state)
{
    struct packed *p = packed_new(0);
    struct buf a = {0}, out = {0};
    uint32_t x = 2385;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        char byte;
        x = x * 1664525U + 1013904223U;
        byte = (char)(x >> 24);
        buf_add(&a, &byte, 1);
    }
    for (int i = 0; i < 3; i++)
        assert_false(packed_body(p, &a, 1, &out));
    assert_int_equal(out.n, 0);
    assert_int_equal(packed_counts(p).packings, 1);
    packed_free(p);
    buf_free(&a);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_body_is_packed_once),
        cmocka_unit_test(two_bodies_of_one_hash_are_not_mistaken),
        cmocka_unit_test(what_is_kept_has_a_bound),
        cmocka_unit_test(what_does_not_get_smaller_is_left_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
