/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/common/log.h"
#include "columns.h"
#include "command.h"
#include "identify.h"
#include "json_out.h"

#define COUNT_DEFAULT 10
#define LIKE_MAX      3 /* guesses of one register that are worth a line */
#define WRITES_MAX    123

static const char *const ORDER[] = {"ABCD", "CDAB", "BADC", "DCBA"};
#define ORDERS 4

/* What a register is looked at as. */
static const struct type {
    const char *name;
    enum profile_type type;
} PAIR[] = {{"f32", PROFILE_F32}, {"u32", PROFILE_U32}, {"s32", PROFILE_S32}};
#define PAIRS 3

struct probe {
    const struct options *o;
    const struct command_line *line;
    struct bus_question q;
    struct bus_answer a;
    struct reg_block block;
    struct identify_guess guess[IDENTIFY_GUESSES];
    int guesses;
    uint16_t write[WRITES_MAX];
};

static bool is_bits(const struct probe *p)
{
    return p->q.function == 1 || p->q.function == 2;
}

/* The number of manuals: 40001 is the holding register at address 0. */
static void manual_number(char *buf, size_t size, int function, unsigned address)
{
    static const char FIRST[] = "?0143"; /* by function 1..4 */
    (void)snprintf(buf, size, "%c%0*u", function <= 4 ? FIRST[function] : '4',
                   address >= 9999 ? 5 : 4, address + 1);
}

/* --- what a value may be ------------------------------------------------------------------------------------------ */

struct like {
    enum metric metric;
    double scale, value;
};

/* What a tilapia pond mostly shows: narrower than what it can, or every number would be something. */
static unsigned likes(double raw, bool scaled, struct like like[static LIKE_MAX])
{
    static const struct {
        enum metric metric;
        double min, max;
    } USUAL[] = {
        {METRIC_TEMP_C, 20, 36},
        {METRIC_DO_MG_L, 0.5, 15},
        {METRIC_PH, 4, 10},
    };
    static const double SCALE[] = {1, 0.1, 0.01, 0.001};
    unsigned n = 0;

    for (size_t i = 0; i < sizeof USUAL / sizeof USUAL[0]; i++) {
        for (size_t k = scaled ? 1 : 0; k < (scaled ? 4 : 1) && n < LIKE_MAX; k++) {
            double v = raw * SCALE[k];
            /* a whole number is a value with decimals, or it would be coarse */
            if (!(v >= USUAL[i].min && v <= USUAL[i].max))
                continue;
            like[n++] = (struct like){USUAL[i].metric, SCALE[k], v};
            break;
        }
    }
    return n;
}

static void add_likes(struct buf *b, enum text_language l, double raw, bool scaled,
                      const char *order)
{
    struct like like[LIKE_MAX];
    unsigned n = likes(raw, scaled, like);
    char v[TEXT_NUMBER_SIZE], s[TEXT_NUMBER_SIZE];

    for (unsigned i = 0; i < n; i++) {
        buf_printf(b, "%s%s %s", b->n > 0 && b->p[b->n - 1] != '\t' ? ", " : "",
                   metric_info(like[i].metric)->name, command_number(v, l, like[i].value));
        if (like[i].scale != 1)
            buf_printf(b, " (x%s)", command_number(s, l, like[i].scale));
        if (order[0] != '\0')
            buf_printf(b, " (%s)", order);
    }
}

/* --- words -------------------------------------------------------------------------------------------------------- */

static void show_registers(struct buf *out, const struct probe *p)
{
    struct buf rows = {0};
    char number[16];

    text_add(&rows, p->o->l, is_bits(p) ? TEXT_PROBE_BITS_HEAD : TEXT_PROBE_HEAD, NULL);
    for (unsigned i = 0; i < p->q.count; i++) {
        unsigned r = p->block.regs[i];
        manual_number(number, sizeof number, p->q.function, p->q.first + i);
        if (is_bits(p)) {
            buf_printf(&rows, "%u\t%s\t%u\n", p->q.first + i, number, r);
            continue;
        }
        buf_printf(&rows, "%u\t%s\t%04X\t%u\t%d\t", p->q.first + i, number, r, r, (int)(int16_t)r);
        add_likes(&rows, p->o->l, (double)(int16_t)r, true, "");
        buf_str(&rows, "\n");
    }
    columns(out, &rows);
    buf_free(&rows);
}

static double pair(const struct probe *p, unsigned i, enum profile_type type, const char *order)
{
    uint64_t bits;
    return decode_raw(&p->block.regs[i], type, order, &bits);
}

static void show_pairs(struct buf *out, const struct probe *p, const struct type *t)
{
    struct buf rows = {0};

    buf_printf(&rows, "%s\t%s\t%s\t%s\t%s\n", t->name, ORDER[0], ORDER[1], ORDER[2], ORDER[3]);
    for (unsigned i = 0; i + 1 < p->q.count; i++) {
        struct buf like = {0};
        char v[TEXT_NUMBER_SIZE];
        buf_printf(&rows, "%u-%u", p->q.first + i, p->q.first + i + 1);
        buf_str(&like, "\t");
        for (int k = 0; k < ORDERS; k++) {
            double value = pair(p, i, t->type, ORDER[k]);
            if (t->type == PROFILE_F32)
                buf_printf(&rows, "\t%s", command_number(v, p->o->l, value));
            else
                buf_printf(&rows, "\t%.0f", value);
            add_likes(&like, p->o->l, value, t->type != PROFILE_F32, ORDER[k]);
        }
        if (like.n > 1)
            buf_str(&rows, like.p);
        buf_free(&like);
        buf_str(&rows, "\n");
    }
    columns(out, &rows);
    buf_free(&rows);
}

static void show_guesses(struct buf *out, const struct probe *p)
{
    struct buf rows = {0};
    char v[TEXT_NUMBER_SIZE];

    if (p->guesses == 0) {
        text_add(out, p->o->l, TEXT_PROBE_UNKNOWN, NULL);
        return;
    }
    for (int i = 0; i < p->guesses; i++) {
        const struct identify_guess *g = &p->guess[i];
        text_add(&rows, p->o->l, TEXT_PROBE_LIKELY, g->p->id, g->p->maker, g->p->model, NULL);
        for (unsigned k = 0; k < g->set.n; k++)
            buf_printf(&rows, "%s%s %s %s", k > 0 ? ", " : "  ",
                       metric_info(g->set.v[k].metric)->name,
                       command_number(v, p->o->l, g->set.v[k].value),
                       metric_info(g->set.v[k].metric)->unit);
        buf_str(&rows, "\n");
    }
    buf_add(out, rows.p, rows.n);
    buf_free(&rows);
}

static void show_words(struct buf *out, const struct probe *p)
{
    char unit[16], function[16], range[32], ms[16], first[16], last[16];
    unsigned end = p->q.first + p->q.count - 1U;

    manual_number(first, sizeof first, p->q.function, p->q.first);
    manual_number(last, sizeof last, p->q.function, end);
    (void)snprintf(unit, sizeof unit, "%d", p->q.unit);
    (void)snprintf(function, sizeof function, "%d", p->q.function);
    (void)snprintf(range, sizeof range, "%u-%u", (unsigned)p->q.first, end);
    (void)snprintf(ms, sizeof ms, "%d", p->a.answer_ms);
    text_add(out, p->o->l, TEXT_PROBE_TITLE, unit, function, range, first, last, ms, NULL);
    show_registers(out, p);
    for (size_t t = 0; !is_bits(p) && p->q.count > 1 && t < PAIRS; t++) {
        buf_str(out, "\n");
        show_pairs(out, p, &PAIR[t]);
    }
    if (!is_bits(p)) {
        buf_str(out, "\n");
        show_guesses(out, p);
    }
}

/* --- JSON --------------------------------------------------------------------------------------------------------- */

static void json_pairs(struct buf *out, const struct probe *p)
{
    for (unsigned i = 0; !is_bits(p) && i + 1 < p->q.count; i++) {
        buf_printf(out, "%s{\"address\":%u", i > 0 ? "," : "", p->q.first + i);
        for (size_t t = 0; t < PAIRS; t++) {
            struct buf values = {0};
            for (int k = 0; k < ORDERS; k++)
                json_number(&values, ORDER[k], pair(p, i, PAIR[t].type, ORDER[k]));
            buf_printf(out, ",\"%s\":{%s}", PAIR[t].name, values.p + 1);
            buf_free(&values);
        }
        buf_str(out, "}");
    }
}

static void json_guesses(struct buf *out, const struct probe *p)
{
    for (int i = 0; i < p->guesses; i++) {
        const struct identify_guess *g = &p->guess[i];
        buf_printf(out, "%s{\"id\":\"%s\",\"certain\":%s", i > 0 ? "," : "", g->p->id,
                   g->certain ? "true" : "false");
        json_number(out, "score", g->score);
        struct buf values = {0};
        buf_str(&values, ",");
        for (unsigned k = 0; k < g->set.n; k++)
            json_number(&values, metric_info(g->set.v[k].metric)->name, g->set.v[k].value);
        buf_printf(out, ",\"values\":{%s}}", values.p + (g->set.n > 0 ? 2 : 1));
        buf_free(&values);
    }
}

static void show_json(struct buf *out, const struct probe *p)
{
    char number[16];

    buf_printf(out,
               "{\"unit\":%d,\"function\":%d,\"first\":%u,\"count\":%u,\"answer_ms\":%d,"
               "\"registers\":[",
               p->q.unit, p->q.function, (unsigned)p->q.first, (unsigned)p->q.count,
               p->a.answer_ms);
    for (unsigned i = 0; i < p->q.count; i++) {
        unsigned r = p->block.regs[i];
        manual_number(number, sizeof number, p->q.function, p->q.first + i);
        buf_printf(out,
                   "%s{\"address\":%u,\"number\":\"%s\",\"hex\":\"%04X\",\"u16\":%u,\"s16\":%d}",
                   i > 0 ? "," : "", p->q.first + i, number, r, r, (int)(int16_t)r);
    }
    buf_str(out, "],\"pairs\":[");
    json_pairs(out, p);
    buf_str(out, "],\"profiles\":[");
    json_guesses(out, p);
    buf_str(out, "]}\n");
}

/* --- the command -------------------------------------------------------------------------------------------------- */

/* "1,2,3" into p->write; false: not understood. */
static bool take_writes(struct probe *p, const char *text)
{
    unsigned n = 0;

    for (const char *at = text;;) {
        char *end;
        long v = options_whole(at, &end);
        if (end == at || v < 0 || v > 65535 || n == WRITES_MAX)
            return false;
        p->write[n++] = (uint16_t)v;
        if (*end == '\0')
            break;
        if (*end != ',')
            return false;
        at = end + 1;
    }
    p->q.write = p->write;
    p->q.count = (uint16_t)n;
    return true;
}

/* --register 40001 says function and address in one; 400001 is the form for more than 9999. */
static int take_register(const struct options *o, struct probe *p)
{
    static const int FUNCTION[] = {1, 2, 0, 4, 3}; /* by the first digit */
    int digit = o->reg > 99999 ? o->reg / 100000 : o->reg / 10000;
    int number = o->reg > 99999 ? o->reg % 100000 : o->reg % 10000;
    char text[16];

    (void)snprintf(text, sizeof text, "%d", o->reg);
    if (digit == 2 || digit > 4 || number < 1 || o->first != OPTIONS_NOT_SAID ||
        o->function != OPTIONS_NOT_SAID)
        return options_usage(o, TEXT_USAGE_REGISTER, text, NULL, NULL);
    p->q.function = FUNCTION[digit];
    p->q.first = (uint16_t)(number - 1);
    return EX_OK;
}

static int take_wishes(const struct options *o, struct probe *p)
{
    if (o->unit == OPTIONS_NOT_SAID || (o->first == OPTIONS_NOT_SAID && o->reg == OPTIONS_NOT_SAID))
        return options_usage(o, TEXT_USAGE_PROBE, NULL, NULL, NULL);
    p->q.unit = o->unit;
    p->q.function = o->function != OPTIONS_NOT_SAID ? o->function : 3;
    p->q.first = (uint16_t)(o->first != OPTIONS_NOT_SAID ? o->first : 0);
    p->q.count = (uint16_t)(o->count != OPTIONS_NOT_SAID ? o->count : COUNT_DEFAULT);
    if (o->reg != OPTIONS_NOT_SAID) {
        int rc = take_register(o, p);
        if (rc != EX_OK)
            return rc;
    }
    /* what lies beyond the last address is not asked for when nobody said how many */
    if (o->count == OPTIONS_NOT_SAID && p->q.first + p->q.count > 65536)
        p->q.count = (uint16_t)(65536 - p->q.first);
    if (o->write != NULL && !take_writes(p, o->write))
        return options_usage(o, TEXT_USAGE_VALUE, "write", o->write, "0..65535,...");
    if ((o->write != NULL || bus_is_write(p->q.function)) &&
        !(o->allow_write && o->write != NULL && bus_is_write(p->q.function)))
        return options_usage(o, TEXT_USAGE_WRITE, NULL, NULL, NULL);
    return EX_OK;
}

static int guess(struct probe *p)
{
    struct identify *id = NULL;
    char why[256];

    if (identify_open(&id, command_devices(p->o), why, sizeof why) != 0) {
        log_warnx("%s", why);
        return EX_NOINPUT;
    }
    p->guesses =
        identify_block(id, p->q.unit, p->line->c.kind == SITE_BUS_SERIAL ? p->line->c.baud : 0,
                       &p->block, p->guess);
    struct buf out = {0};
    if (p->o->json)
        show_json(&out, p);
    else
        show_words(&out, p);
    identify_close(id);
    return command_finish(&out);
}

static int ask(struct probe *p)
{
    int rc;

    p->q.timeout_ms =
        p->o->timeout_ms != OPTIONS_NOT_SAID ? p->o->timeout_ms : p->line->c.timeout_ms;
    p->block =
        (struct reg_block){.function = p->q.function, .first = p->q.first, .count = p->q.count};
    if (p->q.write != NULL && !asker_by_collector(p->line->asker)) {
        command_say(p->o, TEXT_PROBE_WRITE_ALONE, p->o->config, NULL, NULL, NULL);
        return EX_UNAVAILABLE;
    }
    rc = asker_ask(p->line->asker, &p->q, p->block.regs, &p->a);
    if (rc != 0)
        return command_ask_failed(p->o, rc, p->a.text);
    if (p->q.write != NULL && p->o->json) {
        struct buf out = {0};
        buf_printf(
            &out, "{\"unit\":%d,\"function\":%d,\"first\":%u,\"written\":%u,\"answer_ms\":%d}\n",
            p->q.unit, p->q.function, (unsigned)p->q.first, (unsigned)p->q.count, p->a.answer_ms);
        return command_finish(&out);
    }
    if (p->q.write != NULL) {
        command_say(p->o, TEXT_PROBE_WRITTEN, NULL, NULL, NULL, NULL);
        return EX_OK;
    }
    return guess(p);
}

int command_probe(const struct options *o)
{
    struct command_line line;
    struct probe *p = xcalloc(1, sizeof *p);
    int rc;

    p->o = o;
    p->line = &line;
    rc = take_wishes(o, p);
    if (rc == EX_OK) {
        rc = command_line_open(o, &line);
        if (rc == EX_OK)
            rc = ask(p);
        command_line_close(&line);
    }
    free(p);
    return rc;
}
