/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the files of routes_export.c are had. */
#include "page.h"

#include "analytics/web/html.h"

struct words {
    const char *in[LANG_COUNT];
};

static const struct words TITLE = {{"Unduh data", "Download data"}};
static const struct words NOTE = {{"Satu tahun terakhir. Excel: pilih xlsx; CSV untuk program. "
                                   "Isinya catatan petani: jangan disebarkan.",
                                   "The last year. For Excel take xlsx; CSV is for programs. They "
                                   "hold farmers' records: do not pass them on."}};

static const struct {
    const char *name;
    struct words words;
} FILE_OF[] = {
    {"forecast", {{"prakiraan pasokan", "forecast"}}},
    {"balance", {{"neraca", "balance"}}},
    {"farms", {{"pembudidaya", "farms"}}},
    {"ponds", {{"kolam", "ponds"}}},
    {"cycles", {{"tebar", "stocking"}}},
    {"feed", {{"pakan", "feed"}}},
    {"samples", {{"sampling", "samples"}}},
    {"deaths", {{"kematian", "deaths"}}},
    {"harvests", {{"panen", "harvests"}}},
    {"fingerlings", {{"buku benih", "hatcheries' ledger"}}},
    {"official", {{"angka resmi", "official figures"}}},
    {"registry", {{"register", "register"}}},
    {"assumptions", {{"asumsi", "assumptions"}}},
    {"survey", {{"survei", "survey"}}},
};

void page_downloads(struct buf *b, enum lang lang)
{
    html_put(b,
             "<details><summary>$</summary><p class=\"soft\">$</p><p><a "
             "href=\"/unduh/semua.xlsx\">$ (xlsx)</a></p><ul>",
             TITLE.in[lang], NOTE.in[lang], lang == LANG_ID ? "semua" : "everything");
    for (size_t i = 0; i < sizeof FILE_OF / sizeof FILE_OF[0]; i++)
        html_put(b,
                 "<li>$: <a href=\"/unduh/$.xlsx\">xlsx</a> <a href=\"/unduh/$.excel.csv\">CSV "
                 "Excel</a> <a href=\"/unduh/$.csv\">CSV</a></li>",
                 FILE_OF[i].words.in[lang], FILE_OF[i].name, FILE_OF[i].name, FILE_OF[i].name);
    html_raw(b, "</ul></details>\n");
}
