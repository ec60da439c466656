/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "channel.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channel_own.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "phone.h"

/* Every kind, in the order of enum channel_kind. */
static const struct channel_ops *const OPS[CHANNEL_KINDS] = {
    [CHANNEL_SIREN] = &CHANNEL_OPS_SIREN,     [CHANNEL_CALL] = &CHANNEL_OPS_CALL,
    [CHANNEL_SMS] = &CHANNEL_OPS_SMS,         [CHANNEL_TELEGRAM] = &CHANNEL_OPS_TELEGRAM,
    [CHANNEL_WEBHOOK] = &CHANNEL_OPS_WEBHOOK, [CHANNEL_SMTP] = &CHANNEL_OPS_SMTP,
    [CHANNEL_NTFY] = &CHANNEL_OPS_NTFY,       [CHANNEL_WHATSAPP] = &CHANNEL_OPS_WHATSAPP,
};

struct channels {
    struct channel channel[CHANNELS_MAX];
    size_t count;
    struct modem *modem[MODEMS_MAX];
    size_t modems;
};

void channel_set(struct channel_result *r, enum channel_fate fate, enum channel_code code,
                 const char *fmt, ...)
{
    va_list args;

    r->fate = fate;
    r->code = code;
    va_start(args, fmt);
    (void)vsnprintf(r->detail, sizeof r->detail, fmt, args);
    va_end(args);
    for (char *p = r->detail; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = ' '; /* a server's words are put into one line of a log */
    for (size_t n = strlen(r->detail); n > 0 && strchr(" .", r->detail[n - 1]) != NULL; n--)
        r->detail[n - 1] = '\0'; /* channel_say ends the sentence */
}

/* 0 when to is such an address. */
static int address_fault(enum channel_address address, const char *to)
{
    char number[PHONE_SIZE];
    size_t n = strlen(to);

    switch (address) {
    case ADDRESS_PHONE:
        return phone_normalise(to, number);
    case ADDRESS_CHAT: /* -1001234567890 or @name */
        return n > 0 && to[strspn(
                            to,
                            "-@_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")] ==
                            '\0'
                   ? 0
                   : NILA_ERR_PARSE;
    case ADDRESS_MAIL: /* one address; what cannot stand in a command or header of mail is refused */
        return strpbrk(to, " <>,;:\"\\()[]\r\n\t") == NULL && strchr(to, '@') != NULL &&
                       to[0] != '@' && to[n - 1] != '@' && strchr(to, '@') == strrchr(to, '@')
                   ? 0
                   : NILA_ERR_PARSE;
    case ADDRESS_NONE:
    default:
        return 0;
    }
}

static int rc_of(enum channel_fate fate)
{
    switch (fate) {
    case FATE_SENT:
    case FATE_DELIVERED:
        return 0;
    case FATE_RETRY:
        return NILA_ERR_BUSY;
    case FATE_REFUSED:
        return NILA_ERR_REFUSED;
    case FATE_UNKNOWN:
    default:
        return NILA_ERR_TIMEOUT;
    }
}

int channel_send(struct channel *c, const char *to, const struct channel_message *m,
                 struct channel_result *out)
{
    const enum channel_address address = channel_address_of(c);
    struct channel_result r = {.fate = FATE_SENT};

    if (to[0] == '\0')
        to = c->c->to;
    if (atomic_load(&c->stopped))
        channel_set(&r, FATE_RETRY, CODE_CLOSED, "%s", "");
    else if (strlen(to) >= CHANNEL_TO_SIZE || address_fault(address, to) != 0)
        channel_set(&r, FATE_REFUSED, CODE_ADDRESS, "%s", "");
    else
        c->ops->send(c, to, m, &r);
    secret_scrub(r.detail, c->secret);
    secret_scrub(r.reference, c->secret);
    if (r.code != CODE_NONE || r.detail[0] != '\0')
        (void)channel_say(r.why, sizeof r.why, r.code, r.detail, m->english);
    *out = r;
    return rc_of(r.fate);
}

size_t channel_state(struct channel *c, char *buf, size_t size, bool english)
{
    struct modem_state s;
    char words[CHANNEL_WHY_SIZE] = "", signal[40] = "";
    int n;

    if (size > 0)
        buf[0] = '\0';
    if (c->modem == NULL)
        return 0;
    modem_state(c->modem, &s);
    if (!s.looked)
        return 0;
    if (s.code != CODE_NONE)
        (void)channel_say(words, sizeof words, s.code, "", english);
    else
        (void)snprintf(
            words, sizeof words, "%s%s",
            english ? "registered with the operator" : "diterima operator",
            s.reports == 0 ? (english ? ", no delivery reports" : ", tanpa laporan sampai") : "");
    if (s.signal_pct >= 0)
        (void)snprintf(signal, sizeof signal, "; %s %d %%", english ? "signal" : "sinyal",
                       s.signal_pct);
    n = snprintf(buf, size, "%s%s", words, signal);
    return n > 0 && (size_t)n < size ? (size_t)n : strlen(buf);
}

int channel_listen(struct channel *c, int64_t wait_ms, channel_heard *fn, void *arg)
{
    if (c->modem == NULL)
        return NILA_ERR_UNSUPPORTED;
    return modem_listen(c->modem, wait_ms, &c->woken, fn, arg);
}

void channel_wake(struct channel *c)
{
    if (c->modem == NULL)
        return;
    atomic_store(&c->woken, true);
    modem_wake(c->modem);
}

void channel_stop(struct channel *c)
{
    atomic_store(&c->stopped, true);
    if (c->http != NULL)
        http_cancel(c->http);
    if (c->modem != NULL)
        modem_stop(c->modem);
}

const char *channel_slug(const struct channel *c)
{
    return c->c->slug;
}

enum channel_kind channel_kind_of(const struct channel *c)
{
    return c->c->kind;
}

enum channel_address channel_address_of(const struct channel *c)
{
    return c->c->per_contact ? ADDRESS_PHONE : c->ops->address;
}

int64_t channel_timeout_ms(const struct channel *c)
{
    return c->c->timeout_ms + (c->c->kind == CHANNEL_CALL ? (int64_t)c->c->ring_s * 1000 : 0);
}

const char *channel_kind_name(enum channel_kind kind)
{
    return (unsigned)kind < CHANNEL_KINDS ? OPS[kind]->name : "?";
}

/* --- the set ------------------------------------------------------------------------------------------------------ */

static int open_one(struct channels *s, const struct channel_config *c, char *why, size_t why_size)
{
    struct channel *n = &s->channel[s->count];
    const struct channel_ops *ops = OPS[c->kind];
    char words[CHANNEL_WHY_SIZE] = "";
    int rc = 0;

    n->c = c;
    n->ops = ops;
    if (c->secret_file[0] != '\0')
        rc = secret_read(c->secret_file, ops->form, n->secret, words, sizeof words);
    else if (ops->needs_secret) {
        (void)snprintf(words, sizeof words, "%s",
                       tongue("berkas rahasianya belum disebut", "a secret's file is needed"));
        rc = NILA_ERR_CONFIG;
    }
    if (rc == 0 && c->to[0] != '\0' && address_fault(ops->address, c->to) != 0) {
        (void)snprintf(words, sizeof words,
                       tongue("\"to\": \"%.60s\" tidak berbentuk alamat saluran ini",
                              "\"to\": \"%.60s\" is no address of this channel"),
                       c->to);
        rc = NILA_ERR_CONFIG;
    }
    if (rc != 0) {
        (void)snprintf(why, why_size, tongue("saluran %s: %.360s", "channel %s: %.360s"), c->slug,
                       words);
        secret_wipe(n->secret, sizeof n->secret);
        return rc;
    }
    if (ops->modem)
        n->modem = s->modem[c->modem];
    if (ops->web)
        rc = http_open(&n->http);
    s->count++;
    return rc;
}

int channels_open(struct channels **out, const struct channels_config *c, char *why,
                  size_t why_size)
{
    struct channels *s = xcalloc(1, sizeof *s);
    char pin[SECRET_SIZE];
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < c->modems; i++) {
        /* looked at now, so that a bad file is told at once; read again when the SIM asks */
        if (c->modem[i].pin_file[0] != '\0')
            rc = secret_read(c->modem[i].pin_file, SECRET_PIN, pin, why, why_size);
        secret_wipe(pin, sizeof pin);
        modem_open(&s->modem[s->modems++], &c->modem[i], NULL);
    }
    for (size_t i = 0; rc == 0 && i < c->channels; i++)
        rc = open_one(s, &c->channel[i], why, why_size);
    if (rc == 0)
        *out = s;
    else
        channels_close(s);
    return rc;
}

size_t channels_count(const struct channels *s)
{
    return s->count;
}

struct channel *channels_at(struct channels *s, size_t i)
{
    return i < s->count ? &s->channel[i] : NULL;
}

struct channel *channels_find(struct channels *s, const char *slug)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->channel[i].c->slug, slug) == 0)
            return &s->channel[i];
    return NULL;
}

void channels_close(struct channels *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++) {
        http_close(s->channel[i].http);
        secret_wipe(s->channel[i].secret, sizeof s->channel[i].secret);
    }
    for (size_t i = 0; i < s->modems; i++)
        modem_close(s->modem[i]);
    free(s);
}
