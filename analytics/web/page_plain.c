/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/bantuan" and the pages that say what went wrong. */
#include "page.h"

#include <math.h>

#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "analytics/web/viewer.h"

static void section(struct buf *b, enum lang lang, enum text title, enum text body)
{
    parts_element(b, "h2", "", lang, title, NULL);
    parts_element(b, "p", "", lang, body, NULL);
}

/* Every limit with its value and source, for extension workers and officers. */
static void limits_table(struct buf *b, const struct page_model *m, enum lang lang)
{
    struct status_limits l = *m->limits;

    html_put(b,
             "<details><summary>$</summary><div class=\"wide\"><table><caption>$</caption><tr>"
             "<th>$</th><th>$</th><th>$</th></tr>\n",
             text_get(lang, TEXT_LIMITS_OPEN), text_get(lang, TEXT_LIMITS_CAPTION),
             text_get(lang, TEXT_LIMITS_NAME), text_get(lang, TEXT_LIMITS_VALUE),
             text_get(lang, TEXT_BASIS_SOURCE));
    for (size_t i = 0; i < STATUS_LIMIT_COUNT; i++) {
        double value = *status_limit_at(&l, i);
        char shown[FORMAT_SIZE];
        struct status_limits usual = STATUS_DEFAULTS;
        bool own = fabs(value - *status_limit_at(&usual, i)) > 1e-12;
        const char *source = m->limit_source != NULL && m->limit_source[i][0] != '\0'
                                 ? m->limit_source[i]
                             : own ? text_get(lang, TEXT_LIMITS_UNSAID)
                                   : STATUS_LIMIT[i].source;
        (void)format_number(shown, sizeof shown, lang, value, value < 0.1 ? 3 : 2);
        html_put(b, "<tr><th scope=\"row\"><code>$</code></th><td>$ $</td><td>$</td></tr>\n",
                 STATUS_LIMIT[i].name, shown, STATUS_LIMIT[i].unit, source);
    }
    html_raw(b, "</table></div></details>\n");
}

void page_help(struct buf *b, const struct page_model *m, enum lang lang)
{
    static const struct {
        enum status_level level;
        enum text text;
    } LEVEL[] = {{STATUS_DANGER, TEXT_HELP_DANGER},
                 {STATUS_NO_DATA, TEXT_HELP_NO_DATA},
                 {STATUS_WATCH, TEXT_HELP_WATCH},
                 {STATUS_OK, TEXT_HELP_OK}};
    const struct parts_head head = {.title = text_get(lang, TEXT_HELP_TITLE),
                                    .path = "/bantuan",
                                    .here = TEXT_NAV_HELP,
                                    .notice = m->notice,
                                    .m = m};
    char watch[FORMAT_SIZE], danger[FORMAT_SIZE];
    const struct text_arg limits[] = {{"waspada", watch}, {"bahaya", danger}, {NULL, NULL}};

    (void)format_number(watch, sizeof watch, lang, m->limits->do_watch_mg_l, 1);
    (void)format_number(danger, sizeof danger, lang, m->limits->do_danger_mg_l, 1);
    parts_begin(b, &head, lang);
    parts_element(b, "h1", "", lang, TEXT_HELP_TITLE, NULL);
    parts_element(b, "h2", "", lang, TEXT_HELP_LEVELS, NULL);
    for (size_t i = 0; i < sizeof LEVEL / sizeof LEVEL[0]; i++) {
        html_raw(b, "<p>");
        parts_badge(b, lang, LEVEL[i].level);
        html_put(b, " $</p>\n", text_get(lang, LEVEL[i].text));
    }
    parts_element(b, "h2", "", lang, TEXT_HELP_OXYGEN_TITLE, NULL);
    parts_element(b, "p", "", lang, TEXT_HELP_OXYGEN, limits);
    limits_table(b, m, lang);
    section(b, lang, TEXT_HELP_LIME_TITLE, TEXT_HELP_LIME);
    section(b, lang, TEXT_HELP_DEVICE_TITLE, TEXT_HELP_DEVICE);
    section(b, lang, TEXT_HELP_RANGE_TITLE, TEXT_METHOD_RANGE);
    parts_element(b, "h2", "", lang, TEXT_HELP_CALL_TITLE, NULL);
    if (*m->phone == '\0')
        parts_element(b, "p", "", lang, TEXT_HELP_CALL_NONE, NULL);
    else
        parts_call(b, m, lang);
    parts_end(b, lang);
}

void page_error(struct buf *b, int http_status, const struct viewer *viewer, const char *notice,
                enum lang lang)
{
    static const struct viewer NOBODY = {.role = ROLE_NONE};
    static const struct {
        int status;
        enum text title, body;
    } ERROR[] = {
        {503, TEXT_BUSY_TITLE, TEXT_BUSY},
        {400, TEXT_BAD_TITLE, TEXT_BAD},
        {403, TEXT_FORBIDDEN_TITLE, TEXT_FORBIDDEN},
        {409, TEXT_GONE_TITLE, TEXT_GONE},
        {429, TEXT_BUSY_TITLE, TEXT_BUSY},
        {422, TEXT_SNOOZED_OUT_TITLE, TEXT_SNOOZED_OUT},
        {413, TEXT_TOO_LONG_TITLE, TEXT_TOO_LONG},
        {405, TEXT_METHOD_NOT_ALLOWED_TITLE, TEXT_METHOD_NOT_ALLOWED},
        {404, TEXT_NOT_FOUND_TITLE, TEXT_NOT_FOUND},
    };
    const size_t last = sizeof ERROR / sizeof ERROR[0] - 1;
    enum lang other = lang == LANG_ID ? LANG_EN : LANG_ID;
    struct parts_head head = {.path = "/",
                              .here = TEXT_COUNT,
                              .notice = notice,
                              .viewer = viewer != NULL ? viewer : &NOBODY};
    size_t i = 0;

    while (i < last && ERROR[i].status != http_status)
        i++;
    head.title = text_get(lang, ERROR[i].title);
    parts_begin(b, &head, lang);
    parts_element(b, "h1", "", lang, ERROR[i].title, NULL);
    parts_element(b, "p", "sum", lang, ERROR[i].body, NULL);
    html_put(b, "<p lang=\"$\">$. $</p>\n", text_lang(other), text_get(other, ERROR[i].title),
             text_get(other, ERROR[i].body));
    html_put(b, "<p><a class=\"back\" href=\"/\">$</a></p>\n", text_get(lang, TEXT_TO_HOME));
    parts_end(b, lang);
}
