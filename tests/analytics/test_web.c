/* SPDX-License-Identifier: GPL-3.0-or-later */
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

static void import(struct house *h, enum records_table t, const char *csv)
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
static void house_open(struct house *h, const char *url)
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

static void house_start(struct house *h)
{
    char why[256] = "";
    const struct web_config c = {
        .config = &h->config, .records = h->records, .series = h->series, .refresh_s = 1};

    if (web_start(&h->web, &c, why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_true(web_port(h->web) > 0);
}

static void house_close(struct house *h)
{
    web_stop(h->web);
    series_source_close(h->series);
    records_close(h->records);
    support_rmdir(h->dir);
}

/* --- a client of raw bytes --- */

static int dial(const struct house *h)
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

static void tell(int fd, const char *bytes, size_t n)
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
static void hear(int fd, struct answer *a)
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

static void answer_free(struct answer *a)
{
    buf_free(&a->head);
    buf_free(&a->body);
}

static void ask(const struct house *h, const char *method, const char *path, const char *headers,
                struct answer *a)
{
    struct buf request = {0};
    int fd = dial(h);

    buf_printf(&request, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", method, path,
               headers);
    tell(fd, request.p, request.n);
    buf_free(&request);
    hear(fd, a);
}

static int status_of(const struct house *h, const char *method, const char *path)
{
    struct answer a;
    int status;

    ask(h, method, path, "", &a);
    status = a.status;
    answer_free(&a);
    return status;
}

static bool has(const struct buf *b, const char *text)
{
    return b->p != NULL && strstr(b->p, text) != NULL;
}

/* Asks until the page holds the text: a thread is reading or computing meanwhile. */
static void await_page(const struct house *h, const char *path, const char *text)
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

/* --- tests --- */

static void every_route_answers(void **state)
{
    static const struct {
        const char *method, *path;
        int status;
    } T[] = {
        {"GET", "/", 200},
        {"GET", "/kolam/kotim-1", 200},
        {"GET", "/wilayah", 200},
        {"GET", "/wilayah/catatan", 200},
        {"GET", "/wilayah/ketepatan", 200},
        {"GET", "/wilayah/cetak", 200},
        {"GET", "/wilayah/cetak?bulan=%3Cb%3E&lang=en", 200},
        {"GET", "/wilayah/prakiraan.csv/", 404},
        {"GET", "/wilayah/skenario", 200},
        {"GET", "/laporan", 200},
        {"GET", "/laporan?bulan=2026-10&wilayah=kotim", 200},
        {"GET", "/laporan?bulan=%3Cb%3E&wilayah=%00&lang=en", 200},
        {"GET", "/kolam-wilayah", 200},
        {"GET", "/kolam-wilayah?wilayah=seruyan&sistem=cage&terlambat=1", 200},
        {"GET", "/kolam-wilayah?wilayah=x&sistem=%ff&terlambat=", 200},
        {"GET", "/asumsi", 200},
        {"GET", "/wilayah/benih", 200},
        {"GET", "/wilayah/peta?angka=panen&bulan=2026-10", 200},
        {"GET", "/wilayah/peta?angka=%3Cb%3E", 200},
        {"GET", "/wilayah/telaah", 200},
        {"GET", "/wilayah/skenario?benih=x&di=%00%ff&asam", 200},
        {"GET", "/bantuan?lang=en", 200},
        {"GET", "/alarm", 200},
        {"PUT", "/tombol", 405},
        {"GET", "/gaya.css?v=1", 200},
        {"GET", "/favicon.svg", 200},
        {"GET", "/favicon.ico", 200},
        {"GET", "/api/v1/ponds", 200},
        {"GET", "/api/v1/forecast", 200},
        {"GET", "/api/v1/health", 503}, /* there is no database here */
        {"HEAD", "/", 200},
        {"HEAD", "/nothing", 404},
        {"GET", "/nothing", 404},
        {"GET", "/kolam/", 404},
        {"GET", "/kolam/nobody", 404},
        {"GET", "/kolam/kotim-1/x", 404},
        {"GET", "/kolam/%3Cscript%3E", 404},
        {"GET", "/kolam/..%2f..%2fetc", 404},
        {"GET", "/wilayah/", 404},
        {"GET", "/wilayah/cetak/", 404},
        {"GET", "//", 404},
        {"GET", "/api/v1/nothing", 404},
        {"POST", "/", 405},
        {"PUT", "/kolam/kotim-1", 405},
        {"DELETE", "/api/v1/ponds", 405},
        {"OPTIONS", "/", 405},
        {"BREW", "/", 405},
    };
    struct house h;

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        int status = status_of(&h, T[i].method, T[i].path);
        if (status != T[i].status)
            fail_msg("%s %s: %d", T[i].method, T[i].path, status);
    }
    house_close(&h);
}

/* --- buttons --- */

#define TOKEN "0123456789abcdef0123456789abcdef"

/* A form as the pond's page sends it. */
static int press(const struct house *h, const char *headers, const char *form, struct answer *a)
{
    struct buf request = {0};
    int fd = dial(h), status;

    buf_printf(&request,
               "POST /tombol HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n"
               "Content-Type: application/x-www-form-urlencoded\r\n%sContent-Length: %zu\r\n\r\n",
               web_port(h->web), headers, strlen(form));
    buf_str(&request, form);
    tell(fd, request.p, request.n);
    buf_free(&request);
    hear(fd, a);
    status = a->status;
    return status;
}

static size_t presses(const struct house *h, enum press_kind kind)
{
    struct rec_press *list = NULL;
    size_t n = 0, of_kind = 0;

    assert_int_equal(records_presses(h->records, 0, INT64_MAX, &list, &n), 0);
    for (size_t i = 0; i < n; i++)
        of_kind += list[i].kind == kind;
    free(list);
    return of_kind;
}

#define COOKIE "Cookie: lang=id; nila=" TOKEN "\r\n"
#define FORM(what, where, key) \
    "apa=" what "&di=" where "&kembali=%2Fkolam%2Fkotim-1&kunci=" key "&tanda=" TOKEN

static void a_button_is_noted_once_and_leads_back_to_its_page(void **state)
{
    struct house h;
    struct answer a;

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    for (int tap = 0; tap < 2; tap++) { /* a double tap */
        assert_int_equal(press(&h, COOKIE, FORM("gasping", "kotim-1", "7"), &a), 303);
        assert_true(has(&a.head, "Location: /kolam/kotim-1\r\n"));
        answer_free(&a);
    }
    assert_int_equal(presses(&h, PRESS_GASPING), 1);
    assert_int_equal(press(&h, COOKIE, FORM("gasping", "kotim-1", "8"), &a), 303);
    answer_free(&a);
    assert_int_equal(presses(&h, PRESS_GASPING), 2);
    assert_int_equal(press(&h, COOKIE, FORM("aerator_on", "kotim-1", "8"), &a), 303);
    answer_free(&a);
    assert_int_equal(presses(&h, PRESS_AERATOR_ON), 1);
    ask(&h, "GET", "/kolam/kotim-1", COOKIE, &a); /* gasping is danger at any value, at once */
    assert_true(has(&a.body, "BAHAYA"));
    assert_true(has(&a.body, "Tercatat: ikan megap-megap"));
    assert_true(has(&a.body, "Tercatat: kincir menyala"));
    assert_true(has(&a.body, "value=\"aerator_off\""));
    assert_true(has(&a.body, "value=\"" TOKEN "\""));
    assert_false(has(&a.head, "Set-Cookie: lang")); /* it has its token */
    answer_free(&a);
    house_close(&h);
}

static void a_page_with_buttons_gives_a_token_that_is_strict(void **state)
{
    struct house h;
    struct answer a;

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    ask(&h, "GET", "/kolam/kotim-1", "Cookie: nila=x<script>\r\n", &a);
    assert_true(has(&a.head, "Set-Cookie: nila="));
    assert_true(has(&a.head, "SameSite=Strict; HttpOnly"));
    assert_false(has(&a.body, "x<script>"));
    answer_free(&a);
    ask(&h, "GET", "/wilayah", "", &a);
    assert_false(has(&a.head, "Set-Cookie: lang"));
    answer_free(&a);
    house_close(&h);
}

static void what_is_not_pressed_on_our_page_is_refused(void **state)
{
    static const struct {
        const char *says, *headers, *form;
        int status;
        const char *holds;
    } T[] = {
        {"another site", COOKIE "Origin: http://jahat.example\r\n", FORM("gasping", "kotim-1", "1"),
         403, "Ditolak"},
        {"an origin that is hidden", COOKIE "Origin: null\r\n", FORM("gasping", "kotim-1", "1"),
         403, "Refused"},
        {"another site, by fetch", COOKIE "Sec-Fetch-Site: cross-site\r\n",
         FORM("gasping", "kotim-1", "1"), 403, "Ditolak"},
        {"no cookie", "", FORM("gasping", "kotim-1", "1"), 403, "kuki"},
        {"another cookie", "Cookie: nila=ffffffffffffffffffffffffffffffff\r\n",
         FORM("gasping", "kotim-1", "1"), 403, "Ditolak"},
        {"no form", COOKIE, "", 400, "Isian tidak dapat dipakai"},
        {"half a form", COOKIE, "apa=gasping&di=kotim-1", 400, "The form cannot be used"},
        {"a member twice", COOKIE, FORM("gasping", "kotim-1", "1") "&apa=gasping", 400, "Isian"},
        {"bad code", COOKIE, FORM("gasping", "kotim%zz1", "1"), 400, "Isian"},
        {"an unknown button", COOKIE, FORM("dance", "kotim-1", "1"), 400, "Isian"},
        {"back to another host", COOKIE,
         "apa=gasping&di=kotim-1&kembali=%2F%2Fjahat.example&kunci=1&tanda=" TOKEN, 400, "Isian"},
        {"a header in the path back", COOKIE,
         "apa=gasping&di=kotim-1&kembali=%2Fa%0d%0aX:%201&kunci=1&tanda=" TOKEN, 400, "Isian"},
        {"an unknown pond", COOKIE, FORM("gasping", "kotim-9", "1"), 409, "tidak terbuka"},
        {"an alarm that is none", COOKIE, FORM("ack", "12", "1"), 409, "no longer open"},
        {"an alarm that is no number", COOKIE, FORM("ack", "12x", "1"), 400, "Isian"},
    };
    struct house h;
    struct answer a;
    static char big[70000];

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        int status = press(&h, T[i].headers, T[i].form, &a);
        if (status != T[i].status || !has(&a.body, T[i].holds))
            fail_msg("%s: %d %s", T[i].says, status, a.body.p);
        answer_free(&a);
    }
    memset(big, 'a', sizeof big);
    memcpy(big, "apa=", 4);
    big[sizeof big - 1] = '\0';
    assert_int_equal(press(&h, COOKIE, big, &a), 413);
    answer_free(&a);
    ask(&h, "GET", "/tombol", "", &a);
    assert_int_equal(a.status, 405);
    assert_true(has(&a.head, "Allow: POST\r\n"));
    answer_free(&a);
    for (int k = 0; k < PRESS_KINDS; k++)
        assert_int_equal(presses(&h, (enum press_kind)k), 0);
    house_close(&h);
}

/* An alarm that was told, as watch stores it. */
static int64_t raised(const struct house *h, enum alarm_severity severity)
{
    struct rec_alarm alarm = {.severity = severity,
                              .worst = severity,
                              .rank = 1,
                              .first_ms = clock_wall_ms() - 60000,
                              .seen_ms = clock_wall_ms(),
                              .raised_ms = clock_wall_ms() - 60000,
                              .told_ms = clock_wall_ms() - 60000,
                              .value = 1.2,
                              .threshold = 1.5};
    struct rec_attempt attempt = {.severity = severity, .due_ms = clock_wall_ms()};
    const bool changed = true, gone = false;
    const long index = 0;
    struct alarm_commit c = {.alarm = &alarm,
                             .changed = &changed,
                             .gone = &gone,
                             .alarms = 1,
                             .attempt = &attempt,
                             .alarm_index = &index,
                             .attempts = 1,
                             .now_ms = clock_wall_ms()};

    (void)snprintf(alarm.subject, sizeof alarm.subject, "kotim-1");
    (void)snprintf(alarm.group, sizeof alarm.group, "oxygen");
    (void)snprintf(alarm.cause, sizeof alarm.cause, "do_critical");
    (void)snprintf(attempt.kind, sizeof attempt.kind, "raise");
    (void)snprintf(attempt.channel, sizeof attempt.channel, "sms");
    (void)snprintf(attempt.contact, sizeof attempt.contact, "<budi>");
    assert_int_equal(records_alarms_commit(h->records, &c), 0);
    attempt.tries = 1;
    attempt.begun_ms = attempt.done_ms = clock_wall_ms();
    (void)snprintf(attempt.fate, sizeof attempt.fate, "refused");
    (void)snprintf(attempt.why, sizeof attempt.why, "tanpa sinyal");
    assert_int_equal(records_attempt_store(h->records, &attempt), 0);
    return alarm.id;
}

static void an_alarm_is_shown_and_acknowledged_on_the_page(void **state)
{
    struct house h;
    struct answer a;
    struct rec_ask *asks = NULL;
    size_t n = 0;
    char form[300];
    int64_t id;

    (void)state;
    house_open(&h, NULL);
    id = raised(&h, ALARM_DANGER);
    house_start(&h);
    ask(&h, "GET", "/alarm", COOKIE, &a);
    assert_int_equal(a.status, 200);
    assert_true(has(&a.body, "Oksigen sangat rendah"));
    assert_true(has(&a.body, "Kolam 1"));
    assert_true(has(&a.body, "sms gagal "));
    assert_true(has(&a.body, "tanpa sinyal"));
    assert_true(has(&a.body, "&lt;budi&gt;"));
    assert_true(has(&a.body, "Sudah ditangani"));
    assert_true(has(&a.body, "Alarm belum pernah dijalankan"));
    answer_free(&a);
    for (int k = 0; k < 2; k++) {
        (void)snprintf(form, sizeof form, "apa=%s&di=%lld&kembali=%%2Falarm&kunci=1&tanda=" TOKEN,
                       k == 0 ? "ack" : "snooze", (long long)id);
        assert_int_equal(press(&h, COOKIE, form, &a), 303);
        assert_true(has(&a.head, "Location: /alarm\r\n"));
        answer_free(&a);
    }
    assert_int_equal(records_alarm_asks(h.records, &asks, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(asks[0].kind, ASK_ACK);
    assert_string_equal(asks[0].by, "halaman 127.0.0.1");
    assert_string_equal(asks[0].how, "page");
    assert_int_equal(asks[1].kind, ASK_SNOOZE);
    assert_int_equal(asks[1].minutes, 30);
    free(asks);
    house_close(&h);
}

static void pages_say_when_the_alarm_has_stopped(void **state)
{
    struct house h;
    struct rec_mark mark = {.key = "watch", .at_ms = clock_wall_ms() - (int64_t)360000};
    struct alarm_commit c = {.mark = &mark, .marks = 1, .now_ms = mark.at_ms};
    struct answer a;

    (void)state;
    house_open(&h, NULL);
    assert_int_equal(records_alarms_commit(h.records, &c), 0);
    house_start(&h);
    ask(&h, "GET", "/wilayah", "", &a);
    assert_true(has(&a.body, "Alarm tidak berjalan"));
    answer_free(&a);
    mark.at_ms = clock_wall_ms();
    assert_int_equal(records_alarms_commit(h.records, &c), 0);
    ask(&h, "GET", "/wilayah", "", &a);
    assert_false(has(&a.body, "Alarm tidak berjalan"));
    answer_free(&a);
    house_close(&h);
}

static void a_scenario_is_computed_beside_the_pages_and_mistakes_are_named(void **state)
{
    struct house h;
    struct answer a;

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    await_page(&h, "/wilayah", "href=\"/wilayah/skenario\"");
    await_page(&h, "/wilayah/skenario?pakan=%2B50&kincir=&di=", "<h2>Yang diandaikan</h2>");
    ask(&h, "GET", "/wilayah/skenario?pakan=%2B50&kincir=&di=", "", &a);
    assert_true(has(&a.body, "Harga pakan berubah +50%, mulai sekarang."));
    assert_true(has(&a.body, "<svg class=\"chart\""));
    assert_true(has(&a.body, "value=\"50\""));
    assert_true(has(&a.body, "href=\"/wilayah/skenario?pakan=50&amp;lang=en\""));
    assert_false(has(&a.body, "http-equiv=\"refresh\""));
    answer_free(&a);
    ask(&h, "GET", "/wilayah/skenario?benih=130&di=%3Cb%3E&lang=en", "", &a);
    assert_true(has(&a.body, "Fewer fingerlings (%): \u201c130\u201d cannot be used; give a whole "
                             "number from 0 to 100."));
    assert_true(has(&a.body, "\u201c&lt;b&gt;\u201d"));
    assert_false(has(&a.body, "<b>\u201d"));
    assert_false(has(&a.body, "<h2>What is supposed</h2>"));
    answer_free(&a);
    ask(&h, "GET", "/wilayah/skenario?kirim=5&kirim-ke=seruyan&lang=en", "", &a);
    assert_true(has(&a.body,
                    "Fingerlings sent between the regencies (thousands): \u201c5\u201d cannot "
                    "be used; first fill the ledger of fingerlings"));
    answer_free(&a);
    ask(&h, "GET", "/wilayah/skenario", "", &a);
    assert_true(has(&a.head, "form-action 'self'"));
    assert_true(has(&a.body, "Belum ada yang diandaikan."));
    answer_free(&a);
    house_close(&h);
}

static void answers_carry_the_headers_that_protect(void **state)
{
    static const char *const HEADER[] = {
        "Content-Security-Policy: default-src 'none'; style-src 'self' 'sha256-",
        "'; script-src 'self' 'sha256-",
        "'; connect-src 'self'; img-src 'self' data:;",
        "X-Content-Type-Options: nosniff",
        "X-Frame-Options: DENY",
        "Referrer-Policy: same-origin",
        "Content-Type: text/html; charset=utf-8",
        "Cache-Control: private, no-cache"};
    struct house h;
    struct answer a;

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    ask(&h, "GET", "/", "", &a);
    for (size_t i = 0; i < sizeof HEADER / sizeof HEADER[0]; i++)
        if (!has(&a.head, HEADER[i]))
            fail_msg("%s is missing in %s", HEADER[i], a.head.p);
    assert_true(has(&a.body, "Data contoh"));
    answer_free(&a);
    ask(&h, "POST", "/", "Content-Length: 5\r\n", &a);
    assert_true(has(&a.head, "Allow: GET, HEAD"));
    assert_true(has(&a.body, "hanya untuk dibaca"));
    answer_free(&a);
    ask(&h, "HEAD", "/", "", &a);
    assert_int_equal(a.body.n, 0);
    assert_true(has(&a.head, "Content-Length: "));
    answer_free(&a);
    house_close(&h);
}

static void the_language_is_chosen_and_kept_in_a_cookie(void **state)
{
    struct house h;
    struct answer a;

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    ask(&h, "GET", "/", "", &a);
    assert_true(has(&a.body, "<html lang=\"id\">"));
    assert_false(has(&a.head, "Set-Cookie: lang"));
    answer_free(&a);
    ask(&h, "GET", "/?lang=en", "", &a);
    assert_true(has(&a.body, "<html lang=\"en\">"));
    assert_true(has(&a.head, "Set-Cookie: lang=en; Path=/;"));
    answer_free(&a);
    ask(&h, "GET", "/", "Cookie: lang=en\r\n", &a);
    assert_true(has(&a.body, "<html lang=\"en\">"));
    answer_free(&a);
    ask(&h, "GET", "/?lang=id", "Cookie: lang=en\r\n", &a);
    assert_true(has(&a.body, "<html lang=\"id\">"));
    answer_free(&a);
    ask(&h, "GET", "/?lang=%0d%0aX-Evil:%201", "", &a);
    assert_true(has(&a.body, "<html lang=\"id\">"));
    assert_false(has(&a.head, "Set-Cookie: lang"));
    assert_false(has(&a.head, "Evil"));
    answer_free(&a);
    house_close(&h);
}

static void packs_for_those_who_take_it_and_spares_the_rest(void **state)
{
    struct house h;
    struct answer plain, packed, again;
    struct buf out = {0};
    char tag[64] = "", header[96];
    const char *etag;

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    ask(&h, "GET", "/bantuan", "", &plain);
    ask(&h, "GET", "/bantuan", "Accept-Encoding: br, gzip\r\n", &packed);
    assert_true(has(&packed.head, "Content-Encoding: gzip"));
    assert_true(packed.body.n < plain.body.n);
    assert_int_equal(gzip_unpack(&out, packed.body.p, packed.body.n, 1 << 20), 0);
    assert_int_equal(out.n, plain.body.n);
    assert_memory_equal(out.p, plain.body.p, out.n);
    etag = strstr(plain.head.p, "ETag: ");
    assert_non_null(etag);
    assert_int_equal(sscanf(etag, "ETag: %60s", tag), 1);
    (void)snprintf(header, sizeof header, "If-None-Match: %s\r\n", tag);
    ask(&h, "GET", "/bantuan", header, &again);
    assert_int_equal(again.status, 304);
    assert_int_equal(again.body.n, 0);
    answer_free(&again);
    ask(&h, "GET", "/bantuan", "If-None-Match: W/\"0000000000000000\"\r\n", &again);
    assert_int_equal(again.status, 200);
    answer_free(&again);
    answer_free(&plain);
    answer_free(&packed);
    buf_free(&out);
    house_close(&h);
}

static void a_huge_header_or_nonsense_is_refused_and_others_go_on(void **state)
{
    struct house h;
    struct answer a;
    char *big = malloc(70001);
    int fd;

    (void)state;
    assert_non_null(big);
    memset(big, 'a', 70000);
    big[70000] = '\0';
    house_open(&h, NULL);
    house_start(&h);
    fd = dial(&h);
    tell(fd, "GET / HTTP/1.1\r\nHost: x\r\nX-Big: ", 33);
    tell(fd, big, 70000);
    tell(fd, "\r\n\r\n", 4);
    hear(fd, &a);
    if (a.status != 0 && a.status != 431) /* refused in words, or cut off */
        fail_msg("status %d", a.status);
    answer_free(&a);
    fd = dial(&h);
    tell(fd, "GET /", 5);
    tell(fd, big, 70000);
    hear(fd, &a);
    if (a.status != 0 && a.status != 414 && a.status != 431)
        fail_msg("status %d", a.status);
    answer_free(&a);
    fd = dial(&h);
    tell(fd, "\x16\x03\x01\x02\x00\x01\xfc\r\n\r\n\r\n", 13); /* TLS where none is spoken */
    (void)shutdown(fd, SHUT_WR);
    hear(fd, &a);
    assert_true(a.status == 0 || a.status == 400);
    answer_free(&a);
    assert_int_equal(status_of(&h, "GET", "/"), 200);
    free(big);
    house_close(&h);
}

static void slow_clients_do_not_hold_the_others(void **state)
{
    struct house h;
    int slow[40];
    int64_t began;

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    for (int i = 0; i < 40; i++) {
        slow[i] = dial(&h);
        tell(slow[i], "GET / HTTP/1.1\r\nHo", 18); /* and no more */
    }
    began = clock_mono_ms();
    for (int i = 0; i < 8; i++)
        assert_int_equal(status_of(&h, "GET", "/"), 200);
    if (clock_mono_ms() - began > 5000)
        fail_msg("%lld ms", (long long)(clock_mono_ms() - began));
    for (int i = 0; i < 40; i++)
        (void)close(slow[i]);
    house_close(&h);
}

static void without_a_database_pages_say_no_data(void **state)
{
    struct house h;
    struct answer a;

    (void)state;
    house_open(&h, "http://127.0.0.1:9"); /* discard: nobody listens */
    house_start(&h);
    await_page(&h, "/", "Basis data tidak terhubung sejak");
    ask(&h, "GET", "/", "", &a);
    assert_int_equal(a.status, 200);
    assert_true(has(&a.body, "TIDAK ADA DATA"));
    assert_true(has(&a.body, "Karamba &lt;b&gt;"));
    answer_free(&a);
    ask(&h, "GET", "/kolam/kotim-1", "", &a);
    assert_int_equal(a.status, 200);
    assert_true(has(&a.body, "Hari ke-"));
    answer_free(&a);
    assert_int_equal(status_of(&h, "GET", "/api/v1/health"), 503);
    await_page(&h, "/wilayah", "tanpa data sensor"); /* the records alone give a forecast */
    await_page(&h, "/wilayah/cetak", "<h1>Prognosa Neraca Pangan: Ikan Nila</h1>");
    await_page(&h, "/wilayah/cetak?bulan=1999-12", "Masa \u201c1999-12\u201d tidak ada");
    await_page(&h, "/wilayah/cetak?bulan=all&lang=en", "Provisional, ");
    await_page(&h, "/wilayah/ketepatan", "Belum ada ramalan yang dapat dinilai");
    await_page(&h, "/wilayah/prakiraan.csv?lang=en", "\r\n\"joint\",\"Joint\",\"month\",");
    await_page(&h, "/wilayah/prakiraan.csv?lang=id", "\r\n\"joint\";\"Gabungan\";\"bulan\";");
    house_close(&h);
}

static void what_is_entered_of_other_fish_is_printed(void **state)
{
    struct house h;

    (void)state;
    house_open(&h, NULL);
    import(&h, RECORDS_ASSUMPTIONS,
           "key,node,value,unit,months,source,on\n"
           "other_fish_supply,kotim,1234500,kg/month,,Dinas <A>,2026-09-01\n"
           "other_fish_supply,seruyan,800000,kg/month,,Dinas B,2026-09-01\n"
           "other_fish_demand,kotim,2000100,kg/month,,Dinas C,2026-09-01\n");
    house_start(&h);
    await_page(&h, "/wilayah/cetak",
               "<td><b>1.234,5</b></td><td><b>2.000,1</b></td><td><b>\u2212765,6</b></td>");
    await_page(&h, "/wilayah/cetak", "<td><b>2.034,5</b></td><td class=\"isi\"></td>"); /* joint */
    await_page(&h, "/wilayah/cetak?bulan=all", "<td><b>2.469,0</b></td><td><b>4.000,2</b></td>");
    await_page(&h, "/wilayah/cetak", "Dinas &lt;A&gt;");
    house_close(&h);
}

static void a_database_that_hangs_does_not_hang_the_pages(void **state)
{
    const struct stub_reply silence = {.bytes = NULL, .hang = 1};
    struct stubhttp *stub = stubhttp_start(&silence, 1);
    struct house h;
    char url[64];
    int64_t began, took;

    (void)state;
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", stubhttp_port(stub));
    house_open(&h, url);
    house_start(&h);
    stubhttp_wait(stub, 1); /* the reading thread is stuck now */
    began = clock_mono_ms();
    assert_int_equal(status_of(&h, "GET", "/"), 200);
    took = clock_mono_ms() - began;
    if (took > 1000)
        fail_msg("/ took %lld ms", (long long)took);
    began = clock_mono_ms();
    assert_int_equal(status_of(&h, "GET", "/kolam/kotim-1"), 200);
    took = clock_mono_ms() - began;
    if (took > WEB_CHART_WAIT_MS + 1000)
        fail_msg("/kolam took %lld ms", (long long)took);
    stubhttp_stop(stub);
    house_close(&h);
}

/* The wall clock of the machine, hours later. */
static atomic_llong later_ms;

static int64_t moved_wall_ms(void *arg)
{
    struct timespec t;

    (void)arg;
    assert_int_equal(clock_gettime(CLOCK_REALTIME, &t), 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + atomic_load(&later_ms);
}

static int64_t machine_mono_ms(void *arg)
{
    struct timespec t;

    (void)arg;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void live_values_and_the_day_come_from_the_database(void **state)
{
    struct influxd d = {0};
    struct house h;
    struct influx *db;
    struct influx_config c = {.database = "nila"};
    struct influx_answer written;
    struct buf lines = {0};
    long long now = clock_wall_ms();
    char why[256];
    const struct clock_source moved = {.wall_ms = moved_wall_ms, .mono_ms = machine_mono_ms};

    (void)state;
    if (influxd_start(&d, "") != 0)
        skip();
    clock_set(&moved);
    c.url = d.url;
    assert_int_equal(influx_open(&db, &c), 0);
    assert_int_equal(influx_create_database(db, why, sizeof why), 0);
    for (int i = 0; i < 200; i++)
        buf_printf(&lines,
                   "water,device=d1,pond=kotim-1 do_mg_l=1.4,do_mg_l_q=1,temp_c=28.6,temp_c_q=1 "
                   "%lld\nwater,device=d2,pond=kotim-2 do_mg_l=6.1,do_mg_l_q=1 %lld\n",
                   now - i * 60000LL, now - 3600000LL - i * 60000LL);
    assert_int_equal(influx_write(db, lines.p, lines.n, &written), 0);
    assert_int_equal(written.verdict, INFLUX_STORED);
    house_open(&h, d.url);
    house_start(&h);
    await_page(&h, "/", "Diperbarui");
    await_page(&h, "/kolam/kotim-1", "Oksigen belum naik");
    await_page(&h, "/kolam/kotim-1", "<svg class=\"chart\"");
    await_page(&h, "/kolam/kotim-1", "1,4\u00a0mg/L");
    await_page(&h, "/kolam/kotim-2", "TIDAK ADA DATA"); /* silent for an hour */
    await_page(&h, "/", "Tanpa kabar alat");            /* seruyan-1 has no device */
    await_page(&h, "/wilayah", "1 kolam dengan siklus berjalan dari 3 kolam tercatat");
    assert_int_equal(status_of(&h, "GET", "/api/v1/health"), 200);
    /* what was taken by hand this morning and is imported now */
    buf_clear(&lines);
    buf_printf(&lines, "water,device=tangan,pond=kotim-2 tan_n_mg_l=1.3,tan_n_mg_l_q=1 %lld\n",
               now - 5 * 3600000LL);
    assert_int_equal(influx_write(db, lines.p, lines.n, &written), 0);
    await_page(&h, "/api/v1/ponds", "tan_n_mg_l");
    influxd_stop(&d); /* the database goes away under way */
    await_page(&h, "/", "Basis data tidak terhubung sejak");
    await_page(&h, "/kolam/kotim-1", "Oksigen belum naik"); /* still young enough */
    assert_int_equal(status_of(&h, "GET", "/api/v1/health"), 503);
    /* what was read a day ago is not the last 24 hours */
    atomic_store(&later_ms, 25LL * 3600 * 1000);
    await_page(&h, "/kolam/kotim-1", "Tidak ada data dalam 24 jam terakhir");
    house_close(&h);
    atomic_store(&later_ms, 0);
    clock_set(NULL);
    influx_close(db);
    buf_free(&lines);
}

static void new_records_appear_without_a_restart(void **state)
{
    struct house h;
    const struct model_config c = {.config = &h.config,
                                   .limits = &STATUS_DEFAULTS,
                                   .refresh_ms = 1000,
                                   .forecast_ms = 3600000};
    struct model_config mine;
    struct model *m;
    struct page_model *p;

    (void)state;
    house_open(&h, NULL);
    mine = c;
    mine.records = h.records;
    assert_int_equal(model_start(&m, &mine), 0);
    p = model_picture(m);
    assert_non_null(p);
    assert_int_equal(p->ponds, 3);
    model_picture_free(p);
    import(&h, RECORDS_PONDS,
           "pond,farm,name,system,area_m2,depth_m\nseruyan-2,pembuang,Karamba 2,cage,20,2\n");
    model_look(m); /* what happens each minute */
    for (int64_t until = clock_mono_ms() + 20000;;) {
        size_t n;
        p = model_picture(m);
        n = p->ponds;
        model_picture_free(p);
        if (n == 4)
            break;
        if (clock_mono_ms() > until)
            fail_msg("%zu ponds", n);
        (void)poll(NULL, 0, 20);
    }
    model_stop(m);
    house_close(&h);
}

static void start_says_what_is_wrong(void **state)
{
    struct house h, second;
    struct web *w = NULL;
    struct web_config c = {0};
    char why[256] = "";

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    house_open(&second, NULL);
    c.config = &second.config;
    c.records = second.records;
    second.config.port = web_port(h.web);
    assert_int_equal(web_start(&w, &c, why, sizeof why), NILA_ERR_BUSY);
    assert_non_null(strstr(why, "127.0.0.1"));
    second.config.port = 0;
    (void)snprintf(second.config.bind, sizeof second.config.bind, "kolam.local");
    assert_int_equal(web_start(&w, &c, why, sizeof why), NILA_ERR_CONFIG);
    assert_non_null(strstr(why, "kolam.local"));
    (void)snprintf(second.config.bind, sizeof second.config.bind, "127.0.0.1");
    c.refresh_s = 601;
    assert_int_equal(web_start(&w, &c, why, sizeof why), NILA_ERR_CONFIG);
    c.refresh_s = 0;
    c.forecast_s = 59;
    assert_int_equal(web_start(&w, &c, why, sizeof why), NILA_ERR_CONFIG);
    assert_null(w);
    house_close(&second);
    house_close(&h);
    web_stop(NULL);
}

static void a_port_that_is_not_ours_is_denied(void **state)
{
    struct house h;
    struct web *w = NULL;
    struct web_config c = {0};
    char why[256] = "";
    char line[32];
    int floor = 1024, rc;
    bool root;
    FILE *f = fopen("/proc/sys/net/ipv4/ip_unprivileged_port_start", "r");

    (void)state;
    if (f != NULL) {
        if (fgets(line, sizeof line, f) != NULL)
            floor = (int)strtol(line, NULL, 10);
        (void)fclose(f);
    }
    if (floor <= 1)
        skip(); /* everybody may bind port 1 here */
    house_open(&h, NULL);
    h.config.port = 1;
    c.config = &h.config;
    c.records = h.records;
    /* root may bind everything: as nobody, for the length of the call */
    root = geteuid() == 0;
    if (root)
        assert_int_equal(seteuid(65534), 0);
    rc = web_start(&w, &c, why, sizeof why);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(rc, NILA_ERR_DENIED);
    house_close(&h);
}

static void reads_accept_encoding_as_the_rfc_says(void **state)
{
    static const struct {
        const char *header;
        bool takes;
    } T[] = {
        {NULL, false},
        {"", false},
        {"gzip", true},
        {"GZIP", true},
        {"br, gzip;q=0.8", true},
        {"gzip;q=0", false},
        {"gzip ; q=0.000", false},
        {"gzip;q=0.001", true},
        {"*", true},
        {"*;q=0", false},
        {"gzip;q=0, *", false},
        {"xgzip, gzipx", false},
        {",,,gzip", true},
        {"deflate;q=1;gzip", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (request_takes_gzip(T[i].header) != T[i].takes)
            fail_msg("%s", T[i].header == NULL ? "(none)" : T[i].header);
}

static void reads_if_none_match_as_the_rfc_says(void **state)
{
    static const struct {
        const char *header;
        bool has;
    } T[] = {
        {NULL, false},
        {"", false},
        {"W/\"abc\"", true},
        {"\"abc\"", true},
        {"\"x\", W/\"abc\"", true},
        {"*", true},
        {"abc", false},
        {"\"abcd\"", false},
        {"\"ab", false},
        {"W/\"x\", \"y\"", false},
        {"\"x\"abc\"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (request_has_tag(T[i].header, "W/\"abc\"") != T[i].has)
            fail_msg("%s", T[i].header == NULL ? "(none)" : T[i].header);
}

static void the_query_goes_before_the_cookie(void **state)
{
    (void)state;
    assert_int_equal(request_lang(NULL, NULL), LANG_ID);
    assert_int_equal(request_lang("en", "id"), LANG_EN);
    assert_int_equal(request_lang("fr", "en"), LANG_EN);
    assert_int_equal(request_lang("EN", NULL), LANG_ID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_answers),
        cmocka_unit_test(a_button_is_noted_once_and_leads_back_to_its_page),
        cmocka_unit_test(a_page_with_buttons_gives_a_token_that_is_strict),
        cmocka_unit_test(what_is_not_pressed_on_our_page_is_refused),
        cmocka_unit_test(an_alarm_is_shown_and_acknowledged_on_the_page),
        cmocka_unit_test(pages_say_when_the_alarm_has_stopped),
        cmocka_unit_test(a_scenario_is_computed_beside_the_pages_and_mistakes_are_named),
        cmocka_unit_test(answers_carry_the_headers_that_protect),
        cmocka_unit_test(the_language_is_chosen_and_kept_in_a_cookie),
        cmocka_unit_test(packs_for_those_who_take_it_and_spares_the_rest),
        cmocka_unit_test(a_huge_header_or_nonsense_is_refused_and_others_go_on),
        cmocka_unit_test(slow_clients_do_not_hold_the_others),
        cmocka_unit_test(without_a_database_pages_say_no_data),
        cmocka_unit_test(what_is_entered_of_other_fish_is_printed),
        cmocka_unit_test(a_database_that_hangs_does_not_hang_the_pages),
        cmocka_unit_test(live_values_and_the_day_come_from_the_database),
        cmocka_unit_test(new_records_appear_without_a_restart),
        cmocka_unit_test(start_says_what_is_wrong),
        cmocka_unit_test(a_port_that_is_not_ours_is_denied),
        cmocka_unit_test(reads_accept_encoding_as_the_rfc_says),
        cmocka_unit_test(reads_if_none_match_as_the_rfc_says),
        cmocka_unit_test(the_query_goes_before_the_cookie),
    };
    log_set_level(LOG_LEVEL_ERROR);
    http_global_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
