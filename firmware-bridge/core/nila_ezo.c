/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_ezo.h"

#include "nila_fix.h"

#define CR         13
#define LF         10
#define STARTS_MAX 3 /* of the circuit in one round */

enum word { /* what a step sends after its text */
    PLAIN,
    TEMPERATURE,
    SALINITY,
    PRESSURE
};

/* A round, step by step. "setup" is done once after a start of the circuit; a compensation when it changed. Which circuits a
 * step is for: one bit a kind. The last is R. */
static const struct {
    const char *text, *tail;
    enum word word;
    bool setup;
    uint8_t kinds;
} STEP[] = {
#define DO (1 << NILA_EZO_DO)
#define PH (1 << NILA_EZO_PH)
#define EC (1 << NILA_EZO_EC)
    {"*OK,1", "", PLAIN, true, DO | PH | EC}, {"C,0", "", PLAIN, true, DO | PH | EC},
    {"O,mg,1", "", PLAIN, true, DO},          {"O,%,0", "", PLAIN, true, DO},
    {"O,EC,1", "", PLAIN, true, EC},          {"O,TDS,0", "", PLAIN, true, EC},
    {"O,S,0", "", PLAIN, true, EC},           {"O,SG,0", "", PLAIN, true, EC},
    {"T,25.0", "", PLAIN, true, EC},          {"T,", "", TEMPERATURE, false, DO | PH},
    {"S,", ",ppt", SALINITY, false, DO},      {"P,", "", PRESSURE, false, DO},
    {"R", "", PLAIN, false, DO | PH | EC},
#undef DO
#undef PH
#undef EC
};

#define STEPS  (sizeof STEP / sizeof STEP[0])
#define STEP_R (STEPS - 1)

/* What the circuit can say of water at all, x 1000. */
static const struct {
    int32_t low, high;
} RANGE[] = {
    [NILA_EZO_DO] = {0, 100000}, [NILA_EZO_PH] = {1, 14000}, [NILA_EZO_EC] = {0, 500000000}};

void nila_ezo_init(struct nila_ezo *e, enum nila_ezo_kind kind)
{
    *e = (struct nila_ezo){.kind = kind,
                           .result_x1000 = NILA_MISSING,
                           .value_x1000 = NILA_MISSING,
                           .quality = NILA_Q_ABSENT};
    e->told = (struct nila_ezo_water){NILA_MISSING, NILA_MISSING, NILA_MISSING};
}

static const int32_t *wanted(const struct nila_ezo_water *w, enum word word)
{
    return word == TEMPERATURE ? &w->temp_x1000
           : word == SALINITY  ? &w->sal_x1000
                               : &w->baro_pa_x1000;
}

static void put(struct nila_ezo *e, char c)
{
    if (e->out_n < sizeof e->out)
        e->out[e->out_n++] = c;
}

/* x 1000 with two decimals, which the circuits take. */
static void put_number(struct nila_ezo *e, int32_t x1000)
{
    int32_t x100 = (int32_t)nila_div(x1000, 10), divisor = 100000000;

    if (x100 < 0) {
        put(e, '-');
        x100 = -x100;
    }
    while (divisor > 100 && x100 / divisor == 0)
        divisor /= 10;
    for (; divisor > 0; divisor /= 10) {
        if (divisor == 10)
            put(e, '.');
        put(e, (char)('0' + x100 / divisor % 10));
    }
}

static void put_text(struct nila_ezo *e, const char *text)
{
    while (*text != '\0')
        put(e, *text++);
}

static bool needed(const struct nila_ezo *e, uint8_t step)
{
    if ((STEP[step].kinds >> e->kind & 1) == 0)
        return false;
    if (STEP[step].setup)
        return !e->ready;
    if (STEP[step].word == PLAIN)
        return true;
    return *wanted(&e->want, STEP[step].word) != NILA_MISSING &&
           *wanted(&e->want, STEP[step].word) != *wanted(&e->told, STEP[step].word);
}

/* Sends the next step that is needed, from this one on. R always is, so there is one. */
static void send_from(struct nila_ezo *e, uint8_t step)
{
    while (!needed(e, step))
        step++;
    e->step = step;
    if (!STEP[step].setup)
        e->ready = true; /* set-up has been told, whatever the circuit thought of it */
    e->out_n = e->out_at = 0;
    put_text(e, STEP[step].text);
    if (STEP[step].word != PLAIN)
        put_number(e, *wanted(&e->want, STEP[step].word));
    put_text(e, STEP[step].tail);
    put(e, CR);
    e->asked = true;
    e->got = false;
    e->passed_ms = 0;
    e->wait_ms = NILA_EZO_WAIT_MS;
}

static void finish(struct nila_ezo *e, int32_t value, uint16_t quality)
{
    e->busy = e->asked = false;
    e->result_x1000 = value;
    e->quality = quality;
}

void nila_ezo_ask(struct nila_ezo *e, const struct nila_ezo_water *water)
{
    if (e->busy)
        return;
    e->want = *water;
    e->busy = true;
    e->tries = e->starts = 0;
    e->asked = e->got = false;
    e->passed_ms = 0;
    e->wait_ms = NILA_EZO_QUIET_MS;
}

bool nila_ezo_take(struct nila_ezo *e, uint8_t *byte)
{
    if (e->out_at >= e->out_n)
        return false;
    *byte = (uint8_t)e->out[e->out_at++];
    return true;
}

/* -12.34 or 12.34,... -> x 1000, rounded. false: no number, or one that no circuit says. */
static bool number(const char *p, uint8_t n, int32_t *out)
{
    uint8_t i = 0, digits = 0, decimals = 0;
    bool negative = false, point = false;
    int64_t v = 0;

    if (n > 0 && p[0] == '-') {
        negative = true;
        i++;
    }
    for (; i < n && p[i] != ','; i++) {
        if (p[i] == '.' && !point) {
            point = true;
        } else if (p[i] >= '0' && p[i] <= '9' && digits < 12) {
            digits++;
            v = v * 10 + (p[i] - '0');
            decimals = (uint8_t)(decimals + point);
        } else {
            return false;
        }
    }
    if (digits == 0)
        return false;
    for (; decimals < 3; decimals++)
        v *= 10;
    for (; decimals > 3; decimals--)
        v = decimals == 4 ? nila_div(v, 10) : nila_quotient(v, 10);
    if (v > INT32_MAX)
        return false;
    *out = (int32_t)(negative ? -v : v);
    return true;
}

/* The answer to the present step is complete. */
static void answered(struct nila_ezo *e, bool ok)
{
    if (STEP[e->step].word != PLAIN) {
        struct nila_ezo_water *t = &e->told;
        int32_t *slot = STEP[e->step].word == TEMPERATURE ? &t->temp_x1000
                        : STEP[e->step].word == SALINITY  ? &t->sal_x1000
                                                          : &t->baro_pa_x1000;
        /* A refused one is not told again each round; another value is. */
        *slot = *wanted(&e->want, STEP[e->step].word);
    }
    if (e->step < STEP_R) {
        send_from(e, (uint8_t)(e->step + 1));
    } else if (!ok || !e->got) {
        finish(e, NILA_MISSING, NILA_Q_ABSENT);
    } else if (e->value_x1000 < RANGE[e->kind].low || e->value_x1000 > RANGE[e->kind].high) {
        finish(e, NILA_MISSING, NILA_Q_RANGE);
    } else {
        finish(e, e->value_x1000, NILA_Q_VALID);
    }
}

static bool is(const struct nila_ezo *e, const char *text)
{
    uint8_t i = 0;

    while (i < e->line_n && text[i] != '\0' && e->line[i] == text[i])
        i++;
    return i == e->line_n && text[i] == '\0';
}

/* The circuit begins anew and has forgotten what it was told (temperature is not kept over power). */
static void restarted(struct nila_ezo *e)
{
    e->restarts++;
    e->ready = false;
    e->told = (struct nila_ezo_water){NILA_MISSING, NILA_MISSING, NILA_MISSING};
    if (!e->busy || !e->asked)
        return;
    if (++e->starts > STARTS_MAX)
        finish(e, NILA_MISSING, NILA_Q_ABSENT); /* its supply is too weak to measure */
    else
        send_from(e, 0);
}

static void star(struct nila_ezo *e)
{
    if (is(e, "*RS")) {
        restarted(e);
    } else if (is(e, "*RE")) {
        /* "Ready" follows "restarted", or comes alone. */
        if (e->ready || !e->busy)
            restarted(e);
    } else if (is(e, "*OK")) {
        /* Before the number it belongs to an earlier question. */
        if (e->busy && e->asked && (e->step < STEP_R || e->got))
            answered(e, true);
    } else if (is(e, "*ER")) {
        e->errors++;
        if (e->busy && e->asked)
            answered(e, false);
    } else if (!is(e, "*OV") && !is(e, "*UV") && !is(e, "*SL") && !is(e, "*WA")) {
        e->junk++;
    }
}

static void line(struct nila_ezo *e)
{
    int32_t value;

    if (e->line[0] == '*') {
        star(e);
    } else if (!number(e->line, e->line_n, &value)) {
        e->junk++;
    } else if (e->busy && e->asked && e->step == STEP_R && !e->got) {
        e->got = true;
        e->value_x1000 = value;
        e->passed_ms = 0;
        e->wait_ms = NILA_EZO_TAIL_MS;
    }
}

void nila_ezo_byte(struct nila_ezo *e, uint8_t byte)
{
    if (byte == CR) {
        if (e->overlong)
            e->junk++;
        else if (e->line_n > 0)
            line(e);
        e->line_n = 0;
        e->overlong = false;
    } else if (byte == LF || e->overlong) {
        return;
    } else if (e->line_n < NILA_EZO_LINE) {
        e->line[e->line_n++] = (char)byte;
    } else {
        e->overlong = true;
    }
}

void nila_ezo_tick(struct nila_ezo *e, uint32_t ms)
{
    if (!e->busy)
        return;
    e->passed_ms =
        ms < (uint32_t)(UINT16_MAX - e->passed_ms) ? (uint16_t)(e->passed_ms + ms) : UINT16_MAX;
    if (e->passed_ms < e->wait_ms)
        return;
    if (!e->asked) {
        e->line_n = 0; /* half a line of the past */
        e->overlong = false;
        send_from(e, 0);
    } else if (e->got) {
        answered(e, true); /* the *OK was lost, the number was not */
    } else if (e->step < STEP_R) {
        answered(e, false);
    } else if (++e->tries < NILA_EZO_TRIES) {
        send_from(e, STEP_R);
    } else {
        /* It may have been unplugged and will come back new. */
        e->ready = false;
        e->told = (struct nila_ezo_water){NILA_MISSING, NILA_MISSING, NILA_MISSING};
        finish(e, NILA_MISSING, NILA_Q_ABSENT);
    }
}

bool nila_ezo_busy(const struct nila_ezo *e)
{
    return e->busy;
}

int32_t nila_ezo_result(const struct nila_ezo *e, uint16_t *quality)
{
    *quality = e->quality;
    return e->result_x1000;
}
