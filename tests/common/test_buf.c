/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/common/buf.h"
#include "collector/common/log.h"

static void an_empty_buffer_needs_no_memory(void **state)
{
    struct buf b = {0};

    (void)state;
    buf_clear(&b);
    assert_null(b.p);
    buf_free(&b);
    buf_add(&b, NULL, 0);
    assert_non_null(b.p);
    assert_string_equal(b.p, "");
    buf_free(&b);
    assert_null(b.p);
    assert_int_equal(b.cap, 0);
}

static void text_is_always_closed_by_a_nought(void **state)
{
    struct buf b = {0};
    size_t n = 0;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        buf_add(&b, "abcdefg", (size_t)(i % 8 == 7 ? 0 : i % 8));
        n += (size_t)(i % 8 == 7 ? 0 : i % 8);
        assert_int_equal(b.n, n);
        assert_int_equal(b.p[n], 0);
        assert_true(b.cap > n);
    }
    buf_free(&b);
}

static void bytes_of_nought_are_kept(void **state)
{
    struct buf b = {0};

    (void)state;
    buf_add(&b, "a\0b", 3);
    buf_str(&b, "c");
    assert_int_equal(b.n, 4);
    assert_memory_equal(b.p, "a\0bc", 5);
    buf_free(&b);
}

static void printf_of_any_length_fits(void **state)
{
    char *x = xcalloc(100001, 1);
    struct buf b = {0};

    (void)state;
    memset(x, 'x', 100000);
    for (size_t n = 0; n < 300; n++) {
        buf_clear(&b);
        buf_printf(&b, "%d:%.*s;", 7, (int)n, x);
        assert_int_equal(b.n, n + 3);
        assert_int_equal(b.p[b.n - 1], ';');
        assert_int_equal(b.p[b.n], 0);
    }
    buf_clear(&b);
    buf_printf(&b, "%s", x);
    buf_printf(&b, "%s", "");
    assert_int_equal(b.n, 100000);
    buf_free(&b);
    free(x);
}

static void clearing_keeps_the_memory(void **state)
{
    struct buf b = {0};
    const char *p;

    (void)state;
    buf_str(&b, "some text");
    p = b.p;
    buf_clear(&b);
    assert_int_equal(b.n, 0);
    assert_string_equal(b.p, "");
    buf_str(&b, "other");
    assert_ptr_equal(b.p, p);
    assert_string_equal(b.p, "other");
    buf_free(&b);
}

static void a_size_that_cannot_be_ends_the_program(void **state)
{
    int status = 0;
    pid_t child;

    (void)state;
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct buf b = {0};
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(1);
        buf_add(&b, "x", SIZE_MAX / 2);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 70); /* EX_SOFTWARE */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_needs_no_memory),
        cmocka_unit_test(text_is_always_closed_by_a_nought),
        cmocka_unit_test(bytes_of_nought_are_kept),
        cmocka_unit_test(printf_of_any_length_fits),
        cmocka_unit_test(clearing_keeps_the_memory),
        cmocka_unit_test(a_size_that_cannot_be_ends_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
