/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole road from the wire to a database, against a bare libmodbus loop and collectd, over one simulated farm in one run: each
 * device holds 12 float32 in one block and takes 2 ms to answer. Farm, master and database are processes of their own, so that the
 * processor time is the master's alone: nila-collector polls, judges, keeps on disk and sends; the loop reads and forgets;
 * collectd (when it is installed) reads value by value and forgets. NILA_BENCH_S: seconds a row, default 10. */
#include "tests/support/support.h"

#include <modbus.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/common/buf.h"
#include "collector/common/clock.h"
#include "collector/common/metric.h"
#include "tests/support/modbus_farm.h"
#include "tests/support/stubhttp.h"

#define LOOP_THREADS 5
#define WARM_UP_MS   3000
#define COLLECTD     "/usr/sbin/collectd"

struct measured {
    double cpu_ms, wall_s, rss_mb, anon_mb;
    long tasks;
    struct farm_stats farm;
};

/* -- processes -- */

/* Processor time so far, in ms. */
static double cpu_ms_of(pid_t pid)
{
    char path[64], line[512] = "", *at;
    unsigned long user = 0, sys = 0;
    FILE *f;

    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    f = fopen(path, "r");
    if (f == NULL || fgets(line, sizeof line, f) == NULL)
        fail_msg("%s: the master has ended", path);
    (void)fclose(f);
    at = strrchr(line, ')');
    if (at == NULL ||
        sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &sys) != 2)
        fail_msg("%s: not understood", path);
    return (double)(user + sys) * 1e3 / (double)sysconf(_SC_CLK_TCK);
}

static long status_of(pid_t pid, const char *key)
{
    char path[64], line[256];
    long value = 0;
    FILE *f;

    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, key, strlen(key)) == 0)
            value = strtol(line + strlen(key) + 1, NULL, 10);
    if (f != NULL)
        (void)fclose(f);
    return value;
}

static struct measured measure(pid_t pid, struct farm *farm, int seconds)
{
    struct measured m;
    int64_t from;

    clock_sleep_until(clock_mono_ms() + WARM_UP_MS);
    farm_forget(farm);
    from = clock_mono_ms();
    m.cpu_ms = -cpu_ms_of(pid);
    clock_sleep_until(from + seconds * INT64_C(1000));
    m.cpu_ms += cpu_ms_of(pid);
    m.wall_s = (double)(clock_mono_ms() - from) / 1e3;
    farm_stats(farm, &m.farm);
    m.rss_mb = (double)status_of(pid, "VmRSS") / 1024;
    m.anon_mb = (double)status_of(pid, "RssAnon") / 1024;
    m.tasks = status_of(pid, "Threads");
    (void)kill(pid, SIGTERM);
    (void)waitpid(pid, NULL, 0);
    return m;
}

static void print_row(const char *name, const struct farm_config *c, const struct measured *m)
{
    double due = m->wall_s * 1e3 / c->every_ms;

    printf("%-38s %8.0f %5.1f %7.2f %6.1f %6.1f %5ld %9.1f %5d %5d\n", name,
           (double)m->farm.values / m->wall_s, 100 * m->farm.asked / due,
           m->farm.values > 0 ? 1e3 * m->cpu_ms / (double)m->farm.values : 0, m->rss_mb, m->anon_mb,
           m->tasks, m->farm.interval_ms, m->farm.error_p50_ms, m->farm.error_p99_ms);
    (void)fflush(stdout);
}

/* Runs argv, quietly. */
static pid_t run_program(const char *const *argv)
{
    pid_t pid = fork();

    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getenv("NILA_BENCH_LOUD") == NULL && (freopen("/dev/null", "w", stdout) == NULL ||
                                                  freopen("/dev/null", "w", stderr) == NULL))
            _exit(1);
        (void)execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    return pid;
}

/* -- the bare loop -- */

struct loop {
    const struct farm *farm;
    const struct farm_config *c;
    unsigned first;
};

/* Reads every LOOP_THREADS-th endpoint at its time, for ever. */
static void *loop_thread(void *arg)
{
    const struct loop *l = arg;
    modbus_t *m[1000] = {NULL};
    int64_t start = clock_mono_ms();
    volatile double sum = 0;

    for (unsigned i = l->first; i < l->c->endpoints; i += LOOP_THREADS) {
        m[i] = modbus_new_tcp("127.0.0.1", farm_port(l->farm, i));
        if (m[i] == NULL || modbus_set_slave(m[i], 1) != 0 || modbus_connect(m[i]) != 0)
            abort();
    }
    for (int64_t round = 0;; round++) {
        for (unsigned i = l->first; i < l->c->endpoints; i += LOOP_THREADS) {
            uint16_t regs[2 * FARM_FLOATS];
            clock_sleep_until(start + round * l->c->every_ms +
                              (int64_t)i * l->c->every_ms / l->c->endpoints);
            if (modbus_read_registers(m[i], 0, 2 * FARM_FLOATS, regs) != 2 * FARM_FLOATS)
                abort();
            for (int k = 0; k < FARM_FLOATS; k++)
                sum += (double)modbus_get_float_abcd(regs + 2 * (size_t)k);
        }
    }
}

static pid_t run_loop(const struct farm *farm, const struct farm_config *c)
{
    pid_t pid = fork();

    if (pid == 0) {
        struct loop l[LOOP_THREADS];
        pthread_t t;
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (unsigned i = 0; i < LOOP_THREADS; i++) {
            l[i] = (struct loop){farm, c, i};
            if (pthread_create(&t, NULL, loop_thread, &l[i]) != 0)
                abort();
        }
        for (;;)
            (void)pause();
    }
    return pid;
}

/* -- nila-collector -- */

static void write_profile(const char *folder)
{
    static const enum metric METRIC[FARM_FLOATS] = {
        METRIC_TEMP_C,   METRIC_DO_MG_L,    METRIC_DO_SAT_PCT, METRIC_PH,
        METRIC_ORP_MV,   METRIC_EC_US_CM,   METRIC_SAL_PSU,    METRIC_TDS_MG_L,
        METRIC_TURB_NTU, METRIC_TAN_N_MG_L, METRIC_CHL_UG_L,   METRIC_LEVEL_CM};
    struct buf b = {0};
    char path[300];

    buf_str(&b, "{\"schema\":\"device/1\",\"id\":\"farm\",\"maker\":\"-\",\"model\":\"12 floats\","
                "\"addresses\":\"zero-based PDU addresses\","
                "\"measurements\":[");
    for (int i = 0; i < FARM_FLOATS; i++) {
        const struct metric_info *m = metric_info(METRIC[i]);
        buf_printf(&b,
                   "%s{\"name\":\"v%d\",\"metric\":\"%s\",\"unit\":\"%s\",\"function\":3,"
                   "\"address\":%d,\"type\":\"f32\",\"order\":\"ABCD\",\"scale\":1}",
                   i > 0 ? "," : "", i, m->name, METRIC[i] == METRIC_PH ? "pH" : m->unit, 2 * i);
    }
    buf_str(&b, "]}");
    (void)snprintf(path, sizeof path, "%s/farm.json", folder);
    support_write(path, b.p);
    buf_free(&b);
}

static void write_site(const char *folder, const struct farm *farm, const struct farm_config *c,
                       int sink_port)
{
    struct buf b = {0};
    char path[300];

    buf_str(
        &b,
        "{\"site\":{\"slug\":\"bench\",\"name\":\"Bench\",\"regency\":\"kotim\",\"kecamatan\":"
        "\"62.02.06\"},\"ponds\":[{\"slug\":\"p\",\"name\":\"P\",\"area_m2\":200,\"depth_m\":1}],"
        "\"buses\":[");
    for (unsigned e = 0; e < c->endpoints; e++) {
        buf_printf(
            &b,
            "%s{\"slug\":\"b%u\",\"tcp\":{\"host\":\"127.0.0.1\",\"port\":%d},\"timeout_ms\":500,"
            "\"devices\":[",
            e > 0 ? "," : "", e, farm_port(farm, e));
        for (unsigned u = 1; u <= c->units; u++)
            buf_printf(&b,
                       "%s{\"slug\":\"d%u-%u\",\"profile\":\"farm\",\"unit\":%u,\"every_s\":%d,"
                       "\"pond\":null}",
                       u > 1 ? "," : "", e, u, u, c->every_ms / 1000);
        buf_str(&b, "]}");
    }
    buf_printf(&b,
               "],\"sinks\":[{\"slug\":\"db\",\"url\":\"http://"
               "127.0.0.1:%d\",\"api\":\"v1\",\"database\":\"nila\"}],"
               "\"journal\":{\"path\":\"%s/journal.db\"},\"control\":{\"socket\":\"%s/sock\"}}",
               sink_port, folder, folder);
    (void)snprintf(path, sizeof path, "%s/site.json", folder);
    support_write(path, b.p);
    buf_free(&b);
}

/* The program that was built beside this one. */
static void collector_path(char *out, size_t size)
{
    char self[256];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    self[n > 0 ? n : 0] = '\0';
    for (int up = 0; up < 3; up++) { /* BUILD/tests/bench/bench_poll */
        char *slash = strrchr(self, '/');
        if (slash != NULL)
            *slash = '\0';
    }
    (void)snprintf(out, size, "%s/bin/nila-collector", self);
}

static struct measured with_collector(struct farm *farm, const struct farm_config *c, int seconds)
{
    static const struct stub_reply STORED = {.bytes = "HTTP/1.1 204 No Content\r\n\r\n"};
    struct stubhttp *sink = stubhttp_start(&STORED, 1);
    char folder[256], program[300], site[300];
    const char *argv[] = {program, "run",       "--trust-clock", "--config",
                          site,    "--devices", folder,          NULL};
    struct measured m;

    (void)snprintf(folder, sizeof folder, "%s", support_tmpdir());
    (void)snprintf(site, sizeof site, "%s/site.json", folder);
    collector_path(program, sizeof program);
    write_profile(folder);
    write_site(folder, farm, c, stubhttp_port(sink));
    m = measure(run_program(argv), farm, seconds);
    if (stubhttp_requests(sink) == 0)
        fail_msg("the collector has sent nothing");
    stubhttp_stop(sink);
    support_rmdir(folder);
    return m;
}

/* -- collectd -- */

static struct measured with_collectd(struct farm *farm, const struct farm_config *c, int seconds)
{
    struct buf b = {0};
    char folder[256], config[300];
    const char *argv[] = {COLLECTD, "-f", "-C", config, NULL};
    struct measured m;

    (void)snprintf(folder, sizeof folder, "%s", support_tmpdir());
    (void)snprintf(config, sizeof config, "%s/collectd.conf", folder);
    buf_printf(
        &b,
        "FQDNLookup false\nHostname \"bench\"\nBaseDir \"%s\"\nPIDFile \"%s/pid\"\nInterval %d\n"
        "LoadPlugin modbus\nPostCacheChain \"drop\"\n<Chain \"drop\">\nTarget "
        "\"stop\"\n</Chain>\n<Plugin modbus>\n",
        folder, folder, c->every_ms / 1000);
    for (int i = 0; i < FARM_FLOATS; i++)
        buf_printf(&b,
                   "<Data \"v%d\">\nRegisterBase %d\nRegisterType float\nRegisterCmd ReadHolding\n"
                   "Type gauge\nInstance \"v%d\"\n</Data>\n",
                   i, 2 * i, i);
    for (unsigned e = 0; e < c->endpoints; e++) {
        buf_printf(&b, "<Host \"h%u\">\nAddress \"127.0.0.1\"\nPort \"%d\"\nInterval %d\n", e,
                   farm_port(farm, e), c->every_ms / 1000);
        for (unsigned u = 1; u <= c->units; u++) {
            buf_printf(&b, "<Slave %u>\nInstance \"s%u\"\n", u, u);
            for (int i = 0; i < FARM_FLOATS; i++)
                buf_printf(&b, "Collect \"v%d\"\n", i);
            buf_str(&b, "</Slave>\n");
        }
        buf_str(&b, "</Host>\n");
    }
    buf_str(&b, "</Plugin>\n");
    support_write(config, b.p);
    buf_free(&b);
    m = measure(run_program(argv), farm, seconds);
    support_rmdir(folder);
    return m;
}

/* -- rows -- */

static void compare(const struct farm_config *c, const char *what, int seconds, bool loop)
{
    struct farm *farm = farm_start(c);
    struct measured m;
    char name[80];

    if (loop) {
        m = measure(run_loop(farm, c), farm, seconds);
        (void)snprintf(name, sizeof name, "bare loop, %s", what);
        print_row(name, c, &m);
    }
    m = with_collector(farm, c, seconds);
    (void)snprintf(name, sizeof name, "nila-collector, %s", what);
    print_row(name, c, &m);
    if (access(COLLECTD, X_OK) == 0) {
        m = with_collectd(farm, c, seconds);
        (void)snprintf(name, sizeof name, "collectd, %s", what);
        print_row(name, c, &m);
    }
    farm_stop(farm);
}

int main(void)
{
    static const struct farm_config HUNDRED = {100, 1, 2, 0, 1000},
                                    FIVE_HUNDRED = {500, 1, 2, 0, 1000},
                                    GATEWAYS = {10, 10, 20, 0, 2000}, DEAD = {10, 10, 20, 10, 2000};
    const char *s = getenv("NILA_BENCH_S");
    int seconds = s != NULL ? atoi(s) : 10;

    if (seconds < 1)
        seconds = 1;
    printf("%-38s %8s %5s %7s %6s %6s %5s %9s %5s %5s\n", "", "values/s", "kept%", "cpu ms", "rss",
           "anon", "tasks", "interval", "error", "ms");
    printf("%-38s %8s %5s %7s %6s %6s %5s %9s %5s %5s\n", "", "", "", "/1000 v", "MB", "MB", "",
           "mean ms", "p50", "p99");
    compare(&HUNDRED, "100 devices", seconds, true);
    compare(&FIVE_HUNDRED, "500 devices", seconds, true);
    compare(&GATEWAYS, "10 gateways x 10 units", seconds, false);
    compare(&DEAD, "the same, 1 in 10 dead", 2 * seconds, false);
    if (access(COLLECTD, X_OK) != 0)
        printf("skipped: collectd is not installed (" COLLECTD ")\n");
    return 0;
}
