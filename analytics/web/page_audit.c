/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/audit": what was done to one's account, and who changed what of a farm's records: before, after, when, why. What the
 * export keeps from others than the farmer is the farmer's alone here too. */
#include "page_audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account_parts.h"
#include "analytics/export.h"
#include "analytics/web/flatjson.h"
#include "analytics/web/html.h"

/* Columns of new that differ from old ("": all that are filled); of a withdrawal new is "" and old is what was. */
static void cells(struct buf *b, const struct page_audit *a, const char *old, const char *new)
{
    const char *shown = new[0] != '\0' ? new : old;
    struct flatjson w;

    flatjson_begin(&w, shown);
    while (flatjson_next(&w) == 1) {
        char *was = new[0] != '\0' && old[0] != '\0' ? flatjson_value(old, w.name) : NULL;

        if (strcmp(w.name, "entered_on") == 0 || (export_is_private(w.name) && !a->money) ||
            (was != NULL && strcmp(was, w.value) == 0) || (was == NULL && w.value[0] == '\0')) {
            free(was);
            continue;
        }
        if (was != NULL)
            html_put(b, "<br><code>$</code> $ \u2192 $", w.name, was[0] != '\0' ? was : "\u2013",
                     w.value[0] != '\0' ? w.value : "\u2013");
        else
            html_put(b, "<br><code>$</code> $", w.name, w.value);
        free(was);
    }
    flatjson_end(&w);
}

static enum text kind_text(const char *kind)
{
    static const struct {
        const char *kind;
        enum text text;
    } KIND[] = {{"add", TEXT_CHANGE_ADD},
                {"correct", TEXT_CHANGE_CORRECT},
                {"withdraw", TEXT_CHANGE_WITHDRAW},
                {"erase", TEXT_CHANGE_ERASE}};

    for (size_t i = 0; i < sizeof KIND / sizeof KIND[0]; i++)
        if (strcmp(KIND[i].kind, kind) == 0)
            return KIND[i].text;
    return TEXT_COUNT;
}

enum text audit_table_text(const char *name)
{
    static const struct {
        enum records_table table;
        enum text text;
    } TABLE[] = {{RECORDS_FARMS, TEXT_CHANGE_FARM},      {RECORDS_PONDS, TEXT_CHANGE_POND},
                 {RECORDS_CYCLES, TEXT_CHANGE_CYCLE},    {RECORDS_FEED, TEXT_CHANGE_FEED},
                 {RECORDS_SAMPLES, TEXT_CHANGE_SAMPLE},  {RECORDS_DEATHS, TEXT_CHANGE_DEATH},
                 {RECORDS_HARVESTS, TEXT_CHANGE_HARVEST}};

    for (size_t i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++)
        if (strcmp(records_table_name(TABLE[i].table), name) == 0)
            return TABLE[i].text;
    return TEXT_COUNT;
}

static void change(struct buf *b, const struct page_frame *p, const struct page_audit *a,
                   const struct rec_change *c, enum lang lang)
{
    enum text kind = kind_text(c->kind), table = audit_table_text(c->table);
    char when[FORMAT_SIZE];

    (void)format_moment(when, sizeof when, lang, c->at_ms, p->now_ms);
    html_put(b, "<p><b>$</b> \u00b7 $ \u00b7 $", when,
             table == TEXT_COUNT ? c->table : text_get(lang, table),
             kind == TEXT_COUNT ? c->kind : text_get(lang, kind));
    if (c->by[0] != '\0')
        html_put(b, " \u00b7 $ $", text_get(lang, TEXT_EVENT_BY), c->by);
    html_put(b, " ($)", c->how);
    cells(b, a, c->old_json, c->new_json);
    if (c->reason[0] != '\0')
        html_put(b, "<br><i>$</i>", c->reason);
    html_raw(b, "</p>\n");
}

void page_audit(struct buf *b, const struct page_frame *p, const struct page_audit *a,
                enum lang lang)
{
    account_begin(b, p, "/audit", TEXT_AUDIT_TITLE, lang);
    if (a->farm[0] != '\0') {
        html_put(b, "<h2>$</h2>\n", a->farm);
        if (a->changes == 0)
            parts_element(b, "p", "soft", lang, TEXT_AUDIT_NONE, NULL);
        for (size_t i = 0; i < a->changes; i++)
            change(b, p, a, &a->change[i], lang);
        if (a->more) {
            char id[24];
            (void)snprintf(id, sizeof id, "%lld", (long long)a->change[a->changes - 1].id);
            html_put(b, "<p><a class=\"back\" href=\"/audit/$?sebelum=$\">$</a></p>\n", a->farm, id,
                     text_get(lang, TEXT_AUDIT_OLDER));
        }
        html_put(b, "<p><a class=\"back\" href=\"/audit\">$</a></p>\n",
                 text_get(lang, TEXT_AUDIT_TITLE));
        parts_end(b, lang);
        return;
    }
    parts_element(b, "h2", "", lang, TEXT_AUDIT_RECORDS, NULL);
    if (a->farms == 0)
        parts_element(b, "p", "soft", lang, TEXT_AUDIT_NONE, NULL);
    for (size_t i = 0; i < a->farms; i++)
        html_put(b, "<p><a class=\"back\" href=\"/audit/$\">$</a></p>\n", a->farm_name[i].slug,
                 a->farm_name[i].name);
    parts_element(b, "h2", "", lang, TEXT_AUDIT_ACCOUNTS, NULL);
    account_events(b, p, a->event, a->events, lang);
    parts_end(b, lang);
}
