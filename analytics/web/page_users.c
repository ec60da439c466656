/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Users, as admins and officers see them. */
#include "page_account.h"

#include <stdio.h>
#include <string.h>

#include "account_parts.h"
#include "analytics/web/html.h"

static void choices(struct buf *b, const struct rec_user *u, enum lang lang)
{
    html_put(b, "<p><label>$ <select name=\"peran\">", text_get(lang, TEXT_ROLE));
    for (int r = ROLE_FARMER; r < ROLE_COUNT; r++) {
        html_put(b, "<option value=\"$\"", role_name((enum role)r));
        html_raw(b, u->role == (enum role)r ? " selected>" : ">");
        html_put(b, "$</option>", text_get(lang, account_role((enum role)r)));
    }
    html_raw(b, "</select></label></p>\n<p>");
    for (int r = 0; r < REGENCY_COUNT; r++) {
        html_put(b, "<label><input type=\"checkbox\" name=\"$\" value=\"ya\"",
                 regency_slug((enum regency)r));
        html_raw(b, u->regency[r] ? " checked> " : "> ");
        html_put(b, "$</label> ", regency_name((enum regency)r));
    }
    html_raw(b, "</p>\n");
}

static void farms_field(struct buf *b, const struct rec_user *u, enum lang lang)
{
    char list[USER_FARMS_MOST * SLUG_SIZE + 1] = "";
    size_t at = 0;

    for (size_t i = 0; i < u->farms; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", i > 0 ? " " : "", u->farm[i]);
    account_field(b, "tambak", "text", "off", TEXT_USER_FARMS, list, lang);
    account_field(b, "kontak", "text", "off", TEXT_USER_CONTACT, u->contact, lang);
}

static bool is_due(const struct page_frame *p, const struct rec_user *u)
{
    return u->active && u->consent_ms != 0 && p->now_ms - u->verified_ms > ACCOUNT_VERIFY_MS;
}

static void line(struct buf *b, const struct page_frame *p, const struct rec_user *u,
                 enum lang lang)
{
    html_put(b, "<tr><th scope=\"row\"><a href=\"/pengguna/$\">$</a></th><td>$</td><td>$</td><td>",
             u->slug, u->name, text_get(lang, account_role(u->role)), u->phone);
    if (!u->active)
        parts_say(b, lang, TEXT_USER_OFF, NULL);
    else if (u->consent_ms == 0)
        parts_say(b, lang, TEXT_USER_NEW, NULL);
    else if (is_due(p, u))
        parts_say(b, lang, TEXT_USER_OLD, NULL);
    html_raw(b, "</td></tr>\n");
}

static void resets(struct buf *b, const struct page_frame *p, const struct page_users *l,
                   enum lang lang)
{
    if (l->resets == 0)
        return;
    parts_element(b, "h2", "", lang, TEXT_RESET_TITLE, NULL);
    for (size_t i = 0; i < l->resets; i++) {
        char when[FORMAT_SIZE], id[24];
        const struct text_arg args[] = {{"pengguna", l->reset[i].user},
                                        {"siapa", l->reset[i].started_by},
                                        {"jam", when},
                                        {NULL, NULL}};

        (void)format_moment(when, sizeof when, lang, l->reset[i].started_ms, p->now_ms);
        (void)snprintf(id, sizeof id, "%lld", (long long)l->reset[i].id);
        parts_element(b, "p", "", lang, TEXT_RESET_ASKS, args);
        account_form(b, "/pengguna", p->viewer, "pin-setuju");
        html_put(b, "<input type=\"hidden\" name=\"nomor\" value=\"$\">", id);
        account_form_end(b, TEXT_RESET_CONFIRM, lang);
    }
}

/* Who was not verified for a year, with one button for all that are ticked. */
static void due(struct buf *b, const struct page_frame *p, const struct page_users *l,
                enum lang lang)
{
    char n[FORMAT_SIZE];
    const struct text_arg args[] = {{"n", n}, {NULL, NULL}};
    size_t count = 0;

    for (size_t i = 0; i < l->users; i++)
        count += is_due(p, &l->user[i]);
    if (count == 0)
        return;
    (void)format_number(n, sizeof n, lang, (double)count, 0);
    parts_element(b, "h2", "", lang, TEXT_VERIFY_TITLE, args);
    parts_element(b, "p", "soft", lang, TEXT_VERIFY_NOTE, NULL);
    account_form(b, "/pengguna", p->viewer, "masih");
    for (size_t i = 0; i < l->users; i++) {
        const struct rec_user *u = &l->user[i];
        char when[FORMAT_SIZE];
        const struct text_arg last[] = {{"tanggal", when}, {NULL, NULL}};

        if (!is_due(p, u))
            continue;
        (void)format_moment(when, sizeof when, lang, u->verified_ms, p->now_ms);
        html_put(b,
                 "<p><label><input type=\"checkbox\" name=\"siapa\" value=\"$\"><span>$ \u00b7 $ "
                 "\u00b7 $ <span class=\"soft\">",
                 u->slug, u->name, text_get(lang, account_role(u->role)),
                 u->phone[0] != '\0' ? u->phone : "\u2013");
        if (u->verified_ms != 0)
            parts_say(b, lang, TEXT_USER_VERIFIED, last);
        html_raw(b, "</span></span></label></p>\n");
    }
    account_form_end(b, TEXT_VERIFY_CHECKED, lang);
}

static void add_form(struct buf *b, const struct page_frame *p, enum lang lang)
{
    const struct rec_user nobody = {.role = ROLE_FARMER};

    parts_element(b, "h2", "", lang, TEXT_USER_ADD, NULL);
    parts_element(b, "p", "", lang, TEXT_USER_ADD_CONSENT, NULL);
    account_form(b, "/pengguna", p->viewer, "tambah");
    account_field(b, "pengguna", "text", "off", TEXT_USER_SLUG, "", lang);
    account_field(b, "nama", "text", "off", TEXT_USER_NAME, "", lang);
    account_field(b, "nomor", "tel", "off", TEXT_USER_PHONE, "", lang);
    choices(b, &nobody, lang);
    farms_field(b, &nobody, lang);
    account_form_end(b, TEXT_USER_ADD_GO, lang);
}

void page_users(struct buf *b, const struct page_frame *p, const struct page_users *l,
                enum lang lang)
{
    const struct text_arg code[] = {{"kode", l->code}, {"pengguna", l->of}, {NULL, NULL}};

    account_begin(b, p, "/pengguna", TEXT_USERS_TITLE, lang);
    if (l->code[0] != '\0')
        parts_element(b, "p", "sum", lang, TEXT_CODE_IS, code);
    resets(b, p, l, lang);
    due(b, p, l, lang);
    html_put(b,
             "<div class=\"wide\"><table><caption>$</caption><tr><th>$</th><th>$</th><th>$</th>"
             "<th>$</th></tr>\n",
             text_get(lang, TEXT_USERS_CAPTION), text_get(lang, TEXT_USER_NAME),
             text_get(lang, TEXT_ROLE), text_get(lang, TEXT_PHONE_TITLE),
             text_get(lang, TEXT_USER_STATE));
    for (size_t i = 0; i < l->users; i++)
        line(b, p, &l->user[i], lang);
    html_raw(b, "</table></div>\n");
    if (l->adds)
        add_form(b, p, lang);
    html_put(b, "<p><a class=\"back\" href=\"/audit\">$</a></p>\n",
             text_get(lang, TEXT_AUDIT_TITLE));
    parts_end(b, lang);
}

static void button(struct buf *b, const struct page_frame *p, const char *path, const char *what,
                   enum text label, enum lang lang)
{
    account_form(b, path, p->viewer, what);
    account_form_end(b, label, lang);
}

static void manage(struct buf *b, const struct page_frame *p, const char *path,
                   const struct rec_user *u, enum lang lang)
{
    parts_element(b, "h2", "", lang, TEXT_USER_SCOPE, NULL);
    account_form(b, path, p->viewer, "ubah");
    choices(b, u, lang);
    farms_field(b, u, lang);
    account_form_end(b, TEXT_USER_SAVE, lang);
    parts_element(b, "h2", "", lang, TEXT_PHONE_TITLE, NULL);
    account_form(b, path, p->viewer, "nomor");
    account_field(b, "nomor", "tel", "off", TEXT_USER_PHONE, u->phone, lang);
    parts_element(b, "p", "soft", lang, TEXT_PHONE_NOTE, NULL);
    account_form_end(b, TEXT_USER_SAVE, lang);
    button(b, p, path, u->active ? "matikan" : "hidupkan",
           u->active ? TEXT_USER_DISABLE : TEXT_USER_ENABLE, lang);
}

void page_user(struct buf *b, const struct page_frame *p, const struct rec_user *u, bool manages,
               const struct rec_user_event *event, size_t events, enum lang lang)
{
    char path[SLUG_SIZE + 16], when[FORMAT_SIZE];
    const struct text_arg args[] = {{"tanggal", when}, {NULL, NULL}};

    (void)snprintf(path, sizeof path, "/pengguna/%s", u->slug);
    account_begin(b, p, path, TEXT_USER_TITLE, lang);
    html_put(b, "<p class=\"sum\">$ ($) \u00b7 $</p>\n", u->name, u->slug,
             text_get(lang, account_role(u->role)));
    account_scope(b, p, u, lang);
    (void)format_moment(when, sizeof when, lang, u->verified_ms, p->now_ms);
    parts_element(b, "p", "", lang, TEXT_USER_VERIFIED, args);
    button(b, p, path, "masih", TEXT_USER_VERIFY, lang);
    parts_element(b, "h2", "", lang, TEXT_PIN_TITLE, NULL);
    parts_element(b, "p", "soft", lang, TEXT_RESET_NOTE, NULL);
    button(b, p, path, "pin-mulai", TEXT_RESET_START, lang);
    if (manages)
        manage(b, p, path, u, lang);
    parts_element(b, "h2", "", lang, TEXT_AUDIT_TITLE, NULL);
    account_events(b, p, event, events, lang);
    html_put(b, "<p><a class=\"back\" href=\"/pengguna\">$</a></p>\n",
             text_get(lang, TEXT_USERS_TITLE));
    parts_end(b, lang);
}
