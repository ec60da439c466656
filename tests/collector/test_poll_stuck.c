/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line's thread stands still while the others work: that is told, so that the watchdog is not fed for it. */
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "collector/health.h"
#include "poll_world.h"

static atomic_bool held, release;

static void stand_still(int sig)
{
    static const struct timespec NAP = {.tv_nsec = 1000000};

    (void)sig;
    atomic_store(&held, true);
    while (!atomic_load(&release))
        (void)nanosleep(&NAP, NULL);
}

/* The newest threads of this program, by rising number. */
static size_t threads(long *tid, size_t max)
{
    DIR *d = opendir("/proc/self/task");
    struct dirent *e;
    size_t n = 0;

    assert_non_null(d);
    while ((e = readdir(d)) != NULL && n < max)
        if (e->d_name[0] != '.')
            tid[n++] = strtol(e->d_name, NULL, 10);
    (void)closedir(d);
    return n;
}

static bool among(long tid, const long *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == tid)
            return true;
    return false;
}

/* Waits until polling is as wanted, 10 s at most; the threads have no event for it. */
static bool becomes(struct world *w, bool wanted, const char **stuck)
{
    static const struct timespec NAP = {.tv_nsec = 10000000};

    for (int i = 0; i < 1000; i++) {
        if (health_polling(w->poller, clock_mono_ms(), stuck) == wanted)
            return true;
        (void)nanosleep(&NAP, NULL);
    }
    return false;
}

static void one_thread_that_stands_still_is_seen_among_many(void **state)
{
    static const int AT[] = {0};
    struct sigaction hang = {.sa_handler = stand_still}, was;
    struct ward ward = {.hole_first = 0};
    struct world w;
    long before[64], after[64], mine[3] = {0};
    const char *stuck = "";
    char path[64];
    int port;
    struct peer *line = peer_start_pty(by_ward, &ward, path, sizeof path),
                *net = peer_start_tcp(by_ward, &ward, &port);
    size_t n, k = threads(before, 64), found = 0;

    (void)state;
    init_world(&w);
    (void)add_device(&w, add_serial(&w, path, 500), 1, 1, AT, 1);
    (void)add_device(&w, add_tcp(&w, port, 500), 2, 1, AT, 1);
    start(&w);
    n = threads(after, 64);
    for (size_t i = 0; i < n; i++)
        if (!among(after[i], before, k) && found < 3)
            mine[found++] = after[i];
    assert_int_equal(
        found, 3); /* commits, the serial line, the TCP lines, in the order they are started */
    wait_for(&w, 0, 1);
    wait_for(&w, 1, 1);
    assert_true(becomes(&w, true, &stuck));
    pass_ms(400000); /* as after a suspended night: all of them look again within a second */
    assert_true(becomes(&w, true, &stuck));
    wait_for(&w, 0, count_of(&w, 0) + 2); /* now it naps, and holds no lock that the others need */
    assert_int_equal(sigaction(SIGUSR1, &hang, &was), 0);
    assert_int_equal(syscall(SYS_tgkill, getpid(), mine[1], SIGUSR1), 0);
    while (!atomic_load(&held))
        ;
    pass_ms(200000);
    assert_true(becomes(&w, true, &stuck)); /* not yet for long enough */
    wait_for(&w, 1, count_of(&w, 1) + 2);   /* the other one works */
    pass_ms(200000);
    assert_true(becomes(&w, false, &stuck));
    assert_string_equal(stuck, w.bus[0].slug);
    wait_for(&w, 1, count_of(&w, 1) + 2);
    assert_false(health_polling(w.poller, clock_mono_ms(), &stuck));
    atomic_store(&release, true);
    assert_true(becomes(&w, true, &stuck));
    stop(&w);
    peer_stop(line);
    peer_stop(net);
    assert_int_equal(sigaction(SIGUSR1, &was, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_thread_that_stands_still_is_seen_among_many, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
