/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page_note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/records/prestock.h"
#include "analytics/web/html.h"
#include "analytics/web/parts.h"
#include "collector/common/civil.h"

const char *note_cell(enum note_kind k, const struct rec_row *row, const char *column)
{
    for (size_t i = 0; column != NULL && i < row->cells; i++) {
        const char *name = records_column(note_table(k), i);
        if (name != NULL && strcmp(name, column) == 0 && row->text[i] != NULL)
            return row->text[i];
    }
    return "";
}

static const char *day_column(enum note_kind k)
{
    return k == NOTE_STOCK ? "stocked_on" : "on";
}

/* A number of the records as people write it. */
void note_number_text(const char *text, enum lang lang, char out[FORMAT_SIZE])
{
    char *end;
    double v = strtod(text, &end);
    int decimals = 0;

    if (*text == '\0' || *end != '\0') {
        (void)snprintf(out, FORMAT_SIZE, "%.40s", text);
        return;
    }
    while (decimals < 2 &&
           (v * (decimals == 0 ? 1 : 10)) != (double)(long long)(v * (decimals == 0 ? 1 : 10)))
        decimals++;
    (void)format_number(out, FORMAT_SIZE, lang, v, decimals);
}

static void begin(struct buf *b, const struct page_model *m, const char *title, const char *path,
                  enum lang lang)
{
    const struct parts_head head = {
        .title = title, .path = path, .here = TEXT_NOTES_TITLE, .notice = m->notice, .m = m};

    parts_begin(b, &head, lang);
    html_put(b, "<h1>$</h1>\n", title);
}

/* What the values measured before stocking mean; nothing of other kinds. */
static void verdicts(struct buf *b, const struct note_row *r, enum lang lang)
{
    struct prestock_warning said[PRESTOCK_WORDS_MAX];
    struct prestock measured;
    size_t n;

    if (r->kind != NOTE_PRESTOCK || r->row == NULL)
        return;
    prestock_read_row(r->row, &measured);
    n = prestock_warnings(&measured, lang == LANG_EN, said);
    if (n == 0)
        parts_element(b, "p", "act", lang, TEXT_PRESTOCK_FINE, NULL);
    for (size_t i = 0; i < n; i++)
        html_put(b, "<p class=\"$\"><b>$</b>: $</p>\n", said[i].danger ? "no" : "why",
                 text_get(lang, said[i].danger ? TEXT_LEVEL_DANGER : TEXT_LEVEL_WATCH),
                 said[i].words);
}

/* "24 November 2026: Jumlah pakan (kg) 12,5, ..." without what stays empty or may not be seen. */
static void row_words(struct buf *b, const struct note_row *r, bool money, enum lang lang)
{
    char date[FORMAT_SIZE] = "";
    size_t n;
    const struct note_field *f = note_fields(r->kind, &n);
    int32_t day;

    if (civil_parse_day(note_cell(r->kind, r->row, day_column(r->kind)), &day) == 0)
        (void)format_date(date, sizeof date, lang, day);
    html_put(b, "$: ", date);
    for (size_t i = 0, told = 0; i < n; i++) {
        const char *text = note_cell(r->kind, r->row, f[i].column);
        char value[FORMAT_SIZE];

        if (*text == '\0' || (f[i].money && !money))
            continue;
        if (f[i].number)
            note_number_text(text, lang, value);
        else
            (void)snprintf(value, sizeof value, "%.60s", text);
        for (size_t w = 0; f[i].words != NULL && f[i].words[w] != NULL; w++)
            if (strcmp(f[i].words[w], text) == 0)
                (void)snprintf(value, sizeof value, "%s", text_get(lang, f[i].word_text[w]));
        html_put(b, "$$ <b>$</b>", told++ == 0 ? "" : "; ", text_get(lang, f[i].label), value);
    }
}

/* --- "/catat" --- */

static void other_ponds(struct buf *b, const struct page_model *m, const struct page_pond *p,
                        enum lang lang)
{
    if (m->ponds < 2)
        return;
    html_put(b,
             "<form method=\"get\" action=\"/catat\" class=\"pindah\"><label>$<select "
             "name=\"kolam\">",
             text_get(lang, TEXT_NOTE_POND));
    for (size_t i = 0; i < m->ponds; i++) {
        html_put(b, "<option value=\"$\"", m->pond[i].pond.slug);
        html_raw(b, &m->pond[i] == p ? " selected>" : ">");
        html_put(b, "$</option>", m->pond[i].pond.name);
    }
    html_put(b, "</select></label><button>$</button></form>\n", text_get(lang, TEXT_NOTE_GO));
}

void page_notes(struct buf *b, const struct page_model *m, const struct page_pond *p,
                const struct note_row *row, size_t rows, const struct note_standing *s, bool money,
                enum lang lang)
{
    begin(b, m, text_get(lang, TEXT_NOTES_TITLE), "/catat", lang);
    if (p == NULL) {
        parts_element(b, "p", "sum", lang, TEXT_NOTE_NO_POND, NULL);
        parts_end(b, lang);
        return;
    }
    html_put(b, "<p class=\"sum\">$</p>\n<ul class=\"besar5\">\n", p->pond.name);
    for (int k = 0; k < NOTE_KINDS; k++)
        html_put(b, "<li><a href=\"/catat/$?kolam=$\">$</a></li>\n", note_name((enum note_kind)k),
                 p->pond.slug, text_get(lang, note_title((enum note_kind)k)));
    html_raw(b, "</ul>\n");
    note_standing(b, m, s, lang);
    other_ponds(b, m, p, lang);
    parts_element(b, "h2", "", lang, TEXT_NOTE_LAST, NULL);
    if (rows == 0)
        parts_element(b, "p", "soft", lang, TEXT_NOTE_NONE, NULL);
    for (size_t i = 0; i < rows; i++) {
        html_put(b, "<p><b>$</b> ", text_get(lang, note_title(row[i].kind)));
        row_words(b, &row[i], false, lang);
        html_put(b, "<br><a class=\"back\" href=\"/catat/koreksi?jenis=$&id=$\">$</a>",
                 note_name(row[i].kind), row[i].row->uid, text_get(lang, TEXT_NOTE_CORRECT));
        if (row[i].kind == NOTE_HARVEST && money)
            html_put(b, " <a class=\"back\" href=\"/catat/foto?id=$\">$</a>", row[i].row->uid,
                     text_get(lang, TEXT_PHOTO_TITLE));
        html_raw(b, "</p>\n");
        verdicts(b, &row[i], lang);
    }
    html_put(b, "<p><a class=\"back\" href=\"/kolam/$\">$</a></p>\n", p->pond.slug, p->pond.name);
    parts_end(b, lang);
}

/* --- a form --- */

/* What is wrong with a field, beside it. */
static void fault(struct buf *b, const char *id, enum note_fault what, const struct note_field *f,
                  const char *words, enum lang lang)
{
    static const enum text TEXT_OF[] = {
        [NOTE_EMPTY] = TEXT_FAULT_EMPTY,       [NOTE_NO_NUMBER] = TEXT_FAULT_NUMBER,
        [NOTE_NOT_WHOLE] = TEXT_FAULT_WHOLE,   [NOTE_OUT_OF_RANGE] = TEXT_FAULT_RANGE,
        [NOTE_NO_DAY] = TEXT_FAULT_DAY,        [NOTE_FUTURE] = TEXT_FAULT_FUTURE,
        [NOTE_LONG_AGO] = TEXT_FAULT_LONG_AGO, [NOTE_NO_WORD] = TEXT_FAULT_WORD,
        [NOTE_TOO_LONG] = TEXT_FAULT_TOO_LONG, [NOTE_REFUSED] = TEXT_FAULT_REFUSED,
    };
    char low[FORMAT_SIZE] = "", high[FORMAT_SIZE] = "";
    const struct text_arg args[] = {{"a", low}, {"b", high}, {"apa", words}, {NULL, NULL}};

    if (what == NOTE_FINE)
        return;
    if (f != NULL) {
        (void)format_limit(low, sizeof low, lang, f->low);
        (void)format_limit(high, sizeof high, lang, f->high);
    }
    html_put(b, "<span class=\"no salah\" id=\"$-salah\">", id);
    parts_say(b, lang, TEXT_OF[what], args);
    html_raw(b, "</span>");
}

static void wrong(struct buf *b, const char *id, enum note_fault what)
{
    if (what != NOTE_FINE)
        html_put(b, " aria-invalid=\"true\" aria-describedby=\"$-salah\"", id);
}

static void number_box(struct buf *b, const struct note_field *f, const char *text,
                       enum note_fault what, enum lang lang)
{
    char step[FORMAT_SIZE];

    (void)snprintf(step, sizeof step, "%g", f->step);
    html_put(b,
             "<div class=\"angka\"><button type=\"button\" data-langkah=\"-$\" aria-label=\"$ "
             "$\" hidden>\u2212</button><input id=\"$\" name=\"$\" inputmode=\"$\" "
             "autocomplete=\"off\" maxlength=\"20\" value=\"$\"",
             step, text_get(lang, TEXT_NOTE_LESS), step, f->name, f->name,
             f->whole ? "numeric" : "decimal", text);
    wrong(b, f->name, what);
    html_put(b,
             "><button type=\"button\" data-langkah=\"$\" aria-label=\"$ $\" "
             "hidden>+</button></div>",
             step, text_get(lang, TEXT_NOTE_MORE), step);
}

/* A list to pick from; other words may be typed. */
static void offered(struct buf *b, const struct note_field *f, enum lang lang)
{
    html_put(b, "<datalist id=\"$-pilihan\">", f->name);
    for (size_t i = 0; f->offered[i] != TEXT_COUNT; i++)
        html_put(b, "<option value=\"$\">", text_get(lang, f->offered[i]));
    html_raw(b, "</datalist>");
}

static void words_box(struct buf *b, const struct note_field *f, const char *text,
                      enum note_fault what, enum lang lang)
{
    if (f->words == NULL) {
        html_put(b, "<input id=\"$\" name=\"$\" maxlength=\"60\" value=\"$\"", f->name, f->name,
                 text);
        if (f->offered != NULL)
            html_put(b, " list=\"$-pilihan\"", f->name);
        wrong(b, f->name, what);
        html_raw(b, ">");
        if (f->offered != NULL)
            offered(b, f, lang);
        return;
    }
    html_put(b, "<select id=\"$\" name=\"$\"", f->name, f->name);
    wrong(b, f->name, what);
    html_raw(b, ">");
    for (size_t i = 0; f->words[i] != NULL; i++) {
        html_put(b, "<option value=\"$\"", f->words[i]);
        html_raw(b, strcmp(f->words[i], text) == 0 ? " selected>" : ">");
        html_put(b, "$</option>", text_get(lang, f->word_text[i]));
    }
    html_raw(b, "</select>");
}

static void field(struct buf *b, const struct note_form *f, size_t i, enum lang lang)
{
    size_t n;
    const struct note_field *d = &note_fields(f->note->kind, &n)[i];

    html_put(b, "<p><label for=\"$\">$</label>", d->name, text_get(lang, d->label));
    if (d->number) {
        html_raw(b, "</p>");
        number_box(b, d, f->note->text[i], f->note->fault[i], lang);
        html_raw(b, "<p>");
    } else {
        words_box(b, d, f->note->text[i], f->note->fault[i], lang);
    }
    fault(b, d->name, f->note->fault[i], d, f->note->words, lang);
    if (d->hint != TEXT_COUNT)
        html_put(b, "<small class=\"soft\">$</small>", text_get(lang, d->hint));
    html_raw(b, "</p>\n");
}

static void pond_and_day(struct buf *b, const struct page_model *m, const struct note_form *f,
                         enum lang lang)
{
    char today[16];

    (void)civil_format_day(today, sizeof today, civil_day(m->now_ms));
    if (f->uid[0] != '\0') { /* a correction stays at its pond */
        html_put(b, "<p>$: <b>$</b><input type=\"hidden\" name=\"kolam\" value=\"$\"></p>\n",
                 text_get(lang, TEXT_NOTE_POND), f->pond->pond.name, f->pond->pond.slug);
    } else {
        html_put(b, "<p><label for=\"kolam\">$</label><select id=\"kolam\" name=\"kolam\">",
                 text_get(lang, TEXT_NOTE_POND));
        for (size_t i = 0; i < m->ponds; i++) {
            html_put(b, "<option value=\"$\"", m->pond[i].pond.slug);
            html_raw(b, &m->pond[i] == f->pond ? " selected>" : ">");
            html_put(b, "$</option>", m->pond[i].pond.name);
        }
        html_raw(b, "</select></p>\n");
    }
    if (f->note->kind == NOTE_WATER)
        return; /* it is of now */
    html_put(b,
             "<p><label for=\"tanggal\">$</label><input type=\"date\" id=\"tanggal\" "
             "name=\"tanggal\" max=\"$\" value=\"$\"",
             text_get(lang, TEXT_NOTE_DAY), today, f->note->day);
    wrong(b, "tanggal", f->note->day_fault);
    html_raw(b, ">");
    fault(b, "tanggal", f->note->day_fault, NULL, f->note->words, lang);
    html_raw(b, "</p>\n");
}

static void before(struct buf *b, const struct note_form *f, enum lang lang)
{
    struct note_row r = {f->note->kind, f->last};

    if (f->last == NULL)
        return;
    html_put(b, "<p class=\"soft\">$ ",
             text_get(lang, f->uid[0] != '\0' ? TEXT_NOTE_WAS : TEXT_NOTE_BEFORE));
    row_words(b, &r, f->money, lang);
    html_raw(b, "</p>\n");
}

/* Before fish are let out: what was measured in the last days, or that it was not. */
static void checked(struct buf *b, const struct page_model *m, const struct note_form *f,
                    enum lang lang)
{
    const struct note_row r = {NOTE_PRESTOCK, f->check->row};
    int32_t day = INT32_MIN;

    if (r.row != NULL && civil_parse_day(note_cell(r.kind, r.row, "on"), &day) != 0)
        day = INT32_MIN;
    if (day >= civil_day(m->now_ms) - NOTE_CHECK_DAYS) {
        html_raw(b, "<p class=\"soft\">");
        row_words(b, &r, false, lang);
        html_raw(b, "</p>\n");
        verdicts(b, &r, lang);
    } else {
        parts_element(b, "p", "why", lang, TEXT_PRESTOCK_NONE, NULL);
    }
    html_put(b, "<p><a class=\"back\" href=\"/catat/$?kolam=$\">$</a></p>\n",
             note_name(NOTE_PRESTOCK), f->pond->pond.slug, text_get(lang, TEXT_NOTE_PRESTOCK));
}

void page_note_form(struct buf *b, const struct page_model *m, const struct note_form *f,
                    enum lang lang)
{
    const char *kind = note_name(f->note->kind);
    bool correction = f->uid[0] != '\0';
    char path[48];
    size_t n;

    const struct note_field *d = note_fields(f->note->kind, &n);
    (void)snprintf(path, sizeof path, correction ? "/catat" : "/catat/%s", kind);
    begin(b, m, text_get(lang, note_title(f->note->kind)), path, lang);
    if (correction)
        parts_element(b, "p", "", lang, TEXT_NOTE_KEEPS, NULL);
    if (f->problem != TEXT_COUNT) {
        const struct text_arg args[] = {{"apa", f->note->words}, {NULL, NULL}};
        html_raw(b, "<div role=\"alert\">");
        parts_element(b, "p", "no", lang, f->problem, args);
        html_raw(b, "</div>\n");
    }
    before(b, f, lang);
    if (f->check != NULL)
        checked(b, m, f, lang);
    html_put(b, "<form class=\"catat\" method=\"post\" action=\"/catat/$\" data-draf=\"$:$:$\"",
             kind, kind, f->pond->pond.slug, f->uid);
    html_raw(b, f->typed ? " data-terisi=\"1\">\n" : ">\n");
    html_put(b,
             "<input type=\"hidden\" name=\"tanda\" value=\"$\"><input type=\"hidden\" "
             "name=\"kunci\" value=\"$\" autocomplete=\"off\"><input type=\"hidden\" name=\"id\" "
             "value=\"$\"><input type=\"hidden\" name=\"dasar\" value=\"$\">\n",
             m->token != NULL ? m->token : "", f->key, f->uid, f->based_on);
    pond_and_day(b, m, f, lang);
    for (size_t i = 0; i < n; i++)
        if (!d[i].money || f->money)
            field(b, f, i, lang);
    html_put(b, "<button class=\"simpan\">$</button></form>\n", text_get(lang, TEXT_NOTE_SAVE));
    html_put(b, "<p><a class=\"back\" href=\"/catat?kolam=$\">$</a></p>\n", f->pond->pond.slug,
             text_get(lang, TEXT_NOTE_CANCEL));
    if (correction) /* far from Simpan, and asked about once more */
        html_put(
            b, "<p class=\"jauh\"><a class=\"back\" href=\"/catat/tarik?jenis=$&id=$\">$</a></p>\n",
            kind, f->uid, text_get(lang, TEXT_NOTE_WITHDRAW));
    parts_end(b, lang);
}

/* --- what became of it --- */

void page_note_saved(struct buf *b, const struct page_model *m, const struct page_pond *p,
                     enum note_kind kind, const struct rec_row *row, double water, bool corrected,
                     const struct note_standing *s, bool money, enum lang lang)
{
    char clock[FORMAT_SIZE], value[FORMAT_SIZE];
    struct note_row r = {kind, row};
    const struct text_arg args[] = {{"jam", clock}, {"do", value}, {NULL, NULL}};

    (void)format_moment(clock, sizeof clock, lang, row != NULL ? row->entered_ms : m->now_ms,
                        m->now_ms);
    (void)format_number(value, sizeof value, lang, water, 1);
    begin(b, m, text_get(lang, note_title(kind)), "/catat", lang);
    html_raw(b, "<p class=\"act\" role=\"status\">");
    parts_say(b, lang, TEXT_NOTE_SAVED, args);
    html_put(b, "</p>\n<p>$: ", p->pond.name);
    if (row != NULL)
        row_words(b, &r, false, lang);
    else
        parts_say(b, lang, TEXT_EVENT_OXYGEN, args);
    html_raw(b, "</p>\n");
    verdicts(b, &r, lang);
    if (corrected)
        parts_element(b, "p", "soft", lang, TEXT_NOTE_KEPT, NULL);
    if (row != NULL) /* oxygen by hand is of the alarm: it stays here */
        note_standing(b, m, s, lang);
    html_put(b, "<ul class=\"besar5\"><li><a href=\"/catat?kolam=$\">$</a></li>", p->pond.slug,
             text_get(lang, TEXT_NOTE_ANOTHER));
    if (row != NULL)
        html_put(b, "<li><a href=\"/catat/koreksi?jenis=$&id=$\">$</a></li>", note_name(kind),
                 row->uid, text_get(lang, TEXT_NOTE_CORRECT));
    if (kind == NOTE_HARVEST && money)
        html_put(b, "<li><a href=\"/catat/foto?id=$\">$</a></li>", row->uid,
                 text_get(lang, TEXT_PHOTO_TITLE));
    html_put(b, "<li><a href=\"/kolam/$\">$</a></li></ul>\n", p->pond.slug, p->pond.name);
    parts_end(b, lang);
}

void page_note_withdraw(struct buf *b, const struct page_model *m, const struct page_pond *p,
                        const struct note_row *row, const char *key, const char *why,
                        enum lang lang)
{
    const struct text_arg args[] = {{"apa", why}, {NULL, NULL}};

    begin(b, m, text_get(lang, TEXT_NOTE_WITHDRAW), "/catat", lang);
    if (*why != '\0')
        parts_element(b, "p", "no", lang, TEXT_FAULT_REFUSED, args);
    html_put(b, "<p class=\"sum\">$, $</p>\n<p>", text_get(lang, note_title(row->kind)),
             p->pond.name);
    row_words(b, row, false, lang);
    html_raw(b, "</p>\n");
    parts_element(b, "p", "", lang, TEXT_NOTE_WITHDRAW_ASK, NULL);
    html_put(b,
             "<p><a class=\"call\" href=\"/catat?kolam=$\">$</a></p>\n<form method=\"post\" "
             "action=\"/catat/tarik\" class=\"jauh\"><input type=\"hidden\" name=\"tanda\" "
             "value=\"$\"><input type=\"hidden\" name=\"kunci\" value=\"$\">",
             p->pond.slug, text_get(lang, TEXT_NOTE_STAYS), m->token != NULL ? m->token : "", key);
    html_put(b,
             "<input type=\"hidden\" name=\"jenis\" value=\"$\"><input type=\"hidden\" "
             "name=\"id\" value=\"$\"><input type=\"hidden\" name=\"dasar\" value=\"$\"><button "
             "class=\"darurat\">$</button></form>\n",
             note_name(row->kind), row->row->uid, row->row->change,
             text_get(lang, TEXT_NOTE_WITHDRAW));
    parts_end(b, lang);
}

void page_note_withdrawn(struct buf *b, const struct page_model *m, const struct page_pond *p,
                         enum lang lang)
{
    begin(b, m, text_get(lang, TEXT_NOTES_TITLE), "/catat", lang);
    html_raw(b, "<div role=\"status\">");
    parts_element(b, "p", "act", lang, TEXT_NOTE_WITHDRAWN, NULL);
    html_put(b, "</div><p><a class=\"back\" href=\"/catat?kolam=$\">$</a></p>\n", p->pond.slug,
             p->pond.name);
    parts_end(b, lang);
}
