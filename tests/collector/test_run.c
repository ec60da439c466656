/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon as systemd sees it: a child that says READY, is told to read its site file anew, and ends. */
#include "tests/support/support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/common/control.h"
#include "collector/run.h"
#include "tests/support/modbus_peer.h"

static char dir[80], config[128], control[128];
static int notify = -1;
static struct peer *peer;
static int port;
static pid_t child;

static struct peer_reply answer(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    (void)arg;
    for (int i = 0; i < rq->count && i < 128; i++)
        regs[i] = 1;
    return (struct peer_reply){.act = PEER_GOOD};
}

/* A site file with one device of that slug; beside: a further device, or ""; more: further members of the root, or "". */
static void write_site_with(const char *slug, const char *bus, const char *beside, const char *more)
{
    char text[1600];

    (void)snprintf(
        text, sizeof text,
        "{\"site\": {\"slug\": \"s\", \"name\": \"S\", \"regency\": \"kotim\", \"kecamatan\": "
        "\"62.02.06\"},\n"
        "\"ponds\": [{\"slug\": \"k1\", \"area_m2\": 200, \"depth_m\": 1}],\n"
        "\"buses\": [{\"slug\": \"b\", %s, \"devices\": [\n"
        "  {\"slug\": \"%s\", \"profile\": \"xy-md02\", \"unit\": 1, \"pond\": null, \"every_s\": "
        "1}%s%s]}],\n"
        "\"journal\": {\"path\": \"%s/journal.db\"}, \"control\": {\"socket\": \"%s\"}%s}\n",
        bus, slug, beside[0] != '\0' ? "," : "", beside, dir, control, more);
    support_write(config, text);
}

static void write_site(const char *slug, const char *bus, const char *more)
{
    write_site_with(slug, bus, "", more);
}

static const char *tcp_bus(void)
{
    static char b[80];
    (void)snprintf(b, sizeof b, "\"tcp\": {\"host\": \"127.0.0.1\", \"port\": %d}", port);
    return b;
}

/* The next message to systemd that begins with want; others before it are passed over. */
static void wait_notified(const char *want)
{
    char text[512] = "";

    do {
        struct pollfd fd = {.fd = notify, .events = POLLIN};
        ssize_t n;
        if (poll(&fd, 1, 20000) != 1)
            fail_msg("\"%s\" was not said; last \"%s\"", want, text);
        n = recv(notify, text, sizeof text - 1, 0);
        assert_true(n >= 0);
        text[n] = '\0';
    } while (strncmp(text, want, strlen(want)) != 0);
}

static int set_up(void **state)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(config, sizeof config, "%s/site.json", dir);
    (void)snprintf(control, sizeof control, "%s/control", dir);
    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s/notify", dir);
    notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (notify < 0 || bind(notify, (struct sockaddr *)&a, sizeof a) != 0)
        return -1;
    (void)setenv("NOTIFY_SOCKET", a.sun_path, 1);
    peer = peer_start_tcp(answer, NULL, &port);
    write_site("first", tcp_bus(), "");
    child = fork();
    if (child == 0) {
        const struct run_options o = {
            .config = config, .devices = "collector/devices", .trust_clock = true};
        _exit(run_collector(&o));
    }
    wait_notified("READY=1");
    return 0;
}

static int exit_code(void)
{
    int status = 0;

    while (waitpid(child, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    child = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int tear_down(void **state)
{
    (void)state;
    if (child > 0) {
        (void)kill(child, SIGKILL);
        (void)exit_code();
    }
    peer_stop(peer);
    (void)close(notify);
    (void)unsetenv("NOTIFY_SOCKET");
    support_rmdir(dir);
    return 0;
}

static int find_device(void *arg, const char *json)
{
    char *slug = arg;
    const char *at = strstr(json, "\"slug\":\"");

    if (strstr(json, "\"kind\":\"device\"") != NULL && at != NULL)
        (void)sscanf(at, "\"slug\":\"%32[a-z0-9-]", slug);
    return 0;
}

static void runs_device(const char *want)
{
    char slug[33] = "", why[256] = "";

    if (control_call(control, "{\"v\":1,\"op\":\"status\"}", find_device, slug, 10000, why,
                     sizeof why) != 0)
        fail_msg("%s", why);
    assert_string_equal(slug, want);
}

static void reads_its_site_file_anew_when_told_to(void **state)
{
    (void)state;
    runs_device("first");
    write_site("second", tcp_bus(), "");
    assert_int_equal(kill(child, SIGHUP), 0);
    wait_notified("RELOADING=1\nMONOTONIC_USEC=");
    wait_notified("READY=1");
    runs_device("second");
    assert_int_equal(kill(child, SIGTERM), 0);
    wait_notified("STOPPING=1");
    assert_int_equal(exit_code(), 0);
}

static void a_file_with_mistakes_changes_nothing(void **state)
{
    (void)state;
    write_site("second", tcp_bus(), ", \"colour\": 1");
    assert_int_equal(kill(child, SIGHUP), 0);
    wait_notified("STATUS=the site file has mistakes; running the one before");
    runs_device("first");
    /* a channel its board does not have is found before anything is stopped, too */
    write_site("second", tcp_bus(),
               ", \"reflexes\": [{\"slug\": \"x\", \"pond\": null, \"switch\": {\"device\": "
               "\"second\", \"channel\": 1}, "
               "\"when\": []}]");
    assert_int_equal(kill(child, SIGHUP), 0);
    wait_notified("STATUS=the site file has mistakes; running the one before");
    runs_device("first");
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_int_equal(exit_code(), 0);
}

static void a_file_that_cannot_be_run_is_given_up_for_the_one_before(void **state)
{
    char bus[200], path[64];
    struct peer *line = peer_start_pty(answer, NULL, path, sizeof path);
    int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);

    (void)state;
    assert_true(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0); /* another program has the port */
    (void)snprintf(bus, sizeof bus, "\"serial\": {\"port\": \"%s\"}", path);
    write_site("second", bus, "");
    assert_int_equal(kill(child, SIGHUP), 0);
    wait_notified("STATUS=the site file cannot be run; running the one before");
    runs_device("first");
    (void)close(fd);
    assert_int_equal(kill(child, SIGHUP), 0); /* the port is free now */
    wait_notified("RELOADING=1");
    wait_notified("READY=1");
    runs_device("second");
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_int_equal(exit_code(), 0);
    peer_stop(line);
}

static int find_switch(void *arg, const char *json)
{
    char *line = arg;

    if (strstr(json, "\"kind\":\"switch\"") != NULL)
        (void)snprintf(line, 512, "%s", json);
    return 0;
}

/* Somebody works at an aerator that was told to stay off. */
static void a_persons_word_outlives_a_reload(void **state)
{
    static const char SWITCH[] =
        "{\"slug\": \"board\", \"profile\": \"waveshare-relay-8\", \"unit\": 2, \"pond\": null, "
        "\"every_s\": 60}";
    static const char REFLEX[] =
        ", \"reflexes\": [{\"slug\": \"kincir\", \"pond\": null, \"manual_max_s\": %d, "
        "\"switch\": {\"device\": \"board\", \"channel\": 1}, \"when\": []}]";
    char more[300], line[512] = "", why[256] = "";

    (void)state;
    (void)snprintf(more, sizeof more, REFLEX, 7200);
    write_site_with("first", tcp_bus(), SWITCH, more);
    assert_int_equal(kill(child, SIGHUP), 0);
    wait_notified("RELOADING=1");
    wait_notified("READY=1");
    if (control_call(control,
                     "{\"v\":1,\"op\":\"relay\",\"slug\":\"kincir\",\"state\":\"off\","
                     "\"for_s\":7200}",
                     find_switch, line, 10000, why, sizeof why) != 0)
        fail_msg("%s", why);
    (void)snprintf(more, sizeof more, REFLEX, 3600); /* and no longer than the new file allows */
    write_site_with("second", tcp_bus(), SWITCH, more);
    assert_int_equal(kill(child, SIGHUP), 0);
    wait_notified("RELOADING=1");
    wait_notified("READY=1");
    line[0] = '\0';
    if (control_call(control, "{\"v\":1,\"op\":\"status\"}", find_switch, line, 10000, why,
                     sizeof why) != 0)
        fail_msg("%s", why);
    if (strstr(line, "\"wanted\":false") == NULL || strstr(line, "\"cause\":\"manual\"") == NULL ||
        strstr(line, "\"manual_until_ms\":0") != NULL)
        fail_msg("%s", line);
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_int_equal(exit_code(), 0);
}

/* Open handles of the child, and its resident memory in kB. */
static int handles(long *kb)
{
    char path[64], line[128];
    DIR *d;
    FILE *f;
    int n = 0;

    (void)snprintf(path, sizeof path, "/proc/%ld/fd", (long)child);
    d = opendir(path);
    assert_non_null(d);
    while (readdir(d) != NULL)
        n++;
    (void)closedir(d);
    (void)snprintf(path, sizeof path, "/proc/%ld/status", (long)child);
    f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL)
        (void)sscanf(line, "VmRSS: %ld", kb);
    (void)fclose(f);
    return n;
}

/* A line of each kind, with a switch and a contact behind it, is opened and closed each time. */
static void many_reloads_leak_nothing(void **state)
{
    const char *often = getenv("NILA_RELOADS");
    const int reloads = often != NULL ? (int)strtol(often, NULL, 10) : 40;
    char bus[400], path[64];
    struct peer *line = peer_start_pty(answer, NULL, path, sizeof path);
    long kb = 0, kb_first = 0;
    int first = 0, last = 0;

    (void)state;
    (void)snprintf(bus, sizeof bus,
                   "\"serial\": {\"port\": \"%s\"}, \"devices\": []}, {\"slug\": \"nowhere\", "
                   "\"tcp\": {\"host\": \"nobody.invalid\", \"port\": 9}, \"devices\": []}, "
                   "{\"slug\": \"net\", %s",
                   path, tcp_bus());
    write_site_with("first", bus,
                    "{\"slug\": \"board\", \"profile\": \"waveshare-relay-8\", \"unit\": 2, "
                    "\"pond\": null, \"every_s\": 60}",
                    ", \"reflexes\": [{\"slug\": \"kincir\", \"pond\": null, \"switch\": "
                    "{\"device\": \"board\", \"channel\": 1}, \"when\": []}], \"inputs\": "
                    "[{\"slug\": \"pintu\", \"pond\": null, \"gpio\": {\"chip\": \"/dev/null\", "
                    "\"line\": 1}}]");
    for (int i = 0; i < reloads; i++) {
        assert_int_equal(kill(child, SIGHUP), 0);
        wait_notified("RELOADING=1");
        wait_notified("READY=1");
        last = handles(&kb);
        if (i == 9) {
            first = last;
            kb_first = kb;
        }
    }
    print_message("%d reloads: %d handles, %ld kB; after ten %d, %ld kB\n", reloads, last, kb,
                  first, kb_first);
    assert_in_range(last, 1, first + 2); /* a look-up of a name may have one open */
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_int_equal(exit_code(), 0);
    peer_stop(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_its_site_file_anew_when_told_to, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_with_mistakes_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_cannot_be_run_is_given_up_for_the_one_before,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_persons_word_outlives_a_reload, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_reloads_leak_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
