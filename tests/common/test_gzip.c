/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "collector/common/gzip.h"

static void comes_back_byte_for_byte(void **state)
{
    static const size_t SIZE[] = {0, 1, 17, 16383, 16384, 16385, 300000};
    struct buf packed = {0}, back = {0};

    (void)state;
    for (size_t i = 0; i < sizeof SIZE / sizeof SIZE[0]; i++) {
        char *text = malloc(SIZE[i] + 1);
        assert_non_null(text);
        for (size_t k = 0; k < SIZE[i]; k++)
            text[k] = (char)((k * 2654435761U) >> (k % 24));
        for (int level = 1; level <= 9; level += 4) {
            assert_int_equal(gzip_pack(&packed, text, SIZE[i], level), 0);
            assert_int_equal(gzip_unpack(&back, packed.p, packed.n, SIZE[i]), 0);
            assert_int_equal(back.n, SIZE[i]);
            if (SIZE[i] > 0)
                assert_memory_equal(back.p, text, SIZE[i]);
        }
        free(text);
    }
    buf_free(&packed);
    buf_free(&back);
}

static void reads_what_gzip_itself_wrote(void **state)
{
    /* printf 'nila\n' | gzip -9n */
    /* clang-format off */
    static const unsigned char FILE_BYTES[] = {
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0xcb, 0xcc,
        0x49, 0xe4, 0x02, 0x00, 0x04, 0x07, 0xf0, 0x7b, 0x05, 0x00, 0x00, 0x00};
    /* clang-format on */
    struct buf back = {0};

    (void)state;
    assert_int_equal(gzip_unpack(&back, FILE_BYTES, sizeof FILE_BYTES, 100), 0);
    assert_string_equal(back.p, "nila\n");
    buf_free(&back);
}

static void makes_line_protocol_small(void **state)
{
    struct buf text = {0}, packed = {0};

    (void)state;
    for (int i = 0; i < 1000; i++)
        buf_printf(&text, "water,device=d%d,pond=p do_mg_l=5.%d,temp_c=28.%d %d\n", i % 10, i % 97,
                   i % 13, i);
    assert_int_equal(gzip_pack(&packed, text.p, text.n, 6), 0);
    assert_true(packed.n * 5 < text.n);
    buf_free(&text);
    buf_free(&packed);
}

static void refuses_what_is_not_whole_and_not_gzip(void **state)
{
    struct buf packed = {0}, back = {0};

    (void)state;
    assert_int_equal(gzip_pack(&packed, "a pond", 6, 0), NILA_ERR_RANGE);
    assert_int_equal(gzip_pack(&packed, "a pond", 6, 10), NILA_ERR_RANGE);
    assert_int_equal(gzip_pack(&packed, "a pond of fish", 14, 6), 0);
    for (size_t n = 0; n < packed.n; n++) /* cut anywhere */
        if (gzip_unpack(&back, packed.p, n, 100) != NILA_ERR_CORRUPT || back.n != 0)
            fail_msg("cut after %zu bytes was taken", n);
    assert_int_equal(gzip_unpack(&back, packed.p, packed.n, 13), NILA_ERR_FULL);
    assert_int_equal(back.n, 0);
    assert_int_equal(gzip_unpack(&back, packed.p, packed.n, 14), 0);
    packed.p[packed.n - 6] ^= 1; /* the checksum */
    assert_int_equal(gzip_unpack(&back, packed.p, packed.n, 100), NILA_ERR_CORRUPT);
    packed.p[packed.n - 6] ^= 1;
    buf_str(&packed, "x"); /* something behind it */
    assert_int_equal(gzip_unpack(&back, packed.p, packed.n, 100), NILA_ERR_CORRUPT);
    assert_int_equal(gzip_unpack(&back, "not gzip at all", 15, 100), NILA_ERR_CORRUPT);
    buf_free(&packed);
    buf_free(&back);
}

static void a_bomb_stops_at_the_bound(void **state)
{
    struct buf packed = {0}, back = {0};
    size_t n = (size_t)8 * 1024 * 1024;
    char *zeros = calloc(n, 1);

    (void)state;
    assert_non_null(zeros);
    assert_int_equal(gzip_pack(&packed, zeros, n, 9), 0);
    assert_true(packed.n < 20000);
    assert_int_equal(gzip_unpack(&back, packed.p, packed.n, 100000), NILA_ERR_FULL);
    assert_true(back.cap < 300000);
    free(zeros);
    buf_free(&packed);
    buf_free(&back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_byte_for_byte),
        cmocka_unit_test(reads_what_gzip_itself_wrote),
        cmocka_unit_test(makes_line_protocol_small),
        cmocka_unit_test(refuses_what_is_not_whole_and_not_gzip),
        cmocka_unit_test(a_bomb_stops_at_the_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
