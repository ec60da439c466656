/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_app.h"

#define SECOND_US   1000000U

#define DONE_LINE   0x01U
#define DONE_SECOND 0x02U
#define DONE_ALL    (DONE_LINE | DONE_SECOND)

static const uint16_t BAUDS_100[] = {12, 24, 48, 96, 192, 384, 576, 1152};

/* ---- the line's registers ---- */

#define LINE_REGISTERS 2

static void line_read(const void *arg, uint16_t offset, uint16_t count, uint16_t *value)
{
    const struct nila_app *app = arg;
    const uint16_t reg[LINE_REGISTERS] = {app->want_baud_100, app->want_parity};

    for (uint16_t i = 0; i < count; i++)
        value[i] = reg[offset + i];
}

static bool is_baud(uint16_t baud_100)
{
    for (unsigned i = 0; i < sizeof BAUDS_100 / sizeof BAUDS_100[0]; i++)
        if (BAUDS_100[i] == baud_100)
            return true;
    return false;
}

static uint8_t line_check(const void *arg, uint16_t offset, uint16_t count, const uint16_t *value,
                          bool open, bool broadcast)
{
    (void)arg;
    (void)broadcast; /* a whole line may change its speed at once */
    for (uint16_t i = 0; i < count; i++) {
        uint16_t reg = (uint16_t)(NILA_HOLD_BAUD_100 + offset + i);
        if (!nila_node_permits(reg, value[i], open) ||
            (reg == NILA_HOLD_BAUD_100 && !is_baud(value[i])))
            return NILA_EXCEPTION_VALUE;
    }
    return NILA_EXCEPTION_NONE;
}

static void line_apply(void *arg, uint16_t offset, uint16_t count, const uint16_t *value)
{
    struct nila_app *app = arg;

    for (uint16_t i = 0; i < count; i++)
        *(offset + i == 0 ? &app->want_baud_100 : &app->want_parity) = value[i];
}

static bool open_line(struct nila_app *app, uint16_t baud_100, uint16_t parity)
{
    if (!nila_line_open(&app->line, app->port, &app->units, 100UL * baud_100, parity))
        return false;
    app->baud_100 = baud_100;
    app->parity = parity;
    return true;
}

static void move_relay(struct nila_app *app)
{
    app->node.relay = app->relay.on;
    if (app->relay.fell)
        app->node.health |= NILA_HEALTH_SAFE;
    else
        app->node.health &= (uint16_t)~NILA_HEALTH_SAFE;
    if (app->relay_is != app->relay.on)
        app->board->relay(app->board->arg, app->relay.on);
    app->relay_is = app->relay.on;
}

bool nila_app_add(struct nila_app *app, const struct nila_block *block)
{
    if (app->node.blocks >= NILA_APP_BLOCKS)
        return false;
    app->block[app->node.blocks++] = *block;
    return true;
}

/* ---- what is kept ---- */

static void own_registers(const struct nila_app *app, uint16_t own[NILA_BOARD_OWN])
{
    for (unsigned i = 0; i < NILA_BOARD_OWN; i++)
        own[i] = 0;
    own[NILA_HOLD_UNIT] = app->node.unit;
    own[NILA_HOLD_RESPONSE_MS] = app->node.response_ms;
    own[NILA_HOLD_PERIOD_S] = app->node.period_s;
    own[NILA_HOLD_BAUD_100] = app->baud_100;
    own[NILA_HOLD_PARITY] = app->parity;
    own[NILA_HOLD_RELAY_SAFE] = app->relay.safe;
    own[NILA_HOLD_RELAY_SILENCE_MIN] = app->relay.silence_min;
}

/* A board that was never set up. */
static void defaults(uint16_t own[NILA_BOARD_OWN])
{
    own[NILA_HOLD_UNIT] = NILA_APP_UNIT;
    own[NILA_HOLD_RESPONSE_MS] = 0;
    own[NILA_HOLD_PERIOD_S] = NILA_APP_PERIOD_S;
    own[NILA_HOLD_BAUD_100] = NILA_APP_BAUD_100;
    own[NILA_HOLD_PARITY] = 0;
    own[NILA_HOLD_RELAY_SAFE] = NILA_RELAY_ON;
    own[NILA_HOLD_RELAY_SILENCE_MIN] = NILA_RELAY_SILENCE_DEFAULT;
}

/* Kept by other firmware, they might be out of today's ranges: one that is makes all of them the defaults. */
static void recall(struct nila_app *app, uint16_t own[NILA_BOARD_OWN])
{
    static const uint8_t KEPT[] = {
        NILA_HOLD_UNIT,   NILA_HOLD_RESPONSE_MS, NILA_HOLD_PERIOD_S,         NILA_HOLD_BAUD_100,
        NILA_HOLD_PARITY, NILA_HOLD_RELAY_SAFE,  NILA_HOLD_RELAY_SILENCE_MIN};
    const struct nila_board *b = app->board;
    bool good =
        b->recall != NULL && b->recall(b->arg, &app->node, own) && is_baud(own[NILA_HOLD_BAUD_100]);

    for (unsigned i = 0; i < sizeof KEPT && good; i++)
        good = nila_node_permits(KEPT[i], own[KEPT[i]], true);
    if (!good)
        defaults(own);
    app->node.unit = (uint8_t)own[NILA_HOLD_UNIT];
    app->node.response_ms = own[NILA_HOLD_RESPONSE_MS];
    app->node.period_s = own[NILA_HOLD_PERIOD_S];
}

/* Only what changed is kept, and what could not be kept is tried again only when it changes once more: flash memory wears. */
static void keep(struct nila_app *app)
{
    uint16_t own[NILA_BOARD_OWN];
    bool same = true;

    if (app->board->keep == NULL || !nila_line_idle(&app->line) ||
        (app->node.health & NILA_HEALTH_SUPPLY) != 0)
        return;
    own_registers(app, own);
    for (unsigned i = 0; i < NILA_BOARD_OWN; i++) {
        same = same && own[i] == app->kept[i];
        app->kept[i] = own[i];
    }
    if (!same && !app->board->keep(app->board->arg, own))
        app->node.health |= NILA_HEALTH_STORE;
}

/* ---- start ---- */

static bool add_blocks(struct nila_app *app)
{
    const struct nila_block line = {.first = NILA_HOLD_BAUD_100,
                                    .count = LINE_REGISTERS,
                                    .arg = app,
                                    .read = line_read,
                                    .check = line_check,
                                    .apply = line_apply};
    const struct nila_block relay = nila_relay_block(&app->relay);
    bool room = nila_app_add(app, &line);

    if (app->board->relay != NULL)
        room = nila_app_add(app, &relay) && room;
    for (uint8_t i = 0; i < app->board->blocks; i++)
        room = nila_app_add(app, &app->board->block[i]) && room;
    return room;
}

bool nila_app_init(struct nila_app *app, const struct nila_port *port,
                   const struct nila_board *board, const struct nila_identity *identity)
{
    uint16_t own[NILA_BOARD_OWN] = {0};

    *app = (struct nila_app){.port = port, .board = board};
    nila_node_init(&app->node, NILA_APP_UNIT, NILA_APP_PERIOD_S, identity);
    app->node.block = app->block;
    app->units = (struct nila_units){.node = &app->node, .nodes = 1};
    recall(app, own);
    nila_relay_init(&app->relay, own[NILA_HOLD_RELAY_SAFE], own[NILA_HOLD_RELAY_SILENCE_MIN]);
    if (board->relay != NULL) {
        board->relay(board->arg, false);
        move_relay(app);
    }
    app->want_baud_100 = own[NILA_HOLD_BAUD_100];
    app->want_parity = own[NILA_HOLD_PARITY];
    app->second_us = port->tick_us(port->arg);
    if (!add_blocks(app) || !open_line(app, app->want_baud_100, app->want_parity))
        return false;
    own_registers(app, app->kept);
    return true;
}

/* ---- the loop ---- */

/* What was written takes effect when its answer has left, or, after a broadcast, when the line is quiet. */
static void renew_line(struct nila_app *app)
{
    bool other = app->want_baud_100 != app->baud_100 || app->want_parity != app->parity;

    if ((!other && !app->node.restart) || !nila_line_idle(&app->line))
        return;
    app->node.restart = false;
    if (open_line(app, app->want_baud_100, app->want_parity))
        return;
    app->want_baud_100 = app->baud_100; /* refused: as it was, and it reads so */
    app->want_parity = app->parity;
}

static void sample(struct nila_app *app)
{
    if (app->due_s > 0)
        app->due_s--;
    if (app->due_s > app->node.period_s)
        app->due_s = app->node.period_s; /* it was made shorter */
    if (app->due_s > 0)
        return;
    app->due_s = app->node.period_s;
    if (app->board->sample != NULL)
        app->board->sample(app->board->arg, &app->node);
    else
        nila_node_round(&app->node);
}

static void look_at_the_board(struct nila_app *app)
{
    const struct nila_board *b = app->board;

    if (b->supply_mv != NULL)
        app->node.supply_mv = b->supply_mv(b->arg);
    if (b->temp_x10 != NULL)
        app->node.board_temp_x10 = b->temp_x10(b->arg);
    if (b->supply_low != NULL && b->supply_low(b->arg))
        app->node.health |= NILA_HEALTH_SUPPLY;
    else
        app->node.health &= (uint16_t)~NILA_HEALTH_SUPPLY;
}

static void seconds(struct nila_app *app)
{
    uint32_t n = (app->port->tick_us(app->port->arg) - app->second_us) / SECOND_US;

    if (n == 0)
        return;
    app->second_us += n * SECOND_US;
    nila_node_tick(&app->node, n);
    if (app->board->relay != NULL)
        nila_relay_tick(&app->relay, n, app->node.heard);
    app->node.heard = false;
    look_at_the_board(app);
    sample(app);
    keep(app);
    app->done |= DONE_SECOND;
}

void nila_app_step(struct nila_app *app)
{
    nila_line_step(&app->line);
    if (nila_line_alive(&app->line))
        app->done |= DONE_LINE;
    else
        app->done &= (uint8_t)~DONE_LINE;
    seconds(app);
    if (app->board->step != NULL)
        app->board->step(app->board->arg, &app->node);
    if (app->board->relay != NULL)
        move_relay(app);
    renew_line(app);
    if (app->done == DONE_ALL && app->board->feed != NULL) {
        app->done = 0;
        app->board->feed(app->board->arg);
    }
}
