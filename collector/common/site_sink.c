/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sinks of a site file: where readings are sent. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "log.h"
#include "site_read.h"

/* 127.0.0.0/8, ::1 and localhost (RFC 1122, 4291, 6761). An IPv6 address still has its brackets. */
static bool is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    char bare[INET6_ADDRSTRLEN];

    if (strcasecmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (host[0] != '[' || strlen(host) > sizeof bare)
        return false;
    (void)snprintf(bare, sizeof bare, "%.*s", (int)strlen(host) - 2, host + 1);
    return inet_pton(AF_INET6, bare, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

/* What follows the host: nothing, ":port", either with one "/" behind it. */
static bool good_tail(const char *s)
{
    if (*s == ':') {
        long port = 0;
        size_t digits = strspn(++s, "0123456789");
        if (digits < 1 || digits > 5)
            return false;
        port = strtol(s, NULL, 10);
        if (port < 1 || port > 65535)
            return false;
        s += digits;
    }
    return s[0] == '\0' || (s[0] == '/' && s[1] == '\0');
}

const char *site_url_fault(const char *url, bool *plain, bool *loopback)
{
    static const char HOST[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    const bool https = strncmp(url, "https://", 8) == 0;
    const char *host = url + (https ? 8 : 7);
    char name[256];
    size_t n;

    if (!https && strncmp(url, "http://", 7) != 0)
        return "not an address for InfluxDB";
    if (strchr(host, '@') != NULL)
        return "a user or password does not belong in the address (use token_file)";
    if (host[0] == '[') {
        n = 1 + strspn(host + 1, "0123456789abcdefABCDEF:.");
        n = n > 1 && host[n] == ']' ? n + 1 : 0;
    } else {
        n = strspn(host, HOST);
    }
    if (n == 0 || n >= sizeof name)
        return "the host is missing or misspelt";
    if (!good_tail(host + n))
        return "a wrong port, a path or a query";
    memcpy(name, host, n);
    name[n] = '\0';
    *plain = !https;
    *loopback = is_loopback(name);
    return NULL;
}

static void read_url(struct site_reader *r, const struct jsonconf_node *o, struct site_sink *k)
{
    const struct jsonconf_node *n = jsonconf_member(r->c, o, "url", true);
    bool plain = false, loopback = false;
    const char *fault;
    size_t length;

    jsonconf_string(r->c, o, "url", k->url, sizeof k->url);
    k->insecure_http = jsonconf_bool_or(r->c, o, "insecure_http", false);
    fault = site_url_fault(k->url, &plain, &loopback);
    if (fault != NULL)
        jsonconf_refuse(r->c, n,
                        "%s; http:// or https://, a host, perhaps :port, nothing behind it", fault);
    else if (plain && !loopback && !k->insecure_http)
        jsonconf_refuse(r->c, n,
                        "plain http leaves this machine unprotected; https://, or "
                        "\"insecure_http\": true on a line "
                        "you trust");
    length = strlen(k->url);
    if (length > 0 && k->url[length - 1] == '/')
        k->url[length - 1] = '\0';
}

enum {
    V1 = 1 << INFLUX_V1,
    V2 = 1 << INFLUX_V2,
    V3 = 1 << INFLUX_V3,
    VM = 1 << INFLUX_VM
};

/* Which key belongs to which api. */
static const struct {
    const char *key, *belongs; /* to, in words */
    unsigned takes, needs;     /* of V1... */
    size_t at;                 /* in struct site_sink, 65 bytes */
} PLACE[] = {
    {"database", "\"v1\", \"v3\" or \"vm\"", V1 | V3 | VM, V1 | V3,
     offsetof(struct site_sink, database)},
    {"retention_policy", "\"v1\"", V1, 0, offsetof(struct site_sink, retention_policy)},
    {"org", "\"v2\"", V2, V2, offsetof(struct site_sink, org)},
    {"bucket", "\"v2\"", V2, V2, offsetof(struct site_sink, bucket)},
};
#define PLACE_SIZE 65

/* 1.x takes other names too, but not without quotes in every query; 3.x takes these and a slash. */
static bool good_name(const char *s, enum influx_api api)
{
    static const char NAME[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    static const char DOTTED[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

    if (api == INFLUX_V3)
        return s[strspn(s, NAME)] == '\0' && s[0] != '_' && s[0] != '-';
    return s[strspn(s, DOTTED)] == '\0';
}

static void read_places(struct site_reader *r, const struct jsonconf_node *o, struct site_sink *k)
{
    const unsigned me = 1U << k->api;

    for (size_t i = 0; i < sizeof PLACE / sizeof PLACE[0]; i++) {
        const char *key = PLACE[i].key;
        const struct jsonconf_node *n = jsonconf_member(r->c, o, key, (PLACE[i].needs & me) != 0);
        char *to = (char *)k + PLACE[i].at;
        if (n == NULL)
            continue;
        if ((PLACE[i].takes & me) == 0) {
            jsonconf_refuse(r->c, n, "belongs to \"api\": %s; this sink is \"%s\"",
                            PLACE[i].belongs, influx_api_name(k->api));
            continue;
        }
        site_read_text(r, o, key, to, PLACE_SIZE);
        /* 2.x allows nearly everything in the name of an org or bucket */
        if (k->api != INFLUX_V2 && !good_name(to, k->api))
            jsonconf_refuse(r->c, n, "\"%s\" is not allowed; %s", to,
                            k->api == INFLUX_V3 ? "1 to 64 letters, digits, _ -, a letter or digit "
                                                  "first"
                                                : "1 to 64 letters, digits, _ - .");
    }
}

static void read_files(struct site_reader *r, const struct jsonconf_node *o, struct site_sink *k)
{
    const struct jsonconf_node *ca = jsonconf_member(r->c, o, "ca_file", false);

    /* 2.x serves nobody without a token */
    site_read_path(r, o, "token_file", k->token_file, sizeof k->token_file,
                   k->api == INFLUX_V2 ? NULL : "");
    site_read_path(r, o, "ca_file", k->ca_file, sizeof k->ca_file, "");
    if (ca != NULL && strncmp(k->url, "https://", 8) != 0)
        jsonconf_refuse(r->c, ca, "belongs to an https:// url; this one has no certificate");
}

void site_read_sinks(struct site_reader *r, const struct jsonconf_node *root)
{
    static const char *const API[] = {"v1", "v2", "v3", "vm", NULL}; /* enum influx_api */
    const struct jsonconf_node *list = jsonconf_member(r->c, root, "sinks", false);
    const size_t n = jsonconf_length(r->c, list, SITE_MAX_SINKS);

    r->s->sink = xcalloc(n, sizeof *r->s->sink);
    r->s->sinks = (unsigned)n;
    for (size_t i = 0; i < n; i++) {
        const struct jsonconf_node *o = jsonconf_at(r->c, list, i);
        struct site_sink *k = &r->s->sink[i];
        site_read_slug(r, o, r->s->sink[0].slug, sizeof *k, i);
        k->api = (enum influx_api)jsonconf_word(r->c, o, "api", API, true, 0);
        read_url(r, o, k);
        read_places(r, o, k);
        read_files(r, o, k);
    }
}
