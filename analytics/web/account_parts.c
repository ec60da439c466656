/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "account_parts.h"

#include <stdio.h>
#include <string.h>

#include "analytics/web/html.h"

void account_begin(struct buf *b, const struct page_frame *p, const char *path, enum text title,
                   enum lang lang)
{
    char wait[24];
    const struct text_arg args[] = {{"detik", wait}, {NULL, NULL}};
    const struct parts_head head = {.title = text_get(lang, title),
                                    .path = path,
                                    .here = title,
                                    .notice = p->notice,
                                    .viewer = p->viewer};

    parts_begin(b, &head, lang);
    parts_element(b, "h1", "", lang, title, NULL);
    if (p->said == TEXT_COUNT)
        return;
    (void)snprintf(wait, sizeof wait, "%ld", p->wait_s);
    html_put(b, "<div role=\"$\">", p->bad ? "alert" : "status");
    parts_element(b, "p", p->bad ? "no" : "sum", lang, p->said, args);
    html_raw(b, "</div>\n");
}

void account_form(struct buf *b, const char *path, const struct viewer *v, const char *what)
{
    html_put(b,
             "<form class=\"isian\" method=\"post\" action=\"$\"><input type=\"hidden\" "
             "name=\"tanda\" value=\"$\">\n",
             path, v->csrf);
    if (what != NULL)
        html_put(b, "<input type=\"hidden\" name=\"apa\" value=\"$\">\n", what);
}

void account_form_end(struct buf *b, enum text button, enum lang lang)
{
    html_put(b, "<p><button>$</button></p></form>\n", text_get(lang, button));
}

void account_field(struct buf *b, const char *name, const char *type, const char *autocomplete,
                   enum text label, const char *value, enum lang lang)
{
    html_put(
        b,
        "<p><label>$<br><input name=\"$\" type=\"$\" autocomplete=\"$\" autocapitalize=\"none\" "
        "maxlength=\"128\" value=\"$\"></label></p>\n",
        text_get(lang, label), name, type, autocomplete, value);
}

enum text account_role(enum role r)
{
    static const enum text ROLE[ROLE_COUNT] = {TEXT_ROLE_NONE, TEXT_ROLE_FARMER, TEXT_ROLE_OFFICER,
                                               TEXT_ROLE_TECHNICIAN, TEXT_ROLE_ADMIN};
    return ROLE[r];
}

/* As people call it; a farm that is not on record any more by its short name. */
static const char *farm_name(const struct page_frame *p, const char *slug)
{
    for (size_t i = 0; p->farm != NULL && i < p->farms; i++)
        if (strcmp(p->farm[i].slug, slug) == 0)
            return p->farm[i].name;
    return slug;
}

void account_scope(struct buf *b, const struct page_frame *p, const struct rec_user *u,
                   enum lang lang)
{
    const char *between = "";

    html_put(b, "<p class=\"soft\">$: ", text_get(lang, TEXT_SCOPE));
    for (size_t i = 0; i < u->farms; i++, between = ", ")
        html_put(b, "$$", between, farm_name(p, u->farm[i]));
    for (int r = 0; r < REGENCY_COUNT; r++)
        if (u->regency[r]) {
            html_put(b, "$$", between, regency_name((enum regency)r));
            between = ", ";
        }
    if (between[0] == '\0')
        html_put(b, "$", text_get(lang, TEXT_SCOPE_NONE));
    html_raw(b, "</p>\n");
}

static enum text event_text(const char *what)
{
    static const struct {
        const char *what;
        enum text text;
    } EVENT[] = {{"add", TEXT_EVENT_ADD},
                 {"login", TEXT_EVENT_LOGIN},
                 {"pin", TEXT_EVENT_PIN},
                 {"disable", TEXT_EVENT_DISABLE},
                 {"enable", TEXT_EVENT_ENABLE},
                 {"scope", TEXT_EVENT_SCOPE},
                 {"phone", TEXT_EVENT_PHONE},
                 {"consent", TEXT_EVENT_CONSENT},
                 {"verified", TEXT_EVENT_VERIFIED},
                 {"erase", TEXT_EVENT_ERASE},
                 {"code", TEXT_EVENT_CODE},
                 {"reset-start", TEXT_EVENT_RESET_START},
                 {"reset-confirm", TEXT_EVENT_RESET_CONFIRM},
                 {"reset-use", TEXT_EVENT_RESET_USE}};

    for (size_t i = 0; i < sizeof EVENT / sizeof EVENT[0]; i++)
        if (strcmp(EVENT[i].what, what) == 0)
            return EVENT[i].text;
    return TEXT_COUNT;
}

void account_events(struct buf *b, const struct page_frame *p, const struct rec_user_event *event,
                    size_t events, enum lang lang)
{
    if (events == 0)
        parts_element(b, "p", "soft", lang, TEXT_AUDIT_NONE, NULL);
    for (size_t i = 0; i < events; i++) {
        const struct rec_user_event *e = &event[i];
        enum text what = event_text(e->what);
        char when[FORMAT_SIZE];

        (void)format_moment(when, sizeof when, lang, e->at_ms, p->now_ms);
        html_put(b, "<p class=\"soft\">$ \u00b7 $ \u00b7 $", when, e->user,
                 what == TEXT_COUNT ? e->what : text_get(lang, what));
        if (e->detail[0] != '\0')
            html_put(b, " ($)", e->detail);
        if (strcmp(e->by, e->user) != 0)
            html_put(b, " \u00b7 $ $", text_get(lang, TEXT_EVENT_BY), e->by);
        html_raw(b, "</p>\n");
    }
}
