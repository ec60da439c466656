/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page_account.h"

#include <stdio.h>

#include "analytics/web/html.h"

static void begin(struct buf *b, const char *path, enum text title, const struct viewer *v,
                  const char *notice, enum lang lang)
{
    const struct parts_head head = {
        .title = text_get(lang, title), .path = path, .here = title, .notice = notice, .viewer = v};

    parts_begin(b, &head, lang);
    parts_element(b, "h1", "", lang, title, NULL);
}

/* The begin of a form that posts; form_end closes it. */
static void form_begin(struct buf *b, const char *path, const struct viewer *v)
{
    html_put(b,
             "<form class=\"isian\" method=\"post\" action=\"$\"><input type=\"hidden\" "
             "name=\"tanda\" value=\"$\">\n",
             path, v->csrf);
}

static void form_end(struct buf *b, enum text button, enum lang lang)
{
    html_put(b, "<button>$</button></form>\n", text_get(lang, button));
}

static void problem(struct buf *b, const struct page_login *p, enum lang lang)
{
    char wait[24];
    const struct text_arg args[] = {{"detik", wait}, {NULL, NULL}};

    (void)snprintf(wait, sizeof wait, "%ld", p->wait_s);
    html_raw(b, "<div role=\"alert\">");
    parts_element(b, "p", "no", lang, p->problem, args);
    html_raw(b, "</div>\n");
}

void page_login(struct buf *b, const struct page_login *p, enum lang lang)
{
    begin(b, "/masuk", TEXT_LOGIN_TITLE, p->viewer, p->notice, lang);
    if (p->viewer->unmanaged) {
        parts_element(b, "p", "sum", lang, TEXT_LOGIN_FIRST, NULL);
        parts_end(b, lang);
        return;
    }
    if (p->problem != TEXT_COUNT)
        problem(b, p, lang);
    form_begin(b, "/masuk", p->viewer);
    html_put(b, "<input type=\"hidden\" name=\"kembali\" value=\"$\">\n", p->back);
    html_put(b,
             "<p><label>$<br><input name=\"siapa\" value=\"$\" autocomplete=\"username\" "
             "autocapitalize=\"none\" required maxlength=\"40\"></label></p>\n",
             text_get(lang, TEXT_LOGIN_WHO), p->who);
    html_put(b,
             "<p><label>$<br><input type=\"password\" name=\"pin\" "
             "autocomplete=\"current-password\" required maxlength=\"128\"></label></p>\n",
             text_get(lang, TEXT_LOGIN_PIN));
    form_end(b, TEXT_LOGIN_GO, lang);
    parts_element(b, "p", "soft", lang, TEXT_LOGIN_FORGOT, NULL);
    parts_end(b, lang);
}

void page_account(struct buf *b, const struct viewer *v, const char *notice, enum lang lang)
{
    begin(b, "/akun", TEXT_ACCOUNT_TITLE, v, notice, lang);
    html_put(b, "<p class=\"sum\">$ ($)</p>\n", v->name, role_name(v->role));
    form_begin(b, "/keluar", v);
    form_end(b, TEXT_LOGOUT, lang);
    parts_end(b, lang);
}
