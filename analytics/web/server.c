/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server_own.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "analytics/web/assets.h"
#include "analytics/web/connections.h"
#include "analytics/web/listen.h"
#include "analytics/web/page_technician.h"
#include "analytics/web/request.h"
#include "analytics/web/text.h"
#include "analytics/web/tlsfile.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"

#define THREADS     4U
#define CONNECTIONS 2048U /* as far as the process may open files */
#define FILES_OTHER 256U  /* of the process: records, database, stdout ... */
#define PER_ADDRESS 64U   /* who takes all of theirs leaves the rest to others */
#define SILENCE_S   10U
#define IDLE_S \
    4U /* after an answer: a page's files come at once, and an address may have few connections */
#define MEMORY_BYTES ((size_t)16 * 1024)
#define GZIP_MIN     400 /* below, the headers weigh more than what is saved */
#define TYPE_HTML    "text/html; charset=utf-8"
#define LANG_KEEP_S  31536000L

const char *request_query(const struct request *q, const char *name)
{
    return MHD_lookup_connection_value(q->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *request_header(const struct request *q, const char *name)
{
    return MHD_lookup_connection_value(q->connection, MHD_HEADER_KIND, name);
}

const char *request_cookie(const struct request *q, const char *name)
{
    return MHD_lookup_connection_value(q->connection, MHD_COOKIE_KIND, name);
}

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

/* Headers of every answer. */
static bool add_headers(const struct request *q, struct MHD_Response *response,
                        const struct reply *r, const char *tag)
{
    const char *const HEADER[][2] = {
        {"Content-Security-Policy", q->w->policy},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "same-origin"}, /* else browsers hide the Origin of our own forms */
        {"Vary", r->everybodys ? "Accept-Encoding" : "Accept-Encoding, Cookie"},
        {"Content-Type", r->type},
        {"Cache-Control", r->cache},
        {"ETag", tag},
    };
    bool well = true;

    for (size_t i = 0; i < sizeof HEADER / sizeof HEADER[0]; i++)
        well = add_header(response, HEADER[i][0], HEADER[i][1]) && well;
    if (r->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        well = add_header(response, "Allow", r->allow != NULL ? r->allow : "GET, HEAD") && well;
    if (r->location[0] != '\0')
        well = add_header(response, "Location", r->location) && well;
    if (r->status == MHD_HTTP_SERVICE_UNAVAILABLE || r->wait_s > 0) {
        char wait[24];
        (void)snprintf(wait, sizeof wait, "%ld", r->wait_s > 0 ? r->wait_s : 15);
        well = add_header(response, "Retry-After", wait) && well;
    }
    if (r->file[0] != '\0') {
        char disposition[128];
        (void)snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"", r->file);
        well = add_header(response, "Content-Disposition", disposition) && well;
    }
    return well;
}

/* Packs the body when the client takes it and it gets smaller; true when packed. */
static bool pack(const struct request *q, struct buf *body, uint64_t hash)
{
    struct buf packed = {0};

    if (body->n < GZIP_MIN ||
        !request_takes_gzip(request_header(q, MHD_HTTP_HEADER_ACCEPT_ENCODING)) ||
        !packed_body(q->w->packed, body, hash, &packed))
        return false;
    buf_free(body);
    *body = packed;
    return true;
}

static bool add_cookies(struct MHD_Response *response, const struct reply *r, bool secure)
{
    char cookie[192];
    bool well = true;

    for (size_t i = 0; i < REPLY_COOKIES && r->cookie[i].name[0] != '\0'; i++) {
        const struct reply_cookie *c = &r->cookie[i];
        (void)snprintf(cookie, sizeof cookie, "%s=%s; Path=/; Max-Age=%ld; SameSite=%s; HttpOnly%s",
                       c->name, c->value, c->max_age_s, c->strict ? "Strict" : "Lax",
                       secure ? "; Secure" : "");
        well = add_header(response, "Set-Cookie", cookie) && well;
    }
    return well;
}

static enum MHD_Result send_reply(const struct request *q, struct reply *r)
{
    const uint64_t hash = assets_hash(r->body.p, r->body.n);
    char tag[32];
    struct MHD_Response *response;
    enum MHD_Result queued = MHD_NO;
    bool packed = false, well;

    (void)snprintf(tag, sizeof tag, "W/\"%016" PRIx64 "\"", hash);
    if (r->status == MHD_HTTP_OK &&
        request_has_tag(request_header(q, MHD_HTTP_HEADER_IF_NONE_MATCH), tag)) {
        r->status = MHD_HTTP_NOT_MODIFIED;
        buf_clear(&r->body);
    } else {
        packed = pack(q, &r->body, hash);
    }
    response = MHD_create_response_from_buffer(r->body.n, r->body.p, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        buf_free(&r->body);
        return MHD_NO;
    }
    well = add_headers(q, response, r, tag);
    if (packed)
        well = add_header(response, "Content-Encoding", "gzip") && well;
    well = add_cookies(response, r, q->w->tls || q->w->c.config->web_proxy) && well;
    if (well)
        queued = MHD_queue_response(q->connection, (unsigned)r->status, response);
    MHD_destroy_response(response);
    return queued;
}

/* --- requests --- */

/* A form on its way in. */
struct incoming {
    struct buf body;
    bool too_long;
};

static void address_of(struct MHD_Connection *connection, char *buf, size_t size)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char address[INET6_ADDRSTRLEN] = "?";

    if (info != NULL && info->client_addr->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, info->client_addr, sizeof v4);
        (void)inet_ntop(AF_INET, &v4.sin_addr, address, sizeof address);
    } else if (info != NULL && info->client_addr->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, info->client_addr, sizeof v6);
        (void)inet_ntop(AF_INET6, &v6.sin6_addr, address, sizeof address);
    }
    (void)snprintf(buf, size, "%s", address);
}

/* Keeps the value of the last X-Forwarded-For: a proxy may add a line of its own behind those that the browser sent. */
static enum MHD_Result last_forwarded(void *arg, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    const char **list = arg;

    (void)kind;
    if (strcasecmp(name, "X-Forwarded-For") == 0)
        *list = value;
    return MHD_YES;
}

/* Behind a proxy of this machine the browser's address is the last one it was told: those before it anybody can make up. */
static void forwarded(const struct request *q, char *address, size_t size)
{
    const char *list = NULL, *last;
    unsigned char bytes[16];
    char one[INET6_ADDRSTRLEN];

    (void)MHD_get_connection_values(q->connection, MHD_HEADER_KIND, last_forwarded, &list);
    if (list == NULL || (strcmp(address, "127.0.0.1") != 0 && strcmp(address, "::1") != 0))
        return;
    last = strrchr(list, ',');
    last = last != NULL ? last + 1 : list;
    last += strspn(last, " ");
    (void)snprintf(one, sizeof one, "%.*s", (int)strcspn(last, " "), last);
    if (inet_pton(AF_INET, one, bytes) == 1 || inet_pton(AF_INET6, one, bytes) == 1)
        (void)snprintf(address, size, "%s", one);
}

/* The place of the connection among those that are watched. */
static struct connection *watched(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

static void notified(void *arg, struct MHD_Connection *connection, void **context,
                     enum MHD_ConnectionNotificationCode what)
{
    struct web *w = arg;
    const union MHD_ConnectionInfo *info;

    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        connections_end(w->connections, *context);
        *context = NULL;
        return;
    }
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *context = info != NULL ? connections_begin(w->connections, info->connect_fd) : NULL;
}

/* The body of a form, piece by piece. */
static void take_piece(struct incoming *in, const char *piece, size_t n)
{
    in->too_long = in->too_long || in->body.n + n > FORM_BODY_MAX;
    if (!in->too_long)
        buf_add(&in->body, piece, n);
}

static void finished(void *arg, struct MHD_Connection *connection, void **seen,
                     enum MHD_RequestTerminationCode how)
{
    struct web *w = arg;
    struct incoming *in = *seen;

    (void)how;
    connections_answered(w->connections, watched(connection));
    (void)MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, IDLE_S);
    if (in == NULL)
        return;
    if (in->body.p != NULL) /* it may hold a PIN */
        explicit_bzero(in->body.p, in->body.n);
    buf_free(&in->body);
    free(in);
    *seen = NULL;
}

/* Is it the post of a route that takes any? Its body is waited for then. Every other body is never read: the answer goes at once, and
 * the connection ends with it. */
static bool awaits_body(const char *url, const char *method)
{
    const char *rest;
    const struct route *route =
        strcmp(method, MHD_HTTP_METHOD_POST) == 0 ? route_find(url, &rest) : NULL;

    return route != NULL && (route->methods & ROUTE_POST) != 0;
}

static bool has_body(struct MHD_Connection *connection)
{
    const char *length =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return (length != NULL && strcmp(length, "0") != 0) ||
           MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                       MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL;
}

/* NOLINTBEGIN(readability-non-const-parameter): the signature is MHD's */
static enum MHD_Result answer(void *arg, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **seen)
{
    struct web *w = arg;
    struct incoming *in = *seen;
    const char *asked = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "lang");
    struct request q = {.w = w,
                        .path = url,
                        .post = strcmp(method, MHD_HTTP_METHOD_POST) == 0,
                        .connection = connection};
    struct reply r = {.status = MHD_HTTP_OK, .type = TYPE_HTML, .cache = "private, no-cache"};

    (void)version;
    /* MHD calls first when the headers are there; who answers then says that the rest is not wanted, and the connection is closed. A
     * page's style and script come over the same one */
    if (in == NULL && (awaits_body(url, method) || !has_body(connection))) {
        (void)MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, SILENCE_S);
        *seen = xcalloc(1, sizeof(struct incoming));
        return MHD_YES;
    }
    if (in != NULL && *upload_size > 0) {
        take_piece(in, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    connections_asked(w->connections, watched(connection));
    q.lang = request_lang(asked, request_cookie(&q, "lang"));
    address_of(connection, q.address, sizeof q.address);
    if (w->c.config->web_proxy)
        forwarded(&q, q.address, sizeof q.address);
    if (in != NULL && in->too_long) {
        reply_error(&q, &r, MHD_HTTP_CONTENT_TOO_LARGE);
    } else {
        q.body = in != NULL ? in->body.p : NULL;
        q.body_n = in != NULL ? in->body.n : 0;
        dispatch(&q, method, &r);
    }
    if (asked != NULL && strcmp(asked, text_lang(q.lang)) == 0)
        reply_cookie(&r, "lang", asked, LANG_KEEP_S, false);
    if (r.stream && streams_begin(w->streams, connection, q.lang)) {
        connections_lasts(w->connections, watched(connection),
                          STREAM_LIFE_MS + CONNECTIONS_ANSWER_MS);
        buf_free(&r.body);
        return MHD_YES;
    }
    if (r.stream)
        reply_error(&q, &r, MHD_HTTP_SERVICE_UNAVAILABLE);
    return send_reply(&q, &r);
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

/* As many connections as files may be open; the soft limit of 1024 is for programs that use select. */
static unsigned most_connections(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return CONNECTIONS / 4;
    if (files.rlim_cur < CONNECTIONS + FILES_OTHER && files.rlim_cur < files.rlim_max) {
        files.rlim_cur =
            files.rlim_max < CONNECTIONS + FILES_OTHER ? files.rlim_max : CONNECTIONS + FILES_OTHER;
        if (setrlimit(RLIMIT_NOFILE, &files) != 0)
            log_warn("web: the limit of open files stays; fewer browsers are answered at once");
        (void)getrlimit(RLIMIT_NOFILE, &files);
    }
    if (files.rlim_cur >= CONNECTIONS + FILES_OTHER)
        return CONNECTIONS;
    return files.rlim_cur > (rlim_t)2 * FILES_OTHER ? (unsigned)files.rlim_cur - FILES_OTHER
                                                    : FILES_OTHER;
}

static int start_daemon(struct web *w, int fd, bool v6, char *cert, char *key)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME |
                     (v6 ? MHD_USE_IPv6 : 0) | (cert != NULL ? MHD_USE_TLS : 0);
    const unsigned most = most_connections();
    const struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, cert},
                                         {MHD_OPTION_HTTPS_MEM_KEY, 0, key},
                                         {MHD_OPTION_END, 0, NULL}};
    const struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};

    if (connections_new(&w->connections, most, 0, 0) != 0)
        return NILA_ERR_IO;
    w->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, answer, w, MHD_OPTION_EXTERNAL_LOGGER, mhd_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED, finished, w,
        MHD_OPTION_NOTIFY_CONNECTION, notified, w, MHD_OPTION_THREAD_POOL_SIZE, THREADS,
        MHD_OPTION_CONNECTION_LIMIT, most, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        w->c.config->web_proxy ? 0U : PER_ADDRESS, MHD_OPTION_CONNECTION_TIMEOUT, SILENCE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY_BYTES, MHD_OPTION_ARRAY,
        cert != NULL ? tls : plain, MHD_OPTION_END);
    return w->daemon == NULL ? NILA_ERR_IO : 0;
}

/* With TLS when certificate and key are configured; why gets words of its own. */
static int start_pages(struct web *w, int fd, bool v6, char *why, size_t why_size)
{
    const struct analytics_config *c = w->c.config;
    char *cert = NULL, *key = NULL;
    int rc = 0;

    w->tls = c->tls_cert[0] != '\0';
    if (w->tls)
        rc = tlsfile_read(c->tls_cert, false, &cert, why, why_size);
    if (rc == 0 && w->tls)
        rc = tlsfile_read(c->tls_key, true, &key, why, why_size);
    if (rc == 0)
        rc = start_daemon(w, fd, v6, cert, key);
    if (rc == NILA_ERR_IO && w->tls)
        (void)snprintf(why, why_size,
                       "web.tls_cert and web.tls_key are not taken: they must be PEM, "
                       "and of each other");
    tlsfile_free(cert);
    tlsfile_free(key);
    return rc;
}

/* What whoever set it up should know. */
static void warn_openness(const struct web *w)
{
    const struct analytics_config *c = w->c.config;
    bool any = true, here = strncmp(c->bind, "127.", 4) == 0 || strcmp(c->bind, "::1") == 0 ||
                            strcmp(c->bind, "localhost") == 0;

    if (here || records_users_any(w->accounts, &any) != 0)
        return;
    if (!any)
        log_warnx("web: bound to %s and no user is on record: whoever reaches it reads everything "
                  "(nila-analytics user add)",
                  c->bind);
    else if (!w->tls && !c->web_proxy)
        log_warnx("web: bound to %s without TLS: PINs go over the network as they are "
                  "(web.tls_cert, web.tls_key, or a proxy)",
                  c->bind);
}

/* --- the technicians' live page --- */

static void render_live(void *arg, struct buf *b, enum lang lang)
{
    struct web *w = arg;
    struct fleet_view *view = fleet_view(w->fleet);

    page_devices_live(b, view, lang);
    fleet_view_free(view);
}

static void live_watched(void *arg, bool watched)
{
    struct web *w = arg;

    fleet_watched(w->fleet, watched);
}

static void fleet_moved(void *arg)
{
    struct web *w = arg;

    streams_publish(w->streams);
}

static int start_fleet(struct web *w)
{
    const struct streams_config live = {render_live, live_watched, w};

    w->streams = streams_new(&live);
    return fleet_start(&w->fleet, w->c.config, fleet_moved, w);
}

/* The fleet's threads publish: they end before the streams, and those before the daemon. */
static void stop_fleet(struct web *w)
{
    fleet_stop(w->fleet);
    if (w->streams != NULL)
        streams_end(w->streams);
}

int web_start(struct web **out, const struct web_config *c, char *why, size_t why_size)
{
    unsigned refresh_s = c->refresh_s == 0 ? 15 : c->refresh_s;
    unsigned forecast_s = c->forecast_s == 0 ? 3600 : c->forecast_s;
    char words[256] = "";
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
    w->port = listen_port(fd);
    w->presses = presses_new();
    w->logins = logins_new();
    w->packed = packed_new(0);
    policy_make(w->policy);
    rc = records_open(&w->accounts, c->config->records_path, words, sizeof words);
    if (rc == 0)
        rc = records_open(&w->bulk, c->config->records_path, words, sizeof words);
    if (rc == 0)
        rc = whatif_new(&w->whatif);
    const struct model_config model = {.config = c->config,
                                       .records = c->records,
                                       .bulk = w->bulk,
                                       .series = c->series,
                                       .limits = w->c.limits,
                                       .whatif = w->whatif,
                                       .refresh_ms = (int64_t)refresh_s * 1000,
                                       .forecast_ms = (int64_t)forecast_s * 1000};
    if (rc == 0)
        rc = model_start(&w->model, &model);
    if (rc == 0)
        rc = start_fleet(w);
    if (rc == 0)
        rc = start_pages(w, fd, v6, words, sizeof words);
    if (rc != 0) {
        (void)snprintf(why, why_size, "%s",
                       words[0] != '\0' ? words : "the web server's threads cannot be started");
        stop_fleet(w);
        streams_free(w->streams);
        model_stop(w->model);
        whatif_free(w->whatif);
        presses_free(w->presses);
        logins_free(w->logins);
        packed_free(w->packed);
        records_close(w->accounts);
        records_close(w->bulk);
        connections_free(w->connections);
        (void)close(fd);
        free(w);
        return rc;
    }
    warn_openness(w);
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
    streams_end(w->streams);
    MHD_stop_daemon(w->daemon); /* closes the listening socket too */
    connections_free(w->connections);
    fleet_stop(w->fleet);
    streams_free(w->streams);
    model_stop(w->model);
    whatif_free(w->whatif);
    presses_free(w->presses);
    logins_free(w->logins);
    packed_free(w->packed);
    records_close(w->accounts);
    records_close(w->bulk);
    free(w);
}
