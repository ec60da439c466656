/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMS and voice call, through a modem (modem.h). */
#include <stdio.h>

#include "channel_own.h"
#include "phone.h"

static void send_sms(struct channel *c, const char *to, const struct channel_message *m,
                     struct channel_result *r)
{
    char number[PHONE_SIZE], changed[CHANNEL_DETAIL_SIZE] = "";
    struct smstext text;
    int rc = smstext_fit(&text, m->sms[0] != '\0' ? m->sms : m->text);

    if (rc != 0) {
        channel_set(r, FATE_REFUSED, rc == NILA_ERR_FULL ? CODE_TOO_LONG : CODE_EMPTY, "%zu",
                    text.before);
        return;
    }
    if (phone_normalise(to, number) != 0) { /* channel_send has looked already */
        channel_set(r, FATE_REFUSED, CODE_ADDRESS, "%s", "");
        return;
    }
    if (text.before > SMSTEXT_SEPTETS)
        (void)snprintf(changed, sizeof changed, "shortened from %zu to %zu characters", text.before,
                       text.septets);
    else if (text.replaced > 0)
        (void)snprintf(changed, sizeof changed, "%zu letters written otherwise", text.replaced);
    modem_sms(c->modem, number, &text, c->c->timeout_ms, r);
    if (r->code == CODE_NONE)
        channel_set(r, r->fate, CODE_NONE, "%s", changed);
}

static void send_call(struct channel *c, const char *to, const struct channel_message *m,
                      struct channel_result *r)
{
    char number[PHONE_SIZE];

    /* a telephone that rings at night means danger and nothing else */
    if (m->kind != MESSAGE_RAISE && m->kind != MESSAGE_REPEAT && m->kind != MESSAGE_TEST) {
        channel_set(r, FATE_REFUSED, CODE_KIND, "%s", message_kind_name(m->kind));
        return;
    }
    if (phone_normalise(to, number) != 0) {
        channel_set(r, FATE_REFUSED, CODE_ADDRESS, "%s", "");
        return;
    }
    modem_call(c->modem, number, c->c->ring_s, c->c->timeout_ms, r);
}

const struct channel_ops CHANNEL_OPS_SMS = {
    .name = "sms", .address = ADDRESS_PHONE, .modem = true, .send = send_sms};
const struct channel_ops CHANNEL_OPS_CALL = {
    .name = "call", .address = ADDRESS_PHONE, .modem = true, .send = send_call};
