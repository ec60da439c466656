/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collector/common/archive.h"
#include "tests/support/support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/common/log.h"

static char dir[256], path[300], why[400];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/a.tar", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    support_rmdir(dir);
    return 0;
}

static const struct archive_source FILES[] = {
    {.name = "collector.json", .bytes = "{}", .n = 2, .mode = 0644},
    {.name = "devices/a-1.json", .bytes = "", .n = 0, .mode = 0644},
    {.name = "big", .bytes = NULL, .n = 70000, .mode = 0600},
};

static void write_one(struct archive_source *file, size_t n)
{
    struct buf manifest = {0};

    assert_int_equal(archive_manifest(&manifest, "\"kind\":\"x\"", file, n, why, sizeof why), 0);
    assert_int_equal(archive_write(path, &manifest, "sig", 3, file, n, why, sizeof why), 0);
    buf_free(&manifest);
}

static char *big(void)
{
    char *b = xcalloc(70000, 1);

    for (size_t i = 0; i < 70000; i++)
        b[i] = (char)(i * 7919);
    return b;
}

static void gives_back_what_was_put_in(void **state)
{
    struct archive_source file[3];
    struct archive *a = NULL;
    struct buf text = {0};
    char *bytes = big(), out[320];
    size_t n;

    (void)state;
    memcpy(file, FILES, sizeof file);
    file[2].bytes = bytes;
    write_one(file, 3);
    assert_int_equal(archive_open(&a, path, 100000, why, sizeof why), 0);
    assert_int_equal(archive_files(a), 3);
    assert_memory_equal(archive_signature(a, &n), "sig", 3);
    assert_int_equal(n, 3);
    assert_non_null(strstr(archive_manifest_text(a, &n), "\"kind\":\"x\""));
    assert_int_equal(archive_find(a, "big"), 2);
    assert_int_equal(archive_find(a, ARCHIVE_MANIFEST), -1);
    assert_int_equal(archive_text(a, 2, 100000, &text), 0);
    assert_int_equal(text.n, 70000);
    assert_memory_equal(text.p, bytes, 70000);
    assert_int_equal(archive_text(a, 2, 69999, &text), NILA_ERR_FULL);
    (void)snprintf(out, sizeof out, "%s/out", dir);
    assert_int_equal(archive_extract(a, 0, out, 0640, why, sizeof why), 0);
    assert_int_equal(archive_extract(a, 0, out, 0640, why, sizeof why),
                     NILA_ERR_IO); /* it is there */
    buf_free(&text);
    archive_close(a);
    assert_int_equal(archive_open(&a, path, 70000, why, sizeof why), NILA_ERR_FULL);
    free(bytes);
}

static void put_byte(size_t at, unsigned char byte)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    assert_true(fd >= 0 && pwrite(fd, &byte, 1, (off_t)at) == 1);
    (void)close(fd);
}

static void refuses_every_changed_byte_and_every_cut(void **state)
{
    struct archive_source file[2];
    struct archive *a = NULL;
    static unsigned char all[8192];
    size_t n, taken = 0;
    FILE *f;

    (void)state;
    memcpy(file, FILES, sizeof file);
    write_one(file, 2);
    f = fopen(path, "r");
    n = fread(all, 1, sizeof all, f);
    (void)fclose(f);
    assert_true(n > 2048 && n < sizeof all);
    for (size_t i = 0; i < n;
         i++) { /* what is no content is owner, mode, time, padding: of no consequence */
        int rc;
        put_byte(i, all[i] ^ 0x15);
        rc = archive_open(&a, path, 100000, why, sizeof why);
        if (rc == 0) {
            struct buf text = {0};
            size_t m;
            const char *manifest = archive_manifest_text(a, &m);
            taken++;
            assert_non_null(strstr(manifest, "collector.json"));
            assert_int_equal(archive_text(a, (size_t)archive_find(a, "collector.json"), 10, &text),
                             0);
            assert_string_equal(text.p, "{}");
            buf_free(&text);
            archive_close(a);
        } else {
            assert_true(rc == NILA_ERR_CORRUPT || rc == NILA_ERR_FULL);
        }
        put_byte(i, all[i]);
    }
    print_message("%zu of %zu bytes may change without a consequence\n", taken, n);
    for (size_t cut = n - 513; cut > 0; cut--) { /* the second block of the end may be missing */
        assert_int_equal(truncate(path, (off_t)cut), 0);
        assert_int_equal(archive_open(&a, path, 100000, why, sizeof why), NILA_ERR_CORRUPT);
    }
}

static void takes_no_name_that_leads_elsewhere(void **state)
{
    static const char *const BAD[] = {"",   "/etc/x", "../x", "a/../b", "a//b",    "a/",
                                      ".x", "a/.b",   "a b",  "a\nb",   "\xC3\xA9"};

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        struct archive_source file = {.bytes = "x", .n = 1};
        struct buf manifest = {0};
        (void)snprintf(file.name, sizeof file.name, "%s", BAD[i]);
        assert_int_equal(archive_manifest(&manifest, "\"k\":1", &file, 1, why, sizeof why),
                         NILA_ERR_RANGE);
        buf_free(&manifest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gives_back_what_was_put_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_every_changed_byte_and_every_cut, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(takes_no_name_that_leads_elsewhere, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
