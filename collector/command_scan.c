/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/common/log.h"
#include "columns.h"
#include "command.h"
#include "json_out.h"
#include "progress.h"
#include "scan.h"

#define TCP_EVERYBODY \
    10 /* so many units in a row that all answer: the host does not look at the number */

struct view {
    const struct options *o;
    const struct command_line *line;
    const struct scan *scan;
    struct progress progress;
    struct scan_found *found;
    size_t n;
};

static void show_progress(void *arg, size_t done, size_t all)
{
    progress_at(arg, done, all);
}

static void keep(void *arg, const struct scan_found *f)
{
    struct view *v = arg;

    v->found = xrealloc(v->found, v->n + 1, sizeof *v->found);
    v->found[v->n++] = *f;
}

/* --- what the site file says -------------------------------------------------------------------------------------- */

/* The device of the site file that should be at this unit of the line; NULL: none. */
static const struct site_device *configured(const struct view *v, int unit)
{
    const struct site *s = v->line->site;

    for (unsigned i = 0; s != NULL && i < s->devices; i++)
        if (s->device[i].bus == v->line->bus && s->device[i].unit == unit)
            return &s->device[i];
    return NULL;
}

static bool at_own_speed(const struct view *v, const struct scan_found *f)
{
    return f->speed.baud == 0 ||
           (f->speed.baud == v->line->c.baud && f->speed.parity == v->line->c.parity);
}

static bool likely(const struct scan_found *f, const char *profile)
{
    for (int i = 0; i < f->guesses; i++)
        if (strcmp(f->guess[i].p->id, profile) == 0)
            return true;
    return false;
}

/* Did d answer where the site file has it, and may it be what the file says? */
static const struct scan_found *in_place(const struct view *v, const struct site_device *d)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->found[i].unit == d->unit && at_own_speed(v, &v->found[i]) && !v->found[i].garbled)
            return &v->found[i];
    return NULL;
}

/* A stranger that could be d with another number or speed. */
static const struct scan_found *elsewhere(const struct view *v, const struct site_device *d)
{
    for (size_t i = 0; i < v->n; i++) {
        const struct scan_found *f = &v->found[i];
        if ((configured(v, f->unit) == NULL || !at_own_speed(v, f)) && likely(f, d->profile))
            return f;
    }
    return NULL;
}

/* --- words -------------------------------------------------------------------------------------------------------- */

static void speed_text(char *buf, size_t size, const struct scan_speed *s)
{
    if (s->baud > 0)
        (void)snprintf(buf, size, "%d %c", s->baud, s->parity);
    else
        (void)snprintf(buf, size, "-");
}

static void add_guesses(struct buf *b, enum text_language l, const struct scan_found *f)
{
    if (f->garbled) {
        text_add(b, l, TEXT_SCAN_GARBLED, NULL);
        return;
    }
    if (f->guesses == 0)
        text_add(b, l, TEXT_SCAN_UNKNOWN, NULL);
    for (int i = 0; i < f->guesses; i++) {
        const struct identify_guess *g = &f->guess[i];
        if (i > 0)
            buf_str(b, i == 1 ? " (" : ", ");
        buf_str(b, g->p->id);
        if (g->certain) {
            text_add(b, l, TEXT_SCAN_CERTAIN, NULL);
            return;
        }
        buf_str(b, i > 0 && i == f->guesses - 1 ? "?)" : "?");
    }
}

static void show_unit(struct buf *rows, const struct view *v, const struct scan_found *f)
{
    const struct site_device *d = at_own_speed(v, f) ? configured(v, f->unit) : NULL;
    char speed[32];

    speed_text(speed, sizeof speed, &f->speed);
    buf_printf(rows, "%d\t%s\t%d ms\t", f->unit, speed, f->answer_ms);
    add_guesses(rows, v->o->l, f);
    buf_str(rows, "\t");
    if (f->name.maker[0] != '\0' || f->name.product[0] != '\0')
        buf_printf(rows, "%s %s %s", f->name.maker, f->name.product, f->name.version);
    buf_str(rows, "\t");
    if (d != NULL)
        buf_str(rows, d->slug);
    else if (v->line->site != NULL)
        text_add(rows, v->o->l, TEXT_SCAN_STRANGER, NULL);
    buf_str(rows, "\n");
}

/* The devices of the site file that are not where it says. */
static void show_missing(struct buf *out, const struct view *v)
{
    const struct site *s = v->line->site;

    for (unsigned i = 0; s != NULL && i < s->devices; i++) {
        const struct site_device *d = &s->device[i];
        const struct scan_found *here, *there;
        char unit[16], at[16], speed[32];

        if (d->bus != v->line->bus || !v->scan->unit[d->unit])
            continue;
        (void)snprintf(unit, sizeof unit, "%d", d->unit);
        here = in_place(v, d);
        there = here == NULL || !likely(here, d->profile) ? elsewhere(v, d) : NULL;
        if (there != NULL) {
            (void)snprintf(at, sizeof at, "%d", there->unit);
            speed_text(speed, sizeof speed, &there->speed);
            text_add(out, v->o->l, TEXT_SCAN_ELSEWHERE, d->slug, unit, at, speed, NULL);
        } else if (here == NULL) {
            text_add(out, v->o->l, TEXT_SCAN_SILENT, d->slug, unit, NULL);
        } else if (here->guesses > 0 && !likely(here, d->profile)) {
            text_add(out, v->o->l, TEXT_SCAN_OTHER, d->slug, d->profile, here->guess[0].p->id,
                     NULL);
        }
    }
}

static bool everybody(const struct view *v)
{
    return v->line->c.kind == SITE_BUS_TCP && v->n >= TCP_EVERYBODY &&
           v->found[v->n - 1].unit - v->found[0].unit + 1 == (int)v->n;
}

static void show_words(struct buf *out, const struct view *v)
{
    struct buf rows = {0};
    char n[TEXT_NUMBER_SIZE];

    text_add(out, v->o->l, TEXT_SCAN_FOUND, text_number(n, v->o->l, (double)v->n, 0), NULL);
    if (v->n > 0) {
        text_add(&rows, v->o->l, TEXT_SCAN_HEAD, NULL);
        for (size_t i = 0; i < v->n; i++)
            show_unit(&rows, v, &v->found[i]);
        columns(out, &rows);
        buf_free(&rows);
    }
    show_missing(out, v);
    if (everybody(v))
        text_add(out, v->o->l, TEXT_SCAN_EVERYBODY, NULL);
    if (v->n == 0)
        text_add(out, v->o->l, TEXT_SCAN_NOBODY, NULL);
}

static void show_json(struct buf *out, const struct view *v)
{
    const struct site *s = v->line->site;
    const char *comma = "";

    buf_str(out, "{\"units\":[");
    for (size_t i = 0; i < v->n; i++) {
        const struct scan_found *f = &v->found[i];
        const struct site_device *d = at_own_speed(v, f) ? configured(v, f->unit) : NULL;
        buf_printf(
            out, "%s{\"unit\":%d,\"baud\":%d,\"parity\":\"%c\",\"answer_ms\":%d,\"garbled\":%s",
            i > 0 ? "," : "", f->unit, f->speed.baud, f->speed.baud > 0 ? f->speed.parity : '-',
            f->answer_ms, f->garbled ? "true" : "false");
        json_member(out, "maker", f->name.maker);
        json_member(out, "product", f->name.product);
        json_member(out, "version", f->name.version);
        buf_str(out, ",\"profiles\":[");
        for (int k = 0; k < f->guesses; k++) {
            buf_printf(out, "%s{\"id\":\"%s\",\"certain\":%s", k > 0 ? "," : "", f->guess[k].p->id,
                       f->guess[k].certain ? "true" : "false");
            json_number(out, "score", f->guess[k].score);
            buf_str(out, "}");
        }
        buf_str(out, "]");
        if (d != NULL)
            json_member(out, "device", d->slug);
        else
            buf_str(out, ",\"device\":null");
        buf_str(out, "}");
    }
    buf_str(out, "],\"missing\":[");
    for (unsigned i = 0; s != NULL && i < s->devices; i++) {
        const struct site_device *d = &s->device[i];
        const struct scan_found *there;
        if (d->bus != v->line->bus || !v->scan->unit[d->unit] || in_place(v, d) != NULL)
            continue;
        there = elsewhere(v, d);
        buf_printf(out, "%s{\"device\":\"%s\",\"unit\":%d,\"perhaps_unit\":", comma, d->slug,
                   d->unit);
        if (there != NULL)
            buf_printf(out, "%d,\"perhaps_baud\":%d}", there->unit, there->speed.baud);
        else
            buf_str(out, "null}");
        comma = ",";
    }
    buf_str(out, "]}\n");
}

/* --- the command -------------------------------------------------------------------------------------------------- */

/* Fills what is to be scanned from the options; EX_OK or a code after the words. */
static int take_wishes(const struct options *o, const struct command_line *l, struct scan *s)
{
    bool serial = l->c.kind == SITE_BUS_SERIAL, wish = o->baud != NULL || o->parity != NULL;
    char baud[16], parity[2] = {l->c.parity, '\0'};
    int n;

    if (!scan_units(s->unit, o->units != NULL ? o->units : "1-247"))
        return options_usage(o, TEXT_USAGE_VALUE, "units", o->units, "1-247 | 1,5,10-20");
    if (serial)
        s->unit[0] = false; /* everybody, and nobody answers */
    s->speeds = 1;
    s->speed[0] = (struct scan_speed){serial ? l->c.baud : 0, l->c.parity};
    if (o->timeout_ms != OPTIONS_NOT_SAID)
        s->timeout_ms = o->timeout_ms;
    if (!wish)
        return EX_OK;
    if (!serial)
        return options_usage(o, TEXT_USAGE_NOT_TCP, NULL, NULL, NULL);
    (void)snprintf(baud, sizeof baud, "%d", l->c.baud);
    n = scan_speeds(s->speed, o->baud != NULL ? o->baud : baud,
                    o->parity != NULL ? o->parity : parity);
    if (n < 1)
        return options_usage(o, TEXT_USAGE_SPEED, o->baud != NULL ? o->baud : "-",
                             o->parity != NULL ? o->parity : "-", NULL);
    s->speeds = (unsigned)n;
    if (asker_by_collector(l->asker) &&
        (n > 1 || s->speed[0].baud != l->c.baud || s->speed[0].parity != l->c.parity)) {
        command_say(o, TEXT_SCAN_ONE_SPEED, l->c.slug, NULL, NULL, NULL);
        return EX_TEMPFAIL;
    }
    return EX_OK;
}

static int scan_line(const struct options *o, const struct command_line *l, struct identify *id)
{
    struct view v = {.o = o, .line = l};
    struct scan s = {.asker = l->asker, .id = id, .progress = show_progress, .arg = &v.progress};
    struct buf out = {0};
    char why[256] = "";
    int rc = take_wishes(o, l, &s);

    v.scan = &s;
    if (rc != EX_OK)
        return rc;
    if (asker_by_collector(l->asker) && !o->quiet)
        command_say(o, TEXT_SCAN_BY_COLLECTOR, l->c.slug, NULL, NULL, NULL);
    progress_begin(&v.progress, o->l, o->quiet);
    rc = scan_run(&s, keep, &v, why, sizeof why);
    progress_end(&v.progress);
    if (o->json)
        show_json(&out, &v);
    else
        show_words(&out, &v);
    free(v.found);
    if (rc != 0) {
        (void)command_finish(&out);
        return command_ask_failed(o, rc, why);
    }
    rc = command_finish(&out);
    return rc != EX_OK ? rc : v.n > 0 ? EX_OK : EX_UNAVAILABLE;
}

int command_scan(const struct options *o)
{
    struct command_line line;
    struct identify *id = NULL;
    struct options plain = *o;
    char why[256];
    int rc;

    /* the port is opened with its own settings first; a scan then sets each */
    plain.baud = plain.parity = NULL;
    rc = command_line_open(&plain, &line);
    if (rc == EX_OK && identify_open(&id, command_devices(o), why, sizeof why) != 0) {
        log_warnx("%s", why);
        rc = EX_NOINPUT;
    }
    if (rc == EX_OK)
        rc = scan_line(o, &line, id);
    command_line_close(&line);
    identify_close(id);
    return rc;
}
