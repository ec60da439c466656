/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "analytics/web/assets.h"
#include "analytics/web/html.h"
#include "analytics/web/model.h"
#include "analytics/web/page.h"
#include "analytics/web/page_scenario.h"
#include "analytics/web/request.h"
#include "analytics/web/text.h"
#include "collector/common/gzip.h"
#include "collector/common/log.h"
#include "collector/common/slug.h"

#define THREADS      4U
#define CONNECTIONS  128U
#define PER_ADDRESS  64U
#define SILENCE_S    10U
#define MEMORY_BYTES ((size_t)16 * 1024)
#define GZIP_LEVEL   6
#define GZIP_MIN     400 /* below, the headers weigh more than what is saved */
#define BACKLOG      64
#define TYPE_HTML    "text/html; charset=utf-8"
#define TYPE_CSV     "text/csv; charset=utf-8"
#define TYPE_JSON    "application/json"
#define LANG_KEEP_S  "31536000"

struct web {
    struct web_config c;
    struct whatif *whatif;
    struct model *model;
    struct MHD_Daemon *daemon;
    int port;
};

/* What a route makes; type is NULL until it is known. */
struct reply {
    int status;
    const char *type;
    const char *cache;
    struct buf body;
    struct MHD_Connection *connection; /* what else was asked */
};

struct route {
    const char *path;     /* ending in '/': a prefix, the rest is a slug */
    bool needs_model;     /* 503 while there is none */
    const char *argument; /* of the query: its value goes to make as rest, "" without; NULL none */
    void (*make)(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                 struct reply *r);
};

static void make_home(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                      struct reply *r)
{
    (void)w;
    (void)rest;
    page_home(&r->body, m, lang);
}

static void make_pond(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                      struct reply *r)
{
    const struct page_pond *p = slug_valid(rest) ? page_find(m, rest) : NULL;
    struct page_day day;

    if (p == NULL) {
        r->status = MHD_HTTP_NOT_FOUND;
        page_error(&r->body, r->status, m->notice, lang);
        return;
    }
    model_day(w->model, rest, WEB_CHART_WAIT_MS, &day);
    page_pond(&r->body, m, p, &day, lang);
    model_day_free(&day);
}

static void make_region(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                        struct reply *r)
{
    (void)w;
    (void)rest;
    page_region(&r->body, m, lang);
}

static void make_print(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                       struct reply *r)
{
    (void)w;
    page_print(&r->body, m, rest, lang);
}

static void make_export(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                        struct reply *r)
{
    (void)rest;
    if (m->forecast.state !=
        PAGE_FORECAST_READY) { /* an empty file would be taken for no harvest */
        r->status = MHD_HTTP_SERVICE_UNAVAILABLE;
        page_error(&r->body, r->status, w->c.config->notice, lang);
        return;
    }
    r->type = TYPE_CSV;
    page_export(&r->body, m, lang);
}

static void make_accuracy(struct web *w, const struct page_model *m, const char *rest,
                          enum lang lang, struct reply *r)
{
    (void)w;
    (void)rest;
    page_accuracy(&r->body, m, lang);
}

static void make_records(struct web *w, const struct page_model *m, const char *rest,
                         enum lang lang, struct reply *r)
{
    (void)w;
    (void)rest;
    page_records(&r->body, m, lang);
}

static void make_scenario(struct web *w, const struct page_model *m, const char *rest,
                          enum lang lang, struct reply *r)
{
    enum whatif_state state = WHATIF_WAIT;
    struct compare *compared = NULL;
    struct suppose s = {0};

    (void)rest;
    for (int f = 0; f < SUPPOSE_FIELDS; f++)
        suppose_take(&s, (enum suppose_field)f,
                     MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND,
                                                 suppose_name((enum suppose_field)f)));
    suppose_read(&s, m->forecast.first_month, m->forecast.months,
                 page_scenario_ledgers(&m->forecast));
    if (m->forecast.state == PAGE_FORECAST_READY && s.faults == 0 && s.scenario.acts > 0)
        state = whatif_ask(w->whatif, &s.scenario, &compared);
    page_scenario(&r->body, m, &s, state, compared, lang);
    compare_free(compared);
}

static void make_help(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                      struct reply *r)
{
    (void)w;
    (void)rest;
    page_help(&r->body, m, lang);
}

static void make_health(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                        struct reply *r)
{
    (void)w;
    (void)rest;
    (void)lang;
    r->type = TYPE_JSON;
    r->status = api_health(&r->body, m);
}

static void make_ponds(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                       struct reply *r)
{
    (void)w;
    (void)rest;
    (void)lang;
    r->type = TYPE_JSON;
    api_ponds(&r->body, m);
}

static void make_forecast(struct web *w, const struct page_model *m, const char *rest,
                          enum lang lang, struct reply *r)
{
    (void)w;
    (void)rest;
    (void)lang;
    r->type = TYPE_JSON;
    api_forecast(&r->body, m);
}

static void make_style(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                       struct reply *r)
{
    size_t n;
    const char *style = assets_style(&n);

    (void)w;
    (void)m;
    (void)rest;
    (void)lang;
    r->type = "text/css; charset=utf-8";
    r->cache = "max-age=86400";
    buf_add(&r->body, style, n);
}

static void make_icon(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                      struct reply *r)
{
    (void)w;
    (void)m;
    (void)rest;
    (void)lang;
    r->type = "image/svg+xml";
    r->cache = "max-age=86400";
    buf_str(&r->body, ASSETS_ICON);
}

static const struct route ROUTE[] = {
    {"/", true, NULL, make_home},
    {"/kolam/", true, NULL, make_pond},
    {"/wilayah", true, NULL, make_region},
    {"/wilayah/cetak", true, "bulan", make_print},
    {"/wilayah/prakiraan.csv", true, NULL, make_export},
    {"/wilayah/catatan", true, NULL, make_records},
    {"/wilayah/skenario", true, NULL, make_scenario},
    {"/wilayah/ketepatan", true, NULL, make_accuracy},
    {"/bantuan", true, NULL, make_help},
    {"/api/v1/health", false, NULL, make_health},
    {"/api/v1/ponds", true, NULL, make_ponds},
    {"/api/v1/forecast", true, NULL, make_forecast},
    {"/gaya.css", false, NULL, make_style},
    {"/favicon.svg", false, NULL, make_icon},
    {"/favicon.ico", false, NULL, make_icon},
};

/* The route of a path and, for prefixes, what follows; NULL when there is none. */
static const struct route *find_route(const char *path, const char **rest)
{
    for (size_t i = 0; i < sizeof ROUTE / sizeof ROUTE[0]; i++) {
        size_t n = strlen(ROUTE[i].path);
        bool prefix = n > 1 && ROUTE[i].path[n - 1] == '/';
        if (prefix ? strncmp(path, ROUTE[i].path, n) == 0 : strcmp(path, ROUTE[i].path) == 0) {
            *rest = path + n;
            return &ROUTE[i];
        }
    }
    return NULL;
}

static void trouble(struct web *w, const char *path, enum lang lang, int status, struct reply *r)
{
    r->status = status;
    if (strncmp(path, "/api/", 5) == 0) {
        r->type = TYPE_JSON;
        buf_printf(&r->body, "{\"error\":%d}\n", status);
    } else {
        page_error(&r->body, status, w->c.config->notice, lang);
    }
}

static void make_reply(struct web *w, struct MHD_Connection *connection, const char *method,
                       const char *path, enum lang lang, struct reply *r)
{
    const char *rest = "";
    const struct route *route = find_route(path, &rest);
    struct page_model *picture = NULL;

    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        trouble(w, path, lang, MHD_HTTP_METHOD_NOT_ALLOWED, r);
        return;
    }
    if (route == NULL) {
        trouble(w, path, lang, MHD_HTTP_NOT_FOUND, r);
        return;
    }
    if (route->argument != NULL) {
        const char *given =
            MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, route->argument);
        rest = given != NULL ? given : "";
    }
    if (route->make != make_style && route->make != make_icon)
        picture = model_picture(w->model);
    if (picture == NULL && route->needs_model)
        trouble(w, path, lang, MHD_HTTP_SERVICE_UNAVAILABLE, r);
    else
        route->make(w, picture, rest, lang, r);
    model_picture_free(picture);
}

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

/* Headers of every answer. The pages load nothing but their own style and icon, and run no script. */
static bool add_headers(struct MHD_Response *response, const struct reply *r, const char *tag)
{
    const char *const HEADER[][2] = {
        {"Content-Security-Policy",
         "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
         "form-action 'self'; frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Vary", "Accept-Encoding, Cookie"},
        {"Content-Type", r->type},
        {"Cache-Control", r->cache},
        {"ETag", tag},
    };
    bool well = true;

    for (size_t i = 0; i < sizeof HEADER / sizeof HEADER[0]; i++)
        well = add_header(response, HEADER[i][0], HEADER[i][1]) && well;
    if (r->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        well = add_header(response, "Allow", "GET, HEAD") && well;
    if (r->status == MHD_HTTP_SERVICE_UNAVAILABLE)
        well = add_header(response, "Retry-After", "15") && well;
    return well;
}

static const char *request_header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* Packs the body when the client takes it and it gets smaller; true when packed. */
static bool pack(struct MHD_Connection *connection, struct buf *body)
{
    struct buf packed = {0};

    if (body->n < GZIP_MIN ||
        !request_takes_gzip(request_header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING)))
        return false;
    if (gzip_pack(&packed, body->p, body->n, GZIP_LEVEL) != 0 || packed.n >= body->n) {
        buf_free(&packed);
        return false;
    }
    buf_free(body);
    *body = packed;
    return true;
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct reply *r,
                                  enum lang lang, bool keep_lang)
{
    char tag[32], cookie[96];
    struct MHD_Response *response;
    enum MHD_Result queued = MHD_NO;
    bool packed = false, well;

    (void)snprintf(tag, sizeof tag, "W/\"%016" PRIx64 "\"", assets_hash(r->body.p, r->body.n));
    if (r->status == MHD_HTTP_OK &&
        request_has_tag(request_header(connection, MHD_HTTP_HEADER_IF_NONE_MATCH), tag)) {
        r->status = MHD_HTTP_NOT_MODIFIED;
        buf_clear(&r->body);
    } else {
        packed = pack(connection, &r->body);
    }
    response = MHD_create_response_from_buffer(r->body.n, r->body.p, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        buf_free(&r->body);
        return MHD_NO;
    }
    well = add_headers(response, r, tag);
    if (packed)
        well = add_header(response, "Content-Encoding", "gzip") && well;
    if (keep_lang) {
        (void)snprintf(cookie, sizeof cookie,
                       "lang=%s; Path=/; Max-Age=" LANG_KEEP_S "; SameSite=Lax; HttpOnly",
                       text_lang(lang));
        well = add_header(response, "Set-Cookie", cookie) && well;
    }
    if (well)
        queued = MHD_queue_response(connection, (unsigned)r->status, response);
    MHD_destroy_response(response);
    return queued;
}

/* NOLINTBEGIN(readability-non-const-parameter): the signature is MHD's */
static enum MHD_Result answer(void *arg, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **seen)
{
    struct web *w = arg;
    const char *asked = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "lang");
    enum lang lang =
        request_lang(asked, MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, "lang"));
    struct reply r = {.status = MHD_HTTP_OK,
                      .type = TYPE_HTML,
                      .cache = "private, no-cache",
                      .connection = connection};

    (void)version;
    (void)upload;
    (void)upload_size;
    (void)seen; /* answered at the first call: a body, if one comes, is never read */
    make_reply(w, connection, method, url, lang, &r);
    return send_reply(connection, &r, lang, asked != NULL && strcmp(asked, text_lang(lang)) == 0);
}
/* NOLINTEND(readability-non-const-parameter) */

/* --- start and stop --- */

static void mhd_log(void *arg, const char *fmt, va_list ap) NILA_PRINTF(2, 0);
static void mhd_log(void *arg, const char *fmt, va_list ap)
{
    char text[256];
    size_t n;

    (void)arg;
    (void)vsnprintf(text, sizeof text, fmt, ap);
    n = strlen(text);
    if (n > 0 && text[n - 1] == '\n')
        text[n - 1] = '\0';
    log_debug("web: %s", text); /* broken clients; nothing of ours to mend */
}

static int parse_address(const char *bind_to, int port, struct sockaddr_storage *out,
                         socklen_t *size)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};

    memset(out, 0, sizeof *out);
    if (strcmp(bind_to, "localhost") == 0)
        bind_to = "127.0.0.1";
    if (inet_pton(AF_INET, bind_to, &v4.sin_addr) == 1) {
        memcpy(out, &v4, sizeof v4);
        *size = sizeof v4;
        return 0;
    }
    if (inet_pton(AF_INET6, bind_to, &v6.sin6_addr) == 1) {
        memcpy(out, &v6, sizeof v6);
        *size = sizeof v6;
        return 0;
    }
    return NILA_ERR_CONFIG;
}

static int port_of(int fd)
{
    struct sockaddr_storage got = {0};
    socklen_t size = sizeof got;

    if (getsockname(fd, (struct sockaddr *)&got, &size) != 0)
        return -1;
    if (got.ss_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, &got, sizeof v6);
        return ntohs(v6.sin6_port);
    }
    struct sockaddr_in v4;
    memcpy(&v4, &got, sizeof v4);
    return ntohs(v4.sin_port);
}

/* A listening socket on the configured address; its number in *fd. */
static int listen_on(const struct analytics_config *c, int *fd, bool *v6, char *why,
                     size_t why_size)
{
    struct sockaddr_storage address;
    socklen_t size;
    int one = 1, s, rc;

    if (parse_address(c->bind, c->port, &address, &size) != 0) {
        (void)snprintf(why, why_size, "web.bind \"%s\" is not an IPv4 or IPv6 address", c->bind);
        return NILA_ERR_CONFIG;
    }
    *v6 = address.ss_family == AF_INET6;
    s = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s >= 0 && setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
        bind(s, (struct sockaddr *)&address, size) == 0 && listen(s, BACKLOG) == 0) {
        *fd = s;
        return 0;
    }
    rc = errno == EADDRINUSE      ? NILA_ERR_BUSY
         : errno == EACCES        ? NILA_ERR_DENIED
         : errno == EADDRNOTAVAIL ? NILA_ERR_CONFIG
                                  : NILA_ERR_IO;
    (void)snprintf(why, why_size, "cannot listen on %s port %d: %s", c->bind, c->port,
                   strerror(errno));
    if (s >= 0)
        (void)close(s);
    return rc;
}

static int start_daemon(struct web *w, int fd, bool v6)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | (v6 ? MHD_USE_IPv6 : 0);

    w->daemon = MHD_start_daemon(flags, 0, NULL, NULL, answer, w, MHD_OPTION_EXTERNAL_LOGGER,
                                 mhd_log, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
                                 MHD_OPTION_THREAD_POOL_SIZE, THREADS, MHD_OPTION_CONNECTION_LIMIT,
                                 CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT, PER_ADDRESS,
                                 MHD_OPTION_CONNECTION_TIMEOUT, SILENCE_S,
                                 MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY_BYTES, MHD_OPTION_END);
    return w->daemon == NULL ? NILA_ERR_IO : 0;
}

int web_start(struct web **out, const struct web_config *c, char *why, size_t why_size)
{
    unsigned refresh_s = c->refresh_s == 0 ? 15 : c->refresh_s;
    unsigned forecast_s = c->forecast_s == 0 ? 3600 : c->forecast_s;
    struct web *w;
    int fd = -1, rc;
    bool v6;

    if (refresh_s > 600 || forecast_s < 60 || forecast_s > 86400) {
        (void)snprintf(why, why_size, "refresh_s must be 1..600 and forecast_s 60..86400");
        return NILA_ERR_CONFIG;
    }
    rc = listen_on(c->config, &fd, &v6, why, why_size);
    if (rc != 0)
        return rc;
    w = xcalloc(1, sizeof *w);
    w->c = *c;
    if (w->c.limits == NULL)
        w->c.limits = &c->config->limits;
    w->port = port_of(fd);
    rc = whatif_new(&w->whatif);
    const struct model_config model = {.config = c->config,
                                       .records = c->records,
                                       .series = c->series,
                                       .limits = w->c.limits,
                                       .whatif = w->whatif,
                                       .refresh_ms = (int64_t)refresh_s * 1000,
                                       .forecast_ms = (int64_t)forecast_s * 1000};
    if (rc == 0)
        rc = model_start(&w->model, &model);
    if (rc == 0)
        rc = start_daemon(w, fd, v6);
    if (rc != 0) {
        (void)snprintf(why, why_size, "the web server's threads cannot be started");
        model_stop(w->model);
        whatif_free(w->whatif);
        (void)close(fd);
        free(w);
        return rc;
    }
    *out = w;
    return 0;
}

int web_port(const struct web *w)
{
    return w->port;
}

void web_stop(struct web *w)
{
    if (w == NULL)
        return;
    MHD_stop_daemon(w->daemon); /* closes the listening socket too */
    model_stop(w->model);
    whatif_free(w->whatif);
    free(w);
}
