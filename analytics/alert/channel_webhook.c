/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A POST of JSON to anybody's service, for example the office's own SMS provider. Whoever receives it computes
 * HMAC-SHA256(key, timestamp "." body) and compares it with X-Nila-Signature; a timestamp older than some minutes is an old
 * message played again; X-Nila-Attempt is the same when a message had to be sent twice. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "channel_own.h"
#include "collector/common/clock.h"
#include "collector/common/sha256.h"

static void member(struct buf *b, const char *key, const char *value)
{
    buf_printf(b, ",\"%s\":", key);
    channel_json(b, value);
}

static void make_body(struct buf *b, const char *to, const struct channel_message *m)
{
    buf_printf(b, "{\"v\":1,\"alarm_id\":%" PRId64 ",\"attempt_id\":%" PRId64 ",\"ts_ms\":%" PRId64,
               m->alarm_id, m->attempt_id, m->ts_ms);
    member(b, "kind", message_kind_name(m->kind));
    member(b, "severity", m->severity);
    member(b, "cause", m->cause);
    member(b, "regency", m->regency);
    member(b, "pond", m->pond);
    member(b, "pond_name", m->pond_name);
    member(b, "language", m->english ? "en" : "id");
    member(b, "to", to);
    member(b, "title", m->title);
    member(b, "text", m->text);
    member(b, "sms", m->sms);
    buf_str(b, "}");
}

static void sign(const char *key, const char *timestamp, const struct buf *body,
                 char hex[static SHA256_HEX_SIZE])
{
    uint8_t code[SHA256_BYTES];
    struct hmac_sha256 mac;

    hmac_sha256_init(&mac, key, strlen(key));
    hmac_sha256_add(&mac, timestamp, strlen(timestamp));
    hmac_sha256_add(&mac, ".", 1);
    hmac_sha256_add(&mac, body->p, body->n);
    hmac_sha256_done(&mac, code);
    sha256_hex(hex, code);
}

static void send_webhook(struct channel *c, const char *to, const struct channel_message *m,
                         struct channel_result *r)
{
    char stamp[24], hex[SHA256_HEX_SIZE], header[3][128];
    const char *headers[] = {header[0], header[1], header[2], NULL};
    struct http_answer a;
    struct buf body = {0};

    make_body(&body, to, m);
    (void)snprintf(stamp, sizeof stamp, "%" PRId64, clock_outside_ms() / 1000);
    sign(c->secret, stamp, &body, hex);
    (void)snprintf(header[0], sizeof header[0], "X-Nila-Timestamp: %s", stamp);
    (void)snprintf(header[1], sizeof header[1], "X-Nila-Signature: sha256=%s", hex);
    (void)snprintf(header[2], sizeof header[2], "X-Nila-Attempt: %" PRId64, m->attempt_id);
    (void)channel_post(c, c->c->url, headers, &body, &a, r);
    buf_free(&body);
    buf_free(&a.body);
}

const struct channel_ops CHANNEL_OPS_WEBHOOK = {.name = "webhook",
                                                .address = ADDRESS_NONE, /* or per_contact */
                                                .needs_secret = true,
                                                .form = SECRET_KEY,
                                                .web = true,
                                                .send = send_webhook};
