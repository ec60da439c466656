/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where readings are sent: the name, the server, the login. The test is a write of an empty line, which stores nothing. */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "collector/common/influx.h"
#include "doctor.h"

#define TIMEOUT_MS 10000

/* The host of http://host:port or https://[::1]; false: the url has none. */
static bool host_of(const char *url, char *host, size_t size)
{
    const char *p = strstr(url, "://");
    size_t n;

    if (p == NULL)
        return false;
    p += 3;
    n = p[0] == '[' ? strcspn(++p, "]") : strcspn(p, ":/");
    if (n == 0 || n >= size)
        return false;
    (void)snprintf(host, size, "%.*s", (int)n, p);
    return true;
}

/* True when the name means an address. */
static bool look_up(struct doctor *d, const struct site_sink *k)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    char host[256];
    int rc;

    if (!host_of(k->url, host, sizeof host))
        return true; /* influx_open says what is wrong with it */
    rc = getaddrinfo(host, NULL, &hints, &list);
    if (rc == 0) {
        freeaddrinfo(list);
        return true;
    }
    doctor_add(d, DOCTOR_FAIL, TEXT_DOCTOR_DNS, TEXT_DOCTOR_DNS_CURE, k->slug, host,
               gai_strerror(rc));
    return false;
}

static enum text cure_of(const struct influx_answer *a)
{
    if (a->status == 401)
        return TEXT_ADVICE_LOGIN;
    if (a->status == 403)
        return TEXT_ADVICE_RIGHTS;
    if (strstr(a->text, "atabase") != NULL || strstr(a->text, "ucket") != NULL ||
        strstr(a->text, "retention policy") != NULL)
        return TEXT_ADVICE_DATABASE;
    if (strstr(a->text, "ertificate") != NULL)
        return TEXT_ADVICE_CERTIFICATE;
    return TEXT_ADVICE_URL;
}

static void show_answer(struct doctor *d, const struct site_sink *k, const struct influx_answer *a)
{
    char words[320];

    if (a->status > 0)
        (void)snprintf(words, sizeof words, "HTTP %ld %s", a->status, a->text);
    else
        (void)snprintf(words, sizeof words, "%s", a->text);
    switch (a->verdict) {
    case INFLUX_STORED:
    case INFLUX_BAD_LINES: /* nothing to store, says the server: it has let us in */
    case INFLUX_TOO_BIG:
        doctor_add(d, DOCTOR_OK, TEXT_DOCTOR_SINK, TEXT_COUNT, k->slug, k->url, NULL);
        return;
    case INFLUX_MISCONFIGURED:
        doctor_add(d, DOCTOR_FAIL, TEXT_DOCTOR_SINK_REFUSED, cure_of(a), k->slug, words, NULL);
        d->config = true;
        return;
    case INFLUX_LATER:
        break;
    }
    doctor_add(d, DOCTOR_FAIL, TEXT_DOCTOR_SINK_AWAY, TEXT_DOCTOR_SINK_AWAY_CURE, k->slug, words,
               NULL);
}

static void look_at_sink(struct doctor *d, unsigned i)
{
    const struct site_sink *k = &d->s->site->sink[i];
    const char *token = d->s->token[i];
    const struct influx_config c = {.api = k->api,
                                    .url = k->url,
                                    .database = k->database,
                                    .retention_policy = k->retention_policy,
                                    .org = k->org,
                                    .bucket = k->bucket,
                                    .user_pass = token,
                                    .token = token,
                                    .ca_file = k->ca_file,
                                    .timeout_ms = TIMEOUT_MS};
    struct influx_answer a;
    struct influx *db = NULL;

    if (!look_up(d, k))
        return;
    if (influx_open(&db, &c) != 0 || influx_write(db, "\n", 1, &a) != 0) {
        doctor_add(d, DOCTOR_FAIL, TEXT_DOCTOR_SINK_REFUSED, TEXT_ADVICE_URL, k->slug, k->url,
                   NULL);
        d->config = true;
    } else {
        show_answer(d, k, &a);
    }
    influx_close(db);
}

void doctor_sinks(struct doctor *d)
{
    for (unsigned i = 0; i < d->s->site->sinks; i++)
        look_at_sink(d, i);
    if (d->s->site->sinks == 0)
        doctor_add(d, DOCTOR_WARN, TEXT_DOCTOR_NO_SINK, TEXT_DOCTOR_NO_SINK_CURE, NULL, NULL, NULL);
}
