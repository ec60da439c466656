/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/catat/bentrok": rows that two sides changed without knowing of each other; and what is not at the office yet. */
#include "page_note.h"

#include <stdio.h>
#include <string.h>

#include "analytics/export.h"
#include "analytics/web/html.h"
#include "analytics/web/page_audit.h"
#include "analytics/web/parts.h"

void note_standing(struct buf *b, const struct page_model *m, const struct note_standing *s,
                   enum lang lang)
{
    char n[FORMAT_SIZE], clock[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", n}, {"jam", clock}, {NULL, NULL}};

    if (s == NULL)
        return;
    (void)format_number(n, sizeof n, lang, (double)s->unsent, 0);
    clock[0] = '\0';
    if (s->ok_ms != 0)
        (void)format_moment(clock, sizeof clock, lang, s->ok_ms, m->now_ms);
    if (s->used)
        parts_element(b, "p", s->unsent == 0 ? "soft" : "why", lang,
                      s->unsent == 0  ? TEXT_SYNC_SENT
                      : s->ok_ms == 0 ? TEXT_SYNC_UNSENT_NEVER
                                      : TEXT_SYNC_UNSENT,
                      args);
    if (s->conflicts == 0)
        return;
    (void)format_number(n, sizeof n, lang, (double)s->conflicts, 0);
    html_raw(b, "<p class=\"no\"><a class=\"back\" href=\"/catat/bentrok\">");
    parts_say(b, lang, TEXT_CONFLICT_LINK, args);
    html_raw(b, "</a></p>\n");
}

/* The form whose rows lie in the table; NOTE_KINDS: none. */
static enum note_kind kind_of(const char *table)
{
    for (int k = 0; k < NOTE_KINDS; k++)
        if (note_table((enum note_kind)k) != RECORDS_TABLES &&
            strcmp(records_table_name(note_table((enum note_kind)k)), table) == 0)
            return (enum note_kind)k;
    return NOTE_KINDS;
}

/* A column as its form calls it; else its name. */
static const char *column_name(enum note_kind k, const char *column, enum lang lang)
{
    size_t n = 0;
    const struct note_field *f = k != NOTE_KINDS ? note_fields(k, &n) : NULL;

    for (size_t i = 0; i < n; i++)
        if (f[i].column != NULL && strcmp(f[i].column, column) == 0)
            return text_get(lang, f[i].label);
    if (strcmp(column, "pond") == 0)
        return text_get(lang, TEXT_NOTE_POND);
    if (strcmp(column, "on") == 0 || strcmp(column, "stocked_on") == 0)
        return text_get(lang, TEXT_NOTE_DAY);
    return column;
}

static void side(struct buf *b, const struct page_model *m, const struct sync_side *s,
                 enum text said, enum lang lang)
{
    char when[FORMAT_SIZE] = "";
    const struct text_arg args[] = {
        {"siapa", s->by[0] != '\0' ? s->by : "\u2013"}, {"jam", when}, {NULL, NULL}};

    if (s->at_ms != 0)
        (void)format_moment(when, sizeof when, lang, s->at_ms, m->now_ms);
    html_raw(b, "<br>");
    parts_say(b, lang, said, args);
    if (strcmp(s->kind, "withdraw") == 0)
        html_put(b, " ($)", text_get(lang, TEXT_CHANGE_WITHDRAW));
}

static void conflict(struct buf *b, const struct page_model *m, const struct sync_conflict *c,
                     bool money, enum lang lang)
{
    enum note_kind k = kind_of(c->table);
    enum text table = audit_table_text(c->table);

    html_put(b, "<div class=\"layar\"><p><b>$</b> \u00b7 $",
             k != NOTE_KINDS       ? text_get(lang, note_title(k))
             : table != TEXT_COUNT ? text_get(lang, table)
                                   : c->table,
             c->farm);
    side(b, m, &c->won, TEXT_CONFLICT_WON, lang);
    side(b, m, &c->lost, TEXT_CONFLICT_LOST, lang);
    html_put(b,
             "</p>\n<table><thead><tr><th scope=\"col\"></th><th scope=\"col\">$</th><th "
             "scope=\"col\">$</th></tr></thead><tbody>\n",
             text_get(lang, TEXT_CONFLICT_COUNTS), text_get(lang, TEXT_CONFLICT_COUNTS_NOT));
    for (size_t i = 0; i < c->cells; i++) {
        const struct sync_difference *d = &c->cell[i];
        if (export_is_private(d->column) && !money)
            continue;
        html_put(b, "<tr><th scope=\"row\">$</th><td>$</td><td>$</td></tr>\n",
                 column_name(k, d->column, lang), d->won[0] != '\0' ? d->won : "\u2013",
                 d->lost[0] != '\0' ? d->lost : "\u2013");
    }
    html_raw(b, "</tbody></table>\n");
    if (c->settled)
        parts_element(b, "p", "soft", lang, TEXT_CONFLICT_SETTLED, NULL);
    else if (k != NOTE_KINDS && strcmp(c->won.kind, "withdraw") != 0)
        html_put(b, "<p><a class=\"back\" href=\"/catat/koreksi?jenis=$&id=$\">$</a></p>\n",
                 note_name(k), c->row_uid, text_get(lang, TEXT_NOTE_CORRECT));
    html_put(b, "<p><a class=\"back\" href=\"/audit/$\">$</a></p></div>\n", c->farm,
             text_get(lang, TEXT_AUDIT_TITLE));
}

void page_conflicts(struct buf *b, const struct page_model *m, const struct page_conflicts *p,
                    enum lang lang)
{
    const struct parts_head head = {.title = text_get(lang, TEXT_CONFLICT_TITLE),
                                    .path = "/catat/bentrok",
                                    .here = TEXT_NOTES_TITLE,
                                    .notice = m->notice,
                                    .m = m};

    parts_begin(b, &head, lang);
    parts_element(b, "h1", "", lang, TEXT_CONFLICT_TITLE, NULL);
    parts_element(b, "p", "", lang, p->conflicts == 0 ? TEXT_CONFLICT_NONE : TEXT_CONFLICT_NOTE,
                  NULL);
    for (size_t i = 0; i < p->conflicts; i++)
        conflict(b, m, &p->conflict[i], p->money[i], lang);
    html_put(b, "<p><a class=\"back\" href=\"/catat\">$</a></p>\n",
             text_get(lang, TEXT_NOTES_TITLE));
    parts_end(b, lang);
}
