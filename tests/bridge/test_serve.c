/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-bridge serve without its program: configuration, sysfs, store and nodes, with circuits on ptys and a folder that looks like /sys. */
#include "tests/support/support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "firmware-bridge/core/nila_settings.h"
#include "firmware-bridge/core/nila_store.h"
#include "firmware-bridge/linux/flashfile.h"
#include "firmware-bridge/linux/serve_config.h"
#include "firmware-bridge/linux/served.h"
#include "firmware-bridge/linux/sysfs.h"
#include "tests/support/ezo_sim.h"

#define W1  "bus/w1/devices/28-0316a2790fff"
#define IIO "bus/iio/devices/iio:device0"

static char dir[256];

static int setup(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERROR);
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    clock_set(NULL);
    support_rmdir(dir);
    return 0;
}

/* Writes dir/sys/NAME and makes its folders. text NULL: removes it. */
static void attribute(const char *name, const char *text)
{
    char path[600];

    (void)snprintf(path, sizeof path, "%s/sys/%s", dir, name);
    if (text == NULL) {
        assert_int_equal(unlink(path), 0);
        return;
    }
    for (char *p = path + strlen(dir) + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        (void)mkdir(path, 0755);
        *p = '/';
    }
    support_write(path, text);
}

static const char *sys_root(void)
{
    static char root[300];

    (void)snprintf(root, sizeof root, "%s/sys", dir);
    return root;
}

/* w1_slave as w1_therm.c writes it, for sixteenths of a degree. */
static void thermometer(int sixteenths)
{
    uint8_t pad[9] = {
        (uint8_t)sixteenths, (uint8_t)(sixteenths >> 8), 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10, 0};
    char hex[40] = "", text[160];

    pad[8] = nila_ds18b20_crc(pad, 8);
    for (unsigned i = 0; i < 9; i++)
        (void)snprintf(hex + 3 * i, 4, "%02x ", pad[i]);
    (void)snprintf(text, sizeof text, "%s: crc=%02x YES\n%st=%d\n", hex, pad[8], hex,
                   sixteenths * 125 / 2);
    attribute(W1 "/w1_slave", text);
}

/* --- configuration ------------------------------------------------------------------------------------------------- */

#define LINE_OK      "\"lines\": [{\"slug\": \"a\", \"tcp\": {\"port\": 0}}]"
#define NODE(probes) "\"nodes\": [{\"slug\": \"n\", \"unit\": 1, \"probes\": [" probes "]}]"

static void says_what_is_wrong_in_the_file_and_where(void **state)
{
    static const struct {
        const char *says, *text, *where;
    } ROW[] = {
        {"Should need lines", "{" NODE("{\"kind\": \"ds18b20\"}") "}", "lines"},
        {"Should need one kind of line",
         "{\"lines\": [{\"slug\": \"a\"}], " NODE("{\"kind\": \"ds18b20\"}") "}",
         "b.json:1:12: lines[0]"},
        {"Should refuse an unknown key",
         "{" LINE_OK ", \"stat\": \"x\", " NODE("{\"kind\": \"ds18b20\"}") "}", "stat"},
        {"Should refuse a kind that is none", "{" LINE_OK ",\n " NODE("{\"kind\": \"do\"}") "}",
         "b.json:2:"},
        {"Should refuse a relative port",
         "{" LINE_OK ", " NODE("{\"kind\": \"ezo_do\", \"port\": \"ttyAMA1\"}") "}",
         "/dev/ttyAMA1"},
        {"Should refuse a thermometer's id of another form",
         "{" LINE_OK ", " NODE("{\"kind\": \"ds18b20\", \"id\": \"28-03\"}") "}", "twelve digits"},
        {"Should refuse two probes on a channel",
         "{" LINE_OK
         ", " NODE("{\"kind\": \"ezo_ph\", \"port\": \"/a\"}, {\"kind\": \"analog_ph\", "
                   "\"device\": \"x\", \"input\": 0}") "}",
         "channel 2"},
        {"Should refuse two circuits at a port",
         "{" LINE_OK ", " NODE("{\"kind\": \"ezo_ph\", \"port\": \"/a\"}, {\"kind\": \"ezo_do\", "
                               "\"port\": \"/a\"}") "}",
         "already"},
        {"Should refuse a port that is a line and a probe",
         "{\"lines\": [{\"slug\": \"a\", \"serial\": {\"port\": \"/a\"}}], " NODE(
             "{\"kind\": \"ezo_ph\", \"port\": \"/a\"}") "}",
         "line \"a\" has this port"},
        {"Should refuse an input beyond 15",
         "{" LINE_OK ", " NODE("{\"kind\": \"analog_do\", \"device\": \"x\", \"input\": 16}") "}",
         "input"},
        {"Should refuse a unit of two nodes",
         "{" LINE_OK ", \"nodes\": [{\"slug\": \"n\", \"unit\": 1, \"probes\": [{\"kind\": "
         "\"ds18b20\"}]}, {\"slug\": \"m\", \"unit\": 1, \"probes\": [{\"kind\": \"ds18b20\"}]}]}",
         "unit"},
        {"Should refuse a baud rate that is none",
         "{\"lines\": [{\"slug\": \"a\", \"serial\": {\"port\": \"/a\", \"baud\": 9601}}], " NODE(
             "{\"kind\": \"ds18b20\"}") "}",
         "9601"},
        {"Should refuse text that is no JSON", "{", "b.json:1:"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        struct serve_config *c = NULL;
        char why[512] = "";
        print_message("%s\n", ROW[i].says);
        assert_int_equal(serve_config_load_memory(&c, "b.json", ROW[i].text, strlen(ROW[i].text),
                                                  why, sizeof why),
                         NILA_ERR_CONFIG);
        assert_null(c);
        if (strstr(why, ROW[i].where) == NULL)
            fail_msg("%s says: %s", ROW[i].where, why);
    }
}

static struct serve_config *config(const char *text)
{
    struct serve_config *c = NULL;
    char why[512] = "";

    if (serve_config_load_memory(&c, "b.json", text, strlen(text), why, sizeof why) != 0)
        fail_msg("%s", why);
    (void)snprintf(c->state, sizeof c->state, "%.90s/state", dir);
    (void)snprintf(c->sysfs, sizeof c->sysfs, "%.90s/sys", dir);
    return c;
}

static void puts_probes_where_the_node_profile_has_them(void **state)
{
    struct serve_config *c = config("{" LINE_OK ", " NODE(
        "{\"kind\": \"ds18b20\"}, {\"kind\": \"ezo_do\", \"port\": \"/a\"}, "
        "{\"kind\": \"analog_ph\", \"device\": \"x\", \"input\": 3, \"gain\": 1.5}, "
        "{\"kind\": \"ezo_ec\", \"port\": \"/b\"}, {\"kind\": \"ezo_do\", \"port\": "
        "\"/c\", \"channel\": 7}") "}");
    static const unsigned CHANNEL[] = {0, 1, 2, 3, 7};

    (void)state;
    assert_int_equal(c->node[0].probes, 5);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(c->node[0].probe[i].channel, CHANNEL[i]);
    assert_int_equal(c->node[0].probe[2].input, 3);
    assert_true(c->node[0].probe[2].gain == 1.5);
    assert_int_equal(c->node[0].period_s, 10);
    free(c);
}

static void the_example_is_right(void **state)
{
    struct serve_config *c = NULL;
    char why[512] = "";

    (void)state;
    if (serve_config_load(&c, "deploy/config/bridge.example.json", why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_int_equal(c->nodes, 2);
    free(c);
}

/* --- sysfs --------------------------------------------------------------------------------------------------------- */

static void reads_w1_slave_only_when_the_kernel_says_yes(void **state)
{
    static const struct {
        const char *says, *text;
        int rc;
    } ROW[] = {
        {"Should take what the kernel takes",
         "c9 01 4b 46 7f ff 0c 10 47 : crc=47 YES\nc9 01 4b 46 7f ff 0c 10 47 t=28562\n", 0},
        {"Should not take a NO",
         "c9 01 4b 46 7f ff 0c 10 48 : crc=47 NO\nc9 01 4b 46 7f ff 0c 10 47 t=28562\n",
         NILA_ERR_PROTO},
        {"Should not take half a line", "c9 01 4b 46 7f", NILA_ERR_PARSE},
        {"Should not take an empty file", "", NILA_ERR_PARSE},
        {"Should not take other words", "c9 01 4b 46 7f ff 0c 10 47 : crc=47 PERHAPS\n",
         NILA_ERR_PARSE},
        {"Should not take what is no digit", "zz 01 4b 46 7f ff 0c 10 47 : crc=47 YES\n",
         NILA_ERR_PARSE},
    };
    uint8_t pad[9];

    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        print_message("%s\n", ROW[i].says);
        assert_int_equal(sysfs_w1_scratchpad(ROW[i].text, pad), ROW[i].rc);
    }
}

static int32_t read_w1(struct nila_ds18b20 *d, const char *id, uint16_t *quality)
{
    sysfs_w1_read(d, sys_root(), id);
    return nila_ds18b20_result(d, quality);
}

static void never_takes_what_is_no_temperature_for_one(void **state)
{
    struct nila_ds18b20 d;
    uint16_t q;

    (void)state;
    nila_ds18b20_init(&d);
    assert_int_equal(read_w1(&d, "", &q), NILA_MISSING); /* no bus at all */
    assert_int_equal(q, NILA_Q_ABSENT);
    thermometer(457);
    assert_int_equal(read_w1(&d, "", &q), 28562);
    assert_int_equal(q, NILA_Q_VALID);
    assert_int_equal(read_w1(&d, "28-0316a2790fff", &q), 28562);
    thermometer(85 * 16);
    assert_int_equal(read_w1(&d, "", &q), NILA_MISSING);
    assert_int_equal(q, NILA_Q_RANGE);
    /* what w1_therm says of a thermometer that was pulled while it was read: CRC 0 of nine zeros is right */
    attribute(W1 "/w1_slave",
              "00 00 00 00 00 00 00 00 00 : crc=00 YES\n00 00 00 00 00 00 00 00 00 t=0\n");
    assert_int_equal(read_w1(&d, "", &q), NILA_MISSING);
    /* the kernel's YES with a CRC that is not */
    attribute(W1 "/w1_slave",
              "c8 01 4b 46 7f ff 0c 10 47 : crc=47 YES\nc8 01 4b 46 7f ff 0c 10 47 t=28500\n");
    assert_int_equal(read_w1(&d, "", &q), NILA_MISSING);
    assert_int_equal(q, NILA_Q_ABSENT);
    attribute(W1 "/w1_slave",
              "c9 01 4b 46 7f ff 0c 10 48 : crc=47 NO\nc9 01 4b 46 7f ff 0c 10 47 t=28562\n");
    assert_int_equal(read_w1(&d, "", &q), NILA_MISSING);
    thermometer(-127 * 16);
    assert_int_equal(read_w1(&d, "", &q), NILA_MISSING);
    assert_int_equal(read_w1(&d, "28-ffffffffffff", &q), NILA_MISSING);
    thermometer(457);
    attribute("bus/w1/devices/28-0316a2790aaa/w1_slave", "");
    assert_int_equal(read_w1(&d, "", &q), NILA_MISSING); /* which of the two? */
    assert_int_equal(read_w1(&d, "28-0316a2790fff", &q), 28562);
}

static void takes_the_drivers_temperature_where_there_is_no_scratchpad(void **state)
{
    static const struct {
        const char *text;
        int32_t value;
    } ROW[] = {{"28562\n", 28562},    {"-500\n", -500},       {"85000\n", NILA_MISSING},
               {"", NILA_MISSING},    {"junk", NILA_MISSING}, {"-127000\n", NILA_MISSING},
               {"1e9", NILA_MISSING}, {"31250\n", 31250}};
    struct nila_ds18b20 d;
    uint16_t q;

    (void)state;
    nila_ds18b20_init(&d);
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        attribute(W1 "/temperature", ROW[i].text);
        assert_int_equal(read_w1(&d, "", &q), ROW[i].value);
        assert_int_equal(q == NILA_Q_VALID, ROW[i].value != NILA_MISSING);
    }
}

static void reads_a_voltage_with_its_scale_or_not_at_all(void **state)
{
    int32_t uv = 7;

    (void)state;
    attribute(IIO "/in_voltage0_raw", "1000\n");
    assert_false(sysfs_iio_microvolts(sys_root(), "iio:device0", 0, 1, &uv)); /* no scale */
    attribute(IIO "/in_voltage_scale", "0.5\n");
    assert_true(sysfs_iio_microvolts(sys_root(), "iio:device0", 0, 1, &uv));
    assert_int_equal(uv, 500000);
    attribute(IIO "/in_voltage0_scale", "0.125\n"); /* its own before the converter's */
    attribute(IIO "/in_voltage0_offset", "-200\n");
    assert_true(sysfs_iio_microvolts(sys_root(), "iio:device0", 0, 1.5, &uv));
    assert_int_equal(uv, 150000);
    assert_false(sysfs_iio_microvolts(sys_root(), "ads1015", 0, 1, &uv));
    attribute(IIO "/name", "ads1015\n");
    assert_true(sysfs_iio_microvolts(sys_root(), "ads1015", 0, 1, &uv));
    assert_int_equal(uv, 100000);
    assert_false(sysfs_iio_microvolts(sys_root(), "ads1015", 1, 1, &uv));
    attribute(IIO "/in_voltage0_raw", "many\n");
    assert_false(sysfs_iio_microvolts(sys_root(), "ads1015", 0, 1, &uv));
    attribute(IIO "/in_voltage0_raw", "1e300\n");
    assert_false(sysfs_iio_microvolts(sys_root(), "ads1015", 0, 1, &uv));
    attribute(IIO "/in_voltage0_raw", "\n");
    assert_false(sysfs_iio_microvolts(sys_root(), "ads1015", 0, 1, &uv));
}

/* --- store --------------------------------------------------------------------------------------------------------- */

static enum nila_store_state open_store(struct flashfile *f, struct nila_store *s, const char *path,
                                        uint8_t out[64])
{
    uint16_t n;

    assert_int_equal(flashfile_open(f, path), 0);
    return nila_store_open(s, &f->flash, 0, FLASHFILE_PAGE, out, 64, &n);
}

static void a_file_cut_anywhere_holds_one_of_the_two_records(void **state)
{
    char path[300], cut[300];
    struct flashfile f, other;
    struct nila_store s;
    uint8_t record[64] = {0}, out[64], before[2 * FLASHFILE_PAGE], after[2 * FLASHFILE_PAGE];
    int fd;

    (void)state;
    (void)snprintf(path, sizeof path, "%s/a.store", dir);
    (void)snprintf(cut, sizeof cut, "%s/b.store", dir);
    assert_int_equal(open_store(&f, &s, path, out), NILA_STORE_EMPTY);
    assert_int_equal(flashfile_open(&other, path), NILA_ERR_BUSY);
    memset(record, 1, sizeof record);
    assert_true(nila_store_write(&s, record, sizeof record));
    memcpy(before, f.memory, sizeof before);
    memset(record, 2, sizeof record);
    assert_true(nila_store_write(&s, record, sizeof record));
    memcpy(after, f.memory, sizeof after);
    flashfile_close(&f);
    assert_int_equal(open_store(&f, &s, path, out), NILA_STORE_GOOD);
    assert_memory_equal(out, record, sizeof record);
    flashfile_close(&f);
    /* the second record's page written up to any byte, with the magic of the end already there or not */
    for (size_t at = 0; at <= 128; at++) {
        uint8_t half[2 * FLASHFILE_PAGE];
        memcpy(half, before, sizeof half);
        memcpy(half + FLASHFILE_PAGE, after + FLASHFILE_PAGE, at);
        fd = open(cut, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        assert_int_equal(write(fd, half, sizeof half), sizeof half);
        (void)close(fd);
        assert_int_equal(open_store(&f, &s, cut, out), NILA_STORE_GOOD);
        assert_true(out[0] == 1 || out[0] == 2);
        for (size_t i = 1; i < sizeof out; i++)
            assert_int_equal(out[i], out[0]);
        flashfile_close(&f);
    }
    assert_int_equal(truncate(cut, 5), 0);
    assert_int_equal(open_store(&f, &s, cut, out), NILA_STORE_DAMAGED);
    flashfile_close(&f);
    assert_int_equal(flashfile_open(&f, "/nowhere/x.store"), NILA_ERR_NOT_FOUND);
}

/* --- nodes --------------------------------------------------------------------------------------------------------- */

static int64_t fake_ms;

static int64_t fake_mono(void *arg)
{
    (void)arg;
    return fake_ms;
}

static int64_t fake_wall(void *arg)
{
    (void)arg;
    return 1795000000000 + fake_ms;
}

static bool fake_trust(void *arg)
{
    (void)arg;
    return true;
}

static void stand_still(void)
{
    const struct clock_source c = {fake_wall, fake_mono, fake_trust, NULL};

    fake_ms = 1000000;
    clock_set(&c);
}

struct running {
    struct serve_config *c;
    struct served *s;
    struct nila_node *node;
};

static void begin(struct running *r, const char *text)
{
    pthread_mutex_t *lock;
    char why[512] = "";

    r->c = config(text);
    if (served_new(&r->s, r->c, why, sizeof why) != 0)
        fail_msg("%s", why);
    r->node = served_nodes(r->s, &lock);
}

static void end(struct running *r)
{
    served_free(r->s);
    free(r->c);
}

static void pass(const struct running *r, int64_t ms)
{
    const int64_t until = fake_ms + ms;

    while (fake_ms < until) {
        int wait = served_step(r->s);
        fake_ms += wait > 0 ? wait : 1;
    }
    (void)served_step(r->s);
}

static struct nila_channel channel(const struct running *r, unsigned i)
{
    return r->node[0].channel[i];
}

static uint16_t quality(const struct running *r, unsigned i)
{
    uint16_t reg[NILA_REG_COUNT];

    nila_node_image(&r->node[0], reg);
    return reg[NILA_REG_CHANNEL(i) + NILA_CH_QUALITY];
}

#define ANALOG                                                                              \
    "{" LINE_OK                                                                             \
    ", \"nodes\": [{\"slug\": \"n\", \"unit\": 3, \"every_s\": 1, \"probes\": [{\"kind\": " \
    "\"analog_ph\", \"device\": \"iio:device0\", \"input\": 0}]}]}"

static void millivolts(int mv)
{
    char text[16];

    (void)snprintf(text, sizeof text, "%d\n", mv);
    attribute(IIO "/in_voltage0_scale", "1\n");
    attribute(IIO "/in_voltage0_raw", text);
}

static void a_probe_that_never_moves_is_stuck_and_one_that_is_gone_is_absent(void **state)
{
    struct running r;
    uint32_t sequence;

    (void)state;
    stand_still();
    millivolts(1500);
    begin(&r, ANALOG);
    pass(&r, 30000);
    assert_int_equal(channel(&r, 2).value_x1000, 7000);
    assert_true((quality(&r, 2) & NILA_Q_VALID) != 0);
    assert_true((quality(&r, 2) & NILA_Q_UNCALIBRATED) != 0);
    pass(&r, 100000);
    assert_true((quality(&r, 2) & NILA_Q_STUCK) != 0);
    assert_true((quality(&r, 2) & NILA_Q_VALID) == 0);
    millivolts(1480);
    pass(&r, 10000);
    assert_true((quality(&r, 2) & (NILA_Q_STUCK | NILA_Q_VALID)) == NILA_Q_VALID);
    sequence = channel(&r, 2).sequence;
    attribute(IIO "/in_voltage0_raw", NULL);
    pass(&r, 5000);
    assert_int_equal(channel(&r, 2).value_x1000, NILA_MISSING);
    assert_true((quality(&r, 2) & NILA_Q_ABSENT) != 0);
    assert_in_range(channel(&r, 2).sequence - sequence, 0, 1);
    assert_in_range(channel(&r, 2).age_s, 3, 6);
    millivolts(3300); /* a torn wire pulls the input up */
    pass(&r, 5000);
    assert_int_equal(channel(&r, 2).value_x1000, NILA_MISSING);
    assert_true((quality(&r, 2) & NILA_Q_RANGE) != 0);
    end(&r);
}

static void write_registers(const struct running *r, uint16_t first, const uint16_t *v, uint16_t n)
{
    assert_int_equal(nila_node_write(&r->node[0], first, n, v, false), NILA_EXCEPTION_NONE);
}

static uint16_t holding(const struct running *r, uint16_t reg)
{
    uint16_t v = 0xDEAD;

    assert_int_equal(nila_node_holding(&r->node[0], reg, 1, &v), NILA_EXCEPTION_NONE);
    return v;
}

static void unlock(const struct running *r)
{
    const uint16_t v = NILA_UNLOCK;

    write_registers(r, 0, &v, 1);
}

static void a_calibration_and_settings_outlive_the_program(void **state)
{
    const uint16_t start[] = {1 /* begin */, 2 /* channel */, 1 /* offset */, 0, 6860, 42, 9000, 0},
                   point = 2, commit = 3, settings[] = {NILA_UNLOCK, 9, 20, 2};
    struct running r;
    struct flashfile f;
    char path[300];

    (void)state;
    stand_still();
    attribute("class/thermal/thermal_zone0/temp", "48312\n");
    thermometer(25 * 16);
    millivolts(1500);
    begin(&r, ANALOG);
    pass(&r, 20000);
    assert_int_equal(r.node[0].identity.boots, 1);
    assert_int_equal(r.node[0].board_temp_x10, 483);
    {
        const uint16_t water = 2500;
        write_registers(&r, NILA_HOLD_WATER_TEMP, &water, 1);
    }
    unlock(&r);
    write_registers(&r, NILA_HOLD_CAL_COMMAND, start, 8);
    assert_int_equal(holding(&r, NILA_HOLD_CAL_RESULT), NILA_CAL_FINE);
    pass(&r, 70000);
    assert_true((quality(&r, 2) & NILA_Q_VALID) == 0); /* a buffer is no pond */
    write_registers(&r, NILA_HOLD_CAL_COMMAND, &point, 1);
    assert_int_equal(holding(&r, NILA_HOLD_CAL_RESULT), NILA_CAL_FINE);
    unlock(&r);
    write_registers(&r, NILA_HOLD_CAL_COMMAND, &commit, 1);
    assert_int_equal(holding(&r, NILA_HOLD_CAL_RESULT), NILA_CAL_FINE);
    write_registers(&r, 0, settings, 4);
    pass(&r, 130000);
    assert_in_range(channel(&r, 2).value_x1000, 6855, 6865);
    assert_int_equal(channel(&r, 2).calibration, 1);
    end(&r);

    begin(&r, ANALOG);
    pass(&r, 20000);
    assert_int_equal(r.node[0].unit, 9);
    assert_int_equal(r.node[0].response_ms, 20);
    assert_int_equal(r.node[0].period_s, 2);
    assert_int_equal(r.node[0].identity.boots, 2);
    assert_int_equal(r.node[0].identity.reset_cause, NILA_RESET_SOFTWARE);
    assert_int_equal(channel(&r, 2).calibration, 1);
    assert_in_range(channel(&r, 2).value_x1000, 6855, 6865);
    end(&r);

    /* who changes the configuration is obeyed; the calibration stays */
    begin(&r,
          "{" LINE_OK ", \"nodes\": [{\"slug\": \"n\", \"unit\": 4, \"every_s\": 1, \"probes\": "
          "[{\"kind\": \"analog_ph\", \"device\": \"iio:device0\", \"input\": 0}]}]}");
    assert_int_equal(r.node[0].unit, 4);
    assert_int_equal(r.node[0].period_s, 2);
    pass(&r, 20000);
    assert_int_equal(channel(&r, 2).calibration, 1);
    {
        struct served *second = NULL;
        char why[512] = "";
        assert_int_equal(served_new(&second, r.c, why, sizeof why), NILA_ERR_BUSY);
        assert_non_null(strstr(why, "another nila-bridge"));
    }
    end(&r);

    /* damaged: the defaults, which the health says, and a copy */
    (void)snprintf(path, sizeof path, "%s/state/n.store", dir);
    assert_int_equal(flashfile_open(&f, path), 0);
    memset(f.memory, 0x55, sizeof f.memory);
    f.dirty[0] = f.dirty[1] = true;
    assert_true(f.flash.settle(f.flash.arg));
    flashfile_close(&f);
    begin(&r, ANALOG);
    assert_true((r.node[0].health & NILA_HEALTH_STORE) != 0);
    assert_int_equal(r.node[0].unit, 3);
    (void)snprintf(path, sizeof path, "%s/state/n.store.damaged", dir);
    assert_int_equal(access(path, R_OK), 0);
    end(&r);
}

/* --- circuits ------------------------------------------------------------------------------------------------------ */

/* Real time until channel i has (or has not) a valid value of want_x1000; NILA_MISSING: none. */
static void await_value(const struct running *r, unsigned i, int32_t want_x1000, int limit_s)
{
    struct timespec t = {.tv_nsec = 5000000};

    for (int k = 0; k < limit_s * 200; k++) {
        struct nila_channel ch;
        (void)served_step(r->s);
        ch = channel(r, i);
        if (ch.value_x1000 == want_x1000 &&
            ((quality(r, i) & NILA_Q_VALID) != 0) == (want_x1000 != NILA_MISSING))
            return;
        (void)nanosleep(&t, NULL);
    }
    fail_msg("channel %u is %d with quality %u, not %d", i, (int)channel(r, i).value_x1000,
             quality(r, i), (int)want_x1000);
}

static void circuits_and_thermometer_make_a_node_and_come_and_go(void **state)
{
    char port[2][300], text[1024], told[64];
    struct ezo_sim *oxygen, *ph;
    struct running r;

    (void)state;
    for (int i = 0; i < 2; i++)
        (void)snprintf(port[i], sizeof port[i], "%s/tty%d", dir, i);
    oxygen = ezo_sim_start(EZO_SIM_DO, port[0], "6.54", 20);
    ph = ezo_sim_start(EZO_SIM_PH, port[1], "7.312", 20);
    assert_non_null(oxygen);
    assert_non_null(ph);
    thermometer(457);
    (void)snprintf(
        text, sizeof text,
        "{" LINE_OK ", \"nodes\": [{\"slug\": \"n\", \"unit\": 1, \"every_s\": 1, "
        "\"probes\": [{\"kind\": \"ds18b20\"}, {\"kind\": \"ezo_do\", \"port\": \"%s\"}, "
        "{\"kind\": \"ezo_ph\", \"port\": \"%s\"}]}]}",
        port[0], port[1]);
    begin(&r, text);
    await_value(&r, 0, 28562, 20);
    await_value(&r, 1, 6540, 20);
    await_value(&r, 2, 7312, 20);
    ezo_sim_told(oxygen, "C,", told, sizeof told);
    assert_string_equal(told, "C,0"); /* continuous mode is off */
    ezo_sim_told(oxygen, "T,", told, sizeof told);
    assert_string_equal(told, "T,28.56");
    ezo_sim_told(ph, "T,", told, sizeof told);
    assert_string_equal(told, "T,28.56");
    ezo_sim_unplug(oxygen);
    ezo_sim_deaf(ph, true);
    await_value(&r, 1, NILA_MISSING, 20);
    assert_true((quality(&r, 0) & NILA_Q_VALID) != 0); /* the others go on */
    await_value(&r, 2, NILA_MISSING, 30);
    ezo_sim_set(oxygen, "3.21");
    ezo_sim_plug(oxygen);
    ezo_sim_deaf(ph, false);
    attribute(W1 "/w1_slave", NULL);
    await_value(&r, 0, NILA_MISSING, 20);
    await_value(&r, 1, 3210, 30);
    await_value(&r, 2, 7312, 30);
    end(&r);
    ezo_sim_stop(oxygen);
    ezo_sim_stop(ph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_is_wrong_in_the_file_and_where),
        cmocka_unit_test_setup_teardown(puts_probes_where_the_node_profile_has_them, setup,
                                        teardown),
        cmocka_unit_test(the_example_is_right),
        cmocka_unit_test(reads_w1_slave_only_when_the_kernel_says_yes),
        cmocka_unit_test_setup_teardown(never_takes_what_is_no_temperature_for_one, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(takes_the_drivers_temperature_where_there_is_no_scratchpad,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(reads_a_voltage_with_its_scale_or_not_at_all, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_file_cut_anywhere_holds_one_of_the_two_records, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            a_probe_that_never_moves_is_stuck_and_one_that_is_gone_is_absent, setup, teardown),
        cmocka_unit_test_setup_teardown(a_calibration_and_settings_outlive_the_program, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(circuits_and_thermometer_make_a_node_and_come_and_go, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
