/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk that others have filled: a small file system of its own, mounted here; where that is not allowed, in a user namespace
 * of this program; where that is not allowed either, it says so and skips. */
#define _GNU_SOURCE /* unshare */
#include "tests/support/support.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/journal.h"
#include "journal_help.h"

#define BALLAST (4 << 20)

static char dir[256], path[300], filler[300], ballast[310];
static int64_t mono_ms = 1000;

static int64_t wall(void *arg)
{
    (void)arg;
    return help_set(0).ts_ms;
}
static int64_t mono(void *arg)
{
    (void)arg;
    return mono_ms;
}

static bool mounted(void)
{
    char map[64];
    const unsigned uid = (unsigned)getuid(), gid = (unsigned)getgid();
    FILE *f;

    if (mount("tmpfs", dir, "tmpfs", 0, "size=12m") == 0)
        return true;
    if (errno != EPERM || unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return false;
    (void)snprintf(map, sizeof map, "0 %u 1", uid);
    if ((f = fopen("/proc/self/uid_map", "w")) == NULL || fputs(map, f) < 0 || fclose(f) != 0 ||
        (f = fopen("/proc/self/setgroups", "w")) == NULL || fputs("deny", f) < 0 || fclose(f) != 0)
        return false;
    (void)snprintf(map, sizeof map, "0 %u 1", gid);
    if ((f = fopen("/proc/self/gid_map", "w")) == NULL || fputs(map, f) < 0 || fclose(f) != 0)
        return false;
    return mount("tmpfs", dir, "tmpfs", 0, "size=12m") == 0;
}

static int set_up(void **state)
{
    static const struct clock_source clock = {wall, mono, NULL, NULL};

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    (void)snprintf(ballast, sizeof ballast, "%s.ballast", path);
    (void)snprintf(filler, sizeof filler, "%s/filler", dir);
    log_set_level(LOG_LEVEL_ERROR);
    clock_set(&clock);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    clock_set(NULL);
    log_set_level(LOG_LEVEL_INFO);
    (void)umount2(dir, MNT_DETACH);
    support_rmdir(dir);
    return 0;
}

static void need_a_disk(void)
{
    if (mounted())
        return;
    printf("skip - a small file system cannot be mounted here: %s\n", strerror(errno));
    skip();
}

static struct journal *open_with_ballast(void)
{
    static const char *const SINK[] = {"pusat"};
    const struct journal_config c = {.path = path,
                                     .max_bytes = 64 << 20,
                                     .keep_days = 35,
                                     .sink = SINK,
                                     .sinks = 1,
                                     .ballast_bytes = BALLAST};
    struct journal *j = NULL;
    assert_int_equal(journal_open(&j, &c), 0);
    return j;
}

static off_t size_of(const char *name)
{
    struct stat st;
    return stat(name, &st) == 0 ? st.st_size : -1;
}

/* Others take all there is. */
static void fill_the_disk(void)
{
    static const char some[4096];
    int fd = open(filler, O_WRONLY | O_CREAT | O_APPEND, 0600);

    assert_true(fd >= 0);
    while (write(fd, some, sizeof some) > 0)
        ;
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(close(fd), 0);
}

static int append_64(struct journal *j, int *stored)
{
    struct reading_set s[64];
    int rc;

    for (int i = 0; i < 64; i++)
        s[i] = help_set(*stored + i);
    if ((rc = journal_append(j, s, 64)) == 0)
        *stored += 64;
    return rc;
}

/* All but the first 64, which are delivered and may have gone. */
static void assert_holds_all(struct journal *j, int stored)
{
    static struct journal_row rows[1000];
    int64_t at = 64;
    int n, k = 64;

    while ((n = journal_peek(j, at, rows, 1000)) > 0) {
        for (int i = 0; i < n; i++)
            assert_int_equal(help_number(&rows[i].set), k++);
        at = rows[n - 1].seq;
    }
    assert_int_equal(n, 0);
    assert_int_equal(k, stored);
}

static void writes_on_from_its_ballast_when_the_disk_is_full(void **state)
{
    struct journal *j;
    int stored = 0, before, tries = 0;
    int64_t mark = 0;

    (void)state;
    need_a_disk();
    j = open_with_ballast();
    assert_int_equal(size_of(ballast), BALLAST);
    while (stored < 20000) /* as after a day: the write-ahead log has its size */
        assert_int_equal(append_64(j, &stored), 0);
    fill_the_disk();
    before = stored;
    for (int i = 0; i < 3; i++) { /* others take what they can get of each part */
        while (size_of(ballast) > BALLAST - (i + 1) * (1 << 20))
            assert_int_equal(append_64(j, &stored), 0);
        fill_the_disk();
    }
    assert_int_equal(journal_ack(j, 0, 64), 0); /* a mark finds room as well */
    while (append_64(j, &stored) == 0 && stored < 1000000)
        ;
    assert_int_equal(size_of(ballast), -1);
    printf("%d reading sets stored on a full disk\n", stored - before);
    assert_true(stored - before > 10000);
    assert_true(append_64(j, &stored) < 0);
    assert_holds_all(j, stored);
    /* somebody makes room: it goes on, and the ballast comes back within a minute or so */
    assert_int_equal(unlink(filler), 0);
    while (append_64(j, &stored) != 0 && tries++ < 5)
        mono_ms += 1001; /* a file that would not open is tried each second */
    assert_true(tries < 5);
    assert_int_equal(journal_acked(j, 0, &mark), 0);
    assert_int_equal(mark, 64);
    assert_holds_all(j, stored);
    assert_int_equal(help_stats(j).dropped, 0);
    assert_int_equal(help_stats(j).thinned, 0);
    journal_close(j);
}

static void makes_its_ballast_anew_when_there_is_room(void **state)
{
    struct journal *j;
    int stored = 0;

    (void)state;
    need_a_disk();
    j = open_with_ballast();
    fill_the_disk();
    while (size_of(ballast) == BALLAST)
        assert_int_equal(append_64(j, &stored), 0);
    assert_int_equal(unlink(filler), 0);
    mono_ms += 59000;
    assert_int_equal(append_64(j, &stored), 0);
    assert_true(size_of(ballast) < BALLAST);
    mono_ms += 62000;
    assert_int_equal(append_64(j, &stored), 0);
    assert_int_equal(size_of(ballast), BALLAST);
    journal_close(j);
}

static void opens_on_a_full_disk(void **state)
{
    struct journal *j;
    int stored = 0;

    (void)state;
    need_a_disk();
    j = open_with_ballast();
    journal_close(j);
    assert_int_equal(unlink(path), 0); /* even a new one */
    fill_the_disk();
    j = open_with_ballast();
    assert_int_equal(append_64(j, &stored), 0);
    assert_true(size_of(ballast) < BALLAST);
    journal_close(j);
}

static void takes_no_ballast_out_of_the_last_room(void **state)
{
    struct journal *j;

    (void)state;
    need_a_disk();
    fill_the_disk();
    assert_int_equal(truncate(filler, (12 << 20) - BALLAST * 3 / 2),
                     0); /* one and a half of it are free */
    j = open_with_ballast();
    assert_int_equal(size_of(ballast), -1);
    journal_close(j);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(writes_on_from_its_ballast_when_the_disk_is_full),
        TEST(makes_its_ballast_anew_when_there_is_room),
        TEST(opens_on_a_full_disk),
        TEST(takes_no_ballast_out_of_the_last_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
