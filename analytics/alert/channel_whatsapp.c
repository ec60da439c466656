/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WhatsApp Cloud API, template messages (developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates). Free text is
 * only allowed within 24 h of the user's own message, so an alarm is always a template that Meta has approved. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channel_own.h"
#include "phone.h"

/* A template's whole body may have 1024 characters; each parameter keeps well below. */
#define PARAMETER_MAX_BYTES 500

/* A parameter may have no line ends, tabs or more than four blanks in a row (error 132018). */
static void put_parameter(struct buf *b, const char *text)
{
    struct buf flat = {0}, cut = {0};

    buf_str(&flat, "");
    for (; *text != '\0'; text++) {
        bool blank = *text == ' ' || *text == '\n' || *text == '\t' || *text == '\r';
        if (!blank)
            buf_add(&flat, text, 1);
        else if (flat.n > 0 && flat.p[flat.n - 1] != ' ')
            buf_str(&flat, " ");
    }
    (void)channel_cut(&cut, flat.n > 0 ? flat.p : "-",
                      PARAMETER_MAX_BYTES); /* an empty one is refused */
    buf_str(b, "{\"type\":\"text\",\"text\":");
    channel_json(b, cut.p);
    buf_str(b, "}");
    buf_free(&flat);
    buf_free(&cut);
}

static const char *parameter_of(const struct channel_message *m, enum whatsapp_parameter p)
{
    const char *const text[] = {[PARAMETER_POND] = m->pond_name,
                                [PARAMETER_TITLE] = m->title,
                                [PARAMETER_TEXT] = m->text,
                                [PARAMETER_SEVERITY] = m->severity};
    return text[p];
}

static void make_body(struct buf *b, const struct channel_config *c, const char *number,
                      const struct channel_message *m)
{
    buf_printf(
        b,
        "{\"messaging_product\":\"whatsapp\",\"recipient_type\":\"individual\",\"to\":\"%s\","
        "\"type\":\"template\",\"template\":{\"name\":",
        number + 1); /* digits alone */
    channel_json(b, c->whatsapp_template);
    buf_printf(
        b, ",\"language\":{\"code\":\"%s\"},\"components\":[{\"type\":\"body\",\"parameters\":[",
        m->english ? "en" : "id");
    for (size_t i = 0; i < c->parameters; i++) {
        buf_str(b, i > 0 ? "," : "");
        put_parameter(b, parameter_of(m, c->parameter[i]));
    }
    buf_str(b, "]}]}}");
}

/* The codes of the Graph API's error object; the HTTP status alone says too little (400 for nearly all). */
static void service_says(const struct http_answer *a, struct channel_result *r)
{
    static const struct {
        long code;
        enum channel_fate fate;
        enum channel_code is;
    } ROW[] = {
        {0, FATE_REFUSED, CODE_LOGIN},          {10, FATE_REFUSED, CODE_LOGIN},
        {190, FATE_REFUSED, CODE_LOGIN},        {4, FATE_RETRY, CODE_LIMIT},
        {80007, FATE_RETRY, CODE_LIMIT},        {130429, FATE_RETRY, CODE_LIMIT},
        {131048, FATE_RETRY, CODE_LIMIT},       {131056, FATE_RETRY, CODE_LIMIT},
        {131000, FATE_RETRY, CODE_SERVER},      {131016, FATE_RETRY, CODE_SERVER},
        {131026, FATE_REFUSED, CODE_RECIPIENT}, {131030, FATE_REFUSED, CODE_RECIPIENT},
        {131050, FATE_REFUSED, CODE_RECIPIENT},
    };
    char words[120], number[24];

    if (!channel_answer(&a->body, "error.code", number, sizeof number) || number[0] == '\0')
        return;
    (void)channel_answer(&a->body, "error.message", words, sizeof words);
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++)
        if (ROW[i].code == strtol(number, NULL, 10)) {
            r->fate = ROW[i].fate;
            r->code = ROW[i].is;
        }
    channel_set(r, r->fate, r->code, "%ld, code %s: %s", a->status, number, words);
}

static void send_whatsapp(struct channel *c, const char *to, const struct channel_message *m,
                          struct channel_result *r)
{
    char header[SECRET_SIZE + 32], url[400], number[PHONE_SIZE], id[160];
    const char *headers[] = {header, NULL};
    struct http_answer a;
    struct buf body = {0};

    if (phone_normalise(to, number) != 0) {
        channel_set(r, FATE_REFUSED, CODE_ADDRESS, "%s", "");
        return;
    }
    (void)snprintf(url, sizeof url, "%s/%s/messages", c->c->url, c->c->phone_id);
    (void)snprintf(header, sizeof header, "Authorization: Bearer %s", c->secret);
    make_body(&body, c->c, number, m);
    if (channel_post(c, url, headers, &body, &a, r)) {
        if (!channel_answer(&a.body, "messages.0.id", id, sizeof id) || id[0] == '\0')
            channel_set(r, FATE_UNKNOWN, CODE_MALFORMED, "%s", "no message id");
        else
            (void)snprintf(r->reference, sizeof r->reference, "%.63s", id);
    } else {
        service_says(&a, r);
    }
    secret_wipe(header, sizeof header);
    buf_free(&body);
    buf_free(&a.body);
}

const struct channel_ops CHANNEL_OPS_WHATSAPP = {.name = "whatsapp",
                                                 .address = ADDRESS_PHONE,
                                                 .needs_secret = true,
                                                 .form = SECRET_TOKEN,
                                                 .web = true,
                                                 .send = send_whatsapp};
