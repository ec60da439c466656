/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The API keeps to its description: every route of it is in openapi.json and the other way round, and every answer fits its schema. */
#include "tests/support/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "analytics/web/api_fleet.h"
#include "analytics/web/api_own.h"
#include "analytics/web/assets.h"
#include "analytics/web/server_own.h"
#include "collector/common/clock.h"
#include "collector/common/gzip.h"
#include "collector/common/log.h"
#include "tests/analytics/pageworld.h"
#include "tests/support/schema.h"
#include "tests/support/unzip.h"

#define WHY 256

/* --- the description --- */

/* OpenAPI 3.0 in the words of JSON Schema: nullable, and where named schemas lie. */
static void to_schema(cJSON *v)
{
    static const char COMPONENT[] = "#/components/schemas/";
    cJSON *nullable = cJSON_GetObjectItemCaseSensitive(v, "nullable"), *child,
          *type = cJSON_GetObjectItemCaseSensitive(v, "type"),
          *named = cJSON_GetObjectItemCaseSensitive(v, "$ref");

    if (cJSON_IsString(named) && strncmp(named->valuestring, COMPONENT, strlen(COMPONENT)) == 0) {
        char text[120];
        (void)snprintf(text, sizeof text, "#/definitions/%s",
                       named->valuestring + strlen(COMPONENT));
        assert_non_null(cJSON_SetValuestring(named, text));
    }
    if (cJSON_IsTrue(nullable) && cJSON_IsString(type)) {
        cJSON *both = cJSON_CreateArray();
        (void)cJSON_AddItemToArray(both, cJSON_CreateString(type->valuestring));
        (void)cJSON_AddItemToArray(both, cJSON_CreateString("null"));
        cJSON_ReplaceItemInObjectCaseSensitive(v, "type", both);
    }
    if (cJSON_IsBool(nullable))
        cJSON_DeleteItemFromObjectCaseSensitive(v, "nullable");
    cJSON_ArrayForEach(child, v) if (cJSON_IsObject(child) || cJSON_IsArray(child))
        to_schema(child);
}

static cJSON *description(void)
{
    size_t n;
    const char *text = assets_openapi(&n);
    cJSON *doc = cJSON_ParseWithLength(text, n);

    assert_non_null(doc);
    return doc;
}

static void must_fit(const char *name, const char *json, const char *says)
{
    cJSON *doc = description(), *root = cJSON_CreateObject(), *value = cJSON_Parse(json);
    cJSON *schemas = cJSON_DetachItemFromObjectCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(doc, "components"), "schemas");
    char why[WHY] = "", ref[80];

    if (value == NULL)
        fail_msg("%s is no JSON: %.300s", says, json);
    to_schema(schemas);
    (void)cJSON_AddItemToObject(root, "definitions", schemas);
    (void)snprintf(ref, sizeof ref, "#/definitions/%s", name);
    (void)cJSON_AddStringToObject(root, "$ref", ref);
    if (!schema_valid(root, value, why, sizeof why))
        fail_msg("%s does not fit %s: %s\n%.600s", says, name, why, json);
    cJSON_Delete(doc);
    cJSON_Delete(root);
    cJSON_Delete(value);
}

/* "/api/v1/ponds/{pond}" as the table of routes has it: "/api/v1/ponds/". */
static void as_route(const char *path, char *out, size_t size)
{
    (void)snprintf(out, size, "%.*s", (int)strcspn(path, "{"), path);
}

static void every_route_is_described_and_the_other_way_round(void **state)
{
    cJSON *doc = description();
    cJSON *paths = cJSON_GetObjectItemCaseSensitive(doc, "paths"), *p;
    const struct route *t;
    size_t routes = 0;
    char text[120];

    (void)state;
    for (size_t i = 0; (t = route_at(i)) != NULL; i++) {
        bool found = false;
        if (strncmp(t->path, "/api/", 5) != 0)
            continue;
        routes++;
        cJSON_ArrayForEach(p, paths)
        {
            as_route(p->string, text, sizeof text);
            found = found || strcmp(text, t->path) == 0;
        }
        if (!found)
            fail_msg("%s is not in openapi.json", t->path);
        /* read only, but for what a farm's own computer brings */
        assert_int_equal(t->methods, t->program ? ROUTE_POST : ROUTE_GET);
    }
    assert_int_equal(routes, cJSON_GetArraySize(paths));
    cJSON_ArrayForEach(p, paths)
    {
        const char *rest;
        as_route(p->string, text, sizeof text);
        if (route_find(text, &rest) == NULL || strcmp(route_find(text, &rest)->path, text) != 0)
            fail_msg("%s is no route", p->string);
        assert_int_equal(cJSON_GetArraySize(p), 1);
        assert_non_null(
            cJSON_GetObjectItemCaseSensitive(p, route_find(text, &rest)->program ? "post" : "get"));
    }
    cJSON_Delete(doc);
}

/* --- answers of a made-up region --- */

/* Two at a time: each pond once, in the order of the whole list. */
static void ponds_come_in_parts(const struct page_model *m)
{
    struct api_part part = {.limit = 2};
    struct buf b = {0};
    size_t seen = 0, at;

    for (bool more = true; more;) {
        cJSON *answer, *pond;
        const cJSON *next;

        buf_clear(&b);
        api_ponds_part(&b, m, &part);
        must_fit("Ponds", b.p, "a part of the ponds");
        answer = cJSON_Parse(b.p);
        cJSON_ArrayForEach(pond, cJSON_GetObjectItem(answer, "ponds")) assert_string_equal(
            cJSON_GetObjectItem(pond, "pond")->valuestring, m->pond[seen++].pond.slug);
        assert_int_equal(cJSON_GetObjectItem(answer, "total")->valueint, m->ponds);
        next = cJSON_GetObjectItem(answer, "next");
        more = cJSON_IsString(next);
        if (more)
            (void)snprintf(part.after, sizeof part.after, "%s", next->valuestring);
        cJSON_Delete(answer);
    }
    assert_int_equal(seen, m->ponds);
    assert_int_equal(api_ponds_from(m, "nobody", &at), NILA_ERR_NOT_FOUND);
    buf_free(&b);
}

static void fleets_fit(const struct api_part *all)
{
    static struct fleet_bus bus[2] = {
        {.slug = "utara", .where = "/dev/\"a\"", .state = "open", .since_ms = WORLD_NOW},
        {.slug = "selatan", .where = "x:502", .state = "away", .why = "refused"}};
    static struct fleet_device device = {
        .slug = "probe", .bus = "utara", .profile = "p", .unit = 3, .last = "good"};
    static struct fleet_frames frames = {
        .bus = "utara", .n = 1, .frame = {{WORLD_NOW, true, "03 04 00 00"}}};
    struct fleet_box box = {.key = "pi",
                            .buses = 2,
                            .bus = bus,
                            .devices = 1,
                            .device = &device,
                            .frames = 1,
                            .traffic = &frames};
    const struct fleet_view v = {.now_ms = WORLD_NOW, .boxes = 1, .box = &box};
    struct api_part one = {.limit = 1};
    struct buf b = {0};

    api_fleet(&b, &v, true, "Data contoh", all);
    must_fit("Buses", b.p, "buses");
    assert_non_null(strstr(b.p, "\"way\":\"tx\",\"bytes\":\"03 04 00 00\""));
    buf_clear(&b);
    api_fleet(&b, &v, true, "", &one);
    assert_non_null(strstr(b.p, "\"limit\":1,\"total\":2,\"next\":\"pi.utara\""));
    (void)snprintf(one.after, sizeof one.after, "pi.utara");
    buf_clear(&b);
    api_fleet(&b, &v, true, "", &one);
    must_fit("Buses", b.p, "the last bus");
    assert_non_null(strstr(b.p, "\"bus\":\"selatan\""));
    assert_non_null(strstr(b.p, "\"next\":null"));
    buf_clear(&b);
    api_fleet(&b, &v, false, "", all);
    must_fit("Devices", b.p, "devices");
    buf_free(&b);
}

static void full_answers_fit(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct page_night *night = calloc(1, sizeof *night);
    struct rec_alarm alarm[3];
    struct api_part part = {.after = "1", .limit = 1}, none = {.limit = 1000};
    struct buf b = {0};

    (void)state;
    assert_non_null(w);
    assert_non_null(night);
    world_make(w);
    world_day(w);
    night->ready = night->both = true;
    night->without =
        (struct night_forecast){.issue_ms = WORLD_NOW, .until_ms = WORLD_NOW + 1, .steps = 3};
    night->with = night->without;
    w->day.night = night;
    w->day.cycle = (struct page_cycle){.known = true,
                                       .derived = {.day_of_culture = 87,
                                                   .weighed = true,
                                                   .weighed_day = civil_day(WORLD_NOW) - 3,
                                                   .mean_g = 72,
                                                   .fcr = 1.4,
                                                   .sgr_pct_day = NAN,
                                                   .cost_idr_kg = 17250},
                                       .target = {.on = INT32_MAX, .kg = NAN}};
    for (size_t i = 0; i < w->model.ponds; i++) {
        buf_clear(&b);
        api_pond(&b, &w->model, &w->model.pond[i], &w->day);
        must_fit("PondDetail", b.p, "a pond");
        if (w->model.pond[i].has_cycle)
            assert_non_null(strstr(b.p, "\"figures\":{\"day\":87,\"weighed_on\":\"2026-11-21\","
                                        "\"mean_g\":72"));
    }
    assert_non_null(strstr(b.p, "\"with_aerator\""));
    w->day = (struct page_day){.ready = false};
    buf_clear(&b);
    api_pond(&b, &w->model, &w->model.pond[0], &w->day);
    must_fit("PondDetail", b.p, "a pond of which nothing was read");

    memset(alarm, 0, sizeof alarm);
    for (int i = 0; i < 3; i++) {
        alarm[i].id = i + 1;
        alarm[i].value = i == 0 ? NAN : 1.5;
        alarm[i].raised_ms = WORLD_NOW;
        alarm[i].severity = ALARM_DANGER;
        (void)snprintf(alarm[i].subject, sizeof alarm[i].subject, "kotim-%d", i);
    }
    w->model.board.alarm = alarm;
    w->model.board.alarms = 3;
    buf_clear(&b);
    api_alarms(&b, &w->model, &part);
    must_fit("Alarms", b.p, "alarms");
    assert_non_null(strstr(b.p, "\"limit\":1,\"total\":3,\"next\":\"2\""));
    assert_non_null(strstr(b.p, "kotim-1"));
    assert_null(strstr(b.p, "kotim-2"));
    (void)snprintf(part.after, sizeof part.after, "3");
    buf_clear(&b);
    api_alarms(&b, &w->model, &part);
    must_fit("Alarms", b.p, "alarms beyond the end");
    assert_non_null(strstr(b.p, "\"next\":null,\"alarms\":[]"));
    ponds_come_in_parts(&w->model);
    fleets_fit(&none);

    const struct {
        const char *schema;
        void (*make)(struct buf *b, const struct page_model *m);
    } T[] = {
        {"Ponds", api_ponds},       {"Forecast", api_forecast},       {"Balance", api_balance_all},
        {"Accuracy", api_accuracy}, {"Assumptions", api_assumptions}, {"Coverage", api_coverage},
        {"Ledger", api_ledger}};
    for (int waiting = 0; waiting < 2; waiting++) {
        if (waiting == 1)
            w->model.forecast.state = PAGE_FORECAST_WAITING;
        for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
            buf_clear(&b);
            T[i].make(&b, &w->model);
            must_fit(T[i].schema, b.p, T[i].schema);
        }
    }
    buf_free(&b);
    free(night);
    free(w);
}

/* --- over HTTP --- */

static char dir[256];
static struct records *db;
static struct web *web;
static struct analytics_config config;

static void import(enum records_table t, const char *text)
{
    struct records_report report;
    char path[300];

    (void)snprintf(path, sizeof path, "%s/x.csv", dir);
    support_write(path, text);
    assert_int_equal(records_import(db, t, path, clock_wall_ms(), 0, NULL, NULL, &report), 0);
}

static int open_house(void **state)
{
    char why[256] = "";

    (void)state;
    config = (struct analytics_config){.seed = 1, .draws = 50, .months = 2};
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(config.records_path, sizeof config.records_path, "%.200s/r.db", dir);
    (void)snprintf(config.bind, sizeof config.bind, "127.0.0.1");
    config.limits = STATUS_DEFAULTS;
    assert_int_equal(records_open(&db, config.records_path, why, sizeof why), 0);
    import(RECORDS_FARMS,
           "farm,name,regency,kecamatan,kusuka\nf-1,=Satu,kotim,62.02.05,1234-5678-77\n");
    import(RECORDS_PONDS, "pond,farm,name,system,area_m2,depth_m\np-1,f-1,Kolam <1>,pond,400,1.2\n"
                          "p-2,f-1,Kolam 2,pond,400,1.2\n");
    import(RECORDS_CYCLES,
           "cycle,pond,stocked_on,count,mass_g,price_idr_each\nc1,p-1,2026-01-05,3000,8,400\n");
    import(RECORDS_FEED,
           "pond,on,feed_kg\np-1,2026-01-06,1\np-1,2026-01-07,2\np-1,2026-01-08,3.25\n"
           "p-2,2026-01-08,9\n");
    const struct web_config c = {.config = &config, .records = db, .refresh_s = 1};
    if (web_start(&web, &c, why, sizeof why) != 0)
        fail_msg("%s", why);
    return 0;
}

static int close_house(void **state)
{
    (void)state;
    web_stop(web);
    records_close(db);
    support_rmdir(dir);
    return 0;
}

/* The whole answer, head and body; its status. */
static int ask(const char *path, const char *headers, struct buf *head, struct buf *body)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)web_port(web))};
    struct timeval patience = {.tv_sec = 60};
    struct buf all = {0}, request = {0};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char piece[8192];
    const char *end;
    ssize_t k;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    buf_printf(&request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s\r\n", path,
               headers);
    assert_int_equal(send(fd, request.p, request.n, MSG_NOSIGNAL), (ssize_t)request.n);
    while ((k = recv(fd, piece, sizeof piece, 0)) > 0)
        buf_add(&all, piece, (size_t)k);
    (void)close(fd);
    buf_clear(head);
    buf_clear(body);
    buf_str(&all, "");
    end = all.n > 0 ? strstr(all.p, "\r\n\r\n") : NULL;
    if (end == NULL)
        fail_msg("no answer to %s", path);
    buf_add(head, all.p, (size_t)(end + 2 - all.p));
    buf_add(body, end + 4, all.n - (size_t)(end + 4 - all.p));
    buf_str(body, "");
    buf_free(&all);
    buf_free(&request);
    return (int)strtol(head->p + 9, NULL, 10);
}

static void await_forecast(void)
{
    const int64_t until = clock_mono_ms() + 60000;
    struct buf head = {0}, body = {0};

    do {
        assert_true(clock_mono_ms() < until);
        (void)poll(NULL, 0, 50);
        (void)ask("/api/v1/forecast", "", &head, &body);
    } while (body.n == 0 || strstr(body.p, "\"state\":\"ready\"") == NULL);
    buf_free(&head);
    buf_free(&body);
}

/* Newest first, two and one; each row once. */
static void records_come_in_parts(struct buf *head, struct buf *body)
{
    char path[160];
    const char *next;

    assert_int_equal(ask("/api/v1/records/feed?pond=p-1&limit=2", "", head, body), 200);
    assert_non_null(strstr(body->p, "\"limit\":2,\"total\":3,\"next\":\""));
    assert_non_null(strstr(body->p, "\"on\":\"2026-01-07\",\"feed_kg\":2"));
    next = strstr(body->p, "\"next\":\"") + strlen("\"next\":\"");
    (void)snprintf(path, sizeof path, "/api/v1/records/feed?pond=p-1&limit=2&after=%.*s",
                   (int)strcspn(next, "\""), next);
    assert_int_equal(ask(path, "", head, body), 200);
    must_fit("Records", body->p, "the last row");
    assert_non_null(strstr(body->p, "\"next\":null"));
    assert_null(strstr(body->p, "\"on\":\"2026-01-07\",\"feed_kg\":2"));
    assert_int_equal(ask("/api/v1/records/ponds?pond=p-1&limit=1", "", head, body), 200);
    assert_non_null(strstr(body->p, "\"total\":1,\"next\":null"));
}

static void every_answer_fits_and_is_packed_and_not_sent_twice(void **state)
{
    static const struct {
        const char *path, *schema;
        int status;
    } T[] = {
        {"/api/v1/health", "Health", 503}, /* there is no database here */
        {"/api/v1/ponds", "Ponds", 200},
        {"/api/v1/ponds/p-1", "PondDetail", 200},
        {"/api/v1/ponds/p-1?span=7d", "PondDetail", 200},
        {"/api/v1/ponds/p-1?span=cycle", "PondDetail", 200},
        {"/api/v1/ponds/p-1?span=year", "Error", 400},
        {"/api/v1/ponds/nobody", "Error", 404},
        {"/api/v1/ponds/%3Cb%3E", "Error", 404},
        {"/api/v1/alarms", "Alarms", 200},
        {"/api/v1/alarms?limit=0", "Error", 400},
        {"/api/v1/alarms?limit=1001", "Error", 400},
        {"/api/v1/alarms?after=77", "Error", 400},
        {"/api/v1/ponds?limit=1", "Ponds", 200},
        {"/api/v1/ponds?after=nobody", "Error", 400},
        {"/api/v1/buses", "Buses", 200}, /* of no collector */
        {"/api/v1/devices", "Devices", 200},
        {"/api/v1/devices?after=x.y", "Error", 400},
        {"/api/v1/alarms?limit=x", "Error", 400},
        {"/api/v1/records/feed?pond=p-1", "Records", 200},
        {"/api/v1/records/feed?pond=p-1&limit=2", "Records", 200},
        {"/api/v1/records/feed?pond=p-1&after=1.2.3", "Error", 400},
        {"/api/v1/records/feed?pond=p-1&after=.", "Error", 400},
        {"/api/v1/records/feed?pond=p-1&after=-1.5", "Error", 400},
        {"/api/v1/records/ponds?pond=p-1", "Records", 200},
        {"/api/v1/records/feed", "Error", 400},
        {"/api/v1/records/feed?pond=p-9", "Error", 404},
        {"/api/v1/records/feed?pond=p-1&limit=99999999999999999999", "Error", 400},
        {"/api/v1/records/contacts?pond=p-1", "Error", 404},
        {"/api/v1/records/sqlite_master?pond=p-1", "Error", 404},
        {"/api/v1/forecast", "Forecast", 200},
        {"/api/v1/balance", "Balance", 200},
        {"/api/v1/accuracy", "Accuracy", 200},
        {"/api/v1/assumptions", "Assumptions", 200},
        {"/api/v1/coverage", "Coverage", 200},
        {"/api/v1/ledger", "Ledger", 200},
        {"/api/v1/exchange", "Error", 404}, /* nothing is exchanged here */
        {"/api/v1/nothing", "Error", 404},
    };
    struct buf head = {0}, body = {0};

    (void)state;
    await_forecast();
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        const int status = ask(T[i].path, "", &head, &body);
        if (status != T[i].status)
            fail_msg("%s: %d", T[i].path, status);
        must_fit(T[i].schema, body.p, T[i].path);
        assert_non_null(strstr(head.p, "Content-Type: application/json\r\n"));
    }
    records_come_in_parts(&head, &body);
    assert_int_equal(ask("/api/v1/records/cycles?pond=p-1", "", &head, &body), 200);
    assert_null(strstr(body.p, "price_idr")); /* nobody's here */
    for (int packed = 0; packed < 2; packed++) {
        char again[160], tag[64] = "";
        const char *at;
        assert_int_equal(
            ask("/api/v1/openapi.json", packed ? "Accept-Encoding: gzip\r\n" : "", &head, &body),
            200);
        assert_int_equal(strstr(head.p, "Content-Encoding: gzip\r\n") != NULL, packed);
        at = strstr(head.p, "ETag: ");
        assert_non_null(at);
        (void)snprintf(tag, sizeof tag, "%.*s", (int)strcspn(at + 6, "\r"), at + 6);
        (void)snprintf(again, sizeof again, "If-None-Match: %s\r\n", tag);
        assert_int_equal(ask("/api/v1/openapi.json", again, &head, &body), 304);
        assert_int_equal(body.n, 0);
    }
    buf_free(&head);
    buf_free(&body);
}

static void files_are_had_of_the_pages(void **state)
{
    static const struct {
        const char *path, *words;
        int status;
    } T[] = {
        {"/unduh/farms.csv", "f-1,'=Satu,kotim,62.02.05,,,2", 200},
        {"/unduh/farms.excel.csv?sejak=semua", "f-1;'=Satu;kotim;62.02.05;;;2", 200},
        {"/unduh/feed.csv?sejak=2026-01-08&lang=en", "p-1,2026-01-08,3.25,", 200},
        {"/unduh/forecast.csv", "joint,Gabungan,month,", 200},
        {"/unduh/balance.excel.csv", "joint;Gabungan;month;", 200},
        {"/unduh/contacts.csv", "", 403},
        {"/unduh/semua.csv", "", 404},
        {"/unduh/feed.pdf", "", 404},
        {"/unduh/feed", "", 404},
        {"/unduh/", "", 404},
        {"/unduh/sqlite_master.csv", "", 404},
        {"/unduh/feed.csv?sejak=kemarin", "", 404},
    };
    struct buf head = {0}, body = {0};
    char *book;

    (void)state;
    await_forecast();
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        const int status = ask(T[i].path, "", &head, &body);
        if (status != T[i].status || strstr(body.p, T[i].words) == NULL)
            fail_msg("%s: %d\n%.900s", T[i].path, status, body.p);
        assert_null(strstr(body.p, "1234-5678-77"));
        if (status == 200)
            assert_non_null(strstr(head.p, "Content-Disposition: attachment; filename=\"nila-"));
    }
    assert_int_equal(ask("/unduh/feed.csv?sejak=2026-01-08", "", &head, &body), 200);
    assert_null(strstr(body.p, "2026-01-07,"));
    assert_int_equal(ask("/unduh/semua.xlsx", "", &head, &body), 200);
    book = unzip_member(body.p, body.n, "xl/workbook.xml");
    assert_non_null(strstr(book, "<sheet name=\"feed\""));
    assert_non_null(strstr(book, "<sheet name=\"balance\""));
    assert_null(strstr(book, "contacts"));
    free(book);
    buf_free(&head);
    buf_free(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_is_described_and_the_other_way_round),
        cmocka_unit_test(full_answers_fit),
        cmocka_unit_test_setup_teardown(every_answer_fits_and_is_packed_and_not_sent_twice,
                                        open_house, close_house),
        cmocka_unit_test_setup_teardown(files_are_had_of_the_pages, open_house, close_house),
    };
    log_set_level(LOG_LEVEL_WARN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
