/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/alat/BUS/DEVICE": a device's registers, raw and decoded, and the test reading. */
#include "page_technician.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "analytics/web/tech_parts.h"
#include "analytics/web/trouble.h"
#include "collector/common/reading.h"

#define AGAIN_S     2   /* while a reading is under way */
#define REGISTERS   125 /* in one request */
#define FIVE_DIGITS 9999

/* --- the line for mbpoll ------------------------------------------------------------------------------------------ */

/* A word for a shell: as it is when nothing in it means anything there, else in quotes. */
static void shell_word(struct buf *b, const char *s)
{
    bool plain = *s != '\0' && *s != '-';

    for (const char *p = s; *p != '\0'; p++)
        plain = plain && (isalnum((unsigned char)*p) || strchr("/._:-@%+,", *p) != NULL);
    if (plain) {
        buf_str(b, s);
        return;
    }
    buf_str(b, "'");
    for (const char *p = s; *p != '\0'; p++)
        if (*p == '\'')
            buf_str(b, "'\\''");
        else
            buf_add(b, p, 1);
    buf_str(b, "'");
}

void page_device_mbpoll(struct buf *b, const struct fleet_bus *bus, int unit, int function,
                        int first, int count)
{
    /* -0: addresses from 0, as on the wire; -1: once; type 4 are holding, 3 input registers */
    const int type = function == 4 ? 3 : 4;

    buf_printf(b, "mbpoll -m %s -a %d -0 -r %d -c %d -t %d:hex -1 ", bus->serial ? "rtu" : "tcp",
               unit, first, count, type);
    if (bus->serial) {
        buf_printf(b, "-b %d -P %s -s %d ", bus->baud,
                   bus->parity[0] == 'E'   ? "even"
                   : bus->parity[0] == 'O' ? "odd"
                                           : "none",
                   bus->stop_bits);
        shell_word(b, bus->port);
    } else {
        buf_printf(b, "-p %d ", bus->tcp_port);
        shell_word(b, bus->host);
    }
    buf_str(b, "\n");
}

/* Registers that lie side by side are asked together. */
static void mbpoll_lines(struct buf *b, const struct fleet_bus *bus, const struct fleet_device *d,
                         const struct fleet_registers *r, enum lang lang)
{
    struct buf plain = {0};
    size_t i = 0;

    while (i < r->n) {
        const int function = r->reg[i].function, first = r->reg[i].first;
        int end = first + r->reg[i].count;

        for (i++; i < r->n && r->reg[i].function == function && r->reg[i].first >= first &&
                  r->reg[i].first <= end && r->reg[i].first + r->reg[i].count - first <= REGISTERS;
             i++)
            end = r->reg[i].first + r->reg[i].count > end ? r->reg[i].first + r->reg[i].count : end;
        page_device_mbpoll(&plain, bus, d->unit, function, first, end - first);
    }
    if (plain.n > 0) {
        parts_element(b, "h2", "", lang, TEXT_TECH_MBPOLL, NULL);
        html_put(b, "<pre class=\"wide\">$</pre>\n", plain.p);
        parts_element(b, "p", "soft", lang, TEXT_TECH_MBPOLL_NOTE, NULL);
    }
    buf_free(&plain);
}

/* --- registers ---------------------------------------------------------------------------------------------------- */

/* Counted from 1 behind the digit of its kind; six digits where five do not reach. */
static void number_of(char *out, size_t size, const struct fleet_register *g)
{
    const int kind = g->function == 4 ? 3 : 4;

    if (g->first < FIVE_DIGITS)
        (void)snprintf(out, size, "%d%04d", kind, g->first + 1);
    else
        (void)snprintf(out, size, "%d%05d", kind, g->first + 1);
}

static void raw_of(char *out, size_t size, const struct fleet_register *g)
{
    size_t n = 0;

    out[0] = '\0';
    for (int i = 0; i < g->words && n + 6 < size; i++)
        n += (size_t)snprintf(out + n, size - n, "%s%04X", i > 0 ? " " : "", (unsigned)g->word[i]);
    if (g->words == 0)
        (void)snprintf(out, size, "\u2013");
}

static void value_of(char *out, size_t size, const struct fleet_register *g, enum lang lang)
{
    if (g->flag == 0) {
        (void)snprintf(out, size, "\u2013");
        return;
    }
    if (!isfinite(g->value)) {
        (void)snprintf(out, size, "%s", text_get(lang, TEXT_TECH_FLAG_MISSING));
        return;
    }
    (void)format_unit(out, size, lang, g->value, fabs(g->value) < 100 ? 3 : 1, g->unit);
}

static enum text flag_word(int flag)
{
    return flag == READING_SUSPECT ? TEXT_TECH_FLAG_SUSPECT
           : flag == READING_FAIL  ? TEXT_TECH_FLAG_FAIL
                                   : TEXT_TECH_FLAG_GOOD;
}

/* "0 … 20"; a dash where there is none. */
static void limits_of(char *out, size_t size, double min, double max, enum lang lang)
{
    char a[FORMAT_SIZE], c[FORMAT_SIZE];

    if (isnan(min) && isnan(max)) {
        (void)snprintf(out, size, "\u2013");
        return;
    }
    (void)format_limit(a, sizeof a, lang, min);
    (void)format_limit(c, sizeof c, lang, max);
    (void)snprintf(out, size, "%s \u2026 %s", a, c);
}

static void register_row(struct buf *b, const struct fleet_register *g, enum lang lang)
{
    char number[16], raw[32], value[2 * FORMAT_SIZE], pdu[16], type[64], scale[FORMAT_SIZE],
        limits[3 * FORMAT_SIZE], own[3 * FORMAT_SIZE];

    number_of(number, sizeof number, g);
    raw_of(raw, sizeof raw, g);
    value_of(value, sizeof value, g, lang);
    (void)snprintf(pdu, sizeof pdu, "%d", g->first);
    (void)snprintf(type, sizeof type, "%s %s", g->type,
                   g->order[0] != '\0' ? g->order : text_get(lang, TEXT_TECH_REG_ORDER_TOLD));
    /* at most six decimals, and no more than it has */
    (void)snprintf(scale, sizeof scale, "%.6g%s%.6g", g->scale, g->offset < 0 ? " \u2212 " : " + ",
                   fabs(g->offset));
    if (!(fabs(g->offset) > 0))
        (void)snprintf(scale, sizeof scale, "%.6g", g->scale);
    for (char *p = scale; lang == LANG_ID && *p != '\0'; p++)
        *p = *p == '.' ? ',' : *p;
    limits_of(limits, sizeof limits, g->min, g->max, lang);
    limits_of(own, sizeof own, g->site_min, g->site_max, lang);
    html_put(b, "<tr><th scope=\"row\"><code>$</code></th><td><b>$</b>", g->metric, value);
    if (g->flag != 0 && isfinite(g->value))
        html_put(b, "<span>$</span>", text_get(lang, flag_word(g->flag)));
    html_put(b, "</td><td><code>$</code></td><td>$</td><td>$</td>", raw, pdu, number);
    html_put(b, "<td>$</td><td>$</td><td>$</td><td>$</td></tr>\n", type, scale, limits, own);
}

static void register_table(struct buf *b, const struct fleet_registers *r, enum lang lang)
{
    static const enum text HEAD[] = {
        TEXT_TECH_REG_NAME,    TEXT_TECH_REG_VALUE,  TEXT_TECH_REG_RAW,
        TEXT_TECH_REG_ADDRESS, TEXT_TECH_REG_NUMBER, TEXT_TECH_REG_TYPE,
        TEXT_TECH_REG_SCALE,   TEXT_TECH_REG_LIMITS, TEXT_TECH_REG_SITE_LIMITS};

    html_raw(b, "<div class=\"wide\"><table class=\"register\"><thead><tr>");
    for (size_t i = 0; i < sizeof HEAD / sizeof HEAD[0]; i++)
        html_put(b, "<th scope=\"col\">$</th>", text_get(lang, HEAD[i]));
    html_raw(b, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < r->n; i++)
        register_row(b, &r->reg[i], lang);
    html_raw(b, "</tbody></table></div>\n");
    parts_element(b, "p", "soft", lang, TEXT_TECH_REG_NOTE, NULL);
}

/* --- the test reading --------------------------------------------------------------------------------------------- */

static void outcome(struct buf *b, const struct fleet_question *q, enum lang lang)
{
    static const struct {
        const char *outcome;
        enum text text;
    } OUT[] = {{"good", TEXT_TECH_OUT_GOOD}, {"silent", TEXT_TECH_OUT_SILENT},
               {"bad", TEXT_TECH_OUT_BAD},   {"stale", TEXT_TECH_OUT_STALE},
               {"busy", TEXT_TECH_OUT_BUSY}, {"exception", TEXT_TECH_OUT_EXCEPTION},
               {"away", TEXT_TECH_OUT_AWAY}};
    char code[16];
    const struct text_arg args[] = {{"n", code}, {NULL, NULL}};

    (void)snprintf(code, sizeof code, "%d", q->exception);
    for (size_t i = 0; i < sizeof OUT / sizeof OUT[0]; i++)
        if (strcmp(q->outcome, OUT[i].outcome) == 0)
            parts_say(b, lang, OUT[i].text, args);
    html_put(b, "<span>$</span>", q->text);
}

static void question_table(struct buf *b, const struct fleet_registers *r, enum lang lang)
{
    static const enum text HEAD[] = {TEXT_TECH_Q_FUNCTION, TEXT_TECH_Q_FIRST, TEXT_TECH_Q_COUNT,
                                     TEXT_TECH_Q_OUTCOME, TEXT_TECH_Q_MS};

    if (r->questions == 0)
        return;
    html_put(b, "<details><summary>$</summary><div class=\"wide\"><table><thead><tr>",
             text_get(lang, TEXT_TECH_QUESTIONS));
    for (size_t i = 0; i < sizeof HEAD / sizeof HEAD[0]; i++)
        html_put(b, "<th scope=\"col\">$</th>", text_get(lang, HEAD[i]));
    html_raw(b, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < r->questions; i++) {
        const struct fleet_question *q = &r->question[i];
        buf_printf(b, "<tr><td>%d</td><td>%d</td><td>%d</td><td>", q->function, q->first, q->count);
        outcome(b, q, lang);
        buf_printf(b, "</td><td>%d</td></tr>\n", q->answer_ms);
    }
    html_raw(b, "</tbody></table></div></details>\n");
}

static void button(struct buf *b, const struct fleet_box *box, const struct fleet_device *d,
                   const struct page_device_form *f, enum lang lang)
{
    char wait[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", wait}, {NULL, NULL}};

    if (f->token == NULL || f->token[0] == '\0') {
        parts_element(b, "p", "soft", lang, TEXT_TECH_READ_LOGIN, NULL);
        return;
    }
    html_put(b,
             "<form class=\"tombol\" method=\"post\" action=\"/alat/uji\"><input type=\"hidden\" "
             "name=\"di\" value=\"$\"><input type=\"hidden\" name=\"jalur\" value=\"$\"><input "
             "type=\"hidden\" name=\"alat\" value=\"$\">",
             box->key, d->bus, d->slug);
    html_put(b, "<input type=\"hidden\" name=\"tanda\" value=\"$\"><button>$</button></form>\n",
             f->token, text_get(lang, TEXT_TECH_READ));
    if (f->wait_s > 0) {
        (void)format_number(wait, sizeof wait, lang, f->wait_s, 0);
        parts_element(b, "p", "no", lang, TEXT_TECH_READ_SOON, args);
    }
    parts_element(b, "p", "soft", lang, TEXT_TECH_READ_NOTE, NULL);
}

static void reading(struct buf *b, const struct fleet_view *v, const struct fleet_reading *r,
                    enum lang lang)
{
    char moment[FORMAT_SIZE];
    const struct text_arg args[] = {{"jam", moment}, {"pesan", r->why}, {NULL, NULL}};
    const struct text_arg note[] = {{"pesan", r->got.note}, {NULL, NULL}};

    page_tech_time(moment, sizeof moment, r->done_ms, v->now_ms, lang);
    switch (r->state) {
    case FLEET_READ_NONE:
        return;
    case FLEET_READ_WAITING:
        parts_element(b, "p", "sum", lang, TEXT_TECH_READ_WAIT, NULL);
        return;
    case FLEET_READ_FAILED:
        parts_element(b, "p", "no", lang, TEXT_TECH_READ_FAILED, args);
        return;
    case FLEET_READ_DONE:
        break;
    }
    parts_element(b, "p", "", lang, TEXT_TECH_READ_DONE, args);
    if (r->got.note[0] != '\0')
        parts_element(b, "p", "no", lang, TEXT_TECH_READ_NOTED, note);
    question_table(b, &r->got, lang);
}

/* --- the page ----------------------------------------------------------------------------------------------------- */

static void facts(struct buf *b, const struct fleet_view *v, const struct fleet_device *d,
                  const struct fleet_registers *map, enum lang lang)
{
    char text[FORMAT_SIZE], unit[16], every[FORMAT_SIZE];
    const struct text_arg place[] = {
        {"unit", unit},
        {"apa", d->pond[0] != '\0' ? d->pond : text_get(lang, TEXT_TECH_SITE)},
        {"n", every},
        {NULL, NULL}};
    const struct text_arg said[] = {{"pesan", d->error}, {NULL, NULL}};

    (void)snprintf(unit, sizeof unit, "%d", d->unit);
    (void)format_number(every, sizeof every, lang, d->every_s, 0);
    html_raw(b, "<p>");
    tech_badge(b, lang, tech_device_level(d), trouble_device_word(d));
    html_raw(b, " ");
    parts_say(b, lang, TEXT_TECH_DEV_PLACE, place);
    html_put(b, ". <code>$</code> ", d->profile);
    if (map != NULL)
        html_put(b, "$ $", map->maker, map->model);
    html_raw(b, "</p>\n");
    if (d->error[0] != '\0')
        parts_element(b, "p", "soft", lang, TEXT_TECH_SAID, said);
    html_raw(b, "<dl class=\"values\">");
    page_tech_time(text, sizeof text, d->last_good_ms, v->now_ms, lang);
    page_tech_item(b, lang, TEXT_TECH_LAST_GOOD, text);
    if (d->calibrating_ms != 0) {
        page_tech_time(text, sizeof text, d->calibrating_ms, v->now_ms, lang);
        page_tech_item(b, lang, TEXT_TECH_CALIBRATING, text);
    }
    (void)snprintf(text, sizeof text, "%d/%d\u00a0ms", d->p50_ms, d->p95_ms);
    page_tech_item(b, lang, TEXT_TECH_ANSWER, d->n.good > 0 ? text : "\u2013");
    tech_missed(b, lang, d->missed_slots, d->served_slots);
    tech_errors(b, lang, &d->n);
    html_raw(b, "</dl>\n");
}

void page_device(struct buf *b, const struct fleet_view *v, const struct fleet_box *box,
                 size_t device, const struct page_model *m, const struct page_device_form *f,
                 enum lang lang)
{
    const struct fleet_device *d = &box->device[device];
    const struct fleet_registers *map = fleet_map(box, d->slug), *shown = map;
    const struct fleet_reading *r = fleet_reading_of(box, d->slug);
    const struct text_arg name[] = {{"kolektor", tech_box_name(box)}, {NULL, NULL}};
    char path[PAGE_DEVICE_PATH_SIZE], query[SLUG_SIZE + 8];

    (void)snprintf(path, sizeof path, "/alat/%s/%s", d->bus, d->slug);
    (void)snprintf(query, sizeof query, "di=%s&", box->key);
    const struct parts_head head = {.title = d->slug,
                                    .path = path,
                                    .query = query,
                                    .here = TEXT_TECH_NAV,
                                    .notice = m->notice,
                                    .again_s =
                                        r != NULL && r->state == FLEET_READ_WAITING ? AGAIN_S : 0,
                                    .m = m};

    if (r != NULL && r->got.n > 0)
        shown = &r->got;
    parts_begin(b, &head, lang);
    html_put(b, "<p><a class=\"back\" href=\"/alat\">$</a></p>\n<h1>$</h1>\n",
             text_get(lang, TEXT_TECH_DEVICES_LINK), d->slug);
    parts_element(b, "p", "soft", lang, TEXT_TECH_BOX, name);
    facts(b, v, d, map, lang);
    parts_element(b, "h2", "", lang, TEXT_TECH_REGISTERS, NULL);
    button(b, box, d, f, lang);
    if (r != NULL)
        reading(b, v, r, lang);
    if (shown == NULL || shown->n == 0)
        parts_element(b, "p", "soft", lang,
                      map == NULL ? TEXT_TECH_REG_UNKNOWN : TEXT_TECH_DEV_SWITCHES, NULL);
    else
        register_table(b, shown, lang);
    page_bus_path(path, sizeof path, v, box, d->bus);
    html_put(b, "<p><a class=\"back\" href=\"$\">$</a></p>\n", path,
             text_get(lang, TEXT_TECH_FRAMES));
    for (size_t i = 0; shown != NULL && i < box->buses; i++)
        if (strcmp(box->bus[i].slug, d->bus) == 0)
            mbpoll_lines(b, &box->bus[i], d, shown, lang);
    parts_end(b, lang);
}
