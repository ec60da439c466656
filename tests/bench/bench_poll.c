/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the road from the wire to judged readings costs, against a bare libmodbus loop in the same run: 40 TCP endpoints of 12
 * floats in one block, each asked once a second, first by the loop, then by the poller. The endpoints live in a child
 * process, so that the processor time measured is the master's alone. */
#include "tests/support/support.h"

#include <math.h>
#include <modbus.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/poll.h"
#include "tests/support/modbus_peer.h"

#define ENDPOINTS 40
#define FLOATS    12
#define SECONDS   8

static struct peer_reply answer(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    (void)arg;
    for (unsigned i = 0; i < rq->count; i += 2) {
        float f = 5 + (float)(rq->number % 100) / 100 + (float)i / 10;
        uint32_t raw;
        memcpy(&raw, &f, sizeof raw);
        regs[i] = (uint16_t)(raw >> 16);
        regs[i + 1] = (uint16_t)raw;
    }
    return (struct peer_reply){PEER_GOOD, 0, 0};
}

/* Starts the endpoints in a child; it ends when the parent closes the pipe. */
static pid_t start_endpoints(int *port, int *hold)
{
    int to_parent[2], to_child[2];
    pid_t pid;

    if (pipe(to_parent) != 0 || pipe(to_child) != 0)
        abort();
    pid = fork();
    if (pid == 0) {
        char byte;
        (void)close(to_child[1]);
        for (int i = 0; i < ENDPOINTS; i++)
            (void)peer_start_tcp(answer, NULL, &port[i]);
        if (write(to_parent[1], port, ENDPOINTS * sizeof *port) < 0)
            _exit(1);
        while (read(to_child[0], &byte, 1) > 0)
            ;
        _exit(0);
    }
    if (pid < 0 ||
        read(to_parent[0], port, ENDPOINTS * sizeof *port) != (ssize_t)(ENDPOINTS * sizeof *port))
        abort();
    *hold = to_child[1];
    return pid;
}

static double cpu_ms(void)
{
    struct rusage u;

    (void)getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

struct result {
    double values, cpu_ms, wall_ms;
};

static struct result bare_loop(const int *port)
{
    modbus_t *c[ENDPOINTS];
    double from = cpu_ms(), sum = 0;
    int64_t start;
    struct result r = {0, 0, 0};

    for (int i = 0; i < ENDPOINTS; i++) {
        c[i] = modbus_new_tcp("127.0.0.1", port[i]);
        if (c[i] == NULL || modbus_connect(c[i]) != 0)
            abort();
    }
    start = clock_mono_ms();
    for (int s = 0; s < SECONDS; s++) {
        for (int i = 0; i < ENDPOINTS; i++) {
            uint16_t regs[2 * FLOATS];
            clock_sleep_until(start + s * 1000 + i * 1000 / ENDPOINTS);
            if (modbus_read_registers(c[i], 0, 2 * FLOATS, regs) != 2 * FLOATS)
                continue;
            for (int k = 0; k < FLOATS; k++)
                sum += (double)modbus_get_float_abcd(regs + 2 * (size_t)k);
            r.values += FLOATS;
        }
    }
    clock_sleep_until(start + SECONDS * (int64_t)1000);
    r.wall_ms = (double)(clock_mono_ms() - start);
    r.cpu_ms = cpu_ms() - from;
    for (int i = 0; i < ENDPOINTS; i++) {
        modbus_close(c[i]);
        modbus_free(c[i]);
    }
    if (sum <= 0)
        abort();
    return r;
}

static int count_values(void *arg, const struct reading_set *sets, size_t n)
{
    atomic_uint *values = arg;

    for (size_t i = 0; i < n; i++)
        atomic_fetch_add(values, sets[i].n);
    return 0;
}

static struct result with_poller(const int *port, uint64_t *missed)
{
    static const enum metric METRIC[FLOATS] = {
        METRIC_TEMP_C,   METRIC_DO_MG_L,    METRIC_DO_SAT_PCT, METRIC_PH,
        METRIC_ORP_MV,   METRIC_EC_US_CM,   METRIC_SAL_PSU,    METRIC_TDS_MG_L,
        METRIC_TURB_NTU, METRIC_TAN_N_MG_L, METRIC_CHL_UG_L,   METRIC_LEVEL_CM};
    static struct site_bus bus[ENDPOINTS];
    static struct site_device device[ENDPOINTS];
    static const struct profile *profiles[ENDPOINTS];
    static struct profile p;
    struct site site = {.slug = "bench",
                        .kecamatan = "62.02.06",
                        .buses = ENDPOINTS,
                        .devices = ENDPOINTS,
                        .bus = bus,
                        .device = device};
    struct poller *poller;
    atomic_uint values;
    struct result r;
    double from = cpu_ms();
    int64_t start;
    char why[256];

    p.n = FLOATS;
    p.max_registers = 125;
    for (unsigned i = 0; i < FLOATS; i++)
        p.m[i] = (struct profile_measurement){.metric = METRIC[i],
                                              .function = 3,
                                              .address = (uint16_t)(2 * i),
                                              .type = PROFILE_F32,
                                              .order = "ABCD",
                                              .scale = 1,
                                              .min = -INFINITY,
                                              .max = INFINITY,
                                              .quality = -1,
                                              .kind = -1};
    for (int i = 0; i < ENDPOINTS; i++) {
        bus[i] = (struct site_bus){
            .kind = SITE_BUS_TCP, .host = "127.0.0.1", .tcp_port = port[i], .timeout_ms = 1000};
        (void)snprintf(bus[i].slug, sizeof bus[i].slug, "b%d", i);
        device[i] = (struct site_device){.bus = i, .unit = 1, .every_s = 1, .pond = -1};
        (void)snprintf(device[i].slug, sizeof device[i].slug, "d%d", i);
        profiles[i] = &p;
    }
    atomic_init(&values, 0);
    start = clock_mono_ms();
    if (poller_start(&poller, &site, profiles, count_values, &values, why, sizeof why) != 0)
        abort();
    clock_sleep_until(start + SECONDS * (int64_t)1000);
    r.wall_ms = (double)(clock_mono_ms() - start);
    *missed = 0;
    for (unsigned i = 0; i < ENDPOINTS; i++) {
        struct poll_device_stats s;
        poller_device_stats(poller, i, &s);
        *missed += s.missed_slots;
    }
    poller_stop(poller);
    r.values = atomic_load(&values);
    r.cpu_ms = cpu_ms() - from;
    return r;
}

int main(void)
{
    int port[ENDPOINTS], hold;
    pid_t pid = start_endpoints(port, &hold);
    struct result bare, poller;
    uint64_t missed;

    log_set_level(LOG_LEVEL_WARN);
    bare = bare_loop(port);
    poller = with_poller(port, &missed);
    printf("bare loop: %.0f values in %.1f s, %.2f ms of processor time for 1000 values\n",
           bare.values, bare.wall_ms / 1e3, 1e3 * bare.cpu_ms / bare.values);
    printf("poller:    %.0f values in %.1f s, %.2f ms of processor time for 1000 values, %llu "
           "slots missed\n",
           poller.values, poller.wall_ms / 1e3, 1e3 * poller.cpu_ms / poller.values,
           (unsigned long long)missed);
    printf("ratio of processor time: %.2f\n",
           poller.cpu_ms / poller.values / (bare.cpu_ms / bare.values));
    (void)close(hold);
    (void)waitpid(pid, NULL, 0);
    return 0;
}
