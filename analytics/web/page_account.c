/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logging in, a PIN by a code, one's own account. */
#include "page_account.h"

#include <stdio.h>
#include <string.h>

#include "account_parts.h"
#include "analytics/web/html.h"

void page_login(struct buf *b, const struct page_frame *p, const char *back, const char *who,
                enum lang lang)
{
    account_begin(b, p, "/masuk", TEXT_LOGIN_TITLE, lang);
    if (p->viewer->unmanaged) {
        parts_element(b, "p", "sum", lang, TEXT_LOGIN_FIRST, NULL);
        parts_end(b, lang);
        return;
    }
    account_form(b, "/masuk", p->viewer, NULL);
    html_put(b, "<input type=\"hidden\" name=\"kembali\" value=\"$\">\n", back);
    account_field(b, "siapa", "text", "username", TEXT_LOGIN_WHO, who, lang);
    account_field(b, "pin", "password", "current-password", TEXT_LOGIN_PIN, "", lang);
    account_form_end(b, TEXT_LOGIN_GO, lang);
    parts_element(b, "p", "soft", lang, TEXT_LOGIN_FORGOT, NULL);
    html_put(b, "<p><a class=\"back\" href=\"/pin\">$</a></p>\n", text_get(lang, TEXT_CODE_LINK));
    parts_end(b, lang);
}

void page_code(struct buf *b, const struct page_frame *p, const char *who, enum lang lang)
{
    account_begin(b, p, "/pin", TEXT_CODE_TITLE, lang);
    parts_element(b, "p", "", lang, TEXT_CODE_INTRO, NULL);
    account_form(b, "/pin", p->viewer, NULL);
    account_field(b, "siapa", "text", "username", TEXT_LOGIN_WHO, who, lang);
    account_field(b, "kode", "text", "one-time-code", TEXT_CODE, "", lang);
    account_field(b, "baru", "password", "new-password", TEXT_PIN_NEW, "", lang);
    account_field(b, "ulang", "password", "new-password", TEXT_PIN_AGAIN, "", lang);
    parts_element(b, "p", "soft", lang, TEXT_PIN_RULE, NULL);
    account_form_end(b, TEXT_CODE_GO, lang);
    parts_end(b, lang);
}

static void consent(struct buf *b, const struct page_frame *p, enum lang lang)
{
    static const enum text SAYS[] = {TEXT_CONSENT_WHAT, TEXT_CONSENT_WHY, TEXT_CONSENT_WHO,
                                     TEXT_CONSENT_RIGHTS};
    char when[FORMAT_SIZE];
    const struct text_arg args[] = {{"tanggal", when}, {NULL, NULL}};

    parts_element(b, "h2", "", lang, TEXT_CONSENT_TITLE, NULL);
    for (size_t i = 0; i < sizeof SAYS / sizeof SAYS[0]; i++)
        parts_element(b, "p", "", lang, SAYS[i], NULL);
    if (p->viewer->consent_ms != 0) {
        (void)format_moment(when, sizeof when, lang, p->viewer->consent_ms, p->now_ms);
        parts_element(b, "p", "soft", lang, TEXT_CONSENT_GIVEN, args);
        return;
    }
    account_form(b, "/akun", p->viewer, "setuju");
    account_form_end(b, TEXT_CONSENT_GO, lang);
}

static void pin(struct buf *b, const struct page_frame *p, enum lang lang)
{
    parts_element(b, "h2", "", lang, TEXT_PIN_TITLE, NULL);
    if (p->viewer->renew)
        parts_element(b, "p", "no", lang, TEXT_PIN_RENEW, NULL);
    account_form(b, "/akun", p->viewer, "pin");
    account_field(b, "pin", "password", "current-password", TEXT_PIN_OLD, "", lang);
    account_field(b, "baru", "password", "new-password", TEXT_PIN_NEW, "", lang);
    account_field(b, "ulang", "password", "new-password", TEXT_PIN_AGAIN, "", lang);
    parts_element(b, "p", "soft", lang,
                  p->viewer->role == ROLE_FARMER ? TEXT_PIN_RULE_DIGITS : TEXT_PIN_RULE_WORD, NULL);
    account_form_end(b, TEXT_PIN_GO, lang);
}

static void phone(struct buf *b, const struct page_frame *p, const struct rec_user *u,
                  enum lang lang)
{
    const struct text_arg args[] = {{"nomor", u->phone}, {NULL, NULL}};

    parts_element(b, "h2", "", lang, TEXT_PHONE_TITLE, NULL);
    if (u->phone[0] != '\0')
        parts_element(b, "p", "", lang, TEXT_PHONE_NOW, args);
    if (p->now_ms - u->verified_ms > ACCOUNT_VERIFY_MS) {
        parts_element(b, "p", "no", lang, TEXT_VERIFY_DUE, NULL);
        account_form(b, "/akun", p->viewer, "masih");
        account_form_end(b, TEXT_VERIFY_GO, lang);
    }
    account_form(b, "/akun", p->viewer, "nomor");
    account_field(b, "nomor", "tel", "tel", TEXT_PHONE_NEW, "", lang);
    account_field(b, "pin", "password", "current-password", TEXT_LOGIN_PIN, "", lang);
    parts_element(b, "p", "soft", lang, TEXT_PHONE_NOTE, NULL);
    account_form_end(b, TEXT_PHONE_GO, lang);
}

static void settings(struct buf *b, const struct page_frame *p, const struct rec_user *u,
                     enum lang lang)
{
    parts_element(b, "h2", "", lang, TEXT_SETTINGS_TITLE, NULL);
    account_form(b, "/akun", p->viewer, "pengaturan");
    html_put(b, "<p><label>$ <select name=\"bahasa\">", text_get(lang, TEXT_SETTINGS_LANG));
    html_raw(b, "<option value=\"id\">Bahasa Indonesia</option><option value=\"en\"");
    html_raw(b, u->english ? " selected>" : ">");
    html_raw(b, "English</option></select></label></p>\n");
    html_raw(b, "<p><label><input type=\"checkbox\" name=\"besar\" value=\"ya\"");
    html_raw(b, u->large ? " checked> " : "> ");
    html_put(b, "$</label></p>\n", text_get(lang, TEXT_SETTINGS_LARGE));
    account_form_end(b, TEXT_SETTINGS_GO, lang);
}

static void sessions(struct buf *b, const struct page_frame *p, const struct rec_session *s,
                     size_t n, enum lang lang)
{
    parts_element(b, "h2", "", lang, TEXT_SESSIONS_TITLE, NULL);
    for (size_t i = 0; i < n; i++) {
        char made[FORMAT_SIZE], seen[FORMAT_SIZE], id[24];
        const struct text_arg args[] = {
            {"masuk", made}, {"lihat", seen}, {"alamat", s[i].address}, {NULL, NULL}};

        (void)format_moment(made, sizeof made, lang, s[i].made_ms, p->now_ms);
        (void)format_moment(seen, sizeof seen, lang, s[i].seen_ms, p->now_ms);
        (void)snprintf(id, sizeof id, "%lld", (long long)s[i].id);
        html_raw(b, "<div class=\"sesi\"><p>");
        parts_say(b, lang, TEXT_SESSION, args);
        html_put(b, "<br><span class=\"soft\">$</span></p>\n", s[i].agent);
        if (s[i].id == p->viewer->session) {
            parts_element(b, "p", "soft", lang, TEXT_SESSION_THIS, NULL);
        } else {
            account_form(b, "/akun", p->viewer, "akhiri");
            html_put(b, "<input type=\"hidden\" name=\"sesi\" value=\"$\">", id);
            account_form_end(b, TEXT_SESSION_END, lang);
        }
        html_raw(b, "</div>\n");
    }
    if (n > 1) {
        account_form(b, "/akun", p->viewer, "akhiri");
        html_raw(b, "<input type=\"hidden\" name=\"sesi\" value=\"0\">");
        account_form_end(b, TEXT_SESSION_END_OTHERS, lang);
    }
}

void page_account(struct buf *b, const struct page_frame *p, const struct rec_user *u,
                  const struct rec_session *session, size_t n, enum lang lang)
{
    account_begin(b, p, "/akun", TEXT_ACCOUNT_TITLE, lang);
    html_put(b, "<p class=\"sum\">$ \u00b7 $</p>\n", u->name,
             text_get(lang, account_role(u->role)));
    account_scope(b, p, u, lang);
    account_form(b, "/keluar", p->viewer, NULL);
    account_form_end(b, TEXT_LOGOUT, lang);
    if (p->viewer->consent_ms == 0)
        consent(b, p, lang);
    pin(b, p, lang);
    phone(b, p, u, lang);
    settings(b, p, u, lang);
    sessions(b, p, session, n, lang);
    if (p->viewer->consent_ms != 0)
        consent(b, p, lang);
    html_put(b, "<p><a class=\"back\" href=\"/audit\">$</a></p>\n",
             text_get(lang, TEXT_AUDIT_TITLE));
    parts_end(b, lang);
}
