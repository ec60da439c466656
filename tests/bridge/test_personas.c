/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices of other profiles behind real lines: with raw clients in this process, and with libmodbus against the program. */
#include "tests/support/support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <modbus.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>

#include "collector/common/clock.h"
#include "collector/decode.h"
#include "collector/plan.h"
#include "firmware-bridge/core/nila_crc.h"
#include "firmware-bridge/core/nila_regmap.h"
#include "firmware-bridge/linux/profiles.h"
#include "firmware-bridge/linux/sensors.h"
#include "firmware-bridge/linux/simserver.h"
#include "tests/bridge/program.h"

#define DEVICES   "collector/devices"
#define ANSWER_MS 5000

/* --- raw clients --- */

/* A level probe under unit 255 and a slow one under 9 beside a node, on a TCP bus and on a line. */
struct house {
    struct site_bus bus[2];
    struct site_device device[6];
    struct site site;
    struct profile *level, *slow;
    const struct profile *profile[6];
    struct simserver_config config;
    struct simserver *server;
};

static int source(void *arg, int device, int64_t ts_ms, struct sim_channel ch[SIM_CHANNELS_MAX])
{
    (void)arg;
    (void)ts_ms;
    for (int i = 0; i < 2; i++)
        ch[i] = (struct sim_channel){NILA_KIND_TEMP_C, 10.0 * device + i, 0};
    return 2;
}

static void build(struct house *h)
{
    static const char SLOW[] =
        "{\"schema\":\"device/1\",\"id\":\"slow\",\"maker\":\"m\",\"model\":\"m\",\"addresses\":"
        "\"zero-based PDU "
        "addresses\",\"timing\":{\"turnaround_ms\":80},\"measurements\":[{\"name\":"
        "\"ph\",\"metric\":\"ph\",\"unit\":\"pH\",\"function\":3,\"address\":7,\"type\":\"u16\","
        "\"scale\":0.01}]}";
    static const int UNIT[3] = {255, 9, 1};
    char why[512] = "";

    *h = (struct house){0};
    if (profile_load(&h->level, DEVICES, "keller-acculevel", why, sizeof why) != 0 ||
        profile_load_memory(&h->slow, "slow.json", SLOW, strlen(SLOW), why, sizeof why) != 0)
        fail_msg("%s", why);
    h->bus[0] = (struct site_bus){.slug = "net", .kind = SITE_BUS_TCP};
    h->bus[1] = (struct site_bus){
        .slug = "line", .kind = SITE_BUS_SERIAL, .baud = 19200, .parity = 'N', .stop_bits = 1};
    for (int i = 0; i < 6; i++) {
        h->device[i] = (struct site_device){.bus = i / 3, .unit = UNIT[i % 3], .pond = -1};
        (void)snprintf(h->device[i].slug, sizeof h->device[i].slug, "device-%d", i);
        h->profile[i] = i % 3 == 0 ? h->level : i % 3 == 1 ? h->slow : NULL;
    }
    h->site = (struct site){.buses = 2, .bus = h->bus, .devices = 6, .device = h->device};
    h->config =
        (struct simserver_config){.site = &h->site, .profile = h->profile, .source = source};
    if (simserver_start(&h->server, &h->config, why, sizeof why) != 0)
        fail_msg("%s", why);
}

static void take_down(struct house *h)
{
    simserver_stop(h->server);
    profile_free(h->level);
    profile_free(h->slow);
}

static int dial(const struct house *h, bool line)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char path[64];
    int port = simserver_port(h->server, line ? 1 : 0, path, sizeof path);
    int fd = line ? open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
                  : socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    a.sin_port = htons((uint16_t)port);
    if (!line)
        assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static void read_all(int fd, uint8_t *out, size_t n)
{
    for (size_t got = 0; got < n;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        ssize_t k;
        if (poll(&p, 1, ANSWER_MS) <= 0)
            fail_msg("%zu of %zu bytes came", got, n);
        k = read(fd, out + got, n - got);
        assert_true(k > 0);
        got += (size_t)k;
    }
}

/* Asks and compares the answer's PDU; frames by hand. */
static void expect(int fd, bool line, uint8_t unit, const uint8_t *ask, size_t ask_n,
                   const uint8_t *pdu, size_t n)
{
    uint8_t f[300] = {0x47, 0x11, 0, 0, 0, (uint8_t)(ask_n + 1), unit}, in[300];
    const size_t head = line ? 1 : 7;
    uint16_t crc;

    f[line ? 0 : 6] = unit;
    memcpy(f + head, ask, ask_n);
    crc = nila_crc(f, 1 + ask_n);
    if (line) {
        f[1 + ask_n] = (uint8_t)crc;
        f[2 + ask_n] = (uint8_t)(crc >> 8);
    }
    assert_int_equal(write(fd, f, head + ask_n + (line ? 2 : 0)), head + ask_n + (line ? 2 : 0));
    read_all(fd, in, head + n + (line ? 2 : 0));
    assert_int_equal(in[head - 1], unit);
    assert_memory_equal(in + head, pdu, n);
    if (line)
        assert_int_equal(nila_crc(in, n + 3), 0);
    else
        assert_true(in[0] == 0x47 && in[1] == 0x11 && in[5] == n + 1);
}

static void units_up_to_255_and_nodes_share_a_line(void **state)
{
    static const uint8_t LEVEL[] = {3, 1, 2, 0, 2}, NOWHERE[] = {3, 0, 0, 0, 1};
    static const uint8_t NODE[] = {4, 0, 0, 0, 1}, MAGIC[] = {4, 2, 0x4E, 0x4C};
    static const uint8_t TEMP[2][6] = {{3, 4, 0x3F, 0x80, 0, 0}, {3, 4, 0x41, 0xF8, 0, 0}};
    static const uint8_t REFUSED[] = {0x83, 2};

    (void)state;
    for (int line = 0; line < 2; line++) {
        struct house h;
        int fd;
        build(&h);
        fd = dial(&h, line == 1);
        for (int i = 0; i < 3; i++) {
            expect(fd, line == 1, 255, LEVEL, sizeof LEVEL, TEMP[line], sizeof TEMP[line]);
            expect(fd, line == 1, 255, NOWHERE, sizeof NOWHERE, REFUSED, sizeof REFUSED);
            expect(fd, line == 1, 1, NODE, sizeof NODE, MAGIC, sizeof MAGIC);
        }
        (void)close(fd);
        take_down(&h);
    }
}

static void keeps_its_turnaround(void **state)
{
    static const uint8_t ASK[] = {3, 0, 7, 0, 1};
    static const uint8_t PH[2][4] = {{3, 2, 0x03, 0xE8}, {3, 2, 0x0F, 0xA0}}; /* 10 and 40 */

    (void)state;
    for (int line = 0; line < 2; line++) {
        struct house h;
        int64_t before;
        int fd;
        build(&h);
        fd = dial(&h, line == 1);
        before = clock_mono_ms();
        expect(fd, line == 1, 9, ASK, sizeof ASK, PH[line], sizeof PH[line]);
        assert_true(clock_mono_ms() - before >= 79);
        (void)close(fd);
        take_down(&h);
    }
}

static void noise_costs_a_request_to_a_device_no_answer(void **state)
{
    static const uint8_t TEMP[] = {255, 3, 4, 0x41, 0xF8, 0, 0};
    uint8_t f[20] = {0x13, 0x37, 255, 3, 255, 3, 1, 2, 0, 2}, in[9];
    uint16_t crc = nila_crc(f + 4, 6);
    struct house h;
    int fd;

    (void)state;
    f[10] = (uint8_t)crc;
    f[11] = (uint8_t)(crc >> 8);
    build(&h);
    fd = dial(&h, true);
    assert_int_equal(write(fd, f, 12), 12);
    read_all(fd, in, sizeof in);
    assert_memory_equal(in, TEMP, sizeof TEMP);
    (void)close(fd);
    take_down(&h);
}

/* --- the program, asked by libmodbus, understood by the collector's decoder --- */

static const char FARM_OF_ALL[] =
    "{\"site\":{\"slug\":\"farm\",\"name\":\"Farm\",\"regency\":\"kotim\",\"kecamatan\":\"62.02."
    "06\"},\"ponds\":[{\"slug\":\"kolam-1\",\"name\":\"Kolam 1\",\"area_m2\":200,\"depth_m\":1.2}],"
    "\"buses\":[{\"slug\":\"a\",\"tcp\":{\"host\":\"127.0.0.1\",\"port\":0},\"devices\":["
    "{\"slug\":\"hach\",\"profile\":\"hach-ldo-aq\",\"unit\":247,\"pond\":\"kolam-1\"},"
    "{\"slug\":\"sdm\",\"profile\":\"eastron-sdm\",\"unit\":2,\"pond\":null},"
    "{\"slug\":\"pzem\",\"profile\":\"peacefair-pzem-004t\",\"unit\":3,\"pond\":null},"
    "{\"slug\":\"udara\",\"profile\":\"xy-md02\",\"unit\":4,\"pond\":null},"
    "{\"slug\":\"y4000\",\"profile\":\"yosemitech-y4000\",\"unit\":5,\"pond\":\"kolam-1\"},"
    "{\"slug\":\"ec\",\"profile\":\"rika-ec\",\"unit\":6,\"pond\":\"kolam-1\"},"
    "{\"slug\":\"node\",\"profile\":\"nila-node\",\"unit\":7,\"pond\":\"kolam-1\"},"
    "{\"slug\":\"relai\",\"profile\":\"waveshare-relay-8\",\"unit\":8,\"pond\":null}]},"
    "{\"slug\":\"b\",\"serial\":{\"port\":\"/dev/ttyS9\"},\"devices\":["
    "{\"slug\":\"xylem\",\"profile\":\"xylem-odo-rtu\",\"unit\":1,\"pond\":\"kolam-1\"},"
    "{\"slug\":\"keller\",\"profile\":\"keller-nanolevel\",\"unit\":2,\"pond\":\"kolam-1\"},"
    "{\"slug\":\"ph\",\"profile\":\"rika-ph\",\"unit\":3,\"pond\":\"kolam-1\"},"
    "{\"slug\":\"y532\",\"profile\":\"yosemitech-y532\",\"unit\":4,\"pond\":\"kolam-1\"},"
    "{\"slug\":\"supmea\",\"profile\":\"supmea-do7013\",\"unit\":5,\"pond\":\"kolam-1\"},"
    "{\"slug\":\"relai-b\",\"profile\":\"waveshare-relay-8\",\"unit\":6,\"pond\":null},"
    "{\"slug\":\"do7016\",\"profile\":\"supmea-do7016\",\"unit\":10,\"pond\":\"kolam-1\"}]}],"
    "\"sinks\":[],\"journal\":{\"path\":\"/tmp/j.db\"},\"control\":{\"socket\":\"/tmp/c.sock\"}}";

struct farm {
    struct program p;
    struct site *site;
    struct profile **profile;
};

static void open_farm(struct farm *f, const char *const *extra)
{
    char why[512] = "";

    program_start(&f->p, FARM_OF_ALL, extra);
    if (site_load_memory(&f->site, "farm", FARM_OF_ALL, strlen(FARM_OF_ALL), why, sizeof why) !=
            0 ||
        profiles_load(&f->profile, f->site, DEVICES, why, sizeof why) != 0)
        fail_msg("%s", why);
}

static void close_farm(struct farm *f)
{
    profiles_free(f->profile, f->site);
    site_free(f->site);
    program_forget(&f->p);
}

static unsigned index_of(const struct farm *f, const char *slug)
{
    for (unsigned i = 0; i < f->site->devices; i++)
        if (strcmp(f->site->device[i].slug, slug) == 0)
            return i;
    fail_msg("no device %s", slug);
    return 0;
}

static const struct site_device *device_of(const struct farm *f, const char *slug)
{
    return &f->site->device[index_of(f, slug)];
}

static modbus_t *connected(const struct farm *f, const struct site_device *d)
{
    modbus_t *m = d->bus == 0 ? modbus_new_tcp("127.0.0.1", program_port(&f->p, "a"))
                              : modbus_new_rtu(f->p.link, 9600, 'N', 8, 1);

    assert_non_null(m);
    assert_int_equal(modbus_set_slave(m, d->unit), 0);
    assert_int_equal(modbus_set_response_timeout(m, ANSWER_MS / 1000, 0), 0);
    assert_int_equal(modbus_connect(m), 0);
    return m;
}

/* Reads a device as the collector plans it and decodes as the collector does. */
static void read_device(const struct farm *f, unsigned device, struct reading_set *set)
{
    const struct site_device *d = &f->site->device[device];
    struct reg_block block[PLAN_BLOCKS];
    struct plan plan;
    char why[256];
    modbus_t *m = connected(f, d);

    assert_int_equal(plan_make(&plan, f->profile[device], why, sizeof why), 0);
    for (unsigned i = 0; i < plan.n; i++) {
        const struct plan_block *b = &plan.b[i];
        int n;
        block[i] =
            (struct reg_block){.function = b->function, .first = b->first, .count = b->count};
        n = b->function == 3 ? modbus_read_registers(m, b->first, b->count, block[i].regs)
                             : modbus_read_input_registers(m, b->first, b->count, block[i].regs);
        if (n != b->count)
            fail_msg("%s, %d from %d: %s", d->slug, b->count, b->first, modbus_strerror(errno));
    }
    modbus_close(m);
    modbus_free(m);
    decode_blocks(set, f->profile[device], d, block, plan.n);
    assert_int_equal(set->n, f->profile[device]->n);
}

static void every_device_reads_as_the_water_is(void **state)
{
    static const char *const EXTRA[] = {"--noise", "off", NULL};
    struct sensors_config c = {.seed = 3, .noise = false};
    struct farm f;
    struct sensors *s;
    unsigned values = 0;
    char *said;

    (void)state;
    open_farm(&f, EXTRA);
    c.site = f.site;
    s = sensors_new(&c, clock_wall_ms());
    for (unsigned i = 0; i < f.site->devices; i++) {
        struct sim_channel ch[SIM_CHANNELS_MAX];
        struct reading_set set;
        if (f.profile[i] == NULL || f.profile[i]->n == 0 || f.profile[i]->start_each)
            continue;
        read_device(&f, i, &set);
        (void)sensors_read_profile(s, (int)i, f.profile[i], clock_wall_ms(), ch);
        for (unsigned k = 0; k < set.n; k++, values++) {
            const struct profile_measurement *m = &f.profile[i]->m[k];
            /* what seconds of wind and sun change, and the register's step */
            double moved = 0.02 * fabs(ch[k].value) + fabs(m->scale) +
                           (f.site->device[i].pond < 0 ? 1 + 0.1 * fabs(ch[k].value) : 0.01);
            if (set.v[k].flag != READING_PASS || !(fabs(set.v[k].value - ch[k].value) <= moved))
                fail_msg("%s %s: %g where the model has %g", f.site->device[i].slug, m->name,
                         set.v[k].value, ch[k].value);
        }
    }
    assert_true(values >= 35);
    sensors_free(s);
    program_end(&f.p, &said);
    assert_non_null(strstr(said, "device hach: served as Hach LDO AQ"));
    assert_null(strstr(said, "device node: served"));
    free(said);
    close_farm(&f);
}

static void relays_switch_over_both_sorts_of_bus(void **state)
{
    static const char *const EXTRA[] = {NULL}, *const RELAY[] = {"relai", "relai-b"};
    struct farm f;

    (void)state;
    open_farm(&f, EXTRA);
    for (size_t i = 0; i < 2; i++) {
        static const uint8_t SOME[] = {1, 0, 1, 1};
        uint8_t bits[8] = {0};
        modbus_t *m = connected(&f, device_of(&f, RELAY[i]));
        assert_int_equal(modbus_write_bit(m, 1, 1), 1);
        assert_int_equal(modbus_write_bits(m, 4, 4, SOME), 4);
        assert_int_equal(modbus_read_bits(m, 0, 8, bits), 8);
        assert_memory_equal(bits, ((const uint8_t[]){0, 1, 0, 0, 1, 0, 1, 1}), 8);
        assert_int_equal(modbus_read_bits(m, 0, 9, bits), -1);
        assert_int_equal(errno, EMBXILADD);
        assert_int_equal(modbus_read_input_bits(m, 0, 1, bits), -1);
        assert_int_equal(errno, EMBXILFUN);
        modbus_close(m);
        modbus_free(m);
    }
    program_end(&f.p, NULL);
    close_farm(&f);
}

/* Told, waited as long as its register says, read; a second command gives a new measurement. */
static void a_probe_that_measures_on_command_is_commanded(void **state)
{
    static const char *const EXTRA[] = {NULL};
    uint16_t r[2], wait_ms, last[2] = {0, 0};
    struct farm f;
    modbus_t *m;

    (void)state;
    open_farm(&f, EXTRA);
    m = connected(&f, device_of(&f, "do7016"));
    assert_int_equal(modbus_read_registers(m, 87, 2, r), 2);
    assert_true(r[0] == 0 && r[1] == 0);
    for (int i = 0; i < 3; i++) {
        int64_t told_ms;
        assert_int_equal(modbus_write_register(m, 1, 15), 1);
        told_ms = clock_mono_ms();
        assert_int_equal(modbus_read_registers(m, 164, 1, &wait_ms), 1);
        assert_int_equal(modbus_read_registers(m, 87, 2, r), 2);
        if (clock_mono_ms() - told_ms < wait_ms / 2) /* a paused machine proves nothing */
            assert_memory_equal(r, last, sizeof r);  /* not yet */
        assert_in_range(wait_ms, 1, 2000);
        clock_sleep_until(told_ms + wait_ms + 1);
        assert_int_equal(modbus_read_registers(m, 87, 2, r), 2);
        assert_true(r[0] != 0);
        memcpy(last, r, sizeof last);
        assert_int_equal(modbus_read_registers(m, 87, 2, r), 2);
        assert_memory_equal(r, last, sizeof r); /* and no other until told again */
    }
    modbus_close(m);
    modbus_free(m);
    program_end(&f.p, NULL);
    close_farm(&f);
}

static void the_truth_log_has_their_registers_too(void **state)
{
    static const char *const EXTRA[] = {"--noise", "on", NULL};
    uint16_t r[4];
    char want[80], *truth;
    struct farm f;
    modbus_t *m;

    (void)state;
    open_farm(&f, EXTRA);
    m = connected(&f, device_of(&f, "xylem")); /* xylem */
    assert_int_equal(modbus_read_input_registers(m, 0, 4, r), 4);
    assert_int_equal(modbus_read_input_registers(m, 1, 2, r), -1); /* odd: refused, not logged */
    assert_int_equal(errno, EMBXILADD);
    truth = support_read(f.p.truth, NULL);
    (void)snprintf(want, sizeof want, ",b,1,4,0,4,%04x%04x%04x%04x,0\n", r[0], r[1], r[2], r[3]);
    assert_non_null(strstr(truth, want));
    assert_null(strstr(truth, ",b,1,4,1,"));
    free(truth);
    modbus_close(m);
    modbus_free(m);
    program_end(&f.p, NULL);
    close_farm(&f);
}

static const struct reading_value *value_of(const struct reading_set *set, enum metric metric)
{
    for (unsigned i = 0; i < set->n; i++)
        if (set->v[i].metric == metric)
            return &set->v[i];
    fail_msg("no %s", metric_info(metric)->name);
    return NULL;
}

static void faults_reach_their_registers(void **state)
{
    static const char *const EXTRA[] = {"--fault",       "xylem:absent",  "--fault",
                                        "keller:silent", "--fault",       "supmea:stuck",
                                        "--fault",       "hach:nonsense", NULL};
    struct reading_set set, again;
    uint16_t r[2];
    struct farm f;
    modbus_t *m;

    (void)state;
    open_farm(&f, EXTRA);
    read_device(&f, index_of(&f, "xylem"), &set); /* xylem: NaN in every value */
    for (unsigned i = 0; i < set.n; i++)
        assert_true(set.v[i].flag == READING_MISSING && isnan(set.v[i].value));
    m = connected(&f, device_of(&f, "keller"));
    assert_int_equal(modbus_set_response_timeout(m, 0, 300000), 0);
    assert_int_equal(modbus_read_registers(m, 2, 2, r), -1);
    assert_int_equal(errno, ETIMEDOUT);
    modbus_close(m);
    modbus_free(m);
    read_device(&f, index_of(&f, "supmea"), &set);
    read_device(&f, index_of(&f, "supmea"), &again);
    assert_true(value_of(&set, METRIC_TEMP_C)->value == value_of(&again, METRIC_TEMP_C)->value);
    read_device(&f, 0, &set); /* 300000, -127, 0 or 85 as far as 16 bits of thousandths hold them */
    if (value_of(&set, METRIC_DO_MG_L)->value != 32.767 &&
        value_of(&set, METRIC_DO_MG_L)->value != -32.768 &&
        value_of(&set, METRIC_DO_MG_L)->value != 0)
        fail_msg("%g", value_of(&set, METRIC_DO_MG_L)->value);
    program_end(&f.p, NULL);
    close_farm(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_up_to_255_and_nodes_share_a_line),
        cmocka_unit_test(keeps_its_turnaround),
        cmocka_unit_test(noise_costs_a_request_to_a_device_no_answer),
        cmocka_unit_test(every_device_reads_as_the_water_is),
        cmocka_unit_test(relays_switch_over_both_sorts_of_bus),
        cmocka_unit_test(a_probe_that_measures_on_command_is_commanded),
        cmocka_unit_test(the_truth_log_has_their_registers_too),
        cmocka_unit_test(faults_reach_their_registers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
