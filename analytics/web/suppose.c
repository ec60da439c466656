/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suppose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    bool number;
    int min, max;
} FIELD[] = {
    [SUPPOSE_FINGERLINGS] = {"benih", true, 0, 100},
    [SUPPOSE_FEED_PRICE] = {"pakan", true, -50, 200},
    [SUPPOSE_ACID] = {"asam", false, 0, 0},
    [SUPPOSE_SMOKE] = {"asap", false, 0, 0},
    [SUPPOSE_SMOKE_UNTIL] = {"asap-sampai", false, 0, 0},
    [SUPPOSE_AERATORS] = {"kincir", true, 0, 100},
    [SUPPOSE_SEND] = {"kirim", true, 0, 9999},
    [SUPPOSE_SEND_TO] = {"kirim-ke", false, 0, 0},
    [SUPPOSE_SEND_IN] = {"kirim-bulan", false, 0, 0},
    [SUPPOSE_FROM] = {"mulai", false, 0, 0},
    [SUPPOSE_PLACE] = {"di", false, 0, 0},
};

const char *suppose_name(enum suppose_field f)
{
    return FIELD[f].name;
}

bool suppose_number(enum suppose_field f, int *min, int *max)
{
    *min = FIELD[f].min;
    *max = FIELD[f].max;
    return FIELD[f].number;
}

void suppose_take(struct suppose *s, enum suppose_field f, const char *value)
{
    /* "+20" is how people write a rise, and no number to a browser */
    if (value != NULL && value[0] == '+' && value[1] >= '0' && value[1] <= '9')
        value++;
    s->bad[f] = value != NULL && strlen(value) >= SUPPOSE_TEXT;
    (void)snprintf(s->text[f], SUPPOSE_TEXT, "%s", value != NULL ? value : "");
}

/* A whole number, perhaps with a sign; "" is 0. */
static bool take_number(const char *text, int min, int max, int *out)
{
    const char *digits = text + (*text == '-');
    size_t n = strspn(digits, "0123456789");

    if (digits[n] != '\0' || n > 4 || (n == 0 && *text != '\0'))
        return false;
    *out = (int)strtol(text, NULL, 10);
    return *out >= min && *out <= max;
}

static void judge(struct suppose *s, enum suppose_field f, bool good)
{
    s->bad[f] = s->bad[f] || !good;
}

/* A month of the forecast, or none (false in *given). */
static bool take_month(const char *text, int32_t first, unsigned months, bool *given, int32_t *out)
{
    *given = *text != '\0';
    return !*given ||
           (scenario_month(text, out) == 0 && *out >= first && *out < first + (int32_t)months);
}

struct given {
    int number[SUPPOSE_FIELDS];
    int32_t month[SUPPOSE_FIELDS];
    bool has[SUPPOSE_FIELDS];
    bool in[REGENCY_COUNT];
    enum regency to;
};

/* How many, where to and when belong together. */
static void read_sending(struct suppose *s, bool ledgers, struct given *g)
{
    const bool sends = g->number[SUPPOSE_SEND] > 0, to = s->text[SUPPOSE_SEND_TO][0] != '\0';

    judge(s, SUPPOSE_SEND, ledgers || !sends);
    judge(s, SUPPOSE_SEND_TO,
          to ? regency_find(s->text[SUPPOSE_SEND_TO], &g->to) == 0
             : !sends || s->bad[SUPPOSE_SEND]);
    judge(s, SUPPOSE_SEND_IN, !sends || s->bad[SUPPOSE_SEND] || g->has[SUPPOSE_SEND_IN]);
}

static void read_fields(struct suppose *s, int32_t first, unsigned months, struct given *g)
{
    enum regency only = REGENCY_KOTIM;
    bool everywhere = s->text[SUPPOSE_PLACE][0] == '\0';

    for (int f = 0; f < SUPPOSE_PLACE; f++) {
        if (FIELD[f].number)
            judge(s, (enum suppose_field)f,
                  take_number(s->text[f], FIELD[f].min, FIELD[f].max, &g->number[f]));
        else if (f != SUPPOSE_SEND_TO)
            judge(s, (enum suppose_field)f,
                  take_month(s->text[f], first, months, &g->has[f], &g->month[f]));
    }
    if (g->has[SUPPOSE_SMOKE_UNTIL] && !s->bad[SUPPOSE_SMOKE] && !s->bad[SUPPOSE_SMOKE_UNTIL])
        judge(s, SUPPOSE_SMOKE_UNTIL,
              g->has[SUPPOSE_SMOKE] && g->month[SUPPOSE_SMOKE_UNTIL] >= g->month[SUPPOSE_SMOKE]);
    judge(s, SUPPOSE_PLACE, everywhere || regency_find(s->text[SUPPOSE_PLACE], &only) == 0);
    for (int r = 0; r < REGENCY_COUNT; r++)
        g->in[r] = everywhere || r == (int)only;
}

static void act(struct suppose *s, const struct given *g, enum scenario_kind kind, int32_t from,
                int32_t until, double value)
{
    struct scenario_act *a = &s->scenario.act[s->scenario.acts++];

    *a = (struct scenario_act){
        .kind = kind, .from_month = from, .until_month = until, .value = value};
    for (int r = 0; r < REGENCY_COUNT; r++)
        a->in[r] = kind == SCENARIO_FEED_PRICE || kind == SCENARIO_TRANSFER || g->in[r];
    if (kind == SCENARIO_TRANSFER)
        a->to = g->to;
}

void suppose_read(struct suppose *s, int32_t first_month, unsigned months, bool ledgers)
{
    struct given g = {0};
    int32_t from;

    read_fields(s, first_month, months, &g);
    read_sending(s, ledgers, &g);
    s->faults = 0;
    s->scenario = (struct scenario){0};
    for (int f = 0; f < SUPPOSE_FIELDS; f++)
        s->faults += s->bad[f];
    if (s->faults > 0)
        return;
    from = g.has[SUPPOSE_FROM] ? g.month[SUPPOSE_FROM] : SCENARIO_AT_ONCE;
    if (g.number[SUPPOSE_FINGERLINGS] != 0)
        act(s, &g, SCENARIO_FINGERLINGS, from, SCENARIO_FOR_EVER,
            1 - g.number[SUPPOSE_FINGERLINGS] / 100.0);
    if (g.number[SUPPOSE_FEED_PRICE] != 0)
        act(s, &g, SCENARIO_FEED_PRICE, from, SCENARIO_FOR_EVER,
            1 + g.number[SUPPOSE_FEED_PRICE] / 100.0);
    if (g.has[SUPPOSE_ACID])
        act(s, &g, SCENARIO_ACID, g.month[SUPPOSE_ACID], g.month[SUPPOSE_ACID], 0);
    if (g.has[SUPPOSE_SMOKE])
        act(s, &g, SCENARIO_SMOKE, g.month[SUPPOSE_SMOKE],
            g.month[g.has[SUPPOSE_SMOKE_UNTIL] ? SUPPOSE_SMOKE_UNTIL : SUPPOSE_SMOKE], 0);
    if (g.number[SUPPOSE_AERATORS] != 0)
        act(s, &g, SCENARIO_AERATORS, from, SCENARIO_FOR_EVER, g.number[SUPPOSE_AERATORS] / 100.0);
    if (g.number[SUPPOSE_SEND] != 0)
        act(s, &g, SCENARIO_TRANSFER, g.month[SUPPOSE_SEND_IN], g.month[SUPPOSE_SEND_IN],
            1000.0 * g.number[SUPPOSE_SEND]);
}

void suppose_query(const struct suppose *s, struct buf *b)
{
    for (int f = 0; f < SUPPOSE_FIELDS; f++)
        if (!s->bad[f] && s->text[f][0] != '\0')
            buf_printf(b, "%s=%s&", FIELD[f].name, s->text[f]);
}
