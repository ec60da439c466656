/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One round of one device, as the collector serves it; a collector that has the line puts the questions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "columns.h"
#include "command.h"
#include "device.h"
#include "json_out.h"
#include "judge_words.h"
#include "run.h"
#include "setup.h"

#define READY_MS 60000 /* the longest wait for a device that was told to measure */

struct round {
    const struct options *o;
    const struct setup *setup;
    unsigned index;
    struct reading_set set;
    char note[256]; /* what was wrong in spite of the values, "" nothing */
};

static const struct site_device *device_of(const struct round *r)
{
    return &r->setup->site->device[r->index];
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

static int one_round(struct round *r, struct device *dev, struct asker *asker)
{
    struct bus_question q;
    struct bus_answer a;
    uint16_t *regs;

    device_begin(dev, clock_mono_ms());
    while (device_next(dev, &q, &regs)) {
        int64_t from_ms = clock_mono_ms();
        int rc = asker_ask(asker, &q, regs, &a);
        /* the collector's own troubles are no answer of the device */
        if (rc == NILA_ERR_BUSY || rc == NILA_ERR_REFUSED || rc == NILA_ERR_DENIED ||
            rc == NILA_ERR_CLOSED) {
            (void)snprintf(r->note, sizeof r->note, "%s", a.text);
            return rc;
        }
        device_answer(dev, rc, &a, from_ms);
    }
    return device_end(dev, &r->set, clock_trusted());
}

/* A device that must be told to measure is read when it is ready. */
static int rounds(struct round *r, struct device *dev, struct asker *asker)
{
    int64_t end_ms = clock_mono_ms() + READY_MS;
    int rc = one_round(r, dev, asker);
    bool said = r->o->quiet;

    while (rc == 0 && r->set.n == 0 && dev->at_once && dev->at_once_ms < end_ms) {
        char seconds[TEXT_NUMBER_SIZE];
        (void)text_number(seconds, r->o->l, (double)(dev->at_once_ms - clock_mono_ms()) / 1000, 0);
        if (!said)
            command_say(r->o, TEXT_READ_STARTED, device_of(r)->slug, seconds, NULL, NULL);
        said = true;
        clock_sleep_until(dev->at_once_ms);
        rc = one_round(r, dev, asker);
    }
    return rc;
}

static int ask(struct round *r, struct asker *asker)
{
    struct poll_device_stats stats;
    struct device dev;
    int rc = device_init(&dev, r->setup->site, r->index, r->setup->profile[r->index], NULL, r->note,
                         sizeof r->note);

    if (rc != 0)
        return rc;
    if (asker_by_collector(asker)) /* it keeps its devices started */
        dev.start.deaf_ms = INT64_MAX;
    rc = rounds(r, &dev, asker);
    r->set.ts_ms = clock_wall_ms();
    device_copy_stats(&dev, &stats);
    if (r->note[0] == '\0')
        (void)snprintf(r->note, sizeof r->note, "%s", stats.error);
    device_done(&dev);
    return rc;
}

/* --- what people see ---------------------------------------------------------------------------------------------- */

static void show_words(struct buf *out, const struct round *r)
{
    const struct site_device *d = device_of(r);
    struct buf rows = {0};
    char unit[16], v[TEXT_NUMBER_SIZE];

    (void)snprintf(unit, sizeof unit, "%d", d->unit);
    text_add(out, r->o->l, TEXT_READ_TITLE, d->slug, d->profile, r->setup->site->bus[d->bus].slug,
             unit, NULL);
    for (unsigned i = 0; i < r->set.n; i++) {
        const struct reading_value *x = &r->set.v[i];
        buf_printf(&rows, "%s\t%s %s\t", metric_info(x->metric)->name,
                   command_number(v, r->o->l, x->value), metric_info(x->metric)->unit);
        judge_words(&rows, r->o->l, x);
        buf_str(&rows, "\n");
    }
    columns(out, &rows);
    buf_free(&rows);
    if (r->set.n == 0 && r->setup->profile[r->index]->n == 0)
        text_add(out, r->o->l, TEXT_READ_SWITCHES, d->slug, NULL);
    else if (r->set.n == 0)
        text_add(out, r->o->l, TEXT_READ_NOTHING, NULL);
    if (r->note[0] != '\0')
        text_add(out, r->o->l, TEXT_READ_NOTE, r->note, NULL);
}

static void show_json(struct buf *out, const struct round *r)
{
    const struct site_device *d = device_of(r);

    buf_printf(out, "{\"device\":\"%s\"", d->slug);
    json_member(out, "profile", d->profile);
    json_member(out, "bus", r->setup->site->bus[d->bus].slug);
    json_whole(out, "unit", d->unit);
    json_whole(out, "ts_ms", r->set.ts_ms);
    json_member(out, "note", r->note);
    buf_str(out, ",\"values\":[");
    for (unsigned i = 0; i < r->set.n; i++) {
        const struct reading_value *x = &r->set.v[i];
        buf_printf(out, "%s{\"metric\":\"%s\"", i > 0 ? "," : "", metric_info(x->metric)->name);
        json_number(out, "value", x->value);
        json_whole(out, "flag", x->flag);
        json_whole(out, "bits", x->bits);
        buf_str(out, "}");
    }
    buf_str(out, "]}\n");
}

/* --- the command -------------------------------------------------------------------------------------------------- */

static int find_device(const struct site *s, const char *slug)
{
    for (unsigned i = 0; i < s->devices; i++)
        if (strcmp(s->device[i].slug, slug) == 0)
            return (int)i;
    return -1;
}

static int serve(struct round *r)
{
    const struct site_device *d = device_of(r);
    struct command_line line;
    struct buf out = {0};
    int rc = command_line_open_bus(r->o, r->setup->site, d->bus, &line);

    if (rc != EX_OK) {
        command_line_close(&line);
        return rc;
    }
    rc = ask(r, line.asker);
    command_line_close(&line);
    if (rc != 0 && r->set.n == 0)
        return command_ask_failed(r->o, rc, r->note);
    if (r->o->json)
        show_json(&out, r);
    else
        show_words(&out, r);
    return command_finish(&out);
}

int command_read(const struct options *o)
{
    struct site *site = NULL;
    struct setup setup = {0};
    struct round *r;
    char why[400];
    int rc = command_site(o, &site), index;

    site_free(site);
    if (rc != EX_OK)
        return rc;
    rc = setup_load(&setup, o->config, o->devices, why, sizeof why);
    if (rc != 0) {
        log_warnx("%s", why);
        return run_exit_code(rc);
    }
    index = find_device(setup.site, o->word[1]);
    if (index < 0) {
        setup_free(&setup);
        return options_usage(o, TEXT_USAGE_NO_DEVICE, o->word[1], o->config, NULL);
    }
    r = xcalloc(1, sizeof *r);
    r->o = o;
    r->setup = &setup;
    r->index = (unsigned)index;
    rc = serve(r);
    free(r);
    setup_free(&setup);
    return rc;
}
