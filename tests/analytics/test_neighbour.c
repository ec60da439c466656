/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder of what an office was given: which file takes the place of which. */
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "analytics/neighbour.h"
#include "collector/common/clock.h"
#include "collector/common/tongue.h"

static const char KEY[] = "kunci-dua-kantor-untuk-ujian-0123456789";

static struct neighbour_config office;
static char dir[256];

static int make_office(void **state)
{
    (void)state;
    tongue_set(false);
    office = (struct neighbour_config){.on = true, .office = REGENCY_KOTIM};
    (void)snprintf(dir, sizeof dir, "%.200s", support_tmpdir());
    (void)snprintf(office.key_file, sizeof office.key_file, "%.200s/key", dir);
    (void)snprintf(office.folder, sizeof office.folder, "%.200s/exchange", dir);
    support_write(office.key_file, KEY);
    assert_int_equal(chmod(office.key_file, 0600), 0);
    return 0;
}

static int drop_office(void **state)
{
    (void)state;
    support_rmdir(dir);
    return 0;
}

/* Seruyan's file of that moment is given; errors of neighbour_take. */
static int give(int64_t issued_ms, bool *news, char why[NEIGHBOUR_WHY])
{
    struct exchange x = {.office = REGENCY_SERUYAN,
                         .as_of_day = exchange_as_of(20000),
                         .draws = 100,
                         .months = 1,
                         .issued_ms = issued_ms};
    struct buf b = {0};
    int rc;

    x.evidence = evidence_new(x.office, x.as_of_day);
    exchange_write(&x, KEY, sizeof KEY - 1, &b);
    why[0] = '\0';
    rc = neighbour_take(&office, "seruyan.csv", b.p, b.n, news, why, NEIGHBOUR_WHY);
    evidence_free(x.evidence);
    buf_free(&b);
    return rc;
}

static void an_older_file_takes_nothing_back(void **state)
{
    const int64_t now = clock_wall_ms();
    char why[NEIGHBOUR_WHY];
    bool news = false;

    (void)state;
    assert_int_equal(give(now - 7200000, &news, why), 0);
    assert_true(news);
    assert_int_equal(give(now - 7200000, &news, why), 0);
    assert_false(news);
    assert_int_equal(give(now - 9000000, &news, why), NILA_ERR_RANGE);
    assert_non_null(strstr(why, "older than what is here"));
    assert_int_equal(give(now, &news, why), 0);
    assert_true(news);
}

static void a_file_of_a_wrong_clock_does_not_bar_those_that_follow(void **state)
{
    const int64_t now = clock_wall_ms(), year = 365LL * 86400000;
    struct exchange *x = NULL;
    char why[NEIGHBOUR_WHY];
    bool news = false;

    (void)state;
    assert_int_equal(give(now + 5 * year, &news, why), 0);
    assert_int_equal(give(now, &news, why), 0); /* the other office has set its clock */
    assert_true(news);
    assert_int_equal(neighbour_load(&office, &x, why, sizeof why), 0);
    assert_true(x->issued_ms == now);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_older_file_takes_nothing_back, make_office, drop_office),
        cmocka_unit_test_setup_teardown(a_file_of_a_wrong_clock_does_not_bar_those_that_follow,
                                        make_office, drop_office),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
