/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "collector/common/notify.h"
#include "collector/health.h"
#include "journal_help.h"

static void tells_systemd_over_a_path_and_over_an_abstract_name(void **state)
{
    char dir[80];
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    for (int abstract = 0; abstract < 2; abstract++) {
        char name[100], got[64] = "";
        int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
        size_t n;

        (void)snprintf(name, sizeof name, "%s%s/notify", abstract ? "@" : "", dir);
        n = strlen(name);
        memcpy(a.sun_path, name, n + 1);
        if (abstract)
            a.sun_path[0] = '\0';
        assert_true(fd >= 0);
        assert_int_equal(bind(fd, (const struct sockaddr *)&a,
                              (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)),
                         0);
        assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
        notify_systemd("READY=1");
        assert_int_equal(recv(fd, got, sizeof got - 1, MSG_DONTWAIT), 7);
        assert_string_equal(got, "READY=1");
        (void)close(fd);
        notify_systemd("WATCHDOG=1"); /* nobody there any more: no harm */
    }
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    notify_systemd("READY=1");
    support_rmdir(dir);
}

static void takes_the_watchdog_s_time_from_its_own_environment_only(void **state)
{
    char pid[32];

    (void)state;
    (void)unsetenv("WATCHDOG_USEC");
    assert_int_equal(notify_watchdog_ms(), 0);
    (void)setenv("WATCHDOG_USEC", "60000000", 1);
    assert_int_equal(notify_watchdog_ms(), 30000);
    (void)setenv("WATCHDOG_PID", "1", 1); /* meant for another process */
    assert_int_equal(notify_watchdog_ms(), 0);
    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    (void)setenv("WATCHDOG_PID", pid, 1);
    assert_int_equal(notify_watchdog_ms(), 30000);
    (void)setenv("WATCHDOG_USEC", "soon", 1);
    assert_int_equal(notify_watchdog_ms(), 0);
    (void)unsetenv("WATCHDOG_USEC");
    (void)unsetenv("WATCHDOG_PID");
}

static void is_content_without_devices(void **state)
{
    const char *stuck = NULL;

    (void)state;
    assert_true(health_polling(NULL, 1000000, &stuck));
}

static void writes_one_line_about_itself(void **state)
{
    struct site_device device[2] = {{.slug = "a", .every_s = 60}, {.slug = "b", .every_s = 60}};
    const struct site site = {
        .slug = "uji", .regency = REGENCY_KOTIM, .devices = 2, .device = device, .sinks = 0};
    char dir[80], path[100];
    struct health_sources h = {.site = &site, .lost_values = 7, .started_mono_ms = 1000};
    struct buf b = {0};

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/j.db", dir);
    h.journal = help_open(path);
    help_append(h.journal, 0, 5);
    assert_int_equal(journal_ack(h.journal, 0, 2), 0);
    health_line(&b, &h, help_set(2).ts_ms + 30000, 91000);
    assert_int_equal(strncmp(b.p, "collector,collector=", 20), 0);
    assert_non_null(strstr(b.p, ",regency=kotim,site=uji,version=" NILA_VERSION " up_s=90,"));
    assert_non_null(strstr(b.p, ",clock_trusted="));
    assert_non_null(strstr(b.p, ",disk_free_mb="));
    assert_non_null(strstr(b.p, ",devices=2,devices_good=0,"));
    assert_non_null(strstr(b.p, ",journal_rows=5,"));
    assert_non_null(strstr(b.p, ",appended=5,"));
    assert_non_null(strstr(b.p, ",oldest_unsent_s=30,")); /* row 3 waits: set 2 */
    assert_non_null(strstr(b.p, ",lost_values=7,"));
    assert_null(strstr(b.p, "rss_kb=0,"));
    assert_int_equal(b.p[b.n - 1], '\n');
    assert_ptr_equal(strchr(b.p, '\n'), b.p + b.n - 1);
    buf_free(&b);
    journal_close(h.journal);
    support_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_systemd_over_a_path_and_over_an_abstract_name),
        cmocka_unit_test(takes_the_watchdog_s_time_from_its_own_environment_only),
        cmocka_unit_test(is_content_without_devices),
        cmocka_unit_test(writes_one_line_about_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
