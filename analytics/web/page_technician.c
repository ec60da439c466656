/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/alat": what must be looked at, and how every device, bus, sink and collector of this machine is. */
#include "page_technician.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "analytics/web/tech_parts.h"
#include "analytics/web/trouble.h"

/* --- troubles ----------------------------------------------------------------------------------------------------- */

struct words {
    enum text title, cure;
};

static struct words box_words(const struct fleet_box *x)
{
    if (x->rc == NILA_ERR_NOT_FOUND)
        return (struct words){TEXT_TECH_BOX_STOPPED, TEXT_TECH_BOX_STOPPED_DO};
    if (x->rc == NILA_ERR_DENIED)
        return (struct words){TEXT_TECH_BOX_DENIED, TEXT_TECH_BOX_DENIED_DO};
    return (struct words){TEXT_TECH_BOX_HANGS, TEXT_TECH_BOX_HANGS_DO};
}

static size_t neighbours(const struct fleet_box *x, const struct fleet_device *d)
{
    size_t n = 0;

    for (size_t i = 0; i < x->devices; i++)
        n += &x->device[i] != d && strcmp(x->device[i].bus, d->bus) == 0;
    return n;
}

static struct words device_words(const struct fleet_box *x, const struct fleet_device *d)
{
    if (strcmp(d->last, "bad") == 0)
        return (struct words){TEXT_TECH_DEV_BAD, TEXT_TECH_DEV_BAD_DO};
    if (strcmp(d->last, "stale") == 0)
        return (struct words){TEXT_TECH_DEV_STALE, TEXT_TECH_DEV_STALE_DO};
    if (strcmp(d->last, "exception") == 0)
        return (struct words){TEXT_TECH_DEV_REFUSES, TEXT_TECH_DEV_PART_DO};
    /* alone on its bus: it may as well be the bus */
    return (struct words){TEXT_TECH_DEV_SILENT,
                          neighbours(x, d) > 0 ? TEXT_TECH_DEV_SILENT_DO : TEXT_TECH_BUS_SILENT_DO};
}

static struct words words_of(const struct trouble *t)
{
    static const struct words WORDS[] = {
        [TROUBLE_BUS_SILENT] = {TEXT_TECH_BUS_SILENT, TEXT_TECH_BUS_SILENT_DO},
        [TROUBLE_DISK_READ_ONLY] = {TEXT_TECH_DISK_RO, TEXT_TECH_DISK_RO_DO},
        [TROUBLE_DISK] = {TEXT_TECH_DISK, TEXT_TECH_DISK_DO},
        [TROUBLE_LOST] = {TEXT_TECH_LOST, TEXT_TECH_LOST_DO},
        [TROUBLE_DROPPED] = {TEXT_TECH_DROPPED, TEXT_TECH_DROPPED_DO},
        [TROUBLE_SINK_REFUSES] = {TEXT_TECH_SINK_REFUSED, TEXT_TECH_SINK_REFUSED_DO},
        [TROUBLE_POWER] = {TEXT_TECH_POWER, TEXT_TECH_POWER_DO},
        [TROUBLE_CLOCK] = {TEXT_TECH_CLOCK, TEXT_TECH_CLOCK_DO},
        [TROUBLE_SINK_AWAY] = {TEXT_TECH_SINK_AWAY, TEXT_TECH_SINK_AWAY_DO},
        [TROUBLE_SPOOL] = {TEXT_TECH_SPOOL, TEXT_TECH_SPOOL_DO},
        [TROUBLE_DEVICE_PART] = {TEXT_TECH_DEV_PART, TEXT_TECH_DEV_PART_DO},
        [TROUBLE_DEVICE_NOISY] = {TEXT_TECH_DEV_NOISY, TEXT_TECH_DEV_NOISY_DO},
        [TROUBLE_BUS_BUSY] = {TEXT_TECH_BUS_BUSY, TEXT_TECH_BUS_BUSY_DO},
        [TROUBLE_QUARANTINE] = {TEXT_TECH_QUARANTINE, TEXT_TECH_QUARANTINE_DO},
    };

    if (t->kind == TROUBLE_BOX)
        return box_words(t->box);
    if (t->kind == TROUBLE_BUS_AWAY)
        return (struct words){TEXT_TECH_BUS_AWAY, t->box->bus[t->at].serial
                                                      ? TEXT_TECH_BUS_AWAY_SERIAL_DO
                                                      : TEXT_TECH_BUS_AWAY_TCP_DO};
    if (t->kind == TROUBLE_DEVICE)
        return device_words(t->box, &t->box->device[t->at]);
    return WORDS[t->kind];
}

/* The values of a trouble's placeholders. */
struct trouble_values {
    bool one; /* n is 1 */
    char unit[FORMAT_SIZE], n[FORMAT_SIZE], m[FORMAT_SIZE], p[FORMAT_SIZE], hours[FORMAT_SIZE];
    const char *device, *bus, *sink;
    const char *said; /* in the words of who saw it; "" none */
};

static void values_of_device(struct trouble_values *w, const struct fleet_device *d, enum lang lang)
{
    w->device = d->slug;
    w->bus = d->bus;
    w->said = d->error;
    (void)snprintf(w->unit, sizeof w->unit, "%d", d->unit);
    (void)format_number(w->n, sizeof w->n, lang,
                        (double)(d->n.timeouts + d->n.bad_frames + d->n.stale + d->n.lost), 0);
    (void)format_number(w->m, sizeof w->m, lang, (double)d->n.requests, 0);
}

static void values_of(struct trouble_values *w, const struct trouble *t, enum lang lang)
{
    const struct fleet_box *x = t->box;
    double n = NAN;

    *w = (struct trouble_values){.device = "", .bus = "", .sink = "", .said = ""};
    switch (t->kind) {
    case TROUBLE_BOX:
        w->said = x->why;
        break;
    case TROUBLE_BUS_AWAY:
    case TROUBLE_BUS_SILENT:
    case TROUBLE_BUS_BUSY:
        w->bus = x->bus[t->at].slug;
        w->said = x->bus[t->at].why;
        (void)format_unit(w->p, sizeof w->p, lang, x->bus[t->at].busy_permille / 10.0, 1, "%");
        break;
    case TROUBLE_DEVICE:
    case TROUBLE_DEVICE_PART:
    case TROUBLE_DEVICE_NOISY:
        values_of_device(w, &x->device[t->at], lang);
        return;
    case TROUBLE_SINK_REFUSES:
    case TROUBLE_SINK_AWAY:
        w->sink = x->sink[t->at].slug;
        w->said = x->sink[t->at].text;
        break;
    case TROUBLE_DISK:
        n = floor((double)x->disk_free / 1048576.0);
        break;
    case TROUBLE_LOST:
        n = (double)x->lost_values;
        break;
    case TROUBLE_DROPPED:
        n = (double)x->journal.dropped;
        break;
    case TROUBLE_QUARANTINE:
        n = (double)x->journal.quarantined;
        break;
    case TROUBLE_SPOOL:
        n = (double)tech_pending(x);
        (void)format_number(w->hours, sizeof w->hours, lang,
                            (double)(x->now_ms - x->journal.oldest_unsent_ms) / 3600000.0, 1);
        break;
    case TROUBLE_DISK_READ_ONLY:
    case TROUBLE_POWER:
    case TROUBLE_CLOCK:
        break;
    }
    w->one = n == 1;
    (void)format_number(w->n, sizeof w->n, lang, n, 0);
}

static void steps(struct buf *b, enum lang lang, enum text cure, const struct text_arg *args)
{
    struct buf all = {0};

    text_fill(&all, lang, cure, args);
    html_put(b, "<p class=\"why\">$</p><ol>", text_get(lang, TEXT_TECH_CHECK));
    for (char *p = all.p; p != NULL;) {
        char *end = strchr(p, '|');
        if (end != NULL)
            *end = '\0';
        html_put(b, "<li>$</li>", p);
        p = end != NULL ? end + 1 : NULL;
    }
    html_raw(b, "</ol>\n");
    buf_free(&all);
}

static void since(struct buf *b, const struct fleet_view *v, const struct trouble *t,
                  enum lang lang)
{
    char moment[FORMAT_SIZE];
    const struct text_arg args[] = {{"jam", moment}, {NULL, NULL}};

    if (t->since_ms != 0) {
        page_tech_time(moment, sizeof moment, t->since_ms, v->now_ms, lang);
        parts_element(b, "p", "", lang, TEXT_TECH_SINCE, args);
    } else if (t->kind == TROUBLE_DEVICE || t->kind == TROUBLE_BUS_SILENT) {
        parts_element(b, "p", "", lang, TEXT_TECH_NEVER_GOOD, NULL);
    }
}

static void trouble_card(struct buf *b, const struct fleet_view *v, const struct trouble *t,
                         enum lang lang)
{
    const bool device = t->kind == TROUBLE_DEVICE || t->kind == TROUBLE_DEVICE_PART ||
                        t->kind == TROUBLE_DEVICE_NOISY;
    const enum status_level level = trouble_grave(t->kind) ? STATUS_DANGER : STATUS_WATCH;
    const struct words say = words_of(t);
    char path[PAGE_DEVICE_PATH_SIZE];
    struct trouble_values w;

    values_of(&w, t, lang);
    const struct text_arg args[] = {{"kolektor", tech_box_name(t->box)},
                                    {"alat", w.device},
                                    {"jalur", w.bus},
                                    {"tujuan", w.sink},
                                    {"unit", w.unit},
                                    {"n", w.n},
                                    {"m", w.m},
                                    {"p", w.p},
                                    {"jam_lama", w.hours},
                                    {NULL, NULL}};
    const struct text_arg said[] = {{"pesan", w.said}, {NULL, NULL}};

    html_put(b, "<li class=\"card $\"><h2>", parts_level_class(level));
    if (device) {
        page_device_path(path, sizeof path, v, t->box, &t->box->device[t->at]);
        html_put(b, "<a href=\"$\">", path);
    }
    parts_say(b, lang, tech_of_one(say.title, w.one ? 1 : 2), args);
    html_raw(b, device ? "</a></h2>\n" : "</h2>\n");
    since(b, v, t, lang);
    if (w.said[0] != '\0')
        parts_element(b, "p", "soft", lang, TEXT_TECH_SAID, said);
    steps(b, lang, say.cure, args);
    html_raw(b, "</li>\n");
}

static void summary(struct buf *b, const struct fleet_view *v, size_t n, enum lang lang)
{
    char count[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", count}, {NULL, NULL}};
    bool asked = false;

    for (size_t i = 0; i < v->boxes; i++)
        asked = asked || v->box[i].tried_ms != 0;
    (void)format_number(count, sizeof count, lang, (double)n, 0);
    parts_element(b, "p", "sum", lang,
                  v->boxes == 0 ? TEXT_TECH_NO_BOX
                  : !asked      ? TEXT_TECH_SUM_WAIT
                  : n == 0      ? TEXT_TECH_SUM_OK
                  : n == 1      ? TEXT_TECH_SUM_ONE
                                : TEXT_TECH_SUM_MANY,
                  args);
}

/* --- buses and devices -------------------------------------------------------------------------------------------- */

static void device_card(struct buf *b, const struct fleet_view *v, const struct fleet_box *x,
                        const struct fleet_device *d, enum lang lang)
{
    char path[PAGE_DEVICE_PATH_SIZE], text[FORMAT_SIZE], every[FORMAT_SIZE], unit[16];
    const struct text_arg place[] = {
        {"unit", unit},
        {"apa", d->pond[0] != '\0' ? d->pond : text_get(lang, TEXT_TECH_SITE)},
        {"n", every},
        {NULL, NULL}};
    const struct text_arg next[] = {{"n", text}, {NULL, NULL}};
    const struct text_arg said[] = {{"pesan", d->error}, {NULL, NULL}};

    page_device_path(path, sizeof path, v, x, d);
    (void)snprintf(unit, sizeof unit, "%d", d->unit);
    (void)format_number(every, sizeof every, lang, d->every_s, 0);
    html_put(b, "<li class=\"card $\"><h3><a href=\"$\">$</a></h3>",
             parts_level_class(tech_device_level(d)), path, d->slug);
    tech_badge(b, lang, tech_device_level(d), trouble_device_word(d));
    parts_element(b, "p", "soft", lang, TEXT_TECH_DEV_PLACE, place);
    html_raw(b, "<dl class=\"values\">");
    page_tech_time(text, sizeof text, d->last_good_ms, v->now_ms, lang);
    page_tech_item(b, lang, TEXT_TECH_LAST_GOOD, text);
    if (d->calibrating_ms != 0) {
        page_tech_time(text, sizeof text, d->calibrating_ms, v->now_ms, lang);
        page_tech_item(b, lang, TEXT_TECH_CALIBRATING, text);
    }
    if (d->n.good > 0) {
        (void)snprintf(text, sizeof text, "%d/%d\u00a0ms", d->p50_ms, d->p95_ms);
        page_tech_item(b, lang, TEXT_TECH_ANSWER, text);
    }
    tech_errors(b, lang, &d->n);
    html_raw(b, "</dl>");
    if (d->error[0] != '\0')
        parts_element(b, "p", "soft", lang, TEXT_TECH_SAID, said);
    if (d->backoff_s > 0) {
        (void)format_number(text, sizeof text, lang, d->backoff_s, 0);
        parts_element(b, "p", "soft", lang, TEXT_TECH_NEXT, next);
    }
    html_raw(b, "</li>\n");
}

/* Devices of the bus that fare so; dead ones are drawn first. */
static void device_cards(struct buf *b, const struct fleet_view *v, const struct fleet_box *x,
                         const struct fleet_bus *bus, bool dead, enum lang lang)
{
    for (size_t i = 0; i < x->devices; i++)
        if (strcmp(x->device[i].bus, bus->slug) == 0 && trouble_device_dead(&x->device[i]) == dead)
            device_card(b, v, x, &x->device[i], lang);
}

static void bus_section(struct buf *b, const struct fleet_view *v, const struct fleet_box *x,
                        const struct fleet_bus *bus, enum lang lang)
{
    const bool away = strcmp(bus->state, "away") == 0, open = strcmp(bus->state, "open") == 0;
    const struct text_arg name[] = {{"jalur", bus->slug}, {NULL, NULL}};
    char text[FORMAT_SIZE], path[PAGE_DEVICE_PATH_SIZE];
    int round_ms = 0;

    for (size_t i = 0; i < x->devices; i++)
        if (strcmp(x->device[i].bus, bus->slug) == 0)
            round_ms += x->device[i].round_ms;
    page_bus_path(path, sizeof path, v, x, bus->slug);
    html_put(b, "<h3><a class=\"back\" href=\"$\">", path);
    parts_say(b, lang, TEXT_TECH_BUS, name);
    html_raw(b, "</a></h3>\n");
    html_put(b, "<p><code>$</code> ", bus->where);
    tech_badge(b, lang,
               away   ? STATUS_DANGER
               : open ? STATUS_OK
                      : STATUS_NO_DATA,
               away   ? TEXT_TECH_BUS_PUT
               : open ? TEXT_TECH_BUS_OPEN
                      : TEXT_TECH_BUS_UNUSED);
    html_put(b, " $</p><dl class=\"values\">", bus->why);
    (void)format_unit(text, sizeof text, lang, round_ms > 0 ? (double)round_ms : (double)NAN, 0,
                      "ms");
    page_tech_item(b, lang, TEXT_TECH_ROUND, text);
    (void)format_unit(text, sizeof text, lang, bus->busy_permille / 10.0, 1, "%");
    page_tech_item(b, lang, TEXT_TECH_USED, text);
    tech_missed(b, lang, bus->missed_slots, bus->served_slots);
    tech_errors(b, lang, &bus->n);
    html_raw(b, "</dl>\n<ul class=\"cards\">\n");
    device_cards(b, v, x, bus, true, lang);
    device_cards(b, v, x, bus, false, lang);
    html_raw(b, "</ul>\n");
}

/* --- a collector -------------------------------------------------------------------------------------------------- */

static void sink_item(struct buf *b, const struct fleet_view *v, const struct fleet_sink *k,
                      enum lang lang)
{
    static const struct {
        const char *state;
        enum status_level level;
        enum text text;
    } STATE[] = {{"idle", STATUS_OK, TEXT_TECH_SINK_IDLE},
                 {"sending", STATUS_OK, TEXT_TECH_SINK_SENDING},
                 {"waiting", STATUS_WATCH, TEXT_TECH_SINK_WAITING},
                 {"misconfigured", STATUS_DANGER, TEXT_TECH_SINK_BAD}};
    const struct text_arg said[] = {{"pesan", k->text}, {NULL, NULL}};
    char text[FORMAT_SIZE];

    html_put(b, "<li class=\"card\"><h3>$</h3>", k->slug);
    for (size_t i = 0; i < sizeof STATE / sizeof STATE[0]; i++)
        if (strcmp(k->state, STATE[i].state) == 0)
            tech_badge(b, lang, STATE[i].level, STATE[i].text);
    html_raw(b, "<dl class=\"values\">");
    page_tech_time(text, sizeof text, k->last_ok_ms, v->now_ms, lang);
    page_tech_item(b, lang, TEXT_TECH_SINK_LAST, text);
    tech_count(b, lang, TEXT_TECH_PENDING, TEXT_TECH_ROWS, k->pending);
    tech_count(b, lang, TEXT_TECH_SINK_SENT, TEXT_TECH_LINES, k->sent);
    if (strcmp(k->state, "waiting") == 0 || strcmp(k->state, "misconfigured") == 0) {
        page_tech_time(text, sizeof text, k->next_try_ms, v->now_ms, lang);
        page_tech_item(b, lang, TEXT_TECH_SINK_NEXT, text);
    }
    if (k->refused > 0)
        tech_count(b, lang, TEXT_TECH_SINK_QUARANTINE, TEXT_TECH_LINES, k->refused);
    if (k->refused_old > 0)
        tech_count(b, lang, TEXT_TECH_SINK_OLD, TEXT_TECH_LINES, k->refused_old);
    html_raw(b, "</dl>");
    if (k->text[0] != '\0')
        parts_element(b, "p", "soft", lang, TEXT_TECH_SAID, said);
    html_raw(b, "</li>\n");
}

static void machine_items(struct buf *b, const struct fleet_view *v, const struct fleet_box *x,
                          enum lang lang)
{
    char text[FORMAT_SIZE];

    page_tech_item(b, lang, TEXT_TECH_VERSION, x->version);
    page_tech_time(text, sizeof text, x->started_ms, v->now_ms, lang);
    page_tech_item(b, lang, TEXT_TECH_STARTED, text);
    page_tech_item(
        b, lang, TEXT_TECH_CLOCK_STATE,
        text_get(lang, x->clock_trusted ? TEXT_TECH_CLOCK_GOOD : TEXT_TECH_CLOCK_UNSURE));
    tech_of_mb(text, sizeof text, lang, x->disk_free, x->disk_size);
    page_tech_item(b, lang, TEXT_TECH_DISK_FREE, text);
    page_tech_item(b, lang, TEXT_TECH_POWER_STATE,
                   text_get(lang, x->power_weak < 0    ? TEXT_TECH_UNTOLD
                                  : x->power_weak == 0 ? TEXT_TECH_POWER_GOOD
                                                       : TEXT_TECH_POWER_WEAK));
    tech_of_mb(text, sizeof text, lang, x->journal.bytes, x->journal.max_bytes);
    page_tech_item(b, lang, TEXT_TECH_JOURNAL, text);
    tech_count(b, lang, TEXT_TECH_PENDING, TEXT_TECH_ROWS, tech_pending(x));
    if (x->journal.oldest_unsent_ms != 0)
        page_tech_time(text, sizeof text, x->journal.oldest_unsent_ms, v->now_ms, lang);
    else
        (void)snprintf(text, sizeof text, "%s", text_get(lang, TEXT_TECH_NOTHING));
    page_tech_item(b, lang, TEXT_TECH_OLDEST, text);
}

static void box_section(struct buf *b, const struct fleet_view *v, const struct fleet_box *x,
                        enum lang lang)
{
    const struct text_arg name[] = {{"kolektor", tech_box_name(x)}, {NULL, NULL}};
    char text[FORMAT_SIZE];

    html_raw(b, "<section>\n");
    parts_element(b, "h2", "", lang, TEXT_TECH_BOX, name);
    if (x->heard_ms == 0) {
        html_put(b, "<p class=\"soft\">$</p></section>\n", x->why);
        return;
    }
    if (!fleet_heard(v, x)) { /* what follows is old: it says of when */
        page_tech_time(text, sizeof text, x->heard_ms, v->now_ms, lang);
        html_put(b, "<p class=\"no\">$: $</p>\n", text_get(lang, TEXT_TECH_HEARD), text);
    }
    html_raw(b, "<dl class=\"values\">");
    machine_items(b, v, x, lang);
    html_raw(b, "</dl>\n");
    for (size_t i = 0; i < x->buses; i++)
        bus_section(b, v, x, &x->bus[i], lang);
    parts_element(b, "h3", "", lang, TEXT_TECH_SINKS, NULL);
    if (x->sinks == 0)
        parts_element(b, "p", "soft", lang, TEXT_TECH_SINK_NONE, NULL);
    html_raw(b, "<ul class=\"cards\">\n");
    for (size_t i = 0; i < x->sinks; i++)
        sink_item(b, v, &x->sink[i], lang);
    html_raw(b, "</ul></section>\n");
}

void page_devices_live(struct buf *b, const struct fleet_view *v, enum lang lang)
{
    size_t n = 0;
    struct trouble *t = troubles_of(v, &n);

    summary(b, v, n, lang);
    html_raw(b, "<ul class=\"cards\">\n");
    for (size_t i = 0; i < n; i++)
        trouble_card(b, v, &t[i], lang);
    html_raw(b, "</ul>\n");
    free(t);
    for (size_t i = 0; i < v->boxes; i++)
        box_section(b, v, &v->box[i], lang);
}

void page_devices(struct buf *b, const struct fleet_view *v, const struct page_model *m,
                  enum lang lang)
{
    const struct parts_head head = {.title = text_get(lang, TEXT_TECH_TITLE),
                                    .path = "/alat",
                                    .here = TEXT_TECH_NAV,
                                    .notice = m->notice,
                                    .script = "/alat.js",
                                    .alone = true,
                                    .again_s = 15,
                                    .m = m};
    char moment[FORMAT_SIZE];
    const struct text_arg args[] = {{"jam", moment}, {NULL, NULL}};

    parts_begin(b, &head, lang);
    parts_element(b, "h1", "", lang, TEXT_TECH_TITLE, NULL);
    html_raw(b, "<div id=\"langsung\">\n");
    page_devices_live(b, v, lang);
    page_tech_time(moment, sizeof moment, v->now_ms, v->now_ms, lang);
    html_put(b, "</div>\n<p class=\"soft\" id=\"hidup\" data-ya=\"$\" data-putus=\"$\">",
             text_get(lang, TEXT_TECH_LIVE_ON), text_get(lang, TEXT_TECH_LIVE_OFF));
    parts_say(b, lang, TEXT_TECH_AT, args);
    html_put(b, "</p>\n<p><a class=\"back\" href=\"/alat\">$</a> &#183; ",
             text_get(lang, TEXT_TECH_RELOAD));
    html_put(b, "<a class=\"back\" href=\"/alat/armada\">$</a></p>\n",
             text_get(lang, TEXT_TECH_FLEET_LINK));
    parts_end(b, lang);
}
