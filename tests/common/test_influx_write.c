/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is written to each kind of server, and what its answers mean: the real InfluxDB 1.x, and the answers of 2.x and 3.x
 * as those give them. */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/common/gzip.h"
#include "collector/common/http.h"
#include "collector/common/influx.h"
#include "tests/support/influxd.h"
#include "tests/support/stubhttp.h"

static const struct stub_reply STORED = {.bytes = "HTTP/1.1 204 No Content\r\n\r\n"};

static struct influx *open_with(struct influx_config c)
{
    struct influx *db = NULL;

    if (c.timeout_ms == 0)
        c.timeout_ms = 10000;
    assert_int_equal(influx_open(&db, &c), 0);
    return db;
}

static struct influx_answer send_text(struct influx *db, const char *lines)
{
    struct influx_answer a;

    assert_int_equal(influx_write(db, lines, strlen(lines), &a), 0);
    return a;
}

static void url_of(char *url, size_t size, const struct stubhttp *s)
{
    (void)snprintf(url, size, "http://127.0.0.1:%d", stubhttp_port(s));
}

/* --- against scripted answers ------------------------------------------------------------------------------------- */

static void speaks_to_each_kind_of_server_in_its_own_way(void **state)
{
    static const struct {
        const char *says;
        struct influx_config c;
        const char *line, *login; /* first line of the request; NULL: no Authorization */
    } T[] = {
        /* clang-format off */
        {"1.x", {.api = INFLUX_V1, .database = "a b", .user_pass = "u:p"},
         "POST /write?precision=ms&db=a%20b HTTP/1.1\r\n", "Authorization: Basic dTpw\r\n"},
        {"1.x, a retention policy", {.api = INFLUX_V1, .database = "d", .retention_policy = "two years", .token = "t"},
         "POST /write?precision=ms&db=d&rp=two%20years HTTP/1.1\r\n", NULL},
        {"2.x", {.api = INFLUX_V2, .org = "Dinas & co", .bucket = "air/1", .database = "x", .token = "t0k+/==", .user_pass = "u:p"},
         "POST /api/v2/write?precision=ms&org=Dinas%20%26%20co&bucket=air%2F1 HTTP/1.1\r\n", "Authorization: Token t0k+/==\r\n"},
        {"3.x", {.api = INFLUX_V3, .database = "kolam", .token = "apiv3_x"},
         "POST /api/v3/write_lp?precision=millisecond&accept_partial=true&no_sync=false&db=kolam HTTP/1.1\r\n", "Authorization: Bearer apiv3_x\r\n"},
        {"3.x without login", {.api = INFLUX_V3, .database = "kolam", .token = ""},
         "POST /api/v3/write_lp?precision=millisecond&accept_partial=true&no_sync=false&db=kolam HTTP/1.1\r\n", NULL},
        {"VictoriaMetrics", {.api = INFLUX_VM},
         "POST /write?precision=ms HTTP/1.1\r\n", NULL},
        {"VictoriaMetrics with a label", {.api = INFLUX_VM, .database = "d", .user_pass = "u:p"},
         "POST /write?precision=ms&db=d HTTP/1.1\r\n", "Authorization: Basic dTpw\r\n"},
        /* clang-format on */
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct stubhttp *s = stubhttp_start(&STORED, 1);
        struct influx_config c = T[i].c;
        struct buf back = {0};
        const char *request, *body;
        struct influx *db;
        char url[64];
        size_t n;

        url_of(url, sizeof url, s);
        c.url = url;
        db = open_with(c);
        assert_int_equal(send_text(db, "water do_mg_l=5.1 1795471950250\n").verdict, INFLUX_STORED);
        request = stubhttp_request(s, 0, &n);
        if (strncmp(request, T[i].line, strlen(T[i].line)) != 0 ||
            (T[i].login != NULL ? strstr(request, T[i].login) == NULL
                                : strstr(request, "Authorization") != NULL))
            fail_msg("%s:\n%s", T[i].says, request);
        assert_non_null(strstr(request, "Content-Encoding: gzip\r\n"));
        body = strstr(request, "\r\n\r\n") + 4;
        assert_int_equal(gzip_unpack(&back, body, n - (size_t)(body - request), 1000), 0);
        assert_string_equal(back.p, "water do_mg_l=5.1 1795471950250\n");
        buf_free(&back);
        influx_close(db);
        stubhttp_stop(s);
    }
}

static void refuses_to_write_without_naming_a_place(void **state)
{
    static const struct influx_config T[] = {
        {.api = INFLUX_V1, .bucket = "b", .org = "o"},
        {.api = INFLUX_V2, .bucket = "b"},
        {.api = INFLUX_V2, .org = "o"},
        {.api = INFLUX_V2, .database = "d"},
        {.api = INFLUX_V3, .database = ""},
        {.api = INFLUX_APIS, .database = "d"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct influx_config c = T[i];
        struct influx *db = NULL;
        c.url = "http://127.0.0.1:1";
        assert_int_equal(influx_open(&db, &c), NILA_ERR_CONFIG);
        assert_null(db);
    }
}

/* Bodies as InfluxDB 1.6.7 and VictoriaMetrics 1.79.5 gave them here, 2.7 and 3 Core as their own tests and documents have
 * them. */
static void understands_the_refusals_of_each_kind_of_server(void **state)
{
    static const struct {
        const char *says;
        enum influx_api api;
        int status;
        const char *body;
        enum influx_verdict verdict;
        long refused_old;
        size_t named;
        const char *text;
    } T[] = {
        /* clang-format off */
        {"1.x beyond retention", INFLUX_V1, 400, "{\"error\":\"partial write: points beyond retention policy dropped=7\"}\n", INFLUX_BAD_LINES, 7, 0, "partial write: points beyond retention policy dropped=7"},
        {"1.x cut gzip", INFLUX_V1, 400, "{\"error\":\"unexpected EOF\"}\n", INFLUX_LATER, -1, 0, "unexpected EOF"},
        {"1.x changed gzip", INFLUX_V1, 400, "{\"error\":\"gzip: invalid header\"}\n", INFLUX_LATER, -1, 0, "gzip: invalid header"},
        {"2.x a line", INFLUX_V2, 400, "{\"code\":\"invalid\",\"message\":\"unable to parse 'm v=': missing field value\"}", INFLUX_BAD_LINES, -1, 0, "unable to parse 'm v=': missing field value"},
        {"2.x a type conflict", INFLUX_V2, 422, "{\"code\":\"unprocessable entity\",\"message\":\"failure writing points to database: partial write: field type conflict: input field \\\"v\\\" on measurement \\\"m\\\" is type integer, already exists as type float dropped=2\"}", INFLUX_BAD_LINES, -1, 0, "failure writing points to database: partial write: field type conflict: input field \"v\" on measurement \"m\" is type integer, already exists as type float dropped=2"},
        {"2.7 beyond retention", INFLUX_V2, 422, "{\"code\":\"unprocessable entity\",\"message\":\"failure writing points to database: partial write: dropped 12 points outside retention policy of duration 2h0m0s - oldest point m,t=b at 2023-01-04T00:00:00Z dropped because it violates a Retention Policy Lower Bound at 2026-11-24T05:00:00Z, newest point m,t=a at 2023-01-04T00:00:00.123Z dropped because it violates a Retention Policy Lower Bound at 2026-11-24T05:00:00Z dropped=12 for database: 0123456789abcdef for retention policy: autogen\"}", INFLUX_BAD_LINES, 12, 0, NULL},
        {"2.0 beyond retention", INFLUX_V2, 422, "{\"code\":\"unprocessable entity\",\"message\":\"failure writing points to database: partial write: points beyond retention policy dropped=3\"}", INFLUX_BAD_LINES, 3, 0, NULL},
        {"2.x token", INFLUX_V2, 401, "{\"code\":\"unauthorized\",\"message\":\"unauthorized access\"}", INFLUX_MISCONFIGURED, -1, 0, "unauthorized access"},
        {"2.x rights", INFLUX_V2, 403, "{\"code\":\"forbidden\",\"message\":\"insufficient permissions for write\"}", INFLUX_MISCONFIGURED, -1, 0, "insufficient permissions for write"},
        {"2.x bucket", INFLUX_V2, 404, "{\"code\":\"not found\",\"message\":\"bucket \\\"kolam\\\" not found\"}", INFLUX_MISCONFIGURED, -1, 0, "bucket \"kolam\" not found"},
        {"2.x too big", INFLUX_V2, 413, "{\"code\":\"request too large\",\"message\":\"points batch is too large\"}", INFLUX_TOO_BIG, -1, 0, "points batch is too large"},
        {"2.x quota", INFLUX_V2, 429, "{\"code\":\"too many requests\",\"message\":\"you have reached your limit\"}", INFLUX_LATER, -1, 0, "you have reached your limit"},
        {"2.x inner fault", INFLUX_V2, 500, "{\"code\":\"internal error\",\"message\":\"unexpected error writing points to database: timeout\"}", INFLUX_LATER, -1, 0, "unexpected error writing points to database: timeout"},
        {"3.x one line", INFLUX_V3, 400, "{\"error\":\"partial write of line protocol occurred\",\"data\":[{\"original_line\":\"cpu,host=a val= 123\",\"line_number\":2,\"error_message\":\"No fields were provided\"}]}", INFLUX_BAD_LINES, -1, 1, "partial write of line protocol occurred: No fields were provided"},
        {"3.x one line, printed at length", INFLUX_V3, 400, "{\n  \"error\": \"partial write of line protocol occurred\",\n  \"data\": [\n    {\n      \"original_line\": \"home temp=hi 1735549200\",\n      \"line_number\": 2,\n      \"error_message\": \"invalid column type for column 'temp'\"\n    }\n  ]\n}\n", INFLUX_BAD_LINES, -1, 1, "partial write of line protocol occurred: invalid column type for column 'temp'"},
        {"3.x two lines at a schema limit", INFLUX_V3, 422, "{\"error\":\"partial write of line protocol occurred\",\"data\":[{\"original_line\":\"a\",\"line_number\":2,\"error_message\":\"x\"},{\"original_line\":\"b\",\"line_number\":9,\"error_message\":\"y\"}]}", INFLUX_BAD_LINES, -1, 2, "partial write of line protocol occurred: x"},
        {"3.x all or nothing", INFLUX_V3, 400, "{\"error\":\"parsing failed for write_lp endpoint\",\"data\":{\"original_line\":\"a\",\"line_number\":1,\"error_message\":\"No fields were provided\"}}", INFLUX_BAD_LINES, -1, 0, "parsing failed for write_lp endpoint: No fields were provided"},
        {"3.x a line number that is none", INFLUX_V3, 400, "{\"error\":\"partial write of line protocol occurred\",\"data\":[{\"original_line\":\"a\",\"line_number\":0,\"error_message\":\"x\"}]}", INFLUX_BAD_LINES, -1, 0, NULL},
        {"3.x a cut list", INFLUX_V3, 400, "{\"error\":\"partial write of line protocol occurred\",\"data\":[{\"original_line\":\"a\",\"line_number\":2,\"erro", INFLUX_BAD_LINES, -1, 0, NULL},
        {"3.x a database name", INFLUX_V3, 400, "{\"error\":\"db name did not start with a number or letter\",\"data\":null}", INFLUX_MISCONFIGURED, -1, 0, "db name did not start with a number or letter"},
        {"3.x token", INFLUX_V3, 401, "{\"error\": \"the request was not authenticated\"}", INFLUX_MISCONFIGURED, -1, 0, "the request was not authenticated"},
        {"3.x too big", INFLUX_V3, 413, "{\"error\":\"request entity too large\"}", INFLUX_TOO_BIG, -1, 0, "request entity too large"},
        {"VictoriaMetrics does not serve it", INFLUX_V3, 400, "remoteAddr: \"127.0.0.1:41634\"; requestURI: /api/v3/write_lp?db=x; unsupported path requested: \"/api/v3/write_lp\"\n", INFLUX_MISCONFIGURED, -1, 0, NULL},
        {"VictoriaMetrics has no word on lines", INFLUX_VM, 400, "{\"error\":\"x\"}", INFLUX_MISCONFIGURED, -1, 0, "x"},
        /* clang-format on */
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct buf reply = {0};
        struct stub_reply r;
        struct stubhttp *s;
        struct influx_answer a;
        struct influx *db;
        char url[64];

        buf_printf(&reply, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n%s", T[i].status,
                   strlen(T[i].body), T[i].body);
        r = (struct stub_reply){.bytes = reply.p};
        s = stubhttp_start(&r, 1);
        url_of(url, sizeof url, s);
        db = open_with((struct influx_config){
            .api = T[i].api, .url = url, .database = "d", .org = "o", .bucket = "b"});
        a = send_text(db, "water t=1 1\n");
        if (a.verdict != T[i].verdict || a.status != T[i].status || a.named != T[i].named ||
            a.refused_old != T[i].refused_old ||
            (T[i].text != NULL && strcmp(a.text, T[i].text) != 0))
            fail_msg("%s: verdict %d status %ld named %zu old %ld '%s'", T[i].says, (int)a.verdict,
                     a.status, a.named, a.refused_old, a.text);
        if (a.named > 0)
            assert_int_equal(a.line[0], 1);
        if (a.named > 1)
            assert_int_equal(a.line[1], 8);
        influx_close(db);
        stubhttp_stop(s);
        buf_free(&reply);
    }
}

static void a_token_does_not_follow_a_redirect(void **state)
{
    static const enum influx_api API[] = {INFLUX_V1, INFLUX_V2, INFLUX_V3, INFLUX_VM};
    static const int STATUS[] = {301, 302, 303, 307, 308};
    struct stubhttp *thief = stubhttp_start(&STORED, 1);

    (void)state;
    for (size_t i = 0; i < sizeof API / sizeof API[0]; i++) {
        for (size_t k = 0; k < sizeof STATUS / sizeof STATUS[0]; k++) {
            struct buf reply = {0};
            struct stub_reply r;
            struct stubhttp *s;
            struct influx *db;
            char url[64];

            buf_printf(&reply,
                       "HTTP/1.1 %d X\r\nLocation: http://127.0.0.1:%d/x\r\n"
                       "Content-Length: 0\r\n\r\n",
                       STATUS[k], stubhttp_port(thief));
            r = (struct stub_reply){.bytes = reply.p};
            s = stubhttp_start(&r, 1);
            url_of(url, sizeof url, s);
            db = open_with((struct influx_config){.api = API[i],
                                                  .url = url,
                                                  .database = "d",
                                                  .org = "o",
                                                  .bucket = "b",
                                                  .user_pass = "u:rahasia",
                                                  .token = "rahasia"});
            assert_int_equal(send_text(db, "water t=1 1\n").verdict, INFLUX_MISCONFIGURED);
            assert_non_null(strstr(stubhttp_request(s, 0, NULL), "Authorization: "));
            influx_close(db);
            stubhttp_stop(s);
            buf_free(&reply);
        }
    }
    assert_int_equal(stubhttp_connections(thief), 0);
    stubhttp_stop(thief);
}

/* --- a point asked back ------------------------------------------------------------------------------------------- */

static void asks_a_point_back(void **state)
{
    static const struct {
        const char *says, *line, *reply;
        int rc; /* NILA_ERR_RANGE: nothing is asked */
        enum influx_verdict verdict;
        const char *text; /* a part of it */
    } T[] = {
        /* clang-format off */
        {"it is there", "water,device=n-1,pond=k1 do_mg_l=5.1,do_mg_l_q=1 1795471950250",
         "HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n1795471950250,5.1\n", 0, INFLUX_STORED, ""},
        {"it is there twice, as a repeated point is", "water,device=n-1,pond=k1 do_mg_l=5.1 1795471950250",
         "HTTP/1.1 200 OK\r\nContent-Length: 36\r\n\r\n1795471950250,5.0\n1795471950250,5.1\n", 0, INFLUX_STORED, ""},
        {"it lost its last digits", "water,device=n-1,pond=k1 do_mg_l=5.123456789012345 1795471950250",
         "HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n1795471950250,5.123456789012\n", 0, INFLUX_STORED, ""},
        {"nothing", "water,device=n-1,pond=k1 do_mg_l=5.1 1795471950250",
         "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0, INFLUX_LATER, "says 204, but {__name__=\"water_do_mg_l\",device=\"n-1\",pond=\"k1\",db=\"d\"} at 1795471950250 ms is not there"},
        {"another value", "water,device=n-1,pond=k1 do_mg_l=5.1 1795471950250",
         "HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n1795471950250,0.0\n", 0, INFLUX_LATER, "is another value there"},
        {"another time", "water,device=n-1,pond=k1 do_mg_l=5.1 1795471950250",
         "HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n1795471950251,5.1\n", 0, INFLUX_LATER, "is not there"},
        {"it cannot be asked", "water,device=n-1,pond=k1 do_mg_l=5.1 1795471950250",
         "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno", 0, INFLUX_MISCONFIGURED, "no"},
        {"it may not be asked", "water,device=n-1,pond=k1 do_mg_l=5.1 1795471950250",
         "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", 0, INFLUX_MISCONFIGURED, ""},
        {"busy", "water,device=n-1,pond=k1 do_mg_l=5.1 1795471950250",
         "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", 0, INFLUX_LATER, ""},
        {"an escape", "water,device=n\\ 1 do_mg_l=5.1 1795471950250", NULL, NILA_ERR_RANGE, 0, NULL},
        {"no time", "water,device=n1 do_mg_l=5.1", NULL, NILA_ERR_RANGE, 0, NULL},
        {"text", "water,device=n1 x=\"a\" 5", NULL, NILA_ERR_RANGE, 0, NULL},
        {"no line at all", "", NULL, NILA_ERR_RANGE, 0, NULL},
        /* clang-format on */
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct stub_reply r = {.bytes = T[i].reply != NULL ? T[i].reply : STORED.bytes};
        struct stubhttp *s = stubhttp_start(&r, 1);
        struct influx_answer a = {0};
        struct influx *db;
        char url[64];
        int rc;

        url_of(url, sizeof url, s);
        db = open_with((struct influx_config){
            .api = INFLUX_VM, .url = url, .database = "d", .user_pass = "u:p"});
        rc = influx_read_back(db, T[i].line, strlen(T[i].line), &a);
        if (rc != T[i].rc ||
            (rc == 0 && (a.verdict != T[i].verdict || strstr(a.text, T[i].text) == NULL)))
            fail_msg("%s: %d, verdict %d '%s'", T[i].says, rc, (int)a.verdict, a.text);
        assert_int_equal(stubhttp_requests(s), rc == 0 ? 1 : 0);
        if (i == 0) {
            const char *request = stubhttp_request(s, 0, NULL);
            assert_non_null(strstr(request, "GET /api/v1/export/csv?"));
            assert_non_null(strstr(request, "&start=1795471950.250&end=1795471950.250 "));
            assert_non_null(strstr(request, "Authorization: Basic dTpw\r\n"));
        }
        influx_close(db);
        stubhttp_stop(s);
    }
}

/* --- against the real InfluxDB 1.x -------------------------------------------------------------------------------- */

static int count_row(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    (void)n;
    (void)column;
    (void)cell;
    ++*(int *)arg;
    return 0;
}

static int take_time(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(column[i], "time") == 0)
            *(long long *)arg = strtoll(cell[i], NULL, 10);
    return 0;
}

/* A POST as it stands, for what influx.c would never send. */
static long post(const char *base, const char *path, const char *header, const void *body,
                 size_t len, struct buf *words)
{
    const char *const headers[] = {header, NULL};
    char url[300];
    struct http_request rq = {.method = "POST",
                              .url = url,
                              .headers = header != NULL ? headers : NULL,
                              .body = body,
                              .body_len = len};
    struct http_answer a;
    struct http *h;

    (void)snprintf(url, sizeof url, "%s%s", base, path);
    assert_int_equal(http_open(&h), 0);
    assert_int_equal(http_do(h, &rq, &a, NULL, 0), 0);
    http_close(h);
    buf_clear(words);
    buf_add(words, a.body.p != NULL ? a.body.p : "", a.body.n);
    buf_free(&a.body);
    return a.status;
}

static void the_real_server_takes_odd_requests_as_the_table_says(void **state)
{
    static const struct {
        const char *says, *path, *body;
        long status;
        const char *words;
    } T[] = {
        /* clang-format off */
        {"the path of 2.x", "/api/v2/write?org=o&bucket=nila", "water v=1 1\n", 404, "404 page not found"},
        {"the path of 3.x", "/api/v3/write_lp?db=nila", "water v=1 1\n", 404, "404 page not found"},
        {"no database", "/write?precision=ms", "water v=1 1\n", 400, "database is required"},
        {"another database", "/write?precision=ms&db=lain", "water v=1 1\n", 404, "database not found"},
        {"another retention policy", "/write?precision=ms&db=nila&rp=lain", "water v=1 1\n", 500, "retention policy not found"},
        {"a precision it does not know is ns", "/write?precision=xx&db=nila", "oddp v=1 1795471950250\n", 204, ""},
        {"us is one of them", "/write?precision=us&db=nila", "oddq v=1 1795471950250000\n", 204, ""},
        {"a tag value that ends in a backslash", "/write?precision=ms&db=nila", "water,pond=a\\ v=1 1\n", 400, "unable to parse"},
        /* clang-format on */
    };
    struct influxd d;
    struct influx *db, *two;
    struct influx_answer a;
    struct buf words = {0}, packed = {0}, big = {0};
    long long ms = 0;
    char why[256];

    (void)state;
    if (influxd_start(&d, "") != 0)
        skip();
    db = open_with((struct influx_config){.url = d.url, .database = "nila"});
    assert_int_equal(influx_create_database(db, why, sizeof why), 0);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        long status = post(d.url, T[i].path, NULL, T[i].body, strlen(T[i].body), &words);
        if (status != T[i].status || strstr(words.p, T[i].words) == NULL)
            fail_msg("%s: %ld %s", T[i].says, status, words.p);
    }
    /* this is why the precision is always said, and always ms */
    assert_int_equal(influx_query(db, "SELECT v FROM oddp", take_time, &ms, NULL, 0), 0);
    assert_true(ms == 1795471); /* in 1970 */
    /* a body cut or changed on its way is no fault of its lines */
    assert_int_equal(gzip_pack(&packed, "water v=1 1\n", 12, 6), 0);
    assert_int_equal(post(d.url, "/write?precision=ms&db=nila", "Content-Encoding: gzip", packed.p,
                          packed.n - 6, &words),
                     400);
    assert_non_null(strstr(words.p, "{\"error\":\"unexpected EOF\"}"));
    packed.p[0] ^= 1;
    assert_int_equal(post(d.url, "/write?precision=ms&db=nila", "Content-Encoding: gzip", packed.p,
                          packed.n, &words),
                     400);
    assert_non_null(strstr(words.p, "{\"error\":\"gzip: invalid"));
    /* sinks of the other kinds, set up for this server: a person must act */
    two = open_with((struct influx_config){
        .api = INFLUX_V2, .url = d.url, .org = "o", .bucket = "nila", .token = "t"});
    a = send_text(two, "water v=1 1\n");
    assert_int_equal(a.verdict, INFLUX_MISCONFIGURED);
    assert_int_equal(a.status, 404);
    influx_close(two);
    two = open_with((struct influx_config){.api = INFLUX_V3, .url = d.url, .database = "nila"});
    assert_int_equal(send_text(two, "water v=1 1\n").verdict, INFLUX_MISCONFIGURED);
    influx_close(two);
    two = open_with(
        (struct influx_config){.url = d.url, .database = "nila", .retention_policy = "lain"});
    a = send_text(two, "water v=1 1\n");
    assert_int_equal(a.verdict, INFLUX_MISCONFIGURED);
    assert_int_equal(a.status, 500);
    influx_close(two);
    /* bounds */
    buf_str(&big, "water,pond=");
    for (int i = 0; i < 66000; i++)
        buf_str(&big, "x");
    buf_str(&big, " v=1 1\n");
    assert_int_equal(send_text(db, big.p).verdict, INFLUX_BAD_LINES);
    buf_clear(&big);
    buf_str(&big, "note text=\"");
    for (int i = 0; i < 70000; i++)
        buf_str(&big, "x");
    buf_str(&big, "\" 1\n");
    assert_int_equal(send_text(db, big.p).verdict, INFLUX_STORED);
    influx_close(db);
    influxd_stop(&d);
    buf_free(&words);
    buf_free(&packed);
    buf_free(&big);
}

static void writes_to_a_retention_policy_of_the_real_server(void **state)
{
    struct influxd d;
    struct influx *db, *brief;
    struct influx_answer a;
    char why[256];
    int n = 0;

    (void)state;
    if (influxd_start(&d, "") != 0)
        skip();
    db = open_with((struct influx_config){.url = d.url, .database = "nila"});
    assert_int_equal(influx_create_database(db, why, sizeof why), 0);
    assert_int_equal(influx_query(db,
                                  "CREATE RETENTION POLICY brief ON nila DURATION 1h REPLICATION 1",
                                  count_row, &n, why, sizeof why),
                     0);
    brief = open_with(
        (struct influx_config){.url = d.url, .database = "nila", .retention_policy = "brief"});
    a = send_text(brief, "water v=1 1000\nwater v=2 2000\nwater v=3 4000000000000\n");
    assert_int_equal(a.verdict, INFLUX_BAD_LINES);
    assert_int_equal(a.refused_old, 2);
    assert_int_equal(
        influx_query(db, "SELECT v FROM \"brief\".water", count_row, &n, why, sizeof why), 0);
    assert_int_equal(n, 1); /* the third is stored */
    n = 0;
    assert_int_equal(influx_query(db, "SELECT v FROM water", count_row, &n, why, sizeof why), 0);
    assert_int_equal(n, 0); /* and not in the default policy */
    influx_close(brief);
    influx_close(db);
    influxd_stop(&d);
}

static void the_token_form_of_2_is_not_known_to_1(void **state)
{
    struct influxd d;
    struct influx *none;
    struct buf words = {0};
    char why[256];
    int n = 0;

    (void)state;
    if (influxd_start(&d, "auth-enabled = true") != 0)
        skip();
    none = open_with((struct influx_config){.url = d.url, .database = "nila"});
    assert_int_equal(influx_query(none, "CREATE USER boss WITH PASSWORD 'p' WITH ALL PRIVILEGES",
                                  count_row, &n, why, sizeof why),
                     0);
    assert_int_equal(
        post(d.url, "/write?db=nila", "Authorization: Token boss:p", "water v=1 1\n", 12, &words),
        401);
    influx_close(none);
    influxd_stop(&d);
    buf_free(&words);
}

/* --- certificates ------------------------------------------------------------------------------------------------- */

/* A key and a certificate of our own for the address 127.0.0.1, in one PEM file. */
static void make_certificate(const char *path)
{
    pid_t pid = fork();
    int status;

    assert_true(pid >= 0);
    if (pid == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(126);
        (void)execlp("openssl", "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                     "-keyout", path, "-out", path, "-days", "2", "-subj", "/CN=nila-test",
                     "-addext", "subjectAltName=IP:127.0.0.1", (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("openssl made no certificate: status %d", status);
}

static void trusts_only_the_certificates_it_was_given(void **state)
{
    struct influxd d;
    struct influx *db;
    struct influx_answer a;
    char dir[256], pem[300], other[300], settings[800], url[80], why[256];

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(pem, sizeof pem, "%s/server.pem", dir);
    (void)snprintf(other, sizeof other, "%s/other.pem", dir);
    make_certificate(pem);
    make_certificate(other);
    (void)snprintf(settings, sizeof settings,
                   "https-enabled = true\nhttps-certificate = \"%s\"\nhttps-private-key = \"%s\"",
                   pem, pem);
    if (influxd_start(&d, settings) != 0) {
        support_rmdir(dir);
        skip();
    }
    /* plain http to it: Go's 400 in plain text is no word about lines */
    db = open_with((struct influx_config){.url = d.url, .database = "nila"});
    a = send_text(db, "water v=1 1\n");
    assert_int_equal(a.verdict, INFLUX_MISCONFIGURED);
    influx_close(db);

    (void)snprintf(url, sizeof url, "https%.60s", d.url + 4);
    db = open_with((struct influx_config){.url = url, .database = "nila", .ca_file = pem});
    assert_int_equal(influx_create_database(db, why, sizeof why), 0);
    a = send_text(db, "water v=1 1\n");
    assert_int_equal(a.verdict, INFLUX_STORED);
    influx_close(db);

    for (int i = 0; i < 4; i++) {
        const char *says[] = {"the system's", "another", "a file that is not there",
                              "another name"};
        const char *ca[] = {NULL, other, "/no/such.pem", pem};
        if (i == 3)
            (void)snprintf(url, sizeof url, "https://localhost%s", strrchr(d.url, ':'));
        db = open_with((struct influx_config){
            .url = url, .database = "nila", .ca_file = ca[i], .user_pass = "u:rahasia"});
        a = send_text(db, "water v=1 1\n");
        if (a.verdict != INFLUX_MISCONFIGURED || a.status != 0 || a.text[0] == '\0')
            fail_msg("%s: verdict %d status %ld '%s'", says[i], (int)a.verdict, a.status, a.text);
        influx_close(db);
    }
    influxd_stop(&d);
    support_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speaks_to_each_kind_of_server_in_its_own_way),
        cmocka_unit_test(refuses_to_write_without_naming_a_place),
        cmocka_unit_test(understands_the_refusals_of_each_kind_of_server),
        cmocka_unit_test(a_token_does_not_follow_a_redirect),
        cmocka_unit_test(asks_a_point_back),
        cmocka_unit_test(the_real_server_takes_odd_requests_as_the_table_says),
        cmocka_unit_test(writes_to_a_retention_policy_of_the_real_server),
        cmocka_unit_test(the_token_form_of_2_is_not_known_to_1),
        cmocka_unit_test(trusts_only_the_certificates_it_was_given),
    };
    int rc;

    http_global_init();
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    http_global_cleanup();
    return rc;
}
