/* SPDX-License-Identifier: GPL-3.0-or-later */
/* webhouse: a served instance on a port of its own for the tests of routes, roles and accounts: three farms in two regencies, users
 * of every role, and a client that sends raw bytes. */
#ifndef TESTS_ANALYTICS_WEBHOUSE_H
#define TESTS_ANALYTICS_WEBHOUSE_H

#include "tests/support/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "analytics/config.h"
#include "analytics/records/account.h"
#include "analytics/web/server.h"
#include "analytics/web/viewer.h"
#include "collector/common/buf.h"
#include "collector/common/clock.h"

struct webhouse {
    char dir[256];
    struct analytics_config config;
    struct records *records;
    struct web *web;
};

static inline void webhouse_import(struct webhouse *h, enum records_table t, const char *csv)
{
    struct records_report report;
    char path[300];

    (void)snprintf(path, sizeof path, "%.200s/%s.csv", h->dir, records_table_name(t));
    support_write(path, csv);
    assert_int_equal(records_import(h->records, t, path, clock_wall_ms(), 0, NULL, NULL, &report),
                     0);
    (void)unlink(path);
}

static inline void webhouse_open(struct webhouse *h)
{
    char why[256] = "";

    *h = (struct webhouse){.config = {.port = 0, .seed = 1, .draws = 50, .months = 2}};
    (void)snprintf(h->dir, sizeof h->dir, "%s", support_tmpdir());
    (void)snprintf(h->config.records_path, sizeof h->config.records_path, "%.200s/records.db",
                   h->dir);
    (void)snprintf(h->config.bind, sizeof h->config.bind, "127.0.0.1");
    h->config.limits = STATUS_DEFAULTS;
    if (records_open(&h->records, h->config.records_path, why, sizeof why) != 0)
        fail_msg("%s", why);
    webhouse_import(h, RECORDS_FARMS,
                    "farm,name,regency,kecamatan\nmentaya,Tambak Mentaya,kotim,62.02.05\n"
                    "sampit,Tambak Sampit,kotim,62.02.06\npembuang,Karamba,seruyan,62.07.01\n");
    webhouse_import(
        h, RECORDS_PONDS,
        "pond,farm,name,system,area_m2,depth_m\nkotim-1,mentaya,Kolam 1,pond,400,1.2\n"
        "kotim-2,sampit,Kolam 2,pond,400,1.2\nseruyan-1,pembuang,Karamba 1,cage,20,2\n");
}

static inline void webhouse_start(struct webhouse *h)
{
    char why[256] = "";
    const struct web_config c = {.config = &h->config, .records = h->records, .refresh_s = 600};

    if (web_start(&h->web, &c, why, sizeof why) != 0)
        fail_msg("%s", why);
}

static inline void webhouse_close(struct webhouse *h)
{
    web_stop(h->web);
    records_close(h->records);
    support_rmdir(h->dir);
}

/* A user without a PIN: sessions are opened in the records. farm NULL: none. */
static inline void webhouse_user(struct webhouse *h, const char *slug, enum role role,
                                 const char *farm, bool kotim, bool seruyan, const char *hash)
{
    struct rec_user u = {.role = role,
                         .regency = {[REGENCY_KOTIM] = kotim, [REGENCY_SERUYAN] = seruyan},
                         .consent_ms = 1};

    (void)snprintf(u.slug, sizeof u.slug, "%s", slug);
    (void)snprintf(u.name, sizeof u.name, "Nama %s", slug);
    if (farm != NULL)
        (void)snprintf(u.farm[u.farms++], SLUG_SIZE, "%s", farm);
    assert_int_equal(records_user_add(h->records, &u, hash, "konsol", clock_wall_ms()), 0);
}

/* A new session of the user; its cookie and the token of its forms. */
static inline void webhouse_login(struct webhouse *h, const char *user,
                                  char secret[static VIEWER_SECRET_SIZE],
                                  char csrf[static PAGE_TOKEN_SIZE])
{
    char digest[SHA256_HEX_SIZE];
    int64_t now = clock_wall_ms();
    struct viewer v;

    assert_int_equal(viewer_secret(secret, digest), 0);
    assert_int_equal(
        records_session_open(h->records, user, digest, "127.0.0.1", "test", now, now + 3600000), 0);
    assert_int_equal(viewer_find(h->records, secret, false, now, &v), 0);
    assert_string_equal(v.user, user);
    (void)snprintf(csrf, PAGE_TOKEN_SIZE, "%s", v.csrf);
}

/* --- a client --- */

struct webanswer {
    int status;
    struct buf head, body;
};

static inline int webhouse_dial(const struct webhouse *h)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)web_port(h->web))};
    struct timeval patience = {.tv_sec = 30};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* form NULL: no body. headers: whole lines. */
static inline void webhouse_ask(const struct webhouse *h, const char *method, const char *path,
                                const char *headers, const char *form, struct webanswer *a)
{
    struct buf all = {0};
    char piece[4096];
    const char *end;
    ssize_t k;
    int fd = webhouse_dial(h);

    assert_true(fd >= 0);
    *a = (struct webanswer){0};
    buf_printf(&all, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n%s", method,
               path, web_port(h->web), headers);
    if (form != NULL)
        buf_printf(&all,
                   "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n",
                   strlen(form));
    buf_printf(&all, "\r\n%s", form != NULL ? form : "");
    assert_int_equal(send(fd, all.p, all.n, MSG_NOSIGNAL), (ssize_t)all.n);
    buf_clear(&all);
    while ((k = recv(fd, piece, sizeof piece, 0)) > 0)
        buf_add(&all, piece, (size_t)k);
    (void)close(fd);
    buf_str(&a->head, "");
    buf_str(&a->body, "");
    if (all.n > 0 && (end = strstr(all.p, "\r\n\r\n")) != NULL) {
        buf_add(&a->head, all.p, (size_t)(end + 2 - all.p));
        buf_add(&a->body, end + 4, all.n - (size_t)(end + 4 - all.p));
        a->status = (int)strtol(a->head.p + 9, NULL, 10);
    }
    buf_free(&all);
}

static inline void webanswer_free(struct webanswer *a)
{
    buf_free(&a->head);
    buf_free(&a->body);
}

static inline bool webhouse_has(const struct buf *b, const char *text)
{
    return b->p != NULL && strstr(b->p, text) != NULL;
}

#endif
