/* SPDX-License-Identifier: GPL-3.0-or-later */
/* webroom: a served instance over two farms and a database that may be there, hang or be away, and a client of raw bytes, for the tests of
 * web/server. */
#ifndef TESTS_ANALYTICS_WEBROOM_H
#define TESTS_ANALYTICS_WEBROOM_H

#include "tests/support/support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "analytics/config.h"
#include "analytics/records/alarms.h"
#include "analytics/web/model.h"
#include "analytics/web/request.h"
#include "analytics/web/server.h"
#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/gzip.h"
#include "collector/common/http.h"
#include "collector/common/influx.h"
#include "collector/common/log.h"
#include "tests/support/influxd.h"
#include "tests/support/stubhttp.h"

struct house {
    char dir[256];
    struct analytics_config config;
    struct records *records;
    struct series_source *series;
    struct web *web;
};

static inline void import(struct house *h, enum records_table t, const char *csv)
{
    struct records_report report;
    char path[300];

    (void)snprintf(path, sizeof path, "%.200s/%s.csv", h->dir, records_table_name(t));
    support_write(path, csv);
    assert_int_equal(records_import(h->records, t, path, clock_wall_ms(), 0, NULL, NULL, &report),
                     0);
    (void)unlink(path);
}

/* Two farms, three ponds, one cycle that is twelve weeks old and was sampled the other day. url: of the database; NULL: no
 * source at all. */
static inline void house_open(struct house *h, const char *url)
{
    const struct civil stocked = civil_from_day(civil_day(clock_wall_ms()) - 84);
    const struct civil sampled = civil_from_day(civil_day(clock_wall_ms()) - 2);
    char why[256] = "", row[160];

    *h = (struct house){.config = {.port = 0, .seed = 1, .draws = 50, .months = 2}};
    (void)snprintf(h->dir, sizeof h->dir, "%s", support_tmpdir());
    (void)snprintf(h->config.records_path, sizeof h->config.records_path, "%.200s/records.db",
                   h->dir);
    (void)snprintf(h->config.bind, sizeof h->config.bind, "127.0.0.1");
    (void)snprintf(h->config.notice, sizeof h->config.notice, "Data contoh");
    (void)snprintf(h->config.influx_database, sizeof h->config.influx_database, "nila");
    h->config.limits = STATUS_DEFAULTS;
    if (records_open(&h->records, h->config.records_path, why, sizeof why) != 0)
        fail_msg("%s", why);
    import(h, RECORDS_FARMS,
           "farm,name,regency,kecamatan\nmentaya,Tambak Mentaya,kotim,62.02.05\n"
           "pembuang,Karamba <b>,seruyan,62.07.01\n");
    import(h, RECORDS_PONDS,
           "pond,farm,name,system,area_m2,depth_m\nkotim-1,mentaya,Kolam 1,pond,400,1.2\n"
           "kotim-2,mentaya,Kolam 2,pond,400,1.2\nseruyan-1,pembuang,Karamba 1,cage,20,2\n");
    (void)snprintf(row, sizeof row,
                   "cycle,pond,stocked_on,count,mass_g\nc1,kotim-1,%04d-%02d-%02d,3000,8\n",
                   stocked.year, stocked.month, stocked.day);
    import(h, RECORDS_CYCLES, row);
    (void)snprintf(row, sizeof row, "pond,on,fish,total_g\nkotim-1,%04d-%02d-%02d,30,4500\n",
                   sampled.year, sampled.month, sampled.day);
    import(h, RECORDS_SAMPLES, row);
    if (url != NULL) {
        h->config.source = SOURCE_INFLUX;
        (void)snprintf(h->config.influx_url, sizeof h->config.influx_url, "%s", url);
        if (series_source_open(&h->series, &h->config, why, sizeof why) != 0)
            fail_msg("%s", why);
    }
}

static inline void house_start(struct house *h)
{
    char why[256] = "";
    const struct web_config c = {
        .config = &h->config, .records = h->records, .series = h->series, .refresh_s = 1};

    if (web_start(&h->web, &c, why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_true(web_port(h->web) > 0);
}

static inline void house_close(struct house *h)
{
    web_stop(h->web);
    series_source_close(h->series);
    records_close(h->records);
    support_rmdir(h->dir);
}

/* --- a client of raw bytes --- */

static inline int dial(const struct house *h)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)web_port(h->web))};
    struct timeval patience = {.tv_sec = 20};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static inline void tell(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t k = send(fd, bytes, n, MSG_NOSIGNAL);
        if (k <= 0)
            return; /* the server has had enough: its answer is what counts */
        bytes += k;
        n -= (size_t)k;
    }
}

struct answer {
    int status;
    struct buf head; /* status line and headers */
    struct buf body;
};

/* Reads until the server closes. */
static inline void hear(int fd, struct answer *a)
{
    struct buf all = {0};
    char piece[4096];
    const char *end;
    ssize_t k;

    *a = (struct answer){0};
    while ((k = recv(fd, piece, sizeof piece, 0)) > 0)
        buf_add(&all, piece, (size_t)k);
    (void)close(fd);
    buf_str(&a->head, "");
    buf_str(&a->body, "");
    if (all.n > 0 && (end = strstr(all.p, "\r\n\r\n")) != NULL) {
        buf_add(&a->head, all.p, (size_t)(end + 2 - all.p));
        buf_add(&a->body, end + 4, all.n - (size_t)(end + 4 - all.p));
        if (strncmp(a->head.p, "HTTP/1.1 ", 9) == 0)
            a->status = (int)strtol(a->head.p + 9, NULL, 10);
    }
    buf_free(&all);
}

static inline void answer_free(struct answer *a)
{
    buf_free(&a->head);
    buf_free(&a->body);
}

static inline void ask(const struct house *h, const char *method, const char *path,
                       const char *headers, struct answer *a)
{
    struct buf request = {0};
    int fd = dial(h);

    buf_printf(&request, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", method, path,
               headers);
    tell(fd, request.p, request.n);
    buf_free(&request);
    hear(fd, a);
}

static inline int status_of(const struct house *h, const char *method, const char *path)
{
    struct answer a;
    int status;

    ask(h, method, path, "", &a);
    status = a.status;
    answer_free(&a);
    return status;
}

static inline bool has(const struct buf *b, const char *text)
{
    return b->p != NULL && strstr(b->p, text) != NULL;
}

/* Asks until the page holds the text: a thread is reading or computing meanwhile. */
static inline void await_page(const struct house *h, const char *path, const char *text)
{
    int64_t until = clock_mono_ms() + 30000;

    for (;;) {
        struct answer a;
        bool found;
        ask(h, "GET", path, "", &a);
        found = has(&a.body, text);
        if (!found && clock_mono_ms() > until)
            fail_msg("%s never says %s: %s", path, text, a.body.p);
        answer_free(&a);
        if (found)
            return;
        (void)poll(NULL, 0, 50);
    }
}

#endif
