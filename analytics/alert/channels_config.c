/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "channels_config.h"

#include <stdio.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/site_read.h"
#include "collector/common/tongue.h"
#include "phone.h"

enum {
    TIMEOUT_S = 20,
    TIMEOUT_MAX_S = 120,
    FOR_S = 600,
    DAY_S = 86400,
    RING_S = 25,
    RING_MIN_S = 5,
    RING_MAX_S = 60
};

struct reader {
    struct jsonconf *c;
    const struct channels_defaults *d;
    struct channels_config *out;
};

static const char *const KIND[] = {"siren", "call", "sms",      "telegram", "webhook",
                                   "smtp",  "ntfy", "whatsapp", NULL};

/* A file; a relative one begins at the configuration file's folder. */
static void read_file(struct reader *r, const struct jsonconf_node *o, const char *key, bool need,
                      char *buf, size_t size)
{
    jsonconf_path(r->c, o, key, r->d->config_path, need ? NULL : "", buf, size);
}

/* --- modems ------------------------------------------------------------------------------------------------------- */

static void read_valid_until(struct reader *r, const struct jsonconf_node *o,
                             struct modem_config *m)
{
    const struct jsonconf_node *n = jsonconf_member(r->c, o, "valid_until", false);
    char text[32] = "";

    m->valid_until_day = 0;
    jsonconf_string_or(r->c, o, "valid_until", text, sizeof text, "");
    if (n != NULL && civil_parse_day(text, &m->valid_until_day) != 0)
        jsonconf_refuse(
            r->c, n,
            tongue("\"%s\" bukan tanggal; \"2027-03-31\"", "\"%s\" is no date; \"2027-03-31\""),
            text);
}

static void read_number(struct reader *r, const struct jsonconf_node *o, const char *key, char *out)
{
    const struct jsonconf_node *n = jsonconf_member(r->c, o, key, false);
    char text[64] = "";

    out[0] = '\0';
    jsonconf_string_or(r->c, o, key, text, sizeof text, "");
    if (n != NULL && phone_normalise(text, out) != 0)
        jsonconf_refuse(r->c, n,
                        tongue("\"%s\" bukan nomor telepon; \"+6281234567890\" atau \"0812...\"",
                               "\"%s\" is no telephone number; \"+6281234567890\" or \"0812...\""),
                        text);
}

static void read_modem(struct reader *r, const struct jsonconf_node *o, struct modem_config *m)
{
    static const long BAUD[] = {9600, 19200, 38400, 57600, 115200, 230400};
    long baud = jsonconf_integer_or(r->c, o, "baud", 9600, 230400, 115200);
    bool known = false;
    int n;

    jsonconf_slug(r->c, o, "slug", m->slug);
    read_file(r, o, "port", true, m->port, sizeof m->port);
    for (size_t i = 0; i < sizeof BAUD / sizeof BAUD[0]; i++)
        known = known || BAUD[i] == baud;
    if (!known)
        jsonconf_refuse(r->c, jsonconf_member(r->c, o, "baud", true),
                        tongue("%ld tidak dikenal; 9600 19200 38400 57600 115200 230400",
                               "%ld is not spoken; 9600 19200 38400 57600 115200 230400"),
                        baud);
    m->baud = (int)baud;
    read_number(r, o, "number", m->number);
    read_file(r, o, "pin_file", false, m->pin_file, sizeof m->pin_file);
    read_valid_until(r, o, m);
    m->self_test = jsonconf_bool_or(r->c, o, "self_test", m->number[0] != '\0');
    if (m->self_test && m->number[0] == '\0')
        jsonconf_refuse(r->c, o,
                        tongue("\"self_test\": true memerlukan nomor modem sendiri, \"number\"",
                               "\"self_test\": true needs the modem's own \"number\""));
    n = snprintf(m->state_file, sizeof m->state_file, "%s/modem-%s.state", r->d->state_dir,
                 m->slug);
    if (n < 0 || (size_t)n >= sizeof m->state_file)
        jsonconf_refuse(r->c, o,
                        tongue("alamat folder catatan terlalu panjang",
                               "the folder of the records has too long a path"));
}

static void read_modems(struct reader *r, const struct jsonconf_node *alert)
{
    const struct jsonconf_node *list = jsonconf_member(r->c, alert, "modems", false);
    size_t n = list != NULL ? jsonconf_length(r->c, list, MODEMS_MAX) : 0;

    for (size_t i = 0; i < n; i++) {
        const struct jsonconf_node *o = jsonconf_at(r->c, list, i);
        struct modem_config *m = &r->out->modem[i];
        read_modem(r, o, m);
        for (size_t k = 0; k < i; k++)
            if (strcmp(r->out->modem[k].slug, m->slug) == 0)
                jsonconf_refuse(r->c, o,
                                tongue("ada dua modem \"%s\"", "there are two modems \"%s\""),
                                m->slug);
            else if (strcmp(r->out->modem[k].port, m->port) == 0)
                jsonconf_refuse(
                    r->c, o,
                    tongue("modem \"%s\" memakai port yang sama", "modem \"%s\" has the same port"),
                    r->out->modem[k].slug);
    }
    r->out->modems = n;
}

/* --- channels ----------------------------------------------------------------------------------------------------- */

/* scheme is "http" or "smtp"; its secure form ends in s. A path is allowed. *insecure: plain. */
static void read_url(struct reader *r, const struct jsonconf_node *o, const char *scheme,
                     const char *fallback, struct channel_config *c, bool *plain)
{
    const struct jsonconf_node *n = jsonconf_member(r->c, o, "url", fallback == NULL);
    char authority[280] = "";
    const char *host, *fault;
    bool loopback = false, is_plain = false;
    size_t len = strlen(scheme);

    *plain = false;
    jsonconf_string_or(r->c, o, "url", c->url, sizeof c->url, fallback != NULL ? fallback : "");
    if (n == NULL)
        return;
    host = strstr(c->url, "://");
    if (strncmp(c->url, scheme, len) != 0 || host == NULL ||
        !(host == c->url + len || (host == c->url + len + 1 && c->url[len] == 's'))) {
        jsonconf_refuse(
            r->c, n,
            tongue("harus %s:// atau %ss:// dan nama host", "%s:// or %ss:// and a host is needed"),
            scheme, scheme);
        return;
    }
    *plain = host == c->url + len;
    host += 3;
    (void)snprintf(authority, sizeof authority, "http://%.*s", (int)strcspn(host, "/?#"), host);
    fault = site_url_fault(authority, &is_plain, &loopback);
    if (fault != NULL && strstr(fault, "user") != NULL)
        fault =
            tongue("nama atau sandi tidak ditulis di alamat; ada berkasnya sendiri",
                   "a user or password does not belong in the address; it has a file of its own");
    if (fault != NULL)
        jsonconf_refuse(r->c, n, "%s", fault);
    for (const char *p = c->url; *p != '\0'; p++)
        if (*p <= ' ' || *p == 0x7f)
            jsonconf_refuse(
                r->c, n,
                tongue("alamat tidak boleh berisi spasi", "blanks are not allowed in an address"));
    if (loopback)
        c->insecure = true;
    len = strlen(c->url);
    if (len > 0 && c->url[len - 1] == '/')
        c->url[len - 1] = '\0';
}

static void read_web(struct reader *r, const struct jsonconf_node *o, const char *fallback,
                     struct channel_config *c)
{
    bool plain;

    read_url(r, o, "http", fallback, c, &plain);
    c->insecure = jsonconf_bool_or(r->c, o, "insecure_http", false) || c->insecure;
    if (plain && !c->insecure)
        jsonconf_refuse(r->c, jsonconf_member(r->c, o, "url", true),
                        tongue("http biasa keluar dari mesin ini tanpa perlindungan; pakai "
                               "https://, atau \"insecure_http\": true di jaringan yang dipercaya",
                               "plain http leaves this machine unprotected; https://, or "
                               "\"insecure_http\": true on a line you trust"));
    read_file(r, o, "ca_file", false, c->ca_file, sizeof c->ca_file);
}

static void read_siren(struct reader *r, const struct jsonconf_node *o, struct channel_config *c)
{
    const struct jsonconf_node *n = jsonconf_member(r->c, o, "socket", false);

    if (n != NULL)
        read_file(r, o, "socket", true, c->socket, sizeof c->socket);
    else
        (void)snprintf(c->socket, sizeof c->socket, "%s", r->d->socket);
    if (c->socket[0] == '\0')
        jsonconf_refuse(
            r->c, o,
            tongue("\"socket\" dari nila-collector harus disebut bila sumbernya InfluxDB",
                   "\"socket\" of the collector is needed where the source is InfluxDB"));
    jsonconf_slug(r->c, o, "switch", c->switch_slug);
    c->for_s = (int)jsonconf_integer_or(r->c, o, "for_s", 1, DAY_S, FOR_S);
}

static void read_modem_of(struct reader *r, const struct jsonconf_node *o, struct channel_config *c)
{
    char slug[SLUG_SIZE] = "";

    jsonconf_slug(r->c, o, "modem", slug);
    c->modem = -1;
    for (size_t i = 0; i < r->out->modems; i++)
        if (strcmp(r->out->modem[i].slug, slug) == 0)
            c->modem = (int)i;
    if (c->modem < 0)
        jsonconf_refuse(
            r->c, jsonconf_member(r->c, o, "modem", true),
            tongue("tidak ada modem \"%s\" di \"modems\"", "no modem \"%s\" in \"modems\""), slug);
    read_number(r, o, "to", c->to);
    if (c->kind == CHANNEL_CALL)
        c->ring_s = (int)jsonconf_integer_or(r->c, o, "ring_s", RING_MIN_S, RING_MAX_S, RING_S);
}

static void read_smtp(struct reader *r, const struct jsonconf_node *o, struct channel_config *c)
{
    const struct jsonconf_node *from = jsonconf_member(r->c, o, "from", true);
    bool plain;

    read_url(r, o, "smtp", NULL, c, &plain);
    /* STARTTLS is wanted also of this machine, unless it is said */
    c->insecure = jsonconf_bool_or(r->c, o, "insecure_smtp", false) || !plain;
    jsonconf_string(r->c, o, "from", c->from, sizeof c->from);
    if (from != NULL &&
        (strchr(c->from, '@') == NULL || strpbrk(c->from, " <>,;:\"\\()[]\r\n\t") != NULL))
        jsonconf_refuse(r->c, from,
                        tongue("harus alamat saja: \"nila@dinas.example\"",
                               "an address alone is needed: \"nila@dinas.example\""));
    read_file(r, o, "login_file", false, c->secret_file, sizeof c->secret_file);
    read_file(r, o, "ca_file", false, c->ca_file, sizeof c->ca_file);
    jsonconf_string_or(r->c, o, "to", c->to, sizeof c->to, "");
}

static void read_whatsapp(struct reader *r, const struct jsonconf_node *o, struct channel_config *c)
{
    static const char *const WORD[] = {"pond", "title", "text", "severity"};
    static const enum whatsapp_parameter USUAL[] = {PARAMETER_POND, PARAMETER_TITLE,
                                                    PARAMETER_TEXT};
    const struct jsonconf_node *list = jsonconf_member(r->c, o, "parameters", false);
    const size_t n = list != NULL ? jsonconf_length(r->c, list, WHATSAPP_PARAMETERS_MAX) : 0;

    read_web(r, o, "https://graph.facebook.com/v21.0", c);
    read_file(r, o, "token_file", true, c->secret_file, sizeof c->secret_file);
    jsonconf_string(r->c, o, "phone_id", c->phone_id, sizeof c->phone_id);
    if (c->phone_id[0] == '\0' || c->phone_id[strspn(c->phone_id, "0123456789")] != '\0')
        jsonconf_refuse(
            r->c, jsonconf_member(r->c, o, "phone_id", true),
            tongue("hanya angka: \"Phone number ID\" dari aplikasi Meta, bukan nomor telepon",
                   "digits alone: the \"Phone number ID\" of the Meta app, not the number"));
    jsonconf_string(r->c, o, "template", c->whatsapp_template, sizeof c->whatsapp_template);
    memcpy(c->parameter, USUAL, sizeof USUAL);
    c->parameters = list != NULL ? n : sizeof USUAL / sizeof USUAL[0];
    for (size_t i = 0; i < n; i++) {
        char word[32] = "";
        size_t k = 0;
        jsonconf_text(r->c, jsonconf_at(r->c, list, i), word, sizeof word);
        while (k < sizeof WORD / sizeof WORD[0] && strcmp(WORD[k], word) != 0)
            k++;
        if (k == sizeof WORD / sizeof WORD[0])
            jsonconf_refuse(r->c, jsonconf_at(r->c, list, i),
                            tongue("\"%s\" tidak dikenal; pond, title, text atau severity",
                                   "\"%s\" is not known; pond, title, text or severity"),
                            word);
        else
            c->parameter[i] = (enum whatsapp_parameter)k;
    }
    read_number(r, o, "to", c->to);
}

static void read_kind(struct reader *r, const struct jsonconf_node *o, struct channel_config *c)
{
    switch (c->kind) {
    case CHANNEL_SIREN:
        read_siren(r, o, c);
        break;
    case CHANNEL_CALL:
    case CHANNEL_SMS:
        read_modem_of(r, o, c);
        break;
    case CHANNEL_TELEGRAM:
        read_web(r, o, "https://api.telegram.org", c);
        read_file(r, o, "token_file", true, c->secret_file, sizeof c->secret_file);
        jsonconf_string_or(r->c, o, "to", c->to, sizeof c->to, "");
        break;
    case CHANNEL_WEBHOOK:
        read_web(r, o, NULL, c);
        read_file(r, o, "secret_file", true, c->secret_file, sizeof c->secret_file);
        c->per_contact = jsonconf_bool_or(r->c, o, "per_contact", false);
        break;
    case CHANNEL_SMTP:
        read_smtp(r, o, c);
        break;
    case CHANNEL_NTFY:
        read_web(r, o, "https://ntfy.sh", c);
        read_file(r, o, "token_file", false, c->secret_file, sizeof c->secret_file);
        jsonconf_string(r->c, o, "topic", c->topic, sizeof c->topic);
        break;
    case CHANNEL_WHATSAPP:
        read_whatsapp(r, o, c);
        break;
    case CHANNEL_KINDS:
    default:
        break;
    }
}

void channels_config_read(struct jsonconf *c, const struct jsonconf_node *alert,
                          const struct channels_defaults *d, struct channels_config *out)
{
    struct reader r = {.c = c, .d = d, .out = out};
    const struct jsonconf_node *list = jsonconf_member(c, alert, "channels", false);
    size_t n = list != NULL ? jsonconf_length(c, list, CHANNELS_MAX) : 0;

    *out = (struct channels_config){0};
    read_modems(&r, alert);
    for (size_t i = 0; i < n; i++) {
        const struct jsonconf_node *o = jsonconf_at(c, list, i);
        struct channel_config *k = &out->channel[i];
        jsonconf_slug(c, o, "slug", k->slug);
        k->kind = (enum channel_kind)jsonconf_word(c, o, "kind", KIND, true, 0);
        k->timeout_ms =
            (int64_t)jsonconf_integer_or(c, o, "timeout_s", 1, TIMEOUT_MAX_S, TIMEOUT_S) * 1000;
        k->modem = -1;
        read_kind(&r, o, k);
        for (size_t j = 0; j < i; j++)
            if (strcmp(out->channel[j].slug, k->slug) == 0)
                jsonconf_refuse(c, o,
                                tongue("ada dua saluran \"%s\"", "there are two channels \"%s\""),
                                k->slug);
    }
    out->channels = n;
}
