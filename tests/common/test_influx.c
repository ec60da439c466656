/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/gzip.h"
#include "collector/common/http.h"
#include "collector/common/influx.h"
#include "collector/common/influxcsv.h"
#include "tests/support/influxd.h"
#include "tests/support/stubhttp.h"

static struct influx *open_at(const char *url, const char *database, const char *user_pass)
{
    struct influx_config c = {
        .url = url, .database = database, .user_pass = user_pass, .timeout_ms = 10000};
    struct influx *db;

    assert_int_equal(influx_open(&db, &c), 0);
    return db;
}

static struct influx_answer send_text(struct influx *db, const char *lines)
{
    struct influx_answer a;

    assert_int_equal(influx_write(db, lines, strlen(lines), &a), 0);
    return a;
}

/* Writes every row as "column=cell " pieces and a line end. */
static int print_row(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    for (size_t i = 0; i < n; i++)
        buf_printf(arg, "%s%s=%s", i > 0 ? " " : "", column[i], cell[i]);
    buf_str(arg, "\n");
    return 0;
}

static int count_row(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    (void)n;
    (void)column;
    (void)cell;
    ++*(int *)arg;
    return 0;
}

/* --- against scripted answers --- */

static void judges_every_kind_of_answer(void **state)
{
    static const struct {
        const char *says, *reply;
        int hang, close;
        enum influx_verdict verdict;
        long status;
        int64_t retry_after_ms;
        const char *text;
    } T[] = {
        /* clang-format off */
        {"acknowledged", "HTTP/1.1 204 No Content\r\n\r\n", 0, 0, INFLUX_STORED, 204, -1, ""},
        {"a 200 stores nothing", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n<html>login</html>\r\n", 0, 0, INFLUX_MISCONFIGURED, 200, -1, "InfluxDB would answer 204; this is another server or a login page"},
        {"http to an https port", "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n", 0, 1, INFLUX_MISCONFIGURED, 400, -1, "Client sent an HTTP request to an HTTPS server."},
        {"a proxy's 400", "HTTP/1.1 400 Bad Request\r\nContent-Length: 20\r\n\r\n<html>nginx</html>\r\n", 0, 0, INFLUX_MISCONFIGURED, 400, -1, NULL},
        {"a bad line", "HTTP/1.1 400 Bad\r\nContent-Length: 44\r\n\r\n{\"error\":\"partial write: \\\"x\\\"\\nunable dro\"}\n", 0, 0, INFLUX_BAD_LINES, 400, -1, "partial write: \"x\" unable dro"},
        {"some rejected (2.x)", "HTTP/1.1 422 No\r\nContent-Length: 2\r\n\r\n{}", 0, 0, INFLUX_BAD_LINES, 422, -1, "{}"},
        {"no database named", "HTTP/1.1 400 Bad\r\nContent-Length: 32\r\n\r\n{\"error\":\"database is required\"}\n", 0, 0, INFLUX_MISCONFIGURED, 400, -1, "database is required"},
        {"login wrong", "HTTP/1.1 401 No\r\nContent-Length: 34\r\n\r\n{\"error\":\"authorization failed\"}\r\n", 0, 0, INFLUX_MISCONFIGURED, 401, -1, "authorization failed"},
        {"no grant", "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", 0, 0, INFLUX_MISCONFIGURED, 403, -1, ""},
        {"another server", "HTTP/1.1 404 No\r\nContent-Length: 19\r\n\r\n404 page not found\n", 0, 0, INFLUX_MISCONFIGURED, 404, -1, "404 page not found"},
        {"method", "HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n", 0, 0, INFLUX_MISCONFIGURED, 405, -1, ""},
        {"time-out there", "HTTP/1.1 408 Slow\r\nContent-Length: 0\r\n\r\n", 0, 0, INFLUX_LATER, 408, -1, ""},
        {"too big", "HTTP/1.1 413 Big\r\nContent-Length: 0\r\n\r\n", 0, 0, INFLUX_TOO_BIG, 413, -1, ""},
        {"media type", "HTTP/1.1 415 No\r\nContent-Length: 0\r\n\r\n", 0, 0, INFLUX_MISCONFIGURED, 415, -1, ""},
        {"a redirect is not followed", "HTTP/1.1 302 There\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n", 0, 0, INFLUX_MISCONFIGURED, 302, -1, ""},
        {"slow down", "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", 0, 0, INFLUX_LATER, 429, 7000, ""},
        {"busy", "HTTP/1.1 503 Busy\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n", 0, 0, INFLUX_LATER, 503, 30000, ""},
        {"inner fault", "HTTP/1.1 500 Oh\r\nContent-Length: 20\r\n\r\n{\"error\":\"timeout\"}\r\n", 0, 0, INFLUX_LATER, 500, -1, "timeout"},
        {"a fault no waiting cures", "HTTP/1.1 500 Oh\r\nContent-Length: 41\r\n\r\n{\"error\":\"retention policy not found: x\"}", 0, 0, INFLUX_MISCONFIGURED, 500, -1, "retention policy not found: x"},
        {"an unknown status", "HTTP/1.1 700 Huh\r\nContent-Length: 0\r\n\r\n", 0, 0, INFLUX_LATER, 700, -1, ""},
        {"silence", NULL, 1, 0, INFLUX_LATER, 0, -1, NULL},
        {"hung up", NULL, 0, 1, INFLUX_LATER, 0, -1, NULL},
        {"cut", "HTTP/1.1 204 No", 0, 1, INFLUX_LATER, 0, -1, NULL},
        {"not HTTP", "SSH-2.0-OpenSSH\r\n", 0, 1, INFLUX_LATER, 0, -1, NULL},
        /* clang-format on */
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct stub_reply r = {.bytes = T[i].reply, .hang = T[i].hang, .close = T[i].close};
        struct stubhttp *s = stubhttp_start(&r, 1);
        struct influx_config c = {.database = "nila", .timeout_ms = T[i].hang ? 150 : 5000};
        struct influx_answer a;
        struct influx *db;
        char url[64];

        (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", stubhttp_port(s));
        c.url = url;
        assert_int_equal(influx_open(&db, &c), 0);
        a = send_text(db, "water t=1 1\n");
        if (a.verdict != T[i].verdict || a.status != T[i].status ||
            a.retry_after_ms != T[i].retry_after_ms ||
            (T[i].text != NULL && strcmp(a.text, T[i].text) != 0))
            fail_msg("%s: verdict %d status %ld retry %lld '%s'", T[i].says, (int)a.verdict,
                     a.status, (long long)a.retry_after_ms, a.text);
        if (a.status == 0)
            assert_true(a.text[0] != '\0');
        influx_close(db);
        stubhttp_stop(s);
    }
}

static void a_refusal_longer_than_we_read_is_still_a_refusal(void **state)
{
    struct buf reply = {0};
    struct stub_reply r;
    struct stubhttp *s;
    struct influx *db;
    struct influx_answer a;
    char url[64];

    (void)state;
    buf_printf(&reply, "HTTP/1.1 400 Bad\r\nContent-Length: %d\r\n\r\n{\"error\":\"partial write: ",
               400000);
    while (reply.n < 410000)
        buf_str(&reply, "unable to parse ");
    r = (struct stub_reply){.bytes = reply.p, .len = reply.n, .close = 1};
    s = stubhttp_start(&r, 1);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/", stubhttp_port(s));
    db = open_at(url, "nila", NULL);
    a = send_text(db, "bad\n");
    assert_int_equal(a.verdict, INFLUX_BAD_LINES);
    assert_int_equal(a.status, 400);
    assert_memory_equal(a.text, "partial write: unable to parse", 30);
    assert_int_equal(strlen(a.text), sizeof a.text - 1);
    influx_close(db);
    stubhttp_stop(s);
    buf_free(&reply);
}

static void sends_gzip_with_precision_and_database(void **state)
{
    static const struct stub_reply R = {.bytes = "HTTP/1.1 204 No Content\r\n\r\n"};
    struct stubhttp *s = stubhttp_start(&R, 1);
    struct buf back = {0};
    const char *request, *body;
    struct influx *db;
    char url[64];
    size_t n;

    (void)state;
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/", stubhttp_port(s));
    db = open_at(url, "a b&c", "user:pw");
    (void)send_text(db, "water,pond=a do_mg_l=5.1 1795471950250\n");
    request = stubhttp_request(s, 0, &n);
    assert_memory_equal(request, "POST /write?precision=ms&db=a%20b%26c HTTP/1.1\r\n", 48);
    assert_non_null(strstr(request, "Content-Encoding: gzip\r\n"));
    assert_non_null(strstr(request, "Authorization: Basic dXNlcjpwdw==\r\n"));
    body = strstr(request, "\r\n\r\n") + 4;
    assert_int_equal(gzip_unpack(&back, body, n - (size_t)(body - request), 1000), 0);
    assert_string_equal(back.p, "water,pond=a do_mg_l=5.1 1795471950250\n");
    buf_free(&back);
    influx_close(db);
    stubhttp_stop(s);
}

static void refuses_a_url_that_is_no_server(void **state)
{
    static const char *const URL[] = {NULL,         "",          "127.0.0.1:8086", "ftp://h",
                                      "http://",    "http:///x", "http://:8086",   "http://h/path",
                                      "http://h?x", "http://h//"};
    struct influx *db;

    (void)state;
    for (size_t i = 0; i < sizeof URL / sizeof URL[0]; i++) {
        struct influx_config c = {.url = URL[i], .database = "nila"};
        if (influx_open(&db, &c) != NILA_ERR_CONFIG)
            fail_msg("%s was taken", URL[i]);
    }
    struct influx_config c = {.url = "https://h:1", .database = ""};
    assert_int_equal(influx_open(&db, &c), NILA_ERR_CONFIG);
}

static void a_cancelled_client_sends_nothing(void **state)
{
    struct influx *db = open_at("http://127.0.0.1:1", "nila", NULL);
    struct influx_answer a;

    (void)state;
    influx_cancel(db);
    assert_int_equal(influx_write(db, "x", 1, &a), NILA_ERR_CLOSED);
    assert_int_equal(influx_query(db, "SELECT x FROM y", count_row, NULL, NULL, 0),
                     NILA_ERR_CLOSED);
    influx_close(db);
}

static void query_failures_keep_their_kind(void **state)
{
    static const struct {
        const char *says, *reply;
        int rc;
        const char *why;
    } T[] = {
        /* clang-format off */
        {"400 in CSV", "HTTP/1.1 400 Bad\r\nContent-Length: 35\r\n\r\nerror\n\"error parsing \"\"query\"\": x\"\n", NILA_ERR_REFUSED, "HTTP 400: error parsing \"query\": x"},
        {"401 in JSON", "HTTP/1.1 401 No\r\nContent-Length: 18\r\n\r\n{\"error\":\"no one\"}", NILA_ERR_REFUSED, "HTTP 401: no one"},
        {"503", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", NILA_ERR_IO, "HTTP 503"},
        {"short row", "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\nname,tags\nx,,\n", NILA_ERR_PARSE, "InfluxDB's answer: row 2: 3 cells where the header has 2"},
        {"empty, and then not JSON", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", NILA_ERR_PARSE, "the answer is not InfluxDB's JSON"},
        /* clang-format on */
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct stub_reply r = {.bytes = T[i].reply};
        struct stubhttp *s = stubhttp_start(&r, 1);
        char url[64], why[256] = "";
        struct influx *db;
        int rows = 0, rc;

        (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", stubhttp_port(s));
        db = open_at(url, "nila", NULL);
        rc = influx_query(db, "SELECT x FROM y", count_row, &rows, why, sizeof why);
        if (rc != T[i].rc || strcmp(why, T[i].why) != 0 || rows != 0)
            fail_msg("%s: rc %d '%s'", T[i].says, rc, why);
        influx_close(db);
        stubhttp_stop(s);
    }
}

/* --- the CSV reader alone --- */

static void reads_csv_in_any_pieces(void **state)
{
    static const char TEXT[] = "name,tags,time,v\nwater,\"device=d1,pond=a\",1,5.1\r\nwater,,2,\n"
                               "\nname,tags,time,w,x\nw2,,3,\"a\"\"b\",\"c\nd\"\n";
    static const char WANT[] = "name=water tags=device=d1,pond=a time=1 v=5.1\n"
                               "name=water tags= time=2 v=\n"
                               "name=w2 tags= time=3 w=a\"b x=c\nd\n";

    (void)state;
    for (size_t piece = 1; piece <= sizeof TEXT; piece++) {
        struct buf got = {0};
        struct influxcsv *c = influxcsv_new(print_row, &got);
        for (size_t at = 0; at < sizeof TEXT - 1; at += piece) {
            size_t n = sizeof TEXT - 1 - at < piece ? sizeof TEXT - 1 - at : piece;
            assert_int_equal(influxcsv_feed(c, TEXT + at, n), 0);
        }
        assert_int_equal(influxcsv_end(c), 0);
        assert_string_equal(got.p, WANT);
        influxcsv_free(c);
        buf_free(&got);
    }
}

static int stop_at_two(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    (void)n;
    (void)column;
    (void)cell;
    return ++*(int *)arg == 2 ? 77 : 0;
}

static void refuses_csv_that_is_not_whole(void **state)
{
    static const struct {
        const char *says, *text;
        size_t n; /* 0: strlen */
        int rc;
    } T[] = {
        /* clang-format off */
        {"nothing is an empty answer", "", 0, 0},
        {"a header alone", "name,tags\n", 0, 0},
        {"cut in a row", "name,tags\nx,", 0, NILA_ERR_PARSE},
        {"cut in quotes", "name,tags\nx,\"ab", 0, NILA_ERR_PARSE},
        {"last row without its end", "name,tags\nx,y", 0, NILA_ERR_PARSE},
        {"a cell too many", "name,tags\nx,y,z\n", 0, NILA_ERR_PARSE},
        {"a cell too few", "name,tags\nx\n", 0, NILA_ERR_PARSE},
        {"text after a quote", "name,tags\n\"x\"y,z\n", 0, NILA_ERR_PARSE},
        {"a quote in plain text", "name,tags\nx\"y,z\n", 0, NILA_ERR_PARSE},
        {"a lone carriage return", "name,tags\nx,y\rz\n", 0, NILA_ERR_PARSE},
        {"a NUL byte", "name,tags\nx,\0\n", 14, NILA_ERR_PARSE},
        /* clang-format on */
    };
    int rows = 0;
    struct influxcsv *c;

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        int n = 0, rc;
        c = influxcsv_new(count_row, &n);
        rc = influxcsv_feed(c, T[i].text, T[i].n > 0 ? T[i].n : strlen(T[i].text));
        if (rc == 0)
            rc = influxcsv_end(c);
        if (rc != T[i].rc || n != 0 || (influxcsv_why(c)[0] == '\0') != (rc == 0))
            fail_msg("%s: rc %d, %d rows, '%s'", T[i].says, rc, n, influxcsv_why(c));
        assert_int_equal(influxcsv_end(c), rc);
        influxcsv_free(c);
    }
    c = influxcsv_new(stop_at_two, &rows);
    assert_int_equal(influxcsv_feed(c, "a\n1\n2\n3\n4\n", 10), 77);
    assert_int_equal(rows, 2);
    assert_int_equal(influxcsv_feed(c, "5\n", 2), 77);
    assert_int_equal(influxcsv_end(c), 77);
    influxcsv_free(c);
}

static void csv_bounds_hold(void **state)
{
    struct buf b = {0};
    struct influxcsv *c;
    int n = 0;

    (void)state;
    for (int i = 0; i < INFLUXCSV_COLUMNS; i++)
        buf_str(&b, ",");
    c = influxcsv_new(count_row, &n);
    assert_int_equal(influxcsv_feed(c, b.p, b.n), NILA_ERR_PARSE);
    influxcsv_free(c);
    buf_clear(&b);
    while (b.n <= INFLUXCSV_ROW_MAX)
        buf_str(&b, "0123456789abcdef");
    c = influxcsv_new(count_row, &n);
    assert_int_equal(influxcsv_feed(c, b.p, b.n), NILA_ERR_PARSE);
    influxcsv_free(c);
    buf_free(&b);
}

static void quotes_names_and_strings(void **state)
{
    struct buf b = {0};

    (void)state;
    influx_quote_string(&b, "it's \"a\" \\ pond\n;");
    assert_string_equal(b.p, "'it\\'s \"a\" \\\\ pond\\n;'");
    buf_clear(&b);
    influx_quote_name(&b, "it's \"a\" \\ pond\n;");
    assert_string_equal(b.p, "\"it's \\\"a\\\" \\\\ pond\\n;\"");
    buf_free(&b);
}

/* --- against the real InfluxDB 1.x --- */

static void the_real_server_answers_as_the_table_says(void **state)
{
    static const struct {
        const char *says, *lines;
        enum influx_verdict verdict;
        long status;
        const char *text;
    } T[] = {
        /* clang-format off */
        {"good lines", "water,pond=a do_mg_l=5.1,do_mg_l_q=1 1795471950250\nwater,pond=b do_mg_l=6 1795471950250\n", INFLUX_STORED, 204, ""},
        {"nothing", "", INFLUX_STORED, 204, ""},
        {"a bad line among good ones", "good1 v=1 1795471950250\nthis is bad\ngood2 v=2 1795471950250\n", INFLUX_BAD_LINES, 400, "partial write: unable to parse 'this is bad': invalid field format dropped=0"},
        {"a type conflict among good ones", "water,pond=a do_mg_l=\"five\" 1795471950251\ngood3 v=3 1795471950250\n", INFLUX_BAD_LINES, 400, "partial write: field type conflict: "},
        {"NaN", "water v=NaN 1\n", INFLUX_BAD_LINES, 400, "unable to parse "},
        {"too large a number", "water v=1e400 1\n", INFLUX_BAD_LINES, 400, "unable to parse "},
        {"unsigned", "water v=1u 1\n", INFLUX_BAD_LINES, 400, "unable to parse "},
        {"an integer too large", "water v=9223372036854775808i 1\n", INFLUX_BAD_LINES, 400, "unable to parse "},
        {"half a millisecond", "water v=1 1.5\n", INFLUX_BAD_LINES, 400, "unable to parse "},
        {"CRLF", "water v=1 1\r\n", INFLUX_BAD_LINES, 400, "unable to parse "},
        {"ns where ms is said", "water v=1 1795471950250000000\n", INFLUX_BAD_LINES, 400, "unable to parse "},
        {"an empty tag", "water,pond= v=1 1\n", INFLUX_BAD_LINES, 400, "unable to parse "},
        {"a tag twice", "water,pond=a,pond=b v=1 1\n", INFLUX_BAD_LINES, 400, "unable to parse "},
        {"no field", "water,pond=a 1\n", INFLUX_BAD_LINES, 400, "unable to parse "},
        {"a tag named time", "water,time=a v=1 1\n", INFLUX_BAD_LINES, 400, ""},
        {"a field named time is dropped in silence", "water time=1,v=1 1\n", INFLUX_STORED, 204, ""},
        /* clang-format on */
    };
    struct influxd d;
    struct influx *db;
    struct influx_answer a;
    struct buf rows = {0}, big = {0};
    char why[256] = "";

    (void)state;
    if (influxd_start(&d, "max-body-size = 4096") != 0)
        skip();
    db = open_at(d.url, "nila test", NULL);
    a = send_text(db, "water v=1 1\n");
    assert_int_equal(a.verdict, INFLUX_MISCONFIGURED);
    assert_int_equal(a.status, 404);
    assert_non_null(strstr(a.text, "database not found"));
    /* a missing database is no empty answer */
    assert_int_equal(influx_query(db, "SELECT v FROM water", print_row, &rows, why, sizeof why),
                     NILA_ERR_REFUSED);
    assert_string_equal(why, "database not found: nila test");
    assert_int_equal(influx_create_database(db, why, sizeof why), 0);
    assert_int_equal(influx_create_database(db, why, sizeof why), 0); /* it may be there */
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        a = send_text(db, T[i].lines);
        if (a.verdict != T[i].verdict || a.status != T[i].status ||
            strncmp(a.text, T[i].text, strlen(T[i].text)) != 0)
            fail_msg("%s: verdict %d status %ld '%s'", T[i].says, (int)a.verdict, a.status, a.text);
    }
    /* beside a refused line the good ones are stored */
    for (int i = 1; i <= 3; i++) {
        char q[64];
        int n = 0;
        (void)snprintf(q, sizeof q, "SELECT v FROM good%d", i);
        assert_int_equal(influx_query(db, q, count_row, &n, NULL, 0), 0);
        assert_int_equal(n, 1);
    }
    /* incompressible text larger than the server takes */
    for (unsigned i = 0, x = 7; i < 2000; i++) {
        x = x * 1664525U + 1013904223U;
        buf_printf(&big, "w%x v=%u.%u 1\n", x, x >> 3, x >> 7);
    }
    a = send_text(db, big.p);
    assert_int_equal(a.verdict, INFLUX_TOO_BIG);
    assert_int_equal(a.status, 413);
    /* the bound counts compressed bytes */
    buf_clear(&big);
    for (int i = 0; i < 2000; i++)
        buf_str(&big, "water,pond=a v=1 1\n");
    assert_int_equal(send_text(db, big.p).verdict, INFLUX_STORED);
    influx_close(db);
    influxd_stop(&d);
    buf_free(&rows);
    buf_free(&big);
}

static void asks_the_real_server(void **state)
{
    struct influxd d;
    struct influx *db;
    struct buf rows = {0}, q = {0};
    char why[256] = "";
    int n = 0;

    (void)state;
    if (influxd_start(&d, "") != 0)
        skip();
    db = open_at(d.url, "nila", NULL);
    assert_int_equal(influx_create_database(db, why, sizeof why), 0);
    assert_int_equal(send_text(db, "water,pond=a do_mg_l=5.125,do_mg_l_q=1 1795471950250\n"
                                   "water,pond=it's\\ \"x\"\\,y do_mg_l=6.5 1795471950251\n")
                         .verdict,
                     INFLUX_STORED);
    assert_int_equal(influx_query(db, "SELECT do_mg_l, do_mg_l_q, pond FROM water", print_row,
                                  &rows, why, sizeof why),
                     0);
    assert_string_equal(
        rows.p, "name=water tags= time=1795471950250 do_mg_l=5.125 do_mg_l_q=1 pond=a\n"
                "name=water tags= time=1795471950251 do_mg_l=6.5 do_mg_l_q= pond=it's \"x\",y\n");
    /* a quoted literal finds just what it names */
    buf_str(&q, "SELECT do_mg_l FROM ");
    influx_quote_name(&q, "water");
    buf_str(&q, " WHERE pond = ");
    influx_quote_string(&q, "it's \"x\",y");
    assert_int_equal(influx_query(db, q.p, count_row, &n, why, sizeof why), 0);
    assert_int_equal(n, 1);
    n = 0;
    assert_int_equal(influx_query(db, "SELECT do_mg_l FROM water WHERE pond = 'none'", count_row,
                                  &n, why, sizeof why),
                     0);
    assert_int_equal(n, 0);
    assert_int_equal(influx_query(db, "SELEC x", count_row, &n, why, sizeof why), NILA_ERR_REFUSED);
    assert_non_null(strstr(why, "error parsing query"));
    assert_int_equal(influx_query(db, "SELECT mean(do_mg_l) FROM", count_row, &n, why, sizeof why),
                     NILA_ERR_REFUSED);
    assert_int_equal(
        influx_query(db, "SELECT do_mg_l FROM water", stop_at_two, &(int){1}, why, sizeof why), 77);
    /* a point beyond the retention, and a policy that does not exist */
    assert_int_equal(
        influx_query(db, "CREATE RETENTION POLICY brief ON nila DURATION 1h REPLICATION 1 DEFAULT",
                     count_row, &n, why, sizeof why),
        0);
    struct influx_answer a = send_text(db, "water v=1 1000\n");
    assert_int_equal(a.verdict, INFLUX_BAD_LINES);
    assert_non_null(strstr(a.text, "points beyond retention policy dropped=1"));
    influx_close(db);
    influxd_stop(&d);
    buf_free(&rows);
    buf_free(&q);
}

static void login_and_rights_on_the_real_server(void **state)
{
    struct influxd d;
    struct influx *admin, *none, *wrong, *writer;
    char why[256];
    int n = 0;

    (void)state;
    if (influxd_start(&d, "auth-enabled = true") != 0)
        skip();
    none = open_at(d.url, "nila", NULL);
    assert_int_equal(influx_query(none, "CREATE USER boss WITH PASSWORD 'b:o' WITH ALL PRIVILEGES",
                                  count_row, &n, why, sizeof why),
                     0);
    admin = open_at(d.url, "nila", "boss:b:o");
    assert_int_equal(influx_create_database(admin, why, sizeof why), 0);
    assert_int_equal(
        influx_query(admin, "CREATE USER pen WITH PASSWORD 'p'", count_row, &n, why, sizeof why),
        0);
    writer = open_at(d.url, "nila", "pen:p");
    wrong = open_at(d.url, "nila", "boss:bo");
    assert_int_equal(send_text(none, "water v=1 1\n").status, 401);
    assert_int_equal(send_text(none, "water v=1 1\n").verdict, INFLUX_MISCONFIGURED);
    assert_int_equal(send_text(wrong, "water v=1 1\n").status, 401);
    assert_int_equal(send_text(admin, "water v=1 1\n").status, 204);
    assert_int_equal(send_text(writer, "water v=1 1\n").status, 403);
    assert_int_equal(send_text(writer, "water v=1 1\n").verdict, INFLUX_MISCONFIGURED);
    assert_int_equal(
        influx_query(admin, "GRANT WRITE ON nila TO pen", count_row, &n, why, sizeof why), 0);
    assert_int_equal(send_text(writer, "water v=1 1\n").verdict, INFLUX_STORED);
    assert_int_equal(influx_query(writer, "SELECT v FROM water", count_row, &n, why, sizeof why),
                     NILA_ERR_REFUSED);
    assert_int_equal(influx_query(wrong, "SELECT v FROM water", count_row, &n, why, sizeof why),
                     NILA_ERR_REFUSED);
    assert_non_null(strstr(why, "401"));
    influx_close(admin);
    influx_close(none);
    influx_close(wrong);
    influx_close(writer);
    influxd_stop(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_every_kind_of_answer),
        cmocka_unit_test(a_refusal_longer_than_we_read_is_still_a_refusal),
        cmocka_unit_test(sends_gzip_with_precision_and_database),
        cmocka_unit_test(refuses_a_url_that_is_no_server),
        cmocka_unit_test(a_cancelled_client_sends_nothing),
        cmocka_unit_test(query_failures_keep_their_kind),
        cmocka_unit_test(reads_csv_in_any_pieces),
        cmocka_unit_test(refuses_csv_that_is_not_whole),
        cmocka_unit_test(csv_bounds_hold),
        cmocka_unit_test(quotes_names_and_strings),
        cmocka_unit_test(the_real_server_answers_as_the_table_says),
        cmocka_unit_test(asks_the_real_server),
        cmocka_unit_test(login_and_rights_on_the_real_server),
    };
    int rc;

    http_global_init();
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    http_global_cleanup();
    return rc;
}
