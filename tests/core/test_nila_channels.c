/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node with probes, asked and told through its registers alone, as a master does. */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-bridge/core/nila_channels.h"
#include "tests/support/flash_model.h"

#define PAGE 1024
#define NOT  0x8000 /* a temperature that is not known */

enum command {
    BEGIN = 1,
    POINT,
    COMMIT,
    ABORT,
    REVERT
};

static const struct nila_identity IDENTITY = {.product = "P", .product_id = 1};

static uint8_t memory[2 * PAGE];

struct board {
    struct nila_node node;
    struct nila_channels channels;
    struct nila_block block[NILA_CHANNEL_BLOCKS];
    struct flash_model flash;
};

static enum nila_store_state boot(struct board *b)
{
    enum nila_store_state state;

    nila_node_init(&b->node, 7, 10, &IDENTITY);
    state = nila_channels_init(&b->channels, &b->node, &b->flash.flash, 0, PAGE);
    nila_channels_blocks(&b->channels, b->block);
    b->node.block = b->block;
    b->node.blocks = NILA_CHANNEL_BLOCKS;
    return state;
}

static void fresh(struct board *b)
{
    flash_model_init(&b->flash, memory, sizeof memory, PAGE);
    assert_int_equal(boot(b), NILA_STORE_EMPTY);
}

static uint16_t get(struct board *b, uint16_t reg)
{
    uint16_t v;

    assert_int_equal(nila_node_holding(&b->node, reg, 1, &v), 0);
    return v;
}

static int32_t get32(struct board *b, uint16_t reg)
{
    return (int32_t)((uint32_t)get(b, reg) << 16 | get(b, (uint16_t)(reg + 1)));
}

static uint8_t set(struct board *b, uint16_t reg, uint16_t v)
{
    return nila_node_write(&b->node, reg, 1, &v, false);
}

static uint8_t set_open(struct board *b, uint16_t reg, uint16_t v)
{
    assert_int_equal(set(b, 0, NILA_UNLOCK), 0);
    return set(b, reg, v);
}

/* A command with all it needs in one write; returns the result. */
static unsigned command(struct board *b, unsigned cmd, unsigned channel, unsigned method,
                        int32_t ref)
{
    uint16_t v[8] = {(uint16_t)cmd,
                     (uint16_t)channel,
                     (uint16_t)method,
                     (uint16_t)((uint32_t)ref >> 16),
                     (uint16_t)ref,
                     17,
                     9824,
                     9914};

    assert_int_equal(set(b, 0, NILA_UNLOCK), 0);
    assert_int_equal(nila_node_write(&b->node, 40, 8, v, false), 0);
    return get(b, 51);
}

/* seconds with a reading each second pair, steady but for a little noise. */
static void sample(struct board *b, unsigned channel, int32_t raw, unsigned seconds)
{
    for (unsigned s = 0; s < seconds; s += 2) {
        nila_node_tick(&b->node, 2);
        nila_channels_tick(&b->channels, 2);
        nila_channels_put(&b->channels, channel,
                          raw == NILA_MISSING ? raw : raw + (int32_t)(s / 2 % 3) - 1,
                          raw == NILA_MISSING ? NILA_Q_ABSENT : NILA_Q_VALID);
        nila_channels_round(&b->channels);
    }
}

static uint16_t quality(const struct board *b, unsigned channel)
{
    return b->node.channel[channel].quality;
}

/* Two buffers on channel 2, an electrode of that raw value each. */
static unsigned two_buffers(struct board *b, int32_t at_686, int32_t at_401)
{
    assert_int_equal(command(b, BEGIN, 2, NILA_CAL_TWO, 0), NILA_CAL_FINE);
    sample(b, 2, at_686, 80);
    assert_int_equal(command(b, POINT, 2, NILA_CAL_TWO, 6860), NILA_CAL_FINE);
    sample(b, 2, at_401, 120);
    return command(b, POINT, 2, NILA_CAL_TWO, 4010);
}

static void a_source_is_connected_by_register_and_remembered(void **state)
{
    struct board b;

    (void)state;
    fresh(&b);
    assert_int_equal(set(&b, 24, NILA_SOURCE_PH_MV), NILA_EXCEPTION_VALUE); /* locked */
    assert_int_equal(set_open(&b, 24, NILA_SOURCES), NILA_EXCEPTION_VALUE);
    assert_int_equal(set_open(&b, 25, 4), NILA_EXCEPTION_VALUE); /* a median of four */
    assert_int_equal(set_open(&b, 25, 7 << 8), NILA_EXCEPTION_VALUE);
    assert_int_equal(set_open(&b, 36, 1), NILA_EXCEPTION_ADDRESS);
    assert_int_equal(set_open(&b, 24, NILA_SOURCE_PH_MV), 0);
    assert_int_equal(set_open(&b, 25, 9 | 3 << 8), 0);
    assert_int_equal(b.node.channel[2].kind, NILA_KIND_PH);
    assert_int_equal(boot(&b), NILA_STORE_GOOD);
    assert_int_equal(get(&b, 24), NILA_SOURCE_PH_MV);
    assert_int_equal(get(&b, 25), 9 | 3 << 8);
    assert_int_equal(b.channels.filter[2].median, 9);
    assert_int_equal(b.node.channel[2].kind, NILA_KIND_PH);
    assert_int_equal(b.node.channel[2].value_x1000, NILA_MISSING);
}

static void a_calibration_goes_its_whole_way_and_survives_a_restart(void **state)
{
    struct board b;

    (void)state;
    fresh(&b);
    assert_int_equal(set_open(&b, 24, NILA_SOURCE_EZO_PH), 0);
    assert_int_equal(set(&b, 49, 2800), 0); /* the buffers are at 28.00 C */
    sample(&b, 2, 6950, 60);
    assert_true((quality(&b, 2) & NILA_Q_VALID) != 0);
    assert_true((quality(&b, 2) & NILA_Q_UNCALIBRATED) != 0);
    assert_int_equal(two_buffers(&b, 6967, 4260), NILA_CAL_FINE);
    assert_int_equal(get(&b, 50), NILA_CALTX_COMPLETE);
    assert_int_equal(set(&b, 48, 15), 0); /* look at it before it counts */
    assert_true(abs(get32(&b, 78) - 950000) < 600);
    assert_int_equal(b.node.channel[2].calibration, 0);
    assert_int_equal(command(&b, COMMIT, 2, 0, 0), NILA_CAL_FINE);
    assert_int_equal(get(&b, 50), NILA_CALTX_DONE);
    assert_int_equal(boot(&b), NILA_STORE_GOOD);
    assert_int_equal(set(&b, 41, 2), 0);
    assert_int_equal(get(&b, 70), 1);
    assert_int_equal(get(&b, 72), NILA_SOURCE_EZO_PH);
    assert_int_equal(get(&b, 73), NILA_CAL_TWO);
    assert_int_equal(get(&b, 74), 2);
    assert_int_equal(get(&b, 75), 9824);
    assert_int_equal(get(&b, 76), 9914);
    assert_int_equal(get(&b, 77), 17);
    assert_int_equal(get32(&b, 82), 6860);
    assert_true(abs(get32(&b, 84) - 6967) <= 1);
    assert_int_equal(get(&b, 86), 2800);
    assert_int_equal(get32(&b, 87), 4010);
    sample(&b, 2, 8050, 60);
    assert_true(abs(b.node.channel[2].value_x1000 - 8000) <= 3);
    assert_int_equal(quality(&b, 2) & NILA_Q_UNCALIBRATED, 0);
    assert_int_equal(b.node.channel[2].calibration, 1);
}

static void a_probe_in_a_buffer_never_looks_like_a_pond(void **state)
{
    struct board b;

    (void)state;
    fresh(&b);
    assert_int_equal(set_open(&b, 24, NILA_SOURCE_EZO_PH), 0);
    sample(&b, 2, 6950, 60);
    assert_int_equal(command(&b, BEGIN, 2, NILA_CAL_TWO, 0), NILA_CAL_FINE);
    sample(&b, 2, 4000, 100);
    assert_int_equal(quality(&b, 2) & (NILA_Q_VALID | NILA_Q_WARMUP), NILA_Q_WARMUP);
    assert_int_equal(command(&b, ABORT, 2, 0, 0), NILA_CAL_FINE);
    sample(&b, 2, 6950, 110);
    assert_int_equal(quality(&b, 2) & NILA_Q_VALID, 0); /* on its way back */
    sample(&b, 2, 6950, 20);
    assert_true((quality(&b, 2) & NILA_Q_VALID) != 0);
}

static void a_point_waits_until_the_reading_is_steady(void **state)
{
    struct board b;

    (void)state;
    fresh(&b);
    assert_int_equal(set_open(&b, 24, NILA_SOURCE_EZO_PH), 0);
    assert_int_equal(set(&b, 49, 2800), 0);
    assert_int_equal(command(&b, BEGIN, 2, NILA_CAL_OFFSET, 0), NILA_CAL_FINE);
    assert_int_equal(command(&b, POINT, 2, 0, 6860), NILA_CAL_NO_VALUE);
    sample(&b, 2, 6900, 58);
    assert_int_equal(command(&b, POINT, 2, 0, 6860), NILA_CAL_UNSTABLE);
    for (int i = 0; i < 30; i++)
        sample(&b, 2, 6900 + 10 * i, 4); /* drifts */
    assert_int_equal(command(&b, POINT, 2, 0, 6860), NILA_CAL_UNSTABLE);
    sample(&b, 2, 7200, 100);
    assert_true(get(&b, 52) >= 60);
    assert_int_equal(command(&b, POINT, 2, 0, 6860), NILA_CAL_FINE);
    sample(&b, 2, NILA_MISSING, 4);
    assert_int_equal(get(&b, 52), 0);
}

static void an_implausible_point_is_refused_and_may_be_taken_again(void **state)
{
    struct board b;

    (void)state;
    fresh(&b);
    assert_int_equal(set_open(&b, 24, NILA_SOURCE_EZO_PH), 0);
    assert_int_equal(set(&b, 49, 2800), 0);
    assert_int_equal(two_buffers(&b, 6967, 5800), NILA_CAL_BAD_SLOPE);
    assert_int_equal(get(&b, 57), 1); /* the first point is kept */
    assert_int_equal(command(&b, COMMIT, 2, 0, 0), NILA_CAL_TOO_FEW);
    sample(&b, 2, 4260, 120);
    assert_int_equal(command(&b, POINT, 2, 0, 4010), NILA_CAL_FINE);
    assert_int_equal(command(&b, POINT, 2, 0, 4010), NILA_CAL_TOO_MANY);
    assert_int_equal(command(&b, BEGIN, 2, NILA_CAL_TWO, 0), NILA_CAL_BUSY);
    assert_int_equal(set_open(&b, 24, NILA_SOURCE_NONE), NILA_EXCEPTION_VALUE); /* not now */
    assert_int_equal(command(&b, REVERT, 2, 0, 0), NILA_CAL_BUSY);
    assert_int_equal(command(&b, COMMIT, 2, 0, 0), NILA_CAL_FINE);
}

static void every_command_without_its_time_is_told_why(void **state)
{
    struct board b;

    (void)state;
    fresh(&b);
    assert_int_equal(command(&b, BEGIN, 2, NILA_CAL_TWO, 0), NILA_CAL_NO_CHANNEL);
    assert_int_equal(command(&b, BEGIN, 99, NILA_CAL_TWO, 0), NILA_CAL_NO_CHANNEL);
    assert_int_equal(command(&b, POINT, 2, 0, 0), NILA_CAL_NONE_OPEN);
    assert_int_equal(command(&b, COMMIT, 2, 0, 0), NILA_CAL_NONE_OPEN);
    assert_int_equal(command(&b, ABORT, 2, 0, 0), NILA_CAL_NONE_OPEN);
    assert_int_equal(command(&b, REVERT, 2, 0, 0), NILA_CAL_NO_CHANNEL);
    assert_int_equal(set_open(&b, 24, NILA_SOURCE_EZO_PH), 0);
    assert_int_equal(command(&b, REVERT, 2, 0, 0), NILA_CAL_NOTHING_BEFORE);
    assert_int_equal(command(&b, BEGIN, 2, NILA_CAL_SPAN, 0), NILA_CAL_NO_METHOD);
    assert_int_equal(command(&b, BEGIN, 2, 77, 0), NILA_CAL_NO_METHOD);
    assert_int_equal(command(&b, BEGIN, 2, NILA_CAL_OFFSET, 0), NILA_CAL_FINE);
    sample(&b, 2, 6900, 80);
    assert_int_equal(command(&b, POINT, 2, 0, 6860), NILA_CAL_BAD_TEMP); /* nobody knows it */
    /* without the lock only a point and an end are told; nothing by broadcast; what is read only stays so */
    assert_int_equal(set(&b, 40, COMMIT), NILA_EXCEPTION_VALUE);
    assert_int_equal(set(&b, 40, 6), NILA_EXCEPTION_VALUE);
    assert_int_equal(set_open(&b, 40, 0), NILA_EXCEPTION_VALUE);
    assert_int_equal(set(&b, 50, 1), NILA_EXCEPTION_ADDRESS);
    assert_int_equal(set(&b, 64, 1), NILA_EXCEPTION_ADDRESS);
    assert_int_equal(set(&b, 70, 1), NILA_EXCEPTION_ADDRESS);
    assert_int_equal(nila_node_write(&b.node, 40, 1, &(uint16_t){ABORT}, true),
                     NILA_EXCEPTION_VALUE);
    assert_int_equal(get(&b, 50), NILA_CALTX_OPEN);
    assert_int_equal(set(&b, 40, ABORT), 0);
    assert_int_equal(get(&b, 50), NILA_CALTX_ABORTED);
}

static void a_forgotten_transaction_ends_after_fifteen_minutes(void **state)
{
    struct board b;

    (void)state;
    fresh(&b);
    assert_int_equal(set_open(&b, 24, NILA_SOURCE_EZO_PH), 0);
    assert_int_equal(command(&b, BEGIN, 2, NILA_CAL_OFFSET, 0), NILA_CAL_FINE);
    nila_channels_tick(&b.channels, 899);
    assert_int_equal(get(&b, 53), 1);
    assert_int_equal(get(&b, 50), NILA_CALTX_OPEN);
    nila_channels_tick(&b.channels, 1);
    assert_int_equal(get(&b, 50), NILA_CALTX_ABORTED);
    assert_int_equal(get(&b, 51), NILA_CAL_TIMED_OUT);
}

/* A calibration of the offset alone, with that raw value for pH 6.86. */
static void offset(struct board *b, int32_t raw)
{
    assert_int_equal(command(b, BEGIN, 2, NILA_CAL_OFFSET, 0), NILA_CAL_FINE);
    sample(b, 2, raw, 100);
    assert_int_equal(command(b, POINT, 2, 0, 6860), NILA_CAL_FINE);
    assert_int_equal(command(b, COMMIT, 2, 0, 0), NILA_CAL_FINE);
}

static void revert_goes_back_and_the_history_has_eight(void **state)
{
    struct board b;

    (void)state;
    fresh(&b);
    assert_int_equal(set_open(&b, 24, NILA_SOURCE_EZO_PH), 0);
    assert_int_equal(set(&b, 49, 2800), 0);
    for (int i = 1; i <= 10; i++)
        offset(&b, 6860 + 20 * i);
    assert_int_equal(boot(&b), NILA_STORE_GOOD);
    assert_int_equal(set(&b, 41, 2), 0);
    for (uint16_t view = 0; view <= 8; view++) { /* 10 in force, then 9 .. 2 */
        assert_int_equal(set(&b, 48, view), 0);
        assert_int_equal(get(&b, 70), 10 - view);
        assert_true(abs(get32(&b, 80) - 20 * (10 - view)) <= 2);
    }
    assert_int_equal(set(&b, 48, 9), 0);
    assert_int_equal(get(&b, 72), 0); /* no such record */
    assert_int_equal(command(&b, REVERT, 2, 0, 0), NILA_CAL_FINE);
    assert_int_equal(boot(&b), NILA_STORE_GOOD);
    assert_int_equal(b.channels.settings.cal[2].number, 9);
    assert_int_equal(command(&b, REVERT, 2, 0, 0), NILA_CAL_FINE);
    assert_int_equal(b.channels.settings.cal[2].number, 10);
    /* another probe is not calibrated by what the one before was */
    assert_int_equal(set_open(&b, 24, NILA_SOURCE_PH_MV), 0);
    assert_int_equal(b.channels.settings.cal[2].number, 0);
    assert_int_equal(command(&b, REVERT, 2, 0, 0), NILA_CAL_NOTHING_BEFORE);
}

static void what_cannot_be_saved_is_not_in_force(void **state)
{
    struct board b;
    struct nila_settings before;

    (void)state;
    fresh(&b);
    assert_int_equal(set_open(&b, 24, NILA_SOURCE_EZO_PH), 0);
    assert_int_equal(set(&b, 49, 2800), 0);
    for (int i = 1; i <= 9; i++)
        offset(&b, 6860 + 20 * i);
    assert_int_equal(two_buffers(&b, 6967, 4260), NILA_CAL_FINE);
    before = b.channels.settings;
    flash_model_power_on(&b.flash, 3, 1); /* the memory dies while it is written */
    assert_int_equal(command(&b, COMMIT, 2, 0, 0), NILA_CAL_NOT_SAVED);
    assert_memory_equal(&b.channels.settings, &before, sizeof before);
    assert_int_equal(get(&b, 50), NILA_CALTX_COMPLETE);
    flash_model_power_on(&b.flash, -1, 0);
    assert_int_equal(command(&b, COMMIT, 2, 0, 0), NILA_CAL_FINE);
    assert_int_equal(get(&b, 51), 0);
    flash_model_power_on(&b.flash, 3, 1);
    before = b.channels.settings;
    assert_int_equal(command(&b, REVERT, 2, 0, 0), NILA_CAL_NOT_SAVED);
    assert_memory_equal(&b.channels.settings, &before, sizeof before);
}

static void a_damaged_store_is_said_and_nothing_is_invented(void **state)
{
    struct board b;
    uint16_t reg[NILA_REG_COUNT];

    (void)state;
    fresh(&b);
    assert_int_equal(set_open(&b, 24, NILA_SOURCE_EZO_PH), 0);
    memory[200] ^= 1;
    assert_int_equal(boot(&b), NILA_STORE_DAMAGED);
    nila_node_image(&b.node, reg);
    assert_true((reg[NILA_REG_HEALTH] & NILA_HEALTH_STORE) != 0);
    assert_int_equal(reg[NILA_REG_CHANNEL(2) + NILA_CH_KIND], NILA_KIND_NONE);
    assert_int_equal(set_open(&b, 24, NILA_SOURCE_EZO_PH), 0); /* written anew it is sound again */
    nila_node_image(&b.node, reg);
    assert_int_equal(reg[NILA_REG_HEALTH] & NILA_HEALTH_STORE, 0);
    assert_int_equal(boot(&b), NILA_STORE_GOOD);
}

static void compensation_is_the_nodes_own_the_masters_or_a_default_that_is_said(void **state)
{
    struct board b;
    struct nila_water w;

    (void)state;
    fresh(&b);
    assert_true(nila_channels_connect(&b.channels, 0, NILA_SOURCE_DS18B20));
    assert_true(nila_channels_connect(&b.channels, 1, NILA_SOURCE_DO_MV));
    assert_true(nila_channels_connect(&b.channels, 3, NILA_SOURCE_EZO_EC));
    sample(&b, 1, 800000, 60);
    assert_true((quality(&b, 1) & NILA_Q_DEFAULT_COMP) != 0);
    assert_int_equal(set(&b, 60, 2650), 0);
    assert_int_equal(set(&b, 61, 500), 0);
    assert_int_equal(set(&b, 62, 10005), 0);
    w = nila_channels_water(&b.channels);
    assert_int_equal(w.temp_x1000, 26500);
    assert_int_equal(w.sal_x1000, 5000);
    assert_int_equal(w.baro_pa, 100050);
    sample(&b, 1, 800000, 10);
    assert_int_equal(quality(&b, 1) & NILA_Q_DEFAULT_COMP, 0);
    sample(&b, 0, 30000, 20);
    sample(&b, 3, 10000000, 20);
    w = nila_channels_water(&b.channels);
    assert_int_equal(w.temp_x1000, 30000);
    assert_true(w.sal_x1000 > 4800 && w.sal_x1000 < 5300);
    nila_node_tick(&b.node, 100); /* the own probes are silent, and the master too */
    nila_channels_tick(&b.channels, 7300);
    w = nila_channels_water(&b.channels);
    assert_true(w.default_temp && w.default_sal && w.default_baro);
    /* what is written anew says nothing of what was written long ago */
    assert_int_equal(set(&b, 62, 10005), 0);
    w = nila_channels_water(&b.channels);
    assert_true(w.default_temp && w.default_sal && !w.default_baro);
    assert_int_equal(get(&b, 64), 0);
    assert_int_equal(set(&b, 60, 6000), NILA_EXCEPTION_VALUE);
    assert_int_equal(set(&b, 62, 4999), NILA_EXCEPTION_VALUE);
    assert_int_equal(set(&b, 60, NOT), 0);
}

static void no_fault_of_a_probe_is_a_valid_number(void **state)
{
    static const struct {
        const char *says;
        unsigned source;
        int32_t raw;
        uint16_t bit;
    } T[] = {
        {"pH input torn off, at the rail", NILA_SOURCE_PH_MV, 3290000, NILA_Q_RANGE},
        {"pH input at ground", NILA_SOURCE_PH_MV, 5000, NILA_Q_RANGE},
        {"oxygen beyond any water", NILA_SOURCE_EZO_DO, 59000, NILA_Q_RANGE},
        {"a dry conductivity cell", NILA_SOURCE_EZO_EC, 3, NILA_Q_RANGE},
        {"nothing", NILA_SOURCE_EZO_PH, NILA_MISSING, NILA_Q_ABSENT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct board b;
        fresh(&b);
        assert_true(nila_channels_connect(&b.channels, 5, (enum nila_source)T[i].source));
        sample(&b, 5, T[i].raw, 40);
        if ((quality(&b, 5) & NILA_Q_VALID) != 0 || (quality(&b, 5) & T[i].bit) == 0 ||
            b.node.channel[5].value_x1000 != NILA_MISSING)
            fail_msg("%s: %d, quality %04x", T[i].says, b.node.channel[5].value_x1000,
                     quality(&b, 5));
    }
}

static void a_frozen_probe_is_stuck_but_dead_water_is_not(void **state)
{
    struct board b;

    (void)state;
    fresh(&b);
    assert_true(nila_channels_connect(&b.channels, 1, NILA_SOURCE_EZO_DO));
    for (int i = 0; i < 800; i++) {
        nila_channels_put(&b.channels, 1, 6200, NILA_Q_VALID);
        nila_channels_round(&b.channels);
    }
    assert_int_equal(quality(&b, 1) & (NILA_Q_VALID | NILA_Q_STUCK), NILA_Q_STUCK);
    for (int i = 0; i < 800;
         i++) { /* a night without oxygen is the one thing that must not be hidden */
        nila_channels_put(&b.channels, 1, 20, NILA_Q_VALID);
        nila_channels_round(&b.channels);
    }
    assert_int_equal(quality(&b, 1) & (NILA_Q_VALID | NILA_Q_STUCK), NILA_Q_VALID);
}

static void due_comes_with_the_day_the_master_tells(void **state)
{
    struct board b;

    (void)state;
    fresh(&b);
    assert_int_equal(set_open(&b, 24, NILA_SOURCE_EZO_PH), 0);
    assert_int_equal(set(&b, 49, 2800), 0);
    offset(&b, 6900); /* due on day 9914 */
    assert_int_equal(set(&b, 63, 9914), 0);
    sample(&b, 2, 6900, 140);
    assert_int_equal(quality(&b, 2) & NILA_Q_DUE, 0);
    nila_channels_tick(&b.channels, 86400);
    assert_int_equal(get(&b, 63), 9915);
    sample(&b, 2, 6900, 2);
    assert_int_equal(quality(&b, 2) & (NILA_Q_DUE | NILA_Q_VALID), NILA_Q_DUE | NILA_Q_VALID);
}

static void the_ports_settings_are_kept_beside(void **state)
{
    struct board b;
    uint16_t own[NILA_SETTINGS_OWN] = {0, 42, 5, 30, 192, 1};

    (void)state;
    fresh(&b);
    assert_false(b.channels.settings.own_kept);
    assert_true(nila_channels_keep(&b.channels, own));
    assert_int_equal(boot(&b), NILA_STORE_GOOD);
    assert_true(b.channels.settings.own_kept);
    assert_memory_equal(b.channels.settings.own, own, sizeof own);
}

/* Any record with a right CRC, of other firmware say, is either sound or not used. */
static void a_strange_record_is_not_used(void **state)
{
    static uint8_t record[NILA_SETTINGS_BYTES];
    struct nila_settings s;
    struct flash_model m;
    struct nila_store store;
    uint64_t seed = 5;
    uint16_t n;
    unsigned used = 0;

    (void)state;
    flash_model_init(&m, memory, sizeof memory, PAGE);
    for (int i = 0; i < 3000; i++) {
        (void)nila_store_find(&store, &m.flash, 0, PAGE, NILA_SETTINGS_BYTES, &n);
        nila_settings_init(&s);
        s.config[2].source = NILA_SOURCE_EZO_PH;
        s.cal[2] = nila_cal_factory(2, NILA_SOURCE_EZO_PH);
        assert_true(nila_settings_save(&s, &store, NULL, 0));
        nila_store_read(&store, 0, record, sizeof record);
        for (int k = 0; k < 3; k++)
            record[flash_model_draw(&seed) % sizeof record] = (uint8_t)flash_model_draw(&seed);
        assert_true(nila_store_write(&store, record, sizeof record));
        if (!nila_settings_load(&s, &store, sizeof record))
            continue;
        used++;
        for (unsigned c = 0; c < NILA_REG_CHANNELS; c++)
            assert_true(s.config[c].source < NILA_SOURCES && s.cal[c].points <= NILA_CAL_POINTS);
        assert_true(s.histories <= NILA_HISTORY);
    }
    assert_in_range(used, 100, 2900);
    assert_false(nila_settings_load(&s, &store, sizeof record - 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_is_connected_by_register_and_remembered),
        cmocka_unit_test(a_calibration_goes_its_whole_way_and_survives_a_restart),
        cmocka_unit_test(a_probe_in_a_buffer_never_looks_like_a_pond),
        cmocka_unit_test(a_point_waits_until_the_reading_is_steady),
        cmocka_unit_test(an_implausible_point_is_refused_and_may_be_taken_again),
        cmocka_unit_test(every_command_without_its_time_is_told_why),
        cmocka_unit_test(a_forgotten_transaction_ends_after_fifteen_minutes),
        cmocka_unit_test(revert_goes_back_and_the_history_has_eight),
        cmocka_unit_test(what_cannot_be_saved_is_not_in_force),
        cmocka_unit_test(a_damaged_store_is_said_and_nothing_is_invented),
        cmocka_unit_test(compensation_is_the_nodes_own_the_masters_or_a_default_that_is_said),
        cmocka_unit_test(no_fault_of_a_probe_is_a_valid_number),
        cmocka_unit_test(a_frozen_probe_is_stuck_but_dead_water_is_not),
        cmocka_unit_test(due_comes_with_the_day_the_master_tells),
        cmocka_unit_test(the_ports_settings_are_kept_beside),
        cmocka_unit_test(a_strange_record_is_not_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
