/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suppose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    bool percent;
    int min, max;
} FIELD[] = {
    [SUPPOSE_FINGERLINGS] = {"benih", true, 0, 100},
    [SUPPOSE_FEED_PRICE] = {"pakan", true, -50, 200},
    [SUPPOSE_ACID] = {"asam", false, 0, 0},
    [SUPPOSE_SMOKE] = {"asap", false, 0, 0},
    [SUPPOSE_SMOKE_UNTIL] = {"asap-sampai", false, 0, 0},
    [SUPPOSE_AERATORS] = {"kincir", true, 0, 100},
    [SUPPOSE_FROM] = {"mulai", false, 0, 0},
    [SUPPOSE_PLACE] = {"di", false, 0, 0},
};

const char *suppose_name(enum suppose_field f)
{
    return FIELD[f].name;
}

bool suppose_percent(enum suppose_field f, int *min, int *max)
{
    *min = FIELD[f].min;
    *max = FIELD[f].max;
    return FIELD[f].percent;
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
static bool take_percent(const char *text, int min, int max, int *out)
{
    const char *digits = text + (*text == '-');
    size_t n = strspn(digits, "0123456789");

    if (digits[n] != '\0' || n > 3 || (n == 0 && *text != '\0'))
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
    int percent[SUPPOSE_FIELDS];
    int32_t month[SUPPOSE_FIELDS];
    bool has[SUPPOSE_FIELDS];
    bool in[REGENCY_COUNT];
};

static void read_fields(struct suppose *s, int32_t first, unsigned months, struct given *g)
{
    enum regency only = REGENCY_KOTIM;
    bool everywhere = s->text[SUPPOSE_PLACE][0] == '\0';

    for (int f = 0; f < SUPPOSE_PLACE; f++) {
        if (FIELD[f].percent)
            judge(s, (enum suppose_field)f,
                  take_percent(s->text[f], FIELD[f].min, FIELD[f].max, &g->percent[f]));
        else
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
        a->in[r] = kind == SCENARIO_FEED_PRICE || g->in[r];
}

void suppose_read(struct suppose *s, int32_t first_month, unsigned months)
{
    struct given g = {0};
    int32_t from;

    read_fields(s, first_month, months, &g);
    s->faults = 0;
    s->scenario = (struct scenario){0};
    for (int f = 0; f < SUPPOSE_FIELDS; f++)
        s->faults += s->bad[f];
    if (s->faults > 0)
        return;
    from = g.has[SUPPOSE_FROM] ? g.month[SUPPOSE_FROM] : SCENARIO_AT_ONCE;
    if (g.percent[SUPPOSE_FINGERLINGS] != 0)
        act(s, &g, SCENARIO_FINGERLINGS, from, SCENARIO_FOR_EVER,
            1 - g.percent[SUPPOSE_FINGERLINGS] / 100.0);
    if (g.percent[SUPPOSE_FEED_PRICE] != 0)
        act(s, &g, SCENARIO_FEED_PRICE, from, SCENARIO_FOR_EVER,
            1 + g.percent[SUPPOSE_FEED_PRICE] / 100.0);
    if (g.has[SUPPOSE_ACID])
        act(s, &g, SCENARIO_ACID, g.month[SUPPOSE_ACID], g.month[SUPPOSE_ACID], 0);
    if (g.has[SUPPOSE_SMOKE])
        act(s, &g, SCENARIO_SMOKE, g.month[SUPPOSE_SMOKE],
            g.month[g.has[SUPPOSE_SMOKE_UNTIL] ? SUPPOSE_SMOKE_UNTIL : SUPPOSE_SMOKE], 0);
    if (g.percent[SUPPOSE_AERATORS] != 0)
        act(s, &g, SCENARIO_AERATORS, from, SCENARIO_FOR_EVER, g.percent[SUPPOSE_AERATORS] / 100.0);
}

void suppose_query(const struct suppose *s, struct buf *b)
{
    for (int f = 0; f < SUPPOSE_FIELDS; f++)
        if (!s->bad[f] && s->text[f][0] != '\0')
            buf_printf(b, "%s=%s&", FIELD[f].name, s->text[f]);
}
