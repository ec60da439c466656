/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/alat/armada": every collector that has ever given word, the silent ones first. */
#include "page_technician.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "analytics/web/tech_parts.h"
#include "analytics/web/trouble.h"
#include "collector/common/log.h"

/* A collector as the page shows it, from its heartbeats or its socket. */
struct entry {
    const char *name, *host, *version;
    int64_t last_ms;
    bool silent;
    double up_s, devices, good, clock, disk_mb, power_weak, pending, oldest_s, dropped, lost,
        bundle, bundle_failed, bundle_trial; /* bundle NaN: none, or not told */
};

static struct entry of_beat(const struct fleet_view *v, const struct series_beat *t)
{
    return (struct entry){.name = t->site,
                          .host = t->collector,
                          .version = t->version,
                          .last_ms = t->ts_ms,
                          .silent = v->now_ms - t->ts_ms > FLEET_BEAT_MS,
                          .up_s = t->up_s,
                          .devices = t->devices,
                          .good = t->devices_good,
                          .clock = t->clock_trusted,
                          .disk_mb = t->disk_free_mb,
                          .power_weak = t->power_weak,
                          .pending = t->pending,
                          .oldest_s = t->oldest_unsent_s,
                          .dropped = t->dropped,
                          .lost = t->lost_values,
                          .bundle = t->fleet_number,
                          .bundle_failed = t->fleet_failed,
                          .bundle_trial = t->fleet_trial};
}

static struct entry of_box(const struct fleet_view *v, const struct fleet_box *x)
{
    const int64_t oldest_ms = x->journal.oldest_unsent_ms;
    double good = 0;

    if (x->heard_ms == 0)
        return (struct entry){.name = tech_box_name(x),
                              .host = x->key,
                              .version = "",
                              .silent = true,
                              .up_s = NAN,
                              .devices = NAN,
                              .good = NAN,
                              .clock = NAN,
                              .disk_mb = NAN,
                              .power_weak = NAN,
                              .pending = NAN,
                              .oldest_s = NAN,
                              .bundle = NAN};
    for (size_t i = 0; i < x->devices; i++)
        good += x->device[i].last_good_ms > 0 && !trouble_device_dead(&x->device[i]) &&
                x->device[i].error[0] == '\0';
    return (struct entry){.name = tech_box_name(x),
                          .host = x->key,
                          .version = x->version,
                          .last_ms = x->heard_ms,
                          .silent = !fleet_heard(v, x),
                          .up_s = (double)(x->now_ms - x->started_ms) / 1000,
                          .devices = (double)x->devices,
                          .good = good,
                          .clock = x->clock_trusted ? 1 : 0,
                          .disk_mb = x->disk_free >= 0 ? (double)x->disk_free / 1048576.0 : NAN,
                          .power_weak = x->power_weak >= 0 ? (double)x->power_weak : (double)NAN,
                          .pending = (double)tech_pending(x),
                          .oldest_s = oldest_ms != 0 ? (double)(x->now_ms - oldest_ms) / 1000 : 0,
                          .dropped = (double)x->journal.dropped,
                          .lost = (double)x->lost_values,
                          .bundle = NAN};
}

/* It gives word, and something is not as it should be. */
static bool doubtful(const struct entry *e)
{
    return e->good < e->devices || e->clock < 0.5 || e->power_weak > 0.5 || e->dropped > 0 ||
           e->lost > 0 || e->bundle_failed > e->bundle ||
           e->oldest_s * 1000 > (double)TROUBLE_SPOOL_MS ||
           e->disk_mb * 1048576 < (double)TROUBLE_DISK_BYTES;
}

static int rank(const struct entry *e)
{
    return e->silent ? 0 : doubtful(e) ? 1 : 2;
}

/* Silent ones first, longest first; then those with troubles; then by name. */
static int by_need(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (rank(x) != rank(y))
        return rank(x) - rank(y);
    if (x->silent && x->last_ms != y->last_ms)
        return x->last_ms < y->last_ms ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void number_item(struct buf *b, enum lang lang, enum text name, double v, int decimals,
                        const char *unit)
{
    char text[FORMAT_SIZE];

    (void)format_unit(text, sizeof text, lang, v, decimals, unit);
    page_tech_item(b, lang, name, isfinite(v) ? text : text_get(lang, TEXT_TECH_UNTOLD));
}

static void states(struct buf *b, const struct entry *e, enum lang lang)
{
    page_tech_item(b, lang, TEXT_TECH_CLOCK_STATE,
                   text_get(lang, isnan(e->clock)  ? TEXT_TECH_UNTOLD
                                  : e->clock > 0.5 ? TEXT_TECH_CLOCK_GOOD
                                                   : TEXT_TECH_CLOCK_UNSURE));
    page_tech_item(b, lang, TEXT_TECH_POWER_STATE,
                   text_get(lang, isnan(e->power_weak)  ? TEXT_TECH_UNTOLD
                                  : e->power_weak > 0.5 ? TEXT_TECH_POWER_WEAK
                                                        : TEXT_TECH_POWER_GOOD));
}

/* The site file and profiles that the office sends (nila-collector fleet). */
static void bundle(struct buf *b, const struct entry *e, enum lang lang)
{
    char n[32], failed[32];
    const struct text_arg args[] = {{"n", n}, {"gagal", failed}, {NULL, NULL}};
    struct buf words = {0};

    if (!isfinite(e->bundle))
        return;
    (void)snprintf(n, sizeof n, "%.0f", e->bundle);
    (void)snprintf(failed, sizeof failed, "%.0f", e->bundle_failed);
    text_fill(&words, lang,
              e->bundle_trial > 0.5          ? TEXT_TECH_BUNDLE_TRIAL
              : e->bundle_failed > e->bundle ? TEXT_TECH_BUNDLE_FAILED
                                             : TEXT_TECH_BUNDLE_IS,
              args);
    page_tech_item(b, lang, TEXT_TECH_BUNDLE, words.p);
    buf_free(&words);
}

static void card(struct buf *b, const struct fleet_view *v, const struct entry *e, enum lang lang)
{
    const enum status_level level = e->silent     ? STATUS_NO_DATA
                                    : doubtful(e) ? STATUS_WATCH
                                                  : STATUS_OK;
    char text[3 * FORMAT_SIZE], a[FORMAT_SIZE], c[FORMAT_SIZE];

    html_put(b, "<li class=\"card $\"><h2>$</h2>", parts_level_class(level), e->name);
    tech_badge(b, lang, level, e->silent ? TEXT_TECH_FLEET_SILENT : TEXT_TECH_FLEET_WELL);
    html_raw(b, "<dl class=\"values\">");
    page_tech_time(text, sizeof text, e->last_ms, v->now_ms, lang);
    page_tech_item(b, lang, TEXT_TECH_FLEET_LAST, text);
    page_tech_item(b, lang, TEXT_TECH_VERSION,
                   e->version[0] != '\0' ? e->version : text_get(lang, TEXT_TECH_UNTOLD));
    (void)format_number(a, sizeof a, lang, e->good, 0);
    (void)format_number(c, sizeof c, lang, e->devices, 0);
    (void)snprintf(text, sizeof text, "%s/%s", a, c);
    page_tech_item(b, lang, TEXT_TECH_FLEET_DEVICES, text);
    number_item(b, lang, TEXT_TECH_PENDING, e->pending, 0, "");
    number_item(b, lang, TEXT_TECH_OLDEST, e->oldest_s / 3600, 1, lang == LANG_ID ? "jam" : "h");
    number_item(b, lang, TEXT_TECH_FLEET_UP, e->up_s / 3600, 0, lang == LANG_ID ? "jam" : "h");
    number_item(b, lang, TEXT_TECH_DISK_FREE, e->disk_mb, 0, "MB");
    states(b, e, lang);
    bundle(b, e, lang);
    html_put(b, "</dl><p class=\"soft\">$</p>", e->host);
    if (e->silent) {
        char words[256];
        (void)snprintf(words, sizeof words, "%s", text_get(lang, TEXT_TECH_FLEET_SILENT_DO));
        html_put(b, "<p class=\"why\">$</p><ol>", text_get(lang, TEXT_TECH_CHECK));
        for (char *save = NULL, *p = strtok_r(words, "|", &save); p != NULL;
             p = strtok_r(NULL, "|", &save))
            html_put(b, "<li>$</li>", p);
        html_raw(b, "</ol>");
    }
    html_raw(b, "</li>\n");
}

static void notes(struct buf *b, const struct fleet_view *v, size_t n, enum lang lang)
{
    char text[FORMAT_SIZE], days[16];
    const struct text_arg args[] = {{"jam", text}, {"n", days}, {NULL, NULL}};

    if (v->influx && v->beats_ms == 0)
        parts_element(b, "p", "soft", lang, TEXT_TECH_FLEET_WAIT, NULL);
    else if (n == 0)
        parts_element(b, "p", "", lang, TEXT_TECH_FLEET_NONE, NULL);
    if (!v->influx || v->beats_ms == 0)
        return;
    (void)snprintf(days, sizeof days, "%d", FLEET_BEAT_DAYS);
    parts_element(b, "p", "soft", lang, TEXT_TECH_FLEET_NOTE, args);
    page_tech_time(text, sizeof text, v->beats_ms, v->now_ms, lang);
    parts_element(b, "p", v->now_ms - v->beats_ms > FLEET_BEAT_MS ? "no" : "soft", lang,
                  TEXT_TECH_FLEET_OLD, args);
}

/* Is the site's collector heard on this machine? Its socket knows more, and sooner, than its heartbeat. */
static bool here(const struct fleet_view *v, const char *site)
{
    for (size_t i = 0; i < v->boxes; i++)
        if (strcmp(v->box[i].site, site) == 0 && fleet_heard(v, &v->box[i]))
            return true;
    return false;
}

void page_fleet(struct buf *b, const struct fleet_view *v, const struct page_model *m,
                enum lang lang)
{
    const struct parts_head head = {.title = text_get(lang, TEXT_TECH_FLEET),
                                    .path = "/alat/armada",
                                    .here = TEXT_TECH_NAV,
                                    .notice = m->notice,
                                    .refresh = true,
                                    .m = m};
    const size_t most = v->boxes + v->beats;
    struct entry *e = xcalloc(most + 1, sizeof *e);
    char all[FORMAT_SIZE], silent[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", all}, {"m", silent}, {NULL, NULL}};
    size_t n = 0, mute = 0;

    for (size_t i = 0; i < v->beats; i++)
        if (!here(v, v->beat[i].site))
            e[n++] = of_beat(v, &v->beat[i]);
    for (size_t i = 0; i < v->boxes; i++)
        e[n++] = of_box(v, &v->box[i]);
    qsort(e, n, sizeof *e, by_need);
    for (size_t i = 0; i < n; i++)
        mute += e[i].silent;
    (void)format_number(all, sizeof all, lang, (double)n, 0);
    (void)format_number(silent, sizeof silent, lang, (double)mute, 0);
    parts_begin(b, &head, lang);
    parts_element(b, "h1", "", lang, TEXT_TECH_FLEET, NULL);
    if (n > 0)
        parts_element(b, "p", "sum", lang, TEXT_TECH_FLEET_SUM, args);
    notes(b, v, n, lang);
    html_raw(b, "<ul class=\"cards\">\n");
    for (size_t i = 0; i < n; i++)
        card(b, v, &e[i], lang);
    html_put(b, "</ul>\n<p><a class=\"back\" href=\"/alat\">$</a></p>\n",
             text_get(lang, TEXT_TECH_DEVICES_LINK));
    parts_end(b, lang);
    free(e);
}
