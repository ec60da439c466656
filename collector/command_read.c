/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One round of one device, as the collector serves it; a collector that has the line puts the questions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "columns.h"
#include "command.h"
#include "json_out.h"
#include "judge_words.h"
#include "read_round.h"
#include "run.h"
#include "setup.h"

struct round {
    const struct options *o;
    const struct setup *setup;
    struct read_round read;
};

static const struct site_device *device_of(const struct round *r)
{
    return &r->setup->site->device[r->read.index];
}

static void say_waits(void *arg, double seconds)
{
    const struct round *r = arg;
    char n[TEXT_NUMBER_SIZE];

    if (!r->o->quiet)
        command_say(r->o, TEXT_READ_STARTED, device_of(r)->slug,
                    text_number(n, r->o->l, seconds, 0), NULL, NULL);
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
    for (unsigned i = 0; i < r->read.set.n; i++) {
        const struct reading_value *x = &r->read.set.v[i];
        buf_printf(&rows, "%s\t%s %s\t", metric_info(x->metric)->name,
                   command_number(v, r->o->l, x->value), metric_info(x->metric)->unit);
        judge_words(&rows, r->o->l, x);
        buf_str(&rows, "\n");
    }
    columns(out, &rows);
    buf_free(&rows);
    if (r->read.set.n == 0 && r->setup->profile[r->read.index]->n == 0)
        text_add(out, r->o->l, TEXT_READ_SWITCHES, d->slug, NULL);
    else if (r->read.set.n == 0)
        text_add(out, r->o->l, TEXT_READ_NOTHING, NULL);
    if (r->read.note[0] != '\0')
        text_add(out, r->o->l, TEXT_READ_NOTE, r->read.note, NULL);
}

static void show_json(struct buf *out, const struct round *r)
{
    const struct site_device *d = device_of(r);

    buf_printf(out, "{\"device\":\"%s\"", d->slug);
    json_member(out, "profile", d->profile);
    json_member(out, "bus", r->setup->site->bus[d->bus].slug);
    json_whole(out, "unit", d->unit);
    json_whole(out, "ts_ms", r->read.set.ts_ms);
    json_member(out, "note", r->read.note);
    buf_str(out, ",\"values\":[");
    for (unsigned i = 0; i < r->read.set.n; i++) {
        const struct reading_value *x = &r->read.set.v[i];
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
    rc = read_round_ask(&r->read, line.asker);
    command_line_close(&line);
    if (rc != 0 && r->read.set.n == 0)
        return command_ask_failed(r->o, rc, r->read.note);
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
    r->read = (struct read_round){.site = setup.site,
                                  .index = (unsigned)index,
                                  .p = setup.profile[index],
                                  .waits = say_waits,
                                  .arg = r};
    rc = serve(r);
    free(r);
    setup_free(&setup);
    return rc;
}
