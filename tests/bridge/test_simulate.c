/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The simulate command as a process of its own, asked by libmodbus over TCP and over its pty. */
#include "tests/support/support.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <modbus/modbus.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "farm.h"
#include "firmware-bridge/core/nila_regmap.h"
#include "firmware-bridge/linux/commands.h"
#include "firmware-bridge/linux/sensors.h"

struct running {
    char dir[256], site[300], ready[300], truth[300], link[300];
    pid_t pid;
    char *text; /* of the ready file */
};

static void launch(struct running *r, const char *const *fault, size_t faults)
{
    const char *texts[8], *link;
    struct options o = {.command = COMMAND_SIMULATE, .seed = 3, .noise = true, .for_s = 100};

    (void)snprintf(r->dir, sizeof r->dir, "%s", support_tmpdir());
    (void)snprintf(r->site, sizeof r->site, "%s/site.json", r->dir);
    (void)snprintf(r->ready, sizeof r->ready, "%s/ready.json", r->dir);
    (void)snprintf(r->truth, sizeof r->truth, "%s/truth.csv", r->dir);
    (void)snprintf(r->link, sizeof r->link, "%s/tty", r->dir);
    support_write(r->site, FARM);
    for (size_t i = 0; i < faults; i++)
        texts[i] = fault[i];
    link = r->link;
    o.quiet = true;
    o.site_path = r->site;
    o.ready = r->ready;
    o.truth = r->truth;
    o.fault = (struct option_list){texts, faults};
    o.pty_link = (struct option_list){&link, 1};
    r->pid = fork();
    assert_true(r->pid >= 0);
    if (r->pid == 0)
        _exit(simulate_command(&o));
}

/* Until the ready file has its name; it appears whole. */
static void wait_ready(struct running *r)
{
    int fd = inotify_init1(IN_CLOEXEC);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char events[4096];

    assert_true(fd >= 0);
    assert_true(inotify_add_watch(fd, r->dir, IN_MOVED_TO) >= 0);
    while (access(r->ready, R_OK) != 0) {
        if (poll(&p, 1, 60000) <= 0)
            fail_msg("the simulator is not ready within a minute");
        assert_true(read(fd, events, sizeof events) > 0);
    }
    (void)close(fd);
    r->text = support_read(r->ready, NULL);
}

static void end(struct running *r)
{
    int status = -1;

    assert_int_equal(kill(r->pid, SIGTERM), 0);
    assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EX_OK);
    assert_int_equal(access(r->ready, F_OK), -1); /* nobody is to believe it any more */
    assert_int_equal(access(r->link, F_OK), -1);
    free(r->text);
    support_rmdir(r->dir);
}

static int port_of(const struct running *r, const char *slug)
{
    char key[64];
    const char *at;

    (void)snprintf(key, sizeof key, "\"slug\":\"%s\",\"tcp\":", slug);
    at = strstr(r->text, key);
    assert_non_null(at);
    at = strstr(at, "\"port\":");
    assert_non_null(at);
    return atoi(at + 7);
}

static modbus_t *tcp(const struct running *r, const char *bus, int unit)
{
    modbus_t *m = modbus_new_tcp("127.0.0.1", port_of(r, bus));

    assert_non_null(m);
    assert_int_equal(modbus_set_slave(m, unit), 0);
    assert_int_equal(modbus_set_response_timeout(m, 5, 0), 0);
    assert_int_equal(modbus_connect(m), 0);
    return m;
}

static void read_block(modbus_t *m, uint16_t reg[NILA_REG_COUNT])
{
    if (modbus_read_input_registers(m, 0, NILA_REG_COUNT, reg) != NILA_REG_COUNT)
        fail_msg("no answer: %s", modbus_strerror(errno));
    assert_int_equal(reg[NILA_REG_MAGIC], NILA_MAGIC);
}

static int32_t s32(const uint16_t *reg)
{
    return (int32_t)((uint32_t)reg[0] << 16 | reg[1]);
}

static double value(const uint16_t *reg, int channel)
{
    int32_t v = s32(reg + NILA_REG_CHANNEL(channel) + NILA_CH_VALUE);
    return v == NILA_MISSING ? NAN : v / 1000.0;
}

/* What the same seed says the device reads, within noise of a model that stood still for the seconds between. */
static void assert_is_the_water(const uint16_t *reg, int device)
{
    struct site *site;
    char why[300];
    struct sim_channel ch[SIM_CHANNELS_MAX];
    struct sensors_config c = {.seed = 3, .noise = false};
    struct sensors *s;
    size_t kinds;
    const struct sensor_kind *k;
    int64_t now = clock_wall_ms();

    assert_int_equal(site_load_memory(&site, "farm", FARM, strlen(FARM), why, sizeof why), 0);
    c.site = site;
    s = sensors_new(&c, now);
    assert_int_equal(sensors_read(s, device, now, ch), site->device[device].pond >= 0 ? 7 : 3);
    k = sensor_kinds(site->device[device].pond >= 0, &kinds);
    for (size_t i = 0; i < kinds; i++) {
        const uint16_t *at = reg + NILA_REG_CHANNEL((int)i);
        double sd = k[i].noise + k[i].noise_rel * fabs(ch[i].value);
        /* ten seconds of wind and sun move the weather by more than its sensors' noise */
        double moved =
            site->device[device].pond >= 0 ? 0.02 * fabs(ch[i].value) : 1 + 0.1 * fabs(ch[i].value);
        assert_int_equal(at[NILA_CH_KIND], k[i].kind);
        assert_int_equal(at[NILA_CH_QUALITY], NILA_Q_VALID);
        if (!(fabs(value(reg, (int)i) - ch[i].value) <= 6 * sd + moved + 0.01))
            fail_msg("channel %zu: %g where the model has %g", i, value(reg, (int)i), ch[i].value);
    }
    assert_int_equal(reg[NILA_REG_CHANNEL(7) + NILA_CH_KIND], NILA_KIND_NONE);
    sensors_free(s);
    site_free(site);
}

static void serves_the_ponds_over_tcp_and_pty_and_logs_what_it_said(void **state)
{
    struct running r;
    uint16_t reg[NILA_REG_COUNT], serial[NILA_REG_COUNT];
    modbus_t *m;
    char *truth;
    int lines = 0;

    (void)state;
    launch(&r, NULL, 0);
    wait_ready(&r);
    m = tcp(&r, "a", 1);
    read_block(m, reg);
    assert_is_the_water(reg, 0);
    assert_int_equal(modbus_set_slave(m, 3), 0);
    read_block(m, reg);
    assert_is_the_water(reg, 1);
    modbus_close(m);
    modbus_free(m);

    assert_non_null(strstr(r.text, "\"slug\":\"b\",\"pty\":\"/dev/pts/"));
    assert_non_null(strstr(r.text, r.link));
    m = modbus_new_rtu(r.link, 9600, 'N', 8, 1);
    assert_non_null(m);
    assert_int_equal(modbus_set_slave(m, 2), 0);
    assert_int_equal(modbus_set_response_timeout(m, 5, 0), 0);
    assert_int_equal(modbus_connect(m), 0);
    read_block(m, serial);
    assert_is_the_water(serial, 2);
    modbus_close(m);
    modbus_free(m);

    truth = support_read(r.truth, NULL);
    for (const char *p = truth; *p != '\0'; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 4); /* header and three answers */
    free(truth);
    end(&r);
}

static void faults_are_seen_by_the_master_and_no_value_is_plausible(void **state)
{
    static const char *const FAULT[] = {"node-1:absent", "langit:silent", "node-3:nonsense"};
    struct running r;
    uint16_t reg[NILA_REG_COUNT];
    modbus_t *m;

    (void)state;
    launch(&r, FAULT, 3);
    wait_ready(&r);
    m = tcp(&r, "a", 1);
    read_block(m, reg);
    for (int i = 0; i < 7; i++) {
        const uint16_t *at = reg + NILA_REG_CHANNEL(i);
        assert_int_equal(s32(at), NILA_MISSING);
        assert_int_equal(at[NILA_CH_QUALITY] & NILA_Q_VALID, 0);
        assert_int_equal(at[NILA_CH_QUALITY] & NILA_Q_ABSENT, NILA_Q_ABSENT);
    }
    assert_int_equal(modbus_set_slave(m, 3), 0);
    assert_int_equal(modbus_set_response_timeout(m, 0, 300000), 0);
    assert_int_equal(modbus_read_input_registers(m, 0, NILA_REG_COUNT, reg), -1);
    modbus_close(m);
    modbus_free(m);

    m = tcp(&r, "c", 1);
    read_block(m, reg);
    assert_int_equal(reg[NILA_REG_CHANNEL(1) + NILA_CH_QUALITY], NILA_Q_VALID);
    if (value(reg, 1) != 3.0e5 && value(reg, 1) != -127 && value(reg, 1) != 0)
        fail_msg("oxygen %g", value(reg, 1));
    modbus_close(m);
    modbus_free(m);
    end(&r);
}

static void wrong_files_and_arguments_have_their_exit_codes(void **state)
{
    char dir[256], good[300], bad[300];
    static const char *const BAUD[] = {"fast", "b=", "b=1199", "115201", "a=9600", "zz=9600"};
    const char *text;
    struct options o = {.seed = 1, .quiet = true, .for_s = 0, .days = 1, .every_s = 600};

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(good, sizeof good, "%s/good.json", dir);
    (void)snprintf(bad, sizeof bad, "%s/bad.json", dir);
    support_write(good, FARM);
    support_write(bad, "{\"site\":}");
    o.site_path = "/nonexistent/site.json";
    assert_int_equal(simulate_command(&o), EX_NOINPUT);
    assert_int_equal(history_command(&o), EX_NOINPUT);
    o.site_path = bad;
    assert_int_equal(simulate_command(&o), EX_CONFIG);
    o.site_path = good;
    text = "node-9:silent";
    o.fault = (struct option_list){&text, 1};
    assert_int_equal(simulate_command(&o), EX_USAGE);
    text = "zz=/tmp/x";
    o.fault.n = 0;
    o.pty_link = (struct option_list){&text, 1};
    assert_int_equal(simulate_command(&o), EX_USAGE);
    o.pty_link.n = 0;
    o.bus_fault = (struct option_list){&text, 1};
    text = "late:2";
    assert_int_equal(simulate_command(&o), EX_USAGE);
    o.bus_fault.n = 0;
    o.baud = (struct option_list){&text, 1};
    for (size_t i = 0; i < sizeof BAUD / sizeof BAUD[0]; i++) {
        text = BAUD[i];
        assert_int_equal(simulate_command(&o), EX_USAGE);
    }
    o.baud.n = 0;
    text = "kolam-1:fish_kg_m2=0";
    o.set = (struct option_list){&text, 1};
    assert_int_equal(simulate_command(&o), EX_USAGE);
    text = "kolam-1:fish_kg_m2=0.5";
    o.truth = "/nonexistent/truth.csv";
    assert_int_equal(simulate_command(&o), EX_CANTCREAT);
    o.out = "/nonexistent/history.csv";
    assert_int_equal(history_command(&o), EX_CANTCREAT);
    o.truth = NULL;
    o.listen = "no.such.host.invalid";
    assert_int_equal(simulate_command(&o), EX_NOHOST);
    o.listen = NULL;
    o.ready = "/nonexistent/ready.json";
    assert_int_equal(simulate_command(&o), EX_CANTCREAT);
    o.ready = NULL;
    assert_int_equal(simulate_command(&o), EX_OK); /* --for 0: binds, and stops */
    support_rmdir(dir);
}

static void a_history_ends_now_at_the_latest_and_is_whole(void **state)
{
    char dir[256], site[300], out[300], part[310], *text, *last;
    struct options o = {.seed = 1, .quiet = true, .days = 1, .every_s = 3600, .noise = true};
    int64_t ts, before = clock_wall_ms();
    char time[40];

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(site, sizeof site, "%s/site.json", dir);
    (void)snprintf(out, sizeof out, "%s/h.csv", dir);
    (void)snprintf(part, sizeof part, "%s.part", out);
    support_write(site, FARM);
    o.site_path = site;
    o.out = out;
    o.has_until = true;
    o.until_ms = before + 90 * CIVIL_DAY_MS;
    o.until_text = "later";
    assert_int_equal(history_command(&o), EX_OK);
    assert_int_equal(access(part, F_OK), -1);
    text = support_read(out, NULL);
    text[strlen(text) - 1] = '\0';
    last = strrchr(text, '\n') + 1;
    (void)snprintf(time, sizeof time, "%.*s", (int)strcspn(last, ","), last);
    assert_int_equal(civil_parse_iso(time, &ts, NULL), 0);
    assert_true(ts <= clock_wall_ms() && ts > before - 3600000);
    free(text);
    support_rmdir(dir);
}

static void only_the_nodes_own_profiles_are_imitated(void **state)
{
    struct site_device d = {.profile = "nila-node"};

    (void)state;
    assert_true(imitated(&d));
    memcpy(d.profile, "nila-weather", 13);
    assert_true(imitated(&d));
    memcpy(d.profile, "eastron-sdm", 12);
    assert_false(imitated(&d));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serves_the_ponds_over_tcp_and_pty_and_logs_what_it_said),
        cmocka_unit_test(faults_are_seen_by_the_master_and_no_value_is_plausible),
        cmocka_unit_test(wrong_files_and_arguments_have_their_exit_codes),
        cmocka_unit_test(only_the_nodes_own_profiles_are_imitated),
        cmocka_unit_test(a_history_ends_now_at_the_latest_and_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
