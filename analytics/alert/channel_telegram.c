/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telegram Bot API, sendMessage (core.telegram.org/bots/api#sendmessage). The token stands in the address, so that no
 * address is ever shown. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channel_own.h"

/* "text: 1-4096 characters"; bytes are counted here, which is the safe side. */
#define TEXT_MAX_BYTES 4096

static void make_body(struct buf *b, const char *to, const struct channel_message *m,
                      struct channel_result *r)
{
    struct buf text = {0}, whole = {0};

    buf_printf(&whole, "%s%s%s", m->title, m->title[0] != '\0' && m->text[0] != '\0' ? "\n" : "",
               m->text);
    if (channel_cut(&text, whole.p, TEXT_MAX_BYTES))
        channel_set(r, r->fate, r->code, "shortened from %zu to %zu bytes", whole.n, text.n);
    buf_str(b, "{\"chat_id\":");
    channel_json(b, to);
    buf_str(b, ",\"text\":");
    channel_json(b, text.p);
    /* what needs no action makes no noise */
    buf_printf(b, ",\"disable_notification\":%s,\"link_preview_options\":{\"is_disabled\":true}}",
               m->kind == MESSAGE_HEARTBEAT ? "true" : "false");
    buf_free(&text);
    buf_free(&whole);
}

/* The service's own words for what the status said in general. */
static void service_says(const struct http_answer *a, struct channel_result *r)
{
    char words[160], seconds[24];

    if (!channel_answer(&a->body, "description", words, sizeof words) || words[0] == '\0')
        return;
    if (a->status == 403 || strstr(words, "chat not found") != NULL ||
        strstr(words, "user is deactivated") != NULL)
        r->code = CODE_RECIPIENT;
    channel_set(r, r->fate, r->code, "%ld %s", a->status, words);
    if (a->status == 429 &&
        channel_answer(&a->body, "parameters.retry_after", seconds, sizeof seconds) &&
        seconds[0] != '\0')
        r->retry_after_ms = (int64_t)strtol(seconds, NULL, 10) * 1000;
}

static void send_telegram(struct channel *c, const char *to, const struct channel_message *m,
                          struct channel_result *r)
{
    struct buf url = {0}, body = {0};
    struct http_answer a;
    char ok[16];

    buf_printf(&url, "%s/bot%s/sendMessage", c->c->url, c->secret);
    make_body(&body, to, m, r);
    if (channel_post(c, url.p, NULL, &body, &a, r)) {
        if (!channel_answer(&a.body, "result.message_id", ok, sizeof ok) || ok[0] == '\0')
            channel_set(r, FATE_UNKNOWN, CODE_MALFORMED, "%s", "no message_id");
        else
            (void)snprintf(r->reference, sizeof r->reference, "%s", ok);
    } else {
        service_says(&a, r);
    }
    secret_wipe(url.p, url.n);
    buf_free(&url);
    buf_free(&body);
    buf_free(&a.body);
}

const struct channel_ops CHANNEL_OPS_TELEGRAM = {.name = "telegram",
                                                 .address = ADDRESS_CHAT,
                                                 .needs_secret = true,
                                                 .form = SECRET_TOKEN,
                                                 .web = true,
                                                 .send = send_telegram};
