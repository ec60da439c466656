/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/alarm": alarms now and of the last days, whom they were told and what became of every attempt. */
#include "page.h"

#include <string.h>

#include "analytics/web/buttons.h"
#include "analytics/web/html.h"
#include "analytics/web/parts.h"

/* "SMS terkirim 05.12 WIB", "gagal 05.12 WIB: tanpa sinyal". */
static void fate(struct buf *b, const struct page_model *m, const struct rec_attempt *t,
                 enum lang lang)
{
    static const struct {
        const char *fate;
        enum text text;
    } FATE[] = {{"sent", TEXT_FATE_SENT},       {"delivered", TEXT_FATE_DELIVERED},
                {"refused", TEXT_FATE_FAILED},  {"expired", TEXT_FATE_FAILED},
                {"unknown", TEXT_FATE_UNKNOWN}, {"dropped", TEXT_FATE_DROPPED},
                {"retry", TEXT_FATE_RETRY}};
    enum text text = TEXT_FATE_WAIT;
    char moment[FORMAT_SIZE];
    const struct text_arg args[] = {
        {"jam", moment}, {"sebab", t->why[0] != '\0' ? t->why : t->code}, {NULL, NULL}};
    int64_t ts = t->done_ms != 0 ? t->done_ms : t->begun_ms != 0 ? t->begun_ms : t->due_ms;

    for (size_t i = 0; i < sizeof FATE / sizeof FATE[0]; i++)
        if (strcmp(FATE[i].fate, t->fate) == 0)
            text = FATE[i].text;
    (void)format_moment(moment, sizeof moment, lang, ts, m->now_ms);
    html_put(b, "<li>$ ", t->channel);
    parts_say(b, lang, text, args);
    if (t->contact[0] != '\0')
        html_put(b, " <span class=\"soft\">$</span>", t->contact);
    html_raw(b, "</li>");
}

static void attempts_of(struct buf *b, const struct page_model *m, int64_t alarm,
                        const struct rec_attempt *attempt, size_t attempts, enum lang lang)
{
    size_t n = 0;

    for (size_t i = 0; i < attempts; i++) {
        if (attempt[i].alarm != alarm)
            continue;
        if (n++ == 0)
            html_put(b, "<details><summary>$</summary><ul>", text_get(lang, TEXT_ALARM_ATTEMPTS));
        fate(b, m, &attempt[i], lang);
    }
    if (n == 0)
        parts_element(b, "p", "soft", lang, TEXT_ALARM_NO_ATTEMPT, NULL);
    else
        html_raw(b, "</ul></details>\n");
}

static void list(struct buf *b, const struct page_model *m, bool open,
                 const struct rec_attempt *attempt, size_t attempts, enum lang lang)
{
    size_t n = 0;

    parts_element(b, "h2", "", lang, open ? TEXT_ALARM_OPEN : TEXT_ALARM_PAST, NULL);
    for (size_t i = 0; i < m->board.alarms; i++) {
        const struct rec_alarm *a = &m->board.alarm[i];

        if ((a->cleared_ms == 0) != open)
            continue;
        if (n++ == 0)
            html_raw(b, "<ul class=\"plain\">\n");
        html_put(b, "<li class=\"card $\">", parts_level_class(alarm_level(a)));
        alarm_line(b, m, a, lang);
        if (open)
            buttons_alarm(b, m, a, "/alarm", lang);
        attempts_of(b, m, a->id, attempt, attempts, lang);
        html_raw(b, "</li>\n");
    }
    if (n == 0)
        parts_element(b, "p", "soft", lang, open ? TEXT_ALARM_NONE : TEXT_ALARM_NONE_PAST, NULL);
    else
        html_raw(b, "</ul>\n");
}

/* Ponds whose dangers reach nobody, by name. */
static void unserved(struct buf *b, const struct page_model *m, enum lang lang)
{
    char n[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", n}, {NULL, NULL}};
    unsigned many = page_unserved(m);

    if (many == 0)
        return;
    (void)format_number(n, sizeof n, lang, many, 0);
    html_raw(b, "<h2 id=\"tanpa-nomor\">");
    parts_say(b, lang, many == 1 ? TEXT_UNSERVED_ONE : TEXT_UNSERVED_MANY, args);
    html_raw(b, "</h2>\n");
    parts_element(b, "p", "", lang, TEXT_UNSERVED_NOTE, NULL);
    html_raw(b, "<ul class=\"plain\">");
    for (size_t i = 0; i < m->ponds; i++)
        if (m->pond[i].unserved)
            html_put(b, "<li><a href=\"/kolam/$\">$</a> <span class=\"soft\">$</span></li>",
                     m->pond[i].pond.slug, m->pond[i].pond.name, m->pond[i].farm);
    html_raw(b, "</ul>\n");
}

void page_alarm(struct buf *b, const struct page_model *m, const struct rec_attempt *attempt,
                size_t attempts, enum lang lang)
{
    const struct parts_head head = {.title = text_get(lang, TEXT_ALARM_TITLE),
                                    .path = "/alarm",
                                    .here = TEXT_ALARM_TITLE,
                                    .refresh = true,
                                    .notice = m->notice,
                                    .m = m};
    bool any = false;

    parts_begin(b, &head, lang);
    parts_element(b, "h1", "", lang, TEXT_ALARM_TITLE, NULL);
    if (m->board.watch_ms == 0)
        parts_watch(b, m, lang);
    list(b, m, true, attempt, attempts, lang);
    unserved(b, m, lang);
    list(b, m, false, attempt, attempts, lang);
    for (size_t i = 0; i < m->board.months; i++) {
        const struct report_pond *r = &m->board.month[i];

        if (r->warned + r->right + r->missed + r->unknown == 0)
            continue;
        if (!any)
            parts_element(b, "h2", "", lang, TEXT_ALARM_MONTH, NULL);
        any = true;
        alarm_month(b, m, r->pond, true, lang);
    }
    parts_end(b, lang);
}
