/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* NOLINT: fopencookie */
#include "tests/support/support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <modbus.h>
#include <netinet/in.h>
#include <poll.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/profile.h"
#include "firmware-bridge/core/nila_crc.h"
#include "firmware-bridge/core/nila_regmap.h"
#include "firmware-bridge/linux/simserver.h"
#include "tests/support/nobody.h"

/* Two buses, two nodes each: units 1 and 7 over TCP, 3 and 4 on a pty. */
struct house {
    char dir[64], link[96], truth_path[96];
    const char *links[2];
    struct site_bus bus[2];
    struct site_device device[4];
    struct site site;
    struct simserver_config config;
    struct simserver *server;
    atomic_bool unplugged[4];
    _Atomic double value;
    atomic_uint quality;
    atomic_int asked;
    atomic_int relay[4]; /* as told; -1 never */
};

/* Channel 0: the house's value, channel 1: ten times the device's number, channel 2: absent. */
static int source(void *arg, int device_index, int64_t ts_ms,
                  struct sim_channel ch[SIM_CHANNELS_MAX])
{
    struct house *h = arg;

    if (ts_ms < 1700000000000) /* another thread than the test's: cmocka cannot be told */
        abort();
    atomic_fetch_add(&h->asked, 1);
    if (atomic_load(&h->unplugged[device_index]))
        return -1;
    ch[0] =
        (struct sim_channel){NILA_KIND_TEMP_C, atomic_load(&h->value), atomic_load(&h->quality)};
    ch[1] = (struct sim_channel){NILA_KIND_DO_MG_L, 10.0 * device_index, 0};
    ch[2] = (struct sim_channel){NILA_KIND_PH, (double)NAN, 0};
    return 3;
}

static void build(struct house *h)
{
    static const int UNIT[4] = {1, 7, 3, 4};

    *h = (struct house){0};
    (void)snprintf(h->dir, sizeof h->dir, "%s", support_tmpdir());
    (void)snprintf(h->link, sizeof h->link, "%s/line", h->dir);
    (void)snprintf(h->truth_path, sizeof h->truth_path, "%s/truth.csv", h->dir);
    h->bus[0] = (struct site_bus){.slug = "net", .kind = SITE_BUS_TCP, .tcp_port = 0};
    h->bus[1] = (struct site_bus){
        .slug = "line", .kind = SITE_BUS_SERIAL, .baud = 9600, .parity = 'N', .stop_bits = 1};
    for (int i = 0; i < 4; i++) {
        h->device[i] =
            (struct site_device){.bus = i / 2, .unit = UNIT[i], .every_s = 1, .pond = -1};
        (void)snprintf(h->device[i].slug, sizeof h->device[i].slug, "node-%d", i);
    }
    h->site.buses = 2;
    h->site.bus = h->bus;
    h->site.devices = 4;
    h->site.device = h->device;
    h->links[1] = h->link;
    atomic_store(&h->value, 29.8125);
    h->config = (struct simserver_config){
        .site = &h->site, .source = source, .arg = h, .pty_link = h->links};
}

static void start(struct house *h)
{
    char why[160] = "";

    if (simserver_start(&h->server, &h->config, why, sizeof why) != 0)
        fail_msg("%s", why);
}

static void take_down(struct house *h)
{
    simserver_stop(h->server);
    if (h->config.truth != NULL)
        (void)fclose(h->config.truth);
    support_rmdir(h->dir);
}

static modbus_t *over_tcp(const struct house *h, int unit)
{
    modbus_t *m = modbus_new_tcp("127.0.0.1", simserver_port(h->server, 0, NULL, 0));

    assert_non_null(m);
    assert_int_equal(modbus_set_slave(m, unit), 0);
    assert_int_equal(modbus_set_response_timeout(m, 5, 0), 0);
    assert_int_equal(modbus_connect(m), 0);
    return m;
}

static modbus_t *over_line(const struct house *h, int unit)
{
    modbus_t *m = modbus_new_rtu(h->link, 9600, 'N', 8, 1);

    assert_non_null(m);
    assert_int_equal(modbus_set_slave(m, unit), 0);
    assert_int_equal(modbus_set_response_timeout(m, 5, 0), 0);
    assert_int_equal(modbus_connect(m), 0);
    return m;
}

static void hang_up(modbus_t *m)
{
    modbus_close(m);
    modbus_free(m);
}

static uint32_t get32(const uint16_t *reg)
{
    return (uint32_t)reg[0] << 16 | reg[1];
}

static int raw_client(const struct house *h)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)simserver_port(h->server, 0, NULL, 0)),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static bool readable_within(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, ms) > 0;
}

/* Reads exactly n bytes or fails. */
static void read_all(int fd, uint8_t *p, size_t n)
{
    size_t got = 0;

    while (got < n) {
        ssize_t r;
        assert_true(readable_within(fd, 5000));
        r = read(fd, p + got, n - got);
        assert_true(r > 0);
        got += (size_t)r;
    }
}

/* ---- what is served ---- */

static void check_node(modbus_t *m, int unit, double second)
{
    uint16_t reg[NILA_REG_COUNT];
    const uint16_t *ch = reg + NILA_REG_CHANNEL(0);

    assert_int_equal(modbus_set_slave(m, unit), 0);
    assert_int_equal(modbus_read_input_registers(m, 0, NILA_REG_COUNT, reg), NILA_REG_COUNT);
    assert_int_equal(reg[NILA_REG_MAGIC], NILA_MAGIC);
    assert_int_equal(reg[NILA_REG_MAP_VERSION], 1);
    assert_int_equal(reg[NILA_REG_PRODUCT], 3);
    assert_int_equal(reg[NILA_REG_UNIT], unit);
    assert_int_equal(reg[NILA_REG_BOARD_TEMP], 0x8000);
    assert_int_equal(get32(reg + NILA_REG_SAMPLE), 1);
    assert_int_equal(get32(reg + NILA_REG_REQUEST), 1);
    assert_in_range(get32(reg + NILA_REG_BOOTS), 1700000000, UINT32_MAX);
    assert_int_equal(reg[NILA_REG_HEALTH], NILA_HEALTH_SENSOR);
    assert_int_equal(get32(ch + NILA_CH_VALUE), 29813); /* 29.8125 rounded */
    assert_int_equal(get32(ch + NILA_CH_RAW), 0x80000000);
    assert_int_equal(ch[NILA_CH_QUALITY], NILA_Q_VALID);
    assert_int_equal(ch[NILA_CH_AGE_S], 0);
    assert_int_equal(ch[NILA_CH_KIND], NILA_KIND_TEMP_C);
    ch += 10;
    assert_int_equal(get32(ch + NILA_CH_VALUE), (uint32_t)lround(1000 * second));
    ch += 10;
    assert_int_equal(get32(ch + NILA_CH_VALUE), 0x80000000);
    assert_int_equal(ch[NILA_CH_QUALITY], NILA_Q_ABSENT);
    assert_int_equal(ch[NILA_CH_AGE_S], 0xFFFF);
    assert_int_equal(ch[NILA_CH_KIND], NILA_KIND_PH);
    ch += 10;
    assert_int_equal(ch[NILA_CH_KIND], NILA_KIND_NONE);
    assert_int_equal(get32(ch + NILA_CH_VALUE), 0x80000000);
}

static void serves_two_units_of_one_tcp_bus(void **state)
{
    struct house h;
    modbus_t *m;

    (void)state;
    build(&h);
    start(&h);
    m = over_tcp(&h, 1);
    check_node(m, 1, 0);
    check_node(m, 7, 10);
    hang_up(m);
    take_down(&h);
}

static void serves_two_units_on_one_line(void **state)
{
    struct house h;
    uint16_t reg[2];
    modbus_t *m;

    (void)state;
    build(&h);
    start(&h);
    m = over_line(&h, 3);
    check_node(m, 3, 20);
    check_node(m, 4, 30);
    /* both have heard the frame for the other */
    assert_int_equal(modbus_read_input_registers(m, NILA_REG_BUS_FOREIGN, 1, reg), 1);
    assert_int_equal(reg[0], 1);
    hang_up(m);
    take_down(&h);
}

static void tells_what_it_is(void **state)
{
    struct house h;
    uint8_t id[64];
    modbus_t *m;

    (void)state;
    build(&h);
    start(&h);
    m = over_line(&h, 4);
    assert_int_equal(modbus_report_slave_id(m, sizeof id, id), 2 + 19);
    assert_int_equal(id[0], 4);
    assert_int_equal(id[1], 0xFF);
    assert_memory_equal(id + 2, "nila-node simulator", 19);
    hang_up(m);
    take_down(&h);
}

static void judges_what_the_source_says(void **state)
{
    static const struct {
        const char *says;
        double value;
        unsigned quality;
        uint32_t reg;
        uint16_t quality_reg;
    } T[] = {
        {"a plain value", -1.2346, 0, (uint32_t)-1235, NILA_Q_VALID},
        {"due for calibration is still usable", 7.0, NILA_Q_DUE, 7000, NILA_Q_DUE | NILA_Q_VALID},
        {"a stuck sensor is not", 7.0, NILA_Q_STUCK, 7000, NILA_Q_STUCK},
        {"nor a warming one that claims to be", 7.0, NILA_Q_WARMUP | NILA_Q_VALID, 7000,
         NILA_Q_WARMUP},
        {"too large for the register", 2147484.0, 0, 0x80000000, NILA_Q_RANGE},
        {"infinite", -(double)INFINITY, 0, 0x80000000, NILA_Q_RANGE},
        {"not a number", (double)NAN, NILA_Q_DUE, 0x80000000, NILA_Q_ABSENT | NILA_Q_DUE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct house h;
        uint16_t reg[10];
        modbus_t *m;
        build(&h);
        atomic_store(&h.value, T[i].value);
        atomic_store(&h.quality, T[i].quality);
        start(&h);
        m = over_tcp(&h, 1);
        assert_int_equal(modbus_read_input_registers(m, NILA_REG_CHANNEL(0), 10, reg), 10);
        if (get32(reg) != T[i].reg || reg[NILA_CH_QUALITY] != T[i].quality_reg)
            fail_msg("%s: %08x quality %04x", T[i].says, get32(reg), reg[NILA_CH_QUALITY]);
        hang_up(m);
        take_down(&h);
    }
}

/* ---- the clock is the test's ---- */

static atomic_llong fake_mono_ms;
static int64_t fake_mono(void *arg)
{
    (void)arg;
    return atomic_load(&fake_mono_ms);
}
static int64_t fake_wall(void *arg)
{
    (void)arg;
    return 1795471950000 + atomic_load(&fake_mono_ms);
}
static const struct clock_source FAKE = {.wall_ms = fake_wall, .mono_ms = fake_mono};

static void samples_once_a_round_and_counts_seconds(void **state)
{
    struct house h;
    uint16_t reg[NILA_REG_COUNT];
    modbus_t *m;

    (void)state;
    atomic_store(&fake_mono_ms, 1000);
    clock_set(&FAKE);
    build(&h);
    start(&h);
    m = over_tcp(&h, 1);
    for (int i = 0; i < 5; i++) /* five requests within one round */
        assert_int_equal(modbus_read_input_registers(m, 0, 120, reg), 120);
    assert_int_equal(atomic_load(&h.asked), 1);
    assert_int_equal(get32(reg + NILA_REG_SAMPLE), 1);
    assert_int_equal(get32(reg + NILA_REG_REQUEST), 5);
    assert_int_equal(get32(reg + NILA_REG_UPTIME_S), 0);
    atomic_fetch_add(&fake_mono_ms, 999);
    assert_int_equal(modbus_read_input_registers(m, 0, 120, reg), 120);
    assert_int_equal(get32(reg + NILA_REG_SAMPLE), 1);
    atomic_fetch_add(&fake_mono_ms, 1);
    assert_int_equal(modbus_read_input_registers(m, 0, 120, reg), 120);
    assert_int_equal(get32(reg + NILA_REG_SAMPLE), 2);
    assert_int_equal(get32(reg + NILA_REG_UPTIME_S), 1);
    atomic_fetch_add(&fake_mono_ms, 3599500);
    assert_int_equal(modbus_read_input_registers(m, 0, 120, reg), 120);
    assert_int_equal(get32(reg + NILA_REG_SAMPLE), 3);
    assert_int_equal(get32(reg + NILA_REG_UPTIME_S), 3600);
    assert_int_equal(reg[NILA_REG_CHANNEL(0) + NILA_CH_AGE_S], 0);
    assert_int_equal(get32(reg + NILA_REG_CHANNEL(0) + NILA_CH_SEQUENCE), 3);
    hang_up(m);
    take_down(&h);
    clock_set(NULL);
}

static void an_unplugged_node_is_silent_and_comes_back(void **state)
{
    struct house h;
    uint16_t reg[1];
    modbus_t *m;

    (void)state;
    atomic_store(&fake_mono_ms, 1000);
    clock_set(&FAKE);
    build(&h);
    atomic_store(&h.unplugged[0], true);
    atomic_store(&h.unplugged[2], true);
    start(&h);
    for (size_t line = 0; line < 2; line++) {
        m = line ? over_line(&h, 3) : over_tcp(&h, 1);
        assert_int_equal(modbus_set_response_timeout(m, 0, 150000), 0);
        assert_int_equal(modbus_read_input_registers(m, 0, 1, reg), -1);
        assert_int_equal(errno, ETIMEDOUT);
        assert_int_equal(modbus_read_registers(m, 0, 1, reg), -1); /* nor to anything else */
        assert_int_equal(errno, ETIMEDOUT);
        assert_int_equal(modbus_set_response_timeout(m, 5, 0), 0);
        assert_int_equal(modbus_set_slave(m, line ? 4 : 7), 0);
        assert_int_equal(modbus_read_input_registers(m, 0, 1, reg), 1); /* its neighbour answers */
        atomic_store(&h.unplugged[2 * line], false);
        atomic_fetch_add(&fake_mono_ms, 1000);
        assert_int_equal(modbus_set_slave(m, line ? 3 : 1), 0);
        assert_int_equal(modbus_read_input_registers(m, 0, 1, reg), 1);
        hang_up(m);
    }
    take_down(&h);
    clock_set(NULL);
}

/* ---- holding registers ---- */

static void keeps_the_delay_the_master_asked_for(void **state)
{
    static const uint16_t WRITE[] = {NILA_UNLOCK, 7, 80, 60};
    static const uint16_t LINE[] = {NILA_UNLOCK, 4, 80, 60};

    (void)state;
    for (int line = 0; line < 2; line++) {
        struct house h;
        int64_t before;
        uint16_t reg[4];
        modbus_t *m;
        build(&h);
        start(&h);
        m = line ? over_line(&h, 4) : over_tcp(&h, 7);
        assert_int_equal(modbus_write_registers(m, 0, 4, line ? LINE : WRITE), 4);
        before = clock_mono_ms();
        assert_int_equal(modbus_read_registers(m, 0, 4, reg), 4);
        assert_true(clock_mono_ms() - before >= 79);
        assert_int_equal(reg[0], 0);
        assert_int_equal(reg[2], 80);
        assert_int_equal(reg[3], 60);
        hang_up(m);
        take_down(&h);
    }
}

static void a_broadcast_is_executed_by_all_and_answered_by_none(void **state)
{
    static const uint8_t UNLOCK[] = {0, 6, 0, 0, 0x5A, 0x17};
    static const uint8_t PERIOD[] = {0, 6, 0, 3, 0, 9};
    struct house h;
    uint16_t reg[4];
    modbus_t *m;
    int fd;

    (void)state;
    build(&h);
    start(&h);
    m = over_line(&h, 3);
    fd = modbus_get_socket(m);
    assert_true(modbus_send_raw_request(m, UNLOCK, sizeof UNLOCK) > 0);
    assert_false(readable_within(fd, 100));
    assert_true(modbus_send_raw_request(m, PERIOD, sizeof PERIOD) > 0);
    assert_false(readable_within(fd, 100));
    for (int unit = 3; unit <= 4; unit++) {
        assert_int_equal(modbus_set_slave(m, unit), 0);
        assert_int_equal(modbus_read_registers(m, 0, 4, reg), 4);
        assert_int_equal(reg[1], unit);
        assert_int_equal(reg[3], 9);
    }
    hang_up(m);
    take_down(&h);
}

/* ---- truth ---- */

/* The last line of the truth log must be this answer. */
static void check_truth(const struct house *h, const char *bus, int unit, int first, int count,
                        const uint16_t *reg, unsigned request)
{
    char expected[640], *text = support_read(h->truth_path, NULL), *line, *comma;
    int n = snprintf(expected, sizeof expected, ",%s,%d,4,%d,%d,", bus, unit, first, count);

    for (int i = 0; i < count; i++)
        n += snprintf(expected + n, sizeof expected - (size_t)n, "%04x", reg[i]);
    (void)snprintf(expected + n, sizeof expected - (size_t)n, ",%u\n", request);
    assert_int_equal(
        strncmp(text, "served_ms,bus,unit,function,first,count,regs_hex,request_no\n", 60), 0);
    line = text + strlen(text) - 1;
    while (line > text && line[-1] != '\n')
        line--;
    comma = strchr(line, ',');
    assert_non_null(comma);
    assert_string_equal(comma, expected);
    assert_true(llabs(strtoll(line, NULL, 10) - clock_wall_ms()) < 60000);
    free(text);
}

static void the_truth_is_on_file_when_the_answer_is_there(void **state)
{
    struct house h;
    uint16_t reg[120];
    modbus_t *net, *line;

    (void)state;
    build(&h);
    h.config.truth = fopen(h.truth_path, "w");
    assert_non_null(h.config.truth);
    start(&h);
    net = over_tcp(&h, 7);
    line = over_line(&h, 3);
    for (unsigned i = 0; i < 100; i++) {
        int first = (int)(i % 60), count = 1 + (int)(i % 59);
        assert_int_equal(modbus_read_input_registers(net, first, count, reg), count);
        check_truth(&h, "net", 7, first, count, reg, i + 1);
        assert_int_equal(modbus_read_input_registers(line, 0, 120, reg), 120);
        check_truth(&h, "line", 3, 0, 120, reg, i + 1);
        assert_int_equal(get32(reg + NILA_REG_REQUEST), i + 1);
    }
    hang_up(net);
    hang_up(line);
    take_down(&h);
}

static void a_second_run_adds_to_the_log_without_a_second_header(void **state)
{
    char *text;
    uint16_t reg[1];

    (void)state;
    struct house h;
    build(&h);
    for (int run = 0; run < 2; run++) {
        modbus_t *m;
        h.config.truth = fopen(h.truth_path, "a");
        assert_non_null(h.config.truth);
        start(&h);
        m = over_tcp(&h, 1);
        assert_int_equal(modbus_read_input_registers(m, 0, 1, reg), 1);
        assert_int_equal(modbus_read_registers(m, 1, 1, reg), 1);
        hang_up(m);
        simserver_stop(h.server);
        (void)fclose(h.config.truth);
    }
    text = support_read(h.truth_path, NULL);
    assert_non_null(strstr(text, ",net,1,3,1,1,0001,0\n")); /* function 3 has no request number */
    assert_null(strstr(text + 1, "served_ms"));
    free(text);
    support_rmdir(h.dir);
}

/* A log whose writes wait for the test, or fail. */
struct slow_log {
    sem_t reached, go;
    atomic_bool waits, fails;
};

static ssize_t slow_write(void *cookie, const char *buf, size_t n)
{
    struct slow_log *s = cookie;

    (void)buf;
    if (atomic_load(&s->waits)) {
        (void)sem_post(&s->reached);
        (void)sem_wait(&s->go);
    }
    errno = ENOSPC;
    return atomic_load(&s->fails) ? 0 : (ssize_t)n;
}

static const uint8_t ASK_7[] = {0x12, 0x34, 0, 0, 0, 6, 7, 4, 0, 0, 0, 2};

static void no_byte_leaves_before_the_truth_is_written(void **state)
{
    const cookie_io_functions_t io = {.write = slow_write};
    struct slow_log log = {.waits = false};
    struct house h;
    uint8_t answer[13];
    int fd;

    (void)state;
    assert_int_equal(sem_init(&log.reached, 0, 0), 0);
    assert_int_equal(sem_init(&log.go, 0, 0), 0);
    build(&h);
    h.config.truth = fopencookie(&log, "w", io);
    assert_non_null(h.config.truth);
    start(&h);
    atomic_store(&log.waits, true);
    fd = raw_client(&h);
    assert_int_equal(write(fd, ASK_7, sizeof ASK_7), sizeof ASK_7);
    assert_int_equal(sem_wait(&log.reached), 0);
    assert_false(readable_within(fd, 100));
    atomic_store(&log.waits, false);
    assert_int_equal(sem_post(&log.go), 0);
    read_all(fd, answer, sizeof answer);
    assert_int_equal(answer[0], 0x12);
    (void)close(fd);
    take_down(&h);
}

static void what_cannot_be_logged_is_not_served(void **state)
{
    const cookie_io_functions_t io = {.write = slow_write};
    struct slow_log log = {.waits = false};
    struct house h;
    uint8_t answer[13];
    int fd;

    (void)state;
    build(&h);
    h.config.truth = fopencookie(&log, "w", io);
    assert_non_null(h.config.truth);
    start(&h);
    atomic_store(&log.fails, true);
    fd = raw_client(&h);
    assert_int_equal(write(fd, ASK_7, sizeof ASK_7), sizeof ASK_7);
    assert_false(readable_within(fd, 150));
    atomic_store(&log.fails, false);
    assert_int_equal(write(fd, ASK_7, sizeof ASK_7), sizeof ASK_7);
    read_all(fd, answer, sizeof answer);
    (void)close(fd);
    take_down(&h);
}

/* ---- bad company ---- */

static void check_answers(const struct house *h)
{
    uint8_t answer[13];
    int fd = raw_client(h);

    assert_int_equal(write(fd, ASK_7, sizeof ASK_7), sizeof ASK_7);
    read_all(fd, answer, sizeof answer);
    assert_int_equal(answer[9] << 8 | answer[10], NILA_MAGIC);
    (void)close(fd);
}

static void a_client_that_does_not_speak_modbus_is_closed(void **state)
{
    static const char GET[] = "GET / HTTP/1.1\r\nHost: pond\r\n\r\n";
    static const uint8_t LONG[] = {0, 1, 0, 0, 0xFF, 0xFF, 7, 4};
    static const uint8_t SHORT[] = {0, 1, 0, 0, 0, 1, 7};
    static const struct {
        const char *says;
        const void *bytes;
        size_t n;
    } T[] = {{"a browser", GET, sizeof GET - 1},
             {"a length no frame has", LONG, sizeof LONG},
             {"a frame without a function", SHORT, sizeof SHORT}};
    struct house h;

    (void)state;
    build(&h);
    start(&h);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        uint8_t byte;
        int fd = raw_client(&h);
        printf("%s\n", T[i].says);
        assert_int_equal(write(fd, T[i].bytes, T[i].n), T[i].n);
        assert_true(readable_within(fd, 5000));
        assert_true(read(fd, &byte, 1) <= 0); /* closed or reset, without an answer */
        (void)close(fd);
        check_answers(&h);
    }
    take_down(&h);
}

static void a_slow_client_delays_nobody_and_is_served_in_the_end(void **state)
{
    struct house h;
    uint8_t answer[13];
    int slow;

    (void)state;
    build(&h);
    start(&h);
    slow = raw_client(&h);
    for (size_t i = 0; i < sizeof ASK_7; i++) {
        assert_int_equal(write(slow, ASK_7 + i, 1), 1);
        check_answers(&h); /* whole requests of others pass in between */
    }
    read_all(slow, answer, sizeof answer);
    (void)close(slow);
    take_down(&h);
}

static void answers_requests_sent_in_one_go_in_their_order(void **state)
{
    struct house h;
    uint8_t in[20 * sizeof ASK_7], answer[13];
    int fd;

    (void)state;
    build(&h);
    start(&h);
    fd = raw_client(&h);
    for (uint8_t i = 0; i < 20; i++) {
        memcpy(in + i * sizeof ASK_7, ASK_7, sizeof ASK_7);
        in[i * sizeof ASK_7 + 1] = i;
    }
    assert_int_equal(write(fd, in, sizeof in), sizeof in);
    for (uint8_t i = 0; i < 20; i++) {
        read_all(fd, answer, sizeof answer);
        assert_int_equal(answer[1], i);
    }
    (void)close(fd);
    take_down(&h);
}

static void a_client_that_never_reads_delays_nobody(void **state)
{
    struct house h;
    uint8_t in[12 * 64];
    ssize_t n;
    int fd;

    (void)state;
    build(&h);
    start(&h);
    fd = raw_client(&h);
    for (size_t i = 0; i < 64; i++) {
        memcpy(in + 12 * i, ASK_7, 12);
        in[12 * i + 11] = 120;
    }
    do { /* until both directions are full */
        n = send(fd, in, sizeof in, MSG_DONTWAIT);
        check_answers(&h);
    } while (n == (ssize_t)sizeof in);
    check_answers(&h);
    (void)close(fd);
    take_down(&h);
}

static void one_client_too_many_replaces_the_one_silent_for_longest(void **state)
{
    struct house h;
    uint8_t answer[13];
    int fd[SIMSERVER_CLIENTS + 1];

    (void)state;
    atomic_store(&fake_mono_ms, 1000);
    clock_set(&FAKE);
    build(&h);
    start(&h);
    for (int i = 0; i <= SIMSERVER_CLIENTS; i++) {
        fd[i] = raw_client(&h);
        assert_int_equal(write(fd[i], ASK_7, sizeof ASK_7), sizeof ASK_7);
        read_all(fd[i], answer, sizeof answer);
        atomic_fetch_add(&fake_mono_ms, 10);
        if (i == 1) { /* the first speaks again: the second is now the most silent */
            assert_int_equal(write(fd[0], ASK_7, sizeof ASK_7), sizeof ASK_7);
            read_all(fd[0], answer, sizeof answer);
            atomic_fetch_add(&fake_mono_ms, 10);
        }
    }
    assert_true(readable_within(fd[1], 5000));
    assert_int_equal(read(fd[1], answer, 1), 0);
    for (int i = 0; i <= SIMSERVER_CLIENTS; i++) {
        if (i != 1) {
            assert_int_equal(write(fd[i], ASK_7, sizeof ASK_7), sizeof ASK_7);
            read_all(fd[i], answer, sizeof answer);
        }
        (void)close(fd[i]);
    }
    take_down(&h);
    clock_set(NULL);
}

/* Sends a frame to the line in two halves and says whether it was answered. */
static bool torn(int fd, const uint8_t *frame, size_t n, int gap_ms)
{
    struct timespec gap = {.tv_nsec = gap_ms * 1000000L};
    uint8_t answer[64];

    assert_int_equal(write(fd, frame, n / 2), n / 2);
    (void)nanosleep(&gap, NULL);
    assert_int_equal(write(fd, frame + n / 2, n - n / 2), n - n / 2);
    if (!readable_within(fd, 100))
        return false;
    return read(fd, answer, sizeof answer) > 0;
}

static void a_request_torn_by_the_host_is_held_together(void **state)
{
    uint8_t frame[8] = {3, 4, 0, 0, 0, 1};
    uint16_t crc = nila_crc(frame, 6);
    struct house h;
    modbus_t *m;
    int whole = 0;

    (void)state;
    frame[6] = (uint8_t)crc;
    frame[7] = (uint8_t)(crc >> 8);
    build(&h);
    start(&h);
    m = over_line(&h, 3);
    /* t3.5 is 4 ms here, so that without the hold none of these would pass; a loaded host may stretch some beyond 30. */
    for (int i = 0; i < 20 && whole < 5; i++)
        whole += torn(modbus_get_socket(m), frame, sizeof frame, 8);
    assert_int_equal(whole, 5);
    hang_up(m);
    take_down(&h);
}

static void noise_on_the_line_costs_no_later_answer(void **state)
{
    static const uint8_t NOISE[] = {0x00, 0xFF, 3, 4, 0, 0, 0x5A, 0x13, 0x37, 0x00, 0x91};
    struct house h;
    uint16_t reg[1];
    modbus_t *m;

    (void)state;
    build(&h);
    start(&h);
    m = over_line(&h, 3);
    for (size_t n = 1; n <= sizeof NOISE; n++) {
        uint8_t frame[32];
        uint8_t ask[8] = {3, 4, 0, 0, 0, 1};
        uint16_t crc = nila_crc(ask, 6);
        ask[6] = (uint8_t)crc;
        ask[7] = (uint8_t)(crc >> 8);
        memcpy(frame, NOISE, n);
        memcpy(frame + n, ask, sizeof ask);
        assert_int_equal(write(modbus_get_socket(m), frame, n + 8), n + 8);
        assert_int_equal(modbus_receive_confirmation(m, frame), 7);
    }
    assert_int_equal(modbus_read_input_registers(m, NILA_REG_BUS_RESYNC, 1, reg), 1);
    assert_int_equal(reg[0], sizeof NOISE);
    hang_up(m);
    take_down(&h);
}

/* Without a free descriptor a client waits in the queue and is served once there is one. */
static void a_machine_out_of_descriptors_recovers(void **state)
{
    struct rlimit before, few;
    struct house h;
    uint8_t answer[13];
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd, hoard[64], n = 0;

    (void)state;
    build(&h);
    start(&h);
    a.sin_port = htons((uint16_t)simserver_port(h.server, 0, NULL, 0));
    fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = 64;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    while (n < 64 && (hoard[n] = dup(fd)) >= 0)
        n++;
    assert_in_range(n, 1, 63);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(write(fd, ASK_7, sizeof ASK_7), sizeof ASK_7);
    assert_false(readable_within(fd, 100));
    while (n > 0)
        (void)close(hoard[--n]);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    read_all(fd, answer, sizeof answer);
    (void)close(fd);
    take_down(&h);
}

static void listens_where_it_is_told(void **state)
{
    struct house h;
    char why[160];
    int rc;

    (void)state;
    build(&h);
    h.config.listen_host = "::1";
    rc = simserver_start(&h.server, &h.config, why, sizeof why);
    if (rc != 0) {
        printf("skip - no IPv6 here: %s\n", why);
        take_down(&h);
        skip();
    }
    {
        struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
        uint8_t answer[13];
        int fd = socket(AF_INET6, SOCK_STREAM, 0);
        a.sin6_port = htons((uint16_t)simserver_port(h.server, 0, NULL, 0));
        assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
        assert_int_equal(write(fd, ASK_7, sizeof ASK_7), sizeof ASK_7);
        read_all(fd, answer, sizeof answer);
        (void)close(fd);
    }
    take_down(&h);
}

static void answers_nobody_reads_are_lost_and_the_line_goes_on(void **state)
{
    uint8_t ask[8] = {3, 4, 0, 0, 0, 120};
    uint16_t crc = nila_crc(ask, 6), reg[1];
    struct house h;
    modbus_t *m;

    (void)state;
    ask[6] = (uint8_t)crc;
    ask[7] = (uint8_t)(crc >> 8);
    build(&h);
    h.bus[1].baud = 115200; /* 2 ms of silence between requests */
    start(&h);
    m = over_line(&h, 3);
    for (unsigned asked = 0; asked < 600; asked++) { /* 147 kB of answers, more than a pty holds */
        const struct timespec gap = {.tv_nsec = 4000000};
        assert_int_equal(write(modbus_get_socket(m), ask, sizeof ask), sizeof ask);
        (void)nanosleep(&gap, NULL);
    }
    for (int tries = 0; tries < 50; tries++) { /* until what the line still held has run off */
        struct timespec quiet = {.tv_nsec = 20000000};
        (void)modbus_flush(m);
        (void)nanosleep(&quiet, NULL);
        if (!readable_within(modbus_get_socket(m), 20))
            break;
    }
    assert_int_equal(modbus_read_input_registers(m, 0, 1, reg), 1);
    assert_int_equal(reg[0], NILA_MAGIC);
    hang_up(m);
    take_down(&h);
}

static void stops_without_waiting_for_a_delayed_answer(void **state)
{
    static const uint16_t SLOW[2][3] = {{NILA_UNLOCK, 7, 1000}, {NILA_UNLOCK, 4, 1000}};
    uint8_t ask[8] = {4, 4, 0, 0, 0, 1};
    uint16_t crc = nila_crc(ask, 6);
    struct house h;
    modbus_t *net, *line;
    int64_t before;

    (void)state;
    ask[6] = (uint8_t)crc;
    ask[7] = (uint8_t)(crc >> 8);
    build(&h);
    start(&h);
    net = over_tcp(&h, 7);
    line = over_line(&h, 4);
    assert_int_equal(modbus_write_registers(net, 0, 3, SLOW[0]), 3);
    assert_int_equal(modbus_write_registers(line, 0, 3, SLOW[1]), 3);
    assert_int_equal(write(modbus_get_socket(net), ASK_7, sizeof ASK_7), sizeof ASK_7);
    assert_int_equal(write(modbus_get_socket(line), ask, sizeof ask), sizeof ask);
    assert_false(readable_within(modbus_get_socket(line), 100)); /* both are at work by now */
    before = clock_mono_ms();
    simserver_stop(h.server);
    assert_true(clock_mono_ms() - before < 700);
    h.server = NULL;
    hang_up(net);
    hang_up(line);
    take_down(&h);
}

/* ---- start and stop ---- */

static int try_start(void *arg)
{
    const struct house *h = arg;
    struct simserver *s = NULL;
    char why[160];
    int rc = simserver_start(&s, &h->config, why, sizeof why);

    if (rc == 0)
        simserver_stop(s);
    return rc;
}

static void says_why_it_cannot_start(void **state)
{
    struct house h, other;
    struct simserver *s = NULL;
    char why[160], path[128];
    const char *links[2] = {NULL, path};

    (void)state;
    build(&h);
    start(&h);
    build(&other);
    other.config.pty_link = links;
    (void)snprintf(path, sizeof path, "%s/other", other.dir);

    other.bus[0].tcp_port = simserver_port(h.server, 0, NULL, 0);
    assert_int_equal(simserver_start(&s, &other.config, why, sizeof why), NILA_ERR_BUSY);
    assert_non_null(strstr(why, "bus net"));
    other.bus[0].tcp_port = 0;
    other.config.listen_host = "not a host";
    assert_int_equal(simserver_start(&s, &other.config, why, sizeof why), NILA_ERR_NOT_FOUND);
    other.config.listen_host = NULL;

    support_write(path, "a file that must stay");
    assert_int_equal(simserver_start(&s, &other.config, why, sizeof why), NILA_ERR_BUSY);
    assert_non_null(strstr(why, path));
    (void)snprintf(path, sizeof path, "%s/no/such/folder", other.dir);
    assert_int_equal(simserver_start(&s, &other.config, why, sizeof why), NILA_ERR_NOT_FOUND);
    (void)snprintf(path, sizeof path, "/nila-test-link"); /* root's folder: nobody may not */
    assert_int_equal(support_as_nobody(try_start, &other), NILA_ERR_DENIED);

    links[1] = NULL;
    other.config.truth = fopen("/dev/full", "w");
    assert_non_null(other.config.truth);
    assert_int_equal(simserver_start(&s, &other.config, why, sizeof why), NILA_ERR_IO);
    assert_null(s);
    take_down(&other);
    take_down(&h);
}

static void names_the_ways_in(void **state)
{
    struct house h;
    char path[64], target[64];
    ssize_t n;

    (void)state;
    build(&h);
    start(&h);
    assert_true(simserver_port(h.server, 0, path, sizeof path) > 0);
    assert_string_equal(path, "");
    assert_int_equal(simserver_port(h.server, 1, path, sizeof path), 0);
    n = readlink(h.link, target, sizeof target - 1);
    assert_true(n > 0);
    target[n] = '\0';
    assert_string_equal(path, target);
    assert_int_equal(simserver_port(h.server, 2, path, sizeof path), NILA_ERR_RANGE);
    assert_int_equal(simserver_port(h.server, -1, path, sizeof path), NILA_ERR_RANGE);
    take_down(&h);
}

static void replaces_an_old_link_and_removes_only_its_own(void **state)
{
    struct house h;
    struct stat st;

    (void)state;
    build(&h);
    assert_int_equal(symlink("/dev/pts/99999", h.link), 0); /* left by a run that was killed */
    start(&h);
    assert_int_equal(stat(h.link, &st), 0);
    simserver_stop(h.server);
    assert_int_equal(lstat(h.link, &st), -1);
    assert_int_equal(errno, ENOENT);
    start(&h);
    assert_int_equal(unlink(h.link), 0);
    assert_int_equal(symlink("/dev/null", h.link), 0); /* somebody else's now */
    simserver_stop(h.server);
    assert_int_equal(lstat(h.link, &st), 0);
    h.server = NULL;
    take_down(&h);
    simserver_stop(NULL);
}

static void hear_relay(void *arg, int device_index, unsigned channel, bool on)
{
    struct house *h = arg;

    if (channel != 0)
        abort();
    atomic_store(&h->relay[device_index], on ? 1 : 0);
}

static void a_node_with_a_relay_is_switched_and_says_so(void **state)
{
    struct house h;
    struct profile *p = NULL;
    const struct profile *profile[4] = {0};
    char why[256] = "";
    uint16_t r[2];
    modbus_t *m;

    (void)state;
    if (profile_load(&p, "collector/devices", "nila-node-relay", why, sizeof why) != 0)
        fail_msg("%s", why);
    profile[2] = p;
    build(&h);
    for (int i = 0; i < 4; i++)
        atomic_store(&h.relay[i], -1);
    h.config.profile = profile;
    h.config.machines.relay = hear_relay;
    start(&h);
    assert_int_equal(atomic_load(&h.relay[2]), 1); /* at start it is safe: on */
    m = over_line(&h, 3);
    assert_int_equal(modbus_read_input_registers(m, NILA_REG_HEALTH, 2, r), 2);
    assert_int_equal(r[0] & NILA_HEALTH_SAFE, NILA_HEALTH_SAFE);
    assert_int_equal(r[1], 1);
    assert_int_equal(modbus_write_register(m, NILA_HOLD_RELAY, 0), 1);
    assert_int_equal(modbus_read_input_registers(m, NILA_REG_HEALTH, 2, r), 2);
    assert_int_equal(r[0] & NILA_HEALTH_SAFE, 0);
    assert_int_equal(r[1], 0);
    assert_int_equal(atomic_load(&h.relay[2]), 0);
    assert_int_equal(modbus_read_registers(m, NILA_HOLD_RELAY, 1, r), 1);
    assert_int_equal(r[0], 0);
    assert_int_equal(modbus_set_slave(m, 4), 0); /* its neighbour has none */
    assert_int_equal(modbus_write_register(m, NILA_HOLD_RELAY, 1), -1);
    assert_int_equal(errno, EMBXILADD);
    assert_int_equal(atomic_load(&h.relay[3]), -1);
    modbus_close(m);
    modbus_free(m);
    take_down(&h);
    profile_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serves_two_units_of_one_tcp_bus),
        cmocka_unit_test(serves_two_units_on_one_line),
        cmocka_unit_test(tells_what_it_is),
        cmocka_unit_test(judges_what_the_source_says),
        cmocka_unit_test(samples_once_a_round_and_counts_seconds),
        cmocka_unit_test(an_unplugged_node_is_silent_and_comes_back),
        cmocka_unit_test(keeps_the_delay_the_master_asked_for),
        cmocka_unit_test(a_broadcast_is_executed_by_all_and_answered_by_none),
        cmocka_unit_test(the_truth_is_on_file_when_the_answer_is_there),
        cmocka_unit_test(a_second_run_adds_to_the_log_without_a_second_header),
        cmocka_unit_test(no_byte_leaves_before_the_truth_is_written),
        cmocka_unit_test(what_cannot_be_logged_is_not_served),
        cmocka_unit_test(a_client_that_does_not_speak_modbus_is_closed),
        cmocka_unit_test(a_slow_client_delays_nobody_and_is_served_in_the_end),
        cmocka_unit_test(answers_requests_sent_in_one_go_in_their_order),
        cmocka_unit_test(a_client_that_never_reads_delays_nobody),
        cmocka_unit_test(one_client_too_many_replaces_the_one_silent_for_longest),
        cmocka_unit_test(a_request_torn_by_the_host_is_held_together),
        cmocka_unit_test(noise_on_the_line_costs_no_later_answer),
        cmocka_unit_test(a_machine_out_of_descriptors_recovers),
        cmocka_unit_test(listens_where_it_is_told),
        cmocka_unit_test(answers_nobody_reads_are_lost_and_the_line_goes_on),
        cmocka_unit_test(stops_without_waiting_for_a_delayed_answer),
        cmocka_unit_test(says_why_it_cannot_start),
        cmocka_unit_test(names_the_ways_in),
        cmocka_unit_test(replaces_an_old_link_and_removes_only_its_own),
        cmocka_unit_test(a_node_with_a_relay_is_switched_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
