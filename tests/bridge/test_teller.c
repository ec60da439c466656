/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the collector tells a node with the firmware's own core: registers 60 to 63, and what the node makes of them. */
#include "tests/support/support.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "collector/poll.h"
#include "collector/setup.h"
#include "collector/teller.h"
#include "firmware-bridge/core/nila_regmap.h"
#include "firmware-bridge/linux/master.h"
#include "firmware-bridge/linux/practice.h"

#define WAIT_MS    20000
#define GAP_MS     200
#define DO_QUALITY (NILA_REG_CHANNEL(1) + NILA_CH_QUALITY)

static const char SITE[] =
    "{\"site\":{\"slug\":\"uji\",\"name\":\"Uji\",\"regency\":\"kotim\",\"kecamatan\":\"62.02.06\","
    "\"baro_hpa\":1005.5},"
    "\"ponds\":[{\"slug\":\"kolam-1\",\"area_m2\":400,\"depth_m\":1.2,\"sal_psu\":1.5}],"
    "\"buses\":[{\"slug\":\"b\",\"tcp\":{\"host\":\"127.0.0.1\",\"port\":%d},\"timeout_ms\":1000,"
    "\"devices\":["
    "{\"slug\":\"node-1\",\"profile\":\"nila-node\",\"unit\":1,\"every_s\":1,\"pond\":\"kolam-1\"},"
    "{\"slug\":\"node-2\",\"profile\":\"nila-node\",\"unit\":2,\"every_s\":1,\"pond\":\"kolam-1\"}"
    "]}],\"sinks\":[],\"journal\":{\"path\":\"%s/j.db\"},\"control\":{\"socket\":\"%s/c.sock\"}}";

static char dir[80];
static struct practice *node;
static struct setup setup;
static struct poller *poller;
static struct teller *teller;
static atomic_int writes[2]; /* to each unit */
static atomic_bool lent;

static int ask_line(void *arg, unsigned bus, const struct bus_question *q, uint16_t *regs,
                    struct bus_answer *a)
{
    (void)arg;
    assert_int_equal(q->function, 16);
    atomic_fetch_add(&writes[q->unit - 1], 1);
    return poller_ask(poller, bus, q, regs, a, 5000);
}

static bool is_lent(void *arg, unsigned device)
{
    (void)arg;
    return device == 0 && atomic_load(&lent);
}

static void see(void *arg, const struct reading_set *sets, size_t n)
{
    (void)arg;
    teller_see(teller, sets, n);
}

static int deliver(void *arg, const struct reading_set *sets, size_t n)
{
    (void)arg;
    (void)sets;
    (void)n;
    return 0;
}

static int set_up(void **state)
{
    const struct practice_config pc = {.seed = 3, .speed = 50, .neighbour = true};
    char text[2000], config[100], why[400];

    (void)state;
    tongue_set(false);
    log_set_level(LOG_LEVEL_ERROR);
    clock_declare_trusted();
    atomic_store(&writes[0], 0);
    atomic_store(&writes[1], 0);
    atomic_store(&lent, true);
    assert_int_equal(practice_start(&node, &pc), 0);
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(config, sizeof config, "%s/site.json", dir);
    (void)snprintf(text, sizeof text, SITE, atoi(strchr(practice_address(node), ':') + 1), dir,
                   dir);
    support_write(config, text);
    if (setup_load(&setup, config, "collector/devices", why, sizeof why) != 0)
        fail_msg("%s", why);
    const struct teller_config tc = {.site = setup.site,
                                     .profile = (const struct profile *const *)setup.profile,
                                     .ask = ask_line,
                                     .lent = is_lent,
                                     .gap_ms = GAP_MS};
    const struct poll_receiver to = {.deliver = deliver, .see = see};
    teller = teller_new(&tc);
    if (poller_start(&poller, setup.site, tc.profile, &to, why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_int_equal(teller_start(teller), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    teller_stop(teller);
    poller_stop(poller);
    teller_free(teller);
    setup_free(&setup);
    practice_stop(node);
    log_set_level(LOG_LEVEL_INFO);
    support_rmdir(dir);
    return 0;
}

static void nap(int ms)
{
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    (void)nanosleep(&t, NULL);
}

static uint16_t quality(struct master *m)
{
    uint16_t q;

    assert_int_equal(master_read(m, 4, DO_QUALITY, 1, &q), 0);
    return q;
}

static void a_node_knows_the_water_the_air_and_the_day(void **state)
{
    const struct master_place place = {.tcp = practice_address(node), .unit = 1};
    const int64_t end = clock_mono_ms() + WAIT_MS;
    const int32_t today = civil_day(clock_wall_ms()) - 10957;
    uint16_t reg[5] = {0};
    struct master m;
    int before;

    (void)state;
    assert_int_equal(master_open(&m, &place), 0);
    /* it is being calibrated: the technician alone writes to it */
    nap(3 * GAP_MS);
    assert_int_equal(atomic_load(&writes[0]), 0);
    assert_true((quality(&m) & NILA_Q_DEFAULT_COMP) != 0);
    atomic_store(&lent, false);
    do {
        assert_true(clock_mono_ms() < end);
        nap(20);
        assert_int_equal(master_read(&m, 3, NILA_HOLD_WATER_TEMP, 5, reg), 0);
    } while (reg[0] != 2850 || reg[1] != 150 || reg[2] != 10055 || reg[3] == 0);
    assert_true(reg[3] == today || reg[3] == today + 1);
    while ((quality(&m) & NILA_Q_DEFAULT_COMP) != 0) {
        assert_true(clock_mono_ms() < end);
        nap(20);
    }
    /* each once: what does not move is not told again before its time */
    before = atomic_load(&writes[0]);
    assert_int_equal(before, 4);
    nap(5 * GAP_MS);
    assert_int_equal(atomic_load(&writes[0]), before);
    /* the neighbour has no such registers: it refused once, and is left alone */
    assert_int_equal(atomic_load(&writes[1]), 1);
    master_close(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_node_knows_the_water_the_air_and_the_day, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
