/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/alat/BUS": the last frames of a bus, byte by byte, and what they say as far as it can be read. */
#include "page_technician.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "analytics/web/tech_parts.h"

#define AGAIN_S 5
#define MBAP    6 /* bytes of Modbus TCP before unit and PDU */

/* The first bytes of "01 03 ..."; their number. */
static size_t read_bytes(const char *text, uint8_t *out, size_t most)
{
    size_t n = 0;

    for (char *end; n < most && *text != '\0'; text = end) {
        unsigned long v = strtoul(text, &end, 16);
        if (end == text || v > 255)
            break;
        out[n++] = (uint8_t)v;
    }
    return n;
}

/* "unit 3, fungsi 3, mulai 0, banyak 10", "unit 3: exception 2". Nothing for what is no frame. */
static void meaning(struct buf *b, const struct fleet_frame *f, bool serial, enum lang lang)
{
    uint8_t byte[MBAP + 6];
    const size_t skip = serial ? 0 : MBAP, n = read_bytes(f->bytes, byte, skip + 6);
    const uint8_t *p = byte + skip;
    char unit[8], function[8], first[8], count[8];
    const struct text_arg args[] = {
        {"unit", unit}, {"fungsi", function}, {"mulai", first}, {"n", count}, {NULL, NULL}};

    if (f->bytes[0] == '\0') {
        parts_say(b, lang, TEXT_TECH_FRAME_NOTHING, NULL);
        return;
    }
    if (n < skip + 3)
        return;
    (void)snprintf(unit, sizeof unit, "%u", p[0]);
    (void)snprintf(function, sizeof function, "%u", p[1] & 0x7FU);
    (void)snprintf(first, sizeof first, "%u", p[2]);
    count[0] = '\0';
    if (!f->sent && (p[1] & 0x80U) != 0) {
        (void)snprintf(count, sizeof count, "%u", p[2]);
        parts_say(b, lang, TEXT_TECH_FRAME_EXCEPTION, args);
    } else if (f->sent && n >= skip + 6) {
        (void)snprintf(first, sizeof first, "%u", (unsigned)p[2] << 8 | p[3]);
        (void)snprintf(count, sizeof count, "%u", (unsigned)p[4] << 8 | p[5]);
        parts_say(b, lang, p[1] == 5 || p[1] == 6 ? TEXT_TECH_FRAME_WRITE : TEXT_TECH_FRAME_ASK,
                  args);
    } else if (!f->sent) {
        parts_say(b, lang, TEXT_TECH_FRAME_ANSWER, args);
    }
}

static void frame_item(struct buf *b, const struct fleet_view *v, const struct fleet_frame *f,
                       bool serial, enum lang lang)
{
    char at[FORMAT_SIZE], ms[8];

    page_tech_time(at, sizeof at, f->at_ms, v->now_ms, lang);
    (void)snprintf(ms, sizeof ms, "%03d", (int)(f->at_ms % 1000));
    html_put(b, "<li><b>$</b> $$$ <span class=\"soft\">", f->sent ? "TX" : "RX", at,
             lang == LANG_ID ? "," : ".", ms);
    meaning(b, f, serial, lang);
    html_raw(b, "</span>");
    if (f->bytes[0] != '\0')
        html_put(b, "<code>$</code>", f->bytes);
    html_raw(b, "</li>\n");
}

static void frame_list(struct buf *b, const struct fleet_view *v, const struct fleet_frames *f,
                       bool serial, enum lang lang)
{
    parts_element(b, "p", "soft", lang, TEXT_TECH_FRAMES_NOTE, NULL);
    html_raw(b, "<ol class=\"plain bingkai\">\n");
    for (size_t i = f->n; i-- > 0;)
        frame_item(b, v, &f->frame[i], serial, lang);
    html_raw(b, "</ol>\n");
}

void page_bus_path(char *out, size_t size, const struct fleet_view *v, const struct fleet_box *box,
                   const char *bus)
{
    if (v->boxes > 1)
        (void)snprintf(out, size, "/alat/%s?di=%s", bus, box->key);
    else
        (void)snprintf(out, size, "/alat/%s", bus);
}

void page_bus(struct buf *b, const struct fleet_view *v, const struct fleet_box *box, size_t bus,
              const struct page_model *m, enum lang lang)
{
    const struct fleet_bus *x = &box->bus[bus];
    const struct fleet_frames *f = fleet_frames_of(box, x->slug);
    const struct text_arg name[] = {{"jalur", x->slug}, {NULL, NULL}};
    const struct text_arg of[] = {{"kolektor", tech_box_name(box)}, {NULL, NULL}};
    char path[PAGE_DEVICE_PATH_SIZE], query[SLUG_SIZE + 8];

    (void)snprintf(path, sizeof path, "/alat/%s", x->slug);
    (void)snprintf(query, sizeof query, "di=%s&", box->key);
    const struct parts_head head = {.title = x->slug,
                                    .path = path,
                                    .query = query,
                                    .here = TEXT_TECH_NAV,
                                    .notice = m->notice,
                                    .again_s = AGAIN_S,
                                    .m = m};

    parts_begin(b, &head, lang);
    html_put(b, "<p><a class=\"back\" href=\"/alat\">$</a></p>\n",
             text_get(lang, TEXT_TECH_DEVICES_LINK));
    parts_element(b, "h1", "", lang, TEXT_TECH_BUS, name);
    parts_element(b, "p", "soft", lang, TEXT_TECH_BOX, of);
    html_put(b, "<p><code>$</code> $</p>\n<dl class=\"values\">", x->where, x->why);
    tech_errors(b, lang, &x->n);
    html_raw(b, "</dl>\n");
    parts_element(b, "h2", "", lang, TEXT_TECH_FRAMES, NULL);
    if (f == NULL)
        parts_element(b, "p", "soft", lang, TEXT_TECH_FRAMES_UNTOLD, NULL);
    else if (f->n == 0)
        parts_element(b, "p", "soft", lang, TEXT_TECH_FRAMES_NONE, NULL);
    else
        frame_list(b, v, f, x->serial, lang);
    parts_end(b, lang);
}
