/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/wilayah/peta": the kecamatan as squares of a grid, shaded by one figure of the month. No true borders. */
#include "page_office.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analytics/supply/tiles.h"
#include "analytics/web/html.h"
#include "analytics/web/page_region.h"
#include "analytics/web/parts.h"

#define SIDE_X 116
#define SIDE_Y 64
#define SHADES 5

static const struct {
    const char *name; /* in the address */
    enum monthly_measure what;
    enum text head;
} SHOWN[] = {
    {"panen", MONTHLY_HARVEST, TEXT_REPORT_HARVEST},
    {"kolam", MONTHLY_PONDS, TEXT_REPORT_PONDS},
    {"luas", MONTHLY_AREA, TEXT_REPORT_AREA},
    {"tebar", MONTHLY_STOCKED, TEXT_REPORT_STOCKED},
    {"mati", MONTHLY_DEATHS, TEXT_REPORT_DEATHS},
};
enum {
    SHOWN_N = sizeof SHOWN / sizeof SHOWN[0]
};

int page_sketch_find(const char *name, enum monthly_measure *out)
{
    for (size_t i = 0; i < SHOWN_N; i++)
        if (strcmp(name, SHOWN[i].name) == 0) {
            *out = SHOWN[i].what;
            return 0;
        }
    return NILA_ERR_NOT_FOUND;
}

static const char *head_of(enum monthly_measure what, enum lang lang)
{
    for (size_t i = 0; i < SHOWN_N; i++)
        if (SHOWN[i].what == what)
            return text_get(lang, SHOWN[i].head);
    return "";
}

struct sketch {
    const struct monthly *of;
    enum monthly_measure what;
    enum lang lang;
    double most; /* of all kecamatan */
};

/* Of the cell a kecamatan belongs to; NaN when it is not told. */
static double value(const struct sketch *y, size_t k)
{
    return monthly_value(y->of, y->what, supply_node_kecamatan(y->of->rows[y->what].cell[k]), NULL);
}

/* 0: nothing; 1..SHADES by fifths of the largest; -1: not told. */
static int shade(const struct sketch *y, double v)
{
    if (isnan(v))
        return -1;
    return v <= 0 ? 0 : (int)fmin(SHADES, ceil(SHADES * v / y->most));
}

static bool shared(const struct sketch *y, size_t k)
{
    for (size_t i = 0; i < REGION_KECAMATAN_COUNT; i++)
        if (i != k && y->of->rows[y->what].cell[i] == y->of->rows[y->what].cell[k])
            return true;
    return false;
}

/* A name on one line, or two where it has a blank: cut at the one nearest the middle. */
static void name_lines(struct buf *b, const char *name, int x, int y)
{
    size_t n = strlen(name), cut = 0;
    for (size_t i = 0; n > 13 && i < n; i++)
        if (name[i] == ' ' && (cut == 0 || (i > n / 2 ? i - n / 2 : n / 2 - i) <
                                               (cut > n / 2 ? cut - n / 2 : n / 2 - cut)))
            cut = i;
    buf_printf(b, "<text x=\"%d\" y=\"%d\">", x, y);
    if (cut > 0) {
        char first[32];

        (void)snprintf(first, sizeof first, "%.*s", (int)cut, name);
        html_text(b, first);
        buf_printf(b, "<tspan x=\"%d\" dy=\"14\">", x);
        html_text(b, name + cut + 1);
        html_raw(b, "</tspan>");
    } else {
        html_text(b, name);
    }
    html_raw(b, "</text>");
}

static void tile(struct buf *b, const struct sketch *y, size_t k)
{
    const struct tile t = tile_of(k);
    const int x = (int)t.column * SIDE_X + (region_kecamatan(k)->regency == REGENCY_KOTIM ? 12 : 0),
              top = (int)t.row * SIDE_Y, of = shade(y, value(y, k));
    char text[FORMAT_SIZE];

    (void)format_number(text, sizeof text, y->lang, value(y, k), 0);
    buf_printf(b,
               "<g><rect class=\"%s%d r%d\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
               "rx=\"4\"/>",
               of < 0 ? "petak k" : "petak n", of < 0 ? 0 : of, (int)region_kecamatan(k)->regency,
               x + 2, top + 2, SIDE_X - 4, SIDE_Y - 4);
    name_lines(b, region_kecamatan(k)->name, x + 8, top + 19);
    buf_printf(b, "<text class=\"nilai\" x=\"%d\" y=\"%d\">", x + SIDE_X - 8, top + SIDE_Y - 8);
    html_text(b, text);
    html_raw(b, shared(y, k) ? "*</text></g>\n" : "</text></g>\n");
}

static void drawing(struct buf *b, const struct sketch *y)
{
    buf_printf(b,
               "<figure class=\"sketsa\"><svg viewBox=\"0 0 %d %d\" role=\"img\" "
               "aria-labelledby=\"peta-t peta-d\"><title id=\"peta-t\">",
               (int)TILES_COLUMNS * SIDE_X + 12, (int)TILES_ROWS * SIDE_Y);
    html_text(b, text_get(y->lang, TEXT_SKETCH_TITLE));
    html_raw(b, "</title><desc id=\"peta-d\">");
    html_text(b, text_get(y->lang, TEXT_SKETCH_NOTE));
    html_raw(b, "</desc>\n");
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        tile(b, y, k);
    html_raw(b, "</svg><ul class=\"legend\">");
    for (int i = 0; i <= SHADES; i++) {
        char from[FORMAT_SIZE], to[FORMAT_SIZE];

        (void)format_number(from, sizeof from, y->lang, y->most * (i - 1) / SHADES, 0);
        (void)format_number(to, sizeof to, y->lang, y->most * i / SHADES, 0);
        buf_printf(b,
                   "<li><svg viewBox=\"0 0 24 14\" aria-hidden=\"true\"><rect class=\"petak n%d\" "
                   "width=\"24\" height=\"14\"/></svg>",
                   i);
        if (i == 0)
            html_raw(b, "0</li>");
        else
            html_put(b, "$\u2013$</li>", from, to);
    }
    html_put(b,
             "<li><svg viewBox=\"0 0 24 14\" aria-hidden=\"true\"><rect class=\"petak k0\" "
             "width=\"24\" height=\"14\"/></svg>$</li></ul></figure>\n",
             text_get(y->lang, TEXT_SKETCH_UNTOLD));
}

static void table(struct buf *b, const struct sketch *y)
{
    const struct merge *rows = &y->of->rows[y->what];
    char text[FORMAT_SIZE];

    html_put(b,
             "<details><summary>$</summary><div class=\"wide\"><table><thead><tr><th "
             "scope=\"col\">$</th><th scope=\"col\">$</th></tr></thead><tbody>\n",
             text_get(y->lang, TEXT_SKETCH_TABLE), text_get(y->lang, TEXT_KECAMATAN),
             head_of(y->what, y->lang));
    for (size_t node = 0; node < SUPPLY_NODES; node++) {
        struct buf name = {0};

        if (node >= DEMAND_NODES && rows->cell[node - DEMAND_NODES] != node - DEMAND_NODES)
            continue;
        if (node < DEMAND_NODES)
            buf_str(&name, region_node_name(node, y->lang));
        else
            region_cell_name(&name, rows, node - DEMAND_NODES);
        (void)format_number(text, sizeof text, y->lang, monthly_value(y->of, y->what, node, NULL),
                            0);
        html_put(b, "<tr><th scope=\"row\">$</th><td>$</td></tr>\n", name.p, text);
        buf_free(&name);
    }
    html_raw(b, "</tbody></table></div></details>\n");
}

void page_sketch(struct buf *b, const struct page_model *m, const struct monthly *of,
                 enum monthly_measure shown, enum lang lang)
{
    const struct parts_head head = {.title = text_get(lang, TEXT_SKETCH_TITLE),
                                    .path = "/wilayah/peta",
                                    .here = TEXT_NAV_REGION,
                                    .notice = m->notice,
                                    .m = m};
    struct sketch y = {.of = of, .what = shown, .lang = lang};
    char month[FORMAT_SIZE];

    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        y.most = fmax(y.most, value(&y, k)); /* of a NaN the other one */
    y.most = y.most > 0 ? y.most : 1;
    (void)format_month(month, sizeof month, lang, of->month);
    parts_begin(b, &head, lang);
    html_put(b, "<p><a class=\"back\" href=\"/wilayah\">$</a></p>\n",
             text_get(lang, TEXT_BACK_REGION));
    parts_element(b, "h1", "", lang, TEXT_SKETCH_TITLE, NULL);
    html_put(b, "<p class=\"sum\">$, $</p>\n<p class=\"pilih\">", head_of(shown, lang), month);
    for (size_t i = 0; i < SHOWN_N; i++) {
        html_put(b, "<a href=\"/wilayah/peta?angka=$\"", SHOWN[i].name);
        html_raw(b, SHOWN[i].what == shown ? " aria-current=\"true\">" : ">");
        html_put(b, "$</a> ", text_get(lang, SHOWN[i].head));
    }
    html_raw(b, "</p>\n");
    drawing(b, &y);
    parts_element(b, "p", "soft", lang, TEXT_SKETCH_NOTE, NULL);
    parts_element(b, "p", "soft", lang, TEXT_MERGED, NULL);
    table(b, &y);
    parts_end(b, lang);
}
