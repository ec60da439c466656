/* SPDX-License-Identifier: GPL-3.0-or-later */
/* E-mail: for officers; few farmers read it. Plain text, UTF-8, one recipient a message. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "channel_own.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/utf8.h"
#include "mailer.h"

enum {
    WORD_BYTES =
        42, /* of text in one encoded word: 56 letters, and with "=?UTF-8?B?" "?=" below 75 (RFC 2047, 2) */
    LINE_BYTES = 57 /* of text in a line of 76 letters (RFC 2045, 6.8) */
};

static void base64(struct buf *b, const char *bytes, size_t n)
{
    static const char LETTER[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < n; i += 3) {
        const unsigned char *p = (const unsigned char *)bytes + i;
        unsigned long v = (unsigned long)p[0] << 16;
        char four[5] = "====";
        if (i + 1 < n)
            v |= (unsigned long)p[1] << 8;
        if (i + 2 < n)
            v |= p[2];
        four[0] = LETTER[v >> 18 & 63];
        four[1] = LETTER[v >> 12 & 63];
        if (i + 1 < n)
            four[2] = LETTER[v >> 6 & 63];
        if (i + 2 < n)
            four[3] = LETTER[v & 63];
        buf_str(b, four);
    }
}

/* The subject in encoded words, each of whole characters, so that neither a line end nor a foreign letter can do harm. */
static void put_subject(struct buf *b, const char *text)
{
    size_t n = strlen(text);

    buf_str(b, "Subject:");
    for (size_t at = 0; at < n;) {
        size_t k = 0;
        while (at + k < n) {
            size_t c = utf8_length(text + at + k, n - at - k);
            c = c > 0 ? c : 1;
            if (k + c > WORD_BYTES)
                break;
            k += c;
        }
        buf_str(b, at > 0 ? "\r\n =?UTF-8?B?" : " =?UTF-8?B?");
        base64(b, text + at, k);
        buf_str(b, "?=");
        at += k;
    }
    buf_str(b, "\r\n");
}

static void put_date(struct buf *b)
{
    static const char *const DAY[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const MONTH[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil t = civil_from_ts(clock_outside_ms());

    buf_printf(b, "Date: %s, %d %s %d %02d:%02d:%02d +0700\r\n", DAY[t.weekday], t.day,
               MONTH[t.month - 1], t.year, t.hour, t.minute, t.second);
}

static void make_mail(struct buf *b, const struct channel_config *c, const char *to,
                      const struct channel_message *m)
{
    const char *at = strchr(c->from, '@');
    struct buf text = {0};

    put_date(b);
    buf_printf(b, "From: Lumbung Nila <%s>\r\nTo: <%s>\r\n", c->from, to);
    put_subject(b, m->title[0] != '\0' ? m->title : m->cause);
    /* the same attempt made twice is one message to a mailbox that looks at it */
    buf_printf(b, "Message-ID: <nila-%" PRId64 "-%" PRId64 "-%s%s>\r\n", m->alarm_id, m->attempt_id,
               message_kind_name(m->kind), at != NULL ? at : "@localhost");
    buf_str(b, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
               "Content-Type: text/plain; charset=utf-8\r\n"
               "Content-Transfer-Encoding: base64\r\n\r\n");
    for (const char *p = m->text; *p != '\0'; p++) {
        if (*p == '\n')
            buf_str(&text, "\r");
        buf_add(&text, p, 1);
    }
    buf_str(&text, "\r\n");
    for (size_t i = 0; i < text.n; i += LINE_BYTES) {
        base64(b, text.p + i, text.n - i < LINE_BYTES ? text.n - i : LINE_BYTES);
        buf_str(b, "\r\n");
    }
    buf_free(&text);
}

/* Reply codes of RFC 5321, 4.2.3. */
static void refused(const struct mail_answer *a, struct channel_result *r)
{
    static const struct {
        long first, last;
        enum channel_fate fate;
        enum channel_code code;
    } ROW[] = {
        {421, 421, FATE_RETRY, CODE_SERVER},      {450, 452, FATE_RETRY, CODE_LIMIT},
        {454, 454, FATE_RETRY, CODE_SERVER},      {400, 499, FATE_RETRY, CODE_SERVER},
        {530, 535, FATE_REFUSED, CODE_LOGIN},     {550, 551, FATE_REFUSED, CODE_RECIPIENT},
        {553, 553, FATE_REFUSED, CODE_RECIPIENT}, {500, 599, FATE_REFUSED, CODE_REJECTED},
        {0, 999, FATE_REFUSED, CODE_LOGIN}, /* libcurl: no way to log in that both know */
    };

    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++)
        if (a->code >= ROW[i].first && a->code <= ROW[i].last) {
            channel_set(r, ROW[i].fate,
                        a->sender && ROW[i].code == CODE_RECIPIENT ? CODE_REJECTED : ROW[i].code,
                        "%s", a->words);
            return;
        }
}

static void judge(int rc, const struct mail_answer *a, struct channel_result *r)
{
    const enum channel_fate fate = a->begun ? FATE_UNKNOWN : FATE_RETRY;

    switch (rc) {
    case 0:
        break;
    case NILA_ERR_REFUSED:
        refused(a, r);
        break;
    case NILA_ERR_DENIED:
        channel_set(r, FATE_REFUSED, CODE_TLS, "%s", a->words);
        break;
    case NILA_ERR_TIMEOUT:
        channel_set(r, fate, CODE_TIMEOUT, "%s", a->words);
        break;
    case NILA_ERR_CLOSED:
        channel_set(r, fate, CODE_CLOSED, "%s", "");
        break;
    case NILA_ERR_CONFIG:
        channel_set(r, FATE_REFUSED, CODE_CONFIG, "%s", a->words);
        break;
    case NILA_ERR_PROTO:
        channel_set(r, fate, CODE_MALFORMED, "%s", a->words);
        break;
    default:
        channel_set(r, fate, CODE_CONNECT, "%s", a->words);
        break;
    }
}

static void send_smtp(struct channel *c, const char *to, const struct channel_message *m,
                      struct channel_result *r)
{
    struct mail_answer a;
    struct buf data = {0};
    struct mail mail = {.url = c->c->url,
                        .user_pass = c->secret[0] != '\0' ? c->secret : NULL,
                        .ca_file = c->c->ca_file[0] != '\0' ? c->c->ca_file : NULL,
                        .tls = !c->c->insecure,
                        .from = c->c->from,
                        .to = to,
                        .timeout_ms = c->c->timeout_ms,
                        .stop = &c->stopped};

    make_mail(&data, c->c, to, m);
    mail.data = data.p;
    mail.n = data.n;
    judge(mailer_send(&mail, &a), &a, r);
    buf_free(&data);
}

const struct channel_ops CHANNEL_OPS_SMTP = {
    .name = "smtp", .address = ADDRESS_MAIL, .form = SECRET_LOGIN, .send = send_smtp};
