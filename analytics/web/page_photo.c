/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/catat/foto": photos of a harvest's note. */
#include "page_note.h"

#include <stdio.h>

#include "analytics/records/photos.h"
#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "collector/common/civil.h"

/* What the script is told to send at most: with boundary and fields it must fit into a form. */
#define SEND_BYTES 45000
_Static_assert(SEND_BYTES <= PHOTO_BYTES_MOST, "the records take what the script sends");

static void form(struct buf *b, const struct page_model *m, const struct page_photos *ph,
                 enum lang lang)
{
    char most[16];

    (void)snprintf(most, sizeof most, "%d", SEND_BYTES);
    html_put(b,
             "<form class=\"foto\" method=\"post\" enctype=\"multipart/form-data\" "
             "action=\"/catat/foto\" data-paling=\"$\" data-kirim=\"$\" data-gagal=\"$\" "
             "data-tolak=\"$\" data-bukan=\"$\">\n",
             most, text_get(lang, TEXT_PHOTO_SENDING), text_get(lang, TEXT_PHOTO_FAILED),
             text_get(lang, TEXT_PHOTO_REFUSED), text_get(lang, TEXT_PHOTO_NO_PICTURE));
    html_put(b,
             "<input type=\"hidden\" name=\"tanda\" value=\"$\"><input type=\"hidden\" "
             "name=\"id\" value=\"$\">\n<p><label for=\"foto\">$</label><input type=\"file\" "
             "id=\"foto\" name=\"foto\" accept=\"image/*\" required>",
             m->token != NULL ? m->token : "", ph->row->uid, text_get(lang, TEXT_PHOTO_CHOOSE));
    html_put(b, "<small class=\"soft\">$</small></p>\n<p role=\"status\"></p>\n",
             text_get(lang, TEXT_PHOTO_HINT));
    html_put(b, "<button class=\"simpan\">$</button></form>\n", text_get(lang, TEXT_PHOTO_SEND));
}

void page_photos(struct buf *b, const struct page_model *m, const struct page_photos *ph,
                 enum lang lang)
{
    char date[FORMAT_SIZE] = "", kg[FORMAT_SIZE], query[64];
    const char *day = note_cell(NOTE_HARVEST, ph->row, "on");
    const struct text_arg args[] = {{"tanggal", date}, {"kg", kg}, {NULL, NULL}};
    const struct parts_head head = {.title = text_get(lang, TEXT_PHOTO_TITLE),
                                    .path = "/catat/foto",
                                    .query = query,
                                    .here = TEXT_NOTES_TITLE,
                                    .notice = m->notice,
                                    .script = "/foto.js",
                                    .m = m};
    int32_t on;

    (void)snprintf(query, sizeof query, "id=%s&", ph->row->uid);
    if (civil_parse_day(day, &on) == 0)
        (void)format_date(date, sizeof date, lang, on);
    note_number_text(note_cell(NOTE_HARVEST, ph->row, "kg"), lang, kg);
    parts_begin(b, &head, lang);
    parts_element(b, "h1", "", lang, TEXT_PHOTO_TITLE, NULL);
    html_put(b, "<p>$: ", ph->pond->pond.name);
    parts_say(b, lang, TEXT_PHOTO_OF, args);
    html_raw(b, "</p>\n");
    if (ph->problem != TEXT_COUNT) {
        html_raw(b, "<div role=\"alert\">");
        parts_element(b, "p", "no", lang, ph->problem, NULL);
        html_raw(b, "</div>\n");
    }
    parts_element(b, "p", "soft", lang, TEXT_PHOTO_WHO, NULL);
    for (size_t i = 0; i < ph->photos; i++)
        html_put(b,
                 "<p><a href=\"/catat/foto/$\"><img class=\"nota\" src=\"/catat/foto/$\" "
                 "loading=\"lazy\" alt=\"$\"></a></p>\n",
                 ph->uid[i], ph->uid[i], text_get(lang, TEXT_PHOTO_TITLE));
    if (ph->photos == 0)
        parts_element(b, "p", "", lang, TEXT_PHOTO_EMPTY, NULL);
    if (ph->photos < PAGE_PHOTOS_MAX)
        form(b, m, ph, lang);
    html_put(b, "<p><a class=\"back\" href=\"/catat?kolam=$\">$</a></p>\n", ph->pond->pond.slug,
             text_get(lang, TEXT_NOTES_TITLE));
    parts_end(b, lang);
}
