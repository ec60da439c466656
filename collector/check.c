/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "check_notes.h"
#include "collector/common/log.h"
#include "inputs.h"
#include "plan.h"
#include "setup.h"
#include "switcher.h"

/* A character on an RTU line has 11 bits: start, 8 data, parity or a second stop bit, stop (Modbus over serial line 1.02,
 * 2.5.1; 8N1 devices use 10). A request has 8 bytes, an answer 5 and two a register; two gaps of 3.5 characters. */
#define CHAR_BITS     11.0
#define REQUEST_CHARS 8
#define ANSWER_CHARS  5
#define GAP_CHARS     7
#define TURNAROUND_MS \
    50.0 /* what a device takes to answer, when its profile says nothing; farm probes take 5 to 100 */
#define BUSY_PCT_LIMIT 80

static double request_ms(const struct site_bus *bus, unsigned registers)
{
    double chars = REQUEST_CHARS + ANSWER_CHARS + 2.0 * registers + GAP_CHARS;
    return chars * CHAR_BITS * 1000 / bus->baud + TURNAROUND_MS + bus->gap_ms;
}

/* Share of time a serial line is in use, in per cent; -1 for TCP. */
static int busy_pct(const struct site *site, const struct plan *plan, int bus)
{
    double use = 0;

    if (site->bus[bus].kind != SITE_BUS_SERIAL)
        return -1;
    for (unsigned i = 0; i < site->devices; i++)
        for (unsigned k = 0; site->device[i].bus == bus && k < plan[i].n; k++)
            use +=
                request_ms(&site->bus[bus], plan[i].b[k].count) / (site->device[i].every_s * 1e3);
    return use > 99 ? 9900 : (int)(use * 100 + 0.5);
}

/* "0-29 (40001-40030)": the address on the wire, and the number of most manuals. */
static void add_block(struct buf *out, enum text_language l, const struct plan_block *b)
{
    const unsigned end = b->first + (unsigned)b->count;
    const int digits = end > 9999 ? 5 : 4, series = b->function == 4 ? 3 : 4;
    char function[12], address[24], manual[32];

    (void)snprintf(function, sizeof function, "%d", b->function);
    (void)snprintf(address, sizeof address, "%u-%u", (unsigned)b->first, end - 1);
    (void)snprintf(manual, sizeof manual, "%d%0*u-%d%0*u", series, digits, b->first + 1U, series,
                   digits, end);
    text_add(out, l, TEXT_CHECK_BLOCK, function, address, manual, NULL);
}

static void show_device(struct buf *out, enum text_language l, const struct setup *s, unsigned i,
                        const struct plan *plan)
{
    const struct site_device *d = &s->site->device[i];
    const char *bus = s->site->bus[d->bus].slug;
    char unit[12], number[12];

    (void)snprintf(unit, sizeof unit, "%d", d->unit);
    (void)snprintf(number, sizeof number, "%d",
                   plan->n > 0 ? d->every_s : s->profile[i]->relay.count);
    if (plan->n == 0) {
        text_add(out, l, TEXT_CHECK_SWITCHED, d->slug, d->profile, bus, unit, number, NULL);
        return;
    }
    text_add(out, l, TEXT_CHECK_DEVICE, d->slug, d->profile, bus, unit, number, NULL);
    for (unsigned k = 0; k < plan->n; k++) {
        if (k > 0)
            buf_str(out, ";");
        add_block(out, l, &plan->b[k]);
    }
    buf_str(out, "\n");
}

/* A limit as it was written, three decimals at most. */
static const char *limit(char number[static TEXT_NUMBER_SIZE], enum text_language l, double v)
{
    static const double SCALE[] = {1, 10, 100};
    int decimals = 0;

    while (decimals < 3 && fabs(v * SCALE[decimals] - round(v * SCALE[decimals])) > 1e-9)
        decimals++;
    return text_number(number, l, v, decimals);
}

static void add_condition(struct buf *out, enum text_language l, const struct site *site,
                          const struct site_condition *c)
{
    char at[TEXT_NUMBER_SIZE], until[TEXT_NUMBER_SIZE];

    text_add(out, l, c->above ? TEXT_CHECK_ABOVE : TEXT_CHECK_BELOW, metric_info(c->metric)->name,
             c->pond >= 0 ? site->pond[c->pond].slug : site->slug, limit(at, l, c->at),
             limit(until, l, c->until), NULL);
}

static void show_reflex(struct buf *out, enum text_language l, const struct site *site,
                        const struct site_reflex *x)
{
    static const enum text LOST[] = {[SITE_LOST_KEEP] = TEXT_CHECK_LOST_KEEP,
                                     [SITE_LOST_ON] = TEXT_CHECK_LOST_ON,
                                     [SITE_LOST_OFF] = TEXT_CHECK_LOST_OFF};
    char channel[12], age[TEXT_NUMBER_SIZE];

    (void)snprintf(channel, sizeof channel, "%d", x->channel);
    text_add(out, l, TEXT_CHECK_SWITCH, x->slug, x->name, site->device[x->device].slug, channel,
             NULL);
    for (unsigned k = 0; k < x->conditions; k++)
        add_condition(out, l, site, &x->condition[k]);
    if (x->conditions == 0)
        text_add(out, l, TEXT_CHECK_BY_HAND, NULL);
    else
        text_add(out, l, LOST[x->when_lost], text_number(age, l, x->max_age_s, 0), NULL);
    buf_str(out, "\n");
}

static void show_input(struct buf *out, enum text_language l, const struct site *site,
                       const struct site_input *x)
{
    const bool module = x->kind == SITE_INPUT_MODULE;
    char place[12];

    (void)snprintf(place, sizeof place, "%d", module ? x->channel : x->gpio_line);
    text_add(out, l, module ? TEXT_CHECK_INPUT : TEXT_CHECK_GPIO, x->slug, x->name,
             module ? site->device[x->device].slug : x->chip, place, NULL);
}

static void show_words(struct buf *out, enum text_language l, const struct setup *s,
                       const struct plan *plan)
{
    const struct site *site = s->site;

    for (unsigned i = 0; i < site->devices; i++)
        show_device(out, l, s, i, &plan[i]);
    for (unsigned i = 0; i < site->buses; i++) {
        const int pct = busy_pct(site, plan, (int)i);
        char number[TEXT_NUMBER_SIZE];
        if (pct >= 0)
            text_add(out, l, pct > BUSY_PCT_LIMIT ? TEXT_CHECK_TOO_BUSY : TEXT_CHECK_BUSY,
                     site->bus[i].slug, text_number(number, l, pct, 0), NULL);
    }
    for (unsigned i = 0; i < site->inputs; i++)
        show_input(out, l, site, &site->input[i]);
    for (unsigned i = 0; i < site->reflexes; i++)
        show_reflex(out, l, site, &site->reflex[i]);
}

static void show_json(struct buf *out, const char *config, const struct setup *s,
                      enum text_language l, const struct plan *plan)
{
    const struct site *site = s->site;

    buf_printf(out, "{\"site\":\"%s\",\"devices\":[", site->slug);
    for (unsigned i = 0; i < site->devices; i++) {
        const struct site_device *d = &site->device[i];
        buf_printf(out,
                   "%s{\"slug\":\"%s\",\"profile\":\"%s\",\"bus\":\"%s\",\"unit\":%d,"
                   "\"every_s\":%d,\"requests\":[",
                   i > 0 ? "," : "", d->slug, d->profile, site->bus[d->bus].slug, d->unit,
                   d->every_s);
        for (unsigned k = 0; k < plan[i].n; k++)
            buf_printf(out, "%s{\"function\":%d,\"first\":%u,\"count\":%u}", k > 0 ? "," : "",
                       plan[i].b[k].function, (unsigned)plan[i].b[k].first,
                       (unsigned)plan[i].b[k].count);
        buf_str(out, "]}");
    }
    buf_str(out, "],\"buses\":[");
    for (unsigned i = 0; i < site->buses; i++)
        buf_printf(out, "%s{\"slug\":\"%s\",\"busy_pct\":%d}", i > 0 ? "," : "", site->bus[i].slug,
                   busy_pct(site, plan, (int)i));
    buf_str(out, "],\"notes\":[");
    (void)check_notes(out, config, s, l, true);
    buf_str(out, "]}\n");
}

static void show_notes(struct buf *out, const char *config, const struct setup *s,
                       enum text_language l)
{
    struct buf notes = {0};
    char number[TEXT_NUMBER_SIZE];
    const unsigned n = check_notes(&notes, config, s, l, false);

    if (n > 0) {
        text_add(out, l, TEXT_CHECK_NOTES, text_number(number, l, n, 0), NULL);
        buf_add(out, notes.p, notes.n);
    }
    buf_free(&notes);
}

int check_site(const char *config, const char *devices, enum text_language l, bool json,
               struct buf *out, char *why, size_t why_size)
{
    struct setup s = {0};
    struct plan *plan = NULL;
    char words[200];
    int rc = setup_load(&s, config, devices, why, why_size);

    if (rc != 0)
        return rc;
    rc = switcher_check(s.site, (const struct profile *const *)s.profile, why, why_size);
    if (rc == 0)
        rc = inputs_check(s.site, (const struct profile *const *)s.profile, why, why_size);
    plan = xcalloc(s.site->devices, sizeof *plan);
    for (unsigned i = 0; rc == 0 && i < s.site->devices; i++) {
        rc = plan_make(&plan[i], s.profile[i], words, sizeof words);
        if (rc != 0)
            (void)snprintf(why, why_size, "profile %s: %s", s.site->device[i].profile, words);
    }
    if (rc == 0 && json) {
        show_json(out, config, &s, l, plan);
    } else if (rc == 0) {
        char n[4][TEXT_NUMBER_SIZE];
        show_words(out, l, &s, plan);
        show_notes(out, config, &s, l);
        text_add(out, l, TEXT_CHECK_GOOD, config, text_number(n[0], l, s.site->ponds, 0),
                 text_number(n[1], l, s.site->buses, 0), text_number(n[2], l, s.site->devices, 0),
                 text_number(n[3], l, s.site->sinks, 0), NULL);
    }
    free(plan);
    setup_free(&s);
    return rc;
}
