/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tech_parts.h"

#include <stdio.h>
#include <string.h>

#include "analytics/web/html.h"
#include "analytics/web/page_technician.h"
#include "analytics/web/parts.h"
#include "analytics/web/trouble.h"
#include "collector/common/civil.h"

void tech_badge(struct buf *b, enum lang lang, enum status_level level, enum text word)
{
    /* a tick, a triangle, a question mark, a cross: told apart without colour */
    static const char *const SHAPE[] = {[STATUS_OK] = "\u2714",
                                        [STATUS_WATCH] = "\u25B2",
                                        [STATUS_NO_DATA] = "?",
                                        [STATUS_DANGER] = "\u2716"};

    html_put(b, "<span class=\"badge $\"><span aria-hidden=\"true\">$</span>$</span>",
             parts_level_class(level), SHAPE[level], text_get(lang, word));
}

enum status_level tech_device_level(const struct fleet_device *d)
{
    if (trouble_device_dead(d))
        return STATUS_DANGER;
    if (d->last_try_ms == 0)
        return STATUS_NO_DATA;
    return d->error[0] != '\0' ? STATUS_WATCH : STATUS_OK;
}

const char *tech_box_name(const struct fleet_box *x)
{
    return x->name[0] != '\0' ? x->name : x->key;
}

int64_t tech_pending(const struct fleet_box *x)
{
    int64_t most = 0;

    for (size_t i = 0; i < x->sinks; i++)
        most = x->sink[i].pending > most ? x->sink[i].pending : most;
    return most;
}

void page_tech_item(struct buf *b, enum lang lang, enum text name, const char *value)
{
    html_put(b, "<div><dt>$</dt><dd>$</dd></div>", text_get(lang, name), value);
}

/* A sentence with one number, appended to plain text. */
static void add_number(struct buf *plain, enum lang lang, enum text key, const char *arg, int64_t n)
{
    char text[FORMAT_SIZE];
    const struct text_arg args[] = {{arg, text}, {NULL, NULL}};

    (void)format_number(text, sizeof text, lang, (double)n, 0);
    text_fill(plain, lang, key, args);
}

void tech_errors(struct buf *b, enum lang lang, const struct fleet_counts *n)
{
    const struct {
        int64_t n;
        enum text text;
    } KIND[] = {{n->timeouts, TEXT_TECH_ERR_SILENT},
                {n->bad_frames, TEXT_TECH_ERR_BAD},
                {n->exceptions, TEXT_TECH_ERR_REFUSED},
                {n->stale, TEXT_TECH_ERR_STALE},
                {n->lost, TEXT_TECH_ERR_LOST}};
    struct buf kinds = {0}, all = {0};
    char total[FORMAT_SIZE];

    for (size_t i = 0; i < sizeof KIND / sizeof KIND[0]; i++) {
        if (KIND[i].n == 0)
            continue;
        if (kinds.n > 0)
            buf_str(&kinds, ", ");
        add_number(&kinds, lang, KIND[i].text, "n", KIND[i].n);
    }
    (void)format_number(total, sizeof total, lang, (double)n->requests, 0);
    const struct text_arg args[] = {{"apa", kinds.p}, {"m", total}, {NULL, NULL}};
    text_fill(&all, lang, kinds.n > 0 ? TEXT_TECH_ERR_OF : TEXT_TECH_ERR_NONE, args);
    page_tech_item(b, lang, TEXT_TECH_ERRORS, all.p);
    buf_free(&kinds);
    buf_free(&all);
}

void tech_missed(struct buf *b, enum lang lang, int64_t missed, int64_t served)
{
    char part[FORMAT_SIZE], all[FORMAT_SIZE], text[2 * FORMAT_SIZE + 2];

    (void)format_number(part, sizeof part, lang, (double)missed, 0);
    (void)format_number(all, sizeof all, lang, (double)(missed + served), 0);
    (void)snprintf(text, sizeof text, "%s/%s", part, all);
    page_tech_item(b, lang, TEXT_TECH_MISSED, text);
}

enum text tech_of_one(enum text many, int64_t n)
{
    static const enum text ONE[][2] = {{TEXT_TECH_ROWS, TEXT_TECH_ROWS_ONE},
                                       {TEXT_TECH_LINES, TEXT_TECH_LINES_ONE},
                                       {TEXT_TECH_DROPPED, TEXT_TECH_DROPPED_ONE},
                                       {TEXT_TECH_LOST, TEXT_TECH_LOST_ONE},
                                       {TEXT_TECH_SPOOL, TEXT_TECH_SPOOL_ONE},
                                       {TEXT_TECH_QUARANTINE, TEXT_TECH_QUARANTINE_ONE}};

    for (size_t i = 0; n == 1 && i < sizeof ONE / sizeof ONE[0]; i++)
        if (ONE[i][0] == many)
            return ONE[i][1];
    return many;
}

void tech_count(struct buf *b, enum lang lang, enum text name, enum text unit, int64_t n)
{
    struct buf plain = {0};

    add_number(&plain, lang, tech_of_one(unit, n), "n", n);
    page_tech_item(b, lang, name, plain.p);
    buf_free(&plain);
}

void tech_of_mb(char *out, size_t size, enum lang lang, int64_t bytes, int64_t of)
{
    char part[FORMAT_SIZE], all[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", part}, {"m", all}, {NULL, NULL}};
    struct buf plain = {0};

    if (bytes < 0) {
        (void)snprintf(out, size, "%s", text_get(lang, TEXT_TECH_UNTOLD));
        return;
    }
    (void)format_number(part, sizeof part, lang, (double)bytes / 1048576.0,
                        bytes < INT64_C(10) * 1048576 ? 1 : 0);
    (void)format_number(all, sizeof all, lang, (double)of / 1048576.0, 0);
    text_fill(&plain, lang, TEXT_TECH_OF_MB, args);
    (void)snprintf(out, size, "%s", plain.p);
    buf_free(&plain);
}

void page_tech_time(char *out, size_t size, int64_t ts_ms, int64_t now_ms, enum lang lang)
{
    const char sep = lang == LANG_ID ? '.' : ':';
    struct civil c;
    int n = 0;

    if (ts_ms <= 0) {
        (void)snprintf(out, size, "%s", text_get(lang, TEXT_TECH_NEVER));
        return;
    }
    c = civil_from_ts(ts_ms);
    if (civil_day(ts_ms) != civil_day(now_ms)) {
        char date[FORMAT_SIZE];
        (void)format_date(date, sizeof date, lang, civil_day(ts_ms));
        n = snprintf(out, size, "%.40s, ", date);
    }
    if (n >= 0 && (size_t)n < size)
        (void)snprintf(out + n, size - (size_t)n, "%02d%c%02d%c%02d", c.hour, sep, c.minute, sep,
                       c.second);
}

void page_device_path(char *out, size_t size, const struct fleet_view *v,
                      const struct fleet_box *box, const struct fleet_device *d)
{
    if (v->boxes > 1)
        (void)snprintf(out, size, "/alat/%s/%s?di=%s", d->bus, d->slug, box->key);
    else
        (void)snprintf(out, size, "/alat/%s/%s", d->bus, d->slug);
}
