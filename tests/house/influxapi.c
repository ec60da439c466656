/* SPDX-License-Identifier: GPL-3.0-or-later */
/* influxapi: plays the API of InfluxDB 2 or 3 on loopback, from recorded forms of answers. It is no InfluxDB: it stores no point, runs
 * no task and checks no right; it remembers the names it was given, so that a second question finds them.
 *
 *   influxapi v2|v3 PORTFILE LOG     LOG gets "METHOD PATH BODY" a line */
#define _GNU_SOURCE /* strcasestr */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/common/buf.h"

#define NAMES 64

static bool v3;
static FILE *log_file;
static struct {
    char kind[24], name[80];
} known[NAMES];
static size_t names;

/* The text of "key":"..." in s; "" none. */
static void text_of(const char *s, const char *key, char out[static 80])
{
    char mark[40];
    const char *p;

    (void)snprintf(mark, sizeof mark, "\"%s\":\"", key);
    p = strstr(s, mark);
    (void)snprintf(out, 80, "%.*s", p != NULL ? (int)strcspn(p + strlen(mark), "\"\\") : 0,
                   p != NULL ? p + strlen(mark) : "");
}

static void remember(const char *kind, const char *name)
{
    if (names == NAMES)
        return;
    (void)snprintf(known[names].kind, sizeof known[names].kind, "%s", kind);
    (void)snprintf(known[names].name, sizeof known[names].name, "%s", name);
    names++;
}

/* {"LIST":[{"id":"o-NAME","KEY":"NAME"},...]} */
static void list(struct buf *out, const char *kind, const char *key)
{
    bool first = true;

    buf_printf(out, "{\"%s\":[", kind);
    for (size_t i = 0; i < names; i++)
        if (strcmp(known[i].kind, kind) == 0) {
            buf_printf(out, "%s{\"id\":\"%c-%s\",\"%s\":\"%s\"}", first ? "" : ",", kind[0],
                       known[i].name, key, known[i].name);
            first = false;
        }
    buf_str(out, "]}");
}

/* A GET of the list, or a POST that adds to it. */
static int collection(struct buf *out, const char *kind, const char *key, const char *body,
                      bool post)
{
    char name[80];

    if (!post) {
        list(out, kind, key);
        return 200;
    }
    text_of(body, key, name);
    if (strcmp(kind, "tasks") == 0)
        (void)snprintf(name, sizeof name, "%s",
                       strstr(body, "nila-hourly") != NULL ? "nila-hourly" : "nila-daily");
    remember(kind, name);
    buf_printf(out, "{\"id\":\"%c-%s\",\"%s\":\"%s\",\"token\":\"t-%s\"}", kind[0], name, key, name,
               name);
    return 201;
}

static int answer_v2(struct buf *out, const char *path, const char *body, bool post)
{
    static const struct {
        const char *path, *kind, *key;
    } C[] = {{"/api/v2/orgs", "orgs", "name"},
             {"/api/v2/buckets", "buckets", "name"},
             {"/api/v2/tasks", "tasks", "name"},
             {"/api/v2/dbrps", "content", "retention_policy"},
             {"/api/v2/authorizations", "authorizations", "description"}};

    if (strncmp(path, "/api/v2/setup", 13) == 0) {
        buf_str(out, "{\"allowed\":false}");
        return 200;
    }
    for (size_t i = 0; i < sizeof C / sizeof C[0]; i++)
        if (strncmp(path, C[i].path, strlen(C[i].path)) == 0)
            return collection(out, C[i].kind, C[i].key, body, post);
    return strncmp(path, "/api/v2/write", 13) == 0 || strncmp(path, "/api/v2/delete", 14) == 0
               ? 204
               : 404;
}

static int answer_v3(struct buf *out, const char *path, const char *body, bool post)
{
    char name[80];

    if (strncmp(path, "/api/v3/write_lp", 16) == 0)
        return 204;
    if (strncmp(path, "/api/v3/configure/database", 26) != 0)
        return 404;
    if (post) {
        text_of(body, "db", name);
        remember("db", name);
        return 200;
    }
    buf_str(out, "[");
    for (size_t i = 0; i < names; i++)
        buf_printf(out, "%s{\"iox::database\":\"%s\"}", i > 0 ? "," : "", known[i].name);
    buf_str(out, "]");
    return 200;
}

static void serve(int fd, const char *head, const char *body)
{
    char method[8] = "", path[1024] = "";
    struct buf out = {0}, reply = {0};
    bool authorized = strcasestr(head, "\r\nAuthorization: ") != NULL;
    int status = 404;

    (void)sscanf(head, "%7s %1023s", method, path);
    (void)fprintf(log_file, "%s %s %s\n", method, path, body);
    (void)fflush(log_file);
    if (strcmp(path, "/ping") == 0 && !v3)
        status = 204;
    else if (!authorized && strncmp(path, "/api/v2/setup", 13) != 0)
        status = 401;
    else if (strcmp(path, "/ping") == 0)
        status = 200;
    else if (strncmp(path, "/query", 6) == 0) {
        buf_str(&out, "name,tags,time,ok\nnila_setup_test,,1,1\n");
        status = 200;
    } else
        status = v3 ? answer_v3(&out, path, body, strcmp(method, "POST") == 0)
                    : answer_v2(&out, path, body, strcmp(method, "POST") == 0);
    buf_printf(&reply, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n%s", status, out.n,
               strncmp(path, "/query", 6) == 0 ? "Content-Type: text/csv\r\n" : "");
    if (status != 401)
        buf_printf(&reply, "X-Influxdb-Version: %s\r\n", v3 ? "3.4.1" : "v2.7.11");
    buf_str(&reply, "Connection: close\r\n\r\n");
    buf_add(&reply, out.p != NULL ? out.p : "", out.n);
    if (write(fd, reply.p, reply.n) != (ssize_t)reply.n)
        perror("influxapi: write");
    buf_free(&out);
    buf_free(&reply);
}

static void connection(int fd)
{
    struct buf in = {0};
    char part[4096];
    size_t want = 0, at = 0;
    ssize_t n;

    while ((n = read(fd, part, sizeof part)) > 0) {
        const char *end, *length;
        buf_add(&in, part, (size_t)n);
        end = strstr(in.p, "\r\n\r\n");
        if (end != NULL && at == 0) {
            at = (size_t)(end - in.p) + 4;
            length = strcasestr(in.p, "\r\nContent-Length: ");
            want = length != NULL && length < end ? strtoul(length + 18, NULL, 10) : 0;
        }
        if (at > 0 && in.n >= at + want)
            break;
    }
    if (at > 0) {
        in.p[at - 2] = '\0';
        serve(fd, in.p, in.p + at);
    }
    buf_free(&in);
    (void)close(fd);
}

int main(int argc, char **argv)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    FILE *f;

    if (argc != 4 || fd < 0 || bind(fd, (struct sockaddr *)&a, size) != 0 || listen(fd, 8) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &size) != 0) {
        (void)fputs("usage: influxapi v2|v3 PORTFILE LOG\n", stderr);
        return 2;
    }
    v3 = strcmp(argv[1], "v3") == 0;
    log_file = fopen(argv[3], "we");
    f = fopen(argv[2], "we");
    if (log_file == NULL || f == NULL || fprintf(f, "%d\n", ntohs(a.sin_port)) < 0 ||
        fclose(f) != 0)
        return 1;
    for (;;) {
        int c = accept(fd, NULL, NULL);
        if (c >= 0)
            connection(c);
    }
}
