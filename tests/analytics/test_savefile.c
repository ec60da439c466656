/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analytics/savefile.h"

static char dir[256], path[300], why[256];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/out.csv", dir);
    why[0] = '\0';
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    support_rmdir(dir);
    return 0;
}

static int save(const char *text, const char *to)
{
    struct buf b = {0};
    int rc;

    buf_str(&b, text);
    rc = savefile(&b, to, why, sizeof why);
    buf_free(&b);
    return rc;
}

static size_t files(void)
{
    DIR *d = opendir(dir);
    size_t n = 0;

    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d)) != NULL;)
        n += e->d_name[0] != '.';
    (void)closedir(d);
    return n;
}

static void replaces_the_old_file_and_leaves_nothing_beside_it(void **state)
{
    char *text;

    (void)state;
    assert_int_equal(save("old", path), 0);
    assert_int_equal(save("new\n", path), 0);
    text = support_read(path, NULL);
    assert_string_equal(text, "new\n");
    free(text);
    assert_int_equal(save("", path), 0); /* nothing is a result too */
    text = support_read(path, NULL);
    assert_string_equal(text, "");
    free(text);
    assert_int_equal(files(), 1);
}

static void says_which_folder_is_missing(void **state)
{
    char missing[320];

    (void)state;
    (void)snprintf(missing, sizeof missing, "%s/none/out.csv", dir);
    assert_int_equal(save("x", missing), NILA_ERR_IO);
    assert_non_null(strstr(why, "none/out.csv: No such file"));
}

static void a_folder_of_that_name_is_left_alone(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(save("x", path), NILA_ERR_IO);
    assert_non_null(strstr(why, "out.csv: Is a directory"));
    assert_int_equal(files(), 1); /* no part is left behind */
}

static void a_device_is_written_into_and_not_replaced(void **state)
{
    struct stat there;

    (void)state;
    assert_int_equal(save("x", "/dev/null"), 0);
    assert_int_equal(stat("/dev/null", &there), 0);
    assert_true(S_ISCHR(there.st_mode));
    assert_int_equal(save("x", "/dev/full"), NILA_ERR_FULL);
    assert_non_null(strstr(why, "/dev/full: No space left"));
}

static void a_link_stays_a_link(void **state)
{
    char link_path[320], *text;
    struct stat there;

    (void)state;
    (void)snprintf(link_path, sizeof link_path, "%s/link", dir);
    assert_int_equal(save("old", path), 0);
    assert_int_equal(symlink(path, link_path), 0);
    assert_int_equal(save("new", link_path), 0);
    assert_int_equal(lstat(link_path, &there), 0);
    assert_true(S_ISLNK(there.st_mode));
    text = support_read(path, NULL);
    assert_string_equal(text, "new");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(replaces_the_old_file_and_leaves_nothing_beside_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(says_which_folder_is_missing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_of_that_name_is_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_device_is_written_into_and_not_replaced, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_link_stays_a_link, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
