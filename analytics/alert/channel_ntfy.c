/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ntfy, "publish as JSON" (docs.ntfy.sh/publish): a POST to the server's root, so that title and text may be any UTF-8. */
#include <stdio.h>
#include <string.h>

#include "channel_own.h"

/* A longer message would be taken as an attachment. */
#define TEXT_MAX_BYTES 4096

/* 5 breaks through a telephone's "do not disturb"; 3 is the usual one; 2 makes no sound. */
static int priority_of(const struct channel_message *m)
{
    if (m->kind == MESSAGE_HEARTBEAT || m->kind == MESSAGE_CLEAR)
        return 2;
    return strcmp(m->severity, "danger") == 0 ? 5 : 3;
}

static void send_ntfy(struct channel *c, const char *to, const struct channel_message *m,
                      struct channel_result *r)
{
    char header[SECRET_SIZE + 32], id[48];
    const char *headers[] = {c->secret[0] != '\0' ? header : NULL, NULL};
    struct buf body = {0}, text = {0};
    struct http_answer a;

    (void)snprintf(header, sizeof header, "Authorization: Bearer %s", c->secret);
    if (channel_cut(&text, m->text[0] != '\0' ? m->text : m->title, TEXT_MAX_BYTES))
        channel_set(r, r->fate, r->code, "shortened to %zu bytes", text.n);
    buf_str(&body, "{\"topic\":");
    channel_json(&body, to[0] != '\0' ? to : c->c->topic);
    buf_str(&body, ",\"title\":");
    channel_json(&body, m->title);
    buf_str(&body, ",\"message\":");
    channel_json(&body, text.p);
    buf_printf(&body, ",\"priority\":%d}", priority_of(m));
    if (channel_post(c, c->c->url, headers, &body, &a, r)) {
        if (!channel_answer(&a.body, "id", id, sizeof id) || id[0] == '\0')
            channel_set(r, FATE_UNKNOWN, CODE_MALFORMED, "%s", "no id");
        else
            (void)snprintf(r->reference, sizeof r->reference, "%s", id);
    }
    secret_wipe(header, sizeof header);
    buf_free(&body);
    buf_free(&text);
    buf_free(&a.body);
}

const struct channel_ops CHANNEL_OPS_NTFY = {
    .name = "ntfy", .address = ADDRESS_NONE, .form = SECRET_TOKEN, .web = true, .send = send_ntfy};
