/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "collector/common/jsonconf.h"
#include "collector/common/slug.h"
#include "collector/common/tongue.h"

#define DEFAULT_BIND     "127.0.0.1"
#define DEFAULT_DATABASE "nila"
#define MAX_SEED         9007199254740992.0 /* 2^53: a double holds every whole number up to it */

enum {
    DEFAULT_PORT = 8080,
    DEFAULT_SEED = 1,
    MIN_DRAWS = 50,
    MAX_DRAWS = 2000,
    DEFAULT_DRAWS = 400,
    MAX_MONTHS = 12,
    DEFAULT_MONTHS = 6,
    MAX_THREADS = 16
};

struct reader {
    struct jsonconf *c;
    const char *path; /* of the configuration file */
    struct analytics_config *out;
};

/* 127.0.0.0/8, ::1 and localhost never leave the machine; a name that only begins like them may. */
static bool is_loopback(const char *host)
{
    size_t n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
    char name[64];
    struct in_addr v4;

    if (n >= sizeof name)
        return false;
    (void)snprintf(name, sizeof name, "%.*s", (int)n, host);
    return strcasecmp(name, "localhost") == 0 || strcmp(name, "[::1]") == 0 ||
           (strncmp(name, "127.", 4) == 0 && inet_pton(AF_INET, name, &v4) == 1);
}

/* An address of o, empty where it may be absent and is. */
static void read_url(struct reader *r, const struct jsonconf_node *o, const char *key, bool need,
                     char *url, size_t size)
{
    const struct jsonconf_node *n = jsonconf_member(r->c, o, key, need);
    bool insecure = jsonconf_bool_or(r->c, o, "insecure_http", false);
    const char *host;
    bool plain;

    url[0] = '\0';
    if (n == NULL)
        return;
    jsonconf_string(r->c, o, key, url, size);
    plain = strncmp(url, "http://", 7) == 0;
    host = url + (plain ? 7 : 8);
    if ((!plain && strncmp(url, "https://", 8) != 0) || *host == '\0' || strchr(host, '@') != NULL)
        jsonconf_refuse(r->c, n,
                        tongue("http:// atau https:// dan nama host, boleh dengan :port (tanpa "
                               "pengguna atau sandi: tempatnya di token_file)",
                               "http:// or https:// and a host, perhaps :port (no user or "
                               "password: they go into token_file)"));
    else if (host[strcspn(host, "/?#")] != '\0')
        jsonconf_refuse(r->c, n,
                        tongue("tanpa apa pun setelah host, seperti http://127.0.0.1:8086",
                               "no path behind the host, as in http://127.0.0.1:8086"));
    else if (plain && !insecure && !is_loopback(host))
        jsonconf_refuse(r->c, n,
                        tongue("http biasa keluar dari mesin ini tanpa perlindungan; pakai "
                               "https://, atau \"insecure_http\": true di jaringan yang dipercaya",
                               "plain http leaves this machine unprotected; https://, or "
                               "\"insecure_http\": true on a line you trust"));
}

static void read_influx(struct reader *r, const struct jsonconf_node *o)
{
    struct analytics_config *out = r->out;

    out->source = SOURCE_INFLUX;
    read_url(r, o, "url", true, out->influx_url, sizeof out->influx_url);
    jsonconf_string_or(r->c, o, "database", out->influx_database, sizeof out->influx_database,
                       DEFAULT_DATABASE);
    if (out->influx_database[0] == '\0')
        jsonconf_refuse(r->c, jsonconf_member(r->c, o, "database", true),
                        tongue("nama tidak boleh kosong; 1 sampai 64 bita",
                               "an empty name is not allowed; 1 to 64 bytes"));
    jsonconf_path(r->c, o, "token_file", r->path, "", out->influx_token_file,
                  sizeof out->influx_token_file);
}

static void read_source(struct reader *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *o = jsonconf_member(r->c, root, "source", true);
    const struct jsonconf_node *influx = jsonconf_member(r->c, o, "influx", false);
    const struct jsonconf_node *collector = jsonconf_member(r->c, o, "collector", false);

    if (o == NULL)
        return;
    if ((influx == NULL) == (collector == NULL)) {
        jsonconf_refuse(r->c, o,
                        tongue("tepat satu dari \"influx\" dan \"collector\"",
                               "exactly one of \"influx\" and \"collector\""));
        return;
    }
    if (influx != NULL) {
        read_influx(r, influx);
        return;
    }
    r->out->source = SOURCE_SOCKET;
    jsonconf_path(r->c, collector, "socket", r->path, NULL, r->out->collector_socket,
                  sizeof r->out->collector_socket);
}

static void read_tls(struct reader *r, const struct jsonconf_node *o)
{
    struct analytics_config *out = r->out;
    const struct jsonconf_node *cert = jsonconf_member(r->c, o, "tls_cert", false),
                               *key = jsonconf_member(r->c, o, "tls_key", false);

    if (cert != NULL)
        jsonconf_path(r->c, o, "tls_cert", r->path, NULL, out->tls_cert, sizeof out->tls_cert);
    if (key != NULL)
        jsonconf_path(r->c, o, "tls_key", r->path, NULL, out->tls_key, sizeof out->tls_key);
    if ((cert == NULL) != (key == NULL))
        jsonconf_refuse(r->c, cert != NULL ? cert : key,
                        tongue("web.tls_cert dan web.tls_key harus disebut berdua",
                               "web.tls_cert and web.tls_key must be given together"));
}

/* The collectors whose sockets the technician's pages ask. */
static void read_collectors(struct reader *r, const struct jsonconf_node *web)
{
    struct analytics_config *out = r->out;
    const struct jsonconf_node *list = jsonconf_member(r->c, web, "collectors", false);
    size_t n = list != NULL ? jsonconf_length(r->c, list, ANALYTICS_COLLECTORS_MOST) : 0;

    if (n == 0 && out->source == SOURCE_SOCKET && out->collector_socket[0] != '\0') {
        struct analytics_collector *x = &out->collector[out->collectors++];
        (void)snprintf(x->slug, sizeof x->slug, "kolektor");
        (void)snprintf(x->socket, sizeof x->socket, "%s", out->collector_socket);
    }
    for (size_t i = 0; i < n; i++) {
        const struct jsonconf_node *o = jsonconf_at(r->c, list, i);
        struct analytics_collector *x = &out->collector[out->collectors++];

        jsonconf_slug(r->c, o, "slug", x->slug);
        jsonconf_path(r->c, o, "socket", r->path, NULL, x->socket, sizeof x->socket);
        for (size_t k = 0; k < i; k++)
            if (x->slug[0] != '\0' && strcmp(out->collector[k].slug, x->slug) == 0)
                jsonconf_refuse(r->c, jsonconf_member(r->c, o, "slug", true),
                                tongue("\"%s\" sudah dipakai kolektor lain",
                                       "\"%s\" is another collector's already"),
                                x->slug);
    }
}

static void read_web(struct reader *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *o = jsonconf_member(r->c, root, "web", false);
    struct analytics_config *out = r->out;

    jsonconf_string_or(r->c, o, "bind", out->bind, sizeof out->bind, DEFAULT_BIND);
    out->port = (int)jsonconf_integer_or(r->c, o, "port", 0, 65535, DEFAULT_PORT);
    jsonconf_string_or(r->c, o, "names", out->web_names, sizeof out->web_names, "");
    out->web_proxy = jsonconf_bool_or(r->c, o, "proxy", false);
    read_tls(r, o);
    out->web_open = jsonconf_bool_or(r->c, o, "open", false);
    jsonconf_string_or(r->c, o, "notice", out->notice, sizeof out->notice, "");
    jsonconf_string_or(r->c, o, "phone", out->phone, sizeof out->phone, "");
    jsonconf_string_or(r->c, o, "office_kotim", out->office[REGENCY_KOTIM], SITE_NAME_SIZE, "");
    jsonconf_string_or(r->c, o, "office_seruyan", out->office[REGENCY_SERUYAN], SITE_NAME_SIZE, "");
    read_collectors(r, o);
    if (out->phone[strspn(out->phone, "+0123456789 -()")] != '\0')
        jsonconf_refuse(r->c, jsonconf_member(r->c, o, "phone", true),
                        tongue("\"%s\" tidak boleh; angka, + - ( ) dan spasi",
                               "\"%s\" is not allowed; digits, + - ( ) and blanks"),
                        out->phone);
}

static void read_forecast(struct reader *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *o = jsonconf_member(r->c, root, "forecast", false);
    const struct jsonconf_node *back = jsonconf_member(r->c, o, "write_back", false);
    struct analytics_config *out = r->out;
    bool influx = out->source == SOURCE_INFLUX;
    double seed;

    seed = jsonconf_number_or(r->c, o, "seed", 0, MAX_SEED, DEFAULT_SEED);
    out->seed = (uint64_t)seed;
    if ((double)out->seed != seed)
        jsonconf_refuse(r->c, jsonconf_member(r->c, o, "seed", true),
                        tongue("harus bilangan bulat", "a whole number is needed"));
    out->draws =
        (unsigned)jsonconf_integer_or(r->c, o, "draws", MIN_DRAWS, MAX_DRAWS, DEFAULT_DRAWS);
    out->months = (unsigned)jsonconf_integer_or(r->c, o, "months", 1, MAX_MONTHS, DEFAULT_MONTHS);
    out->threads = (unsigned)jsonconf_integer_or(r->c, o, "threads", 0, MAX_THREADS, 0);
    out->write_back = jsonconf_bool_or(r->c, o, "write_back", influx);
    if (out->write_back && !influx)
        jsonconf_refuse(r->c, back,
                        tongue("true memerlukan sumber \"influx\"; false",
                               "true needs the source \"influx\"; false"));
}

/* Each limit as a number, or as {"value", "source"}: who set it and why. */
static void read_limits(struct reader *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *o = jsonconf_member(r->c, root, "limits", false);
    const char *fault;

    r->out->limits = STATUS_DEFAULTS;
    if (o == NULL)
        return;
    for (size_t i = 0; i < STATUS_LIMIT_COUNT; i++) {
        const struct status_limit *l = &STATUS_LIMIT[i];
        const struct jsonconf_node *n = jsonconf_member(r->c, o, l->name, false);
        double *at = status_limit_at(&r->out->limits, i);
        if (n != NULL && jsonconf_is_object(n)) {
            *at = jsonconf_number(r->c, n, "value", l->least, l->most);
            jsonconf_string(r->c, n, "source", r->out->limit_source[i],
                            sizeof r->out->limit_source[i]);
        } else if (n != NULL) {
            *at = jsonconf_number(r->c, o, l->name, l->least, l->most);
        }
    }
    fault = status_limits_fault(&r->out->limits);
    if (fault != NULL)
        jsonconf_refuse(r->c, o, "%s", fault);
}

static void read_growth(struct reader *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *growth = jsonconf_member(r->c, root, "growth", false);

    for (int k = 0; k < POND_SYSTEM_COUNT; k++) {
        const char *system = pond_system_name((enum pond_system)k);
        const struct jsonconf_node *o = jsonconf_member(r->c, growth, system, false);
        struct growth_oxygen *out = &r->out->oxygen[k], usual = growth_oxygen_default();

        out->full_mg_l = jsonconf_number_or(r->c, o, "do_full_mg_l", 0.5, 12, usual.full_mg_l);
        out->none_mg_l = jsonconf_number_or(r->c, o, "do_none_mg_l", 0, 11, usual.none_mg_l);
        out->feed_from_h =
            (int)jsonconf_integer_or(r->c, o, "feeding_from_h", 0, 23, usual.feed_from_h);
        out->feed_to_h = (int)jsonconf_integer_or(r->c, o, "feeding_to_h", 1, 24, usual.feed_to_h);
        if (out->none_mg_l >= out->full_mg_l)
            jsonconf_refuse(r->c, o,
                            tongue("do_none_mg_l harus di bawah do_full_mg_l",
                                   "do_none_mg_l must be below do_full_mg_l"));
        if (out->feed_from_h >= out->feed_to_h)
            jsonconf_refuse(r->c, o,
                            tongue("feeding_from_h harus sebelum feeding_to_h",
                                   "feeding_from_h must be before feeding_to_h"));
    }
}

static void read_aerator(struct reader *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *o = jsonconf_member(r->c, root, "aerator", false);

    r->out->aerator_a = jsonconf_number_or(r->c, o, "on_from_a", 0.05, 200, AERATOR_A);
}

/* Is the cage in a river already? The last one of the last river is the cage itself. */
static bool cage_again(const struct rivers *all, const char *cage)
{
    size_t found = 0;

    for (size_t i = 0; i < all->n; i++)
        for (size_t k = 0; k < all->river[i].cages; k++)
            found += strcmp(all->river[i].cage[k], cage) == 0;
    return found > 1;
}

static void read_cages(struct reader *r, const struct jsonconf_node *o, struct river *river)
{
    const struct jsonconf_node *list = jsonconf_member(r->c, o, "cages", true);
    size_t n = list != NULL ? jsonconf_length(r->c, list, RIVER_CAGES) : 0;

    if (list != NULL && n == 0)
        jsonconf_refuse(r->c, list,
                        tongue("cages: paling sedikit satu kolam, dari hulu ke hilir",
                               "cages: one pond at least, from upstream to downstream"));
    for (size_t k = 0; k < n; k++) {
        const struct jsonconf_node *one = jsonconf_at(r->c, list, k);
        char *slug = river->cage[river->cages++];

        jsonconf_text(r->c, one, slug, SLUG_SIZE);
        if (slug[0] != '\0' && !slug_valid(slug))
            jsonconf_refuse(r->c, one,
                            tongue("\"%s\" bukan kode kolam: huruf kecil, angka dan '-'",
                                   "\"%s\" is no pond's slug: small letters, digits and '-'"),
                            slug);
        else if (slug[0] != '\0' && cage_again(&r->out->rivers, slug))
            jsonconf_refuse(r->c, one,
                            tongue("kolam \"%s\" sudah ada di sebuah sungai; setiap karamba sekali",
                                   "pond \"%s\" is in a river already; each cage once"),
                            slug);
    }
}

static void read_rivers(struct reader *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *list = jsonconf_member(r->c, root, "rivers", false);
    size_t n = list != NULL ? jsonconf_length(r->c, list, RIVERS_MAX) : 0;

    for (size_t i = 0; i < n; i++) {
        const struct jsonconf_node *o = jsonconf_at(r->c, list, i);
        struct river *river = &r->out->rivers.river[r->out->rivers.n++];

        jsonconf_slug(r->c, o, "slug", river->slug);
        jsonconf_string_or(r->c, o, "name", river->name, sizeof river->name, river->slug);
        for (size_t k = 0; k < i; k++)
            if (strcmp(r->out->rivers.river[k].slug, river->slug) == 0 && river->slug[0] != '\0')
                jsonconf_refuse(
                    r->c, jsonconf_member(r->c, o, "slug", true),
                    tongue("\"%s\" sudah dipakai sungai lain", "\"%s\" is another river's already"),
                    river->slug);
        read_cages(r, o, river);
    }
}

/* A modem's own small file lies beside the records. */
static void read_alert(struct reader *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *alert = jsonconf_member(r->c, root, "alert", false);
    char state_dir[sizeof r->out->records_path];
    struct channels_defaults d = {
        .config_path = r->path, .state_dir = state_dir, .socket = r->out->collector_socket};
    char *slash;

    (void)snprintf(state_dir, sizeof state_dir, "%s", r->out->records_path);
    slash = strrchr(state_dir, '/');
    if (slash == NULL)
        (void)snprintf(state_dir, sizeof state_dir, ".");
    else
        slash[slash == state_dir ? 1 : 0] = '\0';
    channels_config_read(r->c, alert, &d, &r->out->channels);
    alert_settings_read(r->c, alert, d.socket[0] != '\0', &r->out->alert);
}

static void read_exchange(struct reader *r, const struct jsonconf_node *root)
{
    static const char *const OFFICE[] = {"kotim", "seruyan", NULL};
    const struct jsonconf_node *o = jsonconf_member(r->c, root, "exchange", false);
    struct neighbour_config *out = &r->out->exchange;
    const char *slash = strrchr(r->out->records_path, '/');
    char beside[sizeof r->out->records_path + 16];

    if (o == NULL)
        return;
    out->on = true;
    out->office = (enum regency)jsonconf_word(r->c, o, "office", OFFICE, true, 0);
    jsonconf_path(r->c, o, "key_file", r->path, NULL, out->key_file, sizeof out->key_file);
    (void)snprintf(beside, sizeof beside, "%.*sexchange",
                   slash == NULL ? 0 : (int)(slash - r->out->records_path) + 1,
                   r->out->records_path);
    jsonconf_path(r->c, o, "folder", r->path, beside, out->folder, sizeof out->folder);
    read_url(r, o, "peer", false, out->peer, sizeof out->peer);
    jsonconf_path(r->c, o, "ca_file", r->path, "", out->ca_file, sizeof out->ca_file);
}

static void read_sync(struct reader *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *o = jsonconf_member(r->c, root, "sync", false);
    struct sync_config *out = &r->out->sync;

    if (o == NULL)
        return;
    out->on = true;
    read_url(r, o, "office", true, out->office, sizeof out->office);
    jsonconf_path(r->c, o, "key_file", r->path, NULL, out->key_file, sizeof out->key_file);
    jsonconf_path(r->c, o, "ca_file", r->path, "", out->ca_file, sizeof out->ca_file);
    out->every_s = (unsigned)jsonconf_integer_or(r->c, o, "every_s", 10, 86400, 60);
}

int analytics_config_load(struct analytics_config *out, const char *path, char *why,
                          size_t why_size)
{
    struct analytics_config got = {0};
    struct reader r = {.path = path, .out = &got};
    const struct jsonconf_node *root;
    int rc = jsonconf_open(&r.c, path, why, why_size);

    if (rc != 0)
        return rc;
    root = jsonconf_root(r.c);
    jsonconf_path(r.c, jsonconf_member(r.c, root, "records", true), "path", path, NULL,
                  got.records_path, sizeof got.records_path);
    read_source(&r, root);
    read_web(&r, root);
    read_forecast(&r, root);
    read_exchange(&r, root);
    read_sync(&r, root);
    letters_read(r.c, root, &got.letters);
    read_limits(&r, root);
    read_growth(&r, root);
    read_aerator(&r, root);
    read_rivers(&r, root);
    read_alert(&r, root);
    rc = jsonconf_done(r.c, why, why_size);
    jsonconf_close(r.c);
    if (rc == 0)
        *out = got;
    return rc;
}
