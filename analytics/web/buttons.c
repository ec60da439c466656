/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "buttons.h"

#include <stdio.h>
#include <string.h>

#include "analytics/alert/words.h"
#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "analytics/web/press.h"

/* One button is one form: it works without a script. */
static void form(struct buf *b, const struct page_model *m, const char *what, const char *subject,
                 const char *back, const char *class_name, enum text label, enum lang lang)
{
    char key[24];

    (void)snprintf(key, sizeof key, "%lld", (long long)(m->now_ms / PRESS_KEY_MS));
    html_put(b,
             "<form method=\"post\" action=\"/tombol\"><input type=\"hidden\" name=\"apa\" "
             "value=\"$\"><input type=\"hidden\" name=\"di\" value=\"$\"><input type=\"hidden\" "
             "name=\"kembali\" value=\"$\">",
             what, subject, back);
    html_put(b,
             "<input type=\"hidden\" name=\"kunci\" value=\"$\"><input type=\"hidden\" "
             "name=\"tanda\" value=\"$\"><button class=\"$\">$</button></form>\n",
             key, m->token, class_name, text_get(lang, label));
}

static bool drawn(const struct page_model *m)
{
    return m->token != NULL && m->token[0] != '\0';
}

static void said(struct buf *b, const struct page_model *m, enum text key, int64_t ts_ms,
                 enum lang lang)
{
    char moment[FORMAT_SIZE];
    const struct text_arg args[] = {{"jam", moment}, {NULL, NULL}};

    (void)format_moment(moment, sizeof moment, lang, ts_ms, m->now_ms);
    parts_element(b, "p", "soft", lang, key, args);
}

void buttons_pond(struct buf *b, const struct page_model *m, const struct page_pond *p,
                  enum lang lang)
{
    const char *slug = p->pond.slug;
    char back[SLUG_SIZE + 8];
    int64_t gasping = 0;

    if (!drawn(m))
        return;
    (void)snprintf(back, sizeof back, "/kolam/%s", slug);
    parts_element(b, "h2", "", lang, TEXT_BUTTONS_TITLE, NULL);
    html_raw(b, "<div class=\"tombol\">\n");
    form(b, m, press_kind_name(PRESS_GASPING), slug, back, "darurat", TEXT_BUTTON_GASPING, lang);
    if (p->pond.system != POND_SYSTEM_CAGE) { /* a cage has no aerator */
        if (!p->aerator)
            form(b, m, press_kind_name(PRESS_AERATOR_ON), slug, back, "", TEXT_BUTTON_AERATOR_ON,
                 lang);
        if (p->aerator || p->aerator_ms == 0)
            form(b, m, press_kind_name(PRESS_AERATOR_OFF), slug, back, "", TEXT_BUTTON_AERATOR_OFF,
                 lang);
    } else {
        form(b, m, press_kind_name(PRESS_RIVER_ACID), slug, back, "darurat", TEXT_BUTTON_RIVER,
             lang);
    }
    html_raw(b, "</div>\n");
    for (size_t i = 0; i < m->board.presses; i++)
        if (m->board.press[i].kind == PRESS_GASPING && strcmp(m->board.press[i].pond, slug) == 0)
            gasping = m->board.press[i].at_ms;
    if (gasping != 0)
        said(b, m, TEXT_SAID_GASPING, gasping, lang);
    if (p->aerator_ms != 0)
        said(b, m, p->aerator ? TEXT_SAID_AERATOR_ON : TEXT_SAID_AERATOR_OFF, p->aerator_ms, lang);
    parts_element(b, "p", "soft", lang, TEXT_BUTTONS_NOTE, NULL);
}

void buttons_alarm(struct buf *b, const struct page_model *m, const struct rec_alarm *a,
                   const char *back, enum lang lang)
{
    char id[24];

    if (!drawn(m) || a->cleared_ms != 0)
        return;
    (void)snprintf(id, sizeof id, "%lld", (long long)a->id);
    html_raw(b, "<div class=\"tombol\">\n");
    if (a->acked_how[0] == '\0')
        form(b, m, PRESS_ACK, id, back, "", TEXT_BUTTON_ACK, lang);
    form(b, m, PRESS_SNOOZE, id, back, "", TEXT_BUTTON_SNOOZE, lang);
    html_raw(b, "</div>\n");
}

/* --- alarms --- */

static enum text how_text(const char *how)
{
    static const struct {
        const char *how;
        enum text text;
    } HOW[] = {{"page", TEXT_HOW_PAGE},
               {"cli", TEXT_HOW_CLI},
               {"sms", TEXT_HOW_SMS},
               {"call", TEXT_HOW_CALL},
               {"button", TEXT_HOW_BUTTON}};

    for (size_t i = 0; i < sizeof HOW / sizeof HOW[0]; i++)
        if (strcmp(HOW[i].how, how) == 0)
            return HOW[i].text;
    return TEXT_COUNT;
}

enum status_level alarm_level(const struct rec_alarm *a)
{
    enum alarm_severity s = a->worst;

    return s == ALARM_DANGER    ? STATUS_DANGER
           : s == ALARM_NO_DATA ? STATUS_NO_DATA
           : s == ALARM_WATCH   ? STATUS_WATCH
                                : STATUS_OK;
}

static const struct page_pond *pond_of(const struct page_model *m, const char *subject)
{
    return subject[0] == '\0' ? NULL : page_find(m, subject);
}

/* A sentence with a time. */
static void at(struct buf *b, const struct page_model *m, enum text key, int64_t ts_ms,
               enum lang lang)
{
    char moment[FORMAT_SIZE];
    const struct text_arg args[] = {{"jam", moment}, {NULL, NULL}};

    (void)format_moment(moment, sizeof moment, lang, ts_ms, m->now_ms);
    html_raw(b, " ");
    parts_say(b, lang, key, args);
}

static void acked(struct buf *b, const struct page_model *m, const struct rec_alarm *a,
                  enum lang lang)
{
    enum text how = how_text(a->acked_how);
    char moment[FORMAT_SIZE];
    const struct text_arg args[] = {
        {"jam", moment},
        {"siapa", a->acked_by[0] != '\0' ? a->acked_by : "?"},
        {"cara", how == TEXT_COUNT ? a->acked_how : text_get(lang, how)},
        {NULL, NULL}};

    if (a->acked_how[0] == '\0')
        return;
    (void)format_moment(moment, sizeof moment, lang, a->acked_ms, m->now_ms);
    html_raw(b, " ");
    parts_say(b, lang, TEXT_ALARM_ACKED, args);
}

/* What stands behind "farm:" or "channel:". */
static const char *of_whom(const char *subject)
{
    const char *colon = strchr(subject, ':');

    return colon != NULL ? colon + 1 : subject;
}

void alarm_line(struct buf *b, const struct page_model *m, const struct rec_alarm *a,
                enum lang lang)
{
    const struct page_pond *p = pond_of(m, a->subject);
    enum cause c;

    html_raw(b, "<p>");
    parts_badge(b, lang, alarm_level(a));
    html_put(b, " <b>$</b>",
             cause_find(a->cause, &c) == 0 ? WORDS[c].title[lang == LANG_EN] : a->cause);
    if (p != NULL)
        html_put(b, " \u00b7 <a href=\"/kolam/$\">$</a>", p->pond.slug, p->pond.name);
    else
        html_put(b, " \u00b7 $",
                 a->subject[0] == '\0' ? text_get(lang, TEXT_ALARM_SITE) : of_whom(a->subject));
    html_raw(b, "</p>\n<p class=\"soft\">");
    at(b, m, TEXT_ALARM_SINCE, a->raised_ms, lang);
    acked(b, m, a, lang);
    if (a->cleared_ms != 0)
        at(b, m, TEXT_ALARM_ENDED, a->cleared_ms, lang);
    else if (a->snooze_ms > m->now_ms)
        at(b, m, TEXT_ALARM_SNOOZED, a->snooze_ms, lang);
    html_raw(b, "</p>\n");
}

void alarm_month(struct buf *b, const struct page_model *m, const char *pond, bool named,
                 enum lang lang)
{
    for (size_t i = 0; i < m->board.months; i++) {
        const struct report_pond *r = &m->board.month[i];
        char words[256];

        if (strcmp(r->pond, pond) != 0 || r->warned + r->right + r->missed + r->unknown == 0)
            continue;
        report_sentence(words, sizeof words, r, lang == LANG_EN);
        html_put(b, "<p>$$$.</p>\n", named ? r->name : "", named ? ": " : "", words);
    }
}

void alarm_of_pond(struct buf *b, const struct page_model *m, const char *pond, enum lang lang)
{
    enum {
        SHOWN = 5
    };
    char back[SLUG_SIZE + 8];
    int n = 0;

    (void)snprintf(back, sizeof back, "/kolam/%s", pond);
    parts_element(b, "h2", "", lang, TEXT_ALARM_LAST, NULL);
    for (size_t i = 0; i < m->board.alarms && n < SHOWN; i++) {
        const struct rec_alarm *a = &m->board.alarm[i];

        if (strcmp(a->subject, pond) != 0)
            continue;
        n++;
        alarm_line(b, m, a, lang);
        buttons_alarm(b, m, a, back, lang);
    }
    if (n == 0)
        parts_element(b, "p", "soft", lang, TEXT_ALARM_NONE_PAST, NULL);
    alarm_month(b, m, pond, false, lang);
    html_put(b, "<p><a class=\"back\" href=\"/alarm\">$</a></p>\n",
             text_get(lang, TEXT_ALARM_LINK));
}
