/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/": how many ponds need action, then a card a pond, worst first. */
#include "page.h"

#include "analytics/web/html.h"
#include "analytics/web/parts.h"

/* "9 kolam. 2 perlu tindakan sekarang. 1 tanpa data." */
static void summary(struct buf *b, const struct page_model *m, enum lang lang)
{
    const struct {
        unsigned n;
        enum text one, many;
        bool always;
    } PART[] = {
        {(unsigned)m->ponds, TEXT_PONDS_ONE, TEXT_PONDS_MANY, true},
        {m->level_count[STATUS_DANGER], TEXT_ACT_ONE, TEXT_ACT_MANY, false},
        {m->level_count[STATUS_NO_DATA], TEXT_BLIND_ONE, TEXT_BLIND_MANY, false},
        {m->level_count[STATUS_WATCH], TEXT_WATCH_ONE, TEXT_WATCH_MANY, false},
    };

    html_raw(b, "<p class=\"sum\">");
    for (size_t i = 0; i < sizeof PART / sizeof PART[0]; i++) {
        char n[FORMAT_SIZE];
        if (PART[i].n == 0 && !PART[i].always)
            continue;
        (void)format_number(n, sizeof n, lang, PART[i].n, 0);
        const struct text_arg args[] = {{"n", n}, {NULL, NULL}};
        parts_say(b, lang, PART[i].n == 1 ? PART[i].one : PART[i].many, args);
        html_raw(b, " ");
    }
    if (m->level_count[STATUS_OK] == m->ponds)
        parts_say(b, lang, TEXT_ALL_OK, NULL);
    html_raw(b, "</p>\n");
}

/* "3 kolam belum punya nomor yang dibangunkan", with the way to their names. */
static void unserved(struct buf *b, const struct page_model *m, enum lang lang)
{
    unsigned n = page_unserved(m);
    char number[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", number}, {NULL, NULL}};

    if (n == 0)
        return;
    (void)format_number(number, sizeof number, lang, n, 0);
    html_raw(b, "<p><a href=\"/alarm#tanpa-nomor\">");
    parts_say(b, lang, n == 1 ? TEXT_UNSERVED_ONE : TEXT_UNSERVED_MANY, args);
    html_raw(b, "</a></p>\n");
}

static void card(struct buf *b, const struct page_model *m, const struct page_pond *p,
                 enum lang lang)
{
    html_put(b,
             "<li class=\"card $\"><h2><a href=\"/kolam/$\">$</a></h2>"
             "<p class=\"soft\">$ \u00b7 $</p><p>",
             parts_level_class(p->status.level), p->pond.slug, p->pond.name, p->farm,
             region_kecamatan(p->kecamatan)->name);
    parts_badge(b, lang, p->status.level);
    html_raw(b, "</p>\n");
    parts_why(b, m, p, lang);
    parts_steps(b, m, p, lang);
    parts_values(b, m, p, lang);
    parts_when(b, m, p, lang);
    html_raw(b, "</li>\n");
}

/* Ponds from which nothing came for a week: most have no device. Named, not drawn as cards, unless people or records tell
 * of trouble there. */
static bool quiet(const struct page_pond *p)
{
    return !p->heard && p->status.level == STATUS_NO_DATA;
}

static void silent(struct buf *b, const struct page_model *m, enum lang lang)
{
    bool any = false;

    for (size_t i = 0; i < m->ponds; i++) {
        const struct page_pond *p = &m->pond[i];
        if (!quiet(p))
            continue;
        if (!any) {
            parts_element(b, "h2", "", lang, TEXT_SILENT_TITLE, NULL);
            html_raw(b, "<p>");
            parts_badge(b, lang, STATUS_NO_DATA);
            html_raw(b, "</p>\n");
            parts_element(b, "p", "soft", lang, TEXT_SILENT_NOTE, NULL);
            html_raw(b, "<ul class=\"plain\">");
            any = true;
        }
        html_put(b, "<li><a href=\"/kolam/$\">$</a> <span class=\"soft\">$ \u00b7 $</span></li>",
                 p->pond.slug, p->pond.name, p->farm, region_kecamatan(p->kecamatan)->name);
    }
    if (any)
        html_raw(b, "</ul>\n");
}

void page_home(struct buf *b, const struct page_model *m, enum lang lang)
{
    const struct parts_head head = {.title = text_get(lang, TEXT_HOME_TITLE),
                                    .path = "/",
                                    .here = TEXT_NAV_PONDS,
                                    .refresh = true,
                                    .notice = m->notice,
                                    .m = m};
    bool cards = false;

    parts_begin(b, &head, lang);
    parts_element(b, "h1", "", lang, TEXT_HOME_TITLE, NULL);
    if (m->ponds == 0)
        parts_element(b, "p", "sum", lang, TEXT_NO_PONDS, NULL);
    else
        summary(b, m, lang);
    unserved(b, m, lang);
    parts_database(b, m, lang);
    if (m->board.watch_ms == 0)
        parts_watch(b, m, lang);
    for (size_t i = 0; i < m->ponds; i++) {
        if (quiet(&m->pond[i]))
            continue;
        if (!cards)
            html_raw(b, "<ul class=\"cards\">\n");
        cards = true;
        card(b, m, &m->pond[i], lang);
    }
    if (cards)
        html_raw(b, "</ul>\n");
    silent(b, m, lang);
    parts_end(b, lang);
}
