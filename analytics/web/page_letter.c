/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Head and signatures of the offices' papers; what the configuration does not have is left to be filled in. */
#include "page_letter.h"

#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "collector/common/civil.h"

static const struct letter_office *of(const struct page_model *m, size_t r)
{
    static const struct letter_office NONE;

    return m->letters != NULL ? &m->letters->of[r] : &NONE;
}

const char *letter_office_name(const struct page_model *m, size_t r, enum lang lang)
{
    const char *name = m->office[r];

    if (lang == LANG_EN && of(m, r)->office_en[0] != '\0')
        return of(m, r)->office_en;
    return name != NULL && *name != '\0' ? name : text_get(lang, TEXT_PRINT_OFFICE);
}

void letter_head(struct buf *b, const struct page_model *m, size_t r, enum lang lang)
{
    const struct text_arg args[] = {{"wilayah", regency_name((enum regency)r)}, {NULL, NULL}};

    html_raw(b, "<p><b>");
    parts_say(b, lang, TEXT_PRINT_REGENCY, args);
    html_put(b, "</b><span>$</span>", letter_office_name(m, r, lang));
    if (of(m, r)->address[0] != '\0')
        html_put(b, "<span class=\"alamat\">$</span>", of(m, r)->address);
    html_raw(b, "</p>");
}

void letter_place(struct buf *b, const struct page_model *m, size_t r, enum lang lang)
{
    char date[FORMAT_SIZE];

    if (of(m, r)->place[0] == '\0') {
        parts_element(b, "p", "", lang, TEXT_PRINT_PLACE, NULL);
        return;
    }
    (void)format_date(date, sizeof date, lang, civil_day(m->now_ms));
    html_put(b, "<p>$, $</p>\n", of(m, r)->place, date);
}

void letter_sign(struct buf *b, const struct page_model *m, size_t r, bool author, enum lang lang)
{
    const struct letter_sign *s = author ? &of(m, r)->author : &of(m, r)->head;
    const struct text_arg head[] = {{"dinas", letter_office_name(m, r, lang)}, {NULL, NULL}};
    const char *title = lang == LANG_EN && s->title[1][0] != '\0' ? s->title[1] : s->title[0];

    html_raw(b, "<p>");
    if (author)
        html_put(b, "$<span>$</span>", text_get(lang, TEXT_REPORT_AUTHOR),
                 *title != '\0' ? title : regency_name((enum regency)r));
    else if (*title != '\0')
        html_text(b, title);
    else
        parts_say(b, lang, TEXT_PRINT_HEAD, head);
    if (!author)
        html_put(b, "<span>$</span>", regency_name((enum regency)r));
    if (s->name[0] == '\0') {
        html_put(b, "</p><p class=\"nama\">$</p>", text_get(lang, TEXT_PRINT_NAME));
        return;
    }
    html_put(b, "</p><p class=\"nama\">$", s->name);
    if (s->rank[0] != '\0')
        html_put(b, "<span>$</span>", s->rank);
    if (s->nip[0] != '\0')
        html_put(b, "<span>NIP. $</span>", s->nip);
    html_raw(b, "</p>");
}
